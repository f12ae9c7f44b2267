//! Places where a test kills the process. Nothing of this is in a release.

/// The places that were come by so far.
#[cfg(debug_assertions)]
static PASSED: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);

/// A place to be killed at: the process dies at the one whose number stands in `OUTRO_DIE_AT`.
#[cfg(debug_assertions)]
pub(super) fn point() {
    let number = PASSED.fetch_add(1, std::sync::atomic::Ordering::SeqCst) + 1;
    if std::env::var("OUTRO_DIE_AT").is_ok_and(|at| at == number.to_string()) {
        std::process::abort();
    }
}

/// Nothing.
#[cfg(not(debug_assertions))]
pub(super) const fn point() {}
