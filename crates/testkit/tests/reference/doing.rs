//! What was done to the server is done in the model's world.

use std::collections::BTreeSet;

use axum::http::header;
use outro_testkit::Reply;

use crate::held::words;
use crate::model::{Comment, Id, Talk};
use crate::routes::Rule;
use crate::stage::{AUDIENCES, Filed, Stage, Thing};
use crate::surface::Question;

/// What was done to a video or to a comment is done in the model's world.
pub(crate) async fn done(stage: &mut Stage, question: &Question, reply: &Reply) {
    let (video, comment, talk) = (question.video, question.comment, question.talk);
    match question.route.rule {
        Rule::Remove => stage.world.remove(video),
        Rule::SetAudiences => stage.world.videos[video].audience = AUDIENCES[question.audience].0,
        Rule::Change if question.route.template.ends_with("/audience") => {
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
