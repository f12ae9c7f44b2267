//! Turns that processes on one PostgreSQL take, on whichever machine they are: locks that a transaction holds and that go with
//! its connection, so that whoever is killed has none any more.

use std::time::Duration;

use crate::{Db, DbError, Engine, Statement, Tx, params};

/// Without a wait: who waits has a connection, and others need it.
static TRY: Statement = Statement::new(
    "db::TRY_TURN",
    "SELECT CASE WHEN pg_try_advisory_xact_lock_shared(?1) THEN CAST(1 AS BIGINT) ELSE CAST(0 AS BIGINT) END",
);
static TRY_ALONE: Statement = Statement::new(
    "db::TRY_TURN_ALONE",
    "SELECT CASE WHEN pg_try_advisory_xact_lock(?1) THEN CAST(1 AS BIGINT) ELSE CAST(0 AS BIGINT) END",
);
/// What is held for minutes is not held against the bounds of other transactions.
const FOR_LONG: &str =
    "SET LOCAL lock_timeout = 0; SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0";
/// How long it is waited between two tries.
const PAUSE: Duration = Duration::from_millis(50);

/// What a turn is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn(i64);

impl Turn {
    /// The gate of deletions ("OUTG").
    pub const GATE: Self = Self(0x4f55_5447);
    /// What is done once after a restore ("OUTP").
    pub const REPLAY: Self = Self(0x4f55_5450);
    /// Replacing the root key ("OUTK").
    pub const ROOT: Self = Self(0x4f55_544b);
}

/// A turn that is taken, as long as this is held. On SQLite, which one machine has for itself, nothing has to be held for it.
pub struct Taken(Option<Tx>);

impl Taken {
    /// Lets it go, and waits until it is free; dropped, it is free a little later.
    pub async fn end(self) -> Result<(), DbError> {
        match self.0 {
            Some(tx) => tx.commit().await,
            None => Ok(()),
        }
    }
}

impl Db {
    /// Waits until nobody else has the turn, and takes it.
    pub async fn take_turn(&self, turn: Turn) -> Result<Taken, DbError> {
        if self.engine() == Engine::Sqlite {
            return Ok(Taken(None));
        }
        let mut tx = self.write().await?;
        tx.batch(&format!("{FOR_LONG}; SELECT pg_advisory_xact_lock({})", turn.0)).await?;
        Ok(Taken(Some(tx)))
    }

    /// Takes the turn; none where somebody else has it.
    pub async fn try_turn(&self, turn: Turn) -> Result<Option<Taken>, DbError> {
        if self.engine() == Engine::Sqlite {
            return Ok(Some(Taken(None)));
        }
        let mut tx = self.write().await?;
        tx.may_last().await?;
        Ok(is_one(&mut tx, &TRY_ALONE, turn).await?.then_some(Taken(Some(tx))))
    }

    /// Takes part in the turn beside others who do, and waits while somebody has it alone.
    pub async fn share_turn(&self, turn: Turn) -> Result<Taken, DbError> {
        if self.engine() == Engine::Sqlite {
            return Ok(Taken(None));
        }
        loop {
            let mut tx = self.write().await?;
            if is_one(&mut tx, &TRY, turn).await? {
                tx.may_last().await?;
                return Ok(Taken(Some(tx)));
            }
            drop(tx);
            tokio::time::sleep(PAUSE).await;
        }
    }
}

impl Tx {
    /// Bounds on how long a transaction may take or rest do not hold for this one: for what is done beside slow work, by a few.
    pub async fn may_last(&mut self) -> Result<(), DbError> {
        if self.engine() == Engine::Postgres { self.batch(FOR_LONG).await } else { Ok(()) }
    }
}

async fn is_one(tx: &mut Tx, statement: &Statement, turn: Turn) -> Result<bool, DbError> {
    let row = tx.query_opt(statement, params![turn.0]).await?;
    Ok(row.map(|row| row.get::<i64>(0)).transpose()? == Some(1))
}
