//! What an operator is told when a command cannot go on: one clear line.

use std::fmt::Display;
use std::io::Write as _;
use std::process::ExitCode;

/// One line that says what is wrong, and where it helps, what to do.
#[derive(Debug)]
pub(crate) struct Fail(String);

impl Fail {
    /// The line.
    pub(crate) fn new(line: impl Into<String>) -> Self {
        Self(line.into())
    }

    /// The line itself.
    pub(crate) fn line(&self) -> &str {
        &self.0
    }

    /// Says the line.
    #[expect(clippy::print_stderr, reason = "this is how a command-line program tells people")]
    pub(crate) fn say(&self) -> ExitCode {
        eprintln!("outro: {}", self.0);
        ExitCode::FAILURE
    }
}

impl<E: std::error::Error> From<E> for Fail {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}

/// Says something to whoever ran the command. Nobody may be listening any more: a server must not end by that.
pub(crate) fn say(line: impl Display) {
    let _ = writeln!(std::io::stdout(), "{line}");
}
