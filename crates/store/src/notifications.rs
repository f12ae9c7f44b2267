//! What accounts are told of others.

use outro_db::{DbError, Row, Tx, params, statements};
use outro_model::{AccountId, AccountState, CommentId, NotificationId, ReportId, Timestamp, VideoId};
use outro_policy::{OwnerFacts, Ties};

use crate::changed;
use crate::visibility::{OWNER, TIES, card_in_scope, known_to_owner, owner_columns, owner_facts, ties, ties_columns};

/// Something that an account is told: by whom, and what of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct News {
    /// Who is told.
    pub account: AccountId,
    /// The number of its kind.
    pub kind: i64,
    /// Who did it; oneself for what moderators did, who are not named.
    pub actor: AccountId,
    /// The video that it is about, by its owner and its id.
    pub video: Option<(AccountId, VideoId)>,
    /// The comment that it is about.
    pub comment: Option<CommentId>,
}

/// A notification in a list, with what the policy asks of who did it.
#[derive(Debug)]
pub struct Told {
    /// What the policy asks of who did it.
    pub facts: OwnerFacts,
    /// What stands between the account and who did it.
    pub ties: Ties,
    /// The id.
    pub id: NotificationId,
    /// What is told.
    pub news: News,
    /// When it happened.
    pub created_at: Timestamp,
    /// The handle of who did it, sealed.
    pub handle: Vec<u8>,
    /// The display name of who did it, sealed.
    pub display_name: Vec<u8>,
}

statements! {
    PUT = "INSERT INTO notifications (account_id, id, kind, actor_id, owner_id, video_id, comment_id, created_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    // A report's notification has the report's id: each is told once. Who leaves is told nothing.
    PUT_FOR_REPORTER = "INSERT INTO notifications (account_id, id, kind, actor_id, created_at)
        SELECT a.id, ?2, ?3, a.id, ?4 FROM accounts a WHERE a.id = ?1 AND a.state = ?5";
    // Who is muted, blocked, away or leaving is not told of, but everybody of what moderators decided; the policy is asked again for each.
    LIST = concat!("SELECT ", owner_columns!(), ", ", ties_columns!(), ", n.id, n.account_id, n.kind, n.actor_id,
            n.owner_id, n.video_id, n.comment_id, n.created_at, a.handle, a.display_name
        FROM notifications n JOIN accounts a ON a.id = n.actor_id
        WHERE n.account_id = ?1 AND (n.created_at, n.id) < (?3, ?4) AND n.created_at > ?5
            AND (a.id = ?1 OR (", card_in_scope!(), "
            AND NOT EXISTS (SELECT 1 FROM mutes m WHERE m.muter_id = ?1 AND m.muted_id = a.id)))
            AND (n.comment_id IS NULL OR EXISTS (SELECT 1 FROM comments c WHERE c.owner_id = n.owner_id
                AND c.video_id = n.video_id AND c.id = n.comment_id
                AND (c.state = 0 OR (c.state = 1 AND c.owner_id = ?1)) AND ", known_to_owner!(), "))
        ORDER BY n.created_at DESC, n.id DESC LIMIT ?6");
    IS_TOLD = "SELECT id FROM notifications WHERE actor_id = ?1 AND account_id = ?2 AND kind = ?3
        AND owner_id = ?4 AND video_id = ?5 AND comment_id IS NULL LIMIT 1";
    IS_TOLD_OF_COMMENT = "SELECT id FROM notifications WHERE actor_id = ?1 AND account_id = ?2 AND comment_id = ?3
        LIMIT 1";
    TAKE_BACK_LIKE = "DELETE FROM notifications WHERE actor_id = ?1 AND account_id = ?2 AND kind = ?3
        AND owner_id = ?4 AND video_id = ?5 AND comment_id IS NULL";
    TAKE_BACK_OF_COMMENT = "DELETE FROM notifications WHERE actor_id = ?1 AND account_id = ?2 AND kind = ?3
        AND comment_id = ?4";
    TAKE_BACK_OF_ACTOR = "DELETE FROM notifications WHERE actor_id = ?1 AND account_id = ?2 AND kind = ?3
        AND video_id IS NULL";
    DROP_OF_COMMENT = "DELETE FROM notifications WHERE owner_id = ?1 AND video_id = ?2 AND comment_id = ?3";
    TOLD_UNTIL = "SELECT told_until FROM accounts WHERE id = ?1";
    AT = "SELECT created_at FROM notifications WHERE account_id = ?1 AND id = ?2";
    SET_TOLD_UNTIL = "UPDATE accounts SET told_until = ?2 WHERE id = ?1 AND told_until < ?2";
    DROP_OLD = "DELETE FROM notifications WHERE (account_id, id) IN
        (SELECT account_id, id FROM notifications WHERE created_at < ?1 ORDER BY created_at LIMIT ?2)";
}

/// Tells an account something.
pub async fn put(tx: &mut Tx, id: NotificationId, news: &News, now: Timestamp) -> Result<(), DbError> {
    let News { account, kind, actor, video, comment } = news;
    let (owner, video) = (video.map(|(owner, _)| owner), video.map(|(_, video)| video));
    let values = params![account, id, kind, actor, owner, video, comment, now];
    tx.execute(&PUT, values).await.map(|_| ())
}

/// Tells whoever made a report that it was decided; `false` when they are leaving.
pub async fn put_for_reporter(
    tx: &mut Tx,
    kind: i64,
    reporter: AccountId,
    report: ReportId,
    now: Timestamp,
) -> Result<bool, DbError> {
    changed(tx, &PUT_FOR_REPORTER, params![reporter, report, kind, now, AccountState::Active.code()]).await
}

/// Whether an account was told the same of a video.
pub async fn is_told(tx: &mut Tx, news: &News) -> Result<bool, DbError> {
    let News { account, kind, actor, video, .. } = news;
    let (owner, video) = (video.map(|(owner, _)| owner), video.map(|(_, video)| video));
    Ok(tx.query_opt(&IS_TOLD, params![actor, account, kind, owner, video]).await?.is_some())
}

/// Whether an account was told of what `actor` did with a comment.
pub async fn is_told_of_comment(
    tx: &mut Tx,
    account: AccountId,
    actor: AccountId,
    comment: CommentId,
) -> Result<bool, DbError> {
    Ok(tx.query_opt(&IS_TOLD_OF_COMMENT, params![actor, account, comment]).await?.is_some())
}

/// Takes back what was told, once what it told of was taken back.
pub async fn take_back(tx: &mut Tx, news: &News) -> Result<(), DbError> {
    let News { account, kind, actor, video, comment } = news;
    let done = match (video, comment) {
        (_, Some(comment)) => tx.execute(&TAKE_BACK_OF_COMMENT, params![actor, account, kind, comment]).await,
        (Some((owner, video)), None) => tx.execute(&TAKE_BACK_LIKE, params![actor, account, kind, owner, video]).await,
        (None, None) => tx.execute(&TAKE_BACK_OF_ACTOR, params![actor, account, kind]).await,
    };
    done.map(|_| ())
}

/// Removes all that was told of a comment.
pub async fn drop_of_comment(
    tx: &mut Tx,
    (owner, video): (AccountId, VideoId),
    comment: CommentId,
) -> Result<(), DbError> {
    tx.execute(&DROP_OF_COMMENT, params![owner, video, comment]).await.map(|_| ())
}

/// What an account is told, the latest first: those before `before` and after `after`, at most `limit`.
pub async fn list(
    tx: &mut Tx,
    account: AccountId,
    before: (Timestamp, NotificationId),
    after: Timestamp,
    limit: i64,
) -> Result<Vec<Told>, DbError> {
    let active = AccountState::Active.code();
    let values = params![account, active, before.0, before.1, after, limit];
    tx.query(&LIST, values).await?.iter().map(read).collect()
}

fn read(row: &Row) -> Result<Told, DbError> {
    const N: usize = OWNER + TIES;
    let (owner, video): (Option<AccountId>, Option<VideoId>) = (row.get(N + 4)?, row.get(N + 5)?);
    Ok(Told {
        facts: owner_facts(row, 0)?,
        ties: ties(row, OWNER)?,
        id: row.get(N)?,
        news: News {
            account: row.get(N + 1)?,
            kind: row.get(N + 2)?,
            actor: row.get(N + 3)?,
            video: owner.zip(video),
            comment: row.get(N + 6)?,
        },
        created_at: row.get(N + 7)?,
        handle: row.get(N + 8)?,
        display_name: row.get(N + 9)?,
    })
}

/// Until when an account has looked.
pub async fn told_until(tx: &mut Tx, account: AccountId) -> Result<Timestamp, DbError> {
    tx.query_opt(&TOLD_UNTIL, params![account]).await?.map_or(Ok(Timestamp(0)), |row| row.get(0))
}

/// When something happened that an account was told of.
pub async fn at(tx: &mut Tx, account: AccountId, id: NotificationId) -> Result<Option<Timestamp>, DbError> {
    tx.query_opt(&AT, params![account, id]).await?.map(|row| row.get(0)).transpose()
}

/// Notes that an account has looked until then; it never goes back.
pub async fn set_told_until(tx: &mut Tx, account: AccountId, until: Timestamp) -> Result<(), DbError> {
    tx.execute(&SET_TOLD_UNTIL, params![account, until]).await.map(|_| ())
}

/// Removes at most `limit` of those from before `before`; how many went.
pub async fn drop_before(tx: &mut Tx, before: Timestamp, limit: i64) -> Result<u64, DbError> {
    tx.execute(&DROP_OLD, params![before, limit]).await
}
