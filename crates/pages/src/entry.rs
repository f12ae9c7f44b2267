//! Getting in.

use askama::Template;

use crate::{Chrome, FormState, chrome::Tab, page};

/// `GET/POST /join` with `handle`, `password`, `birth_date` (`YYYY-MM-DD`), `next`, `csrf`.
#[derive(Debug, Clone, Template)]
#[template(path = "join.html", whitespace = "minimize")]
pub struct JoinPage {
    /// Shared parts.
    pub chrome: Chrome,
    /// Errors.
    pub form: FormState,
    /// As typed.
    pub handle: String,
    /// As typed, `YYYY-MM-DD`.
    pub birth_date: String,
    /// Where to go afterwards; may be empty.
    pub next: String,
}

page!(JoinPage, |_| Tab::Profile);

/// `GET/POST /login` with `handle`, `password`, `next`, `csrf`.
#[derive(Debug, Clone, Template)]
#[template(path = "login.html", whitespace = "minimize")]
pub struct LoginPage {
    /// Shared parts.
    pub chrome: Chrome,
    /// Errors.
    pub form: FormState,
    /// As typed.
    pub handle: String,
    /// Where to go afterwards; may be empty.
    pub next: String,
}

page!(LoginPage, |_| Tab::Profile);

/// `GET/POST /settings/password-check` with `password`, `next`, `csrf`: asked for before a sensitive step
/// when the sign-in is not fresh.
#[derive(Debug, Clone, Template)]
#[template(path = "password_check.html", whitespace = "minimize")]
pub struct PasswordCheckPage {
    /// Shared parts.
    pub chrome: Chrome,
    /// Errors.
    pub form: FormState,
    /// Where to go afterwards.
    pub next: String,
}

page!(PasswordCheckPage, |_| Tab::Profile);
