//! Replacing the root key, so that old copies of the keyring die.
//!
//! 1. The root file gets a new key beside the old one.
//! 2. The keyring's one `root` row names the new key. From its commit on nobody wraps a key under the
//!    old one: whoever makes a key holds that row until the end of his transaction.
//! 3. Batch by batch, each in a transaction of its own, every key is wrapped anew.
//! 4. When none is left under the old key, the root file is replaced by one with the new key alone.
//! 5. The `root` row is marked as settled.
//!
//! Where several machines have the keyring, the second step hands the new key over to the others (`handover.rs`), and one of them
//! replaces it at a time.
//!
//! Killed anywhere, the root file still opens every row of the keyring, and the next call goes on: two
//! keys in the file say that a rotation is unfinished. Since copies of the keyring from the middle of
//! one live on under its new key, an unfinished rotation is first finished and then followed by a whole.

use outro_db::{Tx, params, statements};
use outro_model::{AccountId, BackupId, ConversationId, Timestamp};

use crate::ring::{Ring, Subject, Wrapped};
use crate::root::{RootId, RootKey};
use crate::vault::Inner;
use crate::{Vault, VaultError, handover};

/// How many keys one transaction wraps anew.
const BATCH: i64 = 256;
/// How old a root key becomes at most, in seconds.
const ROOT_SECONDS: i64 = 86_400;

statements! {
    ROTATED_AT = "SELECT rotated_at FROM root WHERE one = 1";
    /// It is later than the one before, whatever a clock says: what is settled has two equal times.
    NEXT_ROOT = "UPDATE root SET root_id = ?1, made_at = CASE WHEN rotated_at < ?2 THEN ?2 ELSE rotated_at + 1 END
        WHERE one = 1 AND root_id <> ?1";
    ROOT_SETTLED = "UPDATE root SET rotated_at = made_at WHERE one = 1 AND root_id = ?1";
    ACCOUNTS_UNDER = "SELECT account_id, key_id, root_id, wrapped FROM account_keys
        WHERE root_id = ?1 AND account_id >= ?2 ORDER BY account_id LIMIT ?3 {for_update}";
    REWRAP_ACCOUNT = "UPDATE account_keys SET root_id = ?2, wrapped = ?3 WHERE account_id = ?1";
    CONVERSATIONS_UNDER = "SELECT conversation_id, key_id, root_id, wrapped FROM conversation_keys
        WHERE root_id = ?1 AND conversation_id >= ?2 ORDER BY conversation_id LIMIT ?3 {for_update}";
    REWRAP_CONVERSATION = "UPDATE conversation_keys SET root_id = ?2, wrapped = ?3 WHERE conversation_id = ?1";
    SERVICES_UNDER = "SELECT name, root_id, wrapped FROM service_keys WHERE root_id = ?1 {for_update}";
    REWRAP_SERVICE = "UPDATE service_keys SET root_id = ?2, wrapped = ?3 WHERE name = ?1";
    DAYS_UNDER = "SELECT day, root_id, wrapped FROM day_keys WHERE root_id = ?1 {for_update}";
    REWRAP_DAY = "UPDATE day_keys SET root_id = ?2, wrapped = ?3 WHERE day = ?1";
    BACKUPS_UNDER = "SELECT id, root_id, wrapped FROM backup_keys WHERE root_id = ?1 {for_update}";
    REWRAP_BACKUP = "UPDATE backup_keys SET root_id = ?2, wrapped = ?3 WHERE id = ?1";
    LEFT_UNDER = "SELECT 1 AS left_under WHERE EXISTS (SELECT 1 FROM account_keys WHERE root_id = ?1)
        OR EXISTS (SELECT 1 FROM conversation_keys WHERE root_id = ?1)
        OR EXISTS (SELECT 1 FROM service_keys WHERE root_id = ?1)
        OR EXISTS (SELECT 1 FROM day_keys WHERE root_id = ?1)
        OR EXISTS (SELECT 1 FROM backup_keys WHERE root_id = ?1)";
}

/// What a rotation did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rotation {
    /// How many keys were wrapped anew; those twice that an unfinished rotation had left.
    pub rewrapped: u64,
    /// Whether an unfinished rotation was finished first.
    pub resumed: bool,
}

/// Where a rotation can be cut off; tests do it at each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    BothInFile,
    Switched,
    Batch,
    AccountsDone,
    AllDone,
    OldGone,
}

pub(crate) type Halt = fn(Step) -> bool;

impl Vault {
    /// Replaces the root key: wraps every key anew and destroys the old root, and with it every older
    /// copy of the keyring. Safe beside everything else; killed, it goes on at the next call.
    ///
    /// [`VaultError::RotationRunning`] when another one is under way.
    pub async fn rotate_root(&self) -> Result<Rotation, VaultError> {
        self.rotate_until(|_| false).await
    }

    /// When the root key in use was made, as far as the rotation to it is finished.
    pub async fn rotated_at(&self) -> Result<Option<Timestamp>, VaultError> {
        let row = self.inner.keyring.db.read().await?.query_opt(&ROTATED_AT, &[]).await?;
        Ok(row.map(|row| row.get(0)).transpose()?)
    }

    /// By when no copy of the keyring from before `destroyed_at` opens anything: since the root key that
    /// was made after it stands alone; until then, by the next daily replacement of the root key.
    pub async fn older_copies_end(&self, destroyed_at: Timestamp) -> Result<Timestamp, VaultError> {
        let made = self.rotated_at().await?.ok_or(VaultError::UnknownRoot)?;
        Ok(if made > destroyed_at { made } else { made.plus_seconds(ROOT_SECONDS) })
    }

    /// Whether the root key in use is older than it should ever be: nobody was there to replace it.
    pub async fn rotation_is_overdue(&self) -> Result<bool, VaultError> {
        let made = self.rotated_at().await?.ok_or(VaultError::UnknownRoot)?;
        Ok(self.inner.keyring.clock.now() > made.plus_seconds(ROOT_SECONDS))
    }

    /// A task of its own: a caller that stops waiting does not cut it off in the middle.
    pub(crate) async fn rotate_until(&self, halt: Halt) -> Result<Rotation, VaultError> {
        let inner = self.inner.clone();
        let done = tokio::spawn(async move { inner.rotate(halt).await });
        done.await.unwrap_or(Err(VaultError::Stopped))
    }
}

fn pass(halt: Halt, step: Step) -> Result<(), VaultError> {
    if halt(step) { Err(VaultError::Stopped) } else { Ok(()) }
}

impl Inner {
    async fn rotate(&self, halt: Halt) -> Result<Rotation, VaultError> {
        let (_lock, turn) = self.keyring.root_turn().await?;
        let rotated = self.rotate_in_turn(halt).await;
        turn.end().await?;
        rotated
    }

    async fn rotate_in_turn(&self, halt: Halt) -> Result<Rotation, VaultError> {
        let file = &self.keyring.root;
        let mut roots = file.read().await?.ok_or(VaultError::RootMissing)?;
        // The root file of another keyring must not lose its keys over this one.
        if self.keyring.taken_in(&mut roots).await? {
            file.write(&roots).await?;
        }
        let resumed = roots.len() > 1;
        let mut rewrapped = 0;
        if resumed {
            rewrapped += self.finish(&mut roots, halt).await?;
        }
        roots.insert(0, RootKey::random(&*self.keyring.random));
        file.write(&roots).await?;
        pass(halt, Step::BothInFile)?;
        rewrapped += self.finish(&mut roots, halt).await?;
        Ok(Rotation { rewrapped, resumed })
    }

    /// Brings everything under the first of `roots`, and leaves it as the only one.
    async fn finish(&self, roots: &mut Vec<RootKey>, halt: Halt) -> Result<u64, VaultError> {
        let db = &self.keyring.db;
        let ring = self.keyring.reload().await?;
        let new = roots[0].id;
        let (mut tx, now) = (db.write().await?, self.keyring.clock.now());
        if self.keyring.root.is_one_of_many() {
            handover::hand_over(&mut tx, roots, (&*self.keyring.random, now)).await?;
        }
        tx.execute(&NEXT_ROOT, params![new, now]).await?;
        tx.commit().await?;
        pass(halt, Step::Switched)?;
        let mut rewrapped = 0;
        for old in &roots[1..] {
            rewrapped += self.empty(&ring, old.id, new, halt).await?;
        }
        pass(halt, Step::AllDone)?;
        roots.truncate(1);
        self.keyring.root.write(roots).await?;
        self.keyring.reload().await?;
        pass(halt, Step::OldGone)?;
        let mut tx = db.write().await?;
        tx.execute(&ROOT_SETTLED, params![new]).await?;
        handover::forget(&mut tx, new, self.keyring.clock.now()).await?;
        tx.commit().await?;
        // Best effort: what the write-ahead log still holds is wrapped under a key that is gone.
        db.shed().await.ok();
        Ok(rewrapped)
    }

    /// Wraps anew all that is under `old`, until nothing is.
    async fn empty(&self, ring: &Ring, old: RootId, new: RootId, halt: Halt) -> Result<u64, VaultError> {
        let mut rewrapped = 0;
        loop {
            rewrapped += self.rewrap_accounts(ring, old, new, halt).await?;
            pass(halt, Step::AccountsDone)?;
            rewrapped += self.rewrap_conversations(ring, old, new, halt).await?;
            rewrapped += self.rewrap_services(ring, old, new).await?;
            let left = self.keyring.db.read().await?.query_opt(&LEFT_UNDER, params![old]).await?;
            if left.is_none() {
                return Ok(rewrapped);
            }
        }
    }

    async fn rewrap_accounts(&self, ring: &Ring, old: RootId, new: RootId, halt: Halt) -> Result<u64, VaultError> {
        let mut after = AccountId::from_bytes([0; 16]);
        let mut rewrapped = 0;
        loop {
            let mut tx = self.keyring.db.write().await?;
            let rows = tx.query(&ACCOUNTS_UNDER, params![old, after, BATCH]).await?;
            for row in &rows {
                let (account, key_id) = (row.get(0)?, row.get(1)?);
                let wrapped = self.rewrap(ring, Subject::Account(account, key_id), &Wrapped::from_row(row, 2)?, new)?;
                tx.execute(&REWRAP_ACCOUNT, params![account, wrapped.root, wrapped.bytes]).await?;
                after = account;
            }
            tx.commit().await?;
            if rows.is_empty() {
                return Ok(rewrapped);
            }
            rewrapped += rows.len() as u64;
            pass(halt, Step::Batch)?;
        }
    }

    async fn rewrap_conversations(&self, ring: &Ring, old: RootId, new: RootId, halt: Halt) -> Result<u64, VaultError> {
        let mut after = ConversationId::from_bytes([0; 16]);
        let mut rewrapped = 0;
        loop {
            let mut tx = self.keyring.db.write().await?;
            let rows = tx.query(&CONVERSATIONS_UNDER, params![old, after, BATCH]).await?;
            for row in &rows {
                let (id, key_id) = (row.get(0)?, row.get(1)?);
                let wrapped = self.rewrap(ring, Subject::Conversation(id, key_id), &Wrapped::from_row(row, 2)?, new)?;
                tx.execute(&REWRAP_CONVERSATION, params![id, wrapped.root, wrapped.bytes]).await?;
                after = id;
            }
            tx.commit().await?;
            if rows.is_empty() {
                return Ok(rewrapped);
            }
            rewrapped += rows.len() as u64;
            pass(halt, Step::Batch)?;
        }
    }

    async fn rewrap_services(&self, ring: &Ring, old: RootId, new: RootId) -> Result<u64, VaultError> {
        let mut tx = self.keyring.db.write().await?;
        let count = self.rewrap_named(&mut tx, ring, old, new).await?
            + self.rewrap_days(&mut tx, ring, old, new).await?
            + self.rewrap_backups(&mut tx, ring, old, new).await?;
        tx.commit().await?;
        Ok(count)
    }

    async fn rewrap_named(&self, tx: &mut Tx, ring: &Ring, old: RootId, new: RootId) -> Result<u64, VaultError> {
        let rows = tx.query(&SERVICES_UNDER, params![old]).await?;
        for row in &rows {
            let name: String = row.get(0)?;
            let wrapped = self.rewrap(ring, Subject::Service(&name), &Wrapped::from_row(row, 1)?, new)?;
            tx.execute(&REWRAP_SERVICE, params![name, wrapped.root, wrapped.bytes]).await?;
        }
        Ok(rows.len() as u64)
    }

    async fn rewrap_days(&self, tx: &mut Tx, ring: &Ring, old: RootId, new: RootId) -> Result<u64, VaultError> {
        let rows = tx.query(&DAYS_UNDER, params![old]).await?;
        for row in &rows {
            let day: i64 = row.get(0)?;
            let wrapped = self.rewrap(ring, Subject::Day(day), &Wrapped::from_row(row, 1)?, new)?;
            tx.execute(&REWRAP_DAY, params![day, wrapped.root, wrapped.bytes]).await?;
        }
        Ok(rows.len() as u64)
    }

    async fn rewrap_backups(&self, tx: &mut Tx, ring: &Ring, old: RootId, new: RootId) -> Result<u64, VaultError> {
        let rows = tx.query(&BACKUPS_UNDER, params![old]).await?;
        for row in &rows {
            let id: BackupId = row.get(0)?;
            let wrapped = self.rewrap(ring, Subject::Backup(id), &Wrapped::from_row(row, 1)?, new)?;
            tx.execute(&REWRAP_BACKUP, params![id, wrapped.root, wrapped.bytes]).await?;
        }
        Ok(rows.len() as u64)
    }

    fn rewrap(&self, ring: &Ring, subject: Subject<'_>, old: &Wrapped, new: RootId) -> Result<Wrapped, VaultError> {
        ring.wrap(new, subject, &*ring.unwrap(subject, old)?, &*self.keyring.random)
    }
}
