//! People one may know, search, hashtags.

use askama::Template;

use crate::{Chrome, Person, Text, Tile, chrome::Tab, page};

/// Why somebody is suggested.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// They follow the viewer.
    FollowsYou,
    /// So many of those whom the viewer follows follow them.
    KnownBy(i64),
    /// They used the same sounds.
    SameSounds,
}

impl Reason {
    pub(crate) fn sentence(self, t: &'static Text) -> String {
        match self {
            Reason::FollowsYou => t.finding_follows_you.to_owned(),
            Reason::SameSounds => t.finding_same_sounds.to_owned(),
            Reason::KnownBy(people) => t.plural(&t.finding_known_by, people),
        }
    }
}

/// Somebody who is suggested.
#[derive(Debug, Clone)]
pub struct SuggestedPerson {
    /// Who, with the button that follows.
    pub person: Person,
    /// Why.
    pub reason: Reason,
}

/// `GET /people`: people one may know. Posts `/accounts/HANDLE/dismiss` with `back`.
#[derive(Debug, Clone, Template)]
#[template(path = "suggestions.html", whitespace = "minimize")]
pub struct SuggestionsPage {
    /// Shared parts.
    pub chrome: Chrome,
    /// Handle of the viewer, without `@`.
    pub handle: String,
    /// The suggestions, the best first.
    pub people: Vec<SuggestedPerson>,
}

page!(SuggestionsPage, |_| Tab::Profile);

/// What a search has come to.
#[derive(Debug, Clone)]
pub enum SearchResults {
    /// Nothing was looked for yet.
    Nothing,
    /// The search is just starting.
    Starting,
    /// What was found, the best first.
    Found {
        /// People.
        people: Vec<Person>,
        /// Covers of videos.
        tiles: Vec<Tile>,
        /// Hashtags without `#`, each with the address of its page.
        hashtags: Vec<(String, String)>,
    },
}

impl SearchResults {
    fn is_empty(&self) -> bool {
        matches!(self, Self::Found { people, tiles, hashtags }
            if people.is_empty() && tiles.is_empty() && hashtags.is_empty())
    }
}

/// `GET /search`, and `POST /search` with `q`: what somebody looks for stands in no address.
#[derive(Debug, Clone, Template)]
#[template(path = "search.html", whitespace = "minimize")]
pub struct SearchPage {
    /// Shared parts.
    pub chrome: Chrome,
    /// What was looked for.
    pub typed: String,
    /// What it has come to.
    pub results: SearchResults,
}

page!(SearchPage, |_| Tab::Elsewhere);

/// `GET /tags/TAG`: the videos of a hashtag.
#[derive(Debug, Clone, Template)]
#[template(path = "tag.html", whitespace = "minimize")]
pub struct TagPage {
    /// Shared parts.
    pub chrome: Chrome,
    /// The hashtag, without `#`.
    pub tag: String,
    /// Covers, the newest first.
    pub tiles: Vec<Tile>,
    /// Address of the next page.
    pub next_href: Option<String>,
}

page!(TagPage, |_| Tab::Elsewhere);

impl TagPage {
    /// The hashtag, set apart from the direction of the text around it.
    fn heading(&self) -> String {
        format!("\u{2068}#{}\u{2069}", self.tag)
    }
}
