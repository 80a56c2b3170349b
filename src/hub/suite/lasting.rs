//! What a store that lasts gives to the next process.

use super::eligibility::{HERE, agreed, announced, insured, linking, whose};
use super::{
    MORNING, Place, difference, lasting_store, names, number, number_all, pmh_id, receipt, register, row, waiting,
};
use crate::card::serial::SerialNumber;
use crate::hub::eligibility::bulk::Received;
use crate::hub::eligibility::store::Counted;
use crate::hub::intermediary::Link;
use crate::hub::intermediary::store::Entry;
use crate::hub::medical_hub::registration::book::RowKey;
use crate::hub::medical_hub::store::Beneficiary;
use crate::people::Subsidy;
use crate::secret::{InstitutionalCode, PmhId};
use crate::wire::registration::Mode;

lasting_store!(
    registrations_receipts_and_people_outlive_the_process,
    a_registration_that_was_killed_is_as_if_it_had_never_begun,
    burnt_keys_stay_burnt_and_no_number_comes_twice,
    the_intermediary_knows_whom_it_numbered,
    cards_links_numbers_consents_and_requests_outlive_the_process,
    a_card_that_was_exchanged_between_two_runs_awaits_its_first_use,
);

fn registrations_receipts_and_people_outlive_the_process(place: &Place) {
    let stores = place.stores();
    let (_, first) = register(&*stores.medical_hub, "1", Mode::Full, [row(1, "甲"), row(2, "乙")]);
    register(&*stores.medical_hub, "1", Mode::Difference, [difference(1, "a", "丙")]);
    let subsidies = vec![Subsidy { certificate: row(9, "丁").certificate, not_disclosed: false }];
    stores.medical_hub.put(Beneficiary { pmh_id: PmhId::new("9"), my_number: Some(number(9)), subsidies }).unwrap();
    number_all(&*stores.medical_hub);
    register(&*stores.medical_hub, "1", Mode::Difference, [difference(3, "b", "戊")]);
    drop(stores);
    let again = place.stores().medical_hub;
    assert_eq!((names(&*again, 1), names(&*again, 2)), (vec!["甲".to_owned(), "丙".to_owned()], vec!["乙".to_owned()]));
    assert_eq!(again.receipt("1", &first.serial_number).unwrap().as_deref(), Some(&first));
    assert_eq!(again.beneficiary(&PmhId::new("9")).unwrap().unwrap().subsidies[0].certificate.certification_name, "丁");
    assert_eq!(again.beneficiary(&pmh_id(1)).unwrap().unwrap().my_number, Some(number(1)));
    assert_eq!(waiting(&*again), [vec![number(3)]], "killed between the registration and 付番");
    let later = receipt(&*again.begin("1", Mode::Full).unwrap(), Mode::Full);
    assert_ne!(later.serial_number, first.serial_number);
}

fn a_registration_that_was_killed_is_as_if_it_had_never_begun(place: &Place) {
    let stores = place.stores();
    register(&*stores.medical_hub, "1", Mode::Full, [row(1, "甲")]);
    let mut draft = stores.medical_hub.begin("1", Mode::Full).unwrap();
    for person in 0..20_000 {
        draft.put(RowKey::of(&row(person, "乙")), row(person, "乙")).unwrap();
    }
    drop(draft);
    drop(stores);
    let again = place.stores().medical_hub;
    assert_eq!((names(&*again, 1), names(&*again, 2).len()), (vec!["甲".to_owned()], 0));
}

fn burnt_keys_stay_burnt_and_no_number_comes_twice(place: &Place) {
    let stores = place.stores();
    assert!(stores.medical_hub.burn(3).unwrap());
    let given: Vec<u64> = (0..3).map(|_| stores.eligibility.next(Counted::Inquiry).unwrap()).collect();
    drop(stores);
    let again = place.stores();
    assert!(!again.medical_hub.burn(3).unwrap() && again.medical_hub.burn(4).unwrap());
    assert!(!given.contains(&again.eligibility.next(Counted::Inquiry).unwrap()));
}

fn the_intermediary_knows_whom_it_numbered(place: &Place) {
    let (stores, code) = (place.stores(), InstitutionalCode::new("c"));
    stores.intermediary.number(&[number(1)], MORNING).unwrap();
    stores.intermediary.put_code(code.clone(), &number(1)).unwrap();
    drop(stores);
    let again = place.stores().intermediary;
    assert_eq!(again.get(&number(1)).unwrap(), Some(Entry { insured: false, linked_from: Some(MORNING) }));
    assert_eq!(again.by_code(&code).unwrap(), Some(number(1)));
}

fn cards_links_numbers_consents_and_requests_outlive_the_process(place: &Place) {
    let stores = place.stores();
    let store = &stores.eligibility;
    store.put(insured("a", None)).unwrap();
    store.join(&SerialNumber::from_integer(&[7]), &linking("a")).unwrap();
    store.register("a").unwrap();
    store.put_reference_number(HERE, "a", "K-1").unwrap();
    store.put_consent(HERE, "a", agreed()).unwrap();
    store.announce("PMHsimsm01req_1", announced("a")).unwrap();
    let link = Link { linking_number: linking("a"), pmh_id: PmhId::new("1"), from: MORNING };
    stores.links.receive(link.clone()).unwrap();
    let bulk = Received::of_every_kind(MORNING);
    for (at, work) in bulk.iter().enumerate() {
        store.receive(&at.to_string(), work.clone()).unwrap();
    }
    drop(stores);
    let again = place.stores().eligibility;
    assert!(again.by_id("a").unwrap().is_none(), "people come from their files");
    again.put(insured("a", None)).unwrap();
    assert_eq!(whose(&*again, &[7]), Some(("a".into(), true)));
    assert_eq!(again.reference_number(HERE, "a").unwrap().as_deref(), Some("K-1"));
    assert_eq!(again.consent(HERE, "a").unwrap(), Some(agreed()));
    assert_eq!(again.announced("PMHsimsm01req_1").unwrap(), Some(announced("a")));
    assert_eq!(again.link(&linking("a")).unwrap(), Some(link));
    for (at, work) in bulk.into_iter().enumerate() {
        assert_eq!(again.received(&at.to_string()).unwrap(), Some(work));
    }
}

fn a_card_that_was_exchanged_between_two_runs_awaits_its_first_use(place: &Place) {
    place.stores().eligibility.put(insured("a", Some(&[1]))).unwrap();
    let again = place.stores().eligibility;
    again.put(insured("a", Some(&[2]))).unwrap();
    assert_eq!((whose(&*again, &[1]), whose(&*again, &[2])), (None, None));
}
