//! Words that stay: lines of dense strokes with quiet above and below. A window must not cut them.

use super::cells::add;
use super::frames::{CELL, Frame, Small};

/// Mean step of light from pixel to pixel along a row, in a cell with strokes.
const STROKES: u32 = 18;
/// A cell has strokes if it had them in this part of all looks, of which there are at least so many.
const STAYS: f32 = 0.6;
const FEWEST: u32 = 8;
/// Cells of a line, at least; the part of them that has strokes; and the cells between two words of it, at most.
const SHORTEST: usize = 8;
const DENSE: f32 = 0.6;
const SPACE: usize = 2;
/// Above and below, within so many cells, is a row with strokes in less than this part of it: grass has none.
const REACH: usize = 5;
const QUIET: f32 = 0.2;

/// How often each cell of a scene had strokes.
pub(super) struct Words {
    small: Small,
    looks: u32,
    counts: Vec<u32>,
}

impl Words {
    pub(super) fn new(small: Small) -> Self {
        Self { small, looks: 0, counts: vec![0; small.across() * small.down()] }
    }

    pub(super) fn see(&mut self, frame: &Frame<'_>) {
        let across = self.small.across();
        let mut steps = vec![0_u32; self.counts.len()];
        for (y, row) in frame.luma.chunks_exact(self.small.width).enumerate() {
            let cells = &mut steps[y / CELL * across..][..across];
            for (sum, cell) in cells.iter_mut().zip(row.as_chunks::<CELL>().0) {
                *sum += cell.iter().zip(&cell[1..]).map(|(a, b)| u32::from(a.abs_diff(*b))).sum::<u32>();
            }
        }
        let all = (CELL * (CELL - 1)) as u32 * STROKES;
        self.counts.iter_mut().zip(steps).for_each(|(count, sum)| *count += u32::from(sum >= all));
        self.looks += 1;
    }

    /// How much of the scene's words is in each column, then in each row, in cells.
    pub(super) fn profile(&self) -> Vec<f32> {
        let (across, down) = (self.small.across(), self.small.down());
        let mut profile = vec![0.0; across + down];
        if self.looks >= FEWEST {
            let often = STAYS * self.looks as f32;
            let strokes: Vec<bool> = self.counts.iter().map(|count| *count as f32 >= often).collect();
            let rows: Vec<&[bool]> = strokes.chunks_exact(across).collect();
            let mut words = vec![0.0; strokes.len()];
            for (y, row) in rows.iter().enumerate() {
                for line in lines(row).into_iter().filter(|line| is_apart(&rows, y, line)) {
                    words[y * across + line.start..y * across + line.end].fill(1.0);
                }
            }
            add(self.small, words.into_iter(), &mut profile);
        }
        profile
    }
}

/// The lines in a row of cells: strokes with no more than a space between.
fn lines(row: &[bool]) -> Vec<std::ops::Range<usize>> {
    let mut lines: Vec<std::ops::Range<usize>> = Vec::new();
    for at in (0..row.len()).filter(|at| row[*at]) {
        match lines.last_mut() {
            Some(line) if at - line.end <= SPACE => line.end = at + 1,
            _ => lines.push(at..at + 1),
        }
    }
    lines.retain(|line| line.len() >= SHORTEST && part(&row[line.clone()]) >= DENSE);
    lines
}

fn part(cells: &[bool]) -> f32 {
    cells.iter().filter(|cell| **cell).count() as f32 / cells.len().max(1) as f32
}

/// Whether there is quiet on both sides of a line, or the edge of the picture.
fn is_apart(rows: &[&[bool]], y: usize, line: &std::ops::Range<usize>) -> bool {
    let quiet = |y: usize| part(&rows[y][line.clone()]) < QUIET;
    let above = y < REACH || (y - REACH..y).any(quiet);
    let below = y + REACH >= rows.len() || (y + 1..=y + REACH).any(quiet);
    above && below
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(paint: impl Fn(usize, usize) -> bool) -> Vec<f32> {
        let small = Small::of(16, 9);
        let light = |i: usize| if paint(i % small.width, i / small.width) { 230 } else { 60 };
        let luma: Vec<u8> = (0..small.width * small.height).map(light).collect();
        let mut words = Words::new(small);
        for _ in 0..8 {
            words.see(&Frame { small, luma: &luma, blue: &[], red: &[] });
        }
        words.profile()[..small.across()].to_vec()
    }

    #[test]
    fn a_line_of_strokes_is_words_and_a_field_of_them_is_not() {
        let stroke = |x: usize| (x * x / 7 + x) % 4 < 2;
        let title = columns(|x, y| (40..200).contains(&x) && (60..72).contains(&y) && stroke(x));
        assert!(title[11..49].iter().all(|much| *much == 3.0), "{title:?}");
        assert!(title[..9].iter().chain(&title[51..]).all(|much| *much == 0.0), "{title:?}");
        assert!(columns(|x, y| y > 50 && stroke(x + y / 3)).iter().all(|much| *much == 0.0), "grass");
        assert!(columns(|x, y| x > 100 && y > 60).iter().all(|much| *much == 0.0), "an edge");
        assert!(columns(|x, y| (40..60).contains(&x) && (60..72).contains(&y) && stroke(x)).iter().all(|m| *m == 0.0));
    }
}
