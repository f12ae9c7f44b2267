//! What every page begins with: who visits, in which language, and the form they sent.

use axum::Form;
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use outro_app::account::{self, Me};
use outro_app::{AppError, RefusalKind, Signed, Viewer, erasure, notify};
use outro_pages::{Chrome, Lang, ViewerChip};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::place;
use super::render::{OrPage as _, Stop};
use crate::Server;
use crate::problem::ApiError;
use crate::who::{Visitor, another_site, csrf, csrf_fits, forgery, is_cross_site, may_open_session};

/// Anybody's visit.
pub(super) struct Visit {
    pub(super) server: Server,
    pub(super) viewer: Viewer,
    pub(super) me: Option<Me>,
    pub(super) chrome: Chrome,
    /// Where to go afterwards, as the address says.
    pub(super) next: String,
    /// The page to come back to after signing in.
    pub(super) back: String,
}

impl FromRequestParts<Server> for Visit {
    type Rejection = Stop;

    async fn from_request_parts(parts: &mut Parts, server: &Server) -> Result<Self, Stop> {
        let visit = Self::stranger(parts, server);
        let Visitor(viewer) =
            Visitor::from_request_parts(parts, server).await.map_err(|ApiError(error)| visit.stop(error))?;
        match viewer {
            Some(signed) => visit.of(signed).await,
            None => Ok(visit),
        }
    }
}

impl Visit {
    /// A visit of somebody who is not looked up.
    pub(super) fn stranger(parts: &Parts, server: &Server) -> Self {
        let said = place::said(&parts.uri);
        let languages = parts.headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        let chrome = Chrome {
            lang: Lang::from_accept_language(languages.unwrap_or_default()),
            site_name: server.config.site_name.clone(),
            contact: server.config.contact.clone().unwrap_or_default(),
            viewer: None,
            csrf: String::new(),
            unread: 0,
            news: 0,
            dev: server.config.dev && server.app.courier.outbox().is_some(),
            // Another site's link must not make this one say that something was done.
            away: false,
            suspended: false,
            leaving_at: String::new(),
            live: false,
            notice: said.done.filter(|_| !is_cross_site(&parts.headers, &server.config)),
        };
        let back = place::back(&parts.method, &parts.uri);
        Self { server: server.clone(), viewer: None, me: None, chrome, next: said.next, back }
    }

    async fn of(mut self, signed: Signed) -> Result<Self, Stop> {
        let me = match account::me(&self.server.app, &signed).await {
            // Left since the session was looked at: a stranger again.
            Err(AppError::SignInNeeded) => return Ok(self),
            me => me.or_page(&self)?,
        };
        self.chrome.unread = outro_app::message::unread(&self.server.app, &signed).await.or_page(&self)?;
        self.chrome.viewer = Some(ViewerChip { handle: me.handle.clone() });
        self.chrome.away = me.privacy.on_hiatus;
        self.chrome.news = notify::unread(&self.server.app, &signed).await.or_page(&self)?;
        self.chrome.suspended = me.suspended;
        self.chrome.live = !me.privacy.on_hiatus && !me.suspended;
        self.chrome.csrf = csrf(&self.server, &signed);
        (self.viewer, self.me) = (Some(signed), Some(me));
        Ok(self)
    }

    /// The visit of a stranger who has just signed in.
    pub(super) async fn signed_in(self, signed: Signed) -> Result<Member, Stop> {
        self.of(signed).await?.member()
    }

    /// The same, and the page says when the account of who is signed in goes by itself, if it does.
    pub(super) async fn told_of_leaving(mut self) -> Result<Self, Stop> {
        if let Some(signed) = &self.viewer {
            let pending = erasure::pending(&self.server.app, signed).await.or_page(&self)?;
            self.chrome.leaving_at = pending.map(|one| one.leaves_at.rfc3339()).unwrap_or_default();
        }
        Ok(self)
    }

    fn member(self) -> Result<Member, Stop> {
        match (self.viewer.clone(), self.me.clone()) {
            (Some(signed), Some(me)) => Ok(Member { visit: self, signed, me }),
            _ => Err(self.stop(AppError::SignInNeeded)),
        }
    }
}

/// A visit of somebody signed in. Others are led to sign in.
pub(super) struct Member {
    pub(super) visit: Visit,
    pub(super) signed: Signed,
    pub(super) me: Me,
}

impl FromRequestParts<Server> for Member {
    type Rejection = Stop;

    async fn from_request_parts(parts: &mut Parts, server: &Server) -> Result<Self, Stop> {
        Visit::from_request_parts(parts, server).await?.member()
    }
}

/// A form that somebody signed in has sent from a page of ours.
pub(super) struct Posted<T> {
    pub(super) member: Member,
    pub(super) form: T,
}

/// What each form of a session carries besides its own fields.
#[derive(Deserialize)]
struct WithToken<T> {
    #[serde(default)]
    csrf: String,
    #[serde(flatten)]
    fields: T,
}

impl<T: DeserializeOwned> FromRequest<Server> for Posted<T> {
    type Rejection = Stop;

    async fn from_request(request: Request, server: &Server) -> Result<Self, Stop> {
        let (mut parts, body) = request.into_parts();
        let member = Member::from_request_parts(&mut parts, server).await?;
        let read = fields::<WithToken<T>>(Request::from_parts(parts, body)).await;
        let WithToken { csrf, fields } = read.or_page(&member.visit)?;
        member.checked(&csrf).map(|member| Self { member, form: fields })
    }
}

impl Member {
    /// The same, and the page says when the account goes by itself, if it does.
    pub(super) async fn told_of_leaving(self) -> Result<Self, Stop> {
        Ok(Self { visit: self.visit.told_of_leaving().await?, ..self })
    }

    /// Refuses a form that did not come from a page of this session.
    pub(super) fn checked(self, csrf: &str) -> Result<Self, Stop> {
        let fits = csrf_fits(&self.visit.server, &self.signed, csrf);
        if fits { Ok(self) } else { Err(self.visit.stop(forgery())) }
    }
}

/// A form that may be sent by anybody, from a page of ours: it may sign the browser in.
pub(super) struct Sent<T> {
    pub(super) visit: Visit,
    pub(super) form: T,
}

impl<T: DeserializeOwned> FromRequest<Server> for Sent<T> {
    type Rejection = Stop;

    async fn from_request(request: Request, server: &Server) -> Result<Self, Stop> {
        let (mut parts, body) = request.into_parts();
        let visit = Visit::from_request_parts(&mut parts, server).await?;
        if !may_open_session(&parts.headers, &server.config) {
            return Err(visit.stop(another_site()));
        }
        let form = fields(Request::from_parts(parts, body)).await.or_page(&visit)?;
        Ok(Self { visit, form })
    }
}

async fn fields<T: DeserializeOwned>(request: Request) -> Result<T, AppError> {
    match Form::<T>::from_request(request, &()).await {
        Ok(Form(form)) => Ok(form),
        // The reader's own words could quote what was sent.
        Err(rejection) => Err(match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => {
                AppError::refused(RefusalKind::TooLarge, "form_too_large", "This form is too large.")
            }
            _ => AppError::refused(RefusalKind::Malformed, "not_a_form", "This form cannot be read."),
        }),
    }
}

/// The one part of an address that names something; what cannot name anything is not there.
pub(super) struct Named<T>(pub(super) Result<T, AppError>);

impl<T: std::str::FromStr> FromRequestParts<Server> for Named<T> {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, server: &Server) -> Result<Self, Self::Rejection> {
        let segment = Path::<String>::from_request_parts(parts, server).await;
        let named = segment.ok().and_then(|Path(text)| text.parse().ok());
        Ok(Self(named.ok_or(AppError::NotFound)))
    }
}
