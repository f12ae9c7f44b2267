//! The files of which an edit has pieces, and how each is framed.

use super::filters::Shown;
use super::geometry::{self, Geometry, Shape};
use super::{Level, Reframe, Scene, framing};
use crate::probe::Probe;
use outro_model::ClipId;

/// A file of which an edit can have pieces.
#[derive(Clone, Debug)]
pub struct Footage<'a> {
    /// Of which clip it is; none where it is the original.
    pub clip: Option<ClipId>,
    /// What it is.
    pub probe: &'a Probe,
    /// What is known of its picture.
    pub scene: &'a Scene,
    /// How it becomes upright.
    pub reframe: Reframe,
    /// What brings its sound to the loudness of all.
    pub level: Level,
}

impl Footage<'_> {
    pub(super) fn shown(&self) -> Shown<'_> {
        framing(self.probe, self.reframe, self.scene).0
    }

    /// How it is framed where it is alone, at most so wide.
    pub(super) fn geometry(&self, widest: u32) -> Geometry {
        let (Shown { width, height, .. }, reframe) = framing(self.probe, self.reframe, self.scene);
        geometry::geometry_within(width, height, reframe, widest)
    }

    /// How it is framed on a canvas that others stand on too.
    pub(super) fn on_canvas(&self, canvas: (u32, u32)) -> Geometry {
        let (Shown { width, height, .. }, reframe) = framing(self.probe, self.reframe, self.scene);
        geometry::on_canvas((width, height), reframe, canvas)
    }
}

/// What the files are put together on, at most so wide: one by itself as it is framed alone, several on a canvas of 9:16
/// that is as wide as the widest of them would be.
pub(super) fn canvas(files: &[&Footage<'_>], widest: u32) -> Geometry {
    if let [alone] = files {
        return alone.geometry(widest);
    }
    let width = files.iter().map(|file| file.geometry(widest).width).max().unwrap_or(widest);
    let (width, height) = geometry::canvas_within(width, widest);
    Geometry { width, height, shape: Shape::Whole }
}
