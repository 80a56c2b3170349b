//! 医療保険者等向け中間サーバー: gives a person their PMH-ID at PMH's request (付番, spec/pmh.md §4.2). The only place where a person is
//! seen whole; it hands each system the part that is its own.

use super::eligibility::insured::Insured;
use super::medical_hub::store::Beneficiary;
use crate::people::Person;
use crate::random::Seed;
use crate::secret::PmhId;

/// Digits of a PMH-ID of ours; the real form is not public.
const PMH_ID_DIGITS: usize = 32;

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
