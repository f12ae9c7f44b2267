//! Linking a phone: the number, then the code that was sent to it.

use axum::response::Response;
use outro_app::{AppError, Origin, SentCode, Signed, account, phone};
use outro_model::{PhoneNumber, Timestamp};
use outro_pages::{FormState, PhonePage, PhoneVerifyPage};
use serde::Deserialize;

use super::place::go;
use super::render::{Answer, Stop, failed, html};
use super::visit::{Member, Posted, Visit};
use super::words::{sentence, too_soon};
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

/// What the page of the code holds between its steps. The number stands in that page alone, where its
/// person has just typed it: another code is sent to it, and its last digits are shown.
struct Awaited {
    challenge: String,
    number: String,
}

impl Awaited {
    fn read(text: &str) -> Self {
        let (challenge, number) = text.split_once('~').unwrap_or((text, ""));
        Self { challenge: challenge.to_owned(), number: number.to_owned() }
    }

    fn text(&self) -> String {
        format!("{}~{}", self.challenge, self.number)
    }

    fn masked(&self) -> String {
        self.number.parse::<PhoneNumber>().map(|number| number.masked()).unwrap_or_default()
    }

    fn page(&self, visit: &Visit, form: FormState, resend_after_s: i64) -> String {
        let (chrome, challenge, masked) = (visit.chrome.clone(), self.text(), self.masked());
        PhoneVerifyPage { chrome, form, challenge, masked, resend_after_s }.render()
    }
}

/// Seconds until a moment, rounded up; 0 when it is over.
pub(super) fn seconds_until(visit: &Visit, moment: Timestamp) -> i64 {
    (moment.millis_since(visit.server.app.clock.now()) + 999).div_euclid(1000).max(0)
}

/// `GET /settings/phone`.
pub(super) async fn show(Member { visit, signed, me }: Member) -> Answer {
    let needs_password = signed.needs_password(&visit.server.app);
    let (form, number) = (FormState::default(), String::new());
    let page = PhonePage { chrome: visit.chrome, form, number, current_masked: me.phone, needs_password };
    Ok(html(page.render()))
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
        Ok(sent) => return Ok(html(code_page(&visit, number, &sent))),
        Err(error) => error,
    };
    let (form, error) = ask_for_number(&visit, error)?;
    let needs_password = signed.needs_password(&visit.server.app);
    let page = PhonePage { chrome: visit.chrome, form, number, current_masked: me.phone, needs_password };
    Ok(failed(&error, page.render()))
}

/// The number's form again. Where it lacks the password, the form asks for it beside the number.
fn ask_for_number(visit: &Visit, error: AppError) -> Result<(FormState, AppError), Stop> {
    match error {
        AppError::PasswordNeeded => {
            let message = Some(sentence(visit.chrome.lang, &error));
            Ok((FormState { message, errors: vec![] }, error))
        }
        error => visit.form_of(error).map(|(form, error)| (too_soon(visit.chrome.lang, &error, form), error)),
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
        account::confirm_password(app, signed, password).await?;
        // The session was read before the password was given.
        signed.password_at = app.clock.now();
    }
    phone::link(app, signed, number, origin).await
}

fn code_page(visit: &Visit, number: String, sent: &SentCode) -> String {
    let awaited = Awaited { challenge: sent.challenge.to_string(), number };
    awaited.page(visit, FormState::default(), seconds_until(visit, sent.resend_at))
}

/// `POST /settings/phone/verify`.
pub(super) async fn verify(Posted { member, form }: Posted<CodeForm>) -> Answer {
    let Member { visit, signed, .. } = member;
    let awaited = Awaited::read(&form.challenge);
    match phone::verify(&visit.server.app, &signed, &awaited.challenge, &form.code).await {
        Ok(_) => Ok(go("/settings/account?done=phone_linked")),
        Err(error) => {
            let (form, error) = visit.form_of(error)?;
            Ok(failed(&error, awaited.page(&visit, form, 0)))
        }
    }
}

/// `POST /settings/phone/resend`.
pub(super) async fn resend(From(origin): From, Posted { member, form }: Posted<CodeForm>) -> Answer {
    let Member { mut visit, signed, .. } = member;
    let awaited = Awaited::read(&form.challenge);
    match phone::link(&visit.server.app, &signed, &awaited.number, &origin).await {
        Ok(sent) => {
            visit.chrome.notice = Some(outro_pages::Notice::CodeSent);
            Ok(html(code_page(&visit, awaited.number, &sent)))
        }
        // A number that is none was not sent by the page of the code.
        Err(AppError::Invalid(_)) => Ok(go("/settings/phone")),
        Err(error) => {
            let wait = if let AppError::TooMany { retry_after_s } = error { retry_after_s } else { 0 };
            let (form, error) = visit.form_of(error)?;
            let form = too_soon(visit.chrome.lang, &error, form);
            Ok(failed(&error, awaited.page(&visit, form, wait)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_awaited_comes_back_as_it_went() {
        let awaited = Awaited::read("abc~+49 151 2345678");
        assert_eq!((awaited.challenge.as_str(), awaited.number.as_str()), ("abc", "+49 151 2345678"));
        assert_eq!(awaited.text(), "abc~+49 151 2345678");
        assert_eq!(awaited.masked(), "•••• 78");
        assert_eq!(Awaited::read("abc").number, "");
        assert_eq!(Awaited::read("abc~nonsense").masked(), "");
    }
}
