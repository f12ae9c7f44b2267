//! Looking at one's own profile as others do: what they see goes through the very functions that show it
//! to them, with their relation in place of one's own.

use outro_db::Tx;
use outro_model::{Handle, Timestamp, VideoId};
use outro_policy::{Action, Decision, Facts, Relation, Ties, decide};
use outro_store::accounts;

use crate::account::{Found, Profile, by_handle, profile_seen};
use crate::video::{Listed, VideoView, listed, own_views};
use crate::{App, AppError, Signed, standing};

/// With whose eyes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight<'a> {
    /// Anybody without an account.
    Anyone,
    /// Somebody with an account who is nothing to oneself.
    Stranger,
    /// A follower.
    Follower,
    /// A friend.
    Friend,
    /// The account of this handle.
    Handle(&'a str),
}

impl Sight<'_> {
    /// The sight of a word: `anyone`, `stranger`, `follower`, `friend`.
    pub fn of_word(word: &str) -> Result<Self, AppError> {
        let wrong = "Choose anyone, stranger, follower or friend.";
        match word {
            "anyone" => Ok(Self::Anyone),
            "stranger" => Ok(Self::Stranger),
            "follower" => Ok(Self::Follower),
            "friend" => Ok(Self::Friend),
            _ => Err(AppError::invalid("viewer", "invalid_viewer", wrong)),
        }
    }
}

/// What others see.
pub struct Seen {
    /// What the one who looks is to oneself, as a stable word.
    pub relation: &'static str,
    /// The handle of the one who looks, where one was named.
    pub viewer: Option<String>,
    /// The profile; or why they see as little of it as of what never was.
    pub profile: SeenProfile,
    /// The videos that they see, the newest first.
    pub videos: Vec<VideoView>,
    /// Those of the same page that they do not.
    pub hidden: Vec<Hidden>,
    /// Where the next page begins; none at the end.
    pub next: Option<(Timestamp, VideoId)>,
}

/// A profile as others see it.
pub enum SeenProfile {
    /// They see it. Where they see the card alone, the reason is told.
    Shown(Box<Profile>, Option<&'static str>),
    /// To them it does not exist.
    Nothing(&'static str),
}

/// A video that others do not see, as its owner sees it.
pub struct Hidden {
    /// The video.
    pub video: VideoView,
    /// Why they do not see it, as a stable word.
    pub reason: &'static str,
}

/// One's own profile and a page of its videos, as others see them.
pub async fn see_as(
    app: &App,
    signed: &Signed,
    sight: Sight<'_>,
    before: Option<(Timestamp, VideoId)>,
    limit: i64,
) -> Result<Seen, AppError> {
    let keys = signed.keys(app).await?;
    let mut tx = app.db.read().await?;
    let account = accounts::by_id(&mut tx, signed.account).await?.ok_or(AppError::SignInNeeded)?;
    let found = Found { account, keys };
    let (facts, ties, viewer) = facts(app, &mut tx, &found, sight).await?;
    // Whom they have muted and what they like is theirs to know: nobody is asked about either.
    let profile = match profile_seen(&mut tx, &found, &facts, ties, None).await {
        Ok(shown) => {
            let refused = reason(decide(Action::SeeProfile, &facts));
            SeenProfile::Shown(Box::new(shown), refused)
        }
        Err(AppError::NotFound) => SeenProfile::Nothing(decide(Action::SeeCard, &facts).reason.word()),
        Err(error) => return Err(error),
    };
    let (rows, next) = listed(app, &mut tx, &found, (facts, ties), None, before, limit).await?;
    let (mut videos, mut kept_back, mut reasons) = (Vec::new(), Vec::new(), Vec::new());
    for row in rows {
        match row {
            Listed::Shown(view) => videos.push(*view),
            Listed::Hidden(video, reason) => {
                kept_back.push(*video);
                reasons.push(reason.word());
            }
        }
    }
    let hidden = own_views(app, &mut tx, &found, kept_back).await?.into_iter().zip(reasons);
    let hidden = hidden.map(|(video, reason)| Hidden { video, reason }).collect();
    Ok(Seen { relation: facts.relation.word(), viewer, profile, videos, hidden, next })
}

fn reason(decision: Decision) -> Option<&'static str> {
    (!decision.allowed).then_some(decision.reason.word())
}

/// What the policy is told of the one who looks. Somebody whom one may not know of is nobody.
async fn facts(
    app: &App,
    tx: &mut Tx,
    me: &Found,
    sight: Sight<'_>,
) -> Result<(Facts, Ties, Option<String>), AppError> {
    let of = |relation, ties| {
        // Whoever is somebody stands for the adults among them.
        let viewer_adult = relation != Relation::Anonymous;
        (Facts { relation, viewer_away: false, viewer_adult, owner: me.account.facts, video: None }, ties, None)
    };
    let follows = Ties { follows: true, ..Ties::default() };
    let handle = match sight {
        Sight::Anyone => return Ok(of(Relation::Anonymous, Ties::default())),
        Sight::Stranger => return Ok(of(Relation::Stranger, Ties::default())),
        Sight::Follower => return Ok(of(Relation::Follower, follows)),
        Sight::Friend => return Ok(of(Relation::Friend, Ties { followed: true, ..follows })),
        Sight::Handle(handle) => handle.strip_prefix('@').unwrap_or(handle),
    };
    let handle: Handle = handle.parse().map_err(|_| AppError::NotFound)?;
    let them = by_handle(app, tx, &handle).await?.ok_or(AppError::NotFound)?;
    standing::ask(Action::SeeCard, &standing::facts(tx, Some(me.account.id), &them.account).await?)?;
    let (facts, ties) = standing::facts_and_ties(tx, Some(them.account.id), &me.account).await?;
    Ok((facts, ties, Some(handle.as_str().to_owned())))
}
