//! Giving coins for a video to whoever made it.

use outro_db::Tx;
use outro_model::{AccountId, CoinMove, EntryId, VideoId};
use outro_policy::Action;
use outro_store::accounts;
use outro_store::coins::{self, Entry, NewEntry, Side};

use super::{checked_key, half, key_used, tag};
use crate::account::since;
use crate::budget::{self, Budget};
use crate::comment::late;
use crate::notify::{About, Kind, Told};
use crate::video::{VideoView, find, view_of};
use crate::{App, AppError, RefusalKind, Signed};

/// The most coins that are given at once.
const MOST: i64 = 10_000;
/// Gifts that an account gives a day.
const A_DAY: i64 = 500;

/// What is to be given.
#[derive(Clone, Debug)]
pub struct NewGift {
    /// For which video.
    pub video: VideoId,
    /// How many coins.
    pub coins: i64,
    /// New for each gift: what is asked for twice under the same key is given once.
    pub key: String,
}

/// What was given.
#[derive(Clone, Debug)]
pub struct GiftView {
    /// The id.
    pub id: EntryId,
    /// For which video.
    pub video: VideoId,
    /// How many coins.
    pub coins: i64,
    /// How many were left.
    pub balance: i64,
    /// When, RFC 3339.
    pub created_at: String,
}

/// The video that is to be given something for, as far as one may, and how many coins one has.
pub async fn may_give(app: &App, signed: &Signed, video: VideoId) -> Result<(VideoView, i64), AppError> {
    let mut tx = app.db.read().await?;
    let found = find(&mut tx, Some(signed.account), Action::Gift, video).await?;
    let balance = coins::balance(&mut tx, signed.account).await?;
    drop(tx);
    Ok((view_of(app, Some(signed.account), found).await?, balance))
}

/// What one gift is known by, made from its key.
struct Asked {
    giver: AccountId,
    id: EntryId,
    request: [u8; 32],
}

impl Asked {
    fn of(app: &App, giver: AccountId, new: &NewGift) -> Result<Self, AppError> {
        if !(1..=MOST).contains(&new.coins) {
            let detail = format!("Give from 1 to {MOST} coins at once.");
            return Err(AppError::invalid("coins", "gift_size", detail));
        }
        let key = checked_key(&new.key)?;
        let id = EntryId::from_bytes(half(tag(app, "gift", &[giver.as_bytes(), key.as_bytes()])));
        let request = tag(app, "gift of", &[new.video.as_bytes(), &new.coins.to_be_bytes()]);
        Ok(Self { giver, id, request })
    }

    /// What was given under this key before, if anything was.
    async fn given(&self, tx: &mut Tx, video: VideoId) -> Result<Option<GiftView>, AppError> {
        match coins::entry(tx, self.giver, self.id).await? {
            Some(entry) if entry.request == Some(self.request) => Ok(Some(view(&entry, video))),
            Some(_) => Err(key_used()),
            None => Ok(None),
        }
    }
}

fn view(entry: &Entry, video: VideoId) -> GiftView {
    let created_at = since(entry.created_at);
    GiftView { id: entry.id, video, coins: -entry.amount, balance: entry.balance, created_at }
}

/// Gives coins. Done again under the same key it changes nothing, and answers the same.
pub async fn gift(app: &App, signed: &Signed, new: &NewGift) -> Result<GiftView, AppError> {
    let (me, video) = (signed.account, new.video);
    let asked = Asked::of(app, me, new)?;
    let limits = budget::tagged(app, &[Budget { parts: &[b"gifts", me.as_bytes()], limit: A_DAY }]).await?;
    let mut tx = app.db.write().await?;
    if !accounts::lock_live(&mut tx, me).await? {
        return Err(AppError::SignInNeeded);
    }
    // Also where the video is gone by now: it was done.
    if let Some(done) = asked.given(&mut tx, video).await? {
        return Ok(done);
    }
    let maker = find(&mut tx, Some(me), Action::Gift, video).await?.owner.id;
    // Its row is what leaving holds, not the account's: those who give cannot keep anybody from leaving.
    coins::hold(&mut tx, &[me, maker]).await.map_err(late)?;
    // Now that nothing of it can change any more: a second try may have waited here, and the maker may have left meanwhile.
    if let Some(done) = asked.given(&mut tx, video).await? {
        return Ok(done);
    }
    find(&mut tx, Some(me), Action::Gift, video).await?;
    if app.settings.rate_limits {
        budget::spend(app, &mut tx, &limits).await?;
    }
    move_coins(app, &mut tx, &asked, maker, new.coins).await?;
    let done = coins::entry(&mut tx, me, asked.id).await?.map(|entry| view(&entry, video));
    let mut told = Told::default();
    told.tell(app, &mut tx, Kind::Gift, (maker, me), About::video(maker, video)).await?;
    told.commit(app, tx).await?;
    done.ok_or_else(|| AppError::internal("a gift was given and not entered"))
}

async fn move_coins(app: &App, tx: &mut Tx, asked: &Asked, maker: AccountId, count: i64) -> Result<(), AppError> {
    let from = NewEntry {
        account: asked.giver,
        id: asked.id,
        kind: CoinMove::GiftSent,
        other: Some(maker),
        request: Some(asked.request),
    };
    let to = NewEntry {
        account: maker,
        id: EntryId::random(&*app.random),
        kind: CoinMove::GiftReceived,
        other: Some(asked.giver),
        request: None,
    };
    let moved = coins::transfer(tx, (Side::Wallet(&from), Side::Wallet(&to)), count, app.clock.now()).await;
    moved.map_err(late)?.map_err(|_| {
        let detail = "You do not have so many coins.";
        AppError::refused(RefusalKind::Conflict, "not_enough_coins", detail)
    })
}
