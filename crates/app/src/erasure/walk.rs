//! The erasure itself: the key, then the data map line by line, then the audit, then the receipt.
//! Every step may be done again, and every batch is one transaction: whoever is stopped here at any
//! point, by whatever, ends the same when the job runs again.

use std::collections::BTreeMap;

use outro_jobs::{Job, Outcome};
use outro_store::erasure::{BATCH, STEPS, Step, Subject, residue};
use outro_store::receipts::{self, Erasure};
use outro_vault::{Destruction, seal_under, sha256};

use super::note;
use crate::{App, AppError};

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

async fn erase(app: &App, job: &Job) -> Result<Outcome, AppError> {
    let sheet = receipts::erasure_of_job(&mut app.db.read().await?, job.id).await?;
    let Some(sheet) = sheet else { return Ok(Outcome::Done) };
    let destruction = app.vault.destroy(sheet.account).await?;
    let subject = Subject { account: sheet.account, key_id: *destruction.key_id.as_bytes() };
    let mut tally = Tally::read(&sheet.erased);
    for (done, step) in STEPS.iter().enumerate() {
        walk(app, &sheet, &subject, step, &mut tally).await?;
        let mut tx = app.db.write().await?;
        let permille = (done as i64 + 1) * 900 / STEPS.len() as i64;
        receipts::set_progress(&mut tx, &sha256(&[&sheet.receipt_id]), permille).await?;
        tx.commit().await?;
    }
    app.blobs.remove_home(sheet.account).await?;
    app.db.shed().await?;
    if let Some(left) = audit(app, &subject).await? {
        tracing::error!(left, "an erasure is not complete yet");
        return Ok(Outcome::Again("residue"));
    }
    let signable = destruction.at.0 + app.vault.receipt_delay().as_millis() as i64;
    if app.clock.now().0 < signable {
        return Ok(Outcome::At(outro_model::Timestamp(signable)));
    }
    complete(app, &sheet, &destruction, &tally).await?;
    Ok(Outcome::Done)
}

/// Deletes what one line of the map finds, batch by batch, and counts it in the same transactions.
async fn walk(app: &App, sheet: &Erasure, subject: &Subject, step: &Step, tally: &mut Tally) -> Result<(), AppError> {
    loop {
        if step.blobs {
            // The account is hidden since long: its files may go before their rows, which are how
            // whoever comes after a stop finds them.
            let found = step.list_blobs(&mut app.db.read().await?, subject).await?;
            for id in found {
                app.blobs.delete(sheet.account, id).await?;
            }
        }
        let mut tx = app.db.write().await?;
        let gone = step.delete_batch(&mut tx, subject).await?;
        let next = tally.plus(step.table, gone);
        receipts::tally(&mut tx, sheet.account, &next.write()).await?;
        tx.commit().await?;
        *tally = next;
        if (gone as i64) < BATCH {
            return Ok(());
        }
    }
}

/// Asks every line of the map, the sealed objects and the keyring; the name of what still holds
/// something, or nothing.
async fn audit(app: &App, subject: &Subject) -> Result<Option<String>, AppError> {
    let left = residue(&mut app.db.read().await?, subject).await?;
    if !left.is_empty() {
        return Ok(Some(left.join(", ")));
    }
    if app.blobs.home_exists(subject.account).await? {
        return Ok(Some("sealed objects".into()));
    }
    let key_is_there = app.vault.account(subject.account).await?.is_some();
    Ok(key_is_there.then(|| "the key".into()))
}

async fn complete(app: &App, sheet: &Erasure, destruction: &Destruction, tally: &Tally) -> Result<(), AppError> {
    let text = note::Body {
        host: &app.settings.host,
        commitment: &sheet.commitment,
        left_at: sheet.started_at,
        key_destroyed_at: destruction.at,
        completed_at: app.clock.now(),
        erased: &tally.words(),
    }
    .text();
    let signed = note::sign(&app.vault, &app.settings.host, &text);
    let sealed = seal_under(&sheet.receipt_id, note::SEAL, signed.as_bytes());
    let mut tx = app.db.write().await?;
    receipts::complete(&mut tx, &sha256(&[&sheet.receipt_id]), sheet.account, &sealed).await?;
    Ok(tx.commit().await?)
}

/// How many rows of each kind went.
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

    fn words(&self) -> String {
        Self(self.0.iter().filter(|(_, count)| **count > 0).map(|(kind, count)| (kind.clone(), *count)).collect())
            .write()
    }
}
