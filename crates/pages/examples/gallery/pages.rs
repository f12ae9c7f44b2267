//! Every page and state with made-up people. Shared by the gallery and the tests.

#[path = "coins.rs"]
mod coins;
#[path = "finding.rs"]
mod finding;
#[path = "graph.rs"]
mod graph;
#[path = "leaving.rs"]
mod leaving;
#[path = "messages.rs"]
mod messages;
#[path = "moderation.rs"]
mod moderation;
#[path = "playlists.rs"]
mod playlists;
#[path = "privacy.rs"]
mod privacy;
#[path = "statistics.rs"]
mod statistics;
#[path = "studio.rs"]
mod studio;

#[path = "talk.rs"]
mod talk;

use leaving::{leaving, others};
use outro_pages::*;
use privacy::privacy;
use talk::talk;

/// Something that tries to break out of text and attributes alike.
pub(crate) const HOSTILE: &str = "<script>alert(1)</script> \"><img src=x onerror=alert(2)> ' & </textarea>";

/// A waveform.
pub(crate) fn peaks() -> Vec<u8> {
    (0..256_u32).map(|at| (40 + at * at * 7 % 90 + (at / 16 % 3) * 60).min(255) as u8).collect()
}

/// All pages of a language by name.
pub(crate) fn all(lang: Lang) -> Vec<(&'static str, String)> {
    let me = chrome(lang, true);
    let stranger = chrome(lang, false);
    let mut pages = feeds(&me, &stranger);
    pages.extend(videos(&me));
    pages.extend(profiles(&me, &stranger));
    pages.extend(messages::messages(&me));
    pages.extend(graph::lists(&me));
    pages.extend(finding::pages(&me));
    pages.extend(playlists::pages(&me));
    pages.extend(moderation::pages(&me));
    pages.extend(entries(&me, &stranger));
    pages.extend(settings(&me));
    pages.extend(studio::pages(&me));
    pages.extend(statistics::pages(&me));
    pages.extend(coins::pages(&me));
    pages.extend(privacy(&me));
    pages.extend(talk(&me, &stranger));
    pages.extend(leaving(&me, &stranger));
    pages.extend(others(&me, &stranger));
    pages
}

/// All addresses in a page that begin with a prefix.
pub(crate) fn links(html: &str, prefix: &str) -> Vec<String> {
    html.split('"').filter(|part| part.starts_with(prefix)).map(str::to_owned).collect()
}

pub(crate) fn chrome(lang: Lang, signed_in: bool) -> Chrome {
    Chrome {
        lang,
        site_name: "Outro".into(),
        contact: if signed_in { "desk@outro.example".into() } else { String::new() },
        viewer: signed_in.then(|| ViewerChip { handle: "mara.k".into() }),
        csrf: "tok-4f1c".into(),
        unread: if signed_in { 3 } else { 0 },
        news: if signed_in { 2 } else { 0 },
        dev: false,
        away: false,
        suspended: false,
        leaving_at: String::new(),
        live: signed_in,
        notice: None,
    }
}

/// In the language of the page, so that right-to-left text is seen where it will be.
pub(crate) fn say(chrome: &Chrome, en: &str, ar: &str) -> String {
    if chrome.lang == Lang::Ar { ar } else { en }.to_owned()
}

pub(crate) fn card(chrome: &Chrome, n: usize) -> VideoCard {
    let handles = ["mara.k", "ostkreuz", "nora_sings", "late.bus", "the.kitchen", "yusuf"];
    let captions = [
        ("Last light over the harbour, first take, no edits", "آخر ضوء فوق الميناء، لقطة واحدة بلا مونتاج"),
        (
            "We wrote this one on the night train from Lviv and recorded it before anyone had slept. Headphones, please, and wait for the second verse: the bridge came from a broken accordion.",
            "كتبنا هذه الأغنية في قطار الليل وسجَّلناها قبل أن ينام أحد. ضع سمَّاعات وانتظر المقطع الثاني، فاللحن خرج من أكورديون مكسور وجدناه في السوق.",
        ),
        ("tiny desk, huge cat", "مكتب صغير وقطة ضخمة"),
        ("", ""),
        ("Rain on tin, 92 bpm", "مطر على الصفيح"),
        ("One loop, four neighbours", "حلقة واحدة وأربعة جيران"),
    ];
    let handle = handles[n % handles.len()];
    let (en, ar) = captions[n % captions.len()];
    VideoCard {
        id: format!("v{n}"),
        href: format!("/v/v{n}"),
        handle: handle.into(),
        display_name: String::new(),
        profile_href: format!("/@{handle}"),
        caption: say(chrome, en, ar),
        cover_url: format!("/media/c{}.jpg", n % 9 + 1),
        video_url: format!("/media/v{}.mp4", n % 9 + 1),
        media: media(n),
        download_url: "/media/d1.mp4".into(),
        joined: (n % 5 == 2).then(|| outro_pages::JoinedLine {
            href: "/v/v2".into(),
            handle: "nora_sings".into(),
            way: if n.is_multiple_of(2) { outro_pages::Way::Duet } else { outro_pages::Way::Stitch },
        }),
        duet_href: format!("/upload?duet=v{n}"),
        stitch_href: format!("/upload?stitch=v{n}"),
        width: 540,
        height: 960,
        caption_pieces: marked(n, say(chrome, en, ar)),
        comment_count: [32, 0, 4_120, 1, 88_000, 2][n % 6],
        like_count: [1_284, 12, 48_200, 0, 1_250_000, 7][n % 6],
        liked: n % 3 == 1,
        sound: (n % 4 != 3).then(|| SoundLine {
            href: format!("/sounds/s{n}"),
            handle: handles[(n + n % 2) % handles.len()].into(),
            original: n.is_multiple_of(2),
        }),
        why: chrome.t().why(["new", "popular", "yours"][n % 3]).into(),
        why_code: ["new", "popular", "yours"][n % 3],
        duration_ms: 9_000 + n as i64 * 3_700,
        is_owner: n == 0,
        follow: (chrome.viewer.is_some() && n > 0 && n % 3 == 2).then(|| graph::button(handle, FollowState::None)),
        can_like: chrome.viewer.is_some(),
    }
}

/// The first caption names somebody and has a hashtag.
fn marked(n: usize, text: String) -> Vec<Piece> {
    let marks = [Piece::Mention("@late.bus".into()), Piece::Text(" ".into()), Piece::Tag("#rain".into())];
    [Piece::Text(text)].into_iter().chain(marks.into_iter().filter(|_| n == 0)).collect()
}

fn feeds(me: &Chrome, stranger: &Chrome) -> Vec<(&'static str, String)> {
    let feed = |chrome: &Chrome, count, next: Option<&str>, first_page| {
        FeedPage {
            chrome: chrome.clone(),
            kind: FeedKind::ForYou,
            items: (0..count).map(|n| card(chrome, n)).collect(),
            next_href: next.map(Into::into),
            first_page,
        }
        .render()
    };
    vec![
        ("feed", feed(me, 6, Some("feed-end.html"), true)),
        ("feed-signed-out", feed(stranger, 6, Some("/?cursor=abc"), true)),
        ("feed-end", feed(me, 1, None, false)),
        ("feed-empty", feed(stranger, 0, None, true)),
        ("following", of_kind(me, FeedKind::Following, 3)),
        ("following-empty", of_kind(me, FeedKind::Following, 0)),
        ("friends-empty", of_kind(me, FeedKind::Friends, 0)),
        ("feed-settings", FeedSettingsPage { chrome: me.clone(), personalised: true }.render()),
        ("feed-settings-off", FeedSettingsPage { chrome: me.clone(), personalised: false }.render()),
        ("feed-gone", {
            let mut items: Vec<_> = (0..2).map(|n| card(me, n)).collect();
            items[0].video_url = "/media/missing.mp4".into();
            FeedPage { chrome: me.clone(), kind: FeedKind::ForYou, items, next_href: None, first_page: true }.render()
        }),
        ("feed-hostile", {
            let mut item = card(me, 0);
            item.handle = HOSTILE.into();
            item.caption = HOSTILE.into();
            item.caption_pieces =
                vec![Piece::Text(HOSTILE.into()), Piece::Mention(HOSTILE.into()), Piece::Tag(HOSTILE.into())];
            item.why = HOSTILE.into();
            FeedPage {
                chrome: me.clone(),
                kind: FeedKind::ForYou,
                items: vec![item],
                next_href: None,
                first_page: true,
            }
            .render()
        }),
    ]
}

fn of_kind(me: &Chrome, kind: FeedKind, count: usize) -> String {
    let items = (0..count).map(|n| card(me, n)).collect();
    FeedPage { chrome: me.clone(), kind, items, next_href: None, first_page: true }.render()
}

fn videos(me: &Chrome) -> Vec<(&'static str, String)> {
    let page = |state, owner: Option<(Audience, bool)>| {
        VideoPage {
            chrome: me.clone(),
            list: None,
            video: card(me, 0),
            state,
            owner: owner.map(|(audience, file)| OwnerTools {
                audience,
                comments_from: Circle::Friends,
                sound_reuse: file,
                downloads: file,
                duets: true,
                stitches: !file,
                age_restricted: !file,
                pinned: file,
                can_pin: true,
                download_url: file.then(|| "/media/v1.mp4".into()),
            }),
            draft: None,
        }
        .render()
    };
    let failed = |code: &str| VideoState::Failed { code: code.into(), detail: HOSTILE.into() };
    vec![
        ("video", page(VideoState::Ready, None)),
        ("video-in-list", {
            let place = ListPlace {
                title: say(me, "Morning songs", "أغاني الصباح"),
                href: "/playlist/p0".into(),
                previous_href: Some("/v/v1?list=p0".into()),
                next_href: Some("/v/v2?list=p0".into()),
            };
            VideoPage {
                chrome: me.clone(),
                list: Some(place),
                video: card(me, 0),
                state: VideoState::Ready,
                owner: None,
                draft: None,
            }
            .render()
        }),
        ("video-owner", page(VideoState::Ready, Some((Audience::OnlyMe, true)))),
        ("video-processing", page(VideoState::Processing { percent: 62 }, Some((Audience::Everyone, false)))),
        ("video-failed", page(failed("no_picture"), Some((Audience::Everyone, false)))),
        ("video-failed-unknown", page(failed("no_such_code"), Some((Audience::Everyone, false)))),
    ]
}

/// Placeholders of three pictures.
const PLACEHOLDERS: [&str; 3] =
    ["1QcSHQRnh493V4dIh4eXh1h4kJUI", "3OcRJYB4d3h/iIeHeEh3eIhw+j2w", "HBkSHYSIeHiPiHh8eJd4eTN0EEQG"];

fn media(n: usize) -> Media {
    let url = format!("/media/v{}.mp4", n % 9 + 1);
    Media {
        sources: vec![Source { url: url.clone(), width: 540, height: 960, codec: "h264", bps: 900_000 }],
        preview_url: url,
        placeholder: PLACEHOLDERS[n % PLACEHOLDERS.len()].into(),
        ..Media::default()
    }
}

pub(crate) fn tile(chrome: &Chrome, n: usize) -> Tile {
    Tile {
        href: format!("/v/v{n}"),
        cover_url: format!("/media/c{}.jpg", n % 9 + 1),
        media: media(n),
        caption: card(chrome, n).caption,
        like_count: card(chrome, n).like_count,
        state: TileState::Ready,
        audience: if n == 4 { Audience::OnlyMe } else { Audience::Everyone },
        pinned: n < 2,
    }
}

pub(crate) fn profile_of(chrome: &Chrome, is_self: bool, locked: bool, count: usize) -> ProfilePage {
    ProfilePage {
        chrome: chrome.clone(),
        handle: "mara.k".into(),
        display_name: say(chrome, "Mara Kovač", "مارا كوفاتش"),
        bio: say(
            chrome,
            "Harbour songs and bad weather.\nBass, tape, one microphone.",
            "أغاني الميناء والطقس السيئ.\nباص وشريط وميكروفون واحد.",
        ),
        like_total: 51_730,
        video_count: count as i64,
        follower_count: 12_480,
        following_count: 87,
        follow: (!is_self).then(|| graph::button("mara.k", FollowState::None)),
        menu: None,
        asks_you: !is_self && locked,
        requests_wait: is_self && count > 0,
        is_self,
        private_account: locked,
        contact: if is_self {
            Contact::Unsaid
        } else if locked {
            Contact::Closed
        } else {
            Contact::Open
        },
        locked,
        tiles: (0..count).map(|n| tile(chrome, n)).collect(),
        next_href: (count > 8).then(|| "/@mara.k?cursor=abc".into()),
        playlists: if count > 2 { playlists::tiles(chrome) } else { vec![] },
        drafts: if is_self { 3 } else { 0 },
        seen: None,
    }
}

fn profiles(me: &Chrome, stranger: &Chrome) -> Vec<(&'static str, String)> {
    let page = profile_of;
    let mut own = page(me, true, false, 9);
    own.tiles[0] =
        Tile { state: TileState::Processing { percent: 40 }, cover_url: String::new(), ..own.tiles[0].clone() };
    own.tiles[1].state = TileState::Failed;
    let mut empty = page(me, true, false, 0);
    empty.bio = String::new();
    empty.drafts = 0;
    let mut asked = page(me, false, true, 0);
    asked.follow = Some(graph::button("mara.k", FollowState::Requested));
    asked.menu = Some(AccountMenu { muted: true, follows_you: false });
    let mut friend = page(me, false, false, 9);
    friend.follow = Some(FollowButton { follows_you: true, ..graph::button("mara.k", FollowState::Following) });
    friend.menu = Some(AccountMenu { muted: false, follows_you: true });
    let mut hostile = page(stranger, false, false, 2);
    hostile.display_name = HOSTILE.into();
    hostile.bio = HOSTILE.into();
    hostile.tiles[0].caption = HOSTILE.into();
    vec![
        ("profile-own", own.render()),
        ("profile-own-empty", empty.render()),
        ("profile", page(stranger, false, false, 9).render()),
        ("profile-empty", page(stranger, false, false, 0).render()),
        ("profile-private", page(stranger, false, true, 0).render()),
        ("profile-asked", asked.render()),
        ("profile-friend", friend.render()),
        ("profile-hostile", hostile.render()),
    ]
}

pub(crate) fn wrong(chrome: &Chrome, field: &str, code: &str) -> FormState {
    FormState {
        message: None,
        errors: vec![FieldError { field: field.into(), message: chrome.t().problem(code).into() }],
    }
}

fn entries(me: &Chrome, stranger: &Chrome) -> Vec<(&'static str, String)> {
    let join = |form, handle: &str| {
        JoinPage {
            chrome: stranger.clone(),
            form,
            handle: handle.into(),
            birth_date: String::new(),
            next: "/upload".into(),
        }
        .render()
    };
    let login = |form, handle: &str| {
        LoginPage { chrome: stranger.clone(), form, handle: handle.into(), next: String::new() }.render()
    };
    let refused = FormState { message: Some(stranger.t().problem("credentials_wrong").into()), errors: vec![] };
    vec![
        ("join", join(FormState::default(), "")),
        ("join-errors", join(wrong(stranger, "handle", "handle_unavailable"), HOSTILE)),
        ("login", login(FormState::default(), "")),
        ("login-errors", login(refused, "mara.k")),
        (
            "password-check",
            PasswordCheckPage {
                chrome: me.clone(),
                form: wrong(me, "password", "password_wrong"),
                next: "/settings/phone".into(),
            }
            .render(),
        ),
        (
            "new-password",
            NewPasswordPage { chrome: me.clone(), form: FormState::default(), takes: NewPasswordTakes::Nothing }
                .render(),
        ),
        (
            "new-password-errors",
            NewPasswordPage {
                chrome: me.clone(),
                form: wrong(me, "new_password", "password_same"),
                takes: NewPasswordTakes::Code {
                    masked: "•••• 78".into(),
                    challenge: "challenge".into(),
                    resend_after_s: 25,
                },
            }
            .render(),
        ),
        (
            "new-password-code-first",
            NewPasswordPage {
                chrome: me.clone(),
                form: FormState::default(),
                takes: NewPasswordTakes::CodeFirst { masked: "•••• 78".into() },
            }
            .render(),
        ),
        (
            "new-password-settling",
            NewPasswordPage {
                chrome: me.clone(),
                form: FormState::default(),
                takes: NewPasswordTakes::Wait { until: "2026-03-04T05:06:07Z".into() },
            }
            .render(),
        ),
    ]
}

fn settings(me: &Chrome) -> Vec<(&'static str, String)> {
    let list = |private_account, notice| {
        SettingsPage {
            chrome: Chrome { notice, ..me.clone() },
            handle: "mara.k".into(),
            display_name: "Mara".into(),
            private_account,
            moderator: private_account,
        }
        .render()
    };
    let account = |phone: Option<&str>| {
        ManageAccountPage {
            chrome: me.clone(),
            handle: "mara.k".into(),
            phone_masked: phone.map(Into::into),
            session_count: 2,
            coins: 120,
        }
        .render()
    };
    let session = |id: &str, label: &str, current| SessionRow {
        id: id.into(),
        label: label.into(),
        signed_in_at: "2026-02-11T08:30:00Z".into(),
        last_seen_at: "2026-03-09T21:04:00Z".into(),
        current,
    };
    let dev = Chrome { dev: true, ..me.clone() };
    vec![
        ("settings", list(false, None)),
        ("settings-private", list(true, Some(Notice::NowPrivate))),
        (
            "edit-profile",
            EditProfilePage {
                chrome: me.clone(),
                form: FormState::default(),
                handle: "mara.k".into(),
                display_name: "Mara Kovač".into(),
                bio: HOSTILE.into(),
            }
            .render(),
        ),
        ("account", account(Some("••• ••• 42"))),
        ("account-no-phone", account(None)),
        (
            "sessions",
            SessionsPage {
                chrome: me.clone(),
                sessions: vec![
                    session("a", "Firefox on Android", true),
                    session("b", "Safari on iPhone", false),
                    session("c", "", false),
                ],
            }
            .render(),
        ),
        (
            "phone",
            PhonePage {
                chrome: me.clone(),
                form: FormState::default(),
                number: String::new(),
                current_masked: None,
                needs_password: true,
                codes_left: 0,
            }
            .render(),
        ),
        (
            "phone-errors",
            PhonePage {
                chrome: me.clone(),
                form: wrong(me, "number", "number_invalid"),
                number: "0170 1234".into(),
                current_masked: Some("••• ••• 42".into()),
                needs_password: false,
                codes_left: 9,
            }
            .render(),
        ),
        (
            "phone-verify",
            PhoneVerifyPage {
                chrome: dev,
                form: wrong(me, "code", "code_wrong"),
                challenge: "ch_1".into(),
                masked: "••• ••• 42".into(),
                resend_after_s: 28,
            }
            .render(),
        ),
    ]
}
