//! Objects in a backup: `root/ab/<name>`, each the sealed file as it is, followed by a mark of 32 bytes that
//! says that it is unchanged. A name is a keyed hash: it tells neither whose an object is nor which. What
//! stands there is never written again, so that each object is copied once however many backups hold it.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use aws_lc_rs::digest::{self, Context};
use outro_model::{AccountId, BlobId, stop};
use outro_vault::{MacPurpose, Tampered, Vault};

use crate::blocking::blocking;
use crate::{BlobError, SealedObject};

/// How much is read at once.
const STEP: usize = 1 << 20;
const MARK: u64 = 32;

/// The name of an object on a shelf.
pub type ShelfName = [u8; 32];

/// The objects of the backups in one folder: cheap to clone.
#[derive(Clone)]
pub struct Shelf {
    root: PathBuf,
    vault: Vault,
}

impl Shelf {
    /// The shelf in a folder, which is made when it is not there.
    pub fn open(root: PathBuf, vault: Vault) -> Result<Self, BlobError> {
        make(&root)?;
        Ok(Self { root, vault })
    }

    /// The name of an object.
    pub fn name(&self, owner: AccountId, id: BlobId) -> ShelfName {
        self.vault.mac(MacPurpose::BackupObject, &[b"name", owner.as_bytes(), id.as_bytes()])
    }

    fn place(&self, name: &ShelfName) -> PathBuf {
        let name = hex::encode(name);
        self.root.join(&name[..2]).join(name)
    }

    fn mark(&self, name: &ShelfName, hash: Context) -> [u8; 32] {
        self.vault.mac(MacPurpose::BackupObject, &[b"mark", name, hash.finish().as_ref()])
    }

    /// Whether an object stands here. It has its name only since it was whole.
    pub fn holds(&self, name: &ShelfName) -> Result<bool, BlobError> {
        Ok(self.place(name).try_exists()?)
    }

    /// Puts an object on the shelf, durably; how long its file was. One that stands there stays.
    pub async fn put(&self, name: ShelfName, from: SealedObject) -> Result<u64, BlobError> {
        let this = self.clone();
        blocking(move || this.put_now(&name, from)).await
    }

    fn put_now(&self, name: &ShelfName, mut from: SealedObject) -> Result<u64, BlobError> {
        let place = self.place(name);
        let folder = place.parent().unwrap_or(&self.root);
        make(folder)?;
        let part = place.with_extension("part");
        let mut to = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&part)?;
        let (length, hash) = copy(&mut from, u64::MAX, |bytes| {
            stop::before("shelf: write");
            Ok(to.write_all(bytes)?)
        })?;
        stop::before("shelf: write a mark");
        to.write_all(&self.mark(name, hash))?;
        stop::before("shelf: sync");
        to.sync_all()?;
        stop::before("shelf: name");
        fs::rename(&part, &place)?;
        stop::before("shelf: sync a name");
        File::open(folder)?.sync_all()?;
        Ok(length)
    }

    /// Reads an object through and holds it against its mark; how long the sealed file is.
    pub async fn check(&self, name: ShelfName) -> Result<u64, BlobError> {
        let this = self.clone();
        blocking(move || this.read(&name, |_| Ok(()))).await
    }

    /// Hands the bytes of the sealed file to `take`. Only when this returns are they known to be unchanged.
    pub(crate) fn read(
        &self,
        name: &ShelfName,
        take: impl FnMut(&[u8]) -> Result<(), BlobError>,
    ) -> Result<u64, BlobError> {
        let mut file = match File::open(self.place(name)) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Err(Tampered.into()),
            file => file?,
        };
        let length = file.metadata()?.len().checked_sub(MARK).ok_or(Tampered)?;
        let (read, hash) = copy(&mut file, length, take)?;
        let mut mark = [0; MARK as usize];
        let whole = read == length && file.read_exact(&mut mark).is_ok();
        if whole && outro_vault::constant_time_eq(&mark, &self.mark(name, hash)) {
            Ok(length)
        } else {
            Err(Tampered.into())
        }
    }

    /// Removes what is not in `kept`, and what was never finished; how many objects went, and their bytes.
    pub async fn retain(&self, kept: impl Fn(&ShelfName) -> bool + Send + 'static) -> Result<(u64, u64), BlobError> {
        let root = self.root.clone();
        blocking(move || {
            let (mut count, mut bytes) = (0, 0);
            for folder in entries(&root)? {
                for path in entries(&folder)? {
                    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
                    let name = hex::decode(name).ok().and_then(|name| ShelfName::try_from(name).ok());
                    if name.is_none_or(|name| !kept(&name)) {
                        bytes += fs::metadata(&path)?.len();
                        count += u64::from(name.is_some());
                        stop::before("shelf: delete");
                        fs::remove_file(&path)?;
                    }
                }
            }
            Ok((count, bytes))
        })
        .await
    }
}

fn entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect()
}

fn make(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// Passes at most `limit` bytes on; how many there were, and their hash.
fn copy(
    from: &mut impl Read,
    limit: u64,
    mut take: impl FnMut(&[u8]) -> Result<(), BlobError>,
) -> Result<(u64, Context), BlobError> {
    let (mut bytes, mut hash, mut total) = (vec![0; STEP], Context::new(&digest::SHA256), 0);
    while total < limit {
        let room = usize::try_from(limit - total).unwrap_or(STEP).min(STEP);
        let count = match from.read(&mut bytes[..room]) {
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            read => read?,
        };
        if count == 0 {
            break;
        }
        hash.update(&bytes[..count]);
        take(&bytes[..count])?;
        total += count as u64;
    }
    Ok((total, hash))
}
