//! 薬剤情報・診療情報: `YZKsiquc01req` and `YZKsiquc01res` (spec/oqs-interface.md §2.7, spec/known-clients.md K2).
//!
//! What a person was given, month by month, from three origins: receipts, prescriptions, dispensings. The three have the same structure
//! under other tags; [`table`] says which (data, `data/medication.toml`).
//!
//! - here: the request, the answer, and what is in it
//! - `table`, `item`: tags and what they hold · `document`: to a tree and back
//! - `sheet`: the answer as it is printed

mod document;
mod item;
mod sheet;
pub mod table;

use serde::{Deserialize, Serialize};

use super::fields::elements;
use super::frame::{Read, put_message};
use super::inquiry::{self, InquiryHeader, InquiryResult};
use super::refusal::Refusal;
use super::sink;
use super::tree::Element;

/// `YZKsiquc01req`
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MedicationRequest {
    /// Who is meant.
    pub header: InquiryHeader,
    /// What is wanted.
    pub wanted: MedicationInquiry,
}

/// `MessageBody` of a request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MedicationInquiry {
    /// StartDate 開始年月, YYYYMM; without it there is no first month ([C]).
    pub start_date: Option<String>,
    /// EndDate 終了年月, YYYYMM; without it there is no last month ([C]).
    pub end_date: Option<String>,
    /// FileCategory ファイル種別, mandatory; see [`MedicationInquiry::category`].
    pub file_category: String,
    /// PrDiInfClassification (OQSCD030). What it does to an answer is not public: read, and not acted on.
    pub pr_di_inf_classification: Option<String>,
    /// MedicalTreatmentFlag 診療区分 (OQSCD028).
    pub medical_treatment_flag: Option<String>,
}

/// What FileCategory asks for ([B]).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Category {
    /// As pages (1, 3) or as a document (2, 4).
    pub pdf: bool,
    /// 診療情報 beside 薬剤情報 (3, 4).
    pub treatments: bool,
}

/// `YZKsiquc01res`
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MedicationResult {
    /// Header with person, or why there is nothing.
    pub header: InquiryResult,
    /// What was given.
    pub history: History,
}

/// What a person was given, by origin; each in the order of the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct History {
    /// レセプト由来
    pub receipt: Vec<Month>,
    /// 処方
    pub prescribed: Vec<Month>,
    /// 調剤
    pub dispensed: Vec<Month>,
}

/// Where information comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// レセプト
    Receipt,
    /// 処方
    Prescribed,
    /// 調剤
    Dispensed,
}

/// One month of one institution. Values are text as it stands in the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "data/medication.toml has a line for each")]
pub struct Month {
    pub issue_class: Option<String>,
    pub institution_code: Option<String>,
    pub prescriber_code: Option<String>,
    pub institution_name: Option<String>,
    /// YYYYMM
    pub month: Option<String>,
    pub prescriber_name: Option<String>,
    pub own_issue: Option<String>,
    pub in_out: Option<String>,
    pub dates: Vec<Treated>,
}

/// One day of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "data/medication.toml has a line for each")]
pub struct Treated {
    /// YYYYMMDD
    pub dispensed_on: Option<String>,
    /// YYYYMMDD
    pub prescribed_on: Option<String>,
    pub drugs: Vec<Drug>,
    /// 診療情報; only in receipts.
    pub procedures: Vec<Procedure>,
}

/// One drug.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "data/medication.toml has a line for each")]
pub struct Drug {
    pub code: Option<String>,
    pub quantity: Option<String>,
    pub usage: Option<String>,
    pub instruction: Option<String>,
    pub times: Option<String>,
    pub ingredient: Option<String>,
    pub class: Option<String>,
    pub unit: Option<String>,
    pub name: Option<String>,
}

/// One 診療行為.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "data/medication.toml has a line for each")]
pub struct Procedure {
    pub name: Option<String>,
    pub code: Option<String>,
    pub class: Option<String>,
    pub quantity: Option<String>,
    pub times: Option<String>,
    pub unit: Option<String>,
}

elements! { MedicationInquiry {
    one "StartDate" => start_date,
    one "EndDate" => end_date,
    one "FileCategory" => file_category,
    one "PrDiInfClassification" => pr_di_inf_classification,
    one "MedicalTreatmentFlag" => medical_treatment_flag,
}}

impl MedicationInquiry {
    /// What is asked for; `None` for a value that nobody has described.
    pub fn category(&self) -> Option<Category> {
        let category = inquiry::category(&self.file_category).filter(|category| (1..=4).contains(category))?;
        Some(Category { pdf: category % 2 == 1, treatments: category > 2 })
    }

    /// Is the last month asked for before the first? No month lies there, and an empty answer would say that there was nothing.
    pub fn is_reversed(&self) -> bool {
        matches!((&self.start_date, &self.end_date), (Some(start), Some(end)) if end < start)
    }

    /// Does this month (YYYYMM) lie in what is asked for? A month that is not told always does.
    pub fn covers(&self, month: Option<&str>) -> bool {
        let Some(month) = month else { return true };
        self.start_date.as_deref().is_none_or(|start| start <= month)
            && self.end_date.as_deref().is_none_or(|end| month <= end)
    }
}

impl MedicationRequest {
    /// The request as a tree, in specification order.
    pub fn to_tree(&self) -> Element {
        sink::tree(|out| put_message(&self.header, &self.wanted, out))
    }

    /// Reads a request, whatever the order of its elements.
    ///
    /// # Errors
    /// A [`Refusal`]: wrong root, a mandatory element missing or repeated, a month that is none.
    pub fn from_tree(root: &Element) -> Result<Read<Self>, Refusal> {
        let mut request = Self::default();
        let mut findings = inquiry::read_request(root, &mut request.header, &mut request.wanted)?;
        let wanted = &mut request.wanted;
        inquiry::month("StartDate", &mut wanted.start_date)?;
        inquiry::month("EndDate", &mut wanted.end_date)?;
        let codes = [
            ("PrDiInfClassification", "OQSCD030", &wanted.pr_di_inf_classification),
            ("MedicalTreatmentFlag", "OQSCD028", &wanted.medical_treatment_flag),
        ];
        findings.extend(
            codes.into_iter().filter_map(|(name, table, value)| inquiry::odd_code(name, table, value.as_ref())),
        );
        Ok(Read { document: request, findings })
    }
}

impl Origin {
    /// All of them, in the order of the document ([C]).
    pub const ALL: [Self; 3] = [Self::Receipt, Self::Prescribed, Self::Dispensed];

    /// What people call it: Japanese, English.
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Receipt => ("レセプト", "receipts"),
            Self::Prescribed => ("処方", "prescriptions"),
            Self::Dispensed => ("調剤", "dispensings"),
        }
    }
}

impl History {
    /// The months of one origin.
    pub fn of(&self, origin: Origin) -> &[Month] {
        match origin {
            Origin::Receipt => &self.receipt,
            Origin::Prescribed => &self.prescribed,
            Origin::Dispensed => &self.dispensed,
        }
    }

    /// The same, to add to or take from.
    pub fn of_mut(&mut self, origin: Origin) -> &mut Vec<Month> {
        match origin {
            Origin::Receipt => &mut self.receipt,
            Origin::Prescribed => &mut self.prescribed,
            Origin::Dispensed => &mut self.dispensed,
        }
    }
}

#[cfg(test)]
pub(super) mod tests;
