//! The For You feed.

use outro_db::{DbError, Row, Tx, params, statements};
use outro_model::{AccountId, Timestamp, VideoId};
use outro_policy::{FeedScope, OwnerFacts, Ties, VideoFacts};

use crate::visibility::{
    OWNER, TIES, VIDEO, in_scope, owner_columns, owner_facts, scope_codes, ties, ties_columns, video_columns,
    video_facts, viewer,
};

/// One item of a feed; what is sealed is still sealed.
#[derive(Debug)]
pub struct Item {
    /// The owner.
    pub owner: AccountId,
    /// The video.
    pub video: VideoId,
    /// What the policy asks of the owner.
    pub owner_facts: OwnerFacts,
    /// What stands between the viewer and the owner.
    pub ties: Ties,
    /// What the policy asks of the video.
    pub video_facts: VideoFacts,
    /// The caption, sealed.
    pub caption: Vec<u8>,
    /// The owner's handle, sealed.
    pub handle: Vec<u8>,
    /// The owner's display name, sealed.
    pub display_name: Vec<u8>,
    /// When the video could be watched first.
    pub published_at: Timestamp,
    /// When it was uploaded.
    pub created_at: Timestamp,
    /// How long it is.
    pub duration_ms: i64,
    /// How many like it.
    pub like_count: i64,
    /// How many comments are shown under it.
    pub comment_count: i64,
    /// Whether the viewer does.
    pub liked: bool,
    /// The rendition's width.
    pub width: i64,
    /// The rendition's height.
    pub height: i64,
    /// The rendition's length in bytes.
    pub size_bytes: i64,
}

statements! {
    FOR_YOU = concat!(
        "SELECT ", owner_columns!(), ", ", video_columns!(), ", ", ties_columns!(), ",
            v.owner_id, v.id, v.caption, a.handle, a.display_name, v.published_at, v.created_at, v.duration_ms,
            v.like_count, (SELECT COUNT(*) FROM likes l WHERE l.account_id = ?1 AND l.video_id = v.id),
            b.width, b.height, b.length, v.comment_count
        FROM videos v JOIN accounts a ON a.id = v.owner_id
        JOIN blobs b ON b.owner_id = v.owner_id AND b.video_id = v.id AND b.kind = 1 AND b.header IS NOT NULL
        WHERE ", in_scope!(), " AND (v.published_at, v.id) < (?5, ?6)
        ORDER BY v.published_at DESC, v.id DESC LIMIT ?7"
    );
}

/// Videos in the scope, the newest first, those before `before`, at most `limit`.
pub async fn for_you(
    tx: &mut Tx,
    scope: FeedScope,
    asking: Option<AccountId>,
    before: (Timestamp, VideoId),
    limit: i64,
) -> Result<Vec<Item>, DbError> {
    let (owner, video, audience) = scope_codes(scope);
    let mut values = vec![viewer(&asking)];
    values.extend(params![owner, video, audience, before.0, before.1, limit]);
    tx.query(&FOR_YOU, &values).await?.iter().map(read).collect()
}

fn read(row: &Row) -> Result<Item, DbError> {
    const AT: usize = OWNER + VIDEO + TIES;
    Ok(Item {
        owner_facts: owner_facts(row, 0)?,
        video_facts: video_facts(row, OWNER)?,
        ties: ties(row, OWNER + VIDEO)?,
        owner: row.get(AT)?,
        video: row.get(AT + 1)?,
        caption: row.get(AT + 2)?,
        handle: row.get(AT + 3)?,
        display_name: row.get(AT + 4)?,
        published_at: row.get(AT + 5)?,
        created_at: row.get(AT + 6)?,
        duration_ms: row.get(AT + 7)?,
        like_count: row.get(AT + 8)?,
        liked: row.get(AT + 9)?,
        width: row.get(AT + 10)?,
        height: row.get(AT + 11)?,
        size_bytes: row.get(AT + 12)?,
        comment_count: row.get(AT + 13)?,
    })
}
