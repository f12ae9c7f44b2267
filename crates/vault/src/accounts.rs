//! Account keys: made by joining, looked up, listed.

use std::collections::HashMap;

use outro_db::{Param, Row, Tx, params, statements};
use outro_model::{AccountId, Timestamp};

use crate::ring::{Subject, Wrapped, ids};
use crate::{AccountKeys, KeyId, Vault, VaultError};

/// How many account ids [`KEYS_BY_ACCOUNTS`] takes at once.
const AT_ONCE: usize = 16;

statements! {
    /// The ledger outranks the keys: what stands in it has none.
    KEY_BY_ACCOUNT = "SELECT account_id, key_id, root_id, wrapped FROM account_keys
        WHERE account_id = ?1
          AND NOT EXISTS (SELECT 1 FROM destroyed WHERE destroyed.account_id = account_keys.account_id)";
    KEYS_BY_ACCOUNTS = "SELECT account_id, key_id, root_id, wrapped FROM account_keys
        WHERE account_id IN (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)
          AND NOT EXISTS (SELECT 1 FROM destroyed WHERE destroyed.account_id = account_keys.account_id)";
    KEY_BY_KEY_ID = "SELECT account_id, key_id, root_id, wrapped FROM account_keys
        WHERE key_id = ?1
          AND NOT EXISTS (SELECT 1 FROM destroyed WHERE destroyed.account_id = account_keys.account_id)";
    IS_DESTROYED = "SELECT 1 FROM destroyed WHERE account_id = ?1";
    INSERT_KEY = "INSERT INTO account_keys (account_id, key_id, root_id, wrapped, created_at, joined)
        VALUES (?1, ?2, ?3, ?4, ?5, 0) ON CONFLICT DO NOTHING";
    JOINED = "UPDATE account_keys SET joined = 1 WHERE account_id = ?1";
    ANY_JOINED = "SELECT account_id FROM account_keys WHERE joined = 1 LIMIT 1";
    UNJOINED = "SELECT account_id FROM account_keys WHERE joined = 0 AND created_at < ?1 ORDER BY created_at LIMIT ?2";
    FORGET_KEY = "DELETE FROM account_keys WHERE account_id = ?1 AND joined = 0";
    ACCOUNT_PAGE = "SELECT account_id FROM account_keys WHERE account_id > ?1 ORDER BY account_id LIMIT ?2";
    FIRST_ACCOUNTS = "SELECT account_id FROM account_keys ORDER BY account_id LIMIT ?1";
}

#[derive(Clone, Copy)]
enum Wanted<'a> {
    Accounts(&'a [AccountId]),
    Key(KeyId),
}

impl Vault {
    /// Makes the key of a new account. Joining alone calls this: a key that is missing means erased.
    ///
    /// [`VaultError::AccountExists`] when the id has a key, [`VaultError::Destroyed`] when it had one.
    pub async fn create_account(&self, account: AccountId) -> Result<AccountKeys, VaultError> {
        Ok(self.create_accounts(&[account]).await?.remove(0))
    }

    /// The same for several at once, in their order: all of them, or none.
    pub async fn create_accounts(&self, accounts: &[AccountId]) -> Result<Vec<AccountKeys>, VaultError> {
        let keyring = &self.inner.keyring;
        let (mut made, now) = (Vec::with_capacity(accounts.len()), keyring.clock.now());
        let mut tx = keyring.db.write().await?;
        for &account in accounts {
            let (key_id, key) = (KeyId::random(&*keyring.random), keyring.new_key());
            let wrapped = keyring.wrap_in(&mut tx, Subject::Account(account, key_id), &key).await?;
            if tx.query_opt(&IS_DESTROYED, params![account]).await?.is_some() {
                return Err(VaultError::Destroyed);
            }
            let row = params![account, key_id, wrapped.root, wrapped.bytes, now];
            if tx.execute(&INSERT_KEY, row).await? == 0 {
                return Err(VaultError::AccountExists);
            }
            made.push(AccountKeys::new(account, key_id, &key, keyring.random.clone()));
        }
        tx.commit().await?;
        Ok(made)
    }

    /// Notes that a joining came to be: from here on the key goes by [`Self::destroy`] alone.
    pub async fn joined(&self, account: AccountId) -> Result<(), VaultError> {
        self.joined_all(&[account]).await
    }

    /// The same for several at once.
    pub async fn joined_all(&self, accounts: &[AccountId]) -> Result<(), VaultError> {
        let mut tx = self.inner.keyring.db.write().await?;
        for account in accounts {
            tx.execute(&JOINED, params![account]).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Whether anybody who joined has a key here.
    pub async fn any_joined(&self) -> Result<bool, VaultError> {
        Ok(self.inner.keyring.db.read().await?.query_opt(&ANY_JOINED, &[]).await?.is_some())
    }

    /// Accounts whose key was made before `before` and whose joining was not heard of since.
    pub async fn unjoined(&self, before: Timestamp, limit: u32) -> Result<Vec<AccountId>, VaultError> {
        let mut tx = self.inner.keyring.db.read().await?;
        ids(&tx.query(&UNJOINED, params![before, i64::from(limit)]).await?)
    }

    /// Removes the key of a joining that did not come to be, without a trace in the ledger. The key of
    /// somebody who joined stays: that is for [`Self::destroy`].
    pub async fn forget_unjoined(&self, account: AccountId) -> Result<(), VaultError> {
        let mut tx = self.inner.keyring.db.write().await?;
        tx.execute(&FORGET_KEY, params![account]).await?;
        tx.commit().await?;
        self.inner.cache.purge(account);
        Ok(())
    }

    /// The keys of an account. `None`: it was erased, or never was.
    pub async fn account(&self, account: AccountId) -> Result<Option<AccountKeys>, VaultError> {
        if let Some(keys) = self.inner.cache.get(account, self.inner.keyring.clock.now()) {
            return Ok(Some(keys));
        }
        Ok(self.read(Wanted::Accounts(&[account])).await?.pop())
    }

    /// The keys of several accounts, by one read of the keyring. Who was erased is left out.
    pub async fn accounts(&self, accounts: &[AccountId]) -> Result<HashMap<AccountId, AccountKeys>, VaultError> {
        let now = self.inner.keyring.clock.now();
        let mut found = HashMap::with_capacity(accounts.len());
        let mut missing = Vec::new();
        for &account in accounts {
            match self.inner.cache.get(account, now) {
                Some(keys) => drop(found.insert(account, keys)),
                None => missing.push(account),
            }
        }
        if !missing.is_empty() {
            missing.sort_unstable();
            missing.dedup();
            let read = self.read(Wanted::Accounts(&missing)).await?;
            found.extend(read.into_iter().map(|keys| (keys.account(), keys)));
        }
        Ok(found)
    }

    /// The account of a key id, with its keys: the join that only the keyring can make.
    pub async fn by_key_id(&self, key_id: KeyId) -> Result<Option<(AccountId, AccountKeys)>, VaultError> {
        let keys = match self.inner.cache.get_by_key(key_id, self.inner.keyring.clock.now()) {
            Some(keys) => Some(keys),
            None => self.read(Wanted::Key(key_id)).await?.pop(),
        };
        Ok(keys.map(|keys| (keys.account(), keys)))
    }

    /// A page of all accounts that have a key, in order, after `after`; for audits.
    pub async fn account_ids(&self, after: Option<AccountId>, limit: u32) -> Result<Vec<AccountId>, VaultError> {
        let mut tx = self.inner.keyring.db.read().await?;
        let limit = i64::from(limit);
        let rows = match after {
            Some(after) => tx.query(&ACCOUNT_PAGE, params![after, limit]).await?,
            None => tx.query(&FIRST_ACCOUNTS, params![limit]).await?,
        };
        ids(&rows)
    }

    async fn read(&self, wanted: Wanted<'_>) -> Result<Vec<AccountKeys>, VaultError> {
        let reading = self.inner.cache.reading(self.inner.keyring.clock.now());
        let found = match self.read_once(wanted).await {
            // The row may have been read just before a rotation wrapped it anew.
            Err(VaultError::UnknownRoot) => self.read_once(wanted).await?,
            found => found?,
        };
        self.inner.cache.keep(reading, &found);
        Ok(found)
    }

    async fn read_once(&self, wanted: Wanted<'_>) -> Result<Vec<AccountKeys>, VaultError> {
        let keyring = &self.inner.keyring;
        let mut tx = keyring.db.read().await?;
        let rows = rows_of(&mut tx, wanted).await?;
        drop(tx);
        let mut found = Vec::with_capacity(rows.len());
        for row in &rows {
            let (account, key_id) = (row.get(0)?, row.get(1)?);
            let key = keyring.unwrap(Subject::Account(account, key_id), &Wrapped::from_row(row, 2)?).await?;
            found.push(AccountKeys::new(account, key_id, &key, keyring.random.clone()));
        }
        Ok(found)
    }
}

async fn rows_of(tx: &mut Tx, wanted: Wanted<'_>) -> Result<Vec<Row>, VaultError> {
    let accounts = match wanted {
        Wanted::Key(key_id) => return Ok(tx.query(&KEY_BY_KEY_ID, params![key_id]).await?),
        Wanted::Accounts([account]) => return Ok(tx.query(&KEY_BY_ACCOUNT, params![*account]).await?),
        Wanted::Accounts(accounts) => accounts,
    };
    let mut rows = Vec::with_capacity(accounts.len());
    for chunk in accounts.chunks(AT_ONCE) {
        // The list of the statement has a fixed length; NULL is equal to nothing.
        let mut list = [Param::Null; AT_ONCE];
        for (place, account) in list.iter_mut().zip(chunk) {
            *place = Param::Bytes(account.as_bytes());
        }
        rows.extend(tx.query(&KEYS_BY_ACCOUNTS, &list).await?);
    }
    Ok(rows)
}
