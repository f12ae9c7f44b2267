//! Profiles.

use axum::http::Uri;
use outro_app::video::{self, VideoPage};
use outro_app::{AppError, account};
use outro_pages::{Contact, ProfilePage};

use super::cards::tile;
use super::place;
use super::render::{Answer, OrPage as _, html};
use super::visit::{Named, Visit};
use crate::cursor;

/// Covers of one page: a number that fills rows of two, three and four.
const LIMIT: i64 = 24;

/// `GET /@handle`.
pub(super) async fn show(visit: Visit, Named(name): Named<String>, uri: Uri) -> Answer {
    let name = name.or_page(&visit)?;
    let handle = name.strip_prefix('@').ok_or(AppError::NotFound).or_page(&visit)?;
    let before = place::before(&uri).or_page(&visit)?;
    let (app, viewer) = (&visit.server.app, &visit.viewer);
    let found = account::profile(app, viewer, handle).await.or_page(&visit)?;
    let videos = match &found.content {
        Some(_) => video::of_profile(app, viewer, handle, before, LIMIT).await.or_page(&visit)?,
        None => VideoPage { items: vec![], next: None },
    };
    let next_href = videos.next.map(|next| format!("/@{}?cursor={}", found.handle, cursor::write(next)));
    let content = found.content.as_ref();
    let page = ProfilePage {
        chrome: visit.chrome,
        bio: content.map(|content| content.bio.clone()).unwrap_or_default(),
        like_total: content.map_or(0, |content| content.like_count),
        video_count: content.map_or(0, |content| content.video_count),
        handle: found.handle,
        display_name: found.display_name,
        is_self: found.is_me,
        private_account: found.private_account,
        contact: match found.takes_messages {
            Some(true) => Contact::Open,
            Some(false) => Contact::Closed,
            None => Contact::Unsaid,
        },
        locked: found.content.is_none(),
        tiles: videos.items.iter().map(tile).collect(),
        next_href,
    };
    Ok(html(page.render()))
}
