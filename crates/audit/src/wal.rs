//! Files of PostgreSQL's write-ahead log. A record goes on over the headers of pages (`src/include/access/xlog_internal.h`):
//! without them what was written stands in one piece.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;

use crate::scan::Source;

/// The size of a page that is understood here, in bytes: what every build has that was not changed.
pub const WAL_PAGE: u64 = 8192;
/// The header of the first page of a file, and of all others.
const FIRST_HEADER: u64 = 40;
const HEADER: u64 = 24;

/// A file of the log without its headers.
pub struct WalFile(pub File);

/// Where a byte of the log stands in the file, and how many follow it in its page.
fn place(offset: u64) -> (u64, u64) {
    let first = WAL_PAGE - FIRST_HEADER;
    if offset < first {
        return (FIRST_HEADER + offset, first - offset);
    }
    let (page, within) = ((offset - first) / (WAL_PAGE - HEADER), (offset - first) % (WAL_PAGE - HEADER));
    ((page + 1) * WAL_PAGE + HEADER + within, WAL_PAGE - HEADER - within)
}

impl Source for WalFile {
    fn read_from(&self, offset: u64, into: &mut [u8]) -> io::Result<usize> {
        let mut done = 0;
        while done < into.len() {
            let (at, left) = place(offset + done as u64);
            let end = into.len().min(done + left as usize);
            let count = self.0.read_at(&mut into[done..end], at)?;
            done += count;
            if count == 0 {
                break;
            }
        }
        Ok(done)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;
    use crate::{Kind, Matcher, Needle, Scanner};

    #[test]
    fn what_goes_on_over_the_header_of_a_page_is_found() {
        let matcher = Matcher::new(vec![Needle::text("what stands across two pages").unwrap()]);
        for before in [WAL_PAGE - FIRST_HEADER - 5, 3 * (WAL_PAGE - HEADER) - 20, 7] {
            let mut log = vec![b'.'; 5 * WAL_PAGE as usize];
            log[before as usize..before as usize + 28].copy_from_slice(b"what stands across two pages");
            let (first, mut rest) = log.split_at((WAL_PAGE - FIRST_HEADER) as usize);
            let mut file = tempfile::tempfile().unwrap();
            file.write_all(&[vec![0xaa; FIRST_HEADER as usize], first.to_vec()].concat()).unwrap();
            while rest.len() >= (WAL_PAGE - HEADER) as usize {
                let (page, after) = rest.split_at((WAL_PAGE - HEADER) as usize);
                file.write_all(&[vec![0xbb; HEADER as usize], page.to_vec()].concat()).unwrap();
                rest = after;
            }
            let mut scanner = Scanner::new(&matcher);
            scanner.source(Kind::Wal, "log", &WalFile(file)).unwrap();
            assert_eq!(scanner.report.findings[0].offset, before);
        }
    }
}
