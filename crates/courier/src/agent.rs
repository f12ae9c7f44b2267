//! The client of what is called outside: TLS by the one cryptography library, no redirections, an end to waiting.

use std::sync::Arc;
use std::time::Duration;

use ureq::Agent;
use ureq::tls::TlsConfig;

/// A client.
pub fn agent() -> Agent {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let tls = TlsConfig::builder().unversioned_rustls_crypto_provider(provider).build();
    let config = Agent::config_builder().timeout_global(Some(Duration::from_secs(10))).max_redirects(0);
    config.tls_config(tls).build().into()
}

/// Whether an address can be called at all.
pub(crate) fn is_web(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://")
}
