//! The job that brings an archive in: looked through as a whole first, then made video by video. Whoever is stopped goes on
//! with the next video; of what is refused nothing was made.

use outro_datamap::{ACCOUNT_BIO, ACCOUNT_DISPLAY_NAME, BROUGHT_TEXT, PLAYLIST_TITLE, VIDEO_CAPTION};
use outro_db::Tx;
use outro_jobs::{Job, Lane, NewJob, Outcome};
use outro_model::{AccountId, BlobKind, Id, JobId, PlaylistId, VideoId};
use outro_policy::VideoFacts;
use outro_store::accounts;
use outro_store::blobs::{self, Blob};
use outro_store::imports::{self, Brought, Import, Kind, State};
use outro_store::playlists::{self, Playlist};
use outro_store::videos::{self, Video};
use outro_vault::{AccountKeys, sha256};

use super::check::{self, Clip, Content, Stop};
use super::object;
use crate::runner::when_back;
use crate::video::{ENCODE_JOB, discard, has_room, new_blob};
use crate::{App, AppError, playlist};

/// How many errors of our own are borne before the archive is given up.
const ERRORS: i64 = 8;
/// How many things that came along are put away in one transaction.
const BATCH: usize = 500;

/// Brings in the archive of an account.
pub(crate) async fn run(app: &App, job: &Job) -> Outcome {
    let Some(account) = job.account else { return Outcome::Done };
    let found = async { Ok::<_, AppError>(imports::list(&mut app.db.read().await?, account).await?) }.await;
    let found = match found {
        Ok(found) => found,
        Err(error) => return held(app, &error),
    };
    let settled = match found.iter().find(|one| matches!(one.state, State::Checking | State::Bringing)) {
        Some(import) => settled(app, import, job.errors >= ERRORS).await,
        None => Ok(()),
    };
    match settled {
        Ok(()) => sweep(app, account).await.map_or_else(|error| held(app, &error), |()| Outcome::Done),
        Err(AppError::NotFound | AppError::SignInNeeded) => Outcome::Done,
        Err(error) => held(app, &error),
    }
}

/// Brings an archive in, or refuses it: either way it is over.
async fn settled(app: &App, import: &Import, too_often: bool) -> Result<(), AppError> {
    let brought = if too_often { Err(Stop::Unsound("too_hard")) } else { bring(app, import).await };
    match brought {
        Ok(()) => Ok(()),
        Err(Stop::Unsound(why)) => refuse(app, import, why).await,
        Err(Stop::Held(error)) => Err(error),
    }
}

/// Removes archives that are over; whoever was stopped after their last transaction comes by here too.
async fn sweep(app: &App, account: AccountId) -> Result<(), AppError> {
    let found = imports::list(&mut app.db.read().await?, account).await?;
    for over in found.iter().filter(|one| matches!(one.state, State::Done | State::Refused)) {
        app.blobs.delete(account, object(over.id)).await?;
    }
    Ok(())
}

fn held(app: &App, error: &AppError) -> Outcome {
    if error.is_away() {
        // Nobody's fault: it does not count against the archive.
        return when_back(app);
    }
    tracing::error!(%error, "an archive on its way in was held up; it goes on");
    Outcome::Again("import")
}

async fn refuse(app: &App, import: &Import, why: &str) -> Result<(), AppError> {
    let mut tx = app.db.write().await?;
    imports::refuse(&mut tx, import.account, import.id, why).await?;
    Ok(tx.commit().await?)
}

async fn bring(app: &App, import: &Import) -> Result<(), Stop> {
    let content = check::content(app, import).await?;
    if import.state == State::Checking {
        check::videos(app, import, &content).await?;
        let keys = app.vault.account(import.account).await?.ok_or(AppError::NotFound)?;
        let mut tx = app.db.write().await?;
        let going_on = accounts::lock_live(&mut tx, import.account).await?
            && imports::set_sound(&mut tx, import.account, import.id, content.videos.len() as i64).await?;
        if going_on {
            // Before the first video is here: who keeps an account private must not be seen while the rest is made.
            accounts::set_privacy(&mut tx, import.account, content.settings).await?;
            lists(&mut tx, import, &content, &keys).await?;
        }
        tx.commit().await?;
        app.finder.account_changed(import.account);
        if !going_on {
            return Err(AppError::NotFound.into());
        }
    }
    let done = usize::try_from(import.done).unwrap_or_default();
    // The newest stands first in an archive; here it is to come last, as it came there.
    for (place, clip) in content.videos.iter().rev().enumerate().skip(done) {
        let lists = content.playlists.iter().enumerate().filter_map(|(at, list)| Some((at, list.place(clip)?)));
        one_video(app, import, clip, (place as i64 + 1, lists.collect())).await?;
    }
    put_away(app, import, &content).await?;
    settle(app, import, &content).await
}

/// The id that a playlist of the archive gets here: the same, however often the work is begun.
fn list_id(import: &Import, at: usize) -> PlaylistId {
    let hash = sha256(&[b"playlist", import.id.as_bytes(), &(at as u64).to_be_bytes()]);
    PlaylistId::from_bytes(std::array::from_fn(|byte| hash[byte]))
}

/// Makes the playlists of the archive, as many as there is room for; videos come into them as they are made.
async fn lists(tx: &mut Tx, import: &Import, content: &Content, keys: &AccountKeys) -> Result<(), AppError> {
    let owner = import.account;
    let room = playlist::MOST - playlists::count(tx, owner).await?;
    for (at, list) in content.playlists.iter().enumerate().take(usize::try_from(room).unwrap_or_default()) {
        let id = list_id(import, at);
        let title = keys.seal_text(PLAYLIST_TITLE, id.as_bytes(), &list.title);
        playlists::insert(tx, &Playlist { owner, id, title, created_at: list.created_at }).await?;
    }
    Ok(())
}

/// Makes one video: its original is sealed here, and it is encoded like one that is uploaded.
async fn one_video(
    app: &App,
    import: &Import,
    clip: &Clip,
    (number, lists): (i64, Vec<(usize, i64)>),
) -> Result<(), Stop> {
    let file = check::extract(app, import, clip).await?;
    let account = import.account;
    let keys = app.vault.account(account).await?.ok_or(AppError::NotFound)?;
    let blob = new_blob(app, account, VideoId::random(&*app.random), BlobKind::Original);
    let mut tx = app.db.write().await?;
    if !accounts::lock_live(&mut tx, account).await? {
        return Err(AppError::NotFound.into());
    }
    // The row is there before the file is: what a stop leaves is found by it.
    blobs::begin(&mut tx, &blob).await?;
    tx.commit().await?;
    let sealed = app.blobs.copy_in(&keys, blob.id, BlobKind::Original, file).await?;
    let blob = Blob { header: Some(sealed.header), length: sealed.length as i64, ..blob };
    let video = video(clip, account, blob.video, keys.seal_text(VIDEO_CAPTION, blob.video.as_bytes(), &clip.caption));
    drop(keys);
    if !noted(app, import, &blob, &video, (number, lists)).await? {
        discard(app, account, blob.id).await?;
    }
    Ok(())
}

fn video(clip: &Clip, owner: AccountId, id: VideoId, caption: Vec<u8>) -> Video {
    let Clip { audience, comments_from, sound_reuse, downloads, duets, stitches, age_restricted, .. } = *clip;
    let lent = VideoFacts { sound_reuse, downloads, duets, stitches, ..VideoFacts::OPEN };
    let facts = VideoFacts { audience, comments_from, age_restricted, ..lent };
    let begun = Video::processing(owner, id, facts, clip.reframe, clip.created_at);
    Video { caption, published_at: clip.published_at, pinned_at: clip.pinned_at, draft: clip.draft, ..begun }
}

/// The transaction of one video; `false` when it was made before, or its owner is leaving.
async fn noted(
    app: &App,
    import: &Import,
    blob: &Blob,
    video: &Video,
    (number, lists): (i64, Vec<(usize, i64)>),
) -> Result<bool, AppError> {
    let account = import.account;
    let mut tx = app.db.write().await?;
    let wanted = accounts::lock_live(&mut tx, account).await?
        && imports::set_made(&mut tx, account, import.id, number).await?
        && blobs::finish(&mut tx, blob).await?;
    if !wanted {
        return Ok(false);
    }
    videos::insert(&mut tx, video).await?;
    videos::set_published(&mut tx, account, video.id, video.published_at).await?;
    // An archive may name any number of them, and so may what is here already.
    if video.pinned_at.0 > 0 && video.draft.is_none() && has_room(&mut tx, account).await? {
        videos::set_pinned(&mut tx, account, video.id, video.pinned_at).await?;
    }
    for (at, place) in lists {
        // There was no room for it, or its owner has taken it away meanwhile.
        if let Some(list) = playlists::by_id(&mut tx, list_id(import, at)).await? {
            playlists::put(&mut tx, account, list.id, video.id, place).await?;
        }
    }
    let (id, run_at) = (JobId::random(&*app.random), app.clock.now());
    let job =
        NewJob { id, kind: ENCODE_JOB, lane: Lane::Encode, account: Some(account), video: Some(video.id), run_at };
    outro_jobs::enqueue(&mut tx, &job).await?;
    tx.commit().await?;
    app.queue.wake();
    Ok(true)
}

/// Puts away what has no place of its own here: comments under others' videos, and whom one followed.
async fn put_away(app: &App, import: &Import, content: &Content) -> Result<(), Stop> {
    let said = content.comments.iter().map(|said| (Kind::Comment, serde_json::to_string(said).unwrap_or_default()));
    let followed = content.follows.iter().map(|handle| (Kind::Follow, handle.clone()));
    let all: Vec<(Kind, String)> = said.chain(followed).collect();
    for (start, batch) in all.chunks(BATCH).enumerate() {
        let keys = app.vault.account(import.account).await?.ok_or(AppError::NotFound)?;
        let mut tx = app.db.write().await?;
        if !accounts::lock_live(&mut tx, import.account).await? {
            return Err(AppError::NotFound.into());
        }
        for (place, (kind, text)) in batch.iter().enumerate() {
            let id: Id<()> = Id::random(&*app.random);
            let seq = (start * BATCH + place) as i64 + 1;
            let text = keys.seal_text(BROUGHT_TEXT, id.as_bytes(), text);
            imports::put(&mut tx, import.account, *kind, &Brought { seq, id, text }).await?;
        }
        tx.commit().await?;
    }
    Ok(())
}

/// The last transaction: name and bio, and that all is here.
async fn settle(app: &App, import: &Import, content: &Content) -> Result<(), Stop> {
    let (account, row) = (import.account, import.account.as_bytes());
    let keys = app.vault.account(account).await?.ok_or(AppError::NotFound)?;
    let name = keys.seal_text(ACCOUNT_DISPLAY_NAME, row, &content.display_name);
    let bio = keys.seal_text(ACCOUNT_BIO, row, &content.bio);
    drop(keys);
    let mut tx = app.db.write().await?;
    if !accounts::lock_live(&mut tx, account).await? {
        return Err(AppError::NotFound.into());
    }
    if imports::set_done(&mut tx, account, import.id).await? {
        accounts::set_profile(&mut tx, account, &name, &bio).await?;
    }
    tx.commit().await?;
    app.finder.account_changed(account);
    Ok(())
}
