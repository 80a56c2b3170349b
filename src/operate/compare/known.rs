//! Everybody whom an answer by insurance data is about: of several rows about one person, one person.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::adopt;
use crate::event::Words;
use crate::hub::eligibility::validity::MEDICAL_ASSISTANCE;
use crate::message::qualification::{MedicalTicketInfo, QualificationRecord, SearchInfo};
use crate::people::{Person, Qualification};

/// The people of an answer by insurance data: of several rows about one person, one person.
#[derive(Default)]
pub struct Known {
    people: BTreeMap<(String, String), Person>,
    several: bool,
    superseded: bool,
    changed: bool,
    registered: bool,
}

impl Known {
    /// Takes in what was answered about `search` on `day`.
    ///
    /// # Errors
    /// A person who cannot be made.
    pub fn add(
        &mut self,
        validity: Option<&str>,
        records: &[&QualificationRecord],
        search: &SearchInfo,
        day: Date,
        in_bulk: bool,
    ) -> Result<(), Words> {
        let number = self.people.len();
        if validity == Some("5") {
            self.several = true;
            for copy in 0..2 {
                let id = format!("captured-{number}-{copy}");
                let person = adopt::of_search(&id, search, day)?;
                self.people.insert((id, String::new()), person);
            }
            return Ok(());
        }
        let Some(first) = records.first() else { return Ok(()) };
        let mut person = adopt::person(&format!("captured-{number}"), records, day)?;
        if first.limit_application_certificate_changed.as_deref() == Some("1") {
            self.changed = true;
            person.qualifications.iter_mut().for_each(|held| held.limit = Some(adopt::limit_of_yesterday(day)));
        }
        let assistance = first.insured_card_classification == MEDICAL_ASSISTANCE;
        if in_bulk && assistance && validity == Some("1") {
            // A bulk result shows no tickets.
            self.registered = true;
            person.qualifications.iter_mut().for_each(|held| held.medical_tickets.push(MedicalTicketInfo::default()));
        }
        if validity == Some("3") {
            self.superseded = true;
            person.qualifications.insert(0, adopt::newer());
        }
        let key = (first.name.clone(), first.birthdate.clone());
        match self.people.get_mut(&key) {
            Some(known) => {
                let is_held = |held: &Qualification| {
                    known.qualifications.iter().any(|q| {
                        (&q.insurer_number, &q.symbol, &q.number, &q.branch)
                            == (&held.insurer_number, &held.symbol, &held.number, &held.branch)
                    })
                };
                let others: Vec<_> = person.qualifications.into_iter().filter(|held| !is_held(held)).collect();
                known.qualifications.extend(others);
            }
            None => {
                self.people.insert(key, person);
            }
        }
        Ok(())
    }

    /// Everybody.
    pub fn all(self) -> Vec<Person> {
        self.people.into_values().collect()
    }

    /// What had to be assumed of them.
    pub fn assumed(&self) -> Vec<Words> {
        let all = [
            (self.several, "該当する人が二人いる", "two persons have this insurance"),
            (self.superseded, "新しい資格がある", "there is a newer insurance"),
            (self.changed, "限度額適用認定証が前日に交付された", "a 限度額 certificate came the day before"),
            (self.registered, "この医療機関の医療券がある", "there is a 医療券 of this institution"),
        ];
        all.into_iter().filter(|(is, ..)| *is).map(|(_, ja, en)| Words::new(ja, en)).collect()
    }
}
