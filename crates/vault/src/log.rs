//! The log of erasures: an append-only Merkle tree (C2SP `tlog-tiles`), kept with the keyring, so that restoring an older
//! copy of the database takes nothing out of it. An entry is a hash that names nobody.

use outro_db::{Tx, params, statements};
use outro_tlog::{Checkpoint, Hash, Level, Proof, TILE_WIDTH, Tile, TileKey, Tiles, Verifier};

use crate::{Tampered, Vault, VaultError};

statements! {
    SIZE = "SELECT size FROM log_head WHERE one = 1";
    /// Held until the end of the transaction: entries come one after the other.
    SIZE_HELD = "SELECT size FROM log_head WHERE one = 1 {for_update}";
    FIRST_HEAD = "INSERT INTO log_head (one, size) VALUES (1, 0) ON CONFLICT DO NOTHING";
    GROWN = "UPDATE log_head SET size = ?1 WHERE one = 1";
    INDEX_OF = "SELECT place FROM log_entries WHERE entry = ?1";
    INSERT_ENTRY = "INSERT INTO log_entries (entry, place) VALUES (?1, ?2)";
    /// A bundle: entries in the order of their places.
    ENTRIES = "SELECT entry FROM log_entries WHERE place >= ?1 AND place < ?2 ORDER BY place";
    TILE = "SELECT hashes FROM log_tiles WHERE level = ?1 AND place = ?2";
    PUT_TILE = "INSERT INTO log_tiles (level, place, hashes) VALUES (?1, ?2, ?3)
        ON CONFLICT (level, place) DO UPDATE SET hashes = excluded.hashes";
}

/// An entry of the log.
pub type LogEntry = [u8; 32];

impl Vault {
    /// Enters something into the log, once: called again with the same entry, it answers with the first place. When this
    /// returns it is durable.
    pub async fn log_append(&self, entry: &LogEntry) -> Result<u64, VaultError> {
        let mut tx = self.inner.keyring.db.write().await?;
        tx.execute(&FIRST_HEAD, &[]).await?;
        let size = size(tx.query_opt(&SIZE_HELD, &[]).await?)?;
        if let Some(row) = tx.query_opt(&INDEX_OF, params![entry]).await? {
            return Ok(row.get::<i64>(0)? as u64);
        }
        let edge = outro_tlog::right_edge(size);
        let mut tiles = load(&mut tx, edge).await?;
        for key in outro_tlog::append(size, outro_tlog::leaf_hash(entry), &mut tiles) {
            let hashes = tiles.get(&key).map(Vec::as_slice).unwrap_or_default();
            tx.execute(&PUT_TILE, params![i64::from(key.0), key.1 as i64, hashes]).await?;
        }
        tx.execute(&INSERT_ENTRY, params![entry, size as i64]).await?;
        tx.execute(&GROWN, params![size as i64 + 1]).await?;
        tx.commit().await?;
        Ok(size)
    }

    /// The signed checkpoint of the log as it is now; `origin` is the log's name.
    pub async fn log_checkpoint(&self, origin: &str) -> Result<String, VaultError> {
        let mut tx = self.inner.keyring.db.read().await?;
        let size = size(tx.query_opt(&SIZE, &[]).await?)?;
        let tiles = load(&mut tx, outro_tlog::needed(size, None)).await?;
        self.checkpoint(origin, size, outro_tlog::root(size, &tiles))
    }

    /// The proof that an entry is in the log as it is now; none when there is no such place yet.
    pub async fn log_proof(&self, origin: &str, index: u64) -> Result<Option<Proof>, VaultError> {
        let mut tx = self.inner.keyring.db.read().await?;
        let size = size(tx.query_opt(&SIZE, &[]).await?)?;
        if index >= size {
            return Ok(None);
        }
        let tiles = load(&mut tx, outro_tlog::needed(size, Some(index))).await?;
        let hashes = outro_tlog::inclusion(index, size, &tiles).ok_or(Tampered)?;
        let checkpoint = self.checkpoint(origin, size, outro_tlog::root(size, &tiles))?;
        Ok(Some(Proof { index, hashes, checkpoint }))
    }

    /// A tile as it was at its width; none when the log has not grown so far.
    pub async fn log_tile(&self, tile: Tile) -> Result<Option<Vec<u8>>, VaultError> {
        let Ok(place) = i64::try_from(tile.index) else { return Ok(None) };
        let mut tx = self.inner.keyring.db.read().await?;
        match tile.level {
            Level::Hashes(level) => {
                let row = tx.query_opt(&TILE, params![i64::from(level), place]).await?;
                let Some(row) = row else { return Ok(None) };
                let hashes: Vec<u8> = row.get(0)?;
                Ok(hashes.get(..tile.width as usize * size_of::<Hash>()).map(<[u8]>::to_vec))
            }
            Level::Entries => {
                let Some(first) = place.checked_mul(TILE_WIDTH as i64) else { return Ok(None) };
                let Some(end) = first.checked_add(tile.width as i64) else { return Ok(None) };
                let rows = tx.query(&ENTRIES, params![first, end]).await?;
                if rows.len() as u64 != tile.width {
                    return Ok(None);
                }
                let mut bundle = Vec::with_capacity(rows.len() * (2 + size_of::<LogEntry>()));
                for row in &rows {
                    let entry: LogEntry = row.get(0)?;
                    bundle.extend_from_slice(&(entry.len() as u16).to_be_bytes());
                    bundle.extend_from_slice(&entry);
                }
                Ok(Some(bundle))
            }
        }
    }

    /// The key that checkpoints of this log are checked with.
    pub fn log_verifier(&self, origin: &str) -> Verifier {
        Verifier { name: origin.to_owned(), key: self.inner.services.log_signer.public_key() }
    }

    fn checkpoint(&self, origin: &str, size: u64, root: Option<Hash>) -> Result<String, VaultError> {
        let text = Checkpoint { origin: origin.to_owned(), size, root: root.ok_or(Tampered)? }.text();
        let signature = self.inner.services.log_signer.sign(text.as_bytes());
        Ok(outro_tlog::signed(&text, &self.log_verifier(origin), &signature))
    }
}

fn size(head: Option<outro_db::Row>) -> Result<u64, VaultError> {
    Ok(head.map(|row| row.get::<i64>(0)).transpose()?.unwrap_or(0) as u64)
}

async fn load(tx: &mut Tx, keys: impl IntoIterator<Item = TileKey>) -> Result<Tiles, VaultError> {
    let mut tiles = Tiles::new();
    for key in keys {
        if let Some(row) = tx.query_opt(&TILE, params![i64::from(key.0), key.1 as i64]).await? {
            tiles.insert(key, row.get(0)?);
        }
    }
    Ok(tiles)
}
