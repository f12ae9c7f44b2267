//! "Nothing here" is said on a beat: how long it took to find out must not tell what is hidden from what never was.

use std::time::Duration;

use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::time::{Instant, sleep_until};

/// Well longer than any look that ends in "nothing here" takes, and shorter than a person notices.
const BEAT: Duration = Duration::from_millis(6);
/// How much later each next beat is. On an overloaded server too nearly all answers fall on one of them.
const LATER: u32 = 4;

/// Marks a response that says "nothing here" in other words than a 404.
#[derive(Clone, Copy)]
struct Nothing;

/// A response that says in its own words that there is nothing: it waits for its beat as a 404 does.
pub(crate) fn nothing(response: impl IntoResponse) -> Response {
    let mut response = response.into_response();
    mark(&mut response);
    response
}

/// The same of a response that is there.
pub(crate) fn mark(response: &mut Response) {
    response.extensions_mut().insert(Nothing);
}

/// Holds a 404 back until the next beat since its request came in. A look at something hidden reads a few rows more than one at
/// nothing; both are over within the same beat, so both are answered at the same time.
pub(crate) async fn keep(request: Request, next: Next) -> Response {
    let came = Instant::now();
    let response = next.run(request).await;
    if response.status() == StatusCode::NOT_FOUND || response.extensions().get::<Nothing>().is_some() {
        sleep_until(came + next_beat(came.elapsed())).await;
    }
    response
}

/// The first beat after the time that has passed.
fn next_beat(passed: Duration) -> Duration {
    let mut beat = BEAT;
    while beat <= passed {
        beat = beat.saturating_mul(LATER);
    }
    beat
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_passed_waits_for_the_next_beat() {
        for (passed, beat) in [(0, 6), (1, 6), (5_999, 6), (6_000, 24), (23_999, 24), (24_000, 96), (96_001, 384)] {
            assert_eq!(next_beat(Duration::from_micros(passed)), Duration::from_millis(beat), "{passed}");
        }
        assert!(next_beat(Duration::MAX / 8) > Duration::MAX / 8);
    }
}
