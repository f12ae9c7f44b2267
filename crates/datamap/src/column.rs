//! Columns that are sealed.

/// A column whose content is sealed. Only what is declared on the map can be sealed, since the vault
/// takes nothing else; the table and the column are bound into the ciphertext.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SealedColumn {
    /// The table.
    pub table: &'static str,
    /// The column.
    pub column: &'static str,
}

macro_rules! sealed {
    ($($(#[$doc:meta])* $name:ident = $table:literal . $column:literal;)*) => {
        $($(#[$doc])* pub const $name: SealedColumn = SealedColumn { table: $table, column: $column };)*
        /// Every sealed column.
        pub const SEALED: &[SealedColumn] = &[$($name),*];
    };
}

sealed! {
    /// The handle.
    ACCOUNT_HANDLE = "accounts"."handle";
    /// The display name.
    ACCOUNT_DISPLAY_NAME = "accounts"."display_name";
    /// The bio.
    ACCOUNT_BIO = "accounts"."bio";
    /// The date of birth.
    ACCOUNT_BIRTH_DATE = "accounts"."birth_date";
    /// The Argon2id hash of the password.
    ACCOUNT_PASSWORD_HASH = "accounts"."password_hash";
    /// The linked phone number.
    ACCOUNT_PHONE = "accounts"."phone";
    /// The number that was linked before another took its place.
    REPLACED_PHONE = "replaced_phones"."phone";
    /// The slow hash of the handle, for the day it is erased.
    ACCOUNT_HANDLE_TAG = "accounts"."handle_tag";
    /// The device of a session, as its browser names it.
    SESSION_DEVICE = "sessions"."device";
    /// The caption of a video.
    VIDEO_CAPTION = "videos"."caption";
    /// What was found of a video's picture, and where its owner lets a window look.
    VIDEO_SCENE = "videos"."scene";
    /// What is made of a video's original: its pieces, texts and captions.
    VIDEO_EDIT = "videos"."edit";
    /// What is shown of a video while its cover is on its way: the cover, blurred.
    VIDEO_PLACEHOLDER = "videos"."placeholder";
    /// The waveform of a video's own sound.
    VIDEO_PEAKS = "videos"."peaks";
    /// What a playlist is called.
    PLAYLIST_TITLE = "playlists"."title";
    /// What an upload that is not at its end is called, and what was said of it.
    UPLOAD_ABOUT = "uploads"."about";
    /// What a message says; sealed under its conversation's key.
    MESSAGE_TEXT = "messages"."text";
    /// What somebody wrote under a video.
    COMMENT_TEXT = "comments"."text";
    /// The words that hold a comment back.
    COMMENT_FILTER = "accounts"."comment_filter";
    /// What somebody wrote along with a report.
    REPORT_NOTE = "reports"."note";
    /// What a moderator wrote to the person whom a decision is about.
    ACT_STATEMENT = "moderation_acts"."statement";
    /// The law or the rule that a decision about the person rests on.
    ACT_PROVISION = "moderation_acts"."provision";
    /// What came along from elsewhere.
    BROUGHT_TEXT = "brought"."text";
    /// The payment service's id of a purchase, and where it is paid.
    PURCHASE_SESSION = "purchases"."session";
    /// What the law requires to be kept of a payment; sealed under the key of its year.
    ACCOUNTING_RECORD = "accounting"."record";
    /// The keyed hash of a recovery code.
    RECOVERY_CODE = "recovery_codes"."code";
    /// The number that a one-time code was sent to.
    CHALLENGE_NUMBER = "challenges"."number";
}
