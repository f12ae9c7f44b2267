//! The format of objects: chunks, batches of them, and the header.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use outro_model::{BlobId, Random};
use outro_vault::{KeyBytes, Tampered};
use zeroize::Zeroizing;

/// Plaintext of a chunk.
pub(crate) const CHUNK: usize = 64 * 1024;
pub(crate) const TAG: usize = 16;
/// A full chunk as it stands in the file.
pub(crate) const SLOT: usize = CHUNK + TAG;
/// Chunks that are read or written at once.
pub(crate) const BATCH: usize = 4;

const VERSION: u8 = 1;
const LABEL: &[u8; 10] = b"outro blob";
const HEADER: usize = 1 + 8 + 32;

/// How many chunks an object of this length has.
pub(crate) fn chunks(length: u64) -> u64 {
    length.div_ceil(CHUNK as u64).max(1)
}

/// The size of the file of an object; `None` when no file can be that large.
pub(crate) fn file_size(length: u64) -> Option<u64> {
    length.checked_add(chunks(length) * TAG as u64)
}

/// What a header says.
pub(crate) struct Header {
    pub(crate) length: u64,
    pub(crate) key: KeyBytes,
}

impl Header {
    pub(crate) fn encode(&self) -> Zeroizing<Vec<u8>> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(HEADER));
        bytes.push(VERSION);
        bytes.extend_from_slice(&self.length.to_be_bytes());
        bytes.extend_from_slice(&*self.key);
        bytes
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, Tampered> {
        let (&version, rest) = bytes.split_first().ok_or(Tampered)?;
        let (length, rest) = rest.split_first_chunk::<8>().ok_or(Tampered)?;
        if version != VERSION {
            return Err(Tampered);
        }
        Ok(Self { length: u64::from_be_bytes(*length), key: KeyBytes::copy_of(rest).ok_or(Tampered)? })
    }
}

/// The key of one object.
pub(crate) struct ObjectKey {
    key: LessSafeKey,
    bound: [u8; LABEL.len() + 1 + 16],
}

impl ObjectKey {
    pub(crate) fn new(key: &[u8; 32], id: BlobId) -> Self {
        let key = UnboundKey::new(&AES_256_GCM, key).expect("a key of 256 bits is a key of AES-256");
        let mut bound = [VERSION; LABEL.len() + 1 + 16];
        bound[..LABEL.len()].copy_from_slice(LABEL);
        bound[LABEL.len() + 1..].copy_from_slice(id.as_bytes());
        Self { key: LessSafeKey::new(key), bound }
    }

    /// A fresh key, as bytes for the header and ready for use.
    pub(crate) fn random(random: &dyn Random, id: BlobId) -> (KeyBytes, Self) {
        let bytes = KeyBytes::random(random);
        let key = Self::new(&bytes, id);
        (bytes, key)
    }

    /// Seals the chunk in `slot`, whose last 16 bytes are room for the tag. Each number is sealed once.
    fn seal(&self, number: u64, last: bool, slot: &mut [u8]) {
        let (text, room) = slot.split_at_mut(slot.len() - TAG);
        let sealed = self.key.seal_in_place_separate_tag(nonce(number, last), Aad::from(self.bound), text);
        room.copy_from_slice(sealed.expect("a chunk is less than 2^36 bytes").as_ref());
    }

    /// Opens the chunk in `slot`; the plaintext is all of it but the last 16 bytes.
    pub(crate) fn open(&self, number: u64, last: bool, slot: &mut [u8]) -> Result<(), Tampered> {
        let opened = self.key.open_in_place(nonce(number, last), Aad::from(self.bound), slot);
        opened.map(|_| ()).map_err(|_| Tampered)
    }
}

/// The number in 11 bytes, then the flag of the last chunk.
fn nonce(number: u64, last: bool) -> Nonce {
    let mut bytes = [0; 12];
    bytes[3..11].copy_from_slice(&number.to_be_bytes());
    bytes[11] = u8::from(last);
    Nonce::assume_unique_for_key(bytes)
}

/// Chunks on their way into a file, each with room for its tag.
pub(crate) struct Batch {
    bytes: Zeroizing<Vec<u8>>,
    filled: usize,
}

impl Batch {
    pub(crate) fn new() -> Self {
        Self { bytes: Zeroizing::new(vec![0; BATCH * SLOT]), filled: 0 }
    }

    pub(crate) fn is_full(&self) -> bool {
        self.filled == BATCH * CHUNK
    }

    pub(crate) fn clear(&mut self) {
        self.filled = 0;
    }

    /// Room for plaintext: what is left of the chunk at hand; empty when the batch is full.
    pub(crate) fn room(&mut self) -> &mut [u8] {
        if self.is_full() {
            return &mut [];
        }
        let (chunk, within) = (self.filled / CHUNK, self.filled % CHUNK);
        &mut self.bytes[chunk * SLOT + within..chunk * SLOT + CHUNK]
    }

    /// Says that so much of the room was filled.
    pub(crate) fn took(&mut self, count: usize) {
        self.filled += count;
    }

    /// Takes as much of `input` as there is room for in the batch; how much that was.
    pub(crate) fn fill(&mut self, input: &[u8]) -> usize {
        let mut taken = 0;
        while taken < input.len() && !self.is_full() {
            let room = self.room();
            let count = room.len().min(input.len() - taken);
            room[..count].copy_from_slice(&input[taken..taken + count]);
            self.took(count);
            taken += count;
        }
        taken
    }

    /// Seals the chunks, numbered from `first`; what goes into the file at `first * SLOT`. Only the batch
    /// that ends the object may be less than full.
    pub(crate) fn seal(&mut self, key: &ObjectKey, first: u64, ends: bool) -> &[u8] {
        let count = self.filled.div_ceil(CHUNK).max(usize::from(ends));
        for place in 0..count {
            let text = (self.filled - place * CHUNK).min(CHUNK);
            let slot = &mut self.bytes[place * SLOT..place * SLOT + text + TAG];
            key.seal(first + place as u64, ends && place + 1 == count, slot);
        }
        &self.bytes[..self.filled + count * TAG]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_follow_from_the_length() {
        assert_eq!((chunks(0), file_size(0)), (1, Some(16)));
        assert_eq!((chunks(1), file_size(1)), (1, Some(17)));
        assert_eq!((chunks(65536), file_size(65536)), (1, Some(65552)));
        assert_eq!((chunks(65537), file_size(65537)), (2, Some(65569)));
        assert_eq!(file_size(u64::MAX), None);
    }

    #[test]
    fn headers_round_trip_and_no_other_bytes_are_one() {
        let header = Header { length: 77, key: KeyBytes::copy_of(&[3; 32]).unwrap() };
        let bytes = header.encode();
        let read = Header::decode(&bytes).unwrap();
        assert_eq!((read.length, *read.key), (77, [3; 32]));
        assert!((0..bytes.len()).all(|cut| Header::decode(&bytes[..cut]).is_err()));
        let mut other = bytes.to_vec();
        other[0] = 2;
        assert!(Header::decode(&other).is_err());
    }
}
