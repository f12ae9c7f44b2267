//! What became of a video, by the day and in all. No row names anybody but the video's owner.

/// `waiting` are watchings of a group that is not full, which are shown to nobody.
pub(super) const SQL: &str = "
CREATE TABLE video_days (
    owner_id {bytes} NOT NULL REFERENCES accounts (id),
    video_id {bytes} NOT NULL,
    day {int} NOT NULL,
    views {int} NOT NULL,
    likes {int} NOT NULL,
    shares {int} NOT NULL,
    comments {int} NOT NULL,
    watchings {int} NOT NULL,
    watched_ms {int} NOT NULL,
    finished {int} NOT NULL,
    PRIMARY KEY (owner_id, video_id, day),
    FOREIGN KEY (owner_id, video_id) REFERENCES videos (owner_id, id)
) {table};
CREATE INDEX video_days_by_day ON video_days (owner_id, day, video_id);
CREATE INDEX video_days_by_age ON video_days (day);

CREATE TABLE video_reach (
    owner_id {bytes} NOT NULL REFERENCES accounts (id),
    video_id {bytes} NOT NULL,
    reach {int} NOT NULL,
    shown {int} NOT NULL,
    waiting {int} NOT NULL,
    PRIMARY KEY (owner_id, video_id, reach),
    FOREIGN KEY (owner_id, video_id) REFERENCES videos (owner_id, id)
) {table};
CREATE INDEX video_reach_of_all ON video_reach (owner_id, reach, video_id, shown);
";
