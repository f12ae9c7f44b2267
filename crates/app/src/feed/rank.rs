//! The ranking of For You: pure. `docs/for-you.md` says the same in words; change both together.

use std::collections::{HashMap, HashSet};

use outro_model::{AccountId, Timestamp, VideoId};
use outro_store::feed::Candidate;
use outro_store::watches::Signal;

use super::place::{NEIGHBOURS, mark};
use crate::video::Why;

const HOUR_MILLIS: f64 = 3_600_000.0;
/// The age at which freshness is worth half, in hours.
const HALF_LIFE_HOURS: f64 = 24.0;
/// Which of every five places is for what few have seen.
const CHANCE_PLACE: usize = 3;
/// How long a video may have its chance, in milliseconds: a week.
const CHANCE_MILLIS: i64 = 7 * 86_400_000;
/// What counts as seen by few.
const CHANCE_VIEWS: i64 = 50;
/// See [`CHANCE_VIEWS`].
const CHANCE_LIKES: i64 = 10;
/// How many of one account a page holds at most, where there are others.
const OF_ONE: usize = 2;
/// From here on popularity is a reason: seven likes.
const POPULAR: f64 = 3.0;

/// What is known of a viewer's taste. Without personalisation, and of nobody, it is empty.
#[derive(Default)]
pub(super) struct Taste {
    viewer: Option<AccountId>,
    pub(super) personalised: bool,
    owners: HashMap<AccountId, Tally>,
}

#[derive(Clone, Copy, Default)]
struct Tally {
    liked: i64,
    completed: i64,
    skipped: i64,
}

impl Taste {
    pub(super) fn of(viewer: AccountId, signals: Vec<(AccountId, Signal)>) -> Self {
        let mut owners: HashMap<AccountId, Tally> = HashMap::new();
        for (owner, signal) in signals {
            let tally = owners.entry(owner).or_default();
            match signal {
                Signal::Liked => tally.liked += 1,
                Signal::Completed => tally.completed += 1,
                Signal::Skipped => tally.skipped += 1,
            }
        }
        Self { viewer: Some(viewer), personalised: true, owners }
    }

    /// Nothing is known but who it is, so that one's own videos are told apart.
    pub(super) fn unknown(viewer: AccountId) -> Self {
        Self { viewer: Some(viewer), ..Self::default() }
    }

    /// The accounts whose videos were liked most, at most `most`.
    pub(super) fn favourites(&self, most: usize) -> Vec<AccountId> {
        let mut liked: Vec<_> = self.owners.iter().filter(|(_, tally)| tally.liked > 0).collect();
        liked.sort_by_key(|(owner, tally)| (-tally.liked, **owner));
        liked.into_iter().take(most).map(|(owner, _)| *owner).collect()
    }

    fn tally(&self, owner: AccountId) -> Tally {
        self.owners.get(&owner).copied().unwrap_or_default()
    }

    fn score(&self, one: &Candidate, now: Timestamp) -> f64 {
        let general = freshness(one, now) + popularity(one);
        if !self.personalised {
            return general;
        }
        let Tally { liked, completed, skipped } = self.tally(one.owner);
        let follows = if one.follows { 4.0 } else { 0.0 };
        let likes = (2 * liked).min(6) + completed.min(4) - (2 * skipped).min(8);
        general + follows + likes as f64
    }

    fn why(&self, one: &Candidate, by_chance: bool) -> Why {
        if self.viewer == Some(one.owner) {
            Why::Yours
        } else if by_chance {
            Why::New
        } else if self.personalised && one.follows {
            Why::YouFollow
        } else if self.personalised && self.tally(one.owner).liked > 0 {
            Why::LikeLiked
        } else if popularity(one) >= POPULAR {
            Why::Popular
        } else {
            Why::New
        }
    }
}

fn freshness(one: &Candidate, now: Timestamp) -> f64 {
    let hours = now.millis_since(one.published_at).max(0) as f64 / HOUR_MILLIS;
    10.0 * (-hours / HALF_LIFE_HOURS).exp2()
}

fn popularity(one: &Candidate) -> f64 {
    (1.0 + one.like_count.max(0) as f64 + one.view_count.max(0) as f64 / 10.0).log2().min(10.0)
}

fn has_a_chance(one: &Candidate, now: Timestamp) -> bool {
    now.millis_since(one.published_at) < CHANCE_MILLIS && one.view_count < CHANCE_VIEWS && one.like_count < CHANCE_LIKES
}

/// Keeps one account from flooding a page, as far as there are others.
struct Spread {
    recent: Vec<u32>,
    on_page: HashMap<AccountId, usize>,
    apart: usize,
    of_one: usize,
}

impl Spread {
    fn of(pool: &[Candidate], recent: &[u32], limit: usize) -> Self {
        let owners = pool.iter().map(|one| one.owner).collect::<HashSet<_>>().len().max(1);
        let of_one = limit.div_ceil(owners).max(OF_ONE);
        Self { recent: recent.to_vec(), on_page: HashMap::new(), apart: owners.min(NEIGHBOURS), of_one }
    }

    fn fits(&self, one: &Candidate) -> bool {
        let near = self.recent.iter().rev().take(self.apart - 1).any(|owner| *owner == mark(one.owner));
        !near && self.on_page.get(&one.owner).copied().unwrap_or(0) < self.of_one
    }

    fn take(&mut self, one: &Candidate) {
        self.recent.push(mark(one.owner));
        *self.on_page.entry(one.owner).or_default() += 1;
    }
}

/// Chooses a page from a pool, in order, each with the reason why. It is shorter than `limit` where more
/// would flood; of a pool that holds anything it holds something.
pub(super) fn arrange(
    pool: &[Candidate],
    taste: &Taste,
    recent: &[u32],
    limit: usize,
    now: Timestamp,
) -> Vec<(Candidate, Why)> {
    let newest = |one: &Candidate| (std::cmp::Reverse(one.published_at), one.video);
    let mut ranked: Vec<(f64, Candidate)> = pool.iter().map(|one| (taste.score(one, now), *one)).collect();
    ranked.sort_by(|(one, a), (other, b)| other.total_cmp(one).then_with(|| newest(a).cmp(&newest(b))));
    let ranked: Vec<Candidate> = ranked.into_iter().map(|(_, one)| one).collect();
    let mut chances: Vec<Candidate> = pool.iter().copied().filter(|one| has_a_chance(one, now)).collect();
    chances.sort_by_key(newest);
    let (mut spread, mut chosen, mut page) = (Spread::of(pool, recent, limit), HashSet::<VideoId>::new(), Vec::new());
    while page.len() < limit {
        let free = |one: &&Candidate| !chosen.contains(&one.video) && spread.fits(one);
        let by_chance = (page.len() % NEIGHBOURS == CHANCE_PLACE).then(|| chances.iter().find(free)).flatten();
        let next = by_chance.or_else(|| ranked.iter().find(free));
        // Whoever alone is left follows on themselves rather than on nothing.
        let Some(one) = next.or_else(|| page.is_empty().then(|| ranked.first()).flatten()).copied() else { break };
        chosen.insert(one.video);
        spread.take(&one);
        page.push((one, taste.why(&one, by_chance.is_some())));
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_000 * 86_400_000);

    fn one(owner: u8, video: u8, hours: i64, likes: i64) -> Candidate {
        Candidate {
            owner: AccountId::from_bytes([owner; 16]),
            video: VideoId::from_bytes([video; 16]),
            published_at: NOW.plus_seconds(-hours * 3600),
            like_count: likes,
            view_count: 100,
            shown: true,
            follows: false,
            seen: false,
        }
    }

    fn id(owner: u8) -> AccountId {
        AccountId::from_bytes([owner; 16])
    }

    fn order(page: &[(Candidate, Why)]) -> Vec<u8> {
        page.iter().map(|(one, _)| one.video.as_bytes()[0]).collect()
    }

    #[test]
    fn without_a_taste_time_and_popularity_decide() {
        let pool = [one(1, 1, 1, 0), one(2, 2, 1, 500), one(3, 3, 90, 500), one(4, 4, 200, 0)];
        let page = arrange(&pool, &Taste::default(), &[], 4, NOW);
        assert_eq!(order(&page), [2, 1, 3, 4]);
        assert_eq!(
            page.iter().map(|(_, why)| *why).collect::<Vec<_>>(),
            [Why::Popular, Why::Popular, Why::Popular, Why::Popular]
        );
    }

    #[test]
    fn what_was_liked_and_followed_comes_up_and_what_was_skipped_goes_down() {
        let mut pool = [one(1, 1, 10, 0), one(2, 2, 10, 0), one(3, 3, 10, 0), one(4, 4, 10, 0)];
        pool[2].follows = true;
        let signals = vec![
            (id(4), Signal::Liked),
            (id(4), Signal::Liked),
            (id(4), Signal::Liked),
            (id(1), Signal::Skipped),
            (id(2), Signal::Completed),
        ];
        let page = arrange(&pool, &Taste::of(id(9), signals), &[], 4, NOW);
        assert_eq!(order(&page), [4, 3, 2, 1]);
        assert_eq!((page[0].1, page[1].1), (Why::LikeLiked, Why::YouFollow));
        let nobodys = arrange(&pool, &Taste::default(), &[], 4, NOW);
        assert_eq!(order(&nobodys), [1, 2, 3, 4], "the same pool without personalisation");
    }

    #[test]
    fn one_account_never_floods() {
        let mut pool: Vec<Candidate> = (0..40).map(|n| one(1, n, 1, 5_000)).collect();
        for owner in 2..12 {
            pool.extend((0..3).map(|n| one(owner, owner * 10 + 30 + n, 100, 0)));
        }
        let page = arrange(&pool, &Taste::default(), &[], 20, NOW);
        assert_eq!(page.len(), 20);
        for (at, (one, _)) in page.iter().enumerate() {
            let near = page[at + 1..].iter().take(NEIGHBOURS - 1);
            assert!(near.into_iter().all(|(other, _)| other.owner != one.owner), "two of one in five neighbours");
            assert!(page.iter().filter(|(other, _)| other.owner == one.owner).count() <= OF_ONE);
        }
        let after = arrange(&pool, &Taste::default(), &[mark(id(1))], 20, NOW);
        assert!(after[..4].iter().all(|(one, _)| one.owner != id(1)), "neighbours reach over pages");
    }

    #[test]
    fn who_is_alone_fills_the_page() {
        let pool: Vec<Candidate> = (0..12).map(|n| one(1, n, 1, 0)).collect();
        assert_eq!(arrange(&pool, &Taste::default(), &[mark(id(1))], 8, NOW).len(), 8);
        let two: Vec<Candidate> = (0..12).map(|n| one(1 + n % 2, n, 1, 0)).collect();
        assert_eq!(arrange(&two, &Taste::default(), &[], 12, NOW).len(), 12);
        assert!(arrange(&[], &Taste::default(), &[], 8, NOW).is_empty());
    }

    #[test]
    fn what_few_have_seen_gets_a_place_in_five() {
        let mut pool: Vec<Candidate> = (0..40).map(|n| one(n, n, 1, 5_000)).collect();
        pool.push(Candidate { view_count: 0, ..one(100, 100, 100, 0) });
        pool.push(Candidate { view_count: 0, ..one(101, 101, 24 * 8, 0) });
        let page = arrange(&pool, &Taste::default(), &[], 10, NOW);
        assert_eq!((order(&page)[CHANCE_PLACE], page[CHANCE_PLACE].1), (100, Why::New));
        assert!(!order(&page).contains(&101), "older than a week");
    }
}
