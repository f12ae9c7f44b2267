//! What cannot be used is refused with a problem document, and changes nothing.

use super::described::{Described, Operation};
use super::*;

/// Bodies of an operation that cannot be used: what is wrong, the type, the bytes.
fn bad_bodies(schema: &Value) -> Vec<(String, &'static str, String)> {
    let json = "application/json";
    let mut out: Vec<(String, &'static str, String)> = vec![
        ("no JSON".into(), json, "{".into()),
        ("nothing".into(), json, String::new()),
        ("a list".into(), json, "[]".into()),
        ("a word".into(), json, r#""word""#.into()),
        ("no type of JSON".into(), "text/plain", "{}".into()),
        ("a form".into(), "application/x-www-form-urlencoded", "a=b".into()),
        ("huge".into(), json, format!(r#"{{"x":"{}"}}"#, "x".repeat(70 << 10))),
    ];
    if schema["required"].as_array().is_some_and(|required| !required.is_empty()) {
        out.push(("no fields".into(), json, "{}".into()));
    }
    let properties = schema["properties"].as_object().unwrap();
    for name in properties.keys() {
        // Everything right but for one field, which holds a list.
        let all =
            properties.keys().map(|other| (other.clone(), if other == name { json!([1]) } else { json!("word") }));
        out.push((format!("{name} is a list"), json, Value::Object(all.collect()).to_string()));
    }
    out
}

fn json_operations(described: &Described) -> Vec<(Operation, Value)> {
    let with_body = |operation: Operation| described.body_schema(&operation).map(|schema| (operation, schema));
    described.operations().into_iter().filter_map(with_body).collect()
}

on_both! {
    async fn bad_bodies_are_refused_and_change_nothing(world: World) {
        let client = world.client().join("asker").await;
        let video = world.plant(&client, b"bytes").await;
        let (described, before) = (Described::new(), world.everything().await);
        let mut refused = 0;
        for ((method, template), schema) in json_operations(&described) {
            let path = template.replace("{id}", &video);
            for (what, kind, body) in bad_bodies(&schema) {
                let reply = send(&client, &method, &path, kind, body).await;
                let status = reply.status.as_u16();
                assert!((400..500).contains(&status), "{method} {template}, {what}: {status}");
                assert_problem(&reply, status, &format!("{method} {template}, {what}"));
                assert!(!reply.text().contains("line 1"), "the reader's own words: {}", reply.text());
                refused += 1;
            }
        }
        assert!(refused > 60, "{refused}");
        assert_eq!(world.everything().await, before);
    }
}

on_both! {
    async fn what_bad_bodies_are_answered_is_described(world: World) {
        let client = world.client().join("asker").await;
        let video = world.plant(&client, b"bytes").await;
        let (described, mut missing) = (Described::new(), std::collections::BTreeSet::new());
        for (operation, schema) in json_operations(&described) {
            let path = operation.1.replace("{id}", &video);
            for (_, kind, body) in bad_bodies(&schema) {
                let status = send(&client, &operation.0, &path, kind, body).await.status.as_u16();
                if !described.statuses(&operation).contains(&status) {
                    missing.insert(format!("{} {} {status}", operation.0, operation.1));
                }
            }
        }
        assert!(missing.is_empty(), "answered and not described: {missing:#?}");
    }
}

on_both! {
    async fn bad_pages_are_refused(world: World) {
        let client = world.client().join("asker").await;
        let comments = format!("/api/v1/videos/{}/comments", world.plant(&client, b"bytes").await);
        for list in [
            "/api/v1/feed/for-you", "/api/v1/feed/following", "/api/v1/me/notifications", "/api/v1/conversations", &comments, "/api/v1/accounts/asker/videos", "/api/v1/accounts/asker/followers",
            "/api/v1/accounts/asker/following", "/api/v1/me/follow-requests", "/api/v1/me/blocked", "/api/v1/me/muted",
        ] {
            for (query, code) in [
                ("limit=0", "invalid_limit"),
                ("limit=51", "invalid_limit"),
                ("limit=-1", "invalid_limit"),
                ("limit=ten", "invalid_limit"),
                ("limit=", "invalid_limit"),
                ("limit=99999999999999999999", "invalid_limit"),
                ("cursor=!", "invalid_cursor"),
                ("cursor=AAAA", "invalid_cursor"),
                ("cursor=", "invalid_cursor"),
            ] {
                let reply = client.get(&format!("{list}?{query}")).await;
                let problem = assert_problem(&reply, 422, query);
                assert_eq!(problem["code"], code, "{query}");
                assert_eq!(problem["errors"][0]["field"], query.split('=').next().unwrap());
            }
            client.get(&format!("{list}?limit=50&unknown=x")).await.expect(200);
        }
    }
}

on_both! {
    async fn a_query_that_cannot_be_read_is_a_problem_document(world: World) {
        for query in ["limit=1&limit=2", "cursor=%FF"] {
            let reply = world.client().get(&format!("/api/v1/feed/for-you?{query}")).await;
            let status = reply.status.as_u16();
            assert!(status == 400 || status == 422, "{query}: {status}");
            assert_problem(&reply, status, query);
        }
    }
}

on_both! {
    async fn all_that_is_wrong_is_said_at_once(world: World) {
        let body = json!({"handle": "a b", "password": "short", "birth_date": "yesterday"});
        let problem = assert_problem(&world.client().post("/api/v1/accounts", body).await, 422, "join");
        assert_eq!(problem["code"], "invalid");
        let fields: Vec<&str> =
            problem["errors"].as_array().unwrap().iter().map(|error| error["field"].as_str().unwrap()).collect();
        assert_eq!(fields, ["handle", "password", "birth_date"]);
    }
}

on_both! {
    async fn an_upload_that_is_no_form_is_a_problem_document(world: World) {
        let client = world.client().join("asker").await;
        for kind in ["text/plain", "multipart/form-data", "application/json"] {
            let reply = send(&client, "POST", "/api/v1/videos", kind, "nothing").await;
            let status = reply.status.as_u16();
            assert!([400, 415, 422].contains(&status), "{kind}: {status}");
            assert_problem(&reply, status, kind);
        }
        assert!(world.rows("videos").await.is_empty());
    }
}
