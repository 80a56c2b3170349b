//! The same question, asked of a hub of ours that knows the persons of the captured answer, at the captured time and in the name of
//! the captured institution. Everything that had to be assumed is told.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use jiff::civil::{Date, DateTime};

use super::adopt;
use super::care::{care_of, request_of};
use super::known::Known;
use super::report::Source;
use crate::clock::{parse_date, parse_time};
use crate::event::Words;
use crate::hub::{self, Hub, Roots, notice};
use crate::message::bulk::{
    BulkDownload, BulkHeader, BulkQualificationRequest, BulkQualificationResult, BulkReception,
    BulkRegistrationRequest, BulkRegistrationResult, BulkRequest, BulkRequestHeader, BulkUnit,
};
use crate::message::compare::Set;
use crate::message::compare::name::is_face;
use crate::message::qualification::{
    BY_INSURANCE, MedicalInformationConsent, QualificationRecord, QualificationRequest, QualificationResult, Records,
};
use crate::message::registration::{RegistrationRequest, RegistrationResult};
use crate::message::subsidy::{Edition, Repeat, SubsidyDocument};
use crate::message::tree::{Content, Element};
use crate::message::xml::Document;
use crate::people::{Person, Subsidy, personalise};
use crate::random::Seed;
use crate::station::layouts::Layouts;
use crate::visit::{Consents, EPrescriptionUse, PrescriptionForm, Uses};
use crate::wire::{
    Answer, Asker, Body, Connection, Question, Request, Steering, SubsidyAnswer, SubsidyQuestion, VisitOpening,
};

/// Our document for a captured one.
#[derive(Debug)]
pub struct Ours {
    /// In specification order.
    pub tree: Element,
    /// Where the question came from.
    pub source: Source,
    /// Settings with which a station of ours would write it.
    pub settings: Vec<Set>,
    /// What the capture does not say and had to be assumed.
    pub assumed: Vec<Words>,
}

/// Ours beside `document`, a file called `name`; `asked` is its request, where that was captured.
///
/// # Errors
/// Why there is none, in words.
pub fn ours(
    name: &str,
    document: &Document,
    asked: Option<&Document>,
    records: Records,
    layouts: &Layouts,
) -> Result<Ours, Words> {
    let code = name.split('_').next().unwrap_or_default().to_ascii_lowercase();
    let mut asking =
        Asking { asked: asked.map(|asked| &asked.root), layouts, settings: Vec::new(), assumed: Vec::new() };
    let root = &document.root;
    let (tree, source) = match code.as_str() {
        "oqssiquc01res" => asking.qualification(name, root, records)?,
        "oqssiimm01res" => (asking.registration(root)?, Source::Echo),
        "oqsmuquc01res" | "oqsmuimm01res" | "oqsmutic01res" | "oqsmuhvq01res" | "oqsmuonq01res" => {
            (asking.reception(&code, root)?, Source::Echo)
        }
        "oqsmuquc02res" => (asking.bulk_qualification(root)?, Source::Echo),
        "oqsmuimm02res" => (asking.bulk_registration(root)?, Source::Echo),
        "oqsmutic02res" | "oqsmuhvq02res" | "oqsmuonq02res" => {
            (asking.care(care_of(&code).ok_or_else(mixed_up)?, root)?, Source::Echo)
        }
        "yzksiquc01res" => (asking.medications(root)?, Source::Echo),
        "tkksiquc01res" => (asking.checkups(root)?, Source::Echo),
        "pmhsimsm01res" => (asking.subsidies(root)?, Source::Visit),
        _ => {
            return Err(Words::new(
                "このインターフェイスの回答はまだ作れません",
                "answers of this interface are not made here yet",
            ));
        }
    };
    Ok(Ours { tree, source, settings: asking.settings, assumed: asking.assumed })
}

pub(super) struct Asking<'a> {
    pub(super) asked: Option<&'a Element>,
    pub(super) layouts: &'a Layouts,
    settings: Vec<Set>,
    assumed: Vec<Words>,
}

impl Asking<'_> {
    fn qualification(&mut self, name: &str, root: &Element, records: Records) -> Result<(Element, Source), Words> {
        let result = QualificationResult::from_tree(root).map_err(|refusal| said(&refusal))?.document;
        let by_card = is_face(name) || result.header.reference_classification.trim() != BY_INSURANCE;
        match by_card {
            true => Ok((self.visit(&result)?.to_tree(records), Source::Visit)),
            false => Ok((self.query(&result)?.to_tree(records), Source::Echo)),
        }
    }

    /// A visit of the person whom the face file is about, with the answers that its flags tell.
    fn visit(&mut self, theirs: &QualificationResult) -> Result<QualificationResult, Words> {
        let asker = asker(&theirs.header.medical_institution_code, &theirs.header.process_execution_time)?;
        let day = asker.time.date();
        let records: Vec<&QualificationRecord> = theirs.records.iter().collect();
        let mut person = adopt::person("captured", &records, day)?;
        self.certificate(theirs, &mut person, day);
        let with_subsidy = theirs.request_pmh_file_name.is_some();
        if with_subsidy {
            self.assume("受給者証が一つある", "one 受給者証 is known");
            person.subsidies.push(adopt::subsidy(day));
        }
        let refused =
            records.iter().any(|record| record.specific_diseases_certificate_related_cons_flg.as_deref() == Some("0"));
        if refused && let Some(held) = person.qualifications.first_mut() {
            self.assume(
                "特定疾病療養受療証がある（尋ねられ、同意しなかった）",
                "there is a 特定疾病療養受療証, asked for and refused",
            );
            held.specific_diseases.push(adopt::disease());
        }
        let hub = self.hub(std::slice::from_ref(&person), hub::Settings::default())?;
        if records.is_empty() {
            // The card was issued, and the centre knows nobody by it.
            hub.remove_person(&person.id).map_err(|error| said(&error))?;
        }
        let mut opening = opening(&person, asker.clone(), theirs, with_subsidy);
        if records.first().is_some_and(|record| shares(record)) {
            self.settings.push(Set { table: "[station.uses]", key: "emr_sharing", value: "true".to_owned() });
            opening.uses.emr_sharing = true;
        }
        let standing = hub.open_visit(&opening).map_err(|error| said(&error))?;
        let answer = hub.consent(&standing.visit, &consents(theirs), asker.time).map_err(|error| said(&error))?;
        answer
            .document
            .ok_or_else(|| Words::new("こちらでは顔認証結果が出ません", "ours writes no face file for this visit"))
    }

    /// Supplementary information comes with a certificate that is about to end, or has.
    fn certificate(&mut self, theirs: &QualificationResult, person: &mut Person, day: Date) {
        let Some(code) = theirs.processing_result_code.as_deref().filter(|_| theirs.header.segment_of_result == "1")
        else {
            return;
        };
        use jiff::ToSpan;
        if code == notice::IN_GRACE.code {
            person.card.valid_until = day.saturating_sub(1.month());
        } else {
            self.assume("証明書の有効期限が3か月以内", "the certificate ends within three months");
            person.card.valid_until = day.saturating_add(1.month());
        }
    }

    fn query(&mut self, theirs: &QualificationResult) -> Result<QualificationResult, Words> {
        let asker = asker(&theirs.header.medical_institution_code, &theirs.header.process_execution_time)?;
        let echo = || QualificationRequest {
            qualification_confirmation_date: theirs.header.qualification_confirmation_date.clone(),
            medical_institution_code: theirs.header.medical_institution_code.clone(),
            arbitrary_file_identifier: theirs.header.arbitrary_file_identifier.clone(),
            search: theirs.search.clone().unwrap_or_default(),
        };
        let request = match self.request("OQSsiquc01")? {
            Some(Request::Qualification(request)) => request,
            _ => echo(),
        };
        let day = parse_date(request.qualification_confirmation_date.trim()).unwrap_or(asker.time.date());
        let records: Vec<&QualificationRecord> = theirs.records.iter().collect();
        let validity = theirs.qualification_validity.as_deref();
        let mut people = Known::default();
        people.add(validity, &records, &request.search, day, false)?;
        self.assumed.extend(people.assumed());
        let people = people.all();
        let hub = self.hub(&people, hub::Settings::default())?;
        match ask(&hub, asker, Request::Qualification(request), &theirs.header.segment_of_result)? {
            Answer::Qualification(result) => Ok(result),
            _ => Err(mixed_up()),
        }
    }

    fn registration(&mut self, root: &Element) -> Result<Element, Words> {
        let theirs = RegistrationResult::from_tree(root).map_err(|refusal| said(&refusal))?.document;
        let asker = asker(&theirs.header.medical_institution_code, &theirs.header.process_execution_time)?;
        let echo = || RegistrationRequest {
            medical_institution_code: theirs.header.medical_institution_code.clone(),
            arbitrary_file_identifier: theirs.header.arbitrary_file_identifier.clone(),
            registration: theirs.registration.clone().unwrap_or_default(),
        };
        let request = match self.request("OQSsiimm01")? {
            Some(Request::Registration(request)) => request,
            _ => echo(),
        };
        let registered = theirs.processing_result_status.trim() == "1";
        let person = adopt::of_registration("captured", &request.registration, asker.time.date())?;
        let hub = self.hub(if registered { std::slice::from_ref(&person) } else { &[] }, hub::Settings::default())?;
        tree_of(ask(&hub, asker, Request::Registration(request), &theirs.header.segment_of_result)?)
    }

    fn reception(&mut self, code: &str, root: &Element) -> Result<Element, Words> {
        let theirs = BulkReception::from_tree(root).map_err(|refusal| said(&refusal))?.document;
        let asker = asker(&theirs.header.medical_institution_code, &theirs.header.process_execution_time)?;
        let header = BulkRequestHeader {
            qualification_confirmation_date: Some(crate::clock::date8(asker.time.date())),
            medical_institution_code: theirs.header.medical_institution_code.clone(),
            arbitrary_file_identifier: theirs.header.arbitrary_file_identifier.clone(),
        };
        let request = match care_of(code) {
            Some(care) => Request::BulkCare(care, request_of(care, header, [asker.time; 2])),
            None if code == "oqsmuquc01res" => {
                Request::BulkQualification(BulkRequest { header, rows: Default::default() })
            }
            None => Request::BulkRegistration(BulkRequest { header, rows: Default::default() }),
        };
        let request = self.request(request.interface())?.unwrap_or(request);
        let hub = self.hub(&[], hub::Settings::default())?;
        tree_of(ask(&hub, asker, request, &theirs.header.segment_of_result)?)
    }

    /// The rows of the 01req come back in the answer, so the pair of requests is made of them.
    fn bulk_qualification(&mut self, root: &Element) -> Result<Element, Words> {
        let theirs = BulkQualificationResult::from_tree(root).map_err(|refusal| said(&refusal))?.document;
        let asker = asker(&theirs.header.medical_institution_code, &theirs.header.process_execution_time)?;
        let day = theirs.header.qualification_confirmation_date.as_deref().and_then(|day| parse_date(day.trim()));
        let day = day.unwrap_or(asker.time.date());
        let mut people = Known::default();
        for unit in &theirs.units {
            let search = unit.search.clone().unwrap_or_default();
            let mut records = unit.records.clone();
            for (record, number) in records.iter_mut().zip(&unit.reference_numbers) {
                record.reference_number = Some(number.clone());
            }
            let records: Vec<_> = records.iter().collect();
            people.add(unit.qualification_validity.as_deref(), &records, &search, day, true)?;
        }
        let header = request_header(&theirs.header);
        let rows: Vec<_> = theirs.units.iter().map(|unit| unit.search.clone().unwrap_or_default()).collect();
        let request = BulkQualificationRequest { header, rows: Arc::new(rows) };
        self.assumed.extend(people.assumed());
        let people = people.all();
        self.fetch(
            people,
            asker,
            &theirs.header,
            Request::BulkQualification(request),
            Request::BulkQualificationDownload,
        )
    }

    fn bulk_registration(&mut self, root: &Element) -> Result<Element, Words> {
        let theirs = BulkRegistrationResult::from_tree(root).map_err(|refusal| said(&refusal))?.document;
        let asker = asker(&theirs.header.medical_institution_code, &theirs.header.process_execution_time)?;
        let mut people = Vec::new();
        let mut rows = Vec::new();
        for (number, unit) in theirs.units.iter().enumerate() {
            let info = unit.registration.clone().unwrap_or_default();
            if unit.processing_result_status.trim() == "1" {
                people.push(adopt::of_registration(&format!("captured-{number}"), &info, asker.time.date())?);
            }
            rows.push(info);
        }
        let request = BulkRegistrationRequest { header: request_header(&theirs.header), rows: Arc::new(rows) };
        self.fetch(people, asker, &theirs.header, Request::BulkRegistration(request), Request::BulkRegistrationDownload)
    }

    /// Sends the rows, and fetches what came of them.
    pub(super) fn fetch(
        &mut self,
        people: Vec<Person>,
        asker: Asker,
        theirs: &BulkHeader,
        upload: Request,
        download: impl FnOnce(BulkDownload) -> Request,
    ) -> Result<Element, Words> {
        let works = if theirs.segment_of_result == "2" { Duration::from_secs(3600) } else { Duration::ZERO };
        let hub = self.hub(&people, hub::Settings { bulk_ready_after: works, ..hub::Settings::default() })?;
        let number = match ask(&hub, asker.clone(), upload, "1")? {
            Answer::BulkReception(reception) => reception.reception_number.unwrap_or_default(),
            _ => return Err(mixed_up()),
        };
        // An answer of 9 that knows the 資格確認日 knows the 受付番号: the centre failed otherwise.
        let unknown = theirs.segment_of_result == "9" && theirs.qualification_confirmation_date.is_none();
        let request = BulkDownload {
            medical_institution_code: theirs.medical_institution_code.clone(),
            arbitrary_file_identifier: theirs.arbitrary_file_identifier.clone().filter(|_| unknown),
            reception_number: if unknown { theirs.reception_number.clone() } else { number },
        };
        let segment = if unknown { "1" } else { &theirs.segment_of_result };
        tree_of(ask(&hub, asker, download(request), segment)?)
    }

    /// A visit of somebody who has these certificates, and the question by the name that it brings.
    fn subsidies(&mut self, root: &Element) -> Result<Element, Words> {
        let layout = self.layouts.layout(Edition::LATEST).map_err(|error| said(&error))?;
        let theirs = layout.from_tree(root).map_err(|refusal| said(&refusal))?.document;
        let asker = asker(&theirs.medical_institution_code, &theirs.process_execution_time)?;
        let mut person = adopt::nobody("captured", asker.time.date())?;
        person.qualifications.push(adopt::newer());
        let certificates = theirs.certificates.iter().cloned();
        person.subsidies = certificates.map(|certificate| Subsidy { certificate, not_disclosed: false }).collect();
        let hub = self.hub(std::slice::from_ref(&person), hub::Settings::default())?;
        let opening = opening(&person, asker.clone(), &QualificationResult::default(), true);
        let standing = hub.open_visit(&opening).map_err(|error| said(&error))?;
        let consents = Consents { subsidy: Some(true), ..Consents::default() };
        let answer = hub.consent(&standing.visit, &consents, asker.time).map_err(|error| said(&error))?;
        let name = answer
            .pmh_request
            .ok_or_else(|| Words::new("こちらでは医療費助成の要求が出ません", "ours announces no PMH request"))?;
        match hub.subsidies(&SubsidyQuestion { asker, request_file_name: name }).map_err(|error| said(&error))? {
            SubsidyAnswer::Document(ours) => self.nearest(&ours, root),
            SubsidyAnswer::Failed { code, message } => {
                Err(Words::new(format!("{code} {message}"), format!("{code} {message}")))
            }
        }
    }

    /// Which edition a terminal writes, and what repeats in it, is not public: the reading that is nearest to theirs.
    fn nearest(&mut self, ours: &SubsidyDocument, theirs: &Element) -> Result<Element, Words> {
        let seen = names(theirs);
        let mut best: Option<(usize, Element, Vec<Set>)> = None;
        for (edition, year) in [(Edition::R6, None), (Edition::R5, Some("\"R5\"")), (Edition::R8, Some("\"R8\""))] {
            let layout = self.layouts.layout(edition).map_err(|error| said(&error))?;
            for (repeat, word) in
                [(Repeat::MedicalSubsidies, None), (Repeat::CertificationDetail, Some("\"certification-detail\""))]
            {
                let tree = layout.to_tree(ours, repeat);
                let unlike = names(&tree).symmetric_difference(&seen).count();
                if best.as_ref().is_none_or(|(least, ..)| unlike < *least) {
                    let year = year.map(|year| Set { table: "[hub]", key: "spec_year", value: year.to_owned() });
                    let repeat = word.map(|word| Set::terminal("pmh_repeat", word));
                    best = Some((unlike, tree, year.into_iter().chain(repeat).collect()));
                }
            }
        }
        let (_, tree, settings) = best.ok_or_else(mixed_up)?;
        self.settings.extend(settings);
        Ok(tree)
    }

    fn request(&self, interface: &str) -> Result<Option<Request>, Words> {
        let read = self.asked.and_then(|root| Request::from_tree(interface, root));
        read.transpose().map(|read| read.map(|read| read.document)).map_err(|refusal| said(&refusal))
    }

    pub(super) fn hub(&self, people: &[Person], settings: hub::Settings) -> Result<Hub, Words> {
        let hub =
            Hub::new(people, Roots::of_test_authority(), Seed::default(), settings).map_err(|error| said(&error))?;
        Ok(hub.with_wording(self.layouts.wording.clone()))
    }

    pub(super) fn assume(&mut self, ja: &'static str, en: &'static str) {
        let words = Words::new(ja, en);
        if !self.assumed.contains(&words) {
            self.assumed.push(words);
        }
    }
}

fn opening(person: &Person, asker: Asker, theirs: &QualificationResult, with_subsidy: bool) -> VisitOpening {
    let chosen = theirs.prescription_issue_select.is_some();
    VisitOpening {
        asker,
        reference: "compare".to_owned(),
        uses: Uses {
            medical_subsidy: with_subsidy,
            e_prescription: if chosen { EPrescriptionUse::Both } else { EPrescriptionUse::No },
            prescription_at_confirmation: chosen,
            medical_assistance: true,
            emr_sharing: false,
        },
        evidence: personalise::evidence_by_face(person),
        holder: None,
        steering: Steering { centre_error: theirs.header.segment_of_result == "9", ..Steering::default() },
    }
}

/// Has the record one of the groups that came with 電子カルテ情報共有?
fn shares(record: &QualificationRecord) -> bool {
    let groups = [
        &record.diagnosis_name,
        &record.infectious_info,
        &record.allergy_info,
        &record.contraindication_info,
        &record.test_info,
        &record.prescription_info,
    ];
    groups.into_iter().any(Option::is_some)
}

/// What the flags of the first record say was agreed to.
fn consents(theirs: &QualificationResult) -> Consents {
    let record = theirs.records.first();
    let flag = |flag: Option<&String>| flag.map(|flag| flag == "1");
    let group = |group: Option<&MedicalInformationConsent>| group.map(|group| group.flg == "1");
    Consents {
        registration: None,
        limit_certificate: flag(record.and_then(|r| r.limit_application_certificate_related_cons_flg.as_ref())),
        specific_disease: flag(record.and_then(|r| r.specific_diseases_certificate_related_cons_flg.as_ref())),
        diagnosis_and_pharmacists: group(record.and_then(|r| r.pharmacists_info.as_ref())),
        operation: group(record.and_then(|r| r.operation_info.as_ref())),
        health_checkup: group(record.and_then(|r| r.specific_health_checkups_info.as_ref())),
        subsidy: Some(theirs.request_pmh_file_name.is_some()),
        prescription: theirs.prescription_issue_select.as_deref().map(|select| match select {
            "2" => PrescriptionForm::Paper,
            _ => PrescriptionForm::Electronic,
        }),
    }
}

pub(super) fn request_header(theirs: &BulkHeader) -> BulkRequestHeader {
    BulkRequestHeader {
        qualification_confirmation_date: theirs
            .qualification_confirmation_date
            .clone()
            .or_else(|| theirs.process_execution_time.get(..8).map(str::to_owned)),
        medical_institution_code: theirs.medical_institution_code.clone(),
        arbitrary_file_identifier: theirs.arbitrary_file_identifier.clone(),
    }
}

/// The paths of a document, each once.
fn names(root: &Element) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    crate::message::tree::walk(root, &mut |path, _| {
        names.insert(path.join("/"));
    });
    names
}

pub(super) fn ask(hub: &Hub, asker: Asker, request: Request, segment: &str) -> Result<Answer, Words> {
    let steering = Steering { centre_error: segment == "9", ..Steering::default() };
    hub.ask(&Question { asker, reference: "compare".to_owned(), request, steering }).map_err(|error| said(&error))
}

fn tree_of(answer: Answer) -> Result<Element, Words> {
    let Body::Tree(mut tree) = answer.body(Records::default()) else { return Err(mixed_up()) };
    if let Answer::Bulk(bulk) = answer {
        let (_, units) = bulk.gather().map_err(|error| said(&error))?;
        let body = tree.at_mut(&["MessageBody"]).ok_or_else(mixed_up)?;
        body.content = Content::Children(units.iter().map(BulkUnit::to_tree).collect());
    }
    Ok(tree)
}

pub(super) fn asker(institution: &str, time: &str) -> Result<Asker, Words> {
    let read: Option<DateTime> = parse_time(time.trim()).filter(|_| time.trim().len() == 14);
    let read = read.ok_or_else(|| {
        Words::new(
            format!("ProcessExecutionTime「{time}」が日時ではないため、同じ問いを作れません"),
            format!("ProcessExecutionTime `{time}` is no time: the same question cannot be asked"),
        )
    })?;
    Ok(Asker { institution: institution.trim().to_owned(), time: read })
}

pub(super) fn said(error: &dyn std::fmt::Display) -> Words {
    let said = error.to_string();
    match said.split_once(" / ") {
        Some((ja, en)) => Words::new(ja, en),
        None => Words::new(said.clone(), said),
    }
}

pub(super) fn mixed_up() -> Words {
    Words::new("問いと違う回答が返りました", "the answer belongs to another question")
}
