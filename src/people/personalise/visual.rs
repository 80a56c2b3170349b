//! 券面事項確認AP: the card's face as pictures, with proofs (spec/jpki-card.md §2.6; containers [A], what is signed how [B]).

use sha2::{Digest, Sha256};

use super::photo::photo;
use super::picture::picture;
use super::printed::Printed;
use super::record::{object, unknown, with_offsets};
use super::{derived_bytes, key_of, signing_key};
use crate::authority::cv::{self, Branch, MUNICIPALITY, key_id};
use crate::authority::pool;
use crate::card::layout::{ApplicationKind, PinName, visual};
use crate::card::soft::image::{ApplicationImage, FileImage, ReferenceImage, Right};
use crate::people::Person;

/// Full-width characters in a line of the name and of the address: 216 and 288 dots [B]. More lines are ours [C].
const NAME_COLUMNS: usize = 18;
const ADDRESS_COLUMNS: usize = 24;
/// The security code has four digits, the 個人番号 twelve, two in a column: 24 and 72 dots [B].
const CODE_COLUMNS: usize = 2;
const NUMBER_COLUMNS: usize = 6;
/// DF31: version, extended Lc/Le (03: announced), vendor, vendor's own; as on the cards that were read [B].
const IDENTIFICATION: [u8; 4] = [0x06, 0x03, 0x0E, 0x01];
/// DF33
const VERSION: [u8; 1] = [0x00];

const BIRTHDATE: Right = Right::AnyOf(&[PinName::VisualBirthdate]);
const A: Right = Right::AnyOf(&[PinName::VisualNumberA]);
const A_OR_B: Right = Right::AnyOf(&[PinName::VisualNumberA, PinName::VisualNumberB]);

/// The application on the card of `person`.
pub(super) fn application(person: &Person, printed: &Printed) -> ApplicationImage {
    let key = key_of(person, "visual");
    // The three records carry the public half of one key.
    let lazily = |make: fn(&Printed, &str) -> Vec<u8>, read| {
        let (printed, key) = (printed.clone(), key.clone());
        FileImage::lazy(move || make(&printed, &key), read)
    };
    let files = [
        (visual::AGE, lazily(age_record, BIRTHDATE)),
        (visual::FACE, lazily(face, A_OR_B)),
        (visual::BASIC, FileImage::bytes(basic_information(&person.id), Right::Free)),
        (visual::CV_CERTIFICATE, FileImage::lazy(certificate, Right::Free)),
        (visual::MY_NUMBER_IMAGE, lazily(my_number_image, A)),
        (visual::UNKNOWN, FileImage::bytes(unknown(), A_OR_B)),
        (visual::SIGNING_KEY, signing_key(key.clone())),
        ReferenceImage::new(PinName::VisualBirthdate, printed.birthdate_reference()).in_its_file(),
        ReferenceImage::new(PinName::VisualNumberB, printed.number_b()).in_its_file(),
        ReferenceImage::new(PinName::VisualNumberA, printed.number_a()).in_its_file(),
    ];
    let mut application = ApplicationImage::new(ApplicationKind::Visual, files);
    application.default_key = Some(visual::SIGNING_KEY);
    application
}

/// EF 0001
fn age_record(printed: &Printed, key: &str) -> Vec<u8> {
    let content = [object(0xDF11, printed.birthdate8().as_bytes()), object(0xDF12, &public_key(key))].concat();
    let signature = object(0xDF13, &sign(&content));
    object(0xFF10, &[content, signature].concat())
}

/// EF 0002. Signed in three parts: what is text, what is written, the photo. Expiry and security code stand behind the signature and
/// are not covered by it.
fn face(printed: &Printed, key: &str) -> Vec<u8> {
    let text = [
        object(0xDF22, printed.birthdate8().as_bytes()),
        object(0xDF23, printed.sex.as_bytes()),
        object(0xDF24, &public_key(key)),
    ];
    let written = [
        object(0xDF25, &picture(&printed.name, NAME_COLUMNS)),
        object(0xDF26, &picture(&printed.address, ADDRESS_COLUMNS)),
    ];
    let photo = [object(0xDF27, photo(printed))];
    let digests: Vec<u8> = [text.concat(), written.concat(), photo.concat()].iter().flat_map(Sha256::digest).collect();
    let rest = [
        object(0xDF28, &cv::sign_digests(&Branch::Visual.municipality().key(), &digests)),
        object(0xDF29, printed.expires8().as_bytes()),
        object(0xDF2A, &picture(printed.security_code.reveal(), CODE_COLUMNS)),
    ];
    let objects: Vec<_> = text.into_iter().chain(written).chain(photo).chain(rest).collect();
    with_offsets(0xFF20, 0xDF21, &objects)
}

/// EF 0003. DF35 is a key's identifier and 256 bytes of which the meaning is not known: ours are drawn from the id, *provisional*.
fn basic_information(id: &str) -> Vec<u8> {
    let opaque = [key_id("9900025", "001").to_vec(), derived_bytes(id, "visual-basic", 256)].concat();
    let content = [
        object(0xDF31, &IDENTIFICATION),
        object(0xDF32, &Branch::Visual.named_in_basic_information()),
        object(0xDF33, &VERSION),
        object(0xDF34, MUNICIPALITY.as_bytes()),
        object(0xDF35, &opaque),
    ];
    object(0xFF30, &content.concat())
}

/// EF 0004
fn certificate() -> Vec<u8> {
    Branch::Visual.authority().certify(&Branch::Visual.municipality())
}

/// EF 0005
fn my_number_image(printed: &Printed, key: &str) -> Vec<u8> {
    let image = object(0xDF41, &picture(printed.my_number.reveal(), NUMBER_COLUMNS));
    let content = [image, object(0xDF42, &public_key(key))].concat();
    let signature = object(0xDF43, &sign(&content));
    object(0xFF40, &[content, signature].concat())
}

fn public_key(key: &str) -> Vec<u8> {
    cv::public_key(&pool::key(key).to_public_key())
}

fn sign(content: &[u8]) -> Vec<u8> {
    cv::sign(&Branch::Visual.municipality().key(), content)
}
