//! Coins: how many, buying them, giving them.

use axum::http::Uri;
use outro_app::AppError;
use outro_app::video::Part;
use outro_app::wallet::{self, EntryView, NewGift, Wallet};
use outro_model::{CoinMove, Id, PurchaseState, VideoId};
use outro_pages::{CoinKind, CoinPack, CoinRow, CoinsPage, FormState, GiftPage, PayPage};
use serde::Deserialize;

use super::place::{before, go};
use super::render::{Answer, OrPage as _, failed, html};
use super::visit::{Member, Named, Posted};
use crate::Server;
use crate::cursor;
use crate::media::address;
use crate::routes::{Routes, get};

/// Entries of one page.
const LIMIT: i64 = 20;

/// The routes of this file.
pub(super) fn routes() -> Routes {
    Routes::new().route("/settings/coins", get(show).post(buy)).route("/videos/{id}/gift", get(gift_page).post(gift))
}

/// What is to be bought.
#[derive(Deserialize, Default)]
#[serde(default)]
struct BuyForm {
    pack: String,
    key: String,
}

/// What is to be given.
#[derive(Deserialize, Default)]
#[serde(default)]
struct GiftForm {
    coins: String,
    key: String,
}

/// A key under which the form of a page is worked on once.
fn new_key(server: &Server) -> String {
    Id::<()>::random(&*server.app.random).to_string()
}

/// `GET /settings/coins`.
async fn show(Member { visit, signed, .. }: Member, uri: Uri) -> Answer {
    let before = before(&uri).or_page(&visit)?;
    let found = wallet::wallet(&visit.server.app, &signed, before, LIMIT).await.or_page(&visit)?;
    let for_nothing = visit.server.app.settings.coins.for_nothing;
    let key = new_key(&visit.server);
    Ok(html(page(visit.chrome, FormState::default(), found, for_nothing, key).render()))
}

fn page(chrome: outro_pages::Chrome, form: FormState, found: Wallet, for_nothing: bool, key: String) -> CoinsPage {
    let Wallet { balance, packs, currency, items, next, .. } = found;
    let pack = |pack: wallet::Pack| CoinPack { coins: pack.coins, amount: pack.amount, currency: currency.clone() };
    CoinsPage {
        chrome,
        form,
        balance,
        packs: packs.into_iter().map(pack).collect(),
        for_nothing,
        key,
        items: items.into_iter().filter_map(row).collect(),
        next_href: next.map(|next| format!("/settings/coins?cursor={}", cursor::write(next))),
    }
}

fn row(entry: EntryView) -> Option<CoinRow> {
    let kind = match entry.kind {
        CoinMove::Purchase => CoinKind::Purchase,
        CoinMove::GiftSent => CoinKind::GiftSent,
        CoinMove::GiftReceived => CoinKind::GiftReceived,
        // Nobody is left to see it.
        CoinMove::Forfeited => return None,
    };
    let handle = entry.other.map(|actor| actor.handle).unwrap_or_default();
    Some(CoinRow { kind, coins: entry.coins, handle, created_at: entry.created_at })
}

/// `POST /settings/coins`: leads to the page of the payment. It is another site's, so a link leads there: a form
/// of ours leads nowhere else.
async fn buy(Posted { member, form }: Posted<BuyForm>) -> Answer {
    let Member { visit, signed, .. } = member;
    let BuyForm { pack, key } = form;
    let app = visit.server.app.clone();
    match wallet::buy(&app, &signed, &pack, Some(&key)).await {
        Ok(begun) if begun.state == PurchaseState::Paid => Ok(go("/settings/coins?done=coins_bought")),
        Ok(begun) => match begun.checkout_url {
            Some(checkout_url) => {
                let pack = CoinPack { coins: begun.coins, amount: begun.amount, currency: begun.currency };
                Ok(html(PayPage { chrome: visit.chrome, pack, checkout_url }.render()))
            }
            None => Ok(go("/settings/coins")),
        },
        Err(error) => {
            let found = wallet::wallet(&app, &signed, None, LIMIT).await.or_page(&visit)?;
            let key = new_key(&visit.server);
            visit.again(error, |chrome, form| page(chrome, form, found, app.settings.coins.for_nothing, key).render())
        }
    }
}

/// `GET /videos/{id}/gift`.
async fn gift_page(member: Member, Named(id): Named<VideoId>) -> Answer {
    let id = id.or_page(&member.visit)?;
    let page = of_gift(&member, id, FormState::default(), 0).await.or_page(&member.visit)?;
    Ok(html(page))
}

async fn of_gift(member: &Member, id: VideoId, form: FormState, chosen: i64) -> Result<String, AppError> {
    let Member { visit, signed, .. } = member;
    let (video, balance) = wallet::may_give(&visit.server.app, signed, id).await?;
    let page = GiftPage {
        chrome: visit.chrome.clone(),
        form,
        video: id.to_string(),
        handle: video.handle,
        cover_url: address(id, Part::Cover),
        balance,
        chosen,
        key: new_key(&visit.server),
    };
    Ok(page.render())
}

/// `POST /videos/{id}/gift`.
async fn gift(Named(id): Named<VideoId>, Posted { member, form }: Posted<GiftForm>) -> Answer {
    let video = id.or_page(&member.visit)?;
    let coins = form.coins.parse().unwrap_or_default();
    let new = NewGift { video, coins, key: form.key };
    match wallet::gift(&member.visit.server.app, &member.signed, &new).await {
        Ok(_) => Ok(go(&format!("/v/{video}?done=coins_given"))),
        Err(error) => {
            let (form, error) = member.visit.form_of(error)?;
            Ok(failed(&error, of_gift(&member, video, form, coins).await.or_page(&member.visit)?))
        }
    }
}
