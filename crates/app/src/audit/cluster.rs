//! The files of PostgreSQL, which only its own machine has.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use outro_audit::{CANARIES, Kind, Matcher, Positives, Report, Scanner, WAL_PAGE, WalFile};
use outro_db::{Cluster, DbError, Engine, Relation};
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
/// How often it is listed: files come while it is read.
const LISTINGS: usize = 3;
/// How the schemas are called that positives are planted in, before 16 hexadecimal digits.
const SCHEMA: &str = "outro_audit_";

/// A PostgreSQL that holds something of this server.
struct Server {
    what: &'static str,
    /// How its databases stand in it.
    cluster: Cluster,
    /// The numbers of those databases that are this server's.
    databases: Vec<i64>,
    wanted: PostgresFiles,
}

/// The PostgreSQL of the database and that of the keyring; one, where both are the same.
async fn servers(app: &App, wanted: &PostgresFiles) -> Result<Vec<Server>, DbError> {
    let (database, keyring) = (app.db.cluster().await?, app.vault.keyring_database().cluster().await?);
    let server = |what, cluster: Cluster, wanted| Server { what, databases: vec![cluster.database], cluster, wanted };
    let mut all: Vec<Server> = Vec::new();
    all.extend(database.map(|cluster| server("files of PostgreSQL", cluster, wanted.clone())));
    let Some(keyring) = keyring else { return Ok(all) };
    if let Some(same) = all.first_mut().filter(|other| other.cluster.started == keyring.started) {
        same.databases.push(keyring.database);
        same.cluster.files.extend(keyring.files);
        return Ok(all);
    }
    // A directory that was given is that of the database, where it is on PostgreSQL.
    let wanted = match wanted {
        PostgresFiles::At(_) if !all.is_empty() => PostgresFiles::Asked,
        other => other.clone(),
    };
    all.push(server("files of the keyring's PostgreSQL", keyring, wanted));
    Ok(all)
}

/// The data directory; or why it cannot be read.
fn directory(server: &Server) -> Result<PathBuf, &'static str> {
    let folder = match &server.wanted {
        PostgresFiles::At(folder) => Some(folder),
        PostgresFiles::Asked | PostgresFiles::LeftOut => server.cluster.data_directory.as_ref(),
    };
    let folder = folder.ok_or("this role may not ask where they are: give the data directory")?;
    let is_there = |number: &i64| fs::read_dir(folder.join("base").join(number.to_string())).is_ok();
    if !server.databases.iter().all(is_there) {
        return Err("they cannot be read from here: run as root on the machine of the database");
    }
    Ok(folder.clone())
}

/// Looks through the files of the databases, of the cluster and of the write-ahead log. What was given as files of the
/// database is to be read: where it cannot be, nothing can be vouched for.
pub(super) async fn look(app: &App, matcher: &Matcher, wanted: &PostgresFiles) -> Result<Report, DbError> {
    // The positives stand in the write-ahead log until it is used anew, and in the files until they are cleaned.
    let mut scanner = Scanner::after_planting(matcher, CANARIES);
    if *wanted == PostgresFiles::LeftOut {
        scanner.report.left_out("files of PostgreSQL", "they were left out");
        return Ok(scanner.report);
    }
    for server in servers(app, wanted).await? {
        match directory(&server) {
            Ok(folder) => {
                scan(&mut scanner, &folder, &server);
                others(&mut scanner, &folder, &server);
            }
            Err(why) => scanner.report.unseen(server.what, why),
        }
    }
    Ok(scanner.report)
}

fn scan(scanner: &mut Scanner<'_>, folder: &Path, server: &Server) {
    let own: Vec<_> = server.databases.iter().map(|number| format!("base/{number}")).collect();
    scanner.below(folder, &|path: &Path| {
        // The log is read without the headers of its pages; other databases are not this server's.
        let is_own = path.starts_with("base/pgsql_tmp") || own.iter().any(|own| path.starts_with(own));
        if path.starts_with(LOG) || (path.starts_with("base") && !is_own) {
            None
        } else if path.starts_with("log") || path.starts_with("pg_log") {
            Some(Kind::Log)
        } else {
            Some(kind_of(&path.to_string_lossy(), &server.cluster))
        }
    });
    log(scanner, folder, &server.cluster);
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

fn log_is_read(cluster: &Cluster) -> bool {
    !cluster.log_is_compressed && cluster.log_page == WAL_PAGE as i64
}

/// Looks through the write-ahead log.
fn log(scanner: &mut Scanner<'_>, folder: &Path, cluster: &Cluster) {
    let folder = folder.join(LOG);
    let place = scanner.shown(&folder);
    if !log_is_read(cluster) {
        let why = "its pages are compressed (wal_compression) or of an unusual size";
        return scanner.report.unseen(place, why);
    }
    let mut seen = BTreeSet::new();
    for _ in 0..LISTINGS {
        let Ok(entries) = fs::read_dir(&folder) else { return scanner.report.unseen(place, "cannot be read") };
        let files = entries.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| path.is_file());
        let new: Vec<_> = files.filter(|path| seen.insert(path.clone())).collect();
        if new.is_empty() {
            return;
        }
        for path in new {
            let place = scanner.shown(&path);
            let read = File::open(&path).and_then(|file| scanner.source(Kind::Wal, &place, &WalFile(file)));
            // A file may be taken into use again under another name meanwhile: that one is listed next.
            if let Err(error) = read
                && error.kind() != ErrorKind::NotFound
            {
                scanner.report.unseen(place, format!("cannot be read ({})", error.kind()));
            }
        }
    }
}

fn others(scanner: &mut Scanner<'_>, folder: &Path, server: &Server) {
    let names = fs::read_dir(folder.join("base")).into_iter().flatten();
    let numbers = names.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<i64>().ok());
    let other = numbers.filter(|number| !server.databases.contains(number)).count();
    if other > 0 {
        scanner
            .report
            .left_out(format!("{other} other databases of the same PostgreSQL"), "they are not this server's");
    }
}

/// Plants in a table, an index and the write-ahead log of the database, in a schema of its own that goes afterwards; where
/// the keyring alone is on PostgreSQL, there.
pub(super) async fn prove(app: &App, positives: &mut Positives<'_>, wanted: &PostgresFiles) -> Result<(), AuditError> {
    if *wanted == PostgresFiles::LeftOut {
        return Ok(());
    }
    let Some(server) = servers(app, wanted).await?.into_iter().next() else { return Ok(()) };
    let Ok(folder) = directory(&server) else { return Ok(()) };
    let db = if app.db.engine() == Engine::Postgres { &app.db } else { app.vault.keyring_database() };
    db.unplant_old(SCHEMA).await?;
    let schema = format!("{SCHEMA}{}", hex::encode(random_bytes::<8>(&*app.random)));
    let all = positives.all();
    let values: Vec<_> = all.iter().map(|one| one.bytes.clone()).collect();
    let planted = db.plant(&schema, &values).await;
    // The files are known by what stands in the catalogue now.
    let cluster = db.cluster().await;
    let mut scanner = positives.scanner();
    if let (Ok(()), Ok(Some(cluster))) = (&planted, &cluster) {
        for (path, _) in cluster.files.iter().filter(|(path, _)| !server.cluster.files.contains_key(*path)) {
            scanner.below(&folder.join(path), &|_| Some(kind_of(path, cluster)));
        }
        log(&mut scanner, &folder, cluster);
    }
    // Whatever failed before: what was planted goes first.
    let unplanted = db.unplant(&schema).await;
    planted?;
    unplanted?;
    let log_is_read = cluster?.is_some_and(|cluster| log_is_read(&cluster));
    let kinds = [Kind::Heap, Kind::Index].into_iter().chain(log_is_read.then_some(Kind::Wal));
    for kind in kinds {
        positives.check(kind, &all, &scanner);
    }
    Ok(())
}
