//! The files of videos, byte for byte, as fast as they can be read.

use std::collections::HashMap;

use futures_util::StreamExt as _;
use outro_blobs::BlobReader;
use outro_model::{AccountId, BlobKind, ClipId, Timestamp, VideoId, VideoState};
use outro_store::blobs::{self, Blob};
use outro_store::clips;
use outro_store::videos::{self, Video};

use super::archive::{Entry, Writing};
use super::build::Making;
use crate::{App, AppError};

/// How many videos are looked up at once.
const PAGE: i64 = 50;

/// The files that the archive holds of a video.
#[derive(Default)]
pub(super) struct Files {
    pub(super) number: usize,
    pub(super) original: Option<Entry>,
    pub(super) rendition: bool,
    pub(super) cover: bool,
    /// The files of its clips, by where they are.
    pub(super) clips: HashMap<ClipId, String>,
}

impl Files {
    pub(super) fn rendition_path(&self) -> String {
        format!("videos/renditions/{:05}.mp4", self.number)
    }

    pub(super) fn cover_path(&self) -> String {
        format!("videos/covers/{:05}.jpg", self.number)
    }
}

/// Which files the archive holds, by video; and the videos in the order of their numbers, the newest first.
#[derive(Default)]
pub(super) struct Shelf {
    pub(super) order: Vec<VideoId>,
    pub(super) files: HashMap<VideoId, Files>,
}

/// The videos of an account, the newest first, after `last`. Those that are going are left out.
async fn page(
    app: &App,
    account: AccountId,
    last: Option<(Timestamp, VideoId)>,
) -> Result<(Vec<Video>, Option<(Timestamp, VideoId)>), AppError> {
    let before = last.unwrap_or((Timestamp(i64::MAX), VideoId::from_bytes([0xff; 16])));
    let rows = videos::of_owner(&mut app.db.read().await?, account, before, PAGE).await?;
    let next = (rows.len() as i64 == PAGE).then(|| rows.last().map(|row| (row.created_at, row.id))).flatten();
    Ok((rows.into_iter().filter(|row| row.facts.state != VideoState::Removing).collect(), next))
}

/// Writes the files of all videos into the archive.
pub(super) async fn write(making: &mut Making<'_>, writing: &mut Writing) -> Result<Shelf, AppError> {
    let (mut shelf, mut last, mut before) = (Shelf::default(), None, 0);
    loop {
        let (rows, next) = page(making.app, making.account, last).await?;
        for row in rows {
            if shelf.files.contains_key(&row.id) {
                continue;
            }
            let number = shelf.order.len() + 1;
            let files = of_video(making, writing, row.id, number).await?;
            shelf.order.push(row.id);
            shelf.files.insert(row.id, files);
        }
        last = next;
        // A draft that was published meanwhile stands further up than before: it is looked for until nothing is new.
        if last.is_none() && shelf.order.len() == before {
            return Ok(shelf);
        } else if last.is_none() {
            before = shelf.order.len();
        }
    }
}

async fn of_video(
    making: &mut Making<'_>,
    writing: &mut Writing,
    video: VideoId,
    number: usize,
) -> Result<Files, AppError> {
    let mut files = Files { number, ..Files::default() };
    files.original = copy(making, writing, video, BlobKind::Original, |head| {
        format!("videos/original/{number:05}.{}", extension(head))
    })
    .await?;
    let path = files.rendition_path();
    files.rendition = copy(making, writing, video, BlobKind::Rendition, |_| path).await?.is_some();
    let clips = clips::of_video(&mut making.app.db.read().await?, making.account, video).await?;
    for (place, clip) in clips.iter().enumerate() {
        let object = clips::file(&mut making.app.db.read().await?, making.account, video, clip.id).await?;
        let named = |head: &[u8]| format!("videos/clips/{number:05}-{:02}.{}", place + 1, extension(head));
        if let Some(entry) = copy_all(making, writing, object.into_iter().collect(), named).await? {
            files.clips.insert(clip.id, entry.path);
        }
    }
    let path = files.cover_path();
    files.cover = copy(making, writing, video, BlobKind::Cover, |_| path).await?.is_some();
    Ok(files)
}

/// Copies one object into the archive; what is not there, or goes meanwhile before it was begun, is left out.
async fn copy(
    making: &mut Making<'_>,
    writing: &mut Writing,
    video: VideoId,
    kind: BlobKind,
    path: impl FnOnce(&[u8]) -> String,
) -> Result<Option<Entry>, AppError> {
    let objects = objects(making.app, making.account, video, kind).await?;
    copy_all(making, writing, objects, path).await
}

/// Copies the pieces of one file into the archive, one after the other; where there is none, nothing.
async fn copy_all(
    making: &mut Making<'_>,
    writing: &mut Writing,
    objects: Vec<Blob>,
    path: impl FnOnce(&[u8]) -> String,
) -> Result<Option<Entry>, AppError> {
    if objects.is_empty() {
        return Ok(None);
    }
    let length = objects.iter().map(|object| object.length as u64).sum();
    // It is named by how it begins.
    let mut path = Some(path);
    for object in objects {
        // One after the other, so that a file in many pieces does not take as many descriptors.
        let reader = opened(making.app, object).await?;
        let whole = reader.len();
        let mut bytes = std::pin::pin!(reader.stream(0..whole));
        while let Some(piece) = bytes.next().await.transpose()? {
            if let Some(path) = path.take() {
                writing.begin_stored(path(&piece), length)?;
            }
            let count = piece.len() as u64;
            writing.pass(piece).await?;
            making.copied(count).await?;
        }
    }
    if let Some(path) = path {
        writing.begin_stored(path(&[]), length)?;
    }
    writing.end().await.map(Some)
}

/// What is to be copied: one object, or of an original that was just uploaded its pieces; none where there is nothing.
async fn objects(app: &App, account: AccountId, video: VideoId, kind: BlobKind) -> Result<Vec<Blob>, AppError> {
    let mut tx = app.db.read().await?;
    let mut found: Vec<_> = blobs::of_video(&mut tx, account, video, kind).await?.into_iter().collect();
    if found.is_empty() && kind == BlobKind::Original {
        found.extend(blobs::parts(&mut tx, account, video).await?.into_iter().map(|(part, _)| part));
    }
    Ok(found)
}

/// Opens an object. What went meanwhile has become another, or is gone with its video: the archive is begun anew.
/// The reader holds the object's own key: the account's is let go before the long copy.
async fn opened(app: &App, object: Blob) -> Result<BlobReader, AppError> {
    let keys = app.vault.account(object.owner).await?.ok_or(AppError::NotFound)?;
    let header = object.header.unwrap_or_default();
    let gone = || AppError::internal("a file went while it was to be copied");
    app.blobs.reader(&keys, object.id, object.kind, &header).await?.ok_or_else(gone)
}

/// The ending that players know a file by. What it is not known for is played by what is in it all the same.
fn extension(head: &[u8]) -> &'static str {
    match head {
        [_, _, _, _, b'f', b't', b'y', b'p', b'q', b't', ..] => "mov",
        [0x1a, 0x45, 0xdf, 0xa3, ..] if is_webm(head) => "webm",
        [0x1a, 0x45, 0xdf, 0xa3, ..] => "mkv",
        [b'R', b'I', b'F', b'F', _, _, _, _, b'A', b'V', b'I', ..] => "avi",
        _ => "mp4",
    }
}

fn is_webm(head: &[u8]) -> bool {
    head[..head.len().min(64)].windows(4).any(|word| word == b"webm")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_named_by_what_they_are() {
        assert_eq!(extension(b"\0\0\0\x14ftypqt  "), "mov");
        assert_eq!(extension(b"\0\0\0\x14ftypisom"), "mp4");
        assert_eq!(extension(b"\x1a\x45\xdf\xa3....B\x82\x84webm"), "webm");
        assert_eq!(extension(b"\x1a\x45\xdf\xa3....matroska"), "mkv");
        assert_eq!(extension(b"RIFF....AVI LIST"), "avi");
        assert_eq!(extension(b""), "mp4");
    }
}
