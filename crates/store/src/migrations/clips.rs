//! Clips that are added to a video while it is edited.

/// The id of a clip is that of the sealed object that holds its file.
pub(super) const SQL: &str = "
CREATE TABLE clips (
    owner_id {bytes} NOT NULL REFERENCES accounts (id),
    video_id {bytes} NOT NULL,
    id {bytes} NOT NULL,
    duration_ms {int} NOT NULL,
    width {int} NOT NULL,
    height {int} NOT NULL,
    created_at {int} NOT NULL,
    PRIMARY KEY (owner_id, video_id, id),
    FOREIGN KEY (owner_id, video_id) REFERENCES videos (owner_id, id)
) {table};
";
