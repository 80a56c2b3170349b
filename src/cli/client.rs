//! How a command finds a running station, and what it comes to where that does not do it.

use std::time::{Duration, Instant};

use clap::Args;

use crate::cli::{Exit, Failure};
use crate::operate::client::{Client, ClientError};

/// Where a station listens when nobody says otherwise.
pub const DEFAULT_STATION: &str = "127.0.0.1:8790";
/// How long `--wait` waits for a station to come up.
const START_UP: Duration = Duration::from_secs(30);

/// Options of every command that acts on a running station.
#[derive(Debug, Clone, Args)]
pub struct StationArgs {
    /// 動いている窓口 / the running station: HOST:PORT or URL
    #[arg(long, value_name = "URL", env = "MADOGUCHI_STATION", global = true)]
    pub station: Option<String>,
    /// 制御APIのトークン / token of the control API, where it demands one
    #[arg(long, value_name = "TOKEN", env = "MADOGUCHI_TOKEN", hide_env_values = true, global = true)]
    pub token: Option<String>,
}

impl StationArgs {
    /// The station of `--station`, `MADOGUCHI_STATION`, `MADOGUCHI_CONTROL`, or the default place.
    pub fn client(&self) -> Client {
        Client::to(station_url(self.station.clone()), self.token.clone())
    }
}

/// Where the station is: as named, as `MADOGUCHI_CONTROL` says, or at its usual place. Without a slash at the end.
pub fn station_url(named: Option<String>) -> String {
    let named = named.or_else(|| std::env::var("MADOGUCHI_CONTROL").ok());
    let place = named.unwrap_or_else(|| DEFAULT_STATION.to_owned());
    let url = if place.contains("://") { place } else { format!("http://{place}") };
    url.trim_end_matches('/').to_owned()
}

/// Waits until the station answers, at most half a minute.
pub fn wait_until_up(client: &Client) -> Result<(), Failure> {
    let deadline = Instant::now() + START_UP;
    loop {
        match client.get::<serde_json::Value>("/healthz") {
            Ok(_) => return Ok(()),
            Err(error) if Instant::now() >= deadline => return Err(error.into()),
            Err(_) => std::thread::sleep(Duration::from_millis(100)),
        }
    }
}

/// The station refuses what was asked (usage), or something is missing there.
impl From<ClientError> for Failure {
    fn from(error: ClientError) -> Self {
        let message = error.to_string();
        match error {
            ClientError::Unreachable { .. } => Self::new(Exit::Outside, message)
                .remedy("`madoguchi run` で起動するか --station を確認してください / start one, or correct --station"),
            ClientError::Unreadable { .. } => Self::new(Exit::Outside, message),
            ClientError::Refused { status, detail, remedy, .. } => {
                let exit = match status {
                    400..=499 => Exit::Usage,
                    503 => Exit::Outside,
                    _ => Exit::Internal,
                };
                Self { exit, message: detail, remedy }
            }
        }
    }
}
