//! How a video is published: whether others may keep it, how old one must be, what stands first, and playlists.

/// What was published before is not opened to downloads by this: its owner has not been asked. Whether somebody is an
/// adult is found out from their birth date, which is sealed: it is noted when they join, or are back.
pub(super) const SQL: &str = "
ALTER TABLE accounts ADD COLUMN adult {int} NOT NULL DEFAULT 0;
ALTER TABLE videos ADD COLUMN downloads {int} NOT NULL DEFAULT 0;
ALTER TABLE videos ADD COLUMN age_restricted {int} NOT NULL DEFAULT 0;
ALTER TABLE videos ADD COLUMN pinned_at {int} NOT NULL DEFAULT 0;
CREATE INDEX videos_pinned ON videos (owner_id, pinned_at, id) WHERE pinned_at > 0;

CREATE TABLE playlists (
    owner_id {bytes} NOT NULL REFERENCES accounts (id),
    id {bytes} NOT NULL,
    title {bytes} NOT NULL,
    created_at {int} NOT NULL,
    PRIMARY KEY (owner_id, id)
) {table};
CREATE INDEX playlists_by_id ON playlists (id);
CREATE INDEX playlists_by_owner ON playlists (owner_id, created_at, id);

CREATE TABLE playlist_videos (
    owner_id {bytes} NOT NULL,
    playlist_id {bytes} NOT NULL,
    video_id {bytes} NOT NULL,
    position {int} NOT NULL,
    PRIMARY KEY (owner_id, playlist_id, video_id),
    FOREIGN KEY (owner_id, playlist_id) REFERENCES playlists (owner_id, id),
    FOREIGN KEY (owner_id, video_id) REFERENCES videos (owner_id, id)
) {table};
CREATE INDEX playlist_videos_in_order ON playlist_videos (owner_id, playlist_id, position);
CREATE INDEX playlist_videos_by_video ON playlist_videos (owner_id, video_id);
";
