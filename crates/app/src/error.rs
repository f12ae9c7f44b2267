//! Errors with two faces: what is logged, and what the person is told.

use outro_blobs::BlobError;
use outro_db::DbError;
use outro_vault::{Tampered, VaultError};

/// Why a use case did not do what was asked. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// What was sent is not what is taken.
    #[error("invalid: {}", fields(.0))]
    Invalid(Vec<FieldError>),
    /// A clear no, with a word and a sentence.
    #[error("refused: {}", .0.code)]
    Refused(Refusal),
    /// Not there, or hidden: there is no telling which.
    #[error("not found")]
    NotFound,
    /// It takes an account.
    #[error("sign-in needed")]
    SignInNeeded,
    /// It takes the password, given within the last 15 minutes.
    #[error("a recent password needed")]
    PasswordNeeded,
    /// Asked for too often.
    #[error("too many")]
    TooMany {
        /// A stable word: `rate_limited` for a day's budget, `resend_too_soon` for the wait between codes.
        code: &'static str,
        /// Seconds until it may be asked for again.
        retry_after_s: i64,
    },
    /// Our own fault. The text is for the log.
    #[error("internal: {0}")]
    Internal(Box<dyn std::error::Error + Send + Sync>),
}

/// What is wrong with one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// The name of the field.
    pub field: &'static str,
    /// A stable word.
    pub code: &'static str,
    /// A sentence for the person.
    pub message: String,
}

/// A clear no.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What kind of no.
    pub kind: RefusalKind,
    /// A stable word.
    pub code: &'static str,
    /// A sentence for the person.
    pub detail: String,
}

/// Kinds of a clear no.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusalKind {
    /// Name or password is wrong.
    WrongCredentials,
    /// It may not be done.
    Forbidden,
    /// It does not fit what is there.
    Conflict,
    /// It is larger than what is taken.
    TooLarge,
    /// It cannot be read.
    Malformed,
    /// It cannot be worked with.
    Unusable,
    /// Something outside does not answer; later it may.
    Unavailable,
    /// The store of objects does not; to people it is the same.
    Away,
}

fn fields(errors: &[FieldError]) -> String {
    let each: Vec<_> = errors.iter().map(|error| format!("{} {}", error.field, error.code)).collect();
    each.join(", ")
}

impl AppError {
    /// One field is wrong.
    pub fn invalid(field: &'static str, code: &'static str, message: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldError { field, code, message: message.into() }])
    }

    /// A clear no.
    pub fn refused(kind: RefusalKind, code: &'static str, detail: impl Into<String>) -> Self {
        Self::Refused(Refusal { kind, code, detail: detail.into() })
    }

    /// Whether it is the clear no of this code.
    pub fn is_refused(&self, code: &str) -> bool {
        matches!(self, Self::Refused(refusal) if refusal.code == code)
    }

    /// Whether the store of objects is away: what was to be done is as good as before, and is tried again however long it takes.
    pub fn is_away(&self) -> bool {
        matches!(self, Self::Refused(refusal) if refusal.kind == RefusalKind::Away)
    }

    /// Our own fault.
    pub fn internal(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal(error.into())
    }
}

/// The safe face of what does not answer now.
fn busy(kind: RefusalKind) -> AppError {
    AppError::refused(kind, "busy", "The server is busy. Please try again in a moment.")
}

impl From<DbError> for AppError {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Busy(_) => busy(RefusalKind::Unavailable),
            error => Self::internal(error),
        }
    }
}

impl From<VaultError> for AppError {
    fn from(error: VaultError) -> Self {
        Self::internal(error)
    }
}

impl From<Tampered> for AppError {
    fn from(error: Tampered) -> Self {
        Self::internal(error)
    }
}

impl From<BlobError> for AppError {
    fn from(error: BlobError) -> Self {
        match error {
            // The owner is gone, or the object: there is nothing to tell.
            BlobError::HomeGone | BlobError::Gone => Self::NotFound,
            // The store has told the log. It may be that whoever runs the server of the bucket has to do something: until then all waits.
            BlobError::Away(_) | BlobError::Refused(..) => busy(RefusalKind::Away),
            BlobError::Gate(_) => busy(RefusalKind::Unavailable),
            error => Self::internal(error),
        }
    }
}

impl From<outro_search::SearchError> for AppError {
    fn from(error: outro_search::SearchError) -> Self {
        Self::internal(error)
    }
}

impl From<std::io::Error> for AppError {
    fn from(error: std::io::Error) -> Self {
        Self::internal(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_for_the_store_of_objects_waits_for_nothing_else() {
        for away in [BlobError::Away("the line broke".into()), BlobError::Refused(400, "ExpiredToken".into())] {
            assert!(AppError::from(away).is_away());
        }
        for other in [AppError::from(DbError::Busy("a lock".into())), BlobError::Gate("busy".into()).into()] {
            assert!(!other.is_away() && other.is_refused("busy"));
        }
    }
}
