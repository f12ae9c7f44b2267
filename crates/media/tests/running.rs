//! Progress, stopping, covers, and scratches on a disk.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{Samples, clip, empty, find, make, options, tools, unnamed};
use outro_media::{Limits, Reframe, RunError, Scene, Scratch, Spent, cover, plan, probe, self_test, transcode};
use std::io::{Read, Write};
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

#[tokio::test]
async fn the_self_test_passes_also_on_another_thread() {
    tokio::spawn(async { self_test(&tools()).await }).await.unwrap().unwrap();
}

#[tokio::test]
async fn progress_rises_to_the_end() {
    let (samples, tools, limits) = (Samples::new(), tools(), Limits::default());
    let input = unnamed(&samples.make(&format!("{} a.mp4", clip("640x360", 3))));
    let found = probe(&tools, &input, &limits).await.unwrap();
    let plan = plan(&found, Reframe::Fit, &Scene::default(), &tools.options());
    let mut seen = Vec::new();
    transcode(&tools, input, empty(), &plan, &limits, |progress| {
        seen.push(progress.permille);
        ControlFlow::Continue(())
    })
    .await
    .unwrap();
    assert!(seen.is_sorted() && seen.iter().any(|p| (1..1000).contains(p)), "{seen:?}");
    assert_eq!(seen.last(), Some(&1000));
}

#[tokio::test]
async fn it_stops_when_told_and_when_out_of_time_or_room() {
    let (samples, tools) = (Samples::new(), tools());
    let path = samples.make("-f lavfi -i testsrc2=size=1280x720:rate=30:duration=20 -c:v mpeg4 long.mp4");
    let run = async |limits: Limits, stop: bool| {
        let input = unnamed(&path);
        let found = probe(&tools, &input, &limits).await.unwrap();
        let plan = plan(&found, Reframe::Fit, &Scene::default(), &tools.options());
        transcode(&tools, input, empty(), &plan, &limits, |_| {
            if stop { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })
        .await
        .unwrap_err()
    };
    let start = Instant::now();
    assert!(matches!(run(Limits::default(), true).await, RunError::Cancelled));
    let hasty = Limits { wall: Duration::from_millis(300), ..Limits::default() };
    assert!(matches!(run(hasty, false).await, RunError::Timeout));
    let narrow = Limits { max_output_bytes: 4096, ..Limits::default() };
    assert!(matches!(run(narrow, false).await, RunError::TooMuch(Spent::Output)));
    let busy = Limits { processor: Duration::from_secs(1), ..Limits::default() };
    assert!(matches!(run(busy, false).await, RunError::TooMuch(Spent::Processor)));
    assert!(start.elapsed() < Duration::from_secs(60));
}

#[tokio::test]
async fn scratches_on_a_disk_serve_as_well() {
    let (samples, tools, limits) = (Samples::new(), tools(), Limits::default());
    let path = samples.make(&format!("{} a.mp4", clip("320x180", 1)));
    // Beside the build, on a disk; a folder for temporary files may be memory itself.
    let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let on_disk = || Scratch::new(1 << 30, dir.path()).unwrap();
    let (input, output) = (on_disk(), on_disk());
    input.file().write_all(&std::fs::read(&path).unwrap()).unwrap();
    let found = probe(&tools, input.file(), &limits).await.unwrap();
    let plan = plan(&found, Reframe::Fit, &Scene::default(), &options(&tools));
    let go_on = |_| ControlFlow::Continue(());
    transcode(&tools, input.into_file(), output.try_clone().unwrap(), &plan, &limits, go_on).await.unwrap();
    assert!(!output.is_empty().unwrap());
    assert_eq!(dir.path().read_dir().unwrap().count(), 0);
}

#[tokio::test]
async fn a_cover_is_a_bare_jpeg_and_not_black() {
    let samples = Samples::new();
    let dark_then_bright = "-f lavfi -i color=black:size=320x180:rate=25:duration=1 \
        -f lavfi -i testsrc2=size=320x180:rate=25:duration=1 -filter_complex [0][1]concat \
        -c:v libx264 -preset ultrafast -pix_fmt yuv420p intro.mp4";
    let dark = "-f lavfi -i color=black:size=180x320:rate=25:duration=1 -c:v libx264 -preset ultrafast dark.mp4";
    for (words, bright) in [(dark_then_bright, true), (dark, false)] {
        let made = make(&samples.make(words), Reframe::Crop).await.unwrap();
        let output = empty();
        let mut still = output.try_clone().unwrap();
        let length = cover(&tools(), made.file, output, &Limits::default()).await.unwrap();
        let mut bytes = Vec::new();
        still.read_to_end(&mut bytes).unwrap();
        assert_eq!(length, bytes.len() as u64);
        assert!(bytes.starts_with(&[0xFF, 0xD8]) && find(&bytes, b"Lavc").is_none());
        let path = samples.write("cover.jpg", &bytes);
        let raw =
            samples.make(&format!("-i {} -vf scale=1:1:flags=area -pix_fmt gray -f rawvideo mean.raw", path.display()));
        assert_eq!(std::fs::read(raw).unwrap()[0] > 40, bright, "{words}");
    }
}
