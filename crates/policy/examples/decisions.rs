//! How long a decision takes, over a sample of all facts there are and every action, in an order that no branch can
//! be guessed from: `cargo run --release -p outro-policy --example decisions`.

#![expect(clippy::print_stdout, reason = "a measurement, which bench/bench.py reads")]

use std::hint::black_box;
use std::time::Instant;

use outro_policy::{Action, decide, every_fact};

/// Every so many facts are taken: a prime, so that no kind of them is left out; what is taken fits into a cache.
const EVERY: usize = 1009;
/// How often all of them are decided.
const ROUNDS: usize = 60;

fn main() {
    let taken = every_fact().step_by(EVERY);
    let mut asked: Vec<_> = taken.flat_map(|facts| Action::ALL.iter().map(move |&action| (action, facts))).collect();
    // Shuffled by a generator of Lehmer's: the same order each time.
    let mut state = 48_271_u64;
    for place in (1..asked.len()).rev() {
        state = state * 48_271 % 2_147_483_647;
        asked.swap(place, state as usize % (place + 1));
    }
    let mut rounds = Vec::with_capacity(ROUNDS);
    let mut allowed = 0_usize;
    for _ in 0..ROUNDS {
        let began = Instant::now();
        for (action, facts) in &asked {
            allowed += usize::from(decide(black_box(*action), black_box(facts)).allowed);
        }
        rounds.push(began.elapsed().as_secs_f64() * 1e9 / asked.len() as f64);
    }
    rounds.sort_by(f64::total_cmp);
    let share = black_box(allowed) as f64 / (asked.len() * ROUNDS) as f64 * 100.0;
    println!("{:.1} {} {share:.0}", rounds[ROUNDS / 2], asked.len());
}
