//! `outro import`. It may be run beside a server, which makes the videos.

use std::io::{BufRead as _, Read as _};
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use outro_app::{App, AppError, AppRunner, Origin, Signed, account, authenticate, bring};
use outro_jobs::Lane;

use crate::boot::beside;
use crate::fail::{Fail, say};
use crate::settings::Flags;

/// How much of the file is read at once.
const PIECE: usize = 1 << 20;

/// Brings an archive in that was taken along elsewhere, into an account that has no videos yet.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The archive, as it was downloaded.
    file: PathBuf,
    /// The handle of the account that it goes into. Its password is read from OUTRO_PASSWORD, or else from standard input.
    #[arg(long)]
    handle: String,
    #[command(flatten)]
    flags: Flags,
}

/// Runs the command. What it says names nobody.
pub(crate) async fn run(args: Args) -> Result<ExitCode, Fail> {
    let Args { file, handle, flags } = args;
    let app = beside(&flags.resolve()?).await?;
    let signed = sign_in(&app, &handle).await?;
    let brought = bring_in(&app, &signed, &file).await;
    account::sign_out(&app, &signed).await.map_err(explain)?;
    brought
}

async fn sign_in(app: &App, handle: &str) -> Result<Signed, Fail> {
    let password = password()?;
    let origin = Origin { address: Ipv4Addr::LOCALHOST.into() };
    let token = account::sign_in(app, handle, &password, "outro import", &origin).await.map_err(explain)?;
    authenticate(app, &token).await.map_err(explain)?.ok_or_else(|| Fail::new("the account is gone"))
}

fn password() -> Result<String, Fail> {
    if let Ok(password) = std::env::var("OUTRO_PASSWORD") {
        return Ok(password);
    }
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

async fn bring_in(app: &App, signed: &Signed, file: &Path) -> Result<ExitCode, Fail> {
    let mut file = std::fs::File::open(file).map_err(|error| Fail::new(format!("the file: {error}")))?;
    let mut incoming = bring::begin(app, signed, Some(file.metadata()?.len())).await.map_err(explain)?;
    let mut piece = vec![0; PIECE];
    loop {
        let count = file.read(&mut piece)?;
        if count == 0 {
            break;
        }
        if let Err(error) = incoming.write(&piece[..count]).await {
            incoming.abandon().await;
            return Err(explain(error));
        }
    }
    incoming.finish().await.map_err(explain)?;
    let runner = AppRunner(app.clone());
    loop {
        // Whoever comes first does it: this process, or a server beside it.
        while app.queue.work_once(Lane::Archive, &runner).await? {}
        let found = bring::list(app, signed).await.map_err(explain)?.into_iter().next();
        let found = found.ok_or_else(|| Fail::new("the archive is gone"))?;
        match (found.state.word(), found.failure) {
            ("done", _) => {
                say(format!("All is here: {} videos, which the server makes ready now.", found.videos));
                return Ok(ExitCode::SUCCESS);
            }
            ("refused", why) => {
                let why = why.unwrap_or_default();
                return Err(Fail::new(format!("the archive is refused ({why}); nothing of it was brought in")));
            }
            _ => tokio::time::sleep(Duration::from_millis(500)).await,
        }
    }
}

fn explain(error: AppError) -> Fail {
    Fail::new(match error {
        AppError::Refused(refusal) => refusal.detail,
        error => error.to_string(),
    })
}
