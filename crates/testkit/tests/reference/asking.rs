//! How a route is asked: what is named in its address and in its body, and by whom, in a program or in a browser.

use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use axum::body::Body;
use axum::http::{Request, header};
use outro_testkit::{Client, Reply, World};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::routes::{Names, Route, Rule};

/// The hashtag that captions are changed to.
pub(crate) const TAG: &str = "reference";

/// All that a question may name, and how far it goes.
#[derive(Clone)]
pub(crate) struct Named {
    pub(crate) handle: String,
    pub(crate) video: String,
    pub(crate) comment: String,
    pub(crate) sound: String,
    pub(crate) talk: String,
    pub(crate) said: String,
    pub(crate) report: String,
    pub(crate) session: String,
    pub(crate) receipt: String,
    pub(crate) takeout: String,
    pub(crate) upload: String,
    pub(crate) draft: String,
    pub(crate) playlist: String,
    /// The password for signing in.
    pub(crate) password: String,
    /// What is looked for.
    pub(crate) typed: String,
    /// The audience that is chosen.
    pub(crate) audience: &'static str,
    /// What a moderator does.
    pub(crate) act: &'static str,
    /// The answer to all who ask.
    pub(crate) accept: bool,
    /// The bytes that are asked for.
    pub(crate) range: Option<&'static str>,
}

impl Named {
    /// Everything named as what never was.
    pub(crate) fn nothing(handle: &str, id: &str) -> Self {
        let id = || id.to_owned();
        Self {
            handle: handle.to_owned(),
            video: id(),
            comment: id(),
            sound: id(),
            talk: id(),
            said: id(),
            report: id(),
            session: id(),
            receipt: id(),
            takeout: id(),
            upload: id(),
            draft: id(),
            playlist: id(),
            password: "a password that fits nobody".into(),
            typed: TAG.into(),
            audience: "only_me",
            act: "look",
            accept: true,
            range: None,
        }
    }

    fn at(&mut self, what: Names) -> &mut String {
        match what {
            Names::Handle => &mut self.handle,
            Names::Video => &mut self.video,
            Names::Comment => &mut self.comment,
            Names::Sound => &mut self.sound,
            Names::Talk => &mut self.talk,
            Names::Said => &mut self.said,
            Names::Report => &mut self.report,
            Names::Session => &mut self.session,
            Names::Receipt => &mut self.receipt,
            Names::Takeout => &mut self.takeout,
            Names::Upload => &mut self.upload,
            Names::Draft => &mut self.draft,
            Names::Playlist => &mut self.playlist,
        }
    }

    /// The same with another name of one kind.
    pub(crate) fn with(&self, what: Names, name: &str) -> Self {
        let mut out = self.clone();
        *out.at(what) = name.to_owned();
        out
    }

    pub(crate) fn path(&self, route: &Route) -> String {
        let id = self.clone().at(route.id()).clone();
        let path = route.template.replace("{handle}", &self.handle).replace("{id}", &id);
        let path = path.replace("{clip}", &id);
        let path = path.replace("{message}", &self.said).replace("{video}", &self.video).replace("{tag}", TAG);
        match route.rule {
            Rule::Replies if route.is_page() => format!("{path}?thread={}", self.comment),
            _ if route.is_page() => path,
            Rule::Search => format!("{path}?q={}&limit=50", self.typed),
            Rule::SeeAsStranger => format!("{path}?viewer=stranger&limit=50"),
            Rule::Videos
            | Rule::Lists
            | Rule::Playlist
            | Rule::Followers
            | Rule::Following
            | Rule::Requests
            | Rule::Blocked
            | Rule::Muted
            | Rule::Feed
            | Rule::FeedFollowing
            | Rule::FeedFriends
            | Rule::SeeAs
            | Rule::Suggestions
            | Rule::Tagged
            | Rule::SoundVideos
            | Rule::Sounds
            | Rule::Comments
            | Rule::Notifications => format!("{path}?limit=50"),
            _ => path,
        }
    }

    fn json(&self, route: &Route) -> Option<Value> {
        Some(match (route.rule, route.template) {
            (Rule::Change, path) if path.ends_with("/pin") => return None,
            (Rule::ListChange, _) if route.method == "PATCH" => json!({ "title": "a playlist" }),
            (Rule::Change, _) => json!({ "caption": format!("changed #{TAG}") }),
            (Rule::Draft, template) if template.ends_with("/edit") => json!({ "edit": {} }),
            (Rule::Draft, _) => json!({ "path": [{ "at_ms": 0, "x": 0.5 }] }),
            (Rule::SetAudiences, _) => json!({ "audience": self.audience, "videos": [self.video] }),
            (Rule::AnswerAll, _) => json!({ "accept": self.accept }),
            (Rule::Comment, _) => json!({ "text": "a comment" }),
            (Rule::Reply, _) => json!({ "text": "a reply", "reply_to": self.comment }),
            (Rule::Message, _) => json!({ "to": [self.handle], "text": "a beginning" }),
            (Rule::ShareWith, _) => json!({ "to": [self.handle], "video_id": self.video }),
            (Rule::Say, _) => json!({ "text": "a message" }),
            (Rule::Share, _) => json!({ "video_id": self.video }),
            (Rule::Watch, _) => json!({ "watched_ms": 1500 }),
            (Rule::Gift, _) => json!({ "coins": 1, "key": fresh_key() }),
            (Rule::ReportAccount, _) => json!({ "account": self.handle, "reason": "spam" }),
            (Rule::ReportVideo, _) => json!({ "video": self.video, "reason": "spam" }),
            (Rule::ReportComment, _) => json!({ "comment": self.comment, "reason": "spam" }),
            (Rule::Decide, _) => json!({ "act": self.act }),
            (Rule::SignIn, _) => json!({ "handle": self.handle, "password": self.password }),
            (Rule::ChangeTalk, path) if path.ends_with("/read") => json!({}),
            (Rule::Own, "/api/v1/me") if route.method == "PATCH" => json!({ "bio": "a few words" }),
            (Rule::Own, "/api/v1/me/comment-filter") if route.method == "PUT" => json!({ "words": ["neverwritten"] }),
            (Rule::Own, "/api/v1/me/feed") if route.method == "PATCH" => json!({ "personalised": true }),
            (Rule::Own, "/api/v1/me/wallet/purchases") => json!({ "pack": "100" }),
            (Rule::Own, "/api/v1/me/privacy") if route.method == "PATCH" => json!({}),
            (Rule::Own, "/api/v1/me/notifications/seen") => json!({}),
            _ => return None,
        })
    }

    fn form(&self, route: &Route) -> Vec<(String, String)> {
        let (accept, key) = (self.accept.to_string(), fresh_key());
        let pairs: Vec<(&str, &str)> = match (route.rule, route.template) {
            (Rule::Follow, _) => vec![("follow", "true")],
            (Rule::Unfollow, _) => vec![("follow", "false")],
            (Rule::Block, _) => vec![("block", "true")],
            (Rule::Unblock, _) => vec![("block", "false")],
            (Rule::Mute, _) => vec![("mute", "true")],
            (Rule::Unmute, _) => vec![("mute", "false")],
            (Rule::Accept, _) => vec![("handle", &self.handle), ("accept", "true")],
            (Rule::Decline, _) => vec![("handle", &self.handle), ("accept", "false")],
            (Rule::AnswerAll, _) => vec![("accept", &accept)],
            (Rule::Comment, _) => vec![("text", "a comment")],
            (Rule::Reply, _) => vec![("text", "a reply"), ("reply_to", &self.comment)],
            (Rule::Change, path) if path.ends_with("/pin") => vec![("pinned", "true")],
            (Rule::ListPut, _) => vec![("playlist", &self.playlist), ("in", "true")],
            (Rule::ListChange, path) if path.ends_with("/take") => vec![("video", &self.video)],
            (Rule::ListChange, _) => vec![("title", "a playlist")],
            (Rule::Change, _) => vec![("audience", self.audience)],
            (Rule::Like | Rule::LikeComment, _) => vec![("liked", "true")],
            (Rule::Unlike, _) => vec![("liked", "false")],
            (Rule::Gift, _) => vec![("coins", "1"), ("key", &key)],
            (Rule::HideComment, _) => vec![("hidden", "true")],
            (Rule::ShowComment, _) => vec![("hidden", "false")],
            (Rule::ReportAccount | Rule::ReportVideo | Rule::ReportComment, _) => vec![("reason", "spam")],
            (Rule::Message, _) => vec![("to", &self.handle), ("text", "a beginning")],
            (Rule::ShareWith, _) => vec![("to", &self.handle)],
            (Rule::Share, _) => vec![("talk", &self.talk)],
            (Rule::Say, _) => vec![("text", "a message")],
            (Rule::ForgetMessage, _) => vec![("message", &self.said)],
            (Rule::Search | Rule::Sounds, _) => vec![("q", &self.typed)],
            (Rule::Decide, _) => vec![("act", self.act)],
            (Rule::EndSession, _) => vec![("session", &self.session)],
            (Rule::SignIn, _) => vec![("handle", &self.handle), ("password", &self.password)],
            (Rule::Own, "/settings/profile") => vec![("display_name", "A name"), ("bio", "a few words")],
            (Rule::Own, "/settings/feed") => vec![("personalised", "true")],
            (Rule::Own, "/settings/coins") => vec![("pack", "100"), ("key", &key)],
            (Rule::Own, "/settings/comments") => vec![("words", "neverwritten")],
            (Rule::Own, "/settings/see-as") => vec![("handle", &self.handle)],
            (Rule::SetAudiences, _) => {
                let chosen = format!("v_{}", self.video);
                return vec![("audience".into(), self.audience.into()), (chosen, "on".into())];
            }
            _ => vec![],
        };
        pairs.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }
}

/// Somebody who asks, signed in or not: with a token in programs, with a cookie and the token of its forms in a browser.
#[derive(Clone)]
pub(crate) struct Asker {
    router: Router,
    pub(crate) client: Client,
    form_token: String,
}

impl Asker {
    pub(crate) async fn of(server: &World, client: &Client) -> Self {
        let form_token = match &client.token {
            None => String::new(),
            Some(token) => {
                let signed = outro_app::authenticate(&server.app, token).await.unwrap().expect("a session");
                outro_app::account::form_token(&server.app, &signed)
            }
        };
        Self { router: server.router(), client: client.clone(), form_token }
    }

    fn request(&self, route: &Route, named: &Named) -> Request<Body> {
        let mut request = Request::builder().method(route.method).uri(named.path(route));
        if let Some(token) = &self.client.token {
            request = match route.is_page() {
                true => request.header(header::COOKIE, format!("outro_session={token}")),
                false => request.header(header::AUTHORIZATION, format!("Bearer {token}")),
            };
        }
        if let Some(range) = named.range {
            request = request.header(header::RANGE, range);
        }
        if route.rule == Rule::Upload && !route.is_page() {
            for (name, value) in [
                ("tus-resumable", "1.0.0"),
                ("upload-offset", "0"),
                ("x-http-method-override", "DELETE"),
                ("content-type", "application/offset+octet-stream"),
            ] {
                request = request.header(name, value);
            }
        }
        if route.is_form() {
            let mut fields = named.form(route);
            fields.push(("csrf".into(), self.form_token.clone()));
            let body: Vec<String> =
                fields.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
            let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
            return request.body(Body::from(body.join("&"))).unwrap();
        }
        match named.json(route).filter(|_| !route.is_page() && !matches!(route.method, "GET" | "HEAD")) {
            Some(body) => {
                let request = request.header(header::CONTENT_TYPE, "application/json");
                request.body(Body::from(body.to_string())).unwrap()
            }
            None => request.body(Body::empty()).unwrap(),
        }
    }

    pub(crate) async fn ask(&self, route: &Route, named: &Named) -> Reply {
        let request = self.request(route, named);
        if route.rule == Rule::OwnActing {
            // It has no end: that it begins is the answer.
            let (parts, _) = self.router.clone().oneshot(request).await.unwrap().into_parts();
            return Reply { status: parts.status, headers: parts.headers, body: Vec::new() };
        }
        self.client.anonymous().send(request).await
    }

    /// A page as the browser gets it.
    pub(crate) async fn page(&self, path: &str) -> Reply {
        let mut request = Request::get(path);
        if let Some(token) = &self.client.token {
            request = request.header(header::COOKIE, format!("outro_session={token}"));
        }
        self.client.anonymous().send(request.body(Body::empty()).unwrap()).await
    }
}

/// A key under which nothing was bought or given before.
fn fresh_key() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed).to_string()
}

fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
