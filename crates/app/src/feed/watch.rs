//! What a player tells of a watching: it is counted, and remembered for the viewer's own feed.

use outro_db::DbError;
use outro_model::{CameFrom, Reach, VideoId};
use outro_policy::Action;
use outro_store::statistics::{self, Of, Watching};
use outro_store::watches::{self, Watch};
use outro_store::{accounts, budgets, videos};

use crate::video::find;
use crate::{App, AppError, Origin, Viewer, video, viewer};

/// From how long on a watching counts as a view, in milliseconds.
const VIEW_MILLIS: i64 = 1_000;
/// The longest watching that is believed, in milliseconds: a day.
const LONGEST_MILLIS: i64 = 86_400_000;
/// How many lengths of a video one watching adds to what is counted of it, at most.
const LOOPS: i64 = 4;
/// How long what was seen is kept, in seconds.
const KEPT_SECONDS: i64 = outro_datamap::WATCH_DAYS * 86_400;

/// A watching.
#[derive(Clone, Copy, Debug)]
pub struct NewWatch {
    /// For how long, in milliseconds.
    pub watched_ms: i64,
    /// Whether to its end.
    pub completed: bool,
    /// Where the viewer came from.
    pub from: CameFrom,
}

/// Notes a watching of a video that the viewer may watch. Of whom a view was counted is known until the
/// day's end alone, under a hash whose key is thrown away then. Without personalisation only that and when
/// the video was seen is kept; of nobody, nothing else is. What its owner is told of it names nobody.
pub async fn watch(app: &App, who: &Viewer, from: &Origin, id: VideoId, new: NewWatch) -> Result<(), AppError> {
    if !(0..=LONGEST_MILLIS).contains(&new.watched_ms) {
        let message = "Give the milliseconds that were watched, at most a day.";
        return Err(AppError::invalid("watched_ms", "invalid_watched_ms", message));
    }
    let tag = app.vault.budget_tag(&[b"view", &viewer::person(who, from), id.as_bytes()]).await?;
    let now = app.clock.now();
    let mut tx = app.db.write().await?;
    let asking = viewer::still(app, &mut tx, who).await?;
    if let Some(account) = asking
        && !accounts::lock_live(&mut tx, account).await?
    {
        return Err(AppError::SignInNeeded);
    }
    let found = find(&mut tx, asking, Action::ReadBytes, id).await?;
    let (owner, length_ms) = (found.video.owner, found.lasts_ms());
    if let Some(account) = asking {
        let personalised = watches::choice(&mut tx, account).await?.is_some_and(|choice| choice.personalised);
        let (watched_ms, completed) = if personalised { (new.watched_ms, new.completed) } else { (0, false) };
        let row = Watch { account, video: id, owner, seen_at: now, watched_ms, completed };
        // Neither owner nor video is held: one that is gone meanwhile is refused by the foreign key.
        let put = watches::put(&mut tx, &row).await;
        put.map_err(|error| if matches!(error, DbError::Constraint(_)) { AppError::NotFound } else { error.into() })?;
    }
    let counts = (new.completed || new.watched_ms >= VIEW_MILLIS) && asking != Some(owner);
    let mut is_popular = false;
    if counts
        && budgets::spend(&mut tx, &tag, now.day()).await? == 1
        && let Some(views) = videos::add_view(&mut tx, owner, id).await?
    {
        let watching = counted(new, length_ms);
        statistics::watched(&mut tx, Of { owner, video: id }, now.day(), watching).await?;
        is_popular = video::watched(app, &mut tx, (owner, id), views).await?;
    }
    tx.commit().await?;
    if is_popular {
        app.queue.wake();
    }
    Ok(())
}

/// What the owner of a video may be told of a watching. No one viewer makes much of it, whatever they say.
fn counted(new: NewWatch, length_ms: i64) -> Watching {
    let NewWatch { watched_ms, completed, from } = new;
    Watching {
        ended: Reach::ended(watched_ms, completed, length_ms),
        from,
        watched_ms: watched_ms.clamp(0, length_ms.max(0).saturating_mul(LOOPS)),
        finished: completed || (length_ms > 0 && watched_ms >= length_ms),
    }
}

/// Forgets what anybody saw more than 60 days ago.
pub(crate) async fn drop_old(app: &App) -> Result<(), AppError> {
    let before = app.clock.now().plus_seconds(-KEPT_SECONDS);
    loop {
        let mut tx = app.db.write().await?;
        let gone = watches::drop_before(&mut tx, before).await?;
        tx.commit().await?;
        if (gone as i64) < watches::BATCH {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_viewer_makes_much_of_a_video() {
        let said = |watched_ms, completed| NewWatch { watched_ms, completed, from: CameFrom::Link };
        let one = counted(said(LONGEST_MILLIS, false), 10_000);
        assert_eq!((one.watched_ms, one.finished, one.ended), (40_000, true, Reach::Ended(19)));
        let one = counted(said(2_600, false), 10_000);
        assert_eq!((one.watched_ms, one.finished, one.ended), (2_600, false, Reach::Ended(5)));
        assert_eq!(counted(said(LONGEST_MILLIS, true), 0).watched_ms, 0);
    }
}
