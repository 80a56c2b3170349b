//! Arbitrary registrations, once in memory and once in each other store: what is told and what holds is the same.

use proptest::prelude::*;

use super::{Place, difference, number, register, row, waiting};
use crate::hub::medical_hub::store::MedicalHubStore;
use crate::wire::registration::{Mode, Row};

const PEOPLE: u32 = 4;
const MUNICIPALITIES: [&str; 2] = ["2", "1"];

#[derive(Debug, Clone)]
struct Registration {
    municipality: &'static str,
    mode: Mode,
    rows: Vec<Row>,
}

fn registration() -> impl Strategy<Value = Registration> {
    let rows = proptest::collection::vec((0..PEOPLE, 0..5u32, 0..3u32, any::<bool>()), 0..8);
    (proptest::sample::select(&MUNICIPALITIES[..]), any::<bool>(), rows).prop_map(|(municipality, full, rows)| {
        let rows = rows.into_iter().map(|(person, key, name, deleted)| match full {
            true => row(person, &key.to_string()),
            false => Row { deleted, ..difference(person, &key.to_string(), &name.to_string()) },
        });
        Registration { municipality, mode: if full { Mode::Full } else { Mode::Difference }, rows: rows.collect() }
    })
}

/// Everything that can be asked of a store.
fn state(store: &dyn MedicalHubStore) -> impl PartialEq + std::fmt::Debug + use<> {
    let rows: Vec<Vec<Row>> = (0..PEOPLE).map(|person| store.registered(&number(person)).unwrap()).collect();
    let known: Vec<bool> = (0..PEOPLE).map(|person| store.is_registered(&number(person)).unwrap()).collect();
    (rows, known, waiting(store))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_registrations_come_out_the_same_in_every_store(all in proptest::collection::vec(registration(), 1..6)) {
        let (model, place) = (Place::memory().stores(), Place::file());
        let mut stores = place.stores();
        for (at, Registration { municipality, mode, rows }) in all.into_iter().enumerate() {
            let expected = register(&*model.medical_hub, municipality, mode, rows.clone());
            let seen = register(&*stores.medical_hub, municipality, mode, rows);
            prop_assert_eq!(&seen.0, &expected.0);
            prop_assert_eq!(&seen.1, &expected.1);
            prop_assert_eq!(state(&*stores.medical_hub), state(&*model.medical_hub));
            if at == 2 {
                drop(stores);
                stores = place.stores();
                prop_assert_eq!(state(&*stores.medical_hub), state(&*model.medical_hub));
            }
        }
    }
}
