//! The editor, and what of it works without scripts: one piece, its speed, captions.

use outro_app::video::{self, EditView, VideoView};
use outro_app::{AppError, RefusalKind};
use outro_model::edit::{Cut, Edit, LATEST, read_webvtt};
use outro_model::{Editing, VideoId};
use outro_pages::{Chrome, EditPage, FormState, VideoState};
use serde::Deserialize;

use super::cards::percent;
use super::place::go;
use super::render::{Answer, OrPage as _, html};
use super::visit::{Member, Named, Posted};

/// A video of one's own that was made ready once, and its edit; whatever else there is answers as what never was.
struct Own {
    video: VideoView,
    edit: EditView,
}

impl Own {
    async fn of(member: &Member, id: VideoId) -> Result<Self, AppError> {
        let app = &member.visit.server.app;
        let video = video::get(app, &member.visit.viewer, id).await?;
        if !video.is_mine || video.duration_ms == 0 {
            return Err(AppError::NotFound);
        }
        Ok(Self { edit: video::edit(app, &member.signed, id).await?, video })
    }

    fn page(self, chrome: Chrome, form: FormState, typed: Option<EditForm>) -> String {
        let EditView { edit, state, progress, failure, is_published, .. } = self.edit;
        let id = self.video.id.to_string();
        let stored = EditForm::of(&edit);
        let EditForm { from, to, speed, captions, burnt, .. } = typed.unwrap_or(stored);
        let page = EditPage {
            chrome,
            form,
            back: if is_published { format!("/v/{id}") } else { format!("/upload/{id}") },
            id,
            published: is_published,
            state: match state {
                Editing::None => VideoState::Ready,
                Editing::Rendering => VideoState::Processing { percent: percent(progress) },
                Editing::Failed => {
                    let (code, detail) = failure.map(|failure| (failure.code, failure.detail)).unwrap_or_default();
                    VideoState::Failed { code, detail: detail.to_owned() }
                }
            },
            from,
            to,
            speed: speed.parse().unwrap_or(100),
            captions,
            burnt: burnt.is_some(),
            reframe: self.video.reframe.word(),
        };
        page.render()
    }
}

/// `GET /upload/{id}/edit`.
pub(super) async fn show(member: Member, Named(id): Named<VideoId>) -> Answer {
    let id = id.or_page(&member.visit)?;
    let own = Own::of(&member, id).await.or_page(&member.visit)?;
    Ok(html(own.page(member.visit.chrome, FormState::default(), None)))
}

/// What is said of an edit without scripts.
#[derive(Clone, Deserialize, Default)]
#[serde(default)]
pub(super) struct EditForm {
    from: String,
    to: String,
    speed: String,
    captions: String,
    burnt: Option<String>,
    replace: Option<String>,
    #[serde(rename = "do")]
    act: String,
}

impl EditForm {
    fn of(edit: &Edit) -> Self {
        let (first, last) = (edit.cuts.first(), edit.cuts.last());
        let seconds = |ms: u32| format!("{}", f64::from(ms) / 1000.0);
        Self {
            from: first.map_or_else(|| "0".to_owned(), |cut| seconds(cut.from_ms)),
            to: last.map_or_else(String::new, |cut| seconds(cut.to_ms)),
            speed: first.map_or(100, |cut| cut.speed).to_string(),
            captions: if edit.captions.is_empty() { String::new() } else { edit.webvtt(0) },
            burnt: edit.burnt.then(String::new),
            ..Self::default()
        }
    }

    /// The edit with what was typed in the place of its pieces and captions; what the form does not show stays.
    fn applied(&self, edit: Edit) -> Result<Edit, AppError> {
        let unreadable = |field| AppError::invalid(field, "invalid_edit", "Check the times.");
        let captions = read_webvtt(&self.captions).ok_or_else(|| unreadable("captions"))?;
        let edit = Edit { captions, burnt: self.burnt.is_some(), ..edit };
        let before = Self::of(&edit);
        if (&self.from, &self.to, &self.speed) == (&before.from, &before.to, &before.speed) {
            return Ok(edit);
        }
        let ms = |typed: &str| {
            let seconds: f64 = typed.trim().parse().ok()?;
            (0.0..=86_400.0).contains(&seconds).then(|| (seconds * 1000.0).round() as u32)
        };
        let from_ms = if self.from.trim().is_empty() { Some(0) } else { ms(&self.from) };
        // It is cut down to where the original ends.
        let to_ms = if self.to.trim().is_empty() { Some(LATEST) } else { ms(&self.to) };
        let (Some(from_ms), Some(to_ms), Ok(speed)) = (from_ms, to_ms, self.speed.parse()) else {
            return Err(unreadable("cuts"));
        };
        if from_ms == 0 && self.to.trim().is_empty() && speed == 100 {
            return Ok(Edit { cuts: vec![], ..edit });
        }
        Ok(Edit { cuts: vec![Cut { clip: None, from_ms, to_ms, speed }], ..edit })
    }
}

/// `POST /upload/{id}/edit`.
pub(super) async fn change(Named(id): Named<VideoId>, Posted { member, form }: Posted<EditForm>) -> Answer {
    let id = id.or_page(&member.visit)?;
    let own = Own::of(&member, id).await.or_page(&member.visit)?;
    let (app, signed, replace) = (&member.visit.server.app, &member.signed, form.replace.is_some());
    let done = match form.act.as_str() {
        "cancel" => video::cancel_edit(app, signed, id).await,
        "reset" => video::set_edit(app, signed, id, (Edit::default(), replace)).await,
        "save" => match form.applied(own.edit.edit.clone()) {
            Ok(edit) => video::set_edit(app, signed, id, (edit, replace)).await,
            Err(error) => Err(error),
        },
        _ => Err(AppError::refused(RefusalKind::Malformed, "not_a_form", "This form cannot be read.")),
    };
    match done {
        Ok(_) => Ok(go(&format!("/upload/{id}/edit?done=saved"))),
        Err(error) => member.visit.again(error, |chrome, wrong| own.page(chrome, wrong, Some(form))),
    }
}
