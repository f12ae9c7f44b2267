//! Taking everything along: what the archive holds and what not, how it is fetched, when it goes, and leaving once it
//! is downloaded.

mod bring;
mod departure;
mod fetching;
mod large;
mod map;
mod others;
mod whole;

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};

use axum::body::Body;
use axum::http::{Request, header};
use outro_testkit::{Client, Reply, World, on_both};
use serde_json::{Value, json};

/// An archive, unpacked.
struct Unpacked(BTreeMap<String, Vec<u8>>);

impl Unpacked {
    fn of(bytes: Vec<u8>) -> Self {
        let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).expect("a ZIP archive");
        let mut entries = BTreeMap::new();
        for place in 0..zip.len() {
            let mut entry = zip.by_index(place).unwrap();
            let (name, mut bytes) = (entry.name().expect("a name").into_owned(), Vec::new());
            entry.read_to_end(&mut bytes).expect("an entry whose checksum fits");
            assert!(entries.insert(name.clone(), bytes).is_none(), "{name} is there twice");
        }
        Self(entries)
    }

    #[track_caller]
    fn bytes(&self, path: &str) -> &[u8] {
        self.0.get(path).unwrap_or_else(|| panic!("no {path} in {:?}", self.0.keys()))
    }

    #[track_caller]
    fn text(&self, path: &str) -> String {
        String::from_utf8(self.bytes(path).to_vec()).expect("text")
    }

    #[track_caller]
    fn json(&self, path: &str) -> Value {
        serde_json::from_slice(self.bytes(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// Whether some entry of text holds these words.
    fn holds(&self, words: &str) -> bool {
        self.0.values().any(|bytes| bytes.windows(words.len()).any(|window| window == words.as_bytes()))
    }

    /// The paths in a folder.
    fn folder(&self, folder: &str) -> Vec<&str> {
        self.0.keys().map(String::as_str).filter(|path| path.starts_with(folder)).collect()
    }
}

const TAKEOUTS: &str = "/api/v1/me/takeouts";

/// Asks for an archive, and has it made; its id.
async fn asked(world: &World, who: &Client) -> String {
    let begun = who.call("POST", TAKEOUTS, None).await.expect(202).json();
    world.run_jobs().await;
    begun["id"].as_str().unwrap().to_owned()
}

fn download(id: &str) -> String {
    format!("{TAKEOUTS}/{id}/download")
}

/// Asks for an archive, has it made, and unpacks it.
async fn taken(world: &World, who: &Client) -> Unpacked {
    let id = asked(world, who).await;
    Unpacked::of(who.get(&download(&id)).await.expect(200).body)
}

async fn follow(who: &Client, handle: &str) -> Reply {
    who.call("PUT", &format!("/api/v1/accounts/{handle}/follow"), None).await
}

async fn comment(who: &Client, video: &str, text: &str) -> String {
    let body = json!({ "text": text });
    let made = who.post(&format!("/api/v1/videos/{video}/comments"), body).await.expect(201).json();
    made["id"].as_str().unwrap().to_owned()
}
