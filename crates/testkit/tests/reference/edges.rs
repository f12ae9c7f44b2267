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
        let (before, bit) = (self.has(from, to), u16::from(there) << to);
        self.0[from] = self.0[from] & !(1 << to) | bit;
        before
    }

    pub(crate) fn forget(&mut self, one: Id) {
        self.0[one] = 0;
        self.0.iter_mut().for_each(|row| *row &= !(1 << one));
    }
}

/// Those who talk, two or a group; none in the place of who left. Who said the last, and for whom of them it is gone.
#[derive(Clone, Debug)]
pub(crate) struct Talk {
    pub(crate) people: Vec<Option<Id>>,
    pub(crate) group: bool,
    pub(crate) said_by: Option<Id>,
    pub(crate) forgotten: Vec<bool>,
}
