use outro_tlog::{Level, Tile, Verifier, leaf_hash};

use super::on_both;

const ORIGIN: &str = "here/log";

fn entry(number: u16) -> [u8; 32] {
    let mut entry = [9; 32];
    entry[..2].copy_from_slice(&number.to_be_bytes());
    entry
}

#[tokio::test]
async fn entries_stay_and_each_is_proved() {
    on_both(async |place| {
        let vault = place.vault().await;
        let key: Verifier = vault.log_verifier(ORIGIN);
        assert!(vault.log_checkpoint(ORIGIN).await.unwrap().starts_with("here/log\n0\n"));
        assert!(vault.log_proof(ORIGIN, 0).await.unwrap().is_none());
        for number in 0..260 {
            assert_eq!(vault.log_append(&entry(number)).await.unwrap(), u64::from(number));
        }
        // Entered again, it is there once, also by another process.
        assert_eq!(place.vault().await.log_append(&entry(17)).await.unwrap(), 17);
        for number in [0, 17, 255, 256, 259] {
            let proof = vault.log_proof(ORIGIN, u64::from(number)).await.unwrap().unwrap();
            assert_eq!(proof.verify(&entry(number), &key).unwrap().size, 260);
            assert!(proof.verify(&entry(300), &key).is_err());
            assert!(proof.verify(&entry(number), &Verifier { name: "other/log".into(), ..key.clone() }).is_err());
        }
        assert!(vault.log_proof(ORIGIN, 260).await.unwrap().is_none());
        // The receipts' key does not sign for the log.
        assert_ne!(vault.verifying_key(), key.key);
    })
    .await;
}

#[tokio::test]
async fn tiles_are_served_at_every_width_they_had() {
    on_both(async |place| {
        let vault = place.vault().await;
        for number in 0..258 {
            vault.log_append(&entry(number)).await.unwrap();
        }
        let tile = |level, index, width| vault.log_tile(Tile { level, index, width });
        let full = tile(Level::Hashes(0), 0, 256).await.unwrap().unwrap();
        assert_eq!(full[32..64], leaf_hash(&entry(1)));
        assert_eq!(tile(Level::Hashes(0), 0, 3).await.unwrap().unwrap(), full[..96]);
        assert_eq!(tile(Level::Hashes(0), 1, 2).await.unwrap().unwrap().len(), 64);
        assert_eq!(tile(Level::Hashes(1), 0, 1).await.unwrap().unwrap().len(), 32);
        let bundle = tile(Level::Entries, 1, 2).await.unwrap().unwrap();
        assert_eq!(bundle, [&[0, 32], &entry(256)[..], &[0, 32], &entry(257)].concat());
        for (level, index, width) in [
            (Level::Hashes(0), 1, 3),
            (Level::Hashes(0), 2, 1),
            (Level::Hashes(1), 0, 2),
            (Level::Entries, 1, 3),
            (Level::Entries, u64::MAX, 1),
            (Level::Hashes(9), i64::MAX as u64, 256),
            (Level::Entries, i64::MAX as u64, 256),
        ] {
            assert!(tile(level, index, width).await.unwrap().is_none(), "{level:?} {index} {width}");
        }
    })
    .await;
}

#[tokio::test]
async fn those_who_enter_at_once_get_places_of_their_own() {
    on_both(async |place| {
        let vault = place.vault().await;
        let entering = (0..40).map(|number| {
            let vault = vault.clone();
            tokio::spawn(async move { vault.log_append(&entry(number % 20)).await.unwrap() })
        });
        let mut places = Vec::new();
        for entered in entering.collect::<Vec<_>>() {
            places.push(entered.await.unwrap());
        }
        assert!((0..20).all(|number| places[number] == places[number + 20]));
        places.sort_unstable();
        places.dedup();
        assert_eq!(places, (0..20).collect::<Vec<_>>());
    })
    .await;
}
