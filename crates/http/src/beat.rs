//! "Nothing here" is said on a beat: how long it took to find out must not tell what is hidden from what never was.

use std::time::Duration;

use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::time::{Instant, sleep_until};

/// Longer than any look that ends in "nothing here" takes on a server that is not overloaded, and shorter than a person notices.
const BEAT: Duration = Duration::from_millis(7);

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

/// Holds a 404 back until the next whole beat since its request came in. A look at something hidden reads a few rows more than
/// one at nothing; both are over within the same beat, so both are answered at the same time.
pub(crate) async fn keep(request: Request, next: Next) -> Response {
    let came = Instant::now();
    let response = next.run(request).await;
    if response.status() == StatusCode::NOT_FOUND || response.extensions().get::<Nothing>().is_some() {
        sleep_until(came + whole_beats(came.elapsed())).await;
    }
    response
}

/// The time that has passed, rounded up to beats; at least one.
fn whole_beats(passed: Duration) -> Duration {
    let beats = passed.as_micros() / BEAT.as_micros() + 1;
    BEAT * u32::try_from(beats).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_rounded_up_to_beats() {
        for (passed, beats) in [(0, 1), (1, 1), (6_999, 1), (7_000, 2), (13_999, 2), (35_001, 6)] {
            assert_eq!(whole_beats(Duration::from_micros(passed)), BEAT * beats, "{passed}");
        }
    }
}
