//! People one may know, search and hashtags, with made-up people.

use outro_pages::*;

use super::graph::people;
use super::{HOSTILE, card, peaks, say};

fn tiles(chrome: &Chrome, count: usize) -> Vec<Tile> {
    let tile = |n: usize| Tile { like_count: 12, audience: Audience::Everyone, ..super::tile(chrome, n) };
    (0..count).map(tile).collect()
}

pub(crate) fn pages(me: &Chrome) -> Vec<(&'static str, String)> {
    let reasons = [Reason::FollowsYou, Reason::KnownBy(1), Reason::KnownBy(2), Reason::KnownBy(12), Reason::SameSounds];
    let suggested = people(me, true).into_iter().zip(reasons.into_iter().cycle());
    let suggested: Vec<_> = suggested.map(|(person, reason)| SuggestedPerson { person, reason }).collect();
    let suggestions = |people| SuggestionsPage { chrome: me.clone(), handle: "mara.k".into(), people }.render();
    let search = |typed: &str, results| SearchPage { chrome: me.clone(), typed: typed.into(), results }.render();
    let hashtag = say(me, "night", "ليل");
    let hashtags = vec![(hashtag.clone(), format!("/tags/{hashtag}")), ("nightbus".into(), "/tags/nightbus".into())];
    let found = SearchResults::Found { people: people(me, true), tiles: tiles(me, 6), hashtags };
    let nothing = SearchResults::Found { people: vec![], tiles: vec![], hashtags: vec![] };
    let tag =
        |count, next_href| TagPage { chrome: me.clone(), tag: hashtag.clone(), tiles: tiles(me, count), next_href };
    let sound = |usable, count, next_href| SoundPage {
        chrome: me.clone(),
        handle: "nora_sings".into(),
        video_href: "/v/v1".into(),
        cover_url: "/media/c2.jpg".into(),
        caption: card(me, 1).caption,
        peaks: if count > 0 { peaks() } else { vec![] },
        audio_url: "/media/v1.mp4".into(),
        duration_ms: 42_000,
        use_count: count as i64,
        usable,
        tiles: tiles(me, count),
        next_href,
    };
    let row = |n: usize| SoundRow {
        href: format!("/sounds/s{n}"),
        title: match n % 4 {
            0 => String::new(),
            1 => HOSTILE.into(),
            _ => card(me, n).caption,
        },
        handle: "nora_sings".into(),
        cover_url: format!("/media/c{}.jpg", n % 3 + 1),
        audio_url: "/media/v1.mp4".into(),
        duration_ms: 7_400 * n as i64,
        use_count: 1_300 / (n as i64 + 1),
        use_href: (n != 3).then(|| format!("/upload?sound=s{n}")),
    };
    let library = |sorted, typed: &str, count: usize, next_href, starting| {
        let rows = (0..count).map(row).collect();
        SoundsPage { chrome: me.clone(), sorted, typed: typed.into(), starting, rows, next_href }.render()
    };
    let here = UseSound::Here("/upload?sound=AAAAAAAAAAAAAAAAAAAAAA".into());
    vec![
        ("sound", sound(here, 7, Some("/sounds/s1?cursor=abc".into())).render()),
        ("sound-closed", sound(UseSound::Closed, 0, None).render()),
        ("sound-away", sound(UseSound::Away, 1, None).render()),
        ("sounds", library(Sorted::Trending, "", 7, Some("/sounds?cursor=abc".into()), false)),
        ("sounds-new", library(Sorted::New, "", 0, None, false)),
        ("sounds-found", library(Sorted::Search, HOSTILE, 2, None, false)),
        ("sounds-starting", library(Sorted::Search, "rain", 0, None, true)),
        ("suggestions", suggestions(suggested)),
        ("suggestions-empty", suggestions(vec![])),
        ("search", search("", SearchResults::Nothing)),
        ("search-found", search(&hashtag, found)),
        ("search-nothing", search(HOSTILE, nothing)),
        ("search-starting", search(&hashtag, SearchResults::Starting)),
        ("tag", tag(7, Some("/tags/night?cursor=abc".into())).render()),
        ("tag-empty", tag(0, None).render()),
    ]
}
