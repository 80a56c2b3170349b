//! 券面事項入力補助AP: 個人番号 and 基本4情報 as text, with proofs (spec/jpki-card.md §2.5; containers [A], what is signed how [B]).

use sha2::{Digest, Sha256};

use super::printed::Printed;
use super::record::{object, physical, unknown, with_offsets};
use super::{derived_bytes, is_face_only, key_of, signing_key};
use crate::authority::cv::{self, Branch};
use crate::authority::pool;
use crate::card::layout::{ApplicationKind, PinName, text};
use crate::card::soft::image::{ApplicationImage, FileImage, Lazy, ReferenceImage, Right};
use crate::people::Person;
use crate::secret::Pin;

/// Physical sizes that were seen; of the other files only the content is known.
const MY_NUMBER_SIZE: usize = 17;
const BASIC_SIZE: usize = 256;
/// DF41: version, extended Lc/Le (03: announced), vendor, vendor's own; as on the cards that were read [B].
const IDENTIFICATION: [u8; 4] = [0x01, 0x03, 0x0E, 0x01];

const PIN_OR_A: Right = Right::AnyOf(&[PinName::Text, PinName::TextNumberA]);
const PIN_OR_B: Right = Right::AnyOf(&[PinName::Text, PinName::TextNumberB]);
const PIN_OR_EITHER: Right = Right::AnyOf(&[PinName::Text, PinName::TextNumberA, PinName::TextNumberB]);

/// The application on the card of `person`.
pub(super) fn application(person: &Person, printed: &Printed) -> ApplicationImage {
    let (my_number, objects) = (my_number(printed), attribute_objects(printed));
    let attributes = with_offsets(0xFF20, 0xDF21, &objects);
    let proven = my_number.clone();
    let integrity = move || integrity(&proven, &objects.concat());
    let (signing, session) = (key_of(person, "text"), key_of(person, "text-session"));
    let (signed, private) = (signing.clone(), session.clone());
    let files = [
        (text::MY_NUMBER, FileImage::bytes(my_number, PIN_OR_A)),
        (text::ATTRIBUTES, FileImage::bytes(attributes, PIN_OR_B)),
        (text::INTEGRITY, FileImage::lazy(integrity, PIN_OR_EITHER)),
        (text::CV_CERTIFICATE, FileImage::lazy(certificate, Right::Free)),
        (text::BASIC, FileImage::bytes(basic_information(&person.id), Right::Free)),
        (text::SESSION_PUBLIC_KEY, FileImage::lazy(move || session_public_key(&session), PIN_OR_EITHER)),
        (text::SIGNED_PUBLIC_KEY, FileImage::lazy(move || signed_public_key(&signed), PIN_OR_EITHER)),
        (text::UNKNOWN, FileImage::bytes(unknown(), Right::Free)),
        (text::SIGNING_KEY, signing_key(signing)),
        ReferenceImage::new(PinName::Text, person.card.pin.clone()).blocked(is_face_only(person)).in_its_file(),
        // Nobody knows its value, and VERIFY never gets as far as comparing it.
        ReferenceImage::new(PinName::TextBlocked, Pin::new("")).blocked(true).in_its_file(),
        ReferenceImage::new(PinName::TextNumberA, printed.number_a()).in_its_file(),
        ReferenceImage::new(PinName::TextNumberB, printed.number_b()).in_its_file(),
    ];
    let mut application = ApplicationImage::new(ApplicationKind::Text, files);
    application.default_key = Some(text::SIGNING_KEY);
    application.session_key = Some(Lazy::new(move || pool::key(&private)));
    application
}

/// EF 0001
fn my_number(printed: &Printed) -> Vec<u8> {
    physical(object(0xFF10, printed.my_number.reveal().as_bytes()), MY_NUMBER_SIZE)
}

/// What EF 0002 holds behind its table of offsets.
fn attribute_objects(printed: &Printed) -> [Vec<u8>; 4] {
    [
        object(0xDF22, printed.name.as_bytes()),
        object(0xDF23, printed.address.as_bytes()),
        object(0xDF24, printed.birthdate8().as_bytes()),
        object(0xDF25, printed.sex.as_bytes()),
    ]
}

/// EF 0003: the 個人番号 file is hashed with its filler, the 基本4情報 without header and table of offsets.
fn integrity(my_number: &[u8], attribute_objects: &[u8]) -> Vec<u8> {
    let digests =
        [object(0xDF31, &Sha256::digest(my_number)), object(0xDF32, &Sha256::digest(attribute_objects))].concat();
    let signature = object(0xDF33, &cv::sign(&Branch::Text.municipality().key(), &digests));
    object(0xFF30, &[digests, signature].concat())
}

/// EF 0004
fn certificate() -> Vec<u8> {
    Branch::Text.authority().certify(&Branch::Text.municipality())
}

/// EF 0005. DF43 is 32 bytes of which the meaning is not known, and filler: ours are drawn from the id, *provisional*.
fn basic_information(id: &str) -> Vec<u8> {
    let content = [
        object(0xDF41, &IDENTIFICATION),
        object(0xDF42, &Branch::Text.named_in_basic_information()),
        object(0xDF43, &physical(derived_bytes(id, "text-basic", 32), 128)),
    ];
    physical(object(0xFF40, &content.concat()), BASIC_SIZE)
}

/// EF 0006: a bare public key for secure messaging.
fn session_public_key(key: &str) -> Vec<u8> {
    object(0xA1, &cv::public_key(&pool::key(key).to_public_key()))
}

/// EF 0007
fn signed_public_key(key: &str) -> Vec<u8> {
    let public_key = object(0xDF51, &cv::public_key(&pool::key(key).to_public_key()));
    let signature = object(0xDF52, &cv::sign(&Branch::Text.municipality().key(), &public_key));
    object(0xFF50, &[public_key, signature].concat())
}
