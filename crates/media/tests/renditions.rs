//! What people send, and what it becomes.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{Made, Samples, ask, clip, find, make, turn_track};
use outro_media::{Reframe, Rotation};
use std::process::{Command, Stdio};

/// What holds for every rendition, whatever it was made from.
fn check(made: &Made) {
    let (moov, mdat) = (find(&made.bytes, b"moov").unwrap(), find(&made.bytes, b"mdat").unwrap());
    assert!(moov < mdat, "the index is in front");
    // Whole lines: anything that came along beside the streams would stand in them.
    let streams = ask(
        &made.bytes,
        "-show_entries stream=codec_name,width,height,sample_aspect_ratio,pix_fmt,sample_rate,channels:stream_side_data",
    );
    let picture = format!("h264,{},{},1:1,yuv420p", made.plan.width, made.plan.height);
    assert_eq!(streams[0], picture);
    assert_eq!(streams[1..], if made.plan.has_sound { vec!["aac,48000,2"] } else { vec![] });
    check_groups(&made.bytes);
    for mark in [&b"Lavf"[..], b"x264 - core", b"creation_time", b"VideoHandler", b"SoundHandler"] {
        assert_eq!(find(&made.bytes, mark), None, "{}", String::from_utf8_lossy(mark));
    }
}

/// A keyframe at least every two seconds, and each of them closed: an IDR picture.
fn check_groups(bytes: &[u8]) {
    let packets = ask(bytes, "-select_streams v -show_entries packet=pts_time,duration_time,flags");
    let (mut last, mut keys, mut longest) = (None, 0, 0.0_f64);
    for packet in &packets {
        let fields: Vec<&str> = packet.split(',').collect();
        let (at, frame): (f64, f64) = (fields[0].parse().unwrap(), fields[1].parse().unwrap_or(0.0));
        longest = longest.max(frame);
        if fields[2].starts_with('K') {
            let gap = at - last.unwrap_or(at);
            assert!(gap <= 2.0 + longest + 0.001, "{gap}");
            (last, keys) = (Some(at), keys + 1);
        }
    }
    assert!(keys > 0);
    assert_eq!(idr_pictures(bytes), keys, "every keyframe closes its group");
}

fn idr_pictures(bytes: &[u8]) -> usize {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    let raw = Command::new("ffmpeg")
        .args(["-v", "error", "-i"])
        .arg(file.path())
        .args(["-map", "0:v", "-c", "copy", "-bsf:v", "h264_mp4toannexb"])
        .args(["-f", "h264", "-"])
        .stdin(Stdio::null())
        .output()
        .unwrap()
        .stdout;
    // The first slice of a picture begins with a one bit.
    raw.windows(5).filter(|w| w[..3] == [0, 0, 1] && w[3] & 0x1F == 5 && w[4] & 0x80 != 0).count()
}

#[tokio::test]
async fn landscape_with_sound() {
    let samples = Samples::new();
    let path = samples.make(&format!("{} a.mp4", clip("1280x720", 3)));
    for (reframe, size) in [(Reframe::Fit, (720, 1280)), (Reframe::Crop, (396, 704))] {
        let made = make(&path, reframe).await.unwrap();
        check(&made);
        assert_eq!((made.outcome.width, made.outcome.height), size);
        assert!((made.outcome.duration.as_secs_f64() - 3.0).abs() < 0.1);
        assert!(made.outcome.has_sound);
    }
}

#[tokio::test]
async fn a_rotation_flag_is_honoured_and_gone() {
    let samples = Samples::new();
    let plain =
        samples.make("-f lavfi -i testsrc2=size=640x360:rate=10:duration=1 -c:v libx264 -preset ultrafast plain.mp4");
    let mut bytes = std::fs::read(plain).unwrap();
    for (turn, rotation, size) in [
        ([0, 1, -1, 0], Rotation::ThreeQuarters, (360, 640)),
        ([0, -1, 1, 0], Rotation::Quarter, (360, 640)),
        ([-1, 0, 0, -1], Rotation::Half, (198, 352)),
    ] {
        turn_track(&mut bytes, turn);
        let made = make(&samples.write("turned.mp4", &bytes), Reframe::Crop).await.unwrap();
        check(&made);
        assert_eq!(made.probe.rotation, rotation);
        assert_eq!((made.outcome.width, made.outcome.height), size);
    }
}

#[tokio::test]
async fn odd_sizes_and_no_sound() {
    let samples = Samples::new();
    let wide = samples.make("-f lavfi -i testsrc=size=321x241:rate=10:duration=1 -c:v ffv1 -pix_fmt yuv444p wide.mkv");
    assert_eq!(common::refusal(&wide).await, outro_media::Refusal::Unsupported);
    for (size, reframe, name) in [
        ("321x241", Reframe::Fit, "w.mp4"),
        ("321x241", Reframe::Crop, "w.mp4"),
        ("241x321", Reframe::Crop, "t.mp4"),
        ("99x99", Reframe::Fit, "s.mp4"),
        ("17x17", Reframe::Fit, "x.mp4"),
        ("17x17", Reframe::Crop, "x.mp4"),
        ("16x900", Reframe::Fit, "y.mp4"),
        ("900x16", Reframe::Crop, "z.mp4"),
    ] {
        let path = samples.make(&format!("-f lavfi -i testsrc=size={size}:rate=10:duration=1 -c:v mpeg4 {name}"));
        let made = make(&path, reframe).await.unwrap_or_else(|error| panic!("{size} {reframe:?}: {error}"));
        check(&made);
        assert!(!made.outcome.has_sound);
    }
}

#[tokio::test]
async fn other_codecs_and_depths() {
    let samples = Samples::new();
    let source = "-f lavfi -i testsrc2=size=320x180:rate=25:duration=1 -f lavfi -i sine=duration=1";
    for words in [
        "-c:v libx265 -preset ultrafast -x265-params log-level=none -tag:v hvc1 -c:a aac hevc.mov",
        "-c:v libx265 -preset ultrafast -x265-params log-level=none -pix_fmt yuv420p10le -c:a aac deep.mp4",
        "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -c:a libopus vp9.webm",
        "-c:v libx264 -preset ultrafast -pix_fmt yuv420p10le -c:a aac deep264.mp4",
        "-c:v libx264 -preset ultrafast -pix_fmt yuv444p -c:a libmp3lame full.mkv",
        "-c:v mpeg4 -c:a libmp3lame old.avi",
        "-c:v mjpeg -c:a pcm_s16le camera.mov",
        "-c:v libx264 -preset ultrafast -c:a aac live.ts",
        "-c:v flv -c:a libmp3lame -ar 44100 old.flv",
        "-c:v libaom-av1 -cpu-used 8 -usage realtime -frames:v 5 -an av1.mp4",
    ] {
        let made = make(&samples.make(&format!("{source} {words}")), Reframe::Fit).await;
        check(&made.unwrap_or_else(|error| panic!("{words}: {error}")));
    }
}

#[tokio::test]
async fn high_dynamic_range_becomes_ordinary() {
    let samples = Samples::new();
    for transfer in ["smpte2084", "arib-std-b67"] {
        let path = samples.make(&format!(
            "-f lavfi -i testsrc2=size=320x180:rate=10:duration=1 -c:v libx265 -preset ultrafast -pix_fmt yuv420p10le \
             -x265-params log-level=none:colorprim=bt2020:transfer={transfer}:colormatrix=bt2020nc hdr.mp4"
        ));
        let made = make(&path, Reframe::Fit).await.unwrap();
        assert_ne!(made.probe.transfer, outro_media::Transfer::Sdr);
        check(&made);
        let colour = ask(
            &made.bytes,
            "-select_streams v -show_entries stream=color_range,color_space,color_transfer,color_primaries",
        );
        assert_eq!(colour, ["tv,bt709,bt709,bt709"]);
    }
}

#[tokio::test]
async fn a_varying_frame_rate_keeps_its_times() {
    let samples = Samples::new();
    let path = samples.make(
        "-f lavfi -i testsrc2=size=320x180:rate=100:duration=6 \
         -vf select='if(lt(t,2),1,if(lt(t,4),not(mod(n,20)),not(mod(n,4))))' -fps_mode vfr \
         -c:v libx264 -preset ultrafast vfr.mkv",
    );
    let made = make(&path, Reframe::Crop).await.unwrap();
    check(&made);
    assert!((made.outcome.duration.as_secs_f64() - 6.0).abs() < 0.2, "{:?}", made.outcome);
    let frames = ask(&made.bytes, "-select_streams v -show_entries packet=pts_time").len();
    // 100 a second become 50; 5 and 25 a second stay.
    assert!((150..=170).contains(&frames), "{frames}");
}

#[tokio::test]
async fn a_single_frame() {
    let samples = Samples::new();
    for words in ["-c:v libx264 one.mp4", "-c:v libvpx one.webm", "-c:v libx264 one.mkv", "-c:v libx264 one.ts"] {
        let path = samples.make(&format!("-f lavfi -i testsrc2=size=320x180:rate=25 -frames:v 1 {words}"));
        check(&make(&path, Reframe::Fit).await.unwrap_or_else(|error| panic!("{words}: {error}")));
    }
}

#[tokio::test]
async fn a_recording_without_a_declared_length() {
    let samples = Samples::new();
    let path = samples.make("-f lavfi -i testsrc2=size=320x180:rate=25:duration=2 -c:v libvpx -deadline realtime -cpu-used 8 -f webm -live 1 live.webm");
    let made = make(&path, Reframe::Fit).await.unwrap();
    check(&made);
    assert!((made.probe.duration.as_secs_f64() - 2.0).abs() < 0.1, "{:?}", made.probe);
}

#[tokio::test]
async fn marks_of_the_maker_are_gone() {
    let samples = Samples::new();
    let path = samples.make(&format!(
        "{} -metadata title=MARKTITLE -metadata comment=MARKCOMMENT -metadata location=+48.8577+002.295/ \
         -metadata artist=MARKARTIST -metadata:s:v handler_name=MARKHANDLER -metadata:s:a language=fra \
         -metadata creation_time=2020-01-02T03:04:05Z -movflags use_metadata_tags marked.mp4",
        clip("320x180", 1)
    ));
    let before = std::fs::read(&path).unwrap();
    assert!(find(&before, b"MARKTITLE").is_some() && find(&before, b"48.8577").is_some());
    let made = make(&path, Reframe::Fit).await.unwrap();
    check(&made);
    for mark in [&b"MARK"[..], b"48.8577", b"2020", b"fra"] {
        assert_eq!(find(&made.bytes, mark), None, "{}", String::from_utf8_lossy(mark));
    }
    let tags = ask(&made.bytes, "-show_entries format_tags:stream_tags");
    assert!(!tags.join(" ").contains("2020"));
}

#[tokio::test]
async fn shape_of_pixels_is_squared() {
    let samples = Samples::new();
    let path = samples.make(
        "-f lavfi -i testsrc2=size=144x256:rate=10:duration=1 -vf setsar=16/9 -c:v libx264 -preset ultrafast a.mp4",
    );
    let made = make(&path, Reframe::Fit).await.unwrap();
    check(&made);
    assert_eq!((made.probe.display_width, made.probe.display_height), (256, 256));
    assert_eq!((made.outcome.width, made.outcome.height), (252, 448));
}

#[tokio::test]
async fn oddities_of_everyday_files() {
    let samples = Samples::new();
    let source = "-f lavfi -i testsrc2=size=320x180:rate=25:duration=1";
    samples.write("words.srt", b"1\n00:00:00,000 --> 00:00:59,000\nwords\n");
    samples.make("-f lavfi -i testsrc2=size=64x64 -frames:v 1 art.png");
    let folder = samples.path().display();
    let with = |words: &str| samples.make(&format!("{source} {}", words.replace("DIR", &folder.to_string())));
    for words in [
        "-i DIR/words.srt -i DIR/art.png -map 0 -map 1 -map 2 -c:v:0 mpeg4 -c:v:1 png -c:s mov_text -disposition:v:1 attached_pic extra.mp4",
        "-c:v libx264rgb -preset ultrafast colours.mp4",
        "-c:v libx264 -preset ultrafast -pix_fmt gray grey.mp4",
        "-c:v mpeg2video -flags +ildct+ilme -top 1 -vf tinterlace=interleave_top fields.mpg",
        "-c:v prores_ks -profile:v 4 -pix_fmt yuva444p10le alpha.mov",
        "-c:v libx264 -preset ultrafast -output_ts_offset 36000 late.ts",
    ] {
        check(&make(&with(words), Reframe::Crop).await.unwrap_or_else(|error| panic!("{words}: {error}")));
    }
    // A stream whose size changes on the way.
    let small = with("-c:v libx264 -preset ultrafast -pix_fmt yuv420p small.ts");
    let large = samples.make("-f lavfi -i testsrc2=size=640x480:rate=25:duration=1 -c:v libx264 -preset ultrafast -pix_fmt yuv420p -output_ts_offset 1 large.ts");
    let both = [std::fs::read(small).unwrap(), std::fs::read(large).unwrap()].concat();
    let made = make(&samples.write("both.ts", &both), Reframe::Fit).await.unwrap();
    check(&made);
}

#[tokio::test]
async fn shared_samples_too_where_they_are() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/samples");
    let path = folder.join("bigbuckbunny.mp4");
    if path.exists() {
        check(&make(&path, Reframe::Fit).await.unwrap());
    }
}
