//! Reading places through, in constant memory.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use memchr::memmem::Finder;

use crate::matcher::Hit;
use crate::packed::{self, GZIP, Open, ZIP};
use crate::report::{Finding, Kind, Packing, Report};
use crate::{Class, Form, Matcher};

/// How much is read at once.
const CHUNK: usize = 1 << 20;
/// Where people and programs put packed files: what of them is not opened is said. Elsewhere bytes only look like that.
const PACKED: &[Kind] = &[Kind::Log, Kind::Backup, Kind::Loose];

/// Bytes that can be read at any place.
pub trait Source {
    /// Reads from `offset` on; 0 at the end.
    fn read_from(&self, offset: u64, into: &mut [u8]) -> io::Result<usize>;
}

impl Source for File {
    fn read_from(&self, offset: u64, into: &mut [u8]) -> io::Result<usize> {
        self.read_at(into, offset)
    }
}

/// Bytes that are at hand.
struct Slice<'a>(&'a [u8]);

impl Source for Slice<'_> {
    fn read_from(&self, offset: u64, into: &mut [u8]) -> io::Result<usize> {
        let rest = usize::try_from(offset).ok().and_then(|offset| self.0.get(offset..)).unwrap_or_default();
        let count = rest.len().min(into.len());
        into[..count].copy_from_slice(&rest[..count]);
        Ok(count)
    }
}

/// A part of a file, such as a region of memory.
pub(crate) struct Part<'a> {
    pub(crate) file: &'a File,
    pub(crate) start: u64,
    pub(crate) length: u64,
}

impl Source for Part<'_> {
    fn read_from(&self, offset: u64, into: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.length.saturating_sub(offset)).unwrap_or(usize::MAX).min(into.len());
        self.file.read_at(&mut into[..left], self.start + offset)
    }
}

/// Reads a source from a place on.
pub(crate) struct Cursor<'a> {
    source: &'a dyn Source,
    offset: u64,
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(source: &'a dyn Source, offset: u64) -> Self {
        Self { source, offset }
    }
}

impl Read for Cursor<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read_from(self.offset, into)?;
        self.offset += count as u64;
        Ok(count)
    }
}

/// Where something stands.
#[derive(Clone, Copy)]
struct At<'a> {
    kind: Kind,
    place: &'a str,
    within: Option<(Packing, u64)>,
}

/// Looks through places, and keeps what it found.
pub struct Scanner<'m> {
    matcher: &'m Matcher,
    /// What was found so far.
    pub report: Report,
    /// Every needle that was found, in its form, when they are to be noted.
    noted: Option<Vec<(Kind, usize, Form)>>,
    /// So many needles are heeded, from the first on.
    heeded: usize,
}

impl<'m> Scanner<'m> {
    /// A scanner that has looked at nothing.
    pub fn new(matcher: &'m Matcher) -> Self {
        Self { matcher, report: Report::default(), noted: None, heeded: matcher.needles().len() }
    }

    /// One for a place that keeps what was planted in it for a while: it passes over the last `canaries` needles.
    pub fn after_planting(matcher: &'m Matcher, canaries: usize) -> Self {
        let new = Self::new(matcher);
        Self { heeded: new.heeded.saturating_sub(canaries), ..new }
    }

    /// One that notes each needle that it finds, to be held against what was planted.
    pub(crate) fn noting(matcher: &'m Matcher) -> Self {
        Self { noted: Some(Vec::new()), ..Self::new(matcher) }
    }

    /// What was noted: the kind of place, the number of the needle from 0 on, the form.
    pub(crate) fn noted(&self) -> &[(Kind, usize, Form)] {
        self.noted.as_deref().unwrap_or_default()
    }

    /// Counts a place.
    pub(crate) fn count(&mut self, kind: Kind, bytes: u64) {
        let looked = self.report.looked.entry(kind).or_default();
        looked.places += 1;
        looked.bytes += bytes;
    }

    /// Looks through a source, and through what is packed in it. A part that cannot be read is an error; what was found
    /// before it stays.
    pub fn source(&mut self, kind: Kind, place: &str, source: &dyn Source) -> io::Result<()> {
        self.through(kind, place, source).1
    }

    /// The same, and how many bytes of the source were read.
    pub(crate) fn through(&mut self, kind: Kind, place: &str, source: &dyn Source) -> (u64, io::Result<()>) {
        let at = At { kind, place, within: None };
        if PACKED.contains(&kind) && packed::is_other(source) {
            self.closed(at, "it is packed in a way that is not opened");
        }
        let (bytes, result) = self.stream(at, &mut Cursor::new(source, 0), Some(source));
        self.count(kind, bytes);
        (bytes, result)
    }

    /// A path as reports show it.
    pub fn shown(&self, path: &Path) -> String {
        self.matcher.shown(path)
    }

    /// Looks through some bytes where they are: values of rows, names.
    pub fn bytes(&mut self, kind: Kind, place: &str, bytes: &[u8]) {
        let at = At { kind, place, within: None };
        let mut hits: Vec<Hit> = Vec::new();
        self.matcher.find(bytes, 0, bytes.len(), |hit| hits.push(hit));
        for hit in hits {
            self.hit(at, hit.start as u64, hit.needle, hit.form);
        }
        for (mark, packing) in [(ZIP, Packing::Zip), (GZIP, Packing::Gzip)] {
            for offset in memchr::memmem::find_iter(bytes, mark) {
                self.packed(at, &Slice(bytes), packing, offset as u64);
            }
        }
        self.count(kind, bytes.len() as u64);
    }

    /// Notes what was found by other means than by reading bytes.
    pub(crate) fn note(&mut self, kind: Kind, place: &str, needle: usize, form: Form) {
        self.hit(At { kind, place, within: None }, 0, needle, form);
    }

    fn hit(&mut self, at: At<'_>, offset: u64, needle: usize, form: Form) {
        let class = self.matcher.needles()[needle].class();
        if needle >= self.heeded {
            return;
        }
        if let Some(noted) = &mut self.noted {
            noted.push((at.kind, needle, form));
        } else if at.kind.must_not_hold(class) {
            let number = self.number(needle, class);
            let place = at.place.to_owned();
            self.report.finding(Finding { kind: at.kind, place, offset, within: at.within, form, class, number });
        }
    }

    /// Which of its class a needle is.
    fn number(&self, needle: usize, class: Class) -> usize {
        self.matcher.needles()[..=needle].iter().filter(|other| other.class() == class).count()
    }

    /// Looks through a stream; how long it was. `source` is given where what is packed in it is opened too.
    fn stream(&mut self, at: At<'_>, reader: &mut dyn Read, source: Option<&dyn Source>) -> (u64, io::Result<()>) {
        let (matcher, finders) = (self.matcher, [Finder::new(ZIP), Finder::new(GZIP)]);
        let mut buffer: Vec<u8> = Vec::new();
        // Where the buffer begins; the first window that was not looked at; where looking for packed parts goes on.
        let (mut base, mut next, mut unpacked) = (0u64, 0usize, 0usize);
        loop {
            let before = buffer.len();
            let read = fill(reader, &mut buffer);
            let ended = buffer.len() == before || read.is_err();
            // What reaches over the end of this chunk is looked at with the next.
            let reach = if ended { 0 } else { matcher.longest() + 8 };
            let until = buffer.len().saturating_sub(reach).max(next);
            let mut hits: Vec<Hit> = Vec::new();
            matcher.find(&buffer, next, until, |hit| hits.push(hit));
            for hit in hits {
                self.hit(at, base + hit.start as u64, hit.needle, hit.form);
            }
            if let Some(source) = source {
                for (finder, packing) in finders.iter().zip([Packing::Zip, Packing::Gzip]) {
                    let found: Vec<_> = finder.find_iter(&buffer[unpacked..]).map(|place| unpacked + place).collect();
                    for place in found.into_iter().filter(|place| ended || place + ZIP.len() <= buffer.len()) {
                        self.packed(at, source, packing, base + place as u64);
                    }
                }
                // A mark that is cut in two is found with the next chunk.
                unpacked = (buffer.len() + 1).saturating_sub(ZIP.len()).max(unpacked);
            }
            next = until;
            let cut = next.saturating_sub(matcher.longest()).min(if source.is_some() { unpacked } else { next });
            buffer.drain(..cut);
            (base, next, unpacked) = (base + cut as u64, next - cut, unpacked.saturating_sub(cut));
            if ended {
                return (base + buffer.len() as u64, read);
            }
        }
    }

    /// Looks into what is packed at a place, where it is. What only looks like it is at an end at once.
    fn packed(&mut self, at: At<'_>, source: &dyn Source, packing: Packing, offset: u64) {
        let mut opened = match packed::open(source, packing, offset) {
            Open::Part(opened) => opened,
            Open::Closed(why) => return self.closed(at, why),
            Open::Plain => return,
        };
        let within = Some((packing, offset));
        let (bytes, ended) = self.stream(At { within, ..at }, &mut opened, None);
        self.report.looked.entry(at.kind).or_default().bytes += bytes;
        if ended.is_ok() && opened.is_cut() {
            self.report.unseen(at.place, "a packed part of it is larger than is opened");
        }
        if ended.is_err() && offset == 0 {
            self.closed(at, "it is packed, and damaged or cut");
        }
    }

    /// Says, once for each place, that something packed was not opened whole.
    fn closed(&mut self, at: At<'_>, why: &str) {
        let known = self.report.unseen.iter().any(|unseen| unseen.place == at.place && unseen.why == why);
        if PACKED.contains(&at.kind) && !known {
            self.report.unseen(at.place, why);
        }
    }
}

/// Reads a chunk more; less at the end.
fn fill(reader: &mut dyn Read, buffer: &mut Vec<u8>) -> io::Result<()> {
    let before = buffer.len();
    let mut read = before;
    buffer.resize(before + CHUNK, 0);
    let result = loop {
        match reader.read(&mut buffer[read..]) {
            Ok(0) => break Ok(()),
            Ok(count) => read += count,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => break Err(error),
        }
        if read == buffer.len() {
            break Ok(());
        }
    };
    buffer.truncate(read);
    result
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;
    use crate::{FORMS, Needle};

    fn needle() -> Needle {
        Needle::text("Näh?>~ÿ/\"!*' Text 4711").unwrap()
    }

    /// A reader that gives a little at a time.
    struct Slow<'a>(&'a [u8], usize);

    impl Source for Slow<'_> {
        fn read_from(&self, offset: u64, into: &mut [u8]) -> io::Result<usize> {
            let count = into.len().min(self.1);
            Slice(self.0).read_from(offset, &mut into[..count])
        }
    }

    #[test]
    fn what_stands_across_the_border_of_two_chunks_is_found_once() {
        let matcher = Matcher::new(vec![needle()]);
        for form in FORMS {
            let pattern = form.of(&needle()).unwrap();
            for border in [CHUNK, 2 * CHUNK, CHUNK - 300] {
                for before in [0, 1, pattern.len() / 2, pattern.len() - 1, pattern.len()] {
                    let mut bytes = vec![0u8; 2 * CHUNK + 1000];
                    bytes[border - before..border - before + pattern.len()].copy_from_slice(&pattern);
                    let mut scanner = Scanner::new(&matcher);
                    scanner.source(Kind::Loose, "bytes", &Slice(&bytes)).unwrap();
                    let found = scanner.report.findings.iter().filter(|found| found.offset == (border - before) as u64);
                    assert_eq!(found.filter(|found| found.form == *form).count(), 1, "{form:?} {border} {before}");
                    assert_eq!(scanner.report.looked[&Kind::Loose].bytes, bytes.len() as u64);
                }
            }
        }
    }

    #[test]
    fn however_little_is_read_at_a_time() {
        let matcher = Matcher::new(vec![needle()]);
        let bytes = [vec![1; 5000], needle().bytes().to_vec(), vec![2; 5000]].concat();
        let mut scanner = Scanner::new(&matcher);
        scanner.source(Kind::Log, "log", &Slow(&bytes, 7)).unwrap();
        assert_eq!(scanner.report.findings[0].offset, 5000);
        assert_eq!(scanner.report.found[&Kind::Log], 1);
    }

    #[test]
    fn what_is_packed_and_not_opened_is_said() {
        let matcher = Matcher::new(vec![needle()]);
        let unseen = |kind: Kind, bytes: &[u8]| {
            let mut scanner = Scanner::new(&matcher);
            scanner.source(kind, "a file", &Slice(bytes)).unwrap();
            scanner.report.unseen.len()
        };
        let entry = |flags: u8, method: u8| {
            let head = [b"PK\x03\x04".as_slice(), &[20, 0, flags, 0, method, 0], &[0; 20]].concat();
            [b"before it ".as_slice(), &head, &head, b"bytes"].concat()
        };
        let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
        gzip.write_all(needle().bytes()).unwrap();
        let gzip = gzip.finish().unwrap();
        let cut = &gzip[..gzip.len() - 5];
        for (bytes, said) in [
            (b"\x28\xb5\x2f\xfd and so on".to_vec(), 1),
            (b"\xfd7zXZ\x00 and so on".to_vec(), 1),
            (b"BZh91AY&SY and so on".to_vec(), 1),
            (b"BZh9 and so on, as a text".to_vec(), 0),
            (entry(1, 8), 1),
            (entry(0, 93), 1),
            (entry(0, 0), 0),
            (b"PK\x03\x04 is how an archive begins; this one begins later.".to_vec(), 0),
            (cut.to_vec(), 1),
            ([b"later ".as_slice(), cut].concat(), 0),
            (gzip.clone(), 0),
        ] {
            assert_eq!(unseen(Kind::Log, &bytes), said, "{}", String::from_utf8_lossy(&bytes));
            assert_eq!(unseen(Kind::Blob, &bytes), 0);
        }
    }
}
