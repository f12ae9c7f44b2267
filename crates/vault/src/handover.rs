//! A new root key on its way to other machines.
//!
//! Several machines may have one keyring, each with a root file of its own, which held the same at first. There whoever replaces the root key puts the new one into the keyring, sealed under the old one, in the transaction that
//! names it. Another machine that meets the new name opens it with the old key of its own file, and takes it in; once the rotation is
//! settled it lets go of the old one. So whoever has a root key of before and the keyring of today gets the root key of today,
//! for [`KEPT_SECONDS`]; the other way round, which is what makes old copies of the keyring worthless, there is none.

use outro_db::{Db, Taken, Turn, Tx, params, statements};
use outro_model::{Random, Timestamp};

use crate::aead::Aead;
use crate::ring::Keyring;
use crate::root::{RootId, RootKey, RootLock};
use crate::{KeyBytes, Tampered, VaultError};

/// How long a machine may have been off that still finds its way to the root key of today, in seconds: two days.
const KEPT_SECONDS: i64 = 172_800;

statements! {
    NOW = "SELECT root_id FROM root WHERE one = 1";
    NOW_ALONE = "SELECT root_id FROM root WHERE one = 1 {for_update}";
    SETTLED = "SELECT root_id FROM root WHERE one = 1 AND rotated_at = made_at";
    HAND_OVER = "INSERT INTO root_handovers (root_id, old_id, wrapped, made_at) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING";
    FROM_WHOM = "SELECT old_id, wrapped FROM root_handovers WHERE root_id = ?1";
    KEEP = "UPDATE root_handovers SET made_at = ?2 WHERE root_id = ?1";
    FORGET = "DELETE FROM root_handovers WHERE made_at < ?1";
}

/// The root key that the keyring names.
pub(crate) async fn current(db: &Db) -> Result<RootId, VaultError> {
    let row = db.read().await?.query_opt(&NOW, &[]).await?;
    Ok(row.ok_or(VaultError::UnknownRoot)?.get(0)?)
}

/// Forgets what was handed over to who was off for too long. The way to `new`, to which a rotation has just come, is there as long
/// from now on, however long the rotation took.
pub(crate) async fn forget(tx: &mut Tx, new: RootId, now: Timestamp) -> Result<(), VaultError> {
    tx.execute(&KEEP, params![new, now]).await?;
    tx.execute(&FORGET, params![now.plus_seconds(-KEPT_SECONDS)]).await?;
    Ok(())
}

/// Puts the first of `roots` into the keyring, sealed under the one that is in use now, where that is another.
pub(crate) async fn hand_over(
    tx: &mut Tx,
    roots: &[RootKey],
    (random, now): (&dyn Random, Timestamp),
) -> Result<(), VaultError> {
    let old: RootId = tx.query_opt(&NOW_ALONE, &[]).await?.ok_or(VaultError::UnknownRoot)?.get(0)?;
    let (new, known) = (&roots[0], roots.iter().find(|root| root.id == old).ok_or(VaultError::UnknownRoot)?);
    if new.id != old {
        let sealed = Aead::new(&known.key).seal(random, &context(&old, &new.id), &*new.key);
        tx.execute(&HAND_OVER, params![new.id, old, sealed, now]).await?;
    }
    Ok(())
}

/// What a handed over key is bound to: both names, so that no row can stand in for another.
fn context<'a>(old: &'a RootId, new: &'a RootId) -> [&'a [u8]; 3] {
    [b"handover", old.as_bytes(), new.as_bytes()]
}

impl Keyring {
    /// The right to replace the root key, or to keep others from it, on this machine and on all that have the keyring.
    ///
    /// [`VaultError::RotationRunning`] where somebody has it.
    pub(crate) async fn root_turn(&self) -> Result<(RootLock, Taken), VaultError> {
        let lock = self.root.lock().await?;
        let turn = self.db.try_turn(Turn::ROOT).await?;
        Ok((lock, turn.ok_or(VaultError::RotationRunning)?))
    }

    /// Takes in the root key that the keyring names, where another machine has made it.
    pub(crate) async fn take_over(&self) -> Result<(), VaultError> {
        if !self.root.is_one_of_many() {
            return Ok(());
        }
        let _lock = self.root.lock_in_turn().await?;
        let mut roots = self.root.read().await?.ok_or(VaultError::RootMissing)?;
        if self.taken_in(&mut roots).await? { self.root.write(&roots).await } else { Ok(()) }
    }

    /// Puts the root key that the keyring names before those of a file, with all between; whether it was not there.
    pub(crate) async fn taken_in(&self, roots: &mut Vec<RootKey>) -> Result<bool, VaultError> {
        let mut wanted = current(&self.db).await?;
        let (mut tx, mut way) = (self.db.read().await?, Vec::new());
        while !roots.iter().any(|root| root.id == wanted) {
            let row = tx.query_opt(&FROM_WHOM, params![wanted]).await?.ok_or(VaultError::UnknownRoot)?;
            let (old, sealed): (RootId, Vec<u8>) = (row.get(0)?, row.get(1)?);
            way.push((wanted, old, sealed));
            wanted = old;
        }
        drop(tx);
        let is_new = !way.is_empty();
        for (new, old, sealed) in way.into_iter().rev() {
            let known = roots.iter().find(|root| root.id == old).ok_or(VaultError::UnknownRoot)?;
            let opened = Aead::new(&known.key).open(&context(&old, &new), &sealed)?;
            let key = KeyBytes::copy_of(&opened).ok_or(Tampered)?;
            roots.insert(0, RootKey { id: new, key });
        }
        Ok(is_new)
    }

    /// Lets go of root keys of this machine's file that a rotation on another has retired.
    pub(crate) async fn let_go(&self) -> Result<(), VaultError> {
        let Some(row) = self.db.read().await?.query_opt(&SETTLED, &[]).await? else { return Ok(()) };
        let settled: RootId = row.get(0)?;
        if self.ring().is_alone(settled) {
            return Ok(());
        }
        let alone = |roots: &[RootKey]| matches!(roots, [only] if only.id == settled);
        let in_file = self.root.read().await?.ok_or(VaultError::RootMissing)?;
        // On the machine that has replaced it, the file is as it should be before the rotation is settled.
        if !alone(&in_file) {
            // Whoever replaces the file now does that as well.
            let Ok(_lock) = self.root.lock().await else { return Ok(()) };
            let mut roots = self.root.read().await?.ok_or(VaultError::RootMissing)?;
            self.taken_in(&mut roots).await?;
            if !alone(&roots) && roots[0].id == settled && current(&self.db).await? == settled {
                roots.truncate(1);
                self.root.write(&roots).await?;
            }
        }
        self.reload().await.map(|_| ())
    }
}
