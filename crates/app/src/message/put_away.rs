//! Clearing a conversation, deleting a message for oneself, leaving a group.

use outro_jobs::{Lane, NewJob};
use outro_model::{ConversationId, EventKind, JobId, MessageId};
use outro_store::events;
use outro_store::messages::{self as rows, ConversationKind, MemberState};

use super::{END_JOB, hold};
use crate::{App, AppError, RefusalKind, Signed};

/// Clears a conversation for oneself alone. It comes back with the next message.
pub async fn clear(app: &App, signed: &Signed, id: ConversationId) -> Result<(), AppError> {
    let me = signed.account;
    let mut tx = app.db.write().await?;
    let membership = hold(&mut tx, me, id).await?;
    rows::clear(&mut tx, me, id, membership.last_seq).await?;
    events::note(&mut tx, me, EventKind::Conversation, (Some(id), None), app.clock.now()).await?;
    tx.commit().await?;
    app.live.wake(&[me]);
    Ok(())
}

/// Deletes a message for oneself alone.
pub async fn hide(app: &App, signed: &Signed, id: ConversationId, message: MessageId) -> Result<(), AppError> {
    let me = signed.account;
    let mut tx = app.db.write().await?;
    let membership = hold(&mut tx, me, id).await?;
    let found = rows::one(&mut tx, me, id, message).await?.ok_or(AppError::NotFound)?;
    rows::hide(&mut tx, me, id, found.id).await?;
    // It counts as unread no more.
    rows::read(&mut tx, me, id, membership.last_read).await?;
    events::note(&mut tx, me, EventKind::Conversation, (Some(id), None), app.clock.now()).await?;
    tx.commit().await?;
    app.live.wake(&[me]);
    Ok(())
}

/// Leaves a group. What one has said stays for the others; the last one out ends it for good.
pub async fn leave(app: &App, signed: &Signed, id: ConversationId) -> Result<(), AppError> {
    let (me, now) = (signed.account, app.clock.now());
    let mut tx = app.db.write().await?;
    let membership = hold(&mut tx, me, id).await?;
    if membership.kind != ConversationKind::Group {
        let detail = "Only a group can be left. You can delete this conversation for yourself.";
        return Err(AppError::refused(RefusalKind::Conflict, "not_a_group", detail));
    }
    let mut told = rows::recipients(&mut tx, id, me).await?;
    let rooms = outro_store::erasure::rooms().ok_or(AppError::NotFound)?;
    rows::forget_hidden(&mut tx, me, id).await?;
    if !rooms.leave(&mut tx, me, id).await? {
        rows::set_state(&mut tx, me, id, MemberState::Left).await?;
        let (job, kind, account) = (JobId::random(&*app.random), END_JOB, Some(me));
        let job = NewJob { id: job, kind, lane: Lane::Prompt, account, video: None, run_at: now };
        outro_jobs::enqueue(&mut tx, &job).await?;
    }
    told.push(me);
    told.sort_unstable();
    for &account in &told {
        events::note(&mut tx, account, EventKind::Conversation, (Some(id), None), now).await?;
    }
    tx.commit().await?;
    app.live.wake(&told);
    app.queue.wake();
    Ok(())
}
