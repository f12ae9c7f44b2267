//! A still for a finished rendition.

use crate::child::{Order, run};
use crate::error::RunError;
use crate::limits::Limits;
use crate::plan::OUTPUT;
use crate::probe::{INPUT, input_args};
use crate::tools::Tools;
use std::fs::File;
use std::io::{Seek, SeekFrom};
use std::ops::ControlFlow;
use std::time::Duration;

/// Where in the rendition a cover is looked for.
const SECONDS: &str = "4";
/// Leaves out frames that are nearly all black, then takes the most typical of the rest.
const CHOOSE: &str = "fps=8,blackframe=amount=0:threshold=40,\
metadata=mode=select:key=lavfi.blackframe.pblack:value=90:function=less,thumbnail=n=40,";
/// When all of it is dark, dark it is.
const FIRST: &str = "";
/// JPEG knows but one matrix, and all values.
const STILL: &str = "scale=in_color_matrix=bt709:out_color_matrix=bt601:out_range=pc,format=yuvj420p";

/// Writes a JPEG cover of `rendition`, as made by [`transcode`](crate::transcode), into `output`,
/// which is then at its first byte. Gives its length in bytes.
///
/// # Errors
/// [`RunError`] when none could be made.
pub async fn cover(tools: &Tools, rendition: File, mut output: File, limits: &Limits) -> Result<u64, RunError> {
    for choose in [CHOOSE, FIRST] {
        shoot(tools, &rendition, &output, choose, limits).await?;
        let bytes = output.metadata()?.len();
        if bytes > 0 {
            output.seek(SeekFrom::Start(0))?;
            return Ok(bytes);
        }
    }
    Err(RunError::Tool { what: "no cover", code: None })
}

/// Writes the picture of one moment as a cover, as [`cover`] does; where the rendition ends before, the one that `cover` chooses.
///
/// # Errors
/// As [`cover`].
pub async fn cover_at(
    tools: &Tools,
    rendition: File,
    mut output: File,
    at: Duration,
    limits: &Limits,
) -> Result<u64, RunError> {
    let mut args = args(FIRST);
    let input = args.iter().position(|arg| arg == "-t").unwrap_or_default();
    args.splice(input..input, ["-ss".to_owned(), format!("{:.3}", at.as_secs_f64())]);
    carry_out(tools, &rendition, &output, &args, limits).await?;
    let bytes = output.metadata()?.len();
    if bytes == 0 {
        return cover(tools, rendition, output, limits).await;
    }
    output.seek(SeekFrom::Start(0))?;
    Ok(bytes)
}

async fn shoot(tools: &Tools, rendition: &File, output: &File, choose: &str, limits: &Limits) -> Result<(), RunError> {
    carry_out(tools, rendition, output, &args(choose), limits).await
}

async fn carry_out(
    tools: &Tools,
    rendition: &File,
    output: &File,
    args: &[String],
    limits: &Limits,
) -> Result<(), RunError> {
    let order = Order {
        program: &tools.ffmpeg,
        args,
        input: rendition,
        beside: &[],
        output: Some(output),
        more: &[],
        caps: limits.probe_caps(),
        wall: limits.probe_wall,
    };
    run(tools, order, &mut |_| ControlFlow::Continue(())).await?.judge("ffmpeg")
}

fn args(choose: &str) -> Vec<String> {
    let graph = format!("[0:v:0]{choose}{STILL}[v]");
    let mut args: Vec<String> = ["-hide_banner", "-nostdin", "-y", "-loglevel", "error"].map(str::to_owned).to_vec();
    args.extend(input_args());
    args.extend(
        [
            "-t",
            SECONDS,
            "-i",
            INPUT,
            "-filter_complex",
            &graph,
            "-map",
            "[v]",
            "-frames:v",
            "1",
            "-c:v",
            "mjpeg",
            "-q:v",
            "4",
            "-map_metadata",
            "-1",
            "-fflags",
            "+bitexact",
            "-flags:v",
            "+bitexact",
            "-f",
            "mjpeg",
            OUTPUT,
        ]
        .map(str::to_owned),
    );
    args
}
