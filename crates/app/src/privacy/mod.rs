//! Who may see, find, message and comment; being away; and looking at oneself with the eyes of others.

mod audiences;
mod checkup;
mod recount;
mod see_as;
mod settings;

pub use audiences::{Audiences, audiences, set_audiences};
pub use checkup::{About, Change, Check, Checkup, Effect, Question, Reach, Setting, Value, checkup};
pub(crate) use recount::{JOB as RECOUNT_JOB, enqueue as recount, run as run_recount};
pub use see_as::{Hidden, Seen, SeenProfile, Sight, see_as};
pub(crate) use settings::read_comments_from;
pub use settings::{Privacy, PrivacyChoice, PrivacyNow, change, settings};
