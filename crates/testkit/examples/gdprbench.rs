//! The controller and customer mixes of GDPRbench (Shastri, Banakar, Wasserman, Kumar, Chidambaram: "Understanding and Benchmarking the
//! Impact of GDPR on Database Systems", VLDB 2020, table 3), 100,000 records and 10,000 operations, through the store and the
//! vault: `cargo run --release -p outro-testkit --example gdprbench FOLDER [RECORDS OPERATIONS]`.
//!
//! A record is a video (what it says is sealed under its owner's key, with whom it is shared is plain) or a watching (kept for one purpose,
//! for a limited time). What GDPRbench asks of a record's metadata, Outro keeps where it decides: by whose it is in the
//! row, by purpose and sharing with the account or the video. To delete by user is to erase: the key, then every step of the map.
//! `bench/gdpr.py` runs the same mixes on bare SQLite, and divides.

#![expect(clippy::print_stdout, reason = "a measurement, which bench/bench.py reads")]

use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use outro_datamap::VIDEO_CAPTION;
use outro_db::Db;
use outro_model::{AccountId, Audience, Clock as _, SystemClock, Timestamp, VideoId};
use outro_store::accounts::{self, Account, PrivacyChange};
use outro_store::erasure::{BATCH, PLAN, Subject};
use outro_store::videos::{self, Video};
use outro_store::watches::{self, Watch};
use outro_testkit::rows::{account_row, video_row};
use outro_vault::{RootFile, SystemRandom, Vault, VaultOptions};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// Of the records of one user, so many are videos and so many watchings.
const VIDEOS: usize = 6;
const WATCHES: usize = 4;
/// Accounts of one transaction while the set is made.
const LOADED: usize = 500;
/// Bytes of what a record says.
const TEXT: &str = "ten bytes.";
/// When the first record was made; each is a second younger than the one before.
const FIRST: i64 = 1_700_000_000_000;

/// A generator of Lehmer's: the same operations each time.
struct Draw(u64);

impl Draw {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0 * 48_271 % 2_147_483_647;
        self.0 as usize % end
    }

    /// By Zipf's law, nearly: the first of `end` most, each rank by its inverse.
    fn skewed(&mut self, end: usize) -> usize {
        let share = self.below(1_000_000) as f64 / 1e6;
        ((end as f64).powf(share) as usize).clamp(1, end) - 1
    }
}

struct Set {
    db: Db,
    vault: Vault,
    users: Vec<AccountId>,
    videos: Vec<(AccountId, VideoId)>,
    /// Up to when watchings have been let go.
    dropped: i64,
}

#[tokio::main]
async fn main() -> Outcome<()> {
    let mut args = std::env::args().skip(1);
    let folder = tempfile::tempdir_in(args.next().ok_or("say in which folder")?)?;
    let mut number = |or: usize| args.next().map_or(Ok(or), |text| text.parse());
    let (records, operations) = (number(100_000)?, number(10_000)?);
    for (name, mix) in [("controller", 0), ("customer", 1)] {
        let mut set = Set::make(&folder.path().join(name), records).await?;
        let mut draw = Draw(48_271);
        let began = Instant::now();
        for _ in 0..operations {
            if mix == 0 { set.controller(&mut draw).await? } else { set.customer(&mut draw).await? }
        }
        println!("{name} {:.2}", began.elapsed().as_secs_f64());
        // The log of the writes is folded in while nobody waits for it.
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Ok(())
}

impl Set {
    async fn make(folder: &Path, records: usize) -> Outcome<Self> {
        std::fs::create_dir(folder)?;
        let at = |name: &str| folder.join(name).display().to_string();
        let (db, keyring) = (Db::open(&at("outro.db")).await?, Db::open(&at("keyring.db")).await?);
        outro_store::prepare(&db).await?;
        let (root, random) = (RootFile::at(at("root.key")), Arc::new(SystemRandom));
        let options = VaultOptions { keyring, root, clock: Arc::new(SystemClock), random, leases: false };
        let vault = Vault::open(options).await?;
        let count = records.div_ceil(VIDEOS + WATCHES);
        let users: Vec<_> = (0..count).map(|_| AccountId::random(&SystemRandom)).collect();
        let mut set = Self { db, vault, users, videos: Vec::with_capacity(count * VIDEOS), dropped: 0 };
        for start in (0..count).step_by(LOADED) {
            set.load(start..(start + LOADED).min(count)).await?;
        }
        Ok(set)
    }

    async fn load(&mut self, part: std::ops::Range<usize>) -> Outcome<()> {
        let all = self.vault.create_accounts(&self.users[part.clone()]).await?;
        let mut tx = self.db.write().await?;
        for (place, keys) in part.zip(&all) {
            let owner = keys.account();
            accounts::insert(&mut tx, &Account { id: owner, ..account_row() }).await?;
            for _ in 0..VIDEOS {
                let made_at = Timestamp(FIRST + self.videos.len() as i64 * 1000);
                let video = video_row(owner, made_at);
                let caption = keys.seal_text(VIDEO_CAPTION, video.id.as_bytes(), TEXT);
                videos::insert(&mut tx, &Video { caption, ..video }).await?;
                self.videos.push((owner, video.id));
            }
            for nth in 0..WATCHES {
                let (whose, video) = self.videos[place * VIDEOS / 2 + nth];
                let seen_at = Timestamp(FIRST + (place * WATCHES + nth) as i64 * 1000);
                let watch = Watch { account: owner, video, owner: whose, seen_at, watched_ms: 900, completed: true };
                watches::put(&mut tx, &watch).await?;
            }
        }
        Ok(tx.commit().await?)
    }

    fn user(&self, draw: &mut Draw) -> AccountId {
        self.users[draw.below(self.users.len())]
    }

    /// A quarter creates, a quarter deletes by purpose, time or user, half changes metadata by purpose, user or sharing.
    async fn controller(&mut self, draw: &mut Draw) -> Outcome<()> {
        let user = self.user(draw);
        match draw.below(12) {
            0..3 => return self.create(user).await,
            3 => {
                let mut tx = self.db.write().await?;
                watches::forget(&mut tx, user, SystemClock.now()).await?;
                tx.commit().await?;
            }
            4 => {
                let mut tx = self.db.write().await?;
                self.dropped += 10_000;
                watches::drop_before(&mut tx, Timestamp(FIRST + self.dropped)).await?;
                tx.commit().await?;
            }
            5 => return self.erase(user).await,
            6 | 7 => {
                let mut tx = self.db.write().await?;
                watches::set_personalised(&mut tx, user, draw.below(2) == 0).await?;
                tx.commit().await?;
            }
            8 | 9 => {
                let mut tx = self.db.write().await?;
                let change = PrivacyChange { private_account: Some(draw.below(2) == 0), ..PrivacyChange::default() };
                accounts::set_privacy(&mut tx, user, change).await?;
                tx.commit().await?;
            }
            _ => {
                let mut tx = self.db.write().await?;
                videos::set_audience_of_all(&mut tx, user, audience(draw)).await?;
                tx.commit().await?;
            }
        }
        Ok(())
    }

    async fn create(&mut self, user: AccountId) -> Outcome<()> {
        let Some(keys) = self.vault.account(user).await? else { return Ok(()) };
        let video = video_row(user, SystemClock.now());
        let caption = keys.seal_text(VIDEO_CAPTION, video.id.as_bytes(), TEXT);
        let mut tx = self.db.write().await?;
        if accounts::lock_live(&mut tx, user).await? {
            videos::insert(&mut tx, &Video { caption, ..video }).await?;
        }
        Ok(tx.commit().await?)
    }

    /// The key, then the walk.
    async fn erase(&mut self, user: AccountId) -> Outcome<()> {
        let destruction = self.vault.destroy(user).await?;
        let subject = Subject { account: user, key_id: *destruction.key_id.as_bytes() };
        let mut tx = self.db.write().await?;
        for step in PLAN.steps.iter().filter(|step| step.rooms.is_none()) {
            while step.delete_batch(&mut tx, &subject, BATCH).await? as i64 == BATCH {}
        }
        Ok(tx.commit().await?)
    }

    /// A fifth each: reads what a user's records say, reads metadata, changes text, changes metadata, deletes, by key.
    async fn customer(&mut self, draw: &mut Draw) -> Outcome<()> {
        let (owner, id) = self.videos[draw.skewed(self.videos.len())];
        match draw.below(5) {
            0 => {
                let newest = (Timestamp(i64::MAX), VideoId::from_bytes([0xff; 16]));
                let found = videos::of_owner(&mut self.db.read().await?, owner, newest, 50).await?;
                let keys = self.vault.account(owner).await?.ok_or("a user without a key")?;
                for video in found {
                    keys.open_text(VIDEO_CAPTION, video.id.as_bytes(), &video.caption)?;
                }
            }
            1 => drop(videos::by_id(&mut self.db.read().await?, id).await?),
            2 => {
                let keys = self.vault.account(owner).await?.ok_or("a user without a key")?;
                let caption = keys.seal_text(VIDEO_CAPTION, id.as_bytes(), TEXT);
                let mut tx = self.db.write().await?;
                videos::set_caption(&mut tx, owner, id, &caption).await?;
                tx.commit().await?;
            }
            3 => {
                let mut tx = self.db.write().await?;
                videos::set_audience(&mut tx, owner, id, audience(draw)).await?;
                tx.commit().await?;
            }
            _ => {
                let mut tx = self.db.write().await?;
                while !PLAN.delete_video_batch(&mut tx, owner, id).await? {}
                tx.commit().await?;
            }
        }
        Ok(())
    }
}

fn audience(draw: &mut Draw) -> Audience {
    [Audience::Everyone, Audience::Friends, Audience::OnlyMe][draw.below(3)]
}
