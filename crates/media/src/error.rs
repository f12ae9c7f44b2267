//! What can go wrong, in two faces: words for the log, sentences for the person.

use std::io;

/// Why a file cannot become a video: the file's own fault, final, and said to the person.
///
/// Nothing here quotes the file or the tools that read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
#[error("refused: {}", self.code())]
pub enum Refusal {
    /// Not a video container at all: a text, a picture, a playlist.
    NotAVideo,
    /// A sound file, or a container without moving pictures.
    NoPicture,
    /// Longer than the server takes.
    TooLong,
    /// More bytes or more pixels than the server takes.
    TooLarge,
    /// A video that was cut off or cannot be decoded.
    Damaged,
    /// A real video of a kind that this server does not read.
    Unsupported,
}

impl Refusal {
    /// The stable word that the API and the catalogues use.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotAVideo => "not_a_video",
            Self::NoPicture => "no_picture",
            Self::TooLong => "too_long",
            Self::TooLarge => "too_large",
            Self::Damaged => "damaged",
            Self::Unsupported => "unsupported",
        }
    }

    /// The refusal with this code, as stored with a failed video.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::NotAVideo, Self::NoPicture, Self::TooLong, Self::TooLarge, Self::Damaged, Self::Unsupported]
            .into_iter()
            .find(|refusal| refusal.code() == code)
    }

    /// A sentence for the person: what is wrong and what to do about it.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::NotAVideo => "This file is not a video. Choose a video, such as an MP4 or MOV.",
            Self::NoPicture => "This file has no moving picture, and no sound that can be read here. Choose another.",
            Self::TooLong => "This video is too long. Trim it and try again.",
            Self::TooLarge => "This video is too large. Save it at a lower resolution or trim it.",
            Self::Damaged => {
                "This video is damaged or incomplete. Play it to the end on your device, then save or send it again."
            }
            Self::Unsupported => "This kind of video cannot be read here. Save it as MP4 and try again.",
        }
    }
}

/// The limit that a child process ran into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spent {
    /// Processor time, or the kernel ended it for want of memory: the two look alike.
    Processor,
    /// Address space.
    Memory,
    /// Bytes of output.
    Output,
}

/// Why a probe, a transcode or a cover gave nothing.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// The file's fault: say so to the person, do not retry.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The wall clock ran out. One more try, at a quieter time, may do.
    #[error("out of time")]
    Timeout,
    /// A resource limit was reached: the file asks for more than is given to one video.
    #[error("limit reached: {0:?}")]
    TooMuch(Spent),
    /// The caller asked to stop.
    #[error("cancelled")]
    Cancelled,
    /// Our fault or the machine's: retry, and tell the operator.
    #[error("tool failed: {what} (exit {code:?})")]
    Tool {
        /// What failed, in our own words.
        what: &'static str,
        /// The exit code, if there was one.
        code: Option<i32>,
    },
    /// A descriptor could not be read or written, or a process not started.
    #[error("i/o: {0}")]
    Io(#[from] io::Error),
}

impl RunError {
    /// A stable word for logs and metrics.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Refused(refusal) => refusal.code(),
            Self::Timeout => "timeout",
            Self::TooMuch(_) => "too_much",
            Self::Cancelled => "cancelled",
            Self::Tool { .. } => "tool",
            Self::Io(_) => "io",
        }
    }

    /// Whether the same file may succeed another time.
    #[must_use]
    pub const fn retryable(&self) -> bool {
        matches!(self, Self::Timeout | Self::Tool { .. } | Self::Io(_))
    }
}
