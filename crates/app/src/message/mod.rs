//! Conversations: opening one, saying something, reading, putting away, leaving.
//!
//! Being in a conversation is what lets one read it; being put into a group is no consent yet (`uninvited`).
//! Who the others are is asked of the policy each time: whoever may not be seen (gone, on hiatus, suspended, blocked) is "Unavailable account", and what
//! they said stays. Texts are sealed under the conversation's key, which goes with its last member.

mod end;
mod list;
mod open;
mod put_away;
mod read;
mod send;
mod uninvited;
mod view;

pub(crate) use end::{JOB as END_JOB, destroy as destroy_key, end as end_room, end_in as end_room_in, run as run_end};
pub(crate) use list::archived;
pub use list::{Folder, Messages, Page, Place, conversation, inbox, messages, requests, unread};
pub use open::{Opened, open};
pub use put_away::{clear, hide, leave};
pub use read::{accept, read};
pub use send::{Content, send};
pub use view::{Body, Conversation, MaySend, Message, Person};

use outro_db::Tx;
use outro_model::{AccountId, ConversationId};
use outro_store::accounts;
use outro_store::messages::{self, Membership};

use crate::AppError;

/// How many people a group has at most, the one who opens it counted.
pub const GROUP: usize = 16;
/// How long a message is at most, in characters.
pub const LONGEST: usize = 2000;

/// Holds one's own account and the conversation, for what changes it for oneself alone. On hiatus one
/// may: nobody sees it.
async fn hold(tx: &mut Tx, account: AccountId, id: ConversationId) -> Result<Membership, AppError> {
    if !accounts::lock_live(tx, account).await? {
        return Err(AppError::SignInNeeded);
    }
    messages::hold(tx, id).await?;
    messages::membership(tx, account, id).await?.ok_or(AppError::NotFound)
}
