//! Whole tables in a form that both engines give and take: for backups, and for copies of the keyring.

use std::borrow::Cow;

use crate::{DbError, Param, Statement, ToParam, Tx, Value};

/// Rows that are read at once.
const PAGE: i64 = 1000;
/// Parameters that one statement binds at most; SQLite takes 32,766.
const PARAMS: usize = 900;

/// A table as it is carried: its name, its columns, the columns of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    /// The table.
    pub table: String,
    /// Its columns, in the order of the values of a row.
    pub columns: Vec<String>,
    /// The columns of its key.
    pub key: Vec<String>,
}

impl Shape {
    /// The shape of a table.
    pub fn new(table: &str, columns: impl IntoIterator<Item = &'static str>, key: &[&str]) -> Self {
        let owned = |name: &str| name.to_owned();
        let columns = columns.into_iter().map(owned).collect();
        Self { table: table.to_owned(), columns, key: key.iter().copied().map(owned).collect() }
    }

    fn first(&self) -> Statement {
        let (columns, key) = (self.columns.join(", "), self.key.join(", "));
        let sql = format!("SELECT {columns} FROM {} ORDER BY {key} LIMIT ?1", self.table);
        Statement::built(format!("portable::first::{}", self.table), sql).scanning()
    }

    fn next(&self) -> Statement {
        let (columns, key) = (self.columns.join(", "), self.key.join(", "));
        let after: Vec<_> = (1..=self.key.len()).map(|number| format!("?{number}")).collect();
        let (after, limit) = (after.join(", "), self.key.len() + 1);
        let sql =
            format!("SELECT {columns} FROM {} WHERE ({key}) > ({after}) ORDER BY {key} LIMIT ?{limit}", self.table);
        Statement::built(format!("portable::next::{}", self.table), sql).scanning()
    }

    fn insert(&self, rows: usize) -> Statement {
        let width = self.columns.len();
        let row = |at: usize| {
            let each: Vec<_> = (1..=width).map(|column| format!("?{}", at * width + column)).collect();
            format!("({})", each.join(", "))
        };
        let (all, columns): (Vec<_>, _) = ((0..rows).map(row).collect(), self.columns.join(", "));
        let sql = format!("INSERT INTO {} ({columns}) VALUES {}", self.table, all.join(", "));
        Statement::built(format!("portable::insert::{}", self.table), sql).scanning()
    }

    /// The values of the key of a row.
    fn key_of<'a>(&self, row: &'a [Value]) -> Vec<&'a Value> {
        let place = |name: &String| self.columns.iter().position(|column| column == name);
        self.key.iter().filter_map(place).map(|place| &row[place]).collect()
    }
}

/// Goes along the rows of a table, in the order of its key.
pub struct Walk<'a> {
    shape: &'a Shape,
    next: Statement,
    last: Option<Vec<Value>>,
    over: bool,
}

impl<'a> Walk<'a> {
    /// From the first row on.
    pub fn new(shape: &'a Shape) -> Self {
        Self { shape, next: shape.next(), last: None, over: false }
    }

    /// The next rows; none at the end.
    pub async fn rows(&mut self, tx: &mut Tx) -> Result<Vec<Vec<Value>>, DbError> {
        if self.over {
            return Ok(vec![]);
        }
        let rows = match &self.last {
            None => tx.query(&self.shape.first(), &[Param::Int(PAGE)]).await?,
            Some(last) => {
                let key = self.shape.key_of(last);
                let values: Vec<_> = key.into_iter().map(ToParam::to_param).chain([Param::Int(PAGE)]).collect();
                tx.query(&self.next, &values).await?
            }
        };
        self.over = (rows.len() as i64) < PAGE;
        let rows: Vec<_> = rows.into_iter().map(crate::Row::into_values).collect();
        self.last = rows.last().cloned();
        Ok(rows)
    }
}

impl Tx {
    /// Adds rows to a table, several with one statement.
    pub async fn put_rows(&mut self, shape: &Shape, rows: &[Vec<Value>]) -> Result<(), DbError> {
        let width = shape.columns.len();
        if rows.iter().any(|row| row.len() != width) {
            return Err(DbError::Shape { column: width });
        }
        let (at_once, mut rest) = ((PARAMS / width.max(1)).max(1), rows);
        while !rest.is_empty() {
            // Powers of two, so that few different statements are prepared.
            let (chunk, others) = rest.split_at(1 << rest.len().min(at_once).ilog2());
            let values: Vec<_> = chunk.iter().flatten().map(ToParam::to_param).collect();
            self.execute(&shape.insert(chunk.len()), &values).await?;
            rest = others;
        }
        Ok(())
    }

    /// Whether a table holds anything.
    pub async fn holds_rows(&mut self, table: &str) -> Result<bool, DbError> {
        let probe = Statement::built(format!("portable::probe::{table}"), format!("SELECT 1 FROM {table} LIMIT 1"));
        Ok(self.query_opt(&probe, &[]).await?.is_some())
    }
}

/// What a portable file is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// The rows that follow are of this table.
    Table(Shape),
    /// A row.
    Row(Vec<Value>),
    /// All was said.
    End,
}

const TABLE: u8 = 1;
const ROW: u8 = 2;
const END: u8 = 3;

impl Record {
    /// Adds the bytes of this record.
    pub fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Table(shape) => {
                out.push(TABLE);
                put(out, shape.table.as_bytes());
                for list in [&shape.columns, &shape.key] {
                    out.extend((list.len() as u32).to_be_bytes());
                    list.iter().for_each(|name| put(out, name.as_bytes()));
                }
            }
            Self::Row(values) => write_row(values, out),
            Self::End => out.push(END),
        }
    }

    /// Takes a record off the front of `bytes`; `None` when none stands there.
    pub fn read(bytes: &mut &[u8]) -> Option<Self> {
        match take(bytes, 1)?[0] {
            TABLE => {
                let table = text(bytes)?;
                let mut list = || (0..number(bytes)?).map(|_| text(bytes)).collect::<Option<Vec<_>>>();
                Some(Self::Table(Shape { table, columns: list()?, key: list()? }))
            }
            ROW => (0..number(bytes)?).map(|_| value(bytes)).collect::<Option<_>>().map(Self::Row),
            END => Some(Self::End),
            _ => None,
        }
    }
}

/// Adds the bytes of a row.
pub fn write_row(values: &[Value], out: &mut Vec<u8>) {
    out.push(ROW);
    out.extend((values.len() as u32).to_be_bytes());
    for value in values {
        match value {
            Value::Null => out.push(0),
            Value::Int(number) => {
                out.push(1);
                out.extend(number.to_be_bytes());
            }
            Value::Bytes(bytes) => {
                out.push(2);
                put(out, bytes);
            }
            Value::Text(text) => {
                out.push(3);
                put(out, text.as_bytes());
            }
        }
    }
}

fn put(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend((bytes.len() as u32).to_be_bytes());
    out.extend(bytes);
}

fn take<'a>(bytes: &mut &'a [u8], count: usize) -> Option<&'a [u8]> {
    let (taken, rest) = bytes.split_at_checked(count)?;
    *bytes = rest;
    Some(taken)
}

fn number(bytes: &mut &[u8]) -> Option<u32> {
    Some(u32::from_be_bytes(take(bytes, 4)?.try_into().ok()?))
}

fn long<'a>(bytes: &mut &'a [u8]) -> Option<&'a [u8]> {
    let count = number(bytes)?;
    take(bytes, count as usize)
}

fn text(bytes: &mut &[u8]) -> Option<String> {
    Some(Cow::into_owned(String::from_utf8_lossy(long(bytes)?)))
}

fn value(bytes: &mut &[u8]) -> Option<Value> {
    Some(match take(bytes, 1)?[0] {
        0 => Value::Null,
        1 => Value::Int(i64::from_be_bytes(take(bytes, 8)?.try_into().ok()?)),
        2 => Value::Bytes(long(bytes)?.to_vec()),
        3 => Value::Text(text(bytes)?),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_round_trip_and_a_cut_one_is_none() {
        let records = [
            Record::Table(Shape::new("t", ["a", "b"], &["a"])),
            Record::Row(vec![Value::Null, Value::Int(-1), Value::Bytes(vec![0, 255]), Value::Text("ü".into())]),
            Record::End,
        ];
        let mut bytes = Vec::new();
        records.iter().for_each(|record| record.write(&mut bytes));
        let mut rest = &bytes[..];
        for record in &records {
            assert_eq!(Record::read(&mut rest).as_ref(), Some(record));
        }
        assert!(rest.is_empty() && Record::read(&mut rest).is_none());
        let row = &{
            let mut out = Vec::new();
            records[1].write(&mut out);
            out
        };
        assert!((0..row.len()).all(|cut| Record::read(&mut &row[..cut]).is_none()));
        assert!(Record::read(&mut &[9u8][..]).is_none());
    }
}
