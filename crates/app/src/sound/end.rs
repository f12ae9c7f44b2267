//! When a sound goes: those that used it play their own at once, since nothing lends it any more. Here their mixes
//! go too, and their owners are told.

use outro_db::Tx;
use outro_jobs::{Job, Lane, NewJob, Outcome};
use outro_model::{AccountId, BlobKind, JobId, SoundId, VideoId, VideoState};
use outro_store::sounds::{self, Sound};
use outro_store::{accounts, blobs, videos};

use crate::notify::{About, Told};
use crate::video::discard;
use crate::{App, AppError, standing};

/// The kind of the job that ends uses.
pub(crate) const JOB: &str = "sound.end";
/// Uses that one transaction takes a sound from, or that are looked for at once.
const BATCH: i64 = 100;

/// Takes the sound of a video that is taken away from all that use it. Every step may be done again.
pub(crate) async fn let_go(app: &App, owner: AccountId, video: VideoId) -> Result<(), AppError> {
    loop {
        let mut tx = app.db.write().await?;
        let taken = sounds::let_go(&mut tx, owner, video, BATCH).await?;
        if taken > 0 {
            later(app, &mut tx).await?;
        }
        tx.commit().await?;
        app.queue.wake();
        if (taken as i64) < BATCH {
            return Ok(());
        }
    }
}

/// Enqueues the end of uses, in the transaction that took the sound from them. It is nobody's own work: who took
/// the sound away may be gone before it is done.
pub(crate) async fn later(app: &App, tx: &mut Tx) -> Result<(), AppError> {
    let (id, run_at) = (JobId::random(&*app.random), app.clock.now());
    let job = NewJob { id, kind: JOB, lane: Lane::Prompt, account: None, video: None, run_at };
    Ok(outro_jobs::enqueue(tx, &job).await?)
}

/// Ends every use whose sound was taken away. Every step may be done again.
pub(crate) async fn run(app: &App, _: &Job) -> Outcome {
    match walk(app).await {
        Ok(()) => Outcome::Done,
        Err(error) => {
            tracing::error!(%error, "uses of a sound are not ended yet; it goes on");
            Outcome::Again("held_up")
        }
    }
}

async fn walk(app: &App) -> Result<(), AppError> {
    let mut after = (standing::NOBODY, VideoId::from_bytes([0; 16]));
    loop {
        let found = sounds::without(&mut app.db.read().await?, after, BATCH).await?;
        for &(owner, video) in &found {
            end(app, owner, video).await?;
        }
        match found.last() {
            Some(&last) if found.len() as i64 == BATCH => after = last,
            _ => return Ok(()),
        }
    }
}

/// The mix goes first, so that whoever comes after a stop finds it by the row of the use. A video that is still being
/// made is left to its encode.
async fn end(app: &App, owner: AccountId, video: VideoId) -> Result<(), AppError> {
    let row = videos::by_id(&mut app.db.read().await?, video).await?;
    let Some(row) = row.filter(|row| row.facts.state != VideoState::Processing) else { return Ok(()) };
    for kind in [BlobKind::SmallMix, BlobKind::Mix, BlobKind::LargeMix] {
        for mix in blobs::of_kind(&mut app.db.read().await?, owner, video, kind).await? {
            discard(app, owner, mix).await?;
        }
    }
    let mut tx = app.db.write().await?;
    // Who is leaving takes the row along.
    if !accounts::lock_live(&mut tx, owner).await? {
        return Ok(());
    }
    let Some(own_sound) = sounds::end_use(&mut tx, owner, video).await? else { return Ok(()) };
    let mut told = Told::default();
    if row.facts.state == VideoState::Ready {
        plays_its_own(app, &mut tx, &mut told, (owner, video), own_sound).await?;
    }
    told.commit(app, tx).await
}

/// From now on a video plays its own sound: it is one that others can see, and its owner is told.
pub(crate) async fn plays_its_own(
    app: &App,
    tx: &mut Tx,
    told: &mut Told,
    (owner, video): (AccountId, VideoId),
    own_sound: bool,
) -> Result<(), AppError> {
    if own_sound {
        offer(app, tx, owner, video).await?;
    }
    told.sound_gone(app, tx, owner, About::video(owner, video)).await
}

/// Makes the sound of a video one that others can see.
pub(crate) async fn offer(app: &App, tx: &mut Tx, owner: AccountId, video: VideoId) -> Result<(), AppError> {
    let sound = Sound { owner, id: SoundId::random(&*app.random), video, created_at: app.clock.now() };
    Ok(sounds::insert(tx, &sound).await?)
}
