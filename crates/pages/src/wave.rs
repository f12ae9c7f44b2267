//! The waveform of a sound, as a path of bars.

use std::fmt::Write as _;

/// Bars that are drawn.
const BARS: usize = 64;
/// Height of the drawing; its width is four a bar.
const HEIGHT: f64 = 64.0;
/// The least height of a bar, so that silence is seen as well.
const LEAST: f64 = 3.0;

/// What `d` of an SVG path says in a box of 256 by 64: upright bars around the middle, one for each stretch of
/// `peaks`, by its highest. Of what nobody has listened to, all bars are low.
pub(crate) fn wave(peaks: impl AsRef<[u8]>) -> String {
    let peaks = peaks.as_ref();
    let mut path = String::new();
    for bar in 0..BARS {
        let (from, to) = (bar * peaks.len() / BARS, (bar + 1) * peaks.len() / BARS);
        // Fewer slices than bars: each stands for several.
        let stretch = peaks.get(from..to.max(from + 1)).unwrap_or_default();
        let highest = stretch.iter().copied().max().unwrap_or_default();
        let half = (f64::from(highest) / 255.0 * (HEIGHT - 4.0)).max(LEAST) / 2.0;
        let (x, middle) = (bar * 4 + 2, HEIGHT / 2.0);
        let _ = write!(path, "M{x} {:.1}V{:.1}", middle - half, middle + half);
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_bar_is_as_high_as_the_highest_of_its_stretch() {
        let mut peaks = vec![0; 256];
        peaks[5] = 255;
        let path = wave(&peaks);
        let bars: Vec<&str> = path.split('M').skip(1).collect();
        assert_eq!((bars.len(), bars[0], bars[1]), (64, "2 30.5V33.5", "6 2.0V62.0"));
        for count in [0, 1, 7, 64, 255] {
            assert_eq!(wave(vec![9; count]).matches('M').count(), 64);
        }
    }
}
