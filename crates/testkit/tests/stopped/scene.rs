//! Somebody who has left a trace wherever one can, among others.

use outro_app::moderation;
use outro_testkit::{Client, World, clip};
use serde_json::{Value, json};

/// The people of a scene. `ada` is the one that it is about.
pub(super) struct People {
    pub(super) ada: Client,
    pub(super) bob: Client,
}

pub(super) async fn ok(who: &Client, method: &str, path: &str, body: Value) -> Value {
    let reply = who.call(method, &format!("/api/v1{path}"), (!body.is_null()).then_some(body)).await;
    assert!(reply.status.is_success(), "{method} {path}: {} {}", reply.status, reply.text());
    serde_json::from_slice(&reply.body).unwrap_or_default()
}

fn id(answer: &Value) -> String {
    answer["id"].as_str().unwrap_or_else(|| panic!("no id: {answer}")).to_owned()
}

const NOTHING: Value = Value::Null;

/// Leaves by the password, and is gone.
pub(super) async fn leave(world: &World, who: &Client, handle: &str) {
    let begun = ok(who, "POST", "/me/deletion", json!({"forfeit_coins": true})).await;
    let proof = json!({"challenge": begun["challenge"], "password": format!("{handle}-password")});
    ok(who, "POST", "/me/deletion/confirm", proof).await;
    world.settle().await;
}

pub(super) async fn people(world: &World) -> People {
    let client = world.client();
    let mut all = Vec::new();
    for handle in ["ada", "bob", "carol", "dave", "eve", "frank", "gina"] {
        all.push(client.join(handle).await);
    }
    let [ada, bob, carol, dave, ..] = all.as_slice() else { panic!("seven people") };
    ok(ada, "PATCH", "/me", json!({"display_name": "Ada", "bio": "Bio"})).await;
    ok(ada, "PUT", "/me/comment-filter", json!({"words": ["word"]})).await;
    ok(carol, "PATCH", "/me/privacy", json!({"private_account": true})).await;
    let mine = world.uploaded(ada, &[("caption", "Hers, with @bob #tag")]).await;
    let added = id(&ada.add_clip(&mine, clip()).await.expect(201).json());
    let cuts = json!([{"from_ms": 0, "to_ms": 400}, {"clip": added, "from_ms": 400, "to_ms": 800}]);
    ok(ada, "PUT", &format!("/videos/{mine}/edit"), json!({"edit": {"cuts": cuts}, "replace": true})).await;
    world.settle().await;
    let planted = world.plant(ada, b"hers, planted").await;
    let bobs = world.plant(bob, b"bobs").await;
    sounds(world, (ada, &planted), (bob, &bobs)).await;
    comments_and_likes((ada, &mine), (bob, &bobs)).await;
    ok(bob, "POST", &format!("/videos/{mine}/watches"), json!({"watched_ms": 900, "completed": true})).await;
    for (who, method, path) in [
        (ada, "PUT", "/accounts/bob/follow"),
        (bob, "PUT", "/accounts/ada/follow"),
        (dave, "PUT", "/accounts/ada/follow"),
        (ada, "PUT", "/accounts/carol/follow"),
        (ada, "PUT", "/accounts/eve/block"),
        (ada, "PUT", "/accounts/frank/mute"),
        (ada, "DELETE", "/suggestions/gina"),
    ] {
        ok(who, method, path, NOTHING).await;
    }
    let list = id(&ok(ada, "POST", "/me/playlists", json!({"title": "Hers"})).await);
    ok(ada, "PUT", &format!("/playlists/{list}/videos/{mine}"), NOTHING).await;
    ok(ada, "PUT", &format!("/videos/{mine}/pin"), NOTHING).await;
    messages(world, ada, bob, dave, &bobs).await;
    ok(ada, "POST", "/me/wallet/purchases", json!({"pack": "100"})).await;
    ok(ada, "PUT", &format!("/videos/{bobs}/gift"), json!({"coins": 7, "key": "one"})).await;
    ok(bob, "POST", "/me/wallet/purchases", json!({"pack": "100"})).await;
    ok(bob, "PUT", &format!("/videos/{mine}/gift"), json!({"coins": 3, "key": "two"})).await;
    ok(ada, "POST", "/reports", json!({"video": bobs, "reason": "hate", "note": "Note"})).await;
    ok(bob, "POST", "/reports", json!({"video": mine, "reason": "spam", "note": "Note"})).await;
    let why = moderation::Reasons {
        reason: Some("spam".into()),
        provision: "Provision".into(),
        statement: "Statement".into(),
        ..moderation::Reasons::default()
    };
    moderation::suspend(&world.app, "ada", &why).await.unwrap();
    moderation::unsuspend(&world.app, "ada", &why).await.unwrap();
    world.settle().await;
    let mut all = all.into_iter();
    let mut next = || all.next().unwrap();
    People { ada: next(), bob: next() }
}

/// Each uses the sound of the other.
async fn sounds(world: &World, (ada, hers): (&Client, &str), (bob, his): (&Client, &str)) {
    let (lent, borrowed) = (world.plant_sound(ada, hers).await, world.plant_sound(bob, his).await);
    let with_his = world.plant(ada, b"hers, with his sound").await;
    world.plant_mix(ada, &with_his, &borrowed, b"hers, mixed").await;
    let with_hers = world.plant(bob, b"his, with her sound").await;
    world.plant_mix(bob, &with_hers, &lent, b"his, mixed").await;
}

async fn comments_and_likes((ada, hers): (&Client, &str), (bob, his): (&Client, &str)) {
    let said = id(&ok(bob, "POST", &format!("/videos/{his}/comments"), json!({"text": "His"})).await);
    ok(ada, "POST", &format!("/videos/{his}/comments"), json!({"text": "Hers, to @bob"})).await;
    ok(ada, "POST", &format!("/videos/{his}/comments"), json!({"text": "Reply", "reply_to": said})).await;
    ok(bob, "POST", &format!("/videos/{hers}/comments"), json!({"text": "Under hers"})).await;
    ok(ada, "PUT", &format!("/comments/{said}/like"), NOTHING).await;
    ok(ada, "PUT", &format!("/videos/{his}/like"), NOTHING).await;
    ok(bob, "PUT", &format!("/videos/{hers}/like"), NOTHING).await;
    ok(ada, "POST", &format!("/videos/{his}/watches"), json!({"watched_ms": 900})).await;
}

/// With somebody who stays, with somebody who leaves, so that she is the last, and among three.
async fn messages(world: &World, ada: &Client, bob: &Client, dave: &Client, video: &str) {
    let talk = id(&ok(ada, "POST", "/conversations", json!({"to": ["bob"], "text": "To him"})).await);
    ok(ada, "POST", &format!("/conversations/{talk}/messages"), json!({"video_id": video})).await;
    ok(bob, "POST", &format!("/conversations/{talk}/messages"), json!({"text": "To her"})).await;
    ok(ada, "POST", "/conversations", json!({"to": ["bob", "dave"], "text": "To both"})).await;
    ok(ada, "POST", "/conversations", json!({"to": ["dave"], "text": "To who leaves"})).await;
    leave(world, dave, "dave").await;
}
