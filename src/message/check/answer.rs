//! What belongs together in an answer (spec/oqs-interface.md §2.2–2.7, §4), and dates that belong together in any document.

use super::name::Kind;
use super::whole::Sheet;
use super::{Report, Rule};

/// From and to, side by side in one group.
const RANGES: [(&str, &str); 10] = [
    ("QualificationDate", "DisqualificationDate"),
    ("InsuredCardValidDate", "InsuredCardExpirationDate"),
    ("ElderlyRecipientValidStartDate", "ElderlyRecipientValidEndDate"),
    ("LimitApplicationCertificateValidStartDate", "LimitApplicationCertificateValidEndDate"),
    ("SpecificDiseasesValidStartDate", "SpecificDiseasesValidEndDate"),
    ("MedicalTicketValidDate", "MedicalTicketExpirationDate"),
    ("ConsentDateFrom", "ConsentDateTo"),
    ("ExaminationDateFrom", "ExaminationDateTo"),
    ("StartDate", "EndDate"),
    ("ValidFrom", "ValidTo"),
];

/// The element of one qualification.
const RECORD: &str = "ResultOfQualificationConfirmation";

/// Everything that one element says of another.
pub(super) fn look(sheet: &Sheet<'_>, report: &mut Report) {
    ranges(sheet, report);
    births(sheet, report);
    sheet.page.below(0, RECORD).for_each(|record| ticket(sheet, record, report));
    if sheet.kind.is_answer() {
        segment(sheet, report);
        statuses(sheet, report);
        validity(sheet, report);
        classification(sheet, report);
        result_code(sheet, report);
    }
}

fn is_digits(value: &str) -> bool {
    value.bytes().all(|b| b.is_ascii_digit())
}

fn ranges(sheet: &Sheet<'_>, report: &mut Report) {
    let page = sheet.page;
    for at in page.all().filter(|at| page.is_group(*at)) {
        for (from, to) in RANGES {
            let (Some(start), Some(end)) = (page.text(at, from), page.text(at, to)) else { continue };
            let comparable = start.len() == end.len() && is_digits(start) && is_digits(end);
            if let Some(place) = page.child(at, to).filter(|_| comparable && end < start) {
                report.add(sheet.at(Rule::DateRange, place).seen(end).expected(format!("≥ {start}")));
            }
        }
    }
}

fn births(sheet: &Sheet<'_>, report: &mut Report) {
    let page = sheet.page;
    let Some(day) = page.in_header("QualificationConfirmationDate") else { return };
    for at in page.below(0, "Birthdate").filter(|at| !sheet.is_echo(page.parent(*at))) {
        let birth = page.value(at);
        if birth.len() == 8 && day.len() == 8 && is_digits(birth) && is_digits(day) && birth > day {
            report.add(sheet.at(Rule::DateBirth, at).seen(birth).expected(format!("≤ {day}")));
        }
    }
}

/// 医療扶助: classification A1, a number of law 12, tickets (医療券・調剤券; none while unregistered).
fn ticket(sheet: &Sheet<'_>, record: usize, report: &mut Report) {
    let page = sheet.page;
    let Some(classification) = page.text(record, "InsuredCardClassification") else { return };
    let is_assistance = classification == "A1";
    if let Some(at) = page.child(record, "InsurerNumber") {
        let number = page.value(at);
        // A padded number of 国保 may begin with 12 (千葉), one of eight digits of a law may not.
        let of_law_12 = number.len() == 8 && number.starts_with("12");
        if of_law_12 != is_assistance && !number.is_empty() {
            report.add(sheet.at(Rule::TicketClassification, at).seen(number).expected(classification));
        }
    }
    let tickets = page.child(record, "PublicExpenseResultList");
    if let Some(at) = tickets.filter(|_| !is_assistance) {
        report.add(sheet.at(Rule::TicketClassification, at).seen(classification).expected("A1"));
    }
}

/// SegmentOfResult and the error that comes with 9 only.
fn segment(sheet: &Sheet<'_>, report: &mut Report) {
    let page = sheet.page;
    let Some(header) = page.header() else { return };
    let Some(at) = page.child(header, "SegmentOfResult") else { return };
    let segment = page.value(at);
    for name in ["ErrorCode", "ErrorMessage"] {
        match page.child(header, name) {
            None if segment == "9" => report.add(sheet.at(Rule::ResultErrorCode, at).seen("9").expected(name)),
            Some(error) if matches!(segment, "1" | "2") => {
                report.add(sheet.at(Rule::ResultErrorCode, error).seen(page.value(error)).expected("-"));
            }
            _ => {}
        }
    }
    let units = page.body().into_iter().flat_map(|body| page.children(body)).find(|at| page.is_group(*at));
    if segment == "2" && (!sheet.code().ends_with("02") || units.is_some()) {
        report.add(sheet.at(Rule::ResultSegment, at).seen("2"));
    }
}

/// The body of a single answer, or the units of a bulk one.
fn statuses(sheet: &Sheet<'_>, report: &mut Report) {
    let page = sheet.page;
    // With SegmentOfResult 9 the header has the error.
    let failed = page.in_header("SegmentOfResult") == Some("9");
    for at in page.below(0, "ProcessingResultStatus") {
        let parent = page.parent(at);
        let (code, message) = (page.text(parent, "ProcessingResultCode"), page.text(parent, "ProcessingResultMessage"));
        let missing = match (page.value(at), code, message) {
            ("2", None, _) if !failed => "ProcessingResultCode",
            (_, Some(_), None) => "ProcessingResultMessage",
            _ => continue,
        };
        report.add(sheet.at(Rule::ResultStatus, at).seen(page.value(at)).expected(missing));
    }
}

/// QualificationValidity and the records beside or below it; the form of several.
fn validity(sheet: &Sheet<'_>, report: &mut Report) {
    let page = sheet.page;
    for at in page.below(0, "QualificationValidity") {
        let parent = page.parent(at);
        let records = page.below(parent, RECORD).count();
        let right = match page.value(at) {
            "4" | "5" => records == 0,
            "1" | "2" | "3" | "6" => records > 0,
            _ => true,
        };
        if !right {
            let seen = format!("{}, {records} × {RECORD}", page.value(at));
            report.add(sheet.at(Rule::ResultValidity, at).seen(seen));
        }
        let lists = page.named(parent, "ResultList").count();
        if records > 1 {
            let seen = if lists > 1 { "repeated-list" } else { "one-list" };
            report.add(sheet.at(Rule::RecordSeveral, at).seen(format!("{records}, {seen}")));
        }
    }
}

/// ReferenceClassification against the name and the echo of the query.
fn classification(sheet: &Sheet<'_>, report: &mut Report) {
    let page = sheet.page;
    let (Some(header), Some(body)) = (page.header(), page.body()) else { return };
    let Some(at) = page.child(header, "ReferenceClassification") else { return };
    let classification = page.value(at);
    let right = if matches!(sheet.kind, Kind::Face(_)) { "1" } else { "2" };
    if matches!(classification, "1" | "2") && classification != right {
        report.add(sheet.at(Rule::ResultClassification, at).seen(classification).expected(right));
        return;
    }
    let echo = page.child(body, "QualificationConfirmSearchInfo");
    if matches!((classification, echo), ("2", None) | ("1", Some(_))) {
        report.add(sheet.at(Rule::ResultSearch, at).seen(classification));
    }
}

/// YZK and TKK: success or a reason, wherever it stands (§2.7).
fn result_code(sheet: &Sheet<'_>, report: &mut Report) {
    let Some(header) = sheet.page.header() else { return };
    if !matches!(sheet.code().get(..3), Some("YZK" | "TKK")) {
        return;
    }
    let has = |name: &str| sheet.page.below(0, name).any(|at| !sheet.page.value(at).is_empty());
    let succeeded = sheet.page.below(0, "ResultCode").any(|at| sheet.page.value(at) == "1");
    if !succeeded && !has("MessageContents") {
        report.add(sheet.at(Rule::ResultCode, header));
    }
}
