//! Coins: what people hold, where it came from and went, and what the law wants kept of purchases.

use crate::Erase::{DeleteRows, Detach};
use crate::Holds::{Hash, Nobody, Sealed, SealedForBooks, Structure};
use crate::Takeout::{Internal, Part};
use crate::{Emptied, Link, Table};

use super::{CONTRACT, SECURITY, column};

const DUTY_OF_BOOKS: &str = "Art. 6(1)(c), Art. 17(3)(b): tax and commercial law require records of what was sold (such as AO § 147, HGB § 257)";

pub(super) const WALLETS: Table = Table {
    name: "wallets",
    why: "How many coins you hold.",
    ground: CONTRACT,
    key: &["account_id"],
    columns: &[column("account_id", Structure, Internal), column("balance", Structure, Part("coins"))],
    links: &[Link { column: "account_id", erase: DeleteRows }],
    video: None,
};

/// `request` is a hash of what was asked for under a gift's key, so that the same key never does two things.
pub(super) const COIN_ENTRIES: Table = Table {
    name: "coin_entries",
    why: "Where your coins came from and where they went: purchases, and gifts given and received.",
    ground: CONTRACT,
    key: &["account_id", "id"],
    columns: &[
        column("account_id", Structure, Internal),
        column("id", Structure, Part("coins")),
        column("kind", Structure, Part("coins")),
        column("amount", Structure, Part("coins")),
        column("balance", Structure, Part("coins")),
        column("other_id", Structure, Internal),
        column("request", Hash, Internal),
        column("created_at", Structure, Part("coins")),
    ],
    links: &[
        Link { column: "account_id", erase: DeleteRows },
        Link { column: "other_id", erase: Detach(Emptied { columns: &["other_id"], kept: Some("gifts") }) },
    ],
    video: None,
};

pub(super) const PURCHASES: Table = Table {
    name: "purchases",
    why: "What you bought, and where you paid for it. The payment itself is between you and the payment service.",
    ground: CONTRACT,
    key: &["account_id", "id"],
    columns: &[
        column("account_id", Structure, Internal),
        column("id", Structure, Part("purchases")),
        column("request_key", Hash, Internal),
        column("coins", Structure, Part("purchases")),
        column("amount", Structure, Part("purchases")),
        column("currency", Structure, Part("purchases")),
        column("state", Structure, Part("purchases")),
        column("session", Sealed, Part("purchases")),
        column("created_at", Structure, Part("purchases")),
        column("closed_at", Structure, Part("purchases")),
    ],
    links: &[Link { column: "account_id", erase: DeleteRows }],
    video: None,
};

pub(super) const BOOKS: Table = Table {
    name: "books",
    why: "The other side of every coin: how many were issued, and how many were forfeited, in sixteen parts each.",
    ground: DUTY_OF_BOOKS,
    key: &["book", "shard"],
    columns: &[
        column("book", Nobody, Internal),
        column("shard", Nobody, Internal),
        column("balance", Nobody, Internal),
    ],
    links: &[],
    video: None,
};

/// `id` is a keyed hash of the payment's id: a record stands by itself, and tells of no account and of no other record.
pub(super) const ACCOUNTING: Table = Table {
    name: "accounting",
    why: "One record for each payment: amount, currency, tax, country, time and the payment's id. No name, no handle, no \
          account, and nothing that ties two records together. Each year's are sealed under a key of that year, which is \
          destroyed when the time that the law sets is over (ten years unless the operator set another), and the records with it.",
    ground: DUTY_OF_BOOKS,
    key: &["year", "id"],
    columns: &[
        column("year", Nobody, Internal),
        column("id", Nobody, Internal),
        column("record", SealedForBooks, Internal),
    ],
    links: &[],
    video: None,
};

pub(super) const PAYMENT_EVENTS: Table = Table {
    name: "payment_events",
    why: "Which reports of the payment service were worked on already: a keyed hash of each one's number, for 40 days.",
    ground: SECURITY,
    key: &["tag"],
    columns: &[column("tag", Nobody, Internal), column("seen_at", Nobody, Internal)],
    links: &[],
    video: None,
};
