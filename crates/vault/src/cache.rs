//! Account keys in memory, under leases.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use outro_model::{AccountId, Timestamp};

use crate::{AccountKeys, KeyId};

/// A cached key is gone from memory this long after it was read: it is handed out for all but the last
/// second of it, and swept away within that second.
pub const LEASE: Duration = Duration::from_secs(5);

/// How often what has lapsed is swept away.
pub(crate) const SWEEP: Duration = Duration::from_secs(1);

const USABLE_MILLIS: i64 = (LEASE.as_millis() - SWEEP.as_millis()) as i64;

/// The cache. Every look-up is by the clock it is handed.
#[derive(Default)]
pub(crate) struct Cache {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    purges: u64,
    by_account: HashMap<AccountId, Held>,
    by_key: HashMap<KeyId, AccountId>,
}

struct Held {
    keys: AccountKeys,
    read_at: Timestamp,
}

/// Taken before the keyring is read; what was read is cached only if nothing was purged since.
#[derive(Clone, Copy)]
pub(crate) struct Reading {
    purges: u64,
    at: Timestamp,
}

impl Held {
    /// A clock that went backwards ends the lease too.
    fn usable(&self, now: Timestamp) -> bool {
        (0..USABLE_MILLIS).contains(&now.millis_since(self.read_at))
    }
}

impl State {
    fn get(&self, account: AccountId, now: Timestamp) -> Option<AccountKeys> {
        self.by_account.get(&account).filter(|held| held.usable(now)).map(|held| held.keys.clone())
    }

    fn remove(&mut self, account: AccountId) {
        if let Some(held) = self.by_account.remove(&account) {
            self.by_key.remove(&held.keys.key_id());
        }
    }
}

impl Cache {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn get(&self, account: AccountId, now: Timestamp) -> Option<AccountKeys> {
        self.lock().get(account, now)
    }

    pub(crate) fn get_by_key(&self, key_id: KeyId, now: Timestamp) -> Option<AccountKeys> {
        let state = self.lock();
        let account = *state.by_key.get(&key_id)?;
        state.get(account, now)
    }

    pub(crate) fn reading(&self, now: Timestamp) -> Reading {
        Reading { purges: self.lock().purges, at: now }
    }

    /// Keeps what was read. A key that was read before a destruction and arrives after it is not kept.
    pub(crate) fn keep(&self, reading: Reading, keys: &[AccountKeys]) {
        let mut state = self.lock();
        if state.purges != reading.purges {
            return;
        }
        for keys in keys {
            state.by_key.insert(keys.key_id(), keys.account());
            state.by_account.insert(keys.account(), Held { keys: keys.clone(), read_at: reading.at });
        }
    }

    /// Lets go of an account's keys, and of what is on its way in.
    pub(crate) fn purge(&self, account: AccountId) {
        let mut state = self.lock();
        state.purges += 1;
        state.remove(account);
    }

    /// Lets go of everything whose lease has lapsed.
    pub(crate) fn sweep(&self, now: Timestamp) {
        let mut state = self.lock();
        let lapsed = state.by_account.iter().filter(|(_, held)| !held.usable(now)).map(|(account, _)| *account);
        let lapsed: Vec<_> = lapsed.collect();
        lapsed.into_iter().for_each(|account| state.remove(account));
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.lock().by_account.len()
    }
}
