//! The erasure itself: the key, then the data map line by line, then the audit, then the receipt.
//! Every step may be done again, and every batch is one transaction: whoever is stopped here at any
//! point, by whatever, ends the same when the job runs again.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use outro_datamap::ACCOUNT_HANDLE_TAG;
use outro_db::Engine;
use outro_jobs::{Job, Outcome};
use outro_model::{AccountId, JobId, Timestamp};
use outro_store::accounts;
use outro_store::erasure::{BATCH, Rooms, Step, Subject};
use outro_store::receipts::{self, Erasure};
use outro_vault::{Destruction, open_under, seal_under};

use super::note;
use crate::password::read_tag;
use crate::{App, AppError, finding, message, sound};

/// Does the erasure of a job.
pub(crate) async fn run(app: &App, job: &Job) -> Outcome {
    match erase(app, job).await {
        Ok(outcome) => outcome,
        Err(error) => {
            tracing::error!(%error, attempts = job.attempts, "an erasure was held up; it goes on");
            Outcome::Again("held_up")
        }
    }
}

/// Streams, uploads and encodes of an account end by themselves within this time of its leaving: they
/// ask after it at least every half second. No receipt is signed before.
const LETTING_GO_MILLIS: i64 = 1000;

/// What others have of the sounds of who leaves: once they are without, a job of its own clears up with them.
const SOUND_USES: &str = "sound_uses";

async fn erase(app: &App, job: &Job) -> Result<Outcome, AppError> {
    let sheet = receipts::erasure_of_job(&mut app.db.read().await?, job.id).await?;
    // It was complete already, and stopped before the log was cut.
    let Some(sheet) = sheet else { return cut_the_log(app).await };
    let destruction = destroy(app, &sheet).await?;
    let mut tx = app.db.read().await?;
    if let Some(until) = outro_jobs::leased_until(&mut tx, sheet.account, app.clock.now()).await? {
        // A worker is on a job of this account: it will notice, and let go of what it holds.
        return Ok(Outcome::At(until.min(app.clock.now().plus_seconds(1))));
    }
    drop(tx);
    let (mut tally, subject) = (Tally::read(&sheet.erased), of(&sheet, &destruction));
    if let Some(later) = clear(app, &sheet, &subject, &mut tally).await? {
        return Ok(Outcome::At(later));
    }
    let wait = (app.vault.receipt_delay().as_millis() as i64).max(LETTING_GO_MILLIS);
    let signable = Timestamp(destruction.at.0 + wait);
    if app.clock.now() < signable {
        return Ok(Outcome::At(signable));
    }
    if let Some(later) = finding::forget(app, sheet.account).await? {
        return Ok(Outcome::At(later));
    }
    if let Some(left) = audit(app, &subject).await? {
        tracing::error!(left, "an erasure is not complete yet");
        return Ok(Outcome::Again("residue"));
    }
    complete(app, &sheet, &destruction, &tally).await?;
    cut_the_log(app).await
}

/// Destroys the key. Where leaving itself did not come to it, what the keyring keeps is put together here, as
/// long as the key is there to open the trace of the handle.
async fn destroy(app: &App, sheet: &Erasure) -> Result<Destruction, AppError> {
    let mut keep = None;
    if let Some(keys) = app.vault.account(sheet.account).await? {
        let mut tx = app.db.read().await?;
        if let Some(account) = accounts::by_id(&mut tx, sheet.account).await? {
            let tag = keys.open(ACCOUNT_HANDLE_TAG, sheet.account.as_bytes(), &account.handle_tag)?;
            let trace = accounts::erased_trace(&mut tx, read_tag(&tag)).await?;
            keep = Some((super::sheet::kept(sheet), trace));
        }
    }
    Ok(app.vault.destroy_keeping(sheet.account, keep).await?)
}

/// What became of a walk.
pub(crate) enum Cleared {
    /// Nothing is left.
    All,
    /// It goes on at this moment.
    Later(Timestamp),
    /// Something is left, in these places.
    Left(String),
}

fn of(sheet: &Erasure, destruction: &Destruction) -> Subject {
    Subject { account: sheet.account, key_id: *destruction.key_id.as_bytes() }
}

/// Walks the data map for one account and its sealed objects. When it has to wait for others to let go of a key, until when.
async fn clear(
    app: &App,
    sheet: &Erasure,
    subject: &Subject,
    tally: &mut Tally,
) -> Result<Option<Timestamp>, AppError> {
    // All files at once: the account is hidden since long, and nobody finds them by their rows any more.
    app.blobs.remove_home(sheet.account).await?;
    // Most people have something in few of the tables; each step that has nothing to do would wait for the disk.
    let mut steps = Vec::new();
    let mut tx = app.db.read().await?;
    for step in &app.plan.steps {
        if step.leaves(&mut tx, subject).await? {
            steps.push(step);
        }
    }
    drop(tx);
    if let Some(later) = walk(app, sheet, subject, &steps, tally).await? {
        return Ok(Some(later));
    }
    // The last row is gone: whoever comes again from here has nothing to do.
    if !steps.is_empty() {
        app.finder.leaves(sheet.account);
    }
    Ok(None)
}

/// Walks an account out of a restored database: it was erased after the backup. Where its receipt was not
/// complete, the work sheet is there again, and its job signs; else nothing but the rows is to be done.
pub(crate) async fn clear_restored(app: &App, account: AccountId) -> Result<Cleared, AppError> {
    let destruction = app.vault.destroy(account).await?;
    // Where its receipt is complete there is no sheet, and none is needed but for its name.
    let none = || Erasure {
        account,
        job: JobId::from_bytes([0; 16]),
        id_hash: [0; 32],
        receipt_id: vec![],
        commitment: [0; 32],
        started_at: destruction.at,
        erased: String::new(),
    };
    let sheet = receipts::erasure_of(&mut app.db.read().await?, account).await?.unwrap_or_else(none);
    let subject = of(&sheet, &destruction);
    if let Some(later) = clear(app, &sheet, &subject, &mut Tally::read(&sheet.erased)).await? {
        return Ok(Cleared::Later(later));
    }
    if let Some(later) = finding::forget(app, account).await? {
        return Ok(Cleared::Later(later));
    }
    Ok(audit(app, &subject).await?.map_or(Cleared::All, Cleared::Left))
}

/// Overwritten pages stand in the write-ahead log until it is cut; that too belongs to the erasure.
async fn cut_the_log(app: &App) -> Result<Outcome, AppError> {
    Ok(if app.db.shed().await? { Outcome::Done } else { Outcome::Again("an open reader keeps the log") })
}

/// Does what the lines of the map say, batch by batch, and counts it in the same transactions. When it has to wait for others
/// to let go of a key, until when.
async fn walk(
    app: &App,
    sheet: &Erasure,
    subject: &Subject,
    steps: &[&Step],
    tally: &mut Tally,
) -> Result<Option<Timestamp>, AppError> {
    let (mut at, mut pace, mut in_bulk) = (0, Pace::default(), false);
    while let Some(step) = steps.get(at) {
        if let Some(rooms) = &step.rooms {
            if let Some(later) = leave_rooms(app, sheet, step.table, rooms, tally).await? {
                return Ok(Some(later));
            }
            at += 1;
        } else {
            in_bulk |= pace.0 > BATCH;
            let next = batch(app, sheet, subject, (steps, at), tally, &mut pace).await?;
            // What one line costs says nothing of the next one.
            if next != at {
                pace = Pace::default();
            }
            at = next;
        }
    }
    if in_bulk {
        // The log is large: what was overwritten must not linger in it until the receipt is signed.
        app.db.shed().await?;
    }
    Ok(None)
}

/// One transaction, of the lines from `at` on: of as many as have little to do, since each transaction waits for the disk. The
/// line that is to be gone on with.
async fn batch(
    app: &App,
    sheet: &Erasure,
    subject: &Subject,
    (steps, mut at): (&[&Step], usize),
    tally: &mut Tally,
    pace: &mut Pace,
) -> Result<usize, AppError> {
    let (mut tx, mut next, mut rows) = (app.db.write().await?, tally.clone(), 0);
    if pace.0 > BATCH {
        tx.in_bulk()?;
    }
    let begun = Instant::now();
    // There, each row of others whose count is lowered costs a walk over the batch, and stays locked until the end of it.
    let counts_on_postgres = tx.engine() == Engine::Postgres && steps.get(at).is_some_and(|step| step.counts());
    while let Some(step) = steps.get(at).filter(|step| step.rooms.is_none() && rows < pace.0) {
        let gone = step.delete_batch(&mut tx, subject, pace.0).await?;
        rows += gone as i64;
        // What stays with others was not erased.
        let kind = step.detaches.map_or_else(|| Some(step.table.to_owned()), |emptied| emptied.kept.map(kept));
        if let Some(kind) = kind {
            next = next.plus(&kind, gone);
        }
        if step.table == SOUND_USES && step.detaches.is_some() && gone > 0 {
            sound::end_later(app, &mut tx).await?;
        }
        at += usize::from((gone as i64) < pace.0);
        // Where rows are locked one by one, two who leave would wait for each other: what ties them is in several lines.
        if tx.engine() == Engine::Postgres {
            break;
        }
    }
    receipts::tally(&mut tx, sheet.account, &next.write()).await?;
    receipts::set_progress(&mut tx, &sheet.id_hash, at as i64 * 900 / steps.len() as i64).await?;
    tx.commit().await?;
    *tally = next;
    if rows >= pace.0 && !counts_on_postgres {
        pace.learn(begun.elapsed());
    }
    Ok(at)
}

/// How many rows a transaction takes. Much of what it costs it costs once, and a page that many of them stand on is written
/// once for all: who has very much is gone several times as soon by many at once. Others wait for it meanwhile.
struct Pace(i64);

impl Default for Pace {
    fn default() -> Self {
        Self(BATCH)
    }
}

impl Pace {
    const MOST: i64 = 16 * BATCH;
    /// Below this a transaction may take twice as many rows.
    const SHORT: Duration = Duration::from_millis(50);
    /// Above this it takes half of them.
    const LONG: Duration = Duration::from_millis(150);

    /// What a full transaction took.
    fn learn(&mut self, took: Duration) {
        if took < Self::SHORT {
            self.0 = (self.0 * 2).min(Self::MOST);
        } else if took > Self::LONG {
            self.0 = (self.0 / 2).max(BATCH);
        }
    }
}

/// Leaves every room. Where nobody else is, its key goes first, and rows when nobody holds it any more.
async fn leave_rooms(
    app: &App,
    sheet: &Erasure,
    table: &'static str,
    rooms: &Rooms,
    tally: &mut Tally,
) -> Result<Option<Timestamp>, AppError> {
    loop {
        let listed = rooms.list(&mut app.db.read().await?, sheet.account).await?;
        if listed.is_empty() {
            return Ok(None);
        }
        let (mut last_in, mut free) = (Vec::new(), Timestamp(0));
        for room in listed {
            let mut tx = app.db.write().await?;
            let others = rooms.leave(&mut tx, sheet.account, room).await?;
            let next = tally.plus(table, u64::from(others));
            receipts::tally(&mut tx, sheet.account, &next.write()).await?;
            tx.commit().await?;
            *tally = next;
            if !others {
                free = free.max(message::destroy_key(app, room).await?);
                last_in.push(room);
            }
        }
        if app.clock.now() < free {
            return Ok(Some(free));
        }
        for room in last_in {
            let mut ended = false;
            while !ended {
                let mut tx = app.db.write().await?;
                let (is_last, messages) = message::end_room_in(&mut tx, rooms, sheet.account, room).await?;
                let next = tally.plus(table, u64::from(is_last)).plus("messages", messages);
                receipts::tally(&mut tx, sheet.account, &next.write()).await?;
                tx.commit().await?;
                (*tally, ended) = (next, is_last);
            }
        }
    }
}

/// Asks every line of the map, the sealed objects and the keyring; the name of what still holds
/// something, or nothing.
async fn audit(app: &App, subject: &Subject) -> Result<Option<String>, AppError> {
    let left = app.plan.residue(&mut app.db.read().await?, subject).await?;
    if !left.is_empty() {
        return Ok(Some(left.join(", ")));
    }
    if app.blobs.holds_any(subject.account).await? {
        return Ok(Some("sealed objects".into()));
    }
    let key_is_there = app.vault.account(subject.account).await?.is_some();
    Ok(key_is_there.then(|| "the key".into()))
}

/// Signs the receipt, enters it into the log, completes it. Once signed it stays as it is, so that whoever comes after a
/// stop enters the same one.
async fn complete(app: &App, sheet: &Erasure, destruction: &Destruction, tally: &Tally) -> Result<(), AppError> {
    let receipt_id = super::sheet::open(app, sheet.account, &sheet.receipt_id)?;
    let found = receipts::get(&mut app.db.read().await?, &sheet.id_hash).await?;
    let signed = match found.and_then(|receipt| receipt.note) {
        Some(sealed) => String::from_utf8(open_under(&receipt_id, note::SEAL, &sealed)?.to_vec()),
        None => Ok(sign(app, sheet, destruction, tally, &receipt_id).await?),
    };
    let signed = signed.map_err(AppError::internal)?;
    let text = outro_tlog::text_of(&signed).ok_or_else(|| AppError::internal("a signed receipt is none"))?;
    app.vault.log_append(&note::entry(text)).await?;
    let mut tx = app.db.write().await?;
    receipts::complete(&mut tx, &sheet.id_hash, sheet.account).await?;
    Ok(tx.commit().await?)
}

/// Signs the receipt, and keeps it before anything else happens with it.
async fn sign(
    app: &App,
    sheet: &Erasure,
    destruction: &Destruction,
    tally: &Tally,
    receipt_id: &[u8; 32],
) -> Result<String, AppError> {
    let host = &app.settings.host;
    let text = note::Body {
        host,
        id_hash: &sheet.id_hash,
        log: &app.vault.log_verifier(&note::log_origin(host)),
        commitment: &sheet.commitment,
        left_at: sheet.started_at,
        key_destroyed_at: destruction.at,
        older_copies_dead_since: app.vault.older_copies_end(destruction.at).await?,
        backups_end_by: app.vault.backups_end_by().await?,
        completed_at: app.clock.now(),
        erased: &tally.words(),
        kept: &tally.kept(),
    }
    .text();
    let signed = note::sign(&app.vault, host, &text);
    let sealed = seal_under(receipt_id, note::SEAL, signed.as_bytes());
    app.vault.conclude(sheet.account, &sheet.id_hash, &sealed).await?;
    let mut tx = app.db.write().await?;
    receipts::signed(&mut tx, &sheet.id_hash, &sealed).await?;
    tx.commit().await?;
    Ok(signed)
}

/// The kind under which rows are counted that stay with others.
fn kept(word: &str) -> String {
    format!("{KEPT}{word}")
}

const KEPT: &str = "kept.";

/// How many rows of each kind went, and how many stay with others.
#[derive(Clone, Default)]
struct Tally(BTreeMap<String, u64>);

impl Tally {
    fn read(text: &str) -> Self {
        let pairs = text.split_whitespace().filter_map(|pair| pair.split_once('='));
        Self(pairs.filter_map(|(kind, count)| Some((kind.to_owned(), count.parse().ok()?))).collect())
    }

    fn plus(&self, kind: &str, count: u64) -> Self {
        let mut next = self.clone();
        *next.0.entry(kind.to_owned()).or_default() += count;
        next
    }

    fn write(&self) -> String {
        let pairs: Vec<_> = self.0.iter().map(|(kind, count)| format!("{kind}={count}")).collect();
        pairs.join(" ")
    }

    fn some(&self) -> impl Iterator<Item = (&str, u64)> {
        self.0.iter().map(|(kind, count)| (kind.as_str(), *count)).filter(|(_, count)| *count > 0)
    }

    /// What went.
    fn words(&self) -> String {
        let pairs = self.some().filter(|(kind, _)| !kind.starts_with(KEPT));
        pairs.map(|(kind, count)| format!("{kind}={count}")).collect::<Vec<_>>().join(" ")
    }

    /// What stays with others, each with a space before it.
    fn kept(&self) -> String {
        let pairs = self.some().filter_map(|(kind, count)| Some((kind.strip_prefix(KEPT)?, count)));
        pairs.map(|(kind, count)| format!(" {kind}={count}")).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_transaction_takes_as_many_rows_as_others_do_not_notice() {
        let mut pace = Pace::default();
        for rows in [1000, 2000, 4000, 8000, 8000] {
            pace.learn(Duration::from_millis(10));
            assert_eq!(pace.0, rows);
        }
        pace.learn(Duration::from_millis(100));
        assert_eq!(pace.0, 8000, "neither short nor long");
        for rows in [4000, 2000, 1000, 500, 500] {
            pace.learn(Duration::from_secs(1));
            assert_eq!(pace.0, rows);
        }
    }
}
