//! Small real videos, made by ffmpeg once a run.

use std::process::Command;
use std::sync::OnceLock;

/// An upright clip of one second, with sound.
pub fn clip() -> &'static [u8] {
    static CLIP: OnceLock<Vec<u8>> = OnceLock::new();
    CLIP.get_or_init(|| make("testsrc2=s=180x320:r=10", &[]))
}

/// A landscape clip of one second, whose metadata hold `mark`.
pub fn landscape_clip(mark: &str) -> Vec<u8> {
    let (title, comment) = (format!("title={mark}"), format!("comment={mark}"));
    make("testsrc2=s=320x180:r=10", &["-metadata", &title, "-metadata", &comment])
}

/// A landscape clip of one second without loss, whose picture and sound are `pixels` and `samples` over and over, and whose
/// metadata hold `mark`: decoded, they stand in memory as they were given.
pub fn written_clip(mark: &str, pixels: &[u8], samples: &[u8]) -> Vec<u8> {
    let folder = tempfile::tempdir().expect("a folder");
    let (picture, sound) = (folder.path().join("picture"), folder.path().join("sound"));
    let over = |bytes: &[u8], length: usize| bytes.iter().copied().cycle().take(length).collect::<Vec<_>>();
    // Ten frames of luma, each with its grey chroma; a second of 16-bit samples.
    let frame = [over(pixels, 320 * 180), vec![128; 320 * 180 / 2]].concat();
    std::fs::write(&picture, frame.repeat(10)).expect("pixels");
    std::fs::write(&sound, over(samples, 2 * 44_100)).expect("samples");
    let made = Command::new("ffmpeg")
        .args(["-v", "error", "-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", "320x180", "-r", "10", "-i"])
        .arg(picture)
        .args(["-f", "s16le", "-ar", "44100", "-ac", "1", "-i"])
        .arg(sound)
        .args(["-c:v", "libx264", "-preset", "ultrafast", "-qp", "0", "-c:a", "pcm_s16le", "-metadata"])
        .arg(format!("title={mark}"))
        .args(["-movflags", "frag_keyframe+empty_moov", "-f", "mov", "pipe:1"])
        .output()
        .expect("ffmpeg");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    made.stdout
}

/// An upright clip of this size and of so many seconds, with sound.
pub fn upright_clip(width: u32, height: u32, seconds: u32) -> Vec<u8> {
    make_long(&format!("testsrc2=s={width}x{height}:r=10"), &seconds.to_string(), &[])
}

fn make(picture: &str, more: &[&str]) -> Vec<u8> {
    make_long(picture, "1", more)
}

fn make_long(picture: &str, seconds: &str, more: &[&str]) -> Vec<u8> {
    let made = Command::new("ffmpeg")
        .args(["-v", "error", "-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", "sine=f=440", "-t", seconds])
        .args(["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac"])
        .args(more)
        .args(["-movflags", "frag_keyframe+empty_moov", "-f", "mp4", "pipe:1"])
        .output()
        .expect("ffmpeg");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    made.stdout
}
