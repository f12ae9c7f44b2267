//! Positives: an audit that finds nothing says something only when it finds what was put there. Before anything is
//! reported a text and a key are planted in every form in every kind of place, in real files of each format, in a
//! folder of their own that goes afterwards, and the same scanner with the same needles has to find every one.

mod files;
mod holder;
mod sqlite;

use std::io;
use std::path::{Path, PathBuf};

use outro_model::{Random, random_bytes};
use tempfile::TempDir;

use crate::report::{Kind, Report};
use crate::scan::Scanner;
use crate::{FORMS, Form, Matcher, Needle};

pub use holder::{Holder, hold};

/// What is planted could not be.
#[derive(Debug, thiserror::Error)]
pub enum PlantError {
    /// No file could be written or read.
    #[error("positives could not be planted: {0}")]
    Io(#[from] io::Error),
    /// SQLite refused.
    #[error("positives could not be planted: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// A ZIP could not be written.
    #[error("positives could not be planted: {0}")]
    Zip(#[from] zip::result::ZipError),
    /// The search index refused.
    #[error("positives could not be planted: {0}")]
    Search(#[from] outro_search::SearchError),
    /// What was planted did not come to stand where it was to.
    #[error("positives could not be planted: {0}")]
    Elsewhere(&'static str),
}

/// How many needles the positives are.
pub const CANARIES: usize = 3;

/// The needles of the positives: a text that differs in every form, a word, and a key.
pub fn canaries(random: &dyn Random) -> Vec<Needle> {
    let text = loop {
        let drawn = hex::encode(random_bytes::<12>(random));
        // Letters that stand for 62 and 63 in base64, that are folded and not of ASCII; and those that one form escapes and
        // another leaves.
        let tail: String =
            random_bytes::<9>(random).iter().map(|byte| ['?', '>', '~', 'ÿ'][usize::from(byte % 4)]).collect();
        let text = Needle::text(&format!("Kanári {drawn}{tail}\"!*'"));
        if let Some(text) = text.ok().filter(|text| text.patterns().len() == FORMS.len()) {
            break text;
        }
    };
    let key = loop {
        // In base64 the two alphabets are to differ at every offset.
        let key = Needle::key(&random_bytes(random));
        if key.patterns().len() == 9 {
            break key;
        }
    };
    let word = format!("Kanari{}", hex::encode(random_bytes::<12>(random)));
    [Some(text), Needle::text(&word).ok(), Some(key)].into_iter().flatten().collect()
}

/// One thing that is planted: the number of its needle, its form, and the bytes.
#[derive(Clone, Debug)]
pub struct Positive {
    needle: usize,
    form: Form,
    /// What is written.
    pub bytes: Vec<u8>,
}

/// Plants, and holds what was found against it.
pub struct Positives<'m> {
    matcher: &'m Matcher,
    from: usize,
    scratch: TempDir,
    /// How many were planted, and which were missed.
    pub report: Report,
}

/// Positives, as the bytes that are written.
fn bytes(planted: &[Positive]) -> Vec<Vec<u8>> {
    planted.iter().map(|one| one.bytes.clone()).collect()
}

impl<'m> Positives<'m> {
    /// `canaries` is how many of the matcher's last needles are planted; `scratch` is where a folder is made for them.
    pub fn new(matcher: &'m Matcher, canaries: usize, scratch: &Path) -> io::Result<Self> {
        let from = matcher.needles().len().saturating_sub(canaries);
        let scratch = tempfile::Builder::new().prefix("outro-audit-").tempdir_in(scratch)?;
        Ok(Self { matcher, from, scratch, report: Report::default() })
    }

    /// Every needle in every form.
    pub fn all(&self) -> Vec<Positive> {
        let canaries = self.matcher.needles().iter().enumerate().skip(self.from);
        let forms = canaries.flat_map(|(needle, canary)| canary.patterns().into_iter().map(move |one| (needle, one)));
        forms.map(|(needle, (form, bytes))| Positive { needle, form, bytes }).collect()
    }

    /// A place in the folder of positives.
    pub fn scratch(&self, name: &str) -> PathBuf {
        self.scratch.path().join(name)
    }

    /// A scanner for what was planted.
    pub fn scanner(&self) -> Scanner<'m> {
        Scanner::noting(self.matcher)
    }

    /// Holds what a scanner noted in places of a kind against what was planted in them.
    pub fn check(&mut self, kind: Kind, planted: &[Positive], scanner: &Scanner<'_>) {
        let noted = scanner.noted();
        self.report.planted += planted.len();
        let missed = planted.iter().filter(|one| !noted.contains(&(kind, one.needle, one.form)));
        self.report.missed.extend(missed.map(|one| (kind, one.form)));
    }

    /// Plants in files, archives, names, SQLite's files and a search index, and looks there.
    pub fn in_files(&mut self) -> Result<(), PlantError> {
        for kind in [Kind::Loose, Kind::Blob, Kind::Keyring, Kind::Backup] {
            self.plain(kind)?;
        }
        self.log()?;
        self.zip()?;
        self.names()?;
        self.dictionary()?;
        self.pages_in_use()?;
        self.free_pages()?;
        self.write_ahead_log()?;
        self.journal()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    /// The same numbers each time.
    struct Fixed(AtomicU64);

    impl Random for Fixed {
        fn fill(&self, bytes: &mut [u8]) {
            for byte in bytes {
                let next = self.0.load(Ordering::Relaxed).wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                self.0.store(next, Ordering::Relaxed);
                *byte = (next >> 56) as u8;
            }
        }
    }

    fn planted(matcher: &Matcher) -> Report {
        let folder = tempfile::tempdir().unwrap();
        let mut positives = Positives::new(matcher, CANARIES, folder.path()).unwrap();
        positives.in_files().unwrap();
        let report = positives.report.clone();
        drop(positives);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing of it stays");
        report
    }

    #[test]
    fn every_positive_is_found_in_every_kind_of_place() {
        let report = planted(&Matcher::new(canaries(&Fixed(AtomicU64::new(1)))));
        assert_eq!(report.missed, []);
        assert!(report.planted > 400, "{}", report.planted);
    }

    /// Needles that are not those which were planted: every positive is missed, and nothing is vouched for.
    #[test]
    fn a_scanner_that_misses_says_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let (right, wrong) = (canaries(&Fixed(AtomicU64::new(1))), canaries(&Fixed(AtomicU64::new(2))));
        let (planting, blind) = (Matcher::new(right), Matcher::new(wrong));
        let mut positives = Positives::new(&planting, CANARIES, folder.path()).unwrap();
        let all = positives.all();
        let mut scanner = Scanner::noting(&blind);
        all.iter().for_each(|one| scanner.bytes(Kind::Loose, "a place", &one.bytes));
        positives.check(Kind::Loose, &all, &scanner);
        assert_eq!(positives.report.missed.len(), all.len());
        assert_eq!(positives.report.verdict(), crate::Verdict::NotVouched);
        assert!(positives.report.text().contains("cannot vouch"));
    }
}
