//! The one place where visibility is SQL, and where the facts of the policy are read from rows.
//!
//! Statements that use it join `accounts a`, and `videos v` where videos are meant; their first
//! parameter is the viewer's id, empty for nobody.

use outro_db::{DbError, Param, Row};
use outro_model::{AccountId, AccountState, Audience, Circle, VideoState};
use outro_policy::{FeedScope, OwnerFacts, Ties, VideoFacts};

/// What the policy asks of an owner: eight columns, which [`owner_facts`] reads.
macro_rules! owner_columns {
    () => {
        "a.state, a.private_account, a.on_hiatus, a.suspended, a.discoverable, a.searchable, a.messages_from,
            a.comments_from"
    };
}
pub(crate) use owner_columns;

/// What the policy asks of a video: nine columns, which [`video_facts`] reads.
macro_rules! video_columns {
    () => {
        "v.state, v.audience, v.comments_from, v.hidden, v.sound_reuse, v.downloads, v.age_restricted,
            v.duets, v.stitches"
    };
}
pub(crate) use video_columns;

/// What stands between the viewer and `a`: five columns, which [`ties`] reads.
macro_rules! ties_columns {
    () => {
        "(SELECT COUNT(*) FROM follows f WHERE f.follower_id = ?1 AND f.followed_id = a.id),
            (SELECT COUNT(*) FROM follows f WHERE f.follower_id = a.id AND f.followed_id = ?1),
            (SELECT COUNT(*) FROM follow_requests r WHERE r.followed_id = a.id AND r.follower_id = ?1),
            (SELECT COUNT(*) FROM blocks x WHERE x.blocker_id = ?1 AND x.blocked_id = a.id),
            (SELECT COUNT(*) FROM blocks x WHERE x.blocker_id = a.id AND x.blocked_id = ?1)"
    };
}
pub(crate) use ties_columns;

/// The card of `a` may be seen by the viewer: `decide(SeeCard)` as a condition, but for one's own card
/// while one is away. The second parameter is the code of the active state.
macro_rules! card_in_scope {
    () => {
        "a.state = ?2 AND a.on_hiatus = 0 AND a.suspended = 0
            AND NOT EXISTS (SELECT 1 FROM blocks x WHERE x.blocker_id = ?1 AND x.blocked_id = a.id)
            AND NOT EXISTS (SELECT 1 FROM blocks x WHERE x.blocker_id = a.id AND x.blocked_id = ?1)"
    };
}
pub(crate) use card_in_scope;

/// `a` may be suggested to the viewer: `decide(Suggest)` as a condition.
macro_rules! suggest_in_scope {
    () => {
        concat!(crate::visibility::card_in_scope!(), " AND a.discoverable = 1 AND a.id <> ?1")
    };
}
pub(crate) use suggest_in_scope;

/// `a` stands in another account's list for the viewer: an account that nobody is to find is there for itself and
/// for those it has to do with already, by a follow either way. Whoever's list it is sees all of it.
macro_rules! listed_in_scope {
    () => {
        concat!(
            crate::visibility::card_in_scope!(),
            " AND (a.discoverable = 1 OR a.id = ?1 OR ?3 = ?1
                OR EXISTS (SELECT 1 FROM follows f WHERE f.follower_id = ?1 AND f.followed_id = a.id)
                OR EXISTS (SELECT 1 FROM follows f WHERE f.follower_id = a.id AND f.followed_id = ?1))"
        )
    };
}
pub(crate) use listed_in_scope;

/// The owner of the video that `c` stands under may see the card of its author `a`, as far as the two are
/// concerned: an owner could not hide what they cannot see, so nobody is shown what somebody wrote whom the
/// owner has blocked, or who has blocked the owner.
macro_rules! known_to_owner {
    () => {
        "NOT EXISTS (SELECT 1 FROM blocks x WHERE x.blocker_id = c.owner_id AND x.blocked_id = a.id)
            AND NOT EXISTS (SELECT 1 FROM blocks x WHERE x.blocker_id = a.id AND x.blocked_id = c.owner_id)"
    };
}
pub(crate) use known_to_owner;

/// The owner `a` of a video that uses a sound, and whoever the sound is of, have not blocked each other: else
/// the video does not play it. The argument names the row of the use.
macro_rules! unblocked_by_maker {
    ($use:literal) => {
        concat!(
            "NOT EXISTS (SELECT 1 FROM blocks z WHERE z.blocker_id = ",
            $use,
            ".sound_owner_id AND z.blocked_id = a.id)
            AND NOT EXISTS (SELECT 1 FROM blocks z WHERE z.blocker_id = a.id AND z.blocked_id = ",
            $use,
            ".sound_owner_id)"
        )
    };
}
pub(crate) use unblocked_by_maker;

/// Whether the viewer is known to be an adult, as a column: 1 or 0.
macro_rules! viewer_adult {
    () => {
        "(SELECT COUNT(*) FROM accounts w WHERE w.id = ?1 AND w.adult <> 0)"
    };
}
pub(crate) use viewer_adult;

/// The viewer is old enough for the video.
macro_rules! of_age {
    () => {
        concat!("(v.age_restricted = 0 OR ", crate::visibility::viewer_adult!(), " > 0)")
    };
}
pub(crate) use of_age;

/// The predicate of [`FeedScope`]. Its parameters are the first four of the statement: the viewer, then
/// those of [`scope_codes`].
macro_rules! in_scope {
    () => {
        concat!(
            crate::visibility::card_in_scope!(),
            " AND +v.state = ?3 AND +v.audience = ?4 AND a.private_account = 0 AND v.hidden = 0 AND ",
            crate::visibility::of_age!()
        )
    };
}
pub(crate) use in_scope;

/// A message `x` of the conversation `c` may be seen by the viewer, who is in it as `m`: it was not
/// cleared, not deleted for them alone, and in a group there is no block between the two.
macro_rules! message_in_scope {
    () => {
        "x.seq > m.cleared_before
            AND NOT EXISTS (SELECT 1 FROM hidden_messages h WHERE h.account_id = ?1
                AND h.conversation_id = x.conversation_id AND h.message_id = x.id)
            AND (c.kind = 0 OR x.sender_id IS NULL
                OR NOT EXISTS (SELECT 1 FROM blocks b WHERE b.blocker_id = ?1 AND b.blocked_id = x.sender_id)
                AND NOT EXISTS (SELECT 1 FROM blocks b WHERE b.blocker_id = x.sender_id AND b.blocked_id = ?1))"
    };
}
pub(crate) use message_in_scope;
/// The viewer has not muted `a`. It is no matter of rights: what is muted may be seen, and is not brought up.
macro_rules! unmuted {
    () => {
        "NOT EXISTS (SELECT 1 FROM mutes m WHERE m.muter_id = ?1 AND m.muted_id = a.id)"
    };
}
pub(crate) use unmuted;

/// The parameters of the predicate after the viewer.
pub(crate) fn scope_codes(scope: FeedScope) -> (i64, i64, i64) {
    (scope.owner.code(), scope.video.code(), scope.audience.code())
}

/// The viewer as a parameter: no id at all for nobody.
pub(crate) fn viewer(id: &Option<AccountId>) -> Param<'_> {
    Param::Bytes(id.as_ref().map_or(&[], |id| id.as_bytes().as_slice()))
}

/// Reads the columns of an owner, from the column `at`. What cannot be read is closed.
pub(crate) fn owner_facts(row: &Row, at: usize) -> Result<OwnerFacts, DbError> {
    Ok(OwnerFacts {
        state: AccountState::from_code(row.get(at)?),
        private_account: row.get(at + 1)?,
        on_hiatus: row.get(at + 2)?,
        suspended: row.get(at + 3)?,
        discoverable: row.get(at + 4)?,
        searchable: row.get(at + 5)?,
        messages_from: Circle::from_code(row.get(at + 6)?).unwrap_or(Circle::NoOne),
        comments_from: Circle::from_code(row.get(at + 7)?).unwrap_or(Circle::NoOne),
    })
}

/// How many columns [`owner_facts`] reads.
pub(crate) const OWNER: usize = 8;
/// How many columns [`video_facts`] reads.
pub(crate) const VIDEO: usize = 9;
/// How many columns [`ties`] reads.
pub(crate) const TIES: usize = 5;

/// Reads the columns of a video, from the column `at`. What cannot be read is hidden.
pub(crate) fn video_facts(row: &Row, at: usize) -> Result<VideoFacts, DbError> {
    Ok(VideoFacts {
        state: VideoState::from_code(row.get(at)?).unwrap_or(VideoState::Removing),
        audience: Audience::from_code(row.get(at + 1)?).unwrap_or(Audience::OnlyMe),
        comments_from: Circle::from_code(row.get(at + 2)?).unwrap_or(Circle::NoOne),
        hidden: row.get(at + 3)?,
        sound_reuse: row.get(at + 4)?,
        downloads: row.get(at + 5)?,
        age_restricted: row.get(at + 6)?,
        duets: row.get(at + 7)?,
        stitches: row.get(at + 8)?,
    })
}

/// Reads the columns of ties, from the column `at`.
pub(crate) fn ties(row: &Row, at: usize) -> Result<Ties, DbError> {
    Ok(Ties {
        follows: row.get(at)?,
        followed: row.get(at + 1)?,
        requested: row.get(at + 2)?,
        blocks: row.get(at + 3)?,
        blocked: row.get(at + 4)?,
    })
}
