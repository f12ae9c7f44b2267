//! The settings of coins: what is sold, at which price, and where it is paid.

use clap::Args;
use outro_app::wallet::{Coins, Pack};
use outro_courier::{STRIPE_URL, Stripe};
use serde::Deserialize;

use crate::fail::Fail;

/// What can be set about coins, on the command line, in the environment, or in `outro.toml`.
#[derive(Args, Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct CoinFlags {
    /// The secret key of the account at Stripe; without it no coins are sold.
    #[arg(long, env = "OUTRO_STRIPE_SECRET_KEY", hide_env_values = true)]
    stripe_secret_key: Option<String>,
    /// The secret that Stripe signs its reports with, which it sends to /stripe/webhook.
    #[arg(long, env = "OUTRO_STRIPE_WEBHOOK_SECRET", hide_env_values = true)]
    stripe_webhook_secret: Option<String>,
    /// Where Stripe is; its own address when not given.
    #[arg(long, env = "OUTRO_STRIPE_API_URL")]
    stripe_api_url: Option<String>,
    /// What is sold: COINS=PRICE, with commas between, the price in the smallest unit of the currency.
    #[arg(long, env = "OUTRO_COIN_PACKS")]
    coin_packs: Option<String>,
    /// The currency of the prices, such as eur.
    #[arg(long, env = "OUTRO_COIN_CURRENCY")]
    coin_currency: Option<String>,
    /// How many years after its own a year's accounting records are kept: what the law there says.
    #[arg(long, env = "OUTRO_ACCOUNTING_YEARS")]
    accounting_years: Option<u16>,
}

impl CoinFlags {
    /// What is given here, and else what the file says.
    pub(crate) fn or(self, file: Self) -> Self {
        Self {
            stripe_secret_key: self.stripe_secret_key.or(file.stripe_secret_key),
            stripe_webhook_secret: self.stripe_webhook_secret.or(file.stripe_webhook_secret),
            stripe_api_url: self.stripe_api_url.or(file.stripe_api_url),
            coin_packs: self.coin_packs.or(file.coin_packs),
            coin_currency: self.coin_currency.or(file.coin_currency),
            accounting_years: self.accounting_years.or(file.accounting_years),
        }
    }

    /// One line that says whether coins are sold.
    pub(crate) fn line(&self) -> &'static str {
        match self.stripe_secret_key {
            Some(_) => "sold, paid at Stripe",
            None => "not sold: no payments are set (OUTRO_STRIPE_SECRET_KEY)",
        }
    }

    /// The settings that hold.
    pub(crate) fn resolve(self, public_url: &str, dev: bool) -> Result<Coins, Fail> {
        let plain = Coins::default();
        let stripe = match (self.stripe_secret_key, self.stripe_webhook_secret) {
            (None, _) => None,
            (Some(key), Some(secret)) if !key.is_empty() && !secret.is_empty() => {
                let url = self.stripe_api_url.as_deref().unwrap_or(STRIPE_URL);
                let wrong = || Fail::new("OUTRO_STRIPE_API_URL: give an http:// or https:// address");
                Some(Stripe::at(url, &key, &secret).ok_or_else(wrong)?)
            }
            _ => return Err(Fail::new("OUTRO_STRIPE_SECRET_KEY and OUTRO_STRIPE_WEBHOOK_SECRET: give both")),
        };
        let currency = self.coin_currency.map_or(Ok(plain.currency), |text| read_currency(&text))?;
        Ok(Coins {
            for_nothing: dev && stripe.is_none(),
            stripe,
            packs: self.coin_packs.map_or(Ok(plain.packs), |text| read_packs(&text))?,
            currency,
            accounting_years: self.accounting_years.map_or(plain.accounting_years, i64::from),
            back: format!("{public_url}/settings/coins"),
        })
    }
}

fn read_currency(text: &str) -> Result<String, Fail> {
    let fits = text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_alphabetic());
    let wrong = || Fail::new(format!("OUTRO_COIN_CURRENCY {text}: give three letters, such as eur"));
    fits.then(|| text.to_ascii_lowercase()).ok_or_else(wrong)
}

fn read_packs(text: &str) -> Result<Vec<Pack>, Fail> {
    let number = |text: &str| text.trim().parse::<i64>().ok().filter(|number| (1..=100_000_000).contains(number));
    let read = |part: &str| {
        let (coins, amount) = part.split_once('=')?;
        Some(Pack { coins: number(coins)?, amount: number(amount)? })
    };
    let wrong = |part: &str| Fail::new(format!("OUTRO_COIN_PACKS {part}: give COINS=PRICE, such as 100=99"));
    text.split(',').map(|part| read(part).ok_or_else(|| wrong(part))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packs_and_currencies_are_read() {
        let packs = read_packs("100=99, 550=499").unwrap();
        assert_eq!(packs, [Pack { coins: 100, amount: 99 }, Pack { coins: 550, amount: 499 }]);
        for wrong in ["", "100", "0=99", "100=-1", "x=y", "100=99,"] {
            assert!(read_packs(wrong).is_err(), "{wrong}");
        }
        assert_eq!(read_currency("USD").unwrap(), "usd");
        assert!(read_currency("€").is_err());
    }

    #[test]
    fn coins_are_sold_where_payments_are_set() {
        let plain = CoinFlags::default().resolve("http://site", false).unwrap();
        assert!(!plain.are_sold());
        assert!(CoinFlags::default().resolve("http://site", true).unwrap().for_nothing);
        let half = CoinFlags { stripe_secret_key: Some("sk_test".into()), ..CoinFlags::default() };
        assert!(half.clone().resolve("http://site", false).is_err());
        let whole = CoinFlags { stripe_webhook_secret: Some("whsec".into()), ..half };
        let sold = whole.resolve("http://site", true).unwrap();
        assert!(sold.are_sold() && !sold.for_nothing);
        assert_eq!(sold.back, "http://site/settings/coins");
    }
}
