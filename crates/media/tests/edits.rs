//! Edit lists, carried out.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::io::{Read, Seek, Write};
use std::ops::ControlFlow;
use std::path::Path;
use std::time::Duration;

use common::{Samples, ask, clip, empty, find, options, seen_frames, tools, turn_track, unnamed};
use outro_media::{
    Footage, Key, Level, Limits, Options, Outcome, Path as Way, Reframe, Scene, Scratch, Size, climb, cover_at,
    edit_ladder, probe,
};
use outro_model::ClipId;
use outro_model::edit::{Backing, Caption, Colour, Cut, Edit, Look, Title};

/// Makes a file by an edit.
async fn made_by(path: &Path, reframe: Reframe, scene: &Scene, edit: Edit) -> (Outcome, Vec<u8>) {
    made_of(&[path], reframe, scene, edit).await
}

/// The id of the clip that stands at this place among the files.
fn clip_id(place: usize) -> ClipId {
    ClipId::from_bytes([place as u8; 16])
}

/// As on a machine with as many cores as are made use of: what threads reserve counts against the jail's memory.
fn on_many_cores() -> Options {
    Options { threads: 16, ..options(&tools()) }
}

/// Makes a file by an edit of several, the first of which is the original.
async fn made_of(paths: &[&Path], reframe: Reframe, scene: &Scene, edit: Edit) -> (Outcome, Vec<u8>) {
    made_with(paths, (reframe, scene), edit, options(&tools())).await
}

async fn made_with(
    paths: &[&Path],
    (reframe, scene): (Reframe, &Scene),
    edit: Edit,
    options: Options,
) -> (Outcome, Vec<u8>) {
    let (tools, limits, path) = (tools(), Limits::default(), paths[0]);
    let edit = edit.checked(600_000).unwrap();
    let files: Vec<_> = paths.iter().map(|path| unnamed(path)).collect();
    let mut found = Vec::new();
    for file in &files {
        found.push(probe(&tools, file, &limits).await.unwrap());
    }
    let (level, as_it_is) = (Level::default(), Scene::default());
    let footage = found.iter().enumerate().map(|(place, probe)| {
        let (clip, scene) = if place == 0 { (None, scene) } else { (Some(clip_id(place)), &as_it_is) };
        Footage { clip, probe, scene, reframe, level }
    });
    let (ladder, subtitles) = edit_ladder(&footage.collect::<Vec<_>>(), &edit, &options).unwrap();
    let outputs: Vec<_> = ladder.rungs.iter().map(|_| empty()).collect();
    let usual = ladder.rungs.iter().position(|rung| rung.size == Size::Usual).unwrap();
    let mut file = outputs[usual].try_clone().unwrap();
    let mut seen = Vec::new();
    let on_progress = |progress: outro_media::Progress| {
        seen.push(progress.permille);
        ControlFlow::Continue(())
    };
    let written = subtitles.map(|text| {
        // Also where a large one is on a disk.
        let scratch = Scratch::new(u64::MAX, path.parent().unwrap()).unwrap();
        scratch.file().write_all(text.as_bytes()).unwrap();
        scratch.rewind().unwrap();
        scratch.into_file()
    });
    let mut files = files.into_iter();
    let input = files.next().unwrap();
    let beside = written.into_iter().chain(files).collect();
    let made = climb(&tools, (input, beside), outputs, &ladder, &limits, on_progress).await.unwrap();
    assert!(made.iter().all(|one| one.duration.abs_diff(made[0].duration) < Duration::from_millis(50)), "{made:?}");
    let outcome = made[usual].clone();
    assert!(seen.is_sorted() && seen.last() == Some(&1000), "{seen:?}");
    let mut bytes = Vec::new();
    file.rewind().unwrap();
    file.read_to_end(&mut bytes).unwrap();
    (outcome, bytes)
}

async fn made(path: &Path, edit: Edit) -> (Outcome, Vec<u8>) {
    made_by(path, Reframe::Fit, &Scene::default(), edit).await
}

fn cut(from_ms: u32, to_ms: u32, speed: u16) -> Cut {
    Cut { clip: None, from_ms, to_ms, speed }
}

/// Upright, so that nothing is framed: each second of it has a brightness of its own, 40 more each, and a tone of its own.
fn steps(samples: &Samples, sound: bool) -> std::path::PathBuf {
    let sound = if sound { "-f lavfi -i aevalsrc=0.4*sin(2*PI*(300+400*floor(t))*t):d=5:s=48000 -c:a aac" } else { "" };
    samples.make(&format!(
        "-f lavfi -i color=c=black:s=180x320:r=25:d=5,geq=lum='40+40*floor(T)':cb=128:cr=128 {sound} \
         -c:v libx264 -preset ultrafast -g 100 -pix_fmt yuv420p steps.mp4"
    ))
}

/// The mean brightness of each frame.
fn light(bytes: &[u8], size: usize) -> Vec<f64> {
    let mean = |frame: &[u8]| frame.iter().map(|value| f64::from(*value)).sum::<f64>() / frame.len() as f64;
    seen_frames(bytes).chunks_exact(size).map(mean).collect()
}

fn last_packet(bytes: &[u8], stream: &str) -> f64 {
    let line = ask(bytes, &format!("-select_streams {stream} -show_entries packet=pts_time")).pop().unwrap();
    line.trim_end_matches(',').parse().unwrap()
}

#[tokio::test]
async fn pieces_are_cut_to_the_frame_in_their_order_at_their_speed() {
    let samples = Samples::new();
    for sound in [true, false] {
        let file = steps(&samples, sound);
        // The fourth second, the first at double speed, half of the third at half.
        let cuts = vec![cut(3000, 4000, 100), cut(0, 1000, 200), cut(2000, 2500, 50)];
        let (outcome, bytes) = made(&file, Edit { cuts, ..Edit::default() }).await;
        assert_eq!(outcome.has_sound, sound);
        assert!((outcome.duration.as_secs_f64() - 2.5).abs() <= 0.041, "{:?}", outcome.duration);
        let light = light(&bytes, 180 * 320);
        assert!(light.len().abs_diff(63) <= 1, "{} frames", light.len());
        for (number, light) in light.iter().enumerate() {
            let expected = match number {
                0..25 => 160.0,
                25..38 => 40.0,
                _ => 120.0,
            };
            // Where two pieces meet a frame may belong to either.
            let meets = (24..=26).contains(&number) || (37..=38).contains(&number);
            assert!(meets || (light - expected).abs() < 6.0, "frame {number} has {light}");
        }
        if sound {
            assert!((last_packet(&bytes, "a") - 2.5).abs() < 0.06);
            assert!(level(&bytes, 1500, 0.0, 0.9) > level(&bytes, 300, 0.0, 0.9) + 20.0, "the fourth tone");
            assert!(level(&bytes, 300, 1.1, 0.3) > level(&bytes, 1500, 1.1, 0.3) + 20.0, "the first, not higher");
            assert!(level(&bytes, 1100, 1.6, 0.8) > level(&bytes, 300, 1.6, 0.8) + 20.0, "the third, not lower");
        }
        for mark in [&b"Lavf"[..], b"creation_time", b"VideoHandler"] {
            assert_eq!(find(&bytes, mark), None, "{}", String::from_utf8_lossy(mark));
        }
    }
}

/// How loud it is around a frequency in a part of the sound, in decibels.
fn level(bytes: &[u8], around: u32, from: f64, length: f64) -> f64 {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    let filter = format!("atrim=start={from}:duration={length},bandpass=f={around}:width_type=h:w=60,volumedetect");
    let output = std::process::Command::new("ffmpeg")
        .args(["-hide_banner", "-nostats", "-i"])
        .arg(file.path())
        .args(["-af", &filter, "-vn", "-f", "null", "-"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let line = said.lines().find(|line| line.contains("mean_volume")).unwrap().to_owned();
    line.split(':').next_back().unwrap().trim().trim_end_matches(" dB").parse().unwrap()
}

#[tokio::test]
async fn many_pieces_of_a_large_picture_fit_the_jail() {
    let samples = Samples::new();
    let file = samples.make(&format!("{} -bf 2 large.mp4", clip("1920x1080", 4)));
    let cuts: Vec<_> = (0..40).map(|number| cut(3900 - number * 90, 4000 - number * 90, 100)).collect();
    let (edit, as_it_is) = (Edit { cuts, ..Edit::default() }, (Reframe::Fit, &Scene::default()));
    let (outcome, bytes) = made_with(&[&file], as_it_is, edit, on_many_cores()).await;
    assert!((outcome.duration.as_secs_f64() - 4.0).abs() <= 0.041, "{:?}", outcome.duration);
    assert!((last_packet(&bytes, "a") - 4.0).abs() < 0.06);
    assert_eq!((outcome.width, outcome.height), (720, 1280));
}

#[tokio::test]
async fn many_pieces_of_many_large_files_fit_the_jail_too() {
    let samples = Samples::new();
    let lying = samples.make(&format!("{} -bf 2 lying.mp4", clip("1920x1080", 2)));
    let upright = samples.make(&format!("{} -bf 2 upright.mp4", clip("1080x2340", 2)));
    let paths: Vec<_> = (0..11).map(|place| if place % 2 == 0 { lying.as_path() } else { upright.as_path() }).collect();
    // No two that follow on each other are of one file.
    let cuts = (0..40).map(|number| {
        let place = number * 7 % 11;
        Cut {
            clip: (place > 0).then(|| clip_id(place)),
            ..cut(1900 - number as u32 * 40, 2000 - number as u32 * 40, 100)
        }
    });
    let title = Title {
        text: "All of them".to_owned(),
        from_ms: 0,
        to_ms: 4000,
        x: 500,
        y: 500,
        size: 90,
        colour: Colour::White,
        backing: Backing::Box,
    };
    let edit = Edit { cuts: cuts.collect(), titles: vec![title], ..Edit::default() };
    let (outcome, bytes) = made_with(&paths, (Reframe::Fit, &Scene::default()), edit, on_many_cores()).await;
    assert!((outcome.duration.as_secs_f64() - 4.0).abs() <= 0.041, "{:?}", outcome.duration);
    assert!((last_packet(&bytes, "a") - 4.0).abs() < 0.06);
    assert_eq!((outcome.width, outcome.height), (720, 1280));
}

/// Red, green, blue: the mean colour of a picture.
type Rgb = [f64; 3];

/// The mean colour of a middle row, the edges left out, of each frame.
fn colours(bytes: &[u8], (width, height): (usize, usize), rows: std::ops::Range<usize>) -> Vec<Rgb> {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    let output = std::process::Command::new("ffmpeg")
        .args(["-v", "error", "-i"])
        .arg(file.path())
        .args(["-f", "rawvideo", "-pix_fmt", "rgb24", "-"])
        .output()
        .unwrap();
    let frames = output.stdout.chunks_exact(width * height * 3);
    let mean = |frame: &[u8]| {
        let seen = &frame[rows.start * width * 3..rows.end * width * 3];
        let part = |at: usize| seen.iter().skip(at).step_by(3).map(|value| f64::from(*value)).sum::<f64>();
        [part(0), part(1), part(2)].map(|sum| sum * 3.0 / seen.len() as f64)
    };
    frames.map(mean).collect()
}

#[tokio::test]
async fn pieces_of_files_that_differ_are_at_their_times() {
    let samples = Samples::new();
    let coloured = |size: &str, rate: u32, colours: [&str; 2], more: &str| {
        let [first, second] = colours;
        format!(
            "-f lavfi -i color=c={first}:s={size}:r={rate}:d=2,drawbox=t=fill:color={second}:enable='gte(t,1)' {more}"
        )
    };
    // Lying with sound, upright and silent in other pixels at another rate, and one that is turned.
    let tone = "-f lavfi -i sine=frequency=500:duration=2 -c:a aac -c:v libx264 -preset ultrafast -pix_fmt yuv420p";
    let first = samples.make(&coloured("640x360", 25, ["red", "lime"], &format!("{tone} first.mp4")));
    let silent = "-c:v libx264 -preset ultrafast -pix_fmt yuv444p";
    let second = samples.make(&coloured("202x360", 30, ["blue", "yellow"], &format!("{silent} second.mp4")));
    let lying = samples.make(&coloured("360x202", 24, ["white", "magenta"], &format!("{tone} lying.mp4")));
    let mut bytes = std::fs::read(lying).unwrap();
    turn_track(&mut bytes, [0, 1, -1, 0]);
    let turned = samples.write("turned.mp4", &bytes);
    let of = |place, from_ms, to_ms, speed| Cut { clip: Some(clip_id(place)), from_ms, to_ms, speed };
    let cuts = vec![
        of(1, 1000, 2000, 100),
        cut(0, 1000, 100),
        of(2, 1000, 1500, 100),
        of(1, 0, 1000, 200),
        cut(1000, 2000, 100),
    ];
    let (red, lime, blue) = ([255.0, 0.0, 0.0], [0.0, 255.0, 0.0], [0.0, 0.0, 255.0]);
    let (yellow, magenta) = ([255.0, 255.0, 0.0], [255.0, 0.0, 255.0]);
    let expected = [(0..30, yellow), (30..60, red), (60..75, magenta), (75..90, blue), (90..120, lime)];
    for reframe in [Reframe::Fit, Reframe::Crop] {
        let edit = Edit { cuts: cuts.clone(), ..Edit::default() };
        let (outcome, bytes) = made_of(&[&first, &second, &turned], reframe, &Scene::default(), edit).await;
        assert!((outcome.duration.as_secs_f64() - 4.0).abs() <= 0.041, "{:?}", outcome.duration);
        let (width, height) = (outcome.width as usize, outcome.height as usize);
        assert_eq!(width * 16, height * 9, "{width} x {height}");
        // In the middle, where each of them is sharp.
        let seen = colours(&bytes, (width, height), height * 2 / 5..height * 3 / 5);
        assert!(seen.len().abs_diff(120) <= 1, "{} frames", seen.len());
        for (numbers, colour) in &expected {
            for (number, one) in seen.iter().enumerate().take(numbers.end - 1).skip(numbers.start + 1) {
                let off = (0..3).map(|part| (one[part] - colour[part]).abs()).fold(0.0, f64::max);
                assert!(off < 24.0, "frame {number} by {reframe:?} is {one:?}, not {colour:?}");
            }
        }
        assert!(outcome.has_sound && (last_packet(&bytes, "a") - 4.0).abs() < 0.06);
        let is_heard = |from: f64| level(&bytes, 500, from, 0.4) > -40.0;
        assert_eq!([0.3, 1.3, 2.05, 2.55, 3.3].map(is_heard), [false, true, true, false, true]);
    }
}

#[tokio::test]
async fn a_sound_alone_is_drawn_between_pictures() {
    let samples = Samples::new();
    let sound = samples.make("-f lavfi -i sine=frequency=500:duration=2 -c:a aac sound.m4a");
    let picture =
        samples.make("-f lavfi -i color=c=lime:s=360x640:r=25:d=2 -c:v libx264 -preset ultrafast picture.mp4");
    let of = |from_ms, to_ms| Cut { clip: Some(clip_id(1)), from_ms, to_ms, speed: 100 };
    let edit = Edit { cuts: vec![cut(0, 1000, 100), of(0, 1000), cut(1000, 1500, 100)], ..Edit::default() };
    let (outcome, bytes) = made_of(&[&sound, &picture], Reframe::Fit, &Scene::default(), edit).await;
    assert!((outcome.duration.as_secs_f64() - 2.5).abs() <= 0.041, "{:?}", outcome.duration);
    let (width, height) = (outcome.width as usize, outcome.height as usize);
    let green: Vec<_> =
        colours(&bytes, (width, height), 0..height / 8).iter().map(|colour| colour[1] > 200.0).collect();
    for (number, is_green) in green.iter().enumerate() {
        let at = number as f64 / green.len() as f64 * 2.5;
        let is_near_an_edge = (at - 1.0).abs() < 0.1 || (at - 2.0).abs() < 0.1;
        assert!(is_near_an_edge || *is_green == (1.0..2.0).contains(&at), "frame {number} of {}", green.len());
    }
    assert!(level(&bytes, 500, 0.2, 0.6) > -40.0 && level(&bytes, 500, 1.2, 0.6) < -60.0);
}

#[tokio::test]
async fn a_window_that_moves_keeps_its_place_in_every_piece() {
    let samples = Samples::new();
    // White on the left in the first two seconds, on the right after.
    let file = samples.make(
        "-f lavfi -i color=c=black:s=640x360:r=25:d=4,drawbox=x=0:w=200:h=360:t=fill:color=white:enable='lt(t,2)',\
         drawbox=x=440:w=200:h=360:t=fill:color=white:enable='gte(t,2)' -c:v libx264 -preset ultrafast window.mp4",
    );
    let key = |at_ms, x, cut| Key { at_ms, x, cut };
    let path = Way::new(vec![key(0, 0.15, true), key(2000, 0.85, true)]).unwrap();
    let scene = Scene { bars: None, path: Some(path) };
    let edit = Edit { cuts: vec![cut(2500, 3500, 100), cut(500, 1500, 200)], ..Edit::default() };
    let (outcome, bytes) = made_by(&file, Reframe::Follow, &scene, edit).await;
    let light = light(&bytes, (outcome.width * outcome.height) as usize);
    assert!(light.len() >= 37 && light.iter().all(|light| *light > 180.0), "{light:?}");
}

/// How much of each row of a frame differs from its first pixel.
fn drawn(frame: &[u8], width: usize) -> Vec<usize> {
    frame.chunks_exact(width).map(|row| row.iter().filter(|value| value.abs_diff(row[0]) > 40).count()).collect()
}

fn title(text: &str, y: u16, backing: Backing) -> Title {
    let colour = Colour::White;
    Title { text: text.to_owned(), from_ms: 1000, to_ms: 2000, x: 500, y, size: 80, colour, backing }
}

fn plain(samples: &Samples) -> std::path::PathBuf {
    samples.make("-f lavfi -i color=c=black:s=360x640:r=25:d=3 -c:v libx264 -preset ultrafast plain.mp4")
}

#[tokio::test]
async fn texts_are_seen_in_their_place_and_at_their_time_and_burnt_captions_below() {
    let samples = Samples::new();
    let captions = vec![Caption { from_ms: 0, to_ms: 900, text: "What is said".to_owned() }];
    let edit = Edit { titles: vec![title("Hello", 250, Backing::Bare)], captions, ..Edit::default() };
    for burnt in [false, true] {
        let (_, bytes) = made(&plain(&samples), Edit { burnt, ..edit.clone() }).await;
        let frames = seen_frames(&bytes);
        let frame = |number: usize| drawn(&frames[number * 360 * 640..][..360 * 640], 360);
        let (first, second, third) = (frame(10), frame(37), frame(60));
        // The text stands around a quarter of the height, in the second second alone.
        assert!(second[150..170].iter().sum::<usize>() > 300, "{second:?}");
        assert!(second[..130].iter().chain(&second[200..]).all(|seen| *seen == 0), "{second:?}");
        assert!(third.iter().all(|seen| *seen == 0));
        assert_eq!(first[505..538].iter().sum::<usize>() > 300, burnt, "{first:?}");
        assert!(first[..490].iter().all(|seen| *seen == 0));
    }
}

#[tokio::test]
async fn what_looks_like_a_command_is_drawn_as_it_stands() {
    let samples = Samples::new();
    for text in [
        "{\\an8}top",
        "{\\pos(0,0)}corner",
        "\\N\\n\\h",
        "it's:[v];x=1,\\",
        "a{\\fs1}b",
        "{unclosed",
        "Dialogue: 0,0:00:00.00",
        "%{pts}",
        "line\nDialogue: 0,0:00:00.00,9:00:00.00,t0,,0,0,0,,below",
    ] {
        let (_, bytes) =
            made(&plain(&samples), Edit { titles: vec![title(text, 500, Backing::Bare)], ..Edit::default() }).await;
        let frames = seen_frames(&bytes);
        let frame = |number: usize| drawn(&frames[number * 360 * 640..][..360 * 640], 360);
        let seen = frame(37);
        assert!(seen[300..340].iter().sum::<usize>() > 200, "{text} is not seen: {seen:?}");
        assert!(seen[..270].iter().chain(&seen[370..]).all(|seen| *seen == 0), "{text} is elsewhere: {seen:?}");
        // It would be seen at another time, or be smaller.
        assert!(frame(10).iter().chain(&frame(60)).all(|seen| *seen == 0), "{text}");
        let rows = seen.iter().filter(|seen| **seen > 0).count();
        assert!(rows >= 18, "{text} has {rows} rows");
    }
}

#[tokio::test]
async fn each_look_changes_the_picture_and_its_numbers_do() {
    let samples = Samples::new();
    let file = samples
        .make("-f lavfi -i testsrc2=s=180x320:r=25:d=1 -c:v libx264 -preset ultrafast -pix_fmt yuv420p looks.mp4");
    let colour = |bytes: &[u8]| -> Vec<f64> {
        let lines = {
            let mut file = tempfile::NamedTempFile::new().unwrap();
            file.write_all(bytes).unwrap();
            let output = std::process::Command::new("ffmpeg")
                .args(["-v", "error", "-nostdin", "-i"])
                .arg(file.path())
                .args(["-frames:v", "1", "-vf", "scale=1:1:flags=area", "-pix_fmt", "rgb24", "-f", "rawvideo", "-"])
                .output()
                .unwrap();
            output.stdout
        };
        lines.iter().map(|value| f64::from(*value)).collect()
    };
    let (_, before) = made(&file, Edit::default()).await;
    let before = colour(&before);
    let of = async |look| {
        let (_, bytes) = made(&file, Edit { look, ..Edit::default() }).await;
        colour(&bytes)
    };
    let (warm, cool, mono) = (of(Look::Warm).await, of(Look::Cool).await, of(Look::Mono).await);
    assert!(warm[0] - warm[2] > before[0] - before[2] + 8.0, "{warm:?} {before:?}");
    assert!(cool[0] - cool[2] < before[0] - before[2] - 8.0, "{cool:?} {before:?}");
    assert!((mono[0] - mono[2]).abs() < 4.0, "{mono:?}");
    let (_, dark) = made(&file, Edit { brightness: -60, look: Look::Grain, ..Edit::default() }).await;
    assert!(colour(&dark)[1] < before[1] - 25.0);
}

#[tokio::test]
async fn the_cover_is_the_picture_of_its_moment() {
    let samples = Samples::new();
    let (_, bytes) = made(&steps(&samples, false), Edit::default()).await;
    let scratch = Scratch::new(0, Path::new("/")).unwrap();
    scratch.file().write_all(&bytes).unwrap();
    for (at, expected) in [(3500, 160.0), (500, 40.0), (90_000, 40.0)] {
        let output = empty();
        let mut file = output.try_clone().unwrap();
        let at = Duration::from_millis(at);
        let length = cover_at(&tools(), scratch.try_clone().unwrap(), output, at, &Limits::default()).await.unwrap();
        let mut still = Vec::new();
        file.read_to_end(&mut still).unwrap();
        assert_eq!(still.len() as u64, length);
        // A still has all values, a video not those at the ends.
        let expected = (expected - 16.0) * 255.0 / 219.0;
        let seen = light(&still, 180 * 320)[0];
        assert!((seen - expected).abs() < 12.0 || at.as_secs() > 60, "{seen} at {at:?}");
    }
}
