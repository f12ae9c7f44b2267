//! Where a receipt stands in the log of erasures.

pub(super) const SQL: &str = "ALTER TABLE receipts ADD COLUMN log_place {int}";
