//! Leaving from outside: a public page for who has not the app, or is not signed in.

use axum::response::IntoResponse as _;
use outro_app::{AppError, account, authenticate, erasure};
use outro_pages::{FormState, LeaveOutsidePage};
use serde::Deserialize;

use super::leaving::{begin_for, lines};
use super::place::with_cookie;
use super::render::{Answer, OrPage as _, Stop, failed, html};
use super::visit::{Sent, Visit};
use crate::who::{Device, From, set_cookie};

/// What a person signs in with to leave.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct LeaveForm {
    handle: String,
    password: String,
}

/// `GET /leave`: what leaving means for anybody.
pub(super) async fn show(visit: Visit) -> Answer {
    Ok(html(page(&visit.told_of_leaving().await?, FormState::default(), String::new())))
}

fn page(visit: &Visit, form: FormState, handle: String) -> String {
    let (goes, stays) = erasure::for_anybody();
    let page = LeaveOutsidePage {
        form,
        handle,
        goes: lines(visit.chrome.lang, goes),
        stays: lines(visit.chrome.lang, &stays),
        wait_hours: visit.server.app.settings.lost_phone_hours,
        chrome: visit.chrome.clone(),
    };
    page.render()
}

/// `POST /leave`: signs in as `/login` does, under the same limits, and goes on with leaving as in Settings.
pub(super) async fn begin(From(origin): From, Device(device): Device, Sent { visit, form }: Sent<LeaveForm>) -> Answer {
    if visit.viewer.is_some() {
        // Signed in in another tab meanwhile: the page goes on from there.
        return Ok(html(page(&visit, FormState::default(), String::new())));
    }
    let app = visit.server.app.clone();
    let token = match account::sign_in(&app, &form.handle, &form.password, &device, &origin).await {
        Ok(token) => token,
        Err(error) => {
            let (shown, error) = visit.form_of(error)?;
            return Ok(failed(&error, page(&visit, shown, form.handle)));
        }
    };
    let cookie = set_cookie(&visit.server.config, &token);
    let signed = authenticate(&app, &token).await.or_page(&visit)?.ok_or(AppError::SignInNeeded).or_page(&visit)?;
    let begun = begin_for(visit.signed_in(signed).await?, &origin, false, false).await;
    // Also when the code cannot be sent just now: they are signed in.
    Ok(with_cookie(begun.unwrap_or_else(Stop::into_response), cookie))
}
