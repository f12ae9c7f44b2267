//! Reading a receipt. It takes no account, only its id.

use outro_store::receipts;
use outro_vault::{open_under, sha256};

use super::note;
use crate::{App, AppError};

/// A receipt, as whoever has its id sees it.
#[derive(Clone, Debug)]
pub struct ReceiptView {
    /// The id.
    pub id: String,
    /// Whether the erasure is complete.
    pub complete: bool,
    /// How far it has come, 0 to 1000.
    pub progress: i64,
    /// The signed text, once complete.
    pub note: Option<String>,
    /// The proof that the receipt is in the log of all erasures (C2SP `tlog-proof`), once complete.
    pub proof: Option<String>,
    /// The key that verifies it, as `signed-note` writes it.
    pub verifier_key: String,
}

/// The hash that a receipt stands under; none when the text cannot be an id.
pub fn receipt_hash(id: &str) -> Option<([u8; 32], [u8; 32])> {
    let id: [u8; 32] = hex::decode(id).ok()?.try_into().ok()?;
    Some((id, sha256(&[&id])))
}

/// The receipt with this id.
pub async fn receipt(app: &App, id: &str) -> Result<ReceiptView, AppError> {
    let (secret, hash) = receipt_hash(id).ok_or(AppError::NotFound)?;
    let found = receipts::get(&mut app.db.read().await?, &hash).await?.ok_or(AppError::NotFound)?;
    let host = &app.settings.host;
    let mut view = ReceiptView {
        id: hex::encode(secret),
        complete: found.complete,
        progress: found.progress,
        note: None,
        proof: None,
        verifier_key: note::verifier(&app.vault, host).to_string(),
    };
    if let Some(sealed) = found.note.filter(|_| found.complete) {
        let signed = open_under(&secret, note::SEAL, &sealed)?;
        let signed = String::from_utf8(signed.to_vec()).map_err(AppError::internal)?;
        let text = outro_tlog::text_of(&signed).ok_or_else(|| AppError::internal("a signed receipt is none"))?;
        // It is there already, but for one that a restored database has from the keyring, which was stopped before.
        let place = app.vault.log_append(&note::entry(text)).await?;
        view.proof = app.vault.log_proof(&note::log_origin(host), place).await?.map(|proof| proof.text());
        view.note = Some(signed);
    }
    Ok(view)
}
