//! How long what is hidden takes to answer, against what never was: Welch's t-test over samples in random order. It takes minutes
//! and a machine that does nothing else, so it runs when it is asked for:
//! `cargo nextest run -p outro-testkit --test reference --run-ignored only timing`. `OUTRO_REFERENCE_ROUTES` names a part of a route, for those
//! alone.

use std::time::Instant;

use futures_util::future::join_all;
use outro_testkit::{Client, World, on_both};
use serde_json::json;

use crate::hidden::{NO_HANDLE, NO_ID, ask};
use crate::random::{Rng, number, say};
use crate::routes::{Rule, asked};
use crate::stage::leave;

/// Beyond this, two means differ.
const LIMIT: f64 = 4.5;

/// A route, and the name of what is hidden.
struct Case {
    about: &'static str,
    route: (&'static str, &'static str, Rule),
    hidden: String,
    never: String,
}

async fn microseconds(client: &Client, case: &Case, path: &str) -> f64 {
    let ((method, template, rule), began) = (case.route, Instant::now());
    let reply = ask(client, (method, path, rule), false).await;
    let took = began.elapsed().as_secs_f64() * 1e6;
    assert_eq!(reply.status, 404, "{method} {template}, {}", case.about);
    took
}

/// How many ask at the same time: each answer waits for its beat. More of them would measure a server that is overloaded.
const ASKING: usize = 10;

/// Both classes in random order.
async fn sample(client: &Client, case: &Case, each: usize, seed: u64) -> [Vec<f64>; 2] {
    let of_one = |lane: usize| {
        let mut rng = Rng::new(seed.wrapping_mul(101).wrapping_add(lane as u64));
        async move {
            let mut out = [Vec::new(), Vec::new()];
            while out.iter().any(|class| class.len() < each.div_ceil(ASKING)) {
                let class = rng.below(2);
                let path = if class == 0 { &case.hidden } else { &case.never };
                out[class].push(microseconds(client, case, path).await);
            }
            out
        }
    };
    let mut both = [Vec::new(), Vec::new()];
    for [hidden, never] in join_all((0..ASKING).map(of_one)).await {
        both[0].extend(hidden);
        both[1].extend(never);
    }
    both
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

/// Every route that takes `what`, for each of those who are hidden.
fn cases(what: &str, never: &str, hidden: &[(&'static str, String)], of: fn(Rule) -> bool) -> Vec<Case> {
    let routes: Vec<_> = asked()
        .into_iter()
        .filter(|(_, template, rule)| template.contains(what) && of(*rule))
        .filter(|(.., rule)| !rule.is_of_a_comment() && !rule.is_of_a_talk())
        .collect();
    let of = |(about, name): &(&'static str, String)| -> Vec<Case> {
        let path = |route: &(_, &str, _), name: &str| route.1.replace(what, name);
        let case = |route| Case { about, route, hidden: path(&route, name), never: path(&route, never) };
        routes.iter().copied().map(case).collect()
    };
    hidden.iter().flat_map(of).collect()
}

/// What hides it, and the name of it.
type Names = Vec<(&'static str, String)>;

/// Who is hidden from the viewer, with a video and its sound each; and a private account's.
async fn hidden(world: &World) -> (Names, Names, Names) {
    let (mut handles, mut ids, mut sounds) = (Vec::new(), Vec::new(), Vec::new());
    for handle in ["the_blocker", "on_a_hiatus", "gone_for_good", "private"] {
        let client = world.client().join(handle).await;
        let video = world.plant(&client, b"the bytes of a video").await;
        sounds.push((handle, world.plant_sound(&client, &video).await));
        ids.push((handle, video));
        let change = match handle {
            "the_blocker" => client.call("PUT", "/api/v1/accounts/viewer/block", None).await,
            "on_a_hiatus" => client.call("PATCH", "/api/v1/me/privacy", Some(json!({ "on_hiatus": true }))).await,
            "private" => client.call("PATCH", "/api/v1/me/privacy", Some(json!({ "private_account": true }))).await,
            _ => {
                leave(&client, handle).await;
                continue;
            }
        };
        change.expect(200);
    }
    handles.extend(ids.iter().filter(|(about, _)| *about != "private").map(|(about, _)| (*about, (*about).to_owned())));
    (handles, ids, sounds)
}

on_both! {
    #[ignore = "takes many minutes, and a quiet machine"]
    async fn what_is_hidden_takes_as_long_as_what_never_was(world: World) {
        let each = number("OUTRO_REFERENCE_SAMPLES", 10_000) as usize;
        let world = world.with_settings(|settings| settings.rate_limits = false);
        let viewer = world.client().join("viewer").await;
        let (handles, ids, sounds) = hidden(&world).await;
        world.clock.advance_seconds(2);
        world.run_jobs().await;
        let mut all = cases("{handle}", NO_HANDLE, &handles, |_| true);
        all.extend(cases("{id}", NO_ID, &ids, |rule| !rule.is_of_a_sound()));
        all.extend(cases("{id}", NO_ID, &sounds, Rule::is_of_a_sound));
        let only = std::env::var("OUTRO_REFERENCE_ROUTES").unwrap_or_default();
        all.retain(|case| case.route.1.contains(&only));
        let (mut worst, mut count) = (0.0_f64, 0);
        for (seed, case) in all.iter().enumerate() {
            sample(&viewer, case, each / 50, seed as u64 + 1000).await;
            let (hidden, never, t) = welch(&sample(&viewer, case, each, seed as u64).await);
            let (method, template, _) = case.route;
            say(&format!("{method:6} {template:44} {:13} hidden {hidden:8.1} µs  never {never:8.1} µs  t {t:6.2}", case.about));
            worst = worst.max(t.abs());
            count += 1;
        }
        say(&format!("{count} routes of hidden things, {each} samples of each class: worst |t| {worst:.2}"));
        assert!(worst < LIMIT, "|t| is {worst:.1}: the time tells what is hidden from what never was");
    }
}
