//! Over a real socket: what is revoked ends within a second whether or not the other side reads or sends,
//! and what was begun and came to nothing leaves nothing.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use outro_http::{Listening, Peer};
use outro_testkit::{Client, World, on_both};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpSocket, TcpStream};

/// More than all buffers between hold.
const LARGE: usize = 24 << 20;
/// By when a stream must have ended.
const ENDED: Duration = Duration::from_millis(1000);
/// How long what is not about a revocation may take on a machine that is busy.
const PATIENCE: Duration = Duration::from_secs(4);

async fn serve(world: &World) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let service = world.router().into_make_service_with_connect_info::<Peer>();
    tokio::spawn(async move { axum::serve(Listening::from(listener), service).await });
    address
}

/// A client that takes little in advance.
async fn connect(address: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(16 << 10).unwrap();
    socket.connect(address).await.unwrap()
}

async fn get(address: SocketAddr, path: &str) -> TcpStream {
    let mut reader = connect(address).await;
    let request = format!("GET {path} HTTP/1.1\r\nHost: outro.test\r\n\r\n");
    reader.write_all(request.as_bytes()).await.unwrap();
    reader
}

/// Begins to read a video, and stops right away.
async fn stall(address: SocketAddr, video: &str) -> TcpStream {
    let mut reader = get(address, &format!("/media/{video}/video.mp4")).await;
    let mut head = [0; 12];
    reader.read_exact(&mut head).await.unwrap();
    assert_eq!(&head, b"HTTP/1.1 200");
    // Until everything between is full.
    tokio::time::sleep(Duration::from_millis(300)).await;
    reader
}

/// All that still comes, and whether the connection was broken off.
async fn rest(reader: &mut TcpStream) -> (usize, bool) {
    let (mut read, mut buffer) = (0, vec![0; 64 << 10]);
    loop {
        match reader.read(&mut buffer).await {
            Ok(0) => return (read, false),
            Ok(more) => read += more,
            Err(_) => return (read, true),
        }
    }
}

/// Objects of this world that the process holds open.
fn open_objects(world: &World) -> usize {
    let folder = world.folder.path().join("blobs");
    let links = std::fs::read_dir("/proc/self/fd").unwrap().filter_map(|entry| entry.unwrap().path().read_link().ok());
    links.filter(|target| target.starts_with(&folder)).count()
}

async fn until(what: &str, began: Instant, holds: impl AsyncFnMut() -> bool) {
    until_within(PATIENCE, what, began, holds).await;
}

async fn until_within(limit: Duration, what: &str, began: Instant, mut holds: impl AsyncFnMut() -> bool) {
    while !holds().await {
        assert!(began.elapsed() < limit, "{what}: not after {:?}", began.elapsed());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Holds a stalled reader against what a revocation must do to it.
async fn assert_is_cut(world: &World, mut reader: TcpStream, began: Instant, most: usize) {
    until_within(ENDED, "the object is closed", began, async || open_objects(world) == 0).await;
    tokio::time::sleep(ENDED.saturating_sub(began.elapsed())).await;
    let (read, broken) = tokio::time::timeout(Duration::from_millis(500), rest(&mut reader)).await.expect("it goes on");
    assert!(broken, "the connection was ended, not broken off: {read} bytes");
    assert!(read < most, "{read} bytes came");
}

async fn leave(owner: &Client, handle: &str) {
    let begun = owner.post("/api/v1/me/deletion", json!({})).await.expect(202).json();
    let proof = json!({"challenge": begun["challenge"], "password": format!("{handle}-password")});
    owner.post("/api/v1/me/deletion/confirm", proof).await.expect(200);
}

on_both! {
    async fn a_stalled_reader_is_cut_when_the_video_becomes_only_me(world: World) {
        let owner = world.client().join("owner").await;
        let video = world.plant(&owner, &vec![7; LARGE]).await;
        let reader = stall(serve(&world).await, &video).await;
        assert_eq!(open_objects(&world), 1);
        let began = Instant::now();
        owner.call("PATCH", &format!("/api/v1/videos/{video}"), Some(json!({"audience": "only_me"}))).await.expect(200);
        assert_is_cut(&world, reader, began, 1 << 20).await;
    }
}

on_both! {
    async fn a_stalled_reader_is_cut_when_the_owner_leaves(world: World) {
        let owner = world.client().join("owner").await;
        let video = world.plant(&owner, &vec![7; LARGE]).await;
        let reader = stall(serve(&world).await, &video).await;
        assert_eq!(open_objects(&world), 1);
        leave(&owner, "owner").await;
        assert_is_cut(&world, reader, Instant::now(), 1 << 20).await;
    }
}

// A short video is read to its end at once, and then waits here for its client.
on_both! {
    async fn what_waits_in_our_own_buffers_is_revoked_too(world: World) {
        let owner = world.client().join("owner").await;
        let video = world.plant(&owner, &vec![7; 450 << 10]).await;
        let reader = stall(serve(&world).await, &video).await;
        let began = Instant::now();
        owner.call("PATCH", &format!("/api/v1/videos/{video}"), Some(json!({"audience": "only_me"}))).await.expect(200);
        assert_is_cut(&world, reader, began, 300 << 10).await;
    }
}

on_both! {
    async fn who_may_read_on_gets_all_however_slowly(world: World) {
        let owner = world.client().join("owner").await;
        let video = world.plant(&owner, &vec![7; LARGE]).await;
        let address = serve(&world).await;
        let mut reader = stall(address, &video).await;
        tokio::time::sleep(ENDED).await;
        let mut all = vec![0; LARGE];
        let read = async { reader.read_exact(&mut all).await.unwrap() };
        tokio::time::timeout(Duration::from_secs(20), read).await.expect("it stands still");
        // The headers came before: as much of the video is left.
        let mut left = vec![0; 64 << 10];
        let left = tokio::time::timeout(Duration::from_secs(1), reader.read(&mut left)).await.unwrap().unwrap();
        assert!((100..1000).contains(&left), "{left}");
        until("the object is closed", Instant::now(), async || open_objects(&world) == 0).await;
        // What was sent is no longer watched: the connection stays, and takes the next request.
        owner.call("PATCH", &format!("/api/v1/videos/{video}"), Some(json!({"audience": "only_me"}))).await.expect(200);
        tokio::time::sleep(ENDED).await;
        reader.write_all(b"GET /healthz HTTP/1.1\r\nHost: outro.test\r\n\r\n").await.unwrap();
        let mut head = [0; 12];
        reader.read_exact(&mut head).await.unwrap();
        assert_eq!(&head, b"HTTP/1.1 200");
    }
}

on_both! {
    async fn who_hangs_up_leaves_nothing_open(world: World) {
        let owner = world.client().join("owner").await;
        let video = world.plant(&owner, &vec![7; LARGE]).await;
        let reader = stall(serve(&world).await, &video).await;
        assert_eq!(open_objects(&world), 1);
        drop(reader);
        until("the object is closed", Instant::now(), async || open_objects(&world) == 0).await;
    }
}

const FORM: &str = "multipart/form-data; boundary=b";
const FILE: &str = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.mp4\"\r\n\r\n";

/// Sends the beginning of an upload that announces more.
async fn begin_upload(address: SocketAddr, token: Option<&str>, kind: &str, begins: &[u8]) -> TcpStream {
    let mut sender = TcpStream::connect(address).await.unwrap();
    let authorization = token.map(|token| format!("Authorization: Bearer {token}\r\n")).unwrap_or_default();
    let head = format!(
        "POST /api/v1/videos HTTP/1.1\r\nHost: outro.test\r\n{authorization}Content-Type: {kind}\r\n\
         Content-Length: 20000000\r\n\r\n"
    );
    sender.write_all(head.as_bytes()).await.unwrap();
    // Whoever is refused meanwhile may not get to the end.
    let _ = sender.write_all(begins).await;
    sender
}

/// The answer, read until the connection ends.
async fn answer(sender: &mut TcpStream) -> String {
    let mut text = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(4), sender.read_to_end(&mut text)).await;
    read.expect("no answer").expect("the answer was lost");
    String::from_utf8(text).unwrap()
}

#[track_caller]
fn assert_refused(answer: &str, status: u16, code: &str) {
    assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{answer}");
    assert!(answer.contains("\r\nconnection: close\r\n"), "{answer}");
    assert!(answer.contains(&format!("\"code\":\"{code}\"")), "{answer}");
}

fn half_a_file() -> Vec<u8> {
    [FILE.as_bytes(), &vec![7; 1 << 20]].concat()
}

/// A row is there, and the object behind it is open.
async fn has_begun(world: &World) {
    until("the upload has begun", Instant::now(), async || world.rows("blobs").await.len() == 1).await;
}

on_both! {
    async fn a_stalled_upload_ends_when_its_account_leaves(world: World) {
        let owner = world.client().join("owner").await;
        let mut sender = begin_upload(serve(&world).await, owner.token.as_deref(), FORM, &half_a_file()).await;
        has_begun(&world).await;
        leave(&owner, "owner").await;
        let began = Instant::now();
        let mut first = [0; 1];
        let heard = tokio::time::timeout(Duration::from_secs(1), sender.read_exact(&mut first)).await;
        heard.unwrap_or_else(|_| panic!("no answer after {:?}", began.elapsed())).unwrap();
        assert_refused(&format!("H{}", answer(&mut sender).await), 401, "sign_in_needed");
        assert_eq!(world.rows("blobs").await, [] as [String; 0]);
        assert_eq!(open_objects(&world), 0);
    }
}

on_both! {
    async fn a_stalled_upload_ends_when_its_session_does(world: World) {
        let owner = world.client().join("owner").await;
        let mut sender = begin_upload(serve(&world).await, owner.token.as_deref(), FORM, &half_a_file()).await;
        has_begun(&world).await;
        owner.call("DELETE", "/api/v1/sessions/current", None).await.expect(204);
        assert_refused(&answer(&mut sender).await, 401, "sign_in_needed");
        assert_eq!(world.rows("blobs").await, [] as [String; 0]);
    }
}

on_both! {
    async fn an_upload_that_is_cut_off_leaves_no_row(world: World) {
        let owner = world.client().join("owner").await;
        let sender = begin_upload(serve(&world).await, owner.token.as_deref(), FORM, &half_a_file()).await;
        has_begun(&world).await;
        drop(sender);
        until("the row is gone", Instant::now(), async || world.rows("blobs").await.is_empty()).await;
        until("the object is closed", Instant::now(), async || open_objects(&world) == 0).await;
    }
}

// As when the server itself stops waiting for a request.
on_both! {
    async fn an_upload_that_is_dropped_leaves_no_row(world: World) {
        let owner = world.client().join("owner").await;
        let token = owner.token.unwrap();
        let signed = outro_app::authenticate(&world.app, &token).await.unwrap().expect("signed in");
        let mut upload = outro_app::video::begin_upload(&world.app, &signed, None).await.unwrap();
        upload.write(&[7; 1 << 20]).await.unwrap();
        has_begun(&world).await;
        drop(upload);
        until("the row is gone", Instant::now(), async || world.rows("blobs").await.is_empty()).await;
    }
}

// What stands in no field, in unknown ones, in the name of one, or behind the file.
on_both! {
    async fn what_nobody_takes_is_not_taken_without_end(world: World) {
        let owner = world.client().join("owner").await;
        let (address, much) = (serve(&world).await, vec![b'x'; 3 << 20]);
        let field = |name: &str| format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n").into_bytes();
        let (unknown, second) = (field("unknown"), [FILE.as_bytes(), b"a\r\n", FILE.as_bytes()].concat());
        let many: Vec<u8> = [field("caption"), b"short\r\n".to_vec()].concat().repeat(40_000);
        for begins in [vec![], unknown, second, b"--b\r\nContent-Disposition: form-data; name=\"".to_vec(), many] {
            let begins = [begins, much.clone()].concat();
            let mut sender = begin_upload(address, owner.token.as_deref(), FORM, &begins).await;
            assert_refused(&answer(&mut sender).await, 413, "form_too_large");
            assert_eq!(world.rows("blobs").await, [] as [String; 0]);
        }
    }
}

// The connection ends with bytes of the client's on their way: the refusal reaches it all the same.
on_both! {
    async fn a_refusal_before_the_body_reaches_the_client(world: World) {
        let owner = world.client().join("owner").await;
        let (address, much) = (serve(&world).await, vec![b'x'; 1 << 20]);
        let mut sender = begin_upload(address, None, FORM, &much).await;
        assert_refused(&answer(&mut sender).await, 401, "sign_in_needed");
        // A client that sends on is heard out: a reset could take the answer with it.
        sender.write_all(&much).await.expect("it is heard out");
        let mut sender = begin_upload(address, owner.token.as_deref(), "text/plain", &much).await;
        assert_refused(&answer(&mut sender).await, 415, "not_multipart");
    }
}
