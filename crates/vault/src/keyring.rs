//! The tables of the keyring.

use outro_db::Migration;

/// The schema of the keyring.
pub const KEYRING_MIGRATIONS: &[Migration] = &[
    Migration { number: 1, name: "keyring", sql: KEYRING },
    Migration { number: 2, name: "conversations", sql: CONVERSATIONS },
    Migration { number: 3, name: "backups", sql: BACKUPS },
    Migration { number: 4, name: "log", sql: LOG },
    Migration { number: 5, name: "several machines", sql: MACHINES },
];

const KEYRING: &str = "CREATE TABLE root (
            one {int} NOT NULL PRIMARY KEY,
            root_id {bytes} NOT NULL,
            made_at {int} NOT NULL,
            rotated_at {int} NOT NULL
          ) {table};
          CREATE TABLE account_keys (
            account_id {bytes} NOT NULL PRIMARY KEY,
            key_id {bytes} NOT NULL UNIQUE,
            root_id {bytes} NOT NULL,
            wrapped {bytes} NOT NULL,
            created_at {int} NOT NULL,
            joined {int} NOT NULL
          ) {table};
          CREATE INDEX account_keys_by_joining ON account_keys (joined, created_at);
          CREATE INDEX account_keys_by_root ON account_keys (root_id, account_id);
          CREATE TABLE destroyed (
            account_id {bytes} NOT NULL PRIMARY KEY,
            key_id {bytes} NOT NULL,
            destroyed_at {int} NOT NULL
          ) {table};
          CREATE TABLE service_keys (
            name TEXT NOT NULL PRIMARY KEY,
            root_id {bytes} NOT NULL,
            wrapped {bytes} NOT NULL
          ) {table};
          CREATE TABLE day_keys (
            day {int} NOT NULL PRIMARY KEY,
            root_id {bytes} NOT NULL,
            wrapped {bytes} NOT NULL
          ) {table}";

/// `opened` says whether the conversation itself came to be; a key without one is swept.
const CONVERSATIONS: &str = "CREATE TABLE conversation_keys (
            conversation_id {bytes} NOT NULL PRIMARY KEY,
            key_id {bytes} NOT NULL UNIQUE,
            root_id {bytes} NOT NULL,
            wrapped {bytes} NOT NULL,
            created_at {int} NOT NULL,
            opened {int} NOT NULL
          ) {table};
          CREATE INDEX conversation_keys_by_opening ON conversation_keys (opened, created_at);
          CREATE INDEX conversation_keys_by_root ON conversation_keys (root_id, conversation_id);
          CREATE TABLE destroyed_conversations (
            conversation_id {bytes} NOT NULL PRIMARY KEY,
            destroyed_at {int} NOT NULL
          ) {table}";

/// Who has left lately; the root keys of today for machines that have the one of before.
const MACHINES: &str = "CREATE INDEX destroyed_by_time ON destroyed (destroyed_at, account_id);
          CREATE TABLE root_handovers (
            root_id {bytes} NOT NULL PRIMARY KEY,
            old_id {bytes} NOT NULL,
            wrapped {bytes} NOT NULL,
            made_at {int} NOT NULL
          ) {table}";

/// The log of erasures, beside the ledger: neither may lose what was in it.
const LOG: &str = "CREATE TABLE log_head (
            one {int} NOT NULL PRIMARY KEY,
            size {int} NOT NULL
          ) {table};
          CREATE TABLE log_entries (
            entry {bytes} NOT NULL PRIMARY KEY,
            place {int} NOT NULL UNIQUE
          ) {table};
          CREATE TABLE log_tiles (
            level {int} NOT NULL,
            place {int} NOT NULL,
            hashes {bytes} NOT NULL,
            PRIMARY KEY (level, place)
          ) {table}";

/// Keys of backups; what of an erasure a restored database must not lack; which copy was made of all this.
const BACKUPS: &str = "CREATE TABLE backup_keys (
            id {bytes} NOT NULL PRIMARY KEY,
            root_id {bytes} NOT NULL,
            wrapped {bytes} NOT NULL,
            made_at {int} NOT NULL,
            ends_at {int} NOT NULL
          ) {table};
          CREATE TABLE kept_erasures (
            account_id {bytes} NOT NULL PRIMARY KEY,
            id_hash {bytes} NOT NULL,
            receipt_id {bytes} NOT NULL,
            commitment {bytes} NOT NULL,
            started_at {int} NOT NULL
          ) {table};
          CREATE TABLE kept_receipts (
            id_hash {bytes} NOT NULL PRIMARY KEY,
            note {bytes} NOT NULL
          ) {table};
          CREATE TABLE kept_handles (
            bits {int} NOT NULL,
            tag {int} NOT NULL,
            PRIMARY KEY (bits, tag)
          ) {table};
          CREATE TABLE keyring_copy (
            one {int} NOT NULL PRIMARY KEY,
            root_id {bytes} NOT NULL,
            made_at {int} NOT NULL
          ) {table}";

/// Every column of the keyring, as (table, column), in order, for the test that holds the live schema
/// against the data map. The table `migrations` is the runner's own.
pub const KEYRING_COLUMNS: &[(&str, &str)] = &[
    ("account_keys", "account_id"),
    ("account_keys", "created_at"),
    ("account_keys", "joined"),
    ("account_keys", "key_id"),
    ("account_keys", "root_id"),
    ("account_keys", "wrapped"),
    ("backup_keys", "ends_at"),
    ("backup_keys", "id"),
    ("backup_keys", "made_at"),
    ("backup_keys", "root_id"),
    ("backup_keys", "wrapped"),
    ("conversation_keys", "conversation_id"),
    ("conversation_keys", "created_at"),
    ("conversation_keys", "key_id"),
    ("conversation_keys", "opened"),
    ("conversation_keys", "root_id"),
    ("conversation_keys", "wrapped"),
    ("day_keys", "day"),
    ("day_keys", "root_id"),
    ("day_keys", "wrapped"),
    ("destroyed", "account_id"),
    ("destroyed", "destroyed_at"),
    ("destroyed", "key_id"),
    ("destroyed_conversations", "conversation_id"),
    ("destroyed_conversations", "destroyed_at"),
    ("kept_erasures", "account_id"),
    ("kept_erasures", "commitment"),
    ("kept_erasures", "id_hash"),
    ("kept_erasures", "receipt_id"),
    ("kept_erasures", "started_at"),
    ("kept_handles", "bits"),
    ("kept_handles", "tag"),
    ("kept_receipts", "id_hash"),
    ("kept_receipts", "note"),
    ("keyring_copy", "made_at"),
    ("keyring_copy", "one"),
    ("keyring_copy", "root_id"),
    ("log_entries", "entry"),
    ("log_entries", "place"),
    ("log_head", "one"),
    ("log_head", "size"),
    ("log_tiles", "hashes"),
    ("log_tiles", "level"),
    ("log_tiles", "place"),
    ("migrations", "name"),
    ("migrations", "number"),
    ("root", "made_at"),
    ("root", "one"),
    ("root", "root_id"),
    ("root", "rotated_at"),
    ("root_handovers", "made_at"),
    ("root_handovers", "old_id"),
    ("root_handovers", "root_id"),
    ("root_handovers", "wrapped"),
    ("service_keys", "name"),
    ("service_keys", "root_id"),
    ("service_keys", "wrapped"),
];
