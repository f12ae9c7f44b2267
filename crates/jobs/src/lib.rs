//! The durable queue: a job is enqueued in the transaction of the change that needs it, leased by one
//! worker at a time, and run until it says that it is done. Of Outro this imports `db` and `model`;
//! what a job does is not known here.

mod queue;
mod worker;

use outro_db::Statement;
use outro_model::{AccountId, JobId, Timestamp, VideoId};

pub use queue::{
    Queue, WORD, cancel, cancel_of_video, due, encodes_wait, enqueue, enqueue_once, find, is_due, leased_until,
    put_off, waiting,
};
pub use worker::{Outcome, Runner};

/// Which workers take a job. Lanes keep an erasure from waiting behind encodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// Short work: erasures, removals, sweeps.
    Prompt,
    /// Encodes.
    Encode,
    /// Archives on their way out and in, each of which may take as long as all that somebody has.
    Archive,
    /// What nobody waits for: it runs while no encode is due or running.
    Idle,
}

impl Lane {
    /// Every lane.
    pub const ALL: &'static [Self] = &[Self::Prompt, Self::Encode, Self::Archive, Self::Idle];

    /// The stored word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Prompt => "prompt",
            Self::Encode => "encode",
            Self::Archive => "archive",
            Self::Idle => "idle",
        }
    }
}

/// A job to be enqueued. It holds ids alone: nothing that a person wrote or is called.
#[derive(Clone, Copy, Debug)]
pub struct NewJob {
    /// The id.
    pub id: JobId,
    /// Its kind: a word that the runner knows.
    pub kind: &'static str,
    /// Its lane.
    pub lane: Lane,
    /// Whose work it is; the job goes when that account goes.
    pub account: Option<AccountId>,
    /// The video it is about.
    pub video: Option<VideoId>,
    /// When it may run first.
    pub run_at: Timestamp,
}

/// A leased job.
#[derive(Clone, Debug)]
pub struct Job {
    /// The id.
    pub id: JobId,
    /// Its kind.
    pub kind: String,
    /// Whose work it is.
    pub account: Option<AccountId>,
    /// The video it is about.
    pub video: Option<VideoId>,
    /// How often it was begun since a run of it ended, this time counted: more than once means that a
    /// process died under it.
    pub attempts: i64,
    /// How many of its runs ended in [`Outcome::Again`], one after the other.
    pub errors: i64,
}

/// Every statement there is, so that tests can prepare each on both engines.
pub fn all_statements() -> &'static [&'static Statement] {
    queue::STATEMENTS
}
