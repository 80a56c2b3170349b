//! Profile to person: dates become days, defaults are filled in, and what no card or document has room for is refused.
//!
//! - `home`: consents given at home
//! - `card`: serial number, validity, PINs
//! - `qualification`, `subsidy`, `history`: the documents' contents, with dates settled

mod card;
mod history;
mod home;
mod qualification;
mod subsidy;

use jiff::civil::Date;

use super::{
    CardKind, CardOfPerson, Consents, Day, HabitsProfile, IdentifyBy, PeopleError, Person, Profile, SubsidyUse,
};
use crate::handwritten::Mistake;
use crate::message::subsidy::FaceItem;
use crate::visit::{ConsentPlan, FaceResult, Identify, Plan, PrescriptionForm};

pub(super) use card::{derived_serial, last_valid_day};

/// 傷病名 and 備考 of a 医療券, and levels of 受給者証券面項目: the documents have three (spec/oqs-interface.md §2.3, pmh.md §1.3).
const MOST: usize = 3;

impl Profile {
    /// The person of this profile when the clock says `today`. `id` is the file's stem.
    pub fn settle(&self, id: &str, today: Date) -> Result<Person, PeopleError> {
        check_id(id)?;
        if self.name.trim().is_empty() {
            return Err(Mistake::of_key(id, "name", "氏名が空です。", "the name is empty").into());
        }
        self.check_lists(id)?;
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
            subsidies_linked_on: day(self.subsidies_linked_on, today),
            information_withheld: self.information_withheld,
            home_consents: self.home_consents.iter().map(|profile| profile.settle(today)).collect(),
            medications: history::medications(&self.medications, today),
            checkups: self.checkups.iter().map(|profile| profile.settle(today)).collect(),
            habits,
            adopted: self.adopted,
        })
    }

    /// Lists that a document has room for only so far.
    fn check_lists(&self, id: &str) -> Result<(), PeopleError> {
        let too_many = |key: &str, what: &str| {
            let ja = format!("{what}は {MOST} つまでです。");
            Err(Mistake::of_key(id, key, ja, format!("at the most {MOST}")).into())
        };
        let mut tickets = self.qualifications.iter().flat_map(|qualification| &qualification.medical_tickets);
        if tickets.clone().any(|ticket| ticket.injury_names.len() > MOST) {
            return too_many("injury_names", "傷病名");
        }
        if tickets.any(|ticket| ticket.remarks.len() > MOST) {
            return too_many("remarks", "備考");
        }
        if self.subsidies.iter().any(|subsidy| levels(&subsidy.face_items) > MOST) {
            return too_many("face_items", "券面項目の階層");
        }
        Ok(())
    }
}

/// How deep the items printed on a certificate are nested.
fn levels(items: &[FaceItem]) -> usize {
    items.iter().map(|item| 1 + levels(&item.items)).max().unwrap_or(0)
}

/// An id is typed at a prompt, and is a file name on every system.
fn check_id(id: &str) -> Result<(), PeopleError> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
    if id.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit()) && id.chars().all(plain) {
        return Ok(());
    }
    Err(Mistake::of_key(
        id,
        "id",
        "ファイル名（ID）は半角の英小文字・数字・- _ だけにしてください（例 taro.toml）。",
        "the file name is the id: lower-case letters, digits, - and _ only, such as taro.toml",
    )
    .into())
}

impl HabitsProfile {
    fn settle(&self, card: &CardOfPerson) -> Plan {
        let usual = if card.kind == CardKind::Android { IdentifyBy::Pin } else { IdentifyBy::Face };
        let identify = match self.identify.unwrap_or(usual) {
            IdentifyBy::Face => Identify::Face(self.face.unwrap_or(FaceResult::Match)),
            IdentifyBy::Pin => Identify::Pin(self.pin.clone().unwrap_or_else(|| card.pin.clone())),
            IdentifyBy::Visual => Identify::Visual,
        };
        Plan {
            identify,
            consents: plan(self.consents.as_ref()),
            subsidy: self.subsidy.unwrap_or(SubsidyUse::Use) == SubsidyUse::Use,
            prescription: self.prescription.unwrap_or(PrescriptionForm::Electronic),
            register: self.register.unwrap_or(true),
        }
    }
}

/// Without a word said, everything is agreed to.
fn plan(consents: Option<&Consents>) -> ConsentPlan {
    match consents {
        None | Some(Consents::All) => ConsentPlan::All,
        Some(Consents::None) => ConsentPlan::None,
        Some(Consents::Only(questions)) => ConsentPlan::Only(questions.clone()),
    }
}

/// An optional day on the clock's day.
fn day(day: Option<Day>, today: Date) -> Option<Date> {
    day.map(|day| day.on(today))
}
