//! 医療扶助 by month, 訪問診療等 and オンライン診療等 by period (spec/oqs-interface.md §2.6, [B]): the centre says who belongs to it.

use super::BulkRequest;
use crate::clock;
use crate::message::fields::elements;
use crate::message::refusal::{Refusal, Rule};

/// Which people a period asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum Care {
    /// 医療扶助: `OQSmutic`
    MedicalAssistance,
    /// 訪問診療等: `OQSmuhvq`
    HomeVisit,
    /// オンライン診療等: `OQSmuonq`
    Online,
}

/// `QualificationConfirmSearchInfo` of these requests. Which elements are there depends on [`Care`].
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct CareSearch {
    /// MedicalTreatmentMonth 診療年月, `YYYYMM`: of 医療扶助, mandatory.
    pub medical_treatment_month: Option<String>,
    /// ConsentDateFrom 同意日（開始）
    pub consent_date_from: Option<String>,
    /// ConsentDateTo 同意日（終了）
    pub consent_date_to: Option<String>,
    /// ExaminationDateFrom 診療日（開始）: of オンライン, instead of the day of consent.
    pub examination_date_from: Option<String>,
    /// ExaminationDateTo 診療日（終了）
    pub examination_date_to: Option<String>,
    /// MedicalTreatmentFlag 診療区分 (OQSCD028): 2 of 訪問, 3 of オンライン, mandatory there.
    pub medical_treatment_flag: Option<String>,
}

/// `OQSmutic01req`, `OQSmuhvq01req`, `OQSmuonq01req`: one search.
pub type CareRequest = BulkRequest<CareSearch>;

elements! { CareSearch {
    one "MedicalTreatmentMonth" => medical_treatment_month,
    one "ConsentDateFrom" => consent_date_from,
    one "ConsentDateTo" => consent_date_to,
    one "ExaminationDateFrom" => examination_date_from,
    one "ExaminationDateTo" => examination_date_to,
    one "MedicalTreatmentFlag" => medical_treatment_flag,
}}

/// The element of a search.
const SEARCH: &str = "XmlMsg/MessageBody/QualificationConfirmSearchInfo";

impl Care {
    /// The one that a file of this name is about.
    pub fn of_file(name: &str) -> Option<Self> {
        let begins = |start: &str| name.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start));
        let named = [("OQSmutic", Self::MedicalAssistance), ("OQSmuhvq", Self::HomeVisit), ("OQSmuonq", Self::Online)];
        named.into_iter().find(|(start, _)| begins(start)).map(|(_, care)| care)
    }

    /// The 診療区分 (OQSCD028) that a request must name; none is asked of 医療扶助.
    pub fn treatment_flag(self) -> Option<&'static str> {
        match self {
            Self::MedicalAssistance => None,
            Self::HomeVisit => Some("2"),
            Self::Online => Some("3"),
        }
    }

    /// One search with what this request must have.
    ///
    /// # Errors
    /// A [`Refusal`]: a second search, a mandatory element missing, a day or month that is none.
    pub(super) fn check(self, request: &CareRequest) -> Result<(), Refusal> {
        let [search] = request.rows.as_slice() else { return Err(Refusal::new(Rule::Repeated).at(SEARCH)) };
        match self {
            Self::MedicalAssistance => month(&search.medical_treatment_month)?,
            Self::Online if search.is_by_examination() => {
                day("ExaminationDateFrom", &search.examination_date_from)?;
                day("ExaminationDateTo", &search.examination_date_to)?;
            }
            Self::HomeVisit | Self::Online => {
                day("ConsentDateFrom", &search.consent_date_from)?;
                day("ConsentDateTo", &search.consent_date_to)?;
            }
        }
        match (self.treatment_flag(), &search.medical_treatment_flag) {
            (Some(_), None) => Err(missing("MedicalTreatmentFlag")),
            _ => Ok(()),
        }
    }
}

impl CareRequest {
    /// What is asked for; nothing of a request that was not read by [`Care`].
    pub fn search(&self) -> CareSearch {
        self.rows.first().cloned().unwrap_or_default()
    }
}

impl CareSearch {
    /// Asks by 診療日 and not by 同意日.
    pub fn is_by_examination(&self) -> bool {
        self.examination_date_from.is_some() || self.examination_date_to.is_some()
    }
}

fn month(value: &Option<String>) -> Result<(), Refusal> {
    let value = value.as_deref().ok_or_else(|| missing("MedicalTreatmentMonth"))?;
    match clock::parse_date(&format!("{value}01")) {
        Some(_) if value.len() == 6 => Ok(()),
        _ => Err(Refusal::new(Rule::NotAMonth).at(format!("{SEARCH}/MedicalTreatmentMonth")).seen(value)),
    }
}

fn day(name: &str, value: &Option<String>) -> Result<(), Refusal> {
    let value = value.as_deref().ok_or_else(|| missing(name))?;
    match clock::parse_date(value) {
        Some(_) => Ok(()),
        None => Err(Refusal::new(Rule::NotADate).at(format!("{SEARCH}/{name}")).seen(value)),
    }
}

fn missing(name: &str) -> Refusal {
    Refusal::new(Rule::Missing).at(format!("{SEARCH}/{name}"))
}
