//! Positives in files, archives, names and a search index.

use std::fs::{self, File};
use std::io::Write as _;
use std::os::unix::ffi::OsStringExt as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use outro_model::AccountId;
use outro_search::{Entry, Index};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::{PlantError, Positives, bytes};
use crate::dictionary::Terms;
use crate::report::Kind;
use crate::{Form, Needle};

/// What stands between two positives.
const BETWEEN: &[u8] = b"\x00 - \xff";

impl Positives<'_> {
    /// A file as it is.
    pub(super) fn plain(&mut self, kind: Kind) -> Result<(), PlantError> {
        let (all, folder) = (self.all(), self.scratch(&format!("{kind:?}")));
        fs::create_dir(&folder)?;
        fs::write(folder.join("file"), bytes(&all).join(BETWEEN))?;
        self.look_below(kind, &all, &folder)
    }

    fn look_below(&mut self, kind: Kind, all: &[super::Positive], folder: &std::path::Path) -> Result<(), PlantError> {
        let mut scanner = self.scanner();
        scanner.below(folder, &|_| Some(kind));
        self.check(kind, all, &scanner);
        Ok(())
    }

    /// A log in lines of JSON, and an older one that was packed.
    pub(super) fn log(&mut self) -> Result<(), PlantError> {
        let (all, folder) = (self.all(), self.scratch("logs"));
        let mut lines = Vec::new();
        for one in &all {
            lines.extend_from_slice(br#"{"timestamp":"2026-01-01T00:00:00Z","level":"INFO","message":""#);
            lines.extend_from_slice(&one.bytes);
            lines.extend_from_slice(b"\"}\n");
        }
        for name in ["outro.log", "outro.log.1.gz"] {
            let folder = folder.join(name);
            fs::create_dir_all(&folder)?;
            let file = File::create(folder.join(name))?;
            if name.ends_with("gz") {
                let mut packed = GzEncoder::new(file, Compression::default());
                packed.write_all(&lines)?;
                packed.finish()?;
            } else {
                (&file).write_all(&lines)?;
            }
            self.look_below(Kind::Log, &all, &folder)?;
        }
        Ok(())
    }

    /// Deflated entries of a ZIP that another library writes, after something that is none.
    pub(super) fn zip(&mut self) -> Result<(), PlantError> {
        let (all, folder) = (self.all(), self.scratch("archives"));
        fs::create_dir(&folder)?;
        let mut file = File::create(folder.join("archive.zip"))?;
        file.write_all(b"PK\x03\x04 is how an archive begins; this one begins later.")?;
        let mut zip = ZipWriter::new_stream(file);
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        for (number, part) in all.chunks(7).enumerate() {
            zip.start_file(format!("entry {number}"), options)?;
            zip.write_all(&bytes(part).join(BETWEEN))?;
        }
        zip.finish()?;
        self.look_below(Kind::Loose, &all, &folder)
    }

    /// Names of files: those forms that a name can have.
    pub(super) fn names(&mut self) -> Result<(), PlantError> {
        let (all, folder) = (self.all(), self.scratch("names"));
        fs::create_dir(&folder)?;
        let fits = |bytes: &[u8]| bytes.len() <= 255 && !bytes.contains(&0) && !bytes.contains(&b'/');
        let named: Vec<_> = all.into_iter().filter(|one| fits(&one.bytes)).collect();
        for (number, one) in named.iter().enumerate() {
            // Each in a folder of its own: names may differ in case alone.
            let below = folder.join(number.to_string());
            fs::create_dir(&below)?;
            File::create(below.join(std::ffi::OsString::from_vec(one.bytes.clone())))?;
        }
        self.look_below(Kind::Name, &named, &folder)
    }

    /// The dictionary of a search index that holds the word, and of one that dropped it and was not purged.
    pub(super) fn dictionary(&mut self) -> Result<(), PlantError> {
        let (index, account) = (Index::new()?, AccountId::from_bytes([1; 16]));
        let texts: Vec<_> = self.matcher.needles()[self.from..].iter().filter_map(Needle::as_text).collect();
        let entry = |id, name| Entry::Account { id, handle: "somebody".into(), name };
        // Somebody else stays: of an entry alone nothing is left without a purge either.
        let other = entry(AccountId::from_bytes([2; 16]), String::new());
        index.put(&[entry(account, texts.join(" ")), other])?;
        index.commit()?;
        let terms = Terms::of(self.matcher);
        let word = self.all().into_iter().filter(|one| one.form == Form::Lower);
        let word: Vec<_> = word.filter(|one| !one.bytes.contains(&b' ')).collect();
        for _ in 0..2 {
            let scanner = terms.look_with(self.scanner(), "the dictionary", &index.dictionary()?);
            self.check(Kind::Dictionary, &word, &scanner);
            index.drop_account(account);
            index.commit()?;
        }
        Ok(())
    }
}
