//! The policy, for all facts there are: they are few enough to try each.

use std::path::Path;

use outro_model::{AccountState, Audience, VideoState};
use outro_policy::{Action, Facts, OwnerFacts, Relation, VideoFacts, decide, feed_scope};

fn all_facts() -> Vec<Facts> {
    let mut all = Vec::new();
    for &relation in Relation::ALL {
        for state in [AccountState::Active, AccountState::Leaving] {
            for private_account in [false, true] {
                let owner = OwnerFacts { state, private_account };
                all.push(Facts { relation, owner, video: None });
                for &state in VideoState::ALL {
                    for &audience in Audience::ALL {
                        all.push(Facts { relation, owner, video: Some(VideoFacts { state, audience }) });
                    }
                }
            }
        }
    }
    all
}

#[test]
fn the_leaving_are_hidden_from_everyone_themselves_included() {
    for facts in all_facts().iter().filter(|facts| facts.owner.state == AccountState::Leaving) {
        for &action in Action::ALL {
            assert!(decide(action, facts).hidden(), "{action:?} {facts:?}");
        }
    }
}

#[test]
fn only_owners_see_past_private_and_only_me() {
    for facts in all_facts().iter().filter(|facts| facts.relation != Relation::Owner) {
        let only_me = facts.video.is_some_and(|video| video.audience == Audience::OnlyMe);
        let about_video = |action| !matches!(action, Action::SeeCard | Action::SeeProfile);
        for &action in Action::ALL {
            let closed = facts.owner.private_account && action != Action::SeeCard || only_me && about_video(action);
            assert!(!closed || decide(action, facts).hidden(), "{action:?} {facts:?}");
        }
    }
}

#[test]
fn nothing_plays_that_is_not_ready_and_bytes_never_outrun_the_page() {
    for facts in all_facts() {
        let ready = facts.video.is_some_and(|video| video.state == VideoState::Ready);
        for action in [Action::ReadBytes, Action::SeeCover, Action::Like] {
            let allowed = decide(action, &facts).allowed;
            assert!(!allowed || ready && decide(Action::SeeVideo, &facts).allowed, "{action:?} {facts:?}");
        }
    }
}

#[test]
fn a_public_ready_video_plays_for_all_and_takes_an_account_to_like() {
    let owner = OwnerFacts { state: AccountState::Active, private_account: false };
    let video = Some(VideoFacts { state: VideoState::Ready, audience: Audience::Everyone });
    let of = |relation| Facts { relation, owner, video };
    for &relation in Relation::ALL {
        assert!(decide(Action::ReadBytes, &of(relation)).allowed);
        assert_eq!(decide(Action::Like, &of(relation)).allowed, relation != Relation::Anonymous);
        assert_eq!(decide(Action::Download, &of(relation)).allowed, relation == Relation::Owner);
    }
    assert!(!decide(Action::Like, &of(Relation::Anonymous)).hidden());
}

#[test]
fn the_feed_scope_is_what_a_stranger_may_watch() {
    let scope = feed_scope();
    for facts in all_facts().iter().filter(|facts| facts.relation == Relation::Anonymous) {
        let Some(video) = facts.video else { continue };
        let in_scope = video.state == scope.video
            && video.audience == scope.audience
            && facts.owner.state == scope.owner
            && facts.owner.private_account == scope.private_account;
        assert_eq!(in_scope, decide(Action::ReadBytes, facts).allowed, "{facts:?}");
    }
}

#[test]
fn the_matrix_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/policy.md");
    let written = outro_policy::matrix();
    if std::env::var_os("OUTRO_WRITE_DOCS").is_some() {
        std::fs::write(&path, &written).expect("docs/policy.md");
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(committed, written, "run `OUTRO_WRITE_DOCS=1 cargo test -p outro-policy`");
}
