//! Reports and decisions, with made-up people.

use outro_pages::*;

use super::{HOSTILE, card, say};

fn row(chrome: &Chrome, n: usize, state: ReportState) -> ReportRow {
    let notes =
        [say(chrome, "The same advert under every video", "الإعلان نفسه تحت كل فيديو"), String::new(), HOSTILE.into()];
    ReportRow {
        id: format!("AAAAAAAAAAAAAAAAAAAAA{n}"),
        of: [ReportedKind::Video, ReportedKind::Account, ReportedKind::Comment][n % 3],
        reason: ["spam", "private_matters", "child_safety"][n % 3].into(),
        note: notes[n % 3].clone(),
        state,
        created_at: "2026-03-09T10:00:00Z".into(),
    }
}

fn case(chrome: &Chrome, n: usize, state: ReportState) -> Case {
    Case { report: row(chrome, n, state), open: n as i64 * 3 + 1, suspended: n == 1, hidden: n == 2 }
}

fn cases(me: &Chrome) -> Vec<(&'static str, String)> {
    let one = |case, seen, form| {
        let (reason, ground, provision, statement) = ("spam".into(), "law".into(), HOSTILE.into(), HOSTILE.into());
        CasePage { chrome: me.clone(), form, case, seen, reason, ground, provision, statement }.render()
    };
    let seen = |video| CaseSeen {
        handle: "late.bus".into(),
        display_name: String::new(),
        bio: say(me, "Night drives and tape loops", "قيادة ليلية وأشرطة"),
        video,
        comment: None,
    };
    let wrong = FormState { message: Some(me.lang.text().problem("act_does_not_fit").into()), errors: vec![] };
    vec![
        ("case", one(case(me, 0, ReportState::Open), None, FormState::default())),
        ("case-seen", one(case(me, 0, ReportState::Open), Some(seen(Some(card(me, 1)))), wrong)),
        ("case-account", one(case(me, 1, ReportState::Open), Some(seen(None)), FormState::default())),
        (
            "case-comment",
            one(
                case(me, 2, ReportState::Open),
                Some(CaseSeen { comment: Some(HOSTILE.into()), ..seen(None) }),
                FormState::default(),
            ),
        ),
        ("case-decided", one(case(me, 2, ReportState::Acted), None, FormState::default())),
    ]
}

fn log_row(n: usize) -> LogRow {
    let acts = ["look", "dismiss", "hide", "unhide", "suspend", "unsuspend", "grant", "revoke"];
    LogRow {
        id: format!("AAAAAAAAAAAAAAAAAAAAA{n}"),
        act: acts[n].into(),
        of: [ReportedKind::Video, ReportedKind::Account, ReportedKind::Comment][n % 3],
        thing: "AAAAAAAAAAAAAAAAAAAAAQ".into(),
        href: if n < 3 { "/moderation/x".into() } else { String::new() },
        account: if n > 5 { "late.bus".into() } else { String::new() },
        by: [
            LogHand::Moderator { handle: "mona.moderates".into() },
            LogHand::Unseen { id: "AAAAAAAAAAAAAAAAAAAAAw".into() },
            LogHand::Left,
            LogHand::Operator,
        ][n % 4]
            .clone(),
        reason: if n > 5 { String::new() } else { "private_matters".into() },
        created_at: "2026-03-09T10:00:00Z".into(),
    }
}

fn log(me: &Chrome, items: Vec<LogRow>) -> String {
    LogPage { chrome: me.clone(), items, next_href: None }.render()
}

pub(crate) fn pages(me: &Chrome) -> Vec<(&'static str, String)> {
    let form = |handle: &str, form| {
        let action = if handle.is_empty() { "/videos/x/report" } else { "/accounts/late.bus/report" };
        let of = if handle.is_empty() { ReportedKind::Video } else { ReportedKind::Account };
        let (handle, reason, note) = (handle.into(), String::new(), HOSTILE.into());
        ReportPage { chrome: me.clone(), form, of, action: action.into(), back: "/".into(), handle, reason, note }
            .render()
    };
    let wrong = me.lang.text().problem("invalid_reason").to_owned();
    let wrong = FormState { message: None, errors: vec![FieldError { field: "reason".into(), message: wrong }] };
    let states = [ReportState::Open, ReportState::Dismissed, ReportState::Acted];
    let items = states.into_iter().enumerate().map(|(n, state)| row(me, n, state)).collect();
    let kinds = [Decision::Unsuspend, Decision::Suspend, Decision::Unhide, Decision::Hide];
    let decision = |(n, decision): (usize, Decision)| DecisionRow {
        decision,
        of_comment: n == 3,
        quote: if n == 3 { HOSTILE.into() } else { String::new() },
        href: if n > 1 { "/v/x".into() } else { String::new() },
        reason: "spam".into(),
        ground: if n % 2 == 1 { "law".into() } else { "rules".into() },
        provision: if n % 2 == 1 { HOSTILE.into() } else { String::new() },
        by_notice: n % 2 == 1,
        statement: if n % 2 == 1 { HOSTILE.into() } else { String::new() },
        created_at: "2026-03-09T10:00:00Z".into(),
    };
    let decisions = kinds.into_iter().enumerate().map(decision).collect();
    let suspended = Chrome { suspended: true, ..me.clone() };
    let queue = |decided, items| {
        ModerationPage { chrome: me.clone(), decided, items, next_href: Some("/moderation?cursor=a".into()) }.render()
    };
    let nowhere = Chrome { contact: String::new(), ..me.clone() };
    let one = DecisionsPage { chrome: nowhere, items: vec![decision((1, Decision::Suspend))], next_href: None };
    let waiting = (0..3).map(|n| case(me, n, ReportState::Open)).collect();
    let mut all = vec![
        ("report", form("late.bus", FormState::default())),
        ("report-again", form("", wrong)),
        ("reports", ReportsPage { chrome: suspended, items, next_href: None }.render()),
        ("reports-empty", ReportsPage { chrome: me.clone(), items: vec![], next_href: None }.render()),
        ("decisions", DecisionsPage { chrome: me.clone(), items: decisions, next_href: None }.render()),
        ("decisions-no-contact", one.render()),
        ("log", log(me, (0..8).map(log_row).collect())),
        ("log-empty", log(me, vec![])),
        ("decisions-empty", DecisionsPage { chrome: me.clone(), items: vec![], next_href: None }.render()),
        ("moderation", queue(false, waiting)),
        ("moderation-decided", queue(true, vec![case(me, 2, ReportState::Dismissed)])),
    ];
    all.extend(cases(me));
    all
}
