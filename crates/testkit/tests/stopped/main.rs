//! Stopped before every write, sync, rename, delete and commit of erasure, takeout, bringing in, backup, restore, of an upload in
//! pieces until it is published, and of an edit with clips, and started again: the end is the same as without.
//!
//! A test runs itself once more as a process of its own, on a copy of the files and of the database, which ends as a kill ends it
//! before the N-th of its effects (`outro_model::stop`). Then the parent starts on what that left and does the same again, as
//! whoever comes back would. `make test` stops before the first effect of each kind, on SQLite, and at some places between;
//! with `OUTRO_STOPS=all` it stops before each (`scripts/proof.sh`).
#![cfg(debug_assertions)]

mod acts;
mod archives;
mod copies;
mod edits;
mod points;
mod scene;
mod stage;
mod uploads;

use acts::{Departing, Leaving};
use archives::{Bringing, Keeping, Making};
use copies::{BackingUp, Pruning, Restoring};
use edits::Editing;
use stage::stopped;
use uploads::Uploading;

stopped!(leaving, Leaving);
stopped!(departing, Departing);
stopped!(making_an_archive, Making);
stopped!(keeping_house, Keeping);
stopped!(bringing_in, Bringing);
stopped!(backing_up, BackingUp);
stopped!(pruning, Pruning);
stopped!(restoring, Restoring);
stopped!(uploading, Uploading);
stopped!(editing, Editing);
