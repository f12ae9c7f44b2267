//! The interface, the bytes and the pages against the model: random worlds and histories, every route.

use std::collections::BTreeMap;

use axum::http::header;
use outro_testkit::{On, Reply, World, on_both};

use crate::asking::{Named, TAG};
use crate::doing::done;
use crate::held::Held;
use crate::hidden::{NO_HANDLE, NO_ID};
use crate::model::{Answer, Ask, Id};
use crate::random::{Rng, number, say};
use crate::routes::{Names, Route, Rule, asked};
use crate::stage::{AUDIENCES, PEOPLE, Stage};

/// One question: who asks what of whom.
pub(crate) struct Question {
    pub(crate) route: Route,
    pub(crate) viewer: Option<Id>,
    pub(crate) person: Id,
    pub(crate) video: usize,
    pub(crate) comment: usize,
    pub(crate) talk: usize,
    /// The report, of those that were made; none where there is none.
    pub(crate) report: Option<usize>,
    /// For an answer to all.
    pub(crate) accept: bool,
    /// The place of an audience in [`AUDIENCES`].
    pub(crate) audience: usize,
    pub(crate) dismisses: bool,
}

impl Question {
    /// The names of all that it is about, as the server knows them.
    fn named(&self, stage: &Stage) -> Named {
        let nothing = Named::nothing(NO_HANDLE, NO_ID);
        let person = &stage.people[self.person];
        let another = &stage.people[(self.viewer.unwrap_or(0) + 1) % PEOPLE];
        let talk = stage.talks.get(self.talk).cloned().unwrap_or((NO_ID.into(), NO_ID.into()));
        Named {
            handle: person.handle.clone(),
            video: stage.videos[self.video].clone(),
            comment: stage.comments.get(self.comment).cloned().unwrap_or(NO_ID.into()),
            sound: stage.sounds[self.video].clone(),
            talk: talk.0,
            said: talk.1,
            report: self.report.map_or(NO_ID.into(), |report| stage.reports[report].id.clone()),
            session: another.session.clone(),
            takeout: another.takeout.clone(),
            upload: another.upload.clone(),
            draft: another.draft.clone(),
            playlist: if self.route.rule == Rule::Playlist { person } else { another }.playlist.clone(),
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
            Rule::Videos | Rule::Pins | Rule::Lists | Rule::Playlist => world.may(None, Ask::Profile(person)),
            Rule::Followers => world.may(None, Ask::Followers(person)),
            Rule::Following => world.may(None, Ask::Following(person)),
            Rule::Video => world.may(None, Ask::Video(video)),
            // With its own sound alone.
            Rule::Av1 if world.heard(None, video) => Answer::Hidden,
            Rule::Rendition
            | Rule::Av1
            | Rule::Preview
            | Rule::Watch
            | Rule::PassOn
            | Rule::Sound
            | Rule::SoundVideos => world.may(None, Ask::Bytes(video)),
            Rule::Cover => world.may(None, Ask::Cover(video)),
            Rule::Comments => world.may(None, Ask::Comments(video)),
            Rule::Replies => world.may(None, Ask::OneComment(comment)),
            Rule::Download => world.may(None, Ask::Download(video)),
            Rule::Original | Rule::Receipt | Rule::NotMade => Answer::Hidden,
            Rule::Queue | Rule::Case | Rule::Decide if route.is_page() => Answer::Hidden,
            Rule::Feed | Rule::Search | Rule::Tagged | Rule::Sounds => Answer::Yes,
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
        Rule::EndSession | Rule::Receipt | Rule::Takeout | Rule::Upload | Rule::Draft | Rule::NotMade => Answer::Hidden,
        // It is another's.
        Rule::ListChange | Rule::ListPut => Answer::Hidden,
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
        Rule::Videos | Rule::Pins | Rule::Lists | Rule::Playlist => world.may(viewer, Ask::Profile(person)),
        Rule::Followers => world.may(viewer, Ask::Followers(person)),
        Rule::Following => world.may(viewer, Ask::Following(person)),
        Rule::Requests | Rule::Blocked | Rule::Muted | Rule::Notifications | Rule::Talks => Answer::Yes,
        Rule::Feed | Rule::FeedFollowing | Rule::FeedFriends | Rule::Suggestions => Answer::Yes,
        Rule::Search | Rule::Tagged | Rule::Sounds => Answer::Yes,
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
    let looking = |ask: Ask| stage.looking(viewer, ask, video);
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
        Rule::Change | Rule::SetAudiences | Rule::Statistics => world.may(viewer, Ask::Change(video)),
        Rule::Remove => world.may(viewer, Ask::Remove(video)),
        Rule::Like | Rule::Unlike => world.may(viewer, Ask::Like(video)),
        // A sound is seen by whoever may watch the video that it is the sound of.
        Rule::Av1 if world.heard(viewer, video) => Answer::Hidden,
        Rule::Rendition | Rule::Av1 | Rule::Preview | Rule::Sound | Rule::SoundVideos => looking(Ask::Bytes(video)),
        Rule::Gift => world.may(viewer, Ask::Gift(video)),
        Rule::Watch | Rule::PassOn => world.may(viewer, Ask::Bytes(video)),
        Rule::Cover => looking(Ask::Cover(video)),
        Rule::Download => world.may(viewer, Ask::Download(video)),
        Rule::Original => world.may(viewer, Ask::Original(video)),
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

fn question(stage: &Stage, rng: &mut Rng, route: Route) -> Option<Question> {
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
    let question = Question { route, viewer, person, video, comment, talk, report, accept, audience, dismisses };
    // What a moderator sees below a video that they look at is held by the tests of moderation.
    let below = matches!(
        route.rule,
        Rule::Comments | Rule::Watch | Rule::PassOn | Rule::Like | Rule::Unlike | Rule::Gift | Rule::Comment
    );
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

async fn ask(stage: &mut Stage, question: &Question) {
    let Question { route, viewer, person, video, comment, talk, .. } = question;
    let history = format!("{route:?} by {viewer:?} of {person} / {video} / {comment} / {talk}");
    let before = stage.world.clone();
    if matches!(route.rule, Rule::Search | Rule::Sounds) {
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

const fn key(route: &Route) -> (&'static str, &'static str, Rule) {
    (route.method, route.template, route.rule)
}

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
            // Those that were not asked yet come up more often, so that none is left out.
            let left: Vec<Route> = routes.iter().filter(|route| !told.contains_key(&key(route))).copied().collect();
            let route = if left.is_empty() || !rng.one_in(4) { rng.pick(&routes) } else { rng.pick(&left) };
            let Some(question) = question(&stage, &mut rng, route) else { continue };
            ask(&mut stage, &question).await;
            *told.entry(key(&question.route)).or_default() += 1;
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
