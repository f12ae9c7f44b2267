//! Asking a server of buckets: signed, tried again within bounds, answered in full or not at all. Everything here blocks.

use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use outro_model::{Clock as _, Random, SystemClock, random_bytes};
use rusty_s3::Method;
use rusty_s3::signing::sign;
use ureq::Agent;
use ureq::http;
use ureq::tls::TlsConfig;

use super::address::{BucketAddress, BucketKeys};
use super::answer;
use crate::BlobError;

/// How often a request is made at most, and how long after the first try no other is begun.
const TRIES: usize = 5;
const BOUND: Duration = Duration::from_secs(30);
/// For so long after a server has not answered at all others are not made wait for it as well: they try once.
const DOWN: u64 = 3_000;
/// How long a signature holds: clocks differ. It stands in the address, which a server or what is before it may log: whoever
/// reads that in time can ask the same once more, and nothing else.
const SIGNED_SECONDS: u64 = 300;
/// Answers that are read into memory: a list of 1,000 names is the longest.
const LONGEST: u64 = 4 << 20;
/// What an object is marked with, so that who is not told that it was written can find out.
const MARK: &str = "x-amz-meta-outro";

/// A server of buckets, one bucket, and who asks.
pub(super) struct Client {
    pub(super) address: BucketAddress,
    keys: BucketKeys,
    agent: Agent,
    random: Arc<dyn Random>,
    /// When a request found nobody, in milliseconds since `began`; 0 since one was answered.
    down: AtomicU64,
    began: Instant,
}

/// What is asked.
pub(super) struct Ask<'a> {
    pub(super) method: Method,
    /// The name of an object; empty for the bucket itself.
    pub(super) key: &'a str,
    /// Sorted by name.
    pub(super) query: Vec<(&'static str, String)>,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Option<&'a [u8]>,
}

/// What is answered.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) length: Option<u64>,
    pub(super) etag: Option<String>,
    pub(super) mark: Option<String>,
    pub(super) body: Vec<u8>,
}

/// Why there is no answer.
enum Silence {
    /// Nobody is there, or the line broke.
    Away(String),
    /// The server asks for patience.
    Busy(String),
}

impl<'a> Ask<'a> {
    pub(super) fn new(method: Method, key: &'a str) -> Self {
        Self { method, key, query: Vec::new(), headers: Vec::new(), body: None }
    }

    pub(super) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.query.push((name, value.into()));
        self
    }

    pub(super) fn head(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(super) fn marked(self, mark: &str) -> Self {
        self.head(MARK, mark)
    }

    pub(super) fn carrying(mut self, body: &'a [u8]) -> Self {
        self.body = Some(body);
        self
    }
}

impl Answer {
    pub(super) fn is_fine(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The code of an error. Some errors come with status 200.
    pub(super) fn code(&self) -> Option<String> {
        answer::code(&self.body)
    }

    /// The answer, if it is no error; what is wrong else.
    pub(super) fn fine(self) -> Result<Self, BlobError> {
        if self.is_fine() { Ok(self) } else { Err(self.refused()) }
    }

    pub(super) fn refused(&self) -> BlobError {
        let code = self.code().unwrap_or_else(|| "no code".into());
        tracing::warn!(status = self.status, code, "the object server refuses");
        BlobError::Refused(self.status, code)
    }
}

impl Client {
    pub(super) fn new(address: BucketAddress, keys: BucketKeys, random: Arc<dyn Random>) -> Self {
        let began = Instant::now();
        Self { address, keys, agent: agent(), random, down: AtomicU64::new(0), began }
    }

    /// Asks until there is an answer: whatever a server may say later, such as that it is busy, is no answer.
    pub(super) fn ask(&self, ask: &Ask<'_>) -> Result<Answer, BlobError> {
        self.again(|| self.once(ask, |answer| read_all(answer, LONGEST)))
    }

    /// Reads a range of an object into `into`, all of it; `None` when there is no such object, or it ends before.
    pub(super) fn read(&self, key: &str, from: u64, into: &mut [u8]) -> Result<Option<()>, BlobError> {
        if into.is_empty() {
            return Ok(Some(()));
        }
        let range = format!("bytes={from}-{}", from + into.len() as u64 - 1);
        let ask = Ask::new(Method::Get, key).head("range", range);
        let answer = self.again(|| {
            self.once(&ask, |answer| {
                if answer.status() == 206 {
                    read_exact(answer, into)?;
                    return Ok(Vec::new());
                }
                read_all(answer, LONGEST)
            })
        })?;
        match answer.status {
            206 if answer.length == Some(into.len() as u64) => Ok(Some(())),
            // It may be whole: what is between has left out how long it is.
            206 if answer.length.is_none() => Err(BlobError::Away("an answer of unknown length".into())),
            206 | 416 => Ok(None),
            404 if answer.code().as_deref() == Some("NoSuchKey") => Ok(None),
            _ => Err(answer.refused()),
        }
    }

    /// Does something until it is answered.
    fn again(&self, mut once: impl FnMut() -> Result<Answer, Silence>) -> Result<Answer, BlobError> {
        let (began, down) = (Instant::now(), self.is_down());
        for tried in 1.. {
            match once() {
                Ok(answer) => {
                    self.down.store(0, Ordering::Relaxed);
                    return Ok(answer);
                }
                Err(silence) => {
                    if down || tried >= TRIES || began.elapsed() > BOUND {
                        return Err(self.given_up(silence, tried));
                    }
                }
            }
            thread::sleep(self.pause(tried));
        }
        Err(BlobError::Stopped)
    }

    fn given_up(&self, silence: Silence, tried: usize) -> BlobError {
        let why = match silence {
            Silence::Away(why) => {
                let now = self.began.elapsed().as_millis() as u64;
                self.down.store(now.max(1), Ordering::Relaxed);
                why
            }
            Silence::Busy(why) => why,
        };
        tracing::warn!(why, tried, "the object server does not answer");
        BlobError::Away(why)
    }

    fn is_down(&self) -> bool {
        let since = self.down.load(Ordering::Relaxed);
        since > 0 && (self.began.elapsed().as_millis() as u64).saturating_sub(since) < DOWN
    }

    /// A tenth of a second, then three times as long each time, more or less: those who failed together must not come back together.
    fn pause(&self, tried: usize) -> Duration {
        let base = 100 * 3_u64.pow(tried.min(4) as u32 - 1);
        Duration::from_millis(base / 2 + u64::from(random_bytes::<1>(&*self.random)[0]) * base / 256)
    }

    fn once(
        &self,
        ask: &Ask<'_>,
        read: impl FnOnce(&mut http::Response<ureq::Body>) -> Result<Vec<u8>, Silence>,
    ) -> Result<Answer, Silence> {
        let mut request = http::Request::builder().method(ask.method.to_str()).uri(self.signed(ask).as_str());
        for (name, value) in &ask.headers {
            request = request.header(*name, value);
        }
        let sent = match ask.body {
            Some(body) => request.body(body).map(|request| self.agent.run(request)),
            None => request.body(()).map(|request| self.agent.run(request)),
        };
        let mut answer = sent.map_err(|_| Silence::Away("it cannot be asked".into()))?.map_err(|error| away(&error))?;
        let body = read(&mut answer)?;
        let text = |name: &str| answer.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let length = text("content-length").and_then(|length| length.parse().ok());
        let answer = Answer { status: answer.status().as_u16(), length, etag: text("etag"), mark: text(MARK), body };
        if is_passing(&answer) {
            let code = answer.code().unwrap_or_else(|| "no code".into());
            return Err(Silence::Busy(format!("status {} ({code})", answer.status)));
        }
        Ok(answer)
    }

    /// The address of what is asked, with a signature in it. It is for the line alone: nothing logs it.
    fn signed(&self, ask: &Ask<'_>) -> url::Url {
        let mut url = self.address.base.clone();
        url.set_path(&format!("{}{}", url.path(), ask.key));
        let moment = jiff::Timestamp::from_millisecond(SystemClock.now().0).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        let mut headers: Vec<_> = ask.headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        headers.sort_unstable();
        let (keys, region) = (&self.keys.0, self.address.region.as_str());
        let query = ask.query.iter().map(|(name, value)| (*name, value.as_str()));
        let headers = headers.iter().copied();
        sign(&moment, ask.method, url, keys.key(), keys.secret(), keys.token(), region, SIGNED_SECONDS, query, headers)
    }
}

/// The client: TLS by the one cryptography library, no redirections, an end to waiting.
fn agent() -> Agent {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let tls = TlsConfig::builder().unversioned_rustls_crypto_provider(provider).build();
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .user_agent("outro")
        .timeout_resolve(Some(Duration::from_secs(5)))
        .timeout_connect(Some(Duration::from_secs(5)))
        .timeout_send_body(Some(Duration::from_secs(60)))
        .timeout_recv_response(Some(Duration::from_secs(30)))
        .timeout_recv_body(Some(Duration::from_secs(30)))
        .max_idle_connections(64)
        .max_idle_connections_per_host(64)
        .input_buffer_size(64 << 10)
        .output_buffer_size(64 << 10);
    config.tls_config(tls).build().into()
}

/// Whether the same may be answered otherwise a little later. 409 is what AWS says of two who write at once.
fn is_passing(answer: &Answer) -> bool {
    let error = || answer.code();
    match answer.status {
        408 | 425 | 429 | 500 | 502..=504 => true,
        409 => error().is_some_and(|code| code == "ConditionalRequestConflict" || code == "OperationAborted"),
        400 => error().is_some_and(|code| code == "RequestTimeout" || code == "IncompleteBody"),
        // Long work is answered with a head before it is known how it ends.
        200 => error().is_some_and(|code| code == "InternalError" || code == "SlowDown"),
        _ => false,
    }
}

/// What may be said of a failure. An error's own text could quote the address, and with it a signature.
fn away(error: &ureq::Error) -> Silence {
    let why = match error {
        ureq::Error::Timeout(_) => "it takes too long",
        ureq::Error::HostNotFound => "its name is not known",
        ureq::Error::Io(error) => return cut(error),
        ureq::Error::Rustls(_) | ureq::Error::Tls(_) => "its certificate is not believed",
        _ => "the line broke",
    };
    Silence::Away(why.into())
}

fn cut(error: &std::io::Error) -> Silence {
    Silence::Away(format!("the line broke ({})", error.kind()))
}

fn read_all(answer: &mut http::Response<ureq::Body>, limit: u64) -> Result<Vec<u8>, Silence> {
    let mut bytes = Vec::new();
    answer.body_mut().with_config().limit(limit).reader().read_to_end(&mut bytes).map_err(|error| cut(&error))?;
    Ok(bytes)
}

/// Reads all that was asked for. What is said to be shorter is left: the object is not what it is held for.
fn read_exact(answer: &mut http::Response<ureq::Body>, into: &mut [u8]) -> Result<(), Silence> {
    if answer.body().content_length() != Some(into.len() as u64) {
        return Ok(());
    }
    answer.body_mut().with_config().limit(u64::MAX).reader().read_exact(into).map_err(|error| cut(&error))
}
