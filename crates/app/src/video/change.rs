//! Changing a video: who may see it, what its caption says.

use outro_model::{AccountId, Audience, VideoId, bounded_text};
use outro_policy::Action;
use outro_store::{accounts, videos};
use outro_vault::AccountKeys;

use super::view::{VideoView, find, view_of};
use crate::budget::{self, Budget, Tagged};
use crate::notify::{self, Told};
use crate::privacy::read_comments_from;
use crate::{App, AppError, Signed};

/// The longest caption, in characters.
pub(super) const CAPTION: usize = 2200;
/// How many changed captions of one account may call people in a day.
const CALLS_A_DAY: i64 = 20;

/// What is changed; what is `None` stays.
#[derive(Clone, Default)]
pub struct VideoChange {
    /// `everyone`, `followers`, `friends` or `only_me`.
    pub audience: Option<String>,
    /// `everyone`, `followers`, `friends` or `no_one`; the account's setting is a ceiling.
    pub comments_from: Option<String>,
    /// At most 2,200 characters.
    pub caption: Option<String>,
    /// Whether others may use its sound. What they have made of it falls silent when they may not.
    pub sound_reuse: Option<bool>,
}

pub(crate) fn read_audience(word: &str) -> Result<Audience, AppError> {
    let wrong = "Choose everyone, followers, friends or only_me.";
    word.parse().map_err(|_| AppError::invalid("audience", "invalid_audience", wrong))
}

pub(crate) fn read_caption(text: &str) -> Result<String, AppError> {
    bounded_text(text, CAPTION)
        .map_err(|_| AppError::invalid("caption", "caption_too_long", format!("Use at most {CAPTION} characters.")))
}

/// Changes one's own video; it holds from the next request on, also for addresses handed out before.
pub async fn change(app: &App, signed: &Signed, id: VideoId, change: VideoChange) -> Result<VideoView, AppError> {
    let audience = change.audience.as_deref().map(read_audience).transpose()?;
    let comments_from = change.comments_from.as_deref().map(read_comments_from).transpose()?;
    let caption = change.caption.as_deref().map(read_caption).transpose()?;
    let keys = signed.keys(app).await?;
    let added = match &caption {
        Some(caption) => added(app, &keys, id, caption).await?,
        None => Added::default(),
    };
    let (me, mut told) = (Some(signed.account), Told::default());
    let mut tx = app.db.write().await?;
    if !accounts::lock_live(&mut tx, signed.account).await? {
        return Err(AppError::SignInNeeded);
    }
    find(&mut tx, me, Action::ChangeVideo, id).await?;
    if let Some(audience) = audience {
        videos::set_audience(&mut tx, signed.account, id, audience).await?;
    }
    if let Some(from) = comments_from {
        videos::set_comments_from(&mut tx, signed.account, id, from).await?;
    }
    if let Some(reuse) = change.sound_reuse {
        videos::set_sound_reuse(&mut tx, signed.account, id, reuse).await?;
    }
    if let Some(caption) = caption {
        let sealed = keys.seal_text(outro_datamap::VIDEO_CAPTION, id.as_bytes(), &caption);
        videos::set_caption(&mut tx, signed.account, id, &sealed).await?;
    }
    let after = find(&mut tx, me, Action::SeeVideo, id).await?;
    if added.may_call(app, &mut tx).await? {
        notify::call_added(app, &mut tx, &mut told, (signed.account, id), &added.mentioned).await?;
    }
    told.commit(app, tx).await?;
    app.finder.video_changed(signed.account, id);
    view_of(app, me, after).await
}

/// Whom a caption mentions that the one before did not, and how often that may call somebody.
#[derive(Default)]
struct Added {
    mentioned: Vec<AccountId>,
    limits: Vec<Tagged>,
}

/// Found out before the transaction, since the keyring is asked. Of a video that is not one's own nothing is
/// read: the transaction refuses it.
async fn added(app: &App, keys: &AccountKeys, id: VideoId, caption: &str) -> Result<Added, AppError> {
    let row = videos::by_id(&mut app.db.read().await?, id).await?.filter(|row| row.owner == keys.account());
    let Some(row) = row else { return Ok(Added::default()) };
    let before = keys.open_text(outro_datamap::VIDEO_CAPTION, id.as_bytes(), &row.caption)?;
    let known = notify::mentioned(app, &before).await?;
    let mut mentioned = notify::mentioned(app, caption).await?;
    mentioned.retain(|account| !known.contains(account));
    let me = keys.account();
    let calls = Budget { parts: &[b"caption calls", me.as_bytes()], limit: CALLS_A_DAY };
    let limits = if mentioned.is_empty() { vec![] } else { budget::tagged(app, &[calls]).await? };
    Ok(Added { mentioned, limits })
}

impl Added {
    /// Whether there is anybody to be called, and the day's calls are not used up: the caption changes all the same.
    async fn may_call(&self, app: &App, tx: &mut outro_db::Tx) -> Result<bool, AppError> {
        if self.mentioned.is_empty() || !app.settings.rate_limits {
            return Ok(!self.mentioned.is_empty());
        }
        match budget::spend(app, tx, &self.limits).await {
            Err(AppError::TooMany { .. }) => Ok(false),
            spent => spent.map(|()| true),
        }
    }
}
