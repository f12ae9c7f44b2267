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

fn make(picture: &str, more: &[&str]) -> Vec<u8> {
    let made = Command::new("ffmpeg")
        .args(["-v", "error", "-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", "sine=f=440", "-t", "1"])
        .args(["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac"])
        .args(more)
        .args(["-movflags", "frag_keyframe+empty_moov", "-f", "mp4", "pipe:1"])
        .output()
        .expect("ffmpeg");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    made.stdout
}
