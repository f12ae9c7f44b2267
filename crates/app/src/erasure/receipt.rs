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
    let open = |sealed: Vec<u8>| {
        let text = open_under(&secret, note::SEAL, &sealed)?;
        String::from_utf8(text.to_vec()).map_err(AppError::internal)
    };
    let host = &app.settings.host;
    let proof = match found.log_place {
        Some(place) => app.vault.log_proof(&note::log_origin(host), place).await?,
        None => None,
    };
    Ok(ReceiptView {
        id: hex::encode(secret),
        complete: found.complete,
        progress: found.progress,
        note: found.note.filter(|_| found.complete).map(open).transpose()?,
        proof: proof.map(|proof| proof.text()),
        verifier_key: note::verifier(&app.vault, host).to_string(),
    })
}
