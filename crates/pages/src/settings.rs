//! Settings and privacy.

use askama::Template;

use crate::{Chrome, FormState, chrome::Tab, page};

/// `GET /settings`: the list. Posts `/logout`.
#[derive(Debug, Clone, Template)]
#[template(path = "settings.html", whitespace = "minimize")]
pub struct SettingsPage {
    /// Shared parts.
    pub chrome: Chrome,
    /// Handle, without `@`.
    pub handle: String,
    /// Name; may be empty.
    pub display_name: String,
    /// Whether the account is private.
    pub private_account: bool,
    /// Whether the viewer is a moderator.
    pub moderator: bool,
}

page!(SettingsPage, |_| Tab::Profile);

/// `GET/POST /settings/profile` with `display_name` (≤ 50), `bio` (≤ 300).
#[derive(Debug, Clone, Template)]
#[template(path = "edit_profile.html", whitespace = "minimize")]
pub struct EditProfilePage {
    /// Shared parts.
    pub chrome: Chrome,
    /// Errors.
    pub form: FormState,
    /// Handle, without `@`.
    pub handle: String,
    /// As typed or stored.
    pub display_name: String,
    /// As typed or stored.
    pub bio: String,
}

page!(EditProfilePage, |_| Tab::Profile);

/// `GET /settings/account`. Posts `/settings/leave`, which sends the code: never a link, so that nothing
/// that prefetches can send one.
#[derive(Debug, Clone, Template)]
#[template(path = "account.html", whitespace = "minimize")]
pub struct ManageAccountPage {
    /// Shared parts.
    pub chrome: Chrome,
    /// Handle, without `@`.
    pub handle: String,
    /// The linked number but for its last digits hidden, if one is linked.
    pub phone_masked: Option<String>,
    /// Devices signed in.
    pub session_count: i64,
    /// How many coins the viewer has.
    pub coins: i64,
}

page!(ManageAccountPage, |_| Tab::Profile);

/// What changing the password takes, besides the one so far.
#[derive(Debug, Clone)]
pub enum NewPasswordTakes {
    /// Nothing.
    Nothing,
    /// A code, which is to be asked for: posts `/settings/password/code`.
    CodeFirst {
        /// The linked number, masked.
        masked: String,
    },
    /// The code that was sent: `challenge` and `code`.
    Code {
        /// The linked number, masked.
        masked: String,
        /// Which code is awaited.
        challenge: String,
        /// Seconds until another code can be sent.
        resend_after_s: i64,
    },
    /// Patience: the phone is too new.
    Wait {
        /// RFC 3339.
        until: String,
    },
}

/// `GET/POST /settings/password` with `password`, `new_password` and what it takes.
#[derive(Debug, Clone, Template)]
#[template(path = "new_password.html", whitespace = "minimize")]
pub struct NewPasswordPage {
    /// Shared parts.
    pub chrome: Chrome,
    /// Errors.
    pub form: FormState,
    /// What it takes.
    pub takes: NewPasswordTakes,
}

page!(NewPasswordPage, |_| Tab::Profile);

/// `GET /settings/sessions`. Posts `/settings/sessions/revoke` with `session`.
#[derive(Debug, Clone, Template)]
#[template(path = "sessions.html", whitespace = "minimize")]
pub struct SessionsPage {
    /// Shared parts.
    pub chrome: Chrome,
    /// Devices, the current one first.
    pub sessions: Vec<SessionRow>,
}

page!(SessionsPage, |_| Tab::Profile);

/// One signed-in device.
#[derive(Debug, Clone)]
pub struct SessionRow {
    /// Its id, posted to sign it out.
    pub id: String,
    /// What it is, such as "Firefox on Android"; empty shows "Unknown device".
    pub label: String,
    /// RFC 3339.
    pub signed_in_at: String,
    /// RFC 3339.
    pub last_seen_at: String,
    /// Whether it is the one in hand.
    pub current: bool,
}

/// `GET/POST /settings/phone` with `number` and, where asked for, `password`; `POST /settings/phone/codes` for new
/// recovery codes.
#[derive(Debug, Clone, Template)]
#[template(path = "phone.html", whitespace = "minimize")]
pub struct PhonePage {
    /// Shared parts.
    pub chrome: Chrome,
    /// Errors.
    pub form: FormState,
    /// As typed.
    pub number: String,
    /// The number linked now, masked, if any.
    pub current_masked: Option<String>,
    /// Whether the sign-in is too old to do this without the password.
    pub needs_password: bool,
    /// How many recovery codes are not used yet.
    pub codes_left: i64,
}

page!(PhonePage, |_| Tab::Profile);

/// The step after [`PhonePage`]: `POST /settings/phone/verify` with `challenge`, `code`;
/// a new code by `POST /settings/phone/resend` with `challenge`.
#[derive(Debug, Clone, Template)]
#[template(path = "phone_verify.html", whitespace = "minimize")]
pub struct PhoneVerifyPage {
    /// Shared parts.
    pub chrome: Chrome,
    /// Errors.
    pub form: FormState,
    /// Which code is awaited.
    pub challenge: String,
    /// The number, masked.
    pub masked: String,
    /// Seconds until another code can be sent.
    pub resend_after_s: i64,
}

page!(PhoneVerifyPage, |_| Tab::Profile);
