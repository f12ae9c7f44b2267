//! What is going out already ends within a second.

use std::time::{Duration, Instant};

use axum::body::BodyDataStream;
use axum::http::header;
use futures_util::StreamExt as _;
use tower::ServiceExt as _;

use super::*;

/// More than a second's worth for a slow reader, and more than all buffers between hold.
const LENGTH: usize = 24 << 20;

/// Begins to read as a client that is slower than the server.
async fn begin(world: &World, client: &Client, id: &str) -> BodyDataStream {
    let token = client.token.clone().unwrap();
    let request = Request::builder()
        .uri(format!("/media/{id}/video.mp4"))
        .header(header::AUTHORIZATION, format!("Bearer {token}"));
    let reply = world.router().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(reply.status(), 200);
    let mut stream = reply.into_body().into_data_stream();
    assert!(!stream.next().await.unwrap().unwrap().is_empty());
    stream
}

/// Reads on, a little at a time; how long until it broke off. Panics when it goes on to its end.
async fn until_broken(mut stream: BodyDataStream) -> Duration {
    let began = Instant::now();
    loop {
        tokio::time::sleep(Duration::from_millis(20)).await;
        match stream.next().await {
            Some(Ok(_)) => {}
            Some(Err(_)) => return began.elapsed(),
            None => panic!("it went on to its end"),
        }
        assert!(began.elapsed() < Duration::from_secs(3), "it goes on");
    }
}

#[track_caller]
fn assert_at_once(took: Duration, what: &str) {
    assert!(took < Duration::from_millis(1000), "{what} ended the stream after {took:?}");
}

async fn planted(world: &World) -> (Cast, String) {
    let cast = Cast::of(world).await;
    let id = world.plant(&cast.owner, &vec![7; LENGTH]).await;
    (cast, id)
}

on_both! {
    async fn an_audience_that_is_narrowed_ends_it_for_those_who_are_out(world: World) {
        let (cast, id) = planted(&world).await;
        let (out, mut stays) = (begin(&world, &cast.follower, &id).await, begin(&world, &cast.friend, &id).await);
        cast.owner.post("/api/v1/me/videos/audience", json!({"audience": "friends", "all": true})).await.expect(200);
        assert_at_once(until_broken(out).await, "friends");
        for _ in 0..5 {
            tokio::time::sleep(Duration::from_millis(200)).await;
            stays.next().await.unwrap().unwrap();
        }
    }
}

on_both! {
    async fn an_unfollow_ends_it(world: World) {
        let (cast, id) = planted(&world).await;
        privacy(&cast.owner, json!({"private_account": true})).await.expect(200);
        let stream = begin(&world, &cast.follower, &id).await;
        let (owner, follower) = (world.id_of(&cast.owner).await, world.id_of(&cast.follower).await);
        let mut tx = world.app.db.write().await.unwrap();
        assert!(graph::unfollow(&mut tx, follower, owner).await.unwrap());
        tx.commit().await.unwrap();
        assert_at_once(until_broken(stream).await, "unfollow");
    }
}

on_both! {
    async fn a_block_ends_it_both_ways(world: World) {
        let (cast, id) = planted(&world).await;
        let theirs = world.plant(&cast.stranger, &vec![7; LENGTH]).await;
        let (one, other) = (begin(&world, &cast.stranger, &id).await, begin(&world, &cast.owner, &theirs).await);
        let (owner, stranger) = (world.id_of(&cast.owner).await, world.id_of(&cast.stranger).await);
        let mut tx = world.app.db.write().await.unwrap();
        assert!(graph::block(&mut tx, owner, stranger, outro_model::Timestamp(1)).await.unwrap());
        tx.commit().await.unwrap();
        let (one, other) = tokio::join!(until_broken(one), until_broken(other));
        assert_at_once(one, "a block");
        assert_at_once(other, "a block");
    }
}

on_both! {
    async fn hiatus_ends_it_and_not_ones_own(world: World) {
        let (cast, id) = planted(&world).await;
        let (theirs, mut own) = (begin(&world, &cast.friend, &id).await, begin(&world, &cast.owner, &id).await);
        privacy(&cast.owner, json!({"on_hiatus": true})).await.expect(200);
        assert_at_once(until_broken(theirs).await, "hiatus");
        for _ in 0..5 {
            tokio::time::sleep(Duration::from_millis(200)).await;
            own.next().await.unwrap().unwrap();
        }
    }
}
