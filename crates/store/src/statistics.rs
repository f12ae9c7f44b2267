//! What became of videos: numbers that name nobody but their owner. What is told of how people watch is told in groups:
//! a watching waits until there are [`GROUP`] of them, and all of these are shown at once.
//!
//! Whoever writes here has moved a count of the video's own row before, in the same transaction, but for shares: so
//! the rows of one video are taken in one order, and what ends the video comes before or after, never between.

use outro_db::{DbError, Tx, params, statements};
use outro_model::{AccountId, CameFrom, Numbers, Reach, VideoId};

use crate::changed;

/// How many watchings are shown at once.
pub const GROUP: i64 = 10;
/// How many videos are told apart at most where all of an owner's are counted.
pub const TOP: i64 = 10;
/// Rows that one transaction takes at most.
pub const BATCH: i64 = 500;

/// A video, and whose it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Of {
    /// Whose it is.
    pub owner: AccountId,
    /// The video.
    pub video: VideoId,
}

/// A watching that counts as a view. Who watched is not said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Watching {
    /// How far it went.
    pub ended: Reach,
    /// Where whoever watched came from.
    pub from: CameFrom,
    /// For how long, in milliseconds.
    pub watched_ms: i64,
    /// Whether to the end.
    pub finished: bool,
}

statements! {
    ADD = "INSERT INTO video_days
        (owner_id, video_id, day, views, likes, shares, comments, watchings, watched_ms, finished)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT (owner_id, video_id, day) DO UPDATE SET
        views = video_days.views + excluded.views, likes = video_days.likes + excluded.likes,
        shares = video_days.shares + excluded.shares, comments = video_days.comments + excluded.comments,
        watchings = video_days.watchings + excluded.watchings,
        watched_ms = video_days.watched_ms + excluded.watched_ms, finished = video_days.finished + excluded.finished";
    UNLIKE = "UPDATE video_days SET likes = likes - 1 WHERE owner_id = ?1 AND video_id = ?2 AND day = ?3 AND likes > 0";
    WAIT = "INSERT INTO video_reach (owner_id, video_id, reach, shown, waiting) VALUES (?1, ?2, ?3, 0, 1),
        (?1, ?2, ?4, 0, 1), (?1, ?2, 64, 0, 1), (?1, ?2, 65, 0, ?5), (?1, ?2, 66, 0, ?6)
        ON CONFLICT (owner_id, video_id, reach) DO UPDATE SET waiting = video_reach.waiting + excluded.waiting
        RETURNING reach, waiting";
    SHOW = "UPDATE video_reach SET shown = shown + waiting, waiting = 0
        WHERE owner_id = ?1 AND video_id = ?2 AND waiting > 0";
    DAYS = "SELECT day, views, likes, shares, comments, watchings, watched_ms, finished FROM video_days
        WHERE owner_id = ?1 AND video_id = ?2 AND day >= ?3 ORDER BY day";
    DAYS_OF_ALL = "SELECT day, CAST(SUM(views) AS BIGINT), CAST(SUM(likes) AS BIGINT), CAST(SUM(shares) AS BIGINT),
        CAST(SUM(comments) AS BIGINT), CAST(SUM(watchings) AS BIGINT), CAST(SUM(watched_ms) AS BIGINT),
        CAST(SUM(finished) AS BIGINT) FROM video_days WHERE owner_id = ?1 AND day >= ?2 GROUP BY day ORDER BY day";
    TOP_OF_ALL = "SELECT video_id, CAST(SUM(views) AS BIGINT) AS seen FROM video_days
        WHERE owner_id = ?1 AND day >= ?2 GROUP BY video_id HAVING SUM(views) > 0 ORDER BY seen DESC, video_id LIMIT ?3";
    REACH = "SELECT reach, shown FROM video_reach WHERE owner_id = ?1 AND video_id = ?2 AND shown > 0 ORDER BY reach";
    FROM_OF_ALL = "SELECT reach, CAST(SUM(shown) AS BIGINT) FROM video_reach
        WHERE owner_id = ?1 AND reach >= ?2 AND reach <= ?3 GROUP BY reach ORDER BY reach";
    DROP_OLD = "DELETE FROM video_days WHERE (owner_id, video_id, day) IN
        (SELECT owner_id, video_id, day FROM video_days WHERE day < ?1 ORDER BY day LIMIT ?2)";
}

/// Adds to what happened on a day (counted from 1970-01-01).
pub async fn add(tx: &mut Tx, of: Of, day: i64, numbers: Numbers) -> Result<(), DbError> {
    let Numbers { views, likes, shares, comments, watchings, watched_ms, finished } = numbers;
    let values = params![of.owner, of.video, day, views, likes, shares, comments, watchings, watched_ms, finished];
    tx.execute(&ADD, values).await.map(|_| ())
}

/// Takes a like of a day back; `false` when nothing is known of that day any more.
pub async fn unlike(tx: &mut Tx, of: Of, day: i64) -> Result<bool, DbError> {
    changed(tx, &UNLIKE, params![of.owner, of.video, day]).await
}

/// Counts a view, and what is to be told of it once the group is full.
pub async fn watched(tx: &mut Tx, of: Of, day: i64, watching: Watching) -> Result<(), DbError> {
    let Watching { ended, from, watched_ms, finished } = watching;
    let (ended, from, finished) = (ended.code(), Reach::From(from).code(), i64::from(finished));
    let mut full = Numbers::default();
    let values = params![of.owner, of.video, ended, from, watched_ms, finished];
    for row in tx.query(&WAIT, values).await? {
        let waiting = row.get(1)?;
        match Reach::from_code(row.get(0)?) {
            Some(Reach::Watchings) => full.watchings = waiting,
            Some(Reach::Watched) => full.watched_ms = waiting,
            Some(Reach::Finished) => full.finished = waiting,
            _ => {}
        }
    }
    let told = if full.watchings >= GROUP {
        tx.execute(&SHOW, params![of.owner, of.video]).await?;
        full
    } else {
        Numbers::default()
    };
    add(tx, of, day, Numbers { views: 1, ..told }).await
}

fn days(rows: &[outro_db::Row]) -> Result<Vec<(i64, Numbers)>, DbError> {
    let read = |row: &outro_db::Row| {
        let numbers = Numbers {
            views: row.get(1)?,
            likes: row.get(2)?,
            shares: row.get(3)?,
            comments: row.get(4)?,
            watchings: row.get(5)?,
            watched_ms: row.get(6)?,
            finished: row.get(7)?,
        };
        Ok((row.get(0)?, numbers))
    };
    rows.iter().map(read).collect()
}

/// What happened to a video on each day since `since`, in their order; days on which nothing did are left out.
pub async fn of_video(tx: &mut Tx, of: Of, since: i64) -> Result<Vec<(i64, Numbers)>, DbError> {
    days(&tx.query(&DAYS, params![of.owner, of.video, since]).await?)
}

/// The same of all videos of an owner together.
pub async fn of_owner(tx: &mut Tx, owner: AccountId, since: i64) -> Result<Vec<(i64, Numbers)>, DbError> {
    days(&tx.query(&DAYS_OF_ALL, params![owner, since]).await?)
}

/// The videos of an owner that were seen most since a day, with how often, at most [`TOP`].
pub async fn top(tx: &mut Tx, owner: AccountId, since: i64) -> Result<Vec<(VideoId, i64)>, DbError> {
    let rows = tx.query(&TOP_OF_ALL, params![owner, since, TOP]).await?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

fn counts(rows: &[outro_db::Row]) -> Result<Vec<(Reach, i64)>, DbError> {
    let mut all = Vec::with_capacity(rows.len());
    for row in rows {
        all.extend(Reach::from_code(row.get(0)?).map(|reach| Ok((reach, row.get(1)?))).transpose()?);
    }
    Ok(all)
}

/// What is told of how a video was watched since it was published.
pub async fn reach(tx: &mut Tx, of: Of) -> Result<Vec<(Reach, i64)>, DbError> {
    counts(&tx.query(&REACH, params![of.owner, of.video]).await?)
}

/// Where people came from to the videos of an owner.
pub async fn came_from(tx: &mut Tx, owner: AccountId) -> Result<Vec<(Reach, i64)>, DbError> {
    let (first, last) = (Reach::From(CameFrom::ForYou).code(), Reach::From(CameFrom::Other).code());
    counts(&tx.query(&FROM_OF_ALL, params![owner, first, last]).await?)
}

/// Deletes the next batch of what happened before `day`; how many rows went.
pub async fn drop_before(tx: &mut Tx, day: i64) -> Result<u64, DbError> {
    tx.execute(&DROP_OLD, params![day, BATCH]).await
}
