//! The feeds: what may stand in them, in which order the tables hold it, and one item with all its parts.

use outro_db::{DbError, Param, Row, ToParam as _, Tx, params, statements};
use outro_model::{AccountId, Timestamp, VideoId};
use outro_policy::{Facts, FeedScope, FollowedScope, OwnerFacts, Relation, Ties, VideoFacts};

use crate::sounds::{Sounds, sound_columns, sound_joins};
use crate::visibility::{
    OWNER, TIES, VIDEO, in_scope, owner_columns, owner_facts, scope_codes, ties, ties_columns, unmuted, video_columns,
    video_facts, viewer, viewer_adult,
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
    /// How often it was watched, once a day of each viewer.
    pub view_count: i64,
    /// How many comments are shown under it.
    pub comment_count: i64,
    /// Whether there are captions that can be turned on.
    pub captioned: bool,
    /// Whether the viewer does.
    pub liked: bool,
    /// The rendition's width.
    pub width: i64,
    /// The rendition's height.
    pub height: i64,
    /// The rendition's length in bytes.
    pub size_bytes: i64,
    /// What is heard with it.
    pub sounds: Sounds,
    /// Whether the viewer is known to be an adult.
    pub viewer_adult: bool,
    /// Whether it stands first on its owner's profile.
    pub pinned: bool,
}

impl Item {
    /// What the policy is asked with. Whether the viewer may act changes nothing about what may be watched.
    pub fn facts(&self, asking: Option<AccountId>) -> Facts {
        Facts {
            relation: Relation::of(asking, self.owner, self.ties),
            viewer_away: false,
            viewer_adult: self.viewer_adult,
            owner: self.owner_facts,
            video: Some(self.video_facts),
        }
    }
}

/// What a ranking asks of a video that may come into For You.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The owner.
    pub owner: AccountId,
    /// The video.
    pub video: VideoId,
    /// When it could be watched first.
    pub published_at: Timestamp,
    /// How many like it.
    pub like_count: i64,
    /// How often it was watched.
    pub view_count: i64,
    /// Whether it lies in the scope, and its owner is not muted.
    pub shown: bool,
    /// Whether the viewer follows its owner.
    pub follows: bool,
    /// Whether the viewer has seen it since the moment that was asked about.
    pub seen: bool,
}

/// Where a page of candidates comes from, each read from an index and bounded by its limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// All there are, the newest first, those before a place.
    Newest((Timestamp, VideoId)),
    /// Those with the most likes of late.
    Popular,
    /// The newest of those whom the viewer follows.
    Followed(AccountId),
    /// The newest of one account.
    Of(AccountId),
}

/// Which of the timeline is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Circle {
    /// All whom the viewer follows.
    Following,
    /// Those of them who follow back.
    Friends,
}

macro_rules! item {
    () => {
        concat!(
            "SELECT ",
            owner_columns!(),
            ", ",
            video_columns!(),
            ", ",
            ties_columns!(),
            ",
            v.owner_id, v.id, v.caption, a.handle, a.display_name, v.published_at, v.created_at, v.duration_ms,
            v.like_count, (SELECT COUNT(*) FROM likes l WHERE l.account_id = ?1 AND l.video_id = v.id),
            COALESCE(b.width, 0), COALESCE(b.height, 0), COALESCE(b.length, 0), v.view_count, v.comment_count, v.captioned, ",
            sound_columns!(),
            ", ",
            viewer_adult!(),
            ", CASE WHEN v.pinned_at > 0 THEN 1 ELSE 0 END"
        )
    };
}

/// The object that is played: without one nothing is shown.
macro_rules! rendition {
    () => {
        " JOIN blobs b ON b.owner_id = v.owner_id AND b.video_id = v.id AND b.kind = 1 AND b.header IS NOT NULL "
    };
}

/// The parts of a candidate. What does not lie in the scope is told apart and not left out, so that whoever
/// walks on knows how far the index was read, however much of it is hidden.
macro_rules! candidate {
    () => {
        concat!(
            "SELECT v.owner_id, v.id, v.published_at, v.like_count, v.view_count,
            CASE WHEN ",
            in_scope!(),
            " AND ",
            unmuted!(),
            " THEN 1 ELSE 0 END,
            (SELECT COUNT(*) FROM follows f WHERE f.follower_id = ?1 AND f.followed_id = v.owner_id),
            (SELECT s.seen_at FROM watches s WHERE s.account_id = ?1 AND s.video_id = v.id)"
        )
    };
}

macro_rules! bare_video {
    () => {
        "SELECT owner_id, id, state, audience, hidden, age_restricted, published_at, like_count, view_count FROM videos"
    };
}

statements! {
    // The limit keeps PostgreSQL from going along an index that the scope would fit.
    ITEM = concat!(item!(), " FROM (SELECT * FROM videos WHERE owner_id = ?5 AND id = ?6 LIMIT 1) v
        JOIN accounts a ON a.id = v.owner_id", rendition!(), sound_joins!(), " WHERE ", in_scope!());
    // The next entries. Each has its video and its owner, by foreign keys: so as many rows come back as were read, and
    // whoever walks on knows where it ends. The scope is held against what was read, not looked up once more.
    TIMELINE = concat!(item!(), ", CASE WHEN b.kind IS NOT NULL AND ", unmuted!(), " THEN 1 ELSE 0 END
        FROM (SELECT owner_id, video_id, published_at FROM timeline WHERE account_id = ?1
            AND (published_at, video_id) < (?2, ?3) ORDER BY published_at DESC, video_id DESC LIMIT ?4) e
        JOIN videos v ON v.owner_id = e.owner_id AND v.id = e.video_id JOIN accounts a ON a.id = e.owner_id
        LEFT JOIN blobs b ON b.owner_id = e.owner_id AND b.video_id = e.video_id AND b.kind = 1
            AND b.header IS NOT NULL", sound_joins!(), "ORDER BY e.published_at DESC, e.video_id DESC");
    NEWEST = concat!(candidate!(), " FROM (", bare_video!(), " WHERE state = ?3 AND audience = ?4
            AND (published_at, id) < (?5, ?6) ORDER BY published_at DESC, id DESC LIMIT ?7) v
        JOIN accounts a ON a.id = v.owner_id ORDER BY v.published_at DESC, v.id DESC");
    POPULAR = concat!(candidate!(), " FROM (", bare_video!(), " WHERE state = ?3 AND audience = ?4
            ORDER BY heat DESC, id DESC LIMIT ?5) v JOIN accounts a ON a.id = v.owner_id");
    FOLLOWED = concat!(candidate!(), " FROM (SELECT owner_id, video_id FROM timeline WHERE account_id = ?5
            ORDER BY published_at DESC, video_id DESC LIMIT ?6) e
        JOIN videos v ON v.owner_id = e.owner_id AND v.id = e.video_id JOIN accounts a ON a.id = e.owner_id");
    OF_OWNER = concat!(candidate!(), " FROM (", bare_video!(), " WHERE owner_id = ?5
            ORDER BY created_at DESC, id DESC LIMIT ?6) v JOIN accounts a ON a.id = v.owner_id");
}

/// Videos of the viewer's timeline that the scope lets through, the newest first, those before `before`,
/// at most `limit`. A timeline is bounded, so what is passed over is too.
pub async fn timeline(
    tx: &mut Tx,
    scope: FollowedScope,
    asking: AccountId,
    circle: Circle,
    before: (Timestamp, VideoId),
    limit: i64,
) -> Result<Vec<Item>, DbError> {
    let (mut window, mut from, mut found) = (limit, before, Vec::new());
    loop {
        let rows = tx.query(&TIMELINE, params![asking, from.0, from.1, window]).await?;
        for row in &rows {
            let item = read(row)?;
            from = (item.published_at, item.video);
            let is_of_circle = circle == Circle::Following || item.ties.followed;
            if is_of_circle && row.get(BROUGHT_UP)? && scope.admits(&item.facts(Some(asking))) {
                found.push(item);
            }
            if found.len() as i64 == limit {
                return Ok(found);
            }
        }
        if (rows.len() as i64) < window {
            return Ok(found);
        }
        window = limit.max(FEWEST);
    }
}

/// Each of these videos with all that an item shows, in their order; none for one that does not lie in the scope.
pub async fn items(
    tx: &mut Tx,
    scope: FeedScope,
    asking: Option<AccountId>,
    videos: &[(AccountId, VideoId)],
) -> Result<Vec<Option<Item>>, DbError> {
    let (state, ready, audience) = scope_codes(scope);
    let codes = [state, ready, audience].map(Param::Int);
    let values = videos.iter().map(|(owner, video)| {
        let mut values = vec![viewer(&asking)];
        values.extend(codes);
        values.extend([owner.to_param(), video.to_param()]);
        values
    });
    let all: Vec<_> = values.collect();
    tx.query_each(&ITEM, &all).await?.iter().map(|rows| rows.first().map(read).transpose()).collect()
}

/// Candidates from a source, at most `limit`; of each, whether it was seen since `seen_since`.
pub async fn candidates(
    tx: &mut Tx,
    scope: FeedScope,
    asking: Option<AccountId>,
    source: Source,
    seen_since: Timestamp,
    limit: i64,
) -> Result<Vec<Candidate>, DbError> {
    let (state, ready, audience) = scope_codes(scope);
    let mut values = vec![viewer(&asking)];
    values.extend(params![state, ready, audience]);
    let rows = match &source {
        Source::Newest((moment, video)) => {
            values.extend(params![moment, video, limit]);
            tx.query(&NEWEST, &values).await?
        }
        Source::Popular => {
            values.extend(params![limit]);
            tx.query(&POPULAR, &values).await?
        }
        Source::Followed(account) | Source::Of(account) => {
            values.extend(params![account, limit]);
            let followed = matches!(source, Source::Followed(_));
            tx.query(if followed { &FOLLOWED } else { &OF_OWNER }, &values).await?
        }
    };
    rows.iter().map(|row| read_candidate(row, seen_since)).collect()
}

fn read_candidate(row: &Row, seen_since: Timestamp) -> Result<Candidate, DbError> {
    let seen_at: Option<Timestamp> = row.get(7)?;
    Ok(Candidate {
        owner: row.get(0)?,
        video: row.get(1)?,
        published_at: row.get(2)?,
        like_count: row.get(3)?,
        view_count: row.get(4)?,
        shown: row.get(5)?,
        follows: row.get(6)?,
        seen: seen_at.is_some_and(|at| at >= seen_since),
    })
}

/// Where the parts of an item begin that the policy does not ask for.
const AT: usize = OWNER + VIDEO + TIES;
/// Whether an entry of a timeline can be played, and its owner is not muted.
const BROUGHT_UP: usize = AT + 22;
/// How many entries of a timeline are read at least where some were hidden, so that they cost few queries.
const FEWEST: i64 = 30;

fn read(row: &Row) -> Result<Item, DbError> {
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
        view_count: row.get(AT + 13)?,
        comment_count: row.get(AT + 14)?,
        captioned: row.get(AT + 15)?,
        sounds: Sounds::read(row, AT + 16)?,
        viewer_adult: row.get(AT + 20)?,
        pinned: row.get(AT + 21)?,
    })
}
