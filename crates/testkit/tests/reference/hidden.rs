//! What is hidden answers exactly as what never was: the same status, headers and body, on every route that takes a handle or an
//! id, in its address or in its body, of programs and of pages.

use axum::http::header;
use outro_db::{Param, Statement};
use outro_model::VideoId;
use outro_testkit::{Client, Reply, World, on_both};
use serde_json::{Value, json};

use crate::asking::{Asker, Named};
use crate::random::say;
use crate::routes::{Names, Route, Rule, asked};
use crate::stage::leave;

pub(crate) const NO_ID: &str = "AAAAAAAAAAAAAAAAAAAAAA";
pub(crate) const NO_HANDLE: &str = "never_was";

/// What never was, of the kind of a thing, and as long: a form shows again what was typed.
pub(crate) fn never(thing: &Hidden) -> &'static str {
    if thing.what == Names::Handle { &"never_was_here"[..thing.name.len()] } else { NO_ID }
}

/// Everything by which one answer can be told from another, but for the moment that it was given. What was asked for stands in
/// the address to come back to after signing in, and in a form that is shown again: for that the one name is read as the other.
pub(crate) fn told(reply: &Reply, name: &str, never: &str) -> (u16, Vec<(String, String)>, String) {
    let same = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace(name, never);
    let headers = reply.headers.iter().filter(|(name, _)| *name != header::DATE);
    let mut headers: Vec<_> = headers.map(|(name, value)| (name.to_string(), same(value.as_bytes()))).collect();
    headers.sort();
    (reply.status.as_u16(), headers, same(&reply.body))
}

/// One thing of which somebody must not know.
#[derive(Clone)]
pub(crate) struct Hidden {
    pub(crate) about: &'static str,
    pub(crate) what: Names,
    pub(crate) name: String,
    /// Whether it is hidden from everybody, or from the viewer alone.
    from_all: bool,
    /// The routes on which it is hidden.
    on: fn(Rule) -> bool,
}

/// A viewer, somebody who is not signed in, all that they may see, and all that they may not.
pub(crate) struct Scene {
    pub(crate) viewer: Asker,
    pub(crate) anyone: Asker,
    pub(crate) seen: Named,
    pub(crate) things: Vec<Hidden>,
}

/// A route, asked of one thing.
pub(crate) struct Case<'a> {
    pub(crate) route: Route,
    pub(crate) thing: &'a Hidden,
}

impl Scene {
    /// Every question that is asked of what is hidden, from the viewer or from whoever is not signed in.
    pub(crate) fn cases(&self, signed: bool) -> Vec<Case<'_>> {
        let routes = asked();
        let of = |thing: &'_ Hidden| -> Vec<Route> {
            let takes = |route: &&Route| route.names().contains(&thing.what) && (thing.on)(route.rule);
            routes.iter().filter(takes).copied().collect()
        };
        let things = self.things.iter().filter(|thing| signed || thing.from_all);
        things.flat_map(|thing| of(thing).into_iter().map(move |route| Case { route, thing })).collect()
    }

    pub(crate) fn asker(&self, signed: bool) -> &Asker {
        if signed { &self.viewer } else { &self.anyone }
    }
}

const EVERY: fn(Rule) -> bool = |_| true;

/// Somebody, with a video, its sound, and a comment of theirs below the video of the one who is open to all.
struct Somebody {
    handle: &'static str,
    client: Client,
    video: String,
    comment: String,
    sound: String,
    playlist: String,
}

async fn comment(client: &Client, video: &str) -> String {
    let said = client.post(&format!("/api/v1/videos/{video}/comments"), json!({ "text": "a comment" })).await;
    said.expect(201).json()["id"].as_str().unwrap().to_owned()
}

async fn playlist(client: &Client) -> String {
    let made = client.post("/api/v1/me/playlists", json!({ "title": "a playlist" })).await;
    made.expect(201).json()["id"].as_str().unwrap().to_owned()
}

async fn set(client: &Client, path: &str, change: Value) {
    client.call("PATCH", path, Some(change)).await.expect(200);
}

async fn put(client: &Client, handle: &str, what: &str) {
    client.call("PUT", &format!("/api/v1/accounts/{handle}/{what}"), None).await.expect(200);
}

async fn execute(world: &World, statement: Statement, values: &[Param<'_>]) {
    let mut tx = world.app.db.write().await.unwrap();
    assert_eq!(tx.execute(&statement, values).await.unwrap(), 1);
    tx.commit().await.unwrap();
}

async fn open_talk(client: &Client, to: &[&str]) -> (String, String) {
    let begun =
        client.post("/api/v1/conversations", json!({ "to": to, "text": "a beginning" })).await.expect(201).json();
    let [id, said] = [&begun["id"], &begun["last_message"]["id"]].map(|id| id.as_str().unwrap().to_owned());
    (id, said)
}

/// Builds the scene.
pub(crate) async fn scene(world: &World) -> Scene {
    let [open, other] = ["open_one", "other_one"].map(|handle| (handle, world.client()));
    // Not old enough for everything.
    let viewer = world.join_at("viewer", 17).await;
    let (open, other) = (open.1.join(open.0).await, other.1.join(other.0).await);
    let video = world.plant_whole(&open, b"the bytes of a video").await;
    let (talk, said) = open_talk(&viewer, &["open_one"]).await;
    let seen = Named {
        handle: "open_one".into(),
        comment: comment(&open, &video).await,
        sound: world.plant_sound(&open, &video).await,
        video: video.clone(),
        playlist: playlist(&viewer).await,
        talk: talk.clone(),
        said,
        range: None,
        ..Named::nothing(NO_HANDLE, NO_ID)
    };
    // One of these people leaves, and what is kept of an erased handle refuses one unused name in a thousand: all others join first.
    let mut things = videos(world).await;
    things.extend(comments(world, &open, &video).await);
    things.extend(people(world, &viewer, &video).await);
    things.extend(talks(&viewer, &open, &other, &talk).await);
    let report = open.post("/api/v1/reports", json!({ "account": "other_one", "reason": "spam" })).await.expect(201);
    things.push(thing("a_report", Names::Report, report.json()["id"].as_str().unwrap().into(), true));
    let sessions = open.get("/api/v1/me/sessions").await.expect(200).json();
    let session = sessions["items"][0]["id"].as_str().unwrap().to_owned();
    things.push(thing("anothers_device", Names::Session, session, true));
    let archive = open.post("/api/v1/me/takeouts", json!({})).await.expect(202).json();
    things.push(thing("anothers_archive", Names::Takeout, archive["id"].as_str().unwrap().into(), true));
    let upload = open.begin_upload(1000, &[("caption", "not whole")]).await;
    things.push(thing("anothers_upload", Names::Upload, upload.rsplit('/').next().unwrap().into(), true));
    things.push(thing("anothers_draft", Names::Draft, world.plant_draft(&open).await, true));
    let draft = world.plant_draft(&open).await;
    things.push(thing("anothers_draft_as_a_video", Names::Video, draft, true));
    world.clock.advance_seconds(2);
    world.run_jobs().await;
    let (viewer, anyone) = (Asker::of(world, &viewer).await, Asker::of(world, &world.client()).await);
    Scene { viewer, anyone, seen, things }
}

fn thing(about: &'static str, what: Names, name: String, from_all: bool) -> Hidden {
    Hidden { about, what, name, from_all, on: EVERY }
}

/// Those of whom the viewer must not know: who blocked them, whom they blocked, on hiatus, suspended, erased. And the private one,
/// whose card is there and whose lists and videos are not.
async fn people(world: &World, viewer: &Client, open_video: &str) -> Vec<Hidden> {
    let mut out = Vec::new();
    for handle in ["the_blocker", "the_blocked", "on_hiatus", "suspended", "erased", "private"] {
        let client = world.client().join(handle).await;
        let video = world.plant_whole(&client, b"the bytes of a video").await;
        let sound = world.plant_sound(&client, &video).await;
        let comment = comment(&client, open_video).await;
        let playlist = playlist(&client).await;
        out.push(Somebody { handle, client, video, comment, sound, playlist });
    }
    put(&out[0].client, "viewer", "block").await;
    put(viewer, "the_blocked", "block").await;
    set(&out[2].client, "/api/v1/me/privacy", json!({ "on_hiatus": true })).await;
    let id = world.id_of(&out[3].client).await;
    let suspend = Statement::new("hidden::suspend", "UPDATE accounts SET suspended = 1 WHERE id = ?1");
    execute(world, suspend, &[Param::Bytes(id.as_bytes())]).await;
    leave(&out[4].client, "erased").await;
    set(&out[5].client, "/api/v1/me/privacy", json!({ "private_account": true })).await;
    let mut things = Vec::new();
    for Somebody { handle, video, comment, sound, playlist, .. } in out {
        let from_all = !handle.starts_with("the_block");
        // Whom one has blocked oneself one may set free, and block again; a name is kept from nobody who signs in with it.
        let on: fn(Rule) -> bool = match handle {
            "the_blocked" => |rule| !matches!(rule, Rule::Block | Rule::Unblock),
            "private" => {
                |rule| matches!(rule, Rule::Videos | Rule::Pins | Rule::Lists | Rule::Followers | Rule::Following)
            }
            _ => EVERY,
        };
        // Of a private account the profile's page is there: its lists are not.
        things.push(Hidden { about: handle, what: Names::Handle, name: handle.to_owned(), from_all, on });
        things.push(thing(handle, Names::Video, video, from_all));
        things.push(thing(handle, Names::Sound, sound, from_all));
        things.push(thing(handle, Names::Playlist, playlist, from_all));
        if handle != "private" {
            things.push(thing(handle, Names::Comment, comment, from_all));
        }
    }
    things
}

/// Videos that strangers must not know of, of somebody whose card they may see; and their sounds.
async fn videos(world: &World) -> Vec<Hidden> {
    let owner = world.client().join("the_owner").await;
    let account = world.id_of(&owner).await;
    let mut out = Vec::new();
    for audience in ["followers", "friends", "only_me"] {
        let id = world.plant_whole(&owner, b"the bytes of a video").await;
        set(&owner, &format!("/api/v1/videos/{id}"), json!({ "audience": audience })).await;
        out.push((audience, world.plant_sound(&owner, &id).await, id));
    }
    let adults = world.plant(&owner, b"the bytes of a video").await;
    set(&owner, &format!("/api/v1/videos/{adults}"), json!({ "age_restricted": true })).await;
    out.push(("for_adults", world.plant_sound(&owner, &adults).await, adults));
    for (about, sql) in [
        ("withheld", "UPDATE videos SET hidden = 1 WHERE owner_id = ?1 AND id = ?2"),
        ("processing", "UPDATE videos SET state = 0 WHERE owner_id = ?1 AND id = ?2"),
        ("failed", "UPDATE videos SET state = 2, failure = 'damaged' WHERE owner_id = ?1 AND id = ?2"),
    ] {
        let planted = world.plant_whole(&owner, b"the bytes of a video").await;
        let id: VideoId = planted.parse().unwrap();
        let values = [Param::Bytes(account.as_bytes()), Param::Bytes(id.as_bytes())];
        execute(world, Statement::new("hidden::set", sql), &values).await;
        out.push((about, world.plant_sound(&owner, &planted).await, planted));
    }
    let removed = world.plant_whole(&owner, b"the bytes of a video").await;
    let sound = world.plant_sound(&owner, &removed).await;
    owner.call("DELETE", &format!("/api/v1/videos/{removed}"), None).await.expect(204);
    out.push(("removed", sound, removed));
    let both = |(about, sound, id)| [thing(about, Names::Sound, sound, true), thing(about, Names::Video, id, true)];
    out.into_iter().flat_map(both).collect()
}

/// Comments that nobody else may know of: held back, taken away, below what may not be seen.
async fn comments(world: &World, open: &Client, open_video: &str) -> Vec<Hidden> {
    let held = comment(open, open_video).await;
    let writer = world.client().join("the_writer").await;
    let (hidden, removed) = (comment(&writer, open_video).await, comment(&writer, open_video).await);
    open.call("PUT", &format!("/api/v1/comments/{hidden}/hidden"), None).await.expect(200);
    for gone in [&held, &removed] {
        let by = if *gone == held { open } else { &writer };
        by.call("DELETE", &format!("/api/v1/comments/{gone}"), None).await.expect(204);
    }
    let closed = world.plant_whole(&writer, b"the bytes of a video").await;
    let below = comment(open, &closed).await;
    set(&writer, &format!("/api/v1/videos/{closed}"), json!({ "audience": "only_me" })).await;
    let all = [("held_back", hidden), ("taken_away", removed), ("taken_by_owner", held), ("below_hidden", below)];
    all.into_iter().map(|(about, id)| thing(about, Names::Comment, id, true)).collect()
}

/// Conversations of others, one that was left, and messages: of others, and one that is deleted.
async fn talks(viewer: &Client, open: &Client, other: &Client, mine: &str) -> Vec<Hidden> {
    let (theirs, said) = open_talk(open, &["other_one"]).await;
    let (left, _) = open_talk(other, &["viewer", "open_one"]).await;
    viewer.call("DELETE", &format!("/api/v1/conversations/{left}/membership"), None).await.expect(204);
    let path = format!("/api/v1/conversations/{mine}/messages");
    let forgotten = viewer.post(&path, json!({ "text": "not for long" })).await.expect(201).json();
    let forgotten = forgotten["id"].as_str().unwrap().to_owned();
    viewer.call("DELETE", &format!("{path}/{forgotten}"), None).await.expect(204);
    vec![
        thing("talk_of_others", Names::Talk, theirs, true),
        thing("talk_that_was_left", Names::Talk, left, true),
        thing("said_by_others", Names::Said, said, true),
        thing("deleted_message", Names::Said, forgotten, true),
    ]
}

on_both! {
    async fn what_is_hidden_answers_as_what_never_was(world: World) {
        let world = world.with_settings(|settings| settings.rate_limits = false);
        let scene = scene(&world).await;
        let mut held = 0;
        for signed in [true, false] {
            for Case { route, thing } in scene.cases(signed) {
                let ranges: &[Option<&str>] = if route.template.starts_with("/media") { &[None, Some("bytes=0-1")] } else { &[None] };
                for &range in ranges {
                    let (what, nothing) = (thing.what, never(thing));
                    let hidden = Named { range, ..scene.seen.with(what, &thing.name) };
                    let unknown = Named { range, ..scene.seen.with(what, nothing) };
                    let asker = scene.asker(signed);
                    let hidden = told(&asker.ask(&route, &hidden).await, &thing.name, nothing);
                    let unknown = told(&asker.ask(&route, &unknown).await, &thing.name, nothing);
                    assert!(matches!(unknown.0, 404 | 401 | 303 | 422), "{route:?}: {}", unknown.0);
                    let about = format!("{route:?}, {}, signed in: {signed}", thing.about);
                    assert_eq!((hidden.0, &hidden.1), (unknown.0, &unknown.1), "{about}");
                    assert!(hidden.2 == unknown.2, "{about}: the bodies differ\n{}\n{}", hidden.2, unknown.2);
                    held += 1;
                }
            }
        }
        let routes: std::collections::BTreeSet<_> =
            scene.cases(true).iter().map(|case| (case.route.method, case.route.template, case.route.rule)).collect();
        say(&format!("{held} answers of {} routes are those of what never was", routes.len()));
        let missed: Vec<Route> = asked()
            .into_iter()
            .filter(|route| !route.names().is_empty() && route.rule != Rule::Receipt)
            .filter(|route| !routes.contains(&(route.method, route.template, route.rule)))
            .collect();
        assert!(missed.is_empty(), "never asked of what is hidden: {missed:?}");
    }
}
