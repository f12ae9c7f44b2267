//! The token that forms of a session carry, so that no other site can post them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use outro_vault::{MacPurpose, constant_time_eq};

use crate::{App, Signed};

/// The token of a session: a keyed hash of what the session stands under.
pub fn form_token(app: &App, signed: &Signed) -> String {
    URL_SAFE_NO_PAD.encode(app.vault.mac(MacPurpose::Csrf, &[&signed.token_hash]))
}

/// Whether a token is the one of the session.
pub fn form_token_fits(app: &App, signed: &Signed, given: &str) -> bool {
    constant_time_eq(form_token(app, signed).as_bytes(), given.as_bytes())
}
