//! How fast objects are written and read: `cargo run --release -p outro-blobs --example throughput [FOLDER]`.

#![expect(clippy::print_stdout, reason = "a measurement is for reading")]

use std::error::Error;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::{StreamExt, TryStreamExt};
use outro_blobs::{Blobs, SealedBlob};
use outro_db::Db;
use outro_model::{AccountId, BlobId, BlobKind, SystemClock, random_bytes};
use outro_vault::{AccountKeys, RootFile, SystemRandom, Vault, VaultOptions};

type Outcome<T> = Result<T, Box<dyn Error>>;

const SIZE: usize = 512 << 20;
const KIND: BlobKind = BlobKind::Rendition;
const RANGES: u64 = 20_000;

struct Bench {
    blobs: Blobs,
    keys: AccountKeys,
}

fn main() -> Outcome<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(run())
}

async fn run() -> Outcome<()> {
    let folder = tempfile::tempdir_in(std::env::args().nth(1).map_or_else(std::env::temp_dir, PathBuf::from))?;
    let keyring = Db::open(&folder.path().join("keyring.db").to_string_lossy()).await?;
    let root = RootFile::at(folder.path().join("root.key"));
    let random = Arc::new(SystemRandom);
    let options = VaultOptions { keyring, root, clock: Arc::new(SystemClock), random: random.clone(), leases: false };
    let vault = Vault::open(options).await?;
    let keys = vault.create_account(AccountId::random(&SystemRandom)).await?;
    let blobs = Blobs::open(folder.path().join("blobs"), random)?;
    blobs.create_home(keys.account()).await?;
    let bench = Bench { blobs, keys };

    let (id, sealed) = bench.write().await?;
    for _ in 0..3 {
        bench.stream(id, &sealed).await?;
    }
    bench.copies(id, &sealed).await?;
    for at_once in [1, 8] {
        bench.ranges(id, &sealed, at_once).await?;
    }
    Ok(())
}

fn rate(what: &str, took: Duration) {
    println!("{what}: {:.0} MB/s", SIZE as f64 / 1e6 / took.as_secs_f64());
}

impl Bench {
    async fn write(&self) -> Outcome<(BlobId, SealedBlob)> {
        let (id, piece) = (BlobId::random(&SystemRandom), vec![7; 32 * 1024]);
        let began = Instant::now();
        let mut writer = self.blobs.writer(&self.keys, id, KIND).await?;
        for _ in 0..SIZE / piece.len() {
            writer.write(&piece).await?;
        }
        rate("write, before sync", began.elapsed());
        let sealed = writer.finish(&self.keys).await?;
        rate("write, synced", began.elapsed());
        Ok((id, sealed))
    }

    async fn stream(&self, id: BlobId, sealed: &SealedBlob) -> Outcome<()> {
        let began = Instant::now();
        let reader = self.blobs.reader(&self.keys, id, KIND, &sealed.header).await?.ok_or("gone")?;
        let mut stream = Box::pin(reader.stream(0..u64::MAX));
        let mut total = 0;
        while let Some(piece) = stream.try_next().await? {
            total += piece.len();
        }
        assert_eq!(total, SIZE);
        rate("one stream", began.elapsed());
        Ok(())
    }

    async fn copies(&self, id: BlobId, sealed: &SealedBlob) -> Outcome<()> {
        let reader = self.blobs.reader(&self.keys, id, KIND, &sealed.header).await?.ok_or("gone")?;
        let scratch = tempfile::tempfile()?;
        let began = Instant::now();
        reader.copy_out(scratch.try_clone()?).await?;
        rate("copy_out", began.elapsed());
        let (copy, began) = (BlobId::random(&SystemRandom), Instant::now());
        self.blobs.copy_in(&self.keys, copy, KIND, scratch).await?;
        rate("copy_in, synced", began.elapsed());
        Ok(())
    }

    /// Each range opens the object anew, as a request for media does.
    async fn ranges(&self, id: BlobId, sealed: &SealedBlob, at_once: usize) -> Outcome<()> {
        let began = Instant::now();
        let ranges = futures_util::stream::iter(0..RANGES).map(|_| {
            let (blobs, keys, header) = (self.blobs.clone(), self.keys.clone(), sealed.header.clone());
            tokio::spawn(async move { one_range(&blobs, &keys, id, &header).await })
        });
        let mut ranges = ranges.buffer_unordered(at_once);
        while let Some(length) = ranges.next().await {
            assert_eq!(length?, Some(65536));
        }
        let each_second = RANGES as f64 / began.elapsed().as_secs_f64();
        println!("random ranges of 64 KiB, {at_once} at once: {each_second:.0}/s");
        Ok(())
    }
}

async fn one_range(blobs: &Blobs, keys: &AccountKeys, id: BlobId, header: &[u8]) -> Option<usize> {
    let from = u64::from_be_bytes(random_bytes(&SystemRandom)) % (SIZE as u64 - 65536);
    let reader = blobs.reader(keys, id, KIND, header).await.ok()??;
    let pieces: Vec<_> = reader.stream(from..from + 65536).try_collect().await.ok()?;
    Some(pieces.iter().map(|piece: &bytes::Bytes| piece.len()).sum())
}
