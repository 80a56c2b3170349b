//! The rules of PMH's store.

use super::{changes, difference, every_store, names, number, number_all, pmh_id, receipt, register, row, waiting};
use crate::hub::medical_hub::memory::OVERTAKING;
use crate::hub::medical_hub::registration::book::RowKey;
use crate::hub::medical_hub::store::{Beneficiary, MedicalHubStore};
use crate::hub::storage::Stores;
use crate::people::Subsidy;
use crate::secret::PmhId;
use crate::wire::registration::{Mode, Row};

every_store!(
    a_beneficiary_is_found_as_it_was_put_until_it_is_removed,
    an_inquiry_is_burnt_once_and_one_that_fell_far_behind_counts_as_burnt,
    a_full_set_takes_the_place_of_the_one_before_and_of_no_other_municipalitys,
    rows_of_a_person_come_by_municipality_and_then_in_their_order,
    differences_replace_and_delete_by_their_key_and_a_row_keeps_its_place,
    a_row_that_goes_to_another_person_is_no_longer_with_the_first,
    of_a_key_that_comes_twice_the_later_one_holds,
    a_draft_that_is_dropped_leaves_nothing,
    registrations_under_way_at_once_do_not_run_into_each_other,
    what_is_deleted_is_told_to_have_been_there_or_not,
    a_receipt_is_its_municipalitys_alone_and_no_number_comes_twice,
    whoever_has_no_pmh_id_waits_in_the_order_of_numbers_until_they_have_one,
    who_got_a_pmh_id_before_their_turn_keeps_what_is_known_of_them,
    a_set_of_many_rows_is_whole,
    many_people_are_found_by_their_pmh_ids,
);

fn pmh(stores: &Stores) -> &dyn MedicalHubStore {
    &*stores.medical_hub
}

fn deleted(key: &str) -> Row {
    Row { deleted: true, ..difference(0, key, "") }
}

fn a_beneficiary_is_found_as_it_was_put_until_it_is_removed(stores: &Stores) {
    let store = pmh(stores);
    let id = PmhId::new("9b1e");
    assert!(store.beneficiary(&id).unwrap().is_none());
    let subsidy = Subsidy { certificate: row(1, "乳幼児").certificate, not_disclosed: true };
    let beneficiary =
        Beneficiary { pmh_id: id.clone(), my_number: Some(number(1)), subsidies: vec![subsidy.clone(), subsidy] };
    store.put(beneficiary.clone()).unwrap();
    let found = store.beneficiary(&id).unwrap().unwrap();
    assert_eq!((&found.pmh_id, &found.my_number), (&beneficiary.pmh_id, &beneficiary.my_number));
    let content =
        |b: &Beneficiary| b.subsidies.iter().map(|s| (s.certificate.clone(), s.not_disclosed)).collect::<Vec<_>>();
    assert_eq!(content(&found), content(&beneficiary));
    store.put(Beneficiary { pmh_id: id.clone(), my_number: None, subsidies: vec![] }).unwrap();
    let found = store.beneficiary(&id).unwrap().unwrap();
    assert_eq!((found.my_number.as_ref(), found.subsidies.len()), (None, 0), "put again takes its place");
    store.remove(&id).unwrap();
    assert!(store.beneficiary(&id).unwrap().is_none());
}

fn an_inquiry_is_burnt_once_and_one_that_fell_far_behind_counts_as_burnt(stores: &Stores) {
    let store = pmh(stores);
    assert!(store.burn(0).unwrap() && !store.burn(0).unwrap());
    assert!(store.burn(OVERTAKING + 10).unwrap());
    assert!(store.burn(10).unwrap());
    assert!(!store.burn(9).unwrap());
    assert!(!store.burn(10).unwrap());
    assert!(store.burn(11).unwrap() && !store.burn(OVERTAKING + 10).unwrap());
}

fn a_full_set_takes_the_place_of_the_one_before_and_of_no_other_municipalitys(stores: &Stores) {
    let store = pmh(stores);
    let (told, first) = register(store, "1", Mode::Full, [row(1, "甲"), row(2, "甲"), row(3, "甲")]);
    assert_eq!((told, first.changes), (vec![false; 3], changes(3, 0, 0)));
    register(store, "2", Mode::Full, [row(1, "他市")]);
    let (_, second) = register(store, "1", Mode::Full, [row(2, "甲"), row(4, "乙")]);
    assert_eq!(second.changes, changes(1, 1, 2));
    assert_eq!(names(store, 1), ["他市"]);
    assert_eq!([names(store, 2), names(store, 3), names(store, 4)], [vec!["甲"], vec![], vec!["乙"]]);
    let (_, none) = register(store, "1", Mode::Full, []);
    assert_eq!((none.changes, names(store, 4).len()), (changes(0, 0, 2), 0), "an empty set ends everything");
}

fn rows_of_a_person_come_by_municipality_and_then_in_their_order(stores: &Stores) {
    let store = pmh(stores);
    register(store, "2", Mode::Full, [row(1, "丁"), row(2, "x"), row(1, "甲")]);
    register(store, "1", Mode::Full, [row(1, "丙"), row(1, "乙")]);
    assert_eq!(names(store, 1), ["丙", "乙", "丁", "甲"]);
    let rich = Row { sub_key: Some("1".into()), not_disclosed: true, type_id: Some("A01".into()), ..row(7, "全部") };
    register(store, "3", Mode::Full, [rich.clone()]);
    assert_eq!(store.registered(&number(7)).unwrap(), [rich], "a row comes back as it was sent");
}

fn differences_replace_and_delete_by_their_key_and_a_row_keeps_its_place(stores: &Stores) {
    let store = pmh(stores);
    let (_, first) =
        register(store, "1", Mode::Difference, ["a", "b", "c"].map(|key| difference(1, key, &format!("{key}1"))));
    assert_eq!(first.changes, changes(3, 0, 0));
    let (told, second) = register(
        store,
        "1",
        Mode::Difference,
        [difference(1, "d", "d1"), difference(1, "b", "b2"), deleted("a"), deleted("none")],
    );
    assert_eq!(told, [false, false, true, false]);
    assert_eq!(second.changes, changes(1, 1, 1));
    assert_eq!(names(store, 1), ["b2", "c1", "d1"]);
}

fn a_row_that_goes_to_another_person_is_no_longer_with_the_first(stores: &Stores) {
    let store = pmh(stores);
    register(store, "1", Mode::Difference, [difference(1, "a", "a1"), difference(2, "b", "b1")]);
    let (_, moved) = register(store, "1", Mode::Difference, [difference(2, "a", "a2")]);
    assert_eq!(moved.changes, changes(0, 1, 0));
    assert_eq!((names(store, 1).len(), names(store, 2)), (0, vec!["b1".to_owned(), "a2".to_owned()]));
}

fn of_a_key_that_comes_twice_the_later_one_holds(stores: &Stores) {
    let store = pmh(stores);
    let later = Row { not_disclosed: true, ..row(1, "甲") };
    let (told, full) = register(store, "1", Mode::Full, [row(1, "甲"), row(1, "乙"), later]);
    assert_eq!((told, full.changes), (vec![false, false, true], changes(2, 0, 0)));
    let rows = store.registered(&number(1)).unwrap();
    assert!(rows.len() == 2 && rows[0].not_disclosed, "in the place of the first: {rows:?}");

    let twice = [difference(2, "a", "a1"), difference(2, "a", "a2"), deleted("a"), difference(2, "a", "a3")];
    let (told, twice) = register(store, "2", Mode::Difference, twice);
    assert_eq!((told, twice.changes), (vec![false, true, true, false], changes(1, 0, 0)));
    assert_eq!(names(store, 2), ["a3"]);
}

fn a_draft_that_is_dropped_leaves_nothing(stores: &Stores) {
    let store = pmh(stores);
    register(store, "1", Mode::Full, [row(1, "甲")]);
    register(store, "1", Mode::Difference, [difference(3, "a", "a1")]);
    for mode in [Mode::Full, Mode::Difference] {
        let mut draft = store.begin("1", mode).unwrap();
        draft.delete(RowKey::of(&deleted("a"))).unwrap();
        for person in 0..20_000 {
            draft.put(RowKey::of(&difference(person, &person.to_string(), "x")), row(person, "x")).unwrap();
        }
        drop(draft);
        assert_eq!([names(store, 1), names(store, 2), names(store, 3)], [vec!["甲"], vec![], vec!["a1"]]);
    }
    assert_eq!(waiting(store), [vec![number(1)], vec![number(3)]]);
    assert!(store.receipt("1", "serial-2").unwrap().is_none());
}

fn registrations_under_way_at_once_do_not_run_into_each_other(stores: &Stores) {
    let store = pmh(stores);
    let mut drafts = ["1", "2", "2"].map(|municipality| store.begin(municipality, Mode::Full).unwrap());
    for (person, draft) in (1..).zip(&mut drafts) {
        draft.put(RowKey::of(&row(person, "甲")), row(person, "甲")).unwrap();
    }
    let registered = || [1, 2, 3].map(|person| names(store, person).len());
    let [first, second, third] = drafts;
    for (draft, holds) in [(second, [0, 1, 0]), (third, [0, 0, 1]), (first, [1, 0, 1])] {
        let receipt = receipt(&*draft, Mode::Full);
        draft.commit(receipt).unwrap();
        assert_eq!(registered(), holds);
    }
}

fn what_is_deleted_is_told_to_have_been_there_or_not(stores: &Stores) {
    let store = pmh(stores);
    let (told, only) = register(store, "1", Mode::Difference, [deleted("a"), deleted("a")]);
    assert_eq!((told, only.changes), (vec![false, false], changes(0, 0, 0)));
    register(store, "1", Mode::Difference, [difference(1, "a", "a1")]);
    register(store, "2", Mode::Difference, [difference(1, "b", "b1")]);
    let (told, ended) = register(store, "1", Mode::Difference, [deleted("a"), deleted("a"), deleted("b")]);
    assert_eq!((told, ended.changes), (vec![true, false, false], changes(0, 0, 1)), "another one's row is not there");
    assert_eq!(names(store, 1), ["b1"]);
}

fn a_receipt_is_its_municipalitys_alone_and_no_number_comes_twice(stores: &Stores) {
    let store = pmh(stores);
    let (_, first) = register(store, "1", Mode::Full, [row(1, "甲")]);
    let (_, second) = register(store, "2", Mode::Difference, []);
    assert_ne!(first.serial_number, second.serial_number);
    assert_eq!(store.receipt("1", &first.serial_number).unwrap().as_deref(), Some(&first));
    assert_eq!(store.receipt("2", &first.serial_number).unwrap(), None);
    assert_eq!(store.receipt("nobody", &first.serial_number).unwrap(), None);
    let (one, other) = (store.begin("1", Mode::Full).unwrap(), store.begin("1", Mode::Full).unwrap());
    assert_ne!(receipt(&*one, Mode::Full).serial_number, receipt(&*other, Mode::Full).serial_number);
}

fn whoever_has_no_pmh_id_waits_in_the_order_of_numbers_until_they_have_one(stores: &Stores) {
    let store = pmh(stores);
    let known = |last| Beneficiary { pmh_id: pmh_id(last), my_number: Some(number(last)), subsidies: vec![] };
    store.put(known(3)).unwrap();
    register(store, "1", Mode::Full, [5, 1, 3, 1, 4].map(|person| row(person, &format!("{person}"))));
    register(store, "2", Mode::Difference, [difference(2, "a", "a"), difference(1, "b", "b"), deleted("c")]);
    assert_eq!(waiting(store), [[1, 4, 5].map(number).to_vec(), [1, 2].map(number).to_vec()]);
    store.put(known(2)).unwrap();
    assert_eq!(waiting(store), [[1, 4, 5].map(number).to_vec(), vec![number(1)]]);
    let first = store.waiting(0).unwrap().unwrap();
    assert_eq!(first.since, super::MORNING);
    let mut numbering = store.numbering();
    numbering.put(first, [1, 4, 5].map(pmh_id).to_vec()).unwrap();
    numbering.commit().unwrap();
    assert_eq!(waiting(store), [vec![]], "of the second run, all have one, and it is not at an end");
    assert_eq!(store.beneficiary(&pmh_id(4)).unwrap().unwrap().my_number, Some(number(4)));
    number_all(store);
    assert!(store.waiting(0).unwrap().is_none(), "numbered runs are at an end");
    register(store, "1", Mode::Full, [row(1, "1"), row(6, "6")]);
    assert_eq!(waiting(store), [vec![number(6)]], "who has one does not wait again");
    store.remove(&pmh_id(1)).unwrap();
    register(store, "1", Mode::Full, [row(1, "1")]);
    assert_eq!(waiting(store).last().unwrap(), &[number(1)], "who has none any more does");
}

fn who_got_a_pmh_id_before_their_turn_keeps_what_is_known_of_them(stores: &Stores) {
    let store = pmh(stores);
    register(store, "1", Mode::Full, [row(1, "甲"), row(2, "甲")]);
    let run = store.waiting(0).unwrap().unwrap();
    for (person, my_number) in [(1, Some(number(1))), (2, None)] {
        let subsidies = vec![Subsidy { certificate: row(person, "乳幼児").certificate, not_disclosed: false }];
        store.put(Beneficiary { pmh_id: pmh_id(person), my_number, subsidies }).unwrap();
    }
    let mut numbering = store.numbering();
    numbering.put(run, [1, 2].map(pmh_id).to_vec()).unwrap();
    numbering.commit().unwrap();
    for person in [1, 2] {
        let known = store.beneficiary(&pmh_id(person)).unwrap().unwrap();
        assert_eq!((&known.my_number, known.subsidies.len()), (&Some(number(person)), 1));
    }
}

fn many_people_are_found_by_their_pmh_ids(stores: &Stores) {
    let store = pmh(stores);
    register(store, "1", Mode::Full, (0..20_000).rev().map(|person| row(person, "甲")));
    assert!(waiting(store).concat().into_iter().eq((0..20_000).map(number)));
    number_all(store);
    register(store, "2", Mode::Full, (10_000..30_000).map(|person| row(person, "乙")));
    assert!(waiting(store).concat().into_iter().eq((20_000..30_000).map(number)));
    number_all(store);
    for person in 0..30_000 {
        assert_eq!(store.beneficiary(&pmh_id(person)).unwrap().unwrap().my_number, Some(number(person)));
    }
    assert!(waiting(store).is_empty());
}

fn a_set_of_many_rows_is_whole(stores: &Stores) {
    let store = pmh(stores);
    let rows = |count: u32| (0..count).map(|person| row(person, "甲")).chain([row(3, "甲")]);
    let (told, receipt) = register(store, "1", Mode::Full, rows(20_000));
    assert_eq!((told.iter().filter(|twice| **twice).count(), receipt.changes), (1, changes(20_000, 0, 0)));
    assert!((0..20_000).all(|person| store.is_registered(&number(person)).unwrap()));
    let (_, again) = register(store, "1", Mode::Full, rows(15_000));
    assert_eq!(again.changes, changes(0, 15_000, 5_000));
    let differences = (0..20_000).map(|person| difference(person, &person.to_string(), "乙"));
    let (_, both) = register(store, "1", Mode::Difference, differences);
    assert_eq!(both.changes, changes(20_000, 0, 0));
    assert_eq!(
        (names(store, 3), names(store, 19_999)),
        (vec!["甲".to_owned(), "乙".to_owned()], vec!["乙".to_owned()])
    );
}
