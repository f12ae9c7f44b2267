//! Sizes. Whole numbers only, so that a size is the same everywhere.

use super::{Reframe, Window};

/// Nothing is wider than this, where nothing else is said.
pub(super) const WIDE: u32 = 720;
/// The smallest exact 9:16 with even sides; every upright canvas is a multiple of it.
const UNIT: (u32, u32) = (18, 32);

/// So many pixels beside a picture are not worth being filled.
const SLIVER: u32 = 8;

/// How the source's picture is put into the output's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Scaled as it is.
    Whole,
    /// All of it, this large, in the middle of a blurred background.
    OnBackground {
        /// Width of the sharp picture.
        width: u32,
        /// Height of the sharp picture.
        height: u32,
    },
    /// All of it, this large, in the middle between its own sides, blurred: what is narrower than a canvas that is given.
    Between {
        /// Width of the sharp picture.
        width: u32,
        /// Height of the sharp picture.
        height: u32,
    },
    /// A window of the output's shape, scaled.
    Window,
}

/// The output's size and shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Geometry {
    /// Width of the output; even.
    pub width: u32,
    /// Height of the output; even.
    pub height: u32,
    /// What fills it.
    pub shape: Shape,
}

/// The geometry for a source shown at `width` × `height`, 720 wide at most.
#[must_use]
pub fn geometry(width: u32, height: u32, reframe: Reframe) -> Geometry {
    geometry_within(width, height, reframe, WIDE)
}

/// The geometry for a source shown at `width` × `height`, `widest` wide at most and as high as that is at 9:16.
pub(super) fn geometry_within(width: u32, height: u32, reframe: Reframe, widest: u32) -> Geometry {
    let (width, height) = (width.max(2), height.max(2));
    if reframe == Reframe::Follow && Window::within(width, height).is_some() {
        return window(width, height, widest);
    }
    if height > width {
        let (width, height) = within(width, height, widest, widest * 16 / 9);
        return Geometry { width, height, shape: Shape::Whole };
    }
    match reframe {
        Reframe::Fit => on_background(width, height, widest),
        Reframe::Crop | Reframe::Follow => window(width, height, widest),
    }
}

/// The geometry for a source shown at `width` × `height` on a canvas that is given, for which it may be enlarged. What is
/// nearly of the canvas's shape fills it.
pub(super) fn on_canvas((width, height): (u32, u32), reframe: Reframe, (wide, high): (u32, u32)) -> Geometry {
    let shape = match reframe {
        Reframe::Crop | Reframe::Follow => Shape::Window,
        Reframe::Fit => fitted((width.max(2), height.max(2)), (wide, high)),
    };
    Geometry { width: wide, height: high, shape }
}

fn fitted((width, height): (u32, u32), (wide, high): (u32, u32)) -> Shape {
    let (w, h, across, up) = (u64::from(width), u64::from(height), u64::from(wide), u64::from(high));
    let is_wide = across * h <= up * w;
    let (width, height) =
        if is_wide { (wide, nearest_even(h * across, w).min(high)) } else { (nearest_even(w * up, h).min(wide), high) };
    let free = if is_wide { (high - height, high) } else { (wide - width, wide) };
    // A sliver beside a picture looks like a mistake; and what is blurred is a few rows at least.
    match free {
        (free, side) if free < SLIVER || free * 25 < side => Shape::Window,
        _ if is_wide => Shape::OnBackground { width, height },
        _ => Shape::Between { width, height },
    }
}

/// The canvas of 9:16 that is nearest to so wide, and not wider.
pub(super) fn canvas_within(width: u32, widest: u32) -> (u32, u32) {
    canvas(width / UNIT.0, widest)
}

fn canvas(units: u32, widest: u32) -> (u32, u32) {
    let units = units.clamp(1, widest / UNIT.0);
    (UNIT.0 * units, UNIT.1 * units)
}

fn on_background(width: u32, height: u32, widest: u32) -> Geometry {
    let (canvas_width, canvas_height) = canvas(width / UNIT.0, widest);
    let (inner_width, inner_height) = within(width, height, canvas_width, canvas_height);
    Geometry {
        width: canvas_width,
        height: canvas_height,
        shape: Shape::OnBackground { width: inner_width, height: inner_height },
    }
}

fn window(width: u32, height: u32, widest: u32) -> Geometry {
    // The largest window has all of the height, or all of the width of what is narrower than itself.
    let window_width = u64::from(width).min(u64::from(height) * 9 / 16);
    let units = (height / UNIT.1).min(u32::try_from(window_width).unwrap_or(width) / UNIT.0);
    let (width, height) = canvas(units, widest);
    Geometry { width, height, shape: Shape::Window }
}

/// The largest even size of this shape within the bounds and within the size itself.
pub(super) fn within(width: u32, height: u32, widest: u32, highest: u32) -> (u32, u32) {
    let (w, h) = (u64::from(width), u64::from(height));
    let (most_w, most_h) = (u64::from(widest), u64::from(highest));
    if w <= most_w && h <= most_h {
        return (even_below(width), even_below(height));
    }
    // Which bound is met first, without dividing.
    if most_w * h <= most_h * w {
        (even_below(widest), nearest_even(h * most_w, w).min(even_below(height)))
    } else {
        (nearest_even(w * most_h, h).min(even_below(width)), even_below(highest))
    }
}

fn even_below(n: u32) -> u32 {
    (n & !1).max(2)
}

/// The even number nearest to `over / under`, at least 2.
fn nearest_even(over: u64, under: u64) -> u32 {
    let half = (over + under) / (2 * under);
    u32::try_from(half * 2).unwrap_or(u32::MAX - 1).max(2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const HIGH: u32 = 1280;

    #[test]
    fn known_sizes() {
        let size = |w, h, reframe| {
            let g = geometry(w, h, reframe);
            (g.width, g.height)
        };
        assert_eq!(size(1920, 1080, Reframe::Fit), (720, 1280));
        assert_eq!(size(1920, 1080, Reframe::Crop), (594, 1056));
        assert_eq!(size(3840, 2160, Reframe::Crop), (720, 1280));
        assert_eq!(size(768, 432, Reframe::Crop), (234, 416));
        assert_eq!(size(640, 360, Reframe::Fit), (630, 1120));
        assert_eq!(size(1080, 1920, Reframe::Crop), (720, 1280));
        assert_eq!(size(1080, 1440, Reframe::Fit), (720, 960));
        assert_eq!(size(405, 720, Reframe::Fit), (404, 720));
        assert_eq!(size(1920, 1080, Reframe::Follow), (594, 1056));
        assert_eq!(size(1080, 1350, Reframe::Follow), (720, 1280));
        assert_eq!(size(720, 1560, Reframe::Follow), (720, 1280));
        assert_eq!(size(395, 720, Reframe::Follow), (394, 720));
    }

    proptest! {
        #[test]
        fn landscape_and_square_become_exactly_nine_by_sixteen(w in 16u32..9000, h in 16u32..9000, crop: bool) {
            prop_assume!(w >= h);
            let reframe = if crop { Reframe::Crop } else { Reframe::Fit };
            let g = geometry(w, h, reframe);
            prop_assert_eq!(g.width * 16, g.height * 9);
            prop_assert!((g.width | g.height) & 1 == 0 && g.width <= WIDE);
            // Below one unit there is no smaller canvas to make.
            prop_assert!(g.width <= w.max(UNIT.0));
            match g.shape {
                Shape::Whole | Shape::Between { .. } => prop_assert!(false),
                Shape::OnBackground { width, height } => {
                    prop_assert!(width <= w && height <= h && (width | height) & 1 == 0);
                    prop_assert!(width <= g.width && height <= g.height);
                    let ideal = f64::from(width) * f64::from(h) / f64::from(w);
                    prop_assert!((f64::from(height) - ideal).abs() <= 2.0);
                }
                Shape::Window => {
                    prop_assert!(g.height <= h.max(UNIT.1));
                    // All that the source's height gives, up to one unit and the bound.
                    prop_assert!(g.height == HIGH || h - g.height.min(h) < 2 * UNIT.1);
                }
            }
        }

        #[test]
        fn on_a_canvas_all_of_it_is_there_or_nearly(w in 2u32..9000, h in 2u32..9000, units in 1u32..60) {
            let (wide, high) = canvas_within(units * 18, 1080);
            let g = on_canvas((w, h), Reframe::Fit, (wide, high));
            prop_assert_eq!((g.width, g.height), (wide, high));
            let shape = f64::from(w) / f64::from(h) * 16.0 / 9.0;
            match g.shape {
                Shape::Whole => prop_assert!(false),
                Shape::OnBackground { width, height } => {
                    prop_assert!(width == wide && high - height >= SLIVER && height.is_multiple_of(2) && shape > 1.0);
                }
                Shape::Between { width, height } => {
                    prop_assert!(height == high && wide - width >= SLIVER && width.is_multiple_of(2) && shape < 1.0);
                }
                Shape::Window => {
                    let free = f64::from(high) * (1.0 - shape.min(1.0 / shape));
                    prop_assert!(free < 10.0 + f64::from(high) * 0.045, "{shape}");
                }
            }
            prop_assert_eq!(on_canvas((w, h), Reframe::Crop, (wide, high)).shape, Shape::Window);
        }

        #[test]
        fn upright_keeps_its_shape_within_a_pixel(w in 16u32..9000, h in 16u32..9000, crop: bool) {
            prop_assume!(h > w);
            let reframe = if crop { Reframe::Crop } else { Reframe::Fit };
            let g = geometry(w, h, reframe);
            prop_assert_eq!(g.shape, Shape::Whole);
            prop_assert!(g.width <= WIDE && g.height <= HIGH && g.width <= w && g.height <= h);
            prop_assert!((g.width | g.height) & 1 == 0);
            let scale = (f64::from(WIDE) / f64::from(w)).min(f64::from(HIGH) / f64::from(h)).min(1.0);
            for (side, source) in [(g.width, w), (g.height, h)] {
                let ideal = f64::from(source) * scale;
                prop_assert!((f64::from(side) - ideal).abs() <= 1.0 || side == 2, "{side} {ideal}");
            }
        }
    }
}
