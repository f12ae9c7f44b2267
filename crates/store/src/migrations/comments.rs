//! Comments, likes of comments, and what accounts are told.

/// No row refers to another row of `comments`: replies go before or with their thread, in batches, and a
/// batch must be able to end anywhere. What keeps a late reply out stands in `app/src/comment/write.rs`.
pub(super) const SQL: &str = "
ALTER TABLE videos ADD COLUMN comment_count {int} NOT NULL DEFAULT 0;
ALTER TABLE accounts ADD COLUMN comment_filter {bytes};
ALTER TABLE accounts ADD COLUMN told_until {int} NOT NULL DEFAULT 0;

CREATE TABLE comments (
    owner_id {bytes} NOT NULL REFERENCES accounts (id),
    video_id {bytes} NOT NULL,
    id {bytes} NOT NULL,
    author_id {bytes} NOT NULL REFERENCES accounts (id),
    parent_id {bytes},
    thread_author_id {bytes} REFERENCES accounts (id),
    text {bytes} NOT NULL,
    state {int} NOT NULL,
    created_at {int} NOT NULL,
    like_count {int} NOT NULL,
    counted {int} NOT NULL,
    PRIMARY KEY (owner_id, video_id, id),
    FOREIGN KEY (owner_id, video_id) REFERENCES videos (owner_id, id)
) {table};
CREATE INDEX comments_by_id ON comments (id);
CREATE INDEX comments_newest ON comments (owner_id, video_id, parent_id, created_at, id);
CREATE INDEX comments_liked ON comments (owner_id, video_id, parent_id, like_count, created_at, id);
CREATE INDEX comments_by_author ON comments (author_id, owner_id, video_id, id);
CREATE INDEX comments_by_thread_author ON comments (thread_author_id, owner_id, video_id, id);
CREATE INDEX comments_removing ON comments (owner_id, video_id, id) WHERE state = 2;

CREATE TABLE comment_likes (
    account_id {bytes} NOT NULL REFERENCES accounts (id),
    comment_id {bytes} NOT NULL,
    owner_id {bytes} NOT NULL REFERENCES accounts (id),
    video_id {bytes} NOT NULL,
    author_id {bytes} NOT NULL REFERENCES accounts (id),
    thread_author_id {bytes} REFERENCES accounts (id),
    created_at {int} NOT NULL,
    counted {int} NOT NULL,
    PRIMARY KEY (account_id, comment_id),
    FOREIGN KEY (owner_id, video_id, comment_id) REFERENCES comments (owner_id, video_id, id)
) {table};
CREATE INDEX comment_likes_by_comment ON comment_likes (owner_id, video_id, comment_id);
CREATE INDEX comment_likes_by_author ON comment_likes (author_id);
CREATE INDEX comment_likes_by_thread_author ON comment_likes (thread_author_id);

CREATE TABLE notifications (
    account_id {bytes} NOT NULL REFERENCES accounts (id),
    id {bytes} NOT NULL,
    kind {int} NOT NULL,
    actor_id {bytes} NOT NULL REFERENCES accounts (id),
    owner_id {bytes} REFERENCES accounts (id),
    video_id {bytes},
    comment_id {bytes},
    created_at {int} NOT NULL,
    PRIMARY KEY (account_id, id),
    FOREIGN KEY (owner_id, video_id) REFERENCES videos (owner_id, id)
) {table};
CREATE INDEX notifications_newest ON notifications (account_id, created_at, id);
CREATE INDEX notifications_by_actor ON notifications (actor_id, account_id, kind);
CREATE INDEX notifications_by_video ON notifications (owner_id, video_id, comment_id);
CREATE INDEX notifications_by_age ON notifications (created_at);
";
