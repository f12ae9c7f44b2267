//! Looking at a video.

use std::collections::HashMap;

use outro_datamap::{ACCOUNT_DISPLAY_NAME, VIDEO_CAPTION};
use outro_db::Tx;
use outro_media::Refusal;
use outro_model::{AccountId, Audience, BlobKind, Circle, Mixing, Reframe, SoundId, VideoId, VideoState, Way};
use outro_policy::{Action, Facts, OwnerFacts, Relation, Ties, VideoFacts, decide};
use outro_store::accounts::{self, Account};
use outro_store::likes;
use outro_store::renditions::{self, Look};
use outro_store::sounds::{self, Borrowed};
use outro_store::videos::{self, Draft, Video};
use outro_vault::AccountKeys;

use super::renditions::Shown;
use crate::account::{open_handle, since};
use crate::graph::FollowState;
use crate::sound::{Credit, Joined, SoundLine, is_taken, makers};
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
    /// What can be played and shown of it.
    pub shown: Shown,
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
    /// The video that it is joined with; none where there is none, or that is nobody's to see in it.
    pub joined: Option<Joined>,
    /// Of one's own draft, the sound of another that it plays, or is to play, and how the two are mixed.
    pub mix: Option<(SoundId, Mixing)>,
    /// Whether its owner lets others use its sound.
    pub sound_reuse: bool,
    /// Whether its owner lets others download it.
    pub downloads: bool,
    /// Whether its owner lets others put it beside theirs.
    pub duets: bool,
    /// Whether its owner lets others begin theirs with a piece of it.
    pub stitches: bool,
    /// Whether everybody who is here with an account may now put it beside theirs.
    pub may_duet: bool,
    /// Whether they may now begin theirs with a piece of it.
    pub may_stitch: bool,
    /// Whether the viewer may download it once it is ready.
    pub may_download: bool,
    /// Whether it is for adults alone.
    pub age_restricted: bool,
    /// Whether it stands first on its owner's profile.
    pub pinned: bool,
    /// Whether there are captions that can be turned on.
    pub captioned: bool,
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
    look: Look,
    pub(crate) liked: bool,
    follow: FollowState,
    credit: Option<Credit>,
    mix: Option<(SoundId, Mixing)>,
}

impl FoundVideo {
    /// Whether the viewer hears this sound of another in it.
    pub(crate) fn plays(&self, sound: SoundId) -> bool {
        matches!(self.credit, Some(Credit::Borrowed(one, ..)) if one.sound == sound && one.way == Way::Sound)
    }

    /// How long it is where the viewer watches it, in milliseconds.
    pub(crate) fn lasts_ms(&self) -> i64 {
        Credit::lasts_ms(&self.credit).unwrap_or(self.video.duration_ms)
    }

    /// How much of another comes before it where the viewer watches it, in milliseconds.
    pub(super) fn begins_at_ms(&self) -> u32 {
        let whole = Credit::lasts_ms(&self.credit).filter(|_| Credit::is_stitched(&self.credit));
        whole.and_then(|whole| u32::try_from(whole - self.video.duration_ms).ok()).unwrap_or_default()
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
    let found = with_parts(tx, asking, vec![video], &owner, FollowState::of(ties)).await?;
    found.into_iter().next().ok_or(AppError::NotFound)
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
    let FoundVideo { video, owner, look, liked, follow, credit, mix } = found;
    let keys = all.get(&owner.id).ok_or(AppError::NotFound)?;
    let row = owner.id.as_bytes();
    // Of an edit that takes the place of what is seen, its owner alone is told, and elsewhere.
    let is_ready = video.facts.state == VideoState::Ready;
    let failure = video.failure.clone().filter(|_| !is_ready).map(|code| Failure { detail: sentence(&code), code });
    let handle = open_handle(keys, owner.id, &owner.handle)?;
    let sound = credit.as_ref().map_or(Ok(None), |credit| credit.line(all, &handle))?;
    let own = look.of(BlobKind::Rendition);
    let rendition = if Credit::joins(credit) { look.of(BlobKind::Mix).or(own) } else { own };
    let duration_ms = found.lasts_ms();
    let may_join = |way| may_join(way, owner.facts, (video.facts, video.sounds.own));
    Ok(VideoView {
        id: video.id,
        sound,
        joined: Credit::joined(credit, all)?,
        mix: *mix,
        sound_reuse: video.facts.sound_reuse,
        downloads: video.facts.downloads,
        duets: video.facts.duets,
        stitches: video.facts.stitches,
        may_duet: may_join(Way::Duet),
        may_stitch: may_join(Way::Stitch),
        may_download: may_download(relation == Relation::Owner, owner.facts, video.facts),
        age_restricted: video.facts.age_restricted,
        pinned: video.pinned_at.0 > 0,
        captioned: video.captioned,
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
        progress: if is_ready { 1000 } else { video.progress },
        failure,
        created_at: since(video.created_at),
        duration_ms,
        width: rendition.map_or(0, |made| made.width),
        height: rendition.map_or(0, |made| made.height),
        size_bytes: rendition.map_or(0, |made| made.length),
        shown: Shown::of(look, keys, (video.id, duration_ms), Credit::borrows(credit))?,
        like_count: video.like_count,
        view_count: video.view_count,
        comment_count: video.comment_count,
        liked: *liked,
        is_mine: relation == Relation::Owner,
        follow: *follow,
        why: None,
    })
}

/// Whether somebody who may watch a video may keep it as a file: besides whether it is their own, nothing about them matters.
pub(crate) fn may_download(is_mine: bool, owner: OwnerFacts, video: VideoFacts) -> bool {
    let relation = if is_mine { Relation::Owner } else { Relation::Stranger };
    let facts = Facts { relation, viewer_away: false, viewer_adult: false, owner, video: Some(video) };
    decide(Action::Download, &facts).allowed
}

/// Whether those who may act may now put a video into theirs in this way. One that is not heard with its own sound is in no
/// other.
pub(crate) fn may_join(way: Way, owner: OwnerFacts, (video, own): (VideoFacts, Option<SoundId>)) -> bool {
    let facts =
        Facts { relation: Relation::Stranger, viewer_away: false, viewer_adult: false, owner, video: Some(video) };
    own.is_some() && decide(is_taken(way), &facts).allowed
}

pub(super) fn sentence(code: &str) -> &'static str {
    if code == super::edit::NOTHING_LEFT {
        return "The pieces of this edit lie beyond the end of the video. Choose others.";
    }
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

/// Puts together what [`opened`] needs of each of these videos of one owner, for lists that read their rows by themselves.
pub(super) async fn with_parts(
    tx: &mut Tx,
    asking: Option<AccountId>,
    videos: Vec<Video>,
    owner: &Account,
    follow: FollowState,
) -> Result<Vec<FoundVideo>, AppError> {
    let ids: Vec<VideoId> = videos.iter().map(|video| video.id).collect();
    let looks = renditions::looks(tx, &videos.iter().map(|video| (video.owner, video.id)).collect::<Vec<_>>()).await?;
    let liked = match asking {
        Some(account) => likes::liked(tx, account, &ids).await?,
        None => vec![false; ids.len()],
    };
    let mut all = Vec::with_capacity(ids.len());
    for ((video, look), liked) in videos.into_iter().zip(looks).zip(liked) {
        let (credit, mix) = heard(tx, asking, &video).await?;
        all.push(FoundVideo { video, owner: owner.clone(), look, liked, follow, credit, mix });
    }
    Ok(all)
}

/// Whose sound is heard in a video, and what a draft of one's own is to play.
async fn heard(
    tx: &mut Tx,
    asking: Option<AccountId>,
    video: &Video,
) -> Result<(Option<Credit>, Option<(SoundId, Mixing)>), AppError> {
    let credit = sound::credit(tx, asking, video.owner, video.sounds).await?;
    // Nobody else learns what a draft is to play.
    let mix = match video.draft.filter(|_| asking == Some(video.owner)) {
        Some(_) => match sounds::borrowed(tx, video.owner, video.id).await? {
            Borrowed::Sound(id, mixing) => Some((id, mixing)),
            Borrowed::Nothing | Borrowed::Gone => None,
        },
        None => None,
    };
    Ok((credit, mix))
}
