//! For You: from a few bounded lists of what everyone may watch, ranked, a page at a time.

use outro_db::Tx;
use outro_model::{AccountId, Timestamp, VideoId};
use outro_policy::feed_scope;
use outro_store::feed::{self, Candidate, Source};
use outro_store::watches;

use super::item::{self, Seen};
use super::place::{NEIGHBOURS, Place, mark};
use super::rank::{Taste, arrange};
use crate::video::VideoView;
use crate::{App, AppError, Viewer, viewer};

/// How long what was seen does not come again, in seconds: 30 days.
const SEEN_SECONDS: i64 = 30 * 86_400;
/// How many of the next ones are looked at in one go: first a few, then more.
const WINDOWS: [i64; 4] = [80, 240, 400, 400];
/// Among how many of the next ones the ranking chooses.
const POOL: usize = 60;
/// Of how many accounts, before it looks no further.
const OWNERS: usize = 10;
/// How many of the most popular it looks at.
const POPULAR: i64 = 60;
/// How many of those whom the viewer follows.
const FOLLOWED: i64 = 40;
/// Of how many accounts whose videos the viewer liked, and how many of each.
const FAVOURITES: (usize, i64) = (6, 4);

/// A page of For You.
pub struct ForYouPage {
    /// The videos. There may be none, and more after them: where many in a row are hidden or were seen.
    pub items: Vec<VideoView>,
    /// Where the next page begins; none once the viewer has seen everything.
    pub next: Option<Place>,
    /// Whether there is nothing at all here that the viewer could have seen.
    pub nothing_yet: bool,
}

fn position(one: &Candidate) -> (Timestamp, VideoId) {
    (one.published_at, one.video)
}

/// What comes next in the order of time, read in windows until there is enough to choose from.
struct Walk {
    found: Vec<Candidate>,
    /// Whether that is all there is.
    whole: bool,
}

/// What holds for one page.
struct Asked<'a> {
    asking: Option<AccountId>,
    seen_since: Timestamp,
    place: &'a Place,
}

impl Asked<'_> {
    fn wants(&self, one: &Candidate) -> bool {
        one.shown && !one.seen && !self.place.served.contains(&mark(one.video))
    }

    async fn from(&self, tx: &mut Tx, source: Source, limit: i64) -> Result<Vec<Candidate>, AppError> {
        Ok(feed::candidates(tx, feed_scope(), self.asking, source, self.seen_since, limit).await?)
    }

    async fn walk(&self, tx: &mut Tx) -> Result<Walk, AppError> {
        let mut walk = Walk { found: vec![], whole: false };
        let mut from = self.place.before;
        for window in WINDOWS {
            let rows = self.from(tx, Source::Newest(from), window).await?;
            walk.whole = (rows.len() as i64) < window;
            walk.found.extend(rows);
            from = walk.found.last().map_or(from, position);
            if walk.whole || self.is_enough(&walk.found) {
                break;
            }
        }
        Ok(walk)
    }

    fn is_enough(&self, found: &[Candidate]) -> bool {
        let wanted: Vec<&Candidate> = found.iter().filter(|one| self.wants(one)).collect();
        let mut owners: Vec<AccountId> = wanted.iter().map(|one| one.owner).collect();
        owners.sort_unstable();
        owners.dedup();
        wanted.len() >= POOL && owners.len() >= OWNERS
    }

    /// What is brought up from afar: each list is bounded, whatever there is.
    async fn afar(&self, tx: &mut Tx, taste: &Taste) -> Result<Vec<Candidate>, AppError> {
        let mut found = self.from(tx, Source::Popular, POPULAR).await?;
        if let (true, Some(viewer)) = (taste.personalised, self.asking) {
            found.extend(self.from(tx, Source::Followed(viewer), FOLLOWED).await?);
            for owner in taste.favourites(FAVOURITES.0) {
                found.extend(self.from(tx, Source::Of(owner), FAVOURITES.1).await?);
            }
        }
        found.retain(|one| position(one) < self.place.before);
        Ok(found)
    }

    /// What the ranking chooses from, each once.
    async fn pool(&self, tx: &mut Tx, taste: &Taste, walk: &Walk) -> Result<Vec<Candidate>, AppError> {
        let near = walk.found.iter().filter(|one| self.wants(one));
        // Beyond the first, those of other accounts alone: one who has published a hundred leaves room.
        let mut pool: Vec<Candidate> = Vec::new();
        for one in near {
            let of_owner = pool.iter().filter(|other| other.owner == one.owner).count();
            if pool.len() < POOL || of_owner < 2 && pool.len() < 2 * POOL {
                pool.push(*one);
            }
        }
        if self.place.looks_afar() {
            for one in self.afar(tx, taste).await? {
                if self.wants(&one) && pool.iter().all(|other| other.video != one.video) {
                    pool.push(one);
                }
            }
        }
        Ok(pool)
    }

    /// Where the visit stands after a page; nothing when it has come to the end.
    fn after(&self, walk: &Walk, page: &[Candidate]) -> Option<Place> {
        let mut next = self.place.clone();
        next.served.extend(page.iter().map(|one| mark(one.video)));
        next.owners.extend(page.iter().map(|one| mark(one.owner)));
        next.owners.drain(..next.owners.len().saturating_sub(NEIGHBOURS - 1));
        for one in &walk.found {
            if one.shown && !one.seen && !next.served.contains(&mark(one.video)) {
                return Some(next);
            }
            next.before = position(one);
            next.served.retain(|served| *served != mark(one.video));
        }
        (!walk.whole).then_some(next)
    }
}

/// A page of For You. The lists carry the policy's scope, and each item is read through it and asked about
/// again. Its cost does not grow with the number of accounts or videos.
pub async fn for_you(app: &App, who: &Viewer, place: &Place, limit: usize) -> Result<ForYouPage, AppError> {
    let now = app.clock.now();
    let mut tx = app.db.read().await?;
    let asking = viewer::still(app, &mut tx, who).await?;
    let (taste, reset_at) = taste(&mut tx, asking).await?;
    let seen_since = match place.again {
        true => Timestamp(i64::MAX),
        false => now.plus_seconds(-SEEN_SECONDS).max(Timestamp(reset_at.0 + 1)),
    };
    let asked = Asked { asking, seen_since, place };
    let walk = asked.walk(&mut tx).await?;
    let pool = asked.pool(&mut tx, &taste, &walk).await?;
    let page = arrange(&pool, &taste, &place.owners, limit, now);
    let ids: Vec<_> = page.iter().map(|(one, _)| (one.owner, one.video)).collect();
    let items = feed::items(&mut tx, feed_scope(), asking, &ids).await?;
    let items = items.into_iter().zip(&page).filter_map(|(item, (_, why))| Some((item?, *why))).collect();
    let found = Seen::all(&mut tx, asking, items).await?;
    drop(tx);
    let shown: Vec<Candidate> = page.into_iter().map(|(one, _)| one).collect();
    let next = asked.after(&walk, &shown);
    let nothing_yet = place.is_start() && next.is_none() && walk.found.iter().all(|one| !one.shown);
    Ok(ForYouPage { nothing_yet, items: item::open_all(app, asking, found).await?, next })
}

/// What may be known of the viewer's taste, and since when. Of nobody, and without personalisation, nothing is.
async fn taste(tx: &mut Tx, asking: Option<AccountId>) -> Result<(Taste, Timestamp), AppError> {
    let never = Timestamp(0);
    let Some(account) = asking else { return Ok((Taste::default(), never)) };
    let Some(choice) = watches::choice(tx, account).await? else { return Ok((Taste::default(), never)) };
    if !choice.personalised {
        return Ok((Taste::unknown(account), choice.reset_at));
    }
    let signals = watches::signals(tx, account, choice.reset_at).await?;
    Ok((Taste::of(account, signals), choice.reset_at))
}
