//! The rules of the eligibility system's store.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::civil::date;

use super::{MORNING, every_store};
use crate::card::serial::SerialNumber;
use crate::hub::certificates::Finding;
use crate::hub::eligibility::bulk::Received;
use crate::hub::eligibility::consent::{Kind, Remembered};
use crate::hub::eligibility::insured::Insured;
use crate::hub::eligibility::store::{Announced, Counted, EligibilityStore, OpenVisit, VisitState};
use crate::hub::intermediary::Link;
use crate::hub::storage::Stores;
use crate::people;
use crate::secret::{LinkingNumber, PmhId};
use crate::visit::{CertificateStatus, Evidence, Method, Proof, Uses, VisitId};
use crate::wire::{Asker, Steering, VisitOpening};

every_store!(
    no_number_comes_twice_and_visits_and_inquiries_are_counted_apart,
    a_certificate_leads_to_a_person_once_it_was_used,
    a_card_in_place_of_another_awaits_its_first_use,
    people_are_found_by_their_insurance_and_in_the_order_of_their_ids,
    who_is_put_again_keeps_what_was_registered_and_who_is_removed_does_not,
    a_link_takes_the_place_of_the_one_before,
    a_visit_is_answered_once,
    a_name_is_announced_once,
    a_bulk_request_is_known_by_its_number_until_its_time_is_over,
);

pub(super) const HERE: &str = "1319919997";

pub(super) fn insured(id: &str, serial: Option<&[u8]>) -> Insured {
    let (_, file) = people::shipped().iter().find(|(known, _)| *known == "ippan2").unwrap();
    let profile = people::read_toml("test", file).unwrap();
    let person = profile.settle(id, date(2026, 11, 21)).unwrap();
    let serial = serial.map(SerialNumber::from_integer);
    Insured { serial, registered: false, ..Insured::of(&person, linking(id)) }
}

pub(super) fn linking(id: &str) -> LinkingNumber {
    LinkingNumber::new(format!("link-of-{id}"))
}

fn finding(serial: &[u8]) -> Finding {
    let serial = SerialNumber::from_integer(serial);
    Finding { serial, status: CertificateStatus::Good, valid_until: date(2029, 1, 1) }
}

/// Whom this certificate leads to, and whether their card is registered.
pub(super) fn whose(store: &dyn EligibilityStore, serial: &[u8]) -> Option<(String, bool)> {
    let known = store.by_certificate(&finding(serial)).unwrap()?;
    Some((known.insured.id.clone(), known.registered))
}

pub(super) fn agreed() -> Remembered {
    let until = MORNING.checked_add(jiff::Span::new().hours(24)).unwrap();
    Remembered { time: MORNING, until, kinds: vec![Kind::Medication, Kind::Checkup] }
}

pub(super) fn announced(person: &str) -> Announced {
    Announced { person: person.into(), pmh_id: PmhId::new("9b1e"), day: MORNING.date(), fails: true }
}

fn no_number_comes_twice_and_visits_and_inquiries_are_counted_apart(stores: &Stores) {
    let store = &stores.eligibility;
    let numbers: BTreeSet<u64> = (0..600).map(|_| store.next(Counted::Inquiry).unwrap()).collect();
    assert_eq!(numbers.len(), 600);
    assert_eq!(store.next(Counted::Visit).unwrap(), 0);
}

fn a_certificate_leads_to_a_person_once_it_was_used(stores: &Stores) {
    let store = &*stores.eligibility;
    store.put(insured("used", Some(&[1]))).unwrap();
    store.put(insured("new", None)).unwrap();
    assert_eq!(whose(store, &[1]), Some(("used".into(), false)));
    assert_eq!(whose(store, &[2]), None);
    store.join(&SerialNumber::from_integer(&[2]), &linking("new")).unwrap();
    assert_eq!(whose(store, &[2]), Some(("new".into(), false)));
    store.put(insured("new", None)).unwrap();
    assert_eq!(whose(store, &[2]), Some(("new".into(), false)), "registered anew, still joined");
    store.register("new").unwrap();
    assert_eq!(whose(store, &[2]), Some(("new".into(), true)));
}

fn a_card_in_place_of_another_awaits_its_first_use(stores: &Stores) {
    let store = &*stores.eligibility;
    store.put(insured("a", Some(&[1]))).unwrap();
    store.put(insured("a", Some(&[2]))).unwrap();
    assert_eq!((whose(store, &[1]), whose(store, &[2])), (None, None));
    store.join(&SerialNumber::from_integer(&[2]), &linking("a")).unwrap();
    store.put(insured("a", Some(&[2]))).unwrap();
    assert_eq!(whose(store, &[2]), Some(("a".into(), false)));
    store.remove("a").unwrap();
    store.put(insured("a", None)).unwrap();
    assert_eq!(whose(store, &[2]), None, "removed with its card");
}

fn people_are_found_by_their_insurance_and_in_the_order_of_their_ids(stores: &Stores) {
    let store = &stores.eligibility;
    for id in ["b", "a"] {
        store.put(insured(id, None)).unwrap();
    }
    let ids: Vec<String> = store.everybody().unwrap().iter().map(|person| person.id.clone()).collect();
    assert_eq!(ids, ["a", "b"]);
    let held = insured("a", None).qualifications.remove(0);
    let numbers = crate::hub::eligibility::matching::Numbers::of(&held);
    assert_eq!(store.by_insurance(&numbers.insurer, &numbers.number).unwrap().len(), 2);
    assert!(store.by_insurance(&numbers.insurer, "none").unwrap().is_empty());
    store.remove("a").unwrap();
    assert_eq!(store.by_insurance(&numbers.insurer, &numbers.number).unwrap().len(), 1);
    assert!(store.by_id("a").unwrap().is_none() && store.by_id("b").unwrap().is_some());
    let mut changed = insured("b", None);
    changed.qualifications[0].number = Some("777".into());
    store.put(changed).unwrap();
    assert!(store.by_insurance(&numbers.insurer, &numbers.number).unwrap().is_empty(), "another number now");
    assert_eq!(store.by_insurance(&numbers.insurer, "777").unwrap().len(), 1);
}

fn who_is_put_again_keeps_what_was_registered_and_who_is_removed_does_not(stores: &Stores) {
    let store = &stores.eligibility;
    let (elsewhere, kept) = ("1349949980", agreed());
    store.put(insured("a", None)).unwrap();
    store.put_reference_number(HERE, "a", "K-0").unwrap();
    store.put_reference_number(HERE, "a", "K-1").unwrap();
    store.put_consent(HERE, "a", Remembered { kinds: vec![], ..agreed() }).unwrap();
    store.put_consent(HERE, "a", kept.clone()).unwrap();
    store.register("a").unwrap();
    store.put(insured("a", None)).unwrap();
    assert_eq!(store.reference_number(HERE, "a").unwrap().as_deref(), Some("K-1"));
    assert_eq!(store.reference_number(elsewhere, "a").unwrap(), None);
    assert_eq!(store.reference_numbers().unwrap()["a"].len(), 1);
    assert_eq!((store.consent(HERE, "a").unwrap(), store.consent(elsewhere, "a").unwrap()), (Some(kept), None));
    assert!(store.by_id("a").unwrap().unwrap().registered);
    store.remove("a").unwrap();
    store.put(insured("a", None)).unwrap();
    assert_eq!((store.reference_number(HERE, "a").unwrap(), store.consent(HERE, "a").unwrap()), (None, None));
    assert!(store.reference_numbers().unwrap().is_empty() && !store.by_id("a").unwrap().unwrap().registered);
}

fn a_link_takes_the_place_of_the_one_before(stores: &Stores) {
    assert_eq!(stores.eligibility.link(&linking("a")).unwrap(), None);
    for pmh_id in ["1", "2", "2"] {
        let link = Link { linking_number: linking("a"), pmh_id: PmhId::new(pmh_id), from: MORNING };
        stores.links.receive(link.clone()).unwrap();
        assert_eq!(stores.eligibility.link(&linking("a")).unwrap(), Some(link));
    }
    assert_eq!(stores.eligibility.link(&linking("b")).unwrap(), None);
}

fn a_visit_is_answered_once(stores: &Stores) {
    let store = &stores.eligibility;
    let id = VisitId("v-1".into());
    let evidence = Evidence { certificate: vec![], proof: Proof::None, method: Method::Face };
    let opening = VisitOpening {
        asker: Asker { institution: HERE.into(), time: MORNING },
        reference: String::new(),
        uses: Uses::default(),
        evidence,
        holder: None,
        steering: Steering::default(),
    };
    store.open_visit(OpenVisit { id: id.clone(), opening, finding: finding(&[1]), questions: vec![] }).unwrap();
    assert!(matches!(store.answer_visit(&id).unwrap(), VisitState::Open(_)));
    assert!(matches!(store.answer_visit(&id).unwrap(), VisitState::Answered));
    assert!(matches!(store.answer_visit(&VisitId("v-2".into())).unwrap(), VisitState::Unknown));
}

fn a_name_is_announced_once(stores: &Stores) {
    let store = &stores.eligibility;
    assert!(store.announce("PMHsimsm01req_1", announced("a")).unwrap());
    assert!(!store.announce("PMHsimsm01req_1", announced("b")).unwrap());
    assert_eq!(store.announced("PMHsimsm01req_1").unwrap(), Some(announced("a")));
    assert_eq!(store.announced("PMHsimsm01req_2").unwrap(), None);
}

fn a_bulk_request_is_known_by_its_number_until_its_time_is_over(stores: &Stores) {
    let store = &stores.eligibility;
    for work in Received::of_every_kind(MORNING) {
        let number = format!("{work:?}");
        assert!(store.receive(&number, work.clone()).unwrap());
        assert!(!store.receive(&number, work.clone()).unwrap());
        assert_eq!(store.received(&number).unwrap(), Some(work.clone()));
        store.forget_received_before(MORNING).unwrap();
        assert!(store.received(&number).unwrap().is_some());
        store.forget_received_before(MORNING.checked_add(jiff::Span::new().seconds(1)).unwrap()).unwrap();
        assert_eq!(store.received(&number).unwrap(), None::<Arc<Received>>);
    }
}
