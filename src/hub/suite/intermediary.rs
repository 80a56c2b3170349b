//! The rules of the 中間サーバー's store.

use jiff::civil::DateTime;

use super::{MORNING, every_store, number};
use crate::hub::intermediary::store::Entry;
use crate::hub::storage::Stores;
use crate::secret::InstitutionalCode;

every_store!(
    what_is_known_of_a_number_is_what_was_put_last,
    numbering_gives_a_moment_to_whoever_has_none,
    a_code_leads_to_its_number,
);

fn what_is_known_of_a_number_is_what_was_put_last(stores: &Stores) {
    let store = &stores.intermediary;
    assert_eq!(store.get(&number(1)).unwrap(), None);
    for linked_from in [None, Some(MORNING), Some(DateTime::MIN), Some(DateTime::MAX)] {
        for insured in [true, false] {
            let entry = Entry { insured, linked_from };
            store.put(&number(1), entry).unwrap();
            assert_eq!(store.get(&number(1)).unwrap(), Some(entry));
        }
    }
    assert_eq!(store.get(&number(2)).unwrap(), None);
}

fn numbering_gives_a_moment_to_whoever_has_none(stores: &Stores) {
    let store = &stores.intermediary;
    let before = Entry { insured: true, linked_from: Some(DateTime::MIN) };
    store.put(&number(1), before).unwrap();
    store.put(&number(2), Entry { insured: true, linked_from: None }).unwrap();
    let numbered = store.number(&[number(3), number(1), number(2), number(3)], MORNING).unwrap();
    let linked = |insured| Entry { insured, linked_from: Some(MORNING) };
    assert_eq!(numbered, [linked(false), before, linked(true), linked(false)]);
    assert_eq!(store.get(&number(2)).unwrap(), Some(linked(true)));
}

fn a_code_leads_to_its_number(stores: &Stores) {
    let store = &stores.intermediary;
    let code = InstitutionalCode::new("c-1");
    assert_eq!(store.by_code(&code).unwrap(), None);
    store.put_code(code.clone(), &number(1)).unwrap();
    assert_eq!(store.by_code(&code).unwrap(), Some(number(1)));
    store.put_code(code.clone(), &number(2)).unwrap();
    assert_eq!(store.by_code(&code).unwrap(), Some(number(2)));
}
