//! Search over accounts, videos and hashtags.

use outro_db::Tx;
use outro_model::{AccountId, VideoId};
use outro_policy::{Action, decide};
use outro_search::{Wanted, caption_words, tags, words};
use outro_store::accounts;
use outro_store::graph::Card;

use crate::budget::{self, Budget};
use crate::graph::CardView;
use crate::graph::lists::view;
use crate::video::{FoundVideo, VideoView, find, view_of};
use crate::{App, AppError, Origin, Viewer, standing, viewer};

/// The longest text that is looked for, in characters.
const LONGEST: usize = 100;
/// How many hits are asked about at most, however many of them are hidden.
const HITS: usize = 300;
/// How often who is not signed in may search from one place in one minute of the clock.
const A_MINUTE: i64 = 60;
/// How many hashtags are named at most, and how many videos are looked at for them.
const TAGS: usize = 10;
const TAGGED: usize = 30;

/// What was found, the best first.
#[derive(Default)]
pub struct Found {
    /// Accounts, by handle and display name.
    pub accounts: Vec<CardView>,
    /// Videos, by what their captions say; not by those whom they mention.
    pub videos: Vec<VideoView>,
    /// Hashtags, without `#`: of each there is a video that the viewer may watch.
    pub hashtags: Vec<String>,
}

/// Looks for what was typed; of accounts and of videos at most `limit`. Slips of the finger are forgiven, case
/// and diacritics do not matter. What is hidden from the viewer is left out, and leaves no gap. Who is not
/// signed in may ask 60 times a minute from one place.
pub async fn search(app: &App, who: &Viewer, from: &Origin, typed: &str, limit: i64) -> Result<Found, AppError> {
    if typed.trim().is_empty() || typed.chars().count() > LONGEST {
        let detail = format!("Type 1 to {LONGEST} characters.");
        return Err(AppError::invalid("q", "invalid_search", detail));
    }
    app.finder.ready()?;
    if who.is_none() && app.settings.rate_limits {
        spend(app, from).await?;
    }
    let Some(wanted) = Wanted::read(typed) else { return Ok(Found::default()) };
    let asked = wanted.clone();
    let (accounts, videos, tagged) = app
        .finder
        .with_index(move |index| {
            Ok((index.accounts(&asked, HITS)?, index.videos(&asked, HITS)?, index.with_tags_like(&asked, HITS)?))
        })
        .await?;
    let mut tx = app.db.read().await?;
    let asking = viewer::still(app, &mut tx, who).await?;
    let cards = findable(&mut tx, asking, &accounts, limit as usize).await?;
    let watched = watchable(&mut tx, asking, &videos, limit as usize).await?;
    let of_tags = watchable(&mut tx, asking, &tagged, TAGGED).await?;
    drop(tx);
    let accounts = cards_of(app, asking, &wanted, cards).await?;
    let mut videos = opened(app, asking, watched).await?;
    // The rows are newer than the index: what says something else by now is not what was looked for.
    videos.retain(|video| wanted.fits(&caption_words(&video.caption)));
    let hashtags = hashtags(&wanted, &opened(app, asking, of_tags).await?);
    Ok(Found { accounts, videos, hashtags })
}

async fn spend(app: &App, from: &Origin) -> Result<(), AppError> {
    let now = app.clock.now();
    let searches = Budget { parts: &[b"searches in a minute", &from.place(), &budget::minute(now)], limit: A_MINUTE };
    let left = budget::spend_now(app, &budget::tagged(app, &[searches]).await?).await?;
    if left { Ok(()) } else { Err(budget::soon(now)) }
}

/// The accounts that the viewer may find, read and decided in this snapshot.
async fn findable(
    tx: &mut Tx,
    asking: Option<AccountId>,
    hits: &[AccountId],
    limit: usize,
) -> Result<Vec<Card>, AppError> {
    let mut cards = Vec::new();
    for id in hits {
        if cards.len() == limit {
            break;
        }
        let Some(account) = accounts::by_id(tx, *id).await? else { continue };
        let (facts, ties) = standing::facts_and_ties(tx, asking, &account).await?;
        if decide(Action::Find, &facts).allowed {
            let (facts, since) = (account.facts, account.created_at);
            let (handle, display_name) = (account.handle, account.display_name);
            cards.push(Card { account: *id, facts, ties, handle, display_name, since });
        }
    }
    Ok(cards)
}

async fn cards_of(
    app: &App,
    asking: Option<AccountId>,
    wanted: &Wanted,
    cards: Vec<Card>,
) -> Result<Vec<CardView>, AppError> {
    let ids: Vec<AccountId> = cards.iter().map(|card| card.account).collect();
    let keys = app.vault.accounts(&ids).await?;
    let mut found = Vec::with_capacity(cards.len());
    for card in &cards {
        found.extend(view(&keys, asking, card)?.filter(|card| is_called(card, wanted)));
    }
    Ok(found)
}

fn is_called(card: &CardView, wanted: &Wanted) -> bool {
    let mut called = words(&card.handle);
    called.push(called.concat());
    called.extend(words(&card.display_name));
    wanted.fits(&called)
}

/// The videos that the viewer may watch, read and decided in this snapshot.
pub(super) async fn watchable(
    tx: &mut Tx,
    asking: Option<AccountId>,
    hits: &[VideoId],
    limit: usize,
) -> Result<Vec<FoundVideo>, AppError> {
    let mut found = Vec::new();
    for id in hits {
        if found.len() == limit {
            break;
        }
        match find(tx, asking, Action::ReadBytes, *id).await {
            Ok(video) => found.push(video),
            Err(error @ AppError::Internal(_)) => return Err(error),
            // Hidden, or gone since the index was written.
            Err(_) => {}
        }
    }
    Ok(found)
}

/// The videos with their texts; those whose owners' keys are gone are left out.
pub(super) async fn opened(
    app: &App,
    asking: Option<AccountId>,
    found: Vec<FoundVideo>,
) -> Result<Vec<VideoView>, AppError> {
    let mut videos = Vec::with_capacity(found.len());
    for video in found {
        match view_of(app, asking, video).await {
            Ok(video) => videos.push(video),
            Err(AppError::NotFound) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(videos)
}

/// The hashtags of these videos that fit, each once.
fn hashtags(wanted: &Wanted, videos: &[VideoView]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for tag in videos.iter().flat_map(|video| tags(&video.caption)) {
        if found.len() < TAGS && !found.contains(&tag) && wanted.fits(std::slice::from_ref(&tag)) {
            found.push(tag);
        }
    }
    found
}
