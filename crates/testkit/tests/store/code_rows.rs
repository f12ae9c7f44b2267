//! One-time codes: tries, expiry, use; and the waits between sendings.

use super::*;
use outro_model::ChallengeId;
use outro_store::challenges::{self, Challenge, TRIES};

const LINK: i64 = 1;
const LEAVE: i64 = 2;

fn challenge(account: AccountId, purpose: i64) -> Challenge {
    Challenge {
        account,
        id: ChallengeId::random(&SystemRandom),
        purpose,
        number: Some(b"number".to_vec()),
        code_mac: b"mac".to_vec(),
        created_at: Timestamp(10),
        expires_at: Timestamp(100),
    }
}

/// An account with one open challenge.
async fn begun(tx: &mut Tx) -> Challenge {
    let challenge = challenge(add_account(tx).await, LINK);
    challenges::replace(tx, &challenge).await.unwrap();
    challenge
}

async fn tried(tx: &mut Tx, challenge: &Challenge, now: i64) -> bool {
    let Challenge { account, id, purpose, .. } = *challenge;
    challenges::spend_try(tx, account, id, purpose, Timestamp(now)).await.unwrap().is_some()
}

on_both! {
    async fn a_try_gives_what_is_stored(world: World) {
        let mut tx = write(&world).await;
        let open = begun(&mut tx).await;
        let found = challenges::spend_try(&mut tx, open.account, open.id, LINK, Timestamp(20)).await.unwrap();
        assert_eq!(format!("{:?}", found.unwrap()), format!("{open:?}"));
    }
}

on_both! {
    async fn a_challenge_without_a_number_is_kept_as_such(world: World) {
        let mut tx = write(&world).await;
        let open = Challenge { number: None, code_mac: vec![], ..challenge(add_account(&mut tx).await, LEAVE) };
        challenges::replace(&mut tx, &open).await.unwrap();
        let found = challenges::spend_try(&mut tx, open.account, open.id, LEAVE, Timestamp(20)).await.unwrap().unwrap();
        assert_eq!((found.number, found.code_mac), (None, vec![]));
    }
}

on_both! {
    async fn tries_run_out_at_five(world: World) {
        let mut tx = write(&world).await;
        let open = begun(&mut tx).await;
        assert_eq!(TRIES, 5);
        for number in 1..=5 {
            assert!(tried(&mut tx, &open, 20).await, "try {number}");
        }
        assert!(!tried(&mut tx, &open, 20).await, "a sixth try");
    }
}

on_both! {
    async fn an_expired_challenge_takes_no_try(world: World) {
        let mut tx = write(&world).await;
        let open = begun(&mut tx).await;
        assert!(tried(&mut tx, &open, 99).await);
        assert!(!tried(&mut tx, &open, 100).await);
        assert!(!challenges::use_up(&mut tx, open.account, open.id, Timestamp(100)).await.unwrap());
    }
}

on_both! {
    async fn a_used_challenge_is_over(world: World) {
        let mut tx = write(&world).await;
        let open = begun(&mut tx).await;
        assert!(challenges::use_up(&mut tx, open.account, open.id, Timestamp(20)).await.unwrap());
        assert!(!challenges::use_up(&mut tx, open.account, open.id, Timestamp(20)).await.unwrap());
        assert!(!tried(&mut tx, &open, 21).await);
    }
}

on_both! {
    async fn only_the_last_of_a_purpose_counts(world: World) {
        let mut tx = write(&world).await;
        let first = begun(&mut tx).await;
        let leave = challenge(first.account, LEAVE);
        challenges::replace(&mut tx, &leave).await.unwrap();
        let second = challenge(first.account, LINK);
        challenges::replace(&mut tx, &second).await.unwrap();
        assert!(!tried(&mut tx, &first, 20).await, "a code that was replaced");
        assert!(tried(&mut tx, &second, 20).await);
        assert!(tried(&mut tx, &leave, 20).await, "another purpose was touched");
    }
}

on_both! {
    async fn a_challenge_is_of_one_account_and_one_purpose(world: World) {
        let mut tx = write(&world).await;
        let open = begun(&mut tx).await;
        let other = add_account(&mut tx).await;
        let now = Timestamp(20);
        assert!(challenges::spend_try(&mut tx, other, open.id, LINK, now).await.unwrap().is_none());
        assert!(challenges::spend_try(&mut tx, open.account, open.id, LEAVE, now).await.unwrap().is_none());
        assert!(!challenges::use_up(&mut tx, other, open.id, now).await.unwrap());
        let unknown = ChallengeId::random(&SystemRandom);
        assert!(challenges::spend_try(&mut tx, open.account, unknown, LINK, now).await.unwrap().is_none());
        // None of that was a try of its own.
        for _ in 0..5 {
            assert!(tried(&mut tx, &open, 20).await);
        }
    }
}

on_both! {
    async fn challenges_are_dropped_when_their_time_is_over(world: World) {
        let mut tx = write(&world).await;
        let open = begun(&mut tx).await;
        assert_eq!(challenges::drop_expired(&mut tx, Timestamp(99)).await.unwrap(), 0);
        assert_eq!(challenges::drop_expired(&mut tx, Timestamp(100)).await.unwrap(), 1);
        assert!(!tried(&mut tx, &open, 20).await);
    }
}

on_both! {
    async fn a_spent_try_stays_spent(world: World) {
        let mut tx = write(&world).await;
        let open = begun(&mut tx).await;
        tx.commit().await.unwrap();
        for _ in 0..5 {
            let mut tx = write(&world).await;
            assert!(tried(&mut tx, &open, 20).await);
            tx.commit().await.unwrap();
        }
        assert!(!tried(&mut write(&world).await, &open, 20).await);
    }
}

on_both! {
    async fn ten_at_once_have_five_tries(world: World) {
        let mut tx = write(&world).await;
        let open = begun(&mut tx).await;
        tx.commit().await.unwrap();
        let one = async || {
            let mut tx = write(&world).await;
            let tried = tried(&mut tx, &open, 20).await;
            tx.commit().await.unwrap();
            usize::from(tried)
        };
        let all = futures_util::future::join_all((0..10).map(|_| one())).await;
        assert_eq!(all.iter().sum::<usize>(), 5);
    }
}

on_both! {
    async fn waits_are_kept_by_purpose(world: World) {
        let mut tx = write(&world).await;
        let id = add_account(&mut tx).await;
        assert_eq!(challenges::resend(&mut tx, id, LINK).await.unwrap(), None);
        challenges::set_resend(&mut tx, id, LINK, 1, Timestamp(30)).await.unwrap();
        challenges::set_resend(&mut tx, id, LEAVE, 1, Timestamp(40)).await.unwrap();
        challenges::set_resend(&mut tx, id, LINK, 2, Timestamp(90)).await.unwrap();
        assert_eq!(challenges::resend(&mut tx, id, LINK).await.unwrap(), Some((2, Timestamp(90))));
        challenges::reset_resend(&mut tx, id, LINK).await.unwrap();
        assert_eq!(challenges::resend(&mut tx, id, LINK).await.unwrap(), None);
        assert_eq!(challenges::resend(&mut tx, id, LEAVE).await.unwrap(), Some((1, Timestamp(40))));
    }
}
