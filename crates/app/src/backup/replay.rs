//! What is done before a restored database is served: whoever was erased since the backup goes again, by the
//! ordinary walk. Every step may be done again; killed, the next start goes on.

use std::time::Duration;

use outro_jobs::{Lane, NewJob};
use outro_model::{AccountId, ConversationId, JobId, Timestamp};
use outro_store::receipts::{self, Erasure};
use outro_store::{accounts, erasure as map, messages, restores, sessions};
use outro_vault::KeptErasure;

use super::{BackupError, LONGEST_DAYS, crash};
use crate::erasure::{self, Cleared};
use crate::{App, AppError, message};

/// Entries of one page.
const PAGE: i64 = 500;

/// Whether a backup was put back and nothing may be served yet.
pub async fn is_pending(app: &App) -> Result<bool, AppError> {
    Ok(restores::pending(&mut app.db.read().await?).await?)
}

/// Replays the ledger, if a backup was put back. How many people were walked out.
pub async fn replay(app: &App) -> Result<u64, BackupError> {
    if !is_pending(app).await? {
        return Ok(0);
    }
    // Leases of a server that is no more.
    app.queue.free_all().await?;
    traces(app).await?;
    crash::point();
    let gone = people(app).await?;
    crash::point();
    conversations(app).await?;
    handles(app).await?;
    crash::point();
    erasure::put_off_restored(app).await?;
    crash::point();
    let mut tx = app.db.write().await?;
    restores::archives_are_gone(&mut tx).await?;
    restores::replayed(&mut tx, app.clock.now()).await?;
    tx.commit().await?;
    crash::point();
    // What was overwritten leaves the log too.
    app.db.shed().await?;
    Ok(gone)
}

/// Puts back what the keyring kept: traces of erased handles, complete receipts.
async fn traces(app: &App) -> Result<(), BackupError> {
    let mut after = (i64::MIN, i64::MIN);
    loop {
        let page = app.vault.kept_handles(after, PAGE).await?;
        let Some(&last) = page.last() else { break };
        after = last;
        let mut tx = app.db.write().await?;
        for kept in page {
            accounts::keep_erased(&mut tx, kept).await?;
        }
        tx.commit().await?;
    }
    let mut after = [0; 32];
    loop {
        let page = app.vault.kept_receipts(&after, PAGE).await?;
        let Some((last, _)) = page.last() else { return Ok(()) };
        after = *last;
        let mut tx = app.db.write().await?;
        for (id_hash, note) in &page {
            restores::keep_receipt(&mut tx, id_hash, note).await?;
        }
        tx.commit().await?;
    }
}

/// Walks out everybody in the ledger of whom the database or the store of objects holds something.
async fn people(app: &App) -> Result<u64, BackupError> {
    let (mut after, mut gone) = (None, 0);
    loop {
        let page = app.vault.destroyed_ids(after, PAGE as u32).await?;
        let Some(&last) = page.last() else { return Ok(gone) };
        after = Some(last);
        for account in page {
            let mut tx = app.db.read().await?;
            let here = accounts::by_id(&mut tx, account).await?.is_some();
            let leaving = receipts::erasure_of(&mut tx, account).await?.is_some();
            drop(tx);
            if here || leaving || app.blobs.home_exists(account).await? {
                hide(app, account).await?;
                crash::point();
                walk_out(app, account).await?;
                crash::point();
                settle(app, account).await?;
                gone += 1;
            }
        }
    }
}

/// Hides an account, and opens the receipt again that was not complete.
async fn hide(app: &App, account: AccountId) -> Result<(), BackupError> {
    let kept = app.vault.kept_erasure(account).await?;
    let mut tx = app.db.write().await?;
    accounts::leave(&mut tx, account).await?;
    sessions::end_all(&mut tx, account).await?;
    if let Some(kept) = kept
        && receipts::erasure_of(&mut tx, account).await?.is_none()
        && receipts::get(&mut tx, &kept.id_hash).await?.is_none()
    {
        let job = JobId::random(&*app.random);
        receipts::begin(&mut tx, &sheet(kept, job)).await?;
        let run_at = app.clock.now();
        let job = NewJob { id: job, kind: erasure::JOB, lane: Lane::Prompt, account: None, video: None, run_at };
        outro_jobs::enqueue(&mut tx, &job).await?;
    }
    Ok(tx.commit().await?)
}

fn sheet(kept: KeptErasure, job: JobId) -> Erasure {
    let KeptErasure { account, id_hash, receipt_id, commitment, started_at } = kept;
    Erasure { account, job, id_hash, receipt_id, commitment, started_at, erased: String::new() }
}

/// A receipt that was signed since the backup stays as it is: nobody signs it once more.
async fn settle(app: &App, account: AccountId) -> Result<(), BackupError> {
    let mut tx = app.db.write().await?;
    if let Some(sheet) = receipts::erasure_of(&mut tx, account).await?
        && receipts::get(&mut tx, &sheet.id_hash).await?.is_some_and(|receipt| receipt.complete)
    {
        receipts::put_away(&mut tx, account).await?;
    }
    Ok(tx.commit().await?)
}

async fn walk_out(app: &App, account: AccountId) -> Result<(), BackupError> {
    loop {
        match erasure::clear_restored(app, account).await? {
            Cleared::All => return Ok(()),
            Cleared::Later(moment) => wait(app, moment).await,
            Cleared::Left(left) => return Err(BackupError::Residue(left)),
        }
    }
}

async fn wait(app: &App, until: Timestamp) {
    let millis = until.millis_since(app.clock.now()).clamp(1, 10_000);
    tokio::time::sleep(Duration::from_millis(millis as u64)).await;
}

/// Ends the conversations that ended since, also those that the living have left.
async fn conversations(app: &App) -> Result<(), BackupError> {
    let Some(rooms) = map::rooms() else { return Ok(()) };
    let mut after = ConversationId::from_bytes([0; 16]);
    loop {
        let page = app.vault.ended_conversations(after, PAGE).await?;
        let Some(&last) = page.last() else { return Ok(()) };
        after = last;
        for id in page {
            if !messages::exists(&mut app.db.read().await?, id).await? {
                continue;
            }
            let members = restores::members(&mut app.db.read().await?, id).await?;
            for member in &members {
                let mut tx = app.db.write().await?;
                let others = rooms.leave(&mut tx, *member, id).await?;
                tx.commit().await?;
                if !others {
                    message::end_room(app, rooms, *member, id).await?;
                }
                crash::point();
            }
            if members.is_empty() {
                message::end_room(app, rooms, AccountId::from_bytes([0; 16]), id).await?;
            }
        }
    }
}

/// Lets go the handles of those whose key is gone: by then only the keyring can tell which these are.
async fn handles(app: &App) -> Result<(), BackupError> {
    let mut after = [0; 16];
    loop {
        let page = restores::keys_of_handles(&mut app.db.read().await?, after, PAGE).await?;
        let Some(&last) = page.last() else { return Ok(()) };
        after = last;
        let mut dead = Vec::new();
        for key_id in page {
            if !app.vault.is_key(&key_id).await? {
                dead.push(key_id);
            }
        }
        let mut tx = app.db.write().await?;
        for key_id in &dead {
            restores::drop_handle(&mut tx, key_id).await?;
        }
        tx.commit().await?;
    }
}

/// Destroys keys without accounts: of people who joined after the backup that was restored, and are lost. Not
/// before every backup from then has ended, since a later one could still be put back and would need them.
pub async fn sweep(app: &App) -> Result<(), AppError> {
    let now = app.clock.now();
    let Some(restored) = restores::last_unswept(&mut app.db.read().await?).await? else { return Ok(()) };
    if now < restored.plus_seconds(LONGEST_DAYS * 86_400) {
        return Ok(());
    }
    let mut after = None;
    loop {
        let page = app.vault.account_ids(after, PAGE as u32).await?;
        let Some(&last) = page.last() else { break };
        after = Some(last);
        // Read after the page: a joining that was under way is in it, or has its account by now.
        let joining = app.vault.unjoined(now, u32::MAX).await?;
        for id in page {
            if !joining.contains(&id) && accounts::by_id(&mut app.db.read().await?, id).await?.is_none() {
                app.vault.destroy(id).await?;
                app.blobs.remove_home(id).await?;
            }
        }
    }
    let mut after = ConversationId::from_bytes([0; 16]);
    loop {
        let page = app.vault.conversation_ids(after, PAGE).await?;
        let Some(&last) = page.last() else { break };
        after = last;
        let opening = app.vault.unopened(now, u32::MAX).await?;
        for id in page {
            if !opening.contains(&id) && !messages::exists(&mut app.db.read().await?, id).await? {
                app.vault.destroy_conversation(id).await?;
            }
        }
    }
    let mut tx = app.db.write().await?;
    restores::swept(&mut tx, restored, now).await?;
    Ok(tx.commit().await?)
}
