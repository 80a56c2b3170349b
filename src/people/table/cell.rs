//! One cell to a value and back. Spreadsheets drop zeros in front and write dates in their own way: undone here, where it can be told.

use jiff::civil::Date;
use serde_json::Value;
use unicode_normalization::UnicodeNormalization;

use super::column::Kind;
use crate::code;
use crate::event::Words;
use crate::people::Day;
use crate::text::kana::{Small, half_width};

/// What a checked box says.
const YES: &str = "○";
/// Accepted for yes beside it.
const ALSO_YES: [&str; 6] = ["〇", "◯", "1", "true", "yes", "はい"];
const NO: [&str; 5] = ["×", "0", "false", "no", "いいえ"];
/// 元号, its letter, and the year before its first.
const ERAS: [(&str, char, i16); 5] =
    [("明治", 'M', 1867), ("大正", 'T', 1911), ("昭和", 'S', 1925), ("平成", 'H', 1988), ("令和", 'R', 2018)];
/// A cell that begins so is a formula to a spreadsheet.
const FORMULA: [char; 4] = ['=', '+', '-', '@'];
/// Before a relative date, so that it is none.
const TODAY: &str = "today";

/// The value of a cell that is not empty.
pub fn read(kind: Kind, cell: &str) -> Result<Value, Words> {
    let trimmed = cell.trim();
    match kind {
        Kind::Text | Kind::Id => Ok(trimmed.into()),
        Kind::Number => number(trimmed).map(Value::from),
        Kind::Kana => Ok(half_width(trimmed, Small::Keep).into()),
        Kind::Digits(lengths) => digits(trimmed, lengths).map(Value::from),
        Kind::Code(table) => code_value(trimmed, table).map(Value::from),
        Kind::Date => date(trimmed).map(Value::from),
        Kind::Flag => flag(trimmed).map(Value::from),
        Kind::Rest => serde_json::from_slice(cell.as_bytes()).map_err(|error| {
            let ja = "JSONとして読めません。people export が書いたままにするか、空にしてください";
            Words::new(ja, format!("not JSON ({error}): leave what people export wrote, or nothing"))
        }),
    }
}

/// The cell of a value; none where a cell would make another value of it.
pub fn write(kind: Kind, value: &Value) -> Option<String> {
    let cell = match (kind, value) {
        (Kind::Flag, Value::Bool(true)) => YES.to_owned(),
        (Kind::Rest, value) => value.to_string(),
        (Kind::Date, Value::String(day)) if day.starts_with(FORMULA) => format!("{TODAY}{day}"),
        (_, Value::String(text)) => text.clone(),
        _ => return None,
    };
    // A line end within a cell survives in a table, but not every program that touches it.
    let plain = !cell.is_empty() && !cell.starts_with(FORMULA) && !cell.contains(char::is_control);
    (plain && read(kind, &cell).as_ref() == Ok(value)).then_some(cell)
}

/// What a spreadsheet makes of a long number cannot be undone.
fn number(cell: &str) -> Result<String, Words> {
    let folded: String = cell.nfkc().collect();
    let scientific = folded.split_once("E+").is_some_and(|(before, after)| {
        let numeric = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit() || c == '.');
        numeric(before) && numeric(after)
    });
    if scientific {
        return Err(Words::new(
            "表計算ソフトが指数に変えた番号です。セルを文字列にして、元の番号を入れ直してください",
            "a spreadsheet has turned this number into a power of ten: format the cell as text and enter it again",
        ));
    }
    Ok(cell.to_owned())
}

fn digits(cell: &str, lengths: &[usize]) -> Result<String, Words> {
    let folded: String = number(cell)?.nfkc().filter(|c| !matches!(c, ' ' | '-')).collect();
    let told = lengths.iter().map(ToString::to_string).collect::<Vec<_>>().join("・");
    if !folded.chars().all(|c| c.is_ascii_digit()) {
        let en = format!("digits only ({})", told.replace('・', " or "));
        return Err(Words::new(format!("数字だけ（{told} 桁）で書いてください"), en));
    }
    // One zero is what a spreadsheet drops from 06139992; a branch 00 becomes 0, a ratio 010 becomes 10.
    let short = lengths.iter().find(|length| **length == folded.len() + 1 && !lengths.contains(&folded.len()));
    Ok(match short {
        Some(length) => format!("{folded:0>length$}"),
        None => folded,
    })
}

fn code_value(cell: &str, table: &str) -> Result<String, Words> {
    let folded: String = cell.nfkc().collect();
    let Some(known) = code::table(table) else { return Ok(folded) };
    let rows = known.rows();
    let is = |value: &str| rows.iter().find(|row| row.value == value);
    let labelled = rows.iter().find(|row| {
        let label: String = row.ja.nfkc().collect();
        label == folded || row.en.eq_ignore_ascii_case(&folded)
    });
    if let Some(row) = is(&folded).or_else(|| is(&format!("0{folded}"))).or(labelled) {
        return Ok(row.value.clone());
    }
    // A code that no table has is kept and reported, as everywhere; a word that is no label is a slip.
    if !folded.is_empty() && folded.chars().all(|c| c.is_ascii_alphanumeric()) {
        return Ok(folded);
    }
    let all: Vec<String> = rows.iter().map(|row| format!("{} {}", row.value, row.ja)).collect();
    let all_en: Vec<String> = rows.iter().map(|row| format!("{} {}", row.value, row.en)).collect();
    Err(Words::new(
        format!("{table} の値か名前を書いてください: {}", all.join("、")),
        format!("a value of {table} or its name: {}", all_en.join(", ")),
    ))
}

fn date(cell: &str) -> Result<String, Words> {
    let folded: String = cell.nfkc().filter(|c| !c.is_whitespace()).collect();
    if let Some(date) = calendar(&folded) {
        return Ok(Day::from(date).to_string());
    }
    Day::parse(&folded).map(|day| day.to_string()).map_err(|_| {
        Words::new(
            "日付として読めません。2026-04-01、2026/4/1、20260401、令和8年4月1日、R8.4.1 の形で書いてください",
            "not a date: write 2026-04-01, 2026/4/1, 20260401, 令和8年4月1日 or R8.4.1",
        )
    })
}

/// `2026/4/1`, `2026年4月1日`, `R8.4.1`, `令和元年5月1日`.
fn calendar(text: &str) -> Option<Date> {
    let era = ERAS.iter().find_map(|(name, letter, before)| {
        let rest = text
            .strip_prefix(name)
            .or_else(|| text.strip_prefix(*letter).or_else(|| text.strip_prefix(letter.to_ascii_lowercase())))?;
        Some((rest, *before))
    });
    let (rest, before) = era.unwrap_or((text, 0));
    let rest = rest.strip_suffix('日').unwrap_or(rest);
    let mut parts = rest.split(['/', '.', '年', '月']);
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let year: i16 = if year == "元" { 1 } else { year.parse().ok()? };
    if parts.next().is_some() || (era.is_none() && year < 1000) {
        return None;
    }
    Date::new(before.checked_add(year)?, month.parse().ok()?, day.parse().ok()?).ok()
}

fn flag(cell: &str) -> Result<bool, Words> {
    let folded = cell.to_lowercase();
    if cell == YES || ALSO_YES.contains(&folded.as_str()) {
        Ok(true)
    } else if NO.contains(&folded.as_str()) {
        Ok(false)
    } else {
        Err(Words::new("○ か空白にしてください", "○ or nothing"))
    }
}
