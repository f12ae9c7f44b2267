use std::path::Path;
use std::sync::Arc;

use outro_db::{Db, Engine};
use outro_model::AccountId;

use super::{Place, account, on_both, on_machines};
use crate::rotate::Step;
use crate::{RootFile, SystemRandom, Vault, VaultError, VaultOptions};

async fn joined(vault: &Vault, count: usize) -> Vec<AccountId> {
    let mut accounts = Vec::new();
    for _ in 0..count {
        accounts.push(account());
        vault.create_account(accounts[accounts.len() - 1]).await.unwrap();
    }
    accounts
}

async fn all_open(vault: &Vault, accounts: &[AccountId]) {
    assert_eq!(vault.accounts(accounts).await.unwrap().len(), accounts.len());
}

async fn roots(place: &Place) -> usize {
    place.root().read().await.unwrap().unwrap().len()
}

#[tokio::test]
async fn survivors_are_wrapped_anew_and_the_old_root_is_gone() {
    on_both(async |place| {
        let vault = place.vault().await;
        let first = vault.rotated_at().await.unwrap().unwrap();
        // More than one batch, and an id at the very beginning.
        let mut accounts = joined(&vault, 300).await;
        accounts.push(AccountId::from_bytes([0; 16]));
        vault.create_account(accounts[300]).await.unwrap();
        let tag = vault.budget_tag(&[b"x"]).await.unwrap();
        let old = place.root().read().await.unwrap().unwrap();
        place.clock.advance_seconds(3600);
        let rotation = vault.rotate_root().await.unwrap();
        assert_eq!((rotation.rewrapped, rotation.resumed), (301 + 10 + 1, false));
        let new = place.root().read().await.unwrap().unwrap();
        assert!(new.len() == 1 && new[0].id != old[0].id);
        assert_eq!(vault.rotated_at().await.unwrap().unwrap(), first.plus_seconds(3600));
        let again = place.vault().await;
        for vault in [&vault, &again] {
            all_open(vault, &accounts).await;
            assert_eq!(vault.budget_tag(&[b"x"]).await.unwrap(), tag);
        }
        assert_eq!(vault.verifying_key(), again.verifying_key());
    })
    .await;
}

const STEPS: [fn(Step) -> bool; 6] = [
    |step| step == Step::BothInFile,
    |step| step == Step::Switched,
    |step| step == Step::Batch,
    |step| step == Step::AccountsDone,
    |step| step == Step::AllDone,
    |step| step == Step::OldGone,
];

#[tokio::test]
async fn killed_at_any_step_it_loses_nobody_and_goes_on() {
    on_both(async |place| {
        let mut accounts = joined(&place.vault().await, 20).await;
        for halt in STEPS {
            let vault = place.vault().await;
            assert!(matches!(vault.rotate_until(halt).await, Err(VaultError::Stopped)));
            // The same process, another that was running, and one that starts now go on as before.
            accounts.extend(joined(&vault, 2).await);
            let started = place.vault().await;
            all_open(&started, &accounts).await;
            accounts.extend(joined(&started, 2).await);
            let unfinished = roots(place).await > 1;
            let rotation = started.rotate_root().await.unwrap();
            assert_eq!(rotation.resumed, unfinished);
            assert_eq!(roots(place).await, 1);
            all_open(&place.vault().await, &accounts).await;
            all_open(&vault, &accounts).await;
        }
    })
    .await;
}

#[tokio::test]
async fn killed_over_and_over_it_still_ends() {
    on_both(async |place| {
        let accounts = joined(&place.vault().await, 10).await;
        for halt in STEPS.into_iter().chain(STEPS) {
            assert!(place.vault().await.rotate_until(halt).await.is_err());
            all_open(&place.vault().await, &accounts).await;
        }
        place.vault().await.rotate_root().await.unwrap();
        assert_eq!(roots(place).await, 1);
        all_open(&place.vault().await, &accounts).await;
    })
    .await;
}

#[tokio::test]
async fn a_running_process_follows_the_rotation_of_another() {
    on_both(async |place| {
        let (here, there) = (place.try_open(true).await.unwrap(), place.try_open(true).await.unwrap());
        let accounts = joined(&here, 3).await;
        here.rotate_root().await.unwrap();
        all_open(&there, &accounts).await;
        here.rotate_root().await.unwrap();
        let joined = joined(&there, 2).await;
        all_open(&here, &joined).await;
        there.budget_tag(&[]).await.unwrap();
        let lock = place.root().lock().await.unwrap();
        assert!(matches!(there.rotate_root().await, Err(VaultError::RotationRunning)));
        drop(lock);
        there.rotate_root().await.unwrap();
    })
    .await;
}

/// Joinings and departures in two processes while one of them rotates again and again.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn joining_and_leaving_go_on_during_rotations() {
    on_both(async |place| {
        let (here, there) = (place.try_open(true).await.unwrap(), place.try_open(true).await.unwrap());
        let busy = |vault: Vault| async move {
            let mut accounts = joined(&vault, 60).await;
            for &who in &accounts[..20] {
                vault.destroy(who).await.unwrap();
            }
            let gone = accounts.drain(..20).collect::<Vec<_>>();
            (accounts, gone)
        };
        let tasks = [tokio::spawn(busy(here.clone())), tokio::spawn(busy(there.clone()))];
        let mut rotations = 0;
        while !tasks.iter().all(|task| task.is_finished()) || rotations < 3 {
            there.rotate_root().await.unwrap();
            rotations += 1;
        }
        for task in tasks {
            let (stayed, gone) = task.await.unwrap();
            all_open(&place.vault().await, &stayed).await;
            assert!(place.vault().await.accounts(&gone).await.unwrap().is_empty());
        }
    })
    .await;
}

fn copy_of(place: &Place, to: &Path) {
    for entry in std::fs::read_dir(place.folder.path()).unwrap().map(Result::unwrap) {
        if entry.path().is_file() {
            std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

async fn open_copy(place: &Place, copy: &Path) -> Result<Vault, VaultError> {
    let keyring = Db::open(copy.join("keyring.db").to_str().unwrap()).await.unwrap();
    let random = Arc::new(SystemRandom);
    Vault::open(VaultOptions { keyring, root: place.root(), clock: place.clock.clone(), random, leases: false }).await
}

#[tokio::test]
async fn an_old_copy_of_the_keyring_opens_nothing_after_a_rotation() {
    on_both(async |place| {
        if place.db().await.engine() == Engine::Postgres {
            return;
        }
        let vault = place.vault().await;
        let ada = joined(&vault, 5).await[0];
        let before = tempfile::tempdir().unwrap();
        copy_of(place, before.path());
        vault.destroy(ada).await.unwrap();
        // Until the rotation the copy is alive: this is why a rotation is due at least daily.
        assert!(open_copy(place, before.path()).await.unwrap().account(ada).await.unwrap().is_some());
        assert!(vault.rotate_until(|step| step == Step::Batch).await.is_err());
        let middle = tempfile::tempdir().unwrap();
        copy_of(place, middle.path());
        vault.rotate_root().await.unwrap();
        for copy in [before, middle] {
            assert!(matches!(open_copy(place, copy.path()).await, Err(VaultError::UnknownRoot)));
        }
    })
    .await;
}

#[tokio::test]
async fn a_root_file_of_another_keyring_is_left_alone() {
    on_both(async |place| {
        let vault = place.vault().await;
        let path = place.folder.path().join("root/root.key");
        let ours = std::fs::read(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        RootFile::at(&path).read_or_make(crate::root::RootKey::random(&SystemRandom)).await.unwrap();
        let theirs = std::fs::read(&path).unwrap();
        assert!(matches!(vault.rotate_root().await, Err(VaultError::UnknownRoot)));
        assert!(matches!(place.try_open(false).await, Err(VaultError::UnknownRoot)));
        assert_eq!(std::fs::read(&path).unwrap(), theirs);
        std::fs::write(&path, ours).unwrap();
        vault.rotate_root().await.unwrap();
    })
    .await;
}

/// Another machine: the same keyring, and a root file of its own that holds what that of `place` held then.
fn machine_like(place: &Place) -> Place {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("root")).unwrap();
    std::fs::copy(place.folder.path().join("root/root.key"), folder.path().join("root/root.key")).unwrap();
    Place { folder, clock: place.clock.clone(), url: place.url.clone(), one_of_many: true }
}

fn root_file(place: &Place) -> Vec<u8> {
    std::fs::read(place.folder.path().join("root/root.key")).unwrap()
}

/// Waits until the machines hold one root key, and all the same.
async fn agree(machines: &[&Place]) {
    for _ in 0..1000 {
        let files: std::collections::BTreeSet<_> = machines.iter().map(|machine| root_file(machine)).collect();
        if files.len() == 1 && roots(machines[0]).await == 1 {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("the machines do not agree");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn machines_with_root_files_of_their_own_follow_each_other() {
    on_machines(async |place| {
        let here = place.try_open(true).await.unwrap();
        let mut accounts = joined(&here, 3).await;
        let (other, late, lost) = (machine_like(place), machine_like(place), machine_like(place));
        let there = other.try_open(true).await.unwrap();
        let before = root_file(place);
        here.rotate_root().await.unwrap();
        all_open(&there, &accounts).await;
        accounts.extend(joined(&there, 2).await);
        agree(&[place, &other]).await;
        // The other one replaces it, and this one follows; then one that was off all the time.
        there.rotate_root().await.unwrap();
        all_open(&here, &accounts).await;
        let back = late.try_open(true).await.unwrap();
        all_open(&back, &accounts).await;
        agree(&[place, &other, &late]).await;
        assert!(root_file(place) != before);
        // Cut off anywhere on one machine, another one ends it.
        for halt in STEPS {
            assert!(matches!(here.rotate_until(halt).await, Err(VaultError::Stopped)));
            accounts.extend(joined(&there, 2).await);
            all_open(&back, &accounts).await;
            there.rotate_root().await.unwrap();
            accounts.extend(joined(&here, 1).await);
            all_open(&there, &accounts).await;
            here.rotate_root().await.unwrap();
            agree(&[place, &other, &late]).await;
        }
        // Two days later there is no way any more for who has slept.
        place.clock.advance_seconds(172_801);
        here.rotate_root().await.unwrap();
        agree(&[place, &other, &late]).await;
        assert!(matches!(lost.try_open(true).await, Err(VaultError::UnknownRoot)));
    })
    .await;
}

/// Two at once: one replaces it, the other says so or waits its turn, and nothing is lost.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn machines_that_replace_the_root_key_at_once_agree_in_the_end() {
    on_machines(async |place| {
        let here = place.try_open(true).await.unwrap();
        let accounts = joined(&here, 10).await;
        let other = machine_like(place);
        let there = other.try_open(true).await.unwrap();
        for _ in 0..10 {
            let (one, two) = tokio::join!(here.rotate_root(), there.rotate_root());
            for done in [one, two] {
                assert!(matches!(done, Ok(_) | Err(VaultError::RotationRunning)), "{done:?}");
            }
            all_open(&here, &accounts).await;
            all_open(&there, &accounts).await;
        }
        agree(&[place, &other]).await;
    })
    .await;
}

/// Cut off for days, and gone on with: whoever slept from before it finds the way all the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_way_to_a_root_key_is_there_for_two_days_from_the_end_of_its_rotation() {
    on_machines(async |place| {
        let here = place.try_open(true).await.unwrap();
        let accounts = joined(&here, 3).await;
        let slept = machine_like(place);
        assert!(matches!(here.rotate_until(|step| step == Step::Switched).await, Err(VaultError::Stopped)));
        place.clock.advance_seconds(2 * 172_801);
        here.rotate_root().await.unwrap();
        let back = slept.try_open(true).await.unwrap();
        all_open(&back, &accounts).await;
        agree(&[place, &slept]).await;
    })
    .await;
}

/// A copy of the keyring is made on one machine just after another has replaced the root key; and none beside a replacement.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_of_the_keyring_is_made_whichever_machine_replaced_its_root_key() {
    on_machines(async |place| {
        let (here, folder) = (place.try_open(true).await.unwrap(), tempfile::tempdir().unwrap());
        joined(&here, 3).await;
        let other = machine_like(place);
        let there = other.try_open(true).await.unwrap();
        here.rotate_root().await.unwrap();
        agree(&[place, &other]).await;
        there.copy_keyring(&folder.path().join("copy")).await.unwrap();
        let _turn = place.db().await.take_turn(outro_db::Turn::ROOT).await.unwrap();
        let copied = there.copy_keyring(&folder.path().join("copy")).await;
        assert!(matches!(copied, Err(VaultError::RotationRunning)), "{copied:?}");
    })
    .await;
}
