//! The pages people see: templates, view structs, texts and static files. Pure: views in, HTML out.
//!
//! Lives here: one view struct for each page (with `render`), the sentences of each language
//! (`locales/*.toml`), icons, styles and scripts, and [`asset`] to serve them.
//! Must never import: another crate of this workspace, an HTTP framework, a clock or any I/O. Who may see
//! what is decided before a view is filled; a template only lays out what it was given.
//!
//! Every page works without scripts. Pages hold no inline script, style or event attribute, so that the
//! strictest content security policy ([`CSP`]) holds for all of them.

mod activity;
mod archive;
mod assets;
mod charts;
mod chrome;
mod coins;
mod comments;
mod edit;
mod entry;
mod feed;
mod feed_settings;
mod finding;
mod form;
mod graph;
mod leaving;
mod lost_phone;
mod media;
mod messages;
mod misc;
mod moderation;
mod playlists;
mod privacy;
mod profile;
mod settings;
mod sounds;
mod statistics;
mod takeout;
mod text;
mod ui;
mod upload;
mod video;
mod wave;

pub use activity::{ActivityPage, NoticeKind, NoticeRow};
pub use archive::{ArchiveFacts, ArchiveHead, ArchiveLine, ArchiveVideo, archive_style};
pub use assets::{Asset, CSP, asset};
pub use chrome::{Chrome, Notice, ViewerChip};
pub use coins::{CoinKind, CoinPack, CoinRow, CoinsPage, GiftPage, PayPage};
pub use comments::{CommentRow, CommentWordsPage, CommentsPage, Piece, Writing};
pub use edit::EditPage;
pub use entry::{JoinPage, LoginPage, PasswordCheckPage};
pub use feed::{FeedKind, FeedPage, VideoCard};
pub use feed_settings::FeedSettingsPage;
pub use finding::{Reason, SearchPage, SearchResults, SuggestedPerson, SuggestionsPage, TagPage};
pub use form::{FieldError, FormState};
pub use graph::{
    AccountMenu, ApartList, ApartPage, FollowButton, FollowState, PeopleList, PeoplePage, Person, RequestsPage,
};
pub use leaving::{LeaveLine, LeavePage, LeaveProof, LeaveVideo, LeftPage, ReceiptPage, ReceiptState};
pub use lost_phone::{LeaveOutsidePage, PendingLeavePage, RecoveryCodesPage};
pub use media::{Media, Source};
pub use messages::{Bubble, ChatPage, Held, InboxPage, MayWrite, Named, NewMessagePage, SendToPage, Talk};
pub use misc::{ErrorPage, KeptRow, NotFoundPage, OutboxMessage, OutboxPage, WhatWeKeepPage};
pub use moderation::{
    Case, CasePage, CaseSeen, Decision, DecisionRow, DecisionsPage, LogHand, LogPage, LogRow, ModerationPage,
    ReportPage, ReportRow, ReportState, ReportedKind, ReportsPage,
};
pub use playlists::{ListChoice, ListPlace, ListTile, PlaylistPage, PlaylistsPage, PutInListPage};
pub use privacy::{
    AudiencesPage, ChangeLine, CheckLine, CheckupPage, Circle, EffectLine, HiddenTile, PickVideo, PrivacyPage,
    PrivacyStep, PrivacyStepPage, SeeAsPage, SeenBy, SeenFrame, SeenNothingPage, SettingLine,
};
pub use profile::{Contact, ProfilePage, Tile, TileState};
pub use settings::{
    EditProfilePage, ManageAccountPage, NewPasswordPage, NewPasswordTakes, PhonePage, PhoneVerifyPage, SessionRow,
    SessionsPage, SettingsPage,
};
pub use sounds::{ChosenSound, JoinedLine, Mixing, Sorted, SoundLine, SoundPage, SoundRow, SoundsPage, UseSound, Way};
pub use statistics::{DayNumbers, Figures, StatisticsDay, StudioPage, StudioVideoPage, TopVideo};
pub use takeout::{ArchiveState, BringPage, BringState, DepartState, DepartingPage, TakeoutPage};
pub use text::{Lang, Text};
pub use upload::{DraftLine, DraftPage, Reframe, UnfinishedUpload, UploadPage};
pub use video::{Audience, DraftInfo, OwnerTools, VideoPage, VideoState};

pub(crate) use assets::link;
pub(crate) use chrome::Tab;
pub(crate) use ui::{date, fill, hue, icon, initial, moment, query, reach, size};

/// Gives a page its `render` and its place in the tab bar.
macro_rules! page {
    ($page:ty, $tab:expr) => {
        impl $page {
            /// The whole document as HTML.
            #[must_use]
            pub fn render(&self) -> String {
                // Writing into a string cannot fail, and no template calls anything that can.
                crate::ui::with_sprite(askama::Template::render(self).unwrap_or_default())
            }

            fn tab(&self) -> crate::Tab {
                let place: fn(&Self) -> crate::Tab = $tab;
                place(self)
            }
        }
    };
}
pub(crate) use page;
