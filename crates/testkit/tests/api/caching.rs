//! Nothing but what is public and the same for everybody may be kept by a cache that several people share.

use std::path::Path;

use super::described::Described;
use super::*;

/// What is the same for everybody: static files by their fingerprint, the manifest, the icon, the log of erasures.
const PUBLIC: &[&str] =
    &["/assets/{*path}", "/manifest.webmanifest", "/favicon.ico", "/log/checkpoint", "/log/tile/{*path}"];

/// Every address that the sources of the surface give to a router, whichever it is.
fn addresses() -> Vec<String> {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("../http/src")];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let text = std::fs::read_to_string(&path).unwrap();
                let calls = text.split(".route(").skip(1).map(|rest| rest.trim_start());
                found.extend(calls.filter_map(|rest| Some(rest.strip_prefix('"')?.split('"').next()?.to_owned())));
            }
        }
    }
    found.extend(Described::new().operations().into_iter().map(|(_, path)| path));
    found.sort();
    found.dedup();
    found
}

/// The same address with what there is, and with what never was.
fn filled(address: &str, handle: &str, id: &str) -> String {
    let mut path = address.replace("{handle}", handle).replace("{tag}", "night").replace("{part}", "video.mp4");
    // `/{name}` of a profile, and of whom one sees as.
    path = path.replace("{name}", &format!("@{handle}")).replace("{*path}", "none.css");
    for name in ["{id}", "{video}", "{message}", "{clip}"] {
        path = path.replace(name, id);
    }
    assert!(!path.contains('{'), "{address}: what stands for this part?");
    path
}

/// Whether a shared cache must not keep an answer (RFC 9111): it is said, and said of the whole answer.
fn is_kept_out(reply: &Reply) -> bool {
    let lines = reply.headers.get_all(header::CACHE_CONTROL).iter().map(|line| line.to_str().unwrap());
    let words: Vec<_> = lines.flat_map(|line| line.split(',')).map(|word| word.trim().to_ascii_lowercase()).collect();
    let keeps = words.iter().any(|word| word == "public" || word.starts_with("s-maxage"));
    !keeps && words.iter().any(|word| word == "no-store" || word == "private")
}

async fn ask(client: &Client, method: &str, path: &str, cookie: bool) -> Reply {
    let mut request = Request::builder().method(method).uri(path).header("origin", "http://outro.test");
    if let (true, Some(token)) = (cookie, &client.token) {
        request = request.header(header::COOKIE, format!("outro_session={token}"));
    }
    let bare = client.anonymous();
    let client = if cookie { &bare } else { client };
    client.send(request.body(Body::empty()).unwrap()).await
}

on_both! {
    async fn no_shared_cache_may_keep_what_is_not_public(world: World) {
        let owner = world.client().join("owner").await;
        outro_app::moderation::set_moderator(&world.app, "owner", true).await.unwrap();
        let video = world.plant(&owner, b"bytes").await;
        let all = addresses();
        for known in ["/", "/{name}", "/inbox/{id}", "/moderation/log", "/media/{video}/{part}", "/api/v1/me", "/people"] {
            assert!(all.iter().any(|one| one == known), "{known} was not found in the sources");
        }
        assert!(all.len() > 120, "{} are too few", all.len());
        let mut answered = 0;
        // An event stream has no end: its headers are held in the tests of messages.
        for address in all.iter().filter(|one| *one != "/api/v1/events") {
            for (handle, id) in [("owner", video.as_str()), ("nobody_is_here", NO_ID)] {
                let path = filled(address, handle, id);
                // Reading is asked by everybody; of what changes something an answer of any kind will do.
                let anybody = world.client();
                let asked = [
                    ("GET", &anybody, false),
                    ("GET", &owner, false),
                    ("GET", &owner, true),
                    ("HEAD", &owner, true),
                    ("POST", &owner, true),
                    ("PUT", &owner, false),
                ];
                for (method, client, cookie) in asked {
                    let reply = ask(client, method, &path, cookie).await;
                    let about = format!("{method} {path} ({cookie}) {}: {:?}", reply.status, reply.headers);
                    if PUBLIC.contains(&address.as_str()) && reply.status.is_success() {
                        continue;
                    }
                    assert!(is_kept_out(&reply), "{about}");
                    answered += usize::from(reply.status.is_success());
                }
            }
        }
        assert!(answered > 60, "only {answered} answers had something in them");
        let asset = world.client().get("/manifest.webmanifest").await.expect(200);
        assert!(!is_kept_out(&asset), "what this test would find is not found");
    }
}
