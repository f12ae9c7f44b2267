//! Linking a phone: the number, then the code that was sent to it.

use axum::response::Response;
use outro_app::account::Me;
use outro_app::{AppError, Origin, SentCode, Signed, account, phone};
use outro_model::Timestamp;
use outro_pages::{FormState, PhonePage, PhoneVerifyPage, RecoveryCodesPage};
use serde::Deserialize;

use super::place::go;
use super::render::{Answer, OrPage as _, Stop, failed, html};
use super::video::NoFields;
use super::visit::{Member, Posted, Visit};
use super::words::sentence;
use crate::who::From;

/// A number, and the password where it is asked for.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct NumberForm {
    number: String,
    password: Option<String>,
}

/// What the page of the code sends back.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct CodeForm {
    challenge: String,
    code: String,
}

/// The page that asks for the code.
fn code_page(visit: &Visit, sent: &SentCode, form: FormState) -> String {
    let resend_after_s = seconds_until(visit, sent.resend_at);
    let (chrome, challenge, masked) = (visit.chrome.clone(), sent.challenge.to_string(), sent.sent_to.clone());
    PhoneVerifyPage { chrome, form, challenge, masked, resend_after_s }.render()
}

/// The page that asks for the code again, with what is wrong. A code whose time is over was sent to a
/// number that only its challenge knows: another can still be asked for.
async fn code_page_again(
    visit: &Visit,
    signed: &Signed,
    challenge: String,
    form: FormState,
) -> Result<String, AppError> {
    Ok(match phone::pending(&visit.server.app, signed).await? {
        Some(sent) => code_page(visit, &sent, form),
        None => {
            let (chrome, masked) = (visit.chrome.clone(), String::new());
            PhoneVerifyPage { chrome, form, challenge, masked, resend_after_s: 0 }.render()
        }
    })
}

/// Seconds until a moment, rounded up; 0 when it is over.
pub(super) fn seconds_until(visit: &Visit, moment: Timestamp) -> i64 {
    (moment.millis_since(visit.server.app.clock.now()) + 999).div_euclid(1000).max(0)
}

/// `GET /settings/phone`.
pub(super) async fn show(member: Member) -> Answer {
    let Member { visit, signed, me } = member.told_of_leaving().await?;
    Ok(html(number_page(visit, &signed, me, FormState::default(), String::new()).await?))
}

/// The page that asks for a number.
async fn number_page(visit: Visit, signed: &Signed, me: Me, form: FormState, number: String) -> Result<String, Stop> {
    let app = &visit.server.app;
    let needs_password = signed.needs_password(app);
    let codes_left = phone::recovery_codes_left(app, signed).await.or_page(&visit)?;
    let page = PhonePage { chrome: visit.chrome, form, number, current_masked: me.phone, needs_password, codes_left };
    Ok(page.render())
}

/// `GET` of the later steps: they begin with the number.
pub(super) async fn start_over() -> Response {
    go("/settings/phone")
}

/// `POST /settings/phone`.
pub(super) async fn link(From(origin): From, Posted { member, form }: Posted<NumberForm>) -> Answer {
    let Member { visit, mut signed, me } = member;
    let NumberForm { number, password } = form;
    let error = match send(&visit, &mut signed, &number, password.as_deref(), &origin).await {
        Ok(sent) => return Ok(html(code_page(&visit, &sent, FormState::default()))),
        Err(error) => error,
    };
    let (form, error) = ask_for_number(&visit, error)?;
    Ok(failed(&error, number_page(visit, &signed, me, form, number).await?))
}

/// The number's form again. Where it lacks the password, the form asks for it beside the number.
fn ask_for_number(visit: &Visit, error: AppError) -> Result<(FormState, AppError), Stop> {
    match error {
        AppError::PasswordNeeded => {
            let message = Some(sentence(visit.chrome.lang, &error));
            Ok((FormState { message, errors: vec![] }, error))
        }
        error => visit.form_of(error),
    }
}

async fn send(
    visit: &Visit,
    signed: &mut Signed,
    number: &str,
    password: Option<&str>,
    origin: &Origin,
) -> Result<SentCode, AppError> {
    let app = &visit.server.app;
    if let Some(password) = password.filter(|_| signed.needs_password(app)) {
        *signed = account::confirm_password(app, signed, password).await?;
    }
    phone::link(app, signed, number, origin).await
}

/// `POST /settings/phone/verify`.
pub(super) async fn verify(Posted { member, form }: Posted<CodeForm>) -> Answer {
    let Member { mut visit, signed, .. } = member;
    let CodeForm { challenge, code } = form;
    match phone::verify(&visit.server.app, &signed, &challenge, &code).await {
        Ok(linked) => {
            visit.chrome.notice = Some(outro_pages::Notice::PhoneLinked);
            let (codes, stays) = (linked.recovery_codes, linked.stays);
            Ok(html(RecoveryCodesPage { chrome: visit.chrome, codes, stays }.render()))
        }
        Err(error) => {
            let (form, error) = visit.form_of(error)?;
            Ok(failed(&error, code_page_again(&visit, &signed, challenge, form).await.or_page(&visit)?))
        }
    }
}

/// `POST /settings/phone/codes`: new recovery codes begin with a code to the linked phone.
pub(super) async fn renew(From(origin): From, Posted { member, .. }: Posted<NoFields>) -> Answer {
    let Member { visit, signed, me } = member;
    match phone::renew_codes(&visit.server.app, &signed, &origin).await {
        Ok(sent) => Ok(html(code_page(&visit, &sent, FormState::default()))),
        Err(error) => {
            let (form, error) = visit.form_of(error)?;
            Ok(failed(&error, number_page(visit, &signed, me, form, String::new()).await?))
        }
    }
}

/// `POST /settings/phone/resend`.
pub(super) async fn resend(From(origin): From, Posted { member, form }: Posted<CodeForm>) -> Answer {
    let Member { mut visit, signed, .. } = member;
    match phone::resend(&visit.server.app, &signed, &form.challenge, &origin).await {
        Ok(sent) => {
            visit.chrome.notice = Some(outro_pages::Notice::CodeSent);
            Ok(html(code_page(&visit, &sent, FormState::default())))
        }
        // What was sent is gone for good: it begins with the number again.
        Err(error) if error.is_refused("code_expired") => Ok(go("/settings/phone")),
        Err(error) => {
            let (shown, error) = visit.form_of(error)?;
            Ok(failed(&error, code_page_again(&visit, &signed, form.challenge, shown).await.or_page(&visit)?))
        }
    }
}
