//! What stands in an answer that was given: who is in a list, which videos, whether more than the card is shown. Nothing that must
//! not, and nothing is missing that must.

use std::collections::BTreeSet;

use outro_testkit::Reply;
use serde_json::{Value, json};

use crate::model::{Answer, Ask, Id, Talk, Way};
use crate::routes::Rule;
use crate::stage::{MIX, PEOPLE, Stage};
use crate::surface::Question;

pub(crate) fn words(list: &Value, of: &str) -> BTreeSet<String> {
    words_in(&list["items"], of)
}

fn words_in(items: &Value, of: &str) -> BTreeSet<String> {
    let items = items.as_array().unwrap();
    items.iter().map(|item| item[of].as_str().unwrap().to_owned()).collect()
}

/// What an answer that was given must show, and must not.
pub(crate) struct Held<'a> {
    pub(crate) stage: &'a Stage,
    pub(crate) question: &'a Question,
    pub(crate) reply: &'a Reply,
}

impl Held<'_> {
    fn may(&self, ask: Ask) -> bool {
        self.stage.world.may(self.question.viewer, ask) == Answer::Yes
    }

    /// In lists one looks past nothing: and while one is away oneself, one stands in none, in those that one looks at neither.
    fn listed(&self, one: Id) -> bool {
        let away = self.question.viewer.filter(|&me| !self.stage.world.may_act(me));
        away != Some(one) && self.may(Ask::Card(one))
    }

    /// Line 4: who is not to be found is in nobody's list, but for those who know each other already.
    fn among_others(&self, one: Id) -> bool {
        let (world, person) = (&self.stage.world, self.question.person);
        let known = |me: Id| me == person || me == one || world.follower(me, one) || world.follower(one, me);
        self.listed(one) && (self.question.viewer.is_some_and(known) || world.accounts[one].discoverable)
    }

    /// Exactly these people stand in it. A page names oneself and whose list it is besides.
    fn people(&self, among: impl Fn(Id) -> bool) {
        let expected: BTreeSet<Id> = (0..PEOPLE).filter(|&one| among(one)).collect();
        if !self.question.route.is_page() {
            let found: BTreeSet<Id> =
                words(&self.reply.json(), "handle").iter().map(|handle| of_handle(self.stage, handle)).collect();
            assert_eq!(found, expected, "{:?}", self.question.route);
            return;
        }
        let others = |one: &Id| Some(*one) != self.question.viewer && *one != self.question.person;
        let found: BTreeSet<Id> = self.named().into_iter().filter(others).collect();
        assert_eq!(found, expected.into_iter().filter(others).collect::<BTreeSet<Id>>(), "{:?}", self.question.route);
    }

    /// Who is named on a page, or linked to.
    fn named(&self) -> BTreeSet<Id> {
        let text = self.reply.text();
        let stands = |handle: &str| text.contains(&format!("@{handle}\"")) || text.contains(&format!("@{handle}<"));
        (0..PEOPLE).filter(|&one| stands(&self.stage.people[one].handle)).collect()
    }

    /// The videos in it.
    fn videos(&self) -> BTreeSet<usize> {
        let stage = self.stage;
        if self.question.route.is_page() {
            let text = self.reply.text();
            return (0..stage.videos.len()).filter(|&one| text.contains(stage.videos[one].as_str())).collect();
        }
        words(&self.reply.json(), "id").iter().map(|id| of_video(stage, id)).collect()
    }

    fn of_owner(&self, by: Option<Id>, owner: Id) -> BTreeSet<usize> {
        let world = &self.stage.world;
        let theirs = |&one: &usize| world.videos[one].owner == owner && world.may(by, Ask::Video(one)) == Answer::Yes;
        (0..self.stage.videos.len()).filter(theirs).collect()
    }

    pub(crate) fn hold(&self) {
        let (world, Question { route, viewer, person, .. }) = (&self.stage.world, self.question);
        let (viewer, person) = (*viewer, *person);
        match (route.rule, viewer) {
            (Rule::Profile, _) => self.hold_profile(),
            (Rule::Videos, _) => assert_eq!(self.videos(), self.of_owner(viewer, person)),
            // Which of them stand there is held by `publishing`.
            (Rule::Pins | Rule::Playlist, _) => {
                let found = match (route.rule, route.is_page()) {
                    (Rule::Playlist, false) => {
                        words_in(&self.reply.json()["items"], "id").iter().map(|id| of_video(self.stage, id)).collect()
                    }
                    _ => self.videos(),
                };
                assert!(found.is_subset(&self.of_owner(viewer, person)), "{found:?}");
            }
            (Rule::Followers, _) => self.people(|one| world.follower(one, person) && self.among_others(one)),
            (Rule::Following, _) => self.people(|one| world.follower(person, one) && self.among_others(one)),
            (Rule::Requests, Some(me)) => self.people(|one| world.requests.has(one, me) && self.listed(one)),
            (Rule::Muted, Some(me)) => self.people(|one| world.mutes.has(me, one) && self.listed(one)),
            (Rule::Blocked, Some(me)) => {
                self.people(|one| world.blocks.has(me, one) && world.seen_past_own_block(me, one));
            }
            (Rule::Feed | Rule::FeedFollowing | Rule::FeedFriends, _) => self.hold_feed(),
            (Rule::Rendition, _) => self.hold_bytes(),
            (Rule::Sound | Rule::SoundVideos, _) => self.hold_sound(),
            (Rule::Sounds, _) => self.hold_library(),
            (Rule::Video | Rule::Tagged, _) if route.is_page() => {
                let looked = |one| viewer.is_some_and(|me| self.stage.looks_at(me, one));
                assert!(self.videos().into_iter().all(|one| self.may(Ask::Video(one)) || looked(one)));
            }
            (Rule::Video, _) => self.hold_credit(),
            (Rule::Tagged, _) => assert!(self.videos().into_iter().all(|one| self.may(Ask::Bytes(one)))),
            (Rule::Comments, _) => self.hold_comments(),
            (Rule::Notifications, _) => self.hold_notices(),
            (Rule::Talks | Rule::Talk | Rule::Said, _) => self.hold_talks(),
            (Rule::Suggestions, Some(me)) => self.hold_suggestions(me),
            (Rule::Search, _) => self.hold_search(),
            (Rule::SeeAs, Some(me)) => self.hold_sight(me, Some(person)),
            (Rule::SeeAsStranger, Some(me)) => self.hold_sight(me, None),
            (Rule::Queue | Rule::Case, Some(me)) => self.hold_office(me),
            _ => {}
        }
    }

    /// Of a profile the card is told, and the rest where it is not kept; on its page stand exactly the videos that may be seen.
    fn hold_profile(&self) {
        let Question { viewer, person, route, .. } = *self.question;
        if route.is_page() {
            return assert_eq!(self.videos(), self.of_owner(viewer, person));
        }
        for field in ["bio", "video_count", "like_count", "follower_count", "following_count"] {
            assert_eq!(!self.reply.json()[field].is_null(), self.may(Ask::Profile(person)), "{field}");
        }
    }

    /// What For You leaves out is its own affair. Following and Friends show all that may be watched of those whom one follows.
    fn hold_feed(&self) {
        let (world, viewer) = (&self.stage.world, self.question.viewer);
        let wanted = |&video: &usize| {
            let owner = world.videos[video].owner;
            let tied = match (self.question.route.rule, viewer) {
                (Rule::FeedFollowing, Some(me)) => world.follower(me, owner),
                (Rule::FeedFriends, Some(me)) => world.friends(me, owner),
                _ => true,
            };
            let muted = viewer.is_some_and(|me| world.mutes.has(me, owner));
            tied && !muted && self.may(Ask::Bytes(video))
        };
        let (found, expected) = (self.videos(), (0..self.stage.videos.len()).filter(wanted).collect::<BTreeSet<_>>());
        assert!(found.is_subset(&expected), "the feed shows {:?}", found.difference(&expected));
        if self.question.route.rule != Rule::Feed && !self.question.route.is_page() {
            assert_eq!(found, expected, "videos are missing");
        }
    }

    /// Which sound is heard, to the byte.
    fn hold_bytes(&self) {
        let Question { viewer, video, route, .. } = *self.question;
        let heard = route.method == "GET" && self.stage.world.heard(viewer, video);
        assert_eq!(route.method == "GET" && self.reply.body == MIX, heard, "another sound is heard of {video}");
    }

    /// The sound that a video names is the one that is heard in it.
    fn hold_credit(&self) {
        let (stage, &Question { viewer, video, .. }) = (self.stage, self.question);
        let all = self.reply.json();
        let found = &all["sound"];
        let of_another = stage.world.videos[video].plays.filter(|_| stage.world.heard(viewer, video));
        for (way, field) in [(Way::Duet, "may_duet"), (Way::Stitch, "may_stitch")] {
            assert_eq!(all[field], stage.world.joins(video, way), "{field} of {video}: {all}");
        }
        let (name, joined) = match of_another {
            Some((from, Way::Sound)) => (json!([stage.sounds[from], false]), Value::Null),
            Some((from, Way::Duet)) => (json!([null, null]), json!(["duet", stage.videos[from]])),
            Some((from, Way::Stitch)) => (json!([null, null]), json!(["stitch", stage.videos[from]])),
            None => (json!([stage.sounds[video], true]), Value::Null),
        };
        assert_eq!(json!([found["id"], found["original"]]), name, "{all}");
        let seen = &all["joined"];
        let seen = if seen.is_null() { Value::Null } else { json!([seen["way"], seen["video_id"]]) };
        assert_eq!(seen, joined, "{all}");
    }

    /// Of a sound: the videos that use it, who may use it, and how many do, as far as everybody may watch them. A page shows besides
    /// the video that it is the sound of.
    fn hold_sound(&self) {
        let (stage, world, &Question { viewer, video, route, .. }) = (self.stage, &self.stage.world, self.question);
        let uses: Vec<usize> =
            (0..stage.videos.len()).filter(|&one| world.videos[one].plays == Some((video, Way::Sound))).collect();
        if route.is_page() || route.rule == Rule::SoundVideos {
            let seen = |&one: &usize| stage.looking(viewer, Ask::Bytes(one), one) == Answer::Yes;
            let listed = uses.into_iter().filter(|one| seen(one) && world.heard(viewer, *one));
            let expected: BTreeSet<usize> = listed.chain(route.is_page().then_some(video)).collect();
            return assert_eq!(self.videos(), expected, "{route:?}");
        }
        let found = self.reply.json();
        assert_eq!(found["can_use"], self.may(Ask::Use(video)), "{found}");
        let hears = |by: Option<Id>| world.may(by, Ask::Hear(video)) == Answer::Yes;
        let open = |&one: &usize| {
            let seen = [None, viewer].iter().all(|by| world.may(*by, Ask::Bytes(one)) == Answer::Yes);
            seen && hears(viewer) && hears(Some(world.videos[one].owner))
        };
        assert_eq!(found["use_count"], uses.iter().filter(|one| open(one)).count(), "{found}");
    }

    /// In the library stands no sound that the viewer may not hear where it comes from, and none that nobody may use.
    fn hold_library(&self) {
        let (stage, world, viewer) = (self.stage, &self.stage.world, self.question.viewer);
        let text = self.reply.text();
        let listed = (0..stage.sounds.len()).filter(|&one| text.contains(&stage.sounds[one]));
        for one in listed {
            let may = |ask| world.may(viewer, ask) == Answer::Yes;
            assert!(may(Ask::Bytes(one)) && may(Ask::Hear(one)), "the sound of {one} is listed for {viewer:?}");
        }
    }

    fn hold_comments(&self) {
        let (stage, text) = (self.stage, self.reply.text());
        let under = (0..stage.comments.len()).filter(|&one| stage.world.comments[one].video == self.question.video);
        let expected: BTreeSet<&str> =
            under.filter(|&one| self.may(Ask::OneComment(one))).map(|one| stage.comments[one].as_str()).collect();
        let found: BTreeSet<&str> = stage.comments.iter().map(String::as_str).filter(|id| text.contains(*id)).collect();
        assert!(found.is_subset(&expected), "{found:?} {expected:?}");
        let page = if self.question.route.is_page() { 30 } else { 50 };
        assert_eq!(found.len(), expected.len().min(page), "comments are missing");
    }

    /// One is told of nobody whom one must not be told of, and of no video that one may not see.
    fn hold_notices(&self) {
        let actors: BTreeSet<Id> = if self.question.route.is_page() {
            self.named().into_iter().filter(|one| Some(*one) != self.question.viewer).collect()
        } else {
            let all = self.reply.json();
            let actors = all["items"].as_array().unwrap().iter().flat_map(|item| item["actors"].as_array().unwrap());
            actors.map(|actor| of_handle(self.stage, actor["handle"].as_str().unwrap())).collect()
        };
        for actor in actors {
            assert!(self.may(Ask::NotifiedOf(actor)), "told of {actor}");
        }
    }

    /// Of those one talks with, who may not be seen has no name; whether one may write is said as it is.
    fn hold_talks(&self) {
        let (stage, question, world) = (self.stage, self.question, &self.stage.world);
        if question.route.is_page() {
            let others = self.named().into_iter().filter(|one| Some(*one) != question.viewer);
            return others.for_each(|one| assert!(self.may(Ask::Card(one)), "{one} is named"));
        }
        let all = self.reply.json();
        let named = |person: &Value| -> Option<Id> { Some(of_handle(stage, person["handle"].as_str()?)) };
        let hold = |person: &Value| {
            let shown = named(person).is_none_or(|one| self.may(Ask::Card(one)));
            assert!(shown, "{person} is named");
        };
        match question.route.rule {
            Rule::Talk => {
                let Talk { people, group, .. } = &world.talks[question.talk];
                let others = people.iter().flatten().filter(|one| Some(**one) != question.viewer);
                let seen: BTreeSet<Id> = others.copied().filter(|&other| self.may(Ask::Card(other))).collect();
                let found: BTreeSet<Id> = all["people"].as_array().unwrap().iter().filter_map(named).collect();
                assert_eq!(found, seen, "{all}");
                assert_eq!(all["may_send"] == "yes", self.may(Ask::Say(question.talk)), "{all}");
                assert_eq!(all["group"], *group, "{all}");
            }
            Rule::Said => all["items"].as_array().unwrap().iter().for_each(|item| hold(&item["sender"])),
            _ => {
                let people =
                    all["items"].as_array().unwrap().iter().flat_map(|item| item["people"].as_array().unwrap());
                people.for_each(hold);
            }
        }
    }

    /// Nobody is suggested who must not be, or whom one has dismissed, follows or asks already.
    fn hold_suggestions(&self, me: Id) {
        let world = &self.stage.world;
        let shown: BTreeSet<Id> = if self.question.route.is_page() {
            self.named().into_iter().filter(|one| *one != me).collect()
        } else {
            words(&self.reply.json(), "handle").iter().map(|handle| of_handle(self.stage, handle)).collect()
        };
        for one in shown {
            assert!(self.may(Ask::Suggested(one)), "{me} is suggested {one}");
            let known = world.follows.has(me, one) || world.requests.has(me, one) || world.dismissed.has(me, one);
            assert!(!known, "{me} is suggested {one} in spite of all");
        }
    }

    /// Nothing is found that may not be; and whose whole handle was typed is found, if they may be.
    fn hold_search(&self) {
        let (found, videos): (BTreeSet<Id>, BTreeSet<usize>) = if self.question.route.is_page() {
            (self.named().into_iter().filter(|one| Some(*one) != self.question.viewer).collect(), self.videos())
        } else {
            let found = self.reply.json();
            let accounts = words_in(&found["accounts"], "handle");
            let videos = words_in(&found["videos"], "id").iter().map(|id| of_video(self.stage, id)).collect();
            (accounts.iter().map(|handle| of_handle(self.stage, handle)).collect(), videos)
        };
        // A page of what was found names the owners of videos too, whom one may see though not find.
        let owners: BTreeSet<Id> = videos.iter().map(|&video| self.stage.world.videos[video].owner).collect();
        let named = |one: Id| self.may(Ask::Found(one)) || (self.question.route.is_page() && owners.contains(&one));
        assert!(found.iter().all(|&one| named(one)), "found {found:?}");
        assert!(videos.iter().all(|&video| self.may(Ask::Bytes(video))), "found {videos:?}");
        let person = self.question.person;
        // Oneself one may find, and need not: the index leaves out who may be found by nobody else.
        let typed = self.question.accept && Some(person) != self.question.viewer;
        assert!(
            !typed || !self.may(Ask::Found(person)) || found.contains(&person),
            "{person} is not found: {:?}",
            self.stage.world.accounts[person]
        );
    }

    /// One's own profile with others' eyes: of each video whether they see it, on the page too.
    fn hold_sight(&self, me: Id, whose: Option<Id>) {
        let (stage, world) = (self.stage, &self.stage.world);
        let theirs = |video: usize| match whose {
            Some(person) => world.may(Some(person), Ask::Video(video)) == Answer::Yes,
            // Reading: who is asked for as a stranger stands for the grown-up ones.
            None => {
                let mut grown = world.clone();
                grown.videos[video].for_adults = false;
                grown.may(None, Ask::Video(video)) == Answer::Yes
            }
        };
        if self.question.route.is_page() {
            let text = self.reply.text();
            let (shown, kept) = text.split_once("class=\"unseen\"").unwrap_or((&text, ""));
            for video in self.of_owner(Some(me), me) {
                let id = stage.videos[video].as_str();
                assert_eq!((shown.contains(id), kept.contains(id)), (theirs(video), !theirs(video)), "{video}");
            }
            return;
        }
        for item in self.reply.json()["items"].as_array().unwrap() {
            let video = of_video(stage, item["video"]["id"].as_str().unwrap());
            assert_eq!(item["visible"], theirs(video), "{me} as {whose:?} sees {:?}", world.videos[video]);
        }
    }

    /// A moderator is told what was reported, and of nobody before they look.
    fn hold_office(&self, me: Id) {
        if self.question.route.rule == Rule::Case {
            let filed = &self.stage.reports[self.question.report.unwrap()];
            let looks = filed.open && filed.looking.contains(&me);
            let subject = self.stage.subject(filed.thing);
            let named: BTreeSet<Id> = self.named().into_iter().filter(|one| *one != me).collect();
            assert!(named.is_empty() || looks, "{named:?} is named before anybody looks");
            assert!(named.into_iter().all(|one| Some(one) == subject), "somebody else is named");
        } else if !self.question.route.is_page() {
            for id in words(&self.reply.json(), "id") {
                let filed = self.stage.reports.iter().find(|filed| filed.id == id);
                let own = filed.is_some_and(|filed| self.stage.subject(filed.thing) == Some(me));
                assert!(!own, "a moderator finds what was reported of themselves");
            }
        }
    }
}

fn of_handle(stage: &Stage, handle: &str) -> Id {
    stage.people.iter().position(|one| one.handle == handle).expect("somebody who is there")
}

fn of_video(stage: &Stage, id: &str) -> usize {
    stage.videos.iter().position(|one| one == id).expect("a video that is there")
}
