//! What a file is, found by looking inside it; its name and declared type are never asked.

mod packets;
mod report;

use crate::child::{Heard, Order, run};
use crate::error::{Refusal, RunError};
use crate::limits::Limits;
use crate::sniff;
use crate::tools::Tools;
use std::fs::File;
use std::ops::ControlFlow;
use std::os::unix::fs::FileExt;
use std::time::Duration;

/// Containers that people's devices write. Not one of them refers to another file by default.
const CONTAINERS: &str = "mov,mp4,m4a,3gp,matroska,webm,avi,mpegts,mpeg,flv,\
mp3,ogg,wav,flac,aac";

/// Decoders that may touch a stranger's bytes: the tools know hundreds more, few of them watched.
const DECODERS: &str = "libdav1d,libaom-av1,av1,dnxhd,dvvideo,flv,h263,h264,hevc,mjpeg,mpeg1video,\
mpeg2video,mpeg4,msmpeg4v2,msmpeg4,prores,theora,vp8,vp9,libvpx,libvpx-vp9,\
aac,ac3,alac,amrnb,amrwb,libopencore_amrnb,libopencore_amrwb,dca,eac3,flac,mp2,mp2float,mp3,\
mp3float,opus,libopus,vorbis,pcm_alaw,pcm_mulaw,pcm_bluray,pcm_u8,pcm_s8,pcm_s16be,pcm_s16le,\
pcm_s24be,pcm_s24le,pcm_s32be,pcm_s32le,pcm_f32be,pcm_f32le";

/// What ffprobe opens besides, as it opens every stream: cover art and subtitles, which are then
/// left behind.
const OPENED: &str = ",png,bmp,mov_text,text,subrip,srt,ass,ssa,webvtt,dvbsub,dvdsub,pgssub,cc_dec";

/// More report than any real file gives.
const REPORT_BYTES: usize = 1 << 20;

/// The arguments in front of ffmpeg's input: two protocols, known containers, known decoders.
pub(crate) fn input_args() -> Vec<String> {
    input_with(DECODERS)
}

/// The same in front of ffprobe's.
fn probe_args() -> Vec<String> {
    let mut args = vec!["-v".to_owned(), "error".to_owned()];
    args.extend(input_with(&[DECODERS, OPENED].concat()));
    args
}

fn input_with(decoders: &str) -> Vec<String> {
    [
        "-protocol_whitelist",
        "file,pipe",
        "-format_whitelist",
        CONTAINERS,
        "-codec_whitelist",
        decoders,
        "-probesize",
        "20M",
        "-analyzeduration",
        "20M",
    ]
    .map(str::to_owned)
    .to_vec()
}

/// Where the jailed tool finds its input.
pub(crate) const INPUT: &str = "/proc/self/fd/0";

/// A turn that the picture needs before it is shown, in degrees.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rotation {
    /// Stored upright.
    #[default]
    None,
    /// A quarter turn.
    Quarter,
    /// Upside down.
    Half,
    /// Three quarters.
    ThreeQuarters,
}

impl Rotation {
    /// Whether width and height change places.
    #[must_use]
    pub const fn swaps(self) -> bool {
        matches!(self, Self::Quarter | Self::ThreeQuarters)
    }
}

/// How light is coded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Transfer {
    /// Ordinary video.
    #[default]
    Sdr,
    /// HDR10 and kin (SMPTE ST 2084).
    Pq,
    /// Hybrid log-gamma.
    Hlg,
}

/// What a video file is.
#[derive(Clone, Debug, PartialEq)]
pub struct Probe {
    /// Index of the picture's stream in the file.
    pub picture: u32,
    /// Index of the sound's stream, if there is one that can be decoded.
    pub sound: Option<u32>,
    /// There is sound, but of a kind that cannot be decoded; the video will be silent.
    pub sound_left_out: bool,
    /// There is sound and no picture that moves: one is drawn of the sound. `picture` is then the sound's stream.
    pub sound_alone: bool,
    /// The picture's codec, by ffmpeg's name; the sound's where there is sound alone.
    pub codec: String,
    /// Width as stored, before any turn.
    pub width: u32,
    /// Height as stored.
    pub height: u32,
    /// Width as shown: turned, and with square pixels.
    pub display_width: u32,
    /// Height as shown.
    pub display_height: u32,
    /// The turn between the two.
    pub rotation: Rotation,
    /// How long it plays.
    pub duration: Duration,
    /// Frames a second on average, where the file tells.
    pub frame_rate: Option<f64>,
    /// How light is coded.
    pub transfer: Transfer,
    /// Whether the file says which colour matrix it uses.
    pub colour_declared: bool,
    /// Whether luma uses all values, as cameras of phones do.
    pub full_range: bool,
    /// Whether a frame is two interleaved fields.
    pub interlaced: bool,
}

impl Probe {
    /// Whether a sound track will be made.
    #[must_use]
    pub const fn has_sound(&self) -> bool {
        self.sound.is_some()
    }
}

/// Looks into `input` and tells what video it is.
///
/// # Errors
/// [`RunError::Refused`] when it is none that this server takes; the others when the look failed.
pub async fn probe(tools: &Tools, input: &File, limits: &Limits) -> Result<Probe, RunError> {
    if input.metadata()?.len() > limits.max_input_bytes {
        return Err(Refusal::TooLarge.into());
    }
    let report = match ask(tools, input, limits).await {
        Err(RunError::Refused(Refusal::Damaged)) => return Err(unreadable(input)?.into()),
        other => other?,
    };
    let mut found = report::read(&report).or_else(|refusal| match refusal {
        Refusal::NotAVideo => Err(unreadable(input)?.into()),
        other => Err(RunError::from(other)),
    })?;
    if u64::from(found.probe.width) * u64::from(found.probe.height) > limits.max_pixels {
        return Err(Refusal::TooLarge.into());
    }
    if found.declared.is_none() {
        found.probe.duration = packets::duration(tools, input, found.probe.picture, limits).await?;
    }
    if found.probe.duration > limits.max_duration {
        return Err(Refusal::TooLong.into());
    }
    Ok(found.probe)
}

async fn ask(tools: &Tools, input: &File, limits: &Limits) -> Result<Vec<u8>, RunError> {
    let mut args = probe_args();
    // Only these fields: titles and places that a file carries never enter this process.
    args.extend(["-show_entries", report::FIELDS, "-of", "json", "-i", INPUT].map(str::to_owned));
    let mut report = Vec::new();
    let ended = run(tools, order(tools, &args, input, limits), &mut |heard| {
        if let Heard::Out(bytes) = heard {
            report.extend_from_slice(bytes);
        }
        if report.len() > REPORT_BYTES { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })
    .await;
    match ended {
        Err(RunError::Cancelled) => Err(Refusal::Unsupported.into()),
        other => other?.judge("ffprobe").map(|()| report),
    }
}

fn order<'a>(tools: &'a Tools, args: &'a [String], input: &'a File, limits: &Limits) -> Order<'a> {
    Order {
        program: &tools.ffprobe,
        args,
        input,
        beside: &[],
        output: None,
        more: &[],
        caps: limits.probe_caps(),
        wall: limits.probe_wall,
    }
}

/// The probe saw no video: the opening bytes tell what to say about it.
fn unreadable(input: &File) -> std::io::Result<Refusal> {
    let mut head = [0; sniff::HEAD];
    let n = input.read_at(&mut head, 0)?;
    Ok(sniff::refusal_for(&head[..n]))
}
