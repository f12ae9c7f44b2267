//! Two pictures in one: beside each other, or one after the other.

use std::fmt::Write as _;
use std::time::Duration;

use crate::run::Outcome;

/// How much of another video comes before one's own at most.
pub(super) const LONGEST: Duration = Duration::from_secs(5);
/// And how much at least, where it has as much.
pub(super) const SHORTEST: Duration = Duration::from_secs(1);
/// Frames a second of what is joined: the two may have any.
const RATE: u32 = 30;

/// Where the picture of another is in a video.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Joins {
    /// It is not seen.
    #[default]
    Nowhere,
    /// On the right of the own, as long as that is; its last frame stays where it ends before.
    Beside,
    /// Up to five seconds of it before the own.
    Before,
}

/// The size of what comes of `made`: two beside each other are upright as one is.
pub(super) fn size(made: &Outcome, joins: Joins) -> (u32, u32) {
    match joins {
        Joins::Nowhere | Joins::Before => (made.width, made.height),
        Joins::Beside => {
            let width = (made.width / 4 * 4).max(4);
            (width, (width * 16 / 9).div_ceil(2) * 2)
        }
    }
}

/// The graph that ends in `[v]`: of input 0 the own picture, of input 1 the other from a moment on, for so long before
/// the own where it comes before it. None where the own stays as it is.
pub(super) fn graph(made: &Outcome, (from, lead): (Duration, Duration), joins: Joins) -> Option<String> {
    let (width, height) = size(made, joins);
    let own = |for_ms| lasting("[0:v:0]", Duration::ZERO, for_ms);
    match joins {
        Joins::Nowhere => None,
        Joins::Beside => {
            let half = width / 2;
            let mut graph = on_canvas(&own(made.duration), "own", half, height);
            graph.push_str(&on_canvas(&lasting("[1:v:0]", from, made.duration), "other", half, height));
            graph.push_str("[own_v][other_v]hstack=inputs=2:shortest=1,format=yuv420p[v]");
            Some(graph)
        }
        Joins::Before => {
            let mut graph = on_canvas(&lasting("[1:v:0]", from, lead), "other", width, height);
            // Writing to a string does not fail.
            let _ = write!(graph, "{},setsar=1[own_v];", own(made.duration));
            graph.push_str("[other_v][own_v]concat=n=2:v=1:a=0,format=yuv420p[v]");
            Some(graph)
        }
    }
}

/// A stretch of a picture that is exactly so long: where it ends before, its last frame stays.
fn lasting(input: &str, from: Duration, length: Duration) -> String {
    let (from, length) = (from.as_secs_f64(), length.as_secs_f64());
    format!(
        "{input}trim=start={from:.3}:duration={length:.3},setpts=PTS-{from:.3}/TB,fps={RATE}:start_time=0,\
         tpad=stop_mode=clone:stop_duration={length:.3},trim=duration={length:.3}"
    )
}

/// All of a picture in the middle of a canvas that is filled with itself, blurred and darker. The blur is made tiny and
/// then enlarged, as behind a lying picture.
fn on_canvas(picture: &str, name: &str, width: u32, height: u32) -> String {
    let (tiny_width, tiny_height) = (36, (36 * height / width.max(1)).max(2) / 2 * 2);
    format!(
        "{picture},split=2[{name}_whole][{name}_copy];\
         [{name}_copy]scale={tiny_width}:{tiny_height}:force_original_aspect_ratio=increase:flags=area,\
         crop={tiny_width}:{tiny_height},boxblur=luma_radius=4:luma_power=2:chroma_radius=2:chroma_power=2,\
         lutyuv=y='16+(val-16)*0.55',scale={width}:{height}:flags=bilinear,setsar=1[{name}_back];\
         [{name}_whole]scale={width}:{height}:force_original_aspect_ratio=decrease:force_divisible_by=2:flags=bicubic,\
         setsar=1[{name}_front];\
         [{name}_back][{name}_front]overlay=x=(W-w)/2:y=(H-h)/2:shortest=1,setsar=1[{name}_v];"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn two_are_upright_together_and_even(width in 2u32..1081, height in 2u32..1921) {
            let made = Outcome { width: width & !1, height: height & !1, duration: LONGEST, has_sound: true, bytes: 1 };
            let (wide, high) = size(&made, Joins::Beside);
            prop_assert!(wide % 4 == 0 && high % 2 == 0 && wide <= made.width.max(4) && high > wide);
            prop_assert_eq!(size(&made, Joins::Before), (made.width, made.height));
        }
    }

    #[test]
    fn the_other_stays_as_long_as_the_own() {
        let made =
            Outcome { width: 480, height: 854, duration: Duration::from_millis(2500), has_sound: true, bytes: 1 };
        let graph = graph(&made, (Duration::from_millis(1200), Duration::ZERO), Joins::Beside).unwrap();
        assert!(graph.contains("[1:v:0]trim=start=1.200:duration=2.500,setpts=PTS-1.200/TB"), "{graph}");
        assert_eq!(graph.matches("tpad=stop_mode=clone:stop_duration=2.500,trim=duration=2.500").count(), 2);
        assert_eq!(size(&made, Joins::Beside), (480, 854));
    }
}
