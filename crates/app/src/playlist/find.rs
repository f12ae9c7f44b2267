//! Playlists by their ids, and what is shown of them.

use outro_datamap::{ACCOUNT_DISPLAY_NAME, PLAYLIST_TITLE};
use outro_db::Tx;
use outro_model::{AccountId, PlaylistId};
use outro_policy::{Action, Facts, Relation};
use outro_store::accounts::{self, Account};
use outro_store::playlists::{self, Playlist, Seen};
use outro_vault::AccountKeys;

use super::PlaylistView;
use crate::account::{narrowest, open_handle, since};
use crate::{App, AppError, standing};

/// A playlist that the viewer may see, and what was read of it in the same snapshot.
pub(super) struct FoundPlaylist {
    pub(super) playlist: Playlist,
    owner: Account,
    facts: Facts,
    count: i64,
    first: Option<outro_model::VideoId>,
}

/// Finds a playlist. It is seen by whoever may see its owner's profile; what is hidden answers as what never was, and
/// what never was takes as many reads.
pub(super) async fn find(tx: &mut Tx, asking: Option<AccountId>, id: PlaylistId) -> Result<FoundPlaylist, AppError> {
    let Some(playlist) = playlists::by_id(tx, id).await? else {
        standing::of_nobody(tx).await?;
        return Err(AppError::NotFound);
    };
    let owner = accounts::by_id(tx, playlist.owner).await?.ok_or(AppError::NotFound)?;
    let facts = standing::facts(tx, asking, &owner).await?;
    standing::ask(Action::SeeProfile, &facts)?;
    with_parts(tx, playlist, owner, facts).await
}

/// One's own playlist; whatever else there is answers as what never was.
pub(super) async fn own(tx: &mut Tx, me: AccountId, id: PlaylistId) -> Result<Playlist, AppError> {
    let found = playlists::by_id(tx, id).await?.filter(|playlist| playlist.owner == me);
    found.ok_or(AppError::NotFound)
}

/// Puts together what [`FoundPlaylist::open`] needs, for lists that read their rows by themselves.
pub(super) async fn with_parts(
    tx: &mut Tx,
    playlist: Playlist,
    owner: Account,
    facts: Facts,
) -> Result<FoundPlaylist, AppError> {
    let seen = Seen { narrowest: narrowest(facts.relation), adult: facts.viewer_adult };
    let (count, first) = playlists::seen(tx, &playlist, seen).await?;
    Ok(FoundPlaylist { playlist, owner, facts, count, first })
}

impl FoundPlaylist {
    /// Opens what is sealed of it.
    pub(super) fn open(self, keys: &AccountKeys) -> Result<PlaylistView, AppError> {
        let Self { playlist, owner, facts, count, first } = self;
        Ok(PlaylistView {
            id: playlist.id,
            handle: open_handle(keys, owner.id, &owner.handle)?,
            display_name: keys.open_text(ACCOUNT_DISPLAY_NAME, owner.id.as_bytes(), &owner.display_name)?,
            title: keys.open_text(PLAYLIST_TITLE, playlist.id.as_bytes(), &playlist.title)?,
            is_mine: facts.relation == Relation::Owner,
            created_at: since(playlist.created_at),
            video_count: count,
            first,
        })
    }

    /// The same with the owner's keys looked up. Gone keys mean that the owner is gone.
    pub(super) async fn opened(self, app: &App) -> Result<PlaylistView, AppError> {
        let keys = app.vault.account(self.owner.id).await?.ok_or(AppError::NotFound)?;
        self.open(&keys)
    }
}
