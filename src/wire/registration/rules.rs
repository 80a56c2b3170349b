//! From the values of a row to the [`Row`], and the rules between fields.

use jiff::civil::Date;

use super::check::Place;
use super::fault::{COMMON_ONLY, ENDED, Fault, MIXED, NUMBER, PERIOD};
use super::field::Item;
use super::tables::COMMON_GROUP;
use super::{Generation, Holder, Row};
use crate::clock::date8;
use crate::message::subsidy::{CopaymentLimit, FaceItem, SubsidyCertificate};
use crate::number::{Checked, PublicExpenseNumber, RecipientNumber, my_number};
use crate::secret::MyNumber;

/// 更生, 育成, 精神通院: limits in `common` only (spec/pmh.md §1.5, [A] S002).
pub const COMMON_ONLY_LAWS: [u8; 3] = [15, 16, 21];
/// The face item that names the certificate where no field does (v0.0.1, example of S002).
const NAME_ON_FACE: &str = "受給者証名称";
/// The 種別 of `common`.
const COMMON: &str = "0";

/// A value whose form was checked.
#[derive(Debug)]
pub(super) enum Value {
    Text(String),
    Texts(Vec<String>),
    Bool(bool),
    Whole(u32),
    Day(Date),
    Face(Vec<FaceItem>),
}

/// What the rules found.
#[derive(Default)]
pub(super) struct Found {
    pub refusing: Vec<Fault>,
    pub unusual: Vec<Fault>,
}

/// A row that is being filled.
#[derive(Default)]
pub(super) struct Filling {
    my_number: Option<(MyNumber, String)>,
    holder: Holder,
    family: Option<String>,
    given: Option<String>,
    family_kana: Option<String>,
    given_kana: Option<String>,
    type_id: Option<String>,
    sub_key: Option<String>,
    not_disclosed: bool,
    history_key: Option<String>,
    deleted: bool,
    certificate: SubsidyCertificate,
    period: Option<(Option<Date>, Option<Date>, String)>,
    limits: Vec<Limit>,
    insurer_at: String,
    recipient_at: String,
}

/// What was said about one 種別, and where.
struct Limit {
    kind: &'static str,
    path: String,
    ratio: Option<u32>,
    amount: Option<u32>,
    per: Option<String>,
    times: Option<String>,
}

impl Limit {
    /// The attributes by their names.
    fn attributes(&self) -> [(&'static str, bool); 4] {
        [
            ("burdenRatio", self.ratio.is_some()),
            ("amount", self.amount.is_some()),
            ("perDayOrMonth", self.per.is_some()),
            ("limitedNumberOfTimes", self.times.is_some()),
        ]
    }

    fn is_filled(&self) -> bool {
        self.attributes().iter().any(|(_, filled)| *filled)
    }

    /// In the form of the subsidy document. Without day or month, ratio and amount are those of a visit ([C]).
    fn settled(&self) -> CopaymentLimit {
        let mut limit = CopaymentLimit { kind: self.kind.to_owned(), ..CopaymentLimit::default() };
        let (ratio, amount) = match self.per.as_deref() {
            Some("1") => (&mut limit.ratio_day, &mut limit.amount_day),
            Some(_) => (&mut limit.ratio_month, &mut limit.amount_month),
            None => (&mut limit.ratio_visit, &mut limit.amount_visit),
        };
        (*ratio, *amount) = (self.ratio, self.amount);
        limit.times_per_month = self.times.as_deref().and_then(|times| times.parse().ok());
        limit
    }
}

impl Filling {
    /// Takes what a field says. The table gives each item values of its own kind only.
    pub fn take(&mut self, item: Item, value: Value, path: Place<'_>) {
        match value {
            Value::Text(text) => self.take_text(item, text, path),
            Value::Day(day) => self.take_day(item, day, path),
            Value::Bool(value) => match item {
                Item::NotDisclosed => self.not_disclosed = value,
                Item::Deleted => self.deleted = value,
                Item::JointInOut => self.certificate.joint_in_out = Some(value),
                Item::MealSubsidy => self.certificate.meal_subsidy = Some(value),
                _ => {}
            },
            Value::Whole(number) => match item {
                Item::Ratio(kind) => self.limit(kind, path).ratio = Some(number),
                Item::Amount(kind) => self.limit(kind, path).amount = Some(number),
                Item::MealRatio => self.certificate.meal_ratio = Some(number),
                Item::MealLimit => self.certificate.meal_limit = Some(number),
                _ => {}
            },
            Value::Texts(texts) => self.certificate.joint_kinds = texts,
            Value::Face(items) => self.certificate.face_items = items,
        }
    }

    fn take_text(&mut self, item: Item, text: String, path: Place<'_>) {
        let certificate = &mut self.certificate;
        let slot = match item {
            Item::MyNumber => return self.my_number = Some((MyNumber::new(text), path.to_string())),
            Item::Per(kind) => return self.limit(kind, path).per = Some(text),
            Item::Times(kind) => return self.limit(kind, path).times = Some(text),
            Item::CertificationName => return certificate.certification_name = text,
            Item::AlwaysReimbursement => return certificate.always_reimbursement = text == "1",
            Item::Address => return self.holder.address.get_or_insert_default().push_str(&text),
            Item::FamilyName => &mut self.family,
            Item::GivenName => &mut self.given,
            Item::FamilyKana => &mut self.family_kana,
            Item::GivenKana => &mut self.given_kana,
            Item::Name => &mut self.holder.name,
            Item::Kana => &mut self.holder.kana,
            Item::Sex => &mut self.holder.sex,
            Item::TypeId => &mut self.type_id,
            Item::SubKey => &mut self.sub_key,
            Item::InsurerNumber => {
                self.insurer_at = path.to_string();
                &mut certificate.insurer_number
            }
            Item::RecipientNumber => {
                self.recipient_at = path.to_string();
                &mut certificate.recipient_number
            }
            Item::Segment => &mut certificate.segment,
            Item::IncomeSegment => &mut certificate.income_segment,
            Item::AdditionalConditions => &mut certificate.additional_conditions,
            Item::Institutions => &mut certificate.designated_medical_institutions,
            Item::FirstVisit => &mut certificate.first_visit,
            Item::Method => &mut certificate.method,
            Item::HistoryKey => &mut self.history_key,
            _ => return,
        };
        // An empty text says nothing: a certificate without it.
        *slot = Some(text).filter(|text| !text.is_empty());
    }

    fn take_day(&mut self, item: Item, day: Date, path: Place<'_>) {
        let period = self.period.get_or_insert_with(|| (None, None, String::new()));
        match item {
            Item::BirthDate => self.holder.birth_date = Some(day),
            Item::ValidFrom => period.0 = Some(day),
            Item::ValidTo => {
                period.1 = Some(day);
                period.2 = path.to_string();
            }
            _ => {}
        }
    }

    fn limit(&mut self, kind: &'static str, path: Place<'_>) -> &mut Limit {
        let at = self.limits.iter().position(|limit| limit.kind == kind);
        let at = at.unwrap_or_else(|| {
            let path = path.group().to_string();
            self.limits.push(Limit { kind, path, ratio: None, amount: None, per: None, times: None });
            self.limits.len() - 1
        });
        // A position in this list, or that of what was just pushed.
        &mut self.limits[at]
    }

    /// The row, unless what it cannot be without is missing, and what the rules between fields say.
    pub fn finish(mut self) -> (Option<Row>, Found) {
        let mut found = Found::default();
        self.limits.retain(Limit::is_filled);
        self.check_limits(&mut found);
        self.check_numbers(&mut found);
        let Some((Some(from), Some(to), to_at)) = self.period.take() else { return (None, found) };
        if to < from {
            found.unusual.push(Fault::of(PERIOD).at(to_at));
        }
        let Some((my_number, _)) = self.my_number.take() else { return (None, found) };
        let mut certificate = self.certificate;
        certificate.valid_from = date8(from);
        certificate.valid_to = date8(to);
        certificate.limits = self.limits.iter().map(Limit::settled).collect();
        if certificate.certification_name.is_empty() {
            certificate.certification_name = name_of(&certificate);
        }
        let holder = Holder {
            name: self.holder.name.or_else(|| together(self.family, self.given)),
            kana: self.holder.kana.or_else(|| together(self.family_kana, self.given_kana)),
            ..self.holder
        };
        let row = Row {
            my_number,
            holder,
            type_id: self.type_id,
            sub_key: self.sub_key,
            not_disclosed: self.not_disclosed,
            certificate,
            history_key: self.history_key,
            deleted: self.deleted,
        };
        (Some(row), found)
    }

    fn check_limits(&self, found: &mut Found) {
        let separate = || self.limits.iter().filter(|limit| limit.kind != COMMON);
        if let Some(common) = self.limits.iter().find(|limit| limit.kind == COMMON) {
            for limit in separate() {
                let both = common.attributes().into_iter().zip(limit.attributes());
                for ((name, _), _) in both.filter(|((_, common), (_, separate))| *common && *separate) {
                    let at = format!("{}.{name}", limit.path);
                    let ja = format!("{COMMON_GROUP}.{name} を使うときは null にします");
                    found.refusing.push(
                        Fault::of(MIXED).because(&ja, &format!("null where {COMMON_GROUP}.{name} is filled")).at(at),
                    );
                }
            }
        }
        let insurer = self.certificate.insurer_number.as_deref().map(PublicExpenseNumber::new);
        let law = insurer.as_ref().and_then(PublicExpenseNumber::law_number);
        if law.is_some_and(|law| COMMON_ONLY_LAWS.contains(&law)) {
            for limit in separate() {
                let ja = format!("{} 別の欄は null にします", limit.path.rsplit('.').next().unwrap_or_default());
                found.refusing.push(Fault::of(COMMON_ONLY).because(&ja, "null in the others").at(&limit.path));
            }
        }
    }

    /// Check digits warn: one in twenty of the numbers in use fails them (spec/pmh.md §6.1).
    fn check_numbers(&self, found: &mut Found) {
        let mut warn = |checked: Checked, at: &str| {
            if !checked.is_valid() {
                let words = checked.to_string();
                let (ja, en) = words.split_once(" / ").unwrap_or((&words, &words));
                found.unusual.push(Fault::of(NUMBER).because(ja, en).at(at));
            }
        };
        if let Some((number, at)) = &self.my_number {
            warn(my_number::check(number.reveal()), at);
        }
        let insurer = self.certificate.insurer_number.as_deref().map(PublicExpenseNumber::new);
        if let Some(number) = &insurer {
            warn(number.check(), &self.insurer_at);
        }
        if let Some(number) = self.certificate.recipient_number.as_deref().map(RecipientNumber::new) {
            let is_national = insurer.as_ref().is_some_and(|insurer| insurer.law().is_some());
            warn(if is_national { number.check() } else { number.check_local() }, &self.recipient_at);
        }
    }
}

/// Is this row over on `today`? Sets are of what holds today or later (spec/pmh.md §2.4, open point 4 of S002, [A]); it is kept, as a
/// difference may be just what ends it.
pub fn ended(generation: Generation, row: &Row, today: Date) -> Option<Fault> {
    let at = generation.fields().iter().find(|field| field.says == Item::ValidTo)?.name;
    (!row.deleted && row.certificate.valid_to < date8(today)).then(|| Fault::of(ENDED).at(at))
}

fn together(family: Option<String>, given: Option<String>) -> Option<String> {
    let parts: Vec<String> = family.into_iter().chain(given).collect();
    (!parts.is_empty()).then(|| parts.join("\u{3000}"))
}

/// A certificate without a name gets one that identifies it (spec/pmh.md §1.6 row 2): what its face says, else its law.
fn name_of(certificate: &SubsidyCertificate) -> String {
    let on_face = certificate.face_items.iter().find(|item| item.name == NAME_ON_FACE);
    let law = || {
        certificate.insurer_number.as_deref().map(PublicExpenseNumber::new).as_ref().and_then(PublicExpenseNumber::law)
    };
    on_face
        .and_then(|item| item.value.clone())
        .filter(|name| !name.is_empty())
        .or_else(|| law().map(|law| format!("{} 受給者証", law.name)))
        .unwrap_or_else(|| "医療費助成 受給者証".to_owned())
}
