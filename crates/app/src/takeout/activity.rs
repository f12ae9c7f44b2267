//! The same as ActivityStreams 2.0 (W3C, JSON-LD), for programs that know no Outro.

use outro_datamap::{ACCOUNT_BIO, ACCOUNT_DISPLAY_NAME, VIDEO_CAPTION};
use outro_store::{accounts, videos};
use serde_json::{Value, json};

use super::archive::{Lists, Writing};
use super::build::Making;
use super::rows::{Pages, Rows};
use crate::AppError;

const CONTEXT: &str = "https://www.w3.org/ns/activitystreams";

pub(super) async fn write(making: &mut Making<'_>, rows: &Rows<'_>, writing: &mut Writing) -> Result<(), AppError> {
    let actor = actor(making, rows).await?;
    writing.text("activitystreams/actor.json", &format!("{actor}\n")).await?;
    outbox(making, rows, writing).await?;
    for (name, table, side) in [
        ("likes", "likes", "account_id"),
        ("following", "follows", "follower_id"),
        ("followers", "follows", "followed_id"),
    ] {
        let mut lists = Lists::begin(writing, format!("activitystreams/{name}.json"), &head("Collection")).await?;
        lists.list("items").await?;
        let host = making.app.settings.host.clone();
        let mut pages = Pages::of(table, side)?;
        while let Some(page) = pages.next(making, rows).await? {
            for row in page {
                let address = match name {
                    "likes" => row["video_id"].as_str().map(|id| format!("https://{host}/v/{id}")),
                    "following" => row["followed"]["handle"].as_str().map(|handle| format!("https://{host}/@{handle}")),
                    _ => row["follower"]["handle"].as_str().map(|handle| format!("https://{host}/@{handle}")),
                };
                lists.item(&json!(address)).await?;
            }
        }
        lists.end().await?;
    }
    Ok(())
}

fn head(kind: &str) -> String {
    format!("{{\n\"@context\": \"{CONTEXT}\",\n\"type\": \"{kind}\",\n")
}

async fn actor(making: &Making<'_>, rows: &Rows<'_>) -> Result<Value, AppError> {
    let account = accounts::by_id(&mut making.app.db.read().await?, rows.me).await?.ok_or(AppError::NotFound)?;
    let (keys, row, host) = (making.keys().await?, rows.me.as_bytes(), &making.app.settings.host);
    Ok(json!({
        "@context": CONTEXT,
        "type": "Person",
        "id": format!("https://{host}/@{}", rows.handle),
        "preferredUsername": rows.handle,
        "name": keys.open_text(ACCOUNT_DISPLAY_NAME, row, &account.display_name)?,
        "summary": keys.open_text(ACCOUNT_BIO, row, &account.bio)?,
        "published": account.created_at.rfc3339(),
        "outbox": "outbox.json",
        "liked": "likes.json",
        "following": "following.json",
        "followers": "followers.json",
    }))
}

/// What the person made: videos and comments, each as it was created.
async fn outbox(making: &mut Making<'_>, rows: &Rows<'_>, writing: &mut Writing) -> Result<(), AppError> {
    let host = making.app.settings.host.clone();
    let actor = format!("https://{host}/@{}", rows.handle);
    let mut lists = Lists::begin(writing, "activitystreams/outbox.json".to_owned(), &head("OrderedCollection")).await?;
    lists.list("orderedItems").await?;
    let create = |object: Value, published: &Value| json!({ "type": "Create", "actor": actor, "published": published, "object": object });
    for id in &rows.shelf.order {
        making.beat().await?;
        let found = videos::by_id(&mut making.app.db.read().await?, *id).await?;
        let (Some(video), Some(files)) = (found, rows.shelf.files.get(id)) else { continue };
        let keys = making.keys().await?;
        let file = if files.rendition { Some(files.rendition_path()) } else { None };
        let file = file.or_else(|| files.original.as_ref().map(|entry| entry.path.clone()));
        let published = json!(video.created_at.rfc3339());
        let object = json!({
            "type": "Video",
            "id": format!("https://{host}/v/{id}"),
            "attributedTo": actor,
            "content": keys.open_text(VIDEO_CAPTION, id.as_bytes(), &video.caption)?,
            "published": published,
            "duration": format!("PT{}.{:03}S", video.duration_ms / 1000, video.duration_ms % 1000),
            "url": file.map(|path| format!("../{path}")),
        });
        lists.item(&create(object, &published)).await?;
    }
    let mut pages = Pages::of("comments", "author_id")?;
    while let Some(page) = pages.next(making, rows).await? {
        for row in page {
            let object = json!({
                "type": "Note",
                "attributedTo": actor,
                "content": row["text"],
                "published": row["created_at"],
                "inReplyTo": row["video_id"].as_str().map(|id| format!("https://{host}/v/{id}")),
            });
            lists.item(&create(object, &row["created_at"])).await?;
        }
    }
    lists.end().await.map(|_| ())
}
