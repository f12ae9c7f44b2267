//! How much of the machine one video may use.

use std::time::Duration;

/// Bounds on one file and on the processes that read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The longest video taken.
    pub max_duration: Duration,
    /// The largest upload taken, in bytes.
    pub max_input_bytes: u64,
    /// The most pixels in one source frame.
    pub max_pixels: u64,
    /// The most bytes that one output may have; the kernel enforces it.
    pub max_output_bytes: u64,
    /// Wall-clock time for one transcode.
    pub wall: Duration,
    /// Wall-clock time for one probe or one cover.
    pub probe_wall: Duration,
    /// Processor time over all threads for one transcode; the kernel enforces it.
    pub processor: Duration,
    /// Address space of one child, in bytes; the kernel enforces it.
    pub memory: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_duration: Duration::from_secs(600),
            max_input_bytes: 1 << 30,
            // 8K UHD; what is larger is no phone clip.
            max_pixels: 7680 * 4320,
            max_output_bytes: 512 << 20,
            wall: Duration::from_secs(3600),
            probe_wall: Duration::from_secs(60),
            processor: Duration::from_secs(3 * 3600),
            memory: 4 << 30,
        }
    }
}

/// What the kernel holds one child to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Caps {
    pub(crate) memory: u64,
    pub(crate) processor: u64,
    pub(crate) output: u64,
    pub(crate) files: u64,
    /// How much it yields to others, 0 to 19.
    pub(crate) niceness: u64,
}

impl Limits {
    /// Caps for a transcode.
    pub(crate) fn transcode_caps(&self) -> Caps {
        Caps {
            memory: self.memory,
            processor: self.processor.as_secs().max(1),
            output: self.max_output_bytes,
            files: FILES,
            niceness: NICENESS,
        }
    }

    /// Caps for what is made while nobody waits for it.
    pub(crate) fn idle_caps(&self) -> Caps {
        Caps { niceness: IDLE_NICENESS, ..self.transcode_caps() }
    }

    /// Caps for a probe, which writes no file, or a cover, which writes a small one.
    pub(crate) fn probe_caps(&self) -> Caps {
        Caps {
            memory: self.memory,
            processor: self.probe_wall.as_secs().max(1).saturating_mul(2),
            output: COVER_BYTES,
            files: FILES,
            niceness: NICENESS,
        }
    }
}

/// Pages come before videos: the tools yield to whoever serves a request.
const NICENESS: u64 = 5;
/// And what nobody waits for yields to all else.
const IDLE_NICENESS: u64 = 19;
/// Descriptors that ffmpeg needs: three of its own, its files, each piece of an edit opened anew, the loader's.
const FILES: u64 = 128;
/// No JPEG of a 720 × 1280 frame comes near this.
const COVER_BYTES: u64 = 16 << 20;
