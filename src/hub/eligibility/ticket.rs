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

/// Is a ticket of this day registered for `institution`? A ticket that names none is for whoever asks.
pub fn registered_here(qualification: &Qualification, day: Date, institution: &str) -> bool {
    of_the_day(qualification, day, institution).any(|ticket| is_for(ticket, institution))
}

/// The tickets of `day` as `institution` sees them, each with 指定医療機関確認フラグ (OQSCD026). A 薬局 sees 調剤券, everybody else 医療券.
pub fn seen_by(qualification: &Qualification, day: Date, institution: &str) -> Vec<MedicalTicketInfo> {
    let flagged = |ticket: &MedicalTicketInfo| {
        let matches = if is_for(ticket, institution) { "0" } else { "1" };
        MedicalTicketInfo { designated_medical_institution_flag: Some(matches.to_owned()), ..ticket.clone() }
    };
    of_the_day(qualification, day, institution).map(flagged).collect()
}

fn of_the_day<'a>(
    qualification: &'a Qualification,
    day: Date,
    institution: &str,
) -> impl Iterator<Item = &'a MedicalTicketInfo> {
    let day = clock::date8(day);
    let other_kind = match InstitutionCode::new(institution).fee_table() {
        FeeTable::Pharmacy => MEDICAL_TICKET,
        _ => DISPENSING_TICKET,
    };
    qualification.medical_tickets.iter().filter(move |ticket| {
        ticket.ticket_type.as_deref() != Some(other_kind)
            && ticket.medical_ticket_valid_date.as_ref().is_none_or(|from| *from <= day)
            && ticket.medical_ticket_expiration_date.as_ref().is_none_or(|last| day <= *last)
    })
}

fn is_for(ticket: &MedicalTicketInfo, institution: &str) -> bool {
    ticket.designated_medical_institution_code.as_ref().is_none_or(|code| code == institution)
}
