//! Joining, signing in, signing out.

use outro_app::account::{self, Join};
use outro_pages::{FormState, JoinPage, LoginPage};
use serde::Deserialize;

use super::place::{go, local, with_cookie};
use super::render::{Answer, OrPage as _, html};
use super::video::NoFields;
use super::visit::{Posted, Sent, Visit};
use super::words::onto;
use crate::who::{Device, From, clear_cookie, set_cookie};

/// What a person joins with.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct JoinForm {
    handle: String,
    password: String,
    birth_date: String,
    next: String,
}

/// What a person signs in with.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct LoginForm {
    handle: String,
    password: String,
    next: String,
}

/// Where to go once signed in.
fn onward(next: &str) -> &str {
    local(next).unwrap_or("/")
}

/// What of `next` stands in a form: a place of ours, or nothing.
fn kept(next: &str) -> String {
    local(next).unwrap_or_default().to_owned()
}

/// `GET /join`.
pub(super) async fn join_page(visit: Visit) -> Answer {
    if visit.viewer.is_some() {
        return Ok(go(onward(&visit.next)));
    }
    let (next, form) = (kept(&visit.next), FormState::default());
    let (handle, birth_date) = (String::new(), String::new());
    Ok(html(JoinPage { chrome: visit.chrome, form, handle, birth_date, next }.render()))
}

/// `POST /join`.
pub(super) async fn join(From(origin): From, Device(device): Device, Sent { visit, form }: Sent<JoinForm>) -> Answer {
    if visit.viewer.is_some() {
        // Joined in another tab meanwhile: there is nothing to do here.
        return Ok(go(onward(&form.next)));
    }
    let JoinForm { handle, password, birth_date, next } = form;
    let join = Join { handle: handle.clone(), password, birth_date: birth_date.clone(), device };
    let error = match account::join(&visit.server.app, &join, &origin).await {
        Ok(joined) => return Ok(with_cookie(go(onward(&next)), set_cookie(&visit.server.config, &joined.token))),
        Err(error) => error,
    };
    let taken = error.is_refused("handle_unavailable");
    visit.again(error, |chrome, form| {
        let form = if taken { onto("handle", form) } else { form };
        JoinPage { chrome, form, handle, birth_date, next: kept(&next) }.render()
    })
}

/// `GET /login`.
pub(super) async fn login_page(visit: Visit) -> Answer {
    if visit.viewer.is_some() {
        return Ok(go(onward(&visit.next)));
    }
    let (next, form) = (kept(&visit.next), FormState::default());
    Ok(html(LoginPage { chrome: visit.chrome, form, handle: String::new(), next }.render()))
}

/// `POST /login`.
pub(super) async fn login(From(origin): From, Device(device): Device, Sent { visit, form }: Sent<LoginForm>) -> Answer {
    if visit.viewer.is_some() {
        // Signed in in another tab meanwhile: there is nothing to do here.
        return Ok(go(onward(&form.next)));
    }
    let LoginForm { handle, password, next } = form;
    match account::sign_in(&visit.server.app, &handle, &password, &device, &origin).await {
        Ok(token) => Ok(with_cookie(go(onward(&next)), set_cookie(&visit.server.config, &token))),
        Err(error) => visit.again(error, |chrome, form| LoginPage { chrome, form, handle, next: kept(&next) }.render()),
    }
}

/// `POST /logout`.
pub(super) async fn logout(Posted { member, .. }: Posted<NoFields>) -> Answer {
    let server = &member.visit.server;
    account::sign_out(&server.app, &member.signed).await.or_page(&member.visit)?;
    Ok(with_cookie(go("/?done=signed_out"), clear_cookie(&server.config)))
}
