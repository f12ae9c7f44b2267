//! Counts that leave out who is away: each follow and each like says whether it stands in its counts
//! (`counted`), and is moved in or out of them once, in the transaction that notes it.

use std::collections::BTreeMap;

use outro_db::{DbError, Row, Tx, params, statements};
use outro_model::{AccountId, Timestamp, VideoId};

use crate::{changed, videos};

/// Edges that one transaction looks at.
pub const BATCH: i64 = 100;

/// The edges of an account that stand in counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Those whom the account follows.
    Following,
    /// Those who follow the account.
    Followers,
    /// What the account likes.
    Likes,
}

impl Part {
    /// Every part.
    pub const ALL: &'static [Self] = &[Self::Following, Self::Followers, Self::Likes];
}

/// A place in the edges of a part, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    moment: Timestamp,
    id: [u8; 16],
}

impl Place {
    /// Before all of them.
    pub const START: Self = Self { moment: Timestamp(i64::MIN), id: [0; 16] };
}

statements! {
    HERE = "SELECT on_hiatus + suspended FROM accounts WHERE id = ?1";
    FOLLOWING = "SELECT e.follower_id, e.followed_id, e.counted, o.on_hiatus + o.suspended, e.created_at
        FROM follows e JOIN accounts o ON o.id = e.followed_id
        WHERE e.follower_id = ?1 AND (e.created_at, e.followed_id) > (?2, ?3)
        ORDER BY e.created_at, e.followed_id LIMIT ?4";
    FOLLOWERS = "SELECT e.follower_id, e.followed_id, e.counted, o.on_hiatus + o.suspended, e.created_at
        FROM follows e JOIN accounts o ON o.id = e.follower_id
        WHERE e.followed_id = ?1 AND (e.created_at, e.follower_id) > (?2, ?3)
        ORDER BY e.created_at, e.follower_id LIMIT ?4";
    LIKES = "SELECT owner_id, video_id, counted FROM likes WHERE account_id = ?1 AND video_id > ?2
        ORDER BY video_id LIMIT ?3";
    MARK_FOLLOW = "UPDATE follows SET counted = ?3 WHERE follower_id = ?1 AND followed_id = ?2 AND counted <> ?3";
    MARK_LIKE = "UPDATE likes SET counted = ?3 WHERE account_id = ?1 AND video_id = ?2 AND counted <> ?3";
    MOVE = "UPDATE counts SET followers = followers + ?2, following = following + ?3 WHERE account_id = ?1";
}

/// Brings the next edges of a part into line with whether the account is here: an edge stands in its
/// counts when both its ends are. Where the next batch begins; none at the end. The caller holds the
/// account, so that it neither goes nor comes meanwhile.
pub async fn batch(tx: &mut Tx, account: AccountId, part: Part, after: Place) -> Result<Option<Place>, DbError> {
    let Some(row) = tx.query_opt(&HERE, params![account]).await? else { return Ok(None) };
    let here = row.get::<i64>(0)? == 0;
    match part {
        Part::Likes => likes(tx, account, here, after).await,
        Part::Following | Part::Followers => follows(tx, account, here, part, after).await,
    }
}

struct Follow {
    follower: AccountId,
    followed: AccountId,
    counted: bool,
    other_here: bool,
    created_at: Timestamp,
}

fn read(row: &Row) -> Result<Follow, DbError> {
    Ok(Follow {
        follower: row.get(0)?,
        followed: row.get(1)?,
        counted: row.get(2)?,
        other_here: row.get::<i64>(3)? == 0,
        created_at: row.get(4)?,
    })
}

async fn follows(
    tx: &mut Tx,
    account: AccountId,
    here: bool,
    part: Part,
    after: Place,
) -> Result<Option<Place>, DbError> {
    let statement = if part == Part::Following { &FOLLOWING } else { &FOLLOWERS };
    let rows = tx.query(statement, params![account, after.moment, after.id, BATCH]).await?;
    let edges: Vec<Follow> = rows.iter().map(read).collect::<Result<_, _>>()?;
    // In the order of the ids, so that no two transactions wait for each other.
    let mut moves = BTreeMap::<AccountId, (i64, i64)>::new();
    for Follow { follower, followed, counted, other_here, .. } in &edges {
        let wanted = here && *other_here;
        if *counted != wanted && changed(tx, &MARK_FOLLOW, params![follower, followed, wanted]).await? {
            let by = if wanted { 1 } else { -1 };
            moves.entry(*followed).or_default().0 += by;
            moves.entry(*follower).or_default().1 += by;
        }
    }
    for (account, (followers, following)) in moves {
        tx.execute(&MOVE, params![account, followers, following]).await?;
    }
    Ok(next(&edges, |edge| {
        let other = if part == Part::Following { edge.followed } else { edge.follower };
        Place { moment: edge.created_at, id: *other.as_bytes() }
    }))
}

async fn likes(tx: &mut Tx, account: AccountId, here: bool, after: Place) -> Result<Option<Place>, DbError> {
    let rows = tx.query(&LIKES, params![account, after.id, BATCH]).await?;
    let edge = |row: &Row| Ok((row.get::<AccountId>(0)?, row.get::<VideoId>(1)?, row.get::<bool>(2)?));
    let edges: Vec<(AccountId, VideoId, bool)> = rows.iter().map(edge).collect::<Result<_, DbError>>()?;
    let place = next(&edges, |(_, video, _)| Place { id: *video.as_bytes(), ..Place::START });
    let mut moved = Vec::new();
    for (owner, video, counted) in edges {
        if counted != here && changed(tx, &MARK_LIKE, params![account, video, here]).await? {
            moved.push((owner, video));
        }
    }
    moved.sort_unstable();
    for (owner, video) in moved {
        videos::add_likes(tx, owner, video, if here { 1 } else { -1 }).await?;
    }
    Ok(place)
}

/// The place after a batch; none when it was the last.
fn next<T>(edges: &[T], place: impl Fn(&T) -> Place) -> Option<Place> {
    edges.last().filter(|_| edges.len() as i64 == BATCH).map(place)
}
