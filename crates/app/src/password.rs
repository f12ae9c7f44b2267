//! Passwords, and the slow hash of handles: Argon2id (RFC 9106) with the parameters that OWASP's
//! password storage cheat sheet gives first (19 MiB, two passes, one lane).

use std::sync::LazyLock;

use argon2::{Algorithm, Argon2, Params, Version};
use outro_model::{Handle, random_bytes};
use outro_vault::{MacPurpose, constant_time_eq};
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

use crate::{App, AppError};

const VERSION: u8 = 1;
const SALT: usize = 16;
const HASH: usize = 32;

/// Each hash takes 19 MiB and a core: more at once than this would not end sooner.
static PLACES: LazyLock<Semaphore> =
    LazyLock::new(|| Semaphore::new(std::thread::available_parallelism().map_or(2, std::num::NonZero::get)));

async fn argon2id(secret: Zeroizing<Vec<u8>>, salt: [u8; SALT]) -> Result<[u8; HASH], AppError> {
    let _place = PLACES.acquire().await.map_err(AppError::internal)?;
    let hashed = tokio::task::spawn_blocking(move || {
        let mut out = [0; HASH];
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::DEFAULT);
        argon2.hash_password_into(&secret, &salt, &mut out).map(|()| out)
    });
    hashed.await.map_err(AppError::internal)?.map_err(|error| AppError::internal(error.to_string()))
}

/// The stored form of a password: version ‖ salt ‖ Argon2id.
pub(crate) async fn hash(app: &App, password: &str) -> Result<Vec<u8>, AppError> {
    let salt: [u8; SALT] = random_bytes(&*app.random);
    let hash = argon2id(Zeroizing::new(password.as_bytes().to_vec()), salt).await?;
    Ok([&[VERSION], salt.as_slice(), &hash].concat())
}

/// Whether a password is the one of a stored form. Without a stored form (there is no such account)
/// the same work is done, and the answer is no.
pub(crate) async fn verify(password: &str, stored: Option<&[u8]>) -> Result<bool, AppError> {
    let parts = stored.and_then(|stored| {
        let (version, rest) = stored.split_first()?;
        let (salt, hash) = rest.split_first_chunk::<SALT>()?;
        (*version == VERSION).then_some((*salt, hash))
    });
    let (salt, expected) = parts.unwrap_or(([0; SALT], &[0; HASH]));
    let hash = argon2id(Zeroizing::new(password.as_bytes().to_vec()), salt).await?;
    Ok(constant_time_eq(&hash, expected) && parts.is_some())
}

/// The slow hash that is kept, cut short, of an erased handle. It hangs on a key of its own.
pub(crate) async fn handle_tag(app: &App, handle: &Handle) -> Result<u64, AppError> {
    let keyed = app.vault.mac(MacPurpose::ErasedHandle, &[handle.as_str().as_bytes()]);
    let hash = argon2id(Zeroizing::new(keyed.to_vec()), *b"outro handle tag").await?;
    Ok(hash.iter().take(8).fold(0, |tag, byte| tag << 8 | u64::from(*byte)))
}
