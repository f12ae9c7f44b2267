//! Of others the archive holds what one sees oneself, and nothing more.

use super::*;

async fn link_phone(world: &World, who: &Client, number: &str) {
    let sent = who.post("/api/v1/me/phone", json!({ "number": number })).await.expect(202).json();
    let proof = json!({ "challenge": sent["challenge"], "code": world.last_code() });
    who.post("/api/v1/me/phone/verify", proof).await.expect(200);
}

async fn say_to(from: &Client, to: &[&str], text: &str) -> String {
    let made = from.post("/api/v1/conversations", json!({"to": to, "text": text})).await;
    assert!(made.status.is_success(), "{}", made.text());
    made.json()["id"].as_str().unwrap().to_owned()
}

on_both! {
    async fn nothing_private_of_others_is_in_it(world: World) {
        let people = ["ada", "bob", "carol", "erased_one", "away_one", "blocker_one"];
        let mut joined = Vec::new();
        for handle in people {
            joined.push(world.client().join(handle).await);
        }
        let [ada, bob, carol, erased, away, blocker] = joined.as_slice() else { panic!("six people") };
        let mine = world.plant(ada, b"mine").await;
        let bobs = world.plant(bob, b"bobs").await;
        link_phone(&world, bob, "+491701234567").await;
        bob.call("PATCH", "/api/v1/me", Some(json!({"bio": "SecretBioOfBob", "display_name": "Bob B"}))).await.expect(200);
        for who in [bob, carol, erased, away, blocker] {
            follow(who, "ada").await.expect(200);
        }
        for handle in ["bob", "carol", "erased_one", "away_one", "blocker_one"] {
            follow(ada, handle).await.expect(200);
        }
        ada.call("PUT", &format!("/api/v1/videos/{bobs}/like"), None).await.expect(200);
        comment(ada, &bobs, "WhatAdaWrote").await;
        // Under her video: one that is shown, one that she hides, and one of each who goes.
        comment(bob, &mine, "ShownComment").await;
        let hidden = comment(bob, &mine, "HiddenComment").await;
        ada.call("PUT", &format!("/api/v1/comments/{hidden}/hidden"), None).await.expect(200);
        for (who, text) in [(erased, "ErasedComment"), (away, "AwayComment"), (blocker, "BlockerComment")] {
            comment(who, &mine, text).await;
        }
        // Her own conversations, and one of others.
        say_to(bob, &["ada"], "ToAda").await;
        say_to(bob, &["carol"], "NotForAda").await;
        say_to(erased, &["ada"], "FromErased").await;
        say_to(away, &["ada"], "FromAway").await;
        // A caption that she may not read any more.
        let patch = json!({"caption": "PrivateCaption", "audience": "only_me"});
        bob.call("PATCH", &format!("/api/v1/videos/{bobs}"), Some(patch)).await.expect(200);
        // Who goes, who is away, who blocks.
        let begun = erased.post("/api/v1/me/deletion", json!({})).await.expect(202).json();
        let proof = json!({"challenge": begun["challenge"], "password": "erased_one-password"});
        erased.post("/api/v1/me/deletion/confirm", proof).await.expect(200);
        away.call("PATCH", "/api/v1/me/privacy", Some(json!({"on_hiatus": true}))).await.expect(200);
        blocker.call("PUT", "/api/v1/accounts/ada/block", None).await.expect(200);
        world.settle().await;

        let archive = taken(&world, ada).await;
        for words in ["ToAda", "FromErased", "FromAway", "ShownComment", "WhatAdaWrote", "\"bob\"", "Bob B", "@carol"] {
            assert!(archive.holds(words), "{words} is not in it");
        }
        for words in [
            "491701234567", "1701234567", "SecretBioOfBob", "PrivateCaption", "HiddenComment", "ErasedComment", "AwayComment",
            "BlockerComment", "NotForAda", "erased_one", "away_one", "blocker_one",
        ] {
            assert!(!archive.holds(words), "{words} is in it");
        }
        // As the product shows them.
        assert!(archive.text("pages/messages.html").contains("Unavailable account"));
        // Nor does it say who they are: no id of an account but one's own, and of those who may be seen none either.
        for who in [bob, carol] {
            let id = world.id_of(who).await.to_string();
            assert!(!archive.holds(&id), "an id of somebody else is in it");
        }
    }
}
