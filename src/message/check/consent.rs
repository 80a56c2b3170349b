//! Consents: flag, time, until when, and what is given only with them (spec/oqs-interface.md §2.2, notes).

use jiff::SignedDuration;

use super::whole::Sheet;
use super::{Report, Rule};
use crate::clock::{parse_time, time14};
use crate::message::element::Family;

/// What is given only with a consent: flag, group.
const GROUPS: [(&str, &str); 2] = [
    ("LimitApplicationCertificateRelatedConsFlg", "LimitApplicationCertificateRelatedInfo"),
    ("SpecificDiseasesCertificateRelatedConsFlg", "SpecificDiseasesCertificateList"),
];

/// The consents of all records. Which there are, the element table says: every `…ConsFlg` that has a `…ConsTime` beside it.
pub(super) fn look(sheet: &Sheet<'_>, report: &mut Report) {
    const RECORD: &str = "ResultOfQualificationConfirmation";
    let rows = sheet.tables.elements.below(Family::Common, RECORD);
    let names: Vec<&str> = rows.map(|row| row.name.as_str()).collect();
    let prefixes: Vec<&str> = names
        .iter()
        .filter_map(|name| name.strip_suffix("ConsFlg"))
        .filter(|prefix| names.contains(&format!("{prefix}ConsTime").as_str()))
        .collect();
    for record in sheet.page.below(0, RECORD) {
        for prefix in &prefixes {
            let until = format!("{prefix}AvailableTime");
            let has_until = names.contains(&until.as_str());
            consent(sheet, record, prefix, has_until, report);
        }
        for (flag, group) in GROUPS {
            let given = sheet.page.child(record, group);
            if let Some(at) = given.filter(|_| sheet.page.text(record, flag) != Some("1")) {
                let seen = sheet.page.text(record, flag).unwrap_or("-");
                report.add(sheet.at(Rule::ConsentGroup, at).seen(seen).expected(format!("{flag} = 1")));
            }
        }
    }
}

fn consent(sheet: &Sheet<'_>, record: usize, prefix: &str, has_until: bool, report: &mut Report) {
    let page = sheet.page;
    let names = [format!("{prefix}ConsFlg"), format!("{prefix}ConsTime"), format!("{prefix}AvailableTime")];
    let [flag, time, until] = &names;
    let (given, said) = (|name: &str| page.child(record, name), page.text(record, flag));
    match said {
        Some("1") => {
            let wanted = [Some(time), has_until.then_some(until)];
            let missing = wanted.into_iter().flatten().find(|name| page.text(record, name).is_none());
            if let (Some(missing), Some(at)) = (missing, given(flag)) {
                report.add(sheet.at(Rule::ConsentTime, at).seen("1").expected(missing.as_str()));
            }
        }
        None | Some("0") => {
            for at in [given(time), given(until)].into_iter().flatten() {
                let seen = said.map_or_else(|| "-".to_owned(), |said| format!("{flag} {said}"));
                report.add(sheet.at(Rule::ConsentWithoutFlag, at).seen(seen));
            }
        }
        // 2 expired, 3 could not be asked for: which times come with them is not public.
        Some(_) => {}
    }
    let (Some(from), Some(to)) = (page.text(record, time), page.text(record, until)) else { return };
    let Some(hours) = sheet.document.and_then(|document| document.hours) else { return };
    let right = parse_time(from).and_then(|from| from.checked_add(SignedDuration::from_hours(hours)).ok());
    if let (Some(right), Some(at)) = (right.map(time14).filter(|right| right != to), given(until)) {
        report.add(sheet.at(Rule::ConsentAvailable, at).seen(to).expected(right));
    }
}
