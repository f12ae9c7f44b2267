//! A crowd: as many accounts with as many videos as one wants to measure with, made in one go.
//!
//! Its rows are what joining and publishing write, each account's sealed under a key of its own. The bytes of its videos are those of
//! a few demo videos, sealed once for many: the files are shared by links, the key of a file is wrapped for each owner. Two things are
//! not as with people: all have one password hash, and the slow hash that keeps an erased handle from others is drawn, not computed.

use std::fs::File;

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use outro_app::App;
use outro_datamap::{
    ACCOUNT_BIO, ACCOUNT_BIRTH_DATE, ACCOUNT_DISPLAY_NAME, ACCOUNT_HANDLE, ACCOUNT_HANDLE_TAG, ACCOUNT_PASSWORD_HASH,
    VIDEO_CAPTION,
};
use outro_media::Scratch;
use outro_model::{AccountId, BlobId, BlobKind, Editing, Handle, Reframe, Timestamp, VideoId, VideoState};
use outro_policy::{OwnerFacts, VideoFacts};
use outro_store::accounts::{self, Account, HandleEntry};
use outro_store::blobs::{self, Blob};
use outro_store::graph;
use outro_store::sounds::Sounds;
use outro_store::videos::{self, Video};
use outro_vault::AccountKeys;

use crate::fail::Fail;

/// Videos of one transaction, about: each writes most pages of the indices that lie in no order, however few its rows.
const BATCH: usize = 20_000;
/// Accounts of one transaction, at most.
const MOST: usize = 1_000;
/// Accounts whose folders are written at the same time.
const AT_ONCE: usize = 32;
/// How many owners share a file: file systems end at 65,000 links (ext4).
const SHARED_BY: usize = 30_000;
/// How long ago the oldest video was published, in seconds.
const SPAN: i64 = 30 * 86_400;
/// The first of the crowd follow others, so that there is somebody to look at Following as.
const FOLLOWERS: usize = 64;

const NAMES: &[&str] =
    &["Ada", "Bo", "Cem", "Dilan", "Esi", "Femi", "Gül", "Hana", "Ivo", "June", "Kofi", "Lena", "Mio", "Noor"];
const THINGS: &[&str] =
    &["kitchen", "rooftop", "bicycle", "tide", "market", "snow", "night bus", "garden", "drum", "skatepark"];
const TAGS: &[&str] = &["dance", "music", "cooking", "cats", "travel", "sunset", "diy", "comedy"];

/// How large a crowd, and what it is drawn from.
#[derive(Clone, Copy)]
pub(crate) struct Crowd {
    /// How many accounts.
    pub(crate) accounts: usize,
    /// How many videos each has.
    pub(crate) videos_each: usize,
    /// How many others each of the first 64 follows.
    pub(crate) followed: usize,
    /// The same seed draws the same texts, moments and follows.
    pub(crate) seed: u64,
}

/// The handle of a member, by its number from 0.
fn handle(number: usize) -> String {
    format!("crowd.{number}")
}

/// A demo video: its two files, unsealed into unnamed scratch.
struct Clip {
    duration_ms: i64,
    files: [(File, Blob); 2],
}

/// Sealed files that many share: for each video how long it is, its rendition and its cover. And whose they were first.
struct Shelf {
    keys: AccountKeys,
    pairs: Vec<(i64, [Blob; 2])>,
}

/// A video, and the rows of its files.
type Published = (Video, [Blob; 2]);

/// Adds the crowd to a server that holds the demo accounts alone, whose password it has too; `made` is told how many are there.
pub(crate) async fn fill(app: &App, crowd: &Crowd, made: impl Fn(usize)) -> Result<(), Fail> {
    let model = app.vault.account_ids(None, 16).await?;
    let clips = clips(app, &model).await?;
    let password_hash = password_hash(app, model[0]).await?;
    let mut draw = fastrand::Rng::with_seed(crowd.seed);
    // In order: rows that lie by their owner are added at the end, and not all over.
    let mut members: Vec<_> = (0..crowd.accounts).map(|_| AccountId::random(&*app.random)).collect();
    members.sort_unstable();
    let (batch, mut number) = ((BATCH / crowd.videos_each.max(1)).clamp(1, MOST), 0);
    for sharing in members.chunks(SHARED_BY) {
        let mut shelf = None;
        for ids in sharing.chunks(batch) {
            let all = app.vault.create_accounts(ids).await?;
            let homes = stream::iter(&all).map(|keys| app.blobs.create_home(keys.account()));
            homes.buffer_unordered(AT_ONCE).try_collect::<()>().await?;
            if shelf.is_none() {
                shelf = Some(make_shelf(app, &all[0], &clips, crowd.videos_each).await?);
            }
            let shelf = shelf.as_ref().expect("made above");
            let taken = stream::iter(&all).map(|keys| take_files(app, keys, shelf));
            let headers: Vec<_> = taken.buffered(AT_ONCE).try_collect().await?;
            let mut rows = Vec::with_capacity(all.len());
            for (keys, headers) in all.iter().zip(headers) {
                let videos = videos_of(app, keys, shelf, headers, &mut draw);
                rows.push((account(app, keys, number, &password_hash, &mut draw), videos));
                number += 1;
            }
            write(app, &all, rows).await?;
            app.vault.joined_all(ids).await?;
            made(number);
        }
    }
    follow(app, crowd, &members, &mut draw).await
}

/// The demo videos that are ready.
async fn clips(app: &App, owners: &[AccountId]) -> Result<Vec<Clip>, Fail> {
    let mut clips = Vec::new();
    let last = (Timestamp(i64::MAX), VideoId::from_bytes([0xff; 16]));
    for &owner in owners {
        let Some(keys) = app.vault.account(owner).await? else { continue };
        for video in videos::of_owner(&mut app.db.read().await?, owner, last, 4).await? {
            if video.facts.state == VideoState::Ready {
                let files = [
                    unseal(app, &keys, video.id, BlobKind::Rendition).await?,
                    unseal(app, &keys, video.id, BlobKind::Cover).await?,
                ];
                clips.push(Clip { duration_ms: video.duration_ms, files });
            }
        }
    }
    if clips.is_empty() { Err(Fail::new("there is no demo video to make a crowd's of")) } else { Ok(clips) }
}

async fn unseal(app: &App, keys: &AccountKeys, video: VideoId, kind: BlobKind) -> Result<(File, Blob), Fail> {
    let missing = || Fail::new("a demo video has lost a file");
    let blob = blobs::of_video(&mut app.db.read().await?, keys.account(), video, kind).await?.ok_or_else(missing)?;
    let header = blob.header.as_deref().ok_or_else(missing)?;
    let reader = app.blobs.reader(keys, blob.id, kind, header).await?.ok_or_else(missing)?;
    let scratch = Scratch::new(blob.length as u64, &app.settings.scratch)?;
    reader.copy_out(scratch.try_clone()?).await?;
    Ok((scratch.into_file(), blob))
}

/// What the password of the model is checked by.
async fn password_hash(app: &App, model: AccountId) -> Result<Vec<u8>, Fail> {
    let missing = || Fail::new("a demo account is gone");
    let row = accounts::by_id(&mut app.db.read().await?, model).await?.ok_or_else(missing)?;
    let keys = app.vault.account(model).await?.ok_or_else(missing)?;
    Ok(keys.open(ACCOUNT_PASSWORD_HASH, model.as_bytes(), &row.password_hash)?.to_vec())
}

/// Seals each file anew, as the first of those who share it.
async fn make_shelf(app: &App, keys: &AccountKeys, clips: &[Clip], count: usize) -> Result<Shelf, Fail> {
    let mut pairs = Vec::with_capacity(count);
    for Clip { duration_ms, files: [rendition, cover] } in clips.iter().cycle().take(count) {
        pairs.push((*duration_ms, [seal(app, keys, rendition).await?, seal(app, keys, cover).await?]));
    }
    Ok(Shelf { keys: keys.clone(), pairs })
}

async fn seal(app: &App, keys: &AccountKeys, (file, of): &(File, Blob)) -> Result<Blob, Fail> {
    let id = BlobId::random(&*app.random);
    let sealed = app.blobs.copy_in(keys, id, of.kind, file.try_clone()?).await?;
    Ok(Blob { owner: keys.account(), id, header: Some(sealed.header), length: sealed.length as i64, ..*of })
}

fn account(
    app: &App,
    keys: &AccountKeys,
    number: usize,
    password_hash: &[u8],
    draw: &mut fastrand::Rng,
) -> (Account, HandleEntry) {
    let (id, row) = (keys.account(), keys.account());
    let handle: Handle = handle(number).parse().expect("the handles of a crowd are handles");
    let index = app.vault.seal_index(keys, &app.vault.handle_index(&handle));
    let entry =
        HandleEntry { idx: index.index, key_id: *index.key_id.as_bytes(), sealed_account: index.sealed_account };
    let name = NAMES[draw.usize(..NAMES.len())];
    let bio = format!("Mostly {}.", THINGS[draw.usize(..THINGS.len())]);
    let account = Account {
        id,
        facts: OwnerFacts::OPEN,
        created_at: app.clock.now().plus_seconds(-SPAN),
        handle: keys.seal_text(ACCOUNT_HANDLE, row.as_bytes(), handle.as_str()),
        display_name: keys.seal_text(ACCOUNT_DISPLAY_NAME, row.as_bytes(), name),
        bio: keys.seal_text(ACCOUNT_BIO, row.as_bytes(), &bio),
        birth_date: keys.seal_text(ACCOUNT_BIRTH_DATE, row.as_bytes(), "1990-01-01"),
        password_hash: keys.seal(ACCOUNT_PASSWORD_HASH, row.as_bytes(), password_hash),
        phone: None,
        handle_tag: keys.seal(ACCOUNT_HANDLE_TAG, row.as_bytes(), &draw.u64(..).to_be_bytes()),
        adult: true,
    };
    (account, entry)
}

/// Makes the files of the shelf a member's as well; their sealed headers, in the order of the shelf.
async fn take_files(app: &App, keys: &AccountKeys, shelf: &Shelf) -> Result<Vec<Vec<u8>>, Fail> {
    let files = shelf.pairs.iter().flat_map(|(_, pair)| pair);
    let objects: Vec<_> = files.map(|blob| (blob.id, blob.kind, blob.header.as_deref().unwrap_or_default())).collect();
    if shelf.keys.account() == keys.account() {
        return Ok(objects.iter().map(|(.., header)| header.to_vec()).collect());
    }
    Ok(app.blobs.share(&shelf.keys, keys, &objects).await?)
}

/// The videos of a member, and their files.
fn videos_of(
    app: &App,
    keys: &AccountKeys,
    shelf: &Shelf,
    headers: Vec<Vec<u8>>,
    draw: &mut fastrand::Rng,
) -> Vec<Published> {
    let mut headers = headers.into_iter();
    let publish = |(duration_ms, pair): &(i64, [Blob; 2])| {
        let video = video(app, keys, *duration_ms, draw);
        let (owner, id, created_at) = (video.owner, video.id, video.created_at);
        let file = |blob: &Blob| Blob { owner, video: id, header: headers.next(), created_at, ..*blob };
        let files = pair.each_ref().map(file);
        (video, files)
    };
    shelf.pairs.iter().map(publish).collect()
}

fn video(app: &App, keys: &AccountKeys, duration_ms: i64, draw: &mut fastrand::Rng) -> Video {
    let (id, moment) = (VideoId::random(&*app.random), app.clock.now().plus_seconds(-draw.i64(0..SPAN)));
    let caption = format!(
        "{} at the {} #{}",
        draw.u32(1..1000),
        THINGS[draw.usize(..THINGS.len())],
        TAGS[draw.usize(..TAGS.len())]
    );
    Video {
        owner: keys.account(),
        id,
        facts: VideoFacts { state: VideoState::Processing, ..VideoFacts::OPEN },
        reframe: Reframe::Fit,
        caption: keys.seal_text(VIDEO_CAPTION, id.as_bytes(), &caption),
        created_at: moment,
        published_at: moment,
        duration_ms,
        progress: 0,
        failure: None,
        like_count: 0,
        view_count: 0,
        comment_count: 0,
        draft: None,
        remakes: 0,
        pinned_at: Timestamp(0),
        editing: Editing::None,
        captioned: false,
        sounds: Sounds::default(),
    }
}

/// The rows of a member.
type Member = ((Account, HandleEntry), Vec<Published>);

async fn write(app: &App, keys: &[AccountKeys], rows: Vec<Member>) -> Result<(), Fail> {
    let mut tx = app.db.write().await?;
    for (keys, ((account, entry), videos)) in keys.iter().zip(&rows) {
        if !accounts::claim_handle(&mut tx, entry).await? {
            return Err(Fail::new("there is a crowd already"));
        }
        accounts::insert(&mut tx, account).await?;
        for (video, files) in videos {
            videos::insert(&mut tx, video).await?;
            for blob in files {
                blobs::begin(&mut tx, blob).await?;
                blobs::finish(&mut tx, blob).await?;
            }
            videos::set_ready(&mut tx, keys.account(), video.id, video.duration_ms, video.published_at).await?;
        }
    }
    Ok(tx.commit().await?)
}

async fn follow(app: &App, crowd: &Crowd, members: &[AccountId], draw: &mut fastrand::Rng) -> Result<(), Fail> {
    for &follower in members.iter().take(FOLLOWERS) {
        let mut tx = app.db.write().await?;
        for number in 0..crowd.followed.min(members.len()) {
            let followed = members[draw.usize(..members.len())];
            if followed != follower {
                graph::follow(&mut tx, follower, followed, app.clock.now().plus_seconds(-(number as i64))).await?;
            }
        }
        tx.commit().await?;
    }
    Ok(())
}
