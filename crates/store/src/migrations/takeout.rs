//! Archives that people take along, and leaving as soon as one is downloaded.

/// The unique indexes are what keeps two from being made, or brought, for one person at a time.
pub(super) const SQL: &str = "
CREATE TABLE takeouts (
    account_id {bytes} NOT NULL REFERENCES accounts (id),
    id {bytes} NOT NULL,
    state {int} NOT NULL,
    progress {int} NOT NULL,
    arabic {int} NOT NULL,
    created_at {int} NOT NULL,
    expires_at {int} NOT NULL,
    header {bytes},
    length {int} NOT NULL,
    taken TEXT NOT NULL,
    PRIMARY KEY (account_id, id)
) {table};
CREATE UNIQUE INDEX takeouts_one ON takeouts (account_id) WHERE state = 0;
CREATE INDEX takeouts_by_end ON takeouts (expires_at);

CREATE TABLE imports (
    account_id {bytes} NOT NULL REFERENCES accounts (id),
    id {bytes} NOT NULL,
    state {int} NOT NULL,
    done {int} NOT NULL,
    videos {int} NOT NULL,
    created_at {int} NOT NULL,
    header {bytes},
    length {int} NOT NULL,
    failure TEXT,
    PRIMARY KEY (account_id, id)
) {table};
CREATE UNIQUE INDEX imports_one ON imports (account_id) WHERE state < 4;
CREATE INDEX imports_unfinished ON imports (created_at) WHERE state = 0;

CREATE TABLE brought (
    account_id {bytes} NOT NULL REFERENCES accounts (id),
    kind {int} NOT NULL,
    seq {int} NOT NULL,
    id {bytes} NOT NULL,
    text {bytes} NOT NULL,
    PRIMARY KEY (account_id, kind, seq)
) {table};

CREATE TABLE departures (
    account_id {bytes} PRIMARY KEY REFERENCES accounts (id),
    takeout_id {bytes} NOT NULL,
    lapsed {int} NOT NULL,
    asked_at {int} NOT NULL,
    receipt_id {bytes} NOT NULL,
    commitment {bytes} NOT NULL
) {table};
";
