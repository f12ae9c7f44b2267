//! What is written is what is read, and nothing else opens.

#![allow(clippy::unwrap_used, clippy::allow_attributes, reason = "a test that cannot go on fails")]

mod common;

use std::io::{Read, Seek, SeekFrom};
use std::sync::OnceLock;

use common::{KIND, Place, id, sample, scratch};
use outro_blobs::{BlobError, SealedBlob};
use outro_model::{BlobId, BlobKind};
use outro_vault::AccountKeys;
use proptest::prelude::*;
use tokio::runtime::Runtime;

const CHUNK: usize = 64 * 1024;
const SLOT: usize = CHUNK + 16;
/// Around every edge: of a chunk, of a batch, of two batches.
const LENGTHS: [usize; 11] =
    [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 4 * CHUNK - 1, 4 * CHUNK, 4 * CHUNK + 1, 8 * CHUNK, 9 * CHUNK + 77, 13 * CHUNK];

in_both! {
    async fn every_length_round_trips_by_every_way_in_and_out(place: Place) {
        let keys = place.owner().await;
        for length in LENGTHS {
            let bytes = sample(length);
            let (written, sealed) = place.write(&keys, &bytes).await;
            assert_eq!(sealed.length, length as u64);
            let mut source = scratch(&bytes);
            source.seek(SeekFrom::Start(3)).unwrap();
            let copied = id();
            let sealed_copy = place.blobs.copy_in(&keys, copied, KIND, source).await.unwrap();
            for (id, sealed) in [(written, &sealed), (copied, &sealed_copy)] {
                let size = place.raw(keys.account(), id).len();
                assert_eq!(size, length + 16 * length.div_ceil(CHUNK).max(1));
                assert!(place.read(&keys, id, &sealed.header).await.unwrap() == bytes, "{length}");
                let reader = place.blobs.reader(&keys, id, KIND, &sealed.header).await.unwrap().unwrap();
                assert_eq!((reader.len(), reader.is_empty()), (length as u64, length == 0));
                let mut out = tempfile::tempfile().unwrap();
                reader.copy_out(out.try_clone().unwrap()).await.unwrap();
                let mut copy = Vec::new();
                out.rewind().unwrap();
                out.read_to_end(&mut copy).unwrap();
                assert!(copy == bytes, "{length}");
            }
        }
        assert_eq!(place.blobs.list(keys.account()).await.unwrap().len(), 2 * LENGTHS.len());
    }
}

struct Shared {
    runtime: Runtime,
    place: Place,
    keys: AccountKeys,
    bytes: Vec<u8>,
    id: BlobId,
    sealed: SealedBlob,
}

/// One object of nine and a half chunks for all cases, in each kind of place.
fn shared(bucket: bool) -> &'static Shared {
    static SHARED: [OnceLock<Shared>; 2] = [const { OnceLock::new() }; 2];
    SHARED[usize::from(bucket)].get_or_init(|| {
        let runtime = Runtime::new().unwrap();
        let bytes = sample(9 * CHUNK + CHUNK / 2);
        let (place, keys, id, sealed) = runtime.block_on(async {
            let place = if bucket { Place::in_bucket().await } else { Place::new().await };
            let keys = place.owner().await;
            let (id, sealed) = place.write(&keys, &bytes).await;
            (place, keys, id, sealed)
        });
        Shared { runtime, place, keys, bytes, id, sealed }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn any_range_is_the_slice(bucket: bool, from in 0..11 * CHUNK, length in 0..11 * CHUNK) {
        let shared = shared(bucket);
        let to = from + length;
        let read = shared.runtime.block_on(shared.place.range(
            &shared.keys, shared.id, &shared.sealed.header, from as u64, to as u64,
        )).unwrap();
        let end = shared.bytes.len();
        prop_assert!(read == shared.bytes[from.min(end)..to.min(end)]);
    }

    #[test]
    fn any_way_of_cutting_the_input_gives_the_same(bucket: bool, cuts in prop::collection::vec(1..3 * CHUNK, 0..12)) {
        let shared = shared(bucket);
        shared.runtime.block_on(async {
            let (id, mut rest) = (id(), &shared.bytes[..]);
            let mut writer = shared.place.blobs.writer(&shared.keys, id, KIND).await.unwrap();
            for cut in cuts {
                let (now, later) = rest.split_at(cut.min(rest.len()));
                writer.write(now).await.unwrap();
                rest = later;
            }
            writer.write(rest).await.unwrap();
            let sealed = writer.finish(&shared.keys).await.unwrap();
            assert!(shared.place.read(&shared.keys, id, &sealed.header).await.unwrap() == shared.bytes);
            shared.place.blobs.delete(shared.keys.account(), id).await.unwrap();
        });
    }
}

fn is_tampered(read: &Result<Vec<u8>, BlobError>) -> bool {
    matches!(read, Err(BlobError::Tampered(_)))
}

in_both! {
    async fn whatever_was_changed_in_the_file_is_refused(place: Place) {
        let keys = place.owner().await;
        let (id, sealed) = place.write(&keys, &sample(3 * CHUNK + 100)).await;
        let good = place.raw(keys.account(), id);
        let slot = |number: usize| &good[number * SLOT..(number + 1) * SLOT];
        let rest = &good[3 * SLOT..];
        let mut bad: Vec<Vec<u8>> = (0..good.len())
            .step_by(4099)
            .chain([0, SLOT - 1, SLOT - 16, 3 * SLOT, good.len() - 1])
            .map(|at| {
                let mut flipped = good.clone();
                flipped[at] ^= 1 << (at % 8);
                flipped
            })
            .collect();
        bad.extend([0, 1, 16, SLOT, 3 * SLOT, good.len() - 1].map(|cut| good[..cut].to_vec()));
        bad.push([&good[..], &[0]].concat());
        bad.push([slot(1), slot(0), slot(2), rest].concat());
        bad.push([slot(0), slot(1), slot(1), rest].concat());
        bad.push([slot(0), slot(1), rest, slot(2)].concat());
        bad.push(good[SLOT..].to_vec());
        for bytes in bad {
            place.put_raw(keys.account(), id, &bytes);
            assert!(is_tampered(&place.read(&keys, id, &sealed.header).await));
        }
        place.put_raw(keys.account(), id, &good);
        place.read(&keys, id, &sealed.header).await.unwrap();
    }
}

in_both! {
    /// A whole object shortened to its first chunk, or lengthened, does not pass for an object of that length.
    async fn a_range_opens_its_own_chunks_alone(place: Place) {
        let keys = place.owner().await;
        let bytes = sample(6 * CHUNK);
        let (id, sealed) = place.write(&keys, &bytes).await;
        let mut file = place.raw(keys.account(), id);
        file[2 * SLOT + 5] ^= 1;
        place.put_raw(keys.account(), id, &file);
        let chunk = CHUNK as u64;
        let before = place.range(&keys, id, &sealed.header, 10, 2 * chunk).await.unwrap();
        assert!(before == bytes[10..2 * CHUNK]);
        let after = place.range(&keys, id, &sealed.header, 3 * chunk, 6 * chunk).await.unwrap();
        assert!(after == bytes[3 * CHUNK..]);
        assert!(is_tampered(&place.range(&keys, id, &sealed.header, 2 * chunk - 1, 2 * chunk + 1).await));
    }
}

in_both! {
    async fn a_header_opens_its_own_object_alone(place: Place) {
        let (ada, bob) = (place.owner().await, place.owner().await);
        let bytes = sample(CHUNK + 9);
        let ((one, sealed), (other, _)) = (place.write(&ada, &bytes).await, place.write(&ada, &bytes).await);
        let of_one = place.raw(ada.account(), one);
        let header = &sealed.header;

        assert!(is_tampered(&place.read(&ada, other, header).await));
        assert!(is_tampered(&place.read(&bob, one, header).await));
        let kind = place.blobs.reader(&ada, one, BlobKind::Cover, header).await;
        assert!(matches!(kind, Err(BlobError::Tampered(_))));
        for at in 0..header.len() {
            let mut flipped = header.clone();
            flipped[at] ^= 1;
            assert!(place.blobs.reader(&ada, one, KIND, &flipped).await.is_err());
            assert!(place.blobs.reader(&ada, one, KIND, &header[..at]).await.is_err());
        }
        // The bytes of one object under the name of another, though the sizes agree.
        place.put_raw(ada.account(), other, &of_one);
        let (again, resealed) = place.write(&ada, &bytes).await;
        place.put_raw(ada.account(), again, &of_one);
        assert!(is_tampered(&place.read(&ada, again, &resealed.header).await));
    }
}

in_both! {
    async fn nothing_readable_stands_in_the_file(place: Place) {
        let keys = place.owner().await;
        let mark = b"a mark that is easy to find";
        let (id, _) = place.write(&keys, &mark.repeat(5000)).await;
        let file = place.raw(keys.account(), id);
        assert!(!file.windows(mark.len()).any(|window| window == mark));
    }
}
