//! Secure messaging of the 券面事項入力補助AP, begun and spoken by the other program: what it measured on real cards holds here.

use myna_card::ap::common::CommonAp;
use myna_card::ap::text::{Attributes, TextAp, ef};
use myna_card::apdu::Command;
use myna_card::{Card, Error};

use super::{MY_NUMBER, NUMBER_B, PIN, Wire, card, digits};

const SEED: [u8; 32] = [0x5A; 32];

/// A card on which a session was begun; the session outlives whoever began it.
fn with_session() -> Card<Wire> {
    let mut card = card();
    let mut text = TextAp::select(&mut card).unwrap();
    text.verify_pin(&digits(PIN)).unwrap();
    text.open_secure_session(&SEED).unwrap();
    card
}

/// The status word of a command.
fn status(card: &mut Card<Wire>, command: &Command) -> u16 {
    card.call(command).unwrap().status.value()
}

fn select_number(data: &[u8]) -> Command {
    Command::with_data(0x08, 0xA4, 0x02, 0x0C, data.to_vec())
}

#[test]
fn numbers_are_presented_and_files_read_under_a_key_of_the_terminal() {
    let mut card = card();
    let mut text = TextAp::select(&mut card).unwrap();
    text.verify_pin(&digits(PIN)).unwrap();
    let in_clear = text.read_my_number().unwrap();
    let mut session = text.open_secure_session(&SEED).unwrap();
    session.verify(ef::CODE_A, &digits(MY_NUMBER)).unwrap();
    session.verify(ef::CODE_B, &digits(NUMBER_B)).unwrap();
    let file = session.read_ef(ef::MY_NUMBER).unwrap();
    assert!(file.ends_with(in_clear.as_str().as_bytes()));
    assert_eq!(session.read_ef_physical(ef::MY_NUMBER).unwrap().len(), 17);
    let attributes = Attributes::parse(&session.read_ef(ef::ATTRIBUTES).unwrap()).unwrap();
    assert_eq!(attributes.name, "試験　花子");
    session.select_ef(ef::ATTRIBUTES).unwrap();
    assert_eq!(session.read_binary(2, 5).unwrap().len(), 5);
    assert!(!session.is_broken() && session.counter() > 8);
}

#[test]
fn a_command_counts_when_the_application_refuses_it_and_a_plain_one_does_not() {
    let mut card = card();
    let mut text = TextAp::select(&mut card).unwrap();
    text.verify_pin(&digits(PIN)).unwrap();
    let mut session = text.open_secure_session(&SEED).unwrap();
    let wrong = session.verify(ef::CODE_A, &digits("999999999999"));
    assert!(matches!(wrong, Err(Error::PinIncorrect { .. })), "{wrong:?}");
    assert!(matches!(session.verify(ef::BLOCKED_0012, &digits(PIN)), Err(Error::PinBlocked)));
    session.card().select_ef(ef::MY_NUMBER).unwrap();
    session.card().select_ef(ef::ATTRIBUTES).unwrap();
    assert_eq!(session.read_ef_physical(ef::MY_NUMBER).unwrap().len(), 17);
    let tries = TextAp::select(&mut card).unwrap().retries(ef::CODE_A).unwrap();
    assert_eq!(tries.count(), Some(9), "a try is spent as in the clear");
}

#[test]
fn what_cannot_be_read_ends_the_session_for_good() {
    let sealed = [&[0x86, 0x11, 0x01][..], &[0x00; 16]].concat();
    let unpadded = [&[0x86, 0x11, 0x02][..], &[0x00; 16]].concat();
    let expected = [0x96, 0x03, 0x00, 0x00, 0x05];
    let read = |data: &[u8]| Command::with_data_le(0x08, 0xB0, 0x81, 0x00, data.to_vec(), 65536);
    for wrong in [
        // Under no count of ours; another sign of padding; nothing; the other command's object; an object too many.
        select_number(&sealed),
        select_number(&unpadded),
        select_number(&[]),
        select_number(&expected),
        read(&sealed),
        read(&[expected, expected].concat()),
        read(&[0x96, 0x02, 0x00, 0x05]),
    ] {
        let mut card = with_session();
        assert_eq!(status(&mut card, &read(&expected)), 0x9000);
        assert_eq!(status(&mut card, &wrong), 0x6988, "{wrong:?}");
        assert_eq!(status(&mut card, &read(&expected)), 0x69FC, "{wrong:?}");
    }
}

#[test]
fn a_session_needs_the_pin_and_the_right_key_and_ends_with_the_application() {
    let key = Command::with_data(0x80, 0xAE, 0x00, 0x00, vec![0x01; 256]);
    let mut card = card();
    let mut text = TextAp::select(&mut card).unwrap();
    text.verify_code_a(&digits(MY_NUMBER)).unwrap();
    assert_eq!(status(&mut card, &key), 0x6982, "照合番号A is not enough");
    TextAp::select(&mut card).unwrap().verify_pin(&digits(PIN)).unwrap();
    assert_eq!(status(&mut card, &key), 0x6A80, "encrypted for nobody");

    let mut card = with_session();
    CommonAp::select(&mut card).unwrap();
    let mut text = TextAp::select(&mut card).unwrap();
    text.verify_pin(&digits(PIN)).unwrap();
    let read = Command::with_data_le(0x08, 0xB0, 0x81, 0x00, vec![0x96, 0x03, 0x00, 0x00, 0x05], 65536);
    assert_eq!(status(&mut card, &read), 0x69FC);
}
