//! The residue audit over everything a server keeps. What is looked for: the texts that whoever runs it gives, and what
//! the server itself knows must be gone: the ids of accounts whose erasure is complete, keys that were destroyed since a
//! copy of the keyring was made, and what belongs to nobody.
//!
//! It goes in two parts. [`files`] reads what stands on the disk before anything is opened: to open a database folds its
//! write-ahead log in. [`opened`] then reads what can only be read through the database, the keyring and PostgreSQL.

mod cluster;
mod files;
mod orphans;
mod rows;

use std::path::{Path, PathBuf};

use outro_audit::{
    CANARIES, Class, Holder, Kind, Matcher, Needle, PlantError, Positives, Report, Scanner, Terms, canaries,
};
use outro_db::DbError;
use outro_model::Random;
use outro_vault::VaultError;

use crate::backup::BackupError;
use crate::{App, AppError};

pub use cluster::PostgresFiles;

/// Accounts of the ledger that are read at once.
const PAGE: u32 = 1000;

/// Why an audit could not be made. The text is for the operator; it names nobody.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// What it plants could not be planted.
    #[error(transparent)]
    Plant(#[from] PlantError),
    /// A use case failed.
    #[error(transparent)]
    App(#[from] AppError),
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
    /// The keyring failed.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// A backup could not be read.
    #[error(transparent)]
    Backup(#[from] BackupError),
}

/// What is looked for, and where.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Texts.
    pub texts: Vec<Needle>,
    /// A copy of the keyring: what was destroyed since it was made is looked for, in memory too.
    pub keyring_copy: Option<PathBuf>,
    /// The data folder.
    pub data: PathBuf,
    /// Files that the settings put somewhere, which may be in the data folder.
    pub owned: Vec<PathBuf>,
    /// Databases of SQLite that the settings put somewhere: [`Kind::Database`], or [`Kind::Keyring`].
    pub databases: Vec<(Kind, PathBuf)>,
    /// Logs: files, or folders of them.
    pub logs: Vec<PathBuf>,
    /// Folders of backups.
    pub backups: Vec<PathBuf>,
    /// A running server whose memory is looked through, and a program that can hold positives in memory.
    pub process: Option<(u32, Holder)>,
    /// The files of PostgreSQL.
    pub postgres: PostgresFiles,
    /// Where a folder for positives is made.
    pub scratch: PathBuf,
}

/// Needles made ready, with those of the positives as the last.
fn matcher(needles: &[Needle], random: &dyn Random) -> Matcher {
    Matcher::new([needles.to_vec(), canaries(random)].concat())
}

fn plant<'m>(matcher: &'m Matcher, wanted: &Wanted) -> Result<Positives<'m>, AuditError> {
    Ok(Positives::new(matcher, CANARIES, &wanted.scratch).map_err(PlantError::Io)?)
}

/// The first part: files of the data folder, logs and backups, as they stand on the disk. Nothing of them is changed.
pub fn files(wanted: &Wanted, random: &dyn Random) -> Result<Report, AuditError> {
    let matcher = matcher(&wanted.texts, random);
    let mut report = prove_files(&matcher, wanted)?;
    if report.missed.is_empty() {
        for needle in &wanted.texts {
            *report.needles.entry(needle.class()).or_default() += 1;
        }
        let short = matcher.short();
        if short > 0 {
            let why = "they are shorter than six bytes: they would be found by chance";
            report.left_out(format!("{short} forms of texts"), why);
        }
        report.add(files::look(&matcher, wanted, |_| true));
        files::unowned(&matcher, wanted, &mut report);
    }
    Ok(report)
}

fn prove_files(matcher: &Matcher, wanted: &Wanted) -> Result<Report, AuditError> {
    let mut positives = plant(matcher, wanted)?;
    positives.in_files()?;
    Ok(positives.report)
}

/// The second part: rows, what belongs to nobody, opened backups, the search dictionary, PostgreSQL's files, a process, and
/// the ids of erased accounts in all of it. The index of the app is to be built.
pub async fn opened(app: &App, wanted: &Wanted) -> Result<Report, AuditError> {
    let (mut gone, under_way) = erased(app).await?;
    let accounts = gone.len();
    let keys = destroyed_keys(app, wanted).await?;
    gone.extend(keys.iter().flatten().cloned());
    let matcher = matcher(&[wanted.texts.clone(), gone.clone()].concat(), &*app.random);
    let mut report = prove(app, &matcher, wanted).await?;
    if !report.missed.is_empty() {
        return Ok(report);
    }
    report.needles.insert(Class::Account, accounts);
    report.needles.insert(Class::Key, gone.len() - accounts);
    if let (Some(copy), None) = (&wanted.keyring_copy, &keys) {
        let why = if copy.exists() { "does not open" } else { "is not there" };
        report.unseen("destroyed keys", format!("they are known by the copy of the keyring alone, and it {why}"));
    }
    if under_way > 0 {
        report.left_out(format!("{under_way} accounts in the ledger"), "their erasure is not complete yet");
    }
    report.add(rows::look(&app.db, &matcher, Kind::Rows).await?);
    report.add(rows::look(app.vault.keyring_database(), &matcher, Kind::Keyring).await?);
    orphans::count(app, &mut report).await?;
    report.add(dictionary(app, &matcher)?);
    for folder in &wanted.backups {
        report.add(rows::backups(app, &matcher, folder).await);
    }
    if wanted.backups.is_empty() {
        report.left_out("backups", "no folder of backups was given");
    }
    if wanted.logs.is_empty() {
        report.left_out("logs", "no log was given");
    }
    report.add(cluster::look(app, &matcher, &wanted.postgres).await?);
    report.add(process(&matcher, wanted, keys.as_deref()));
    if !gone.is_empty() {
        report.add(gone_in_files(&gone, &matcher, app, wanted)?);
    }
    Ok(report)
}

/// The files of the process that have no name; and its memory, for destroyed keys. Where none is known, to have read it
/// would say nothing.
fn process(matcher: &Matcher, wanted: &Wanted, keys: Option<&[Needle]>) -> Report {
    let mut scanner = Scanner::new(matcher);
    if let Some((process, _)) = &wanted.process {
        scanner.unnamed(*process);
    }
    match (&wanted.process, keys) {
        (None, _) => scanner.report.left_out("process memory and unnamed files", "no process was given"),
        (Some((process, _)), Some([_, ..])) => scanner.memory(*process),
        (Some(_), Some([])) => {
            scanner.report.unseen("process memory", "no key was destroyed since the copy of the keyring")
        }
        (Some(_), None) => {
            let why = "no copy of the keyring opens, and from that alone it is known which keys were destroyed";
            scanner.report.unseen("process memory", why);
        }
    }
    scanner.report
}

/// The keys that were destroyed since the copy was made; none where there is no copy that opens.
async fn destroyed_keys(app: &App, wanted: &Wanted) -> Result<Option<Vec<Needle>>, AuditError> {
    let Some(copy) = wanted.keyring_copy.as_ref().filter(|copy| copy.exists()) else { return Ok(None) };
    match app.vault.destroyed_since(copy).await {
        Ok(keys) => Ok(Some(keys.iter().map(|key| Needle::key(key)).collect())),
        Err(VaultError::UnknownRoot | VaultError::Tampered(_) | VaultError::NewerCopy | VaultError::Io(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The ids of erased accounts and destroyed keys in files: they are known only now. `all` knows the texts too, which must
/// not be told by the name of a place.
fn gone_in_files(gone: &[Needle], all: &Matcher, app: &App, wanted: &Wanted) -> Result<Report, AuditError> {
    let matcher = matcher(gone, &*app.random);
    let mut report = prove_files(&matcher, wanted)?;
    if report.missed.is_empty() {
        let some = |class| gone.iter().any(|needle| needle.class() == class);
        let at =
            |kind: Kind| [Class::Account, Class::Key].into_iter().any(|class| some(class) && kind.must_not_hold(class));
        let mut found = files::look(&matcher, wanted, at);
        // These places were counted by the first part, and what could not be read was said there.
        found.looked.clear();
        found.unseen.clear();
        for finding in &mut found.findings {
            finding.place = all.shown(Path::new(&finding.place));
        }
        report.add(found);
    }
    Ok(report)
}

/// The ids of the accounts whose erasure is complete, and how many are being erased.
async fn erased(app: &App) -> Result<(Vec<Needle>, u64), AuditError> {
    let (mut gone, mut under_way, mut after) = (Vec::new(), 0, None);
    loop {
        let page = app.vault.ledger(after, PAGE).await?;
        let Some((last, _)) = page.last() else { return Ok((gone, under_way)) };
        after = Some(*last);
        for (account, complete) in &page {
            if *complete {
                gone.push(Needle::account(account.as_bytes()));
            } else {
                under_way += 1;
            }
        }
    }
}

/// Plants in every kind of place that is looked at, and looks there.
async fn prove(app: &App, matcher: &Matcher, wanted: &Wanted) -> Result<Report, AuditError> {
    let mut positives = plant(matcher, wanted)?;
    positives.in_files()?;
    rows::prove(app, &mut positives).await?;
    cluster::prove(app, &mut positives, &wanted.postgres).await?;
    if let Some((_, holder)) = &wanted.process {
        positives.in_memory(holder)?;
    }
    Ok(positives.report)
}

/// The words of the search index.
fn dictionary(app: &App, matcher: &Matcher) -> Result<Report, AuditError> {
    let terms = Terms::of(matcher);
    let words = app.finder.dictionary().map_err(AppError::from)?;
    let mut report = terms.look("the index that a start builds", &words).report;
    // A canary of the positives is of several words.
    let left_out = terms.left_out.saturating_sub(1);
    if left_out > 0 {
        let why = "they are of several words, each of which is everybody's, or shorter than six bytes as a word: \
            rows and files are where they are looked for";
        report.left_out(format!("{left_out} texts in the search dictionary"), why);
    }
    Ok(report)
}
