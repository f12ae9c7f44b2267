//! How the sound of another is heard in a video.

/// The longest that a sound is, in milliseconds: more than any server takes.
const LONGEST: i64 = 24 * 3_600_000;
/// All of a sound, in percent.
const ALL: i64 = 100;

/// What of another's video is in a video.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Way {
    /// Its sound.
    #[default]
    Sound,
    /// Its picture and sound, beside one's own: a duet.
    Duet,
    /// The first seconds of a stretch of it, before one's own: a stitch.
    Stitch,
}

impl Way {
    /// Every way.
    pub const ALL: &'static [Self] = &[Self::Sound, Self::Duet, Self::Stitch];

    /// The number that the database holds.
    pub const fn code(self) -> i64 {
        match self {
            Self::Sound => 0,
            Self::Duet => 1,
            Self::Stitch => 2,
        }
    }

    /// The way that a number of the database stands for.
    pub fn from_code(code: i64) -> Option<Self> {
        Self::ALL.iter().copied().find(|way| way.code() == code)
    }

    /// A stable word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Sound => "sound",
            Self::Duet => "duet",
            Self::Stitch => "stitch",
        }
    }
}

/// Which stretch of a sound is heard in a video, and how loud each of the two is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mixing {
    /// Where in the sound the stretch begins, in milliseconds.
    pub from_ms: i64,
    /// How much of the video's own sound is heard, in percent of its amplitude: 0 to 100.
    pub own: i64,
    /// How much of the other is heard, in percent of its amplitude: 0 to 100.
    pub sound: i64,
    /// What of the other's video is in it.
    pub way: Way,
}

/// What is wrong with a mixing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadMixing {
    /// The stretch begins nowhere.
    From,
    /// A level is none.
    Level,
    /// Nothing would be heard.
    Silence,
}

impl Default for Mixing {
    /// The sound from its start, in the place of the video's own.
    fn default() -> Self {
        Self { from_ms: 0, own: 0, sound: ALL, way: Way::Sound }
    }
}

impl Mixing {
    /// What a video has of another when nothing more is said: both are heard where both are seen.
    pub const fn of(way: Way) -> Self {
        let own = if matches!(way, Way::Sound) { 0 } else { ALL };
        Self { from_ms: 0, own, sound: ALL, way }
    }

    /// A mixing, if it is one.
    ///
    /// # Errors
    /// [`BadMixing`] says what is wrong.
    pub fn new(from_ms: i64, own: i64, sound: i64) -> Result<Self, BadMixing> {
        if !(0..=LONGEST).contains(&from_ms) {
            return Err(BadMixing::From);
        }
        if !(0..=ALL).contains(&own) || !(0..=ALL).contains(&sound) {
            return Err(BadMixing::Level);
        }
        if own == 0 && sound == 0 { Err(BadMixing::Silence) } else { Ok(Self { from_ms, own, sound, way: Way::Sound }) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_is_found_by_its_code() {
        for &way in Way::ALL {
            assert_eq!(Way::from_code(way.code()), Some(way));
        }
        assert_eq!(Way::from_code(3), None);
        assert_eq!((Mixing::of(Way::Sound), Mixing::of(Way::Duet).own), (Mixing::default(), 100));
    }

    #[test]
    fn what_is_out_of_bounds_is_no_mixing() {
        assert_eq!(Mixing::new(0, 0, 100), Ok(Mixing::default()));
        assert!(Mixing::new(90_000, 100, 0).is_ok());
        for (from, own, sound, wrong) in [
            (-1, 0, 100, BadMixing::From),
            (i64::MAX, 0, 100, BadMixing::From),
            (0, -1, 100, BadMixing::Level),
            (0, 101, 100, BadMixing::Level),
            (0, 0, i64::MAX, BadMixing::Level),
            (0, 0, 0, BadMixing::Silence),
        ] {
            assert_eq!(Mixing::new(from, own, sound), Err(wrong));
        }
    }
}
