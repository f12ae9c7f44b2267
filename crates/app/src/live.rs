//! Open pages that are told what is new. What happened stands in rows, numbered for each account, so
//! that a page that was cut off goes on where it was; waking is in memory, and by a bell in other processes. One task
//! asks, for all open pages together and three times a second, whether their sessions still hold, and whether
//! something was noted that nobody was woken for: an idle page costs no query of its own.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use outro_db::{Bell, Tx};
use outro_model::{AccountId, ConversationId, EventKind, MessageId};
use outro_store::{accounts, events, messages};
use tokio::sync::Notify;
use tokio::time::{Instant, MissedTickBehavior, interval, timeout, timeout_at};

use crate::comment::late;
use crate::elsewhere::Part;
use crate::{App, AppError, Signed, standing, viewer};

/// How often it is asked whether sessions still hold.
const ASK_AGAIN: Duration = Duration::from_millis(300);
/// How long the answer for all of them may take. Twice that, where one answer took as long and the next one too, and
/// the farewell to who does not read stay below the second.
const ANSWER_WITHIN: Duration = Duration::from_millis(350);
/// How long nothing may be said: proxies end what is silent for longer.
const HEARTBEAT: Duration = Duration::from_secs(20);
/// How many pages one account has open at most; one more ends the oldest.
const PAGES: usize = 20;
/// How many events are told at once.
const AT_ONCE: i64 = 100;

/// What is new, for one who listens. It holds ids and counts alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct News {
    /// Its number: who comes again says it and misses nothing.
    pub seq: i64,
    /// What is new; none when so much was missed that all is to be asked for anew.
    pub kind: Option<EventKind>,
    /// The conversation it is about.
    pub conversation: Option<ConversationId>,
    /// The message it is about.
    pub message: Option<MessageId>,
    /// How many messages in the inbox were not read.
    pub unread: i64,
}

/// The open pages of this process. Cheap to clone.
#[derive(Clone, Default)]
pub struct Live {
    state: Arc<Mutex<State>>,
    bell: Option<Bell>,
}

#[derive(Default)]
struct State {
    open: BTreeMap<AccountId, Vec<Listener>>,
    asking: bool,
}

#[derive(Clone)]
struct Listener {
    token_hash: [u8; 32],
    /// The last event that is known here.
    last: i64,
    signal: Arc<Signal>,
}

#[derive(Default)]
struct Signal {
    news: Notify,
    over: AtomicBool,
    ended: Notify,
}

impl Signal {
    fn end(&self) {
        self.over.store(true, Ordering::SeqCst);
        self.ended.notify_waiters();
        self.news.notify_one();
    }

    async fn until_over(&self) {
        loop {
            let mut ended = std::pin::pin!(self.ended.notified());
            // Listening begins before looking, so that no end falls between the two.
            ended.as_mut().enable();
            if self.over.load(Ordering::SeqCst) {
                return;
            }
            ended.await;
        }
    }
}

impl Live {
    /// No page is open, and other processes hear by this bell what is noted here.
    pub fn with_bell(bell: Option<Bell>) -> Self {
        Self { state: Arc::default(), bell }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Wakes the open pages of accounts for which something was noted and committed: those of this process, and by the
    /// bell those of others.
    pub fn wake(&self, accounts: &[AccountId]) {
        let state = self.lock();
        for listener in accounts.iter().filter_map(|account| state.open.get(account)).flatten() {
            listener.signal.news.notify_one();
        }
        drop(state);
        if let Some(bell) = &self.bell {
            accounts.iter().for_each(|account| bell.ring(Part::of(*account).news()));
        }
    }

    /// Another process has noted something for somebody of this part. A page of theirs looks; it may be another's news.
    pub(crate) fn heard(&self, part: Part) {
        for listener in self.lock().open.range(part.ids()).flat_map(|(_, listeners)| listeners) {
            listener.signal.news.notify_one();
        }
    }

    /// How many pages are open here.
    pub fn open(&self) -> usize {
        self.lock().open.values().map(Vec::len).sum()
    }
}

/// Notes, in the transaction of the change, that something is new for an account. Once it is committed,
/// [`Live::wake`] says so at once; else it is seen within half a second.
pub async fn note(app: &App, tx: &mut Tx, account: AccountId, kind: EventKind) -> Result<(), AppError> {
    events::note(tx, account, kind, (None, None), app.clock.now()).await.map_err(late)
}

/// An open page that is told what is new.
pub struct Listening {
    app: App,
    signed: Signed,
    last: i64,
    missed: bool,
    ticket: Ticket,
}

/// Takes the listener out when the page is closed.
struct Ticket {
    live: Live,
    account: AccountId,
    signal: Arc<Signal>,
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let mut state = self.live.lock();
        if let Some(listeners) = state.open.get_mut(&self.account) {
            listeners.retain(|listener| !Arc::ptr_eq(&listener.signal, &self.signal));
            if listeners.is_empty() {
                state.open.remove(&self.account);
            }
        }
    }
}

/// Begins to listen, from the event `after` on or from now. It takes an account that is present.
pub async fn listen(app: &App, signed: &Signed, after: Option<i64>) -> Result<Listening, AppError> {
    // Listed before looking: what is noted from here on wakes it.
    let ticket = enter(app, signed);
    let mut tx = app.db.read().await?;
    let last = here(app, &mut tx, signed).await?;
    let after = after.filter(|after| (0..=last).contains(after)).unwrap_or(last);
    let next = events::after(&mut tx, signed.account, after, 1).await?;
    let missed = after < last && next.first().is_none_or(|event| event.seq > after + 1);
    Ok(Listening { app: app.clone(), signed: signed.clone(), last: after, missed, ticket })
}

/// Holds that somebody is still signed in and present; the number of their last event.
async fn here(app: &App, tx: &mut Tx, signed: &Signed) -> Result<i64, AppError> {
    let account = viewer::still(app, tx, &Some(signed.clone())).await?.ok_or(AppError::SignInNeeded)?;
    let row = accounts::by_id(tx, account).await?.ok_or(AppError::SignInNeeded)?;
    if row.is_away() {
        return Err(standing::away());
    }
    Ok(events::last(tx, account).await?)
}

fn enter(app: &App, signed: &Signed) -> Ticket {
    let signal = Arc::new(Signal::default());
    let listener = Listener { token_hash: signed.token_hash, last: 0, signal: signal.clone() };
    let mut state = app.live.lock();
    let pages = state.open.entry(signed.account).or_default();
    if pages.len() >= PAGES {
        pages.remove(0).signal.end();
    }
    pages.push(listener);
    if !std::mem::replace(&mut state.asking, true) {
        tokio::spawn(ask_while_open(app.clone()));
    }
    Ticket { live: app.live.clone(), account: signed.account, signal }
}

impl Listening {
    /// The number of the last event that is known here: who comes again with it misses nothing.
    pub fn last(&self) -> i64 {
        self.last
    }

    /// What is new; empty when nothing was for a while, none when there is nothing more to be told.
    pub async fn next(&mut self) -> Option<Vec<News>> {
        let signal = self.ticket.signal.clone();
        loop {
            if signal.over.load(Ordering::SeqCst) {
                return None;
            }
            let found = self.read().await.ok()?;
            if !found.is_empty() {
                return Some(found);
            }
            if timeout(HEARTBEAT, signal.news.notified()).await.is_err() {
                return Some(vec![]);
            }
        }
    }

    /// Returns within a second of the session's end, or of the account's going away. It holds nothing of
    /// the page itself.
    pub fn until_over(&self) -> impl Future<Output = ()> + Send + 'static + use<> {
        let signal = self.ticket.signal.clone();
        async move { signal.until_over().await }
    }

    async fn read(&mut self) -> Result<Vec<News>, AppError> {
        let mut tx = self.app.db.read().await?;
        let last = here(&self.app, &mut tx, &self.signed).await?;
        if last == self.last && !self.missed {
            return Ok(vec![]);
        }
        let account = self.signed.account;
        let unread = messages::unread(&mut tx, account).await?;
        if std::mem::take(&mut self.missed) {
            self.last = last;
            return Ok(vec![News { seq: self.last, kind: None, conversation: None, message: None, unread }]);
        }
        let found = events::after(&mut tx, account, self.last, AT_ONCE).await?;
        self.last = found.last().map_or(last, |event| event.seq);
        let told = |event: events::Event| News {
            seq: event.seq,
            kind: Some(event.kind),
            conversation: event.conversation,
            message: event.message,
            unread,
        };
        Ok(found.into_iter().map(told).collect())
    }
}

/// Asks for all open pages, until none is open.
async fn ask_while_open(app: App) {
    let mut beat = interval(ASK_AGAIN);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        beat.tick().await;
        let accounts: Vec<AccountId> = {
            let mut state = app.live.lock();
            state.asking = !state.open.is_empty();
            if !state.asking {
                return;
            }
            state.open.keys().copied().collect()
        };
        // Some at a time, all of them within the same moment. Who cannot be asked about is not told anything.
        let until = Instant::now() + ANSWER_WITHIN;
        for some in accounts.chunks(events::AT_ONCE) {
            let present = timeout_at(until, present(&app, some)).await;
            let present = present.unwrap_or_else(|_| Ok(HashMap::new())).unwrap_or_default();
            app.live.settle(some, &present);
        }
    }
}

/// The number of the last event for each session that holds, by its account and the hash of its token.
type Present = HashMap<(AccountId, [u8; 32]), i64>;

async fn present(app: &App, some: &[AccountId]) -> Result<Present, AppError> {
    let found = events::present(&mut app.db.read().await?, some, app.clock.now()).await?;
    Ok(found.into_iter().map(|one| ((one.account, one.token_hash), one.last)).collect())
}

impl Live {
    /// Ends those whose session does not hold, and wakes those for whom something was noted elsewhere.
    fn settle(&self, accounts: &[AccountId], present: &Present) {
        let mut state = self.lock();
        for account in accounts {
            for listener in state.open.get_mut(account).into_iter().flatten() {
                match present.get(&(*account, listener.token_hash)) {
                    None => listener.signal.end(),
                    Some(last) if *last > listener.last => {
                        listener.last = *last;
                        listener.signal.news.notify_one();
                    }
                    Some(_) => {}
                }
            }
        }
    }
}
