//! What the policy is told of a viewer and an owner, and what the viewer is told of its refusals.

use outro_db::Tx;
use outro_model::AccountId;
use outro_policy::{Action, Decision, Facts, Reason, Relation, Ties, decide};
use outro_store::accounts::{self, Account};
use outro_store::graph::{self, Standing};
use outro_store::moderation;
use outro_store::videos::Video;

use crate::{AppError, RefusalKind};

/// The facts of `asking` and `owner`, read in the caller's own snapshot.
pub(crate) async fn facts(tx: &mut Tx, asking: Option<AccountId>, owner: &Account) -> Result<Facts, AppError> {
    Ok(facts_and_ties(tx, asking, owner).await?.0)
}

/// The facts, and the ties that the relation in them was made of.
pub(crate) async fn facts_and_ties(
    tx: &mut Tx,
    asking: Option<AccountId>,
    owner: &Account,
) -> Result<(Facts, Ties), AppError> {
    let (facts, standing) = facts_and_standing(tx, asking, owner).await?;
    Ok((facts, standing.ties))
}

async fn facts_and_standing(
    tx: &mut Tx,
    asking: Option<AccountId>,
    owner: &Account,
) -> Result<(Facts, Standing), AppError> {
    let standing = match asking {
        None => Standing::default(),
        Some(viewer) if viewer == owner.id => Standing { viewer_away: owner.is_away(), ..Standing::default() },
        Some(viewer) => graph::standing(tx, viewer, owner.id).await?,
    };
    let relation = Relation::of(asking, owner.id, standing.ties);
    let Standing { viewer_away, viewer_adult, .. } = standing;
    let facts = Facts { relation, viewer_away, viewer_adult, owner: owner.facts, video: None };
    Ok((facts, standing))
}

/// The id of no account: ids are drawn at random.
pub(crate) const NOBODY: AccountId = AccountId::from_bytes([0; 16]);

/// Takes the reads that are gone on with where there is an owner, for where there is none: so the work tells no more than the answer who is
/// hidden and who never was.
pub(crate) async fn of_nobody(tx: &mut Tx) -> Result<(), AppError> {
    accounts::by_id(tx, NOBODY).await?;
    graph::standing(tx, NOBODY, NOBODY).await?;
    Ok(())
}

/// Asks the policy of a video. Where a moderator would be refused, it is asked once more as for somebody who
/// looks at what was reported: a report must be open, and that this moderator looks by it be noted.
pub(crate) async fn ask_of_video(
    tx: &mut Tx,
    asking: Option<AccountId>,
    action: Action,
    (owner, video): (&Account, &Video),
) -> Result<Ties, AppError> {
    let (facts, standing) = facts_and_standing(tx, asking, owner).await?;
    let facts = Facts { video: Some(video.facts), ..facts };
    let answer = ask(action, &facts);
    if let (Err(AppError::NotFound), Some(moderator), true) = (&answer, asking, standing.moderator)
        && moderation::may_look(tx, moderator, video.id.as_bytes()).await?
    {
        ask(action, &Facts { relation: Relation::Moderator, ..facts })?;
        return Ok(standing.ties);
    }
    answer.map(|()| standing.ties)
}

/// Asks the policy; what is refused answers as what never was, but for what may be said.
pub(crate) fn ask(action: Action, facts: &Facts) -> Result<(), AppError> {
    let decision = decide(action, facts);
    if decision.allowed { Ok(()) } else { Err(refusal(decision)) }
}

/// What the viewer is told of a refusal.
fn refusal(decision: Decision) -> AppError {
    let forbidden = |code, detail: &str| AppError::refused(RefusalKind::Forbidden, code, detail);
    if decision.hidden() {
        return AppError::NotFound;
    }
    match decision.reason {
        Reason::NeedsAccount => AppError::SignInNeeded,
        Reason::ViewerAway => away(),
        Reason::CommentsClosed => forbidden("comments_closed", "Comments are not open to you here."),
        Reason::MessagesClosed => messages_closed(),
        Reason::SoundClosed => forbidden("sound_closed", "This sound cannot be used by others."),
        Reason::Oneself => oneself(),
        _ => AppError::NotFound,
    }
}

/// The refusal of what nobody does to themselves.
pub(crate) fn oneself() -> AppError {
    let detail = "This is your own account: it cannot be done to oneself.";
    AppError::refused(RefusalKind::Conflict, "oneself", detail)
}

/// The refusal of a message, and of a group of which one may not write to another.
pub(crate) fn messages_closed() -> AppError {
    AppError::refused(RefusalKind::Forbidden, "messages_closed", "This account does not take messages from you.")
}

/// The refusal of what others would notice, while one's own account is away.
pub(crate) fn away() -> AppError {
    let detail = "Your account is on hiatus or suspended. You can look around, but others cannot see you act.";
    AppError::refused(RefusalKind::Forbidden, "account_away", detail)
}

/// Holds one's own account for a change that others see: refuses when it is gone, or away.
pub(crate) async fn hold_present(tx: &mut Tx, account: AccountId) -> Result<(), AppError> {
    if !accounts::lock_live(tx, account).await? {
        return Err(AppError::SignInNeeded);
    }
    let row = accounts::by_id(tx, account).await?.ok_or(AppError::SignInNeeded)?;
    if row.is_away() { Err(away()) } else { Ok(()) }
}
