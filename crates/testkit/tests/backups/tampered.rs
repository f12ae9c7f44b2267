//! A backup that was changed is refused, whatever was changed, and nothing of it is served.

use super::*;
use std::fs;
use std::path::PathBuf;

use outro_app::backup::{About, BackupError};

fn files(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files(&path, into) } else { into.push(path) }
    }
}

async fn verify(world: &World, folder: &Path) -> Result<(), BackupError> {
    let place = Backups::open(folder, &world.app.vault, false)?;
    let about: About = place.find(None)?;
    backup::verify(&world.app, &place, &about).await.map(|_| ())
}

on_both! {
    async fn every_kind_of_change_is_refused(world: World) {
        let folder = shelf();
        let ada = world.client().join("ada").await;
        world.plant(&ada, &vec![7; 200_000]).await;
        let about = take(&world, folder.path()).await.about;
        let mut all = Vec::new();
        files(folder.path(), &mut all);
        let sealed: Vec<_> = all.iter().filter(|path| !["about", "server", "lock"].iter().any(|name| path.ends_with(name))).collect();
        assert_eq!(sealed.len(), 5, "{sealed:?}");
        for path in sealed {
            let whole = fs::read(path).unwrap();
            let middle = whole.len() / 2;
            let mut flipped = whole.clone();
            flipped[middle] ^= 1;
            let mut first = whole.clone();
            first[0] ^= 1;
            let mut last = whole.clone();
            *last.last_mut().unwrap() ^= 1;
            let longer = [&whole[..], b"more"].concat();
            for changed in [flipped, first, last, whole[..middle].to_vec(), vec![], longer] {
                fs::write(path, &changed).unwrap();
                let refused = verify(&world, folder.path()).await.unwrap_err();
                assert!(matches!(refused, BackupError::Tampered(_)), "{refused}");
                let empty = Empty::new(&world, false).await;
                let refused = empty.restore(&world, folder.path(), None).await.unwrap_err();
                assert!(matches!(refused, BackupError::Tampered(_)), "{refused}");
                let db = Db::open(&empty.database).await.unwrap();
                let accounts = db.columns().await.unwrap().iter().any(|column| column.table == "accounts");
                assert!(!accounts || !db.read().await.unwrap().holds_rows("accounts").await.unwrap());
            }
            fs::remove_file(path).unwrap();
            assert!(matches!(verify(&world, folder.path()).await, Err(BackupError::Tampered(_))));
            fs::write(path, &whole).unwrap();
        }
        verify(&world, folder.path()).await.unwrap();
        // A part of one backup does not pass for that of another.
        world.clock.advance_seconds(1);
        let next = take(&world, folder.path()).await.about;
        fs::copy(about.folder.join("rows"), next.folder.join("rows")).unwrap();
        assert!(matches!(verify(&world, folder.path()).await, Err(BackupError::Tampered(_))));
    }
}

/// The folder holds nothing that is readable, nor the keyring, nor an account's id.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_in_the_folder_is_readable() {
    let world = World::start(outro_testkit::On::Sqlite).await;
    let folder = shelf();
    let ada = world.client().join("mark.handle7c1d").await;
    ada.call("PATCH", "/api/v1/me", Some(json!({ "display_name": "MarkName9f2e" }))).await.expect(200);
    world.plant(&ada, b"MarkBytes5d8e").await;
    let id = world.id_of(&ada).await;
    take(&world, folder.path()).await;
    let (mut all, mut bytes) = (Vec::new(), Vec::new());
    files(folder.path(), &mut all);
    for path in &all {
        bytes.extend(path.to_str().unwrap().as_bytes());
        bytes.extend(fs::read(path).unwrap());
    }
    let finds = |mark: &[u8]| memchr::memmem::find(&bytes, mark).is_some();
    assert!(finds(b"outro backup v1"), "the search finds nothing");
    for mark in [
        &b"mark.handle7c1d"[..],
        b"MarkName9f2e",
        b"MarkBytes5d8e",
        id.as_bytes(),
        hex::encode(id.as_bytes()).as_bytes(),
        b"accounts",
    ] {
        assert!(!finds(mark), "{}", String::from_utf8_lossy(mark));
    }
    assert!(!all.iter().any(|path| path.to_str().unwrap().contains("keyring")));
}
