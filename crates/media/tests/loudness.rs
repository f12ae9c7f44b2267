//! All sounds come out as loud as each other, and none clips.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::fs::File;
use std::io::{Read, Seek, Write};
use std::ops::ControlFlow;
use std::path::Path;
use std::time::{Duration, Instant};

use common::{Samples, clip, empty, make_level, options, tools, unnamed};
use outro_media::{
    Blend, Limits, Options, Outcome, PEAKS, Probe, Sounding, listen, listen_to_mix, mix, mix_plan, probe, transcode,
};

/// Integrated loudness in LUFS and true peak in dB, as ffmpeg's meter says them at the end.
fn heard(bytes: &[u8]) -> (f64, f64) {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    let output = std::process::Command::new("ffmpeg")
        .args(["-hide_banner", "-nostats", "-nostdin", "-i"])
        .arg(file.path())
        .args(["-vn", "-af", "ebur128=peak=true", "-f", "null", "-"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let summary = said.rsplit_once("Summary:").unwrap().1;
    let after = |mark: &str| -> f64 {
        let line = summary.lines().find(|line| line.trim().starts_with(mark)).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    };
    (after("I:"), after("Peak:"))
}

async fn look(path: &Path) -> (File, Probe, Sounding) {
    let (tools, limits, input) = (tools(), Limits::default(), unnamed(path));
    let found = probe(&tools, &input, &limits).await.unwrap();
    let sounding = listen(&tools, &input, &found, &limits, |_| ControlFlow::Continue(())).await.unwrap();
    (input, found, sounding)
}

/// A film of a real band of sounds: speech-like bursts over a hum, quiet, or so loud that it clips.
fn band(gain: f64, seconds: u32, name: &str) -> String {
    format!(
        "-f lavfi -i testsrc2=size=180x320:rate=25:duration={seconds} -f lavfi -i \
         aevalsrc='{gain}*(0.6*sin(2*PI*60*t)*exp(-9*mod(t,0.5))+0.2*sin(2*PI*440*t)*mod(floor(t*3),2)\
         +0.05*sin(2*PI*1900*t))':d={seconds}:s=44100 \
         -c:v libx264 -preset ultrafast -pix_fmt yuv420p -c:a aac -b:a 192k {name}"
    )
}

#[tokio::test]
async fn what_is_quiet_loud_or_real_comes_out_alike() {
    let samples = Samples::new();
    let mut clips = vec![
        samples.make(&band(0.08, 6, "quiet.mp4")),
        samples.make(&band(0.4, 6, "middle.mp4")),
        samples.make(&band(2.5, 6, "clipped.mp4")),
        samples.make(&format!("{} sine.mp4", clip("320x180", 3))),
    ];
    // Speech, steps and music of a film, quiet and with high peaks.
    clips.extend(std::env::var_os("OUTRO_SAMPLES").map(|folder| Path::new(&folder).join("bigbuckbunny.mp4")));
    for clip in clips {
        let made = make_level(&clip).await.unwrap();
        let (lufs, peak) = heard(&made.bytes);
        assert!((lufs + 14.0).abs() <= 0.5, "{clip:?}: {lufs} LUFS");
        assert!(peak <= -1.0, "{clip:?}: a true peak of {peak} dB");
    }
}

#[tokio::test]
async fn silence_and_the_very_short_stay_as_they_are() {
    let samples = Samples::new();
    let silent = "-f lavfi -i testsrc2=size=180x320:rate=25:duration=2 -f lavfi -i anullsrc=d=2 \
        -c:v libx264 -preset ultrafast -pix_fmt yuv420p -c:a aac -t 2 silent.mp4";
    let (.., silence) = look(&samples.make(silent)).await;
    assert_eq!(silence, Sounding::default());
    let mute = samples.make(&format!("{} -an mute.mp4", clip("320x180", 1)));
    assert_eq!(look(&mute).await.2, Sounding::default());
    let blip = samples.make(&format!("{} -t 0.3 blip.mp4", clip("320x180", 1)));
    let made = make_level(&blip).await.unwrap();
    assert!(heard(&made.bytes).1 <= -1.0);
}

#[tokio::test]
async fn the_waveform_is_that_of_the_sound() {
    let samples = Samples::new();
    // Silent, then half as loud, then loud, then silent.
    let steps = "-f lavfi -i testsrc2=size=180x320:rate=25:duration=8 -f lavfi -i \
        aevalsrc='0.8*sin(2*PI*500*t)*(0.5*between(t,2,4)+between(t,4,6))':d=8:s=48000 \
        -c:v libx264 -preset ultrafast -pix_fmt yuv420p -c:a aac -b:a 192k steps.mp4";
    let (.., Sounding { peaks, .. }) = look(&samples.make(steps)).await;
    assert!((PEAKS - 2..=PEAKS).contains(&peaks.len()), "{}", peaks.len());
    let around = |eighth: usize| peaks[(eighth * 2 + 1) * peaks.len() / 16];
    assert!(around(0) < 8 && around(7) < 8, "{peaks:?}");
    assert!((115..=145).contains(&around(2)) && around(5) > 235, "{peaks:?}");
    assert_eq!(peaks.iter().max(), Some(&255));
}

#[tokio::test]
async fn to_listen_costs_little() {
    let samples = Samples::new();
    let (input, found, _) = look(&samples.make(&band(0.05, 60, "minute.mp4"))).await;
    let begun = Instant::now();
    listen(&tools(), &input, &found, &Limits::default(), |_| ControlFlow::Continue(())).await.unwrap();
    assert!(begun.elapsed() < Duration::from_secs(12), "{:?} for a minute", begun.elapsed());
}

#[tokio::test]
async fn who_wants_no_more_ends_it() {
    let samples = Samples::new();
    let (input, found, _) = look(&samples.make(&band(0.05, 6, "six.mp4"))).await;
    let stop = |_| ControlFlow::Break(());
    let ended = listen(&tools(), &input, &found, &Limits::default(), stop).await;
    assert!(matches!(ended, Err(outro_media::RunError::Cancelled)), "{ended:?}");
}

/// A second of a tone each, one after the other.
fn tones(name: &str, pitches: &[u32]) -> String {
    let seconds = pitches.len();
    let parts: Vec<String> = pitches
        .iter()
        .enumerate()
        .map(|(at, pitch)| format!("sin(2*PI*{pitch}*t)*between(t,{at},{})", at + 1))
        .collect();
    format!(
        "-f lavfi -i testsrc2=size=180x320:rate=25:duration={seconds} -f lavfi -i \
         aevalsrc='0.3*({})':d={seconds}:s=48000 -c:v libx264 -preset ultrafast -pix_fmt yuv420p -c:a aac -b:a 192k {name}",
        parts.join("+")
    )
}

async fn mixed(video: &Path, sound: &Path, blend: Blend) -> (Outcome, Vec<u8>) {
    let (tools, limits) = (tools(), Limits::default());
    let (video, sound) = (make_level(video).await.unwrap(), make_level(sound).await.unwrap());
    let blend = Blend { lasts: sound.outcome.duration, ..blend };
    let files = (&video.file, &sound.file);
    let go_on = |_| ControlFlow::Continue(());
    let level = listen_to_mix(&tools, files, (&video.outcome, &blend), &limits, go_on).await.unwrap();
    for mut file in [&video.file, &sound.file] {
        file.rewind().unwrap();
    }
    let plan = mix_plan(&video.outcome, &blend, &Options { level, ..options(&tools) });
    let output = empty();
    let mut file = output.try_clone().unwrap();
    let outcome = mix(&tools, (video.file, sound.file), output, &plan, &limits, go_on).await.unwrap();
    let mut bytes = Vec::new();
    file.rewind().unwrap();
    file.read_to_end(&mut bytes).unwrap();
    (outcome, bytes)
}

/// The mean level in dB of what is around a pitch, in a stretch of so many seconds.
fn level(bytes: &[u8], pitch: u32, from: f64, length: f64) -> f64 {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    let filter = format!(
        "atrim=start={from}:duration={length},bandpass=f={pitch}:width_type=h:w=60,bandpass=f={pitch}:width_type=h:w=60,\
         volumedetect"
    );
    let output = std::process::Command::new("ffmpeg")
        .args(["-hide_banner", "-nostats", "-nostdin", "-i"])
        .arg(file.path())
        .args(["-af", &filter, "-vn", "-f", "null", "-"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let line = said.lines().find(|line| line.contains("mean_volume")).unwrap().to_owned();
    line.split(':').next_back().unwrap().trim().trim_end_matches(" dB").parse().unwrap()
}

const ALL: Blend =
    Blend { from: Duration::ZERO, lasts: Duration::ZERO, own: 0, other: 100, joins: outro_media::Joins::Nowhere };

#[tokio::test]
async fn the_stretch_is_the_one_that_was_picked_and_it_fades_where_it_is_cut() {
    let samples = Samples::new();
    let video = samples.make(&format!("{} video.mp4", clip("320x180", 3)));
    let sound = samples.make(&tones("tones.mp4", &[700, 700, 1500, 1500, 2600, 2600]));
    let (outcome, bytes) = mixed(&video, &sound, Blend { from: Duration::from_millis(2000), ..ALL }).await;
    assert!((outcome.duration.as_secs_f64() - 3.0).abs() < 0.15);
    assert!(level(&bytes, 1500, 0.3, 1.2) > level(&bytes, 700, 0.3, 1.2) + 25.0, "begins at the third second");
    assert!(level(&bytes, 2600, 2.1, 0.3) > level(&bytes, 1500, 2.1, 0.3) + 25.0, "goes on to the fifth");
    assert!(level(&bytes, 440, 0.0, 3.0) < level(&bytes, 1500, 0.0, 3.0) - 30.0, "nothing of its own");
    // At its end the sound is cut: half a second before, it begins to go down.
    let (before, during, last) =
        (level(&bytes, 2600, 2.2, 0.2), level(&bytes, 2600, 2.7, 0.05), level(&bytes, 2600, 2.93, 0.05));
    assert!(before - 3.0 > during && during - 6.0 > last, "{before} {during} {last}");
    let (lufs, peak) = heard(&bytes);
    assert!((lufs + 14.0).abs() <= 0.5 && peak <= -1.0, "{lufs} LUFS, {peak} dB");
    // What ends by itself before, or with the video, does not go down.
    let (_, whole) = mixed(&samples.make(&format!("{} six.mp4", clip("320x180", 6))), &sound, ALL).await;
    let (before, last) = (level(&whole, 2600, 5.0, 0.3), level(&whole, 2600, 5.7, 0.2));
    assert!((before - last).abs() < 1.5, "{before} {last}");
}

#[tokio::test]
async fn each_of_the_two_is_as_loud_as_was_said_and_the_mix_as_loud_as_all() {
    let samples = Samples::new();
    let video = samples.make(&format!("{} video.mp4", clip("320x180", 4)));
    let sound = samples.make(&tones("tone.mp4", &[1500; 6]));
    let mut apart = Vec::new();
    for (own, other) in [(100, 100), (100, 50), (25, 100)] {
        let (_, bytes) = mixed(&video, &sound, Blend { own, other, ..ALL }).await;
        apart.push(level(&bytes, 1500, 0.5, 2.5) - level(&bytes, 440, 0.5, 2.5));
        let (lufs, peak) = heard(&bytes);
        assert!((lufs + 14.0).abs() <= 0.5 && peak <= -1.0, "{own}/{other}: {lufs} LUFS, {peak} dB");
    }
    assert!((apart[0] - apart[1] - 6.0).abs() < 1.0, "half as high is 6 dB less: {apart:?}");
    assert!((apart[2] - apart[0] - 12.0).abs() < 1.0, "a quarter is 12 dB less: {apart:?}");
    // A film that is mute has but the other.
    let mute = samples.make(&format!("{} -an mute.mp4", clip("320x180", 2)));
    let (outcome, bytes) = mixed(&mute, &sound, Blend { own: 100, ..ALL }).await;
    assert!(outcome.has_sound && level(&bytes, 1500, 0.2, 1.0) > -30.0);
    // Nothing of either is silence, and no failure.
    let (_, bytes) = mixed(&video, &sound, Blend { other: 0, ..ALL }).await;
    assert!(level(&bytes, 1500, 0.2, 2.0) < -80.0);
}

#[tokio::test]
async fn a_sound_alone_gets_a_picture_of_itself() {
    let samples = Samples::new();
    samples.make("-f lavfi -i testsrc2=size=64x64 -frames:v 1 art.png");
    for words in [
        "-c:a aac song.m4a",
        "-c:a libmp3lame song.mp3",
        "-c:a libopus song.webm",
        "-c:a libopus song.ogg",
        "-c:a libvorbis vorbis.ogg",
        "-c:a pcm_s16le song.wav",
        "-c:a flac song.flac",
        "-i art.png -map 0 -map 1 -c:a aac -c:v copy -disposition:v attached_pic art.m4a",
        "-i art.png -map 0 -map 1 -c:a libmp3lame -c:v copy -id3v2_version 3 art.mp3",
        "-i art.png -map 0 -map 1 -c:a flac -c:v copy -disposition:v attached_pic art.flac",
    ] {
        let path = samples.make(&format!("-f lavfi -i sine=duration=2 {words}"));
        let made = make_level(&path).await.unwrap();
        assert!(made.probe.sound_alone && made.outcome.has_sound, "{words}");
        assert_eq!((made.outcome.width, made.outcome.height), (720, 1280));
        assert!((made.outcome.duration.as_secs_f64() - 2.0).abs() < 0.2, "{words}: {:?}", made.outcome.duration);
        let (lufs, peak) = heard(&made.bytes);
        assert!((lufs + 14.0).abs() <= 0.5 && peak <= -1.0, "{words}: {lufs} LUFS, {peak} dB");
    }
}

#[tokio::test]
async fn a_sound_alone_is_made_faster_than_it_plays() {
    let samples = Samples::new();
    let song = samples.make("-f lavfi -i sine=duration=30 -c:a libmp3lame song.mp3");
    let (input, found, sounding) = look(&song).await;
    let tools = tools();
    let with = Options { level: sounding.level, ..tools.options() };
    let plan = outro_media::plan(&found, outro_media::Reframe::Fit, &outro_media::Scene::default(), &with);
    let (output, begun) = (empty(), Instant::now());
    transcode(&tools, input, output, &plan, &Limits::default(), |_| ControlFlow::Continue(())).await.unwrap();
    // A fifth of it on a machine of its own; the rest is for a busy one.
    assert!(begun.elapsed() < Duration::from_secs(30), "{:?} for half a minute", begun.elapsed());
    eprintln!("{:?} for 30 s", begun.elapsed());
}
