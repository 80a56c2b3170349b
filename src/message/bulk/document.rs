//! The documents as trees and back.

use super::*;
use crate::clock;
use crate::message::fields::{Field, Group, Reading, parent};
use crate::message::finding::{Finding, FindingKind};
use crate::message::frame::{Read, at_the_root, message, parts, refuse, trim};
use crate::message::qualification::unusual_in_search;
use crate::message::refusal::{Refusal, Rule};
use crate::message::tree::Element;

const SEARCH: &str = "QualificationConfirmSearchInfo";
const REGISTRATION: &str = "ReferenceNumberRegistrationInfo";
const CONFIRM_UNIT: &str = "BulkConfirmUnit";
const REGISTRATION_UNIT: &str = "BulkRegistrationUnit";

impl BulkRequest<SearchInfo> {
    /// The request as a tree, in specification order.
    pub fn to_tree(&self) -> Element {
        message(parent("MessageHeader", &self.header), rows_to_trees(SEARCH, &self.rows))
    }

    /// Reads `OQSmuquc01req`. A birth date that is none is its row's error and is left to the centre.
    ///
    /// # Errors
    /// A [`Refusal`]: wrong root, no row, a mandatory element missing or repeated in any row, 資格確認日 that is no date.
    pub fn from_tree(root: &Element) -> Result<Read<Self>, Refusal> {
        let Read { mut document, mut findings } = Self::rows_from_tree(root, SEARCH)?;
        let path = "XmlMsg/MessageHeader/QualificationConfirmationDate";
        let day = document.header.qualification_confirmation_date.as_mut();
        let day = day.ok_or_else(|| Refusal::new(Rule::Missing).at(path))?;
        trim(day);
        if clock::parse_date(day).is_none() {
            return Err(Refusal::new(Rule::NotADate).at(path).seen(day.as_str()));
        }
        for (number, row) in document.rows.iter_mut().enumerate() {
            trim(&mut row.birthdate);
            trim(&mut row.limit_application_certificate_related_cons_flg);
            findings.extend(unusual_in_search(row, &path_of_row(SEARCH, number)));
        }
        Ok(Read { document, findings })
    }
}

impl BulkRequest<RegistrationInfo> {
    /// The request as a tree, in specification order.
    pub fn to_tree(&self) -> Element {
        message(parent("MessageHeader", &self.header), rows_to_trees(REGISTRATION, &self.rows))
    }

    /// Reads `OQSmuimm01req`.
    ///
    /// # Errors
    /// A [`Refusal`]: wrong root, no row, a mandatory element missing or repeated in any row.
    pub fn from_tree(root: &Element) -> Result<Read<Self>, Refusal> {
        let Read { document, mut findings } = Self::rows_from_tree(root, REGISTRATION)?;
        for (number, row) in document.rows.iter().enumerate() {
            findings.extend(row.unusual(&path_of_row(REGISTRATION, number)));
        }
        Ok(Read { document, findings })
    }
}

impl<R> BulkRequest<R> {
    fn rows_from_tree(root: &Element, name: &str) -> Result<Read<Self>, Refusal>
    where
        R: Group,
    {
        let (header, body) = parts(root)?;
        let mut reading = at_the_root();
        let mut request = Self { header: BulkRequestHeader::default(), rows: Vec::new() };
        request.header.take_all(header, &mut reading);
        trim(&mut request.header.medical_institution_code);
        request.rows = take_rows(body, name, &mut reading);
        if request.rows.is_empty() {
            reading.path.push("MessageBody".to_owned());
            reading.report(FindingKind::Missing, name, None);
        }
        refuse(&reading.findings)?;
        Ok(Read { document: request, findings: reading.findings })
    }
}

impl BulkDownload {
    /// The request as a tree, in specification order.
    pub fn to_tree(&self) -> Element {
        let mut header = vec![Element::text("MedicalInstitutionCode", self.medical_institution_code.as_str())];
        Field::put(&self.arbitrary_file_identifier, "ArbitraryFileIdentifier", &mut header);
        let body = vec![Element::text("ReceptionNumber", self.reception_number.as_str())];
        message(Element::parent("MessageHeader", header), body)
    }

    /// Reads a 02req.
    ///
    /// # Errors
    /// A [`Refusal`]: wrong root, 医療機関コード or 受付番号 missing or repeated.
    pub fn from_tree(root: &Element) -> Result<Read<Self>, Refusal> {
        let (header, body) = parts(root)?;
        let mut reading = at_the_root();
        let mut head = BulkRequestHeader::default();
        head.take_all(header, &mut reading);
        reading.path.push(body.name.to_string());
        let mut reception_number = String::new();
        for child in body.children() {
            match child.name == "ReceptionNumber" {
                true => Field::take(&mut reception_number, child, &mut reading),
                false => reading.report(FindingKind::UnknownElement, &child.name, None),
            }
        }
        if Field::is_missing(&reception_number) {
            reading.report(FindingKind::Missing, "ReceptionNumber", None);
        }
        refuse(&reading.findings)?;
        trim(&mut head.medical_institution_code);
        trim(&mut reception_number);
        let BulkRequestHeader { medical_institution_code, arbitrary_file_identifier, .. } = head;
        let document = Self { medical_institution_code, arbitrary_file_identifier, reception_number };
        Ok(Read { document, findings: reading.findings })
    }
}

impl BulkReception {
    /// `request` was received at `time` under `number`.
    pub fn received(request: &BulkRequestHeader, time: String, number: String) -> Self {
        Self {
            reception_number: Some(number),
            reception_date_time: Some(time.clone()),
            header: ShortHeader::normal(
                time,
                request.medical_institution_code.clone(),
                request.arbitrary_file_identifier.clone(),
            ),
        }
    }

    /// The centre gave no answer: SegmentOfResult 9 (§4.2, [C]).
    pub fn abnormal(request: &BulkRequestHeader, time: String, code: &str, message: &str) -> Self {
        let received = Self::received(request, time, String::new());
        Self { header: received.header.abnormal(code, message), reception_number: None, reception_date_time: None }
    }

    /// The answer as a tree, in specification order.
    pub fn to_tree(&self) -> Element {
        let mut body = Vec::with_capacity(2);
        self.put(&mut body);
        message(parent("MessageHeader", &self.header), body)
    }

    /// Reads a 01res in any order.
    ///
    /// # Errors
    /// A [`Refusal`] when there is no XmlMsg with header and body.
    pub fn from_tree(root: &Element) -> Result<Read<Self>, Refusal> {
        let (header, body) = parts(root)?;
        let mut reading = at_the_root();
        let mut reception = Self::default();
        reception.header.take_all(header, &mut reading);
        reception.take_all(body, &mut reading);
        Ok(Read { document: reception, findings: reading.findings })
    }
}

impl BulkHeader {
    /// The answer to `request` in `segment` (OQSCD003), at `time`.
    pub fn new(request: &BulkDownload, time: String, segment: &str) -> Self {
        Self {
            process_execution_time: time,
            medical_institution_code: request.medical_institution_code.clone(),
            arbitrary_file_identifier: request.arbitrary_file_identifier.clone(),
            reception_number: request.reception_number.clone(),
            segment_of_result: segment.to_owned(),
            character_code_identifier: "0".to_owned(),
            ..Self::default()
        }
    }

    /// SegmentOfResult 9 with a code of ours.
    pub fn abnormal(request: &BulkDownload, time: String, code: &str, message: &str) -> Self {
        Self {
            error_code: Some(code.to_owned()),
            error_message: Some(message.to_owned()),
            ..Self::new(request, time, "9")
        }
    }

    /// With the numbers of rows: all, and of these the errors.
    #[must_use]
    pub fn counting(self, all: usize, errors: usize) -> Self {
        Self {
            number_of_processing_result: Some(all.to_string()),
            number_of_normal_processing: Some(all.saturating_sub(errors).to_string()),
            number_of_error: Some(errors.to_string()),
            ..self
        }
    }
}

impl BulkResult<BulkConfirmUnit> {
    /// The result as a tree, in specification order.
    pub fn to_tree(&self) -> Element {
        message(parent("MessageHeader", &self.header), rows_to_trees(CONFIRM_UNIT, &self.units))
    }

    /// Reads `OQSmuquc02res` in any order.
    ///
    /// # Errors
    /// A [`Refusal`] when there is no XmlMsg with header and body.
    pub fn from_tree(root: &Element) -> Result<Read<Self>, Refusal> {
        Self::units_from_tree(root, CONFIRM_UNIT)
    }
}

impl BulkResult<BulkRegistrationUnit> {
    /// The result as a tree, in specification order.
    pub fn to_tree(&self) -> Element {
        message(parent("MessageHeader", &self.header), rows_to_trees(REGISTRATION_UNIT, &self.units))
    }

    /// Reads `OQSmuimm02res` in any order.
    ///
    /// # Errors
    /// A [`Refusal`] when there is no XmlMsg with header and body.
    pub fn from_tree(root: &Element) -> Result<Read<Self>, Refusal> {
        Self::units_from_tree(root, REGISTRATION_UNIT)
    }
}

impl<U> BulkResult<U> {
    fn units_from_tree(root: &Element, name: &str) -> Result<Read<Self>, Refusal>
    where
        U: Group,
    {
        let (header, body) = parts(root)?;
        let mut reading = at_the_root();
        let mut head = BulkHeader::default();
        head.take_all(header, &mut reading);
        let units = take_rows(body, name, &mut reading);
        Ok(Read { document: Self { header: head, units }, findings: reading.findings })
    }
}

fn rows_to_trees<G: Group>(name: &'static str, rows: &[G]) -> Vec<Element> {
    rows.iter().map(|row| parent(name, row)).collect()
}

/// The rows called `name`. What is noticed in one names it by its number, from 1: a file has thousands.
fn take_rows<G: Group>(body: &Element, name: &str, reading: &mut Reading) -> Vec<G> {
    let mut rows = Vec::new();
    reading.path.push(body.name.to_string());
    for child in body.children() {
        if child.name != name {
            reading.report(FindingKind::UnknownElement, &child.name, None);
            continue;
        }
        let before = reading.findings.len();
        let mut row = G::default();
        row.take_all(child, reading);
        for finding in reading.findings.iter_mut().skip(before) {
            number_the_row(finding, name, rows.len());
        }
        rows.push(row);
    }
    reading.path.pop();
    rows
}

fn number_the_row(finding: &mut Finding, name: &str, number: usize) {
    let here = format!("XmlMsg/MessageBody/{name}");
    if let Some(below) = finding.path.strip_prefix(&here) {
        finding.path = format!("{}{below}", path_of_row(name, number));
    }
}

/// Of the row `number`, counted from 0.
fn path_of_row(name: &str, number: usize) -> String {
    format!("XmlMsg/MessageBody/{name}[{}]", number + 1)
}
