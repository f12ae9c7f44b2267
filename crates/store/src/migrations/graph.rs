//! Who follows whom, who is kept away, and who may do what.

/// Counts stand apart from the accounts: who follows must not hold the row that its owner needs for
/// leaving. `counted` says whether an edge is in its counts, so that hiatus and return move each once.
pub(super) const SQL: &str = "
ALTER TABLE accounts ADD COLUMN on_hiatus {int} NOT NULL DEFAULT 0;
ALTER TABLE accounts ADD COLUMN suspended {int} NOT NULL DEFAULT 0;
ALTER TABLE accounts ADD COLUMN discoverable {int} NOT NULL DEFAULT 1;
ALTER TABLE accounts ADD COLUMN searchable {int} NOT NULL DEFAULT 1;
ALTER TABLE accounts ADD COLUMN messages_from {int} NOT NULL DEFAULT 0;
ALTER TABLE accounts ADD COLUMN comments_from {int} NOT NULL DEFAULT 0;
ALTER TABLE videos ADD COLUMN comments_from {int} NOT NULL DEFAULT 0;
ALTER TABLE videos ADD COLUMN hidden {int} NOT NULL DEFAULT 0;
ALTER TABLE likes ADD COLUMN counted {int} NOT NULL DEFAULT 1;

CREATE TABLE counts (
    account_id {bytes} PRIMARY KEY REFERENCES accounts (id),
    followers {int} NOT NULL,
    following {int} NOT NULL
) {table};
INSERT INTO counts (account_id, followers, following) SELECT id, 0, 0 FROM accounts;

CREATE TABLE follows (
    follower_id {bytes} NOT NULL REFERENCES accounts (id),
    followed_id {bytes} NOT NULL REFERENCES accounts (id),
    created_at {int} NOT NULL,
    counted {int} NOT NULL,
    PRIMARY KEY (follower_id, followed_id)
) {table};
CREATE INDEX follows_back ON follows (followed_id, follower_id);
CREATE INDEX follows_by_followed ON follows (followed_id, created_at, follower_id);
CREATE INDEX follows_by_follower ON follows (follower_id, created_at, followed_id);

CREATE TABLE follow_requests (
    followed_id {bytes} NOT NULL REFERENCES accounts (id),
    follower_id {bytes} NOT NULL REFERENCES accounts (id),
    created_at {int} NOT NULL,
    PRIMARY KEY (followed_id, follower_id)
) {table};
CREATE INDEX follow_requests_by_time ON follow_requests (followed_id, created_at, follower_id);
CREATE INDEX follow_requests_by_follower ON follow_requests (follower_id, followed_id);

CREATE TABLE blocks (
    blocker_id {bytes} NOT NULL REFERENCES accounts (id),
    blocked_id {bytes} NOT NULL REFERENCES accounts (id),
    created_at {int} NOT NULL,
    PRIMARY KEY (blocker_id, blocked_id)
) {table};
CREATE INDEX blocks_by_blocked ON blocks (blocked_id, blocker_id);
CREATE INDEX blocks_by_time ON blocks (blocker_id, created_at, blocked_id);

CREATE TABLE mutes (
    muter_id {bytes} NOT NULL REFERENCES accounts (id),
    muted_id {bytes} NOT NULL REFERENCES accounts (id),
    created_at {int} NOT NULL,
    PRIMARY KEY (muter_id, muted_id)
) {table};
CREATE INDEX mutes_by_muted ON mutes (muted_id, muter_id);
CREATE INDEX mutes_by_time ON mutes (muter_id, created_at, muted_id);
";
