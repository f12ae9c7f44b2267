//! `outro media-plan`: what ffmpeg would be told, for benchmarks and for whoever asks why.

use std::fs::File;
use std::path::PathBuf;
use std::process::ExitCode;

use outro_media::{ToolSettings, Tools};
use outro_model::Reframe;

use crate::fail::{Fail, say};

/// What `media-plan` takes.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// A video.
    file: PathBuf,
    /// `fit`, `crop` or `follow`.
    #[arg(long, default_value = "fit")]
    reframe: String,
}

/// Prints the arguments as a JSON list.
pub(crate) async fn run(args: Args) -> Result<ExitCode, Fail> {
    let reframe: Reframe = args.reframe.parse().map_err(|_| Fail::new("--reframe: give fit, crop or follow"))?;
    let file = File::open(&args.file).map_err(|error| Fail::new(format!("{}: {error}", args.file.display())))?;
    let tools = Tools::find(&ToolSettings::default())?;
    let plan = outro_app::video::plan_args(&tools, &file, reframe).await?;
    say(serde_json::to_string(&plan)?);
    Ok(ExitCode::SUCCESS)
}
