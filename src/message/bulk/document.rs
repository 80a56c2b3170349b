//! The documents as trees and back.

use super::gather::{self, Row, take_row};
use super::*;
use crate::message::fields::{Field, Group, parent};
use crate::message::finding::FindingKind;
use crate::message::frame::{Read, at_the_root, message, parts, put_message, refuse, trim};
use crate::message::refusal::Refusal;
use crate::message::sink::{self, Sink};
use crate::message::tree::Element;
use crate::message::xml::{Pull, ReadError};

const CONFIRM_UNIT: &str = "BulkConfirmUnit";
const REGISTRATION_UNIT: &str = "BulkRegistrationUnit";

#[allow(private_bounds, reason = "rows are the three types named here; nobody else makes one")]
impl<R: Row> BulkRequest<R> {
    /// The request as a tree, in specification order.
    pub fn to_tree(&self) -> Element {
        let rows = self.rows.iter().map(|row| parent(R::NAME, row));
        message(parent("MessageHeader", &self.header), rows.collect())
    }

    /// The request without its rows: they come one by one from [`Self::tree_of`].
    pub fn frame(&self) -> Element {
        message(parent("MessageHeader", &self.header), Vec::new())
    }

    /// The row `number`, from 0, as a tree.
    pub fn tree_of(&self, number: usize) -> Option<Element> {
        self.rows.get(number).map(|row| parent(R::NAME, row))
    }
}

impl BulkRequest<SearchInfo> {
    /// Reads `OQSmuquc01req`. A birth date that is none is its row's error and is left to the centre.
    ///
    /// # Errors
    /// A [`Refusal`]: wrong root, no row, a mandatory element missing or repeated in any row, 資格確認日 that is no date.
    pub fn from_tree(root: &Element) -> Result<Read<Self>, Refusal> {
        gather::from_tree(root)
    }

    /// The same, row by row.
    ///
    /// # Errors
    /// As [`Self::from_tree`], and what the file itself is refused for.
    pub fn read(pull: &mut Pull<'_>) -> Result<Read<Self>, ReadError> {
        gather::from_pieces(pull)
    }
}

impl BulkRequest<RegistrationInfo> {
    /// Reads `OQSmuimm01req`.
    ///
    /// # Errors
    /// A [`Refusal`]: wrong root, no row, a mandatory element missing or repeated in any row.
    pub fn from_tree(root: &Element) -> Result<Read<Self>, Refusal> {
        gather::from_tree(root)
    }

    /// The same, row by row.
    ///
    /// # Errors
    /// As [`Self::from_tree`], and what the file itself is refused for.
    pub fn read(pull: &mut Pull<'_>) -> Result<Read<Self>, ReadError> {
        gather::from_pieces(pull)
    }
}

impl CareRequest {
    /// Reads the 01req of `care`.
    ///
    /// # Errors
    /// A [`Refusal`]: wrong root, not one search, a mandatory element missing or repeated, a day or month that is none.
    pub fn from_tree(care: Care, root: &Element) -> Result<Read<Self>, Refusal> {
        let read = gather::from_tree(root)?;
        care.check(&read.document)?;
        Ok(read)
    }
}

impl BulkDownload {
    /// The request as a tree, in specification order.
    pub fn to_tree(&self) -> Element {
        let header = sink::trees(|out| {
            out.text("MedicalInstitutionCode", &self.medical_institution_code);
            Field::put(&self.arbitrary_file_identifier, "ArbitraryFileIdentifier", out);
        });
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
        reading.enter(&body.name);
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

    /// Puts the answer in specification order.
    pub fn put_into(&self, out: &mut dyn Sink) {
        put_message(&self.header, self, out);
    }

    /// The answer as a tree.
    pub fn to_tree(&self) -> Element {
        sink::tree(|out| self.put_into(out))
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

impl BulkHeader {
    /// The 02res without its units.
    pub fn frame(&self) -> Element {
        message(parent("MessageHeader", self), Vec::new())
    }

    /// Reads the `MessageHeader` of a 02res, in any order.
    pub fn from_header(header: &Element) -> Self {
        let mut read = Self::default();
        read.take_all(header, &mut at_the_root());
        read
    }

    /// The same of a whole 02res.
    ///
    /// # Errors
    /// A [`Refusal`] when there is no XmlMsg with header and body.
    pub fn from_tree(root: &Element) -> Result<Self, Refusal> {
        Ok(Self::from_header(parts(root)?.0))
    }
}

impl BulkUnit {
    /// The unit as a tree, in specification order.
    pub fn to_tree(&self) -> Element {
        match self {
            Self::Confirm(unit) => parent(CONFIRM_UNIT, unit),
            Self::Registration(unit) => parent(REGISTRATION_UNIT, unit),
        }
    }

    /// Reads a unit, in any order; `None` for what is none.
    pub fn from_tree(element: &Element) -> Option<Self> {
        let mut reading = at_the_root();
        match element.name.as_ref() {
            CONFIRM_UNIT => take_row(element, CONFIRM_UNIT, 0, &mut reading).map(Self::Confirm),
            REGISTRATION_UNIT => take_row(element, REGISTRATION_UNIT, 0, &mut reading).map(Self::Registration),
            _ => None,
        }
    }
}

impl BulkResult<BulkConfirmUnit> {
    /// The result as a tree, in specification order.
    pub fn to_tree(&self) -> Element {
        let units = self.units.iter().map(|unit| parent(CONFIRM_UNIT, unit));
        message(parent("MessageHeader", &self.header), units.collect())
    }

    /// Reads a 02res with these units in any order.
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
        let units = self.units.iter().map(|unit| parent(REGISTRATION_UNIT, unit));
        message(parent("MessageHeader", &self.header), units.collect())
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
        let mut units = Vec::new();
        for child in body.children() {
            units.extend(take_row::<U>(child, name, units.len(), &mut reading));
        }
        Ok(Read { document: Self { header: head, units }, findings: reading.findings })
    }
}
