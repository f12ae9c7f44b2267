//! How long what is hidden takes to answer, against what never was: Welch's t-test over pairs in random order, on every route that
//! takes a handle or an id. Here a few pairs of each, for the answers; the times are held when they are asked for on a machine that
//! does nothing else (`make proof`): `OUTRO_REFERENCE_SAMPLES` says how many pairs each group of routes gets, those of one kind of
//! name, each route of it in turn.

use std::collections::BTreeMap;
use std::time::Instant;

use futures_util::future::join_all;
use outro_model::Id;
use outro_testkit::on_both;

use crate::hidden::{Case, Hidden, Scene, scene, told};
use crate::random::{Rng, number, say};
use crate::routes::{Names, Rule};

/// Beyond this, two means differ.
const LIMIT: f64 = 4.5;
/// How many ask at the same time: each answer waits for its beat. More of them would measure a server that is overloaded.
const ASKING: usize = 6;
/// From how many pairs of a group on the times are held: fewer tell nothing.
const TELLING: usize = 1000;

/// How long the two took of one case, in microseconds: of what is hidden, of what never was.
type Pair = (usize, [f64; 2]);

/// A name that never was, made as the hidden one is: reading a string of equal letters is quicker, by parts of a microsecond,
/// which show where nothing else is done.
fn other(thing: &Hidden, rng: &mut Rng) -> String {
    if thing.what == Names::Handle {
        let place = rng.below(thing.name.len());
        let (before, after) = (&thing.name[..place], &thing.name[place + 1..]);
        let letter = if thing.name[place..].starts_with('q') { 'x' } else { 'q' };
        return format!("{before}{letter}{after}");
    }
    let mut bytes = [0; 16];
    bytes.fill_with(|| rng.next() as u8);
    Id::<()>::from_bytes(bytes).to_string()
}

async fn one(scene: &Scene, signed: bool, case: &Case<'_>, name: &str) -> (f64, (u16, Vec<(String, String)>, String)) {
    let named = scene.seen.with(case.thing.what, name);
    let began = Instant::now();
    let reply = scene.asker(signed).ask(&case.route, &named).await;
    (began.elapsed().as_secs_f64() * 1e6, told(&reply, name, &case.thing.name))
}

/// Pairs of each case in turn, the two of a pair in random order. A name that is asked for again and again is read quicker too,
/// whoever has it: so each case keeps its name that never was, and both are asked for equally often.
async fn sample(scene: &Scene, signed: bool, cases: &[Case<'_>], pairs: usize) -> Vec<Pair> {
    let mut rng = Rng::new(999);
    let others: Vec<String> = cases.iter().map(|case| other(case.thing, &mut rng)).collect();
    let others = &others;
    let of_one = |lane: usize| {
        let mut rng = Rng::new(1000 + lane as u64);
        async move {
            let mut out = Vec::new();
            for turn in (lane..pairs).step_by(ASKING) {
                let case = &cases[turn % cases.len()];
                let hidden_first = rng.one_in(2);
                let (hidden, nothing) = (case.thing.name.as_str(), others[turn % cases.len()].as_str());
                let [one_name, other_name] = if hidden_first { [hidden, nothing] } else { [nothing, hidden] };
                let (first, one_answer) = one(scene, signed, case, one_name).await;
                let (second, other_answer) = one(scene, signed, case, other_name).await;
                assert!(one_answer == other_answer, "{:?}, {}", case.route, case.thing.about);
                out.push((turn % cases.len(), if hidden_first { [first, second] } else { [second, first] }));
            }
            out
        }
    };
    join_all((0..ASKING).map(of_one)).await.into_iter().flatten().collect()
}

/// Takes from each time the mean of its case, which both classes share: so cases that take longer than others are one sample.
fn centred(pairs: &[Pair]) -> Vec<Pair> {
    let mut sums = BTreeMap::<usize, (f64, f64)>::new();
    for (case, [hidden, never]) in pairs {
        let sum = sums.entry(*case).or_default();
        *sum = (sum.0 + hidden + never, sum.1 + 2.0);
    }
    let mean = |case: &usize| sums[case].0 / sums[case].1;
    pairs.iter().map(|(case, both)| (*case, both.map(|one| one - mean(case)))).collect()
}

fn mean_and_error(of: &[f64]) -> (f64, f64) {
    let count = of.len() as f64;
    let mean = of.iter().sum::<f64>() / count;
    let variance = of.iter().map(|one| (one - mean).powi(2)).sum::<f64>() / (count - 1.0);
    (mean, variance / count)
}

/// Welch's t of the two, without the slowest twentieth of both together: what the machine did meanwhile. One bound cuts both, so
/// that it can make no difference where there is none, and hides none that is of more than the slowest.
fn welch(pairs: &[Pair]) -> f64 {
    let mut all: Vec<f64> = pairs.iter().flat_map(|(_, both)| *both).collect();
    all.sort_by(f64::total_cmp);
    let slow = all[all.len() * 19 / 20];
    let quick =
        |class: usize| -> Vec<f64> { pairs.iter().map(|(_, both)| both[class]).filter(|one| *one <= slow).collect() };
    let ((one, one_error), (two, two_error)) = (mean_and_error(&quick(0)), mean_and_error(&quick(1)));
    (one - two) / (one_error + two_error).sqrt()
}

/// The largest |t| among parts of a group: of each route, of each reason to hide. A part of too few pairs tells nothing.
fn worst_part<Key: Ord>(pairs: &[Pair], key: impl Fn(usize) -> Key) -> (f64, Option<Key>, usize) {
    let mut parts = BTreeMap::<Key, Vec<Pair>>::new();
    for pair in pairs {
        parts.entry(key(pair.0)).or_default().push(*pair);
    }
    let count = parts.len();
    let of_each =
        parts.into_iter().filter(|(_, pairs)| pairs.len() >= 30).map(|(key, pairs)| (welch(&pairs).abs(), Some(key)));
    let (t, key) = of_each.max_by(|one, other| one.0.total_cmp(&other.0)).unwrap_or((0.0, None));
    (t, key, count)
}

on_both! {
    async fn what_is_hidden_takes_as_long_as_what_never_was(world: World) {
        let pairs = number("OUTRO_REFERENCE_SAMPLES", 0) as usize;
        let sign_ins = number("OUTRO_REFERENCE_SIGN_INS", pairs as u64 / 10) as usize;
        let world = world.with_settings(|settings| settings.rate_limits = false);
        let scene = scene(&world).await;
        let mut worst = 0.0_f64;
        for signed in [true, false] {
            let mut groups = BTreeMap::<(bool, Names), Vec<Case<'_>>>::new();
            for case in scene.cases(signed) {
                // A password takes its time, and so is asked less often.
                groups.entry((case.route.rule == Rule::SignIn, case.thing.what)).or_default().push(case);
            }
            for ((signing_in, what), cases) in groups {
                let who = if signed { "signed in" } else { "not signed in" };
                let wanted = if signing_in { sign_ins } else { pairs };
                let few = if signing_in { cases.len() } else { 2 * cases.len() };
                let taken = centred(&sample(&scene, signed, &cases, wanted.max(few)).await);
                if wanted < TELLING {
                    continue;
                }
                let (t, count) = (welch(&taken), taken.len());
                let by_route = worst_part(&taken, |case| (cases[case].route.method, cases[case].route.template, cases[case].route.rule));
                let by_reason = worst_part(&taken, |case| cases[case].thing.about);
                let group = if signing_in { "sign in".to_owned() } else { format!("{what:?}") };
                say(&format!(
                    "timing {group:8} {who:13} {count:6} samples of each class: |t| {:.2}; of {} routes the worst {:.2} {:?}; of {} reasons the worst {:.2} {:?}",
                    t.abs(), by_route.2, by_route.0, by_route.1, by_reason.2, by_reason.0, by_reason.1
                ));
                worst = worst.max(t.abs()).max(by_route.0).max(by_reason.0);
            }
        }
        say(&format!("timing: worst |t| {worst:.2}"));
        assert!(worst < LIMIT, "|t| is {worst:.1}: the time tells what is hidden from what never was");
    }
}
