//! A row as a generation sends it: the other way round, by the same table.

use std::borrow::Cow;

use jiff::civil::Date;

use super::field::{Field, Item, Shape};
use super::{Generation, Json, Row};
use crate::clock::parse_date;
use crate::message::subsidy::{CopaymentLimit, FaceItem};

/// The object of `row`. A generation that has no field for something leaves it out.
pub fn row(generation: Generation, row: &Row) -> Json<'_> {
    group(generation.fields(), row, generation)
}

fn group<'r>(fields: &'static [Field], row: &'r Row, generation: Generation) -> Json<'r> {
    let mut entries = Vec::new();
    let mut address = address_parts(row, fields);
    for field in fields {
        let value = match (field.shape, field.says) {
            (Shape::Group(inner), _) => match group(inner, row, generation) {
                Json::Object(inner) if inner.is_empty() => None,
                object => Some(object),
            },
            (_, Item::Address) => address.remove(field.name).map(Json::text),
            (_, item) => value(item, row, generation),
        };
        match value {
            Some(value) => entries.push((field.name.into(), value)),
            // What a required text has nothing to say is empty.
            None if field.required => entries.push((field.name.into(), Json::text(""))),
            None => {}
        }
    }
    Json::Object(entries)
}

fn value(item: Item, row: &Row, generation: Generation) -> Option<Json<'_>> {
    let certificate = &row.certificate;
    let number = |number: Option<u32>| number.map(|number| Json::Number(number.into()));
    let text: Option<Cow<'_, str>> = match item {
        Item::MyNumber => Some(row.my_number.reveal().into()),
        Item::FamilyName => part(&row.holder.name, 0),
        Item::GivenName => part(&row.holder.name, 1),
        Item::FamilyKana => part(&row.holder.kana, 0),
        Item::GivenKana => part(&row.holder.kana, 1),
        Item::Name => lent(&row.holder.name),
        Item::Kana => lent(&row.holder.kana),
        Item::BirthDate => row.holder.birth_date.map(written),
        Item::Sex => lent(&row.holder.sex),
        Item::TypeId => lent(&row.type_id),
        Item::SubKey => lent(&row.sub_key),
        Item::InsurerNumber => lent(&certificate.insurer_number),
        Item::RecipientNumber => lent(&certificate.recipient_number),
        Item::CertificationName => Some(certificate.certification_name.as_str().into()),
        Item::Segment => lent(&certificate.segment),
        Item::IncomeSegment => lent(&certificate.income_segment),
        Item::AdditionalConditions => lent(&certificate.additional_conditions),
        Item::Institutions => lent(&certificate.designated_medical_institutions),
        Item::AlwaysReimbursement => Some(if certificate.always_reimbursement { "1" } else { "0" }.into()),
        Item::ValidFrom => parse_date(&certificate.valid_from).map(written),
        Item::ValidTo => parse_date(&certificate.valid_to).map(written),
        Item::HistoryKey => lent(&row.history_key),
        Item::FirstVisit => lent(&certificate.first_visit),
        Item::Method => lent(&certificate.method),
        Item::Per(kind) => limit(row, kind).and_then(per).map(Cow::from),
        Item::Times(kind) => {
            limit(row, kind).and_then(|limit| limit.times_per_month).map(|times| times.to_string().into())
        }
        Item::NotDisclosed => return Some(Json::Bool(row.not_disclosed)),
        Item::Deleted => return Some(Json::Bool(row.deleted)),
        Item::JointInOut => return certificate.joint_in_out.map(Json::Bool),
        Item::MealSubsidy => return certificate.meal_subsidy.map(Json::Bool),
        Item::MealRatio => return number(certificate.meal_ratio),
        Item::MealLimit => return number(certificate.meal_limit),
        Item::Ratio(kind) => {
            return number(
                limit(row, kind).and_then(|limit| limit.ratio_day.or(limit.ratio_month).or(limit.ratio_visit)),
            );
        }
        Item::Amount(kind) => {
            return number(
                limit(row, kind).and_then(|limit| limit.amount_day.or(limit.amount_month).or(limit.amount_visit)),
            );
        }
        Item::JointKinds => {
            let kinds: Vec<Json<'_>> = certificate.joint_kinds.iter().map(Json::text).collect();
            return (!kinds.is_empty()).then_some(Json::List(kinds));
        }
        Item::Face => return Some(face(row, generation)),
        Item::Group | Item::Address => None,
    };
    text.map(Json::Text)
}

fn lent(text: &Option<String>) -> Option<Cow<'_, str>> {
    text.as_deref().map(Cow::from)
}

/// Family name or given name.
fn part(name: &Option<String>, at: usize) -> Option<Cow<'_, str>> {
    name.as_ref()?.split('\u{3000}').nth(at).map(Cow::from)
}

fn limit<'r>(row: &'r Row, kind: &str) -> Option<&'r CopaymentLimit> {
    row.certificate.limits.iter().find(|limit| limit.kind == kind)
}

fn per(limit: &CopaymentLimit) -> Option<&'static str> {
    let is_daily = limit.ratio_day.is_some() || limit.amount_day.is_some();
    let is_monthly = limit.ratio_month.is_some() || limit.amount_month.is_some();
    if is_daily { Some("1") } else { is_monthly.then_some("2") }
}

fn written(day: Date) -> Cow<'static, str> {
    day.to_string().into()
}

/// v0.0.1 has no field for the certificate's name: it stands first on the face.
fn face(row: &Row, generation: Generation) -> Json<'_> {
    let items = row.certificate.face_items.iter().map(|item| (item.name.as_str().into(), face_value(item)));
    if generation != Generation::V001 {
        return Json::List(items.map(|entry| Json::Object(vec![entry])).collect());
    }
    let name = ("受給者証名称".into(), Json::text(&row.certificate.certification_name));
    Json::Object(std::iter::once(name).chain(items.filter(|(name, _)| name != "受給者証名称")).collect())
}

fn face_value(item: &FaceItem) -> Json<'_> {
    match (&item.value, item.items.is_empty()) {
        (Some(value), _) => Json::text(value),
        (None, true) => Json::Null,
        (None, false) => {
            Json::Object(item.items.iter().map(|item| (item.name.as_str().into(), face_value(item))).collect())
        }
    }
}

/// The whole address where there is one field; where there are parts, the prefecture and the rest.
fn address_parts(row: &Row, fields: &[Field]) -> std::collections::BTreeMap<&'static str, String> {
    let mut parts = std::collections::BTreeMap::new();
    let names: Vec<&'static str> =
        fields.iter().filter(|field| field.says == Item::Address).map(|field| field.name).collect();
    let Some(address) = &row.holder.address else { return parts };
    match names.as_slice() {
        [whole] => drop(parts.insert(*whole, address.clone())),
        [prefecture, _, rest, ..] => {
            let end =
                address.char_indices().find(|(_, c)| "都道府県".contains(*c)).map_or(0, |(at, c)| at + c.len_utf8());
            let (first, others) = address.split_at(end);
            parts.insert(*prefecture, first.to_owned());
            parts.insert(*rest, others.to_owned());
        }
        _ => {}
    }
    parts
}
