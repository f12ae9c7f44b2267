//! The table `jobs`, and leases on it.

use std::sync::Arc;

use outro_db::{Bell, Db, DbError, Param, Row, Statement, Tx, params, statements};
use outro_model::{AccountId, Clock, JobId, Random, Timestamp, VideoId, random_bytes};
use tokio::sync::Notify;

use crate::{Job, Lane, NewJob};

/// What the bell says when a job is there.
pub const WORD: &str = "due";
/// How long a worker that is not heard of keeps a job, in seconds.
pub(crate) const LEASE_SECONDS: i64 = 30;

statements! {
    ENQUEUE = "INSERT INTO jobs (id, kind, lane, account_id, video_id, run_at, attempts, errors, leased_until)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, 0, 0)";
    ENQUEUE_ONCE = "INSERT INTO jobs (id, kind, lane, account_id, video_id, run_at, attempts, errors, leased_until)
        VALUES (?1, ?2, ?3, NULL, NULL, ?4, 0, 0, 0) ON CONFLICT DO NOTHING";
    // Whose turn it is: one of an account comes after all that it has waiting, and nobody before what waits first.
    ENQUEUE_ENCODE = "INSERT INTO jobs (id, kind, lane, account_id, video_id, run_at, attempts, errors, leased_until, turn)
        SELECT ?1, ?2, 'encode', ?3, ?4, ?5, 0, 0, 0, CASE WHEN t.own > t.first THEN t.own ELSE t.first END
        FROM (SELECT COALESCE((SELECT MAX(turn) + 1 FROM jobs WHERE account_id = ?3 AND lane = 'encode'), 0) AS own,
            COALESCE((SELECT MIN(turn) FROM jobs WHERE lane = 'encode' AND run_at <= ?5),
                (SELECT MIN(turn) FROM jobs WHERE lane = 'encode'), 0) AS first) t";
    LEASE_ENCODE = "UPDATE jobs SET leased_until = ?2, lease = ?3, attempts = attempts + 1
        WHERE id = (SELECT id FROM jobs WHERE lane = 'encode' AND run_at <= ?1 AND leased_until <= ?1
            ORDER BY turn, run_at, id LIMIT 1 {skip_locked})
        RETURNING id, kind, account_id, video_id, attempts, errors";
    LEASE = "UPDATE jobs SET leased_until = ?3, lease = ?4, attempts = attempts + 1
        WHERE id = (SELECT id FROM jobs WHERE lane = ?1 AND run_at <= ?2 AND leased_until <= ?2
            ORDER BY run_at, id LIMIT 1 {skip_locked})
        RETURNING id, kind, account_id, video_id, attempts, errors";
    // An encode that is due has a row until it is done, also while it runs.
    LEASE_IDLE = "UPDATE jobs SET leased_until = ?2, lease = ?3, attempts = attempts + 1
        WHERE id = (SELECT id FROM jobs WHERE lane = 'idle' AND run_at <= ?1 AND leased_until <= ?1
                AND NOT EXISTS (SELECT 1 FROM jobs e WHERE e.lane = 'encode' AND e.run_at <= ?1)
            ORDER BY run_at, id LIMIT 1 {skip_locked})
        RETURNING id, kind, account_id, video_id, attempts, errors";
    ENCODES_WAIT = "SELECT id FROM jobs WHERE lane = 'encode' AND run_at <= ?1 LIMIT 1";
    EXTEND = "UPDATE jobs SET leased_until = ?3 WHERE id = ?1 AND lease = ?2";
    DONE = "DELETE FROM jobs WHERE id = ?1 AND lease = ?2";
    AGAIN = "UPDATE jobs SET leased_until = 0, lease = NULL, run_at = ?3, failure = ?4, attempts = 0,
        errors = errors + 1 WHERE id = ?1 AND lease = ?2";
    LATER = "UPDATE jobs SET leased_until = 0, lease = NULL, run_at = ?3, failure = NULL, attempts = 0, errors = 0
        WHERE id = ?1 AND lease = ?2";
    HAND_BACK = "UPDATE jobs SET leased_until = 0, lease = NULL, attempts = attempts - 1 WHERE id = ?1 AND lease = ?2";
    FREE = "UPDATE jobs SET leased_until = 0, lease = NULL WHERE leased_until > 0";
    LEASED_UNTIL = "SELECT leased_until FROM jobs WHERE account_id = ?1 AND leased_until > ?2
        ORDER BY leased_until DESC LIMIT 1";
    WAITING = "SELECT COUNT(*) FROM jobs";
    DUE = "SELECT COUNT(*), COALESCE(MIN(run_at), 0) FROM jobs WHERE lane = ?1 AND run_at <= ?2";
    // A job that a worker has is left alone: what it has passed by is for another.
    PUT_OFF = "UPDATE jobs SET run_at = ?4 WHERE account_id = ?1 AND kind = ?2 AND run_at > ?3 AND leased_until = 0";
    CANCEL = "DELETE FROM jobs WHERE account_id = ?1 AND kind = ?2";
    CANCEL_OF_VIDEO = "DELETE FROM jobs WHERE account_id = ?1 AND video_id = ?2 AND kind = ?3 AND leased_until = 0";
    IS_DUE = "SELECT id FROM jobs WHERE account_id = ?1 AND kind = ?2 AND run_at <= ?3 AND leased_until = 0 LIMIT 1
        {for_update}";
    FIND = "SELECT id, kind, account_id, video_id, attempts, errors FROM jobs WHERE kind = ?1 LIMIT 1";
}

/// Adds a job in the transaction of the change that needs it. Call [`Queue::wake`] after the commit.
///
/// Encodes take turns: the first of one account goes before the second of another, however many that has waiting
/// (start-time fair queueing: Goyal, Vin, Cheng, 1996, each encode counted as one).
pub async fn enqueue(tx: &mut Tx, job: &NewJob) -> Result<(), DbError> {
    let NewJob { id, kind, lane, account, video, run_at } = job;
    if *lane == Lane::Encode {
        return tx.execute(&ENQUEUE_ENCODE, params![id, kind, account, video, run_at]).await.map(|_| ());
    }
    tx.execute(&ENQUEUE, params![id, kind, lane.word(), account, video, run_at]).await.map(|_| ())
}

/// Adds a job that stays, unless there is one of this kind or under this id. Two processes that start at once name it by
/// the same id, and so there is one of it.
pub async fn enqueue_once(tx: &mut Tx, id: JobId, kind: &str, lane: Lane, run_at: Timestamp) -> Result<(), DbError> {
    if find(tx, kind).await?.is_none() {
        tx.execute(&ENQUEUE_ONCE, params![id, kind, lane.word(), run_at]).await?;
    }
    Ok(())
}

/// Puts off what of a kind is to run for an account after `now`, until `run_at`; `false` when there is nothing.
pub async fn put_off(
    tx: &mut Tx,
    account: AccountId,
    kind: &str,
    now: Timestamp,
    run_at: Timestamp,
) -> Result<bool, DbError> {
    Ok(tx.execute(&PUT_OFF, params![account, kind, now, run_at]).await? > 0)
}

/// Takes back what of a kind is to run for an account. A worker that has one already finds nothing of it in the end.
pub async fn cancel(tx: &mut Tx, account: AccountId, kind: &str) -> Result<(), DbError> {
    tx.execute(&CANCEL, params![account, kind]).await.map(|_| ())
}

/// Takes back what of a kind waits for a video, but for what a worker has; whether there was any.
pub async fn cancel_of_video(tx: &mut Tx, account: AccountId, video: VideoId, kind: &str) -> Result<bool, DbError> {
    Ok(tx.execute(&CANCEL_OF_VIDEO, params![account, video, kind]).await? > 0)
}

/// Whether a job of a kind waits for an account that is due and no worker has. It stays so until the
/// transaction ends.
pub async fn is_due(tx: &mut Tx, account: AccountId, kind: &str, now: Timestamp) -> Result<bool, DbError> {
    Ok(tx.query_opt(&IS_DUE, params![account, kind, now]).await?.is_some())
}

/// Until when a worker has a job of this account, if one has.
pub async fn leased_until(tx: &mut Tx, account: AccountId, now: Timestamp) -> Result<Option<Timestamp>, DbError> {
    tx.query_opt(&LEASED_UNTIL, params![account, now]).await?.map(|row| row.get(0)).transpose()
}

/// Whether an encode is due or running: what is idle work waits for it.
pub async fn encodes_wait(tx: &mut Tx, now: Timestamp) -> Result<bool, DbError> {
    Ok(tx.query_opt(&ENCODES_WAIT, params![now]).await?.is_some())
}

/// How many jobs there are, leased ones counted.
pub async fn waiting(tx: &mut Tx) -> Result<i64, DbError> {
    tx.query(&WAITING, &[]).await?.first().map_or(Ok(0), |row| row.get(0))
}

/// How many jobs of a lane have had their time come, those that run counted, and since when the first of them is due.
pub async fn due(tx: &mut Tx, lane: Lane, now: Timestamp) -> Result<(i64, Timestamp), DbError> {
    let found = tx.query_opt(&DUE, params![lane.word(), now]).await?;
    found.map_or(Ok((0, now)), |row| Ok((row.get(0)?, row.get(1)?)))
}

/// A job of this kind, if there is one.
pub async fn find(tx: &mut Tx, kind: &str) -> Result<Option<Job>, DbError> {
    tx.query_opt(&FIND, params![kind]).await?.as_ref().map(read).transpose()
}

fn read(row: &Row) -> Result<Job, DbError> {
    Ok(Job {
        id: row.get(0)?,
        kind: row.get(1)?,
        account: row.get(2)?,
        video: row.get(3)?,
        attempts: row.get(4)?,
        errors: row.get(5)?,
    })
}

/// The queue of a database: cheap to clone.
#[derive(Clone)]
pub struct Queue {
    pub(crate) db: Db,
    pub(crate) clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    pub(crate) wakes: Arc<Notify>,
    bell: Option<Bell>,
}

/// The right to work on a job until its lease lapses.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lease {
    pub(crate) job: JobId,
    token: [u8; 16],
}

impl Queue {
    /// The queue in `db`.
    pub fn new(db: Db, clock: Arc<dyn Clock>, random: Arc<dyn Random>) -> Self {
        Self { db, clock, random, wakes: Arc::new(Notify::new()), bell: None }
    }

    /// The same, where other processes hear that a job is there.
    #[must_use]
    pub fn with_bell(self, bell: Option<Bell>) -> Self {
        Self { bell, ..self }
    }

    /// Tells idle workers to look now: those of this process, and by the bell those of others.
    pub fn wake(&self) {
        self.wakes.notify_waiters();
        if let Some(bell) = &self.bell {
            bell.ring(WORD.to_owned());
        }
    }

    /// Another process has rung [`WORD`]: idle workers of this one look now.
    pub fn heard(&self) {
        self.wakes.notify_waiters();
    }

    /// Frees the leases of a process that is no more. Only for who knows that no other worker runs.
    pub async fn free_all(&self) -> Result<u64, DbError> {
        let mut tx = self.db.write().await?;
        let freed = tx.execute(&FREE, &[]).await?;
        tx.commit().await?;
        Ok(freed)
    }

    pub(crate) async fn lease(&self, lane: Lane) -> Result<Option<(Job, Lease)>, DbError> {
        let now = self.clock.now();
        let token: [u8; 16] = random_bytes(&*self.random);
        let mut tx = self.db.write().await?;
        let until = now.plus_seconds(LEASE_SECONDS);
        let row = match lane {
            Lane::Encode => tx.query_opt(&LEASE_ENCODE, params![now, until, token]).await?,
            Lane::Idle => tx.query_opt(&LEASE_IDLE, params![now, until, token]).await?,
            _ => tx.query_opt(&LEASE, params![lane.word(), now, until, token]).await?,
        };
        let Some(job) = row.as_ref().map(read).transpose()? else { return Ok(None) };
        tx.commit().await?;
        let lease = Lease { job: job.id, token };
        Ok(Some((job, lease)))
    }

    /// Keeps a lease; `false` when it was lost.
    pub(crate) async fn extend(&self, lease: &Lease) -> Result<bool, DbError> {
        let until = self.clock.now().plus_seconds(LEASE_SECONDS);
        let mut tx = self.db.write().await?;
        let kept = tx.execute(&EXTEND, params![lease.job, lease.token, until]).await? > 0;
        tx.commit().await?;
        Ok(kept)
    }

    pub(crate) async fn done(&self, lease: &Lease) -> Result<(), DbError> {
        self.settle(&DONE, params![lease.job, lease.token]).await
    }

    /// The run ended in an error: it is counted.
    pub(crate) async fn again(&self, lease: &Lease, at: Timestamp, failure: &str) -> Result<(), DbError> {
        self.settle(&AGAIN, params![lease.job, lease.token, at, failure]).await
    }

    /// The run ended well, and wants to come again.
    pub(crate) async fn later(&self, lease: &Lease, at: Timestamp) -> Result<(), DbError> {
        self.settle(&LATER, params![lease.job, lease.token, at]).await
    }

    /// Gives a job back that was begun and not ended, as if it had not been begun.
    pub(crate) async fn hand_back(&self, lease: &Lease) -> Result<(), DbError> {
        self.settle(&HAND_BACK, params![lease.job, lease.token]).await
    }

    async fn settle(&self, statement: &Statement, values: &[Param<'_>]) -> Result<(), DbError> {
        let mut tx = self.db.write().await?;
        tx.execute(statement, values).await?;
        tx.commit().await
    }
}
