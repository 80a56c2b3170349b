//! How a command finds a running station and talks to its control API.

use std::time::{Duration, Instant};

use clap::Args;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::cli::people::Refused;
use crate::cli::{Exit, Failure};
use crate::message::xml::LOOK_LIMIT;
use crate::people::table::{CellMistake, Plan};

/// Where a station listens when nobody says otherwise.
pub const DEFAULT_STATION: &str = "127.0.0.1:8790";
/// A visit with a late subsidy file takes some ten seconds; a person at the reader may take minutes.
const PATIENCE: Duration = Duration::from_secs(600);
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

/// Of a problem document, what is wrong with a table.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct TableRefusal {
    mistakes: Vec<CellMistake>,
}

/// A running station.
pub struct Client {
    base: String,
    token: Option<String>,
    agent: ureq::Agent,
}

/// Where the station is: as named, as `MADOGUCHI_CONTROL` says, or at its usual place. Without a slash at the end.
pub fn station_url(named: Option<String>) -> String {
    let named = named.or_else(|| std::env::var("MADOGUCHI_CONTROL").ok());
    let place = named.unwrap_or_else(|| DEFAULT_STATION.to_owned());
    let url = if place.contains("://") { place } else { format!("http://{place}") };
    url.trim_end_matches('/').to_owned()
}

impl Client {
    /// The station of `--station`, `MADOGUCHI_STATION`, `MADOGUCHI_CONTROL`, or the default place.
    pub fn find(args: &StationArgs) -> Self {
        let base = station_url(args.station.clone());
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(PATIENCE))
            .timeout_connect(Some(Duration::from_secs(5)))
            .http_status_as_error(false)
            .build();
        Self { base, token: args.token.clone(), agent: config.into() }
    }

    /// Waits until the station answers, at most half a minute.
    pub fn wait_until_up(&self) -> Result<(), Failure> {
        let deadline = Instant::now() + START_UP;
        loop {
            match self.get::<serde_json::Value>("/healthz") {
                Ok(_) => return Ok(()),
                Err(failure) if Instant::now() >= deadline => return Err(failure),
                Err(_) => std::thread::sleep(Duration::from_millis(100)),
            }
        }
    }

    /// `GET path`.
    pub fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Failure> {
        let request = self.agent.get(format!("{}{path}", self.base));
        self.read(self.authorised(request).call())
    }

    /// `POST path` with a JSON body.
    pub fn post<B: Serialize, T: DeserializeOwned>(&self, path: &str, body: &B) -> Result<T, Failure> {
        let request = self.agent.post(format!("{}{path}", self.base));
        self.read(self.authorised(request).send_json(body))
    }

    /// `POST path` with a table of people; mistakes in it come apart from other refusals.
    pub fn post_table(&self, path: &str, bytes: &[u8]) -> Result<Result<Plan, Refused>, Failure> {
        let request = self.agent.post(format!("{}{path}", self.base)).header("content-type", "text/csv");
        let mut answer = self.authorised(request).send(bytes).map_err(|e| self.unreachable(&e))?;
        let status = answer.status();
        let body = answer.body_mut().with_config().limit(LOOK_LIMIT as u64).read_to_string();
        let text = body.map_err(|e| self.unreachable(&e))?;
        if !status.is_success() {
            let refusal: TableRefusal = serde_json::from_str(&text).unwrap_or_default();
            let failure = || Refused::Else(problem(status.as_u16(), &text));
            return Ok(Err(match refusal.mistakes {
                mistakes if mistakes.is_empty() => failure(),
                mistakes => Refused::Table(mistakes),
            }));
        }
        Ok(Ok(self.understand(&text)?))
    }

    /// `DELETE path`, for a JSON answer.
    pub fn delete<T: DeserializeOwned>(&self, path: &str) -> Result<T, Failure> {
        self.read(self.authorised(self.agent.delete(format!("{}{path}", self.base))).call())
    }

    /// `POST path` with a JSON body, for an answer without one.
    pub fn tell<B: Serialize>(&self, path: &str, body: &B) -> Result<(), Failure> {
        let request = self.agent.post(format!("{}{path}", self.base));
        self.text(self.authorised(request).send_json(body)).map(drop)
    }

    /// The bytes of `GET path` with these parameters.
    pub fn bytes(&self, path: &str, query: &[(&str, &str)]) -> Result<Vec<u8>, Failure> {
        let request = self.agent.get(format!("{}{path}", self.base)).query_pairs(query.iter().copied());
        let mut answer = self.authorised(request).call().map_err(|e| self.unreachable(&e))?;
        let body = answer.body_mut().with_config().limit(LOOK_LIMIT as u64);
        let bytes = body.read_to_vec().map_err(|e| self.unreachable(&e))?;
        match answer.status() {
            status if status.is_success() => Ok(bytes),
            status => Err(problem(status.as_u16(), &String::from_utf8_lossy(&bytes))),
        }
    }

    fn authorised<B>(&self, request: ureq::RequestBuilder<B>) -> ureq::RequestBuilder<B> {
        match &self.token {
            Some(token) => request.header("authorization", format!("Bearer {token}")),
            None => request,
        }
    }

    fn read<T: DeserializeOwned>(
        &self,
        answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>,
    ) -> Result<T, Failure> {
        self.understand(&self.text(answer)?)
    }

    fn understand<T: DeserializeOwned>(&self, text: &str) -> Result<T, Failure> {
        serde_json::from_str(text).map_err(|e| {
            Failure::new(Exit::Outside, format!("{} の応答が読めません: {e} / unreadable answer", self.base))
        })
    }

    fn text(&self, answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Result<String, Failure> {
        let mut answer = answer.map_err(|e| self.unreachable(&e))?;
        let status = answer.status();
        let text = answer.body_mut().read_to_string().map_err(|e| self.unreachable(&e))?;
        if status.is_success() { Ok(text) } else { Err(problem(status.as_u16(), &text)) }
    }

    fn unreachable(&self, cause: &ureq::Error) -> Failure {
        Failure::new(Exit::Outside, format!("窓口 {} に接続できません: {cause} / no station there", self.base))
            .remedy("`madoguchi run` で起動するか --station を確認してください / start one, or correct --station")
    }
}

/// A problem document (RFC 9457) as a failure: the station refuses what was asked (usage) or something is missing there.
fn problem(status: u16, text: &str) -> Failure {
    let document: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
    let word = |key: &str| document[key].as_str().map(str::to_owned);
    let exit = match status {
        400..=499 => Exit::Usage,
        503 => Exit::Outside,
        _ => Exit::Internal,
    };
    let message = word("detail").or_else(|| word("title")).unwrap_or_else(|| format!("HTTP {status}: {text}"));
    let failure = Failure::new(exit, message);
    match word("remedy") {
        Some(remedy) => failure.remedy(remedy),
        None => failure,
    }
}
