//! `me/phone`: linking a phone.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use outro_app::{SentCode, phone};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Server;
use crate::extract::Body;
use crate::problem::{ApiError, Problem};
use crate::who::{From, Me};

/// A number.
#[derive(Deserialize, ToSchema)]
pub(crate) struct NumberBody {
    /// In E.164 form.
    number: String,
}

/// A code, and what it answers.
#[derive(Deserialize, ToSchema)]
pub(crate) struct CodeBody {
    /// The `challenge` that came when the code was sent.
    challenge: String,
    /// The six digits.
    code: String,
}

/// A code that was sent.
#[derive(Serialize, ToSchema)]
pub(crate) struct SentView {
    /// Give it back with the code.
    challenge: String,
    /// The number it went to, masked but for the last two digits.
    sent_to: String,
    /// Until when the code can be used, RFC 3339.
    expires_at: String,
    /// From when another may be asked for, RFC 3339.
    resend_after: String,
}

impl std::convert::From<SentCode> for SentView {
    fn from(sent: SentCode) -> Self {
        Self {
            challenge: sent.challenge.to_string(),
            sent_to: sent.sent_to,
            expires_at: sent.expires_at.rfc3339(),
            resend_after: sent.resend_at.rfc3339(),
        }
    }
}

/// The number that is linked now.
#[derive(Serialize, ToSchema)]
pub(crate) struct PhoneView {
    /// Masked but for the last two digits.
    phone: String,
    /// New recovery codes, for leaving should the phone be lost. They end those from before, and are told this once.
    recovery_codes: Vec<String>,
    /// Whether the account would have gone by itself, which this has stopped.
    stays: bool,
}

/// How many recovery codes there are.
#[derive(Serialize, ToSchema)]
pub(crate) struct CodesView {
    /// How many are not used yet.
    left: i64,
}

/// Sends a code to a number that is to be linked. Takes a sign-in or the password within the last 15 minutes.
#[utoipa::path(post, path = "/api/v1/me/phone", tag = "phone", request_body = NumberBody,
    security(("bearer" = [])), responses(
    (status = 202, description = "The code was sent", body = SentView),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 403, description = "A recent password is needed", body = Problem),
    (status = 422, description = "Not a number", body = Problem),
    (status = 429, description = "Too many, or too soon", body = Problem),
    (status = 503, description = "The code could not be sent", body = Problem)))]
pub(crate) async fn link(
    State(server): State<Server>,
    Me(signed): Me,
    From(origin): From,
    Body(body): Body<NumberBody>,
) -> Result<(StatusCode, Json<SentView>), ApiError> {
    let sent = phone::link(&server.app, &signed, &body.number, &origin).await?;
    Ok((StatusCode::ACCEPTED, Json(sent.into())))
}

/// Links the number that the code went to, and gives recovery codes. What was asked for without the phone is stopped.
#[utoipa::path(post, path = "/api/v1/me/phone/verify", tag = "phone", request_body = CodeBody,
    security(("bearer" = [])), responses(
    (status = 200, description = "Linked", body = PhoneView),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 409, description = "The code cannot be used any more", body = Problem),
    (status = 422, description = "Not the code", body = Problem),
    (status = 429, description = "Too many tries today", body = Problem)))]
pub(crate) async fn verify(
    State(server): State<Server>,
    Me(signed): Me,
    Body(body): Body<CodeBody>,
) -> Result<Json<PhoneView>, ApiError> {
    let linked = phone::verify(&server.app, &signed, &body.challenge, &body.code).await?;
    Ok(Json(PhoneView { phone: linked.masked, recovery_codes: linked.recovery_codes, stays: linked.stays }))
}

/// How many recovery codes are not used yet.
#[utoipa::path(get, path = "/api/v1/me/recovery-codes", tag = "phone", security(("bearer" = [])), responses(
    (status = 200, description = "How many", body = CodesView),
    (status = 401, description = "Not signed in", body = Problem)))]
pub(crate) async fn codes_left(State(server): State<Server>, Me(signed): Me) -> Result<Json<CodesView>, ApiError> {
    Ok(Json(CodesView { left: phone::recovery_codes_left(&server.app, &signed).await? }))
}

/// Sends a code to the linked number; `POST /api/v1/me/phone/verify` with it gives new recovery codes. Takes a sign-in or
/// the password within the last 15 minutes.
#[utoipa::path(post, path = "/api/v1/me/recovery-codes", tag = "phone", security(("bearer" = [])), responses(
    (status = 202, description = "The code was sent", body = SentView),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 403, description = "A recent password is needed", body = Problem),
    (status = 409, description = "No phone is linked", body = Problem),
    (status = 429, description = "Too many, or too soon", body = Problem),
    (status = 503, description = "The code could not be sent", body = Problem)))]
pub(crate) async fn renew_codes(
    State(server): State<Server>,
    Me(signed): Me,
    From(origin): From,
) -> Result<(StatusCode, Json<SentView>), ApiError> {
    Ok((StatusCode::ACCEPTED, Json(phone::renew_codes(&server.app, &signed, &origin).await?.into())))
}
