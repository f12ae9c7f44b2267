//! Writing a comment.
//!
//! What races with it: everything is asked in the transaction that writes, which holds the writer's own
//! account and nobody else's. What was changed by a transaction that commits meanwhile is caught so:
//! - *the video is taken away*: moving its count finds it gone, or its removal finds the comment;
//! - *its owner leaves*: the foreign keys keep the video's row until the walk has taken the comment;
//! - *the author of the thread leaves*: the same, by `thread_author_id`;
//! - *the thread is taken away*: the reply holds its parent, so whoever takes it finds the reply or
//!   the reply finds it gone;
//! - *a block*: on PostgreSQL the comment may land just after it. Nobody sees it, since what two people
//!   wrote to whom one of them has blocked is left out at every reading;
//! - *comments closed*: the comment was in time, and its owner can hide it.

use outro_datamap::COMMENT_TEXT;
use outro_model::{AccountId, CommentId, Timestamp, VideoId, bounded_text};
use outro_policy::Action;
use outro_store::accounts;
use outro_store::accounts::Account;
use outro_store::comments::{self, Comment, State};
use outro_store::videos::Video;

use super::filter::holds_back;
use super::find::{find, late};
use super::list::{CommentView, view_one};
use crate::budget::{self, Budget};
use crate::notify::{self, Kind, Told};
use crate::video::FoundVideo;
use crate::{App, AppError, Signed, statistics, video};

/// The longest comment, in characters.
const LONGEST: usize = 500;
/// How many comments an account may write in a day.
const A_DAY: i64 = 500;
/// How many within one minute of the clock.
const A_MINUTE: i64 = 12;

/// A comment to write.
#[derive(Clone, Default)]
pub struct NewComment {
    /// 1 to 500 characters.
    pub text: String,
    /// The comment that it replies to. A reply to a reply belongs to the same thread.
    pub reply_to: Option<CommentId>,
}

/// What is found out before anything is written.
struct Ready {
    text: String,
    mentioned: Vec<AccountId>,
    limits: [Vec<budget::Tagged>; 2],
}

/// Writes a comment under a video.
pub async fn write(app: &App, signed: &Signed, id: VideoId, new: NewComment) -> Result<CommentView, AppError> {
    let (me, now) = (signed.account, app.clock.now());
    let text = read_text(&new.text)?;
    let owner = look(app, me, id, new.reply_to).await?;
    let keys = signed.keys(app).await?;
    let ready = Ready { mentioned: notify::mentioned(app, &text).await?, limits: limits(app, me, now).await?, text };
    // The owner's words are sealed under the owner's key, which is read before the transaction.
    let owner_keys = app.vault.account(owner).await?.ok_or(AppError::NotFound)?;
    let mut tx = app.db.write().await?;
    if !accounts::lock_live(&mut tx, me).await? {
        return Err(AppError::SignInNeeded);
    }
    // The policy says of one's own being away only where the video may be seen.
    let found = video::find(&mut tx, Some(me), Action::Comment, id).await?;
    let parent = parent(&mut tx, me, id, new.reply_to).await?;
    spend(app, &mut tx, &ready.limits, now).await?;
    let sealed_words = comments::filter(&mut tx, owner).await?;
    let held = me != owner && holds_back(&owner_keys, sealed_words.as_deref(), &ready.text)?;
    let comment_id = CommentId::random(&*app.random);
    let comment = Comment {
        owner,
        video: id,
        id: comment_id,
        author: me,
        parent: parent.as_ref().map(|parent| parent.id),
        thread_author: parent.as_ref().map(|parent| parent.author),
        text: keys.seal_text(COMMENT_TEXT, comment_id.as_bytes(), &ready.text),
        state: if held { State::Hidden } else { State::Shown },
        created_at: now,
        like_count: 0,
    };
    comments::insert(&mut tx, &comment).await.map_err(late)?;
    let told = tell(app, &mut tx, &found, &comment, &ready.mentioned).await?;
    let counts = i64::from(!held);
    if !comments::add(&mut tx, owner, id, counts).await? {
        return Err(AppError::NotFound);
    }
    if !held {
        statistics::count_comment(&mut tx, owner, id, now).await?;
    }
    let listed = comments::one(&mut tx, Some(me), &comment).await?.ok_or(AppError::NotFound)?;
    told.commit(app, tx).await?;
    view_one(app, Some(me), listed).await
}

/// Looks before anything is got ready or held, so that what is hidden is refused as soon as what never was: who owns the video.
async fn look(app: &App, me: AccountId, id: VideoId, reply_to: Option<CommentId>) -> Result<AccountId, AppError> {
    let mut tx = app.db.read().await?;
    let owner = video::find(&mut tx, Some(me), Action::Comment, id).await?.owner.id;
    if let Some(reply_to) = reply_to {
        find(&mut tx, Some(me), reply_to).await?;
    }
    Ok(owner)
}

fn read_text(text: &str) -> Result<String, AppError> {
    let long = |_| AppError::invalid("text", "comment_too_long", format!("Use at most {LONGEST} characters."));
    let text = bounded_text(text, LONGEST).map_err(long)?;
    if text.is_empty() {
        return Err(AppError::invalid("text", "comment_empty", "Write something."));
    }
    Ok(text)
}

async fn limits(app: &App, me: AccountId, now: Timestamp) -> Result<[Vec<budget::Tagged>; 2], AppError> {
    let minute = budget::minute(now);
    let burst = [Budget { parts: &[b"comments in a minute", me.as_bytes(), &minute], limit: A_MINUTE }];
    let daily = [Budget { parts: &[b"comments", me.as_bytes()], limit: A_DAY }];
    Ok([budget::tagged(app, &burst).await?, budget::tagged(app, &daily).await?])
}

async fn spend(
    app: &App,
    tx: &mut outro_db::Tx,
    [burst, daily]: &[Vec<budget::Tagged>; 2],
    now: Timestamp,
) -> Result<(), AppError> {
    if !app.settings.rate_limits {
        return Ok(());
    }
    let soon = |error| match error {
        AppError::TooMany { .. } => budget::soon(now),
        error => error,
    };
    budget::spend(app, tx, burst).await.map_err(soon)?;
    budget::spend(app, tx, daily).await
}

/// The comment at the top of the thread that a reply belongs to, held until the transaction ends.
async fn parent(
    tx: &mut outro_db::Tx,
    me: AccountId,
    video: VideoId,
    reply_to: Option<CommentId>,
) -> Result<Option<Comment>, AppError> {
    let Some(id) = reply_to else { return Ok(None) };
    let replied = find(tx, Some(me), id).await?.listed.comment;
    let top = match replied.parent {
        Some(top) => find(tx, Some(me), top).await?.listed.comment,
        None => replied,
    };
    // Nobody goes on below what is hidden.
    let held = top.video == video && comments::hold(tx, &top).await?;
    if held { Ok(Some(top)) } else { Err(AppError::NotFound) }
}

/// Tells the owner, the author of the thread and those mentioned, each once. Of what is held back, the
/// owner alone.
async fn tell(
    app: &App,
    tx: &mut outro_db::Tx,
    found: &FoundVideo,
    comment: &Comment,
    mentioned: &[AccountId],
) -> Result<Told, AppError> {
    let mut told = Told::default();
    // An owner who goes on in their own thread is told of a reply.
    if comment.thread_author != Some(comment.owner) || comment.state != State::Shown {
        let about = notify::About::comment(comment);
        told.tell(app, tx, Kind::Comment, (comment.owner, comment.author), about).await?;
    }
    if comment.state == State::Shown {
        tell_others(app, tx, &mut told, (&found.video, &found.owner), comment, mentioned).await?;
    }
    Ok(told)
}

/// Tells the author of the thread and those mentioned, each once: nobody who was told of this comment before.
pub(super) async fn tell_others(
    app: &App,
    tx: &mut outro_db::Tx,
    told: &mut Told,
    (video, owner): (&Video, &Account),
    comment: &Comment,
    mentioned: &[AccountId],
) -> Result<(), AppError> {
    let about = notify::About::comment(comment);
    if let Some(author) = comment.thread_author
        && !notify::is_told_of_comment(tx, author, comment).await?
    {
        told.tell(app, tx, Kind::Reply, (author, comment.author), about).await?;
    }
    for &account in mentioned {
        if account != comment.author
            && !notify::is_told_of_comment(tx, account, comment).await?
            && notify::may_be_called(tx, account, comment.author, video, owner).await?
        {
            told.tell(app, tx, Kind::Mention, (account, comment.author), about).await?;
        }
    }
    Ok(())
}
