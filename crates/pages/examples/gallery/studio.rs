//! Uploading, what is not finished, and drafts.

use outro_pages::*;

use super::{HOSTILE, card, say, wrong};

pub(crate) fn pages(me: &Chrome) -> Vec<(&'static str, String)> {
    let mut pages = uploads(me);
    pages.extend(drafts(me));
    pages.extend(edits(me));
    pages.extend(own_pages(me));
    pages
}

fn upload(me: &Chrome) -> UploadPage {
    UploadPage {
        chrome: me.clone(),
        form: FormState::default(),
        caption: String::new(),
        audience: Audience::Everyone,
        reframe: Reframe::Fit,
        sound: None,
        max_bytes: 500_000_000,
        max_seconds: 600,
        unfinished: vec![],
        drafts: vec![],
    }
}

fn uploads(me: &Chrome) -> Vec<(&'static str, String)> {
    let hostile = UploadPage {
        form: wrong(me, "file", "not_a_video"),
        caption: HOSTILE.into(),
        sound: Some(chosen()),
        unfinished: vec![unfinished("u9", HOSTILE, 9, 9)],
        drafts: vec![line("v9", HOSTILE, TileState::Failed, None)],
        ..upload(me)
    };
    let tomorrow = "2026-12-24T18:30:00Z";
    let shelves = UploadPage {
        unfinished: vec![
            unfinished("u1", "harbour-evening-take-3.mov", 412_000_000, 176_000_000),
            unfinished("u2", "", 58_000_000, 0),
        ],
        drafts: vec![
            line("v1", &card(me, 1).caption, TileState::Ready, None),
            line("v2", "", TileState::Processing { percent: 38 }, None),
            line("v3", &card(me, 2).caption, TileState::Ready, Some(tomorrow)),
            line("v4", &say(me, "Rain on tin, 92 bpm", "مطر على الصفيح"), TileState::Failed, None),
        ],
        ..upload(me)
    };
    vec![("upload", upload(me).render()), ("upload-errors", hostile.render()), ("upload-shelves", shelves.render())]
}

fn unfinished(id: &str, filename: &str, size: i64, offset: i64) -> UnfinishedUpload {
    let expires_at = "2026-12-06T10:00:00Z".into();
    UnfinishedUpload { id: id.into(), filename: filename.into(), size, offset, expires_at }
}

fn line(id: &str, caption: &str, state: TileState, publish_at: Option<&str>) -> DraftLine {
    let cover_url = if state == TileState::Ready { "/media/c2.jpg".into() } else { String::new() };
    DraftLine { id: id.into(), cover_url, caption: caption.into(), state, publish_at: publish_at.map(Into::into) }
}

fn chosen() -> ChosenSound {
    ChosenSound {
        way: Way::Sound,
        id: "AAAAAAAAAAAAAAAAAAAAAA".into(),
        handle: "nora_sings".into(),
        duration_ms: 42_000,
        peaks: super::peaks(),
        audio_url: "/media/v1.mp4".into(),
        mixing: Mixing { from_ms: 12_500, own: 30, sound: 85 },
    }
}

fn draft(me: &Chrome) -> DraftPage {
    DraftPage {
        chrome: me.clone(),
        form: FormState::default(),
        id: "v1".into(),
        state: VideoState::Ready,
        cover_url: "/media/c2.jpg".into(),
        video_url: "/media/v2.mp4".into(),
        caption: card(me, 1).caption,
        audience: Audience::Followers,
        comments_from: Circle::Friends,
        reframe: Reframe::Follow,
        sound: None,
        sound_reuse: true,
        downloads: true,
        duets: true,
        stitches: false,
        age_restricted: false,
        publish_at: None,
        publish_at_typed: String::new(),
    }
}

fn edits(me: &Chrome) -> Vec<(&'static str, String)> {
    let edit = EditPage {
        chrome: me.clone(),
        form: FormState::default(),
        id: "v1".into(),
        back: "/upload/v1".into(),
        published: false,
        state: VideoState::Ready,
        from: "0".into(),
        to: String::new(),
        speed: 100,
        captions: String::new(),
        burnt: false,
        reframe: "fit",
    };
    let failed = EditPage {
        published: true,
        state: VideoState::Failed { code: "edit_beyond_end".into(), detail: HOSTILE.into() },
        form: wrong(me, "cuts", "invalid_edit"),
        captions: HOSTILE.into(),
        to: HOSTILE.into(),
        ..edit.clone()
    };
    let making = EditPage { state: VideoState::Processing { percent: 38 }, ..edit.clone() };
    vec![("edit", edit.render()), ("edit-making", making.render()), ("edit-errors", failed.render())]
}

fn drafts(me: &Chrome) -> Vec<(&'static str, String)> {
    let making = DraftPage {
        state: VideoState::Processing { percent: 38 },
        cover_url: String::new(),
        video_url: String::new(),
        caption: String::new(),
        ..draft(me)
    };
    let planned = DraftPage { publish_at: Some("2026-12-24T18:30:00Z".into()), ..draft(me) };
    let failed = DraftPage {
        state: VideoState::Failed { code: "no_picture".into(), detail: HOSTILE.into() },
        cover_url: String::new(),
        video_url: String::new(),
        form: wrong(me, "publish_at", "invalid_publish_at"),
        caption: HOSTILE.into(),
        publish_at_typed: HOSTILE.into(),
        sound: Some(ChosenSound { way: Way::Duet, ..chosen() }),
        ..draft(me)
    };
    vec![
        ("draft", draft(me).render()),
        ("draft-making", making.render()),
        ("draft-planned", planned.render()),
        ("draft-errors", failed.render()),
    ]
}

/// A draft where it will be seen once it is published.
fn own_pages(me: &Chrome) -> Vec<(&'static str, String)> {
    let page = |publish_at: Option<&str>| {
        let owner = OwnerTools {
            audience: Audience::Everyone,
            comments_from: Circle::Everyone,
            sound_reuse: true,
            downloads: true,
            duets: true,
            stitches: false,
            age_restricted: false,
            pinned: false,
            can_pin: false,
            download_url: None,
        };
        VideoPage {
            chrome: me.clone(),
            list: None,
            video: card(me, 0),
            state: VideoState::Ready,
            owner: Some(owner),
            draft: Some(DraftInfo { publish_at: publish_at.map(Into::into) }),
        }
        .render()
    };
    vec![("video-draft", page(None)), ("video-planned", page(Some("2026-12-24T18:30:00Z")))]
}
