//! The control API from the caller's side: all that commands, scenarios and a screen on another machine have of a station.

use std::time::Duration;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::event::FolderKind;
use crate::message::xml::LOOK_LIMIT;
use crate::people::table::CellMistake;
use crate::secret::Secret;

/// A visit with a late subsidy file takes some ten seconds where the clock runs; a person at the reader may take minutes.
const PATIENCE: Duration = Duration::from_secs(600);
/// To a machine that is there.
const CONNECT: Duration = Duration::from_secs(5);

/// A station's control API.
#[derive(Debug, Clone)]
pub struct Client {
    base: String,
    token: Option<Secret>,
    agent: ureq::Agent,
}

/// What did not come over the line.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ClientError {
    /// Nobody answers there.
    #[error("窓口 {base} に接続できません: {cause} / no station there")]
    Unreachable {
        /// Where.
        base: String,
        /// Why.
        cause: String,
    },
    /// Whoever answers is no station.
    #[error("{base} の応答が読めません: {cause} / unreadable answer")]
    Unreadable {
        /// Where.
        base: String,
        /// Why.
        cause: String,
    },
    /// The station does not do it.
    #[error("{detail}{}", .remedy.as_ref().map_or_else(String::new, |remedy| format!(" → {remedy}")))]
    Refused {
        /// HTTP status.
        status: u16,
        /// What is wrong.
        detail: String,
        /// What can be done about it.
        remedy: Option<String>,
        /// Where it is a table of people that is wrong: every cell.
        mistakes: Vec<CellMistake>,
    },
}

/// Of a problem document (RFC 9457), what is told on.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Problem {
    title: Option<String>,
    #[serde(alias = "reason")]
    detail: Option<String>,
    remedy: Option<String>,
    mistakes: Vec<CellMistake>,
}

impl Client {
    /// To the station at `base`, a URL without a slash at its end.
    pub fn to(base: impl Into<String>, token: Option<String>) -> Self {
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(PATIENCE))
            .timeout_connect(Some(CONNECT))
            .http_status_as_error(false)
            .build();
        Self { base: base.into(), token: token.map(Secret::new), agent: config.into() }
    }

    /// `GET path`.
    ///
    /// # Errors
    /// As [`ClientError`] says; so of all the others.
    pub fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, ClientError> {
        self.read(self.told(self.agent.get(self.at(path))).call())
    }

    /// The bytes of `GET path` with these parameters.
    pub fn bytes(&self, path: &str, query: &[(&str, &str)]) -> Result<Vec<u8>, ClientError> {
        let request = self.agent.get(self.at(path)).query_pairs(query.iter().copied());
        self.answer(self.told(request).call())
    }

    /// The bytes of a file that was seen, `None` when it is not there any more.
    pub fn content(&self, path: &str) -> Result<Option<Vec<u8>>, ClientError> {
        match self.bytes("/control/v1/files/content", &[("path", path)]) {
            Err(ClientError::Refused { status: 404, .. }) => Ok(None),
            answer => answer.map(Some),
        }
    }

    /// The bytes of a file as it went through, also after it was fetched, `None` when they are not kept.
    pub fn kept(&self, exchange: &str, folder: FolderKind, name: &str) -> Result<Option<Vec<u8>>, ClientError> {
        let path = format!("/control/v1/exchanges/{}/content", escaped(exchange));
        match self.bytes(&path, &[("folder", &folder.to_string()), ("name", name)]) {
            Err(ClientError::Refused { status: 404, .. }) => Ok(None),
            answer => answer.map(Some),
        }
    }

    /// `POST path` with JSON.
    pub fn post<T: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> Result<T, ClientError> {
        self.read(self.told(self.agent.post(self.at(path))).send_json(body))
    }

    /// `POST path` with JSON, for whatever answer.
    pub fn tell(&self, path: &str, body: &impl Serialize) -> Result<(), ClientError> {
        self.answer(self.told(self.agent.post(self.at(path))).send_json(body)).map(drop)
    }

    /// `POST path` with a table of people.
    pub fn post_table<T: DeserializeOwned>(&self, path: &str, bytes: &[u8]) -> Result<T, ClientError> {
        let request = self.agent.post(self.at(path)).header("content-type", "text/csv");
        self.read(self.told(request).send(bytes))
    }

    /// `PUT path` with JSON, for whatever answer.
    pub fn put(&self, path: &str, body: &impl Serialize) -> Result<(), ClientError> {
        self.answer(self.told(self.agent.put(self.at(path))).send_json(body)).map(drop)
    }

    /// Puts a request into `req`.
    pub fn put_request(&self, terminal: usize, name: &str, bytes: &[u8]) -> Result<(), ClientError> {
        let request = self.agent.put(self.at(&format!("/control/v1/requests/{}", escaped(name))));
        let request =
            request.query("terminal", terminal.to_string()).header("content-type", "application/octet-stream");
        self.answer(self.told(request).send(bytes)).map(drop)
    }

    /// `DELETE path`.
    pub fn delete(&self, path: &str) -> Result<(), ClientError> {
        self.answer(self.told(self.agent.delete(self.at(path))).call()).map(drop)
    }

    /// `DELETE path`, for what was there.
    pub fn take<T: DeserializeOwned>(&self, path: &str) -> Result<T, ClientError> {
        self.read(self.told(self.agent.delete(self.at(path))).call())
    }

    /// Fetches a file for good.
    pub fn collect(&self, path: &str) -> Result<(), ClientError> {
        let request = self.agent.delete(self.at("/control/v1/files/content")).query("path", path);
        self.answer(self.told(request).call()).map(drop)
    }

    fn at(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    fn told<B>(&self, request: ureq::RequestBuilder<B>) -> ureq::RequestBuilder<B> {
        match &self.token {
            Some(token) => request.header("authorization", format!("Bearer {}", token.reveal())),
            None => request,
        }
    }

    fn read<T: DeserializeOwned>(
        &self,
        answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>,
    ) -> Result<T, ClientError> {
        serde_json::from_slice(&self.answer(answer)?)
            .map_err(|cause| ClientError::Unreadable { base: self.base.clone(), cause: cause.to_string() })
    }

    fn answer(&self, answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Result<Vec<u8>, ClientError> {
        let mut answer = answer.map_err(|cause| self.unreachable(&cause))?;
        let body = answer.body_mut().with_config().limit(LOOK_LIMIT as u64).read_to_vec();
        let bytes = body.map_err(|cause| self.unreachable(&cause))?;
        match answer.status() {
            status if status.is_success() => Ok(bytes),
            status => Err(refused(status.as_u16(), &bytes)),
        }
    }

    fn unreachable(&self, cause: &ureq::Error) -> ClientError {
        ClientError::Unreachable { base: self.base.clone(), cause: cause.to_string() }
    }
}

/// A problem document in words; whatever came, where it is none.
fn refused(status: u16, bytes: &[u8]) -> ClientError {
    let Problem { title, detail, remedy, mistakes } = serde_json::from_slice(bytes).unwrap_or_default();
    let words = detail.or(title);
    let detail = words.unwrap_or_else(|| format!("HTTP {status}: {}", String::from_utf8_lossy(bytes)));
    ClientError::Refused { status, detail, remedy, mistakes }
}

/// A name as one part of a path.
pub fn escaped(name: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    name.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
