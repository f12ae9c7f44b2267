//! What somebody sees: the answers of the interface, as they are compared.

use outro_testkit::Client;
use serde_json::{Value, json};

use crate::acts::{Act, History, Was, Who};
use crate::dump::Allowed;
use crate::stage::{Stage, handle};

/// What everybody can ask for, and what only who is signed in can.
const OPEN: &[&str] =
    &["/api/v1/feed/for-you", "/api/v1/search?q=take", "/api/v1/tags/tag1/videos", "/api/v1/moderation/log"];
const OWN: &[&str] = &[
    "/api/v1/me",
    "/api/v1/me/privacy",
    "/api/v1/me/feed",
    "/api/v1/me/statistics",
    "/api/v1/feed/following",
    "/api/v1/feed/friends",
    "/api/v1/suggestions",
    "/api/v1/me/notifications",
    "/api/v1/me/notifications/unread",
    "/api/v1/me/follow-requests",
    "/api/v1/me/blocked",
    "/api/v1/me/muted",
    "/api/v1/me/comment-filter",
    "/api/v1/me/sessions",
    "/api/v1/me/reports",
    "/api/v1/me/decisions",
    "/api/v1/moderation/reports",
    "/api/v1/me/takeouts",
    "/api/v1/me/wallet",
    "/api/v1/conversations",
    "/api/v1/me/message-requests",
    "/api/v1/me/unread",
];

/// What may be left out of the answers.
pub(crate) struct Eye<'a> {
    pub(crate) history: &'a History,
    pub(crate) allowed: &'a Allowed,
    /// Whether anybody was given coins by who is gone, or has given them some.
    pub(crate) gifts: bool,
}

impl Eye<'_> {
    /// All that one person sees, or somebody who is not signed in; `there` is what is there in both worlds.
    pub(crate) async fn sees(&self, stage: &Stage, there: &Was, who: Option<Who>) -> Vec<(String, String)> {
        let client = who.map_or_else(|| stage.nobody(), |who| stage.person(who).unwrap().client.clone());
        let mut paths: Vec<String> = OPEN.iter().map(|path| (*path).to_owned()).collect();
        if who.is_some() {
            paths.extend(OWN.iter().map(|path| (*path).to_owned()));
        }
        for other in 0..self.history.people {
            let handle = handle(other);
            paths.push(format!("/api/v1/search?q={handle}"));
            for list in ["", "/videos", "/followers", "/following"] {
                paths.push(format!("/api/v1/accounts/{handle}{list}"));
            }
        }
        let mut talks = Vec::new();
        for (at, made) in there.made.iter().enumerate() {
            let Some(id) = made else { continue };
            match self.history.steps[at].act {
                Act::Post(_) => {
                    paths.push(format!("/api/v1/videos/{id}"));
                    paths.push(format!("/api/v1/videos/{id}/comments"));
                    paths.extend(who.map(|_| format!("/api/v1/videos/{id}/statistics?days=7")));
                }
                Act::Comment { reply: None, .. } => paths.push(format!("/api/v1/comments/{id}/replies")),
                Act::Talk(_) if who.is_some() && !self.allowed.talks.contains(id) && !talks.contains(id) => {
                    talks.push(id.clone());
                    paths.push(format!("/api/v1/conversations/{id}"));
                    paths.push(format!("/api/v1/conversations/{id}/messages"));
                }
                _ => {}
            }
        }
        let mut answers = Vec::with_capacity(paths.len());
        for path in paths.into_iter().filter(|path| !self.is_left_out(path)) {
            let answer = self.answer(&client, &path).await;
            answers.push((path, answer));
        }
        answers
    }

    /// What counts something that stays.
    fn is_left_out(&self, path: &str) -> bool {
        match path {
            "/api/v1/me/unread" => !self.allowed.talks.is_empty(),
            "/api/v1/me/wallet" => self.gifts,
            "/api/v1/me/notifications/unread" => !self.allowed.silenced.is_empty() || self.allowed.decided,
            _ => false,
        }
    }

    async fn answer(&self, client: &Client, path: &str) -> String {
        let reply = client.get(path).await;
        let mut body = serde_json::from_slice(&reply.body).unwrap_or(Value::Null);
        // Their ids are drawn when they are told; that of a gift hangs on a key of the server's.
        let told = path.starts_with("/api/v1/me/notifications") || path == "/api/v1/me/wallet";
        self.empty(&mut body, told);
        if let (true, Some(items)) = (told, body["items"].as_array_mut()) {
            // Of one moment: in the order of random ids.
            items.sort_by_key(|item| (item["created_at"].to_string(), item.to_string()));
        }
        format!("{} {body}", reply.status.as_u16())
    }

    /// Takes out what may differ.
    fn empty(&self, value: &mut Value, told: bool) {
        match value {
            Value::Array(items) => {
                items.retain(|item| !self.stays(item));
                items.iter_mut().for_each(|item| self.empty(item, told));
            }
            Value::Object(fields) => {
                for (name, field) in fields.iter_mut() {
                    match name.as_str() {
                        "id" if told => *field = json!("any"),
                        "length" | "bytes" | "size_bytes" => *field = json!("any"),
                        // By which id a sound goes hangs on what else was done when it was made.
                        "sound" if field.is_object() => field["id"] = json!("any"),
                        _ => self.empty(field, told),
                    }
                }
            }
            _ => {}
        }
    }

    /// Whether an item is one of those that stay because somebody was there.
    fn stays(&self, item: &Value) -> bool {
        let text = |name: &str| item[name].as_str().unwrap_or_default();
        match text("kind") {
            "sound_gone" => self.allowed.silenced.contains(text("video_id")),
            "report_decided" => self.allowed.is_elsewhere(text("created_at")),
            "comment" if item["reason"].is_string() => self.allowed.is_elsewhere(text("created_at")),
            _ => item["people"].is_array() && self.allowed.talks.contains(text("id")),
        }
    }
}
