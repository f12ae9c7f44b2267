//! `follow`, from a file to the rendition: where the subject is in it, and that bars are gone.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{Made, Samples, make_following, seen_frames, tools, turn_track, unnamed};
use outro_media::{Key, Limits, Path, Reframe, RunError, Scene, probe, watch};
use std::ops::ControlFlow;
use std::time::Duration;

/// A still background with some texture, and on it a bright box of 100 x 200 whose left edge is at `x`.
fn boxed(size: &str, seconds: u32, x: &str) -> String {
    format!(
        "-f lavfi -i testsrc2=size={size}:rate=25:duration={seconds},trim=end_frame=1,loop=-1:1,setpts=N/25/TB,\
         trim=duration={seconds},format=gray,eq=contrast=0.25:brightness=-0.2 \
         -f lavfi -i color=white:size=100x200:rate=25:duration={seconds} \
         -filter_complex [0][1]overlay=x={x}:y=200:shortest=1 -c:v libx264 -preset ultrafast -pix_fmt yuv420p"
    )
}

/// Of each frame of the rendition, the first and the last column (0 to 1) that is bright in the middle; none where
/// nothing is.
fn bright(made: &Made) -> Vec<Option<(f64, f64)>> {
    let (width, height) = (made.outcome.width as usize, made.outcome.height as usize);
    let columns = |frame: &[u8]| {
        let row = &frame[width * (height * 4 / 10)..][..width];
        let first = row.iter().position(|value| *value > 200)?;
        let last = row.iter().rposition(|value| *value > 200)?;
        Some((first as f64 / width as f64, last as f64 / width as f64))
    };
    seen_frames(&made.bytes).chunks_exact(width * height).map(columns).collect()
}

/// How many of the frames show all of a box that is this share of the window wide.
fn whole(frames: &[Option<(f64, f64)>], share: f64) -> usize {
    frames.iter().filter(|seen| seen.is_some_and(|(first, last)| last - first > share * 0.93)).count()
}

#[tokio::test]
async fn who_moves_is_followed_and_the_rest_is_not_cropped_to_the_middle() {
    let samples = Samples::new();
    let path = samples.make(&format!("{} right.mp4", boxed("1280x720", 6, "40+200*t")));
    let (made, scene) = make_following(&path).await.unwrap();
    assert_eq!((made.outcome.width, made.outcome.height), (396, 704));
    let frames = bright(&made);
    assert_eq!(frames.len(), 150);
    assert!(whole(&frames, 100.0 / 405.0) >= 142, "{:?} {frames:?}", scene.path);
    // The middle never moves back and forth: the box goes one way, and so does the window.
    let path = scene.path.unwrap();
    let centres: Vec<f64> = (0..150).map(|i| path.at(f64::from(i) / 25.0)).collect();
    assert!(centres.is_sorted(), "{centres:?}");
}

#[tokio::test]
async fn the_rendition_shows_what_the_path_says_to_the_pixel() {
    let samples = Samples::new();
    let path = samples.make(&format!("{} still.mp4", boxed("1280x720", 4, "600")));
    let key = |at_ms, x, cut| Key { at_ms, x, cut };
    let keys = vec![key(0, 0.5, false), key(1000, 0.5, false), key(2000, 0.55, false), key(3000, 0.44, true)];
    let said = Path::new(keys).unwrap();
    let scene = Scene { path: Some(said.clone()), bars: None };
    let made = common::make_by(&path, Reframe::Follow, &scene).await.unwrap();
    for (i, seen) in bright(&made).into_iter().enumerate() {
        let left = said.at(i as f64 / 25.0) * 1280.0 - 405.0 / 2.0;
        let (first, _) = seen.unwrap();
        let off = first * 405.0 - (600.0 - left);
        assert!(off.abs() < 2.5, "frame {i} is off by {off}");
    }
}

#[tokio::test]
async fn a_cut_is_a_jump_at_the_very_frame() {
    let samples = Samples::new();
    samples.make(&format!("{} a.mp4", boxed("1280x720", 2, "60+40*sin(6*t)")));
    samples.make(
        "-f lavfi -i mandelbrot=size=1280x720:rate=25,trim=end_frame=1,loop=-1:1,setpts=N/25/TB,trim=duration=2,\
         eq=brightness=-0.3 -f lavfi -i color=white:size=100x200:rate=25:duration=2 \
         -filter_complex [0][1]overlay=x=1080+40*sin(6*t):y=200:shortest=1 \
         -c:v libx264 -preset ultrafast -pix_fmt yuv420p b.mp4",
    );
    let folder = samples.path().display();
    let both = samples.make(&format!(
        "-i {folder}/a.mp4 -i {folder}/b.mp4 -filter_complex [0][1]concat -c:v libx264 -preset ultrafast both.mp4"
    ));
    let (made, scene) = make_following(&both).await.unwrap();
    let cuts: Vec<u32> = scene.path.as_ref().unwrap().keys().iter().filter(|k| k.cut).map(|k| k.at_ms).collect();
    assert_eq!(cuts, [1980], "{scene:?}");
    let frames = bright(&made);
    assert!(whole(&frames, 100.0 / 405.0) >= 99, "{frames:?}");
}

#[tokio::test]
async fn what_one_window_cannot_hold_is_shown_whole() {
    let samples = Samples::new();
    let path = samples.make(
        "-f lavfi -i color=gray:size=1280x720:rate=25:duration=4 -f lavfi -i color=white:size=90x200:rate=25:duration=4 \
         -filter_complex [1]split[a][b];[0][a]overlay=x=60+50*sin(4*t):y=200[c];[c][b]overlay=x=1130+50*sin(4*t):y=300 \
         -c:v libx264 -preset ultrafast -pix_fmt yuv420p two.mp4",
    );
    let (made, scene) = make_following(&path).await.unwrap();
    assert_eq!(scene, Scene::default());
    assert_eq!((made.outcome.width, made.outcome.height), (720, 1280));
}

#[tokio::test]
async fn what_does_not_move_is_held_exactly_still() {
    let samples = Samples::new();
    let path = samples.make(&format!("{} still.mp4", boxed("1280x720", 3, "300")));
    let (made, scene) = make_following(&path).await.unwrap();
    assert_eq!(scene.path.unwrap().keys().len(), 1);
    let frames = bright(&made);
    assert!(frames.windows(2).all(|pair| pair[0] == pair[1]), "{frames:?}");
}

#[tokio::test]
async fn square_and_four_by_five_become_nine_by_sixteen() {
    let samples = Samples::new();
    for (size, rendition, x) in [("720x720", (396, 704), "10+100*t"), ("720x900", (504, 896), "10+100*t")] {
        let path = samples.make(&format!("{} {size}.mp4", boxed(size, 6, x)));
        let (made, scene) = make_following(&path).await.unwrap();
        assert_eq!((made.outcome.width, made.outcome.height), rendition, "{scene:?}");
        let part = f64::from(made.probe.display_height) * 9.0 / 16.0;
        assert!(whole(&bright(&made), 100.0 / part) >= 142, "{size} {:?}", scene.path);
    }
}

#[tokio::test]
async fn what_was_filmed_on_its_side_is_followed_upright() {
    let samples = Samples::new();
    let shown = samples.make(&format!("{} shown.mp4", boxed("1280x720", 6, "40+200*t")));
    let stored = format!("-i {} -vf transpose=cclock -c:v libx264 -preset ultrafast stored.mp4", shown.display());
    let mut bytes = std::fs::read(samples.make(&stored)).unwrap();
    turn_track(&mut bytes, [0, 1, -1, 0]);
    let (made, scene) = make_following(&samples.write("turned.mp4", &bytes)).await.unwrap();
    assert_eq!((made.probe.display_width, made.outcome.width, made.outcome.height), (1280, 396, 704));
    assert!(whole(&bright(&made), 100.0 / 405.0) >= 142, "{:?}", scene.path);
}

#[tokio::test]
async fn watching_stops_when_told_and_when_out_of_time() {
    let samples = Samples::new();
    let input = unnamed(&samples.make("-f lavfi -i testsrc2=size=1280x720:rate=30:duration=20 -c:v mpeg4 long.mp4"));
    let (tools, limits) = (tools(), Limits::default());
    let found = probe(&tools, &input, &limits).await.unwrap();
    let stopped = watch(&tools, &input, &found, &limits, |_| ControlFlow::Break(())).await;
    assert!(matches!(stopped, Err(RunError::Cancelled)));
    let hasty = Limits { wall: Duration::from_millis(50), ..limits };
    let late = watch(&tools, &input, &found, &hasty, |_| ControlFlow::Continue(())).await;
    assert!(matches!(late, Err(RunError::Timeout)));
}

/// What a look at the keyframes alone finds.
async fn glance(path: &std::path::Path) -> Option<outro_media::Bars> {
    let (input, limits) = (unnamed(path), Limits::default());
    let probe = probe(&tools(), &input, &limits).await.unwrap();
    outro_media::bars(&tools(), &input, &probe, &limits, |_| ControlFlow::Continue(())).await.unwrap()
}

#[tokio::test]
async fn a_picture_without_bars_keeps_all_of_it() {
    let samples = Samples::new();
    let path = samples.make(&format!("{} whole.mp4", boxed("1280x720", 2, "600")));
    assert_eq!(glance(&path).await, None);
}

#[tokio::test]
async fn burnt_in_bars_are_found_and_cut_off_in_every_frame() {
    let samples = Samples::new();
    let source = |size: &str| format!("-f lavfi -i testsrc2=size={size}:rate=25:duration=2");
    let end = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p";
    // Upright between bars, wide between bars, and wide in an upright picture.
    for (words, reframe, size) in [
        (format!("{} -vf pad=1280:720:440:0 {end} a.mp4", source("400x720")), Reframe::Fit, (384..=400, 716..=720)),
        (format!("{} -vf pad=1280:720:0:90 {end} b.mp4", source("1280x540")), Reframe::Crop, (288..=306, 512..=544)),
        (format!("{} -vf pad=720:1280:0:440 {end} c.mp4", source("720x400")), Reframe::Fit, (720..=720, 1280..=1280)),
        (format!("{} -vf pad=720:1280:0:440 {end} d.mp4", source("720x400")), Reframe::Crop, (198..=234, 352..=400)),
    ] {
        let path = samples.make(&words);
        let (_, scene) = make_following(&path).await.unwrap();
        assert!(scene.bars.is_some(), "{words}");
        assert_eq!(glance(&path).await, scene.bars, "{words}: a glance finds what a look does");
        let made = common::make_by(&path, reframe, &scene).await.unwrap();
        let (width, height) = (made.outcome.width, made.outcome.height);
        assert!(size.0.contains(&width) && size.1.contains(&height), "{words}: {width}x{height}");
        let frame = &seen_frames(&made.bytes)[..(width * height) as usize];
        let line = |y: u32| frame[(y * width) as usize..((y + 1) * width) as usize].iter().map(|v| u32::from(*v));
        let side = |x: u32| (0..height).map(move |y| u32::from(frame[(y * width + x) as usize]));
        let light = |sum: u32, count: u32| sum / count > 30;
        assert!(light(line(1).sum(), width) && light(line(height - 2).sum(), width), "{words}");
        assert!(light(side(1).sum(), height) && light(side(width - 2).sum(), height), "{words}");
    }
}

#[tokio::test]
async fn odd_files_are_watched_too() {
    let samples = Samples::new();
    let source = |size: &str| format!("-f lavfi -i testsrc2=size={size}:rate=25:duration=1");
    for words in [
        "-c:v libx265 -preset ultrafast -x265-params log-level=none -pix_fmt yuv420p10le deep.mp4",
        "-frames:v 1 -c:v libx264 one.mp4",
        "-frames:v 1 -c:v libvpx one.webm",
        "-c:v libvpx -deadline realtime -cpu-used 8 -f webm -live 1 live.webm",
        "-c:v libx264 -preset ultrafast -output_ts_offset 36000 late.ts",
        "-c:v libx264 -preset ultrafast -pix_fmt gray grey.mp4",
        "-c:v mpeg2video -flags +ildct+ilme -top 1 -vf tinterlace=interleave_top fields.mpg",
        "-c:v prores_ks -profile:v 4 -pix_fmt yuva444p10le alpha.mov",
        "-vf select=lt(t\\,0.4)+gt(t\\,0.8) -fps_mode vfr -c:v libx264 -preset ultrafast gap.mkv",
    ] {
        let path = samples.make(&format!("{} {words}", source("320x180")));
        make_following(&path).await.unwrap_or_else(|error| panic!("{words}: {error}"));
    }
    for size in ["321x241", "99x99", "17x17", "16x900", "900x16"] {
        let path = samples.make(&format!("{} -c:v mpeg4 {size}.mp4", source(size)));
        make_following(&path).await.unwrap_or_else(|error| panic!("{size}: {error}"));
    }
    let small =
        samples.make(&format!("{} -c:v libx264 -preset ultrafast -pix_fmt yuv420p small.ts", source("320x180")));
    let large = samples.make(&format!(
        "{} -c:v libx264 -preset ultrafast -pix_fmt yuv420p -output_ts_offset 1 large.ts",
        source("640x480")
    ));
    let both = [std::fs::read(small).unwrap(), std::fs::read(large).unwrap()].concat();
    make_following(&samples.write("both.ts", &both)).await.unwrap();
}

#[tokio::test]
async fn shared_samples_are_followed_where_they_are() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/samples");
    let path = folder.join("bigbuckbunny.mp4");
    if path.exists() {
        let (made, scene) = make_following(&path).await.unwrap();
        assert_eq!((made.outcome.width, made.outcome.height), (396, 704));
        // Who wakes up is left of the middle, and stays there.
        assert!((0.25..0.42).contains(&scene.path.unwrap().at(2.5)));
    }
}
