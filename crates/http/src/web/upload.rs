//! Uploading, for browsers without scripts; scripts send the same form to the JSON interface.

use axum::extract::Query;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use outro_app::sound::{self, Offered};
use outro_app::video::Part;
use outro_app::{AppError, RefusalKind, Signed};
use outro_model::{Mixing, Way};
use outro_pages::{Audience, ChosenSound, Chrome, FormState, Reframe, UploadPage};
use serde::Deserialize;

use super::cards;
use super::place::go;
use super::render::{Answer, OrPage as _, html};
use super::studio::Waiting;
use super::visit::Member;
use super::words::onto;
use crate::Server;
use crate::api::{announced, receive};
use crate::form::Form;
use crate::media::address;

/// The longest token that is read; one of ours is far shorter.
const TOKEN_BYTES: usize = 256;

/// `GET /upload`.
pub(super) async fn show(member: Member, uri: Uri) -> Answer {
    let chosen = chosen(&member.visit.server, &member.signed, &uri).await.or_page(&member.visit)?;
    let waiting = Waiting::of(&member).await.or_page(&member.visit)?;
    let visit = member.visit;
    Ok(html(page(&visit.server, visit.chrome, FormState::default(), (chosen, waiting))))
}

/// What of another's the address names.
async fn chosen(server: &Server, signed: &Signed, uri: &Uri) -> Result<Option<ChosenSound>, AppError> {
    let Ok(Query(Chosen { sound, duet, stitch })) = Query::<Chosen>::try_from_uri(uri) else { return Ok(None) };
    let unknown = |_| AppError::NotFound;
    let (offered, way) = match (sound, duet, stitch) {
        (Some(id), ..) => {
            let id = id.parse().map_err(unknown)?;
            (sound::offered(&server.app, signed, id, Way::Sound).await?, Way::Sound)
        }
        (None, Some(id), _) => {
            let id = id.parse().map_err(unknown)?;
            (sound::offered_video(&server.app, signed, id, Way::Duet).await?, Way::Duet)
        }
        (None, None, Some(id)) => {
            let id = id.parse().map_err(unknown)?;
            (sound::offered_video(&server.app, signed, id, Way::Stitch).await?, Way::Stitch)
        }
        (None, None, None) => return Ok(None),
    };
    chosen_sound(server, signed, offered, Mixing::of(way)).await.map(Some)
}

/// A sound that was chosen, and how it is mixed.
pub(super) async fn chosen_sound(
    server: &Server,
    signed: &Signed,
    Offered { id, handle, duration_ms, video }: Offered,
    Mixing { from_ms, own, sound: level, way }: Mixing,
) -> Result<ChosenSound, AppError> {
    let peaks = sound::get(&server.app, &Some(signed.clone()), id).await?.peaks;
    let audio_url = address(video, Part::Rendition);
    let mixing = outro_pages::Mixing { from_ms, own, sound: level };
    let id = if way == Way::Sound { id.to_string() } else { video.to_string() };
    Ok(ChosenSound { way: cards::way(way), id, handle, duration_ms, peaks, audio_url, mixing })
}

#[derive(Deserialize)]
struct Chosen {
    sound: Option<String>,
    /// A video.
    duet: Option<String>,
    /// A video.
    stitch: Option<String>,
}

fn page(server: &Server, chrome: Chrome, form: FormState, (sound, waiting): (Option<ChosenSound>, Waiting)) -> String {
    let settings = &server.app.settings;
    let page = UploadPage {
        chrome,
        form,
        // What was typed came in with the file, and is not read back from there.
        caption: String::new(),
        audience: Audience::default(),
        reframe: Reframe::default(),
        sound,
        max_bytes: i64::try_from(settings.max_upload_bytes).unwrap_or(i64::MAX),
        max_seconds: i64::try_from(settings.max_duration_s).unwrap_or(i64::MAX),
        unfinished: waiting.unfinished,
        drafts: waiting.drafts,
    };
    page.render()
}

/// `POST /upload`. The token is the first field, so that nothing of a forged upload is taken in.
pub(super) async fn take(member: Member, headers: HeaderMap, form: Result<Form, Response>) -> Answer {
    let mut form = form.map_err(|_| not_a_form()).or_page(&member.visit)?;
    let token = token(&mut form).await.or_page(&member.visit)?;
    let member = member.checked(&token)?;
    match receive(&member.visit.server, &member.signed, form, announced(&headers)).await {
        Ok(video) => Ok(go(&format!("/v/{}", video.id))),
        Err(error) => {
            let waiting = Waiting::of(&member).await.or_page(&member.visit)?;
            let server = member.visit.server.clone();
            member.visit.again(error, |chrome, form| page(&server, chrome, onto("file", form), (None, waiting)))
        }
    }
}

/// The first field, when it is the token; else nothing, which fits no session.
pub(super) async fn token(form: &mut Form) -> Result<String, AppError> {
    let meter = form.meter();
    let first = form.next().await?;
    let Some(mut field) = first.filter(|field| field.name() == Some("csrf")) else { return Ok(String::new()) };
    let token = meter.short(&mut field, TOKEN_BYTES).await?.unwrap_or_default();
    Ok(String::from_utf8(token).unwrap_or_default())
}

pub(super) fn not_a_form() -> AppError {
    AppError::refused(RefusalKind::Malformed, "not_a_form", "This form cannot be read.")
}
