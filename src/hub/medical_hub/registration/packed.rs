//! A row as stores keep it: the 個人番号 apart, the rest as JSON with short names, what is empty left out. Half of what the row itself
//! takes in memory, and a later program reads what an earlier one kept, as names may be added.

use std::borrow::Cow;

use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::message::subsidy::{CopaymentLimit, FaceItem, LimitManagement, SubsidyCertificate};
use crate::secret::MyNumber;
use crate::wire::registration::{Holder, Row};

/// Bytes that a packed row is written in, of most.
const ORDINARY: usize = 1 << 10;

/// The row without its 個人番号.
#[derive(PartialEq, Eq)]
pub struct Packed(Box<[u8]>);

impl Packed {
    /// The compact form of `row`.
    pub fn of(row: &Row) -> Self {
        let mut packed = Vec::with_capacity(ORDINARY);
        // Text, numbers, days and lists, which always have a JSON form; and memory takes what it is given.
        let _ = serde_json::to_writer(&mut packed, &Short::of(row));
        // Copied: to cut the end off costs an allocator more than a piece of the right size.
        Self(packed.as_slice().into())
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
    #[serde(rename = "c", serialize_with = "ShortCertificate::serialize", deserialize_with = "certificate")]
    certificate: Cow<'r, SubsidyCertificate>,
}

/// The short names of a certificate.
#[derive(Default, Serialize, Deserialize)]
#[serde(remote = "SubsidyCertificate", deny_unknown_fields, default)]
struct ShortCertificate {
    #[serde(rename = "n")]
    certification_name: String,
    #[serde(rename = "i", skip_serializing_if = "empty")]
    insurer_number: Option<String>,
    #[serde(rename = "r", skip_serializing_if = "empty")]
    recipient_number: Option<String>,
    #[serde(rename = "s", skip_serializing_if = "empty")]
    segment: Option<String>,
    #[serde(rename = "is", skip_serializing_if = "empty")]
    income_segment: Option<String>,
    #[serde(rename = "ac", skip_serializing_if = "empty")]
    additional_conditions: Option<String>,
    #[serde(rename = "di", skip_serializing_if = "empty")]
    designated_medical_institutions: Option<String>,
    #[serde(rename = "ar", skip_serializing_if = "empty")]
    always_reimbursement: bool,
    #[serde(rename = "l", skip_serializing_if = "empty", with = "list")]
    limits: Vec<CopaymentLimit>,
    #[serde(rename = "j", skip_serializing_if = "empty")]
    joint_in_out: Option<bool>,
    #[serde(rename = "jk", skip_serializing_if = "empty")]
    joint_kinds: Vec<String>,
    #[serde(rename = "fv", skip_serializing_if = "empty")]
    first_visit: Option<String>,
    #[serde(rename = "mr", skip_serializing_if = "empty")]
    meal_ratio: Option<u32>,
    #[serde(rename = "ml", skip_serializing_if = "empty")]
    meal_limit: Option<u32>,
    #[serde(rename = "me", skip_serializing_if = "empty")]
    method: Option<String>,
    #[serde(rename = "ms", skip_serializing_if = "empty")]
    meal_subsidy: Option<bool>,
    #[serde(rename = "f")]
    valid_from: String,
    #[serde(rename = "t")]
    valid_to: String,
    #[serde(rename = "fi", skip_serializing_if = "empty", with = "list")]
    face_items: Vec<FaceItem>,
    #[serde(rename = "m", skip_serializing_if = "empty")]
    management: Vec<LimitManagement>,
    // Made by PMH when it answers.
    #[serde(skip)]
    hash: Option<String>,
}

/// The short names of a limit.
#[derive(Default, Serialize, Deserialize)]
#[serde(remote = "CopaymentLimit", deny_unknown_fields, default)]
struct ShortLimit {
    #[serde(rename = "k")]
    kind: String,
    #[serde(rename = "df", skip_serializing_if = "empty")]
    definition: Option<String>,
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

/// The short names of a face item.
#[derive(Default, Serialize, Deserialize)]
#[serde(remote = "FaceItem", deny_unknown_fields, default)]
struct ShortFaceItem {
    #[serde(rename = "n")]
    name: String,
    #[serde(rename = "v", skip_serializing_if = "empty")]
    value: Option<String>,
    #[serde(rename = "i", skip_serializing_if = "empty", with = "list")]
    items: Vec<FaceItem>,
}

/// Says nothing: left out.
fn empty<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

fn certificate<'de, D: Deserializer<'de>>(input: D) -> Result<Cow<'static, SubsidyCertificate>, D::Error> {
    ShortCertificate::deserialize(input).map(Cow::Owned)
}

/// What stands in a list, under its short names.
struct Listed<T>(T);

macro_rules! listed {
    ($($long:ident by $short:ident,)*) => {$(
        impl Serialize for Listed<&$long> {
            fn serialize<S: Serializer>(&self, output: S) -> Result<S::Ok, S::Error> {
                $short::serialize(self.0, output)
            }
        }

        impl<'de> Deserialize<'de> for Listed<$long> {
            fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
                $short::deserialize(input).map(Self)
            }
        }
    )*};
}

listed! {
    CopaymentLimit by ShortLimit,
    FaceItem by ShortFaceItem,
}

mod list {
    use super::*;

    pub fn serialize<T, S: Serializer>(list: &[T], output: S) -> Result<S::Ok, S::Error>
    where
        for<'t> Listed<&'t T>: Serialize,
    {
        output.collect_seq(list.iter().map(Listed))
    }

    pub fn deserialize<'de, T, D: Deserializer<'de>>(input: D) -> Result<Vec<T>, D::Error>
    where
        Listed<T>: Deserialize<'de>,
    {
        let list = Vec::<Listed<T>>::deserialize(input)?;
        Ok(list.into_iter().map(|Listed(item)| item).collect())
    }
}

impl<'r> Short<'r> {
    fn of(row: &'r Row) -> Self {
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
            certificate: Cow::Borrowed(&row.certificate),
        }
    }

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
            certificate: self.certificate.into_owned(),
            history_key: owned(self.history_key),
            deleted: self.deleted,
        }
    }
}

fn text(text: &Option<String>) -> Option<Text<'_>> {
    text.as_deref().map(Cow::Borrowed)
}

fn owned(text: Option<Text<'_>>) -> Option<String> {
    text.map(Cow::into_owned)
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
