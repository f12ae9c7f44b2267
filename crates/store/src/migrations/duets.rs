//! Duets and stitches: videos that have the picture of another in them.

/// What was published before is not opened to them by this: its owner has not been asked. A use of before is of the
/// sound alone, and as long as the video.
pub(super) const SQL: &str = "
ALTER TABLE videos ADD COLUMN duets {int} NOT NULL DEFAULT 0;
ALTER TABLE videos ADD COLUMN stitches {int} NOT NULL DEFAULT 0;
ALTER TABLE sound_uses ADD COLUMN way {int} NOT NULL DEFAULT 0;
ALTER TABLE sound_uses ADD COLUMN lasts_ms {int} NOT NULL DEFAULT 0;
";
