//! `outro worker`: jobs and housekeeping alone, beside servers on one PostgreSQL.

use std::process::ExitCode;

use tokio::sync::watch;

use crate::boot;
use crate::fail::{Fail, say};
use crate::process::{listen_for_metrics, log, tell_metrics, told_to_stop, work};
use crate::settings::Flags;

/// Works until it is told to stop. What runs then is handed back, and another worker does it.
pub(crate) async fn run(flags: Flags) -> Result<ExitCode, Fail> {
    let settings = flags.resolve()?;
    if settings.shared_database().is_none() {
        return Err(Fail::new(
            "outro worker works beside outro serve on one PostgreSQL (OUTRO_DATABASE_URL): on SQLite outro serve does all of it",
        ));
    }
    if !settings.public_url_is_given {
        // Receipts and codes name the host: it must be the one that the servers are known by.
        return Err(Fail::new("OUTRO_PUBLIC_URL: give the address that people reach the servers at"));
    }
    let spans = log(&settings)?;
    let for_metrics = listen_for_metrics(&settings).await?;
    let app = boot::boot_worker(&settings).await?;
    let (stop, stopped) = watch::channel(false);
    let workers = work(&app, &stopped).await?;
    say(format_args!("Outro works on the jobs of {}", settings.public_url));
    tell_metrics(for_metrics, &app, &stopped);
    told_to_stop(stop).await;
    for worker in workers {
        worker.await?;
    }
    if let Some(spans) = spans {
        spans.end().await;
    }
    Ok(ExitCode::SUCCESS)
}
