//! The studio: what became of one's videos.

use axum::extract::Query;
use axum::http::Uri;
use outro_app::AppError;
use outro_app::statistics::{self, Day, Period};
use outro_app::video::Part;
use outro_model::{CameFrom, Numbers, VideoId};
use outro_pages::{DayNumbers, Figures, StatisticsDay, StudioPage, StudioVideoPage, TopVideo};
use serde::Deserialize;

use super::cards::part;
use super::render::{Answer, OrPage as _, html};
use super::visit::{Member, Named};
use crate::routes::{Routes, get};

/// The routes of this file.
pub(super) fn routes() -> Routes {
    Routes::new().route("/studio", get(show)).route("/studio/videos/{id}", get(of_video))
}

/// What the address says.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Chosen {
    days: Option<String>,
}

/// The period of an address; one that is none leads nowhere.
fn period(uri: &Uri) -> Result<Period, AppError> {
    let Query(Chosen { days }) = Query::<Chosen>::try_from_uri(uri).map_err(|_| AppError::NotFound)?;
    Period::read(days.as_deref()).map_err(|_| AppError::NotFound)
}

const fn numbers(of: &Numbers) -> DayNumbers {
    let Numbers { views, likes, shares, comments, watchings, watched_ms, finished } = *of;
    DayNumbers { views, likes, shares, comments, watchings, watched_ms, finished }
}

fn figures(period: Period, days: Vec<Day>, total: &Numbers, came_from: Vec<(CameFrom, i64)>) -> Figures {
    let day = |day: Day| StatisticsDay { numbers: numbers(&day.numbers), date: day.date };
    Figures {
        period: period.days(),
        periods: Period::ALL.iter().map(|period| period.days()).collect(),
        days: days.into_iter().map(day).collect(),
        total: numbers(total),
        came_from: came_from.into_iter().map(|(from, count)| (from.word().to_owned(), count)).collect(),
    }
}

/// `GET /studio`.
async fn show(Member { visit, signed, .. }: Member, uri: Uri) -> Answer {
    let period = period(&uri).or_page(&visit)?;
    let found = statistics::of_mine(&visit.server.app, &signed, period).await.or_page(&visit)?;
    let top = found.top.into_iter().map(|top| TopVideo {
        id: top.video.id.to_string(),
        cover_url: part(&top.video, Part::Cover),
        caption: top.video.caption,
        views: top.views,
    });
    let top = top.collect();
    let figures = figures(period, found.days, &found.total, found.came_from);
    Ok(html(StudioPage { chrome: visit.chrome, figures, top }.render()))
}

/// `GET /studio/videos/{id}`.
async fn of_video(Member { visit, signed, .. }: Member, Named(id): Named<VideoId>, uri: Uri) -> Answer {
    let (id, period) = (id.or_page(&visit)?, period(&uri).or_page(&visit)?);
    let found = statistics::of_video(&visit.server.app, &signed, id, period).await.or_page(&visit)?;
    let page = StudioVideoPage {
        figures: figures(period, found.days, &found.total, found.came_from),
        id: id.to_string(),
        cover_url: part(&found.video, Part::Cover),
        duration_ms: found.video.duration_ms,
        caption: found.video.caption,
        retention: found.retention,
        chrome: visit.chrome,
    };
    Ok(html(page.render()))
}
