//! How the parent tells the jail what to run and how much to give it.

use crate::limits::Caps;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

/// A parsed command line of the jail.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Order {
    pub(super) caps: Caps,
    /// The descriptor beyond the three that is meant for the tool.
    pub(super) second: Option<i32>,
    pub(super) program: PathBuf,
    pub(super) args: Vec<OsString>,
}

/// The arguments that [`parse`] reads back.
pub(crate) fn to_args(caps: Caps, second: Option<i32>, program: &Path, args: &[String]) -> Vec<OsString> {
    let caps = [caps.memory, caps.processor, caps.output, caps.files];
    let mut all: Vec<OsString> = caps.iter().map(|n| OsString::from(n.to_string())).collect();
    all.push(program.into());
    all.extend(second.map(|number| OsString::from(number.to_string())));
    all.push("--".into());
    all.extend(args.iter().map(OsString::from));
    all
}

/// `MEMORY PROCESSOR OUTPUT FILES PROGRAM [SECOND] -- ARGS…`
pub(super) fn parse(mut args: impl Iterator<Item = OsString>) -> Option<Order> {
    let mut number = || args.next()?.to_str()?.parse().ok();
    let caps = Caps { memory: number()?, processor: number()?, output: number()?, files: number()? };
    let program = PathBuf::from(args.next()?);
    let mut next = args.next()?;
    let second = next.to_str().and_then(|text| text.parse().ok());
    if second.is_some() {
        next = args.next()?;
    }
    let whole = next == OsStr::new("--") && program.is_absolute() && second.is_none_or(|number| number > 2);
    whole.then(|| Order { caps, second, program, args: args.collect() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let caps = Caps { memory: 1, processor: 2, output: 3, files: 4 };
        let args = vec!["-i".to_owned(), "--".to_owned()];
        for second in [None, Some(3), Some(17)] {
            let order = parse(to_args(caps, second, Path::new("/bin/x"), &args).into_iter()).unwrap();
            assert_eq!(order.caps, caps);
            assert_eq!(order.second, second);
            assert_eq!(order.program, Path::new("/bin/x"));
            assert_eq!(order.args, ["-i", "--"]);
        }
    }

    #[test]
    fn nonsense_is_refused() {
        for line in [
            "",
            "1 2 3 4 /bin/x",
            "1 2 3 4 x --",
            "1 2 3 /bin/x --",
            "a 2 3 4 /bin/x --",
            "1 2 3 4 /bin/x 2 --",
            "1 2 3 4 /bin/x 5 6 --",
        ] {
            assert_eq!(parse(line.split_whitespace().map(OsString::from)), None, "{line}");
        }
    }
}
