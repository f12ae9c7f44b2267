//! Whatever the data map says is taken ends in the archive: a distinct value is planted in each such column, and found.

use outro_app::moderation;
use outro_datamap::{BLOBS, Column, SEALED, TABLES, Table, Takeout, sides};
use outro_db::{Statement, Value as Stored, params};
use outro_model::{AccountId, CameFrom, Clock as _, Id, Reach, Timestamp, VideoId};
use outro_store::imports;
use outro_store::pending_leaves::{self, PendingLeave};
use outro_store::replaced_phones::{self, ReplacedPhone};
use outro_store::statistics::{self, Watching};
use outro_store::{sounds, videos};
use outro_testkit::clip;
use outro_vault::AccountKeys;

use super::*;

/// What is written by the people of the test, by the column where it ends.
const TEXTS: &[(&str, &str, &str)] = &[
    ("accounts", "handle", "\"ada\""),
    ("accounts", "display_name", "PlantedName"),
    ("accounts", "bio", "PlantedBio"),
    ("accounts", "birth_date", "1990-05-05"),
    ("accounts", "phone", "+4915112345678"),
    ("accounts", "comment_filter", "plantedword"),
    ("replaced_phones", "phone", "+491700000077"),
    ("sessions", "device", "planted_device"),
    ("videos", "caption", "PlantedCaption"),
    ("messages", "text", "PlantedMessage"),
    ("comments", "text", "PlantedComment"),
    ("reports", "note", "PlantedNote"),
    ("moderation_acts", "statement", "PlantedStatement"),
    ("moderation_acts", "provision", "PlantedProvision"),
    ("brought", "text", "PlantedElsewhere"),
    ("uploads", "about", "PlantedUpload"),
    ("videos", "scene", "PlantedScene"),
    ("videos", "peaks", "PlantedPeaks"),
    ("videos", "edit", "PlantedEdit"),
    ("playlists", "title", "PlantedList"),
    ("purchases", "session", "PlantedSession"),
];

/// Columns of plain words: what is planted is `planted_` and the column's name.
const WORDS: &[(&str, &str)] = &[("videos", "failure"), ("purchases", "currency")];

/// Columns of words and of yes and no: they are planted twice, and the document must change with them.
const CODES: &[(&str, &str)] = &[
    ("videos", "state"),
    ("videos", "audience"),
    ("videos", "reframe"),
    ("videos", "comments_from"),
    ("videos", "hidden"),
    ("videos", "sound_reuse"),
    ("videos", "downloads"),
    ("videos", "duets"),
    ("videos", "stitches"),
    ("sound_uses", "way"),
    ("videos", "age_restricted"),
    ("accounts", "adult"),
    ("videos", "draft_audience"),
    ("accounts", "private_account"),
    ("accounts", "on_hiatus"),
    ("accounts", "suspended"),
    ("accounts", "moderator"),
    ("accounts", "discoverable"),
    ("accounts", "searchable"),
    ("accounts", "personalised"),
    ("accounts", "messages_from"),
    ("accounts", "comments_from"),
    ("members", "state"),
    ("comments", "state"),
    ("notifications", "kind"),
    ("reports", "kind"),
    ("reports", "reason"),
    ("reports", "state"),
    ("moderation_acts", "act"),
    ("moderation_acts", "kind"),
    ("moderation_acts", "reason"),
    ("moderation_acts", "ground"),
    ("moderation_acts", "source"),
    ("watches", "completed"),
    ("brought", "kind"),
    ("coin_entries", "kind"),
    ("purchases", "state"),
];

/// A kind is part of the key of an object: all three are there.
const KINDS: (&str, &str) = ("blobs", "kind");

/// Columns that are taken, with the part that they go into; those of a table that is found by no side with nothing.
fn taken_columns() -> impl Iterator<Item = (&'static Table, &'static Column, &'static str)> {
    TABLES.iter().flat_map(|table| {
        table.taken().filter_map(move |column| match column.takeout {
            Takeout::Part(part) => Some((table, column, part)),
            Takeout::Internal => None,
        })
    })
}

fn is_code(table: &Table, column: &Column) -> bool {
    CODES.contains(&(table.name, column.name))
}

fn is_person(table: &Table, column: &Column) -> bool {
    table.links.iter().any(|link| link.column == column.name) && table.key != [column.name]
}

/// A number that no other column has: a moment in the years to come for a time.
fn planted(place: usize) -> i64 {
    1_900_000_000_000 + place as i64 * 86_400_001
}

async fn run(world: &World, sql: String, account: AccountId) {
    let statement = Statement::built("plant".into(), sql);
    let mut tx = world.app.db.write().await.unwrap();
    tx.execute(&statement, params![account]).await.unwrap_or_else(|error| panic!("{}: {error}", statement.name()));
    tx.commit().await.unwrap();
}

/// The column by which an account finds its rows; of messages, those that it sent.
fn side(table: &'static Table) -> &'static str {
    sides(table).first().copied().unwrap_or("sender_id")
}

/// What stands in a column of the rows of an account.
async fn stored(world: &World, table: &'static Table, column: &Column, side: &str, account: AccountId) -> Vec<Stored> {
    let sql = format!("SELECT {} FROM {} WHERE {side} = ?1", column.name, table.name);
    let statement = Statement::built("read".into(), sql);
    let rows = world.app.db.read().await.unwrap().query(&statement, params![account]).await.unwrap();
    rows.iter().map(|row| row.get(0).unwrap()).collect()
}

/// Somebody who has done everything that leaves a trace.
async fn full(world: &World) -> Client {
    let client = world.client();
    let request = Request::post("/api/v1/accounts").header(header::CONTENT_TYPE, "application/json");
    let join = json!({"handle": "ada", "password": "ada-password", "birth_date": "1990-05-05"}).to_string();
    let joined =
        client.send(request.header(header::USER_AGENT, "planted_device/1").body(Body::from(join)).unwrap()).await;
    let ada = client.with_token(&joined.expect(201).json());
    let mut others = Vec::new();
    for handle in ["bob", "carol", "dave", "eve", "frank", "gina", "hedy"] {
        others.push(client.join(handle).await);
    }
    let [bob, carol, dave, ..] = others.as_slice() else { panic!("seven others") };
    let sent = ada.post("/api/v1/me/phone", json!({"number": "+4915112345678"})).await.expect(202).json();
    let proof = json!({"challenge": sent["challenge"], "code": world.last_code()});
    ada.post("/api/v1/me/phone/verify", proof).await.expect(200);
    let profile = json!({"display_name": "PlantedName", "bio": "PlantedBio"});
    ada.call("PATCH", "/api/v1/me", Some(profile)).await.expect(200);
    ada.call("PUT", "/api/v1/me/comment-filter", Some(json!({"words": ["plantedword"]}))).await.expect(200);
    ada.post("/api/v1/me/feed/reset", json!({})).await;
    let mine = world.uploaded(&ada, &[("caption", "PlantedCaption")]).await;
    let list = json!({"title": "PlantedList"});
    let list = ada.post("/api/v1/me/playlists", list).await.expect(201).json()["id"].as_str().unwrap().to_owned();
    ada.call("PUT", &format!("/api/v1/playlists/{list}/videos/{mine}"), None).await.expect(200);
    ada.add_clip(&mine, clip()).await.expect(201);
    let bobs = world.plant(bob, b"bobs").await;
    let said = comment(bob, &bobs, "Bob says").await;
    comment(&ada, &bobs, "PlantedComment").await;
    comment(bob, &mine, "Under hers").await;
    comment(&ada, &mine, "PlantedComment of her own").await;
    let reply = json!({"text": "PlantedComment again", "reply_to": said});
    ada.post(&format!("/api/v1/videos/{bobs}/comments"), reply).await.expect(201);
    for path in [format!("/api/v1/videos/{bobs}/like"), format!("/api/v1/comments/{said}/like")] {
        assert!(ada.call("PUT", &path, None).await.status.is_success());
    }
    assert!(bob.call("PUT", &format!("/api/v1/videos/{mine}/like"), None).await.status.is_success());
    ada.post(&format!("/api/v1/videos/{bobs}/watches"), json!({"watched_ms": 900})).await;
    follow(&ada, "bob").await.expect(200);
    follow(bob, "ada").await.expect(200);
    for who in [carol, &ada] {
        who.call("PATCH", "/api/v1/me/privacy", Some(json!({"private_account": true}))).await.expect(200);
    }
    follow(&ada, "carol").await.expect(200);
    follow(dave, "ada").await.expect(200);
    for (method, path) in [
        ("PUT", "/api/v1/accounts/eve/block"),
        ("PUT", "/api/v1/accounts/frank/mute"),
        ("DELETE", "/api/v1/suggestions/gina"),
    ] {
        assert!(ada.call(method, path, None).await.status.is_success(), "{path}");
    }
    let talk = ada.post("/api/v1/conversations", json!({"to": ["bob"], "text": "PlantedMessage"})).await;
    let talk = talk.json()["id"].as_str().unwrap().to_owned();
    let video = json!({"video_id": bobs});
    assert!(ada.post(&format!("/api/v1/conversations/{talk}/messages"), video).await.status.is_success());
    let report = json!({"video": bobs, "reason": "hate", "note": "PlantedNote"});
    ada.post("/api/v1/reports", report).await.expect(201);
    let why = moderation::Reasons {
        reason: Some("spam".into()),
        provision: "PlantedProvision".into(),
        statement: "PlantedStatement".into(),
        ..moderation::Reasons::default()
    };
    moderation::suspend(&world.app, "ada", &why).await.unwrap();
    moderation::unsuspend(&world.app, "ada", &why).await.unwrap();
    let lent = world.plant_sound(bob, &bobs).await;
    let borrowing = world.plant(&ada, b"hers, with the sound of another").await;
    world.plant_sound(&ada, &borrowing).await;
    world.plant_mix(&ada, &borrowing, &lent, b"hers, mixed").await;
    let keys = world.app.vault.account(world.id_of(&ada).await).await.unwrap().unwrap();
    let framed: VideoId = mine.parse().unwrap();
    let scene = keys.seal_text(outro_datamap::VIDEO_SCENE, framed.as_bytes(), "PlantedScene");
    let peaks = keys.seal_text(outro_datamap::VIDEO_PEAKS, framed.as_bytes(), "PlantedPeaks");
    let edit = keys.seal_text(outro_datamap::VIDEO_EDIT, framed.as_bytes(), "PlantedEdit");
    let id: Id<()> = Id::random(&*world.app.random);
    let text = keys.seal_text(outro_datamap::BROUGHT_TEXT, id.as_bytes(), "PlantedElsewhere");
    let mut tx = world.app.db.write().await.unwrap();
    let elsewhere = imports::Brought { seq: 1, id, text };
    imports::put(&mut tx, keys.account(), imports::Kind::Comment, &elsewhere).await.unwrap();
    assert!(videos::set_scene(&mut tx, keys.account(), framed, Some(&scene)).await.unwrap());
    let of = statistics::Of { owner: keys.account(), video: framed };
    let watching = Watching { ended: Reach::Ended(3), from: CameFrom::Sound, watched_ms: 700, finished: false };
    for _ in 0..statistics::GROUP {
        statistics::watched(&mut tx, of, world.clock.now().day(), watching).await.unwrap();
    }
    assert!(videos::set_edited(&mut tx, keys.account(), framed, (&edit, false)).await.unwrap());
    assert!(sounds::set_peaks(&mut tx, keys.account(), framed, Some(&peaks)).await.unwrap());
    let (account, asked_at, leaves_at) = (keys.account(), Timestamp(1), Timestamp(2));
    let leave = PendingLeave { account, asked_at, leaves_at, receipt_id: vec![], commitment: [0; 32] };
    pending_leaves::put(&mut tx, &leave).await.unwrap();
    let phone = keys.seal_text(outro_datamap::REPLACED_PHONE, account.as_bytes(), "+491700000077");
    let replaced = ReplacedPhone { account, phone, told: true, settles_at: Timestamp(3) };
    replaced_phones::put(&mut tx, &replaced).await.unwrap();
    tx.commit().await.unwrap();
    ada.begin_upload(9000, &[("filename", "PlantedUpload")]).await;
    buy(world, &ada, &others[6], &keys).await;
    world.settle().await;
    ada
}

/// Buys coins, gives some away, and says where they were paid for.
async fn buy(world: &World, ada: &Client, maker: &Client, keys: &AccountKeys) {
    let theirs = world.plant(maker, b"theirs").await;
    let bought = ada.post("/api/v1/me/wallet/purchases", json!({"pack": "100"})).await.expect(201).json();
    let gift = json!({"coins": 7, "key": "planted"});
    ada.call("PUT", &format!("/api/v1/videos/{theirs}/gift"), Some(gift)).await.expect(200);
    let id: Id<()> = bought["id"].as_str().unwrap().parse().unwrap();
    let session = keys.seal_text(outro_datamap::PURCHASE_SESSION, id.as_bytes(), "PlantedSession");
    let set = Statement::built("plant".into(), "UPDATE purchases SET session = ?1 WHERE account_id = ?2".into());
    let mut tx = world.app.db.write().await.unwrap();
    tx.execute(&set, params![session, keys.account()]).await.unwrap();
    tx.commit().await.unwrap();
}

/// Plants these codes in every column of words, and takes everything along.
async fn with_codes(world: &World, ada: &Client, code: i64) -> Unpacked {
    let account = world.id_of(ada).await;
    for (table, column) in CODES {
        let table = outro_datamap::table(table).unwrap();
        run(world, format!("UPDATE {} SET {column} = {code} WHERE {} = ?1", table.name, side(table)), account).await;
    }
    taken(world, ada).await
}

/// All that a document says in one column, wherever it stands.
fn said(document: &Value, list: &str, name: &str) -> Vec<Value> {
    let lists =
        document.as_object().unwrap().iter().filter(|(key, _)| *key == list || key.starts_with(&format!("{list}_as_")));
    let rows = lists.flat_map(|(_, rows)| rows.as_array().unwrap().clone());
    rows.map(|row| row[name].clone()).collect()
}

on_both! {
    async fn whatever_the_map_promises_is_in_it(world: World) {
        let ada = full(&world).await;
        let account = world.id_of(&ada).await;
        for (place, (table, column, _)) in taken_columns().enumerate() {
            let is_id = table.key.contains(&column.name) || column.name == "id" || column.name.ends_with("_id");
            let is_text = SEALED.iter().any(|sealed| (sealed.table, sealed.column) == (table.name, column.name));
            let value = match (table.name, column.name) {
                place if WORDS.contains(&place) => format!("'planted_{}'", column.name),
                _ if is_id || is_text || is_code(table, column) || (table.name, column.name) == KINDS => continue,
                _ => planted(place).to_string(),
            };
            run(&world, format!("UPDATE {} SET {} = {value} WHERE {} = ?1", table.name, column.name, side(table)), account).await;
        }
        let archive = with_codes(&world, &ada, 0).await;
        let other = with_codes(&world, &ada, 1).await;
        let mut missing = Vec::new();
        for (place, (table, column, part)) in taken_columns().enumerate() {
            let path = format!("data/{part}.json");
            let document = archive.json(&path);
            let mut miss = |why: &str| missing.push(format!("{}.{}: {why}", table.name, column.name));
            let name = if is_person(table, column) { column.name.trim_end_matches("_id") } else { column.name };
            let values = said(&document, table.name, name);
            if values.iter().all(Value::is_null) {
                miss("it is nowhere");
                continue;
            }
            let text = document.to_string();
            let planted_text = TEXTS.iter().find(|(t, c, _)| (*t, *c) == (table.name, column.name));
            if SEALED.iter().any(|sealed| (sealed.table, sealed.column) == (table.name, column.name)) {
                match planted_text {
                    None => miss("this test plants nothing in it"),
                    Some((.., words)) if !text.contains(words) => miss("what was planted is not there"),
                    Some(_) => {}
                }
            } else if is_person(table, column) {
                if !values.iter().any(|value| value["handle"].is_string()) {
                    miss("it names nobody");
                }
            } else if (table.name, column.name) == KINDS {
                if !["original", "rendition", "cover"].iter().all(|kind| values.contains(&json!(kind))) {
                    miss("a kind is not there");
                }
            } else if is_code(table, column) {
                if values == said(&other.json(&path), table.name, name) {
                    miss("it does not tell one code from another");
                }
            } else if WORDS.contains(&(table.name, column.name)) {
                if !text.contains(&format!("planted_{}", column.name)) {
                    miss("what was planted is not there");
                }
            } else {
                let side = side(table);
                for value in stored(&world, table, column, side, account).await {
                    let shown = match value {
                        Stored::Bytes(bytes) => json!(Id::<()>::from_bytes(bytes.try_into().unwrap()).to_string()),
                        Stored::Int(number) if number == planted(place) && column.name.ends_with("_at") => {
                            json!(Timestamp(number).rfc3339())
                        }
                        Stored::Int(number) if number == planted(place) => json!(number),
                        // Set by the server since it was planted, or a row without it.
                        _ => continue,
                    };
                    if !values.contains(&shown) {
                        miss("what was planted is not there");
                    }
                }
            }
        }
        assert!(missing.is_empty(), "{missing:#?}");

        for blob in BLOBS {
            if let Takeout::Part(folder) = blob.takeout {
                assert!(!archive.folder(&format!("{folder}/")).is_empty(), "no {folder}");
            }
        }
        // A part that is promised has its page too.
        for (.., part) in taken_columns().filter(|(.., part)| *part != "videos") {
            archive.text(&format!("pages/{part}.html"));
        }
    }
}

/// The words for what is not written down above would be found in no archive.
#[test]
fn every_planted_text_and_code_stands_for_a_column() {
    let known = |table: &str, column: &str| taken_columns().any(|(t, c, _)| (t.name, c.name) == (table, column));
    assert!(TEXTS.iter().all(|(table, column, _)| known(table, column)));
    assert!(CODES.iter().all(|(table, column)| known(table, column)));
}
