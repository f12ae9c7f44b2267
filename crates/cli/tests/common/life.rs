//! A server's day, under names that stand nowhere else.

use serde_json::{Value, json};

use crate::common::Running;

/// A handle, a name, a text, a word that is looked for and an address that is made up: each stands nowhere by chance.
pub(crate) const WORDS: [&str; 6] = ["zqxada", "Zqx Lovelace", "zqxcaption", "zqxsought", "zqxnowhere", "ZQXMETHOD"];

/// Does what shows in metrics, logs and spans; the random ids that came up.
pub(crate) fn live(server: &Running) -> Vec<String> {
    let [handle, name, text, sought, nowhere, method] = WORDS;
    let token = server.join(handle);
    let token = Some(token.as_str());
    let (status, me) = server.call("PATCH", "/api/v1/me", token, &json!({"display_name": name, "bio": text}));
    assert_eq!(status, 200, "{me}");
    let other = server.join("zqxbob");
    let to = json!({"to": [handle]});
    let (status, opened) = server.call("POST", "/api/v1/conversations", Some(&other), &to);
    assert_eq!(status, 201, "{opened}");
    let conversation = opened["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/conversations/{conversation}/messages");
    assert_eq!(server.call("POST", &path, Some(&other), &json!({"text": text})).0, 201);
    for path in [
        format!("/@{handle}"),
        format!("/api/v1/accounts/{handle}"),
        format!("/api/v1/search?q={sought}"),
        format!("/{nowhere}/{handle}"),
        format!("/api/v1/videos/{nowhere}"),
        path,
    ] {
        server.call("GET", &path, token, &Value::Null);
    }
    server.call(method, &format!("/{handle}"), token, &Value::Null);
    server.call(method, "/healthz", token, &Value::Null);
    vec![conversation]
}
