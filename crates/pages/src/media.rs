//! What of a video a page lets a player choose from, and what it shows before that plays.

use std::fmt::Write as _;

/// What there is of a video besides its usual rendition and its cover.
#[derive(Debug, Clone, Default)]
pub struct Media {
    /// What can be played, the smallest first.
    pub sources: Vec<Source>,
    /// The cover as AVIF; empty where there is none.
    pub cover_avif_url: String,
    /// A few seconds of it without sound; empty where there are none.
    pub preview_url: String,
    /// A ThumbHash of the cover in base64; empty where there is none.
    pub placeholder: String,
    /// Captions as WebVTT; empty where there are none that can be turned on.
    pub captions_url: String,
}

/// Something that can be played.
#[derive(Debug, Clone)]
pub struct Source {
    /// Its address, of ours.
    pub url: String,
    /// Pixels.
    pub width: i64,
    /// Pixels.
    pub height: i64,
    /// `h264` or `av1`.
    pub codec: &'static str,
    /// Bits a second, on average; 0 while unknown.
    pub bps: i64,
}

impl Media {
    /// The sources as JSON, for the player's script. Addresses are of ours: nothing in them needs to be escaped.
    pub(crate) fn sources_json(&self) -> String {
        let mut json = String::from("[");
        for (at, Source { url, width, height, codec, bps }) in self.sources.iter().enumerate() {
            let comma = if at == 0 { "" } else { "," };
            // Writing to a string does not fail.
            let _ = write!(
                json,
                r#"{comma}{{"url":"{url}","width":{width},"height":{height},"codec":"{codec}","bps":{bps}}}"#
            );
        }
        json.push(']');
        json
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_json() {
        let source = |width, codec| Source { url: format!("/media/x/{width}.mp4"), width, height: 2, codec, bps: 3 };
        let media = Media { sources: vec![source(480, "h264"), source(720, "av1")], ..Media::default() };
        let json = r#"[{"url":"/media/x/480.mp4","width":480,"height":2,"codec":"h264","bps":3},{"url":"/media/x/720.mp4","width":720,"height":2,"codec":"av1","bps":3}]"#;
        assert_eq!(media.sources_json(), json);
        assert_eq!(Media::default().sources_json(), "[]");
    }
}
