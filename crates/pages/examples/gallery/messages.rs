//! Messages, with made-up people.

use outro_pages::*;

use super::{HOSTILE, say};

fn named(handle: &str) -> Named {
    Named { handle: handle.into(), name: String::new() }
}

fn text(number: usize, mine: bool, text: String) -> Bubble {
    let sender = named("ostkreuz");
    let at = format!("2026-03-0{}T1{}:0{}:00Z", 7 + number / 4, number % 8, number % 6);
    Bubble { id: format!("m{number}"), mine, sender, held: Held::Text(text), at }
}

/// Every page of messages in every state.
pub(super) fn messages(me: &Chrome) -> Vec<(&'static str, String)> {
    let short = say(me, "Are you coming on Friday?", "هل ستأتي يوم الجمعة؟");
    let long = say(
        me,
        "We play at nine, the room behind the bakery. Bring the accordion, even if it is broken: that is the point.",
        "نعزف في التاسعة، في الغرفة خلف المخبز. أحضر الأكورديون حتى إن كان مكسورًا، فهذا هو المقصود.",
    );
    let mut bubbles = vec![text(0, false, short.clone()), text(1, true, long.clone()), text(2, true, "👍".into())];
    let video = Held::Video {
        href: "/v/v2".into(),
        cover_url: "/media/c3.jpg".into(),
        caption: say(me, "tiny desk, huge cat", "مكتب صغير وقطة ضخمة"),
        handle: "nora_sings".into(),
    };
    bubbles.push(Bubble { held: video, ..text(4, false, String::new()) });
    bubbles.push(Bubble { held: Held::Gone, ..text(5, true, String::new()) });
    let chat = ChatPage {
        chrome: me.clone(),
        id: "t1".into(),
        people: vec![named("ostkreuz")],
        group: false,
        request: false,
        may_write: MayWrite::Yes,
        bubbles,
        older_href: Some("/inbox/t1?before=m0".into()),
        latest: true,
        form: FormState::default(),
        draft: String::new(),
    };
    let talk = |id: &str, people: Vec<Named>, bubble: Bubble, unread| Talk {
        id: id.into(),
        people,
        last: Some(bubble),
        unread,
    };
    let talks = vec![
        talk("t1", vec![named("ostkreuz")], text(5, false, short), 2),
        talk("t2", vec![named("nora_sings"), named("late.bus"), Named::default()], text(4, true, long), 0),
        talk("t3", vec![Named::default()], Bubble { held: Held::Gone, ..text(1, false, String::new()) }, 0),
    ];
    let inbox = InboxPage {
        chrome: me.clone(),
        requests: false,
        request_count: 2,
        talks,
        next_href: Some("/inbox?cursor=abc".into()),
    };
    let hostile = Named { handle: HOSTILE.into(), name: HOSTILE.into() };
    vec![
        ("inbox-empty", InboxPage { request_count: 0, talks: vec![], next_href: None, ..inbox.clone() }.render()),
        ("inbox-requests", InboxPage { requests: true, ..inbox.clone() }.render()),
        ("inbox", inbox.render()),
        ("chat-request", ChatPage { request: true, ..chat.clone() }.render()),
        (
            "chat-group",
            ChatPage { group: true, people: vec![named("ostkreuz"), Named::default()], ..chat.clone() }.render(),
        ),
        ("chat-closed", ChatPage { may_write: MayWrite::Closed, ..chat.clone() }.render()),
        ("chat-away", ChatPage { may_write: MayWrite::Away, ..chat.clone() }.render()),
        (
            "chat-unavailable",
            ChatPage { people: vec![Named::default()], may_write: MayWrite::Unavailable, ..chat.clone() }.render(),
        ),
        (
            "chat-hostile",
            ChatPage {
                people: vec![hostile],
                bubbles: vec![text(0, true, HOSTILE.into())],
                draft: HOSTILE.into(),
                ..chat.clone()
            }
            .render(),
        ),
        ("chat", chat.render()),
        (
            "message-new",
            NewMessagePage { chrome: me.clone(), to: HOSTILE.into(), text: HOSTILE.into(), form: FormState::default() }
                .render(),
        ),
        (
            "message-send-to",
            SendToPage {
                chrome: me.clone(),
                video: "v2".into(),
                cover_url: "/media/c3.jpg".into(),
                caption: HOSTILE.into(),
                talks: inbox.talks.clone(),
                to: String::new(),
                form: FormState::default(),
            }
            .render(),
        ),
    ]
}
