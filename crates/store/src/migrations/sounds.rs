//! Sounds of videos, and the videos that use them.

/// A use whose sound is gone names no sound: foreign keys hold only while one is named. Such rows are few and
/// short-lived, and have an index of their own.
pub(super) const SQL: &str = "
ALTER TABLE videos ADD COLUMN sound_reuse {int} NOT NULL DEFAULT 1;

CREATE TABLE sounds (
    owner_id {bytes} NOT NULL,
    id {bytes} NOT NULL,
    video_id {bytes} NOT NULL,
    created_at {int} NOT NULL,
    PRIMARY KEY (owner_id, id),
    FOREIGN KEY (owner_id, video_id) REFERENCES videos (owner_id, id)
) {table};
CREATE INDEX sounds_by_id ON sounds (id);
CREATE UNIQUE INDEX sounds_by_video ON sounds (owner_id, video_id);

CREATE TABLE sound_uses (
    owner_id {bytes} NOT NULL,
    video_id {bytes} NOT NULL,
    sound_owner_id {bytes},
    sound_id {bytes},
    mixed {int} NOT NULL,
    own_sound {int} NOT NULL,
    created_at {int} NOT NULL,
    PRIMARY KEY (owner_id, video_id),
    FOREIGN KEY (owner_id, video_id) REFERENCES videos (owner_id, id),
    FOREIGN KEY (sound_owner_id, sound_id) REFERENCES sounds (owner_id, id)
) {table};
CREATE INDEX sound_uses_by_sound ON sound_uses (sound_owner_id, sound_id, created_at, video_id);
CREATE INDEX sound_uses_by_owner ON sound_uses (owner_id, created_at, video_id);
CREATE INDEX sound_uses_without ON sound_uses (owner_id, video_id) WHERE sound_id IS NULL;
";
