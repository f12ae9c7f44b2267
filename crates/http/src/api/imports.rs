//! `me/imports`: bringing in what was taken along elsewhere.

use axum::Json;
use axum::body::Body as Bytes;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use futures_util::StreamExt as _;
use outro_app::bring::{self, ImportView, Incoming};
use outro_app::{AppError, RefusalKind, Signed, video};
use serde::Serialize;
use utoipa::ToSchema;

use super::videos::announced;
use crate::Server;
use crate::form::Form;
use crate::problem::{ApiError, Problem};
use crate::who::Me;

/// An archive on its way in.
#[derive(Serialize, ToSchema)]
pub(crate) struct ImportJson {
    /// The id.
    id: String,
    /// `receiving`, `checking`, `bringing`, `done` or `refused`.
    state: &'static str,
    /// How many of its videos are here.
    done: i64,
    /// How many it has; 0 until it is known.
    videos: i64,
    /// A stable word for why it was refused: nothing of it is here then.
    failure: Option<String>,
    /// When it was begun, RFC 3339.
    created_at: String,
}

/// The archives of an account.
#[derive(Serialize, ToSchema)]
pub(crate) struct ImportsJson {
    /// The archive that is brought, or was; at most one.
    items: Vec<ImportJson>,
    /// None: there are never many.
    next_cursor: Option<String>,
}

/// An archive that was taken in.
#[derive(Serialize, ToSchema)]
pub(crate) struct ImportBegun {
    /// The id.
    id: String,
}

impl From<ImportView> for ImportJson {
    fn from(view: ImportView) -> Self {
        let ImportView { id, state, done, videos, failure, created_at } = view;
        Self { id: id.to_string(), state: state.word(), done, videos, failure, created_at }
    }
}

/// Brings an archive in that was taken along elsewhere, into an account without videos. It is looked through as a whole
/// before anything of it is made; what is not sound is refused as a whole.
#[utoipa::path(post, path = "/api/v1/me/imports", tag = "takeout", security(("bearer" = [])),
    request_body(content = String, content_type = "application/zip"), responses(
    (status = 202, description = "Taken in; it is looked through", body = ImportBegun),
    (status = 400, description = "Cut off", body = Problem),
    (status = 401, description = "Not signed in, or signed out meanwhile", body = Problem),
    (status = 403, description = "One's own account is on hiatus or suspended", body = Problem),
    (status = 409, description = "One was brought already, or the account has videos", body = Problem),
    (status = 413, description = "Too large", body = Problem)))]
pub(crate) async fn begin(
    State(server): State<Server>,
    Me(signed): Me,
    headers: HeaderMap,
    request: Request,
) -> Result<(StatusCode, Json<ImportBegun>), ApiError> {
    let incoming = bring::begin(&server.app, &signed, announced(&headers)).await?;
    let id = receive(&server, &signed, incoming, request.into_body()).await?.to_string();
    Ok((StatusCode::ACCEPTED, Json(ImportBegun { id })))
}

/// Takes the bytes as they come. Who leaves meanwhile, or is signed out, is refused at once.
async fn receive(
    server: &Server,
    signed: &Signed,
    mut incoming: Incoming,
    body: Bytes,
) -> Result<outro_model::ImportId, AppError> {
    let taken = tokio::select! {
        biased;
        () = video::until_signed_out(&server.app, signed) => Err(AppError::SignInNeeded),
        taken = pass_on(&mut incoming, body) => taken,
    };
    match taken {
        Ok(()) => incoming.finish().await,
        Err(error) => {
            incoming.abandon().await;
            Err(error)
        }
    }
}

/// The same from a form, whose file it is.
pub(crate) async fn receive_form(
    server: &Server,
    signed: &Signed,
    mut form: Form,
    announced: Option<u64>,
) -> Result<outro_model::ImportId, AppError> {
    let mut incoming = None;
    let taken = tokio::select! {
        biased;
        () = video::until_signed_out(&server.app, signed) => Err(AppError::SignInNeeded),
        taken = file_of(server, signed, &mut form, announced, &mut incoming) => taken,
    };
    let missing = || AppError::invalid("file", "file_missing", "Choose a file.");
    match (taken, incoming) {
        (Ok(()), Some(incoming)) => incoming.finish().await,
        (Ok(()), None) => Err(missing()),
        (Err(error), incoming) => {
            if let Some(incoming) = incoming {
                incoming.abandon().await;
            }
            Err(error)
        }
    }
}

async fn file_of(
    server: &Server,
    signed: &Signed,
    form: &mut Form,
    announced: Option<u64>,
    incoming: &mut Option<Incoming>,
) -> Result<(), AppError> {
    let meter = form.meter();
    while let Some(mut field) = form.next().await? {
        if field.name() == Some("file") && incoming.is_none() {
            let incoming = incoming.insert(bring::begin(&server.app, signed, announced).await?);
            while let Some(bytes) = meter.take(&mut field).await? {
                incoming.write(&bytes).await?;
            }
        }
    }
    Ok(())
}

async fn pass_on(incoming: &mut Incoming, body: Bytes) -> Result<(), AppError> {
    let mut pieces = body.into_data_stream();
    while let Some(piece) = pieces.next().await {
        let cut = |_| AppError::refused(RefusalKind::Malformed, "cut_off", "The archive was cut off.");
        incoming.write(&piece.map_err(cut)?).await?;
    }
    Ok(())
}

/// The archive that one brings, or has brought.
#[utoipa::path(get, path = "/api/v1/me/imports", tag = "takeout", security(("bearer" = [])), responses(
    (status = 200, description = "The archive, if there is one", body = ImportsJson),
    (status = 401, description = "Not signed in", body = Problem)))]
pub(crate) async fn list(State(server): State<Server>, Me(signed): Me) -> Result<Json<ImportsJson>, ApiError> {
    let items = bring::list(&server.app, &signed).await?.into_iter().map(ImportJson::from).collect();
    Ok(Json(ImportsJson { items, next_cursor: None }))
}
