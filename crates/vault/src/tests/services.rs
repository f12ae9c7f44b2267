use outro_db::Statement;

use super::{Place, on_both};
use outro_tlog::{Verifier, open_note, signed};

use crate::{MacPurpose, VaultError};

#[tokio::test]
async fn service_keys_stay_and_each_purpose_has_its_own() {
    on_both(async |place| {
        let vault = place.vault().await;
        let purposes = [
            MacPurpose::OneTimeCode,
            MacPurpose::Csrf,
            MacPurpose::ErasedHandle,
            MacPurpose::WorkSheet,
            MacPurpose::BackupObject,
            MacPurpose::Payment,
            MacPurpose::RecoveryCode,
        ];
        let tags = purposes.map(|purpose| vault.mac(purpose, &[b"a", b"b"]));
        assert!((1..7).all(|place| !tags[..place].contains(&tags[place])));
        assert_ne!(vault.mac(MacPurpose::Csrf, &[b"ab"]), vault.mac(MacPurpose::Csrf, &[b"a", b"b"]));
        let again = place.vault().await;
        assert_eq!(tags, purposes.map(|purpose| again.mac(purpose, &[b"a", b"b"])));

        let (text, key) = ("receipt\n", Verifier { name: "here".into(), key: again.verifying_key() });
        let note = signed(text, &key, &vault.sign(text.as_bytes()));
        assert_eq!(open_note(&note, &key), Ok(text));
        assert!(open_note(&note.replace("receipt", "another"), &key).is_err());
        assert!(open_note(&note, &Verifier { key: [1; 32], ..key }).is_err());
        vault.check().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn two_processes_that_start_at_once_agree() {
    on_both(async |place| {
        let (one, other) = tokio::join!(place.try_open(true), place.try_open(true));
        let (one, other) = (one.unwrap(), other.unwrap());
        assert_eq!(one.verifying_key(), other.verifying_key());
        assert_eq!(one.mac(MacPurpose::Csrf, &[]), other.mac(MacPurpose::Csrf, &[]));
        assert_eq!(one.budget_tag(&[]).await.unwrap(), other.budget_tag(&[]).await.unwrap());
    })
    .await;
}

#[tokio::test]
async fn a_budget_tag_lives_for_a_day() {
    on_both(async |place| {
        let vault = place.vault().await;
        let tag = vault.budget_tag(&[b"someone"]).await.unwrap();
        assert_eq!(vault.budget_tag(&[b"someone"]).await.unwrap(), tag);
        assert_ne!(vault.budget_tag(&[b"somebody"]).await.unwrap(), tag);
        let late = place.vault().await;
        assert_eq!(late.budget_tag(&[b"someone"]).await.unwrap(), tag);
        place.clock.advance_seconds(86_400);
        let next = vault.budget_tag(&[b"someone"]).await.unwrap();
        assert_ne!(next, tag);
        assert_eq!(late.budget_tag(&[b"someone"]).await.unwrap(), next);
        assert_eq!(days(place).await, 1);
        // A clock that is behind takes the day that has begun.
        place.clock.advance_seconds(-86_400);
        assert_eq!(place.vault().await.budget_tag(&[b"someone"]).await.unwrap(), next);
        assert_eq!(days(place).await, 1);
    })
    .await;
}

async fn days(place: &Place) -> i64 {
    let count = Statement::built("test".into(), "SELECT count(*) FROM day_keys".into());
    place.db().await.read().await.unwrap().query(&count, &[]).await.unwrap()[0].get(0).unwrap()
}

#[tokio::test]
async fn a_keyring_in_use_is_never_given_a_new_root() {
    on_both(async |place| {
        drop(place.vault().await);
        let path = place.folder.path().join("root/root.key");
        let kept = std::fs::read(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        assert!(matches!(place.try_open(false).await, Err(VaultError::RootMissing)));
        assert!(!path.exists());
        std::fs::write(&path, &kept[1..]).unwrap();
        assert!(matches!(place.try_open(false).await, Err(VaultError::RootDamaged)));
        std::fs::write(&path, &kept).unwrap();
        place.vault().await;
    })
    .await;
}
