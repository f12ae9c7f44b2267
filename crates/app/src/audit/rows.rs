//! Every value of every row, as the engines give it out: what is compressed or split in their files is whole here.

use std::path::Path;

use outro_audit::{Kind, Matcher, PlantError, Positives, Report, Scanner};
use outro_datamap::{KEYRING, TABLES};
use outro_db::portable::{Shape, Walk};
use outro_db::{Db, DbError, Migration, Value};
use outro_vault::{RootFile, Vault, VaultOptions};

use super::AuditError;
use crate::App;
use crate::backup::{Backups, each_value, make_of};

/// Looks through all tables of a database that are on the data map: those of the keyring for [`Kind::Keyring`].
pub(super) async fn look(db: &Db, matcher: &Matcher, kind: Kind) -> Result<Report, DbError> {
    let tables = if kind == Kind::Keyring { KEYRING } else { TABLES };
    let mut scanner = Scanner::new(matcher);
    for table in tables {
        let shape = Shape::new(table.name, table.columns.iter().map(|column| column.name), table.key);
        walk(db, &shape, kind, &mut scanner).await?;
    }
    Ok(scanner.report)
}

async fn walk(db: &Db, shape: &Shape, kind: Kind, scanner: &mut Scanner<'_>) -> Result<(), DbError> {
    let mut tx = db.read().await?;
    tx.take_time().await?;
    let places: Vec<_> = shape.columns.iter().map(|column| format!("{}.{column}", shape.table)).collect();
    let mut walk = Walk::new(shape);
    loop {
        let rows = walk.rows(&mut tx).await?;
        if rows.is_empty() {
            return Ok(());
        }
        for (place, value) in rows.iter().flat_map(|row| places.iter().zip(row)) {
            if let Some(bytes) = value.bytes() {
                scanner.bytes(kind, place, bytes);
            }
        }
    }
}

/// Looks through the rows of all backups in a folder that open still.
pub(super) async fn backups(app: &App, matcher: &Matcher, folder: &Path) -> Report {
    let mut scanner = Scanner::new(matcher);
    let listed = Backups::open(folder, &app.vault, false).and_then(|place| Ok((place.list()?, place)));
    let listed = match listed {
        Ok((listed, _place)) => listed,
        Err(error) => {
            scanner.report.unseen(matcher.shown(folder), error.to_string());
            return scanner.report;
        }
    };
    for about in listed {
        let name = matcher.shown(Path::new(about.folder.file_name().unwrap_or_default()));
        let mut take =
            |column: &str, bytes: &[u8]| scanner.bytes(Kind::BackupRows, &format!("{name}, {column}"), bytes);
        let read = each_value(&app.vault, &about, &mut take).await;
        match read {
            Ok(true) => {}
            Ok(false) => scanner.report.left_out(name, "it has ended, and opens to nobody"),
            Err(error) => scanner.report.unseen(name, error.to_string()),
        }
    }
    scanner.report
}

const PLANTED: &[Migration] = &[Migration {
    number: 1,
    name: "planted",
    sql: "CREATE TABLE planted (number {int} NOT NULL PRIMARY KEY, value {bytes} NOT NULL) {table}",
}];

/// Plants in the rows of a database and of a backup, under a keyring of their own.
pub(super) async fn prove(app: &App, positives: &mut Positives<'_>) -> Result<(), AuditError> {
    let all = positives.all();
    let db = Db::open(&positives.scratch("rows.db").display().to_string()).await?;
    db.migrate(PLANTED).await?;
    let shape = Shape::new("planted", ["number", "value"], &["number"]);
    let rows: Vec<_> =
        (0..).zip(&all).map(|(number, one)| vec![Value::Int(number), Value::Bytes(one.bytes.clone())]).collect();
    let mut tx = db.write().await?;
    tx.put_rows(&shape, &rows).await?;
    tx.commit().await?;
    let mut scanner = positives.scanner();
    walk(&db, &shape, Kind::Rows, &mut scanner).await?;
    positives.check(Kind::Rows, &all, &scanner);

    let folder = positives.scratch("backups");
    let keyring = Db::open(&positives.scratch("keyring.db").display().to_string()).await?;
    let root = RootFile::at(positives.scratch("root").join("root.key"));
    let (clock, random) = (app.clock.clone(), app.random.clone());
    let vault = Vault::open(VaultOptions { keyring, root, clock, random, leases: false }).await?;
    let values: Vec<_> = all.iter().map(|one| one.bytes.clone()).collect();
    let about = make_of(&vault, &folder, &values, app.clock.now(), &*app.random).await?;
    let mut scanner = positives.scanner();
    let mut take = |column: &str, bytes: &[u8]| scanner.bytes(Kind::BackupRows, column, bytes);
    if !each_value(&vault, &about, &mut take).await? {
        return Err(PlantError::Elsewhere("a backup that was just made does not open").into());
    }
    positives.check(Kind::BackupRows, &all, &scanner);
    Ok(())
}
