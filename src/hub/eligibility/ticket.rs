//! 医療券・調剤券 (spec/oqs-interface.md §2.3): which hold on a day, and whether one is for the institution that asks.

use jiff::civil::Date;

use crate::clock;
use crate::message::qualification::MedicalTicketInfo;
use crate::people::Qualification;

/// Is a ticket of this day registered for `institution`? A ticket that names none is for whoever asks.
pub fn registered_here(qualification: &Qualification, day: Date, institution: &str) -> bool {
    of_the_day(qualification, day).any(|ticket| is_for(ticket, institution))
}

/// The tickets of `day` as `institution` sees them, each with 指定医療機関確認フラグ (OQSCD026).
pub fn seen_by(qualification: &Qualification, day: Date, institution: &str) -> Vec<MedicalTicketInfo> {
    let flagged = |ticket: &MedicalTicketInfo| {
        let matches = if is_for(ticket, institution) { "0" } else { "1" };
        MedicalTicketInfo { designated_medical_institution_flag: Some(matches.to_owned()), ..ticket.clone() }
    };
    of_the_day(qualification, day).map(flagged).collect()
}

fn of_the_day(qualification: &Qualification, day: Date) -> impl Iterator<Item = &MedicalTicketInfo> {
    let day = clock::date8(day);
    qualification.medical_tickets.iter().filter(move |ticket| {
        ticket.medical_ticket_valid_date.as_ref().is_none_or(|from| *from <= day)
            && ticket.medical_ticket_expiration_date.as_ref().is_none_or(|last| day <= *last)
    })
}

fn is_for(ticket: &MedicalTicketInfo, institution: &str) -> bool {
    ticket.designated_medical_institution_code.as_ref().is_none_or(|code| code == institution)
}
