//! The careful client against the software card: how many APDUs, and what it refuses to do.

use std::sync::Arc;
use std::time::Duration;

use sha2::Digest;

use super::*;
use crate::card::atr::SEEN;
use crate::card::in_process::Slot;
use crate::card::reader::{CardChannel, CardReader, Disposition, transact};
use crate::card::soft::tests::{card, card_of, jpki_image, key};
use crate::card::soft::{ApplicationImage, CardImage, JpkiImage, Quirks, SoftCard};
use crate::random::Seed;
use crate::secret::Pin;

/// A card on a bare wire, with a record of what was said.
struct Wire {
    card: SoftCard,
    said: Vec<String>,
}

impl Wire {
    fn to(card: SoftCard) -> Self {
        Self { card, said: Vec::new() }
    }
    fn verifies(&self) -> usize {
        self.said.iter().filter(|command| command.starts_with("002000") && command.len() > 8).count()
    }
}

impl Transmit for Wire {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, ReaderError> {
        self.said.push(crate::card::apdu::hex(command));
        Ok(self.card.process(command))
    }
}

/// A card that answers from a list.
struct Script(Vec<Vec<u8>>, Vec<Vec<u8>>);

impl Script {
    fn of(answers: &[&[u8]]) -> Self {
        Self(Vec::new(), answers.iter().rev().map(|a| a.to_vec()).collect())
    }
}

impl Transmit for Script {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, ReaderError> {
        self.0.push(command.to_vec());
        Ok(self.1.pop().expect("the script has no more answers"))
    }
}

#[test]
fn the_serial_alone_takes_three_apdus() {
    let mut wire = Wire::to(card());
    let mut jpki = Jpki::select(&mut wire).unwrap();
    assert_eq!(jpki.serial().unwrap().hex(), "227B13");
    assert_eq!(jpki.apdus(), 3);
    assert_eq!(wire.said, ["00A4040C0AD392F000260100000001", "00A4020C02000A", "00B0000080"]);
}

#[test]
fn a_whole_certificate_of_1590_bytes_takes_nine_apdus_and_the_last_block_is_exact() {
    let mut wire = Wire::to(card());
    let mut jpki = Jpki::select(&mut wire).unwrap();
    let der = jpki.certificate(CertificateFile::Authentication).unwrap();
    assert_eq!((der.len(), jpki.apdus()), (1590, 9));
    assert_eq!(
        wire.said[2..],
        ["00B0000000", "00B0010000", "00B0020000", "00B0030000", "00B0040000", "00B0050000", "00B0060036"]
    );
}

#[test]
fn asking_for_tries_spends_none() {
    let mut wire = Wire::to(card());
    let mut jpki = Jpki::select(&mut wire).unwrap();
    for _ in 0..5 {
        assert_eq!(jpki.pin_status(PinName::Authentication).unwrap(), PinState::Tries(3));
        assert_eq!(jpki.pin_status(PinName::Signature).unwrap(), PinState::Tries(5));
    }
    assert_eq!(wire.verifies(), 0);
}

#[test]
fn a_wrong_pin_is_sent_once_and_the_last_try_is_kept_unless_told() {
    let mut wire = Wire::to(card());
    let wrong = Pin::new("9999");
    let mut try_it = |last_try| {
        let mut jpki = Jpki::select(&mut wire).unwrap();
        let result = jpki.verify(PinName::Authentication, &wrong, last_try);
        (result.unwrap_err(), wire.verifies())
    };
    assert_eq!(try_it(LastTry::Keep), (JpkiError::WrongPin { tries: 2 }, 1));
    assert_eq!(try_it(LastTry::Keep), (JpkiError::WrongPin { tries: 1 }, 2));
    assert_eq!(try_it(LastTry::Keep), (JpkiError::TooDear { tries: 1 }, 2));
    assert_eq!(try_it(LastTry::Spend), (JpkiError::WrongPin { tries: 0 }, 3));
    assert_eq!(try_it(LastTry::Spend), (JpkiError::PinLocked, 3));
    for (tries, told) in [(2, "2 tries left"), (1, "1 try left"), (0, "now locked")] {
        let message = JpkiError::WrongPin { tries }.to_string();
        assert!(message.ends_with(told) || message.contains(&format!("{told}:")), "{message}");
    }
}

#[test]
fn what_cannot_be_the_pin_is_not_sent_and_costs_no_try() {
    let mut wire = Wire::to(card());
    let typed = [
        (PinName::Authentication, ["", "123", "12345", "12a4", "１２３４"]),
        (PinName::Signature, ["", "ABC12", "abc123", "ABCDEFGH123456789", "ABC 12"]),
    ];
    for (pin, values) in typed {
        for value in values {
            let result = Jpki::select(&mut wire).unwrap().verify(pin, &Pin::new(value), LastTry::Spend);
            assert!(matches!(result, Err(JpkiError::PinForm { .. })), "{value}: {result:?}");
        }
    }
    assert_eq!(wire.verifies(), 0);
}

#[test]
fn what_a_pin_opened_is_shut_by_selecting_another_application_and_only_then() {
    let mut wire = Wire::to(card());
    let mut jpki = Jpki::select(&mut wire).unwrap();
    jpki.shut().unwrap();
    assert_eq!(jpki.apdus(), 1, "nothing was opened");
    jpki.verify(PinName::Authentication, &Pin::new("1234"), LastTry::Keep).unwrap();
    jpki.shut().unwrap();
    assert_eq!(wire.said.last().unwrap(), "00A4040C07A0000001510000");
    let signed = Jpki::select(&mut wire).unwrap().sign(PinName::Authentication, b"m");
    assert!(matches!(signed, Err(JpkiError::Refused { .. })), "{signed:?}");
}

/// A card as another reader shows it.
struct UnderAtr(Box<dyn CardChannel>, Vec<u8>);

impl CardChannel for UnderAtr {
    fn atr(&self) -> &[u8] {
        &self.1
    }
    fn transact(&mut self, act: &mut dyn FnMut(&mut dyn Transmit)) -> Result<(), ReaderError> {
        self.0.transact(act)
    }
    fn disconnect(self: Box<Self>, how: Disposition) -> Result<(), ReaderError> {
        self.0.disconnect(how)
    }
}

#[test]
fn a_card_is_known_by_its_application_whatever_its_atr() {
    for atr in SEEN.map(|seen| seen.atr.to_vec()) {
        let (_slot, channel) = slot_with(card());
        let mut ours = UnderAtr(channel, atr.clone());
        let serial = transact(&mut ours, |card| Jpki::select(card)?.serial()).unwrap();
        assert_eq!((serial.unwrap().hex().as_str(), ours.atr()), ("227B13", atr.as_slice()));
        let (_slot, channel) = slot_with(card_of(None));
        let mut other = UnderAtr(channel, atr);
        let refused = transact(&mut other, |card| Jpki::select(card).map(|_| ())).unwrap();
        assert_eq!(refused, Err(JpkiError::NotAMyNumberCard));
    }
}

#[test]
fn both_words_for_blocked_are_understood() {
    for status in [[0x69, 0x84], [0x69, 0x83]] {
        let ok: &[u8] = &[0x90, 0x00];
        let mut script = Script::of(&[ok, ok, &status]);
        assert_eq!(Jpki::select(&mut script).unwrap().pin_status(PinName::Signature).unwrap(), PinState::Locked);
        let mut script = Script::of(&[ok, ok, &[0x63, 0xC3], &status]);
        let result =
            Jpki::select(&mut script).unwrap().verify(PinName::Authentication, &Pin::new("1234"), LastTry::Keep);
        assert_eq!(result, Err(JpkiError::PinLocked));
    }
}

#[test]
fn a_verify_is_not_repeated_even_when_the_answer_asks_for_another_length() {
    let ok: &[u8] = &[0x90, 0x00];
    let mut script = Script::of(&[ok, ok, &[0x63, 0xC3], &[0x6C, 0x04]]);
    let result = Jpki::select(&mut script).unwrap().verify(PinName::Authentication, &Pin::new("1234"), LastTry::Keep);
    assert!(matches!(result, Err(JpkiError::Refused { .. })));
    assert_eq!(script.0.len(), 4);
}

#[test]
fn select_is_repeated_once_after_6f00() {
    let quirks = Quirks { first_command_fails: true, ..Quirks::default() };
    let mut wire = Wire::to(card().with_quirks(quirks));
    assert_eq!(Jpki::select(&mut wire).unwrap().apdus(), 2);
    let mut script = Script::of(&[&[0x6F, 0x00], &[0x6F, 0x00]]);
    assert!(matches!(Jpki::select(&mut script), Err(JpkiError::Refused { .. })));
}

#[test]
fn transports_that_answer_61xx_and_6cxx_are_served() {
    let ok: &[u8] = &[0x90, 0x00];
    let mut script = Script::of(&[
        ok,
        ok,
        &[0x6C, 0x10],
        &[0x30, 0x82, 0x00, 0x61, 0x02],
        &[0x10, 0x30, 0x0C, 0xA0, 0x03, 0x02, 0x01, 0x02, 0x02, 0x01, 0x05, 0x90, 0x00],
    ]);
    let serial = Jpki::select(&mut script).unwrap().serial().unwrap();
    assert_eq!(serial.hex(), "05");
    assert_eq!(script.0[3], [0x00, 0xB0, 0, 0, 0x10]);
    assert_eq!(script.0[4], [0x00, 0xC0, 0, 0, 0x02]);
}

#[test]
fn a_serial_that_lies_deeper_is_read_on() {
    let ok: &[u8] = &[0x90, 0x00];
    let mut whole = vec![0x30, 0x81, 0x8E, 0x30, 0x81, 0x8B, 0x02, 0x81, 0x88];
    whole.extend([0x11; 136]);
    let first = [&whole[..128], ok].concat();
    let rest = [&whole[128..], ok].concat();
    let mut script = Script::of(&[ok, ok, &first, &rest]);
    assert_eq!(Jpki::select(&mut script).unwrap().serial().unwrap().raw().len(), 136);
    assert_eq!(script.0[3], [0x00, 0xB0, 0, 128, 17]);
}

#[test]
fn a_certificate_that_ends_early_or_never_is_an_error_not_a_loop() {
    let ok: &[u8] = &[0x90, 0x00];
    let head = [&[0x30, 0x82, 0x06, 0x32], &[0; 10][..], ok].concat();
    let mut script = Script::of(&[ok, ok, &head, &[0x6B, 0x00]]);
    let result = Jpki::select(&mut script).unwrap().certificate(CertificateFile::Authentication);
    assert_eq!(result, Err(JpkiError::FileEnds { have: 14, needed: 1590 }));
    let mut script = Script::of(&[ok, ok, &[0x30, 0x83, 0xFF, 0xFF, 0xFF, 0x90, 0x00]]);
    let result = Jpki::select(&mut script).unwrap().certificate(CertificateFile::Authentication);
    assert!(matches!(result, Err(JpkiError::Content { .. })));
    let mut script = Script::of(&[ok, &[0x90]]);
    let result = Jpki::select(&mut script).unwrap().certificate(CertificateFile::Authentication);
    assert_eq!(result, Err(JpkiError::NoStatus(1)));
}

#[test]
fn cards_that_say_6282_at_the_end_of_a_file_are_read_like_those_that_say_6b00() {
    let (ok, end): (&[u8], &[u8]) = (&[0x90, 0x00], &[0x62, 0x82]);
    let whole = [&[0x30, 0x2A][..], &[0x11; 42]].concat();
    let mut script = Script::of(&[ok, ok, &[&whole[..], end].concat()]);
    let read = Jpki::select(&mut script).unwrap().certificate(CertificateFile::Authentication);
    assert_eq!(read.as_ref(), Ok(&whole));
    for behind in [end, &[0x6B, 0x00]] {
        let mut script = Script::of(&[ok, ok, &[&whole[..40], end].concat(), behind]);
        let read = Jpki::select(&mut script).unwrap().certificate(CertificateFile::Authentication);
        assert_eq!(read, Err(JpkiError::FileEnds { have: 40, needed: 44 }));
        assert_eq!(script.0[3], [0x00, 0xB0, 0, 40, 4]);
    }
}

#[test]
fn another_card_is_not_a_my_number_card() {
    let mut wire = Wire::to(card_of(None));
    assert_eq!(Jpki::select(&mut wire).err(), Some(JpkiError::NotAMyNumberCard));
}

#[test]
fn a_token_that_lacks_what_a_my_number_card_has_is_told_by_its_own_name() {
    let juki = || {
        let image = CardImage {
            name: "juki".to_owned(),
            atr: crate::card::atr::JUKI.to_vec(),
            applications: vec![ApplicationImage::jpki_of_juki_card()],
            objects: Vec::new(),
        };
        Wire::to(SoftCard::new(Arc::new(image), Seed(1)))
    };
    let told = |error: JpkiError| {
        let text = error.to_string();
        assert!(text.contains("住民基本台帳カード") && text.contains("マイナンバーカードを置いてください"), "{text}");
        error
    };
    let without = |file| JpkiError::OtherToken { kind: TokenKind::ResidentCard, file };
    let mut wire = juki();
    let certificate = Jpki::select(&mut wire).unwrap().certificate(CertificateFile::Authentication);
    assert_eq!(told(certificate.unwrap_err()), without(layout::AUTHENTICATION_CERTIFICATE));
    assert_eq!(wire.said.len(), 4, "SELECT twice, and two for what it says it is: {:?}", wire.said);
    let tries = Jpki::select(&mut juki()).unwrap().pin_status(PinName::Authentication);
    assert_eq!(told(tries.unwrap_err()), without(layout::AUTHENTICATION_PIN));
    // A card that does not say what it is, and a file that this very kind does not have.
    let ok: &[u8] = &[0x90, 0x00];
    let mut script = Script::of(&[ok, &[0x6A, 0x82], &[0x6A, 0x82]]);
    let refused = Jpki::select(&mut script).unwrap().certificate(CertificateFile::Authentication);
    assert!(matches!(refused, Err(JpkiError::Refused { status: StatusWord::NOT_FOUND, .. })), "{refused:?}");
}

#[test]
fn a_signature_of_the_card_is_that_of_its_key() {
    let mut wire = Wire::to(card());
    let mut jpki = Jpki::select(&mut wire).unwrap();
    assert!(
        matches!(jpki.sign(PinName::Authentication, b"m"), Err(JpkiError::Refused { status, .. }) if status == StatusWord::SECURITY_STATUS)
    );
    jpki.verify(PinName::Authentication, &Pin::new("1234"), LastTry::Keep).unwrap();
    let signature = jpki.sign(PinName::Authentication, b"m").unwrap();
    let digest = sha2::Sha256::digest(b"m");
    key().to_public_key().verify(rsa::Pkcs1v15Sign::new::<sha2::Sha256>(), &digest, &signature).unwrap();
    let last = wire.said.last().unwrap();
    assert!(last.starts_with("802A0080333031300D") && last.ends_with("00"), "{last}");
}

#[test]
fn the_token_tells_plastic_from_phones() {
    let mut wire = Wire::to(card_of(Some(JpkiImage { kind: TokenKind::Android, ..jpki_image() })));
    assert_eq!(Jpki::select(&mut wire).unwrap().token().unwrap().kind, TokenKind::Android);
}

#[test]
fn the_trace_never_shows_a_pin() {
    let mut wire = Wire::to(card());
    let mut lines = Vec::new();
    let mut trace = |exchange: &Exchange<'_>| lines.push(format!("{} {exchange:?}", exchange.command));
    let mut jpki = Jpki::select_traced(&mut wire, Some(&mut trace)).unwrap();
    jpki.verify(PinName::Authentication, &Pin::new("1234"), LastTry::Keep).unwrap();
    assert_eq!(lines.len(), 4);
    assert!(lines.iter().all(|line| !line.contains("31323334") && !line.contains("1234")), "{lines:?}");
}

fn slot_with(card: SoftCard) -> (Slot, Box<dyn CardChannel>) {
    let slot = Slot::new("soft");
    slot.insert(card);
    let channel = slot.reader().connect().unwrap();
    (slot, channel)
}

#[test]
fn a_card_that_was_taken_away_or_exchanged_is_reported_as_removed() {
    let (slot, mut channel) = slot_with(card());
    let first = transact(&mut *channel, |card| Jpki::select(card).map(|_| ()));
    assert_eq!(first, Ok(Ok(())));
    slot.insert(card());
    assert_eq!(transact(&mut *channel, |_| ()), Err(ReaderError::Removed));
    slot.remove();
    assert_eq!(slot.reader().connect().err(), Some(ReaderError::NoCard));
}

#[test]
fn a_card_torn_away_in_the_middle_of_a_command_is_reported_and_gone() {
    let quirks = Quirks { leave_after: Some(4), ..Quirks::default() };
    let (slot, mut channel) = slot_with(card().with_quirks(quirks));
    let result = transact(&mut *channel, |card| Jpki::select(card)?.certificate(CertificateFile::Authentication));
    assert_eq!(result, Ok(Err(JpkiError::Reader(ReaderError::Removed))));
    assert!(!slot.reader().is_card_present().unwrap());
}

#[test]
fn a_slow_card_can_be_taken_away_while_it_thinks() {
    let quirks = Quirks { answer_delay: Duration::from_secs(3600), ..Quirks::default() };
    let (slot, mut channel) = slot_with(card().with_quirks(quirks));
    let waiting = std::thread::spawn(move || transact(&mut *channel, |card| Jpki::select(card).map(|_| ())));
    slot.remove();
    // Either the command had begun, or it had not: the card is gone both ways.
    let removed = Err(ReaderError::Removed);
    let result = waiting.join().unwrap();
    assert!(result == removed || result == Ok(Err(JpkiError::Reader(ReaderError::Removed))), "{result:?}");
}

#[test]
fn whoever_waits_for_a_card_sees_it_come_and_go() {
    let slot = Slot::new("soft");
    let mut reader = slot.reader();
    assert!(!reader.wait_for_change(Duration::ZERO).unwrap());
    let waiting = std::thread::spawn(move || {
        let came = reader.wait_for_change(Duration::from_secs(60)).unwrap();
        (came, reader)
    });
    slot.insert(card());
    let (came, mut reader) = waiting.join().unwrap();
    assert!(came);
    slot.remove();
    assert!(!reader.wait_for_change(Duration::from_secs(60)).unwrap());
}

#[test]
fn power_off_at_the_end_of_a_connection_closes_the_card_and_leave_does_not() {
    for (how, open) in [(Disposition::Leave, true), (Disposition::Reset, true), (Disposition::PowerOff, false)] {
        let (slot, mut channel) = slot_with(card());
        transact(&mut *channel, |card| {
            Jpki::select(card)?.verify(PinName::Authentication, &Pin::new("1234"), LastTry::Keep)
        })
        .unwrap()
        .unwrap();
        channel.disconnect(how).unwrap();
        let mut next = slot.reader().connect().unwrap();
        let signed = transact(&mut *next, |card| Jpki::select(card)?.sign(PinName::Authentication, b"m")).unwrap();
        assert_eq!(signed.is_ok(), open, "{how:?}");
    }
}
