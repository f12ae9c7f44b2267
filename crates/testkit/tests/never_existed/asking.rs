//! How each act is asked for of the interface.

use serde_json::{Value, json};

use crate::acts::{Act, Deed, Made, Thing};
use crate::stage::{Stage, handle};

impl Stage {
    /// How an act is asked for; nothing when what it names was not made.
    pub(crate) fn asked(&self, at: Made, act: &Act) -> Option<(&'static str, String, Option<Value>)> {
        let on = |on: bool| if on { "PUT" } else { "DELETE" };
        Some(match act {
            Act::Profile(which) => {
                let name = ["Somebody", "رقصة", ""][*which];
                ("PATCH", "/api/v1/me".into(), Some(json!({"display_name": name, "bio": format!("bio {which}")})))
            }
            Act::Set(name, value) => {
                let value: Value = serde_json::from_str(value).unwrap();
                ("PATCH", "/api/v1/me/privacy".into(), Some(json!({ *name: value })))
            }
            Act::To(deed, who) => {
                let (method, path) = to(*deed, &handle(*who));
                (method, path, None)
            }
            Act::AnswerAll(accept) => {
                ("POST", "/api/v1/me/follow-requests/all".into(), Some(json!({"accept": accept})))
            }
            Act::Caption(video, calls) => {
                let calls = calls.map(|who| format!(" @{}", handle(who))).unwrap_or_default();
                let caption = format!("take {at} #tag{}{calls}", at % 3);
                ("PATCH", format!("/api/v1/videos/{}", self.id(*video)?), Some(json!({ "caption": caption })))
            }
            Act::Audience(video, audience) => {
                ("PATCH", format!("/api/v1/videos/{}", self.id(*video)?), Some(json!({ "audience": audience })))
            }
            Act::DeleteVideo(video) => ("DELETE", format!("/api/v1/videos/{}", self.id(*video)?), None),
            Act::Like(video, liked) => (on(*liked), format!("/api/v1/videos/{}/like", self.id(*video)?), None),
            Act::Watch(video, millis) => {
                let from = if at.is_multiple_of(2) { "for_you" } else { "link" };
                let body = json!({"watched_ms": millis, "completed": *millis > 10_000, "from": from});
                ("POST", format!("/api/v1/videos/{}/watches", self.id(*video)?), Some(body))
            }
            Act::PassOn(video) => ("POST", format!("/api/v1/videos/{}/shares", self.id(*video)?), None),
            Act::Gift(video) => {
                let body = json!({"coins": 10, "key": format!("gift{at}")});
                ("PUT", format!("/api/v1/videos/{}/gift", self.id(*video)?), Some(body))
            }
            Act::Buy => ("POST", "/api/v1/me/wallet/purchases".into(), Some(json!({"pack": "100"}))),
            Act::Comment { video, reply, calls } => {
                let reply = match reply {
                    Some(reply) => Some(self.id(*reply)?),
                    None => None,
                };
                let calls = calls.map(|who| format!(" @{}", handle(who))).unwrap_or_default();
                let body = json!({"text": format!("said {at} word{}{calls}", at % 4), "reply_to": reply});
                ("POST", format!("/api/v1/videos/{}/comments", self.id(*video)?), Some(body))
            }
            Act::LikeComment(comment, liked) => {
                (on(*liked), format!("/api/v1/comments/{}/like", self.id(*comment)?), None)
            }
            Act::DeleteComment(comment) => ("DELETE", format!("/api/v1/comments/{}", self.id(*comment)?), None),
            Act::HideComment(comment, hidden) => {
                (on(*hidden), format!("/api/v1/comments/{}/hidden", self.id(*comment)?), None)
            }
            Act::Filter => {
                ("PUT", "/api/v1/me/comment-filter".into(), Some(json!({"words": [format!("word{}", at % 4)]})))
            }
            Act::Personalised(on) => ("PATCH", "/api/v1/me/feed".into(), Some(json!({ "personalised": on }))),
            Act::ForgetFeed => ("POST", "/api/v1/me/feed/reset".into(), None),
            Act::Talk(with) => {
                let to: Vec<String> = with.iter().map(|who| handle(*who)).collect();
                ("POST", "/api/v1/conversations".into(), Some(json!({"to": to, "text": format!("opening {at}")})))
            }
            Act::Say(talk) => (
                "POST",
                format!("/api/v1/conversations/{}/messages", self.id(*talk)?),
                Some(json!({"text": format!("words {at}")})),
            ),
            Act::Share(talk, video) => {
                let body = json!({"video_id": self.id(*video)?});
                ("POST", format!("/api/v1/conversations/{}/messages", self.id(*talk)?), Some(body))
            }
            Act::Read(talk) => ("POST", format!("/api/v1/conversations/{}/read", self.id(*talk)?), Some(json!({}))),
            Act::TakeOn(talk) => ("POST", format!("/api/v1/conversations/{}/accept", self.id(*talk)?), None),
            Act::Clear(talk) => ("DELETE", format!("/api/v1/conversations/{}", self.id(*talk)?), None),
            Act::LeaveTalk(talk) => ("DELETE", format!("/api/v1/conversations/{}/membership", self.id(*talk)?), None),
            Act::ForgetMessage(talk, message) => {
                ("DELETE", format!("/api/v1/conversations/{}/messages/{}", self.id(*talk)?, self.id(*message)?), None)
            }
            Act::Report(thing) => {
                let (word, named) = match thing {
                    Thing::Account(who) => ("account", handle(*who)),
                    Thing::Video(video) => ("video", self.id(*video)?.to_owned()),
                    Thing::Comment(comment) => ("comment", self.id(*comment)?.to_owned()),
                };
                (
                    "POST",
                    "/api/v1/reports".into(),
                    Some(json!({word: named, "reason": "hate", "note": format!("note {at}")})),
                )
            }
            Act::Decide(report, decision) => {
                let body = json!({"act": decision, "reason": "harassment", "statement": format!("statement {at}")});
                ("POST", format!("/api/v1/moderation/reports/{}", self.id(*report)?), Some(body))
            }
            Act::Seen => ("POST", "/api/v1/me/notifications/seen".into(), Some(json!({}))),
            Act::Takeout => ("POST", "/api/v1/me/takeouts".into(), None),
            Act::Post(_) | Act::Phone | Act::Device | Act::SignOut | Act::Look | Act::Work | Act::Rest => return None,
        })
    }
}

fn to(deed: Deed, handle: &str) -> (&'static str, String) {
    match deed {
        Deed::Follow => ("PUT", format!("/api/v1/accounts/{handle}/follow")),
        Deed::Unfollow => ("DELETE", format!("/api/v1/accounts/{handle}/follow")),
        Deed::RemoveFollower => ("DELETE", format!("/api/v1/me/followers/{handle}")),
        Deed::Accept => ("PUT", format!("/api/v1/me/follow-requests/{handle}")),
        Deed::Decline => ("DELETE", format!("/api/v1/me/follow-requests/{handle}")),
        Deed::Block => ("PUT", format!("/api/v1/accounts/{handle}/block")),
        Deed::Unblock => ("DELETE", format!("/api/v1/accounts/{handle}/block")),
        Deed::Mute => ("PUT", format!("/api/v1/accounts/{handle}/mute")),
        Deed::Unmute => ("DELETE", format!("/api/v1/accounts/{handle}/mute")),
        Deed::Dismiss => ("DELETE", format!("/api/v1/suggestions/{handle}")),
    }
}
