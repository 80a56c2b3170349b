//! Fetching over HTTP. The authority learns from the question that somebody looks at this certificate, so it is sent to the places that
//! were named and to no other: no redirects, no proxy of the machine's browser.

use std::fs;
use std::time::Duration;

use ureq::Agent;

use super::Fetch;

/// Somebody is waiting with a card in the hand.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);
/// An answer about one certificate has some 2 KiB.
const MOST_ANSWER: u64 = 64 << 10;
/// A list of a hundred thousand certificates has some 4 MiB.
const MOST_LIST: u64 = 64 << 20;

/// Fetches from responders and places of lists.
pub struct Http(Agent);

impl Default for Http {
    fn default() -> Self {
        let config = Agent::config_builder()
            .max_redirects(0)
            .proxy(None)
            .timeout_connect(Some(CONNECT_TIMEOUT))
            .timeout_global(Some(ANSWER_TIMEOUT))
            .user_agent(concat!("madoguchi/", env!("CARGO_PKG_VERSION")));
        Self(config.build().new_agent())
    }
}

impl Fetch for Http {
    fn ask(&self, url: &str, request: &[u8]) -> Result<Vec<u8>, String> {
        let sent = self.0.post(url).content_type("application/ocsp-request").send(request);
        let mut response = sent.map_err(|error| error.to_string())?;
        response.body_mut().with_config().limit(MOST_ANSWER).read_to_vec().map_err(|error| error.to_string())
    }

    fn list(&self, place: &str) -> Result<Vec<u8>, String> {
        if !place.starts_with("http://") && !place.starts_with("https://") {
            return fs::read(place).map_err(|error| error.to_string());
        }
        let mut response = self.0.get(place).call().map_err(|error| error.to_string())?;
        response.body_mut().with_config().limit(MOST_LIST).read_to_vec().map_err(|error| error.to_string())
    }
}
