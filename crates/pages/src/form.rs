//! What went wrong with a form.

/// One field's error, in words for the person who typed it.
#[derive(Debug, Clone)]
pub struct FieldError {
    /// The field's name, as in the form.
    pub field: String,
    /// What to do about it; see [`crate::Text::problem`].
    pub message: String,
}

/// The errors of a form that is shown again. Empty when it is shown for the first time.
#[derive(Debug, Clone, Default)]
pub struct FormState {
    /// An error that belongs to no single field.
    pub message: Option<String>,
    /// Errors by field.
    pub errors: Vec<FieldError>,
}

impl FormState {
    /// The first error of a field.
    pub(crate) fn of(&self, field: &str) -> Option<&str> {
        self.errors.iter().find(|error| error.field == field).map(|error| error.message.as_str())
    }
}
