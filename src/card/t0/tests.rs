//! The careful client over T=0: every operation, with its number of commands, beside the same card without that protocol.

use std::sync::Arc;

use super::*;
use crate::card::apdu::{CommandApdu, ResponseApdu, hex, ins};
use crate::card::jpki::{CertificateFile, Exchange, Jpki, JpkiError, LastTry, PinState};
use crate::card::layout::{self, PinName};
use crate::card::reader::{CardReader, ReaderError, Transmit, transact};
use crate::card::recording::Recording;
use crate::card::recording::replay::ReplayReader;
use crate::card::soft::tests::{card, der_like, jpki_image};
use crate::card::soft::{ApplicationImage, CardImage, FileImage, Quirks, Right, SoftCard};
use crate::card::status::StatusWord;
use crate::random::Seed;
use crate::secret::Pin;

/// A software card behind a reader that speaks T=0: a header, P3, and bytes in one direction only, which the instruction decides. What an
/// answer to data has to say waits for GET RESPONSE, offered in parts of `part` at most; a P3 that is too large is corrected.
struct T0Card {
    card: SoftCard,
    part: usize,
    waiting: Vec<u8>,
    said: Vec<String>,
}

impl T0Card {
    fn over(card: SoftCard) -> Self {
        Self { card, part: 256, waiting: Vec::new(), said: Vec::new() }
    }

    fn hear(&mut self, carried: &[u8]) -> Vec<u8> {
        let [_, instruction, _, p2, p3, data @ ..] = carried else {
            panic!("T=0 carries five bytes at least: {carried:02X?}")
        };
        match *instruction {
            ins::GET_RESPONSE => return self.rest(*p3),
            ins::READ_BINARY | ins::READ_RECORD | ins::GET_DATA | ins::GET_CHALLENGE => {
                assert!(data.is_empty(), "bytes go one way only: {carried:02X?}");
                return self.corrected(carried);
            }
            _ => assert_eq!(data.len(), usize::from(*p3), "P3 is the length of the data: {carried:02X?}"),
        }
        self.waiting.clear();
        let header = CommandApdu::parse(&carried[..4]).unwrap().with_data(data);
        // This protocol knows no Le behind data: the card gives whatever there is.
        let gives = matches!(*instruction, ins::PERFORM_SECURITY_OPERATION | ins::INTERNAL_AUTHENTICATE)
            || *instruction == ins::SELECT && *p2 == 0;
        let command = if gives { header.expecting(256) } else { header };
        let answer = ResponseApdu::parse(&self.card.process(&command.to_bytes())).unwrap();
        self.waiting = answer.data;
        if self.waiting.is_empty() { ResponseApdu::from(answer.status).to_bytes() } else { self.offered(Vec::new()) }
    }

    /// An answer without data: exactly P3 bytes, or how many there are.
    fn corrected(&mut self, carried: &[u8]) -> Vec<u8> {
        let wanted = CommandApdu::parse(carried).unwrap().expected().unwrap() as usize;
        let answer = ResponseApdu::parse(&self.card.process(carried)).unwrap();
        match answer.data.len() {
            length if answer.status.is_ok() && length < wanted => {
                ResponseApdu::from(StatusWord(0x6C00 | length as u16)).to_bytes()
            }
            _ => answer.to_bytes(),
        }
    }

    fn rest(&mut self, p3: u8) -> Vec<u8> {
        let wanted = if p3 == 0 { 256 } else { usize::from(p3) };
        if wanted > self.waiting.len() {
            return ResponseApdu::from(StatusWord(0x6C00 | self.waiting.len() as u16)).to_bytes();
        }
        let data = self.waiting.drain(..wanted).collect();
        self.offered(data)
    }

    fn offered(&self, data: Vec<u8>) -> Vec<u8> {
        let status = match self.waiting.len().min(self.part) {
            0 => StatusWord::OK,
            length => StatusWord(0x6100 | length as u16 & 0xFF),
        };
        ResponseApdu { data, status }.to_bytes()
    }
}

impl Transmit for T0Card {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, ReaderError> {
        let carried = carried(command);
        self.said.push(hex(&carried));
        Ok(self.hear(&carried))
    }
}

/// The same card without a protocol between.
struct Plain(SoftCard);

impl Transmit for Plain {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, ReaderError> {
        Ok(self.0.process(command))
    }
}

/// What a card gave, in words or bytes, and how many commands it took.
type Given = (String, u32);

fn asked(card: &mut dyn Transmit, operation: &dyn Fn(&mut Jpki<'_>) -> Result<String, JpkiError>) -> Given {
    let mut jpki = Jpki::select(card).unwrap();
    let given = operation(&mut jpki).unwrap_or_else(|error| format!("{error:?}"));
    (given, jpki.apdus())
}

fn verified(jpki: &mut Jpki<'_>, pin: PinName, value: &str) -> Result<(), JpkiError> {
    jpki.verify(pin, &Pin::new(value), LastTry::Keep)
}

#[test]
fn every_operation_gives_over_t0_what_it_gives_without_and_only_a_signature_takes_one_command_more() {
    type Operation = (&'static str, u32, u32, fn(&mut Jpki<'_>) -> Result<String, JpkiError>);
    const fn certificate(file: CertificateFile) -> fn(&mut Jpki<'_>) -> Result<String, JpkiError> {
        match file {
            CertificateFile::Authentication => |jpki| Ok(hex(&jpki.certificate(CertificateFile::Authentication)?)),
            CertificateFile::AuthenticationCa => |jpki| Ok(hex(&jpki.certificate(CertificateFile::AuthenticationCa)?)),
            CertificateFile::SignatureCa => |jpki| Ok(hex(&jpki.certificate(CertificateFile::SignatureCa)?)),
            CertificateFile::Signature => |jpki| {
                verified(jpki, PinName::Signature, "ABC123")?;
                Ok(hex(&jpki.certificate(CertificateFile::Signature)?))
            },
        }
    }
    let operations: [Operation; 11] = [
        ("serial number", 3, 3, |jpki| Ok(jpki.serial()?.hex())),
        ("certificate", 9, 9, certificate(CertificateFile::Authentication)),
        ("its authority", 8, 8, certificate(CertificateFile::AuthenticationCa)),
        ("the other authority", 8, 8, certificate(CertificateFile::SignatureCa)),
        ("certificate behind the password", 12, 12, certificate(CertificateFile::Signature)),
        ("kind of token", 3, 3, |jpki| Ok(format!("{:?}", jpki.token()?))),
        ("tries left", 5, 5, |jpki| {
            let states = [jpki.pin_status(PinName::Authentication)?, jpki.pin_status(PinName::Signature)?];
            assert_eq!(states, [PinState::Tries(3), PinState::Tries(5)]);
            Ok(format!("{states:?}"))
        }),
        ("right PIN, signature", 6, 7, |jpki| {
            verified(jpki, PinName::Authentication, "1234")?;
            Ok(hex(&jpki.sign(PinName::Authentication, b"m")?))
        }),
        ("right password, signature", 6, 7, |jpki| {
            verified(jpki, PinName::Signature, "ABC123")?;
            Ok(hex(&jpki.sign(PinName::Signature, b"m")?))
        }),
        ("signature without PIN", 3, 3, |jpki| Ok(hex(&jpki.sign(PinName::Authentication, b"m")?))),
        ("shut after the PIN", 5, 5, |jpki| {
            verified(jpki, PinName::Authentication, "1234")?;
            jpki.shut()?;
            Ok(String::new())
        }),
    ];
    for (name, plain, over_t0, operation) in operations {
        let (given, apdus) = asked(&mut Plain(card()), &operation);
        assert_eq!(apdus, plain, "{name}");
        assert_eq!(asked(&mut T0Card::over(card()), &operation), (given, over_t0), "{name}");
    }
}

#[test]
fn an_answer_that_is_offered_in_parts_is_put_together() {
    let sign = |jpki: &mut Jpki<'_>| {
        verified(jpki, PinName::Authentication, "1234")?;
        Ok(hex(&jpki.sign(PinName::Authentication, b"m")?))
    };
    let (whole, _) = asked(&mut Plain(card()), &sign);
    for (part, apdus) in [(256, 7), (128, 8), (100, 9)] {
        let mut card = T0Card { part, ..T0Card::over(card()) };
        assert_eq!(asked(&mut card, &sign), (whole.clone(), apdus), "parts of {part}");
    }
}

#[test]
fn a_file_that_is_shorter_than_what_was_asked_for_is_asked_for_again_by_its_length() {
    let short = der_like(100, &[0x22, 0x7B, 0x13]);
    let of_short_file = |der: Vec<u8>| {
        let mut jpki = ApplicationImage::from(jpki_image());
        jpki.files.insert(layout::AUTHENTICATION_CERTIFICATE, FileImage::bytes(der, Right::Free));
        let atr = crate::card::atr::CONTACT.to_vec();
        let image = CardImage { name: "short".to_owned(), atr, applications: vec![jpki], objects: Vec::new() };
        T0Card::over(SoftCard::new(Arc::new(image), Seed(1)))
    };
    let mut card = of_short_file(short.clone());
    let whole = |jpki: &mut Jpki<'_>| Ok(hex(&jpki.certificate(CertificateFile::Authentication)?));
    assert_eq!(asked(&mut card, &whole), (hex(&short), 4));
    assert_eq!(card.said[2..], ["00B0000000".to_owned(), format!("00B00000{:02X}", short.len())]);
    assert_eq!(asked(&mut of_short_file(short), &|jpki| Ok(jpki.serial()?.hex())), ("227B13".to_owned(), 4));
    // One that is cut off: what is there is read, and then it ends.
    let torn = card_with(Quirks { certificate_ends_at: Some(100), ..Quirks::default() });
    let (told, apdus) = asked(&mut T0Card::over(torn), &whole);
    assert_eq!((told.as_str(), apdus), ("FileEnds { have: 100, needed: 1590 }", 5));
}

#[test]
fn a_pin_goes_once_over_t0_too_and_the_last_try_is_kept() {
    let mut card = T0Card::over(card());
    let mut missed = |last_try| {
        let mut jpki = Jpki::select(&mut card).unwrap();
        let error = jpki.verify(PinName::Authentication, &Pin::new("9999"), last_try).unwrap_err();
        (error, card.said.iter().filter(|command| command.starts_with("0020008004")).count())
    };
    assert_eq!(missed(LastTry::Keep), (JpkiError::WrongPin { tries: 2 }, 1));
    assert_eq!(missed(LastTry::Keep), (JpkiError::WrongPin { tries: 1 }, 2));
    assert_eq!(missed(LastTry::Keep), (JpkiError::TooDear { tries: 1 }, 2));
    assert_eq!(missed(LastTry::Spend), (JpkiError::WrongPin { tries: 0 }, 3));
    assert_eq!(missed(LastTry::Spend), (JpkiError::PinLocked, 3));
}

#[test]
fn a_card_that_fails_at_first_and_one_of_another_kind_are_met_over_t0_as_ever() {
    let mut card = T0Card::over(card_with(Quirks { first_command_fails: true, ..Quirks::default() }));
    assert_eq!(asked(&mut card, &|jpki| Ok(jpki.serial()?.hex())), ("227B13".to_owned(), 4));
    let mut other = T0Card::over(crate::card::soft::tests::card_of(None));
    assert_eq!(Jpki::select(&mut other).err(), Some(JpkiError::NotAMyNumberCard));
}

#[test]
fn what_was_recorded_over_t0_plays_as_it_was() {
    let mut recording = Recording::new("t0", &crate::card::atr::CONTACT);
    let mut note = |exchange: &Exchange<'_>| recording.note(exchange);
    let mut card = T0Card::over(card());
    let mut jpki = Jpki::select_traced(&mut card, Some(&mut note)).unwrap();
    verified(&mut jpki, PinName::Authentication, "1234").unwrap();
    let signature = jpki.sign(PinName::Authentication, b"m").unwrap();
    let mut played = ReplayReader::new("t0", recording).unwrap().connect().unwrap();
    let again = transact(&mut *played, |card| {
        let mut jpki = Jpki::select(card)?;
        verified(&mut jpki, PinName::Authentication, "9999")?;
        jpki.sign(PinName::Authentication, b"m")
    });
    assert_eq!(again.unwrap().unwrap(), signature);
}

#[test]
fn a_command_has_its_p3_and_no_le_behind_data() {
    for (command, as_carried) in [
        (&[0x00, 0x20, 0x00, 0x80][..], &[0x00, 0x20, 0x00, 0x80, 0x00][..]),
        (&[0x00, 0xB0, 0x00, 0x00, 0x00], &[0x00, 0xB0, 0x00, 0x00, 0x00]),
        (&[0x00, 0xA4, 0x02, 0x0C, 0x02, 0x00, 0x17], &[0x00, 0xA4, 0x02, 0x0C, 0x02, 0x00, 0x17]),
        (&[0x80, 0x2A, 0x00, 0x80, 0x02, 0x30, 0x31, 0x00], &[0x80, 0x2A, 0x00, 0x80, 0x02, 0x30, 0x31]),
    ] {
        assert_eq!(carried(command).as_ref(), as_carried);
    }
    let with_pin = [0x00, 0x20, 0x00, 0x80, 0x04, 0x31, 0x32, 0x33, 0x34];
    assert!(matches!(carried(&with_pin), Cow::Borrowed(_)), "no second copy of a PIN");
}

fn card_with(quirks: Quirks) -> SoftCard {
    card().with_quirks(quirks)
}
