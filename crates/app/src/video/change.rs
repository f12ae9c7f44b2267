//! Changing a video: who may see it, what its caption says.

use outro_model::{AccountId, Audience, Timestamp, VideoId, bounded_text};
use outro_policy::Action;
use outro_store::{accounts, videos};
use outro_vault::AccountKeys;

use super::draft::{self, DraftChange};
use super::encode::named_in_caption;
use super::remix::SoundChange;
use super::upload::read_reframe;
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
    /// Of a draft, the sound of another that is to be heard in it; `Some(None)` plays its own. It is made anew.
    pub sound: Option<Option<String>>,
    /// Of a draft with such a sound, where the stretch begins, in milliseconds.
    pub sound_from_ms: Option<i64>,
    /// Of a draft with such a sound, how much of it is heard, 0 to 100.
    pub sound_level: Option<i64>,
    /// Of a draft with such a sound, how much of its own is heard beside it, 0 to 100.
    pub own_level: Option<i64>,
    /// Whether others may download it.
    pub downloads: Option<bool>,
    /// Whether others may put it beside theirs. What they have made of it plays theirs alone when they may not.
    pub duets: Option<bool>,
    /// Whether others may begin theirs with a piece of it.
    pub stitches: Option<bool>,
    /// Whether it is for adults alone.
    pub age_restricted: Option<bool>,
    /// Of a draft, how a landscape video becomes upright: it is made anew.
    pub reframe: Option<String>,
    /// Of a draft, `false` publishes it: at once where it is ready, else as soon as it is.
    pub draft: Option<bool>,
    /// Of a draft, when it is published by itself, RFC 3339; `Some(None)` takes that back.
    pub publish_at: Option<Option<String>>,
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
    let mut of_draft = read_draft_change(app, &change)?;
    let of_sound = SoundChange::read(&change)?;
    let keys = signed.keys(app).await?;
    let added = match &caption {
        Some(caption) => added(app, &keys, id, caption).await?,
        None => Added::default(),
    };
    let named = match (of_draft.publish, &caption) {
        (false, _) => vec![],
        (true, Some(caption)) => notify::mentioned(app, caption).await?,
        (true, None) => named_in_caption(app, signed.account, id).await.or_else(none_there)?,
    };
    let (me, mut told) = (Some(signed.account), Told::default());
    let mut tx = app.db.write().await?;
    // What becomes of a draft is decided before its making ends, or after, and not beside it.
    let live = match of_draft.publish || of_draft.reframe.is_some() || of_sound.is_any() {
        true => accounts::lock_deciding(&mut tx, signed.account).await?,
        false => accounts::lock_live(&mut tx, signed.account).await?,
    };
    if !live {
        return Err(AppError::SignInNeeded);
    }
    let row = find(&mut tx, me, Action::ChangeVideo, id).await?.video;
    if let Some(audience) = audience {
        videos::set_audience(&mut tx, signed.account, id, audience).await?;
    }
    if let Some(from) = comments_from {
        videos::set_comments_from(&mut tx, signed.account, id, from).await?;
    }
    if let Some(reuse) = change.sound_reuse {
        videos::set_sound_reuse(&mut tx, signed.account, id, reuse).await?;
    }
    if let Some(downloads) = change.downloads {
        videos::set_downloads(&mut tx, signed.account, id, downloads).await?;
    }
    if let Some(duets) = change.duets {
        videos::set_duets(&mut tx, signed.account, id, duets).await?;
    }
    if let Some(stitches) = change.stitches {
        videos::set_stitches(&mut tx, signed.account, id, stitches).await?;
    }
    if let Some(adults) = change.age_restricted {
        videos::set_age_restricted(&mut tx, signed.account, id, adults).await?;
    }
    if let Some(caption) = caption {
        let sealed = keys.seal_text(outro_datamap::VIDEO_CAPTION, id.as_bytes(), &caption);
        videos::set_caption(&mut tx, signed.account, id, &sealed).await?;
    }
    if of_sound.apply(app, &mut tx, &row).await? {
        of_draft = DraftChange { reframe: of_draft.reframe.or(Some(row.reframe)), anew: true, ..of_draft };
    }
    draft::change(app, &mut tx, &mut told, &row, (of_draft, &named)).await?;
    let after = find(&mut tx, me, Action::SeeVideo, id).await?;
    if added.may_call(app, &mut tx).await? {
        notify::call_added(app, &mut tx, &mut told, (signed.account, id), &added.mentioned).await?;
    }
    told.commit(app, tx).await?;
    app.finder.video_changed(signed.account, id);
    app.queue.wake();
    view_of(app, me, after).await
}

fn read_draft_change(app: &App, change: &VideoChange) -> Result<DraftChange, AppError> {
    if change.draft == Some(true) {
        let detail = "A video that is published does not become a draft again. Make it one for yourself alone.";
        return Err(AppError::invalid("draft", "invalid_draft", detail));
    }
    let publish_at = match &change.publish_at {
        None => None,
        Some(None) => Some(Timestamp(0)),
        Some(Some(text)) => Some(draft::read_publish_at(app, text)?),
    };
    let reframe = change.reframe.as_deref().map(read_reframe).transpose()?;
    let publish = change.draft == Some(false);
    Ok(DraftChange { publish_at, reframe, publish, anew: false })
}

/// What is not there is refused in the transaction.
fn none_there(error: AppError) -> Result<Vec<AccountId>, AppError> {
    if matches!(error, AppError::NotFound) { Ok(vec![]) } else { Err(error) }
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
    // A draft calls nobody before it is published.
    let Some(row) = row.filter(|row| row.draft.is_none()) else { return Ok(Added::default()) };
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
