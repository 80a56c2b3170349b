//! How values stand on a printed answer; the same on both papers.

use super::InquiryResult;
use crate::clock::{parse_date, parse_time};
use crate::message::element::Format;
use crate::message::page::{HeaderLine, Section};

/// The line below the title: who made it and when.
pub fn made(header: &InquiryResult) -> String {
    let made = header.process_execution_time.as_deref();
    let at = made.map_or_else(String::new, |time| format!("　作成 {}", moment(time)));
    format!("オンライン資格確認等システム{at}")
}

/// The person at the head of the paper.
pub fn person(name: Option<&str>, kana: Option<&str>, birthdate: Option<&str>, sex: Option<&str>) -> Vec<HeaderLine> {
    let sex = sex.map(|value| crate::code::label("OQSCD007", value).map_or(value, |row| &row.ja));
    let birthdate = birthdate.map(day);
    let lines = [("氏名", name), ("カナ氏名", kana), ("生年月日", birthdate.as_deref()), ("性別", sex)];
    lines.into_iter().filter_map(|(label, value)| Some(HeaderLine::new(label, value?))).collect()
}

/// Instead of what there is not: an empty paper would look like a mistake.
pub fn nothing() -> Section {
    Section { notes: vec!["該当する情報はありません。".to_owned()], ..Section::default() }
}

/// A value in its format; one that is not in it stays as it is.
pub fn value(format: Format, value: &str) -> String {
    match format {
        Format::Date => day(value),
        Format::Month => month(value),
        Format::Flag => match value {
            "0" => "非該当",
            "1" => "該当",
            other => other,
        }
        .to_owned(),
        _ => value.to_owned(),
    }
}

/// `2026/11/21`
pub fn day(value: &str) -> String {
    parse_date(value).map_or_else(|| value.to_owned(), |day| day.strftime("%Y/%m/%d").to_string())
}

/// `2026年11月`
pub fn month(value: &str) -> String {
    let first = parse_date(&format!("{value}01"));
    first.map_or_else(|| value.to_owned(), |day| day.strftime("%Y年%m月").to_string())
}

fn moment(value: &str) -> String {
    parse_time(value).map_or_else(|| value.to_owned(), |time| time.strftime("%Y/%m/%d %H:%M:%S").to_string())
}
