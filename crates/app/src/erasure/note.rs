//! The text of a receipt, its signature (C2SP `signed-note`), and its place in the log of all erasures.

use outro_model::{AccountId, Timestamp};
use outro_tlog::{Checkpoint, Proof, Unverified, Verifier, open_note};
use outro_vault::{LogEntry, Vault, sha256};

use super::confirm::commitment;
use super::receipt::receipt_hash;

/// What the note is sealed for, under the receipt's id.
pub(super) const SEAL: &str = "receipt note";
/// The first line of every note.
const TITLE: &str = "outro receipt v1";

/// What a note says.
pub(super) struct Body<'a> {
    pub(super) host: &'a str,
    /// SHA-256 of the receipt's id.
    pub(super) id_hash: &'a [u8; 32],
    /// The key of the log that the receipt is entered in.
    pub(super) log: &'a Verifier,
    pub(super) commitment: &'a [u8; 32],
    pub(super) left_at: Timestamp,
    pub(super) key_destroyed_at: Timestamp,
    pub(super) completed_at: Timestamp,
    pub(super) erased: &'a str,
    /// What stays with others, each with a space before it.
    pub(super) kept: &'a str,
}

impl Body<'_> {
    pub(super) fn text(&self) -> String {
        format!(
            "{TITLE}\norigin: {}\nlog: {}\nreceipt: {}\ncommitment: {}\nleft_at: {}\nkey_destroyed_at: {}\ncompleted_at: {}\nerased: {}\n\
             kept: receipt log_entry erased_handle_trace ledger_entry{}\n",
            self.host,
            self.log,
            hex::encode(self.id_hash),
            hex::encode(self.commitment),
            self.left_at.rfc3339(),
            self.key_destroyed_at.rfc3339(),
            self.completed_at.rfc3339(),
            self.erased,
            self.kept,
        )
    }
}

/// The name of the key that signs receipts, and the key.
pub fn verifier(vault: &Vault, host: &str) -> Verifier {
    Verifier { name: host.to_owned(), key: vault.verifying_key() }
}

/// The name of the log, and with its key what its checkpoints are checked with: its address without a scheme.
pub fn log_origin(host: &str) -> String {
    format!("{host}/log")
}

pub(super) fn sign(vault: &Vault, host: &str, text: &str) -> String {
    outro_tlog::signed(text, &verifier(vault, host), &vault.sign(text.as_bytes()))
}

/// The text of a signed receipt.
pub(super) fn text_of(note: &str) -> Option<&str> {
    let (text, _) = note.rsplit_once("\n\n")?;
    note.get(..=text.len())
}

/// What stands in the log for a receipt: a hash of its text. The text holds a commitment made with 32 random bytes that
/// nobody keeps, so that trying all numbers or names leads nowhere.
pub(super) fn entry(text: &str) -> LogEntry {
    sha256(&[text.as_bytes()])
}

/// Why a receipt does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unproved {
    /// Its signature, or its place in the log, does not hold.
    #[error(transparent)]
    Unverified(#[from] Unverified),
    /// Nonce, account and handle do not give the commitment.
    #[error("nonce, account and handle do not fit this receipt")]
    Commitment,
    /// No proof that it is in the log came with it.
    #[error("there is no proof that the log of erasures holds this receipt")]
    Unlogged,
    /// The document says something that its signed text does not.
    #[error("the document around the receipt was changed")]
    Document,
}

/// Holds a signed note against a verifier key; the text that was signed.
pub fn verify<'a>(note: &'a str, key: &str) -> Result<&'a str, Unproved> {
    let text = open_note(note, &Verifier::parse(key)?)?;
    if text.starts_with(TITLE) { Ok(text) } else { Err(Unverified::Form.into()) }
}

/// Holds a proof against the log that the verified text of a receipt names; the checkpoint that it is under.
pub fn verify_logged(text: &str, proof: &str) -> Result<Checkpoint, Unproved> {
    let log = field(text, "log").ok_or(Unverified::Form)?;
    Ok(Proof::parse(proof)?.verify(&entry(text), &Verifier::parse(log)?)?)
}

/// Whether this is the id that a verified text was made for.
pub fn verify_id(text: &str, id: &str) -> Result<(), Unproved> {
    let hash = receipt_hash(id).filter(|(secret, _)| hex::encode(secret) == id).map(|(_, hash)| hex::encode(hash));
    if hash.as_deref() == field(text, "receipt") { Ok(()) } else { Err(Unproved::Document) }
}

fn field<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}

/// Holds nonce, account and handle against the commitment of a verified text.
pub fn is_mine(text: &str, nonce: &str, account: &str, handle: &str) -> Result<(), Unproved> {
    let nonce: [u8; 32] =
        hex::decode(nonce).ok().and_then(|bytes| bytes.try_into().ok()).ok_or(Unproved::Commitment)?;
    let account: AccountId = account.parse().map_err(|_| Unproved::Commitment)?;
    let handle = handle.trim_start_matches('@').to_ascii_lowercase();
    let commitment = hex::encode(commitment(&nonce, account, &handle));
    if field(text, "commitment") == Some(&commitment) { Ok(()) } else { Err(Unproved::Commitment) }
}
