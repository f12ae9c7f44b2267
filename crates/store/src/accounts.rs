//! Accounts, the index of handles, and the handles that are erased.

use outro_db::{DbError, Row, Tx, params, statements};
use outro_model::{AccountId, AccountState, Circle, Timestamp};
use outro_policy::OwnerFacts;

use crate::changed;
use crate::visibility::{OWNER, owner_columns, owner_facts};

/// A row of `accounts`; what is sealed is still sealed.
#[derive(Clone, Debug)]
pub struct Account {
    /// The id.
    pub id: AccountId,
    /// State and settings, as the policy asks for them.
    pub facts: OwnerFacts,
    /// When the person joined.
    pub created_at: Timestamp,
    /// Sealed.
    pub handle: Vec<u8>,
    /// Sealed.
    pub display_name: Vec<u8>,
    /// Sealed.
    pub bio: Vec<u8>,
    /// Sealed.
    pub birth_date: Vec<u8>,
    /// Sealed.
    pub password_hash: Vec<u8>,
    /// Sealed; none when no phone is linked.
    pub phone: Option<Vec<u8>>,
    /// Sealed.
    pub handle_tag: Vec<u8>,
    /// Whether they are known to be 18 or older.
    pub adult: bool,
}

impl Account {
    /// Whether the account may look and not act: on hiatus, or suspended.
    pub const fn is_away(&self) -> bool {
        self.facts.on_hiatus || self.facts.suspended
    }
}

/// What is changed of an account's privacy; what is `None` stays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PrivacyChange {
    /// Whether strangers see the card only.
    pub private_account: Option<bool>,
    /// Whether the account may be suggested.
    pub discoverable: Option<bool>,
    /// Whether the account may be found by searching for its name.
    pub searchable: Option<bool>,
    /// Who may send messages.
    pub messages_from: Option<Circle>,
    /// Who may comment.
    pub comments_from: Option<Circle>,
    /// Whether the account is kept and invisible.
    pub on_hiatus: Option<bool>,
}

/// An entry of the index of handles: only the keyring joins it to an account.
#[derive(Debug)]
pub struct HandleEntry {
    /// The keyed hash of the handle.
    pub idx: [u8; 32],
    /// The id of the account's key.
    pub key_id: [u8; 16],
    /// The account's id, sealed under that key.
    pub sealed_account: Vec<u8>,
}

statements! {
    INSERT = "INSERT INTO accounts (id, state, created_at, private_account, handle, display_name, bio, birth_date,
        password_hash, phone, handle_tag, messages_from, adult)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)";
    COUNTS = "INSERT INTO counts (account_id, followers, following) VALUES (?1, 0, 0)";
    BY_ID = concat!("SELECT ", owner_columns!(), ", a.id, a.created_at, a.handle, a.display_name, a.bio, a.birth_date,
        a.password_hash, a.phone, a.handle_tag, a.adult FROM accounts a WHERE a.id = ?1");
    SET_ADULT = "UPDATE accounts SET adult = 1 WHERE id = ?1 AND state = ?2 AND adult = 0";
    LOCK_LIVE = "SELECT id FROM accounts WHERE id = ?1 AND state = ?2 {for_share}";
    LOCK_ALONE = "SELECT id FROM accounts WHERE id = ?1 AND state = ?2 {for_update}";
    LOCK_DECIDING = "SELECT id FROM accounts WHERE id = ?1 AND state = ?2 {for_no_key_update}";
    LEAVE = "UPDATE accounts SET state = ?2 WHERE id = ?1 AND state = ?3";
    SET_PROFILE = "UPDATE accounts SET display_name = ?2, bio = ?3 WHERE id = ?1 AND state = ?4";
    SET_PRIVACY = "UPDATE accounts SET private_account = COALESCE(?3, private_account),
        discoverable = COALESCE(?4, discoverable), searchable = COALESCE(?5, searchable),
        messages_from = COALESCE(?6, messages_from), comments_from = COALESCE(?7, comments_from),
        on_hiatus = COALESCE(?8, on_hiatus) WHERE id = ?1 AND state = ?2";
    SET_PHONE = "UPDATE accounts SET phone = ?2 WHERE id = ?1 AND state = ?3";
    SET_PASSWORD = "UPDATE accounts SET password_hash = ?2 WHERE id = ?1 AND state = ?3";
    ANY = "SELECT id FROM accounts LIMIT 1";
    ANY_ACTIVE = "SELECT id FROM accounts WHERE state = ?1 LIMIT 1";
    PAGE = "SELECT id FROM accounts WHERE id > ?1 ORDER BY id LIMIT ?2";
    INDEX_PUT = "INSERT INTO handle_index (idx, key_id, sealed_account) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
    INDEX_GET = "SELECT idx, key_id, sealed_account FROM handle_index WHERE idx = ?1";
    INDEX_DROP = "DELETE FROM handle_index WHERE idx = ?1";
    ERASED_PUT = "INSERT INTO erased_handles (bits, tag) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
    ERASED_GET = "SELECT bits FROM erased_handles WHERE bits = ?1 AND tag = ?2";
    ERASED_COUNTS = "SELECT kept FROM erased_counts WHERE shard < ?1";
    ERASED_COUNT = "INSERT INTO erased_counts (shard, kept) VALUES (?1, 1)
        ON CONFLICT (shard) DO UPDATE SET kept = erased_counts.kept + 1";
}

/// Adds an account. Of its settings, those that joining decides are taken; the others begin open.
pub async fn insert(tx: &mut Tx, account: &Account) -> Result<(), DbError> {
    let Account { id, facts, created_at, handle, display_name, bio, birth_date, .. } = account;
    let (state, messages_from) = (facts.state.code(), facts.messages_from.code());
    let values = params![
        id,
        state,
        created_at,
        facts.private_account,
        handle,
        display_name,
        bio,
        birth_date,
        account.password_hash,
        account.phone,
        account.handle_tag,
        messages_from,
        account.adult,
    ];
    tx.execute(&INSERT, values).await?;
    tx.execute(&COUNTS, params![id]).await.map(|_| ())
}

/// Notes that somebody is an adult by now; `false` when that was known, or they are leaving.
pub async fn set_adult(tx: &mut Tx, id: AccountId) -> Result<bool, DbError> {
    changed(tx, &SET_ADULT, params![id, AccountState::Active.code()]).await
}

/// The account with this id, in whatever state.
pub async fn by_id(tx: &mut Tx, id: AccountId) -> Result<Option<Account>, DbError> {
    tx.query_opt(&BY_ID, params![id]).await?.as_ref().map(read).transpose()
}

fn read(row: &Row) -> Result<Account, DbError> {
    Ok(Account {
        facts: owner_facts(row, 0)?,
        id: row.get(OWNER)?,
        created_at: row.get(OWNER + 1)?,
        handle: row.get(OWNER + 2)?,
        display_name: row.get(OWNER + 3)?,
        bio: row.get(OWNER + 4)?,
        birth_date: row.get(OWNER + 5)?,
        password_hash: row.get(OWNER + 6)?,
        phone: row.get(OWNER + 7)?,
        handle_tag: row.get(OWNER + 8)?,
        adult: row.get(OWNER + 9)?,
    })
}

/// Holds an account as it is until the transaction ends: `false` when it is not there or leaving.
/// Whatever writes something of an account asks this first, in the same transaction, so that nothing
/// can be written behind the back of an erasure.
pub async fn lock_live(tx: &mut Tx, id: AccountId) -> Result<bool, DbError> {
    let active = AccountState::Active.code();
    Ok(tx.query_opt(&LOCK_LIVE, params![id, active]).await?.is_some())
}

/// As [`lock_live`], and alone: for what is held against what else is asked of the account, so that one comes after the other.
pub async fn lock_alone(tx: &mut Tx, id: AccountId) -> Result<bool, DbError> {
    let active = AccountState::Active.code();
    Ok(tx.query_opt(&LOCK_ALONE, params![id, active]).await?.is_some())
}

/// As [`lock_alone`], but that rows which refer to the account may be added meanwhile: who tells others something while
/// they tell oneself would else wait for each other.
pub async fn lock_deciding(tx: &mut Tx, id: AccountId) -> Result<bool, DbError> {
    let active = AccountState::Active.code();
    Ok(tx.query_opt(&LOCK_DECIDING, params![id, active]).await?.is_some())
}

/// Turns an active account into a leaving one; `false` when it was not active.
pub async fn leave(tx: &mut Tx, id: AccountId) -> Result<bool, DbError> {
    changed(tx, &LEAVE, params![id, AccountState::Leaving.code(), AccountState::Active.code()]).await
}

/// Sets display name and bio, both sealed.
pub async fn set_profile(tx: &mut Tx, id: AccountId, display_name: &[u8], bio: &[u8]) -> Result<bool, DbError> {
    changed(tx, &SET_PROFILE, params![id, display_name, bio, AccountState::Active.code()]).await
}

/// Changes who may see, find, message and comment. It holds from the next request on.
pub async fn set_privacy(tx: &mut Tx, id: AccountId, change: PrivacyChange) -> Result<bool, DbError> {
    let code = |circle: Option<Circle>| circle.map(Circle::code);
    let (messages_from, comments_from) = (code(change.messages_from), code(change.comments_from));
    let active = AccountState::Active.code();
    let values = params![
        id,
        active,
        change.private_account,
        change.discoverable,
        change.searchable,
        messages_from,
        comments_from,
        change.on_hiatus,
    ];
    let changed = changed(tx, &SET_PRIVACY, values).await?;
    if change.private_account == Some(true) {
        // Whoever is just following without having to ask is let through first, or has to ask.
        crate::graph::hold(tx, &[id]).await?;
    }
    Ok(changed)
}

/// Links a phone, sealed.
pub async fn set_phone(tx: &mut Tx, id: AccountId, phone: &[u8]) -> Result<bool, DbError> {
    changed(tx, &SET_PHONE, params![id, phone, AccountState::Active.code()]).await
}

/// Replaces the password's hash, sealed.
pub async fn set_password(tx: &mut Tx, id: AccountId, hash: &[u8]) -> Result<bool, DbError> {
    changed(tx, &SET_PASSWORD, params![id, hash, AccountState::Active.code()]).await
}

/// Whether anybody has an account and is not leaving.
pub async fn any_active(tx: &mut Tx) -> Result<bool, DbError> {
    Ok(tx.query_opt(&ANY_ACTIVE, params![AccountState::Active.code()]).await?.is_some())
}

/// Whether there is any account at all.
pub async fn any(tx: &mut Tx) -> Result<bool, DbError> {
    Ok(tx.query_opt(&ANY, &[]).await?.is_some())
}

/// Ids of accounts after `after`, in order, at most `limit`.
pub async fn page(tx: &mut Tx, after: AccountId, limit: i64) -> Result<Vec<AccountId>, DbError> {
    tx.query(&PAGE, params![after, limit]).await?.iter().map(|row| row.get(0)).collect()
}

/// Takes a handle; `false` when it is taken.
pub async fn claim_handle(tx: &mut Tx, entry: &HandleEntry) -> Result<bool, DbError> {
    changed(tx, &INDEX_PUT, params![entry.idx, entry.key_id, entry.sealed_account]).await
}

/// The entry of a handle.
pub async fn handle_entry(tx: &mut Tx, idx: &[u8; 32]) -> Result<Option<HandleEntry>, DbError> {
    let row = tx.query_opt(&INDEX_GET, params![idx]).await?;
    row.map(|row| Ok(HandleEntry { idx: row.get(0)?, key_id: row.get(1)?, sealed_account: row.get(2)? })).transpose()
}

/// Lets a handle go.
pub async fn release_handle(tx: &mut Tx, idx: &[u8; 32]) -> Result<(), DbError> {
    tx.execute(&INDEX_DROP, params![idx]).await.map(|_| ())
}

/// The bits that are kept of the first erased handle's slow hash: one in 1,024 unused names fits.
const FEWEST_BITS: u32 = 10;
/// The most bits that a tag is read from.
const MOST_BITS: u32 = 62;
/// In how many rows the erased handles are counted, so that those who leave at one moment do not wait
/// for each other.
const SHARDS: u64 = 16;

/// How many bits are kept of a tag of the `k`-th length, the first being 1. There are 2^(k-1) tags of
/// it, so those of one length together refuse one unused name in 1,024 at k = 1, and at most one in
/// 2,048·k² after it: the sum stays below one in 774, however many people have left.
fn bits_of(k: u32) -> u32 {
    let square = k * k;
    let more = if k == 1 { 0 } else { k + square.next_power_of_two().ilog2() };
    (FEWEST_BITS + more).min(MOST_BITS)
}

/// The first `bits` bits of a slow hash.
fn cut(hash: u64, bits: u32) -> (i64, i64) {
    (i64::from(bits), (hash >> (64 - bits)) as i64)
}

/// What is kept of the slow hash of a handle that is erased after `kept` others: how many bits, and those.
pub fn erased_tag(kept: u64, hash: u64) -> (i64, i64) {
    cut(hash, bits_of((kept + 1).ilog2() + 1))
}

/// What of `kept` erased handles a slow hash can fit: one tag of each length there is.
pub fn fitting_tags(kept: u64, hash: u64) -> impl Iterator<Item = (i64, i64)> {
    let lengths = kept.checked_ilog2().map_or(0, |doubled| doubled + 1);
    (1..=lengths).map(move |k| cut(hash, bits_of(k)))
}

/// How many tags are kept of erased handles.
async fn erased_kept(tx: &mut Tx) -> Result<u64, DbError> {
    let mut kept = 0;
    for row in tx.query(&ERASED_COUNTS, params![SHARDS as i64]).await? {
        kept += row.get::<i64>(0)?;
    }
    Ok(kept as u64)
}

/// Keeps an erased handle from being taken again, by its slow hash cut short: each tag alone fits many
/// names, and all together about one unused name in 1,000. Those who leave at one moment do not see
/// each other in the count: their tags may be a bit shorter than one after the other, never lost.
///
/// What is kept: how many bits, and those.
pub async fn reserve_erased(tx: &mut Tx, hash: u64) -> Result<(i64, i64), DbError> {
    let kept = erased_tag(erased_kept(tx).await?, hash);
    put_erased(tx, kept, hash).await?;
    Ok(kept)
}

/// The trace that is kept of a handle, without keeping it.
pub async fn erased_trace(tx: &mut Tx, hash: u64) -> Result<(i64, i64), DbError> {
    Ok(erased_tag(erased_kept(tx).await?, hash))
}

/// Puts a trace of an erased handle back, after a restore.
pub async fn keep_erased(tx: &mut Tx, kept: (i64, i64)) -> Result<(), DbError> {
    put_erased(tx, kept, kept.1 as u64).await
}

async fn put_erased(tx: &mut Tx, (bits, tag): (i64, i64), spread: u64) -> Result<(), DbError> {
    if changed(tx, &ERASED_PUT, params![bits, tag]).await? {
        tx.execute(&ERASED_COUNT, params![(spread % SHARDS) as i64]).await?;
    }
    Ok(())
}

/// Whether a slow hash fits an erased handle.
pub async fn is_erased(tx: &mut Tx, hash: u64) -> Result<bool, DbError> {
    for (bits, tag) in fitting_tags(erased_kept(tx).await?, hash) {
        if tx.query_opt(&ERASED_GET, params![bits, tag]).await?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}
