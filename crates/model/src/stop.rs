//! Where a test stops the process: before each thing that outlives a stop, such as a write, a sync, a rename, a delete or a
//! commit. Nothing counts until a test asks for it from within its own process, and nothing of this is in a release.

#[cfg(debug_assertions)]
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What is counted: before which effect the process ends, and those that it came by.
#[cfg(debug_assertions)]
static COUNTED: Mutex<Option<(usize, Vec<String>)>> = Mutex::new(None);

#[cfg(debug_assertions)]
fn counted() -> MutexGuard<'static, Option<(usize, Vec<String>)>> {
    COUNTED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Counts from here on; the process ends before the `at`-th effect, the first being 1, as a kill would end it: nothing is
/// dropped, flushed or answered. With 0 it goes on to its end.
#[cfg(debug_assertions)]
pub fn at(at: usize) {
    *counted() = Some((at, Vec::new()));
}

/// The effects that were come by since [`at`], in order.
#[cfg(debug_assertions)]
pub fn passed() -> Vec<String> {
    counted().as_ref().map(|(_, passed)| passed.clone()).unwrap_or_default()
}

/// Stands before an effect.
#[cfg(debug_assertions)]
pub fn before(effect: &str) {
    if let Some((at, passed)) = counted().as_mut() {
        passed.push(effect.to_owned());
        if passed.len() == *at {
            std::process::abort();
        }
    }
}

/// Nothing.
#[cfg(not(debug_assertions))]
pub const fn before(_: &str) {}
