//! Uploads that come bit by bit, drafts, and turns in the queue of encodes.

/// A draft is a video for its owner alone that notes who is to see it once it is published: whatever asks who may
/// see a video need not know of drafts.
pub(super) const SQL: &str = "
CREATE TABLE uploads (
    account_id {bytes} NOT NULL REFERENCES accounts (id),
    id {bytes} NOT NULL,
    length {int} NOT NULL,
    received {int} NOT NULL,
    about {bytes} NOT NULL,
    created_at {int} NOT NULL,
    expires_at {int} NOT NULL,
    PRIMARY KEY (account_id, id)
) {table};
CREATE INDEX uploads_by_end ON uploads (expires_at);

ALTER TABLE blobs ADD COLUMN part_start {int} NOT NULL DEFAULT 0;

ALTER TABLE videos ADD COLUMN draft_audience {int};
ALTER TABLE videos ADD COLUMN publish_at {int} NOT NULL DEFAULT 0;
ALTER TABLE videos ADD COLUMN remakes {int} NOT NULL DEFAULT 0;
ALTER TABLE videos ADD COLUMN scene {bytes};
CREATE INDEX videos_drafts ON videos (owner_id, created_at, id) WHERE draft_audience IS NOT NULL;

ALTER TABLE jobs ADD COLUMN turn {int} NOT NULL DEFAULT 0;
CREATE INDEX jobs_by_turn ON jobs (turn, run_at, id) WHERE lane = 'encode';
";
