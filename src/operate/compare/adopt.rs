//! The persons of a captured answer as people of ours, so that a hub can be asked the same question about them.

use jiff::ToSpan;
use jiff::civil::Date;

use crate::clock::{date8, parse_date};
use crate::event::Words;
use crate::message::qualification::{QualificationRecord, SearchInfo};
use crate::message::registration::RegistrationInfo;
use crate::people::{Day, Elderly, Limit, Person, Profile, Qualification, SpecificDisease, Subsidy};

/// Why a person cannot be adopted.
fn cannot(element: &str, value: &str) -> Words {
    Words::new(
        format!("{element}「{value}」から患者を作れません"),
        format!("no person can be made of {element} `{value}`"),
    )
}

/// The person of `records`, which are all theirs, on `day`.
///
/// # Errors
/// A name or a birth date that is none.
pub fn person(id: &str, records: &[&QualificationRecord], day: Date) -> Result<Person, Words> {
    let Some(first) = records.first() else { return nobody(id, day) };
    let birthdate = parse_date(first.birthdate.trim()).ok_or_else(|| cannot("Birthdate", &first.birthdate))?;
    let mut person = settled(id, &first.name, birthdate, day)?;
    person.name_kana = first.name_kana.clone();
    person.name_of_other = first.name_of_other.clone();
    person.name_of_other_kana = first.name_of_other_kana.clone();
    person.sex = first.sex1.clone();
    person.sex_on_card = first.sex2.clone();
    person.address = first.address.clone();
    person.post_number = first.post_number.clone();
    person.reference_number = first.reference_number.clone();
    person.qualifications = records.iter().map(|record| qualification(record)).collect();
    Ok(person)
}

/// A person who has nothing but a card.
pub fn nobody(id: &str, day: Date) -> Result<Person, Words> {
    settled(id, "採取　太郎", day.saturating_sub(40.years()), day)
}

/// Somebody with the insurance that was asked for, of whom nothing else is known.
pub fn of_search(id: &str, search: &SearchInfo, day: Date) -> Result<Person, Words> {
    let birthdate = parse_date(search.birthdate.trim()).ok_or_else(|| cannot("Birthdate", &search.birthdate))?;
    let mut person = settled(id, "採取　太郎", birthdate, day)?;
    person.qualifications = vec![Qualification {
        insured_card_classification: "01".to_owned(),
        insurer_number: Some(search.insurer_number.clone()),
        symbol: search.insured_card_symbol.clone(),
        number: Some(search.insured_identification_number.clone()),
        branch: search.insured_branch_number.clone(),
        ..Qualification::default()
    }];
    Ok(person)
}

/// The same for a registration, which has no birth date.
pub fn of_registration(id: &str, info: &RegistrationInfo, day: Date) -> Result<Person, Words> {
    let search = SearchInfo {
        insurer_number: info.insurer_number.clone(),
        insured_card_symbol: info.insured_card_symbol.clone(),
        insured_identification_number: info.insured_identification_number.clone(),
        insured_branch_number: info.insured_branch_number.clone(),
        birthdate: date8(day.saturating_sub(40.years())),
        ..SearchInfo::default()
    };
    of_search(id, &search, day)
}

/// A newer insurance: why an older one was answered with 無効（新しい資格あり）.
pub fn newer() -> Qualification {
    Qualification { insured_card_classification: "01".to_owned(), ..Qualification::default() }
}

/// A 受給者証 that holds on `day`: why a face file names a PMH request.
pub fn subsidy(day: Date) -> Subsidy {
    let mut subsidy = Subsidy::default();
    subsidy.certificate.certification_name = "採取".to_owned();
    subsidy.certificate.valid_from = date8(day);
    subsidy.certificate.valid_to = date8(day);
    subsidy
}

/// A disease that a patient was asked about and said no.
pub fn disease() -> SpecificDisease {
    SpecificDisease { category: "1".to_owned(), ..SpecificDisease::default() }
}

/// A 限度額 certificate that came a day ago: why a bulk result says that it changed.
pub fn limit_of_yesterday(day: Date) -> Limit {
    Limit { valid_from: Some(day.saturating_sub(1.day())), ..Limit::default() }
}

fn settled(id: &str, name: &str, birthdate: Date, day: Date) -> Result<Person, Words> {
    let written = date8(birthdate);
    let profile = Profile {
        order: None,
        shows: Default::default(),
        name: name.to_owned(),
        name_kana: None,
        name_of_other: None,
        name_of_other_kana: None,
        sex: "3".to_owned(),
        sex_on_card: None,
        birthdate: Day::parse(&written).map_err(|_| cannot("Birthdate", &written))?,
        address: None,
        post_number: None,
        my_number: None,
        reference_number: None,
        subsidies_linked_on: None,
        information_withheld: false,
        adopted: false,
        irregular: Vec::new(),
        card: Default::default(),
        habits: Default::default(),
        qualifications: Vec::new(),
        subsidies: Vec::new(),
        medications: Vec::new(),
        checkups: Vec::new(),
        home_consents: Vec::new(),
    };
    profile.settle(id, day).map_err(|_| cannot("Name", name))
}

fn qualification(record: &QualificationRecord) -> Qualification {
    let day = |value: &Option<String>| value.as_deref().map(str::trim).and_then(parse_date);
    let limit = record.limit_application_certificate_related_info.as_ref().map(|info| Limit {
        classification: info.limit_application_certificate_classification.clone().unwrap_or_default(),
        classification_flag: info.limit_application_certificate_classification_flag.clone().unwrap_or_default(),
        issued_on: day(&info.limit_application_certificate_date),
        valid_from: day(&info.limit_application_certificate_valid_start_date),
        valid_until: day(&info.limit_application_certificate_valid_end_date),
        long_term_on: day(&info.limit_application_certificate_long_term_date),
    });
    let elderly = record.elderly_recipient_certificate_info.as_ref().map(|info| Elderly {
        issued_on: day(&info.elderly_recipient_certificate_date),
        valid_from: day(&info.elderly_recipient_valid_start_date),
        valid_until: day(&info.elderly_recipient_valid_end_date),
        contribution_ratio: info.elderly_recipient_contribution_ratio.clone(),
    });
    let diseases = record.specific_diseases_certificates.iter().map(|info| SpecificDisease {
        category: info.specific_diseases_disease_category.clone().unwrap_or_default(),
        issued_on: day(&info.specific_diseases_certificate_date),
        valid_from: day(&info.specific_diseases_valid_start_date),
        valid_until: day(&info.specific_diseases_valid_end_date),
        self_pay: info.specific_diseases_self_pay.as_deref().and_then(|yen| yen.trim().parse().ok()),
    });
    Qualification {
        insured_card_classification: record.insured_card_classification.clone(),
        insurer_number: record.insurer_number.clone(),
        insurer_name: record.insurer_name.clone(),
        symbol: record.insured_card_symbol.clone(),
        number: record.insured_identification_number.clone(),
        branch: record.insured_branch_number.clone(),
        personal_family: record.personal_family_classification.clone(),
        insured_name: record.insured_name.clone(),
        qualified_on: day(&record.qualification_date),
        registered_on: None,
        loss_registered_on: None,
        lost_on: day(&record.disqualification_date),
        reason_of_loss: record.reason_of_loss.clone(),
        issued_on: day(&record.insured_certificate_issuance_date),
        valid_from: day(&record.insured_card_valid_date),
        valid_until: day(&record.insured_card_expiration_date),
        contribution_ratio: record.insured_partial_contribution_ratio.clone(),
        elderly,
        limit,
        specific_diseases: diseases.collect(),
        medical_tickets: record.medical_tickets.clone(),
    }
}
