//! The software card in a real pcscd, seen by real card programs and by our own client.
//!
//! Each test runs in a world of its own (tests/world), with its own pcscd and vpcd.
#![cfg(target_os = "linux")]

mod world;

use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::civil::date;
use madoguchi::authority::Authority;
use madoguchi::card::certificate::Certificate;
use madoguchi::card::in_process::Slot;
use madoguchi::card::jpki::{CertificateFile, Jpki, JpkiError, LastTry, PinState, check_signature};
use madoguchi::card::layout::{AUTHENTICATION_CERTIFICATE, ApplicationKind};
use madoguchi::card::pcsc::{PcscReader, open_reader, readers_with_card};
use madoguchi::card::reader::{CardChannel, CardReader, Disposition, ReaderError, transact};
use madoguchi::card::soft::quirk::{Quirks, TORN_AT_COMMAND};
use madoguchi::card::soft::{PinName, SoftCard};
use madoguchi::card::vpcd::{Attached, FIRST_PORT};
use madoguchi::people::personalise::personalise;
use madoguchi::random::Seed;
use madoguchi::secret::Pin;
use madoguchi::station::Station;
use madoguchi::station::settings::Settings;
use madoguchi::station::visit::VisitRequest;
use madoguchi::terminal::TerminalSettings;
use madoguchi::visit::Outcome;
use world::own::run;
use world::{LIMIT, READER, Service, start_service, wait_for};

/// Runs `body` in a world of its own, at a desk with a reader.
fn in_own_world(test: &str, body: impl FnOnce(&Desk)) {
    world::in_own_world(test, || body(&Desk::set_up()));
}

/// Runs a card program that has to succeed, and returns what it printed.
fn tool(program: &str, args: &[&str]) -> String {
    let output = run(Command::new(program).args(args));
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {args:?}\n{printed}\n{complaints}");
    printed
}

/// A pcscd with vpcd, and the card of one person in its first slot.
struct Desk {
    slot: Slot,
    certificate: Vec<u8>,
    folder: PathBuf,
    // Dropped in this order: first the card, then the service, then its files.
    _attached: Attached,
    _service: Service,
    _folder: tempfile::TempDir,
}

impl Desk {
    fn set_up() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let service = start_service(folder.path());
        let card = card();
        let certificate = der(card.image().content(ApplicationKind::Jpki, AUTHENTICATION_CERTIFICATE).unwrap());
        let slot = Slot::new("taro");
        slot.insert(card);
        let attached = Attached::start(slot.clone(), format!("127.0.0.1:{FIRST_PORT}"), |_| {}).unwrap();
        let mut reader = wait_for("the reader", || open_reader(Some(READER)).ok());
        wait_for("the card in the reader", || reader.is_card_present().unwrap().then_some(()));
        let path = folder.path().to_owned();
        Self { slot, certificate, folder: path, _attached: attached, _service: service, _folder: folder }
    }

    fn file(&self, name: &str) -> String {
        self.folder.join(name).to_str().unwrap().to_owned()
    }

    fn connect(&self) -> Box<dyn CardChannel> {
        open_reader(Some(READER)).unwrap().connect().unwrap()
    }
}

fn card() -> SoftCard {
    let people = madoguchi::people::built_in(date(2026, 11, 21)).unwrap();
    let person = people.get("taro").unwrap();
    SoftCard::new(Arc::new(personalise(person, &Authority::default())), Seed(1))
}

/// A certificate file without the filler behind it.
fn der(file: &[u8]) -> Vec<u8> {
    let length = madoguchi::card::tlv::Header::read(file).unwrap().total_length();
    file[..length].to_vec()
}

fn with_jpki<T>(
    channel: &mut dyn CardChannel,
    act: impl FnOnce(&mut Jpki<'_>) -> Result<T, JpkiError>,
) -> Result<T, JpkiError> {
    transact(channel, |card| act(&mut Jpki::select(card)?))?
}

#[test]
fn opensc_knows_the_card_lists_it_and_reads_our_certificate() {
    in_own_world("opensc_knows_the_card_lists_it_and_reads_our_certificate", |desk| {
        assert!(tool("opensc-tool", &["-n"]).contains("jpki"));
        let dump = tool("pkcs15-tool", &["-D"]);
        for part in ["User Authentication PIN", "Digital Signature PIN", "Tries left     : 3", "Tries left     : 5"] {
            assert!(dump.contains(part), "no {part:?} in\n{dump}");
        }
        let pem = tool("pkcs15-tool", &["--read-certificate", "1"]);
        let (_, read) = x509_parser::pem::parse_x509_pem(pem.as_bytes()).unwrap();
        assert_eq!(read.contents, desk.certificate);
    });
}

#[test]
fn openssl_verifies_what_opensc_signs_with_the_card() {
    in_own_world("openssl_verifies_what_opensc_signs_with_the_card", |desk| {
        std::fs::write(desk.file("certificate"), &desk.certificate).unwrap();
        std::fs::write(desk.file("message"), b"message").unwrap();
        let key = tool("openssl", &["x509", "-inform", "DER", "-in", &desk.file("certificate"), "-pubkey", "-noout"]);
        std::fs::write(desk.file("key"), key).unwrap();
        let (message, signature) = (desk.file("message"), desk.file("signature"));
        let common = ["-l", "--pin", "1234", "--sign", "-m", "SHA256-RSA-PKCS", "--id", "01"];
        tool("pkcs11-tool", &[common.as_slice(), &["-i", &message, "-o", &signature]].concat());
        let verified =
            tool("openssl", &["dgst", "-sha256", "-verify", &desk.file("key"), "-signature", &signature, &message]);
        assert!(verified.contains("Verified OK"), "{verified}");

        tool("openssl", &["dgst", "-sha256", "-binary", "-out", &desk.file("hash"), &message]);
        let crypt = ["-s", "-k", "01", "--sha-256", "--pkcs1", "--pin", "1234", "-f", "bin"];
        tool("pkcs15-crypt", &[crypt.as_slice(), &["-i", &desk.file("hash"), "-o", &desk.file("second")]].concat());
        assert_eq!(std::fs::read(desk.file("second")).unwrap(), std::fs::read(&signature).unwrap());
    });
}

#[test]
fn our_client_reads_asks_verifies_and_signs_through_pcsc() {
    in_own_world("our_client_reads_asks_verifies_and_signs_through_pcsc", |desk| {
        let mut channel = desk.connect();
        assert_eq!(desk.slot.with_card(|card| card.atr().to_vec()).unwrap(), channel.atr());
        let (serial, apdus) = with_jpki(&mut *channel, |jpki| Ok((jpki.serial()?, jpki.apdus()))).unwrap();
        let certificate = Certificate::parse(&desk.certificate).unwrap();
        assert_eq!((&serial, apdus), (&certificate.serial, 3));
        let (der, apdus) =
            with_jpki(&mut *channel, |jpki| Ok((jpki.certificate(CertificateFile::Authentication)?, jpki.apdus())))
                .unwrap();
        assert_eq!(apdus as usize, 2 + der.len().div_ceil(256));
        assert_eq!(der, desk.certificate);

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
    in_own_world("an_apdu_through_vpcd_takes_less_than_five_milliseconds", |desk| {
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
    in_own_world("a_reader_that_is_not_there_is_waited_for_without_haste", |_| {
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
    in_own_world("a_card_that_is_taken_out_is_reported_and_one_put_back_is_seen", |desk| {
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
    in_own_world("a_card_torn_away_in_the_middle_of_a_command_is_reported_as_taken_away_every_time", |desk| {
        let torn = Quirks { leave_after: Some(TORN_AT_COMMAND), ..Quirks::default() };
        desk.slot.insert(card().with_quirks(torn));
        let mut reader = open_reader(Some(READER)).unwrap();
        for _ in 0..2 {
            let mut channel = wait_for("the card in the reader", || reader.connect().ok());
            let result = with_jpki(&mut *channel, |jpki| jpki.certificate(CertificateFile::Authentication));
            assert_eq!(result, Err(JpkiError::Reader(ReaderError::Removed)));
        }
    });
}

#[test]
fn a_card_lifted_from_its_reader_in_the_middle_of_a_visit_ends_it_without_a_file() {
    in_own_world("a_card_lifted_from_its_reader_in_the_middle_of_a_visit_ends_it_without_a_file", |desk| {
        let folder = desk.folder.join("oqs");
        let terminal = TerminalSettings { folder: folder.clone(), ..TerminalSettings::default() };
        let mut settings = Settings { terminal: vec![terminal], ..Settings::default() };
        // The pace of real patients: there is time to lift the card.
        settings.station.pace = madoguchi::terminal::Pace::Real;
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let station = runtime.block_on(Station::open(settings, madoguchi::event::Lang::En)).unwrap();
        let order =
            VisitRequest { person: Some("taro".to_owned()), card: Some("pcsc".to_owned()), ..VisitRequest::default() };
        let visit = runtime.spawn({
            let station = station.clone();
            async move { station.visit(order).await }
        });
        wait_for("the first question", || (station.readers()[0].state == "method-select").then_some(()));
        desk.slot.remove().unwrap();
        let report = runtime.block_on(visit).unwrap().unwrap();
        assert_eq!(report.outcome, Outcome::CardLeft, "{report:?}");
        assert_eq!(std::fs::read_dir(folder.join("face")).unwrap().count(), 0);
        runtime.block_on(station.shut_down());
        runtime.shutdown_background();
    });
}
