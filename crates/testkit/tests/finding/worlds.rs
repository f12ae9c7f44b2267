//! Random worlds: what is suggested is exactly what the policy lets be suggested, and what is found is never
//! more than what it lets be found.

use std::collections::{BTreeMap, BTreeSet};

use outro_model::{AccountId, AccountState, Audience, Timestamp, VideoId};
use outro_policy::{Action, Facts, OwnerFacts, Relation, Ties, VideoFacts, decide};
use outro_store::accounts::{self as rows, Account};
use outro_store::{finding as store, graph, videos};
use outro_testkit::rows::account_row;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, TestRunner};

use super::*;

/// How many people a world has; the first of them looks.
const PEOPLE: usize = 6;
const CASES: u32 = 60;

#[derive(Clone, Debug)]
struct SomeWorld {
    facts: Vec<OwnerFacts>,
    /// Follows, requests, blocks, mutes and dismissals of one by another: what stands at `from * PEOPLE + to`.
    edges: Vec<Edge>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Edge {
    Nothing,
    Follows,
    Asked,
    Blocks,
    Muted,
    Dismissed,
}

fn some_facts() -> impl Strategy<Value = OwnerFacts> {
    let rare = || proptest::bool::weighted(0.15);
    (rare(), rare(), rare(), rare(), rare(), rare()).prop_map(
        |(leaving, private, away, suspended, quiet, unsearched)| OwnerFacts {
            state: if leaving { AccountState::Leaving } else { AccountState::Active },
            private_account: private,
            on_hiatus: away,
            suspended,
            discoverable: !quiet,
            searchable: !unsearched,
            ..OwnerFacts::OPEN
        },
    )
}

fn some_world() -> impl Strategy<Value = SomeWorld> {
    let edge = prop_oneof![
        5 => Just(Edge::Nothing),
        9 => Just(Edge::Follows),
        1 => Just(Edge::Asked),
        1 => Just(Edge::Blocks),
        1 => Just(Edge::Muted),
        1 => Just(Edge::Dismissed),
    ];
    let facts = proptest::collection::vec(some_facts(), PEOPLE);
    (facts, proptest::collection::vec(edge, PEOPLE * PEOPLE)).prop_map(|(facts, edges)| SomeWorld { facts, edges })
}

impl SomeWorld {
    /// What stands from one to another. A block ends what stood between the two, so it comes first.
    fn edge(&self, from: usize, to: usize) -> Edge {
        let (edge, back) = (self.edges[from * PEOPLE + to], self.edges[to * PEOPLE + from]);
        if from == to || back == Edge::Blocks && edge != Edge::Blocks { Edge::Nothing } else { edge }
    }

    fn ties(&self, viewer: usize, owner: usize) -> Ties {
        let (to, back) = (self.edge(viewer, owner), self.edge(owner, viewer));
        Ties {
            follows: to == Edge::Follows,
            followed: back == Edge::Follows,
            requested: to == Edge::Asked,
            blocks: to == Edge::Blocks,
            blocked: back == Edge::Blocks,
        }
    }

    fn allows(
        &self,
        ids: &[AccountId],
        viewer: usize,
        action: Action,
        owner: usize,
        video: Option<VideoFacts>,
    ) -> bool {
        let relation = Relation::of(Some(ids[viewer]), ids[owner], self.ties(viewer, owner));
        decide(action, &Facts { relation, viewer_away: false, viewer_adult: false, owner: self.facts[owner], video })
            .allowed
    }

    /// Those whom the first may be suggested, and how many they know of each: by the rules, without SQL.
    fn expected(&self, ids: &[AccountId]) -> (BTreeSet<AccountId>, BTreeMap<AccountId, i64>) {
        let (mut followers, mut known) = (BTreeSet::new(), BTreeMap::new());
        for one in 1..PEOPLE {
            let wanted = !matches!(self.edge(0, one), Edge::Follows | Edge::Asked | Edge::Dismissed | Edge::Muted);
            if !wanted || !self.allows(ids, 0, Action::Suggest, one, None) {
                continue;
            }
            if self.edge(one, 0) == Edge::Follows {
                followers.insert(ids[one]);
            }
            let tells = |by: &usize| {
                self.edge(0, *by) == Edge::Follows
                    && self.edge(*by, one) == Edge::Follows
                    && self.allows(ids, 0, Action::SeeLists, *by, None)
            };
            let knowing = (1..PEOPLE).filter(tells).count() as i64;
            if knowing > 0 {
                known.insert(ids[one], knowing);
            }
        }
        (followers, known)
    }

    /// Plants the people and what stands between them.
    async fn plant(&self, world: &World) -> Vec<AccountId> {
        let mut tx = world.app.db.write().await.unwrap();
        for table in ["dismissals", "mutes", "blocks", "follow_requests", "follows", "counts", "accounts"] {
            let delete = Statement::built(format!("empty::{table}"), format!("DELETE FROM {table}"));
            tx.execute(&delete, &[]).await.unwrap();
        }
        let mut ids = Vec::new();
        for facts in &self.facts {
            let account = Account { facts: *facts, ..account_row() };
            rows::insert(&mut tx, &account).await.unwrap();
            set(&mut tx, account.id, facts).await;
            ids.push(account.id);
        }
        for (from, to) in (0..PEOPLE * PEOPLE).map(|at| (at / PEOPLE, at % PEOPLE)) {
            plant_edge(&mut tx, self.edge(from, to), ids[from], ids[to]).await;
        }
        tx.commit().await.unwrap();
        ids
    }
}

async fn plant_edge(tx: &mut outro_db::Tx, edge: Edge, from: AccountId, to: AccountId) {
    let now = Timestamp(1);
    let planted = match edge {
        Edge::Nothing => Ok(true),
        Edge::Follows => graph::follow(tx, from, to, now).await,
        Edge::Asked => graph::ask(tx, from, to, now).await,
        Edge::Blocks => graph::block(tx, from, to, now).await,
        Edge::Muted => graph::mute(tx, from, to, now).await,
        Edge::Dismissed => store::dismiss(tx, from, to, now).await,
    };
    assert!(planted.unwrap());
}

async fn set(tx: &mut outro_db::Tx, id: AccountId, facts: &OwnerFacts) {
    let set = Statement::new(
        "set facts",
        "UPDATE accounts SET state = ?2, private_account = ?3, on_hiatus = ?4, suspended = ?5, discoverable = ?6,
            searchable = ?7 WHERE id = ?1",
    );
    let OwnerFacts { private_account, on_hiatus, suspended, discoverable, searchable, .. } = facts;
    let state = facts.state.code();
    let values = params![id, state, private_account, on_hiatus, suspended, discoverable, searchable];
    tx.execute(&set, values).await.unwrap();
}

fn runner() -> TestRunner {
    TestRunner::new(Config { cases: CASES, failure_persistence: None, ..Config::default() })
}

on_both! {
    async fn suggestions_are_what_the_policy_allows(world: World) {
        let (mut runner, mut seen) = (runner(), 0);
        for _ in 0..CASES {
            let some = some_world().new_tree(&mut runner).unwrap().current();
            let ids = some.plant(&world).await;
            let (followers, known) = some.expected(&ids);
            let mut tx = world.app.db.read().await.unwrap();
            let back = store::not_followed_back(&mut tx, ids[0], 50).await.unwrap();
            let friends = store::friends_of_friends(&mut tx, ids[0], 50).await.unwrap();
            assert_eq!(back.iter().map(|one| one.card.account).collect::<BTreeSet<_>>(), followers, "{some:?}");
            let found: BTreeMap<_, _> = friends.iter().map(|one| (one.card.account, one.known)).collect();
            assert_eq!(found, known, "{some:?}");
            for one in back.iter().chain(&friends) {
                let at = ids.iter().position(|id| *id == one.card.account).unwrap();
                assert_eq!((one.card.facts, one.card.ties), (some.facts[at], some.ties(0, at)), "{some:?}");
            }
            seen += back.len() + friends.len();
        }
        assert!(seen > CASES as usize / 4, "the worlds are not empty: {seen}");
    }
}

/// Somebody who is really there, with one video.
struct Person {
    client: Client,
    handle: String,
    id: AccountId,
    video: VideoId,
}

async fn person(world: &World, number: usize) -> Person {
    let handle = format!("same.person{number}");
    let client = world.client().join(&handle).await;
    let video = planted(world, &client, "the same words #same").await.parse().unwrap();
    Person { id: world.id_of(&client).await, client, handle, video }
}

/// Makes the world of these people be as `some` says, each video for the audience that stands beside it.
async fn arrange(world: &World, people: &[Person], some: &SomeWorld, audiences: &[Audience]) {
    let mut tx = world.app.db.write().await.unwrap();
    for table in ["dismissals", "mutes", "blocks", "follow_requests", "follows"] {
        let delete = Statement::built(format!("empty::{table}"), format!("DELETE FROM {table}"));
        tx.execute(&delete, &[]).await.unwrap();
    }
    for (at, one) in people.iter().enumerate() {
        set(&mut tx, one.id, &some.facts[at]).await;
        videos::set_audience(&mut tx, one.id, one.video, audiences[at]).await.unwrap();
        for (to, other) in people.iter().enumerate() {
            plant_edge(&mut tx, some.edge(at, to), one.id, other.id).await;
        }
    }
    tx.commit().await.unwrap();
}

on_both! {
    async fn a_search_finds_what_the_policy_allows_and_no_more(world: World) {
        let mut people = Vec::new();
        for number in 0..PEOPLE {
            people.push(person(&world, number).await);
        }
        let ids: Vec<_> = people.iter().map(|one| one.id).collect();
        let audiences = proptest::collection::vec(proptest::sample::select(Audience::ALL), PEOPLE);
        let (mut runner, mut found_any) = (runner(), 0);
        for round in 0..CASES {
            let (mut some, audiences) = (some_world(), &audiences).new_tree(&mut runner).unwrap().current();
            // Those who leave are others' tests: their sessions end.
            some.facts.iter_mut().for_each(|facts| facts.state = AccountState::Active);
            arrange(&world, &people, &some, &audiences).await;
            let fresh = round % 2 == 0;
            if fresh {
                finding::go_over(&world.app, 500).await.unwrap();
            }
            let viewer = round as usize % PEOPLE;
            let found = search(&people[viewer].client, "same").await;
            let cards: BTreeSet<_> = texts(&found["accounts"], "handle").into_iter().collect();
            let watched: BTreeSet<_> = texts(&found["videos"], "id").into_iter().collect();
            for (at, one) in people.iter().enumerate() {
                let open = !some.facts[at].on_hiatus && !some.facts[at].suspended;
                let may_find = some.allows(&ids, viewer, Action::Find, at, None);
                let video = Some(VideoFacts { audience: audiences[at], ..VideoFacts::OPEN });
                let may_watch = some.allows(&ids, viewer, Action::ReadBytes, at, video);
                let (is_found, is_watched) = (cards.contains(&one.handle), watched.contains(&one.video.to_string()));
                assert!(may_find || !is_found, "{} is found: {some:?}", one.handle);
                assert!(may_watch || !is_watched, "the video of {} is found: {some:?}", one.handle);
                if fresh {
                    // All of it is found that everyone may see.
                    let of_all = open && some.facts[at].searchable;
                    assert_eq!(is_found, may_find && of_all, "{}: {some:?}", one.handle);
                    let for_all = open && !some.facts[at].private_account && audiences[at] == Audience::Everyone;
                    assert_eq!(is_watched, may_watch && for_all, "the video of {}: {some:?}", one.handle);
                }
            }
            found_any += cards.len() + watched.len();
        }
        assert!(found_any > CASES as usize, "the worlds are not empty: {found_any}");
    }
}
