//! Personalisation (発行): from a person of card-profiles to the software card in their purse.
//!
//! Nothing is computed here but text; keys, certificates, pictures and proofs are made when the card is first asked for them.
//!
//! - `jpki`: 公的個人認証AP, the certificates
//! - `text`: 券面事項入力補助AP, what is printed as text
//! - `visual`: 券面事項確認AP, the same as pictures; `picture` draws type, `photo` has the faces
//! - `identity`: 共通カードAP, 住基AP and GET DATA, what the card says of itself
//! - `printed`: the card's face and the references that follow from it; `record`: the card's form of TLV

mod identity;
mod jpki;
mod photo;
mod picture;
mod printed;
mod record;
#[cfg(test)]
mod tests;
mod text;
mod visual;

use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::{CardKind, Person};
use crate::authority::pool;
use crate::card::atr;
use crate::card::layout::{ApplicationKind, TokenKind};
use crate::card::soft::CardImage;
use crate::card::soft::image::{ApplicationImage, FileImage, KeyCommand, KeyImage, Lazy, Right};
use crate::card::soft::key::SigningKey;
use crate::secret::MyNumber;
pub use jpki::{authentication_certificate, evidence_by_face, signature_serial};
use printed::Printed;

/// The 個人番号 that somebody's card carries, and the one they have where that is somebody else's already.
pub fn my_numbers(person: &Person) -> [MyNumber; 2] {
    printed::my_numbers(person)
}

/// The card of `person`, issued by the generation of the authority that their profile names.
pub fn personalise(person: &Person) -> CardImage {
    let domain = || ApplicationImage::new(ApplicationKind::IssuerSecurityDomain, []);
    let phone = |kind| (vec![domain(), jpki::application(person, kind)], Vec::new());
    let (atr, (applications, objects)) = match person.card.kind {
        CardKind::MyNumberCard | CardKind::FaceOnly => {
            let printed = Printed::of(person);
            let applications = vec![
                domain(),
                jpki::application(person, TokenKind::MyNumberCard),
                text::application(person, &printed),
                visual::application(person, &printed),
                identity::resident(person),
                identity::common(person, &printed),
            ];
            (atr::CONTACTLESS, (applications, identity::objects(person, &printed)))
        }
        // No source has any other application on a phone.
        CardKind::Android => (atr::CONTACTLESS, phone(TokenKind::Android)),
        CardKind::Iphone => (atr::CONTACTLESS, phone(TokenKind::Iphone)),
        CardKind::JukiCard => (atr::JUKI, (vec![domain(), ApplicationImage::jpki_of_juki_card()], Vec::new())),
        CardKind::Foreign => (atr::LICENCE, (Vec::new(), Vec::new())),
    };
    CardImage { name: person.id.clone(), atr: atr.to_vec(), applications, objects }
}

/// 性別 as a card writes it, on its face and in the 署名用電子証明書 alike: JIS X 0303 (ISO 5218), 1, 2, or 0 where nothing is known. The card's
/// own files follow it [B, myna-card 3.3.4: 1 was seen, the others are the standard's]; that the certificate does too is inferred [C]. The
/// code of the insurers (OQSCD007) has 3 for what this standard calls 0.
fn sex_digit(person: &Person) -> &'static str {
    match person.sex.as_str() {
        "1" => "1",
        "2" => "2",
        _ => "0",
    }
}

fn is_face_only(person: &Person) -> bool {
    person.card.kind == CardKind::FaceOnly
}

/// Name in the pool of a key of this card. People who share the key of their certificate share these too.
fn key_of(person: &Person, purpose: &str) -> String {
    format!("{}/{purpose}", person.card.key)
}

/// The file of a key that signs for anybody, without a PIN (spec/jpki-card.md §2.10, [B]).
fn signing_key(name: String) -> FileImage {
    let key = Lazy::new(move || -> Arc<dyn SigningKey> { pool::key(&name) });
    FileImage::Key(KeyImage { key: Some(key), right: Right::Free, command: KeyCommand::ComputeSignature })
}

/// Bytes that belong to this card and mean nothing.
fn derived_bytes(id: &str, what: &str, length: usize) -> Vec<u8> {
    let blocks = (0_u32..).flat_map(|block| Sha256::digest(format!("{what}/{block}/{id}")));
    blocks.take(length).collect()
}

/// Digits that belong to this card and mean nothing.
fn derived_digits(id: &str, what: &str, count: usize) -> String {
    derived_bytes(id, what, count).into_iter().map(|byte| char::from(b'0' + byte % 10)).collect()
}
