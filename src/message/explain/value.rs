//! Values in people's words.

use jiff::civil::{Date, DateTime};

use crate::clock::{era, parse_date, parse_time};
use crate::event::{Lang, say};
use crate::message::element::{ElementRow, ElementTable, Format};
use crate::message::name::PmhName;
use crate::number::{Checked, FeeTable, InstitutionCode, InsurerNumber, law, prefecture};

/// What a value means, and what is odd about it.
#[derive(Debug, Default)]
pub(super) struct Meaning {
    pub meaning: Option<String>,
    pub notes: Vec<String>,
}

/// Reads `raw` as the row says.
pub(super) fn read(row: &ElementRow, raw: &str, table: &ElementTable, lang: Lang) -> Meaning {
    let mut result = Meaning::default();
    if raw.is_empty() {
        let note = if row.format == Format::Group { ("空の要素", "empty") } else { ("値なし", "no value") };
        result.notes.push(say(lang, note.0, note.1).to_owned());
        return result;
    }
    if row.length.is_some_and(|most| raw.chars().count() > most) {
        result.notes.push(say(lang, "桁数を超えています", "longer than the interface says").to_owned());
    }
    let value = raw.trim();
    match words(row, value, table, lang) {
        Ok(meaning) => result.meaning = meaning,
        Err((ja, en)) => result.notes.push(say(lang, ja, en).to_owned()),
    }
    if row.format == Format::Insurer && raw.starts_with(' ') {
        result.notes.push(say(lang, "左を空白で8桁に埋めています", "padded with blanks to eight").to_owned());
    }
    result.notes.extend(check_digit(row.format, value, lang));
    if raw.contains('●') {
        result.notes.push(say(lang, "●は表せなかった文字です", "● stands for a character that was lost").to_owned());
    }
    result
}

type Odd = (&'static str, &'static str);

/// The meaning, where there is more to say than the value itself; `Err` for a value that is not of its form.
fn words(row: &ElementRow, value: &str, table: &ElementTable, lang: Lang) -> Result<Option<String>, Odd> {
    const NO_DATE: Odd = ("日付ではありません", "not a date");
    const NO_NUMBER: Odd = ("数ではありません", "not a number");
    let number = || value.parse::<u64>().map_err(|_| NO_NUMBER);
    Ok(match row.format {
        Format::Text | Format::Group => None,
        Format::Date => Some(day(parse_date(value).ok_or(NO_DATE)?, lang)),
        Format::Datetime => Some(moment(datetime(value).ok_or(("日時ではありません", "not a date and time"))?, lang)),
        Format::Month => Some(month(value, lang).ok_or(("年月ではありません", "not a month"))?),
        Format::Code => Some(code(row, value, table, lang).ok_or(("コード表にない値です", "not in its code table"))?),
        Format::Flag => Some(flag(value, lang).ok_or(("0か1ではありません", "neither 0 nor 1"))?),
        Format::Yen => Some(yen(number()?, lang)),
        Format::Ratio => Some(ratio(value, lang).ok_or(("割合ではありません", "not a ratio"))?),
        Format::Percent => Some(format!("{} %", number()?)),
        Format::Number => number().map(|_| None)?,
        Format::Kana => half_width(value).then_some(None).ok_or(("半角カナではありません", "not half-width kana"))?,
        Format::Insurer => insurer(value),
        Format::Institution => {
            Some(institution(value, lang).ok_or(("医療機関コードではありません", "not an institution code"))?)
        }
        Format::FileName => {
            Some(file_name(value, lang).ok_or(("PMH要求の名前ではありません", "not a PMH request's name"))?)
        }
    })
}

fn code(row: &ElementRow, value: &str, table: &ElementTable, lang: Lang) -> Option<String> {
    let (ja, en) = table.code_label(row.code.as_deref()?, value)?;
    Some(say(lang, ja, en).to_owned())
}

fn day(date: Date, lang: Lang) -> String {
    let plain = format!("{:04}-{:02}-{:02}", date.year(), date.month(), date.day());
    let Some((era::Era { name, letter, .. }, year)) = era::of(date) else { return plain };
    match lang {
        Lang::Ja => {
            let year = if year == 1 { "元".to_owned() } else { year.to_string() };
            format!("{plain} {name}{year}年{}月{}日", date.month(), date.day())
        }
        Lang::En => format!("{plain} {letter}{year}.{:02}.{:02}", date.month(), date.day()),
    }
}

fn datetime(value: &str) -> Option<DateTime> {
    (value.len() == 14 && value.bytes().all(|b| b.is_ascii_digit())).then(|| parse_time(value)).flatten()
}

fn moment(time: DateTime, lang: Lang) -> String {
    format!("{} {:02}:{:02}:{:02}", day(time.date(), lang), time.hour(), time.minute(), time.second())
}

fn month(value: &str, lang: Lang) -> Option<String> {
    let first = (value.len() == 6).then(|| parse_date(&format!("{value}01"))).flatten()?;
    let text = day(first, lang);
    Some(match lang {
        Lang::Ja => format!("{} {}", text.get(..7)?, text.get(11..)?.strip_suffix("1日")?),
        Lang::En => format!("{} {}", text.get(..7)?, text.get(11..)?.strip_suffix(".01")?),
    })
}

fn flag(value: &str, lang: Lang) -> Option<String> {
    match value {
        "0" => Some(say(lang, "いいえ", "no").to_owned()),
        "1" => Some(say(lang, "はい", "yes").to_owned()),
        _ => None,
    }
}

fn yen(amount: u64, lang: Lang) -> String {
    let digits = amount.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    match lang {
        Lang::Ja => format!("{grouped}円"),
        Lang::En => format!("{grouped} yen"),
    }
}

/// `010` → 1割; three digits of percent.
fn ratio(value: &str, lang: Lang) -> Option<String> {
    let percent: u32 = (value.len() == 3).then(|| value.parse().ok()).flatten()?;
    Some(match (lang, percent % 10) {
        (Lang::Ja, 0) => format!("{}割", percent / 10),
        _ => format!("{percent} %"),
    })
}

/// No full-width katakana or hiragana.
fn half_width(value: &str) -> bool {
    !value.chars().any(|c| matches!(c, '\u{3000}'..='\u{30FF}'))
}

/// Prefecture and kind of institution.
fn institution(value: &str, lang: Lang) -> Option<String> {
    let code = InstitutionCode::new(value);
    if matches!(code.check(), Checked::WrongLength { .. } | Checked::NotDigits) {
        return None;
    }
    let (ja, en) = match code.fee_table() {
        FeeTable::Medical => ("医科", "medical"),
        FeeTable::Dental => ("歯科", "dental"),
        FeeTable::Pharmacy => ("薬局", "pharmacy"),
        FeeTable::Other => ("その他", "other"),
    };
    let prefecture = code.prefecture().and_then(prefecture::name).unwrap_or("?");
    Some(format!("{prefecture} {}", say(lang, ja, en)))
}

/// The law behind the number, and its prefecture.
fn insurer(value: &str) -> Option<String> {
    let number = InsurerNumber::new(value);
    let prefecture = number.prefecture().and_then(prefecture::name)?;
    if number.is_national_health_insurance() {
        return Some(format!("国民健康保険 {prefecture}"));
    }
    let law = number.law().and_then(|law| law::insurer(law).or_else(|| law::public_expense(law)))?;
    Some(format!("{} {prefecture}", law.name))
}

/// A note on the check digit of a number that has one.
fn check_digit(format: Format, value: &str, lang: Lang) -> Option<String> {
    let checked = match format {
        Format::Insurer => InsurerNumber::new(value).check(),
        Format::Institution => InstitutionCode::new(value).check(),
        _ => return None,
    };
    let words = (!checked.is_valid()).then(|| checked.to_string())?;
    let (ja, en) = words.split_once(" / ").unwrap_or((&words, &words));
    Some(say(lang, ja, en).to_owned())
}

fn file_name(value: &str, lang: Lang) -> Option<String> {
    let name = PmhName::parse(value)?;
    Some(match lang {
        Lang::Ja => format!("結果は res の {}", name.result()),
        Lang::En => format!("its result is {} in res", name.result()),
    })
}
