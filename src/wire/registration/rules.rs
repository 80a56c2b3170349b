//! From the values of a row to the [`Row`], and the rules between fields.

use jiff::civil::Date;

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

/// A value whose form was checked. Its text is that of the body.
#[derive(Debug)]
pub(super) enum Value<'v> {
    Text(&'v str),
    Texts(Vec<&'v str>),
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
pub(super) struct Filling<'v> {
    my_number: Option<MyNumber>,
    holder: Holder,
    family: Option<&'v str>,
    given: Option<&'v str>,
    family_kana: Option<&'v str>,
    given_kana: Option<&'v str>,
    type_id: Option<String>,
    sub_key: Option<String>,
    not_disclosed: bool,
    history_key: Option<String>,
    deleted: bool,
    certificate: SubsidyCertificate,
    valid_from: Option<Date>,
    valid_to: Option<Date>,
    limits: Vec<Limit<'v>>,
}

/// What was said about one 種別.
struct Limit<'v> {
    kind: &'static str,
    ratio: Option<u32>,
    amount: Option<u32>,
    per: Option<&'v str>,
    times: Option<&'v str>,
}

impl Limit<'_> {
    /// The attributes by their names.
    fn attributes(&self) -> [(&'static str, bool); 4] {
        [
            ("burdenRatio", self.ratio.is_some()),
            ("amount", self.amount.is_some()),
            ("perDayOrMonth", self.per.is_some()),
            ("limitedNumberOfTimes", self.times.is_some()),
        ]
    }

    /// The object of this 種別: whatever its table says an amount in.
    fn place(&self, generation: Generation) -> String {
        let amount = generation.place(Item::Amount(self.kind));
        amount.rsplit_once('.').map_or_else(String::new, |(object, _)| object.to_owned())
    }

    fn is_filled(&self) -> bool {
        self.attributes().iter().any(|(_, filled)| *filled)
    }

    /// In the form of the subsidy document. Without day or month, ratio and amount are those of a visit ([C]).
    fn settled(&self) -> CopaymentLimit {
        let mut limit = CopaymentLimit { kind: self.kind.to_owned(), ..CopaymentLimit::default() };
        let (ratio, amount) = match self.per {
            Some("1") => (&mut limit.ratio_day, &mut limit.amount_day),
            Some(_) => (&mut limit.ratio_month, &mut limit.amount_month),
            None => (&mut limit.ratio_visit, &mut limit.amount_visit),
        };
        (*ratio, *amount) = (self.ratio, self.amount);
        limit.times_per_month = self.times.and_then(|times| times.parse().ok());
        limit
    }
}

impl<'v> Filling<'v> {
    /// Takes what a field says. The table gives each item values of its own kind only.
    pub fn take(&mut self, item: Item, value: Value<'v>) {
        let certificate = &mut self.certificate;
        match (value, item) {
            (Value::Text(text), item) => self.take_text(item, text),
            (Value::Day(day), Item::BirthDate) => self.holder.birth_date = Some(day),
            (Value::Day(day), Item::ValidFrom) => self.valid_from = Some(day),
            (Value::Day(day), Item::ValidTo) => self.valid_to = Some(day),
            (Value::Bool(value), Item::NotDisclosed) => self.not_disclosed = value,
            (Value::Bool(value), Item::Deleted) => self.deleted = value,
            (Value::Bool(value), Item::JointInOut) => certificate.joint_in_out = Some(value),
            (Value::Bool(value), Item::MealSubsidy) => certificate.meal_subsidy = Some(value),
            (Value::Whole(number), Item::Ratio(kind)) => self.limit(kind).ratio = Some(number),
            (Value::Whole(number), Item::Amount(kind)) => self.limit(kind).amount = Some(number),
            (Value::Whole(number), Item::MealRatio) => certificate.meal_ratio = Some(number),
            (Value::Whole(number), Item::MealLimit) => certificate.meal_limit = Some(number),
            (Value::Texts(texts), _) => certificate.joint_kinds = texts.into_iter().map(str::to_owned).collect(),
            (Value::Face(items), _) => certificate.face_items = items,
            (Value::Day(_) | Value::Bool(_) | Value::Whole(_), _) => {}
        }
    }

    fn take_text(&mut self, item: Item, text: &'v str) {
        let certificate = &mut self.certificate;
        let slot = match item {
            Item::MyNumber => return self.my_number = Some(MyNumber::new(text)),
            Item::Per(kind) => return self.limit(kind).per = Some(text),
            Item::Times(kind) => return self.limit(kind).times = Some(text),
            Item::CertificationName => return certificate.certification_name = text.to_owned(),
            Item::AlwaysReimbursement => return certificate.always_reimbursement = text == "1",
            Item::Address => return self.holder.address.get_or_insert_default().push_str(text),
            Item::FamilyName => return self.family = said(text),
            Item::GivenName => return self.given = said(text),
            Item::FamilyKana => return self.family_kana = said(text),
            Item::GivenKana => return self.given_kana = said(text),
            Item::Name => &mut self.holder.name,
            Item::Kana => &mut self.holder.kana,
            Item::Sex => &mut self.holder.sex,
            Item::TypeId => &mut self.type_id,
            Item::SubKey => &mut self.sub_key,
            Item::InsurerNumber => &mut certificate.insurer_number,
            Item::RecipientNumber => &mut certificate.recipient_number,
            Item::Segment => &mut certificate.segment,
            Item::IncomeSegment => &mut certificate.income_segment,
            Item::AdditionalConditions => &mut certificate.additional_conditions,
            Item::Institutions => &mut certificate.designated_medical_institutions,
            Item::FirstVisit => &mut certificate.first_visit,
            Item::Method => &mut certificate.method,
            Item::HistoryKey => &mut self.history_key,
            _ => return,
        };
        *slot = said(text).map(str::to_owned);
    }

    fn limit(&mut self, kind: &'static str) -> &mut Limit<'v> {
        let at = self.limits.iter().position(|limit| limit.kind == kind);
        let at = at.unwrap_or_else(|| {
            self.limits.push(Limit { kind, ratio: None, amount: None, per: None, times: None });
            self.limits.len() - 1
        });
        // A position in this list, or that of what was just pushed.
        &mut self.limits[at]
    }

    /// The row, unless what it cannot be without is missing, and what the rules between fields say.
    pub fn finish(mut self, generation: Generation) -> (Option<Row>, Found) {
        let mut found = Found::default();
        let insurer = self.certificate.insurer_number.as_deref().map(PublicExpenseNumber::new);
        self.limits.retain(Limit::is_filled);
        self.check_limits(generation, insurer.as_ref(), &mut found);
        self.check_numbers(generation, insurer.as_ref(), &mut found);
        let (Some(from), Some(to)) = (self.valid_from, self.valid_to) else { return (None, found) };
        if to < from {
            found.unusual.push(Fault::of(PERIOD).at(generation.place(Item::ValidTo)));
        }
        let Some(my_number) = self.my_number else { return (None, found) };
        let mut certificate = self.certificate;
        certificate.valid_from = date8(from);
        certificate.valid_to = date8(to);
        certificate.limits = self.limits.iter().map(Limit::settled).collect();
        if certificate.certification_name.is_empty() {
            certificate.certification_name = name_of(&certificate, insurer.as_ref());
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

    fn check_limits(&self, generation: Generation, insurer: Option<&PublicExpenseNumber>, found: &mut Found) {
        let separate = || self.limits.iter().filter(|limit| limit.kind != COMMON);
        if let Some(common) = self.limits.iter().find(|limit| limit.kind == COMMON) {
            for limit in separate() {
                let both = common.attributes().into_iter().zip(limit.attributes());
                for ((name, _), _) in both.filter(|((_, common), (_, separate))| *common && *separate) {
                    let at = format!("{}.{name}", limit.place(generation));
                    let ja = format!("{COMMON_GROUP}.{name} を使うときは null にします");
                    found.refusing.push(
                        Fault::of(MIXED).because(&ja, &format!("null where {COMMON_GROUP}.{name} is filled")).at(at),
                    );
                }
            }
        }
        let law = insurer.and_then(PublicExpenseNumber::law_number);
        if law.is_some_and(|law| COMMON_ONLY_LAWS.contains(&law)) {
            for limit in separate() {
                let at = limit.place(generation);
                let ja = format!("{} 別の欄は null にします", at.rsplit('.').next().unwrap_or_default());
                found.refusing.push(Fault::of(COMMON_ONLY).because(&ja, "null in the others").at(at));
            }
        }
    }

    /// Check digits warn: one in twenty of the numbers in use fails them (spec/pmh.md §6.1).
    fn check_numbers(&self, generation: Generation, insurer: Option<&PublicExpenseNumber>, found: &mut Found) {
        let mut warn = |checked: Checked, item: Item| {
            if !checked.is_valid() {
                let words = checked.to_string();
                let (ja, en) = words.split_once(" / ").unwrap_or((&words, &words));
                found.unusual.push(Fault::of(NUMBER).because(ja, en).at(generation.place(item)));
            }
        };
        if let Some(number) = &self.my_number {
            warn(my_number::check(number.reveal()), Item::MyNumber);
        }
        if let Some(number) = insurer {
            warn(number.check(), Item::InsurerNumber);
        }
        if let Some(number) = self.certificate.recipient_number.as_deref().map(RecipientNumber::new) {
            let is_national = insurer.is_some_and(|insurer| insurer.law().is_some());
            warn(if is_national { number.check() } else { number.check_local() }, Item::RecipientNumber);
        }
    }
}

/// Is this row over on `today`? Sets are of what holds today or later (spec/pmh.md §2.4, open point 4 of S002, [A]); it is kept, as a
/// difference may be just what ends it.
pub fn ended(generation: Generation, row: &Row, today: Date) -> Option<Fault> {
    let is_over = !row.deleted && row.certificate.valid_to < date8(today);
    is_over.then(|| Fault::of(ENDED).at(generation.place(Item::ValidTo)))
}

/// An empty text says nothing: a certificate without it.
fn said(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}

fn together(family: Option<&str>, given: Option<&str>) -> Option<String> {
    match (family, given) {
        (Some(family), Some(given)) => Some([family, given].join("\u{3000}")),
        (one, other) => one.or(other).map(str::to_owned),
    }
}

/// A certificate without a name gets one that identifies it (spec/pmh.md §1.6 row 2): what its face says, else its law.
fn name_of(certificate: &SubsidyCertificate, insurer: Option<&PublicExpenseNumber>) -> String {
    let on_face = certificate.face_items.iter().find(|item| item.name == NAME_ON_FACE);
    on_face
        .and_then(|item| item.value.clone())
        .filter(|name| !name.is_empty())
        .or_else(|| insurer?.law().map(|law| format!("{} 受給者証", law.name)))
        .unwrap_or_else(|| "医療費助成 受給者証".to_owned())
}
