//! Looking an archive through. It may be anything: what is read of it is bounded before it is read, nothing in it names
//! a place on the disk, and each video is held against its hash and probed before anything of it is taken.

use std::fs::File;
use std::io::{Read, Write};

use outro_blobs::{BlobError, BlobReader, SeekableBlob};
use outro_media::{RunError, Scratch};
use outro_model::{Audience, BlobKind, Circle, Handle, Reframe, Timestamp, bounded_line, bounded_text};
use outro_store::accounts::PrivacyChange;
use outro_store::imports::Import;
use outro_store::videos::Draft;
use outro_vault::Sha256;
use serde::Deserialize;
use zip::ZipArchive;

use super::object;
use crate::privacy::{PrivacyChoice, read_choice};
use crate::video::read_caption;
use crate::{App, AppError, playlist};

/// The longest document that is read whole.
const DOCUMENT: u64 = 16 << 20;
/// The most entries, and videos, and comments or follows, that are taken.
const ENTRIES: usize = 200_000;
const VIDEOS: usize = 20_000;
const REST: usize = 50_000;

/// Why an archive is not taken: a word that stays, which says nothing of what was in it.
pub(super) type Unsound = &'static str;

/// What can go wrong while an archive is read.
pub(super) enum Stop {
    /// It is the archive's fault.
    Unsound(Unsound),
    /// It is ours.
    Held(AppError),
}

impl<E: Into<AppError>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Held(error.into())
    }
}

/// What `data/content.json` says, bounded and read.
pub(super) struct Content {
    pub(super) display_name: String,
    pub(super) bio: String,
    pub(super) settings: PrivacyChange,
    pub(super) videos: Vec<Clip>,
    pub(super) comments: Vec<Said>,
    pub(super) follows: Vec<String>,
    pub(super) playlists: Vec<List>,
}

#[derive(Deserialize)]
struct Document {
    format: String,
    profile: Profile,
    settings: Settings,
    videos: Vec<ClipWords>,
    comments: Vec<Said>,
    follows: Vec<String>,
    /// Archives of before name none.
    #[serde(default)]
    playlists: Vec<ListWords>,
}

/// A playlist, and the files of the videos in it.
#[derive(Deserialize)]
struct ListWords {
    title: String,
    created_at: String,
    videos: Vec<String>,
}

/// A playlist of the archive.
pub(super) struct List {
    pub(super) title: String,
    pub(super) created_at: Timestamp,
    videos: Vec<String>,
}

impl List {
    /// The place of a video in it, from 1 on.
    pub(super) fn place(&self, clip: &Clip) -> Option<i64> {
        self.videos.iter().position(|path| *path == clip.original).map(|place| place as i64 + 1)
    }
}

fn list(words: ListWords, now: Timestamp) -> Result<List, Stop> {
    let unusable = || Stop::Unsound("content_unusable");
    if words.videos.len() as i64 > playlist::VIDEOS {
        return Err(Stop::Unsound("content_too_large"));
    }
    Ok(List {
        title: playlist::read_title(&words.title).map_err(|_| unusable())?,
        created_at: moment(&words.created_at, now).ok_or_else(unusable)?,
        videos: words.videos,
    })
}

#[derive(Deserialize)]
struct Profile {
    display_name: String,
    bio: String,
}

/// The settings, in the words of the interface.
#[derive(Deserialize)]
struct Settings {
    private_account: bool,
    discoverable: bool,
    searchable: bool,
    messages_from: String,
    comments_from: String,
}

/// The settings, by the rules that hold for changing them here.
fn read_settings(given: Settings) -> Result<PrivacyChange, AppError> {
    let Settings { private_account, discoverable, searchable, messages_from, comments_from } = given;
    let choice = PrivacyChoice {
        private_account: Some(private_account),
        discoverable: Some(discoverable),
        searchable: Some(searchable),
        messages_from: Some(messages_from),
        comments_from: Some(comments_from),
        on_hiatus: None,
        follow_requests: None,
    };
    read_choice(&choice).map(|(change, _)| change)
}

#[derive(Deserialize)]
struct ClipWords {
    original: String,
    sha256: String,
    bytes: u64,
    caption: String,
    audience: String,
    /// Of a draft, who is to see it.
    draft_audience: Option<String>,
    comments_from: String,
    /// Where nothing is said of it, others may not.
    #[serde(default)]
    sound_reuse: bool,
    /// The same.
    #[serde(default)]
    downloads: bool,
    #[serde(default)]
    duets: bool,
    #[serde(default)]
    stitches: bool,
    #[serde(default)]
    age_restricted: bool,
    pinned_at: Option<String>,
    reframe: String,
    created_at: String,
    published_at: Option<String>,
}

/// What one wrote elsewhere.
#[derive(Deserialize, serde::Serialize, Clone)]
pub(super) struct Said {
    pub(super) text: String,
    pub(super) created_at: String,
    pub(super) to: Option<String>,
}

/// A video of the archive.
#[derive(Clone)]
pub(super) struct Clip {
    original: String,
    sha256: [u8; 32],
    pub(super) bytes: u64,
    pub(super) caption: String,
    pub(super) audience: Audience,
    pub(super) draft: Option<Draft>,
    pub(super) comments_from: Circle,
    pub(super) sound_reuse: bool,
    pub(super) downloads: bool,
    pub(super) duets: bool,
    pub(super) stitches: bool,
    pub(super) age_restricted: bool,
    /// 0 where it did not stand first.
    pub(super) pinned_at: Timestamp,
    pub(super) reframe: Reframe,
    pub(super) created_at: Timestamp,
    pub(super) published_at: Timestamp,
}

/// Opens the archive of a row anew.
async fn reader(app: &App, import: &Import) -> Result<BlobReader, Stop> {
    let keys = app.vault.account(import.account).await?.ok_or(AppError::NotFound)?;
    let header = import.header.as_deref().ok_or(AppError::NotFound)?;
    let found = app.blobs.reader(&keys, object(import.id), BlobKind::Import, header).await?;
    Ok(found.ok_or(AppError::NotFound)?)
}

/// Reads what the archive says it holds.
pub(super) async fn content(app: &App, import: &Import) -> Result<Content, Stop> {
    let (reader, most, now) = (reader(app, import).await?, app.settings.max_upload_bytes, app.clock.now());
    let read = move |archive: SeekableBlob| -> Result<Content, Stop> {
        let mut zip = ZipArchive::new(archive).map_err(|_| Stop::Unsound("not_an_archive"))?;
        if zip.len() > ENTRIES {
            return Err(Stop::Unsound("too_many_entries"));
        }
        let document = document(&mut zip)?;
        let document: Document = serde_json::from_slice(&document).map_err(|_| Stop::Unsound("content_unreadable"))?;
        read(document, most, now)
    };
    of_archive(reader, read).await
}

/// Reads an archive on a thread for it. What is wrong with the store is not held against the archive.
async fn of_archive<T: Send + 'static>(
    reader: BlobReader,
    read: impl FnOnce(SeekableBlob) -> Result<T, Stop> + Send + 'static,
) -> Result<T, Stop> {
    let archive = reader.seekable();
    let failure = archive.failure();
    let read = tokio::task::spawn_blocking(move || read(archive)).await.map_err(AppError::internal)?;
    match (read, failure.take()) {
        // What was changed where it is kept cannot be brought in.
        (Err(Stop::Unsound(why)), None | Some(BlobError::Tampered(_))) => Err(Stop::Unsound(why)),
        (Err(Stop::Unsound(_)), Some(error)) => Err(Stop::Held(error.into())),
        (read, _) => read,
    }
}

fn document<R: Read + std::io::Seek>(zip: &mut ZipArchive<R>) -> Result<Vec<u8>, Stop> {
    let entry = zip.by_name("data/content.json").map_err(|_| Stop::Unsound("no_content"))?;
    let mut bytes = Vec::new();
    entry.take(DOCUMENT + 1).read_to_end(&mut bytes).map_err(|_| Stop::Unsound("content_unreadable"))?;
    if bytes.len() as u64 > DOCUMENT { Err(Stop::Unsound("content_too_large")) } else { Ok(bytes) }
}

fn read(document: Document, most: u64, now: Timestamp) -> Result<Content, Stop> {
    let Document { format, profile, settings, videos, comments, follows, playlists } = document;
    if format != "outro content 1" {
        return Err(Stop::Unsound("content_unknown"));
    }
    if playlists.len() as i64 > playlist::MOST || videos.len() > VIDEOS || comments.len() > REST || follows.len() > REST
    {
        return Err(Stop::Unsound("content_too_large"));
    }
    let bad = |_| Stop::Unsound("content_unusable");
    let settings = read_settings(settings).map_err(|_| Stop::Unsound("content_unusable"))?;
    let videos = videos.into_iter().map(|words| clip(words, most, now)).collect::<Result<_, _>>()?;
    let playlists = playlists.into_iter().map(|words| list(words, now)).collect::<Result<_, _>>()?;
    for said in &comments {
        bounded_text(&said.text, 2000).map_err(bad)?;
        moment(&said.created_at, now).ok_or(Stop::Unsound("content_unusable"))?;
        if said.to.as_deref().is_some_and(|to| to.parse::<Handle>().is_err()) {
            return Err(Stop::Unsound("content_unusable"));
        }
    }
    if follows.iter().any(|handle| handle.parse::<Handle>().is_err()) {
        return Err(Stop::Unsound("content_unusable"));
    }
    Ok(Content {
        display_name: bounded_line(&profile.display_name, 50).map_err(bad)?,
        bio: bounded_text(&profile.bio, 300).map_err(bad)?,
        settings,
        videos,
        comments,
        follows,
        playlists,
    })
}

fn clip(words: ClipWords, most: u64, now: Timestamp) -> Result<Clip, Stop> {
    let unusable = || Stop::Unsound("content_unusable");
    if words.bytes > most {
        return Err(Stop::Unsound("file_too_large"));
    }
    let sha256 = hex::decode(&words.sha256).ok().and_then(|hash| hash.try_into().ok()).ok_or_else(unusable)?;
    let published = words.published_at.as_deref().map(|at| moment(at, now).ok_or_else(unusable)).transpose()?;
    let pinned = words.pinned_at.as_deref().map(|at| moment(at, now).ok_or_else(unusable)).transpose()?;
    let draft = words.draft_audience.map(|word| word.parse::<Audience>().map_err(|_| unusable())).transpose()?;
    // A draft is for its owner alone, whatever else is said of it.
    let audience = draft.map_or_else(|| words.audience.parse().map_err(|_| unusable()), |_| Ok(Audience::OnlyMe))?;
    Ok(Clip {
        original: words.original,
        sha256,
        bytes: words.bytes,
        caption: read_caption(&words.caption).map_err(|_| unusable())?,
        audience,
        draft: draft.map(|audience| Draft { audience, publish_at: Timestamp(0) }),
        comments_from: words.comments_from.parse().map_err(|_| unusable())?,
        sound_reuse: words.sound_reuse,
        downloads: words.downloads,
        duets: words.duets,
        stitches: words.stitches,
        age_restricted: words.age_restricted,
        pinned_at: pinned.unwrap_or(Timestamp(0)),
        reframe: words.reframe.parse().map_err(|_| unusable())?,
        created_at: moment(&words.created_at, now).ok_or_else(unusable)?,
        published_at: published.unwrap_or(Timestamp(0)),
    })
}

/// A time that is past.
fn moment(text: &str, now: Timestamp) -> Option<Timestamp> {
    Timestamp::parse(text).filter(|at| at.0 > 0 && *at <= now)
}

/// Takes a video out of the archive into scratch without a name; it is the one that the archive says it is.
pub(super) async fn extract(app: &App, import: &Import, clip: &Clip) -> Result<File, Stop> {
    let reader = reader(app, import).await?;
    let scratch = Scratch::new(clip.bytes, &app.settings.scratch)?;
    let (mut out, clip) = (scratch.try_clone()?, clip.clone());
    let take = move |archive: SeekableBlob| -> Result<(), Stop> {
        let mut zip = ZipArchive::new(archive).map_err(|_| Stop::Unsound("not_an_archive"))?;
        let entry = zip.by_name(&clip.original).map_err(|_| Stop::Unsound("entry_missing"))?;
        // What it unpacks to is bounded by what it was said to be, and that by the largest upload.
        let (mut entry, mut hash, mut length) = (entry.take(clip.bytes + 1), Sha256::default(), 0u64);
        let mut piece = vec![0; 64 * 1024];
        loop {
            let count = entry.read(&mut piece).map_err(|_| Stop::Unsound("file_damaged"))?;
            if count == 0 {
                break;
            }
            hash.update(&piece[..count]);
            length += count as u64;
            out.write_all(&piece[..count])?;
        }
        if length == clip.bytes && hash.finish() == clip.sha256 { Ok(()) } else { Err(Stop::Unsound("file_damaged")) }
    };
    of_archive(reader, take).await?;
    scratch.rewind()?;
    Ok(scratch.into_file())
}

/// Looks at every video of the archive before the first is taken.
pub(super) async fn videos(app: &App, import: &Import, content: &Content) -> Result<(), Stop> {
    // Videos do not pack: what says that it unpacks to far more than it is, is no archive of ours.
    let all = content.videos.iter().try_fold(0u64, |sum, clip| sum.checked_add(clip.bytes));
    if all.is_none_or(|all| all > (import.length as u64).saturating_mul(2)) {
        return Err(Stop::Unsound("file_damaged"));
    }
    for clip in &content.videos {
        let file = extract(app, import, clip).await?;
        match outro_media::probe(&app.tools, &file, &app.limits()).await {
            Ok(_) => {}
            Err(RunError::Refused(_)) => return Err(Stop::Unsound("not_a_video")),
            Err(error) => return Err(Stop::Held(AppError::internal(error))),
        }
    }
    Ok(())
}
