//! Profile to person: dates become days, defaults are filled in, and what no card could carry is refused.

use jiff::ToSpan;
use jiff::civil::Date;
use sha2::{Digest, Sha256};

use super::{
    CardKind, CardOfPerson, CardProfile, Consents, Day, Elderly, ElderlyProfile, HabitsProfile, IdentifyBy, Limit,
    LimitProfile, MedicalTicketProfile, PeopleError, Person, Profile, ProfileError, Qualification,
    QualificationProfile, SpecificDisease, SpecificDiseaseProfile, Subsidy, SubsidyProfile, SubsidyUse,
};
use crate::message::qualification::MedicalTicketInfo;
use crate::message::subsidy::SubsidyCertificate;
use crate::secret::Pin;
use crate::visit::{ConsentPlan, FaceResult, Identify, Plan, PrescriptionForm};

/// 暗証番号 of a card whose profile names none.
pub const DEFAULT_PIN: &str = "1234";
/// 署名用パスワード of a card whose profile names none.
pub const DEFAULT_SIGN_PASSWORD: &str = "TEST1234";
/// The pool key of a card whose profile names none: people may share keys, serials never.
pub const DEFAULT_KEY: &str = "common";
/// 01 被保険者証(一般)
const ORDINARY_CARD: &str = "01";
/// A certificate ends with the fifth birthday after its issue, at every age (spec/jpki-card.md §3.5, [A]).
const BIRTHDAYS_OF_A_CERTIFICATE: i16 = 5;
/// Length of the longest serial number that X.509 allows (RFC 5280 §4.1.2.2).
const LONGEST_SERIAL: usize = 20;
/// A PIN is four digits; a 署名用パスワード six to sixteen upper-case letters and digits (spec/jpki-card.md §2.9).
const PIN_DIGITS: usize = 4;
const SIGN_PASSWORD_LENGTH: std::ops::RangeInclusive<usize> = 6..=16;

impl Profile {
    /// The person of this profile when the clock says `today`. `id` is the file's stem.
    pub fn settle(&self, id: &str, today: Date) -> Result<Person, PeopleError> {
        check_id(id)?;
        if self.name.trim().is_empty() {
            return Err(ProfileError::of_key(id, "name", "氏名が空です。", "the name is empty").into());
        }
        let birthdate = self.birthdate.on(today);
        let card = self.card.settle(id, birthdate, today)?;
        let habits = self.habits.settle(&card);
        Ok(Person {
            id: id.to_owned(),
            shows: (self.shows.ja.clone(), self.shows.en.clone()),
            name: self.name.clone(),
            name_kana: self.name_kana.clone(),
            name_of_other: self.name_of_other.clone(),
            name_of_other_kana: self.name_of_other_kana.clone(),
            sex: self.sex.clone(),
            sex_on_card: self.sex_on_card.clone(),
            birthdate,
            address: self.address.clone(),
            post_number: self.post_number.clone(),
            my_number: self.my_number.clone(),
            card,
            reference_number: self.reference_number.clone(),
            qualifications: self.qualifications.iter().map(|profile| profile.settle(today)).collect(),
            subsidies: self.subsidies.iter().map(|profile| profile.settle(today)).collect(),
            habits,
        })
    }
}

/// An id is typed at a prompt, and is a file name on every system.
fn check_id(id: &str) -> Result<(), PeopleError> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
    if id.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit()) && id.chars().all(plain) {
        return Ok(());
    }
    Err(ProfileError::of_key(
        id,
        "id",
        "ファイル名（ID）は半角の英小文字・数字・- _ だけにしてください（例 taro.toml）。",
        "the file name is the id: lower-case letters, digits, - and _ only, such as taro.toml",
    )
    .into())
}

impl CardProfile {
    fn settle(&self, id: &str, birthdate: Date, today: Date) -> Result<CardOfPerson, PeopleError> {
        let kind = self.kind.unwrap_or(CardKind::MyNumberCard);
        let valid_until = self.valid_until.map(|day| day.on(today));
        let valid_from = match (self.valid_from, valid_until) {
            (Some(day), _) => day.on(today),
            (None, Some(until)) => default_valid_from(birthdate, today).min(until.saturating_sub(4.years())),
            (None, None) => default_valid_from(birthdate, today),
        };
        let serial = match &self.serial {
            Some(hex) => parse_serial(hex).ok_or_else(|| {
                ProfileError::of_key(
                    id,
                    "serial",
                    format!("シリアル番号「{hex}」は 16 進数 1〜20 バイトの正の数にしてください（例 227B13）。"),
                    format!("`{hex}` must be a positive number of 1 to 20 bytes in hexadecimal, such as 227B13"),
                )
            })?,
            None => derived_serial(id, 0),
        };
        Ok(CardOfPerson {
            kind,
            key: self.key.clone().unwrap_or_else(|| DEFAULT_KEY.to_owned()),
            serial,
            valid_from,
            valid_until: valid_until.unwrap_or_else(|| last_valid_day(birthdate, valid_from)),
            revoked: self.revoked,
            pin: self.pin(id)?,
            sign_password: self.sign_password(id)?,
            pin_locked: self.pin_locked.unwrap_or(kind == CardKind::FaceOnly),
            registered: self.registered.unwrap_or(kind != CardKind::Foreign),
        })
    }

    fn pin(&self, id: &str) -> Result<Pin, PeopleError> {
        let pin = self.pin.clone().unwrap_or_else(|| Pin::new(DEFAULT_PIN));
        if pin.reveal().len() == PIN_DIGITS && pin.reveal().bytes().all(|byte| byte.is_ascii_digit()) {
            return Ok(pin);
        }
        let (ja, en) = ("暗証番号は数字 4 桁です。", "a PIN is four digits");
        Err(ProfileError::of_key(id, "pin", ja, en).into())
    }

    fn sign_password(&self, id: &str) -> Result<Pin, PeopleError> {
        let password = self.sign_password.clone().unwrap_or_else(|| Pin::new(DEFAULT_SIGN_PASSWORD));
        let allowed = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
        if SIGN_PASSWORD_LENGTH.contains(&password.reveal().len()) && password.reveal().bytes().all(allowed) {
            return Ok(password);
        }
        let ja = "署名用パスワードは英大文字と数字で 6〜16 文字です。";
        Err(ProfileError::of_key(id, "sign_password", ja, "6 to 16 upper-case letters and digits").into())
    }
}

/// Two years ago, so that the certificate is neither new nor near its end; a baby's card is a month younger than the baby.
fn default_valid_from(birthdate: Date, today: Date) -> Date {
    today.saturating_sub(2.years()).max(birthdate.saturating_add(1.months())).min(today)
}

/// The fifth birthday after the issue. Born on 29 February, the birthday of a common year is the 28th.
pub(super) fn last_valid_day(birthdate: Date, issued: Date) -> Date {
    let birthday = |age: i16| birthdate.saturating_add(age.years());
    let mut age = (issued.year() - birthdate.year()).max(0);
    if birthday(age) > issued {
        age -= 1;
    }
    birthday(age + BIRTHDAYS_OF_A_CERTIFICATE)
}

/// Big-endian bytes as DER wants them: no superfluous leading zero, 00 before a set top bit.
fn parse_serial(hex: &str) -> Option<Vec<u8>> {
    let digits: String = hex.chars().filter(|c| !matches!(c, ' ' | ':')).collect();
    let digits = digits.trim_start_matches('0');
    if digits.is_empty() || digits.len() > 2 * LONGEST_SERIAL || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let even = if digits.len() % 2 == 1 { format!("0{digits}") } else { digits.to_owned() };
    let mut bytes = Vec::with_capacity(LONGEST_SERIAL);
    for at in (0..even.len()).step_by(2) {
        bytes.push(u8::from_str_radix(even.get(at..at + 2)?, 16).ok()?);
    }
    if bytes.first()? & 0x80 != 0 {
        bytes.insert(0, 0);
    }
    (bytes.len() <= LONGEST_SERIAL).then_some(bytes)
}

/// Four bytes out of the id, always the same; `attempt` gives another one where two ids collide.
pub(super) fn derived_serial(id: &str, attempt: u32) -> Vec<u8> {
    let hash = Sha256::new().chain_update(id).chain_update(attempt.to_be_bytes()).finalize();
    let mut bytes: Vec<u8> = hash.iter().copied().take(4).collect();
    if let Some(first) = bytes.first_mut() {
        // Top bit clear and the byte not zero: four bytes in DER as well.
        *first = *first & 0x7F | 0x40;
    }
    bytes
}

impl HabitsProfile {
    fn settle(&self, card: &CardOfPerson) -> Plan {
        let usual = if card.kind == CardKind::Android { IdentifyBy::Pin } else { IdentifyBy::Face };
        let identify = match self.identify.unwrap_or(usual) {
            IdentifyBy::Face => Identify::Face(self.face.unwrap_or(FaceResult::Match)),
            IdentifyBy::Pin => Identify::Pin(self.pin.clone().unwrap_or_else(|| card.pin.clone())),
            IdentifyBy::Visual => Identify::Visual,
        };
        let consents = match &self.consents {
            None | Some(Consents::All) => ConsentPlan::All,
            Some(Consents::None) => ConsentPlan::None,
            Some(Consents::Only(questions)) => ConsentPlan::Only(questions.clone()),
        };
        Plan {
            identify,
            consents,
            subsidy: self.subsidy.unwrap_or(SubsidyUse::Use) == SubsidyUse::Use,
            prescription: self.prescription.unwrap_or(PrescriptionForm::Electronic),
            register: self.register.unwrap_or(true),
        }
    }
}

/// An optional day on the clock's day.
fn day(day: Option<Day>, today: Date) -> Option<Date> {
    day.map(|day| day.on(today))
}

/// `YYYYMMDD`, as the documents have it.
fn digits(date: Date) -> String {
    format!("{:04}{:02}{:02}", date.year(), date.month(), date.day())
}

impl QualificationProfile {
    fn settle(&self, today: Date) -> Qualification {
        Qualification {
            insured_card_classification: self
                .insured_card_classification
                .clone()
                .unwrap_or_else(|| ORDINARY_CARD.to_owned()),
            insurer_number: self.insurer_number.clone(),
            insurer_name: self.insurer_name.clone(),
            symbol: self.symbol.clone(),
            number: self.number.clone(),
            branch: self.branch.clone(),
            personal_family: self.personal_family.clone(),
            insured_name: self.insured_name.clone(),
            qualified_on: day(self.qualified_on, today),
            lost_on: day(self.lost_on, today),
            reason_of_loss: self.reason_of_loss.clone(),
            issued_on: day(self.issued_on, today),
            valid_from: day(self.valid_from, today),
            valid_until: day(self.valid_until, today),
            contribution_ratio: self.contribution_ratio.clone(),
            elderly: self.elderly.as_ref().map(|elderly| elderly.settle(today)),
            limit: self.limit.as_ref().map(|limit| limit.settle(today)),
            specific_diseases: self.specific_diseases.iter().map(|disease| disease.settle(today)).collect(),
            medical_tickets: self.medical_tickets.iter().map(|ticket| ticket.settle(today)).collect(),
        }
    }
}

impl ElderlyProfile {
    fn settle(&self, today: Date) -> Elderly {
        Elderly {
            issued_on: day(self.issued_on, today),
            valid_from: day(self.valid_from, today),
            valid_until: day(self.valid_until, today),
            contribution_ratio: self.contribution_ratio.clone(),
        }
    }
}

impl LimitProfile {
    fn settle(&self, today: Date) -> Limit {
        Limit {
            classification: self.classification.clone(),
            classification_flag: self.classification_flag.clone(),
            issued_on: day(self.issued_on, today),
            valid_from: day(self.valid_from, today),
            valid_until: day(self.valid_until, today),
            long_term_on: day(self.long_term_on, today),
        }
    }
}

impl SpecificDiseaseProfile {
    fn settle(&self, today: Date) -> SpecificDisease {
        SpecificDisease {
            category: self.category.clone(),
            issued_on: day(self.issued_on, today),
            valid_from: day(self.valid_from, today),
            valid_until: day(self.valid_until, today),
            self_pay: self.self_pay,
        }
    }
}

impl MedicalTicketProfile {
    fn settle(&self, today: Date) -> MedicalTicketInfo {
        let valid_from = self.valid_from.unwrap_or(Day::MONTH_START).on(today);
        let valid_until = self.valid_until.unwrap_or(Day::MONTH_END).on(today);
        let month = day(self.treatment_month, today).unwrap_or(valid_from);
        MedicalTicketInfo {
            ticket_type: self.ticket_type.clone(),
            medical_ticket_valid_date: Some(digits(valid_from)),
            medical_ticket_expiration_date: Some(digits(valid_until)),
            issue_number: self.issue_number.clone(),
            medical_treatment_month: Some(format!("{:04}{:02}", month.year(), month.month())),
            designated_medical_institution_code: self.designated_medical_institution_code.clone(),
            designated_medical_institution_flag: self.designated_medical_institution_flag.clone(),
            designated_medical_institution_name: self.designated_medical_institution_name.clone(),
            prescription_issuer_medical_institution_code: self.prescription_issuer_medical_institution_code.clone(),
            prescription_issuer_medical_institution_name: self.prescription_issuer_medical_institution_name.clone(),
            injury_name1: self.injury_names.first().cloned(),
            injury_name2: self.injury_names.get(1).cloned(),
            injury_name3: self.injury_names.get(2).cloned(),
            medical_treatment_type: self.medical_treatment_type.clone(),
            self_pay_amount: self.self_pay_amount.map(|yen| yen.to_string()),
            district_contact_name: self.district_contact_name.clone(),
            handling_contact_name: self.handling_contact_name.clone(),
            single_or_combined_use: self.single_or_combined_use.clone(),
            status_of_social_insurance: self.status_of_social_insurance.clone(),
            consistency_flag: self.consistency_flag.clone(),
            status_of_infecton: self.status_of_infection.clone(),
            status_of_elderly_medical_care: self.status_of_elderly_medical_care.clone(),
            status_of_prefectural_expenses: self.status_of_prefectural_expenses.clone(),
            remarks1: self.remarks.first().cloned(),
            remarks2: self.remarks.get(1).cloned(),
            remarks3: self.remarks.get(2).cloned(),
        }
    }
}

impl SubsidyProfile {
    fn settle(&self, today: Date) -> Subsidy {
        Subsidy {
            certificate: SubsidyCertificate {
                certification_name: self.certification_name.clone(),
                insurer_number: self.insurer_number.clone(),
                recipient_number: self.recipient_number.clone(),
                segment: self.segment.clone(),
                income_segment: self.income_segment.clone(),
                additional_conditions: self.additional_conditions.clone(),
                designated_medical_institutions: self.designated_medical_institutions.clone(),
                always_reimbursement: self.always_reimbursement,
                limits: self.limits.clone(),
                joint_in_out: self.joint_in_out,
                joint_kinds: self.joint_kinds.clone(),
                first_visit: self.first_visit.clone(),
                meal_ratio: self.meal_ratio,
                meal_limit: self.meal_limit,
                valid_from: digits(self.valid_from.on(today)),
                valid_to: digits(self.valid_until.on(today)),
                face_items: self.face_items.clone(),
                hash: None,
            },
            not_disclosed: self.not_disclosed,
        }
    }
}
