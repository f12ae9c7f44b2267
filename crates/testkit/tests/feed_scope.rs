//! The one SQL predicate of the feed says what the one policy says, for random worlds: proved on both
//! engines, and at every size of page.

use std::collections::BTreeSet;

use outro_db::{Statement, params};
use outro_model::{AccountId, Audience, BlobId, BlobKind, Timestamp, VideoId, VideoState};
use outro_policy::{
    Action, Facts, OwnerFacts, Relation, Ties, VideoFacts, decide, every_fact, feed_scope, followed_scope,
};
use outro_store::accounts::{self, Account, PrivacyChange};
use outro_store::blobs::{self, Blob};
use outro_store::feed::{Circle, Source};
use outro_store::videos::{self, Video};
use outro_store::{feed, graph, likes, timeline};
use outro_testkit::rows::{account_row, video_row};
use outro_testkit::{World, on_both};
use outro_vault::SystemRandom;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};

const LATE: (Timestamp, VideoId) = (Timestamp(i64::MAX), VideoId::from_bytes([0xff; 16]));

#[derive(Clone, Debug)]
struct SomeAccount {
    leaving: bool,
    private: bool,
    on_hiatus: bool,
    suspended: bool,
    ties: Ties,
    muted: bool,
    videos: Vec<SomeVideo>,
}

#[derive(Clone, Copy, Debug)]
struct SomeVideo {
    state: VideoState,
    audience: Audience,
    /// Few moments, so that several videos share one.
    moment: i64,
    liked: bool,
    hidden: bool,
    for_adults: bool,
}

fn some_video() -> impl Strategy<Value = SomeVideo> {
    let states = prop_oneof![
        4 => Just(VideoState::Ready),
        1 => proptest::sample::select(VideoState::ALL),
    ];
    let audiences = proptest::sample::select(Audience::ALL);
    let rare = || proptest::bool::weighted(0.2);
    (states, audiences, 1..4i64, any::<bool>(), rare(), rare()).prop_map(
        |(state, audience, moment, liked, hidden, for_adults)| SomeVideo {
            state,
            audience,
            moment,
            liked,
            hidden,
            for_adults,
        },
    )
}

/// What stands between the fan and an account. A block ends follows, so both are never there.
fn some_ties() -> impl Strategy<Value = Ties> {
    let nothing = Ties::default();
    prop_oneof![
        3 => Just(nothing),
        1 => Just(Ties { follows: true, ..nothing }),
        1 => Just(Ties { follows: true, followed: true, ..nothing }),
        1 => Just(Ties { requested: true, ..nothing }),
        1 => Just(Ties { blocks: true, ..nothing }),
        1 => Just(Ties { blocked: true, ..nothing }),
    ]
}

fn some_account() -> impl Strategy<Value = SomeAccount> {
    let rare = || proptest::bool::weighted(0.2);
    let closed = (rare(), rare(), rare(), rare(), rare());
    (closed, some_ties(), proptest::collection::vec(some_video(), 0..5)).prop_map(
        |((leaving, private, on_hiatus, suspended, muted), ties, videos)| SomeAccount {
            leaving,
            private,
            on_hiatus,
            suspended,
            ties,
            muted,
            videos,
        },
    )
}

/// A video that was planted, with its facts.
struct Planted {
    owner: AccountId,
    video: VideoId,
    owner_facts: OwnerFacts,
    video_facts: VideoFacts,
    /// What stands between the fan and the owner.
    ties: Ties,
    /// Whether the fan has muted the owner.
    muted: bool,
    like: SomeVideo,
}

impl Planted {
    fn allowed_to(&self, relation: Relation, viewer_adult: bool) -> bool {
        let (owner, video) = (self.owner_facts, Some(self.video_facts));
        let facts = Facts { relation, viewer_away: false, viewer_adult, owner, video };
        decide(Action::ReadBytes, &facts).allowed
    }

    /// What a viewer is to the owner: only the fan has ties.
    fn relation(&self, viewer: Option<AccountId>, fan: AccountId) -> Relation {
        Relation::of(viewer, self.owner, if viewer == Some(fan) { self.ties } else { Ties::default() })
    }

    /// Whether it belongs in the feed: what every stranger may watch, unless one has blocked the other, or the viewer does not
    /// want it brought up. Who has an account is an adult here.
    fn belongs(&self, viewer: Option<AccountId>, fan: AccountId) -> bool {
        let muted = viewer == Some(fan) && self.muted;
        self.allowed_to(Relation::Anonymous, viewer.is_some())
            && self.relation(viewer, fan) != Relation::Blocked
            && !muted
    }

    /// Whether it belongs in the fan's Following, or among friends.
    fn is_followed(&self, circle: Circle) -> bool {
        let near = self.ties.follows && (circle == Circle::Following || self.ties.followed);
        let relation = Relation::of(Some(AccountId::from_bytes([0; 16])), self.owner, self.ties);
        near && !self.muted && self.allowed_to(relation, true)
    }
}

async fn empty(world: &World) {
    let mut tx = world.app.db.write().await.unwrap();
    for table in [
        "timeline",
        "fan_outs",
        "watches",
        "mutes",
        "likes",
        "blobs",
        "videos",
        "follows",
        "follow_requests",
        "blocks",
        "counts",
        "accounts",
    ] {
        let delete = Statement::built(format!("empty::{table}"), format!("DELETE FROM {table}"));
        tx.execute(&delete, &[]).await.unwrap();
    }
    tx.commit().await.unwrap();
}

async fn plant_account(tx: &mut outro_db::Tx, some: &SomeAccount) -> AccountId {
    let facts = OwnerFacts { private_account: some.private, ..OwnerFacts::OPEN };
    let account = Account { facts, ..account_row() };
    accounts::insert(tx, &account).await.unwrap();
    let change = PrivacyChange { on_hiatus: Some(some.on_hiatus), ..PrivacyChange::default() };
    assert!(accounts::set_privacy(tx, account.id, change).await.unwrap());
    if some.suspended {
        let suspend = Statement::new("suspend", "UPDATE accounts SET suspended = 1 WHERE id = ?1");
        tx.execute(&suspend, params![account.id]).await.unwrap();
    }
    account.id
}

async fn plant_ties(tx: &mut outro_db::Tx, fan: AccountId, owner: AccountId, ties: Ties) {
    let now = Timestamp(1);
    if ties.follows {
        assert!(graph::follow(tx, fan, owner, now).await.unwrap());
    }
    if ties.followed {
        assert!(graph::follow(tx, owner, fan, now).await.unwrap());
    }
    if ties.requested {
        assert!(graph::ask(tx, fan, owner, now).await.unwrap());
    }
    if ties.blocks {
        assert!(graph::block(tx, fan, owner, now).await.unwrap());
    }
    if ties.blocked {
        assert!(graph::block(tx, owner, fan, now).await.unwrap());
    }
}

async fn plant_video(tx: &mut outro_db::Tx, owner: AccountId, some: SomeVideo) -> VideoId {
    let row = video_row(owner, Timestamp(some.moment));
    let video =
        Video { facts: VideoFacts { audience: some.audience, age_restricted: some.for_adults, ..row.facts }, ..row };
    let id = video.id;
    videos::insert(tx, &video).await.unwrap();
    match some.state {
        VideoState::Processing => {}
        VideoState::Ready => plant_rendition(tx, owner, id, some.moment).await,
        VideoState::Failed => assert!(videos::set_failed(tx, owner, id, "damaged", 0).await.unwrap()),
        VideoState::Removing => {
            // What is taken away was ready before: its rendition is still there.
            plant_rendition(tx, owner, id, some.moment).await;
            assert!(videos::set_removing(tx, owner, id).await.unwrap());
        }
    }
    if some.hidden {
        let hide = Statement::new("hide", "UPDATE videos SET hidden = 1 WHERE owner_id = ?1 AND id = ?2");
        tx.execute(&hide, params![owner, id]).await.unwrap();
    }
    id
}

async fn plant_rendition(tx: &mut outro_db::Tx, owner: AccountId, video: VideoId, moment: i64) {
    let blob = Blob {
        owner,
        id: BlobId::random(&SystemRandom),
        video,
        kind: BlobKind::Rendition,
        header: Some(vec![1]),
        length: 1,
        width: 1,
        height: 1,
        created_at: Timestamp(1),
    };
    blobs::begin(tx, &blob).await.unwrap();
    assert!(blobs::finish(tx, &blob).await.unwrap());
    assert!(videos::set_ready(tx, owner, video, 1, Timestamp(moment)).await.unwrap());
}

async fn plant(world: &World, some: &[SomeAccount], fan: AccountId) -> Vec<Planted> {
    let (mut tx, mut planted) = (world.app.db.write().await.unwrap(), Vec::new());
    for account in some {
        let owner = plant_account(&mut tx, account).await;
        // Of half of them the videos were there before the follow, of the others they come after it.
        let early = planted.len() % 2 == 0;
        if early {
            plant_ties(&mut tx, fan, owner, account.ties).await;
        }
        if account.muted {
            assert!(graph::mute(&mut tx, fan, owner, Timestamp(1)).await.unwrap());
        }
        for &like in &account.videos {
            let video = plant_video(&mut tx, owner, like).await;
            if like.liked {
                assert!(likes::put(&mut tx, fan, video, owner, Timestamp(1)).await.unwrap());
            }
            if like.state == VideoState::Ready {
                spread(&mut tx, owner, video).await;
            }
            planted.push((owner, video, account, like));
        }
        if !early {
            plant_ties(&mut tx, fan, owner, account.ties).await;
        }
        if account.leaving {
            assert!(accounts::leave(&mut tx, owner).await.unwrap());
        }
    }
    // The facts are those that the store gives to every other surface.
    let mut out = Vec::new();
    for (owner, video, SomeAccount { ties, muted, .. }, like) in planted {
        let owner_facts = accounts::by_id(&mut tx, owner).await.unwrap().unwrap().facts;
        let video_facts = videos::by_id(&mut tx, video).await.unwrap().unwrap().facts;
        let planted = (video_facts.state, video_facts.audience, video_facts.hidden, video_facts.age_restricted);
        assert_eq!(planted, (like.state, like.audience, like.hidden, like.for_adults));
        out.push(Planted { owner, video, owner_facts, video_facts, ties: *ties, muted: *muted, like });
    }
    tx.commit().await.unwrap();
    out
}

/// What the job does that brings a video to its followers.
async fn spread(tx: &mut outro_db::Tx, owner: AccountId, video: VideoId) {
    let mut reached = timeline::begin(tx, owner, video).await.unwrap().unwrap();
    loop {
        let (followers, last) = timeline::spread(tx, owner, video, reached).await.unwrap();
        reached = last;
        if followers.is_empty() {
            break timeline::end(tx, owner, video).await.unwrap();
        }
    }
}

/// All of the walk that For You is made from, window by window.
async fn feed_of(world: &World, viewer: Option<AccountId>, limit: i64) -> Vec<feed::Item> {
    let (mut tx, mut before, mut all) = (world.app.db.read().await.unwrap(), LATE, Vec::new());
    loop {
        let source = Source::Newest(before);
        let window = feed::candidates(&mut tx, feed_scope(), viewer, source, Timestamp(0), limit).await.unwrap();
        let Some(last) = window.last() else { return all };
        before = (last.published_at, last.video);
        let ids: Vec<_> = window.iter().map(|one| (one.owner, one.video)).collect();
        let items = feed::items(&mut tx, feed_scope(), viewer, &ids).await.unwrap();
        for (one, item) in window.iter().zip(items) {
            assert!(item.is_some() || !one.shown, "a candidate that is none");
            // What is muted lies in the scope, and is not brought up.
            all.extend(item.filter(|_| one.shown));
        }
    }
}

/// What the other lists that For You looks into let through.
async fn brought_up(world: &World, viewer: Option<AccountId>, owners: &[AccountId]) -> BTreeSet<VideoId> {
    let mut tx = world.app.db.read().await.unwrap();
    let mut sources: Vec<Source> = owners.iter().map(|owner| Source::Of(*owner)).collect();
    sources.push(Source::Popular);
    sources.extend(viewer.map(Source::Followed));
    let mut found = BTreeSet::new();
    for source in sources {
        let list = feed::candidates(&mut tx, feed_scope(), viewer, source, Timestamp(0), 100).await.unwrap();
        found.extend(list.into_iter().filter(|one| one.shown).map(|one| one.video));
    }
    found
}

/// The whole of a timeline, page by page.
async fn timeline_of(world: &World, fan: AccountId, circle: Circle, limit: i64) -> Vec<feed::Item> {
    let (mut tx, mut before, mut all) = (world.app.db.read().await.unwrap(), LATE, Vec::new());
    loop {
        let page = feed::timeline(&mut tx, followed_scope(), fan, circle, before, limit).await.unwrap();
        let Some(last) = page.last() else { return all };
        before = (last.published_at, last.video);
        all.extend(page);
    }
}

async fn check_timelines(world: &World, planted: &[Planted], fan: AccountId, limit: i64) -> Result<(), TestCaseError> {
    for circle in [Circle::Following, Circle::Friends] {
        let items = timeline_of(world, fan, circle, limit).await;
        let ids: BTreeSet<VideoId> = items.iter().map(|item| item.video).collect();
        prop_assert_eq!(ids.len(), items.len(), "a video stands twice");
        let expected: BTreeSet<VideoId> =
            planted.iter().filter(|one| one.is_followed(circle)).map(|one| one.video).collect();
        prop_assert_eq!(ids, expected, "{:?}", circle);
        let places: Vec<_> = items.iter().map(|item| (item.published_at, item.video)).collect();
        prop_assert!(places.is_sorted_by(|one, next| one > next), "out of order");
    }
    Ok(())
}

async fn check(world: &World, some: &[SomeAccount], limit: i64) -> Result<(), TestCaseError> {
    empty(world).await;
    let mut tx = world.app.db.write().await.unwrap();
    let fan = account_row();
    accounts::insert(&mut tx, &fan).await.unwrap();
    let fan = fan.id;
    tx.commit().await.unwrap();
    let planted = plant(world, some, fan).await;
    check_timelines(world, &planted, fan, limit).await?;
    let everybody: Vec<AccountId> = planted.iter().map(|one| one.owner).collect();
    let owners: Vec<AccountId> = everybody.iter().copied().take(1).collect();
    for viewer in [None, Some(fan)].into_iter().chain(owners.into_iter().map(Some)) {
        let items = feed_of(world, viewer, limit).await;
        let ids: Vec<VideoId> = items.iter().map(|item| item.video).collect();
        let unique: BTreeSet<VideoId> = ids.iter().copied().collect();
        prop_assert_eq!(ids.len(), unique.len(), "a video stands twice");
        let expected: BTreeSet<VideoId> =
            planted.iter().filter(|one| one.belongs(viewer, fan)).map(|one| one.video).collect();
        prop_assert_eq!(&unique, &expected);
        let brought = brought_up(world, viewer, &everybody).await;
        prop_assert_eq!(&brought, &expected, "another list shows what the first does not");
        let places: Vec<_> = items.iter().map(|item| (item.published_at, item.video)).collect();
        prop_assert!(places.is_sorted_by(|one, next| one > next), "out of order");
        for item in &items {
            let one = planted.iter().find(|one| one.video == item.video).unwrap();
            let relation = one.relation(viewer, fan);
            prop_assert!(one.allowed_to(relation, viewer.is_some()), "the feed shows what may not be seen");
            prop_assert_eq!((item.owner_facts, item.video_facts), (one.owner_facts, one.video_facts));
            prop_assert_eq!(Relation::of(viewer, item.owner, item.ties), relation);
            prop_assert_eq!(item.liked, viewer == Some(fan) && one.like.liked);
        }
    }
    Ok(())
}

on_both! {
    async fn the_feed_is_what_the_policy_allows(world: World) {
        let cases = match std::env::var("OUTRO_REFERENCE_SCOPES") {
            Ok(worlds) => worlds.parse().unwrap(),
            Err(_) if world.database.starts_with("postgres") => 100,
            Err(_) => 300,
        };
        let config = Config { cases, failure_persistence: None, max_shrink_iters: 200, ..Config::default() };
        let worlds = (proptest::collection::vec(some_account(), 0..5), 1..6i64);
        tokio::task::block_in_place(|| {
            let here = tokio::runtime::Handle::current();
            let done = TestRunner::new(config)
                .run(&worlds, |(some, limit)| here.block_on(check(&world, &some, limit)));
            done.unwrap_or_else(|error| panic!("{error}"));
        });
    }
}

/// Strangers who are signed in may see what those without an account may, so one scope is right for both.
#[test]
fn one_feed_is_right_for_everybody() {
    for facts in every_fact().filter(|facts| facts.relation == Relation::Anonymous) {
        let seen = |relation| decide(Action::ReadBytes, &Facts { relation, ..facts }).allowed;
        assert_eq!(seen(Relation::Anonymous), seen(Relation::Stranger));
    }
}
