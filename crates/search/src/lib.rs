//! The search index: words to ids, in memory alone.
//!
//! Lives here: how text becomes words ([`words`], [`caption_words`], [`tags`]), how far a word may be from what was typed
//! ([`Wanted`]), and the [`Index`] itself. The index holds what everyone may see and grants nothing: who asks
//! it asks the policy of each id that it gives. Must never import: anything of the house but `model`; no
//! file, no clock.

mod index;
mod wanted;
mod words;

pub use index::{Entry, Index, SearchError, Tagged};
pub use wanted::Wanted;
pub use words::{caption_words, tag_of, tags, words};
