//! Bringing in what was taken along elsewhere.

use axum::http::HeaderMap;
use axum::response::Response;
use outro_app::AppError;
use outro_app::bring::{self, ImportView};
use outro_pages::{BringPage, BringState, FormState};

use super::place::go;
use super::render::{Answer, OrPage as _, failed, html};
use super::upload::{not_a_form, token};
use super::visit::Member;
use crate::api::{announced, receive_archive};
use crate::form::Form;

/// How many of those whom one followed are listed.
const FOLLOWS: i64 = 500;

/// `GET /settings/bring`.
pub(super) async fn show(member: Member) -> Answer {
    Ok(html(page(&member, FormState::default()).await.or_page(&member.visit)?))
}

/// `POST /settings/bring`. The token is the first field, so that nothing of a forged form is taken in.
pub(super) async fn take(member: Member, headers: HeaderMap, form: Result<Form, Response>) -> Answer {
    let mut form = form.map_err(|_| not_a_form()).or_page(&member.visit)?;
    let token = token(&mut form).await.or_page(&member.visit)?;
    let member = member.checked(&token)?;
    match receive_archive(&member.visit.server, &member.signed, form, announced(&headers)).await {
        Ok(_) => Ok(go("/settings/bring")),
        Err(error) => {
            let (form, error) = member.visit.form_of(error)?;
            Ok(failed(&error, page(&member, form).await.or_page(&member.visit)?))
        }
    }
}

async fn page(member: &Member, form: FormState) -> Result<String, AppError> {
    let app = &member.visit.server.app;
    let found = bring::list(app, &member.signed).await?.into_iter().next();
    let state = found.map_or(BringState::None, state);
    let follows = match state {
        BringState::Done { .. } => bring::brought_follows(app, &member.signed, 0, FOLLOWS).await?,
        _ => vec![],
    };
    let follows = follows.into_iter().map(|(_, handle)| handle).collect();
    Ok(BringPage { chrome: member.visit.chrome.clone(), form, state, follows }.render())
}

fn state(view: ImportView) -> BringState {
    let ImportView { done, videos, failure, .. } = view;
    match view.state.word() {
        "done" => BringState::Done { videos },
        "refused" => BringState::Refused { why: failure.unwrap_or_default() },
        "bringing" => BringState::Bringing { done, videos },
        _ => BringState::Checking,
    }
}
