//! A key, as bytes.

use std::ops::Deref;

use outro_model::Random;
use zeroize::Zeroizing;

/// The 32 bytes of a key, cleansed when dropped. They stay at one place of the heap: a value that is moved leaves a copy
/// behind on the stack wherever it was, which nothing cleanses, and a thread that rests keeps it for long.
pub struct KeyBytes(Box<Zeroizing<[u8; 32]>>);

impl KeyBytes {
    /// A key that `fill` writes.
    pub(crate) fn filled(fill: impl FnOnce(&mut [u8; 32])) -> Self {
        let mut bytes = Box::new(Zeroizing::new([0; 32]));
        fill(&mut bytes);
        Self(bytes)
    }

    /// A new random key.
    pub fn random(random: &dyn Random) -> Self {
        Self::filled(|bytes| random.fill(bytes))
    }

    /// A copy of these bytes; `None` unless there are 32.
    pub fn copy_of(bytes: &[u8]) -> Option<Self> {
        let bytes: &[u8; 32] = bytes.try_into().ok()?;
        Some(Self::filled(|copy| copy.copy_from_slice(bytes)))
    }
}

impl Deref for KeyBytes {
    type Target = [u8; 32];

    fn deref(&self) -> &[u8; 32] {
        &self.0
    }
}
