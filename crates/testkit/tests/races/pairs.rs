//! Leaving against one other thing, in each order.

use std::sync::Mutex;

use outro_app::AppRunner;
use outro_jobs::Lane;
use outro_testkit::Reply;

use super::*;

/// In how many orders and at how many moments: three in which one is over before the other begins, then together.
const ORDERS: u64 = 8;
/// How much later than leaving the other thing begins, when they run together, in milliseconds.
const LATER: u64 = 12;

/// Who leaves, who stays, and what they have.
struct Cast {
    who: Client,
    other: Client,
    handle: String,
    account: AccountId,
    /// Tokens that were handed out in the race.
    tokens: Mutex<Vec<String>>,
}

impl Cast {
    async fn call(&self, who: &Client, method: &str, path: &str, body: Option<serde_json::Value>) -> Reply {
        answered(who.call(method, path, body).await)
    }
}

/// Whatever the order, an answer is one of those that are meant. What is busy is asked again by whoever asked.
fn answered(reply: Reply) -> Reply {
    let status = reply.status.as_u16();
    assert!(status < 500 || status == 503, "{status}: {}", reply.text());
    reply
}

async fn run_one(world: &World, lane: Lane) {
    // Apart from the stack: what a job needs is much.
    Box::pin(world.app.queue.work_once(lane, &AppRunner(world.app.clone()))).await.unwrap();
}

/// Runs one pair in every order. `before` has happened when it begins.
async fn race(world: World, before: impl AsyncFn(&World, &Cast), act: impl AsyncFn(&World, &Cast)) {
    let world = world.with_settings(|settings| settings.rate_limits = false);
    let other = world.client().join("stays").await;
    let kept = world.plant(&other, b"stays too").await;
    let said = format!("/api/v1/videos/{kept}/comments");
    other.post(&said, json!({ "text": "I was here" })).await.expect(201);
    for (order, who, handle) in world.all_join("racer", ORDERS).await {
        let account = id_of(&who).await;
        world.plant(&who, b"goes").await;
        answered(who.call("PUT", &format!("/api/v1/videos/{kept}/like"), None).await);
        let cast = Cast { who, other: other.clone(), handle: handle.clone(), account, tokens: Mutex::default() };
        before(&world, &cast).await;
        let begun = begin(&cast.who).await;
        let confirm =
            async || confirm(cast.who.clone(), begun.clone(), handle.clone()).await.expect("the one who asked leaves");
        let receipt = match order {
            0 => {
                Box::pin(act(&world, &cast)).await;
                confirm().await
            }
            1 => {
                let receipt = confirm().await;
                Box::pin(act(&world, &cast)).await;
                receipt
            }
            2 => {
                let receipt = confirm().await;
                Box::pin(world.settle_receipt(&receipt)).await;
                Box::pin(act(&world, &cast)).await;
                receipt
            }
            later => {
                let late = async {
                    tokio::time::sleep(Duration::from_millis(LATER * (later - 3))).await;
                    Box::pin(act(&world, &cast)).await;
                };
                let leaving = async {
                    let receipt = confirm().await;
                    run_one(&world, Lane::Prompt).await;
                    receipt
                };
                tokio::join!(late, leaving).1
            }
        };
        Box::pin(world.settle_receipt(&receipt)).await;
        assert_gone(&world, &cast, order).await;
        // Who stays has what they had.
        let page = other.get(&said).await.expect(200).json();
        assert_eq!(page["items"].as_array().unwrap().len(), 1, "order {order}");
        let video = other.get(&format!("/api/v1/videos/{kept}")).await.expect(200).json();
        assert_eq!((&video["like_count"], &video["comment_count"]), (&json!(0), &json!(1)), "order {order}");
        other.get(&format!("/media/{kept}/video.mp4")).await.expect(200);
    }
}

/// No row, no file, no key, no session, no page, in whatever order it was.
async fn assert_gone(world: &World, cast: &Cast, order: u64) {
    let Cast { account, handle, .. } = cast;
    assert_eq!(left_of(world, *account).await, Vec::<String>::new(), "order {order}");
    assert!(world.app.vault.account(*account).await.unwrap().is_none(), "order {order}");
    let tokens = cast.tokens.lock().unwrap().clone();
    for token in tokens.iter().chain(&cast.who.token) {
        world.client().with(Some(token)).get("/api/v1/me").await.expect(401);
    }
    world.client().get(&format!("/api/v1/accounts/{handle}")).await.expect(404);
    let sign_in = json!({ "handle": handle, "password": format!("{handle}-password") });
    world.client().post("/api/v1/sessions", sign_in).await.expect(401);
}

async fn nothing(_: &World, _: &Cast) {}

on_both! {
    async fn an_upload(world: World) {
        race(world, nothing, async |_, cast| {
            answered(cast.who.upload(clip(), &[("caption", "late")]).await);
        })
        .await;
    }
}

on_both! {
    async fn a_transcode(world: World) {
        let before = async |_: &World, cast: &Cast| {
            cast.who.upload(clip(), &[]).await.expect(202);
        };
        race(world, before, async |world, _| run_one(world, Lane::Encode).await).await;
    }
}

on_both! {
    async fn a_sign_in(world: World) {
        race(world, nothing, async |world, cast| {
            let body = json!({ "handle": cast.handle, "password": format!("{}-password", cast.handle) });
            let signed = answered(world.client().post("/api/v1/sessions", body).await);
            assert!(matches!(signed.status.as_u16(), 201 | 401), "{}", signed.text());
            cast.tokens.lock().unwrap().extend(signed.json()["token"].as_str().map(str::to_owned));
        })
        .await;
    }
}

on_both! {
    async fn messages_both_ways(world: World) {
        let before = async |_: &World, cast: &Cast| {
            let body = json!({ "to": ["stays"], "text": "from before" });
            cast.who.post("/api/v1/conversations", body).await.expect(201);
        };
        let messages = async |world: &World| world.rows("messages").await.len() as u64;
        let all = Mutex::new(0);
        race(world, before, async |world, cast| {
            let (there, here) = (json!({ "to": ["stays"], "text": "last words" }), json!({ "to": [cast.handle], "text": "wait" }));
            let count = messages(world).await;
            let (said, heard) = tokio::join!(
                cast.call(&cast.who, "POST", "/api/v1/conversations", Some(there)),
                cast.call(&cast.other, "POST", "/api/v1/conversations", Some(here)),
            );
            let taken = [&said, &heard].iter().filter(|reply| reply.status.is_success()).count() as u64;
            // What was acknowledged is there, and stays with who stays.
            assert!(messages(world).await >= count + taken, "a message that was taken is lost");
            *all.lock().unwrap() += taken;
        })
        .await;
        assert!(*all.lock().unwrap() > 2, "no message came through in any order");
    }
}

on_both! {
    async fn follows_both_ways(world: World) {
        race(world, nothing, async |world, cast| {
            let hers = format!("/api/v1/accounts/{}/follow", cast.handle);
            tokio::join!(
                cast.call(&cast.who, "PUT", "/api/v1/accounts/stays/follow", None),
                cast.call(&cast.other, "PUT", &hers, None),
            );
            // Counted or taken back: in the end neither has anybody.
            if world.app.vault.account(cast.account).await.unwrap().is_none() {
                let gone = world.client().get(&format!("/api/v1/accounts/{}", cast.handle)).await;
                gone.expect(404);
            }
        })
        .await;
    }
}

on_both! {
    async fn asking_for_a_takeout(world: World) {
        race(world, nothing, async |_, cast| {
            cast.call(&cast.who, "POST", "/api/v1/me/takeouts", None).await;
        })
        .await;
    }
}

on_both! {
    async fn making_a_takeout(world: World) {
        let before = async |_: &World, cast: &Cast| {
            cast.who.call("POST", "/api/v1/me/takeouts", None).await.expect(202);
        };
        race(world, before, async |world, _| run_one(world, Lane::Archive).await).await;
    }
}

on_both! {
    async fn downloading_a_takeout(world: World) {
        let before = async |world: &World, cast: &Cast| {
            cast.who.call("POST", "/api/v1/me/takeouts", None).await.expect(202);
            world.run_jobs().await;
        };
        race(world, before, async |_, cast| {
            let list = cast.call(&cast.who, "GET", "/api/v1/me/takeouts", None).await;
            if list.status == 200 {
                let id = list.json()["items"][0]["id"].as_str().unwrap().to_owned();
                cast.call(&cast.who, "GET", &format!("/api/v1/me/takeouts/{id}/download"), None).await;
            }
        })
        .await;
    }
}

on_both! {
    async fn going_away_and_coming_back(world: World) {
        race(world, nothing, async |_, cast| {
            for away in [true, false, true] {
                let body = Some(json!({ "on_hiatus": away }));
                cast.call(&cast.who, "PATCH", "/api/v1/me/privacy", body).await;
            }
        })
        .await;
    }
}

on_both! {
    async fn the_going_away_of_somebody_else(world: World) {
        let before = async |_: &World, cast: &Cast| {
            cast.who.call("PUT", "/api/v1/accounts/stays/follow", None).await.expect(200);
        };
        race(world, before, async |_, cast| {
            for away in [true, false] {
                let body = Some(json!({ "on_hiatus": away }));
                cast.call(&cast.other, "PATCH", "/api/v1/me/privacy", body).await.expect(200);
            }
        })
        .await;
    }
}
