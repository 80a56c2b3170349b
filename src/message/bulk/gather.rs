//! A bulk request row by row: from a tree, or from a file of which only one row is held at a time.

use std::sync::Arc;

use super::{BulkRequest, BulkRequestHeader, CareSearch};
use crate::clock;
use crate::message::fields::{Group, Reading};
use crate::message::finding::{Finding, FindingKind};
use crate::message::frame::{Read, at_the_root, parts, refuse, trim};
use crate::message::qualification::{SearchInfo, unusual_in_search};
use crate::message::refusal::{Refusal, Rule};
use crate::message::registration::RegistrationInfo;
use crate::message::tree::Element;
use crate::message::xml::{MOST_FINDINGS, Piece, Pull, ReadError};

/// A row of a 01req.
pub(in crate::message) trait Row: Group {
    /// Its element.
    const NAME: &'static str;
    /// Blanks of pretty-printers go; what is unusual is told, with the row's `path`.
    fn tidy(&mut self, path: &str) -> Vec<Finding>;
    /// What the header of such a request must have.
    fn check_header(_header: &mut BulkRequestHeader) -> Result<(), Refusal> {
        Ok(())
    }
}

impl Row for SearchInfo {
    const NAME: &'static str = "QualificationConfirmSearchInfo";

    /// A birth date that is none is its row's error and is left to the centre.
    fn tidy(&mut self, path: &str) -> Vec<Finding> {
        trim(&mut self.birthdate);
        trim(&mut self.limit_application_certificate_related_cons_flg);
        unusual_in_search(self, path)
    }

    fn check_header(header: &mut BulkRequestHeader) -> Result<(), Refusal> {
        let path = "XmlMsg/MessageHeader/QualificationConfirmationDate";
        let day = header.qualification_confirmation_date.as_mut();
        let day = day.ok_or_else(|| Refusal::new(Rule::Missing).at(path))?;
        trim(day);
        match clock::parse_date(day) {
            Some(_) => Ok(()),
            None => Err(Refusal::new(Rule::NotADate).at(path).seen(day.as_str())),
        }
    }
}

impl Row for RegistrationInfo {
    const NAME: &'static str = "ReferenceNumberRegistrationInfo";

    fn tidy(&mut self, path: &str) -> Vec<Finding> {
        self.unusual(path)
    }
}

impl Row for CareSearch {
    const NAME: &'static str = "QualificationConfirmSearchInfo";

    fn tidy(&mut self, _path: &str) -> Vec<Finding> {
        let fields = [
            &mut self.medical_treatment_month,
            &mut self.consent_date_from,
            &mut self.consent_date_to,
            &mut self.examination_date_from,
            &mut self.examination_date_to,
            &mut self.medical_treatment_flag,
        ];
        fields.into_iter().flatten().for_each(trim);
        Vec::new()
    }
}

/// A request from its tree.
pub(super) fn from_tree<R: Row>(root: &Element) -> Result<Read<BulkRequest<R>>, Refusal> {
    let (header, body) = parts(root)?;
    let mut gathering = Gathering::default();
    gathering.header(header);
    body.children().iter().for_each(|child| gathering.unit(child));
    gathering.request()
}

/// A request from a file.
pub(super) fn from_pieces<R: Row>(pull: &mut Pull<'_>) -> Result<Read<BulkRequest<R>>, ReadError> {
    let mut gathering = Gathering::default();
    while let Some(piece) = pull.next_piece()? {
        match piece {
            Piece::Header(header) => gathering.header(&header),
            Piece::Unit(unit) => gathering.unit(&unit),
        }
    }
    Ok(gathering.request()?)
}

struct Gathering<R> {
    header: BulkRequestHeader,
    /// What the header brought.
    head: Vec<Finding>,
    rows: Vec<R>,
    reading: Reading,
    /// The first row that a request may not have.
    broken: Option<Refusal>,
}

impl<R> Default for Gathering<R> {
    fn default() -> Self {
        let header = BulkRequestHeader::default();
        Self { header, head: Vec::new(), rows: Vec::new(), reading: at_the_root(), broken: None }
    }
}

impl<R: Row> Gathering<R> {
    fn header(&mut self, element: &Element) {
        let mut reading = at_the_root();
        self.header.take_all(element, &mut reading);
        trim(&mut self.header.medical_institution_code);
        self.head = reading.findings;
    }

    fn unit(&mut self, element: &Element) {
        let before = self.reading.findings.len();
        if let Some(mut row) = take_row::<R>(element, R::NAME, self.rows.len(), &mut self.reading) {
            let told = row.tidy(&path_of_row(R::NAME, self.rows.len()));
            self.reading.findings.extend(told);
            self.rows.push(row);
        }
        if self.broken.is_none() {
            self.broken = refuse(self.reading.findings.get(before..).unwrap_or_default()).err();
        }
        self.reading.findings.truncate(MOST_FINDINGS);
    }

    fn request(mut self) -> Result<Read<BulkRequest<R>>, Refusal> {
        refuse(&self.head)?;
        if let Some(broken) = self.broken {
            return Err(broken);
        }
        if self.rows.is_empty() {
            return Err(Refusal::new(Rule::Missing).at(format!("XmlMsg/MessageBody/{}", R::NAME)));
        }
        R::check_header(&mut self.header)?;
        let mut findings = self.head;
        findings.append(&mut self.reading.findings);
        self.rows.shrink_to_fit();
        Ok(Read { document: BulkRequest { header: self.header, rows: Arc::new(self.rows) }, findings })
    }
}

/// The row `number` (from 0), if `element` is one. What is noticed in it names it by its number, from 1: a file has thousands.
pub(super) fn take_row<G: Group>(element: &Element, name: &str, number: usize, reading: &mut Reading) -> Option<G> {
    reading.enter("MessageBody");
    let row = if element.name == name {
        let before = reading.findings.len();
        let mut row = G::default();
        row.take_all(element, reading);
        for finding in reading.findings.iter_mut().skip(before) {
            number_the_row(finding, name, number);
        }
        Some(row)
    } else {
        reading.report(FindingKind::UnknownElement, &element.name, None);
        None
    };
    reading.leave();
    row
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
