//! `me/privacy`, `me/see-as` and `me/videos/audience`: who may see, find, message and comment.

use axum::Json;
use axum::extract::State;
use outro_app::privacy::{self, Privacy, PrivacyChoice, Seen, SeenProfile, Sight};
use outro_app::{AppError, Signed};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::views::{PrivacyView, ProfileView, VideoJson};
use crate::Server;
use crate::cursor::{self, PageQuery};
use crate::extract::{Body, Path, Query};
use crate::problem::{ApiError, Problem};
use crate::who::Me;

/// What is changed; what is left out stays. It holds from the next request on, also for addresses that
/// were handed out before and for streams that are open.
#[derive(Deserialize, ToSchema)]
pub(crate) struct PrivacyChangeBody {
    /// Whether strangers see the card only.
    private_account: Option<bool>,
    /// Whether the account may be suggested to others.
    discoverable: Option<bool>,
    /// Whether the account is found by searching for its name.
    searchable: Option<bool>,
    /// `everyone`, `friends` or `no_one`.
    messages_from: Option<String>,
    /// `everyone`, `followers`, `friends` or `no_one`.
    comments_from: Option<String>,
    /// Whether the account is kept and, to others, is as if it had never been.
    on_hiatus: Option<bool>,
}

impl From<Privacy> for PrivacyView {
    fn from(privacy: Privacy) -> Self {
        let Privacy { private_account, discoverable, searchable, messages_from, comments_from, on_hiatus } = privacy;
        let (messages_from, comments_from) = (messages_from.word(), comments_from.word());
        Self { private_account, discoverable, searchable, messages_from, comments_from, on_hiatus }
    }
}

/// Who may see, find, message and comment.
#[utoipa::path(get, path = "/api/v1/me/privacy", tag = "me", security(("bearer" = [])), responses(
    (status = 200, description = "The settings", body = PrivacyView),
    (status = 401, description = "Not signed in", body = Problem)))]
pub(crate) async fn get(State(server): State<Server>, Me(signed): Me) -> Result<Json<PrivacyView>, ApiError> {
    Ok(Json(privacy::settings(&server.app, &signed).await?.into()))
}

/// Changes who may see, find, message and comment.
#[utoipa::path(patch, path = "/api/v1/me/privacy", tag = "me", request_body = PrivacyChangeBody,
    security(("bearer" = [])), responses(
    (status = 200, description = "The settings as they are now", body = PrivacyView),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 422, description = "A field cannot be used", body = Problem)))]
pub(crate) async fn change(
    State(server): State<Server>,
    Me(signed): Me,
    Body(body): Body<PrivacyChangeBody>,
) -> Result<Json<PrivacyView>, ApiError> {
    let PrivacyChangeBody { private_account, discoverable, searchable, messages_from, comments_from, on_hiatus } = body;
    let choice = PrivacyChoice { private_account, discoverable, searchable, messages_from, comments_from, on_hiatus };
    Ok(Json(privacy::change(&server.app, &signed, &choice).await?.into()))
}

/// Which videos are for whom: either `videos` or `all`.
#[derive(Deserialize, ToSchema)]
pub(crate) struct AudiencesBody {
    /// `everyone`, `followers`, `friends` or `only_me`.
    audience: String,
    /// Ids of 1 to 500 videos of one's own. If one of them is not, none is changed.
    videos: Option<Vec<String>>,
    /// `true`: every video one has.
    all: Option<bool>,
}

/// How many videos have the audience now.
#[derive(Serialize, ToSchema)]
pub(crate) struct AudiencesView {
    /// The audience.
    audience: &'static str,
    /// Of `videos`, how many were named; of `all`, how many had another audience before.
    changed: u64,
}

/// Sets who may see many of one's videos at once. When this answers, it holds for all of them.
#[utoipa::path(post, path = "/api/v1/me/videos/audience", tag = "videos", request_body = AudiencesBody,
    security(("bearer" = [])), responses(
    (status = 200, description = "Changed", body = AudiencesView),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 404, description = "One of the videos is not there, and none was changed", body = Problem),
    (status = 422, description = "A field cannot be used", body = Problem)))]
pub(crate) async fn set_audiences(
    State(server): State<Server>,
    Me(signed): Me,
    Body(AudiencesBody { audience, videos, all }): Body<AudiencesBody>,
) -> Result<Json<AudiencesView>, ApiError> {
    let named = match (&videos, all.unwrap_or_default()) {
        (Some(videos), false) => Some(videos.as_slice()),
        (None, true) => None,
        _ => return Err(AppError::invalid("videos", "invalid_videos", "Give either videos or all.").into()),
    };
    let (audience, changed) = privacy::set_audiences(&server.app, &signed, &audience, named).await?;
    Ok(Json(AudiencesView { audience: audience.word(), changed }))
}

/// With whose eyes.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct SightQuery {
    /// `anyone` (when not given: without an account), `stranger`, `follower` or `friend`.
    viewer: Option<String>,
}

/// One's own profile, as others see it.
#[derive(Serialize, ToSchema)]
pub(crate) struct SeenView {
    /// What the one who looks is to oneself: `anonymous`, `stranger`, `requested`, `follower`, `friend` or
    /// `owner`.
    relation: &'static str,
    /// The profile exactly as they get it; null where they get the same as of what never was.
    profile: Option<ProfileView>,
    /// Why they see no profile, or the card alone; null where they see all of it.
    reason: Option<&'static str>,
    /// The page of videos, the newest first, with those that they do not see.
    items: Vec<SeenVideo>,
    /// Give it as `cursor` to get the next page; null at the end.
    next_cursor: Option<String>,
}

/// A video, and whether others see it.
#[derive(Serialize, ToSchema)]
pub(crate) struct SeenVideo {
    /// Whether they see it.
    visible: bool,
    /// Why not; null where they do.
    reason: Option<&'static str>,
    /// The video: exactly as they get it, or, where they do not, as its owner does.
    video: VideoJson,
}

impl From<Seen> for SeenView {
    fn from(seen: Seen) -> Self {
        let Seen { relation, profile, videos, hidden, next, .. } = seen;
        let (profile, reason) = match profile {
            SeenProfile::Shown(profile, reason) => (Some((*profile).into()), reason),
            SeenProfile::Nothing(reason) => (None, Some(reason)),
        };
        let shown = videos.into_iter().map(|video| SeenVideo { visible: true, reason: None, video: video.into() });
        let hidden = hidden.into_iter().map(|hidden| SeenVideo {
            visible: false,
            reason: Some(hidden.reason),
            video: hidden.video.into(),
        });
        Self { relation, profile, reason, items: shown.chain(hidden).collect(), next_cursor: next.map(cursor::write) }
    }
}

async fn seen(
    server: &Server,
    signed: &Signed,
    sight: Sight<'_>,
    page: &PageQuery,
) -> Result<Json<SeenView>, ApiError> {
    let seen = privacy::see_as(&server.app, signed, sight, page.before()?, page.limit()?).await?;
    Ok(Json(seen.into()))
}

/// One's own profile and videos, as others see them: first the videos that they see, then those that they
/// do not, each with its reason.
#[utoipa::path(get, path = "/api/v1/me/see-as", tag = "me", security(("bearer" = [])),
    params(SightQuery, PageQuery), responses(
    (status = 200, description = "What they see", body = SeenView),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 422, description = "A field cannot be used", body = Problem)))]
pub(crate) async fn see_as(
    State(server): State<Server>,
    Me(signed): Me,
    Query(sight): Query<SightQuery>,
    Query(page): Query<PageQuery>,
) -> Result<Json<SeenView>, ApiError> {
    let sight = Sight::of_word(sight.viewer.as_deref().unwrap_or("anyone"))?;
    seen(&server, &signed, sight, &page).await
}

/// One's own profile and videos, as the account of a handle sees them.
#[utoipa::path(get, path = "/api/v1/me/see-as/{handle}", tag = "me", security(("bearer" = [])),
    params(("handle" = String, Path, description = "The handle"), PageQuery), responses(
    (status = 200, description = "What they see", body = SeenView),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 404, description = "Nothing here", body = Problem),
    (status = 422, description = "A field cannot be used", body = Problem)))]
pub(crate) async fn see_as_handle(
    State(server): State<Server>,
    Me(signed): Me,
    Path(handle): Path<String>,
    Query(page): Query<PageQuery>,
) -> Result<Json<SeenView>, ApiError> {
    seen(&server, &signed, Sight::Handle(&handle), &page).await
}
