//! The pages of an archive, to be opened without a network: `index.html`, and one page for each part.

use outro_datamap::VIDEO_CAPTION;
use outro_pages::{ArchiveFacts, ArchiveHead, ArchiveLine, ArchiveVideo, Lang, archive_style};
use outro_store::{accounts, videos};
use serde_json::{Map, Value};

use super::archive::Writing;
use super::build::{Making, own_conversations};
use super::rows::{Pages, Rows};
use super::schema::{elsewhere, list_name, parts};
use crate::{AppError, message};

pub(super) async fn write(
    making: &mut Making<'_>,
    rows: &Rows<'_>,
    writing: &mut Writing,
    arabic: bool,
) -> Result<(), AppError> {
    let lang = if arabic { Lang::Ar } else { Lang::En };
    writing.text("pages/style.css", archive_style()).await?;
    index(making, rows, writing, lang).await?;
    for (part, sources) in parts().into_iter().filter(|(part, _)| *part != "videos") {
        let head = head(rows, making, lang, part, "");
        writing.begin_text(format!("pages/{part}.html"))?;
        writing.write(head.render().as_bytes()).await?;
        if part == "messages" {
            talks(making, rows, writing, lang).await?;
        } else {
            for source in sources {
                writing.write(ArchiveHead::heading(&lang.archive_list(&list_name(source))).as_bytes()).await?;
                let (mut pages, mut nothing) = (Pages::over(source), true);
                let elsewhere = elsewhere(source, part);
                while let Some(page) = pages.next(making, rows).await? {
                    for mut row in page {
                        nothing = false;
                        row.retain(|name, _| !elsewhere.contains(&name.as_str()));
                        writing.write(line(lang, row).as_bytes()).await?;
                    }
                }
                if nothing {
                    writing.write(ArchiveHead::nothing(lang).as_bytes()).await?;
                }
            }
        }
        writing.write(ArchiveHead::foot().as_bytes()).await?;
        writing.end().await?;
    }
    Ok(())
}

fn head(rows: &Rows<'_>, making: &Making<'_>, lang: Lang, part: &'static str, root: &'static str) -> ArchiveHead {
    let parts = parts().into_iter().map(|(part, _)| part).filter(|part| *part != "videos").collect();
    ArchiveHead {
        lang,
        host: making.app.settings.host.clone(),
        handle: rows.handle.to_owned(),
        part,
        parts,
        at_root: root.is_empty() && part.is_empty(),
    }
}

/// The first page: who one is, and the videos, which play.
async fn index(making: &mut Making<'_>, rows: &Rows<'_>, writing: &mut Writing, lang: Lang) -> Result<(), AppError> {
    let account = accounts::by_id(&mut making.app.db.read().await?, rows.me).await?.ok_or(AppError::NotFound)?;
    let keys = making.keys().await?;
    let facts = ArchiveFacts {
        display_name: keys.open_text(outro_datamap::ACCOUNT_DISPLAY_NAME, rows.me.as_bytes(), &account.display_name)?,
        bio: keys.open_text(outro_datamap::ACCOUNT_BIO, rows.me.as_bytes(), &account.bio)?,
        lang,
        videos: rows.shelf.order.len() as i64,
    };
    writing.begin_text("index.html")?;
    writing.write(head(rows, making, lang, "", "").render().as_bytes()).await?;
    writing.write(facts.render().as_bytes()).await?;
    for id in &rows.shelf.order {
        making.beat().await?;
        let found = videos::by_id(&mut making.app.db.read().await?, *id).await?;
        let (Some(video), Some(files)) = (found, rows.shelf.files.get(id)) else { continue };
        let keys = making.keys().await?;
        let view = ArchiveVideo {
            lang,
            caption: keys.open_text(VIDEO_CAPTION, id.as_bytes(), &video.caption)?,
            rendition: if files.rendition { files.rendition_path() } else { String::new() },
            cover: if files.cover { files.cover_path() } else { String::new() },
            original: files.original.as_ref().map(|entry| entry.path.clone()).unwrap_or_default(),
            created_at: video.created_at.rfc3339(),
            audience: video.facts.audience.word(),
            likes: video.like_count,
        };
        writing.write(view.render().as_bytes()).await?;
    }
    writing.write(ArchiveHead::foot().as_bytes()).await?;
    writing.end().await.map(|_| ())
}

/// One record, in a form that needs to know no table: its text first, its time last, and all else by its name.
fn line(lang: Lang, mut row: Map<String, Value>) -> String {
    let text = row.remove("text").and_then(|text| text.as_str().map(str::to_owned)).unwrap_or_default();
    let at = row.remove("created_at").and_then(|at| at.as_str().map(str::to_owned)).unwrap_or_default();
    let facts = row.into_iter().filter_map(|(name, value)| Some((name.replace('_', " "), words(&value)?))).collect();
    ArchiveLine { lang, text, at, facts, mine: false }.render()
}

/// A value in words; none for what is not there.
fn words(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => (!text.is_empty()).then(|| text.clone()),
        Value::Array(items) => Some(items.iter().filter_map(words).collect::<Vec<_>>().join(", ")),
        Value::Object(fields) => {
            let handle = fields.get("handle").and_then(Value::as_str).map(|handle| format!("@{handle}"));
            let caption = fields.get("caption").and_then(Value::as_str).filter(|caption| !caption.is_empty());
            Some(handle.into_iter().chain(caption.map(str::to_owned)).collect::<Vec<_>>().join(": "))
        }
        other => Some(other.to_string()),
    }
}

/// What was said, conversation by conversation.
async fn talks(making: &mut Making<'_>, rows: &Rows<'_>, writing: &mut Writing, lang: Lang) -> Result<(), AppError> {
    for id in own_conversations(making, rows).await? {
        let (mut after, mut begun) = (0, false);
        loop {
            making.beat().await?;
            let Some((conversation, messages, next)) = message::archived(making.app, rows.me, id, after).await? else {
                break;
            };
            if !begun && !messages.is_empty() {
                begun = true;
                let name = |person: &Option<message::Person>| {
                    person
                        .as_ref()
                        .map_or_else(|| lang.unavailable().to_owned(), |person| format!("@{}", person.handle))
                };
                let with: Vec<_> = conversation.people.iter().map(name).collect();
                writing.write(ArchiveHead::heading(&with.join(", ")).as_bytes()).await?;
            }
            for said in messages {
                let from = said.sender.as_ref().map(|person| format!("@{}", person.handle));
                let from = from.unwrap_or_else(|| lang.unavailable().to_owned());
                let (text, video) = match said.body {
                    message::Body::Text(text) => (text, None),
                    message::Body::Video(video) => (
                        String::new(),
                        Some(video.map_or_else(|| lang.unavailable().to_owned(), |video| format!("@{}", video.handle))),
                    ),
                };
                let mut facts = Vec::new();
                if !said.mine {
                    facts.push((String::new(), from));
                }
                facts.extend(video.map(|video| ("video".to_owned(), video)));
                let line = ArchiveLine { lang, text, at: said.created_at, facts, mine: said.mine };
                writing.write(line.render().as_bytes()).await?;
            }
            let Some(next) = next else { break };
            after = next;
        }
    }
    Ok(())
}
