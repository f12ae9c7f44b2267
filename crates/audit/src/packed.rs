//! What is packed: deflated entries of ZIP archives (APPNOTE.TXT 4.3.7) and gzip members (RFC 1952), wherever in a
//! place they begin. An archive within an archive is not opened. What is packed in other ways is known as that, no more.

use std::io::{self, BufReader, Read};

use flate2::bufread::{DeflateDecoder, GzDecoder};

use crate::report::Packing;
use crate::scan::{Cursor, Source};

/// How the header of an entry of a ZIP begins.
pub(crate) const ZIP: &[u8] = b"PK\x03\x04";
/// How a gzip member begins, with its one method.
pub(crate) const GZIP: &[u8] = b"\x1f\x8b\x08";

/// The fixed part of an entry's header.
const HEADER: usize = 30;
const STORED: u16 = 0;
const DEFLATED: u16 = 8;
/// The newest version that an entry can take (APPNOTE.TXT 4.4.3.2): bytes that begin like one by chance have a larger number.
const NEWEST: u16 = 63;
/// How files begin that are packed by Zstandard (RFC 8878) or xz.
const OTHERS: &[&[u8]] = &[b"\x28\xb5\x2f\xfd", b"\xfd7zXZ\x00"];
/// How much of one packed part is opened: four gigabytes.
const MOST: u64 = 4 << 30;

/// A packed part as it is opened.
pub(crate) struct Opened<'a> {
    reader: Box<dyn Read + 'a>,
    left: u64,
}

impl Opened<'_> {
    /// Whether it goes on after what was opened.
    pub(crate) fn is_cut(&self) -> bool {
        self.left == 0
    }
}

impl Read for Opened<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let room = into.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        let count = self.reader.read(&mut into[..room])?;
        self.left -= count as u64;
        Ok(count)
    }
}

/// What begins at a place.
pub(crate) enum Open<'a> {
    /// A packed part, or what looks like it.
    Part(Opened<'a>),
    /// A packed part that is not opened, and why.
    Closed(&'static str),
    /// None that is packed: it is read as it stands.
    Plain,
}

/// Opens what begins at a place.
pub(crate) fn open(source: &dyn Source, packing: Packing, offset: u64) -> Open<'_> {
    let begin = match packing {
        Packing::Gzip => offset,
        Packing::Zip => match entry_begin(source, offset) {
            Ok(begin) => offset + begin,
            Err(other) => return other,
        },
    };
    let packed = BufReader::new(Cursor::new(source, begin));
    let reader: Box<dyn Read> = match packing {
        Packing::Zip => Box::new(DeflateDecoder::new(packed)),
        Packing::Gzip => Box::new(GzDecoder::new(packed)),
    };
    Open::Part(Opened { reader, left: MOST })
}

/// Where the deflated bytes of an entry begin, from its header on; or what it is else.
fn entry_begin(source: &dyn Source, offset: u64) -> Result<u64, Open<'static>> {
    let mut header = [0; HEADER];
    if Cursor::new(source, offset).read_exact(&mut header).is_err() {
        return Err(Open::Plain);
    }
    let word = |at: usize| u16::from_le_bytes([header[at], header[at + 1]]);
    let (encrypted, method) = (word(6) & 1 == 1, word(8));
    let is_entry = word(4) <= NEWEST && matches!(method, 0..=20 | 93..=99);
    match method {
        DEFLATED if !encrypted => Ok((HEADER + usize::from(word(26)) + usize::from(word(28))) as u64),
        STORED if !encrypted => Err(Open::Plain),
        _ if is_entry && encrypted => Err(Open::Closed("an entry of the ZIP is encrypted")),
        _ if is_entry => Err(Open::Closed("an entry of the ZIP is packed in a way that is not opened")),
        _ => Err(Open::Plain),
    }
}

/// Whether a file is packed in a way that is not opened at all: Zstandard, xz, bzip2 (whose first block has a mark too).
pub(crate) fn is_other(source: &dyn Source) -> bool {
    let mut head = Vec::new();
    if Cursor::new(source, 0).take(10).read_to_end(&mut head).is_err() {
        return false;
    }
    let is_bzip2 = head.starts_with(b"BZh") && head.ends_with(b"1AY&SY");
    is_bzip2 || OTHERS.iter().any(|mark| head.starts_with(mark))
}
