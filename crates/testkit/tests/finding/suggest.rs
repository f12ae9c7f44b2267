//! Suggestions.

use super::*;

/// `me` follows `ann` and `bob`, who follow `cat`; `bob` follows `dan` too; `eve` follows `me`.
async fn circle(world: &World) -> Vec<Client> {
    let mut people = Vec::new();
    for handle in ["me_", "ann", "bob", "cat", "dan", "eve"] {
        people.push(world.client().join(handle).await);
    }
    for (who, whom) in [(0, "ann"), (0, "bob"), (1, "cat"), (2, "cat"), (2, "dan"), (5, "me_")] {
        follow(&people[who], whom).await;
    }
    people
}

fn of(handle: &str, reason: &str, known: i64) -> (String, String, i64) {
    (handle.into(), reason.into(), known)
}

on_both! {
    async fn people_come_with_their_reasons(world: World) {
        let people = circle(&world).await;
        let eve = of("eve", "follows_you", 0);
        let (cat, dan) = (of("cat", "friends_of_friends", 2), of("dan", "friends_of_friends", 1));
        assert_eq!(suggested(&people[0]).await, [eve, cat.clone(), dan.clone()]);
        // Who is followed, or asked, is suggested no more.
        follow(&people[0], "eve").await;
        private(&people[4], true).await;
        assert_eq!(suggested(&people[0]).await, [cat.clone(), dan]);
        follow(&people[0], "dan").await;
        assert_eq!(suggested(&people[0]).await, [cat]);
        let mut of_cat = suggested(&people[3]).await;
        of_cat.sort();
        assert_eq!(of_cat, [of("ann", "follows_you", 0), of("bob", "follows_you", 0)]);
    }
}

on_both! {
    async fn whoever_does_not_want_to_be_found_is_in_nobodys_list(world: World) {
        let people = circle(&world).await;
        for hidden in [3, 5] {
            change(&world, &people[hidden], PrivacyChange { discoverable: Some(false), ..PrivacyChange::default() }).await;
        }
        for who in &people {
            let found = suggested(who).await;
            assert!(found.iter().all(|(handle, ..)| handle != "cat" && handle != "eve"), "{found:?}");
        }
        assert_eq!(suggested(&people[0]).await, [of("dan", "friends_of_friends", 1)]);
    }
}

on_both! {
    async fn what_is_dismissed_never_comes_back(world: World) {
        let people = circle(&world).await;
        let dismiss = |handle: &str| format!("/api/v1/suggestions/{handle}");
        for _ in 0..2 {
            people[0].call("DELETE", &dismiss("cat"), None).await.expect(204);
        }
        people[0].call("DELETE", &dismiss("nobody"), None).await.expect(404);
        people[0].call("DELETE", &dismiss("me_"), None).await.expect(409);
        let without = |found: &[(String, String, i64)]| found.iter().all(|(handle, ..)| handle != "cat");
        assert!(without(&suggested(&people[0]).await));
        // Not by another reason, not by following and not any more, not after a restart.
        follow(&people[3], "me_").await;
        assert!(without(&suggested(&people[0]).await));
        follow(&people[0], "cat").await;
        people[0].call("DELETE", "/api/v1/accounts/cat/follow", None).await.expect(200);
        assert!(without(&suggested(&people[0]).await));
        let again = world.restart().await.client().with_token(&json!(people[0].token));
        assert!(without(&suggested(&again).await));
        // Who may not be seen answers as who never was.
        block(&people[4], "me_").await;
        let hidden = people[0].call("DELETE", &dismiss("dan"), None).await;
        let never = people[0].call("DELETE", &dismiss("never_was"), None).await;
        assert_eq!((hidden.status, hidden.body), (never.status, never.body));
    }
}

on_both! {
    async fn the_gone_and_the_hidden_are_not_suggested(world: World) {
        let people = circle(&world).await;
        block(&people[0], "dan").await;
        block(&people[5], "me_").await;
        assert_eq!(suggested(&people[0]).await, [of("cat", "friends_of_friends", 2)]);
        change(&world, &people[3], PrivacyChange { on_hiatus: Some(true), ..PrivacyChange::default() }).await;
        assert_eq!(suggested(&people[0]).await, []);
        change(&world, &people[3], PrivacyChange { on_hiatus: Some(false), ..PrivacyChange::default() }).await;
        assert_eq!(suggested(&people[0]).await.len(), 1);
        suspend(&world, world.id_of(&people[3]).await).await;
        assert_eq!(suggested(&people[0]).await, []);
    }
}

// A private account whom I follow shows me its lists; one that asked me to wait does not.
on_both! {
    async fn private_lists_count_for_those_who_may_see_them(world: World) {
        let people = circle(&world).await;
        private(&people[2], true).await;
        let cat = of("cat", "friends_of_friends", 2);
        assert!(suggested(&people[0]).await.contains(&cat), "a follower sees the list");
        // Nothing is told by whom one does not follow (any more), nor by whom one asked and who did not answer.
        people[0].call("DELETE", "/api/v1/accounts/bob/follow", None).await.expect(200);
        follow(&people[0], "bob").await;
        let found = suggested(&people[0]).await;
        assert!(found.contains(&of("cat", "friends_of_friends", 1)) && found.iter().all(|(handle, ..)| handle != "dan"), "{found:?}");
        // Nor by whose account is away.
        change(&world, &people[1], PrivacyChange { on_hiatus: Some(true), ..PrivacyChange::default() }).await;
        assert_eq!(suggested(&people[0]).await, [of("eve", "follows_you", 0)]);
    }
}

on_both! {
    async fn an_erasure_takes_dismissals_of_both_sides(world: World) {
        let people = circle(&world).await;
        people[0].call("DELETE", "/api/v1/suggestions/cat", None).await.expect(204);
        people[0].call("DELETE", "/api/v1/suggestions/dan", None).await.expect(204);
        assert_eq!(world.rows("dismissals").await.len(), 2);
        leave(&world, &people[3], "cat").await;
        assert_eq!(world.rows("dismissals").await.len(), 1);
        leave(&world, &people[0], "me_").await;
        assert_eq!(world.rows("dismissals").await.len(), 0);
    }
}

on_both! {
    async fn the_page_suggests_and_dismisses(world: World) {
        let people = circle(&world).await;
        let cookie = format!("outro_session={}", people[0].token.clone().unwrap());
        let request = axum::http::Request::get("/people").header("cookie", cookie);
        let page = people[0].anonymous().send(request.body(axum::body::Body::empty()).unwrap()).await.expect(200).text();
        for part in ["@eve", "@cat", "Follows you", "Followed by 2 people you follow", "/accounts/cat/dismiss"] {
            assert!(page.contains(part), "{part}");
        }
    }
}
