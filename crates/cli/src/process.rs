//! What `serve` and `worker` have in common: the log, the listener for metrics, the workers, the end.

use std::net::SocketAddr;

use outro_app::{App, AppRunner, housekeeping};
use outro_http::metrics;
use outro_jobs::Lane;
use outro_model::SPANS;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _};

use crate::fail::{Fail, say};
use crate::settings::Settings;
use crate::spans::Spans;

/// Begins the log on standard error, a JSON object a line, and spans where they are set.
pub(crate) fn log(settings: &Settings) -> Result<Option<Spans>, Fail> {
    let filter = EnvFilter::try_from_env("OUTRO_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let spans = settings.spans.as_ref().map(Spans::begin).transpose()?;
    match &spans {
        None => tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).json().init(),
        Some(spans) => {
            let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).json().with_filter(filter);
            // Nothing that the library could add by itself: no line of source, no thread, no event of the log.
            let told = tracing_opentelemetry::layer().with_tracer(spans.tracer()).with_location(false);
            let told = told.with_threads(false).with_target(false).with_level(false).with_tracked_inactivity(false);
            let told = told.with_filter(Targets::new().with_target(SPANS, LevelFilter::TRACE));
            tracing_subscriber::registry().with(lines).with(told).init();
        }
    }
    // What a panic says may hold what somebody wrote: where it was is enough.
    std::panic::set_hook(Box::new(|panic| {
        let at = panic.location().map(ToString::to_string);
        tracing::error!(at, "a bug: a task has panicked");
    }));
    Ok(spans)
}

/// Takes a port.
pub(crate) async fn listen(flag: &str, address: SocketAddr) -> Result<TcpListener, Fail> {
    TcpListener::bind(address).await.map_err(|error| match error.kind() {
        std::io::ErrorKind::AddrInUse => {
            Fail::new(format!("{address} is taken by another program: give another by {flag}"))
        }
        _ => Fail::new(format!("{address} cannot be listened at: {error}")),
    })
}

/// The port for metrics, where one was given.
pub(crate) async fn listen_for_metrics(settings: &Settings) -> Result<Option<TcpListener>, Fail> {
    match settings.metrics_listen {
        Some(address) => listen("--metrics-listen", address).await.map(Some),
        None => Ok(None),
    }
}

/// Tells metrics there until the process stops.
pub(crate) fn tell_metrics(listener: Option<TcpListener>, app: &App, stopped: &watch::Receiver<bool>) {
    let Some(listener) = listener else { return };
    if let Ok(address) = listener.local_addr() {
        say(format_args!("Metrics are at http://{address}/metrics"));
    }
    let (service, mut stopped) = (metrics(app.clone()), stopped.clone());
    let stop = async move {
        let _ = stopped.wait_for(|stop| *stop).await;
    };
    tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, service).with_graceful_shutdown(stop).await {
            tracing::error!(%error, "metrics are not told any more");
        }
    });
}

/// Works on jobs until the process stops: two workers for what is short, one for encodes, since ffmpeg uses all cores by
/// itself, one for archives, one for what nobody waits for. What is to be done every hour is one of the jobs.
pub(crate) async fn work(app: &App, stopped: &watch::Receiver<bool>) -> Result<Vec<JoinHandle<()>>, Fail> {
    housekeeping::schedule(app).await?;
    let lanes = [Lane::Prompt, Lane::Prompt, Lane::Encode, Lane::Archive, Lane::Idle];
    let worker = |lane| {
        let (app, stopped) = (app.clone(), stopped.clone());
        tokio::spawn(async move { app.queue.work(lane, &AppRunner(app.clone()), stopped).await })
    };
    Ok(lanes.map(worker).into())
}

/// Returns at SIGTERM or SIGINT, and tells the workers.
pub(crate) async fn told_to_stop(stop: watch::Sender<bool>) {
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
