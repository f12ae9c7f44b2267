//! Stripe Checkout: a payment is made on Stripe's own page, and Stripe reports what came of it, signed.
//! Stripe is told an opaque number and the price, and nothing of who pays.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::hmac;
use outro_model::Timestamp;
use serde_json::Value;
use ureq::Agent;

use crate::agent::{agent, is_web};

/// Stripe's own address.
pub const STRIPE_URL: &str = "https://api.stripe.com";
/// How far the time of a signature may be from ours, in seconds.
const TOLERANCE_SECONDS: i64 = 300;

/// The operator's account at Stripe.
#[derive(Clone)]
pub struct Stripe {
    url: Arc<str>,
    secret_key: Arc<str>,
    webhook_key: Arc<hmac::Key>,
    agent: Agent,
}

impl fmt::Debug for Stripe {
    /// Says nothing: it holds keys.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Stripe(…)")
    }
}

/// What is to be paid.
#[derive(Clone, Debug)]
pub struct Order {
    /// The number that Stripe's reports name it by. It says nothing of who pays.
    pub reference: String,
    /// What is bought, as the page of the payment says it.
    pub label: String,
    /// What it costs, in the smallest unit of the currency.
    pub amount: i64,
    /// The currency, ISO 4217 in small letters.
    pub currency: String,
    /// Where the page of the payment leads back to.
    pub back: String,
}

/// A page where something can be paid.
#[derive(Clone, Debug)]
pub struct Session {
    /// Stripe's id of it.
    pub id: String,
    /// Its address.
    pub url: String,
}

/// Stripe did not open a page. The text is for the log.
#[derive(Debug, thiserror::Error)]
#[error("the payment service did not open a payment: {0}")]
pub struct NotOpened(String);

/// What Stripe reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The number of the report: it may come more than once.
    pub id: String,
    /// What has happened; none of what is no matter of ours.
    pub outcome: Option<Outcome>,
}

/// What came of a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The money is there.
    Paid(Payment),
    /// It will not come, by the order's reference.
    Closed(String),
}

/// Money that came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payment {
    /// Stripe's id of the page where it was paid.
    pub session: String,
    /// The order's reference.
    pub reference: String,
    /// How much, in the smallest unit of the currency.
    pub amount: i64,
    /// The currency.
    pub currency: String,
    /// How much of it is tax.
    pub tax: i64,
    /// The country that the payer named, ISO 3166-1; empty when none was asked for.
    pub country: String,
}

/// Why a report is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotTaken {
    /// It is not signed by Stripe, or was long ago.
    #[error("not signed, or too long ago")]
    Unsigned,
    /// It is signed, and no report that we can read.
    #[error("no report")]
    NoReport,
}

impl Stripe {
    /// The account with these keys, at `url`; `None` when that is no address.
    pub fn at(url: &str, secret_key: &str, webhook_secret: &str) -> Option<Self> {
        is_web(url).then(|| Self {
            url: url.trim_end_matches('/').into(),
            secret_key: secret_key.into(),
            webhook_key: Arc::new(hmac::Key::new(hmac::HMAC_SHA256, webhook_secret.as_bytes())),
            agent: agent(),
        })
    }

    /// Opens a page where an order can be paid. Asked again for the same reference, Stripe gives the same.
    pub async fn open(&self, order: Order) -> Result<Session, NotOpened> {
        let this = self.clone();
        let opened = tokio::task::spawn_blocking(move || this.call(&order)).await;
        opened.unwrap_or_else(|_| Err(NotOpened("the call was stopped".into())))
    }

    fn call(&self, order: &Order) -> Result<Session, NotOpened> {
        let amount = order.amount.to_string();
        let form = [
            ("mode", "payment"),
            ("client_reference_id", &order.reference),
            ("success_url", &order.back),
            ("cancel_url", &order.back),
            ("line_items[0][quantity]", "1"),
            ("line_items[0][price_data][currency]", &order.currency),
            ("line_items[0][price_data][unit_amount]", &amount),
            ("line_items[0][price_data][product_data][name]", &order.label),
        ];
        let request = self.agent.post(format!("{}/v1/checkout/sessions", self.url));
        let request = request
            .header("Authorization", format!("Bearer {}", self.secret_key))
            .header("Idempotency-Key", &order.reference);
        // An error's own text could quote what was sent: the status tells enough.
        let mut answer = request.send_form(form).map_err(|error| match error {
            ureq::Error::StatusCode(code) => NotOpened(format!("status {code}")),
            ureq::Error::Timeout(_) => NotOpened("no answer in time".into()),
            _ => NotOpened("it cannot be reached".into()),
        })?;
        if !answer.status().is_success() {
            return Err(NotOpened(format!("status {}", answer.status().as_u16())));
        }
        let read = answer.body_mut().read_json::<Value>().map_err(|_| NotOpened("the answer is not JSON".into()))?;
        let text = |name: &str| read[name].as_str().map(str::to_owned);
        match (text("id"), text("url")) {
            (Some(id), Some(url)) if is_web(&url) => Ok(Session { id, url }),
            _ => Err(NotOpened("the answer names no page".into())),
        }
    }

    /// Reads a report. It is held against its signature before anything in it is looked at.
    pub fn read(&self, signature: &str, body: &[u8], now: Timestamp) -> Result<Report, NotTaken> {
        if !self.is_signed(signature, body, now) {
            return Err(NotTaken::Unsigned);
        }
        let event: Value = serde_json::from_slice(body).map_err(|_| NotTaken::NoReport)?;
        let (id, kind) = event["id"].as_str().zip(event["type"].as_str()).ok_or(NotTaken::NoReport)?;
        let session = &event["data"]["object"];
        let outcome = match kind {
            // What is paid later by other means is completed first and not paid yet.
            "checkout.session.completed" if session["payment_status"] == "unpaid" => None,
            "checkout.session.completed" | "checkout.session.async_payment_succeeded" => {
                Some(Outcome::Paid(payment(session).ok_or(NotTaken::NoReport)?))
            }
            "checkout.session.expired" | "checkout.session.async_payment_failed" => {
                session["client_reference_id"].as_str().map(|reference| Outcome::Closed(reference.to_owned()))
            }
            _ => None,
        };
        Ok(Report { id: id.to_owned(), outcome })
    }

    /// `t=…,v1=…`: HMAC-SHA-256 of time, full stop and body. Several `v1` stand there while a secret is replaced.
    fn is_signed(&self, signature: &str, body: &[u8], now: Timestamp) -> bool {
        let pairs = || signature.split(',').filter_map(|pair| pair.trim().split_once('='));
        let Some((_, time)) = pairs().find(|(name, _)| *name == "t") else { return false };
        let Ok(seconds) = time.parse::<i64>() else { return false };
        if (now.0.div_euclid(1000)).saturating_sub(seconds).saturating_abs() > TOLERANCE_SECONDS {
            return false;
        }
        let signed = [time.as_bytes(), b".", body].concat();
        let tags = pairs().filter(|(name, _)| *name == "v1").filter_map(|(_, tag)| hex::decode(tag).ok());
        // Compared in a time that tells nothing.
        tags.into_iter().any(|tag| hmac::verify(&self.webhook_key, &signed, &tag).is_ok())
    }
}

fn payment(session: &Value) -> Option<Payment> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    Some(Payment {
        session: text(&session["id"])?,
        reference: text(&session["client_reference_id"]).unwrap_or_default(),
        amount: session["amount_total"].as_i64()?,
        currency: text(&session["currency"])?.to_ascii_lowercase(),
        tax: session["total_details"]["amount_tax"].as_i64().unwrap_or_default(),
        country: text(&session["customer_details"]["address"]["country"]).unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_700_000_000_000);

    fn stripe() -> Stripe {
        Stripe::at("https://stripe.example/", "sk_test", "whsec_test").unwrap()
    }

    fn sign(secret: &str, seconds: i64, body: &str) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        format!("t={seconds},v1={}", hex::encode(hmac::sign(&key, format!("{seconds}.{body}").as_bytes()).as_ref()))
    }

    fn event(kind: &str, status: &str) -> String {
        serde_json::json!({"id": "evt_1", "type": kind, "data": {"object": {
            "id": "cs_1", "client_reference_id": "ref", "amount_total": 99, "currency": "EUR", "payment_status": status,
            "total_details": {"amount_tax": 16}, "customer_details": {"address": {"country": "DE"}, "email": "a@b"},
        }}})
        .to_string()
    }

    #[test]
    fn only_what_is_signed_now_is_read() {
        let (stripe, body) = (stripe(), event("checkout.session.completed", "paid"));
        let good = sign("whsec_test", 1_700_000_000, &body);
        assert!(stripe.read(&good, body.as_bytes(), NOW).is_ok());
        // While a secret is replaced, two signatures stand there.
        let two = good.replace(",v1=", &format!(",v0=00,v1={},v1=", "0".repeat(64)));
        assert!(stripe.read(&two, body.as_bytes(), NOW).is_ok());
        let late = |seconds| stripe.read(&good, body.as_bytes(), NOW.plus_seconds(seconds)).is_ok();
        assert!(late(300) && late(-300) && !late(301) && !late(-301));
        let other = sign("whsec_other", 1_700_000_000, &body);
        for wrong in
            ["", "t=1700000000", "v1=00", "t=x,v1=00", &good[..good.len() - 2], &other, "t=9223372036854775807"]
        {
            assert_eq!(stripe.read(wrong, body.as_bytes(), NOW), Err(NotTaken::Unsigned), "{wrong}");
        }
        let changed = body.replace("99", "98");
        assert_eq!(stripe.read(&good, changed.as_bytes(), NOW), Err(NotTaken::Unsigned));
    }

    #[test]
    fn reports_are_read_for_what_they_say() {
        let read = |body: &str| stripe().read(&sign("whsec_test", 1_700_000_000, body), body.as_bytes(), NOW);
        let outcome = |kind, status| read(&event(kind, status)).unwrap().outcome;
        let paid = Payment {
            session: "cs_1".into(),
            reference: "ref".into(),
            amount: 99,
            currency: "eur".into(),
            tax: 16,
            country: "DE".into(),
        };
        assert_eq!(outcome("checkout.session.completed", "paid"), Some(Outcome::Paid(paid.clone())));
        assert_eq!(outcome("checkout.session.completed", "unpaid"), None);
        assert_eq!(outcome("checkout.session.async_payment_succeeded", "paid"), Some(Outcome::Paid(paid)));
        for closed in ["checkout.session.expired", "checkout.session.async_payment_failed"] {
            assert_eq!(outcome(closed, "unpaid"), Some(Outcome::Closed("ref".into())));
        }
        assert_eq!(outcome("charge.succeeded", "paid"), None);
        for none in ["", "{", "[]", "{\"id\": 5}", "{\"id\":\"e\",\"type\":\"checkout.session.completed\"}"] {
            assert_eq!(read(none), Err(NotTaken::NoReport), "{none}");
        }
        assert!(Stripe::at("ftp://host", "k", "s").is_none());
        assert_eq!(format!("{:?}", stripe()), "Stripe(…)");
    }
}
