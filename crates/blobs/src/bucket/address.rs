//! Where a bucket is, and who asks.

use rusty_s3::Credentials;
use url::Url;

use crate::BlobError;

/// The address of a bucket: `s3://bucket/prefix?endpoint=…&region=…&style=path|host`.
///
/// Without an endpoint it is one of AWS, in the region; with one, the bucket's name stands in the path, unless `style` says otherwise.
/// A key never stands in it: an address is logged and shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BucketAddress {
    /// What all addresses of objects begin with; it ends with a slash.
    pub(crate) base: Url,
    pub(crate) bucket: String,
    /// What all names of objects begin with; empty, or with a slash at its end.
    pub(crate) prefix: String,
    /// Whether the bucket's name stands in the path.
    pub(crate) in_path: bool,
    pub(crate) region: String,
}

/// Who asks: a key, its secret, and a session's token where there is one.
#[derive(Clone)]
pub struct BucketKeys(pub(crate) Credentials);

impl BucketKeys {
    /// The keys of the environment: `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, and `AWS_SESSION_TOKEN` where it is set.
    pub fn from_env() -> Option<Self> {
        Credentials::from_env().map(Self)
    }

    /// These keys.
    pub fn new(key: &str, secret: &str) -> Self {
        Self(Credentials::new(key, secret))
    }
}

impl BucketAddress {
    /// Whether an address is one of a bucket.
    pub fn is_one(text: &str) -> bool {
        text.starts_with("s3://")
    }

    /// Reads an address.
    pub fn read(text: &str) -> Result<Self, BlobError> {
        let wrong = |why: &'static str| BlobError::Address(why);
        let url = Url::parse(text).map_err(|_| wrong("give s3://BUCKET/PREFIX?endpoint=https://…&region=…"))?;
        if url.scheme() != "s3" || url.port().is_some() {
            return Err(wrong("give s3://BUCKET/PREFIX?endpoint=https://…&region=…"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(wrong("keys do not belong into an address: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"));
        }
        let bucket = url.host_str().filter(|name| is_plain(name)).ok_or(wrong("the bucket has no name"))?.to_owned();
        let prefix =
            read_prefix(url.path()).ok_or(wrong("a prefix is of letters, digits, dots, dashes and slashes"))?;
        let (mut endpoint, mut region, mut style) = (None, None, None);
        for (name, value) in url.query_pairs() {
            match &*name {
                "endpoint" => endpoint = Some(value.into_owned()),
                "region" => region = Some(value.into_owned()),
                "style" => style = Some(value.into_owned()),
                _ => return Err(wrong("behind the ? stand endpoint, region and style alone")),
            }
        }
        let in_path = match style.as_deref() {
            None => endpoint.is_some(),
            Some("path") => true,
            Some("host") => false,
            Some(_) => return Err(wrong("style is path or host")),
        };
        let region = region.unwrap_or_else(|| "us-east-1".into());
        if !is_plain(&region) {
            return Err(wrong("that is no region"));
        }
        let endpoint = endpoint.unwrap_or_else(|| format!("https://s3.{region}.amazonaws.com"));
        let base =
            base(&endpoint, &bucket, in_path).ok_or(wrong("an endpoint is http://HOST or https://HOST alone"))?;
        Ok(Self { base, bucket, prefix, in_path, region })
    }
}

/// What needs no escape in an address, so that everybody signs the same.
fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte))
}

fn read_prefix(path: &str) -> Option<String> {
    let path = path.trim_matches('/');
    if path.is_empty() {
        return Some(String::new());
    }
    let plain = path.split('/').all(|part| is_plain(part) && part.bytes().any(|byte| byte != b'.'));
    (plain && path.len() <= 512).then(|| format!("{path}/"))
}

fn base(endpoint: &str, bucket: &str, in_path: bool) -> Option<Url> {
    let mut url = Url::parse(endpoint).ok()?;
    let web = matches!(url.scheme(), "http" | "https") && url.path() == "/" && url.query().is_none();
    if !web || !url.username().is_empty() || url.password().is_some() {
        return None;
    }
    if in_path {
        url.set_path(&format!("{bucket}/"));
    } else {
        let host = format!("{bucket}.{}", url.host_str()?);
        url.set_host(Some(&host)).ok()?;
    }
    Some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> BucketAddress {
        BucketAddress::read(text).unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    #[test]
    fn an_address_says_where_everything_is() {
        let own = read("s3://media/outro/eu?endpoint=http://127.0.0.1:9000&region=garage");
        assert_eq!(own.base.as_str(), "http://127.0.0.1:9000/media/");
        assert_eq!((own.prefix.as_str(), own.region.as_str()), ("outro/eu/", "garage"));
        let aws = read("s3://media?region=eu-central-1");
        assert_eq!(aws.base.as_str(), "https://media.s3.eu-central-1.amazonaws.com/");
        assert_eq!((aws.prefix.as_str(), aws.in_path), ("", false));
        assert_eq!(read("s3://media").base.as_str(), "https://media.s3.us-east-1.amazonaws.com/");
        let host = read("s3://media?endpoint=https://objects.example&style=host");
        assert_eq!(host.base.as_str(), "https://media.objects.example/");
    }

    #[test]
    fn what_is_none_is_refused_and_no_key_is_taken() {
        for text in [
            "",
            "s3://",
            "s4://media",
            "s3://media:90",
            "s3://media?x=1",
            "s3://media?style=other",
            "s3://me dia",
            "s3://media/a//b",
            "s3://media/a%2fb",
            "s3://media/ä",
            "s3://media?region=a/b",
            "s3://media?endpoint=ftp://a",
            "s3://media?endpoint=http://a/b",
            "s3://media?endpoint=http://u:p@a",
        ] {
            assert!(matches!(BucketAddress::read(text), Err(BlobError::Address(_))), "{text}");
        }
        let error = BucketAddress::read("s3://AKIA:secret@media").unwrap_err().to_string();
        assert!(error.contains("AWS_ACCESS_KEY_ID") && !error.contains("secret@"), "{error}");
    }
}
