//! What feeds are made from: timelines, what was watched, and what a video's place in a ranking is.

/// A timeline is derived and grants nothing. Its key leads with the video's owner, so that a video and an
/// owner are cleared in order; a reader goes through `timeline_by_time` alone. `heat` is a moment: when a
/// video was published, moved on by what its likes are worth.
pub(super) const SQL: &str = "
ALTER TABLE accounts ADD COLUMN personalised {int} NOT NULL DEFAULT 1;
ALTER TABLE accounts ADD COLUMN feed_reset_at {int} NOT NULL DEFAULT 0;
ALTER TABLE videos ADD COLUMN view_count {int} NOT NULL DEFAULT 0;
ALTER TABLE videos ADD COLUMN heat {int} NOT NULL DEFAULT 0;
UPDATE videos SET heat = published_at WHERE state = 1;
CREATE INDEX videos_by_heat ON videos (state, audience, heat, id);
CREATE INDEX likes_by_time ON likes (account_id, created_at, owner_id);

CREATE TABLE timeline (
    owner_id {bytes} NOT NULL REFERENCES accounts (id),
    video_id {bytes} NOT NULL,
    account_id {bytes} NOT NULL REFERENCES accounts (id),
    published_at {int} NOT NULL,
    PRIMARY KEY (owner_id, video_id, account_id),
    FOREIGN KEY (owner_id, video_id) REFERENCES videos (owner_id, id)
) {table};
CREATE INDEX timeline_by_time ON timeline (account_id, published_at, video_id, owner_id);

CREATE TABLE fan_outs (
    owner_id {bytes} NOT NULL REFERENCES accounts (id),
    video_id {bytes} NOT NULL,
    after_at {int} NOT NULL,
    after_id {bytes} NOT NULL,
    PRIMARY KEY (owner_id, video_id),
    FOREIGN KEY (owner_id, video_id) REFERENCES videos (owner_id, id)
) {table};

CREATE TABLE watches (
    account_id {bytes} NOT NULL REFERENCES accounts (id),
    video_id {bytes} NOT NULL,
    owner_id {bytes} NOT NULL,
    seen_at {int} NOT NULL,
    watched_ms {int} NOT NULL,
    completed {int} NOT NULL,
    PRIMARY KEY (account_id, video_id),
    FOREIGN KEY (owner_id, video_id) REFERENCES videos (owner_id, id)
) {table};
CREATE INDEX watches_by_video ON watches (owner_id, video_id, account_id);
CREATE INDEX watches_by_time ON watches (account_id, seen_at, video_id);
CREATE INDEX watches_by_age ON watches (seen_at);
";
