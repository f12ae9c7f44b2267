//! Cursors of lists: opaque to clients.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use outro_app::AppError;
use outro_app::feed::Place;
use outro_model::{AccountId, Timestamp, VideoId};
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
    /// Items wanted.
    pub(crate) fn limit(&self) -> Result<i64, AppError> {
        let wrong = || AppError::invalid("limit", "invalid_limit", format!("Give a number from 1 to {MOST}."));
        let given = self.limit.as_deref().unwrap_or("20").parse().map_err(|_| wrong())?;
        if (1..=MOST).contains(&given) { Ok(given) } else { Err(wrong()) }
    }

    /// Where in a visit of For You the page begins.
    pub(crate) fn place(&self, again: bool) -> Result<Place, AppError> {
        let Some(text) = self.cursor.as_deref() else { return Ok(Place::start(again)) };
        let bytes = URL_SAFE_NO_PAD.decode(text).ok();
        bytes.as_deref().and_then(Place::from_bytes).ok_or_else(invalid_cursor)
    }

    /// Where the page begins.
    pub(crate) fn before(&self) -> Result<Option<(Timestamp, VideoId)>, AppError> {
        self.cursor.as_deref().map(|text| read(text).ok_or_else(invalid_cursor)).transpose()
    }

    /// Where the page of a list of accounts begins.
    pub(crate) fn before_account(&self) -> Result<Option<(Timestamp, AccountId)>, AppError> {
        Ok(self.before()?.map(|(moment, id)| (moment, AccountId::from_bytes(*id.as_bytes()))))
    }
}

fn invalid_cursor() -> AppError {
    AppError::invalid("cursor", "invalid_cursor", "Give the next_cursor of a page.")
}

/// The cursor of a place in a visit of For You.
pub(crate) fn write_place(place: &Place) -> String {
    URL_SAFE_NO_PAD.encode(place.to_bytes())
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

/// The cursor of a place in a list of accounts.
pub(crate) fn write_account(place: (Timestamp, AccountId)) -> String {
    write((place.0, VideoId::from_bytes(*place.1.as_bytes())))
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
