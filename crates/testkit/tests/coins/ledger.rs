//! The ledger by itself: whatever is asked of it, it is balanced, and nobody has less than nothing.

use std::collections::BTreeMap;

use outro_model::{AccountId, Clock as _, CoinMove, EntryId, random_bytes};
use outro_store::coins::{self, Book, NewEntry, NotEnough, Side};
use outro_testkit::{World, on_both};
use outro_vault::SystemRandom;

use super::assert_balanced;

fn entry(account: AccountId, kind: CoinMove, other: Option<AccountId>) -> NewEntry {
    NewEntry { account, id: EntryId::random(&SystemRandom), kind, other, request: None }
}

/// A move that is asked for: from one place to another, a place above the accounts being a book.
async fn moved(world: &World, people: &[AccountId], from: usize, to: usize, amount: i64) -> Result<(), NotEnough> {
    let place = |at: usize, kind, other| people.get(at).map(|account| entry(*account, kind, other));
    let (giver, taker) = (people.get(from).copied(), people.get(to).copied());
    let (out, into) = (place(from, CoinMove::GiftSent, taker), place(to, CoinMove::GiftReceived, giver));
    let from_side = out.as_ref().map_or(Side::Book(Book::Issued), Side::Wallet);
    let to_side = into.as_ref().map_or(Side::Book(Book::Forfeited), Side::Wallet);
    let mut tx = world.app.db.write().await.unwrap();
    let held: Vec<AccountId> = [giver, taker].into_iter().flatten().collect();
    coins::hold(&mut tx, &held).await.unwrap();
    let done = coins::transfer(&mut tx, (from_side, to_side), amount, world.clock.now()).await.unwrap();
    if done.is_ok() {
        tx.commit().await.unwrap();
    }
    done
}

on_both! {
    async fn random_histories_are_balanced_and_never_overdrawn(world: World) {
        let mut people = Vec::new();
        for number in 0..4 {
            people.push(world.id_of(&world.client().join(&format!("person{number}")).await).await);
        }
        let mut model: BTreeMap<usize, i64> = (0..people.len()).map(|one| (one, 0)).collect();
        let (mut refused, mut done) = (0, 0);
        for _ in 0..300 {
            let [from, to, amount, _] = random_bytes::<4>(&SystemRandom).map(usize::from);
            // The last place is a book.
            let (from, to, amount) = (from % (people.len() + 1), to % (people.len() + 1), amount as i64 % 40 - 3);
            if from == to {
                continue;
            }
            let enough = amount >= 1 && model.get(&from).is_none_or(|have| *have >= amount);
            let answer = moved(&world, &people, from, to, amount).await;
            assert_eq!(answer.is_ok(), enough, "{amount} from {from} to {to}: {model:?}");
            if enough {
                model.entry(from).and_modify(|have| *have -= amount);
                model.entry(to).and_modify(|have| *have += amount);
                done += 1;
            } else {
                refused += 1;
            }
            world.clock.advance_seconds(1);
            assert_balanced(&world).await;
        }
        assert!(refused > 10 && done > 100, "{refused} refused, {done} done");
        let mut tx = world.app.db.read().await.unwrap();
        for (one, account) in people.iter().enumerate() {
            assert_eq!(coins::balance(&mut tx, *account).await.unwrap(), model[&one]);
            // Each entry tells how many there were after it.
            let latest = (outro_model::Timestamp(i64::MAX), EntryId::from_bytes([0xff; 16]));
            let history = coins::history(&mut tx, *account, latest, 1000).await.unwrap();
            let mut have = 0;
            for entry in history.iter().rev() {
                have += entry.amount;
                assert_eq!(entry.balance, have);
            }
            assert_eq!(have, model[&one]);
        }
    }
}

// The last line is the database's own.
on_both! {
    async fn the_database_refuses_a_balance_below_nothing(world: World) {
        let who = world.client().join("person").await;
        crate::buy(&who, "100").await;
        for sql in ["UPDATE wallets SET balance = -1", "UPDATE books SET balance = 5 WHERE book = 0"] {
            let mut tx = world.app.db.write().await.unwrap();
            let statement = outro_db::Statement::built("planted".into(), sql.into());
            let refused = tx.execute(&statement, &[]).await;
            assert!(matches!(refused, Err(outro_db::DbError::Constraint(_))), "{sql}: {refused:?}");
        }
        assert_balanced(&world).await;
    }
}

on_both! {
    async fn what_is_not_committed_never_was(world: World) {
        let who = world.client().join("person").await;
        let id = world.id_of(&who).await;
        let mut tx = world.app.db.write().await.unwrap();
        coins::hold(&mut tx, &[id]).await.unwrap();
        let bought = entry(id, CoinMove::Purchase, None);
        let sides = (Side::Book(Book::Issued), Side::Wallet(&bought));
        coins::transfer(&mut tx, sides, 100, world.clock.now()).await.unwrap().unwrap();
        drop(tx);
        assert_eq!(crate::balance(&who).await, 0);
        assert_balanced(&world).await;
    }
}
