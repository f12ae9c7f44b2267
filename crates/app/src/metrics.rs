//! What whoever operates a server watches: counts and times, by templates of routes, kinds of jobs and lanes.
//! No label comes from a request or from a row about somebody: no path, id, handle or word can stand in one.

use std::fmt;
use std::sync::atomic::AtomicU64;
use std::time::{Duration, Instant};

use outro_jobs::{Lane, Outcome};
use outro_model::Timestamp;
use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use crate::{App, AppError};

/// The media type of what [`render`] gives (OpenMetrics 1.0, which Prometheus asks for).
pub const MEDIA_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Bounds of the times of answers, in seconds. 15 ms is the aim for a page, 6 ms the beat of a refusal.
const OF_ANSWERS: [f64; 11] = [0.001, 0.0025, 0.006, 0.010, 0.015, 0.025, 0.05, 0.1, 0.5, 2.5, 10.0];
/// Bounds of the times of runs of jobs, in seconds.
const OF_JOBS: [f64; 9] = [0.005, 0.02, 0.1, 0.5, 2.0, 10.0, 60.0, 300.0, 1800.0];

type Times<L> = Family<L, Histogram, fn() -> Histogram>;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfAnswer {
    method: &'static str,
    route: String,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfRoute {
    method: &'static str,
    route: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfRun {
    kind: String,
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfKind {
    kind: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfLane {
    lane: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfVersion {
    version: &'static str,
}

/// The word for how a run of a job ended.
pub(crate) const fn outcome_word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Done => "done",
        Outcome::Again(_) => "error",
        Outcome::At(_) => "later",
    }
}

/// The counts of one process, from its start.
pub struct Metrics {
    registry: Registry,
    answers: Family<OfAnswer, Counter>,
    answered: Times<OfRoute>,
    under_way: Gauge,
    runs: Family<OfRun, Counter>,
    ran: Times<OfKind>,
    due: Family<OfLane, Gauge>,
    oldest: Family<OfLane, Gauge>,
    streams: Gauge,
    memory: Gauge,
    descriptors: Gauge,
    up: Gauge<f64, AtomicU64>,
    began: Instant,
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Metrics")
    }
}

impl Default for Metrics {
    fn default() -> Self {
        let answered: Times<OfRoute> = Family::new_with_constructor(|| Histogram::new(OF_ANSWERS));
        let ran: Times<OfKind> = Family::new_with_constructor(|| Histogram::new(OF_JOBS));
        let mut this = Self {
            registry: Registry::with_prefix("outro"),
            answers: Family::default(),
            answered,
            under_way: Gauge::default(),
            runs: Family::default(),
            ran,
            due: Family::default(),
            oldest: Family::default(),
            streams: Gauge::default(),
            memory: Gauge::default(),
            descriptors: Gauge::default(),
            up: Gauge::default(),
            began: Instant::now(),
        };
        this.register();
        this
    }
}

impl Metrics {
    fn register(&mut self) {
        let build: Family<OfVersion, Gauge> = Family::default();
        build.get_or_create(&OfVersion { version: env!("CARGO_PKG_VERSION") }).set(1);
        let to = &mut self.registry;
        to.register("build_info", "Which version this is; always 1", build);
        to.register("http_requests", "Requests that were answered", self.answers.clone());
        to.register("http_request_seconds", "From a request to the head of its answer", self.answered.clone());
        to.register("http_requests_under_way", "Requests whose head of an answer is not out", self.under_way.clone());
        to.register("job_runs", "Runs of jobs that ended", self.runs.clone());
        to.register("job_run_seconds", "How long runs of jobs took", self.ran.clone());
        to.register("jobs_due", "Jobs whose time has come, those that run counted", self.due.clone());
        to.register("jobs_oldest_due_seconds", "How long the first of them has been due", self.oldest.clone());
        to.register("event_streams", "Open streams of events", self.streams.clone());
        to.register("resident_memory_bytes", "Memory of this process", self.memory.clone());
        to.register("open_descriptors", "Files and sockets that this process has open", self.descriptors.clone());
        to.register("uptime_seconds", "How long this process has been there", self.up.clone());
    }

    /// Notes that a request came in; it counts as under way until what this gives is dropped.
    #[must_use]
    pub fn request(&self) -> UnderWay {
        self.under_way.inc();
        UnderWay(self.under_way.clone())
    }

    /// Notes an answer: `method` is one of [`method_word`]'s, `route` the template that matched, none where nothing did.
    pub fn answered(&self, method: &'static str, route: Option<&str>, status: u16, took: Duration) {
        let route = route.unwrap_or("none").to_owned();
        self.answered.get_or_create(&OfRoute { method, route: route.clone() }).observe(took.as_secs_f64());
        self.answers.get_or_create(&OfAnswer { method, route, status }).inc();
    }

    /// Notes a run of a job.
    pub(crate) fn ran(&self, kind: &str, outcome: Outcome, took: Duration) {
        let word = outcome_word(outcome);
        self.ran.get_or_create(&OfKind { kind: kind.to_owned() }).observe(took.as_secs_f64());
        self.runs.get_or_create(&OfRun { kind: kind.to_owned(), outcome: word }).inc();
    }

    fn look(&self, app: &App, lane: Lane, (count, first): (i64, Timestamp)) {
        let label = OfLane { lane: lane.word() };
        let waits = if count > 0 { (app.clock.now().0 - first.0).max(0) / 1000 } else { 0 };
        self.due.get_or_create(&label).set(count);
        self.oldest.get_or_create(&label).set(waits);
    }

    fn look_at_process(&self, app: &App) {
        self.streams.set(app.live.open() as i64);
        self.memory.set(resident());
        self.descriptors.set(std::fs::read_dir("/proc/self/fd").map_or(0, |open| open.count() as i64));
        self.up.set(self.began.elapsed().as_secs_f64());
    }
}

/// A request that is under way.
#[derive(Debug)]
pub struct UnderWay(Gauge);

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// All metrics of this process as text. The queue is asked now.
///
/// # Errors
/// The database cannot be read.
pub async fn render(app: &App) -> Result<String, AppError> {
    let mut tx = app.db.read().await?;
    for &lane in Lane::ALL {
        app.metrics.look(app, lane, outro_jobs::due(&mut tx, lane, app.clock.now()).await?);
    }
    drop(tx);
    app.metrics.look_at_process(app);
    let mut out = String::new();
    text::encode(&mut out, &app.metrics.registry).map_err(AppError::internal)?;
    Ok(out)
}

/// A method of HTTP as a label, and in the log: whatever else a client makes up is one word.
#[must_use]
pub fn method_word(method: &str) -> &'static str {
    const KNOWN: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    KNOWN.into_iter().find(|known| *known == method).unwrap_or("other")
}

/// Bytes of memory that this process has, 0 where the system does not tell.
fn resident() -> i64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.split_whitespace().next()).and_then(|word| word.parse::<i64>().ok());
    kib.unwrap_or(0) * 1024
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_client_makes_up_is_no_label() {
        assert_eq!(method_word("GET"), "GET");
        assert_eq!(method_word("ada"), "other");
        let metrics = Metrics::default();
        let under_way = metrics.request();
        metrics.answered(method_word("ADA"), None, 404, Duration::from_millis(6));
        metrics.answered("GET", Some("/v/{id}"), 200, Duration::from_millis(3));
        metrics.ran("video.encode", Outcome::Again("read"), Duration::from_secs(1));
        let text = |metrics: &Metrics| {
            let mut out = String::new();
            text::encode(&mut out, &metrics.registry).unwrap();
            out
        };
        let said = text(&metrics);
        for line in [
            "outro_http_requests_total{method=\"other\",route=\"none\",status=\"404\"} 1",
            "outro_http_requests_total{method=\"GET\",route=\"/v/{id}\",status=\"200\"} 1",
            "outro_http_request_seconds_bucket{le=\"0.0025\",method=\"GET\",route=\"/v/{id}\"} 0",
            "outro_http_request_seconds_bucket{le=\"0.006\",method=\"GET\",route=\"/v/{id}\"} 1",
            "outro_job_runs_total{kind=\"video.encode\",outcome=\"error\"} 1",
            "outro_http_requests_under_way 1",
        ] {
            assert!(said.lines().any(|one| one == line), "{line} is not in\n{said}");
        }
        drop(under_way);
        assert!(text(&metrics).contains("outro_http_requests_under_way 0"));
        assert!(resident() > 1 << 20);
    }
}
