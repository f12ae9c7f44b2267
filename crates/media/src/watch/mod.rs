//! One look at a video before it is made: what of its picture are bars, and where a window should look.
//!
//! The jailed ffmpeg decodes and hands over small frames; all else is arithmetic on them. Of each frame only two
//! short profiles are kept, so that the longest video needs some megabytes.

mod activity;
mod bars;
mod camera;
mod cells;
mod frames;
mod observe;
mod words;

use crate::child::{Heard, Order, run};
use crate::error::RunError;
use crate::limits::Limits;
use crate::plan::{Bars, Scene, Window, opening_with};
use crate::probe::{INPUT, Probe, input_args};
use crate::run::Progress;
use crate::tools::Tools;
use frames::{Cutter, Small};
use observe::Observer;
use std::fs::File;
use std::ops::ControlFlow;

/// Frames a second that are looked at for cuts, at most: a cut is then found to the frame.
const MOST_RATE: f64 = 30.0;
/// And at least, for clips of few frames.
const LEAST_RATE: f64 = 8.0;

/// Looks at all of `input` once, in small, and tells what of the picture is burnt-in bars and where a window that
/// is narrower than the picture should look.
///
/// `on_progress` is asked at least twice a second whether to go on. Dropping the future ends the child as well.
///
/// # Errors
/// [`RunError`] as for [`transcode`](crate::transcode): a file that cannot be watched cannot be made either.
pub async fn watch(
    tools: &Tools,
    input: &File,
    probe: &Probe,
    limits: &Limits,
    on_progress: impl FnMut(Progress) -> ControlFlow<()> + Send,
) -> Result<Scene, RunError> {
    if probe.sound_alone {
        return Ok(Scene::default());
    }
    let rate = probe.frame_rate.unwrap_or(MOST_RATE).clamp(LEAST_RATE, MOST_RATE).round();
    let observer = look(tools, input, probe, limits, (Which::Needed, rate), on_progress).await?;
    // A tenth of a second for ten minutes: long for whoever else waits on this thread.
    let probe = probe.clone();
    let decided = tokio::task::spawn_blocking(move || decide(&probe, observer)).await;
    decided.map_err(|error| std::io::Error::other(error).into())
}

/// Looks at the keyframes of `input` for burnt-in bars, which costs next to nothing; only where there seem to be any,
/// at all of it, as [`watch`] does.
///
/// # Errors
/// As [`watch`].
pub async fn bars(
    tools: &Tools,
    input: &File,
    probe: &Probe,
    limits: &Limits,
    mut on_progress: impl FnMut(Progress) -> ControlFlow<()> + Send,
) -> Result<Option<Bars>, RunError> {
    if probe.sound_alone {
        return Ok(None);
    }
    let glance = look(tools, input, probe, limits, (Which::Keys, LEAST_RATE), &mut on_progress).await?;
    match glance.may_have_bars() {
        true => Ok(watch(tools, input, probe, limits, on_progress).await?.bars),
        false => Ok(None),
    }
}

/// Hands `rate` small frames a second to an observer.
async fn look(
    tools: &Tools,
    input: &File,
    probe: &Probe,
    limits: &Limits,
    (which, rate): (Which, f64),
    mut on_progress: impl FnMut(Progress) -> ControlFlow<()> + Send,
) -> Result<Observer, RunError> {
    let small = Small::of(probe.display_width, probe.display_height);
    let longest = limits.max_duration.as_secs().saturating_add(1);
    let args = args(probe, small, (which, rate), longest, tools.options().threads);
    let order = Order {
        program: &tools.ffmpeg,
        args: &args,
        input,
        beside: &[],
        output: None,
        more: &[],
        caps: limits.transcode_caps(),
        wall: limits.wall,
    };
    let (mut cutter, mut observer) = (Cutter::new(small), Observer::new(small, rate));
    let expected = (probe.duration.as_secs_f64() * rate).max(1.0);
    let ended = run(tools, order, &mut |heard| {
        if let Heard::Out(bytes) = heard {
            cutter.push(bytes, |frame| observer.see(&frame));
            return ControlFlow::Continue(());
        }
        let share = f64::from(observer.seen()) / expected;
        on_progress(Progress { permille: (share * 1000.0).min(999.0) as u16 })
    })
    .await?;
    ended.judge("ffmpeg")?;
    let _ = on_progress(Progress { permille: 1000 });
    Ok(observer)
}

/// Which frames are decoded.
#[derive(Clone, Copy)]
enum Which {
    /// Those that others need.
    Needed,
    /// Those that need no other.
    Keys,
}

impl Which {
    const fn skip(self) -> &'static str {
        match self {
            Self::Needed => "noref",
            Self::Keys => "nokey",
        }
    }
}

/// What was seen, put into one answer.
fn decide(probe: &Probe, observer: Observer) -> Scene {
    let seen = observer.finish();
    let bars = seen.bars;
    let window = Window::of(probe, bars.as_ref());
    let path = window.and_then(|window| camera::path(&seen, bars.as_ref(), window));
    Scene { bars, path }
}

/// A steady number of frames a second from the very start, so that a frame's number is its time. Most of the cost
/// is in decoding: frames that no other needs are left out, and so is the smoothing of blocks that small frames do
/// not show. Where a scene begins there is hardly ever such a frame. So small a frame is scaled sooner by one thread
/// than it is shared out among several.
fn args(probe: &Probe, small: Small, (which, rate): (Which, f64), longest: u64, threads: usize) -> Vec<String> {
    let even = format!("fps={rate}:start_time=0");
    let scaled = format!("scale={}:{}:flags=area:out_range=tv,format=yuv420p", small.width, small.height);
    // A frame that is repeated is scaled once, and one that is left out is not.
    let repeats = probe.frame_rate.is_some_and(|source| source <= rate);
    let (first, then) = if repeats { (scaled, even) } else { (even, scaled) };
    let graph = format!("[0:{}]{first},{then}[v]", probe.picture);
    let mut args = opening_with(1, threads);
    args.extend(input_args());
    args.extend(["-skip_frame", which.skip(), "-skip_loop_filter", "all"].map(str::to_owned));
    args.extend(["-i", INPUT, "-filter_complex", &graph, "-map", "[v]"].map(str::to_owned));
    let most = (longest as f64 * rate).min(f64::from(u32::MAX)) as u32;
    args.extend(["-t", &longest.to_string(), "-frames:v", &most.to_string()].map(str::to_owned));
    args.extend(["-c:v", "rawvideo", "-f", "rawvideo", "pipe:1"].map(str::to_owned));
    args
}

#[cfg(test)]
mod tests {
    use super::frames::Frame;
    use super::*;
    use crate::plan::Path;
    use crate::probe::{Rotation, Transfer};
    use proptest::prelude::*;
    use std::time::Duration;

    fn probe(width: u32, height: u32) -> Probe {
        Probe {
            picture: 0,
            sound: None,
            sound_left_out: false,
            sound_alone: false,
            codec: "h264".to_owned(),
            width,
            height,
            display_width: width,
            display_height: height,
            rotation: Rotation::None,
            duration: Duration::from_secs(4),
            frame_rate: Some(8.0),
            transfer: Transfer::Sdr,
            colour_declared: false,
            full_range: false,
            interlaced: false,
        }
    }

    /// The scene of frames painted by place (0 to 1, across and down) and number, eight a second.
    fn painted(probe: &Probe, frames: u32, paint: impl Fn(f64, f64, u32) -> u8) -> Scene {
        let small = Small::of(probe.display_width, probe.display_height);
        let mut observer = Observer::new(small, 8.0);
        let colour = vec![128; small.width * small.height / 4];
        for number in 0..frames {
            let place = |i: usize| {
                let (x, y) = ((i % small.width) as f64 + 0.5, (i / small.width) as f64 + 0.5);
                paint(x / small.width as f64, y / small.height as f64, number)
            };
            let luma: Vec<u8> = (0..small.width * small.height).map(place).collect();
            observer.see(&Frame { small, luma: &luma, blue: &colour, red: &colour });
        }
        decide(probe, observer)
    }

    fn texture(x: f64, y: f64) -> u8 {
        let wave = (x * 37.0).sin() * (y * 23.0).cos() + (x * 11.0 + y * 17.0).sin();
        (110.0 + 25.0 * wave) as u8
    }

    fn near(x: f64, y: f64, at: (f64, f64)) -> bool {
        (x - at.0).abs() < 0.05 && (y - at.1).abs() < 0.1
    }

    /// Whether the window is within the picture at each moment, and never faster from one to the next by more.
    fn steady(path: &Path, share: f64, seconds: f64) {
        let at: Vec<f64> = (0..(seconds * 25.0) as u32).map(|i| path.at(f64::from(i) / 25.0)).collect();
        assert!(at.iter().all(|x| (share / 2.0 - 1e-3..=1.0 - share / 2.0 + 1e-3).contains(x)), "{at:?}");
        let cut = |i: usize| path.keys().iter().any(|key| key.cut && (key.at_ms as usize).abs_diff(i * 40) < 120);
        for (i, x) in at.windows(3).enumerate().filter(|(i, _)| !cut(*i)) {
            let jerk = (x[0] - 2.0 * x[1] + x[2]).abs();
            assert!(jerk < 0.006, "{jerk} at {i}: {at:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(12))]

        #[test]
        fn a_still_picture_with_grain_is_held_still(seed in 1u32..1000) {
            let grain = |x: f64, y: f64, n: u32| {
                let hash = ((x * 9999.0) as u32).wrapping_mul(2_654_435_761) ^ ((y * 7777.0) as u32 + n * seed);
                (hash.wrapping_mul(2_246_822_519) >> 29) as u8
            };
            let scene = painted(&probe(1280, 720), 32, |x, y, n| texture(x, y) + grain(x, y, n));
            prop_assert_eq!(scene.bars, None);
            prop_assert_eq!(scene.path.unwrap().keys().len(), 1);
        }

        #[test]
        fn who_walks_is_kept(from in 0.08..0.92f64, to in 0.08..0.92f64, upright: bool) {
            let probe = if upright { probe(600, 1900) } else { probe(1280, 720) };
            let share = Window::of(&probe, None).unwrap().share;
            let at = |n: u32| from + (to - from) * (f64::from(n).min(60.0) / 60.0);
            let scene = painted(&probe, 72, |x, y, n| {
                let place = if upright { (0.5, at(n)) } else { (at(n), 0.5) };
                if near(x, y, place) { 230 } else { texture(x, y) }
            });
            let path = scene.path.unwrap();
            steady(&path, share, 9.0);
            let inside = |n: &u32| (path.at(f64::from(*n) / 8.0) - at(*n)).abs() < share / 2.0;
            // Whether it is a subject at all is seen only as it moves.
            let moved = (to - from).abs() > 0.2;
            prop_assert!(!moved || (0..72).filter(inside).count() >= 66, "{from} {to} {path:?}");
        }

        #[test]
        fn any_frames_are_survived(bytes in proptest::collection::vec(any::<u8>(), 64), frames in 0u32..12, width in 16u32..4000) {
            let mix = |x: f64, y: f64, n: u32| bytes[((x * 61.0) as usize * 7 + (y * 37.0) as usize * 3 + n as usize * 11) % 64];
            let probe = probe(width, 1000);
            let scene = painted(&probe, frames, mix);
            if let (Some(path), Some(window)) = (&scene.path, Window::of(&probe, scene.bars.as_ref())) {
                steady_bounds(path, window.share);
            }
        }
    }

    fn steady_bounds(path: &Path, share: f64) {
        let inside =
            |key: &crate::plan::Key| (share / 2.0 - 1e-3..=1.0 - share / 2.0 + 1e-3).contains(&f64::from(key.x));
        assert!(path.keys().iter().all(inside), "{path:?}");
    }

    #[test]
    fn a_new_scene_is_a_cut_and_a_flash_is_none() {
        let two = |x: f64, y: f64, n: u32| {
            let (at, turned) =
                if n < 20 { ((0.2, 0.5), texture(x, y)) } else { ((0.8, 0.5), 255 - texture(y, x * 2.0)) };
            let sway = f64::from(n % 4) * 0.02;
            if near(x - sway, y, at) { 250 } else { turned }
        };
        let path = painted(&probe(1280, 720), 40, two).path.unwrap();
        let cuts: Vec<u32> = path.keys().iter().filter(|key| key.cut).map(|key| key.at_ms).collect();
        assert_eq!(cuts, [2437], "between the frames at 2375 and 2500");
        assert!(path.at(2.4) < 0.3 && path.at(2.44) > 0.7, "{path:?}");
        let flash = |x, y, n| texture(x, y) + if n == 20 { 90 } else { 0 };
        assert_eq!(painted(&probe(1280, 720), 40, flash).path.unwrap().keys().len(), 1);
    }

    #[test]
    fn two_far_apart_are_not_halved() {
        let two = |x: f64, y: f64, n: u32| {
            let sway = f64::from(n % 4) * 0.03;
            if near(x - sway, y, (0.1, 0.4)) || near(x + sway, y, (0.9, 0.6)) { 240 } else { texture(x, y) }
        };
        assert_eq!(painted(&probe(1280, 720), 40, two).path, None);
        let one = |x: f64, y: f64, n: u32| if x < 0.5 { texture(x, y) } else { two(x, y, n) };
        assert!(painted(&probe(1280, 720), 40, one).path.unwrap().at(2.0) > 0.75);
    }

    #[test]
    fn words_are_kept_whole() {
        let written = |from: f64, to: f64| {
            painted(&probe(1280, 720), 16, |x, y, _| {
                let stroke = ((x * 256.0) as u32 * 5 / 3) % 4 < 2;
                if (from..to).contains(&x) && (0.7..0.76).contains(&y) && stroke { 235 } else { texture(x, y) }
            })
        };
        assert_eq!(written(0.1, 0.9).path, None);
        let short = written(0.65, 0.85).path.unwrap();
        assert!(short.keys().len() == 1 && (short.at(0.0) - 0.75).abs() < 0.06, "{short:?}");
    }

    #[test]
    fn nothing_to_frame_needs_no_path() {
        assert_eq!(painted(&probe(1080, 1920), 9, |x, y, _| texture(x, y)), Scene::default());
        assert_eq!(painted(&probe(1280, 720), 0, |x, y, _| texture(x, y)).path, None);
        assert!(painted(&probe(1280, 720), 1, |x, y, _| texture(x, y)).path.is_some());
        let upright = painted(&probe(1280, 720), 9, |x, y, _| if (x - 0.5).abs() < 0.158 { texture(x, y) } else { 16 });
        assert!(upright.bars.is_some() && upright.path.is_none(), "{upright:?}");
    }
}
