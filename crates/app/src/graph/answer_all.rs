//! One answer to all follow requests that are open: noted at once, given to each by a job, in batches.

use outro_db::Tx;
use outro_jobs::{Job, Lane, NewJob, Outcome};
use outro_model::{AccountId, JobId};
use outro_policy::{Action, decide};
use outro_store::answers::{self, Answer, Request};
use outro_store::{accounts, graph};

use super::{Other, hold_live, or_gone};
use crate::notify::{self, About, Kind, Told};
use crate::{App, AppError, Signed, standing};

/// The kind of the job that gives the answer.
pub(crate) const JOB: &str = "graph.answer";
/// Requests that one transaction answers: their counts are held while it runs.
const BATCH: i64 = 50;

/// Accepts, or declines, all requests that are open at this moment; later ones stay open. When this returns
/// none of them stands in the list of requests any more; a job gives the answer to each. A second answer
/// while the first is being given holds for those that still wait.
///
/// Who cannot be seen just now (on hiatus, say) is not accepted unseen: that request is open again
/// afterwards, and stands in the list once they are back. Declining is for all.
pub async fn answer_all(app: &App, signed: &Signed, accept: bool) -> Result<(), AppError> {
    let me = signed.account;
    let mut tx = app.db.write().await?;
    if accept {
        standing::hold_present(&mut tx, me).await?;
    } else {
        hold_live(&mut tx, me).await?;
    }
    note_answer(app, &mut tx, me, accept).await?;
    tx.commit().await?;
    app.queue.wake();
    Ok(())
}

/// Notes the answer, in a transaction that holds the account, and enqueues the job that gives it.
pub(crate) async fn note_answer(app: &App, tx: &mut Tx, me: AccountId, accept: bool) -> Result<(), AppError> {
    let now = app.clock.now();
    answers::put(tx, me, Answer { accept, until: now }).await?;
    let id = JobId::random(&*app.random);
    let job = NewJob { id, kind: JOB, lane: Lane::Prompt, account: Some(me), video: None, run_at: now };
    Ok(outro_jobs::enqueue(tx, &job).await?)
}

/// Gives the answer of a job's account to each request it is meant for. Stopped anywhere, it goes on with
/// those that are left.
pub(crate) async fn run(app: &App, job: &Job) -> Outcome {
    let Some(owner) = job.account else { return Outcome::Done };
    let mut reached = None;
    loop {
        match batch(app, owner, reached).await {
            Ok(Some(further)) => reached = Some(further),
            Ok(None) => return Outcome::Done,
            Err(error) => {
                tracing::error!(%error, "an answer to all requests was held up; it goes on");
                return Outcome::Again("held_up");
            }
        }
    }
}

/// How far an answer was given: to all up to this request.
type Reached = (Answer, Request);

/// Answers the next requests; how far that came, or none when the answer was given to all. An answer that
/// took the place of the one before begins anew.
async fn batch(app: &App, owner: AccountId, reached: Option<Reached>) -> Result<Option<Reached>, AppError> {
    let mut tx = app.db.write().await?;
    if !accounts::lock_live(&mut tx, owner).await? {
        // Who leaves has no requests any more: the erasure takes them, and the answer.
        return Ok(None);
    }
    let Some(answer) = answers::get(&mut tx, owner).await? else { return Ok(None) };
    let after = reached.filter(|(given, _)| *given == answer).map(|(_, request)| request);
    let waiting = answers::waiting(&mut tx, owner, answer, after, BATCH).await?;
    let people: Vec<AccountId> = waiting.iter().map(|request| request.follower).chain([owner]).collect();
    graph::hold(&mut tx, &people).await?;
    let mut told = Told::default();
    for request in &waiting {
        if answer.accept {
            accept(app, &mut tx, &mut told, owner, request.follower).await?;
        } else {
            graph::drop_request(&mut tx, request.follower, owner).await?;
            notify::take_back(&mut tx, Kind::FollowRequest, owner, request.follower, About::default()).await?;
        }
    }
    if waiting.is_empty() {
        answers::drop(&mut tx, owner).await?;
    }
    told.commit(app, tx).await?;
    Ok(waiting.last().map(|&request| (answer, request)))
}

async fn accept(
    app: &App,
    tx: &mut Tx,
    told: &mut Told,
    owner: AccountId,
    follower: AccountId,
) -> Result<(), AppError> {
    let other = match Other::read(tx, owner, follower).await {
        // Gone between the list and here.
        Err(AppError::NotFound) => return Ok(()),
        other => other?,
    };
    if decide(Action::SeeCard, &other.facts).allowed && graph::drop_request(tx, follower, owner).await? {
        notify::take_back(tx, Kind::FollowRequest, owner, follower, About::default()).await?;
        if graph::follow(tx, follower, owner, app.clock.now()).await.map_err(or_gone)? {
            told.tell(app, tx, Kind::RequestAccepted, (follower, owner), About::default()).await?;
        }
    }
    Ok(())
}
