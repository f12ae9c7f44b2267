//! `outro keys`.

use std::process::ExitCode;
use std::sync::Arc;

use outro_model::SystemClock;
use outro_vault::SystemRandom;

use crate::boot::open_vault;
use crate::fail::{Fail, say};
use crate::folder::Folder;
use crate::settings::Flags;

/// What can be done with keys.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Replaces the root key: every key is wrapped anew, older copies of the keyring open nothing any more.
    /// A server does so by itself daily.
    Rotate(Flags),
}

/// Runs the command.
pub(crate) async fn run(Command::Rotate(flags): Command) -> Result<ExitCode, Fail> {
    let settings = flags.resolve()?;
    let folder = Folder::open(&settings.data)?;
    let vault = open_vault(&settings, &folder, Arc::new(SystemClock), Arc::new(SystemRandom), false).await?;
    let rotation = vault.rotate_root().await?;
    say(format_args!("The root key is replaced; {} keys are wrapped anew", rotation.rewrapped));
    Ok(ExitCode::SUCCESS)
}
