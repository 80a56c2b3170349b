//! The file: one struct per table of it. Read from TOML (`card-profiles/*.toml`) and from JSON (`PUT /control/v1/people/{id}`).
//!
//! A key that is not here is an error with the nearest right name. `docs/card-profiles.md` describes every key; a test holds it to.

mod history;

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{self, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub use self::history::{
    CheckupItemProfile, CheckupProfile, DrugProfile, MedicationProfile, ProcedureProfile, TreatedProfile,
};
use super::{CardKind, Day, HomeCare, in_clear};
use crate::authority::{Generation, Reason};
use crate::message::subsidy::{CopaymentLimit, FaceItem};
use crate::secret::{MyNumber, Pin};
use crate::visit::{FaceResult, PrescriptionForm, Question};

/// One person as a file describes them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// Place in lists, smallest first; people without come last, by id.
    pub order: Option<u32>,
    /// What this person is there to show.
    #[serde(default)]
    pub shows: Shows,
    /// 氏名, full-width space between family and given name.
    pub name: String,
    /// 氏名カナ, half-width.
    pub name_kana: Option<String>,
    /// 氏名(その他): 通称 and the like.
    pub name_of_other: Option<String>,
    /// 氏名(その他)カナ
    pub name_of_other_kana: Option<String>,
    /// OQSCD007
    pub sex: String,
    /// Sex as printed by the insurer, when it differs.
    pub sex_on_card: Option<String>,
    /// 生年月日
    pub birthdate: Day,
    /// 住所
    pub address: Option<String>,
    /// `nnn-nnnn`
    pub post_number: Option<String>,
    /// 個人番号, synthetic. The file is the one place where it stands in clear.
    #[serde(default, with = "in_clear")]
    pub my_number: Option<MyNumber>,
    /// 照会番号 registered from the start.
    pub reference_number: Option<String>,
    /// From this day on オンライン資格確認 knows what PMH has of them; since ever where it is left out.
    pub subsidies_linked_on: Option<Day>,
    /// 自己情報提供不可: the centre shows nothing of them to who comes with a card.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub information_withheld: bool,
    /// Numbers of this file that break their rule on purpose; they are still reported, as intended.
    #[serde(default)]
    pub irregular: Vec<String>,
    /// Made from an insurance query that named nobody.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub adopted: bool,
    /// The card in the purse.
    #[serde(default)]
    pub card: CardProfile,
    /// What they do at the reader when nobody answers for them.
    #[serde(default)]
    pub habits: HabitsProfile,
    /// Qualifications, newest first.
    #[serde(default)]
    pub qualifications: Vec<QualificationProfile>,
    /// 受給者証
    #[serde(default)]
    pub subsidies: Vec<SubsidyProfile>,
    /// Consents given at home (居宅同意取得型): for 訪問診療等 and オンライン診療等.
    #[serde(default)]
    pub home_consents: Vec<HomeConsentProfile>,
    /// 薬剤情報・診療情報, one month of one institution each; kept in this order.
    #[serde(default)]
    pub medications: Vec<MedicationProfile>,
    /// 特定健診情報; kept in this order.
    #[serde(default)]
    pub checkups: Vec<CheckupProfile>,
}

/// What a person is there to show, for lists.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Shows {
    /// In Japanese.
    pub ja: String,
    /// In English.
    pub en: String,
}

/// `[card]`: everything has a default.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CardProfile {
    /// Default: マイナンバーカード.
    pub kind: Option<CardKind>,
    /// Generation of the authority that issued its certificates. Default: the present one.
    pub generation: Option<Generation>,
    /// Name of a key of the authority's pool. Default: one that all share.
    pub key: Option<String>,
    /// Serial number of the 利用者証明用 certificate in hexadecimal. Default: derived from the id.
    pub serial: Option<String>,
    /// First valid day. Default: two years ago, but not before the first month of life, nor after the generation's last day of issuing.
    pub valid_from: Option<Day>,
    /// Last valid day. Default: the fifth birthday after `valid_from`, and never beyond the card.
    pub valid_until: Option<Day>,
    /// Last valid day of the card itself. Default: the tenth birthday after `valid_from`, of minors the fifth.
    pub card_valid_until: Option<Day>,
    /// Is there a 署名用電子証明書? Default: on every card but a 顔認証マイナンバーカード and cards of other kinds.
    pub signature_certificate: Option<bool>,
    /// Revoked at the certificate authority?
    pub revoked: bool,
    /// First day of its being revoked. Default: the day after `valid_from`.
    pub revoked_on: Option<Day>,
    /// Why it was revoked. Default: unspecified.
    pub revocation_reason: Option<Reason>,
    /// Earlier cards, which `card issue` replaced.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub former: Vec<FormerCardProfile>,
    /// Default: 1234.
    #[serde(with = "in_clear")]
    pub pin: Option<Pin>,
    /// Default: TEST1234.
    #[serde(with = "in_clear")]
    pub sign_password: Option<Pin>,
    /// セキュリティコード printed on the face, part of 照合番号B. Default: 1234.
    #[serde(with = "in_clear")]
    pub security_code: Option<Pin>,
    /// Default: only a 顔認証マイナンバーカード is locked.
    pub pin_locked: Option<bool>,
    /// Default: registered, unless it is some other IC card.
    pub registered: Option<bool>,
    /// What is wrong with it, by the names of the faults of cards.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub faults: BTreeMap<String, FaultOfCard>,
}

/// A fault of a card as a profile writes it: `true`, or the number that it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum FaultOfCard {
    /// By its usual number, or not at all.
    Plain(bool),
    /// By this number.
    By(u32),
}

/// `[[card.former]]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FormerCardProfile {
    /// Serial number of its 利用者証明用 certificate in hexadecimal.
    pub serial: String,
    /// First day of its being revoked.
    pub revoked_on: Day,
    /// Why it was revoked. Default: superseded.
    #[serde(default = "superseded")]
    pub reason: Reason,
    /// Generation of the authority that issued it. Default: the present one.
    #[serde(default, skip_serializing_if = "Generation::is_present")]
    pub generation: Generation,
}

fn superseded() -> Reason {
    Reason::Superseded
}

/// `[habits]`
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HabitsProfile {
    /// Default: face; on an Android phone the PIN.
    pub identify: Option<IdentifyBy>,
    /// What the camera makes of the face. Default: it matches.
    pub face: Option<FaceResult>,
    /// The PIN that is typed. Default: the card's.
    #[serde(with = "in_clear")]
    pub pin: Option<Pin>,
    /// Default: agrees to everything.
    pub consents: Option<Consents>,
    /// Default: used.
    pub subsidy: Option<SubsidyUse>,
    /// Default: electronic.
    pub prescription: Option<PrescriptionForm>,
    /// Registers a card that is not registered yet? Default: yes.
    pub register: Option<bool>,
}

/// How they identify themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IdentifyBy {
    /// 顔認証
    Face,
    /// 暗証番号
    Pin,
    /// 目視確認
    Visual,
}

/// Whether a 受給者証 is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SubsidyUse {
    /// 利用する
    Use,
    /// 利用しない
    Decline,
}

/// The answers to the consent screens: `"all"`, `"none"` or a list of questions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Consents {
    /// 全て同意する
    All,
    /// 全て同意しない
    None,
    /// Only these.
    Only(Vec<Question>),
}

/// `[[qualifications]]`, as `people::Qualification`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "fields named as the elements they become; docs/card-profiles.md has a line for each")]
pub struct QualificationProfile {
    pub insured_card_classification: Option<String>,
    pub insurer_number: Option<String>,
    pub insurer_name: String,
    pub symbol: Option<String>,
    pub number: Option<String>,
    pub branch: Option<String>,
    pub personal_family: Option<String>,
    pub insured_name: Option<String>,
    pub qualified_on: Option<Day>,
    pub lost_on: Option<Day>,
    pub reason_of_loss: Option<String>,
    /// When the insurer told the centre that it began; before that day the centre did not know.
    pub registered_on: Option<Day>,
    /// The same of its loss.
    pub loss_registered_on: Option<Day>,
    pub issued_on: Option<Day>,
    pub valid_from: Option<Day>,
    pub valid_until: Option<Day>,
    pub contribution_ratio: Option<String>,
    pub elderly: Option<ElderlyProfile>,
    pub limit: Option<LimitProfile>,
    #[serde(default)]
    pub specific_diseases: Vec<SpecificDiseaseProfile>,
    #[serde(default)]
    pub medical_tickets: Vec<MedicalTicketProfile>,
}

/// 高齢受給者証
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[allow(missing_docs, reason = "named as the elements they become")]
pub struct ElderlyProfile {
    pub issued_on: Option<Day>,
    pub valid_from: Option<Day>,
    pub valid_until: Option<Day>,
    pub contribution_ratio: Option<String>,
}

/// 限度額適用認定証
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "named as the elements they become")]
pub struct LimitProfile {
    pub classification: String,
    pub classification_flag: String,
    pub issued_on: Option<Day>,
    pub valid_from: Option<Day>,
    pub valid_until: Option<Day>,
    pub long_term_on: Option<Day>,
}

/// 特定疾病療養受療証
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "named as the elements they become")]
pub struct SpecificDiseaseProfile {
    pub category: String,
    pub issued_on: Option<Day>,
    pub valid_from: Option<Day>,
    pub valid_until: Option<Day>,
    pub self_pay: Option<u32>,
}

/// 医療券・調剤券 (spec/oqs-interface.md §2.3)
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[allow(missing_docs, reason = "named as the elements they become")]
pub struct MedicalTicketProfile {
    pub ticket_type: Option<String>,
    /// Default: first day of the clock's month.
    pub valid_from: Option<Day>,
    /// Default: last day of the clock's month.
    pub valid_until: Option<Day>,
    pub issue_number: Option<String>,
    /// Any day of 診療年月. Default: the month of `valid_from`.
    pub treatment_month: Option<Day>,
    pub designated_medical_institution_code: Option<String>,
    pub designated_medical_institution_flag: Option<String>,
    pub designated_medical_institution_name: Option<String>,
    pub prescription_issuer_medical_institution_code: Option<String>,
    pub prescription_issuer_medical_institution_name: Option<String>,
    /// At the most three.
    pub injury_names: Vec<String>,
    pub medical_treatment_type: Option<String>,
    pub self_pay_amount: Option<u32>,
    pub district_contact_name: Option<String>,
    pub handling_contact_name: Option<String>,
    pub single_or_combined_use: Option<String>,
    pub status_of_social_insurance: Option<String>,
    pub consistency_flag: Option<String>,
    pub status_of_infection: Option<String>,
    pub status_of_elderly_medical_care: Option<String>,
    pub status_of_prefectural_expenses: Option<String>,
    /// At the most three.
    pub remarks: Vec<String>,
}

/// `[[subsidies]]`, as `message::subsidy::SubsidyCertificate`, with dates that may be relative.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "named as the certificate's fields; docs/card-profiles.md has a line for each")]
pub struct SubsidyProfile {
    pub certification_name: String,
    pub insurer_number: Option<String>,
    pub recipient_number: Option<String>,
    pub segment: Option<String>,
    pub income_segment: Option<String>,
    pub additional_conditions: Option<String>,
    pub designated_medical_institutions: Option<String>,
    #[serde(default)]
    pub always_reimbursement: bool,
    #[serde(default)]
    pub limits: Vec<CopaymentLimit>,
    pub joint_in_out: Option<bool>,
    #[serde(default)]
    pub joint_kinds: Vec<String>,
    pub first_visit: Option<String>,
    pub meal_ratio: Option<u32>,
    pub meal_limit: Option<u32>,
    pub method: Option<String>,
    pub meal_subsidy: Option<bool>,
    pub valid_from: Day,
    pub valid_until: Day,
    #[serde(default)]
    pub management: Vec<ManagementProfile>,
    #[serde(default)]
    pub face_items: Vec<FaceItem>,
    /// 不開示
    #[serde(default)]
    pub not_disclosed: bool,
}

/// `[[home_consents]]`, as `people::HomeConsent`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HomeConsentProfile {
    /// For which kind of treatment.
    pub kind: HomeCare,
    /// 同意日
    pub consented_on: Day,
    /// 診療日. Default: the day of consent.
    pub examined_on: Option<Day>,
    /// Last day on which the consent holds. Default: 24 hours.
    pub valid_until: Option<Day>,
    /// 医療機関コード to which it was given. Default: whoever asks.
    pub institution: Option<String>,
    /// Default: agrees to everything.
    pub consents: Option<Consents>,
}

/// A month of 自己負担上限額管理票, as `message::subsidy::LimitManagement`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "named as the sheet's fields; docs/card-profiles.md has a line for each")]
pub struct ManagementProfile {
    pub segment: Option<String>,
    pub segment_name: Option<String>,
    /// Any day of the month.
    pub month: Day,
    pub limit: Option<u32>,
    /// Default: the sum of what was paid.
    pub total: Option<u32>,
    #[serde(default)]
    pub records: Vec<ManagementRecordProfile>,
}

/// A visit on it, as `message::subsidy::ManagementRecord`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "named as the record's fields; docs/card-profiles.md has a line for each")]
pub struct ManagementRecordProfile {
    pub used_on: Day,
    pub institution_code: Option<String>,
    pub institution_name: Option<String>,
    pub medical_cost: Option<u32>,
    pub copayment: Option<u32>,
    #[serde(default)]
    pub corrected: bool,
    pub remarks: Option<String>,
}

impl Serialize for Consents {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::All => serializer.serialize_str(ALL),
            Self::None => serializer.serialize_str(NONE),
            Self::Only(questions) => questions.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Consents {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ConsentsVisitor)
    }
}

const ALL: &str = "all";
const NONE: &str = "none";

struct ConsentsVisitor;

impl<'de> Visitor<'de> for ConsentsVisitor {
    type Value = Consents;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\"all\", \"none\" or a list of questions")
    }

    fn visit_str<E: de::Error>(self, word: &str) -> Result<Consents, E> {
        match word {
            ALL => Ok(Consents::All),
            NONE => Ok(Consents::None),
            other => Err(E::unknown_variant(other, &[ALL, NONE])),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Consents, A::Error> {
        let mut questions = Vec::new();
        while let Some(question) = list.next_element()? {
            questions.push(question);
        }
        Ok(Consents::Only(questions))
    }
}
