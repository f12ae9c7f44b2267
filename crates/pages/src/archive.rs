//! The pages of an archive that somebody took along. They are opened from a disk: no script, no address but of
//! files beside them.

use askama::Template;

use crate::Lang;

/// The style of all pages of an archive.
#[must_use]
pub const fn archive_style() -> &'static str {
    include_str!("../templates/archive.css")
}

impl Lang {
    /// The name of a part of an archive.
    #[must_use]
    pub fn archive_part(self, part: &str) -> String {
        self.text().archive_name(part)
    }

    /// The name of a list in an archive.
    #[must_use]
    pub fn archive_list(self, list: &str) -> String {
        self.text().archive_name(list)
    }

    /// What stands in the place of somebody who is not to be seen.
    #[must_use]
    pub fn unavailable(self) -> &'static str {
        self.text().messages_unavailable
    }
}

/// What every page begins with.
#[derive(Debug, Clone, Template)]
#[template(path = "archive_head.html", whitespace = "minimize")]
pub struct ArchiveHead {
    /// The language.
    pub lang: Lang,
    /// The host that it is from.
    pub host: String,
    /// Whose it is, without `@`.
    pub handle: String,
    /// The part that the page shows; empty on the first page.
    pub part: &'static str,
    /// All parts that have a page.
    pub parts: Vec<&'static str>,
    /// Whether it stands at the root of the archive; else in the folder of pages.
    pub at_root: bool,
}

impl ArchiveHead {
    /// The beginning of a page.
    #[must_use]
    pub fn render(&self) -> String {
        Template::render(self).unwrap_or_default()
    }

    /// A heading between lists.
    #[must_use]
    pub fn heading(name: &str) -> String {
        Template::render(&Heading { name }).unwrap_or_default()
    }

    /// What stands where a list is empty.
    #[must_use]
    pub fn nothing(lang: Lang) -> String {
        Template::render(&Nothing { words: lang.text().archive_nothing }).unwrap_or_default()
    }

    /// The end of a page.
    #[must_use]
    pub const fn foot() -> &'static str {
        "</main></body></html>\n"
    }
}

#[derive(Template)]
#[template(source = "<h2>{{ name }}</h2>", ext = "html")]
struct Heading<'a> {
    name: &'a str,
}

#[derive(Template)]
#[template(source = "<p class=\"facts\">{{ words }}</p>", ext = "html")]
struct Nothing {
    words: &'static str,
}

/// Who somebody is, on the first page.
#[derive(Debug, Clone, Template)]
#[template(path = "archive_facts.html", whitespace = "minimize")]
pub struct ArchiveFacts {
    /// The language.
    pub lang: Lang,
    /// Name; may be empty.
    pub display_name: String,
    /// Bio; may be empty.
    pub bio: String,
    /// How many videos there are.
    pub videos: i64,
}

/// A video that plays.
#[derive(Debug, Clone, Template)]
#[template(path = "archive_video.html", whitespace = "minimize")]
pub struct ArchiveVideo {
    /// The language.
    pub lang: Lang,
    /// Caption; may be empty.
    pub caption: String,
    /// The file that plays; empty where there is none.
    pub rendition: String,
    /// The cover; may be empty.
    pub cover: String,
    /// The file as it was uploaded; may be empty.
    pub original: String,
    /// RFC 3339.
    pub created_at: String,
    /// Who might see it, as a word.
    pub audience: &'static str,
    /// How many liked it.
    pub likes: i64,
}

/// One record.
#[derive(Debug, Clone, Template)]
#[template(path = "archive_line.html", whitespace = "minimize")]
pub struct ArchiveLine {
    /// The language.
    pub lang: Lang,
    /// What was written; may be empty.
    pub text: String,
    /// RFC 3339; may be empty.
    pub at: String,
    /// Everything else, by its name; a name may be empty.
    pub facts: Vec<(String, String)>,
    /// Whether it is one's own side of a conversation.
    pub mine: bool,
}

macro_rules! piece {
    ($($name:ident),*) => {$(
        impl $name {
            /// The piece as HTML.
            #[must_use]
            pub fn render(&self) -> String {
                Template::render(self).unwrap_or_default()
            }
        }
    )*};
}

piece!(ArchiveFacts, ArchiveVideo, ArchiveLine);
