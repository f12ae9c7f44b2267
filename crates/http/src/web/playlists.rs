//! The pages of playlists.

use axum::http::Uri;
use outro_app::AppError;
use outro_app::playlist::{self, PlaylistView};
use outro_app::video::Part;
use outro_model::{PlaylistId, VideoId};
use outro_pages::{Chrome, FormState, ListChoice, ListTile, PlaylistPage, PlaylistsPage, PutInListPage, Tile};
use serde::Deserialize;

use super::cards::tile;
use super::place::{self, go};
use super::profile::LIMIT;
use super::render::{Answer, OrPage as _, html};
use super::visit::{Member, Named, Posted, Visit};
use crate::cursor;
use crate::extract::read_id;
use crate::media::address;
use crate::routes::{Routes, get, post};

/// Playlists of one page: all that one account may have.
pub(super) const LISTS: i64 = 100;

/// The routes of this file.
pub(super) fn routes() -> Routes {
    Routes::new()
        .route("/playlists", get(own).post(make))
        .route("/playlist/{id}", get(show).post(change))
        .route("/playlist/{id}/take", post(take))
        .route("/videos/{id}/playlists", get(choose).post(put))
}

/// A playlist in a list of them.
pub(super) fn list_tile(view: &PlaylistView) -> ListTile {
    ListTile {
        href: format!("/playlist/{}", view.id),
        title: view.title.clone(),
        cover_url: view.first.map(|video| address(video, Part::Cover)).unwrap_or_default(),
        count: view.video_count,
    }
}

fn own_page(chrome: Chrome, form: FormState, handle: String, lists: &[PlaylistView], title: String) -> String {
    PlaylistsPage { chrome, form, handle, lists: lists.iter().map(list_tile).collect(), title }.render()
}

/// `GET /playlists`.
async fn own(Member { visit, signed, me }: Member) -> Answer {
    let found = playlist::own(&visit.server.app, &signed, None, LISTS).await.or_page(&visit)?;
    Ok(html(own_page(visit.chrome, FormState::default(), me.handle, &found.items, String::new())))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct TitleForm {
    title: String,
    #[serde(rename = "do")]
    act: String,
}

/// `POST /playlists`.
async fn make(Posted { member, form }: Posted<TitleForm>) -> Answer {
    let app = &member.visit.server.app;
    match playlist::make(app, &member.signed, &form.title).await {
        Ok(made) => Ok(go(&format!("/playlist/{}", made.id))),
        Err(error) => {
            let found = playlist::own(app, &member.signed, None, LISTS).await.or_page(&member.visit)?;
            let handle = member.me.handle.clone();
            member.visit.again(error, |chrome, wrong| own_page(chrome, wrong, handle, &found.items, form.title))
        }
    }
}

async fn page(visit: &Visit, id: PlaylistId, after: Option<u64>) -> Result<PlaylistPage, AppError> {
    let found = playlist::show(&visit.server.app, &visit.viewer, id, after, LIMIT).await?;
    let in_list =
        |video: &outro_app::video::VideoView| Tile { href: format!("/v/{}?list={id}", video.id), ..tile(video) };
    Ok(PlaylistPage {
        chrome: visit.chrome.clone(),
        form: FormState::default(),
        id: id.to_string(),
        handle: found.playlist.handle,
        title: found.playlist.title,
        typed: None,
        is_owner: found.playlist.is_mine,
        count: found.playlist.video_count,
        tiles: found.items.iter().map(|video| (video.id.to_string(), in_list(video))).collect(),
        next_href: found.next.map(|next| format!("/playlist/{id}?cursor={}", cursor::write_number(next))),
    })
}

/// `GET /playlist/{id}`.
async fn show(visit: Visit, Named(id): Named<PlaylistId>, uri: Uri) -> Answer {
    let id = id.or_page(&visit)?;
    let after = place::number(&uri).or_page(&visit)?;
    Ok(html(page(&visit, id, after).await.or_page(&visit)?.render()))
}

/// `POST /playlist/{id}`.
async fn change(Named(id): Named<PlaylistId>, Posted { member, form }: Posted<TitleForm>) -> Answer {
    let id = id.or_page(&member.visit)?;
    let app = &member.visit.server.app;
    if form.act == "delete" {
        playlist::remove(app, &member.signed, id).await.or_page(&member.visit)?;
        return Ok(go("/playlists?done=playlist_deleted"));
    }
    match playlist::rename(app, &member.signed, id, &form.title).await {
        Ok(_) => Ok(go(&format!("/playlist/{id}?done=saved"))),
        Err(error) => {
            let before = page(&member.visit, id, None).await.or_page(&member.visit)?;
            let typed = Some(form.title);
            member.visit.again(error, |chrome, form| PlaylistPage { chrome, form, typed, ..before }.render())
        }
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct TakeForm {
    video: String,
}

/// `POST /playlist/{id}/take`.
async fn take(Named(id): Named<PlaylistId>, Posted { member, form }: Posted<TakeForm>) -> Answer {
    let id = id.or_page(&member.visit)?;
    let video = read_id(&form.video).or_page(&member.visit)?;
    playlist::take(&member.visit.server.app, &member.signed, id, video).await.or_page(&member.visit)?;
    Ok(go(&format!("/playlist/{id}?done=saved")))
}

async fn choice(member: &Member, id: VideoId) -> Result<PutInListPage, AppError> {
    let lists = playlist::holding(&member.visit.server.app, &member.signed, id).await?;
    let choice = |(view, is_in): &(PlaylistView, bool)| ListChoice {
        id: view.id.to_string(),
        list: list_tile(view),
        is_in: *is_in,
    };
    Ok(PutInListPage {
        chrome: member.visit.chrome.clone(),
        form: FormState::default(),
        video: id.to_string(),
        lists: lists.iter().map(choice).collect(),
        title: String::new(),
    })
}

/// `GET /videos/{id}/playlists`.
async fn choose(member: Member, Named(id): Named<VideoId>) -> Answer {
    let id = id.or_page(&member.visit)?;
    Ok(html(choice(&member, id).await.or_page(&member.visit)?.render()))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct PutForm {
    playlist: String,
    title: String,
    #[serde(rename = "in")]
    to: String,
}

/// `POST /videos/{id}/playlists`.
async fn put(Named(id): Named<VideoId>, Posted { member, form }: Posted<PutForm>) -> Answer {
    let id = id.or_page(&member.visit)?;
    let before = choice(&member, id).await.or_page(&member.visit)?;
    match set(&member, id, &form).await {
        Ok(()) => Ok(go(&format!("/videos/{id}/playlists?done=saved"))),
        Err(error) => {
            let title = form.title;
            member.visit.again(error, |chrome, form| PutInListPage { chrome, form, title, ..before }.render())
        }
    }
}

/// Puts a video into a playlist, or takes it out; where none is named, into a new one.
async fn set(member: &Member, id: VideoId, form: &PutForm) -> Result<(), AppError> {
    let (app, signed) = (&member.visit.server.app, &member.signed);
    let list = match form.playlist.as_str() {
        "" => playlist::make(app, signed, &form.title).await?.id,
        list => read_id(list)?,
    };
    match form.to.as_str() {
        "false" => playlist::take(app, signed, list, id).await?,
        _ => playlist::put(app, signed, list, id).await?,
    };
    Ok(())
}
