//! Names and values for people: what the faces of the desk (page, text screen) show for the words and codes that the desk works with.

use serde::Serialize;

use super::facts;
use super::field::{EXPENSE, LIMIT, PERSON, Sheet};
use super::settings::Mistakes;
use crate::clock::parse_date;
use crate::code;
use crate::event::Words;
use crate::message::subsidy::FaceItem;

/// A word of the desk, as facts have it, and what people call it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Named {
    /// The word.
    pub name: String,
    /// For people.
    #[serde(flatten)]
    pub words: Words,
}

/// One field of a sheet.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Item {
    /// Its name, as orders and facts have it.
    pub field: String,
    /// What people call it.
    #[serde(flatten)]
    pub words: Words,
    /// Its value, with dates and codes as people read them.
    pub value: String,
}

/// One line of the 券面項目.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct FaceRow {
    /// 0, 1 or 2.
    pub level: usize,
    /// What the municipality calls it.
    pub name: String,
    /// What it says; headings and unsaid items have none.
    pub value: Option<String>,
}

/// A row per word: the word, Japanese, English.
type Rows = &'static [(&'static str, &'static str, &'static str)];

/// Was somebody found?
pub static FOUND: Rows =
    &[("known", "特定済", "known"), ("several", "複数該当", "several"), ("nobody", "台帳になし", "not in the book")];

/// By what.
pub static BY: Rows = &[
    ("reference-number", "照会番号", "reference number"),
    ("insurance", "保険証の番号", "insurance"),
    ("name", "氏名と生年月日", "name and birth date"),
    ("staff", "職員が選択", "the staff's word"),
];

/// 医療費助成: that there is none and that nobody could ask are two things (R6).
pub static SUBSIDY: Rows = &[
    ("none", "なし", "none"),
    ("waiting", "取得中", "waiting"),
    ("late", "未着", "late"),
    ("came", "取得済", "came"),
    ("error", "取得エラー", "error"),
];

/// What became of a certificate.
pub static OUTCOME: Rows = &[
    ("open", "患者未定", "whose is not known"),
    ("new", "未取込", "to be imported"),
    ("unchanged", "変更なし", "unchanged"),
    ("asked", "確認待ち", "asked about"),
    ("imported", "取込済", "imported"),
    ("refused", "取込不可", "refused"),
];

/// What a dialogue is about.
pub static KIND: Rows = &[
    ("person", "患者・保険の情報が登録と違います", "person or insurance differ from what is stored"),
    ("subsidy", "公費の情報が登録と違います", "a public expense differs from what is stored"),
    ("absence", "届かなかった公費があります。終了しますか", "public expenses that did not come: do they end?"),
];

/// What a request asks.
pub static ERRAND: Rows =
    &[("query", "資格の照会", "is the insurance valid?"), ("register", "照会番号の登録", "reference number")];

/// How a request stands.
pub static REQUEST: Rows = &[
    ("waiting", "回答待ち", "waiting"),
    ("late", "未着", "late"),
    ("done", "完了", "done"),
    ("failed", "失敗", "failed"),
];

/// Fields whose values are codes.
const CODES: &[(&str, &str)] = &[("sex", "OQSCD007"), ("family", "OQSCD009"), ("limit-class", "OQSCD012")];

/// Fields that say yes or no.
const FLAGS: [&str; 3] = ["always-reimbursement", "joint-in-out", "meal-subsidy"];

/// 種別 of a limit (provisional, as the layouts have it).
const LIMIT_KINDS: [(&str, &str); 7] = [
    ("共通", "common"),
    ("入院", "inpatient"),
    ("入院外", "outpatient"),
    ("薬局", "pharmacy"),
    ("訪問看護", "home nursing"),
    ("柔整", "judo therapy"),
    ("あはき", "acupuncture"),
];

/// Measures of a limit, and their units.
const MEASURES: &[(&str, &str, &str, &str)] = &[
    ("definition", "負担定義", "how the share is defined", ""),
    ("ratio-day", "負担率 日", "share per day", "%"),
    ("ratio-month", "負担率 月", "share per month", "%"),
    ("ratio-visit", "負担率 回", "share per visit", "%"),
    ("amount-day", "上限 日", "limit per day", "円"),
    ("amount-month", "上限 月", "limit per month", "円"),
    ("amount-visit", "上限 回", "limit per visit", "円"),
    ("times-per-month", "月の回数", "times per month", "回"),
];

/// The row of a word; a word without one stands for itself.
pub fn named(rows: Rows, name: &str) -> Named {
    let row = rows.iter().find(|row| row.0 == name);
    let words = row.map_or_else(|| Words::new(name, name), |row| Words::new(row.1, row.2));
    Named { name: name.to_owned(), words }
}

/// 資格有効性; without one the qualification was not confirmed, which says nothing about it.
pub fn validity(value: &str) -> Named {
    let words = match code::label("OQSCD006", value) {
        Some(row) => Words::new(row.ja.as_str(), row.en.as_str()),
        None if value.is_empty() => Words::new("確認できず", "not confirmed"),
        None => Words::new(value, value),
    };
    Named { name: value.to_owned(), words }
}

/// Which sheet a field belongs to: a person and a public expense have a `name` each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// Person and insurance.
    Person,
    /// A public expense.
    Expense,
}

impl Of {
    /// Names of the fields, Japanese, English, in the order of the table.
    fn rows(self) -> Vec<(&'static str, &'static str, &'static str)> {
        match self {
            Self::Person => PERSON.iter().map(|field| (field.name, field.ja, field.en)).collect(),
            Self::Expense => EXPENSE.iter().map(|field| (field.name, field.ja, field.en)).collect(),
        }
    }
}

/// What people call a field.
pub fn words(of: Of, name: &str) -> Words {
    if let Some(limit) = limit(name) {
        return limit;
    }
    if name.starts_with(super::subsidies::EXPENSE) {
        return Words::new("終了する公費", "public expense to end");
    }
    let row = of.rows().into_iter().find(|row| row.0 == name);
    row.map_or_else(|| Words::new(name, name), |(_, ja, en)| Words::new(ja, en))
}

/// `limit/<種別>/<measure>`
fn limit(name: &str) -> Option<Words> {
    let (kind, measure) = name.strip_prefix(LIMIT)?.split_once('/')?;
    let (_, measure, measure_en, _) = MEASURES.iter().find(|row| row.0 == measure)?;
    let (kind, kind_en) = kind.parse().ok().and_then(|at: usize| LIMIT_KINDS.get(at)).copied().unwrap_or((kind, kind));
    Some(Words::new(format!("{measure}（{kind}）"), format!("{measure_en} ({kind_en})")))
}

/// A value as people read it: 19850412 as 1985-04-12, a code with its label, an amount with its unit. What is no value of its field stays.
pub fn value(name: &str, value: &str) -> String {
    if let Some((_, table)) = CODES.iter().find(|row| row.0 == name) {
        return code::label(table, value).map_or_else(|| value.to_owned(), |row| format!("{value} {}", row.ja));
    }
    if FLAGS.contains(&name) {
        return match value {
            "1" => "1 あり".to_owned(),
            "0" => "0 なし".to_owned(),
            _ => value.to_owned(),
        };
    }
    if let Some(measure) = name.strip_prefix(LIMIT).and_then(|rest| rest.split_once('/')) {
        let unit = MEASURES.iter().find(|row| row.0 == measure.1).map_or("", |row| row.3);
        return format!("{value} {unit}").trim_end().to_owned();
    }
    match parse_date(value) {
        Some(day) if is_date(name) => day.to_string(),
        _ => value.to_owned(),
    }
}

fn is_date(name: &str) -> bool {
    name == "birthdate" || name.ends_with("-from") || name.ends_with("-to") || name.ends_with("-on")
}

/// A sheet in the order of its table, limits last.
pub fn items(of: Of, sheet: &Sheet) -> Vec<Item> {
    let limits = sheet.keys().map(String::as_str).filter(|name| name.starts_with(LIMIT));
    let item = |name: &str| {
        let value = value(name, sheet.get(name)?);
        Some(Item { field: name.to_owned(), words: words(of, name), value })
    };
    of.rows().into_iter().map(|row| row.0).chain(limits).filter_map(item).collect()
}

/// 券面項目 as lines, an item without a value too.
pub fn face(items: &[FaceItem], mistakes: &Mistakes) -> Vec<FaceRow> {
    facts::rows(items, mistakes)
        .into_iter()
        .map(|(level, item)| FaceRow { level, name: item.name.clone(), value: item.value.clone() })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_codes_and_amounts_are_shown_as_people_read_them_and_anything_else_as_it_is() {
        for (field, stored, read) in [
            ("birthdate", "19850412", "1985-04-12"),
            ("valid-to", "20270331", "2027-03-31"),
            ("valid-to", "99999999", "99999999"),
            ("sex", "1", "1 男"),
            ("sex", "7", "7"),
            ("always-reimbursement", "1", "1 あり"),
            ("limit/0/amount-month", "10000", "10000 円"),
            ("limit/0/amount-month", "0", "0 円"),
            ("insured-number", "20200101", "20200101"),
        ] {
            assert_eq!(value(field, stored), read, "{field}");
        }
    }

    #[test]
    fn every_field_of_every_sheet_has_a_name_for_people_and_that_of_its_own_sheet() {
        for of in [Of::Person, Of::Expense] {
            let limits = ["limit/0/amount-month", "limit/6/ratio-visit", "limit/9/times-per-month", "expense/3"];
            for name in of.rows().into_iter().map(|row| row.0).chain(limits) {
                assert_ne!(words(of, name).ja, name);
            }
        }
        assert_eq!(words(Of::Expense, "limit/2/amount-day").ja, "上限 日（入院外）");
        assert_eq!(words(Of::Person, "name").ja, "氏名");
        assert_eq!(words(Of::Expense, "name").ja, "受給者証名");
    }
}
