//! The keys of accounting records: one for each year. They are nobody's, so that what the law wants kept can outlast an
//! account without being tied to it, and are destroyed when it need not be kept any more. They are never cached.

use std::sync::Arc;

use outro_datamap::SealedColumn;
use outro_db::{params, statements};
use outro_model::Random;
use zeroize::Zeroizing;

use crate::aead::Aead;
use crate::derive::derive;
use crate::ring::{Keyring, Subject, Wrapped};
use crate::{KeyBytes, Tampered, Vault, VaultError};

statements! {
    KEY = "SELECT root_id, wrapped FROM service_keys WHERE name = ?1";
    ADD_KEY = "INSERT INTO service_keys (name, root_id, wrapped) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
    // `0` is the letter after `/`: all names that begin so.
    NAMES = "SELECT name FROM service_keys WHERE name >= 'accounting/' AND name < 'accounting0' ORDER BY name";
    DESTROY = "DELETE FROM service_keys WHERE name = ?1";
}

/// What all names of these keys begin with; the year follows.
const PREFIX: &str = "accounting/";

/// The key of one year's records. As those of accounts, it is taken, used and dropped.
pub struct BookKey {
    columns: Aead,
    random: Arc<dyn Random>,
}

impl BookKey {
    /// Seals a value for one column of one row: it opens in that place alone.
    pub fn seal(&self, column: SealedColumn, row: &[u8], plaintext: &[u8]) -> Vec<u8> {
        self.columns.seal(&*self.random, &place(&column, row), plaintext)
    }

    /// Opens what [`Self::seal`] sealed for this place.
    pub fn open(&self, column: SealedColumn, row: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Tampered> {
        self.columns.open(&place(&column, row), sealed)
    }
}

fn place<'a>(column: &SealedColumn, row: &'a [u8]) -> [&'a [u8]; 4] {
    [b"column", column.table.as_bytes(), column.column.as_bytes(), row]
}

fn name_of(year: i64) -> String {
    format!("{PREFIX}{year:04}")
}

impl Vault {
    /// The key of a year that is under way; it is made when it is asked for first.
    pub async fn books(&self, year: i64) -> Result<BookKey, VaultError> {
        if let Some(key) = self.books_of(year).await? {
            return Ok(key);
        }
        let (keyring, name) = (&self.inner.keyring, name_of(year));
        let mut tx = keyring.db.write().await?;
        let wrapped = keyring.wrap_in(&mut tx, Subject::Service(&name), &keyring.new_key()).await?;
        tx.execute(&ADD_KEY, params![name, wrapped.root, wrapped.bytes]).await?;
        tx.commit().await?;
        // Another process may have been faster: what stands in the keyring counts.
        self.books_of(year).await?.ok_or(VaultError::Stopped)
    }

    /// The key of a year; none when it was never needed, or is destroyed.
    pub async fn books_of(&self, year: i64) -> Result<Option<BookKey>, VaultError> {
        let name = name_of(year);
        let key = match read(&self.inner.keyring, &name).await {
            // Read just before a rotation wrapped it anew.
            Err(VaultError::UnknownRoot) => read(&self.inner.keyring, &name).await?,
            key => key?,
        };
        let random = self.inner.keyring.random.clone();
        let open = |key: KeyBytes| BookKey { columns: Aead::new(&derive(&key, "books", &[])), random };
        Ok(key.map(open))
    }

    /// Destroys the keys of years before `year`; which years' they were.
    pub async fn destroy_books_before(&self, year: i64) -> Result<Vec<i64>, VaultError> {
        let db = &self.inner.keyring.db;
        let mut tx = db.write().await?;
        let mut destroyed = Vec::new();
        for row in tx.query(&NAMES, &[]).await? {
            let name: String = row.get(0)?;
            let of = name.strip_prefix(PREFIX).and_then(|text| text.parse::<i64>().ok());
            if let Some(of) = of.filter(|of| *of < year) {
                tx.execute(&DESTROY, params![name]).await?;
                destroyed.push(of);
            }
        }
        tx.commit().await?;
        if !destroyed.is_empty() {
            // As for an account: the log's copy is worthless after the next rotation in any case.
            db.shed().await.ok();
        }
        Ok(destroyed)
    }
}

async fn read(keyring: &Keyring, name: &str) -> Result<Option<KeyBytes>, VaultError> {
    let Some(row) = keyring.db.read().await?.query_opt(&KEY, params![name]).await? else { return Ok(None) };
    keyring.unwrap(Subject::Service(name), &Wrapped::from_row(&row, 0)?).await.map(Some)
}
