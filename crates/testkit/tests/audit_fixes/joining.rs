//! Joining: every try counts, slow hashes have an end, and nothing is left half done.

use std::future::{Future, poll_fn};
use std::task::Poll;

use super::*;
use futures_util::future::join_all;

fn joiner(handle: &str) -> Value {
    json!({ "handle": handle, "password": "a good password", "birth_date": "1990-01-01" })
}

on_both! {
    async fn every_try_counts_whatever_comes_of_it(world: World) {
        world.to_a_new_day();
        let anyone = world.client();
        anyone.join("ada").await;
        for _ in 0..29 {
            anyone.post("/api/v1/accounts", joiner("ada")).await.expect(409);
        }
        for handle in ["ada", "admin", "somebody_new"] {
            assert_eq!(anyone.post("/api/v1/accounts", joiner(handle)).await.expect(429).code(), "rate_limited");
        }
        world.clock.advance_seconds(86_400);
        anyone.post("/api/v1/accounts", joiner("somebody_new")).await.expect(201);
    }
}

on_both! {
    async fn those_who_ask_at_once_are_counted_too(world: World) {
        world.to_a_new_day();
        let anyone = world.client();
        anyone.join("ada").await;
        let tries = join_all((0..50).map(|_| anyone.post("/api/v1/accounts", joiner("ada")))).await;
        let hashed = tries.iter().filter(|reply| reply.status == 409).count();
        assert_eq!(hashed, 29, "{:?}", tries.iter().map(|reply| reply.status.as_u16()).collect::<Vec<_>>());
    }
}

on_both! {
    async fn a_flood_of_passwords_is_refused_and_keeps_nobody_from_leaving(world: World) {
        let world = world.with_settings(|settings| settings.rate_limits = false);
        let anyone = world.client();
        let ada = anyone.join("ada").await;
        let begun = begin(&ada).await.expect(202).json();
        // As many as fill the queue of any machine these tests run on.
        let many = 40 * std::thread::available_parallelism().unwrap().get() + 50;
        let flood: Vec<_> = (0..many)
            .map(|_| {
                let anyone = anyone.clone();
                let body = json!({ "handle": "nobody", "password": "whatever it is" });
                tokio::spawn(async move { anyone.post("/api/v1/sessions", body).await })
            })
            .collect();
        tokio::time::sleep(Duration::from_millis(50)).await;
        confirm_by_password(&ada, &begun, "ada-password").await.expect(200);
        assert!(flood.iter().any(|one| !one.is_finished()), "leaving waited for the flood");
        let (mut busy, mut hashed) = (0, 0);
        for one in flood {
            let reply = one.await.unwrap();
            if reply.status == 503 {
                assert_eq!(reply.code(), "busy");
                busy += 1;
            } else {
                reply.expect(401);
                hashed += 1;
            }
        }
        assert!(busy > 0 && hashed > 0, "{busy} busy, {hashed} hashed");
        anyone.join("later").await;
    }
}

/// Drives a future until it has waited so many times, and drops it; its answer, if it came to one.
async fn dropped_after<F: Future>(waits: usize, future: F) -> Option<F::Output> {
    let mut future = Box::pin(future);
    let mut left = waits;
    poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending if left == 0 => Poll::Ready(None),
        Poll::Pending => {
            left -= 1;
            Poll::Pending
        }
    })
    .await
}

/// How many keys, homes and accounts there are, and joins that were not heard of.
async fn held(world: &World) -> (usize, usize, usize, usize) {
    let keys = world.app.vault.account_ids(None, 500).await.unwrap().len();
    let homes = world.app.blobs.owners(None, 500).await.unwrap().len();
    let future = world.clock.now().plus_seconds(1);
    let open = world.app.vault.unjoined(future, 500).await.unwrap().len();
    (keys, homes, world.rows("accounts").await.len(), open)
}

on_both! {
    async fn who_hangs_up_leaves_nothing_half_done(world: World) {
        let world = world.with_settings(|settings| settings.rate_limits = false);
        let anyone = world.client();
        for waits in 0..200 {
            let handle = format!("person{waits}");
            let joined = dropped_after(waits, anyone.post("/api/v1/accounts", joiner(&handle))).await;
            let is_whole = async || {
                let (keys, homes, accounts, open) = held(&world).await;
                keys == homes && homes == accounts && open == 0
            };
            // What goes on by itself ends soon; what was cut off never does.
            until(&format!("whole after {waits} waits: {:?}", held(&world).await), is_whole).await;
            if let Some(reply) = joined {
                reply.expect(201);
                assert!(waits > 1, "it was never cut off");
                return;
            }
        }
        panic!("it never ended");
    }
}
