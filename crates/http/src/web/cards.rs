//! Videos as pages show them.

use outro_app::graph::FollowState;
use outro_app::video::{Part, Rendition, VideoView};
use outro_model::{VideoState, Way};
use outro_pages::{Audience, JoinedLine, Lang, Media, SoundLine, Source, Tile, TileState, VideoCard};

use super::comments::in_pieces;
use super::graph::button;
use crate::media::{address, captions_address};

/// Whole per cent of a progress of 0 to 1000.
pub(super) const fn percent(progress: i64) -> i64 {
    progress / 10
}

/// Who sees a video, in the words of the pages.
pub(super) const fn audience(of: outro_model::Audience) -> Audience {
    match of {
        outro_model::Audience::Everyone => Audience::Everyone,
        outro_model::Audience::Followers => Audience::Followers,
        outro_model::Audience::Friends => Audience::Friends,
        outro_model::Audience::OnlyMe => Audience::OnlyMe,
    }
}

/// The address of a part, once there is one; else empty.
pub(super) fn part(video: &VideoView, part: Part) -> String {
    if video.state == VideoState::Ready { address(video.id, part) } else { String::new() }
}

/// The address of the cover as AVIF; empty where there is none.
pub(super) fn avif(video: &VideoView) -> String {
    if video.shown.has_avif { part(video, Part::Avif) } else { String::new() }
}

/// What of a video there is to choose from, and what is shown before it plays.
fn media(video: &VideoView) -> Media {
    if video.state != VideoState::Ready {
        return Media::default();
    }
    let source = |one: &Rendition| Source {
        url: address(video.id, one.part),
        width: one.width,
        height: one.height,
        codec: one.codec,
        bps: one.bits_per_second,
    };
    Media {
        sources: video.shown.renditions.iter().map(source).collect(),
        cover_avif_url: avif(video),
        captions_url: if video.captioned { captions_address(video.id) } else { String::new() },
        preview_url: if video.shown.has_preview { address(video.id, Part::Preview) } else { String::new() },
        placeholder: video.shown.placeholder.clone().unwrap_or_default(),
    }
}

/// A video as the player shows it.
pub(super) fn card(lang: Lang, may_act: bool, video: &VideoView) -> VideoCard {
    VideoCard {
        id: video.id.to_string(),
        href: format!("/v/{}", video.id),
        handle: video.handle.clone(),
        display_name: video.display_name.clone(),
        profile_href: format!("/@{}", video.handle),
        caption: video.caption.clone(),
        caption_pieces: in_pieces(&video.caption),
        cover_url: part(video, Part::Cover),
        video_url: part(video, Part::Rendition),
        media: media(video),
        width: video.width,
        height: video.height,
        like_count: video.like_count,
        comment_count: video.comment_count,
        liked: video.liked,
        sound: video.sound.as_ref().map(|sound| SoundLine {
            href: format!("/sounds/{}", sound.id),
            handle: sound.handle.clone(),
            original: sound.original,
        }),
        joined: video.joined.as_ref().map(|joined| JoinedLine {
            href: format!("/v/{}", joined.video),
            handle: joined.handle.clone(),
            way: way(joined.way),
        }),
        duet_href: upload_with("duet", video, video.may_duet),
        stitch_href: upload_with("stitch", video, video.may_stitch),
        why: video.why.map(|why| lang.text().why(why.code()).to_owned()).unwrap_or_default(),
        why_code: video.why.map(|why| why.code()).unwrap_or_default(),
        download_url: if video.may_download { part(video, Part::Download) } else { String::new() },
        duration_ms: video.duration_ms,
        is_owner: video.is_mine,
        follow: (may_act && !video.is_mine && video.follow == FollowState::None)
            .then(|| button(&video.handle, video.follow, false, false, &format!("/v/{}", video.id))),
        can_like: may_act,
    }
}

/// What of another is in a video, in the words of the pages.
pub(super) const fn way(of: Way) -> outro_pages::Way {
    match of {
        Way::Sound => outro_pages::Way::Sound,
        Way::Duet => outro_pages::Way::Duet,
        Way::Stitch => outro_pages::Way::Stitch,
    }
}

/// Where a video is put into one's own, while that is open; else empty.
fn upload_with(name: &str, video: &VideoView, open: bool) -> String {
    if open && video.state == VideoState::Ready { format!("/upload?{name}={}", video.id) } else { String::new() }
}

/// How far a video is, in a list.
pub(super) const fn tile_state(video: &VideoView) -> TileState {
    match video.state {
        VideoState::Ready => TileState::Ready,
        VideoState::Processing => TileState::Processing { percent: percent(video.progress) },
        VideoState::Failed | VideoState::Removing => TileState::Failed,
    }
}

/// A video as a profile's grid shows it.
pub(super) fn tile(video: &VideoView) -> Tile {
    Tile {
        href: format!("/v/{}", video.id),
        cover_url: part(video, Part::Cover),
        media: media(video),
        caption: video.caption.clone(),
        like_count: video.like_count,
        state: tile_state(video),
        audience: audience(video.audience),
        pinned: false,
    }
}
