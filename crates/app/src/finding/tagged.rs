//! Hashtags: the videos of one, and where they stand in a caption.

use outro_model::Handle;
use outro_search::{tag_of, tags};

use super::search::{opened, watchable};
use crate::video::VideoView;
use crate::{App, AppError, Viewer, viewer};

/// How often the index is asked for one page at most, however many of its answers are hidden.
const ROUNDS: usize = 5;

/// A page of the videos of a hashtag.
pub struct TagPage {
    /// The hashtag in its one form, without `#`.
    pub tag: String,
    /// The videos, the newest first.
    pub videos: Vec<VideoView>,
    /// Where the next page begins; none at the end.
    pub next: Option<u64>,
}

/// The videos of a hashtag that everyone may watch, those before the place `before`. A hashtag that nobody
/// used and one whose videos are hidden answer alike: with none.
pub async fn tagged(app: &App, who: &Viewer, tag: &str, before: Option<u64>, limit: i64) -> Result<TagPage, AppError> {
    let tag = tag_of(tag).ok_or(AppError::NotFound)?;
    app.finder.ready()?;
    let (limit, mut place, mut videos) = (limit as usize, before, Vec::new());
    for _ in 0..ROUNDS {
        let (name, missing) = (tag.clone(), limit - videos.len());
        let hits = app.finder.with_index(move |index| index.tagged(&name, place, missing)).await?;
        place = hits.last().filter(|_| hits.len() == missing).map(|hit| hit.place);
        let ids: Vec<_> = hits.iter().map(|hit| hit.video).collect();
        let mut tx = app.db.read().await?;
        let asking = viewer::still(app, &mut tx, who).await?;
        let found = watchable(&mut tx, asking, &ids, ids.len()).await?;
        drop(tx);
        let still = |video: &VideoView| tags(&video.caption).iter().any(|one| one.tag == tag);
        videos.extend(opened(app, asking, found).await?.into_iter().filter(still));
        if place.is_none() || videos.len() == limit {
            break;
        }
    }
    Ok(TagPage { tag, videos, next: place })
}

/// A piece of a caption.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Text.
    Text(&'a str),
    /// A hashtag as it was written, and its one form.
    Tag(&'a str, String),
    /// An `@` and a handle as they were written, and the handle. Whether there is such an account is not asked.
    Mention(&'a str, String),
}

/// A caption in its pieces: hashtags and mentions lead somewhere.
pub fn pieces(caption: &str) -> Vec<Piece<'_>> {
    let mut marks: Vec<_> = tags(caption)
        .into_iter()
        .map(|tag| (tag.at.clone(), Piece::Tag(&caption[tag.at], tag.tag)))
        .chain(mentions(caption))
        .collect();
    marks.sort_by_key(|(at, _)| at.start);
    let (mut pieces, mut end) = (Vec::new(), 0);
    for (at, piece) in marks {
        if at.start > end {
            pieces.push(Piece::Text(&caption[end..at.start]));
        }
        end = at.end;
        pieces.push(piece);
    }
    if end < caption.len() {
        pieces.push(Piece::Text(&caption[end..]));
    }
    pieces
}

fn mentions(caption: &str) -> impl Iterator<Item = (std::ops::Range<usize>, Piece<'_>)> {
    let of_handle = |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || letter == '.';
    caption.match_indices('@').filter_map(move |(start, _)| {
        let before = caption[..start].chars().next_back();
        let rest = &caption[start + 1..];
        let name = &rest[..rest.find(|letter| !of_handle(letter)).unwrap_or(rest.len())];
        // The full stop of a sentence is none of the handle's.
        let name = name.trim_end_matches('.');
        let handle: Handle = name.parse().ok().filter(|_| !before.is_some_and(char::is_alphanumeric))?;
        let at = start..start + 1 + name.len();
        Some((at.clone(), Piece::Mention(&caption[at], handle.as_str().to_owned())))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn captions_fall_into_pieces_that_make_them_up() {
        let caption = "With @Nora.k. at #Café, mail a@example.org #ليل";
        let all = pieces(caption);
        let marked: Vec<_> = all.iter().filter(|piece| !matches!(piece, Piece::Text(_))).cloned().collect();
        assert_eq!(
            marked,
            [
                Piece::Mention("@Nora.k", "nora.k".into()),
                Piece::Tag("#Café", "cafe".into()),
                Piece::Tag("#ليل", "ليل".into())
            ]
        );
        let text = |piece: &Piece<'_>| match piece {
            Piece::Text(text) | Piece::Tag(text, _) | Piece::Mention(text, _) => (*text).to_owned(),
        };
        assert_eq!(all.iter().map(text).collect::<String>(), caption);
        assert!(pieces("").is_empty());
    }
}
