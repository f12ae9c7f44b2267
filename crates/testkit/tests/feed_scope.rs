//! The one SQL predicate of the feed says what the one policy says, for random worlds: proved on both
//! engines, and at every size of page.

use std::collections::BTreeSet;

use outro_db::Statement;
use outro_model::{AccountId, Audience, BlobId, BlobKind, Reframe, Timestamp, VideoId, VideoState};
use outro_policy::{Action, Facts, OwnerFacts, Relation, VideoFacts, decide, feed_scope};
use outro_store::accounts::{self, Account};
use outro_store::blobs::{self, Blob};
use outro_store::videos::{self, Video};
use outro_store::{feed, likes};
use outro_testkit::{World, on_both};
use outro_vault::SystemRandom;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};

const LATE: (Timestamp, VideoId) = (Timestamp(i64::MAX), VideoId::from_bytes([0xff; 16]));

#[derive(Clone, Debug)]
struct SomeAccount {
    leaving: bool,
    private: bool,
    videos: Vec<SomeVideo>,
}

#[derive(Clone, Copy, Debug)]
struct SomeVideo {
    state: VideoState,
    audience: Audience,
    /// Few moments, so that several videos share one.
    moment: i64,
    liked: bool,
}

fn some_video() -> impl Strategy<Value = SomeVideo> {
    let states = prop_oneof![
        4 => Just(VideoState::Ready),
        1 => proptest::sample::select(VideoState::ALL),
    ];
    let audiences = proptest::sample::select(Audience::ALL);
    (states, audiences, 1..4i64, any::<bool>()).prop_map(|(state, audience, moment, liked)| SomeVideo {
        state,
        audience,
        moment,
        liked,
    })
}

fn some_account() -> impl Strategy<Value = SomeAccount> {
    (proptest::bool::weighted(0.3), proptest::bool::weighted(0.3), proptest::collection::vec(some_video(), 0..5))
        .prop_map(|(leaving, private, videos)| SomeAccount { leaving, private, videos })
}

/// A video that was planted, with its facts.
struct Planted {
    owner: AccountId,
    video: VideoId,
    owner_facts: OwnerFacts,
    video_facts: VideoFacts,
    like: SomeVideo,
}

impl Planted {
    fn allowed_to(&self, relation: Relation) -> bool {
        let facts = Facts { relation, owner: self.owner_facts, video: Some(self.video_facts) };
        decide(Action::ReadBytes, &facts).allowed
    }
}

async fn empty(world: &World) {
    let mut tx = world.app.db.write().await.unwrap();
    for table in ["likes", "blobs", "videos", "accounts"] {
        let delete = Statement::built(format!("empty::{table}"), format!("DELETE FROM {table}"));
        tx.execute(&delete, &[]).await.unwrap();
    }
    tx.commit().await.unwrap();
}

async fn plant_account(tx: &mut outro_db::Tx, private_account: bool) -> AccountId {
    let account = Account {
        id: AccountId::random(&SystemRandom),
        state: outro_model::AccountState::Active,
        created_at: Timestamp(1),
        private_account,
        handle: vec![1],
        display_name: vec![1],
        bio: vec![1],
        birth_date: vec![1],
        password_hash: vec![1],
        phone: None,
        handle_tag: vec![1],
    };
    accounts::insert(tx, &account).await.unwrap();
    account.id
}

async fn plant_video(tx: &mut outro_db::Tx, owner: AccountId, some: SomeVideo) -> VideoId {
    let id = VideoId::random(&SystemRandom);
    let video = Video {
        owner,
        id,
        state: VideoState::Processing,
        audience: some.audience,
        reframe: Reframe::Fit,
        caption: vec![1],
        created_at: Timestamp(some.moment),
        published_at: Timestamp(0),
        duration_ms: 0,
        progress: 0,
        failure: None,
        like_count: 0,
    };
    videos::insert(tx, &video).await.unwrap();
    match some.state {
        VideoState::Processing => {}
        VideoState::Ready => plant_rendition(tx, owner, id, some.moment).await,
        VideoState::Failed => assert!(videos::set_failed(tx, owner, id, "damaged").await.unwrap()),
        VideoState::Removing => {
            // What is taken away was ready before: its rendition is still there.
            plant_rendition(tx, owner, id, some.moment).await;
            assert!(videos::set_removing(tx, owner, id).await.unwrap());
        }
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
        let owner = plant_account(&mut tx, account.private).await;
        for &like in &account.videos {
            let video = plant_video(&mut tx, owner, like).await;
            if like.liked {
                assert!(likes::put(&mut tx, fan, video, owner, Timestamp(1)).await.unwrap());
            }
            planted.push((owner, video, like));
        }
        if account.leaving {
            assert!(accounts::leave(&mut tx, owner).await.unwrap());
        }
    }
    // The facts are those that the store gives to every other surface.
    let mut out = Vec::new();
    for (owner, video, like) in planted {
        let owner_facts = accounts::by_id(&mut tx, owner).await.unwrap().unwrap().facts();
        let video_facts = videos::by_id(&mut tx, video).await.unwrap().unwrap().facts();
        assert_eq!((video_facts.state, video_facts.audience), (like.state, like.audience));
        out.push(Planted { owner, video, owner_facts, video_facts, like });
    }
    tx.commit().await.unwrap();
    out
}

/// The whole feed, page by page.
async fn feed_of(world: &World, viewer: Option<AccountId>, limit: i64) -> Vec<feed::Item> {
    let (mut tx, mut before, mut all) = (world.app.db.read().await.unwrap(), LATE, Vec::new());
    loop {
        let page = feed::for_you(&mut tx, feed_scope(), viewer, before, limit).await.unwrap();
        let Some(last) = page.last() else { return all };
        before = (last.published_at, last.video);
        all.extend(page);
    }
}

async fn check(world: &World, some: &[SomeAccount], limit: i64) -> Result<(), TestCaseError> {
    empty(world).await;
    let mut tx = world.app.db.write().await.unwrap();
    let fan = plant_account(&mut tx, false).await;
    tx.commit().await.unwrap();
    let planted = plant(world, some, fan).await;
    let expected: BTreeSet<VideoId> =
        planted.iter().filter(|one| one.allowed_to(Relation::Anonymous)).map(|one| one.video).collect();
    let owners: Vec<AccountId> = planted.iter().map(|one| one.owner).take(1).collect();
    for viewer in [None, Some(fan)].into_iter().chain(owners.into_iter().map(Some)) {
        let items = feed_of(world, viewer, limit).await;
        let ids: Vec<VideoId> = items.iter().map(|item| item.video).collect();
        let unique: BTreeSet<VideoId> = ids.iter().copied().collect();
        prop_assert_eq!(ids.len(), unique.len(), "a video stands twice");
        prop_assert_eq!(&unique, &expected);
        let places: Vec<_> = items.iter().map(|item| (item.published_at, item.video)).collect();
        prop_assert!(places.is_sorted_by(|one, next| one > next), "out of order");
        for item in &items {
            let one = planted.iter().find(|one| one.video == item.video).unwrap();
            prop_assert!(one.allowed_to(Relation::between(viewer, one.owner)), "the feed shows what may not be seen");
            prop_assert_eq!((item.owner_facts, item.video_facts), (one.owner_facts, one.video_facts));
            prop_assert_eq!(item.liked, viewer == Some(fan) && one.like.liked);
        }
    }
    Ok(())
}

on_both! {
    async fn the_feed_is_what_the_policy_allows(world: World) {
        let cases = if world.database.starts_with("postgres") { 24 } else { 60 };
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

/// Strangers who are signed in may see what those without an account may, so one feed is right for both.
#[test]
fn one_feed_is_right_for_everybody() {
    for &state in VideoState::ALL {
        for &audience in Audience::ALL {
            for private_account in [false, true] {
                let owner = OwnerFacts { state: outro_model::AccountState::Active, private_account };
                let video = Some(VideoFacts { state, audience });
                let seen = |relation| decide(Action::ReadBytes, &Facts { relation, owner, video }).allowed;
                assert_eq!(seen(Relation::Anonymous), seen(Relation::Stranger));
            }
        }
    }
}
