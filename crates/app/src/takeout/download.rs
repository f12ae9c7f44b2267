//! The bytes of an archive. It holds no right of its own: who asks is asked after again while bytes go out.

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::Stream;
use outro_blobs::{BlobError, BlobReader};
use outro_db::Tx;
use outro_model::{AccountId, BlobKind, TakeoutId};
use outro_store::accounts;
use outro_store::takeouts::{self, State, Takeout};

use super::ask::may_take_out;
use super::object;
use crate::video::until_refused;
use crate::{App, AppError, Signed, viewer};

/// How many separate ranges are remembered of a download.
const RANGES: usize = 64;

/// An archive that may be read.
pub struct Archive {
    /// Its length in bytes.
    pub length: u64,
    /// Names these bytes: an archive that is whole never changes.
    pub etag: String,
    reader: BlobReader,
    taken: Taken,
}

/// What was taken of an archive, to be noted.
#[derive(Clone)]
pub struct Taken {
    app: App,
    signed: Signed,
    id: TakeoutId,
}

/// Opens one's own archive, once it is whole and until its time is over.
pub async fn open(app: &App, signed: &Signed, id: TakeoutId) -> Result<Archive, AppError> {
    let mut tx = app.db.read().await?;
    let found = may_read(app, &mut tx, signed, id).await?.ok_or(AppError::NotFound)?;
    drop(tx);
    let header = found.header.as_deref().ok_or(AppError::NotFound)?;
    let keys = signed.keys(app).await?;
    let reader = app.blobs.reader(&keys, object(id), BlobKind::Takeout, header).await?.ok_or(AppError::NotFound)?;
    let taken = Taken { app: app.clone(), signed: signed.clone(), id };
    Ok(Archive { length: reader.len(), etag: id.to_string(), reader, taken })
}

/// The archive, when whoever asks is signed in, may take their things along, and it is there.
async fn may_read(app: &App, tx: &mut Tx, signed: &Signed, id: TakeoutId) -> Result<Option<Takeout>, AppError> {
    let Some(account) = viewer::still(app, tx, &Some(signed.clone())).await? else { return Ok(None) };
    may_take_out(tx, account).await?;
    let found = takeouts::get(tx, account, id).await?;
    Ok(found.filter(|takeout| takeout.state == State::Ready && takeout.expires_at > app.clock.now()))
}

impl Archive {
    /// The bytes of a range, a future that returns as soon as they may not be read on, and what notes that the
    /// range went out whole.
    pub fn read(
        self,
        range: Range<u64>,
    ) -> (impl Stream<Item = Result<Bytes, BlobError>> + Send + 'static, impl Future<Output = ()> + Send + 'static, Taken)
    {
        let asked = Arc::new(self.taken.clone());
        let ask = move || {
            let asked = asked.clone();
            async move {
                let mut tx = asked.app.db.read().await?;
                Ok(may_read(&asked.app, &mut tx, &asked.signed, asked.id).await?.is_some())
            }
        };
        (self.reader.stream(range), until_refused(ask), self.taken)
    }
}

impl Taken {
    /// Notes that a range went out whole. When all of the archive has, and its owner waits for that to leave, they
    /// leave now.
    pub async fn note(self, range: Range<u64>) {
        let Self { app, signed, id } = self;
        if let Err(error) = note(&app, signed.account, id, range).await {
            tracing::error!(%error, "what was downloaded could not be noted");
        }
    }
}

async fn note(app: &App, account: AccountId, id: TakeoutId, range: Range<u64>) -> Result<(), AppError> {
    let mut tx = app.db.write().await?;
    if !accounts::lock_live(&mut tx, account).await? {
        return Ok(());
    }
    let Some(takeout) = takeouts::hold(&mut tx, account, id).await? else { return Ok(()) };
    let ranges = Ranges::read(&takeout.taken).with(range);
    takeouts::set_taken(&mut tx, account, id, &ranges.write()).await?;
    if ranges.total() >= takeout.length as u64 {
        crate::erasure::all_is_taken(app, &mut tx, account, id).await?;
    }
    tx.commit().await?;
    app.queue.wake();
    Ok(())
}

/// Ranges of bytes, in order and apart from each other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Ranges(Vec<Range<u64>>);

impl Ranges {
    pub(super) fn read(text: &str) -> Self {
        let one = |part: &str| {
            let (from, to) = part.split_once('-')?;
            Some(from.parse().ok()?..to.parse().ok()?)
        };
        Self(text.split(',').filter_map(one).collect())
    }

    fn write(&self) -> String {
        let each: Vec<_> = self.0.iter().map(|range| format!("{}-{}", range.start, range.end)).collect();
        each.join(",")
    }

    /// These and one more. Of too many the smallest are forgotten: who fetches in that many pieces at once is asked
    /// to fetch some again, and the row stays small.
    fn with(mut self, range: Range<u64>) -> Self {
        if range.is_empty() {
            return self;
        }
        let apart = |other: &Range<u64>| other.end < range.start || range.end < other.start;
        let (apart, touching): (Vec<_>, Vec<_>) = self.0.drain(..).partition(apart);
        let start = touching.iter().map(|range| range.start).fold(range.start, u64::min);
        let end = touching.iter().map(|range| range.end).fold(range.end, u64::max);
        let mut all = apart;
        all.push(start..end);
        all.sort_by_key(|range| range.start);
        while all.len() > RANGES {
            let smallest = all.iter().enumerate().min_by_key(|(_, range)| range.end - range.start);
            let Some((place, _)) = smallest else { break };
            all.remove(place);
        }
        Self(all)
    }

    pub(super) fn total(&self) -> u64 {
        self.0.iter().map(|range| range.end - range.start).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_grow_together() {
        let ranges = Ranges::default().with(10..20).with(0..5).with(30..40).with(5..10);
        assert_eq!((ranges.write().as_str(), ranges.total()), ("0-20,30-40", 30));
        let ranges = Ranges::read(&ranges.write()).with(15..35).with(7..7);
        assert_eq!((ranges.write().as_str(), ranges.total()), ("0-40", 40));
        assert_eq!(Ranges::read("").total(), 0);
        let many = (0..200u64).fold(Ranges::default(), |ranges, n| ranges.with(n * 10..n * 10 + 1 + n % 3));
        assert_eq!(many.0.len(), RANGES);
    }
}
