//! Leaving when the phone is lost, and erasures that whoever runs the site was asked for.

/// `day` counts from 1970.
pub(super) const SQL: &str = "
CREATE TABLE recovery_codes (
    account_id {bytes} NOT NULL REFERENCES accounts (id),
    id {bytes} NOT NULL,
    code {bytes} NOT NULL,
    made_at {int} NOT NULL,
    PRIMARY KEY (account_id, id)
) {table};

CREATE TABLE pending_leaves (
    account_id {bytes} PRIMARY KEY REFERENCES accounts (id),
    asked_at {int} NOT NULL,
    leaves_at {int} NOT NULL,
    receipt_id {bytes} NOT NULL,
    commitment {bytes} NOT NULL
) {table};

CREATE TABLE operator_erasures (
    id {bytes} PRIMARY KEY,
    reason {int} NOT NULL,
    day {int} NOT NULL
) {table};
CREATE INDEX operator_erasures_by_day ON operator_erasures (day, id);
";
