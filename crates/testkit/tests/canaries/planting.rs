//! Planting: somebody lives a whole life here, and leaves canaries wherever they can put bytes.

use std::collections::BTreeMap;
use std::io::{Cursor, Write as _};

use axum::body::Body;
use axum::http::{Method, Request, header};
use outro_app::moderation::{self, Reasons};
use outro_model::random_bytes;
use outro_testkit::{Client, Reply, World, written_clip};
use outro_vault::SystemRandom;
use serde_json::{Value, json};

/// Canaries that one text holds at most.
const IN_MESSAGE: usize = 100;
const IN_CAPTION: usize = 100;
const IN_COMMENT: usize = 25;
/// How long one stays after leaving by a phone that took the place of another: longer than it takes to plant everything.
pub(crate) const WAIT_HOURS: i64 = 24;

/// Makes canaries, and remembers where each was put.
pub(crate) struct Mint {
    next: u64,
    pub(crate) planted: BTreeMap<&'static str, Vec<String>>,
}

impl Mint {
    pub(crate) fn new() -> Self {
        // Of this run alone: what an earlier one left in a shared log of PostgreSQL is not it.
        let drawn = u64::from_be_bytes(random_bytes(&SystemRandom));
        Self { next: drawn, planted: BTreeMap::new() }
    }

    /// One that fits everywhere, also as a handle: 16 letters and digits.
    pub(crate) fn one(&mut self, place: &'static str) -> String {
        self.next = self.next.wrapping_add(1);
        let spread = self.next.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29).wrapping_mul(0xd6e8_feb8_6659_fd93);
        let canary = format!("c{:015x}", spread >> 4);
        self.planted.entry(place).or_default().push(canary.clone());
        canary
    }

    fn some(&mut self, place: &'static str, count: usize) -> String {
        (0..count).map(|_| self.one(place)).collect::<Vec<_>>().join(" ")
    }

    pub(crate) fn count(&self) -> usize {
        self.planted.values().map(Vec::len).sum()
    }
}

/// Somebody, and the one whom they talk to.
pub(crate) struct Life {
    pub(crate) who: Client,
    listener: Client,
    listeners_video: String,
    conversation: String,
    own_video: String,
}

fn request(method: &str, path: &str) -> axum::http::request::Builder {
    Request::builder().method(Method::from_bytes(method.as_bytes()).unwrap()).uri(path)
}

async fn send_json(client: &Client, method: &str, path: &str, body: &Value) -> Reply {
    let request = request(method, path).header(header::CONTENT_TYPE, "application/json");
    client.send(request.body(Body::from(body.to_string())).unwrap()).await
}

/// An archive with texts that have no place of their own here.
fn archive(mint: &mut Mint) -> Vec<u8> {
    let comments: Vec<_> = (0..5)
        .map(|_| {
            let text = mint.some("texts brought from elsewhere", IN_COMMENT);
            json!({ "text": text, "created_at": "2024-01-01T00:00:00Z", "to": mint.one("texts brought from elsewhere") })
        })
        .collect();
    let content = json!({
        "format": "outro content 1",
        "profile": { "display_name": mint.one("display names"), "bio": mint.one("bios") },
        "settings": {
            "private_account": false, "discoverable": true, "searchable": true, "messages_from": "everyone",
            "comments_from": "everyone",
        },
        "videos": [], "comments": comments, "follows": [mint.one("texts brought from elsewhere")],
    });
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("data/content.json", zip::write::SimpleFileOptions::default()).unwrap();
    zip.write_all(content.to_string().as_bytes()).unwrap();
    zip.finish().unwrap().into_inner()
}

/// A video with canaries in its pixels, its sound, its metadata, in a box of its own (`free`, ISO/IEC 14496-12) and in its name.
async fn upload(who: &Client, mint: &mut Mint) -> String {
    let sent = send_file(who, mint, "/api/v1/videos").await;
    sent.expect(202).json()["video"]["id"].as_str().unwrap().to_owned()
}

async fn send_file(who: &Client, mint: &mut Mint, path: &str) -> Reply {
    let (pixels, samples) = (mint.some("pixels", 20), mint.some("samples of sound", 20));
    let mut file = written_clip(&mint.one("file metadata"), pixels.as_bytes(), samples.as_bytes());
    let held = mint.one("file bytes");
    file.extend((held.len() as u32 + 8).to_be_bytes());
    file.extend(b"free");
    file.extend(held.as_bytes());
    let (caption, name, field) =
        (mint.some("captions", 3), mint.one("file names"), mint.one("fields that are unknown"));
    let head = format!(
        "--b\r\nContent-Disposition: form-data; name=\"caption\"\r\n\r\n{caption}\r\n--b\r\n\
         Content-Disposition: form-data; name=\"file\"; filename=\"{name}.mp4\"\r\nContent-Type: video/mp4; of={field}\r\n\r\n"
    );
    let body = [head.as_bytes(), &file, b"\r\n--b--\r\n"].concat();
    let request = request("POST", path).header(header::CONTENT_TYPE, "multipart/form-data; boundary=b");
    who.send(request.header(header::CONTENT_LENGTH, body.len()).body(Body::from(body)).unwrap()).await
}

/// An upload that is not at its end, with canaries in what is said of it and in the piece that is here.
async fn begin_upload(who: &Client, mint: &mut Mint) {
    let piece = [mint.some("file bytes", 20), mint.some("captions", 2)].concat();
    let said = [
        ("filename", mint.some("what an upload is called", 3)),
        ("filetype", mint.one("what an upload is called")),
        ("caption", mint.some("captions", 3)),
        ("unknown", mint.one("fields that are unknown")),
    ];
    let said = said.each_ref().map(|(key, value)| (*key, value.as_str()));
    let upload = who.begin_upload(1_000_000, &said).await;
    who.add_piece(&upload, 0, piece.as_bytes()).await.expect(204);
}

impl Life {
    /// Begins it: joins, brings an archive, uploads, opens a conversation.
    pub(crate) async fn begin(world: &World, mint: &mut Mint) -> Self {
        let listener = world.client().join("listener").await;
        let listeners_video = world.plant(&listener, b"the listener's").await;
        let (handle, password) = (mint.one("handles"), mint.one("passwords"));
        let joined = json!({ "handle": handle, "password": password, "birth_date": "1990-05-05" });
        let reply = world.client().post("/api/v1/accounts", joined).await.expect(201).json();
        let who = world.client().with(reply["token"].as_str());
        let bytes = archive(mint);
        let bring = request("POST", "/api/v1/me/imports").header(header::CONTENT_TYPE, "application/zip");
        let bring = bring.header(header::CONTENT_LENGTH, bytes.len()).body(Body::from(bytes)).unwrap();
        who.send(bring).await.expect(202);
        world.settle().await;
        begin_upload(&who, mint).await;
        let own_video = upload(&who, mint).await;
        world.settle().await;
        let opened = json!({ "to": ["listener"], "text": mint.some("messages", IN_MESSAGE) });
        let opened = who.post("/api/v1/conversations", opened).await;
        assert!(opened.status.is_success(), "{}", opened.text());
        let conversation = opened.json()["id"].as_str().unwrap().to_owned();
        let life = Self { who, listener, listeners_video, conversation, own_video };
        life.settings(world, mint, &handle).await;
        life.moderation(world, mint, &handle).await;
        life.wrong(world, mint, &handle).await;
        life
    }

    async fn settings(&self, world: &World, mint: &mut Mint, handle: &str) {
        let who = &self.who;
        let profile = json!({ "display_name": mint.some("display names", 2), "bio": mint.some("bios", 15) });
        who.call("PATCH", "/api/v1/me", Some(profile)).await.expect(200);
        for _ in 0..4 {
            let title = json!({ "title": mint.some("playlists", 3) });
            let list = who.post("/api/v1/me/playlists", title).await.expect(201).json();
            let path = format!("/api/v1/playlists/{}/videos/{}", list["id"].as_str().unwrap(), self.own_video);
            who.call("PUT", &path, None).await.expect(200);
        }
        let words: Vec<_> = (0..50).map(|_| mint.one("filter words")).collect();
        who.call("PUT", "/api/v1/me/comment-filter", Some(json!({ "words": words }))).await.expect(200);
        // Digits that are in no other number.
        for (place, number) in [
            ("phone numbers that were replaced", "4917055512397"),
            ("numbers that were never confirmed", "4917055512398"),
            ("phone numbers", "4917055512399"),
        ] {
            let sent = who.post("/api/v1/me/phone", json!({ "number": format!("+{number}") })).await.expect(202).json();
            mint.planted.entry(place).or_default().push(number.to_owned());
            if place != "numbers that were never confirmed" {
                let proof = json!({ "challenge": sent["challenge"], "code": world.last_code() });
                who.post("/api/v1/me/phone/verify", proof).await.expect(200);
            }
            world.clock.advance_seconds(120);
        }
        let password = mint.planted["passwords"][0].clone();
        let sign_in = json!({ "handle": handle, "password": password });
        for _ in 0..3 {
            let request = request("POST", "/api/v1/sessions").header(header::CONTENT_TYPE, "application/json");
            let device = format!("Mozilla/5.0 (X11; {})", mint.some("user agents", 2));
            let request = request.header(header::USER_AGENT, device).body(Body::from(sign_in.to_string())).unwrap();
            world.client().send(request).await.expect(201);
        }
        assert!(who.get("/api/v1/me/sessions").await.expect(200).json()["items"].as_array().unwrap().len() > 3);
        who.post("/api/v1/me/wallet/purchases", json!({ "pack": "100" })).await.expect(201);
        let gift = json!({ "coins": 1, "key": mint.one("keys of requests") });
        who.call("PUT", &format!("/api/v1/videos/{}/gift", self.listeners_video), Some(gift)).await.expect(200);
    }

    /// What moderators write about somebody, and what they write to them.
    async fn moderation(&self, world: &World, mint: &mut Mint, handle: &str) {
        let note = json!({ "account": "listener", "reason": "spam", "note": mint.some("notes of reports", 20) });
        self.who.post("/api/v1/reports", note).await.expect(201);
        let why = Reasons {
            reason: Some("illegal".into()),
            ground: Some("law".into()),
            provision: mint.some("provisions", 5),
            statement: mint.some("statements about the person", 20),
        };
        moderation::suspend(&world.app, handle, &why).await.unwrap();
        moderation::unsuspend(&world.app, handle, &why).await.unwrap();
    }

    /// What is refused, and what leads nowhere.
    async fn wrong(&self, world: &World, mint: &mut Mint, handle: &str) {
        let (who, nobody) = (&self.who, world.client());
        let password = json!({ "handle": handle, "password": mint.one("passwords that were wrong") });
        nobody.post("/api/v1/sessions", password).await.expect(401);
        let sign_in = json!({ "handle": mint.one("handles that were wrong"), "password": "long-enough" });
        nobody.post("/api/v1/sessions", sign_in).await.expect(401);
        let begun = who.post("/api/v1/me/deletion", json!({ "forfeit_coins": true })).await.expect(202).json();
        let proof = json!({ "challenge": begun["challenge"], "code": mint.one("codes that were wrong") });
        let refused = who.post("/api/v1/me/deletion/confirm", proof).await;
        assert!(refused.status.is_client_error(), "{}", refused.text());
        world.clock.advance_seconds(3600);
        who.get(&format!("/api/v1/tags/{}/videos", mint.one("tags that were looked for"))).await;
        who.get(&format!("/api/v1/accounts/{}", mint.one("profiles that were looked for"))).await.expect(404);
        who.get(&format!("/@{}", mint.one("profiles that were looked for"))).await;
        who.get(&format!("/api/v1/feed/for-you?cursor={}", mint.one("queries of addresses"))).await;
        let open = json!({ "to": [mint.one("names that nobody has")], "text": mint.one("messages") });
        who.post("/api/v1/conversations", open).await;
        let broken = request("PATCH", "/api/v1/me").header(header::CONTENT_TYPE, "application/json");
        let broken = broken.body(Body::from(format!("{{\"bio\": \"{}", mint.one("bodies that are no JSON")))).unwrap();
        assert!(who.send(broken).await.status.is_client_error());
        let unknown = mint.one("fields that are unknown");
        who.call("PATCH", "/api/v1/me", Some(json!({ unknown.as_str(): unknown }))).await;
        let bytes = mint.one("archives that are refused");
        let bring = request("POST", "/api/v1/me/imports").header(header::CONTENT_TYPE, "application/zip");
        let bring = bring.header(header::CONTENT_LENGTH, bytes.len()).body(Body::from(bytes)).unwrap();
        assert!(who.send(bring).await.status.is_client_error());
        let page = request("GET", "/").header(header::ACCEPT_LANGUAGE, mint.one("languages"));
        let page = page.header(header::REFERER, format!("https://{}.example/", mint.one("pages that one came from")));
        let page = page.header(header::COOKIE, format!("session={}", mint.one("cookies")));
        world.client().send(page.body(Body::empty()).unwrap()).await;
        // The same as it is done by hand, and often.
        self.search(mint, 3).await;
    }

    async fn search(&self, mint: &mut Mint, count: usize) {
        let words = mint.some("words that were searched for", count).replace(' ', "%20");
        self.who.get(&format!("/api/v1/search?q={words}")).await.expect(200);
    }

    /// Goes on until there are so many canaries: mostly messages, as people do.
    pub(crate) async fn go_on(&self, mint: &mut Mint, many: usize) {
        let comments = format!("/api/v1/videos/{}/comments", self.listeners_video);
        let messages = format!("/api/v1/conversations/{}/messages", self.conversation);
        let video = format!("/api/v1/videos/{}", self.own_video);
        for round in 0.. {
            let left = many.saturating_sub(mint.count());
            match round % 10 {
                _ if left == 0 => break,
                0 => {
                    let text = json!({ "text": mint.some("comments", left.min(IN_COMMENT)) });
                    send_json(&self.who, "POST", &comments, &text).await.expect(201);
                }
                1 => {
                    let caption = json!({ "caption": mint.some("captions", left.min(IN_CAPTION)) });
                    send_json(&self.who, "PATCH", &video, &caption).await.expect(200);
                }
                2 => {
                    let bio = json!({ "bio": mint.some("bios", left.min(15)) });
                    send_json(&self.who, "PATCH", "/api/v1/me", &bio).await.expect(200);
                }
                3 => self.search(mint, left.min(5)).await,
                _ => {
                    let text = json!({ "text": mint.some("messages", left.min(IN_MESSAGE)) });
                    send_json(&self.who, "POST", &messages, &text).await.expect(201);
                }
            }
        }
        let told = mint.some("texts and captions of edits", 10);
        // A further file, a piece of which is in what is made.
        let clip = send_file(&self.who, mint, &format!("{video}/clips")).await.expect(201).json();
        let edit = json!({
            "cuts": [{"from_ms": 0, "to_ms": 600}, {"clip": clip["id"], "from_ms": 200, "to_ms": 900}],
            "titles": [{"text": told, "from_ms": 0, "to_ms": 900, "x": 500, "y": 500, "size": 40}],
            "captions": [{"from_ms": 0, "to_ms": 900, "text": mint.some("texts and captions of edits", 10)}],
        });
        let edited = json!({ "edit": edit, "replace": true });
        send_json(&self.who, "PUT", &format!("{video}/edit"), &edited).await.expect(200);
        // Somebody reads it: what is opened for them must not be left anywhere either.
        let shown = async |who: &Client, path: &str, place: &str| {
            let text = who.get(path).await.expect(200).text();
            assert!(mint.planted[place].iter().any(|canary| text.contains(canary)), "{place}: {text}");
        };
        shown(&self.listener, &comments, "comments").await;
        shown(&self.listener, &messages, "messages").await;
        shown(&self.who, &video, "captions").await;
    }

    /// Takes everything along, and leaves for good.
    pub(crate) async fn leave(&self, world: &World, mint: &Mint) {
        let password = json!({ "password": mint.planted["passwords"][0] });
        let again = self.who.post("/api/v1/sessions/current/password", password).await;
        assert!(again.status.is_success(), "{}", again.text());
        self.who.call("POST", "/api/v1/me/takeouts", None).await.expect(202);
        world.run_jobs().await;
        let begun = self.who.post("/api/v1/me/deletion", json!({ "forfeit_coins": true })).await.expect(202).json();
        let proof = json!({ "challenge": begun["challenge"], "code": world.last_code() });
        // Another phone took the place of one a short time ago: it goes at the end of the wait.
        self.who.post("/api/v1/me/deletion/confirm", proof).await.expect(202);
        world.clock.advance_seconds(WAIT_HOURS * 3600);
        world.settle().await;
    }
}
