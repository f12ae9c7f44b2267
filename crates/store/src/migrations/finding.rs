//! Suggestions that were dismissed for good.

pub(super) const SQL: &str = "
CREATE TABLE dismissals (
    account_id {bytes} NOT NULL REFERENCES accounts (id),
    dismissed_id {bytes} NOT NULL REFERENCES accounts (id),
    created_at {int} NOT NULL,
    PRIMARY KEY (account_id, dismissed_id)
) {table};
CREATE INDEX dismissals_by_dismissed ON dismissals (dismissed_id, account_id);
";
