//! The files of PostgreSQL, which only its own machine has.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use outro_audit::{CANARIES, Kind, Matcher, Positives, Report, Scanner, WAL_PAGE, WalFile};
use outro_db::{Cluster, DbError, Relation};
use outro_model::random_bytes;

use super::AuditError;
use crate::App;

/// Where the files of PostgreSQL are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PostgresFiles {
    /// Where the server says.
    Asked,
    /// In this data directory.
    At(PathBuf),
    /// They are not to be looked at.
    LeftOut,
}

/// The folder of the write-ahead log.
const LOG: &str = "pg_wal";

/// What is to be read: the data directory, and how the database stands in it. None, with why not.
enum Place {
    None,
    Unread(&'static str),
    At(PathBuf, Cluster),
}

async fn place(app: &App, wanted: &PostgresFiles) -> Result<Place, DbError> {
    let Some(cluster) = app.db.cluster().await? else { return Ok(Place::None) };
    let folder = match wanted {
        PostgresFiles::LeftOut => return Ok(Place::None),
        PostgresFiles::At(folder) => Some(folder.clone()),
        PostgresFiles::Asked => cluster.data_directory.clone(),
    };
    let Some(folder) = folder else {
        return Ok(Place::Unread("this role may not ask where they are: give the data directory"));
    };
    if fs::read_dir(folder.join("base").join(cluster.database.to_string())).is_err() {
        return Ok(Place::Unread("they cannot be read from here: run as root on the machine of the database"));
    }
    Ok(Place::At(folder, cluster))
}

/// Looks through the files of the database, of the cluster and of the write-ahead log. What was given as files of the
/// database is to be read: where it cannot be, nothing can be vouched for.
pub(super) async fn look(app: &App, matcher: &Matcher, wanted: &PostgresFiles) -> Result<Report, DbError> {
    // The positives stand in the write-ahead log until it is used anew, and in the files until they are cleaned.
    let mut scanner = Scanner::after_planting(matcher, CANARIES);
    match place(app, wanted).await? {
        Place::None if *wanted == PostgresFiles::LeftOut => {
            scanner.report.left_out("files of PostgreSQL", "they were left out");
        }
        Place::None => {}
        Place::Unread(why) => scanner.report.unseen("files of PostgreSQL", why),
        Place::At(folder, cluster) => {
            scan(&mut scanner, &folder, &cluster);
            others(&mut scanner, &folder, &cluster);
        }
    }
    Ok(scanner.report)
}

fn scan(scanner: &mut Scanner<'_>, folder: &Path, cluster: &Cluster) {
    let own = format!("base/{}", cluster.database);
    scanner.below(folder, &|path: &Path| {
        // The log is read without the headers of its pages; other databases are not this server's.
        let others = path.starts_with("base") && !path.starts_with(&own) && !path.starts_with("base/pgsql_tmp");
        if path.starts_with(LOG) || others {
            None
        } else if path.starts_with("log") || path.starts_with("pg_log") {
            Some(Kind::Log)
        } else {
            Some(kind_of(&path.to_string_lossy(), cluster))
        }
    });
    log(scanner, folder, cluster);
}

/// What a file of the database is, by its path without the end of its name.
fn kind_of(path: &str, cluster: &Cluster) -> Kind {
    let end = path.rfind('/').map_or(0, |slash| slash + 1);
    let stem = path[end..].find(['.', '_']).map_or(path, |dot| &path[..end + dot]);
    match cluster.files.get(stem) {
        Some(Relation::Table) => Kind::Heap,
        Some(Relation::Index) => Kind::Index,
        None => Kind::Cluster,
    }
}

/// Looks through the write-ahead log.
fn log(scanner: &mut Scanner<'_>, folder: &Path, cluster: &Cluster) {
    let folder = folder.join(LOG);
    if cluster.log_is_compressed || cluster.log_page != WAL_PAGE as i64 {
        let why = "its pages are compressed (wal_compression) or of an unusual size";
        return scanner.report.unseen(folder.display().to_string(), why);
    }
    let Ok(entries) = fs::read_dir(&folder) else {
        return scanner.report.unseen(folder.display().to_string(), "cannot be read");
    };
    for path in entries.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| path.is_file()) {
        let place = path.display().to_string();
        // A file may be taken into use again under another name meanwhile.
        let Ok(file) = File::open(&path) else { continue };
        if let Err(error) = scanner.source(Kind::Wal, &place, &WalFile(file)) {
            scanner.report.unseen(place, format!("cannot be read ({})", error.kind()));
        }
    }
}

fn others(scanner: &mut Scanner<'_>, folder: &Path, cluster: &Cluster) {
    let names =
        fs::read_dir(folder.join("base")).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.file_name()));
    let own = cluster.database.to_string();
    let other =
        names.filter(|name| name.to_str().is_some_and(|name| name.parse::<u64>().is_ok() && name != own)).count();
    if other > 0 {
        scanner
            .report
            .left_out(format!("{other} other databases of the same PostgreSQL"), "they are not this server's");
    }
}

/// Plants in a table, an index and the write-ahead log of the database, in a schema of its own that goes afterwards.
pub(super) async fn prove(app: &App, positives: &mut Positives<'_>, wanted: &PostgresFiles) -> Result<(), AuditError> {
    let Place::At(folder, before) = place(app, wanted).await? else { return Ok(()) };
    let schema = format!("outro_audit_{}", hex::encode(random_bytes::<8>(&*app.random)));
    let all = positives.all();
    let values: Vec<_> = all.iter().map(|one| one.bytes.clone()).collect();
    let planted = app.db.plant(&schema, &values).await;
    // The files are known by what stands in the catalogue now.
    let cluster = app.db.cluster().await?;
    let mut scanner = positives.scanner();
    if let (Ok(()), Some(cluster)) = (&planted, &cluster) {
        for (path, _) in cluster.files.iter().filter(|(path, _)| !before.files.contains_key(*path)) {
            scanner.below(&folder.join(path), &|_| Some(kind_of(path, cluster)));
        }
        log(&mut scanner, &folder, cluster);
    }
    app.db.unplant(&schema).await?;
    planted?;
    let log_is_read = cluster.is_some_and(|cluster| !cluster.log_is_compressed && cluster.log_page == WAL_PAGE as i64);
    let kinds = [Kind::Heap, Kind::Index].into_iter().chain(log_is_read.then_some(Kind::Wal));
    for kind in kinds {
        positives.check(kind, &all, &scanner);
    }
    Ok(())
}
