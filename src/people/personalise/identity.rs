//! What the card says of itself: 共通カードAP, 住基AP and the objects of GET DATA (spec/jpki-card.md §2.7, [B]).

use std::sync::Arc;

use super::printed::Printed;
use super::{derived_digits, is_face_only, key_of};
use crate::authority::cv::{Branch, CvKey, MUNICIPALITY};
use crate::authority::pool;
use crate::card::atr;
use crate::card::layout::{ApplicationKind, PinName, common, object, resident};
use crate::card::soft::image::{
    ApplicationImage, DataObject, FileImage, KeyCommand, KeyImage, Lazy, LazyBytes, ReferenceImage, Right,
};
use crate::card::soft::key::SigningKey;
use crate::people::Person;

/// Tag of a record's only object. Its length is one byte: records have a form of TLV of their own (JICSAP; seen in EF 0001 of the 共通カードAP
/// [B]).
const RECORD: u8 = 0x01;
/// GlobalPlatform's card recognition data as a card of the usual kind has it: that card management is GlobalPlatform 2.2.1, cards are
/// identified by its scheme, and the channel is SCP 02 with option 15. What real cards say is not public: *provisional* [C].
const RECOGNITION: [u8; 49] = [
    0x73, 0x2F, 0x06, 0x07, 0x2A, 0x86, 0x48, 0x86, 0xFC, 0x6B, 0x01, 0x60, 0x0C, 0x06, 0x0A, 0x2A, 0x86, 0x48, 0x86,
    0xFC, 0x6B, 0x02, 0x02, 0x02, 0x01, 0x63, 0x09, 0x06, 0x07, 0x2A, 0x86, 0x48, 0x86, 0xFC, 0x6B, 0x03, 0x64, 0x0B,
    0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xFC, 0x6B, 0x04, 0x02, 0x15,
];

/// 共通カードAP on the card of `person`.
pub(super) fn common(person: &Person, printed: &Printed) -> ApplicationImage {
    let key = key_of(person, "common");
    let key = KeyImage {
        key: Some(Lazy::new(move || -> Arc<dyn SigningKey> { pool::key(&key) })),
        right: Right::Free,
        command: KeyCommand::InternalAuthenticate,
    };
    let information = format!("{}{MUNICIPALITY}{}", serial(&person.id), printed.expires8());
    let files = [
        (common::CARD_INFORMATION, record(information.as_bytes())),
        (common::KEY_REFERENCE, key_reference()),
        (common::AUTHENTICATION_KEY, FileImage::Key(key)),
        pin(PinName::Common, person),
    ];
    ApplicationImage::new(ApplicationKind::Common, files)
}

/// 住基AP on the card of `person`.
pub(super) fn resident(person: &Person) -> ApplicationImage {
    let files = [(resident::KEY_REFERENCE, key_reference()), pin(PinName::Resident, person)];
    ApplicationImage::new(ApplicationKind::Resident, files)
}

/// The 個人番号カード用 PIN of both: people set one for the two [B], and a 顔認証マイナンバーカード has none [C].
fn pin(name: PinName, person: &Person) -> (u16, FileImage) {
    ReferenceImage::new(name, person.card.pin.clone()).blocked(is_face_only(person)).in_its_file()
}

fn record(value: &[u8]) -> FileImage {
    let header = [RECORD, value.len() as u8];
    FileImage::Records { records: vec![[header.as_slice(), value].concat()], read: Right::Free }
}

/// EF 0002 of both, byte for byte the same; which key it names is not known [B]. That it is a record of the form of EF 0001 is inferred [C].
fn key_reference() -> FileImage {
    record(&Branch::PowerUp.municipality().id())
}

/// 15 digits; 9 in front is nobody's.
fn serial(id: &str) -> String {
    format!("9{}", derived_digits(id, "card-serial", 14))
}

/// What GET DATA gives.
pub(super) fn objects(person: &Person, printed: &Printed) -> Vec<DataObject> {
    let (authority, municipality) = (Branch::PowerUp.authority(), Branch::PowerUp.municipality());
    let issuer = municipality.clone();
    let ready = |tag, content: &[u8]| at_power_up(tag, LazyBytes::ready(content.to_vec()));
    vec![
        ready(object::ISSUER, &municipality.id()),
        ready(object::CARD_NUMBER, serial(&person.id).as_bytes()),
        ready(object::CARD_RECOGNITION, &RECOGNITION),
        ready(object::MUNICIPALITY, MUNICIPALITY.as_bytes()),
        ready(object::EXPIRY, printed.expires8().as_bytes()),
        ready(object::INTERMEDIATE_KEY, &municipality.id()),
        at_power_up(object::CV_UPPER, LazyBytes::new(move || authority.certify_as_data_object(&municipality))),
        at_power_up(object::CV_LOWER, LazyBytes::new(move || issuer.certify_as_data_object(&CvKey::end_of_chain()))),
        DataObject {
            tag: object::CONTACT_ATR,
            content: LazyBytes::ready(atr::CONTACT.iter().skip(1).copied().collect()),
            is_everywhere: true,
        },
    ]
}

fn at_power_up(tag: u16, content: LazyBytes) -> DataObject {
    DataObject { tag, content, is_everywhere: false }
}
