//! A payment service for tests: it opens payments as Stripe does, and its reports are signed as Stripe's are.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use aws_lc_rs::hmac;
use axum::body::Body;
use axum::http::{Request, header};
use outro_courier::Stripe;
use outro_model::Clock as _;
use serde_json::{Value, json};

use crate::client::Reply;
use crate::world::World;

/// The secret that reports are signed with.
const SECRET: &str = "whsec_of_tests";

/// A payment service that runs in this process.
pub struct Payments {
    /// Its address.
    pub url: String,
    /// What it was asked: head and body of each request.
    pub asked: Arc<Mutex<Vec<String>>>,
}

impl Payments {
    /// Starts one. It ends with the test.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = asked.clone();
        std::thread::spawn(move || {
            for (number, stream) in listener.incoming().enumerate() {
                let mut reader = BufReader::new(stream.unwrap());
                let (mut text, mut length) = (String::new(), 0);
                loop {
                    let mut line = String::new();
                    if reader.read_line(&mut line).unwrap() == 0 || line == "\r\n" {
                        break;
                    }
                    if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                        length = value.trim().parse().unwrap();
                    }
                    text.push_str(&line);
                }
                let mut body = vec![0; length];
                reader.read_exact(&mut body).unwrap();
                text.push_str(std::str::from_utf8(&body).unwrap());
                log.lock().unwrap().push(text);
                let answer =
                    json!({"id": format!("cs_{number}"), "url": format!("https://pay.test/cs_{number}")}).to_string();
                let head =
                    format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}", answer.len());
                let _ = write!(reader.get_mut(), "{head}\r\nconnection: close\r\n\r\n{answer}");
            }
        });
        Self { url, asked }
    }
}

/// What the payment service reports of a payment.
pub fn payment_event(event: &str, kind: &str, session: &str, reference: &Value, amount: i64) -> Value {
    json!({"id": event, "type": kind, "data": {"object": {
        "id": session, "client_reference_id": reference, "amount_total": amount, "currency": "eur", "payment_status": "paid",
        "total_details": {"amount_tax": 16}, "customer_details": {"address": {"country": "DE"}},
    }}})
}

impl World {
    /// The same server, on which coins are paid at this address.
    pub fn with_payments_at(&self, url: &str, secret: &str) -> Self {
        let stripe = Stripe::at(url, "sk_test_12345", secret);
        self.with_settings(|settings| {
            settings.coins.stripe = stripe;
            settings.coins.for_nothing = false;
        })
    }

    /// The same server, on which coins are paid.
    pub fn with_payments(&self, payments: &Payments) -> Self {
        self.with_payments_at(&payments.url, SECRET)
    }

    /// Sends a report, signed now.
    pub async fn report(&self, event: &Value) -> Reply {
        let (body, seconds) = (event.to_string(), self.clock.now().0.div_euclid(1000));
        let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
        let tag = hmac::sign(&key, format!("{seconds}.{body}").as_bytes());
        let request = Request::post("/stripe/webhook").header(header::CONTENT_TYPE, "application/json; charset=utf-8");
        let request = request.header("stripe-signature", format!("t={seconds},v1={}", hex::encode(tag.as_ref())));
        self.client().send(request.body(Body::from(body)).unwrap()).await
    }
}
