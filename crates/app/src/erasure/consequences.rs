//! What leaving means for this person, said before any code is asked for.

use outro_model::Timestamp;
use outro_store::videos;

use crate::{App, AppError, Signed, phone, wallet};

/// One line of what goes or stays.
#[derive(Clone, Copy, Debug)]
pub struct Line {
    /// A stable word.
    pub code: &'static str,
    /// A sentence.
    pub text: &'static str,
}

/// What leaving means.
#[derive(Clone, Debug)]
pub struct Consequences {
    /// What is erased.
    pub erased: Vec<Line>,
    /// What stays, and why.
    pub kept: Vec<Line>,
    /// What is forfeited.
    pub forfeited: Vec<Line>,
    /// How many coins are forfeited.
    pub coins: i64,
    /// How many videos go.
    pub videos: i64,
    /// Whether the proof is a code to the linked phone; else the password.
    pub by_code: bool,
    /// When the account goes at the earliest, where another phone was linked a short time ago.
    pub not_before: Option<Timestamp>,
}

const ERASED: &[Line] = &[
    Line { code: "profile", text: "Your profile: handle, name, bio, date of birth, phone number." },
    Line { code: "videos", text: "All your videos, with their originals, covers and captions." },
    Line { code: "sounds", text: "Your sounds: the videos of others that play them play their own sound at once." },
    Line { code: "activity", text: "Your likes, your comments, your sign-ins, your settings." },
    Line {
        code: "backups",
        text: "The key that opens all of it, first of all: copies in backups cannot be read any more.",
    },
];

const KEPT: &[Line] = &[
    Line {
        code: "messages",
        text: "Messages you have sent stay readable to those who got them, as from \u{201c}Unavailable account\u{201d}.",
    },
    Line {
        code: "handle",
        text: "Your handle cannot be taken by somebody else: a trace of it that fits many names is kept.",
    },
    Line { code: "receipt", text: "A receipt that names nobody, and a random number in the ledger of destroyed keys." },
    Line { code: "copies", text: "What others saved or recorded of your videos is in their hands, not ours." },
];

/// Of somebody who has bought something.
const RECORDS: Line = Line {
    code: "accounting",
    text: "Tax law wants a record of each payment kept: amount, tax, country, time, with no name, handle or account.",
};

const FORFEITED: &[Line] =
    &[Line { code: "no_refunds", text: "In-app purchases are not refunded. Coins that are left are lost." }];

/// What leaving means for anybody: what is erased, and what may stay of somebody who has bought something.
pub fn for_anybody() -> (&'static [Line], Vec<Line>) {
    (ERASED, [KEPT, &[RECORDS]].concat())
}

/// What leaving means for the person who asks.
pub async fn consequences(app: &App, signed: &Signed) -> Result<Consequences, AppError> {
    let mut tx = app.db.read().await?;
    let account = outro_store::accounts::by_id(&mut tx, signed.account).await?.ok_or(AppError::SignInNeeded)?;
    let videos = videos::count(&mut tx, signed.account).await?;
    let left = wallet::left_of(&mut tx, signed.account).await?;
    let by_code = account.phone.is_some() && app.courier.works();
    let not_before = phone::settles_at(app, &mut tx, signed.account).await?;
    let mut kept = KEPT.to_vec();
    kept.extend((left.payments > 0).then_some(RECORDS));
    Ok(Consequences {
        erased: ERASED.to_vec(),
        kept,
        forfeited: FORFEITED.to_vec(),
        coins: left.coins,
        videos,
        by_code,
        not_before,
    })
}
