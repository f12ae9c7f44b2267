//! Handles that are erased: about one unused name in 1,000 is refused, however many have left.

use std::collections::HashSet;

use super::*;
use outro_store::accounts::{self, erased_tag, fitting_tags};
use proptest::prelude::Rng as _;
use proptest::test_runner::{RngAlgorithm, TestRng};

/// Hashes as Argon2id gives them: evenly spread. The seed makes a failure one that comes again.
fn hashes(seed: u8) -> impl Iterator<Item = u64> {
    let mut rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]);
    std::iter::repeat_with(move || rng.next_u64())
}

#[test]
fn the_share_that_is_refused_does_not_grow() {
    const NAMES: usize = 300_000;
    for (seed, erased) in [(1, 10), (2, 1000), (3, 100_000)] {
        let mut kept = HashSet::new();
        for hash in hashes(seed).take(erased) {
            kept.insert(erased_tag(kept.len() as u64, hash));
        }
        let fits = |hash: u64| fitting_tags(kept.len() as u64, hash).any(|tag| kept.contains(&tag));
        assert!(hashes(seed).take(erased).all(fits), "an erased handle is free, of {erased}");
        let refused = hashes(seed + 100).take(NAMES).filter(|hash| fits(*hash)).count();
        let one_in = NAMES / refused.max(1);
        assert!((600..1100).contains(&one_in), "one in {one_in} is refused after {erased}");
    }
}

/// What the tags of one doubling refuse at most, and their bits: the 2^k that come after 2^k - 1 others.
fn doubling(k: u32) -> (f64, i64) {
    let (first, last) = ((1u64 << k) - 1, (2u64 << k) - 2);
    let bits = erased_tag(first, 0).0;
    assert_eq!(erased_tag(last, 0).0, bits, "tags of one doubling have one length");
    ((1u64 << k) as f64 / (1u64 << bits) as f64, bits)
}

#[test]
fn the_share_has_an_end_and_each_tag_fits_many_names() {
    let mut share = 0.0;
    for k in 0..40 {
        let (more, bits) = doubling(k);
        share += more;
        // From the first on it is about one in 1,000.
        assert!((1.0 / 1024.0..1.0 / 700.0).contains(&share), "{share} after 2^{k}");
        // Fewer than 2^62 tags there can be, and more than 2^120 handles.
        assert!(bits <= 62, "{bits} bits");
    }
    // The first, the thousandth and the half-billionth to leave.
    assert_eq!([0, 999, 500_000_000].map(|kept| erased_tag(kept, 0).0), [10, 27, 49]);
}

on_both! {
    async fn the_store_keeps_to_it(world: World) {
        let erased: Vec<u64> = hashes(7).take(40).collect();
        for four in erased.chunks(4) {
            let mut tx = world.app.db.write().await.unwrap();
            for hash in four {
                accounts::reserve_erased(&mut tx, *hash).await.unwrap();
            }
            tx.commit().await.unwrap();
        }
        let mut tx = world.app.db.read().await.unwrap();
        for hash in &erased {
            assert!(accounts::is_erased(&mut tx, *hash).await.unwrap());
        }
        drop(tx);
        let rows = world.rows("erased_handles").await;
        let longest = rows.iter().filter(|row| row.contains("bits=22 ")).count();
        assert_eq!((rows.len(), longest), (40, 9), "{rows:?}");
    }
}
