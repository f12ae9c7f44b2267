//! What there is of a video to be looked at.

use outro_db::{DbError, Row, ToParam as _, Tx, params, statements};
use outro_model::{AccountId, BlobKind, VideoId};

use crate::changed;

/// An object of a video that is whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Made {
    /// What it holds.
    pub kind: BlobKind,
    /// Its length in bytes, unsealed.
    pub length: i64,
    /// The width of the picture.
    pub width: i64,
    /// The height of the picture.
    pub height: i64,
}

/// What there is of a video to be looked at.
#[derive(Clone, Debug, Default)]
pub struct Look {
    /// The sealed placeholder of its cover; none where there is none.
    pub placeholder: Option<Vec<u8>>,
    /// Its whole objects, but for the file as it was uploaded.
    pub made: Vec<Made>,
}

impl Look {
    /// The object of this kind.
    pub fn of(&self, kind: BlobKind) -> Option<&Made> {
        self.made.iter().find(|made| made.kind == kind)
    }
}

statements! {
    // The file as it was uploaded, whole (0) or in its pieces (6), is nothing to be looked at.
    LOOK = "SELECT v.placeholder, b.kind, b.length, b.width, b.height FROM videos v
        LEFT JOIN blobs b ON b.owner_id = v.owner_id AND b.video_id = v.id AND b.header IS NOT NULL
            AND b.kind <> 0 AND b.kind <> 6
        WHERE v.owner_id = ?1 AND v.id = ?2";
    SET_PLACEHOLDER = "UPDATE videos SET placeholder = ?3 WHERE owner_id = ?1 AND id = ?2 AND state <> 3";
}

/// What there is of each of these videos to be looked at, in their order; nothing of one that is not there.
pub async fn looks(tx: &mut Tx, videos: &[(AccountId, VideoId)]) -> Result<Vec<Look>, DbError> {
    let all: Vec<_> = videos.iter().map(|(owner, video)| [owner.to_param(), video.to_param()]).collect();
    tx.query_each(&LOOK, &all).await?.iter().map(|rows| read(rows)).collect()
}

fn read(rows: &[Row]) -> Result<Look, DbError> {
    let mut look = Look::default();
    for row in rows {
        look.placeholder = row.get(0)?;
        let kind: Option<i64> = row.get(1)?;
        if let Some(kind) = kind {
            let kind = BlobKind::from_code(kind).ok_or(DbError::Shape { column: 1 })?;
            look.made.push(Made { kind, length: row.get(2)?, width: row.get(3)?, height: row.get(4)? });
        }
    }
    Ok(look)
}

/// Keeps what is shown of a video while its cover is on its way, sealed; `false` when the video is going.
pub async fn set_placeholder(
    tx: &mut Tx,
    owner: AccountId,
    video: VideoId,
    placeholder: Option<&[u8]>,
) -> Result<bool, DbError> {
    changed(tx, &SET_PLACEHOLDER, params![owner, video, placeholder]).await
}
