//! Finding people and videos: suggestions from the graph, search, hashtags.
//!
//! The index of the search is derived: it is built in memory when the server starts, follows what is changed
//! here at once and what other processes change by going over everybody again and again, and it grants
//! nothing. It holds only what everyone may see; each of its answers is read anew from the primary rows,
//! asked of the policy, and held against what was typed.

mod dismiss;
mod finder;
mod search;
mod suggest;
mod tagged;
mod upkeep;

pub use dismiss::dismiss;
pub use finder::Finder;
pub use search::{Found, search};
pub use suggest::{Because, Suggestion, suggestions};
pub use tagged::{TagPage, tagged};
pub(crate) use upkeep::forget;
pub use upkeep::{build, catch_up, go_over, keep, tidy};
