//! A purchase from its beginning to its end against localstripe, with everything over the network: what is asked for in
//! the form that Stripe takes, and reports that are signed by somebody else's hands.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use outro_app::wallet::records;
use outro_http::{Listening, Peer};
use outro_testkit::{Client, World, on_both};
use serde_json::{Value, json};

use super::buying::year;
use super::{assert_balanced, balance, leave, receipt};

const SECRET: &str = "whsec_of_localstripe";

/// localstripe, as `scripts/install.sh test` installs it.
struct LocalStripe {
    child: Child,
    url: String,
}

impl LocalStripe {
    fn start() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let python = root.join("target/tools/venv/bin/python");
        assert!(python.exists(), "{} is not there: run `scripts/install.sh test` first", python.display());
        let script = root.join("crates/testkit/tests/coins/localstripe_checkout.py");
        let mut child = Command::new(python)
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("localstripe starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let port: u16 = line.trim().parse().expect("localstripe says its port: is it installed?");
        Self { child, url: format!("http://127.0.0.1:{port}") }
    }

    async fn post(&self, path: &str, form: Vec<(&'static str, String)>) -> (u16, String) {
        post(format!("{}{path}", self.url), form).await
    }
}

impl Drop for LocalStripe {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

async fn post(url: String, form: Vec<(&'static str, String)>) -> (u16, String) {
    let call = move || {
        let config = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0);
        let agent: ureq::Agent = config.max_redirects_will_error(false).build().into();
        let request = agent.post(url).header("Authorization", "Bearer sk_test_12345");
        let mut answer = request.send_form(form).unwrap();
        (answer.status().as_u16(), answer.body_mut().read_to_string().unwrap())
    };
    tokio::task::spawn_blocking(call).await.unwrap()
}

/// Serves a world at an address of its own, as the payment service reaches it.
async fn serve(world: &World) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let service = world.router().into_make_service_with_connect_info::<Peer>();
    tokio::spawn(async move { axum::serve(Listening::from(listener), service).await.unwrap() });
    url
}

async fn begin(who: &Client) -> Value {
    let begun = who.post("/api/v1/me/wallet/purchases", json!({ "pack": "550" })).await.expect(201).json();
    assert_eq!((&begun["state"], &begun["amount"]), (&json!("open"), &json!(499)));
    begun
}

/// Pays with a card, as on the page of the payment.
async fn pay(begun: &Value, card: &str) -> u16 {
    let url = begun["checkout_url"].as_str().unwrap().to_owned();
    post(url, vec![("card", card.to_owned())]).await.0
}

/// Waits until something is there: reports come by themselves.
async fn until<T>(what: &str, ask: impl AsyncFn() -> Option<T>) -> T {
    for _ in 0..100 {
        if let Some(found) = ask().await {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("waited in vain for {what}");
}

/// A server that sells coins, and the payment service that it asks and hears from.
async fn with_local_stripe(world: World) -> (World, LocalStripe) {
    let stripe = LocalStripe::start();
    let world = world.with_payments_at(&stripe.url, SECRET);
    let world = world.with_settings(|settings| settings.coins.back = "http://outro.test/settings/coins".into());
    let here = serve(&world).await;
    let hook = vec![("url", format!("{here}/stripe/webhook")), ("secret", SECRET.to_owned())];
    assert_eq!(stripe.post("/_config/webhooks/outro", hook).await.0, 200);
    (world, stripe)
}

on_both! {
    async fn a_purchase_from_beginning_to_end(world: World) {
        let (world, _stripe) = with_local_stripe(world).await;

        let ada = world.client().join("ada").await;
        let begun = begin(&ada).await;
        assert_eq!(pay(&begun, "4000000000000341").await, 402, "a card that is declined pays nothing");
        assert_eq!(balance(&ada).await, 0);
        assert_eq!(pay(&begun, "4242424242424242").await, 303, "it leads back");
        until("the coins", async || (balance(&ada).await == 550).then_some(())).await;
        assert_balanced(&world).await;
        let kept = records(&world.app, year(&world)).await.unwrap();
        assert_eq!((kept.len(), kept[0].amount, kept[0].coins, kept[0].country.as_str()), (1, 499, Some(550), "DE"));
        assert!(!format!("{kept:?}").contains("payer"), "what Stripe knows of the payer is not kept: {kept:?}");

        // One that is paid when its buyer has left.
        let late = begin(&ada).await;
        receipt(&world, &leave(&ada, "ada").await).await;
        assert_eq!(pay(&late, "4242424242424242").await, 303);
        let kept = until("the record", async || {
            let kept = records(&world.app, year(&world)).await.unwrap();
            (kept.len() == 2).then_some(kept)
        }).await;
        assert_eq!(kept.iter().filter(|record| record.coins.is_none()).count(), 1, "{kept:?}");
        assert_eq!(world.rows("wallets").await, [] as [String; 0]);
        assert_balanced(&world).await;
    }
}

on_both! {
    async fn a_payment_that_ends_unpaid_is_closed(world: World) {
        let (world, stripe) = with_local_stripe(world).await;
        let ada = world.client().join("ada").await;
        let begun = begin(&ada).await;
        let session = begun["checkout_url"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
        assert_eq!(stripe.post(&format!("/v1/checkout/sessions/{session}/expire"), vec![("x", String::new())]).await.0, 200);
        let closed = "SELECT COUNT(*) FROM purchases WHERE state = 3";
        until("the end", async || (crate::number(&world, closed).await == 1).then_some(())).await;
        assert_eq!(balance(&ada).await, 0);
    }
}
