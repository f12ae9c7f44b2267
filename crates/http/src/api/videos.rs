//! `videos`: uploading, looking, changing, removing.

use axum::Json;
use axum::extract::State;
use axum::extract::multipart::Field;
use axum::http::{HeaderMap, StatusCode, header};
use outro_app::video::{self, Framing, Key, NewVideo, Upload, VideoChange, VideoView};
use outro_app::{AppError, Signed};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use super::views::{Page, VideoJson};
use crate::Server;
use crate::cursor::{self, PageQuery};
use crate::extract::{Body, Path, Query, read_id};
use crate::form::{Form, Meter};
use crate::problem::{ApiError, Problem};
use crate::who::{Me, Who};

/// The longest text field of an upload, in bytes: a caption of 2,200 characters fits.
const FIELD_BYTES: usize = 16 << 10;

/// An upload.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the multipart form, which is read field by field")]
pub(crate) struct UploadForm {
    /// The video.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
    /// At most 2,200 characters.
    caption: Option<String>,
    /// `everyone` (when not given), `followers`, `friends` or `only_me`.
    audience: Option<String>,
    /// Who may comment: `everyone` (when not given), `followers`, `friends` or `no_one`. The account's setting
    /// is a ceiling.
    comments_from: Option<String>,
    /// How a landscape video becomes upright: `fit` (when not given), `crop` or `follow`.
    reframe: Option<String>,
    /// The id of a sound that is to be heard in the place of the video's own, or beside it. The own is kept for when it goes.
    sound: Option<String>,
    /// Where in that sound the stretch begins that is heard, in milliseconds: 0 when not given.
    sound_from_ms: Option<String>,
    /// How much of that sound is heard, in percent of its amplitude: 100 when not given.
    sound_level: Option<String>,
    /// How much of the video's own sound is heard beside it, in percent of its amplitude: 0 when not given.
    own_level: Option<String>,
    /// Whether others may use its sound: `true` (when not given) or `false`. They may only while everyone may watch it.
    sound_reuse: Option<String>,
    /// Whether others may download it: `true` (when not given) or `false`. They may only while everyone may watch it.
    downloads: Option<String>,
    /// Whether others may put it beside theirs, as a duet: `true` (when not given) or `false`. They may only while everyone may
    /// watch it.
    duets: Option<String>,
    /// Whether others may begin theirs with a piece of it, as a stitch: `true` (when not given) or `false`. They may only while
    /// everyone may watch it.
    stitches: Option<String>,
    /// The id of a video that is seen and heard beside it: a duet. `sound_from_ms` says where in that one the stretch begins,
    /// `sound_level` and `own_level` how loud the two are: 100 when not given.
    duet_of: Option<String>,
    /// The id of a video up to five seconds of which come before it, from `sound_from_ms` on: a stitch. One of `sound`,
    /// `duet_of` and `stitch_of` at most.
    stitch_of: Option<String>,
    /// Whether it is for those alone who are 18 or older: `true`, or `false` (when not given).
    age_restricted: Option<String>,
    /// Whether it stays a draft, which its owner alone sees, until it is published: `true`, or `false` (when not given).
    draft: Option<String>,
}

/// A video that was taken in.
#[derive(Serialize, ToSchema)]
pub(crate) struct UploadedView {
    /// The video; it is being made ready.
    video: VideoJson,
}

/// What is changed; what is left out stays.
#[derive(Deserialize, ToSchema)]
pub(crate) struct VideoChangeBody {
    /// `everyone`, `followers`, `friends` or `only_me`.
    audience: Option<String>,
    /// Who may comment: `everyone`, `followers`, `friends` or `no_one`. The account's setting is a ceiling.
    comments_from: Option<String>,
    /// At most 2,200 characters.
    caption: Option<String>,
    /// Whether others may use its sound. Videos that do play their own as soon as they may not.
    sound_reuse: Option<bool>,
    /// Of a draft, the id of a sound that is to be heard in the place of the video's own, or beside it; null plays its own, alone.
    /// It is made anew.
    #[serde(default, deserialize_with = "said")]
    #[schema(value_type = Option<String>)]
    sound: Option<Option<String>>,
    /// Of a draft with such a sound, where in it the stretch begins that is heard, in milliseconds. It is made anew.
    sound_from_ms: Option<i64>,
    /// Of a draft with such a sound, how much of it is heard, 0 to 100 percent of its amplitude. It is made anew.
    sound_level: Option<i64>,
    /// Of a draft with such a sound, how much of its own is heard beside it, 0 to 100. It is made anew.
    own_level: Option<i64>,
    /// Whether others may download it. They may only while everyone may watch it.
    downloads: Option<bool>,
    /// Whether others may put it beside theirs, as a duet. Duets that they made play theirs alone as soon as they may not.
    duets: Option<bool>,
    /// Whether others may begin theirs with a piece of it, as a stitch. The same.
    stitches: Option<bool>,
    /// Whether it is for those alone who are 18 or older. For everybody else it is not there.
    age_restricted: Option<bool>,
    /// Of a draft, how a landscape video becomes upright: `fit`, `crop` or `follow`. It is made anew.
    reframe: Option<String>,
    /// `false` publishes a draft: at once where it is ready, else as soon as it is.
    draft: Option<bool>,
    /// Of a draft, when it is published by itself, RFC 3339; null takes that back.
    #[serde(default, deserialize_with = "said")]
    #[schema(value_type = Option<String>)]
    publish_at: Option<Option<String>>,
}

/// Parts null from what is left out.
fn said<'de, D: Deserializer<'de>>(value: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(value).map(Some)
}

/// Uploads a video.
#[utoipa::path(post, path = "/api/v1/videos", tag = "videos", security(("bearer" = [])),
    request_body(content = UploadForm, content_type = "multipart/form-data"), responses(
    (status = 202, description = "Taken in; it is being made ready", body = UploadedView),
    (status = 400, description = "Not a multipart form, or cut off", body = Problem),
    (status = 401, description = "Not signed in, or signed out meanwhile", body = Problem),
    (status = 403, description = "One's own account is on hiatus or suspended, or the sound cannot be used by others",
        body = Problem),
    (status = 413, description = "Too large", body = Problem),
    (status = 415, description = "Not of type multipart/form-data", body = Problem),
    (status = 422, description = "Not a video, or a field cannot be used", body = Problem)))]
pub(crate) async fn upload(
    State(server): State<Server>,
    Me(signed): Me,
    headers: HeaderMap,
    form: Form,
) -> Result<(StatusCode, Json<UploadedView>), ApiError> {
    let video = receive(&server, &signed, form, announced(&headers)).await?.into();
    Ok((StatusCode::ACCEPTED, Json(UploadedView { video })))
}

/// The length of a whole form, where it is known.
pub(crate) fn announced(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok())
}

/// Reads the fields of an upload, in whatever order they come; the file is passed on as it comes.
/// `announced` is the length of the whole form, where it is known. Who leaves meanwhile, or is signed out,
/// is refused at once, whether or not anything still comes in. A refusal leaves nothing behind.
pub(crate) async fn receive(
    server: &Server,
    signed: &Signed,
    mut form: Form,
    announced: Option<u64>,
) -> Result<VideoView, AppError> {
    let (mut new, mut upload) = (NewVideo::default(), None);
    let taken = tokio::select! {
        biased;
        () = video::until_signed_out(&server.app, signed) => Err(AppError::SignInNeeded),
        taken = fields(server, signed, &mut form, announced, (&mut new, &mut upload)) => taken,
    };
    let missing = || AppError::invalid("file", "file_missing", "Choose a video.");
    match (taken, upload) {
        (Ok(()), Some(upload)) => upload.finish(signed, new).await,
        (Ok(()), None) => Err(missing()),
        (Err(error), upload) => {
            if let Some(upload) = upload {
                upload.abandon().await;
            }
            Err(error)
        }
    }
}

async fn fields(
    server: &Server,
    signed: &Signed,
    form: &mut Form,
    announced: Option<u64>,
    (new, upload): (&mut NewVideo, &mut Option<Upload>),
) -> Result<(), AppError> {
    let meter = form.meter();
    while let Some(mut field) = form.next().await? {
        match field.name() {
            Some("file") if upload.is_none() => {
                let upload = upload.insert(video::begin_upload(&server.app, signed, announced).await?);
                while let Some(bytes) = meter.take(&mut field).await? {
                    upload.write(&bytes).await?;
                }
            }
            Some("caption") => new.caption = Some(text(&meter, &mut field).await?),
            Some("audience") => new.audience = Some(text(&meter, &mut field).await?),
            Some("comments_from") => new.comments_from = Some(text(&meter, &mut field).await?),
            Some("reframe") => new.reframe = Some(text(&meter, &mut field).await?),
            Some("sound") => new.sound = Some(text(&meter, &mut field).await?),
            Some("sound_from_ms") => new.sound_from_ms = Some(text(&meter, &mut field).await?),
            Some("sound_level") => new.sound_level = Some(text(&meter, &mut field).await?),
            Some("own_level") => new.own_level = Some(text(&meter, &mut field).await?),
            Some("sound_reuse") => new.sound_reuse = Some(text(&meter, &mut field).await?),
            Some("downloads") => new.downloads = Some(text(&meter, &mut field).await?),
            Some("duets") => new.duets = Some(text(&meter, &mut field).await?),
            Some("stitches") => new.stitches = Some(text(&meter, &mut field).await?),
            Some("duet_of") => new.duet_of = Some(text(&meter, &mut field).await?),
            Some("stitch_of") => new.stitch_of = Some(text(&meter, &mut field).await?),
            Some("age_restricted") => new.age_restricted = Some(text(&meter, &mut field).await?),
            Some("draft") => new.draft = Some(text(&meter, &mut field).await?),
            _ => {}
        }
    }
    Ok(())
}

async fn text(meter: &Meter, field: &mut Field<'_>) -> Result<String, AppError> {
    let long = || AppError::invalid("caption", "caption_too_long", "A field is too long.");
    let bytes = meter.short(field, FIELD_BYTES).await?.ok_or_else(long)?;
    String::from_utf8(bytes).map_err(|_| AppError::invalid("caption", "not_text", "A field is not text."))
}

/// A video.
#[utoipa::path(get, path = "/api/v1/videos/{id}", tag = "videos",
    params(("id" = String, Path, description = "The id of the video")), responses(
    (status = 200, description = "The video", body = VideoJson),
    (status = 401, description = "The token opens nothing", body = Problem),
    (status = 404, description = "Nothing here", body = Problem)))]
pub(crate) async fn get(
    State(server): State<Server>,
    Who(viewer): Who,
    Path(id): Path<String>,
) -> Result<Json<VideoJson>, ApiError> {
    Ok(Json(video::get(&server.app, &viewer, read_id(&id)?).await?.into()))
}

/// Changes one's own video.
#[utoipa::path(patch, path = "/api/v1/videos/{id}", tag = "videos", request_body = VideoChangeBody,
    security(("bearer" = [])), params(("id" = String, Path, description = "The id of the video")), responses(
    (status = 200, description = "Changed", body = VideoJson),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 403, description = "The sound cannot be used by others", body = Problem),
    (status = 404, description = "Nothing here", body = Problem),
    (status = 409, description = "It is no draft any more, or could not be made ready", body = Problem),
    (status = 422, description = "A field cannot be used", body = Problem)))]
pub(crate) async fn change(
    State(server): State<Server>,
    Me(signed): Me,
    Path(id): Path<String>,
    Body(body): Body<VideoChangeBody>,
) -> Result<Json<VideoJson>, ApiError> {
    let change = VideoChange {
        audience: body.audience,
        comments_from: body.comments_from,
        caption: body.caption,
        sound_reuse: body.sound_reuse,
        sound: body.sound,
        sound_from_ms: body.sound_from_ms,
        sound_level: body.sound_level,
        own_level: body.own_level,
        downloads: body.downloads,
        duets: body.duets,
        stitches: body.stitches,
        age_restricted: body.age_restricted,
        reframe: body.reframe,
        draft: body.draft,
        publish_at: body.publish_at,
    };
    Ok(Json(video::change(&server.app, &signed, read_id(&id)?, change).await?.into()))
}

/// Puts one's own video first on one's profile, where at most three stand.
#[utoipa::path(put, path = "/api/v1/videos/{id}/pin", tag = "videos", security(("bearer" = [])),
    params(("id" = String, Path, description = "The id of the video")), responses(
    (status = 200, description = "It stands first", body = VideoJson),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 404, description = "Nothing here", body = Problem),
    (status = 409, description = "It is a draft, or three stand there already", body = Problem)))]
pub(crate) async fn pin(
    State(server): State<Server>,
    Me(signed): Me,
    Path(id): Path<String>,
) -> Result<Json<VideoJson>, ApiError> {
    Ok(Json(video::pin(&server.app, &signed, read_id(&id)?).await?.into()))
}

/// Takes back that one's own video stands first on one's profile.
#[utoipa::path(delete, path = "/api/v1/videos/{id}/pin", tag = "videos", security(("bearer" = [])),
    params(("id" = String, Path, description = "The id of the video")), responses(
    (status = 200, description = "It stands among the others", body = VideoJson),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 404, description = "Nothing here", body = Problem)))]
pub(crate) async fn unpin(
    State(server): State<Server>,
    Me(signed): Me,
    Path(id): Path<String>,
) -> Result<Json<VideoJson>, ApiError> {
    Ok(Json(video::unpin(&server.app, &signed, read_id(&id)?).await?.into()))
}

/// One's own drafts: videos that nobody else sees before they are published.
#[utoipa::path(get, path = "/api/v1/me/drafts", tag = "videos", security(("bearer" = [])), params(PageQuery), responses(
    (status = 200, description = "The drafts, the newest first", body = Page<VideoJson>),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 422, description = "The cursor cannot be used", body = Problem)))]
pub(crate) async fn drafts(
    State(server): State<Server>,
    Me(signed): Me,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<VideoJson>>, ApiError> {
    let found = video::drafts(&server.app, &signed, page.before()?, page.limit()?).await?;
    let items = found.items.into_iter().map(VideoJson::from).collect();
    Ok(Json(Page { items, next_cursor: found.next.map(cursor::write) }))
}

/// Takes one's own video away. When this answers, nobody sees or plays it any more.
#[utoipa::path(delete, path = "/api/v1/videos/{id}", tag = "videos", security(("bearer" = [])),
    params(("id" = String, Path, description = "The id of the video")), responses(
    (status = 204, description = "Taken away"),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 404, description = "Nothing here", body = Problem)))]
pub(crate) async fn remove(
    State(server): State<Server>,
    Me(signed): Me,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    video::remove(&server.app, &signed, read_id(&id)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// One moment at which it is said where the window of a video is.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct KeyJson {
    /// Milliseconds from the start.
    at_ms: u32,
    /// The centre of the window: 0 to 1 of the picture's width, or of its height where the picture is too high.
    x: f32,
    /// Whether the window jumps here, instead of moving here from the key point before.
    #[serde(default)]
    cut: bool,
}

/// How a video is framed.
#[derive(Serialize, ToSchema)]
pub(crate) struct FramingJson {
    /// Bars burnt into the picture, which are cut off: thousandths of its width or height at left, top, right and bottom.
    bars: Option<[u16; 4]>,
    /// Where the window looks; null where nobody has looked yet, or one window cannot hold what matters.
    path: Option<Vec<KeyJson>>,
    /// Whether its owner has said so.
    by_hand: bool,
}

impl From<Framing> for FramingJson {
    fn from(Framing { scene, by_hand }: Framing) -> Self {
        let key = |&Key { at_ms, x, cut }: &Key| KeyJson { at_ms, x, cut };
        let path = scene.path.map(|path| path.keys().iter().map(key).collect());
        Self { bars: scene.bars.map(Into::into), path, by_hand }
    }
}

/// Where the window of a draft is to look.
#[derive(Deserialize, ToSchema)]
pub(crate) struct PathBody {
    /// Key points in the order of time.
    path: Vec<KeyJson>,
}

/// How one's own video is framed.
#[utoipa::path(get, path = "/api/v1/videos/{id}/framing", tag = "videos", security(("bearer" = [])),
    params(("id" = String, Path, description = "The id of the video")), responses(
    (status = 200, description = "How it is framed", body = FramingJson),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 404, description = "Nothing here", body = Problem)))]
pub(crate) async fn framing(
    State(server): State<Server>,
    Me(signed): Me,
    Path(id): Path<String>,
) -> Result<Json<FramingJson>, ApiError> {
    Ok(Json(video::framing(&server.app, &signed, read_id(&id)?).await?.into()))
}

/// Says where the window of one's own draft looks, which is made anew so.
#[utoipa::path(put, path = "/api/v1/videos/{id}/framing", tag = "videos", request_body = PathBody,
    security(("bearer" = [])), params(("id" = String, Path, description = "The id of the video")), responses(
    (status = 200, description = "It is made anew", body = VideoJson),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 404, description = "Nothing here", body = Problem),
    (status = 409, description = "It is no draft any more, or could not be made ready", body = Problem),
    (status = 422, description = "The key points cannot be used", body = Problem)))]
pub(crate) async fn set_framing(
    State(server): State<Server>,
    Me(signed): Me,
    Path(id): Path<String>,
    Body(PathBody { path }): Body<PathBody>,
) -> Result<Json<VideoJson>, ApiError> {
    let keys = path.into_iter().map(|KeyJson { at_ms, x, cut }| Key { at_ms, x, cut }).collect();
    Ok(Json(video::set_framing(&server.app, &signed, read_id(&id)?, Some(keys)).await?.into()))
}

/// Has it found again where the window of one's own draft looks, which is made anew so.
#[utoipa::path(delete, path = "/api/v1/videos/{id}/framing", tag = "videos", security(("bearer" = [])),
    params(("id" = String, Path, description = "The id of the video")), responses(
    (status = 200, description = "It is made anew", body = VideoJson),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 404, description = "Nothing here", body = Problem),
    (status = 409, description = "It is no draft any more, or could not be made ready", body = Problem)))]
pub(crate) async fn find_framing(
    State(server): State<Server>,
    Me(signed): Me,
    Path(id): Path<String>,
) -> Result<Json<VideoJson>, ApiError> {
    Ok(Json(video::set_framing(&server.app, &signed, read_id(&id)?, None).await?.into()))
}
