//! `receipts`: the proof of an erasure.

use axum::Json;
use axum::extract::State;
use outro_app::erasure;
use serde::Serialize;
use utoipa::ToSchema;

use crate::Server;
use crate::extract::Path;
use crate::problem::{ApiError, Problem};

/// A receipt. `outro receipt verify FILE` takes this document.
#[derive(Serialize, ToSchema)]
pub(crate) struct ReceiptJson {
    /// The id.
    id: String,
    /// `erasing` or `complete`.
    state: &'static str,
    /// How far the erasure has come, 0 to 1.
    progress: f64,
    /// The signed text (C2SP `signed-note`), once complete.
    note: Option<String>,
    /// The proof that the receipt is in the log of all erasures (C2SP `tlog-proof`), once complete.
    proof: Option<String>,
    /// The key that verifies it, as `signed-note` writes it.
    verifier_key: String,
}

/// The receipt with this id. Takes no account.
#[utoipa::path(get, path = "/api/v1/receipts/{id}", tag = "leaving",
    params(("id" = String, Path, description = "The id of the receipt")), responses(
    (status = 200, description = "The receipt", body = ReceiptJson),
    (status = 404, description = "Nothing here", body = Problem)))]
pub(crate) async fn get(State(server): State<Server>, Path(id): Path<String>) -> Result<Json<ReceiptJson>, ApiError> {
    let found = erasure::receipt(&server.app, &id).await?;
    Ok(Json(ReceiptJson {
        id: found.id,
        state: if found.complete { "complete" } else { "erasing" },
        progress: found.progress as f64 / 1000.0,
        note: found.note,
        proof: found.proof,
        verifier_key: found.verifier_key,
    }))
}
