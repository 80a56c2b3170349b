//! The test authority as its users see it: names, generations, and what repeats. `profiles` has the certificates row by row,
//! `relied_on` what the careful client makes of lists and answers.

mod profiles;
mod relied_on;

use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::card::certificate::{Certificate, Validity};
use crate::card::chain::{Chain, verify_chain};

fn holder(serial: &[u8]) -> Holder {
    Holder {
        key: "tests/holder".to_owned(),
        serial: serial.to_vec(),
        common_name: "0123456789ABCD99901003A".to_owned(),
        not_before: date(2026, 4, 1).at(0, 0, 0, 0),
        not_after: date(2031, 4, 1).at(23, 59, 59, 0),
        residence: ("Madoguchi-ken".to_owned(), "Shiken-shi".to_owned()),
    }
}

fn attributes() -> Attributes {
    Attributes {
        name: "山田　●郎".to_owned(),
        sex: "1".to_owned(),
        birthdate: date(1989, 1, 7),
        address: "架空県試験市一丁目".to_owned(),
    }
}

fn parse(der: &[u8]) -> Certificate {
    Certificate::parse(der).unwrap()
}

#[test]
fn the_same_holder_gets_the_same_bytes_and_another_serial_others() {
    let authority = Authority::default();
    let first = authority.issue_authentication(&holder(&[0x22, 0x7B, 0x13]));
    assert_eq!(first, authority.issue_authentication(&holder(&[0x22, 0x7B, 0x13])));
    assert_ne!(first, authority.issue_authentication(&holder(&[0x22, 0x7B, 0x14])));
}

#[test]
fn a_key_is_named_not_drawn() {
    use rsa::traits::PublicKeyParts;
    // The first bytes of the modulus, so that a change of the derivation (and so of every card) is noticed.
    let modulus = pool::key("tests/holder").n().to_bytes_be();
    assert_eq!(modulus.len(), 256);
    assert_eq!(crate::card::apdu::hex(&modulus[..8]), "D1E95161FB0C117C");
}

#[test]
fn the_authentication_certificate_has_the_profile_of_the_real_one_under_names_of_our_own() {
    let certificate = parse(&Authority::default().issue_authentication(&holder(&[0x00, 0xF1, 0x00, 0x02])));
    assert_eq!(certificate.serial.raw(), [0x00, 0xF1, 0x00, 0x02]);
    assert_eq!(certificate.subject, "C=JP, CN=0123456789ABCD99901003A");
    assert_eq!(
        certificate.issuer,
        "C=JP, O=MADOGUCHI TEST CA, OU=MADOGUCHI TEST CA for user authentication, OU=madoguchi simulator"
    );
    assert!(
        Authority::is_named_in(&certificate.issuer) && !Authority::is_named_in("C=JP, O=JPKI, OU=MADOGUCHI TEST CA")
    );
    assert_eq!(certificate.policies, ["2.25.86521940591244479147998536980942493449.30"]);
    assert!(certificate.key_usage.digital_signature && !certificate.key_usage.non_repudiation);
    assert_eq!(certificate.ocsp.as_deref(), Some(OCSP_URL));
    assert_eq!(certificate.not_after.to_string(), "2031-04-01T23:59:59");
    assert_eq!(certificate.validity_at(date(2031, 4, 1).at(23, 59, 59, 999_000_000)), Validity::Valid);
    assert_eq!(certificate.validity_at(date(2031, 4, 2).at(0, 0, 0, 0)), Validity::Expired);
    assert_eq!(certificate.validity_at(date(2026, 3, 31).at(23, 59, 59, 0)), Validity::NotYetValid);
}

#[test]
fn the_signature_certificate_carries_the_holder_and_the_era_of_their_birth() {
    let der = Authority::default().issue_signature(&holder(&[1]), &attributes());
    let has = |text: &str| der.windows(text.len()).any(|window| window == text.as_bytes());
    // 1989-01-07 was the last day of 昭和; ● is a substitute character.
    assert!(has("319890107") && has("山田　●郎") && has("00010") && has("架空県試験市一丁目"));
    let certificate = parse(&der);
    assert!(certificate.key_usage.non_repudiation && certificate.ocsp.is_none());
}

#[test]
fn of_three_roots_of_one_name_only_the_one_with_key_identifier_and_signature_passes() {
    let roots: Vec<_> = Authority::generations().map(|each| parse(&each.root(Purpose::Authentication))).collect();
    assert!(roots.windows(2).all(|pair| pair[0].subject == pair[1].subject && pair[0].serial != pair[1].serial));
    for (own, authority) in Authority::generations().enumerate() {
        let certificate = parse(&authority.issue_authentication(&holder(&[7])));
        assert_eq!(Authority::with_root_serial(Purpose::Authentication, roots[own].serial.raw()), Some(authority));
        assert_eq!(verify_chain(&certificate, &roots), Chain::Verified { root: own });
        let others: Vec<_> = roots.iter().enumerate().filter(|(i, _)| *i != own).map(|(_, r)| r.clone()).collect();
        assert_eq!(verify_chain(&certificate, &others), Chain::OtherGeneration);
        // The right key identifier on the wrong key does not pass either.
        let mut impostor = others[0].clone();
        impostor.subject_key = roots[own].subject_key.clone();
        assert_eq!(verify_chain(&certificate, &[impostor.clone()]), Chain::BadSignature);
        assert_eq!(verify_chain(&certificate, &[impostor, roots[own].clone()]), Chain::Verified { root: 1 });
    }
}

#[test]
fn a_changed_byte_an_unknown_name_or_a_root_that_may_not_issue_does_not_pass() {
    let authority = Authority::default();
    let root = parse(&authority.root(Purpose::Authentication));
    let der = authority.issue_authentication(&holder(&[0x22, 0x7B, 0x13]));
    let at = der.windows(3).position(|w| w == [0x22, 0x7B, 0x13]).unwrap();
    let mut forged = der.clone();
    forged[at + 2] = 0x14;
    assert_eq!(verify_chain(&parse(&forged), std::slice::from_ref(&root)), Chain::BadSignature);
    let other = parse(&authority.root(Purpose::Signature));
    assert_eq!(verify_chain(&parse(&der), &[other]), Chain::UnknownIssuer);
    let mut powerless = root.clone();
    powerless.is_authority = false;
    assert_eq!(verify_chain(&parse(&der), &[powerless]), Chain::UnknownIssuer);
    assert_eq!(verify_chain(&root, std::slice::from_ref(&root)), Chain::Verified { root: 0 });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn a_serial_of_any_allowed_length_comes_out_as_it_went_in(mut serial in proptest::collection::vec(any::<u8>(), 1..=20)) {
        serial[0] &= 0x7F;
        if serial.len() > 1 && serial[0] == 0 {
            // DER wants the shortest form: a leading 00 stands before a set top bit only.
            serial[1] |= 0x80;
        }
        let der = Authority::default().issue_authentication(&holder(&serial));
        let certificate = parse(&der);
        prop_assert_eq!(certificate.serial.raw(), serial.as_slice());
        let from_head = crate::card::serial::SerialNumber::from_certificate_head(&der[..48]).unwrap();
        prop_assert_eq!(from_head, certificate.serial);
    }
}
