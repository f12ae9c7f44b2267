//! What an audit asks of the keyring: whom the ledger names, whether a key stands beside it, and which keys were
//! destroyed since a copy was made.

use std::path::Path;

use outro_db::portable::Record;
use outro_db::{FromValue, Value, params, statements};
use outro_model::{AccountId, ConversationId};

use crate::keys::{of_account, of_conversation};
use crate::ring::{Ring, Subject, Wrapped};
use crate::root::RootId;
use crate::{KeyBytes, KeyId, Tampered, Vault, VaultError, copy};

statements! {
    LEDGER_NAMES = "SELECT account_id, key_id FROM destroyed WHERE account_id > ?1 ORDER BY account_id LIMIT ?2";
    KEYS_IN_LEDGER = "SELECT COUNT(*) FROM account_keys WHERE EXISTS
        (SELECT 1 FROM destroyed WHERE destroyed.account_id = account_keys.account_id)";
    ROOMS_IN_LEDGER = "SELECT COUNT(*) FROM conversation_keys WHERE EXISTS
        (SELECT 1 FROM destroyed_conversations
         WHERE destroyed_conversations.conversation_id = conversation_keys.conversation_id)";
    ROOM_IS_DESTROYED = "SELECT destroyed_at FROM destroyed_conversations WHERE conversation_id = ?1";
}

/// Before every id.
const FIRST: AccountId = AccountId::from_bytes([0; 16]);

impl Vault {
    /// A page of the ledger, in order, after `after`: each account, and whether its erasure is complete.
    pub async fn ledger(&self, after: Option<AccountId>, limit: u32) -> Result<Vec<(AccountId, bool)>, VaultError> {
        let mut tx = self.inner.keyring.db.read().await?;
        let rows = tx.query(&LEDGER_NAMES, params![after.unwrap_or(FIRST), i64::from(limit)]).await?;
        rows.iter().map(|row| Ok((row.get(0)?, row.get::<KeyId>(1)? == KeyId::NONE))).collect()
    }

    /// How many wrapped keys stand in the keyring although the ledger says that they were destroyed: of accounts, and
    /// of conversations.
    pub async fn keys_in_ledger(&self) -> Result<(u64, u64), VaultError> {
        let mut tx = self.inner.keyring.db.read().await?;
        let mut counts = [0; 2];
        for (count, statement) in counts.iter_mut().zip([&KEYS_IN_LEDGER, &ROOMS_IN_LEDGER]) {
            let row = tx.query_opt(statement, &[]).await?;
            *count = row.map(|row| row.get::<i64>(0)).transpose()?.unwrap_or_default() as u64;
        }
        Ok((counts[0], counts[1]))
    }

    /// The keyring's own database, for an audit that reads all of it.
    pub fn keyring_database(&self) -> &outro_db::Db {
        &self.inner.keyring.db
    }

    /// The keys that were destroyed since a copy of the keyring was made, each account's and conversation's own with those
    /// derived from it: what no memory may hold any more. As long as the copy opens, whoever has it and the root key has
    /// them anyway. [`VaultError::UnknownRoot`] when the root key was replaced since: then nobody knows them.
    pub async fn destroyed_since(&self, copy: &Path) -> Result<Vec<KeyBytes>, VaultError> {
        let mut opened = copy::open(copy, &self.inner.keyring.root).await?;
        let (mut table, mut keys) = (String::new(), Vec::new());
        while let Some(piece) = opened.pieces.next().await? {
            let mut rest = &piece[..];
            while !rest.is_empty() {
                match Record::read(&mut rest).ok_or(Tampered)? {
                    Record::Table(shape) => table = shape.table,
                    Record::Row(row) if table == "account_keys" => {
                        let (account, key_id) = (value(&row, 0)?, value(&row, 1)?);
                        if self.destruction(account).await?.is_some() {
                            let key = unwrap(&opened.ring, Subject::Account(account, key_id), &row)?;
                            keys.extend(of_account(account, key_id, &key));
                            keys.push(key);
                        }
                    }
                    Record::Row(row) if table == "conversation_keys" => {
                        let (room, key_id): (ConversationId, _) = (value(&row, 0)?, value(&row, 1)?);
                        let mut tx = self.inner.keyring.db.read().await?;
                        if tx.query_opt(&ROOM_IS_DESTROYED, params![room]).await?.is_some() {
                            let key = unwrap(&opened.ring, Subject::Conversation(room, key_id), &row)?;
                            keys.push(of_conversation(room, key_id, &key));
                            keys.push(key);
                        }
                    }
                    Record::Row(_) | Record::End => {}
                }
            }
        }
        Ok(keys)
    }
}

/// A value of a row of keys; in the copy their columns stand as the data map has them.
fn value<T: FromValue>(row: &[Value], column: usize) -> Result<T, VaultError> {
    Ok(row.get(column).and_then(T::from_value).ok_or(Tampered)?)
}

fn unwrap(ring: &Ring, subject: Subject<'_>, row: &[Value]) -> Result<KeyBytes, VaultError> {
    let root: RootId = value(row, 2)?;
    ring.unwrap(subject, &Wrapped { root, bytes: value(row, 3)? })
}
