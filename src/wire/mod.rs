//! What travels between the terminal and the hub, and the one trait behind which a hub stands.
//!
//! A visit is two questions, because the consent screens depend on what the centre knows (decisions.md §1): [`Connection::open_visit`]
//! and [`Connection::consent`]. Requests of the folder are [`Connection::ask`]; the subsidy document is fetched by the PMH
//! request's file name, [`Connection::subsidies`]. Calls block: whoever serves people runs them on threads of their own.
//!
//! - [`http`]: the same over HTTP, against `madoguchi hub` or any hub that speaks docs/hub.md
//! - [`problem`]: how a hub says over HTTP that it does not answer; [`document`]: the documents as they travel
//! - `request`: the documents by interface; `bulk`: a result that comes unit by unit
//! - [`tls`]: the certificates that a terminal shows and asks for
//! - [`outage`]: a line that fails when it is asked to; [`removable`]: a hub that plays dead · [`latency`]: how long a hub takes
//! - [`steering`]: the knobs behind [`Steering`]

mod bulk;
pub mod document;
pub mod http;
pub mod latency;
pub mod outage;
pub mod problem;
pub mod registration;
pub mod removable;
mod request;
pub mod steering;
pub mod tls;

pub use bulk::{BulkAnswer, Units};
pub use request::{Answer, Body, INTERFACES, Request, comes_by_rows, limit_of};

use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};

use crate::message::qualification::QualificationResult;
use crate::message::subsidy::SubsidyDocument;
use crate::visit::{Consents, Evidence, Outcome, Standing, Uses, VisitId};

/// A hub, in the same process or far away.
pub trait Connection: Send + Sync {
    /// First half of a visit: evidence in, standing out.
    fn open_visit(&self, opening: &VisitOpening) -> Result<Standing, WireError>;
    /// Second half: consents in, document out. A visit is answered once. `time` is the station's document time when the patient
    /// had answered: it becomes ProcessExecutionTime and the time of every consent.
    fn consent(&self, visit: &VisitId, consents: &Consents, time: DateTime) -> Result<VisitAnswer, WireError>;
    /// A request that the レセコン put into `req`.
    fn ask(&self, question: &Question) -> Result<Answer, WireError>;
    /// Is `question` answered from what is at hand? Then nobody need be put aside while it is: nothing of it waits for another machine, for a
    /// disk that somebody else writes to, or for time to pass.
    fn is_at_hand(&self, _question: &Question) -> bool {
        false
    }
    /// The subsidy document announced by `RequestPmhFileName`.
    fn subsidies(&self, question: &SubsidyQuestion) -> Result<SubsidyAnswer, WireError>;
    /// Where this connection leads, for people: `embedded` or a URL.
    fn name(&self) -> String;
}

/// Who asks, and when by the station's clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asker {
    /// 医療機関コード of the terminal, ten digits.
    pub institution: String,
    /// The station's document time (decisions.md §7): a hub answers as of this moment.
    pub time: DateTime,
}

/// First half of a visit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VisitOpening {
    /// Who asks.
    pub asker: Asker,
    /// The station's own name for this visit, unique and repeatable (`r1-000042`): the hub's seeded draws hang on it.
    pub reference: String,
    /// The institution's switches.
    pub uses: Uses,
    /// Who stands there.
    pub evidence: Evidence,
    /// Whose card it is by the operator's word, where the hub does not know the serial itself: a real card lent to a synthetic
    /// person for one visit. A serial that the hub knows decides against it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holder: Option<String>,
    /// Outcomes the operator asked for.
    #[serde(default)]
    pub steering: Steering,
}

/// Outcomes the operator asks the hub for, carried with the question so that embedded and distant hubs obey alike.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Steering {
    /// Answer with this validity (OQSCD006 `2`, `3` or `4`), records to match.
    #[serde(default)]
    pub validity: Option<String>,
    /// Answer with SegmentOfResult 9.
    #[serde(default)]
    pub centre_error: bool,
    /// Let PMH fail.
    #[serde(default)]
    pub subsidy_error: bool,
    /// What becomes of the question to the certificate authority.
    #[serde(default)]
    pub authority: Option<AuthorityFault>,
}

/// How the certificate authority fails the centre, when the operator asks for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AuthorityFault {
    /// It cannot be asked.
    Unreachable,
    /// It says that it never issued the certificate.
    Unknown,
    /// It says that the certificate is revoked.
    Revoked,
}

impl Steering {
    /// Whether anything was asked for.
    pub fn is_set(&self) -> bool {
        *self != Self::default()
    }
}

/// What the second half of a visit brings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VisitAnswer {
    /// How it ended.
    pub outcome: Outcome,
    /// The face file's content; `None` when the centre has nothing to say about this person.
    pub document: Option<QualificationResult>,
    /// File name of the PMH request (`PMHsimsm01req_…_face.xml`) when subsidies were agreed to.
    pub pmh_request: Option<String>,
}

/// A request from the folder, as the hub sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Who asks.
    pub asker: Asker,
    /// The station's own name for this question, ASCII and repeatable: the hub's seeded draws hang on it.
    pub reference: String,
    /// What is asked.
    pub request: Request,
    /// Outcomes the operator asked for.
    pub steering: Steering,
}

/// Asks for the subsidy document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubsidyQuestion {
    /// Who asks.
    pub asker: Asker,
    /// `PMHsimsm01req_…_face.xml`
    pub request_file_name: String,
}

/// What PMH said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SubsidyAnswer {
    /// The certificates.
    Document(SubsidyDocument),
    /// A failure: becomes the `.err`.
    Failed {
        /// Our own code (the real ones are not public).
        code: String,
        /// For people.
        message: String,
    },
}

/// Why a hub could not be asked.
#[derive(Debug, Clone, thiserror::Error)]
pub enum WireError {
    /// No hub there, or it does not speak.
    #[error("ハブ {hub} に接続できません: {cause} / cannot reach the hub: start it (`madoguchi hub`) or correct --hub")]
    Unreachable {
        /// The URL.
        hub: String,
        /// What the network said.
        cause: String,
    },
    /// One of the two does not accept the other's certificate: no hub for this terminal, however healthy it is.
    #[error("ハブ {hub} と TLS で接続できません: {why}")]
    NotTrusted {
        /// The URL.
        hub: String,
        /// Which certificate, what is wrong with it, and what to do.
        why: tls::Distrust,
    },
    /// The hub answered with a problem.
    #[error("ハブがエラーを返しました ({status}): {message} / the hub answered with a problem")]
    Problem {
        /// HTTP status, or the one that would be sent.
        status: u16,
        /// For people.
        message: String,
    },
}
