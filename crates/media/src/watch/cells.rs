//! A small frame, by cells of a few pixels.

use super::frames::{CELL, Frame, Small};

/// A cell that differs by this much is not the same.
const ANOTHER: u8 = 3;
/// Mean of a cell and the eight around it below which it is a speckle.
const SPECKLE: f32 = 0.15;

/// A cell that differs by this much or more is simply another.
const MUCH: u8 = 8;

/// A small frame by cells: light, blue, red.
pub(super) struct Cells {
    small: Small,
    pub(super) planes: [Vec<u8>; 3],
}

impl Cells {
    pub(super) fn of(frame: &Frame<'_>) -> Self {
        Self::moved(frame.small, [frame.luma, frame.blue, frame.red], (0, 0))
    }

    /// The light alone.
    pub(super) fn light(frame: &Frame<'_>) -> Vec<u8> {
        means(frame.luma, frame.small.width, CELL, (0, 0))
    }

    /// What would be seen if the picture were moved by so many pixels.
    pub(super) fn moved(small: Small, [luma, blue, red]: [&[u8]; 3], (x, y): (isize, isize)) -> Self {
        let colour = |plane| means(plane, small.width / 2, CELL / 2, (x / 2, y / 2));
        Self { small, planes: [means(luma, small.width, CELL, (x, y)), colour(blue), colour(red)] }
    }

    /// Cells of the same size with these values, told by plane and place.
    pub(super) fn each(like: &Self, mut value: impl FnMut(usize, usize) -> u8) -> Self {
        let count = like.planes[0].len();
        Self { small: like.small, planes: [0, 1, 2].map(|plane| (0..count).map(|i| value(plane, i)).collect()) }
    }

    /// The largest step from each cell of a plane to those beside it.
    pub(super) fn steep(&self, plane: usize) -> Vec<u8> {
        let (across, cells) = (self.small.across(), &self.planes[plane]);
        let mut steep = vec![0_u8; cells.len()];
        let mut step = |a: usize, b: usize| {
            let size = cells[a].abs_diff(cells[b]);
            steep[a] = steep[a].max(size);
            steep[b] = steep[b].max(size);
        };
        for i in 0..cells.len() {
            if (i + 1) % across != 0 {
                step(i, i + 1);
            }
            if i + across < cells.len() {
                step(i, i + across);
            }
        }
        steep
    }

    /// How unlike the light of two pictures is, whereby no single cell counts for much.
    pub(super) fn unlike(&self, other: &Self) -> u32 {
        let pairs = self.planes[0].iter().zip(&other.planes[0]);
        pairs.map(|(a, b)| u32::from(a.abs_diff(*b).min(MUCH))).sum()
    }

    /// In how many cells the light is another.
    pub(super) fn changed(&self, other: &Self) -> f32 {
        let pairs = self.planes[0].iter().zip(&other.planes[0]);
        pairs.filter(|(a, b)| a.abs_diff(**b) >= ANOTHER).count() as f32
    }

    /// Adds how far the colour of each column, then each row, is from that of the whole.
    pub(super) fn stand_out(&self, still: &mut [f32]) {
        let count = self.planes[0].len().max(1) as f32;
        let means = [0, 1, 2].map(|i| self.planes[i].iter().map(|v| f32::from(*v)).sum::<f32>() / count);
        let far: Vec<f32> = (0..self.planes[0].len())
            .map(|i| {
                let part = |plane: usize| (f32::from(self.planes[plane][i]) - means[plane]).abs();
                part(0) + 2.0 * (part(1) + part(2))
            })
            .collect();
        let usual = far.iter().sum::<f32>() / count;
        add(self.small, far.iter().map(|far| (far - usual).max(0.0)), still);
    }
}

/// Means of squares of a plane, as if it were moved by so many pixels; what comes from outside is its edge.
fn means(plane: &[u8], width: usize, side: usize, (x, y): (isize, isize)) -> Vec<u8> {
    let height = plane.len() / width.max(1);
    let clamp = |at: usize, by: isize, most: usize| at.saturating_add_signed(-by).min(most - 1);
    let mut sums = vec![0_u32; (width / side) * (height / side)];
    for at in 0..height {
        let from = clamp(at, y, height) * width;
        let row = &plane[from..from + width];
        let into = &mut sums[at / side * (width / side)..][..width / side];
        if x == 0 {
            for (sum, cell) in into.iter_mut().zip(row.chunks_exact(side)) {
                *sum += cell.iter().map(|v| u32::from(*v)).sum::<u32>();
            }
        } else {
            for (i, sum) in into.iter_mut().enumerate() {
                *sum += (i * side..(i + 1) * side).map(|at| u32::from(row[clamp(at, x, width)])).sum::<u32>();
            }
        }
    }
    let whole = (side * side) as u32;
    sums.into_iter().map(|sum| ((sum + whole / 2) / whole) as u8).collect()
}

/// Adds cells to columns, then rows.
pub(super) fn add(small: Small, cells: impl Iterator<Item = f32>, into: &mut [f32]) {
    let across = small.across();
    for (i, value) in cells.enumerate() {
        into[i % across] += value;
        into[across + i / across] += value;
    }
}

/// A cell's neighbours on a side, and itself.
pub(super) fn around(at: usize, most: usize) -> std::ops::Range<usize> {
    at.saturating_sub(1)..(at + 2).min(most)
}

/// The cells without those that are alone.
pub(super) fn without_speckles(small: Small, happens: &[f32]) -> Vec<f32> {
    let (across, down) = (small.across(), small.down());
    (0..happens.len())
        .map(|i| {
            if happens[i] == 0.0 {
                return 0.0;
            }
            let rows = around(i / across, down);
            let sum: f32 = rows.map(|y| around(i % across, across).map(|x| happens[y * across + x]).sum::<f32>()).sum();
            if sum / 9.0 < SPECKLE { 0.0 } else { happens[i] }
        })
        .collect()
}
