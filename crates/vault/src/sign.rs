//! Signing of receipts: Ed25519 (RFC 8032).

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};

use crate::{Vault, VaultError};

/// A key that signs, made from its seed.
pub(crate) struct Signer(Ed25519KeyPair);

impl Signer {
    pub(crate) fn new(seed: &[u8; 32]) -> Result<Self, VaultError> {
        Ed25519KeyPair::from_seed_unchecked(seed).map(Self).map_err(|_| crate::Tampered.into())
    }

    pub(crate) fn sign(&self, message: &[u8]) -> [u8; 64] {
        let mut out = [0; 64];
        out.copy_from_slice(self.0.sign(message).as_ref());
        out
    }

    pub(crate) fn public_key(&self) -> [u8; 32] {
        crate::frame::bytes32(self.0.public_key().as_ref())
    }
}

impl Vault {
    /// Signs a message with the key for receipts.
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.inner.services.signer.sign(message)
    }

    /// The public key that receipts are checked with.
    pub fn verifying_key(&self) -> [u8; 32] {
        self.inner.services.signer.public_key()
    }
}
