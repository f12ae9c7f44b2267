//! Telling somebody of something, in the transaction of what is told.

use outro_db::Tx;
use outro_model::{AccountId, CommentId, EventKind, Handle, NotificationId, ReportId, VideoId, pieces};
use outro_policy::{Action, Facts, decide};
use outro_store::accounts::{self, Account};
use outro_store::comments::Comment;
use outro_store::notifications::{self, News};
use outro_store::videos::Video;

use super::Kind;
use crate::account::by_handle;
use crate::comment::late;
use crate::{App, AppError, live, standing};

/// How many of those mentioned in one text are told of it, so that nobody can call many.
const MENTIONS: usize = 5;

/// What a notification is about.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct About {
    video: Option<(AccountId, VideoId)>,
    comment: Option<CommentId>,
}

impl About {
    /// About a video.
    pub(crate) const fn video(owner: AccountId, video: VideoId) -> Self {
        Self { video: Some((owner, video)), comment: None }
    }

    /// About a comment.
    pub(crate) const fn comment(comment: &Comment) -> Self {
        Self { video: Some((comment.owner, comment.video)), comment: Some(comment.id) }
    }
}

/// Those who are told of something in one transaction.
#[derive(Default)]
pub(crate) struct Told(Vec<AccountId>);

impl Told {
    /// Tells `recipient` of what `actor` did; nobody is told of themselves. The recipient is not held: who
    /// leaves at this moment is not kept by it, and what comes too late is refused by the foreign key.
    pub(crate) async fn tell(
        &mut self,
        app: &App,
        tx: &mut Tx,
        kind: Kind,
        (recipient, actor): (AccountId, AccountId),
        about: About,
    ) -> Result<(), AppError> {
        if recipient == actor {
            return Ok(());
        }
        let id = NotificationId::random(&*app.random);
        self.0.push(recipient);
        notifications::put(tx, id, &news(kind, recipient, actor, about), app.clock.now()).await.map_err(late)
    }

    /// Tells `account` that a moderator decided about it, or about something of it.
    pub(crate) async fn decision(&mut self, app: &App, tx: &mut Tx, account: AccountId) -> Result<(), AppError> {
        self.nameless(app, tx, Kind::Decision, account, About::default()).await
    }

    /// Tells `account` that it goes by itself, so that whoever is signed in may stop it.
    pub(crate) async fn leaving(&mut self, app: &App, tx: &mut Tx, account: AccountId) -> Result<(), AppError> {
        self.nameless(app, tx, Kind::Leaving, account, About::default()).await
    }

    /// Tells `account` that another phone took the place of its own, so that whoever is signed in may link theirs again.
    pub(crate) async fn phone_replaced(&mut self, app: &App, tx: &mut Tx, account: AccountId) -> Result<(), AppError> {
        self.nameless(app, tx, Kind::PhoneReplaced, account, About::default()).await
    }

    /// Tells `account` that the sound which its video played is gone. Nothing says whose it was.
    pub(crate) async fn sound_gone(
        &mut self,
        app: &App,
        tx: &mut Tx,
        account: AccountId,
        about: About,
    ) -> Result<(), AppError> {
        self.nameless(app, tx, Kind::SoundGone, account, about).await
    }

    /// Tells `account` of something that says of nobody else that they did it.
    async fn nameless(
        &mut self,
        app: &App,
        tx: &mut Tx,
        kind: Kind,
        account: AccountId,
        about: About,
    ) -> Result<(), AppError> {
        let id = NotificationId::random(&*app.random);
        self.0.push(account);
        notifications::put(tx, id, &news(kind, account, account, about), app.clock.now()).await.map_err(late)
    }

    /// Tells whoever made a report that it was decided.
    pub(crate) async fn report_decided(
        &mut self,
        app: &App,
        tx: &mut Tx,
        reporter: AccountId,
        report: ReportId,
    ) -> Result<(), AppError> {
        let (kind, now) = (Kind::ReportDecided.code(), app.clock.now());
        if notifications::put_for_reporter(tx, kind, reporter, report, now).await.map_err(late)? {
            self.0.push(reporter);
        }
        Ok(())
    }

    /// Commits, and says to the open pages of those who were told that there is something. Their counters
    /// are held last of all and in the order of ids, so that no two transactions wait for each other.
    pub(crate) async fn commit(mut self, app: &App, mut tx: Tx) -> Result<(), AppError> {
        self.0.sort_unstable();
        self.0.dedup();
        for &account in &self.0 {
            live::note(app, &mut tx, account, EventKind::Notifications).await?;
        }
        tx.commit().await?;
        app.live.wake(&self.0);
        Ok(())
    }
}

/// Whether somebody was told of a comment by its author's writing it, whatever of: it is told once.
pub(crate) async fn is_told_of_comment(tx: &mut Tx, account: AccountId, comment: &Comment) -> Result<bool, AppError> {
    Ok(notifications::is_told_of_comment(tx, account, comment.author, comment.id).await?)
}

/// Takes back what `recipient` was told, when `actor` has taken it back.
pub(crate) async fn take_back(
    tx: &mut Tx,
    kind: Kind,
    recipient: AccountId,
    actor: AccountId,
    about: About,
) -> Result<(), AppError> {
    Ok(notifications::take_back(tx, &news(kind, recipient, actor, about)).await?)
}

const fn news(kind: Kind, account: AccountId, actor: AccountId, about: About) -> News {
    News { account, kind: kind.code(), actor, video: about.video, comment: about.comment }
}

/// Whom a text mentions, as far as there is somebody: the first few.
pub(crate) async fn mentioned(app: &App, text: &str) -> Result<Vec<AccountId>, AppError> {
    let mut handles: Vec<Handle> = Vec::new();
    for handle in pieces(text).iter().filter_map(|piece| piece.mentioned()) {
        if !handles.contains(&handle) && handles.len() < MENTIONS {
            handles.push(handle);
        }
    }
    if handles.is_empty() {
        return Ok(vec![]);
    }
    let mut tx = app.db.read().await?;
    let mut found = Vec::with_capacity(handles.len());
    for handle in &handles {
        found.extend(by_handle(app, &mut tx, handle).await?.map(|found| found.account.id));
    }
    Ok(found)
}

/// Whether somebody who is mentioned may see the video, and be told of who mentions them.
pub(crate) async fn may_be_called(
    tx: &mut Tx,
    account: AccountId,
    actor: AccountId,
    video: &Video,
    owner: &Account,
) -> Result<bool, AppError> {
    let Some(actor) = accounts::by_id(tx, actor).await? else { return Ok(false) };
    let of_video = Facts { video: Some(video.facts), ..standing::facts(tx, Some(account), owner).await? };
    let of_actor = standing::facts(tx, Some(account), &actor).await?;
    Ok(decide(Action::ReadBytes, &of_video).allowed && decide(Action::Notify, &of_actor).allowed)
}

/// Tells those mentioned in a caption, once the video can be watched.
pub(crate) async fn call_mentioned(
    app: &App,
    tx: &mut Tx,
    told: &mut Told,
    (owner, id): (AccountId, VideoId),
    accounts_named: &[AccountId],
) -> Result<(), AppError> {
    let (Some(video), Some(owner)) = (outro_store::videos::by_id(tx, id).await?, accounts::by_id(tx, owner).await?)
    else {
        return Ok(());
    };
    for &account in accounts_named {
        if account != owner.id && may_be_called(tx, account, owner.id, &video, &owner).await? {
            told.tell(app, tx, Kind::Mention, (account, owner.id), About::video(owner.id, id)).await?;
        }
    }
    Ok(())
}

/// Tells those whom a changed caption mentions, unless they were told of this video before: taking a mention
/// out and putting it back calls nobody again.
pub(crate) async fn call_added(
    app: &App,
    tx: &mut Tx,
    told: &mut Told,
    (owner, id): (AccountId, VideoId),
    accounts_named: &[AccountId],
) -> Result<(), AppError> {
    let mut fresh = Vec::with_capacity(accounts_named.len());
    for &account in accounts_named {
        let told_before = news(Kind::Mention, account, owner, About::video(owner, id));
        if !notifications::is_told(tx, &told_before).await? {
            fresh.push(account);
        }
    }
    call_mentioned(app, tx, told, (owner, id), &fresh).await
}
