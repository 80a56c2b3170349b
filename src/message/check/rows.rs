//! The rows of bulk files (spec/oqs-interface.md §2.4–2.6).

use std::collections::BTreeMap;

use super::name::Kind;
use super::whole::Sheet;
use super::{Report, Rule};

/// One row of a bulk file: of a request, and of a result.
const ROWS: [&str; 2] = ["QualificationConfirmSearchInfo", "ReferenceNumberRegistrationInfo"];
const UNITS: [&str; 2] = ["BulkConfirmUnit", "BulkRegistrationUnit"];

/// The rows of the body, whatever they are called.
pub(super) fn rows_of(sheet: &Sheet<'_>) -> Vec<usize> {
    let page = sheet.page;
    let names = if sheet.kind.is_answer() { UNITS } else { ROWS };
    page.body().into_iter().flat_map(|body| page.children(body)).filter(|at| names.contains(&page.name(*at))).collect()
}

/// Everything about rows.
pub(super) fn look(sheet: &Sheet<'_>, report: &mut Report) {
    let repeats = sheet.document.is_some_and(|document| document.repeat.is_some());
    let rows = rows_of(sheet);
    let Some(body) = sheet.page.body() else { return };
    if repeats && rows.is_empty() {
        report.add(sheet.at(Rule::BulkEmpty, body));
    }
    if matches!(sheet.kind, Kind::Answer(_)) && sheet.code().get(3..5) == Some("mu") {
        match sheet.code().ends_with("01") {
            true => reception(sheet, body, report),
            false => counts(sheet, rows.len(), report),
        }
    }
    if matches!(sheet.kind, Kind::Request(_)) && rows.len() > 1 {
        repeated(sheet, &rows, report);
    }
}

/// A 01res that did not fail has a number.
fn reception(sheet: &Sheet<'_>, body: usize, report: &mut Report) {
    let failed = sheet.page.in_header("SegmentOfResult").is_some_and(|segment| segment != "1");
    let refused = sheet.page.text(body, "ProcessingResultStatus") == Some("2");
    let has = sheet.page.below(0, "ReceptionNumber").any(|at| !sheet.page.value(at).is_empty());
    if !has && !failed && !refused {
        report.add(sheet.missing(Rule::BulkReception, body, "ReceptionNumber"));
    }
}

/// All = normal + errors = rows.
fn counts(sheet: &Sheet<'_>, rows: usize, report: &mut Report) {
    let page = sheet.page;
    let Some(header) = page.header() else { return };
    let count = |name: &str| page.text(header, name).and_then(|value| value.parse::<usize>().ok());
    let Some(at) = page.child(header, "NumberOfProcessingResult") else { return };
    let Some(all) = count("NumberOfProcessingResult") else { return };
    let parts = count("NumberOfNormalProcessing").zip(count("NumberOfError"));
    if let Some((normal, errors)) = parts.filter(|(normal, errors)| normal.checked_add(*errors) != Some(all)) {
        let seen = format!("{all}, {normal} + {errors}");
        report.add(sheet.at(Rule::BulkCounts, at).seen(seen));
    } else if all != rows {
        report.add(sheet.at(Rule::BulkCounts, at).seen(all.to_string()).expected(rows.to_string()));
    }
}

/// Rows that cannot be told apart.
fn repeated(sheet: &Sheet<'_>, rows: &[usize], report: &mut Report) {
    let page = sheet.page;
    let (mut identifiers, mut whole, mut numbers) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    for row in rows.iter().copied() {
        if let Some(at) = page.child(row, "ArbitraryIdentifier").filter(|at| !page.value(*at).is_empty())
            && let Some(first) = identifiers.insert(page.value(at), row)
        {
            let violation = sheet.at(Rule::DuplicateArbitraryIdentifier, at).seen(page.value(at));
            report.add(violation.expected(format!("≠ {}", page.path(first))));
        }
        // The same question under two identifiers is asked twice as well.
        let person: Vec<(&str, &str)> = page
            .children(row)
            .map(|at| (page.name(at), page.value(at)))
            .filter(|(name, value)| !value.is_empty() && !matches!(*name, "ArbitraryIdentifier" | "ReferenceNumber"))
            .collect();
        let number = page.text(row, "ReferenceNumber");
        let is_filled = !person.is_empty();
        if let Some(first) = whole.insert((person.clone(), number), row).filter(|_| is_filled) {
            report.add(sheet.at(Rule::DuplicateRow, row).seen(page.path(first)));
        } else if let Some(number) = number
            && let Some(first) = numbers.insert(number, row)
        {
            report.add(
                sheet.at(Rule::DuplicateReferenceNumber, row).seen(number).expected(format!("≠ {}", page.path(first))),
            );
        }
    }
}
