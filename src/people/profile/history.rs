//! `[[medications]]` and `[[checkups]]`: what a person was given, and how their check-ups went. All of it is made up.

use serde::{Deserialize, Serialize};

use crate::message::medication::Origin;
use crate::people::Day;

/// One month of one institution, as `message::medication::Month`, with dates that may be relative.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "named as the items they become; docs/card-profiles.md has a line for each")]
pub struct MedicationProfile {
    /// Where the information comes from.
    pub kind: Origin,
    /// Any day of the month. Default: that of the first date.
    pub month: Option<Day>,
    /// Default: by the institution's code, 2 for a pharmacy and 1 for others.
    pub issue_class: Option<String>,
    pub institution_code: Option<String>,
    pub institution_name: Option<String>,
    pub prescriber_code: Option<String>,
    pub prescriber_name: Option<String>,
    /// Default: outpatient.
    pub in_out: Option<String>,
    #[serde(default)]
    pub dates: Vec<TreatedProfile>,
}

/// One day of it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[allow(missing_docs, reason = "named as the items they become")]
pub struct TreatedProfile {
    pub dispensed_on: Option<Day>,
    pub prescribed_on: Option<Day>,
    pub drugs: Vec<DrugProfile>,
    pub procedures: Vec<ProcedureProfile>,
}

/// One drug.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "named as the items they become")]
pub struct DrugProfile {
    pub name: String,
    pub code: Option<String>,
    pub ingredient: Option<String>,
    pub quantity: Option<String>,
    pub unit: Option<String>,
    pub usage: Option<String>,
    pub instruction: Option<String>,
    pub times: Option<u32>,
    pub class: Option<String>,
}

/// One 診療行為; only receipts have them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "named as the items they become")]
pub struct ProcedureProfile {
    pub name: String,
    pub code: Option<String>,
    pub class: Option<String>,
    pub quantity: Option<String>,
    pub unit: Option<String>,
    pub times: Option<u32>,
}

/// One check-up, as `message::checkup::Checkup`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckupProfile {
    /// 実施年月日
    pub on: Day,
    /// 健診結果 and 質問票.
    #[serde(default)]
    pub items: Vec<CheckupItemProfile>,
}

/// One result, or one answer of the questionnaire.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "named as the items they become")]
pub struct CheckupItemProfile {
    pub name: String,
    pub code: Option<String>,
    /// Default: `PQ` with a unit, `CD` with a value's name, else `ST`.
    pub data_type: Option<String>,
    pub value: Option<String>,
    pub unit: Option<String>,
    pub oid: Option<String>,
    pub value_name: Option<String>,
}
