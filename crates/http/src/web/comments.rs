//! The comments of a video, and the words that hold some of them back.

use axum::extract::Query;
use axum::http::Uri;
use outro_app::comment::{self, CommentPage, CommentView, NewComment, Sort};
use outro_app::{AppError, video};
use outro_model::{CommentId, Piece as Found, VideoId, pieces};
use outro_pages::{Chrome, CommentRow, CommentWordsPage, CommentsPage, FormState, Piece, Writing};
use serde::Deserialize;

use super::place::{go, local};
use super::render::{Answer, OrPage as _, Stop, failed, html};
use super::visit::{Member, Named, Posted, Visit};
use crate::cursor::{PageQuery, write_place};
use crate::extract::read_id;

/// Comments of one page.
const LIMIT: i64 = 30;

/// What of the comments is asked for.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Asked {
    thread: Option<String>,
    reply: Option<String>,
    sort: Option<String>,
}

/// A comment to write.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct WriteForm {
    text: String,
    reply_to: String,
    back: String,
}

/// Whether a comment is to be liked, or hidden.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct SetForm {
    liked: String,
    hidden: String,
    back: String,
}

/// Words, one a line.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct WordsForm {
    words: String,
}

/// A text in its pieces, as pages show them.
pub(super) fn in_pieces(text: &str) -> Vec<Piece> {
    let piece = |piece: Found<'_>| match piece {
        Found::Text(text) => Piece::Text(text.to_owned()),
        Found::Mention(text) => Piece::Mention(text.to_owned()),
        Found::Tag(text) => Piece::Tag(text.to_owned()),
    };
    pieces(text).into_iter().map(piece).collect()
}

/// `GET /v/{id}/comments`.
pub(super) async fn show(visit: Visit, Named(id): Named<VideoId>, uri: Uri) -> Answer {
    let id = id.or_page(&visit)?;
    let asked = Query::<Asked>::try_from_uri(&uri).map_err(|_| AppError::NotFound).or_page(&visit)?.0;
    let cursor = Query::<PageQuery>::try_from_uri(&uri).map_err(|_| AppError::NotFound).or_page(&visit)?.0;
    let shown = page(&visit, id, &asked, &cursor).await.or_page(&visit)?;
    Ok(html(CommentsPage { chrome: visit.chrome, ..shown }.render()))
}

/// `POST /v/{id}/comments`.
pub(super) async fn write(Named(id): Named<VideoId>, Posted { member, form }: Posted<WriteForm>) -> Answer {
    let Member { visit, signed, .. } = member;
    let id = id.or_page(&visit)?;
    let reply_to = Some(form.reply_to.as_str()).filter(|id| !id.is_empty()).map(read_id).transpose();
    let new = NewComment { text: form.text.clone(), reply_to: reply_to.or_page(&visit)? };
    match comment::write(&visit.server.app, &signed, id, new).await {
        // A reply shows its thread, whose oldest come first; the rest begins with what was just written.
        Ok(written) => Ok(go(&match written.parent {
            Some(top) => format!("/v/{id}/comments?thread={top}"),
            None => format!("/v/{id}/comments"),
        })),
        Err(error) => again(visit, id, error, form).await,
    }
}

/// The page again, with what was written and what is wrong with it.
async fn again(visit: Visit, id: VideoId, error: AppError, form: WriteForm) -> Answer {
    let asked = Asked { thread: Some(form.reply_to.clone()).filter(|id| !id.is_empty()), ..Asked::default() };
    let (wrong, error) = visit.form_of(error)?;
    let mut shown = page(&visit, id, &asked, &PageQuery::default()).await.or_page(&visit)?;
    if let Writing::Open { text, .. } = &mut shown.writing {
        *text = form.text;
    }
    Ok(failed(&error, CommentsPage { chrome: visit.chrome, form: wrong, ..shown }.render()))
}

async fn page(visit: &Visit, id: VideoId, asked: &Asked, cursor: &PageQuery) -> Result<CommentsPage, AppError> {
    let (app, viewer) = (&visit.server.app, &visit.viewer);
    let most_liked = asked.sort.as_deref() == Some("most_liked");
    let here = format!("/v/{id}/comments");
    let place = cursor.place().map_err(|_| AppError::NotFound)?;
    let (thread, CommentPage { items, next }) = match &asked.thread {
        Some(thread) => {
            let found = comment::thread(app, viewer, read_id(thread)?, place, LIMIT).await?;
            (Some(found.top), found.replies)
        }
        None => {
            let sort = if most_liked { Sort::MostLiked } else { Sort::Newest };
            (None, comment::list(app, viewer, id, sort, place, LIMIT).await?)
        }
    };
    if thread.as_ref().is_some_and(|top| top.video != id) {
        return Err(AppError::NotFound);
    }
    let total = video::get(app, viewer, id).await?.comment_count;
    let back = match (&thread, most_liked) {
        (Some(top), _) => format!("{here}?thread={}", top.id),
        (None, true) => format!("{here}?sort=most_liked"),
        (None, false) => here,
    };
    let writing = writing(visit, id, thread.as_ref(), asked.reply.as_deref()).await?;
    let row = |view: CommentView| row(view, &writing, &visit.chrome);
    let with = if back.contains('?') { '&' } else { '?' };
    Ok(CommentsPage {
        chrome: Default::default(),
        form: FormState::default(),
        video_href: format!("/v/{id}"),
        count: total,
        most_liked,
        next_href: next.map(|next| format!("{back}{with}cursor={}", write_place(next))),
        items: items.into_iter().map(row).collect(),
        thread: thread.map(row),
        writing,
        back,
    })
}

/// Whether the viewer may write here, and to whom.
async fn writing(
    visit: &Visit,
    id: VideoId,
    thread: Option<&CommentView>,
    reply: Option<&str>,
) -> Result<Writing, AppError> {
    let app = &visit.server.app;
    match comment::may_write(app, &visit.viewer, id).await {
        Err(AppError::SignInNeeded) => return Ok(Writing::SignIn),
        Err(error) if error.is_refused("comments_closed") => return Ok(Writing::Closed),
        Err(AppError::Refused(_)) => return Ok(Writing::Away),
        may => may?,
    }
    let Some(top) = thread else {
        return Ok(Writing::Open { text: String::new(), reply_to: String::new(), reply_handle: String::new() });
    };
    // A reply to a reply begins with whom it is for, as the thread alone does not say so.
    let replied = match reply {
        Some(reply) => Some(comment::thread_part(app, &visit.viewer, read_id(reply)?).await?),
        None => None,
    };
    let text = replied.as_ref().map(|replied| format!("@{} ", replied.handle)).unwrap_or_default();
    let handle = replied.map_or_else(|| top.handle.clone(), |replied| replied.handle);
    Ok(Writing::Open { text, reply_to: top.id.to_string(), reply_handle: handle })
}

fn row(view: CommentView, writing: &Writing, chrome: &Chrome) -> CommentRow {
    let signed_in = chrome.viewer.is_some();
    let (video, open) = (view.video, matches!(writing, Writing::Open { .. }) && !view.hidden);
    let reply_href = match view.parent {
        Some(top) => format!("/v/{video}/comments?thread={top}&reply={}", view.id),
        None => format!("/v/{video}/comments?thread={}", view.id),
    };
    CommentRow {
        id: view.id.to_string(),
        handle: view.handle,
        display_name: view.display_name,
        pieces: in_pieces(&view.text),
        created_at: view.created_at,
        like_count: view.like_count,
        liked: view.liked,
        reply_count: view.reply_count,
        by_owner: view.by_owner,
        hidden: view.hidden,
        thread_href: format!("/v/{video}/comments?thread={}", view.id),
        reply_href: if open { reply_href } else { String::new() },
        can_like: chrome.may_act(),
        can_report: signed_in && !view.is_mine,
        can_remove: view.is_mine || view.under_mine,
        can_hide: view.under_mine && !view.is_mine,
    }
}

/// Where a form leads back to.
fn back(form: &str) -> &str {
    local(form).unwrap_or("/")
}

/// `POST /comments/{id}/like`.
pub(super) async fn like(Named(id): Named<CommentId>, Posted { member, form }: Posted<SetForm>) -> Answer {
    let (id, app) = (id.or_page(&member.visit)?, &member.visit.server.app);
    let set = match form.liked.as_str() {
        "false" => comment::unlike(app, &member.signed, id).await,
        _ => comment::like(app, &member.signed, id).await,
    };
    done(&member, set.map(|_| ()), &form.back)
}

/// `POST /comments/{id}/hidden`.
pub(super) async fn hidden(Named(id): Named<CommentId>, Posted { member, form }: Posted<SetForm>) -> Answer {
    let (id, app) = (id.or_page(&member.visit)?, &member.visit.server.app);
    let set = match form.hidden.as_str() {
        "false" => comment::unhide(app, &member.signed, id).await,
        _ => comment::hide(app, &member.signed, id).await,
    };
    done(&member, set.map(|_| ()), &form.back)
}

/// `POST /comments/{id}/delete`.
pub(super) async fn delete(Named(id): Named<CommentId>, Posted { member, form }: Posted<SetForm>) -> Answer {
    let (id, app) = (id.or_page(&member.visit)?, &member.visit.server.app);
    let removed = comment::remove(app, &member.signed, id).await;
    // The thread goes with its first comment: its page is none any more.
    let thread = format!("?thread={id}");
    let to = form.back.strip_suffix(thread.as_str()).unwrap_or(&form.back);
    done(&member, removed, to)
}

fn done(member: &Member, set: Result<(), AppError>, to: &str) -> Result<axum::response::Response, Stop> {
    set.or_page(&member.visit)?;
    Ok(go(back(to)))
}

/// `GET /settings/comments`.
pub(super) async fn words_page(Member { visit, signed, .. }: Member) -> Answer {
    let words = comment::filter(&visit.server.app, &signed).await.or_page(&visit)?.join("\n");
    Ok(html(CommentWordsPage { chrome: visit.chrome, form: FormState::default(), words }.render()))
}

/// `POST /settings/comments`.
pub(super) async fn words(Posted { member, form }: Posted<WordsForm>) -> Answer {
    let Member { visit, signed, .. } = member;
    let given: Vec<String> = form.words.lines().map(str::to_owned).collect();
    match comment::set_filter(&visit.server.app, &signed, &given).await {
        Ok(_) => Ok(go("/settings/comments?done=saved")),
        Err(error) => {
            visit.again(error, |chrome, wrong| CommentWordsPage { chrome, form: wrong, words: form.words }.render())
        }
    }
}
