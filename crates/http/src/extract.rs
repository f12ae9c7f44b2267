//! What is read from a request by its parts. What cannot be read is a problem document, in our own words:
//! the reader's could quote what was sent.

use std::str::FromStr;

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use outro_app::AppError;
use serde::de::DeserializeOwned;

use crate::problem::{ApiError, refused};

/// The parts of an address that name something. What cannot name anything is not there.
pub(crate) struct Path<T>(pub(crate) T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let read = axum::extract::Path::<T>::from_request_parts(parts, state).await;
        read.map(|axum::extract::Path(value)| Self(value)).map_err(|_| AppError::NotFound.into())
    }
}

/// An id, as it stands in an address. What cannot be one answers as what is not there.
pub(crate) fn read_id<T: FromStr>(id: &str) -> Result<T, AppError> {
    id.parse().map_err(|_| AppError::NotFound)
}

/// What an address asks for behind its question mark.
pub(crate) struct Query<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        let read = axum::extract::Query::<T>::try_from_uri(&parts.uri);
        let detail = "Give each parameter once, as text.";
        let unread = |_| refused(StatusCode::UNPROCESSABLE_ENTITY, "invalid_query", detail);
        read.map(|axum::extract::Query(value)| Self(value)).map_err(unread)
    }
}

/// A JSON body that may be left out: then it is as if it said nothing.
pub(crate) struct MaybeBody<T>(pub(crate) T);

impl<T: DeserializeOwned + Default, S: Send + Sync> FromRequest<S> for MaybeBody<T> {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        if !request.headers().contains_key(axum::http::header::CONTENT_TYPE) {
            return Ok(Self(T::default()));
        }
        Body::from_request(request, state).await.map(|Body(value)| Self(value))
    }
}

/// A JSON body; what cannot be read is a problem document too.
pub(crate) struct Body<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        match axum::Json::<T>::from_request(request, state).await {
            Ok(axum::Json(value)) => Ok(Self(value)),
            Err(rejection) => {
                // The reader's own words could quote what was sent.
                let (code, detail) = match rejection.status() {
                    StatusCode::UNSUPPORTED_MEDIA_TYPE => ("not_json", "Send a body of type application/json."),
                    StatusCode::PAYLOAD_TOO_LARGE => ("too_large", "The body is too large."),
                    StatusCode::UNPROCESSABLE_ENTITY => ("invalid", "A field is missing or of another type."),
                    _ => ("not_json", "The body is not JSON."),
                };
                Err(refused(rejection.status(), code, detail))
            }
        }
    }
}
