//! The shapes of answers.

use outro_app::account::{Me, Profile};
use outro_app::sound::{Joined, SoundLine};
use outro_app::video::{Failure, Part, Rendition, VideoView};
use outro_model::{Mixing, SoundId, VideoState};
use serde::Serialize;
use utoipa::ToSchema;

use crate::media;

/// A page of a list.
#[derive(Serialize, ToSchema)]
pub(crate) struct Page<T> {
    /// The items.
    pub(crate) items: Vec<T>,
    /// Give it as `cursor` to get the next page; null at the end.
    pub(crate) next_cursor: Option<String>,
}

/// A short view of an account.
#[derive(Serialize, ToSchema)]
pub(crate) struct AccountRef {
    /// The handle.
    pub(crate) handle: String,
    /// The display name; empty when none was chosen.
    pub(crate) display_name: String,
}

/// One's own account.
#[derive(Serialize, ToSchema)]
pub(crate) struct MeView {
    /// The id.
    id: String,
    /// The handle.
    handle: String,
    /// The display name; empty when none was chosen.
    display_name: String,
    /// The bio.
    bio: String,
    /// The linked phone, masked but for the last two digits.
    phone: Option<String>,
    /// When the person joined, RFC 3339.
    created_at: String,
    /// Whether a moderator has suspended the account: `/api/v1/me/decisions` says why.
    suspended: bool,
    /// The settings.
    settings: PrivacyView,
}

/// Who may see, find, message and comment.
#[derive(Serialize, ToSchema)]
pub(crate) struct PrivacyView {
    /// Whether strangers see the card only.
    pub(crate) private_account: bool,
    /// Whether the account may be suggested to others.
    pub(crate) discoverable: bool,
    /// Whether the account is found by searching for its name.
    pub(crate) searchable: bool,
    /// `everyone`, `friends` or `no_one`.
    pub(crate) messages_from: &'static str,
    /// `everyone`, `followers`, `friends` or `no_one`.
    pub(crate) comments_from: &'static str,
    /// Whether the account is kept and, to others, is as if it had never been.
    pub(crate) on_hiatus: bool,
}

impl From<Me> for MeView {
    fn from(me: Me) -> Self {
        let Me { id, handle, display_name, bio, phone, created_at, privacy, suspended } = me;
        Self { id: id.to_string(), handle, display_name, bio, phone, created_at, suspended, settings: privacy.into() }
    }
}

/// The profile of an account. Of a private one, strangers see the card: handle and display name.
#[derive(Serialize, ToSchema)]
pub(crate) struct ProfileView {
    /// The id.
    id: String,
    /// The handle.
    handle: String,
    /// The display name; empty when none was chosen.
    display_name: String,
    /// Whether strangers see the card only.
    private_account: bool,
    /// Whether it is one's own.
    is_me: bool,
    /// Whether they take messages from the one who asks; null for oneself and without an account.
    takes_messages: Option<bool>,
    /// The bio; null where only the card may be seen.
    bio: Option<String>,
    /// How many videos the one who asks may watch; null where only the card may be seen.
    video_count: Option<i64>,
    /// How many likes those have; null where only the card may be seen.
    like_count: Option<i64>,
    /// How many follow it; null where only the card may be seen.
    follower_count: Option<i64>,
    /// How many it follows; null where only the card may be seen.
    following_count: Option<i64>,
    /// How far the one who asks has come with following it: `none`, `requested` or `following`.
    follow: &'static str,
    /// Whether it follows the one who asks.
    follows_me: bool,
    /// Whether it has asked to follow the one who asks, and waits for an answer.
    asks_me: bool,
    /// Whether the one who asks has muted it. (Whom one has blocked one does not see here: they stand in
    /// `/api/v1/me/blocked` alone.)
    muted: bool,
}

impl From<Profile> for ProfileView {
    fn from(profile: Profile) -> Self {
        let content = profile.content.as_ref();
        Self {
            id: profile.id.to_string(),
            private_account: profile.private_account,
            is_me: profile.is_me,
            bio: content.map(|content| content.bio.clone()),
            video_count: content.map(|content| content.video_count),
            like_count: content.map(|content| content.like_count),
            follower_count: content.map(|content| content.follower_count),
            following_count: content.map(|content| content.following_count),
            follow: profile.follow.word(),
            follows_me: profile.follows_me,
            asks_me: profile.asks_me,
            muted: profile.muted,
            takes_messages: profile.takes_messages,
            handle: profile.handle,
            display_name: profile.display_name,
        }
    }
}

/// A video.
#[derive(Serialize, ToSchema)]
pub(crate) struct VideoJson {
    /// The id.
    id: String,
    /// Whose it is.
    account: AccountRef,
    /// The caption.
    caption: String,
    /// `everyone`, `followers`, `friends` or `only_me`.
    audience: &'static str,
    /// Of one's own video, who may comment: `everyone`, `followers`, `friends` or `no_one`, never more than
    /// the account takes from; null for others.
    comments_from: Option<&'static str>,
    /// `processing`, `ready` or `failed`.
    state: &'static str,
    /// How far the encoding has come, 0 to 1.
    progress: f64,
    /// Why it failed.
    failure: Option<FailureJson>,
    /// When it was uploaded, RFC 3339.
    created_at: String,
    /// How long it is, in milliseconds; 0 until it is known.
    duration_ms: i64,
    /// How many like it.
    like_count: i64,
    /// How often it was watched, once a day of each viewer.
    view_count: i64,
    /// How many comments are shown under it.
    comment_count: i64,
    /// Whether the one who asks does.
    liked: bool,
    /// Whether it is one's own.
    is_mine: bool,
    /// What can be played, the smallest first; empty until the video is ready.
    renditions: Vec<RenditionJson>,
    /// The cover; null until the video is ready.
    cover_url: Option<String>,
    /// The cover as AVIF; null where there is none.
    cover_avif_url: Option<String>,
    /// A few seconds of it, small and without sound; null where there are none.
    preview_url: Option<String>,
    /// A ThumbHash of the cover in base64, to be shown while that is on its way; null where there is none.
    placeholder: Option<String>,
    /// The video as a file to keep, with its own sound alone; null where the one who asks may not keep it.
    download_url: Option<String>,
    /// The sound that is heard; null where that is nobody's to see.
    sound: Option<SoundRef>,
    /// The video of another that is seen in this one; null where there is none, and for those who may not see it.
    joined: Option<JoinedRef>,
    /// Of one's own draft, the sound of another that is to be heard in it, or what is to be seen of it, and how; null where there is none, and for others.
    mix: Option<MixJson>,
    /// Of one's own video, whether others may use its sound; null for others.
    sound_reuse: Option<bool>,
    /// Of one's own video, whether others may download it; null for others.
    downloads: Option<bool>,
    /// Of one's own video, whether others may put it beside theirs; null for others.
    duets: Option<bool>,
    /// Of one's own video, whether others may begin theirs with a piece of it; null for others.
    stitches: Option<bool>,
    /// Whether those who have an account here may now put it beside theirs: `duet_of`.
    may_duet: bool,
    /// Whether they may now begin theirs with a piece of it: `stitch_of`.
    may_stitch: bool,
    /// Whether it is for those alone who are 18 or older.
    age_restricted: bool,
    /// Whether it stands first on its owner's profile.
    pinned: bool,
    /// Of one's own video, how a landscape one becomes upright: `fit`, `crop` or `follow`; null for others.
    reframe: Option<&'static str>,
    /// Of one's own video, whether it is a draft, which nobody else sees; null for others.
    draft: Option<bool>,
    /// When a draft is published by itself, RFC 3339; null when it is not.
    publish_at: Option<String>,
    /// Captions as WebVTT; null where there are none that can be turned on.
    captions_url: Option<String>,
    /// Why a feed shows it.
    why: Option<WhyJson>,
}

/// The sound of a video.
#[derive(Serialize, ToSchema)]
pub(crate) struct SoundRef {
    /// Its id.
    id: String,
    /// The handle of whose it is.
    handle: String,
    /// Whether it is the video's own.
    original: bool,
}

impl From<SoundLine> for SoundRef {
    fn from(SoundLine { id, handle, original }: SoundLine) -> Self {
        Self { id: id.to_string(), handle, original }
    }
}

/// The video of another that is seen in a video.
#[derive(Serialize, ToSchema)]
pub(crate) struct JoinedRef {
    /// How: `duet`, where it is beside, or `stitch`, where a piece of it comes before.
    way: &'static str,
    /// Its id.
    video_id: String,
    /// The handle of whose it is.
    handle: String,
}

impl From<Joined> for JoinedRef {
    fn from(Joined { way, video, handle }: Joined) -> Self {
        Self { way: way.word(), video_id: video.to_string(), handle }
    }
}

/// How the sound of another is mixed with a draft's own.
#[derive(Serialize, ToSchema)]
pub(crate) struct MixJson {
    /// The id of the sound.
    sound: String,
    /// Where in it the stretch begins that is heard, in milliseconds.
    from_ms: i64,
    /// How much of it is heard, 0 to 100 percent of its amplitude.
    sound_level: i64,
    /// How much of the draft's own is heard beside it, 0 to 100.
    own_level: i64,
    /// What of the other is in it: `sound`, `duet` or `stitch`.
    way: &'static str,
}

impl From<(SoundId, Mixing)> for MixJson {
    fn from((sound, Mixing { from_ms, own, sound: sound_level, way }): (SoundId, Mixing)) -> Self {
        Self { sound: sound.to_string(), from_ms, sound_level, own_level: own, way: way.word() }
    }
}

/// Why a video failed.
#[derive(Serialize, ToSchema)]
pub(crate) struct FailureJson {
    /// A stable word.
    code: String,
    /// A sentence that says what to do.
    detail: &'static str,
}

impl From<Failure> for FailureJson {
    fn from(Failure { code, detail }: Failure) -> Self {
        Self { code, detail }
    }
}

/// Something that can be played.
#[derive(Serialize, ToSchema)]
pub(crate) struct RenditionJson {
    /// Its address; the policy is asked at every request.
    url: String,
    /// Its type.
    content_type: &'static str,
    /// The width of the picture.
    width: i64,
    /// The height of the picture.
    height: i64,
    /// The codec of the picture: `h264` or `av1`.
    codec: &'static str,
    /// Its length in bytes.
    size_bytes: i64,
    /// Bits a second, on average.
    bits_per_second: i64,
}

/// Why a feed shows a video.
#[derive(Serialize, ToSchema)]
pub(crate) struct WhyJson {
    /// A stable word: `new`, `popular`, `you_follow`, `like_liked` (the viewer liked others of its author),
    /// `friend` or `yours`.
    code: &'static str,
}

impl From<VideoView> for VideoJson {
    fn from(video: VideoView) -> Self {
        let ready = video.state == VideoState::Ready;
        let address = |there: bool, part| (ready && there).then(|| media::address(video.id, part));
        let rendition = |one: &Rendition| RenditionJson {
            url: media::address(video.id, one.part),
            content_type: "video/mp4",
            width: one.width,
            height: one.height,
            codec: one.codec,
            size_bytes: one.size_bytes,
            bits_per_second: one.bits_per_second,
        };
        Self {
            renditions: if ready { video.shown.renditions.iter().map(rendition).collect() } else { vec![] },
            cover_url: address(true, Part::Cover),
            cover_avif_url: address(video.shown.has_avif, Part::Avif),
            preview_url: address(video.shown.has_preview, Part::Preview),
            placeholder: video.shown.placeholder.clone().filter(|_| ready),
            download_url: (ready && video.may_download).then(|| media::address(video.id, Part::Download)),
            id: video.id.to_string(),
            account: AccountRef { handle: video.handle, display_name: video.display_name },
            caption: video.caption,
            audience: video.audience.word(),
            comments_from: video.is_mine.then(|| video.comments_from.word()),
            state: video.state.word(),
            progress: video.progress as f64 / 1000.0,
            failure: video.failure.map(FailureJson::from),
            created_at: video.created_at,
            duration_ms: video.duration_ms,
            like_count: video.like_count,
            view_count: video.view_count,
            comment_count: video.comment_count,
            liked: video.liked,
            is_mine: video.is_mine,
            sound: video.sound.map(SoundRef::from),
            joined: video.joined.map(JoinedRef::from),
            mix: video.mix.map(MixJson::from),
            sound_reuse: video.is_mine.then_some(video.sound_reuse),
            downloads: video.is_mine.then_some(video.downloads),
            duets: video.is_mine.then_some(video.duets),
            stitches: video.is_mine.then_some(video.stitches),
            may_duet: ready && video.may_duet,
            may_stitch: ready && video.may_stitch,
            age_restricted: video.age_restricted,
            pinned: video.pinned,
            reframe: video.is_mine.then(|| video.reframe.word()),
            draft: video.is_mine.then_some(video.draft.is_some()),
            publish_at: video.draft.and_then(|draft| draft.publish_at),
            captions_url: (ready && video.captioned).then(|| media::captions_address(video.id)),
            why: video.why.map(|why| WhyJson { code: why.code() }),
        }
    }
}
