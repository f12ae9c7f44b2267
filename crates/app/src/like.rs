//! Liking a video, and taking it back.

use outro_db::DbError;
use outro_model::{Numbers, VideoId};
use outro_policy::Action;
use outro_store::statistics::{self, Of};
use outro_store::{accounts, likes, videos};

use crate::notify::{self, About, Kind, Told};
use crate::video::{VideoView, find, view_of};
use crate::{App, AppError, Signed};

/// Likes a video. Doing it again changes nothing.
pub async fn like(app: &App, signed: &Signed, id: VideoId) -> Result<VideoView, AppError> {
    set(app, signed, id, true).await
}

/// Takes a like back. Doing it again changes nothing.
pub async fn unlike(app: &App, signed: &Signed, id: VideoId) -> Result<VideoView, AppError> {
    set(app, signed, id, false).await
}

async fn set(app: &App, signed: &Signed, id: VideoId, liked: bool) -> Result<VideoView, AppError> {
    let (viewer, now) = (signed.account, app.clock.now());
    let mut tx = app.db.write().await?;
    if !accounts::lock_live(&mut tx, viewer).await? {
        return Err(AppError::SignInNeeded);
    }
    let mut found = find(&mut tx, Some(viewer), Action::Like, id).await?;
    let mut taken_back = None;
    let moved = if liked {
        // The owner is not held: many who like could then keep one from leaving. A like that comes too
        // late refers to a video that is gone, which the foreign key refuses; one that comes just before
        // is found by the erasure's walk, which cannot end with it.
        let put = likes::put(&mut tx, viewer, id, found.video.owner, now).await;
        put.map_err(|error| if matches!(error, DbError::Constraint(_)) { AppError::NotFound } else { error.into() })?
    } else {
        let gone = likes::drop(&mut tx, viewer, id).await?;
        taken_back = gone.map(|(_, at)| at);
        gone.is_some_and(|(counted, _)| counted)
    };
    let mut told = Told::default();
    if moved {
        let about = About::video(found.video.owner, id);
        if liked {
            told.tell(app, &mut tx, Kind::Like, (found.video.owner, viewer), about).await?;
        } else {
            notify::take_back(&mut tx, Kind::Like, found.video.owner, viewer, about).await?;
        }
        let of = Of { owner: found.video.owner, video: id };
        let by = if liked { 1 } else { -1 };
        let counts = videos::add_likes(&mut tx, of.owner, id, by).await?;
        found.video.like_count += if counts { by } else { 0 };
        if counts && liked {
            statistics::add(&mut tx, of, now.day(), Numbers { likes: 1, ..Numbers::default() }).await?;
        } else if let Some(at) = taken_back.filter(|_| counts) {
            statistics::unlike(&mut tx, of, at.day()).await?;
        }
    }
    // Whoever may like it may see it: what changed of it is known, and the one writer is not kept for reading it again.
    found.liked = liked;
    told.commit(app, tx).await?;
    view_of(app, Some(viewer), found).await
}
