//! What became of one's videos.

use axum::Json;
use axum::extract::State;
use outro_app::statistics::{self, Day, Period};
use outro_model::{CameFrom, Numbers};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::views::VideoJson;
use crate::Server;
use crate::extract::{Path, Query, read_id};
use crate::problem::{ApiError, Problem};
use crate::who::Me;

/// The routes of this file.
pub(super) fn routes() -> OpenApiRouter<Server> {
    OpenApiRouter::new().routes(routes!(of_video)).routes(routes!(of_mine))
}

/// For how many days.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct DaysQuery {
    /// 7, 28 or 90 days up to today, in UTC; 28 when left out.
    days: Option<String>,
}

/// What happened. What is told of watchings is told of ten at once, so that nobody can be singled out: the last of them
/// wait until there are ten.
#[derive(Serialize, ToSchema)]
pub(crate) struct NumbersJson {
    /// How often it was seen, once a day of each viewer.
    views: i64,
    /// How many liked it, less those who took that back.
    likes: i64,
    /// How often it was passed on.
    shares: i64,
    /// How many comments were shown at once.
    comments: i64,
    /// Of how many watchings the following is told.
    watchings: i64,
    /// For how long these took, in milliseconds.
    watched_ms: i64,
    /// How many of them were to the end.
    finished: i64,
}

impl From<Numbers> for NumbersJson {
    fn from(numbers: Numbers) -> Self {
        let Numbers { views, likes, shares, comments, watchings, watched_ms, finished } = numbers;
        Self { views, likes, shares, comments, watchings, watched_ms, finished }
    }
}

/// What happened on a day.
#[derive(Serialize, ToSchema)]
pub(crate) struct DayJson {
    /// The day in UTC, as in `2026-03-02`.
    date: String,
    /// How often it was seen, once a day of each viewer.
    views: i64,
    /// How many liked it, less those who took that back.
    likes: i64,
    /// How often it was passed on.
    shares: i64,
    /// How many comments were shown at once.
    comments: i64,
    /// Of how many watchings the following is told: of ten at once, on the day of the tenth.
    watchings: i64,
    /// For how long these took, in milliseconds.
    watched_ms: i64,
    /// How many of them were to the end.
    finished: i64,
}

impl From<Day> for DayJson {
    fn from(Day { date, numbers }: Day) -> Self {
        let Numbers { views, likes, shares, comments, watchings, watched_ms, finished } = numbers;
        Self { date, views, likes, shares, comments, watchings, watched_ms, finished }
    }
}

/// How many came from a place.
#[derive(Serialize, ToSchema)]
pub(crate) struct CameFromJson {
    /// `for_you`, `following`, `friends`, `profile`, `sound`, `tag`, `search`, `message`, `link` or `other`.
    from: &'static str,
    /// How many.
    count: i64,
}

impl From<(CameFrom, i64)> for CameFromJson {
    fn from((from, count): (CameFrom, i64)) -> Self {
        Self { from: from.word(), count }
    }
}

/// What became of a video.
#[derive(Serialize, ToSchema)]
pub(crate) struct VideoStatisticsJson {
    /// Each day, also those on which nothing happened.
    days: Vec<DayJson>,
    /// All of them together.
    total: NumbersJson,
    /// How many of a thousand watchings went on at each twentieth of the video, from its beginning to its end, since it
    /// was published; 21 numbers, or none before there are ten watchings.
    retention: Vec<i64>,
    /// Where people came from since it was published, the most first.
    came_from: Vec<CameFromJson>,
}

/// What became of all of one's videos.
#[derive(Serialize, ToSchema)]
pub(crate) struct OwnStatisticsJson {
    /// Each day, also those on which nothing happened.
    days: Vec<DayJson>,
    /// All of them together.
    total: NumbersJson,
    /// Where people came from to the videos that are there, the most first.
    came_from: Vec<CameFromJson>,
    /// The videos that were seen most, at most ten.
    top: Vec<TopJson>,
}

/// One of the videos that were seen most.
#[derive(Serialize, ToSchema)]
pub(crate) struct TopJson {
    /// How often it was seen.
    views: i64,
    /// The video.
    video: VideoJson,
}

fn each<From, To: std::convert::From<From>>(all: Vec<From>) -> Vec<To> {
    all.into_iter().map(Into::into).collect()
}

/// What became of one's own video, by the day: numbers, and nothing of who watched.
#[utoipa::path(get, path = "/api/v1/videos/{id}/statistics", tag = "videos", security(("bearer" = [])),
    params(("id" = String, Path, description = "The id of the video"), DaysQuery), responses(
    (status = 200, description = "The numbers", body = VideoStatisticsJson),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 404, description = "Nothing here", body = Problem),
    (status = 422, description = "Another number of days", body = Problem)))]
pub(crate) async fn of_video(
    State(server): State<Server>,
    Me(signed): Me,
    Path(id): Path<String>,
    Query(DaysQuery { days }): Query<DaysQuery>,
) -> Result<Json<VideoStatisticsJson>, ApiError> {
    let (id, period) = (read_id(&id)?, Period::read(days.as_deref())?);
    let found = statistics::of_video(&server.app, &signed, id, period).await?;
    Ok(Json(VideoStatisticsJson {
        days: each(found.days),
        total: found.total.into(),
        retention: found.retention,
        came_from: each(found.came_from),
    }))
}

/// What became of all of one's videos, by the day.
#[utoipa::path(get, path = "/api/v1/me/statistics", tag = "me", security(("bearer" = [])), params(DaysQuery), responses(
    (status = 200, description = "The numbers", body = OwnStatisticsJson),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 422, description = "Another number of days", body = Problem)))]
pub(crate) async fn of_mine(
    State(server): State<Server>,
    Me(signed): Me,
    Query(DaysQuery { days }): Query<DaysQuery>,
) -> Result<Json<OwnStatisticsJson>, ApiError> {
    let found = statistics::of_mine(&server.app, &signed, Period::read(days.as_deref())?).await?;
    Ok(Json(OwnStatisticsJson {
        days: each(found.days),
        total: found.total.into(),
        came_from: each(found.came_from),
        top: found.top.into_iter().map(|top| TopJson { views: top.views, video: top.video.into() }).collect(),
    }))
}
