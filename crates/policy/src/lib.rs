//! The one policy: who may do what, from facts alone. It imports `model` alone, does no I/O and is
//! never async, so that every answer can be tested for all facts there are.
//!
//! Deny overrides, and what no rule allows is denied (the semantics of Cedar). What hides existence
//! and what hides content both end in [`Decision::hidden`]: the surface then answers exactly as for
//! what never existed.

mod decide;
mod facts;
mod matrix;
mod scope;

pub use decide::{Action, Decision, Reason, decide};
pub use facts::{Facts, OwnerFacts, Relation, Ties, VideoFacts};
pub use matrix::{every_fact, matrix};
pub use scope::{FeedScope, FollowedScope, feed_scope, followed_scope};
