//! The bytes of a video and of its cover. An address holds no right of its own: the policy is asked
//! on every request, and again while the bytes go out.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::Stream;
use outro_blobs::{BlobError, BlobReader};
use outro_db::Tx;
use outro_model::{AccountId, BlobId, BlobKind, ClipId, VideoId};
use outro_policy::Action;
use outro_store::blobs::{self, Blob};
use outro_store::clips;
use outro_store::videos::Video;
use tokio::time::{Instant, MissedTickBehavior, interval_at, timeout};

use super::view::find;
use crate::{App, AppError, Viewer, sound, viewer};

/// Which part of a video is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The rendition, to be played: 720 wide at most.
    Rendition,
    /// The same, 480 wide at most.
    Small,
    /// The same, 1080 wide.
    Large,
    /// The same as [`Part::Rendition`] in AV1. With its own sound alone: where that of another is heard, there is none.
    Av1,
    /// The cover.
    Cover,
    /// The cover, as AVIF.
    Avif,
    /// A few seconds, small and without sound.
    Preview,
    /// The rendition, as a file to keep.
    Download,
    /// The file as it was uploaded.
    Original,
    /// The file of one of its clips, as it was added.
    Clip(ClipId),
}

impl Part {
    const fn asks(self) -> (Action, BlobKind) {
        match self {
            Self::Rendition => (Action::ReadBytes, BlobKind::Rendition),
            Self::Small => (Action::ReadBytes, BlobKind::Small),
            Self::Large => (Action::ReadBytes, BlobKind::Large),
            Self::Av1 => (Action::ReadBytes, BlobKind::Av1),
            Self::Cover => (Action::SeeCover, BlobKind::Cover),
            Self::Avif => (Action::SeeCover, BlobKind::Avif),
            Self::Preview => (Action::ReadBytes, BlobKind::Preview),
            Self::Download => (Action::Download, BlobKind::Rendition),
            Self::Original => (Action::TakeOriginal, BlobKind::Original),
            Self::Clip(_) => (Action::TakeOriginal, BlobKind::Clip),
        }
    }

    /// The whole object that a video has of it.
    async fn object(self, tx: &mut Tx, owner: AccountId, video: VideoId) -> Result<Option<Blob>, AppError> {
        Ok(match self {
            Self::Clip(clip) => clips::file(tx, owner, video, clip).await?,
            part => blobs::of_video(tx, owner, video, part.asks().1).await?,
        })
    }

    /// What is played in its place where the sound of another is heard. What is kept as a file holds nothing of another:
    /// it could not be taken back.
    const fn with_another_sound(self) -> Sounding {
        match self {
            Self::Rendition => Sounding::Mix(BlobKind::Mix),
            Self::Small => Sounding::Mix(BlobKind::SmallMix),
            Self::Large => Sounding::Mix(BlobKind::LargeMix),
            Self::Av1 => Sounding::Nothing,
            Self::Cover | Self::Avif | Self::Preview | Self::Download | Self::Original | Self::Clip(_) => {
                Sounding::AsItIs
            }
        }
    }
}

/// What becomes of a part where the sound of another is heard.
enum Sounding {
    /// It stays as it is.
    AsItIs,
    /// This is played.
    Mix(BlobKind),
    /// There is none.
    Nothing,
}

/// A part that may be read.
pub struct Media {
    /// Its length in bytes.
    pub length: u64,
    /// Changes whenever the bytes do.
    pub etag: String,
    reader: BlobReader,
    recheck: Recheck,
}

/// How often it is asked again, while something goes on, whether it may: what is revoked ends within a second.
const ASK_AGAIN: Duration = Duration::from_millis(400);
/// How long the answer may take: twice that, where one answer took as long and the next one too, stays below the
/// second.
const ANSWER_WITHIN: Duration = Duration::from_millis(400);

struct Recheck {
    app: App,
    who: Viewer,
    part: Part,
    video: VideoId,
    blob: BlobId,
}

/// Opens a part of a video for a viewer. What is hidden answers as what never was.
pub async fn open(app: &App, who: &Viewer, video: VideoId, part: Part) -> Result<Media, AppError> {
    let (action, kind) = part.asks();
    let mut tx = app.db.read().await?;
    let asking = viewer::still(app, &mut tx, who).await?;
    let found = match find(&mut tx, asking, action, video).await {
        Err(AppError::SignInNeeded) => return Err(AppError::NotFound),
        found => found?,
    };
    let mix = mix_of(&mut tx, asking, part, &found.video).await?;
    let blob = part.object(&mut tx, found.video.owner, video).await?.ok_or(AppError::NotFound)?;
    drop(tx);
    let mixed = match mix {
        Some(mix) => open_mix(app, mix).await?,
        None => None,
    };
    let (id, reader) = match mixed {
        Some(mixed) => mixed,
        None => {
            let keys = app.vault.account(blob.owner).await?.ok_or(AppError::NotFound)?;
            let header = blob.header.ok_or(AppError::NotFound)?;
            (blob.id, app.blobs.reader(&keys, blob.id, kind, &header).await?.ok_or(AppError::NotFound)?)
        }
    };
    let recheck = Recheck { app: app.clone(), who: who.clone(), part, video, blob: id };
    Ok(Media { length: reader.len(), etag: id.to_string(), reader, recheck })
}

/// The rendition with the sound of another, and whose that is.
struct Mix {
    blob: Blob,
    maker: AccountId,
}

/// What is played in the place of a rendition, while the viewer may hear the sound in it.
async fn mix_of(tx: &mut Tx, asking: Option<AccountId>, part: Part, video: &Video) -> Result<Option<Mix>, AppError> {
    let kind = match part.with_another_sound() {
        Sounding::AsItIs => return Ok(None),
        Sounding::Mix(kind) => Some(kind),
        Sounding::Nothing => None,
    };
    let Some(lender) = sound::heard(tx, asking, video).await? else { return Ok(None) };
    let kind = kind.ok_or(AppError::NotFound)?;
    let blob = blobs::of_video(tx, video.owner, video.id, kind).await?;
    Ok(blob.map(|blob| Mix { blob, maker: lender.sound.owner }))
}

/// Opens a mix with the keys of both; none when either is gone, and then the video's own sound is played.
async fn open_mix(app: &App, Mix { blob, maker }: Mix) -> Result<Option<(BlobId, BlobReader)>, AppError> {
    let keys = app.vault.accounts(&[blob.owner, maker]).await?;
    let (Some(own), Some(lent), Some(header)) = (keys.get(&blob.owner), keys.get(&maker), &blob.header) else {
        return Ok(None);
    };
    let reader = app.blobs.reader_with(own, lent, blob.id, blob.kind, header).await?;
    Ok(reader.map(|reader| (blob.id, reader)))
}

impl Recheck {
    async fn still_allowed(&self) -> Result<bool, AppError> {
        let (action, _) = self.part.asks();
        let mut tx = self.app.db.read().await?;
        let asking = viewer::still(&self.app, &mut tx, &self.who).await?;
        let Ok(found) = find(&mut tx, asking, action, self.video).await else { return Ok(false) };
        if let Some(mix) = mix_of(&mut tx, asking, self.part, &found.video).await? {
            return Ok(mix.blob.id == self.blob);
        }
        let blob = self.part.object(&mut tx, found.video.owner, self.video).await?;
        Ok(blob.is_some_and(|blob| blob.id == self.blob))
    }
}

/// Returns when the answer is no. What cannot be asked is not allowed.
pub(crate) async fn until_refused<A>(ask: impl Fn() -> A)
where
    A: Future<Output = Result<bool, AppError>>,
{
    let mut beat = interval_at(Instant::now() + ASK_AGAIN, ASK_AGAIN);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        beat.tick().await;
        if !matches!(timeout(ANSWER_WITHIN, ask()).await, Ok(Ok(true))) {
            return;
        }
    }
}

impl Media {
    /// The bytes of a range, and a future that returns as soon as the viewer may not read on: who sends
    /// the bytes waits for it beside them, whether or not they are being read, and then ends at once.
    pub fn read(
        self,
        range: Range<u64>,
    ) -> (impl Stream<Item = Result<Bytes, BlobError>> + Send + 'static, impl Future<Output = ()> + Send + 'static)
    {
        let recheck = Arc::new(self.recheck);
        let ask = move || {
            let recheck = recheck.clone();
            async move { recheck.still_allowed().await }
        };
        (self.reader.stream(range), until_refused(ask))
    }
}
