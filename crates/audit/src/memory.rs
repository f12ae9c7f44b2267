//! The memory of a running process, by `/proc/PID/mem` (proc(5)). It takes the right to trace that process.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::{FileExt as _, MetadataExt as _};

use crate::report::Kind;
use crate::scan::{Part, Scanner};

/// The size of a page where the machine does not say it.
const PAGE: u64 = 4096;
/// Bits of a page's entry in `/proc/PID/pagemap` (the kernel's Documentation/admin-guide/mm/pagemap.rst).
const IN_MEMORY: u64 = 1 << 63;
const SWAPPED: u64 = 1 << 62;
const GUARD: u64 = 1 << 58;

impl Scanner<'_> {
    /// Looks through all memory of a process that can be read and that is not just a file as it stands on the disk.
    pub fn memory(&mut self, pid: u32) {
        let place = format!("memory of process {pid}");
        let looked = began(pid).and_then(|before| {
            let unread = self.regions(pid, &place)?;
            Ok((unread, is_still(pid, before)))
        });
        match looked {
            Err(error) => self.report.unseen(place, why(&error)),
            Ok((_, false)) => self.report.unseen(place, "the process ended meanwhile"),
            Ok((0, true)) => {}
            Ok((unread, true)) => self.report.unseen(place, format!("{unread} bytes of it cannot be read")),
        }
    }

    /// How many bytes that are there could not be read.
    fn regions(&mut self, pid: u32, place: &str) -> io::Result<u64> {
        let maps = fs::read_to_string(format!("/proc/{pid}/maps"))?;
        let memory = File::open(format!("/proc/{pid}/mem"))?;
        let pages = File::open(format!("/proc/{pid}/pagemap")).ok();
        let regions: Vec<_> = maps.lines().filter_map(region).collect();
        if regions.is_empty() {
            return Err(io::ErrorKind::PermissionDenied.into());
        }
        let (page, mut all, mut unread, mut first) = (page_size(), 0, 0, None);
        for (start, end) in regions {
            let mut at = start;
            while at < end {
                let part = Part { file: &memory, start: at, length: end - at };
                let (read, result) = self.through(Kind::Memory, &format!("{place}, region {start:x}"), &part);
                at += read;
                all += read;
                let Err(error) = result else {
                    // Of a process that is no more nothing comes, and no error.
                    unread += end.saturating_sub(at);
                    break;
                };
                first.get_or_insert(error.kind());
                let next = (at / page + 1) * page;
                if !is_nothing(pages.as_ref(), at / page) {
                    unread += next - at;
                }
                at = next;
            }
        }
        match first {
            Some(kind) if all == 0 => Err(kind.into()),
            _ => Ok(unread),
        }
    }

    /// Looks through the files that a process has open and that have no name: temporary ones, and memory that is handed on
    /// as a file.
    pub fn unnamed(&mut self, pid: u32) {
        let (place, before) = (format!("unnamed files of process {pid}"), began(pid));
        let entries = match fs::read_dir(format!("/proc/{pid}/fd")) {
            Ok(entries) => entries,
            Err(error) => return self.report.unseen(place, why(&error)),
        };
        let mut seen = BTreeSet::new();
        for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
            let place = format!("{place}: {}", path.file_name().unwrap_or_default().to_string_lossy());
            // Only a file is opened: to open a pipe waits for its other end.
            let read = fs::metadata(&path).and_then(|about| {
                let wanted = about.is_file() && about.nlink() == 0 && seen.insert((about.dev(), about.ino()));
                if wanted { self.source(Kind::Unnamed, &place, &File::open(&path)?) } else { Ok(()) }
            });
            if let Err(error) = read {
                self.failed(&place, &error);
            }
        }
        if !before.is_ok_and(|before| is_still(pid, before)) {
            self.report.unseen(place, "the process ended meanwhile");
        }
    }
}

fn why(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::PermissionDenied => "it takes the right to trace it: run as root".to_owned(),
        io::ErrorKind::NotFound => "there is no such process".to_owned(),
        kind => format!("cannot be read ({kind})"),
    }
}

/// When a process began, in ticks since the machine did: its number may be another's later (proc_pid_stat(5), field 22).
fn began(pid: u32) -> io::Result<u64> {
    let stat = fs::read(format!("/proc/{pid}/stat"))?;
    let stat = String::from_utf8_lossy(&stat);
    // The second field is the program's name, which may hold anything; the third follows its bracket.
    let ticks = stat.rsplit_once(')').and_then(|(_, fields)| fields.split_ascii_whitespace().nth(22 - 3)?.parse().ok());
    ticks.ok_or_else(|| io::ErrorKind::InvalidData.into())
}

fn is_still(pid: u32, before: u64) -> bool {
    began(pid).is_ok_and(|now| now == before)
}

/// Whether a page that cannot be read holds nothing: none is there (behind the end of a file, or let go meanwhile), or it
/// is a guard.
fn is_nothing(pages: Option<&File>, page: u64) -> bool {
    let mut entry = [0; 8];
    let known = pages.is_some_and(|pages| pages.read_exact_at(&mut entry, page * 8).is_ok());
    let entry = u64::from_ne_bytes(entry);
    known && (entry & (IN_MEMORY | SWAPPED) == 0 || entry & GUARD != 0)
}

/// The size of a page (AT_PAGESZ of getauxval(3)).
fn page_size() -> u64 {
    const AT_PAGESZ: u64 = 6;
    let vector = fs::read("/proc/self/auxv").unwrap_or_default();
    let words = vector.chunks_exact(8).filter_map(|word| Some(u64::from_ne_bytes(word.try_into().ok()?)));
    let words: Vec<_> = words.collect();
    let size = words.chunks_exact(2).find(|pair| pair[0] == AT_PAGESZ).map(|pair| pair[1]);
    size.filter(|size| *size > 0).unwrap_or(PAGE)
}

/// Where a region begins and ends, from its line in `maps`: one that can be read, and either written or is of no file.
fn region(line: &str) -> Option<(u64, u64)> {
    let mut words = line.split_ascii_whitespace();
    let (range, rights) = (words.next()?, words.next()?);
    let of_file = words.nth(2)? != "0";
    let kernel = words.next().is_some_and(|name| name.starts_with("[v"));
    let (start, end) = range.split_once('-')?;
    let wanted = rights.starts_with('r') && (rights.as_bytes().get(1) == Some(&b'w') || !of_file) && !kernel;
    wanted.then_some((u64::from_str_radix(start, 16).ok()?, u64::from_str_radix(end, 16).ok()?))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn regions_are_those_with_something_of_the_process() {
        let line = |rest: &str| region(&format!("7f00-7f10 {rest}"));
        assert_eq!(line("rw-p 00000000 00:00 0          [heap]"), Some((0x7f00, 0x7f10)));
        assert_eq!(line("r--p 00000000 00:00 0"), Some((0x7f00, 0x7f10)));
        assert_eq!(line("rw-p 00000000 08:01 99   /usr/bin/outro"), Some((0x7f00, 0x7f10)));
        assert_eq!(line("r-xp 00000000 08:01 99   /usr/bin/outro"), None);
        assert_eq!(line("---p 00000000 00:00 0"), None);
        assert_eq!(line("r--p 00000000 00:00 0 [vvar]"), None);
    }

    #[test]
    fn a_process_that_is_not_there_is_said() {
        let matcher = crate::Matcher::new(vec![]);
        let mut scanner = Scanner::new(&matcher);
        scanner.memory(u32::MAX - 1);
        assert!(scanner.report.unseen[0].wanted);
        scanner.unnamed(u32::MAX - 1);
        assert!(scanner.report.unseen[1].wanted);
    }

    #[test]
    fn a_process_is_known_by_when_it_began() {
        let before = began(std::process::id()).unwrap();
        assert!(is_still(std::process::id(), before));
        assert!(!is_still(std::process::id(), before + 1));
    }

    #[test]
    fn pages_that_are_there_are_told_from_those_that_are_not() {
        let (here, pages) = (Box::new(4711u64), File::open("/proc/self/pagemap").unwrap());
        let address = std::ptr::from_ref(&*here).addr() as u64;
        assert!(!is_nothing(Some(&pages), address / page_size()));
        assert!(is_nothing(Some(&pages), 0));
        assert!(!is_nothing(None, 0), "what is not known is not taken for nothing");
    }

    #[test]
    fn a_file_without_a_name_is_looked_at() {
        let matcher = crate::Matcher::new(vec![crate::Needle::text("in a file without a name").unwrap()]);
        let (mut scanner, mut file) = (Scanner::new(&matcher), tempfile::tempfile().unwrap());
        file.write_all(b"a text in a file without a name").unwrap();
        scanner.unnamed(std::process::id());
        let found = scanner.report.findings.iter().map(|found| (found.kind, found.offset)).collect::<Vec<_>>();
        assert_eq!(found, [(Kind::Unnamed, 7)]);
    }
}
