//! What the operator set about coins.

use outro_courier::Stripe;

/// What is sold, and how.
#[derive(Clone, Debug)]
pub struct Coins {
    /// Where they are paid; without it none are sold.
    pub stripe: Option<Stripe>,
    /// What can be bought.
    pub packs: Vec<Pack>,
    /// The currency of the prices, ISO 4217 in small letters.
    pub currency: String,
    /// Whether they are credited without being paid, where no payment is set up: for development alone.
    pub for_nothing: bool,
    /// How many years after its own a year's accounting records are kept.
    pub accounting_years: i64,
    /// The address that a payment leads back to.
    pub back: String,
}

/// So many coins at a price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pack {
    /// How many.
    pub coins: i64,
    /// What they cost, in the smallest unit of the currency.
    pub amount: i64,
}

impl Default for Coins {
    fn default() -> Self {
        let packs = [(100, 99), (550, 499), (1200, 999)].map(|(coins, amount)| Pack { coins, amount });
        Self {
            stripe: None,
            packs: packs.into(),
            currency: "eur".into(),
            for_nothing: false,
            accounting_years: 10,
            back: String::new(),
        }
    }
}

impl Coins {
    /// Whether coins can be bought here.
    pub fn are_sold(&self) -> bool {
        self.stripe.is_some() || self.for_nothing
    }
}
