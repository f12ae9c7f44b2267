//! Changing a video: who may see it, what its caption says.

use outro_model::{Audience, VideoId, bounded_text};
use outro_policy::Action;
use outro_store::{accounts, videos};

use super::view::{VideoView, find, view_of};
use crate::privacy::read_comments_from;
use crate::{App, AppError, Signed};

/// The longest caption, in characters.
pub(super) const CAPTION: usize = 2200;

/// What is changed; what is `None` stays.
#[derive(Clone, Default)]
pub struct VideoChange {
    /// `everyone`, `followers`, `friends` or `only_me`.
    pub audience: Option<String>,
    /// `everyone`, `followers`, `friends` or `no_one`; the account's setting is a ceiling.
    pub comments_from: Option<String>,
    /// At most 2,200 characters.
    pub caption: Option<String>,
}

pub(crate) fn read_audience(word: &str) -> Result<Audience, AppError> {
    let wrong = "Choose everyone, followers, friends or only_me.";
    word.parse().map_err(|_| AppError::invalid("audience", "invalid_audience", wrong))
}

pub(super) fn read_caption(text: &str) -> Result<String, AppError> {
    bounded_text(text, CAPTION)
        .map_err(|_| AppError::invalid("caption", "caption_too_long", format!("Use at most {CAPTION} characters.")))
}

/// Changes one's own video; it holds from the next request on, also for addresses handed out before.
pub async fn change(app: &App, signed: &Signed, id: VideoId, change: VideoChange) -> Result<VideoView, AppError> {
    let audience = change.audience.as_deref().map(read_audience).transpose()?;
    let comments_from = change.comments_from.as_deref().map(read_comments_from).transpose()?;
    let caption = change.caption.as_deref().map(read_caption).transpose()?;
    let keys = signed.keys(app).await?;
    let me = Some(signed.account);
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
    if let Some(caption) = caption {
        let sealed = keys.seal_text(outro_datamap::VIDEO_CAPTION, id.as_bytes(), &caption);
        videos::set_caption(&mut tx, signed.account, id, &sealed).await?;
    }
    let after = find(&mut tx, me, Action::SeeVideo, id).await?;
    tx.commit().await?;
    app.finder.video_changed(signed.account, id);
    view_of(app, me, after).await
}
