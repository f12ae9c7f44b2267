//! Wrapping keys under the root key, and the database that the wrapped keys are in.

use std::sync::{Arc, PoisonError, RwLock};

use outro_db::{Db, FromValue, Row, Tx, params, statements};
use outro_model::{AccountId, BackupId, Clock, ConversationId, Random};
use zeroize::Zeroizing;

use crate::aead::Aead;
use crate::frame::framed;
use crate::keyring::KEYRING_MIGRATIONS;
use crate::root::{RootFile, RootId, RootKey, Stamp};
use crate::{KeyBytes, KeyId, Tampered, VaultError};

statements! {
    /// The one row that says under which root key new keys are wrapped.
    ROOT = "SELECT root_id FROM root WHERE one = 1";
    /// The same, held until the end of the transaction: no rotation moves on past it.
    ROOT_HELD = "SELECT root_id FROM root WHERE one = 1 {for_share}";
    FIRST_ROOT = "INSERT INTO root (one, root_id, made_at, rotated_at) VALUES (1, ?1, ?2, ?2) ON CONFLICT DO NOTHING";
}

/// What a wrapped key is for. It is bound into the wrapping, so that no row can stand in for another.
#[derive(Clone, Copy)]
pub(crate) enum Subject<'a> {
    Account(AccountId, KeyId),
    Conversation(ConversationId, KeyId),
    Service(&'a str),
    Day(i64),
    Backup(BackupId),
}

impl Subject<'_> {
    fn label(self) -> Vec<u8> {
        match self {
            Self::Account(account, key_id) => framed(&[b"account", account.as_bytes(), key_id.as_bytes()]),
            Self::Conversation(id, key_id) => framed(&[b"conversation", id.as_bytes(), key_id.as_bytes()]),
            Self::Service(name) => framed(&[b"service", name.as_bytes()]),
            Self::Day(day) => framed(&[b"day", &day.to_be_bytes()]),
            Self::Backup(id) => framed(&[b"backup", id.as_bytes()]),
        }
    }
}

/// A key as it stands in the keyring.
pub(crate) struct Wrapped {
    pub(crate) root: RootId,
    pub(crate) bytes: Vec<u8>,
}

impl Wrapped {
    /// Reads it from the columns `root_id, wrapped` of a row, which begin at `column`.
    pub(crate) fn from_row(row: &Row, column: usize) -> Result<Self, VaultError> {
        Ok(Self { root: row.get(column)?, bytes: row.get(column + 1)? })
    }
}

/// The root keys of one version of the root file, ready for use.
pub(crate) struct Ring {
    roots: Vec<(RootId, Aead)>,
    stamp: Option<Stamp>,
}

impl Ring {
    fn new(keys: &[RootKey], stamp: Option<Stamp>) -> Self {
        Self { roots: keys.iter().map(|key| (key.id, Aead::new(&key.key))).collect(), stamp }
    }

    /// The root keys of a file, for a copy.
    pub(crate) fn of(keys: &[RootKey]) -> Self {
        Self::new(keys, None)
    }

    /// Seals a piece of a copy of the keyring.
    pub(crate) fn seal_copy(
        &self,
        root: RootId,
        random: &dyn Random,
        place: &[Vec<u8>; 4],
        piece: &[u8],
    ) -> Result<Vec<u8>, VaultError> {
        Ok(self.root(root)?.seal(random, &place.each_ref().map(Vec::as_slice), piece))
    }

    /// Opens a piece of a copy of the keyring.
    pub(crate) fn open_copy(
        &self,
        root: RootId,
        place: &[Vec<u8>; 4],
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, Tampered> {
        self.root(root).map_err(|_| Tampered)?.open(&place.each_ref().map(Vec::as_slice), sealed)
    }

    fn root(&self, id: RootId) -> Result<&Aead, VaultError> {
        let found = self.roots.iter().find(|(known, _)| *known == id);
        found.map(|(_, root)| root).ok_or(VaultError::UnknownRoot)
    }

    pub(crate) fn knows(&self, id: RootId) -> bool {
        self.root(id).is_ok()
    }

    /// Whether this is the one root key that there is.
    pub(crate) fn is_alone(&self, id: RootId) -> bool {
        matches!(self.roots.as_slice(), [(only, _)] if *only == id)
    }

    pub(crate) fn wrap(
        &self,
        root: RootId,
        subject: Subject<'_>,
        key: &[u8; 32],
        random: &dyn Random,
    ) -> Result<Wrapped, VaultError> {
        let bytes = self.root(root)?.seal(random, &[b"wrap", root.as_bytes(), &subject.label()], key);
        Ok(Wrapped { root, bytes })
    }

    pub(crate) fn unwrap(&self, subject: Subject<'_>, wrapped: &Wrapped) -> Result<KeyBytes, VaultError> {
        let context: [&[u8]; 3] = [b"wrap", wrapped.root.as_bytes(), &subject.label()];
        let opened = self.root(wrapped.root)?.open(&context, &wrapped.bytes)?;
        Ok(KeyBytes::copy_of(&opened).ok_or(Tampered)?)
    }
}

/// The keyring's database with the root keys that open it.
pub(crate) struct Keyring {
    pub(crate) db: Db,
    pub(crate) root: RootFile,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) random: Arc<dyn Random>,
    ring: RwLock<Arc<Ring>>,
}

impl Keyring {
    /// Brings the schema up and finds the root key; at the first start it makes one. A keyring that is
    /// in use is never given a new root: without its own it stays shut.
    pub(crate) async fn open(
        db: Db,
        root: RootFile,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
    ) -> Result<Self, VaultError> {
        db.migrate(KEYRING_MIGRATIONS).await?;
        let stamp = root.stamp();
        let keys = match current_root(&db).await? {
            Some(_) => root.read().await?.ok_or(VaultError::RootMissing)?,
            None => {
                let keys = root.read_or_make(RootKey::random(&*random)).await?;
                let mut tx = db.write().await?;
                tx.execute(&FIRST_ROOT, params![keys[0].id, clock.now()]).await?;
                tx.commit().await?;
                keys
            }
        };
        let ring = RwLock::new(Arc::new(Ring::new(&keys, stamp)));
        let this = Self { db, root, clock, random, ring };
        let current = current_root(&this.db).await?.ok_or(VaultError::UnknownRoot)?;
        this.knowing(current).await?;
        Ok(this)
    }

    pub(crate) fn ring(&self) -> Arc<Ring> {
        self.ring.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Reads the root file again: another process, or a rotation of this one, has replaced it.
    pub(crate) async fn reload(&self) -> Result<Arc<Ring>, VaultError> {
        let stamp = self.root.stamp();
        let keys = self.root.read().await?.ok_or(VaultError::RootMissing)?;
        let ring = Arc::new(Ring::new(&keys, stamp));
        *self.ring.write().unwrap_or_else(PoisonError::into_inner) = ring.clone();
        Ok(ring)
    }

    /// Lets go of root keys that a rotation has retired, also when another process, or another machine, ran it.
    pub(crate) async fn follow(&self) -> Result<(), VaultError> {
        if self.root.stamp() != self.ring().stamp {
            self.reload().await?;
        }
        if self.root.is_one_of_many() { self.let_go().await } else { Ok(()) }
    }

    async fn knowing(&self, root: RootId) -> Result<Arc<Ring>, VaultError> {
        let ring = self.ring();
        if ring.knows(root) {
            return Ok(ring);
        }
        let ring = self.reload().await?;
        if ring.knows(root) {
            return Ok(ring);
        }
        self.take_over().await?;
        let ring = self.reload().await?;
        if ring.knows(root) { Ok(ring) } else { Err(VaultError::UnknownRoot) }
    }

    /// Wraps a new key. Until `tx` ends no rotation passes by it, so that the key is either wrapped
    /// under the new root or found by the rotation under the old one.
    pub(crate) async fn wrap_in(
        &self,
        tx: &mut Tx,
        subject: Subject<'_>,
        key: &[u8; 32],
    ) -> Result<Wrapped, VaultError> {
        let row = tx.query_opt(&ROOT_HELD, &[]).await?;
        let root = row.ok_or(VaultError::UnknownRoot)?.get(0)?;
        self.knowing(root).await?.wrap(root, subject, key, &*self.random)
    }

    /// Unwraps a key. [`VaultError::UnknownRoot`] can also mean that the row was read just before a
    /// rotation wrapped it anew: who gets it reads the row once more.
    pub(crate) async fn unwrap(&self, subject: Subject<'_>, wrapped: &Wrapped) -> Result<KeyBytes, VaultError> {
        self.knowing(wrapped.root).await?.unwrap(subject, wrapped)
    }

    /// A new random key.
    pub(crate) fn new_key(&self) -> KeyBytes {
        KeyBytes::random(&*self.random)
    }
}

async fn current_root(db: &Db) -> Result<Option<RootId>, VaultError> {
    let row = db.read().await?.query_opt(&ROOT, &[]).await?;
    Ok(row.map(|row| row.get(0)).transpose()?)
}

/// One page of ids from a keyset query.
pub(crate) fn ids<T: FromValue>(rows: &[Row]) -> Result<Vec<T>, VaultError> {
    Ok(rows.iter().map(|row| row.get(0)).collect::<Result<_, _>>()?)
}
