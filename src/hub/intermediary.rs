//! 医療保険者等向け中間サーバー: gives a person their PMH-ID at PMH's request (付番, spec/pmh.md §4.2). The only place where a person is
//! seen whole; it hands each system the part that is its own.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use super::eligibility::insured::Insured;
use super::medical_hub::store::Beneficiary;
use crate::people::Person;
use crate::random::Seed;
use crate::secret::{MyNumber, PmhId};

/// Digits of a PMH-ID of ours; the real form is not public.
const PMH_ID_DIGITS: usize = 32;

/// Who has which 個人番号, for 付番 at PMH's request (spec/pmh.md §4.2 step 2).
#[derive(Default)]
pub struct Numbers(Mutex<Known>);

#[derive(Default)]
struct Known {
    by_number: BTreeMap<MyNumber, String>,
    by_id: BTreeMap<String, MyNumber>,
}

impl Numbers {
    /// Knows this person from here on.
    pub fn enrol(&self, person: &Person) {
        self.forget(&person.id);
        let Some(number) = &person.my_number else { return };
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.by_number.insert(number.clone(), person.id.clone());
        known.by_id.insert(person.id.clone(), number.clone());
    }

    /// Forgets a person.
    pub fn forget(&self, id: &str) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(number) = known.by_id.remove(id)
            && known.by_number.get(&number).is_some_and(|owner| owner == id)
        {
            known.by_number.remove(&number);
        }
    }

    /// Whose 個人番号 this is, and the PMH-ID that they get: the first for the eligibility system, the second for PMH too.
    pub fn number(&self, my_number: &MyNumber, seed: Seed) -> Option<(String, PmhId)> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.by_number.get(my_number).map(|id| (id.clone(), pmh_id(id, seed)))
    }
}

/// A person's two halves. The PMH-ID belongs to the person: a renewed card has another serial number and the same PMH-ID.
pub fn divide(person: &Person, seed: Seed) -> (Insured, Option<Beneficiary>) {
    let beneficiary = (!person.subsidies.is_empty()).then(|| Beneficiary {
        pmh_id: pmh_id(&person.id, seed),
        my_number: person.my_number.clone(),
        subsidies: person.subsidies.clone(),
    });
    (Insured::of(person, beneficiary.as_ref().map(|b| b.pmh_id.clone())), beneficiary)
}

/// The PMH-ID of a person.
pub fn pmh_id(person: &str, seed: Seed) -> PmhId {
    PmhId::new(seed.hex(&["pmh-id", person], PMH_ID_DIGITS))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::people;

    #[test]
    fn neither_half_of_a_person_shows_a_number_that_leads_to_them() {
        let people = people::built_in(date(2026, 11, 21)).unwrap();
        let mut beneficiaries = 0;
        for person in people.iter() {
            let (insured, beneficiary) = divide(person, Seed(1));
            beneficiaries += usize::from(beneficiary.is_some());
            let shown = format!("{insured:?} {beneficiary:?}");
            let hidden = [person.my_number.as_ref().map(|n| n.reveal()), Some(person.card.pin.reveal())];
            let id = pmh_id(&person.id, Seed(1));
            for secret in hidden.into_iter().flatten().chain([id.reveal()]) {
                let quoted = format!("\"{secret}\"");
                assert!(!shown.contains(&quoted) && (secret.len() < 12 || !shown.contains(secret)), "{}", person.id);
            }
        }
        assert!(beneficiaries > 3, "the check looks at something");
    }

    #[test]
    fn only_who_has_a_certificate_has_a_pmh_id_and_it_is_theirs_alone() {
        let people = people::built_in(date(2026, 11, 21)).unwrap();
        let mut ids: Vec<PmhId> = people.iter().filter_map(|person| divide(person, Seed(1)).0.pmh_id).collect();
        assert_eq!(ids.len(), people.iter().filter(|person| !person.subsidies.is_empty()).count());
        ids.sort();
        let all = ids.len();
        ids.dedup();
        assert_eq!(ids.len(), all);
    }
}
