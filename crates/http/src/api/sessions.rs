//! `sessions`: signing in and out, and the devices that are signed in.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use outro_app::account;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::phone::SentView;
use super::views::Page;
use crate::Server;
use crate::extract::{Body, Path, read_id};
use crate::problem::{ApiError, Problem};
use crate::who::{Device, From, Me};

/// What a person signs in with.
#[derive(Deserialize, ToSchema)]
pub(crate) struct SignInBody {
    /// The handle.
    handle: String,
    /// The password.
    password: String,
}

/// The token of a session.
#[derive(Serialize, ToSchema)]
pub(crate) struct TokenView {
    /// Give it as `Authorization: Bearer …`.
    token: String,
}

/// The password, given again.
#[derive(Deserialize, ToSchema)]
pub(crate) struct PasswordBody {
    /// The password.
    password: String,
}

/// A new password.
#[derive(Deserialize, ToSchema)]
pub(crate) struct NewPasswordBody {
    /// The password so far.
    password: String,
    /// The new one, 8 to 128 characters.
    new_password: String,
    /// The `challenge` that came when the code was sent, where a phone is linked.
    #[serde(default)]
    challenge: Option<String>,
    /// The six digits.
    #[serde(default)]
    code: Option<String>,
}

/// How it is once the password is changed.
#[derive(Serialize, ToSchema)]
pub(crate) struct PasswordChangedView {
    /// The token from here on: the one so far has ended too.
    token: String,
    /// How many other sessions this has ended: all of them.
    sessions_ended: u64,
    /// Whether the account would have gone by itself, which this has stopped.
    stays: bool,
}

/// One device that is signed in.
#[derive(Serialize, ToSchema)]
pub(crate) struct SessionView {
    /// The id.
    id: String,
    /// The device, as its browser names it.
    device: String,
    /// When the session was opened, RFC 3339.
    created_at: String,
    /// When it was used last, to the hour, RFC 3339.
    seen_at: String,
    /// Whether it is the one that asks.
    current: bool,
}

/// Signs in. A wrong password and a handle that never was get the same answer.
#[utoipa::path(post, path = "/api/v1/sessions", tag = "sessions", request_body = SignInBody, responses(
    (status = 201, description = "Signed in", body = TokenView),
    (status = 401, description = "Handle and password do not fit together", body = Problem),
    (status = 422, description = "A field is missing", body = Problem),
    (status = 429, description = "Too many", body = Problem)))]
pub(crate) async fn sign_in(
    State(server): State<Server>,
    From(origin): From,
    Device(device): Device,
    Body(body): Body<SignInBody>,
) -> Result<(StatusCode, Json<TokenView>), ApiError> {
    let token = account::sign_in(&server.app, &body.handle, &body.password, &device, &origin).await?;
    Ok((StatusCode::CREATED, Json(TokenView { token })))
}

/// Signs out.
#[utoipa::path(delete, path = "/api/v1/sessions/current", tag = "sessions", security(("bearer" = [])), responses(
    (status = 204, description = "Signed out"),
    (status = 401, description = "Not signed in", body = Problem)))]
pub(crate) async fn sign_out(State(server): State<Server>, Me(signed): Me) -> Result<StatusCode, ApiError> {
    account::sign_out(&server.app, &signed).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Gives the password again, for what asks for a recent one.
#[utoipa::path(post, path = "/api/v1/sessions/current/password", tag = "sessions", request_body = PasswordBody,
    security(("bearer" = [])), responses(
    (status = 204, description = "The password is recent for 15 minutes"),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 422, description = "Not the password", body = Problem),
    (status = 429, description = "Too many", body = Problem)))]
pub(crate) async fn confirm_password(
    State(server): State<Server>,
    Me(signed): Me,
    Body(body): Body<PasswordBody>,
) -> Result<StatusCode, ApiError> {
    account::confirm_password(&server.app, &signed, &body.password).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Sends a code to the linked phone, which changing the password takes.
#[utoipa::path(post, path = "/api/v1/me/password", tag = "sessions", security(("bearer" = [])), responses(
    (status = 202, description = "The code was sent", body = SentView),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 409, description = "No code is needed, or the phone took another's place a short time ago", body = Problem),
    (status = 429, description = "Too many, or too soon", body = Problem),
    (status = 503, description = "The code could not be sent", body = Problem)))]
pub(crate) async fn send_password_code(
    State(server): State<Server>,
    Me(signed): Me,
    From(origin): From,
) -> Result<(StatusCode, Json<SentView>), ApiError> {
    Ok((StatusCode::ACCEPTED, Json(account::send_password_code(&server.app, &signed, &origin).await?.into())))
}

/// Changes the password. Every session ends, and another one begins; what was asked for with the old password is taken back, also
/// that the account goes by itself. Where a phone is linked, it takes a code that was sent there.
#[utoipa::path(put, path = "/api/v1/me/password", tag = "sessions", request_body = NewPasswordBody,
    security(("bearer" = [])), responses(
    (status = 200, description = "Changed", body = PasswordChangedView),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 409, description = "A code is needed, or cannot be used any more, or the phone is too new", body = Problem),
    (status = 422, description = "Not the password or the code, or the new one is too short, too long or the same", body = Problem),
    (status = 429, description = "Too many", body = Problem)))]
pub(crate) async fn change_password(
    State(server): State<Server>,
    Me(signed): Me,
    Body(body): Body<NewPasswordBody>,
) -> Result<Json<PasswordChangedView>, ApiError> {
    let NewPasswordBody { password, new_password, challenge, code } = body;
    let code = challenge.as_deref().zip(code.as_deref());
    let changed = account::change_password(&server.app, &signed, (&password, &new_password), code).await?;
    let account::PasswordChanged { token, signed_out, stays } = changed;
    Ok(Json(PasswordChangedView { token, sessions_ended: signed_out, stays }))
}

/// The devices that are signed in, the last used first.
#[utoipa::path(get, path = "/api/v1/me/sessions", tag = "sessions", security(("bearer" = [])), responses(
    (status = 200, description = "The devices", body = Page<SessionView>),
    (status = 401, description = "Not signed in", body = Problem)))]
pub(crate) async fn list(State(server): State<Server>, Me(signed): Me) -> Result<Json<Page<SessionView>>, ApiError> {
    let found = account::devices(&server.app, &signed).await?;
    let view = |device: account::Device| {
        let account::Device { id, device, created_at, seen_at, current } = device;
        SessionView { id: id.to_string(), device, created_at, seen_at, current }
    };
    Ok(Json(Page { items: found.into_iter().map(view).collect(), next_cursor: None }))
}

/// Signs one device out.
#[utoipa::path(delete, path = "/api/v1/me/sessions/{id}", tag = "sessions", security(("bearer" = [])),
    params(("id" = String, Path, description = "The id of the session")), responses(
    (status = 204, description = "Signed out"),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 404, description = "Nothing here", body = Problem)))]
pub(crate) async fn end(
    State(server): State<Server>,
    Me(signed): Me,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    let id = read_id(&id)?;
    account::end_device(&server.app, &signed, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
