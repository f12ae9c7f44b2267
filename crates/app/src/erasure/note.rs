//! The text of a receipt, and its signature, in the form of the C2SP `signed-note` specification:
//! text, an empty line, and `— <key name> <base64(key hash ‖ signature)>`, Ed25519.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use outro_model::{AccountId, Timestamp};
use outro_vault::{Vault, sha256, verify as verify_ed25519};

use super::confirm::commitment;

/// What the note is sealed for, under the receipt's id.
pub(super) const SEAL: &str = "receipt note";
/// The first line of every note.
const TITLE: &str = "outro receipt v1";
/// The signature type of Ed25519 in `signed-note`.
const ED25519: u8 = 1;

/// What a note says.
pub(super) struct Body<'a> {
    pub(super) host: &'a str,
    pub(super) commitment: &'a [u8; 32],
    pub(super) left_at: Timestamp,
    pub(super) key_destroyed_at: Timestamp,
    /// Since when, or by when, no older copy of the keyring opens anything.
    pub(super) older_copies_dead_since: Timestamp,
    /// By when no backup that may hold rows of the account opens; none when there is none.
    pub(super) backups_end_by: Option<Timestamp>,
    pub(super) completed_at: Timestamp,
    pub(super) erased: &'a str,
    /// What stays with others, each with a space before it.
    pub(super) kept: &'a str,
}

impl Body<'_> {
    pub(super) fn text(&self) -> String {
        format!(
            "{TITLE}\norigin: {}\ncommitment: {}\nleft_at: {}\nkey_destroyed_at: {}\nolder_copies_dead_since: {}\n\
             backups_end_by: {}\ncompleted_at: {}\nerased: {}\n\
             kept: receipt erased_handle_trace ledger_entry{}\n",
            self.host,
            hex::encode(self.commitment),
            self.left_at.rfc3339(),
            self.key_destroyed_at.rfc3339(),
            self.older_copies_dead_since.rfc3339(),
            self.backups_end_by.map_or_else(|| "none".to_owned(), Timestamp::rfc3339),
            self.completed_at.rfc3339(),
            self.erased,
            self.kept,
        )
    }
}

fn key_hash(name: &str, key: &[u8; 32]) -> [u8; 4] {
    let digest = sha256(&[name.as_bytes(), b"\n", &[ED25519], key]);
    [digest[0], digest[1], digest[2], digest[3]]
}

/// The verifier key of a server, as `signed-note` writes it: `name+hash+base64(type ‖ key)`.
pub fn verifier_key(vault: &Vault, name: &str) -> String {
    let key = vault.verifying_key();
    let body = STANDARD.encode([&[ED25519], key.as_slice()].concat());
    format!("{name}+{}+{body}", hex::encode(key_hash(name, &key)))
}

pub(super) fn sign(vault: &Vault, name: &str, text: &str) -> String {
    let hash = key_hash(name, &vault.verifying_key());
    let signature = STANDARD.encode([hash.as_slice(), &vault.sign(text.as_bytes())].concat());
    format!("{text}\n\u{2014} {name} {signature}\n")
}

/// Why a receipt does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unverified {
    /// The key is not a verifier key.
    #[error("the key is not of the form name+hash+key")]
    Key,
    /// The text is not a signed receipt.
    #[error("this is not a signed receipt")]
    Form,
    /// It is signed by another key.
    #[error("the receipt is not signed by this key")]
    OtherKey,
    /// The signature does not fit the text.
    #[error("the signature does not fit: the receipt was changed")]
    Signature,
    /// Nonce, account and handle do not give the commitment.
    #[error("nonce, account and handle do not fit this receipt")]
    Commitment,
}

/// Holds a signed note against a verifier key; the text that was signed.
pub fn verify<'a>(note: &'a str, verifier: &str) -> Result<&'a str, Unverified> {
    let (name, key) = read_verifier(verifier)?;
    let (text, signatures) = note.rsplit_once("\n\n").ok_or(Unverified::Form)?;
    // The newline that ends the text is part of what was signed.
    let text = note.get(..=text.len()).ok_or(Unverified::Form)?;
    if !text.starts_with(TITLE) || !signatures.ends_with('\n') {
        return Err(Unverified::Form);
    }
    let mut known = Err(Unverified::OtherKey);
    for line in signatures.lines() {
        let fields = line.strip_prefix("\u{2014} ").and_then(|line| line.split_once(' ')).ok_or(Unverified::Form)?;
        let bytes = STANDARD.decode(fields.1).map_err(|_| Unverified::Form)?;
        let (hash, signature) = bytes.split_first_chunk::<4>().ok_or(Unverified::Form)?;
        if fields.0 == name && *hash == key_hash(&name, &key) {
            let fits = verify_ed25519(&key, text.as_bytes(), signature);
            known = if fits { Ok(text) } else { return Err(Unverified::Signature) };
        }
    }
    known
}

fn read_verifier(verifier: &str) -> Result<(String, [u8; 32]), Unverified> {
    let mut parts = verifier.trim().splitn(3, '+');
    let (name, hash, body) = (parts.next(), parts.next(), parts.next());
    let (Some(name), Some(hash), Some(body)) = (name, hash, body) else { return Err(Unverified::Key) };
    let bytes = STANDARD.decode(body).map_err(|_| Unverified::Key)?;
    let (&kind, key) = bytes.split_first().ok_or(Unverified::Key)?;
    let key: [u8; 32] = key.try_into().map_err(|_| Unverified::Key)?;
    let fits = kind == ED25519 && hash == hex::encode(key_hash(name, &key));
    if fits { Ok((name.to_owned(), key)) } else { Err(Unverified::Key) }
}

/// Holds nonce, account and handle against the commitment of a verified text.
pub fn is_mine(text: &str, nonce: &str, account: &str, handle: &str) -> Result<(), Unverified> {
    let nonce: [u8; 32] =
        hex::decode(nonce).ok().and_then(|bytes| bytes.try_into().ok()).ok_or(Unverified::Commitment)?;
    let account: AccountId = account.parse().map_err(|_| Unverified::Commitment)?;
    let handle = handle.trim_start_matches('@').to_ascii_lowercase();
    let line = format!("commitment: {}", hex::encode(commitment(&nonce, account, &handle)));
    if text.lines().any(|have| have == line) { Ok(()) } else { Err(Unverified::Commitment) }
}
