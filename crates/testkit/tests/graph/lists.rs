//! The lists are what the policy allows, for random worlds, at every size of page.

use outro_db::{Statement, Tx, params};
use outro_model::Timestamp;
use outro_policy::{Action, Facts, Relation, Ties, decide};
use outro_store::graph::{Card, Edges};
use outro_testkit::rows::account_row;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};

use super::*;

const EDGES: [Edges; 5] = [Edges::Followers, Edges::Following, Edges::Requests, Edges::Blocked, Edges::Muted];
const FIRST: (Timestamp, AccountId) = (Timestamp(i64::MAX), AccountId::from_bytes([0xff; 16]));
/// How many people there are: the first owns the lists, the second looks at them.
const PEOPLE: usize = 6;

/// What is done to whom, in this order; few moments, so that several edges share one.
#[derive(Clone, Debug)]
struct Deed {
    what: u8,
    who: usize,
    whom: usize,
    moment: i64,
}

#[derive(Clone, Debug)]
struct SomeWorld {
    /// For each: leaving, private, on hiatus, suspended, not to be found.
    standings: Vec<[bool; 5]>,
    deeds: Vec<Deed>,
    limit: i64,
}

fn some_world() -> impl Strategy<Value = SomeWorld> {
    let rare = || proptest::bool::weighted(0.15);
    let bools = (rare(), any::<bool>(), rare(), rare(), any::<bool>());
    let standing = bools.prop_map(|(a, b, c, d, e)| [a, b, c, d, e]);
    let deed =
        (0..8u8, 0..PEOPLE, 0..PEOPLE, 1..4i64).prop_map(|(what, who, whom, moment)| Deed { what, who, whom, moment });
    let worlds = (proptest::collection::vec(standing, PEOPLE), proptest::collection::vec(deed, 0..40), 1..5i64);
    worlds.prop_map(|(standings, deeds, limit)| SomeWorld { standings, deeds, limit })
}

async fn empty(tx: &mut Tx) {
    for table in ["follows", "follow_requests", "blocks", "mutes", "counts", "accounts"] {
        let delete = Statement::built(format!("empty::{table}"), format!("DELETE FROM {table}"));
        tx.execute(&delete, &[]).await.unwrap();
    }
}

async fn plant(tx: &mut Tx, some: &SomeWorld) -> Vec<AccountId> {
    let mut people = Vec::new();
    for _ in 0..PEOPLE {
        let account = account_row();
        accounts::insert(tx, &account).await.unwrap();
        people.push(account.id);
    }
    for Deed { what, who, whom, moment } in &some.deeds {
        let (one, other, now) = (people[*who], people[*whom], Timestamp(*moment));
        if one == other {
            continue;
        }
        let ties = graph::standing(tx, one, other).await.unwrap().ties;
        match what {
            0 => drop(graph::block(tx, one, other, now).await.unwrap()),
            1 => drop(graph::mute(tx, one, other, now).await.unwrap()),
            // A block ends what is between two, so that nothing is there beside it.
            _ if ties.blocks || ties.blocked => {}
            2 | 3 => drop(graph::ask(tx, one, other, now).await.unwrap()),
            _ => drop(graph::follow(tx, one, other, now).await.unwrap()),
        }
    }
    for (id, [leaving, private, on_hiatus, suspended, unfound]) in people.iter().zip(&some.standings) {
        let change = PrivacyChange {
            private_account: Some(*private),
            on_hiatus: Some(*on_hiatus),
            discoverable: Some(!unfound),
            ..PrivacyChange::default()
        };
        assert!(accounts::set_privacy(tx, *id, change).await.unwrap());
        if *suspended {
            let suspend = Statement::new("suspend", "UPDATE accounts SET suspended = 1 WHERE id = ?1");
            tx.execute(&suspend, params![id]).await.unwrap();
        }
        if *leaving {
            assert!(accounts::leave(tx, *id).await.unwrap());
        }
    }
    people
}

/// Whether there is an edge of this kind from `owner`'s list to `other`.
async fn is_listed(tx: &mut Tx, edges: Edges, owner: AccountId, other: AccountId) -> bool {
    let (there, back) =
        (graph::standing(tx, owner, other).await.unwrap().ties, graph::standing(tx, other, owner).await.unwrap().ties);
    match edges {
        Edges::Followers => there.followed,
        Edges::Following => there.follows,
        Edges::Requests => back.requested,
        Edges::Blocked => there.blocks,
        Edges::Muted => graph::is_muted(tx, owner, other).await.unwrap(),
    }
}

/// What the policy says of a card, with the ties that it was asked by.
async fn policy(tx: &mut Tx, edges: Edges, asking: Option<AccountId>, other: AccountId) -> (bool, Ties) {
    let facts = accounts::by_id(tx, other).await.unwrap().unwrap().facts;
    let ties = match asking {
        Some(viewer) => graph::standing(tx, viewer, other).await.unwrap().ties,
        None => Ties::default(),
    };
    let asked = if edges == Edges::Blocked { Ties { blocks: false, ..ties } } else { ties };
    let relation = Relation::of(asking, other, asked);
    let allowed = decide(
        Action::SeeCard,
        &Facts { relation, viewer_away: false, viewer_adult: false, owner: facts, video: None },
    )
    .allowed;
    // One's own card stands in no list while one is away: it could only be shown to oneself.
    (allowed && !(asking == Some(other) && (facts.on_hiatus || facts.suspended)), ties)
}

async fn whole(tx: &mut Tx, edges: Edges, asking: Option<AccountId>, owner: AccountId, limit: i64) -> Vec<Card> {
    let (mut all, mut before) = (Vec::new(), FIRST);
    loop {
        let page = graph::list(tx, edges, asking, owner, before, limit).await.unwrap();
        let Some(last) = page.last() else { return all };
        before = (last.since, last.account);
        all.extend(page);
    }
}

async fn check(world: &World, some: &SomeWorld) -> Result<(), TestCaseError> {
    let mut tx = world.app.db.write().await.unwrap();
    empty(&mut tx).await;
    let people = plant(&mut tx, some).await;
    let owner = people[0];
    for edges in EDGES {
        // Lists that are one's own are asked for by nobody else.
        let public = matches!(edges, Edges::Followers | Edges::Following);
        let viewers = if public { vec![None, Some(people[1]), Some(owner)] } else { vec![Some(owner)] };
        for asking in viewers {
            let cards = whole(&mut tx, edges, asking, owner, some.limit).await;
            let places: Vec<_> = cards.iter().map(|card| (card.since, card.account)).collect();
            prop_assert!(places.is_sorted_by(|one, next| one > next), "out of order, or twice");
            for &other in people.iter().filter(|&&other| other != owner) {
                let (allowed, ties) = policy(&mut tx, edges, asking, other).await;
                let known = asking == Some(owner) || asking == Some(other) || ties.follows || ties.followed;
                let facts = accounts::by_id(&mut tx, other).await.unwrap().unwrap().facts;
                let expected =
                    allowed && (known || facts.discoverable) && is_listed(&mut tx, edges, owner, other).await;
                let found = cards.iter().find(|card| card.account == other);
                prop_assert_eq!(found.is_some(), expected, "{:?}", edges);
                if let Some(card) = found {
                    prop_assert_eq!(card.ties, ties);
                    prop_assert_eq!(card.facts, accounts::by_id(&mut tx, other).await.unwrap().unwrap().facts);
                }
            }
        }
    }
    tx.commit().await.unwrap();
    Ok(())
}

on_both! {
    async fn every_list_is_what_the_policy_allows(world: World) {
        let cases = if world.database.starts_with("postgres") { 24 } else { 60 };
        let config = Config { cases, failure_persistence: None, max_shrink_iters: 200, ..Config::default() };
        tokio::task::block_in_place(|| {
            let here = tokio::runtime::Handle::current();
            let done = TestRunner::new(config).run(&some_world(), |some| here.block_on(check(&world, &some)));
            done.unwrap_or_else(|error| panic!("{error}"));
        });
    }
}

on_both! {
    async fn a_list_is_walked_without_holes_or_repeats(world: World) {
        let star = world.client().join("star").await;
        let mut expected = Vec::new();
        for number in 0..5 {
            let fan = world.client().join(&format!("fan{number}")).await;
            // Some at the same moment.
            world.clock.advance_seconds(number % 2);
            follow(&fan, "star").await;
            expected.push(format!("fan{number}"));
        }
        let (mut found, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = star.get(&format!("/api/v1/accounts/star/followers?limit=2{cursor}")).await.expect(200).json();
            found.extend(page["items"].as_array().unwrap().iter().map(|item| item["handle"].as_str().unwrap().to_owned()));
            let Some(next) = page["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        found.sort();
        assert_eq!(found, expected);
        assert_eq!(handles(&star, "/api/v1/accounts/fan0/following").await, ["star"]);
    }
}

// Being in a list of somebody whom one follows is no finding; but strangers walk lists, and there "Allow others to
// find me" holds. Found by its name an account may be all the same: that is another switch.
on_both! {
    async fn who_is_not_to_be_found_is_in_no_list_of_others_for_strangers(world: World) {
        let (star, quiet, fan, friend) = (
            world.client().join("star").await,
            world.client().join("quiet").await,
            world.client().join("fan").await,
            world.client().join("friend").await,
        );
        follow(&quiet, "star").await;
        follow(&star, "quiet").await;
        follow(&fan, "star").await;
        follow(&friend, "quiet").await;
        let lists = ["/api/v1/accounts/star/followers", "/api/v1/accounts/star/following"];
        let sees = async |who: &Client| {
            let (followers, following) = (handles(who, lists[0]).await, handles(who, lists[1]).await);
            let (one, other) = (followers.contains(&"quiet".to_owned()), following.contains(&"quiet".to_owned()));
            assert_eq!(one, other);
            one
        };
        let anyone = world.client();
        for (discoverable, searchable) in [(true, true), (true, false), (false, true), (false, false), (true, true)] {
            let change = json!({"discoverable": discoverable, "searchable": searchable});
            quiet.call("PATCH", "/api/v1/me/privacy", Some(change)).await.expect(200);
            // Whoever's list it is, the account itself, and who follows it: they know of it.
            for who in [&star, &quiet, &friend] {
                assert!(sees(who).await, "{discoverable}, {searchable}");
            }
            for who in [&anyone, &fan] {
                assert_eq!(sees(who).await, discoverable, "{discoverable}, {searchable}");
            }
            // The number says no more than before.
            let count = fan.get("/api/v1/accounts/star").await.expect(200).json()["follower_count"].clone();
            assert_eq!(count, 2);
        }
    }
}
