//! How far an upload has come.

use outro_model::{BlobKind, VideoId};
use outro_store::uploads::{self, Upload};
use outro_store::{blobs, videos};

use super::About;
use crate::{App, AppError, Signed, viewer};

/// An upload that is not at its end.
#[derive(Clone, Debug)]
pub struct UploadView {
    /// The id, which is that of the video that it becomes.
    pub id: VideoId,
    /// What was said of it.
    pub about: About,
    /// How many bytes the file has.
    pub length: u64,
    /// How many of them are here.
    pub received: u64,
    /// When it was begun, RFC 3339.
    pub created_at: String,
    /// When it is held to be over, unless more of it comes.
    pub expires_at: outro_model::Timestamp,
}

impl UploadView {
    pub(super) fn of(upload: &Upload, about: About) -> Self {
        Self {
            id: upload.id,
            about,
            length: upload.length as u64,
            received: upload.received as u64,
            created_at: upload.created_at.rfc3339(),
            expires_at: upload.expires_at,
        }
    }
}

/// One's own uploads that are not at their end, the newest first.
pub async fn list(app: &App, signed: &Signed) -> Result<Vec<UploadView>, AppError> {
    let mut tx = app.db.read().await?;
    viewer::still(app, &mut tx, &Some(signed.clone())).await?.ok_or(AppError::SignInNeeded)?;
    let found = uploads::of_account(&mut tx, signed.account, app.clock.now()).await?;
    drop(tx);
    let keys = signed.keys(app).await?;
    let view = |upload: &Upload| Ok(UploadView::of(upload, About::open(&keys, upload.id, &upload.about)?));
    found.iter().map(view).collect()
}

/// How far an upload has come.
#[derive(Debug)]
pub enum Standing {
    /// It goes on.
    GoesOn(Box<UploadView>),
    /// All of it is here, this many bytes, and is a video by now.
    Whole(u64),
}

/// How far an upload of one's own has come. What is over, or somebody else's, answers as what never was.
pub async fn standing(app: &App, signed: &Signed, id: VideoId) -> Result<Standing, AppError> {
    let mut tx = app.db.read().await?;
    viewer::still(app, &mut tx, &Some(signed.clone())).await?.ok_or(AppError::SignInNeeded)?;
    if let Some(upload) = uploads::find(&mut tx, signed.account, id, app.clock.now()).await? {
        drop(tx);
        let about = About::open(&signed.keys(app).await?, id, &upload.about)?;
        return Ok(Standing::GoesOn(Box::new(UploadView::of(&upload, about))));
    }
    let video = videos::by_id(&mut tx, id).await?.filter(|video| video.owner == signed.account);
    video.ok_or(AppError::NotFound)?;
    // A client that did not hear the last answer asks: the file is one object by now, or still in pieces.
    let original = blobs::of_video(&mut tx, signed.account, id, BlobKind::Original).await?;
    let parts = blobs::parts(&mut tx, signed.account, id).await?;
    let length = original.map_or_else(|| parts.iter().map(|(part, _)| part.length).sum(), |blob| blob.length);
    if length > 0 { Ok(Standing::Whole(length as u64)) } else { Err(AppError::NotFound) }
}
