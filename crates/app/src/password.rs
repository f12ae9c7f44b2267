//! Passwords, and the slow hash of handles: Argon2id (RFC 9106) with the parameters that OWASP's
//! password storage cheat sheet gives first (19 MiB, two passes, one lane).

use std::num::NonZero;
use std::sync::LazyLock;
use std::thread::available_parallelism;

use argon2::{Algorithm, Argon2, Params, Version};
use outro_model::{Handle, random_bytes};
use outro_vault::{MacPurpose, constant_time_eq};
use tokio::sync::{Semaphore, SemaphorePermit};
use zeroize::Zeroizing;

use crate::{App, AppError, RefusalKind};

const VERSION: u8 = 1;
const SALT: usize = 16;
const HASH: usize = 32;
/// How many wait for each place at most: the last of them for a second or two.
const WAITING_A_PLACE: usize = 32;

/// What is wrong with a new password, as a code and words; none where nothing is. Only its length is asked for (NIST SP
/// 800-63B-4 §3.1.1.2 forbids rules on which letters it has).
pub(crate) fn out_of_bounds(password: &str) -> Option<(&'static str, &'static str)> {
    let words = "Use 8 to 128 characters.";
    match password.chars().count() {
        0..8 => Some(("password_too_short", words)),
        8..=128 => None,
        _ => Some(("password_too_long", words)),
    }
}

/// The first 64 bits of a slow hash, of which some are kept when the handle is erased.
pub(crate) fn read_tag(bytes: &[u8]) -> u64 {
    bytes.iter().take(8).fold(0, |tag, byte| tag << 8 | u64::from(*byte))
}

/// A queue for slow hashes. Who finds it full is told so at once, before anything is spent.
pub(crate) struct Queue {
    /// Those who wait and those who are served.
    turns: Semaphore,
    /// Those who are served. Each hash takes 19 MiB and a core: more at once would not end sooner.
    places: Semaphore,
}

impl Queue {
    fn of(places: usize, turns: usize) -> Self {
        Self { turns: Semaphore::new(turns), places: Semaphore::new(places) }
    }
}

/// Joining, signing in, giving the password again: what strangers can ask for, as often as they like.
pub(crate) static ENTRY: LazyLock<Queue> = LazyLock::new(|| {
    let places = available_parallelism().map_or(2, NonZero::get);
    Queue::of(places, places * (1 + WAITING_A_PLACE))
});

/// Confirming leaving: a flood at the entry must not keep anybody here. It is never full: who waits has
/// spent a try, of which an account has a few a day.
pub(crate) static EXIT: LazyLock<Queue> = LazyLock::new(|| Queue::of(1, Semaphore::MAX_PERMITS));

/// A turn in a queue.
pub(crate) struct Turn {
    queue: &'static Queue,
    _turn: SemaphorePermit<'static>,
}

/// Takes a turn in a queue; refuses when too many wait already.
pub(crate) fn turn(queue: &'static Queue) -> Result<Turn, AppError> {
    let busy = "The server is busy. Please try again in a moment.";
    let turn = queue.turns.try_acquire().map_err(|_| AppError::refused(RefusalKind::Unavailable, "busy", busy))?;
    Ok(Turn { queue, _turn: turn })
}

impl Turn {
    /// The stored form of a password: version ‖ salt ‖ Argon2id.
    pub(crate) async fn hash(&self, app: &App, password: &str) -> Result<Vec<u8>, AppError> {
        let salt: [u8; SALT] = random_bytes(&*app.random);
        let hash = self.argon2id(Zeroizing::new(password.as_bytes().to_vec()), salt).await?;
        Ok([&[VERSION], salt.as_slice(), &hash].concat())
    }

    /// Whether a password is the one of a stored form. Without a stored form (there is no such account)
    /// the same work is done, and the answer is no.
    pub(crate) async fn verify(&self, password: &str, stored: Option<&[u8]>) -> Result<bool, AppError> {
        let parts = stored.and_then(|stored| {
            let (version, rest) = stored.split_first()?;
            let (salt, hash) = rest.split_first_chunk::<SALT>()?;
            (*version == VERSION).then_some((*salt, hash))
        });
        let (salt, expected) = parts.unwrap_or(([0; SALT], &[0; HASH]));
        let hash = self.argon2id(Zeroizing::new(password.as_bytes().to_vec()), salt).await?;
        Ok(constant_time_eq(&hash, expected) && parts.is_some())
    }

    /// The slow hash that is kept, cut short, of an erased handle. It hangs on a key of its own.
    pub(crate) async fn handle_tag(&self, app: &App, handle: &Handle) -> Result<u64, AppError> {
        let keyed = app.vault.mac(MacPurpose::ErasedHandle, &[handle.as_str().as_bytes()]);
        let hash = self.argon2id(Zeroizing::new(keyed.to_vec()), *b"outro handle tag").await?;
        Ok(read_tag(&hash))
    }

    async fn argon2id(&self, secret: Zeroizing<Vec<u8>>, salt: [u8; SALT]) -> Result<[u8; HASH], AppError> {
        let place = self.queue.places.acquire().await.map_err(AppError::internal)?;
        let hashed = tokio::task::spawn_blocking(move || {
            // The place is held by the work itself: a client that hangs up must not free it for the next
            // while this goes on.
            let _place = place;
            let mut out = [0; HASH];
            let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::DEFAULT);
            argon2.hash_password_into(&secret, &salt, &mut out).map(|()| out)
        });
        hashed.await.map_err(AppError::internal)?.map_err(|error| AppError::internal(error.to_string()))
    }
}
