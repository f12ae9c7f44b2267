//! One answer to all requests that are open.

use outro_store::{answers, graph::Edges};
use outro_testkit::rows::account_row;

use super::*;

/// So many people, who ask at this moment; more than one batch of them.
async fn askers(world: &World, owner: AccountId, count: usize) -> Vec<AccountId> {
    let (mut tx, mut made) = (world.app.db.write().await.unwrap(), Vec::new());
    let now = outro_model::Clock::now(&*world.clock);
    for _ in 0..count {
        let account = account_row();
        accounts::insert(&mut tx, &account).await.unwrap();
        assert!(graph::ask(&mut tx, account.id, owner, now).await.unwrap());
        made.push(account.id);
    }
    tx.commit().await.unwrap();
    made
}

async fn all(client: &Client, accept: bool) {
    client.post("/api/v1/me/follow-requests/all", json!({"accept": accept})).await.expect(202);
}

/// How many requests are left, and how many follow.
async fn left(world: &World) -> (usize, usize) {
    (world.rows("follow_requests").await.len(), world.rows("follows").await.len())
}

on_both! {
    async fn all_that_are_open_are_accepted_and_later_ones_stay(world: World) {
        let star = world.client().join("star").await;
        let id = world.id_of(&star).await;
        private(&star, true).await;
        askers(&world, id, 120).await;
        all(&star, true).await;
        world.clock.advance_seconds(1);
        let late = world.client().join("late").await;
        assert_eq!(follow(&late, "star").await, "requested");
        // Those that were answered are out of the list before the job comes to them.
        assert_eq!(handles(&star, "/api/v1/me/follow-requests").await, ["late"]);
        world.settle().await;
        assert_eq!(left(&world).await, (1, 120));
        assert_eq!(counts(&world, id).await, (120, 0));
        assert_eq!(handles(&star, "/api/v1/me/follow-requests").await, ["late"]);
        assert!(world.rows("request_answers").await.is_empty());
    }
}

on_both! {
    async fn all_that_are_open_are_declined(world: World) {
        let star = world.client().join("star").await;
        let id = world.id_of(&star).await;
        private(&star, true).await;
        let people = askers(&world, id, 70).await;
        away(&world, people[3], true).await;
        all(&star, false).await;
        world.settle().await;
        assert_eq!((left(&world).await, counts(&world, id).await), ((0, 0), (0, 0)));
    }
}

on_both! {
    async fn nobody_is_accepted_unseen(world: World) {
        let star = world.client().join("star").await;
        let id = world.id_of(&star).await;
        private(&star, true).await;
        let people = askers(&world, id, 60).await;
        for hidden in [people[0], people[55]] {
            away(&world, hidden, true).await;
        }
        all(&star, true).await;
        world.settle().await;
        assert_eq!(left(&world).await, (2, 58));
        away(&world, people[0], false).await;
        let mut tx = world.app.db.read().await.unwrap();
        let first = (outro_model::Timestamp(i64::MAX), AccountId::from_bytes([0xff; 16]));
        let open = graph::list(&mut tx, Edges::Requests, Some(id), id, first, 10).await.unwrap();
        assert_eq!(open.iter().map(|card| card.account).collect::<Vec<_>>(), [people[0]], "it is open again");
    }
}

// As after a process that died between two batches.
on_both! {
    async fn what_was_begun_is_ended_and_nothing_is_counted_twice(world: World) {
        let star = world.client().join("star").await;
        let id = world.id_of(&star).await;
        private(&star, true).await;
        let people = askers(&world, id, 120).await;
        all(&star, true).await;
        let mut tx = world.app.db.write().await.unwrap();
        for &follower in &people[..50] {
            assert!(graph::drop_request(&mut tx, follower, id).await.unwrap());
            assert!(graph::follow(&mut tx, follower, id, outro_model::Timestamp(1)).await.unwrap());
        }
        tx.commit().await.unwrap();
        // Pressed again, out of impatience: a second job that finds nothing to do.
        all(&star, true).await;
        world.settle().await;
        assert_eq!((left(&world).await, counts(&world, id).await), ((0, 120), (120, 0)));
    }
}

on_both! {
    async fn the_last_word_holds_for_all_that_still_wait(world: World) {
        let star = world.client().join("star").await;
        let id = world.id_of(&star).await;
        private(&star, true).await;
        askers(&world, id, 60).await;
        all(&star, true).await;
        all(&star, false).await;
        world.settle().await;
        assert_eq!(left(&world).await, (0, 0));
    }
}

on_both! {
    async fn an_answer_of_who_leaves_ends_with_them(world: World) {
        let star = world.client().join("star").await;
        let id = world.id_of(&star).await;
        private(&star, true).await;
        askers(&world, id, 60).await;
        all(&star, true).await;
        let mut tx = world.app.db.write().await.unwrap();
        assert!(accounts::leave(&mut tx, id).await.unwrap());
        assert!(answers::get(&mut tx, id).await.unwrap().is_some());
        tx.commit().await.unwrap();
        world.settle().await;
        assert_eq!(left(&world).await, (60, 0), "nobody follows who is leaving");
    }
}
