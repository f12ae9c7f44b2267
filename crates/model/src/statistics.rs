//! The words for how videos are watched.

words! {
    /// Where somebody came to a video from.
    CameFrom {
        /// The feed For You.
        ForYou = 0, "for_you";
        /// The feed of those whom they follow.
        Following = 1, "following";
        /// The feed of their friends.
        Friends = 2, "friends";
        /// A profile.
        Profile = 3, "profile";
        /// The page of a sound.
        Sound = 4, "sound";
        /// The page of a hashtag.
        Tag = 5, "tag";
        /// A search.
        Search = 6, "search";
        /// A message here.
        Message = 7, "message";
        /// A link from elsewhere.
        Link = 8, "link";
        /// It was not told.
        Other = 9, "other";
    }
}

/// How many parts a video has where it is counted how far people watch: each is one in twenty of its length.
pub const STRETCHES: i64 = 20;
/// Where the numbers of [`CameFrom`] begin among those of [`Reach`].
const FROM: i64 = 32;

/// What is counted of watchings, each under a number of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reach {
    /// Watchings that ended in this stretch of the video, 0 to [`STRETCHES`] - 1; who watched to the end is in the last.
    Ended(i64),
    /// Watchings by people who came from there.
    From(CameFrom),
    /// Watchings.
    Watchings,
    /// Milliseconds that were watched.
    Watched,
    /// Watchings to the end.
    Finished,
}

impl Reach {
    /// The number stored for it.
    pub const fn code(self) -> i64 {
        match self {
            Self::Ended(stretch) => stretch,
            Self::From(from) => FROM + from.code(),
            Self::Watchings => 64,
            Self::Watched => 65,
            Self::Finished => 66,
        }
    }

    /// What a stored number stands for.
    pub const fn from_code(code: i64) -> Option<Self> {
        match code {
            0..STRETCHES => Some(Self::Ended(code)),
            64 => Some(Self::Watchings),
            65 => Some(Self::Watched),
            66 => Some(Self::Finished),
            _ => match CameFrom::from_code(code - FROM) {
                Some(from) => Some(Self::From(from)),
                None => None,
            },
        }
    }

    /// A word for it, for people and programs.
    pub fn word(self) -> String {
        match self {
            Self::Ended(stretch) => {
                format!("ended_at_{}_to_{}_percent", stretch * 100 / STRETCHES, (stretch + 1) * 100 / STRETCHES)
            }
            Self::From(from) => format!("from_{}", from.word()),
            Self::Watchings => "watchings".to_owned(),
            Self::Watched => "watched_ms".to_owned(),
            Self::Finished => "finished".to_owned(),
        }
    }

    /// The stretch in which a watching ended.
    pub fn ended(watched_ms: i64, completed: bool, length_ms: i64) -> Self {
        let last = STRETCHES - 1;
        // Who saw the whole length, or of whose length nothing is known, was at the end.
        if completed || length_ms <= 0 || watched_ms >= length_ms {
            return Self::Ended(last);
        }
        Self::Ended((watched_ms.max(0) * STRETCHES / length_ms).min(last))
    }
}

/// What happened to a video on a day, or to several, or on several days.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Numbers {
    /// How often it was seen, once a day of each viewer.
    pub views: i64,
    /// How many liked it, less those who took that back.
    pub likes: i64,
    /// How often it was passed on.
    pub shares: i64,
    /// How many comments were shown under it at once.
    pub comments: i64,
    /// Of how many watchings the following is told: those of full groups, on the day on which they were full.
    pub watchings: i64,
    /// For how long these took, in milliseconds.
    pub watched_ms: i64,
    /// How many of them were to the end.
    pub finished: i64,
}

impl Numbers {
    /// Both together.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self {
            views: self.views.saturating_add(other.views),
            likes: self.likes.saturating_add(other.likes),
            shares: self.shares.saturating_add(other.shares),
            comments: self.comments.saturating_add(other.comments),
            watchings: self.watchings.saturating_add(other.watchings),
            watched_ms: self.watched_ms.saturating_add(other.watched_ms),
            finished: self.finished.saturating_add(other.finished),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_count_has_a_number_of_its_own() {
        let all: Vec<Reach> = (0..STRETCHES)
            .map(Reach::Ended)
            .chain(CameFrom::ALL.iter().copied().map(Reach::From))
            .chain([Reach::Watchings, Reach::Watched, Reach::Finished])
            .collect();
        let codes: std::collections::BTreeSet<i64> = all.iter().map(|one| one.code()).collect();
        let words: std::collections::BTreeSet<String> = all.iter().map(|one| one.word()).collect();
        assert_eq!((codes.len(), words.len()), (all.len(), all.len()));
        assert!(all.iter().all(|one| Reach::from_code(one.code()) == Some(*one)));
        assert_eq!((Reach::from_code(-1), Reach::from_code(31), Reach::from_code(50)), (None, None, None));
    }

    #[test]
    fn a_watching_ends_within_the_video() {
        for (watched, completed, length, stretch) in [
            (0, false, 10_000, 0),
            (499, false, 10_000, 0),
            (500, false, 10_000, 1),
            (9_999, false, 10_000, 19),
            (1, true, 10_000, 19),
            (i64::MAX / 64, false, 10_000, 19),
            (-5, false, 10_000, 0),
            (5, false, 0, 19),
        ] {
            assert_eq!(Reach::ended(watched, completed, length), Reach::Ended(stretch), "{watched} of {length}");
        }
    }
}
