//! The pages of coins.

use outro_pages::*;

use super::{HOSTILE, card};

pub(crate) fn pages(me: &Chrome) -> Vec<(&'static str, String)> {
    let pack = |(coins, amount)| CoinPack { coins, amount, currency: "eur".into() };
    let row = |kind, coins, handle: &str| CoinRow {
        kind,
        coins,
        handle: handle.into(),
        created_at: "2026-05-04T10:00:00Z".into(),
    };
    let page = |balance, packs: &[(i64, i64)], items: Vec<CoinRow>, message: Option<&str>| {
        CoinsPage {
            chrome: me.clone(),
            form: FormState { message: message.map(str::to_owned), errors: vec![] },
            balance,
            packs: packs.iter().copied().map(pack).collect(),
            for_nothing: false,
            key: "key".into(),
            next_href: (items.len() > 2).then(|| "/settings/coins?cursor=abc".into()),
            items,
        }
        .render()
    };
    let moves = vec![
        row(CoinKind::GiftSent, -20, "mara.k"),
        row(CoinKind::GiftReceived, 5, ""),
        row(CoinKind::GiftReceived, 500, HOSTILE),
        row(CoinKind::Purchase, 100, ""),
    ];
    let gift = |balance, message: Option<&str>| {
        GiftPage {
            chrome: me.clone(),
            form: FormState { message: message.map(str::to_owned), errors: vec![] },
            video: "v1".into(),
            handle: "ilyas".into(),
            cover_url: card(me, 1).cover_url,
            balance,
            chosen: 20,
            key: "key".into(),
        }
        .render()
    };
    let packs = [(100, 99), (550, 499), (1200, 999)];
    vec![
        ("coins", page(585, &packs, moves, None)),
        ("coins-empty", page(0, &[], vec![], None)),
        ("coins-failed", page(0, &packs, vec![], Some(me.t().problem("payments_unavailable")))),
        ("pay", PayPage { chrome: me.clone(), pack: pack((550, 499)), checkout_url: "/elsewhere".into() }.render()),
        ("gift", gift(120, None)),
        ("gift-none", gift(0, Some(me.t().problem("not_enough_coins")))),
    ]
}
