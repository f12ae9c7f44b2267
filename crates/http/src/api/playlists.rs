//! `playlists`: one's own videos in an order of one's own.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use outro_app::AppError;
use outro_app::playlist::{self, PlaylistPage, PlaylistView};
use outro_app::video::Part;
use outro_model::{PlaylistId, VideoId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::views::{AccountRef, Page, VideoJson};
use crate::Server;
use crate::cursor::{self, PageQuery};
use crate::extract::{Body, Path, Query, read_id};
use crate::media;
use crate::problem::{ApiError, Problem};
use crate::who::{Me, Who};

/// The routes of this file.
pub(super) fn routes() -> OpenApiRouter<Server> {
    OpenApiRouter::new()
        .routes(routes!(own, make))
        .routes(routes!(of_account))
        .routes(routes!(get, rename, remove))
        .routes(routes!(put, take))
}

/// A playlist. It is seen by whoever may see its owner's profile.
#[derive(Serialize, ToSchema)]
pub(crate) struct PlaylistJson {
    /// The id.
    id: String,
    /// Whose it is.
    account: AccountRef,
    /// What it is called.
    title: String,
    /// Whether it is one's own.
    is_mine: bool,
    /// When it was made, RFC 3339.
    created_at: String,
    /// How many of its videos the one who asks may watch.
    video_count: i64,
    /// The cover of the first of these; null where there is none.
    cover_url: Option<String>,
}

impl From<PlaylistView> for PlaylistJson {
    fn from(playlist: PlaylistView) -> Self {
        Self {
            id: playlist.id.to_string(),
            account: AccountRef { handle: playlist.handle, display_name: playlist.display_name },
            title: playlist.title,
            is_mine: playlist.is_mine,
            created_at: playlist.created_at,
            video_count: playlist.video_count,
            cover_url: playlist.first.map(|video| media::address(video, Part::Cover)),
        }
    }
}

/// A playlist, and a page of its videos.
#[derive(Serialize, ToSchema)]
pub(crate) struct PlaylistVideosJson {
    /// The playlist.
    playlist: PlaylistJson,
    /// Its videos in its order, as far as the one who asks may see them.
    items: Vec<VideoJson>,
    /// Give it as `cursor` to get the next page; null at the end.
    next_cursor: Option<String>,
}

/// What a playlist is to be called.
#[derive(Deserialize, ToSchema)]
pub(crate) struct TitleBody {
    /// 1 to 60 characters, in one line.
    title: String,
}

fn read_both((id, video): &(String, String)) -> Result<(PlaylistId, VideoId), AppError> {
    Ok((read_id(id)?, read_id(video)?))
}

fn page(found: PlaylistPage) -> Json<Page<PlaylistJson>> {
    let items = found.items.into_iter().map(PlaylistJson::from).collect();
    Json(Page { items, next_cursor: found.next.map(cursor::write) })
}

/// One's own playlists.
#[utoipa::path(get, path = "/api/v1/me/playlists", tag = "playlists", security(("bearer" = [])), params(PageQuery),
    responses(
    (status = 200, description = "The playlists, the newest first", body = Page<PlaylistJson>),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 422, description = "A field cannot be used", body = Problem)))]
pub(crate) async fn own(
    State(server): State<Server>,
    Me(signed): Me,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<PlaylistJson>>, ApiError> {
    Ok(page(playlist::own(&server.app, &signed, query.before()?, query.limit()?).await?))
}

/// Makes a playlist, with nothing in it yet.
#[utoipa::path(post, path = "/api/v1/me/playlists", tag = "playlists", request_body = TitleBody,
    security(("bearer" = [])), responses(
    (status = 201, description = "Made", body = PlaylistJson),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 409, description = "There are a hundred already", body = Problem),
    (status = 422, description = "The title cannot be used", body = Problem)))]
pub(crate) async fn make(
    State(server): State<Server>,
    Me(signed): Me,
    Body(body): Body<TitleBody>,
) -> Result<(StatusCode, Json<PlaylistJson>), ApiError> {
    let made = playlist::make(&server.app, &signed, &body.title).await?;
    Ok((StatusCode::CREATED, Json(made.into())))
}

/// The playlists of an account, the newest first.
#[utoipa::path(get, path = "/api/v1/accounts/{handle}/playlists", tag = "playlists",
    params(("handle" = String, Path, description = "The handle"), PageQuery), responses(
    (status = 200, description = "The playlists", body = Page<PlaylistJson>),
    (status = 401, description = "The token opens nothing", body = Problem),
    (status = 404, description = "Nothing here", body = Problem),
    (status = 422, description = "A field cannot be used", body = Problem)))]
pub(crate) async fn of_account(
    State(server): State<Server>,
    Who(viewer): Who,
    Path(handle): Path<String>,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<PlaylistJson>>, ApiError> {
    Ok(page(playlist::of_profile(&server.app, &viewer, &handle, query.before()?, query.limit()?).await?))
}

/// A playlist and its videos, in its order. What may not be seen is left out, so that a page can be shorter than was asked
/// for and still have a next one.
#[utoipa::path(get, path = "/api/v1/playlists/{id}", tag = "playlists",
    params(("id" = String, Path, description = "The id of the playlist"), PageQuery), responses(
    (status = 200, description = "The playlist", body = PlaylistVideosJson),
    (status = 401, description = "The token opens nothing", body = Problem),
    (status = 404, description = "Nothing here", body = Problem),
    (status = 422, description = "A field cannot be used", body = Problem)))]
pub(crate) async fn get(
    State(server): State<Server>,
    Who(viewer): Who,
    Path(id): Path<String>,
    Query(query): Query<PageQuery>,
) -> Result<Json<PlaylistVideosJson>, ApiError> {
    let found = playlist::show(&server.app, &viewer, read_id(&id)?, query.number()?, query.limit()?).await?;
    Ok(Json(PlaylistVideosJson {
        playlist: found.playlist.into(),
        items: found.items.into_iter().map(VideoJson::from).collect(),
        next_cursor: found.next.map(cursor::write_number),
    }))
}

/// Calls one's own playlist something else.
#[utoipa::path(patch, path = "/api/v1/playlists/{id}", tag = "playlists", request_body = TitleBody,
    security(("bearer" = [])), params(("id" = String, Path, description = "The id of the playlist")), responses(
    (status = 200, description = "Changed", body = PlaylistJson),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 404, description = "Nothing here", body = Problem),
    (status = 422, description = "The title cannot be used", body = Problem)))]
pub(crate) async fn rename(
    State(server): State<Server>,
    Me(signed): Me,
    Path(id): Path<String>,
    Body(body): Body<TitleBody>,
) -> Result<Json<PlaylistJson>, ApiError> {
    Ok(Json(playlist::rename(&server.app, &signed, read_id(&id)?, &body.title).await?.into()))
}

/// Takes one's own playlist away. Its videos stay.
#[utoipa::path(delete, path = "/api/v1/playlists/{id}", tag = "playlists", security(("bearer" = [])),
    params(("id" = String, Path, description = "The id of the playlist")), responses(
    (status = 204, description = "Taken away"),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 404, description = "Nothing here", body = Problem)))]
pub(crate) async fn remove(
    State(server): State<Server>,
    Me(signed): Me,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    playlist::remove(&server.app, &signed, read_id(&id)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Puts one's own video at the end of one's own playlist. Doing it again changes nothing.
#[utoipa::path(put, path = "/api/v1/playlists/{id}/videos/{video}", tag = "playlists", security(("bearer" = [])),
    params(("id" = String, Path, description = "The id of the playlist"),
        ("video" = String, Path, description = "The id of the video")), responses(
    (status = 200, description = "It stands there", body = PlaylistJson),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 404, description = "Nothing here", body = Problem),
    (status = 409, description = "The playlist is full", body = Problem)))]
pub(crate) async fn put(
    State(server): State<Server>,
    Me(signed): Me,
    Path(both): Path<(String, String)>,
) -> Result<Json<PlaylistJson>, ApiError> {
    let (id, video) = read_both(&both)?;
    Ok(Json(playlist::put(&server.app, &signed, id, video).await?.into()))
}

/// Takes one's own video out of one's own playlist. Doing it again changes nothing.
#[utoipa::path(delete, path = "/api/v1/playlists/{id}/videos/{video}", tag = "playlists", security(("bearer" = [])),
    params(("id" = String, Path, description = "The id of the playlist"),
        ("video" = String, Path, description = "The id of the video")), responses(
    (status = 200, description = "It does not stand there", body = PlaylistJson),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 404, description = "Nothing here", body = Problem)))]
pub(crate) async fn take(
    State(server): State<Server>,
    Me(signed): Me,
    Path(both): Path<(String, String)>,
) -> Result<Json<PlaylistJson>, ApiError> {
    let (id, video) = read_both(&both)?;
    Ok(Json(playlist::take(&server.app, &signed, id, video).await?.into()))
}
