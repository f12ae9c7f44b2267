//! Killed before each request that changes a bucket: what was acknowledged is there, what was not can be found and goes, and no
//! home comes back. The test runs itself once more as a process of its own, which ends before its N-th effect as a kill ends it.
#![cfg(debug_assertions)]
#![allow(clippy::unwrap_used, clippy::allow_attributes, reason = "a test that cannot go on fails")]
#![expect(clippy::print_stdout, reason = "what the process that is killed says goes to the one that counts it")]

mod common;

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use common::{KIND, Place, open, sample, scratch};
use outro_blobs::Blobs;
use outro_model::{AccountId, BlobId, stop};

const CHUNK: usize = 64 * 1024;
const PART: usize = 80 * CHUNK;
/// Where the process that is killed says what it has done.
const TOLD: &str = "told: ";

fn say(what: &str, about: &str) {
    println!("{TOLD}{what} {about}");
}

/// All that changes a bucket, each said as soon as it is done.
async fn acts(place: &Place) {
    let (ada, bob) = (place.owner().await, place.owner().await);
    say("owner", &ada.account().to_string());
    say("owner", &bob.account().to_string());
    let (small, sealed) = place.write(&ada, &sample(CHUNK)).await;
    say("wrote", &small.to_string());
    let (large, _) = place.write(&ada, &sample(PART + 5 * CHUNK)).await;
    say("wrote", &large.to_string());
    let copied = common::id();
    place.blobs.copy_in(&ada, copied, KIND, scratch(&sample(2 * PART + 1))).await.unwrap();
    say("wrote", &copied.to_string());
    place.blobs.share(&ada, &bob, &[(small, KIND, &sealed.header)]).await.unwrap();
    say("shared", &small.to_string());
    place.blobs.delete(ada.account(), large).await.unwrap();
    say("deleted", &large.to_string());
    drop(place.blobs.writer(&ada, common::id(), KIND).await.unwrap());
    // What is on its way when the home goes.
    let mut late = place.blobs.writer(&ada, common::id(), KIND).await.unwrap();
    late.write(&sample(2 * PART)).await.unwrap();
    place.comes_down_to(ada.account(), 3).await;
    place.blobs.remove_home(ada.account()).await.unwrap();
    say("removed", &ada.account().to_string());
    late.finish(&ada).await.unwrap_err();
    place.blobs.remove_home(bob.account()).await.unwrap();
    say("removed", &bob.account().to_string());
}

/// The process that is killed. Without being told when, there is nothing to do.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_one_who_is_killed() {
    let Ok(at) = std::env::var("OUTRO_STOP_AT") else { return };
    let place = Place::in_bucket().await;
    println!("{TOLD}prefix {}", place.bucket.as_ref().unwrap().1);
    stop::at(at.parse().unwrap());
    acts(&place).await;
    for effect in stop::passed() {
        say("passed", &effect);
    }
    say("end", "-");
}

/// Runs it, killed before its N-th effect; what it said.
fn killed(at: usize) -> Vec<(String, String)> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "the_one_who_is_killed", "--nocapture"])
        .env("OUTRO_STOP_AT", at.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let told = lines.filter_map(|line| {
        let (what, about) = line.split_once(TOLD)?.1.split_once(' ')?;
        Some((what.to_owned(), about.to_owned()))
    });
    let told: Vec<_> = told.collect();
    child.wait().unwrap();
    assert!(told.first().is_some_and(|(what, _)| what == "prefix"), "it did not come to its beginning: {told:?}");
    told
}

fn said<'a>(told: &'a [(String, String)], what: &'a str) -> impl Iterator<Item = &'a str> {
    told.iter().filter(move |(said, _)| said == what).map(|(_, about)| about.as_str())
}

/// What was left is looked through as whoever comes next would.
async fn look(told: &[(String, String)], at: usize) {
    let (folder, prefix) = (tempfile::tempdir().unwrap(), said(told, "prefix").next().unwrap());
    let blobs = open(&common::raw::server(), prefix, folder.path()).await.unwrap();
    let owners: Vec<AccountId> = said(told, "owner").map(|id| id.parse().unwrap()).collect();
    if let [ada, bob] = owners[..] {
        acknowledged(&blobs, told, (ada, bob), at).await;
    }
    let raw = common::raw::Raw::bucket(common::raw::BUCKET);
    // An erasure that is done, or done again, leaves nothing of anybody, whatever was under way: what was on the line when the kill
    // came may arrive a little later.
    for _ in 0..50 {
        for owner in blobs.owners(None, 100).await.unwrap().into_iter().chain(owners.iter().copied()) {
            blobs.remove_home(owner).await.unwrap();
        }
        if raw.names(prefix).is_empty() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("stopped at {at}: {:?} is left", raw.names(prefix));
}

async fn acknowledged(blobs: &Blobs, told: &[(String, String)], (ada, bob): (AccountId, AccountId), at: usize) {
    let removed: Vec<AccountId> = said(told, "removed").map(|id| id.parse().unwrap()).collect();
    let deleted: Vec<BlobId> = said(told, "deleted").map(|id| id.parse().unwrap()).collect();
    for (owner, wrote) in [(ada, "wrote"), (bob, "shared")] {
        if removed.contains(&owner) {
            assert!(!blobs.home_exists(owner).await.unwrap(), "stopped at {at}");
            continue;
        }
        // The home may be going just now: then nothing of it is promised any more.
        if !blobs.home_exists(owner).await.unwrap() {
            continue;
        }
        let there = blobs.list(owner).await.unwrap();
        for id in said(told, wrote).map(|id| id.parse::<BlobId>().unwrap()) {
            let going = deleted.contains(&id) || (wrote == "wrote" && said(told, "shared").next().is_some());
            assert!(there.contains(&id) || going, "stopped at {at}: {id} was acknowledged");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_before_each_effect_nothing_acknowledged_is_lost_and_nothing_is_left() {
    let whole = killed(0);
    assert!(said(&whole, "end").next().is_some(), "{whole:?}");
    let effects: Vec<_> = said(&whole, "passed").collect();
    assert!(effects.len() > 20, "{effects:?}");
    // Each place that the code names is come by.
    let mut named = BTreeSet::new();
    for file in ["mod.rs", "upload.rs"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/bucket").join(file);
        let text = std::fs::read_to_string(path).unwrap();
        named.extend(text.split("stop::before(\"").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()));
    }
    assert!(named.len() >= 9, "{named:?}");
    named.retain(|name| !effects.contains(&name.as_str()));
    assert!(named.is_empty(), "nobody stops there: {named:?}");
    look(&whole, 0).await;
    for at in 1..=effects.len() {
        let told = killed(at);
        look(&told, at).await;
    }
}
