//! Our own client over PC/SC: what it reads, how fast, and what it says when card or reader are gone.

use std::time::{Duration, Instant};

use madoguchi::card::certificate::Certificate;
use madoguchi::card::jpki::{CertificateFile, Jpki, JpkiError, LastTry, PinState, check_signature};
use madoguchi::card::pcsc::{PcscReader, open_reader, readers_with_card};
use madoguchi::card::reader::{CardChannel, CardReader, Disposition, ReaderError, transact};
use madoguchi::card::soft::PinName;
use madoguchi::card::soft::quirk::{Quirks, TORN_AT_COMMAND};
use madoguchi::secret::Pin;
use serde_json::{Value, json};

use crate::desk::{assert_shows, at_a_desk, at_an_overheard_desk, card_of, refused, tool, with_jpki};
use crate::world::{LIMIT, READER, wait_for};

#[test]
fn our_client_reads_asks_verifies_and_signs_through_pcsc() {
    at_a_desk(|desk| {
        let mut channel = desk.connect();
        assert_eq!(desk.slot.with_card(|card| card.atr().to_vec()).unwrap(), channel.atr());
        let (serial, apdus) = with_jpki(&mut *channel, |jpki| Ok((jpki.serial()?, jpki.apdus()))).unwrap();
        let known = desk.certificate(CertificateFile::Authentication);
        let certificate = Certificate::parse(&known).unwrap();
        assert_eq!((&serial, apdus), (&certificate.serial, 3));
        let (der, apdus) =
            with_jpki(&mut *channel, |jpki| Ok((jpki.certificate(CertificateFile::Authentication)?, jpki.apdus())))
                .unwrap();
        assert_eq!(apdus as usize, 2 + der.len().div_ceil(256));
        assert_eq!(der, known);

        let wrong = |jpki: &mut Jpki<'_>| jpki.verify(PinName::Authentication, &Pin::new("9999"), LastTry::Keep);
        assert_eq!(with_jpki(&mut *channel, wrong), Err(JpkiError::WrongPin { tries: 2 }));
        assert_eq!(with_jpki(&mut *channel, |jpki| jpki.pin_status(PinName::Authentication)), Ok(PinState::Tries(2)));
        let signature = with_jpki(&mut *channel, |jpki| {
            jpki.verify(PinName::Authentication, &Pin::new("1234"), LastTry::Keep)?;
            jpki.sign(PinName::Authentication, b"challenge")
        })
        .unwrap();
        assert!(check_signature(&certificate, b"challenge", &signature));
        assert!(!check_signature(&certificate, b"another challenge", &signature));

        channel.disconnect(Disposition::PowerOff).unwrap();
        let mut next = desk.connect();
        let open = with_jpki(&mut *next, |jpki| jpki.sign(PinName::Authentication, b"challenge"));
        assert!(matches!(open, Err(JpkiError::Refused { .. })), "the PIN must not outlive the connection: {open:?}");
    });
}

#[test]
fn an_apdu_through_vpcd_takes_less_than_five_milliseconds() {
    // Debian's vpcd sends a command in two pieces; without the quick ACK each APDU costs 44 ms.
    at_a_desk(|desk| {
        let mut channel = desk.connect();
        let mut times: Vec<Duration> = transact(&mut *channel, |card| {
            (0..51)
                .map(|_| {
                    let start = Instant::now();
                    let answer = card.transmit(&[0x00, 0x84, 0x00, 0x00, 0x08]).unwrap();
                    assert_eq!(answer.len(), 10);
                    start.elapsed()
                })
                .collect()
        })
        .unwrap();
        times.sort();
        println!("median {:?}, longest {:?}", times[25], times[50]);
        assert!(times[25] < Duration::from_millis(5), "median {:?}", times[25]);
    });
}

#[test]
fn a_reader_that_is_not_there_is_waited_for_without_haste() {
    at_a_desk(|_| {
        let mut reader = PcscReader::open("No Such Reader 00 00").unwrap();
        let start = Instant::now();
        for _ in 0..2 {
            assert!(!reader.wait_for_change(Duration::from_millis(300)).unwrap());
        }
        assert!(start.elapsed() >= Duration::from_millis(500), "{:?}", start.elapsed());
    });
}

#[test]
fn a_card_that_is_taken_out_is_reported_and_one_put_back_is_seen() {
    at_a_desk(|desk| {
        let mut reader = open_reader(Some(READER)).unwrap();
        assert!(reader.wait_for_change(LIMIT).unwrap());
        assert_eq!(readers_with_card().unwrap(), [READER]);
        let mut channel = reader.connect().unwrap();
        let taken = desk.slot.remove().unwrap();
        wait_for("the reader to be empty", || (!reader.wait_for_change(LIMIT).unwrap()).then_some(()));
        assert!(readers_with_card().unwrap().is_empty());
        let result = with_jpki(&mut *channel, |jpki| jpki.serial());
        assert_eq!(result, Err(JpkiError::Reader(ReaderError::Removed)));
        assert_eq!(reader.connect().err(), Some(ReaderError::NoCard));

        desk.slot.insert(taken);
        wait_for("the card to be back", || reader.wait_for_change(LIMIT).unwrap().then_some(()));
        let mut channel = reader.connect().unwrap();
        assert!(with_jpki(&mut *channel, |jpki| jpki.serial()).is_ok());
    });
}

#[test]
fn a_card_torn_away_in_the_middle_of_a_command_is_reported_as_taken_away_every_time() {
    at_a_desk(|desk| {
        let torn = Quirks { leave_after: Some(TORN_AT_COMMAND), ..Quirks::default() };
        desk.slot.insert(card_of("taro").with_quirks(torn));
        let mut reader = open_reader(Some(READER)).unwrap();
        for _ in 0..2 {
            let mut channel = wait_for("the card in the reader", || reader.connect().ok());
            let result = with_jpki(&mut *channel, |jpki| jpki.certificate(CertificateFile::Authentication));
            assert_eq!(result, Err(JpkiError::Reader(ReaderError::Removed)));
        }
    });
}

/// A second connection that shares the card, and whether it may sign.
fn may_sign(other: &mut dyn CardChannel) -> bool {
    match with_jpki(other, |jpki| jpki.sign(PinName::Authentication, b"challenge")) {
        Ok(_) => true,
        Err(JpkiError::Refused { .. }) => false,
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn what_a_pin_opened_is_shut_before_another_program_and_when_a_connection_is_dropped() {
    at_a_desk(|desk| {
        let (mut ours, mut other) = (desk.connect(), desk.connect());
        let open = |jpki: &mut Jpki<'_>| jpki.verify(PinName::Authentication, &Pin::new("1234"), LastTry::Keep);
        with_jpki(&mut *ours, |jpki| open(jpki).and_then(|()| jpki.shut())).unwrap();
        assert!(!may_sign(&mut *other), "the right must not outlive the transaction");
        // Without that the next program finds the card open: the rule is worth its command.
        with_jpki(&mut *ours, open).unwrap();
        assert!(may_sign(&mut *other));
        drop(ours);
        let mut next = desk.connect();
        assert!(!may_sign(&mut *next), "a connection that is dropped powers the card off");
    });
}

#[test]
fn the_commands_for_cards_send_no_more_than_they_say_and_wait_for_a_card_that_is_busy() {
    at_an_overheard_desk(|desk, line| {
        let card = |arguments: &[&str]| {
            line.heard();
            let program = env!("CARGO_BIN_EXE_madoguchi");
            let told = tool(program, &[&["card"], arguments, &["--json"]].concat());
            (serde_json::from_str::<Value>(&told).unwrap(), line.heard().len())
        };
        let (serial, sent) = card(&["read", "--reader", READER, "--serial-only"]);
        assert_eq!((&serial["apdus"], sent), (&json!(3), 3), "and none beside to know whether to mask it");
        assert_eq!(serial["serial"]["masked"], false);
        let (read, sent) = card(&["read", "--card", &format!("pcsc:{READER}"), "--offline"]);
        let blocks = desk.certificate(CertificateFile::Authentication).len().div_ceil(256);
        assert_eq!((&read["apdus"], &read["apdus_in_all"], sent), (&json!(2 + blocks), &json!(4 + blocks), 4 + blocks));

        let context = pcsc::Context::establish(pcsc::Scope::User).unwrap();
        let name = std::ffi::CString::new(READER).unwrap();
        let alone = context.connect(&name, pcsc::ShareMode::Exclusive, pcsc::Protocols::ANY).unwrap();
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| card(&["read", "--reader", "1", "--serial-only"]));
            // The other program is done while ours is still being started, or a moment after.
            assert!(alone.disconnect(pcsc::Disposition::LeaveCard).is_ok());
            assert_eq!(waiting.join().unwrap().0["serial"], serial["serial"]);
        });
        let alone = context.connect(&name, pcsc::ShareMode::Exclusive, pcsc::Protocols::ANY).unwrap();
        let program = env!("CARGO_BIN_EXE_madoguchi");
        assert_shows(&refused(program, &["card", "read", "--reader", "1"]), &["another program holds the card"]);
        drop(alone);
    });
}
