//! The pages of privacy.

use outro_pages::*;

use super::{HOSTILE, profile_of, tile};

pub(crate) fn privacy(me: &Chrome) -> Vec<(&'static str, String)> {
    let settings = |on: bool| {
        PrivacyPage {
            chrome: Chrome { away: on, ..me.clone() },
            private_account: on,
            discoverable: !on,
            searchable: !on,
            messages_from: if on { Circle::NoOne } else { Circle::Everyone },
            comments_from: Circle::Followers,
            on_hiatus: on,
            changes: changes(),
        }
        .render()
    };
    let mut pages = vec![("privacy", settings(false)), ("privacy-away", settings(true))];
    pages.extend(steps(me));
    pages.push(("checkup", checkup(me)));
    pages.extend(seen(me));
    pages.extend(audiences(me));
    pages
}

const COUNTS: [(Audience, i64); 4] =
    [(Audience::Everyone, 7), (Audience::Followers, 2), (Audience::Friends, 1), (Audience::OnlyMe, 0)];

fn steps(me: &Chrome) -> Vec<(&'static str, String)> {
    let page = |step, effects| {
        let waiting = if step == PrivacyStep::GoPublic { 3 } else { 0 };
        PrivacyStepPage { chrome: me.clone(), step, effects, waiting, later: false }.render()
    };
    vec![
        ("step-private", page(PrivacyStep::GoPrivate, vec![effect("videos", "everyone", "followers")])),
        ("step-public", page(PrivacyStep::GoPublic, vec![])),
        (
            "step-away",
            page(
                PrivacyStep::GoAway,
                vec![effect("card", "everyone", "no_one"), effect("comment", "followers", "no_one")],
            ),
        ),
        ("step-back", page(PrivacyStep::ComeBack, vec![effect("card", "no_one", "everyone")])),
    ]
}

fn effect(question: &'static str, before: &'static str, after: &'static str) -> EffectLine {
    let people = (after == "followers").then_some(12);
    EffectLine { question, before, after, people, videos: (question == "videos").then_some(7) }
}

fn changes() -> Vec<ChangeLine> {
    let change = |setting, value, effects| ChangeLine { setting, value, effects };
    vec![
        change("discoverable", "false", vec![effect("suggest", "accounts", "no_one")]),
        change("discoverable", "true", vec![]),
        change("messages_from", "friends", vec![effect("message", "accounts", "friends")]),
        change("comments_from", "followers", vec![effect("comment", "accounts", "followers")]),
    ]
}

fn checkup(me: &Chrome) -> String {
    let line = |question: &'static str, reach: &'static str| CheckLine {
        question,
        reach,
        people: (reach == "followers").then_some(12),
        href: "/settings/privacy",
    };
    let lines = vec![
        line("card", "everyone"),
        line("videos", "followers"),
        line("suggest", "accounts"),
        line("message", "friends"),
        line("comment", "no_one"),
    ];
    let setting = |setting, href| SettingLine { setting, href, changes: changes() };
    let settings = vec![
        setting("private_account", "/settings/privacy/private"),
        setting("messages_from", "/settings/privacy#reached"),
    ];
    CheckupPage { chrome: me.clone(), lines, settings, audiences: COUNTS.to_vec() }.render()
}

fn seen(me: &Chrome) -> Vec<(&'static str, String)> {
    let choose = |form, handle: &str| SeeAsPage { chrome: me.clone(), form, handle: handle.into() }.render();
    let wrong = FormState {
        message: None,
        errors: vec![FieldError { field: "handle".into(), message: me.lang.text().problem("handle_invalid").into() }],
    };
    let frame = |by, reason: &str, count: usize| SeenFrame {
        by,
        handle: "nora_sings".into(),
        reason: if reason.is_empty() { String::new() } else { me.lang.text().reason(reason).into() },
        hidden: (0..count)
            .map(|n| HiddenTile { tile: tile(me, n), reason: me.lang.text().reason("audience").into() })
            .collect(),
    };
    let profile =
        |frame, locked, count| ProfilePage { seen: Some(frame), ..profile_of(me, false, locked, count) }.render();
    let mut hostile = frame(SeenBy::Handle, "", 1);
    hostile.handle = HOSTILE.into();
    hostile.hidden[0].tile.caption = HOSTILE.into();
    vec![
        ("see-as", choose(FormState::default(), "")),
        ("see-as-errors", choose(wrong, HOSTILE)),
        ("seen-follower", profile(frame(SeenBy::Follower, "", 2), false, 9)),
        ("seen-stranger", profile(frame(SeenBy::Stranger, "private_account", 3), true, 0)),
        ("seen-hostile", profile(hostile, false, 2)),
        ("seen-nothing", SeenNothingPage { chrome: me.clone(), frame: frame(SeenBy::Handle, "on_hiatus", 1) }.render()),
    ]
}

fn audiences(me: &Chrome) -> Vec<(&'static str, String)> {
    let page = |count: usize| {
        AudiencesPage {
            chrome: me.clone(),
            form: FormState::default(),
            videos: (0..count).map(|n| PickVideo { id: format!("v{n}"), tile: tile(me, n) }).collect(),
            audiences: COUNTS.to_vec(),
            next_href: (count > 0).then(|| "/settings/videos?cursor=abc".into()),
        }
        .render()
    };
    vec![("audiences", page(7)), ("audiences-empty", page(0))]
}
