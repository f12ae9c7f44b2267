//! Several sizes from one decode, what is shown before they play, and the same in AV1.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::fs::File;
use std::io::{Read, Seek};
use std::ops::ControlFlow;
use std::path::Path;
use std::time::{Duration, Instant};

use common::{Samples, ask, clip, empty, find, make, options, tools, unnamed};
use outro_media::{
    Ladder, Limits, Outcome, Reframe, RunError, Scene, Scratch, Size, av1_plan, climb, cover, ladder, preview, probe,
    stills, transcode_idle,
};

fn all_of(file: &mut File) -> Vec<u8> {
    let mut bytes = Vec::new();
    file.rewind().unwrap();
    file.read_to_end(&mut bytes).unwrap();
    bytes
}

async fn climbed(path: &Path, reframe: Reframe, hint: u64, dir: &Path) -> (Ladder, Vec<(Outcome, Vec<u8>)>) {
    let (tools, limits, input) = (tools(), Limits::default(), unnamed(path));
    let found = probe(&tools, &input, &limits).await.unwrap();
    let ladder = ladder(&found, reframe, &Scene::default(), &options(&tools));
    let mut files: Vec<File> = ladder.rungs.iter().map(|_| Scratch::new(hint, dir).unwrap().into_file()).collect();
    let outputs = files.iter().map(|file| file.try_clone().unwrap()).collect();
    let mut seen = Vec::new();
    let made = climb(&tools, (input, vec![]), outputs, &ladder, &limits, |progress| {
        seen.push(progress.permille);
        ControlFlow::Continue(())
    });
    let made = made.await.unwrap();
    assert!(seen.is_sorted() && seen.last() == Some(&1000), "{seen:?}");
    let bytes = files.iter_mut().map(all_of);
    (ladder.clone(), made.into_iter().zip(bytes).collect())
}

/// When each keyframe is shown, to a thousandth of a second.
fn keyframes(bytes: &[u8]) -> Vec<u64> {
    let packets = ask(bytes, "-select_streams v -show_entries packet=pts_time,flags");
    let at = |packet: &String| (packet.split(',').next().unwrap().parse::<f64>().unwrap() * 1000.0).round() as u64;
    packets.iter().filter(|packet| packet.contains(",K")).map(at).collect()
}

#[tokio::test]
async fn all_sizes_play_the_same_at_the_same_moments() {
    let samples = Samples::new();
    let path = samples.make(&format!("{} a.mp4", clip("1920x1080", 5)));
    let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    // In memory, and in files of a disk that have no name.
    for hint in [0, 1 << 40] {
        let (ladder, made) = climbed(&path, Reframe::Fit, hint, dir.path()).await;
        let sizes: Vec<_> = ladder.rungs.iter().map(|rung| (rung.size, rung.width, rung.height)).collect();
        assert_eq!(sizes, [(Size::Small, 480, 854), (Size::Usual, 720, 1280), (Size::Large, 1080, 1920)]);
        let (first, first_bytes) = &made[0];
        for ((outcome, bytes), rung) in made.iter().zip(&ladder.rungs) {
            assert_eq!((outcome.width, outcome.height, outcome.has_sound), (rung.width, rung.height, true));
            assert_eq!(outcome.duration, first.duration);
            assert_eq!((keyframes(bytes), outcome.bytes), (keyframes(first_bytes), bytes.len() as u64));
            assert!(keyframes(bytes).len() >= 3);
            let streams = ask(bytes, "-show_entries stream=codec_name,sample_aspect_ratio,pix_fmt,sample_rate");
            assert_eq!(streams, ["h264,1:1,yuv420p", "aac,48000"]);
            assert_eq!(ask(bytes, "-count_packets -select_streams v -show_entries stream=nb_read_packets"), ["125"]);
            assert!(find(bytes, b"moov").unwrap() < find(bytes, b"mdat").unwrap(), "the index is in front");
            for mark in [&b"Lavf"[..], b"x264 - core", b"VideoHandler"] {
                assert_eq!(find(bytes, mark), None, "{}", String::from_utf8_lossy(mark));
            }
        }
        assert!(made.windows(2).all(|two| two[0].1.len() < two[1].1.len()), "a smaller size takes fewer bytes");
    }
}

#[tokio::test]
async fn a_small_source_without_sound_has_one_size() {
    let samples = Samples::new();
    let path = samples.make("-f lavfi -i testsrc=size=180x320:rate=10:duration=1 -c:v mpeg4 a.mp4");
    let (ladder, made) = climbed(&path, Reframe::Fit, 0, samples.path()).await;
    assert_eq!(ladder.rungs.len(), 1);
    assert_eq!((made[0].0.width, made[0].0.height, made[0].0.has_sound), (180, 320, false));
}

/// Mean of each colour of the first frame.
fn mean_colour(bytes: &[u8], ending: &str) -> [f64; 3] {
    let file = tempfile::Builder::new().suffix(ending).tempfile().unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    let output = std::process::Command::new("ffmpeg")
        .args(["-v", "error", "-nostdin", "-i"])
        .arg(file.path())
        .args(["-frames:v", "1", "-vf", "scale=1:1:flags=area,format=rgb24", "-f", "rawvideo", "-"])
        .output()
        .unwrap();
    assert_eq!(output.stdout.len(), 3, "it decodes");
    [0, 1, 2].map(|at| f64::from(output.stdout[at]))
}

#[tokio::test]
async fn a_cover_in_fewer_bytes_and_in_hardly_any() {
    let (samples, tools, limits) = (Samples::new(), tools(), Limits::default());
    let path = samples.make("-f lavfi -i mandelbrot=size=720x1280:rate=5 -t 1 -c:v libx264 -preset ultrafast a.mp4");
    let made = make(&path, Reframe::Fit).await.unwrap();
    let (mut jpeg, mut avif) = (empty(), empty());
    cover(&tools, made.file, jpeg.try_clone().unwrap(), &limits).await.unwrap();
    let size = (made.outcome.width, made.outcome.height);
    let found = stills(&tools, &jpeg, avif.try_clone().unwrap(), size, &limits).await.unwrap();
    let (jpeg, avif) = (all_of(&mut jpeg), all_of(&mut avif));
    assert!(found.avif && tools.makes_avif().await);
    assert_eq!(&avif[4..12], b"ftypavif");
    assert!(avif.len() < jpeg.len(), "{} of {}", avif.len(), jpeg.len());
    assert_eq!(ask(&avif, "-show_entries stream=codec_name,width,height"), ["av1,720,1280"]);
    let (one, other) = (mean_colour(&jpeg, ".jpg"), mean_colour(&avif, ".avif"));
    assert!(one.iter().zip(other).all(|(a, b)| (a - b).abs() < 8.0), "another picture: {one:?} {other:?}");
    assert!((6..=28).contains(&found.placeholder.len()), "{:?}", found.placeholder);
}

#[tokio::test]
async fn a_preview_is_short_small_and_silent() {
    let (samples, tools, limits) = (Samples::new(), tools(), Limits::default());
    for (seconds, size, length) in [(1, "480x854", 1.0), (5, "320x568", 3.0), (12, "480x854", 3.0), (4, "90x160", 3.0)]
    {
        let path = samples.make(&format!("{} {seconds}-{size}.mp4", clip(size, seconds)));
        let made = make(&path, Reframe::Fit).await.unwrap();
        let mut output = empty();
        let found = preview(&tools, made.file, output.try_clone().unwrap(), &made.outcome, &limits).await.unwrap();
        let bytes = all_of(&mut output);
        assert_eq!(
            ask(&bytes, "-show_entries stream=codec_type,width,height"),
            [format!("video,{},{}", found.0, found.1)]
        );
        assert!(found.0 <= 270 && found.0 % 2 == 0 && found.1 % 2 == 0, "{found:?}");
        let plays: f64 = ask(&bytes, "-show_entries format=duration")[0].parse().unwrap();
        assert!((plays - length).abs() < 0.3, "{plays} s of {seconds} s");
        assert!(bytes.len() < made.bytes.len().min(200_000), "{} of {}", bytes.len(), made.bytes.len());
        assert!(find(&bytes, b"moov").unwrap() < find(&bytes, b"mdat").unwrap(), "the index is in front");
    }
    let path = samples.make("-f lavfi -i testsrc2=size=320x180:rate=25 -frames:v 1 -c:v libx264 one.mp4");
    let made = make(&path, Reframe::Fit).await.unwrap();
    preview(&tools, made.file, empty(), &made.outcome, &limits).await.unwrap();
}

#[tokio::test]
async fn av1_is_the_same_in_another_codec_and_can_be_ended() {
    let (samples, tools, limits) = (Samples::new(), tools(), Limits::default());
    let path = samples.make(&format!("{} a.mp4", clip("640x360", 5)));
    let usual = make(&path, Reframe::Fit).await.unwrap();
    let plan = av1_plan(&usual.probe, Reframe::Fit, &Scene::default(), &options(&tools));
    let mut output = empty();
    let begin = |output| transcode_idle(&tools, unnamed(&path), output, &plan, &limits, |_| ControlFlow::Continue(()));
    let made = begin(output.try_clone().unwrap()).await.unwrap();
    assert_eq!((made.width, made.height, made.has_sound), (usual.outcome.width, usual.outcome.height, true));
    assert!((made.duration.as_secs_f64() - usual.outcome.duration.as_secs_f64()).abs() < 0.1);
    let bytes = all_of(&mut output);
    assert_eq!(ask(&bytes, "-show_entries stream=codec_name"), ["av1", "aac"]);
    assert!(keyframes(&bytes).windows(2).all(|two| two[1] - two[0] <= 2100), "{:?}", keyframes(&bytes));
    assert!(keyframes(&bytes).len() >= 3);
    assert!(find(&bytes, b"moov").unwrap() < find(&bytes, b"mdat").unwrap(), "the index is in front");
    let (start, stop) =
        (Instant::now(), transcode_idle(&tools, unnamed(&path), empty(), &plan, &limits, |_| ControlFlow::Break(())));
    assert!(matches!(stop.await, Err(RunError::Cancelled)));
    assert!(start.elapsed() < Duration::from_secs(3), "ended at once");
}

#[tokio::test]
async fn shared_samples_too_where_they_are() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/samples");
    let path = folder.join("bigbuckbunny.mp4");
    if path.exists() {
        let (ladder, made) = climbed(&path, Reframe::Fit, 0, &folder).await;
        assert_eq!((ladder.rungs.len(), made.len()), (2, 2));
    }
}
