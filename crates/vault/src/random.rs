//! Randomness from AWS-LC.

use aws_lc_rs::rand;
use outro_model::Random;

/// The random bit generator of AWS-LC (CTR_DRBG of NIST SP 800-90A, seeded by the kernel).
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    /// Panics when the kernel gives no randomness: nothing safe can be done from then on.
    fn fill(&self, bytes: &mut [u8]) {
        rand::fill(bytes).expect("the kernel gives randomness");
    }
}
