//! Conversations, and what open pages are told at once.

/// Who is in a conversation leads its rows; what was said leads with the conversation, whose own row
/// gives each message its number. A pair of people has one conversation: `other_id` is unique for each.
pub(super) const SQL: &str = "
CREATE TABLE conversations (
    id {bytes} PRIMARY KEY,
    kind {int} NOT NULL,
    created_at {int} NOT NULL,
    last_seq {int} NOT NULL
) {table};

CREATE TABLE members (
    account_id {bytes} NOT NULL REFERENCES accounts (id),
    conversation_id {bytes} NOT NULL REFERENCES conversations (id),
    other_id {bytes} REFERENCES accounts (id),
    state {int} NOT NULL,
    last_read {int} NOT NULL,
    cleared_before {int} NOT NULL,
    last_at {int} NOT NULL,
    unread {int} NOT NULL,
    created_at {int} NOT NULL,
    PRIMARY KEY (account_id, conversation_id)
) {table};
CREATE UNIQUE INDEX members_by_pair ON members (account_id, other_id);
CREATE INDEX members_by_other ON members (other_id, account_id, conversation_id);
CREATE INDEX members_by_conversation ON members (conversation_id, account_id);
CREATE INDEX members_inbox ON members (account_id, state, last_at, conversation_id);
CREATE INDEX members_unread ON members (account_id, state) WHERE unread > 0;

CREATE TABLE messages (
    conversation_id {bytes} NOT NULL REFERENCES conversations (id),
    seq {int} NOT NULL,
    id {bytes} NOT NULL,
    sender_id {bytes} REFERENCES accounts (id),
    kind {int} NOT NULL,
    text {bytes},
    video_owner_id {bytes} REFERENCES accounts (id),
    video_id {bytes},
    created_at {int} NOT NULL,
    PRIMARY KEY (conversation_id, seq)
) {table};
CREATE UNIQUE INDEX messages_by_id ON messages (conversation_id, id);
CREATE INDEX messages_by_sender ON messages (sender_id, conversation_id, seq);
CREATE INDEX messages_by_video_owner ON messages (video_owner_id, conversation_id, seq)
    WHERE video_owner_id IS NOT NULL;

CREATE TABLE hidden_messages (
    account_id {bytes} NOT NULL REFERENCES accounts (id),
    conversation_id {bytes} NOT NULL,
    message_id {bytes} NOT NULL,
    PRIMARY KEY (account_id, conversation_id, message_id)
) {table};

CREATE TABLE event_counters (
    account_id {bytes} PRIMARY KEY REFERENCES accounts (id),
    last {int} NOT NULL
) {table};

CREATE TABLE events (
    account_id {bytes} NOT NULL REFERENCES accounts (id),
    seq {int} NOT NULL,
    kind {int} NOT NULL,
    conversation_id {bytes},
    message_id {bytes},
    created_at {int} NOT NULL,
    PRIMARY KEY (account_id, seq)
) {table};
CREATE INDEX events_by_time ON events (created_at);
";
