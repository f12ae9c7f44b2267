//! Uploading: bytes are streamed into a sealed object, never whole in memory, no transaction open;
//! then one transaction makes the video and enqueues its encoding.

use std::fs::File;
use std::io::{Seek as _, Write as _};

use outro_blobs::BlobWriter;
use outro_db::Tx;
use outro_jobs::{Lane, NewJob};
use outro_media::{Limits, Probe, RunError, Scratch};
use outro_model::{
    AccountId, AccountState, Audience, BadMixing, BlobId, BlobKind, JobId, Mixing, Reframe, SoundId, Timestamp,
    VideoId, Way,
};
use outro_policy::{Action, VideoFacts};
use outro_store::accounts;
use outro_store::blobs::{self, Blob};
use outro_store::sounds::{self, Sound};
use outro_store::videos::{self, Draft, Video};
use outro_vault::AccountKeys;
use serde::{Deserialize, Serialize};
use tokio::runtime::Handle;

use super::change::{read_audience, read_caption};
use super::encode::JOB;
use super::play::until_refused;
use super::view::{VideoView, find, view_of};
use crate::comment::late;
use crate::privacy::read_comments_from;
use crate::{App, AppError, RefusalKind, Signed, Viewer, sound, standing, viewer};

/// What is said of a video besides its bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewVideo {
    /// At most 2,200 characters.
    pub caption: Option<String>,
    /// `everyone` (the default), `followers`, `friends` or `only_me`.
    pub audience: Option<String>,
    /// `everyone` (the default), `followers`, `friends` or `no_one`.
    pub comments_from: Option<String>,
    /// `fit` (the default), `crop` or `follow`.
    pub reframe: Option<String>,
    /// Whether others may use its sound: `true` (the default) or `false`.
    pub sound_reuse: Option<String>,
    /// Whether others may download it: `true` (the default) or `false`.
    pub downloads: Option<String>,
    /// Whether it is for adults alone: `true` or `false` (the default).
    pub age_restricted: Option<String>,
    /// Whether others may put it beside theirs: `true` (the default) or `false`.
    pub duets: Option<String>,
    /// Whether others may begin theirs with a piece of it: `true` (the default) or `false`.
    pub stitches: Option<String>,
    /// The id of a video that is to be seen and heard beside it; none when empty.
    pub duet_of: Option<String>,
    /// The id of a video a piece of which comes before it; none when empty.
    pub stitch_of: Option<String>,
    /// The id of a sound that is to be heard in the place of its own; none when empty.
    pub sound: Option<String>,
    /// Where in that sound the stretch begins that is heard, in milliseconds; 0 when not given.
    pub sound_from_ms: Option<String>,
    /// How much of that sound is heard, 0 to 100; 100 when not given.
    pub sound_level: Option<String>,
    /// How much of its own is heard beside it, 0 to 100; 0 when not given.
    pub own_level: Option<String>,
    /// Whether it stays a draft, which its owner alone sees, until it is published: `true` or `false` (the default).
    pub draft: Option<String>,
}

/// An upload that goes on. Dropped unfinished, it leaves nothing that can be read: the sealed file goes at
/// once, its row right after.
pub struct Upload {
    app: App,
    blob: Blob,
    writer: BlobWriter,
    scratch: File,
    length: u64,
    row: UnusedRow,
}

/// The row of an object that may come to nothing. Dropped, it is removed, unless it was kept.
pub(crate) struct UnusedRow {
    app: App,
    owner: AccountId,
    id: BlobId,
    kept: bool,
}

impl UnusedRow {
    pub(crate) fn of(app: &App, blob: &Blob) -> Self {
        Self { app: app.clone(), owner: blob.owner, id: blob.id, kept: false }
    }

    /// It came to something.
    pub(crate) fn keep(mut self) {
        self.kept = true;
    }

    /// Removes it now. What goes wrong with that is logged, and left to housekeeping, which finds such rows.
    async fn remove(mut self) {
        self.kept = true;
        removed(&self.app, self.owner, self.id).await;
    }
}

impl Drop for UnusedRow {
    fn drop(&mut self) {
        let (app, owner, id) = (self.app.clone(), self.owner, self.id);
        // Where the server is stopping, nothing can be spawned any more: housekeeping finds the row.
        if let (false, Ok(runtime)) = (self.kept, Handle::try_current()) {
            runtime.spawn(async move { removed(&app, owner, id).await });
        }
    }
}

async fn removed(app: &App, owner: AccountId, id: BlobId) {
    if let Err(error) = discard(app, owner, id).await {
        tracing::warn!(%error, "an object that nothing came of is left to housekeeping");
    }
}

impl App {
    /// What one video may take.
    pub fn limits(&self) -> Limits {
        Limits {
            max_input_bytes: self.settings.max_upload_bytes,
            max_duration: std::time::Duration::from_secs(self.settings.max_duration_s),
            ..Limits::default()
        }
    }
}

/// Begins an upload. `length` is how many bytes are announced, where it is known.
pub async fn begin_upload(app: &App, signed: &Signed, length: Option<u64>) -> Result<Upload, AppError> {
    if length.is_some_and(|length| length > app.settings.max_upload_bytes) {
        return Err(too_large(app));
    }
    let keys = signed.keys(app).await?;
    let blob = new_blob(app, signed.account, VideoId::random(&*app.random), BlobKind::Original);
    let mut tx = app.db.write().await?;
    standing::hold_present(&mut tx, signed.account).await?;
    receiving(app, &keys, tx, blob, length).await
}

/// Begins to take in a file, whose row is added in a transaction that holds its owner.
pub(super) async fn receiving(
    app: &App,
    keys: &AccountKeys,
    mut tx: Tx,
    blob: Blob,
    length: Option<u64>,
) -> Result<Upload, AppError> {
    let row = UnusedRow::of(app, &blob);
    // The row is there before the file is: whoever finds an end to this finds the file by it.
    blobs::begin(&mut tx, &blob).await?;
    tx.commit().await?;
    let writer = app.blobs.writer(keys, blob.id, blob.kind).await?;
    let scratch = Scratch::new(length.unwrap_or(u64::MAX), &app.settings.scratch)?.into_file();
    Ok(Upload { app: app.clone(), blob, writer, scratch, length: 0, row })
}

/// Returns when who uploads is signed out, or leaving. Waited for while bytes come in, or do not.
pub async fn until_signed_out(app: &App, signed: &Signed) {
    let who = Some(signed.clone());
    until_refused(|| is_signed_in(app, &who)).await;
}

async fn is_signed_in(app: &App, who: &Viewer) -> Result<bool, AppError> {
    let mut tx = app.db.read().await?;
    let Some(account) = viewer::still(app, &mut tx, who).await? else { return Ok(false) };
    let account = accounts::by_id(&mut tx, account).await?;
    Ok(account.is_some_and(|account| account.facts.state == AccountState::Active))
}

/// A row for an object that is about to be written.
pub(crate) fn new_blob(app: &App, owner: AccountId, video: VideoId, kind: BlobKind) -> Blob {
    Blob {
        owner,
        id: BlobId::random(&*app.random),
        video,
        kind,
        header: None,
        length: 0,
        width: 0,
        height: 0,
        created_at: app.clock.now(),
    }
}

pub(crate) fn too_large(app: &App) -> AppError {
    let most = app.settings.max_upload_bytes / 1_000_000;
    AppError::refused(RefusalKind::TooLarge, "file_too_large", format!("This file is larger than {most} MB."))
}

impl Upload {
    /// Takes the next bytes.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), AppError> {
        self.length += bytes.len() as u64;
        if self.length > self.app.settings.max_upload_bytes {
            return Err(too_large(&self.app));
        }
        self.writer.write(bytes).await?;
        // Memory, or a file without a name: the probe reads it, and it is gone with this value.
        Ok(self.scratch.write_all(bytes)?)
    }

    /// Ends the upload before its end. Nothing of it is left when this returns.
    pub async fn abandon(self) {
        let Self { writer, scratch, row, .. } = self;
        drop((writer, scratch));
        row.remove().await;
    }

    /// Ends the upload: what it is is found by probing, and what is no video is refused, with nothing kept.
    /// All bytes are here: that the client hangs up now changes nothing, and interrupts nothing.
    pub async fn finish(self, signed: &Signed, new: NewVideo) -> Result<VideoView, AppError> {
        let signed = signed.clone();
        self.ended(async move |received| make(&signed, new, received).await).await
    }

    /// Does with what was received what ends the upload; where that is refused, nothing of it is kept.
    pub(super) async fn ended<T: Send + 'static, F>(
        self,
        end: impl FnOnce(Received) -> F + Send + 'static,
    ) -> Result<T, AppError>
    where
        F: Future<Output = Result<T, AppError>> + Send,
    {
        let ended = tokio::spawn(async move {
            let Self { app, blob, writer, scratch, mut row, .. } = self;
            let ended = end(Received { app, blob, writer, scratch }).await;
            if ended.is_err() {
                row.remove().await;
            } else {
                row.kept = true;
            }
            ended
        });
        ended.await.map_err(AppError::internal)?
    }
}

/// A file all bytes of which are here.
pub(super) struct Received {
    pub(super) app: App,
    pub(super) blob: Blob,
    writer: BlobWriter,
    scratch: File,
}

impl Received {
    /// What it is. What is no video is refused.
    pub(super) async fn examined(&mut self) -> Result<Probe, AppError> {
        self.scratch.rewind()?;
        match outro_media::probe(&self.app.tools, &self.scratch, &self.app.limits()).await {
            Ok(probe) => Ok(probe),
            Err(RunError::Refused(refusal)) => {
                Err(AppError::refused(RefusalKind::Unusable, refusal.code(), refusal.sentence()))
            }
            Err(error) => Err(AppError::internal(error)),
        }
    }

    /// Its object, whole, and its owner's keys. These are asked for again: who left while the bytes came in has none.
    pub(super) async fn sealed(self, signed: &Signed) -> Result<(Blob, AccountKeys), AppError> {
        let keys = signed.keys(&self.app).await?;
        let sealed = self.writer.finish(&keys).await?;
        Ok((Blob { header: Some(sealed.header), length: sealed.length as i64, ..self.blob }, keys))
    }
}

async fn make(signed: &Signed, new: NewVideo, mut received: Received) -> Result<VideoView, AppError> {
    let app = received.app.clone();
    let wanted = wanted(&app, (received.blob.owner, received.blob.video), &new)?;
    received.examined().await?;
    let (blob, keys) = received.sealed(signed).await?;
    write(&app, signed, &blob, wanted.seal(&keys)).await
}

pub(super) fn no_such_sound() -> AppError {
    AppError::invalid("sound", "no_such_sound", "This sound is not there any more. Choose another, or none.")
}

/// What cannot be seen, has no sound of its own or is not lent for this is as what never was.
fn no_such_video(way: Way) -> AppError {
    match way {
        Way::Sound => no_such_sound(),
        Way::Duet => AppError::invalid("duet_of", "no_such_video", NOT_LENT),
        Way::Stitch => AppError::invalid("stitch_of", "no_such_video", NOT_LENT),
    }
}

const NOT_LENT: &str =
    "This video cannot be used for that. It takes one with a sound of its own, whose owner allows it.";

/// Reads how a sound is mixed; what is not given is as it is by itself.
pub(super) fn read_mixing(
    from_ms: Option<i64>,
    own: Option<i64>,
    sound: Option<i64>,
    before: Mixing,
) -> Result<Mixing, AppError> {
    let (own, sound) = (own.unwrap_or(before.own), sound.unwrap_or(before.sound));
    let mixing = Mixing::new(from_ms.unwrap_or(before.from_ms), own, sound).map_err(|wrong| match wrong {
        BadMixing::From => too_far(),
        BadMixing::Level => AppError::invalid("sound_level", "invalid_level", "Give levels from 0 to 100."),
        BadMixing::Silence => {
            AppError::invalid("sound_level", "invalid_level", "Turn up one of the two: your sound, or the music.")
        }
    })?;
    Ok(Mixing { way: before.way, ..mixing })
}

fn too_far() -> AppError {
    AppError::invalid("sound_from_ms", "invalid_sound_from", "Begin within the sound.")
}

fn mixing_of(new: &NewVideo, way: Way) -> Result<Mixing, AppError> {
    let number = |text: &Option<String>, wrong: fn() -> AppError| {
        let text = text.as_deref().map(str::trim).filter(|text| !text.is_empty());
        text.map(|text| text.parse::<i64>().map_err(|_| wrong())).transpose()
    };
    let level = || AppError::invalid("sound_level", "invalid_level", "Give levels from 0 to 100.");
    let (own, sound) = (number(&new.own_level, level)?, number(&new.sound_level, level)?);
    read_mixing(number(&new.sound_from_ms, too_far)?, own, sound, Mixing::of(way))
}

pub(super) fn read_sound(id: Option<&str>) -> Result<Option<SoundId>, AppError> {
    id.filter(|id| !id.is_empty()).map(|id| id.parse().map_err(|_| no_such_sound())).transpose()
}

/// What of another's is to be in a video: one thing at most.
fn read_other(new: &NewVideo) -> Result<Option<(Other, Mixing)>, AppError> {
    let video = |id: &Option<String>, way: Way| {
        let id = id.as_deref().filter(|id| !id.is_empty());
        id.map(|id| id.parse().map(|id| (Other::Video(id), way)).map_err(|_| no_such_video(way))).transpose()
    };
    let sound = read_sound(new.sound.as_deref())?.map(|id| (Other::Sound(id), Way::Sound));
    let all = [sound, video(&new.duet_of, Way::Duet)?, video(&new.stitch_of, Way::Stitch)?];
    let mut chosen = all.into_iter().flatten();
    match (chosen.next(), chosen.next()) {
        (Some(_), Some((_, way))) => {
            let field = if way == Way::Duet { "duet_of" } else { "stitch_of" };
            Err(AppError::invalid(field, "one_at_a_time", "Choose one: a sound, a duet or a stitch."))
        }
        (Some((other, way)), None) => Ok(Some((other, mixing_of(new, way)?))),
        (None, _) => mixing_of(new, Way::Sound).map(|_| None),
    }
}

fn read_flag(word: &str, field: &'static str, code: &'static str) -> Result<bool, AppError> {
    word.parse().map_err(|_| AppError::invalid(field, code, "Choose true or false."))
}

pub(super) fn read_reframe(word: &str) -> Result<Reframe, AppError> {
    word.parse().map_err(|_| AppError::invalid("reframe", "invalid_reframe", "Choose fit, crop or follow."))
}

/// A video that is to be made: what was said of it, read.
pub(crate) struct Wanted {
    row: Video,
    /// The caption, before it is sealed.
    text: String,
    /// What of another's is to be in it.
    pub(crate) other: Option<(Other, Mixing)>,
}

/// What of another's is chosen for a video.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Other {
    /// A sound, to be heard.
    Sound(SoundId),
    /// A video, to be seen and heard.
    Video(VideoId),
}

impl Wanted {
    /// With its caption sealed.
    pub(crate) fn seal(self, keys: &AccountKeys) -> Self {
        let caption = keys.seal_text(outro_datamap::VIDEO_CAPTION, self.row.id.as_bytes(), &self.text);
        Self { row: Video { caption, ..self.row }, ..self }
    }
}

/// Reads what is said of a video.
pub(crate) fn wanted(app: &App, (owner, id): (AccountId, VideoId), new: &NewVideo) -> Result<Wanted, AppError> {
    let other = read_other(new)?;
    let text = read_caption(new.caption.as_deref().unwrap_or_default())?;
    let audience = read_audience(new.audience.as_deref().unwrap_or("everyone"))?;
    let comments_from = read_comments_from(new.comments_from.as_deref().unwrap_or("everyone"))?;
    let flag = |word: &Option<String>, default, field, code| {
        word.as_deref().map_or(Ok(default), |word| read_flag(word, field, code))
    };
    let sound_reuse = flag(&new.sound_reuse, true, "sound_reuse", "invalid_sound_reuse")?;
    let downloads = flag(&new.downloads, true, "downloads", "invalid_downloads")?;
    let duets = flag(&new.duets, true, "duets", "invalid_duets")?;
    let stitches = flag(&new.stitches, true, "stitches", "invalid_stitches")?;
    let age_restricted = flag(&new.age_restricted, false, "age_restricted", "invalid_age_restricted")?;
    let is_draft = flag(&new.draft, false, "draft", "invalid_draft")?;
    let reframe = read_reframe(new.reframe.as_deref().unwrap_or("fit"))?;
    let draft = is_draft.then_some(Draft { audience, publish_at: Timestamp(0) });
    // Who sees a draft is its owner alone, whoever asks.
    let audience = if is_draft { Audience::OnlyMe } else { audience };
    let lent = VideoFacts { sound_reuse, downloads, duets, stitches, ..VideoFacts::OPEN };
    let facts = VideoFacts { audience, comments_from, age_restricted, ..lent };
    let row = Video { draft, ..Video::processing(owner, id, facts, reframe, app.clock.now()) };
    Ok(Wanted { row, text, other })
}

/// The one transaction of an upload.
async fn write(app: &App, signed: &Signed, blob: &Blob, wanted: Wanted) -> Result<VideoView, AppError> {
    let (id, other) = (wanted.row.id, wanted.other);
    let mut tx = app.db.write().await?;
    // Who left meanwhile has taken the row of the object along: nothing may be added any more.
    standing::hold_present(&mut tx, signed.account).await?;
    if !blobs::finish(&mut tx, blob).await? {
        return Err(AppError::SignInNeeded);
    }
    if let Some(other) = other {
        may_borrow(&mut tx, signed.account, other).await?;
    }
    take_in(app, &mut tx, wanted).await?;
    let found = find(&mut tx, Some(signed.account), Action::SeeVideo, id).await?;
    tx.commit().await?;
    app.queue.wake();
    view_of(app, Some(signed.account), found).await
}

/// Adds a video whose file is here, in the transaction that notes so: it is being made from then on. A sound that is gone,
/// or closed, by now is not in it.
pub(crate) async fn take_in(app: &App, tx: &mut Tx, Wanted { row, other, .. }: Wanted) -> Result<(), AppError> {
    let (owner, id) = (row.owner, row.id);
    videos::insert(tx, &row).await?;
    if let Some(other) = other {
        match may_borrow(tx, owner, other).await {
            Ok(found) => borrow(app, tx, (owner, id), (&found, other.1)).await?,

            Err(AppError::Internal(error)) => return Err(AppError::Internal(error)),
            Err(_) => {}
        }
    }
    enqueue(app, tx, owner, id).await
}

/// Has a video made, in the transaction of the change that asks for it.
pub(super) async fn enqueue(app: &App, tx: &mut Tx, owner: AccountId, id: VideoId) -> Result<(), AppError> {
    let job = NewJob {
        id: JobId::random(&*app.random),
        kind: JOB,
        lane: Lane::Encode,
        account: Some(owner),
        video: Some(id),
        run_at: app.clock.now(),
    };
    Ok(outro_jobs::enqueue(tx, &job).await?)
}

/// The sound that somebody wants to use, or of the video that they want in theirs. One that may not be seen is refused as
/// one that never was.
/// A stretch that begins after its end is none.
pub(crate) async fn may_borrow(
    tx: &mut Tx,
    asking: AccountId,
    (other, mixing): (Other, Mixing),
) -> Result<Sound, AppError> {
    let missing = |error| if matches!(error, AppError::NotFound) { no_such_video(mixing.way) } else { error };
    let id = match other {
        Other::Sound(id) => id,
        Other::Video(id) => sound::sound_of(tx, id).await?,
    };
    let (sound, duration_ms) = sound::to_borrow(tx, asking, (id, mixing.way)).await.map_err(missing)?;
    if mixing.from_ms > 0 && mixing.from_ms >= duration_ms { Err(too_far()) } else { Ok(sound) }
}

/// Notes which sound is to be heard. One that goes at this very moment is refused by its foreign key.
pub(super) async fn borrow(
    app: &App,
    tx: &mut Tx,
    place: (AccountId, VideoId),
    sound: (&Sound, Mixing),
) -> Result<(), AppError> {
    let missing = |error| if matches!(error, AppError::NotFound) { no_such_video(sound.1.way) } else { error };
    sounds::borrow(tx, place, sound, app.clock.now()).await.map_err(|error| missing(late(error)))
}

/// Removes an object that nothing will come of: the file, then the row.
pub(crate) async fn discard(app: &App, owner: AccountId, id: BlobId) -> Result<(), AppError> {
    app.blobs.delete(owner, id).await?;
    let mut tx = app.db.write().await?;
    blobs::delete(&mut tx, owner, id).await?;
    Ok(tx.commit().await?)
}
