//! Event streams over a real socket: told at once, gone on with, cut within a second.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use outro_http::{Listening, Peer};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::*;

/// By when a stream must have ended.
const SECOND: Duration = Duration::from_secs(1);

async fn serve(world: &World) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let service = world.router().into_make_service_with_connect_info::<Peer>();
    tokio::spawn(async move { axum::serve(Listening::from(listener), service).await });
    address
}

async fn open(address: SocketAddr, who: &Client, more: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    ask(&mut stream, who, more).await;
    stream
}

async fn ask(stream: &mut TcpStream, who: &Client, more: &str) {
    let token = who.token.as_deref().unwrap();
    let head =
        format!("GET /api/v1/events HTTP/1.1\r\nHost: outro.test\r\nAuthorization: Bearer {token}\r\n{more}\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
}

/// Reads until the text holds `what`.
async fn until(stream: &mut TcpStream, what: &str) -> String {
    let (mut text, mut buffer) = (String::new(), [0; 4096]);
    while !text.contains(what) {
        let read = tokio::time::timeout(Duration::from_secs(3), stream.read(&mut buffer)).await;
        let read = read.unwrap_or_else(|_| panic!("no {what:?} in {text}")).unwrap();
        assert!(read > 0, "it ended: {text}");
        text.push_str(&String::from_utf8_lossy(&buffer[..read]));
    }
    text
}

/// Holds that a stream ends within a second, and says that it does: a browser takes a reset for a fault.
async fn assert_ends(mut stream: TcpStream, began: Instant) {
    let (mut rest, limit) = (Vec::new(), SECOND.saturating_sub(began.elapsed()));
    let ended = tokio::time::timeout(limit, stream.read_to_end(&mut rest)).await;
    ended.unwrap_or_else(|_| panic!("it goes on after {:?}", began.elapsed())).unwrap();
    assert!(rest.ends_with(b"0\r\n\r\n"), "it broke off: {}", String::from_utf8_lossy(&rest));
}

on_both! {
    async fn a_message_is_told_at_once_and_again_to_who_comes_back(world: World) {
        let (ada, bob) = (world.client().join("ada").await, world.client().join("bob").await);
        befriend(&world, &ada, &bob).await;
        let address = serve(&world).await;
        let mut stream = open(address, &ada, "").await;
        let head = until(&mut stream, "retry: ").await;
        assert!(head.contains("content-type: text/event-stream") && head.contains("cache-control: no-store"), "{head}");
        let began = Instant::now();
        let talk = id(&write_to(&bob, "ada", "a secret text").await.expect(201));
        let told = until(&mut stream, "\n\n").await;
        assert!(began.elapsed() < Duration::from_millis(900), "{:?}", began.elapsed());
        assert!(told.contains("event: message\n") && told.contains(&talk) && told.contains("\"unread_count\":1"), "{told}");
        assert!(!told.contains("secret"), "a text is told: {told}");
        let seq: i64 = told.split("id: ").nth(1).unwrap().lines().next().unwrap().parse().unwrap();
        drop(stream);
        say(&bob, &talk, "meanwhile").await.expect(201);
        let mut stream = open(address, &ada, &format!("Last-Event-ID: {seq}\r\n")).await;
        assert!(until(&mut stream, "event: message").await.contains(&format!("id: {}\n", seq + 1)));
    }
}

/// The number that a stream begins with.
fn number(head: &str) -> i64 {
    head.split("id: ").nth(1).unwrap().lines().next().unwrap().parse().unwrap()
}

on_both! {
    async fn who_is_cut_off_before_the_first_event_misses_nothing(world: World) {
        let (ada, bob) = (world.client().join("ada").await, world.client().join("bob").await);
        befriend(&world, &ada, &bob).await;
        let talk = id(&write_to(&bob, "ada", "before").await.expect(201));
        let address = serve(&world).await;
        let mut stream = open(address, &ada, "").await;
        let seq = number(&until(&mut stream, "id: 1\n\n").await);
        drop(stream);
        say(&bob, &talk, "meanwhile").await.expect(201);
        let again = format!("Last-Event-ID: {seq}\r\n");
        let mut stream = open(address, &ada, &again).await;
        let told = until(&mut stream, "event: message").await;
        assert!(told.contains(&format!("id: {}\nevent: message", seq + 1)), "{told}");
        // Where more was missed than is kept, it is said so, however often it is asked before it was heard.
        world.clock.advance_seconds(25 * 3600);
        outro_app::housekeeping::schedule(&world.app).await.unwrap();
        world.run_jobs().await;
        for _ in 0..2 {
            let mut stream = open(address, &ada, &again).await;
            let told = until(&mut stream, "event: resync").await;
            assert_eq!(number(&told), seq, "the greeting promises nothing that was not told");
        }
    }
}

// A client that does not read is not told of the end: its connection is cut.
on_both! {
    async fn who_does_not_read_is_cut_within_a_second(world: World) {
        let ada = world.client().join("ada").await;
        let address = serve(&world).await;
        // One that takes little in advance.
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(16 << 10).unwrap();
        let mut stream = socket.connect(address).await.unwrap();
        ask(&mut stream, &ada, "").await;
        until(&mut stream, "retry: ").await;
        // So much is noted that all between is full.
        let (id, many) = (world.id_of(&ada).await, 4000);
        let mut tx = world.app.db.write().await.unwrap();
        for _ in 0..many {
            outro_app::live::note(&world.app, &mut tx, id, outro_model::EventKind::Notifications).await.unwrap();
        }
        tx.commit().await.unwrap();
        tokio::time::sleep(Duration::from_millis(800)).await;
        let began = Instant::now();
        ada.call("DELETE", "/api/v1/sessions/current", None).await.expect(204);
        tokio::time::sleep(SECOND.saturating_sub(began.elapsed())).await;
        let mut rest = Vec::new();
        let read = tokio::time::timeout(Duration::from_millis(500), stream.read_to_end(&mut rest)).await;
        assert!(read.expect("it goes on").is_err(), "it was ended, not broken off: {} bytes", rest.len());
    }
}

/// As many who have a session and nothing else.
async fn crowd(world: &World, count: usize) -> Vec<outro_app::Signed> {
    use outro_model::{AccountId, SessionId};
    let now = outro_model::Clock::now(&*world.clock);
    let mut tx = world.app.db.write().await.unwrap();
    let mut crowd = Vec::with_capacity(count);
    for number in 0..count {
        let row = outro_testkit::rows::account_row();
        let (account, session): (AccountId, _) = (row.id, SessionId::random(&*world.app.random));
        let mut token_hash = [7; 32];
        token_hash[..8].copy_from_slice(&(number as u64).to_be_bytes());
        accounts::insert(&mut tx, &row).await.unwrap();
        let expires_at = now.plus_seconds(86_400);
        let (id, device) = (session, vec![]);
        let (created_at, seen_at, password_at) = (now, now, now);
        let row = outro_store::sessions::Session {
            account,
            token_hash,
            id,
            created_at,
            seen_at,
            expires_at,
            password_at,
            device,
        };
        outro_store::sessions::insert(&mut tx, &row).await.unwrap();
        crowd.push(outro_app::Signed { account, session, token_hash, password_at: now, renewed: false });
    }
    tx.commit().await.unwrap();
    crowd
}

on_both! {
    async fn of_five_thousand_who_listen_each_one_ends_within_a_second(world: World) {
        let crowd = crowd(&world, 5000).await;
        let mut open = Vec::with_capacity(crowd.len());
        for signed in &crowd {
            open.push(outro_app::live::listen(&world.app, signed, None).await.unwrap());
        }
        assert_eq!(world.app.live.open(), crowd.len());
        for at in [0, 2500, 4999] {
            let (signed, began) = (&crowd[at], Instant::now());
            let mut tx = world.app.db.write().await.unwrap();
            assert!(outro_store::sessions::end(&mut tx, signed.account, &signed.token_hash).await.unwrap());
            tx.commit().await.unwrap();
            let over = tokio::time::timeout(SECOND, open[at].until_over()).await;
            assert!(over.is_ok(), "number {at} goes on after {:?}", began.elapsed());
            println!("of 5,000 streams number {at} ended after {:?}", began.elapsed());
        }
        // Nobody else's did.
        for (at, listening) in open.iter().enumerate().filter(|(at, _)| ![0, 2500, 4999].contains(at)) {
            let over = tokio::time::timeout(Duration::ZERO, listening.until_over()).await;
            assert!(over.is_err(), "number {at} ended");
        }
    }
}

on_both! {
    async fn it_ends_within_a_second_of_the_session(world: World) {
        let ada = world.client().join("ada").await;
        let address = serve(&world).await;
        let sign_in = json!({"handle": "ada", "password": "ada-password"});
        let other = ada.post("/api/v1/sessions", sign_in).await.expect(201).json();
        let other = ada.anonymous().with(other["token"].as_str());
        let (mut ends, mut stays) = (open(address, &other, "").await, open(address, &ada, "").await);
        for stream in [&mut ends, &mut stays] {
            until(stream, "retry: ").await;
        }
        let began = Instant::now();
        other.call("DELETE", "/api/v1/sessions/current", None).await.expect(204);
        assert_ends(ends, began).await;
        let mut buffer = [0; 64];
        let still = tokio::time::timeout(Duration::from_millis(700), stays.read(&mut buffer)).await;
        assert!(still.is_err(), "the other session's stream ended too");
        open(address, &other, "").await.read_exact(&mut buffer[..12]).await.unwrap();
        assert_eq!(&buffer[..12], b"HTTP/1.1 401");
    }
}

on_both! {
    async fn it_ends_within_a_second_of_leaving_and_of_hiatus(world: World) {
        let (ada, bob) = (world.client().join("ada").await, world.client().join("bob").await);
        let address = serve(&world).await;
        let (mut hers, mut his) = (open(address, &ada, "").await, open(address, &bob, "").await);
        for stream in [&mut hers, &mut his] {
            until(stream, "retry: ").await;
        }
        let began = Instant::now();
        hiatus(&world, &bob, true).await;
        assert_ends(his, began).await;
        let mut refused = [0; 12];
        open(address, &bob, "").await.read_exact(&mut refused).await.unwrap();
        assert_eq!(&refused, b"HTTP/1.1 403");
        let begun = ada.post("/api/v1/me/deletion", json!({})).await.expect(202).json();
        let proof = json!({"challenge": begun["challenge"], "password": "ada-password"});
        ada.post("/api/v1/me/deletion/confirm", proof).await.expect(200);
        assert_ends(hers, Instant::now()).await;
        world.settle().await;
    }
}

on_both! {
    async fn who_hangs_up_is_forgotten_and_one_account_has_only_so_many_open(world: World) {
        let ada = world.client().join("ada").await;
        let address = serve(&world).await;
        let mut streams = Vec::new();
        for _ in 0..22 {
            let mut stream = open(address, &ada, "").await;
            until(&mut stream, "retry: ").await;
            streams.push(stream);
        }
        assert_eq!(world.app.live.open(), 20);
        drop(streams);
        for _ in 0..50 {
            if world.app.live.open() == 0 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{} are still open", world.app.live.open());
    }
}
