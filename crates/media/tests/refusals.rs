//! What is no video, or not wholly one: refused in clear words, and nothing made.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{Samples, clip, make_within, refusal};
use outro_media::{Limits, Reframe, Refusal, RunError};
use std::time::Duration;

#[tokio::test]
async fn texts_playlists_and_scripts_are_no_videos() {
    let samples = Samples::new();
    let secret = samples.make(&format!("{} secret.mp4", clip("320x180", 1)));
    let secret = secret.display();
    for (name, text) in [
        ("empty.mp4", String::new()),
        ("note.mp4", "just some words\n".repeat(100)),
        ("file.m3u8", "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n".to_owned()),
        ("local.m3u8", format!("#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{secret}\n#EXT-X-ENDLIST\n")),
        ("http.m3u8", "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nhttp://127.0.0.1:9/a.ts\n#EXT-X-ENDLIST\n".to_owned()),
        ("list.ffconcat", format!("ffconcat version 1.0\nfile {secret}\n")),
        ("list.txt", format!("file '{secret}'\n")),
        ("dash.mpd", format!("<?xml version=\"1.0\"?><MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\"><Period><BaseURL>{secret}</BaseURL></Period></MPD>")),
        ("picture.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"><image href=\"file:///etc/passwd\"/></svg>".to_owned()),
        ("words.srt", "1\n00:00:00,000 --> 00:00:02,000\nwords\n".to_owned()),
        ("session.sdp", "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 9 RTP/AVP 96\na=rtpmap:96 H264/90000\n".to_owned()),
    ] {
        let path = samples.write(name, text.as_bytes());
        assert_eq!(refusal(&path).await, Refusal::NotAVideo, "{name}");
    }
}

#[tokio::test]
async fn pictures_are_no_videos() {
    let samples = Samples::new();
    for name in ["a.png", "a.jpg", "a.gif", "a.bmp"] {
        let path = samples.make(&format!("-f lavfi -i testsrc2=size=64x64 -frames:v 1 {name}"));
        assert_eq!(refusal(&path).await, Refusal::NotAVideo, "{name}");
    }
}

#[tokio::test]
async fn sound_alone_is_held_to_what_can_be_read_and_to_the_limits() {
    let samples = Samples::new();
    let path = samples.make("-f lavfi -i sine=duration=1 -c:a wmav2 -f matroska song.mka");
    assert_eq!(refusal(&path).await, Refusal::Unsupported);
    let long = samples.make("-f lavfi -i sine=duration=4 -c:a libmp3lame -write_xing 0 long.mp3");
    let limits = Limits { max_duration: Duration::from_secs(2), ..Limits::default() };
    let made = make_within(&long, Reframe::Fit, &limits).await;
    assert!(matches!(made, Err(RunError::Refused(Refusal::TooLong))));
}

#[tokio::test]
async fn what_was_cut_off_is_damaged() {
    let samples = Samples::new();
    let cut = |from: &std::path::Path, name: &str, tenths: usize| {
        let bytes = std::fs::read(from).unwrap();
        samples.write(name, &bytes[..bytes.len() * tenths / 10])
    };
    let behind = samples.make(&format!("{} behind.mp4", clip("320x180", 3)));
    let front = samples.make(&format!("{} -movflags +faststart front.mp4", clip("320x180", 3)));
    let matroska = samples.make(&format!("{} m.mkv", clip("320x180", 3)));
    let webm = samples
        .make("-f lavfi -i testsrc2=size=320x180:rate=25:duration=3 -c:v libvpx -deadline realtime -cpu-used 8 w.webm");
    for path in [
        cut(&behind, "no_index.mp4", 6),
        cut(&front, "half.mp4", 5),
        cut(&front, "most.mp4", 8),
        cut(&matroska, "half.mkv", 5),
        cut(&webm, "half.webm", 5),
    ] {
        assert_eq!(refusal(&path).await, Refusal::Damaged, "{path:?}");
    }
}

#[tokio::test]
async fn overwritten_in_the_middle_is_damaged_and_one_bad_frame_is_not() {
    let samples = Samples::new();
    let path = samples.make(&format!("{} -g 5 -movflags +faststart whole.mp4", clip("320x180", 3)));
    let whole = std::fs::read(path).unwrap();
    let mut wiped = whole.clone();
    let (from, to) = (whole.len() * 3 / 10, whole.len() * 9 / 10);
    wiped[from..to].fill(0);
    assert_eq!(refusal(&samples.write("wiped.mp4", &wiped)).await, Refusal::Damaged);
    let mut scratched = whole.clone();
    scratched[whole.len() / 2..whole.len() / 2 + 100].fill(0);
    let scratched = samples.write("scratched.mp4", &scratched);
    common::make(&scratched, Reframe::Fit).await.unwrap();
}

#[tokio::test]
async fn a_reference_to_another_file_is_not_followed() {
    let samples = Samples::new();
    let path = samples.make(&format!("{} -an target.mov", clip("320x180", 1)));
    let bytes = std::fs::read(&path).unwrap();
    // The data reference, said to be elsewhere: an alias to an absolute path, not "in this file".
    let at = common::find(&bytes, b"dref").unwrap();
    let mut pointing = bytes.clone();
    let entry = at + 12;
    pointing[entry + 4..entry + 8].copy_from_slice(b"alis");
    pointing[entry + 8..entry + 12].copy_from_slice(&[0, 0, 0, 0]);
    let path = samples.write("pointing.mov", &pointing);
    // Taken for what it holds itself, or refused: never something else.
    match common::make(&path, Reframe::Fit).await {
        Ok(made) => assert_eq!(made.probe.width, 320),
        Err(error) => assert!(matches!(error, RunError::Refused(_)), "{error}"),
    }
}

#[tokio::test]
async fn over_the_limits() {
    let samples = Samples::new();
    let path = samples.make(&format!("{} a.mp4", clip("320x180", 3)));
    let refused = |error: Result<common::Made, RunError>| match error {
        Err(RunError::Refused(refusal)) => refusal,
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("taken"),
    };
    let short = Limits { max_duration: Duration::from_secs(2), ..Limits::default() };
    assert_eq!(refused(make_within(&path, Reframe::Fit, &short).await), Refusal::TooLong);
    let light = Limits { max_input_bytes: 1000, ..Limits::default() };
    assert_eq!(refused(make_within(&path, Reframe::Fit, &light).await), Refusal::TooLarge);
    let small = Limits { max_pixels: 320 * 179, ..Limits::default() };
    assert_eq!(refused(make_within(&path, Reframe::Fit, &small).await), Refusal::TooLarge);
    let endless = samples.make("-f lavfi -i testsrc2=size=64x36:rate=25:duration=5 -c:v libvpx -deadline realtime -cpu-used 8 -f webm -live 1 live.webm");
    assert_eq!(refused(make_within(&endless, Reframe::Fit, &short).await), Refusal::TooLong);
}

#[test]
fn every_refusal_has_a_word_and_a_sentence() {
    for code in ["not_a_video", "no_picture", "too_long", "too_large", "damaged", "unsupported"] {
        let refusal = Refusal::from_code(code).unwrap();
        assert_eq!(refusal.code(), code);
        assert!(refusal.sentence().ends_with('.') && !refusal.sentence().contains("ff"));
    }
}
