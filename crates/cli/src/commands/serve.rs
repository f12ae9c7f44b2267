//! `outro serve`: the site, and the workers for its jobs, unless these are `outro worker`'s.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use outro_app::{App, finding};
use outro_http::{Config, Listening, Peer, Server, router};
use tokio::sync::watch;

use crate::boot::{Booted, boot};
use crate::demo;
use crate::fail::{Fail, say};
use crate::process::{listen, listen_for_metrics, log, tell_metrics, told_to_stop, work};
use crate::settings::{Flags, Settings};

/// How long requests that are under way may take when the server stops.
const LAST_REQUESTS: Duration = Duration::from_secs(10);

/// What `serve` takes.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    flags: Flags,
    /// For development: codes go to /dev/outbox instead of a gateway.
    #[arg(long)]
    dev: bool,
    /// Fills an empty server with demo content.
    #[arg(long)]
    demo: bool,
}

/// Serves until it is told to stop.
pub(crate) async fn run(args: Args) -> Result<ExitCode, Fail> {
    let settings = args.flags.resolve()?;
    if !settings.workers && settings.shared_database().is_none() {
        return Err(Fail::new(
            "OUTRO_WORKERS off: on SQLite nobody else could do the jobs; PostgreSQL takes outro worker",
        ));
    }
    let spans = log(&settings)?;
    // The port is taken first: a second server must not touch the folder of the first.
    let listener = listen("--listen", settings.listen).await?;
    let for_metrics = listen_for_metrics(&settings).await?;
    let Booted { app, lock } = boot(&settings, args.dev).await?;
    let (stop, stopped) = watch::channel(false);
    let mut workers = if settings.workers { work(&app, &stopped).await? } else { vec![] };
    workers.push(tokio::spawn(finding::keep(app.clone(), stopped.clone())));
    if args.demo {
        demo::begin(&app, args.dev).await;
    }
    greet(&settings, &app, args.dev);
    tell_metrics(for_metrics, &app, &stopped);
    let server = Server { app, config: Arc::new(config(settings, args.dev)) };
    let service = router(server).into_make_service_with_connect_info::<Peer>();
    let serving = axum::serve(Listening::from(listener), service).with_graceful_shutdown(told_to_stop(stop));
    let mut late = stopped.clone();
    tokio::select! {
        served = serving.into_future() => served?,
        () = async { let _ = late.wait_for(|stop| *stop).await; tokio::time::sleep(LAST_REQUESTS).await } => {}
    }
    for worker in workers {
        worker.await?;
    }
    drop(lock);
    if let Some(spans) = spans {
        spans.end().await;
    }
    Ok(ExitCode::SUCCESS)
}

fn greet(settings: &Settings, app: &App, dev: bool) {
    say(format_args!("Outro is at {}", settings.public_url));
    if app.courier.outbox().is_some() {
        say(format_args!("Codes go to {}/dev/outbox (no gateway is set)", settings.public_url));
    } else if !app.courier.works() {
        say(
            "No gateway for text messages is set (OUTRO_SMS_URL): no phone can be linked, and leaving takes the password",
        );
    }
    if dev {
        say("Development pages are on (--dev): do not use this for people");
    }
}

fn config(settings: Settings, dev: bool) -> Config {
    let Settings { public_url, site_name, contact, trusted_proxies, .. } = settings;
    Config { public_url, site_name, contact, dev, trusted_proxies }
}
