//! `me/deletion`: leaving for good.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use outro_app::erasure::{self, Begun, Line};
use outro_model::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::takeouts::is_arabic;
use crate::Server;
use crate::extract::{Body, MaybeBody};
use crate::problem::{ApiError, Problem};
use crate::who::{From, Me};

/// What leaving means.
#[derive(Serialize, ToSchema)]
pub(crate) struct ConsequencesView {
    /// What is erased.
    erased: Vec<LineView>,
    /// What stays, and why.
    kept: Vec<LineView>,
    /// What is forfeited.
    forfeited: Vec<LineView>,
    /// How many coins are forfeited.
    coins: i64,
    /// How many videos go.
    videos: i64,
    /// `code`, sent to the linked phone, or `password`.
    proof: &'static str,
    /// When the account goes at the earliest, RFC 3339, where another phone was linked a short time ago.
    not_before: Option<String>,
    /// That one leaves once a takeout is downloaded; none when one does not.
    when_downloaded: Option<DepartingView>,
    /// That one leaves by itself, once a wait is over; none when one does not.
    pending: Option<PendingView>,
}

/// That one leaves by itself once a wait is over. `DELETE /api/v1/me/deletion` stops it.
#[derive(Serialize, ToSchema)]
pub(crate) struct PendingView {
    /// When it was asked for, RFC 3339.
    asked_at: String,
    /// When the account goes, RFC 3339.
    leaves_at: String,
}

/// That one leaves once a takeout is downloaded.
#[derive(Serialize, ToSchema)]
pub(crate) struct DepartingView {
    /// The id of the takeout.
    takeout: String,
    /// Whether it went before it was downloaded: then nothing is waited for any more.
    lapsed: bool,
}

/// One line of what goes or stays.
#[derive(Serialize, ToSchema)]
pub(crate) struct LineView {
    /// A stable word.
    code: &'static str,
    /// A sentence.
    text: &'static str,
}

/// What is said along with asking to leave.
#[derive(Default, Deserialize, ToSchema)]
#[serde(default)]
pub(crate) struct BeginBody {
    /// Whether the coins that are left are given up: needed of those who have some.
    forfeit_coins: bool,
    /// Whether the linked phone is lost: then password and recovery code are the proof, and the account goes after a
    /// wait, which every channel is told of.
    lost_phone: bool,
}

/// What is asked for next.
#[derive(Serialize, ToSchema)]
pub(crate) struct BegunView {
    /// Give it back with the proof.
    challenge: String,
    /// `code`, sent to the linked phone, or `password`; `recovery_code` with the password where the phone is lost.
    proof: &'static str,
    /// The number that the code went to, masked.
    sent_to: Option<String>,
    /// Until when the challenge can be answered, RFC 3339.
    expires_at: String,
    /// From when another code may be asked for, RFC 3339.
    resend_after: Option<String>,
    /// How many hours the account stays after a `recovery_code`, or after a `password` where a phone is linked.
    wait_hours: Option<i64>,
}

/// The proof that it is oneself.
#[derive(Deserialize, ToSchema)]
pub(crate) struct ProofBody {
    /// The `challenge` that came with the question.
    challenge: String,
    /// The six digits, when `proof` was `code`.
    code: Option<String>,
    /// The password, when `proof` was `password` or `recovery_code`.
    password: Option<String>,
    /// A recovery code, when `proof` was `recovery_code`. It is used up.
    recovery_code: Option<String>,
    /// Whether to leave only once the takeout that was asked for is downloaded whole: then by itself.
    when_downloaded: Option<bool>,
}

/// The account is gone, or will be once the takeout is downloaded or the wait is over. None of this is shown again.
#[derive(Serialize, ToSchema)]
pub(crate) struct LeftView {
    /// The receipt.
    receipt: ReceiptRef,
    /// What the receipt's commitment is made from, besides the nonce.
    account_id: String,
    /// Likewise.
    handle: String,
    /// Whether the key is destroyed already. It is, but where the keyring does not answer: then the
    /// account is hidden, and the key is destroyed as soon as it can be.
    key_destroyed: bool,
    /// When the account goes, RFC 3339, where there is a wait.
    leaves_at: Option<String>,
}

/// A receipt.
#[derive(Serialize, ToSchema)]
pub(crate) struct ReceiptRef {
    /// Unguessable: whoever has it can read the receipt.
    id: String,
    /// Where the receipt is.
    url: String,
    /// Shows that the receipt is yours. It is stored nowhere.
    nonce: String,
}

/// What leaving means.
#[utoipa::path(get, path = "/api/v1/me/deletion", tag = "leaving", security(("bearer" = [])), responses(
    (status = 200, description = "What goes, what stays, what is forfeited", body = ConsequencesView),
    (status = 401, description = "Not signed in", body = Problem)))]
pub(crate) async fn consequences(
    State(server): State<Server>,
    Me(signed): Me,
) -> Result<Json<ConsequencesView>, ApiError> {
    let found = erasure::consequences(&server.app, &signed).await?;
    let departing = erasure::departing(&server.app, &signed).await?;
    let pending = erasure::pending(&server.app, &signed).await?;
    let lines = |lines: Vec<Line>| lines.into_iter().map(|Line { code, text }| LineView { code, text }).collect();
    Ok(Json(ConsequencesView {
        erased: lines(found.erased),
        kept: lines(found.kept),
        forfeited: lines(found.forfeited),
        coins: found.coins,
        videos: found.videos,
        proof: if found.by_code { "code" } else { "password" },
        not_before: found.not_before.map(Timestamp::rfc3339),
        when_downloaded: departing.map(|one| DepartingView { takeout: one.takeout.to_string(), lapsed: one.lapsed }),
        pending: pending
            .map(|one| PendingView { asked_at: one.asked_at.rfc3339(), leaves_at: one.leaves_at.rfc3339() }),
    }))
}

/// Asks to leave: the code is sent by itself. Who has coins says along with it that they are given up, and nothing is sent
/// before. With `lost_phone` no code is sent.
#[utoipa::path(post, path = "/api/v1/me/deletion", tag = "leaving", request_body = Option<BeginBody>, security(("bearer" = [])), responses(
    (status = 202, description = "The proof is asked for", body = BegunView),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 409, description = "There is no recovery code, or one leaves already", body = Problem),
    (status = 422, description = "There are coins, and it is not said that they are given up", body = Problem),
    (status = 429, description = "Too many, or too soon", body = Problem)))]
pub(crate) async fn begin(
    State(server): State<Server>,
    Me(signed): Me,
    From(origin): From,
    MaybeBody(body): MaybeBody<BeginBody>,
) -> Result<(StatusCode, Json<BegunView>), ApiError> {
    let begun = if body.lost_phone {
        erasure::begin_without_phone(&server.app, &signed, body.forfeit_coins).await?
    } else {
        erasure::begin(&server.app, &signed, &origin, body.forfeit_coins).await?
    };
    Ok((StatusCode::ACCEPTED, Json(begun.into())))
}

impl std::convert::From<Begun> for BegunView {
    fn from(begun: Begun) -> Self {
        let (challenge, proof, expires_at) = match &begun {
            Begun::Code(sent) => (sent.challenge, "code", sent.expires_at),
            Begun::Password { challenge, expires_at, .. } => (*challenge, "password", *expires_at),
            Begun::Recovery { challenge, expires_at, .. } => (*challenge, "recovery_code", *expires_at),
        };
        let wait_hours = match &begun {
            Begun::Recovery { wait_hours, .. } => Some(*wait_hours),
            Begun::Password { wait_hours, .. } => *wait_hours,
            Begun::Code(_) => None,
        };
        let sent = if let Begun::Code(sent) = begun { Some(sent) } else { None };
        Self {
            challenge: challenge.to_string(),
            proof,
            resend_after: sent.as_ref().map(|sent| sent.resend_at.rfc3339()),
            sent_to: sent.map(|sent| sent.sent_to),
            expires_at: expires_at.rfc3339(),
            wait_hours,
        }
    }
}

/// Stays after all, where one would have left once a takeout is downloaded, or once a wait is over.
#[utoipa::path(delete, path = "/api/v1/me/deletion", tag = "leaving", security(("bearer" = [])), responses(
    (status = 204, description = "Nothing will be erased"),
    (status = 401, description = "Not signed in", body = Problem)))]
pub(crate) async fn stay(State(server): State<Server>, Me(signed): Me) -> Result<StatusCode, ApiError> {
    erasure::stay(&server.app, &signed).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Leaves for good. When this answers nobody finds the account any more, and its key is destroyed; with
/// `when_downloaded`, as soon as the last byte of the takeout has gone out; with `recovery_code`, where another phone was
/// linked a short time ago, or by the password although a phone is linked, at `leaves_at`.
#[utoipa::path(post, path = "/api/v1/me/deletion/confirm", tag = "leaving", request_body = ProofBody,
    security(("bearer" = [])), responses(
    (status = 200, description = "Gone", body = LeftView),
    (status = 202, description = "Gone once the takeout is downloaded, or the wait is over", body = LeftView),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 409, description = "The code cannot be used any more, or one leaves already, or this way one leaves after a wait only", body = Problem),
    (status = 422, description = "Not the code", body = Problem),
    (status = 429, description = "Too many tries today", body = Problem)))]
pub(crate) async fn confirm(
    State(server): State<Server>,
    Me(signed): Me,
    headers: HeaderMap,
    Body(body): Body<ProofBody>,
) -> Result<(StatusCode, Json<LeftView>), ApiError> {
    let ProofBody { challenge, code, password, recovery_code, when_downloaded } = body;
    let (app, code, password) = (&server.app, code.as_deref(), password.as_deref());
    let (status, left, leaves_at) = if let Some(recovery) = recovery_code {
        let proof = (challenge.as_str(), password.unwrap_or_default(), recovery.as_str());
        let (left, leaves_at) = erasure::leave_without_phone(app, &signed, proof).await?;
        (StatusCode::ACCEPTED, left, Some(leaves_at.rfc3339()))
    } else if when_downloaded == Some(true) {
        let proof = (challenge.as_str(), code, password);
        (StatusCode::ACCEPTED, erasure::leave_when_downloaded(app, &signed, proof, is_arabic(&headers)).await?, None)
    } else {
        let (left, leaves_at) = erasure::confirm(app, &signed, &challenge, code, password).await?;
        let status = if leaves_at.is_some() { StatusCode::ACCEPTED } else { StatusCode::OK };
        (status, left, leaves_at.map(Timestamp::rfc3339))
    };
    let url = format!("{}/receipts/{}", server.config.public_url, left.receipt_id);
    let receipt = ReceiptRef { id: left.receipt_id, url, nonce: left.nonce };
    let (account_id, handle, key_destroyed) = (left.account_id.to_string(), left.handle, left.key_destroyed);
    Ok((status, Json(LeftView { receipt, account_id, handle, key_destroyed, leaves_at })))
}
