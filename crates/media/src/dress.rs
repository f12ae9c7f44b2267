//! What is shown of a rendition in its place: its cover in fewer bytes, in hardly any, and a few seconds in motion.

use crate::child::{Order, run};
use crate::error::RunError;
use crate::limits::Limits;
use crate::plan::{OUTPUT, SECOND, owned, packed};
use crate::probe::{INPUT, input_args, probe};
use crate::run::Outcome;
use crate::scratch::Scratch;
use crate::thumbhash::{MOST_SIDE, thumbhash};
use crate::tools::{StillEncoder, Tools};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::ops::ControlFlow;
use std::path::Path;

/// What was made of a cover.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stills {
    /// Whether there is an AVIF; else this ffmpeg makes none.
    pub avif: bool,
    /// A ThumbHash, at most 28 bytes.
    pub placeholder: Vec<u8>,
}

/// Makes the AVIF of `cover`, a JPEG as made by [`cover`](crate::cover()), in `avif`, which is then at its first byte, and
/// its placeholder. `size` is the cover's, in pixels.
///
/// # Errors
/// [`RunError`] when they could not be made.
pub async fn stills(
    tools: &Tools,
    cover: &File,
    mut avif: File,
    size: (u32, u32),
    limits: &Limits,
) -> Result<Stills, RunError> {
    let tiny = tiny(size);
    // Some thousand bytes: the folder is not used.
    let pixels = Scratch::new(0, Path::new("/"))?;
    let encoder = tools.still().await;
    let args = still_args(encoder, tiny);
    let more: &[&File] = if encoder.is_some() { &[&avif] } else { &[] };
    make(tools, &args, cover, (pixels.file(), more), limits).await?;
    let mut bytes = Vec::new();
    pixels.rewind()?;
    pixels.file().read_to_end(&mut bytes)?;
    let placeholder = thumbhash(tiny.0 as usize, tiny.1 as usize, &bytes);
    avif.seek(SeekFrom::Start(0))?;
    let placeholder = placeholder.ok_or(RunError::Tool { what: "no placeholder", code: None })?;
    Ok(Stills { avif: avif.metadata()?.len() > 0, placeholder })
}

/// As small as a placeholder is made of.
fn tiny((width, height): (u32, u32)) -> (u32, u32) {
    let longest = width.max(height).max(1);
    let side = |side: u32| (side * MOST_SIDE / longest).clamp(1, MOST_SIDE);
    (side(width), side(height))
}

fn still_args(encoder: Option<StillEncoder>, (width, height): (u32, u32)) -> Vec<String> {
    // JPEG knows but one matrix, and all values.
    let ours = "scale=in_color_matrix=bt601:in_range=pc:out_color_matrix=bt709:out_range=tv,format=yuv420p";
    let graph = match encoder {
        Some(_) => format!("[0:v]split=2[t][s];[t]scale={width}:{height}:flags=area,format=rgb24[p];[s]{ours}[v]"),
        None => format!("[0:v]scale={width}:{height}:flags=area,format=rgb24[p]"),
    };
    let mut args = owned(&["-hide_banner", "-nostdin", "-y", "-loglevel", "error"]);
    args.extend(owned(&["-protocol_whitelist", "file,pipe", "-f", "mjpeg", "-i", INPUT, "-filter_complex", &graph]));
    args.extend(owned(&["-map", "[p]", "-frames:v", "1", "-c:v", "rawvideo", "-f", "rawvideo", OUTPUT]));
    let Some(encoder) = encoder else { return args };
    args.extend(owned(&["-map", "[v]", "-frames:v", "1"]));
    args.extend(match encoder {
        StillEncoder::SvtAv1 => owned(&["-c:v", "libsvtav1", "-preset", "12", "-crf", "33", "-svtav1-params", "lp=1"]),
        StillEncoder::Aom => {
            owned(&["-c:v", "libaom-av1", "-still-picture", "1", "-usage", "allintra", "-cpu-used", "8", "-crf", "28"])
        }
    });
    args.extend(owned(&["-color_primaries", "bt709", "-color_trc", "bt709", "-colorspace", "bt709"]));
    args.extend(owned(&["-map_metadata", "-1", "-fflags", "+bitexact", "-flags:v", "+bitexact", "-f", "avif", SECOND]));
    args
}

/// The most that a preview is wide.
const PREVIEW_WIDTH: u32 = 270;
/// How long it is, in seconds.
const PREVIEW_SECONDS: f64 = 3.0;
/// From how long a rendition on a second of its beginning, of its middle and of its end stand for the whole.
const IN_PIECES: f64 = 9.0;

/// Makes the preview of `rendition` in `output`, which is then at its first byte: three seconds, small, slow to change,
/// without sound. Gives its size in pixels.
///
/// # Errors
/// [`RunError`] when none could be made.
pub async fn preview(
    tools: &Tools,
    rendition: File,
    mut output: File,
    made: &Outcome,
    limits: &Limits,
) -> Result<(u32, u32), RunError> {
    make(tools, &preview_args(made, tools.options().threads), &rendition, (&output, &[]), limits).await?;
    let found = probe(tools, &output, limits).await?;
    output.seek(SeekFrom::Start(0))?;
    Ok((found.width, found.height))
}

fn preview_args(made: &Outcome, threads: usize) -> Vec<String> {
    let seconds = made.duration.as_secs_f64();
    let pieces = if seconds >= IN_PIECES {
        vec![(seconds * 0.1, 1.0), (seconds * 0.45, 1.0), (seconds * 0.8, 1.0)]
    } else {
        vec![(0.0, PREVIEW_SECONDS)]
    };
    let width = made.width.min(PREVIEW_WIDTH) & !1;
    let mut args = owned(&["-hide_banner", "-nostdin", "-y", "-loglevel", "error"]);
    for (from, length) in &pieces {
        args.extend(input_args());
        args.extend(owned(&["-ss", &format!("{from:.3}"), "-t", &format!("{length:.3}"), "-i", INPUT]));
    }
    let piece = |at: usize| format!("[{at}:v:0]fps=12:round=up,scale={width}:-2:flags=bicubic,setsar=1[p{at}];");
    let names: String = (0..pieces.len()).map(|at| format!("[p{at}]")).collect();
    let graph = (0..pieces.len()).map(piece).collect::<String>() + &format!("{names}concat=n={}[v]", pieces.len());
    let threads = threads.to_string();
    args.extend(owned(&["-filter_complex", &graph, "-map", "[v]", "-an", "-c:v", "libx264", "-preset", "veryfast"]));
    args.extend(owned(&["-crf", "29", "-maxrate", "400k", "-bufsize", "800k", "-pix_fmt", "yuv420p"]));
    args.extend(owned(&[
        "-bsf:v",
        "filter_units=remove_types=6",
        "-flags:v",
        "+bitexact+cgop",
        "-threads:v",
        &threads,
    ]));
    args.extend(packed("4"));
    args.push(OUTPUT.to_owned());
    args
}

async fn make(
    tools: &Tools,
    args: &[String],
    input: &File,
    (output, more): (&File, &[&File]),
    limits: &Limits,
) -> Result<(), RunError> {
    let (caps, wall) = (limits.probe_caps(), limits.probe_wall);
    let order = Order { program: &tools.ffmpeg, args, input, beside: &[], output: Some(output), more, caps, wall };
    run(tools, order, &mut |_| ControlFlow::Continue(())).await?.judge("ffmpeg")
}
