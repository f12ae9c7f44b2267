//! A bell that all processes on one PostgreSQL hear (`LISTEN`, `NOTIFY`): what one of them has done, the others need not find
//! out by asking.
//!
//! Nothing hangs on it. A word is lost while the line is away, and who hears one looks at the rows. It is rung after the commit
//! and on a line of its own, not in the transaction of the change: those that notify are committed by PostgreSQL one
//! after the other, each with its wait for the disk, whoever they are for.

use std::collections::BTreeSet;
use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio_postgres::{AsyncMessage, Client, Config, NoTls};

use crate::DbError;

/// What is listened to. The words stand behind it, each with at most 64 bytes.
const CHANNEL: &str = "outro";
/// How long it is waited before the line is taken up again.
const AGAIN: Duration = Duration::from_secs(1);
/// How many words wait at most, in either direction; what comes then is lost.
const WAITING: usize = 8_192;
/// A lost word costs little, so that no ring waits for a disk.
const LINE: &str = "SET synchronous_commit = off; LISTEN outro";

/// The bell of one process: cheap to clone.
#[derive(Clone)]
pub struct Bell {
    words: mpsc::Sender<String>,
}

/// What others ring.
pub struct Hearing {
    heard: mpsc::Receiver<String>,
}

impl Bell {
    /// Hangs a bell at the PostgreSQL at `url`. The line is taken up by a task of its own, again and again, as long as the
    /// bell is there.
    pub fn hang(url: &str) -> Result<(Self, Hearing), DbError> {
        // The address may hold a password: what the parser says of it is not passed on.
        let mut config: Config = url.parse().map_err(|_| DbError::Open("the address cannot be read".into()))?;
        config.application_name("outro bell").connect_timeout(Duration::from_secs(10));
        // A line over which nothing is said must be known to be there.
        config.keepalives_idle(Duration::from_secs(30));
        let (words, rung) = mpsc::channel(WAITING);
        let (tell, heard) = mpsc::channel(WAITING);
        tokio::spawn(keep(config, rung, tell));
        Ok((Self { words }, Hearing { heard }))
    }

    /// Says a word to all other processes, after the commit of what it is about. It waits for nothing.
    pub fn ring(&self, word: String) {
        // Where so many wait already, whoever hears them asks soon enough.
        let _ = self.words.try_send(word);
    }
}

impl Hearing {
    /// The next word of another process; none when the bell is gone.
    pub async fn next(&mut self) -> Option<String> {
        self.heard.recv().await
    }
}

async fn keep(config: Config, mut rung: mpsc::Receiver<String>, tell: mpsc::Sender<String>) {
    while let Err(error) = line(&config, &mut rung, &tell).await {
        tracing::warn!(%error, "other processes are not heard at once; it is tried again");
        tokio::time::sleep(AGAIN).await;
    }
}

/// One line, until it breaks; it ends well when the bell is gone.
async fn line(config: &Config, rung: &mut mpsc::Receiver<String>, tell: &mpsc::Sender<String>) -> Result<(), DbError> {
    let (client, mut connection) = config.connect(NoTls).await.map_err(|error| failed(&error))?;
    let (own, tell) = (Arc::new(AtomicI32::new(0)), tell.clone());
    let known = own.clone();
    let mut hearing = tokio::spawn(async move {
        while let Some(message) = poll_fn(|context| connection.poll_message(context)).await {
            // What this process rang comes back too.
            if let AsyncMessage::Notification(said) = message?
                && said.process_id() != known.load(Ordering::SeqCst)
            {
                let _ = tell.try_send(said.payload().to_owned());
            }
        }
        Ok(())
    });
    let said = async {
        let pid = client.query_one("SELECT pg_backend_pid()", &[]).await?.try_get(0)?;
        own.store(pid, Ordering::SeqCst);
        client.batch_execute(LINE).await?;
        ring(&client, rung).await
    };
    tokio::select! {
        said = said => said.map_err(|error| failed(&error)),
        ended = &mut hearing => match ended {
            Ok(Err(error)) => Err(failed(&error)),
            _ => Err(DbError::Open("the line was closed".into())),
        },
    }
}

/// Rings what is to be rung. What was said while the last words were on their way goes together, each word once.
async fn ring(client: &Client, rung: &mut mpsc::Receiver<String>) -> Result<(), tokio_postgres::Error> {
    let notify = client.prepare("SELECT pg_notify($1, word) FROM unnest($2::text[]) AS word").await?;
    let mut words = Vec::new();
    while rung.recv_many(&mut words, WAITING).await > 0 {
        let once: Vec<String> = words.drain(..).collect::<BTreeSet<_>>().into_iter().collect();
        client.execute(&notify, &[&CHANNEL, &once]).await?;
    }
    Ok(())
}

fn failed(error: &tokio_postgres::Error) -> DbError {
    DbError::postgres("bell", error)
}
