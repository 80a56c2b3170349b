//! A row as stores keep it: the 個人番号 apart, the rest as JSON with short names, what is empty left out. Half of what the row itself
//! takes in memory, and a later program reads what an earlier one kept, as names may be added.

use std::borrow::Cow;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::message::subsidy::{CopaymentLimit, FaceItem, LimitManagement, SubsidyCertificate};
use crate::secret::MyNumber;
use crate::wire::registration::{Holder, Row};

/// Bytes of a packed row, of most.
const ORDINARY: usize = 1 << 10;

/// The row without its 個人番号.
#[derive(PartialEq, Eq)]
pub struct Packed(Box<[u8]>);

impl Packed {
    /// The compact form of `row`.
    pub fn of(row: &Row) -> Self {
        let mut packed = Vec::with_capacity(ORDINARY);
        // Text, numbers, days and lists, which always have a JSON form; and memory takes what it is given.
        let _ = serde_json::to_writer(&mut packed, &Short::from(row));
        Self(packed.into())
    }

    /// What a store kept.
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(bytes.into())
    }

    /// For a store to keep.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The row of this person.
    ///
    /// # Errors
    /// It was not packed by this program.
    pub fn row(&self, my_number: MyNumber) -> Result<Row, serde_json::Error> {
        let short: Short<'_> = serde_json::from_slice(&self.0)?;
        Ok(short.into_row(my_number))
    }
}

impl std::fmt::Debug for Packed {
    /// Its length: it names a person.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}

type Text<'r> = Cow<'r, str>;

#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Short<'r> {
    #[serde(rename = "n", skip_serializing_if = "empty")]
    name: Option<Text<'r>>,
    #[serde(rename = "k", skip_serializing_if = "empty")]
    kana: Option<Text<'r>>,
    #[serde(rename = "a", skip_serializing_if = "empty")]
    address: Option<Text<'r>>,
    #[serde(rename = "b", skip_serializing_if = "empty")]
    birth_date: Option<Date>,
    #[serde(rename = "s", skip_serializing_if = "empty")]
    sex: Option<Text<'r>>,
    #[serde(rename = "t", skip_serializing_if = "empty")]
    type_id: Option<Text<'r>>,
    #[serde(rename = "u", skip_serializing_if = "empty")]
    sub_key: Option<Text<'r>>,
    #[serde(rename = "x", skip_serializing_if = "empty")]
    not_disclosed: bool,
    #[serde(rename = "h", skip_serializing_if = "empty")]
    history_key: Option<Text<'r>>,
    #[serde(rename = "d", skip_serializing_if = "empty")]
    deleted: bool,
    #[serde(rename = "c", borrow)]
    certificate: ShortCertificate<'r>,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct ShortCertificate<'r> {
    #[serde(rename = "n", borrow)]
    name: Text<'r>,
    #[serde(rename = "i", skip_serializing_if = "empty")]
    insurer_number: Option<Text<'r>>,
    #[serde(rename = "r", skip_serializing_if = "empty")]
    recipient_number: Option<Text<'r>>,
    #[serde(rename = "s", skip_serializing_if = "empty")]
    segment: Option<Text<'r>>,
    #[serde(rename = "is", skip_serializing_if = "empty")]
    income_segment: Option<Text<'r>>,
    #[serde(rename = "ac", skip_serializing_if = "empty")]
    additional_conditions: Option<Text<'r>>,
    #[serde(rename = "di", skip_serializing_if = "empty")]
    institutions: Option<Text<'r>>,
    #[serde(rename = "ar", skip_serializing_if = "empty")]
    always_reimbursement: bool,
    #[serde(rename = "l", skip_serializing_if = "empty", borrow)]
    limits: Vec<ShortLimit<'r>>,
    #[serde(rename = "j", skip_serializing_if = "empty")]
    joint_in_out: Option<bool>,
    #[serde(rename = "jk", skip_serializing_if = "empty")]
    joint_kinds: Vec<Text<'r>>,
    #[serde(rename = "fv", skip_serializing_if = "empty")]
    first_visit: Option<Text<'r>>,
    #[serde(rename = "mr", skip_serializing_if = "empty")]
    meal_ratio: Option<u32>,
    #[serde(rename = "ml", skip_serializing_if = "empty")]
    meal_limit: Option<u32>,
    #[serde(rename = "me", skip_serializing_if = "empty")]
    method: Option<Text<'r>>,
    #[serde(rename = "ms", skip_serializing_if = "empty")]
    meal_subsidy: Option<bool>,
    #[serde(rename = "f", borrow)]
    valid_from: Text<'r>,
    #[serde(rename = "t", borrow)]
    valid_to: Text<'r>,
    #[serde(rename = "fi", skip_serializing_if = "empty", borrow)]
    face_items: Vec<ShortFaceItem<'r>>,
    #[serde(rename = "m", skip_serializing_if = "empty")]
    management: Cow<'r, [LimitManagement]>,
}

#[derive(Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct ShortLimit<'r> {
    #[serde(rename = "k", borrow)]
    kind: Text<'r>,
    #[serde(rename = "df", skip_serializing_if = "empty")]
    definition: Option<Text<'r>>,
    #[serde(rename = "rd", skip_serializing_if = "empty")]
    ratio_day: Option<u32>,
    #[serde(rename = "rm", skip_serializing_if = "empty")]
    ratio_month: Option<u32>,
    #[serde(rename = "rv", skip_serializing_if = "empty")]
    ratio_visit: Option<u32>,
    #[serde(rename = "ad", skip_serializing_if = "empty")]
    amount_day: Option<u32>,
    #[serde(rename = "am", skip_serializing_if = "empty")]
    amount_month: Option<u32>,
    #[serde(rename = "av", skip_serializing_if = "empty")]
    amount_visit: Option<u32>,
    #[serde(rename = "n", skip_serializing_if = "empty")]
    times_per_month: Option<u32>,
}

#[derive(Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct ShortFaceItem<'r> {
    #[serde(rename = "n", borrow)]
    name: Text<'r>,
    #[serde(rename = "v", skip_serializing_if = "empty")]
    value: Option<Text<'r>>,
    #[serde(rename = "i", skip_serializing_if = "empty", borrow)]
    items: Vec<ShortFaceItem<'r>>,
}

/// Says nothing: left out.
fn empty<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

fn text(text: &Option<String>) -> Option<Text<'_>> {
    text.as_deref().map(Cow::Borrowed)
}

fn owned(text: Option<Text<'_>>) -> Option<String> {
    text.map(Cow::into_owned)
}

impl<'r> From<&'r Row> for Short<'r> {
    fn from(row: &'r Row) -> Self {
        let Holder { name, kana, address, birth_date, sex } = &row.holder;
        Self {
            name: text(name),
            kana: text(kana),
            address: text(address),
            birth_date: *birth_date,
            sex: text(sex),
            type_id: text(&row.type_id),
            sub_key: text(&row.sub_key),
            not_disclosed: row.not_disclosed,
            history_key: text(&row.history_key),
            deleted: row.deleted,
            certificate: ShortCertificate::from(&row.certificate),
        }
    }
}

impl Short<'_> {
    fn into_row(self, my_number: MyNumber) -> Row {
        Row {
            my_number,
            holder: Holder {
                name: owned(self.name),
                kana: owned(self.kana),
                address: owned(self.address),
                birth_date: self.birth_date,
                sex: owned(self.sex),
            },
            type_id: owned(self.type_id),
            sub_key: owned(self.sub_key),
            not_disclosed: self.not_disclosed,
            certificate: self.certificate.into(),
            history_key: owned(self.history_key),
            deleted: self.deleted,
        }
    }
}

impl<'r> From<&'r SubsidyCertificate> for ShortCertificate<'r> {
    fn from(of: &'r SubsidyCertificate) -> Self {
        Self {
            name: Cow::Borrowed(&of.certification_name),
            insurer_number: text(&of.insurer_number),
            recipient_number: text(&of.recipient_number),
            segment: text(&of.segment),
            income_segment: text(&of.income_segment),
            additional_conditions: text(&of.additional_conditions),
            institutions: text(&of.designated_medical_institutions),
            always_reimbursement: of.always_reimbursement,
            limits: of.limits.iter().map(ShortLimit::from).collect(),
            joint_in_out: of.joint_in_out,
            joint_kinds: of.joint_kinds.iter().map(|kind| Cow::Borrowed(kind.as_str())).collect(),
            first_visit: text(&of.first_visit),
            meal_ratio: of.meal_ratio,
            meal_limit: of.meal_limit,
            method: text(&of.method),
            meal_subsidy: of.meal_subsidy,
            valid_from: Cow::Borrowed(&of.valid_from),
            valid_to: Cow::Borrowed(&of.valid_to),
            face_items: of.face_items.iter().map(ShortFaceItem::from).collect(),
            management: Cow::Borrowed(&of.management),
        }
    }
}

impl From<ShortCertificate<'_>> for SubsidyCertificate {
    fn from(short: ShortCertificate<'_>) -> Self {
        Self {
            certification_name: short.name.into_owned(),
            insurer_number: owned(short.insurer_number),
            recipient_number: owned(short.recipient_number),
            segment: owned(short.segment),
            income_segment: owned(short.income_segment),
            additional_conditions: owned(short.additional_conditions),
            designated_medical_institutions: owned(short.institutions),
            always_reimbursement: short.always_reimbursement,
            limits: short.limits.into_iter().map(CopaymentLimit::from).collect(),
            joint_in_out: short.joint_in_out,
            joint_kinds: short.joint_kinds.into_iter().map(Cow::into_owned).collect(),
            first_visit: owned(short.first_visit),
            meal_ratio: short.meal_ratio,
            meal_limit: short.meal_limit,
            method: owned(short.method),
            meal_subsidy: short.meal_subsidy,
            valid_from: short.valid_from.into_owned(),
            valid_to: short.valid_to.into_owned(),
            face_items: short.face_items.into_iter().map(FaceItem::from).collect(),
            management: short.management.into_owned(),
            // Made by PMH when it answers.
            hash: None,
        }
    }
}

impl<'r> From<&'r CopaymentLimit> for ShortLimit<'r> {
    fn from(of: &'r CopaymentLimit) -> Self {
        Self {
            kind: Cow::Borrowed(&of.kind),
            definition: text(&of.definition),
            ratio_day: of.ratio_day,
            ratio_month: of.ratio_month,
            ratio_visit: of.ratio_visit,
            amount_day: of.amount_day,
            amount_month: of.amount_month,
            amount_visit: of.amount_visit,
            times_per_month: of.times_per_month,
        }
    }
}

impl From<ShortLimit<'_>> for CopaymentLimit {
    fn from(short: ShortLimit<'_>) -> Self {
        Self {
            kind: short.kind.into_owned(),
            definition: owned(short.definition),
            ratio_day: short.ratio_day,
            ratio_month: short.ratio_month,
            ratio_visit: short.ratio_visit,
            amount_day: short.amount_day,
            amount_month: short.amount_month,
            amount_visit: short.amount_visit,
            times_per_month: short.times_per_month,
        }
    }
}

impl<'r> From<&'r FaceItem> for ShortFaceItem<'r> {
    fn from(of: &'r FaceItem) -> Self {
        let items = of.items.iter().map(Self::from).collect();
        Self { name: Cow::Borrowed(&of.name), value: text(&of.value), items }
    }
}

impl From<ShortFaceItem<'_>> for FaceItem {
    fn from(short: ShortFaceItem<'_>) -> Self {
        let items = short.items.into_iter().map(Self::from).collect();
        Self { name: short.name.into_owned(), value: owned(short.value), items }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn full() -> Row {
        let text = |text: &str| Some(text.to_owned());
        let limit = CopaymentLimit {
            kind: "1".into(),
            definition: text("定額"),
            ratio_day: Some(1),
            ratio_month: Some(2),
            ratio_visit: Some(3),
            amount_day: Some(0),
            amount_month: Some(5),
            amount_visit: Some(6),
            times_per_month: Some(7),
        };
        let inner = FaceItem { name: "内".into(), value: text("\"値\"\\"), items: vec![] };
        Row {
            my_number: MyNumber::new("123456789018"),
            holder: Holder {
                name: text("試験　太郎"),
                kana: text("シケン"),
                address: text("架空県"),
                birth_date: Some(date(1980, 5, 5)),
                sex: text("0"),
            },
            type_id: text("A01"),
            sub_key: text("1"),
            not_disclosed: true,
            certificate: SubsidyCertificate {
                certification_name: "育成".into(),
                insurer_number: text("16139990"),
                recipient_number: text("1234567"),
                segment: text("1"),
                income_segment: text("2"),
                additional_conditions: text("1-2"),
                designated_medical_institutions: text("3"),
                always_reimbursement: true,
                limits: vec![limit, CopaymentLimit::default()],
                joint_in_out: Some(false),
                joint_kinds: vec!["1".into(), "2".into()],
                first_visit: text("4"),
                meal_ratio: Some(0),
                meal_limit: Some(8),
                method: text("5"),
                meal_subsidy: Some(true),
                valid_from: "20260401".into(),
                valid_to: "20270331".into(),
                face_items: vec![FaceItem { name: "外".into(), value: None, items: vec![inner] }],
                management: vec![LimitManagement { month: "202611".into(), ..LimitManagement::default() }],
                hash: None,
            },
            history_key: text("k"),
            deleted: true,
        }
    }

    fn empty_but(name: &str) -> Row {
        Row {
            my_number: MyNumber::new("123456789018"),
            holder: Holder::default(),
            type_id: None,
            sub_key: None,
            not_disclosed: false,
            certificate: SubsidyCertificate { certification_name: name.into(), ..SubsidyCertificate::default() },
            history_key: None,
            deleted: false,
        }
    }

    #[test]
    fn a_row_comes_back_as_it_was_packed_without_its_number_in_it() {
        for row in [full(), empty_but("甲"), empty_but("")] {
            let packed = Packed::of(&row);
            assert_eq!(packed.row(row.my_number.clone()).unwrap(), row);
            let text = String::from_utf8(packed.bytes().to_vec()).unwrap();
            assert!(!text.contains(row.my_number.reveal()) && !format!("{packed:?}").contains('{'), "{text}");
            assert_eq!(Packed::from_bytes(text.into_bytes()), packed);
        }
        assert!(Packed::of(&empty_but("甲")).bytes().len() < 40, "what is empty is left out");
        assert!(
            Packed::from_bytes(b"{\"zz\":1}".to_vec()).row(MyNumber::new("")).is_err(),
            "and never read as something else"
        );
    }
}
