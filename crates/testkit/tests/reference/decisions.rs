//! The policy against the model, in process: every setting for every relation and action in worlds of three accounts, then
//! random worlds with random histories.

use outro_model::{AccountId, AccountState, Audience as OfVideo, Circle as Of, VideoState};
use outro_policy::{Action, Facts, OwnerFacts, Relation, Ties, VideoFacts, decide};

use crate::model::{Account, Answer, Ask, Audience, Circle, Comment, Id, Standing, State, Video, Way, World};
use crate::random::{Rng, number, say};

const CIRCLES: [Circle; 4] = [Circle::Everyone, Circle::Followers, Circle::Friends, Circle::NoOne];
const AUDIENCES: [Audience; 4] = [Audience::Everyone, Audience::Followers, Audience::Friends, Audience::OnlyMe];
const STATES: [State; 5] = [State::Ready, State::Processing, State::Failed, State::Withheld, State::Removed];
const STANDINGS: [Standing; 3] = [Standing::Live, Standing::Suspended, Standing::Erased];

// ---- from the model's words to the policy's ----

fn circle(circle: Circle) -> Of {
    match circle {
        Circle::Everyone => Of::Everyone,
        Circle::Followers => Of::Followers,
        Circle::Friends => Of::Friends,
        Circle::NoOne => Of::NoOne,
    }
}

fn owner_facts(account: &Account) -> OwnerFacts {
    OwnerFacts {
        state: if account.standing == Standing::Erased { AccountState::Leaving } else { AccountState::Active },
        private_account: account.private,
        on_hiatus: account.hiatus,
        suspended: account.standing == Standing::Suspended,
        discoverable: account.discoverable,
        searchable: account.searchable,
        messages_from: circle(account.messages_from),
        comments_from: circle(account.comments_from),
    }
}

fn video_facts(video: &Video) -> VideoFacts {
    VideoFacts {
        state: match video.state {
            State::Processing => VideoState::Processing,
            State::Ready | State::Withheld => VideoState::Ready,
            State::Failed => VideoState::Failed,
            State::Removed => VideoState::Removing,
        },
        audience: match video.audience {
            Audience::Everyone => OfVideo::Everyone,
            Audience::Followers => OfVideo::Followers,
            Audience::Friends => OfVideo::Friends,
            Audience::OnlyMe => OfVideo::OnlyMe,
        },
        comments_from: video.comments_from.map_or(Of::Everyone, circle),
        hidden: video.state == State::Withheld,
        sound_reuse: video.lent,
        downloads: video.kept,
        duets: video.duets,
        stitches: video.stitches,
        age_restricted: video.for_adults,
    }
}

fn id(account: Id) -> AccountId {
    AccountId::from_bytes([account as u8 + 1; 16])
}

fn facts(world: &World, viewer: Option<Id>, owner: Id, video: Option<usize>) -> Facts {
    let ties = viewer.map_or(Ties::default(), |me| Ties {
        follows: world.follows.has(me, owner),
        followed: world.follows.has(owner, me),
        requested: world.requests.has(me, owner),
        blocks: world.blocks.has(me, owner),
        blocked: world.blocks.has(owner, me),
    });
    let relation = match viewer {
        Some(me) if me != owner && world.accounts[me].moderator => Relation::Moderator,
        _ => Relation::of(viewer.map(id), id(owner), ties),
    };
    let away = |me: Id| world.accounts[me].hiatus || world.accounts[me].standing == Standing::Suspended;
    Facts {
        relation,
        viewer_away: viewer.is_some_and(away),
        viewer_adult: viewer.is_some_and(|me| world.accounts[me].adult),
        owner: owner_facts(&world.accounts[owner]),
        video: video.map(|video| video_facts(&world.videos[video])),
    }
}

// ---- holding one against the other ----

/// An action of the policy, and how the model is asked of it.
type Asked = (Action, fn(usize) -> Ask);

const OF_ACCOUNTS: [Asked; 9] = [
    (Action::SeeCard, Ask::Card),
    (Action::SeeProfile, Ask::Profile),
    (Action::SeeLists, Ask::Followers),
    (Action::Follow, Ask::Follow),
    (Action::Message, Ask::Message),
    (Action::Suggest, Ask::Suggested),
    (Action::Find, Ask::Found),
    (Action::Notify, Ask::NotifiedOf),
    (Action::TakeOut, Ask::Takeout),
];

const OF_VIDEOS: [Asked; 17] = [
    (Action::SeeVideo, Ask::Video),
    (Action::ReadBytes, Ask::Bytes),
    (Action::SeeCover, Ask::Cover),
    (Action::Like, Ask::Like),
    (Action::SeeComments, Ask::Comments),
    (Action::Comment, Ask::Comment),
    (Action::HearSound, Ask::Hear),
    (Action::UseSound, Ask::Use),
    (Action::SeeDuet, |video| Ask::Within(video, Way::Duet)),
    (Action::Duet, |video| Ask::Join(video, Way::Duet)),
    (Action::SeeStitch, |video| Ask::Within(video, Way::Stitch)),
    (Action::Stitch, |video| Ask::Join(video, Way::Stitch)),
    (Action::Gift, Ask::Gift),
    (Action::Download, Ask::Download),
    (Action::TakeOriginal, Ask::Original),
    (Action::ChangeVideo, Ask::Change),
    (Action::RemoveVideo, Ask::Remove),
];

#[test]
fn every_action_of_the_policy_is_asked() {
    for action in Action::ALL {
        let asked = OF_ACCOUNTS.iter().any(|(one, _)| one == action) || OF_VIDEOS.iter().any(|(one, _)| one == action);
        assert!(asked, "{action:?} is in no table of the reference");
    }
}

/// Compares one decision. In what is made for the viewer, a list, being left out is all there is to be told; and moderators, who
/// see the thing, may be told why they cannot act on it.
fn hold(world: &World, viewer: Option<Id>, action: Action, ask: Ask, facts: &Facts) {
    let (expected, decision) = (world.may(viewer, ask), decide(action, facts));
    let list = matches!(action, Action::Suggest | Action::Find | Action::Notify);
    let either = expected != Answer::Yes && (list || facts.relation == Relation::Moderator);
    let found = match (decision.allowed, decision.hidden()) {
        (true, _) => Answer::Yes,
        (false, _) if either => expected,
        (false, true) => Answer::Hidden,
        (false, false) => Answer::Refused,
    };
    assert_eq!(found, expected, "{action:?} {ask:?} by {viewer:?}: {decision:?}\n{facts:?}\n{world:?}");
}

fn hold_account(world: &World, viewer: Option<Id>, owner: Id) -> u64 {
    let facts = facts(world, viewer, owner, None);
    OF_ACCOUNTS.iter().for_each(|(action, ask)| hold(world, viewer, *action, ask(owner), &facts));
    OF_ACCOUNTS.len() as u64
}

fn hold_video(world: &World, viewer: Option<Id>, video: usize) -> u64 {
    let facts = facts(world, viewer, world.videos[video].owner, Some(video));
    OF_VIDEOS.iter().for_each(|(action, ask)| hold(world, viewer, *action, ask(video), &facts));
    OF_VIDEOS.len() as u64
}

// ---- worlds of three accounts ----

/// The owner, the viewer and a third whose ties to both must change nothing.
const OWNER: Id = 0;
const VIEWER: Id = 1;
const THIRD: Id = 2;

/// Who looks: nobody signed in, the owner, or the viewer, as whatever they are themselves, with every tie to the owner. Of a
/// viewer's own settings those alone can matter that say whether they may act: the others are about what is theirs.
fn viewers() -> Vec<(Option<Id>, Account, u8)> {
    let plain = Account::default();
    let mut out = vec![(None, plain.clone(), 0)];
    let own = (0..16u8).map(|bits| {
        let bit = |at: u8| bits & (1 << at) != 0;
        let standing = if bit(1) { Standing::Suspended } else { Standing::Live };
        Account { hiatus: bit(0), standing, moderator: bit(2), private: bit(3), ..plain.clone() }
    });
    out.extend(own.flat_map(|viewer| (0..32).map(move |ties| (Some(VIEWER), viewer.clone(), ties))));
    out.push((Some(OWNER), plain, 0));
    out
}

fn three(rng: &mut Rng, owner: Account, viewer: Account, ties: u8) -> World {
    let viewer = Account { adult: rng.one_in(2), ..viewer };
    let accounts = vec![owner, viewer, some_account(rng)];
    let mut world = World { accounts, videos: vec![some_video(rng, OWNER)], ..World::default() };
    let bit = |at: u8| ties & (1 << at) != 0;
    world.follows.set(VIEWER, OWNER, bit(0));
    world.follows.set(OWNER, VIEWER, bit(1));
    world.requests.set(VIEWER, OWNER, bit(2));
    world.blocks.set(VIEWER, OWNER, bit(3));
    world.blocks.set(OWNER, VIEWER, bit(4));
    let noise = rng.next();
    for (at, (from, to)) in [(THIRD, OWNER), (OWNER, THIRD), (THIRD, VIEWER), (VIEWER, THIRD)].into_iter().enumerate() {
        world.follows.set(from, to, noise & (1 << at) != 0);
        world.blocks.set(from, to, noise & (16 << at) != 0);
    }
    world
}

fn flags(bits: u8, standing: Standing) -> Account {
    let bit = |at: u8| bits & (1 << at) != 0;
    let (private, hiatus, discoverable, searchable) = (bit(0), bit(1), bit(2), bit(3));
    Account { standing, private, hiatus, discoverable, searchable, ..Account::default() }
}

/// Every setting of the account for every viewer: what is asked of accounts.
fn every_account(rng: &mut Rng) -> u64 {
    let mut count = 0;
    for (viewer, as_viewer, ties) in viewers() {
        for (standing, bits) in STANDINGS.into_iter().flat_map(|standing| (0..16).map(move |bits| (standing, bits))) {
            for (messages_from, comments_from) in CIRCLES.into_iter().flat_map(|one| CIRCLES.map(|two| (one, two))) {
                let owner = Account { messages_from, comments_from, ..flags(bits, standing) };
                let world = three(rng, owner, as_viewer.clone(), ties);
                count += hold_account(&world, viewer, OWNER);
            }
        }
    }
    count
}

/// Every setting of the video and of the account that a video answers to, for every viewer.
fn every_video(rng: &mut Rng) -> u64 {
    let mut count = 0;
    for (viewer, as_viewer, ties) in viewers() {
        for (standing, bits) in STANDINGS.into_iter().flat_map(|standing| (0..4).map(move |bits| (standing, bits))) {
            let owner = Account { messages_from: rng.pick(&CIRCLES), ..flags(bits, standing) };
            let mut world = three(rng, owner, as_viewer.clone(), ties);
            for (state, audience) in STATES.into_iter().flat_map(|state| AUDIENCES.map(|audience| (state, audience))) {
                for (account, own) in CIRCLES.into_iter().flat_map(|one| narrower().map(|two| (one, two))) {
                    world.accounts[OWNER].comments_from = account;
                    for lent in [true, false] {
                        world.videos[0] = Video { state, audience, comments_from: own, lent, ..some_video(rng, OWNER) };
                        count += hold_video(&world, viewer, 0);
                    }
                }
            }
        }
    }
    count
}

fn narrower() -> [Option<Circle>; 5] {
    let [everyone, followers, friends, no_one] = CIRCLES.map(Some);
    [None, everyone, followers, friends, no_one]
}

// ---- the third ----

/// What a third account can be to the other two, and by itself.
fn thirds() -> impl Iterator<Item = (Account, u8)> {
    let settings = STANDINGS.into_iter().flat_map(|standing| (0..32u8).map(move |bits| (standing, bits)));
    settings.flat_map(|(standing, bits)| {
        let third = Account { moderator: bits & 16 != 0, ..flags(bits & 15, standing) };
        (0..=255u8).map(move |edges| (third.clone(), edges))
    })
}

/// Who of the three is tied to the third: by follows in the lower bits, by blocks in the upper.
const EDGES: [(Id, Id); 4] = [(THIRD, OWNER), (OWNER, THIRD), (THIRD, VIEWER), (VIEWER, THIRD)];

fn set_third(world: &mut World, third: &Account, edges: u8) {
    world.accounts[THIRD] = third.clone();
    for (at, (from, to)) in EDGES.into_iter().enumerate() {
        world.follows.set(from, to, edges & (1 << at) != 0);
        world.blocks.set(from, to, edges & (16 << at) != 0);
    }
}

/// What the policy is told is of two accounts and a video: [`Facts`] has no place for a third. Nor does the reference find that a
/// third makes a difference to what is asked of the owner and of the video, whatever it is and however it stands to both.
#[test]
fn a_third_account_changes_no_decision() {
    let (mut rng, asks) = (Rng::new(5), OF_ACCOUNTS.iter().map(|(_, ask)| ask(OWNER)));
    let asks: Vec<Ask> = asks.chain(OF_VIDEOS.iter().map(|(_, ask)| ask(0))).collect();
    let mut count = 0_u64;
    for (viewer, as_viewer, ties) in viewers().into_iter().step_by(5) {
        let owner = some_account(&mut rng);
        let mut world = three(&mut rng, owner, as_viewer, ties);
        let before: Vec<Answer> = asks.iter().map(|ask| world.may(viewer, *ask)).collect();
        for (third, edges) in thirds().step_by(7) {
            set_third(&mut world, &third, edges);
            let after = asks.iter().map(|ask| world.may(viewer, *ask));
            assert!(after.eq(before.iter().copied()), "{third:?} {edges:b}\n{world:?}");
            count += asks.len() as u64;
        }
    }
    say(&format!("{count} answers with a third account of every kind: it changes none"));
}

/// Where a third takes part, as the author of a comment, what is decided is put together of decisions on two: whether the comments
/// may be seen, and the author's card, by the viewer and by the owner. Every third, in every tie to both.
#[test]
fn a_comment_is_seen_as_the_reference_says() {
    let card = |world: &World, viewer: Option<Id>, owner: Id| {
        decide(Action::SeeCard, &facts(world, viewer, owner, None)).allowed
    };
    let (mut rng, mut count) = (Rng::new(6), 0_u64);
    for (viewer, as_viewer, ties) in viewers().into_iter().chain([(Some(THIRD), Account::default(), 0)]) {
        if as_viewer.moderator {
            continue;
        }
        let owner = Account { moderator: false, ..some_account(&mut rng) };
        let mut world = three(&mut rng, owner, as_viewer, ties);
        for (at, (third, edges)) in thirds().filter(|(third, _)| !third.moderator).enumerate() {
            set_third(&mut world, &third, edges);
            let hidden = at % 3 == 0;
            world.comments = vec![Comment { video: 0, author: THIRD, hidden, gone: false }];
            let mine = viewer == Some(THIRD);
            let video = facts(&world, viewer, OWNER, Some(0));
            let shown = decide(Action::SeeComments, &video).allowed
                && card(&world, viewer, THIRD)
                && (mine || card(&world, Some(OWNER), THIRD))
                && (!hidden || mine || viewer == Some(OWNER));
            assert_eq!(world.may(viewer, Ask::OneComment(0)) == Answer::Yes, shown, "{viewer:?}\n{world:?}");
            count += 1;
        }
    }
    say(&format!("{count} comments of a third account of every kind, in every tie to both"));
}

// ---- random worlds and histories ----

const ACCOUNTS: usize = 8;
const VIDEOS: usize = 12;

fn some_account(rng: &mut Rng) -> Account {
    let standing = if rng.one_in(8) { rng.pick(&STANDINGS) } else { Standing::Live };
    Account {
        messages_from: rng.pick(&CIRCLES),
        comments_from: rng.pick(&CIRCLES),
        moderator: rng.one_in(16),
        hiatus: rng.one_in(6),
        adult: !rng.one_in(3),
        ..flags(rng.below(16) as u8, standing)
    }
}

fn some_video(rng: &mut Rng, owner: Id) -> Video {
    let state = if rng.one_in(4) { rng.pick(&STATES) } else { State::Ready };
    let (audience, comments_from) = (rng.pick(&AUDIENCES), rng.pick(&narrower()));
    let (lent, kept, for_adults) = (!rng.one_in(4), rng.one_in(2), rng.one_in(4));
    let (duets, stitches) = (rng.one_in(2), rng.one_in(2));
    Video { owner, audience, state, comments_from, lent, kept, duets, stitches, for_adults, plays: None }
}

fn some_world(rng: &mut Rng) -> World {
    let accounts = (0..ACCOUNTS).map(|_| some_account(rng)).collect();
    let mut world = World { accounts, ..World::default() };
    world.videos = (0..VIDEOS).map(|_| some_video(rng, 0)).collect();
    for video in 0..VIDEOS {
        world.videos[video].owner = rng.below(ACCOUNTS);
    }
    world
}

/// Something that somebody does.
fn step(world: &mut World, rng: &mut Rng) {
    let (a, b, v) = (rng.below(ACCOUNTS), rng.below(ACCOUNTS), rng.below(VIDEOS));
    match rng.below(23) {
        0..=5 => drop(world.follow(a, b)),
        6 => drop(world.unfollow(a, b)),
        7..=9 => drop(world.accept(a, b)),
        10 => drop(world.decline(a, b)),
        11 => drop(world.block(a, b, true)),
        12 => drop(world.block(a, b, false)),
        13 => drop(world.remove_follower(a, b)),
        14 => world.accounts[a].private = !world.accounts[a].private,
        15 => world.accounts[a].hiatus = !world.accounts[a].hiatus,
        16 => world.accounts[a].comments_from = rng.pick(&CIRCLES),
        17 => world.accounts[a].messages_from = rng.pick(&CIRCLES),
        18 => world.videos[v].audience = rng.pick(&AUDIENCES),
        19 => world.videos[v].comments_from = rng.pick(&narrower()),
        20 => world.videos[v].state = rng.pick(&STATES),
        21 => world.videos[v].lent = !world.videos[v].lent,
        _ => world.accounts[a].discoverable = !world.accounts[a].discoverable,
    }
}

/// A world with its history; after each step some of the questions it could have touched.
fn some_history(rng: &mut Rng) -> u64 {
    let (mut world, mut count) = (some_world(rng), 0);
    for _ in 0..200 {
        step(&mut world, rng);
        for _ in 0..8 {
            // Who is erased asks as nobody.
            let viewer = Some(rng.below(ACCOUNTS + 1))
                .filter(|&viewer| viewer < ACCOUNTS && world.accounts[viewer].standing != Standing::Erased);
            count += hold_account(&world, viewer, rng.below(ACCOUNTS));
            count += hold_video(&world, viewer, rng.below(VIDEOS));
        }
    }
    count
}

fn random(salt: u64, least: u64) -> u64 {
    let (mut rng, mut count) = (Rng::new(salt), 0);
    while count < least {
        count += some_history(&mut rng);
    }
    count
}

#[test]
fn every_decision_is_what_the_reference_says() {
    let least = number("OUTRO_REFERENCE_DECISIONS", 10_000_000);
    let (accounts, videos, random) = std::thread::scope(|scope| {
        let accounts = scope.spawn(|| every_account(&mut Rng::new(1)));
        let videos = scope.spawn(|| every_video(&mut Rng::new(2)));
        let exhaustive = |one: std::thread::Result<u64>| one.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        let (accounts, videos) = (exhaustive(accounts.join()), exhaustive(videos.join()));
        let left = least.saturating_sub(accounts + videos).max(2_000_000) / 2;
        let (one, two) = (scope.spawn(move || random(3, left)), scope.spawn(move || random(4, left)));
        (accounts, videos, exhaustive(one.join()) + exhaustive(two.join()))
    });
    let all = accounts + videos + random;
    say(&format!(
        "{all} decisions: {accounts} on accounts and {videos} on videos, which are all there are, {random} in random worlds"
    ));
    assert!(all >= least);
}
