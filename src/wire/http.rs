//! A hub over HTTP, as docs/hub.md describes it: JSON for visits, XML for documents. Calls block.

use std::time::Duration;

use jiff::civil::DateTime;
use serde::Serialize;
use serde::de::DeserializeOwned;
use ureq::http::Response;
use ureq::tls::TlsConfig;
use ureq::{Agent, AsSendBody, Body, SendBody};

use super::bulk::BulkAnswer;
use super::document;
use super::problem::{AWAY, PMH_FAILED, Problem, TLS_WANTED};
use super::tls::{self, Distrust, TlsError};
use super::{
    Answer, Connection, Question, SubsidyAnswer, SubsidyQuestion, VisitAnswer, VisitOpening, WireError, comes_by_rows,
};
use crate::message::xml::ReadError;
use crate::visit::{Consents, Outcome, Standing, VisitId};

/// The station's document time, RFC 3339, where the body does not carry it.
pub const TIME: &str = "madoguchi-time";
/// 医療機関コード of the terminal, where the body does not carry it.
pub const INSTITUTION: &str = "madoguchi-institution";
/// The station's own name for a question, where the body does not carry it: seeded draws hang on it.
pub const REFERENCE: &str = "madoguchi-reference";
/// Outcomes the operator asked for, JSON of [`super::Steering`], where the body does not carry them.
pub const STEERING: &str = "madoguchi-steering";
/// How a visit ended, kebab-case name of [`Outcome`].
pub const OUTCOME: &str = "madoguchi-outcome";

/// Media type of documents.
pub const XML: &str = "application/xml";
/// Media type of pages.
pub const PDF: &str = "application/pdf";
/// Media type of everything else.
pub const JSON: &str = "application/json";

/// A hub on the desk answers within milliseconds, one behind a slow line within a second; a reader's screen waits no longer.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// The whole exchange. Below the shortest patience of a public client, 10 s (spec/oqs-interface.md §5.4).
const ANSWER_TIMEOUT: Duration = Duration::from_secs(9);
/// A bulk document takes as long as it takes; but this long nothing comes of it only when the line is dead. Clients wait three minutes
/// and longer for their bulk files (spec/oqs-interface.md §5.4).
const BULK_IDLE: Duration = Duration::from_secs(30);
/// Most bytes of a problem that are read.
const PROBLEM_LIMIT: u64 = 64 << 10;

/// A hub behind a URL.
#[derive(Debug, Clone)]
pub struct HttpHub {
    agent: Agent,
    /// Without a limit on the whole exchange, for bulk documents.
    patient: Agent,
    url: String,
}

impl HttpHub {
    /// A connection to `url`, for instance `http://127.0.0.1:8791`. Nothing is sent yet.
    pub fn new(url: &str) -> Self {
        Self::with_timeouts(url, CONNECT_TIMEOUT, ANSWER_TIMEOUT, BULK_IDLE)
    }

    /// The same to a hub that is called `https://`: with the authority that its certificate is of, and a certificate to show.
    ///
    /// # Errors
    /// The files cannot be used.
    pub fn with_certificate(url: &str, files: &tls::Files) -> Result<Self, TlsError> {
        Ok(Self::with(url, Some(files.read()?), CONNECT_TIMEOUT, ANSWER_TIMEOUT, BULK_IDLE))
    }

    /// The same with a patience of one's own.
    pub fn with_timeouts(url: &str, connect: Duration, answer: Duration, idle: Duration) -> Self {
        Self::with(url, None, connect, answer, idle)
    }

    fn with(url: &str, tls: Option<TlsConfig>, connect: Duration, answer: Duration, idle: Duration) -> Self {
        let config = || {
            let config = Agent::config_builder()
                .http_status_as_error(false)
                .max_redirects(0)
                // The real line is a closed network; a proxy set for the machine's browser must not see patients.
                .proxy(None)
                .timeout_connect(Some(connect))
                .user_agent(concat!("madoguchi/", env!("CARGO_PKG_VERSION")));
            match tls.clone() {
                Some(tls) => config.tls_config(tls),
                None => config,
            }
        };
        let agent = config().timeout_global(Some(answer)).build().new_agent();
        let patient = config().timeout_per_read(Some(idle)).timeout_per_write(Some(idle)).build().new_agent();
        Self { agent, patient, url: url.trim_end_matches('/').to_owned() }
    }

    /// Sends, and gives back an answer that is no problem.
    fn send(
        &self,
        agent: &Agent,
        path: &str,
        media_type: &str,
        headers: &[(&str, String)],
        body: SendBody<'_>,
    ) -> Result<Response<Body>, Unanswered> {
        let mut request = agent.post(format!("{}{path}", self.url)).content_type(media_type);
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        let mut response = request.send(body).map_err(|error| self.unreachable(error))?;
        if response.status().is_success() {
            return Ok(response);
        }
        let body = response.body_mut().with_config().limit(PROBLEM_LIMIT).read_to_vec();
        let body = body.map_err(|error| self.unreachable(error))?;
        let problem = problem(response.status().as_u16(), &body);
        let hub = || self.url.clone();
        Err(match problem.kind.as_str() {
            AWAY => WireError::Unreachable { hub: hub(), cause: problem.detail }.into(),
            TLS_WANTED => WireError::NotTrusted { hub: hub(), why: Distrust::TlsWanted }.into(),
            _ => Unanswered::Problem(problem),
        })
    }

    fn whole(&self, mut response: Response<Body>) -> Result<Reply, Unanswered> {
        let body = response.body_mut().with_config().limit(document::LIMIT as u64).read_to_vec();
        let body = body.map_err(|error| self.unreachable(error))?;
        let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let (outcome, sent) = (header(OUTCOME), header("content-type").unwrap_or_default());
        let media_type = sent.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        Ok(Reply { status: response.status().as_u16(), outcome, media_type, body })
    }

    fn post_json(&self, path: &str, headers: &[(&str, String)], body: &impl Serialize) -> Result<Reply, Unanswered> {
        // What travels is text, numbers and lists, which always have a JSON form.
        let body = serde_json::to_vec(body).unwrap_or_default();
        self.whole(self.send(&self.agent, path, JSON, headers, body.as_slice().as_body())?)
    }

    /// The bulk result in `response`, of which only the header has come when this returns.
    fn units(&self, response: Response<Body>) -> Result<BulkAnswer, WireError> {
        let source = response.into_body().into_with_config().limit(document::RESULT_LIMIT as u64).reader();
        let hub = self.url.clone();
        let broken = move |error| match error {
            ReadError::Io(cause) => WireError::Unreachable { hub: hub.clone(), cause: cause.to_string() },
            ReadError::Refused(refusal) => unintelligible(refusal),
        };
        let (header, units) = document::read_bulk(Box::new(source)).map_err(&broken)?;
        Ok(BulkAnswer { header, units: units.with(broken) })
    }

    fn unreachable(&self, error: ureq::Error) -> WireError {
        let hub = self.url.clone();
        match Distrust::of(&error) {
            Some(why) => WireError::NotTrusted { hub, why },
            None => WireError::Unreachable { hub, cause: error.to_string() },
        }
    }
}

impl Connection for HttpHub {
    fn open_visit(&self, opening: &VisitOpening) -> Result<Standing, WireError> {
        self.post_json("/oqs/visits", &[], opening)?.json()
    }

    fn consent(&self, visit: &VisitId, consents: &Consents, time: DateTime) -> Result<VisitAnswer, WireError> {
        let path = format!("/oqs/visits/{}/consents", segment(&visit.0));
        let reply = self.post_json(&path, &[(TIME, rfc3339(time))], consents)?;
        let outcome = reply.outcome()?;
        let document = match reply.status {
            NO_CONTENT => None,
            _ => Some(document::read_result(&reply.body).map_err(unintelligible)?),
        };
        let pmh_request = document.as_ref().and_then(|document| document.request_pmh_file_name.clone());
        Ok(VisitAnswer { outcome, document, pmh_request })
    }

    fn ask(&self, question: &Question) -> Result<Answer, WireError> {
        let request = &question.request;
        let asker = &question.asker;
        let mut headers = vec![
            (TIME, rfc3339(asker.time)),
            (INSTITUTION, asker.institution.clone()),
            (REFERENCE, question.reference.clone()),
        ];
        if question.steering.is_set() {
            headers.push((STEERING, serde_json::to_string(&question.steering).unwrap_or_default()));
        }
        let path = format!("/oqs/{}", request.interface());
        let agent = if request.is_bulk() { &self.patient } else { &self.agent };
        let response = if comes_by_rows(request.interface()) {
            let mut rows = document::write_rows(request);
            self.send(agent, &path, XML, &headers, SendBody::from_reader(&mut rows))?
        } else {
            self.send(agent, &path, XML, &headers, document::write_request(request).as_slice().as_body())?
        };
        if request.is_download() {
            return Ok(Answer::Bulk(self.units(response)?));
        }
        let reply = self.whole(response)?;
        document::read_answer(request, &reply.media_type, reply.body).map_err(unintelligible)
    }

    fn subsidies(&self, question: &SubsidyQuestion) -> Result<SubsidyAnswer, WireError> {
        match self.post_json("/oqs/PMHsimsm01", &[], question) {
            Ok(reply) => Ok(SubsidyAnswer::Document(reply.json()?)),
            Err(Unanswered::Problem(Problem { kind, code: Some(code), detail, .. })) if kind == PMH_FAILED => {
                Ok(SubsidyAnswer::Failed { code, message: detail })
            }
            Err(unanswered) => Err(unanswered.into()),
        }
    }

    fn name(&self) -> String {
        self.url.clone()
    }
}

const NO_CONTENT: u16 = 204;
const BAD_GATEWAY: u16 = 502;
/// How much of an answer that is no problem document is shown.
const SHOWN: usize = 200;

/// An answer of the hub.
struct Reply {
    status: u16,
    outcome: Option<String>,
    media_type: String,
    body: Vec<u8>,
}

impl Reply {
    fn json<T: DeserializeOwned>(&self) -> Result<T, WireError> {
        serde_json::from_slice(&self.body).map_err(unintelligible)
    }

    fn outcome(&self) -> Result<Outcome, WireError> {
        let word = self.outcome.as_deref().unwrap_or_default();
        serde_json::from_value(word.into()).map_err(|error| unintelligible(format!("{OUTCOME}: {error}")))
    }
}

/// Why there is no answer.
enum Unanswered {
    Wire(WireError),
    Problem(Problem),
}

impl From<WireError> for Unanswered {
    fn from(error: WireError) -> Self {
        Self::Wire(error)
    }
}

impl From<Unanswered> for WireError {
    fn from(unanswered: Unanswered) -> Self {
        match unanswered {
            Unanswered::Wire(error) => error,
            Unanswered::Problem(problem) => Self::Problem { status: problem.status, message: problem.detail },
        }
    }
}

/// The problem document, or whatever else stood there (a proxy's page, another program on the port).
fn problem(status: u16, body: &[u8]) -> Problem {
    let shown = || String::from_utf8_lossy(body).chars().take(SHOWN).collect::<String>();
    let read = serde_json::from_slice(body).unwrap_or_else(|_| Problem::new(status, shown()));
    Problem { status, ..read }
}

/// The hub answered something that is not in docs/hub.md.
fn unintelligible(cause: impl std::fmt::Display) -> WireError {
    let message = format!("ハブの回答を読めません / the hub's answer does not follow docs/hub.md: {cause}");
    WireError::Problem { status: BAD_GATEWAY, message }
}

fn rfc3339(time: DateTime) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S+09:00").to_string()
}

/// One segment of a path: what is not unreserved (RFC 3986) is escaped.
fn segment(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect()
}
