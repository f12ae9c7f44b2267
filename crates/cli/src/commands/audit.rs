//! `outro audit`.

use std::ffi::OsString;
use std::fs;
use std::io::{Read as _, stdin, stdout};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use outro_app::audit::{self, PostgresFiles, Wanted};
use outro_app::finding;
use outro_audit::{Holder, Kind, Needle, Report, Verdict, read_texts};
use outro_vault::SystemRandom;

use crate::HOLD;
use crate::boot::beside;
use crate::fail::{Fail, say};
use crate::settings::{Flags, Settings};

/// What `audit` takes. No text that is looked for: others see command lines.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// A file of texts of people who are gone, one a line; `-` for standard input.
    #[arg(long)]
    needles: Option<PathBuf>,
    /// A log, or a folder of logs; packed ones too. As often as there are some.
    #[arg(long)]
    logs: Vec<PathBuf>,
    /// A folder of backups. As often as there are some.
    #[arg(long)]
    backups: Vec<PathBuf>,
    /// The number of a running server whose memory is searched for keys that were destroyed since --keyring-copy was made,
    /// and its files without a name for texts too. It takes the right to trace that process.
    #[arg(long)]
    pid: Option<u32>,
    /// The data directory of PostgreSQL, where it may not be asked for.
    #[arg(long)]
    postgres_data: Option<PathBuf>,
    /// Leaves the files of PostgreSQL out: its machine is another one, or another's.
    #[arg(long, conflicts_with = "postgres_data")]
    no_postgres_files: bool,
    /// Where a folder for what is planted is made, and removed again; the system's temporary folder when not given.
    #[arg(long)]
    scratch: Option<PathBuf>,
    /// Says it as JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    flags: Flags,
}

const RESIDUE: u8 = 1;
const NOT_VOUCHED: u8 = 2;

/// Runs the command: 0 when nothing was found, 1 when something was, 2 when nothing can be vouched for.
pub(crate) async fn run(args: Args) -> ExitCode {
    let json = args.json;
    match look(args).await {
        Ok(report) => {
            say(if json { report.json().to_string() } else { report.text() });
            match report.verdict() {
                Verdict::Clean => ExitCode::SUCCESS,
                Verdict::Residue => ExitCode::from(RESIDUE),
                Verdict::NotVouched => ExitCode::from(NOT_VOUCHED),
            }
        }
        Err(fail) => {
            fail.say();
            ExitCode::from(NOT_VOUCHED)
        }
    }
}

/// Holds positives in memory for an audit: by what comes in, until nothing does.
pub(crate) fn hold() -> ExitCode {
    match outro_audit::hold(stdin(), stdout()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

async fn look(args: Args) -> Result<Report, Fail> {
    let settings = args.flags.clone().resolve()?;
    let wanted = wanted(args, &settings)?;
    let mut report = audit::files(&wanted, &SystemRandom)?;
    if !report.missed.is_empty() {
        return Ok(report);
    }
    let app = beside(&settings).await?;
    finding::build(&app).await?;
    report.add(audit::opened(&app, &wanted).await?);
    Ok(report)
}

fn wanted(args: Args, settings: &Settings) -> Result<Wanted, Fail> {
    let keyring = settings.keyring_url.is_some() || settings.data.join("keyring/keyring.db").is_file();
    if !settings.data.join("blobs").is_dir() || !keyring {
        return Err(Fail::new(format!("{}: no server has kept anything here (--data DIR)", settings.data.display())));
    }
    let texts = args.needles.as_deref().map_or(Ok(vec![]), read)?;
    let holder = Holder { program: std::env::current_exe()?, args: vec![OsString::from(HOLD)] };
    Ok(Wanted {
        texts,
        keyring_copy: settings.keyring_copy.clone(),
        data: fs::canonicalize(&settings.data)?,
        owned: [Some(&settings.root_key_file), settings.keyring_copy.as_ref()]
            .into_iter()
            .flatten()
            .map(whole)
            .collect(),
        databases: [(Kind::Database, &settings.database_url), (Kind::Keyring, &settings.keyring_url)]
            .into_iter()
            .filter_map(|(kind, url)| Some((kind, whole(&sqlite(url.as_deref()?)?))))
            .collect(),
        logs: args.logs.iter().map(whole).collect(),
        backups: args.backups.iter().map(whole).collect(),
        process: args.pid.map(|pid| (pid, holder)),
        postgres: match (args.postgres_data, args.no_postgres_files) {
            (Some(folder), _) => PostgresFiles::At(folder),
            (None, true) => PostgresFiles::LeftOut,
            (None, false) => PostgresFiles::Asked,
        },
        scratch: args.scratch.unwrap_or_else(std::env::temp_dir),
    })
}

/// One way to name a place, so that places can be compared. What is not there is said later.
fn whole(path: &PathBuf) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.clone())
}

/// The file of a database, where it is one.
fn sqlite(url: &str) -> Option<PathBuf> {
    let is_server = url.starts_with("postgres://") || url.starts_with("postgresql://");
    (!is_server).then(|| PathBuf::from(url.strip_prefix("sqlite:").unwrap_or(url)))
}

fn read(from: &Path) -> Result<Vec<Needle>, Fail> {
    let (mut text, name) = (String::new(), from.display());
    let read = if from == Path::new("-") {
        stdin().read_to_string(&mut text).map(|_| ())
    } else {
        fs::read_to_string(from).map(|read| text = read)
    };
    read.map_err(|error| Fail::new(format!("--needles {name}: {}", error.kind())))?;
    let texts = read_texts(&text).map_err(|(line, bad)| Fail::new(format!("--needles {name}: line {line}: {bad}")))?;
    if texts.is_empty() {
        return Err(Fail::new(format!("--needles {name}: there is no text in it")));
    }
    Ok(texts)
}
