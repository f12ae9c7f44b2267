//! Two renditions in one: beside each other, and one after the other.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::fs::File;
use std::io::{Read, Seek, Write};
use std::ops::ControlFlow;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use common::{Made, Samples, empty, make, options, tools};
use outro_media::{Blend, Joins, Limits, Options, Outcome, Reframe, Scratch, listen_to_mix, mix, mix_plan};

const RED: &str = "-f lavfi -i color=red:size=180x320:rate=25:duration=3 -f lavfi -i sine=f=440:duration=3 \
    -c:v libx264 -preset ultrafast -pix_fmt yuv420p -c:a aac red.mp4";
const MUTE: &str = "-f lavfi -i color=red:size=180x320:rate=25:duration=2 -c:v libx264 -preset ultrafast \
    -pix_fmt yuv420p mute.mp4";
const BLUE: &str = "-f lavfi -i color=blue:size=180x320:rate=50:duration=9 -f lavfi -i sine=f=1200:duration=9 \
    -c:v libx264 -preset ultrafast -pix_fmt yuv420p -c:a aac blue.mp4";
const LYING: &str = "-f lavfi -i color=blue:size=320x180:rate=24:duration=1 -f lavfi -i sine=f=1200:duration=1 \
    -c:v libx264 -preset ultrafast -pix_fmt yuv420p -c:a aac lying.mp4";

async fn joined(own: &Made, other: &Made, dir: &Path, blend: Blend) -> (Outcome, tempfile::NamedTempFile) {
    let (tools, limits) = (tools(), Limits::default());
    let from = Scratch::new(0, dir).unwrap();
    from.file().write_all(&other.bytes).unwrap();
    let from = from.into_file();
    let go_on = |_| ControlFlow::Continue(());
    let mut picture = own.file.try_clone().unwrap();
    picture.rewind().unwrap();
    (&from).rewind().unwrap();
    let level = listen_to_mix(&tools, (&picture, &from), (&own.outcome, &blend), &limits, go_on).await.unwrap();
    picture.rewind().unwrap();
    (&from).rewind().unwrap();
    let plan = mix_plan(&own.outcome, &blend, &Options { level, ..options(&tools) });
    let output = empty();
    let mut file: File = output.try_clone().unwrap();
    let outcome = mix(&tools, (picture, from), output, &plan, &limits, go_on).await.unwrap();
    let mut bytes = Vec::new();
    file.rewind().unwrap();
    file.read_to_end(&mut bytes).unwrap();
    let kept = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(kept.path(), bytes).unwrap();
    (outcome, kept)
}

/// The colour in a part of the frame at a moment: red, green, blue.
fn colour(file: &Path, at: f64, crop: &str) -> [u8; 3] {
    let output = Command::new("ffmpeg")
        .args(["-v", "error", "-ss", &at.to_string(), "-i"])
        .arg(file)
        .args([
            "-frames:v",
            "1",
            "-vf",
            &format!("crop={crop},scale=1:1:flags=area,format=rgb24"),
            "-f",
            "rawvideo",
            "-",
        ])
        .output()
        .unwrap();
    output.stdout.try_into().unwrap()
}

fn is_red([red, _, blue]: [u8; 3]) -> bool {
    red > 180 && blue < 60
}

fn is_blue([red, _, blue]: [u8; 3]) -> bool {
    blue > 180 && red < 60
}

/// Decibels in a band around a frequency, between two moments.
fn level(file: &Path, around: u32, (from, to): (f64, f64)) -> f64 {
    let filter = format!("atrim={from}:{to},bandpass=f={around}:width_type=h:w=60,volumedetect");
    let output = Command::new("ffmpeg")
        .args(["-hide_banner", "-nostats", "-i"])
        .arg(file)
        .args(["-af", &filter, "-vn", "-f", "null", "-"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let line = said.lines().find(|line| line.contains("mean_volume")).unwrap_or_else(|| panic!("{said}")).to_owned();
    line.split(':').next_back().unwrap().trim().trim_end_matches(" dB").parse().unwrap()
}

const LEFT: &str = "iw/4:ih/4:iw/8:ih*3/8";
const RIGHT: &str = "iw/4:ih/4:iw*5/8:ih*3/8";
const ALL: &str = "iw/2:ih/2:iw/4:ih/4";

#[tokio::test]
async fn in_a_duet_both_are_seen_beside_each_other_and_both_are_heard() {
    let samples = Samples::new();
    let own = make(&samples.make(RED), Reframe::Fit).await.unwrap();
    for (other, lying) in [(BLUE, false), (LYING, true)] {
        let other = make(&samples.make(other), Reframe::Fit).await.unwrap();
        let lasts = other.outcome.duration;
        let blend = Blend { own: 100, joins: Joins::Beside, ..Blend::replacing(lasts) };
        let (outcome, file) = joined(&own, &other, samples.path(), blend).await;
        assert_eq!((outcome.width, outcome.height), (180, 320));
        assert!((outcome.duration.as_secs_f64() - 3.0).abs() < 0.15, "{:?}", outcome.duration);
        for at in [0.2, 1.5, 2.7] {
            let (left, right) = (colour(file.path(), at, LEFT), colour(file.path(), at, RIGHT));
            // The last frame of what is shorter stays.
            assert!(is_red(left) && (lying || is_blue(right)), "at {at}: {left:?} {right:?}");
        }
        let (own, other) = (level(file.path(), 440, (0.1, 0.9)), level(file.path(), 1200, (0.1, 0.9)));
        assert!(own > -40.0 && other > -40.0, "{own} {other}");
        if lying {
            assert!(level(file.path(), 1200, (1.5, 2.5)) < other - 15.0, "it is over");
        }
    }
}

#[tokio::test]
async fn a_stitch_begins_with_the_other_and_goes_on_with_the_own() {
    let samples = Samples::new();
    let other = make(&samples.make(BLUE), Reframe::Fit).await.unwrap();
    for (own, silent) in [(RED, false), (MUTE, true)] {
        let own = make(&samples.make(own), Reframe::Fit).await.unwrap();
        let from = Duration::from_millis(6_000);
        let stitch = Blend { own: 100, from, joins: Joins::Before, ..Blend::replacing(other.outcome.duration) };
        let (lead, length) = (stitch.adds().as_secs_f64(), own.outcome.duration.as_secs_f64());
        assert!((lead - 3.0).abs() < 0.1, "{lead}");
        let (outcome, file) = joined(&own, &other, samples.path(), stitch).await;
        assert!((outcome.duration.as_secs_f64() - lead - length).abs() < 0.15, "{:?}", outcome.duration);
        assert_eq!((outcome.width, outcome.height), (own.outcome.width, own.outcome.height));
        for at in [0.1, lead - 0.2] {
            assert!(is_blue(colour(file.path(), at, ALL)), "at {at}");
        }
        for at in [lead + 0.1, lead + length - 0.2] {
            assert!(is_red(colour(file.path(), at, ALL)), "at {at}");
        }
        let (first, then) = ((0.2, lead - 0.6), (lead + 0.2, lead + length - 0.2));
        assert!(level(file.path(), 1200, first) > level(file.path(), 440, first) + 20.0);
        match silent {
            true => assert!(level(file.path(), 1200, then) < -55.0 && level(file.path(), 440, then) < -55.0),
            false => assert!(level(file.path(), 440, then) > level(file.path(), 1200, then) + 20.0),
        }
    }
    // Five seconds at most.
    let long = Blend { own: 100, joins: Joins::Before, ..Blend::replacing(other.outcome.duration) };
    assert_eq!(long.adds(), Duration::from_secs(5));
}
