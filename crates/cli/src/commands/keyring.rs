//! `outro keyring`.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use outro_db::Db;
use outro_model::SystemClock;
use outro_vault::{RootFile, SystemRandom, VaultError, restore_keyring};

use crate::boot::open_vault;
use crate::fail::{Fail, say};
use crate::folder::Folder;
use crate::settings::Flags;

/// What can be done with the keyring.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Writes a copy of the keyring. It opens beside the root key alone, and only until that is replaced: make
    /// it anew every day, and keep it apart from the root key.
    Backup {
        /// The file of the copy; it is replaced as a whole.
        #[arg(long)]
        to: PathBuf,
        #[command(flatten)]
        flags: Flags,
    },
    /// Puts a copy back into an empty keyring.
    Restore {
        /// The file of the copy.
        #[arg(long)]
        from: PathBuf,
        #[command(flatten)]
        flags: Flags,
    },
}

/// Runs the command.
pub(crate) async fn run(command: Command) -> Result<ExitCode, Fail> {
    match command {
        Command::Backup { to, flags } => {
            let settings = flags.resolve()?;
            let folder = Folder::open(&settings.data)?;
            let vault = open_vault(&settings, &folder, Arc::new(SystemClock), Arc::new(SystemRandom), false).await?;
            vault.copy_keyring(&to).await.map_err(|error| match error {
                VaultError::RotationRunning => Fail::new(
                    "the root key is being replaced: try again in a moment; if that was cut off, run outro keys rotate",
                ),
                error => error.into(),
            })?;
            say(format_args!("{}: it opens until the root key is replaced, within a day", to.display()));
        }
        Command::Restore { from, flags } => {
            let settings = flags.resolve()?;
            let folder = Folder::open(&settings.data)?;
            let db = Db::open(&settings.keyring_url.clone().unwrap_or_else(|| folder.keyring())).await?;
            let made = restore_keyring(&from, &RootFile::at(&settings.root_key_file), &db).await;
            let made = made.map_err(|error| match error {
                VaultError::UnknownRoot => {
                    Fail::new("the root key was replaced since this copy was made: it opens nothing any more")
                }
                error => error.into(),
            })?;
            say(format_args!("The keyring is as it was at {}", made.rfc3339()));
        }
    }
    Ok(ExitCode::SUCCESS)
}
