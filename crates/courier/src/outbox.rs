//! The development outbox: messages in memory, never in a file.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use outro_model::{PhoneNumber, Timestamp};

const HELD: usize = 50;

/// A message as it would have been sent.
#[derive(Clone)]
pub struct Message {
    /// The number.
    pub to: String,
    /// The text.
    pub text: String,
    /// When.
    pub at: Timestamp,
}

/// The last messages, the newest first.
#[derive(Default)]
pub struct Outbox(Mutex<VecDeque<Message>>);

impl Outbox {
    pub(crate) fn put(&self, to: &PhoneNumber, text: String, at: Timestamp) {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.push_front(Message { to: to.as_str().to_owned(), text, at });
        held.truncate(HELD);
    }

    /// The messages held, the newest first.
    pub fn messages(&self) -> Vec<Message> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }
}
