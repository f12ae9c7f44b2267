//! What is packed: deflated entries of ZIP archives (APPNOTE.TXT 4.3.7) and gzip members (RFC 1952), wherever in a
//! place they begin. An archive within an archive is not opened.

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
const DEFLATED: u16 = 8;
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

/// Opens what begins at a place; none where it cannot be one.
pub(crate) fn open(source: &dyn Source, packing: Packing, offset: u64) -> Option<Opened<'_>> {
    let begin = match packing {
        Packing::Zip => offset + entry_begin(source, offset)?,
        Packing::Gzip => offset,
    };
    let packed = BufReader::new(Cursor::new(source, begin));
    let reader: Box<dyn Read> = match packing {
        Packing::Zip => Box::new(DeflateDecoder::new(packed)),
        Packing::Gzip => Box::new(GzDecoder::new(packed)),
    };
    Some(Opened { reader, left: MOST })
}

/// Where the deflated bytes of an entry begin, from its header on. What is not packed is read as it stands anyway.
fn entry_begin(source: &dyn Source, offset: u64) -> Option<u64> {
    let mut header = [0; HEADER];
    Cursor::new(source, offset).read_exact(&mut header).ok()?;
    let word = |at: usize| u16::from_le_bytes([header[at], header[at + 1]]);
    let encrypted = word(6) & 1 == 1;
    (word(8) == DEFLATED && !encrypted).then(|| (HEADER + usize::from(word(26)) + usize::from(word(28))) as u64)
}
