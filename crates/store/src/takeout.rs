//! Takeout's statements, put together from the data map: what a person takes along of a table is what the
//! map says, and nothing about it is written by hand.

use std::sync::LazyLock;

use outro_datamap::{Column, TABLES, Table, sides};
use outro_db::{DbError, Param, Statement, ToParam as _, Tx, Value};
use outro_model::AccountId;

/// Rows that one page holds at most.
pub const PAGE: i64 = 200;

/// One side of one table: the rows that a person finds under one of its columns.
#[derive(Debug)]
pub struct Source {
    /// The table.
    pub table: &'static Table,
    /// The column that holds the person's account.
    pub side: &'static str,
    /// Places of the key in a row, the side left out.
    keys: Vec<usize>,
    first: Statement,
    next: Statement,
}

/// A row with all its columns, in the order of the map.
#[derive(Debug)]
pub struct Record {
    table: &'static Table,
    values: Vec<Value>,
}

/// Every source, in the order of the map.
pub static SOURCES: LazyLock<Vec<Source>> = LazyLock::new(|| {
    TABLES.iter().flat_map(|table| sides(table).iter().map(move |side| Source::of(table, side))).collect()
});

/// The statements of all sources, so that tests can prepare each on both engines.
pub fn built_statements() -> Vec<&'static Statement> {
    SOURCES.iter().flat_map(|source| [&source.first, &source.next]).collect()
}

impl Source {
    fn of(table: &'static Table, side: &'static str) -> Self {
        let key: Vec<&str> = table.key.iter().copied().filter(|name| *name != side).collect();
        let place = |name: &&str| table.columns.iter().position(|column| column.name == *name);
        let columns: Vec<_> = table.columns.iter().map(|column| column.name).collect();
        let (columns, name, keys) = (columns.join(", "), table.name, key.iter().filter_map(place).collect());
        let (order, list) = if key.is_empty() {
            (String::new(), String::new())
        } else {
            (format!(" ORDER BY {}", key.join(", ")), key.join(", "))
        };
        let marks: Vec<_> = (3..3 + key.len()).map(|number| format!("?{number}")).collect();
        let after = if key.is_empty() { String::new() } else { format!(" AND ({list}) > ({})", marks.join(", ")) };
        let build = |what: &str, sql| Statement::built(format!("takeout::{what}::{name}.{side}"), sql);
        Self {
            table,
            side,
            keys,
            first: build("first", format!("SELECT {columns} FROM {name} WHERE {side} = ?1{order} LIMIT ?2")),
            next: build("next", format!("SELECT {columns} FROM {name} WHERE {side} = ?1{after}{order} LIMIT ?2")),
        }
    }

    /// The next page of rows, after `last`. A page that is not full is the last one.
    pub async fn page(&self, tx: &mut Tx, account: AccountId, last: Option<&Record>) -> Result<Vec<Record>, DbError> {
        let mut values = vec![Param::Bytes(account.as_bytes()), Param::Int(PAGE)];
        let rows = match last {
            // There is one row at most where the account alone is the key.
            Some(_) if self.keys.is_empty() => return Ok(vec![]),
            Some(last) => {
                values
                    .extend(self.keys.iter().filter_map(|place| last.values.get(*place)).map(|value| value.to_param()));
                tx.query(&self.next, &values).await?
            }
            None => tx.query(&self.first, &values).await?,
        };
        let width = self.table.columns.len();
        let read = |row: &outro_db::Row| (0..width).map(|place| row.get(place)).collect::<Result<Vec<Value>, _>>();
        rows.iter().map(|row| Ok(Record { table: self.table, values: read(row)? })).collect()
    }
}

impl Record {
    /// What stands in a column; nothing where there is no such column.
    pub fn get(&self, name: &str) -> &Value {
        const NOTHING: &Value = &Value::Null;
        let place = self.table.columns.iter().position(|column| column.name == name);
        place.and_then(|place| self.values.get(place)).unwrap_or(NOTHING)
    }

    /// The number in a column; 0 where there is none.
    pub fn number(&self, name: &str) -> i64 {
        if let Value::Int(number) = self.get(name) { *number } else { 0 }
    }

    /// The id in a column.
    pub fn id<Kind>(&self, name: &str) -> Option<outro_model::Id<Kind>> {
        let Value::Bytes(bytes) = self.get(name) else { return None };
        Some(outro_model::Id::from_bytes(bytes.as_slice().try_into().ok()?))
    }

    /// The columns that go into the archive, with what stands in them.
    pub fn taken(&self) -> impl Iterator<Item = (&'static Column, &Value)> {
        let taken = self.table.taken();
        taken.map(|column| (column, self.get(column.name)))
    }
}
