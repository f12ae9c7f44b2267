//! Keeping the index as the rows are.

use std::collections::BTreeSet;
use std::time::Duration;

use outro_datamap::{ACCOUNT_DISPLAY_NAME, VIDEO_CAPTION};
use outro_db::Tx;
use outro_model::{AccountId, Timestamp, VideoId};
use outro_policy::{Action, Facts, Relation, decide};
use outro_search::Entry;
use outro_store::accounts::{self, Account};
use outro_store::finding as rows;
use outro_store::videos::{self, Video};
use outro_vault::AccountKeys;
use tokio::sync::watch;
use tokio::time::{Instant, sleep};

use super::finder::{Changed, Work, id_of};
use crate::account::open_handle;
use crate::elsewhere::Part;
use crate::{App, AppError};

/// How many accounts, or videos of one, are read at once.
const BATCH: i64 = 200;
/// After how many accounts of the first round what is there is let be seen.
const COMMIT: usize = 5_000;
/// How long at most it is paused between two batches of one account.
const BREATH: Duration = Duration::from_millis(20);
/// How often it is looked who leaves, and the next accounts are gone over.
const BEAT: Duration = Duration::from_secs(1);
/// How many accounts are gone over at each beat.
const SLICE: i64 = 50;
/// When it is asked again for an index that others work on, in milliseconds: no worker waits, others leave meanwhile.
const BUSY_MILLIS: i64 = 100;
/// At every which beat words that were taken back are written out of the dictionary.
const PURGE: u64 = 60;

/// Keeps the index until it is told to stop: builds it, then follows.
pub async fn keep(app: App, mut stopped: watch::Receiver<bool>) {
    let keeping = async {
        while let Err(error) = build(&app).await {
            tracing::error!(%error, "the search index could not be built yet");
            sleep(BEAT).await;
        }
        let mut beats = tokio::time::interval(BEAT);
        for beat in 1u64.. {
            // A change wakes this early; the rest keeps to its beat.
            loop {
                tokio::select! {
                    _ = beats.tick() => break,
                    () = app.finder.wake.notified() => held_up(catch_up(&app).await),
                }
            }
            held_up(follow(&app, beat).await);
        }
    };
    tokio::select! {
        () = keeping => {}
        _ = stopped.wait_for(|stop| *stop) => {}
    }
}

fn held_up(kept: Result<(), AppError>) {
    if let Err(error) = kept {
        tracing::error!(%error, "the search index was held up; it goes on");
    }
}

async fn follow(app: &App, beat: u64) -> Result<(), AppError> {
    drop_leaving(app).await?;
    catch_up(app).await?;
    go_over(app, SLICE).await?;
    if beat.is_multiple_of(PURGE) { tidy(app).await } else { Ok(()) }
}

/// Writes the words of all that was taken back out of the dictionary.
pub async fn tidy(app: &App) -> Result<(), AppError> {
    // Held, so that nothing is put between commit and rewriting.
    let mut work = app.finder.work.lock().await;
    // Another process may have ended an erasure that was begun here: nobody asks after it.
    work.forget_purged();
    work.purge(&app.finder, &*app.clock).await
}

/// Goes over everybody once; from then on the search answers.
pub async fn build(app: &App) -> Result<(), AppError> {
    let (mut work, mut done, mut after) = (app.finder.work.lock().await, 0, AccountId::from_bytes([0; 16]));
    loop {
        let ids = accounts::page(&mut app.db.read().await?, after, BATCH).await?;
        let Some(last) = ids.last() else { break };
        after = *last;
        for id in &ids {
            read_account(app, &mut work, *id).await?;
        }
        let before = done;
        done += ids.len();
        if before / COMMIT != done / COMMIT {
            tracing::info!(accounts = done, "the search index grows");
            app.finder.with_index(|index| index.commit()).await?;
        }
    }
    app.finder.with_index(|index| index.commit()).await?;
    app.finder.set_ready();
    tracing::info!(accounts = done, "the search index is built");
    Ok(())
}

/// Reads again what was changed in this process, and what others say that they have changed.
pub async fn catch_up(app: &App) -> Result<(), AppError> {
    let mut work = app.finder.work.lock().await;
    let changed = app.finder.take_changed();
    if changed.is_empty() {
        return Ok(());
    }
    for one in &changed {
        if let Err(error) = read(app, &mut work, *one).await {
            // Not lost: each is read again at the next beat.
            app.finder.put_back(changed);
            return Err(error);
        }
    }
    app.finder.with_index(|index| index.commit()).await
}

/// Goes over the next `slice` accounts of the round, in the order of their ids: what another process has
/// changed and was not heard of is seen here, and so is what was missed.
pub async fn go_over(app: &App, slice: i64) -> Result<(), AppError> {
    let mut work = app.finder.work.lock().await;
    let start = work.after.unwrap_or(AccountId::from_bytes([0; 16]));
    let ids = accounts::page(&mut app.db.read().await?, start, slice).await?;
    let last = ids.last().copied().filter(|_| ids.len() as i64 == slice);
    let end = last.unwrap_or(AccountId::from_bytes([0xff; 16]));
    read_all(app, &mut work, (start, end), &ids).await?;
    work.after = last;
    app.finder.with_index(|index| index.commit()).await
}

/// Reads these again, who are all there are after `start` up to `end`, and drops whoever is held and is not of them.
async fn read_all(
    app: &App,
    work: &mut Work,
    (start, end): (AccountId, AccountId),
    ids: &[AccountId],
) -> Result<(), AppError> {
    let there: BTreeSet<_> = ids.iter().copied().collect();
    let held: Vec<_> = work.held.range(start..=end).map(|(id, _)| *id).collect();
    for gone in held.into_iter().filter(|id| *id != start && !there.contains(id)) {
        work.drop_account(&app.finder.index, gone);
    }
    for id in ids {
        read_account(app, work, *id).await?;
    }
    Ok(())
}

/// Reads everybody of a part again: of a million accounts these are fifteen.
async fn read_part(app: &App, work: &mut Work, part: Part) -> Result<(), AppError> {
    let (mut start, end) = part.ids().into_inner();
    loop {
        let mut ids = accounts::page(&mut app.db.read().await?, start, BATCH).await?;
        ids.retain(|id| *id <= end);
        let last = ids.last().copied().filter(|_| ids.len() as i64 == BATCH);
        read_all(app, work, (start, last.unwrap_or(end)), &ids).await?;
        let Some(last) = last else { return Ok(()) };
        start = last;
    }
}

/// Drops those whose erasure runs, whichever process runs it: nobody finds them any more. Their words go with the next purge.
async fn drop_leaving(app: &App) -> Result<(), AppError> {
    let mut after = AccountId::from_bytes([0; 16]);
    loop {
        let leaving = rows::leaving(&mut app.db.read().await?, after, BATCH).await?;
        let Some(last) = leaving.last() else { break };
        after = *last;
        let mut work = app.finder.work.lock().await;
        for account in leaving {
            if work.held.contains_key(&account) {
                work.drop_account(&app.finder.index, account);
                app.finder.leaves(account);
            }
        }
    }
    let mut work = app.finder.work.lock().await;
    let due = app.finder.has_leavers() && work.rests_until(app.clock.now()).is_none();
    if due { work.purge(&app.finder, &*app.clock).await } else { Ok(()) }
}

/// Every word that only an account which leaves had is gone afterwards. Where others work on the index just now, or the last
/// purge was a short time ago: when it is to be asked anew. To write words out takes as long as there is much to be found, so
/// it is done once for all who left meanwhile. Nothing of them is put afterwards: whoever reads their rows reads that they leave.
pub(crate) async fn forget(app: &App, account: AccountId) -> Result<Option<Timestamp>, AppError> {
    if !app.finder.is_asked() {
        return Ok(None);
    }
    let now = app.clock.now();
    let Ok(mut work) = app.finder.work.try_lock() else { return Ok(Some(Timestamp(now.0 + BUSY_MILLIS))) };
    if !work.take_purged(account) {
        app.finder.leaves(account);
        if let Some(until) = work.rests_until(now) {
            return Ok(Some(until));
        }
        work.purge(&app.finder, &*app.clock).await?;
        work.take_purged(account);
    }
    Ok(None)
}

async fn read(app: &App, work: &mut Work, changed: Changed) -> Result<(), AppError> {
    match changed {
        Changed::Account(id) => read_account(app, work, id).await,
        Changed::Part(part) => read_part(app, work, part).await,
        Changed::Card(id) => {
            let Some((account, keys)) = owner(app, id).await? else { return Ok(()) };
            match card(&account, &keys) {
                Some(entry) => work.put(&app.finder.index, id, &[entry])?,
                None => work.drop_entry(&app.finder.index, id, id.as_bytes()),
            }
            Ok(())
        }
        Changed::Video(id, video) => {
            let found = videos::by_id(&mut app.db.read().await?, video).await?;
            let entry = match (owner(app, id).await?, found) {
                (Some((account, keys)), Some(found)) => of_video(&account, &keys, &found),
                _ => None,
            };
            match entry {
                Some(entry) => work.put(&app.finder.index, id, &[entry])?,
                None => work.drop_entry(&app.finder.index, id, video.as_bytes()),
            }
            Ok(())
        }
    }
}

/// The account and its keys; none when either is gone.
async fn owner(app: &App, id: AccountId) -> Result<Option<(Account, AccountKeys)>, AppError> {
    let account = accounts::by_id(&mut app.db.read().await?, id).await?;
    Ok(account.zip(app.vault.account(id).await?))
}

/// Reads an account and all its videos, and puts what everyone may see of them.
async fn read_account(app: &App, work: &mut Work, id: AccountId) -> Result<(), AppError> {
    let mut there = BTreeSet::new();
    if let Some((account, keys)) = owner(app, id).await? {
        let entry = card(&account, &keys);
        there.extend(entry.as_ref().map(id_of));
        work.put(&app.finder.index, id, entry.as_slice())?;
        let mut before = Some((Timestamp(i64::MAX), VideoId::from_bytes([0xff; 16])));
        // Where not even the profile is open to everyone, no video is.
        while let Some(place) = before.filter(|_| open_to_all(Action::SeeProfile, &account, None)) {
            let began = Instant::now();
            let page = of_owner(&mut app.db.read().await?, id, place).await?;
            before = (page.len() as i64 == BATCH).then(|| page.last().map(|one| (one.created_at, one.id))).flatten();
            let entries: Vec<_> = page.iter().filter_map(|video| of_video(&account, &keys, video)).collect();
            there.extend(entries.iter().map(id_of));
            work.put(&app.finder.index, id, &entries)?;
            if before.is_some() {
                // Somebody's thousands of videos must not stand in the way of requests: half of the time is theirs.
                sleep(began.elapsed().min(BREATH)).await;
            }
        }
    }
    work.keep_only(&app.finder.index, id, &there);
    Ok(())
}

async fn of_owner(tx: &mut Tx, id: AccountId, before: (Timestamp, VideoId)) -> Result<Vec<Video>, AppError> {
    Ok(videos::of_owner(tx, id, before, BATCH).await?)
}

/// Whether somebody without an account may do it: nothing else goes into the index, so that neither order
/// nor time of an answer can tell of what is hidden.
fn open_to_all(action: Action, account: &Account, video: Option<&Video>) -> bool {
    let video = video.map(|video| video.facts);
    decide(
        action,
        &Facts { relation: Relation::Anonymous, viewer_away: false, viewer_adult: false, owner: account.facts, video },
    )
    .allowed
}

fn card(account: &Account, keys: &AccountKeys) -> Option<Entry> {
    if !open_to_all(Action::Find, account, None) {
        return None;
    }
    let handle = opens(open_handle(keys, account.id, &account.handle))?;
    let name = opens(keys.open_text(ACCOUNT_DISPLAY_NAME, account.id.as_bytes(), &account.display_name))?;
    Some(Entry::Account { id: account.id, handle, name })
}

fn of_video(account: &Account, keys: &AccountKeys, video: &Video) -> Option<Entry> {
    if !open_to_all(Action::ReadBytes, account, Some(video)) {
        return None;
    }
    let caption = opens(keys.open_text(VIDEO_CAPTION, video.id.as_bytes(), &video.caption))?;
    Some(Entry::Video { id: video.id, owner: account.id, caption, published_at: video.published_at })
}

/// A text that does not open is not found: one damaged row must not keep all others from being found.
fn opens<E>(text: Result<String, E>) -> Option<String> {
    text.inspect_err(|_| tracing::error!("a text does not open, and is left out of the search")).ok()
}
