//! The words that hold comments back until the owner of the video lets them through.

use std::collections::HashSet;

use outro_datamap::COMMENT_FILTER;
use outro_model::bounded_line;
use outro_store::{accounts, comments};
use outro_vault::AccountKeys;

use crate::{App, AppError, Signed};

/// Most words of one account.
const MOST: usize = 200;
/// The longest of them, in characters.
const LONGEST: usize = 50;

/// One's own words, in the order in which they were given.
pub async fn filter(app: &App, signed: &Signed) -> Result<Vec<String>, AppError> {
    let sealed = comments::filter(&mut app.db.read().await?, signed.account).await?;
    opened(&signed.keys(app).await?, sealed.as_deref())
}

/// Sets one's own words; they hold for what is written from now on.
pub async fn set_filter(app: &App, signed: &Signed, words: &[String]) -> Result<Vec<String>, AppError> {
    let words = read_words(words)?;
    let keys = signed.keys(app).await?;
    let sealed =
        (!words.is_empty()).then(|| keys.seal_text(COMMENT_FILTER, signed.account.as_bytes(), &words.join("\n")));
    let mut tx = app.db.write().await?;
    if !accounts::lock_live(&mut tx, signed.account).await? {
        return Err(AppError::SignInNeeded);
    }
    comments::set_filter(&mut tx, signed.account, sealed.as_deref()).await?;
    tx.commit().await?;
    Ok(words)
}

fn read_words(given: &[String]) -> Result<Vec<String>, AppError> {
    let (mut words, mut known) = (Vec::new(), HashSet::new());
    for word in given {
        let long =
            |_| AppError::invalid("words", "word_too_long", format!("Use at most {LONGEST} characters for each word."));
        let word = bounded_line(word, LONGEST).map_err(long)?;
        if !word.is_empty() && known.insert(folded(&word)) {
            words.push(word);
        }
        // Said at once: a body has room for many thousands.
        if words.len() > MOST {
            return Err(AppError::invalid("words", "too_many_words", format!("Use at most {MOST} words.")));
        }
    }
    Ok(words)
}

fn opened(keys: &AccountKeys, sealed: Option<&[u8]>) -> Result<Vec<String>, AppError> {
    let Some(sealed) = sealed else { return Ok(vec![]) };
    let text = keys.open_text(COMMENT_FILTER, keys.account().as_bytes(), sealed)?;
    Ok(text.lines().map(str::to_owned).collect())
}

/// Whether the owner's words hold a text back.
pub(super) fn holds_back(keys: &AccountKeys, sealed: Option<&[u8]>, text: &str) -> Result<bool, AppError> {
    Ok(opened(keys, sealed)?.iter().any(|word| holds(word, text)))
}

/// Whether a text holds a word: whole words, whatever their case. What holds no letter and no digit (an
/// emoji) is found wherever it stands.
fn holds(word: &str, text: &str) -> bool {
    let (wanted, found) = (split(word), split(text));
    if wanted.is_empty() {
        return folded(text).contains(&folded(word));
    }
    found.windows(wanted.len()).any(|some| some == wanted)
}

fn folded(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).collect()
}

fn split(text: &str) -> Vec<String> {
    let text = folded(text);
    text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_words_are_found_in_any_case() {
        for (word, text) in [
            ("spam", "SPAM!"),
            ("Straße", "die STRAßE."),
            ("buy now", "please Buy   NOW, friend"),
            ("مطر", "هذا مطر."),
            ("ÉTÉ", "l'été"),
            ("🍆", "well🍆well"),
        ] {
            assert!(holds(word, text), "{word}");
        }
        for (word, text) in [("spam", "spammer"), ("buy now", "now buy"), ("ass", "class glass"), ("a b", "a c b")] {
            assert!(!holds(word, text), "{word}");
        }
    }

    #[test]
    fn words_are_bounded_and_kept_once() {
        let given = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        assert_eq!(read_words(&given(&[" Spam ", "spam", "", "b"])).unwrap(), ["Spam", "b"]);
        assert!(read_words(&given(&[&"x".repeat(51)])).is_err());
        let many: Vec<String> = (0..201).map(|number| format!("w{number}")).collect();
        assert!(read_words(&many).is_err() && read_words(&many[1..]).is_ok());
    }

    #[test]
    fn as_many_words_as_a_body_holds_are_refused_at_once() {
        let many: Vec<String> = (0..200_000).map(|number| format!("w{number}")).collect();
        let began = std::time::Instant::now();
        assert!(read_words(&many).is_err());
        assert!(began.elapsed().as_secs() < 5, "{:?}", began.elapsed());
    }
}
