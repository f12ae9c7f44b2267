//! The whole policy as a table, for `docs/policy.md`.

use std::fmt::Write;

use outro_model::{AccountState, Audience, VideoState};

use crate::{Action, Facts, OwnerFacts, Relation, VideoFacts, decide};

/// Every decision there is, as Markdown: one row for each set of facts, one column for each action.
pub fn matrix() -> String {
    let mut out = String::from(
        "# The policy, in full\n\nWritten from `crates/policy` by its test `the_matrix_is_current`; do not edit by hand.\n\
         `yes`, or the reason of the refusal. Whatever is refused answers as what never existed, but for\n\
         `NeedsAccount`.\n\n| account | video | viewer |",
    );
    Action::ALL.iter().for_each(|action| write!(out, " {action:?} |").unwrap_or_default());
    out.push_str("\n|---|---|---|");
    out.push_str(&"---|".repeat(Action::ALL.len()));
    out.push('\n');
    for owner in owners() {
        for video in videos() {
            for &relation in Relation::ALL {
                row(&mut out, &Facts { relation, owner, video: Some(video) });
            }
        }
    }
    out
}

fn owners() -> Vec<OwnerFacts> {
    let states = [AccountState::Active, AccountState::Leaving];
    states
        .into_iter()
        .flat_map(|state| [false, true].map(|private_account| OwnerFacts { state, private_account }))
        .collect()
}

fn videos() -> Vec<VideoFacts> {
    let of = |&state: &VideoState| Audience::ALL.iter().map(move |&audience| VideoFacts { state, audience });
    VideoState::ALL.iter().flat_map(of).collect()
}

fn row(out: &mut String, facts: &Facts) {
    let private = if facts.owner.private_account { "private" } else { "public" };
    let video =
        facts.video.map(|video| format!("{}, {}", video.state.word(), video.audience.word())).unwrap_or_default();
    let _ = write!(out, "| {:?}, {private} | {video} | {:?} |", facts.owner.state, facts.relation);
    for &action in Action::ALL {
        let decision = decide(action, facts);
        let word = if decision.allowed { "yes".to_owned() } else { format!("{:?}", decision.reason) };
        let _ = write!(out, " {word} |");
    }
    out.push('\n');
}
