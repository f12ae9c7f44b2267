//! How soon another code may be asked for.

use super::*;
use outro_courier::{Courier, Gateway};

on_both! {
    async fn waits_begin_at_thirty_seconds_and_grow(world: World) {
        world.to_a_new_day();
        let client = world.client().join("ada").await;
        for wait in [30, 60, 120, 240] {
            let sent = link(&client, NUMBER).await.expect(202).json();
            let next = outro_model::Clock::now(&*world.clock).plus_seconds(wait).rfc3339();
            assert_eq!(sent["resend_after"], next);
            assert_eq!(too_soon(&link(&client, NUMBER).await), wait);
            world.clock.advance_seconds(wait - 1);
            assert_eq!(too_soon(&link(&client, NUMBER).await), 1);
            world.clock.advance_seconds(1);
        }
    }
}

on_both! {
    async fn what_was_refused_sends_nothing_and_keeps_the_code(world: World) {
        let client = world.client().join("ada").await;
        let challenge = challenge(link(&client, NUMBER).await);
        too_soon(&link(&client, "+4915187654321").await);
        assert_eq!(world.outbox.messages().len(), 1);
        verify(&client, &challenge, &world.last_code()).await.expect(200);
    }
}

on_both! {
    async fn waits_are_counted_by_purpose(world: World) {
        let client = world.client().join("ada").await;
        linked(&world, &client, NUMBER).await;
        link(&client, NUMBER).await.expect(202);
        too_soon(&link(&client, NUMBER).await);
        begin(&client).await.expect(202);
        assert_eq!(too_soon(&begin(&client).await), 30);
        world.clock.advance_seconds(30);
        begin(&client).await.expect(202);
        assert_eq!(too_soon(&begin(&client).await), 60);
        link(&client, NUMBER).await.expect(202);
    }
}

on_both! {
    async fn a_used_code_begins_the_waits_anew(world: World) {
        world.to_a_new_day();
        let client = world.client().join("ada").await;
        link(&client, NUMBER).await.expect(202);
        world.clock.advance_seconds(30);
        linked(&world, &client, NUMBER).await;
        let sent = link(&client, NUMBER).await.expect(202).json();
        let next = outro_model::Clock::now(&*world.clock).plus_seconds(30).rfc3339();
        assert_eq!(sent["resend_after"], next);
    }
}

on_both! {
    async fn a_wrong_code_does_not_begin_them_anew(world: World) {
        let client = world.client().join("ada").await;
        let challenge = challenge(link(&client, NUMBER).await);
        verify(&client, &challenge, &other_than(&world.last_code())).await.expect(422);
        assert_eq!(too_soon(&link(&client, NUMBER).await), 30);
    }
}

on_both! {
    async fn one_account_does_not_wait_for_another(world: World) {
        let (ada, eve) = (world.client().join("ada").await, world.client().join("eve").await);
        link(&ada, NUMBER).await.expect(202);
        link(&eve, NUMBER).await.expect(202);
    }
}

on_both! {
    async fn a_code_that_did_not_leave_is_not_waited_for(world: World) {
        let mut broken = world.with_settings(|_| {});
        broken.app.courier = Courier::Gateway(Gateway::at("http://127.0.0.1:1/sms").unwrap());
        let client = broken.client().join("ada").await;
        let refused = link(&client, NUMBER).await.expect(503);
        assert_eq!(refused.code(), "send_failed");
        assert!(world.rows("challenges").await.is_empty() && world.rows("resends").await.is_empty());
        let client = world.client().with_token(&json!(client.token));
        linked(&world, &client, NUMBER).await;
    }
}
