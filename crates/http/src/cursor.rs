//! Cursors of lists: opaque to clients.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use outro_app::AppError;
use outro_app::{comment, feed};
use outro_model::{CommentId, Id, Timestamp};
use serde::Deserialize;
use utoipa::IntoParams;

/// Most items of a page.
const MOST: i64 = 50;

/// Which page of a list.
#[derive(Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageQuery {
    /// Items wanted, 1 to 50; 20 when not given.
    limit: Option<String>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

impl PageQuery {
    /// What asks for a page by what was sent beside other things.
    pub(crate) fn new(limit: Option<String>, cursor: Option<String>) -> Self {
        Self { limit, cursor }
    }

    /// What asks for so many items and for no page.
    pub(crate) fn of_limit(limit: Option<String>) -> Self {
        Self { limit, cursor: None }
    }

    /// Items wanted.
    pub(crate) fn limit(&self) -> Result<i64, AppError> {
        let wrong = || AppError::invalid("limit", "invalid_limit", format!("Give a number from 1 to {MOST}."));
        let given = self.limit.as_deref().unwrap_or("20").parse().map_err(|_| wrong())?;
        if (1..=MOST).contains(&given) { Ok(given) } else { Err(wrong()) }
    }

    /// Where in a visit of For You the page begins.
    pub(crate) fn visit(&self, again: bool) -> Result<feed::Place, AppError> {
        let Some(text) = self.cursor.as_deref() else { return Ok(feed::Place::start(again)) };
        let bytes = URL_SAFE_NO_PAD.decode(text).ok();
        bytes.as_deref().and_then(feed::Place::from_bytes).ok_or_else(wrong)
    }

    /// Where the page begins.
    pub(crate) fn before<Kind>(&self) -> Result<Option<(Timestamp, Id<Kind>)>, AppError> {
        self.cursor.as_deref().map(|text| read(text).ok_or_else(wrong)).transpose()
    }

    /// Where the page of a list begins that is ordered by one number.
    pub(crate) fn number(&self) -> Result<Option<u64>, AppError> {
        Ok(self.before::<()>()?.map(|(number, _)| number.0.unsigned_abs()))
    }

    /// Where the page of comments begins.
    pub(crate) fn place(&self) -> Result<Option<comment::Place>, AppError> {
        self.cursor.as_deref().map(|text| read_place(text).ok_or_else(wrong)).transpose()
    }
}

fn wrong() -> AppError {
    AppError::invalid("cursor", "invalid_cursor", "Give the next_cursor of a page.")
}

/// The cursor of a place in a visit of For You.
pub(crate) fn write_visit(place: &feed::Place) -> String {
    URL_SAFE_NO_PAD.encode(place.to_bytes())
}

fn read<Kind>(text: &str) -> Option<(Timestamp, Id<Kind>)> {
    let bytes: [u8; 24] = URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?;
    let (moment, id) = bytes.split_first_chunk::<8>()?;
    Some((Timestamp(i64::from_be_bytes(*moment)), Id::from_bytes(id.try_into().ok()?)))
}

fn read_place(text: &str) -> Option<comment::Place> {
    let bytes: [u8; 32] = URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?;
    let (likes, rest) = bytes.split_first_chunk::<8>()?;
    let (moment, id) = rest.split_first_chunk::<8>()?;
    let at = Timestamp(i64::from_be_bytes(*moment));
    Some(comment::Place { likes: i64::from_be_bytes(*likes), at, id: CommentId::from_bytes(id.try_into().ok()?) })
}

/// The cursor of a place in a list of comments.
pub(crate) fn write_place(comment::Place { likes, at, id }: comment::Place) -> String {
    URL_SAFE_NO_PAD.encode([likes.to_be_bytes().as_slice(), &at.0.to_be_bytes(), id.as_bytes()].concat())
}

/// The cursor of a place in a list.
pub(crate) fn write<Kind>(place: (Timestamp, Id<Kind>)) -> String {
    URL_SAFE_NO_PAD.encode([place.0.0.to_be_bytes().as_slice(), place.1.as_bytes()].concat())
}

/// The cursor of a place in a list that is ordered by one number below 2^63.
pub(crate) fn write_number(number: u64) -> String {
    write((Timestamp(number as i64), Id::<()>::from_bytes([0; 16])))
}

#[cfg(test)]
mod tests {
    use super::*;
    use outro_model::VideoId;

    #[test]
    fn round_trips() {
        let place = (Timestamp(1_234_567_890_123), VideoId::from_bytes([7; 16]));
        assert_eq!(read(&write(place)), Some(place));
        assert_eq!(read::<()>("AAAA"), None);
        let place = comment::Place { likes: 3, at: Timestamp(-1), id: CommentId::from_bytes([9; 16]) };
        assert_eq!(read_place(&write_place(place)), Some(place));
        assert_eq!(read_place(&write((Timestamp(1), CommentId::from_bytes([7; 16])))), None);
    }
}
