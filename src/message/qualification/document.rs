//! The documents as trees and back.

use serde::{Deserialize, Serialize};

use super::*;
use crate::clock;
use crate::message::fields::{Group, parent};
use crate::message::frame::{Read, at_the_root, message, parts, put_message, refuse, the_only, trim};
use crate::message::refusal::{Refusal, Rule};
use crate::message::sink::{self, Sink};
use crate::message::tree::{Content, Element};
use crate::message::xml;

/// How several records stand in a result (spec/oqs-interface.md §2.2; unknown which is real, [C]).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Records {
    /// One ResultList with several records.
    #[default]
    OneList,
    /// Several ResultList with one record each, as the centre's JSON.
    RepeatedList,
}

impl QualificationRequest {
    /// Reads the bytes of a request: the document, and the XML around it (its encoding is that of the answer).
    ///
    /// # Errors
    /// A [`Refusal`] with line and column.
    pub fn read(bytes: &[u8]) -> Result<(Read<Self>, xml::Document), Refusal> {
        let document = xml::read(bytes)?;
        let mut read = Self::from_tree(&document.root).map_err(|refusal| xml::locate(bytes, refusal))?;
        read.findings.extend(document.findings.iter().cloned());
        Ok((read, document))
    }

    /// The request as a tree, in specification order.
    pub fn to_tree(&self) -> Element {
        message(parent("MessageHeader", self), vec![parent("QualificationConfirmSearchInfo", &self.search)])
    }

    /// Reads a request, whatever the order of its elements. Over-long and odd values are kept as findings.
    ///
    /// # Errors
    /// A [`Refusal`]: wrong root, a mandatory element missing or repeated, a date that is none.
    pub fn from_tree(root: &Element) -> Result<Read<Self>, Refusal> {
        let (header, body) = parts(root)?;
        let mut reading = at_the_root();
        let mut request = Self::default();
        request.take_all(header, &mut reading);
        reading.enter("MessageBody");
        request.search = the_only(body, "QualificationConfirmSearchInfo", &mut reading);
        request.trim();
        refuse(&reading.findings)?;
        request.check_dates()?;
        reading.findings.extend(super::unusual::of_request(&request));
        Ok(Read { document: request, findings: reading.findings })
    }

    /// Blanks around dates, codes and flags are a pretty-printer's; those of the numbers are padding and stay.
    fn trim(&mut self) {
        for value in [
            &mut self.qualification_confirmation_date,
            &mut self.medical_institution_code,
            &mut self.search.birthdate,
            &mut self.search.limit_application_certificate_related_cons_flg,
        ] {
            trim(value);
        }
    }

    fn check_dates(&self) -> Result<(), Refusal> {
        let dates = [
            (&self.qualification_confirmation_date, "XmlMsg/MessageHeader/QualificationConfirmationDate"),
            (&self.search.birthdate, "XmlMsg/MessageBody/QualificationConfirmSearchInfo/Birthdate"),
        ];
        match dates.into_iter().find(|(value, _)| clock::parse_date(value).is_none()) {
            Some((value, path)) => Err(Refusal::new(Rule::NotADate).at(path).seen(value.as_str())),
            None => Ok(()),
        }
    }
}

impl QualificationResult {
    /// Puts the result in specification order, its records in one list.
    pub fn put_into(&self, out: &mut dyn Sink) {
        put_message(&self.header, self, out);
    }

    /// The result as a tree, in specification order.
    pub fn to_tree(&self, records: Records) -> Element {
        match records {
            Records::OneList => sink::tree(|out| self.put_into(out)),
            Records::RepeatedList => {
                let body = sink::trees(|out| self.put(out)).into_iter().flat_map(one_list_each);
                message(parent("MessageHeader", &self.header), body.collect())
            }
        }
    }

    /// The answer when the centre has none: SegmentOfResult 9 with a code of ours (spec/oqs-interface.md §4.2, [C]). `time` is
    /// ProcessExecutionTime.
    pub fn abnormal(request: &QualificationRequest, time: String, code: &str, message: &str) -> Self {
        Self {
            header: ResultHeader {
                process_execution_time: time,
                qualification_confirmation_date: request.qualification_confirmation_date.clone(),
                medical_institution_code: request.medical_institution_code.clone(),
                arbitrary_file_identifier: request.arbitrary_file_identifier.clone(),
                reference_classification: BY_INSURANCE.to_owned(),
                segment_of_result: "9".to_owned(),
                error_code: Some(code.to_owned()),
                error_message: Some(message.to_owned()),
                character_code_identifier: "0".to_owned(),
            },
            processing_result_status: "2".to_owned(),
            search: Some(request.search.clone()),
            ..Self::default()
        }
    }

    /// Reads a result as real terminals write it: any order, one list or several, unknown elements reported, none of them a reason
    /// to fail.
    ///
    /// # Errors
    /// A [`Refusal`] when there is no XmlMsg with header and body.
    pub fn from_tree(root: &Element) -> Result<Read<Self>, Refusal> {
        let (header, body) = parts(root)?;
        let mut reading = at_the_root();
        let mut result = Self::default();
        result.header.take_all(header, &mut reading);
        result.take_all(body, &mut reading);
        Ok(Read { document: result, findings: reading.findings })
    }
}

/// A ResultList of several records as that many lists.
fn one_list_each(element: Element) -> Vec<Element> {
    match element.content {
        Content::Children(records) if element.name == "ResultList" => {
            records.into_iter().map(|record| Element::parent("ResultList", vec![record])).collect()
        }
        content => vec![Element { name: element.name, content }],
    }
}
