//! No place is forgotten: each that the code names is come by in one of the runs.

use std::collections::BTreeSet;
use std::path::Path;

use crate::acts::{Departing, Leaving};
use crate::archives::{Bringing, Keeping, Making};
use crate::copies::{BackingUp, Pruning, Restoring};
use crate::stage::effects_of;

/// The words of `stop::before("…")` in all of our code.
fn named(folder: &Path, into: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            named(&path, into);
        } else if path.extension().is_some_and(|end| end == "rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            let words = text.split("stop::before(").skip(1).filter_map(|rest| rest.strip_prefix('"'));
            into.extend(words.filter_map(|rest| Some(rest.split_once('"')?.0.to_owned())));
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_place_that_is_named_is_come_by() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut all = BTreeSet::new();
    for entry in std::fs::read_dir(crates).unwrap() {
        let source = entry.unwrap().path().join("src");
        if source.exists() {
            named(&source, &mut all);
        }
    }
    // Those of a bucket are come by in the tests of `blobs`, which has a server for it.
    all.retain(|effect| !effect.starts_with("bucket: "));
    assert!(all.len() > 25, "{all:?}");
    let runs = [
        Box::pin(effects_of::<Leaving>("leaving::sqlite")).await,
        Box::pin(effects_of::<Departing>("departing::sqlite")).await,
        Box::pin(effects_of::<Making>("making_an_archive::sqlite")).await,
        Box::pin(effects_of::<Keeping>("keeping_house::sqlite")).await,
        Box::pin(effects_of::<Bringing>("bringing_in::sqlite")).await,
        Box::pin(effects_of::<BackingUp>("backing_up::sqlite")).await,
        Box::pin(effects_of::<Pruning>("pruning::sqlite")).await,
        Box::pin(effects_of::<Restoring>("restoring::sqlite")).await,
    ];
    for effect in runs.iter().flatten() {
        all.remove(effect);
    }
    assert!(all.is_empty(), "nobody stops there: {all:?}");
}
