//! Certificate status, as the reader and the document tell it.

use jiff::ToSpan;
use jiff::civil::date;
use madoguchi::authority::{AUTHORITY_NAME, Authority, Generation, pool};
use madoguchi::people::FormerCard;
use madoguchi::people::personalise::authentication_certificate;
use madoguchi::visit::{CertificateStatus, Consents, Outcome, Proof, Question};
use madoguchi::wire::{AuthorityFault, WireError};
use rsa::Pkcs1v15Sign;
use sha2::{Digest, Sha256};

use crate::world::{World, all, people, revoked};

pub fn the_dates_of_the_certificate_decide_its_status(world: &World) {
    // Valid 2024-05-05 to 2029-05-05.
    for (day, status) in [
        (date(2024, 5, 4), CertificateStatus::NotYetValid),
        (date(2024, 5, 5), CertificateStatus::Good),
        (date(2029, 2, 4), CertificateStatus::Good),
        (date(2029, 2, 5), CertificateStatus::RenewalDue),
        (date(2029, 5, 5), CertificateStatus::RenewalDue),
        (date(2029, 5, 6), CertificateStatus::Grace),
        (date(2029, 8, 5), CertificateStatus::Grace),
        (date(2029, 8, 6), CertificateStatus::Expired),
    ] {
        let standing = world.visit("tanaka").on(day).open();
        assert_eq!(standing.certificate, status, "{day}");
        assert_eq!(standing.certificate_valid_until, "20290505");
    }
    let last_second = date(2029, 5, 5).at(23, 59, 59, 0);
    assert_eq!(world.visit("tanaka").at(last_second).open().certificate, CertificateStatus::RenewalDue);
}

pub fn a_revoked_or_ended_certificate_ends_the_visit_without_a_document(world: &World) {
    for visit in [world.visit("revoked"), world.visit("tanaka").on(date(2029, 8, 6))] {
        assert!(visit.open().questions.is_empty(), "nobody is asked whose visit ends anyway");
        let answer = visit.answer(&all());
        assert_eq!((answer.outcome, answer.document), (Outcome::CertificateRefused, None));
    }
    assert_eq!(world.visit("revoked").open().certificate, CertificateStatus::Revoked);
}

pub fn a_signature_must_verify_over_its_challenge(world: &World) {
    let challenge = b"visit r1-000001".to_vec();
    let signature = pool::key("hub-suite").sign(Pkcs1v15Sign::new::<Sha256>(), &Sha256::digest(&challenge)).unwrap();
    let status = |challenge: &[u8], signature: &[u8]| {
        let proof = Proof::PinSignature { challenge: challenge.to_vec(), signature: signature.to_vec() };
        world.visit("tanaka").with(|opening| opening.evidence.proof = proof).open().certificate
    };
    assert_eq!(status(&challenge, &signature), CertificateStatus::Good);
    assert_eq!(status(b"another challenge", &signature), CertificateStatus::ProofFailed);
    assert_eq!(status(&challenge, &signature[1..]), CertificateStatus::ProofFailed);
    assert_eq!(status(&challenge, &[]), CertificateStatus::ProofFailed);
}

pub fn an_unknown_issuer_does_not_stop_a_visit(world: &World) {
    let tanaka = people().remove(0);
    let own = authentication_certificate(&tanaka, &Authority::default());
    let named = |name: &str| own.windows(name.len()).position(|window| window == name.as_bytes()).unwrap();
    let mut of_another_name = own.clone();
    of_another_name[named(AUTHORITY_NAME)] = b'X';
    let by_another_key = authentication_certificate(&tanaka, &Authority::stranger());
    for (what, other) in [("another name", of_another_name), ("the name, and another key", by_another_key)] {
        let visit = world.visit("tanaka").with(|opening| {
            opening.evidence.certificate = other;
            opening.evidence.proof = Proof::None;
        });
        assert_eq!(visit.open().certificate, CertificateStatus::ChainNotVerified, "{what}");
        assert_eq!(visit.answer(&all()).outcome, Outcome::Valid, "{what}");
    }
}

pub fn a_certificate_that_names_the_key_of_a_root_and_is_not_signed_by_it_is_forged(world: &World) {
    let mut forged = authentication_certificate(&people().remove(0), &Authority::default());
    *forged.last_mut().unwrap() ^= 1;
    let visit = world.visit("tanaka").with(|opening| {
        opening.evidence.certificate = forged;
        opening.evidence.proof = Proof::None;
    });
    assert_eq!(visit.open().certificate, CertificateStatus::ProofFailed);
    assert_ne!(visit.answer(&all()).outcome, Outcome::Valid);
}

pub fn every_generation_is_known_and_vouches_for_its_own_certificates_only(world: &World) {
    assert_eq!(world.visit("earlier").open().certificate, CertificateStatus::Good);
    assert_eq!(world.visit("earlier").answer(&all()).outcome, Outcome::Valid);
    let earlier = people().into_iter().find(|person| person.id == "earlier").unwrap();
    assert_eq!(earlier.card.generation, Generation::Second);
    for generation in [Generation::First, Generation::Third] {
        let other = authentication_certificate(&earlier, &Authority::of_generation(generation));
        let visit = world.visit("earlier").with(|opening| opening.evidence.certificate = other);
        assert_eq!(
            visit.open().certificate,
            CertificateStatus::Unknown,
            "{generation} never issued this serial number"
        );
    }
}

pub fn an_operators_word_marks_a_certificate_that_was_never_issued_in_place_of_refusing_it(world: &World) {
    let mut stranger = people().remove(0);
    stranger.card.serial = vec![0x66, 0x66, 0x67];
    let certificate = authentication_certificate(&stranger, &Authority::default());
    let of = |holder: &str, fault: Option<AuthorityFault>| {
        world.visit("tanaka").with(|opening| {
            opening.evidence.certificate = certificate.clone();
            opening.holder = Some(holder.to_owned());
            opening.steering.authority = fault;
        })
    };
    assert_eq!(of("tanaka", None).open().certificate, CertificateStatus::ChainNotVerified);
    assert_eq!(of("tanaka", None).answer(&all()).outcome, Outcome::Valid);
    // A name that nobody has vouches for nothing, and an authority that is told to say no says no.
    assert_eq!(of("no-such-person", None).open().certificate, CertificateStatus::Unknown);
    assert_eq!(of("tanaka", Some(AuthorityFault::Unknown)).open().certificate, CertificateStatus::Unknown);
    // The dates hold all the same.
    assert_eq!(of("tanaka", None).on(date(2029, 8, 6)).open().certificate, CertificateStatus::Expired);
}

pub fn a_certificate_that_its_authority_never_issued_ends_the_visit(world: &World) {
    let mut stranger = people().remove(0);
    stranger.card.serial = vec![0x66, 0x66, 0x66];
    let certificate = authentication_certificate(&stranger, &Authority::default());
    let visit = world.visit("tanaka").with(|opening| opening.evidence.certificate = certificate);
    let steered = world.visit("tanaka").with(|opening| opening.steering.authority = Some(AuthorityFault::Unknown));
    for visit in [visit, steered] {
        assert_eq!(visit.open().certificate, CertificateStatus::Unknown);
        let answer = visit.answer(&all());
        assert_eq!((answer.outcome, answer.document), (Outcome::CertificateRefused, None));
    }
}

pub fn an_authority_that_cannot_be_asked_ends_the_visit_as_a_centre_that_cannot(world: &World) {
    let visit = world.visit("tanaka").with(|opening| opening.steering.authority = Some(AuthorityFault::Unreachable));
    let standing = visit.open();
    assert_eq!(standing.certificate, CertificateStatus::Unreachable);
    assert!(standing.questions.is_empty() && !standing.subsidies_known);
    let answer = visit.answer(&all());
    assert_eq!((answer.outcome, answer.document), (Outcome::CentreUnreachable, None));
}

pub fn a_revocation_counts_from_its_own_time_on(world: &World) {
    let at = |time| world.visit("revoked").at(time).open().certificate;
    let from = revoked().at;
    assert_eq!(at(from.saturating_sub(1.second())), CertificateStatus::Good);
    assert_eq!(at(from), CertificateStatus::Revoked);
}

pub fn a_reissued_card_is_good_and_the_one_before_it_revoked(world: &World) {
    let old = world.visit("tanaka");
    let mut reissued = people().remove(0);
    let former = FormerCard {
        serial: reissued.card.serial.clone(),
        generation: reissued.card.generation,
        revocation: revoked(),
    };
    reissued.card.serial = vec![0x33, 0x44, 0x56];
    reissued.card.former = vec![former];
    let certificate = authentication_certificate(&reissued, &Authority::default());
    world.hub.put_person(reissued).unwrap();
    let new = world.visit("tanaka").with(|opening| opening.evidence.certificate = certificate);
    assert_eq!(new.open().certificate, CertificateStatus::Good);
    assert_eq!(new.answer(&all()).outcome, Outcome::Valid);
    assert_eq!(old.open().certificate, CertificateStatus::Revoked);
}

pub fn after_its_end_a_certificate_gives_the_qualification_only(world: &World) {
    let visit = world.visit("tanaka").on(date(2029, 6, 1));
    let questions = visit.open().questions;
    for medical in [Question::DiagnosisAndPharmacists, Question::Operation, Question::HealthCheckup] {
        assert!(!questions.contains(&medical), "{medical:?}");
    }
    let document = visit.document(&all());
    assert_eq!(document.qualification_validity.as_deref(), Some("1"));
    assert_eq!(document.processing_result_code.as_deref(), Some("MDG-C0002W"));
    let record = &document.records[0];
    for group in [&record.pharmacists_info, &record.diagnosis_info, &record.operation_info] {
        assert_eq!(group.as_ref().map(|group| group.flg.as_str()), Some("0"), "an unasked yes counts for nothing");
    }
}

pub fn a_certificate_near_its_end_is_told_in_the_document(world: &World) {
    let near = world.visit("tanaka").on(date(2029, 3, 1)).document(&Consents::default());
    assert_eq!(near.processing_result_status, "1");
    assert_eq!(near.processing_result_code.as_deref(), Some("MDG-C0001W"));
    assert!(near.processing_result_message.is_some());
    let far = world.visit("tanaka").document(&Consents::default());
    assert_eq!((far.processing_result_code, far.processing_result_message), (None, None));
}

pub fn what_is_no_certificate_is_refused(world: &World) {
    for junk in [&b""[..], b"not DER", &[0x30, 0x82, 0xff, 0xff]] {
        let visit = world.visit("tanaka").with(|opening| opening.evidence.certificate = junk.to_vec());
        match world.connection.open_visit(&visit.opening) {
            Err(WireError::Problem { status: 422, message }) => assert!(message.contains("EF 000A"), "{message}"),
            other => panic!("{other:?}"),
        }
    }
}
