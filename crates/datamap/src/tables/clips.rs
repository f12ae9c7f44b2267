//! Clips that are added to a video while it is edited.

use crate::Erase::DeleteRows;
use crate::Holds::Structure;
use crate::Takeout::{Internal, Part};
use crate::{Link, Table, VideoLink};

use super::{CONTRACT, column};

/// The file of each is a sealed object of the kind `clip` with the same id.
pub(super) const CLIPS: Table = Table {
    name: "clips",
    why: "Clips that you added to a video of yours while you edited it: how long and how large their pictures are.",
    ground: CONTRACT,
    key: &["owner_id", "video_id", "id"],
    columns: &[
        column("owner_id", Structure, Internal),
        column("video_id", Structure, Part("clips")),
        column("id", Structure, Part("clips")),
        column("duration_ms", Structure, Part("clips")),
        column("width", Structure, Part("clips")),
        column("height", Structure, Part("clips")),
        column("created_at", Structure, Part("clips")),
    ],
    links: &[Link { column: "owner_id", erase: DeleteRows }],
    video: Some(VideoLink { owner: "owner_id", video: "video_id" }),
};
