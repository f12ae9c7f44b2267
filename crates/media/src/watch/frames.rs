//! Small frames out of a stream of bytes.

/// Luma pixels of a small frame, about; any shape comes to this many.
const PIXELS: f64 = 36_864.0;
/// The side of a cell, in luma pixels: what is counted is counted by cells.
pub(super) const CELL: usize = 4;

/// The size of the small frames; whole cells, with square pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Small {
    pub(super) width: usize,
    pub(super) height: usize,
}

impl Small {
    /// The size for a picture shown at this size. A very long one is squeezed: a window in it is found all the same.
    pub(super) fn of(width: u32, height: u32) -> Self {
        let ratio = (f64::from(width.max(1)) / f64::from(height.max(1))).clamp(0.25, 4.0);
        let whole = |side: f64| ((side / 8.0).round() as usize).max(1) * 8;
        Self { width: whole((PIXELS * ratio).sqrt()), height: whole((PIXELS / ratio).sqrt()) }
    }

    /// Cells from left to right.
    pub(super) fn across(self) -> usize {
        self.width / CELL
    }

    /// Cells from top to bottom.
    pub(super) fn down(self) -> usize {
        self.height / CELL
    }

    fn luma(self) -> usize {
        self.width * self.height
    }
}

/// One small frame: planes of luma, blue and red, the colours at half the size.
#[derive(Clone, Copy)]
pub(super) struct Frame<'a> {
    pub(super) small: Small,
    pub(super) luma: &'a [u8],
    pub(super) blue: &'a [u8],
    pub(super) red: &'a [u8],
}

/// Cuts a stream of bytes into frames; holds one at most.
pub(super) struct Cutter {
    small: Small,
    held: Vec<u8>,
}

impl Cutter {
    pub(super) fn new(small: Small) -> Self {
        Self { small, held: Vec::with_capacity(small.luma() * 3 / 2) }
    }

    /// Takes some bytes and gives each frame that they complete.
    pub(super) fn push(&mut self, mut bytes: &[u8], mut each: impl FnMut(Frame<'_>)) {
        let (luma, colour) = (self.small.luma(), self.small.luma() / 4);
        while !bytes.is_empty() {
            let wanted = luma + 2 * colour - self.held.len();
            let (now, later) = bytes.split_at(wanted.min(bytes.len()));
            self.held.extend_from_slice(now);
            bytes = later;
            if now.len() == wanted {
                let (light, colours) = self.held.split_at(luma);
                let (blue, red) = colours.split_at(colour);
                each(Frame { small: self.small, luma: light, blue, red });
                self.held.clear();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn any_shape_comes_to_about_as_many_pixels() {
        let size = |w, h| {
            let small = Small::of(w, h);
            (small.width, small.height)
        };
        assert_eq!(size(1920, 1080), (256, 144));
        assert_eq!(size(1080, 1920), (144, 256));
        assert_eq!(size(500, 500), (192, 192));
        assert_eq!(size(900, 16), (384, 96));
        assert_eq!(size(0, 9000), (96, 384));
    }

    proptest! {
        #[test]
        fn frames_are_the_same_however_the_bytes_come(pieces in proptest::collection::vec(1usize..90_000, 1..20)) {
            let small = Small::of(16, 9);
            let whole = small.luma() * 3 / 2;
            let total: usize = pieces.iter().sum();
            let stream: Vec<u8> = (0..total).map(|i| (i / whole) as u8).collect();
            let (mut cutter, mut seen, mut from) = (Cutter::new(small), 0, 0);
            for piece in pieces {
                cutter.push(&stream[from..from + piece], |frame| {
                    assert!([frame.luma, frame.blue, frame.red].iter().all(|p| p.iter().all(|v| *v == seen)));
                    seen += 1;
                });
                from += piece;
            }
            prop_assert_eq!(usize::from(seen), total / whole);
        }
    }
}
