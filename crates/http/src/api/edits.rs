//! `videos/{id}/edit`: what is made of a video's original, and leaving it again.

use axum::Json;
use axum::extract::{DefaultBodyLimit, State};
use outro_app::video::{self, EditView};
use outro_model::edit::Edit;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::views::FailureJson;
use crate::Server;
use crate::extract::{Body, Path, Query, read_id};
use crate::problem::{ApiError, Problem};
use crate::who::Me;

/// An edit list with as many captions as there may be is no larger.
const BODY_BYTES: usize = 1 << 20;

/// The routes of edits.
pub(crate) fn routes() -> OpenApiRouter<Server> {
    OpenApiRouter::new()
        .routes(routes!(get, set, reset))
        .routes(routes!(cancel))
        .layer(DefaultBodyLimit::max(BODY_BYTES))
}

/// What is made of a video's original. What is left out is as with an original that nothing is made of.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the edit list, which the model reads")]
pub(crate) struct EditJson {
    /// The pieces that are kept, in the order in which they are shown, at most 40; none keeps all of the original.
    #[schema(required = false)]
    cuts: Vec<CutJson>,
    /// What is laid over the picture, at most 20 texts.
    #[schema(required = false)]
    titles: Vec<TitleJson>,
    /// What is said, at most 500 captions.
    #[schema(required = false)]
    captions: Vec<CaptionJson>,
    /// Whether captions are part of the picture; else who watches turns them on.
    #[schema(required = false)]
    burnt: bool,
    /// `none`, `warm`, `cool`, `mono`, `vivid`, `fade` or `grain`.
    #[schema(required = false)]
    look: String,
    /// Lighter or darker, -100 to 100.
    #[schema(required = false)]
    brightness: i8,
    /// More contrast or less, -100 to 100.
    #[schema(required = false)]
    contrast: i8,
    /// More colour or less, -100 to 100.
    #[schema(required = false)]
    saturation: i8,
    /// The moment whose picture is the cover, in milliseconds of what comes out; null chooses by itself.
    cover_ms: Option<u32>,
}

/// A piece of the original, or of a clip.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a part of the edit list")]
pub(crate) struct CutJson {
    /// The id of the clip that it is of; left out, it is of the original. A list has pieces of at most 10 clips.
    #[schema(required = false)]
    clip: Option<String>,
    /// Where it begins, in milliseconds of its file.
    from_ms: u32,
    /// Where it ends.
    to_ms: u32,
    /// How fast it goes, in hundredths: 25 to 400; 100 when not given.
    #[schema(required = false)]
    speed: u16,
}

/// A text laid over the picture.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a part of the edit list")]
pub(crate) struct TitleJson {
    /// 1 to 200 characters.
    text: String,
    /// From when on it is seen, in milliseconds of what comes out.
    from_ms: u32,
    /// Until when.
    to_ms: u32,
    /// Where its middle is, in thousandths of the picture's width.
    x: u16,
    /// And of its height.
    y: u16,
    /// The height of its letters, in thousandths of the picture's width: 30 to 250.
    size: u16,
    /// `white` (when not given), `black`, `yellow`, `red`, `green`, `blue` or `pink`.
    #[schema(required = false)]
    colour: String,
    /// `outline` (when not given), `box` or `bare`.
    #[schema(required = false)]
    backing: String,
}

/// What is said at a time.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a part of the edit list")]
pub(crate) struct CaptionJson {
    /// From when on it is shown, in milliseconds of what comes out.
    from_ms: u32,
    /// Until when.
    to_ms: u32,
    /// 1 to 300 characters.
    text: String,
}

/// An edit that is to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EditBody {
    /// The edit list.
    #[schema(value_type = EditJson)]
    edit: Edit,
    /// Of a published video, that what people see is to be replaced once the edit is made; without it, it is refused.
    #[serde(default)]
    replace: bool,
}

/// Whether what people see may be replaced.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ReplaceQuery {
    /// Of a published video, `true`: what people see is to be replaced. Without it, it is refused.
    #[serde(default)]
    replace: bool,
}

/// An edit, and how far it is.
#[derive(Serialize, ToSchema)]
pub(crate) struct EditState {
    /// The edit list, as it was last said.
    #[schema(value_type = EditJson)]
    edit: Edit,
    /// `none` where what is seen was made by it, else `rendering` or `failed`.
    state: &'static str,
    /// How far its making has come, 0 to 1.
    progress: f64,
    /// Why it could not be made.
    failure: Option<FailureJson>,
    /// How long the original is, in milliseconds.
    original_ms: i64,
    /// Whether others see the video.
    published: bool,
}

impl From<EditView> for EditState {
    fn from(view: EditView) -> Self {
        Self {
            edit: view.edit,
            state: view.state.word(),
            progress: view.progress as f64 / 1000.0,
            failure: view.failure.map(FailureJson::from),
            original_ms: view.whole_ms,
            published: view.is_published,
        }
    }
}

/// The edit of one's own video.
#[utoipa::path(get, path = "/api/v1/videos/{id}/edit", tag = "videos", security(("bearer" = [])),
    params(("id" = String, Path, description = "The id of the video")), responses(
    (status = 200, description = "The edit, and how far it is", body = EditState),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 404, description = "Nothing here", body = Problem)))]
pub(crate) async fn get(
    State(server): State<Server>,
    Me(signed): Me,
    Path(id): Path<String>,
) -> Result<Json<EditState>, ApiError> {
    Ok(Json(video::edit(&server.app, &signed, read_id(&id)?).await?.into()))
}

/// Says what is made of the original and the clips of one's own video, and has it made. These stay, and so does what can
/// be watched until the edit is made.
#[utoipa::path(put, path = "/api/v1/videos/{id}/edit", tag = "videos", request_body = EditBody,
    security(("bearer" = [])), params(("id" = String, Path, description = "The id of the video")), responses(
    (status = 200, description = "It is being made", body = EditState),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 403, description = "One's own account is on hiatus or suspended", body = Problem),
    (status = 404, description = "Nothing here", body = Problem),
    (status = 409, description = "The video was not made ready yet, or others see it and it was not said that this is to be replaced",
        body = Problem),
    (status = 422, description = "The edit list cannot be used", body = Problem)))]
pub(crate) async fn set(
    State(server): State<Server>,
    Me(signed): Me,
    Path(id): Path<String>,
    Body(EditBody { edit, replace }): Body<EditBody>,
) -> Result<Json<EditState>, ApiError> {
    Ok(Json(video::set_edit(&server.app, &signed, read_id(&id)?, (edit, replace)).await?.into()))
}

/// Goes back to the original of one's own video, which is made as it was uploaded.
#[utoipa::path(delete, path = "/api/v1/videos/{id}/edit", tag = "videos", security(("bearer" = [])),
    params(("id" = String, Path, description = "The id of the video"), ReplaceQuery), responses(
    (status = 200, description = "It is being made", body = EditState),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 403, description = "One's own account is on hiatus or suspended", body = Problem),
    (status = 404, description = "Nothing here", body = Problem),
    (status = 409, description = "The video was not made ready yet, or others see it and it was not said that this is to be replaced",
        body = Problem),
    (status = 422, description = "The parameter cannot be used", body = Problem)))]
pub(crate) async fn reset(
    State(server): State<Server>,
    Me(signed): Me,
    Path(id): Path<String>,
    Query(ReplaceQuery { replace }): Query<ReplaceQuery>,
) -> Result<Json<EditState>, ApiError> {
    Ok(Json(video::set_edit(&server.app, &signed, read_id(&id)?, (Edit::default(), replace)).await?.into()))
}

/// Leaves an edit that is being made, or could not be: the video stays what it was.
#[utoipa::path(post, path = "/api/v1/videos/{id}/cancel", tag = "videos", security(("bearer" = [])),
    params(("id" = String, Path, description = "The id of the video")), responses(
    (status = 200, description = "The edit by which the video was made", body = EditState),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 404, description = "Nothing here", body = Problem),
    (status = 409, description = "No edit is being made", body = Problem)))]
pub(crate) async fn cancel(
    State(server): State<Server>,
    Me(signed): Me,
    Path(id): Path<String>,
) -> Result<Json<EditState>, ApiError> {
    Ok(Json(video::cancel_edit(&server.app, &signed, read_id(&id)?).await?.into()))
}
