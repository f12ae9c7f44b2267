//! Receiving an archive: its bytes are sealed as they come, and nothing of it is looked at before it is whole.

use outro_blobs::BlobWriter;
use outro_jobs::{Lane, NewJob};
use outro_model::{AccountId, BlobKind, ImportId, JobId, Timestamp};
use outro_store::{imports, videos};

use super::{JOB, object};
use crate::{App, AppError, RefusalKind, Signed, standing};

/// How many of the largest uploads an archive may be as large as.
const UPLOADS: u64 = 100;

/// An archive that is coming in. Dropped unfinished, its bytes are gone; its row follows.
pub struct Incoming {
    app: App,
    signed: Signed,
    id: ImportId,
    object: BlobWriter,
}

/// Begins to receive an archive. It goes into an account that has no videos yet: what is there already is never mixed
/// with what comes.
pub async fn begin(app: &App, signed: &Signed, length: Option<u64>) -> Result<Incoming, AppError> {
    if length.is_some_and(|length| length > most(app)) {
        return Err(too_large());
    }
    let keys = signed.keys(app).await?;
    let (account, id, now) = (signed.account, ImportId::random(&*app.random), app.clock.now());
    let mut tx = app.db.write().await?;
    standing::hold_present(&mut tx, account).await?;
    if videos::count(&mut tx, account).await? > 0 {
        let detail = "There are videos here already. An archive is brought into a new account.";
        return Err(AppError::refused(RefusalKind::Conflict, "not_a_new_account", detail));
    }
    // One that was refused, or came to nothing, makes room for another try.
    for old in imports::list(&mut tx, account).await? {
        if matches!(old.state, imports::State::Refused) {
            imports::delete(&mut tx, account, old.id).await?;
        }
    }
    if !imports::begin(&mut tx, account, id, now).await? {
        let detail = "An archive is on its way in already, or was brought in before.";
        return Err(AppError::refused(RefusalKind::Conflict, "import_under_way", detail));
    }
    tx.commit().await?;
    let object = app.blobs.writer(&keys, object(id), BlobKind::Import).await?;
    Ok(Incoming { app: app.clone(), signed: signed.clone(), id, object })
}

fn most(app: &App) -> u64 {
    app.settings.max_upload_bytes.saturating_mul(UPLOADS)
}

fn too_large() -> AppError {
    AppError::refused(RefusalKind::TooLarge, "file_too_large", "This archive is larger than what is taken here.")
}

impl Incoming {
    /// Takes the next bytes.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), AppError> {
        if self.object.length() + bytes.len() as u64 > most(&self.app) {
            return Err(too_large());
        }
        Ok(self.object.write(bytes).await?)
    }

    /// Ends it before its end: nothing of it is left.
    pub async fn abandon(self) {
        let Self { app, signed, id, object } = self;
        drop(object);
        if let Err(error) = discard(&app, signed.account, id).await {
            tracing::warn!(%error, "an archive that came to nothing is left to housekeeping");
        }
    }

    /// All is here: it is looked through by a job.
    pub async fn finish(self) -> Result<ImportId, AppError> {
        let Self { app, signed, id, object } = self;
        let sealed = object.finish(&signed.keys(&app).await?).await?;
        let mut tx = app.db.write().await?;
        standing::hold_present(&mut tx, signed.account).await?;
        if !imports::set_whole(&mut tx, signed.account, id, (&sealed.header, sealed.length as i64)).await? {
            return Err(AppError::SignInNeeded);
        }
        let (job, account, run_at) = (JobId::random(&*app.random), Some(signed.account), app.clock.now());
        let job = NewJob { id: job, kind: JOB, lane: Lane::Archive, account, video: None, run_at };
        outro_jobs::enqueue(&mut tx, &job).await?;
        tx.commit().await?;
        app.queue.wake();
        Ok(id)
    }
}

async fn discard(app: &App, account: AccountId, id: ImportId) -> Result<(), AppError> {
    app.blobs.delete(account, object(id)).await?;
    let mut tx = app.db.write().await?;
    imports::delete(&mut tx, account, id).await?;
    Ok(tx.commit().await?)
}

/// Removes archives that began to come in before `before` and never were whole.
pub(crate) async fn drop_unfinished(app: &App, before: Timestamp) -> Result<(), AppError> {
    loop {
        let found = imports::unfinished(&mut app.db.read().await?, before).await?;
        if found.is_empty() {
            return Ok(());
        }
        for (account, id) in found {
            discard(app, account, id).await?;
        }
    }
}
