//! Paths as reports show them. People give names to files, and an id is a name: a report must not hold what it looked for.

use std::path::{Component, Path, PathBuf};

use crate::Matcher;

/// What stands for a name that is not shown, or for the rest of it.
const HIDDEN: &str = "…";
/// How many digits an id has, and how many are shown: enough to find it in its folder.
const ID: usize = 32;
const SHOWN: usize = 4;

impl Matcher {
    /// A path without the names in which a needle stands in any form, and with the beginnings of ids alone: whose they are
    /// is not known here.
    pub fn shown(&self, path: &Path) -> String {
        let shown: PathBuf = path.components().map(|part| self.part(part)).collect();
        let shown = shown.display().to_string();
        // A needle may stand across two names.
        if self.is_in(shown.as_bytes()) { HIDDEN.to_owned() } else { shown }
    }

    fn part(&self, part: Component<'_>) -> String {
        let name = part.as_os_str();
        let text = name.to_string_lossy();
        let is_id = text.as_bytes().get(..ID).is_some_and(|first| first.iter().all(u8::is_ascii_hexdigit));
        if is_id {
            format!("{}{HIDDEN}", &text[..SHOWN])
        } else if self.is_in(name.as_encoded_bytes()) {
            HIDDEN.to_owned()
        } else {
            text.into_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Needle;

    #[test]
    fn names_that_hold_a_needle_are_not_shown() {
        let texts = ["somebody", "one/two", "4b1d4b1d4b1d4b1d4b1d4b1d4b1d4b1d"];
        let matcher = Matcher::new(texts.map(|text| Needle::text(text).unwrap()).to_vec());
        let shown = |path: &str| matcher.shown(Path::new(path));
        assert_eq!(shown("/data/scratch/file"), "/data/scratch/file");
        assert_eq!(shown("/data/of somebody.log/file"), "/data/…/file");
        assert_eq!(shown(&format!("logs/{}", hex::encode_upper("somebody"))), "logs/…");
        assert_eq!(shown("one/two"), "…");
        assert_eq!(shown("blobs/4b/4b1d4b1d4b1d4b1d4b1d4b1d4b1d4b1d/file"), "blobs/4b/4b1d…/file");
        assert_eq!(shown("blobs/5b/5b1d4b1d4b1d4b1d4b1d4b1d4b1d4b1e.part"), "blobs/5b/5b1d…");
    }
}
