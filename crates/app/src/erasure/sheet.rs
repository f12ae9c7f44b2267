//! The receipt's id on the work sheet of an erasure: the walk needs it to seal the note, and nobody who
//! has only the database's files may read it, since it opens the receipt.

use outro_model::AccountId;
use outro_store::receipts::Erasure;
use outro_vault::{KeptErasure, MacPurpose, Tampered, open_under, seal_under};

use crate::App;

const LABEL: &str = "receipt id";

fn key(app: &App, account: AccountId) -> [u8; 32] {
    app.vault.mac(MacPurpose::WorkSheet, &[account.as_bytes()])
}

pub(super) fn seal(app: &App, account: AccountId, receipt_id: &[u8; 32]) -> Vec<u8> {
    seal_under(&key(app, account), LABEL, receipt_id)
}

pub(super) fn open(app: &App, account: AccountId, sealed: &[u8]) -> Result<[u8; 32], Tampered> {
    open_under(&key(app, account), LABEL, sealed)?.as_slice().try_into().map_err(|_| Tampered)
}

/// What the keyring keeps of a work sheet.
pub(super) fn kept(sheet: &Erasure) -> KeptErasure {
    KeptErasure {
        account: sheet.account,
        id_hash: sheet.id_hash,
        receipt_id: sheet.receipt_id.clone(),
        commitment: sheet.commitment,
        started_at: sheet.started_at,
    }
}
