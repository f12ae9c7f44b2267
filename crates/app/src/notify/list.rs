//! Looking at what one was told.

use std::collections::HashMap;

use outro_datamap::ACCOUNT_DISPLAY_NAME;
use outro_db::Tx;
use outro_model::{AccountId, CommentId, EventKind, NotificationId, Timestamp, VideoId};
use outro_policy::{Action, Facts, Relation, decide};
use outro_store::notifications::{self, Told};
use outro_store::{accounts, videos};
use outro_vault::AccountKeys;

use super::Kind;
use crate::account::{open_handle, since};
use crate::comment::{self, CommentView};
use crate::{App, AppError, Signed, live, standing};

/// Unread ones are counted up to here.
const MOST_UNREAD: i64 = 99;
/// How many of a group are named.
const NAMED: usize = 3;
/// Later than everything.
const LATEST: (Timestamp, NotificationId) = (Timestamp(i64::MAX), NotificationId::from_bytes([0xff; 16]));

/// Something that one was told; likes of one thing on one day are one.
#[derive(Clone)]
pub struct Notice {
    /// The id: of a group, that of its latest.
    pub id: NotificationId,
    /// What it is of.
    pub kind: Kind,
    /// Who did it, the latest first: three at most. None of what moderators did.
    pub actors: Vec<Actor>,
    /// How many did it, on this page of the list.
    pub count: i64,
    /// The video that it is about.
    pub video: Option<VideoId>,
    /// The comment that it is about.
    pub comment: Option<Quoted>,
    /// When it happened.
    pub at: Timestamp,
    /// The same, RFC 3339.
    pub created_at: String,
    /// Whether it is new since one looked last.
    pub unread: bool,
}

/// Somebody who did something.
#[derive(Clone)]
pub struct Actor {
    /// The handle.
    pub handle: String,
    /// The display name; empty when none was chosen.
    pub display_name: String,
}

/// A comment that a notification is about.
#[derive(Clone)]
pub struct Quoted {
    /// Its id.
    pub id: CommentId,
    /// What was written.
    pub text: String,
    /// Whether it is held back until one lets it through.
    pub hidden: bool,
}

/// A page of them.
pub struct NoticePage {
    /// The notices, the latest first.
    pub items: Vec<Notice>,
    /// Where the next page begins; none at the end.
    pub next: Option<(Timestamp, NotificationId)>,
}

/// What one was told, before `before`: `limit` at most, and fewer where some are told as one.
pub async fn list(
    app: &App,
    signed: &Signed,
    before: Option<(Timestamp, NotificationId)>,
    limit: i64,
) -> Result<NoticePage, AppError> {
    let me = signed.account;
    let mut tx = app.db.read().await?;
    let looked = notifications::told_until(&mut tx, me).await?;
    let rows = notifications::list(&mut tx, me, before.unwrap_or(LATEST), Timestamp(0), limit).await?;
    let next = (rows.len() as i64 == limit).then(|| rows.last().map(|told| (told.created_at, told.id))).flatten();
    let (mut sight, mut seen) = (Sight::default(), Vec::with_capacity(rows.len()));
    for told in rows {
        if sight.allows(&mut tx, me, &told).await?
            && let Ok(comment) = quoted(app, &mut tx, me, &told).await?
        {
            seen.push((told, comment));
        }
    }
    drop(tx);
    Ok(NoticePage { items: grouped(app, seen, looked).await?, next })
}

/// How many are new since one looked last, at most 99.
pub async fn unread(app: &App, signed: &Signed) -> Result<i64, AppError> {
    let me = signed.account;
    let mut tx = app.db.read().await?;
    let looked = notifications::told_until(&mut tx, me).await?;
    let rows = notifications::list(&mut tx, me, LATEST, looked, MOST_UNREAD).await?;
    let (mut sight, mut count) = (Sight::default(), 0);
    for told in &rows {
        count += i64::from(sight.allows(&mut tx, me, told).await?);
    }
    Ok(count)
}

/// Notes that one has looked, up to the notice `until`; up to now when none is named.
pub async fn seen(app: &App, signed: &Signed, until: Option<NotificationId>) -> Result<i64, AppError> {
    let mut tx = app.db.write().await?;
    if !accounts::lock_live(&mut tx, signed.account).await? {
        return Err(AppError::SignInNeeded);
    }
    let at = match until {
        Some(id) => notifications::at(&mut tx, signed.account, id).await?.ok_or(AppError::NotFound)?,
        None => app.clock.now(),
    };
    notifications::set_told_until(&mut tx, signed.account, at).await?;
    // One's other pages and devices.
    live::note(app, &mut tx, signed.account, EventKind::Notifications).await?;
    tx.commit().await?;
    app.live.wake(&[signed.account]);
    unread(app, signed).await
}

/// What the policy said of videos in one look, each asked about once.
#[derive(Default)]
struct Sight(HashMap<VideoId, bool>);

impl Sight {
    /// Whether one may be told of who did it, and see the video that it is about.
    async fn allows(&mut self, tx: &mut Tx, me: AccountId, told: &Told) -> Result<bool, AppError> {
        // What moderators decided about oneself or about one's report, or that a sound is gone: nobody is behind it
        // who could be hidden.
        if told.news.actor == me {
            return Ok(true);
        }
        let relation = Relation::of(Some(me), told.news.actor, told.ties);
        let of_actor = Facts { relation, viewer_away: false, viewer_adult: false, owner: told.facts, video: None };
        if !decide(Action::Notify, &of_actor).allowed {
            return Ok(false);
        }
        let Some((_, video)) = told.news.video else { return Ok(true) };
        if let Some(&known) = self.0.get(&video) {
            return Ok(known);
        }
        let allowed = sees(tx, me, video).await?;
        self.0.insert(video, allowed);
        Ok(allowed)
    }
}

async fn sees(tx: &mut Tx, me: AccountId, video: VideoId) -> Result<bool, AppError> {
    let Some(video) = videos::by_id(tx, video).await? else { return Ok(false) };
    let Some(owner) = accounts::by_id(tx, video.owner).await? else { return Ok(false) };
    let facts = Facts { video: Some(video.facts), ..standing::facts(tx, Some(me), &owner).await? };
    Ok(decide(Action::SeeVideo, &facts).allowed)
}

/// The comment that a notice is about, if it is about one; an error when one may not see it any more, and
/// the notice with it.
async fn quoted(app: &App, tx: &mut Tx, me: AccountId, told: &Told) -> Result<Result<Option<Quoted>, ()>, AppError> {
    let Some(id) = told.news.comment else { return Ok(Ok(None)) };
    let found = match comment::find(tx, Some(me), id).await {
        Err(AppError::NotFound) => return Ok(Err(())),
        found => found?,
    };
    let CommentView { id, text, hidden, .. } = match comment::view_one(app, Some(me), found.listed).await {
        Err(AppError::NotFound) => return Ok(Err(())),
        view => view?,
    };
    Ok(Ok(Some(Quoted { id, text, hidden })))
}

/// Puts those of one kind, thing and day together; whose key is gone is left out.
async fn grouped(app: &App, seen: Vec<(Told, Option<Quoted>)>, looked: Timestamp) -> Result<Vec<Notice>, AppError> {
    let actors: Vec<AccountId> = seen.iter().map(|(told, _)| told.news.actor).collect();
    let keys = app.vault.accounts(&actors).await?;
    let (mut notices, mut groups) = (Vec::<Notice>::new(), HashMap::new());
    for (told, comment) in seen {
        let (Some(kind), Some(actor)) = (Kind::from_code(told.news.kind), actor(&keys, &told)?) else { continue };
        let thing = (kind, told.news.video, told.news.comment, told.created_at.day());
        if let Some(&at) = groups.get(&thing).filter(|_| kind.is_grouped()) {
            let notice: &mut Notice = &mut notices[at];
            notice.count += 1;
            if notice.actors.len() < NAMED {
                notice.actors.push(actor);
            }
            continue;
        }
        groups.insert(thing, notices.len());
        notices.push(Notice {
            id: told.id,
            kind,
            actors: if kind.is_nameless() { vec![] } else { vec![actor] },
            count: 1,
            video: told.news.video.map(|(_, video)| video),
            comment,
            at: told.created_at,
            created_at: since(told.created_at),
            unread: told.created_at > looked,
        });
    }
    Ok(notices)
}

fn actor(keys: &HashMap<AccountId, AccountKeys>, told: &Told) -> Result<Option<Actor>, AppError> {
    let id = told.news.actor;
    let Some(keys) = keys.get(&id) else { return Ok(None) };
    let display_name = keys.open_text(ACCOUNT_DISPLAY_NAME, id.as_bytes(), &told.display_name)?;
    Ok(Some(Actor { handle: open_handle(keys, id, &told.handle)?, display_name }))
}
