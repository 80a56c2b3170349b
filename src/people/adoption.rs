//! Adoption: an insurance query names somebody whom nobody knows, and a synthetic person is made who answers it.
//!
//! What was asked decides who they are: the same numbers and the same seed give the same person, however they are padded. The insurer's
//! name follows from its number, a family shares surname and address, and every name is visibly made up. What no query tells (sex, given
//! name, dates) is drawn; none of it is anybody's.
//!
//! - `insurer`: what an insurer of a number is called · `names`: surnames, given names

mod insurer;
mod names;
#[cfg(test)]
mod tests;

use jiff::ToSpan;
use jiff::civil::{Date, date};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use self::insurer::{Kind, insurer_kind, insurer_name};
use self::names::{Given, SURNAMES};
use super::{
    CardProfile, Day, ElderlyProfile, HabitsProfile, MedicalTicketProfile, Profile, QualificationProfile, Shows,
};
use crate::clock::{date8, parse_date};
use crate::message::qualification::SearchInfo;
use crate::number::{InsurerNumber, PublicExpenseNumber};
use crate::random::Seed;
use crate::text::key::number_key;

/// Ids of adopted people begin so.
const ID: &str = "saiyo-";
/// Hexadecimal digits behind it, 48 bits: among a million people two share an id with a chance of one in 500.
const ID_DIGITS: usize = 12;
/// Nobody is older (the oldest known person reached 122).
const OLDEST_YEARS: i32 = 130;
/// From this age on somebody without a branch number is taken for the insured person, not a child of theirs.
const ADULT_YEARS: i32 = 18;
/// 高齢受給者証: from 70 to 74 (spec/oqs-interface.md §2.2, [A]).
const ELDERLY_YEARS: std::ops::Range<i32> = 70..75;
/// 後期高齢者医療 begins (the same).
const LATE_ELDERLY_YEARS: i32 = 75;

/// What an insurance query names.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// 保険者番号 or 公費負担者番号, padded or not
    #[schema(example = "06139992")]
    pub insurer_number: String,
    /// 記号
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub symbol: Option<String>,
    /// 番号 or 受給者番号
    pub number: String,
    /// 枝番
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    /// 生年月日, `YYYYMMDD`
    #[schema(example = "19850412")]
    pub birthdate: String,
}

/// Why nobody can be made of a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAdoptable {
    /// No insurer or no number.
    #[error(
        "保険者番号と番号がそろっていないため採用できません / a person cannot be made without both an insurer number and a number"
    )]
    Numbers,
    /// No date, or nobody alive can be born then.
    #[error(
        "生年月日が今日までの実在しうる日付 (YYYYMMDD) ではないため採用できません / a person cannot be made: the birth date must be a day (YYYYMMDD) on which somebody alive was born"
    )]
    Birthdate,
}

impl From<&SearchInfo> for Asked {
    fn from(search: &SearchInfo) -> Self {
        Self {
            insurer_number: search.insurer_number.clone(),
            symbol: search.insured_card_symbol.clone(),
            number: search.insured_identification_number.clone(),
            branch: search.insured_branch_number.clone(),
            birthdate: search.birthdate.clone(),
        }
    }
}

impl Asked {
    /// The query that would ask so.
    pub fn search(&self) -> SearchInfo {
        SearchInfo {
            insurer_number: self.insurer_number.clone(),
            insured_card_symbol: self.symbol.clone(),
            insured_identification_number: self.number.clone(),
            insured_branch_number: self.branch.clone(),
            birthdate: self.birthdate.clone(),
            ..SearchInfo::default()
        }
    }

    /// The id of the person who is made of it: of the numbers as they are compared, so that padding makes no second person.
    pub fn id(&self, seed: Seed) -> String {
        let [insurer, symbol, number] = self.family();
        let branch = number_key(self.branch.as_deref().unwrap_or_default());
        let labels = ["adopt", &insurer, &symbol, &number, &branch, self.birthdate.trim()];
        format!("{ID}{}", seed.hex(&labels, ID_DIGITS))
    }

    /// Id and profile of the person.
    ///
    /// # Errors
    /// [`NotAdoptable`]
    pub fn adopt(&self, seed: Seed, today: Date) -> Result<(String, Profile), NotAdoptable> {
        let birthdate = parse_date(self.birthdate.trim()).ok_or(NotAdoptable::Birthdate)?;
        if birthdate > today || age(birthdate, today) > OLDEST_YEARS {
            return Err(NotAdoptable::Birthdate);
        }
        if number_key(&self.insurer_number).is_empty() || number_key(&self.number).is_empty() {
            return Err(NotAdoptable::Numbers);
        }
        let id = self.id(seed);
        let profile = Made { asked: self, seed, id: &id, birthdate, today }.profile();
        Ok((id, profile))
    }

    /// What the members of a family have in common.
    fn family(&self) -> [String; 3] {
        let parts = [&self.insurer_number, self.symbol.as_deref().unwrap_or_default(), &self.number];
        parts.map(|part| number_key(part).into_owned())
    }
}

/// A person in the making.
struct Made<'a> {
    asked: &'a Asked,
    seed: Seed,
    id: &'a str,
    birthdate: Date,
    today: Date,
}

impl Made<'_> {
    fn profile(&self) -> Profile {
        let surname = pick(&SURNAMES, self.of_family("surname", SURNAMES.len()));
        let (sex, given) = if self.is_head() { self.head() } else { self.given() };
        Profile {
            order: None,
            shows: Shows { ja: "照会から作った架空の人".to_owned(), en: "made up from a query".to_owned() },
            name: format!("{}　{}", surname.0, given.0),
            name_kana: Some(format!("{} {}", surname.1, given.1)),
            name_of_other: None,
            name_of_other_kana: None,
            sex: sex.to_owned(),
            sex_on_card: None,
            birthdate: Day::from(self.birthdate),
            address: Some(format!(
                "架空県見本市採用町{}番{}号",
                1 + self.of_family("block", 30),
                1 + self.of_family("house", 20)
            )),
            post_number: Some(format!("999-{:04}", 9000 + self.of_family("post", 100))),
            my_number: None,
            reference_number: None,
            subsidies_linked_on: None,
            information_withheld: false,
            irregular: self.irregular(),
            adopted: true,
            card: CardProfile::default(),
            habits: HabitsProfile::default(),
            qualifications: vec![self.qualification(surname.0)],
            subsidies: Vec::new(),
            home_consents: Vec::new(),
            medications: Vec::new(),
            checkups: Vec::new(),
        }
    }

    fn qualification(&self, surname: &str) -> QualificationProfile {
        let asked = self.asked;
        let kind = self.kind();
        let of_employees = kind == Kind::Employees;
        let assistance = kind == Kind::Assistance;
        let from = self.qualified_on();
        let elderly = !assistance && ELDERLY_YEARS.contains(&age(self.birthdate, self.today));
        let year = |text: &str| Day::parse(text).ok();
        QualificationProfile {
            insured_card_classification: kind.card().map(str::to_owned),
            insurer_number: Some(self.insurer_number()),
            insurer_name: insurer_name(&asked.insurer_number),
            symbol: given(asked.symbol.as_deref()),
            number: Some(asked.number.trim().to_owned()),
            branch: given(asked.branch.as_deref()),
            personal_family: of_employees.then(|| if self.is_head() { "1" } else { "2" }.to_owned()),
            insured_name: (kind.has_families() && !self.is_head()).then(|| format!("{surname}　{}", self.head().1.0)),
            qualified_on: Some(Day::from(from)),
            lost_on: None,
            reason_of_loss: None,
            registered_on: None,
            loss_registered_on: None,
            issued_on: None,
            valid_from: (!assistance).then(|| Day::from(from)),
            valid_until: None,
            contribution_ratio: (kind == Kind::LateElderly).then(|| "010".to_owned()),
            elderly: elderly.then(|| ElderlyProfile {
                issued_on: year("-1y@07-20"),
                valid_from: year("-1y@08-01"),
                valid_until: year("+1y@07-31"),
                contribution_ratio: Some("020".to_owned()),
            }),
            limit: None,
            specific_diseases: Vec::new(),
            medical_tickets: if assistance { vec![ticket()] } else { Vec::new() },
        }
    }

    /// The first day of the insurance, so long ago that a query about any likely day finds it.
    fn qualified_on(&self) -> Date {
        let after = |years: i32| Some(self.birthdate.saturating_add(years.years())).filter(|day| *day <= self.today);
        let april = |day: Date| {
            let this_year = date(day.year(), 4, 1);
            if this_year < day { this_year.saturating_add(1.years()) } else { this_year }
        };
        match self.kind() {
            Kind::Employees if self.is_head() => {
                after(ADULT_YEARS).map(april).filter(|day| *day <= self.today).unwrap_or(self.birthdate)
            }
            Kind::LateElderly => after(LATE_ELDERLY_YEARS).unwrap_or(self.birthdate),
            _ => self.birthdate,
        }
    }

    /// The insured person themselves? Branch 00, or no branch and of age; under national health insurance 01 as well.
    fn is_head(&self) -> bool {
        let kind = self.kind();
        let branch = number_key(self.asked.branch.as_deref().unwrap_or_default());
        let of_age = age(self.birthdate, self.today) >= ADULT_YEARS;
        !kind.has_families()
            || match branch.as_ref() {
                "0" => true,
                "" => of_age,
                "1" => of_age && kind == Kind::National,
                _ => false,
            }
    }

    /// Sex and given name of the insured person: the same whoever of the family is asked for. Who stands alone is drawn alone.
    fn head(&self) -> (&'static str, Given) {
        match self.kind().has_families() {
            true => drawn(|what, many| self.of_family(what, many)),
            false => self.given(),
        }
    }

    fn given(&self) -> (&'static str, Given) {
        drawn(|what, many| self.draw(&["adopted", self.id, what], many))
    }

    fn of_family(&self, what: &str, many: usize) -> usize {
        let [insurer, symbol, number] = self.asked.family();
        self.draw(&["adopted-family", &insurer, &symbol, &number, what], many)
    }

    fn draw(&self, labels: &[&str], many: usize) -> usize {
        let last = u64::try_from(many.saturating_sub(1)).unwrap_or(0);
        usize::try_from(self.seed.range(labels, 0, last)).unwrap_or(0)
    }

    fn kind(&self) -> Kind {
        insurer_kind(&self.asked.insurer_number)
    }

    /// As a file of card-profiles has it: without padding where the number is one, else as it was asked.
    fn insurer_number(&self) -> String {
        let number = InsurerNumber::new(&self.asked.insurer_number);
        let asked = self.asked.insurer_number.trim();
        if number.check().is_valid() { number.canonical().to_owned() } else { asked.to_owned() }
    }

    /// A number that breaks its rule was asked for, so it is there on purpose.
    fn irregular(&self) -> Vec<String> {
        let number = self.insurer_number();
        let is_valid = match self.kind() {
            Kind::Assistance => PublicExpenseNumber::new(&number).check().is_valid(),
            _ => InsurerNumber::new(&number).check().is_valid(),
        };
        let mut irregular = if is_valid { Vec::new() } else { vec![number] };
        if self.kind() == Kind::Assistance {
            // Whether a 受給者番号 breaks its rule is for the findings to say; where it does, it was asked for as well.
            irregular.push("qualifications[0].number".to_owned());
        }
        irregular
    }
}

/// A 医療券 of the clock's month that holds at whatever institution asks.
fn ticket() -> MedicalTicketProfile {
    MedicalTicketProfile {
        ticket_type: Some("01".to_owned()),
        medical_treatment_type: Some("02".to_owned()),
        single_or_combined_use: Some("01".to_owned()),
        status_of_social_insurance: Some("02".to_owned()),
        ..MedicalTicketProfile::default()
    }
}

fn drawn(draw: impl Fn(&str, usize) -> usize) -> (&'static str, Given) {
    let (sex, given) = pick(&names::GIVEN, draw("sex", names::GIVEN.len()));
    (sex, pick(given, draw("given", given.len())))
}

/// The row that was drawn.
fn pick<T: Copy>(rows: &[T], drawn: usize) -> T {
    // Draws are made below the number of rows, and no table is empty.
    rows[drawn]
}

fn given(value: Option<&str>) -> Option<String> {
    value.map(str::trim).filter(|value| !value.is_empty()).map(str::to_owned)
}

/// Full years.
fn age(birthdate: Date, today: Date) -> i32 {
    let years = i32::from(today.year()) - i32::from(birthdate.year());
    let before_birthday = date8(today).get(4..) < date8(birthdate).get(4..);
    years - i32::from(before_birthday)
}
