//! A small frame, by cells of a few pixels.

use super::frames::{CELL, Frame, Small};

/// The side of a cell in the planes of colour.
const HALF: usize = CELL / 2;
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
    /// The light alone.
    pub(super) fn light(frame: &Frame<'_>) -> Vec<u8> {
        means::<CELL>(frame.luma, frame.small.width, (0, 0))
    }

    /// Of a frame whose light is known.
    pub(super) fn of_light(frame: &Frame<'_>, light: Vec<u8>) -> Self {
        let colour = |plane| means::<HALF>(plane, frame.small.width / 2, (0, 0));
        Self { small: frame.small, planes: [light, colour(frame.blue), colour(frame.red)] }
    }

    /// What would be seen if the picture were moved by so many pixels.
    pub(super) fn moved(small: Small, [luma, blue, red]: [&[u8]; 3], (x, y): (isize, isize)) -> Self {
        let colour = |plane| means::<HALF>(plane, small.width / 2, (x / 2, y / 2));
        Self { small, planes: [means::<CELL>(luma, small.width, (x, y)), colour(blue), colour(red)] }
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
        for (row, steep) in cells.chunks_exact(across).zip(steep.chunks_exact_mut(across)) {
            let steps = row.iter().zip(&row[1..]).map(|(a, b)| a.abs_diff(*b));
            steep.iter_mut().zip(steps.clone()).for_each(|(most, step)| *most = (*most).max(step));
            steep[1..].iter_mut().zip(steps).for_each(|(most, step)| *most = (*most).max(step));
        }
        let steps = cells.iter().zip(&cells[across..]).map(|(a, b)| a.abs_diff(*b));
        steep.iter_mut().zip(steps.clone()).for_each(|(most, step)| *most = (*most).max(step));
        steep[across..].iter_mut().zip(steps).for_each(|(most, step)| *most = (*most).max(step));
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
fn means<const SIDE: usize>(plane: &[u8], width: usize, (x, y): (isize, isize)) -> Vec<u8> {
    let (height, across) = (plane.len() / width.max(1), width / SIDE);
    let mut sums = vec![0_u16; across * (height / SIDE)];
    let mut moved = vec![0; width];
    for at in 0..height {
        let from = at.saturating_add_signed(-y).min(height - 1) * width;
        let mut row = &plane[from..from + width];
        if x != 0 {
            shifted(row, x, &mut moved);
            row = &moved;
        }
        let into = &mut sums[at / SIDE * across..][..across];
        for (sum, cell) in into.iter_mut().zip(row.as_chunks::<SIDE>().0) {
            *sum += cell.iter().map(|value| u16::from(*value)).sum::<u16>();
        }
    }
    let whole = (SIDE * SIDE) as u16;
    sums.into_iter().map(|sum| ((sum + whole / 2) / whole) as u8).collect()
}

/// A row moved to the right, or to the left when that is less than nothing.
fn shifted(row: &[u8], by: isize, into: &mut [u8]) {
    let far = by.unsigned_abs().min(row.len());
    let kept = row.len() - far;
    let (Some(first), Some(last)) = (row.first(), row.last()) else { return };
    if by > 0 {
        into[..far].fill(*first);
        into[far..].copy_from_slice(&row[..kept]);
    } else {
        into[..kept].copy_from_slice(&row[far..]);
        into[kept..].fill(*last);
    }
}

/// Adds cells to columns, then rows.
pub(super) fn add(small: Small, cells: impl Iterator<Item = f32>, into: &mut [f32]) {
    let (columns, rows) = into.split_at_mut(small.across());
    let mut cells = cells;
    for row in rows.iter_mut().take(small.down()) {
        for (column, value) in columns.iter_mut().zip(&mut cells) {
            *column += value;
            *row += value;
        }
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
