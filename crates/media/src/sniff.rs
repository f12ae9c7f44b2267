//! A first look at the opening bytes, only to choose the right words of refusal.
//!
//! Whether a file is a video is for the probe to say; this tells, once the probe has said no,
//! a cut-off video from a song and a song from a text.

use crate::error::Refusal;

/// How many opening bytes [`refusal_for`] wants to see.
pub(crate) const HEAD: usize = 512;

/// The refusal for a file that the probe could not read.
pub(crate) fn refusal_for(head: &[u8]) -> Refusal {
    if is_still(head) {
        Refusal::NotAVideo
    } else if is_sound(head) {
        Refusal::NoPicture
    } else if is_video(head) {
        Refusal::Damaged
    } else if is_other_video(head) {
        Refusal::Unsupported
    } else {
        Refusal::NotAVideo
    }
}

fn brand(head: &[u8]) -> Option<&[u8]> {
    (head.get(4..8)? == b"ftyp").then(|| head.get(8..12)).flatten()
}

/// HEIC and AVIF stills share their box format with MP4.
fn is_still(head: &[u8]) -> bool {
    const STILLS: [&[u8]; 7] = [b"heic", b"heix", b"mif1", b"avif", b"avis", b"heim", b"hevc"];
    brand(head).is_some_and(|brand| STILLS.contains(&brand))
}

fn is_sound(head: &[u8]) -> bool {
    let mpeg_audio = matches!(head, [0xFF, second, ..] if second & 0xE0 == 0xE0 && second & 0x06 != 0);
    let wave = head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WAVE");
    let plain: [&[u8]; 6] = [b"ID3", b"fLaC", b"#!AMR", b"MThd", b"FORM", b"caff"];
    mpeg_audio || wave || plain.iter().any(|magic| head.starts_with(magic)) || is_ogg_sound(head)
}

fn is_ogg_sound(head: &[u8]) -> bool {
    head.starts_with(b"OggS")
        && head.windows(6).any(|w| w.starts_with(b"OpusHe") || w == b"vorbis")
        && !head.windows(6).any(|w| w == b"theora")
}

fn is_video(head: &[u8]) -> bool {
    const BOXES: [&[u8]; 6] = [b"ftyp", b"moov", b"mdat", b"wide", b"moof", b"skip"];
    let boxes = head.get(4..8).is_some_and(|kind| BOXES.contains(&kind));
    let matroska = head.starts_with(&[0x1A, 0x45, 0xDF, 0xA3]);
    let avi = head.starts_with(b"RIFF") && head.get(8..12) == Some(b"AVI ");
    let transport = head.first() == Some(&0x47) && matches!(head.get(188), None | Some(&0x47));
    let program = head.starts_with(&[0, 0, 1, 0xBA]);
    boxes || matroska || avi || (transport && head.len() >= 188) || program || head.starts_with(b"FLV\x01")
}

fn is_other_video(head: &[u8]) -> bool {
    let windows_media = head.starts_with(&[0x30, 0x26, 0xB2, 0x75, 0x8E, 0x66, 0xCF, 0x11]);
    windows_media || head.starts_with(b"OggS") || head.starts_with(b".RMF")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opening_bytes_choose_the_words() {
        let cases: [(&[u8], Refusal); 9] = [
            (b"", Refusal::NotAVideo),
            (b"#EXTM3U\nfile:///etc/hosts", Refusal::NotAVideo),
            (b"\xFF\xD8\xFF\xE0\x00\x10JFIF", Refusal::NotAVideo),
            (b"\0\0\0\x18ftypheic\0\0", Refusal::NotAVideo),
            (b"\0\0\0\x18ftypisom\0\0", Refusal::Damaged),
            (&[0x1A, 0x45, 0xDF, 0xA3, 0], Refusal::Damaged),
            (b"ID3\x04", Refusal::NoPicture),
            (b"RIFF\0\0\0\0WAVEfmt", Refusal::NoPicture),
            (b"OggS\0\0\x80theora", Refusal::Unsupported),
        ];
        for (head, expected) in cases {
            assert_eq!(refusal_for(head), expected, "{head:?}");
        }
    }
}
