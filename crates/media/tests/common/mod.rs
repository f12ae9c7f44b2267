//! Samples made by ffmpeg's own sources, and questions put to what came out.
#![allow(dead_code, clippy::allow_attributes, clippy::allow_attributes_without_reason, missing_docs, unreachable_pub)]

use outro_media::{
    Level, Limits, Options, Outcome, Plan, Probe, Reframe, Refusal, RunError, SandboxProgram, Scene, Scratch,
    ToolSettings, Tools, listen, plan, probe, transcode, watch,
};
use std::fs::File;
use std::io::{Read, Seek, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

pub fn sandbox() -> SandboxProgram {
    SandboxProgram { program: env!("CARGO_BIN_EXE_outro-media-sandbox").into(), args: Vec::new() }
}

pub fn tools() -> Tools {
    static FOUND: OnceLock<Tools> = OnceLock::new();
    let find = || {
        let settings = ToolSettings { sandbox: Some(sandbox()), ..ToolSettings::default() };
        Tools::find(&settings).unwrap()
    };
    FOUND.get_or_init(find).clone()
}

/// A folder that is gone with the test.
pub struct Samples(tempfile::TempDir);

impl Samples {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// Runs ffmpeg with these words; the last one names the file.
    pub fn make(&self, words: &str) -> PathBuf {
        let mut args: Vec<&str> = words.split_whitespace().collect();
        let path = self.0.path().join(args.pop().unwrap());
        let status = Command::new("ffmpeg")
            .current_dir(self.0.path())
            .args(["-v", "error", "-y", "-nostdin"])
            .args(args)
            .arg(&path)
            .stdin(Stdio::null())
            .status()
            .unwrap();
        assert!(status.success(), "{words}");
        path
    }

    pub fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }
}

/// A landscape clip with sound: H.264 and AAC.
pub fn clip(size: &str, seconds: u32) -> String {
    format!(
        "-f lavfi -i testsrc2=size={size}:rate=25:duration={seconds} \
         -f lavfi -i sine=duration={seconds} -c:v libx264 -preset ultrafast -pix_fmt yuv420p -c:a aac"
    )
}

/// What became of a file.
pub struct Made {
    pub probe: Probe,
    pub plan: Plan,
    pub outcome: Outcome,
    pub bytes: Vec<u8>,
    pub file: File,
}

pub fn unnamed(path: &Path) -> File {
    let scratch = Scratch::new(0, Path::new("/")).unwrap();
    scratch.file().write_all(&std::fs::read(path).unwrap()).unwrap();
    scratch.rewind().unwrap();
    scratch.into_file()
}

pub fn empty() -> File {
    Scratch::new(0, Path::new("/")).unwrap().into_file()
}

pub fn options(tools: &Tools) -> Options {
    Options { preset: "ultrafast", ..tools.options() }
}

pub async fn make(path: &Path, reframe: Reframe) -> Result<Made, RunError> {
    make_within(path, reframe, &Limits::default()).await
}

pub async fn make_within(path: &Path, reframe: Reframe, limits: &Limits) -> Result<Made, RunError> {
    finish(path, reframe, &Scene::default(), limits).await
}

pub async fn make_by(path: &Path, reframe: Reframe, scene: &Scene) -> Result<Made, RunError> {
    finish(path, reframe, scene, &Limits::default()).await
}

/// Watches a file and makes it as it was seen.
pub async fn make_following(path: &Path) -> Result<(Made, Scene), RunError> {
    let (tools, limits, input) = (tools(), Limits::default(), unnamed(path));
    let found = probe(&tools, &input, &limits).await?;
    let mut seen = Vec::new();
    let scene = watch(&tools, &input, &found, &limits, |progress| {
        seen.push(progress.permille);
        ControlFlow::Continue(())
    })
    .await?;
    assert!(seen.is_sorted() && seen.last() == Some(&1000), "{seen:?}");
    Ok((make_by(path, Reframe::Follow, &scene).await?, scene))
}

/// As the server makes it: listened to first, and as loud as all.
pub async fn make_level(path: &Path) -> Result<Made, RunError> {
    let (tools, limits, input) = (tools(), Limits::default(), unnamed(path));
    let found = probe(&tools, &input, &limits).await?;
    let level = listen(&tools, &input, &found, &limits, |_| ControlFlow::Continue(())).await?.level;
    finish_at(path, Reframe::Fit, &Scene::default(), (&limits, level)).await
}

async fn finish(path: &Path, reframe: Reframe, scene: &Scene, limits: &Limits) -> Result<Made, RunError> {
    finish_at(path, reframe, scene, (limits, Level::default())).await
}

async fn finish_at(
    path: &Path,
    reframe: Reframe,
    scene: &Scene,
    (limits, level): (&Limits, Level),
) -> Result<Made, RunError> {
    let tools = tools();
    let input = unnamed(path);
    let probe = probe(&tools, &input, limits).await?;
    let options = Options { max_duration: limits.max_duration, level, ..options(&tools) };
    let plan = plan(&probe, reframe, scene, &options);
    let output = empty();
    let mut file = output.try_clone().unwrap();
    let outcome = transcode(&tools, input, output, &plan, limits, |_| ControlFlow::Continue(())).await?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).unwrap();
    file.rewind().unwrap();
    assert_eq!(outcome.bytes, bytes.len() as u64);
    Ok(Made { probe, plan, outcome, bytes, file })
}

/// The luma of all frames of a rendition, one after the other.
pub fn seen_frames(bytes: &[u8]) -> Vec<u8> {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    let output = Command::new("ffmpeg")
        .args(["-v", "error", "-nostdin", "-i"])
        .arg(file.path())
        .args(["-map", "0:v", "-vf", "extractplanes=y", "-fps_mode", "passthrough", "-f", "rawvideo", "-"])
        .output()
        .unwrap();
    assert!(output.status.success());
    output.stdout
}

pub async fn refusal(path: &Path) -> Refusal {
    match make(path, Reframe::Fit).await {
        Err(RunError::Refused(refusal)) => refusal,
        Err(other) => panic!("{path:?}: {other}"),
        Ok(made) => panic!("{path:?} was taken: {:?}", made.probe),
    }
}

/// Lines of ffprobe on finished bytes.
pub fn ask(bytes: &[u8], args: &str) -> Vec<String> {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    let output = Command::new("ffprobe")
        .args(["-v", "error"])
        .args(args.split_whitespace())
        .args(["-of", "csv=p=0"])
        .arg(file.path())
        .output()
        .unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

pub fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

/// Writes the turn into the track's header, as phones do.
pub fn turn_track(bytes: &mut [u8], [a, b, c, d]: [i32; 4]) {
    let matrix = find(bytes, b"tkhd").unwrap() + 44;
    for (place, value) in [(0, a), (1, b), (3, c), (4, d)] {
        let at = matrix + place * 4;
        bytes[at..at + 4].copy_from_slice(&(value << 16).to_be_bytes());
    }
}
