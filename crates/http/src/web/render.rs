//! Pages as responses, and errors as pages.

use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use outro_app::AppError;
use outro_pages::{Chrome, ErrorPage, FormState, NotFoundPage};

use super::place::{go, with_next};
use super::visit::Visit;
use super::words::{form_of, sentence};
use crate::problem::{add_headers, log, status_of};

/// What a page's handler answers.
pub(super) type Answer = Result<Response, Stop>;

/// A response that ends a handler early.
pub(super) struct Stop(Box<Response>);

impl IntoResponse for Stop {
    fn into_response(self) -> Response {
        *self.0
    }
}

/// A page.
pub(super) fn html(page: String) -> Response {
    Html(page).into_response()
}

/// A page that says what went wrong.
pub(super) fn failed(error: &AppError, page: String) -> Response {
    let mut response = (status_of(error), Html(page)).into_response();
    add_headers(error, &mut response);
    response
}

impl Visit {
    /// Ends the handler with the page, or the way on, that an error has.
    pub(super) fn stop(&self, error: AppError) -> Stop {
        Stop(Box::new(self.page_of(&error)))
    }

    fn page_of(&self, error: &AppError) -> Response {
        match error {
            AppError::NotFound => return self.nothing(),
            AppError::SignInNeeded => return go(&with_next("/login", &self.back)),
            AppError::PasswordNeeded => return go(&with_next("/settings/password-check", &self.back)),
            _ => log(error),
        }
        self.refusal(error)
    }

    /// The page of an error, in the reader's language.
    pub(super) fn refusal(&self, error: &AppError) -> Response {
        self.error_page(error, sentence(self.chrome.lang, error))
    }

    /// The page of an error that no form can show.
    pub(super) fn error_page(&self, error: &AppError, message: String) -> Response {
        let status = status_of(error).as_u16();
        failed(error, ErrorPage { chrome: self.bare(), status, message }.render())
    }

    /// The one page for all that is not there: nothing of what was asked for goes into it.
    pub(super) fn nothing(&self) -> Response {
        let page = NotFoundPage { chrome: self.bare() }.render();
        (StatusCode::NOT_FOUND, Html(page)).into_response()
    }

    fn bare(&self) -> Chrome {
        Chrome { notice: None, ..self.chrome.clone() }
    }

    /// What a form shows of an error; an error that is no matter of the form ends the handler.
    pub(super) fn form_of(&self, error: AppError) -> Result<(FormState, AppError), Stop> {
        match form_of(self.chrome.lang, &error) {
            Some(form) => Ok((form, error)),
            None => Err(self.stop(error)),
        }
    }

    /// Shows a form again, with what is wrong.
    pub(super) fn again(self, error: AppError, page: impl FnOnce(Chrome, FormState) -> String) -> Answer {
        let (form, error) = self.form_of(error)?;
        Ok(failed(&error, page(self.chrome, form)))
    }
}

/// Ends the handler with the page of an error.
pub(super) trait OrPage<T> {
    /// The value, or the page that tells why there is none.
    fn or_page(self, visit: &Visit) -> Result<T, Stop>;
}

impl<T> OrPage<T> for Result<T, AppError> {
    fn or_page(self, visit: &Visit) -> Result<T, Stop> {
        self.map_err(|error| visit.stop(error))
    }
}
