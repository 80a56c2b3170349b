//! Personalisation (発行): from a person of card-profiles to the software card in their purse.
//!
//! Nothing is computed here but text; keys and certificates are made when the card is first read.

use jiff::civil::Date;
use sha2::{Digest, Sha256};

use super::{CardKind, Person};
use crate::authority::{Attributes, Authority, Holder, Purpose, pool};
use crate::card::layout::{ApplicationKind, TokenKind};
use crate::card::soft::image::{ATR_CONTACTLESS, ATR_FOREIGN};
use crate::card::soft::{ApplicationImage, CardImage, Credential, JpkiImage, LazyCredential};
use crate::clock;

/// Municipality code of nowhere: prefectures end at 47.
const MUNICIPALITY: &str = "99901";
/// Prefecture and municipality of that code.
const RESIDENCE: (&str, &str) = ("Madoguchi-ken", "Shiken-shi");

/// The card of `person`, issued by `authority`.
pub fn personalise(person: &Person, authority: &Authority) -> CardImage {
    let kind = match person.card.kind {
        CardKind::MyNumberCard | CardKind::FaceOnly => TokenKind::MyNumberCard,
        CardKind::Android => TokenKind::Android,
        CardKind::Iphone => TokenKind::Iphone,
        CardKind::Foreign => {
            return CardImage {
                name: person.id.clone(),
                atr: ATR_FOREIGN.to_vec(),
                applications: Vec::new(),
                objects: Vec::new(),
            };
        }
    };
    // A 顔認証マイナンバーカード has its PIN locked by design and no 署名用 certificate (spec/jpki-card.md §2.13).
    let is_face_only = person.card.kind == CardKind::FaceOnly;
    let jpki = JpkiImage {
        kind,
        authentication: authentication(person, authority),
        signature: (!is_face_only).then(|| signature(person, authority)),
        authentication_pin: person.card.pin.clone(),
        signature_password: person.card.sign_password.clone(),
        authentication_pin_locked: person.card.pin_locked || is_face_only,
        certificate_needs_pin: person.card.kind == CardKind::Android,
    };
    let applications = vec![ApplicationImage::new(ApplicationKind::IssuerSecurityDomain, []), jpki.into()];
    CardImage { name: person.id.clone(), atr: ATR_CONTACTLESS.to_vec(), applications, objects: Vec::new() }
}

/// The person's 利用者証明用 certificate without a card around it, DER.
pub fn authentication_certificate(person: &Person, authority: &Authority) -> Vec<u8> {
    authority.issue_authentication(&authentication_holder(person))
}

fn authentication(person: &Person, authority: &Authority) -> LazyCredential {
    let (holder, authority) = (authentication_holder(person), authority.clone());
    LazyCredential::new(move || Credential {
        certificate: authority.issue_authentication(&holder),
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
        sex: person.sex.clone(),
        birthdate: person.birthdate,
        address: person.address.clone().unwrap_or_default(),
    };
    let authority = authority.clone();
    LazyCredential::new(move || Credential {
        certificate: authority.issue_signature(&holder, &attributes),
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

/// The two certificates of a person have serials of their own: the other one's with a byte behind it, or, where 20 bytes
/// are used up, with its last byte changed.
pub fn signature_serial(authentication: &[u8]) -> Vec<u8> {
    const LONGEST: usize = 20;
    let mut serial = authentication.to_vec();
    match serial.last_mut() {
        Some(last) if authentication.len() >= LONGEST => *last ^= 0x55,
        _ => serial.push(0x02),
    }
    serial
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn the_common_names_have_the_lengths_and_the_shape_of_real_ones() {
        let authentication = authentication_common_name("yamada");
        assert_eq!((authentication.len(), &authentication[14..19]), (23, MUNICIPALITY));
        let signature = signature_common_name("yamada", date(2025, 10, 16));
        assert_eq!((signature.len(), &signature[..14]), (28, "20251016090000"));
        assert_ne!(authentication, authentication_common_name("suzuki"));
    }

    #[test]
    fn the_two_certificates_of_a_person_have_different_serials_of_allowed_length() {
        for serial in [vec![1], vec![0, 0xF1], vec![0x11; 20]] {
            let other = signature_serial(&serial);
            assert_ne!(other, serial);
            assert!((1..=20).contains(&other.len()));
        }
    }
}
