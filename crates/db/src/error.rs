//! What can go wrong in the database.

/// An error of the database. Its text is for the log: it names constraints and codes, never values.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// The engine cannot be reached or opened.
    #[error("the database cannot be opened: {0}")]
    Open(String),
    /// A uniqueness or foreign-key rule refused the change.
    #[error("a constraint refused the change ({0})")]
    Constraint(String),
    /// Another transaction was in the way; the same work may be tried again.
    #[error("another transaction was in the way ({0})")]
    Busy(String),
    /// The stored data is not of the shape that was asked for.
    #[error("column {column} does not hold what was asked for")]
    Shape {
        /// The place of the column in the row, from 0.
        column: usize,
    },
    /// A migration that ran before reads otherwise now, or the database is newer than this program.
    #[error("migrations do not fit this database: {0}")]
    Migration(String),
    /// Anything else.
    #[error("{statement}: {detail}")]
    Other {
        /// The name of the statement.
        statement: String,
        /// The engine's own code and message class.
        detail: String,
    },
}

impl DbError {
    pub(crate) fn sqlite(statement: &str, error: &rusqlite::Error) -> Self {
        use rusqlite::ErrorCode;
        match error.sqlite_error_code() {
            Some(ErrorCode::ConstraintViolation) => Self::Constraint(statement.to_owned()),
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy(statement.to_owned()),
            _ => Self::Other { statement: statement.to_owned(), detail: sqlite_detail(error) },
        }
    }

    pub(crate) fn postgres(statement: &str, error: &tokio_postgres::Error) -> Self {
        let Some(state) = error.code() else {
            return Self::Other { statement: statement.to_owned(), detail: error.to_string() };
        };
        match state.code() {
            code if code.starts_with("23") => Self::Constraint(format!("{statement}, {code}")),
            code @ ("40001" | "40P01" | "55P03" | "57014") => Self::Busy(format!("{statement}, {code}")),
            // The message of PostgreSQL can quote values; its code cannot.
            code if code.starts_with("22") => Self::Other { statement: statement.to_owned(), detail: code.to_owned() },
            code => {
                let message = error.as_db_error().map(|db| db.message().to_owned()).unwrap_or_default();
                Self::Other { statement: statement.to_owned(), detail: format!("{code} {message}") }
            }
        }
    }
}

fn sqlite_detail(error: &rusqlite::Error) -> String {
    match error {
        rusqlite::Error::SqliteFailure(code, message) => {
            format!("{:?} {}", code.code, message.as_deref().unwrap_or_default())
        }
        other => other.to_string(),
    }
}
