//! The documents between terminal and hub, by interface: the one list of what the folder's requests become and what answers them.

use crate::message::Read;
use crate::message::qualification::{QualificationRequest, QualificationResult, Records};
use crate::message::refusal::Refusal;
use crate::message::registration::{RegistrationRequest, RegistrationResult};
use crate::message::tree::Element;

/// 資格確認 1件照会
const OQS_SIQUC_01: &str = crate::message::name::OQS_SIQUC_01;
/// 照会番号登録 1件
const OQS_SIIMM_01: &str = "OQSsiimm01";

/// The interfaces whose documents travel as XML, by the names that their paths and files have.
pub const INTERFACES: [&str; 2] = [OQS_SIQUC_01, OQS_SIIMM_01];

/// The documents a レセコン may send.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Request {
    /// `OQSsiquc01req`
    Qualification(QualificationRequest),
    /// `OQSsiimm01req`
    Registration(RegistrationRequest),
}

/// The documents that come back.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Answer {
    /// `OQSsiquc01res`
    Qualification(QualificationResult),
    /// `OQSsiimm01res`
    Registration(RegistrationResult),
}

impl Request {
    /// `OQSsiquc01`
    pub fn interface(&self) -> &'static str {
        match self {
            Self::Qualification(_) => OQS_SIQUC_01,
            Self::Registration(_) => OQS_SIIMM_01,
        }
    }

    /// MedicalInstitutionCode, as sent.
    pub fn institution(&self) -> &str {
        match self {
            Self::Qualification(request) => &request.medical_institution_code,
            Self::Registration(request) => &request.medical_institution_code,
        }
    }

    /// The tree, in specification order.
    pub fn to_tree(&self) -> Element {
        match self {
            Self::Qualification(request) => request.to_tree(),
            Self::Registration(request) => request.to_tree(),
        }
    }

    /// Reads the request of `interface`; `None` for one whose documents do not travel.
    ///
    /// # Errors
    /// A [`Refusal`]: wrong root, mandatory element missing or repeated, bad date.
    pub fn from_tree(interface: &str, root: &Element) -> Option<Result<Read<Self>, Refusal>> {
        Some(match interface {
            OQS_SIQUC_01 => QualificationRequest::from_tree(root).map(|read| read.map(Self::Qualification)),
            OQS_SIIMM_01 => RegistrationRequest::from_tree(root).map(|read| read.map(Self::Registration)),
            _ => return None,
        })
    }

    /// The answer when the centre gives none: SegmentOfResult 9 with a code of ours. `time` is ProcessExecutionTime.
    pub fn abnormal(&self, time: String, code: &str, message: &str) -> Answer {
        match self {
            Self::Qualification(request) => {
                Answer::Qualification(QualificationResult::abnormal(request, time, code, message))
            }
            Self::Registration(request) => {
                Answer::Registration(RegistrationResult::abnormal(request, time, code, message))
            }
        }
    }
}

impl Answer {
    /// The tree, in specification order; `records` says how several records of a single query stand.
    pub fn to_tree(&self, records: Records) -> Element {
        match self {
            Self::Qualification(result) => result.to_tree(records),
            Self::Registration(result) => result.to_tree(),
        }
    }

    /// Reads the answer to `request`.
    ///
    /// # Errors
    /// A [`Refusal`] when there is no XmlMsg with header and body.
    pub fn from_tree(request: &Request, root: &Element) -> Result<Self, Refusal> {
        Ok(match request {
            Request::Qualification(_) => Self::Qualification(QualificationResult::from_tree(root)?.document),
            Request::Registration(_) => Self::Registration(RegistrationResult::from_tree(root)?.document),
        })
    }
}
