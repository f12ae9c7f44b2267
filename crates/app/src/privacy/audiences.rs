//! Who may see one's videos, many at once.

use outro_model::{Audience, VideoId};
use outro_policy::Action;
use outro_store::{accounts, videos};

use crate::video::{find, read_audience};
use crate::{App, AppError, Signed};

/// The most videos that are named in one request.
const MOST: usize = 500;

/// How many videos one has for each audience, from the widest to the narrowest.
pub type Audiences = Vec<(Audience, i64)>;

/// How many videos one has for each audience, the empty ones too.
pub async fn audiences(app: &App, signed: &Signed) -> Result<Audiences, AppError> {
    Ok(in_order(&videos::audiences(&mut app.db.read().await?, signed.account).await?))
}

/// From the widest to the narrowest, the empty ones too.
pub(super) fn in_order(found: &[(Audience, i64)]) -> Audiences {
    let count = |audience| found.iter().filter(|(one, _)| *one == audience).map(|(_, count)| count).sum();
    Audience::ALL.iter().map(|&audience| (audience, count(audience))).collect()
}

/// Sets who may see these videos, or with `None` all one has; how many there are then with that audience
/// that were named. All or none: one that is not one's own changes nothing, and answers as what never was.
///
/// All of an account are changed by one statement in the request itself: when it answers no video is
/// seen that should not be, and nothing is half done, which a job could not promise.
pub async fn set_audiences(
    app: &App,
    signed: &Signed,
    word: &str,
    named: Option<&[String]>,
) -> Result<(Audience, u64), AppError> {
    let audience = read_audience(word)?;
    let ids = named.map(read_ids).transpose()?;
    let mut tx = app.db.write().await?;
    if !accounts::lock_live(&mut tx, signed.account).await? {
        return Err(AppError::SignInNeeded);
    }
    let changed = match ids {
        None => videos::set_audience_of_all(&mut tx, signed.account, audience).await?,
        Some(ids) => {
            for &id in &ids {
                find(&mut tx, Some(signed.account), Action::ChangeVideo, id).await?;
                videos::set_audience(&mut tx, signed.account, id, audience).await?;
            }
            ids.len() as u64
        }
    };
    tx.commit().await?;
    app.finder.account_changed(signed.account);
    Ok((audience, changed))
}

/// The ids, each once and in order.
fn read_ids(words: &[String]) -> Result<Vec<VideoId>, AppError> {
    if words.is_empty() || words.len() > MOST {
        let wrong = format!("Name 1 to {MOST} videos, or all.");
        return Err(AppError::invalid("videos", "invalid_videos", wrong));
    }
    let ids: Result<Vec<VideoId>, _> = words.iter().map(|word| word.parse()).collect();
    let mut ids = ids.map_err(|_| AppError::NotFound)?;
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}
