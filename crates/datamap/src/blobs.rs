//! Every kind of sealed object.

use outro_model::BlobKind;

use crate::Takeout;

/// What a kind of sealed object is for.
#[derive(Clone, Copy, Debug)]
pub struct Blob {
    /// The kind.
    pub kind: BlobKind,
    /// Why it is kept, in plain words.
    pub why: &'static str,
    /// Where takeout puts it.
    pub takeout: Takeout,
}

/// The declaration of a kind. A kind without one does not compile.
pub const fn blob(kind: BlobKind) -> Blob {
    let (why, takeout) = match kind {
        BlobKind::Original => {
            ("The file as you uploaded it, so that you can have it back.", Takeout::Part("videos/original"))
        }
        BlobKind::Rendition => ("The upright video that people watch.", Takeout::Part("videos/renditions")),
        BlobKind::Cover => ("The picture shown before the video plays.", Takeout::Part("videos/covers")),
        BlobKind::Mix => (
            "Your video with the sound of another that you chose: sealed so that it takes your key and theirs. With either gone it never opens.",
            Takeout::Internal,
        ),
        BlobKind::Takeout => {
            ("The archive of everything that you asked for. It goes after seven days.", Takeout::Internal)
        }
        BlobKind::Import => {
            ("An archive that you brought from elsewhere. It goes once what is in it is here.", Takeout::Internal)
        }
        BlobKind::Part => (
            "A piece of a video that is uploaded. It goes once the whole is here, and was put together.",
            Takeout::Internal,
        ),
        BlobKind::Small => {
            ("Your upright video again, smaller, for slow lines. It is made from it.", Takeout::Internal)
        }
        BlobKind::Large => (
            "Your upright video again, larger, where yours has as much to show. It is made from it.",
            Takeout::Internal,
        ),
        BlobKind::Av1 => (
            "Your upright video again in a newer format that takes fewer bytes, once it is watched much. It is made from it.",
            Takeout::Internal,
        ),
        BlobKind::SmallMix => (
            "The smaller video with the sound of another that you chose: sealed so that it takes your key and theirs.",
            Takeout::Internal,
        ),
        BlobKind::LargeMix => (
            "The larger video with the sound of another that you chose: sealed so that it takes your key and theirs.",
            Takeout::Internal,
        ),
        BlobKind::Avif => {
            ("The picture shown before the video plays, in a format that takes fewer bytes.", Takeout::Internal)
        }
        BlobKind::Preview => ("A few seconds of your video without sound, for lists.", Takeout::Internal),
        BlobKind::Clip => (
            "A file that you added to a video while you edited it, as it was, so that you can edit it again.",
            Takeout::Part("videos/clips"),
        ),
    };
    Blob { kind, why, takeout }
}

/// Every kind, in stored order. All are sealed under a key of their own, wrapped by the owner's key,
/// and deleted with the video or the account; what holds the sound of somebody else is wrapped by that person's key as well.
pub const BLOBS: &[Blob] = &[
    blob(BlobKind::Original),
    blob(BlobKind::Rendition),
    blob(BlobKind::Cover),
    blob(BlobKind::Mix),
    blob(BlobKind::Takeout),
    blob(BlobKind::Import),
    blob(BlobKind::Part),
    blob(BlobKind::Small),
    blob(BlobKind::Large),
    blob(BlobKind::Av1),
    blob(BlobKind::SmallMix),
    blob(BlobKind::LargeMix),
    blob(BlobKind::Avif),
    blob(BlobKind::Preview),
    blob(BlobKind::Clip),
];
