//! The residue audit: looking for what must not be there, in the bytes that are there.
//!
//! Lives here: needles and the forms that they can stand in ([`Needle`], [`Form`]), the search for many of them at once
//! ([`Matcher`]), reading files, folders, archives, memory and dictionaries through in constant memory ([`Scanner`],
//! [`Terms`]), the positives that it has to find first ([`Positives`]), and the [`Report`]. It reads bytes and knows no
//! table, no key and no owner. Must never import: anything of the house but `model` and `search`, whose dictionary it
//! plants in.

mod dictionary;
mod folder;
mod form;
mod matcher;
mod memory;
mod needle;
mod packed;
mod plant;
mod report;
mod scan;
mod shown;
mod wal;

pub use dictionary::Terms;
pub use form::{FORMS, Form};
pub use matcher::Matcher;
pub use needle::{BadNeedle, Class, LONGEST, Needle, SHORTEST, read_texts};
pub use plant::{CANARIES, Holder, PlantError, Positive, Positives, canaries, hold};
pub use report::{Finding, Kind, Looked, Orphan, Packing, Report, Unseen, Verdict};
pub use scan::{Scanner, Source};
pub use wal::{WAL_PAGE, WalFile};
