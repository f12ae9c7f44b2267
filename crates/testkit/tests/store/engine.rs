//! What a transaction promises, on both engines.

use super::*;
use outro_db::{Db, DbError, Statement, params};
use outro_store::{budgets, likes, sessions};

const TAG: [u8; 16] = [9; 16];

on_both! {
    async fn what_is_not_committed_leaves_nothing(world: World) {
        let mut tx = write(&world).await;
        let account = add_account(&mut tx).await;
        assert!(accounts::by_id(&mut tx, account).await.unwrap().is_some());
        drop(tx);
        assert!(accounts::by_id(&mut read(&world).await, account).await.unwrap().is_none());
        // Nor does it hold anybody up.
        let mut tx = write(&world).await;
        assert!(accounts::by_id(&mut tx, account).await.unwrap().is_none());
        tx.commit().await.unwrap();
    }
}

on_both! {
    async fn what_is_committed_stays(world: World) {
        let mut tx = write(&world).await;
        let account = add_account(&mut tx).await;
        tx.commit().await.unwrap();
        let again = Db::open(&world.database).await.unwrap();
        assert!(accounts::by_id(&mut again.read().await.unwrap(), account).await.unwrap().is_some());
    }
}

on_both! {
    async fn a_snapshot_is_of_one_moment(world: World) {
        let mut snapshot = read(&world).await;
        assert!(!accounts::any(&mut snapshot).await.unwrap());
        let mut tx = write(&world).await;
        add_account(&mut tx).await;
        tx.commit().await.unwrap();
        assert!(!accounts::any(&mut snapshot).await.unwrap(), "the snapshot saw what came later");
        assert!(accounts::any(&mut read(&world).await).await.unwrap());
    }
}

on_both! {
    async fn a_snapshot_cannot_be_written_through(world: World) {
        assert!(budgets::spend(&mut read(&world).await, &TAG, 1).await.is_err());
        assert!(accounts::insert(&mut read(&world).await, &account_row()).await.is_err());
        let mut tx = read(&world).await;
        let drop_all = Statement::built("drop".into(), "DELETE FROM budgets".into());
        assert!(tx.execute(&drop_all, &[]).await.is_err());
        drop(tx);
        // The connection is of use to the next reader, and nothing was written.
        assert_eq!(budgets::spent(&mut read(&world).await, &TAG).await.unwrap(), 0);
    }
}

on_both! {
    async fn uniqueness_is_a_constraint(world: World) {
        let account = account_row();
        let mut tx = write(&world).await;
        accounts::insert(&mut tx, &account).await.unwrap();
        let refused = accounts::insert(&mut tx, &account).await.unwrap_err();
        assert!(matches!(refused, DbError::Constraint(_)), "{refused}");
    }
}

on_both! {
    async fn foreign_keys_are_a_constraint(world: World) {
        let nobody = AccountId::random(&SystemRandom);
        let mut tx = write(&world).await;
        let refused = likes::put(&mut tx, nobody, VideoId::random(&SystemRandom), nobody, now(&world)).await;
        assert!(matches!(refused.unwrap_err(), DbError::Constraint(_)));
    }
}

// The last line of defence of an erasure: the row of an account cannot go before what is of it.
on_both! {
    async fn an_account_cannot_go_while_anything_of_it_is_left(world: World) {
        let mut tx = write(&world).await;
        let account = add_account(&mut tx).await;
        add_video(&mut tx, account, 1).await;
        tx.commit().await.unwrap();
        let delete = Statement::built("delete".into(), "DELETE FROM accounts WHERE id = ?1".into());
        let refused = write(&world).await.execute(&delete, params![account]).await;
        assert!(matches!(refused.unwrap_err(), DbError::Constraint(_)));
        assert!(accounts::by_id(&mut read(&world).await, account).await.unwrap().is_some());
    }
}

on_both! {
    async fn an_error_says_nothing_of_what_was_written(world: World) {
        let mut account = account_row();
        account.handle = b"SECRET-MARK".to_vec();
        let mut tx = write(&world).await;
        accounts::insert(&mut tx, &account).await.unwrap();
        let error = accounts::insert(&mut tx, &account).await.unwrap_err();
        let said = format!("{error} {error:?}");
        assert!(!said.contains("SECRET") && !said.contains(&hex::encode(account.id.as_bytes())), "{said}");
    }
}

on_both! {
    async fn a_value_of_another_shape_is_an_error(world: World) {
        let mut tx = read(&world).await;
        let one = Statement::built("one".into(), "SELECT COUNT(*) FROM accounts".into());
        let row = tx.query_opt(&one, &[]).await.unwrap().unwrap();
        assert_eq!(row.get::<i64>(0).unwrap(), 0);
        assert!(matches!(row.get::<String>(0), Err(DbError::Shape { column: 0 })));
        assert!(matches!(row.get::<i64>(1), Err(DbError::Shape { column: 1 })));
    }
}

on_both! {
    async fn one_writer_waits_for_another(world: World) {
        let spend = async |world: &World| {
            for _ in 0..20 {
                let mut tx = write(world).await;
                budgets::spend(&mut tx, &TAG, 1).await.unwrap();
                tx.commit().await.unwrap();
            }
        };
        tokio::join!(spend(&world), spend(&world), spend(&world));
        assert_eq!(budgets::spent(&mut read(&world).await, &TAG).await.unwrap(), 60);
    }
}

on_both! {
    async fn housekeeping_drops_what_is_over(world: World) {
        let mut tx = write(&world).await;
        for day in [1, 2, 3] {
            budgets::spend(&mut tx, &[day as u8; 16], day).await.unwrap();
        }
        assert_eq!(budgets::spend(&mut tx, &[3; 16], 3).await.unwrap(), 2);
        assert_eq!(budgets::drop_before(&mut tx, 3).await.unwrap(), 2);
        assert_eq!(budgets::spent(&mut tx, &[2; 16]).await.unwrap(), 0);
        assert_eq!(budgets::spent(&mut tx, &[3; 16]).await.unwrap(), 2);
        assert_eq!(sessions::end_expired(&mut tx, now(&world)).await.unwrap(), 0);
    }
}
