use outro_datamap::{ACCOUNT_BIO, ACCOUNTING_RECORD};

use super::on_both;

#[tokio::test]
async fn each_year_has_a_key_that_outlives_rotations_and_ends() {
    on_both(async |place| {
        let vault = place.vault().await;
        assert!(vault.books_of(2026).await.unwrap().is_none(), "made when it is needed");
        let sealed = vault.books(2026).await.unwrap().seal(ACCOUNTING_RECORD, b"row", b"a record");
        let next = vault.books(2027).await.unwrap();
        assert!(next.open(ACCOUNTING_RECORD, b"row", &sealed).is_err(), "another year's");
        vault.rotate_root().await.unwrap();
        let again = place.vault().await;
        let key = again.books_of(2026).await.unwrap().unwrap();
        assert_eq!(**key.open(ACCOUNTING_RECORD, b"row", &sealed).unwrap(), *b"a record");
        assert!(key.open(ACCOUNTING_RECORD, b"other", &sealed).is_err());
        assert!(key.open(ACCOUNT_BIO, b"row", &sealed).is_err());

        assert_eq!(again.destroy_books_before(2026).await.unwrap(), [] as [i64; 0]);
        assert_eq!(again.destroy_books_before(2027).await.unwrap(), [2026]);
        assert!(vault.books_of(2026).await.unwrap().is_none());
        assert!(vault.books_of(2027).await.unwrap().is_some());
    })
    .await;
}

#[tokio::test]
async fn two_who_need_a_year_first_agree() {
    on_both(async |place| {
        let vault = place.vault().await;
        let (one, two) = tokio::join!(vault.books(2026), vault.books(2026));
        let sealed = one.unwrap().seal(ACCOUNTING_RECORD, b"row", b"a record");
        assert_eq!(**two.unwrap().open(ACCOUNTING_RECORD, b"row", &sealed).unwrap(), *b"a record");
    })
    .await;
}
