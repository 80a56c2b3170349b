//! The control API from the caller's side: all that a run has of a station.

use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::message::xml::LOOK_LIMIT;

/// A visit with a late subsidy file takes some ten seconds where the clock runs; a person at the reader may take minutes.
const PATIENCE: Duration = Duration::from_secs(600);
/// To a machine that is there.
const CONNECT: Duration = Duration::from_secs(5);

/// A station's control API.
#[derive(Debug, Clone)]
pub struct Line {
    base: String,
    token: Option<String>,
    agent: ureq::Agent,
}

/// What did not come over the line.
#[derive(Debug, Clone, thiserror::Error)]
pub enum LineError {
    /// Nobody answers there.
    #[error("窓口 {base} に接続できません: {cause} / no station there")]
    Unreachable {
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
    },
}

impl Line {
    /// To the station at `base`, a URL without a slash at its end.
    pub fn to(base: impl Into<String>, token: Option<String>) -> Self {
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(PATIENCE))
            .timeout_connect(Some(CONNECT))
            .http_status_as_error(false)
            .build();
        Self { base: base.into(), token, agent: config.into() }
    }

    /// `GET path`.
    ///
    /// # Errors
    /// As [`LineError`] says; so of all the others.
    pub fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, LineError> {
        self.read(self.told(self.agent.get(self.at(path))).call())
    }

    /// The bytes of a file that was seen, `None` when it is not there any more.
    pub fn content(&self, path: &str) -> Result<Option<Vec<u8>>, LineError> {
        let request = self.agent.get(self.at("/control/v1/files/content")).query("path", path);
        let mut answer = self.told(request).call().map_err(|error| self.unreachable(&error))?;
        let body = answer.body_mut().with_config().limit(LOOK_LIMIT as u64).read_to_vec();
        let bytes = body.map_err(|error| self.unreachable(&error))?;
        match answer.status().as_u16() {
            200 => Ok(Some(bytes)),
            404 => Ok(None),
            status => Err(refused(status, &String::from_utf8_lossy(&bytes))),
        }
    }

    /// `POST path` with JSON.
    pub fn post(&self, path: &str, body: &Value) -> Result<Value, LineError> {
        self.read(self.told(self.agent.post(self.at(path))).send_json(body))
    }

    /// `PUT path` with JSON.
    pub fn put(&self, path: &str, body: &Value) -> Result<Value, LineError> {
        self.read(self.told(self.agent.put(self.at(path))).send_json(body))
    }

    /// Puts a request into `req`.
    pub fn put_request(&self, terminal: usize, name: &str, bytes: &[u8]) -> Result<(), LineError> {
        let request = self.agent.put(self.at(&format!("/control/v1/requests/{}", escaped(name))));
        let request =
            request.query("terminal", terminal.to_string()).header("content-type", "application/octet-stream");
        self.read::<Value>(self.told(request).send(bytes)).map(drop)
    }

    /// `DELETE path`.
    pub fn delete(&self, path: &str) -> Result<(), LineError> {
        self.text(self.told(self.agent.delete(self.at(path))).call()).map(drop)
    }

    /// Fetches a file for good.
    pub fn collect(&self, path: &str) -> Result<(), LineError> {
        let request = self.agent.delete(self.at("/control/v1/files/content")).query("path", path);
        self.text(self.told(request).call()).map(drop)
    }

    fn at(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    fn told<B>(&self, request: ureq::RequestBuilder<B>) -> ureq::RequestBuilder<B> {
        match &self.token {
            Some(token) => request.header("authorization", format!("Bearer {token}")),
            None => request,
        }
    }

    fn read<T: DeserializeOwned>(
        &self,
        answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>,
    ) -> Result<T, LineError> {
        let text = self.text(answer)?;
        serde_json::from_str(&text).map_err(|error| refused(200, &format!("{error}: {text}")))
    }

    fn text(&self, answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Result<String, LineError> {
        let mut answer = answer.map_err(|error| self.unreachable(&error))?;
        let status = answer.status();
        let body = answer.body_mut().with_config().limit(LOOK_LIMIT as u64).read_to_string();
        let text = body.map_err(|error| self.unreachable(&error))?;
        if status.is_success() { Ok(text) } else { Err(refused(status.as_u16(), &text)) }
    }

    fn unreachable(&self, cause: &ureq::Error) -> LineError {
        LineError::Unreachable { base: self.base.clone(), cause: cause.to_string() }
    }
}

/// A problem document in words; whatever came, where it is none.
fn refused(status: u16, text: &str) -> LineError {
    let document: Value = serde_json::from_str(text).unwrap_or_default();
    let word = |key: &str| document[key].as_str().map(str::to_owned);
    let detail = word("detail").or_else(|| word("title")).unwrap_or_else(|| format!("HTTP {status}: {text}"));
    LineError::Refused { status, detail, remedy: word("remedy") }
}

/// A name as one part of a path.
pub fn escaped(name: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    name.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
