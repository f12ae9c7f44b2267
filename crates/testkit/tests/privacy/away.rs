//! Pages while one's own account is away, on hiatus or suspended: nothing that would be refused is offered, and
//! what is sent all the same is refused on a page that says why, and changes nothing.

use super::*;

/// Why a form is taken from somebody who is away.
const OWN: &str = "it changes what is one's own, or is seen by nobody else";
const OUTSIDE: &str = "it takes no account";
const OFFICE: &str = "it asks for a moderator who is not away";

enum Form {
    /// Refused, with these fields.
    Refused(&'static str),
    /// Taken, or refused for another reason.
    Taken(&'static str),
}

/// Every form of a page, by the address it is sent to.
const FORMS: &[(&str, Form)] = &[
    ("/v/{id}/comments", Form::Refused("text=hello")),
    ("/comments/{id}/like", Form::Refused("liked=true")),
    ("/comments/{id}/hidden", Form::Taken(OWN)),
    ("/comments/{id}/delete", Form::Taken(OWN)),
    ("/comments/{id}/report", Form::Taken(OWN)),
    ("/activity/seen", Form::Taken(OWN)),
    ("/videos/{id}/audience", Form::Taken(OWN)),
    ("/videos/{id}/like", Form::Refused("liked=true")),
    ("/videos/{id}/gift", Form::Refused("coins=1&key=once")),
    ("/videos/{id}/delete", Form::Taken(OWN)),
    ("/videos/{id}/report", Form::Taken(OWN)),
    ("/join", Form::Taken(OUTSIDE)),
    ("/leave", Form::Taken(OUTSIDE)),
    ("/login", Form::Taken(OUTSIDE)),
    ("/logout", Form::Taken(OWN)),
    ("/inbox/new", Form::Refused("to=stranger&text=hello")),
    ("/inbox/send/{id}", Form::Refused("to=stranger")),
    ("/inbox/{id}", Form::Refused("text=hello")),
    ("/inbox/{id}/accept", Form::Taken(OWN)),
    ("/inbox/{id}/delete", Form::Taken(OWN)),
    ("/inbox/{id}/leave", Form::Taken(OWN)),
    ("/inbox/{id}/forget", Form::Taken(OWN)),
    ("/accounts/{handle}/follow", Form::Refused("follow=true")),
    ("/accounts/{handle}/remove", Form::Taken(OWN)),
    ("/accounts/{handle}/block", Form::Taken(OWN)),
    ("/accounts/{handle}/mute", Form::Taken(OWN)),
    ("/accounts/{handle}/dismiss", Form::Taken(OWN)),
    ("/accounts/{handle}/report", Form::Taken(OWN)),
    ("/requests", Form::Refused("handle=requested&accept=true")),
    ("/requests/all", Form::Refused("accept=true")),
    ("/search", Form::Taken(OUTSIDE)),
    ("/sounds", Form::Taken(OUTSIDE)),
    ("/upload", Form::Refused("")),
    ("/upload/{id}", Form::Taken(OWN)),
    ("/uploads/{id}/discard", Form::Taken(OWN)),
    ("/upload/{id}/edit", Form::Taken(OWN)),
    ("/videos/{id}/pin", Form::Taken(OWN)),
    ("/videos/{id}/playlists", Form::Taken(OWN)),
    ("/playlists", Form::Taken(OWN)),
    ("/playlist/{id}", Form::Taken(OWN)),
    ("/playlist/{id}/take", Form::Taken(OWN)),
    ("/moderation/{id}", Form::Taken(OFFICE)),
    ("/settings/profile", Form::Taken(OWN)),
    ("/settings/privacy", Form::Taken(OWN)),
    ("/settings/see-as", Form::Taken(OWN)),
    ("/settings/videos", Form::Taken(OWN)),
    ("/settings/feed", Form::Taken(OWN)),
    ("/settings/feed/reset", Form::Taken(OWN)),
    ("/settings/comments", Form::Taken(OWN)),
    ("/settings/password", Form::Taken(OWN)),
    ("/settings/password/code", Form::Taken(OWN)),
    ("/settings/password-check", Form::Taken(OWN)),
    ("/settings/sessions/revoke", Form::Taken(OWN)),
    ("/settings/phone", Form::Taken(OWN)),
    ("/settings/phone/verify", Form::Taken(OWN)),
    ("/settings/phone/codes", Form::Taken(OWN)),
    ("/settings/phone/resend", Form::Taken(OWN)),
    ("/settings/leave", Form::Taken(OWN)),
    ("/settings/leave/confirm", Form::Taken(OWN)),
    ("/settings/leave/later", Form::Taken(OWN)),
    ("/settings/leave/lost", Form::Taken(OWN)),
    ("/settings/leave/stay", Form::Taken(OWN)),
    ("/settings/leave/stop", Form::Taken(OWN)),
    ("/settings/takeout", Form::Taken(OWN)),
    ("/settings/takeout/delete", Form::Taken(OWN)),
    ("/settings/coins", Form::Taken(OWN)),
    ("/settings/bring", Form::Refused("")),
];

/// The addresses of all forms, as the routes of the pages say them.
fn posted_to() -> Vec<String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../http/src/web");
    let mut found = Vec::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        for route in text.split(".route(\"").skip(1) {
            let (path, rest) = route.split_once('"').unwrap();
            if rest.lines().next().unwrap().contains("post(") {
                found.push(path.to_owned());
            }
        }
    }
    found.sort();
    found
}

#[test]
fn every_form_of_a_page_has_its_line() {
    let mut lines: Vec<String> = FORMS.iter().map(|(path, _)| (*path).to_owned()).collect();
    lines.sort();
    assert_eq!(posted_to(), lines);
    for (path, form) in FORMS {
        assert!(!matches!(form, Form::Taken("")), "{path}");
    }
}

async fn suspend(world: &World, who: &Client, on: bool) {
    let who = world.id_of(who).await;
    let mut tx = world.app.db.write().await.unwrap();
    assert!(outro_store::moderation::set_suspended(&mut tx, who, on).await.unwrap());
    tx.commit().await.unwrap();
}

/// What the owner could do before they went away.
struct Stage {
    cast: Cast,
    video: String,
    comment: String,
    talk: String,
}

impl Stage {
    async fn of(world: &World) -> Self {
        let cast = Cast::of(world).await;
        let video = world.plant(&cast.friend, b"theirs").await;
        let said = cast.friend.post(&format!("/api/v1/videos/{video}/comments"), json!({"text": "first"})).await;
        let opened = json!({"to": ["friend"], "text": "before"});
        let talk = cast.owner.post("/api/v1/conversations", opened).await.expect(201).json();
        let id = |value: &Value| value["id"].as_str().unwrap().to_owned();
        Self { comment: id(&said.expect(201).json()), talk: id(&talk), video, cast }
    }

    fn address(&self, path: &str) -> String {
        let id = match path {
            path if path.starts_with("/comments/") => &self.comment,
            "/inbox/{id}" => &self.talk,
            _ => &self.video,
        };
        path.replace("{id}", id).replace("{handle}", "stranger")
    }
}

const CALM: &str = "on hiatus or suspended";

/// Sends a file in a form.
async fn send_file(client: &Client, path: &str) -> Reply {
    let (line, token) = ("b-o-u-n-d", csrf(client).await);
    let part = |head: &str, body: &str| format!("--{line}\r\nContent-Disposition: form-data; {head}\r\n\r\n{body}\r\n");
    let body = part("name=\"csrf\"", &token)
        + &part("name=\"file\"; filename=\"a.mp4\"", "bytes")
        + &format!("--{line}--\r\n");
    let request = Request::post(path)
        .header("cookie", format!("outro_session={}", client.token.as_ref().unwrap()))
        .header("content-type", format!("multipart/form-data; boundary={line}"))
        .header("content-length", body.len());
    client.anonymous().send(request.body(Body::from(body)).unwrap()).await
}

async fn refuses_all(world: &World, stage: &Stage, how: &str) {
    let owner = &stage.cast.owner;
    for (path, form) in FORMS {
        let Form::Refused(fields) = form else { continue };
        let before = world.everything().await;
        let address = stage.address(path);
        let of_files = ["/upload", "/settings/bring"].contains(path);
        let reply = if of_files { send_file(owner, path).await } else { send_form(owner, &address, fields).await };
        assert_eq!(reply.status, 403, "{how}: {path}: {}", reply.text());
        let text = reply.text();
        assert!(text.contains(CALM), "{how}: {path}: {text}");
        assert!(text.contains("class=\"tabs\""), "{how}: {path}: it is a page like any other");
        assert_eq!(world.everything().await, before, "{how}: {path}");
    }
}

/// Pages, what they offer to who is here, and whether they say why it is not there.
async fn offers(stage: &Stage, away: bool, how: &str) {
    let owner = &stage.cast.owner;
    let (video, comment, talk) = (&stage.video, &stage.comment, &stage.talk);
    for (page_at, offered) in [
        ("/@stranger".to_owned(), "action=\"/accounts/stranger/follow\"".to_owned()),
        ("/@requested".into(), "name=\"accept\" value=\"true\"".into()),
        ("/@follower".into(), "action=\"/accounts/follower/follow\"".into()),
        ("/@owner/followers".into(), "action=\"/accounts/follower/follow\"".into()),
        ("/upload".into(), "action=\"/upload\"".into()),
        (format!("/v/{video}"), format!("action=\"/videos/{video}/like\"")),
        (format!("/v/{video}"), format!("href=\"/videos/{video}/gift\"")),
        ("/settings/bring".into(), "action=\"/settings/bring\"".into()),
        (format!("/v/{video}/comments"), format!("action=\"/v/{video}/comments\"")),
        (format!("/v/{video}/comments"), format!("action=\"/comments/{comment}/like\"")),
        ("/inbox/new".into(), "action=\"/inbox/new\"".into()),
        ("/inbox".into(), "href=\"/inbox/new\"".into()),
        (format!("/inbox/{talk}"), format!("<form method=\"post\" action=\"/inbox/{talk}\"")),
        (format!("/inbox/send/{video}"), format!("action=\"/inbox/send/{video}\"")),
        ("/requests".into(), "name=\"accept\" value=\"true\"".into()),
    ] {
        let text = page(owner, &page_at).await.expect(200).text();
        assert_eq!(text.contains(&offered), !away, "{how}: {page_at}: {offered}");
        let says = text.contains(CALM) || text.contains("class=\"away\"") || text.contains("Your account is suspended");
        assert!(!away || says || page_at.starts_with("/v/"), "{how}: {page_at} says why");
    }
}

on_both! {
    async fn who_is_away_is_offered_nothing_that_would_be_refused(world: World) {
        let stage = Stage::of(&world).await;
        offers(&stage, false, "here").await;
        privacy(&stage.cast.owner, json!({"on_hiatus": true})).await.expect(200);
        offers(&stage, true, "on hiatus").await;
        refuses_all(&world, &stage, "on hiatus").await;
        // What one follows can be ended, quietly; declining is for all times too.
        let text = page(&stage.cast.owner, "/@friend").await.expect(200).text();
        assert!(text.contains("action=\"/accounts/friend/follow\"") && !text.contains("data-follow=\"friend\""));
        send_form(&stage.cast.owner, "/accounts/friend/follow", "follow=false&back=/@friend").await.expect(303);
        assert!(!page(&stage.cast.owner, "/@friend").await.text().contains("action=\"/accounts/friend/follow\""));
        privacy(&stage.cast.owner, json!({"on_hiatus": false})).await.expect(200);
        offers(&stage, false, "back").await;
    }
}

on_both! {
    async fn who_is_suspended_is_offered_nothing_that_would_be_refused(world: World) {
        let stage = Stage::of(&world).await;
        suspend(&world, &stage.cast.owner, true).await;
        offers(&stage, true, "suspended").await;
        refuses_all(&world, &stage, "suspended").await;
        suspend(&world, &stage.cast.owner, false).await;
        offers(&stage, false, "no more").await;
    }
}
