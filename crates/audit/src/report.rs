//! What an audit found, where it looked, and where it did not.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::{Class, Form};

/// How many findings of a kind of place are told one by one; all are counted.
const TOLD: u64 = 50;

/// What kind of place something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A file of a SQLite database: pages in use, and free ones.
    Database,
    /// A write-ahead log or a rollback journal of SQLite.
    Journal,
    /// Every value of every row, as the engine gives it out.
    Rows,
    /// A file of the keyring.
    Keyring,
    /// A sealed object.
    Blob,
    /// A file that stands in the data folder besides.
    Loose,
    /// The name of a file or a folder.
    Name,
    /// A log.
    Log,
    /// A file of a backup.
    Backup,
    /// What stands in a backup that still opens.
    BackupRows,
    /// The term dictionary of the search index.
    Dictionary,
    /// A table of PostgreSQL, with what is deleted and not yet overwritten.
    Heap,
    /// An index of PostgreSQL.
    Index,
    /// Another file of PostgreSQL.
    Cluster,
    /// A file of PostgreSQL's write-ahead log.
    Wal,
    /// The memory of a process.
    Memory,
    /// A file that a process has open and that has no name.
    Unnamed,
}

impl Kind {
    /// Its name in a report.
    pub fn name(self) -> &'static str {
        match self {
            Self::Database => "database files",
            Self::Journal => "write-ahead logs and journals",
            Self::Rows => "rows",
            Self::Keyring => "keyring files",
            Self::Blob => "sealed objects",
            Self::Loose => "other files",
            Self::Name => "names of files",
            Self::Log => "logs",
            Self::Backup => "backup files",
            Self::BackupRows => "opened backups",
            Self::Dictionary => "search dictionary",
            Self::Heap => "PostgreSQL tables",
            Self::Index => "PostgreSQL indexes",
            Self::Cluster => "other PostgreSQL files",
            Self::Wal => "PostgreSQL write-ahead log",
            Self::Memory => "process memory",
            Self::Unnamed => "unnamed files of a process",
        }
    }

    /// Whether something of this class must not stand here. The ledger of the keyring names erased accounts, and a backup
    /// does until it ends. PostgreSQL keeps deleted rows until they are overwritten: what was written in them is sealed
    /// under a key that is gone, and an id alone stands there until then. Memory that was freed is not overwritten: there
    /// keys alone are looked for.
    pub fn must_not_hold(self, class: Class) -> bool {
        match class {
            Class::Key => true,
            Class::Text => self != Self::Memory,
            Class::Account => {
                matches!(self, Self::Database | Self::Journal | Self::Rows | Self::Loose | Self::Name | Self::Log)
            }
        }
    }
}

/// How something was packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Packing {
    /// A deflated entry of a ZIP.
    Zip,
    /// A gzip member.
    Gzip,
}

impl Packing {
    fn name(self) -> &'static str {
        match self {
            Self::Zip => "ZIP",
            Self::Gzip => "gzip",
        }
    }
}

/// Something that stands where it must not. What it is is told by its number alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The kind of place.
    pub kind: Kind,
    /// The place.
    pub place: String,
    /// Where in it, in bytes; in what is packed, where in the opened bytes.
    pub offset: u64,
    /// How it is packed, and where the packed part begins.
    pub within: Option<(Packing, u64)>,
    /// The form that it stands in.
    pub form: Form,
    /// What it is.
    pub class: Class,
    /// Which of its class, from 1 on: for texts and keys in the order in which they were given.
    pub number: usize,
}

/// Something that belongs to nobody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Orphan {
    /// What, and where.
    pub what: String,
    /// How many.
    pub count: u64,
}

/// A place that was not looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unseen {
    /// The place.
    pub place: String,
    /// Why.
    pub why: String,
    /// Whether it was to be looked at. If so, nothing can be vouched for.
    pub wanted: bool,
}

/// How much of a kind was looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Looked {
    /// Files, rows, words, or regions of memory.
    pub places: u64,
    /// Bytes, packed ones as they were opened.
    pub bytes: u64,
}

/// What an audit comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing was found.
    Clean,
    /// Something was found.
    Residue,
    /// A positive was missed, or a place that was to be looked at was not.
    NotVouched,
}

/// What an audit found.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Where it looked.
    pub looked: BTreeMap<Kind, Looked>,
    /// Where it did not.
    pub unseen: Vec<Unseen>,
    /// What it found; the first of many.
    pub findings: Vec<Finding>,
    /// How many findings there are, by the kind of place.
    pub found: BTreeMap<Kind, u64>,
    /// What belongs to nobody.
    pub orphans: Vec<Orphan>,
    /// How many needles of each class were looked for.
    pub needles: BTreeMap<Class, usize>,
    /// How many positives were planted, each in one form in one place.
    pub planted: usize,
    /// The positives that were not found.
    pub missed: Vec<(Kind, Form)>,
}

impl Report {
    /// Notes a place that was not looked at, although it was to be.
    pub fn unseen(&mut self, place: impl Into<String>, why: impl Into<String>) {
        self.unseen.push(Unseen { place: place.into(), why: why.into(), wanted: true });
    }

    /// Notes a place that nobody asked to be looked at.
    pub fn left_out(&mut self, place: impl Into<String>, why: impl Into<String>) {
        self.unseen.push(Unseen { place: place.into(), why: why.into(), wanted: false });
    }

    pub(crate) fn finding(&mut self, finding: Finding) {
        let found = self.found.entry(finding.kind).or_default();
        *found += 1;
        if *found <= TOLD {
            self.findings.push(finding);
        }
    }

    /// Notes that something belongs to nobody; none of it is no note.
    pub fn orphan(&mut self, what: impl Into<String>, count: u64) {
        if count > 0 {
            self.orphans.push(Orphan { what: what.into(), count });
        }
    }

    /// Puts another report to this one.
    pub fn add(&mut self, other: Self) {
        for (kind, looked) in other.looked {
            let here = self.looked.entry(kind).or_default();
            here.places += looked.places;
            here.bytes += looked.bytes;
        }
        self.unseen.extend(other.unseen);
        self.findings.extend(other.findings);
        for (kind, found) in other.found {
            *self.found.entry(kind).or_default() += found;
        }
        self.orphans.extend(other.orphans);
        for (class, count) in other.needles {
            *self.needles.entry(class).or_default() += count;
        }
        self.planted += other.planted;
        self.missed.extend(other.missed);
    }

    /// What it comes to. What was found outranks what was not looked at; a scanner that misses what it planted says nothing.
    pub fn verdict(&self) -> Verdict {
        if !self.missed.is_empty() {
            Verdict::NotVouched
        } else if !self.found.is_empty() || !self.orphans.is_empty() {
            Verdict::Residue
        } else if self.unseen.iter().any(|unseen| unseen.wanted) {
            Verdict::NotVouched
        } else {
            Verdict::Clean
        }
    }

    /// The report for people, line by line.
    pub fn text(&self) -> String {
        let mut lines = Vec::new();
        if !self.missed.is_empty() {
            lines.push(format!(
                "The audit cannot vouch for anything: of {} things that it planted itself it did not find {}:",
                self.planted,
                self.missed.len()
            ));
            lines.extend(self.missed.iter().map(|(kind, form)| format!("  {}, {}", kind.name(), form.name())));
            return lines.join("\n");
        }
        lines.push(format!("planted and found: {} of {}", self.planted, self.planted));
        for (class, count) in &self.needles {
            lines.push(format!("looked for: {count} times {}", class.name()));
        }
        for (kind, looked) in &self.looked {
            lines.push(format!("looked at: {}: {} with {} bytes", kind.name(), looked.places, looked.bytes));
        }
        for unseen in &self.unseen {
            let mark = if unseen.wanted { "NOT LOOKED AT" } else { "not looked at" };
            lines.push(format!("{mark}: {}: {}", unseen.place, unseen.why));
        }
        lines.extend(self.findings.iter().map(line_of));
        for (kind, found) in self.found.iter().filter(|(_, found)| **found > TOLD) {
            lines.push(format!("FOUND in all: {}: {found}", kind.name()));
        }
        lines.extend(self.orphans.iter().map(|orphan| format!("FOUND {}: {}", orphan.what, orphan.count)));
        lines.push(match self.verdict() {
            Verdict::Clean => "Nothing was found that must not be there.".into(),
            Verdict::Residue => "Something is there that must not be.".into(),
            Verdict::NotVouched => "Nothing was found, but not everything was looked at: this is no proof.".into(),
        });
        lines.join("\n")
    }

    /// The report for programs.
    pub fn json(&self) -> Value {
        let findings = self.findings.iter().map(|found| {
            json!({
                "kind": found.kind.name(), "place": found.place, "offset": found.offset,
                "within": found.within.map(|(packing, at)| json!({ "packing": packing.name(), "offset": at })),
                "form": found.form.name(), "class": found.class.name(), "number": found.number,
            })
        });
        let looked = self
            .looked
            .iter()
            .map(|(kind, looked)| json!({ "kind": kind.name(), "places": looked.places, "bytes": looked.bytes }));
        let unseen = self
            .unseen
            .iter()
            .map(|unseen| json!({ "place": unseen.place, "why": unseen.why, "wanted": unseen.wanted }));
        let orphans = self.orphans.iter().map(|orphan| json!({ "what": orphan.what, "count": orphan.count }));
        let missed = self.missed.iter().map(|(kind, form)| json!({ "kind": kind.name(), "form": form.name() }));
        let needles: BTreeMap<_, _> = self.needles.iter().map(|(class, count)| (class.name(), count)).collect();
        json!({
            "verdict": match self.verdict() {
                Verdict::Clean => "clean",
                Verdict::Residue => "residue",
                Verdict::NotVouched => "not vouched for",
            },
            "planted": self.planted,
            "missed": missed.collect::<Vec<_>>(),
            "needles": needles,
            "looked_at": looked.collect::<Vec<_>>(),
            "not_looked_at": unseen.collect::<Vec<_>>(),
            "found": self.found.iter().map(|(kind, found)| (kind.name(), found)).collect::<BTreeMap<_, _>>(),
            "findings": findings.collect::<Vec<_>>(),
            "orphans": orphans.collect::<Vec<_>>(),
        })
    }
}

fn line_of(found: &Finding) -> String {
    let within = found.within.map(|(packing, at)| format!(", in the {} at {at}", packing.name())).unwrap_or_default();
    format!(
        "FOUND {} (number {}), {}: {}: {}, at {}{within}",
        found.class.name(),
        found.number,
        found.form.name(),
        found.kind.name(),
        found.place,
        found.offset
    )
}
