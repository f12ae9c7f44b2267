//! Which job does what.

use std::future::Future;

use outro_jobs::{Job, Outcome, Runner};

use crate::{App, erasure, housekeeping, message, video};

/// Runs every kind of job there is.
#[derive(Clone)]
pub struct AppRunner(pub App);

impl Runner for AppRunner {
    fn run(&self, job: &Job) -> impl Future<Output = Outcome> + Send {
        let app = &self.0;
        async move {
            match job.kind.as_str() {
                erasure::JOB => erasure::run(app, job).await,
                video::ENCODE_JOB => video::run_encode(app, job).await,
                video::REMOVE_JOB => video::run_remove(app, job).await,
                message::END_JOB => message::run_end(app, job).await,
                housekeeping::JOB => housekeeping::run(app).await,
                kind => {
                    tracing::error!(kind, "no such kind of job is known here");
                    Outcome::Again("unknown_kind")
                }
            }
        }
    }
}
