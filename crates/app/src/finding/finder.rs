//! The index, and what is known of its state.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{BuildHasher as _, RandomState};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use outro_db::Bell;
use outro_model::{AccountId, Clock, Timestamp, VideoId};
use outro_search::{Entry, Index, SearchError};
use tokio::sync::Notify;

use crate::elsewhere::Part;
use crate::{AppError, RefusalKind};

/// What was changed and is to be read again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Changed {
    /// An account, and all that it shows.
    Account(AccountId),
    /// The card of an account.
    Card(AccountId),
    /// A video.
    Video(AccountId, VideoId),
    /// Somebody of these, in another process.
    Part(Part),
}

/// The index of this process. Empty until [`super::build`] has gone over everybody once.
pub struct Finder {
    pub(super) index: Arc<Index>,
    /// Who reads rows and puts them holds this, so that what is forgotten is not put by who had read it before.
    pub(super) work: tokio::sync::Mutex<Work>,
    changed: Mutex<BTreeSet<Changed>>,
    /// Who leaves, whom the next purge drops and takes along.
    leavers: Mutex<BTreeSet<AccountId>>,
    pub(super) wake: Notify,
    ready: AtomicBool,
    /// Whether this process answers searches.
    asked: bool,
    /// How long the purge of a large index rests at most.
    longest_rest: Duration,
    bell: Option<Bell>,
}

/// What the index holds of each account: entries by their id, each with a hash of it under a key of this
/// process, so that what has not changed is not written again.
#[derive(Default)]
pub(super) struct Work {
    hasher: RandomState,
    pub(super) held: BTreeMap<AccountId, BTreeMap<[u8; 16], u64>>,
    /// How far the round over everybody has come.
    pub(super) after: Option<AccountId>,
    /// Whom purges took along, until that is asked for.
    purged: BTreeSet<AccountId>,
    /// Until when no purge is begun for those who leave.
    rests_until: Option<Timestamp>,
}

/// How many times as long as it has worked a purge of a large index rests: those who stay lose a sixtieth of one core, however
/// many leave, as long as a purge takes no third of a second.
const RESTS: u32 = 60;
/// How long it rests at most: receipts wait for it. The first one after a quiet while does not.
const LONGEST_REST: Duration = Duration::from_secs(20);
/// The same where another process may sign the receipt. It does not know of this index, and waits for five seconds after the key's
/// destruction: a beat, this rest and the purge fall into them.
const LONGEST_REST_BESIDE: Duration = Duration::from_secs(3);

impl Finder {
    /// With an empty index.
    pub fn new() -> Result<Self, SearchError> {
        Ok(Self {
            index: Arc::new(Index::new()?),
            work: tokio::sync::Mutex::default(),
            changed: Mutex::default(),
            leavers: Mutex::default(),
            wake: Notify::new(),
            ready: AtomicBool::new(false),
            asked: true,
            longest_rest: LONGEST_REST,
            bell: None,
        })
    }

    /// The same where other processes work on the same database; by the bell they hear what is changed here.
    pub fn beside_others(bell: Option<Bell>) -> Result<Self, SearchError> {
        Ok(Self { bell, longest_rest: LONGEST_REST_BESIDE, ..Self::new()? })
    }

    /// Of a process where nobody searches: its index stays empty, and nothing is kept for it.
    pub fn unasked(bell: Option<Bell>) -> Result<Self, SearchError> {
        Ok(Self { asked: false, ..Self::beside_others(bell)? })
    }

    /// To be said after the commit that changed whether and how an account and its videos may be found.
    pub fn account_changed(&self, account: AccountId) {
        self.say(account, Changed::Account(account));
    }

    /// To be said after the commit that changed how an account is called.
    pub(crate) fn card_changed(&self, account: AccountId) {
        self.say(account, Changed::Card(account));
    }

    /// To be said after the commit that changed a video.
    pub(crate) fn video_changed(&self, owner: AccountId, video: VideoId) {
        self.say(owner, Changed::Video(owner, video));
    }

    fn say(&self, owner: AccountId, changed: Changed) {
        if let Some(bell) = &self.bell {
            bell.ring(Part::of(owner).found());
        }
        self.note(changed);
    }

    /// Another process has changed how somebody of this part is found.
    pub(crate) fn heard(&self, part: Part) {
        self.note(Changed::Part(part));
    }

    fn note(&self, changed: Changed) {
        if !self.asked {
            return;
        }
        self.changed.lock().unwrap_or_else(PoisonError::into_inner).insert(changed);
        self.wake.notify_one();
    }

    pub(super) fn take_changed(&self) -> BTreeSet<Changed> {
        std::mem::take(&mut self.changed.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// For the next beat: at once it would not go better.
    pub(super) fn put_back(&self, changed: BTreeSet<Changed>) {
        self.changed.lock().unwrap_or_else(PoisonError::into_inner).extend(changed);
    }

    /// To be said when nothing of an account can be read any more. It waits for nobody.
    pub(crate) fn leaves(&self, account: AccountId) {
        if self.asked {
            self.leavers.lock().unwrap_or_else(PoisonError::into_inner).insert(account);
        }
    }

    /// Whether anybody searches here.
    pub(super) fn is_asked(&self) -> bool {
        self.asked
    }

    /// Whether the next purge takes somebody along.
    pub(super) fn has_leavers(&self) -> bool {
        !self.leavers.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    fn take_leavers(&self) -> BTreeSet<AccountId> {
        std::mem::take(&mut self.leavers.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn set_ready(&self) {
        self.ready.store(true, Ordering::Release);
    }

    /// Refuses while the index is being built: what is not there yet must not look as if it were not found.
    pub(super) fn ready(&self) -> Result<(), AppError> {
        if self.ready.load(Ordering::Acquire) {
            return Ok(());
        }
        let detail = "Search is just starting. Please try again in a moment.";
        Err(AppError::refused(RefusalKind::Unavailable, "search_warming_up", detail))
    }

    /// Every word in the dictionaries of the index, for tests of what is left after an erasure.
    pub fn dictionary(&self) -> Result<Vec<String>, SearchError> {
        self.index.dictionary()
    }

    /// Runs something of the index where it may take its time.
    pub(super) async fn with_index<T: Send + 'static>(
        &self,
        run: impl FnOnce(&Index) -> Result<T, SearchError> + Send + 'static,
    ) -> Result<T, AppError> {
        let index = self.index.clone();
        let done = tokio::task::spawn_blocking(move || run(&index)).await.map_err(AppError::internal)?;
        Ok(done?)
    }
}

impl Work {
    /// Puts what has changed of an account's entries.
    pub(super) fn put(&mut self, index: &Index, account: AccountId, entries: &[Entry]) -> Result<(), SearchError> {
        for entry in entries {
            let (id, hash) = (id_of(entry), self.hasher.hash_one(entry));
            if self.held.get(&account).and_then(|held| held.get(&id)) != Some(&hash) {
                index.put(std::slice::from_ref(entry))?;
                self.held.entry(account).or_default().insert(id, hash);
            }
        }
        Ok(())
    }

    /// Drops one entry of an account.
    pub(super) fn drop_entry(&mut self, index: &Index, account: AccountId, id: &[u8; 16]) {
        let Some(held) = self.held.get_mut(&account) else { return };
        if held.remove(id).is_some() {
            index.drop_entry(id);
        }
        if held.is_empty() {
            self.held.remove(&account);
        }
    }

    /// Drops all entries of an account but these.
    pub(super) fn keep_only(&mut self, index: &Index, account: AccountId, there: &BTreeSet<[u8; 16]>) {
        let held = self.held.get(&account).into_iter().flat_map(BTreeMap::keys);
        let gone: Vec<_> = held.filter(|id| !there.contains(*id)).copied().collect();
        for id in gone {
            self.drop_entry(index, account, &id);
        }
    }

    /// Whether a purge took an account along. It is asked for once: then not even the id is here.
    pub(super) fn take_purged(&mut self, account: AccountId) -> bool {
        self.purged.remove(&account)
    }

    /// Lets go of the ids of all whom purges took along: whoever asks after one later pays for a purge.
    pub(super) fn forget_purged(&mut self) {
        self.purged.clear();
    }

    /// When the next purge may begin, where that is not now. Where there is little to be found it always may.
    pub(super) fn rests_until(&self, now: Timestamp) -> Option<Timestamp> {
        self.rests_until.filter(|until| now < *until)
    }

    /// Drops all who leave, and writes the words of all that was dropped out of the dictionary.
    pub(super) async fn purge(&mut self, finder: &Finder, clock: &dyn Clock) -> Result<(), AppError> {
        let began = Instant::now();
        let done = self.purge_now(finder).await;
        let rest = (began.elapsed() * RESTS).min(finder.longest_rest).as_millis() as i64;
        self.rests_until = finder.index.is_large().then(|| Timestamp(clock.now().0 + rest));
        done
    }

    async fn purge_now(&mut self, finder: &Finder) -> Result<(), AppError> {
        let mut leavers = finder.take_leavers();
        leavers.iter().for_each(|leaver| self.drop_account(&finder.index, *leaver));
        let purged = finder.with_index(|index| index.purge()).await;
        match purged {
            Ok(()) => self.purged.append(&mut leavers),
            Err(_) => leavers.into_iter().for_each(|leaver| finder.leaves(leaver)),
        }
        purged
    }

    /// Drops an account and all that is its own.
    pub(super) fn drop_account(&mut self, index: &Index, account: AccountId) {
        self.held.remove(&account);
        index.drop_account(account);
    }
}

pub(super) fn id_of(entry: &Entry) -> [u8; 16] {
    match entry {
        Entry::Account { id, .. } => *id.as_bytes(),
        Entry::Video { id, .. } => *id.as_bytes(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(byte: u8) -> AccountId {
        AccountId::from_bytes([byte; 16])
    }

    fn joins(work: &mut Work, finder: &Finder, byte: u8, name: &str) {
        let (id, handle) = (account(byte), name.parse().unwrap());
        work.put(&finder.index, id, &[Entry::Account { id, handle, name: name.into() }]).unwrap();
    }

    #[tokio::test]
    async fn one_purge_is_for_all_who_left_before_it() {
        let finder = Finder::new().unwrap();
        let mut work = finder.work.lock().await;
        for (byte, name) in [(1, "firstleaver"), (2, "secondleaver"), (3, "thirdleaver"), (4, "whostays")] {
            joins(&mut work, &finder, byte, name);
        }
        finder.with_index(Index::commit).await.unwrap();
        for byte in [1, 2] {
            finder.leaves(account(byte));
        }
        assert!(!work.take_purged(account(1)), "its words are there still");
        work.purge_now(&finder).await.unwrap();
        finder.leaves(account(3));
        let words = finder.dictionary().unwrap();
        let has = |name: &str| words.iter().any(|word| word.contains(name));
        assert!(!has("firstleaver") && !has("secondleaver") && has("thirdleaver") && has("whostays"), "{words:?}");
        assert!(work.take_purged(account(2)));
        assert!(!work.take_purged(account(2)), "its id is let go of");
        assert!(!work.take_purged(account(3)), "it left after the purge");
        assert!(!work.take_purged(account(5)), "nobody knows that it ever left");
        work.purge_now(&finder).await.unwrap();
        work.forget_purged();
        assert!(finder.take_leavers().is_empty() && work.purged.is_empty(), "no id stays, also where nobody asks");
        assert!(!finder.dictionary().unwrap().iter().any(|word| word.contains("thirdleaver")));
    }

    #[tokio::test]
    async fn the_purge_of_a_large_index_rests() {
        let (finder, clock) = (Finder::new().unwrap(), outro_model::FixedClock::at(Timestamp(1_000_000)));
        let mut work = finder.work.lock().await;
        joins(&mut work, &finder, 1, "firstleaver");
        work.purge(&finder, &clock).await.unwrap();
        assert_eq!(work.rests_until(clock.now()), None, "it is small");
        // With the one that is there they are eight small segments, which become one that is large.
        let entry = |number: u32| {
            let mut id = [9; 16];
            id[..4].copy_from_slice(&number.to_be_bytes());
            let id = AccountId::from_bytes(id);
            Entry::Account { id, handle: format!("stays{number}"), name: String::new() }
        };
        for part in 0..7 {
            finder.index.put(&(part * 3_000..(part + 1) * 3_000).map(entry).collect::<Vec<_>>()).unwrap();
            finder.with_index(Index::commit).await.unwrap();
        }
        assert!(finder.index.is_large());
        finder.leaves(account(1));
        work.purge(&finder, &clock).await.unwrap();
        let until = work.rests_until(clock.now()).expect("it rests");
        assert!(until.0 <= 1_000_000 + LONGEST_REST.as_millis() as i64);
        clock.advance_seconds(20);
        assert_eq!(work.rests_until(clock.now()), None);
    }
}
