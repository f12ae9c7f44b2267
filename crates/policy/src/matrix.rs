//! The whole policy as tables, for `docs/policy.md`.

use std::fmt::Write;

use outro_model::{AccountState, Audience, Circle, VideoState};

use crate::{Action, Facts, OwnerFacts, Relation, VideoFacts, decide};

const BOTH: [bool; 2] = [false, true];
const STATES: [AccountState; 2] = [AccountState::Active, AccountState::Leaving];

/// Every set of facts there is: each kind of owner, video, relation and viewer with each other. Who may comment on a video
/// is not varied together with who may keep it, put it into theirs and how old one must be, which no rule asks about along with it.
pub fn every_fact() -> impl Iterator<Item = Facts> {
    let owners = STATES.into_iter().flat_map(|state| {
        let flags = (0u8..32).map(move |bits| OwnerFacts {
            state,
            private_account: bits & 1 != 0,
            on_hiatus: bits & 2 != 0,
            suspended: bits & 4 != 0,
            discoverable: bits & 8 == 0,
            searchable: bits & 16 == 0,
            ..OwnerFacts::OPEN
        });
        flags.flat_map(|owner| {
            let circles = Circle::ALL.iter().flat_map(|&messages| Circle::ALL.iter().map(move |&of| (messages, of)));
            circles.map(move |(messages_from, comments_from)| OwnerFacts { messages_from, comments_from, ..owner })
        })
    });
    owners.flat_map(|owner| {
        let videos = every_video().map(Some).chain([None]);
        videos.flat_map(move |video| {
            let viewers = Relation::ALL.iter().flat_map(|&relation| BOTH.map(|away| (relation, away)));
            // Elsewhere nobody's age is asked.
            let ages = if video.is_some_and(|video| video.age_restricted) { &BOTH[..] } else { &BOTH[..1] };
            let viewers =
                viewers.flat_map(move |(relation, away)| ages.iter().map(move |&adult| (relation, away, adult)));
            viewers.map(move |(relation, viewer_away, viewer_adult)| Facts {
                relation,
                viewer_away,
                viewer_adult,
                owner,
                video,
            })
        })
    })
}

fn every_video() -> impl Iterator<Item = VideoFacts> {
    let seen = VideoState::ALL.iter().flat_map(|&state| Audience::ALL.iter().map(move |&audience| (state, audience)));
    let seen = seen.flat_map(|(state, audience)| {
        let more = Circle::ALL.iter().flat_map(|&comments_from| BOTH.map(|hidden| (comments_from, hidden)));
        let more = more.flat_map(|(comments_from, hidden)| BOTH.map(|closed| (comments_from, hidden, !closed)));
        more.map(move |(comments_from, hidden, sound_reuse)| VideoFacts {
            state,
            audience,
            comments_from,
            hidden,
            sound_reuse,
            ..VideoFacts::OPEN
        })
    });
    seen.chain(kept()).chain(joined())
}

/// Videos that others may not keep, or that are for adults.
fn kept() -> impl Iterator<Item = VideoFacts> {
    let seen = VideoState::ALL.iter().flat_map(|&state| Audience::ALL.iter().map(move |&audience| (state, audience)));
    seen.flat_map(|(state, audience)| {
        let more = BOTH.into_iter().flat_map(|hidden| BOTH.map(|closed| (hidden, !closed)));
        let ways = [(false, false), (true, true), (false, true)];
        let more =
            more.flat_map(move |(hidden, reuse)| ways.map(|(downloads, adults)| (hidden, reuse, downloads, adults)));
        more.map(move |(hidden, sound_reuse, downloads, age_restricted)| VideoFacts {
            state,
            audience,
            hidden,
            sound_reuse,
            downloads,
            age_restricted,
            ..VideoFacts::OPEN
        })
    })
}

/// Videos that others may not put beside theirs, or not begin with.
fn joined() -> impl Iterator<Item = VideoFacts> {
    let seen = VideoState::ALL.iter().flat_map(|&state| Audience::ALL.iter().map(move |&audience| (state, audience)));
    seen.flat_map(|(state, audience)| {
        let more = BOTH.into_iter().flat_map(|hidden| BOTH.map(|age_restricted| (hidden, age_restricted)));
        let ways = [(false, false), (true, false), (false, true)];
        let more =
            more.flat_map(move |(hidden, adults)| ways.map(|(duets, stitches)| (hidden, adults, duets, stitches)));
        more.map(move |(hidden, age_restricted, duets, stitches)| VideoFacts {
            state,
            audience,
            hidden,
            age_restricted,
            duets,
            stitches,
            ..VideoFacts::OPEN
        })
    })
}

/// FNV-1a over every decision there is, so that a change of any one is a change of the committed page.
fn digest() -> (u64, u64) {
    let (mut hash, mut count) = (0xcbf2_9ce4_8422_2325_u64, 0);
    for facts in every_fact() {
        for &action in Action::ALL {
            let decision = decide(action, &facts);
            for byte in [u8::from(decision.allowed), u8::from(decision.hidden()), decision.reason as u8] {
                hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
            }
            count += 1;
        }
    }
    (hash, count)
}

/// Every decision, as Markdown. What does not touch each other stands in tables of its own.
pub fn matrix() -> String {
    let (hash, count) = digest();
    let mut out = format!(
        "# The policy, in full\n\nWritten from `crates/policy` by its test `the_matrix_is_current`; do not edit by hand.\n\
         `yes`, or the reason of the refusal. Whatever is refused answers as what never existed, but for what stands\n\
         in *italics*: it may be said, of a thing that the viewer can see. Each table varies what its head names and\n\
         leaves all else open. All {count} decisions together: `{hash:016x}`.\n"
    );
    accounts(&mut out);
    videos(&mut out);
    switches(&mut out);
    comments(&mut out);
    sounds(&mut out);
    keeping(&mut out);
    joining(&mut out);
    ages(&mut out);
    out
}

fn of_accounts() -> Vec<Action> {
    Action::ALL.iter().copied().filter(|action| !action.is_about_a_video()).collect()
}

fn of_videos() -> Vec<Action> {
    Action::ALL.iter().copied().filter(|action| action.is_about_a_video()).collect()
}

fn head(out: &mut String, title: &str, varied: &[&str], actions: &[Action]) {
    let _ = write!(out, "\n## {title}\n\n|");
    varied.iter().for_each(|name| write!(out, " {name} |").unwrap_or_default());
    actions.iter().for_each(|action| write!(out, " {action:?} |").unwrap_or_default());
    let _ = writeln!(out, "\n|{}", "---|".repeat(varied.len() + actions.len()));
}

fn row(out: &mut String, varied: &[&str], actions: &[Action], facts: &Facts) {
    out.push('|');
    varied.iter().for_each(|value| write!(out, " {value} |").unwrap_or_default());
    for &action in actions {
        let decision = decide(action, facts);
        let _ = match (decision.allowed, decision.hidden()) {
            (true, _) => write!(out, " yes |"),
            (false, true) => write!(out, " {:?} |", decision.reason),
            (false, false) => write!(out, " *{:?}* |", decision.reason),
        };
    }
    out.push('\n');
}

fn open(relation: Relation) -> Facts {
    Facts { relation, viewer_away: false, viewer_adult: false, owner: OwnerFacts::OPEN, video: Some(VideoFacts::OPEN) }
}

const STANDINGS: [(&str, OwnerFacts); 5] = [
    ("public", OwnerFacts::OPEN),
    ("private", OwnerFacts { private_account: true, ..OwnerFacts::OPEN }),
    ("on hiatus", OwnerFacts { on_hiatus: true, ..OwnerFacts::OPEN }),
    ("suspended", OwnerFacts { suspended: true, ..OwnerFacts::OPEN }),
    ("leaving", OwnerFacts { state: AccountState::Leaving, ..OwnerFacts::OPEN }),
];

fn accounts(out: &mut String) {
    head(out, "Accounts", &["account", "viewer", "viewer is"], Action::ALL);
    for (name, owner) in STANDINGS {
        for &relation in Relation::ALL {
            for viewer_away in BOTH {
                let facts = Facts { owner, viewer_away, ..open(relation) };
                let here = if viewer_away { "away" } else { "here" };
                row(out, &[name, &format!("{relation:?}"), here], Action::ALL, &facts);
            }
        }
    }
}

fn videos(out: &mut String) {
    let actions = of_videos();
    head(out, "Videos", &["account", "video", "viewer"], &actions);
    for private_account in BOTH {
        let (owner, name) =
            (OwnerFacts { private_account, ..OwnerFacts::OPEN }, if private_account { "private" } else { "public" });
        let plain = |video: &VideoFacts| {
            let all = VideoFacts { downloads: true, duets: true, stitches: true, age_restricted: false, ..*video };
            all == *video
        };
        for video in
            every_video().filter(plain).filter(|video| video.comments_from == Circle::Everyone && video.sound_reuse)
        {
            let hidden = if video.hidden { ", hidden" } else { "" };
            let words = format!("{}, {}{hidden}", video.state.word(), video.audience.word());
            for &relation in Relation::ALL {
                let facts = Facts { owner, video: Some(video), ..open(relation) };
                row(out, &[name, &words, &format!("{relation:?}")], &actions, &facts);
            }
        }
    }
}

fn switches(out: &mut String) {
    head(out, "Who may find and message", &["discoverable", "searchable", "messages from", "viewer"], &of_accounts());
    for discoverable in BOTH {
        for searchable in BOTH {
            for &messages_from in Circle::ALL {
                for &relation in Relation::ALL {
                    let owner = OwnerFacts { discoverable, searchable, messages_from, ..OwnerFacts::OPEN };
                    let facts = Facts { owner, ..open(relation) };
                    let (one, two) = (discoverable.to_string(), searchable.to_string());
                    let varied = [&one, &two, messages_from.word(), &format!("{relation:?}")];
                    row(out, &varied, &of_accounts(), &facts);
                }
            }
        }
    }
}

fn comments(out: &mut String) {
    let actions = [Action::SeeComments, Action::Comment];
    head(out, "Who may comment", &["account takes", "video takes", "viewer"], &actions);
    for &account in Circle::ALL {
        for &video in Circle::ALL {
            for &relation in Relation::ALL {
                let owner = OwnerFacts { comments_from: account, ..OwnerFacts::OPEN };
                let video = VideoFacts { comments_from: video, ..VideoFacts::OPEN };
                let facts = Facts { owner, video: Some(video), ..open(relation) };
                let varied = [account.word(), video.comments_from.word(), &format!("{relation:?}")];
                row(out, &varied, &actions, &facts);
            }
        }
    }
}

fn sounds(out: &mut String) {
    let actions = [Action::ReadBytes, Action::HearSound, Action::UseSound];
    head(out, "Whose sound may be used", &["account", "video", "its sound", "viewer"], &actions);
    for (name, owner) in STANDINGS {
        for &audience in Audience::ALL {
            for sound_reuse in BOTH {
                for &relation in Relation::ALL {
                    let video = VideoFacts { audience, sound_reuse, ..VideoFacts::OPEN };
                    let facts = Facts { owner, video: Some(video), ..open(relation) };
                    let lent = if sound_reuse { "lent" } else { "not lent" };
                    row(out, &[name, audience.word(), lent, &format!("{relation:?}")], &actions, &facts);
                }
            }
        }
    }
}

fn keeping(out: &mut String) {
    let actions = [Action::ReadBytes, Action::Download, Action::TakeOriginal];
    head(out, "Who may keep a video as a file", &["account", "video", "downloads", "viewer"], &actions);
    for (name, owner) in STANDINGS {
        for &audience in Audience::ALL {
            for downloads in BOTH {
                for &relation in Relation::ALL {
                    let video = VideoFacts { audience, downloads, ..VideoFacts::OPEN };
                    let facts = Facts { owner, video: Some(video), ..open(relation) };
                    let may = if downloads { "allowed" } else { "not allowed" };
                    row(out, &[name, audience.word(), may, &format!("{relation:?}")], &actions, &facts);
                }
            }
        }
    }
}

fn joining(out: &mut String) {
    let actions = [Action::ReadBytes, Action::SeeDuet, Action::Duet, Action::SeeStitch, Action::Stitch];
    head(out, "Whose video may be in another", &["account", "video", "duets, stitches", "viewer"], &actions);
    for (name, owner) in STANDINGS {
        for &audience in Audience::ALL {
            for (duets, stitches) in [(true, true), (true, false), (false, true)] {
                for &relation in Relation::ALL {
                    let video = VideoFacts { audience, duets, stitches, ..VideoFacts::OPEN };
                    let facts = Facts { owner, video: Some(video), ..open(relation) };
                    let may = |allowed| if allowed { "yes" } else { "no" };
                    let lent = format!("{}, {}", may(duets), may(stitches));
                    row(out, &[name, audience.word(), &lent, &format!("{relation:?}")], &actions, &facts);
                }
            }
        }
    }
}

fn ages(out: &mut String) {
    let actions = of_videos();
    head(out, "Videos for adults alone", &["viewer", "viewer is"], &actions);
    for &relation in Relation::ALL {
        for viewer_adult in BOTH {
            let video = VideoFacts { age_restricted: true, ..VideoFacts::OPEN };
            let facts = Facts { viewer_adult, video: Some(video), ..open(relation) };
            let age = if viewer_adult { "18 or older" } else { "not known to be" };
            row(out, &[&format!("{relation:?}"), age], &actions, &facts);
        }
    }
}
