use std::path::Path;
use std::sync::Arc;

use outro_db::{Db, Engine, Statement, params};
use outro_model::{AccountId, BackupId, Timestamp};

use super::{Place, account, on_both};
use crate::ring::{Ring, Subject, Wrapped};
use crate::root::RootKey;
use crate::{KeptErasure, KeyBytes, SystemRandom, Tampered, Vault, VaultError, VaultOptions, restore_keyring};

fn id() -> BackupId {
    BackupId::random(&SystemRandom)
}

#[tokio::test]
async fn a_key_of_a_backup_opens_its_own_pieces_until_its_end() {
    on_both(async |place| {
        let vault = place.vault().await;
        let now = Timestamp(1_800_000_000_000);
        let (one, other) = (id(), id());
        let keys = vault.create_backup(one, now.plus_seconds(100)).await.unwrap();
        let others = vault.create_backup(other, now.plus_seconds(200)).await.unwrap();
        assert_eq!(vault.backups_end_by().await.unwrap(), Some(now.plus_seconds(200 + 86_400)));
        let sealed = keys.seal("rows", 3, false, b"text");
        // A rotation later, read anew.
        vault.rotate_root().await.unwrap();
        let keys = place.vault().await.backup(one).await.unwrap().unwrap();
        assert_eq!(**keys.open("rows", 3, false, &sealed).unwrap(), *b"text");
        for wrong in [keys.open("rows", 3, true, &sealed), keys.open("rows", 4, false, &sealed)] {
            assert_eq!(wrong.unwrap_err(), Tampered);
        }
        assert_eq!(keys.open("objects", 3, false, &sealed).unwrap_err(), Tampered);
        assert_eq!(others.open("rows", 3, false, &sealed).unwrap_err(), Tampered);
        assert!(vault.backup(id()).await.unwrap().is_none());
        place.clock.advance_seconds(100);
        assert!(vault.backup(one).await.unwrap().is_none(), "its end has come");
        assert_eq!(vault.backups().await.unwrap().len(), 2);
        assert_eq!(vault.end_backups(now.plus_seconds(100)).await.unwrap(), 1);
        assert!(vault.backup(other).await.unwrap().is_some());
        vault.end_backup(other).await.unwrap();
        assert_eq!(vault.backups_end_by().await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn what_an_erasure_leaves_is_kept_and_then_tied_to_nobody() {
    on_both(async |place| {
        let (vault, ada) = (place.vault().await, account());
        vault.create_account(ada).await.unwrap();
        let sheet = KeptErasure {
            account: ada,
            id_hash: [7; 32],
            receipt_id: vec![1, 2],
            commitment: [9; 32],
            started_at: Timestamp(5),
        };
        vault.destroy_keeping(ada, Some((sheet.clone(), (10, 77)))).await.unwrap();
        // What comes later changes nothing.
        vault.destroy_keeping(ada, Some((KeptErasure { id_hash: [8; 32], ..sheet.clone() }, (10, 78)))).await.unwrap();
        assert_eq!(vault.kept_erasure(ada).await.unwrap(), Some(sheet));
        assert_eq!(vault.kept_handles((i64::MIN, i64::MIN), 9).await.unwrap(), [(10, 77)]);
        vault.conclude(ada, &[7; 32], b"note").await.unwrap();
        vault.conclude(ada, &[7; 32], b"signed anew").await.unwrap();
        assert_eq!(vault.kept_erasure(ada).await.unwrap(), None);
        assert_eq!(vault.kept_receipts(&[0; 32], 9).await.unwrap(), [([7; 32], b"signed anew".to_vec())]);
        assert!(vault.kept_receipts(&[7; 32], 9).await.unwrap().is_empty());
        assert_eq!(*vault.destruction(ada).await.unwrap().unwrap().key_id.as_bytes(), [0; 16]);
    })
    .await;
}

async fn empty(place: &Place, name: &str) -> Db {
    match place.db().await.engine() {
        Engine::Sqlite => Db::open(&place.folder.path().join(name).display().to_string()).await.unwrap(),
        Engine::Postgres => Db::open(&super::fresh_database().await).await.unwrap(),
    }
}

async fn open(place: &Place, keyring: Db) -> Result<Vault, VaultError> {
    let (root, clock, random) = (place.root(), place.clock.clone(), Arc::new(SystemRandom));
    Vault::open(VaultOptions { keyring, root, clock, random, leases: false }).await
}

#[tokio::test]
async fn a_copy_brings_everything_back_until_the_root_key_is_replaced() {
    on_both(async |place| {
        let vault = place.vault().await;
        // More than one page of rows.
        let accounts: Vec<AccountId> = (0..1200).map(|_| account()).collect();
        for chunk in accounts.chunks(200) {
            vault.create_accounts(chunk).await.unwrap();
        }
        vault.destroy(accounts[0]).await.unwrap();
        vault.create_backup(id(), Timestamp(i64::MAX)).await.unwrap();
        assert!(vault.copy_state().await.unwrap().is_none());
        let copy = place.folder.path().join("keyring.copy");
        vault.copy_keyring(&copy).await.unwrap();
        assert!(vault.copy_state().await.unwrap().unwrap().opens);
        assert!(matches!(
            restore_keyring(&copy, &place.root(), &place.db().await).await,
            Err(VaultError::KeyringInUse)
        ));

        let new = empty(place, "new.db").await;
        restore_keyring(&copy, &place.root(), &new).await.unwrap();
        let again = open(place, new).await.unwrap();
        assert_eq!(again.accounts(&accounts).await.unwrap().len(), 1199);
        assert!(again.destruction(accounts[0]).await.unwrap().is_some());
        assert_eq!(again.verifying_key(), vault.verifying_key());
        assert_eq!(again.backups().await.unwrap(), vault.backups().await.unwrap());
        assert!(again.copy_state().await.unwrap().unwrap().opens);

        let whole = std::fs::read(&copy).unwrap();
        for place_of in [0, 9, 30, 100, whole.len() / 2, whole.len() - 1] {
            let mut changed = whole.clone();
            changed[place_of] ^= 1;
            refused(place, &changed, place_of).await;
        }
        for length in [0, 8, 40, whole.len() / 2, whole.len() - 1] {
            refused(place, &whole[..length], length).await;
        }

        vault.rotate_root().await.unwrap();
        assert!(!vault.copy_state().await.unwrap().unwrap().opens);
        let late = restore_keyring(&copy, &place.root(), &empty(place, "late.db").await).await;
        assert!(matches!(late, Err(VaultError::UnknownRoot)));
    })
    .await;
}

async fn refused(place: &Place, copy: &[u8], at: usize) {
    let path = place.folder.path().join("changed.copy");
    std::fs::write(&path, copy).unwrap();
    let new = empty(place, &format!("changed-{at}-{}.db", copy.len())).await;
    let error = restore_keyring(&path, &place.root(), &new).await.unwrap_err();
    assert!(matches!(error, VaultError::Tampered(_) | VaultError::UnknownRoot), "{at}: {error}");
    let any = new.columns().await.unwrap().iter().any(|column| column.table == "account_keys");
    assert!(!any || !new.read().await.unwrap().holds_rows("account_keys").await.unwrap());
}

#[tokio::test]
async fn no_copy_is_made_in_the_middle_of_a_rotation() {
    on_both(async |place| {
        let vault = place.vault().await;
        vault.create_account(account()).await.unwrap();
        assert!(vault.rotate_until(|step| step == crate::rotate::Step::Batch).await.is_err());
        let copy = place.folder.path().join("keyring.copy");
        assert!(matches!(vault.copy_keyring(&copy).await, Err(VaultError::RotationRunning)));
        vault.rotate_root().await.unwrap();
        vault.copy_keyring(&copy).await.unwrap();
    })
    .await;
}

/// The wrapped key of an account, as its row has it.
async fn wrapped(db: &Db, account: AccountId) -> Vec<u8> {
    let sql = "SELECT wrapped FROM account_keys WHERE account_id = ?1";
    let row =
        db.read().await.unwrap().query_opt(&Statement::built("wrapped".into(), sql.into()), params![account]).await;
    row.unwrap().unwrap().get(0).unwrap()
}

fn files_hold(folder: &Path, bytes: &[u8]) -> bool {
    std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .any(|path| std::fs::read(path).unwrap().windows(bytes.len()).any(|window| window == bytes))
}

/// With a reader open SQLite cannot cut its log: the old wrapping stays in the file. It is of no use to anybody.
#[tokio::test]
async fn bytes_that_an_open_reader_keeps_in_the_log_open_under_no_root() {
    let place = Place::new(Engine::Sqlite).await;
    let (vault, db) = (place.vault().await, place.db().await);
    let ada = account();
    let key_id = vault.create_account(ada).await.unwrap().key_id();
    let old = wrapped(&db, ada).await;
    let old_root = place.root().read().await.unwrap().unwrap().remove(0);
    // From here on a reader holds the moment before.
    let mut reader = db.read().await.unwrap();
    reader.query(&Statement::new("any", "SELECT account_id FROM account_keys"), &[]).await.unwrap();
    vault.destroy(ada).await.unwrap();
    assert!(!db.shed().await.unwrap(), "the log could be cut: nothing is shown here");
    assert!(files_hold(place.folder.path(), &old), "the bytes are not there any more: nothing is shown here");
    vault.rotate_root().await.unwrap();
    assert!(files_hold(place.folder.path(), &old));
    // The root key that wrapped them is in no file, and the one in use opens them neither by name nor by force.
    for folder in [place.folder.path().to_owned(), place.folder.path().join("root")] {
        assert!(!files_hold(&folder, &*old_root.key), "the old root key stands in a file");
    }
    let roots = place.root().read().await.unwrap().unwrap();
    assert!(roots.len() == 1 && roots[0].id != old_root.id);
    let subject = Subject::Account(ada, key_id);
    let opens = |key: &RootKey| {
        let named = RootKey { id: old_root.id, key: KeyBytes::copy_of(&*key.key).unwrap() };
        Ring::of(&[named]).unwrap(subject, &Wrapped { root: old_root.id, bytes: old.clone() }).is_ok()
    };
    assert!(opens(&old_root), "these are not the bytes: nothing is shown here");
    assert!(!opens(&roots[0]));
    drop(reader);
    assert!(db.shed().await.unwrap());
}
