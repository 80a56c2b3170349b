//! 医療券・調剤券 (spec/oqs-interface.md §2.3): which an institution sees on a day, and whether one is for it.

use jiff::civil::Date;

use crate::clock;
use crate::message::qualification::MedicalTicketInfo;
use crate::number::{FeeTable, InstitutionCode};
use crate::people::Qualification;

/// OQSCD018 01: for who treats.
const MEDICAL_TICKET: &str = "01";
/// OQSCD018 02: for who dispenses.
const DISPENSING_TICKET: &str = "02";

/// OQSCD026 0: the ticket is for who asks.
pub const MATCHES: &str = "0";
/// OQSCD026 1: it names another institution.
const OTHER: &str = "1";

/// Is a ticket of this day registered for `institution`? A ticket that names none is for whoever asks.
pub fn registered_here(qualification: &Qualification, day: Date, institution: &str) -> bool {
    of_the_day(qualification, day, institution).any(|ticket| is_for(ticket, institution))
}

/// The tickets of `day` as `institution` sees them, each with 指定医療機関確認フラグ (OQSCD026).
pub fn seen_by(qualification: &Qualification, day: Date, institution: &str) -> Vec<MedicalTicketInfo> {
    of_the_day(qualification, day, institution).map(|ticket| flagged(ticket, institution)).collect()
}

/// The tickets of `month` (`YYYYMM`) as `institution` sees them. One that names no 診療年月 is of the month in which it begins.
pub fn of_month(qualification: &Qualification, month: &str, institution: &str) -> Vec<MedicalTicketInfo> {
    let of_month = |ticket: &&MedicalTicketInfo| {
        let named = ticket.medical_treatment_month.as_deref();
        named.or(ticket.medical_ticket_valid_date.as_deref().and_then(|day| day.get(..6))) == Some(month)
    };
    of_kind(qualification, institution).filter(of_month).map(|ticket| flagged(ticket, institution)).collect()
}

fn of_the_day<'a>(
    qualification: &'a Qualification,
    day: Date,
    institution: &str,
) -> impl Iterator<Item = &'a MedicalTicketInfo> {
    let day = clock::date8(day);
    of_kind(qualification, institution).filter(move |ticket| {
        ticket.medical_ticket_valid_date.as_ref().is_none_or(|from| *from <= day)
            && ticket.medical_ticket_expiration_date.as_ref().is_none_or(|last| day <= *last)
    })
}

/// A 薬局 sees 調剤券, everybody else 医療券.
fn of_kind<'a>(
    qualification: &'a Qualification,
    institution: &str,
) -> impl Iterator<Item = &'a MedicalTicketInfo> + use<'a> {
    let other_kind = match InstitutionCode::new(institution).fee_table() {
        FeeTable::Pharmacy => MEDICAL_TICKET,
        _ => DISPENSING_TICKET,
    };
    qualification.medical_tickets.iter().filter(move |ticket| ticket.ticket_type.as_deref() != Some(other_kind))
}

/// With 指定医療機関確認フラグ (OQSCD026).
fn flagged(ticket: &MedicalTicketInfo, institution: &str) -> MedicalTicketInfo {
    let matches = if is_for(ticket, institution) { MATCHES } else { OTHER };
    MedicalTicketInfo { designated_medical_institution_flag: Some(matches.to_owned()), ..ticket.clone() }
}

fn is_for(ticket: &MedicalTicketInfo, institution: &str) -> bool {
    ticket.designated_medical_institution_code.as_ref().is_none_or(|code| code == institution)
}
