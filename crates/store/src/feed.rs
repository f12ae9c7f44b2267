//! The For You feed.

use outro_db::{DbError, Row, Tx, params, statements};
use outro_model::{AccountId, AccountState, Audience, Timestamp, VideoId, VideoState};
use outro_policy::{FeedScope, OwnerFacts, VideoFacts};

use crate::visibility::{in_scope, scope_codes};

/// One item of a feed; what is sealed is still sealed.
#[derive(Debug)]
pub struct Item {
    /// The owner.
    pub owner: AccountId,
    /// The video.
    pub video: VideoId,
    /// What the policy asks of the owner.
    pub owner_facts: OwnerFacts,
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
        "SELECT v.owner_id, v.id, a.state, a.private_account, v.state, v.audience, v.caption, a.handle, a.display_name,
            v.published_at, v.created_at, v.duration_ms, v.like_count,
            (SELECT COUNT(*) FROM likes l WHERE l.account_id = ?7 AND l.video_id = v.id), b.width, b.height, b.length
        FROM videos v JOIN accounts a ON a.id = v.owner_id
        JOIN blobs b ON b.owner_id = v.owner_id AND b.video_id = v.id AND b.kind = 1 AND b.header IS NOT NULL
        WHERE ", in_scope!(), " AND (v.published_at, v.id) < (?5, ?6)
        ORDER BY v.published_at DESC, v.id DESC LIMIT ?8"
    );
}

/// Videos in the scope, the newest first, those before `before`, at most `limit`. `viewer` is asked
/// after for likes alone.
pub async fn for_you(
    tx: &mut Tx,
    scope: FeedScope,
    viewer: Option<AccountId>,
    before: (Timestamp, VideoId),
    limit: i64,
) -> Result<Vec<Item>, DbError> {
    let (video, audience, owner, private) = scope_codes(scope);
    let viewer = viewer.map_or_else(Vec::new, |id| id.as_bytes().to_vec());
    let values = params![video, audience, owner, private, before.0, before.1, viewer, limit];
    tx.query(&FOR_YOU, values).await?.iter().map(read).collect()
}

fn read(row: &Row) -> Result<Item, DbError> {
    Ok(Item {
        owner: row.get(0)?,
        video: row.get(1)?,
        owner_facts: OwnerFacts { state: AccountState::from_code(row.get(2)?), private_account: row.get(3)? },
        video_facts: VideoFacts {
            state: VideoState::from_code(row.get(4)?).unwrap_or(VideoState::Removing),
            audience: Audience::from_code(row.get(5)?).unwrap_or(Audience::OnlyMe),
        },
        caption: row.get(6)?,
        handle: row.get(7)?,
        display_name: row.get(8)?,
        published_at: row.get(9)?,
        created_at: row.get(10)?,
        duration_ms: row.get(11)?,
        like_count: row.get(12)?,
        liked: row.get(13)?,
        width: row.get(14)?,
        height: row.get(15)?,
        size_bytes: row.get(16)?,
    })
}
