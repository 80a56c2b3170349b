//! 公的個人認証AP: both certificates and their keys (spec/jpki-card.md §2.3, §3.1, §3.2).

use jiff::civil::Date;
use sha2::{Digest, Sha256};

use super::{is_face_only, sex_digit};
use crate::authority::cv::MUNICIPALITY;
use crate::authority::{Attributes, Authority, Holder, Purpose, pool};
use crate::card::layout::TokenKind;
use crate::card::soft::image::ApplicationImage;
use crate::card::soft::{Credential, JpkiImage, LazyCredential};
use crate::clock;
use crate::people::{CardKind, Person};
use crate::visit::{Evidence, Method, Proof};

/// Prefecture and municipality of the code that is nowhere.
const RESIDENCE: (&str, &str) = ("Madoguchi-ken", "Shiken-shi");

/// The application on the card or the phone of `person`.
pub(super) fn application(person: &Person, kind: TokenKind) -> ApplicationImage {
    let authority = &person.card.authority();
    JpkiImage {
        kind,
        authentication: authentication(person, authority),
        signature: person.card.has_signature.then(|| signature(person, authority)),
        authentication_pin: person.card.pin.clone(),
        signature_password: person.card.sign_password.clone(),
        // A 顔認証マイナンバーカード has its PIN locked by design (spec/jpki-card.md §2.13).
        authentication_pin_locked: person.card.pin_locked || is_face_only(person),
        certificate_needs_pin: person.card.kind == CardKind::Android,
    }
    .into()
}

/// The person's 利用者証明用 certificate without a card around it, DER.
pub fn authentication_certificate(person: &Person, authority: &Authority) -> Vec<u8> {
    authority.issue_authentication(&authentication_holder(person))
}

/// What a reader hands on of `person`, confirmed by face with their own card.
pub fn evidence_by_face(person: &Person) -> Evidence {
    let certificate = authentication_certificate(person, &person.card.authority());
    Evidence { certificate, proof: Proof::TestAuthority, method: Method::Face }
}

fn authentication(person: &Person, authority: &Authority) -> LazyCredential {
    let making = person.card.making;
    let (holder, authority) = (authentication_holder(person), making.authority(authority));
    LazyCredential::new(move || Credential {
        certificate: making.finish(authority.issue_authentication(&holder)),
        issuer: authority.root(Purpose::Authentication),
        key: pool::key(&holder.key),
    })
}

fn signature(person: &Person, authority: &Authority) -> LazyCredential {
    let holder = Holder {
        key: format!("{}/signature", person.card.key),
        serial: signature_serial(&person.card.serial),
        common_name: signature_common_name(&person.id, person.card.valid_from),
        ..authentication_holder(person)
    };
    let attributes = Attributes {
        name: person.name.clone(),
        sex: sex_digit(person).to_owned(),
        birthdate: person.birthdate,
        address: person.address.clone().unwrap_or_default(),
    };
    let making = person.card.making;
    let authority = making.authority(authority);
    LazyCredential::new(move || Credential {
        certificate: making.finish(authority.issue_signature(&holder, &attributes)),
        issuer: authority.root(Purpose::Signature),
        key: pool::key(&holder.key),
    })
}

fn authentication_holder(person: &Person) -> Holder {
    Holder {
        key: person.card.key.clone(),
        serial: person.card.serial.clone(),
        common_name: authentication_common_name(&person.id),
        not_before: person.card.valid_from.at(0, 0, 0, 0),
        not_after: person.card.valid_until.at(23, 59, 59, 0),
        residence: (RESIDENCE.0.to_owned(), RESIDENCE.1.to_owned()),
    }
}

/// 23 characters: pseudonym 14, municipality 5, suffix 4 (spec/jpki-card.md §3.1; the split is inferred [C]).
fn authentication_common_name(id: &str) -> String {
    format!("{}{MUNICIPALITY}{}", pseudonym(id), suffix(id))
}

/// 28 characters: time of issue 14, number 5, municipality 5, suffix 4 (spec/jpki-card.md §3.2; the split is inferred [C]).
fn signature_common_name(id: &str, issued: Date) -> String {
    let number = digest(id, "number").iter().fold(0_u32, |sum, byte| (sum * 256 + u32::from(*byte)) % 100_000);
    format!("{}090000{number:05}{MUNICIPALITY}{}", clock::date8(issued), suffix(id))
}

fn pseudonym(id: &str) -> String {
    const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKLMNPQRSTUVWX";
    digest(id, "pseudonym").iter().take(14).map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect()
}

fn suffix(id: &str) -> String {
    let [first, ..] = digest(id, "suffix");
    format!("{first:03}A")
}

fn digest(id: &str, what: &str) -> [u8; 32] {
    Sha256::digest(format!("{what}/{id}")).into()
}

/// The two certificates of a person have serials of their own: as long as the other one's, so that both look like those of a test card
/// (three or four bytes), and different for different people.
pub fn signature_serial(authentication: &[u8]) -> Vec<u8> {
    /// Leaves the top bit, and so the length in DER, as it is.
    const OTHER: u8 = 0x55;
    match authentication {
        // Alone, a byte must not become zero.
        [only] => vec![only % 0x7F + 1],
        [before @ .., last] => [before, &[last ^ OTHER]].concat(),
        [] => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::card::layout::{self, ApplicationKind};
    use crate::people::personalise::personalise;

    #[test]
    fn the_common_names_have_the_lengths_and_the_shape_of_real_ones() {
        let authentication = authentication_common_name("yamada");
        assert_eq!((authentication.len(), &authentication[14..19]), (23, MUNICIPALITY));
        let signature = signature_common_name("yamada", date(2025, 10, 16));
        assert_eq!((signature.len(), &signature[..14]), (28, "20251016090000"));
        assert_ne!(authentication, authentication_common_name("suzuki"));
    }

    #[test]
    fn a_juki_card_says_what_it_is_and_holds_no_certificate() {
        let people = crate::people::built_in(date(2026, 11, 21)).unwrap();
        let juki = people.get("juki").unwrap();
        let card = personalise(juki);
        let label = card.content(ApplicationKind::Jpki, layout::TOKEN_INFO).unwrap();
        assert_eq!(TokenKind::from_label(&label[..32]), TokenKind::ResidentCard);
        for file in [layout::AUTHENTICATION_CERTIFICATE, layout::SIGNATURE_CERTIFICATE, layout::AUTHENTICATION_PIN] {
            assert!(card.file(ApplicationKind::Jpki, file).is_none(), "{file:04X}");
        }
    }

    #[test]
    fn the_two_certificates_of_a_person_have_different_serials_of_allowed_length() {
        for serial in (1..=0x7F).map(|only| vec![only]).chain([vec![0, 0xF1], vec![0x22, 0x7B, 0x55], vec![0x11; 20]]) {
            let other = signature_serial(&serial);
            assert_ne!(other, serial);
            assert_eq!((other.len(), other[0] & 0x80), (serial.len(), 0));
            assert!(other.iter().any(|byte| *byte != 0), "{serial:?}");
        }
    }
}
