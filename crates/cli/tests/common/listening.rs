//! Live events, as somebody hears them.

use std::io::{BufRead as _, BufReader};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

/// The kinds of the events that the server at `base` tells somebody, each when it came.
pub(crate) fn listen(base: &str, token: &str) -> Receiver<(String, Instant)> {
    let stream = ureq::get(format!("{base}/api/v1/events")).header("authorization", format!("Bearer {token}"));
    let body = stream.call().unwrap().into_body().into_reader();
    let (told, heard) = mpsc::channel();
    let (ready, welcomed) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(body).lines().map_while(Result::ok) {
            if line.starts_with("retry:") {
                let _ = ready.send(());
            }
            if let Some(kind) = line.strip_prefix("event: ")
                && told.send((kind.to_owned(), Instant::now())).is_err()
            {
                return;
            }
        }
    });
    welcomed.recv_timeout(Duration::from_secs(30)).unwrap();
    heard
}
