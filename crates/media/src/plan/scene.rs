//! What is known of the picture before it is framed.

use super::Path;
use crate::probe::Probe;
use serde::{Deserialize, Serialize};

/// What [`watch`](crate::watch) found. The default is nothing found: no bars, and no window.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Scene {
    /// Burnt-in bars; they are cut off, however the rest is framed.
    pub bars: Option<Bars>,
    /// Where the window looks. None: one window cannot hold what matters, or the picture needs none.
    pub path: Option<Path>,
}

/// Burnt-in bars: thousandths of the picture's width or height at each of its sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "[u16; 4]", into = "[u16; 4]")]
pub struct Bars([u16; 4]);

/// Opposite bars leave at least this many thousandths of the picture between them.
const LEAST: u16 = 100;

impl Bars {
    /// Bars at left, top, right and bottom; none if they are nothing, or leave nothing.
    #[must_use]
    pub fn new(sides: [u16; 4]) -> Option<Self> {
        let [left, top, right, bottom] = sides;
        let leaves = |a: u16, b: u16| a.saturating_add(b) <= 1000 - LEAST;
        (sides != [0; 4] && leaves(left, right) && leaves(top, bottom)).then_some(Self(sides))
    }

    /// Left, top, right and bottom.
    #[must_use]
    pub const fn sides(&self) -> [u16; 4] {
        self.0
    }
}

impl TryFrom<[u16; 4]> for Bars {
    type Error = &'static str;

    fn try_from(sides: [u16; 4]) -> Result<Self, Self::Error> {
        Self::new(sides).ok_or("bars leave a tenth of the picture, and are something")
    }
}

impl From<Bars> for [u16; 4] {
    fn from(bars: Bars) -> Self {
        bars.0
    }
}

/// The size at which the picture without its bars is shown.
pub(super) fn shown(probe: &Probe, bars: Option<&Bars>) -> (u32, u32) {
    let [left, top, right, bottom] = bars.map_or([0; 4], Bars::sides).map(u64::from);
    let rest = |side: u32, cut: u64| (u64::from(side) * (1000 - cut) / 1000).max(2) as u32;
    (rest(probe.display_width, left + right), rest(probe.display_height, top + bottom))
}

/// The window of 9:16 in a picture of another shape: along which side it moves, and how much of it it takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Window {
    /// It moves up and down, as the picture is too high for it.
    pub(crate) upright: bool,
    /// Its share of the side along which it moves.
    pub(crate) share: f64,
}

/// A picture whose window would be all of it but this part is shown whole.
const NEARLY: f64 = 0.04;

impl Window {
    /// The window for what is left of the picture without its bars; none if that is 9:16 already.
    pub(crate) fn of(probe: &Probe, bars: Option<&Bars>) -> Option<Self> {
        let (width, height) = shown(probe, bars);
        Self::within(width, height)
    }

    pub(super) fn within(width: u32, height: u32) -> Option<Self> {
        let share = f64::from(height) * 9.0 / (f64::from(width) * 16.0);
        let upright = share > 1.0;
        let share = if upright { share.recip() } else { share };
        (share < 1.0 - NEARLY).then_some(Self { upright, share })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scene_is_kept_as_text_and_only_sound_ones_are_read_back() {
        let text = r#"{"bars":[348,0,348,0],"path":[{"at_ms":0,"x":0.5,"cut":true}]}"#;
        let scene: Scene = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&scene).unwrap(), text);
        for bars in ["[0,0,0,0]", "[500,0,500,0]", "[65535,0,65535,0]", "[1,2,3]"] {
            assert!(serde_json::from_str::<Bars>(bars).is_err(), "{bars}");
        }
    }

    #[test]
    fn the_window_is_nine_by_sixteen_of_any_shape() {
        assert_eq!(Window::within(1080, 1920), None);
        assert_eq!(Window::within(395, 720), None, "nearly");
        let wide = Window::within(1600, 900).unwrap();
        assert!(!wide.upright && (wide.share - 81.0 / 256.0).abs() < 1e-9);
        assert!(Window::within(1000, 1000).is_some_and(|window| !window.upright && window.share == 0.5625));
        assert!(Window::within(1080, 2340).is_some_and(|window| window.upright && window.share < 0.83));
    }
}
