//! The documents between terminal and hub, by interface: the one list of what the folder's requests become and what answers them.

use super::bulk::BulkAnswer;
use crate::message::Read;
use crate::message::bulk::{
    BulkDownload, BulkHeader, BulkQualificationRequest, BulkReception, BulkRegistrationRequest, BulkRequestHeader,
    Care, CareRequest,
};
use crate::message::checkup::{CheckupRequest, CheckupResult};
use crate::message::inquiry::{InquiryHeader, InquiryResult};
use crate::message::medication::{MedicationRequest, MedicationResult};
use crate::message::qualification::{QualificationRequest, QualificationResult, Records};
use crate::message::refusal::Refusal;
use crate::message::registration::{RegistrationRequest, RegistrationResult};
use crate::message::sink::{self, Sink};
use crate::message::tree::Element;
use crate::message::xml::{self, Pull, ReadError};

/// 資格確認 1件照会
const OQS_SIQUC_01: &str = crate::message::name::OQS_SIQUC_01;
/// 照会番号登録 1件
const OQS_SIIMM_01: &str = "OQSsiimm01";
/// 資格確認 一括照会, and its result
const OQS_MUQUC_01: &str = "OQSmuquc01";
const OQS_MUQUC_02: &str = "OQSmuquc02";
/// 照会番号 一括登録, and its result
const OQS_MUIMM_01: &str = "OQSmuimm01";
const OQS_MUIMM_02: &str = "OQSmuimm02";
/// 医療扶助 by month, and its result
const OQS_MUTIC_01: &str = "OQSmutic01";
const OQS_MUTIC_02: &str = "OQSmutic02";
/// 訪問診療等 by period, and its result
const OQS_MUHVQ_01: &str = "OQSmuhvq01";
const OQS_MUHVQ_02: &str = "OQSmuhvq02";
/// オンライン診療等 by period, and its result
const OQS_MUONQ_01: &str = "OQSmuonq01";
const OQS_MUONQ_02: &str = "OQSmuonq02";

/// 薬剤情報・診療情報
const YZK_SIQUC_01: &str = "YZKsiquc01";
/// 特定健診情報
const TKK_SIQUC_01: &str = "TKKsiquc01";

/// The interfaces whose documents travel as XML, by the names that their paths and files have.
pub const INTERFACES: [&str; 14] = [
    OQS_SIQUC_01,
    OQS_SIIMM_01,
    OQS_MUQUC_01,
    OQS_MUQUC_02,
    OQS_MUIMM_01,
    OQS_MUIMM_02,
    OQS_MUTIC_01,
    OQS_MUTIC_02,
    OQS_MUHVQ_01,
    OQS_MUHVQ_02,
    OQS_MUONQ_01,
    OQS_MUONQ_02,
    YZK_SIQUC_01,
    TKK_SIQUC_01,
];

/// Most bytes of a request of `interface`.
pub fn limit_of(interface: &str) -> usize {
    if comes_by_rows(interface) { xml::BULK_LIMIT } else { xml::SINGLE_LIMIT }
}

/// Whether a request of `interface` has so many rows that it is read one by one.
pub fn comes_by_rows(interface: &str) -> bool {
    matches!(interface, OQS_MUQUC_01 | OQS_MUIMM_01)
}

/// The documents a レセコン may send.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Request {
    /// `OQSsiquc01req`
    Qualification(QualificationRequest),
    /// `OQSsiimm01req`
    Registration(RegistrationRequest),
    /// `OQSmuquc01req`
    BulkQualification(BulkQualificationRequest),
    /// `OQSmuquc02req`
    BulkQualificationDownload(BulkDownload),
    /// `OQSmuimm01req`
    BulkRegistration(BulkRegistrationRequest),
    /// `OQSmuimm02req`
    BulkRegistrationDownload(BulkDownload),
    /// `OQSmutic01req`, `OQSmuhvq01req`, `OQSmuonq01req`
    BulkCare(Care, CareRequest),
    /// `OQSmutic02req`, `OQSmuhvq02req`, `OQSmuonq02req`
    BulkCareDownload(Care, BulkDownload),
    /// `YZKsiquc01req`
    Medication(MedicationRequest),
    /// `TKKsiquc01req`
    Checkup(CheckupRequest),
}

/// The documents that come back.
#[derive(Debug)]
#[non_exhaustive]
pub enum Answer {
    /// `OQSsiquc01res`
    Qualification(QualificationResult),
    /// `OQSsiimm01res`
    Registration(RegistrationResult),
    /// The 01res of every bulk interface.
    BulkReception(BulkReception),
    /// The 02res of every bulk interface.
    Bulk(BulkAnswer),
    /// `YZKsiquc01res` as a document
    Medication(MedicationResult),
    /// `TKKsiquc01res` as a document
    Checkup(CheckupResult),
    /// `YZKsiquc01res` or `TKKsiquc01res` as pages (PDF): what a FileCategory asks for, and gets when there is no failure to tell.
    Pages(Vec<u8>),
}

/// An answer on its way into a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body<'a> {
    /// A document, in specification order.
    Tree(Element),
    /// A PDF, as it is.
    Pages(&'a [u8]),
}

impl Request {
    /// `OQSsiquc01`
    pub fn interface(&self) -> &'static str {
        match self {
            Self::Qualification(_) => OQS_SIQUC_01,
            Self::Registration(_) => OQS_SIIMM_01,
            Self::BulkQualification(_) => OQS_MUQUC_01,
            Self::BulkQualificationDownload(_) => OQS_MUQUC_02,
            Self::BulkRegistration(_) => OQS_MUIMM_01,
            Self::BulkRegistrationDownload(_) => OQS_MUIMM_02,
            Self::BulkCare(Care::MedicalAssistance, _) => OQS_MUTIC_01,
            Self::BulkCareDownload(Care::MedicalAssistance, _) => OQS_MUTIC_02,
            Self::BulkCare(Care::HomeVisit, _) => OQS_MUHVQ_01,
            Self::BulkCareDownload(Care::HomeVisit, _) => OQS_MUHVQ_02,
            Self::BulkCare(Care::Online, _) => OQS_MUONQ_01,
            Self::BulkCareDownload(Care::Online, _) => OQS_MUONQ_02,
            Self::Medication(_) => YZK_SIQUC_01,
            Self::Checkup(_) => TKK_SIQUC_01,
        }
    }

    /// Asks for a bulk result, which comes unit by unit.
    pub fn is_download(&self) -> bool {
        use Request::{BulkCareDownload, BulkQualificationDownload, BulkRegistrationDownload};
        matches!(self, BulkQualificationDownload(_) | BulkRegistrationDownload(_) | BulkCareDownload(..))
    }

    /// Its documents may take long on the way.
    pub fn is_bulk(&self) -> bool {
        self.is_download() || comes_by_rows(self.interface())
    }

    /// MedicalInstitutionCode, as sent.
    pub fn institution(&self) -> &str {
        match self {
            Self::Qualification(request) => &request.medical_institution_code,
            Self::Registration(request) => &request.medical_institution_code,
            Self::BulkQualification(request) => &request.header.medical_institution_code,
            Self::BulkRegistration(request) => &request.header.medical_institution_code,
            Self::BulkCare(_, request) => &request.header.medical_institution_code,
            Self::BulkQualificationDownload(request)
            | Self::BulkRegistrationDownload(request)
            | Self::BulkCareDownload(_, request) => &request.medical_institution_code,
            Self::Medication(request) => &request.header.medical_institution_code,
            Self::Checkup(request) => &request.header.medical_institution_code,
        }
    }

    /// ArbitraryFileIdentifier, as sent; `None` where there is none, and of the interfaces whose header has no place for it.
    pub fn file_identifier(&self) -> Option<&str> {
        match self {
            Self::Qualification(request) => request.arbitrary_file_identifier.as_deref(),
            Self::Registration(request) => request.arbitrary_file_identifier.as_deref(),
            Self::BulkQualification(request) => request.header.arbitrary_file_identifier.as_deref(),
            Self::BulkRegistration(request) => request.header.arbitrary_file_identifier.as_deref(),
            Self::BulkCare(_, request) => request.header.arbitrary_file_identifier.as_deref(),
            Self::BulkQualificationDownload(request)
            | Self::BulkRegistrationDownload(request)
            | Self::BulkCareDownload(_, request) => request.arbitrary_file_identifier.as_deref(),
            Self::Medication(request) => request.header.arbitrary_file_identifier.as_deref(),
            Self::Checkup(request) => request.header.arbitrary_file_identifier.as_deref(),
        }
    }

    /// The tree, in specification order. One that comes by rows has none here: they are in [`Self::row`].
    pub fn to_tree(&self) -> Element {
        match self {
            Self::Qualification(request) => request.to_tree(),
            Self::Registration(request) => request.to_tree(),
            Self::BulkQualification(request) => request.frame(),
            Self::BulkRegistration(request) => request.frame(),
            Self::BulkCare(_, request) => request.to_tree(),
            Self::BulkQualificationDownload(request)
            | Self::BulkRegistrationDownload(request)
            | Self::BulkCareDownload(_, request) => request.to_tree(),
            Self::Medication(request) => request.to_tree(),
            Self::Checkup(request) => request.to_tree(),
        }
    }

    /// The row `number`, from 0, of a request that comes by rows.
    pub fn row(&self, number: usize) -> Option<Element> {
        match self {
            Self::BulkQualification(request) => request.tree_of(number),
            Self::BulkRegistration(request) => request.tree_of(number),
            _ => None,
        }
    }

    /// Reads the request of `interface`; `None` for one whose documents do not travel, or come by rows.
    ///
    /// # Errors
    /// A [`Refusal`]: wrong root, mandatory element missing or repeated, bad date.
    pub fn from_tree(interface: &str, root: &Element) -> Option<Result<Read<Self>, Refusal>> {
        let care =
            |care| CareRequest::from_tree(care, root).map(|read| read.map(|request| Self::BulkCare(care, request)));
        let download = |turn: fn(BulkDownload) -> Self| BulkDownload::from_tree(root).map(|read| read.map(turn));
        Some(match interface {
            OQS_SIQUC_01 => QualificationRequest::from_tree(root).map(|read| read.map(Self::Qualification)),
            OQS_SIIMM_01 => RegistrationRequest::from_tree(root).map(|read| read.map(Self::Registration)),
            OQS_MUTIC_01 => care(Care::MedicalAssistance),
            OQS_MUHVQ_01 => care(Care::HomeVisit),
            OQS_MUONQ_01 => care(Care::Online),
            OQS_MUQUC_02 => download(Self::BulkQualificationDownload),
            OQS_MUIMM_02 => download(Self::BulkRegistrationDownload),
            OQS_MUTIC_02 => download(|request| Self::BulkCareDownload(Care::MedicalAssistance, request)),
            OQS_MUHVQ_02 => download(|request| Self::BulkCareDownload(Care::HomeVisit, request)),
            OQS_MUONQ_02 => download(|request| Self::BulkCareDownload(Care::Online, request)),
            YZK_SIQUC_01 => MedicationRequest::from_tree(root).map(|read| read.map(Self::Medication)),
            TKK_SIQUC_01 => CheckupRequest::from_tree(root).map(|read| read.map(Self::Checkup)),
            _ => return None,
        })
    }

    /// Reads a request that comes by rows; `None` for another interface.
    ///
    /// # Errors
    /// As [`Self::from_tree`], and what the file itself is refused for.
    pub fn read_rows(interface: &str, pull: &mut Pull<'_>) -> Option<Result<Read<Self>, ReadError>> {
        Some(match interface {
            OQS_MUQUC_01 => BulkQualificationRequest::read(pull).map(|read| read.map(Self::BulkQualification)),
            OQS_MUIMM_01 => BulkRegistrationRequest::read(pull).map(|read| read.map(Self::BulkRegistration)),
            _ => return None,
        })
    }

    /// The answer when the centre gives none: SegmentOfResult 9 with a code of ours; YZK and TKK tell it in MessageContents, as a document
    /// whatever FileCategory says ([C]). `time` is ProcessExecutionTime.
    pub fn abnormal(&self, time: String, code: &str, message: &str) -> Answer {
        let reception = |header: &BulkRequestHeader, time| {
            Answer::BulkReception(BulkReception::abnormal(header, time, code, message))
        };
        match self {
            Self::Qualification(request) => {
                Answer::Qualification(QualificationResult::abnormal(request, time, code, message))
            }
            Self::Registration(request) => {
                Answer::Registration(RegistrationResult::abnormal(request, time, code, message))
            }
            Self::BulkQualification(request) => reception(&request.header, time),
            Self::BulkRegistration(request) => reception(&request.header, time),
            Self::BulkCare(_, request) => reception(&request.header, time),
            Self::BulkQualificationDownload(request)
            | Self::BulkRegistrationDownload(request)
            | Self::BulkCareDownload(_, request) => {
                Answer::Bulk(BulkAnswer::headed(BulkHeader::abnormal(request, time, code, message)))
            }
            Self::Medication(request) => Answer::Medication(MedicationResult {
                header: failure(&request.header, time, code, message),
                ..MedicationResult::default()
            }),
            Self::Checkup(request) => Answer::Checkup(CheckupResult {
                header: failure(&request.header, time, code, message),
                ..CheckupResult::default()
            }),
        }
    }

    /// May the answer be pages instead of a document?
    pub fn may_be_pages(&self) -> bool {
        matches!(self, Self::Medication(_) | Self::Checkup(_))
    }
}

/// The only place for a code of ours is before the message.
fn failure(header: &InquiryHeader, time: String, code: &str, message: &str) -> InquiryResult {
    InquiryResult::failure(header, time, format!("{code} {message}"))
}

impl Answer {
    /// What goes into the file; `records` says how several records of a single query stand. A bulk result has no units here: they come
    /// one by one.
    pub fn body(&self, records: Records) -> Body<'_> {
        match self {
            Self::Pages(pdf) => Body::Pages(pdf),
            Self::Qualification(result) => Body::Tree(result.to_tree(records)),
            document => Body::Tree(sink::tree(|out| document.put_into(out))),
        }
    }

    /// Puts the document in specification order; of pages there is none.
    pub fn put_into(&self, out: &mut dyn Sink) {
        match self {
            Self::Pages(_) => {}
            Self::Qualification(result) => result.put_into(out),
            Self::Registration(result) => result.put_into(out),
            Self::BulkReception(reception) => reception.put_into(out),
            Self::Bulk(result) => out.element(result.header.frame()),
            Self::Medication(result) => out.element(result.to_tree()),
            Self::Checkup(result) => out.element(result.to_tree()),
        }
    }

    /// Reads the answer to `request`, where it is a document; of a bulk result the header alone.
    ///
    /// # Errors
    /// A [`Refusal`] when there is no XmlMsg with header and body.
    pub fn from_tree(request: &Request, root: &Element) -> Result<Self, Refusal> {
        Ok(match request {
            Request::Qualification(_) => Self::Qualification(QualificationResult::from_tree(root)?.document),
            Request::Registration(_) => Self::Registration(RegistrationResult::from_tree(root)?.document),
            Request::BulkQualification(_) | Request::BulkRegistration(_) | Request::BulkCare(..) => {
                Self::BulkReception(BulkReception::from_tree(root)?.document)
            }
            Request::BulkQualificationDownload(_)
            | Request::BulkRegistrationDownload(_)
            | Request::BulkCareDownload(..) => Self::Bulk(BulkAnswer::headed(BulkHeader::from_tree(root)?)),
            Request::Medication(_) => Self::Medication(MedicationResult::from_tree(root)?.document),
            Request::Checkup(_) => Self::Checkup(CheckupResult::from_tree(root)?.document),
        })
    }
}
