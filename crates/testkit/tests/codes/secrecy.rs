//! Neither codes nor numbers stand anywhere in the clear: not in the database, not in a file, not in the log.

use std::io::Write;
use std::sync::{Mutex, OnceLock};

use super::*;
use outro_courier::{Courier, Gateway};

/// All that was logged in this process.
static LOG: OnceLock<Mutex<Vec<u8>>> = OnceLock::new();

struct ToLog;

impl Write for ToLog {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        LOG.get_or_init(Mutex::default).lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Catches every line of the log, the finest too. Times are left out: their digits could be a code's.
fn catch_log() {
    let subscriber = tracing_subscriber::fmt().with_max_level(tracing_subscriber::filter::LevelFilter::TRACE);
    // Another test of the same process may have been first: then its log is this one.
    subscriber.without_time().with_ansi(false).with_writer(|| ToLog).try_init().ok();
}

fn logged() -> String {
    String::from_utf8_lossy(&LOG.get_or_init(Mutex::default).lock().unwrap()).into_owned()
}

#[track_caller]
fn assert_absent(marks: &[String], text: &str, place: &str) {
    for mark in marks {
        assert!(!text.contains(mark.as_str()), "{mark} stands in {place}");
    }
}

/// Goes through linking and leaving, with every kind of refusal; the codes that were sent.
async fn all_that_can_happen(world: &World, client: &Client) -> Vec<String> {
    let mut codes = Vec::new();
    let sent = challenge(link(client, NUMBER).await);
    codes.push(world.last_code());
    verify(client, &sent, &other_than(&codes[0])).await.expect(422);
    too_soon(&link(client, NUMBER).await);
    verify(client, &sent, &codes[0]).await.expect(200);
    verify(client, &sent, &codes[0]).await.expect(409);
    link(client, "+4915198").await.expect(422);
    let begun = challenge(begin(client).await);
    codes.push(world.last_code());
    confirm(client, &begun, &other_than(&codes[1])).await.expect(422);
    let mut broken = world.with_settings(|_| {});
    broken.app.courier = Courier::Gateway(Gateway::at("http://127.0.0.1:1/secret-gateway").unwrap());
    link(&broken.client().with_token(&json!(client.token)), NUMBER).await.expect(503);
    codes
}

fn marks(codes: Vec<String>) -> Vec<String> {
    let more = [NUMBER, "15112345678", "12345678", "4915198", "codekeeper", "codekeeper-password", "secret-gateway"];
    codes.into_iter().chain(more.map(str::to_owned)).collect()
}

on_both! {
    async fn the_log_holds_none(world: World) {
        catch_log();
        let client = world.client().join("codekeeper").await;
        let codes = all_that_can_happen(&world, &client).await;
        let token = client.token.clone().unwrap();
        let text = logged();
        assert!(text.contains("/api/v1/me/phone/verify") && text.contains("a code could not be sent"), "{text}");
        assert_absent(&marks(codes), &text, &text);
        assert_absent(&[token], &text, "the log");
    }
}

on_both! {
    async fn the_log_names_routes_not_paths(world: World) {
        catch_log();
        let client = world.client().join("codekeeper").await;
        let id = world.plant(&client, b"bytes").await;
        for path in [format!("/api/v1/videos/{id}"), format!("/media/{id}/video.mp4"), "/api/v1/accounts/codekeeper/videos".into(), "/no/such/codekeeper".into(), "/api/v1/feed/for-you?cursor=codekeeper".into()] {
            client.get(&path).await;
        }
        let text = logged();
        assert!(text.contains("/media/{video}/{part}"), "{text}");
        assert_absent(&["codekeeper".into(), id], &text, "the log");
    }
}

on_both! {
    async fn the_database_and_the_files_hold_none(world: World) {
        let client = world.client().join("codekeeper").await;
        let codes = all_that_can_happen(&world, &client).await;
        assert_eq!(world.rows("challenges").await.len(), 2, "there is nothing to look at");
        let marks = marks(codes);
        assert_absent(&marks, &world.everything().await.join("\n"), "the database");
        assert_absent(&marks, &world.rows("budgets").await.join("\n"), "the budgets");
        let files = world.files();
        assert!(files.len() > 2, "{files:?}");
        for file in files {
            let bytes = std::fs::read(&file).unwrap();
            assert_absent(&marks, &String::from_utf8_lossy(&bytes), &file.display().to_string());
        }
    }
}

on_both! {
    async fn answers_hold_neither_code_nor_number(world: World) {
        let client = world.client().join("ada").await;
        let sent = link(&client, NUMBER).await.expect(202);
        let code = world.last_code();
        assert!(!sent.text().contains(&code));
        let linked = verify(&client, &sent.json()["challenge"], &code).await.expect(200);
        let begun = begin(&client).await.expect(202);
        let me = client.get("/api/v1/me").await;
        for reply in [sent, linked, begun, me] {
            let hidden = [code.clone(), world.last_code(), "1511234".into(), "345678".into()];
            // Ids and times are random: only what is said of the number is looked at.
            let json = reply.json();
            for said in [&json["phone"], &json["sent_to"], &json["detail"]] {
                assert_absent(&hidden, &said.to_string(), "an answer");
            }
        }
    }
}
