//! Accounts, the index of handles, sessions.

use super::*;
use outro_model::SessionId;
use outro_store::accounts::{HandleEntry, PrivacyChange};
use outro_store::sessions::{self, Session};

const PRIVATE: PrivacyChange = PrivacyChange {
    private_account: Some(true),
    discoverable: None,
    searchable: None,
    messages_from: None,
    comments_from: None,
    on_hiatus: None,
};

on_both! {
    async fn an_account_is_read_as_it_was_written(world: World) {
        let mut tx = write(&world).await;
        assert!(!accounts::any(&mut tx).await.unwrap());
        let mut account = account_row();
        account.facts.private_account = true;
        accounts::insert(&mut tx, &account).await.unwrap();
        let read = accounts::by_id(&mut tx, account.id).await.unwrap().unwrap();
        assert_eq!(format!("{read:?}"), format!("{account:?}"));
        assert!(read.facts.private_account);
        assert!(accounts::any(&mut tx).await.unwrap());
        assert!(accounts::by_id(&mut tx, AccountId::random(&SystemRandom)).await.unwrap().is_none());
    }
}

on_both! {
    async fn every_setter_sets_its_own_column(world: World) {
        let mut tx = write(&world).await;
        let id = add_account(&mut tx).await;
        assert!(accounts::set_profile(&mut tx, id, b"name", b"about").await.unwrap());
        assert!(accounts::set_privacy(&mut tx, id, PRIVATE).await.unwrap());
        assert!(accounts::set_phone(&mut tx, id, b"phone").await.unwrap());
        assert!(accounts::set_password(&mut tx, id, b"hash").await.unwrap());
        let read = accounts::by_id(&mut tx, id).await.unwrap().unwrap();
        assert_eq!((read.display_name, read.bio), (b"name".to_vec(), b"about".to_vec()));
        assert_eq!((read.facts.private_account, read.phone.as_deref()), (true, Some(b"phone".as_slice())));
        assert_eq!((read.password_hash, read.handle), (b"hash".to_vec(), b"h".to_vec()));
    }
}

on_both! {
    async fn nothing_is_written_to_who_leaves(world: World) {
        let mut tx = write(&world).await;
        let id = add_account(&mut tx).await;
        assert!(accounts::lock_live(&mut tx, id).await.unwrap());
        assert!(accounts::leave(&mut tx, id).await.unwrap());
        assert!(!accounts::leave(&mut tx, id).await.unwrap());
        assert!(!accounts::lock_live(&mut tx, id).await.unwrap());
        assert!(!accounts::set_profile(&mut tx, id, b"x", b"x").await.unwrap());
        assert!(!accounts::set_privacy(&mut tx, id, PRIVATE).await.unwrap());
        assert!(!accounts::set_phone(&mut tx, id, b"x").await.unwrap());
        assert!(!accounts::set_password(&mut tx, id, b"x").await.unwrap());
        let read = accounts::by_id(&mut tx, id).await.unwrap().unwrap();
        assert_eq!((read.facts.state, read.bio, read.phone), (AccountState::Leaving, b"b".to_vec(), None));
    }
}

on_both! {
    async fn who_is_not_there_cannot_be_locked_or_changed(world: World) {
        let (mut tx, nobody) = (write(&world).await, AccountId::random(&SystemRandom));
        assert!(!accounts::lock_live(&mut tx, nobody).await.unwrap());
        assert!(!accounts::leave(&mut tx, nobody).await.unwrap());
        assert!(!accounts::set_privacy(&mut tx, nobody, PRIVATE).await.unwrap());
    }
}

on_both! {
    async fn accounts_are_paged_in_order(world: World) {
        let mut tx = write(&world).await;
        let mut ids = Vec::new();
        for _ in 0..5 {
            ids.push(add_account(&mut tx).await);
        }
        ids.sort();
        let (mut after, mut seen) = (AccountId::from_bytes([0; 16]), Vec::new());
        loop {
            let page = accounts::page(&mut tx, after, 2).await.unwrap();
            assert!(page.len() <= 2);
            let Some(last) = page.last() else { break };
            after = *last;
            seen.extend(page);
        }
        assert_eq!(seen, ids);
    }
}

fn entry(handle: u8, key: u8) -> HandleEntry {
    HandleEntry { idx: [handle; 32], key_id: [key; 16], sealed_account: vec![key] }
}

on_both! {
    async fn a_handle_has_one_account(world: World) {
        let mut tx = write(&world).await;
        assert!(accounts::handle_entry(&mut tx, &[1; 32]).await.unwrap().is_none());
        assert!(accounts::claim_handle(&mut tx, &entry(1, 1)).await.unwrap());
        assert!(!accounts::claim_handle(&mut tx, &entry(1, 2)).await.unwrap(), "the handle was taken twice");
        assert!(!accounts::claim_handle(&mut tx, &entry(2, 1)).await.unwrap(), "one key has two handles");
        let found = accounts::handle_entry(&mut tx, &[1; 32]).await.unwrap().unwrap();
        assert_eq!((found.idx, found.key_id, found.sealed_account), ([1; 32], [1; 16], vec![1]));
        accounts::release_handle(&mut tx, &[1; 32]).await.unwrap();
        accounts::release_handle(&mut tx, &[1; 32]).await.unwrap();
        assert!(accounts::handle_entry(&mut tx, &[1; 32]).await.unwrap().is_none());
        assert!(accounts::claim_handle(&mut tx, &entry(1, 2)).await.unwrap());
    }
}

fn session(account: AccountId, token: u8, seen_at: i64, expires_at: i64) -> Session {
    Session {
        account,
        token_hash: [token; 32],
        id: SessionId::from_bytes([token; 16]),
        created_at: Timestamp(1),
        seen_at: Timestamp(seen_at),
        expires_at: Timestamp(expires_at),
        password_at: Timestamp(1),
        device: b"device".to_vec(),
    }
}

on_both! {
    async fn a_session_opens_until_it_expires(world: World) {
        let mut tx = write(&world).await;
        let id = add_account(&mut tx).await;
        let row = session(id, 1, 5, 100);
        sessions::insert(&mut tx, &row).await.unwrap();
        let found = sessions::get(&mut tx, id, &[1; 32], Timestamp(99)).await.unwrap().unwrap();
        assert_eq!(format!("{found:?}"), format!("{row:?}"));
        assert!(sessions::get(&mut tx, id, &[1; 32], Timestamp(100)).await.unwrap().is_none());
        assert!(sessions::get(&mut tx, id, &[2; 32], Timestamp(99)).await.unwrap().is_none());
        let other = add_account(&mut tx).await;
        assert!(sessions::get(&mut tx, other, &[1; 32], Timestamp(99)).await.unwrap().is_none());
    }
}

on_both! {
    async fn no_session_opens_an_account_that_leaves(world: World) {
        let mut tx = write(&world).await;
        let id = add_account(&mut tx).await;
        sessions::insert(&mut tx, &session(id, 1, 5, 100)).await.unwrap();
        accounts::leave(&mut tx, id).await.unwrap();
        assert!(sessions::get(&mut tx, id, &[1; 32], Timestamp(99)).await.unwrap().is_none());
    }
}

on_both! {
    async fn sessions_are_listed_touched_and_ended(world: World) {
        let mut tx = write(&world).await;
        let id = add_account(&mut tx).await;
        for token in 1..=4 {
            sessions::insert(&mut tx, &session(id, token, i64::from(token), 100 * i64::from(token))).await.unwrap();
        }
        let tokens = async |tx: &mut Tx, now: i64| -> Vec<u8> {
            let found = sessions::list(tx, id, Timestamp(now)).await.unwrap();
            found.iter().map(|session| session.token_hash[0]).collect()
        };
        assert_eq!(tokens(&mut tx, 150).await, [4, 3, 2], "the last used first, the expired one left out");
        sessions::touch(&mut tx, &session(id, 2, 0, 0), Timestamp(50)).await.unwrap();
        sessions::password_given(&mut tx, &session(id, 2, 0, 0), Timestamp(60)).await.unwrap();
        assert_eq!(tokens(&mut tx, 150).await, [2, 4, 3]);
        let touched = sessions::get(&mut tx, id, &[2; 32], Timestamp(60)).await.unwrap().unwrap();
        assert_eq!((touched.seen_at, touched.password_at), (Timestamp(50), Timestamp(60)));
        assert_eq!(sessions::end_expired(&mut tx, Timestamp(100)).await.unwrap(), 1);
        assert!(sessions::end(&mut tx, id, &[2; 32]).await.unwrap());
        assert!(!sessions::end(&mut tx, id, &[2; 32]).await.unwrap());
        assert!(sessions::end_by_id(&mut tx, id, SessionId::from_bytes([3; 16])).await.unwrap());
        assert!(!sessions::end_by_id(&mut tx, id, SessionId::from_bytes([9; 16])).await.unwrap());
        assert_eq!(sessions::end_all(&mut tx, id).await.unwrap(), 1);
        assert_eq!(tokens(&mut tx, 0).await, [] as [u8; 0]);
    }
}

on_both! {
    async fn nobody_ends_the_session_of_somebody_else(world: World) {
        let mut tx = write(&world).await;
        let (id, other) = (add_account(&mut tx).await, add_account(&mut tx).await);
        sessions::insert(&mut tx, &session(id, 1, 1, 100)).await.unwrap();
        assert!(!sessions::end_by_id(&mut tx, other, SessionId::from_bytes([1; 16])).await.unwrap());
        assert!(!sessions::end(&mut tx, other, &[1; 32]).await.unwrap());
        assert_eq!(sessions::end_all(&mut tx, other).await.unwrap(), 0);
        assert!(sessions::get(&mut tx, id, &[1; 32], Timestamp(2)).await.unwrap().is_some());
    }
}
