//! Ties between accounts, as the model keeps them.

use crate::model::Id;

/// Who stands to whom, for each account a bit an account: worlds have at most 16.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub(crate) struct Edges([u16; 16]);

impl Edges {
    pub(crate) fn has(&self, from: Id, to: Id) -> bool {
        self.0[from] & (1 << to) != 0
    }

    /// Draws or wipes an edge; whether it was there.
    pub(crate) fn set(&mut self, from: Id, to: Id, there: bool) -> bool {
        let before = self.has(from, to);
        if there {
            self.0[from] |= 1 << to;
        } else {
            self.0[from] &= !(1 << to);
        }
        before
    }

    pub(crate) fn forget(&mut self, one: Id) {
        self.0[one] = 0;
        self.0.iter_mut().for_each(|row| *row &= !(1 << one));
    }
}
