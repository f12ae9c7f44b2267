//! Coins: how many, buying them, giving them.

use askama::Template;

use crate::{Chrome, FormState, Text, chrome::Tab, page};

/// `GET /settings/coins`. Posts `/settings/coins` with `pack` and `key`.
#[derive(Debug, Clone, Template)]
#[template(path = "coins.html", whitespace = "minimize")]
pub struct CoinsPage {
    /// Shared parts.
    pub chrome: Chrome,
    /// Errors.
    pub form: FormState,
    /// How many coins the viewer has.
    pub balance: i64,
    /// What can be bought; nothing where none are sold.
    pub packs: Vec<CoinPack>,
    /// Whether they are taken for nothing, for development.
    pub for_nothing: bool,
    /// New for each page: sent twice, it buys once.
    pub key: String,
    /// Where they came from and went.
    pub items: Vec<CoinRow>,
    /// Address of the next page.
    pub next_href: Option<String>,
}

page!(CoinsPage, |_| Tab::Profile);

/// So many coins at a price.
#[derive(Debug, Clone)]
pub struct CoinPack {
    /// How many.
    pub coins: i64,
    /// What they cost, in the smallest unit of the currency.
    pub amount: i64,
    /// The currency, ISO 4217.
    pub currency: String,
}

impl CoinPack {
    /// The price for people.
    fn price(&self, t: &Text) -> String {
        price(t, self.amount, &self.currency)
    }
}

/// Coins that came or went.
#[derive(Debug, Clone)]
pub struct CoinRow {
    /// Why.
    pub kind: CoinKind,
    /// How many more, or below zero how many fewer.
    pub coins: i64,
    /// Handle of who gave or got them; empty where there is nobody who may be seen.
    pub handle: String,
    /// RFC 3339.
    pub created_at: String,
}

/// Why coins came or went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CoinKind {
    /// They were bought.
    Purchase,
    /// They were given.
    GiftSent,
    /// Somebody gave them.
    GiftReceived,
}

impl CoinRow {
    fn sentence(&self, t: &Text) -> String {
        let name = if self.handle.is_empty() { t.messages_unavailable.to_owned() } else { format!("@{}", self.handle) };
        let of = |sentence: &str| crate::fill(sentence, format!("\u{2068}{name}\u{2069}"));
        match self.kind {
            CoinKind::Purchase => t.coins_purchase.to_owned(),
            CoinKind::GiftSent => of(t.coins_gift_sent),
            CoinKind::GiftReceived => of(t.coins_gift_received),
        }
    }

    /// How many, with its sign.
    fn change(&self, t: &Text) -> String {
        let sign = if self.coins < 0 { "\u{2212}" } else { "+" };
        format!("\u{2066}{sign}{}\u{2069}", t.digits(&self.coins.unsigned_abs().to_string()))
    }
}

/// The answer to `POST /settings/coins`: it leads to the page of the payment, which is another site's.
#[derive(Debug, Clone, Template)]
#[template(path = "pay.html", whitespace = "minimize")]
pub struct PayPage {
    /// Shared parts.
    pub chrome: Chrome,
    /// What is bought.
    pub pack: CoinPack,
    /// The page of the payment.
    pub checkout_url: String,
}

page!(PayPage, |_| Tab::Profile);

/// `GET/POST /videos/{id}/gift` with `coins` and `key`.
#[derive(Debug, Clone, Template)]
#[template(path = "gift.html", whitespace = "minimize")]
pub struct GiftPage {
    /// Shared parts.
    pub chrome: Chrome,
    /// Errors.
    pub form: FormState,
    /// The video's id.
    pub video: String,
    /// Handle of who made it.
    pub handle: String,
    /// Its cover; may be empty.
    pub cover_url: String,
    /// How many coins the viewer has.
    pub balance: i64,
    /// How many are chosen.
    pub chosen: i64,
    /// New for each page: sent twice, it gives once.
    pub key: String,
}

page!(GiftPage, |_| Tab::Elsewhere);

/// What can be given at once, on the page.
const GIFTS: [i64; 5] = [5, 20, 50, 100, 500];

impl GiftPage {
    fn back(&self) -> String {
        format!("/v/{}", self.video)
    }

    /// Whose the video is; names keep their own direction within a sentence.
    fn name(&self) -> String {
        format!("\u{2068}@{}\u{2069}", self.handle)
    }

    /// What the viewer has enough for; the one that is chosen, or the first.
    fn gifts(&self) -> Vec<(i64, bool)> {
        let mut gifts: Vec<i64> = GIFTS.into_iter().filter(|gift| *gift <= self.balance).collect();
        if gifts.is_empty() && self.balance > 0 {
            gifts.push(self.balance);
        }
        let chosen = if gifts.contains(&self.chosen) { Some(self.chosen) } else { gifts.first().copied() };
        gifts.into_iter().map(|gift| (gift, Some(gift) == chosen)).collect()
    }
}

/// Currencies that have no smaller unit.
const WHOLE: [&str; 8] = ["jpy", "krw", "vnd", "clp", "isk", "ugx", "xaf", "xof"];

/// A price for people: the number in the shapes of the language, then the currency's letters.
fn price(t: &Text, amount: i64, currency: &str) -> String {
    let number = if WHOLE.contains(&currency.to_ascii_lowercase().as_str()) {
        amount.to_string()
    } else {
        format!("{}{}{:02}", amount / 100, t.number_point, amount % 100)
    };
    format!("\u{2068}{}\u{2069} {}", t.digits(&number), currency.to_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Lang;

    #[test]
    fn prices_are_in_the_unit_of_their_currency() {
        let t = Lang::En.text();
        assert_eq!(price(t, 99, "eur"), "\u{2068}0.99\u{2069} EUR");
        assert_eq!(price(t, 1205, "USD"), "\u{2068}12.05\u{2069} USD");
        assert_eq!(price(t, 120, "jpy"), "\u{2068}120\u{2069} JPY");
    }

    #[test]
    fn only_what_one_has_enough_for_is_offered() {
        let page = |balance, chosen| GiftPage {
            chrome: Chrome::default(),
            form: FormState::default(),
            video: String::new(),
            handle: String::new(),
            cover_url: String::new(),
            balance,
            chosen,
            key: String::new(),
        };
        assert_eq!(page(0, 5).gifts(), []);
        assert_eq!(page(3, 0).gifts(), [(3, true)]);
        assert_eq!(page(60, 50).gifts(), [(5, false), (20, false), (50, true)]);
        assert_eq!(page(20, 500).gifts(), [(5, true), (20, false)]);
    }
}
