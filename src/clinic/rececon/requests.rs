//! Requests of this レセコン: the 照会番号 of a patient (`OQSsiimm01req`), the qualification by insurance (`OQSsiquc01req`), and their answers.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::book::Patient;
use super::desk::{Desk, Refused};
use super::event::{AlertKind, Content, Effect, Moment};
use super::field::{self, REFERENCE_NUMBER};
use super::mistake::Mistake;
use super::visit::{VALID, is_failed};
use crate::clock::{date8, time14};
use crate::message::name::{Case, RequestName};
use crate::message::qualification::{QualificationRequest, QualificationResult, SearchInfo};
use crate::message::registration::{RegistrationInfo, RegistrationRequest, RegistrationResult};
use crate::message::sealed::document_name;
use crate::message::tree::Element;
use crate::number::InsurerNumber;

/// Serial numbers of requests have four digits (spec/oqs-interface.md §1.1).
const SERIALS: u32 = 10_000;

/// A request that was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pending {
    /// Its name in `req`.
    pub file: String,
    /// ArbitraryFileIdentifier
    pub identifier: String,
    /// What was asked.
    pub errand: Errand,
    /// 患者番号
    pub patient: String,
    /// When it was written, this start; after another one its answer is waited for anew.
    #[serde(skip)]
    pub since: Duration,
    /// How it stands.
    pub state: State,
}

/// What a request asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Errand {
    /// Whether the insurance holds.
    Query,
    /// To note this 照会番号.
    Register(String),
}

/// How a request stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// No answer yet.
    Waiting,
    /// Its time is over; an answer is taken still.
    Late,
    /// Answered.
    Done,
    /// Answered with a failure, or sent back.
    Failed,
}

impl State {
    /// As facts name it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Late => "late",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }
}

impl Pending {
    fn is_open(&self) -> bool {
        matches!(self.state, State::Waiting | State::Late)
    }

    /// Whether a file in `res` is about this request: its answer, its `.err`, or itself, sent back. Nothing after the first answer is.
    pub fn is_answered_by(&self, file: &str) -> bool {
        let file = &*document_name(file);
        let answers = |name: RequestName| name.answer() == file || name.err() == file || self.is_sent_back(file);
        // A request that was sent back has two files, and the second is cleared away too.
        (self.is_open() || (self.state == State::Failed && self.is_sent_back(file)))
            && RequestName::parse(&self.file, Case::Ignore).is_some_and(answers)
    }

    fn is_sent_back(&self, file: &str) -> bool {
        self.file == file
    }
}

impl Desk {
    /// Asks whether the insurance of a patient of the book holds.
    pub(super) fn order_query(&mut self, number: &str, moment: Moment) -> Result<(), Refused> {
        let patient = self.known(number)?;
        let search = SearchInfo {
            insurer_number: InsurerNumber::new(needed(&patient, "insurer-number")?).padded(),
            insured_card_symbol: patient.values.get("symbol").cloned(),
            insured_identification_number: needed(&patient, "insured-number")?.to_owned(),
            insured_branch_number: patient.values.get("branch").cloned(),
            birthdate: needed(&patient, "birthdate")?.to_owned(),
            limit_application_certificate_related_cons_flg: "1".to_owned(),
            arbitrary_identifier: None,
        };
        let institution = self.institution()?;
        self.send(Errand::Query, number, moment, |identifier| {
            let request = QualificationRequest {
                qualification_confirmation_date: date8(moment.document.date()),
                medical_institution_code: institution,
                arbitrary_file_identifier: Some(identifier),
                search,
            };
            request.to_tree()
        });
        Ok(())
    }

    /// Has the centre note a 照会番号 for a patient; the 患者番号 unless another one is given.
    pub(super) fn order_number(&mut self, number: &str, wanted: Option<String>, moment: Moment) -> Result<(), Refused> {
        let patient = self.known(number)?;
        let kept = patient.values.get(REFERENCE_NUMBER).cloned();
        let reference = wanted.or(kept).unwrap_or_else(|| number.to_owned());
        let registration = RegistrationInfo {
            reference_number: reference.clone(),
            insurer_number: InsurerNumber::new(needed(&patient, "insurer-number")?).padded(),
            insured_card_symbol: patient.values.get("symbol").cloned(),
            insured_identification_number: needed(&patient, "insured-number")?.to_owned(),
            insured_branch_number: patient.values.get("branch").cloned(),
        };
        let medical_institution_code = self.institution()?;
        self.send(Errand::Register(reference), number, moment, |identifier| {
            let arbitrary_file_identifier = Some(identifier);
            RegistrationRequest { medical_institution_code, arbitrary_file_identifier, registration }.to_tree()
        });
        Ok(())
    }

    /// A patient came without a 照会番号: it is registered now, unless that is under way (レセコンベンダ向け説明, 診察券の Q&A).
    pub(super) fn register_missing_number(&mut self, number: &str, moment: Moment) {
        let under_way = |r: &Pending| r.is_open() && r.patient == number && matches!(r.errand, Errand::Register(_));
        if self.settings.mistakes.makes(Mistake::NeverRegisters) || self.day.requests.iter().any(under_way) {
            return;
        }
        if let Err(why) = self.order_number(number, None, moment) {
            self.alert(AlertKind::RequestFailed, None, why, moment);
        }
    }

    fn known(&self, number: &str) -> Result<Patient, Refused> {
        self.book.patient(number).cloned().ok_or_else(|| format!("患者 {number} はいません / no such patient"))
    }

    fn institution(&self) -> Result<String, Refused> {
        let code = self.settings.institution.clone().or_else(|| self.day.seen_institution.clone());
        code.ok_or_else(|| {
            "医療機関コードがまだ分かりません: --institution / the institution code is not known yet".to_owned()
        })
    }

    /// Writes a request under a name and an identifier that no other has.
    fn send(&mut self, errand: Errand, patient: &str, moment: Moment, document: impl FnOnce(String) -> Element) {
        self.book.requests = self.book.requests.wrapping_add(1);
        let reuses = self.settings.mistakes.makes(Mistake::ReusesOneName);
        let serial = if reuses { 1 } else { self.book.requests % SERIALS };
        let head = match errand {
            Errand::Query => "OQSsiquc01req",
            Errand::Register(_) => "OQSsiimm01req",
        };
        let file = format!("{head}_{}{serial:04}.xml", date8(moment.document.date()));
        let identifier = format!("{}-{:06}", time14(moment.document), self.book.requests);
        let root = document(identifier.clone());
        self.effects.push(Effect::Write { name: file.clone(), root });
        self.effects.push(Effect::Store);
        self.day.requests.push(Pending {
            file: file.clone(),
            identifier,
            errand,
            patient: patient.to_owned(),
            since: moment.timer,
            state: State::Waiting,
        });
        self.tell("request-sent", None, format!("{patient} {file}"), moment);
    }

    /// A file came that is no visit and no subsidy: the answer to a request.
    pub(super) fn answered(&mut self, name: &str, content: Content, moment: Moment) {
        let Some(at) = self.asker(name, content.identifier()) else { return };
        let Some(request) = self.day.requests.get(at).cloned() else { return };
        let state = match content {
            Content::Qualification(result) => self.query_answered(&request, &result, moment),
            Content::Registration(result) => self.number_answered(&request, &result, moment),
            Content::Err(code, text) => {
                self.alert(AlertKind::RequestRefused, None, format!("{} {code} {text}", request.file), moment);
                State::Failed
            }
            // Its `.err` says why, and comes before it (spec/known-clients.md T3).
            Content::Returned | Content::Subsidies(_) => return,
        };
        if let Some(request) = self.day.requests.get_mut(at) {
            request.state = state;
        }
        self.tell("request-answered", None, format!("{} {} {}", request.patient, request.file, state.word()), moment);
    }

    /// Which request a file answers: by its name, and by the identifier in it where there is one (scenario Q-02).
    pub(super) fn asker(&self, name: &str, identifier: Option<&str>) -> Option<usize> {
        let is_mine = |request: &Pending| {
            request.is_answered_by(name) && identifier.is_none_or(|identifier| identifier == request.identifier)
        };
        let takes_it = self.settings.mistakes.makes(Mistake::TakesEveryAnswer) && name.starts_with("OQSsi");
        let last_open = || self.day.requests.iter().rposition(Pending::is_open).filter(|_| takes_it);
        self.day.requests.iter().position(is_mine).or_else(last_open)
    }

    fn query_answered(&mut self, request: &Pending, result: &QualificationResult, moment: Moment) -> State {
        let said = |code: &Option<String>, text: &Option<String>| {
            let parts = [code.as_deref(), text.as_deref()].into_iter().flatten();
            parts.collect::<Vec<_>>().join(" ")
        };
        if is_failed(result) {
            let header = said(&result.header.error_code, &result.header.error_message);
            let body = said(&result.processing_result_code, &result.processing_result_message);
            let why = if header.is_empty() { body } else { header };
            self.alert(AlertKind::RequestFailed, None, format!("{} {why}", request.patient), moment);
            return State::Failed;
        }
        let validity = result.qualification_validity.as_deref().unwrap_or_default().trim();
        let kind = match validity {
            VALID => None,
            // Nobody found is an answer, not an error (spec/oqs-interface.md §4.2).
            "4" if self.settings.mistakes.makes(Mistake::NotFoundIsError) => Some(AlertKind::RequestFailed),
            "4" => Some(AlertKind::NobodyFound),
            "5" => Some(AlertKind::SeveralFound),
            _ => Some(AlertKind::QualificationInvalid),
        };
        if let Some(kind) = kind {
            self.alert(kind, None, format!("{} {validity}", request.patient), moment);
        } else if let Some(record) = result.records.first() {
            let key = record.qualification_confirmation_key.clone();
            self.compare_with(&request.patient, None, field::of_record(record), key, moment);
        }
        State::Done
    }

    fn number_answered(&mut self, request: &Pending, result: &RegistrationResult, moment: Moment) -> State {
        let Errand::Register(reference) = &request.errand else { return State::Failed };
        let is_done = result.header.segment_of_result.trim() == "1" && result.processing_result_status.trim() == "1";
        if !is_done {
            let parts = [
                &result.header.error_code,
                &result.header.error_message,
                &result.processing_result_code,
                &result.processing_result_message,
            ];
            let why: Vec<_> = parts.into_iter().flatten().map(String::as_str).collect();
            self.alert(AlertKind::RequestFailed, None, format!("{} {}", request.patient, why.join(" ")), moment);
            return State::Failed;
        }
        let forgets = self.settings.mistakes.makes(Mistake::KeepsOldReferenceNumber);
        if let Some(patient) = self.book.patient_mut(&request.patient).filter(|_| !forgets) {
            patient.values.insert(REFERENCE_NUMBER.to_owned(), reference.clone());
        }
        self.effects.push(Effect::Store);
        State::Done
    }

    /// Requests whose time is over.
    pub(super) fn requests_passed(&mut self, moment: Moment) {
        let patience = self.settings.answer_patience;
        let mut late = Vec::new();
        for request in self.day.requests.iter_mut().filter(|request| request.state == State::Waiting) {
            if moment.timer.saturating_sub(request.since) >= patience {
                request.state = State::Late;
                late.push(request.file.clone());
            }
        }
        for file in late {
            self.alert(AlertKind::RequestLate, None, file, moment);
        }
    }
}

fn needed<'a>(patient: &'a Patient, name: &str) -> Result<&'a str, Refused> {
    let (ja, en) = field::words(name);
    let missing = || format!("患者 {} の{ja}がありません / {en} is missing", patient.number);
    patient.values.get(name).map(String::as_str).ok_or_else(missing)
}
