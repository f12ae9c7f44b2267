//! Reports, and what moderators do about them. What is sealed goes in and comes out sealed.

use outro_db::{DbError, Row, Tx, params, statements};
use outro_model::{
    AccountId, AccountState, ActId, ActSource, CommentId, Ground, ModerationAct, ReportId, ReportReason, ReportState,
    ReportedKind, Timestamp, VideoId,
};

use crate::changed;

/// What a report is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Thing {
    /// An account.
    Account(AccountId),
    /// A video, and whose it is.
    Video(AccountId, VideoId),
    /// A comment.
    Comment {
        /// Who wrote it.
        author: AccountId,
        /// Whose video it stands under.
        owner: AccountId,
        /// That video.
        video: VideoId,
        /// The comment.
        id: CommentId,
    },
}

impl Thing {
    /// What kind of thing.
    pub const fn kind(&self) -> ReportedKind {
        match self {
            Self::Account(_) => ReportedKind::Account,
            Self::Video(..) => ReportedKind::Video,
            Self::Comment { .. } => ReportedKind::Comment,
        }
    }

    /// Whose it is.
    pub const fn subject(&self) -> AccountId {
        match self {
            Self::Account(account) | Self::Video(account, _) | Self::Comment { author: account, .. } => *account,
        }
    }

    /// The id of the thing itself.
    pub const fn id(&self) -> &[u8; 16] {
        match self {
            Self::Account(account) => account.as_bytes(),
            Self::Video(_, video) => video.as_bytes(),
            Self::Comment { id, .. } => id.as_bytes(),
        }
    }

    /// The video that it is or stands under, by its owner and its id. A report goes with it.
    const fn video(&self) -> Option<(AccountId, VideoId)> {
        match self {
            Self::Account(_) => None,
            Self::Video(owner, video) | Self::Comment { owner, video, .. } => Some((*owner, *video)),
        }
    }

    fn of(
        kind: ReportedKind,
        subject: AccountId,
        id: [u8; 16],
        video: Option<(AccountId, VideoId)>,
    ) -> Result<Self, DbError> {
        Ok(match (kind, video) {
            (ReportedKind::Account, _) => Self::Account(subject),
            (ReportedKind::Video, _) => Self::Video(subject, VideoId::from_bytes(id)),
            (ReportedKind::Comment, Some((owner, video))) => {
                Self::Comment { author: subject, owner, video, id: CommentId::from_bytes(id) }
            }
            (ReportedKind::Comment, None) => return Err(DbError::Shape { column: REPORT - 1 }),
        })
    }
}

/// A row of `reports`; the note is still sealed.
#[derive(Clone, Debug)]
pub struct Report {
    /// Who reported.
    pub reporter: AccountId,
    /// The id.
    pub id: ReportId,
    /// What was reported.
    pub thing: Thing,
    /// Why.
    pub reason: ReportReason,
    /// Sealed under the reporter's key.
    pub note: Vec<u8>,
    /// What has come of it.
    pub state: ReportState,
    /// When it was reported.
    pub created_at: Timestamp,
    /// When it was decided.
    pub closed_at: Option<Timestamp>,
}

/// A report in the queue, with what a moderator needs to choose by.
#[derive(Clone, Debug)]
pub struct Queued {
    /// The report.
    pub report: Report,
    /// How many open reports there are of the same thing, at most [`MOST_COUNTED`].
    pub open: i64,
    /// Whether the account is suspended.
    pub suspended: bool,
    /// Whether the video, or the comment, is hidden by a moderator.
    pub hidden: bool,
    /// Whether the moderator who asks has looked at it by this report.
    pub looked: bool,
}

/// Open reports of one thing are counted up to here.
pub const MOST_COUNTED: i64 = 100;

/// What is noted of an act; the statement is still sealed.
#[derive(Clone, Debug)]
pub struct Act {
    /// The id.
    pub id: ActId,
    /// What was done.
    pub act: ModerationAct,
    /// What it was done to.
    pub thing: Thing,
    /// Why.
    pub reason: ReportReason,
    /// What it rests on.
    pub ground: Ground,
    /// The law or the rule, sealed under the key of whose thing it is; none when none was named.
    pub provision: Option<Vec<u8>>,
    /// What it followed.
    pub source: ActSource,
    /// Sealed under the key of whose thing it is; empty when nothing was written.
    pub statement: Vec<u8>,
    /// When.
    pub created_at: Timestamp,
}

/// A decision as the person is told of it; the statement is still sealed.
#[derive(Clone, Debug)]
pub struct Decided {
    /// The id.
    pub id: ActId,
    /// What was decided.
    pub act: ModerationAct,
    /// What kind of thing was reported.
    pub kind: ReportedKind,
    /// The id of the thing itself.
    pub thing: [u8; 16],
    /// Why.
    pub reason: ReportReason,
    /// What it rests on.
    pub ground: Ground,
    /// The law or the rule, sealed under the person's key; none when none was named.
    pub provision: Option<Vec<u8>>,
    /// What it followed.
    pub source: ActSource,
    /// Sealed under the person's key; empty when nothing was written.
    pub statement: Vec<u8>,
    /// When.
    pub created_at: Timestamp,
}

/// One line of the log of what moderators, and whoever runs the site, did.
#[derive(Clone, Copy, Debug)]
pub struct Logged {
    /// The id.
    pub id: ActId,
    /// What was done.
    pub act: ModerationAct,
    /// What kind of thing it was done to.
    pub kind: ReportedKind,
    /// Whose thing it is.
    pub subject: AccountId,
    /// The id of the thing itself.
    pub thing: [u8; 16],
    /// Why.
    pub reason: ReportReason,
    /// What it followed.
    pub source: ActSource,
    /// When.
    pub created_at: Timestamp,
    /// Which moderator did it; none where it was whoever runs the site, or the moderator has left.
    pub moderator: Option<AccountId>,
    /// The report by which it was done, while that is there.
    pub report: Option<ReportId>,
}

macro_rules! report_columns {
    () => {
        "r.reporter_id, r.id, r.kind, r.subject_id, r.thing_id, r.reason, r.note, r.state, r.created_at, r.closed_at,
            r.owner_id, r.video_id"
    };
}
/// How many columns `report_columns` names.
const REPORT: usize = 12;

/// A report as a moderator sees it: the first parameter is the moderator, the second how far is counted. What
/// is of the moderator's own is left out: who is reported must not learn by whom.
macro_rules! queued {
    () => {
        concat!(
            "SELECT ",
            report_columns!(),
            ",
            (SELECT COUNT(*) FROM (SELECT 1 AS one FROM reports o WHERE o.thing_id = r.thing_id AND o.state = 0
                LIMIT ?2) AS batch),
            (SELECT a.suspended FROM accounts a WHERE a.id = r.subject_id),
            (SELECT COUNT(*) FROM videos v WHERE r.kind = 1 AND v.owner_id = r.owner_id AND v.id = r.video_id
                AND v.hidden <> 0) + (SELECT COUNT(*) FROM comments c WHERE r.kind = 2 AND c.owner_id = r.owner_id
                AND c.video_id = r.video_id AND c.id = r.thing_id AND c.state > 2),
            (SELECT COUNT(*) FROM moderation_hands h WHERE h.moderator_id = ?1 AND h.report_id = r.id AND h.act = 0)
            FROM reports r WHERE r.subject_id <> ?1"
        )
    };
}

statements! {
    IS_MODERATOR = "SELECT id FROM accounts WHERE id = ?1 AND state = ?2 AND moderator <> 0 AND suspended = 0
        AND on_hiatus = 0";
    SET_MODERATOR = "UPDATE accounts SET moderator = ?2 WHERE id = ?1 AND state = ?3 AND moderator <> ?2";
    SET_SUSPENDED = "UPDATE accounts SET suspended = ?2 WHERE id = ?1 AND state = ?3 AND suspended <> ?2";
    SET_HIDDEN = "UPDATE videos SET hidden = ?3 WHERE owner_id = ?1 AND id = ?2 AND state <> 3 AND hidden <> ?3";
    REPORT_PUT = "INSERT INTO reports (reporter_id, id, kind, subject_id, thing_id, owner_id, video_id, reason, note,
        state, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 0, ?10) ON CONFLICT DO NOTHING";
    OPEN_BY_REPORTER = concat!("SELECT ", report_columns!(), " FROM reports r
        WHERE r.reporter_id = ?1 AND r.thing_id = ?2 AND r.state = 0");
    OF_REPORTER = concat!("SELECT ", report_columns!(), " FROM reports r
        WHERE r.reporter_id = ?1 AND (r.created_at, r.id) < (?2, ?3) ORDER BY r.created_at DESC, r.id DESC LIMIT ?4");
    // Of several open reports of one thing the first stands for all.
    OPEN = concat!(queued!(), " AND r.state = 0 AND (r.created_at, r.id) > (?3, ?4)
        AND r.id = (SELECT e.id FROM reports e WHERE e.thing_id = r.thing_id AND e.state = 0
            ORDER BY e.created_at, e.id LIMIT 1)
        ORDER BY r.created_at, r.id LIMIT ?5");
    DECIDED = concat!(queued!(), " AND r.state <> 0 AND (r.closed_at, r.id) < (?3, ?4)
        ORDER BY r.closed_at DESC, r.id DESC LIMIT ?5");
    BY_ID = concat!(queued!(), " AND r.id = ?3");
    CLOSE = "UPDATE reports SET state = ?3, closed_at = ?4 WHERE reporter_id = ?1 AND id = ?2 AND state = 0";
    OPEN_UNTIL = "SELECT r.reporter_id, r.id FROM reports r WHERE r.thing_id = ?1 AND r.state = 0 AND r.created_at <= ?2
        ORDER BY r.created_at, r.id LIMIT ?3";
    LOOKED_AT = "SELECT r.reporter_id, r.id FROM moderation_hands h JOIN reports r ON r.id = h.report_id
        WHERE h.subject_id = ?1 AND h.act = 0 AND r.thing_id = ?2 AND r.state = 0";
    CLOSINGS = "SELECT m.thing_id, m.act, m.created_at FROM moderation_acts m
        WHERE m.subject_id = ?1 AND m.act IN (1, 3, 4) ORDER BY m.created_at, m.id";
    MAY_LOOK = "SELECT r.id FROM reports r JOIN moderation_hands h
        ON h.moderator_id = ?1 AND h.report_id = r.id AND h.act = 0
        WHERE r.thing_id = ?2 AND r.state = 0 AND r.subject_id <> ?1 LIMIT 1";
    ACT_PUT = "INSERT INTO moderation_acts (subject_id, id, act, kind, thing_id, reason, statement, created_at,
        ground, provision, source) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
    HAND_PUT = "INSERT INTO moderation_hands (moderator_id, act_id, subject_id, report_id, act)
        VALUES (?1, ?2, ?3, ?4, ?5)";
    // Hiding and suspending, and taking that back: of the rest nobody is told.
    DECISIONS = "SELECT m.id, m.act, m.kind, m.thing_id, m.reason, m.statement, m.created_at, m.ground, m.provision,
        m.source FROM moderation_acts m
        WHERE m.subject_id = ?1 AND m.act IN (1, 2, 4, 5) AND (m.created_at, m.id) < (?2, ?3)
        ORDER BY m.created_at DESC, m.id DESC LIMIT ?4";
    // What was done about the moderator who asks is left out, but for the right itself: who is reported must not
    // learn that somebody looks.
    LOG = "SELECT m.id, m.act, m.kind, m.subject_id, m.thing_id, m.reason, m.source, m.created_at, h.moderator_id, r.id
        FROM moderation_acts m LEFT JOIN moderation_hands h ON h.subject_id = m.subject_id AND h.act_id = m.id
        LEFT JOIN reports r ON r.id = h.report_id
        WHERE (m.created_at, m.id) < (?2, ?3) AND (m.subject_id <> ?1 OR m.act > 5)
        ORDER BY m.created_at DESC, m.id DESC LIMIT ?4";
}

/// Whether an account is a moderator's, and may be one now: who is away is none.
pub async fn is_moderator(tx: &mut Tx, account: AccountId) -> Result<bool, DbError> {
    Ok(tx.query_opt(&IS_MODERATOR, params![account, AccountState::Active.code()]).await?.is_some())
}

/// Makes an account a moderator's, or not one any more; `false` when it was so, is not there, or leaving.
pub async fn set_moderator(tx: &mut Tx, account: AccountId, moderator: bool) -> Result<bool, DbError> {
    changed(tx, &SET_MODERATOR, params![account, moderator, AccountState::Active.code()]).await
}

/// Suspends an account, or ends that; `false` when it was so, or the account is not there or leaving.
pub async fn set_suspended(tx: &mut Tx, account: AccountId, suspended: bool) -> Result<bool, DbError> {
    changed(tx, &SET_SUSPENDED, params![account, suspended, AccountState::Active.code()]).await
}

/// Hides a video, or shows it again; `false` when it was so, or the video is not there any more.
pub async fn set_hidden(tx: &mut Tx, owner: AccountId, video: VideoId, hidden: bool) -> Result<bool, DbError> {
    changed(tx, &SET_HIDDEN, params![owner, video, hidden]).await
}

/// Adds an open report; `false` when the same person has an open one of the same thing.
pub async fn put(tx: &mut Tx, report: &Report) -> Result<bool, DbError> {
    let Report { reporter, id, thing, reason, note, created_at, .. } = report;
    let (owner, video) = thing.video().unzip();
    let (kind, subject, reason) = (thing.kind().code(), thing.subject(), reason.code());
    changed(tx, &REPORT_PUT, params![reporter, id, kind, subject, thing.id(), owner, video, reason, note, created_at])
        .await
}

/// The open report that somebody made of a thing.
pub async fn open_of(tx: &mut Tx, reporter: AccountId, thing: &Thing) -> Result<Option<Report>, DbError> {
    tx.query_opt(&OPEN_BY_REPORTER, params![reporter, thing.id()]).await?.as_ref().map(read).transpose()
}

/// What somebody has reported, the latest first, those before `before`, at most `limit`.
pub async fn of_reporter(
    tx: &mut Tx,
    reporter: AccountId,
    before: (Timestamp, ReportId),
    limit: i64,
) -> Result<Vec<Report>, DbError> {
    tx.query(&OF_REPORTER, params![reporter, before.0, before.1, limit]).await?.iter().map(read).collect()
}

/// What waits for a moderator, the oldest first, those after `after`, at most `limit`: each thing once.
pub async fn open(
    tx: &mut Tx,
    moderator: AccountId,
    after: (Timestamp, ReportId),
    limit: i64,
) -> Result<Vec<Queued>, DbError> {
    let values = params![moderator, MOST_COUNTED, after.0, after.1, limit];
    tx.query(&OPEN, values).await?.iter().map(read_queued).collect()
}

/// What was decided, the latest first, those before `before`, at most `limit`.
pub async fn decided(
    tx: &mut Tx,
    moderator: AccountId,
    before: (Timestamp, ReportId),
    limit: i64,
) -> Result<Vec<Queued>, DbError> {
    let values = params![moderator, MOST_COUNTED, before.0, before.1, limit];
    tx.query(&DECIDED, values).await?.iter().map(read_queued).collect()
}

/// The report with this id, open or decided; none when it is about the moderator.
pub async fn by_id(tx: &mut Tx, moderator: AccountId, id: ReportId) -> Result<Option<Queued>, DbError> {
    tx.query_opt(&BY_ID, params![moderator, MOST_COUNTED, id]).await?.as_ref().map(read_queued).transpose()
}

/// A report, by who made it and its id.
pub type Reported = (AccountId, ReportId);

/// A decision that closes reports.
#[derive(Clone, Copy, Debug)]
pub struct Closing {
    /// The id of the thing that was decided about.
    pub thing: [u8; 16],
    /// What was done.
    pub act: ModerationAct,
    /// When: reports from after it are not closed by it.
    pub at: Timestamp,
}

/// Closes a report; `false` when it was closed, or is gone.
pub async fn close(
    tx: &mut Tx,
    (reporter, report): Reported,
    state: ReportState,
    at: Timestamp,
) -> Result<bool, DbError> {
    changed(tx, &CLOSE, params![reporter, report, state.code(), at]).await
}

/// The open reports of a thing from until `until`, the oldest first, at most `limit`.
pub async fn open_until(tx: &mut Tx, thing: &[u8; 16], until: Timestamp, limit: i64) -> Result<Vec<Reported>, DbError> {
    tx.query(&OPEN_UNTIL, params![thing, until, limit]).await?.iter().map(read_reported).collect()
}

/// The open reports of a thing by which moderators look at it.
pub async fn looked_at(tx: &mut Tx, thing: &Thing) -> Result<Vec<Reported>, DbError> {
    tx.query(&LOOKED_AT, params![thing.subject(), thing.id()]).await?.iter().map(read_reported).collect()
}

fn read_reported(row: &Row) -> Result<Reported, DbError> {
    Ok((row.get(0)?, row.get(1)?))
}

/// What was decided about an account or something of it that closes reports, the oldest first.
pub async fn closings(tx: &mut Tx, subject: AccountId) -> Result<Vec<Closing>, DbError> {
    let read = |row: &Row| {
        // What cannot be read closes nothing.
        let act = ModerationAct::from_code(row.get(1)?).unwrap_or(ModerationAct::Look);
        Ok(Closing { thing: row.get(0)?, act, at: row.get(2)? })
    };
    tx.query(&CLOSINGS, params![subject]).await?.iter().map(read).collect()
}

/// Whether a moderator may look at a thing: a report of it is open, and that they look by it is noted.
pub async fn may_look(tx: &mut Tx, moderator: AccountId, thing: &[u8; 16]) -> Result<bool, DbError> {
    Ok(tx.query_opt(&MAY_LOOK, params![moderator, thing]).await?.is_some())
}

/// Notes what was done.
pub async fn note(tx: &mut Tx, act: &Act) -> Result<(), DbError> {
    let Act { id, act, thing, reason, ground, provision, source, statement, created_at } = act;
    let (subject, kind, act, reason) = (thing.subject(), thing.kind().code(), act.code(), reason.code());
    let (of, ground, source) = (thing.id(), ground.code(), source.code());
    let values = params![subject, id, act, kind, of, reason, statement, created_at, ground, provision, source];
    tx.execute(&ACT_PUT, values).await.map(|_| ())
}

/// Notes which moderator did it, by which report.
pub async fn note_hand(tx: &mut Tx, moderator: AccountId, report: ReportId, act: &Act) -> Result<(), DbError> {
    let (subject, code) = (act.thing.subject(), act.act.code());
    let values = params![moderator, act.id, subject, report, code];
    tx.execute(&HAND_PUT, values).await.map(|_| ())
}

/// What was decided about an account, the latest first, those before `before`, at most `limit`.
pub async fn decisions(
    tx: &mut Tx,
    subject: AccountId,
    before: (Timestamp, ActId),
    limit: i64,
) -> Result<Vec<Decided>, DbError> {
    tx.query(&DECISIONS, params![subject, before.0, before.1, limit]).await?.iter().map(read_decided).collect()
}

/// What moderators and whoever runs the site did, the latest first, those before `before`, at most `limit`; as the
/// moderator `asking` may see it, or all of it for whoever runs the site.
pub async fn log(
    tx: &mut Tx,
    asking: Option<AccountId>,
    before: (Timestamp, ActId),
    limit: i64,
) -> Result<Vec<Logged>, DbError> {
    // An id that is nobody's.
    let asking = asking.unwrap_or(AccountId::from_bytes([0; 16]));
    tx.query(&LOG, params![asking, before.0, before.1, limit]).await?.iter().map(read_logged).collect()
}

fn read_logged(row: &Row) -> Result<Logged, DbError> {
    Ok(Logged {
        id: row.get(0)?,
        act: act(row.get(1)?),
        kind: kind(row.get(2)?),
        subject: row.get(3)?,
        thing: row.get(4)?,
        reason: reason(row.get(5)?),
        source: source(row.get(6)?),
        created_at: row.get(7)?,
        moderator: row.get(8)?,
        report: row.get(9)?,
    })
}

fn act(code: i64) -> ModerationAct {
    ModerationAct::from_code(code).unwrap_or(ModerationAct::Dismiss)
}

fn source(code: i64) -> ActSource {
    ActSource::from_code(code).unwrap_or(ActSource::Notice)
}

fn kind(code: i64) -> ReportedKind {
    ReportedKind::from_code(code).unwrap_or(ReportedKind::Account)
}

fn reason(code: i64) -> ReportReason {
    ReportReason::from_code(code).unwrap_or(ReportReason::Other)
}

fn read(row: &Row) -> Result<Report, DbError> {
    let (owner, video): (Option<AccountId>, Option<VideoId>) = (row.get(10)?, row.get(11)?);
    Ok(Report {
        reporter: row.get(0)?,
        id: row.get(1)?,
        thing: Thing::of(kind(row.get(2)?), row.get(3)?, row.get(4)?, owner.zip(video))?,
        reason: reason(row.get(5)?),
        note: row.get(6)?,
        // What cannot be read is closed: it opens nothing.
        state: ReportState::from_code(row.get(7)?).unwrap_or(ReportState::Dismissed),
        created_at: row.get(8)?,
        closed_at: row.get(9)?,
    })
}

fn read_queued(row: &Row) -> Result<Queued, DbError> {
    Ok(Queued {
        report: read(row)?,
        open: row.get(REPORT)?,
        suspended: row.get(REPORT + 1)?,
        hidden: row.get(REPORT + 2)?,
        looked: row.get(REPORT + 3)?,
    })
}

fn read_decided(row: &Row) -> Result<Decided, DbError> {
    Ok(Decided {
        id: row.get(0)?,
        act: act(row.get(1)?),
        kind: kind(row.get(2)?),
        thing: row.get(3)?,
        reason: reason(row.get(4)?),
        statement: row.get(5)?,
        created_at: row.get(6)?,
        ground: Ground::from_code(row.get(7)?).unwrap_or(Ground::Rules),
        provision: row.get(8)?,
        source: source(row.get(9)?),
    })
}
