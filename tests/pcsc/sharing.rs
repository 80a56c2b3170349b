//! Several programs at one card, several cards at one desk, and a service that goes and comes back.

use madoguchi::card::in_process::Slot;
use madoguchi::card::jpki::{CertificateFile, JpkiError};
use madoguchi::card::reader::{CardReader, ReaderError, transact};
use madoguchi::card::vpcd::{Attached, FIRST_PORT};
use pcsc::{Context, Disposition, Protocols, Scope, ShareMode};

use crate::desk::{
    PIN, assert_shows, at_a_desk, at_an_overheard_desk, card_of, certificate_of, is_card_in, refused, tool, with_jpki,
};
use crate::line::Exchange;
use crate::world::{LIMIT, READER, wait_for};

/// The second reader of vpcd.
const SECOND: &str = "Virtual PCD 00 01";
const CHALLENGE: [u8; 5] = [0x00, 0x84, 0x00, 0x00, 0x08];

fn pem(reader: &str) -> Vec<u8> {
    let pem = tool("pkcs15-tool", &["--reader", reader, "--read-certificate", "1"]);
    x509_parser::pem::parse_x509_pem(pem.as_bytes()).unwrap().1.contents
}

#[test]
fn two_cards_in_two_readers_are_two_cards_to_every_program() {
    at_a_desk(|desk| {
        let hanako = card_of("hanako");
        let image = hanako.image().clone();
        let second = Slot::new("hanako");
        second.insert(hanako);
        let _attached = Attached::start(second.clone(), format!("127.0.0.1:{}", FIRST_PORT + 1), |_| {}).unwrap();
        wait_for("the second card", || is_card_in(SECOND).then_some(()));

        let hers = certificate_of(&image, CertificateFile::Authentication);
        assert_ne!(hers, desk.certificate(CertificateFile::Authentication));
        assert_eq!(pem(READER), desk.certificate(CertificateFile::Authentication));
        assert_eq!(pem(SECOND), hers);
        assert_eq!(tool("pkcs11-tool", &["--list-slots"]).matches("User Authentication PIN").count(), 2);

        // A wrong PIN here is none there.
        let wrong = ["--verify-pin", "--auth-id", "01", "--pin", "9999"];
        refused("pkcs15-tool", &[["--reader", SECOND].as_slice(), &wrong].concat());
        let tries = |reader: &str| tool("pkcs15-tool", &["--reader", reader, "--list-pins"]);
        assert_shows(&tries(SECOND), &["Tries left     : 2"]);
        assert_shows(&tries(READER), &["Tries left     : 3"]);

        // Taking one out leaves the other.
        second.remove();
        wait_for("the second reader to be empty", || (!is_card_in(SECOND)).then_some(()));
        assert_eq!(pem(READER), desk.certificate(CertificateFile::Authentication));
        assert_eq!(tool("pkcs11-tool", &["--list-slots"]).matches("User Authentication PIN").count(), 1);
    });
}

#[test]
fn a_card_that_another_program_has_to_itself_is_busy_and_free_again_afterwards() {
    at_a_desk(|desk| {
        let context = Context::establish(Scope::User).unwrap();
        let name = std::ffi::CString::new(READER).unwrap();
        let other = context.connect(&name, ShareMode::Exclusive, Protocols::ANY).unwrap();
        let mut reader = madoguchi::card::pcsc::open_reader(Some(READER)).unwrap();
        assert_eq!(reader.connect().err(), Some(ReaderError::Busy));
        refused("opensc-tool", &["--name"]);
        assert!(other.disconnect(Disposition::LeaveCard).is_ok());
        assert_shows(&tool("opensc-tool", &["--name"]), &["jpki"]);
        assert!(with_jpki(&mut *reader.connect().unwrap(), |jpki| jpki.serial()).is_ok());

        // Beside a program that shares, everybody works.
        let sharing = context.connect(&name, ShareMode::Shared, Protocols::ANY).unwrap();
        assert_eq!(pem(READER), desk.certificate(CertificateFile::Authentication));
        assert!(with_jpki(&mut *desk.connect(), |jpki| jpki.serial()).is_ok());
        drop(sharing);
    });
}

#[test]
fn no_command_of_another_program_comes_between_those_of_one_transaction() {
    at_an_overheard_desk(|desk, line| {
        const COMMANDS: usize = 400;
        let mut channel = desk.connect();
        line.heard();
        let heard = std::thread::scope(|scope| {
            let dump = transact(&mut *channel, |card| {
                card.transmit(&CHALLENGE).unwrap();
                // It begins while the card is ours, and waits.
                let dump = scope.spawn(|| tool("pkcs15-tool", &["--dump"]));
                (1..COMMANDS).for_each(|_| drop(card.transmit(&CHALLENGE).unwrap()));
                dump
            });
            assert_shows(&dump.unwrap().join().unwrap(), &["Tries left     : 3"]);
            line.heard()
        });
        let is_ours = |(command, _): &&Exchange| *command == CHALLENGE;
        let ours = heard.iter().skip_while(|said| !is_ours(said)).take_while(is_ours).count();
        assert_eq!(ours, COMMANDS);
        assert!(heard.len() > COMMANDS);
    });
}

#[test]
fn a_pcscd_that_is_started_again_finds_the_card_and_our_reader_finds_it_too() {
    at_a_desk(|desk| {
        let mut reader = madoguchi::card::pcsc::open_reader(Some(READER)).unwrap();
        let mut channel = reader.connect().unwrap();
        assert!(with_jpki(&mut *channel, |jpki| jpki.serial()).is_ok());
        desk.end_service();
        desk.start_service();
        let late = with_jpki(&mut *channel, |jpki| jpki.serial());
        assert!(matches!(late, Err(JpkiError::Reader(_))), "the old connection is dead: {late:?}");
        wait_for("the card in the reader", || is_card_in(READER).then_some(()));
        assert_eq!(pem(READER), desk.certificate(CertificateFile::Authentication));
        let mut again = desk.connect();
        assert!(with_jpki(&mut *again, |jpki| jpki.serial()).is_ok());
        tool("pkcs15-tool", &["--verify-pin", "--auth-id", "01", "--pin", PIN]);
        // A connection to the service outlives it as little as one to the card does; whoever holds it opens the reader anew.
        assert_eq!(reader.wait_for_change(LIMIT), Err(ReaderError::NoService));
    });
}
