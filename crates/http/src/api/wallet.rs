//! Coins: how many, buying them, giving them, and what the payment service reports.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use outro_app::wallet::{self, EntryView, GiftView, NewGift, Pack, PurchaseView};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::views::AccountRef;
use crate::Server;
use crate::cursor::{self, PageQuery};
use crate::extract::{Body, Path, Query, read_id};
use crate::problem::{ApiError, Problem, refused};
use crate::who::Me;

/// The header under which a purchase is begun once.
const KEY: &str = "idempotency-key";
/// The header that the payment service signs its reports in.
const SIGNATURE: &str = "stripe-signature";

/// The routes of this file.
pub(super) fn routes() -> OpenApiRouter<Server> {
    OpenApiRouter::new().routes(routes!(get)).routes(routes!(purchase)).routes(routes!(gift)).routes(routes!(report))
}

/// One's coins, and a page of where they came from and went.
#[derive(Serialize, ToSchema)]
pub(crate) struct WalletView {
    /// How many.
    balance: i64,
    /// Whether any can be bought here.
    sold: bool,
    /// What can be bought.
    packs: Vec<PackJson>,
    /// Where they came from and went, the latest first.
    items: Vec<EntryJson>,
    /// Give it as `cursor` to get the next page; null at the end.
    next_cursor: Option<String>,
}

/// So many coins at a price.
#[derive(Serialize, ToSchema)]
pub(crate) struct PackJson {
    /// Its name, for buying it.
    id: String,
    /// How many.
    coins: i64,
    /// What they cost, in the smallest unit of the currency.
    amount: i64,
    /// The currency, ISO 4217 in small letters.
    currency: String,
}

/// Coins that came or went.
#[derive(Serialize, ToSchema)]
pub(crate) struct EntryJson {
    /// The id.
    id: String,
    /// `purchase`, `gift_sent`, `gift_received` or `forfeited`.
    kind: &'static str,
    /// How many more, or below zero how many fewer.
    coins: i64,
    /// How many there were then.
    balance: i64,
    /// From whom, or to whom; null where there is nobody who may be seen.
    account: Option<AccountRef>,
    /// When, RFC 3339.
    created_at: String,
}

impl From<EntryView> for EntryJson {
    fn from(entry: EntryView) -> Self {
        let EntryView { id, kind, coins, balance, other, created_at } = entry;
        let account = other.map(|actor| AccountRef { handle: actor.handle, display_name: actor.display_name });
        Self { id: id.to_string(), kind: kind.word(), coins, balance, account, created_at }
    }
}

/// What is to be bought.
#[derive(Deserialize, ToSchema)]
pub(crate) struct PurchaseBody {
    /// The `id` of a pack.
    pack: String,
}

/// A purchase.
#[derive(Serialize, ToSchema)]
pub(crate) struct PurchaseJson {
    /// The id.
    id: String,
    /// `opening`, `open`, `paid` or `closed`.
    state: &'static str,
    /// How many coins.
    coins: i64,
    /// What they cost, in the smallest unit of the currency.
    amount: i64,
    /// The currency, ISO 4217 in small letters.
    currency: String,
    /// The page where it is paid, while it can be.
    checkout_url: Option<String>,
}

impl From<PurchaseView> for PurchaseJson {
    fn from(purchase: PurchaseView) -> Self {
        let PurchaseView { id, state, coins, amount, currency, checkout_url } = purchase;
        Self { id: id.to_string(), state: state.word(), coins, amount, currency, checkout_url }
    }
}

/// What is to be given.
#[derive(Deserialize, ToSchema)]
pub(crate) struct GiftBody {
    /// How many coins, from 1 to 10000.
    coins: i64,
    /// 1 to 64 letters, digits or signs, new for each gift: what is sent twice under one key is given once.
    key: String,
}

/// What was given.
#[derive(Serialize, ToSchema)]
pub(crate) struct GiftJson {
    /// The id.
    id: String,
    /// The video that it was given for.
    video_id: String,
    /// How many coins.
    coins: i64,
    /// How many were left.
    balance: i64,
    /// When, RFC 3339.
    created_at: String,
}

impl From<GiftView> for GiftJson {
    fn from(gift: GiftView) -> Self {
        let GiftView { id, video, coins, balance, created_at } = gift;
        Self { id: id.to_string(), video_id: video.to_string(), coins, balance, created_at }
    }
}

/// One's coins, and where they came from and went.
#[utoipa::path(get, path = "/api/v1/me/wallet", tag = "coins", security(("bearer" = [])), params(PageQuery),
    responses(
    (status = 200, description = "The coins", body = WalletView),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 422, description = "A field cannot be used", body = Problem)))]
pub(crate) async fn get(
    State(server): State<Server>,
    Me(signed): Me,
    Query(page): Query<PageQuery>,
) -> Result<Json<WalletView>, ApiError> {
    let found = wallet::wallet(&server.app, &signed, page.before()?, page.limit()?).await?;
    let currency = found.currency;
    let pack = |Pack { coins, amount }| PackJson { id: coins.to_string(), coins, amount, currency: currency.clone() };
    Ok(Json(WalletView {
        balance: found.balance,
        sold: found.are_sold,
        packs: found.packs.into_iter().map(pack).collect(),
        items: found.items.into_iter().map(EntryJson::from).collect(),
        next_cursor: found.next.map(cursor::write),
    }))
}

/// Begins a purchase of coins, which is paid at `checkout_url`. Asked again under the same `Idempotency-Key` it is the same purchase.
#[utoipa::path(post, path = "/api/v1/me/wallet/purchases", tag = "coins", request_body = PurchaseBody,
    params(("Idempotency-Key" = Option<String>, Header, description = "1 to 64 letters, digits or signs, new for each purchase")),
    security(("bearer" = [])), responses(
    (status = 201, description = "It can be paid", body = PurchaseJson),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 409, description = "No coins are sold here, or the key was used for something else", body = Problem),
    (status = 429, description = "Too many today", body = Problem),
    (status = 503, description = "The payment service does not answer", body = Problem)))]
pub(crate) async fn purchase(
    State(server): State<Server>,
    Me(signed): Me,
    headers: HeaderMap,
    Body(body): Body<PurchaseBody>,
) -> Result<(StatusCode, Json<PurchaseJson>), ApiError> {
    // What is no text is a key that cannot be used, and no missing one.
    let key = headers.get(KEY).map(|value| value.to_str().unwrap_or_default());
    let begun = wallet::buy(&server.app, &signed, &body.pack, key).await?;
    Ok((StatusCode::CREATED, Json(begun.into())))
}

/// Gives coins for a video to whoever made it. Asked again under the same key it changes nothing, and answers the same.
#[utoipa::path(put, path = "/api/v1/videos/{id}/gift", tag = "coins", request_body = GiftBody,
    params(("id" = String, Path, description = "The id of the video")), security(("bearer" = [])), responses(
    (status = 200, description = "Given", body = GiftJson),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 403, description = "One's own account is on hiatus or suspended", body = Problem),
    (status = 404, description = "Nothing here", body = Problem),
    (status = 409, description = "Not enough coins, one's own video, or the key was used for something else", body = Problem),
    (status = 429, description = "Too many today", body = Problem)))]
pub(crate) async fn gift(
    State(server): State<Server>,
    Me(signed): Me,
    Path(id): Path<String>,
    Body(body): Body<GiftBody>,
) -> Result<Json<GiftJson>, ApiError> {
    let video = read_id(&id)?;
    let GiftBody { coins, key } = body;
    Ok(Json(wallet::gift(&server.app, &signed, &NewGift { video, coins, key }).await?.into()))
}

/// A report of the payment service (Stripe), signed by it. What comes twice is worked on once.
#[utoipa::path(post, path = "/stripe/webhook", tag = "operating",
    request_body(content = String, content_type = "application/json", description = "An event of Stripe"),
    params(("Stripe-Signature" = String, Header, description = "Stripe's signature of the body")), responses(
    (status = 200, description = "Taken"),
    (status = 400, description = "It is not signed, or was too long ago", body = Problem),
    (status = 404, description = "No payments are set up here", body = Problem),
    (status = 422, description = "It is signed and cannot be read", body = Problem)))]
pub(crate) async fn report(
    State(server): State<Server>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<StatusCode, Response> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json") {
        let detail = "Send a body of type application/json.";
        return Err(refused(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not_json", detail));
    }
    let large = |_| refused(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "The body is too large.");
    let body = body.map_err(large)?;
    let signature = headers.get(SIGNATURE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let taken = wallet::reported(&server.app, signature, &body).await;
    taken.map(|()| StatusCode::OK).map_err(|error| axum::response::IntoResponse::into_response(ApiError(error)))
}
