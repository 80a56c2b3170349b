//! The fields of a person and of a public expense: their names, where a document has them, and how two values are compared.
//!
//! A value is text under the name of its field, so that storing, comparing, showing and asking are the same for all fields.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::message::qualification::QualificationRecord;
use crate::message::subsidy::{CopaymentLimit, SubsidyCertificate};
use crate::text::kana::{Small, half_width};
use crate::text::key::{comparison_key, number_key};

/// Values by the names of their fields; a field that is not known is not there.
pub type Sheet = BTreeMap<String, String>;

/// When two values are the same (spec/pmh.md §8 P5, P6: what differs in spelling only is no change).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// Letter by letter.
    Exact,
    /// Whatever width, blanks and shape of dash.
    Text,
    /// As `Text`, and ● stands for any one character: the insurers' systems could not keep it.
    Name,
    /// Whatever width, small kana as large ones.
    Kana,
    /// As `Text`, 丁目, 番地, 番 and 号 as dashes.
    Address,
    /// Without the blanks and zeros that pad it.
    Number,
}

/// A field, and where its document has it.
#[derive(Debug)]
pub struct Field<D: 'static> {
    /// Its name here, in facts and in orders.
    pub name: &'static str,
    /// What people call it.
    pub ja: &'static str,
    /// The same in English.
    pub en: &'static str,
    /// How it is compared.
    pub manner: Manner,
    /// Whether a document that has it not says so: otherwise it says nothing (consent was not asked for, the edition is older).
    pub absence_tells: bool,
    of: fn(&D) -> Option<String>,
}

const fn field<D>(
    name: &'static str,
    ja: &'static str,
    en: &'static str,
    manner: Manner,
    of: fn(&D) -> Option<String>,
) -> Field<D> {
    Field { name, ja, en, manner, absence_tells: false, of }
}

/// The same for a field whose absence says something.
const fn whole<D>(
    name: &'static str,
    ja: &'static str,
    en: &'static str,
    manner: Manner,
    of: fn(&D) -> Option<String>,
) -> Field<D> {
    Field { name, ja, en, manner, absence_tells: true, of }
}

/// 照会番号: stored without a word where none was stored, since nothing is overwritten.
pub const REFERENCE_NUMBER: &str = "reference-number";

/// A person and their insurance (spec/oqs-interface.md §2.2): 基本5情報, 保険資格, 限度額適用区分, 高齢受給者証, 照会番号.
pub static PERSON: &[Field<QualificationRecord>] = &[
    field("name", "氏名", "name", Manner::Name, |r| some(&r.name)),
    field("name-kana", "氏名カナ", "name in kana", Manner::Kana, |r| r.name_kana.clone()),
    field("birthdate", "生年月日", "birth date", Manner::Exact, |r| some(&r.birthdate)),
    field("sex", "性別", "sex", Manner::Exact, |r| {
        some(r.sex2.as_ref().unwrap_or(&r.sex1)).filter(|sex| is_told(sex))
    }),
    field("address", "住所", "address", Manner::Address, |r| r.address.clone()),
    field("post-number", "郵便番号", "post code", Manner::Text, |r| r.post_number.clone()),
    field("insurer-number", "保険者番号", "insurer number", Manner::Number, |r| r.insurer_number.clone()),
    field("insurer-name", "保険者名称", "insurer", Manner::Text, |r| some(&r.insurer_name)),
    field("symbol", "記号", "symbol", Manner::Number, |r| r.insured_card_symbol.clone()),
    field("insured-number", "番号", "number", Manner::Number, |r| r.insured_identification_number.clone()),
    field("branch", "枝番", "branch", Manner::Number, |r| r.insured_branch_number.clone()),
    field("family", "本人・家族", "insured or family", Manner::Exact, |r| {
        r.personal_family_classification.clone()
    }),
    field("qualified-from", "資格取得日", "qualified from", Manner::Exact, |r| r.qualification_date.clone()),
    field("disqualified-on", "資格喪失日", "disqualified on", Manner::Exact, |r| r.disqualification_date.clone()),
    field("valid-from", "有効開始日", "valid from", Manner::Exact, |r| r.insured_card_valid_date.clone()),
    field("valid-to", "有効終了日", "valid to", Manner::Exact, |r| r.insured_card_expiration_date.clone()),
    field("ratio", "一部負担金割合", "share", Manner::Exact, |r| r.insured_partial_contribution_ratio.clone()),
    field("elderly-ratio", "高齢受給者証 割合", "share of the elderly", Manner::Exact, |r| {
        r.elderly_recipient_certificate_info.as_ref()?.elderly_recipient_contribution_ratio.clone()
    }),
    field("elderly-to", "高齢受給者証 有効終了日", "share of the elderly, valid to", Manner::Exact, |r| {
        r.elderly_recipient_certificate_info.as_ref()?.elderly_recipient_valid_end_date.clone()
    }),
    field("limit-class", "限度額 適用区分", "class of the limit", Manner::Exact, |r| {
        let info = r.limit_application_certificate_related_info.as_ref()?;
        info.limit_application_certificate_classification_flag.clone()
    }),
    field("limit-to", "限度額 有効終了日", "limit, valid to", Manner::Exact, |r| {
        r.limit_application_certificate_related_info.as_ref()?.limit_application_certificate_valid_end_date.clone()
    }),
    field(REFERENCE_NUMBER, "照会番号", "reference number", Manner::Exact, |r| {
        r.reference_number.as_deref().map(|number| number.trim().to_owned())
    }),
];

/// レセコン既存転記項目 of a 受給者証 (spec/pmh.md §1.4), without the limits, which are rows of their own.
pub static EXPENSE: &[Field<SubsidyCertificate>] = &[
    field("name", "受給者証名", "certificate", Manner::Text, |c| some(&c.certification_name)),
    whole("payer-number", "公費負担者番号", "payer number", Manner::Text, |c| c.insurer_number.clone()),
    whole("recipient-number", "公費受給者番号", "recipient number", Manner::Text, |c| {
        c.recipient_number.clone()
    }),
    field("segment", "区分", "segment", Manner::Text, |c| c.segment.clone()),
    field("income-segment", "所得区分", "income segment", Manner::Text, |c| c.income_segment.clone()),
    field("conditions", "追加条件", "further conditions", Manner::Text, |c| c.additional_conditions.clone()),
    whole("institutions", "指定医療機関", "designated institutions", Manner::Text, |c| {
        c.designated_medical_institutions.clone()
    }),
    whole("always-reimbursement", "一律償還払い", "always reimbursed", Manner::Exact, |c| {
        c.always_reimbursement.then(|| "1".to_owned())
    }),
    field("joint-in-out", "入外合算", "joint limit", Manner::Exact, |c| c.joint_in_out.map(flag)),
    field("joint-kinds", "合算対象の種別", "joint kinds", Manner::Exact, |c| {
        (!c.joint_kinds.is_empty()).then(|| c.joint_kinds.join(" "))
    }),
    field("first-visit", "初診時の条件", "condition of a first visit", Manner::Text, |c| c.first_visit.clone()),
    field("meal-ratio", "食事療養費の負担率", "share of meals", Manner::Exact, |c| {
        c.meal_ratio.map(|n| n.to_string())
    }),
    field("meal-limit", "食事療養費の上限額", "limit of meals", Manner::Exact, |c| {
        c.meal_limit.map(|n| n.to_string())
    }),
    field("method", "助成方法", "how it is given", Manner::Exact, |c| c.method.clone()),
    field("meal-subsidy", "食事助成", "meals are subsidised", Manner::Exact, |c| c.meal_subsidy.map(flag)),
    field("valid-from", "有効期間開始日", "valid from", Manner::Exact, |c| some(&c.valid_from)),
    field("valid-to", "有効期間終了日", "valid to", Manner::Exact, |c| some(&c.valid_to)),
];

/// How limits are called: `limit/<種別>/<measure>`.
pub const LIMIT: &str = "limit/";

/// The measures of a limit: 0 is a limit, absent is none (spec/pmh.md §11 S-46).
type Measure = (&'static str, fn(&CopaymentLimit) -> Option<String>);
static MEASURES: [Measure; 8] = [
    ("definition", |l| l.definition.clone().filter(|text| !text.is_empty())),
    ("ratio-day", |l| digits(l.ratio_day)),
    ("ratio-month", |l| digits(l.ratio_month)),
    ("ratio-visit", |l| digits(l.ratio_visit)),
    ("amount-day", |l| digits(l.amount_day)),
    ("amount-month", |l| digits(l.amount_month)),
    ("amount-visit", |l| digits(l.amount_visit)),
    ("times-per-month", |l| digits(l.times_per_month)),
];

fn digits(number: Option<u32>) -> Option<String> {
    number.map(|number| number.to_string())
}

fn some(text: &str) -> Option<String> {
    (!text.trim().is_empty()).then(|| text.to_owned())
}

fn flag(yes: bool) -> String {
    if yes { "1" } else { "0" }.to_owned()
}

/// 0 and 3 say that nobody knows (spec/pmh.md §10.7; OQSCD007): that changes nothing that is stored.
fn is_told(sex: &str) -> bool {
    matches!(sex, "1" | "2")
}

fn taken<D>(table: &[Field<D>], document: &D) -> Sheet {
    let value = |field: &Field<D>| Some((field.name.to_owned(), (field.of)(document).filter(|v| !v.is_empty())?));
    table.iter().filter_map(value).collect()
}

/// What a record says of a person.
pub fn of_record(record: &QualificationRecord) -> Sheet {
    taken(PERSON, record)
}

/// What a certificate says, its limits with it.
pub fn of_certificate(certificate: &SubsidyCertificate) -> Sheet {
    let mut sheet = taken(EXPENSE, certificate);
    for limit in &certificate.limits {
        for (measure, of) in &MEASURES {
            if let Some(value) = of(limit) {
                sheet.insert(format!("{LIMIT}{}/{measure}", limit.kind), value);
            }
        }
    }
    sheet
}

/// One field whose stored and incoming values are not the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Difference {
    /// The field.
    pub field: String,
    /// What is stored.
    pub stored: Option<String>,
    /// What came.
    pub incoming: Option<String>,
}

/// How strictly values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Eye {
    /// By the manner of each field.
    Folding,
    /// Letter by letter.
    Literal,
    /// By the manner of each field, but ● is a character like others.
    WithoutReplacement,
}

/// Where two sheets of one table differ, in the order of the table.
pub fn differences<D>(table: &[Field<D>], stored: &Sheet, incoming: &Sheet, eye: Eye) -> Vec<Difference> {
    let rows = table.iter().map(|field| (field.name.to_owned(), field.manner, field.absence_tells));
    let limits = stored.keys().chain(incoming.keys()).filter(|name| name.starts_with(LIMIT));
    let limits: std::collections::BTreeSet<_> = limits.cloned().collect();
    let rows = rows.chain(limits.into_iter().map(|name| (name, Manner::Exact, true)));
    let differing = |(name, manner, absence_tells): (String, Manner, bool)| {
        let (old, new) = (stored.get(&name), incoming.get(&name));
        let differ = match (old, new) {
            (Some(old), Some(new)) => !are_same(manner, old, new, eye),
            (None, Some(_)) => name != REFERENCE_NUMBER,
            (Some(_), None) => absence_tells,
            (None, None) => false,
        };
        differ.then(|| Difference { stored: old.cloned(), incoming: new.cloned(), field: name })
    };
    rows.filter_map(differing).collect()
}

/// Whether two values of a field say the same.
pub fn are_same(manner: Manner, a: &str, b: &str, eye: Eye) -> bool {
    if eye == Eye::Literal {
        return a == b;
    }
    match manner {
        Manner::Exact => a.trim() == b.trim(),
        Manner::Text => comparison_key(a) == comparison_key(b),
        Manner::Name if eye == Eye::WithoutReplacement => comparison_key(a) == comparison_key(b),
        Manner::Name => are_same_but_for_replacements(&comparison_key(a), &comparison_key(b)),
        Manner::Kana => kana(a) == kana(b),
        Manner::Address => address(a) == address(b),
        Manner::Number => number_key(a) == number_key(b),
    }
}

fn are_same_but_for_replacements(a: &str, b: &str) -> bool {
    let stands_for = |a: char, b: char| a == b || a == crate::text::REPLACEMENT || b == crate::text::REPLACEMENT;
    a.chars().count() == b.chars().count() && a.chars().zip(b.chars()).all(|(a, b)| stands_for(a, b))
}

fn kana(text: &str) -> String {
    half_width(text, Small::Enlarge).chars().filter(|c| !c.is_whitespace()).collect()
}

/// `１丁目２番地３号`, `一丁目2番3` and `1-2-3` are one address (spec/pmh.md §8 P5).
fn address(text: &str) -> String {
    let mut folded = comparison_key(text);
    for (digit, kanji) in (1..=9).zip(["一", "二", "三", "四", "五", "六", "七", "八", "九"]) {
        folded = folded.replace(&format!("{kanji}丁目"), &format!("{digit}丁目"));
    }
    for word in ["丁目", "番地の", "番地", "番", "号"] {
        folded = folded.replace(word, "-");
    }
    let parts: Vec<_> = folded.split('-').filter(|part| !part.is_empty()).collect();
    parts.join("-")
}

/// What people call a field of either table, limits included.
pub fn words(name: &str) -> (String, String) {
    if let Some(limit) = name.strip_prefix(LIMIT) {
        return (format!("自己負担上限額 {limit}"), format!("limit {limit}"));
    }
    let person = PERSON.iter().map(|field| (field.name, field.ja, field.en));
    let expense = EXPENSE.iter().map(|field| (field.name, field.ja, field.en));
    let found = person.chain(expense).find(|(known, ..)| *known == name);
    found.map_or_else(|| (name.to_owned(), name.to_owned()), |(_, ja, en)| (ja.to_owned(), en.to_owned()))
}
