//! A desk of its own for a test: pcscd with vpcd, and a person's card in its first slot.

use std::any::type_name;
use std::cell::RefCell;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;

use jiff::civil::date;
use madoguchi::card::in_process::Slot;
use madoguchi::card::jpki::{CertificateFile, Jpki, JpkiError, LastTry};
use madoguchi::card::pcsc::open_reader;
use madoguchi::card::reader::{CardChannel, CardReader, transact};
use madoguchi::card::soft::{CardImage, PinName, SoftCard};
use madoguchi::card::vpcd::{Attached, FIRST_PORT};
use madoguchi::people::personalise::personalise;
use madoguchi::random::Seed;
use madoguchi::secret::Pin;

use crate::line::Line;
use crate::world::own::run;
use crate::world::{READER, Service, in_own_world, start_service, wait_for};

/// 暗証番号 and 署名用パスワード of a card whose profile names none.
pub const PIN: &str = "1234";
pub const PASSWORD: &str = "TEST1234";

/// Runs `body` in a world of its own, at a desk with taro's card in the reader.
pub fn at_a_desk<F: FnOnce(&Desk)>(body: F) {
    in_own_world(test_of::<F>(), || body(&Desk::set_up(format!("127.0.0.1:{FIRST_PORT}"))));
}

/// The same, and every command of the card is heard.
pub fn at_an_overheard_desk<F: FnOnce(&Desk, &Line)>(body: F) {
    in_own_world(test_of::<F>(), || {
        let line = Line::to(FIRST_PORT);
        body(&Desk::set_up(line.address.clone()), &line);
    });
}

/// The test in which a closure is written: `pcsc::room::rule::{{closure}}` is that of `room::rule`.
fn test_of<F>() -> &'static str {
    let name = type_name::<F>().trim_end_matches("::{{closure}}");
    name.split_once("::").map_or(name, |(_, test)| test)
}

pub struct Desk {
    pub slot: Slot,
    /// The card as it left personalisation.
    pub image: Arc<CardImage>,
    pub folder: PathBuf,
    // Dropped in this order: first the card, then the service, then its files.
    _attached: Attached,
    service: RefCell<Service>,
    _folder: tempfile::TempDir,
}

impl Desk {
    fn set_up(address: String) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let service = start_service(folder.path());
        let card = card_of("taro");
        let (slot, image) = (Slot::new("taro"), Arc::clone(card.image()));
        slot.insert(card);
        let attached = Attached::start(slot.clone(), address, |_| {}).unwrap();
        wait_for("the card in the reader", || is_card_in(READER).then_some(()));
        let path = folder.path().to_owned();
        Self { slot, image, folder: path, _attached: attached, service: RefCell::new(service), _folder: folder }
    }

    pub fn file(&self, name: &str) -> String {
        self.folder.join(name).to_str().unwrap().to_owned()
    }

    /// A file with these bytes in it.
    pub fn file_of(&self, name: &str, content: &[u8]) -> String {
        std::fs::write(self.folder.join(name), content).unwrap();
        self.file(name)
    }

    /// Takes out what lies in the reader, and puts this card down.
    pub fn put(&self, card: SoftCard) {
        self.slot.remove();
        wait_for("the reader to be empty", || (!is_card_in(READER)).then_some(()));
        self.slot.insert(card);
        wait_for("the card in the reader", || is_card_in(READER).then_some(()));
    }

    /// Ends pcscd; the card keeps trying to reach its vpcd.
    pub fn end_service(&self) {
        self.service.borrow_mut().end();
    }

    pub fn start_service(&self) {
        self.service.replace(start_service(&self.folder));
    }

    pub fn connect(&self) -> Box<dyn CardChannel> {
        open_reader(Some(READER)).unwrap().connect().unwrap()
    }

    /// What a certificate of this card is, read in this process from its twin.
    pub fn certificate(&self, file: CertificateFile) -> Vec<u8> {
        certificate_of(&self.image, file)
    }

    /// The public key of a certificate as a file for openssl.
    pub fn public_key(&self, file: CertificateFile) -> String {
        let certificate = self.file_of("certificate", &self.certificate(file));
        let key = tool("openssl", &["x509", "-inform", "DER", "-in", &certificate, "-pubkey", "-noout"]);
        self.file_of("key", key.as_bytes())
    }
}

/// Does a card lie in this reader? While the service starts, none does.
pub fn is_card_in(reader: &str) -> bool {
    open_reader(Some(reader)).and_then(|mut reader| reader.is_card_present()).unwrap_or(false)
}

/// The card of one of the shipped people.
pub fn card_of(person: &str) -> SoftCard {
    SoftCard::new(Arc::new(personalised(person)), Seed(1))
}

/// The same, in a reader that shows it with this ATR.
pub fn card_with_atr(person: &str, atr: Vec<u8>) -> SoftCard {
    SoftCard::new(Arc::new(CardImage { atr, ..personalised(person) }), Seed(1))
}

fn personalised(person: &str) -> CardImage {
    let people = madoguchi::people::built_in(date(2026, 11, 21)).unwrap();
    personalise(people.get(person).unwrap())
}

/// A certificate of such a card, read in this process.
pub fn certificate_of(image: &Arc<CardImage>, file: CertificateFile) -> Vec<u8> {
    let twin = Slot::new("twin");
    twin.insert(SoftCard::new(Arc::clone(image), Seed(1)));
    let mut channel = twin.reader().connect().unwrap();
    let read = |jpki: &mut Jpki<'_>| {
        if file == CertificateFile::Signature {
            jpki.verify(PinName::Signature, &Pin::new(PASSWORD), LastTry::Keep)?;
        }
        jpki.certificate(file)
    };
    with_jpki(&mut *channel, read).unwrap()
}

pub fn with_jpki<T>(
    channel: &mut dyn CardChannel,
    act: impl FnOnce(&mut Jpki<'_>) -> Result<T, JpkiError>,
) -> Result<T, JpkiError> {
    transact(channel, |card| act(&mut Jpki::select(card)?))?
}

/// Runs a card program that has to succeed, and returns what it printed.
pub fn tool(program: &str, args: &[&str]) -> String {
    let (succeeded, printed) = attempt(program, args);
    assert!(succeeded, "{program} {args:?}\n{printed}");
    printed
}

/// Runs a card program that has to fail, and returns what it printed.
pub fn refused(program: &str, args: &[&str]) -> String {
    let (succeeded, printed) = attempt(program, args);
    assert!(!succeeded, "{program} {args:?} succeeded\n{printed}");
    printed
}

/// Runs a card program; what it printed, complaints last.
pub fn attempt(program: &str, args: &[&str]) -> (bool, String) {
    let output = run(Command::new(program).args(args));
    let printed = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (output.status.success(), printed)
}

/// Each of these is in what a program printed.
pub fn assert_shows(printed: &str, parts: &[&str]) {
    for part in parts {
        assert!(printed.contains(part), "no {part:?} in\n{printed}");
    }
}
