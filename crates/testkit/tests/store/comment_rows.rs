//! Comments, their likes, what accounts are told: the rows, and who is shown them.

use super::*;
use outro_model::{CommentId, NotificationId};
use outro_policy::{Action, Facts, Relation, Ties, decide};
use outro_store::accounts::PrivacyChange;
use outro_store::comments::{self, Comment, Order, Place, State};
use outro_store::erasure::{self, PLAN, Subject};
use outro_store::notifications::{self, News};
use outro_store::{graph, likes};

async fn add_ready(tx: &mut Tx, owner: AccountId) -> VideoId {
    let id = add_video(tx, owner, 1).await;
    assert!(videos::set_ready(tx, owner, id, 1500, Timestamp(1)).await.unwrap());
    id
}

fn row(owner: AccountId, video: VideoId, author: AccountId, at: i64) -> Comment {
    Comment {
        owner,
        video,
        id: CommentId::random(&SystemRandom),
        author,
        parent: None,
        thread_author: None,
        text: b"t".to_vec(),
        state: State::Shown,
        created_at: Timestamp(at),
        like_count: 0,
    }
}

fn below(top: &Comment, author: AccountId, at: i64) -> Comment {
    Comment { parent: Some(top.id), thread_author: Some(top.author), ..row(top.owner, top.video, author, at) }
}

async fn put(tx: &mut Tx, comment: &Comment) {
    comments::insert(tx, comment).await.unwrap();
    assert!(comments::add(tx, comment.owner, comment.video, i64::from(comment.state == State::Shown)).await.unwrap());
}

async fn count(tx: &mut Tx, video: VideoId) -> i64 {
    videos::by_id(tx, video).await.unwrap().unwrap().comment_count
}

async fn ids(tx: &mut Tx, asking: Option<AccountId>, top: &Comment, order: Order) -> Vec<CommentId> {
    let place = if matches!(order, Order::RepliesTo(_)) { Place::FIRST } else { Place::LAST };
    let found = comments::list(tx, asking, (top.owner, top.video), order, place, 50).await.unwrap();
    found.iter().map(|listed| listed.comment.id).collect()
}

on_both! {
    async fn a_comment_is_read_as_it_was_written(world: World) {
        let mut tx = write(&world).await;
        let (owner, author) = (add_account(&mut tx).await, add_account(&mut tx).await);
        let video = add_ready(&mut tx, owner).await;
        let top = row(owner, video, author, 7);
        let reply = below(&top, owner, 8);
        for comment in [&top, &reply] {
            put(&mut tx, comment).await;
            let found = comments::by_id(&mut tx, comment.id).await.unwrap().unwrap();
            assert_eq!(format!("{found:?}"), format!("{comment:?}"));
        }
        assert!(comments::by_id(&mut tx, CommentId::random(&SystemRandom)).await.unwrap().is_none());
        let listed = comments::one(&mut tx, None, &top).await.unwrap().unwrap();
        assert_eq!((listed.replies, listed.liked, listed.handle.as_slice()), (1, false, b"h".as_slice()));
        assert_eq!(ids(&mut tx, None, &top, Order::Newest).await, [top.id]);
        assert_eq!(ids(&mut tx, None, &top, Order::RepliesTo(top.id)).await, [reply.id]);
        assert!(comments::hold(&mut tx, &top).await.unwrap());
    }
}

on_both! {
    async fn states_move_the_count_once(world: World) {
        let mut tx = write(&world).await;
        let owner = add_account(&mut tx).await;
        let video = add_ready(&mut tx, owner).await;
        let comment = row(owner, video, owner, 1);
        put(&mut tx, &comment).await;
        for (state, moved, counted) in [
            (State::Shown, false, 1),
            (State::Hidden, true, 0),
            (State::Hidden, false, 0),
            (State::Shown, true, 1),
        ] {
            assert_eq!(comments::set_state(&mut tx, &comment, state).await.unwrap(), moved, "{state:?}");
            assert_eq!(count(&mut tx, video).await, counted, "{state:?}");
        }
        assert!(comments::set_removing(&mut tx, &comment).await.unwrap());
        assert!(!comments::set_removing(&mut tx, &comment).await.unwrap());
        assert!(!comments::set_state(&mut tx, &comment, State::Shown).await.unwrap(), "what is taken away comes back");
        assert!(!comments::hold(&mut tx, &comment).await.unwrap());
        let left = comments::by_id(&mut tx, comment.id).await.unwrap().unwrap();
        assert_eq!((left.state, left.text.len(), count(&mut tx, video).await), (State::Removing, 0, 0));
        assert_eq!(comments::removing(&mut tx, owner, video).await.unwrap(), Some(comment.id));
        comments::drop_row(&mut tx, (owner, video), comment.id).await.unwrap();
        comments::drop_row(&mut tx, (owner, video), comment.id).await.unwrap();
        assert_eq!((comments::removing(&mut tx, owner, video).await.unwrap(), count(&mut tx, video).await), (None, 0));
    }
}

on_both! {
    async fn likes_of_comments_are_put_and_taken_once(world: World) {
        let mut tx = write(&world).await;
        let (owner, fan) = (add_account(&mut tx).await, add_account(&mut tx).await);
        let video = add_ready(&mut tx, owner).await;
        let (one, two) = (row(owner, video, owner, 1), row(owner, video, owner, 2));
        put(&mut tx, &one).await;
        put(&mut tx, &two).await;
        assert!(comments::like(&mut tx, fan, &one, Timestamp(1)).await.unwrap());
        assert!(!comments::like(&mut tx, fan, &one, Timestamp(2)).await.unwrap());
        assert_eq!(ids(&mut tx, None, &one, Order::MostLiked).await, [one.id, two.id]);
        assert_eq!(ids(&mut tx, None, &one, Order::Newest).await, [two.id, one.id]);
        let listed = comments::one(&mut tx, Some(fan), &one).await.unwrap().unwrap();
        assert_eq!((listed.liked, listed.comment.like_count), (true, 1));
        assert!(comments::unlike(&mut tx, fan, &one).await.unwrap());
        assert!(!comments::unlike(&mut tx, fan, &one).await.unwrap());
        assert_eq!(comments::by_id(&mut tx, one.id).await.unwrap().unwrap().like_count, 0);
    }
}

// A comment that is liked cannot go before its likes: whoever takes it away is told.
on_both! {
    async fn a_like_keeps_the_row_of_its_comment(world: World) {
        let mut tx = write(&world).await;
        let (owner, fan) = (add_account(&mut tx).await, add_account(&mut tx).await);
        let video = add_ready(&mut tx, owner).await;
        let comment = row(owner, video, owner, 1);
        put(&mut tx, &comment).await;
        comments::like(&mut tx, fan, &comment, Timestamp(1)).await.unwrap();
        assert_eq!(comments::drop_likes(&mut tx, (owner, video), comment.id, 10).await.unwrap(), 1);
        comments::drop_row(&mut tx, (owner, video), comment.id).await.unwrap();
        let again = row(owner, video, owner, 1);
        put(&mut tx, &again).await;
        comments::like(&mut tx, fan, &again, Timestamp(1)).await.unwrap();
        assert!(comments::drop_row(&mut tx, (owner, video), again.id).await.is_err());
    }
}

on_both! {
    async fn erasing_lowers_by_all_that_one_person_said(world: World) {
        let mut tx = write(&world).await;
        let (owner, leaver, stayer) =
            (add_account(&mut tx).await, add_account(&mut tx).await, add_account(&mut tx).await);
        let mut expected = Vec::new();
        for said in 1..4 {
            let video = add_ready(&mut tx, owner).await;
            let kept = row(owner, video, stayer, 1);
            put(&mut tx, &kept).await;
            for at in 0..said {
                let theirs = row(owner, video, leaver, at);
                put(&mut tx, &theirs).await;
                put(&mut tx, &below(&theirs, stayer, at)).await;
                put(&mut tx, &below(&kept, leaver, at)).await;
            }
            let hidden = Comment { state: State::Hidden, ..row(owner, video, leaver, 9) };
            put(&mut tx, &hidden).await;
            comments::like(&mut tx, leaver, &kept, Timestamp(1)).await.unwrap();
            comments::like(&mut tx, stayer, &hidden, Timestamp(1)).await.unwrap();
            assert_eq!(count(&mut tx, video).await, 1 + 3 * said);
            expected.push((video, kept.id));
        }
        let subject = Subject { account: leaver, key_id: [1; 16] };
        for step in PLAN.steps.iter().filter(|step| step.table.starts_with("comment")) {
            while step.delete_batch(&mut tx, &subject, erasure::BATCH).await.unwrap() > 0 {}
            assert!(!step.leaves(&mut tx, &subject).await.unwrap(), "{}", step.table);
        }
        for (video, kept) in expected {
            assert_eq!(count(&mut tx, video).await, 1);
            assert_eq!(comments::by_id(&mut tx, kept).await.unwrap().unwrap().like_count, 0);
        }
        assert_eq!(erasure::residue(&mut tx, &subject).await.unwrap(), ["counts", "accounts"]);
    }
}

on_both! {
    async fn a_video_takes_what_was_said_and_told(world: World) {
        let mut tx = write(&world).await;
        let (owner, fan) = (add_account(&mut tx).await, add_account(&mut tx).await);
        let video = add_ready(&mut tx, owner).await;
        let comment = row(owner, video, fan, 1);
        put(&mut tx, &comment).await;
        comments::like(&mut tx, owner, &comment, Timestamp(1)).await.unwrap();
        likes::put(&mut tx, fan, video, owner, Timestamp(1)).await.unwrap();
        let news = News { account: owner, kind: 0, actor: fan, video: Some((owner, video)), comment: None };
        notifications::put(&mut tx, NotificationId::random(&SystemRandom), &news, Timestamp(1)).await.unwrap();
        let all = ["notifications", "comment_likes", "comments", "likes", "videos"];
        assert_eq!(PLAN.video_residue(&mut tx, owner, video).await.unwrap(), all);
        assert!(PLAN.delete_video_batch(&mut tx, owner, video).await.unwrap());
        assert!(PLAN.video_residue(&mut tx, owner, video).await.unwrap().is_empty());
    }
}

/// Whether a comment may be shown, as the policy says it of one pair of people.
fn sees(viewer: Option<AccountId>, author: &accounts::Account, ties: Ties) -> bool {
    let relation = Relation::of(viewer, author.id, ties);
    decide(
        Action::SeeCard,
        &Facts { relation, viewer_away: false, viewer_adult: false, owner: author.facts, video: None },
    )
    .allowed
}

// Every state of an author, every block between author, viewer and owner, every state of the comment: the
// query shows what the policy shows.
on_both! {
    async fn lists_show_what_the_policy_shows(world: World) {
        let mut tx = write(&world).await;
        let (mut shown, mut hidden) = (0, 0);
        for case in 0..(3 * 16 * 2) {
            let (state, blocks, held) = (case % 3, (case / 3) % 16, case / 48 == 1);
            let (owner, author, viewer) =
                (add_account(&mut tx).await, add_account(&mut tx).await, add_account(&mut tx).await);
            let video = add_ready(&mut tx, owner).await;
            let standing = if held { State::Hidden } else { State::Shown };
            let comment = Comment { state: standing, ..row(owner, video, author, 1) };
            put(&mut tx, &comment).await;
            for (bit, one, other) in [(1, viewer, author), (2, author, viewer), (4, owner, author), (8, author, owner)] {
                if blocks & bit != 0 {
                    assert!(graph::block(&mut tx, one, other, Timestamp(1)).await.unwrap());
                }
            }
            match state {
                1 => {
                    let away = PrivacyChange { on_hiatus: Some(true), ..PrivacyChange::default() };
                    assert!(accounts::set_privacy(&mut tx, author, away).await.unwrap());
                }
                2 => assert!(accounts::leave(&mut tx, author).await.unwrap()),
                _ => {}
            }
            let of_author = accounts::by_id(&mut tx, author).await.unwrap().unwrap();
            for asking in [None, Some(viewer), Some(owner), Some(author)] {
                let ties = async |tx: &mut Tx, who: Option<AccountId>| match who {
                    Some(who) if who != author => graph::standing(tx, who, author).await.unwrap().ties,
                    _ => Ties::default(),
                };
                let between = ties(&mut tx, Some(owner)).await;
                let (mine, theirs) = (ties(&mut tx, asking).await, Ties { blocks: between.blocks, blocked: between.blocked, ..Ties::default() });
                let own = asking == Some(author);
                let of_owner = if own { !theirs.blocks && !theirs.blocked } else { sees(Some(owner), &of_author, theirs) };
                let wanted = sees(asking, &of_author, mine) && of_owner && (!held || own || asking == Some(owner));
                let found = ids(&mut tx, asking, &comment, Order::Newest).await;
                let one = comments::one(&mut tx, asking, &comment).await.unwrap().is_some();
                assert_eq!((found == [comment.id], one), (wanted, wanted), "case {case}, {asking:?}");
                if wanted { shown += 1 } else { hidden += 1 }
            }
        }
        assert!(shown > 20 && hidden > 20, "{shown} {hidden}");
    }
}

on_both! {
    async fn what_is_told_is_taken_back_exactly(world: World) {
        let mut tx = write(&world).await;
        let (me, ada, bob) = (add_account(&mut tx).await, add_account(&mut tx).await, add_account(&mut tx).await);
        let (one, two) = (add_ready(&mut tx, me).await, add_ready(&mut tx, me).await);
        let like = |actor, video| News { account: me, kind: 0, actor, video: Some((me, video)), comment: None };
        let follow = News { account: me, kind: 5, actor: ada, video: None, comment: None };
        let all = [like(ada, one), like(ada, two), like(bob, one), follow];
        for (at, news) in all.iter().enumerate() {
            notifications::put(&mut tx, NotificationId::random(&SystemRandom), news, Timestamp(at as i64)).await.unwrap();
        }
        let latest = (Timestamp(i64::MAX), NotificationId::from_bytes([0xff; 16]));
        let told = async |tx: &mut Tx, after: i64| -> Vec<News> {
            let found = notifications::list(tx, me, latest, Timestamp(after), 10).await.unwrap();
            found.into_iter().map(|told| told.news).collect()
        };
        assert_eq!(told(&mut tx, -1).await, [all[3], all[2], all[1], all[0]]);
        assert_eq!(told(&mut tx, 1).await, [all[3], all[2]]);
        notifications::take_back(&mut tx, &all[0]).await.unwrap();
        assert_eq!(told(&mut tx, -1).await, [all[3], all[2], all[1]]);
        notifications::take_back(&mut tx, &follow).await.unwrap();
        assert_eq!(told(&mut tx, -1).await, [all[2], all[1]]);
        assert_eq!(notifications::drop_before(&mut tx, Timestamp(2), 10).await.unwrap(), 1);
        notifications::set_told_until(&mut tx, me, Timestamp(9)).await.unwrap();
        notifications::set_told_until(&mut tx, me, Timestamp(3)).await.unwrap();
        assert_eq!(notifications::told_until(&mut tx, me).await.unwrap(), Timestamp(9));
    }
}
