//! Comments, and likes of comments. What is hidden by blocks and by states of accounts is left out by the
//! macros of `visibility`; what the owner of the video has hidden is shown to the owner and to its author.

use outro_db::{DbError, Row, Tx, params, statements};
use outro_model::{AccountId, AccountState, CommentId, Timestamp, VideoId};
use outro_policy::{OwnerFacts, Ties};

use crate::changed;
use crate::visibility::{
    OWNER, TIES, card_in_scope, known_to_owner, owner_columns, owner_facts, ties, ties_columns, viewer,
};

/// What is of a comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It is shown.
    Shown,
    /// The owner of the video hides it, or their words hold it back.
    Hidden,
    /// It is taken away; its rows are going.
    Removing,
    /// A moderator hides it from everybody but its author.
    Barred,
    /// The same, and it was hidden before.
    BarredHidden,
}

impl State {
    /// The number stored for it.
    pub const fn code(self) -> i64 {
        match self {
            Self::Shown => 0,
            Self::Hidden => 1,
            Self::Removing => 2,
            Self::Barred => 3,
            Self::BarredHidden => 4,
        }
    }

    /// The state of a stored number. What is not known is on its way out.
    const fn from_code(code: i64) -> Self {
        match code {
            0 => Self::Shown,
            1 => Self::Hidden,
            3 => Self::Barred,
            4 => Self::BarredHidden,
            _ => Self::Removing,
        }
    }
}

/// Whether a stored number is that of a comment that is being taken away.
pub fn is_removing(code: i64) -> bool {
    State::from_code(code) == State::Removing
}

/// A row of `comments`; the text is still sealed.
#[derive(Clone, Debug)]
pub struct Comment {
    /// Whose video it stands under.
    pub owner: AccountId,
    /// The video.
    pub video: VideoId,
    /// The id.
    pub id: CommentId,
    /// Who wrote it.
    pub author: AccountId,
    /// What it replies to; none at the top level. Threads are one level deep.
    pub parent: Option<CommentId>,
    /// Who wrote what it replies to.
    pub thread_author: Option<AccountId>,
    /// Sealed under the author's key.
    pub text: Vec<u8>,
    /// What is of it.
    pub state: State,
    /// When it was written.
    pub created_at: Timestamp,
    /// How many like it.
    pub like_count: i64,
}

/// A comment in a list, with what the policy asks of its author.
#[derive(Debug)]
pub struct Listed {
    /// What the policy asks of the author.
    pub facts: OwnerFacts,
    /// What stands between the viewer and the author.
    pub ties: Ties,
    /// Whether the video's owner has blocked the author.
    pub blocked_by_owner: bool,
    /// Whether the author has blocked the video's owner.
    pub blocks_owner: bool,
    /// The comment.
    pub comment: Comment,
    /// The author's handle, sealed.
    pub handle: Vec<u8>,
    /// The author's display name, sealed.
    pub display_name: Vec<u8>,
    /// Whether the viewer likes it.
    pub liked: bool,
    /// How many replies are shown under it, at most [`MOST_REPLIES`].
    pub replies: i64,
}

/// Replies are counted up to here.
pub const MOST_REPLIES: i64 = 100;

/// A place in a list: likes, time, id. Lists by time leave the likes alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Likes of the comment.
    pub likes: i64,
    /// When it was written.
    pub at: Timestamp,
    /// Its id.
    pub id: CommentId,
}

impl Place {
    /// Before everything, of a list that counts down.
    pub const LAST: Self = Self { likes: i64::MAX, at: Timestamp(i64::MAX), id: CommentId::from_bytes([0xff; 16]) };
    /// Before everything, of a list that counts up.
    pub const FIRST: Self = Self { likes: 0, at: Timestamp(i64::MIN), id: CommentId::from_bytes([0; 16]) };
}

/// Which comments of a video, and in which order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Top level, the newest first.
    Newest,
    /// Top level, the most liked first. What gains likes between two pages may come twice, or not.
    MostLiked,
    /// The replies to one, the oldest first.
    RepliesTo(CommentId),
}

macro_rules! comment_columns {
    () => {
        "c.owner_id, c.video_id, c.id, c.author_id, c.parent_id, c.thread_author_id, c.text, c.state, c.created_at,
            c.like_count"
    };
}
/// How many columns `comment_columns` names.
const COMMENT: usize = 10;

/// Everything of a list but its order. The first two parameters are those of `card_in_scope`, the third and
/// the fourth name the video, the fifth is how far replies are counted.
macro_rules! listed {
    () => {
        concat!(
            "SELECT ",
            owner_columns!(),
            ", ",
            ties_columns!(),
            ", ",
            comment_columns!(),
            ",
            (SELECT COUNT(*) FROM blocks x WHERE x.blocker_id = c.owner_id AND x.blocked_id = a.id),
            (SELECT COUNT(*) FROM blocks x WHERE x.blocker_id = a.id AND x.blocked_id = c.owner_id),
            a.handle, a.display_name,
            (SELECT COUNT(*) FROM comment_likes l WHERE l.account_id = ?1 AND l.comment_id = c.id),
            (SELECT COUNT(*) FROM (SELECT 1 AS one FROM comments r WHERE r.owner_id = c.owner_id
                AND r.video_id = c.video_id AND r.parent_id = c.id AND r.state = 0 LIMIT ?5) AS batch)
        FROM comments c JOIN accounts a ON a.id = c.author_id
        WHERE c.owner_id = ?3 AND c.video_id = ?4
            AND (c.state = 0 OR (c.state = 1 AND (c.author_id = ?1 OR c.owner_id = ?1))
                OR (c.state > 2 AND c.author_id = ?1))
            AND ((a.id = ?1 AND a.state = ?2) OR (",
            card_in_scope!(),
            "))
            AND ",
            known_to_owner!()
        )
    };
}

statements! {
    INSERT = "INSERT INTO comments (owner_id, video_id, id, author_id, parent_id, thread_author_id, text, state,
        created_at, like_count, counted) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 0, ?10)";
    BY_ID = concat!("SELECT ", comment_columns!(), " FROM comments c WHERE c.id = ?1");
    HOLD = "SELECT id FROM comments WHERE owner_id = ?1 AND video_id = ?2 AND id = ?3 AND state = 0 {for_share}";
    NEWEST = concat!(listed!(), " AND c.parent_id IS NULL AND (c.created_at, c.id) < (?6, ?7)
        ORDER BY c.created_at DESC, c.id DESC LIMIT ?8");
    MOST_LIKED = concat!(listed!(), " AND c.parent_id IS NULL AND (c.like_count, c.created_at, c.id) < (?9, ?6, ?7)
        ORDER BY c.like_count DESC, c.created_at DESC, c.id DESC LIMIT ?8");
    REPLIES = concat!(listed!(), " AND c.parent_id = ?9 AND (c.created_at, c.id) > (?6, ?7)
        ORDER BY c.created_at, c.id LIMIT ?8");
    ONE = concat!(listed!(), " AND c.id = ?6");
    SET_STATE = "UPDATE comments SET state = ?4, counted = ?5
        WHERE owner_id = ?1 AND video_id = ?2 AND id = ?3 AND state <> ?4 AND state < 2";
    // What the owner hid stays hidden by them once it is shown again.
    BAR = "UPDATE comments SET state = state + 3, counted = 0
        WHERE owner_id = ?1 AND video_id = ?2 AND id = ?3 AND state < 2";
    UNBAR = "UPDATE comments SET state = state - 3, counted = CASE state WHEN 3 THEN 1 ELSE 0 END
        WHERE owner_id = ?1 AND video_id = ?2 AND id = ?3 AND state > 2";
    REMOVE = "UPDATE comments SET state = 2, counted = 0, text = ?4
        WHERE owner_id = ?1 AND video_id = ?2 AND id = ?3 AND state <> 2";
    COUNTED = "SELECT counted FROM comments WHERE owner_id = ?1 AND video_id = ?2 AND id = ?3 {for_update}";
    ADD_COMMENTS = "UPDATE videos SET comment_count = comment_count + ?3 WHERE owner_id = ?1 AND id = ?2 AND state = 1";
    LIKE = "INSERT INTO comment_likes (account_id, comment_id, owner_id, video_id, author_id, thread_author_id,
        created_at, counted) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 1) ON CONFLICT DO NOTHING";
    UNLIKE = "DELETE FROM comment_likes WHERE account_id = ?1 AND comment_id = ?2 RETURNING counted";
    ADD_LIKES = "UPDATE comments SET like_count = like_count + ?4 WHERE owner_id = ?1 AND video_id = ?2 AND id = ?3";
    REMOVING = "SELECT id FROM comments WHERE owner_id = ?1 AND video_id = ?2 AND state = 2 LIMIT 1";
    REPLY_IDS = "SELECT id FROM comments WHERE owner_id = ?1 AND video_id = ?2 AND parent_id = ?3 LIMIT ?4";
    DROP_LIKES = "DELETE FROM comment_likes WHERE (account_id, comment_id) IN (SELECT account_id, comment_id
        FROM comment_likes WHERE owner_id = ?1 AND video_id = ?2 AND comment_id = ?3 LIMIT ?4)";
    DROP = "DELETE FROM comments WHERE owner_id = ?1 AND video_id = ?2 AND id = ?3 RETURNING counted";
    FILTER = "SELECT comment_filter FROM accounts WHERE id = ?1";
    SET_FILTER = "UPDATE accounts SET comment_filter = ?2 WHERE id = ?1";
}

/// Adds a comment. What is hidden from the beginning is not counted.
pub async fn insert(tx: &mut Tx, comment: &Comment) -> Result<(), DbError> {
    let Comment { owner, video, id, author, parent, thread_author, text, state, created_at, .. } = comment;
    let (counted, state) = (*state == State::Shown, state.code());
    let values = params![owner, video, id, author, parent, thread_author, text, state, created_at, counted];
    tx.execute(&INSERT, values).await.map(|_| ())
}

/// The comment with this id, in whatever state.
pub async fn by_id(tx: &mut Tx, id: CommentId) -> Result<Option<Comment>, DbError> {
    tx.query_opt(&BY_ID, params![id]).await?.as_ref().map(|row| read(row, 0)).transpose()
}

/// Holds a comment as it is until the transaction ends; `false` when it is not shown any more. Who replies
/// does this, so that whoever takes a thread away finds every reply.
pub async fn hold(tx: &mut Tx, comment: &Comment) -> Result<bool, DbError> {
    Ok(tx.query_opt(&HOLD, params![comment.owner, comment.video, comment.id]).await?.is_some())
}

/// A page of the comments of a video, after `place`, at most `limit`: those that `asking` may be shown.
pub async fn list(
    tx: &mut Tx,
    asking: Option<AccountId>,
    (owner, video): (AccountId, VideoId),
    order: Order,
    place: Place,
    limit: i64,
) -> Result<Vec<Listed>, DbError> {
    let active = AccountState::Active.code();
    let mut values = vec![viewer(&asking)];
    values.extend(params![active, owner, video, MOST_REPLIES, place.at, place.id, limit]);
    let rows = match &order {
        Order::Newest => tx.query(&NEWEST, &values).await?,
        Order::MostLiked => {
            values.extend(params![place.likes]);
            tx.query(&MOST_LIKED, &values).await?
        }
        Order::RepliesTo(parent) => {
            values.extend(params![parent]);
            tx.query(&REPLIES, &values).await?
        }
    };
    rows.iter().map(read_listed).collect()
}

/// One comment as a list has it; none when `asking` may not be shown it.
pub async fn one(tx: &mut Tx, asking: Option<AccountId>, comment: &Comment) -> Result<Option<Listed>, DbError> {
    let active = AccountState::Active.code();
    let mut values = vec![viewer(&asking)];
    values.extend(params![active, comment.owner, comment.video, MOST_REPLIES, comment.id]);
    tx.query_opt(&ONE, &values).await?.as_ref().map(read_listed).transpose()
}

fn read(row: &Row, at: usize) -> Result<Comment, DbError> {
    Ok(Comment {
        owner: row.get(at)?,
        video: row.get(at + 1)?,
        id: row.get(at + 2)?,
        author: row.get(at + 3)?,
        parent: row.get(at + 4)?,
        thread_author: row.get(at + 5)?,
        text: row.get(at + 6)?,
        state: State::from_code(row.get(at + 7)?),
        created_at: row.get(at + 8)?,
        like_count: row.get(at + 9)?,
    })
}

fn read_listed(row: &Row) -> Result<Listed, DbError> {
    const AT: usize = OWNER + TIES + COMMENT;
    Ok(Listed {
        facts: owner_facts(row, 0)?,
        ties: ties(row, OWNER)?,
        comment: read(row, OWNER + TIES)?,
        blocked_by_owner: row.get(AT)?,
        blocks_owner: row.get(AT + 1)?,
        handle: row.get(AT + 2)?,
        display_name: row.get(AT + 3)?,
        liked: row.get(AT + 4)?,
        replies: row.get(AT + 5)?,
    })
}

/// Shows or hides a comment, and moves the count of its video with it; `false` when it was so, or is going,
/// or a moderator hides it.
pub async fn set_state(tx: &mut Tx, comment: &Comment, state: State) -> Result<bool, DbError> {
    let was = counted(tx, comment).await?;
    let (counts, state) = (state == State::Shown, state.code());
    let values = params![comment.owner, comment.video, comment.id, state, counts];
    if !changed(tx, &SET_STATE, values).await? {
        return Ok(false);
    }
    add(tx, comment.owner, comment.video, i64::from(counts) - i64::from(was)).await?;
    Ok(true)
}

/// Hides a comment from everybody but its author, whatever the owner of the video does, or ends that, and moves
/// the count of its video with it; `false` when it was so, or is going.
pub async fn set_barred(tx: &mut Tx, comment: &Comment, barred: bool) -> Result<bool, DbError> {
    let was = counted(tx, comment).await?;
    let statement = if barred { &BAR } else { &UNBAR };
    if !changed(tx, statement, params![comment.owner, comment.video, comment.id]).await? {
        return Ok(false);
    }
    let is = counted(tx, comment).await?;
    add(tx, comment.owner, comment.video, i64::from(is) - i64::from(was)).await?;
    Ok(true)
}

/// Takes a comment out of every list, with its text and its place in the count; `false` when it was taken
/// away before. Its rows, likes and replies are for a job.
pub async fn set_removing(tx: &mut Tx, comment: &Comment) -> Result<bool, DbError> {
    let was = counted(tx, comment).await?;
    const NOTHING: &[u8] = &[];
    if !changed(tx, &REMOVE, params![comment.owner, comment.video, comment.id, NOTHING]).await? {
        return Ok(false);
    }
    add(tx, comment.owner, comment.video, -i64::from(was)).await?;
    Ok(true)
}

/// Whether a comment stands in the count of its video; it is held until the transaction ends.
async fn counted(tx: &mut Tx, comment: &Comment) -> Result<bool, DbError> {
    let row = tx.query_opt(&COUNTED, params![comment.owner, comment.video, comment.id]).await?;
    row.map_or(Ok(false), |row| row.get(0))
}

/// Moves the count of comments; `false` when the video cannot be watched any more.
pub async fn add(tx: &mut Tx, owner: AccountId, video: VideoId, by: i64) -> Result<bool, DbError> {
    changed(tx, &ADD_COMMENTS, params![owner, video, by]).await
}

/// Adds a like of a comment, and counts it; `false` when it was there.
pub async fn like(tx: &mut Tx, account: AccountId, comment: &Comment, now: Timestamp) -> Result<bool, DbError> {
    let Comment { owner, video, id, author, thread_author, .. } = comment;
    let put = changed(tx, &LIKE, params![account, id, owner, video, author, thread_author, now]).await?;
    if put {
        tx.execute(&ADD_LIKES, params![owner, video, id, 1i64]).await?;
    }
    Ok(put)
}

/// Takes a like of a comment back; `false` when there was none.
pub async fn unlike(tx: &mut Tx, account: AccountId, comment: &Comment) -> Result<bool, DbError> {
    let Some(row) = tx.query_opt(&UNLIKE, params![account, comment.id]).await? else { return Ok(false) };
    if row.get(0)? {
        tx.execute(&ADD_LIKES, params![comment.owner, comment.video, comment.id, -1i64]).await?;
    }
    Ok(true)
}

/// A comment of a video that is taken away and not gone yet.
pub async fn removing(tx: &mut Tx, owner: AccountId, video: VideoId) -> Result<Option<CommentId>, DbError> {
    tx.query_opt(&REMOVING, params![owner, video]).await?.map(|row| row.get(0)).transpose()
}

/// Some replies to a comment, in whatever state.
pub async fn reply_ids(
    tx: &mut Tx,
    (owner, video): (AccountId, VideoId),
    parent: CommentId,
    limit: i64,
) -> Result<Vec<CommentId>, DbError> {
    tx.query(&REPLY_IDS, params![owner, video, parent, limit]).await?.iter().map(|row| row.get(0)).collect()
}

/// Removes at most `limit` likes of a comment; how many went.
pub async fn drop_likes(
    tx: &mut Tx,
    (owner, video): (AccountId, VideoId),
    id: CommentId,
    limit: i64,
) -> Result<u64, DbError> {
    tx.execute(&DROP_LIKES, params![owner, video, id, limit]).await
}

/// Removes the row of a comment whose likes are gone, and lowers the count that it stood in.
pub async fn drop_row(tx: &mut Tx, (owner, video): (AccountId, VideoId), id: CommentId) -> Result<(), DbError> {
    let Some(row) = tx.query_opt(&DROP, params![owner, video, id]).await? else { return Ok(()) };
    if row.get(0)? {
        add(tx, owner, video, -1).await?;
    }
    Ok(())
}

/// The words that hold comments back under an owner's videos, sealed; none when there are none.
pub async fn filter(tx: &mut Tx, owner: AccountId) -> Result<Option<Vec<u8>>, DbError> {
    tx.query_opt(&FILTER, params![owner]).await?.map_or(Ok(None), |row| row.get(0))
}

/// Sets those words, sealed.
pub async fn set_filter(tx: &mut Tx, owner: AccountId, sealed: Option<&[u8]>) -> Result<bool, DbError> {
    changed(tx, &SET_FILTER, params![owner, sealed]).await
}
