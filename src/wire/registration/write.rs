//! A row as a generation sends it: the other way round, by the same table.

use jiff::civil::Date;

use super::field::{Field, Item, Shape};
use super::{Generation, Json, Row};
use crate::clock::parse_date;
use crate::message::subsidy::{CopaymentLimit, FaceItem};

/// The object of `row`. A generation that has no field for something leaves it out.
pub fn row(generation: Generation, row: &Row) -> Json {
    group(generation.fields(), row, generation)
}

fn group(fields: &[Field], row: &Row, generation: Generation) -> Json {
    let mut entries = Vec::new();
    let mut address = address_parts(row, fields);
    for field in fields {
        let value = match (field.shape, field.says) {
            (Shape::Group(inner), _) => match group(inner, row, generation) {
                Json::Object(inner) if inner.is_empty() => None,
                object => Some(object),
            },
            (_, Item::Address) => address.remove(field.name).map(Json::Text),
            (_, item) => value(item, row, generation),
        };
        match value {
            Some(value) => entries.push((field.name.to_owned(), value)),
            // What a required text has nothing to say is empty.
            None if field.required => entries.push((field.name.to_owned(), Json::text(""))),
            None => {}
        }
    }
    Json::Object(entries)
}

fn value(item: Item, row: &Row, generation: Generation) -> Option<Json> {
    let certificate = &row.certificate;
    let part = |name: &Option<String>, at: usize| name.as_ref()?.split('\u{3000}').nth(at).map(str::to_owned);
    let number = |number: Option<u32>| number.map(|number| Json::Number(number.into()));
    let text = match item {
        Item::MyNumber => Some(row.my_number.reveal().to_owned()),
        Item::FamilyName => part(&row.holder.name, 0),
        Item::GivenName => part(&row.holder.name, 1),
        Item::FamilyKana => part(&row.holder.kana, 0),
        Item::GivenKana => part(&row.holder.kana, 1),
        Item::Name => row.holder.name.clone(),
        Item::Kana => row.holder.kana.clone(),
        Item::BirthDate => row.holder.birth_date.map(written),
        Item::Sex => row.holder.sex.clone(),
        Item::TypeId => row.type_id.clone(),
        Item::SubKey => row.sub_key.clone(),
        Item::InsurerNumber => certificate.insurer_number.clone(),
        Item::RecipientNumber => certificate.recipient_number.clone(),
        Item::CertificationName => Some(certificate.certification_name.clone()),
        Item::Segment => certificate.segment.clone(),
        Item::IncomeSegment => certificate.income_segment.clone(),
        Item::AdditionalConditions => certificate.additional_conditions.clone(),
        Item::Institutions => certificate.designated_medical_institutions.clone(),
        Item::AlwaysReimbursement => Some(if certificate.always_reimbursement { "1" } else { "0" }.to_owned()),
        Item::ValidFrom => parse_date(&certificate.valid_from).map(written),
        Item::ValidTo => parse_date(&certificate.valid_to).map(written),
        Item::HistoryKey => row.history_key.clone(),
        Item::FirstVisit => certificate.first_visit.clone(),
        Item::Method => certificate.method.clone(),
        Item::Per(kind) => limit(row, kind).and_then(per).map(str::to_owned),
        Item::Times(kind) => limit(row, kind).and_then(|limit| limit.times_per_month).map(|times| times.to_string()),
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
            let kinds: Vec<Json> = certificate.joint_kinds.iter().map(Json::text).collect();
            return (!kinds.is_empty()).then_some(Json::List(kinds));
        }
        Item::Face => return Some(face(row, generation)),
        Item::Group | Item::Address => None,
    };
    text.map(Json::Text)
}

fn limit<'r>(row: &'r Row, kind: &str) -> Option<&'r CopaymentLimit> {
    row.certificate.limits.iter().find(|limit| limit.kind == kind)
}

fn per(limit: &CopaymentLimit) -> Option<&'static str> {
    let is_daily = limit.ratio_day.is_some() || limit.amount_day.is_some();
    let is_monthly = limit.ratio_month.is_some() || limit.amount_month.is_some();
    if is_daily { Some("1") } else { is_monthly.then_some("2") }
}

fn written(day: Date) -> String {
    day.to_string()
}

/// v0.0.1 has no field for the certificate's name: it stands first on the face.
fn face(row: &Row, generation: Generation) -> Json {
    let items = row.certificate.face_items.iter().map(|item| (item.name.clone(), face_value(item)));
    if generation != Generation::V001 {
        return Json::List(items.map(|entry| Json::Object(vec![entry])).collect());
    }
    let name = ("受給者証名称".to_owned(), Json::text(&row.certificate.certification_name));
    Json::Object(std::iter::once(name).chain(items.filter(|(name, _)| name != "受給者証名称")).collect())
}

fn face_value(item: &FaceItem) -> Json {
    match (&item.value, item.items.is_empty()) {
        (Some(value), _) => Json::text(value),
        (None, true) => Json::Null,
        (None, false) => Json::Object(item.items.iter().map(|item| (item.name.clone(), face_value(item))).collect()),
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
