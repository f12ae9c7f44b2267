//! What another server can bring in: the one document of the archive that holds no id, no address and no time of its
//! own making. Two archives of the same content hold it byte for byte.

use std::collections::HashSet;

use outro_datamap::{ACCOUNT_BIO, ACCOUNT_DISPLAY_NAME, PLAYLIST_TITLE, VIDEO_CAPTION};
use outro_model::VideoId;
use outro_store::{accounts, playlists, videos};
use serde_json::{Value, json};

use super::archive::{Entry, Lists, Writing};
use super::build::Making;
use super::rows::{Pages, Rows};
use crate::AppError;
use crate::playlist::{FIRST, MOST, VIDEOS};
use crate::privacy::Privacy;

/// Where it stands in the archive.
pub(super) const PATH: &str = "data/content.json";

pub(super) async fn write(making: &mut Making<'_>, rows: &Rows<'_>, writing: &mut Writing) -> Result<Entry, AppError> {
    let head = head(making, rows).await?;
    let mut lists = Lists::begin(writing, PATH.to_owned(), &head).await?;
    lists.list("videos").await?;
    for id in &rows.shelf.order {
        making.beat().await?;
        let found = videos::by_id(&mut making.app.db.read().await?, *id).await?;
        let original = rows.shelf.files.get(id).and_then(|files| files.original.as_ref());
        let (Some(video), Some(original)) = (found, original) else { continue };
        let keys = making.keys().await?;
        lists
            .item(&json!({
                "original": original.path,
                "sha256": hex::encode(original.sha256),
                "bytes": original.bytes,
                "caption": keys.open_text(VIDEO_CAPTION, id.as_bytes(), &video.caption)?,
                "audience": video.facts.audience.word(),
                "draft_audience": video.draft.map(|draft| draft.audience.word()),
                "comments_from": video.facts.comments_from.word(),
                "sound_reuse": video.facts.sound_reuse,
                "downloads": video.facts.downloads,
                "duets": video.facts.duets,
                "stitches": video.facts.stitches,
                "age_restricted": video.facts.age_restricted,
                "pinned_at": (video.pinned_at.0 > 0).then(|| video.pinned_at.rfc3339()),
                "reframe": video.reframe.word(),
                "created_at": video.created_at.rfc3339(),
                "published_at": (video.published_at.0 > 0).then(|| video.published_at.rfc3339()),
            }))
            .await?;
    }
    lists.list("comments").await?;
    let mut pages = Pages::of("comments", "author_id")?;
    while let Some(page) = pages.next(making, rows).await? {
        for row in page {
            // Under a video of one's own it says no more.
            let to = row.get("of").map_or(Value::Null, |of| of["handle"].clone());
            lists.item(&json!({ "text": row["text"], "created_at": row["created_at"], "to": to })).await?;
        }
    }
    // What was written elsewhere and came along stands as it came.
    let mut pages = Pages::of("brought", "account_id")?;
    while let Some(page) = pages.next(making, rows).await? {
        for row in page.iter().filter(|row| row["kind"] == "comment") {
            let said: Option<Value> = row["text"].as_str().and_then(|text| serde_json::from_str(text).ok());
            lists.item(&said.unwrap_or_default()).await?;
        }
    }
    lists.list("follows").await?;
    let (mut pages, mut known) = (Pages::of("follows", "follower_id")?, HashSet::new());
    while let Some(page) = pages.next(making, rows).await? {
        for row in page {
            lists.item(&row["followed"]["handle"]).await?;
            known.extend(row["followed"]["handle"].as_str().map(str::to_owned));
        }
    }
    let mut pages = Pages::of("brought", "account_id")?;
    while let Some(page) = pages.next(making, rows).await? {
        for row in page.iter().filter(|row| row["kind"] == "follow") {
            if row["text"].as_str().is_some_and(|handle| !known.contains(handle)) {
                lists.item(&row["text"]).await?;
            }
        }
    }
    lists.list("playlists").await?;
    let kept = playlists::of_owner(&mut making.app.db.read().await?, rows.me, FIRST, MOST).await?;
    for list in kept {
        making.beat().await?;
        let places = playlists::videos(&mut making.app.db.read().await?, rows.me, list.id, 0, VIDEOS).await?;
        let file = |(id, _): &(VideoId, i64)| Some(rows.shelf.files.get(id)?.original.as_ref()?.path.clone());
        let title = making.keys().await?.open_text(PLAYLIST_TITLE, list.id.as_bytes(), &list.title)?;
        let videos: Vec<String> = places.iter().filter_map(file).collect();
        lists.item(&json!({ "title": title, "created_at": list.created_at.rfc3339(), "videos": videos })).await?;
    }
    lists.end().await
}

async fn head(making: &Making<'_>, rows: &Rows<'_>) -> Result<String, AppError> {
    let account = accounts::by_id(&mut making.app.db.read().await?, rows.me).await?.ok_or(AppError::NotFound)?;
    let (keys, row) = (making.keys().await?, rows.me.as_bytes());
    let profile = json!({
        "display_name": keys.open_text(ACCOUNT_DISPLAY_NAME, row, &account.display_name)?,
        "bio": keys.open_text(ACCOUNT_BIO, row, &account.bio)?,
    });
    let Privacy { private_account, discoverable, searchable, messages_from, comments_from, .. } =
        Privacy::from(&account.facts);
    let settings = json!({
        "private_account": private_account,
        "discoverable": discoverable,
        "searchable": searchable,
        "messages_from": messages_from.word(),
        "comments_from": comments_from.word(),
    });
    Ok(format!("{{\n\"format\": \"outro content 1\",\n\"profile\": {profile},\n\"settings\": {settings},\n"))
}
