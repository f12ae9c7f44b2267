//! Which stretch of a sound is heard and how loud, what the waveform of a video's sound is, and what is heard most.

/// A use of before plays all of the sound, in the place of the video's own.
pub(super) const SQL: &str = "
ALTER TABLE sound_uses ADD COLUMN from_ms {int} NOT NULL DEFAULT 0;
ALTER TABLE sound_uses ADD COLUMN own_level {int} NOT NULL DEFAULT 0;
ALTER TABLE sound_uses ADD COLUMN sound_level {int} NOT NULL DEFAULT 100;
CREATE INDEX sound_uses_recent ON sound_uses (created_at);

CREATE INDEX sounds_recent ON sounds (created_at, id);

ALTER TABLE videos ADD COLUMN peaks {bytes};
";
