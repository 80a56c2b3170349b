//! Problem documents (RFC 9457): how a hub says over HTTP that it does not answer.

use serde::{Deserialize, Serialize};

use super::WireError;

/// The media type of a problem.
pub const PROBLEM_JSON: &str = "application/problem+json";
/// The `type` of a problem that has nothing to add to its status.
pub const PLAIN: &str = "about:blank";
/// The `type` of a PMH failure: the terminal makes the `.err` of it. Carries `code`.
pub const PMH_FAILED: &str = "urn:madoguchi:pmh-failed";

/// The `type` of a hub that plays dead: whoever asks takes it for one that is not there.
pub const AWAY: &str = "urn:madoguchi:away";
/// The `type` of an answer to whoever speaks plain HTTP where TLS is spoken.
pub const TLS_WANTED: &str = "urn:madoguchi:tls-wanted";

/// One problem.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// What kind, a URI.
    #[serde(rename = "type", default = "plain")]
    pub kind: String,
    /// The kind in words.
    #[serde(default)]
    pub title: String,
    /// HTTP status.
    pub status: u16,
    /// This problem in words, Japanese and English, with the remedy.
    #[serde(default)]
    pub detail: String,
    /// A code of ours (`MDG-…`), where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
}

fn plain() -> String {
    PLAIN.to_owned()
}

impl Problem {
    /// A problem that its status and these words describe.
    pub fn new(status: u16, detail: impl Into<String>) -> Self {
        Self { kind: plain(), title: title(status).to_owned(), status, detail: detail.into(), code: None }
    }

    /// PMH failed with a code of ours.
    pub fn pmh_failed(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { kind: PMH_FAILED.to_owned(), code: Some(code.into()), ..Self::new(502, message) }
    }
}

impl From<WireError> for Problem {
    fn from(error: WireError) -> Self {
        match error {
            WireError::Problem { status, message } => Self::new(status, message),
            WireError::Unreachable { .. } | WireError::NotTrusted { .. } => {
                Self { kind: AWAY.to_owned(), ..Self::new(503, error.to_string()) }
            }
        }
    }
}

/// The words of HTTP for the statuses that a hub uses.
fn title(status: u16) -> &'static str {
    match status {
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        409 => "Conflict",
        413 => "Content Too Large",
        415 => "Unsupported Media Type",
        422 => "Unprocessable Content",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        _ => "Problem",
    }
}
