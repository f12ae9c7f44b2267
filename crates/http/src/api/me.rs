//! `me`: one's own account.

use axum::Json;
use axum::extract::State;
use outro_app::account::{self, ProfileChange};
use serde::Deserialize;
use utoipa::ToSchema;

use super::views::MeView;
use crate::Server;
use crate::extract::Body;
use crate::problem::{ApiError, Problem};
use crate::who::Me;

/// What is changed; what is left out stays.
#[derive(Deserialize, ToSchema)]
pub(crate) struct ProfileChangeBody {
    /// At most 50 characters.
    display_name: Option<String>,
    /// At most 300 characters.
    bio: Option<String>,
}

/// One's own account.
#[utoipa::path(get, path = "/api/v1/me", tag = "me", security(("bearer" = [])), responses(
    (status = 200, description = "One's own account", body = MeView),
    (status = 401, description = "Not signed in", body = Problem)))]
pub(crate) async fn get(State(server): State<Server>, Me(signed): Me) -> Result<Json<MeView>, ApiError> {
    Ok(Json(account::me(&server.app, &signed).await?.into()))
}

/// Changes one's own account.
#[utoipa::path(patch, path = "/api/v1/me", tag = "me", request_body = ProfileChangeBody, security(("bearer" = [])),
    responses(
    (status = 200, description = "Changed", body = MeView),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 422, description = "A field cannot be used", body = Problem)))]
pub(crate) async fn change(
    State(server): State<Server>,
    Me(signed): Me,
    Body(body): Body<ProfileChangeBody>,
) -> Result<Json<MeView>, ApiError> {
    let change = ProfileChange { display_name: body.display_name, bio: body.bio };
    Ok(Json(account::change_profile(&server.app, &signed, change).await?.into()))
}
