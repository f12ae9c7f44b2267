//! What moderators do: look, hide, leave as it is, suspend, and take those back.

use outro_datamap::{ACCOUNT_BIO, ACCOUNT_DISPLAY_NAME, COMMENT_TEXT};
use outro_model::{CommentId, UnknownWord};
use outro_policy::{Action, Facts, Relation, decide as decide_of};
use outro_store::comments::{self, Comment, State};
use outro_store::{accounts, videos};

use super::close::close;
use super::queue::view;
use super::*;
use crate::account::open_handle;
use crate::video::{VideoView, get};
use crate::{privacy, standing};

/// What a moderator does about a report.
#[derive(Clone, Debug)]
pub struct Decide {
    /// The word of a [`ModerationAct`].
    pub act: String,
    /// Why it is decided so.
    pub why: Reasons,
}

/// What is looked at.
#[derive(Clone)]
pub struct Seen {
    /// The handle of whose it is.
    pub handle: String,
    /// The display name; empty when none was chosen.
    pub display_name: String,
    /// The bio.
    pub bio: String,
    /// The video, where a video was reported and can be watched.
    pub video: Option<VideoView>,
    /// What the comment says, where a comment was reported and is still there.
    pub comment: Option<String>,
}

/// A report after something was done about it.
#[derive(Clone)]
pub struct Looked {
    /// The report.
    pub report: QueueView,
    /// What was reported; none unless the moderator looks at it.
    pub seen: Option<Seen>,
}

/// Does something about a report, and notes it in the same transaction. Deciding closes every open report of
/// the same thing, and with it every moderator's right to look at it.
pub async fn decide(app: &App, signed: &Signed, id: ReportId, what: Decide) -> Result<QueueView, AppError> {
    let me = moderator(app, &mut app.db.read().await?, signed).await?;
    let wrong =
        |_| AppError::invalid("act", "invalid_act", "Choose look, hide, unhide, dismiss, suspend or unsuspend.");
    let act: ModerationAct = what.act.parse().map_err(wrong)?;
    // A right to moderate is given by whoever runs the site alone.
    if matches!(act, ModerationAct::Grant | ModerationAct::Revoke) {
        return Err(wrong(UnknownWord));
    }
    let found = moderation::by_id(&mut app.db.read().await?, me, id).await?.ok_or(AppError::NotFound)?;
    let thing = found.report.thing;
    let noted = sealed_act(app, act, thing, Why::read(&what.why, Some(found.report.reason), act)?).await?;
    let mut tx = app.db.write().await?;
    if !accounts::lock_live(&mut tx, me).await? {
        return Err(AppError::SignInNeeded);
    }
    let me = moderator(app, &mut tx, signed).await?;
    // As it is now: another moderator may have been quicker.
    let now = moderation::by_id(&mut tx, me, id).await?.ok_or(AppError::NotFound)?;
    if act == ModerationAct::Look && now.looked && now.report.state == ReportState::Open {
        drop(tx);
        return view(app, &now).await;
    }
    let (noted, mut told) = (Act { created_at: app.clock.now(), ..noted }, Told::default());
    apply(app, &mut tx, &now, act).await?;
    close(app, &mut tx, &mut told, &noted, Some((now.report.reporter, id))).await?;
    note(app, &mut tx, &mut told, &noted).await?;
    moderation::note_hand(&mut tx, me, id, &noted).await.map_err(or_gone)?;
    let after = moderation::by_id(&mut tx, me, id).await?.ok_or(AppError::NotFound)?;
    told.commit(app, tx).await?;
    app.queue.wake();
    if act != ModerationAct::Look {
        app.finder.account_changed(thing.subject());
    }
    view(app, &after).await
}

/// Does it, or says that it does not fit what is there. The row of the person's account is
/// written as briefly as this transaction lasts: nobody is kept from leaving.
async fn apply(app: &App, tx: &mut Tx, now: &Queued, act: ModerationAct) -> Result<(), AppError> {
    let open = now.report.state == ReportState::Open;
    let thing = now.report.thing;
    let done = match (act, thing) {
        (ModerationAct::Look | ModerationAct::Dismiss, _) => open,
        (ModerationAct::Hide, Thing::Video(owner, id)) if open => moderation::set_hidden(tx, owner, id, true).await?,
        (ModerationAct::Unhide, Thing::Video(owner, id)) => moderation::set_hidden(tx, owner, id, false).await?,
        (ModerationAct::Hide, Thing::Comment { id, .. }) if open => set_barred(tx, id, true).await?,
        (ModerationAct::Unhide, Thing::Comment { id, .. }) => set_barred(tx, id, false).await?,
        (ModerationAct::Suspend, _) if open => set_suspended(app, tx, thing.subject(), true).await?,
        (ModerationAct::Unsuspend, _) => set_suspended(app, tx, thing.subject(), false).await?,
        _ => false,
    };
    if done { Ok(()) } else { Err(does_not_fit()) }
}

/// `false` when it was so, or the account leaves. Counts elsewhere follow by a job, as with hiatus.
pub(super) async fn set_suspended(
    app: &App,
    tx: &mut Tx,
    account: AccountId,
    suspended: bool,
) -> Result<bool, AppError> {
    let done = moderation::set_suspended(tx, account, suspended).await?;
    if done {
        privacy::recount(app, tx, account).await?;
    }
    Ok(done)
}

/// `false` when it was so, or the comment is taken away.
async fn set_barred(tx: &mut Tx, id: CommentId, barred: bool) -> Result<bool, AppError> {
    let Some(comment) = comments::by_id(tx, id).await? else { return Ok(false) };
    Ok(comments::set_barred(tx, &comment, barred).await?)
}

pub(super) fn does_not_fit() -> AppError {
    let detail = "This does not fit what is there: it may have been decided already.";
    AppError::refused(crate::RefusalKind::Conflict, "act_does_not_fit", detail)
}

impl Looked {
    /// A report and, where the moderator looks at it, what was reported.
    pub async fn of(app: &App, signed: &Signed, report: QueueView) -> Result<Self, AppError> {
        let seen = if report.looked { Some(look(app, signed, report.id).await?) } else { None };
        Ok(Self { report, seen })
    }
}

/// What was reported. That it is looked at is noted before.
async fn look(app: &App, signed: &Signed, id: ReportId) -> Result<Seen, AppError> {
    let mut tx = app.db.read().await?;
    let me = moderator(app, &mut tx, signed).await?;
    let thing = moderation::by_id(&mut tx, me, id).await?.ok_or(AppError::NotFound)?.report.thing;
    if !moderation::may_look(&mut tx, me, thing.id()).await? {
        return Err(AppError::NotFound);
    }
    let account = accounts::by_id(&mut tx, thing.subject()).await?.ok_or(AppError::NotFound)?;
    let relation = Relation::Moderator;
    let facts = Facts { relation, viewer_away: false, viewer_adult: false, owner: account.facts, video: None };
    standing::ask(Action::SeeProfile, &facts)?;
    let said = said(&mut tx, &thing).await?;
    drop(tx);
    let keys = app.vault.account(account.id).await?.ok_or(AppError::NotFound)?;
    let row = account.id.as_bytes();
    let video = match thing {
        Thing::Account(_) | Thing::Comment { .. } => None,
        // Being taken away just now, or not ready: the account is left to look at.
        Thing::Video(_, video) => match get(app, &Some(signed.clone()), video).await {
            Ok(video) => Some(video),
            Err(AppError::NotFound) => None,
            Err(error) => return Err(error),
        },
    };
    Ok(Seen {
        handle: open_handle(&keys, account.id, &account.handle)?,
        display_name: keys.open_text(ACCOUNT_DISPLAY_NAME, row, &account.display_name)?,
        bio: keys.open_text(ACCOUNT_BIO, row, &account.bio)?,
        video,
        comment: said.map(|said| keys.open_text(COMMENT_TEXT, said.id.as_bytes(), &said.text)).transpose()?,
    })
}

/// The comment that was reported, while it is there and the policy lets whoever looks at it see what is said
/// under the video.
async fn said(tx: &mut Tx, thing: &Thing) -> Result<Option<Comment>, AppError> {
    let Thing::Comment { owner, video, id, .. } = *thing else { return Ok(None) };
    let (Some(comment), Some(video)) = (comments::by_id(tx, id).await?, videos::by_id(tx, video).await?) else {
        return Ok(None);
    };
    let Some(owner) = accounts::by_id(tx, owner).await? else { return Ok(None) };
    let relation = Relation::Moderator;
    let facts =
        Facts { relation, viewer_away: false, viewer_adult: false, owner: owner.facts, video: Some(video.facts) };
    let there = comment.state != State::Removing && decide_of(Action::SeeComments, &facts).allowed;
    Ok(there.then_some(comment))
}
