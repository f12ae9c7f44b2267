//! Looking at one's archives, and letting those go whose time is over.

use outro_model::TakeoutId;
use outro_store::takeouts::{self, State, Takeout};

use super::ask::discard;
use crate::{App, AppError, Signed};

/// An archive, as its owner sees it.
#[derive(Clone, Debug)]
pub struct TakeoutView {
    /// The id.
    pub id: TakeoutId,
    /// `making`, `ready` or `failed`.
    pub state: State,
    /// How far its making has come, 0 to 1000.
    pub progress: i64,
    /// Its length in bytes; 0 until it is whole.
    pub size_bytes: i64,
    /// How many of its bytes were downloaded.
    pub taken_bytes: i64,
    /// When it was asked for, RFC 3339.
    pub created_at: String,
    /// When it goes, RFC 3339.
    pub expires_at: String,
}

pub(super) fn view(takeout: &Takeout) -> TakeoutView {
    TakeoutView {
        id: takeout.id,
        state: takeout.state,
        progress: takeout.progress,
        size_bytes: takeout.length,
        taken_bytes: super::download::Ranges::read(&takeout.taken).total() as i64,
        created_at: takeout.created_at.rfc3339(),
        expires_at: takeout.expires_at.rfc3339(),
    }
}

/// One's archives, the latest first.
pub async fn list(app: &App, signed: &Signed) -> Result<Vec<TakeoutView>, AppError> {
    let now = app.clock.now();
    let mut found = takeouts::list(&mut app.db.read().await?, signed.account).await?;
    found.retain(|takeout| takeout.expires_at > now);
    found.sort_by_key(|takeout| std::cmp::Reverse((takeout.created_at, takeout.id)));
    Ok(found.iter().map(view).collect())
}

/// One of one's archives.
pub async fn get(app: &App, signed: &Signed, id: TakeoutId) -> Result<TakeoutView, AppError> {
    let found = takeouts::get(&mut app.db.read().await?, signed.account, id).await?;
    let now = app.clock.now();
    found.filter(|takeout| takeout.expires_at > now).map(|takeout| view(&takeout)).ok_or(AppError::NotFound)
}

/// Removes archives whose time is over.
pub(crate) async fn drop_expired(app: &App) -> Result<(), AppError> {
    loop {
        let over = takeouts::expired(&mut app.db.read().await?, app.clock.now()).await?;
        if over.is_empty() {
            return Ok(());
        }
        for (account, id) in over {
            discard(app, account, id).await?;
        }
    }
}
