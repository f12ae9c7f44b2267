//! Reports, and what moderators do about them.

/// Reporting the same thing again while the report is open is one report. A report of a video goes with the
/// video; what was decided about it stays with its owner, who was told of it.
pub(super) const SQL: &str = "
ALTER TABLE accounts ADD COLUMN moderator {int} NOT NULL DEFAULT 0;

CREATE TABLE reports (
    reporter_id {bytes} NOT NULL REFERENCES accounts (id),
    id {bytes} NOT NULL,
    kind {int} NOT NULL,
    subject_id {bytes} NOT NULL REFERENCES accounts (id),
    thing_id {bytes} NOT NULL,
    owner_id {bytes},
    video_id {bytes},
    reason {int} NOT NULL,
    note {bytes} NOT NULL,
    state {int} NOT NULL,
    created_at {int} NOT NULL,
    closed_at {int},
    PRIMARY KEY (reporter_id, id),
    FOREIGN KEY (owner_id, video_id) REFERENCES videos (owner_id, id)
) {table};
CREATE UNIQUE INDEX reports_once ON reports (reporter_id, thing_id) WHERE state = 0;
CREATE INDEX reports_by_reporter ON reports (reporter_id, created_at, id);
CREATE INDEX reports_by_subject ON reports (subject_id);
CREATE INDEX reports_by_video ON reports (owner_id, video_id);
CREATE INDEX reports_by_id ON reports (id);
CREATE INDEX reports_by_thing ON reports (thing_id, state, created_at, id);
CREATE INDEX reports_open ON reports (state, created_at, id);
CREATE INDEX reports_decided ON reports (closed_at, id) WHERE state <> 0;

CREATE TABLE moderation_acts (
    subject_id {bytes} NOT NULL REFERENCES accounts (id),
    id {bytes} NOT NULL,
    act {int} NOT NULL,
    kind {int} NOT NULL,
    thing_id {bytes} NOT NULL,
    reason {int} NOT NULL,
    statement {bytes} NOT NULL,
    created_at {int} NOT NULL,
    PRIMARY KEY (subject_id, id)
) {table};
CREATE INDEX moderation_acts_by_time ON moderation_acts (subject_id, created_at, id);

CREATE TABLE moderation_hands (
    moderator_id {bytes} NOT NULL REFERENCES accounts (id),
    act_id {bytes} NOT NULL,
    subject_id {bytes} NOT NULL REFERENCES accounts (id),
    report_id {bytes} NOT NULL,
    act {int} NOT NULL,
    PRIMARY KEY (moderator_id, act_id)
) {table};
CREATE INDEX moderation_hands_by_subject ON moderation_hands (subject_id);
CREATE INDEX moderation_hands_by_report ON moderation_hands (moderator_id, report_id, act);
";
