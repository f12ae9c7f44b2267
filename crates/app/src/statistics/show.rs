//! Looking at it: of one video, and of all of one's own.

use std::collections::BTreeMap;

use outro_model::{AccountId, CameFrom, Numbers, Reach, STRETCHES, VideoId, VideoState};
use outro_policy::Action;
use outro_store::statistics::{self, Of};
use outro_store::{accounts, videos};

use super::period::{Day, Period};
use crate::account::Found;
use crate::video::{VideoView, find, own_views, view_of};
use crate::{App, AppError, Signed, viewer};

/// What became of a video.
pub struct VideoStatistics {
    /// The video.
    pub video: VideoView,
    /// Each day of the period.
    pub days: Vec<Day>,
    /// All of them together.
    pub total: Numbers,
    /// How many of a thousand watchings went on at each twentieth of the video, from its beginning to its end, since it
    /// was published. Nothing before a group is full.
    pub retention: Vec<i64>,
    /// Where people came from since it was published, the most first. Nothing before a group is full.
    pub came_from: Vec<(CameFrom, i64)>,
}

/// What became of all of one's videos.
pub struct OwnStatistics {
    /// Each day of the period.
    pub days: Vec<Day>,
    /// All of them together.
    pub total: Numbers,
    /// Where people came from to the videos that are there, the most first.
    pub came_from: Vec<(CameFrom, i64)>,
    /// The videos that were seen most.
    pub top: Vec<TopVideo>,
}

/// One of the videos that were seen most.
pub struct TopVideo {
    /// The video.
    pub video: VideoView,
    /// How often it was seen in the period.
    pub views: i64,
}

/// What became of a video of one's own.
pub async fn of_video(app: &App, signed: &Signed, id: VideoId, period: Period) -> Result<VideoStatistics, AppError> {
    let now = app.clock.now();
    let mut tx = app.db.read().await?;
    let me = viewer::still(app, &mut tx, &Some(signed.clone())).await?;
    let found = find(&mut tx, me, Action::ChangeVideo, id).await?;
    let of = Of { owner: found.video.owner, video: id };
    let days = period.filled(now, &statistics::of_video(&mut tx, of, period.first(now)).await?);
    let reach: BTreeMap<Reach, i64> = statistics::reach(&mut tx, of).await?.into_iter().collect();
    drop(tx);
    Ok(VideoStatistics {
        video: view_of(app, me, found).await?,
        total: total(&days),
        days,
        retention: retention(&reach),
        came_from: came_from(reach),
    })
}

/// What became of all of one's videos.
pub async fn of_mine(app: &App, signed: &Signed, period: Period) -> Result<OwnStatistics, AppError> {
    let (now, keys) = (app.clock.now(), signed.keys(app).await?);
    let mut tx = app.db.read().await?;
    let me = viewer::still(app, &mut tx, &Some(signed.clone())).await?.ok_or(AppError::SignInNeeded)?;
    let account = accounts::by_id(&mut tx, me).await?.ok_or(AppError::SignInNeeded)?;
    let days = period.filled(now, &statistics::of_owner(&mut tx, me, period.first(now)).await?);
    let from = statistics::came_from(&mut tx, me).await?.into_iter().collect();
    let top = top(app, &mut tx, &Found { account, keys }, period.first(now)).await?;
    Ok(OwnStatistics { total: total(&days), days, came_from: came_from(from), top })
}

async fn top(app: &App, tx: &mut outro_db::Tx, found: &Found, since: i64) -> Result<Vec<TopVideo>, AppError> {
    let (mut rows, mut counts) = (Vec::new(), Vec::new());
    for (id, views) in statistics::top(tx, found.account.id, since).await? {
        if let Some(video) = video(tx, found.account.id, id).await? {
            rows.push(video);
            counts.push(views);
        }
    }
    let shown = own_views(app, tx, found, rows).await?;
    Ok(shown.into_iter().zip(counts).map(|(video, views)| TopVideo { video, views }).collect())
}

/// A video that is its owner's to look at.
async fn video(tx: &mut outro_db::Tx, owner: AccountId, id: VideoId) -> Result<Option<videos::Video>, AppError> {
    let found = videos::by_id(tx, id).await?;
    Ok(found.filter(|video| video.owner == owner && video.facts.state != VideoState::Removing))
}

fn total(days: &[Day]) -> Numbers {
    days.iter().fold(Numbers::default(), |sum, day| sum.and(day.numbers))
}

fn came_from(reach: BTreeMap<Reach, i64>) -> Vec<(CameFrom, i64)> {
    let of = |(reach, count)| if let (Reach::From(from), 1..) = (reach, count) { Some((from, count)) } else { None };
    let mut all: Vec<(CameFrom, i64)> = reach.into_iter().filter_map(of).collect();
    all.sort_by_key(|(from, count)| (-count, *from));
    all
}

/// How many of a thousand went on, at the beginning of each stretch and at the end.
fn retention(reach: &BTreeMap<Reach, i64>) -> Vec<i64> {
    let of = |one| reach.get(&one).copied().unwrap_or_default().max(0);
    let all: i64 = (0..STRETCHES).map(|stretch| of(Reach::Ended(stretch))).sum();
    if all == 0 {
        return vec![];
    }
    let mut left = all;
    let mut curve = Vec::with_capacity(STRETCHES as usize + 1);
    for stretch in 0..STRETCHES {
        curve.push(left.saturating_mul(1000) / all);
        left -= of(Reach::Ended(stretch));
    }
    // Whoever is in the last stretch has seen nearly all of it; at the very end is who finished.
    let last = curve.last().copied().unwrap_or_default();
    curve.push((of(Reach::Finished).saturating_mul(1000) / all).min(last));
    curve
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_curve_falls_from_all_to_those_who_finished() {
        assert!(retention(&BTreeMap::new()).is_empty());
        let one =
            BTreeMap::from([(Reach::Ended(0), 5), (Reach::Ended(10), 3), (Reach::Ended(19), 2), (Reach::Finished, 1)]);
        let curve = retention(&one);
        assert_eq!(curve.len(), 21);
        assert_eq!((curve[0], curve[1], curve[10], curve[11], curve[19], curve[20]), (1000, 500, 500, 200, 200, 100));
        assert!(curve.windows(2).all(|pair| pair[0] >= pair[1]));
    }

    #[test]
    fn the_most_come_first_and_nothing_else_is_told() {
        let reach = BTreeMap::from([
            (Reach::From(CameFrom::Link), 4),
            (Reach::From(CameFrom::ForYou), 4),
            (Reach::From(CameFrom::Search), 9),
            (Reach::From(CameFrom::Tag), 0),
            (Reach::Watched, 70_000),
        ]);
        let all = came_from(reach);
        assert_eq!(all, [(CameFrom::Search, 9), (CameFrom::ForYou, 4), (CameFrom::Link, 4)]);
    }
}
