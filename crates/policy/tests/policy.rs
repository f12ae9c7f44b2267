//! The policy, for all facts there are: they are few enough to try each.

use std::path::Path;

use outro_model::{AccountState, Audience, Circle, VideoState};
use outro_policy::{
    Action, Facts, OwnerFacts, Reason, Relation, VideoFacts, decide, every_fact, feed_scope, followed_scope,
};

const OPEN: Facts = Facts {
    relation: Relation::Stranger,
    viewer_away: false,
    viewer_adult: false,
    owner: OwnerFacts::OPEN,
    video: Some(VideoFacts::OPEN),
};

/// Holds a rule against every action and every set of facts.
fn always(rule: impl Fn(Action, &Facts) -> bool) {
    for facts in every_fact() {
        for &action in Action::ALL {
            assert!(rule(action, &facts), "{action:?} {facts:?}: {:?}", decide(action, &facts));
        }
    }
}

#[test]
fn the_leaving_and_the_blocked_are_hidden_whatever_else_is_so() {
    let gone = |facts: &Facts| facts.owner.state == AccountState::Leaving || facts.relation == Relation::Blocked;
    always(|action, facts| !gone(facts) || decide(action, facts).hidden());
}

#[test]
fn hiatus_and_suspension_hide_from_all_but_owner_and_moderator() {
    let past = |facts: &Facts| matches!(facts.relation, Relation::Owner | Relation::Moderator);
    always(|action, facts| {
        let away = facts.owner.on_hiatus || facts.owner.suspended;
        !away || past(facts) || decide(action, facts).hidden()
    });
}

#[test]
fn every_setting_only_ever_narrows() {
    // With a switch thrown towards privacy nothing is allowed that was not before.
    let narrower: [fn(&mut Facts); 14] = [
        |facts| facts.video.iter_mut().for_each(|video| video.duets = false),
        |facts| facts.video.iter_mut().for_each(|video| video.stitches = false),
        |facts| facts.video.iter_mut().for_each(|video| video.sound_reuse = false),
        |facts| facts.video.iter_mut().for_each(|video| video.downloads = false),
        |facts| facts.video.iter_mut().for_each(|video| video.age_restricted = true),
        |facts| facts.viewer_adult = false,
        |facts| facts.owner.private_account = true,
        |facts| facts.owner.on_hiatus = true,
        |facts| facts.owner.suspended = true,
        |facts| facts.owner.discoverable = false,
        |facts| facts.owner.searchable = false,
        |facts| facts.owner.messages_from = facts.owner.messages_from.narrower(Circle::Friends),
        |facts| facts.owner.comments_from = facts.owner.comments_from.narrower(Circle::NoOne),
        |facts| facts.viewer_away = true,
    ];
    always(|action, facts| {
        let before = decide(action, facts).allowed;
        narrower.iter().all(|narrow| {
            let mut after = *facts;
            narrow(&mut after);
            before || !decide(action, &after).allowed
        })
    });
}

#[test]
fn closer_relations_may_never_less() {
    let order = [Relation::Anonymous, Relation::Stranger, Relation::Requested, Relation::Follower, Relation::Friend];
    always(|action, facts| {
        let of = |relation| decide(action, &Facts { relation, ..*facts }).allowed;
        order.is_sorted_by_key(|&relation| of(relation))
    });
}

#[test]
fn private_accounts_show_content_to_followers_alone() {
    let close = [Relation::Follower, Relation::Friend, Relation::Owner, Relation::Moderator];
    let card = [Action::SeeCard, Action::Follow, Action::Message, Action::Suggest, Action::Find, Action::Notify];
    always(|action, facts| {
        let closed = facts.owner.private_account && !close.contains(&facts.relation) && !card.contains(&action);
        !closed || decide(action, facts).hidden()
    });
}

#[test]
fn only_me_means_the_owner_and_friends_means_both_ways() {
    always(|action, facts| {
        let Some(video) = facts.video.filter(|_| action.is_about_a_video()) else { return true };
        let seen_by: &[Relation] = match video.audience {
            Audience::Everyone => Relation::ALL,
            Audience::Followers => &[Relation::Follower, Relation::Friend, Relation::Owner, Relation::Moderator],
            Audience::Friends => &[Relation::Friend, Relation::Owner, Relation::Moderator],
            Audience::OnlyMe => &[Relation::Owner, Relation::Moderator],
        };
        seen_by.contains(&facts.relation) || decide(action, facts).hidden()
    });
}

#[test]
fn nothing_plays_that_is_not_ready_and_bytes_never_outrun_the_page() {
    let follows_the_page = [
        Action::ReadBytes,
        Action::SeeCover,
        Action::Like,
        Action::SeeComments,
        Action::Comment,
        Action::HearSound,
        Action::UseSound,
        Action::SeeDuet,
        Action::Duet,
        Action::SeeStitch,
        Action::Stitch,
        Action::Gift,
    ];
    always(|action, facts| {
        let ready = facts.video.is_some_and(|video| video.state == VideoState::Ready);
        let may = decide(action, facts).allowed && follows_the_page.contains(&action);
        !may || ready && decide(Action::SeeVideo, facts).allowed
    });
}

#[test]
fn what_may_be_said_is_said_only_of_what_can_be_seen() {
    always(|action, facts| {
        let decision = decide(action, facts);
        let seen = if action.is_about_a_video() { Action::SeeVideo } else { Action::SeeCard };
        decision.allowed || decision.hidden() || decide(seen, facts).allowed
    });
}

#[test]
fn a_moderator_looks_and_does_nothing_else() {
    always(|action, facts| {
        let looks = [
            Action::SeeCard,
            Action::SeeProfile,
            Action::SeeVideo,
            Action::ReadBytes,
            Action::SeeCover,
            Action::SeeComments,
        ];
        facts.relation != Relation::Moderator || looks.contains(&action) || !decide(action, facts).allowed
    });
}

#[test]
fn who_is_away_looks_and_does_not_act() {
    let acts = [
        Action::Follow,
        Action::Message,
        Action::Like,
        Action::Comment,
        Action::UseSound,
        Action::Duet,
        Action::Stitch,
        Action::Gift,
    ];
    always(|action, facts| !facts.viewer_away || !acts.contains(&action) || !decide(action, facts).allowed);
    let away = Facts { viewer_away: true, ..OPEN };
    assert_eq!(decide(Action::Like, &away).reason, Reason::ViewerAway);
    assert!(decide(Action::ReadBytes, &away).allowed);
}

#[test]
fn each_audience_opens_what_it_says() {
    let of = |action, relation| decide(action, &Facts { relation, ..OPEN });
    for relation in [Relation::Anonymous, Relation::Stranger, Relation::Follower, Relation::Friend] {
        assert!(of(Action::ReadBytes, relation).allowed);
        assert_eq!(of(Action::Like, relation).allowed, relation != Relation::Anonymous);
        assert_eq!(of(Action::Comment, relation).allowed, relation != Relation::Anonymous);
        assert_eq!(of(Action::Message, relation).allowed, relation != Relation::Anonymous);
        assert!(of(Action::Download, relation).allowed);
        assert!(of(Action::TakeOriginal, relation).hidden());
    }
    assert_eq!(of(Action::Like, Relation::Anonymous).reason, Reason::NeedsAccount);
    assert!(!of(Action::Like, Relation::Anonymous).hidden());
    assert!(of(Action::Download, Relation::Owner).allowed);
    assert_eq!(of(Action::Follow, Relation::Owner).reason, Reason::Oneself);
    for circle in [Circle::Friends, Circle::NoOne] {
        let owner = OwnerFacts { messages_from: circle, comments_from: circle, ..OwnerFacts::OPEN };
        for action in [Action::Message, Action::Comment] {
            let of = |relation| decide(action, &Facts { owner, relation, ..OPEN });
            assert_eq!(of(Relation::Friend).allowed, circle == Circle::Friends);
            assert!(!of(Relation::Follower).allowed && !of(Relation::Follower).hidden());
        }
        assert!(decide(Action::Comment, &Facts { owner, relation: Relation::Owner, ..OPEN }).allowed);
    }
}

#[test]
fn a_video_narrows_who_may_comment_and_never_widens_it() {
    for &account in Circle::ALL {
        for &video in Circle::ALL {
            let owner = OwnerFacts { comments_from: account, ..OwnerFacts::OPEN };
            let video = VideoFacts { comments_from: video, ..VideoFacts::OPEN };
            for &relation in Relation::ALL {
                let of = |owner, video| {
                    decide(Action::Comment, &Facts { relation, owner, video: Some(video), ..OPEN }).allowed
                };
                assert_eq!(of(owner, video), of(owner, VideoFacts::OPEN) && of(OwnerFacts::OPEN, video));
            }
        }
    }
}

#[test]
fn a_sound_is_lent_only_while_everyone_may_hear_it_where_it_comes_from() {
    let everyone = |facts: &Facts| {
        decide(Action::ReadBytes, &Facts { relation: Relation::Anonymous, viewer_adult: false, ..*facts }).allowed
    };
    for facts in every_fact() {
        let heard = decide(Action::HearSound, &facts).allowed;
        let lent = facts.video.is_some_and(|video| video.sound_reuse) && everyone(&facts);
        let out = matches!(facts.relation, Relation::Blocked | Relation::Moderator);
        // Its owner hears it no more either, and who may not act hears it all the same.
        assert_eq!(heard, lent && !out, "{facts:?}");
        let used = heard && facts.relation != Relation::Anonymous && !facts.viewer_away;
        assert_eq!(decide(Action::UseSound, &facts).allowed, used, "{facts:?}");
    }
    let closed = VideoFacts { sound_reuse: false, ..VideoFacts::OPEN };
    let refused = decide(Action::UseSound, &Facts { video: Some(closed), ..OPEN });
    assert_eq!((refused.reason, refused.hidden()), (Reason::SoundClosed, false));
}

#[test]
fn a_video_is_in_another_only_while_everyone_may_watch_it_and_its_owner_lets_it() {
    let everyone = |facts: &Facts| {
        decide(Action::ReadBytes, &Facts { relation: Relation::Anonymous, viewer_adult: false, ..*facts }).allowed
    };
    type Lets = fn(&VideoFacts) -> bool;
    let ways: [(Action, Action, Lets); 2] = [
        (Action::SeeDuet, Action::Duet, |video| video.duets),
        (Action::SeeStitch, Action::Stitch, |video| video.stitches),
    ];
    for facts in every_fact() {
        for (see, take, lets) in ways {
            let seen = decide(see, &facts).allowed;
            let lent = facts.video.as_ref().is_some_and(lets) && everyone(&facts);
            let out = matches!(facts.relation, Relation::Blocked | Relation::Moderator);
            assert_eq!(seen, lent && !out, "{see:?} {facts:?}");
            let taken = seen && facts.relation != Relation::Anonymous && !facts.viewer_away;
            assert_eq!(decide(take, &facts).allowed, taken, "{take:?} {facts:?}");
        }
    }
    // Whoever asks for what is closed is told no more than of what never was.
    let closed = VideoFacts { duets: false, ..VideoFacts::OPEN };
    let refused = decide(Action::Duet, &Facts { video: Some(closed), ..OPEN });
    assert_eq!((refused.reason, refused.hidden()), (Reason::JoiningClosed, true));
    assert!(decide(Action::Stitch, &Facts { video: Some(closed), ..OPEN }).allowed);
}

#[test]
fn a_video_is_kept_by_others_only_while_everyone_may_watch_it_and_its_owner_lets_them() {
    let everyone = |facts: &Facts| {
        decide(Action::ReadBytes, &Facts { relation: Relation::Anonymous, viewer_adult: false, ..*facts }).allowed
    };
    for facts in every_fact().filter(|facts| facts.relation != Relation::Owner) {
        let kept = decide(Action::Download, &facts);
        let out = matches!(facts.relation, Relation::Blocked | Relation::Moderator);
        let open = facts.video.is_some_and(|video| video.downloads) && everyone(&facts) && !out;
        // A refusal tells nothing.
        assert_eq!((kept.allowed, kept.hidden()), (open, !open), "{facts:?}");
        assert!(decide(Action::TakeOriginal, &facts).hidden(), "{facts:?}");
    }
}

#[test]
fn what_is_for_adults_is_hidden_from_whoever_is_not_known_to_be_one() {
    let past = |facts: &Facts| matches!(facts.relation, Relation::Owner | Relation::Moderator);
    always(|action, facts| {
        let Some(video) = facts.video.filter(|_| action.is_about_a_video()) else { return true };
        let closed = video.age_restricted && !facts.viewer_adult && !past(facts);
        !closed || decide(action, facts).hidden()
    });
    let adults = Some(VideoFacts { age_restricted: true, ..VideoFacts::OPEN });
    let of = |viewer_adult| decide(Action::ReadBytes, &Facts { viewer_adult, video: adults, ..OPEN });
    assert_eq!((of(true).allowed, of(false).reason), (true, Reason::AgeRestricted));
}

#[test]
fn the_feed_scope_is_what_a_stranger_may_watch() {
    let scope = feed_scope();
    for facts in every_fact().filter(|facts| matches!(facts.relation, Relation::Anonymous | Relation::Blocked)) {
        let Some(video) = facts.video else { continue };
        let in_scope = video.state == scope.video
            && video.audience == scope.audience
            && !video.hidden
            && (!video.age_restricted || facts.viewer_adult)
            && facts.owner.state == scope.owner
            && !facts.owner.private_account
            && !facts.owner.on_hiatus
            && !facts.owner.suspended
            && facts.relation != Relation::Blocked;
        assert_eq!(in_scope, decide(Action::ReadBytes, &facts).allowed, "{facts:?}");
    }
}

#[test]
fn the_followed_scope_is_what_those_may_watch_who_follow() {
    let scope = followed_scope();
    for facts in every_fact() {
        let follows = matches!(facts.relation, Relation::Follower | Relation::Friend);
        let may_watch = follows && facts.video.is_some() && decide(Action::ReadBytes, &facts).allowed;
        assert_eq!(scope.admits(&facts), may_watch, "{facts:?}");
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
