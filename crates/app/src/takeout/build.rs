//! The job that makes an archive. Whoever is stopped at any point begins anew: until it is whole, an archive has no
//! name on the disk, and until its row says so it cannot be read.

use std::time::Duration;

use outro_blobs::{BlobError, SealedBlob};
use outro_jobs::{Job, Outcome};
use outro_model::{AccountId, BlobKind, ConversationId, TakeoutId};
use outro_store::takeout::Source;
use outro_store::takeouts::{self, State, Takeout};
use outro_store::{accounts, videos};
use outro_vault::AccountKeys;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::archive::{Entry, Lists, Writing};
use super::ask::{discard, may_take_out};
use super::rows::{Pages, Rows};
use super::schema::{elsewhere, list_name, parts};
use super::{KEPT_SECONDS, activity, content, media, object, pages, schema};
use crate::account::open_handle;
use crate::message::{self, Body};
use crate::runner::when_back;
use crate::{App, AppError, RefusalKind, comment};

/// How many makings of an archive may end in an error before it is given up.
const ERRORS: i64 = 6;
/// How often a making may be begun and never end, because this process died meanwhile.
const BEGINNINGS: i64 = 50;
/// How often the progress is noted, and asked whether the archive is still wanted.
const BEAT: Duration = Duration::from_millis(500);

/// Makes the archive that an account has asked for.
pub(crate) async fn run(app: &App, job: &Job) -> Outcome {
    let Some(account) = job.account else { return Outcome::Done };
    match wanted(app, account, job.errors >= ERRORS || job.attempts > BEGINNINGS).await {
        // Nobody's fault: it does not count against the archive.
        Err(error) if error.is_away() => when_back(app),
        // Who leaves, or takes it back, wants it no more.
        Ok(()) | Err(AppError::NotFound | AppError::SignInNeeded) => Outcome::Done,
        Err(AppError::Refused(refusal)) if refusal.kind != RefusalKind::Unavailable => Outcome::Done,
        Err(error) => {
            tracing::error!(%error, errors = job.errors, "a takeout was held up; it begins anew");
            Outcome::Again("takeout")
        }
    }
}

async fn wanted(app: &App, account: AccountId, give_up: bool) -> Result<(), AppError> {
    let found = takeouts::list(&mut app.db.read().await?, account).await?;
    let (making, before): (Vec<_>, Vec<_>) = found.into_iter().partition(|takeout| takeout.state == State::Making);
    let Some(takeout) = making.first() else { return Ok(()) };
    if give_up {
        let mut tx = app.db.write().await?;
        takeouts::set_failed(&mut tx, account, takeout.id).await?;
        return Ok(tx.commit().await?);
    }
    for old in before {
        discard(app, account, old.id).await?;
    }
    // One that was whole when the stop came, before its row said so.
    app.blobs.delete(account, object(takeout.id)).await?;
    let sealed = make(app, takeout).await?;
    ready(app, takeout, &sealed).await
}

/// The last transaction: it is still wanted, and its owner is not leaving.
async fn ready(app: &App, takeout: &Takeout, sealed: &SealedBlob) -> Result<(), AppError> {
    let Takeout { account, id, .. } = *takeout;
    let mut tx = app.db.write().await?;
    let expires_at = app.clock.now().plus_seconds(KEPT_SECONDS);
    let whole = (sealed.header.as_slice(), sealed.length as i64);
    let kept = accounts::lock_live(&mut tx, account).await?
        && takeouts::set_ready(&mut tx, account, id, whole, expires_at).await?;
    tx.commit().await?;
    if !kept {
        app.blobs.delete(account, object(id)).await?;
    }
    Ok(())
}

/// A making that goes on.
pub(super) struct Making<'a> {
    pub(super) app: &'a App,
    pub(super) account: AccountId,
    id: TakeoutId,
    /// The bytes of all objects, and how many were copied.
    all: u64,
    copied: u64,
    noted: Option<Instant>,
}

impl Making<'_> {
    /// The keys of the account, for one step: nobody's are held for as long as an archive takes.
    pub(super) async fn keys(&self) -> Result<AccountKeys, AppError> {
        self.app.vault.account(self.account).await?.ok_or(AppError::NotFound)
    }

    /// Counts what was copied.
    pub(super) async fn copied(&mut self, bytes: u64) -> Result<(), AppError> {
        self.copied += bytes;
        self.beat().await
    }

    /// Notes the progress now and then; ends the making when the archive is not wanted any more.
    pub(super) async fn beat(&mut self) -> Result<(), AppError> {
        let now = Instant::now();
        if self.noted.is_some_and(|noted| now.duration_since(noted) < BEAT) {
            return Ok(());
        }
        self.noted = Some(now);
        let permille = (self.copied * 950 / self.all.max(1)).min(950) as i64;
        let mut tx = self.app.db.write().await?;
        let live = accounts::lock_live(&mut tx, self.account).await?;
        let wanted = live && takeouts::set_progress(&mut tx, self.account, self.id, permille).await?;
        tx.commit().await?;
        if wanted { Ok(()) } else { Err(AppError::NotFound) }
    }
}

async fn make(app: &App, takeout: &Takeout) -> Result<SealedBlob, AppError> {
    let Takeout { account, id, arabic, .. } = *takeout;
    let mut tx = app.db.read().await?;
    may_take_out(&mut tx, account).await?;
    let row = accounts::by_id(&mut tx, account).await?.ok_or(AppError::NotFound)?;
    let all = videos::bytes(&mut tx, account).await? as u64;
    drop(tx);
    let mut making = Making { app, account, id, all, copied: 0, noted: None };
    let keys = making.keys().await?;
    let handle = open_handle(&keys, account, &row.handle)?;
    let object = app.blobs.writer(&keys, object(id), BlobKind::Takeout).await?;
    drop(keys);
    let mut writing = Writing::into_object(object);
    let shelf = media::write(&mut making, &mut writing).await?;
    let rows = Rows { app, me: account, handle: &handle, shelf: &shelf };
    let content = content::write(&mut making, &rows, &mut writing).await?;
    for (part, sources) in parts() {
        data(&mut making, &rows, &mut writing, part, &sources).await?;
    }
    activity::write(&mut making, &rows, &mut writing).await?;
    pages::write(&mut making, &rows, &mut writing, arabic).await?;
    writing.text("data/schema.json", &format!("{:#}\n", schema::schema())).await?;
    let about = json!({
        "format": "outro takeout 1",
        "host": app.settings.host,
        "handle": handle,
        "made_at": app.clock.now().rfc3339(),
    });
    let object = writing.finish(about, &content).await?;
    // The keys are asked for anew: who left meanwhile has none.
    object.finish(&making.keys().await?).await.map_err(|error| match error {
        BlobError::HomeGone => AppError::NotFound,
        error => error.into(),
    })
}

/// Writes the document of one part of the data map.
async fn data(
    making: &mut Making<'_>,
    rows: &Rows<'_>,
    writing: &mut Writing,
    part: &str,
    sources: &[&'static Source],
) -> Result<Entry, AppError> {
    let mut lists = Lists::begin(writing, format!("data/{part}.json"), "{\n").await?;
    for source in sources {
        lists.list(&list_name(source)).await?;
        let elsewhere = elsewhere(source, part);
        let mut pages = Pages::over(source);
        while let Some(page) = pages.next(making, rows).await? {
            for mut row in page {
                row.retain(|name, _| !elsewhere.contains(&name.as_str()));
                lists.item(&Value::Object(row)).await?;
            }
        }
    }
    match part {
        "comments" => under_own_videos(making, rows, &mut lists).await?,
        "messages" => conversations(making, rows, &mut lists).await?,
        _ => {}
    }
    lists.end().await
}

/// What others wrote under one's videos: what is shown there, and not what is held back.
async fn under_own_videos(making: &mut Making<'_>, rows: &Rows<'_>, lists: &mut Lists<'_>) -> Result<(), AppError> {
    lists.list("under_my_videos").await?;
    for id in &rows.shelf.order {
        // The threads of a page, then the replies of each.
        let mut place = None;
        loop {
            making.beat().await?;
            let page = comment::archived(making.app, rows.me, *id, None, place).await?;
            for top in &page.items {
                others_comment(lists, top).await?;
                if top.reply_count > 0 {
                    replies(making, rows, lists, top).await?;
                }
            }
            place = page.next;
            if place.is_none() {
                break;
            }
        }
    }
    Ok(())
}

/// What others wrote under a comment.
async fn replies(
    making: &Making<'_>,
    rows: &Rows<'_>,
    lists: &mut Lists<'_>,
    top: &comment::CommentView,
) -> Result<(), AppError> {
    let mut place = None;
    loop {
        let page = comment::archived(making.app, rows.me, top.video, Some(top.id), place).await?;
        for reply in &page.items {
            others_comment(lists, reply).await?;
        }
        place = page.next;
        if place.is_none() {
            return Ok(());
        }
    }
}

async fn others_comment(lists: &mut Lists<'_>, comment: &comment::CommentView) -> Result<(), AppError> {
    if comment.is_mine || comment.hidden {
        return Ok(());
    }
    lists
        .item(&json!({
            "id": comment.id.to_string(),
            "video_id": comment.video.to_string(),
            "parent_id": comment.parent.map(|parent| parent.to_string()),
            "author": { "handle": comment.handle, "display_name": comment.display_name },
            "text": comment.text,
            "created_at": comment.created_at,
            "like_count": comment.like_count,
        }))
        .await
}

/// The conversations that one is in.
pub(super) async fn own_conversations(
    making: &mut Making<'_>,
    rows: &Rows<'_>,
) -> Result<Vec<ConversationId>, AppError> {
    let (mut ids, mut pages) = (Vec::new(), Pages::of("members", "account_id")?);
    while let Some(page) = pages.next(making, rows).await? {
        ids.extend(page.iter().filter_map(|row| row["conversation_id"].as_str()?.parse::<ConversationId>().ok()));
    }
    Ok(ids)
}

/// What was said in one's conversations, as one may read it there.
async fn conversations(making: &mut Making<'_>, rows: &Rows<'_>, lists: &mut Lists<'_>) -> Result<(), AppError> {
    let ids = own_conversations(making, rows).await?;
    lists.list("messages").await?;
    for id in ids {
        let mut after = 0;
        loop {
            making.beat().await?;
            let found = message::archived(making.app, rows.me, id, after).await?;
            let Some((conversation, messages, next)) = found else { break };
            for said in messages {
                lists.item(&one_message(rows, &conversation, said)).await?;
            }
            let Some(next) = next else { break };
            after = next;
        }
    }
    Ok(())
}

fn one_message(rows: &Rows<'_>, conversation: &message::Conversation, said: message::Message) -> Value {
    let person = |person: &message::Person| json!({ "handle": person.handle, "display_name": person.display_name });
    let with: Vec<_> = conversation.people.iter().map(|one| one.as_ref().map(person)).collect();
    let sender =
        if said.mine { json!({ "handle": rows.handle, "me": true }) } else { json!(said.sender.as_ref().map(person)) };
    let (text, video) = match said.body {
        Body::Text(text) => (Some(text), None),
        Body::Video(video) => (None, video.map(|video| video.id.to_string())),
    };
    json!({
        "conversation_id": conversation.id.to_string(),
        "with": with,
        "sender": sender,
        "text": text,
        "video_id": video,
        "created_at": said.created_at,
    })
}
