//! Where the window looks, from the first moment to the last: a few key points and one curve through them.

use serde::{Deserialize, Serialize};
use std::fmt::Write as _;

/// More key points than this no video of ten minutes needs, and one argument of a process can hold.
pub const MOST_KEYS: usize = 600;

/// One moment at which it is said where the window is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Key {
    /// Milliseconds from the start.
    pub at_ms: u32,
    /// The centre of the window, 0 to 1 of the picture's width; of its height, where the picture is too high.
    /// Too near an edge, the window stops at the edge.
    pub x: f32,
    /// The window jumps here, instead of moving here from the key before.
    pub cut: bool,
}

/// Why key points are no path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadPath {
    /// None, or more than [`MOST_KEYS`].
    #[error("a path has 1 to {MOST_KEYS} key points")]
    Count,
    /// A key is not after the one before.
    #[error("the key points of a path are in the order of time, and no two at the same moment")]
    Order,
    /// A centre is outside the picture, or not a number.
    #[error("the centre of the window is between 0 and 1")]
    Outside,
}

/// Key points in the order of time. Between two of them the window moves with ease: it is still at its turning
/// points and beside a hold, and never goes beyond the two.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Key>", into = "Vec<Key>")]
pub struct Path(Vec<Key>);

impl Path {
    /// A path through these points.
    ///
    /// # Errors
    /// [`BadPath`] when they are too many, out of order or outside the picture.
    pub fn new(keys: Vec<Key>) -> Result<Self, BadPath> {
        if keys.is_empty() || keys.len() > MOST_KEYS {
            return Err(BadPath::Count);
        }
        if !keys.iter().all(|key| (0.0..=1.0).contains(&key.x)) {
            return Err(BadPath::Outside);
        }
        if !keys.is_sorted_by(|a, b| a.at_ms < b.at_ms) {
            return Err(BadPath::Order);
        }
        Ok(Self(keys))
    }

    /// The key points.
    #[must_use]
    pub fn keys(&self) -> &[Key] {
        &self.0
    }

    /// Where the window is at this moment.
    #[must_use]
    pub fn at(&self, seconds: f64) -> f64 {
        let after = self.0.partition_point(|key| time(key) <= seconds);
        self.piece(after).at(seconds)
    }

    /// The same as ffmpeg computes it from `t`, as one expression: halving at each step, so that its depth stays
    /// small however many keys there are.
    pub(super) fn expression(&self) -> String {
        let mut text = String::new();
        self.write(&mut text, 0, self.0.len());
        text
    }

    /// The pieces `from..=to`, told apart by the keys between them.
    fn write(&self, text: &mut String, from: usize, to: usize) {
        if from == to {
            self.piece(from).write(text);
            return;
        }
        let middle = usize::midpoint(from, to);
        // A moment of a clock that is no number of milliseconds belongs to the key that it has reached.
        let _ = write!(text, "if(lt(t,{:.4}),", time(&self.0[middle]) - 0.0005);
        self.write(text, from, middle);
        text.push(',');
        self.write(text, middle + 1, to);
        text.push(')');
    }

    /// What happens between key `after - 1` and key `after`.
    fn piece(&self, after: usize) -> Piece {
        let Some(from) = after.checked_sub(1).and_then(|before| self.0.get(before)) else {
            return Piece::still(f64::from(self.0[0].x));
        };
        match self.0.get(after) {
            Some(to) if !to.cut => Piece::between(from, to, self.speed(after - 1), self.speed(after)),
            _ => Piece::still(f64::from(from.x)),
        }
    }

    /// How fast the window passes key `i`: not at all where it turns, starts or ends; else the harmonic mean of
    /// the speeds on both sides, which keeps each piece between its ends.
    fn speed(&self, i: usize) -> f64 {
        let (Some(here), Some(next)) = (self.0.get(i), self.0.get(i + 1)) else { return 0.0 };
        let Some(last) = i.checked_sub(1).and_then(|i| self.0.get(i)) else { return 0.0 };
        if here.cut || next.cut {
            return 0.0;
        }
        let (before, after) = (slope(last, here), slope(here, next));
        if before * after <= 0.0 { 0.0 } else { 2.0 * before * after / (before + after) }
    }
}

impl TryFrom<Vec<Key>> for Path {
    type Error = BadPath;

    fn try_from(keys: Vec<Key>) -> Result<Self, BadPath> {
        Self::new(keys)
    }
}

impl From<Path> for Vec<Key> {
    fn from(path: Path) -> Self {
        path.0
    }
}

fn time(key: &Key) -> f64 {
    f64::from(key.at_ms) / 1000.0
}

fn slope(a: &Key, b: &Key) -> f64 {
    (f64::from(b.x) - f64::from(a.x)) / (time(b) - time(a))
}

/// A cubic in the seconds since `start`.
struct Piece {
    start: f64,
    terms: [f64; 4],
}

impl Piece {
    fn still(x: f64) -> Self {
        Self { start: 0.0, terms: [x, 0.0, 0.0, 0.0] }
    }

    /// From one place and speed to another.
    fn between(from: &Key, to: &Key, leaving: f64, arriving: f64) -> Self {
        let (long, mean) = (time(to) - time(from), slope(from, to));
        let square = (3.0 * mean - 2.0 * leaving - arriving) / long;
        let cube = (leaving + arriving - 2.0 * mean) / (long * long);
        Self { start: time(from), terms: [f64::from(from.x), leaving, square, cube] }
    }

    fn at(&self, seconds: f64) -> f64 {
        let [a, b, c, d] = self.terms;
        let u = seconds - self.start;
        (a + u * (b + u * (c + u * d))).clamp(0.0, 1.0)
    }

    fn write(&self, text: &mut String) {
        let [a, b, c, d] = self.terms;
        let u = format!("(t-{:.3})", self.start);
        let _ = match self.terms[1..] {
            [0.0, 0.0, 0.0] => write!(text, "{a:.5}"),
            _ => write!(text, "{a:.5}+{u}*({b:.5}+{u}*({c:.5}+{u}*{d:.6}))"),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn keys() -> impl Strategy<Value = Vec<Key>> {
        let key = (1u32..4000, 0u16..=1000, proptest::bool::weighted(0.2));
        proptest::collection::vec(key, 1..40).prop_map(|steps| {
            let mut at_ms = 0;
            let place = |(step, x, cut)| {
                at_ms += step;
                Key { at_ms, x: f32::from(x) / 1000.0, cut }
            };
            steps.into_iter().map(place).collect()
        })
    }

    #[test]
    fn what_is_no_path_is_refused() {
        let key = |at_ms, x| Key { at_ms, x, cut: false };
        assert_eq!(Path::new(vec![]), Err(BadPath::Count));
        assert_eq!(Path::new(vec![key(0, 0.5); 2]), Err(BadPath::Order));
        assert_eq!(Path::new(vec![key(5, 0.5), key(4, 0.5)]), Err(BadPath::Order));
        assert_eq!(Path::new((0..=600).map(|i| key(i, 0.5)).collect()), Err(BadPath::Count));
        for x in [-0.1, 1.1, f32::NAN, f32::INFINITY] {
            assert_eq!(Path::new(vec![key(0, x)]), Err(BadPath::Outside));
        }
        assert!(serde_json::from_str::<Path>("[]").is_err());
        let text = r#"[{"at_ms":0,"x":0.25,"cut":true}]"#;
        assert_eq!(serde_json::to_string(&serde_json::from_str::<Path>(text).unwrap()).unwrap(), text);
    }

    #[test]
    fn a_full_path_fits_one_argument() {
        let keys = (0..600).map(|i| Key { at_ms: i * 7_100_001 % 4_200_000_000, x: (i % 7) as f32 / 7.0, cut: false });
        let mut keys: Vec<Key> = keys.collect();
        keys.sort_by_key(|key| key.at_ms);
        assert!(Path::new(keys).unwrap().expression().len() < 100_000);
    }

    proptest! {
        #[test]
        fn it_meets_its_keys_and_stays_between_them(keys in keys(), share in 0.0..1.0f64) {
            let path = Path::new(keys.clone()).unwrap();
            for key in &keys {
                prop_assert!((path.at(time(key)) - f64::from(key.x)).abs() < 1e-6);
            }
            for pair in keys.windows(2) {
                let now = path.at(time(&pair[0]) + (time(&pair[1]) - time(&pair[0])) * share);
                let (a, b) = (f64::from(pair[0].x), f64::from(pair[1].x));
                prop_assert!(now >= a.min(b) - 1e-6 && now <= a.max(b) + 1e-6, "{a} {now} {b}");
                prop_assert!(!pair[1].cut || share >= 1.0 || (now - a).abs() < 1e-6, "a cut is not led up to");
            }
        }

        #[test]
        fn it_moves_with_ease(keys in keys(), share in 0.0..1.0f64) {
            let path = Path::new(keys.clone()).unwrap();
            let at = time(&keys[keys.len() - 1]) * share;
            // No jump of speed in half a millisecond but at a cut.
            let near_cut = keys.iter().any(|key| key.cut && (time(key) - at).abs() < 0.002);
            let step = 0.0005;
            let speed = |at: f64| (path.at(at + step) - path.at(at)) / step;
            let shortest = keys.windows(2).map(|pair| time(&pair[1]) - time(&pair[0])).fold(1.0, f64::min);
            if !near_cut {
                prop_assert!((speed(at) - speed(at - step)).abs() <= 14.0 * step / (shortest * shortest));
            }
        }
    }
}
