//! Looking at a video.

use std::collections::HashMap;

use outro_datamap::{ACCOUNT_DISPLAY_NAME, VIDEO_CAPTION};
use outro_db::Tx;
use outro_media::Refusal;
use outro_model::{AccountId, Audience, BlobKind, Circle, Reframe, SoundId, VideoId, VideoState};
use outro_policy::{Action, Relation, Ties};
use outro_store::accounts::{self, Account};
use outro_store::blobs::{self, Blob};
use outro_store::likes;
use outro_store::videos::{self, Draft, Video};
use outro_vault::AccountKeys;

use crate::account::{open_handle, since};
use crate::graph::FollowState;
use crate::sound::{Credit, SoundLine, makers};
use crate::{App, AppError, Viewer, sound, standing, viewer};

/// A video, as a viewer may see it.
#[derive(Clone)]
pub struct VideoView {
    /// The id.
    pub id: VideoId,
    /// The owner's handle.
    pub handle: String,
    /// The owner's display name; empty when none was chosen.
    pub display_name: String,
    /// The caption.
    pub caption: String,
    /// Who may see it; of a draft, who is to see it.
    pub audience: Audience,
    /// What is said of it while it is a draft: its owner alone sees it then.
    pub draft: Option<DraftView>,
    /// Who may comment.
    pub comments_from: Circle,
    /// How it becomes upright.
    pub reframe: Reframe,
    /// How far it has come.
    pub state: VideoState,
    /// How far its encoding has come, 0 to 1000.
    pub progress: i64,
    /// Why it failed.
    pub failure: Option<Failure>,
    /// When it was uploaded, RFC 3339.
    pub created_at: String,
    /// How long it is, in milliseconds.
    pub duration_ms: i64,
    /// The width of the rendition; 0 before there is one.
    pub width: i64,
    /// The height of the rendition.
    pub height: i64,
    /// The length of the rendition in bytes; 0 before there is one.
    pub size_bytes: i64,
    /// How many like it.
    pub like_count: i64,
    /// How often it was watched, once a day of each viewer.
    pub view_count: i64,
    /// How many comments are shown under it.
    pub comment_count: i64,
    /// Whether the viewer does.
    pub liked: bool,
    /// Whether the viewer owns it.
    pub is_mine: bool,
    /// How far the viewer has come with following the owner.
    pub follow: FollowState,
    /// Whose sound is heard; none where that is nobody's to see.
    pub sound: Option<SoundLine>,
    /// Whether its owner lets others use its sound.
    pub sound_reuse: bool,
    /// Why a feed shows it.
    pub why: Option<Why>,
}

/// A draft.
#[derive(Clone, Debug)]
pub struct DraftView {
    /// When it is published by itself, RFC 3339; none when it is not.
    pub publish_at: Option<String>,
}

/// Why a video failed.
#[derive(Clone, Debug)]
pub struct Failure {
    /// A stable word.
    pub code: String,
    /// A sentence that says what to do.
    pub detail: &'static str,
}

/// Why a feed shows a video.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// It is new here, or has been seen by few.
    New,
    /// Many here like it.
    Popular,
    /// The viewer follows its owner.
    YouFollow,
    /// The viewer liked other videos of its owner.
    LikeLiked,
    /// Its owner and the viewer follow each other.
    Friend,
    /// It is the viewer's own.
    Yours,
}

impl Why {
    /// A stable word.
    pub const fn code(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Popular => "popular",
            Self::YouFollow => "you_follow",
            Self::LikeLiked => "like_liked",
            Self::Friend => "friend",
            Self::Yours => "yours",
        }
    }
}

/// A video that the viewer may act on, and what was read of it in the same snapshot.
pub(crate) struct FoundVideo {
    pub(crate) video: Video,
    pub(crate) owner: Account,
    rendition: Option<Blob>,
    liked: bool,
    follow: FollowState,
    credit: Option<Credit>,
}

impl FoundVideo {
    /// Whether the viewer hears this sound of another in it.
    pub(crate) fn plays(&self, sound: SoundId) -> bool {
        matches!(self.credit, Some(Credit::Borrowed(id, ..)) if id == sound)
    }

    /// Whose keys it takes to open it, besides its owner's.
    pub(super) fn makers(&self) -> Vec<AccountId> {
        makers([&self.credit])
    }
}

/// Finds a video for an action. What is refused answers as what never was, but for what may be said, and what never was takes as many
/// reads.
pub(crate) async fn find(
    tx: &mut Tx,
    asking: Option<AccountId>,
    action: Action,
    id: VideoId,
) -> Result<FoundVideo, AppError> {
    let Some(video) = videos::by_id(tx, id).await? else {
        standing::of_nobody(tx).await?;
        return Err(AppError::NotFound);
    };
    let owner = accounts::by_id(tx, video.owner).await?.ok_or(AppError::NotFound)?;
    let ties = standing::ask_of_video(tx, asking, action, (&owner, &video)).await?;
    with_parts(tx, asking, video, owner, FollowState::of(ties)).await
}

/// Opens what is sealed of a video that was found. Gone keys mean that the owner is gone.
pub(crate) async fn view_of(app: &App, asking: Option<AccountId>, found: FoundVideo) -> Result<VideoView, AppError> {
    let keys = app.vault.accounts(&[vec![found.owner.id], found.makers()].concat()).await?;
    // Of what the viewer is, it matters here alone whether they are the owner.
    opened(&keys, Relation::of(asking, found.owner.id, Ties::default()), &found)
}

pub(super) fn opened(
    all: &HashMap<AccountId, AccountKeys>,
    relation: Relation,
    found: &FoundVideo,
) -> Result<VideoView, AppError> {
    let FoundVideo { video, owner, rendition, liked, follow, credit } = found;
    let keys = all.get(&owner.id).ok_or(AppError::NotFound)?;
    let row = owner.id.as_bytes();
    let failure = video.failure.clone().map(|code| Failure { detail: sentence(&code), code });
    let handle = open_handle(keys, owner.id, &owner.handle)?;
    let sound = credit.as_ref().map_or(Ok(None), |credit| credit.line(all, &handle))?;
    Ok(VideoView {
        id: video.id,
        sound,
        sound_reuse: video.facts.sound_reuse,
        handle,
        display_name: keys.open_text(ACCOUNT_DISPLAY_NAME, row, &owner.display_name)?,
        caption: keys.open_text(VIDEO_CAPTION, video.id.as_bytes(), &video.caption)?,
        audience: video.draft.map_or(video.facts.audience, |draft| draft.audience),
        draft: video
            .draft
            .map(|Draft { publish_at, .. }| DraftView { publish_at: (publish_at.0 > 0).then(|| publish_at.rfc3339()) }),
        comments_from: video.facts.comments_from,
        reframe: video.reframe,
        state: video.facts.state,
        progress: video.progress,
        failure,
        created_at: since(video.created_at),
        duration_ms: video.duration_ms,
        width: rendition.as_ref().map_or(0, |blob| blob.width),
        height: rendition.as_ref().map_or(0, |blob| blob.height),
        size_bytes: rendition.as_ref().map_or(0, |blob| blob.length),
        like_count: video.like_count,
        view_count: video.view_count,
        comment_count: video.comment_count,
        liked: *liked,
        is_mine: relation == Relation::Owner,
        follow: *follow,
        why: None,
    })
}

fn sentence(code: &str) -> &'static str {
    Refusal::from_code(code)
        .map_or("This video could not be made ready. Please try again, or try another file.", Refusal::sentence)
}

/// The video with this id, as the viewer may see it.
pub async fn get(app: &App, who: &Viewer, id: VideoId) -> Result<VideoView, AppError> {
    let mut tx = app.db.read().await?;
    let asking = viewer::still(app, &mut tx, who).await?;
    let found = find(&mut tx, asking, Action::SeeVideo, id).await?;
    drop(tx);
    view_of(app, asking, found).await
}

/// Puts together what [`opened`] needs, for lists that read their rows by themselves.
pub(super) async fn with_parts(
    tx: &mut Tx,
    asking: Option<AccountId>,
    video: Video,
    owner: Account,
    follow: FollowState,
) -> Result<FoundVideo, AppError> {
    let rendition = blobs::of_video(tx, video.owner, video.id, BlobKind::Rendition).await?;
    let liked = match asking {
        Some(account) => likes::liked(tx, account, video.id).await?,
        None => false,
    };
    let credit = sound::credit(tx, asking, video.owner, video.sounds).await?;
    Ok(FoundVideo { video, owner, rendition, liked, follow, credit })
}
