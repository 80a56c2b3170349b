//! Single values: length, form, code table.

use super::element::row;
use super::whole::Sheet;
use super::{Report, Rule, number};
use crate::clock::{parse_date, parse_time};
use crate::message::element::{ElementRow, Format};

/// All values of a document.
pub(super) fn look(sheet: &Sheet<'_>, report: &mut Report) {
    let page = sheet.page;
    for at in page.all().filter(|at| !page.is_group(*at)) {
        let value = page.value(at);
        if value.is_empty() || sheet.is_echo(page.parent(at)) {
            continue;
        }
        if matches!(page.name(at), "ArbitraryFileIdentifier" | "ArbitraryIdentifier") {
            blanks(sheet, at, report);
        }
        number::my_number(sheet, at, report);
        let Some(row) = row(sheet, at) else { continue };
        length(sheet, at, row, report);
        match only_values(sheet, page.name(at)) {
            Some(values) => among(sheet, at, values, report),
            None => form(sheet, at, row, report),
        }
    }
}

fn blanks(sheet: &Sheet<'_>, at: usize, report: &mut Report) {
    let raw = sheet.page.raw(at);
    if raw.contains(char::is_whitespace) {
        report.add(sheet.at(Rule::IdentifierBlank, at).seen(raw));
    }
}

fn length(sheet: &Sheet<'_>, at: usize, row: &ElementRow, report: &mut Report) {
    // Numbers have rules of their own, which say more.
    let has_its_own = matches!(row.format, Format::Insurer | Format::Institution);
    let long = sheet.page.value(at).chars().count();
    if let Some(most) = row.length.filter(|most| long > *most && !has_its_own) {
        let violation = sheet.at(Rule::LengthMax, at).seen(sheet.page.value(at)).by(&row.provenance);
        report.add(
            violation.wants(format!("{most}文字まで（{long}文字あります）"), format!("{most} at most, not {long}")),
        );
    }
}

/// The values that this interface has for an element, where its table names them.
fn only_values<'a>(sheet: &Sheet<'a>, name: &str) -> Option<&'a [String]> {
    Some(sheet.document?.values.get(name)?.as_slice())
}

fn among(sheet: &Sheet<'_>, at: usize, values: &[String], report: &mut Report) {
    let value = sheet.page.value(at);
    if !values.iter().any(|known| known == value) {
        report.add(sheet.at(Rule::CodeValue, at).seen(value).expected(values.join(", ")));
    }
}

fn form(sheet: &Sheet<'_>, at: usize, row: &ElementRow, report: &mut Report) {
    let value = sheet.page.value(at);
    let digits = |most: usize| value.len() <= most && value.bytes().all(|b| b.is_ascii_digit());
    let whole = |length: usize| value.len() == length && digits(length);
    let broken = match row.format {
        Format::Date => (!(whole(8) && parse_date(value).is_some())).then_some(Rule::FormDate),
        Format::Datetime => (!(whole(14) && parse_time(value).is_some())).then_some(Rule::FormDatetime),
        Format::Month => (!(whole(6) && parse_date(&format!("{value}01")).is_some())).then_some(Rule::FormMonth),
        Format::Yen | Format::Percent | Format::Number => (!digits(MOST_DIGITS)).then_some(Rule::FormNumber),
        Format::Ratio => (!whole(3)).then_some(Rule::FormRatio),
        Format::Kana => (!is_half_width(value)).then_some(Rule::FormKana),
        Format::Text if row.name == "PostNumber" => (!is_post_number(value)).then_some(Rule::FormPostNumber),
        Format::Code => return code(sheet, at, row, report),
        Format::Flag if !matches!(value, "0" | "1") => {
            return report.add(sheet.at(Rule::CodeValue, at).seen(value).expected("0, 1").by(&row.provenance));
        }
        Format::Insurer => return number::insurer(sheet, at, report),
        Format::Institution => return number::institution(sheet, at, report),
        Format::FileName => (crate::message::name::PmhName::parse(value).is_none()).then_some(Rule::LinkPmhName),
        Format::Flag | Format::Text | Format::Group => None,
    };
    if let Some(rule) = broken {
        report.add(sheet.at(rule, at).seen(value).by(&row.provenance));
    }
}

/// Longest count or amount: what fits a 64-bit number.
const MOST_DIGITS: usize = 18;

/// No full-width katakana, hiragana, space or letters.
fn is_half_width(value: &str) -> bool {
    !value.contains(|c: char| matches!(c, '\u{3000}'..='\u{30FF}' | '\u{FF01}'..='\u{FF5E}'))
}

/// `nnn-nnnn`
fn is_post_number(value: &str) -> bool {
    value.len() == 8 && value.bytes().enumerate().all(|(at, b)| if at == 3 { b == b'-' } else { b.is_ascii_digit() })
}

fn code(sheet: &Sheet<'_>, at: usize, row: &ElementRow, report: &mut Report) {
    let (Some(table), value) = (row.code.as_deref(), sheet.page.value(at)) else { return };
    if sheet.tables.elements.code_label(table, value).is_some() {
        return;
    }
    let codes = sheet.tables.elements.codes(table);
    let labels = |pick: fn(&(&str, &str, &str)) -> String| codes.iter().map(pick).collect::<Vec<_>>().join(", ");
    let ja = labels(|(value, ja, _)| format!("{value} {ja}"));
    let en = labels(|(value, _, en)| format!("{value} {en}"));
    let violation = sheet.at(Rule::CodeValue, at).seen(value).by(&row.provenance);
    report.add(violation.wants(format!("{table}: {ja}"), format!("{table}: {en}")));
}
