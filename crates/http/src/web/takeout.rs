//! Taking everything along.

use axum::response::Response;
use outro_app::takeout::{self, TakeoutView};
use outro_app::{AppError, erasure};
use outro_model::TakeoutId;
use outro_pages::{ArchiveState, DepartState, FormState, Lang, TakeoutPage};
use serde::Deserialize;

use super::place::go;
use super::render::{Answer, OrPage as _, failed, html};
use super::visit::{Member, Posted};
use crate::api::takeout_address;
use crate::extract::read_id;

/// Nothing but the button.
#[derive(Deserialize, Default)]
pub(super) struct BeginForm {}

/// Which archive.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct DeleteForm {
    id: String,
}

/// `GET` of what only answers forms.
pub(super) async fn back() -> Response {
    go("/settings/takeout")
}

/// `GET /settings/takeout`.
pub(super) async fn show(member: Member) -> Answer {
    Ok(html(page(&member, FormState::default()).await.or_page(&member.visit)?))
}

/// `POST /settings/takeout`.
pub(super) async fn begin(Posted { member, .. }: Posted<BeginForm>) -> Answer {
    let arabic = member.visit.chrome.lang == Lang::Ar;
    match takeout::begin(&member.visit.server.app, &member.signed, arabic).await {
        Ok(_) => Ok(go("/settings/takeout")),
        Err(error) => {
            let (form, error) = member.visit.form_of(error)?;
            Ok(failed(&error, page(&member, form).await.or_page(&member.visit)?))
        }
    }
}

/// `POST /settings/takeout/delete`.
pub(super) async fn delete(Posted { member, form }: Posted<DeleteForm>) -> Answer {
    let id: TakeoutId = read_id(&form.id).or_page(&member.visit)?;
    match takeout::remove(&member.visit.server.app, &member.signed, id).await {
        // It has gone by itself meanwhile: it is as it was wished.
        Ok(()) | Err(AppError::NotFound) => Ok(go("/settings/takeout?done=takeout_deleted")),
        Err(error) => Err(member.visit.stop(error)),
    }
}

async fn page(member: &Member, form: FormState) -> Result<String, AppError> {
    let Member { visit, signed, .. } = member;
    let app = &visit.server.app;
    let latest = takeout::list(app, signed).await?.into_iter().next();
    let departing = match erasure::departing(app, signed).await? {
        None => DepartState::No,
        Some(one) if one.lapsed => DepartState::Lapsed,
        Some(_) => DepartState::Waiting,
    };
    let id = latest.as_ref().map(|one| one.id.to_string()).unwrap_or_default();
    let page = TakeoutPage { chrome: visit.chrome.clone(), form, archive: latest.map(state), id, departing };
    Ok(page.render())
}

fn state(view: TakeoutView) -> ArchiveState {
    match view.state.word() {
        "making" => ArchiveState::Making { percent: view.progress / 10 },
        "ready" => ArchiveState::Ready {
            href: takeout_address(view.id),
            size_bytes: view.size_bytes,
            until: view.expires_at,
            taken: view.taken_bytes * 100 / view.size_bytes.max(1),
        },
        _ => ArchiveState::Failed,
    }
}
