//! Our own client over PC/SC: what it reads, how fast, and what it says when card or reader are gone.

use std::time::{Duration, Instant};

use madoguchi::card::certificate::Certificate;
use madoguchi::card::jpki::{CertificateFile, Jpki, JpkiError, LastTry, PinState, check_signature};
use madoguchi::card::pcsc::{PcscReader, open_reader, readers_with_card};
use madoguchi::card::reader::{CardReader, Disposition, ReaderError, transact};
use madoguchi::card::soft::PinName;
use madoguchi::card::soft::quirk::{Quirks, TORN_AT_COMMAND};
use madoguchi::secret::Pin;

use crate::desk::{at_a_desk, card_of, with_jpki};
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
