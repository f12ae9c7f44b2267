//! `me/privacy`, its check-up, `me/see-as` and `me/videos/audience`: who may see, find, message and comment.

use axum::Json;
use axum::extract::State;
use outro_app::privacy::{
    self, Change, Check, Checkup, Effect, Privacy, PrivacyChoice, PrivacyNow, Question, Reach, Seen, SeenProfile, Sight,
};
use outro_app::{AppError, Signed};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::views::{PrivacyView, ProfileView, VideoJson};
use crate::Server;
use crate::cursor::{self, PageQuery};
use crate::extract::{Body, Path, Query};
use crate::problem::{ApiError, Problem};
use crate::who::Me;

/// What is changed; what is left out stays. It holds from the next request on, also for addresses that
/// were handed out before and for streams that are open.
#[derive(Deserialize, ToSchema)]
pub(crate) struct PrivacyChangeBody {
    /// Whether strangers see the card only.
    private_account: Option<bool>,
    /// Whether the account may be suggested to others.
    discoverable: Option<bool>,
    /// Whether the account is found by searching for its name.
    searchable: Option<bool>,
    /// `everyone`, `friends` or `no_one`.
    messages_from: Option<String>,
    /// `everyone`, `followers`, `friends` or `no_one`.
    comments_from: Option<String>,
    /// Whether the account is kept and, to others, is as if it had never been.
    on_hiatus: Option<bool>,
    /// What becomes of the follow requests that wait (`waiting_follow_requests` says how many), done with the
    /// change or not at all: `accept`, `decline` or `keep` (when not given). Ask the person when they make a
    /// private account public, or come back to a public one. Who stays away cannot accept.
    follow_requests: Option<String>,
}

/// The settings, and how many wait for an answer.
#[derive(Serialize, ToSchema)]
pub(crate) struct PrivacyNowView {
    /// Whether strangers see the card only.
    private_account: bool,
    /// Whether the account may be suggested to others.
    discoverable: bool,
    /// Whether the account is found by searching for its name.
    searchable: bool,
    /// `everyone`, `friends` or `no_one`.
    messages_from: &'static str,
    /// `everyone`, `followers`, `friends` or `no_one`.
    comments_from: &'static str,
    /// Whether the account is kept and, to others, is as if it had never been.
    on_hiatus: bool,
    /// How many follow requests are open: 100 at most are counted.
    waiting_follow_requests: i64,
}

impl From<PrivacyNow> for PrivacyNowView {
    fn from(PrivacyNow { privacy, waiting_requests }: PrivacyNow) -> Self {
        Self {
            private_account: privacy.private_account,
            discoverable: privacy.discoverable,
            searchable: privacy.searchable,
            messages_from: privacy.messages_from.word(),
            comments_from: privacy.comments_from.word(),
            on_hiatus: privacy.on_hiatus,
            waiting_follow_requests: waiting_requests,
        }
    }
}

impl From<Privacy> for PrivacyView {
    fn from(privacy: Privacy) -> Self {
        let Privacy { private_account, discoverable, searchable, messages_from, comments_from, on_hiatus } = privacy;
        let (messages_from, comments_from) = (messages_from.word(), comments_from.word());
        Self { private_account, discoverable, searchable, messages_from, comments_from, on_hiatus }
    }
}

/// Who may see, find, message and comment.
#[utoipa::path(get, path = "/api/v1/me/privacy", tag = "me", security(("bearer" = [])), responses(
    (status = 200, description = "The settings", body = PrivacyNowView),
    (status = 401, description = "Not signed in", body = Problem)))]
pub(crate) async fn get(State(server): State<Server>, Me(signed): Me) -> Result<Json<PrivacyNowView>, ApiError> {
    Ok(Json(privacy::settings(&server.app, &signed).await?.into()))
}

/// Changes who may see, find, message and comment.
#[utoipa::path(patch, path = "/api/v1/me/privacy", tag = "me", request_body = PrivacyChangeBody,
    security(("bearer" = [])), responses(
    (status = 200, description = "The settings as they are now", body = PrivacyNowView),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 403, description = "Requests cannot be accepted while away", body = Problem),
    (status = 422, description = "A field cannot be used", body = Problem)))]
pub(crate) async fn change(
    State(server): State<Server>,
    Me(signed): Me,
    Body(body): Body<PrivacyChangeBody>,
) -> Result<Json<PrivacyNowView>, ApiError> {
    let choice = PrivacyChoice {
        private_account: body.private_account,
        discoverable: body.discoverable,
        searchable: body.searchable,
        messages_from: body.messages_from,
        comments_from: body.comments_from,
        on_hiatus: body.on_hiatus,
        follow_requests: body.follow_requests,
    };
    Ok(Json(privacy::change(&server.app, &signed, &choice).await?.into()))
}

/// Who can do what, and what each change would change of it.
#[derive(Serialize, ToSchema)]
pub(crate) struct CheckupView {
    /// The answers.
    answers: Vec<AnswerView>,
    /// Every change that could be made of one setting, and its effects. Nothing is changed by asking.
    changes: Vec<PossibleChange>,
    /// How many videos there are for each audience.
    audiences: Vec<AudienceCount>,
    /// How many follow requests are open: 100 at most are counted. Going public decides about them.
    waiting_follow_requests: i64,
}

/// A question, and its answer.
#[derive(Serialize, ToSchema)]
pub(crate) struct AnswerView {
    /// `card`, `videos`, `lists`, `follow`, `suggest`, `find`, `message` or `comment`.
    question: &'static str,
    /// Who can: `everyone` (also without an account), `accounts`, `followers`, `friends` or `no_one`.
    reach: &'static str,
    /// How many people that is, where it is followers or friends (1000 friends at most are counted); else null.
    people: Option<i64>,
    /// How many videos are for everyone, where it is asked about them; else null.
    videos: Option<i64>,
}

/// A change that could be made.
#[derive(Serialize, ToSchema)]
pub(crate) struct PossibleChange {
    /// The name of the field.
    setting: &'static str,
    /// What it would be: `true` or `false` for a switch, else the word.
    value: &'static str,
    /// What would be otherwise for others; empty where nothing would.
    effects: Vec<EffectView>,
}

/// What a change would change.
#[derive(Serialize, ToSchema)]
pub(crate) struct EffectView {
    /// What is asked: as in the answers.
    question: &'static str,
    /// Who can now.
    before: &'static str,
    /// Who could then.
    after: &'static str,
    /// Whether more people could than now.
    widens: bool,
    /// How many people it would reach, where that is followers or friends; else null.
    people: Option<i64>,
    /// How many videos are for everyone, where it is about them; else null.
    videos: Option<i64>,
}

/// An audience, and how many videos are for it.
#[derive(Serialize, ToSchema)]
pub(crate) struct AudienceCount {
    /// The audience.
    audience: &'static str,
    /// How many videos.
    count: i64,
}

impl From<Checkup> for CheckupView {
    fn from(Checkup { checks, changes, audiences, waiting_requests }: Checkup) -> Self {
        let answer = |Check { question, reach, about }| AnswerView {
            question: Question::word(question),
            reach: Reach::word(reach),
            people: about.people,
            videos: about.videos,
        };
        let effect = |effect: Effect| EffectView {
            question: effect.question.word(),
            before: effect.before.word(),
            after: effect.after.word(),
            widens: effect.widens(),
            people: effect.about.people,
            videos: effect.about.videos,
        };
        let change = |Change { setting, value, effects }: Change| PossibleChange {
            setting: setting.word(),
            value: value.word(),
            effects: effects.into_iter().map(effect).collect(),
        };
        let count =
            |(audience, count): (outro_model::Audience, i64)| AudienceCount { audience: audience.word(), count };
        Self {
            answers: checks.into_iter().map(answer).collect(),
            changes: changes.into_iter().map(change).collect(),
            audiences: audiences.into_iter().map(count).collect(),
            waiting_follow_requests: waiting_requests,
        }
    }
}

/// Who can see, find, message and comment, and what each change of a setting would change of it, in the very
/// terms that every route decides by.
#[utoipa::path(get, path = "/api/v1/me/privacy/checkup", tag = "me", security(("bearer" = [])), responses(
    (status = 200, description = "The answers, and the effects", body = CheckupView),
    (status = 401, description = "Not signed in", body = Problem)))]
pub(crate) async fn checkup(State(server): State<Server>, Me(signed): Me) -> Result<Json<CheckupView>, ApiError> {
    Ok(Json(privacy::checkup(&server.app, &signed).await?.into()))
}

/// Which videos are for whom: either `videos` or `all`.
#[derive(Deserialize, ToSchema)]
pub(crate) struct AudiencesBody {
    /// `everyone`, `followers`, `friends` or `only_me`.
    audience: String,
    /// Ids of 1 to 500 videos of one's own. If one of them is not, none is changed.
    videos: Option<Vec<String>>,
    /// `true`: every video one has.
    all: Option<bool>,
}

/// How many videos have the audience now.
#[derive(Serialize, ToSchema)]
pub(crate) struct AudiencesView {
    /// The audience.
    audience: &'static str,
    /// Of `videos`, how many were named; of `all`, how many had another audience before.
    changed: u64,
}

/// Sets who may see many of one's videos at once. When this answers, it holds for all of them.
#[utoipa::path(post, path = "/api/v1/me/videos/audience", tag = "videos", request_body = AudiencesBody,
    security(("bearer" = [])), responses(
    (status = 200, description = "Changed", body = AudiencesView),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 404, description = "One of the videos is not there, and none was changed", body = Problem),
    (status = 422, description = "A field cannot be used", body = Problem)))]
pub(crate) async fn set_audiences(
    State(server): State<Server>,
    Me(signed): Me,
    Body(AudiencesBody { audience, videos, all }): Body<AudiencesBody>,
) -> Result<Json<AudiencesView>, ApiError> {
    let named = match (&videos, all.unwrap_or_default()) {
        (Some(videos), false) => Some(videos.as_slice()),
        (None, true) => None,
        _ => return Err(AppError::invalid("videos", "invalid_videos", "Give either videos or all.").into()),
    };
    let (audience, changed) = privacy::set_audiences(&server.app, &signed, &audience, named).await?;
    Ok(Json(AudiencesView { audience: audience.word(), changed }))
}

/// With whose eyes.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct SightQuery {
    /// `anyone` (when not given: without an account), `stranger`, `follower` or `friend`.
    viewer: Option<String>,
}

/// One's own profile, as others see it.
#[derive(Serialize, ToSchema)]
pub(crate) struct SeenView {
    /// What the one who looks is to oneself: `anonymous`, `stranger`, `requested`, `follower`, `friend` or
    /// `owner`.
    relation: &'static str,
    /// The profile exactly as they get it; null where they get the same as of what never was.
    profile: Option<ProfileView>,
    /// Why they see no profile, or the card alone; null where they see all of it.
    reason: Option<&'static str>,
    /// The page of videos, the newest first, with those that they do not see.
    items: Vec<SeenVideo>,
    /// Give it as `cursor` to get the next page; null at the end.
    next_cursor: Option<String>,
}

/// A video, and whether others see it.
#[derive(Serialize, ToSchema)]
pub(crate) struct SeenVideo {
    /// Whether they see it.
    visible: bool,
    /// Why not; null where they do.
    reason: Option<&'static str>,
    /// The video: exactly as they get it, or, where they do not, as its owner does.
    video: VideoJson,
}

impl From<Seen> for SeenView {
    fn from(seen: Seen) -> Self {
        let Seen { relation, profile, videos, hidden, next, .. } = seen;
        let (profile, reason) = match profile {
            SeenProfile::Shown(profile, reason) => (Some((*profile).into()), reason),
            SeenProfile::Nothing(reason) => (None, Some(reason)),
        };
        let shown = videos.into_iter().map(|video| SeenVideo { visible: true, reason: None, video: video.into() });
        let hidden = hidden.into_iter().map(|hidden| SeenVideo {
            visible: false,
            reason: Some(hidden.reason),
            video: hidden.video.into(),
        });
        Self { relation, profile, reason, items: shown.chain(hidden).collect(), next_cursor: next.map(cursor::write) }
    }
}

async fn seen(
    server: &Server,
    signed: &Signed,
    sight: Sight<'_>,
    page: &PageQuery,
) -> Result<Json<SeenView>, ApiError> {
    let seen = privacy::see_as(&server.app, signed, sight, page.before()?, page.limit()?).await?;
    Ok(Json(seen.into()))
}

/// One's own profile and videos, as others see them: first the videos that they see, then those that they
/// do not, each with its reason.
#[utoipa::path(get, path = "/api/v1/me/see-as", tag = "me", security(("bearer" = [])),
    params(SightQuery, PageQuery), responses(
    (status = 200, description = "What they see", body = SeenView),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 422, description = "A field cannot be used", body = Problem)))]
pub(crate) async fn see_as(
    State(server): State<Server>,
    Me(signed): Me,
    Query(sight): Query<SightQuery>,
    Query(page): Query<PageQuery>,
) -> Result<Json<SeenView>, ApiError> {
    let sight = Sight::of_word(sight.viewer.as_deref().unwrap_or("anyone"))?;
    seen(&server, &signed, sight, &page).await
}

/// One's own profile and videos, as the account of a handle sees them.
#[utoipa::path(get, path = "/api/v1/me/see-as/{handle}", tag = "me", security(("bearer" = [])),
    params(("handle" = String, Path, description = "The handle"), PageQuery), responses(
    (status = 200, description = "What they see", body = SeenView),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 404, description = "Nothing here", body = Problem),
    (status = 422, description = "A field cannot be used", body = Problem)))]
pub(crate) async fn see_as_handle(
    State(server): State<Server>,
    Me(signed): Me,
    Path(handle): Path<String>,
    Query(page): Query<PageQuery>,
) -> Result<Json<SeenView>, ApiError> {
    seen(&server, &signed, Sight::Handle(&handle), &page).await
}
