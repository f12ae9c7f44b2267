//! `outro backup`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use outro_app::App;
use outro_app::backup::{self, Backups};

use crate::boot::beside;
use crate::fail::{Fail, say};
use crate::settings::Flags;

/// What `backup` takes.
#[derive(clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Args {
    /// The folder of backups; made when it is not there.
    #[arg(long)]
    to: Option<PathBuf>,
    #[command(flatten)]
    flags: Flags,
    #[command(subcommand)]
    command: Option<Command>,
}

/// What can be done with backups.
#[derive(clap::Subcommand)]
enum Command {
    /// Lists the backups of a folder.
    List(In),
    /// Reads a backup through, the newest by default: every row, every object.
    Verify(In),
    /// Removes backups that have ended, and objects that no backup holds.
    Prune(In),
}

/// Which folder.
#[derive(clap::Args)]
struct In {
    /// The folder of backups, or the folder of one in it.
    folder: PathBuf,
    #[command(flatten)]
    flags: Flags,
}

/// Runs the command.
pub(crate) async fn run(args: Args) -> Result<ExitCode, Fail> {
    match args.command {
        None => {
            let to = args.to.ok_or_else(|| Fail::new("give the folder of backups by --to DIR"))?;
            take(args.flags, &to).await
        }
        Some(Command::List(In { folder, flags })) => list(&beside(&flags.resolve()?).await?, &folder).await,
        Some(Command::Verify(In { folder, flags })) => verify(&beside(&flags.resolve()?).await?, &folder).await,
        Some(Command::Prune(In { folder, flags })) => prune(&beside(&flags.resolve()?).await?, &folder).await,
    }
}

async fn take(flags: Flags, to: &Path) -> Result<ExitCode, Fail> {
    let settings = flags.resolve()?;
    let app = beside(&settings).await?;
    let began = Instant::now();
    let taken = backup::take(&app, to, settings.backup_days).await?;
    say(format_args!(
        "{}: {} rows, {} objects, {} of them copied now; {}; it opens until {}",
        taken.about.folder.display(),
        taken.rows,
        taken.objects,
        taken.copied,
        pace(taken.bytes, began),
        taken.about.ends_at.rfc3339()
    ));
    if taken.missing > 0 {
        return Err(Fail::new(format!(
            "{} objects are not where they should be: the data folder is damaged",
            taken.missing
        )));
    }
    Ok(ExitCode::SUCCESS)
}

async fn list(app: &App, folder: &Path) -> Result<ExitCode, Fail> {
    for about in Backups::open(folder, &app.vault, false)?.list()? {
        let opens = app.vault.backup(about.id).await?.is_some();
        let state = if opens { format!("opens until {}", about.ends_at.rfc3339()) } else { "has ended".to_owned() };
        let name = about.folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        say(format_args!("{name}  taken {}, {state}", about.taken_at.rfc3339()));
    }
    Ok(ExitCode::SUCCESS)
}

async fn verify(app: &App, folder: &Path) -> Result<ExitCode, Fail> {
    let (folder, name) = split(folder);
    let place = Backups::open(folder, &app.vault, false)?;
    let (about, began) = (place.find(name)?, Instant::now());
    let found = backup::verify(app, &place, &about).await?;
    say(format_args!(
        "{} is whole: {} rows, {} objects; {}",
        about.folder.display(),
        found.rows,
        found.objects,
        pace(found.bytes, began)
    ));
    Ok(ExitCode::SUCCESS)
}

async fn prune(app: &App, folder: &Path) -> Result<ExitCode, Fail> {
    let pruned = backup::prune(app, &Backups::open(folder, &app.vault, false)?).await?;
    say(format_args!("Removed: {} backups, {} objects, {} bytes", pruned.backups, pruned.objects, pruned.bytes));
    Ok(ExitCode::SUCCESS)
}

/// The folder of backups, and the name of one where that was given.
pub(super) fn split(given: &Path) -> (&Path, Option<&str>) {
    let parent = given.parent().filter(|_| given.join("about").is_file());
    parent.map_or((given, None), |parent| (parent, given.file_name().and_then(|name| name.to_str())))
}

/// How much in how long.
pub(super) fn pace(bytes: u64, began: Instant) -> String {
    let seconds = began.elapsed().as_secs_f64();
    let megabytes = bytes as f64 / 1e6;
    format!("{megabytes:.1} MB in {seconds:.2} s ({:.0} MB/s)", megabytes / seconds.max(0.001))
}
