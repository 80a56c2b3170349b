//! The people that madoguchi ships, at this hub: everybody can be served, by card and by their own insurance data.

use std::collections::BTreeSet;

use jiff::civil::Date;
use madoguchi::clock;
use madoguchi::hub::{Hub, Roots, Settings};
use madoguchi::message::qualification::{QualificationRequest, SearchInfo};
use madoguchi::people::personalise::evidence_by_face;
use madoguchi::people::{self, Person, Qualification};
use madoguchi::random::Seed;
use madoguchi::visit::{Outcome, Uses};
use madoguchi::wire::{
    Answer, Asker, Connection, Question, Request, Steering, SubsidyAnswer, SubsidyQuestion, VisitOpening,
};

use crate::world::{HERE, NOON, all};

fn asker() -> Asker {
    Asker { institution: HERE.to_owned(), time: NOON }
}

fn hub() -> (Hub, Vec<Person>) {
    let people = people::built_in(NOON.date()).unwrap().to_vec();
    let hub = Hub::new(&people, Roots::of_test_authority(), Seed(1), Settings::default()).unwrap();
    (hub, people)
}

fn opening(person: &Person) -> VisitOpening {
    VisitOpening {
        asker: asker(),
        reference: format!("r1-{}", person.id),
        uses: Uses::default(),
        evidence: evidence_by_face(person),
        holder: None,
        steering: Steering::default(),
    }
}

#[test]
fn every_card_ends_in_an_outcome_that_its_document_tells() {
    let (hub, people) = hub();
    let mut seen = BTreeSet::new();
    for person in people.iter().filter(|person| person.card.kind.has_authentication()) {
        let standing = hub.open_visit(&opening(person)).unwrap();
        let answer = hub.consent(&standing.visit, &all(), NOON).unwrap();
        let validity = answer.document.as_ref().and_then(|document| document.qualification_validity.as_deref());
        let told = match answer.outcome {
            Outcome::Valid => Some("1"),
            Outcome::Invalid => Some("2"),
            Outcome::NoQualification => Some("4"),
            Outcome::ValidUnregistered => Some("6"),
            Outcome::NotRegistered | Outcome::CertificateRefused => None,
            other => panic!("{} ended as {other:?}", person.id),
        };
        assert_eq!(validity, told, "{}", person.id);
        seen.insert(format!("{:?}", answer.outcome));
        if let Some(request_file_name) = answer.pmh_request {
            let question = SubsidyQuestion { asker: asker(), request_file_name };
            match hub.subsidies(&question).unwrap() {
                SubsidyAnswer::Document(document) => assert!(!document.certificates.is_empty(), "{}", person.id),
                SubsidyAnswer::Failed { code, .. } => panic!("{} {code}", person.id),
            }
        }
    }
    for outcome in ["Valid", "Invalid", "NoQualification", "ValidUnregistered", "CertificateRefused"] {
        assert!(seen.contains(outcome), "nobody ends as {outcome}");
    }
}

#[test]
fn everybody_is_found_by_their_own_insurance_data_and_all_validities_come_up() {
    let (hub, people) = hub();
    let mut seen = BTreeSet::new();
    for person in &people {
        for held in person.qualifications.iter().filter(|held| has_started(held, NOON.date())) {
            let Answer::Qualification(result) = hub.ask(&question(person, held)).unwrap() else {
                panic!("another document")
            };
            let validity = result.qualification_validity.unwrap();
            assert_ne!(validity, "4", "{} by {:?}", person.id, held.number);
            seen.insert(validity);
        }
    }
    for validity in ["1", "2", "3", "6"] {
        assert!(seen.contains(validity), "nobody has validity {validity}");
    }
}

fn has_started(held: &Qualification, day: Date) -> bool {
    held.qualified_on.or(held.valid_from).is_none_or(|from| from <= day)
}

fn question(person: &Person, held: &Qualification) -> Question {
    let search = SearchInfo {
        insurer_number: held.insurer_number.clone().unwrap_or_default(),
        insured_card_symbol: held.symbol.clone(),
        insured_identification_number: held.number.clone().unwrap_or_default(),
        insured_branch_number: held.branch.clone(),
        birthdate: clock::date8(person.birthdate),
        limit_application_certificate_related_cons_flg: "1".into(),
        arbitrary_identifier: None,
    };
    let request = QualificationRequest {
        qualification_confirmation_date: clock::date8(NOON.date()),
        medical_institution_code: HERE.into(),
        arbitrary_file_identifier: None,
        search,
    };
    Question {
        asker: asker(),
        reference: String::new(),
        request: Request::Qualification(request),
        steering: Steering::default(),
    }
}
