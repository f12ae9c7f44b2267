//! Uploading: bytes are streamed into a sealed object, never whole in memory, no transaction open;
//! then one transaction makes the video and enqueues its encoding.

use std::fs::File;
use std::io::{Seek as _, Write as _};

use outro_blobs::BlobWriter;
use outro_jobs::{Lane, NewJob};
use outro_media::{Limits, RunError, Scratch};
use outro_model::{AccountId, BlobId, BlobKind, JobId, Reframe, Timestamp, VideoId, VideoState};
use outro_policy::Action;
use outro_store::accounts;
use outro_store::blobs::{self, Blob};
use outro_store::videos::{self, Video};

use super::change::{read_audience, read_caption};
use super::encode::JOB;
use super::view::{VideoView, find, view_of};
use crate::{App, AppError, RefusalKind, Signed};

/// What is said of a video besides its bytes.
#[derive(Clone, Default)]
pub struct NewVideo {
    /// At most 2,200 characters.
    pub caption: Option<String>,
    /// `everyone` (the default) or `only_me`.
    pub audience: Option<String>,
    /// `fit` (the default) or `crop`.
    pub reframe: Option<String>,
}

/// An upload that goes on. Dropped unfinished, it leaves nothing that can be read: the sealed file
/// goes at once, its row by housekeeping.
pub struct Upload {
    app: App,
    blob: Blob,
    writer: BlobWriter,
    scratch: File,
    length: u64,
}

impl App {
    /// What one video may take.
    pub fn limits(&self) -> Limits {
        Limits {
            max_input_bytes: self.settings.max_upload_bytes,
            max_duration: std::time::Duration::from_secs(self.settings.max_duration_s),
            ..Limits::default()
        }
    }
}

/// Begins an upload. `length` is how many bytes are announced, where it is known.
pub async fn begin_upload(app: &App, signed: &Signed, length: Option<u64>) -> Result<Upload, AppError> {
    if length.is_some_and(|length| length > app.settings.max_upload_bytes) {
        return Err(too_large(app));
    }
    let keys = signed.keys(app).await?;
    let blob = new_blob(app, signed.account, VideoId::random(&*app.random), BlobKind::Original);
    let mut tx = app.db.write().await?;
    if !accounts::lock_live(&mut tx, signed.account).await? {
        return Err(AppError::SignInNeeded);
    }
    // The row is there before the file is: whoever finds an end to this finds the file by it.
    blobs::begin(&mut tx, &blob).await?;
    tx.commit().await?;
    let writer = app.blobs.writer(&keys, blob.id, BlobKind::Original).await?;
    let scratch = Scratch::new(length.unwrap_or(u64::MAX), &app.settings.scratch)?.into_file();
    Ok(Upload { app: app.clone(), blob, writer, scratch, length: 0 })
}

/// A row for an object that is about to be written.
pub(super) fn new_blob(app: &App, owner: AccountId, video: VideoId, kind: BlobKind) -> Blob {
    Blob {
        owner,
        id: BlobId::random(&*app.random),
        video,
        kind,
        header: None,
        length: 0,
        width: 0,
        height: 0,
        created_at: app.clock.now(),
    }
}

fn too_large(app: &App) -> AppError {
    let most = app.settings.max_upload_bytes / 1_000_000;
    AppError::refused(RefusalKind::TooLarge, "file_too_large", format!("This file is larger than {most} MB."))
}

impl Upload {
    /// Takes the next bytes.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), AppError> {
        self.length += bytes.len() as u64;
        if self.length > self.app.settings.max_upload_bytes {
            return Err(too_large(&self.app));
        }
        self.writer.write(bytes).await?;
        // Memory, or a file without a name: the probe reads it, and it is gone with this value.
        Ok(self.scratch.write_all(bytes)?)
    }

    /// Ends the upload: what it is is found by probing, and what is no video is refused, with nothing kept.
    pub async fn finish(self, signed: &Signed, new: NewVideo) -> Result<VideoView, AppError> {
        let (app, owner, id) = (self.app.clone(), self.blob.owner, self.blob.id);
        let made = self.make(signed, new).await;
        if made.is_err() {
            discard(&app, owner, id).await?;
        }
        made
    }

    async fn make(mut self, signed: &Signed, new: NewVideo) -> Result<VideoView, AppError> {
        let app = self.app;
        let video = read(&app, &self.blob, new)?;
        self.scratch.rewind()?;
        match outro_media::probe(&app.tools, &self.scratch, &app.limits()).await {
            Ok(_) => {}
            Err(RunError::Refused(refusal)) => {
                return Err(AppError::refused(RefusalKind::Unusable, refusal.code(), refusal.sentence()));
            }
            Err(error) => return Err(AppError::internal(error)),
        }
        // The keys are asked for again: who left while the bytes came in has none.
        let keys = signed.keys(&app).await?;
        let sealed = self.writer.finish(&keys).await?;
        let blob = Blob { header: Some(sealed.header), length: sealed.length as i64, ..self.blob };
        let caption = keys.seal_text(outro_datamap::VIDEO_CAPTION, video.id.as_bytes(), &video.text);
        write(&app, signed, &blob, Video { caption, ..video.row }).await
    }
}

struct Read {
    id: VideoId,
    text: String,
    row: Video,
}

fn read(app: &App, blob: &Blob, new: NewVideo) -> Result<Read, AppError> {
    let text = read_caption(new.caption.as_deref().unwrap_or_default())?;
    let audience = read_audience(new.audience.as_deref().unwrap_or("everyone"))?;
    let wrong = "Choose fit or crop.";
    let reframe: Reframe = new
        .reframe
        .as_deref()
        .unwrap_or("fit")
        .parse()
        .map_err(|_| AppError::invalid("reframe", "invalid_reframe", wrong))?;
    let row = Video {
        owner: blob.owner,
        id: blob.video,
        state: VideoState::Processing,
        audience,
        reframe,
        caption: vec![],
        created_at: app.clock.now(),
        published_at: Timestamp(0),
        duration_ms: 0,
        progress: 0,
        failure: None,
        like_count: 0,
    };
    Ok(Read { id: blob.video, text, row })
}

/// The one transaction of an upload.
async fn write(app: &App, signed: &Signed, blob: &Blob, video: Video) -> Result<VideoView, AppError> {
    let id = video.id;
    let mut tx = app.db.write().await?;
    // Who left meanwhile has taken the row of the object along: nothing may be added any more.
    if !accounts::lock_live(&mut tx, signed.account).await? || !blobs::finish(&mut tx, blob).await? {
        return Err(AppError::SignInNeeded);
    }
    videos::insert(&mut tx, &video).await?;
    let job = NewJob {
        id: JobId::random(&*app.random),
        kind: JOB,
        lane: Lane::Encode,
        account: Some(signed.account),
        video: Some(id),
        run_at: app.clock.now(),
    };
    outro_jobs::enqueue(&mut tx, &job).await?;
    let found = find(&mut tx, Some(signed.account), Action::SeeVideo, id).await?;
    tx.commit().await?;
    app.queue.wake();
    view_of(app, Some(signed.account), found).await
}

/// Removes an object that nothing will come of: the file, then the row.
pub(super) async fn discard(app: &App, owner: AccountId, id: BlobId) -> Result<(), AppError> {
    app.blobs.delete(owner, id).await?;
    let mut tx = app.db.write().await?;
    blobs::delete(&mut tx, owner, id).await?;
    Ok(tx.commit().await?)
}
