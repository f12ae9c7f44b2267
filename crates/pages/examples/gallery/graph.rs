//! Following and its lists, with made-up people.

use outro_pages::*;

use super::{HOSTILE, say};

pub(crate) fn button(handle: &str, state: FollowState) -> FollowButton {
    FollowButton {
        handle: handle.into(),
        state,
        follows_you: false,
        private_account: false,
        back: format!("/@{handle}"),
    }
}

pub(crate) fn people(chrome: &Chrome, with_buttons: bool) -> Vec<Person> {
    let each = [
        ("ostkreuz", say(chrome, "Ostkreuz", "أوستكرويتس"), FollowState::Following, true),
        ("nora_sings", say(chrome, "Nora", "نورا"), FollowState::None, true),
        ("late.bus", String::new(), FollowState::Requested, false),
        ("the.kitchen.of.twenty4", HOSTILE.chars().take(50).collect(), FollowState::None, false),
        ("yusuf", say(chrome, "Yusuf", "يوسف"), FollowState::Following, false),
    ];
    let person = |(handle, display_name, state, follows_you): (&str, String, FollowState, bool)| Person {
        handle: handle.into(),
        display_name,
        follow: with_buttons.then(|| FollowButton { follows_you, ..button(handle, state) }),
    };
    each.into_iter().map(person).collect()
}

pub(crate) fn lists(me: &Chrome) -> Vec<(&'static str, String)> {
    let list = |list, is_self: bool, people| {
        let next_href = is_self.then(|| "/@mara.k/followers?cursor=abc".to_owned());
        PeoplePage { chrome: me.clone(), handle: "mara.k".into(), is_self, list, people, next_href }.render()
    };
    let requests =
        |people| RequestsPage { chrome: me.clone(), handle: "mara.k".into(), people, next_href: None }.render();
    let apart = |list, people| ApartPage { chrome: me.clone(), list, people, next_href: None }.render();
    vec![
        ("followers", list(PeopleList::Followers, true, people(me, true))),
        ("following", list(PeopleList::Following, false, people(me, true))),
        ("following-empty", list(PeopleList::Following, false, vec![])),
        ("requests", requests(people(me, false))),
        ("requests-empty", requests(vec![])),
        ("blocked", apart(ApartList::Blocked, people(me, false))),
        ("muted", apart(ApartList::Muted, people(me, false))),
        ("muted-empty", apart(ApartList::Muted, vec![])),
    ]
}
