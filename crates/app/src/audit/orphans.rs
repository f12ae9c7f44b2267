//! What belongs to nobody, by the data map: rows, sealed objects, keys, entries of the index of handles.

use std::collections::BTreeSet;

use outro_audit::Report;
use outro_model::{AccountId, BlobId};
use outro_store::{accounts, orphans, restores};

use super::{AuditError, PAGE};
use crate::App;

/// Counts all of it.
pub(super) async fn count(app: &App, report: &mut Report) -> Result<(), AuditError> {
    let mut tx = app.db.read().await?;
    tx.take_time().await?;
    for (what, count) in orphans::count(&mut tx).await? {
        report.orphan(what, count);
    }
    drop(tx);
    let (accounts, conversations) = app.vault.keys_in_ledger().await?;
    report.orphan("keys of accounts in the keyring that the ledger says were destroyed", accounts);
    report.orphan("keys of conversations in the keyring that the ledger says were destroyed", conversations);
    handles(app, report).await?;
    objects(app, report).await
}

/// Entries of the index of handles whose key is gone. Somebody may be leaving: they are looked at twice.
async fn handles(app: &App, report: &mut Report) -> Result<(), AuditError> {
    let mut without = without_key(app).await?;
    if !without.is_empty() {
        let again = without_key(app).await?;
        without.retain(|key| again.contains(key));
    }
    report.orphan("entries of the index of handles whose key is destroyed", without.len() as u64);
    Ok(())
}

async fn without_key(app: &App) -> Result<BTreeSet<[u8; 16]>, AuditError> {
    let (mut after, mut without) = ([0; 16], BTreeSet::new());
    loop {
        let page = restores::keys_of_handles(&mut app.db.read().await?, after, i64::from(PAGE)).await?;
        let Some(last) = page.last() else { return Ok(without) };
        after = *last;
        for key in page {
            if !app.vault.is_key(&key).await? {
                without.insert(key);
            }
        }
    }
}

/// Homes of nobody, and objects that no row stands for. Between a look at the files and one at the rows some may go away:
/// they are looked at twice.
async fn objects(app: &App, report: &mut Report) -> Result<(), AuditError> {
    let (mut homes, mut files) = of_nobody(app).await?;
    if !homes.is_empty() || !files.is_empty() {
        let again = of_nobody(app).await?;
        homes.retain(|home| again.0.contains(home));
        files.retain(|file| again.1.contains(file));
    }
    report.orphan("folders of sealed objects whose owner is not there", homes.len() as u64);
    report.orphan("sealed objects that no row stands for", files.len() as u64);
    Ok(())
}

/// A row is there before its object, and goes after it.
async fn of_nobody(app: &App) -> Result<(BTreeSet<AccountId>, BTreeSet<(AccountId, BlobId)>), AuditError> {
    let (mut after, mut homes, mut files) = (None, BTreeSet::new(), BTreeSet::new());
    loop {
        let owners = app.blobs.owners(after, PAGE).await.map_err(crate::AppError::from)?;
        let Some(last) = owners.last() else { return Ok((homes, files)) };
        after = Some(*last);
        for owner in owners {
            if is_nobodys(app, owner).await? {
                homes.insert(owner);
            } else {
                let there = app.blobs.list(owner).await.map_err(crate::AppError::from)?;
                let known = orphans::objects(&mut app.db.read().await?, owner).await?;
                files.extend(there.into_iter().filter(|id| !known.contains(id)).map(|id| (owner, id)));
            }
        }
    }
}

/// Whether a home has no account. Joining makes the key and the home before the account.
async fn is_nobodys(app: &App, owner: AccountId) -> Result<bool, AuditError> {
    if accounts::by_id(&mut app.db.read().await?, owner).await?.is_some() {
        return Ok(false);
    }
    Ok(app.vault.with_keys(&[owner]).await?.is_empty())
}
