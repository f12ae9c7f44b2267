//! The numbers of videos: what somebody has added to them stays when they leave. Step by step it is told what a step added,
//! so that the same can be added in the other world, of nobody.

use std::collections::BTreeMap;

use outro_db::{Param, Statement};

use crate::stage::Stage;

/// The tables, each with the last column of its key and what is counted in it.
const COUNTED: [(&str, &str, &[&str]); 2] = [
    ("video_days", "day", &["views", "likes", "shares", "comments", "watchings", "watched_ms", "finished"]),
    ("video_reach", "reach", &["shown", "waiting"]),
];

/// Of each row its counts: by the place of its table, its owner, its video and the last column of its key.
pub(crate) type Numbers = BTreeMap<(usize, Vec<u8>, Vec<u8>, i64), Vec<i64>>;

/// All of them.
pub(crate) async fn read(stage: &Stage) -> Numbers {
    let mut all = Numbers::new();
    let mut tx = stage.world.app.db.read().await.unwrap();
    for (place, (table, last, counts)) in COUNTED.iter().enumerate() {
        let sql = format!("SELECT owner_id, video_id, {last}, {} FROM {table}", counts.join(", "));
        for row in tx.query(&Statement::built("numbers".into(), sql), &[]).await.unwrap() {
            let counted = (0..counts.len()).map(|at| row.get(3 + at).unwrap()).collect();
            all.insert((place, row.get(0).unwrap(), row.get(1).unwrap(), row.get(2).unwrap()), counted);
        }
    }
    all
}

/// What was added since then.
pub(crate) fn since(before: &Numbers, after: Numbers) -> Numbers {
    let added = after.into_iter().map(|(key, mut counts)| {
        for (count, was) in counts.iter_mut().zip(before.get(&key).into_iter().flatten()) {
            *count -= was;
        }
        (key, counts)
    });
    added.filter(|(_, counts)| counts.iter().any(|count| *count != 0)).collect()
}

/// Adds the same where the video is there; whether it is anywhere.
pub(crate) async fn add(stage: &Stage, numbers: &Numbers) -> bool {
    let mut tx = stage.world.app.db.write().await.unwrap();
    let video = Statement::built("video".into(), "SELECT 1 FROM videos WHERE owner_id = ?1 AND id = ?2".into());
    let mut some = false;
    for ((place, owner, id, last), counts) in numbers {
        let key = [Param::Bytes(owner), Param::Bytes(id)];
        if tx.query_opt(&video, &key).await.unwrap().is_none() {
            continue;
        }
        some = true;
        let (table, column, names) = COUNTED[*place];
        let marks: Vec<String> = (4..4 + names.len()).map(|number| format!("?{number}")).collect();
        let sums: Vec<String> = names.iter().map(|name| format!("{name} = {table}.{name} + excluded.{name}")).collect();
        let sql = format!(
            "INSERT INTO {table} (owner_id, video_id, {column}, {}) VALUES (?1, ?2, ?3, {})
             ON CONFLICT (owner_id, video_id, {column}) DO UPDATE SET {}",
            names.join(", "),
            marks.join(", "),
            sums.join(", ")
        );
        let values = key.into_iter().chain([*last].map(Param::Int)).chain(counts.iter().copied().map(Param::Int));
        tx.execute(&Statement::built("add".into(), sql), &values.collect::<Vec<_>>()).await.unwrap();
    }
    tx.commit().await.unwrap();
    some
}
