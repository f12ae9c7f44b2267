//! Videos, their objects, likes, the feed.

use super::*;
use outro_model::ClipId;
use outro_policy::{feed_scope, followed_scope};
use outro_store::clips::{self, Clip};
use outro_store::erasure::PLAN;
use outro_store::feed::Circle;
use outro_store::{blobs, feed, likes};

const LATE: (Timestamp, VideoId) = (Timestamp(i64::MAX), VideoId::from_bytes([0xff; 16]));

/// A video that is ready, with its rendition.
async fn add_ready(tx: &mut Tx, owner: AccountId, published_at: i64) -> VideoId {
    let id = add_video(tx, owner, published_at).await;
    let blob = blob_row(owner, id, BlobKind::Rendition, 1);
    blobs::begin(tx, &blob).await.unwrap();
    let whole = Blob { header: Some(vec![1]), length: 9, width: 720, height: 1280, ..blob };
    assert!(blobs::finish(tx, &whole).await.unwrap());
    assert!(videos::set_ready(tx, owner, id, 1500, Timestamp(published_at)).await.unwrap());
    id
}

on_both! {
    async fn a_video_is_read_as_it_was_written(world: World) {
        let mut tx = write(&world).await;
        let owner = add_account(&mut tx).await;
        let id = add_video(&mut tx, owner, 5).await;
        let video = videos::by_id(&mut tx, id).await.unwrap().unwrap();
        assert_eq!((video.owner, video.facts.state, video.reframe), (owner, VideoState::Processing, Reframe::Crop));
        assert_eq!((video.created_at, video.published_at, video.failure), (Timestamp(5), Timestamp(0), None));
        assert!(videos::by_id(&mut tx, VideoId::random(&SystemRandom)).await.unwrap().is_none());
        assert_eq!(videos::count(&mut tx, owner).await.unwrap(), 1);
        assert_eq!(videos::seen_counts(&mut tx, owner, Audience::Everyone, true).await.unwrap(), (0, 0));
    }
}

on_both! {
    async fn a_video_is_made_once(world: World) {
        let mut tx = write(&world).await;
        let owner = add_account(&mut tx).await;
        let id = add_video(&mut tx, owner, 5).await;
        assert!(videos::set_progress(&mut tx, owner, id, 400).await.unwrap());
        assert!(!videos::add_likes(&mut tx, owner, id, 1).await.unwrap(), "liked before it can be watched");
        assert!(videos::set_ready(&mut tx, owner, id, 1500, Timestamp(9)).await.unwrap());
        assert!(!videos::set_ready(&mut tx, owner, id, 1, Timestamp(10)).await.unwrap());
        assert!(!videos::set_failed(&mut tx, owner, id, "damaged", 0).await.unwrap());
        assert!(!videos::set_progress(&mut tx, owner, id, 1).await.unwrap());
        let video = videos::by_id(&mut tx, id).await.unwrap().unwrap();
        assert_eq!((video.progress, video.duration_ms, video.published_at), (1000, 1500, Timestamp(9)));
    }
}

on_both! {
    async fn a_failed_video_says_why(world: World) {
        let mut tx = write(&world).await;
        let owner = add_account(&mut tx).await;
        let id = add_video(&mut tx, owner, 5).await;
        assert!(videos::set_failed(&mut tx, owner, id, "damaged", 0).await.unwrap());
        let video = videos::by_id(&mut tx, id).await.unwrap().unwrap();
        assert_eq!((video.facts.state, video.failure.as_deref()), (VideoState::Failed, Some("damaged")));
        assert!(!videos::set_ready(&mut tx, owner, id, 1, Timestamp(1)).await.unwrap());
    }
}

on_both! {
    async fn what_is_removed_changes_no_more(world: World) {
        let mut tx = write(&world).await;
        let owner = add_account(&mut tx).await;
        let id = add_ready(&mut tx, owner, 5).await;
        assert!(videos::set_audience(&mut tx, owner, id, Audience::OnlyMe).await.unwrap());
        assert!(videos::set_caption(&mut tx, owner, id, b"new").await.unwrap());
        assert!(videos::set_removing(&mut tx, owner, id).await.unwrap());
        assert!(!videos::set_removing(&mut tx, owner, id).await.unwrap());
        assert!(!videos::set_audience(&mut tx, owner, id, Audience::Everyone).await.unwrap());
        assert!(!videos::set_caption(&mut tx, owner, id, b"later").await.unwrap());
        assert!(!videos::add_likes(&mut tx, owner, id, 1).await.unwrap());
        let video = videos::by_id(&mut tx, id).await.unwrap().unwrap();
        assert_eq!((video.facts.state, video.facts.audience), (VideoState::Removing, Audience::OnlyMe));
        assert_eq!(video.caption, b"new");
    }
}

on_both! {
    async fn another_owner_changes_nothing(world: World) {
        let mut tx = write(&world).await;
        let (owner, other) = (add_account(&mut tx).await, add_account(&mut tx).await);
        let id = add_ready(&mut tx, owner, 5).await;
        assert!(!videos::set_audience(&mut tx, other, id, Audience::OnlyMe).await.unwrap());
        assert!(!videos::set_caption(&mut tx, other, id, b"x").await.unwrap());
        assert!(!videos::set_removing(&mut tx, other, id).await.unwrap());
        assert!(blobs::of_video(&mut tx, other, id, BlobKind::Rendition).await.unwrap().is_none());
        assert!(blobs::all_of_video(&mut tx, other, id).await.unwrap().is_empty());
    }
}

on_both! {
    async fn videos_of_an_owner_are_paged_newest_first(world: World) {
        let mut tx = write(&world).await;
        let (owner, other) = (add_account(&mut tx).await, add_account(&mut tx).await);
        add_video(&mut tx, other, 2).await;
        let mut made = Vec::new();
        for created_at in [1, 2, 2, 2, 3] {
            made.push((Timestamp(created_at), add_video(&mut tx, owner, created_at).await));
        }
        made.sort();
        made.reverse();
        let (mut before, mut seen) = (LATE, Vec::new());
        loop {
            let page = videos::of_owner(&mut tx, owner, before, 2).await.unwrap();
            let Some(last) = page.last() else { break };
            before = (last.created_at, last.id);
            seen.extend(page.iter().map(|video| (video.created_at, video.id)));
        }
        assert_eq!(seen, made);
    }
}

on_both! {
    async fn an_object_counts_once_it_is_whole(world: World) {
        let mut tx = write(&world).await;
        let owner = add_account(&mut tx).await;
        let video = add_video(&mut tx, owner, 1).await;
        let blob = blob_row(owner, video, BlobKind::Original, 7);
        blobs::begin(&mut tx, &blob).await.unwrap();
        assert!(blobs::of_video(&mut tx, owner, video, BlobKind::Original).await.unwrap().is_none());
        assert_eq!(blobs::all_of_video(&mut tx, owner, video).await.unwrap(), [blob.id]);
        assert_eq!(blobs::unfinished(&mut tx, Timestamp(7)).await.unwrap(), []);
        assert_eq!(blobs::unfinished(&mut tx, Timestamp(8)).await.unwrap(), [(owner, blob.id)]);
        let whole = Blob { header: Some(vec![3]), length: 4, width: 5, height: 6, ..blob };
        assert!(blobs::finish(&mut tx, &whole).await.unwrap());
        let found = blobs::of_video(&mut tx, owner, video, BlobKind::Original).await.unwrap().unwrap();
        assert_eq!(format!("{found:?}"), format!("{whole:?}"));
        assert!(blobs::of_video(&mut tx, owner, video, BlobKind::Cover).await.unwrap().is_none());
        assert!(blobs::exists(&mut tx, owner, whole.id).await.unwrap());
        blobs::delete(&mut tx, owner, whole.id).await.unwrap();
        assert!(!blobs::exists(&mut tx, owner, whole.id).await.unwrap());
        assert!(!blobs::finish(&mut tx, &whole).await.unwrap(), "an object without a row is whole");
    }
}

on_both! {
    async fn clips_are_those_of_their_video_in_their_order(world: World) {
        let mut tx = write(&world).await;
        let owner = add_account(&mut tx).await;
        let (video, other) = (add_video(&mut tx, owner, 1).await, add_video(&mut tx, owner, 2).await);
        let mut added = Vec::new();
        for (of, created_at) in [(video, 9), (video, 3), (other, 1), (video, 3)] {
            let blob = blob_row(owner, of, BlobKind::Clip, created_at);
            let (id, created_at) = (ClipId::from_bytes(*blob.id.as_bytes()), Timestamp(created_at));
            let clip = Clip { owner, video: of, id, duration_ms: 4, width: 5, height: 6, created_at };
            blobs::begin(&mut tx, &blob).await.unwrap();
            assert!(clips::file(&mut tx, owner, of, id).await.unwrap().is_none(), "it is not whole");
            let whole = Blob { header: Some(vec![3]), length: 70, ..blob };
            assert!(blobs::finish(&mut tx, &whole).await.unwrap());
            clips::insert(&mut tx, &clip).await.unwrap();
            assert_eq!(clips::file(&mut tx, owner, of, id).await.unwrap().unwrap().id, whole.id);
            added.push(clip);
        }
        assert_eq!((clips::bytes(&mut tx, owner, video).await.unwrap(), clips::bytes(&mut tx, owner, other).await.unwrap()), (210, 70));
        let elsewhere = added.remove(2);
        added.sort_by_key(|clip| (clip.created_at, clip.id));
        assert_eq!(clips::of_video(&mut tx, owner, video).await.unwrap(), added);
        assert_eq!(clips::of_video(&mut tx, owner, other).await.unwrap(), [elsewhere]);
        assert!(!clips::remove(&mut tx, owner, video, elsewhere.id).await.unwrap(), "of another video");
        assert!(clips::file(&mut tx, owner, video, elsewhere.id).await.unwrap().is_none());
        // Its object counts as never finished from then on, and that of the others does not.
        assert!(clips::remove(&mut tx, owner, video, added[0].id).await.unwrap());
        assert!(!clips::remove(&mut tx, owner, video, added[0].id).await.unwrap());
        assert_eq!(clips::of_video(&mut tx, owner, video).await.unwrap(), added[1..]);
        let gone = clips::object(added[0].id);
        assert_eq!(blobs::unfinished(&mut tx, Timestamp(100)).await.unwrap(), [(owner, gone)]);
        assert_eq!(clips::bytes(&mut tx, owner, video).await.unwrap(), 140);
    }
}

on_both! {
    async fn likes_are_put_and_taken_once(world: World) {
        let mut tx = write(&world).await;
        let (fan, owner) = (add_account(&mut tx).await, add_account(&mut tx).await);
        let video = add_ready(&mut tx, owner, 1).await;
        assert_eq!(likes::liked(&mut tx, fan, &[video]).await.unwrap(), [false]);
        assert!(likes::put(&mut tx, fan, video, owner, Timestamp(1)).await.unwrap());
        assert!(!likes::put(&mut tx, fan, video, owner, Timestamp(2)).await.unwrap());
        assert_eq!(likes::liked(&mut tx, fan, &[video]).await.unwrap(), [true]);
        assert!(videos::add_likes(&mut tx, owner, video, 1).await.unwrap());
        assert_eq!(videos::seen_counts(&mut tx, owner, Audience::Everyone, true).await.unwrap(), (1, 1));
        assert!(videos::set_audience(&mut tx, owner, video, Audience::Friends).await.unwrap());
        assert_eq!(videos::seen_counts(&mut tx, owner, Audience::Followers, true).await.unwrap(), (0, 0));
        assert_eq!(videos::seen_counts(&mut tx, owner, Audience::Friends, true).await.unwrap(), (1, 1));
        assert_eq!(videos::seen_counts(&mut tx, owner, Audience::OnlyMe, true).await.unwrap(), (1, 1));
        assert_eq!(likes::drop(&mut tx, fan, video).await.unwrap(), Some((true, Timestamp(1))));
        assert_eq!(likes::drop(&mut tx, fan, video).await.unwrap(), None);
    }
}

on_both! {
    async fn a_feed_item_holds_what_its_tables_hold(world: World) {
        let mut tx = write(&world).await;
        let (fan, owner) = (add_account(&mut tx).await, add_account(&mut tx).await);
        let video = add_ready(&mut tx, owner, 77).await;
        likes::put(&mut tx, fan, video, owner, Timestamp(1)).await.unwrap();
        videos::add_likes(&mut tx, owner, video, 1).await.unwrap();
        for (viewer, liked) in [(None, false), (Some(owner), false), (Some(fan), true)] {
            let none = VideoId::from_bytes([7; 16]);
            let items = feed::items(&mut tx, feed_scope(), viewer, &[(owner, none), (owner, video)]).await.unwrap();
            let [None, Some(item)] = items.as_slice() else { panic!("{items:?}") };
            assert_eq!((item.owner, item.video, item.liked, item.like_count), (owner, video, liked, 1));
            assert_eq!((item.width, item.height, item.duration_ms), (720, 1280, 1500));
            assert_eq!((item.caption.as_slice(), item.handle.as_slice()), (b"c".as_slice(), b"h".as_slice()));
        }
    }
}

// A worker that was killed after it began to seal leaves a row without a header; who takes its job makes
// another. Until housekeeping comes, both are there.
on_both! {
    async fn an_object_that_was_never_finished_does_not_double_a_video(world: World) {
        let mut tx = write(&world).await;
        let owner = add_account(&mut tx).await;
        let video = add_ready(&mut tx, owner, 77).await;
        blobs::begin(&mut tx, &blob_row(owner, video, BlobKind::Rendition, 1)).await.unwrap();
        let fan = add_account(&mut tx).await;
        outro_store::graph::follow(&mut tx, fan, owner, Timestamp(1)).await.unwrap();
        let items = feed::timeline(&mut tx, followed_scope(), fan, Circle::Following, LATE, 10).await.unwrap();
        let sizes: Vec<_> = items.iter().map(|item| (item.video, item.width)).collect();
        assert_eq!(sizes, [(video, 720)]);
    }
}

on_both! {
    async fn removing_a_video_takes_all_of_it(world: World) {
        let mut tx = write(&world).await;
        let owner = add_account(&mut tx).await;
        let (gone, kept) = (add_ready(&mut tx, owner, 1).await, add_ready(&mut tx, owner, 2).await);
        for video in [gone, kept] {
            likes::put(&mut tx, owner, video, owner, Timestamp(1)).await.unwrap();
        }
        assert_eq!(PLAN.video_residue(&mut tx, owner, gone).await.unwrap(), ["likes", "blobs", "videos"]);
        assert!(PLAN.delete_video_batch(&mut tx, owner, gone).await.unwrap());
        assert!(PLAN.video_residue(&mut tx, owner, gone).await.unwrap().is_empty());
        assert_eq!(PLAN.video_residue(&mut tx, owner, kept).await.unwrap(), ["likes", "blobs", "videos"]);
    }
}
