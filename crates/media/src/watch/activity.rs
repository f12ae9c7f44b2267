//! Where something moves against the rest of the picture, or stands that is not always there.

use super::cells::{Cells, add, around, without_speckles};
use super::frames::{CELL, Frame, Small};

/// A camera that moves further from one look to the next, in pixels of the small frame, is a new view.
const FURTHEST: isize = 24;
/// Difference of a cell that may be noise: at least this, and more where the whole picture is restless.
const NOISE: f32 = 5.0;
const RESTLESS: f32 = 3.0;
/// Difference above the noise that is surely something.
const SURE: f32 = 20.0;
/// What stands against the background must differ a little more, as light wanders.
const STANDS: f32 = 10.0;
/// Where the camera moves, at least this part of all cells changes.
const WIDELY: f32 = 0.2;
/// The part of the step between neighbouring cells by which a cell may differ: a picture that is not where it was
/// by a pixel changes it by as much.
const UNSTEADY: f32 = 0.35;
/// A camera that moves and sees this part of all cells move is turned or zoomed: nothing can be told from that.
const TURNED: f32 = 0.3;
/// Looks of one view from which its background can be told.
const FEWEST: usize = 8;
/// Looks after which a view is begun anew: as much is held in memory, some ten megabytes.
const MOST: usize = 1024;
/// Looks of a view, spread over it, whose median is its background.
const SAMPLES: usize = 25;
/// Looks in a block, and blocks before and after, in which something has to move where something stands: what
/// only grows lighter or darker, little by little, has not come from anywhere.
const BLOCK: usize = 8;
const BLOCKS: usize = 8;

/// One look at the picture, and how surely each of its cells has moved, up to 255.
struct Look {
    cells: Cells,
    moves: Vec<u8>,
}

/// Looks one after the other of which the camera sees the same.
pub(super) struct Activity {
    small: Small,
    planes: [Vec<u8>; 3],
    view: Vec<Look>,
}

impl Activity {
    pub(super) fn new(small: Small) -> Self {
        Self { small, planes: [const { Vec::new() }; 3], view: Vec::new() }
    }

    /// Another scene begins.
    pub(super) fn forget(&mut self, profiles: &mut Vec<f32>) {
        self.planes = [const { Vec::new() }; 3];
        self.end(profiles);
    }

    /// Looks at a frame. What happens in each column, and then in each row, is appended to `profiles` when the
    /// view ends.
    pub(super) fn see(&mut self, frame: &Frame<'_>, now: Cells, profiles: &mut Vec<f32>) {
        let small = self.small;
        let mut moves = vec![0.0; small.across() * small.down()];
        if !self.planes[0].is_empty() {
            let (shift, before) = self.carried(frame, &now);
            mark(&mut moves, &differences(&now, &Known::of(&before)), NOISE);
            blank_margin(small, shift, &mut moves);
            if shift != (0, 0) {
                self.end(profiles);
                if moves.iter().sum::<f32>() > TURNED * moves.len() as f32 {
                    moves.fill(0.0);
                }
            }
        }
        if self.view.len() >= MOST {
            self.end(profiles);
        }
        for (kept, plane) in self.planes.iter_mut().zip([frame.luma, frame.blue, frame.red]) {
            kept.clear();
            kept.extend_from_slice(plane);
        }
        let moves = without_speckles(small, &moves).into_iter().map(|sure| (sure * 255.0) as u8).collect();
        self.view.push(Look { cells: now, moves });
    }

    /// Ends a view: with all of it seen, it can be told what stood there only for a time.
    pub(super) fn end(&mut self, profiles: &mut Vec<f32>) {
        let (small, view) = (self.small, std::mem::take(&mut self.view));
        let background = (view.len() >= FEWEST).then(|| background(&view));
        let background = background.as_ref().map(Known::of);
        let blocks = (0..view.len()).step_by(BLOCK);
        let moved: Vec<Vec<bool>> = blocks.map(|from| moved(small, &view[from..], BLOCK)).collect();
        for (block, looks) in view.chunks(BLOCK).enumerate() {
            let near = &moved[block.saturating_sub(BLOCKS)..(block + BLOCKS + 1).min(moved.len())];
            let came: Vec<bool> = (0..small.across() * small.down()).map(|i| near.iter().any(|m| m[i])).collect();
            for look in looks {
                let mut happens: Vec<f32> = look.moves.iter().map(|sure| f32::from(*sure) / 255.0).collect();
                if let Some(background) = &background {
                    let mut stands = vec![0.0; happens.len()];
                    mark(&mut stands, &differences(&look.cells, background), STANDS);
                    for ((happens, stands), came) in happens.iter_mut().zip(stands).zip(&came) {
                        *happens = if *came { happens.max(stands) } else { *happens };
                    }
                }
                let from = profiles.len();
                profiles.resize(from + small.across() + small.down(), 0.0);
                add(small, without_speckles(small, &happens).into_iter(), &mut profiles[from..]);
            }
        }
    }

    /// How the camera has moved since the look before, and what that would have been seen as from where it is now.
    fn carried(&self, frame: &Frame<'_>, now: &Cells) -> ((isize, isize), Cells) {
        let small = self.small;
        let moved = |shift| Cells::moved(small, [0, 1, 2].map(|i| &self.planes[i][..]), shift);
        let still = moved((0, 0));
        let shift = shift(small, &self.planes[0], frame.luma);
        if shift == (0, 0) {
            return (shift, still);
        }
        // One thing that moves is no moving camera, however plain all around it is.
        if now.changed(&still) < WIDELY * now.planes[0].len() as f32 {
            return ((0, 0), still);
        }
        let moved = moved(shift);
        let agrees = now.unlike(&moved) * 10 < now.unlike(&still) * 7;
        if agrees { (shift, moved) } else { ((0, 0), still) }
    }
}

/// Where anything moved in the first looks, and the cells around it: from look to look, or too slowly for that from
/// the first to the one after them.
fn moved(small: Small, looks: &[Look], first: usize) -> Vec<bool> {
    let (across, down) = (small.across(), small.down());
    let mut moves = vec![0.0; across * down];
    let later = &looks[first.min(looks.len() - 1)];
    mark(&mut moves, &differences(&later.cells, &Known::of(&looks[0].cells)), NOISE);
    for look in looks.iter().take(first) {
        moves.iter_mut().zip(&look.moves).for_each(|(most, sure)| *most = most.max(f32::from(*sure)));
    }
    let mut moved = vec![false; across * down];
    for i in (0..moves.len()).filter(|i| moves[*i] > 0.0) {
        for y in around(i / across, down) {
            moved[y * across..][around(i % across, across)].fill(true);
        }
    }
    moved
}

/// What each cell is most of the time.
fn background(view: &[Look]) -> Cells {
    let step = view.len().div_ceil(SAMPLES);
    let sampled: Vec<&Cells> = view.iter().step_by(step).map(|look| &look.cells).collect();
    let mut values = vec![0; sampled.len()];
    Cells::each(sampled[0], |plane, i| {
        values.iter_mut().zip(&sampled).for_each(|(value, cells)| *value = cells.planes[plane][i]);
        let middle = values.len() / 2;
        *values.select_nth_unstable(middle).1
    })
}

/// What cells are held against, and how steep it is.
struct Known<'a> {
    cells: &'a Cells,
    steep: [Vec<u8>; 3],
}

impl<'a> Known<'a> {
    fn of(cells: &'a Cells) -> Self {
        Self { cells, steep: [0, 1, 2].map(|plane| cells.steep(plane)) }
    }
}

/// How much each cell differs. What all of the picture has in common is the light, and left out; so is what a
/// camera in a hand does to edges.
fn differences(now: &Cells, before: &Known<'_>) -> Vec<f32> {
    let off = |plane: usize| {
        let pairs = now.planes[plane].iter().zip(&before.cells.planes[plane]);
        pairs.map(|(a, b)| i16::from(*a) - i16::from(*b))
    };
    let common = middle(off(0));
    let beyond = |plane: usize, common: i16| {
        let differs = off(plane).zip(&before.steep[plane]);
        differs.map(move |(off, steep)| (f32::from((off - common).abs()) - UNSTEADY * f32::from(*steep)).max(0.0))
    };
    let colours = beyond(1, 0).zip(beyond(2, 0)).map(|(blue, red)| 2.0 * blue.max(red));
    beyond(0, common).zip(colours).map(|(light, colour)| light.max(colour)).collect()
}

/// The middle of what differences of bytes there are, found by counting.
fn middle(differences: impl Iterator<Item = i16>) -> i16 {
    let mut counts = [0_u32; 511];
    let mut left = 0;
    for difference in differences {
        counts[(difference + 255).unsigned_abs() as usize] += 1;
        left += 1;
    }
    left /= 2;
    let reached = counts.iter().position(|count| {
        let here = left < *count;
        left = left.saturating_sub(*count);
        here
    });
    reached.map_or(0, |at| at as i16 - 255)
}

/// Marks the cells that differ by more than noise.
fn mark(happens: &mut [f32], differences: &[f32], noise: f32) {
    let noise = noise + RESTLESS * median(&mut differences.to_vec());
    for (mark, difference) in happens.iter_mut().zip(differences) {
        *mark = mark.max(((difference - noise) / SURE).clamp(0.0, 1.0));
    }
}

fn median(values: &mut [f32]) -> f32 {
    let middle = values.len() / 2;
    if values.is_empty() { 0.0 } else { *values.select_nth_unstable_by(middle, f32::total_cmp).1 }
}

/// What the camera has only just come to see is no movement.
fn blank_margin(small: Small, (x, y): (isize, isize), happens: &mut [f32]) {
    let (across, down) = (small.across(), small.down());
    let outside = |at: usize, by: isize, most: usize| {
        let edge = by.unsigned_abs().div_ceil(CELL);
        if by > 0 { at < edge } else { at + edge >= most && by < 0 }
    };
    for (i, mark) in happens.iter_mut().enumerate() {
        if outside(i % across, x, across) || outside(i / across, y, down) {
            *mark = 0.0;
        }
    }
}

/// By how many pixels the whole picture has moved: the move that best lays the sums of columns, and of rows, over
/// those of before. When not moving fits as well, it has not moved.
fn shift(small: Small, before: &[u8], now: &[u8]) -> (isize, isize) {
    let columns = |plane: &[u8]| {
        let mut sums = vec![0_u32; small.width];
        for row in plane.chunks_exact(small.width) {
            sums.iter_mut().zip(row).for_each(|(sum, value)| *sum += u32::from(*value));
        }
        sums
    };
    let rows = |plane: &[u8]| -> Vec<u32> {
        plane.chunks_exact(small.width).map(|row| row.iter().map(|v| u32::from(*v)).sum()).collect()
    };
    (best(&columns(before), &columns(now)), best(&rows(before), &rows(now)))
}

fn best(before: &[u32], now: &[u32]) -> isize {
    let misfit = |by: isize| {
        let (before, now) = (&before[(-by).max(0) as usize..], &now[by.max(0) as usize..]);
        let sum: u32 = before.iter().zip(now).map(|(a, b)| a.abs_diff(*b)).sum();
        sum / before.len().min(now.len()).max(1) as u32
    };
    let still = misfit(0);
    let most = FURTHEST.min(before.len() as isize / 4);
    let moved = (-most..=most).map(|by| (misfit(by), by.abs(), by)).min();
    moved.filter(|(least, ..)| least * 10 < still * 9).map_or(0, |(.., by)| by)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn noise(x: isize, y: isize) -> u8 {
        let n = (x.wrapping_mul(7919) ^ y.wrapping_mul(104_729)).wrapping_mul(2_654_435_761) >> 9;
        60 + (n & 127) as u8
    }

    fn picture(small: Small, paint: impl Fn(isize, isize) -> u8) -> Vec<u8> {
        (0..small.width * small.height).map(|i| paint((i % small.width) as isize, (i / small.width) as isize)).collect()
    }

    #[test]
    fn a_camera_that_pans_over_a_still_picture_sees_nothing_happen() {
        let small = Small::of(16, 9);
        let grey = vec![128; small.width * small.height / 4];
        let (mut activity, mut profiles) = (Activity::new(small), Vec::new());
        for step in 0..4 {
            let luma = picture(small, |x, y| noise((x + 8 * step) / 6, y / 6));
            let frame = Frame { small, luma: &luma, blue: &grey, red: &grey };
            activity.see(&frame, Cells::of_light(&frame, Cells::light(&frame)), &mut profiles);
        }
        activity.end(&mut profiles);
        assert!(profiles.iter().sum::<f32>() < 8.0, "{profiles:?}");
    }

    #[test]
    fn what_moves_before_a_camera_that_pans_is_seen_where_it_is() {
        let small = Small::of(16, 9);
        let grey = vec![128; small.width * small.height / 4];
        let (mut activity, mut profiles) = (Activity::new(small), Vec::new());
        for step in 0..4 {
            let inside = |x: isize, y: isize| (120..136).contains(&x) && (60..90).contains(&y);
            let luma = picture(small, |x, y| if inside(x, y) { 235 } else { noise((x + 8 * step) / 6, y / 6) });
            let frame = Frame { small, luma: &luma, blue: &grey, red: &grey };
            activity.see(&frame, Cells::of_light(&frame, Cells::light(&frame)), &mut profiles);
        }
        activity.end(&mut profiles);
        let last = &profiles[profiles.len() - small.across() - small.down()..][..small.across()];
        let near: f32 = last[27..37].iter().sum();
        assert!(near > 10.0 && near > 0.9 * last.iter().sum::<f32>(), "{last:?}");
    }

    proptest! {
        #[test]
        fn shifts_are_found(by in -20isize..=20) {
            let small = Small::of(16, 9);
            let [before, now] = [0, by].map(|by| picture(small, |x, y| noise((x - by) / 5, y / 5)));
            prop_assert_eq!(shift(small, &before, &now), (by, 0));
        }
    }
}
