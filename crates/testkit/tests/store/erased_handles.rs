//! Erased handles: what is kept refuses them for ever, and about one in 1,000 others with them.

use super::*;
use proptest::prelude::Rng as _;
use proptest::test_runner::{RngAlgorithm, TestRng};

/// Hashes as Argon2id gives them: evenly spread. The seed makes a failure one that comes again.
fn hashes(seed: u8, count: usize) -> Vec<u64> {
    let mut rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]);
    (0..count).map(|_| rng.next_u64()).collect()
}

async fn reserve(world: &World, hashes: &[u64]) {
    let mut tx = write(world).await;
    for hash in hashes {
        accounts::reserve_erased(&mut tx, *hash).await.unwrap();
    }
    tx.commit().await.unwrap();
}

/// How many of 1,000 unused names are refused.
async fn refused(world: &World, seed: u8, names: usize) -> f64 {
    let (mut tx, mut found) = (read(world).await, 0);
    for hash in hashes(seed, names) {
        found += usize::from(accounts::is_erased(&mut tx, hash).await.unwrap());
    }
    found as f64 * 1000.0 / names as f64
}

on_both! {
    async fn what_was_erased_stays_refused(world: World) {
        let erased = hashes(1, 64);
        for (number, eight) in erased.chunks(8).enumerate() {
            reserve(&world, eight).await;
            let mut tx = read(&world).await;
            for earlier in &erased[..(number + 1) * 8] {
                assert!(accounts::is_erased(&mut tx, *earlier).await.unwrap(), "after {number}");
            }
        }
    }
}

on_both! {
    async fn nothing_is_refused_before_anybody_left(world: World) {
        assert!(refused(&world, 2, 500).await.abs() < f64::EPSILON);
    }
}

on_both! {
    async fn the_same_handle_may_be_kept_twice(world: World) {
        reserve(&world, &[42 << 54, 42 << 54, 42 << 54]).await;
        assert!(accounts::is_erased(&mut read(&world).await, 42 << 54).await.unwrap());
        assert!(!accounts::is_erased(&mut read(&world).await, 43 << 54).await.unwrap());
    }
}

// Enough other names fit what is kept of the first to leave that it tells nothing about them.
on_both! {
    async fn the_first_to_leave_hides_among_many(world: World) {
        reserve(&world, &[0xabcd_ef01_2345_6789]).await;
        let mut tx = read(&world).await;
        assert!(accounts::is_erased(&mut tx, 0xabcd_ef01_2345_6789).await.unwrap());
        assert!(accounts::is_erased(&mut tx, 0xabcd_ef01_2345_6789 ^ 0xffff_ffff).await.unwrap());
    }
}

on_both! {
    async fn few_erased_refuse_about_one_in_a_thousand(world: World) {
        reserve(&world, &hashes(3, 3)).await;
        let rate = refused(&world, 4, 6000).await;
        assert!((0.2..3.0).contains(&rate), "{rate} in 1,000");
    }
}

// Growth must not refuse more and more: a service that 500 people left refuses as many unused names.
on_both! {
    async fn many_erased_refuse_about_one_in_a_thousand(world: World) {
        reserve(&world, &hashes(5, 500)).await;
        let rate = refused(&world, 6, 2000).await;
        assert!(rate < 3.0, "{rate} in 1,000");
    }
}
