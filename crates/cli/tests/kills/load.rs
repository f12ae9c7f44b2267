//! People who are busy, and what they were told.

use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::thread;
use std::time::Duration;

use outro_model::AccountId;
use serde_json::{Value, json};

use crate::server::{Answer, Server, call, upload};

/// Those who stay from the first round to the last.
#[derive(Clone)]
pub(super) struct Keepers(Arc<Vec<Keeper>>);

pub(super) struct Keeper {
    handle: String,
    id: AccountId,
    video: String,
}

/// Something that was acknowledged.
#[derive(Clone, Debug)]
pub(super) enum Done {
    Commented(String),
    /// A video, and whether it is liked now.
    Liked(String, bool),
    Followed(AccountId),
    /// A message, which outlives who sent it.
    Said(String),
    Bought,
    AskedForATakeout(String),
    Uploaded(String),
}

/// What came to those who are busy.
#[derive(Default)]
pub(super) struct Told {
    pub(super) people: Mutex<Vec<Person>>,
    /// How many times somebody asked for something, so far.
    pub(super) answers: AtomicUsize,
}

/// How far somebody's leaving has come, as far as they were told.
#[derive(Clone, Debug)]
pub(super) enum Leaving {
    No,
    /// Confirmed, and no answer came.
    Asked,
    /// The receipt that came with the answer.
    Confirmed(String),
    /// No answer came, and they are gone.
    Unanswered,
}

pub(super) struct Person {
    pub(super) handle: String,
    pub(super) token: String,
    pub(super) id: AccountId,
    pub(super) acts: Vec<Done>,
    /// Purchases that were asked for and not answered.
    pub(super) open_purchases: i64,
    pub(super) leaving: Leaving,
}

impl Keepers {
    pub(super) fn join(server: &Server) -> Self {
        let join = |handle: &str| {
            let joined = server.join(handle);
            let token = word(&joined, "token");
            let (status, sent) = upload(&server.base, &token, clip()).unwrap();
            assert_eq!(status, 202, "{sent}");
            let video = word(&sent["video"], "id");
            let path = format!("/videos/{video}");
            while server.ask("GET", &path, Some(&token), &Value::Null).1["state"] != "ready" {
                thread::sleep(Duration::from_millis(50));
            }
            let id = word(&joined["account"], "id").parse().unwrap();
            Keeper { handle: handle.to_owned(), id, video }
        };
        Self(Arc::new(["keeper.one", "keeper.two"].map(join).into()))
    }

    fn any(&self, random: &mut fastrand::Rng) -> &Keeper {
        &self.0[random.usize(..self.0.len())]
    }
}

fn word(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_else(|| panic!("no {name}: {value}")).to_owned()
}

/// The shortest video that is one.
pub(super) fn clip() -> &'static [u8] {
    static CLIP: OnceLock<Vec<u8>> = OnceLock::new();
    CLIP.get_or_init(|| {
        let mut ffmpeg = Command::new("ffmpeg");
        let made = ffmpeg
            .args(["-v", "error", "-f", "lavfi", "-i", "testsrc2=s=90x160:r=10", "-t", "0.5"])
            .args(["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"])
            .args(["-movflags", "frag_keyframe+empty_moov", "-f", "mp4", "pipe:1"]);
        made.output().unwrap().stdout
    })
}

/// What an answer acknowledges; nothing when none came, or the server was busy. It never fails.
fn acknowledged(answer: Answer) -> Option<Value> {
    let (status, said) = answer?;
    assert!(status < 500 || status == 503, "{status}: {said}");
    (200..300).contains(&status).then_some(said)
}

/// Joins, does this and that, leaves or stays, and once more, until the server is gone.
pub(super) fn work(
    base: &str,
    keepers: &Keepers,
    name: &str,
    random: &mut fastrand::Rng,
    over: &AtomicBool,
    told: &Told,
) {
    for number in 0.. {
        if over.load(Ordering::SeqCst) {
            return;
        }
        let handle = format!("{name}n{number}");
        let body = json!({"handle": handle, "password": "password", "birth_date": "1990-01-01"});
        let Some(joined) = acknowledged(call(base, "POST", "/accounts", None, &body)) else { continue };
        let mut person = Person {
            handle,
            token: word(&joined, "token"),
            id: word(&joined["account"], "id").parse().unwrap(),
            acts: Vec::new(),
            open_purchases: 0,
            leaving: Leaving::No,
        };
        for _ in 0..random.usize(1..7) {
            act(base, keepers, &mut person, random);
            told.answers.fetch_add(1, Ordering::SeqCst);
        }
        if random.bool() {
            leave(base, &mut person);
        }
        told.people.lock().unwrap().push(person);
    }
}

fn act(base: &str, keepers: &Keepers, person: &mut Person, random: &mut fastrand::Rng) {
    let keeper = keepers.any(random);
    let token = person.token.clone();
    let ask = |method: &str, path: &str, body: Value| acknowledged(call(base, method, path, Some(&token), &body));
    let done = match random.u8(..20) {
        0..5 => {
            let path = format!("/videos/{}/comments", keeper.video);
            ask("POST", &path, json!({"text": "What I say"})).map(|said| Done::Commented(word(&said, "id")))
        }
        5..9 => {
            let (method, liked) = if random.bool() { ("PUT", true) } else { ("DELETE", false) };
            let path = format!("/videos/{}/like", keeper.video);
            let answer = ask(method, &path, Value::Null);
            // Without an answer it may be so or so: nothing that was said before holds any more.
            person.acts.retain(|act| !matches!(act, Done::Liked(video, _) if *video == keeper.video));
            answer.map(|_| Done::Liked(keeper.video.clone(), liked))
        }
        9..12 => {
            ask("PUT", &format!("/accounts/{}/follow", keeper.handle), Value::Null).map(|_| Done::Followed(keeper.id))
        }
        12..15 => {
            let opened = ask("POST", "/conversations", json!({"to": [keeper.handle], "text": "Hello"}));
            opened.and_then(|talk| {
                let path = format!("/conversations/{}/messages", word(&talk, "id"));
                ask("POST", &path, json!({"text": "Once more"})).map(|said| Done::Said(word(&said, "id")))
            })
        }
        15..17 => {
            let bought = ask("POST", "/me/wallet/purchases", json!({"pack": "100"}));
            person.open_purchases += i64::from(bought.is_none());
            bought.map(|_| Done::Bought)
        }
        17 => {
            // One takes the place of the one before.
            person.acts.retain(|act| !matches!(act, Done::AskedForATakeout(_)));
            ask("POST", "/me/takeouts", Value::Null).map(|made| Done::AskedForATakeout(word(&made, "id")))
        }
        _ => acknowledged(upload(base, &token, clip())).map(|sent| Done::Uploaded(word(&sent["video"], "id"))),
    };
    person.acts.extend(done);
}

fn leave(base: &str, person: &mut Person) {
    let ask = |path: &str, body: Value| call(base, "POST", path, Some(&person.token), &body);
    let Some(begun) = acknowledged(ask("/me/deletion", json!({"forfeit_coins": true}))) else { return };
    person.leaving = Leaving::Asked;
    let proof = json!({"challenge": begun["challenge"], "password": "password"});
    if let Some(left) = acknowledged(ask("/me/deletion/confirm", proof)) {
        person.leaving = Leaving::Confirmed(word(&left["receipt"], "id"));
    }
}
