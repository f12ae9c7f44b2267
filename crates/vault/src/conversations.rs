//! Conversation keys: made with the conversation, destroyed when its last member is gone.

use std::collections::HashMap;

use outro_db::{Param, Row, Tx, params, statements};
use outro_model::{ConversationId, Timestamp};

use crate::ring::{Subject, Wrapped, ids};
use crate::vault::Inner;
use crate::{ConversationKeys, KeyId, Vault, VaultError};

/// How many conversation ids [`KEYS`] takes at once.
const AT_ONCE: usize = 16;

statements! {
    /// The ledger outranks the keys: what stands in it has none.
    KEYS = "SELECT conversation_id, key_id, root_id, wrapped FROM conversation_keys
        WHERE conversation_id IN (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)
          AND NOT EXISTS (SELECT 1 FROM destroyed_conversations d
            WHERE d.conversation_id = conversation_keys.conversation_id)";
    IS_DESTROYED = "SELECT destroyed_at FROM destroyed_conversations WHERE conversation_id = ?1";
    INSERT_KEY = "INSERT INTO conversation_keys (conversation_id, key_id, root_id, wrapped, created_at, opened)
        VALUES (?1, ?2, ?3, ?4, ?5, 0) ON CONFLICT DO NOTHING";
    OPENED = "UPDATE conversation_keys SET opened = 1 WHERE conversation_id = ?1";
    UNOPENED = "SELECT conversation_id FROM conversation_keys WHERE opened = 0 AND created_at < ?1
        ORDER BY created_at LIMIT ?2";
    FORGET_KEY = "DELETE FROM conversation_keys WHERE conversation_id = ?1 AND opened = 0";
    DESTROY_KEY = "DELETE FROM conversation_keys WHERE conversation_id = ?1";
    INSERT_ENTRY = "INSERT INTO destroyed_conversations (conversation_id, destroyed_at) VALUES (?1, ?2)
        ON CONFLICT DO NOTHING";
}

impl Vault {
    /// Makes the key of a new conversation. Opening one alone calls this: a key that is missing means
    /// that the conversation is over.
    ///
    /// [`VaultError::ConversationExists`] when the id has a key, [`VaultError::Destroyed`] when it had one.
    pub async fn create_conversation(&self, id: ConversationId) -> Result<ConversationKeys, VaultError> {
        let keyring = &self.inner.keyring;
        let (key_id, key) = (KeyId::random(&*keyring.random), keyring.new_key());
        let mut tx = keyring.db.write().await?;
        let wrapped = keyring.wrap_in(&mut tx, Subject::Conversation(id, key_id), &key).await?;
        if tx.query_opt(&IS_DESTROYED, params![id]).await?.is_some() {
            return Err(VaultError::Destroyed);
        }
        let now = keyring.clock.now();
        let row = params![id, key_id, wrapped.root, wrapped.bytes, now];
        if tx.execute(&INSERT_KEY, row).await? == 0 {
            return Err(VaultError::ConversationExists);
        }
        tx.commit().await?;
        Ok(ConversationKeys::new(id, key_id, &key, keyring.random.clone()))
    }

    /// Notes that the conversation came to be: from here on its key goes by
    /// [`Self::destroy_conversation`] alone.
    pub async fn opened(&self, id: ConversationId) -> Result<(), VaultError> {
        let mut tx = self.inner.keyring.db.write().await?;
        tx.execute(&OPENED, params![id]).await?;
        Ok(tx.commit().await?)
    }

    /// Conversations whose key was made before `before` and whose opening was not heard of since.
    pub async fn unopened(&self, before: Timestamp, limit: u32) -> Result<Vec<ConversationId>, VaultError> {
        let mut tx = self.inner.keyring.db.read().await?;
        ids(&tx.query(&UNOPENED, params![before, i64::from(limit)]).await?)
    }

    /// Removes the key of a conversation that did not come to be, without a trace in the ledger.
    pub async fn forget_unopened(&self, id: ConversationId) -> Result<(), VaultError> {
        let mut tx = self.inner.keyring.db.write().await?;
        tx.execute(&FORGET_KEY, params![id]).await?;
        tx.commit().await?;
        self.inner.conversations.purge(id);
        Ok(())
    }

    /// The key of a conversation. `None`: it is over, or never was.
    pub async fn conversation(&self, id: ConversationId) -> Result<Option<ConversationKeys>, VaultError> {
        Ok(self.conversations(&[id]).await?.remove(&id))
    }

    /// The keys of several conversations, by one read of the keyring. Those that are over are left out.
    pub async fn conversations(
        &self,
        wanted: &[ConversationId],
    ) -> Result<HashMap<ConversationId, ConversationKeys>, VaultError> {
        let now = self.inner.keyring.clock.now();
        let mut found = HashMap::with_capacity(wanted.len());
        let mut missing = Vec::new();
        for &id in wanted {
            match self.inner.conversations.get(id, now) {
                Some(keys) => drop(found.insert(id, keys)),
                None => missing.push(id),
            }
        }
        if !missing.is_empty() {
            missing.sort_unstable();
            missing.dedup();
            let reading = self.inner.conversations.reading(now);
            let read = match self.inner.read_conversations(&missing).await {
                // The row may have been read just before a rotation wrapped it anew.
                Err(VaultError::UnknownRoot) => self.inner.read_conversations(&missing).await?,
                read => read?,
            };
            self.inner.conversations.keep(reading, &read);
            found.extend(read.into_iter().map(|keys| (keys.conversation(), keys)));
        }
        Ok(found)
    }

    /// Destroys the key of a conversation, for good; when that was. It is durable when this returns, and
    /// this process caches no copy; other processes let go of theirs within [`Self::receipt_delay`].
    ///
    /// Once begun it goes on to its end. Called again, it answers with the first destruction.
    pub async fn destroy_conversation(&self, id: ConversationId) -> Result<Timestamp, VaultError> {
        let inner = self.inner.clone();
        let done = tokio::spawn(async move {
            let destroyed = inner.destroy_conversation(id).await;
            // Also after an error: whether a commit took place is then not known.
            inner.conversations.purge(id);
            let at = destroyed?;
            // As for an account: the log's copy is worthless after the next rotation in any case.
            inner.keyring.db.shed().await.ok();
            Ok(at)
        });
        done.await.unwrap_or(Err(VaultError::Stopped))
    }
}

impl Inner {
    async fn destroy_conversation(&self, id: ConversationId) -> Result<Timestamp, VaultError> {
        let mut tx = self.keyring.db.write().await?;
        tx.execute(&DESTROY_KEY, params![id]).await?;
        tx.execute(&INSERT_ENTRY, params![id, self.keyring.clock.now()]).await?;
        let entry = tx.query_opt(&IS_DESTROYED, params![id]).await?.ok_or(VaultError::Stopped)?;
        tx.commit().await?;
        Ok(entry.get(0)?)
    }

    async fn read_conversations(&self, wanted: &[ConversationId]) -> Result<Vec<ConversationKeys>, VaultError> {
        let mut tx = self.keyring.db.read().await?;
        let rows = rows_of(&mut tx, wanted).await?;
        drop(tx);
        let mut found = Vec::with_capacity(rows.len());
        for row in &rows {
            let (id, key_id) = (row.get(0)?, row.get(1)?);
            let key = self.keyring.unwrap(Subject::Conversation(id, key_id), &Wrapped::from_row(row, 2)?).await?;
            found.push(ConversationKeys::new(id, key_id, &key, self.keyring.random.clone()));
        }
        Ok(found)
    }
}

async fn rows_of(tx: &mut Tx, wanted: &[ConversationId]) -> Result<Vec<Row>, VaultError> {
    let mut rows = Vec::with_capacity(wanted.len());
    for chunk in wanted.chunks(AT_ONCE) {
        // The list of the statement has a fixed length; NULL is equal to nothing.
        let mut list = [Param::Null; AT_ONCE];
        for (place, id) in list.iter_mut().zip(chunk) {
            *place = Param::Bytes(id.as_bytes());
        }
        rows.extend(tx.query(&KEYS, &list).await?);
    }
    Ok(rows)
}
