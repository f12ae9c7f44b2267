//! Comments: who sees them, who may write, what counts, and what is left of them.

use outro_model::{AccountId, Circle, CommentId, Timestamp, VideoId};
use outro_store::accounts::{self, PrivacyChange};
use outro_store::comments::{self, Comment, State};
use outro_store::erasure::{Subject, residue};
use outro_store::graph;
use outro_testkit::{Client, Reply, World, on_both};
use serde_json::{Value, json};

async fn say(who: &Client, video: &str, text: &str) -> Reply {
    who.post(&format!("/api/v1/videos/{video}/comments"), json!({ "text": text })).await
}

async fn said(who: &Client, video: &str, text: &str) -> String {
    say(who, video, text).await.expect(201).json()["id"].as_str().unwrap().to_owned()
}

async fn reply(who: &Client, video: &str, to: &str, text: &str) -> Reply {
    who.post(&format!("/api/v1/videos/{video}/comments"), json!({ "text": text, "reply_to": to })).await
}

async fn replied(who: &Client, video: &str, to: &str, text: &str) -> String {
    reply(who, video, to, text).await.expect(201).json()["id"].as_str().unwrap().to_owned()
}

fn texts(list: &Value) -> Vec<String> {
    list["items"].as_array().unwrap().iter().map(|item| item["text"].as_str().unwrap().to_owned()).collect()
}

async fn seen(who: &Client, video: &str) -> Vec<String> {
    texts(&who.get(&format!("/api/v1/videos/{video}/comments")).await.expect(200).json())
}

async fn seen_below(who: &Client, comment: &str) -> Vec<String> {
    texts(&who.get(&format!("/api/v1/comments/{comment}/replies")).await.expect(200).json())
}

async fn count(world: &World, video: &str) -> i64 {
    world.client().get(&format!("/api/v1/videos/{video}")).await.expect(200).json()["comment_count"].as_i64().unwrap()
}

async fn block(world: &World, one: &Client, other: &Client) {
    let (one, other) = (world.id_of(one).await, world.id_of(other).await);
    let mut tx = world.app.db.write().await.unwrap();
    assert!(graph::block(&mut tx, one, other, Timestamp(1)).await.unwrap());
    tx.commit().await.unwrap();
}

async fn change(world: &World, who: &Client, change: PrivacyChange) {
    let id = world.id_of(who).await;
    let mut tx = world.app.db.write().await.unwrap();
    assert!(accounts::set_privacy(&mut tx, id, change).await.unwrap());
    tx.commit().await.unwrap();
}

async fn leave(world: &World, who: &Client, handle: &str) -> AccountId {
    let id = world.id_of(who).await;
    let begun = who.post("/api/v1/me/deletion", json!({})).await.expect(202).json();
    let proof = json!({ "challenge": begun["challenge"], "password": format!("{handle}-password") });
    who.post("/api/v1/me/deletion/confirm", proof).await.expect(200);
    id
}

async fn left_of(world: &World, account: AccountId) -> Vec<&'static str> {
    let destruction = world.app.vault.destruction(account).await.unwrap().expect("its key is destroyed");
    let subject = Subject { account, key_id: *destruction.key_id.as_bytes() };
    residue(&mut world.app.db.read().await.unwrap(), &subject).await.unwrap()
}

/// An owner with a video, and two others.
async fn stage(world: &World) -> (Client, Client, Client, String) {
    let (owner, ada, bob) =
        (world.client().join("owner").await, world.client().join("ada").await, world.client().join("bob").await);
    let video = world.plant(&owner, b"bytes").await;
    (owner, ada, bob, video)
}

on_both! {
    async fn comments_are_written_and_read(world: World) {
        let (owner, ada, bob, video) = stage(&world).await;
        let first = say(&ada, &video, "  first\r\nline ").await.expect(201).json();
        assert_eq!((&first["text"], &first["is_mine"], &first["hidden"]), (&json!("first\nline"), &json!(true), &json!(false)));
        world.clock.advance_seconds(1);
        said(&owner, &video, "second").await;
        assert_eq!(seen(&bob, &video).await, ["second", "first\nline"]);
        assert_eq!(seen(&world.client(), &video).await, ["second", "first\nline"]);
        assert_eq!(count(&world, &video).await, 2);
        let listed = bob.get(&format!("/api/v1/videos/{video}/comments")).await.json();
        assert_eq!((&listed["items"][0]["by_owner"], &listed["items"][1]["by_owner"]), (&json!(true), &json!(false)));
        assert_eq!(listed["items"][1]["account"]["handle"], "ada");
    }
}

on_both! {
    async fn texts_have_bounds(world: World) {
        let (_, ada, _, video) = stage(&world).await;
        for (text, code) in [("", "comment_empty"), (" \n ", "comment_empty"), ("\u{0}", "comment_too_long")] {
            assert_eq!(say(&ada, &video, text).await.expect(422).code(), code, "{text:?}");
        }
        assert_eq!(say(&ada, &video, &"é".repeat(501)).await.expect(422).code(), "comment_too_long");
        say(&ada, &video, &"é".repeat(500)).await.expect(201);
        assert_eq!(count(&world, &video).await, 1);
    }
}

on_both! {
    async fn threads_are_one_level_deep_and_replies_the_oldest_first(world: World) {
        let (owner, ada, bob, video) = stage(&world).await;
        let other = world.plant(&owner, b"other").await;
        let top = said(&ada, &video, "top").await;
        let below = replied(&bob, &video, &top, "one").await;
        world.clock.advance_seconds(1);
        let deeper = reply(&ada, &video, &below, "two").await.expect(201).json();
        assert_eq!(deeper["reply_to"], top, "a reply to a reply belongs to the same thread");
        assert_eq!(seen(&bob, &video).await, ["top"]);
        assert_eq!(seen_below(&bob, &top).await, ["one", "two"]);
        assert_eq!(count(&world, &video).await, 3);
        let listed = bob.get(&format!("/api/v1/videos/{video}/comments")).await.json();
        assert_eq!(listed["items"][0]["reply_count"], 2);
        reply(&bob, &other, &top, "elsewhere").await.expect(404);
        reply(&bob, &video, "AAAAAAAAAAAAAAAAAAAAAA", "to nothing").await.expect(404);
    }
}

on_both! {
    async fn lists_are_paged_without_holes_in_both_orders(world: World) {
        let (owner, ada, _, video) = stage(&world).await;
        let mut ids = Vec::new();
        for number in 0..7 {
            if number % 2 == 0 {
                world.clock.advance_seconds(60);
            }
            ids.push(said(&ada, &video, &number.to_string()).await);
        }
        for (fan, liked) in [(&owner, &ids[2]), (&ada, &ids[2]), (&owner, &ids[5])] {
            fan.call("PUT", &format!("/api/v1/comments/{liked}/like"), None).await.expect(200);
        }
        for (sort, head) in [("newest", None), ("most_liked", Some(["2", "5"]))] {
            let (mut cursor, mut all) = (String::new(), Vec::new());
            loop {
                let path = format!("/api/v1/videos/{video}/comments?limit=2&sort={sort}{cursor}");
                let page = owner.get(&path).await.expect(200).json();
                all.extend(texts(&page));
                match page["next_cursor"].as_str() {
                    Some(next) => cursor = format!("&cursor={next}"),
                    None => break,
                }
            }
            let mut sorted = all.clone();
            sorted.sort();
            assert_eq!(sorted, ["0", "1", "2", "3", "4", "5", "6"], "{sort}");
            assert!(head.is_none_or(|head| all[..2] == head), "{all:?}");
        }
    }
}

on_both! {
    async fn only_those_may_comment_whom_the_owner_lets(world: World) {
        let (owner, ada, _, video) = stage(&world).await;
        say(&world.client(), &video, "nobody").await.expect(401);
        change(&world, &owner, PrivacyChange { comments_from: Some(Circle::NoOne), ..PrivacyChange::default() }).await;
        assert_eq!(say(&ada, &video, "closed").await.expect(403).code(), "comments_closed");
        said(&owner, &video, "mine").await;
        assert_eq!(seen(&ada, &video).await, ["mine"], "what is there can be read");
        change(&world, &owner, PrivacyChange { private_account: Some(true), ..PrivacyChange::default() }).await;
        say(&ada, &video, "hidden").await.expect(404);
        ada.get(&format!("/api/v1/videos/{video}/comments")).await.expect(404);
    }
}

on_both! {
    async fn who_is_away_looks_and_does_not_act(world: World) {
        let (_, ada, bob, video) = stage(&world).await;
        let mine = said(&ada, &video, "mine").await;
        let his = said(&bob, &video, "his").await;
        change(&world, &ada, PrivacyChange { on_hiatus: Some(true), ..PrivacyChange::default() }).await;
        assert_eq!(say(&ada, &video, "more").await.expect(403).code(), "account_away");
        ada.call("PUT", &format!("/api/v1/comments/{his}/like"), None).await.expect(403);
        assert_eq!(seen(&bob, &video).await, ["his"], "who is on hiatus vanishes");
        assert_eq!(seen(&ada, &video).await.len(), 2, "but not for themselves");
        bob.get(&format!("/api/v1/comments/{mine}/replies")).await.expect(404);
        ada.call("DELETE", &format!("/api/v1/comments/{mine}"), None).await.expect(204);
    }
}

on_both! {
    async fn a_block_hides_both_ways_and_from_everybody_under_the_owners_videos(world: World) {
        let (owner, ada, bob, video) = stage(&world).await;
        let hers = said(&ada, &video, "hers").await;
        replied(&bob, &video, &hers, "his reply").await;
        said(&bob, &video, "his").await;
        block(&world, &ada, &bob).await;
        assert_eq!(seen(&ada, &video).await, ["hers"]);
        assert_eq!(seen(&bob, &video).await, ["his"]);
        assert_eq!(seen_below(&ada, &hers).await, [] as [&str; 0]);
        bob.get(&format!("/api/v1/comments/{hers}/replies")).await.expect(404);
        bob.call("PUT", &format!("/api/v1/comments/{hers}/like"), None).await.expect(404);
        reply(&bob, &video, &hers, "again").await.expect(404);
        assert_eq!(seen(&owner, &video).await.len(), 2, "third parties see both");
        block(&world, &owner, &ada).await;
        assert_eq!(seen(&world.client(), &video).await, ["his"], "whom the owner blocked, nobody sees here");
        assert_eq!(seen(&owner, &video).await, ["his"]);
        say(&ada, &video, "more").await.expect(404);
    }
}

// On PostgreSQL a comment may be written by a transaction that did not see the block yet.
on_both! {
    async fn a_comment_that_lands_after_a_block_is_seen_by_nobody(world: World) {
        let (owner, ada, bob, video) = stage(&world).await;
        block(&world, &owner, &ada).await;
        let (author, place): (AccountId, VideoId) = (world.id_of(&ada).await, video.parse().unwrap());
        let keys = world.app.vault.account(author).await.unwrap().unwrap();
        let id = CommentId::random(&*world.app.random);
        let comment = Comment {
            owner: world.id_of(&owner).await,
            video: place,
            id,
            author,
            parent: None,
            thread_author: None,
            text: keys.seal_text(outro_datamap::COMMENT_TEXT, id.as_bytes(), "late"),
            state: State::Shown,
            created_at: Timestamp(1),
            like_count: 0,
        };
        let mut tx = world.app.db.write().await.unwrap();
        comments::insert(&mut tx, &comment).await.unwrap();
        tx.commit().await.unwrap();
        for who in [&owner, &bob, &world.client()] {
            assert_eq!(seen(who, &video).await, [] as [&str; 0]);
            who.get(&format!("/api/v1/comments/{id}/replies")).await.expect(404);
        }
    }
}

on_both! {
    async fn likes_of_comments_count_once(world: World) {
        let (owner, ada, bob, video) = stage(&world).await;
        let id = said(&ada, &video, "like me").await;
        let path = format!("/api/v1/comments/{id}/like");
        for (who, method, liked, likes) in [
            (&owner, "PUT", true, 1), (&owner, "PUT", true, 1), (&bob, "PUT", true, 2), (&ada, "PUT", true, 3),
            (&owner, "DELETE", false, 2), (&owner, "DELETE", false, 2),
        ] {
            let said = who.call(method, &path, None).await.expect(200).json();
            assert_eq!((&said["liked"], &said["like_count"]), (&json!(liked), &json!(likes)));
        }
        world.client().call("PUT", &path, None).await.expect(401);
    }
}

on_both! {
    async fn a_hidden_comment_is_for_its_author_and_the_owner(world: World) {
        let (owner, ada, bob, video) = stage(&world).await;
        let id = said(&ada, &video, "rude").await;
        replied(&bob, &video, &id, "below").await;
        let path = format!("/api/v1/comments/{id}/hidden");
        for other in [&ada, &bob] {
            other.call("PUT", &path, None).await.expect(404);
        }
        for _ in 0..2 {
            assert_eq!(owner.call("PUT", &path, None).await.expect(200).json()["hidden"], true);
            assert_eq!(count(&world, &video).await, 1, "the reply alone");
        }
        for who in [&owner, &ada] {
            assert_eq!(seen(who, &video).await, ["rude"]);
        }
        assert_eq!(seen(&bob, &video).await, [] as [&str; 0]);
        bob.get(&format!("/api/v1/comments/{id}/replies")).await.expect(404);
        bob.call("PUT", &format!("/api/v1/comments/{id}/like"), None).await.expect(404);
        reply(&bob, &video, &id, "more").await.expect(404);
        reply(&ada, &video, &id, "more").await.expect(404);
        assert_eq!(owner.call("DELETE", &path, None).await.expect(200).json()["hidden"], false);
        assert_eq!((seen(&bob, &video).await, count(&world, &video).await), (vec!["rude".to_owned()], 2));
    }
}

on_both! {
    async fn the_owners_words_hold_comments_back(world: World) {
        let (owner, ada, bob, video) = stage(&world).await;
        let words = json!({ "words": ["Spam", " buy now ", "spam"] });
        let set = owner.call("PUT", "/api/v1/me/comment-filter", Some(words)).await.expect(200).json();
        assert_eq!(set["words"], json!(["Spam", "buy now"]));
        assert_eq!(owner.get("/api/v1/me/comment-filter").await.expect(200).json(), set);
        assert_eq!(ada.get("/api/v1/me/comment-filter").await.expect(200).json()["words"], json!([]));
        let held = say(&ada, &video, "SPAM! here").await.expect(201).json();
        assert_eq!(held["hidden"], true);
        assert_eq!(say(&ada, &video, "please BUY  now").await.expect(201).json()["hidden"], true);
        assert_eq!(say(&ada, &video, "spammers").await.expect(201).json()["hidden"], false);
        assert_eq!(say(&owner, &video, "spam is mine").await.expect(201).json()["hidden"], false);
        assert_eq!(seen(&bob, &video).await.len(), 2);
        assert_eq!(seen(&owner, &video).await.len(), 4);
        assert_eq!(count(&world, &video).await, 2);
        let path = format!("/api/v1/comments/{}/hidden", held["id"].as_str().unwrap());
        owner.call("DELETE", &path, None).await.expect(200);
        assert_eq!((seen(&bob, &video).await.len(), count(&world, &video).await), (3, 3));
        owner.call("PUT", "/api/v1/me/comment-filter", Some(json!({ "words": [] }))).await.expect(200);
        assert_eq!(say(&ada, &video, "spam").await.expect(201).json()["hidden"], false);
    }
}

on_both! {
    async fn the_author_and_the_owner_take_a_comment_away_with_its_replies(world: World) {
        let (owner, ada, bob, video) = stage(&world).await;
        let (one, two) = (said(&ada, &video, "one").await, said(&ada, &video, "two").await);
        let below = replied(&bob, &video, &one, "below").await;
        ada.call("PUT", &format!("/api/v1/comments/{below}/like"), None).await.expect(200);
        bob.call("DELETE", &format!("/api/v1/comments/{one}"), None).await.expect(404);
        ada.call("DELETE", &format!("/api/v1/comments/{one}"), None).await.expect(204);
        assert_eq!(seen(&bob, &video).await, ["two"]);
        for path in [format!("/api/v1/comments/{one}/replies"), format!("/api/v1/comments/{below}/replies")] {
            bob.get(&path).await.expect(404);
        }
        ada.call("DELETE", &format!("/api/v1/comments/{one}"), None).await.expect(404);
        world.settle().await;
        assert_eq!(count(&world, &video).await, 1);
        assert_eq!((world.rows("comments").await.len(), world.rows("comment_likes").await.len()), (1, 0));
        owner.call("DELETE", &format!("/api/v1/comments/{two}"), None).await.expect(204);
        world.settle().await;
        assert_eq!(count(&world, &video).await, 0);
        assert!(world.rows("comments").await.is_empty() && world.rows("notifications").await.is_empty());
    }
}

on_both! {
    async fn ones_own_comment_goes_also_where_one_may_not_look_any_more(world: World) {
        let (owner, ada, _, video) = stage(&world).await;
        let id = said(&ada, &video, "mine").await;
        block(&world, &owner, &ada).await;
        ada.call("DELETE", &format!("/api/v1/comments/{id}"), None).await.expect(204);
        world.settle().await;
        assert!(world.rows("comments").await.is_empty());
    }
}

on_both! {
    async fn a_video_takes_its_comments_along(world: World) {
        let (owner, ada, bob, video) = stage(&world).await;
        let id = said(&ada, &video, "hi @bob").await;
        replied(&bob, &video, &id, "below").await;
        bob.call("PUT", &format!("/api/v1/comments/{id}/like"), None).await.expect(200);
        owner.call("DELETE", &format!("/api/v1/videos/{video}"), None).await.expect(204);
        ada.get(&format!("/api/v1/videos/{video}/comments")).await.expect(404);
        say(&ada, &video, "late").await.expect(404);
        world.settle().await;
        for table in ["comments", "comment_likes", "notifications"] {
            assert!(world.rows(table).await.is_empty(), "{table}");
        }
    }
}

on_both! {
    async fn what_a_leaver_wrote_goes_and_counts_are_right(world: World) {
        let (owner, ada, bob, video) = stage(&world).await;
        let hers = said(&ada, &video, "hers").await;
        let his = said(&bob, &video, "his").await;
        // In her thread: his, hers, the owner's. In his thread: two of hers.
        for (who, to) in [(&bob, &hers), (&ada, &hers), (&owner, &hers), (&ada, &his), (&ada, &his)] {
            replied(who, &video, to, "below").await;
        }
        for (who, id) in [(&ada, &his), (&bob, &his), (&owner, &hers)] {
            who.call("PUT", &format!("/api/v1/comments/{id}/like"), None).await.expect(200);
        }
        assert_eq!(count(&world, &video).await, 7);
        let account = leave(&world, &ada, "ada").await;
        assert_eq!(seen(&bob, &video).await, ["his"], "at once");
        assert_eq!(seen_below(&bob, &his).await, [] as [&str; 0]);
        bob.get(&format!("/api/v1/comments/{hers}/replies")).await.expect(404);
        world.settle().await;
        assert_eq!(count(&world, &video).await, 1);
        let listed = bob.get(&format!("/api/v1/videos/{video}/comments")).await.json();
        assert_eq!((&listed["items"][0]["like_count"], &listed["items"][0]["reply_count"]), (&json!(1), &json!(0)));
        assert_eq!(left_of(&world, account).await, [] as [&str; 0]);
        assert_eq!((world.rows("comments").await.len(), world.rows("comment_likes").await.len()), (1, 1));
    }
}

on_both! {
    async fn an_owner_who_leaves_takes_all_that_was_said(world: World) {
        let (owner, ada, bob, video) = stage(&world).await;
        let id = said(&ada, &video, "hi").await;
        replied(&bob, &video, &id, "below").await;
        bob.call("PUT", &format!("/api/v1/comments/{id}/like"), None).await.expect(200);
        owner.call("PUT", "/api/v1/me/comment-filter", Some(json!({ "words": ["x"] }))).await.expect(200);
        let account = leave(&world, &owner, "owner").await;
        ada.get(&format!("/api/v1/videos/{video}/comments")).await.expect(404);
        world.settle().await;
        assert_eq!(left_of(&world, account).await, [] as [&str; 0]);
        for table in ["comments", "comment_likes", "notifications"] {
            assert!(world.rows(table).await.is_empty(), "{table}");
        }
    }
}

on_both! {
    async fn counts_are_exact_when_many_write_like_hide_and_take_away_at_once(world: World) {
        let (owner, ada, bob, video) = stage(&world).await;
        let top = said(&ada, &video, "top").await;
        let mut mine = Vec::new();
        for number in 0..4 {
            mine.push(said(&bob, &video, &number.to_string()).await);
        }
        let (hide, like) = (format!("/api/v1/comments/{}/hidden", mine[0]), format!("/api/v1/comments/{top}/like"));
        let taken = format!("/api/v1/comments/{}", mine[1]);
        let (one, two, three, four, five, six, seven) = tokio::join!(
            say(&ada, &video, "a"),
            reply(&owner, &video, &top, "b"),
            owner.call("PUT", &hide, None),
            owner.call("PUT", &hide, None),
            bob.call("DELETE", &taken, None),
            owner.call("DELETE", &taken, None),
            async {
                for _ in 0..5 {
                    bob.call("PUT", &like, None).await.expect(200);
                    bob.call("DELETE", &like, None).await.expect(200);
                }
                ada.call("PUT", &like, None).await
            },
        );
        for done in [&one, &two] {
            assert_eq!(done.status, 201, "{}", done.text());
        }
        assert!(three.status == 200 && four.status == 200 && seven.status == 200);
        let mut away = [five.status.as_u16(), six.status.as_u16()];
        away.sort_unstable();
        assert_eq!(away, [204, 404], "of two who take it away one does");
        world.settle().await;
        // The top, three of his of which one is hidden, one more, one reply.
        assert_eq!(count(&world, &video).await, 5);
        let counted = world.rows("comments").await.iter().filter(|row| row.contains("counted=1")).count();
        assert_eq!(counted, 5);
        let listed = bob.get(&format!("/api/v1/videos/{video}/comments")).await.json();
        let top = listed["items"].as_array().unwrap().iter().find(|item| item["id"] == top).unwrap();
        assert_eq!(top["like_count"], 1);
    }
}

on_both! {
    async fn what_races_with_leaving_and_removing_leaves_nothing(world: World) {
        // All join before anybody leaves: one unused name in a thousand is refused for the sake of each who has left.
        let mut people = Vec::new();
        for round in 0..4 {
            let join = async |name: &str| world.client().join(&format!("{name}{round}")).await;
            people.push((join("owner").await, join("ada").await, join("bob").await));
        }
        for (round, (owner, ada, bob)) in people.into_iter().enumerate() {
            let video = world.plant(&owner, b"bytes").await;
            let top = said(&ada, &video, "top").await;
            let handle = format!("ada{round}");
            let (like, gone) = (format!("/api/v1/comments/{top}/like"), format!("/api/v1/videos/{video}"));
            let (account, one, two, three, four) = tokio::join!(
                leave(&world, &ada, &handle),
                reply(&bob, &video, &top, "late"),
                say(&ada, &video, "late too"),
                bob.call("PUT", &like, None),
                async { if round % 2 == 1 { Some(owner.call("DELETE", &gone, None).await) } else { None } },
            );
            for done in [Some(one), Some(two), Some(three), four].into_iter().flatten() {
                assert!(done.status.as_u16() < 500, "{}", done.text());
            }
            for _ in 0..4 {
                world.run_jobs().await;
                world.clock.advance_seconds(10);
            }
            assert_eq!(left_of(&world, account).await, [] as [&str; 0], "round {round}");
            if round % 2 == 0 {
                assert_eq!(count(&world, &video).await, 0, "round {round}");
            }
        }
        assert!(world.rows("comments").await.is_empty(), "{:?}", world.rows("comments").await);
    }
}

on_both! {
    async fn a_minute_and_a_day_have_their_limits(world: World) {
        world.to_a_new_day();
        let (_, ada, bob, video) = stage(&world).await;
        for number in 0..12 {
            said(&ada, &video, &number.to_string()).await;
        }
        let limited = say(&ada, &video, "one too many").await.expect(429);
        let wait: i64 = limited.headers["retry-after"].to_str().unwrap().parse().unwrap();
        assert!((1..=60).contains(&wait), "{wait}");
        said(&bob, &video, "another may").await;
        world.clock.advance_seconds(wait);
        said(&ada, &video, "a minute later").await;
    }
}
