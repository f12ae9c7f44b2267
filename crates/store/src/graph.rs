//! Who follows whom, who asked to, and who is kept away.

use outro_db::{DbError, Row, Tx, params, statements};
use outro_model::{AccountId, AccountState, Timestamp};
use outro_policy::{OwnerFacts, Ties};

use crate::visibility::{
    OWNER, TIES, card_in_scope, listed_in_scope, owner_columns, owner_facts, ties, ties_columns, viewer, viewer_adult,
};
use crate::{changed, timeline};

/// What stands between a viewer and an owner, and whether the viewer may act at all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// The ties.
    pub ties: Ties,
    /// Whether the viewer's own account is on hiatus or suspended.
    pub viewer_away: bool,
    /// Whether the viewer is a moderator, and not away: what was reported may then be looked at.
    pub moderator: bool,
    /// Whether the viewer is known to be an adult.
    pub viewer_adult: bool,
}

/// How many follow an account, and how many it follows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Its followers.
    pub followers: i64,
    /// Those whom it follows.
    pub following: i64,
}

/// An account in a list: what its card shows, still sealed, and what the policy asks.
#[derive(Debug)]
pub struct Card {
    /// The account.
    pub account: AccountId,
    /// What the policy asks of it.
    pub facts: OwnerFacts,
    /// What stands between the viewer and it.
    pub ties: Ties,
    /// The handle, sealed.
    pub handle: Vec<u8>,
    /// The display name, sealed.
    pub display_name: Vec<u8>,
    /// When the edge was made that it is listed for.
    pub since: Timestamp,
}

/// The edges that lists are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edges {
    /// Those who follow the account.
    Followers,
    /// Those whom the account follows.
    Following,
    /// Those who have asked to follow the account.
    Requests,
    /// Those whom the account has blocked.
    Blocked,
    /// Those whom the account has muted.
    Muted,
}

statements! {
    STANDING = concat!("SELECT ", ties_columns!(), ", (SELECT COUNT(*) FROM accounts w
            WHERE w.id = ?1 AND (w.on_hiatus <> 0 OR w.suspended <> 0)), (SELECT COUNT(*) FROM accounts w
            WHERE w.id = ?1 AND w.moderator <> 0 AND w.on_hiatus = 0 AND w.suspended = 0), ", viewer_adult!(),
        " FROM accounts a WHERE a.id = ?2");
    FOLLOW = "INSERT INTO follows (follower_id, followed_id, created_at, counted) VALUES (?1, ?2, ?3, 1)
        ON CONFLICT DO NOTHING";
    UNFOLLOW = "DELETE FROM follows WHERE follower_id = ?1 AND followed_id = ?2 RETURNING counted";
    ADD_FOLLOWER = "UPDATE counts SET followers = followers + ?2 WHERE account_id = ?1";
    ADD_FOLLOWING = "UPDATE counts SET following = following + ?2 WHERE account_id = ?1";
    COUNTS = "SELECT followers, following FROM counts WHERE account_id = ?1";
    HOLD = "SELECT account_id FROM counts WHERE account_id = ?1 {for_update}";
    ASK = "INSERT INTO follow_requests (followed_id, follower_id, created_at) VALUES (?2, ?1, ?3) ON CONFLICT DO NOTHING";
    WITHDRAW = "DELETE FROM follow_requests WHERE followed_id = ?2 AND follower_id = ?1";
    BLOCK = "INSERT INTO blocks (blocker_id, blocked_id, created_at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
    UNBLOCK = "DELETE FROM blocks WHERE blocker_id = ?1 AND blocked_id = ?2";
    MUTE = "INSERT INTO mutes (muter_id, muted_id, created_at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
    UNMUTE = "DELETE FROM mutes WHERE muter_id = ?1 AND muted_id = ?2";
    MUTED = "SELECT muted_id FROM mutes WHERE muter_id = ?1 AND muted_id = ?2";
    FOLLOWERS = concat!("SELECT ", owner_columns!(), ", ", ties_columns!(), ", a.id, a.handle, a.display_name, e.created_at
        FROM follows e JOIN accounts a ON a.id = e.follower_id
        WHERE e.followed_id = ?3 AND (e.created_at, e.follower_id) < (?4, ?5) AND ", listed_in_scope!(), "
        ORDER BY e.created_at DESC, e.follower_id DESC LIMIT ?6");
    FOLLOWING = concat!("SELECT ", owner_columns!(), ", ", ties_columns!(), ", a.id, a.handle, a.display_name, e.created_at
        FROM follows e JOIN accounts a ON a.id = e.followed_id
        WHERE e.follower_id = ?3 AND (e.created_at, e.followed_id) < (?4, ?5) AND ", listed_in_scope!(), "
        ORDER BY e.created_at DESC, e.followed_id DESC LIMIT ?6");
    // Those that an answer to all of them has been given to are not open any more, though their turn may come.
    REQUESTS = concat!("SELECT ", owner_columns!(), ", ", ties_columns!(), ", a.id, a.handle, a.display_name, e.created_at
        FROM follow_requests e JOIN accounts a ON a.id = e.follower_id
        WHERE e.followed_id = ?3 AND (e.created_at, e.follower_id) < (?4, ?5) AND ", card_in_scope!(), "
            AND NOT EXISTS (SELECT 1 FROM request_answers w WHERE w.account_id = ?3 AND e.created_at <= w.until)
        ORDER BY e.created_at DESC, e.follower_id DESC LIMIT ?6");
    WAITING_REQUESTS = concat!("SELECT COUNT(*) FROM (SELECT e.follower_id FROM follow_requests e
        JOIN accounts a ON a.id = e.follower_id WHERE e.followed_id = ?1 AND ", card_in_scope!(), "
            AND NOT EXISTS (SELECT 1 FROM request_answers w WHERE w.account_id = ?1 AND e.created_at <= w.until)
        LIMIT ?3) waiting");
    FRIENDS = concat!("SELECT COUNT(*) FROM (SELECT e.followed_id FROM follows e JOIN accounts a ON a.id = e.followed_id
        WHERE e.follower_id = ?1 AND ", card_in_scope!(), "
            AND EXISTS (SELECT 1 FROM follows b WHERE b.follower_id = a.id AND b.followed_id = ?1) LIMIT ?3) friends");
    HAS_ASKED = "SELECT follower_id FROM follow_requests e WHERE e.followed_id = ?1 AND e.follower_id = ?2
        AND NOT EXISTS (SELECT 1 FROM request_answers w WHERE w.account_id = ?1 AND e.created_at <= w.until)";
    // Whom one has blocked is hidden from oneself everywhere but here. Who blocked back stays hidden.
    BLOCKED = concat!("SELECT ", owner_columns!(), ", ", ties_columns!(), ", a.id, a.handle, a.display_name, e.created_at
        FROM blocks e JOIN accounts a ON a.id = e.blocked_id
        WHERE e.blocker_id = ?3 AND (e.created_at, e.blocked_id) < (?4, ?5)
            AND a.state = ?2 AND a.on_hiatus = 0 AND a.suspended = 0
            AND NOT EXISTS (SELECT 1 FROM blocks x WHERE x.blocker_id = a.id AND x.blocked_id = ?1)
        ORDER BY e.created_at DESC, e.blocked_id DESC LIMIT ?6");
    MUTED_LIST = concat!("SELECT ", owner_columns!(), ", ", ties_columns!(), ", a.id, a.handle, a.display_name, e.created_at
        FROM mutes e JOIN accounts a ON a.id = e.muted_id
        WHERE e.muter_id = ?3 AND (e.created_at, e.muted_id) < (?4, ?5) AND ", card_in_scope!(), "
        ORDER BY e.created_at DESC, e.muted_id DESC LIMIT ?6");
}

/// Holds what stands between these accounts as it is until the transaction ends. Whatever adds or ends a
/// follow, a request or a block asks for both accounts at once, before it reads what it decides by; going
/// private asks for one's own. So a block and a follow of the same two people, or a follow and its
/// account's going private, come one after the other, and the later one sees the earlier one.
///
/// The rows are those of the counts, which following moves anyway, and not those of the accounts: nobody
/// who follows keeps anybody from leaving. They are taken in the order of the ids, after the row of one's
/// own account, so that no two transactions wait for each other.
pub async fn hold(tx: &mut Tx, accounts: &[AccountId]) -> Result<(), DbError> {
    let mut accounts = accounts.to_vec();
    accounts.sort_unstable();
    accounts.dedup();
    for account in accounts {
        tx.query_opt(&HOLD, params![account]).await?;
    }
    Ok(())
}

/// What stands between `asking` and `owner`.
pub async fn standing(tx: &mut Tx, asking: AccountId, owner: AccountId) -> Result<Standing, DbError> {
    let row = tx.query_opt(&STANDING, params![asking, owner]).await?;
    let read = |row: Row| -> Result<Standing, DbError> {
        let (viewer_away, moderator, viewer_adult) = (row.get(TIES)?, row.get(TIES + 1)?, row.get(TIES + 2)?);
        Ok(Standing { ties: ties(&row, 0)?, viewer_away, moderator, viewer_adult })
    };
    row.map_or(Ok(Standing::default()), read)
}

/// Makes `follower` follow `followed`, counts it, and puts the latest videos into the follower's timeline;
/// `false` when it was so. The two are different people.
pub async fn follow(tx: &mut Tx, follower: AccountId, followed: AccountId, now: Timestamp) -> Result<bool, DbError> {
    let made = changed(tx, &FOLLOW, params![follower, followed, now]).await?;
    if made {
        count(tx, follower, followed, 1).await?;
        timeline::fill(tx, follower, followed).await?;
    }
    Ok(made)
}

/// Ends that `follower` follows `followed`; `false` when it was not so.
pub async fn unfollow(tx: &mut Tx, follower: AccountId, followed: AccountId) -> Result<bool, DbError> {
    let Some(row) = tx.query_opt(&UNFOLLOW, params![follower, followed]).await? else { return Ok(false) };
    if row.get(0)? {
        count(tx, follower, followed, -1).await?;
    }
    Ok(true)
}

/// Moves both counts, always in the order of the ids, so that no two transactions wait for each other.
async fn count(tx: &mut Tx, follower: AccountId, followed: AccountId, by: i64) -> Result<(), DbError> {
    let mut moves = [(followed, &ADD_FOLLOWER), (follower, &ADD_FOLLOWING)];
    moves.sort_by_key(|(account, _)| *account);
    for (account, statement) in moves {
        tx.execute(statement, params![account, by]).await?;
    }
    Ok(())
}

/// The counts of an account.
pub async fn counts(tx: &mut Tx, account: AccountId) -> Result<Counts, DbError> {
    let row = tx.query_opt(&COUNTS, params![account]).await?;
    row.map_or(Ok(Counts::default()), |row| Ok(Counts { followers: row.get(0)?, following: row.get(1)? }))
}

/// Notes that `follower` asks to follow `followed`; `false` when it was asked already.
pub async fn ask(tx: &mut Tx, follower: AccountId, followed: AccountId, now: Timestamp) -> Result<bool, DbError> {
    changed(tx, &ASK, params![follower, followed, now]).await
}

/// Takes a request away, whether withdrawn, accepted or declined; `false` when there was none.
pub async fn drop_request(tx: &mut Tx, follower: AccountId, followed: AccountId) -> Result<bool, DbError> {
    changed(tx, &WITHDRAW, params![follower, followed]).await
}

/// Blocks: from now on neither knows of the other. Follows and requests between the two end.
pub async fn block(tx: &mut Tx, blocker: AccountId, blocked: AccountId, now: Timestamp) -> Result<bool, DbError> {
    for (one, other) in [(blocker, blocked), (blocked, blocker)] {
        unfollow(tx, one, other).await?;
        drop_request(tx, one, other).await?;
    }
    changed(tx, &BLOCK, params![blocker, blocked, now]).await
}

/// Takes a block back. What it ended does not begin again.
pub async fn unblock(tx: &mut Tx, blocker: AccountId, blocked: AccountId) -> Result<bool, DbError> {
    changed(tx, &UNBLOCK, params![blocker, blocked]).await
}

/// Mutes: what the other does is not brought up any more. The other never learns of it.
pub async fn mute(tx: &mut Tx, muter: AccountId, muted: AccountId, now: Timestamp) -> Result<bool, DbError> {
    changed(tx, &MUTE, params![muter, muted, now]).await
}

/// Takes a mute back.
pub async fn unmute(tx: &mut Tx, muter: AccountId, muted: AccountId) -> Result<bool, DbError> {
    changed(tx, &UNMUTE, params![muter, muted]).await
}

/// Whether `muter` has muted `muted`.
pub async fn is_muted(tx: &mut Tx, muter: AccountId, muted: AccountId) -> Result<bool, DbError> {
    Ok(tx.query_opt(&MUTED, params![muter, muted]).await?.is_some())
}

/// How many requests to follow `account` wait for an answer: those that stand in its list, `most` at most.
pub async fn waiting_requests(tx: &mut Tx, account: AccountId, most: i64) -> Result<i64, DbError> {
    let active = AccountState::Active.code();
    let row = tx.query_opt(&WAITING_REQUESTS, params![account, active, most]).await?;
    row.map_or(Ok(0), |row| row.get(0))
}

/// How many follow `account` and are followed by it, of those whom it may see: `most` at most.
pub async fn friends(tx: &mut Tx, account: AccountId, most: i64) -> Result<i64, DbError> {
    let active = AccountState::Active.code();
    let row = tx.query_opt(&FRIENDS, params![account, active, most]).await?;
    row.map_or(Ok(0), |row| row.get(0))
}

/// Whether `follower` has asked to follow `account`, which has not answered.
pub async fn has_asked(tx: &mut Tx, account: AccountId, follower: AccountId) -> Result<bool, DbError> {
    Ok(tx.query_opt(&HAS_ASKED, params![account, follower]).await?.is_some())
}

/// A page of a list of `account`, the latest first, those before `before`, at most `limit`. It holds only
/// those whose card `asking` may see, but for the list of the blocked; in the lists of somebody else none that
/// nobody is to find.
pub async fn list(
    tx: &mut Tx,
    edges: Edges,
    asking: Option<AccountId>,
    account: AccountId,
    before: (Timestamp, AccountId),
    limit: i64,
) -> Result<Vec<Card>, DbError> {
    let statement = match edges {
        Edges::Followers => &FOLLOWERS,
        Edges::Following => &FOLLOWING,
        Edges::Requests => &REQUESTS,
        Edges::Blocked => &BLOCKED,
        Edges::Muted => &MUTED_LIST,
    };
    let mut values = vec![viewer(&asking)];
    let active = AccountState::Active.code();
    values.extend(params![active, account, before.0, before.1, limit]);
    tx.query(statement, &values).await?.iter().map(read).collect()
}

/// Reads a card: the columns of the owner and of the ties, then id, handle, display name and a moment.
pub(crate) fn read(row: &Row) -> Result<Card, DbError> {
    const AT: usize = OWNER + TIES;
    Ok(Card {
        facts: owner_facts(row, 0)?,
        ties: ties(row, OWNER)?,
        account: row.get(AT)?,
        handle: row.get(AT + 1)?,
        display_name: row.get(AT + 2)?,
        since: row.get(AT + 3)?,
    })
}
