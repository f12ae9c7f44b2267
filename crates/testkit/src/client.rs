//! A client that speaks to the router without a network.

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;

/// Somebody who asks: with a token, or without.
#[derive(Clone)]
pub struct Client {
    pub(crate) router: Router,
    /// The bearer token.
    pub token: Option<String>,
}

/// An answer, read whole.
#[derive(Debug)]
pub struct Reply {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Vec<u8>,
}

impl Reply {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("not JSON: {}", self.text()))
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Holds the status against what was expected; the answer itself.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
        self
    }

    /// The stable word of a problem document.
    pub fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }
}

impl Client {
    /// A client of a router, with a token or without.
    pub fn of(router: Router, token: Option<String>) -> Self {
        Self { router, token }
    }

    /// The same client without a token.
    pub fn anonymous(&self) -> Self {
        Self { router: self.router.clone(), token: None }
    }

    /// The same client with another token.
    pub fn with(&self, token: Option<&str>) -> Self {
        Self { router: self.router.clone(), token: token.map(str::to_owned) }
    }

    /// Sends a request as it is, with the token.
    pub async fn send(&self, mut request: Request<Body>) -> Reply {
        if let Some(token) = &self.token {
            request.headers_mut().insert(header::AUTHORIZATION, format!("Bearer {token}").parse().unwrap());
        }
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        // A body that is broken off ends here: what came until then is what was answered.
        let body = body.collect().await.map(|body| body.to_bytes().to_vec()).unwrap_or_default();
        Reply { status: parts.status, headers: parts.headers, body }
    }

    /// Sends a JSON body, or none.
    pub async fn call(&self, method: &str, path: &str, body: Option<Value>) -> Reply {
        let mut request = Request::builder().method(Method::from_bytes(method.as_bytes()).unwrap()).uri(path);
        if body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        self.send(request.body(body).unwrap()).await
    }

    /// GET.
    pub async fn get(&self, path: &str) -> Reply {
        self.call("GET", path, None).await
    }

    /// GET of a byte range.
    pub async fn get_range(&self, path: &str, range: &str) -> Reply {
        let request = Request::builder().uri(path).header(header::RANGE, range);
        self.send(request.body(Body::empty()).unwrap()).await
    }

    /// POST.
    pub async fn post(&self, path: &str, body: Value) -> Reply {
        self.call("POST", path, Some(body)).await
    }

    /// Joins; a client that is signed in as the new account.
    pub async fn join(&self, handle: &str) -> Self {
        let body = json!({"handle": handle, "password": format!("{handle}-password"), "birth_date": "1990-05-05"});
        let reply = self.post("/api/v1/accounts", body).await.expect(201);
        Self { router: self.router.clone(), token: reply.json()["token"].as_str().map(str::to_owned) }
    }

    /// Speaks tus: its version, these headers, and this body, which is a piece of a file.
    pub async fn tus(&self, method: &str, path: &str, headers: &[(&str, &str)], piece: impl Into<Body>) -> Reply {
        let mut request = Request::builder().method(method).uri(path).header("tus-resumable", "1.0.0");
        request = request.header(header::CONTENT_TYPE, "application/offset+octet-stream");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(piece.into()).unwrap()).await
    }

    /// Begins an upload of so many bytes, of which these things are said; its address.
    pub async fn begin_upload(&self, length: usize, said: &[(&str, &str)]) -> String {
        let said: Vec<_> = said.iter().map(|(key, value)| format!("{key} {}", STANDARD.encode(value))).collect();
        let (length, said) = (length.to_string(), said.join(","));
        let headers = [("upload-length", length.as_str()), ("upload-metadata", said.as_str())];
        let begun = self.tus("POST", "/api/v1/uploads", &headers, Body::empty()).await.expect(201);
        begun.headers[header::LOCATION].to_str().unwrap().to_owned()
    }

    /// Adds a piece to an upload, from this byte on.
    pub async fn add_piece(&self, upload: &str, offset: usize, piece: &[u8]) -> Reply {
        let (offset, length) = (offset.to_string(), piece.len().to_string());
        let headers = [("upload-offset", offset.as_str()), ("content-length", length.as_str())];
        self.tus("PATCH", upload, &headers, piece.to_vec()).await
    }

    /// Uploads a file with fields.
    pub async fn upload(&self, file: &[u8], fields: &[(&str, &str)]) -> Reply {
        self.send_form("/api/v1/videos", file, fields).await
    }

    /// Adds a file to the video with this id as a clip.
    pub async fn add_clip(&self, video: &str, file: &[u8]) -> Reply {
        self.send_form(&format!("/api/v1/videos/{video}/clips"), file, &[]).await
    }

    async fn send_form(&self, path: &str, file: &[u8], fields: &[(&str, &str)]) -> Reply {
        let boundary = "outro-test-boundary";
        let mut body = Vec::new();
        for (name, value) in fields {
            let head = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
            body.extend_from_slice(head.as_bytes());
        }
        let head = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"clip.mp4\"\r\n\
             Content-Type: video/mp4\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(file);
        body.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
        let kind = format!("multipart/form-data; boundary={boundary}");
        let request = Request::builder().method(Method::POST).uri(path).header(header::CONTENT_TYPE, kind);
        self.send(request.header(header::CONTENT_LENGTH, body.len()).body(Body::from(body)).unwrap()).await
    }
}
