//! How the parent tells the jail what to run and how much to give it.

use crate::limits::Caps;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

/// What the tool may do with a file that it is given beside its input and its output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    /// Read it.
    Read,
    /// Write it, and read back what was written.
    Write,
}

/// A descriptor beyond the three that is meant for the tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Handed {
    pub(crate) meant: Use,
    pub(crate) number: i32,
}

impl Handed {
    fn word(self) -> String {
        let letter = match self.meant {
            Use::Read => 'r',
            Use::Write => 'w',
        };
        format!("{letter}{}", self.number)
    }

    fn parse(word: &str) -> Option<Self> {
        let meant = match word.as_bytes().first()? {
            b'r' => Use::Read,
            b'w' => Use::Write,
            _ => return None,
        };
        let number = word.get(1..)?.parse().ok()?;
        (number > 2).then_some(Self { meant, number })
    }
}

/// A parsed command line of the jail.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Order {
    pub(super) caps: Caps,
    /// In the order of the numbers that the tool finds them at: from 3 on.
    pub(super) handed: Vec<Handed>,
    pub(super) program: PathBuf,
    pub(super) args: Vec<OsString>,
}

/// The arguments that [`parse`] reads back.
pub(crate) fn to_args(caps: Caps, handed: &[Handed], program: &Path, args: &[String]) -> Vec<OsString> {
    let caps = [caps.memory, caps.processor, caps.output, caps.files, caps.niceness];
    let mut all: Vec<OsString> = caps.iter().map(|n| OsString::from(n.to_string())).collect();
    all.push(program.into());
    all.extend(handed.iter().map(|one| OsString::from(one.word())));
    all.push("--".into());
    all.extend(args.iter().map(OsString::from));
    all
}

/// `MEMORY PROCESSOR OUTPUT FILES NICENESS PROGRAM [rNUMBER|wNUMBER]… -- ARGS…`
pub(super) fn parse(mut args: impl Iterator<Item = OsString>) -> Option<Order> {
    let mut number = || args.next()?.to_str()?.parse().ok();
    let (memory, processor, output, files) = (number()?, number()?, number()?, number()?);
    let caps = Caps { memory, processor, output, files, niceness: number()? };
    let program = PathBuf::from(args.next()?);
    let mut handed: Vec<Handed> = Vec::new();
    loop {
        let word = args.next()?;
        if word == OsStr::new("--") {
            break;
        }
        let one = Handed::parse(word.to_str()?)?;
        if handed.iter().any(|before| before.number == one.number) {
            return None;
        }
        handed.push(one);
    }
    program.is_absolute().then(|| Order { caps, handed, program, args: args.collect() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let caps = Caps { memory: 1, processor: 2, output: 3, files: 4, niceness: 5 };
        let args = vec!["-i".to_owned(), "--".to_owned()];
        let (read, write) = (Handed { meant: Use::Read, number: 17 }, Handed { meant: Use::Write, number: 3 });
        for handed in [&[][..], &[read], &[write], &[read, write]] {
            let order = parse(to_args(caps, handed, Path::new("/bin/x"), &args).into_iter()).unwrap();
            assert_eq!(order.caps, caps);
            assert_eq!(order.handed, handed);
            assert_eq!(order.program, Path::new("/bin/x"));
            assert_eq!(order.args, ["-i", "--"]);
        }
    }

    #[test]
    fn nonsense_is_refused() {
        for line in [
            "",
            "1 2 3 4 5 /bin/x",
            "1 2 3 4 5 x --",
            "1 2 3 4 /bin/x --",
            "a 2 3 4 5 /bin/x --",
            "1 2 3 4 5 /bin/x r2 --",
            "1 2 3 4 5 /bin/x 6 --",
            "1 2 3 4 5 /bin/x r --",
            "1 2 3 4 5 /bin/x r6 w6 --",
            "1 2 3 4 5 /bin/x é6 --",
        ] {
            assert_eq!(parse(line.split_whitespace().map(OsString::from)), None, "{line}");
        }
    }
}
