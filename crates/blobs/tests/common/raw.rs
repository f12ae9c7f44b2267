//! A bucket as anybody has it who has its keys: for looking into it, and for changing what stands there.

use std::io::Read;
use std::time::Duration;

use rusty_s3::{Credentials, Method, signing::sign};
use ureq::http;
use url::Url;

/// The bucket of the tests, on the server that `OUTRO_TEST_S3_URL` names.
pub(crate) const BUCKET: &str = "outro-test";

pub(crate) struct Raw {
    base: Url,
    agent: ureq::Agent,
}

/// The server of the tests.
pub(crate) fn server() -> String {
    std::env::var("OUTRO_TEST_S3_URL")
        .expect("no S3 server for tests: run them through `make test` or scripts/with-s3.sh")
}

fn now() -> jiff::Timestamp {
    let now = outro_model::Clock::now(&outro_model::SystemClock);
    jiff::Timestamp::from_millisecond(now.0).unwrap()
}

impl Raw {
    /// A bucket, which is made when it is not there.
    pub(crate) fn bucket(name: &str) -> Self {
        let mut base: Url = server().parse().unwrap();
        base.set_path(&format!("{name}/"));
        let config = ureq::Agent::config_builder().http_status_as_error(false);
        let this = Self { base, agent: config.timeout_global(Some(Duration::from_secs(30))).build().into() };
        let (status, body) = this.ask(Method::Put, "", &[], b"");
        assert!(matches!(status, 200 | 409), "{status} {body}");
        this
    }

    pub(crate) fn ask(&self, method: Method, key: &str, query: &[(&str, &str)], body: &[u8]) -> (u16, String) {
        let (status, bytes) = self.bytes(method, key, query, body);
        (status, String::from_utf8_lossy(&bytes).into_owned())
    }

    fn bytes(&self, method: Method, key: &str, query: &[(&str, &str)], body: &[u8]) -> (u16, Vec<u8>) {
        let keys = Credentials::from_env().expect("the keys of the S3 server for tests");
        let mut url = self.base.clone();
        url.set_path(&format!("{}{key}", url.path()));
        let (query, none) = (query.iter().copied(), std::iter::empty());
        let url = sign(&now(), method, url, keys.key(), keys.secret(), None, "us-east-1", 900, query, none);
        let request = http::Request::builder().method(method.to_str()).uri(url.as_str());
        let mut answer = if matches!(method, Method::Put | Method::Post) {
            self.agent.run(request.body(body).unwrap()).unwrap()
        } else {
            self.agent.run(request.body(()).unwrap()).unwrap()
        };
        let mut bytes = Vec::new();
        answer.body_mut().with_config().limit(1 << 30).reader().read_to_end(&mut bytes).unwrap();
        (answer.status().as_u16(), bytes)
    }

    pub(crate) fn get(&self, key: &str) -> Vec<u8> {
        let (status, bytes) = self.bytes(Method::Get, key, &[], b"");
        assert_eq!(status, 200, "{key}");
        bytes
    }

    pub(crate) fn put(&self, key: &str, bytes: &[u8]) {
        assert_eq!(self.ask(Method::Put, key, &[], bytes).0, 200, "{key}");
    }

    /// The names of all that stands behind a prefix, and of what is on its way there.
    pub(crate) fn names(&self, prefix: &str) -> Vec<String> {
        let mut names = Vec::new();
        for query in [vec![("list-type", "2"), ("prefix", prefix)], vec![("prefix", prefix), ("uploads", "")]] {
            let (status, text) = self.ask(Method::Get, "", &query, b"");
            assert_eq!(status, 200, "{text}");
            assert!(!text.contains("<IsTruncated>true"), "more than one page");
            names.extend(text.split("<Key>").skip(1).map(|rest| rest.split('<').next().unwrap().to_owned()));
        }
        names
    }
}
