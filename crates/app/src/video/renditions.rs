//! What of a video there is to be played and shown: its sizes, its other codec, its pictures.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use outro_datamap::VIDEO_PLACEHOLDER;
use outro_media::Size;
use outro_model::{BlobKind, VideoId};
use outro_store::renditions::{Look, Made};
use outro_vault::AccountKeys;

use super::play::Part;
use crate::AppError;

/// Something that can be played.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rendition {
    /// The part of the video that it is.
    pub part: Part,
    /// The width of the picture.
    pub width: i64,
    /// The height of the picture.
    pub height: i64,
    /// The codec of the picture: `h264` or `av1`.
    pub codec: &'static str,
    /// Its length in bytes.
    pub size_bytes: i64,
    /// Bits a second, on average; 0 where its length in time is not known.
    pub bits_per_second: i64,
}

/// What of a video there is to be played and shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    /// What can be played, the smallest first.
    pub renditions: Vec<Rendition>,
    /// Whether its cover is there as AVIF too.
    pub has_avif: bool,
    /// Whether there is a moving preview.
    pub has_preview: bool,
    /// What is shown while the cover is on its way: a ThumbHash of it, in base64.
    pub placeholder: Option<String>,
}

/// What can be played, and what is played in its place where the sound of another is heard.
const PLAYED: [(Part, BlobKind, Option<BlobKind>, &str); 4] = [
    (Part::Small, BlobKind::Small, Some(BlobKind::SmallMix), "h264"),
    (Part::Rendition, BlobKind::Rendition, Some(BlobKind::Mix), "h264"),
    (Part::Av1, BlobKind::Av1, None, "av1"),
    (Part::Large, BlobKind::Large, Some(BlobKind::LargeMix), "h264"),
];

impl Shown {
    /// Opens what is sealed of it. `borrows` says that the viewer hears the sound of another in it.
    pub(crate) fn of(
        look: &Look,
        keys: &AccountKeys,
        (video, duration_ms): (VideoId, i64),
        borrows: bool,
    ) -> Result<Self, AppError> {
        let open = |sealed| keys.open_text(VIDEO_PLACEHOLDER, video.as_bytes(), sealed);
        let played = PLAYED.iter().filter_map(|&(part, own, mix, codec)| {
            let made = if borrows { mix.map(|mix| look.of(mix).or(look.of(own)))? } else { look.of(own) };
            let &Made { length: size_bytes, width, height, .. } = made?;
            let bits_per_second = if duration_ms > 0 { size_bytes * 8000 / duration_ms } else { 0 };
            Some(Rendition { part, width, height, codec, size_bytes, bits_per_second })
        });
        Ok(Self {
            renditions: played.collect(),
            has_avif: look.of(BlobKind::Avif).is_some(),
            has_preview: look.of(BlobKind::Preview).is_some(),
            placeholder: look.placeholder.as_deref().map(open).transpose()?,
        })
    }
}

/// What is made of a video, and goes when it is made anew.
pub(super) const MADE: &[BlobKind] = &[
    BlobKind::Rendition,
    BlobKind::Small,
    BlobKind::Large,
    BlobKind::Av1,
    BlobKind::Cover,
    BlobKind::Avif,
    BlobKind::Preview,
    BlobKind::Mix,
    BlobKind::SmallMix,
    BlobKind::LargeMix,
];

/// The object that holds a size: with its own sound, and with that of another.
pub(super) const fn kinds(size: Size) -> (BlobKind, BlobKind) {
    match size {
        Size::Small => (BlobKind::Small, BlobKind::SmallMix),
        Size::Usual => (BlobKind::Rendition, BlobKind::Mix),
        Size::Large => (BlobKind::Large, BlobKind::LargeMix),
    }
}

/// A placeholder as it is sealed and told.
pub(super) fn told(placeholder: &[u8]) -> String {
    STANDARD.encode(placeholder)
}
