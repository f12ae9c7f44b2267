//! Receipts, work sheets, and the walk that the data map gives.

use super::*;
use outro_model::JobId;
use outro_store::erasure::{self, PLAN, Subject};
use outro_store::receipts::{self, Erasure};

const HASH: [u8; 32] = [5; 32];

fn sheet(account: AccountId) -> Erasure {
    Erasure {
        account,
        job: JobId::random(&SystemRandom),
        id_hash: HASH,
        receipt_id: vec![6; 40],
        commitment: [7; 32],
        started_at: Timestamp(8),
        erased: String::new(),
    }
}

on_both! {
    async fn a_receipt_comes_to_its_end_once(world: World) {
        let mut tx = write(&world).await;
        assert!(receipts::get(&mut tx, &HASH).await.unwrap().is_none());
        let sheet = sheet(add_account(&mut tx).await);
        receipts::begin(&mut tx, &sheet).await.unwrap();
        receipts::set_progress(&mut tx, &HASH, 450).await.unwrap();
        receipts::tally(&mut tx, sheet.account, "videos=2").await.unwrap();
        let found = receipts::erasure_of_job(&mut tx, sheet.job).await.unwrap().unwrap();
        assert_eq!(format!("{found:?}"), format!("{:?}", Erasure { erased: "videos=2".into(), ..sheet }));
        let open = receipts::get(&mut tx, &HASH).await.unwrap().unwrap();
        assert_eq!((open.complete, open.progress, open.note), (false, 450, None));
        receipts::signed(&mut tx, &HASH, b"note").await.unwrap();
        // The first one stays.
        receipts::signed(&mut tx, &HASH, b"another note").await.unwrap();
        receipts::complete(&mut tx, &HASH, found.account).await.unwrap();
        assert!(receipts::erasure_of_job(&mut tx, found.job).await.unwrap().is_none());
        receipts::set_progress(&mut tx, &HASH, 10).await.unwrap();
        receipts::signed(&mut tx, &HASH, b"a late note").await.unwrap();
        receipts::complete(&mut tx, &HASH, found.account).await.unwrap();
        let done = receipts::get(&mut tx, &HASH).await.unwrap().unwrap();
        assert_eq!((done.complete, done.progress, done.note.as_deref()), (true, 1000, Some(b"note".as_slice())));
    }
}

on_both! {
    async fn the_job_of_nothing_has_no_sheet(world: World) {
        let job = JobId::random(&SystemRandom);
        assert!(receipts::erasure_of_job(&mut read(&world).await, job).await.unwrap().is_none());
    }
}

on_both! {
    async fn the_walk_takes_all_of_one_account_and_nothing_of_another(world: World) {
        let mut tx = write(&world).await;
        let (leaver, stayer) = (add_account(&mut tx).await, add_account(&mut tx).await);
        let (theirs, kept) = (add_video(&mut tx, leaver, 1).await, add_video(&mut tx, stayer, 1).await);
        for (owner, video) in [(leaver, theirs), (stayer, kept)] {
            outro_store::blobs::begin(&mut tx, &blob_row(owner, video, BlobKind::Original, 1)).await.unwrap();
            assert!(videos::set_ready(&mut tx, owner, video, 1, Timestamp(2)).await.unwrap());
            for fan in [leaver, stayer] {
                assert!(outro_store::likes::put(&mut tx, fan, video, owner, Timestamp(3)).await.unwrap());
                assert!(videos::add_likes(&mut tx, owner, video, 1).await.unwrap());
            }
        }
        let (leaver, stayer) =
            (Subject { account: leaver, key_id: [1; 16] }, Subject { account: stayer, key_id: [2; 16] });
        for subject in [&leaver, &stayer] {
            let entry = accounts::HandleEntry { idx: [subject.key_id[0]; 32], key_id: subject.key_id, sealed_account: vec![1] };
            assert!(accounts::claim_handle(&mut tx, &entry).await.unwrap());
        }
        let before = erasure::residue(&mut tx, &stayer).await.unwrap();
        assert_eq!(before, ["handle_index", "counts", "likes", "likes", "blobs", "videos", "accounts"]);
        walk(&mut tx, &leaver).await;
        assert_eq!(erasure::residue(&mut tx, &leaver).await.unwrap(), [] as [&str; 0]);
        assert_eq!(erasure::residue(&mut tx, &stayer).await.unwrap(), before);
        assert_eq!(videos::by_id(&mut tx, kept).await.unwrap().unwrap().like_count, 1, "a like of the leaver counts");
    }
}

async fn walk(tx: &mut Tx, subject: &Subject) {
    for step in PLAN.steps.iter() {
        let gone = step.delete_batch(tx, subject, erasure::BATCH).await.unwrap();
        assert!(gone < erasure::BATCH as u64);
        assert!(!step.leaves(tx, subject).await.unwrap(), "{}", step.table);
        assert_eq!(step.delete_batch(tx, subject, erasure::BATCH).await.unwrap(), 0, "{} twice", step.table);
    }
}

on_both! {
    async fn a_batch_is_bounded_and_counts_are_lowered_for_its_rows_alone(world: World) {
        let mut tx = write(&world).await;
        let (fan, owner) = (add_account(&mut tx).await, add_account(&mut tx).await);
        let mut made = Vec::new();
        for number in 0..erasure::BATCH + 3 {
            let video = add_video(&mut tx, owner, number).await;
            videos::set_ready(&mut tx, owner, video, 1, Timestamp(2)).await.unwrap();
            outro_store::likes::put(&mut tx, fan, video, owner, Timestamp(3)).await.unwrap();
            videos::add_likes(&mut tx, owner, video, 1).await.unwrap();
            made.push(video);
        }
        let subject = Subject { account: fan, key_id: [1; 16] };
        let step = PLAN.steps.iter().find(|step| step.table == "likes").unwrap();
        assert_eq!(step.delete_batch(&mut tx, &subject, erasure::BATCH).await.unwrap(), erasure::BATCH as u64);
        assert_eq!(videos::seen_counts(&mut tx, owner, Audience::Everyone, true).await.unwrap().1, 3);
        assert_eq!(step.delete_batch(&mut tx, &subject, erasure::BATCH).await.unwrap(), 3);
        assert_eq!(videos::seen_counts(&mut tx, owner, Audience::Everyone, true).await.unwrap().1, 0);
    }
}
