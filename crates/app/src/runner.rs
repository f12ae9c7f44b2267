//! Which job does what.

use std::future::Future;
use std::time::Instant;

use outro_jobs::{Job, Outcome, Runner};
use outro_model::SPANS;
use tracing::Instrument as _;
use tracing::field::Empty;

use crate::metrics::outcome_word;
use crate::{
    App, bring, comment, erasure, feed, graph, housekeeping, message, moderation, phone, privacy, sound, takeout, video,
};

/// When a job is tried again that something which answers later was in the way of, in seconds.
const AWAY_SECONDS: i64 = 15;

/// What becomes of a job that the store of objects was away for: it is nobody's fault, and counts against nothing.
pub(crate) fn when_back(app: &App) -> Outcome {
    Outcome::At(app.clock.now().plus_seconds(AWAY_SECONDS))
}

/// Runs every kind of job there is.
#[derive(Clone)]
pub struct AppRunner(pub App);

impl Runner for AppRunner {
    fn run(&self, job: &Job) -> impl Future<Output = Outcome> + Send {
        let app = &self.0;
        async move {
            let (began, kind) = (Instant::now(), job.kind.as_str());
            let span =
                tracing::trace_span!(target: SPANS, "job", otel.name = kind, otel.kind = "consumer", outcome = Empty);
            let outcome = run(app, job).instrument(span.clone()).await;
            span.record("outcome", outcome_word(outcome));
            app.metrics.ran(kind, outcome, began.elapsed());
            outcome
        }
    }
}

async fn run(app: &App, job: &Job) -> Outcome {
    match job.kind.as_str() {
        erasure::JOB => erasure::run(app, job).await,
        erasure::DEPART_JOB => erasure::run_depart(app, job).await,
        erasure::LEAVE_JOB => erasure::run_leave(app, job).await,
        erasure::NOTICE_JOB => erasure::run_notice(app, job).await,
        phone::REPLACED_JOB => phone::run_replaced(app, job).await,
        video::ENCODE_JOB => video::run_encode(app, job).await,
        video::AV1_JOB => video::run_av1(app, job).await,
        video::PUBLISH_JOB => video::run_publish(app, job).await,
        graph::ANSWER_JOB => graph::run_answer(app, job).await,
        comment::REMOVE_JOB => comment::run_remove(app, job).await,
        video::REMOVE_JOB => video::run_remove(app, job).await,
        sound::END_JOB => sound::run_end(app, job).await,
        message::END_JOB => message::run_end(app, job).await,
        moderation::CLOSE_JOB => moderation::run_close(app, job).await,
        privacy::RECOUNT_JOB => privacy::run_recount(app, job).await,
        feed::FAN_OUT_JOB => feed::run_fan_out(app, job).await,
        feed::FORGET_JOB => feed::run_forget(app, job).await,
        bring::JOB => bring::run(app, job).await,
        takeout::JOB => takeout::run(app, job).await,
        housekeeping::JOB => housekeeping::run(app).await,
        kind => {
            tracing::error!(kind, "no such kind of job is known here");
            Outcome::Again("unknown_kind")
        }
    }
}
