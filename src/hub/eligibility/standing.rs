//! Which questions the reader puts to the patient: by the day, by what the person has, by what the institution uses.

use jiff::civil::Date;

use super::record::valid_diseases;
use super::store::Known;
use super::validity::{ByCard, by_card};
use crate::hub::settings::Settings;
use crate::number::{FeeTable, InstitutionCode};
use crate::visit::{CertificateStatus, ConsentPeriod, EPrescriptionUse, Question, Uses};

/// How consents are asked on `day` (spec/jpki-card.md §5.5, [A]).
pub fn period(settings: &Settings, day: Date) -> ConsentPeriod {
    if day < settings.all_at_once_from { ConsentPeriod::OneByOne } else { ConsentPeriod::AllAtOnce }
}

/// What decides about the questions.
pub struct Situation<'a> {
    /// 医療機関コード
    pub institution: &'a str,
    /// The institution's switches.
    pub uses: Uses,
    /// The day of the visit.
    pub day: Date,
    /// How consents are asked.
    pub period: ConsentPeriod,
    /// What became of the certificate.
    pub certificate: CertificateStatus,
    /// Whom the card names.
    pub known: Option<&'a Known>,
    /// Does PMH hold something that may be shown?
    pub subsidies_known: bool,
    /// Are no new links made at this moment? Then no card is registered either.
    pub links_stopped: bool,
}

/// The questions, in the order of the screens (spec/jpki-card.md §5.4). Nobody is asked whose visit ends anyway.
pub fn questions(situation: &Situation<'_>) -> Vec<Question> {
    let Some(known) = situation.known.filter(|_| situation.certificate.admits()) else { return Vec::new() };
    let can_be_registered =
        known.insured.physical_card && !known.insured.information_withheld && !situation.links_stopped;
    if !known.registered && !can_be_registered {
        return Vec::new();
    }
    // After its end a certificate still confirms the qualification, and gives no medical information (§3.5, [A]).
    let medical_information = situation.certificate != CertificateStatus::Grace;
    let asked = [
        (Question::Registration, !known.registered),
        (Question::LimitCertificate, situation.period == ConsentPeriod::OneByOne),
        (Question::SpecificDisease, has_specific_disease(situation, known)),
        (Question::DiagnosisAndPharmacists, medical_information),
        (Question::Operation, medical_information),
        (Question::HealthCheckup, medical_information),
        (Question::Subsidy, situation.subsidies_known && situation.uses.medical_subsidy),
        (Question::Prescription, chooses_prescription(situation)),
    ];
    asked.into_iter().filter_map(|(question, is_asked)| is_asked.then_some(question)).collect()
}

fn has_specific_disease(situation: &Situation<'_>, known: &Known) -> bool {
    let question = ByCard {
        day: situation.day,
        institution: situation.institution,
        medical_assistance: situation.uses.medical_assistance,
    };
    let held = by_card(&known.insured, question);
    held.qualifications.iter().any(|q| valid_diseases(q, situation.day).next().is_some())
}

/// There must be a choice, at this moment, and somebody here who prescribes: a 薬局 fills prescriptions.
fn chooses_prescription(situation: &Situation<'_>) -> bool {
    InstitutionCode::new(situation.institution).fee_table() != FeeTable::Pharmacy
        && situation.uses.prescription_at_confirmation
        && situation.uses.e_prescription == EPrescriptionUse::Both
}
