//! The end of a conversation: its key, then what was said, then the conversation with the row of its
//! last member, which is how whoever comes after a stop finds it.

use outro_db::Tx;
use outro_jobs::{Job, Outcome};
use outro_model::{AccountId, ConversationId, Timestamp};
use outro_store::erasure::Rooms;
use outro_store::messages as rows;

use crate::{App, AppError};

/// The kind of the job that ends what somebody has left as the last one.
pub(crate) const JOB: &str = "conversation.end";

/// Destroys the key of a conversation; from when on nobody holds a copy of it.
pub(crate) async fn destroy(app: &App, id: ConversationId) -> Result<Timestamp, AppError> {
    let at = app.vault.destroy_conversation(id).await?;
    Ok(Timestamp(at.0 + app.vault.receipt_delay().as_millis() as i64))
}

/// Deletes what was said, and the conversation. Its key is gone.
pub(crate) async fn end(app: &App, rooms: &Rooms, last: AccountId, id: ConversationId) -> Result<(), AppError> {
    loop {
        let mut tx = app.db.write().await?;
        let (ended, _) = end_in(&mut tx, rooms, last, id).await?;
        tx.commit().await?;
        if ended {
            return Ok(());
        }
    }
}

/// The next transaction of that; whether it is the last one, and how many messages go by it.
pub(crate) async fn end_in(
    tx: &mut Tx,
    rooms: &Rooms,
    last: AccountId,
    id: ConversationId,
) -> Result<(bool, u64), AppError> {
    let (empty, gone) = rooms.empty(tx, id).await?;
    if empty {
        rooms.end(tx, last, id).await?;
    }
    Ok((empty, gone))
}

/// Ends what the account of a job has left as the last one. Every step may be done again.
pub(crate) async fn run(app: &App, job: &Job) -> Outcome {
    let Some(account) = job.account else { return Outcome::Done };
    match end_all(app, account).await {
        Ok(None) => Outcome::Done,
        Ok(Some(later)) => Outcome::At(later),
        Err(error) => {
            tracing::error!(%error, "the end of a conversation was held up; it goes on");
            Outcome::Again("held_up")
        }
    }
}

async fn end_all(app: &App, account: AccountId) -> Result<Option<Timestamp>, AppError> {
    let Some(rooms) = outro_store::erasure::rooms() else { return Ok(None) };
    loop {
        let left = rows::left_alone(&mut app.db.read().await?, account).await?;
        if left.is_empty() {
            return Ok(None);
        }
        let mut free = Timestamp(0);
        for &id in &left {
            free = free.max(destroy(app, id).await?);
        }
        if app.clock.now() < free {
            return Ok(Some(free));
        }
        for id in left {
            end(app, rooms, account, id).await?;
        }
    }
}
