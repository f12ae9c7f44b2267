//! What is called outside: text messages to phones, through the operator's gateway or into the development outbox,
//! and payments at Stripe. Of Outro this imports `model` alone.

mod agent;
mod gateway;
mod outbox;
mod stripe;

use std::sync::Arc;

use outro_model::{PhoneNumber, Timestamp};

pub use agent::agent;
pub use gateway::Gateway;
pub use outbox::{Message, Outbox};
pub use stripe::{NotOpened, NotTaken, Order, Outcome, Payment, Report, STRIPE_URL, Session, Stripe};

/// How text messages leave.
#[derive(Clone)]
pub enum Courier {
    /// The operator's HTTP gateway.
    Gateway(Gateway),
    /// Held in memory, for development.
    Outbox(Arc<Outbox>),
    /// There is no way: no phone can be linked.
    Nothing,
}

/// The message did not leave. The text is for the log, and names no number and no address.
#[derive(Debug, thiserror::Error)]
pub enum CourierError {
    /// The gateway said no, or could not be reached.
    #[error("the gateway did not take the message: {0}")]
    Refused(String),
    /// The gateway did not answer in time: whether it has the message is not known.
    #[error("the gateway did not take the message: no answer in time")]
    NoAnswer,
    /// No gateway is set.
    #[error("no gateway is set")]
    Nothing,
}

impl CourierError {
    /// Whether the message may be on its way all the same.
    pub fn may_have_left(&self) -> bool {
        matches!(self, Self::NoAnswer)
    }
}

impl Courier {
    /// Whether messages can leave at all.
    pub fn works(&self) -> bool {
        !matches!(self, Self::Nothing)
    }

    /// The development outbox, where it is one.
    pub fn outbox(&self) -> Option<&Arc<Outbox>> {
        if let Self::Outbox(outbox) = self { Some(outbox) } else { None }
    }

    /// Hands a message over. When this returns without an error, the gateway has it.
    pub async fn send(&self, to: &PhoneNumber, text: String, now: Timestamp) -> Result<(), CourierError> {
        match self {
            Self::Gateway(gateway) => gateway.send(to, text).await,
            Self::Outbox(outbox) => {
                outbox.put(to, text, now);
                Ok(())
            }
            Self::Nothing => Err(CourierError::Nothing),
        }
    }
}
