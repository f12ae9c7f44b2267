//! Privacy: the settings, what a change would change, the check-up, seeing as others do, audiences.

use std::fmt;

use askama::Template;

use crate::{Audience, Chrome, FormState, Text, Tile, chrome::Tab, page, text::Plural};

/// From whom something is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Circle {
    /// Everyone with an account (`everyone`).
    #[default]
    Everyone,
    /// Those who follow (`followers`).
    Followers,
    /// Those who follow and are followed back (`friends`).
    Friends,
    /// No one (`no_one`).
    NoOne,
}

impl Circle {
    /// Those that comments are taken from, from the widest to the narrowest.
    pub(crate) const COMMENTS: &'static [Circle] =
        &[Circle::Everyone, Circle::Followers, Circle::Friends, Circle::NoOne];
    /// Those that messages are taken from.
    pub(crate) const MESSAGES: &'static [Circle] = &[Circle::Everyone, Circle::Friends, Circle::NoOne];

    /// The word that forms send.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Circle::Everyone => "everyone",
            Circle::Followers => "followers",
            Circle::Friends => "friends",
            Circle::NoOne => "no_one",
        }
    }

    pub(crate) fn icon(self) -> &'static str {
        match self {
            Circle::Everyone => "globe",
            Circle::Followers => "users",
            Circle::Friends => "user-check",
            Circle::NoOne => "ban",
        }
    }

    pub(crate) fn name(self, t: &'static Text) -> &'static str {
        match self {
            Circle::Everyone => t.circle_everyone,
            Circle::Followers => t.circle_followers,
            Circle::Friends => t.circle_friends,
            Circle::NoOne => t.circle_no_one,
        }
    }

    pub(crate) fn of_messages(self, t: &'static Text) -> &'static str {
        match self {
            Circle::Everyone => t.circle_messages_everyone,
            Circle::Followers => t.circle_comments_followers,
            Circle::Friends => t.circle_messages_friends,
            Circle::NoOne => t.circle_messages_no_one,
        }
    }

    pub(crate) fn of_comments(self, t: &'static Text) -> &'static str {
        match self {
            Circle::Everyone => t.circle_comments_everyone,
            Circle::Followers => t.circle_comments_followers,
            Circle::Friends => t.circle_comments_friends,
            Circle::NoOne => t.circle_comments_no_one,
        }
    }
}

/// `GET /settings/privacy`. Posts `/settings/privacy` with one of `discoverable`, `searchable` (`true`,
/// `false`), `messages_from`, `comments_from`; going private, public or away has a page that asks first.
#[derive(Debug, Clone, Template)]
#[template(path = "privacy.html", whitespace = "minimize")]
pub struct PrivacyPage {
    /// Shared parts.
    pub chrome: Chrome,
    /// Whether strangers see the card only.
    pub private_account: bool,
    /// Whether the account may be suggested.
    pub discoverable: bool,
    /// Whether the account is found by its name.
    pub searchable: bool,
    /// Who may send messages.
    pub messages_from: Circle,
    /// Who may comment.
    pub comments_from: Circle,
    /// Whether the account is on hiatus.
    pub on_hiatus: bool,
    /// What each change would change.
    pub changes: Vec<ChangeLine>,
}

page!(PrivacyPage, |_| Tab::Profile);

impl PrivacyPage {
    /// What would change with this setting at this value.
    fn effects(&self, setting: &str, value: impl fmt::Display) -> &[EffectLine] {
        let value = value.to_string();
        let found = self.changes.iter().find(|change| change.setting == setting && change.value == value);
        found.map_or(&[], |change| &change.effects)
    }
}

/// A step that is asked about first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PrivacyStep {
    /// Making the account private.
    GoPrivate,
    /// Making it public.
    GoPublic,
    /// Going on hiatus.
    GoAway,
    /// Coming back.
    ComeBack,
}

/// `GET /settings/privacy/private` and `/settings/privacy/hiatus`: what would change. Posts
/// `/settings/privacy` with `private_account` or `on_hiatus`.
#[derive(Debug, Clone, Template)]
#[template(path = "privacy_step.html", whitespace = "minimize")]
pub struct PrivacyStepPage {
    /// Shared parts.
    pub chrome: Chrome,
    /// The step.
    pub step: PrivacyStep,
    /// What changes for others.
    pub effects: Vec<EffectLine>,
    /// How many follow requests are open. Going public, and coming back to a public account, asks what becomes
    /// of them (`follow_requests` = `accept`, `decline`, `keep`).
    pub waiting: i64,
    /// Whether they wait until the viewer is back.
    pub later: bool,
}

page!(PrivacyStepPage, |_| Tab::Profile);

impl PrivacyStepPage {
    fn title(&self) -> &'static str {
        let t = self.chrome.t();
        match self.step {
            PrivacyStep::GoPrivate => t.step_private,
            PrivacyStep::GoPublic => t.step_public,
            PrivacyStep::GoAway => t.step_away,
            PrivacyStep::ComeBack => t.step_back,
        }
    }

    fn lead(&self) -> &'static str {
        let t = self.chrome.t();
        match self.step {
            PrivacyStep::GoPrivate => t.step_private_lead,
            PrivacyStep::GoPublic => t.step_public_lead,
            PrivacyStep::GoAway => t.step_away_lead,
            PrivacyStep::ComeBack => t.step_back_lead,
        }
    }

    fn yes(&self) -> &'static str {
        let t = self.chrome.t();
        match self.step {
            PrivacyStep::GoPrivate => t.step_private_yes,
            PrivacyStep::GoPublic => t.step_public_yes,
            PrivacyStep::GoAway => t.step_away_yes,
            PrivacyStep::ComeBack => t.step_back_yes,
        }
    }

    /// The field and the value that the form sends.
    fn field(&self) -> (&'static str, &'static str) {
        match self.step {
            PrivacyStep::GoPrivate => ("private_account", "true"),
            PrivacyStep::GoPublic => ("private_account", "false"),
            PrivacyStep::GoAway => ("on_hiatus", "true"),
            PrivacyStep::ComeBack => ("on_hiatus", "false"),
        }
    }

    fn is_hiatus(&self) -> bool {
        matches!(self.step, PrivacyStep::GoAway | PrivacyStep::ComeBack)
    }

    fn asks(&self) -> bool {
        self.waiting > 0 && !self.later
    }
}

/// One thing that a change changes: a question of the check-up, and its answers by their stable words.
#[derive(Debug, Clone)]
pub struct EffectLine {
    /// What is asked.
    pub question: &'static str,
    /// The answer now.
    pub before: &'static str,
    /// The answer afterwards.
    pub after: &'static str,
    /// How many people the answer reaches afterwards, where it is known.
    pub people: Option<i64>,
    /// How many videos it is about, where it is about videos.
    pub videos: Option<i64>,
}

impl EffectLine {
    pub(crate) fn question(&self, t: &'static Text) -> String {
        with_number(t.question(self.question), t, &t.checkup_count, self.videos)
    }

    pub(crate) fn before(&self, t: &'static Text) -> &'static str {
        t.reach(self.before)
    }

    pub(crate) fn after(&self, t: &'static Text) -> String {
        with_number(t.reach(self.after), t, &t.checkup_people, self.people)
    }
}

fn with_number(sentence: &str, t: &'static Text, forms: &Plural, number: Option<i64>) -> String {
    match number {
        Some(number) => format!("{sentence} ({})", t.plural(forms, number)),
        None => sentence.to_owned(),
    }
}

/// A change that can be made, and what it would change.
#[derive(Debug, Clone)]
pub struct ChangeLine {
    /// The name of the field that is changed.
    pub setting: &'static str,
    /// The value that it would have, as forms send it.
    pub value: &'static str,
    /// What would be otherwise for others.
    pub effects: Vec<EffectLine>,
}

impl ChangeLine {
    pub(crate) fn title(&self, t: &'static Text) -> &'static str {
        match self.value {
            "true" => t.checkup_on,
            "false" => t.checkup_off,
            "everyone" => t.circle_everyone,
            "followers" => t.circle_followers,
            "friends" => t.circle_friends,
            _ => t.circle_no_one,
        }
    }
}

/// A setting of the check-up, with every change of it.
#[derive(Debug, Clone)]
pub struct SettingLine {
    /// The name of its field.
    pub setting: &'static str,
    /// Where it is changed.
    pub href: &'static str,
    /// What it could be changed to.
    pub changes: Vec<ChangeLine>,
}

impl SettingLine {
    fn name(&self, t: &'static Text) -> &'static str {
        match self.setting {
            "private_account" => t.privacy_private,
            "on_hiatus" => t.privacy_hiatus,
            "discoverable" => t.privacy_discoverable,
            "searchable" => t.privacy_searchable,
            "messages_from" => t.privacy_messages,
            _ => t.privacy_comments,
        }
    }

    fn icon(&self) -> &'static str {
        match self.setting {
            "private_account" => "lock",
            "on_hiatus" => "moon",
            "discoverable" => "user-plus",
            "searchable" => "search",
            "messages_from" => "message-circle",
            _ => "reply",
        }
    }
}

/// `GET /settings/checkup`: who can do what, in plain words.
#[derive(Debug, Clone, Template)]
#[template(path = "checkup.html", whitespace = "minimize")]
pub struct CheckupPage {
    /// Shared parts.
    pub chrome: Chrome,
    /// The answers.
    pub lines: Vec<CheckLine>,
    /// Each setting, and what a change of it would change.
    pub settings: Vec<SettingLine>,
    /// How many videos there are for each audience.
    pub audiences: Vec<(Audience, i64)>,
}

page!(CheckupPage, |_| Tab::Profile);

/// One answer of the check-up.
#[derive(Debug, Clone)]
pub struct CheckLine {
    /// The stable word of what is asked.
    pub question: &'static str,
    /// The stable word of the answer: `everyone`, `accounts`, `followers`, `friends`, `no_one`.
    pub reach: &'static str,
    /// How many people it reaches, where it is known.
    pub people: Option<i64>,
    /// Where it is changed.
    pub href: &'static str,
}

impl CheckLine {
    fn answer(&self, t: &'static Text) -> String {
        with_number(t.reach(self.reach), t, &t.checkup_people, self.people)
    }

    fn icon(&self) -> &'static str {
        match self.reach {
            "everyone" => "globe",
            "accounts" => "user-round",
            "followers" => "users",
            "friends" => "user-check",
            _ => "lock",
        }
    }
}

/// `GET /settings/see-as`: with whose eyes. Leads to `/settings/see-as/WORD` and, by `POST
/// /settings/see-as` with `handle`, to `/settings/see-as/@handle`.
#[derive(Debug, Clone, Template)]
#[template(path = "see_as.html", whitespace = "minimize")]
pub struct SeeAsPage {
    /// Shared parts.
    pub chrome: Chrome,
    /// Errors.
    pub form: FormState,
    /// As typed.
    pub handle: String,
}

page!(SeeAsPage, |_| Tab::Profile);

/// With whose eyes a profile is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SeenBy {
    /// Anyone without an account.
    Anyone,
    /// Somebody with an account.
    Stranger,
    /// A follower.
    Follower,
    /// A friend.
    Friend,
    /// The account of a handle.
    Handle,
}

/// The frame around one's own profile as others see it.
#[derive(Debug, Clone)]
pub struct SeenFrame {
    /// With whose eyes.
    pub by: SeenBy,
    /// Their handle, where one was named, without `@`.
    pub handle: String,
    /// Why they see less than all of it; empty where they see all.
    pub reason: String,
    /// Videos of this page that they do not see, and why.
    pub hidden: Vec<HiddenTile>,
}

impl SeenFrame {
    pub(crate) fn sentence(&self, t: &'static Text) -> String {
        match self.by {
            SeenBy::Anyone => t.seen_anyone.to_owned(),
            SeenBy::Stranger => t.seen_stranger.to_owned(),
            SeenBy::Follower => t.seen_follower.to_owned(),
            SeenBy::Friend => t.seen_friend.to_owned(),
            SeenBy::Handle => crate::fill(t.seen_handle, &self.handle),
        }
    }
}

/// A video that others do not see.
#[derive(Debug, Clone)]
pub struct HiddenTile {
    /// The video, as its owner sees it.
    pub tile: Tile,
    /// Why.
    pub reason: String,
}

/// The frame around nothing: to them the account does not exist.
#[derive(Debug, Clone, Template)]
#[template(path = "seen_nothing.html", whitespace = "minimize")]
pub struct SeenNothingPage {
    /// Shared parts.
    pub chrome: Chrome,
    /// The frame.
    pub frame: SeenFrame,
}

page!(SeenNothingPage, |_| Tab::Profile);

/// `GET /settings/videos`: audiences, many at once. Posts `/settings/videos` with `audience` and
/// `scope` = `chosen`, with one `v_ID` for each video, or `scope` = `all`.
#[derive(Debug, Clone, Template)]
#[template(path = "audiences.html", whitespace = "minimize")]
pub struct AudiencesPage {
    /// Shared parts.
    pub chrome: Chrome,
    /// Errors.
    pub form: FormState,
    /// The videos of this page.
    pub videos: Vec<PickVideo>,
    /// How many videos there are for each audience.
    pub audiences: Vec<(Audience, i64)>,
    /// Address of the next page.
    pub next_href: Option<String>,
}

page!(AudiencesPage, |_| Tab::Profile);

impl AudiencesPage {
    fn total(&self) -> i64 {
        self.audiences.iter().map(|(_, count)| count).sum()
    }
}

/// A video that can be chosen.
#[derive(Debug, Clone)]
pub struct PickVideo {
    /// Its id.
    pub id: String,
    /// What is shown of it.
    pub tile: Tile,
}
