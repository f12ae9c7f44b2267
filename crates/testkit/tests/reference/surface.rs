//! The interface, the bytes and the pages against the model: random worlds and histories, every route.

use std::collections::{BTreeMap, BTreeSet};

use axum::http::header;
use outro_testkit::{On, Reply, World, on_both};
use serde_json::Value;

use crate::asking::{Named, TAG};
use crate::hidden::{NO_HANDLE, NO_ID};
use crate::model::{Answer, Ask, Comment, Id, Talk};
use crate::random::{Rng, number, say};
use crate::routes::{Names, Route, Rule, asked};
use crate::stage::{AUDIENCES, Filed, PEOPLE, Stage, Thing};

/// One question: who asks what of whom.
struct Question {
    route: Route,
    viewer: Option<Id>,
    person: Id,
    video: usize,
    comment: usize,
    talk: usize,
    /// The report, of those that were made; none where there is none.
    report: Option<usize>,
    /// For an answer to all.
    accept: bool,
    /// The place of an audience in [`AUDIENCES`].
    audience: usize,
    dismisses: bool,
}

impl Question {
    /// The names of all that it is about, as the server knows them.
    fn named(&self, stage: &Stage) -> Named {
        let nothing = Named::nothing(NO_HANDLE, NO_ID);
        let person = &stage.people[self.person];
        let talk = stage.talks.get(self.talk).cloned().unwrap_or((NO_ID.into(), NO_ID.into()));
        Named {
            handle: person.handle.clone(),
            video: stage.videos[self.video].clone(),
            comment: stage.comments.get(self.comment).cloned().unwrap_or(NO_ID.into()),
            talk: talk.0,
            said: talk.1,
            report: self.report.map_or(NO_ID.into(), |report| stage.reports[report].id.clone()),
            session: stage.people[(self.viewer.unwrap_or(0) + 1) % PEOPLE].session.clone(),
            password: format!("{}-password", person.handle),
            typed: if self.accept { person.handle.clone() } else { TAG.into() },
            audience: AUDIENCES[self.audience].1,
            act: if self.dismisses { "dismiss" } else { "look" },
            accept: self.accept,
            ..nothing
        }
    }

    async fn send(&self, stage: &Stage) -> Reply {
        let asker = self.viewer.map_or(&stage.nobody, |me| &stage.people[me].asker);
        asker.ask(&self.route, &self.named(stage)).await
    }
}

/// What the model answers; what is done is done in its world.
fn expected(stage: &mut Stage, question: &Question) -> Answer {
    let &Question { route, viewer, person, video, comment, .. } = question;
    let Some(me) = viewer else {
        let world = &stage.world;
        return match route.rule {
            Rule::Open | Rule::Entry => Answer::Yes,
            Rule::SignIn if stage.is_there(person) => Answer::Yes,
            Rule::Profile => world.may(None, Ask::Card(person)),
            Rule::Videos => world.may(None, Ask::Profile(person)),
            Rule::Followers => world.may(None, Ask::Followers(person)),
            Rule::Following => world.may(None, Ask::Following(person)),
            Rule::Video => world.may(None, Ask::Video(video)),
            Rule::Rendition | Rule::Watch => world.may(None, Ask::Bytes(video)),
            Rule::Cover => world.may(None, Ask::Cover(video)),
            Rule::Comments => world.may(None, Ask::Comments(video)),
            Rule::Replies => world.may(None, Ask::OneComment(comment)),
            Rule::Download | Rule::Receipt => Answer::Hidden,
            Rule::Queue | Rule::Case | Rule::Decide if route.is_page() => Answer::Hidden,
            Rule::Feed | Rule::Search | Rule::Tagged => Answer::Yes,
            // It takes an account, whatever it is about.
            _ => Answer::Refused,
        };
    };
    match of_ties(stage, question, me) {
        Some(answer) => answer,
        None => of_content(stage, question, me),
    }
}

/// Accounts and what stands between them.
fn of_ties(stage: &mut Stage, question: &Question, me: Id) -> Option<Answer> {
    let &Question { route, viewer, person, accept, .. } = question;
    let there = stage.is_there(person);
    let world = &mut stage.world;
    Some(match route.rule {
        Rule::Open | Rule::Entry | Rule::Own | Rule::SeeAsStranger => Answer::Yes,
        Rule::OwnActing if world.may_act(me) => Answer::Yes,
        Rule::OwnActing => Answer::Refused,
        Rule::SignIn if there || route.is_page() => Answer::Yes,
        Rule::SignIn => Answer::Refused,
        // A form says that it is as it was wished.
        Rule::EndSession if route.is_page() => Answer::Yes,
        Rule::EndSession | Rule::Receipt => Answer::Hidden,
        Rule::Follow => world.follow(me, person),
        Rule::Unfollow => world.unfollow(me, person),
        Rule::Block => world.block(me, person, true),
        Rule::Unblock => world.block(me, person, false),
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
        // Also while away: it is nothing that is done to anybody but by who looks at it.
        Rule::ReportAccount | Rule::ReportAccountPage if me == person => Answer::Refused,
        Rule::ReportAccount | Rule::ReportAccountPage => world.may(viewer, Ask::Card(person)),
        Rule::SeeAs | Rule::Profile => world.may(viewer, Ask::Card(person)),
        Rule::Videos => world.may(viewer, Ask::Profile(person)),
        Rule::Followers => world.may(viewer, Ask::Followers(person)),
        Rule::Following => world.may(viewer, Ask::Following(person)),
        Rule::Requests | Rule::Blocked | Rule::Muted | Rule::Notifications | Rule::Talks => Answer::Yes,
        Rule::Feed | Rule::FeedFollowing | Rule::FeedFriends | Rule::Suggestions => Answer::Yes,
        Rule::Search | Rule::Tagged => Answer::Yes,
        Rule::Message => world.may(viewer, Ask::Message(person)),
        Rule::Queue | Rule::Case | Rule::Decide => of_reports(stage, question, me),
        _ => return None,
    })
}

/// The moderators' rooms. Reports on oneself are not there.
fn of_reports(stage: &Stage, question: &Question, me: Id) -> Answer {
    if !stage.moderates(me) {
        return Answer::Hidden;
    }
    let Some(filed) = question.report.map(|report| &stage.reports[report]) else {
        return if question.route.rule == Rule::Queue { Answer::Yes } else { Answer::Hidden };
    };
    match question.route.rule {
        Rule::Queue => Answer::Yes,
        _ if stage.subject(filed.thing) == Some(me) => Answer::Hidden,
        Rule::Decide if !filed.open => Answer::Refused,
        _ => Answer::Yes,
    }
}

/// Videos, comments, conversations.
fn of_content(stage: &Stage, question: &Question, me: Id) -> Answer {
    let &Question { route, viewer, person, video, comment, talk, .. } = question;
    let world = &stage.world;
    let of_owner = |answer: Answer, owner: Id| match answer {
        Answer::Yes if owner == me => Answer::Refused,
        answer => answer,
    };
    // Where somebody would be refused who looks at what was reported, they see it, and do nothing.
    let looking = |ask: Ask| match world.may(viewer, ask) {
        Answer::Hidden if stage.looks_at(me, video) => {
            let mut office = world.clone();
            office.accounts[me].moderator = true;
            office.may(viewer, ask)
        }
        answer => answer,
    };
    // What cannot be watched cannot be sent on, whatever else is to be said; the page for it is not there either.
    let shared = |answer: Answer| match answer {
        _ if route.is_page() && looking(Ask::Video(video)) == Answer::Hidden => Answer::Hidden,
        Answer::Yes => looking(Ask::Bytes(video)),
        answer => answer,
    };
    match route.rule {
        Rule::ReportVideo | Rule::ReportVideoPage => of_owner(looking(Ask::Video(video)), world.videos[video].owner),
        Rule::ReportComment | Rule::ReportCommentPage => {
            of_owner(world.may(viewer, Ask::OneComment(comment)), world.comments[comment].author)
        }
        Rule::Video | Rule::SendOn => looking(Ask::Video(video)),
        Rule::Change | Rule::SetAudiences => world.may(viewer, Ask::Change(video)),
        Rule::Remove => world.may(viewer, Ask::Remove(video)),
        Rule::Like | Rule::Unlike => world.may(viewer, Ask::Like(video)),
        Rule::Rendition => looking(Ask::Bytes(video)),
        Rule::Watch => world.may(viewer, Ask::Bytes(video)),
        Rule::Cover => looking(Ask::Cover(video)),
        Rule::Download => world.may(viewer, Ask::Download(video)),
        Rule::Comments => world.may(viewer, Ask::Comments(video)),
        Rule::Comment => world.may(viewer, Ask::Comment(video)),
        Rule::Replies => world.may(viewer, Ask::OneComment(comment)),
        Rule::LikeComment => world.may(viewer, Ask::LikeComment(comment)),
        Rule::RemoveComment => world.may(viewer, Ask::RemoveComment(comment)),
        Rule::HideComment | Rule::ShowComment => world.may(viewer, Ask::HideComment(comment)),
        Rule::Talk | Rule::Said | Rule::ChangeTalk | Rule::ClearTalk => world.may(viewer, Ask::Talk(talk)),
        Rule::Say => world.may(viewer, Ask::Say(talk)),
        Rule::Share => shared(world.may(viewer, Ask::Say(talk))),
        Rule::ShareWith => shared(world.may(viewer, Ask::Message(person))),
        Rule::ForgetMessage => world.may(viewer, Ask::ForgetMessage(talk)),
        Rule::LeaveTalk => world.may(viewer, Ask::Leave(talk)),
        rule => panic!("{rule:?} has no answer"),
    }
}

/// What the server answered. Nobody who is not signed in is told to sign in by a page: they are led there. A form that did what it
/// was sent for leads on.
fn answered(route: &Route, reply: &Reply) -> Answer {
    let to = reply.headers.get(header::LOCATION).and_then(|to| to.to_str().ok()).unwrap_or_default();
    match reply.status.as_u16() {
        303 if to.starts_with("/login") => Answer::Refused,
        303 if to == "/requests" && matches!(route.rule, Rule::Accept | Rule::Decline) => Answer::Hidden,
        200..=299 | 303 => Answer::Yes,
        404 => Answer::Hidden,
        // Of a video that cannot be sent on, nothing is said but that there is none.
        422 if matches!(route.rule, Rule::Share | Rule::ShareWith) => Answer::Hidden,
        401 | 403 | 409 => Answer::Refused,
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

/// What an answer that was given must show, and must not.
struct Held<'a> {
    stage: &'a Stage,
    question: &'a Question,
    reply: &'a Reply,
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

    fn hold(&self) {
        let (world, Question { route, viewer, person, .. }) = (&self.stage.world, self.question);
        let (viewer, person) = (*viewer, *person);
        match (route.rule, viewer) {
            (Rule::Profile, _) => self.hold_profile(),
            (Rule::Videos, _) => assert_eq!(self.videos(), self.of_owner(viewer, person)),
            (Rule::Followers, _) => self.people(|one| world.follower(one, person) && self.listed(one)),
            (Rule::Following, _) => self.people(|one| world.follower(person, one) && self.listed(one)),
            (Rule::Requests, Some(me)) => self.people(|one| world.requests.has(one, me) && self.listed(one)),
            (Rule::Muted, Some(me)) => self.people(|one| world.mutes.has(me, one) && self.listed(one)),
            (Rule::Blocked, Some(me)) => {
                self.people(|one| world.blocks.has(me, one) && world.seen_past_own_block(me, one));
            }
            (Rule::Feed | Rule::FeedFollowing | Rule::FeedFriends, _) => self.hold_feed(),
            (Rule::Video | Rule::Tagged, _) if route.is_page() => {
                let looked = |one| viewer.is_some_and(|me| self.stage.looks_at(me, one));
                assert!(self.videos().into_iter().all(|one| self.may(Ask::Video(one)) || looked(one)));
            }
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

    fn hold_comments(&self) {
        let (stage, text) = (self.stage, self.reply.text());
        let under = (0..stage.comments.len()).filter(|&one| stage.world.comments[one].video == self.question.video);
        let expected: BTreeSet<&str> =
            under.filter(|&one| self.may(Ask::OneComment(one))).map(|one| stage.comments[one].as_str()).collect();
        let found: BTreeSet<&str> =
            stage.comments.iter().map(String::as_str).filter(|id| text.contains(*id)).collect();
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
                let people = all["items"].as_array().unwrap().iter().flat_map(|item| item["people"].as_array().unwrap());
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
        assert!(!typed || !self.may(Ask::Found(person)) || found.contains(&person), "{person} is not found: {:?}", self.stage.world.accounts[person]);
    }

    /// One's own profile with others' eyes: of each video whether they see it, on the page too.
    fn hold_sight(&self, me: Id, whose: Option<Id>) {
        let (stage, world) = (self.stage, &self.stage.world);
        let theirs = |video: usize| match whose {
            Some(person) => world.may(Some(person), Ask::Video(video)) == Answer::Yes,
            None => world.may(None, Ask::Video(video)) == Answer::Yes,
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

fn question(stage: &Stage, rng: &mut Rng, routes: &[Route]) -> Option<Question> {
    let route = rng.pick(routes);
    let viewer = Some(rng.below(PEOPLE + 1)).filter(|&viewer| viewer < PEOPLE && stage.is_there(viewer));
    let (person, mut video) = (rng.below(PEOPLE), rng.below(stage.videos.len()));
    let names = route.names();
    // The latest: those before were mostly taken away.
    let latest = |rng: &mut Rng, of: usize| of.saturating_sub(1 + rng.below(of.clamp(1, 20)));
    let (comment, talk) = (latest(rng, stage.comments.len()), latest(rng, stage.talks.len()));
    if names.contains(&Names::Comment) && stage.comments.is_empty() {
        return None;
    }
    if names.contains(&Names::Talk) && stage.talks.is_empty() {
        return None;
    }
    if names.contains(&Names::Comment) {
        video = stage.world.comments[comment].video;
    }
    let there: Vec<usize> =
        (0..stage.reports.len()).filter(|&one| stage.subject(stage.reports[one].thing).is_some()).collect();
    let report = Some(there).filter(|there| !there.is_empty() && !rng.one_in(4)).map(|there| rng.pick(&there));
    let (accept, dismisses, audience) = (rng.one_in(2), rng.one_in(4), rng.below(AUDIENCES.len()));
    let question =
        Question { route, viewer, person, video, comment, talk, report, accept, audience, dismisses };
    // What a moderator sees below a video that they look at is held by the tests of moderation.
    let below = matches!(route.rule, Rule::Comments | Rule::Watch | Rule::Like | Rule::Unlike | Rule::Comment);
    let office = viewer.is_some_and(|me| stage.looks_at(me, video));
    if office && (below || names.contains(&Names::Comment) || matches!(route.rule, Rule::Share | Rule::ShareWith)) {
        return None;
    }
    let own = viewer == Some(stage.world.videos[video].owner);
    // So that the world does not run out of ties and of videos; and passwords take their time.
    let seldom = match route.rule {
        Rule::Block => 8,
        Rule::SignIn => 12,
        Rule::Remove if own => 10,
        Rule::RemoveComment => 3,
        Rule::LeaveTalk => 4,
        Rule::Unfollow | Rule::RemoveFollower | Rule::Decline | Rule::AnswerAll | Rule::Mute => 4,
        Rule::Own | Rule::Open | Rule::Entry => 3,
        _ => 1,
    };
    rng.one_in(seldom).then_some(question)
}

/// What was done to a video or to a comment is done in the model's world.
async fn done(stage: &mut Stage, question: &Question, reply: &Reply) {
    let (video, comment, talk) = (question.video, question.comment, question.talk);
    match question.route.rule {
        Rule::Remove => stage.world.remove(video),
        Rule::SetAudiences => stage.world.videos[video].audience = AUDIENCES[question.audience].0,
        Rule::Change if question.route.is_page() => {
            stage.world.videos[video].audience = AUDIENCES[question.audience].0;
        }
        Rule::AnswerAll => stage.server.run_jobs().await,
        Rule::RemoveComment => stage.world.comments[comment].gone = true,
        Rule::HideComment => stage.world.comments[comment].hidden = true,
        Rule::ShowComment => stage.world.comments[comment].hidden = false,
        Rule::Comment => {
            let author = question.viewer.unwrap();
            stage.comments.push(written(stage, question, reply).await);
            stage.world.comments.push(Comment { video, author, hidden: false, gone: false });
        }
        Rule::ReportAccount => filed(stage, question, reply, Thing::Account(question.person)).await,
        Rule::ReportVideo => filed(stage, question, reply, Thing::Video(video)).await,
        Rule::ReportComment => filed(stage, question, reply, Thing::Comment(comment)).await,
        Rule::Decide => decided(stage, question),
        Rule::Message | Rule::ShareWith => begun(stage, question, reply).await,
        Rule::Say | Rule::Share => said(stage, talk, question.viewer.unwrap()).await,
        Rule::LeaveTalk => {
            let mine = stage.world.place(question.viewer, talk).unwrap();
            stage.world.talks[talk].people[mine] = None;
            stage.server.run_jobs().await;
        }
        Rule::ClearTalk | Rule::ForgetMessage => {
            let mine = stage.world.place(question.viewer, talk).unwrap();
            stage.world.talks[talk].forgotten[mine] = true;
        }
        _ => {}
    }
}

/// The id of a comment that was just written. A page does not say it: it is the one that was not there before.
async fn written(stage: &Stage, question: &Question, reply: &Reply) -> String {
    if !question.route.is_page() {
        return reply.json()["id"].as_str().unwrap().to_owned();
    }
    let path = format!("/api/v1/videos/{}/comments?limit=50", stage.videos[question.video]);
    let newest = stage.people[question.viewer.unwrap()].client.get(&path).await.expect(200).json();
    words(&newest, "id").into_iter().find(|id| !stage.comments.contains(id)).expect("what was written")
}

/// A report that was made; doing it again while it is open is the same one.
async fn filed(stage: &mut Stage, question: &Question, reply: &Reply, thing: Thing) {
    let by = question.viewer.unwrap();
    if stage.reports.iter().any(|filed| filed.open && filed.by == by && filed.thing == thing) {
        return;
    }
    let id = if question.route.is_page() {
        let mine = stage.people[by].client.get("/api/v1/me/reports").await.expect(200).json();
        let known: BTreeSet<&String> = stage.reports.iter().map(|filed| &filed.id).collect();
        words(&mine, "id").into_iter().find(|id| !known.contains(id)).expect("what was reported")
    } else {
        reply.json()["id"].as_str().unwrap().to_owned()
    };
    stage.reports.push(Filed { id, by, thing, open: true, looking: vec![] });
}

/// Leaving things as they are closes every report of the thing, and with them the right to look at it.
fn decided(stage: &mut Stage, question: &Question) {
    let (me, report) = (question.viewer.unwrap(), question.report.unwrap());
    if question.dismisses {
        let thing = stage.reports[report].thing;
        stage.reports.iter_mut().filter(|filed| filed.thing == thing).for_each(|filed| filed.open = false);
    } else if !stage.reports[report].looking.contains(&me) {
        stage.reports[report].looking.push(me);
    }
}

/// The last that was said in a conversation.
async fn said(stage: &mut Stage, talk: usize, me: Id) {
    let path = format!("/api/v1/conversations/{}/messages?limit=1", stage.talks[talk].0);
    let last = stage.people[me].client.get(&path).await.expect(200).json();
    stage.talks[talk].1 = last["items"][0]["id"].as_str().unwrap().to_owned();
    let it = &mut stage.world.talks[talk];
    it.said_by = Some(me);
    it.forgotten.iter_mut().for_each(|gone| *gone = false);
}

/// Two people have one conversation; it begins with a message.
async fn begun(stage: &mut Stage, question: &Question, reply: &Reply) {
    let me = question.viewer.unwrap();
    let id = if question.route.is_page() {
        let to = reply.headers[header::LOCATION].to_str().unwrap();
        to.trim_start_matches("/inbox/").trim_end_matches("#end").to_owned()
    } else {
        reply.json()["id"].as_str().unwrap().to_owned()
    };
    let people = vec![question.viewer, Some(question.person)];
    let both = |talk: &Talk| !talk.group && people.iter().all(|one| talk.people.contains(one));
    let place = stage.world.talks.iter().position(both);
    assert_eq!(place, stage.talks.iter().position(|talk| talk.0 == id), "two people have two conversations");
    let place = place.unwrap_or_else(|| {
        stage.talks.push((id, String::new()));
        stage.world.talks.push(Talk { people, group: false, said_by: None, forgotten: vec![false; 2] });
        stage.talks.len() - 1
    });
    said(stage, place, me).await;
}

async fn ask(stage: &mut Stage, question: &Question) {
    let Question { route, viewer, person, video, comment, talk, .. } = question;
    let history = format!("{route:?} by {viewer:?} of {person} / {video} / {comment} / {talk}");
    let before = stage.world.clone();
    if route.rule == Rule::Search {
        // What was changed comes into the index by and by.
        outro_app::finding::catch_up(&stage.server.app).await.unwrap();
    }
    let expected = expected(stage, question);
    let reply = question.send(stage).await;
    let found = answered(route, &reply);
    let leak = if expected == Answer::Yes { "a wrong refusal" } else { "a leak" };
    assert_eq!(found, expected, "{leak}: {history}\n{}\n{before:?}", reply.status);
    if found == Answer::Yes {
        done(stage, question, &reply).await;
        if !question.route.is_form() || reply.status == 200 {
            Held { stage: &*stage, question, reply: &reply }.hold();
        }
    }
}

type Told = BTreeMap<(&'static str, &'static str, Rule), u64>;

/// One world with its history, until `least` questions were asked and each route was asked.
async fn history(world: World, salt: u64, least: u64) -> (u64, Told) {
    let mut rng = Rng::new(salt);
    // A comment below a comment is held by the tests of comments: here it is asked of what is hidden.
    let routes: Vec<Route> = asked().into_iter().filter(|route| route.rule != Rule::Reply).collect();
    let mut stage = Stage::new(world, &mut rng).await;
    let (mut count, mut told) = (0_u64, Told::new());
    while count < least || told.len() < routes.len() {
        // Sessions and follows of one moment have no order between them.
        stage.server.clock.advance_seconds(1);
        stage.change(&mut rng).await;
        for _ in 0..12 {
            let Some(question) = question(&stage, &mut rng, &routes) else { continue };
            ask(&mut stage, &question).await;
            let Route { method, template, rule } = question.route;
            *told.entry((method, template, rule)).or_default() += 1;
            count += 1;
        }
    }
    (count, told)
}

on_both! {
    async fn every_route_answers_as_the_reference_says(world: World) {
        let least = number("OUTRO_REFERENCE_REQUESTS", 10_000);
        // Worlds side by side: what is not there waits for its beat, and another goes on meanwhile.
        let worlds = number("OUTRO_REFERENCE_WORLDS", 4);
        let on = if world.database.starts_with("postgres") { On::Postgres } else { On::Sqlite };
        let mut histories = vec![tokio::spawn(history(world, 7, least / worlds))];
        for salt in 1..worlds {
            histories.push(tokio::spawn(history(World::start(on).await, 7 + salt, least / worlds)));
        }
        let (mut count, mut all) = (0, Told::new());
        for history in histories {
            let (asked, told) = history.await.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()));
            count += asked;
            told.into_iter().for_each(|(route, asked)| *all.entry(route).or_default() += asked);
        }
        let fewest = all.values().min().unwrap();
        say(&format!("{count} requests over {} routes on {on:?}, each {fewest} times or more: 0 leaks, 0 wrong refusals", all.len()));
    }
}
