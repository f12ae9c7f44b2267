//! Burnt-in bars: edges of the picture that stay black from the first frame to the last.

use super::frames::{Frame, Small};
use crate::plan::Bars;

/// Luma that is still black: 16, and what compression adds to it.
const BLACK: u8 = 26;
/// Luma that is surely none.
const LIGHT: u8 = 44;
/// The picture that a bar ends at is a straight edge: this share of it is light at one time or another.
const EDGE: f64 = 0.5;
/// A bar is at least this share of the side; a thinner one is a camera's dark rim.
const THINNEST: f64 = 0.025;
/// And this much of the side is left; less is no picture beside bars but a light in the dark.
const LEFT: f64 = 0.2;

/// The lightest that each pixel has been.
pub(super) struct Lightest {
    small: Small,
    pixels: Vec<u8>,
}

impl Lightest {
    pub(super) fn new(small: Small) -> Self {
        Self { small, pixels: vec![0; small.width * small.height] }
    }

    pub(super) fn see(&mut self, frame: &Frame<'_>) {
        for (most, now) in self.pixels.iter_mut().zip(frame.luma) {
            *most = (*most).max(*now);
        }
    }

    /// Whether an edge has been black all along, wherever the picture beside it begins: after a few frames that may
    /// still be a bar.
    pub(super) fn may_have_bars(&self) -> bool {
        let Small { width, height } = self.small;
        let row = |y: usize| self.pixels[y * width..(y + 1) * width].iter().all(|value| *value <= BLACK);
        let column = |x: usize| (0..height).all(|y| self.pixels[y * width + x] <= BLACK);
        let thick = |side: usize| (side as f64 * THINNEST).ceil() as usize;
        let (deep, wide) = (thick(height), thick(width));
        (0..deep).all(row)
            || (height - deep..height).all(row)
            || (0..wide).all(column)
            || (width - wide..width).all(column)
    }

    /// The bars, if there are any.
    pub(super) fn bars(&self) -> Option<Bars> {
        let Small { width, height } = self.small;
        // There may be bars on all four sides: of a row, only what is not below or above a bar's column is asked.
        let dark = |x: &usize| (0..height).all(|y| self.pixels[y * width + x] <= BLACK);
        let from = (0..width).take_while(dark).count();
        let to = width - (from..width).rev().take_while(dark).count();
        let row = |y: usize| self.pixels[y * width + from..y * width + to].iter().copied();
        let (top, bottom) = (depth(height, row), depth(height, |y| row(height - 1 - y)));
        let rows = top..height - bottom;
        let column = |x: usize| rows.clone().map(move |y| self.pixels[y * width + x]);
        let (left, right) = (depth(width, column), depth(width, |x| column(width - 1 - x)));
        let short = |cut: usize, side: usize| ((side - cut) as f64) < side as f64 * LEFT;
        if short(top + bottom, height) || short(left + right, width) {
            return None;
        }
        let share = |cut: usize, side: usize| (cut * 1000).div_ceil(side) as u16;
        Bars::new([share(left, width), share(top, height), share(right, width), share(bottom, height)])
    }
}

/// How many lines from the edge are a bar: all black, up to one where the picture begins all at once. The line
/// between, part bar and part picture, goes with the bar.
fn depth<L: Iterator<Item = u8>>(lines: usize, line: impl Fn(usize) -> L) -> usize {
    let black = (0..lines).take_while(|i| line(*i).all(|value| value <= BLACK)).count();
    if black == lines || (black as f64) < lines as f64 * THINNEST {
        return 0;
    }
    let light = |i: usize| {
        let (light, all) = line(i).fold((0, 0), |(n, all), value| (n + usize::from(value >= LIGHT), all + 1));
        f64::from(light as u32) >= EDGE * f64::from(all as u32)
    };
    let begins = (black..lines.min(black + 3)).find(|i| light(*i));
    match begins {
        // The scaler's line of both is darker than the picture's own.
        Some(begins) => (begins + usize::from(begins == black)).min(lines - 1),
        None => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn seen(paint: impl Fn(usize, usize) -> u8) -> Option<Bars> {
        let small = Small::of(16, 9);
        let luma: Vec<u8> = (0..small.width * small.height).map(|i| paint(i % small.width, i / small.width)).collect();
        let mut lightest = Lightest::new(small);
        lightest.see(&Frame { small, luma: &luma, blue: &[], red: &[] });
        lightest.bars()
    }

    #[test]
    fn bars_are_found_and_other_darkness_is_none() {
        let upright = seen(|x, _| if (88..168).contains(&x) { 120 } else { 16 }).unwrap();
        assert_eq!(upright.sides(), [348, 0, 348, 0]);
        let both = seen(|x, y| if (88..168).contains(&x) && (20..124).contains(&y) { 120 } else { 18 }).unwrap();
        assert!(both.sides().iter().all(|side| *side > 100), "{both:?}");
        assert_eq!(seen(|_, _| 16), None, "all dark");
        assert_eq!(seen(|_, _| 99), None, "all light");
        assert_eq!(seen(|x, y| if (x / 8 + y / 8) % 9 == 5 { 200 } else { 16 }), None, "lights in the night");
        assert_eq!(seen(|_, y| if y < 40 { 20 } else { (20 + (y - 40)).min(90) as u8 }), None, "a dark sky");
        assert_eq!(seen(|x, y| if x < 60 && y != 70 { 16 } else { 90 }), None, "words in a bar keep it");
    }

    proptest! {
        #[test]
        fn any_pixels_are_survived(pixels in proptest::collection::vec(any::<u8>(), 256), spread in 1usize..400) {
            if let Some(bars) = seen(|x, y| pixels[(x / spread + y * 7) % 256]) {
                let [left, top, right, bottom] = bars.sides();
                prop_assert!(left + right <= 800 && top + bottom <= 800);
            }
        }
    }
}
