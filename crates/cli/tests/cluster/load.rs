//! People who use a site all the time, through a balancer that hands each request to the next server and tries nothing twice.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::machines::{Client, wait_for};

/// How many ask at once.
const PEOPLE: usize = 4;

/// The balancer: the servers that it hands requests to.
#[derive(Default)]
pub(crate) struct Balancer {
    servers: Mutex<Vec<String>>,
    next: AtomicUsize,
}

impl Balancer {
    pub(crate) fn add(&self, base: String) {
        self.servers.lock().unwrap().push(base);
    }

    /// No request goes there any more; those that are on their way have arrived when this returns.
    pub(crate) fn remove(&self, base: &str) {
        self.servers.lock().unwrap().retain(|one| one != base);
        thread::sleep(Duration::from_secs(1));
    }

    fn next(&self) -> String {
        let servers = self.servers.lock().unwrap();
        servers[self.next.fetch_add(1, Ordering::Relaxed) % servers.len()].clone()
    }
}

/// What went wrong: when, where, and what was answered.
pub(crate) type Trouble = (Instant, String, String);

/// What is known of a load.
#[derive(Default)]
struct Seen {
    comments: Mutex<BTreeSet<String>>,
    troubles: Mutex<Vec<Trouble>>,
    answers: AtomicUsize,
    over: AtomicBool,
}

/// A load that goes on until it is ended.
pub(crate) struct Load {
    seen: Arc<Seen>,
    people: Vec<JoinHandle<()>>,
    video: String,
}

impl Load {
    pub(crate) fn begin(balancer: &Arc<Balancer>, video: &str) -> Self {
        let seen = Arc::new(Seen::default());
        let person = |number| {
            let (balancer, seen, video) = (balancer.clone(), seen.clone(), video.to_owned());
            let client = Client::join(&balancer.next(), &format!("person{number}"));
            thread::spawn(move || use_it(&client, &balancer, &seen, &video))
        };
        let people = (0..PEOPLE).map(person).collect();
        Self { seen, people, video: video.to_owned() }
    }

    /// Goes on until so much more was answered well.
    pub(crate) fn goes_on(&self, answers: usize) {
        let from = self.seen.answers.load(Ordering::SeqCst);
        wait_for("answers", || self.seen.answers.load(Ordering::SeqCst) >= from + answers);
    }

    /// What went wrong since it was asked last.
    pub(crate) fn troubles(&self) -> Vec<Trouble> {
        std::mem::take(&mut self.seen.troubles.lock().unwrap())
    }

    /// Everything that was acknowledged is there, as a server tells it; how much that was.
    pub(crate) fn all_is_there(&self, base: &str) -> usize {
        let told = self.seen.comments.lock().unwrap().clone();
        let (mut found, mut cursor) = (BTreeSet::new(), String::new());
        loop {
            let path = format!("/api/v1/videos/{}/comments?limit=50{cursor}", self.video);
            let (status, page) = Client::new().call(base, "GET", &path, &Value::Null);
            assert_eq!(status, 200, "{page}");
            found.extend(page["items"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()));
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        let lost: Vec<_> = told.difference(&found).collect();
        assert!(lost.is_empty(), "{} of {} that were acknowledged are lost", lost.len(), told.len());
        told.len()
    }

    pub(crate) fn end(self) {
        self.seen.over.store(true, Ordering::SeqCst);
        for person in self.people {
            person.join().unwrap();
        }
    }
}

fn use_it(client: &Client, balancer: &Balancer, seen: &Seen, video: &str) {
    let of_video = |rest: &str| format!("/api/v1/videos/{video}{rest}");
    let write = json!({"text": "I was here"}).to_string();
    for turn in 0.. {
        if seen.over.load(Ordering::SeqCst) {
            return;
        }
        let (method, path, body) = match turn % 6 {
            0 | 3 => ("POST", of_video("/comments"), write.as_bytes()),
            1 => ("PUT", of_video("/like"), &b""[..]),
            2 => ("GET", "/api/v1/feed/for-you".into(), &b""[..]),
            4 => ("GET", of_video(""), &b""[..]),
            _ => ("GET", format!("/media/{video}/video.mp4"), &b""[..]),
        };
        let base = balancer.next();
        match client.send(&base, (method, &path), &[("content-type", "application/json")], body) {
            Some((status, answer)) if status < 500 => {
                assert!((200..300).contains(&status), "{method} {path}: {status}");
                seen.answers.fetch_add(1, Ordering::SeqCst);
                if method == "POST" {
                    let said: Value = serde_json::from_slice(&answer).unwrap();
                    let id = said["id"].as_str().or(said["comment"]["id"].as_str()).unwrap().to_owned();
                    seen.comments.lock().unwrap().insert(id);
                }
            }
            failed => {
                let why = failed.map_or("the line broke".into(), |(status, _)| status.to_string());
                seen.troubles.lock().unwrap().push((Instant::now(), base, format!("{method} {path}: {why}")));
                thread::sleep(Duration::from_millis(20));
            }
        }
    }
}
