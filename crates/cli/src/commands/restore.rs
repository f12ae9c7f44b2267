//! `outro restore`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use outro_app::backup::{self, About, Backups, Target};
use outro_model::SystemClock;
use outro_vault::SystemRandom;

use super::backup::{pace, split};
use crate::boot::{open_blobs, open_database, open_vault};
use crate::fail::{Fail, say};
use crate::folder::Folder;
use crate::settings::{Flags, Settings};

/// What `restore` takes. `--data` names the new folder.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The folder of backups, of which the newest is taken; or the folder of one in it.
    #[arg(long)]
    from: PathBuf,
    #[command(flatten)]
    flags: Flags,
}

/// Stands in the new folder until all is put back: the same command then goes on.
const MARK: &str = "restoring";
/// What may stand in the new folder before: the keyring and the root key are put there first.
const BEFORE: [&str; 3] = ["keyring", "root", MARK];

/// Runs the command.
pub(crate) async fn run(args: Args) -> Result<ExitCode, Fail> {
    let settings = args.flags.resolve()?;
    keyring_is_there(&settings)?;
    empty(&settings.data)?;
    // Before anything else is made there: whoever is stopped after the first file goes on by the same command.
    let mark = settings.data.join(MARK);
    set_out(&mark)?;
    let (from, name) = split(&args.from);
    let folder = Folder::open(&settings.data)?;
    let lock = folder.lock()?;
    let (clock, random) = (Arc::new(SystemClock), Arc::new(SystemRandom));
    let vault = open_vault(&settings, &folder, clock.clone(), random.clone(), false).await?;
    let db = open_database(&settings, &folder).await?;
    let blobs = open_blobs(&settings, &folder, &db, random).await?;
    let began = Instant::now();
    let name = begin(&mark, name, || Ok(Backups::open(from, &vault, false)?.find(name)?))?;
    let target = Target { db: &db, blobs: &blobs, vault: &vault, clock: &*clock };
    let restored = backup::restore(&target, from, Some(&name)).await?;
    fs::remove_file(mark).map_err(|error| Fail::new(format!("{MARK}: {error}")))?;
    drop(lock);
    say(format_args!(
        "{}: {} rows, {} objects; {}",
        restored.about.folder.display(),
        restored.rows,
        restored.objects,
        pace(restored.bytes, began)
    ));
    if restored.left > 0 {
        say(format_args!("{} objects of people who were erased since stayed behind", restored.left));
    }
    say(
        "Start outro serve: before it answers, it erases again who has left since the backup. Everybody has to sign in again.",
    );
    Ok(ExitCode::SUCCESS)
}

/// Leaves the mark, empty as long as it is not known which backup is put back.
fn set_out(mark: &Path) -> Result<(), Fail> {
    let folder = mark.parent().map_or(Ok(()), fs::create_dir_all);
    let made = folder.and_then(|()| fs::OpenOptions::new().create(true).append(true).open(mark));
    made.map(drop).map_err(|error| Fail::new(format!("{MARK}: {error}")))
}

/// Which backup is put back: the one that was begun here, if one was.
fn begin(mark: &Path, given: Option<&str>, find: impl FnOnce() -> Result<About, Fail>) -> Result<String, Fail> {
    let begun = fs::read_to_string(mark).unwrap_or_default();
    match given {
        Some(given) if !begun.is_empty() && given != begun => {
            return Err(Fail::new(format!("{begun} was begun here: go on with that one, or take an empty folder")));
        }
        _ if !begun.is_empty() => return Ok(begun),
        _ => {}
    }
    let found = find()?.folder;
    let name = found.file_name().unwrap_or_default().to_string_lossy().into_owned();
    fs::write(mark, &name).map_err(|error| Fail::new(format!("{MARK}: {error}")))?;
    Ok(name)
}

/// Without the keyring nothing of a backup opens; a new one must not be made by mistake.
fn keyring_is_there(settings: &Settings) -> Result<(), Fail> {
    let place = settings.data.join("keyring/keyring.db");
    let missing = settings.keyring_url.is_none() && !place.is_file();
    if missing || !settings.root_key_file.is_file() {
        return Err(Fail::new(
            "the keyring or its root key is not there: put both in place first (outro keyring restore), or name them by \
             --keyring-url and --root-key-file",
        ));
    }
    Ok(())
}

/// The new folder holds nothing, or what a restore that was cut off has begun.
fn empty(data: &Path) -> Result<(), Fail> {
    let Ok(entries) = fs::read_dir(data) else { return Ok(()) };
    let names: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.file_name())).collect();
    if names.iter().any(|name| name == MARK) || names.iter().all(|name| BEFORE.iter().any(|known| name == known)) {
        Ok(())
    } else {
        Err(Fail::new(format!("{}: not empty; a backup is put into a new folder (--data NEW)", data.display())))
    }
}
