use std::path::Path;

use outro_datamap::SealedColumn;
use outro_model::ConversationId;

use super::{Place, on_both};
use crate::{SystemRandom, Vault, VaultError};

const TEXT: SealedColumn = SealedColumn { table: "messages", column: "text" };

fn conversation() -> ConversationId {
    ConversationId::random(&SystemRandom)
}

async fn is_there(vault: &Vault, id: ConversationId) -> bool {
    vault.conversation(id).await.unwrap().is_some()
}

#[tokio::test]
async fn a_text_opens_in_its_conversation_and_row_alone() {
    on_both(async |place| {
        let vault = place.vault().await;
        let (one, other) = (conversation(), conversation());
        let keys = vault.create_conversation(one).await.unwrap();
        vault.create_conversation(other).await.unwrap();
        assert!(matches!(vault.create_conversation(one).await, Err(VaultError::ConversationExists)));
        let sealed = keys.seal_text(TEXT, b"row", "hello");
        for vault in [vault.clone(), place.vault().await] {
            let found = vault.conversations(&[other, one, conversation()]).await.unwrap();
            assert_eq!(found.len(), 2);
            assert_eq!(found[&one].open_text(TEXT, b"row", &sealed).unwrap(), "hello");
            assert!(found[&one].open_text(TEXT, b"wor", &sealed).is_err());
            assert!(found[&other].open_text(TEXT, b"row", &sealed).is_err());
        }
    })
    .await;
}

#[tokio::test]
async fn a_destroyed_conversation_never_gets_a_key_again() {
    on_both(async |place| {
        let vault = place.vault().await;
        let (gone, stays) = (conversation(), conversation());
        for id in [gone, stays] {
            vault.create_conversation(id).await.unwrap();
            vault.opened(id).await.unwrap();
            assert!(is_there(&vault, id).await);
        }
        let at = vault.destroy_conversation(gone).await.unwrap();
        place.clock.advance_seconds(60);
        assert_eq!(vault.destroy_conversation(gone).await.unwrap(), at, "the first destruction counts");
        for vault in [vault.clone(), place.vault().await] {
            assert!(!is_there(&vault, gone).await && is_there(&vault, stays).await);
            assert!(matches!(vault.create_conversation(gone).await, Err(VaultError::Destroyed)));
        }
    })
    .await;
}

#[tokio::test]
async fn a_key_without_its_conversation_is_found_and_forgotten() {
    on_both(async |place| {
        let vault = place.vault().await;
        let (half, whole) = (conversation(), conversation());
        for id in [half, whole] {
            vault.create_conversation(id).await.unwrap();
        }
        vault.opened(whole).await.unwrap();
        place.clock.advance_seconds(10);
        let now = outro_model::Clock::now(&*place.clock);
        assert_eq!(vault.unopened(now, 10).await.unwrap(), [half]);
        assert!(vault.unopened(now.plus_seconds(-20), 10).await.unwrap().is_empty());
        for id in [half, whole] {
            vault.forget_unopened(id).await.unwrap();
        }
        assert!(!is_there(&vault, half).await && is_there(&vault, whole).await);
    })
    .await;
}

#[tokio::test]
async fn a_rotation_wraps_conversations_anew_and_old_copies_open_none() {
    on_both(async |place| {
        let vault = place.vault().await;
        let ids: Vec<_> = (0..300).map(|_| conversation()).collect();
        for &id in &ids {
            vault.create_conversation(id).await.unwrap();
        }
        let old_root = copy(place);
        vault.rotate_root().await.unwrap();
        assert_eq!(place.vault().await.conversations(&ids).await.unwrap().len(), ids.len());
        std::fs::write(place.folder.path().join("root/root.key"), old_root).unwrap();
        assert!(place.try_open(false).await.is_err(), "the root that was replaced opens the keyring no more");
    })
    .await;
}

fn copy(place: &Place) -> Vec<u8> {
    std::fs::read(Path::new(place.folder.path()).join("root/root.key")).unwrap()
}
