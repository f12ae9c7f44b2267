//! Objects that hold something of two people.

mod common;

use common::{Place, id, sample, scratch};
use outro_blobs::BlobError;
use outro_model::BlobKind;

in_both! {
    async fn what_is_of_two_opens_with_both_and_with_neither_alone(place: Place) {
        let (ada, bob) = (place.owner().await, place.owner().await);
        let (mix, bytes) = (id(), sample(200_000));
        let kind = BlobKind::Mix;
        let sealed = place.blobs.copy_in_with(&ada, &bob, mix, kind, scratch(&bytes)).await.expect("sealed");
        let reader = place.blobs.reader_with(&ada, &bob, mix, kind, &sealed.header).await.expect("opened").expect("there");
        assert_eq!(reader.len(), bytes.len() as u64);
        let out = tempfile::tempfile().expect("a file");
        reader.copy_out(out.try_clone().expect("a file")).await.expect("read");
        assert_eq!(out.metadata().expect("its length").len(), bytes.len() as u64);
        for (keys, lender) in [(&ada, &ada), (&bob, &bob), (&bob, &ada)] {
            let opened = place.blobs.reader_with(keys, lender, mix, kind, &sealed.header).await;
            assert!(matches!(opened, Err(BlobError::Tampered(_))));
        }
        // What is within the first seal is no header.
        assert!(matches!(place.blobs.reader(&ada, mix, kind, &sealed.header).await, Err(BlobError::Tampered(_))));
        // The object stands with the one who made it.
        assert_eq!(place.blobs.list(ada.account()).await.expect("a list"), [mix]);
        assert!(place.blobs.list(bob.account()).await.expect("a list").is_empty());
    }
}
