//! What is revoked while it goes out ends within a second.

use std::time::{Duration, Instant};

use axum::body::BodyDataStream;
use futures_util::StreamExt as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tower::ServiceExt as _;

use super::*;

/// More than a second's worth for a slow reader, and more than all buffers between hold.
const LENGTH: usize = 24 << 20;

async fn planted(world: &World) -> (Client, String) {
    let owner = world.client().join("owner").await;
    let id = world.plant(&owner, &bytes(LENGTH)).await;
    (owner, id)
}

/// Begins to read as a client that is slower than the server.
async fn begin(world: &World, client: &Client, path: &str) -> BodyDataStream {
    let mut request = Request::builder().uri(path);
    if let Some(token) = &client.token {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    let reply = world.router().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(reply.status(), 200);
    let mut stream = reply.into_body().into_data_stream();
    assert!(!stream.next().await.unwrap().unwrap().is_empty());
    stream
}

/// Reads on, a little at a time; how long until it broke off. Panics when it goes on to its end.
async fn until_broken(mut stream: BodyDataStream) -> Duration {
    let (began, mut read) = (Instant::now(), 0);
    loop {
        tokio::time::sleep(Duration::from_millis(20)).await;
        match stream.next().await {
            Some(Ok(more)) => read += more.len(),
            Some(Err(_)) => return began.elapsed(),
            None => panic!("it went on to its end, {read} bytes"),
        }
        assert!(began.elapsed() < Duration::from_secs(3), "it goes on, {read} bytes");
    }
}

#[track_caller]
fn assert_at_once(took: Duration, what: &str) {
    assert!(took < Duration::from_millis(1000), "{what} ended the stream after {took:?}");
}

on_both! {
    async fn a_change_of_the_audience_ends_it(world: World) {
        let (owner, id) = planted(&world).await;
        let path = format!("/media/{id}/video.mp4");
        let (theirs, own) = (begin(&world, &world.client(), &path).await, begin(&world, &owner, &path).await);
        set(&owner, &format!("/api/v1/videos/{id}"), json!({"audience": "only_me"})).await;
        assert_at_once(until_broken(theirs).await, "only_me");
        // The owner's own goes on.
        let mut own = own;
        for _ in 0..5 {
            tokio::time::sleep(Duration::from_millis(200)).await;
            own.next().await.unwrap().unwrap();
        }
    }
}

on_both! {
    async fn a_private_account_ends_it(world: World) {
        let (owner, id) = planted(&world).await;
        let stranger = world.client().join("stranger").await;
        let stream = begin(&world, &stranger, &format!("/media/{id}/video.mp4")).await;
        set(&owner, "/api/v1/me/privacy", json!({"private_account": true})).await;
        assert_at_once(until_broken(stream).await, "a private account");
    }
}

on_both! {
    async fn taking_the_video_away_ends_it_for_everybody(world: World) {
        let (owner, id) = planted(&world).await;
        let path = format!("/media/{id}/video.mp4");
        let (theirs, own) = (begin(&world, &world.client(), &path).await, begin(&world, &owner, &path).await);
        owner.call("DELETE", &format!("/api/v1/videos/{id}"), None).await.expect(204);
        let (theirs, own) = tokio::join!(until_broken(theirs), until_broken(own));
        assert_at_once(theirs, "removal");
        assert_at_once(own, "removal");
    }
}

on_both! {
    async fn signing_out_ends_what_was_ones_own(world: World) {
        let (owner, id) = planted(&world).await;
        set(&owner, &format!("/api/v1/videos/{id}"), json!({"audience": "only_me"})).await;
        let stream = begin(&world, &owner, &format!("/media/{id}/video.mp4")).await;
        owner.call("DELETE", "/api/v1/sessions/current", None).await.expect(204);
        assert_at_once(until_broken(stream).await, "signing out");
    }
}

on_both! {
    async fn leaving_ends_it(world: World) {
        let (owner, id) = planted(&world).await;
        let stream = begin(&world, &world.client(), &format!("/media/{id}/video.mp4")).await;
        let begun = owner.post("/api/v1/me/deletion", json!({})).await.expect(202).json();
        let proof = json!({"challenge": begun["challenge"], "password": "owner-password"});
        owner.post("/api/v1/me/deletion/confirm", proof).await.expect(200);
        assert_at_once(until_broken(stream).await, "leaving");
    }
}

on_both! {
    async fn what_stays_allowed_goes_on_to_its_end(world: World) {
        let (_, id) = planted(&world).await;
        let mut stream = begin(&world, &world.client(), &format!("/media/{id}/video.mp4")).await;
        for _ in 0..7 {
            tokio::time::sleep(Duration::from_millis(200)).await;
            stream.next().await.unwrap().unwrap();
        }
        let mut left = 0;
        while let Some(more) = stream.next().await {
            left += more.unwrap().len();
        }
        assert!(left > LENGTH - (2 << 20), "{left}");
    }
}

// A player that has paused reads nothing: what it has not got yet must not wait for it.
on_both! {
    async fn a_reader_that_stands_still_gets_no_more_over_the_network(world: World) {
        let (owner, id) = planted(&world).await;
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = world.router();
        tokio::spawn(async move { axum::serve(listener, router).await });
        let mut reader = tokio::net::TcpStream::connect(address).await.unwrap();
        let request = format!("GET /media/{id}/video.mp4 HTTP/1.1\r\nHost: outro.test\r\n\r\n");
        reader.write_all(request.as_bytes()).await.unwrap();
        let mut head = vec![0; 64 << 10];
        assert!(reader.read(&mut head).await.unwrap() > 0);
        assert!(head.starts_with(b"HTTP/1.1 200"));
        set(&owner, &format!("/api/v1/videos/{id}"), json!({"audience": "only_me"})).await;
        tokio::time::sleep(Duration::from_millis(1200)).await;
        // What stands in buffers already may still come; after that the line is cut.
        let (mut read, mut buffer) = (0, vec![0; 1 << 20]);
        let ended = tokio::time::timeout(Duration::from_millis(800), async {
            while let Ok(more) = reader.read(&mut buffer).await {
                if more == 0 { break }
                read += more;
            }
        });
        assert!(ended.await.is_ok(), "the line is open still, {read} bytes");
        assert!(read < LENGTH - (8 << 20), "{read} of {LENGTH} bytes came");
    }
}
