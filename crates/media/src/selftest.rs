//! One tiny video through all of it, for `outro doctor`.

use crate::child::{Order, run};
use crate::error::RunError;
use crate::limits::Limits;
use crate::plan::{OUTPUT, Reframe, Scene, plan};
use crate::scratch::Scratch;
use crate::tools::Tools;
use std::ops::ControlFlow;
use std::path::Path;

/// Makes, probes, transcodes and covers a tiny video in the jail. It proves that the tools, the
/// jail and this machine go together.
///
/// # Errors
/// What a real video would meet.
pub async fn self_test(tools: &Tools) -> Result<(), RunError> {
    let limits = Limits::default();
    // Small enough for memory: the folder is not used.
    let scratch = || Scratch::new(0, Path::new("/"));
    let (sample, rendition, still) = (scratch()?, scratch()?, scratch()?);
    make_sample(tools, &sample, &limits).await?;
    let found = crate::probe(tools, sample.file(), &limits).await?;
    let plan = plan(&found, Reframe::Fit, &Scene::default(), &tools.options());
    let go_on = |_| ControlFlow::Continue(());
    crate::transcode(tools, sample.into_file(), rendition.try_clone()?, &plan, &limits, go_on).await?;
    crate::cover(tools, rendition.into_file(), still.into_file(), &limits).await?;
    Ok(())
}

async fn make_sample(tools: &Tools, sample: &Scratch, limits: &Limits) -> Result<(), RunError> {
    let args = [
        "-nostdin",
        "-y",
        "-loglevel",
        "error",
        "-f",
        "lavfi",
        "-i",
        "testsrc=size=192x108:rate=10:duration=0.5",
        "-f",
        "lavfi",
        "-i",
        "sine=duration=0.5",
        "-c:v",
        "libx264",
        "-pix_fmt",
        "yuv420p",
        "-c:a",
        "aac",
        "-f",
        "mp4",
        OUTPUT,
    ]
    .map(str::to_owned);
    let order = Order {
        program: &tools.ffmpeg,
        args: &args,
        input: sample.file(),
        beside: &[],
        output: Some(sample.file()),
        more: &[],
        caps: limits.transcode_caps(),
        wall: limits.probe_wall,
    };
    run(tools, order, &mut |_| ControlFlow::Continue(())).await?.judge("ffmpeg")
}
