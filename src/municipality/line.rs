//! One request to PMH over HTTP. Calls block.

use std::io::Read;
use std::time::Duration;

use serde_json::Value;
use ureq::tls::TlsConfig;
use ureq::{Agent, SendBody};

use crate::secret::BearerToken;
use crate::wire::problem::TLS_WANTED;
use crate::wire::registration::{Fault, Generation, Receipt};
use crate::wire::tls::Distrust;

/// A hub on the desk answers at once, one behind a closed network within seconds.
const CONNECT: Duration = Duration::from_secs(5);
/// Between two pieces; a full set of a large city takes its time to be registered after its last byte.
const IDLE: Duration = Duration::from_secs(300);
/// Most bytes of an answer that are read.
const ANSWER_LIMIT: u64 = 1 << 20;
/// When to come again where 503 does not say.
const AGAIN: Duration = Duration::from_secs(2);

/// PMH at a URL, with this municipality's token.
pub struct Line {
    agent: Agent,
    url: String,
    token: BearerToken,
}

/// Why a request came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum LineError {
    /// 400, 413, 415: the body is wrong; the same again would be refused again.
    #[error("PMHが受け付けませんでした: {} / refused", faults.first().map(ToString::to_string).unwrap_or_default())]
    Refused {
        /// Why.
        faults: Vec<Fault>,
        /// How many there are.
        count: u64,
    },
    /// 401
    #[error("トークンが違います: {0} / the token is not taken")]
    Token(String),
    /// 404
    #[error("この処理通番の登録はありません / no registration of this serialNumber")]
    Unknown,
    /// 503, 500, or the line: worth another try.
    #[error("いまは受け付けられません: {cause} / not now")]
    NotNow {
        /// What it said.
        cause: String,
        /// When to try again.
        after: Duration,
    },
    /// No TLS with whoever is there: the same again would end the same.
    #[error("{url} と TLS で接続できません: {}", remedy(*why))]
    NotTrusted {
        /// Where.
        url: String,
        /// Whose certificate, and what is wrong with it.
        why: Distrust,
    },
    /// The body cannot be read here.
    #[error("送る内容を読めません: {0} / cannot read what is sent")]
    Body(String),
    /// Another answer than the document describes.
    #[error("PMHの応答ではありません ({0}) / not an answer of PMH: is the URL that of the registration?")]
    Strange(String),
}

impl Line {
    /// A line to `url`, with `tls` where it is called `https://`. Nothing is sent yet.
    pub fn new(url: &str, token: BearerToken, tls: TlsConfig) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            // LGWAN or IP-VPN: a proxy set for the machine's browser must not see 個人番号.
            .proxy(None)
            .tls_config(tls)
            .timeout_connect(Some(CONNECT))
            .timeout_per_read(Some(IDLE))
            .timeout_per_write(Some(IDLE))
            .user_agent(concat!("madoguchi/", env!("CARGO_PKG_VERSION")));
        Self { agent: config.build().new_agent(), url: url.trim_end_matches('/').to_owned(), token }
    }

    /// Where it leads.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Sends a body and gives back its 処理通番.
    ///
    /// # Errors
    /// See [`LineError`].
    pub fn register(&self, generation: Generation, media_type: &str, body: &mut dyn Read) -> Result<String, LineError> {
        let mut body = Watched { body, failed: None };
        let request = self
            .agent
            .post(format!("{}{}", self.url, generation.path()))
            .header("authorization", format!("Bearer {}", self.token.reveal()))
            .content_type(media_type);
        let answer = request.send(SendBody::from_reader(&mut body));
        if let Some(error) = body.failed {
            return Err(LineError::Body(error));
        }
        let answer = self.answered(answer)?;
        let serial = answer.get("serialNumber").and_then(Value::as_str);
        serial.map(str::to_owned).ok_or_else(|| LineError::Strange("serialNumber がありません".to_owned()))
    }

    /// What became of a registration.
    ///
    /// # Errors
    /// See [`LineError`].
    pub fn history(&self, serial: &str) -> Result<Receipt, LineError> {
        let path: String = serial.chars().filter(char::is_ascii_alphanumeric).collect();
        let request = self
            .agent
            .get(format!("{}/pmh/registrations/{path}", self.url))
            .header("authorization", format!("Bearer {}", self.token.reveal()));
        serde_json::from_value(self.answered(request.call())?).map_err(|error| LineError::Strange(error.to_string()))
    }

    fn answered(&self, answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Result<Value, LineError> {
        let not_now = |cause: String, after| LineError::NotNow { cause, after };
        let not_trusted = |why| LineError::NotTrusted { url: self.url.clone(), why };
        let mut answer = answer.map_err(|error| match Distrust::of(&error) {
            Some(why) => not_trusted(why),
            None => not_now(error.to_string(), AGAIN),
        })?;
        let status = answer.status().as_u16();
        let after = answer.headers().get("retry-after").and_then(|value| value.to_str().ok()?.parse().ok());
        let after = after.map_or(AGAIN, Duration::from_secs);
        let body = answer.body_mut().with_config().limit(ANSWER_LIMIT).read_to_vec();
        let body = body.map_err(|error| not_now(error.to_string(), AGAIN))?;
        let told: Value = serde_json::from_slice(&body).unwrap_or_default();
        let message = || told.get("message").and_then(Value::as_str).unwrap_or_default().to_owned();
        match status {
            200 => Ok(told),
            401 => Err(LineError::Token(message())),
            400 if told.get("type").is_some_and(|kind| kind == TLS_WANTED) => Err(not_trusted(Distrust::TlsWanted)),
            404 if told.get("code").is_some() => Err(LineError::Unknown),
            400 | 413 | 415 => {
                let listed: Option<Vec<Fault>> =
                    told.get("errors").and_then(|errors| serde_json::from_value(errors.clone()).ok());
                let first = || serde_json::from_value::<Fault>(told.clone()).into_iter().collect();
                let faults: Vec<Fault> = listed.unwrap_or_else(first);
                let count = told.get("errorCount").and_then(Value::as_u64).unwrap_or(faults.len() as u64);
                Err(LineError::Refused { faults, count })
            }
            500 | 502..=504 => Err(not_now(format!("HTTP {status} {}", message()), after)),
            _ => Err(LineError::Strange(format!("HTTP {status}"))),
        }
    }
}

/// A body whose own failure is told from that of the line.
struct Watched<'b> {
    body: &'b mut dyn Read,
    failed: Option<String>,
}

impl Read for Watched<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        self.body.read(into).inspect_err(|error| self.failed = Some(error.to_string()))
    }
}

/// What a municipality does about it, where that is something else than what a terminal does.
const REMEDIES: [(Distrust, &str, &str); 6] = [
    (
        Distrust::UnknownHub,
        "PMHの証明書が --ca の認証局のものではありません。ハブの --tls のフォルダにある ca.pem を --ca に指定してください",
        "its certificate is not of the authority in --ca: name the ca.pem of the hub's --tls folder in --ca",
    ),
    (
        Distrust::HubName,
        "PMHの証明書は --hub のホスト名のものではありません。--hub を直すか、ハブを --tls-name でその名前を付けて起動してください",
        "its certificate is for other names than that in --hub: correct it, or start the hub with --tls-name",
    ),
    (
        Distrust::HubExpired,
        "PMHの証明書は有効期間外です。この機械とハブの時計を確認し、ハブを再起動してください",
        "its certificate is out of date: look at the clocks of both machines, and restart the hub",
    ),
    (
        Distrust::NoneShown,
        "そこは端末の窓口です。--hub に登録の窓口 (hub --registration) の URL を指定してください",
        "that is the face to terminals: name that of `hub --registration` in --hub",
    ),
    (
        Distrust::NoTls,
        "そこのPMHは TLS を使っていません。--hub を http:// にするか、ハブを --tls で起動してください",
        "PMH there does not speak TLS: write http:// in --hub, or start the hub with --tls",
    ),
    (
        Distrust::TlsWanted,
        "そこのPMHは TLS を使っています。--hub を https:// にし、--ca にハブの ca.pem を指定してください",
        "PMH there speaks TLS: write https:// in --hub, and name the hub's ca.pem in --ca",
    ),
];

fn remedy(why: Distrust) -> String {
    let own = REMEDIES.iter().find(|(kind, ..)| *kind == why);
    own.map_or_else(|| why.to_string(), |(_, ja, en)| format!("{ja} / {en}"))
}
