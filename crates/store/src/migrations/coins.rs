//! Coins: wallets, their entries, purchases, the site's books, and accounting records.

/// No balance is ever below zero: of a wallet, and of what was forfeited. What was issued stands on the other side, below
/// zero, so that all of it together is always nothing.
pub(super) const SQL: &str = "
CREATE TABLE wallets (
    account_id {bytes} PRIMARY KEY REFERENCES accounts (id),
    balance {int} NOT NULL CHECK (balance >= 0)
) {table};

CREATE TABLE coin_entries (
    account_id {bytes} NOT NULL REFERENCES accounts (id),
    id {bytes} NOT NULL,
    kind {int} NOT NULL,
    amount {int} NOT NULL CHECK (amount <> 0),
    balance {int} NOT NULL CHECK (balance >= 0),
    other_id {bytes} REFERENCES accounts (id),
    request {bytes},
    created_at {int} NOT NULL,
    PRIMARY KEY (account_id, id)
) {table};
CREATE INDEX coin_entries_by_time ON coin_entries (account_id, created_at, id);
CREATE INDEX coin_entries_by_other ON coin_entries (other_id);

CREATE TABLE purchases (
    account_id {bytes} NOT NULL REFERENCES accounts (id),
    id {bytes} NOT NULL,
    request_key {bytes} NOT NULL,
    coins {int} NOT NULL CHECK (coins > 0),
    amount {int} NOT NULL CHECK (amount > 0),
    currency TEXT NOT NULL,
    state {int} NOT NULL,
    session {bytes},
    created_at {int} NOT NULL,
    closed_at {int},
    PRIMARY KEY (account_id, id)
) {table};
CREATE UNIQUE INDEX purchases_by_key ON purchases (account_id, request_key);
CREATE INDEX purchases_by_id ON purchases (id);
CREATE INDEX purchases_open ON purchases (created_at, account_id, id) WHERE state < 2;

CREATE TABLE books (
    book {int} NOT NULL,
    shard {int} NOT NULL,
    balance {int} NOT NULL,
    PRIMARY KEY (book, shard),
    CHECK ((book = 0 AND balance <= 0) OR (book = 1 AND balance >= 0))
) {table};

CREATE TABLE accounting (
    year {int} NOT NULL,
    id {bytes} NOT NULL,
    record {bytes} NOT NULL,
    PRIMARY KEY (year, id)
) {table};

CREATE TABLE payment_events (
    tag {bytes} PRIMARY KEY,
    seen_at {int} NOT NULL
) {table};
CREATE INDEX payment_events_by_time ON payment_events (seen_at);
";
