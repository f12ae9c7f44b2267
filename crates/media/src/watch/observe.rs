//! What happens in the picture: scene changes, and where something moves or came to stand.

use super::activity::Activity;
use super::bars::Lightest;
use super::cells::Cells;
use super::frames::{Frame, Small};
use super::words::Words;
use crate::plan::Bars;

/// How often a second it is looked at what moves.
const LOOKS: f64 = 8.0;
/// Mean difference of two frames, in steps of luma, below which there is no scene change.
const CHANGE: f32 = 9.0;
/// And how many times the usual difference it is.
const SUDDEN: f32 = 3.0;
/// Frames that look as alike as this are of one scene, also when a flash is between them.
const ALIKE: f32 = 0.6;
/// No scene is shorter than this, in seconds: what flickers is one.
const SHORTEST: f64 = 0.4;

/// Between two scene changes.
pub(super) struct Shot {
    /// Number of its first frame.
    pub(super) frame: u32,
    /// Number of its first look.
    pub(super) look: usize,
    /// How much each column, then each row, stands out by its colour.
    pub(super) still: Vec<f32>,
    /// How much of its words is in each column, then each row, in cells.
    pub(super) words: Vec<f32>,
}

/// All that was seen.
pub(super) struct Seen {
    pub(super) small: Small,
    pub(super) bars: Option<Bars>,
    /// Frames a second.
    pub(super) rate: f64,
    /// Frames from one look to the next.
    pub(super) every: u32,
    pub(super) shots: Vec<Shot>,
    /// For each look, the number of its frame.
    pub(super) looks: Vec<u32>,
    /// For each look, how much happens in each column and then in each row, in cells.
    profiles: Vec<f32>,
}

impl Seen {
    /// What happens at a look: by columns, and by rows.
    pub(super) fn profile(&self, look: usize) -> (&[f32], &[f32]) {
        let width = self.small.across() + self.small.down();
        self.profiles[look * width..(look + 1) * width].split_at(self.small.across())
    }
}

/// Takes frames one after the other.
pub(super) struct Observer {
    seen: Seen,
    count: u32,
    lightest: Lightest,
    activity: Activity,
    words: Words,
    before: Vec<u8>,
    usual: f32,
}

impl Observer {
    pub(super) fn new(small: Small, rate: f64) -> Self {
        let every = (rate / LOOKS).round().max(1.0) as u32;
        let seen = Seen { small, bars: None, rate, every, shots: Vec::new(), looks: Vec::new(), profiles: Vec::new() };
        let (lightest, activity, words) = (Lightest::new(small), Activity::new(small), Words::new(small));
        Self { seen, count: 0, lightest, activity, words, before: Vec::new(), usual: 0.0 }
    }

    /// How many frames were seen.
    pub(super) fn seen(&self) -> u32 {
        self.count
    }

    pub(super) fn see(&mut self, frame: &Frame<'_>) {
        self.lightest.see(frame);
        let light = Cells::light(frame);
        if self.changes(&light) {
            let width = self.seen.small.across() + self.seen.small.down();
            let look = self.seen.looks.len();
            self.end_scene();
            self.seen.shots.push(Shot { frame: self.count, look, still: vec![0.0; width], words: Vec::new() });
        }
        self.before.clone_from(&light);
        if let Some(shot) = self.seen.shots.last_mut()
            && (self.count - shot.frame).is_multiple_of(self.seen.every)
        {
            let cells = Cells::of_light(frame, light);
            cells.stand_out(&mut shot.still);
            self.words.see(frame);
            self.activity.see(frame, cells, &mut self.seen.profiles);
            self.seen.looks.push(self.count);
        }
        self.count += 1;
    }

    /// What can only be told of a whole scene.
    fn end_scene(&mut self) {
        self.activity.forget(&mut self.seen.profiles);
        let words = std::mem::replace(&mut self.words, Words::new(self.seen.small));
        if let Some(shot) = self.seen.shots.last_mut() {
            shot.words = words.profile();
        }
    }

    /// Whether what was seen so far may have bars.
    pub(super) fn may_have_bars(&self) -> bool {
        self.lightest.may_have_bars()
    }

    /// Whether a scene begins with this frame.
    fn changes(&mut self, light: &[u8]) -> bool {
        let Some(shot) = self.seen.shots.last() else { return true };
        let cells = light.len().max(1) as f32;
        let difference = self.before.iter().zip(light).map(|(a, b)| f32::from(a.abs_diff(*b))).sum::<f32>() / cells;
        let sudden = difference > CHANGE && difference > SUDDEN * self.usual;
        let long_enough = f64::from(self.count - shot.frame) >= SHORTEST * self.seen.rate;
        // A frame shown twice says nothing of what is usual.
        if difference > 0.05 {
            self.usual += (difference.min(4.0 * CHANGE) - self.usual) * 0.2;
        }
        sudden && long_enough && likeness(&self.before, light) < ALIKE
    }

    pub(super) fn finish(mut self) -> Seen {
        self.end_scene();
        Seen { bars: self.lightest.bars(), ..self.seen }
    }
}

/// 1 for the same picture, also when it is lighter or darker; about 0 for unlike ones.
fn likeness(a: &[u8], b: &[u8]) -> f32 {
    let mean = |cells: &[u8]| cells.iter().map(|v| f32::from(*v)).sum::<f32>() / cells.len().max(1) as f32;
    let (mean_a, mean_b) = (mean(a), mean(b));
    let (mut both, mut of_a, mut of_b) = (0.0, 0.0, 0.0);
    for (a, b) in a.iter().zip(b) {
        let (a, b) = (f32::from(*a) - mean_a, f32::from(*b) - mean_b);
        both += a * b;
        of_a += a * a;
        of_b += b * b;
    }
    both / (of_a * of_b).sqrt().max(1.0)
}
