//! Adding to an upload. What comes is sealed in pieces; each is durable, and noted in a transaction, before anybody is
//! told that it is here. The last one makes the video in that same transaction.

use std::time::Duration;

use outro_blobs::BlobWriter;
use outro_db::Tx;
use outro_model::{BlobKind, VideoId};
use outro_store::blobs::{self, Blob};
use outro_store::uploads::{self, Upload};
use tokio::time::Instant;

use super::{About, expiry};
use crate::video::{UnusedRow, discard, new_blob, take_in, wanted};
use crate::{App, AppError, RefusalKind, Signed, standing};

/// How large a piece becomes: what a line that breaks without a word may lose.
const PIECE: u64 = 4 << 20;
/// A piece as small as this is taken up by the next one, so that who sends byte by byte does not fill the disk with names.
const SMALL: u64 = 256 << 10;
/// More is not kept before it is known whether it is right.
const AT_ONCE: u64 = 64 << 20;
/// How long a slow piece is waited for before it is noted as it is, once it is not small.
const PATIENCE: Duration = Duration::from_secs(10);

/// Something that is added to an upload. Dropped, what was not noted of it is gone.
pub struct Appending {
    app: App,
    signed: Signed,
    upload: Upload,
    about: About,
    /// Whether nothing is noted before all of it is here, and found to be what was meant.
    at_once: bool,
    /// What is sealed and not noted.
    sealed: Vec<Piece>,
    open: Option<Open>,
    /// The last piece of before, which the first one now takes up.
    taken_up: Option<Blob>,
    /// Where the next byte goes.
    at: u64,
}

/// A piece that is sealed.
struct Piece {
    blob: Blob,
    start: u64,
    row: UnusedRow,
}

/// The piece that is being written.
struct Open {
    blob: Blob,
    writer: BlobWriter,
    row: UnusedRow,
    start: u64,
    since: Instant,
}

/// How far an upload is after something was added to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Appended {
    /// How many bytes of the file are here.
    pub received: u64,
    /// When it is held to be over, unless more of it comes; none once all is here, and it is a video.
    pub expires_at: Option<outro_model::Timestamp>,
}

/// Begins to add to an upload of one's own, from byte `offset` on, `length` bytes where that is known. With `at_once` all
/// of it is kept or none.
pub async fn append(
    app: &App,
    signed: &Signed,
    id: VideoId,
    offset: u64,
    (length, at_once): (Option<u64>, bool),
) -> Result<Appending, AppError> {
    let mut tx = app.db.read().await?;
    let upload = uploads::find(&mut tx, signed.account, id, app.clock.now()).await?.ok_or(AppError::NotFound)?;
    drop(tx);
    if offset != upload.received as u64 {
        return Err(elsewhere());
    }
    if length.is_some_and(|length| length > upload.length as u64 - offset) {
        return Err(too_much());
    }
    let about = About::open(&signed.keys(app).await?, id, &upload.about)?;
    let (app, signed) = (app.clone(), signed.clone());
    Ok(Appending { app, signed, upload, about, at_once, sealed: vec![], open: None, taken_up: None, at: offset })
}

fn elsewhere() -> AppError {
    let detail = "The upload has come to another place. Ask how far it is, and go on from there.";
    AppError::refused(RefusalKind::Conflict, "offset_mismatch", detail)
}

fn too_much() -> AppError {
    AppError::refused(RefusalKind::TooLarge, "past_the_end", "This is more than was announced.")
}

impl Appending {
    /// Takes the next bytes.
    pub async fn write(&mut self, mut bytes: &[u8]) -> Result<(), AppError> {
        if bytes.len() as u64 > self.upload.length as u64 - self.at {
            return Err(too_much());
        }
        if self.at_once && self.at + bytes.len() as u64 - self.upload.received as u64 > AT_ONCE {
            let detail = format!("With a checksum, send at most {} MiB at once.", AT_ONCE >> 20);
            return Err(AppError::refused(RefusalKind::TooLarge, "piece_too_large", detail));
        }
        while !bytes.is_empty() {
            let open = match &mut self.open {
                Some(open) => open,
                none => {
                    none.insert(open_piece(&self.app, &self.signed, &self.upload, (self.at, &mut self.taken_up)).await?)
                }
            };
            let room = PIECE.saturating_sub(open.writer.length()).max(1);
            let (now, later) = bytes.split_at(bytes.len().min(usize::try_from(room).unwrap_or(usize::MAX)));
            open.writer.write(now).await?;
            self.at += now.len() as u64;
            bytes = later;
            let length = open.writer.length();
            if length >= PIECE || (length > SMALL && open.since.elapsed() > PATIENCE) {
                self.seal().await?;
                if !self.at_once {
                    self.note().await?;
                }
            }
        }
        Ok(())
    }

    /// Ends it: all of it is here, or the line broke. What was sent is kept; who wanted all or nothing calls
    /// [`Self::finish`] only when all of it is here, and right.
    ///
    /// All bytes are here: that the client hangs up now changes nothing, and interrupts nothing.
    pub async fn finish(mut self) -> Result<Appended, AppError> {
        let ended = tokio::spawn(async move {
            self.seal().await?;
            self.note().await
        });
        ended.await.map_err(AppError::internal)?
    }

    /// Ends the piece that is being written.
    async fn seal(&mut self) -> Result<(), AppError> {
        let Some(Open { blob, writer, row, start, .. }) = self.open.take() else { return Ok(()) };
        // The keys are asked for again: who left while the bytes came in has none.
        let keys = self.signed.keys(&self.app).await?;
        let sealed = writer.finish(&keys).await?;
        let blob = Blob { header: Some(sealed.header), length: sealed.length as i64, ..blob };
        self.sealed.push(Piece { blob, start, row });
        Ok(())
    }

    /// The transaction of what is sealed: from here on it is said to be here. The last one makes the video.
    async fn note(&mut self) -> Result<Appended, AppError> {
        let (app, account) = (self.app.clone(), self.signed.account);
        let (from, to) = (self.upload.received, self.at as i64);
        let whole = to == self.upload.length;
        let new = if whole { Some(wanted(&app, (account, self.upload.id), &self.about.video)?) } else { None };
        let new = match new {
            Some(new) => Some(new.seal(&self.signed.keys(&app).await?)),
            None => None,
        };
        let mut tx = app.db.write().await?;
        standing::hold_present(&mut tx, account).await?;
        let now = app.clock.now();
        let expires_at = expiry(self.upload.created_at, now);
        if !uploads::advance(&mut tx, (account, self.upload.id), (from, to), (now, expires_at)).await? {
            return Err(moved(&mut tx, &self.upload, now).await?);
        }
        for Piece { blob, start, .. } in &self.sealed {
            if !blobs::finish_part(&mut tx, blob, *start as i64).await? {
                return Err(AppError::NotFound);
            }
        }
        if let Some(old) = &self.taken_up {
            // Its bytes stand in the first piece now: it counts no more, and is found like one that was never whole.
            blobs::finish_part(&mut tx, &Blob { header: None, length: 0, ..old.clone() }, 0).await?;
        }
        if let Some(new) = new {
            uploads::delete(&mut tx, account, self.upload.id).await?;
            take_in(&app, &mut tx, new).await?;
        }
        // Where it stays unsaid whether this came to be, nothing may be cleared away: what came to nothing is found by its row.
        for piece in self.sealed.drain(..) {
            piece.row.keep();
        }
        tx.commit().await?;
        self.upload.received = to;
        if let Some(old) = self.taken_up.take() {
            discard(&app, account, old.id).await?;
        }
        if whole {
            app.queue.wake();
        }
        Ok(Appended { received: to as u64, expires_at: (!whole).then_some(expires_at) })
    }
}

/// Why an upload could not be gone on with: it is over, or came elsewhere meanwhile.
async fn moved(tx: &mut Tx, upload: &Upload, now: outro_model::Timestamp) -> Result<AppError, AppError> {
    let there = uploads::find(tx, upload.account, upload.id, now).await?;
    Ok(if there.is_some() { elsewhere() } else { AppError::NotFound })
}

/// Begins a piece at byte `at`. The first one takes up the last one of before, where that is small.
async fn open_piece(
    app: &App,
    signed: &Signed,
    upload: &Upload,
    (at, taken_up): (u64, &mut Option<Blob>),
) -> Result<Open, AppError> {
    let keys = signed.keys(app).await?;
    let blob = new_blob(app, signed.account, upload.id, BlobKind::Part);
    let mut tx = app.db.write().await?;
    standing::hold_present(&mut tx, signed.account).await?;
    // One that is over gets no new piece.
    uploads::find(&mut tx, signed.account, upload.id, app.clock.now()).await?.ok_or(AppError::NotFound)?;
    let last = match upload.received as u64 == at {
        true => blobs::last_part(&mut tx, signed.account, upload.id).await?,
        false => None,
    };
    // The row is there before the file is.
    blobs::begin(&mut tx, &blob).await?;
    tx.commit().await?;
    let row = UnusedRow::of(app, &blob);
    let mut writer = app.blobs.writer(&keys, blob.id, BlobKind::Part).await?;
    let mut start = at;
    if let Some((last, from)) = last.filter(|(last, _)| (last.length as u64) < SMALL) {
        let header = last.header.as_deref().unwrap_or_default();
        // Somebody else has taken it up meanwhile.
        let reader = app.blobs.reader(&keys, last.id, last.kind, header).await?.ok_or_else(elsewhere)?;
        let length = reader.len();
        let mut bytes = std::pin::pin!(reader.stream(0..length));
        while let Some(bytes) = futures_util::StreamExt::next(&mut bytes).await {
            writer.write(&bytes?).await?;
        }
        start = from as u64;
        *taken_up = Some(last);
    }
    Ok(Open { blob, writer, row, start, since: Instant::now() })
}
