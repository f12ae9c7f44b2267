//! What has to be done every hour: what ended by itself goes, and once a day the root key is replaced.

use outro_jobs::{Lane, Outcome};
use outro_model::{Clock as _, JobId, SystemClock, Timestamp};
use outro_store::{accounts, blobs, budgets, challenges, events, messages, notifications, sessions, videos};

use crate::notify::KEPT_SECONDS;
use crate::{App, AppError};

/// The kind of the job that keeps house.
pub(crate) const JOB: &str = "housekeeping";
/// The id of that job: there is one of it, however many processes start at once.
const JOB_ID: JobId = JobId::from_bytes(*b"housekeeping job");
/// How long an upload may take before it is held to be over, in seconds.
const UPLOAD_SECONDS: i64 = outro_datamap::UPLOAD_HOURS * 3600;
/// How long an upload into a bucket may be on its way before it is held to be over, in seconds.
const BUCKET_SECONDS: i64 = 86_400;
/// How many notifications, or events, one transaction removes at most.
const TOLD_BATCH: i64 = 500;
/// How long a join may take before it is held to be over, in seconds.
const JOIN_SECONDS: i64 = 3600;
/// How long a page that was cut off can go on where it was, in seconds.
const EVENT_SECONDS: i64 = outro_datamap::EVENT_HOURS * 3600;
/// How old a root key becomes, in milliseconds: 23 hours, so that an hourly look replaces it daily.
const ROOT_MILLIS: i64 = 23 * 3_600_000;

/// Sees to it that there is one job that keeps house.
pub async fn schedule(app: &App) -> Result<(), AppError> {
    let mut tx = app.db.write().await?;
    outro_jobs::enqueue_once(&mut tx, JOB_ID, JOB, Lane::Prompt, app.clock.now()).await?;
    Ok(tx.commit().await?)
}

/// Keeps house, and comes again in an hour. What is in the way of one part is not in the way of the others.
pub(crate) async fn run(app: &App) -> Outcome {
    let now = app.clock.now();
    let parts = [
        ("what ended", drop_ended(app, now).await),
        ("what was told", drop_told(app, now.plus_seconds(-KEPT_SECONDS)).await),
        ("what pages were told", drop_events(app, now.plus_seconds(-EVENT_SECONDS)).await),
        ("uploads", drop_unfinished(app, now.plus_seconds(-UPLOAD_SECONDS)).await),
        ("uploads that came in pieces", crate::upload::drop_expired(app).await),
        ("takeouts", crate::takeout::drop_expired(app).await),
        ("imports", crate::bring::drop_unfinished(app, now.plus_seconds(-UPLOAD_SECONDS)).await),
        ("conversations", drop_unopened(app, now.plus_seconds(-JOIN_SECONDS)).await),
        ("uploads into the bucket", sweep_bucket(app).await),
        ("objects of those who left", crate::erasure::sweep_objects(app).await),
        ("joins", drop_unjoined(app, now.plus_seconds(-JOIN_SECONDS)).await),
        ("what was seen", crate::feed::drop_old(app).await),
        ("what became of videos", crate::statistics::drop_old(app).await),
        ("payments", crate::wallet::drop_old(app, now).await),
        ("erasures on request", crate::erasure::drop_old(app).await),
        ("popularity", settle_popularity(app).await),
        ("keys without accounts", crate::backup::sweep(app).await),
        ("backups", end_backups(app, now).await),
        ("the root key", rotate(app, now).await),
        ("the keyring's copy", copy_keyring(app).await),
    ];
    for (part, kept) in parts {
        if let Err(error) = kept {
            tracing::error!(part, %error, "housekeeping was held up; it comes again");
        }
    }
    Outcome::At(now.plus_seconds(3600))
}

async fn drop_ended(app: &App, now: Timestamp) -> Result<(), AppError> {
    let mut tx = app.db.write().await?;
    sessions::end_expired(&mut tx, now).await?;
    challenges::drop_expired(&mut tx, now).await?;
    budgets::drop_before(&mut tx, now.day()).await?;
    Ok(tx.commit().await?)
}

/// How many of the most popular videos are looked at.
const POPULAR: i64 = 500;

/// Erasures take likes away and leave the ranking: here it follows.
async fn settle_popularity(app: &App) -> Result<(), AppError> {
    let mut tx = app.db.write().await?;
    videos::settle_heat(&mut tx, POPULAR).await?;
    Ok(tx.commit().await?)
}

/// Removes what people were told before `before`.
async fn drop_told(app: &App, before: Timestamp) -> Result<(), AppError> {
    loop {
        let mut tx = app.db.write().await?;
        let gone = notifications::drop_before(&mut tx, before, TOLD_BATCH).await?;
        tx.commit().await?;
        if (gone as i64) < TOLD_BATCH {
            return Ok(());
        }
    }
}

/// Removes what open pages were told before `before`.
async fn drop_events(app: &App, before: Timestamp) -> Result<(), AppError> {
    loop {
        let mut tx = app.db.write().await?;
        let gone = events::drop_before(&mut tx, before, TOLD_BATCH).await?;
        tx.commit().await?;
        if (gone as i64) < TOLD_BATCH {
            return Ok(());
        }
    }
}

async fn rotate(app: &App, now: Timestamp) -> Result<(), AppError> {
    let rotated = app.vault.rotated_at().await?;
    if rotated.is_none_or(|at| now.millis_since(at) > ROOT_MILLIS) {
        app.vault.rotate_root().await?;
    }
    Ok(())
}

/// Destroys the keys of backups that end before this looks again.
async fn end_backups(app: &App, now: Timestamp) -> Result<(), AppError> {
    app.vault.end_backups(now.plus_seconds(3600)).await?;
    Ok(())
}

/// After the root key, so that the copy opens.
async fn copy_keyring(app: &App) -> Result<(), AppError> {
    if let Some(to) = &app.settings.keyring_copy {
        app.vault.copy_keyring(to).await?;
    }
    Ok(())
}

/// Removes objects whose writing began before `before` and never ended: the file, then the row.
pub async fn drop_unfinished(app: &App, before: Timestamp) -> Result<(), AppError> {
    loop {
        let found = blobs::unfinished(&mut app.db.read().await?, before).await?;
        if found.is_empty() {
            return Ok(());
        }
        for (owner, id) in found {
            app.blobs.delete(owner, id).await?;
            let mut tx = app.db.write().await?;
            blobs::delete(&mut tx, owner, id).await?;
            tx.commit().await?;
        }
    }
}

/// Ends uploads into a bucket that nobody is at any more: a longer one than that is none. By the clock of the server.
async fn sweep_bucket(app: &App) -> Result<(), AppError> {
    let swept = app.blobs.sweep(SystemClock.now().plus_seconds(-BUCKET_SECONDS)).await?;
    if swept > 0 {
        tracing::info!(swept, "uploads into the bucket that came to no end were ended");
    }
    Ok(())
}

/// Joins that were cut in two: a key and a home without an account. A key whose account is there was
/// only not noted as joined.
async fn drop_unjoined(app: &App, before: Timestamp) -> Result<(), AppError> {
    for id in app.vault.unjoined(before, 500).await? {
        if accounts::by_id(&mut app.db.read().await?, id).await?.is_some() {
            app.vault.joined(id).await?;
        } else {
            app.blobs.remove_home(id).await?;
            app.vault.forget_unjoined(id).await?;
        }
    }
    Ok(())
}

/// Openings that were cut in two: a key without a conversation. A key whose conversation is there was
/// only not noted as opened.
async fn drop_unopened(app: &App, before: Timestamp) -> Result<(), AppError> {
    for id in app.vault.unopened(before, 500).await? {
        if messages::exists(&mut app.db.read().await?, id).await? {
            app.vault.opened(id).await?;
        } else {
            app.vault.forget_unopened(id).await?;
        }
    }
    Ok(())
}

/// Whether the objects of those who are here can be where they are looked for: of some of them a home has to be there. Another
/// bucket, another prefix, or a folder instead of a bucket would be taken for emptied by whoever erases there.
pub async fn fits_objects(app: &App) -> Result<bool, AppError> {
    let mut found_none = false;
    for id in app.vault.account_ids(None, 64).await? {
        // A join that was cut in two has a key and no row; so has who joined after the backup that was put back.
        if accounts::by_id(&mut app.db.read().await?, id).await?.is_some() {
            if app.blobs.home_exists(id).await? {
                return Ok(true);
            }
            found_none = true;
        }
    }
    Ok(!found_none)
}

/// Whether database and keyring belong together, as far as can be told: people without keys and keys
/// without people mean that one of the two is another's, empty, or lost.
pub async fn fits_keyring(app: &App) -> Result<bool, AppError> {
    let mut tx = app.db.read().await?;
    let (rows, people) = (accounts::any(&mut tx).await?, accounts::any_active(&mut tx).await?);
    drop(tx);
    let keys = !app.vault.account_ids(None, 1).await?.is_empty();
    // Those who are leaving have rows and no keys; a join that was cut in two has a key and no row.
    Ok((!people || keys) && (rows || !app.vault.any_joined().await?))
}
