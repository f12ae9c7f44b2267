use std::path::Path;
use std::time::Duration;

use outro_db::{Engine, Statement, params};
use outro_model::AccountId;

use super::{Place, account, on_both};
use crate::cache::Cache;
use crate::{AccountKeys, Destruction, KeyId, LEASE, SystemRandom, Vault, VaultError};

#[tokio::test]
async fn a_key_is_made_once_and_found_again() {
    on_both(async |place| {
        let vault = place.vault().await;
        let ada = account();
        assert!(vault.account(ada).await.unwrap().is_none());
        let made = vault.create_account(ada).await.unwrap();
        assert!(matches!(vault.create_account(ada).await, Err(VaultError::AccountExists)));
        for vault in [vault.clone(), place.vault().await] {
            let found = vault.account(ada).await.unwrap().unwrap();
            assert_eq!((found.account(), found.key_id()), (ada, made.key_id()));
            let (who, keys) = vault.by_key_id(made.key_id()).await.unwrap().unwrap();
            assert_eq!((who, keys.key_id()), (ada, made.key_id()));
        }
        assert!(vault.by_key_id(KeyId::from_bytes([9; 16])).await.unwrap().is_none());
    })
    .await;
}

#[tokio::test]
async fn several_keys_are_made_at_once_or_none() {
    on_both(async |place| {
        let vault = place.vault().await;
        let all = [account(), account(), account()];
        let made = vault.create_accounts(&all).await.unwrap();
        assert_eq!(made.iter().map(AccountKeys::account).collect::<Vec<_>>(), all);
        let fresh = account();
        assert!(matches!(vault.create_accounts(&[fresh, all[1]]).await, Err(VaultError::AccountExists)));
        assert!(vault.account(fresh).await.unwrap().is_none());
        assert!(!vault.any_joined().await.unwrap());
        vault.joined_all(&all).await.unwrap();
        vault.forget_unjoined(all[2]).await.unwrap();
        assert_eq!(vault.accounts(&all).await.unwrap().len(), 3);
    })
    .await;
}

#[tokio::test]
async fn many_are_found_at_once_and_listed_by_pages() {
    on_both(async |place| {
        let vault = place.vault().await;
        let mut all: Vec<AccountId> = (0..40).map(|_| account()).collect();
        for &who in &all {
            vault.create_account(who).await.unwrap();
        }
        vault.account(all[3]).await.unwrap();
        vault.destroy(all[39]).await.unwrap();
        let asked = [&all[..], &all[..5], &[account()]].concat();
        let found = vault.accounts(&asked).await.unwrap();
        assert_eq!(found.len(), 39);
        assert!(found.iter().all(|(who, keys)| keys.account() == *who && *who != all[39]));
        assert!(vault.accounts(&[]).await.unwrap().is_empty());
        all.pop();
        all.sort_unstable();
        let first = vault.account_ids(None, 20).await.unwrap();
        let second = vault.account_ids(first.last().copied(), 20).await.unwrap();
        assert_eq!([first, second].concat(), all);
    })
    .await;
}

#[tokio::test]
async fn a_destroyed_key_is_gone_for_good() {
    on_both(async |place| {
        let vault = place.vault().await;
        let (ada, bob) = (account(), account());
        let keys = vault.create_account(ada).await.unwrap();
        vault.create_account(bob).await.unwrap();
        vault.account(ada).await.unwrap();
        let destruction = vault.destroy(ada).await.unwrap();
        assert_eq!(destruction.key_id, keys.key_id());
        assert!(vault.account(ada).await.unwrap().is_none());
        assert!(vault.by_key_id(keys.key_id()).await.unwrap().is_none());
        place.clock.advance_seconds(60);
        assert_eq!(vault.destroy(ada).await.unwrap(), destruction);
        assert_eq!(vault.destruction(ada).await.unwrap(), Some(destruction));
        assert_eq!(vault.destruction(bob).await.unwrap(), None);
        assert!(matches!(vault.create_account(ada).await, Err(VaultError::Destroyed)));
        let again = place.vault().await;
        assert!(again.account(ada).await.unwrap().is_none() && again.account(bob).await.unwrap().is_some());
        assert_eq!(again.destroyed_ids(None, 10).await.unwrap(), [ada]);
        assert!(again.destroyed_ids(Some(ada), 10).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn an_id_without_a_key_is_entered_in_the_ledger_too() {
    on_both(async |place| {
        let vault = place.vault().await;
        let nobody = account();
        let Destruction { key_id, .. } = vault.destroy(nobody).await.unwrap();
        assert_eq!(key_id, KeyId::NONE);
        assert!(matches!(vault.create_account(nobody).await, Err(VaultError::Destroyed)));
    })
    .await;
}

#[tokio::test]
async fn a_joining_that_failed_leaves_no_trace() {
    on_both(async |place| {
        let vault = place.vault().await;
        let ada = account();
        vault.create_account(ada).await.unwrap();
        vault.account(ada).await.unwrap();
        vault.forget_unjoined(ada).await.unwrap();
        assert!(vault.account(ada).await.unwrap().is_none());
        assert_eq!(vault.destruction(ada).await.unwrap(), None);
        vault.create_account(ada).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_joining_that_races_with_a_destruction_leaves_no_key() {
    on_both(async |place| {
        let (one, other) = (place.vault().await, place.vault().await);
        for _ in 0..20 {
            let ada = account();
            let joins = {
                let one = one.clone();
                tokio::spawn(async move { one.create_account(ada).await.is_ok() })
            };
            let destruction = other.destroy(ada).await.unwrap();
            let joined = joins.await.unwrap();
            assert_eq!(joined, destruction.key_id != KeyId::NONE);
            assert!(one.account(ada).await.unwrap().is_none());
            assert!(one.account_ids(None, 100).await.unwrap().is_empty());
        }
    })
    .await;
}

/// The ledger outranks a key that a restored copy brought back.
#[tokio::test]
async fn a_key_that_stands_beside_its_ledger_entry_is_no_key() {
    on_both(async |place| {
        let vault = place.vault().await;
        let ada = account();
        let key_id = vault.create_account(ada).await.unwrap().key_id();
        let entry = "INSERT INTO destroyed (account_id, key_id, destroyed_at) VALUES (?1, ?2, 0)";
        run(place, entry, ada, key_id).await;
        assert!(vault.account(ada).await.unwrap().is_none());
        assert!(vault.by_key_id(key_id).await.unwrap().is_none());
        assert!(vault.accounts(&[ada, account()]).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_wrapped_key_opens_in_its_own_row_alone() {
    on_both(async |place| {
        let vault = place.vault().await;
        let (ada, bob) = (account(), account());
        vault.create_account(ada).await.unwrap();
        let stolen = vault.create_account(bob).await.unwrap().key_id();
        let swap = "UPDATE account_keys SET wrapped = (SELECT wrapped FROM account_keys WHERE key_id = ?2)
                    WHERE account_id = ?1";
        run(place, swap, ada, stolen).await;
        assert!(matches!(vault.account(ada).await, Err(VaultError::Tampered(_))));
        assert!(vault.account(bob).await.unwrap().is_some());
    })
    .await;
}

async fn run(place: &Place, sql: &str, account: AccountId, key_id: KeyId) {
    let mut tx = place.db().await.write().await.unwrap();
    let statement = Statement::built("test".into(), sql.into());
    tx.execute(&statement, params![account, key_id]).await.unwrap();
    tx.commit().await.unwrap();
}

async fn holds(vault: &Vault, who: AccountId) -> bool {
    vault.account(who).await.unwrap().is_some()
}

#[tokio::test]
async fn another_process_lets_go_within_the_lease() {
    on_both(async |place| {
        let (here, there) = (place.try_open(true).await.unwrap(), place.try_open(true).await.unwrap());
        assert_eq!((here.receipt_delay(), place.vault().await.receipt_delay()), (LEASE, Duration::ZERO));
        let ada = account();
        here.create_account(ada).await.unwrap();
        assert!(holds(&there, ada).await && holds(&here, ada).await);
        here.destroy(ada).await.unwrap();
        assert!(!holds(&here, ada).await && here.inner.cache.len() == 0);
        assert!(holds(&there, ada).await);
        place.clock.advance_seconds(LEASE.as_secs() as i64 - 1);
        assert!(!holds(&there, ada).await);
        // The sweep takes it from memory though nobody asks for it again.
        let swept = async {
            while there.inner.cache.len() > 0 {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(Duration::from_millis(1500), swept).await.unwrap();
    })
    .await;
}

#[test]
fn a_read_that_a_destruction_overtakes_is_not_cached() {
    let (cache, ada) = (Cache::default(), account());
    let now = outro_model::Timestamp(1000);
    let keys = AccountKeys::new(ada, KeyId::NONE, &[1; 32], std::sync::Arc::new(SystemRandom));
    let reading = cache.reading(now);
    cache.purge(ada);
    cache.keep(reading, std::slice::from_ref(&keys));
    assert!(cache.get(ada, now).is_none());
    cache.keep(cache.reading(now), &[keys]);
    assert!(cache.get(ada, now).is_some() && cache.get(ada, outro_model::Timestamp(999)).is_none());
}

#[tokio::test]
async fn no_file_of_the_keyring_holds_a_destroyed_key() {
    on_both(async |place| {
        let vault = place.vault().await;
        if place.db().await.engine() == Engine::Postgres {
            return;
        }
        let ada = account();
        vault.create_account(ada).await.unwrap();
        let wrapped = Statement::built("test".into(), "SELECT wrapped FROM account_keys WHERE account_id = ?1".into());
        let rows = place.db().await.read().await.unwrap().query(&wrapped, params![ada]).await.unwrap();
        let bytes: Vec<u8> = rows[0].get(0).unwrap();
        assert!(files_hold(place.folder.path(), &bytes));
        vault.destroy(ada).await.unwrap();
        assert!(!files_hold(place.folder.path(), &bytes));
    })
    .await;
}

fn files_hold(folder: &Path, bytes: &[u8]) -> bool {
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let holds = |path: &Path| std::fs::read(path).unwrap().windows(bytes.len()).any(|window| window == bytes);
    files.filter(|path| path.is_file()).any(|path| holds(&path))
}
