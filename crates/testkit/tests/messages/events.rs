//! Events as they are kept: in order, for a day, for those whom they concern.

use outro_app::live::{self, News};
use outro_model::EventKind;

use super::*;

async fn listen(world: &World, who: &Client, after: Option<i64>) -> live::Listening {
    let signed = outro_app::authenticate(&world.app, who.token.as_deref().unwrap()).await.unwrap().unwrap();
    live::listen(&world.app, &signed, after).await.unwrap()
}

async fn next(listening: &mut live::Listening) -> Vec<News> {
    let waited = tokio::time::timeout(std::time::Duration::from_secs(3), listening.next()).await;
    waited.expect("nothing was told").expect("it has ended")
}

on_both! {
    async fn who_comes_again_misses_nothing(world: World) {
        let (ada, bob) = (world.client().join("ada").await, world.client().join("bob").await);
        befriend(&world, &ada, &bob).await;
        let mut open = listen(&world, &ada, None).await;
        let talk = id(&write_to(&bob, "ada", "one").await.expect(201));
        let first = next(&mut open).await;
        assert_eq!((first.len(), first[0].kind, first[0].unread), (1, Some(EventKind::Message), 1));
        assert_eq!(first[0].conversation.unwrap().to_string(), talk);
        drop(open);
        for text in ["two", "three"] {
            say(&bob, &talk, text).await.expect(201);
        }
        let mut again = listen(&world, &ada, Some(first[0].seq)).await;
        let missed = next(&mut again).await;
        assert_eq!(missed.iter().map(|one| one.seq).collect::<Vec<_>>(), [first[0].seq + 1, first[0].seq + 2]);
        assert_eq!(missed[1].unread, 3);
    }
}

on_both! {
    async fn what_is_older_than_a_day_is_gone_and_said_to_be(world: World) {
        let (ada, bob) = (world.client().join("ada").await, world.client().join("bob").await);
        let talk = id(&write_to(&bob, "ada", "one").await.expect(201));
        world.clock.advance_seconds(25 * 3600);
        outro_app::housekeeping::schedule(&world.app).await.unwrap();
        world.run_jobs().await;
        assert_eq!(world.rows("events").await, [] as [String; 0]);
        say(&bob, &talk, "two").await.expect(201);
        let mut open = listen(&world, &ada, Some(0)).await;
        let told = next(&mut open).await;
        assert_eq!((told.len(), told[0].kind), (1, None), "all is to be asked for anew");
        say(&bob, &talk, "three").await.expect(201);
        assert_eq!(next(&mut open).await[0].seq, told[0].seq + 1);
    }
}

on_both! {
    async fn what_is_old_goes_in_batches(world: World) {
        let (ada, bob) = (world.client().join("ada").await, world.client().join("bob").await);
        let talk = id(&write_to(&bob, "ada", "one").await.expect(201));
        for text in ["two", "three"] {
            say(&bob, &talk, text).await.expect(201);
        }
        let (ada, later) = (world.id_of(&ada).await, world.app.clock.now().plus_seconds(1));
        let mut tx = world.app.db.write().await.unwrap();
        assert_eq!(outro_store::events::drop_before(&mut tx, later, 4).await.unwrap(), 4, "of six, for two people");
        assert_eq!(outro_store::events::drop_before(&mut tx, later, 4).await.unwrap(), 2);
        assert_eq!(outro_store::events::after(&mut tx, ada, 0, 9).await.unwrap(), []);
    }
}

// As when another process has noted it: nobody wakes this one.
on_both! {
    async fn what_another_process_notes_is_told_within_a_second(world: World) {
        let ada = world.client().join("ada").await;
        let mut open = listen(&world, &ada, None).await;
        let (id, began) = (world.id_of(&ada).await, std::time::Instant::now());
        let mut tx = world.app.db.write().await.unwrap();
        live::note(&world.app, &mut tx, id, EventKind::Notifications).await.unwrap();
        tx.commit().await.unwrap();
        let told = next(&mut open).await;
        assert_eq!(told[0].kind, Some(EventKind::Notifications));
        assert!(began.elapsed().as_millis() < 1000, "{:?}", began.elapsed());
    }
}

on_both! {
    async fn nobody_is_told_what_does_not_concern_them(world: World) {
        let (ada, bob, eve) = (world.client().join("ada").await, world.client().join("bob").await, world.client().join("eve").await);
        let talk = id(&write_to(&bob, "ada", "one").await.expect(201));
        ada.post(&format!("/api/v1/conversations/{talk}/read"), json!({})).await.expect(200);
        let (ada, bob, eve) = (world.id_of(&ada).await, world.id_of(&bob).await, world.id_of(&eve).await);
        let mut tx = world.app.db.read().await.unwrap();
        let kinds = async |tx: &mut outro_db::Tx, who| -> Vec<EventKind> {
            outro_store::events::after(tx, who, 0, 9).await.unwrap().iter().map(|event| event.kind).collect()
        };
        assert_eq!(kinds(&mut tx, ada).await, [EventKind::Message, EventKind::Conversation]);
        assert_eq!(kinds(&mut tx, bob).await, [EventKind::Message], "that she has read it is hers alone");
        assert_eq!(kinds(&mut tx, eve).await, []);
    }
}

on_both! {
    async fn who_is_followed_is_told_at_once_that_there_is_something_and_again_when_it_was_seen(world: World) {
        let (ada, bob) = (world.client().join("ada").await, world.client().join("bob").await);
        let mut open = listen(&world, &ada, None).await;
        bob.call("PUT", "/api/v1/accounts/ada/follow", None).await.expect(200);
        assert_eq!(next(&mut open).await[0].kind, Some(EventKind::Notifications));
        ada.post("/api/v1/me/notifications/seen", json!({})).await.expect(200);
        assert_eq!(next(&mut open).await[0].kind, Some(EventKind::Notifications), "her other pages");
        bob.call("PUT", "/api/v1/accounts/ada/follow", None).await.expect(200);
        let ada = world.id_of(&ada).await;
        assert_eq!(outro_store::events::last(&mut world.app.db.read().await.unwrap(), ada).await.unwrap(), 2);
    }
}
