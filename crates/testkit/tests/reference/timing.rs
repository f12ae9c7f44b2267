//! How long what is hidden takes to answer, against what never was: Welch's t-test over samples in random order. It takes minutes
//! and a machine that does nothing else, so it runs when it is asked for:
//! `cargo nextest run -p outro-testkit --test reference --run-ignored only timing`.

use std::time::Instant;

use outro_testkit::{Client, on_both};
use serde_json::json;

use crate::random::{Rng, number, say};

/// Beyond this, two means differ.
const LIMIT: f64 = 4.5;
const NO_ID: &str = "AAAAAAAAAAAAAAAAAAAAAA";
const NO_HANDLE: &str = "never_was_1";

/// A route, and the name of what is hidden.
struct Case {
    about: &'static str,
    method: &'static str,
    hidden: String,
    never: String,
}

async fn microseconds(client: &Client, method: &str, path: &str) -> f64 {
    let began = Instant::now();
    let reply = client.call(method, path, None).await;
    let took = began.elapsed().as_secs_f64() * 1e6;
    assert_eq!(reply.status, 404, "{method} {path}");
    took
}

/// Both classes in random order.
async fn sample(client: &Client, case: &Case, each: usize, rng: &mut Rng) -> [Vec<f64>; 2] {
    let mut out = [Vec::with_capacity(each), Vec::with_capacity(each)];
    while out.iter().any(|class| class.len() < each) {
        let class = rng.below(2);
        let path = if class == 0 { &case.hidden } else { &case.never };
        let took = microseconds(client, case.method, path).await;
        if out[class].len() < each {
            out[class].push(took);
        }
    }
    out
}

fn mean_and_error(of: &[f64]) -> (f64, f64) {
    let count = of.len() as f64;
    let mean = of.iter().sum::<f64>() / count;
    let variance = of.iter().map(|one| (one - mean).powi(2)).sum::<f64>() / (count - 1.0);
    (mean, variance / count)
}

/// Welch's t of the two, without the slowest twentieth of both together: what the machine did meanwhile.
fn welch([hidden, never]: &[Vec<f64>; 2]) -> (f64, f64, f64) {
    let mut all: Vec<f64> = hidden.iter().chain(never).copied().collect();
    all.sort_by(f64::total_cmp);
    let slow = all[all.len() * 19 / 20];
    let quick = |of: &[f64]| of.iter().copied().filter(|one| *one <= slow).collect::<Vec<f64>>();
    let ((one, one_error), (two, two_error)) = (mean_and_error(&quick(hidden)), mean_and_error(&quick(never)));
    (one, two, (one - two) / (one_error + two_error).sqrt())
}

fn cases(handles: &[&'static str], ids: &[(&'static str, String)]) -> Vec<Case> {
    let of_handle = [("GET", "/api/v1/accounts/{}"), ("PUT", "/api/v1/accounts/{}/follow"), ("GET", "/@{}")];
    let of_id = [("GET", "/api/v1/videos/{}"), ("GET", "/media/{}/video.mp4"), ("PUT", "/api/v1/videos/{}/like")];
    let case = |about, method, path: &str, hidden: &str, never: &str| Case {
        about,
        method,
        hidden: path.replace("{}", hidden),
        never: path.replace("{}", never),
    };
    let people = handles
        .iter()
        .flat_map(|&handle| of_handle.map(|(method, path)| case(handle, method, path, handle, NO_HANDLE)));
    let videos = ids.iter().flat_map(|(about, id)| of_id.map(|(method, path)| case(about, method, path, id, NO_ID)));
    people.chain(videos).collect()
}

on_both! {
    #[ignore = "takes minutes, and a quiet machine"]
    async fn what_is_hidden_takes_as_long_as_what_never_was(world: World) {
        let each = number("OUTRO_REFERENCE_SAMPLES", 10_000) as usize;
        let world = world.with_settings(|settings| settings.rate_limits = false);
        let viewer = world.client().join("viewer").await;
        let (mut ids, handles) = (Vec::new(), ["the_blocker", "on_a_hiatus"]);
        for handle in handles {
            let client = world.client().join(handle).await;
            ids.push((handle, world.plant(&client, b"the bytes of a video").await));
            if handle == "the_blocker" {
                client.call("PUT", "/api/v1/accounts/viewer/block", None).await.expect(200);
            } else {
                client.call("PATCH", "/api/v1/me/privacy", Some(json!({ "on_hiatus": true }))).await.expect(200);
            }
        }
        let private = world.client().join("private").await;
        ids.push(("private", world.plant(&private, b"the bytes of a video").await));
        private.call("PATCH", "/api/v1/me/privacy", Some(json!({ "private_account": true }))).await.expect(200);
        world.run_jobs().await;
        let (mut rng, mut worst) = (Rng::new(11), 0.0_f64);
        for case in cases(&handles, &ids) {
            sample(&viewer, &case, 200, &mut rng).await;
            let (hidden, never, t) = welch(&sample(&viewer, &case, each, &mut rng).await);
            say(&format!("{:6} {:44} {:11} hidden {hidden:8.1} µs  never {never:8.1} µs  t {t:8.2}", case.method, case.never, case.about));
            worst = worst.max(t.abs());
        }
        assert!(worst < LIMIT, "|t| is {worst:.1}: the time tells what is hidden from what never was");
    }
}
