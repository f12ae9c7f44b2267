//! What a tool says on descriptor 2: progress, and errors that are weighed but never quoted.
//!
//! An error line may hold text out of the file (a title, a name), so a line leaves this module
//! only as a [`Word`].

/// The longest line kept; what is longer is cut, not stored.
const LINE: usize = 1024;

/// Cuts a stream of bytes into lines of bounded length.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    pending: Vec<u8>,
}

impl Lines {
    /// Feeds bytes; calls `each` for every line that is now complete.
    pub(crate) fn push(&mut self, bytes: &[u8], mut each: impl FnMut(&str)) {
        for &byte in bytes {
            if byte == b'\n' || byte == b'\r' {
                each(&String::from_utf8_lossy(&self.pending));
                self.pending.clear();
            } else if self.pending.len() < LINE {
                self.pending.push(byte);
            }
        }
    }
}

/// What an error line means, in our own words; later ones explain more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Word {
    /// Nothing was said.
    #[default]
    Silent,
    /// Something else.
    Other,
    /// The bytes are not what they should be.
    InvalidData,
    /// A decoder that may not touch a stranger's bytes would be needed.
    UnlistedCodec,
    /// The file ends before its own index says so.
    CutOff,
    /// A tool of ours lacks a part or an option.
    MissingPart,
    /// Out of memory.
    Memory,
}

/// Weighs one error line.
pub(crate) fn weigh(line: &str) -> Word {
    let has = |words: &[&str]| words.iter().any(|word| line.contains(word));
    if line.trim().is_empty() {
        Word::Silent
    } else if has(&["Cannot allocate memory", "Resource temporarily unavailable"]) {
        Word::Memory
    } else if has(&["Unknown encoder", "Unknown decoder", "No such filter", "Unrecognized option", "Option not found"])
    {
        Word::MissingPart
    } else if has(&["moov atom not found", "partial file", "File ended prematurely"]) {
        Word::CutOff
    } else if has(&["Codec ("]) && has(&["not on whitelist"]) {
        Word::UnlistedCodec
    } else if has(&["Invalid data found", "Error while decoding", "corrupt"]) {
        Word::InvalidData
    } else {
        Word::Other
    }
}

/// The time of output reached, if `line` is that progress line: microseconds.
pub(crate) fn out_time(line: &str) -> Option<u64> {
    line.strip_prefix("out_time_us=")?.trim().parse().ok()
}

/// Whether `line` belongs to `-progress` rather than being an error.
pub(crate) fn is_progress(line: &str) -> bool {
    const KEYS: [&str; 12] = [
        "frame",
        "fps",
        "bitrate",
        "total_size",
        "out_time_us",
        "out_time_ms",
        "out_time",
        "dup_frames",
        "drop_frames",
        "speed",
        "progress",
        "stream_",
    ];
    line.split_once('=').is_some_and(|(key, _)| KEYS.contains(&key) || key.starts_with("stream_"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_cut_and_bounded() {
        let mut lines = Lines::default();
        let mut seen = Vec::new();
        lines.push(b"one\ntw", |line| seen.push(line.to_owned()));
        lines.push(&[b"o\n".as_slice(), &vec![b'x'; 5000], b"\n"].concat(), |line| seen.push(line.to_owned()));
        assert_eq!(seen[..2], ["one", "two"]);
        assert_eq!(seen[2].len(), LINE);
    }

    #[test]
    fn progress_and_errors_are_told_apart() {
        assert_eq!(out_time("out_time_us=1021678"), Some(1_021_678));
        assert_eq!(out_time("out_time_us=N/A"), None);
        assert!(is_progress("stream_0_0_q=0.0") && is_progress("progress=end"));
        assert!(!is_progress("[h264 @ 0x1] error=1"));
        assert_eq!(weigh("[mov] moov atom not found"), Word::CutOff);
        assert_eq!(weigh("x: Cannot allocate memory"), Word::Memory);
    }
}
