//! Settings and privacy.

use axum::response::Response;
use outro_app::account::{self, Device, PasswordTakes, ProfileChange};
use outro_app::{AppError, Signed};
use outro_model::SessionId;
use outro_pages::{
    EditProfilePage, FormState, ManageAccountPage, NewPasswordPage, NewPasswordTakes, PasswordCheckPage, SessionRow,
    SessionsPage, SettingsPage,
};
use serde::Deserialize;

use super::phone::seconds_until;
use super::place::{go, local, with_cookie};
use super::render::{Answer, OrPage as _, failed, html};
use super::video::NoFields;
use super::visit::{Member, Posted, Visit};
use crate::extract::read_id;
use crate::who::{From, set_cookie};

/// Name and bio.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct ProfileForm {
    display_name: String,
    bio: String,
}

/// The password, given again.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct PasswordForm {
    password: String,
    next: String,
}

/// The password so far, and a new one.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct NewPasswordForm {
    password: String,
    new_password: String,
    challenge: Option<String>,
    code: Option<String>,
}

/// A device to sign out.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct RevokeForm {
    session: String,
}

/// `GET /settings`.
pub(super) async fn show(member: Member) -> Answer {
    let Member { visit, signed, me } = member.told_of_leaving().await?;
    let moderator = outro_app::moderation::is_moderator(&visit.server.app, &signed).await.or_page(&visit)?;
    let page = SettingsPage {
        chrome: visit.chrome,
        handle: me.handle,
        display_name: me.display_name,
        private_account: me.privacy.private_account,
        moderator,
    };
    Ok(html(page.render()))
}

/// `GET /settings/profile`.
pub(super) async fn profile_page(Member { visit, me, .. }: Member) -> Answer {
    let page = EditProfilePage {
        chrome: visit.chrome,
        form: FormState::default(),
        handle: me.handle,
        display_name: me.display_name,
        bio: me.bio,
    };
    Ok(html(page.render()))
}

/// `POST /settings/profile`.
pub(super) async fn profile(Posted { member, form }: Posted<ProfileForm>) -> Answer {
    let ProfileForm { display_name, bio } = form;
    let Member { visit, signed, me } = member;
    let change = ProfileChange { display_name: Some(display_name.clone()), bio: Some(bio.clone()) };
    match account::change_profile(&visit.server.app, &signed, change).await {
        Ok(_) => Ok(go("/settings?done=saved")),
        Err(error) => visit.again(error, |chrome, form| {
            EditProfilePage { chrome, form, handle: me.handle, display_name, bio }.render()
        }),
    }
}

/// `GET /settings/account`.
pub(super) async fn account(member: Member) -> Answer {
    let Member { visit, signed, me } = member.told_of_leaving().await?;
    let devices = account::devices(&visit.server.app, &signed).await.or_page(&visit)?;
    let coins = outro_app::wallet::balance(&visit.server.app, &signed).await.or_page(&visit)?;
    let page = ManageAccountPage {
        chrome: visit.chrome,
        handle: me.handle,
        phone_masked: me.phone,
        session_count: i64::try_from(devices.len()).unwrap_or(i64::MAX),
        coins,
    };
    Ok(html(page.render()))
}

/// Where to go once the password was given.
fn onward(next: &str) -> &str {
    local(next).unwrap_or("/settings/account")
}

/// `GET /settings/password-check`.
pub(super) async fn password_page(Member { visit, .. }: Member) -> Answer {
    let next = onward(&visit.next).to_owned();
    Ok(html(PasswordCheckPage { chrome: visit.chrome, form: FormState::default(), next }.render()))
}

/// `POST /settings/password-check`.
pub(super) async fn password(Posted { member, form }: Posted<PasswordForm>) -> Answer {
    let Member { visit, signed, .. } = member;
    let PasswordForm { password, next } = form;
    let next = onward(&next);
    match account::confirm_password(&visit.server.app, &signed, &password).await {
        Ok(_) => Ok(go(next)),
        Err(error) => {
            visit.again(error, |chrome, form| PasswordCheckPage { chrome, form, next: next.to_owned() }.render())
        }
    }
}

/// `GET /settings/password`.
pub(super) async fn new_password_page(Member { visit, signed, .. }: Member) -> Answer {
    Ok(html(ask_for_new_password(&visit, &signed, FormState::default()).await.or_page(&visit)?))
}

/// The page with what changing the password takes now.
async fn ask_for_new_password(visit: &Visit, signed: &Signed, form: FormState) -> Result<String, AppError> {
    let takes = match account::password_takes(&visit.server.app, signed).await? {
        PasswordTakes::Nothing => NewPasswordTakes::Nothing,
        PasswordTakes::Wait(at) => NewPasswordTakes::Wait { until: at.rfc3339() },
        PasswordTakes::Code { linked, sent: None } => NewPasswordTakes::CodeFirst { masked: linked },
        PasswordTakes::Code { linked, sent: Some(sent) } => NewPasswordTakes::Code {
            masked: linked,
            challenge: sent.challenge.to_string(),
            resend_after_s: seconds_until(visit, sent.resend_at),
        },
    };
    Ok(NewPasswordPage { chrome: visit.chrome.clone(), form, takes }.render())
}

/// `GET` of the step between: it begins with the page.
pub(super) async fn to_password() -> Response {
    go("/settings/password")
}

/// `POST /settings/password/code`.
pub(super) async fn password_code(From(origin): From, Posted { member, .. }: Posted<NoFields>) -> Answer {
    let Member { visit, signed, .. } = member;
    match account::send_password_code(&visit.server.app, &signed, &origin).await {
        Ok(_) => Ok(go("/settings/password?done=code_sent")),
        Err(error) => {
            let (form, error) = visit.form_of(error)?;
            Ok(failed(&error, ask_for_new_password(&visit, &signed, form).await.or_page(&visit)?))
        }
    }
}

/// `POST /settings/password`.
pub(super) async fn new_password(Posted { member, form }: Posted<NewPasswordForm>) -> Answer {
    let Member { visit, signed, .. } = member;
    let NewPasswordForm { password, new_password, challenge, code } = form;
    let code = challenge.as_deref().zip(code.as_deref());
    match account::change_password(&visit.server.app, &signed, (&password, &new_password), code).await {
        Ok(changed) => {
            let done = if changed.stays { "password_changed_stays" } else { "password_changed" };
            let onward = go(&format!("/settings/account?done={done}"));
            Ok(with_cookie(onward, set_cookie(&visit.server.config, &changed.token)))
        }
        Err(error) => {
            let (form, error) = visit.form_of(error)?;
            Ok(failed(&error, ask_for_new_password(&visit, &signed, form).await.or_page(&visit)?))
        }
    }
}

/// `GET /settings/sessions`.
pub(super) async fn sessions(Member { visit, signed, .. }: Member) -> Answer {
    let mut devices = account::devices(&visit.server.app, &signed).await.or_page(&visit)?;
    devices.sort_by_key(|device| !device.current);
    let row = |device: Device| SessionRow {
        id: device.id.to_string(),
        label: device.device,
        signed_in_at: device.created_at,
        last_seen_at: device.seen_at,
        current: device.current,
    };
    let sessions = devices.into_iter().map(row).collect();
    Ok(html(SessionsPage { chrome: visit.chrome, sessions }.render()))
}

/// `POST /settings/sessions/revoke`.
pub(super) async fn revoke(Posted { member, form }: Posted<RevokeForm>) -> Answer {
    let Member { visit, signed, .. } = member;
    let id: SessionId = read_id(&form.session).or_page(&visit)?;
    match account::end_device(&visit.server.app, &signed, id).await {
        // Signed out from elsewhere meanwhile: it is as it was wished.
        Ok(()) | Err(AppError::NotFound) => Ok(go("/settings/sessions?done=session_revoked")),
        Err(error) => Err(visit.stop(error)),
    }
}
