//! Errors to responses: RFC 9457 problem documents. What went wrong inside is logged, not said.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use outro_app::{AppError, RefusalKind};
use serde::Serialize;
use utoipa::ToSchema;

use crate::beat;

/// A problem document.
#[derive(Serialize, ToSchema)]
pub(crate) struct Problem {
    /// Identifies the kind of problem.
    #[serde(rename = "type")]
    kind: String,
    /// The status in words.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// A sentence for the person.
    detail: String,
    /// A stable word.
    code: &'static str,
    /// What is wrong with which field.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldProblem>,
}

/// What is wrong with one field.
#[derive(Serialize, ToSchema)]
pub(crate) struct FieldProblem {
    /// The name of the field.
    field: &'static str,
    /// A stable word.
    code: &'static str,
    /// A sentence for the person.
    detail: String,
}

/// An error on its way to being a problem document.
pub(crate) struct ApiError(pub(crate) AppError);

impl<E: Into<AppError>> From<E> for ApiError {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

/// The status of an error, the same on every surface.
pub(crate) fn status_of(error: &AppError) -> StatusCode {
    match error {
        AppError::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
        AppError::NotFound => StatusCode::NOT_FOUND,
        AppError::SignInNeeded => StatusCode::UNAUTHORIZED,
        AppError::PasswordNeeded => StatusCode::FORBIDDEN,
        AppError::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
        AppError::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        AppError::Refused(refusal) => match refusal.kind {
            RefusalKind::WrongCredentials => StatusCode::UNAUTHORIZED,
            RefusalKind::Forbidden => StatusCode::FORBIDDEN,
            RefusalKind::Conflict => StatusCode::CONFLICT,
            RefusalKind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            RefusalKind::Malformed => StatusCode::BAD_REQUEST,
            RefusalKind::Unusable => StatusCode::UNPROCESSABLE_ENTITY,
            RefusalKind::Unavailable | RefusalKind::Away => StatusCode::SERVICE_UNAVAILABLE,
        },
    }
}

/// The word and the sentence of an error.
pub(crate) fn words_of(error: &AppError) -> (&'static str, String) {
    match error {
        AppError::Invalid(fields) => match fields.as_slice() {
            [one] => (one.code, one.message.clone()),
            _ => ("invalid", "Some of what was sent cannot be used.".into()),
        },
        AppError::NotFound => ("not_found", "There is nothing here.".into()),
        AppError::SignInNeeded => ("sign_in_needed", "Sign in to do this.".into()),
        AppError::PasswordNeeded => ("password_needed", "Give your password again to do this.".into()),
        AppError::TooMany { code, .. } => (code, "Too many tries. Please wait before the next one.".into()),
        AppError::Internal(_) => ("internal", "Something went wrong here. Please try again.".into()),
        AppError::Refused(refusal) => (refusal.code, refusal.detail.clone()),
    }
}

/// Logs what is our own fault.
pub(crate) fn log(error: &AppError) {
    if let AppError::Internal(inner) = error {
        tracing::error!(error = %inner, "a request failed");
    }
}

/// Adds the headers that go with an error.
pub(crate) fn add_headers(error: &AppError, response: &mut Response) {
    match error {
        AppError::TooMany { retry_after_s, .. } => {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(*retry_after_s));
        }
        AppError::SignInNeeded => {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        // A field that names what is not there, or may not be seen.
        AppError::Invalid(fields) if fields.iter().any(|field| field.code == "video_missing") => beat::mark(response),
        _ => {}
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        log(&self.0);
        let (code, detail) = words_of(&self.0);
        let errors = match &self.0 {
            AppError::Invalid(fields) => fields
                .iter()
                .map(|field| FieldProblem { field: field.field, code: field.code, detail: field.message.clone() })
                .collect(),
            _ => vec![],
        };
        let mut response = problem(status_of(&self.0), code, detail, errors);
        add_headers(&self.0, &mut response);
        response
    }
}

fn problem(status: StatusCode, code: &'static str, detail: String, errors: Vec<FieldProblem>) -> Response {
    let title = status.canonical_reason().unwrap_or("Error");
    let kind = format!("urn:outro:problem:{code}");
    let body = axum::Json(Problem { kind, title, status: status.as_u16(), detail, code, errors });
    (status, [(header::CONTENT_TYPE, "application/problem+json")], body).into_response()
}

/// A request that is refused before it reaches a use case.
pub(crate) fn refused(status: StatusCode, code: &'static str, detail: &str) -> Response {
    problem(status, code, detail.to_owned(), vec![])
}

/// The answer to a method that an address does not take; the router adds those that it takes.
pub(crate) async fn not_this_method() -> Response {
    refused(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "This address does not take this method.")
}
