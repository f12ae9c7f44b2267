//! How much may be asked for in a day.

use super::*;

/// Strangers ask to link the number; none of them has the phone, so none can give the code.
async fn strangers_ask(world: &World, count: usize) {
    for number in 0..count {
        link(&world.client().join(&format!("stranger{number}")).await, NUMBER).await.expect(202);
    }
}

on_both! {
    async fn an_account_asks_ten_times_a_day(world: World) {
        world.to_a_new_day();
        let client = world.client().join("ada").await;
        for number in 0..10 {
            linked(&world, &client, &format!("+49151000{number}1234")).await;
        }
        let wait = used_up(&link(&client, "+4915100091234").await);
        assert!((1..=86_400).contains(&wait), "{wait}");
        linked(&world, &world.client().join("eve").await, "+4915100091234").await;
        world.clock.advance_seconds(wait);
        client.post("/api/v1/sessions/current/password", json!({"password": "ada-password"})).await.expect(204);
        linked(&world, &client, "+4915100091234").await;
    }
}

on_both! {
    async fn a_number_is_written_to_five_times_a_day(world: World) {
        world.to_a_new_day();
        strangers_ask(&world, 5).await;
        let ada = world.client().join("ada").await;
        assert!(used_up(&link(&ada, NUMBER).await) > 0);
        // However it is written.
        assert!(used_up(&link(&ada, "+49 151 1234-5678").await) > 0);
        linked(&world, &ada, "+4915112345679").await;
    }
}

on_both! {
    async fn a_place_asks_fifty_times_a_day(world: World) {
        world.to_a_new_day();
        let mut clients = Vec::new();
        for number in 0..6 {
            clients.push(world.client().join(&format!("person{number}")).await);
        }
        for sent in 0..50 {
            let client = &clients[sent / 10];
            // Of one /64: one customer of a provider has as many addresses.
            let address = format!("2001:db8:0:7::{sent:x}");
            let reply = link_from(client, &format!("+49{}{sent:02}001234", 15100 + sent), &address).await;
            let challenge = challenge(reply);
            verify(client, &challenge, &world.last_code()).await.expect(200);
        }
        assert!(used_up(&link_from(&clients[5], "+4915999991234", "2001:db8:0:7:ffff::1").await) > 0);
        link_from(&clients[5], "+4915999991234", "2001:db8:0:8::1").await.expect(202);
    }
}

on_both! {
    async fn a_block_of_numbers_is_written_to_a_hundred_times_a_day(world: World) {
        world.to_a_new_day();
        for person in 0..10 {
            let client = world.client().join(&format!("person{person}")).await;
            for number in 0..10 {
                let number = format!("+882991234{person}{number}00");
                let challenge = challenge(link_from(&client, &number, &format!("198.51.100.{person}")).await);
                verify(&client, &challenge, &world.last_code()).await.expect(200);
            }
        }
        let last = world.client().join("last").await;
        assert!(used_up(&link_from(&last, "+8829912349999", "203.0.113.1").await) > 0);
        link_from(&last, "+8829912359999", "203.0.113.1").await.expect(202);
    }
}

// A stranger who tries to link a number must not keep its owner from leaving.
on_both! {
    async fn strangers_never_use_up_the_owners_code(world: World) {
        world.to_a_new_day();
        let owner = world.client().join("owner").await;
        linked(&world, &owner, NUMBER).await;
        strangers_ask(&world, 4).await;
        used_up(&link(&world.client().join("late").await, NUMBER).await);
        for attempt in 0..3 {
            let begun = challenge(begin(&owner).await);
            let message = world.outbox.messages().remove(0);
            assert_eq!(message.to, NUMBER, "{attempt}");
            if attempt == 2 {
                confirm(&owner, &begun, &world.last_code()).await.expect(200);
            }
            world.clock.advance_seconds(600);
        }
    }
}

// Nor may what strangers used up keep the owner from linking his own number anew.
on_both! {
    async fn strangers_never_use_up_the_owners_budget_of_linking(world: World) {
        world.to_a_new_day();
        let owner = world.client().join("owner").await;
        linked(&world, &owner, NUMBER).await;
        strangers_ask(&world, 4).await;
        used_up(&link(&world.client().join("late").await, NUMBER).await);
        linked(&world, &owner, NUMBER).await;
    }
}

on_both! {
    async fn without_limits_all_is_lifted_but_tries(world: World) {
        world.to_a_new_day();
        let world = world.with_settings(|settings| settings.rate_limits = false);
        let client = world.client().join("ada").await;
        // More codes than the account, the number and the waits allow.
        for tried in 0..12 {
            let challenge = challenge(link(&client, NUMBER).await);
            for _ in 0..4 {
                verify(&client, &challenge, &other_than(&world.last_code())).await.expect(422);
            }
            // Fifty tries a day, whatever is lifted.
            if tried == 11 {
                let last = other_than(&world.last_code());
                verify(&client, &challenge, &last).await.expect(422);
                // One that its challenge takes no more is none.
                verify(&client, &challenge, &last).await.expect(409);
                let challenge = super::challenge(link(&client, NUMBER).await);
                verify(&client, &challenge, &other_than(&world.last_code())).await.expect(422);
                assert!(used_up(&verify(&client, &challenge, &world.last_code()).await) > 0);
            }
        }
    }
}

on_both! {
    async fn what_is_counted_names_nobody_and_goes(world: World) {
        world.to_a_new_day();
        let client = world.client().join("ada").await;
        linked(&world, &client, NUMBER).await;
        let counted = world.rows("budgets").await;
        assert!(!counted.is_empty());
        let id = world.id_of(&client).await;
        for row in &counted {
            assert!(!row.contains("1511234") && !row.contains(&id.to_string()), "{row}");
        }
        world.clock.advance_seconds(86_400);
        outro_app::housekeeping::schedule(&world.app).await.unwrap();
        world.run_jobs().await;
        assert!(world.rows("budgets").await.is_empty(), "yesterday's budgets are still there");
    }
}
