//! What belongs to nobody, by the data map: rows, sealed objects, keys, entries of the index of handles.

use outro_audit::Report;
use outro_model::AccountId;
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

/// Entries of the index of handles whose key is gone. One whose erasure is under way may be among them for a moment.
async fn handles(app: &App, report: &mut Report) -> Result<(), AuditError> {
    let (mut after, mut without) = ([0; 16], 0);
    loop {
        let page = restores::keys_of_handles(&mut app.db.read().await?, after, i64::from(PAGE)).await?;
        let Some(last) = page.last() else { break };
        after = *last;
        for key in &page {
            without += u64::from(!app.vault.is_key(key).await?);
        }
    }
    report.orphan("entries of the index of handles whose key is destroyed", without);
    Ok(())
}

/// Homes of nobody, and objects that no row stands for. A row is there before its object, and goes after it.
async fn objects(app: &App, report: &mut Report) -> Result<(), AuditError> {
    let (mut after, mut homes, mut files) = (None, 0, 0);
    loop {
        let owners = app.blobs.owners(after, PAGE).await.map_err(crate::AppError::from)?;
        let Some(last) = owners.last() else { break };
        after = Some(*last);
        for owner in owners {
            if is_nobodys(app, owner).await? {
                homes += 1;
            } else {
                let there = app.blobs.list(owner).await.map_err(crate::AppError::from)?;
                let known = orphans::objects(&mut app.db.read().await?, owner).await?;
                files += there.iter().filter(|id| !known.contains(*id)).count() as u64;
            }
        }
    }
    report.orphan("folders of sealed objects whose owner is not there", homes);
    report.orphan("sealed objects that no row stands for", files);
    Ok(())
}

/// Whether a home has no account. Joining makes the key and the home before the account.
async fn is_nobodys(app: &App, owner: AccountId) -> Result<bool, AuditError> {
    if accounts::by_id(&mut app.db.read().await?, owner).await?.is_some() {
        return Ok(false);
    }
    Ok(app.vault.with_keys(&[owner]).await?.is_empty())
}
