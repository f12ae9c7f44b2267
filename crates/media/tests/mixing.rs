//! A rendition with another sound in the place of its own.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::fs::File;
use std::io::{Read, Seek, Write};
use std::ops::ControlFlow;
use std::path::Path;

use common::{Made, Samples, ask, clip, empty, find, make, options, tools};
use outro_media::{Blend, Limits, Outcome, Reframe, Scratch, mix, mix_plan};

const TONE: &str = "-f lavfi -i testsrc2=size=180x320:rate=25:duration=2 -f lavfi -i sine=f=1200:duration=2 \
    -c:v libx264 -preset ultrafast -pix_fmt yuv420p -c:a aac tone.mp4";

async fn mixed(made: &Made, sound: &Made, dir: &Path, hint: u64) -> (Outcome, Vec<u8>) {
    let (tools, limits) = (tools(), Limits::default());
    let plan = mix_plan(&made.outcome, &Blend::replacing(sound.outcome.duration), &options(&tools));
    let from = Scratch::new(hint, dir).unwrap();
    from.file().write_all(&sound.bytes).unwrap();
    let output = empty();
    let mut file: File = output.try_clone().unwrap();
    let picture = made.file.try_clone().unwrap();
    let go_on = |_| ControlFlow::Continue(());
    let outcome = mix(&tools, (picture, from.into_file()), output, &plan, &limits, go_on).await.unwrap();
    let mut bytes = Vec::new();
    file.rewind().unwrap();
    file.read_to_end(&mut bytes).unwrap();
    (outcome, bytes)
}

/// The loudest frequency is the tone's: its level in the band around 1,200 Hz against that around 440 Hz.
fn is_the_tone(bytes: &[u8]) -> bool {
    let level = |around: u32| -> f64 {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        let filter = format!("bandpass=f={around}:width_type=h:w=60,volumedetect");
        let output = std::process::Command::new("ffmpeg")
            .args(["-hide_banner", "-nostats", "-i"])
            .arg(file.path())
            .args(["-t", "1", "-af", &filter, "-vn", "-f", "null", "-"])
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let line = said.lines().find(|line| line.contains("mean_volume")).unwrap().to_owned();
        line.split(':').next_back().unwrap().trim().trim_end_matches(" dB").parse().unwrap()
    };
    level(1200) > level(440) + 20.0
}

fn packets(bytes: &[u8], stream: &str) -> Vec<String> {
    ask(bytes, &format!("-select_streams {stream} -show_entries packet=pts_time,size"))
}

#[tokio::test]
async fn the_sound_is_another_and_the_picture_is_the_same() {
    let samples = Samples::new();
    let sound = make(&samples.make(TONE), Reframe::Fit).await.unwrap();
    for (seconds, silent) in [(1, false), (4, false), (3, true)] {
        let words = clip("320x180", seconds);
        let words = if silent { format!("{words} -an") } else { words };
        let made = make(&samples.make(&format!("{words} clip-{seconds}.mp4")), Reframe::Fit).await.unwrap();
        assert!(!is_silent_or_tone(&made));
        // In memory, and in a file of a disk that has no name.
        for hint in [0, u64::MAX] {
            let (outcome, bytes) = mixed(&made, &sound, samples.path(), hint).await;
            assert!(outcome.has_sound && is_the_tone(&bytes));
            assert_eq!(packets(&bytes, "v"), packets(&made.bytes, "v"), "another picture");
            let length = (outcome.duration.as_secs_f64() - f64::from(seconds)).abs();
            assert!(length < 0.15, "{:?} of {seconds} s", outcome.duration);
            let last: f64 = packets(&bytes, "a").last().unwrap().split(',').next().unwrap().parse().unwrap();
            assert!((last - f64::from(seconds)).abs() < 0.1, "the sound ends at {last} of {seconds} s");
            let (moov, mdat) = (find(&bytes, b"moov").unwrap(), find(&bytes, b"mdat").unwrap());
            assert!(moov < mdat, "the index is in front");
            for mark in [&b"Lavf"[..], b"creation_time", b"VideoHandler", b"SoundHandler"] {
                assert_eq!(find(&bytes, mark), None, "{}", String::from_utf8_lossy(mark));
            }
        }
    }
}

fn is_silent_or_tone(made: &Made) -> bool {
    made.plan.has_sound && is_the_tone(&made.bytes)
}
