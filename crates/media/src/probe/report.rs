//! Reads ffprobe's report into a [`Probe`]. Pure.

use super::{Probe, Rotation, Transfer};
use crate::error::Refusal;
use serde::Deserialize;
use std::time::Duration;

/// The fields asked for; nothing that a person wrote is among them.
pub(super) const FIELDS: &str = "format=duration:stream=index,codec_type,codec_name,width,height,\
sample_aspect_ratio,avg_frame_rate,duration,color_transfer,color_space,color_range,field_order,\
channels,sample_rate:stream_disposition=attached_pic,still_image:stream_side_data=rotation";

/// Picture codecs with a decoder on the list.
const PICTURES: [&str; 16] = [
    "av1",
    "dnxhd",
    "dvvideo",
    "flv1",
    "h263",
    "h264",
    "hevc",
    "mjpeg",
    "mpeg1video",
    "mpeg2video",
    "mpeg4",
    "msmpeg4v2",
    "msmpeg4v3",
    "prores",
    "vp8",
    "vp9",
];
/// Sound codecs with a decoder on the list; all of PCM is taken by its prefix.
const SOUNDS: [&str; 13] =
    ["aac", "ac3", "alac", "amr_nb", "amr_wb", "dts", "eac3", "flac", "mp2", "mp3", "opus", "vorbis", "pcm_bluray"];
/// The smallest side that an encoder and a person can do anything with.
const SMALLEST: u32 = 16;
/// Pixels more oblong than this are a mistake or a trap.
const OBLONG: f64 = 4.0;

#[derive(Debug, Deserialize)]
struct Report {
    #[serde(default)]
    streams: Vec<Stream>,
    #[serde(default)]
    format: Format,
}

#[derive(Debug, Default, Deserialize)]
struct Format {
    duration: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Stream {
    index: u32,
    codec_type: String,
    codec_name: Option<String>,
    width: u32,
    height: u32,
    sample_aspect_ratio: Option<String>,
    avg_frame_rate: Option<String>,
    duration: Option<String>,
    color_transfer: Option<String>,
    color_space: Option<String>,
    color_range: Option<String>,
    field_order: Option<String>,
    channels: u32,
    disposition: Disposition,
    side_data_list: Vec<SideData>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Disposition {
    attached_pic: u8,
    still_image: u8,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct SideData {
    rotation: Option<f64>,
}

/// A probe, and how long the file says it plays.
pub(super) struct Found {
    pub(super) probe: Probe,
    pub(super) declared: Option<Duration>,
}

/// Reads a report.
pub(super) fn read(json: &[u8]) -> Result<Found, Refusal> {
    let report: Report = serde_json::from_slice(json).map_err(|_| Refusal::NotAVideo)?;
    if report.streams.is_empty() {
        return Err(Refusal::NotAVideo);
    }
    let sound = report.streams.iter().find(|stream| stream.is_sound());
    let picture = match (choose_picture(&report.streams), sound) {
        (Err(Refusal::NoPicture), Some(sound)) => return Ok(alone(sound, &report.format)),
        (chosen, _) => chosen?,
    };
    let declared = declared(picture, sound, &report.format);
    Ok(Found { probe: describe(picture, sound, &report, declared.unwrap_or_default()), declared })
}

/// A sound without a picture: a still beside it, as the cover of a song, is left behind.
fn alone(sound: &Stream, format: &Format) -> Found {
    let declared = seconds(sound.duration.as_deref()).or_else(|| seconds(format.duration.as_deref()));
    let (width, height) = crate::plan::WAVE;
    let probe = Probe {
        picture: sound.index,
        sound: Some(sound.index),
        sound_left_out: false,
        sound_alone: true,
        codec: sound.codec_name.clone().unwrap_or_default(),
        width,
        height,
        display_width: width,
        display_height: height,
        rotation: Rotation::None,
        duration: declared.unwrap_or_default(),
        frame_rate: None,
        transfer: Transfer::Sdr,
        colour_declared: true,
        full_range: false,
        interlaced: false,
    };
    Found { probe, declared }
}

fn choose_picture(streams: &[Stream]) -> Result<&Stream, Refusal> {
    let mut moving = streams.iter().filter(|stream| stream.is_moving()).peekable();
    if moving.peek().is_none() {
        return Err(Refusal::NoPicture);
    }
    let known = moving.find(|stream| stream.known(&PICTURES)).ok_or(Refusal::Unsupported)?;
    match known.width.min(known.height) {
        // No size: the first frame, which tells it, could not be read.
        0 => Err(Refusal::Damaged),
        side if side < SMALLEST => Err(Refusal::Unsupported),
        _ => Ok(known),
    }
}

/// Tracks of data or subtitles may run on for long: only picture and sound count.
fn declared(picture: &Stream, sound: Option<&Stream>, format: &Format) -> Option<Duration> {
    let own = seconds(picture.duration.as_deref());
    let longer = own.map(|own| own.max(sound.and_then(|s| seconds(s.duration.as_deref())).unwrap_or_default()));
    longer.or_else(|| seconds(format.duration.as_deref()))
}

fn describe(picture: &Stream, sound: Option<&Stream>, report: &Report, duration: Duration) -> Probe {
    let rotation = picture.rotation();
    let (display_width, display_height) = shown(picture, rotation);
    let any_sound = report.streams.iter().any(|stream| stream.codec_type == "audio");
    Probe {
        picture: picture.index,
        sound: sound.map(|stream| stream.index),
        sound_left_out: any_sound && sound.is_none(),
        sound_alone: false,
        codec: picture.codec_name.clone().unwrap_or_default(),
        width: picture.width,
        height: picture.height,
        display_width,
        display_height,
        rotation,
        duration,
        frame_rate: ratio(picture.avg_frame_rate.as_deref(), '/'),
        transfer: match picture.color_transfer.as_deref() {
            Some("smpte2084") => Transfer::Pq,
            Some("arib-std-b67") => Transfer::Hlg,
            _ => Transfer::Sdr,
        },
        colour_declared: picture.color_space.as_deref().is_some_and(|space| space != "unknown"),
        full_range: picture.color_range.as_deref() == Some("pc"),
        interlaced: matches!(picture.field_order.as_deref(), Some("tt" | "bb" | "tb" | "bt")),
    }
}

/// The size with square pixels, turned.
fn shown(picture: &Stream, rotation: Rotation) -> (u32, u32) {
    let aspect = ratio(picture.sample_aspect_ratio.as_deref(), ':')
        .filter(|aspect| (1.0 / OBLONG..=OBLONG).contains(aspect))
        .unwrap_or(1.0);
    let wide = (f64::from(picture.width) * aspect).round().max(1.0);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "positive, and at most four times a u32 that max_pixels bounds"
    )]
    let wide = wide as u32;
    if rotation.swaps() { (picture.height, wide) } else { (wide, picture.height) }
}

impl Stream {
    fn known(&self, names: &[&str]) -> bool {
        self.codec_name.as_deref().is_some_and(|name| names.contains(&name))
    }

    /// Cover art of a song is a picture that does not move.
    fn is_moving(&self) -> bool {
        self.codec_type == "video" && self.disposition.attached_pic == 0 && self.disposition.still_image == 0
    }

    fn is_sound(&self) -> bool {
        let pcm = self.codec_name.as_deref().is_some_and(|name| name.starts_with("pcm_"));
        self.codec_type == "audio" && self.channels > 0 && (pcm || self.known(&SOUNDS))
    }

    fn rotation(&self) -> Rotation {
        let degrees = self.side_data_list.iter().find_map(|data| data.rotation).unwrap_or(0.0);
        match degrees.rem_euclid(360.0) {
            turn if (45.0..135.0).contains(&turn) => Rotation::Quarter,
            turn if (135.0..225.0).contains(&turn) => Rotation::Half,
            turn if (225.0..315.0).contains(&turn) => Rotation::ThreeQuarters,
            _ => Rotation::None,
        }
    }
}

fn seconds(text: Option<&str>) -> Option<Duration> {
    let seconds: f64 = text?.parse().ok()?;
    Duration::try_from_secs_f64(seconds).ok().filter(|duration| !duration.is_zero())
}

fn ratio(text: Option<&str>, sign: char) -> Option<f64> {
    let (over, under) = text?.split_once(sign)?;
    let ratio = over.parse::<f64>().ok()? / under.parse::<f64>().ok()?;
    (ratio.is_finite() && ratio > 0.0).then_some(ratio)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn video(extra: &str) -> String {
        format!(r#"{{"index":0,"codec_type":"video","codec_name":"h264","width":720,"height":576{extra}}}"#)
    }

    fn of(streams: &str) -> Result<Found, Refusal> {
        read(format!(r#"{{"streams":[{streams}],"format":{{"duration":"3.5"}}}}"#).as_bytes())
    }

    #[test]
    fn a_turned_anamorphic_picture_is_shown_upright_and_square() {
        let found = of(&video(r#","sample_aspect_ratio":"64:45","side_data_list":[{},{"rotation":-90}]"#)).unwrap();
        assert_eq!(found.probe.rotation, Rotation::ThreeQuarters);
        assert_eq!((found.probe.display_width, found.probe.display_height), (576, 1024));
        assert_eq!(found.declared, Some(Duration::from_millis(3500)));
    }

    #[test]
    fn absurd_pixels_count_as_square() {
        for aspect in ["0:1", "1:0", "999:1", "1:999", "x"] {
            let found = of(&video(&format!(r#","sample_aspect_ratio":"{aspect}""#))).unwrap();
            assert_eq!(found.probe.display_width, 720, "{aspect}");
        }
    }

    #[test]
    fn what_is_no_moving_picture_is_refused() {
        let refusal = |streams: &str| of(streams).err();
        assert_eq!(refusal(""), Some(Refusal::NotAVideo));
        assert_eq!(refusal(r#"{"codec_type":"audio"}"#), Some(Refusal::NoPicture));
        assert_eq!(refusal(&video(r#","disposition":{"attached_pic":1}"#)), Some(Refusal::NoPicture));
        assert_eq!(
            refusal(r#"{"codec_type":"video","codec_name":"tiff","width":9,"height":9}"#),
            Some(Refusal::Unsupported)
        );
        assert_eq!(refusal(r#"{"codec_type":"video","codec_name":"h264"}"#), Some(Refusal::Damaged));
    }

    #[test]
    fn sound_alone_is_taken_and_its_cover_left_behind() {
        let song = r#"{"index":1,"codec_type":"audio","codec_name":"mp3","channels":2}"#;
        let cover = video(r#","disposition":{"attached_pic":1}"#);
        for streams in [song.to_owned(), [cover.as_str(), song].join(",")] {
            let found = of(&streams).unwrap();
            assert!(found.probe.sound_alone && found.probe.sound == Some(1));
            assert_eq!((found.probe.width, found.declared), (720, Some(Duration::from_millis(3500))));
        }
        assert!(!of(&[&video(""), song].join(",")).unwrap().probe.sound_alone);
    }

    #[test]
    fn sound_that_cannot_be_read_is_left_out_and_a_readable_track_preferred() {
        let strange = r#"{"index":1,"codec_type":"audio","codec_name":"apac","channels":4}"#;
        let plain = r#"{"index":2,"codec_type":"audio","codec_name":"aac","channels":2}"#;
        let alone = of(&[&video(""), strange].join(",")).unwrap().probe;
        assert!(alone.sound_left_out && alone.sound.is_none());
        let both = of(&[&video(""), strange, plain].join(",")).unwrap().probe;
        assert_eq!((both.sound, both.sound_left_out), (Some(2), false));
    }
}
