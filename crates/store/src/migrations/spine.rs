//! Accounts, sessions, codes, videos, likes, jobs, receipts.

/// Keys lead with the owner's id. Foreign keys are the last line of defence of an erasure: the row of
/// an account cannot go while anything of it is left, however late that was written.
pub(super) const SQL: &str = "
CREATE TABLE accounts (
    id {bytes} PRIMARY KEY,
    state {int} NOT NULL,
    created_at {int} NOT NULL,
    private_account {int} NOT NULL,
    handle {bytes} NOT NULL,
    display_name {bytes} NOT NULL,
    bio {bytes} NOT NULL,
    birth_date {bytes} NOT NULL,
    password_hash {bytes} NOT NULL,
    phone {bytes},
    handle_tag {bytes} NOT NULL
) {table};

CREATE TABLE handle_index (
    idx {bytes} PRIMARY KEY,
    key_id {bytes} NOT NULL,
    sealed_account {bytes} NOT NULL
) {table};
CREATE UNIQUE INDEX handle_index_by_key ON handle_index (key_id);

CREATE TABLE erased_handles (
    bits {int} NOT NULL,
    tag {int} NOT NULL,
    PRIMARY KEY (bits, tag)
) {table};

CREATE TABLE erased_counts (
    shard {int} PRIMARY KEY,
    kept {int} NOT NULL
) {table};

CREATE TABLE sessions (
    account_id {bytes} NOT NULL REFERENCES accounts (id),
    token_hash {bytes} NOT NULL,
    id {bytes} NOT NULL,
    created_at {int} NOT NULL,
    seen_at {int} NOT NULL,
    expires_at {int} NOT NULL,
    password_at {int} NOT NULL,
    device {bytes} NOT NULL,
    PRIMARY KEY (account_id, token_hash)
) {table};
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

CREATE TABLE challenges (
    account_id {bytes} NOT NULL REFERENCES accounts (id),
    id {bytes} NOT NULL,
    purpose {int} NOT NULL,
    number {bytes},
    code_mac {bytes} NOT NULL,
    created_at {int} NOT NULL,
    expires_at {int} NOT NULL,
    tries {int} NOT NULL,
    used_at {int},
    PRIMARY KEY (account_id, id)
) {table};
CREATE INDEX challenges_by_expiry ON challenges (expires_at);

CREATE TABLE resends (
    account_id {bytes} NOT NULL REFERENCES accounts (id),
    purpose {int} NOT NULL,
    sent {int} NOT NULL,
    next_at {int} NOT NULL,
    PRIMARY KEY (account_id, purpose)
) {table};

CREATE TABLE budgets (
    tag {bytes} PRIMARY KEY,
    day {int} NOT NULL,
    spent {int} NOT NULL
) {table};
CREATE INDEX budgets_by_day ON budgets (day);

CREATE TABLE videos (
    owner_id {bytes} NOT NULL REFERENCES accounts (id),
    id {bytes} NOT NULL,
    state {int} NOT NULL,
    audience {int} NOT NULL,
    reframe {int} NOT NULL,
    caption {bytes} NOT NULL,
    created_at {int} NOT NULL,
    published_at {int} NOT NULL,
    duration_ms {int} NOT NULL,
    progress {int} NOT NULL,
    failure TEXT,
    like_count {int} NOT NULL,
    PRIMARY KEY (owner_id, id)
) {table};
CREATE INDEX videos_by_id ON videos (id);
CREATE INDEX videos_by_owner ON videos (owner_id, created_at, id);
CREATE INDEX videos_for_you ON videos (state, audience, published_at, id);

CREATE TABLE blobs (
    owner_id {bytes} NOT NULL REFERENCES accounts (id),
    id {bytes} NOT NULL,
    video_id {bytes} NOT NULL,
    kind {int} NOT NULL,
    header {bytes},
    length {int} NOT NULL,
    width {int} NOT NULL,
    height {int} NOT NULL,
    created_at {int} NOT NULL,
    PRIMARY KEY (owner_id, video_id, kind, id)
) {table};
CREATE UNIQUE INDEX blobs_by_id ON blobs (owner_id, id);
CREATE INDEX blobs_unfinished ON blobs (created_at) WHERE header IS NULL;

CREATE TABLE likes (
    account_id {bytes} NOT NULL REFERENCES accounts (id),
    video_id {bytes} NOT NULL,
    owner_id {bytes} NOT NULL,
    created_at {int} NOT NULL,
    PRIMARY KEY (account_id, video_id),
    FOREIGN KEY (owner_id, video_id) REFERENCES videos (owner_id, id)
) {table};
CREATE INDEX likes_by_video ON likes (owner_id, video_id);

CREATE TABLE jobs (
    id {bytes} PRIMARY KEY,
    kind TEXT NOT NULL,
    lane TEXT NOT NULL,
    account_id {bytes} REFERENCES accounts (id),
    video_id {bytes},
    run_at {int} NOT NULL,
    attempts {int} NOT NULL,
    errors {int} NOT NULL,
    leased_until {int} NOT NULL,
    lease {bytes},
    failure TEXT
) {table};
CREATE INDEX jobs_due ON jobs (lane, run_at);
CREATE INDEX jobs_by_account ON jobs (account_id, video_id);

CREATE TABLE receipts (
    id_hash {bytes} PRIMARY KEY,
    state {int} NOT NULL,
    progress {int} NOT NULL,
    note {bytes}
) {table};

CREATE TABLE erasures (
    account_id {bytes} PRIMARY KEY,
    job_id {bytes} NOT NULL,
    id_hash {bytes} NOT NULL,
    receipt_id {bytes} NOT NULL,
    commitment {bytes} NOT NULL,
    started_at {int} NOT NULL,
    erased TEXT NOT NULL
) {table};
CREATE INDEX erasures_by_job ON erasures (job_id);
";
