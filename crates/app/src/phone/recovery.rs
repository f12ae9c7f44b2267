//! Recovery codes: given when a phone is linked, for leaving should it be lost.

use outro_datamap::RECOVERY_CODE;
use outro_db::Tx;
use outro_model::{Random, RecoveryCodeId, random_bytes};
use outro_store::recovery_codes::{self, RecoveryCode};
use outro_vault::{AccountKeys, MacPurpose, constant_time_eq};

use crate::{App, AppError, Signed};

/// How many are given at once.
const CODES: usize = 10;
/// The letters of Crockford's base 32: none that is taken for another.
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Letters of a code: 16 of 5 bits are 80 bits.
const LENGTH: usize = 16;
/// Letters of a group.
const GROUP: usize = 4;

/// New codes, as their owner is shown them once and as they are stored.
pub(super) struct Made {
    pub(super) codes: Vec<String>,
    rows: Vec<RecoveryCode>,
}

pub(super) fn make(app: &App, keys: &AccountKeys) -> Made {
    let codes: Vec<String> = (0..CODES).map(|_| draw(&*app.random)).collect();
    let row = |code: &String| {
        let id = RecoveryCodeId::random(&*app.random);
        RecoveryCode { id, code: keys.seal(RECOVERY_CODE, id.as_bytes(), &mac(app, keys, &letters(code))) }
    };
    let rows = codes.iter().map(row).collect();
    Made { codes, rows }
}

impl Made {
    /// Puts them in the place of those that were there.
    pub(super) async fn put(&self, app: &App, tx: &mut Tx, keys: &AccountKeys) -> Result<(), AppError> {
        Ok(recovery_codes::replace(tx, keys.account(), &self.rows, app.clock.now()).await?)
    }
}

/// How many recovery codes one has that are not used yet.
pub async fn recovery_codes_left(app: &App, signed: &Signed) -> Result<i64, AppError> {
    Ok(recovery_codes::count(&mut app.db.read().await?, signed.account).await?)
}

/// Which of the stored codes was given. Every one of them is looked at, wherever it fits.
pub(crate) fn recovery_code(
    app: &App,
    keys: &AccountKeys,
    stored: &[RecoveryCode],
    given: &str,
) -> Result<Option<RecoveryCodeId>, AppError> {
    let (given, mut found) = (mac(app, keys, &letters(given)), None);
    for RecoveryCode { id, code } in stored {
        let code = keys.open(RECOVERY_CODE, id.as_bytes(), code)?;
        found = if constant_time_eq(&code, &given) { Some(*id) } else { found };
    }
    Ok(found)
}

fn mac(app: &App, keys: &AccountKeys, letters: &str) -> [u8; 32] {
    app.vault.mac(MacPurpose::RecoveryCode, &[keys.account().as_bytes(), letters.as_bytes()])
}

/// A code, in groups of four. 256 is a multiple of 32: each letter is as likely as any other.
fn draw(random: &dyn Random) -> String {
    let drawn: [u8; LENGTH] = random_bytes(random);
    let letters: Vec<char> = drawn.iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect();
    letters.chunks(GROUP).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

/// A code as people type it: in small or large letters, with or without hyphens, O for 0, I and L for 1.
fn letters(code: &str) -> String {
    let plain = code.chars().filter(|letter| !letter.is_whitespace() && *letter != '-').map(outro_model::ascii_digit);
    plain
        .map(|letter| match letter.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            letter => letter,
        })
        .take(LENGTH + 1)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Counting(std::sync::atomic::AtomicU8);

    impl Random for Counting {
        fn fill(&self, bytes: &mut [u8]) {
            for byte in bytes {
                *byte = self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            }
        }
    }

    #[test]
    fn a_code_is_typed_as_people_type() {
        let code = draw(&Counting(0.into()));
        assert_eq!(code, "0123-4567-89AB-CDEF");
        for typed in ["0123456789abcdef", " oi23 4567 89AB cdef ", "O L 2 3-4567-89ab-CDEF", "٠١٢٣-٤٥٦٧-٨٩AB-CDEF"]
        {
            assert_eq!(letters(typed), letters(&code), "{typed}");
        }
        assert_ne!(letters("0123-4567-89AB-CDE"), letters(&code));
        assert_ne!(letters("0123-4567-89AB-CDEF0"), letters(&code));
        assert_eq!(LETTERS.iter().collect::<std::collections::BTreeSet<_>>().len(), 32);
    }
}
