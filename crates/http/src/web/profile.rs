//! Profiles.

use axum::http::Uri;
use outro_app::AppError;
use outro_app::account::{self, Profile};
use outro_app::playlist;
use outro_app::video::{self, VideoPage, VideoView};
use outro_pages::{AccountMenu, Chrome, Contact, ProfilePage, Tile};

use super::cards::tile;
use super::graph::{button, offers_follow};
use super::place;
use super::playlists::{LISTS, list_tile};
use super::render::{Answer, OrPage as _, html};
use super::visit::{Named, Visit};
use crate::cursor;

/// Covers of one page: a number that fills rows of two, three and four.
pub(super) const LIMIT: i64 = 24;

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
    // What stands first stands there once: on the first page, before the others.
    let (first, lists) = match (&found.content, before) {
        (Some(_), None) => (
            video::pinned(app, viewer, handle).await.or_page(&visit)?,
            playlist::of_profile(app, viewer, handle, None, LISTS).await.or_page(&visit)?.items,
        ),
        _ => (vec![], vec![]),
    };
    let mut videos = videos.items;
    videos.retain(|video| !video.pinned);
    let mut page = page_of(visit.chrome, found, &videos, next_href);
    page.tiles.splice(0..0, first.iter().map(|video| Tile { pinned: true, ..tile(video) }));
    // Of a playlist in which the viewer sees nothing, nothing is shown to others.
    let shown = lists.iter().filter(|list| list.is_mine || list.video_count > 0);
    page.playlists = shown.map(list_tile).collect();
    Ok(html(page.render()))
}

/// The page of a profile, as whoever it was opened for sees it.
pub(super) fn page_of(chrome: Chrome, found: Profile, videos: &[VideoView], next_href: Option<String>) -> ProfilePage {
    let content = found.content.as_ref();
    let (address, signed_in) = (format!("/@{}", found.handle), chrome.viewer.is_some());
    ProfilePage {
        bio: content.map(|content| content.bio.clone()).unwrap_or_default(),
        like_total: content.map_or(0, |content| content.like_count),
        video_count: content.map_or(0, |content| content.video_count),
        follower_count: content.map_or(0, |content| content.follower_count),
        following_count: content.map_or(0, |content| content.following_count),
        follow: (!found.is_me && offers_follow(&chrome, found.follow))
            .then(|| button(&found.handle, found.follow, found.follows_me, found.private_account, &address)),
        asks_you: found.asks_me,
        menu: (signed_in && !found.is_me).then_some(AccountMenu { muted: found.muted, follows_you: found.follows_me }),
        requests_wait: found.requests_wait,
        chrome,
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
        tiles: videos.iter().map(tile).collect(),
        drafts: found.drafts,
        playlists: vec![],
        next_href,
        seen: None,
    }
}
