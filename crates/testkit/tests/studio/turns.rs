//! Whose turn it is: many uploads of one person do not hold up the first of another.

use outro_app::AppRunner;
use outro_jobs::Lane;

use super::*;

/// Uploads a clip; its video.
async fn sent(client: &Client, said: &str) -> String {
    let upload = client.begin_upload(clip().len(), &[("caption", said)]).await;
    client.add_piece(&upload, 0, clip()).await.expect(204);
    video_of(&upload)
}

async fn is_ready(client: &Client, video: &str) -> bool {
    client.get(video).await.expect(200).json()["state"] == "ready"
}

on_both! {
    async fn twenty_uploads_of_one_do_not_hold_up_the_first_of_another(world: World) {
        let (busy, other) = (world.client().join("busy").await, world.client().join("other").await);
        let mut many = Vec::new();
        for number in 0..20 {
            many.push(sent(&busy, &format!("{number}")).await);
        }
        let runner = AppRunner(world.app.clone());
        let step = async || assert!(world.app.queue.work_once(Lane::Encode, &runner).await.unwrap());
        for _ in 0..3 {
            step().await;
        }
        let (first, second) = (sent(&other, "first").await, sent(&other, "second").await);
        // What came before it in the same turn, then it.
        step().await;
        step().await;
        assert!(is_ready(&other, &first).await, "one of another's goes before, at most");
        assert!(!is_ready(&other, &second).await, "its second waits as theirs do");
        step().await;
        step().await;
        assert!(is_ready(&other, &second).await);
        // Nobody starves: whoever comes now waits for no more than one of each.
        let late = world.client().join("late").await;
        let last = sent(&late, "late").await;
        step().await;
        step().await;
        assert!(is_ready(&late, &last).await);
        while world.app.queue.work_once(Lane::Encode, &runner).await.unwrap() {}
        for video in &many {
            assert!(is_ready(&busy, video).await);
        }
        world.settle().await;
    }
}

on_both! {
    async fn a_poisoned_file_fails_alone(world: World) {
        let (poisoner, other) = (world.client().join("poisoner").await, world.client().join("other").await);
        let mut poison = clip().to_vec();
        let middle = poison.len() / 3;
        poison[middle..].fill(0xa5);
        let upload = poisoner.begin_upload(poison.len(), &[]).await;
        poisoner.add_piece(&upload, 0, &poison).await.expect(204);
        let good = sent(&other, "good").await;
        world.settle().await;
        assert!(is_ready(&other, &good).await);
        let failed = poisoner.get(&video_of(&upload)).await.expect(200).json();
        assert_eq!(failed["state"], "failed");
        let detail = failed["failure"]["detail"].as_str().unwrap();
        assert!(detail.len() > 20 && detail.ends_with('.'), "a reason that the person can act on: {detail}");
    }
}
