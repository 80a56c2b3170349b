//! A card with every application and data object, made by hand. Each file says in its content which it is: `TX05` is EF 0005
//! of the 券面事項入力補助AP, over and over.

use super::*;
use crate::card::layout::{UNEXPLAINED, common, object, resident, text, visual};

/// The value of each reference.
pub(super) fn value(pin: PinName) -> &'static str {
    match pin {
        PinName::Authentication => "1234",
        PinName::Signature => "ABC123",
        PinName::Text => "2345",
        PinName::TextBlocked => "0000",
        PinName::TextNumberA => "123456789012",
        PinName::TextNumberB => "60010120351111",
        PinName::VisualBirthdate => "600101",
        PinName::VisualNumberB => "60010120352222",
        PinName::VisualNumberA => "210987654321",
        PinName::Resident => "3456",
        PinName::Common => "4567",
    }
}

pub(super) fn whole_card() -> SoftCard {
    SoftCard::new(Arc::new(whole_image()), Seed(1))
}

pub(in crate::card) fn whole_image() -> CardImage {
    let mut jpki = ApplicationImage::from(jpki_image());
    // What no right opens has something in it here, so that it is seen when it comes out.
    for closed in UNEXPLAINED.into_iter().filter(|row| row.is_closed) {
        jpki.files.insert(closed.file, marked("JP", closed.file, Right::Never));
    }
    let power_up = ApplicationImage::new(ApplicationKind::IssuerSecurityDomain, []);
    let applications =
        vec![power_up, jpki, text_application(), visual_application(), resident_application(), common_application()];
    CardImage { name: "whole".to_owned(), atr: crate::card::atr::CONTACT.to_vec(), applications, objects: objects() }
}

fn text_application() -> ApplicationImage {
    const PIN_OR_A: Right = Right::AnyOf(&[PinName::Text, PinName::TextNumberA]);
    const PIN_OR_B: Right = Right::AnyOf(&[PinName::Text, PinName::TextNumberB]);
    const ANY: Right = Right::AnyOf(&[PinName::Text, PinName::TextNumberA, PinName::TextNumberB]);
    let my_number = b"\xFF\x10\x0C123456789012\xFF\xFF".to_vec();
    let files = [
        (text::MY_NUMBER, FileImage::bytes(my_number, PIN_OR_A)),
        (text::ATTRIBUTES, marked("TX", text::ATTRIBUTES, PIN_OR_B)),
        (text::INTEGRITY, marked("TX", text::INTEGRITY, ANY)),
        (text::CV_CERTIFICATE, marked("TX", text::CV_CERTIFICATE, Right::Free)),
        (text::BASIC, marked("TX", text::BASIC, Right::Free)),
        (text::SESSION_PUBLIC_KEY, marked("TX", text::SESSION_PUBLIC_KEY, ANY)),
        (text::SIGNED_PUBLIC_KEY, marked("TX", text::SIGNED_PUBLIC_KEY, ANY)),
        (text::SIGNING_KEY, free_key(KeyCommand::ComputeSignature)),
        reference(PinName::Text).in_its_file(),
        reference(PinName::TextBlocked).blocked(true).in_its_file(),
        reference(PinName::TextNumberA).in_its_file(),
        reference(PinName::TextNumberB).in_its_file(),
    ];
    ApplicationImage {
        default_key: Some(text::SIGNING_KEY),
        session_key: Some(Lazy::ready(key())),
        ..ApplicationImage::new(ApplicationKind::Text, files)
    }
}

fn visual_application() -> ApplicationImage {
    const BIRTHDATE: Right = Right::AnyOf(&[PinName::VisualBirthdate]);
    const A: Right = Right::AnyOf(&[PinName::VisualNumberA]);
    const A_OR_B: Right = Right::AnyOf(&[PinName::VisualNumberA, PinName::VisualNumberB]);
    let files = [
        (visual::AGE, marked("VX", visual::AGE, BIRTHDATE)),
        (visual::FACE, marked("VX", visual::FACE, A_OR_B)),
        (visual::BASIC, marked("VX", visual::BASIC, Right::Free)),
        (visual::CV_CERTIFICATE, marked("VX", visual::CV_CERTIFICATE, Right::Free)),
        (visual::MY_NUMBER_IMAGE, marked("VX", visual::MY_NUMBER_IMAGE, A)),
        (visual::UNKNOWN, marked("VX", visual::UNKNOWN, A_OR_B)),
        (visual::SIGNING_KEY, free_key(KeyCommand::ComputeSignature)),
        reference(PinName::VisualBirthdate).in_its_file(),
        reference(PinName::VisualNumberA).in_its_file(),
        reference(PinName::VisualNumberB).in_its_file(),
    ];
    ApplicationImage { default_key: Some(visual::SIGNING_KEY), ..ApplicationImage::new(ApplicationKind::Visual, files) }
}

fn common_application() -> ApplicationImage {
    let information = b"\x01\x1C4000000000000019990120350101".to_vec();
    let files = [
        (common::CARD_INFORMATION, FileImage::Records { records: vec![information], read: Right::Free }),
        (common::KEY_REFERENCE, FileImage::Records { records: vec![vec![0x4B; 16]], read: Right::Free }),
        (common::AUTHENTICATION_KEY, free_key(KeyCommand::InternalAuthenticate)),
        reference(PinName::Common).in_its_file(),
    ];
    ApplicationImage::new(ApplicationKind::Common, files)
}

fn resident_application() -> ApplicationImage {
    let files = [
        (resident::KEY_REFERENCE, FileImage::Records { records: vec![vec![0x4B; 16]], read: Right::Free }),
        reference(PinName::Resident).in_its_file(),
    ];
    ApplicationImage::new(ApplicationKind::Resident, files)
}

fn objects() -> Vec<DataObject> {
    let contact_atr = crate::card::atr::CONTACT[1..].to_vec();
    [
        (object::ISSUER, vec![0x49; 16], false),
        (object::CARD_NUMBER, b"000000000000019".to_vec(), false),
        (object::CARD_RECOGNITION, vec![0x73; 20], false),
        (object::MUNICIPALITY, b"99901".to_vec(), false),
        (object::EXPIRY, b"20350101".to_vec(), false),
        (object::INTERMEDIATE_KEY, vec![0x4B; 16], false),
        (object::CV_UPPER, vec![0x7F; 575], false),
        (object::CV_LOWER, vec![0x7E; 575], false),
        (object::CONTACT_ATR, contact_atr, true),
    ]
    .map(|(tag, content, is_everywhere)| DataObject { tag, content: LazyBytes::ready(content), is_everywhere })
    .into()
}

fn marked(application: &str, id: u16, read: Right) -> FileImage {
    FileImage::bytes(format!("{application}{id:02}").repeat(80).into_bytes(), read)
}

fn reference(pin: PinName) -> ReferenceImage {
    ReferenceImage::new(pin, Pin::new(value(pin)))
}

fn free_key(command: KeyCommand) -> FileImage {
    let key: Arc<dyn SigningKey> = key();
    FileImage::Key(KeyImage { key: Some(LazyKey::ready(key)), right: Right::Free, command })
}
