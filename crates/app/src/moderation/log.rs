//! The log: what moderators, and whoever runs the site, did, the latest first.

use std::collections::HashMap;

use outro_model::ActSource;
use outro_policy::{Action, decide};
use outro_store::accounts::{self, Account};
use outro_store::moderation::Logged;

use super::*;
use crate::account::{open_handle, since};
use crate::standing;

/// Who did something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hand {
    /// A moderator, and their handle where the one who asks may see their card.
    Moderator(AccountId, Option<String>),
    /// A moderator who has left: nothing is kept of who it was.
    Left,
    /// Whoever runs the site.
    Operator,
}

/// One line of the log. Whose thing it is is not told: that is seen where it is looked at, and the look is noted.
#[derive(Clone, Debug)]
pub struct LogLine {
    /// The id.
    pub id: ActId,
    /// What was done.
    pub act: ModerationAct,
    /// What kind of thing it was done to.
    pub kind: ReportedKind,
    /// The id of the thing.
    pub thing: String,
    /// The report by which it was done, while that is there.
    pub report: Option<ReportId>,
    /// Whose right to moderate it is that was given or taken, where the one who asks may see their card.
    pub account: Option<String>,
    /// Who did it.
    pub by: Hand,
    /// Why; none where a right was given or taken.
    pub reason: Option<ReportReason>,
    /// When, RFC 3339.
    pub created_at: String,
}

/// A page of the log.
pub struct LogPage {
    /// Its lines.
    pub items: Vec<LogLine>,
    /// Where the next page begins; none at the end.
    pub next: Option<(Timestamp, ActId)>,
}

/// The log, for moderators alone, at most `limit` lines. What was done about oneself is not in it.
pub async fn log(
    app: &App,
    signed: &Signed,
    before: Option<(Timestamp, ActId)>,
    limit: i64,
) -> Result<LogPage, AppError> {
    let mut tx = app.db.read().await?;
    let me = moderator(app, &mut tx, signed).await?;
    let rows = moderation::log(&mut tx, Some(me), before.unwrap_or(END), limit).await?;
    let next = next(&rows, limit);
    let cards = cards(&mut tx, me, &rows).await?;
    drop(tx);
    let ids: Vec<AccountId> = cards.keys().copied().collect();
    let (keys, mut handles) = (app.vault.accounts(&ids).await?, HashMap::new());
    for (id, account) in cards {
        if let Some(keys) = keys.get(&id) {
            handles.insert(id, open_handle(keys, id, &account.handle)?);
        }
    }
    Ok(LogPage { items: rows.iter().map(|row| line(row, &handles)).collect(), next })
}

/// The log as whoever runs the site reads it: ids alone.
pub async fn log_of_ids(
    app: &App,
    before: Option<(Timestamp, ActId)>,
    limit: i64,
) -> Result<(Vec<Logged>, Option<(Timestamp, ActId)>), AppError> {
    let rows = moderation::log(&mut app.db.read().await?, None, before.unwrap_or(END), limit).await?;
    let next = next(&rows, limit);
    Ok((rows, next))
}

const END: (Timestamp, ActId) = (LAST, ActId::from_bytes([0xff; 16]));

fn next(rows: &[Logged], limit: i64) -> Option<(Timestamp, ActId)> {
    (rows.len() as i64 == limit).then(|| rows.last().map(|row| (row.created_at, row.id))).flatten()
}

/// Whether a right was given or taken.
const fn is_of_right(act: ModerationAct) -> bool {
    matches!(act, ModerationAct::Grant | ModerationAct::Revoke)
}

/// Those whom the lines name and whose cards the moderator may see, each asked of the policy once.
async fn cards(tx: &mut Tx, me: AccountId, rows: &[Logged]) -> Result<HashMap<AccountId, Account>, AppError> {
    let mut cards = HashMap::new();
    let mut named: Vec<AccountId> = rows.iter().filter_map(|row| row.moderator).collect();
    named.extend(rows.iter().filter(|row| is_of_right(row.act)).map(|row| row.subject));
    named.sort_unstable();
    named.dedup();
    for id in named {
        let Some(account) = accounts::by_id(tx, id).await? else { continue };
        if decide(Action::SeeCard, &standing::facts(tx, Some(me), &account).await?).allowed {
            cards.insert(id, account);
        }
    }
    Ok(cards)
}

fn line(row: &Logged, handles: &HashMap<AccountId, String>) -> LogLine {
    let of_right = is_of_right(row.act);
    LogLine {
        id: row.id,
        act: row.act,
        kind: row.kind,
        thing: ActId::from_bytes(row.thing).to_string(),
        report: row.report,
        account: of_right.then(|| handles.get(&row.subject).cloned()).flatten(),
        by: match (row.moderator, row.source) {
            (Some(id), _) => Hand::Moderator(id, handles.get(&id).cloned()),
            (None, ActSource::Notice) => Hand::Left,
            (None, ActSource::OwnInitiative) => Hand::Operator,
        },
        reason: (!of_right).then_some(row.reason),
        created_at: since(row.created_at),
    }
}
