//! An independent reader of the card, the crate `myna-card` (MIT, measured on real cards), and the files of a real test card that it brings:
//! its client reads and verifies everything on our card, and its files have the same structure as ours. What other card programs send is
//! in `card_clients`.

#[path = "card_oracle/fixtures.rs"]
mod fixtures;
#[path = "card_oracle/secure.rs"]
mod secure;

use std::path::Path;
use std::sync::Arc;

use jiff::civil::{Date, date};
use madoguchi::authority::cv::Branch;
use madoguchi::authority::pool;
use madoguchi::card::layout::ApplicationKind;
use madoguchi::card::soft::{CardImage, SoftCard};
use madoguchi::people::{personalise::personalise, read_toml};
use madoguchi::random::Seed;
use myna_card::ap::common::CommonAp;
use myna_card::ap::jpki::{JpkiAp, SignatureScheme, TokenType};
use myna_card::ap::juki::JukiAp;
use myna_card::ap::surface::SurfaceAp;
use myna_card::ap::text::{Attributes, TextAp};
use myna_card::card::Retries;
use myna_card::data::{CardVerifiableCertificate, ImageFormat, RsaPublicKey, Sex};
use myna_card::mf::{MasterFile, tag};
use myna_card::{Card, Error, Pin, Transmit};
use rsa::traits::PublicKeyParts;

const TODAY: Date = date(2026, 11, 21);
const PIN: &str = "1234";
const PASSWORD: &str = "TEST1234";
const MY_NUMBER: &str = "999000000334";
/// Born 昭和60-04-12, card until 2034, security code 2285.
const NUMBER_B: &str = "60041220342285";

/// The software card where a transport is expected.
struct Wire(SoftCard);

impl Transmit for Wire {
    fn transmit(&mut self, command: &[u8]) -> myna_card::Result<Vec<u8>> {
        Ok(self.0.process(command))
    }
}

fn image() -> CardImage {
    let profile = format!(
        "name = \"試験　花子\"\nsex = \"2\"\nbirthdate = \"1985-04-12\"\naddress = \"架空県見本市窓口町一丁目２番３号\"\n\
         my_number = \"{MY_NUMBER}\"\n[card]\nsecurity_code = \"2285\"\n"
    );
    let person = read_toml("hanako.toml", &profile).unwrap().settle("hanako", TODAY).unwrap();
    personalise(&person)
}

fn card() -> Card<Wire> {
    Card::new(Wire(SoftCard::new(Arc::new(image()), Seed(1))))
}

fn digits(text: &str) -> Pin {
    Pin::numeric(text).unwrap()
}

/// The public half of one of our keys in the other's words.
fn public(key: &rsa::RsaPrivateKey) -> RsaPublicKey {
    RsaPublicKey { exponent: key.e().to_bytes_be(), modulus: key.n().to_bytes_be() }
}

fn is_refused<T>(answer: myna_card::Result<T>) -> bool {
    matches!(answer, Err(Error::Status(status)) if status.value() == 0x6982)
}

/// Certified by the authority of this branch, by nobody else, and not by an authority that exists.
fn certified(certificate: &CardVerifiableCertificate, branch: Branch) -> RsaPublicKey {
    certificate.verify_with(&public(&branch.authority().key())).unwrap();
    let other = if branch == Branch::Text { Branch::Visual } else { Branch::Text };
    certificate.verify_with(&public(&other.authority().key())).unwrap_err();
    assert!(matches!(certificate.verify(), Err(Error::UnknownCertificateAuthority(_))));
    certificate.public_key.clone()
}

#[test]
fn the_text_application_gives_its_text_and_its_proofs_hold() {
    let mut card = card();
    let mut text = TextAp::select(&mut card).unwrap();
    let issuer = certified(&text.read_certificate().unwrap(), Branch::Text);
    let basic = text.read_ap_basic_data().unwrap();
    assert_eq!((basic.identification.to_bytes(), basic.digest().is_some()), ([0x01, 0x03, 0x0E, 0x01], true));
    assert!(is_refused(text.read_my_number()) && is_refused(text.read_attributes()));

    text.verify_pin(&digits(PIN)).unwrap();
    assert_eq!(text.read_my_number().unwrap().as_str(), MY_NUMBER);
    let attributes = text.read_attributes().unwrap();
    assert_eq!((attributes.name.as_str(), attributes.split_name()), ("試験　花子", Some(("試験", "花子"))));
    assert_eq!((attributes.address.as_str(), attributes.sex), ("架空県見本市窓口町一丁目２番３号", Sex::Female));
    assert_eq!(attributes.birth_date.to_string(), "1985-04-12");

    let integrity = text.read_integrity_record().unwrap();
    integrity.verify(&issuer).unwrap();
    assert!(integrity.matches_my_number_file(&text.read_my_number_file().unwrap()));
    let file = text.read_ef(myna_card::ap::text::ef::ATTRIBUTES).unwrap();
    assert!(integrity.matches_attributes_file(&file).unwrap());
    Attributes::digest_source(&file).unwrap();

    let signed = text.read_signed_public_key().unwrap();
    signed.verify(&issuer).unwrap();
    let signature = text.sign(b"challenge").unwrap();
    signed.public_key.verify_pkcs1_sha256(b"challenge", &signature).unwrap();
    assert_eq!(text.read_session_key_public_key().unwrap().public_key.bits(), 2048);
}

#[test]
fn the_two_numbers_open_one_text_each() {
    let mut card = card();
    let mut text = TextAp::select(&mut card).unwrap();
    text.verify_code_a(&digits(MY_NUMBER)).unwrap();
    assert!(text.read_my_number().is_ok() && is_refused(text.read_attributes()));

    MasterFile::select(&mut card).unwrap();
    let mut text = TextAp::select(&mut card).unwrap();
    text.verify_code_b(&digits(NUMBER_B)).unwrap();
    assert!(text.read_attributes().is_ok() && is_refused(text.read_my_number()));
}

#[test]
fn the_visual_application_shows_the_face_and_its_proofs_hold() {
    let mut card = card();
    let mut visual = SurfaceAp::select(&mut card).unwrap();
    let issuer = certified(&visual.read_certificate().unwrap(), Branch::Visual);
    let basic = visual.read_ap_basic_data().unwrap();
    assert_eq!(
        (basic.identification.to_bytes(), basic.municipality_code.as_str()),
        ([0x06, 0x03, 0x0E, 0x01], "99901")
    );
    visual.verify_code_a(&digits(MY_NUMBER)).unwrap();

    let face = visual.read_card_face().unwrap();
    face.verify(&issuer).unwrap();
    assert_eq!((face.birth_date.to_string(), face.expiry.to_string()), ("1985-04-12".into(), "2034-04-12".into()));
    assert_eq!(face.sex, Sex::Female);
    for picture in [&face.name_image, &face.address_image, &face.security_code_image] {
        assert_eq!(picture.format, ImageFormat::Png);
    }
    assert_eq!(face.photo.format, ImageFormat::Jpeg2000);

    let number = visual.read_my_number_image().unwrap();
    number.verify(&issuer).unwrap();
    assert_eq!((number.image.format, &number.public_key), (ImageFormat::Png, &face.public_key));
    let signature = visual.sign(b"challenge").unwrap();
    face.public_key.verify_pkcs1_sha256(b"challenge", &signature).unwrap();
}

#[test]
fn each_reference_of_the_visual_application_opens_its_share() {
    let mut card = card();
    let mut visual = SurfaceAp::select(&mut card).unwrap();
    visual.verify_birth_date(&digits("600412")).unwrap();
    let age = visual.read_age_record().unwrap();
    let certificate = visual.read_certificate().unwrap();
    age.verify(&certificate.public_key).unwrap();
    assert_eq!(age.birth_date.to_string(), "1985-04-12");
    assert!(is_refused(visual.read_card_face()));

    MasterFile::select(&mut card).unwrap();
    let mut visual = SurfaceAp::select(&mut card).unwrap();
    visual.verify_code_b(&digits(NUMBER_B)).unwrap();
    assert!(visual.read_card_face().is_ok() && is_refused(visual.read_my_number_image()));
    assert!(is_refused(visual.read_age_record()));
}

#[test]
fn the_common_and_the_resident_application_say_which_card_it_is() {
    let mut card = card();
    let mut common = CommonAp::select(&mut card).unwrap();
    let information = common.read_card_info().unwrap();
    assert_eq!((information.serial.len(), information.municipality_code.as_str()), (15, "99901"));
    assert_eq!(information.expiry.to_string(), "2034-04-12");
    let signature = common.internal_authenticate(b"challenge").unwrap();
    public(&pool::key("common/common")).verify_pkcs1_sha256(b"challenge", &signature).unwrap();
    let reference = common.read_record(myna_card::ap::common::ef::KEY_REFERENCE, 1).unwrap();
    common.change_pin(&digits(PIN), &digits("5678")).unwrap();
    common.verify_pin(&digits(PIN)).unwrap_err();
    assert_eq!(common.pin_retries().unwrap(), Retries::Remaining(2));

    let mut resident = JukiAp::select(&mut card).unwrap();
    assert_eq!(resident.read_record(myna_card::ap::juki::ef::KEY_REFERENCE, 1).unwrap(), reference);
    assert_eq!(resident.pin_retries().unwrap(), Retries::Remaining(3));
    resident.verify_pin(&digits(PIN)).unwrap();
}

#[test]
fn the_card_introduces_itself_at_power_up_and_its_chain_of_certificates_holds() {
    let mut card = card();
    let atr = card.contact_atr().unwrap();
    assert_eq!(atr, [0x3B, 0xE0, 0x00, 0xFF, 0x81, 0x31, 0xFE, 0x45, 0x14]);
    let mut root = MasterFile::new(&mut card);
    assert_eq!(root.data_object(tag::MUNICIPALITY_CODE).unwrap(), b"99901");
    assert_eq!(root.data_object(tag::EXPIRY).unwrap(), b"20340412");
    assert_eq!(root.data_object(tag::CARD_IDENTIFICATION).unwrap().len(), 15);
    assert!(root.data_object(tag::CARD_RECOGNITION).unwrap().starts_with(&[0x73, 0x2F]));
    let chain = root.certificate_chain().unwrap();
    let [upper, lower] = chain.as_slice() else { panic!("{chain:?}") };
    let municipality = certified(upper, Branch::PowerUp);
    lower.verify_with(&municipality).unwrap();
    assert_eq!(lower.issuer_key_id, upper.subject_key_id);
    assert_eq!(root.data_object(tag::INTERMEDIATE_KEY_ID).unwrap(), upper.subject_key_id.as_bytes());
}

#[test]
fn the_certificates_of_the_card_verify_and_every_scheme_signs() {
    let mut card = card();
    let mut jpki = JpkiAp::select(&mut card).unwrap();
    assert_eq!(jpki.read_token_type().unwrap(), TokenType::from_bytes(TokenType::CARD));
    assert_eq!(jpki.read_token_info().unwrap().max_pin_len, 16);
    let availability = jpki.read_certificate_availability().unwrap();
    assert!(availability.has_auth_certificate() && availability.has_sign_certificate());
    let (leaf, root) = (jpki.read_auth_certificate().unwrap(), jpki.read_auth_ca_certificate().unwrap());
    leaf.verify_signature(&root).unwrap();
    root.verify_signature(&root).unwrap();
    jpki.verify_sign_pin(&Pin::new(PASSWORD).unwrap()).unwrap();
    let signing = jpki.read_sign_certificate().unwrap();
    signing.verify_signature(&jpki.read_sign_ca_certificate().unwrap()).unwrap();
    signing.verify_signature(&root).unwrap_err();
    jpki.verify_auth_pin(&digits(PIN)).unwrap();
    for scheme in [
        SignatureScheme::Verbatim,
        SignatureScheme::Sha256Bare,
        SignatureScheme::PreHashedDigestInfo,
        SignatureScheme::Sha256DigestInfo,
        SignatureScheme::PreHashedPss,
        SignatureScheme::Sha256Pss,
    ] {
        jpki.sign_with_auth_key_checked(scheme, &[0x5A; 32]).unwrap();
        jpki.sign_with_sign_key_checked(scheme, &[0xA5; 32]).unwrap();
    }
}

#[test]
fn every_reference_tells_its_tries_without_spending_one() {
    use myna_card::ap::{surface, text};
    let mut card = card();
    for _ in 0..2 {
        let mut text_ap = TextAp::select(&mut card).unwrap();
        let tries = [text::ef::PIN, text::ef::BLOCKED_0012, text::ef::CODE_A, text::ef::CODE_B]
            .map(|reference| text_ap.retries(reference).unwrap().count());
        assert_eq!(tries, [Some(3), Some(0), Some(10), Some(10)]);
        let mut visual = SurfaceAp::select(&mut card).unwrap();
        let tries =
            [surface::ef::CODE_A, surface::ef::CODE_B].map(|reference| visual.retries(reference).unwrap().count());
        assert_eq!(tries, [Some(10), Some(10)]);
        let mut jpki = JpkiAp::select(&mut card).unwrap();
        assert_eq!(jpki.auth_pin_retries().unwrap().count(), Some(3));
        assert_eq!(jpki.sign_pin_retries().unwrap().count(), Some(5));
    }
}

/// The folder of files of a test card that the crate brings with its source.
fn fixtures() -> std::path::PathBuf {
    fixtures::folder(Path::new(env!("CARGO_MANIFEST_DIR")))
}

#[test]
fn files_are_built_like_those_of_a_real_test_card() {
    let image = image();
    for row in fixtures::ROWS {
        let theirs = std::fs::read(fixtures().join(row.file)).unwrap();
        let ours = image.content(row.application, row.id).unwrap();
        assert_eq!(fixtures::structure(ours, row.varies), fixtures::structure(&theirs, row.varies), "{}", row.file);
    }
}

#[test]
fn data_objects_are_built_like_those_of_a_real_test_card() {
    let image = image();
    for (tag, file) in [(tag::CHAIN_UPPER, "mf-do-F8.bin"), (tag::CHAIN_LOWER, "mf-do-7F21.bin")] {
        let theirs = std::fs::read(fixtures().join(file)).unwrap();
        let ours = image.objects.iter().find(|object| object.tag == tag).unwrap().content.get();
        assert_eq!(fixtures::structure(ours, &[]), fixtures::structure(&theirs, &[]), "{file}");
    }
}

#[test]
fn certificates_are_built_like_those_of_a_real_test_card_and_of_its_authority() {
    let image = image();
    for (file, id) in fixtures::CERTIFICATES {
        let theirs = std::fs::read(fixtures().join(file)).unwrap();
        let ours = image.content(ApplicationKind::Jpki, *id).unwrap();
        assert_eq!(fixtures::form_of_certificate(ours), fixtures::form_of_certificate(&theirs), "{file}");
    }
}
