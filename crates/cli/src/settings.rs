//! Settings: from flags, then `OUTRO_*` variables, then `outro.toml`.

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use clap::Args;
use outro_app::backup::LONGEST_DAYS;
use outro_blobs::BucketAddress;
use serde::Deserialize;

use crate::coins::CoinFlags;
use crate::fail::Fail;

/// What can be set on the command line or in the environment.
#[derive(Args, Clone, Default)]
pub(crate) struct Flags {
    /// The folder for everything this server keeps.
    #[arg(long, env = "OUTRO_DATA")]
    data: Option<PathBuf>,
    /// Where to listen, ADDR:PORT.
    #[arg(long, env = "OUTRO_LISTEN")]
    listen: Option<String>,
    /// Where metrics are told, ADDR:PORT; nowhere when not given.
    #[arg(long, env = "OUTRO_METRICS_LISTEN")]
    metrics_listen: Option<String>,
    /// Where spans are told: the address of an OpenTelemetry collector (OTLP over HTTP); nowhere when not given.
    #[arg(long, env = "OUTRO_OTLP_URL", hide_env_values = true)]
    otlp_url: Option<String>,
    /// Of how many requests and jobs spans are told, 0 to 1; a tenth when not given.
    #[arg(long, env = "OUTRO_OTLP_RATIO")]
    otlp_ratio: Option<f64>,
    /// `off` leaves jobs to `outro worker`, which runs beside this on the same PostgreSQL.
    #[arg(long, env = "OUTRO_WORKERS")]
    workers: Option<String>,
    /// The file of settings; `outro.toml` in this folder when it is there.
    #[arg(long, env = "OUTRO_CONFIG")]
    config: Option<PathBuf>,
    /// The database: `postgres://…`; SQLite in the data folder when not given.
    #[arg(long, env = "OUTRO_DATABASE_URL", hide_env_values = true)]
    database_url: Option<String>,
    /// The keyring's database: `postgres://…`; SQLite in the data folder when not given.
    #[arg(long, env = "OUTRO_KEYRING_URL", hide_env_values = true)]
    keyring_url: Option<String>,
    /// Where sealed objects are: `s3://BUCKET/PREFIX?endpoint=https://…&region=…`; in the data folder when not given. The keys of the
    /// bucket are AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment.
    #[arg(long, env = "OUTRO_BLOBS_URL")]
    blobs_url: Option<String>,
    /// The file of the root key; in the data folder when not given.
    #[arg(long, env = "OUTRO_ROOT_KEY_FILE")]
    root_key_file: Option<PathBuf>,
    /// A file that a running server copies the keyring to every hour; on another disk by preference.
    #[arg(long, env = "OUTRO_KEYRING_COPY")]
    keyring_copy: Option<PathBuf>,
    /// How many days a backup opens, 35 at most.
    #[arg(long, env = "OUTRO_BACKUP_DAYS")]
    backup_days: Option<i64>,
    /// The address that people reach this server at.
    #[arg(long, env = "OUTRO_PUBLIC_URL")]
    public_url: Option<String>,
    /// What the site is called.
    #[arg(long, env = "OUTRO_SITE_NAME")]
    site_name: Option<String>,
    /// Where people reach you: an e-mail address, or the https:// address of a page. Pages show it to everybody.
    #[arg(long, env = "OUTRO_CONTACT")]
    contact: Option<String>,
    /// The HTTP gateway for text messages.
    #[arg(long, env = "OUTRO_SMS_URL", hide_env_values = true)]
    sms_url: Option<String>,
    /// Addresses of proxies whose X-Forwarded-For is believed, with commas between.
    #[arg(long, env = "OUTRO_TRUSTED_PROXIES")]
    trusted_proxies: Option<String>,
    /// `off` lifts every limit but those on tries of a one-time code: for load tests.
    #[arg(long, env = "OUTRO_RATE_LIMITS")]
    rate_limits: Option<String>,
    /// The largest upload, in megabytes.
    #[arg(long, env = "OUTRO_MAX_UPLOAD_MB")]
    max_upload_mb: Option<u64>,
    /// The longest video, in seconds.
    #[arg(long, env = "OUTRO_MAX_DURATION_S")]
    max_duration_s: Option<u64>,
    /// How often a video is watched before it is made in AV1 too, while the machine is idle; 0 never.
    #[arg(long, env = "OUTRO_AV1_AFTER_VIEWS")]
    av1_after_views: Option<u32>,
    /// How many hours an account stays that is left without its phone, by password and recovery code: 1 to 720.
    #[arg(long, env = "OUTRO_LOST_PHONE_HOURS")]
    lost_phone_hours: Option<i64>,
    #[command(flatten)]
    coins: CoinFlags,
}

/// The same in `outro.toml`.
#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
struct File {
    data: Option<PathBuf>,
    listen: Option<String>,
    metrics_listen: Option<String>,
    otlp_url: Option<String>,
    otlp_ratio: Option<f64>,
    workers: Option<String>,
    database_url: Option<String>,
    keyring_url: Option<String>,
    blobs_url: Option<String>,
    root_key_file: Option<PathBuf>,
    keyring_copy: Option<PathBuf>,
    backup_days: Option<i64>,
    public_url: Option<String>,
    site_name: Option<String>,
    contact: Option<String>,
    sms_url: Option<String>,
    trusted_proxies: Option<Vec<IpAddr>>,
    rate_limits: Option<String>,
    max_upload_mb: Option<u64>,
    max_duration_s: Option<u64>,
    av1_after_views: Option<u32>,
    lost_phone_hours: Option<i64>,
    /// The table `[coins]`.
    coins: CoinFlags,
}

/// Where spans are told, and of how many.
#[derive(Clone, Debug)]
pub(crate) struct Spans {
    /// The address for spans itself.
    pub(crate) url: String,
    /// Of how many requests and jobs, 0 to 1.
    pub(crate) ratio: f64,
}

/// The settings that hold.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) data: PathBuf,
    pub(crate) listen: SocketAddr,
    pub(crate) metrics_listen: Option<SocketAddr>,
    pub(crate) spans: Option<Spans>,
    pub(crate) workers: bool,
    pub(crate) database_url: Option<String>,
    pub(crate) keyring_url: Option<String>,
    pub(crate) bucket: Option<BucketAddress>,
    pub(crate) root_key_file: PathBuf,
    pub(crate) keyring_copy: Option<PathBuf>,
    pub(crate) backup_days: i64,
    pub(crate) public_url: String,
    /// Whether that address was given. Else it is the one that is listened at.
    pub(crate) public_url_is_given: bool,
    pub(crate) site_name: String,
    pub(crate) contact: Option<String>,
    pub(crate) sms_url: Option<String>,
    pub(crate) trusted_proxies: Vec<IpAddr>,
    pub(crate) rate_limits: bool,
    pub(crate) max_upload_bytes: u64,
    pub(crate) max_duration_s: u64,
    pub(crate) av1_after_views: i64,
    pub(crate) lost_phone_hours: i64,
    pub(crate) coins: CoinFlags,
}

impl Flags {
    /// Puts flags, variables and the file together.
    pub(crate) fn resolve(self) -> Result<Settings, Fail> {
        let file = read_file(self.config.as_deref())?;
        let data = self.data.or(file.data).unwrap_or_else(|| "data".into());
        let listen = self.listen.or(file.listen).unwrap_or_else(|| "127.0.0.1:8080".into());
        let listen = read_address("--listen", &listen)?;
        let metrics = self.metrics_listen.or(file.metrics_listen);
        let given_url = self.public_url.or(file.public_url);
        let public_url_is_given = given_url.is_some();
        let public_url = given_url.unwrap_or_else(|| format!("http://{listen}"));
        let proxies = self.trusted_proxies.map(|text| read_proxies(&text)).transpose()?;
        Ok(Settings {
            metrics_listen: metrics.map(|text| read_address("--metrics-listen", &text)).transpose()?,
            root_key_file: self.root_key_file.or(file.root_key_file).unwrap_or_else(|| data.join("root/root.key")),
            keyring_copy: self.keyring_copy.or(file.keyring_copy),
            backup_days: read_days(self.backup_days.or(file.backup_days))?,
            database_url: self.database_url.or(file.database_url),
            keyring_url: self.keyring_url.or(file.keyring_url),
            bucket: read_bucket(self.blobs_url.or(file.blobs_url))?,
            spans: read_spans(self.otlp_url.or(file.otlp_url), self.otlp_ratio.or(file.otlp_ratio))?,
            workers: read_switch("OUTRO_WORKERS", self.workers.or(file.workers))?,
            public_url: read_url(&public_url)?,
            public_url_is_given,
            site_name: self.site_name.or(file.site_name).unwrap_or_else(|| "Outro".into()),
            contact: self.contact.or(file.contact).map(|text| read_contact(&text)).transpose()?,
            sms_url: self.sms_url.or(file.sms_url),
            trusted_proxies: proxies.or(file.trusted_proxies).unwrap_or_default(),
            rate_limits: read_switch("OUTRO_RATE_LIMITS", self.rate_limits.or(file.rate_limits))?,
            max_upload_bytes: self.max_upload_mb.or(file.max_upload_mb).unwrap_or(500) * 1_000_000,
            max_duration_s: self.max_duration_s.or(file.max_duration_s).unwrap_or(600),
            av1_after_views: self.av1_after_views.or(file.av1_after_views).unwrap_or(100).into(),
            lost_phone_hours: read_wait(self.lost_phone_hours.or(file.lost_phone_hours))?,
            coins: self.coins.or(file.coins),
            data,
            listen,
        })
    }
}

impl Settings {
    /// The host that people know this server by, with its port where it has one.
    pub(crate) fn host(&self) -> String {
        let rest = self.public_url.split_once("://").map_or(self.public_url.as_str(), |(_, rest)| rest);
        rest.split('/').next().unwrap_or(rest).to_owned()
    }

    /// The address of the database, where it is one that several processes share.
    pub(crate) fn shared_database(&self) -> Option<&str> {
        self.database_url.as_deref().filter(|url| outro_db::is_postgres(url))
    }
}

fn read_address(flag: &str, text: &str) -> Result<SocketAddr, Fail> {
    text.parse().map_err(|_| Fail::new(format!("{flag} {text}: give ADDR:PORT, such as 127.0.0.1:8080")))
}

fn read_file(given: Option<&Path>) -> Result<File, Fail> {
    let path = given.unwrap_or(Path::new("outro.toml"));
    match std::fs::read_to_string(path) {
        Ok(text) => {
            toml::from_str(&text).map_err(|error| Fail::new(format!("{}: {}", path.display(), error.message())))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && given.is_none() => Ok(File::default()),
        Err(error) => Err(Fail::new(format!("{}: {error}", path.display()))),
    }
}

fn read_proxies(text: &str) -> Result<Vec<IpAddr>, Fail> {
    let each = text.split(',').map(str::trim).filter(|part| !part.is_empty());
    each.map(|part| part.parse().map_err(|_| Fail::new(format!("OUTRO_TRUSTED_PROXIES: {part} is not an IP address"))))
        .collect()
}

fn read_url(text: &str) -> Result<String, Fail> {
    let trimmed = text.trim_end_matches('/');
    let whole =
        ["http://", "https://"].iter().any(|scheme| trimmed.strip_prefix(scheme).is_some_and(|host| !host.is_empty()));
    if whole && !trimmed.contains(char::is_whitespace) {
        Ok(trimmed.to_owned())
    } else {
        Err(Fail::new(format!("OUTRO_PUBLIC_URL {text}: give an address such as https://video.example")))
    }
}

/// An address that can stand in a link. What could lead elsewhere from there, or end it, is none.
fn read_contact(text: &str) -> Result<String, Fail> {
    let text = text.trim();
    let plain =
        text.len() <= 200 && text.chars().all(|letter| letter.is_ascii_graphic() && !"\"'<>\\`".contains(letter));
    let page =
        ["http://", "https://"].iter().any(|scheme| text.strip_prefix(scheme).is_some_and(|host| !host.is_empty()));
    let letters = |(name, host): (&str, &str)| {
        !name.is_empty() && !host.is_empty() && !format!("{name}{host}").contains(['@', ':', '/', '?', '#', '%'])
    };
    if plain && (page || text.split_once('@').is_some_and(letters)) {
        Ok(text.to_owned())
    } else {
        let line =
            "OUTRO_CONTACT: give an e-mail address, or the address of a page such as https://video.example/about";
        Err(Fail::new(line))
    }
}

/// A collector has its place for spans at a path of its own, which is known where none was given.
fn read_spans(url: Option<String>, ratio: Option<f64>) -> Result<Option<Spans>, Fail> {
    let ratio = ratio.unwrap_or(0.1);
    if !(0.0..=1.0).contains(&ratio) {
        return Err(Fail::new(format!("OUTRO_OTLP_RATIO {ratio}: give 0 to 1")));
    }
    let Some(url) = url else { return Ok(None) };
    let host = ["http://", "https://"].iter().find_map(|scheme| url.strip_prefix(scheme));
    match host.map(|host| host.trim_end_matches('/')) {
        None | Some("") => Err(Fail::new("OUTRO_OTLP_URL: give an address such as http://127.0.0.1:4318")),
        Some(host) if host.contains('/') => Ok(Some(Spans { url, ratio })),
        Some(_) => Ok(Some(Spans { url: format!("{}/v1/traces", url.trim_end_matches('/')), ratio })),
    }
}

/// Without an address the data folder is meant.
fn read_bucket(given: Option<String>) -> Result<Option<BucketAddress>, Fail> {
    Ok(given.filter(|url| !url.is_empty()).map(|url| BucketAddress::read(&url)).transpose()?)
}

fn read_days(given: Option<i64>) -> Result<i64, Fail> {
    match given.unwrap_or(30) {
        days @ 1..=LONGEST_DAYS => Ok(days),
        other => Err(Fail::new(format!("OUTRO_BACKUP_DAYS {other}: give 1 to {LONGEST_DAYS}"))),
    }
}

/// A month at most: within that a request is to be met (GDPR, Art. 12(3)).
fn read_wait(given: Option<i64>) -> Result<i64, Fail> {
    match given.unwrap_or(72) {
        hours @ 1..=720 => Ok(hours),
        other => Err(Fail::new(format!("OUTRO_LOST_PHONE_HOURS {other}: give 1 to 720"))),
    }
}

fn read_switch(name: &str, given: Option<String>) -> Result<bool, Fail> {
    match given.as_deref() {
        None | Some("on") => Ok(true),
        Some("off") => Ok(false),
        Some(other) => Err(Fail::new(format!("{name} {other}: give on or off"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_setting_is_one_clear_line() {
        let flags = Flags { listen: Some("8080".into()), ..Flags::default() };
        assert!(format!("{:?}", flags.resolve().unwrap_err()).contains("ADDR:PORT"));
        let flags = Flags { metrics_listen: Some("9000".into()), ..Flags::default() };
        assert!(format!("{:?}", flags.resolve().unwrap_err()).contains("--metrics-listen 9000: give ADDR:PORT"));
        let flags = Flags { public_url: Some("video.example".into()), ..Flags::default() };
        assert!(format!("{:?}", flags.resolve().unwrap_err()).contains("OUTRO_PUBLIC_URL"));
        let flags = Flags { rate_limits: Some("no".into()), ..Flags::default() };
        assert!(format!("{:?}", flags.resolve().unwrap_err()).contains("OUTRO_RATE_LIMITS no: give on or off"));
        let flags = Flags { blobs_url: Some("/srv/blobs".into()), ..Flags::default() };
        assert!(format!("{:?}", flags.resolve().unwrap_err()).contains("OUTRO_BLOBS_URL: give s3://"));
        let flags = Flags { workers: Some("2".into()), ..Flags::default() };
        assert!(format!("{:?}", flags.resolve().unwrap_err()).contains("OUTRO_WORKERS 2: give on or off"));
        let flags = Flags { backup_days: Some(36), ..Flags::default() };
        assert!(format!("{:?}", flags.resolve().unwrap_err()).contains("1 to 35"));
        for hours in [0, 721] {
            let flags = Flags { lost_phone_hours: Some(hours), ..Flags::default() };
            assert!(format!("{:?}", flags.resolve().unwrap_err()).contains("1 to 720"));
        }
    }

    #[test]
    fn a_contact_is_a_letter_or_a_page() {
        let contact =
            |text: &str| Flags { contact: Some(text.into()), ..Flags::default() }.resolve().map(|set| set.contact);
        for text in ["desk@video.example", " desk@box.lan ", "https://video.example/about?x=1"] {
            assert_eq!(contact(text).unwrap().as_deref(), Some(text.trim()));
        }
        for text in
            ["", "desk", "@", "a@b@c", "mailto:a@b.example", "https://", "javascript:a@b", "a@b\" onclick=", "a b@c"]
        {
            assert!(format!("{:?}", contact(text).unwrap_err()).contains("OUTRO_CONTACT"), "{text}");
        }
        assert_eq!(Flags::default().resolve().unwrap().contact, None);
        let file: File = toml::from_str("contact = \"desk@video.example\"").unwrap();
        assert_eq!(file.contact.as_deref(), Some("desk@video.example"));
    }

    #[test]
    fn spans_go_where_a_collector_takes_them() {
        let told = |url: &str, ratio| {
            let flags = Flags { otlp_url: Some(url.into()), otlp_ratio: ratio, ..Flags::default() };
            flags.resolve().map(|settings| settings.spans.unwrap())
        };
        for (given, url) in [
            ("http://127.0.0.1:4318", "http://127.0.0.1:4318/v1/traces"),
            ("https://spans.example/", "https://spans.example/v1/traces"),
            ("https://spans.example/otlp/v1/traces", "https://spans.example/otlp/v1/traces"),
        ] {
            assert_eq!(told(given, None).unwrap().url, url);
        }
        assert!((told("http://a", None).unwrap().ratio - 0.1).abs() < f64::EPSILON);
        for url in ["", "a:4318", "http://", "grpc://a"] {
            assert!(format!("{:?}", told(url, None).unwrap_err()).contains("OUTRO_OTLP_URL"), "{url}");
        }
        assert!(format!("{:?}", told("http://a", Some(2.0)).unwrap_err()).contains("0 to 1"));
        assert!(Flags::default().resolve().unwrap().spans.is_none());
    }

    /// The file that the Debian package brings, as it is and with each of its lines taken.
    #[test]
    fn the_packaged_file_is_of_settings_that_there_are() {
        let packaged = include_str!("../../../packaging/debian/outro.toml");
        let as_it_is: File = toml::from_str(packaged).unwrap();
        assert_eq!(as_it_is.data.as_deref(), Some(Path::new("/var/lib/outro")));
        let taken =
            |line: &str| line.strip_prefix('#').filter(|rest| !rest.starts_with(' ')).unwrap_or(line).to_owned();
        let all = packaged.lines().map(taken).collect::<Vec<_>>().join("\n");
        let all: File = toml::from_str(&all).unwrap();
        assert_eq!(all.workers.as_deref(), Some("off"));
        assert!(all.public_url.is_some() && all.metrics_listen.is_some() && all.max_duration_s == Some(600));
    }

    #[test]
    fn defaults_are_for_one_machine() {
        let settings = Flags::default().resolve().unwrap();
        assert_eq!(settings.host(), "127.0.0.1:8080");
        assert!(settings.rate_limits && settings.workers);
        assert_eq!(settings.shared_database(), None);
        assert!(settings.bucket.is_none());
        assert_eq!(settings.lost_phone_hours, 72);
    }
}
