//! Numbers with check digits (spec/pmh.md §6). Real numbers break the rule now and then, so a wrong digit is a warning.

use super::whole::Sheet;
use super::{Report, Rule};
use crate::number::{Checked, InstitutionCode, InsurerNumber, PublicExpenseNumber, RecipientNumber, my_number as rule};

/// 保険者番号: eight characters, six digits padded on the left by blanks or zeros (spec/oqs-interface.md §1.4).
pub(super) fn insurer(sheet: &Sheet<'_>, at: usize, report: &mut Report) {
    let raw = sheet.page.raw(at);
    let digits = raw.trim_start_matches(' ');
    let is_plain = raw.chars().count() == 8 && digits.bytes().all(|b| b.is_ascii_digit());
    if !is_plain || !matches!(digits.len(), 6 | 8) {
        let padded = InsurerNumber::new(raw).padded();
        let violation = sheet.at(Rule::NumberInsurer, at).seen(raw);
        return report.add(if padded.len() == 8 { violation.expected(padded) } else { violation });
    }
    let checked = match of_public_expense(sheet, at) {
        true => PublicExpenseNumber::new(raw).check(),
        false => InsurerNumber::new(raw).check(),
    };
    add(sheet, at, checked, report);
}

/// In a record of 医療扶助 the element holds a 公費負担者番号.
fn of_public_expense(sheet: &Sheet<'_>, at: usize) -> bool {
    let record = sheet.page.parent(at);
    sheet.page.text(record, "InsuredCardClassification") == Some("A1")
}

/// 医療機関コード, ten digits.
pub(super) fn institution(sheet: &Sheet<'_>, at: usize, report: &mut Report) {
    let value = sheet.page.value(at);
    if value.len() != 10 || !value.bytes().all(|b| b.is_ascii_digit()) {
        return report.add(sheet.at(Rule::NumberInstitution, at).seen(value));
    }
    add(sheet, at, InstitutionCode::new(value).check(), report);
}

/// 公費負担者番号 of a subsidy answer.
pub(super) fn public_expense(sheet: &Sheet<'_>, at: usize, report: &mut Report) {
    match PublicExpenseNumber::new(sheet.page.value(at)).check() {
        Checked::NotDigits | Checked::WrongLength { .. } => {
            report.add(sheet.at(Rule::NumberPublicExpense, at).seen(sheet.page.value(at)));
        }
        checked => add(sheet, at, checked, report),
    }
}

/// 受給者番号: only those of seven digits, as national schemes have them, can be checked.
pub(super) fn recipient(sheet: &Sheet<'_>, at: usize, report: &mut Report) {
    let value = sheet.page.value(at);
    if value.len() == 7 && value.bytes().all(|b| b.is_ascii_digit()) {
        add(sheet, at, RecipientNumber::new(value).check(), report);
    }
}

fn add(sheet: &Sheet<'_>, at: usize, checked: Checked, report: &mut Report) {
    let value = sheet.page.raw(at);
    let violation = match checked {
        Checked::WrongCheckDigit { expected } => {
            let digit = format!("…{expected}");
            sheet.at(Rule::NumberCheckDigit, at).seen(value).expected(digit)
        }
        Checked::UnknownPrefecture(code) => sheet.at(Rule::NumberPrefecture, at).seen(format!("{code:02}")),
        Checked::InsurersLaw(law) => sheet.at(Rule::NumberPublicExpense, at).seen(format!("{law:02}")),
        Checked::Valid | Checked::WrongLength { .. } | Checked::NotDigits => return,
    };
    report.add(violation);
}

/// Elements into which people put the number that identifies somebody. Others hold twelve digits for good reasons (times, serials).
const OF_A_PERSON: [&str; 4] =
    ["ReferenceNumber", "InsuredIdentificationNumber", "InsuredPersonIdentificationNumber", "InsuredCardSymbol"];

/// Twelve digits with the check digit of a 個人番号, in an element that identifies somebody. The value is not told on.
pub(super) fn my_number(sheet: &Sheet<'_>, at: usize, report: &mut Report) {
    if OF_A_PERSON.contains(&sheet.page.name(at)) && rule::check(sheet.page.value(at)).is_valid() {
        report.add(sheet.at(Rule::NumberMyNumber, at));
    }
}
