//! The page of a sound.

use axum::http::Uri;
use outro_app::sound;
use outro_app::video::Part;
use outro_model::SoundId;
use outro_pages::{SoundPage, UseSound};

use super::cards::{part, tile};
use super::place::{self, with_next};
use super::profile::LIMIT;
use super::render::{Answer, OrPage as _, html};
use super::visit::{Named, Visit};
use crate::cursor;
use crate::routes::{Routes, get};

/// The routes of this file.
pub(super) fn routes() -> Routes {
    Routes::new().route("/sounds/{id}", get(show))
}

/// `GET /sounds/{id}`.
async fn show(visit: Visit, Named(id): Named<SoundId>, uri: Uri) -> Answer {
    let id = id.or_page(&visit)?;
    let before = place::before(&uri).or_page(&visit)?;
    let (app, viewer) = (&visit.server.app, &visit.viewer);
    let found = sound::get(app, viewer, id).await.or_page(&visit)?;
    let videos = sound::videos(app, viewer, id, before, LIMIT).await.or_page(&visit)?;
    let new = format!("/upload?sound={id}");
    let usable = match (found.can_use, found.lent) {
        (true, _) => UseSound::Here(new),
        (false, true) if viewer.is_none() => UseSound::Here(with_next("/login", &new)),
        (false, true) => UseSound::Away,
        (false, false) => UseSound::Closed,
    };
    let page = SoundPage {
        video_href: format!("/v/{}", found.video.id),
        cover_url: part(&found.video, Part::Cover),
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
