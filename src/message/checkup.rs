//! 特定健診情報: `TKKsiquc01req` and `TKKsiquc01res` (spec/oqs-interface.md §2.7, spec/known-clients.md K2).
//!
//! Elements and tags are those that a program in the field reads [B]; that check-ups are direct children of the body is inferred [C].
//! `table` are their tags (data, `data/checkup.toml`), `sheet` is the answer as it is printed.

mod sheet;
pub mod table;

use super::fields::{Field, elements, parent};
use super::finding::FindingKind;
use super::frame::{Read, message, put_message};
use super::inquiry::{self, InquiryHeader, InquiryResult};
use super::refusal::Refusal;
use super::sink;
use super::tree::Element;
use table::Table;

/// `TKKsiquc01req`
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CheckupRequest {
    /// Who is meant.
    pub header: InquiryHeader,
    /// What is wanted.
    pub wanted: CheckupInquiry,
}

/// `MessageBody` of a request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CheckupInquiry {
    /// FileCategory ファイル種別, mandatory: 1 PDF, 2 XML.
    pub file_category: String,
    /// PrDiInfClassification (OQSCD030). What it does to an answer is not public: read, and not acted on.
    pub pr_di_inf_classification: Option<String>,
    /// MedicalTreatmentFlag 診療区分 (OQSCD028).
    pub medical_treatment_flag: Option<String>,
}

/// `TKKsiquc01res`
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CheckupResult {
    /// Header with person, or why there is nothing.
    pub header: InquiryResult,
    /// SpecificHealthCheckupInfo, in the order of the file.
    pub checkups: Vec<Checkup>,
}

/// `SpecificHealthCheckupInfo`: one check-up.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Checkup {
    /// EffectiveTime 実施年月日, YYYYMMDD.
    pub effective_time: Option<String>,
    /// HealthCheckupResultAndQuestionInfo: measurements and answers to the questionnaire.
    pub items: Vec<CheckupItem>,
}

/// `HealthCheckupResultAndQuestionInfo`: one measurement or answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the elements of the block, one by one")]
pub struct CheckupItem {
    /// 健診項目コード, 17 characters.
    pub item_code: Option<String>,
    pub item_name: Option<String>,
    /// `PQ` a quantity, `CD` and `CO` a code, `ST` text.
    pub data_type: Option<String>,
    pub data_value: Option<String>,
    pub unit: Option<String>,
    /// Of the code system of a coded value.
    pub oid: Option<String>,
    /// What a coded value means.
    pub data_value_name: Option<String>,
}

elements! { CheckupInquiry {
    one "FileCategory" => file_category,
    one "PrDiInfClassification" => pr_di_inf_classification,
    one "MedicalTreatmentFlag" => medical_treatment_flag,
}}

elements! { Checkup {
    one "EffectiveTime" => effective_time,
    list "HealthCheckupResultAndQuestionInfos" / "HealthCheckupResultAndQuestionInfo" => items,
}}

elements! { CheckupItem {
    one "ItemCode" => item_code,
    one "ItemName" => item_name,
    one "DataType" => data_type,
    one "DataValue" => data_value,
    one "Unit" => unit,
    one "Oid" => oid,
    one "DataValueName" => data_value_name,
}}

/// One check-up in the body.
const CHECKUP: &str = "SpecificHealthCheckupInfo";

impl CheckupInquiry {
    /// As pages (true) or as a document; `None` for a value that nobody has described.
    pub fn as_pdf(&self) -> Option<bool> {
        match inquiry::category(&self.file_category)? {
            1 => Some(true),
            2 => Some(false),
            _ => None,
        }
    }
}

impl CheckupRequest {
    /// The request as a tree, in specification order.
    pub fn to_tree(&self) -> Element {
        sink::tree(|out| put_message(&self.header, &self.wanted, out))
    }

    /// Reads a request, whatever the order of its elements.
    ///
    /// # Errors
    /// A [`Refusal`]: wrong root, a mandatory element missing or repeated.
    pub fn from_tree(root: &Element) -> Result<Read<Self>, Refusal> {
        let mut request = Self::default();
        let mut findings = inquiry::read_request(root, &mut request.header, &mut request.wanted)?;
        let codes = [
            ("PrDiInfClassification", "OQSCD030", &request.wanted.pr_di_inf_classification),
            ("MedicalTreatmentFlag", "OQSCD028", &request.wanted.medical_treatment_flag),
        ];
        findings.extend(
            codes.into_iter().filter_map(|(name, table, value)| inquiry::odd_code(name, table, value.as_ref())),
        );
        Ok(Read { document: request, findings })
    }
}

impl CheckupResult {
    /// The answer as a tree, in specification order.
    pub fn to_tree(&self) -> Element {
        let checkups = self.checkups.iter().map(|checkup| parent(CHECKUP, checkup)).collect();
        message(parent("MessageHeader", &self.header), checkups)
    }

    /// The same with the tags and in the order of `table`.
    pub fn to_tree_by(&self, table: &Table) -> Element {
        with_body(self.to_tree(), |body| Table::embedded().retagged(body, table))
    }

    /// Reads an answer with the tags of `table`.
    ///
    /// # Errors
    /// As [`Self::from_tree`].
    pub fn from_tree_by(root: &Element, table: &Table) -> Result<Read<Self>, Refusal> {
        Self::from_tree(&with_body(root.clone(), |body| table.retagged(body, Table::embedded())))
    }

    /// Reads an answer in any order; unknown elements are reported, none of them a reason to fail.
    ///
    /// # Errors
    /// A [`Refusal`] when there is no XmlMsg with header and body.
    pub fn from_tree(root: &Element) -> Result<Read<Self>, Refusal> {
        let mut result = Self::default();
        let (body, mut reading) = inquiry::read_result(root, &mut result.header)?;
        reading.enter("MessageBody");
        for child in body.children() {
            let mut checkup = None;
            match child.name == CHECKUP {
                true => Field::take(&mut checkup, child, &mut reading),
                false => reading.report(FindingKind::UnknownElement, &child.name, None),
            }
            result.checkups.extend(checkup);
        }
        Ok(Read { document: result, findings: reading.findings })
    }
}

fn with_body(mut root: Element, change: impl Fn(&Element) -> Element) -> Element {
    if let Some(body) = root.at_mut(&["MessageBody"]) {
        *body = change(body);
    }
    root
}

#[cfg(test)]
mod tests;
