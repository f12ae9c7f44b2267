//! The check-up: what it says is what happens, before and after each switch.

use super::*;

const ADDRESS: &str = "/api/v1/me/privacy/checkup";

async fn checkup(who: &Client) -> Value {
    who.get(ADDRESS).await.expect(200).json()
}

fn answers(checkup: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    checkup["answers"].as_array().unwrap().iter().map(|one| (text(&one["question"]), text(&one["reach"]))).collect()
}

/// The field of a change, as the settings take it.
fn field(change: &Value) -> Value {
    let value = match change["value"].as_str().unwrap() {
        "true" => json!(true),
        "false" => json!(false),
        word => json!(word),
    };
    json!({ change["setting"].as_str().unwrap(): value })
}

// From a few places to begin with, every change that is named: its effects are exactly what is answered
// otherwise once it is made.
on_both! {
    async fn each_effect_is_what_is_answered_once_the_switch_is_thrown(world: World) {
        let cast = Cast::of(&world).await;
        let open = json!({"private_account": false, "discoverable": true, "searchable": true, "messages_from": "everyone", "comments_from": "everyone", "on_hiatus": false});
        let closed = json!({"private_account": true, "discoverable": false, "searchable": false, "messages_from": "friends", "comments_from": "followers", "on_hiatus": false});
        let away = json!({"on_hiatus": true});
        for begin in [&open, &closed, &away] {
            privacy(&cast.owner, begin.clone()).await.expect(200);
            let now = checkup(&cast.owner).await;
            let changes = now["changes"].as_array().unwrap();
            let settings: std::collections::BTreeSet<&str> = changes.iter().map(|change| change["setting"].as_str().unwrap()).collect();
            assert_eq!(settings.len(), 6, "every switch has its effects told");
            assert_eq!(changes.len(), 4 + 2 + 3, "each value but the one it has");
            for change in changes {
                privacy(&cast.owner, field(change)).await.expect(200);
                let then = checkup(&cast.owner).await;
                let moved: Vec<Value> = answers(&now).into_iter().zip(answers(&then)).filter(|(before, after)| before != after)
                    .map(|((question, before), (_, after))| json!([question, before, after])).collect();
                let told: Vec<Value> = change["effects"].as_array().unwrap().iter()
                    .map(|effect| json!([effect["question"], effect["before"], effect["after"]])).collect();
                assert_eq!(told, moved, "{change}");
                let reset: Value = if begin["on_hiatus"] == true { closed.clone() } else { begin.clone() };
                privacy(&cast.owner, reset).await.expect(200);
                privacy(&cast.owner, begin.clone()).await.expect(200);
                assert_eq!(checkup(&cast.owner).await, now, "{change}: back again");
            }
        }
    }
}

// The answers themselves, held against what others get.
on_both! {
    async fn the_answers_are_what_others_get(world: World) {
        let cast = Cast::of(&world).await;
        let id = world.plant(&cast.owner, b"the bytes").await;
        let near = |reach: &str| match reach { "everyone" => -1, "accounts" => 0, "followers" => 1, "friends" => 2, _ => 3 };
        for change in [json!({}), json!({"comments_from": "followers", "messages_from": "friends"}), json!({"private_account": true}), json!({"comments_from": "no_one", "messages_from": "no_one"}), json!({"on_hiatus": true})] {
            privacy(&cast.owner, change.clone()).await.expect(200);
            let found = answers(&checkup(&cast.owner).await);
            let reach = |question: &str| near(&found.iter().find(|(one, _)| one == question).unwrap().1);
            for (who, client, close) in cast.others() {
                let close = if client.token.is_none() { -1 } else { i32::from(close) };
                let about = format!("{who}, {change}");
                assert_eq!(client.get("/api/v1/accounts/owner").await.status == 200, close >= reach("card"), "{about}: card");
                assert_eq!(client.get(&format!("/media/{id}/video.mp4")).await.status == 200, close >= reach("videos"), "{about}: videos");
                assert_eq!(client.get("/api/v1/accounts/owner/followers").await.status == 200, close >= reach("lists"), "{about}: lists");
                if client.token.is_some() {
                    let said = client.post(&format!("/api/v1/videos/{id}/comments"), json!({"text": "x"})).await;
                    assert_eq!(said.status == 201, close >= reach("comment"), "{about}: comment");
                    let written = client.post("/api/v1/conversations", json!({"to": ["owner"], "text": "x"})).await;
                    assert_eq!(written.status.is_success(), close >= reach("message"), "{about}: message");
                }
            }
        }
    }
}

on_both! {
    async fn numbers_are_told_where_they_are_known(world: World) {
        let cast = Cast::of(&world).await;
        world.plant(&cast.owner, b"one").await;
        world.plant(&cast.owner, b"two").await;
        let now = checkup(&cast.owner).await;
        let effect = |setting: &str, value: &str, question: &str| {
            let change = now["changes"].as_array().unwrap().iter().find(|change| change["setting"] == setting && change["value"] == value).unwrap();
            change["effects"].as_array().unwrap().iter().find(|effect| effect["question"] == question).unwrap().clone()
        };
        let private = effect("private_account", "true", "videos");
        assert_eq!((&private["people"], &private["videos"], &private["widens"]), (&json!(2), &json!(2), &json!(false)));
        assert_eq!(effect("messages_from", "friends", "message")["people"], 1);
        assert_eq!(effect("messages_from", "no_one", "message")["people"], Value::Null);
        assert_eq!(now["waiting_follow_requests"], 1);
        assert_eq!(now["audiences"][0], json!({"audience": "everyone", "count": 2}));
        // A friend who is away is in no number, as in no list.
        privacy(&cast.friend, json!({"on_hiatus": true})).await.expect(200);
        let then = checkup(&cast.owner).await;
        let friends = then["changes"].as_array().unwrap().iter().find(|change| change["value"] == "friends").unwrap();
        assert_eq!(friends["effects"][0]["people"], 0);
    }
}

// On the pages every switch says what it would change before it is thrown, without a script.
on_both! {
    async fn the_pages_say_it_before_anything_is_changed(world: World) {
        let cast = Cast::of(&world).await;
        let before = world.everything().await;
        let settings = page(&cast.owner, "/settings/privacy").await.expect(200).text();
        for question in ["To whom may you be suggested?", "Who can find you by searching?", "Who can write to you?", "Who can comment on videos that are for everyone?"] {
            assert!(settings.contains(&format!("<span class=\"effect\">{question}")), "{question}");
        }
        assert!(settings.contains("Only friends: they follow you, and you them (1 person)"));
        for link in ["/requests", "/settings/comments", "/settings/blocked", "/settings/muted"] {
            assert!(settings.contains(&format!("href=\"{link}\"")), "{link}");
        }
        let found = page(&cast.owner, "/settings/checkup").await.expect(200).text();
        for name in ["Private account", "Hiatus", "Allow others to find me", "Found by search", "Messages", "Comments"] {
            assert!(found.contains(&format!("<span>{name}</span></summary>")), "{name}");
        }
        assert!(found.contains("Only your followers (2 people)"));
        for step in ["private", "hiatus"] {
            let text = page(&cast.owner, &format!("/settings/privacy/{step}")).await.expect(200).text();
            assert!(text.contains("<dl class=\"effects\">"), "{step}");
        }
        assert_eq!(world.everything().await, before);
    }
}
