//! Numbers that look random and are the same every time (`OUTRO_REFERENCE_SEED` chooses others), and those that are told.

/// Xorshift64*: for tests alone.
pub(crate) struct Rng(u64);

impl Rng {
    pub(crate) fn new(salt: u64) -> Self {
        let seed = number("OUTRO_REFERENCE_SEED", 1);
        Self((seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ salt.wrapping_mul(0xd1b5_4a32_d192_ed03)) | 1)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16
    }

    /// Less than `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    /// One in `n`.
    pub(crate) fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    pub(crate) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }
}

/// A number of the environment.
pub(crate) fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().map_or(otherwise, |text| text.parse().unwrap_or_else(|_| panic!("{name} is no number")))
}

/// Says what was counted or measured, which is what these tests are for.
#[expect(clippy::print_stderr, reason = "the numbers are read where the tests run")]
pub(crate) fn say(numbers: &str) {
    eprintln!("proof: {numbers}");
}
