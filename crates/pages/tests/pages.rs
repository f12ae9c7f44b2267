//! What holds for every page, whatever it shows.

#[path = "../examples/gallery/pages.rs"]
mod pages;

use std::collections::HashSet;

use outro_pages::{FeedKind, FeedPage, Lang, asset};

fn every_page() -> impl Iterator<Item = (String, String)> {
    Lang::ALL
        .into_iter()
        .flat_map(|lang| pages::all(lang).into_iter().map(move |(name, html)| (format!("{lang:?}/{name}"), html)))
}

/// The tags of a page, without the text between them.
fn tags(html: &str) -> impl Iterator<Item = &str> {
    html.split('<').skip(1).filter_map(|part| part.split_once('>').map(|(tag, _)| tag))
}

/// The names of a tag's attributes, leaving out what is inside quotes.
fn attributes(tag: &str) -> Vec<String> {
    let outside: String = tag.split('"').step_by(2).collect();
    outside.split_whitespace().skip(1).filter_map(|word| word.split('=').next()).map(str::to_ascii_lowercase).collect()
}

#[test]
fn both_catalogues_render_every_page() {
    for (name, html) in every_page() {
        assert!(html.starts_with("<!doctype html>"), "{name}");
        assert!(html.trim_end().ends_with("</html>"), "{name}");
        let lang = if name.starts_with("Ar") { "lang=\"ar\" dir=\"rtl\"" } else { "lang=\"en\" dir=\"ltr\"" };
        assert!(html.contains(lang), "{name}");
        let html = without_script_sentences(&html);
        assert!(
            !html.replace("in {} s", "").replace("بعد {} ث", "").contains("{}") && !html.contains("{n}"),
            "{name}: an unfilled sentence"
        );
    }
}

/// Sentences that a script fills stand apart, where nobody reads them.
fn without_script_sentences(html: &str) -> String {
    let Some((before, rest)) = html.split_once("<template data-say>") else { return html.to_owned() };
    format!("{before}{}", rest.split_once("</template>").expect("a template that ends").1)
}

#[test]
fn nothing_inline_that_the_policy_forbids() {
    for (name, html) in every_page() {
        for tag in tags(&html) {
            assert!(!tag.starts_with("style"), "{name}: <{tag}>");
            assert!(!tag.starts_with("script ") || tag.contains(" src=\"/assets/"), "{name}: <{tag}>");
            assert_ne!(tag, "script", "{name}");
            for attribute in attributes(tag) {
                assert!(attribute != "style" && !attribute.starts_with("on"), "{name}: <{tag}>");
            }
        }
    }
}

#[test]
fn text_of_people_is_escaped() {
    for (name, html) in every_page() {
        assert!(!html.contains("<script>") && !html.contains("<img src=x"), "{name}");
        // The quote of the hostile text must not end an attribute.
        assert!(!html.contains("\"><img src"), "{name}");
    }
    let feed = pages::all(Lang::En).into_iter().find(|(name, _)| *name == "feed-hostile").unwrap().1;
    assert!(feed.contains("&#60;script&#62;alert(1)"));
    assert!(feed.contains("&#34;&#62;&#60;img"));
}

#[test]
fn every_asset_and_icon_that_is_named_exists() {
    for (name, html) in every_page() {
        for link in pages::links(&html, "/assets/") {
            assert!(asset(&link).is_some(), "{name}: {link}");
        }
        for icon in pages::links(&html, "#i-") {
            assert!(html.contains(&format!("id=\"{}\"", &icon[1..])), "{name}: {icon}");
        }
        assert_eq!(pages::links(&html, "http"), [""; 0], "{name} leads off the site");
    }
}

#[test]
fn every_id_is_unique_and_every_reference_has_its_target() {
    for (name, html) in every_page() {
        let mut ids = HashSet::new();
        for id in html.split(" id=\"").skip(1).filter_map(|part| part.split('"').next()) {
            assert!(ids.insert(id.to_owned()), "{name}: twice {id}");
        }
        for kind in [" for=\"", " aria-describedby=\"", " aria-labelledby=\""] {
            for list in html.split(kind).skip(1).filter_map(|part| part.split('"').next()) {
                for id in list.split_whitespace() {
                    assert!(ids.contains(id), "{name}: {id}");
                }
            }
        }
    }
}

#[test]
fn every_posting_form_carries_the_token() {
    for (name, html) in every_page() {
        for form in html.split("<form method=\"post\"").skip(1) {
            let form = form.split("</form>").next().unwrap();
            assert!(form.contains("name=\"csrf\" value=\"tok-4f1c\""), "{name}");
            assert!(form.find("name=\"csrf\"") < form.find("name=\"file\"").or(Some(usize::MAX)), "{name}");
        }
    }
}

#[test]
fn leaving_is_a_form_and_never_a_link() {
    for (name, html) in every_page() {
        assert!(!html.contains("href=\"/settings/leave"), "{name}");
    }
}

#[test]
fn enter_in_the_form_of_a_draft_saves_and_does_not_publish() {
    let drafts = every_page().filter(|(name, _)| name.contains("/draft"));
    let seen = drafts.inspect(|(name, html)| {
        // A browser sends a form by its first button.
        let first = html.split("name=\"do\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
        assert_eq!(first, Some("save"), "{name}");
    });
    assert_eq!(seen.count(), 8);
}

#[test]
fn scripts_find_every_sentence_that_they_say() {
    let upload = pages::all(Lang::En).into_iter().find(|(name, _)| *name == "upload").expect("the page").1;
    for script in
        [include_str!("../static/aim.js"), include_str!("../static/studio.js"), include_str!("../static/upload.js")]
    {
        for rest in script.split("say.").skip(1) {
            let word = rest.split(|c: char| !c.is_ascii_lowercase() && c != '_').next().unwrap_or_default();
            assert!(upload.contains(&format!("data-of=\"{word}\"")), "{word}");
        }
    }
    // Said by the name of a phase.
    for phase in ["turn", "checking", "paused", "line"] {
        assert!(upload.contains(&format!("data-of=\"{phase}\"")), "{phase}");
    }
    for template in ["data-item-template", "data-say", "data-announce"] {
        assert!(upload.contains(template), "{template}");
    }
}

#[test]
fn where_the_frame_is_can_be_adjusted_before_publishing() {
    let script = include_str!("../static/aim.js");
    for wanted in ["upload", "draft", "draft-making", "draft-planned"] {
        for (name, html) in every_page().filter(|(name, _)| name.ends_with(&format!("/{wanted}"))) {
            let named: Vec<_> = html.split("data-aim=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
            assert!(!named.is_empty(), "{name}");
            for part in named.iter().filter(|part| !["dots", "strip", "look"].contains(part)) {
                let used = ["this.", "{ ", ", "].iter().any(|before| script.contains(&format!("{before}{part}")));
                assert!(used, "{name}: nothing is done with {part}");
            }
            // It waits for what is known of the frame.
            assert!(html.contains("<div class=\"aim\" data-aim=\"box\" hidden>"), "{name}");
        }
    }
}

#[test]
fn drafts_are_counted_on_ones_own_profile_alone() {
    let named = |wanted| pages::all(Lang::En).into_iter().find(|(name, _)| *name == wanted).expect("the page").1;
    assert!(named("profile-own").contains("3 drafts"));
    for name in ["profile", "profile-friend", "profile-own-empty"] {
        assert!(!named(name).contains("tile drafts"), "{name}");
    }
}

#[test]
fn what_is_not_there_looks_the_same_whatever_it_was() {
    let missing = |lang| pages::all(lang).into_iter().find(|(name, _)| *name == "not-found").unwrap().1;
    assert_eq!(missing(Lang::En), missing(Lang::En));
}

#[test]
fn the_first_page_is_small() {
    // As it goes over the line: style sheets and scripts packed, the page itself not, since what it says of secrets must not be
    // told by its size. What the player imports is named, so that all of it comes at once. Signed in, two small modules are added:
    // following, and counting what is new.
    for (signed_in, files) in [(false, 8), (true, 10)] {
        first_page_is_small(signed_in, files, 55_000);
    }
}

fn first_page_is_small(signed_in: bool, files: usize, most: usize) {
    let chrome = pages::chrome(Lang::Ar, signed_in);
    let page = FeedPage {
        items: (0..5).map(|n| pages::card(&chrome, n)).collect(),
        chrome,
        kind: FeedKind::ForYou,
        next_href: Some("/?cursor=abc".into()),
        first_page: true,
    }
    .render();
    let linked: HashSet<String> = pages::links(&page, "/assets/")
        .into_iter()
        .filter(|link| link.ends_with(".css") || link.ends_with(".js"))
        .collect();
    assert_eq!(linked.len(), files, "{linked:?}");
    let assets: usize =
        linked.iter().map(|link| asset(link).and_then(|asset| asset.gzip).expect("a packed asset").len()).sum();
    let total = page.len() + assets;
    assert!(total < most, "{total} bytes: page {}, assets {assets}", page.len());
}
