//! Statements, written once for both engines.

use std::borrow::Cow;
use std::sync::OnceLock;

use crate::Engine;

/// One SQL statement, with `?N` parameters. Where the engines differ it holds a named token:
///
/// | token | SQLite | PostgreSQL |
/// |---|---|---|
/// | `{for_update}` | nothing: there is one writer | `FOR UPDATE` |
/// | `{for_no_key_update}` | nothing | `FOR NO KEY UPDATE` |
/// | `{for_share}` | nothing | `FOR SHARE` |
/// | `{skip_locked}` | nothing | `FOR UPDATE SKIP LOCKED` |
/// | `{bytes}` `{int}` | `BLOB` `INTEGER` | `BYTEA` `BIGINT` |
/// | `{table}` | `STRICT, WITHOUT ROWID` | nothing |
#[derive(Debug)]
pub struct Statement {
    name: Cow<'static, str>,
    sql: Cow<'static, str>,
    scans: bool,
    sqlite: OnceLock<String>,
    postgres: OnceLock<String>,
}

impl Statement {
    /// A statement whose work is bounded by an index: it runs where it is called.
    pub const fn new(name: &'static str, sql: &'static str) -> Self {
        Self {
            name: Cow::Borrowed(name),
            sql: Cow::Borrowed(sql),
            scans: false,
            sqlite: OnceLock::new(),
            postgres: OnceLock::new(),
        }
    }

    /// A statement put together at start, from declarations.
    pub fn built(name: String, sql: String) -> Self {
        Self { name: Cow::Owned(name), sql: Cow::Owned(sql), ..Self::new("", "") }
    }

    /// Says that the work is not bounded: on SQLite it then runs off the async threads.
    #[must_use]
    pub fn scanning(mut self) -> Self {
        self.scans = true;
        self
    }

    /// The name, for logs.
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn scans(&self) -> bool {
        self.scans
    }

    /// The text as `engine` takes it.
    pub fn sql_for(&self, engine: Engine) -> &str {
        match engine {
            Engine::Sqlite => self.sqlite.get_or_init(|| render(&self.sql, engine)),
            Engine::Postgres => self.postgres.get_or_init(|| render(&self.sql, engine)),
        }
    }
}

/// Declares statements as statics, and `STATEMENTS`, the list of all of them, so that a test can
/// prepare each on both engines.
#[macro_export]
macro_rules! statements {
    ($($(#[$doc:meta])* $name:ident = $sql:expr;)*) => {
        $($(#[$doc])* static $name: $crate::Statement =
            $crate::Statement::new(concat!(module_path!(), "::", stringify!($name)), $sql);)*
        /// All statements of this module.
        pub(crate) static STATEMENTS: &[&$crate::Statement] = &[$(&$name),*];
    };
}

const TOKENS: &[(&str, &str, &str)] = &[
    ("{for_update}", "", "FOR UPDATE"),
    ("{for_no_key_update}", "", "FOR NO KEY UPDATE"),
    ("{for_share}", "", "FOR SHARE"),
    ("{skip_locked}", "", "FOR UPDATE SKIP LOCKED"),
    ("{bytes}", "BLOB", "BYTEA"),
    ("{int}", "INTEGER", "BIGINT"),
    ("{table}", "STRICT, WITHOUT ROWID", ""),
];

pub(crate) fn render(sql: &str, engine: Engine) -> String {
    let mut text = sql.to_owned();
    for (token, sqlite, postgres) in TOKENS {
        text = text.replace(token, if engine == Engine::Sqlite { sqlite } else { postgres });
    }
    if engine == Engine::Postgres { numbered(&text) } else { text }
}

/// `?N` to `$N`, outside of quotes.
fn numbered(sql: &str) -> String {
    let mut quoted = false;
    sql.chars()
        .map(|letter| {
            quoted ^= letter == '\'';
            if letter == '?' && !quoted { '$' } else { letter }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_and_tokens_are_rendered() {
        let statement = Statement::new("t", "SELECT '?' , ?2, ?1 FROM t {for_update}");
        assert_eq!(statement.sql_for(Engine::Sqlite), "SELECT '?' , ?2, ?1 FROM t ");
        assert_eq!(statement.sql_for(Engine::Postgres), "SELECT '?' , $2, $1 FROM t FOR UPDATE");
    }
}
