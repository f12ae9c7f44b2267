//! A single video, and what its owner and its viewers can do about it.

use outro_app::AppError;
use outro_app::video::{self, Part, VideoChange, VideoView};
use outro_model::{VideoId, VideoState};
use outro_pages::{DraftInfo, OwnerTools, VideoPage};
use serde::Deserialize;

use super::cards::{audience as audience_of, card, part, percent};
use super::place::go;
use super::privacy::circle;
use super::render::{Answer, OrPage as _, html};
use super::visit::{Named, Posted, Visit};

/// `GET /v/{id}`.
pub(super) async fn show(visit: Visit, Named(id): Named<VideoId>) -> Answer {
    let id = id.or_page(&visit)?;
    let found = video::get(&visit.server.app, &visit.viewer, id).await.or_page(&visit)?;
    let state = state(&found).or_page(&visit)?;
    let download_url = Some(part(&found, Part::Download)).filter(|url| !url.is_empty());
    let page = VideoPage {
        video: card(visit.chrome.lang, visit.chrome.may_act(), &found),
        state,
        owner: found.is_mine.then(|| OwnerTools {
            audience: audience_of(found.audience),
            comments_from: circle(found.comments_from),
            sound_reuse: found.sound_reuse,
            download_url,
        }),
        draft: found.draft.map(|draft| DraftInfo { publish_at: draft.publish_at }),
        chrome: visit.chrome,
    };
    Ok(html(page.render()))
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
    let AudienceForm { audience, comments_from, sound_reuse } = form;
    let sound_reuse = sound_reuse.map(|word| word != "false");
    let change = VideoChange { audience: Some(audience), comments_from, sound_reuse, ..VideoChange::default() };
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
