//! The interface, the bytes and the pages against the model: random worlds and histories, every route.

use std::collections::{BTreeMap, BTreeSet};

use axum::body::Body;
use axum::http::{Request, header};
use outro_testkit::{Client, Reply, on_both};
use serde_json::{Value, json};

use crate::model::{Answer, Ask, Comment, Id, Talk};
use crate::random::{Rng, number, say};
use crate::routes::{Rule, asked};
use crate::stage::{PEOPLE, Stage};

/// The hashtag that captions are changed to.
const TAG: &str = "reference";

/// One question: who asks what of whom.
struct Question {
    method: &'static str,
    template: &'static str,
    rule: Rule,
    viewer: Option<Id>,
    person: Id,
    video: usize,
    comment: usize,
    talk: usize,
    /// For an answer to all.
    accept: bool,
}

impl Question {
    fn path(&self, stage: &Stage) -> String {
        let list = matches!(self.rule, Rule::Videos | Rule::Followers | Rule::Following | Rule::Requests)
            || matches!(self.rule, Rule::Blocked | Rule::Muted | Rule::Feed | Rule::SeeAs)
            || matches!(self.rule, Rule::Suggestions | Rule::Tagged)
            || matches!(self.rule, Rule::FeedFollowing | Rule::FeedFriends | Rule::Comments);
        let path = self.template.replace("{handle}", &stage.people[self.person].handle);
        let id = match self.rule {
            rule if rule.is_of_a_comment() => &stage.comments[self.comment],
            rule if rule.is_of_a_talk() => &stage.talks[self.talk].0,
            _ => &stage.videos[self.video],
        };
        let path = stage.talks.get(self.talk).map_or(path.clone(), |talk| path.replace("{message}", &talk.1));
        let path = path.replace("{id}", id).replace("{tag}", TAG);
        if self.rule == Rule::Search {
            return format!("{path}?q={}&limit=50", ["person", TAG][self.video % 2]);
        }
        if list { format!("{path}?limit=50") } else { path }
    }

    fn is_page(&self) -> bool {
        use Rule::{
            PageComments, PageFeed, PageFollowers, PageFollowing, PageGift, PageOffice, PageProfile, PageReportAccount,
            PageReportVideo, PageSeeAs, PageSendOn, PageSuggestions, PageTagged, PageTalk, PageTimeline, PageVideo,
        };
        let other = matches!(self.rule, PageFollowers | PageFollowing | PageSeeAs | PageComments)
            || matches!(self.rule, PageReportAccount | PageReportVideo | PageGift | PageOffice)
            || matches!(self.rule, PageSuggestions | PageTagged | PageTalk | PageSendOn);
        other || matches!(self.rule, PageFeed | PageTimeline | PageProfile | PageVideo)
    }

    async fn send(&self, stage: &Stage) -> Reply {
        let nobody = stage.server.client();
        let client = self.viewer.map_or(&nobody, |me| &stage.people[me].client);
        let path = self.path(stage);
        let body = match self.rule {
            Rule::Change => Some(json!({ "caption": format!("changed #{TAG}") })),
            Rule::AnswerAll => Some(json!({ "accept": self.accept })),
            Rule::Comment => Some(json!({ "text": "a comment" })),
            Rule::Message => Some(json!({ "to": [stage.people[self.person].handle], "text": "a beginning" })),
            Rule::Say => Some(json!({ "text": "a message" })),
            Rule::ChangeTalk if self.template.ends_with("/read") => Some(json!({})),
            Rule::Watch => Some(json!({ "watched_ms": 1500 })),
            Rule::Gift => Some(json!({ "coins": 1, "key": fresh_key() })),
            Rule::Report => Some(json!({ "video": stage.videos[self.video], "reason": "spam" })),
            Rule::Office if self.method == "POST" => Some(json!({ "act": "look" })),
            _ => None,
        };
        if self.is_page() { page(client, &path).await } else { client.call(self.method, &path, body).await }
    }
}

/// A page as the browser of somebody signed in gets it.
pub(crate) async fn page(client: &Client, path: &str) -> Reply {
    let mut request = Request::get(path);
    if let Some(token) = &client.token {
        request = request.header(header::COOKIE, format!("outro_session={token}"));
    }
    client.anonymous().send(request.body(Body::empty()).unwrap()).await
}

/// A key that no gift had before.
fn fresh_key() -> String {
    static NEXT: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);
    NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed).to_string()
}

/// What the model answers; what is done is done in its world.
fn expected(stage: &mut Stage, question: &Question) -> Answer {
    let &Question { rule, viewer, person, video, comment, talk, accept, .. } = question;
    let world = &mut stage.world;
    let Some(me) = viewer else {
        return match rule {
            Rule::Profile | Rule::PageProfile => world.may(None, Ask::Card(person)),
            Rule::Videos => world.may(None, Ask::Profile(person)),
            Rule::Followers | Rule::PageFollowers => world.may(None, Ask::Followers(person)),
            Rule::Following | Rule::PageFollowing => world.may(None, Ask::Following(person)),
            Rule::Video | Rule::PageVideo => world.may(None, Ask::Video(video)),
            Rule::Rendition | Rule::Watch => world.may(None, Ask::Bytes(video)),
            Rule::Cover => world.may(None, Ask::Cover(video)),
            Rule::Comments | Rule::PageComments => world.may(None, Ask::Comments(video)),
            Rule::Replies => world.may(None, Ask::OneComment(comment)),
            Rule::Download | Rule::PageOffice => Answer::Hidden,
            Rule::Feed | Rule::PageFeed | Rule::Search | Rule::Tagged | Rule::PageTagged => Answer::Yes,
            // It takes an account, whatever it is about.
            _ => Answer::Refused,
        };
    };
    match rule {
        Rule::Follow => world.follow(me, person),
        Rule::Unfollow => world.unfollow(me, person),
        Rule::Block => world.block(me, person, true),
        Rule::Unblock => world.block(me, person, false),
        Rule::PageReportAccount if me == person => Answer::Refused,
        Rule::PageReportAccount => world.may(viewer, Ask::Card(person)),
        // Also while away: it is nothing that is done to anybody but by who looks at it.
        Rule::Report | Rule::PageReportVideo => match world.may(viewer, Ask::Video(video)) {
            Answer::Yes if world.videos[video].owner == me => Answer::Refused,
            answer => answer,
        },
        Rule::Office | Rule::PageOffice => Answer::Hidden,
        Rule::Dismiss => world.dismiss(me, person),
        Rule::Mute => world.mute(me, person, true),
        Rule::Unmute => world.mute(me, person, false),
        Rule::Accept => world.accept(me, person),
        Rule::Decline => world.decline(me, person),
        Rule::RemoveFollower => world.remove_follower(me, person),
        Rule::AnswerAll if accept && !world.may_act(me) => Answer::Refused,
        Rule::AnswerAll => {
            for asking in 0..PEOPLE {
                if world.requests.has(asking, me) && accept {
                    world.accept(me, asking);
                } else {
                    world.requests.set(asking, me, false);
                }
            }
            Answer::Yes
        }
        Rule::SeeAs | Rule::PageSeeAs | Rule::Profile | Rule::PageProfile => world.may(viewer, Ask::Card(person)),
        Rule::Videos => world.may(viewer, Ask::Profile(person)),
        Rule::Followers | Rule::PageFollowers => world.may(viewer, Ask::Followers(person)),
        Rule::Following | Rule::PageFollowing => world.may(viewer, Ask::Following(person)),
        Rule::Requests | Rule::Blocked | Rule::Muted => Answer::Yes,
        Rule::Feed | Rule::FeedFollowing | Rule::FeedFriends | Rule::PageFeed | Rule::PageTimeline => Answer::Yes,
        Rule::Video | Rule::PageVideo => world.may(viewer, Ask::Video(video)),
        Rule::Change => world.may(viewer, Ask::Change(video)),
        Rule::Remove => world.may(viewer, Ask::Remove(video)),
        Rule::Like | Rule::Unlike => world.may(viewer, Ask::Like(video)),
        Rule::Gift | Rule::PageGift => world.may(viewer, Ask::Gift(video)),
        Rule::Rendition | Rule::Watch => world.may(viewer, Ask::Bytes(video)),
        Rule::Cover => world.may(viewer, Ask::Cover(video)),
        Rule::Download => world.may(viewer, Ask::Download(video)),
        Rule::Comments | Rule::PageComments => world.may(viewer, Ask::Comments(video)),
        Rule::Comment => world.may(viewer, Ask::Comment(video)),
        Rule::Replies => world.may(viewer, Ask::OneComment(comment)),
        Rule::LikeComment => world.may(viewer, Ask::LikeComment(comment)),
        Rule::RemoveComment => world.may(viewer, Ask::RemoveComment(comment)),
        Rule::HideComment | Rule::ShowComment => world.may(viewer, Ask::HideComment(comment)),
        Rule::Message => world.may(viewer, Ask::Message(person)),
        Rule::Talk | Rule::Said | Rule::ChangeTalk | Rule::ClearTalk | Rule::PageTalk => {
            world.may(viewer, Ask::Talk(talk))
        }
        Rule::Say => world.may(viewer, Ask::Say(talk)),
        Rule::ForgetMessage => world.may(viewer, Ask::ForgetMessage(talk)),
        // Only a group is left.
        Rule::LeaveTalk if world.may(viewer, Ask::Talk(talk)) == Answer::Yes => Answer::Refused,
        Rule::LeaveTalk => Answer::Hidden,
        Rule::PageSendOn => world.may(viewer, Ask::Video(video)),
        Rule::Nobodys | Rule::Notifications | Rule::Talks | Rule::Suggestions | Rule::PageSuggestions => Answer::Yes,
        Rule::Search | Rule::Tagged | Rule::PageTagged => Answer::Yes,
    }
}

/// What the server answered. Nobody who is not signed in is told to sign in by a page: they are led there.
fn answered(reply: &Reply) -> Answer {
    match reply.status.as_u16() {
        200..=299 => Answer::Yes,
        404 => Answer::Hidden,
        303 | 401 | 403 | 409 => Answer::Refused,
        other => panic!("{other}: {}", reply.text()),
    }
}

fn words(list: &Value, of: &str) -> BTreeSet<String> {
    words_in(&list["items"], of)
}

fn words_in(items: &Value, of: &str) -> BTreeSet<String> {
    let items = items.as_array().unwrap();
    items.iter().map(|item| item[of].as_str().unwrap().to_owned()).collect()
}

/// Holds what stands in an answer that was given: who is in a list, which videos, whether more than the card is shown.
fn hold_content(stage: &Stage, question: &Question, reply: &Reply) {
    let (world, viewer, person) = (&stage.world, question.viewer, question.person);
    let people = |among: &dyn Fn(Id) -> bool| -> BTreeSet<String> {
        (0..PEOPLE).filter(|&one| among(one)).map(|one| stage.people[one].handle.clone()).collect()
    };
    // Reading: while one is away oneself, one stands in no list, in those that one looks at neither.
    let away = viewer.filter(|&me| !world.may_act(me));
    let seen = |one: Id| away != Some(one) && world.may(viewer, Ask::Card(one)) == Answer::Yes;
    let videos = |by: Option<Id>| -> BTreeSet<String> {
        let all = 0..stage.videos.len();
        let theirs =
            all.filter(|&video| world.videos[video].owner == person && world.may(by, Ask::Video(video)) == Answer::Yes);
        theirs.map(|video| stage.videos[video].clone()).collect()
    };
    match (question.rule, viewer) {
        (Rule::Profile, _) => {
            let profile = world.may(viewer, Ask::Profile(person)) == Answer::Yes;
            for field in ["bio", "video_count", "like_count", "follower_count", "following_count"] {
                assert_eq!(!reply.json()[field].is_null(), profile, "{field}");
            }
        }
        (Rule::Videos, _) => assert_eq!(words(&reply.json(), "id"), videos(viewer)),
        (Rule::Followers, _) => {
            assert_eq!(words(&reply.json(), "handle"), people(&|one| world.follower(one, person) && seen(one)));
        }
        (Rule::Following, _) => {
            assert_eq!(words(&reply.json(), "handle"), people(&|one| world.follower(person, one) && seen(one)));
        }
        (Rule::Requests, Some(me)) => {
            assert_eq!(words(&reply.json(), "handle"), people(&|one| world.requests.has(one, me) && seen(one)));
        }
        (Rule::Blocked, Some(me)) => {
            let kept = |one| world.blocks.has(me, one) && world.seen_past_own_block(me, one);
            assert_eq!(words(&reply.json(), "handle"), people(&kept));
        }
        (Rule::Muted, Some(me)) => {
            assert_eq!(words(&reply.json(), "handle"), people(&|one| world.mutes.has(me, one) && seen(one)));
        }
        _ => hold_sights(stage, question, reply),
    }
}

/// Feeds, pages, and one's own profile with others' eyes: nothing stands there that must not.
fn hold_sights(stage: &Stage, question: &Question, reply: &Reply) {
    let (world, viewer, person) = (&stage.world, question.viewer, question.person);
    let may = |by: Option<Id>, video: usize| world.may(by, Ask::Bytes(video)) == Answer::Yes;
    let of_id = |id: &str| stage.videos.iter().position(|one| one == id);
    match (question.rule, viewer) {
        // What a feed leaves out is its own affair; what it shows is not.
        (Rule::Feed | Rule::FeedFollowing | Rule::FeedFriends, _) => {
            for id in words(&reply.json(), "id") {
                let video = of_id(&id).expect("a video that is there");
                let owner = world.videos[video].owner;
                let tied = match (question.rule, viewer) {
                    (Rule::FeedFollowing, Some(me)) => world.follower(me, owner),
                    (Rule::FeedFriends, Some(me)) => world.friends(me, owner),
                    _ => true,
                };
                assert!(tied, "the feed of {viewer:?} shows one of {owner}");
                assert!(may(viewer, video), "the feed shows {:?}", world.videos[video]);
                let muted = viewer.is_some_and(|me| world.mutes.has(me, owner));
                assert!(!muted, "the feed shows what was muted");
            }
        }
        (Rule::PageFeed | Rule::PageTimeline | Rule::PageTagged | Rule::PageProfile | Rule::PageVideo, _) => {
            let text = reply.text();
            let shown = (0..stage.videos.len()).filter(|&video| text.contains(stage.videos[video].as_str()));
            for video in shown {
                assert_eq!(
                    world.may(viewer, Ask::Video(video)),
                    Answer::Yes,
                    "the page shows {:?}",
                    world.videos[video]
                );
            }
        }
        (Rule::Comments, _) => {
            let under = (0..stage.comments.len()).filter(|&one| world.comments[one].video == question.video);
            let seen = under.filter(|&one| world.may(viewer, Ask::OneComment(one)) == Answer::Yes);
            let expected: BTreeSet<String> = seen.map(|one| stage.comments[one].clone()).collect();
            let found = words(&reply.json(), "id");
            assert!(found.is_subset(&expected), "{found:?} {expected:?}");
            assert_eq!(found.len(), expected.len().min(50), "comments are missing");
        }
        (Rule::Notifications, _) => {
            let all = reply.json();
            let actors = all["items"].as_array().unwrap().iter().flat_map(|item| item["actors"].as_array().unwrap());
            for handle in actors.map(|actor| actor["handle"].as_str().unwrap()) {
                let actor = of_handle(stage, handle);
                assert_eq!(world.may(viewer, Ask::Card(actor)), Answer::Yes, "told of {actor}");
            }
        }
        (Rule::Talks | Rule::Talk | Rule::Said, _) => hold_talks(stage, question, reply),
        (Rule::Suggestions | Rule::PageSuggestions, Some(me)) => hold_suggestions(stage, question, reply, me),
        (Rule::Search, _) => {
            let found = reply.json();
            for handle in words_in(&found["accounts"], "handle") {
                assert_eq!(world.may(viewer, Ask::Found(of_handle(stage, &handle))), Answer::Yes, "found {handle}");
            }
            for id in words_in(&found["videos"], "id") {
                let video = of_id(&id).expect("a video that is there");
                assert!(may(viewer, video), "found {:?}", world.videos[video]);
            }
        }
        (Rule::Tagged, _) => {
            for video in words(&reply.json(), "id").iter().map(|id| of_id(id).expect("a video that is there")) {
                assert!(may(viewer, video), "tagged {:?}", world.videos[video]);
            }
        }
        (Rule::SeeAs, Some(me)) => {
            for item in reply.json()["items"].as_array().unwrap() {
                let video = of_id(item["video"]["id"].as_str().unwrap()).expect("a video that is there");
                let theirs = world.may(Some(person), Ask::Video(video)) == Answer::Yes;
                assert_eq!(item["visible"], theirs, "{me} as {person} sees {:?}", world.videos[video]);
            }
        }
        _ => {}
    }
}

fn of_handle(stage: &Stage, handle: &str) -> Id {
    stage.people.iter().position(|one| one.handle == handle).expect("somebody who is there")
}

/// Of those one talks with, who may not be seen has no name; whether one may write is said as it is.
fn hold_talks(stage: &Stage, question: &Question, reply: &Reply) {
    let (world, viewer, all) = (&stage.world, question.viewer, reply.json());
    let named = |person: &Value| -> Option<Id> { Some(of_handle(stage, person["handle"].as_str()?)) };
    let hold = |person: &Value| {
        let shown = named(person).is_none_or(|one| world.may(viewer, Ask::Card(one)) == Answer::Yes);
        assert!(shown, "{person} is named");
    };
    match question.rule {
        Rule::Talk => {
            let mine = world.place(viewer, question.talk).expect("one who is in it");
            let other = world.talks[question.talk].people[1 - mine];
            let seen = other.filter(|&other| world.may(viewer, Ask::Card(other)) == Answer::Yes);
            assert_eq!(named(&all["people"][0]), seen, "{all}");
            let may = world.may(viewer, Ask::Say(question.talk)) == Answer::Yes;
            assert_eq!(all["may_send"] == "yes", may, "{all}");
        }
        Rule::Said => all["items"].as_array().unwrap().iter().for_each(|item| hold(&item["sender"])),
        _ => {
            let people = all["items"].as_array().unwrap().iter().flat_map(|item| item["people"].as_array().unwrap());
            people.for_each(hold);
        }
    }
}

/// Nobody is suggested who must not be, or whom one has dismissed, follows or asks already.
fn hold_suggestions(stage: &Stage, question: &Question, reply: &Reply, me: Id) {
    let world = &stage.world;
    let shown: BTreeSet<Id> = if question.rule == Rule::Suggestions {
        words(&reply.json(), "handle").iter().map(|handle| of_handle(stage, handle)).collect()
    } else {
        let text = reply.text();
        let stands = |one: &Id| *one != me && text.contains(&format!("@{}\"", stage.people[*one].handle));
        (0..PEOPLE).filter(stands).collect()
    };
    for one in shown {
        assert_eq!(world.may(Some(me), Ask::Suggested(one)), Answer::Yes, "{me} is suggested {one}");
        let known = world.follows.has(me, one) || world.requests.has(me, one) || world.dismissed.has(me, one);
        assert!(!known, "{me} is suggested {one} in spite of all");
    }
}

fn question(stage: &Stage, rng: &mut Rng, routes: &[(&'static str, &'static str, Rule)]) -> Option<Question> {
    let (method, template, rule) = rng.pick(routes);
    let viewer = Some(rng.below(PEOPLE + 1)).filter(|&viewer| viewer < PEOPLE && stage.is_there(viewer));
    let (person, video) = (rng.below(PEOPLE), rng.below(stage.videos.len()));
    if rule.is_of_a_comment() && stage.comments.is_empty() {
        return None;
    }
    // The latest: those before were mostly taken away.
    let comment = stage.comments.len().saturating_sub(1 + rng.below(20.min(stage.comments.len()).max(1)));
    if rule.is_of_a_talk() && stage.talks.is_empty() {
        return None;
    }
    let talk = stage.talks.len().saturating_sub(1 + rng.below(stage.talks.len().clamp(1, 20)));
    let question = Question { method, template, rule, viewer, person, video, comment, talk, accept: rng.one_in(2) };
    let own = viewer == Some(stage.world.videos[video].owner);
    // So that the world does not run out of ties and of videos.
    let seldom = match rule {
        Rule::Block => 8,
        Rule::Remove if own => 10,
        Rule::RemoveComment => 3,
        Rule::Unfollow | Rule::RemoveFollower | Rule::Decline | Rule::AnswerAll | Rule::Mute => 4,
        _ => 1,
    };
    rng.one_in(seldom).then_some(question)
}

/// What was done to a video or to a comment is done in the model's world.
async fn done(stage: &mut Stage, question: &Question, reply: &Reply) {
    let (video, comment, talk) = (question.video, question.comment, question.talk);
    match question.rule {
        Rule::Remove => stage.world.remove(video),
        Rule::AnswerAll => stage.server.run_jobs().await,
        Rule::RemoveComment => stage.world.comments[comment].gone = true,
        Rule::HideComment => stage.world.comments[comment].hidden = true,
        Rule::ShowComment => stage.world.comments[comment].hidden = false,
        Rule::Comment => {
            let author = question.viewer.unwrap();
            stage.world.comments.push(Comment { video, author, hidden: false, gone: false });
            stage.comments.push(reply.json()["id"].as_str().unwrap().to_owned());
        }
        Rule::Message => begun(stage, question, &reply.json()),
        Rule::Say => {
            stage.talks[talk].1 = reply.json()["id"].as_str().unwrap().to_owned();
            stage.world.talks[talk].forgotten = [false; 2];
        }
        Rule::ClearTalk | Rule::ForgetMessage => {
            let mine = stage.world.place(question.viewer, talk).unwrap();
            stage.world.talks[talk].forgotten[mine] = true;
        }
        _ => {}
    }
}

/// Two people have one conversation; it begins with a message.
fn begun(stage: &mut Stage, question: &Question, reply: &Value) {
    let [id, said] = [&reply["id"], &reply["last_message"]["id"]].map(|id| id.as_str().unwrap().to_owned());
    let begun = Talk { people: [question.viewer, Some(question.person)], forgotten: [false; 2] };
    let both = |talk: &Talk| begun.people.iter().all(|one| talk.people.contains(one));
    let place = stage.world.talks.iter().position(both);
    assert_eq!(place, stage.talks.iter().position(|talk| talk.0 == id), "two people have two conversations");
    if let Some(place) = place {
        stage.talks[place].1 = said;
        stage.world.talks[place].forgotten = [false; 2];
    } else {
        stage.talks.push((id, said));
        stage.world.talks.push(begun);
    }
}

async fn ask(stage: &mut Stage, question: &Question) {
    let history = format!("{:?} by {:?} of {} / {}", question.rule, question.viewer, question.person, question.video);
    let before = stage.world.clone();
    let expected = expected(stage, question);
    let reply = question.send(stage).await;
    let found = answered(&reply);
    let leak = if expected == Answer::Yes { "a wrong refusal" } else { "a leak" };
    assert_eq!(found, expected, "{leak}: {history}\n{}\n{before:?}", reply.status);
    if found == Answer::Yes {
        done(stage, question, &reply).await;
        hold_content(stage, question, &reply);
    }
}

on_both! {
    async fn every_route_answers_as_the_reference_says(world: World) {
        let least = number("OUTRO_REFERENCE_REQUESTS", 2500);
        let (routes, mut rng) = (asked(), Rng::new(7));
        let mut stage = Stage::new(world, &mut rng).await;
        let (mut count, mut told) = (0_u64, BTreeMap::<String, u64>::new());
        while count < least || told.len() < routes.len() {
            // Sessions and follows of one moment have no order between them.
            stage.server.clock.advance_seconds(1);
            stage.change(&mut rng).await;
            for _ in 0..12 {
                let Some(question) = question(&stage, &mut rng, &routes) else { continue };
                ask(&mut stage, &question).await;
                *told.entry(format!("{} {}", question.method, question.template)).or_default() += 1;
                count += 1;
            }
        }
        let least_asked = told.iter().min_by_key(|(_, count)| **count).unwrap();
        say(&format!("{count} requests over {} routes, each {} times or more: 0 leaks, 0 wrong refusals", told.len(), least_asked.1));
    }
}
