//! `outro serve`: the site, and the workers for its jobs.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use outro_app::{App, AppRunner, finding, housekeeping};
use outro_http::{Config, Listening, Peer, Server, metrics, router};
use outro_jobs::Lane;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tracing_subscriber::EnvFilter;

use crate::boot::{Booted, boot};
use crate::demo;
use crate::fail::{Fail, say};
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
    log();
    // The port is taken first: a second server must not touch the folder of the first.
    let listener = listen("--listen", settings.listen).await?;
    let for_metrics = match settings.metrics_listen {
        Some(address) => Some(listen("--metrics-listen", address).await?),
        None => None,
    };
    let Booted { app, lock } = boot(&settings, args.dev).await?;
    housekeeping::schedule(&app).await?;
    let (stop, stopped) = watch::channel(false);
    let mut workers = work(&app, &stopped);
    workers.push(tokio::spawn(finding::keep(app.clone(), stopped.clone())));
    if args.demo {
        demo::begin(&app, args.dev).await;
    }
    greet(&settings, &app, args.dev);
    if let Some(listener) = for_metrics {
        tokio::spawn(tell_metrics(listener, app.clone(), stopped.clone()));
    }
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
    Ok(ExitCode::SUCCESS)
}

async fn listen(flag: &str, address: SocketAddr) -> Result<TcpListener, Fail> {
    TcpListener::bind(address).await.map_err(|error| match error.kind() {
        std::io::ErrorKind::AddrInUse => {
            Fail::new(format!("{address} is taken by another program: give another by {flag}"))
        }
        _ => Fail::new(format!("{address} cannot be listened at: {error}")),
    })
}

/// Tells metrics until the server stops.
async fn tell_metrics(listener: TcpListener, app: App, mut stopped: watch::Receiver<bool>) {
    let stop = async move {
        let _ = stopped.wait_for(|stop| *stop).await;
    };
    if let Err(error) = axum::serve(listener, metrics(app)).with_graceful_shutdown(stop).await {
        tracing::error!(%error, "metrics are not told any more");
    }
}

fn log() {
    let filter = EnvFilter::try_from_env("OUTRO_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).json().init();
    // What a panic says may hold what somebody wrote: where it was is enough.
    std::panic::set_hook(Box::new(|panic| {
        let at = panic.location().map(ToString::to_string);
        tracing::error!(at, "a bug: a task has panicked");
    }));
}

/// Two workers for what is short, one for encodes: ffmpeg uses all cores by itself. One for what nobody waits for.
fn work(app: &App, stopped: &watch::Receiver<bool>) -> Vec<tokio::task::JoinHandle<()>> {
    let lanes = [Lane::Prompt, Lane::Prompt, Lane::Encode, Lane::Archive, Lane::Idle];
    let worker = |lane| {
        let (app, stopped) = (app.clone(), stopped.clone());
        tokio::spawn(async move { app.queue.work(lane, &AppRunner(app.clone()), stopped).await })
    };
    lanes.map(worker).into()
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
    if let Some(address) = settings.metrics_listen {
        say(format_args!("Metrics are at http://{address}/metrics"));
    }
    if dev {
        say("Development pages are on (--dev): do not use this for people");
    }
}

fn config(settings: Settings, dev: bool) -> Config {
    let Settings { public_url, site_name, contact, trusted_proxies, .. } = settings;
    Config { public_url, site_name, contact, dev, trusted_proxies }
}

/// Returns at SIGTERM or SIGINT, and tells the workers.
async fn told_to_stop(stop: watch::Sender<bool>) {
    let interrupted = tokio::signal::ctrl_c();
    match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(mut terminated) => {
            tokio::select! {
                _ = interrupted => {}
                _ = terminated.recv() => {}
            }
        }
        Err(_) => {
            let _ = interrupted.await;
        }
    }
    stop.send_replace(true);
}
