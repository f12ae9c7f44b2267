//! How much may be asked for in a day.

use super::*;

on_both! {
    async fn an_account_asks_ten_times_a_day(world: World) {
        world.to_a_new_day();
        let client = world.client().join("ada").await;
        for number in 0..10 {
            linked(&world, &client, &format!("+49151000{number}1234")).await;
        }
        let wait = retry_after(&link(&client, "+4915100091234").await);
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
        let (ada, eve) = (world.client().join("ada").await, world.client().join("eve").await);
        for client in [&ada, &ada, &eve, &eve, &eve] {
            linked(&world, client, NUMBER).await;
        }
        for client in [&ada, &eve] {
            assert!(retry_after(&link(client, NUMBER).await) > 0);
            // However it is written.
            assert!(retry_after(&link(client, "+49 151 1234-5678").await) > 0);
        }
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
        assert!(retry_after(&link_from(&clients[5], "+4915999991234", "2001:db8:0:7:ffff::1").await) > 0);
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
        assert!(retry_after(&link_from(&last, "+8829912349999", "203.0.113.1").await) > 0);
        link_from(&last, "+8829912359999", "203.0.113.1").await.expect(202);
    }
}

// A stranger who tries to link a number must not keep its owner from leaving.
on_both! {
    async fn strangers_never_use_up_the_owners_code(world: World) {
        world.to_a_new_day();
        let owner = world.client().join("owner").await;
        linked(&world, &owner, NUMBER).await;
        let (one, two) = (world.client().join("one").await, world.client().join("two").await);
        for client in [&one, &one, &two, &two] {
            linked(&world, client, NUMBER).await;
        }
        retry_after(&link(&one, NUMBER).await);
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
        let stranger = world.client().join("stranger").await;
        for _ in 0..4 {
            linked(&world, &stranger, NUMBER).await;
        }
        retry_after(&link(&stranger, NUMBER).await);
        linked(&world, &owner, NUMBER).await;
    }
}

on_both! {
    async fn without_limits_all_is_lifted_but_tries(world: World) {
        world.to_a_new_day();
        let world = world.with_settings(|settings| settings.rate_limits = false);
        let client = world.client().join("ada").await;
        // More than the account, the number and the waits allow.
        for sent in 0..10 {
            let challenge = challenge(link(&client, NUMBER).await);
            let wrong = other_than(&world.last_code());
            for number in 1..=5 {
                let refused = verify(&client, &challenge, &wrong).await.expect(422);
                assert_eq!(refused.code(), "code_wrong", "{sent}.{number}");
            }
            let over = verify(&client, &challenge, &world.last_code()).await;
            assert!([409, 429].contains(&over.status.as_u16()), "{}", over.text());
            if over.status == 429 {
                // Fifty tries a day, whatever is lifted.
                assert_eq!(sent, 8);
                return;
            }
        }
        panic!("tries are not limited");
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
