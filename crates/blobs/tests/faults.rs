//! A server of buckets that is busy, slow, cut off: whatever is said to be written is there, and nobody waits for ever.

#![allow(clippy::unwrap_used, clippy::allow_attributes, reason = "a test that cannot go on fails")]

mod common;

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use common::raw::server;
use common::{KIND, Place, sample};
use futures_util::StreamExt as _;
use outro_blobs::BlobError;
use outro_model::{Clock as _, SystemClock, Timestamp};

const CHUNK: usize = 64 * 1024;
const PART: usize = 80 * CHUNK;

const NOTHING: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";

/// What befalls a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    None,
    /// It is answered that the server is busy.
    Busy,
    /// It is cut after so many bytes of what is sent.
    CutUp(usize),
    /// It is cut after so many bytes of the answer: the server has done what it was asked.
    CutDown(usize),
    /// The server has done what it was asked, and it is answered with nothing.
    Unsaid,
    /// The server was not asked, and it is answered with nothing, as if all were well.
    Undone,
}

/// A line to the server that breaks as it is told.
struct Line {
    url: String,
    faults: Arc<Mutex<Vec<Fault>>>,
    carried: Arc<AtomicUsize>,
}

impl Line {
    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (faults, carried) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicUsize::new(0)));
        let (told, counted) = (faults.clone(), carried.clone());
        thread::spawn(move || {
            for client in listener.incoming() {
                let (client, told, counted) = (client.unwrap(), told.clone(), counted.clone());
                thread::spawn(move || carry(client, &told, &counted));
            }
        });
        Self { url, faults, carried }
    }

    /// The next requests meet these, one each.
    fn will(&self, faults: &[Fault]) {
        *self.faults.lock().unwrap() = faults.iter().rev().copied().collect();
    }

    fn left(&self) -> usize {
        self.faults.lock().unwrap().len()
    }
}

/// Carries the requests of one connection, one after the other.
fn carry(mut client: TcpStream, faults: &Mutex<Vec<Fault>>, carried: &AtomicUsize) {
    let address = server();
    let mut server = TcpStream::connect(address.strip_prefix("http://").unwrap()).unwrap();
    while let Some((head, body)) = message(&mut client) {
        let fault = faults.lock().unwrap().pop().unwrap_or(Fault::None);
        carried.fetch_add(1, Ordering::SeqCst);
        match fault {
            Fault::Busy => {
                let said = "<Error><Code>SlowDown</Code></Error>";
                let answer = format!("HTTP/1.1 503 Slow Down\r\ncontent-length: {}\r\n\r\n{said}", said.len());
                client.write_all(answer.as_bytes()).unwrap();
                continue;
            }
            Fault::Undone => {
                client.write_all(NOTHING).unwrap();
                continue;
            }
            Fault::CutUp(most) => {
                let _ = server.write_all(&head);
                let _ = server.write_all(&body[..body.len().min(most)]);
                break;
            }
            Fault::None | Fault::CutDown(_) | Fault::Unsaid => {}
        }
        server.write_all(&head).unwrap();
        server.write_all(&body).unwrap();
        let headless = head.starts_with(b"HEAD ");
        let Some((head, body)) = answer(&mut server, headless) else { break };
        if fault == Fault::Unsaid {
            client.write_all(NOTHING).unwrap();
            continue;
        }
        if let Fault::CutDown(most) = fault {
            let whole = [head, body].concat();
            let _ = client.write_all(&whole[..whole.len().min(most)]);
            break;
        }
        if client.write_all(&head).and_then(|()| client.write_all(&body)).is_err() {
            break;
        }
    }
    let _ = client.shutdown(Shutdown::Both);
    let _ = server.shutdown(Shutdown::Both);
}

fn message(from: &mut TcpStream) -> Option<(Vec<u8>, Vec<u8>)> {
    let head = head(from)?;
    let length = length(&head).unwrap_or(0);
    Some((head, exactly(from, length)?))
}

fn answer(from: &mut TcpStream, headless: bool) -> Option<(Vec<u8>, Vec<u8>)> {
    let head = head(from)?;
    let text = String::from_utf8_lossy(&head).to_ascii_lowercase();
    if headless || text.contains(" 204 ") || text.contains(" 304 ") {
        return Some((head, Vec::new()));
    }
    if let Some(length) = length(&head) {
        return Some((head, exactly(from, length)?));
    }
    assert!(text.contains("transfer-encoding: chunked"), "{text}");
    let mut body = Vec::new();
    while !body.ends_with(b"0\r\n\r\n") {
        body.extend(exactly(from, 1)?);
    }
    Some((head, body))
}

fn head(from: &mut TcpStream) -> Option<Vec<u8>> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.extend(exactly(from, 1)?);
    }
    Some(head)
}

fn exactly(from: &mut TcpStream, length: usize) -> Option<Vec<u8>> {
    let mut bytes = vec![0; length];
    from.read_exact(&mut bytes).ok()?;
    Some(bytes)
}

fn length(head: &[u8]) -> Option<usize> {
    let text = String::from_utf8_lossy(head).to_ascii_lowercase();
    text.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok())
}

/// At each request of an upload and of its reading: it is tried again, and the end is the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_befalls_one_request_the_end_is_the_same() {
    let line = Line::new();
    let place = Place::in_bucket_at(&line.url).await;
    let keys = place.owner().await;
    for length in [CHUNK + 9, PART + CHUNK] {
        let bytes = sample(length);
        line.carried.store(0, Ordering::SeqCst);
        let (id, sealed) = place.write(&keys, &bytes).await;
        let requests = line.carried.load(Ordering::SeqCst);
        assert!(requests >= 3, "{requests}");
        place.blobs.delete(keys.account(), id).await.unwrap();
        drop(sealed);
        for at in 0..requests {
            for fault in [Fault::Busy, Fault::CutUp(1000), Fault::CutDown(0), Fault::CutDown(40)] {
                let mut faults = vec![Fault::None; at];
                faults.push(fault);
                if fault == Fault::Busy {
                    faults.push(Fault::CutDown(0));
                }
                line.will(&faults);
                let (id, sealed) = place.write(&keys, &bytes).await;
                assert_eq!(line.left(), 0, "{fault:?} at {at}");
                let read = place.read(&keys, id, &sealed.header).await.unwrap();
                assert!(read == bytes, "{fault:?} at {at}");
                place.blobs.delete(keys.account(), id).await.unwrap();
            }
        }
        // Of a beginning whose answer was lost nobody knows the name: it is swept.
        place.blobs.sweep(Timestamp(SystemClock.now().0 + 5_000)).await.unwrap();
        place.comes_down_to(keys.account(), 0).await;
    }
    let bytes = sample(40 * CHUNK);
    let (id, sealed) = place.write(&keys, &bytes).await;
    for fault in [Fault::Busy, Fault::CutDown(0), Fault::CutDown(300), Fault::CutDown(100_000)] {
        line.will(&[fault, Fault::None, fault, fault]);
        assert!(place.read(&keys, id, &sealed.header).await.unwrap() == bytes, "{fault:?}");
        assert_eq!(line.left(), 0);
    }
}

/// What says that all is well and no more is believed of nothing: the object stands, or it is said that it was not written; what is
/// not said to be gone is not.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_without_a_word_is_not_believed() {
    let line = Line::new();
    let place = Place::in_bucket_at(&line.url).await;
    let keys = place.owner().await;
    let bytes = sample(PART + CHUNK);
    line.carried.store(0, Ordering::SeqCst);
    place.write(&keys, &bytes).await;
    let requests = line.carried.load(Ordering::SeqCst);
    // The last but one ends the upload, and the last looks after the home.
    let mut faults = vec![Fault::None; requests - 2];
    faults.push(Fault::Unsaid);
    line.will(&faults);
    let (id, sealed) = place.write(&keys, &bytes).await;
    assert!(line.left() == 0 && place.read(&keys, id, &sealed.header).await.unwrap() == bytes);

    *faults.last_mut().unwrap() = Fault::Undone;
    line.will(&faults);
    let lost = common::id();
    let written = async {
        let mut writer = place.blobs.writer(&keys, lost, KIND).await?;
        writer.write(&bytes).await?;
        writer.finish(&keys).await
    };
    assert!(matches!(written.await, Err(BlobError::Refused(200, _))));
    assert!(!place.blobs.list(keys.account()).await.unwrap().contains(&lost));

    // What is copied, and not said to be, is taken back.
    let taker = place.owner().await;
    let shared = async || place.blobs.share(&keys, &taker, &[(id, KIND, &sealed.header)]).await;
    line.carried.store(0, Ordering::SeqCst);
    shared().await.unwrap();
    // The last but one copies, and the last looks after the home.
    let requests = line.carried.load(Ordering::SeqCst);
    place.blobs.delete(taker.account(), id).await.unwrap();
    for unsaid in [Fault::Unsaid, Fault::Undone] {
        let mut faults = vec![Fault::None; requests - 2];
        faults.push(unsaid);
        line.will(&faults);
        assert!(matches!(shared().await, Err(BlobError::Refused(200, _))));
        assert!(place.blobs.list(taker.account()).await.unwrap().is_empty());
    }
    shared().await.unwrap();

    // The home goes, then it is asked for uploads that have not ended, then for objects.
    for silent in [1, 2] {
        let mut faults = vec![Fault::None; silent];
        faults.push(Fault::Undone);
        line.will(&faults);
        assert!(matches!(place.blobs.remove_home(keys.account()).await, Err(BlobError::Refused(200, _))), "{silent}");
    }
    line.will(&[Fault::Undone]);
    assert!(place.blobs.list(keys.account()).await.is_err());
    line.will(&[]);
    place.blobs.remove_home(keys.account()).await.unwrap();
    assert!(place.is_gone(keys.account()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_stays_away_is_said_to_be_and_nothing_is_said_to_be_written() {
    let line = Line::new();
    let place = Place::in_bucket_at(&line.url).await;
    let keys = place.owner().await;
    let (id, sealed) = place.write(&keys, &sample(9 * CHUNK)).await;
    let reader = place.blobs.reader(&keys, id, KIND, &sealed.header).await.unwrap().unwrap();
    let mut stream = Box::pin(reader.stream(0..u64::MAX));
    stream.next().await.unwrap().unwrap();

    line.will(&[Fault::CutUp(0); 1000]);
    let began = Instant::now();
    let written = async {
        let mut writer = place.blobs.writer(&keys, common::id(), KIND).await?;
        writer.write(&sample(CHUNK)).await?;
        writer.finish(&keys).await
    };
    assert!(matches!(written.await, Err(BlobError::Away(_))));
    // Who comes now does not wait through all tries as well.
    let second = Instant::now();
    assert!(matches!(place.blobs.list(keys.account()).await, Err(BlobError::Away(_))));
    assert!(second.elapsed() < Duration::from_secs(1), "{:?}", second.elapsed());
    assert!(began.elapsed() < Duration::from_secs(30), "{:?}", began.elapsed());
    let mut ended = None;
    while let Some(piece) = stream.next().await {
        ended = piece.err();
    }
    assert!(matches!(ended, Some(BlobError::Away(_))), "{ended:?}");

    line.will(&[]);
    assert_eq!(place.blobs.list(keys.account()).await.unwrap(), [id]);
    place.read(&keys, id, &sealed.header).await.unwrap();
    assert_eq!(place.entries(keys.account()), 1);
}

/// An erasure that is cut off in the middle is done again, and finds everything.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_erasure_goes_on_where_the_line_broke() {
    let line = Line::new();
    let place = Place::in_bucket_at(&line.url).await;
    let keys = place.owner().await;
    for _ in 0..5 {
        place.write(&keys, &sample(100)).await;
    }
    for cut in [0, 2] {
        let mut faults = vec![Fault::None; cut];
        faults.extend([Fault::CutUp(0); 200]);
        line.will(&faults);
        let removed = place.blobs.remove_home(keys.account()).await;
        assert!(matches!(removed, Err(BlobError::Away(_))), "{cut}");
        // The next one is tried as if nothing had been.
        line.will(&[]);
        place.blobs.home_exists(keys.account()).await.unwrap();
    }
    place.blobs.remove_home(keys.account()).await.unwrap();
    assert!(place.is_gone(keys.account()));
}

/// A thousand who take slowly: what is held for each is two chunks and no more, and whoever is fast is not kept waiting.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_slow_viewers_stand_in_nobodys_way() {
    let place = Place::in_bucket().await;
    let keys = place.owner().await;
    let bytes = sample(60 * CHUNK);
    let (id, sealed) = place.write(&keys, &bytes).await;
    let before = resident();
    let mut slow = Vec::new();
    for _ in 0..1000 {
        let reader = place.blobs.reader(&keys, id, KIND, &sealed.header).await.unwrap().unwrap();
        let mut stream = Box::pin(reader.stream(0..u64::MAX));
        stream.next().await.unwrap().unwrap();
        slow.push(stream);
    }
    let began = Instant::now();
    assert!(place.read(&keys, id, &sealed.header).await.unwrap() == bytes);
    assert!(began.elapsed() < Duration::from_secs(10));
    // Two chunks that are taken and four that are ready, for each.
    let held = resident() - before;
    assert!(held < 1000 * 6 * CHUNK + (100 << 20), "{} MiB", held >> 20);
}

fn resident() -> usize {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap();
    pages.split(' ').nth(1).unwrap().parse::<usize>().unwrap() * 4096
}
