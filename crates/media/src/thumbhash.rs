//! A picture in some twenty bytes: its low frequencies, in the public format ThumbHash (Evan Wallace), opaque pictures alone.

use std::f64::consts::PI;

/// The longest side of a picture that is hashed: more would change nothing.
pub(crate) const MOST_SIDE: u32 = 100;
/// Frequencies of light along the longer side.
const LIGHT: f64 = 7.0;

/// One channel: its mean, its other frequencies between 0 and 1, and by how much these were scaled.
struct Channel {
    mean: f64,
    rest: Vec<f64>,
    scale: f64,
}

/// Hashes a picture of 8-bit red, green and blue, at most [`MOST_SIDE`] on a side; nothing of one whose bytes are not as many.
pub(crate) fn thumbhash(width: usize, height: usize, pixels: &[u8]) -> Option<Vec<u8>> {
    if width == 0 || height == 0 || pixels.len() != width * height * 3 {
        return None;
    }
    let colours = || pixels.chunks_exact(3).map(|p| [p[0], p[1], p[2]].map(|value| f64::from(value) / 255.0));
    let light: Vec<f64> = colours().map(|[r, g, b]| (r + g + b) / 3.0).collect();
    let yellow: Vec<f64> = colours().map(|[r, g, b]| (r + g) / 2.0 - b).collect();
    let red: Vec<f64> = colours().map(|[r, g, _]| r - g).collect();
    let longest = width.max(height) as f64;
    let along = |side: usize| ((LIGHT * side as f64 / longest).round() as usize).max(1);
    let (across, down) = (along(width), along(height));
    let light = channel(&light, (width, height), (across.max(3), down.max(3)));
    let yellow = channel(&yellow, (width, height), (3, 3));
    let red = channel(&red, (width, height), (3, 3));
    Some(packed(width > height, if width > height { down } else { across }, &[light, yellow, red]))
}

/// The cosine transform of a channel, as far as the triangle of its lowest frequencies goes.
fn channel(values: &[f64], (width, height): (usize, usize), (across, down): (usize, usize)) -> Channel {
    let wave =
        |at: usize, side: usize, frequency: usize| (PI / side as f64 * frequency as f64 * (at as f64 + 0.5)).cos();
    let (mut mean, mut rest, mut scale) = (0.0, Vec::new(), 0.0_f64);
    for y in 0..down {
        for x in (0..across).take_while(|x| x * down < across * (down - y)) {
            let columns: Vec<f64> = (0..width).map(|at| wave(at, width, x)).collect();
            let sum: f64 = values
                .chunks_exact(width)
                .enumerate()
                .map(|(at, row)| wave(at, height, y) * row.iter().zip(&columns).map(|(v, c)| v * c).sum::<f64>())
                .sum();
            let found = sum / (width * height) as f64;
            if (x, y) == (0, 0) {
                mean = found;
            } else {
                scale = scale.max(found.abs());
                rest.push(found);
            }
        }
    }
    if scale > 0.0 {
        rest.iter_mut().for_each(|value| *value = 0.5 + 0.5 / scale * *value);
    }
    Channel { mean, rest, scale }
}

/// The bytes: means and scales first, then four bits for each frequency.
fn packed(is_wide: bool, shorter: usize, channels: &[Channel; 3]) -> Vec<u8> {
    let [light, yellow, red] = channels;
    let bits = |value: f64, at: u32| (value.round() as u32) << at;
    let head = bits(63.0 * light.mean, 0)
        | bits(31.5 + 31.5 * yellow.mean, 6)
        | bits(31.5 + 31.5 * red.mean, 12)
        | bits(31.0 * light.scale, 18);
    let tail = shorter as u32 | bits(63.0 * yellow.scale, 3) | bits(63.0 * red.scale, 9) | u32::from(is_wide) << 15;
    let mut bytes = head.to_le_bytes()[..3].to_vec();
    bytes.extend(&tail.to_le_bytes()[..2]);
    let rest: Vec<u8> = channels.iter().flat_map(|channel| &channel.rest).map(|v| (15.0 * v).round() as u8).collect();
    bytes.extend(rest.chunks(2).map(|two| two[0] | two.get(1).map_or(0, |high| high << 4)));
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The mean colour that a decoder of the format finds.
    fn mean_colour(hash: &[u8]) -> [f64; 3] {
        let head = u32::from_le_bytes([hash[0], hash[1], hash[2], 0]);
        let l = f64::from(head & 63) / 63.0;
        let p = f64::from(head >> 6 & 63) / 31.5 - 1.0;
        let q = f64::from(head >> 12 & 63) / 31.5 - 1.0;
        let b = l - 2.0 / 3.0 * p;
        let r = (3.0 * l - b + q) / 2.0;
        [r, r - q, b]
    }

    #[test]
    fn an_upright_picture_takes_as_many_bytes_as_the_format_says() {
        let hash = thumbhash(56, 100, &[0; 56 * 100 * 3]).unwrap();
        // Five of head, and half a byte for each of 18 + 5 + 5 frequencies.
        assert_eq!(hash.len(), 19);
        assert_eq!(hash[3] & 7, 4, "frequencies across");
        assert_eq!(hash[4] >> 7, 0, "upright");
        assert_eq!(thumbhash(100, 56, &[9; 56 * 100 * 3]).unwrap()[4] >> 7, 1, "wide");
        assert_eq!(thumbhash(56, 100, &[0; 5]), None);
    }

    #[test]
    fn light_above_and_dark_below_are_told_apart() {
        let picture = |upside_down: bool| -> Vec<u8> {
            (0..64 * 64).flat_map(|at| if (at / 64 < 32) != upside_down { [250; 3] } else { [5; 3] }).collect()
        };
        let first = |hash: Vec<u8>| -> Vec<u8> { hash[5..].iter().flat_map(|byte| [byte & 15, byte >> 4]).collect() };
        let (above, below) =
            (first(thumbhash(64, 64, &picture(false)).unwrap()), first(thumbhash(64, 64, &picture(true)).unwrap()));
        // The first frequency down stands after the six others across.
        assert_eq!((above[6], below[6]), (15, 0));
    }

    proptest! {
        #[test]
        fn the_mean_colour_comes_back(w in 1usize..101, h in 1usize..101, colour: [u8; 3], other: [u8; 3]) {
            let pixels: Vec<u8> = (0..w * h).flat_map(|at| if at % 2 == 0 { colour } else { other }).collect();
            let hash = thumbhash(w, h, &pixels).unwrap();
            prop_assert!(hash.len() <= 28);
            let evens = (w * h).div_ceil(2) as f64 / (w * h) as f64;
            for (at, found) in mean_colour(&hash).into_iter().enumerate() {
                let meant = (f64::from(colour[at]) * evens + f64::from(other[at]) * (1.0 - evens)) / 255.0;
                prop_assert!((found - meant).abs() < 0.06, "{} {}", found, meant);
            }
        }
    }
}
