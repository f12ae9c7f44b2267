//! Tags for budgets, under a key that lives for one day.

use std::sync::{Arc, PoisonError};

use outro_db::{Row, params, statements};

use crate::derive::Mac;
use crate::ring::{Subject, Wrapped};
use crate::vault::Inner;
use crate::{Vault, VaultError};

statements! {
    /// A process whose clock is a little behind takes the key of the day that has begun elsewhere.
    DAY_KEY = "SELECT day, root_id, wrapped FROM day_keys WHERE day >= ?1 ORDER BY day LIMIT 1";
    INSERT_DAY_KEY = "INSERT INTO day_keys (day, root_id, wrapped) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
    DELETE_OLD_DAYS = "DELETE FROM day_keys WHERE day < ?1";
}

/// The key of a day.
pub(crate) struct Day {
    day: i64,
    mac: Mac,
}

impl Vault {
    /// A tag that counts somebody's tries without saying whose they are: HMAC, cut to 16 bytes, under a
    /// key of the current UTC day. The keys of earlier days are deleted when the day's key is made, so
    /// that yesterday's tags can be tied to nothing.
    pub async fn budget_tag(&self, parts: &[&[u8]]) -> Result<[u8; 16], VaultError> {
        let day = self.inner.today().await?;
        let mut tag = [0; 16];
        tag.copy_from_slice(&day.mac.tag(parts)[..16]);
        Ok(tag)
    }
}

impl Inner {
    async fn today(&self) -> Result<Arc<Day>, VaultError> {
        let today = self.keyring.clock.now().day();
        let cached = self.day.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(day) = cached.filter(|cached| cached.day >= today) {
            return Ok(day);
        }
        let day = match self.read_day(today).await? {
            Some(day) => day,
            None => {
                self.make_day(today).await?;
                self.read_day(today).await?.ok_or(VaultError::Stopped)?
            }
        };
        let day = Arc::new(day);
        *self.day.lock().unwrap_or_else(PoisonError::into_inner) = Some(day.clone());
        Ok(day)
    }

    async fn read_day(&self, today: i64) -> Result<Option<Day>, VaultError> {
        let Some(row) = self.day_row(today).await? else { return Ok(None) };
        match self.open_day(&row).await {
            // Read just before a rotation wrapped it anew.
            Err(VaultError::UnknownRoot) => match self.day_row(today).await? {
                Some(row) => self.open_day(&row).await.map(Some),
                None => Ok(None),
            },
            day => day.map(Some),
        }
    }

    async fn day_row(&self, today: i64) -> Result<Option<Row>, VaultError> {
        Ok(self.keyring.db.read().await?.query_opt(&DAY_KEY, params![today]).await?)
    }

    async fn open_day(&self, row: &Row) -> Result<Day, VaultError> {
        let day = row.get(0)?;
        let key = self.keyring.unwrap(Subject::Day(day), &Wrapped::from_row(row, 1)?).await?;
        Ok(Day { day, mac: Mac::new(&key) })
    }

    async fn make_day(&self, today: i64) -> Result<(), VaultError> {
        let keyring = &self.keyring;
        let mut tx = keyring.db.write().await?;
        let wrapped = keyring.wrap_in(&mut tx, Subject::Day(today), &keyring.new_key()).await?;
        tx.execute(&INSERT_DAY_KEY, params![today, wrapped.root, wrapped.bytes]).await?;
        tx.execute(&DELETE_OLD_DAYS, params![today]).await?;
        tx.commit().await?;
        // Best effort: the write-ahead log holds yesterday's key still, wrapped.
        keyring.db.shed().await.ok();
        Ok(())
    }
}
