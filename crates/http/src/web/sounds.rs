//! The library of sounds, and the page of one.

use axum::extract::Query;
use axum::http::Uri;
use outro_app::sound::{self, Order, SoundView};
use outro_app::video::Part;
use outro_model::SoundId;
use outro_pages::{Sorted, SoundPage, SoundRow, SoundsPage, UseSound};
use serde::Deserialize;

use super::cards::{part, tile};
use super::place::{self, with_next};
use super::profile::LIMIT;
use super::render::{Answer, OrPage as _, failed, html};
use super::visit::{Named, Sent, Visit};
use crate::cursor;
use crate::routes::{Routes, get};
use crate::who::From;

/// The routes of this file.
pub(super) fn routes() -> Routes {
    Routes::new()
        // Looked for by a form that is posted: what somebody types stands in no address.
        .route("/sounds", get(library).post(search))
        .route("/sounds/{id}", get(show))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct SortQuery {
    sort: String,
}

/// `GET /sounds`.
async fn library(visit: Visit, uri: Uri) -> Answer {
    let before = place::before(&uri).or_page(&visit)?;
    let sort = Query::<SortQuery>::try_from_uri(&uri).map(|Query(query)| query.sort).unwrap_or_default();
    let (order, sorted, more) = match sort.as_str() {
        "new" => (Order::New, Sorted::New, "/sounds?sort=new&cursor="),
        _ => (Order::Trending, Sorted::Trending, "/sounds?cursor="),
    };
    let found = sound::list(&visit.server.app, &visit.viewer, order, before, LIMIT).await.or_page(&visit)?;
    let next_href = found.next.map(|next| format!("{more}{}", cursor::write(next)));
    let rows = found.items.into_iter().map(|sound| row(&visit, sound)).collect();
    let page = SoundsPage { chrome: visit.chrome, sorted, typed: String::new(), starting: false, rows, next_href };
    Ok(html(page.render()))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct SearchForm {
    q: String,
}

/// `POST /sounds`.
async fn search(From(origin): From, Sent { visit, form }: Sent<SearchForm>) -> Answer {
    let typed = form.q.chars().take(100).collect::<String>();
    let page = |visit: Visit, typed, starting, rows| {
        SoundsPage { chrome: visit.chrome, sorted: Sorted::Search, typed, starting, rows, next_href: None }.render()
    };
    if typed.trim().is_empty() {
        return Ok(html(page(visit, typed, false, vec![])));
    }
    match sound::search(&visit.server.app, &visit.viewer, &origin, &typed, LIMIT).await {
        Ok(found) => {
            let rows = found.into_iter().map(|sound| row(&visit, sound)).collect();
            Ok(html(page(visit, typed, false, rows)))
        }
        Err(error) if error.is_refused("search_warming_up") => {
            let page = page(visit, typed, true, vec![]);
            Ok(failed(&error, page))
        }
        Err(error) => Err(visit.stop(error)),
    }
}

fn row(visit: &Visit, sound: SoundView) -> SoundRow {
    SoundRow {
        href: format!("/sounds/{}", sound.id),
        cover_url: part(&sound.video, Part::Cover),
        audio_url: part(&sound.video, Part::Rendition),
        duration_ms: sound.video.duration_ms,
        use_count: sound.use_count,
        use_href: match usable(visit, &sound) {
            UseSound::Here(href) => Some(href),
            UseSound::Away | UseSound::Closed => None,
        },
        title: sound.title,
        handle: sound.video.handle,
    }
}

fn usable(visit: &Visit, sound: &SoundView) -> UseSound {
    let new = format!("/upload?sound={}", sound.id);
    match (sound.can_use, sound.lent) {
        (true, _) => UseSound::Here(new),
        (false, true) if visit.viewer.is_none() => UseSound::Here(with_next("/login", &new)),
        (false, true) => UseSound::Away,
        (false, false) => UseSound::Closed,
    }
}

/// `GET /sounds/{id}`.
async fn show(visit: Visit, Named(id): Named<SoundId>, uri: Uri) -> Answer {
    let id = id.or_page(&visit)?;
    let before = place::before(&uri).or_page(&visit)?;
    let (app, viewer) = (&visit.server.app, &visit.viewer);
    let found = sound::get(app, viewer, id).await.or_page(&visit)?;
    let videos = sound::videos(app, viewer, id, before, LIMIT).await.or_page(&visit)?;
    let usable = usable(&visit, &found);
    let page = SoundPage {
        video_href: format!("/v/{}", found.video.id),
        cover_url: part(&found.video, Part::Cover),
        audio_url: part(&found.video, Part::Rendition),
        duration_ms: found.video.duration_ms,
        peaks: found.peaks,
        handle: found.video.handle,
        caption: found.video.caption,
        use_count: found.use_count,
        usable,
        tiles: videos.items.iter().map(tile).collect(),
        next_href: videos.next.map(|next| format!("/sounds/{id}?cursor={}", cursor::write(next))),
        chrome: visit.chrome,
    };
    Ok(html(page.render()))
}
