//! Cursors of lists: opaque to clients.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use outro_app::AppError;
use outro_model::{Timestamp, VideoId};
use serde::Deserialize;
use utoipa::IntoParams;

/// Most items of a page.
const MOST: i64 = 50;

/// Which page of a list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageQuery {
    /// Items wanted, 1 to 50; 20 when not given.
    limit: Option<String>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

impl PageQuery {
    /// A page at the beginning, of so many items.
    pub(crate) const fn of(limit: Option<String>) -> Self {
        Self { limit, cursor: None }
    }

    /// Items wanted.
    pub(crate) fn limit(&self) -> Result<i64, AppError> {
        let wrong = || AppError::invalid("limit", "invalid_limit", format!("Give a number from 1 to {MOST}."));
        let given = self.limit.as_deref().unwrap_or("20").parse().map_err(|_| wrong())?;
        if (1..=MOST).contains(&given) { Ok(given) } else { Err(wrong()) }
    }

    /// Where the page begins.
    pub(crate) fn before(&self) -> Result<Option<(Timestamp, VideoId)>, AppError> {
        let wrong = || AppError::invalid("cursor", "invalid_cursor", "Give the next_cursor of a page.");
        self.cursor.as_deref().map(|text| read(text).ok_or_else(wrong)).transpose()
    }
}

fn read(text: &str) -> Option<(Timestamp, VideoId)> {
    let bytes: [u8; 24] = URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?;
    let (moment, id) = bytes.split_first_chunk::<8>()?;
    Some((Timestamp(i64::from_be_bytes(*moment)), VideoId::from_bytes(id.try_into().ok()?)))
}

/// The cursor of a place in a list.
pub(crate) fn write(place: (Timestamp, VideoId)) -> String {
    URL_SAFE_NO_PAD.encode([place.0.0.to_be_bytes().as_slice(), place.1.as_bytes()].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trips() {
        let place = (Timestamp(1_234_567_890_123), VideoId::from_bytes([7; 16]));
        assert_eq!(read(&write(place)), Some(place));
        assert_eq!(read("AAAA"), None);
    }
}
