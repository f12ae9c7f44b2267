//! Use cases, one file a verb, and the bodies of jobs. Every rule of the product lives here once.
//! No HTTP and no SQL: `http` and `cli` call this; this calls `store`, `vault`, `blobs`, `media`,
//! `courier` and `jobs`, and asks `policy` before it shows or does anything.

pub mod account;
pub mod audit;
pub mod backup;
pub mod bring;
mod budget;
mod codes;
pub mod comment;
pub mod elsewhere;
pub mod erasure;
mod error;
pub mod feed;
pub mod finding;
mod gate;
pub mod graph;
pub mod housekeeping;
mod like;
pub mod live;
pub mod message;
pub mod metrics;
pub mod moderation;
pub mod notify;
mod password;
pub mod phone;
pub mod playlist;
pub mod privacy;
mod ready;
mod runner;
pub mod sound;
mod standing;
pub mod statistics;
pub mod takeout;
pub mod upload;
pub mod video;
mod viewer;
pub mod wallet;

use std::path::PathBuf;
use std::sync::Arc;

use outro_blobs::Blobs;
use outro_courier::Courier;
use outro_db::Db;
use outro_jobs::Queue;
use outro_media::Tools;
use outro_model::{Clock, Random, Timestamp};
use outro_store::erasure::Plan;
use outro_vault::Vault;

pub use codes::SentCode;
pub use error::{AppError, FieldError, Refusal, RefusalKind};
pub use finding::Finder;
pub use gate::DatabaseGate;
pub use like::{like, unlike};
pub use ready::ready;
pub use runner::AppRunner;
pub use viewer::{Origin, Signed, Viewer, authenticate};

/// Everything that use cases work with. Cheap to clone.
#[derive(Clone)]
pub struct App {
    /// The database.
    pub db: Db,
    /// The keyring.
    pub vault: Vault,
    /// The sealed objects.
    pub blobs: Blobs,
    /// The queue.
    pub queue: Queue,
    /// The pages that are open here.
    pub live: live::Live,
    /// Text messages.
    pub courier: Courier,
    /// ffmpeg and ffprobe.
    pub tools: Arc<Tools>,
    /// What is found by searching.
    pub finder: Arc<Finder>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub random: Arc<dyn Random>,
    /// What erasures do, line by line.
    pub plan: &'static Plan,
    /// What whoever operates this watches.
    pub metrics: Arc<metrics::Metrics>,
    /// What the operator set.
    pub settings: Arc<Settings>,
}

impl App {
    /// The end of a wait to leave that begins now.
    pub(crate) fn after_the_wait(&self) -> Timestamp {
        self.clock.now().plus_seconds(self.settings.lost_phone_hours * 3600)
    }
}

/// What the operator can set.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The host people know this server by: codes are bound to it and receipts name it.
    pub host: String,
    /// Whether limits on how often something may be asked for hold. Tries of a code are always limited.
    pub rate_limits: bool,
    /// The largest upload, in bytes.
    pub max_upload_bytes: u64,
    /// The longest video, in seconds.
    pub max_duration_s: u64,
    /// How often a video is watched before it is made in AV1 too, when the machine is idle; 0 never.
    pub av1_after_views: i64,
    /// Where the keyring is copied to every hour, if anywhere.
    pub keyring_copy: Option<PathBuf>,
    /// The folder for unnamed scratch files. It never holds a named one.
    pub scratch: PathBuf,
    /// How many hours an account stays that is left without its phone.
    pub lost_phone_hours: i64,
    /// Whether and how coins are sold.
    pub coins: wallet::Coins,
}
