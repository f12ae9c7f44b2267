//! What one is told of others.

use axum::http::Uri;
use outro_app::notify::{self, Kind, Notice};
use outro_app::video::Part;
use outro_pages::{ActivityPage, NoticeKind, NoticeRow};
use serde::Deserialize;

use super::place::{self, go};
use super::render::{Answer, OrPage as _, html};
use super::visit::{Member, Posted};
use crate::cursor;
use crate::extract::read_id;
use crate::media::address;

/// Notifications of one page, before some are told as one.
const LIMIT: i64 = 50;
/// The days that count as this week.
const WEEK: i64 = 7;

/// Up to where was looked.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct SeenForm {
    until: String,
}

/// `GET /activity`.
pub(super) async fn show(Member { visit, signed, .. }: Member, uri: Uri) -> Answer {
    let before = place::before(&uri).or_page(&visit)?;
    let app = &visit.server.app;
    let found = notify::list(app, &signed, before, LIMIT).await.or_page(&visit)?;
    let today = app.clock.now().day();
    let mut page = ActivityPage {
        chrome: visit.chrome,
        today: vec![],
        week: vec![],
        earlier: vec![],
        until: found.items.first().filter(|notice| notice.unread).map(|notice| notice.id.to_string()),
        next_href: found.next.map(|next| format!("/activity?cursor={}", cursor::write(next))),
    };
    for notice in found.items {
        let group = match today - notice.at.day() {
            ..=0 => &mut page.today,
            1..WEEK => &mut page.week,
            _ => &mut page.earlier,
        };
        group.push(row(notice));
    }
    Ok(html(page.render()))
}

fn row(notice: Notice) -> NoticeRow {
    let held = notice.comment.as_ref().is_some_and(|comment| comment.hidden);
    let kind = match notice.kind {
        Kind::Like => NoticeKind::Like,
        Kind::Comment if held => NoticeKind::Held,
        Kind::Comment => NoticeKind::Comment,
        Kind::Reply => NoticeKind::Reply,
        Kind::Mention => NoticeKind::Mention,
        Kind::CommentLike => NoticeKind::CommentLike,
        Kind::Follow => NoticeKind::Follow,
        Kind::FollowRequest => NoticeKind::FollowRequest,
        Kind::RequestAccepted => NoticeKind::RequestAccepted,
        Kind::Decision => NoticeKind::Decision,
        Kind::ReportDecided => NoticeKind::ReportDecided,
        Kind::SoundGone => NoticeKind::SoundGone,
        Kind::Gift => NoticeKind::Gift,
        Kind::Leaving => NoticeKind::Leaving,
        Kind::PhoneReplaced => NoticeKind::PhoneReplaced,
    };
    let first = notice.actors.into_iter().next();
    let (handle, display_name) = first.map(|actor| (actor.handle, actor.display_name)).unwrap_or_default();
    NoticeRow {
        kind,
        href: match (notice.video, &notice.comment) {
            _ if kind == NoticeKind::Decision => "/settings/decisions".to_owned(),
            // Where it is stopped.
            _ if kind == NoticeKind::Leaving => "/settings/account".to_owned(),
            _ if kind == NoticeKind::PhoneReplaced => "/settings/phone".to_owned(),
            _ if kind == NoticeKind::ReportDecided => "/settings/reports".to_owned(),
            // Where it is answered.
            _ if kind == NoticeKind::FollowRequest => "/requests".to_owned(),
            (Some(video), Some(comment)) => format!("/v/{video}/comments?thread={}", comment.id),
            (Some(video), None) => format!("/v/{video}"),
            (None, _) => format!("/@{handle}"),
        },
        handle,
        display_name,
        others: notice.count - 1,
        quote: notice.comment.map(|comment| comment.text).unwrap_or_default(),
        created_at: notice.created_at,
        unread: notice.unread,
        cover_url: notice.video.map(|video| address(video, Part::Cover)).unwrap_or_default(),
    }
}

/// `POST /activity/seen`, for browsers without scripts.
pub(super) async fn seen(Posted { member, form }: Posted<SeenForm>) -> Answer {
    let Member { visit, signed, .. } = member;
    let until = Some(form.until).filter(|id| !id.is_empty()).map(|id| read_id(&id));
    let until = until.transpose().or_page(&visit)?;
    notify::seen(&visit.server.app, &signed, until).await.or_page(&visit)?;
    Ok(go("/activity"))
}
