//! The library of sounds: what is heard most, what is new, what is looked for.

use std::collections::HashSet;

use outro_db::Tx;
use outro_model::{AccountId, SoundId, Timestamp};
use outro_policy::feed_scope;
use outro_store::sounds::{self, Latest};

use super::find::find;
use super::view::{Looked, SoundView, look};
use crate::video::of_profile;
use crate::{App, AppError, Origin, Viewer, finding, viewer};

/// The uses that tell what is heard most are those of so many seconds.
const RECENTLY: i64 = 7 * 86_400;
/// And of them so many, the latest: what a look costs does not grow with how much is used.
const MOST: i64 = 2_000;
/// In the order of how many use them, all come after this.
const FIRST: (Timestamp, SoundId) = (Timestamp(i64::MAX), SoundId::from_bytes([0xff; 16]));
/// Accounts whose sounds are looked at where a search finds their names, and videos of each.
const MAKERS: usize = 4;
const OF_EACH: i64 = 12;
/// Videos that a search looks at.
const HITS: i64 = 50;

/// In which order the library is gone through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// Those that most people used in the last seven days, of the latest 2,000 uses.
    #[default]
    Trending,
    /// The newest.
    New,
}

/// A page of sounds.
pub struct SoundList {
    /// The sounds.
    pub items: Vec<SoundView>,
    /// Where the next page begins; none at the end.
    pub next: Option<(Timestamp, SoundId)>,
}

/// Sounds that may be used and that the viewer may hear. What is hidden is left out, so a page may be shorter than was
/// asked for and still have a next one.
pub async fn list(
    app: &App,
    who: &Viewer,
    order: Order,
    before: Option<(Timestamp, SoundId)>,
    limit: i64,
) -> Result<SoundList, AppError> {
    let mut tx = app.db.read().await?;
    let asking = viewer::still(app, &mut tx, who).await?;
    let (number, id) = before.unwrap_or(FIRST);
    let rows = match order {
        Order::New => sounds::recent(&mut tx, (number, id), limit).await?,
        Order::Trending => {
            let latest = Latest { since: app.clock.now().plus_seconds(-RECENTLY), most: MOST };
            let place = ((number.0, id), limit);
            let rows = sounds::trending(&mut tx, feed_scope(), asking, latest, place).await?;
            rows.into_iter().map(|(users, id)| (Timestamp(users), id)).collect()
        }
    };
    let next = (rows.len() as i64 == limit).then(|| rows.last().copied()).flatten();
    let ids: Vec<SoundId> = rows.into_iter().map(|(_, id)| id).collect();
    let found = usable(&mut tx, asking, &ids, ids.len()).await?;
    drop(tx);
    Ok(SoundList { items: opened(app, asking, found).await?, next })
}

/// Looks for sounds by what is written under their videos and by whose they are, at most `limit`.
///
/// # Errors
/// As the search of videos.
pub async fn search(
    app: &App,
    who: &Viewer,
    from: &Origin,
    typed: &str,
    limit: i64,
) -> Result<Vec<SoundView>, AppError> {
    let found = finding::search(app, who, from, typed, HITS).await?;
    let mut videos = found.videos;
    for maker in found.accounts.iter().take(MAKERS) {
        match of_profile(app, who, &maker.handle, None, OF_EACH).await {
            Ok(page) => videos.extend(page.items),
            // Found, and not to be watched.
            Err(AppError::NotFound) => {}
            Err(error) => return Err(error),
        }
    }
    let mut seen = HashSet::new();
    let sounds = videos.into_iter().filter_map(|video| video.sound).map(|sound| sound.id);
    let ids: Vec<SoundId> = sounds.filter(|id| seen.insert(*id)).collect();
    let mut tx = app.db.read().await?;
    let asking = viewer::still(app, &mut tx, who).await?;
    let found = usable(&mut tx, asking, &ids, limit as usize).await?;
    drop(tx);
    opened(app, asking, found).await
}

/// Those of these that may be used, each asked about by itself.
async fn usable(
    tx: &mut Tx,
    asking: Option<AccountId>,
    ids: &[SoundId],
    limit: usize,
) -> Result<Vec<Looked>, AppError> {
    let mut found = Vec::new();
    for id in ids {
        if found.len() == limit {
            break;
        }
        let looked = match find(tx, asking, *id).await {
            Ok(one) => look(tx, asking, one).await?,
            Err(error @ AppError::Internal(_)) => return Err(error),
            Err(_) => continue,
        };
        found.extend(Some(looked).filter(|looked| looked.lent));
    }
    Ok(found)
}

/// With their texts; those whose owners' keys are gone are left out.
async fn opened(app: &App, asking: Option<AccountId>, found: Vec<Looked>) -> Result<Vec<SoundView>, AppError> {
    let mut items = Vec::with_capacity(found.len());
    for looked in found {
        match looked.view(app, asking).await {
            Ok(view) => items.push(view),
            Err(AppError::NotFound) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(items)
}
