//! Settings and privacy.

use outro_app::AppError;
use outro_app::account::{self, Device, ProfileChange};
use outro_model::SessionId;
use outro_pages::{
    EditProfilePage, FormState, ManageAccountPage, NewPasswordPage, PasswordCheckPage, SessionRow, SessionsPage,
    SettingsPage,
};
use serde::Deserialize;

use super::place::{go, local};
use super::render::{Answer, OrPage as _, html};
use super::visit::{Member, Posted};

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
pub(super) async fn new_password_page(Member { visit, .. }: Member) -> Answer {
    Ok(html(NewPasswordPage { chrome: visit.chrome, form: FormState::default() }.render()))
}

/// `POST /settings/password`.
pub(super) async fn new_password(Posted { member, form }: Posted<NewPasswordForm>) -> Answer {
    let Member { visit, signed, .. } = member;
    let NewPasswordForm { password, new_password } = form;
    match account::change_password(&visit.server.app, &signed, &password, &new_password).await {
        Ok(changed) if changed.stays => Ok(go("/settings/account?done=password_changed_stays")),
        Ok(_) => Ok(go("/settings/account?done=password_changed")),
        Err(error) => visit.again(error, |chrome, form| NewPasswordPage { chrome, form }.render()),
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
    let id: SessionId = form.session.parse().map_err(|_| AppError::NotFound).or_page(&visit)?;
    match account::end_device(&visit.server.app, &signed, id).await {
        // Signed out from elsewhere meanwhile: it is as it was wished.
        Ok(()) | Err(AppError::NotFound) => Ok(go("/settings/sessions?done=session_revoked")),
        Err(error) => Err(visit.stop(error)),
    }
}
