//! Comments, and what people are told.

use outro_pages::*;

use super::{HOSTILE, say};

fn row(chrome: &Chrome, n: usize) -> CommentRow {
    let (en, ar) = [
        ("That bridge in the second verse!", "يا لهذا الجسر في المقطع الثاني!"),
        (
            "Where was this recorded? It sounds like a stairwell, or a very small church with nobody in it.",
            "أين سُجِّل هذا؟",
        ),
        ("again", "مرة أخرى"),
    ][n % 3];
    let handle = ["ostkreuz", "nora_sings", "late.bus"][n % 3];
    CommentRow {
        id: format!("c{n}"),
        handle: handle.into(),
        display_name: if n == 1 { "Nora".into() } else { String::new() },
        pieces: vec![Piece::Text(say(chrome, en, ar)), Piece::Mention("@mara.k".into()), Piece::Tag("#rain".into())],
        created_at: "2026-03-09T10:00:00Z".into(),
        like_count: [0, 1, 1_204][n % 3],
        liked: n == 1,
        reply_count: [2, 0, 0][n % 3],
        by_owner: n == 2,
        hidden: n == 1,
        thread_href: "/v/v1/comments?thread=c0".into(),
        reply_href: "/v/v1/comments?thread=c0".into(),
        can_like: chrome.viewer.is_some(),
        can_remove: n < 2,
        can_report: chrome.viewer.is_some() && n != 1,
        can_hide: n == 1,
    }
}

fn notices() -> Vec<NoticeRow> {
    let kinds = [
        NoticeKind::Like,
        NoticeKind::Comment,
        NoticeKind::Held,
        NoticeKind::Reply,
        NoticeKind::Mention,
        NoticeKind::CommentLike,
        NoticeKind::Follow,
        NoticeKind::FollowRequest,
        NoticeKind::RequestAccepted,
        NoticeKind::Decision,
        NoticeKind::ReportDecided,
        NoticeKind::SoundGone,
        NoticeKind::Gift,
    ];
    let row = |(n, kind): (usize, NoticeKind)| NoticeRow {
        kind,
        href: "/v/v1".into(),
        handle: if n < 9 { ["ostkreuz", "nora_sings", "late.bus"][n % 3].into() } else { String::new() },
        display_name: if n == 1 { HOSTILE.into() } else { String::new() },
        others: if n < 9 { [0, 1, 3, 12][n % 4] } else { 0 },
        quote: if (1..6).contains(&n) { HOSTILE.into() } else { String::new() },
        created_at: "2026-03-09T10:00:00Z".into(),
        unread: n < 2,
        cover_url: if n < 6 { "/media/c1.jpg".into() } else { String::new() },
    };
    kinds.into_iter().enumerate().map(row).collect()
}

pub(crate) fn talk(me: &Chrome, stranger: &Chrome) -> Vec<(&'static str, String)> {
    let page = |chrome: &Chrome, items: Vec<CommentRow>, thread, writing| CommentsPage {
        chrome: chrome.clone(),
        form: FormState::default(),
        video_href: "/v/v1".into(),
        count: items.len() as i64,
        most_liked: false,
        thread,
        items,
        next_href: None,
        writing,
        back: "/v/v1/comments".into(),
    };
    let open = |text: &str, to: &str| Writing::Open { text: text.into(), reply_to: to.into(), reply_handle: to.into() };
    let rows = |chrome: &Chrome| (0..3).map(|n| row(chrome, n)).collect::<Vec<_>>();
    let hostile = CommentRow { pieces: vec![Piece::Text(HOSTILE.into())], display_name: HOSTILE.into(), ..row(me, 0) };
    let long = FormState {
        message: None,
        errors: vec![FieldError { field: "text".into(), message: me.t().problem("comment_too_long").into() }],
    };
    let activity = |today, until, next_href| {
        ActivityPage { chrome: me.clone(), today, week: vec![], earlier: vec![], until, next_href }.render()
    };
    vec![
        ("comments", page(me, rows(me), None, open("", "")).render()),
        ("comments-thread", page(me, vec![row(me, 4)], Some(row(me, 0)), open("@ostkreuz ", "ostkreuz")).render()),
        ("comments-empty", page(me, vec![], None, open("", "")).render()),
        ("comments-closed", page(me, rows(me), None, Writing::Closed).render()),
        ("comments-away", page(me, rows(me), None, Writing::Away).render()),
        ("comments-signed-out", page(stranger, rows(stranger), None, Writing::SignIn).render()),
        ("comments-wrong", CommentsPage { form: long, ..page(me, vec![hostile], None, open(HOSTILE, "")) }.render()),
        ("activity", activity(notices(), Some("n1".into()), Some("/activity?cursor=abc".into()))),
        ("activity-empty", activity(vec![], None, None)),
        (
            "comment-words",
            CommentWordsPage { chrome: me.clone(), form: FormState::default(), words: "spam\nbuy now".into() }.render(),
        ),
    ]
}
