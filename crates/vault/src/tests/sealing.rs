use std::sync::Arc;

use outro_datamap::SealedColumn;
use outro_model::{BlobId, BlobKind};
use proptest::prelude::*;

use super::{account, on_both};
use crate::{AccountKeys, IndexEntry, KeyId, SystemRandom, Tampered, VaultError};

const BIO: SealedColumn = SealedColumn { table: "accounts", column: "bio" };

fn keys(key: u8) -> AccountKeys {
    AccountKeys::new(account(), KeyId::from_bytes([key; 16]), &[key; 32], Arc::new(SystemRandom))
}

proptest! {
    #[test]
    fn a_column_opens_in_its_own_place_alone(row: Vec<u8>, other: Vec<u8>, text: String) {
        prop_assume!(row != other);
        let (ada, bob) = (keys(1), keys(2));
        let sealed = ada.seal_text(BIO, &row, &text);
        prop_assert_eq!(ada.open_text(BIO, &row, &sealed), Ok(text));
        prop_assert_eq!(ada.open_text(BIO, &other, &sealed), Err(Tampered));
        prop_assert_eq!(bob.open_text(BIO, &row, &sealed), Err(Tampered));
        for column in [
            SealedColumn { table: "accounts", column: "name" },
            SealedColumn { table: "videos", column: "bio" },
            SealedColumn { table: "accountsb", column: "io" },
        ] {
            prop_assert_eq!(ada.open_text(column, &row, &sealed), Err(Tampered));
        }
    }
}

#[test]
fn the_same_key_bytes_under_another_account_or_key_id_open_nothing() {
    let (ada, bob) = (keys(1), keys(1));
    let again = AccountKeys::new(ada.account(), KeyId::from_bytes([2; 16]), &[1; 32], Arc::new(SystemRandom));
    let sealed = ada.seal(BIO, b"row", b"text");
    assert!(bob.open(BIO, b"row", &sealed).is_err() && again.open(BIO, b"row", &sealed).is_err());
}

#[test]
fn what_is_sealed_for_one_use_opens_for_no_other() {
    let (ada, id) = (keys(1), BlobId::random(&SystemRandom));
    let header = ada.wrap_blob(id, BlobKind::Original, b"header");
    assert_eq!(**ada.unwrap_blob(id, BlobKind::Original, &header).unwrap(), *b"header");
    assert!(ada.unwrap_blob(id, BlobKind::Cover, &header).is_err());
    assert!(ada.unwrap_blob(BlobId::random(&SystemRandom), BlobKind::Original, &header).is_err());
    assert!(ada.open(BIO, id.as_bytes(), &header).is_err());
    assert!(ada.check_account(&[0; 32], &header).is_err());
    assert!(ada.open_text(BIO, b"r", &ada.seal(BIO, b"r", &[0xff])).is_err());
    assert_eq!(format!("{ada:?}"), "AccountKeys(…)");
}

#[test]
fn what_is_lent_takes_the_keys_of_both() {
    let (ada, bob, eve, id) = (keys(1), keys(2), keys(3), BlobId::random(&SystemRandom));
    let header = ada.wrap_blob_with(&bob, id, BlobKind::Mix, b"header");
    assert_eq!(**ada.unwrap_blob_with(&bob, id, BlobKind::Mix, &header).unwrap(), *b"header");
    // With one of the two there is nothing but the seal of the other, in either order.
    for (one, other) in [(&ada, &ada), (&bob, &bob), (&bob, &ada), (&ada, &eve), (&eve, &bob)] {
        assert!(one.unwrap_blob_with(other, id, BlobKind::Mix, &header).is_err());
    }
    let within = ada.unwrap_blob(id, BlobKind::Mix, &header).unwrap();
    assert!(!within.windows(6).any(|bytes| bytes == b"header"));
    assert!(bob.unwrap_blob(id, BlobKind::Mix, &within).is_err(), "what is lent opens as one's own");
    assert!(eve.unwrap_blob(id, BlobKind::Mix, &header).is_err());
    assert!(ada.unwrap_blob_with(&bob, id, BlobKind::Rendition, &header).is_err());
    assert!(ada.unwrap_blob_with(&bob, BlobId::random(&SystemRandom), BlobKind::Mix, &header).is_err());
    // It is lent to one account alone.
    let stolen = eve.wrap_blob(id, BlobKind::Mix, &within);
    assert!(eve.unwrap_blob_with(&bob, id, BlobKind::Mix, &stolen).is_err());
}

#[tokio::test]
async fn an_index_leads_to_its_account_and_to_nobody_once_the_key_is_gone() {
    on_both(async |place| {
        let vault = place.vault().await;
        let (ada, bob) = (account(), account());
        let (ada_keys, bob_keys) = (vault.create_account(ada).await.unwrap(), vault.create_account(bob).await.unwrap());
        let index = vault.handle_index(&"ada".parse().unwrap());
        assert_eq!(index, place.vault().await.handle_index(&"@ADA".parse().unwrap()));
        assert_ne!(index, vault.handle_index(&"bob".parse().unwrap()));
        let entry = vault.seal_index(&ada_keys, &index);
        assert_eq!(vault.open_index(&entry).await.unwrap().unwrap().0, ada);

        let elsewhere = IndexEntry { index: vault.handle_index(&"bob".parse().unwrap()), ..entry.clone() };
        assert!(matches!(vault.open_index(&elsewhere).await, Err(VaultError::Tampered(_))));
        let renamed = IndexEntry { key_id: bob_keys.key_id(), ..entry.clone() };
        assert!(matches!(vault.open_index(&renamed).await, Err(VaultError::Tampered(_))));

        vault.destroy(ada).await.unwrap();
        assert!(vault.open_index(&entry).await.unwrap().is_none());
    })
    .await;
}
