//! Errors in the words of the reader's language.

use outro_app::{AppError, FieldError};
use outro_pages::{FormState, Lang};

use crate::problem::words_of;

/// The catalogue's sentence for a word; our own sentence where the catalogue has none.
pub(super) fn say(lang: Lang, code: &str, own: &str) -> String {
    // The catalogue answers the same general sentence for every word that it does not know.
    let (found, general) = (lang.text().problem(code), lang.text().problem(""));
    if found == general { own.to_owned() } else { found.to_owned() }
}

/// The sentence for an error.
pub(super) fn sentence(lang: Lang, error: &AppError) -> String {
    let (code, own) = words_of(error);
    say(lang, code, &own)
}

/// What a form shows of an error; none when it is no matter of the form.
pub(super) fn form_of(lang: Lang, error: &AppError) -> Option<FormState> {
    match error {
        AppError::Invalid(fields) => {
            let view = |error: &FieldError| outro_pages::FieldError {
                field: error.field.to_owned(),
                message: say(lang, error.code, &error.message),
            };
            Some(FormState { message: None, errors: fields.iter().map(view).collect() })
        }
        AppError::Refused(_) | AppError::TooMany { .. } => {
            Some(FormState { message: Some(sentence(lang, error)), errors: vec![] })
        }
        _ => None,
    }
}

/// Moves what was said of the whole form to one of its fields.
pub(super) fn onto(field: &str, form: FormState) -> FormState {
    let FormState { message, mut errors } = form;
    errors.extend(message.map(|message| outro_pages::FieldError { field: field.to_owned(), message }));
    FormState { message: None, errors }
}

#[cfg(test)]
mod tests {
    use outro_app::RefusalKind;

    use super::*;

    #[test]
    fn words_are_translated_where_the_catalogue_has_them() {
        assert_eq!(say(Lang::En, "no_such_word", "Own."), "Own.");
        assert_ne!(say(Lang::Ar, "too_young", "Own."), say(Lang::En, "too_young", "Own."));
        let long = AppError::invalid("bio", "bio_too_long", "Own.");
        let shown = form_of(Lang::Ar, &long).unwrap();
        assert_eq!(shown.errors[0].field, "bio");
        assert_ne!(shown.errors[0].message, "Own.");
    }

    #[test]
    fn only_what_the_form_can_mend_is_shown_in_it() {
        assert!(form_of(Lang::En, &AppError::NotFound).is_none());
        assert!(form_of(Lang::En, &AppError::internal("x")).is_none());
        let refused = AppError::refused(RefusalKind::Conflict, "no_such_word", "Own.");
        let shown = form_of(Lang::En, &refused).unwrap();
        assert_eq!(shown.message.as_deref(), Some("Own."));
        let soon = AppError::TooMany { code: "resend_too_soon", retry_after_s: 25 };
        let daily = AppError::TooMany { code: "rate_limited", retry_after_s: 40_000 };
        let shown_of = |error| form_of(Lang::En, error).unwrap().message;
        assert_ne!(shown_of(&soon), shown_of(&daily));
        let moved = onto("handle", shown);
        assert!(moved.message.is_none() && moved.errors[0].field == "handle");
    }
}
