//! Coins: buying them, giving them, and what becomes of them when somebody leaves.

mod books;
mod buy;
mod forfeit;
mod gift;
mod report;
mod settings;
mod view;

pub(crate) use books::drop_old;
pub use books::{Record, records};
pub use buy::{PurchaseView, buy};
pub(crate) use forfeit::{forfeit, left_of};
pub use gift::{GiftView, NewGift, gift, may_give};
pub use report::reported;
pub use settings::{Coins, Pack};
pub use view::{EntryView, Wallet, balance, wallet};

use outro_vault::MacPurpose;

use crate::{App, AppError};

/// The longest key under which something is asked for once.
const LONGEST_KEY: usize = 64;

/// A keyed hash of the parts that name one thing to be done once.
fn tag(app: &App, what: &str, parts: &[&[u8]]) -> [u8; 32] {
    app.vault.mac(MacPurpose::Payment, &[&[what.as_bytes()], parts].concat())
}

/// A key as it was given: what can stand in a header, and is not too long.
fn checked_key(key: &str) -> Result<&str, AppError> {
    let fits = (1..=LONGEST_KEY).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
    let detail = "Give 1 to 64 letters, digits or signs, new for each thing that is to be done.";
    if fits { Ok(key) } else { Err(AppError::invalid("key", "key_invalid", detail)) }
}

/// The refusal of a key that was used for something else.
fn key_used() -> AppError {
    let detail = "This key was used for something else already. Take a new one.";
    AppError::refused(crate::RefusalKind::Conflict, "key_used", detail)
}

/// The first half of a hash.
fn half(hash: [u8; 32]) -> [u8; 16] {
    let mut half = [0; 16];
    half.copy_from_slice(&hash[..16]);
    half
}
