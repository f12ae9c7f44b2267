//! Looking at what was brought.

use outro_datamap::BROUGHT_TEXT;
use outro_model::ImportId;
use outro_store::imports::{self, Kind, State};

use crate::{App, AppError, Signed};

/// An archive on its way in.
#[derive(Clone, Debug)]
pub struct ImportView {
    /// The id.
    pub id: ImportId,
    /// How far it is.
    pub state: State,
    /// How many of its videos are here.
    pub done: i64,
    /// How many it has; 0 until it is known.
    pub videos: i64,
    /// The word for why it was refused.
    pub failure: Option<String>,
    /// When it was begun, RFC 3339.
    pub created_at: String,
}

/// The archive that one brings, or has brought; at most one.
pub async fn list(app: &App, signed: &Signed) -> Result<Vec<ImportView>, AppError> {
    let found = imports::list(&mut app.db.read().await?, signed.account).await?;
    let view = |one: imports::Import| ImportView {
        id: one.id,
        state: one.state,
        done: one.done,
        videos: one.videos,
        failure: one.failure,
        created_at: one.created_at.rfc3339(),
    };
    Ok(found.into_iter().map(view).collect())
}

/// Whom one followed elsewhere, by handle, after number `after`: whether somebody is called so here, and may be
/// followed, is for following to say.
pub async fn brought_follows(
    app: &App,
    signed: &Signed,
    after: i64,
    limit: i64,
) -> Result<Vec<(i64, String)>, AppError> {
    let found = imports::brought(&mut app.db.read().await?, signed.account, Kind::Follow, after, limit).await?;
    let keys = signed.keys(app).await?;
    found.into_iter().map(|one| Ok((one.seq, keys.open_text(BROUGHT_TEXT, one.id.as_bytes(), &one.text)?))).collect()
}
