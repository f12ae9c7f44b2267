//! A single video.

use askama::Template;

use crate::{Chrome, Circle, ListPlace, Text, VideoCard, chrome::Tab, page};

/// `GET /v/{id}`: one video, with what its owner can do about it.
///
/// Owner forms: `POST /videos/{id}/audience` (`audience`, `comments_from`, `sound_reuse`, `downloads`, `duets`, `stitches`, `age_restricted`), `POST /videos/{id}/delete`.
#[derive(Debug, Clone, Template)]
#[template(path = "video.html", whitespace = "minimize")]
pub struct VideoPage {
    /// Shared parts.
    pub chrome: Chrome,
    /// The video.
    pub video: VideoCard,
    /// How far it is.
    pub state: VideoState,
    /// Set where it is looked at in a playlist.
    pub list: Option<ListPlace>,
    /// Set for its owner alone.
    pub owner: Option<OwnerTools>,
    /// Set where it is not published, which its owner alone sees.
    pub draft: Option<DraftInfo>,
}

/// What is said of a draft on its own page, with a way to [`crate::DraftPage`].
#[derive(Debug, Clone)]
pub struct DraftInfo {
    /// When it is to be published, RFC 3339; none where no time is set.
    pub publish_at: Option<String>,
}

page!(VideoPage, |page| if page.owner.is_some() { Tab::Profile } else { Tab::Elsewhere });

/// How far a video is.
#[derive(Debug, Clone)]
pub enum VideoState {
    /// It plays.
    Ready,
    /// It is being made ready; only its owner sees this.
    Processing {
        /// 0 to 100.
        percent: i64,
    },
    /// It could not be made ready; only its owner sees this.
    Failed {
        /// The stable word of the failure; the catalogue has sentences for the known ones.
        code: String,
        /// A sentence for a word the catalogue does not know.
        detail: String,
    },
}

impl VideoPage {
    /// The sentence for a failure.
    fn reason<'a>(&self, code: &str, detail: &'a str) -> &'a str {
        failure(self.chrome.t(), code, detail)
    }
}

/// The sentence for why a video could not be made ready.
pub(crate) fn failure<'a>(t: &'static Text, code: &str, detail: &'a str) -> &'a str {
    match t.known_problem(code) {
        Some(sentence) => sentence,
        None if detail.is_empty() => t.error_general,
        None => detail,
    }
}

/// What the owner of a video can do.
#[derive(Debug, Clone)]
pub struct OwnerTools {
    /// Who sees it.
    pub audience: Audience,
    /// Who may comment.
    pub comments_from: Circle,
    /// Whether others may use its sound.
    pub sound_reuse: bool,
    /// Whether others may download it.
    pub downloads: bool,
    /// Whether others may put it beside theirs.
    pub duets: bool,
    /// Whether others may begin theirs with it.
    pub stitches: bool,
    /// Whether it is for adults alone.
    pub age_restricted: bool,
    /// Whether it stands first on the profile: `POST /videos/{id}/pin` (`pinned`) changes it.
    pub pinned: bool,
    /// Whether it can stand there: a draft cannot.
    pub can_pin: bool,
    /// Address of the file to keep, once there is one.
    pub download_url: Option<String>,
}

/// Who sees a video.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Audience {
    /// Everyone (`everyone`).
    #[default]
    Everyone,
    /// Those who follow the owner (`followers`).
    Followers,
    /// Those who follow the owner and are followed back (`friends`).
    Friends,
    /// Its owner alone (`only_me`).
    OnlyMe,
}

impl Audience {
    /// From the widest to the narrowest.
    pub(crate) const ALL: &'static [Audience] =
        &[Audience::Everyone, Audience::Followers, Audience::Friends, Audience::OnlyMe];

    pub(crate) fn is_everyone(self) -> bool {
        self == Audience::Everyone
    }

    /// The word that forms send.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Audience::Everyone => "everyone",
            Audience::Followers => "followers",
            Audience::Friends => "friends",
            Audience::OnlyMe => "only_me",
        }
    }

    pub(crate) fn icon(self) -> &'static str {
        match self {
            Audience::Everyone => "globe",
            Audience::Followers => "users",
            Audience::Friends => "user-check",
            Audience::OnlyMe => "lock",
        }
    }

    pub(crate) fn name(self, t: &'static Text) -> &'static str {
        match self {
            Audience::Everyone => t.audience_everyone,
            Audience::Followers => t.audience_followers,
            Audience::Friends => t.audience_friends,
            Audience::OnlyMe => t.audience_only_me,
        }
    }

    pub(crate) fn more(self, t: &'static Text) -> &'static str {
        match self {
            Audience::Everyone => t.audience_everyone_more,
            Audience::Followers => t.audience_followers_more,
            Audience::Friends => t.audience_friends_more,
            Audience::OnlyMe => t.audience_only_me_more,
        }
    }
}
