//! What is not published yet: uploads that are not at their end, and drafts.

use outro_app::AppError;
use outro_app::sound;
use outro_app::upload::{self, UploadView};
use outro_app::video::{self, Part, VideoChange, VideoView};
use outro_model::{Timestamp, VideoId};
use outro_pages::{ChosenSound, Chrome, DraftLine, DraftPage, FormState, Reframe, UnfinishedUpload};
use serde::Deserialize;

use super::cards::{audience, part, tile_state};
use super::place::go;
use super::privacy::circle;
use super::render::{Answer, OrPage as _, html};
use super::upload::chosen_sound;
use super::video::{NoFields, state};
use super::visit::{Member, Named, Posted};

/// How many drafts the page of uploads lists.
const DRAFTS: i64 = 50;

/// What the page of uploads lists of somebody.
pub(super) struct Waiting {
    pub(super) unfinished: Vec<UnfinishedUpload>,
    pub(super) drafts: Vec<DraftLine>,
}

impl Waiting {
    pub(super) async fn of(member: &Member) -> Result<Self, AppError> {
        let app = &member.visit.server.app;
        let unfinished = upload::list(app, &member.signed).await?.into_iter().map(unfinished).collect();
        let drafts = video::drafts(app, &member.signed, None, DRAFTS).await?.items.into_iter().map(line).collect();
        Ok(Self { unfinished, drafts })
    }
}

fn unfinished(view: UploadView) -> UnfinishedUpload {
    UnfinishedUpload {
        id: view.id.to_string(),
        filename: view.about.filename.unwrap_or_default(),
        size: i64::try_from(view.length).unwrap_or(i64::MAX),
        offset: i64::try_from(view.received).unwrap_or(i64::MAX),
        expires_at: view.expires_at.rfc3339(),
    }
}

fn line(view: VideoView) -> DraftLine {
    DraftLine {
        id: view.id.to_string(),
        cover_url: part(&view, Part::Cover),
        state: tile_state(&view),
        caption: view.caption,
        publish_at: view.draft.and_then(|draft| draft.publish_at),
    }
}

/// A draft of one's own; whatever else there is answers as what never was.
async fn own_draft(member: &Member, id: VideoId) -> Result<Draft, AppError> {
    let found = video::get(&member.visit.server.app, &member.visit.viewer, id).await?;
    let state = state(&found)?;
    if found.is_mine && found.draft.is_some() { Ok((found, state)) } else { Err(AppError::NotFound) }
}

/// A draft, and how far it is.
type Draft = (VideoView, outro_pages::VideoState);

/// `GET /upload/{id}`.
pub(super) async fn show(member: Member, Named(id): Named<VideoId>) -> Answer {
    let id = id.or_page(&member.visit)?;
    let found = own_draft(&member, id).await.or_page(&member.visit)?;
    let sound = chosen(&member, &found.0).await.or_page(&member.visit)?;
    Ok(html(page(member.visit.chrome, FormState::default(), (found, sound), DraftForm::default())))
}

/// The sound of another that a draft is to play, as long as it may be used.
async fn chosen(member: &Member, draft: &VideoView) -> Result<Option<ChosenSound>, AppError> {
    let Some((id, mixing)) = draft.mix else { return Ok(None) };
    let server = &member.visit.server;
    match sound::offered(&server.app, &member.signed, id, mixing.way).await {
        Ok(offered) => chosen_sound(server, &member.signed, offered, mixing).await.map(Some),
        Err(error @ (AppError::Internal(_) | AppError::SignInNeeded)) => Err(error),
        // Gone, or closed: it plays its own.
        Err(_) => Ok(None),
    }
}

fn page(
    chrome: Chrome,
    form: FormState,
    ((draft, state), sound): (Draft, Option<ChosenSound>),
    typed: DraftForm,
) -> String {
    let page = DraftPage {
        chrome,
        form,
        id: draft.id.to_string(),
        state,
        cover_url: part(&draft, Part::Cover),
        video_url: part(&draft, Part::Rendition),
        audience: audience(draft.audience),
        comments_from: circle(draft.comments_from),
        reframe: match draft.reframe {
            outro_model::Reframe::Fit => Reframe::Fit,
            outro_model::Reframe::Crop => Reframe::Crop,
            outro_model::Reframe::Follow => Reframe::Follow,
        },
        sound,
        sound_reuse: draft.sound_reuse,
        downloads: draft.downloads,
        duets: draft.duets,
        stitches: draft.stitches,
        age_restricted: draft.age_restricted,
        publish_at: draft.draft.and_then(|draft| draft.publish_at),
        publish_at_typed: typed.publish_at,
        caption: typed.caption.unwrap_or(draft.caption),
    };
    page.render()
}

/// What is said of a draft; what is not sent stays.
#[derive(Clone, Deserialize, Default)]
#[serde(default)]
pub(super) struct DraftForm {
    caption: Option<String>,
    audience: Option<String>,
    comments_from: Option<String>,
    sound_reuse: Option<String>,
    downloads: Option<String>,
    duets: Option<String>,
    stitches: Option<String>,
    age_restricted: Option<String>,
    reframe: Option<String>,
    sound_from_ms: Option<String>,
    sound_level: Option<String>,
    own_level: Option<String>,
    publish_at: String,
    offset_minutes: String,
    #[serde(rename = "do")]
    act: String,
}

impl DraftForm {
    fn change(&self) -> Result<VideoChange, AppError> {
        let publish_at = match self.act.as_str() {
            "schedule" => Some(Some(moment(&self.publish_at, &self.offset_minutes)?)),
            "unschedule" => Some(None),
            _ => None,
        };
        Ok(VideoChange {
            audience: self.audience.clone(),
            comments_from: self.comments_from.clone(),
            caption: self.caption.clone(),
            sound_reuse: self.sound_reuse.as_deref().map(|word| word != "false"),
            downloads: self.downloads.as_deref().map(|word| word != "false"),
            duets: self.duets.as_deref().map(|word| word != "false"),
            stitches: self.stitches.as_deref().map(|word| word != "false"),
            age_restricted: self.age_restricted.as_deref().map(|word| word != "false"),
            reframe: self.reframe.clone(),
            sound: None,
            sound_from_ms: number(&self.sound_from_ms, "sound_from_ms", "invalid_sound_from")?,
            sound_level: number(&self.sound_level, "sound_level", "invalid_level")?,
            own_level: number(&self.own_level, "sound_level", "invalid_level")?,
            draft: (self.act == "publish").then_some(false),
            publish_at,
        })
    }

    /// Where it leads when all is done.
    fn leads_to(&self, id: VideoId) -> String {
        match self.act.as_str() {
            "publish" => format!("/v/{id}?done=published"),
            "schedule" => format!("/upload/{id}?done=scheduled"),
            _ => format!("/upload/{id}?done=saved"),
        }
    }
}

/// A number as a slider says it.
fn number(typed: &Option<String>, field: &'static str, code: &'static str) -> Result<Option<i64>, AppError> {
    let wrong = |_| AppError::invalid(field, code, "Give a number.");
    typed.as_deref().map(|text| text.trim().parse::<i64>().map_err(wrong)).transpose()
}

/// A time as a browser's field says it, which knows no zone, and what is to be added for UTC.
fn moment(typed: &str, offset_minutes: &str) -> Result<String, AppError> {
    let wrong = || AppError::invalid("publish_at", "invalid_publish_at", "Choose a time from now on, within a year.");
    let offset: i64 = offset_minutes.trim().parse().unwrap_or_default();
    let seconds = if typed.len() == "2030-05-17T18:00".len() { ":00Z" } else { "Z" };
    let at = Timestamp::parse(&format!("{typed}{seconds}")).ok_or_else(wrong)?;
    Ok(at.plus_seconds(offset.clamp(-24 * 60, 24 * 60) * 60).rfc3339())
}

/// `POST /upload/{id}`.
pub(super) async fn change(Named(id): Named<VideoId>, Posted { member, form }: Posted<DraftForm>) -> Answer {
    let id = id.or_page(&member.visit)?;
    let before = own_draft(&member, id).await.or_page(&member.visit)?;
    let sound = chosen(&member, &before.0).await.or_page(&member.visit)?;
    let changed = match form.change() {
        Ok(change) => video::change(&member.visit.server.app, &member.signed, id, change).await,
        Err(error) => Err(error),
    };
    match changed {
        Ok(_) => Ok(go(&form.leads_to(id))),
        Err(error) => member.visit.again(error, |chrome, wrong| page(chrome, wrong, (before, sound), form)),
    }
}

/// `POST /uploads/{id}/discard`.
pub(super) async fn discard(Named(id): Named<VideoId>, Posted { member, .. }: Posted<NoFields>) -> Answer {
    let id = id.or_page(&member.visit)?;
    upload::end(&member.visit.server.app, &member.signed, id).await.or_page(&member.visit)?;
    Ok(go("/upload?done=discarded"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_with_what_the_browser_says_of_its_zone() {
        assert_eq!(moment("2030-05-17T18:00", "-120").unwrap(), "2030-05-17T16:00:00.000Z");
        assert_eq!(moment("2030-05-17T18:00", "").unwrap(), "2030-05-17T18:00:00.000Z");
        assert_eq!(moment("2030-05-17T18:00:30", "300").unwrap(), "2030-05-17T23:00:30.000Z");
        for wrong in ["", "soon", "2030-05-17", "2030-13-17T18:00"] {
            assert!(moment(wrong, "0").is_err(), "{wrong}");
        }
    }
}
