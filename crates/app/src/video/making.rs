//! The making of a video that goes on only as long as it is wanted: its tools are watched, its progress is noted.

use std::fs::File;
use std::ops::{ControlFlow, Range};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU16, Ordering};
use std::time::Duration;

use outro_db::Tx;
use outro_media::{Ladder, Outcome as Encoded, Probe, Progress, RunError, Scene, Scratch, Size, Sounding};
use outro_model::{AccountId, BlobKind, Reframe, VideoId};
use outro_store::{accounts, blobs, videos};

use super::encode::{Failed, of_run};
use super::scene::{self, Framing};
use super::upload::discard;
use crate::{App, AppError};

/// How often the progress is noted, and asked whether to go on.
const STEP: Duration = Duration::from_millis(500);

/// The making of a video, as it was wanted when it was begun.
pub(super) struct Making<'a> {
    pub(super) app: &'a App,
    pub(super) owner: AccountId,
    pub(super) video: VideoId,
    remakes: i64,
    /// The furthest that was noted, in thousandths: of two tools at work neither takes back what the other reached.
    reached: AtomicI64,
}

/// A rendition that was made, in scratch.
pub(super) struct Rung {
    pub(super) size: Size,
    file: Scratch,
    pub(super) made: Encoded,
}

impl Rung {
    /// Its file, from the first byte on.
    pub(super) fn file(&self) -> Result<File, AppError> {
        self.file.rewind()?;
        Ok(self.file.try_clone()?)
    }
}

/// How many thousandths of the making it is to look at the picture, where that is done first.
const LOOK: u16 = 150;

/// A picture that is too much to look at can still be made, and all of it shown.
fn unseen(error: RunError) -> Result<Scene, Failed> {
    match of_run(error) {
        Failed::Gone => Err(Failed::Gone),
        Failed::Give(_) | Failed::Again(_) => Ok(Scene::default()),
    }
}

impl<'a> Making<'a> {
    /// The making of a video that was to be made anew so many times.
    pub(super) const fn new(app: &'a App, (owner, video): (AccountId, VideoId), remakes: i64) -> Self {
        Self { app, owner, video, remakes, reached: AtomicI64::new(0) }
    }

    /// Runs ffmpeg, notes its progress, and ends it when the video or its owner goes. What was made, the smallest first.
    pub(super) async fn encode(
        &self,
        input: (File, Vec<File>),
        ladder: &Ladder,
        reframe: Reframe,
    ) -> Result<Vec<Rung>, Failed> {
        let limits = self.app.limits();
        let begins = if reframe == Reframe::Follow { LOOK } else { 0 };
        let scratch = |rung| Scratch::new(ladder.size_hint(rung), &self.app.settings.scratch);
        let files = ladder.rungs.iter().map(scratch).collect::<Result<Vec<_>, _>>()?;
        let outputs = files.iter().map(Scratch::try_clone).collect::<Result<Vec<_>, _>>()?;
        let encode = |on_progress| outro_media::climb(&self.app.tools, input, outputs, ladder, &limits, on_progress);
        let made = self.watched(begins..990, encode).await?.map_err(of_run)?;
        let rungs = ladder.rungs.iter().zip(files).zip(made);
        Ok(rungs.map(|((rung, file), made)| Rung { size: rung.size, file, made }).collect())
    }

    /// What is known of the picture: as it was found before, or as its owner wants it; else it is looked at where a
    /// window is to follow what is in it.
    pub(super) async fn scene(&self, reframe: Reframe, input: &File, probe: &Probe) -> Result<Scene, Failed> {
        if let Some(framing) = scene::stored(self.app, self.owner, self.video).await? {
            return Ok(framing.scene);
        }
        if reframe != Reframe::Follow {
            return self.bars(input, probe).await;
        }
        let limits = self.app.limits();
        let look = |on_progress| outro_media::watch(&self.app.tools, input, probe, &limits, on_progress);
        let scene = match self.watched(0..LOOK, look).await? {
            Ok(found) => found,
            Err(error) => return unseen(error),
        };
        let keys = self.app.vault.account(self.owner).await?.ok_or(Failed::Gone)?;
        let sealed = scene::sealed(&keys, self.video, &Framing { scene: scene.clone(), by_hand: false })?;
        let mut tx = self.app.db.write().await?;
        if !self.goes_on(&mut tx, LOOK.into()).await? {
            return Err(Failed::Gone);
        }
        videos::set_scene(&mut tx, self.owner, self.video, Some(&sealed)).await?;
        tx.commit().await?;
        Ok(scene)
    }

    /// What is known of a picture where nothing in it is followed: its bars.
    pub(super) async fn bars(&self, input: &File, probe: &Probe) -> Result<Scene, Failed> {
        let limits = self.app.limits();
        let look = |on_progress| outro_media::bars(&self.app.tools, input, probe, &limits, on_progress);
        let bars = self.watched(0..0, look).await?;
        bars.map_or_else(unseen, |bars| Ok(Scene { bars, path: None }))
    }

    /// How loud the sound is, and what its waveform looks like. What cannot be listened to is left as loud as it is.
    pub(super) async fn listen(&self, input: &File, probe: &Probe) -> Result<Sounding, Failed> {
        let limits = self.app.limits();
        let listen = |on_progress| outro_media::listen(&self.app.tools, input, probe, &limits, on_progress);
        let heard = self.watched(0..0, listen).await?;
        match heard.map_err(of_run) {
            Ok(sounding) => Ok(sounding),
            Err(Failed::Gone) => Err(Failed::Gone),
            Err(Failed::Give(_) | Failed::Again(_)) => Ok(Sounding::default()),
        }
    }

    /// Runs a tool, notes its progress as a part of the whole, and ends it when the video or its owner goes, or is
    /// to be made in another way.
    async fn watched<T, R>(
        &self,
        part: Range<u16>,
        run: impl FnOnce(Box<dyn FnMut(Progress) -> ControlFlow<()> + Send>) -> R,
    ) -> Result<Result<T, RunError>, Failed>
    where
        R: Future<Output = Result<T, RunError>>,
    {
        let (reached, stop) = (Arc::new(AtomicU16::new(0)), Arc::new(AtomicBool::new(false)));
        let (heard, stopped) = (reached.clone(), stop.clone());
        let on_progress = move |Progress { permille }: Progress| {
            heard.store(permille, Ordering::Relaxed);
            if stopped.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let running = run(Box::new(on_progress));
        tokio::pin!(running);
        loop {
            tokio::select! {
                ended = &mut running => return Ok(ended),
                () = tokio::time::sleep(STEP) => {
                    let share = u32::from(reached.load(Ordering::Relaxed).min(1000));
                    let permille = u32::from(part.start) + u32::from(part.end - part.start) * share / 1000;
                    if !self.note(permille.into()).await? {
                        stop.store(true, Ordering::Relaxed);
                    }
                }
            }
        }
    }

    /// Notes the progress; `false` when the video is not being made any more, or is to be made in another way.
    async fn note(&self, permille: i64) -> Result<bool, AppError> {
        let furthest = self.reached.fetch_max(permille, Ordering::Relaxed).max(permille);
        let mut tx = self.app.db.write().await?;
        let going_on = self.goes_on(&mut tx, furthest).await?;
        tx.commit().await?;
        Ok(going_on)
    }

    /// Notes the progress; whether the video is still being made, and in this way. It stays so until the transaction ends.
    pub(super) async fn goes_on(&self, tx: &mut Tx, permille: i64) -> Result<bool, AppError> {
        Ok(accounts::lock_live(tx, self.owner).await?
            && self.is_wanted_so(tx).await?
            && videos::set_progress(tx, self.owner, self.video, permille).await?)
    }

    /// Removes the whole objects of these kinds that the video has. What is just being written belongs to whoever
    /// writes it.
    pub(super) async fn clear(&self, kinds: &[BlobKind]) -> Result<(), Failed> {
        let mut tx = self.app.db.write().await?;
        if !self.goes_on(&mut tx, 0).await? {
            return Err(Failed::Gone);
        }
        let mut retired = Vec::new();
        for kind in kinds {
            retired.extend(blobs::retire(&mut tx, self.owner, self.video, *kind).await?);
        }
        tx.commit().await?;
        for id in retired {
            discard(self.app, self.owner, id).await?;
        }
        Ok(())
    }

    /// Whether the video is still to be made in this way. Who changes that holds the owner's row alone.
    pub(super) async fn is_wanted_so(&self, tx: &mut Tx) -> Result<bool, AppError> {
        Ok(videos::by_id(tx, self.video).await?.is_some_and(|row| row.remakes == self.remakes))
    }
}
