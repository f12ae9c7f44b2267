//! Messages: the inbox, a conversation, writing to somebody, sending a video on.

use askama::Template;

use crate::{Chrome, FormState, Text, chrome::Tab, page};

/// `GET /inbox` and `GET /inbox/requests`: conversations, the latest first.
#[derive(Debug, Clone, Template)]
#[template(path = "inbox.html", whitespace = "minimize")]
pub struct InboxPage {
    /// Shared parts.
    pub chrome: Chrome,
    /// Whether these are the requests.
    pub requests: bool,
    /// How many requests wait; said on top of the inbox.
    pub request_count: i64,
    /// The conversations.
    pub talks: Vec<Talk>,
    /// Address of the next page.
    pub next_href: Option<String>,
}

page!(InboxPage, |_| Tab::Inbox);

/// A conversation in a list.
#[derive(Debug, Clone)]
pub struct Talk {
    /// The id.
    pub id: String,
    /// The others by handle, without `@`; empty for each who is not available.
    pub people: Vec<Named>,
    /// The last message; none when nothing can be shown.
    pub last: Option<Bubble>,
    /// How many messages were not read.
    pub unread: i64,
}

/// Somebody by name; both empty for an account that is not available.
#[derive(Debug, Clone, Default)]
pub struct Named {
    /// Handle, without `@`.
    pub handle: String,
    /// Name; empty shows the handle.
    pub name: String,
}

impl Named {
    /// What somebody is called.
    pub(crate) fn called(&self, t: &'static Text) -> String {
        match (self.name.is_empty(), self.handle.is_empty()) {
            (false, _) => self.name.clone(),
            (true, false) => format!("@{}", self.handle),
            (true, true) => t.messages_unavailable.to_owned(),
        }
    }
}

/// What a conversation is called: by those who are in it.
fn title(people: &[Named], t: &'static Text) -> String {
    let names: Vec<String> = people.iter().map(|person| person.called(t)).collect();
    if names.is_empty() { t.messages_only_you.to_owned() } else { names.join(t.messages_and) }
}

/// The handle whose letter and colour stand for a conversation; empty for nobody's.
fn face(people: &[Named]) -> &str {
    people.iter().map(|person| person.handle.as_str()).find(|handle| !handle.is_empty()).unwrap_or_default()
}

impl Talk {
    fn title(&self, t: &'static Text) -> String {
        title(&self.people, t)
    }

    fn face(&self) -> &str {
        face(&self.people)
    }

    fn at(&self) -> &str {
        self.last.as_ref().map_or("", |last| &last.at)
    }

    /// The last message in one line.
    fn preview(&self, t: &'static Text) -> String {
        let Some(last) = &self.last else { return String::new() };
        let said = match &last.held {
            Held::Text(text) => text.chars().take(90).collect(),
            Held::Video { .. } | Held::Gone => t.messages_a_video.to_owned(),
        };
        if last.mine { crate::fill(t.messages_you, said) } else { said }
    }
}

/// `GET /inbox/{id}`: what was said, the latest at the foot.
///
/// Forms: `POST /inbox/{id}` (`text`), `/accept`, `/delete`, `/leave`, `/forget` (`message`).
#[derive(Debug, Clone, Template)]
#[template(path = "chat.html", whitespace = "minimize")]
pub struct ChatPage {
    /// Shared parts.
    pub chrome: Chrome,
    /// The id.
    pub id: String,
    /// The others.
    pub people: Vec<Named>,
    /// Whether it is of several.
    pub group: bool,
    /// Whether it waits among the requests.
    pub request: bool,
    /// Whether something can be said.
    pub may_write: MayWrite,
    /// The messages, the earliest first.
    pub bubbles: Vec<Bubble>,
    /// Address of what was said before.
    pub older_href: Option<String>,
    /// Whether the latest message is among them; what comes live is added to those alone.
    pub latest: bool,
    /// What was wrong with what was sent.
    pub form: FormState,
    /// What was written and not sent.
    pub draft: String,
}

page!(ChatPage, |_| Tab::Inbox);

impl ChatPage {
    fn title(&self, t: &'static Text) -> String {
        title(&self.people, t)
    }

    fn face(&self) -> &str {
        face(&self.people)
    }

    /// The day that begins with a message, where it begins.
    fn day(&self, at: &usize) -> Option<&str> {
        let day = |bubble: &Bubble| bubble.at.split('T').next().map(str::to_owned);
        let bubble = self.bubbles.get(*at)?;
        let before = at.checked_sub(1).and_then(|before| self.bubbles.get(before));
        (before.and_then(day) != day(bubble)).then_some(bubble.at.as_str())
    }
}

/// Whether something can be said in a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MayWrite {
    /// It can.
    Yes,
    /// The other does not take messages from the reader.
    Closed,
    /// The other is not available.
    Unavailable,
    /// The reader is on hiatus or suspended.
    Away,
}

/// A message.
#[derive(Debug, Clone)]
pub struct Bubble {
    /// The id.
    pub id: String,
    /// Whether it is the reader's own.
    pub mine: bool,
    /// Who sent it.
    pub sender: Named,
    /// What it holds.
    pub held: Held,
    /// RFC 3339.
    pub at: String,
}

impl Bubble {
    /// Hours and minutes; the scripts refine them to the reader's own time.
    fn time(&self, t: &'static Text) -> String {
        t.digits(self.at.split('T').nth(1).and_then(|time| time.get(..5)).unwrap_or_default())
    }
}

/// What a message holds.
#[derive(Debug, Clone)]
pub enum Held {
    /// A text.
    Text(String),
    /// A video that the reader may see.
    Video {
        /// Its page.
        href: String,
        /// Its cover; may be empty.
        cover_url: String,
        /// Its caption; may be empty.
        caption: String,
        /// Whose it is, without `@`.
        handle: String,
    },
    /// A video that the reader may not see, or that is gone.
    Gone,
}

/// `GET /inbox/new`: to whom, and what. Posts to itself.
#[derive(Debug, Clone, Template)]
#[template(path = "new_message.html", whitespace = "minimize")]
pub struct NewMessagePage {
    /// Shared parts.
    pub chrome: Chrome,
    /// Handles as they were written.
    pub to: String,
    /// The text as it was written.
    pub text: String,
    /// What was wrong.
    pub form: FormState,
}

page!(NewMessagePage, |_| Tab::Inbox);

/// `GET /inbox/send/{video}`: to whom a video is sent on. Posts to itself, `talk` or `to`.
#[derive(Debug, Clone, Template)]
#[template(path = "send_to.html", whitespace = "minimize")]
pub struct SendToPage {
    /// Shared parts.
    pub chrome: Chrome,
    /// The video's id.
    pub video: String,
    /// Its cover; may be empty.
    pub cover_url: String,
    /// Its caption; may be empty.
    pub caption: String,
    /// Conversations to choose from.
    pub talks: Vec<Talk>,
    /// The handle as it was written.
    pub to: String,
    /// What was wrong.
    pub form: FormState,
}

page!(SendToPage, |_| Tab::Inbox);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Lang;

    #[test]
    fn who_is_not_available_has_one_name() {
        let t = Lang::En.text();
        let gone = Named::default();
        let ada = Named { handle: "ada".into(), name: String::new() };
        assert_eq!(title(std::slice::from_ref(&gone), t), "Unavailable account");
        assert_eq!(title(&[ada.clone(), gone.clone()], t), "@ada, Unavailable account");
        assert_eq!(face(&[gone, ada]), "ada");
    }
}
