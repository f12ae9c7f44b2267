//! Blind indexes: looking somebody up by a name that is stored nowhere, in the form (index, key id,
//! account id sealed under that key). No plain column joins the three; only the keyring can.

use outro_model::{AccountId, Handle};

use crate::{AccountKeys, KeyId, Tampered, Vault, VaultError};

/// A row of a blind index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexEntry {
    /// The keyed hash that is looked up.
    pub index: [u8; 32],
    /// The key under which the account id is sealed.
    pub key_id: KeyId,
    /// The account id, sealed and bound to the index.
    pub sealed_account: Vec<u8>,
}

impl Vault {
    /// The blind index of a handle: HMAC under a key that serves nothing else.
    pub fn handle_index(&self, handle: &Handle) -> [u8; 32] {
        self.inner.services.handle_index.tag(&[handle.as_str().as_bytes()])
    }

    /// The entry that leads from an index value to this account.
    pub fn seal_index(&self, keys: &AccountKeys, index: &[u8; 32]) -> IndexEntry {
        IndexEntry { index: *index, key_id: keys.key_id(), sealed_account: keys.seal_account(index) }
    }

    /// The account an entry leads to. `None`: its key is gone, so it leads to nobody.
    pub async fn open_index(&self, entry: &IndexEntry) -> Result<Option<(AccountId, AccountKeys)>, VaultError> {
        let Some((account, keys)) = self.by_key_id(entry.key_id).await? else { return Ok(None) };
        let checked: Result<(), Tampered> = keys.check_account(&entry.index, &entry.sealed_account);
        checked?;
        Ok(Some((account, keys)))
    }
}
