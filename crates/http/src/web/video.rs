//! A single video, and what its owner and its viewers can do about it.

use outro_app::AppError;
use outro_app::playlist::{self, Around};
use outro_app::video::{self, Part, VideoChange, VideoView};
use outro_model::{VideoId, VideoState};
use outro_pages::{DraftInfo, ListPlace, OwnerTools, VideoPage};
use serde::Deserialize;

use axum::http::Uri;

use super::cards::{audience as audience_of, card, part, percent};
use super::place::{self, go};
use super::privacy::circle;
use super::render::{Answer, OrPage as _, html};
use super::visit::{Named, Posted, Visit};

/// `GET /v/{id}`.
pub(super) async fn show(visit: Visit, Named(id): Named<VideoId>, uri: Uri) -> Answer {
    let id = id.or_page(&visit)?;
    let found = video::get(&visit.server.app, &visit.viewer, id).await.or_page(&visit)?;
    let state = state(&found).or_page(&visit)?;
    let download_url = Some(part(&found, Part::Download)).filter(|url| !url.is_empty());
    let list = in_list(&visit, &uri, id).await.or_page(&visit)?;
    let page = VideoPage {
        list,
        video: card(visit.chrome.lang, visit.chrome.may_act(), &found),
        state,
        owner: found.is_mine.then(|| OwnerTools {
            audience: audience_of(found.audience),
            comments_from: circle(found.comments_from),
            sound_reuse: found.sound_reuse,
            downloads: found.downloads,
            duets: found.duets,
            stitches: found.stitches,
            age_restricted: found.age_restricted,
            pinned: found.pinned,
            can_pin: found.draft.is_none(),
            download_url,
        }),
        draft: found.draft.map(|draft| DraftInfo { publish_at: draft.publish_at }),
        chrome: visit.chrome,
    };
    Ok(html(page.render()))
}

/// Where a video stands in the playlist that it is looked at in. What is no playlist of it is passed over: the video is
/// there all the same.
async fn in_list(visit: &Visit, uri: &Uri, id: VideoId) -> Result<Option<ListPlace>, AppError> {
    let Some(list) = place::list(uri) else { return Ok(None) };
    let Around { playlist, previous, next } = match playlist::around(&visit.server.app, &visit.viewer, list, id).await {
        Ok(around) => around,
        Err(AppError::NotFound) => return Ok(None),
        Err(error) => return Err(error),
    };
    let href = |video: VideoId| format!("/v/{video}?list={list}");
    Ok(Some(ListPlace {
        title: playlist.title,
        href: format!("/playlist/{list}"),
        previous_href: previous.map(href),
        next_href: next.map(href),
    }))
}

pub(super) fn state(video: &VideoView) -> Result<outro_pages::VideoState, AppError> {
    match video.state {
        VideoState::Ready => Ok(outro_pages::VideoState::Ready),
        VideoState::Processing => Ok(outro_pages::VideoState::Processing { percent: percent(video.progress) }),
        VideoState::Failed => {
            let failure = video.failure.as_ref();
            let code = failure.map(|failure| failure.code.clone()).unwrap_or_default();
            let detail = failure.map(|failure| failure.detail.to_owned()).unwrap_or_default();
            Ok(outro_pages::VideoState::Failed { code, detail })
        }
        VideoState::Removing => Err(AppError::NotFound),
    }
}

/// A form with no field of its own.
#[derive(Deserialize)]
pub(super) struct NoFields {}

/// Who is to see a video.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct AudienceForm {
    audience: String,
    comments_from: Option<String>,
    sound_reuse: Option<String>,
    downloads: Option<String>,
    duets: Option<String>,
    stitches: Option<String>,
    age_restricted: Option<String>,
}

/// Whether a video is to be liked.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct LikeForm {
    liked: String,
}

/// `POST /videos/{id}/audience`.
pub(super) async fn audience(Named(id): Named<VideoId>, Posted { member, form }: Posted<AudienceForm>) -> Answer {
    let id = id.or_page(&member.visit)?;
    let said = |word: Option<String>| word.map(|word| word != "false");
    let change = VideoChange {
        audience: Some(form.audience),
        comments_from: form.comments_from,
        sound_reuse: said(form.sound_reuse),
        downloads: said(form.downloads),
        duets: said(form.duets),
        stitches: said(form.stitches),
        age_restricted: said(form.age_restricted),
        ..VideoChange::default()
    };
    let changed = video::change(&member.visit.server.app, &member.signed, id, change).await;
    changed.or_page(&member.visit)?;
    Ok(go(&format!("/v/{id}?done=saved")))
}

/// `POST /videos/{id}/like`, for browsers without scripts.
pub(super) async fn like(Named(id): Named<VideoId>, Posted { member, form }: Posted<LikeForm>) -> Answer {
    let id = id.or_page(&member.visit)?;
    let app = &member.visit.server.app;
    let set = match form.liked.as_str() {
        "false" => outro_app::unlike(app, &member.signed, id).await,
        _ => outro_app::like(app, &member.signed, id).await,
    };
    set.or_page(&member.visit)?;
    Ok(go(&format!("/v/{id}")))
}

/// Whether a video is to stand first on its owner's profile.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct PinForm {
    pinned: String,
}

/// `POST /videos/{id}/pin`.
pub(super) async fn pin(Named(id): Named<VideoId>, Posted { member, form }: Posted<PinForm>) -> Answer {
    let id = id.or_page(&member.visit)?;
    let app = &member.visit.server.app;
    let set = match form.pinned.as_str() {
        "false" => video::unpin(app, &member.signed, id).await,
        _ => video::pin(app, &member.signed, id).await,
    };
    set.or_page(&member.visit)?;
    Ok(go(&format!("/v/{id}?done=saved")))
}

/// Where a video is taken away from.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct DeleteForm {
    back: String,
}

/// `POST /videos/{id}/delete`.
pub(super) async fn delete(Named(id): Named<VideoId>, Posted { member, form }: Posted<DeleteForm>) -> Answer {
    let id = id.or_page(&member.visit)?;
    video::remove(&member.visit.server.app, &member.signed, id).await.or_page(&member.visit)?;
    if form.back == "/upload" {
        return Ok(go("/upload?done=discarded"));
    }
    Ok(go(&format!("/@{}?done=video_deleted", member.me.handle)))
}
