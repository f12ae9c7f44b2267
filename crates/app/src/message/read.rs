//! How far one has read, and taking a request on. The others are told of neither.

use outro_model::{ConversationId, EventKind, MessageId};
use outro_store::events;
use outro_store::messages::{self as rows, MemberState};

use super::hold;
use crate::{App, AppError, Signed};

/// Notes that all up to a message was read, or all there is; how many messages in the inbox are left.
pub async fn read(app: &App, signed: &Signed, id: ConversationId, up_to: Option<MessageId>) -> Result<i64, AppError> {
    let me = signed.account;
    let mut tx = app.db.write().await?;
    let membership = hold(&mut tx, me, id).await?;
    let seq = match up_to {
        Some(message) => rows::one(&mut tx, me, id, message).await?.ok_or(AppError::NotFound)?.seq,
        None => membership.last_seq,
    };
    if seq > membership.last_read {
        rows::read(&mut tx, me, id, seq).await?;
        events::note(&mut tx, me, EventKind::Conversation, (Some(id), None), app.clock.now()).await?;
    }
    let left = rows::unread(&mut tx, me).await?;
    tx.commit().await?;
    app.live.wake(&[me]);
    Ok(left)
}

/// Moves a conversation from the requests to the inbox. Doing it again changes nothing.
pub async fn accept(app: &App, signed: &Signed, id: ConversationId) -> Result<(), AppError> {
    let me = signed.account;
    let mut tx = app.db.write().await?;
    hold(&mut tx, me, id).await?;
    if rows::set_state(&mut tx, me, id, MemberState::Accepted).await? {
        events::note(&mut tx, me, EventKind::Conversation, (Some(id), None), app.clock.now()).await?;
    }
    tx.commit().await?;
    app.live.wake(&[me]);
    Ok(())
}
