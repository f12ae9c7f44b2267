//! Where ffmpeg and ffprobe are, whether they can do what is asked, and who runs them.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use tokio::sync::OnceCell;

/// Filters without which no rendition is made.
const FILTERS: [&str; 45] = [
    "scale",
    "crop",
    "split",
    "vstack",
    "boxblur",
    "lutyuv",
    "format",
    "setsar",
    "select",
    "aresample",
    "aformat",
    "thumbnail",
    "blackframe",
    "metadata",
    "pad",
    "fps",
    "sidedata",
    "volume",
    "alimiter",
    "ebur128",
    "astats",
    "asetnsamples",
    "ametadata",
    "atrim",
    "asetpts",
    "afade",
    "apad",
    "amix",
    "asplit",
    "showfreqs",
    "lutrgb",
    "vflip",
    "drawgrid",
    "setpts",
    "tpad",
    "trim",
    "atempo",
    "concat",
    "eq",
    "colorchannelmixer",
    "noise",
    "ass",
    "hstack",
    "overlay",
    "anullsrc",
];
const ENCODERS: [&str; 3] = ["libx264", "aac", "mjpeg"];

/// What the operator set; the default finds everything by itself.
#[derive(Clone, Debug, Default)]
pub struct ToolSettings {
    /// Path of ffmpeg, instead of the first on `PATH`.
    pub ffmpeg: Option<PathBuf>,
    /// Path of ffprobe, instead of the first on `PATH`.
    pub ffprobe: Option<PathBuf>,
    /// The program that is the jail, instead of this program's `sandbox` subcommand.
    pub sandbox: Option<SandboxProgram>,
}

/// A program that calls [`sandbox_main`](crate::sandbox_main) with the arguments after `args`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SandboxProgram {
    /// The program.
    pub program: PathBuf,
    /// Arguments that lead it into the jail.
    pub args: Vec<OsString>,
}

impl Default for SandboxProgram {
    /// This very program: by its link in `/proc`, which still holds when an upgrade has replaced
    /// the file that it was started from.
    fn default() -> Self {
        Self { program: PathBuf::from("/proc/self/exe"), args: vec![OsString::from("sandbox")] }
    }
}

/// Why no video can be made on this machine: one line for the operator.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MissingTool {
    /// The program is not there.
    #[error("{0} was not found: install ffmpeg, or give its path")]
    NotFound(&'static str),
    /// The program is there but does not run.
    #[error("{0} does not run: reinstall ffmpeg, or give another path")]
    DoesNotRun(&'static str),
    /// The build lacks a part.
    #[error("this ffmpeg lacks the {kind} {name}: install a full build")]
    Lacks {
        /// `encoder` or `filter`.
        kind: &'static str,
        /// The name of the part.
        name: &'static str,
    },
}

/// The programs, found and examined.
#[derive(Clone, Debug)]
pub struct Tools {
    pub(crate) ffmpeg: PathBuf,
    pub(crate) ffprobe: PathBuf,
    pub(crate) sandbox: SandboxProgram,
    ffmpeg_version: String,
    tonemap: bool,
    deinterlace: bool,
    still: Option<StillEncoder>,
    av1: bool,
    /// Whether the file around such a picture can be written: asked when the first is to be made.
    avif: Arc<OnceCell<bool>>,
}

/// What makes pictures in AVIF.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StillEncoder {
    /// Half as long as the other takes.
    SvtAv1,
    Aom,
}

/// What makes films in AV1.
const AV1: &str = "libsvtav1";

impl Tools {
    /// Finds the programs, and asks ffmpeg what it can do: both questions at once, and only those without whose answers
    /// no video is made, since each takes a tenth of a second. Blocks so long.
    ///
    /// # Errors
    /// When a program or a part of it is missing; the error says which.
    pub fn find(settings: &ToolSettings) -> Result<Self, MissingTool> {
        let ffmpeg = locate("ffmpeg", settings.ffmpeg.as_deref())?;
        let ffprobe = locate("ffprobe", settings.ffprobe.as_deref())?;
        let [filters, encoders] = ["-filters", "-encoders"].map(|question| Question::ask(&ffmpeg, question));
        let (filters, banner) = filters?.answer()?;
        let (encoders, _) = encoders?.answer()?;
        let still = match (lists(&encoders, AV1), lists(&encoders, "libaom-av1")) {
            (true, _) => Some(StillEncoder::SvtAv1),
            (false, true) => Some(StillEncoder::Aom),
            (false, false) => None,
        };
        require("filter", &filters, &FILTERS)?;
        require("encoder", &encoders, &ENCODERS)?;
        Ok(Self {
            ffmpeg_version: version(&banner),
            tonemap: lists(&filters, "zscale") && lists(&filters, "tonemap"),
            deinterlace: lists(&filters, "yadif"),
            still,
            av1: lists(&encoders, AV1),
            avif: Arc::default(),
            sandbox: settings.sandbox.clone().unwrap_or_default(),
            ffmpeg,
            ffprobe,
        })
    }

    /// The version of ffmpeg, for doctor.
    #[must_use]
    pub fn ffmpeg_version(&self) -> &str {
        &self.ffmpeg_version
    }

    /// Whether covers are made in AVIF too.
    pub async fn makes_avif(&self) -> bool {
        self.still().await.is_some()
    }

    /// Whether videos can be made in AV1.
    #[must_use]
    pub const fn makes_av1(&self) -> bool {
        self.av1
    }

    /// What makes pictures in AVIF; none where there is none, or ffmpeg does not say that it can write such files.
    pub(crate) async fn still(&self) -> Option<StillEncoder> {
        let encoder = self.still?;
        let ask = || {
            let ffmpeg = self.ffmpeg.clone();
            async move {
                let asked = move || Question::ask(&ffmpeg, "-muxers")?.answer();
                tokio::task::spawn_blocking(asked)
                    .await
                    .map_err(|_| ())?
                    .map(|(muxers, _)| lists(&muxers, "avif"))
                    .map_err(|_| ())
            }
        };
        self.avif.get_or_try_init(ask).await.is_ok_and(|writes| *writes).then_some(encoder)
    }

    /// Options for plans that this ffmpeg can carry out: all cores, all optional filters it has.
    #[must_use]
    pub fn options(&self) -> crate::Options {
        crate::Options { tonemap: self.tonemap, deinterlace: self.deinterlace, ..crate::Options::default() }
    }
}

fn locate(name: &'static str, given: Option<&Path>) -> Result<PathBuf, MissingTool> {
    let candidates = match given {
        Some(path) => vec![path.to_owned()],
        None => std::env::var_os("PATH")
            .map(|path| std::env::split_paths(&path).map(|dir| dir.join(name)).collect())
            .unwrap_or_default(),
    };
    // The jail needs the real place: it opens nothing by way of a link outside its few folders.
    candidates
        .into_iter()
        .find_map(|path| path.canonicalize().ok().filter(|path| path.is_file()))
        .ok_or(MissingTool::NotFound(name))
}

/// An ffmpeg that was started to tell what it can do.
struct Question(Child);

impl Question {
    fn ask(ffmpeg: &Path, question: &str) -> Result<Self, MissingTool> {
        let mut command = Command::new(ffmpeg);
        command.arg(question).env_clear().stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().map(Self).map_err(|_| MissingTool::DoesNotRun("ffmpeg"))
    }

    /// What it said, and the banner that it said so under.
    fn answer(self) -> Result<(String, String), MissingTool> {
        let said = self.0.wait_with_output().ok().filter(|said| said.status.success());
        let said = said.ok_or(MissingTool::DoesNotRun("ffmpeg"))?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ok((text(&said.stdout), text(&said.stderr)))
    }
}

fn require(kind: &'static str, listing: &str, names: &[&'static str]) -> Result<(), MissingTool> {
    match names.iter().find(|name| !lists(listing, name)) {
        Some(name) => Err(MissingTool::Lacks { kind, name }),
        None => Ok(()),
    }
}

/// Each line of a listing is flags, a name, a description.
fn lists(listing: &str, name: &str) -> bool {
    listing.lines().any(|line| line.split_whitespace().nth(1) == Some(name))
}

/// `ffmpeg version 5.1.9-0+deb12u1 Copyright …`
fn version(text: &str) -> String {
    text.split_whitespace().nth(2).unwrap_or("unknown").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_absent_tool_is_named_in_one_line() {
        let settings = ToolSettings { ffmpeg: Some("/nowhere/ffmpeg".into()), ..ToolSettings::default() };
        let error = Tools::find(&settings).unwrap_err();
        assert_eq!(error, MissingTool::NotFound("ffmpeg"));
        assert_eq!(error.to_string().lines().count(), 1);
    }

    #[test]
    fn a_program_that_is_something_else_lacks_its_parts() {
        let settings = ToolSettings { ffmpeg: Some("/bin/echo".into()), ..ToolSettings::default() };
        assert_eq!(Tools::find(&settings).unwrap_err(), MissingTool::Lacks { kind: "filter", name: "scale" });
    }
}
