//! Copies of the keyring. A copy is sealed under the root key as a whole, so it is of use only beside the
//! root file, and as long as that root key is in use: the daily replacement makes it worthless.
//!
//! `"OUTROKR1" ‖ name of the root key, 16 bytes ‖ moment, 8 bytes ‖ sealed pieces`.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use outro_datamap::KEYRING;
use outro_db::portable::{Record, Shape, Walk, write_row};
use outro_db::{Db, params, statements};
use outro_model::{Timestamp, stop};
use zeroize::Zeroizing;

use crate::keyring::KEYRING_MIGRATIONS;
use crate::pieces::{PieceReader, PieceWriter};
use crate::ring::Ring;
use crate::root::{RootFile, RootId};
use crate::{Tampered, Vault, VaultError};

const MAGIC: &[u8; 8] = b"OUTROKR1";
const HEAD: usize = 8 + 16 + 8;

statements! {
    NOTE_COPY = "INSERT INTO keyring_copy (one, root_id, made_at) VALUES (1, ?1, ?2)
        ON CONFLICT (one) DO UPDATE SET root_id = ?1, made_at = ?2";
    COPY_STATE = "SELECT keyring_copy.made_at, keyring_copy.root_id, root.root_id FROM keyring_copy, root
        WHERE keyring_copy.one = 1 AND root.one = 1";
    ROOT_NOW = "SELECT root_id FROM root WHERE one = 1";
}

/// The last copy that was made of a keyring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CopyState {
    /// When.
    pub made_at: Timestamp,
    /// Whether the root key that opens it is still in use.
    pub opens: bool,
}

impl Vault {
    /// Writes a copy of the keyring to a file, which is replaced as a whole. No rotation passes by
    /// meanwhile; one that was cut off has to be finished first.
    ///
    /// [`VaultError::RotationRunning`] when the root key is just being replaced.
    pub async fn copy_keyring(&self, to: &Path) -> Result<Timestamp, VaultError> {
        let keyring = &self.inner.keyring;
        // Nor on another machine: whoever meets its root key here would wait for the lock.
        let (_lock, _turn) = keyring.root_turn().await?;
        let mut roots = keyring.root.read().await?.ok_or(VaultError::RootMissing)?;
        if keyring.root.is_one_of_many() && keyring.taken_in(&mut roots).await? {
            keyring.root.write(&roots).await?;
        }
        if roots.len() != 1 {
            return Err(VaultError::RotationRunning);
        }
        let (ring, now) = (keyring.reload().await?, keyring.clock.now());
        let mut tx = keyring.db.read().await?;
        let root: RootId = tx.query_opt(&ROOT_NOW, &[]).await?.ok_or(VaultError::UnknownRoot)?.get(0)?;
        if !ring.knows(root) {
            return Err(VaultError::UnknownRoot);
        }
        let beside = beside(to);
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
        stop::before("copy of the keyring: write");
        file.write_all(&[&MAGIC[..], root.as_bytes(), &now.0.to_be_bytes()].concat())?;
        let (sealing, random) = (ring.clone(), keyring.random.clone());
        let mut out = PieceWriter::new(file, move |number, last, piece| {
            sealing.seal_copy(root, &*random, &place(now, number, last), piece)
        });
        for shape in shapes() {
            let mut record = Vec::new();
            Record::Table(shape.clone()).write(&mut record);
            out.put(&record).await?;
            let mut walk = Walk::new(&shape);
            loop {
                let rows = walk.rows(&mut tx).await?;
                let mut record = Zeroizing::new(Vec::new());
                rows.iter().for_each(|row| write_row(row, &mut record));
                out.put(&record).await?;
                if rows.is_empty() {
                    break;
                }
            }
        }
        drop(tx);
        out.put(&[]).await?;
        out.finish().await?;
        stop::before("copy of the keyring: name");
        std::fs::rename(&beside, to)?;
        stop::before("copy of the keyring: sync its name");
        File::open(to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new(".")))?
            .sync_all()?;
        let mut tx = keyring.db.write().await?;
        tx.execute(&NOTE_COPY, params![root, now]).await?;
        tx.commit().await?;
        Ok(now)
    }

    /// The last copy that was made, if there was one.
    pub async fn copy_state(&self) -> Result<Option<CopyState>, VaultError> {
        let row = self.inner.keyring.db.read().await?.query_opt(&COPY_STATE, &[]).await?;
        row.map(|row| {
            let (of, now): (RootId, RootId) = (row.get(1)?, row.get(2)?);
            Ok(CopyState { made_at: row.get(0)?, opens: of == now })
        })
        .transpose()
    }
}

/// A copy that is being read.
pub(crate) struct Opened {
    pub(crate) pieces: PieceReader,
    pub(crate) ring: Arc<Ring>,
    root: RootId,
    made_at: Timestamp,
}

/// Opens a copy. [`VaultError::UnknownRoot`] when the root key was replaced since.
pub(crate) async fn open(from: &Path, root: &RootFile) -> Result<Opened, VaultError> {
    let roots = root.read().await?.ok_or(VaultError::RootMissing)?;
    let ring = Arc::new(Ring::of(&roots));
    let mut file = File::open(from)?;
    let (mut head, length) = ([0; HEAD], file.metadata()?.len());
    file.read_exact(&mut head).map_err(|_| Tampered)?;
    let (magic, rest) = head.split_at(8);
    let (id, moment) = rest.split_at(16);
    if magic != MAGIC {
        return Err(Tampered.into());
    }
    let mut root_id = [0; 16];
    root_id.copy_from_slice(id);
    let root = RootId::from_bytes(root_id);
    if !ring.knows(root) {
        return Err(VaultError::UnknownRoot);
    }
    let made_at = Timestamp(moment.iter().fold(0, |number, &byte| number << 8 | i64::from(byte)));
    let opening = ring.clone();
    let pieces = PieceReader::new(file, length - HEAD as u64, move |number, last, sealed| {
        opening.open_copy(root, &place(made_at, number, last), sealed)
    });
    Ok(Opened { pieces, ring, root, made_at })
}

/// Puts a copy back into an empty keyring: in one transaction, all of it or nothing. When the copy was made.
///
/// [`VaultError::UnknownRoot`] when the root key was replaced since: the copy opens nothing any more.
/// [`VaultError::KeyringInUse`] when the keyring holds something.
pub async fn restore_keyring(from: &Path, root: &RootFile, db: &Db) -> Result<Timestamp, VaultError> {
    let Opened { root: root_id, made_at: now, mut pieces, .. } = open(from, root).await?;
    db.migrate(KEYRING_MIGRATIONS).await?;
    let mut tx = db.write().await?;
    for shape in shapes() {
        if tx.holds_rows(&shape.table).await? {
            return Err(VaultError::KeyringInUse);
        }
    }
    let mut into: Option<Shape> = None;
    while let Some(piece) = pieces.next().await? {
        let (mut rest, mut rows) = (&piece[..], Vec::new());
        while !rest.is_empty() {
            match Record::read(&mut rest).ok_or(Tampered)? {
                Record::Row(row) => rows.push(row),
                Record::Table(shape) => {
                    flush(&mut tx, into.as_ref(), &mut rows).await?;
                    // Only what this program knows: a name that it does not is from a newer one.
                    into = Some(shapes().find(|known| *known == shape).ok_or(VaultError::NewerCopy)?);
                }
                Record::End => {}
            }
        }
        flush(&mut tx, into.as_ref(), &mut rows).await?;
    }
    tx.execute(&NOTE_COPY, params![root_id, now]).await?;
    tx.commit().await?;
    Ok(now)
}

async fn flush(
    tx: &mut outro_db::Tx,
    into: Option<&Shape>,
    rows: &mut Vec<Vec<outro_db::Value>>,
) -> Result<(), VaultError> {
    if let (Some(shape), false) = (into, rows.is_empty()) {
        tx.put_rows(shape, rows).await?;
    } else if !rows.is_empty() {
        return Err(Tampered.into());
    }
    rows.clear();
    Ok(())
}

/// The tables that a copy holds: all but the runner's own, and the note of which copy was made.
fn shapes() -> impl Iterator<Item = Shape> {
    let kept = KEYRING.iter().filter(|table| !["migrations", "keyring_copy"].contains(&table.name));
    kept.map(|table| Shape::new(table.name, table.columns.iter().map(|column| column.name), table.key))
}

fn place(moment: Timestamp, number: u64, last: bool) -> [Vec<u8>; 4] {
    let (moment, number) = (moment.0.to_be_bytes(), number.to_be_bytes());
    [b"keyring copy".to_vec(), moment.to_vec(), number.to_vec(), vec![u8::from(last)]]
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    path.with_file_name(name)
}
