//! Playlists, with made-up ones.

use outro_pages::*;

use super::{HOSTILE, say, tile, wrong};

pub(crate) fn tiles(chrome: &Chrome) -> Vec<ListTile> {
    let names =
        [say(chrome, "Morning songs", "أغاني الصباح"), say(chrome, "One take, no edits, by the harbour", "لقطة واحدة")];
    let tile = |(n, title): (usize, String)| ListTile {
        href: format!("/playlist/p{n}"),
        title,
        cover_url: format!("/media/c{}.jpg", n + 3),
        count: 3 + 9 * n as i64,
    };
    let empty = ListTile { href: "/playlist/p9".into(), title: HOSTILE.into(), cover_url: String::new(), count: 0 };
    names.into_iter().enumerate().map(tile).chain([empty]).collect()
}

pub(crate) fn pages(me: &Chrome) -> Vec<(&'static str, String)> {
    let lists = |form, lists, title: &str| PlaylistsPage {
        chrome: me.clone(),
        form,
        handle: "mara.k".into(),
        lists,
        title: title.into(),
    };
    let one = |is_owner, count: usize| PlaylistPage {
        chrome: me.clone(),
        form: FormState::default(),
        id: "p0".into(),
        handle: "mara.k".into(),
        title: tiles(me)[0].title.clone(),
        typed: None,
        is_owner,
        count: count as i64,
        tiles: (0..count).map(|n| (format!("v{n}"), Tile { pinned: false, ..tile(me, n) })).collect(),
        next_href: (count > 8).then(|| "/playlist/p0?cursor=abc".into()),
    };
    let choice = |(n, list)| ListChoice { id: format!("p{n}"), list, is_in: n == 0 };
    let put = |form, lists: Vec<ListTile>, title: &str| PutInListPage {
        chrome: me.clone(),
        form,
        video: "v1".into(),
        lists: lists.into_iter().enumerate().map(choice).collect(),
        title: title.into(),
    };
    let unnamed = || wrong(me, "title", "invalid_title");
    vec![
        ("playlists", lists(FormState::default(), tiles(me), "").render()),
        ("playlists-empty", lists(unnamed(), vec![], HOSTILE).render()),
        ("playlist", one(false, 9).render()),
        ("playlist-own", one(true, 4).render()),
        ("playlist-empty", one(true, 0).render()),
        ("put-in-list", put(FormState::default(), tiles(me), "").render()),
        ("put-in-list-first", put(unnamed(), vec![], HOSTILE).render()),
    ]
}
