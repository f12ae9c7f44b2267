//! Beginning an upload: what is said of it is looked at first, so that nobody sends a whole file for a caption that is
//! too long.

use outro_model::VideoId;
use outro_store::accounts;
use outro_store::uploads::{self, Upload};

use super::{About, UploadView, expiry};
use crate::video::{may_borrow, too_large, wanted};
use crate::{App, AppError, RefusalKind, Signed, standing};

/// How many uploads of one account may be under way at once.
const AT_ONCE: i64 = 32;

/// Begins an upload of `length` bytes.
pub async fn begin(app: &App, signed: &Signed, length: u64, about: About) -> Result<UploadView, AppError> {
    if length > app.settings.max_upload_bytes {
        return Err(too_large(app));
    }
    if length == 0 {
        let refusal = outro_media::Refusal::NotAVideo;
        return Err(AppError::refused(RefusalKind::Unusable, refusal.code(), refusal.sentence()));
    }
    let (about, id, now) = (about.cut(), VideoId::random(&*app.random), app.clock.now());
    let other = wanted(app, (signed.account, id), &about.video)?.other;
    let sealed = about.seal(&signed.keys(app).await?, id)?;
    let (created_at, expires_at) = (now, expiry(now, now));
    let upload = Upload {
        account: signed.account,
        id,
        length: length as i64,
        received: 0,
        about: sealed,
        created_at,
        expires_at,
    };
    let mut tx = app.db.write().await?;
    // Two that begin at once are counted one after the other.
    if !accounts::lock_deciding(&mut tx, signed.account).await? {
        return Err(AppError::SignInNeeded);
    }
    standing::hold_present(&mut tx, signed.account).await?;
    if uploads::count(&mut tx, signed.account).await? >= AT_ONCE {
        let detail = "Many of your uploads are not at their end. Let one finish, or discard one.";
        return Err(AppError::refused(RefusalKind::Conflict, "too_many_uploads", detail));
    }
    if let Some(other) = other {
        may_borrow(&mut tx, signed.account, other).await?;
    }
    uploads::insert(&mut tx, &upload).await?;
    tx.commit().await?;
    Ok(UploadView::of(&upload, about))
}
