//! What is said of an upload: sealed with it, and read again when its last piece is here.

use outro_datamap::UPLOAD_ABOUT;
use outro_model::VideoId;
use outro_vault::AccountKeys;
use serde::{Deserialize, Serialize};

use crate::AppError;
use crate::video::NewVideo;

/// The longest name of a file and the longest type, in bytes; more is cut off.
const NAME_BYTES: usize = 255;

/// What is said of an upload.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// What the file is called on the device it comes from.
    pub filename: Option<String>,
    /// Its type, as the device says.
    pub filetype: Option<String>,
    /// When it was changed last, in milliseconds since 1970, as the device says.
    pub last_modified: Option<i64>,
    /// What is said of the video.
    #[serde(flatten)]
    pub video: NewVideo,
}

impl About {
    pub(super) fn cut(mut self) -> Self {
        for text in [&mut self.filename, &mut self.filetype].into_iter().flatten() {
            text.truncate(text.floor_char_boundary(NAME_BYTES));
        }
        self
    }

    pub(super) fn seal(&self, keys: &AccountKeys, id: VideoId) -> Result<Vec<u8>, AppError> {
        let text = serde_json::to_string(self).map_err(AppError::internal)?;
        Ok(keys.seal_text(UPLOAD_ABOUT, id.as_bytes(), &text))
    }

    pub(super) fn open(keys: &AccountKeys, id: VideoId, sealed: &[u8]) -> Result<Self, AppError> {
        let text = keys.open_text(UPLOAD_ABOUT, id.as_bytes(), sealed)?;
        serde_json::from_str(&text).map_err(AppError::internal)
    }
}
