//! Sounds of videos, and who uses them.

use crate::Erase::{DeleteRows, Detach};
use crate::Holds::Structure;
use crate::Takeout::{Internal, Part};
use crate::{Emptied, Link, Table, VideoLink};

use super::{CONTRACT, column};

pub(super) const SOUNDS: Table = Table {
    name: "sounds",
    why: "The sounds of your videos, so that each has its page and others can use it where you let them.",
    ground: CONTRACT,
    key: &["owner_id", "id"],
    columns: &[
        column("owner_id", Structure, Internal),
        column("id", Structure, Part("sounds")),
        column("video_id", Structure, Part("sounds")),
        column("created_at", Structure, Part("sounds")),
    ],
    links: &[Link { column: "owner_id", erase: DeleteRows }],
    video: Some(VideoLink { owner: "owner_id", video: "video_id" }),
};

/// When the owner of a sound leaves, the row stays for a moment, and names neither them nor the sound: by it a
/// job finds the mix that is to go, and whoever is to be told.
pub(super) const SOUND_USES: Table = Table {
    name: "sound_uses",
    why: "Which of your videos have the sound or the picture of another, whose it is, in which way, which stretch of it is heard, and how loud each is.",
    ground: CONTRACT,
    key: &["owner_id", "video_id"],
    columns: &[
        column("owner_id", Structure, Internal),
        column("video_id", Structure, Part("sounds")),
        column("sound_owner_id", Structure, Internal),
        column("sound_id", Structure, Part("sounds")),
        column("mixed", Structure, Internal),
        column("own_sound", Structure, Internal),
        column("created_at", Structure, Part("sounds")),
        column("from_ms", Structure, Part("sounds")),
        column("own_level", Structure, Part("sounds")),
        column("sound_level", Structure, Part("sounds")),
        column("way", Structure, Part("sounds")),
        column("lasts_ms", Structure, Internal),
    ],
    links: &[
        Link { column: "owner_id", erase: DeleteRows },
        Link {
            column: "sound_owner_id",
            erase: Detach(Emptied { columns: &["sound_owner_id", "sound_id"], kept: None }),
        },
    ],
    video: Some(VideoLink { owner: "owner_id", video: "video_id" }),
};
