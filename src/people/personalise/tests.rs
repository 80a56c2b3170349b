//! What lies on the cards of people: files, sizes, rights, references, file by file.

use jiff::civil::{Date, date};
use rsa::Pkcs1v15Sign;
use sha2::Sha256;

use super::*;
use crate::authority::cv::Branch;
use crate::card::layout::{self, PinName, common, object, resident, text, visual};
use crate::card::soft::SoftCard;
use crate::card::tlv::take;
use crate::people::read_toml;
use crate::random::Seed;
use crate::secret::Pin;

const TODAY: Date = date(2026, 11, 21);
/// A profile in which nothing but the necessary is said.
const SMALL: &str = "name = \"追加　一子\"\nsex = \"2\"\nbirthdate = \"1985-04-12\"\n";

fn image(profile: &str) -> CardImage {
    let person = read_toml("p", profile).unwrap().settle("ichiko", TODAY).unwrap();
    personalise(&person)
}

fn content(image: &CardImage, kind: ApplicationKind, id: u16) -> Vec<u8> {
    image.content(kind, id).unwrap_or_else(|| panic!("{kind:?} {id:04X} is not transparent")).to_vec()
}

fn value(image: &CardImage, name: PinName) -> String {
    image.reference(name).unwrap().value.reveal().to_owned()
}

fn has(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[test]
fn files_have_the_sizes_that_were_seen_on_a_test_card() {
    use ApplicationKind::{Jpki, Text, Visual};
    let image = image(&format!("{SMALL}address = \"架空県見本市窓口町一丁目２−３−４\"\n"));
    let sizes = [
        (Jpki, layout::TOKEN_INFO, 160),
        (Jpki, layout::AVAILABILITY, 3),
        (Text, text::MY_NUMBER, 17),
        (Text, text::INTEGRITY, 336),
        (Text, text::CV_CERTIFICATE, 568),
        (Text, text::BASIC, 256),
        (Text, text::SESSION_PUBLIC_KEY, 269),
        (Text, text::SIGNED_PUBLIC_KEY, 536),
        (Text, text::UNKNOWN, 16),
        (Visual, visual::AGE, 547),
        (Visual, visual::BASIC, 320),
        (Visual, visual::CV_CERTIFICATE, 568),
        (Visual, visual::UNKNOWN, 16),
    ];
    for (kind, id, size) in sizes {
        assert_eq!(content(&image, kind, id).len(), size, "{kind:?} {id:04X}");
    }
    // With pictures in them they differ from card to card: 3070 and 686 on that one.
    let size = |id| content(&image, Visual, id).len();
    assert!((2900..3200).contains(&size(visual::FACE)), "{}", size(visual::FACE));
    assert!((640..740).contains(&size(visual::MY_NUMBER_IMAGE)), "{}", size(visual::MY_NUMBER_IMAGE));
    let object = |tag| image.objects.iter().find(|object| object.tag == tag).unwrap().content.get().len();
    assert_eq!((object(object::CV_UPPER), object(object::CV_LOWER), object(object::ISSUER)), (575, 575, 16));
}

#[test]
fn a_file_opens_to_the_references_that_the_specification_names() {
    use ApplicationKind::{Text, Visual};
    use PinName::{Text as Pin, TextNumberA, TextNumberB, VisualBirthdate, VisualNumberA, VisualNumberB};
    let image = image(SMALL);
    let rights: [(ApplicationKind, u16, &[PinName]); 11] = [
        (Text, text::MY_NUMBER, &[Pin, TextNumberA]),
        (Text, text::ATTRIBUTES, &[Pin, TextNumberB]),
        (Text, text::INTEGRITY, &[Pin, TextNumberA, TextNumberB]),
        (Text, text::SESSION_PUBLIC_KEY, &[Pin, TextNumberA, TextNumberB]),
        (Text, text::SIGNED_PUBLIC_KEY, &[Pin, TextNumberA, TextNumberB]),
        (Visual, visual::AGE, &[VisualBirthdate]),
        (Visual, visual::FACE, &[VisualNumberA, VisualNumberB]),
        (Visual, visual::MY_NUMBER_IMAGE, &[VisualNumberA]),
        (Visual, visual::UNKNOWN, &[VisualNumberA, VisualNumberB]),
        (Text, text::BASIC, &[]),
        (Visual, visual::CV_CERTIFICATE, &[]),
    ];
    for (kind, id, references) in rights {
        let expected = if references.is_empty() { Right::Free } else { Right::AnyOf(references) };
        match image.file(kind, id) {
            Some(FileImage::Transparent { read, .. }) => assert_eq!(*read, expected, "{kind:?} {id:04X}"),
            other => panic!("{kind:?} {id:04X}: {other:?}"),
        }
    }
}

#[test]
fn references_follow_from_what_is_printed() {
    let profile = format!("{SMALL}my_number = \"999000000334\"\n[card]\npin = \"4321\"\nsecurity_code = \"0007\"\n");
    let image = image(&profile);
    // Born 昭和60; issued 2024 to somebody grown up, so it ends in 2034.
    for (name, expected) in [
        (PinName::Text, "4321"),
        (PinName::TextNumberA, "999000000334"),
        (PinName::VisualNumberA, "999000000334"),
        (PinName::TextNumberB, "60041220340007"),
        (PinName::VisualNumberB, "60041220340007"),
        (PinName::VisualBirthdate, "600412"),
        (PinName::Resident, "4321"),
        (PinName::Common, "4321"),
    ] {
        assert_eq!(value(&image, name), expected, "{name:?}");
    }
    assert!(image.reference(PinName::TextBlocked).unwrap().is_blocked);
}

#[test]
fn what_the_applications_say_of_a_person_agrees() {
    let image = image(&format!("{SMALL}address = \"架空県見本市窓口町一丁目2番3号\"\n"));
    let my_number = value(&image, PinName::TextNumberA);
    assert!(has(&content(&image, ApplicationKind::Text, text::MY_NUMBER), my_number.as_bytes()));
    let attributes = content(&image, ApplicationKind::Text, text::ATTRIBUTES);
    for part in ["追加　一子", "架空県見本市窓口町一丁目2番3号", "19850412"] {
        assert!(has(&attributes, part.as_bytes()), "{part}");
    }
    assert!(has(&content(&image, ApplicationKind::Visual, visual::AGE), b"19850412"));
    let Some(FileImage::Records { records, .. }) = image.file(ApplicationKind::Common, common::CARD_INFORMATION) else {
        panic!("not a file of records")
    };
    assert_eq!((records.len(), records[0].len(), &records[0][..3]), (1, 30, [0x01, 0x1C, b'9'].as_slice()));
    assert!(records[0].ends_with(b"9990120340412"), "municipality and expiry");
    assert!(has(&content(&image, ApplicationKind::Visual, visual::FACE), b"20340412"));
    let references =
        [(ApplicationKind::Common, common::KEY_REFERENCE), (ApplicationKind::Resident, resident::KEY_REFERENCE)]
            .map(|(kind, id)| format!("{:?}", image.file(kind, id)));
    assert_eq!(references[0], references[1]);
}

#[test]
fn a_proof_holds_for_its_record_and_for_no_other() {
    let image = image(SMALL);
    let key = Branch::Text.municipality().key().to_public_key();
    let file = content(&image, ApplicationKind::Text, text::INTEGRITY);
    let (_, record, _) = take(&file).unwrap();
    let (digests, signature) = record.split_at(record.len() - 5 - 256);
    let verify = |signed: &[u8]| key.verify(Pkcs1v15Sign::new::<Sha256>(), &Sha256::digest(signed), &signature[5..]);
    verify(digests).unwrap();
    let my_number = content(&image, ApplicationKind::Text, text::MY_NUMBER);
    assert_eq!(digests[3..35], *Sha256::digest(&my_number), "with its filler");
    let mut other = digests.to_vec();
    other[10] ^= 1;
    verify(&other).unwrap_err();
}

#[test]
fn a_card_for_faces_only_has_every_pin_blocked_and_its_printed_numbers_open() {
    let image = image(&format!("{SMALL}[card]\nkind = \"face-only\"\n"));
    let is_blocked = |name| image.reference(name).unwrap().is_blocked;
    for pin in [PinName::Authentication, PinName::Signature, PinName::Text, PinName::Resident, PinName::Common] {
        assert!(is_blocked(pin), "{pin:?}");
    }
    for number in [PinName::TextNumberA, PinName::TextNumberB, PinName::VisualNumberA, PinName::VisualNumberB] {
        assert!(!is_blocked(number), "{number:?}");
    }
}

#[test]
fn a_phone_has_certificates_and_nothing_of_the_printed_face_and_another_card_nothing() {
    let kinds = |profile: &str| -> Vec<ApplicationKind> {
        image(profile).applications.iter().map(|application| application.kind).collect()
    };
    for phone in ["android", "iphone"] {
        let found = kinds(&format!("{SMALL}[card]\nkind = \"{phone}\"\n"));
        assert_eq!(found, [ApplicationKind::IssuerSecurityDomain, ApplicationKind::Jpki], "{phone}");
    }
    assert_eq!(kinds(&format!("{SMALL}[card]\nkind = \"foreign\"\n")), []);
    assert_eq!(kinds(SMALL).len(), 6);
}

#[test]
fn no_name_and_no_address_is_too_much_for_a_card() {
    for (name, address) in [("山田　●郎", ""), ("𠮷野　髙﨑", "a"), (&"長".repeat(5000), &"い".repeat(70_000))]
    {
        let image =
            image(&format!("name = \"{name}\"\nsex = \"3\"\nbirthdate = \"1985-04-12\"\naddress = \"{address}\"\n"));
        for (kind, id) in [(ApplicationKind::Text, text::ATTRIBUTES), (ApplicationKind::Visual, visual::FACE)] {
            let file = content(&image, kind, id);
            let (_, _, rest) = take(&file).unwrap();
            assert!(rest.is_empty(), "{kind:?}");
        }
        assert!(has(
            &content(&image, ApplicationKind::Text, text::ATTRIBUTES),
            name.chars().take(5).collect::<String>().as_bytes()
        ));
    }
}

#[test]
fn a_card_prints_no_secret_of_its_own() {
    let image = image(&format!("{SMALL}my_number = \"999000000334\"\n"));
    let shown = format!("{image:?}");
    assert!(!shown.contains("999000000334") && !shown.contains("1234"), "{shown}");
    assert_eq!(format!("{:?}", Pin::new("1")), "Pin(••••)");
}

#[test]
fn a_file_that_nobody_can_explain_can_be_selected_and_gives_nothing_whatever_was_verified() {
    const SELECT: &[u8] = &[0x00, 0xA4, 0x04, 0x0C, 10, 0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01];
    let say = |card: &mut SoftCard, command: &[u8]| {
        let answer = card.process(command);
        assert_eq!(answer.len(), 2, "{command:02X?} gave something");
        u16::from_be_bytes([answer[0], answer[1]])
    };
    let rights: [&[u8]; 3] = [&[0x00, 0x20, 0x00, 0x80], b"\x00\x20\x00\x98\x041234", b"\x00\x20\x00\x9B\x06ABC123"];
    for right in rights {
        let mut card = SoftCard::new(Arc::new(image(SMALL)), Seed(1));
        assert_eq!(say(&mut card, SELECT), 0x9000);
        say(&mut card, right);
        for row in layout::UNEXPLAINED {
            let [high, low] = row.file.to_be_bytes();
            let read = if row.is_closed { 0x6982 } else { 0x6981 };
            let commands: [(&[u8], u16); 6] = [
                (&[0x00, 0xA4, 0x02, 0x0C, 2, high, low], 0x9000),
                (&[0x00, 0xB0, 0x00, 0x00, 0x00], read),
                (&[0x00, 0xB2, 0x01, 0x04, 0x00], 0x6981),
                (&[0x00, 0x20, 0x00, 0x80], 0x6981),
                (&[0x00, 0x20, 0x00, 0x80, 4, 0x31, 0x32, 0x33, 0x34], 0x6981),
                (&[0x80, 0x2A, 0x00, 0x80, 1, 0x42, 0x00], 0x6981),
            ];
            for (command, status) in commands {
                assert_eq!(say(&mut card, command), status, "{:04X}: {command:02X?}", row.file);
            }
        }
    }
}

#[test]
fn what_nobody_can_explain_is_on_cards_and_on_no_phone() {
    for (kind, is_there) in [("my-number-card", true), ("face-only", true), ("android", false), ("iphone", false)] {
        let image = image(&format!("{SMALL}[card]\nkind = \"{kind}\"\n"));
        for row in layout::UNEXPLAINED {
            assert_eq!(image.file(ApplicationKind::Jpki, row.file).is_some(), is_there, "{kind} {:04X}", row.file);
        }
    }
}

#[test]
fn the_sex_that_is_not_set_is_the_standards_zero_in_every_place() {
    use ApplicationKind::{Jpki, Text, Visual};
    for (code, digit) in [("1", "1"), ("2", "2"), ("3", "0")] {
        let image = image(&SMALL.replace("sex = \"2\"", &format!("sex = \"{code}\"")));
        let of = |tag: u16| [&tag.to_be_bytes()[..], &[1], digit.as_bytes()].concat();
        assert!(has(&content(&image, Text, text::ATTRIBUTES), &of(0xDF25)), "{code}");
        assert!(has(&content(&image, Visual, visual::FACE), &of(0xDF23)), "{code}");
        // UTF8String of one byte behind the attribute's identifier, …5.5.3 (spec/jpki-card.md §3.2).
        let in_certificate = [&[0x05, 0x05, 0x03, 0xA0, 3, 0x0C, 1][..], digit.as_bytes()].concat();
        assert!(has(&content(&image, Jpki, layout::SIGNATURE_CERTIFICATE), &in_certificate), "{code}");
    }
}
