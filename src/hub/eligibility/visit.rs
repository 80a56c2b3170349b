//! The two halves of a visit: evidence in, standing out; consents in, document out.

use jiff::civil::DateTime;

use super::Eligibility;
use super::consent::Remembered;
use super::names;
use super::record::{Agreed, Circumstances, Consented, Tickets, record};
use super::standing::{Situation, period, questions};
use super::steering;
use super::store::{Announced, Counted, Known, OpenVisit, VisitState};
use super::validity::{ByCard, Held, Validity, by_card};
use crate::clock::{date8, time14};
use crate::event::chain::{Carried, System};
use crate::hub::certificates::Finding;
use crate::hub::error::{HubError, StoreError};
use crate::hub::knobs::LINKING_AWAY;
use crate::hub::maintenance;
use crate::hub::notice::{self, Notice};
use crate::hub::trail::Trail;
use crate::message::qualification::{QualificationResult, ResultHeader};
use crate::visit::{CertificateStatus, ConsentPeriod, Consents, Outcome, Question, Standing, VisitId};
use crate::wire::{VisitAnswer, VisitOpening};

/// OQSCD002 1: マイナンバーカード
const BY_CARD: &str = "1";

impl Eligibility {
    /// First half. Asks the certificate service and PMH, keeps the visit until its consents come.
    pub fn open_visit(&self, opening: VisitOpening, trail: &Trail) -> Result<Standing, HubError> {
        steering::validity(&opening.steering)?;
        let (time, day) = (opening.asker.time, opening.asker.time.date());
        trail.arrow(System::Terminal, System::Eligibility, [Carried::Evidence]);
        let finding = self.validity_of(&opening, trail)?;
        let known = self.whose(&finding, &opening, time, trail)?;
        let subsidies_known =
            finding.status.admits() && known.as_ref().is_some_and(|known| self.pmh_knows(known, &opening, trail));
        let situation = Situation {
            institution: &opening.asker.institution,
            uses: opening.uses,
            day,
            period: period(&self.settings, day),
            certificate: finding.status,
            known: known.as_ref(),
            subsidies_known,
            links_stopped: self.links_are_stopped(known.as_ref(), time),
        };
        let standing = Standing {
            visit: self.next_visit()?,
            registered: known.as_ref().is_some_and(|known| known.registered),
            certificate: finding.status,
            certificate_valid_until: date8(finding.valid_until),
            subsidies_known,
            period: situation.period,
            questions: questions(&situation),
        };
        trail.arrow(System::Eligibility, System::Terminal, [Carried::Standing]);
        let questions = standing.questions.clone();
        self.store.open_visit(OpenVisit { id: standing.visit.clone(), opening, finding, questions })?;
        Ok(standing)
    }

    /// Asked at every visit, also of a card that is known.
    fn validity_of(&self, opening: &VisitOpening, trail: &Trail) -> Result<Finding, HubError> {
        trail.arrow(System::Eligibility, System::CertificateAuthority, [Carried::Serial]);
        let holder = opening.holder.as_deref().map(|holder| self.store.by_id(holder)).transpose()?.flatten();
        let (time, fault) = (opening.asker.time, opening.steering.authority);
        let finding = self.lines.certificates.check(&opening.evidence, time, fault, holder.is_some())?;
        let status = serde_json::to_value(finding.status).unwrap_or_default();
        let status = status.as_str().unwrap_or_default().to_owned();
        trail.arrow(System::CertificateAuthority, System::Eligibility, [Carried::Status { status }]);
        Ok(finding)
    }

    /// Who carries this certificate: by its serial, and where that is nobody's, by the operator's word.
    fn whose(
        &self,
        finding: &Finding,
        opening: &VisitOpening,
        now: DateTime,
        trail: &Trail,
    ) -> Result<Option<Known>, HubError> {
        let by_certificate = self.whose_certificate(finding, now, trail)?;
        let known = match (by_certificate, &opening.holder) {
            (None, Some(holder)) => self.store.by_id(holder)?,
            (by_certificate, _) => by_certificate,
        };
        known.iter().for_each(|known| trail.about(&known.insured.id));
        Ok(known.map(|known| known.as_known_on(now.date())))
    }

    /// By number: two stations may use one name for theirs.
    fn next_visit(&self) -> Result<VisitId, StoreError> {
        let number = self.store.next(Counted::Visit)?;
        Ok(VisitId(self.seed.hex(&["visit", &number.to_string()], 24)))
    }

    /// Can this card not be registered as 保険証 just now? Asked of the operator's knob only where it would be.
    fn links_are_stopped(&self, known: Option<&Known>, time: DateTime) -> bool {
        let matters = known.is_some_and(|known| !known.registered);
        maintenance::stopped_until(&self.settings, time).is_some()
            || (matters && self.lines.knobs.comes_up(&LINKING_AWAY, &[]))
    }

    /// PMH down is PMH without data: it must not disturb the qualification (spec/pmh.md §5.4 R5).
    fn pmh_knows(&self, known: &Known, opening: &VisitOpening, trail: &Trail) -> bool {
        if known.insured.information_withheld {
            return false;
        }
        let (time, day) = (opening.asker.time, opening.asker.time.date());
        let pmh_id = self.pmh_id(&known.insured, time, trail).unwrap_or_default();
        pmh_id.is_some_and(|id| self.ask_pmh(&id, day, trail).is_ok_and(|found| !found.is_empty()))
    }

    /// Second half. `time` is when the patient had answered.
    pub fn consent(&self, id: &VisitId, consents: &Consents, time: DateTime) -> Result<VisitAnswer, HubError> {
        let visit = match self.store.answer_visit(id)? {
            VisitState::Unknown => return Err(HubError::UnknownVisit(id.to_string())),
            VisitState::Answered => return Err(HubError::AnsweredVisit(id.to_string())),
            VisitState::Open(visit) => visit,
        };
        let consents = heard(consents, &visit.questions);
        match visit.finding.status {
            CertificateStatus::Unreachable => return Ok(without_document(Outcome::CentreUnreachable)),
            status if !status.admits() => return Ok(without_document(Outcome::CertificateRefused)),
            _ => {}
        }
        if visit.opening.steering.centre_error {
            let document = self.abnormal(&visit.opening, time);
            return Ok(VisitAnswer { outcome: Outcome::CentreError, document: Some(document), pmh_request: None });
        }
        let Some(known) = self.whose(&visit.finding, &visit.opening, time, &Trail::default())? else {
            let document = self.document(&visit, time, &Held::nothing(Validity::NoQualification));
            return Ok(VisitAnswer { outcome: Outcome::NoQualification, document: Some(document), pmh_request: None });
        };
        if !known.registered {
            if consents.registration != Some(true) {
                return Ok(without_document(Outcome::NotRegistered));
            }
            self.store.register(&known.insured.id)?;
        }
        self.answer(&visit, &known, &consents, time)
    }

    fn answer(
        &self,
        visit: &OpenVisit,
        known: &Known,
        consents: &Consents,
        time: DateTime,
    ) -> Result<VisitAnswer, HubError> {
        let (opening, day) = (&visit.opening, time.date());
        let question = ByCard {
            day,
            institution: &opening.asker.institution,
            medical_assistance: opening.uses.medical_assistance,
        };
        let held = by_card(&known.insured, question);
        let held = steering::steer(held, steering::validity(&opening.steering)?, day);
        let reference_number = self.reference_number(&known.insured, &opening.asker.institution)?;
        let circumstances = Circumstances {
            reference_number: reference_number.as_deref(),
            time,
            consented: Consented::now(time),
            day,
            institution: &opening.asker.institution,
            agreed: self.agreed(visit, consents, time),
            with_key: self.key_is_given(day),
            tickets: Tickets::OfTheDay,
            tells_limit_change: false,
        };
        // Without a record no consent is told to the institution either.
        if !held.qualifications.is_empty() {
            let consent = Remembered::of(&circumstances.agreed, time);
            self.store.put_consent(&opening.asker.institution, &known.insured.id, consent)?;
        }
        let pmh_request = match consents.subsidy == Some(true) && !held.qualifications.is_empty() {
            true => self.announce(visit, known, time)?,
            false => None,
        };
        let document = QualificationResult {
            prescription_issue_select: consents.prescription.map(|form| form.code().to_owned()),
            records: held.qualifications.iter().map(|q| record(&known.insured, q, &circumstances)).collect(),
            request_pmh_file_name: pmh_request.clone(),
            ..self.document(visit, time, &held)
        };
        Ok(VisitAnswer { outcome: held.validity.outcome(), document: Some(document), pmh_request })
    }

    /// The consent groups of a face file (spec/oqs-interface.md §6): 限度額 always, since 2024-10-07 without a screen; 特定疾病 only
    /// when asked; medical information always, refused where it was not asked.
    fn agreed(&self, visit: &OpenVisit, consents: &Consents, time: DateTime) -> Agreed {
        let limit = match period(&self.settings, time.date()) {
            ConsentPeriod::AllAtOnce => true,
            ConsentPeriod::OneByOne => consents.limit_certificate == Some(true),
        };
        let asked = visit.questions.contains(&Question::SpecificDisease);
        Agreed {
            limit: Some(limit),
            specific_disease: asked.then_some(consents.specific_disease == Some(true)),
            health_checkup: Some(consents.health_checkup == Some(true)),
            diagnosis_and_pharmacists: Some(consents.diagnosis_and_pharmacists == Some(true)),
            operation: Some(consents.operation == Some(true)),
            emr_sharing: visit.opening.uses.emr_sharing,
        }
    }

    /// Announces the PMH request of this visit under a name that nobody has.
    fn announce(&self, visit: &OpenVisit, known: &Known, time: DateTime) -> Result<Option<String>, HubError> {
        let Some(pmh_id) = self.pmh_id(&known.insured, time, &Trail::default())? else { return Ok(None) };
        let announced = Announced {
            person: known.insured.id.clone(),
            institution: visit.opening.asker.institution.clone(),
            pmh_id,
            day: time.date(),
            fails: visit.opening.steering.subsidy_error,
        };
        for turn in 0..100 {
            let name = names::pmh_request(self.seed, &visit.opening, time, turn);
            if self.store.announce(&name, announced.clone())? {
                return Ok(Some(name));
            }
        }
        Ok(None)
    }

    /// The document without its records.
    fn document(&self, visit: &OpenVisit, time: DateTime, held: &Held<'_>) -> QualificationResult {
        let supplement = supplement(visit.finding.status);
        QualificationResult {
            header: self.header(&visit.opening, time),
            processing_result_status: "1".to_owned(),
            processing_result_code: supplement.map(|notice| notice.code.to_owned()),
            processing_result_message: supplement.map(|notice| notice.message.to_owned()),
            qualification_validity: Some(held.validity.code().to_owned()),
            ..QualificationResult::default()
        }
    }

    /// SegmentOfResult 9: the header says why, the body holds no person.
    fn abnormal(&self, opening: &VisitOpening, time: DateTime) -> QualificationResult {
        QualificationResult {
            header: ResultHeader {
                segment_of_result: "9".to_owned(),
                error_code: Some(notice::CENTRE_ERROR.code.to_owned()),
                error_message: Some(notice::CENTRE_ERROR.message.to_owned()),
                ..self.header(opening, time)
            },
            processing_result_status: "2".to_owned(),
            ..QualificationResult::default()
        }
    }

    fn header(&self, opening: &VisitOpening, time: DateTime) -> ResultHeader {
        ResultHeader {
            process_execution_time: time14(time),
            qualification_confirmation_date: date8(time.date()),
            medical_institution_code: opening.asker.institution.clone(),
            arbitrary_file_identifier: Some(names::arbitrary_file_identifier(self.seed, opening)),
            reference_classification: BY_CARD.to_owned(),
            segment_of_result: "1".to_owned(),
            error_code: None,
            error_message: None,
            character_code_identifier: "0".to_owned(),
        }
    }
}

/// The answers to what was asked. An answer to a screen that was not shown is nobody's consent.
fn heard(consents: &Consents, asked: &[Question]) -> Consents {
    let to = |question: Question| asked.contains(&question);
    Consents {
        registration: consents.registration.filter(|_| to(Question::Registration)),
        limit_certificate: consents.limit_certificate.filter(|_| to(Question::LimitCertificate)),
        specific_disease: consents.specific_disease.filter(|_| to(Question::SpecificDisease)),
        diagnosis_and_pharmacists: consents.diagnosis_and_pharmacists.filter(|_| to(Question::DiagnosisAndPharmacists)),
        operation: consents.operation.filter(|_| to(Question::Operation)),
        health_checkup: consents.health_checkup.filter(|_| to(Question::HealthCheckup)),
        subsidy: consents.subsidy.filter(|_| to(Question::Subsidy)),
        prescription: consents.prescription.filter(|_| to(Question::Prescription)),
    }
}

/// Supplementary information on success (spec/oqs-interface.md §4, [A] that it exists).
fn supplement(certificate: CertificateStatus) -> Option<Notice> {
    match certificate {
        CertificateStatus::RenewalDue => Some(notice::RENEWAL_DUE),
        CertificateStatus::Grace => Some(notice::IN_GRACE),
        _ => None,
    }
}

fn without_document(outcome: Outcome) -> VisitAnswer {
    VisitAnswer { outcome, document: None, pmh_request: None }
}
