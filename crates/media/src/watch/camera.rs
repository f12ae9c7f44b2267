//! The camera: holds still as long as it can, pans with ease when it must, and gives up where one window cannot
//! hold what matters.

use super::observe::{Seen, Shot};
use crate::plan::{Bars, Key, MOST_KEYS, Path, Window};

/// Places that the window can be at, from edge to edge.
const PLACES: usize = 97;
/// Part of the picture's cells that must be busy for all attention.
const BUSY: f32 = 0.01;
/// And below which it is nothing.
const IDLE: f32 = 0.0008;
/// What stands out by its colour counts this much where nothing happens.
const STILL: f32 = 0.05;
/// Up to this part of the way from the window's middle to its edge, a subject is well framed.
const WELL: f64 = 0.55;
/// And this much it gains by being in the very middle.
const MIDDLE: f64 = 0.1;
/// What a pan costs, in seconds of a subject out of sight: to begin one, and then for each second, each width of
/// the picture, and the square of its speed. Together they make a pan of half the picture take a good second.
const BEGIN: f32 = 0.35;
const MOVING: f32 = 0.1;
const WAY: f32 = 0.5;
const SPEED: f32 = 0.9;
/// No pan is faster, in widths of the picture a second.
const FASTEST: f64 = 1.0;
/// Seconds over which the beginning and the end of a pan are eased, to each side.
const EASE: f64 = 0.5;
/// All of the picture is shown instead where a window, wherever it were at each look, would hold less than this of
/// what happens, or where the way that it takes holds less than that.
const COULD: f32 = 0.65;
const DOES: f32 = 0.4;
/// How far the curve through the keys may be from the camera's way.
const NEAR: f64 = 0.0015;

/// What matters at one look, by places along the side on which the window moves: where, and how much.
type Profile = Vec<(f64, f32)>;

/// The way of the window through all that was seen; none if it cannot hold what matters.
pub(super) fn path(seen: &Seen, bars: Option<&Bars>, window: Window) -> Option<Path> {
    let view = View::new(seen, bars, window);
    let (mut could, mut does, mut all) = (0.0, 0.0, 0.0);
    let mut ways = Vec::new();
    for (i, shot) in seen.shots.iter().enumerate() {
        let end = seen.shots.get(i + 1).map_or(seen.looks.len(), |next| next.look);
        let profiles: Vec<Profile> = (shot.look..end).map(|look| view.profile(shot, look)).collect();
        let way = view.way(&profiles, &view.still(shot));
        for (profile, centre) in profiles.iter().zip(&way).filter(|(profile, _)| !profile.is_empty()) {
            all += profile.iter().map(|(_, much)| much).sum::<f32>();
            does += view.held(profile, *centre);
            could += (0..PLACES).map(|place| view.held(profile, view.centre(place))).fold(0.0, f32::max);
        }
        ways.push(way);
    }
    // Half a second of something is the least that speaks against the window.
    let matters = f64::from(all) * view.step > 0.5;
    if matters && (could < COULD * all || does < DOES * all) { None } else { keys(seen, &ways) }
}

struct View<'a> {
    seen: &'a Seen,
    window: Window,
    /// Where the picture begins and ends along the side, beside its bars.
    from: f64,
    to: f64,
    /// Seconds from one look to the next.
    step: f64,
}

impl<'a> View<'a> {
    fn new(seen: &'a Seen, bars: Option<&Bars>, window: Window) -> Self {
        let [left, top, right, bottom] = bars.map_or([0; 4], Bars::sides).map(|side| f64::from(side) / 1000.0);
        let (from, to) = if window.upright { (top, 1.0 - bottom) } else { (left, 1.0 - right) };
        Self { seen, window, from, to, step: f64::from(seen.every) / seen.rate }
    }

    /// How much of a profile the window holds when its centre is here.
    fn held(&self, profile: &Profile, centre: f64) -> f32 {
        let half = self.window.share / 2.0;
        profile.iter().filter(|(at, _)| (at - centre).abs() <= half).map(|(_, much)| much).sum()
    }

    /// The cells along the side, by where they are in the picture.
    fn placed<'b>(&self, cells: &'b [f32]) -> impl Iterator<Item = (f64, f32)> + use<'b> {
        let (from, length, count) = (self.from, self.to - self.from, cells.len() as f64);
        let placed = cells.iter().enumerate().map(move |(i, much)| (((i as f64 + 0.5) / count - from) / length, *much));
        placed.filter(|(at, _)| (0.0..=1.0).contains(at))
    }

    fn side<'b>(&self, columns: &'b [f32], rows: &'b [f32]) -> &'b [f32] {
        if self.window.upright { rows } else { columns }
    }

    /// What moves or stands at a look, and the words of its scene.
    fn profile(&self, shot: &Shot, look: usize) -> Profile {
        let (columns, rows) = self.seen.profile(look);
        let cells = (columns.len() * rows.len()) as f32;
        let busy = |look: usize| self.seen.profile(look).0.iter().sum::<f32>();
        // What happens at a single look is a flash, or a camera that was knocked.
        let beside = [look.checked_sub(1), Some(look + 1).filter(|next| *next < self.seen.looks.len())];
        let lasting = beside.into_iter().flatten().map(busy).fold(0.0, f32::max).min(busy(look));
        let moves = if lasting < IDLE * cells { 0.0 } else { lasting / busy(look) };
        let (in_columns, in_rows) = shot.words.split_at(columns.len().min(shot.words.len()));
        let words = in_columns.iter().sum::<f32>();
        let scale = (1.0 / (BUSY * cells)).min(1.0 / (moves * busy(look) + words).max(f32::MIN_POSITIVE));
        let moving = self.placed(self.side(columns, rows)).map(|(at, much)| (at, much * moves * scale));
        let words = self.placed(self.side(in_columns, in_rows)).map(|(at, much)| (at, much * scale));
        moving.chain(words).filter(|(_, much)| *much > 0.0).collect()
    }

    /// What stands out by its colour, the more the nearer to the middle.
    fn still(&self, shot: &Shot) -> Profile {
        let (columns, rows) = shot.still.split_at(self.seen.small.across());
        let weighed = self.placed(self.side(columns, rows)).map(|(at, much)| {
            let off = (at - 0.5) / 0.3;
            (at, (much + 1e-3) * (-off * off / 2.0).exp() as f32)
        });
        let mut profile: Profile = weighed.collect();
        let sum: f32 = profile.iter().map(|(_, much)| much).sum();
        profile.iter_mut().for_each(|(_, much)| *much *= STILL / sum.max(f32::MIN_POSITIVE));
        profile
    }

    fn centre(&self, place: usize) -> f64 {
        let share = self.window.share;
        share / 2.0 + (1.0 - share) * place as f64 / (PLACES - 1) as f64
    }

    /// How well each place shows a profile: a subject counts fully in the middle of the window, and less and less
    /// towards its edge.
    fn worth(&self, profile: &Profile) -> Vec<f32> {
        let half = self.window.share / 2.0;
        let framed = |off: f64| {
            let out = ((off / half - WELL) / (1.05 - WELL)).clamp(0.0, 1.0);
            (1.0 - out * out * (3.0 - 2.0 * out) - MIDDLE * (off / half).min(1.0).powi(2)).max(0.0) as f32
        };
        let place = |place| {
            let centre = self.centre(place);
            profile.iter().map(|(at, much)| much * framed((at - centre).abs())).sum()
        };
        (0..PLACES).map(place).collect()
    }

    /// The centre of the window at each look of a shot.
    fn way(&self, profiles: &[Profile], still: &Profile) -> Vec<f64> {
        let still = self.worth(still);
        let worths: Vec<Vec<f32>> = profiles.iter().map(|profile| self.worth(profile)).collect();
        let around = |look: usize| look.saturating_sub(1)..(look + 2).min(worths.len());
        let worth = |look: usize, place: usize| {
            let near = around(look);
            let count = near.len() as f32;
            near.map(|look| worths[look][place]).sum::<f32>() / count + still[place]
        };
        let places = cheapest(profiles.len(), self.step, 1.0 - self.window.share, worth);
        let rough: Vec<f64> = places.into_iter().map(|place| self.centre(place)).collect();
        let ease = (EASE / self.step).round().max(1.0) as usize;
        eased(&eased(&rough, ease), ease)
    }
}

/// The places, one for each look, that show most for the least moving.
fn cheapest(looks: usize, step: f64, room: f64, worth: impl Fn(usize, usize) -> f32) -> Vec<usize> {
    let prices = prices(step, room);
    // Two states at each place: standing there, and being on the way.
    let (mut still, mut moving) = (vec![0.0_f32; PLACES], vec![f32::INFINITY; PLACES]);
    let mut came = vec![[(0_u8, false); PLACES * 2]; looks];
    for (look, came) in came.iter_mut().enumerate().skip(1) {
        let (stood, moved) = (still.clone(), moving.clone());
        for place in 0..PLACES {
            let gain = worth(look, place) * step as f32;
            let stops = moved[place] < stood[place];
            still[place] = stood[place].min(moved[place]) - gain;
            came[place] = (place as u8, stops);
            let near = place.saturating_sub(prices.len() - 1)..(place + prices.len()).min(PLACES);
            let mut least = (f32::INFINITY, (place as u8, false));
            for from in near {
                let begins = stood[from] + BEGIN;
                let price = prices[from.abs_diff(place)] + begins.min(moved[from]);
                if price < least.0 {
                    least = (price, (from as u8, moved[from] <= begins));
                }
            }
            moving[place] = least.0 - gain;
            came[PLACES + place] = least.1;
        }
    }
    traced(&came, &still, &moving)
}

/// The price of each length of a move from one look to the next.
fn prices(step: f64, room: f64) -> Vec<f32> {
    let one = room / (PLACES - 1) as f64;
    let furthest = ((FASTEST * step / one.max(1e-6)) as usize).clamp(1, PLACES - 1);
    let price = |places: usize| {
        let (way, step) = ((places as f64 * one) as f32, step as f32);
        MOVING * step + WAY * way + SPEED * way * way / step
    };
    (0..=furthest).map(price).collect()
}

/// Back from the cheapest end. Of equal ones, the one in the middle.
fn traced(came: &[[(u8, bool); PLACES * 2]], still: &[f32], moving: &[f32]) -> Vec<usize> {
    let middle = (PLACES - 1) / 2;
    let cost = |place: usize| still[place].min(moving[place]);
    let order = |a: &usize, b: &usize| cost(*a).total_cmp(&cost(*b)).then(a.abs_diff(middle).cmp(&b.abs_diff(middle)));
    let mut place = (0..PLACES).min_by(order).unwrap_or(middle);
    let mut on_the_way = moving[place] < still[place];
    let mut places = vec![place; came.len()];
    for look in (1..came.len()).rev() {
        let (from, was_on_the_way) = came[look][if on_the_way { PLACES + place } else { place }];
        (place, on_the_way) = (usize::from(from), was_on_the_way);
        places[look - 1] = place;
    }
    places
}

/// Means over what is near in time: a hold stays exactly where it is, a pan begins and ends slowly, and nothing
/// goes beyond where it was.
fn eased(way: &[f64], ease: usize) -> Vec<f64> {
    let weight = |off: usize| 1.0 + (std::f64::consts::PI * off as f64 / (ease + 1) as f64).cos();
    let at = |i: usize, off: isize| way[i.saturating_add_signed(off).min(way.len() - 1)];
    let whole: f64 = weight(0) + 2.0 * (1..=ease).map(weight).sum::<f64>();
    let mean = |i: usize| {
        // From here, so that what does not move does not move by a rounding either.
        let here = way[i];
        let off = |off: usize| {
            let off_signed = off as isize;
            weight(off) * ((at(i, -off_signed) - here) + (at(i, off_signed) - here))
        };
        here + (1..=ease).map(off).sum::<f64>() / whole
    };
    (0..way.len()).map(mean).collect()
}

/// The fewest keys, more or less, through which the curve is near enough to the ways of all shots.
fn keys(seen: &Seen, ways: &[Vec<f64>]) -> Option<Path> {
    [1.0, 3.0, 10.0, 40.0, f64::INFINITY].into_iter().find_map(|loose| {
        let mut all: Vec<Key> = Vec::new();
        for (i, (shot, way)) in seen.shots.iter().zip(ways).enumerate() {
            let points = points(seen, shot, way, i > 0);
            all.extend(thinned(&points, NEAR * loose)?);
            if all.len() > MOST_KEYS {
                return None;
            }
        }
        Path::new(all).ok()
    })
}

/// A shot's way as keys, one for each look.
fn points(seen: &Seen, shot: &Shot, way: &[f64], cut: bool) -> Vec<Key> {
    let time = |frame: f64| (frame.max(0.0) * 1000.0 / seen.rate) as u32;
    way.iter()
        .zip(&seen.looks[shot.look..])
        .enumerate()
        .map(|(i, (x, frame))| {
            // A scene begins between two frames.
            let at_ms = if i == 0 { time(f64::from(*frame) - 0.5) } else { time(f64::from(*frame)) };
            Key { at_ms, x: x.clamp(0.0, 1.0) as f32, cut: cut && i == 0 }
        })
        .collect()
}

/// The ends, the ends of each hold, and between them what the curve needs to come near.
fn thinned(points: &[Key], near: f64) -> Option<Vec<Key>> {
    let still = |a: usize, b: usize| points[a].x == points[b].x;
    let turns = |i: usize| i > 0 && i + 1 < points.len() && still(i - 1, i) != still(i, i + 1);
    let ends = |i: usize| i == 0 || i + 1 == points.len() || turns(i);
    let mut kept: Vec<usize> = (0..points.len()).filter(|i| ends(*i)).collect();
    if near.is_infinite() || (kept.len() == 2 && still(0, points.len() - 1)) {
        kept.truncate(1);
    }
    loop {
        let keys: Vec<Key> = kept.iter().map(|i| points[*i]).collect();
        let path = Path::new(keys.clone()).ok()?;
        let off = |i: &usize| (path.at(f64::from(points[*i].at_ms) / 1000.0) - f64::from(points[*i].x)).abs();
        let worst = kept.windows(2).filter_map(|ends| {
            (ends[0] + 1..ends[1]).max_by(|a, b| off(a).total_cmp(&off(b))).filter(|i| off(i) > near)
        });
        let more: Vec<usize> = worst.collect();
        if more.is_empty() {
            return Some(keys);
        }
        kept.extend(more);
        kept.sort_unstable();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn easing_stays_between_and_bounds_every_change_of_speed(
            places in proptest::collection::vec(0usize..PLACES, 1..60), hold in 1usize..30,
        ) {
            let rough: Vec<f64> = places.iter().flat_map(|p| vec![*p as f64 / 96.0; hold]).collect();
            let way = eased(&eased(&rough, 4), 4);
            let (low, high) = rough.iter().fold((1.0_f64, 0.0_f64), |(l, h), x| (l.min(*x), h.max(*x)));
            prop_assert!(way.iter().all(|x| (low - 1e-9..=high + 1e-9).contains(x)));
            for x in way.windows(3) {
                prop_assert!((x[0] - 2.0 * x[1] + x[2]).abs() < 0.09);
            }
            // A hold that is longer than the easing is exactly still.
            if hold > 16 {
                prop_assert_eq!(way[hold / 2], rough[hold / 2]);
            }
        }

        #[test]
        fn the_window_goes_where_it_pays_and_never_too_fast(target in 0usize..PLACES, looks in 1usize..90) {
            let worth = |_: usize, place: usize| 1.0 - place.abs_diff(target) as f32 / 96.0;
            let places = cheapest(looks, 0.125, 0.68, worth);
            prop_assert_eq!(places.len(), looks);
            prop_assert!(places.iter().all(|place| *place == places[0]), "no reason to move: {places:?}");
            prop_assert!(looks < 2 || places[0] == target);
            let chased = cheapest(looks, 0.125, 0.68, |look, place| worth(look, (place + look) % PLACES));
            prop_assert!(chased.windows(2).all(|pair| pair[0].abs_diff(pair[1]) <= 17));
        }
    }
}
