//! Keys of accounts and conversations in memory, under leases.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use outro_model::{AccountId, ConversationId, Timestamp};

use crate::{AccountKeys, ConversationKeys, KeyId};

/// A cached key is gone from memory this long after it was read: it is handed out for all but the last
/// second of it, and swept away within that second.
pub const LEASE: Duration = Duration::from_secs(5);

/// How often what has lapsed is swept away.
pub(crate) const SWEEP: Duration = Duration::from_secs(1);

const USABLE_MILLIS: i64 = (LEASE.as_millis() - SWEEP.as_millis()) as i64;

/// Keys that can be cached: whose they are, and the name of the key they come from.
pub(crate) trait Kept: Clone {
    type Id: Copy + Eq + Hash;
    fn id(&self) -> Self::Id;
    fn name(&self) -> KeyId;
}

impl Kept for AccountKeys {
    type Id = AccountId;

    fn id(&self) -> AccountId {
        self.account()
    }

    fn name(&self) -> KeyId {
        self.key_id()
    }
}

impl Kept for ConversationKeys {
    type Id = ConversationId;

    fn id(&self) -> ConversationId {
        self.conversation()
    }

    fn name(&self) -> KeyId {
        self.key_id()
    }
}

/// The cache. Every look-up is by the clock it is handed.
pub(crate) struct Cache<K: Kept> {
    state: Mutex<State<K>>,
}

struct State<K: Kept> {
    purges: u64,
    by_id: HashMap<K::Id, Held<K>>,
    by_key: HashMap<KeyId, K::Id>,
}

struct Held<K> {
    keys: K,
    read_at: Timestamp,
}

impl<K: Kept> Default for Cache<K> {
    fn default() -> Self {
        Self { state: Mutex::new(State { purges: 0, by_id: HashMap::new(), by_key: HashMap::new() }) }
    }
}

/// Taken before the keyring is read; what was read is cached only if nothing was purged since.
#[derive(Clone, Copy)]
pub(crate) struct Reading {
    purges: u64,
    at: Timestamp,
}

impl<K> Held<K> {
    /// A clock that went backwards ends the lease too.
    fn usable(&self, now: Timestamp) -> bool {
        (0..USABLE_MILLIS).contains(&now.millis_since(self.read_at))
    }
}

impl<K: Kept> State<K> {
    fn get(&self, id: K::Id, now: Timestamp) -> Option<K> {
        self.by_id.get(&id).filter(|held| held.usable(now)).map(|held| held.keys.clone())
    }

    fn remove(&mut self, id: K::Id) {
        if let Some(held) = self.by_id.remove(&id) {
            self.by_key.remove(&held.keys.name());
        }
    }
}

impl<K: Kept> Cache<K> {
    fn lock(&self) -> MutexGuard<'_, State<K>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn get(&self, id: K::Id, now: Timestamp) -> Option<K> {
        self.lock().get(id, now)
    }

    pub(crate) fn get_by_key(&self, key_id: KeyId, now: Timestamp) -> Option<K> {
        let state = self.lock();
        let id = *state.by_key.get(&key_id)?;
        state.get(id, now)
    }

    pub(crate) fn reading(&self, now: Timestamp) -> Reading {
        Reading { purges: self.lock().purges, at: now }
    }

    /// Keeps what was read. A key that was read before a destruction and arrives after it is not kept.
    pub(crate) fn keep(&self, reading: Reading, keys: &[K]) {
        let mut state = self.lock();
        if state.purges != reading.purges {
            return;
        }
        for keys in keys {
            state.by_key.insert(keys.name(), keys.id());
            state.by_id.insert(keys.id(), Held { keys: keys.clone(), read_at: reading.at });
        }
    }

    /// Lets go of the keys under an id, and of what is on its way in.
    pub(crate) fn purge(&self, id: K::Id) {
        let mut state = self.lock();
        state.purges += 1;
        state.remove(id);
    }

    /// Lets go of everything whose lease has lapsed.
    pub(crate) fn sweep(&self, now: Timestamp) {
        let mut state = self.lock();
        let lapsed = state.by_id.iter().filter(|(_, held)| !held.usable(now)).map(|(id, _)| *id);
        let lapsed: Vec<_> = lapsed.collect();
        lapsed.into_iter().for_each(|id| state.remove(id));
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.lock().by_id.len()
    }
}
