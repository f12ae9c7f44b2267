//! What a video looks like before its cover is there. Which renditions there are, the rows of objects tell.

pub(super) const SQL: &str = "
ALTER TABLE videos ADD COLUMN placeholder {bytes};
";
