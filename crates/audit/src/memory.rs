//! The memory of a running process, by `/proc/PID/mem` (proc(5)). It takes the right to trace that process.

use std::fs::{self, File};
use std::io;

use crate::report::Kind;
use crate::scan::{Part, Scanner};

/// How much is skipped where a part of a region cannot be read.
const PAGE: u64 = 4096;

impl Scanner<'_> {
    /// Looks through all memory of a process that can be read and that is not just a file as it stands on the disk.
    pub fn memory(&mut self, pid: u32) {
        let place = format!("memory of process {pid}");
        if let Err(error) = self.regions(pid, &place) {
            let why = match error.kind() {
                io::ErrorKind::PermissionDenied => "it takes the right to trace it: run as root".to_owned(),
                io::ErrorKind::NotFound => "there is no such process".to_owned(),
                kind => format!("cannot be read ({kind})"),
            };
            self.report.unseen(place, why);
        }
    }

    fn regions(&mut self, pid: u32, place: &str) -> io::Result<()> {
        let maps = fs::read_to_string(format!("/proc/{pid}/maps"))?;
        let memory = File::open(format!("/proc/{pid}/mem"))?;
        let regions: Vec<_> = maps.lines().filter_map(region).collect();
        if regions.is_empty() {
            return Err(io::ErrorKind::PermissionDenied.into());
        }
        let (mut read, mut first) = (0u64, None);
        for (start, end) in regions {
            let (mut at, before) = (start, self.bytes_of_memory());
            // Parts that are not there (a guard, a file that was cut) are stepped over.
            while at < end {
                let part = Part { file: &memory, start: at, length: end - at };
                let had = self.bytes_of_memory();
                match self.source(Kind::Memory, &format!("{place}, region {start:x}"), &part) {
                    Ok(()) => break,
                    Err(error) => {
                        first.get_or_insert(error.kind());
                        at += (self.bytes_of_memory() - had) / PAGE * PAGE + PAGE;
                    }
                }
            }
            read += self.bytes_of_memory() - before;
        }
        match first {
            Some(kind) if read == 0 => Err(kind.into()),
            _ => Ok(()),
        }
    }

    fn bytes_of_memory(&self) -> u64 {
        self.report.looked.get(&Kind::Memory).map_or(0, |looked| looked.bytes)
    }
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
    }
}
