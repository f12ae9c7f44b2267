//! The bytes of a video and of its cover. An address holds no right of its own: the policy is asked
//! on every request, and again while the bytes go out.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::Stream;
use outro_blobs::{BlobError, BlobReader};
use outro_model::{BlobId, BlobKind, VideoId};
use outro_policy::Action;
use outro_store::blobs;
use tokio::time::{Instant, MissedTickBehavior, interval_at, timeout};

use super::view::find;
use crate::{App, AppError, Viewer, viewer};

/// Which part of a video is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The rendition, to be played.
    Rendition,
    /// The cover.
    Cover,
    /// The rendition, as a file to keep.
    Download,
    /// The file as it was uploaded.
    Original,
}

impl Part {
    const fn asks(self) -> (Action, BlobKind) {
        match self {
            Self::Rendition => (Action::ReadBytes, BlobKind::Rendition),
            Self::Cover => (Action::SeeCover, BlobKind::Cover),
            Self::Download => (Action::Download, BlobKind::Rendition),
            Self::Original => (Action::Download, BlobKind::Original),
        }
    }
}

/// A part that may be read.
pub struct Media {
    /// Its length in bytes.
    pub length: u64,
    /// Changes whenever the bytes do.
    pub etag: String,
    reader: BlobReader,
    recheck: Recheck,
}

/// How often it is asked again, while something goes on, whether it may: what is revoked ends within a second.
const ASK_AGAIN: Duration = Duration::from_millis(400);
/// How long the answer may take: twice that, where one answer took as long and the next one too, stays below the
/// second.
const ANSWER_WITHIN: Duration = Duration::from_millis(400);

struct Recheck {
    app: App,
    who: Viewer,
    part: Part,
    video: VideoId,
    blob: BlobId,
}

/// Opens a part of a video for a viewer. What is hidden answers as what never was.
pub async fn open(app: &App, who: &Viewer, video: VideoId, part: Part) -> Result<Media, AppError> {
    let (action, kind) = part.asks();
    let mut tx = app.db.read().await?;
    let asking = viewer::still(app, &mut tx, who).await?;
    let found = match find(&mut tx, asking, action, video).await {
        Err(AppError::SignInNeeded) => return Err(AppError::NotFound),
        found => found?,
    };
    let blob = blobs::of_video(&mut tx, found.video.owner, video, kind).await?.ok_or(AppError::NotFound)?;
    drop(tx);
    let keys = app.vault.account(blob.owner).await?.ok_or(AppError::NotFound)?;
    let header = blob.header.ok_or(AppError::NotFound)?;
    let reader = app.blobs.reader(&keys, blob.id, kind, &header).await?.ok_or(AppError::NotFound)?;
    let recheck = Recheck { app: app.clone(), who: who.clone(), part, video, blob: blob.id };
    Ok(Media { length: reader.len(), etag: blob.id.to_string(), reader, recheck })
}

impl Recheck {
    async fn still_allowed(&self) -> Result<bool, AppError> {
        let (action, kind) = self.part.asks();
        let mut tx = self.app.db.read().await?;
        let asking = viewer::still(&self.app, &mut tx, &self.who).await?;
        let Ok(found) = find(&mut tx, asking, action, self.video).await else { return Ok(false) };
        let blob = blobs::of_video(&mut tx, found.video.owner, self.video, kind).await?;
        Ok(blob.is_some_and(|blob| blob.id == self.blob))
    }
}

/// Returns when the answer is no. What cannot be asked is not allowed.
pub(super) async fn until_refused<A>(ask: impl Fn() -> A)
where
    A: Future<Output = Result<bool, AppError>>,
{
    let mut beat = interval_at(Instant::now() + ASK_AGAIN, ASK_AGAIN);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        beat.tick().await;
        if !matches!(timeout(ANSWER_WITHIN, ask()).await, Ok(Ok(true))) {
            return;
        }
    }
}

impl Media {
    /// The bytes of a range, and a future that returns as soon as the viewer may not read on: who sends
    /// the bytes waits for it beside them, whether or not they are being read, and then ends at once.
    pub fn read(
        self,
        range: Range<u64>,
    ) -> (impl Stream<Item = Result<Bytes, BlobError>> + Send + 'static, impl Future<Output = ()> + Send + 'static)
    {
        let recheck = Arc::new(self.recheck);
        let ask = move || {
            let recheck = recheck.clone();
            async move { recheck.still_allowed().await }
        };
        (self.reader.stream(range), until_refused(ask))
    }
}
