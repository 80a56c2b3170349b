//! One whole visit as it is ordered from outside, and what came of it. The same structure serves `madoguchi tap`,
//! `POST /control/v1/visits` and scenarios.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::event::Words;
use crate::people::{Consents, Person};
use crate::secret::Pin;
use crate::visit::{CertificateStatus, ConsentPlan, FaceResult, Identify, Outcome, Plan, PrescriptionForm};

/// A visit to be made. What is left out is the person's habit.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VisitRequest {
    /// Person id. May be left out for a real card that was bound to a person, and for a recorded one.
    pub person: Option<String>,
    /// Reader, from 1; the first one that fits when left out.
    pub reader: Option<usize>,
    /// Face authentication with this result.
    #[schema(value_type = Option<String>, example = "match")]
    pub face: Option<FaceResult>,
    /// PIN as typed on the reader.
    #[schema(value_type = Option<String>, example = "1234")]
    pub pin: Option<Pin>,
    /// The staff compare the face.
    #[serde(default)]
    pub visual: bool,
    /// `"all"`, `"none"` or a list of question names.
    #[schema(value_type = Option<Object>, example = "all")]
    pub consent: Option<Consents>,
    /// Use the 受給者証 or not.
    #[schema(value_type = Option<String>, example = "use")]
    pub subsidy: Option<SubsidyChoice>,
    /// 処方箋の発行形態
    #[schema(value_type = Option<String>, example = "electronic")]
    pub prescription: Option<PrescriptionForm>,
    /// Would the person register a card that is not registered yet?
    pub register: Option<bool>,
    /// `soft` (the person's software card), `pcsc[:READER]` (what lies in that reader) or `replay:FILE` (a card that was recorded, in a
    /// file of the station's machine).
    #[schema(example = "soft")]
    pub card: Option<String>,
    /// The operator's own file that this visit brings, by its name in the folder of answers (docs/own-xml.md).
    #[schema(example = "case01_face.xml")]
    pub answer: Option<String>,
    /// Faults for this visit only, by name.
    #[serde(default)]
    pub faults: Vec<String>,
}

/// 利用する / 利用しない
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SubsidyChoice {
    /// 利用する
    Use,
    /// 利用しない
    Decline,
}

impl VisitRequest {
    /// The patient's plan: what was ordered, and the person's habits for the rest.
    pub fn plan(&self, person: Option<&Person>) -> Plan {
        let mut plan = person.map_or_else(Plan::default, |p| p.habits.clone());
        // The habit is to type the PIN of the software card: on a real one it would cost a try.
        if self.card.as_deref().is_some_and(|card| card != "soft") {
            plan.identify = plan.identify.without_pin();
        }
        if let Some(face) = self.face {
            plan.identify = Identify::Face(face);
        }
        if let Some(pin) = &self.pin {
            plan.identify = Identify::Pin(pin.clone());
        }
        if self.visual {
            plan.identify = Identify::Visual;
        }
        match &self.consent {
            Some(Consents::All) => plan.consents = ConsentPlan::All,
            Some(Consents::None) => plan.consents = ConsentPlan::None,
            Some(Consents::Only(list)) => plan.consents = ConsentPlan::Only(list.clone()),
            None => {}
        }
        if let Some(subsidy) = self.subsidy {
            plan.subsidy = subsidy == SubsidyChoice::Use;
        }
        if let Some(form) = self.prescription {
            plan.prescription = form;
        }
        if let Some(register) = self.register {
            plan.register = register;
        }
        plan
    }
}

/// What came of a visit.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct VisitReport {
    /// The station's name for the visit.
    pub visit: String,
    /// Reader, from 1.
    pub reader: usize,
    /// Person id, when known.
    pub person: Option<String>,
    /// How it ended.
    #[schema(value_type = String, example = "valid")]
    pub outcome: Outcome,
    /// The same as a sentence.
    pub why: Words,
    /// `pin-signature`, `test-authority` or `none`; absent when it did not come so far.
    pub proof: Option<String>,
    /// What the hub found about the certificate.
    #[schema(value_type = Option<String>, example = "good")]
    pub certificate: Option<CertificateStatus>,
    /// The files that were written.
    pub files: VisitFiles,
    /// Why the card gave nothing, where it failed; of a recorded card, the command that was never recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub card_error: Option<String>,
    /// States the dialogue went through, with the milliseconds since the card was put down.
    pub steps: Vec<VisitStep>,
    /// From the card on the reader to the last file, milliseconds of machine time.
    pub millis: f64,
}

/// The files of a visit, as full paths.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub struct VisitFiles {
    /// `OQSsiquc01res_face_….xml`
    pub face: Option<String>,
    /// `PMHsimsm01res_…_face.xml`
    pub pmh: Option<String>,
    /// `PMHsimsm01req_…_face.xml.err`
    pub pmh_err: Vec<String>,
}

impl VisitFiles {
    /// All of them, face file first.
    pub fn all(&self) -> Vec<String> {
        self.face.iter().chain(&self.pmh).chain(&self.pmh_err).cloned().collect()
    }
}

/// One state of the dialogue on the way.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct VisitStep {
    /// Name of the state.
    pub state: String,
    /// Milliseconds since the card was put down.
    pub millis: f64,
}
