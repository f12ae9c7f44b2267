//! What a video becomes: its size, and the exact arguments that make it so. Pure.

mod edit;
mod filters;
mod footage;
mod geometry;
mod idle;
mod join;
mod ladder;
mod look;
mod loudness;
mod mix;
mod path;
mod scene;
mod subtitles;
mod wave;

use crate::probe::{INPUT, Probe, input_args};
pub use edit::NothingLeft;
pub(crate) use filters::SOUND;
use filters::Shown;
pub use footage::Footage;
pub use geometry::{Geometry, Shape, geometry};
pub use idle::av1_plan;
pub use join::Joins;
pub use ladder::{Ladder, Rung, Size, edit_ladder, ladder};
pub use loudness::{Level, Loudness};
pub(crate) use mix::inputs as mix_inputs;
pub use mix::{Blend, mix_plan};
pub use path::{BadPath, Key, MOST_KEYS, Path};
pub(crate) use scene::Window;
pub use scene::{Bars, Scene};
use std::time::Duration;
pub(crate) use wave::SIZE as WAVE;

/// Where the jailed tool puts its output.
pub(crate) const OUTPUT: &str = "/proc/self/fd/1";
/// Where it finds what it is given to read beside its input.
pub(crate) const SECOND: &str = "/proc/self/fd/3";

/// Seconds between keyframes: a player that seeks or switches finds one this near.
const GROUP: &str = "2";
/// x264's constant rate factor.
const RATE_FACTOR: &str = "24.5";
/// Closed groups, and bits moved to where the eye looks for them, and to what later frames are made of: a fast preset then
/// comes near to a slow one, with no more bytes.
const X264: &str = "open-gop=0:scenecut=0:aq-mode=2:aq-strength=1:rc-lookahead=30:trellis=1";

/// How a picture that is not upright becomes upright.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reframe {
    /// All of it, on a blurred background.
    #[default]
    Fit,
    /// Its centre.
    Crop,
    /// A window that moves along the scene's path; where there is none, as [`Reframe::Fit`].
    Follow,
}

/// What the server, rather than the file, decides about an encode.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Threads for decoding, filtering and encoding.
    pub threads: usize,
    /// Whether HDR can be brought to ordinary light (`zscale` and `tonemap` are there).
    pub tonemap: bool,
    /// Whether fields can be made frames (`yadif` is there).
    pub deinterlace: bool,
    /// Nothing is written past this length, whatever the file declares.
    pub max_duration: Duration,
    /// x264's preset.
    pub preset: &'static str,
    /// What brings the sound to the loudness of all, as it was listened to; the default leaves it as it is.
    pub level: Level,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            threads: std::thread::available_parallelism().map_or(2, usize::from).min(MOST_THREADS),
            tonemap: false,
            deinterlace: false,
            max_duration: Duration::from_secs(600),
            preset: "veryfast",
            level: Level::default(),
        }
    }
}

/// More threads than this cost memory and gain nothing at this size.
const MOST_THREADS: usize = 16;
/// Bits a second that an encode may average over a few seconds, sound included.
const MOST_BITS: u64 = MOST_PICTURE_BITS + MOST_SOUND_BITS;
/// The same of the picture alone.
const MOST_PICTURE_BITS: u64 = 4_000_000;
/// And of the sound.
const MOST_SOUND_BITS: u64 = 200_000;

/// A decided encode.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Width of the rendition.
    pub width: u32,
    /// Height of the rendition.
    pub height: u32,
    /// Whether it has sound.
    pub has_sound: bool,
    /// How long the source plays.
    pub duration: Duration,
    /// The arguments for ffmpeg: descriptor 0 in, descriptor 1 out, progress on 2.
    pub args: Vec<String>,
}

impl Plan {
    /// About how many bytes the rendition may come to, for choosing its scratch.
    #[must_use]
    pub fn size_hint(&self) -> u64 {
        (self.duration.as_secs() + 2).saturating_mul(MOST_BITS / 8)
    }
}

/// Decides what `probe` becomes, framed so; of `scene` its bars are cut off and its path is followed.
#[must_use]
pub fn plan(probe: &Probe, reframe: Reframe, scene: &Scene, options: &Options) -> Plan {
    let composed = Composed::of(probe, reframe, scene, options, geometry::WIDE);
    let mut args = decoding(options.threads, &composed.graph);
    args.extend(picture("[v]", MOST_PICTURE_BITS, options));
    args.extend(sound(probe.has_sound(), "[a]"));
    args.extend(closing(options));
    args.push(OUTPUT.to_owned());
    composed.planned(probe, args)
}

/// The picture put together, before it is encoded.
struct Composed {
    geometry: Geometry,
    /// Ends in `[v]`, and in `[a]` where there is sound.
    graph: String,
}

impl Composed {
    /// At most so wide.
    fn of(probe: &Probe, reframe: Reframe, scene: &Scene, options: &Options, widest: u32) -> Self {
        let (shown, reframe) = framing(probe, reframe, scene);
        let geometry = geometry::geometry_within(shown.width, shown.height, reframe, widest);
        let graph = filters::graph(probe, &shown, &geometry, options);
        Self { geometry, graph }
    }

    fn planned(&self, probe: &Probe, args: Vec<String>) -> Plan {
        let Geometry { width, height, .. } = self.geometry;
        Plan { width, height, has_sound: probe.has_sound(), duration: probe.duration, args }
    }
}

/// What is shown of a picture, and how it is framed.
fn framing<'a>(probe: &Probe, reframe: Reframe, scene: &'a Scene) -> (Shown<'a>, Reframe) {
    // What has no picture of its own has none to frame.
    let framed = (!probe.sound_alone).then_some(scene);
    let bars = framed.and_then(|scene| scene.bars.as_ref());
    let path = framed.and_then(|scene| scene.path.as_ref()).filter(|_| reframe == Reframe::Follow);
    let (width, height) = scene::shown(probe, bars);
    // To follow without a path is to fit.
    let is_fitted = probe.sound_alone || (reframe == Reframe::Follow && path.is_none());
    (Shown { width, height, bars, path }, if is_fitted { Reframe::Fit } else { reframe })
}

/// Reads the source and puts its picture together.
fn decoding(threads: usize, graph: &str) -> Vec<String> {
    let mut args = opening(threads);
    args.extend(input_args());
    // A tenth of broken frames is a broken video; the odd one is everyday life.
    args.extend(owned(&["-max_error_rate", "0.1", "-i", INPUT, "-filter_complex", graph]));
    args
}

/// The sound, where there is any.
fn sound(has_sound: bool, label: &str) -> Vec<String> {
    if has_sound { owned(&["-map", label, "-c:a", "aac", "-b:a", "128k"]) } else { Vec::new() }
}

pub(crate) fn owned(args: &[&str]) -> Vec<String> {
    args.iter().map(|arg| (*arg).to_owned()).collect()
}

/// Quiet but for progress, on so many threads.
pub(crate) fn opening(threads: usize) -> Vec<String> {
    opening_with(threads, threads)
}

/// The same where each filter has other many threads than the rest.
pub(crate) fn opening_with(filters: usize, threads: usize) -> Vec<String> {
    let (filters, threads) = (filters.to_string(), threads.to_string());
    owned(&[
        "-hide_banner",
        "-nostdin",
        "-y",
        "-loglevel",
        "error",
        "-progress",
        "pipe:2",
        "-nostats",
        "-filter_complex_threads",
        &filters,
        "-threads",
        &threads,
    ])
}

/// H.264 that every player takes, in closed groups, with nothing of the source but the picture.
fn picture(label: &str, most_bits: u64, options: &Options) -> Vec<String> {
    let threads = options.threads.to_string();
    let (rate, buffer) = (most_bits.to_string(), (2 * most_bits).to_string());
    // By time, not by count: the frame rate may vary. The hair less than two seconds keeps
    // rounding from moving a keyframe to the frame after.
    let keyframes = format!("expr:if(isnan(prev_forced_t),1,gte(t,prev_forced_t+{GROUP}-0.001))");
    owned(&[
        "-map",
        label,
        "-c:v",
        "libx264",
        "-preset",
        options.preset,
        "-crf",
        RATE_FACTOR,
        "-maxrate",
        &rate,
        "-bufsize",
        &buffer,
        "-profile:v",
        "high",
        "-pix_fmt",
        "yuv420p",
        "-force_key_frames",
        &keyframes,
        "-forced-idr",
        "1",
        "-g",
        "600",
        "-x264-params",
        X264,
        "-fps_mode",
        "vfr",
        "-enc_time_base",
        "1/90000",
        "-video_track_timescale",
        "90000",
        // Captions ride in the source's frames and x264 signs its work: neither goes out.
        "-a53cc",
        "0",
        "-bsf:v",
        "filter_units=remove_types=6",
        "-color_primaries",
        "bt709",
        "-color_trc",
        "bt709",
        "-colorspace",
        "bt709",
        "-color_range",
        "tv",
        "-threads:v",
        &threads,
    ])
}

fn closing(options: &Options) -> Vec<String> {
    // One second of grace: what is over the limit is then seen to be over it, and refused.
    let longest = (options.max_duration + Duration::from_secs(1)).as_secs().to_string();
    let mut args = owned(&["-flags:v", "+bitexact+cgop"]);
    args.extend(packed(&longest));
    args
}

/// As [`packed`], and where it goes.
fn container(longest: &str) -> Vec<String> {
    let mut args = packed(longest);
    args.push(OUTPUT.to_owned());
    args
}

/// An MP4 with its index in front, and nothing in it but the streams.
pub(crate) fn packed(longest: &str) -> Vec<String> {
    owned(&[
        "-sn",
        "-dn",
        "-map_metadata",
        "-1",
        "-map_chapters",
        "-1",
        "-fflags",
        "+bitexact",
        "-flags:a",
        "+bitexact",
        "-empty_hdlr_name",
        "1",
        "-max_muxing_queue_size",
        "4096",
        "-t",
        longest,
        "-movflags",
        "+faststart",
        "-f",
        "mp4",
    ])
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::probe::{Rotation, Transfer};
    use proptest::prelude::*;

    pub(crate) fn source(width: u32, height: u32, sound: Option<u32>) -> Probe {
        Probe {
            picture: 1,
            sound,
            sound_left_out: false,
            sound_alone: false,
            codec: "[evil];codec".to_owned(),
            width,
            height,
            display_width: width,
            display_height: height,
            rotation: Rotation::None,
            duration: Duration::from_secs(3),
            frame_rate: Some(30.0),
            transfer: Transfer::Sdr,
            colour_declared: false,
            full_range: false,
            interlaced: false,
        }
    }

    proptest! {
        #[test]
        fn every_plan_strips_and_never_quotes_the_file(
            w in 16u32..9000, h in 16u32..9000, sound in proptest::option::of(2u32..9), crop: bool,
        ) {
            let reframe = if crop { Reframe::Crop } else { Reframe::Fit };
            let plan = plan(&source(w, h, sound), reframe, &Scene::default(), &Options::default());
            let line = plan.args.join(" ");
            prop_assert!(!line.contains("evil"));
            prop_assert!(line.contains("-protocol_whitelist file,pipe"));
            prop_assert!(line.contains("-map_metadata -1 -map_chapters -1") && line.contains("+faststart"));
            prop_assert!(!line.contains("copy "), "nothing is passed on unencoded");
            prop_assert_eq!(line.contains("-c:a aac"), sound.is_some());
            prop_assert!(plan.width <= 720 && plan.height <= 1280 && (plan.width | plan.height) & 1 == 0);
        }

        #[test]
        fn the_blur_and_the_picture_fill_the_canvas(w in 16u32..9000, h in 16u32..9000) {
            prop_assume!(w >= h);
            let geometry = geometry(w, h, Reframe::Fit);
            let shown = filters::Shown { width: w, height: h, bars: None, path: None };
            let graph = filters::graph(&source(w, h, None), &shown, &geometry, &Options::default());
            let Shape::OnBackground { height, .. } = geometry.shape else { panic!("landscape") };
            let bars: u32 = graph
                .split("flags=bilinear")
                .filter_map(|part| part.rsplit_once(&format!("scale={}:", geometry.width)))
                .filter_map(|(_, bar)| bar.trim_end_matches(':').parse::<u32>().ok())
                .inspect(|bar| assert!(*bar > 0 && bar % 2 == 0))
                .sum();
            prop_assert_eq!(bars + height, geometry.height, "{}", graph);
        }
    }
}
