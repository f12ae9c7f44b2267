//! The editor: what is made of a video's original.

/// `editing` says how far an edit is that is made while what was made before is still seen; `captioned` whether that has
/// captions that can be turned on.
pub(super) const SQL: &str = "
ALTER TABLE videos ADD COLUMN edit {bytes};
ALTER TABLE videos ADD COLUMN editing {int} NOT NULL DEFAULT 0;
ALTER TABLE videos ADD COLUMN captioned {int} NOT NULL DEFAULT 0;
";
