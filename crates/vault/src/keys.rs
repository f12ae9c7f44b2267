//! The keys of one account.

use std::fmt;
use std::sync::Arc;

use outro_datamap::SealedColumn;
use outro_db::{FromValue, Param, ToParam, Value};
use outro_model::{AccountId, BlobId, BlobKind, ConversationId, Random, random_bytes};
use zeroize::Zeroizing;

use crate::aead::Aead;
use crate::derive::derive;
use crate::{KeyBytes, Tampered};

/// The random name of an account key. Outside of the keyring nothing joins it to an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId([u8; 16]);

impl KeyId {
    /// Stands in the ledger where there was no key to destroy.
    pub const NONE: Self = Self([0; 16]);

    pub(crate) fn random(random: &dyn Random) -> Self {
        Self(random_bytes(random))
    }

    /// The key id of these bytes.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The 16 bytes of the key id.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl ToParam for KeyId {
    fn to_param(&self) -> Param<'_> {
        Param::Bytes(&self.0)
    }
}

impl FromValue for KeyId {
    fn from_value(value: &Value) -> Option<Self> {
        <[u8; 16]>::from_value(value).map(Self)
    }
}

/// What an account's key can do. A handle on a cached key: take it, use it, drop it. It is never kept
/// from one request to the next, since it would outlive the lease that the key was handed out under.
///
/// Three keys are derived from the account key by HKDF, one for columns, one for blobs, one for index
/// entries; the account key itself is forgotten at once. All are cleansed from memory at the last drop.
#[derive(Clone)]
pub struct AccountKeys(Arc<Inner>);

struct Inner {
    account: AccountId,
    key_id: KeyId,
    columns: Aead,
    blobs: Aead,
    index: Aead,
    random: Arc<dyn Random>,
}

/// What is derived from an account key: the keys of columns, of blobs, of index entries.
const OF_ACCOUNT: [&str; 3] = ["columns", "blobs", "index"];

/// The keys that are derived from an account key, as bytes.
pub(crate) fn of_account(account: AccountId, key_id: KeyId, key: &[u8; 32]) -> [KeyBytes; 3] {
    OF_ACCOUNT.map(|label| derive(key, label, &[account.as_bytes(), key_id.as_bytes()]))
}

/// The key that is derived from a conversation's.
pub(crate) fn of_conversation(conversation: ConversationId, key_id: KeyId, key: &[u8; 32]) -> KeyBytes {
    derive(key, "conversation", &[conversation.as_bytes(), key_id.as_bytes()])
}

impl AccountKeys {
    pub(crate) fn new(account: AccountId, key_id: KeyId, key: &[u8; 32], random: Arc<dyn Random>) -> Self {
        let [columns, blobs, index] = of_account(account, key_id, key).map(|part| Aead::new(&part));
        Self(Arc::new(Inner { account, key_id, columns, blobs, index, random }))
    }

    /// Whose keys these are.
    pub fn account(&self) -> AccountId {
        self.0.account
    }

    /// The name of the account key.
    pub fn key_id(&self) -> KeyId {
        self.0.key_id
    }

    /// Seals a value for one column of one row: it opens in that place alone. `row` is what names the
    /// row, its primary key by preference.
    pub fn seal(&self, column: SealedColumn, row: &[u8], plaintext: &[u8]) -> Vec<u8> {
        self.0.columns.seal(&*self.0.random, &place(&column, row), plaintext)
    }

    /// Opens what [`Self::seal`] sealed for this place.
    pub fn open(&self, column: SealedColumn, row: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Tampered> {
        self.0.columns.open(&place(&column, row), sealed)
    }

    /// Seals a text, as [`Self::seal`].
    pub fn seal_text(&self, column: SealedColumn, row: &[u8], text: &str) -> Vec<u8> {
        self.seal(column, row, text.as_bytes())
    }

    /// Opens a text that [`Self::seal_text`] sealed.
    pub fn open_text(&self, column: SealedColumn, row: &[u8], sealed: &[u8]) -> Result<String, Tampered> {
        let mut bytes = self.open(column, row, sealed)?;
        String::from_utf8(std::mem::take(&mut *bytes)).map_err(|_| Tampered)
    }

    /// Seals the header of a blob, bound to the blob's id and kind.
    pub fn wrap_blob(&self, id: BlobId, kind: BlobKind, header: &[u8]) -> Vec<u8> {
        self.0.blobs.seal(&*self.0.random, &blob(&id, &kind.code().to_be_bytes()), header)
    }

    /// Opens the header of a blob.
    pub fn unwrap_blob(&self, id: BlobId, kind: BlobKind, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Tampered> {
        self.0.blobs.open(&blob(&id, &kind.code().to_be_bytes()), sealed)
    }

    /// Seals the header of a blob of this account so that it takes the keys of `lender` as well: their seal
    /// within this one, bound to this account.
    pub fn wrap_blob_with(&self, lender: &Self, id: BlobId, kind: BlobKind, header: &[u8]) -> Vec<u8> {
        let code = kind.code().to_be_bytes();
        let within = lender.0.blobs.seal(&*self.0.random, &lent(&self.0.account, &id, &code), header);
        self.wrap_blob(id, kind, &within)
    }

    /// Opens what [`Self::wrap_blob_with`] sealed with the same lender.
    pub fn unwrap_blob_with(
        &self,
        lender: &Self,
        id: BlobId,
        kind: BlobKind,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, Tampered> {
        let within = self.unwrap_blob(id, kind, sealed)?;
        lender.0.blobs.open(&lent(&self.0.account, &id, &kind.code().to_be_bytes()), &within)
    }

    /// The account id, sealed under the account's own key and bound to an index value.
    pub(crate) fn seal_account(&self, index: &[u8; 32]) -> Vec<u8> {
        self.0.index.seal(&*self.0.random, &[b"index", index], self.0.account.as_bytes())
    }

    /// Whether `sealed` names this account under this index value.
    pub(crate) fn check_account(&self, index: &[u8; 32], sealed: &[u8]) -> Result<(), Tampered> {
        let account = self.0.index.open(&[b"index", index], sealed)?;
        if **account == *self.0.account.as_bytes() { Ok(()) } else { Err(Tampered) }
    }
}

fn place<'a>(column: &SealedColumn, row: &'a [u8]) -> [&'a [u8]; 4] {
    [b"column", column.table.as_bytes(), column.column.as_bytes(), row]
}

fn blob<'a>(id: &'a BlobId, kind: &'a [u8; 8]) -> [&'a [u8]; 3] {
    [b"blob", id.as_bytes(), kind]
}

fn lent<'a>(to: &'a AccountId, id: &'a BlobId, kind: &'a [u8; 8]) -> [&'a [u8]; 4] {
    [b"lent blob", to.as_bytes(), id.as_bytes(), kind]
}

/// What a conversation's key can do: seal its texts. As [`AccountKeys`], it is taken, used and dropped.
#[derive(Clone)]
pub struct ConversationKeys(Arc<OfConversation>);

struct OfConversation {
    conversation: ConversationId,
    key_id: KeyId,
    columns: Aead,
    random: Arc<dyn Random>,
}

impl ConversationKeys {
    pub(crate) fn new(conversation: ConversationId, key_id: KeyId, key: &[u8; 32], random: Arc<dyn Random>) -> Self {
        let columns = Aead::new(&of_conversation(conversation, key_id, key));
        Self(Arc::new(OfConversation { conversation, key_id, columns, random }))
    }

    /// Whose keys these are.
    pub fn conversation(&self) -> ConversationId {
        self.0.conversation
    }

    pub(crate) fn key_id(&self) -> KeyId {
        self.0.key_id
    }

    /// Seals a text for one column of one row: it opens in that place alone.
    pub fn seal_text(&self, column: SealedColumn, row: &[u8], text: &str) -> Vec<u8> {
        self.0.columns.seal(&*self.0.random, &place(&column, row), text.as_bytes())
    }

    /// Opens a text that [`Self::seal_text`] sealed.
    pub fn open_text(&self, column: SealedColumn, row: &[u8], sealed: &[u8]) -> Result<String, Tampered> {
        let mut bytes = self.0.columns.open(&place(&column, row), sealed)?;
        String::from_utf8(std::mem::take(&mut *bytes)).map_err(|_| Tampered)
    }
}

impl fmt::Debug for ConversationKeys {
    /// Says nothing.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ConversationKeys(…)")
    }
}

impl fmt::Debug for AccountKeys {
    /// Says nothing: neither keys nor the join of account and key id belong in a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccountKeys(…)")
    }
}
