//! Reads the tables and plays them.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use jiff::civil::date;
use madoguchi::authority::Authority;
use madoguchi::card::apdu::hex;
use madoguchi::card::in_process::Slot;
use madoguchi::card::jpki::{CertificateFile, Jpki, LastTry};
use madoguchi::card::reader::{CardReader, transact};
use madoguchi::card::soft::{CardImage, PinName, SoftCard};
use madoguchi::people::personalise::personalise;
use madoguchi::random::Seed;
use madoguchi::secret::Pin;
use rsa::pkcs8::DecodePublicKey;
use rsa::{Pkcs1v15Sign, RsaPublicKey};

/// The 署名用パスワード of a card whose profile names none.
const SIGN_PASSWORD: &str = "TEST1234";

/// How often a program sends each of its commands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Sends {
    Once,
    /// K9: its first buffer is too small for any answer, so it asks again.
    Twice,
}

/// The names of the conversations, in their order.
pub fn titles(table: &str) -> Vec<&str> {
    table.lines().filter_map(|line| line.strip_prefix("== ")).collect()
}

/// The lines of one conversation, each with its number in the table.
pub fn conversation<'t>(table: &'t str, title: &str) -> Vec<(usize, &'t str)> {
    let lines = table.lines().enumerate().skip_while(|(_, line)| line.strip_prefix("== ") != Some(title)).skip(1);
    let said: Vec<_> = lines
        .take_while(|(_, line)| !line.starts_with("== "))
        .map(|(at, line)| (at + 1, line.split('#').next().unwrap_or_default().trim()))
        .filter(|(_, line)| !line.is_empty())
        .collect();
    assert!(!said.is_empty(), "no conversation called {title}");
    said
}

/// A card fresh from personalisation, and what its certificates are.
pub struct Player {
    card: SoftCard,
    sends: Sends,
}

impl Player {
    pub fn new(sends: Sends) -> Self {
        Self { card: SoftCard::new(image(), Seed(1)), sends }
    }

    pub fn play(mut self, file: &str, lines: Vec<(usize, &str)>) {
        for (number, line) in lines {
            let place = format!("tests/card_clients/{file}:{number}: {line}");
            let words: Vec<&str> = line.split_whitespace().collect();
            match (words.as_slice(), line.split_once("->")) {
                (["power"], _) => self.card.power_cycle(),
                (["head", length, "of", name], _) => self.head(length.parse().expect(&place), name, &place),
                (["blocks", "of", name], _) => self.blocks(name, 0, 256, &place),
                (["blocks", "of", name, "by", size], _) => self.blocks(name, 0, size.parse().expect(&place), &place),
                (["blocks", "of", name, "from", start], _) => {
                    self.blocks(name, start.parse().expect(&place), 256, &place);
                }
                (_, Some((command, answer))) => self.exchange(&bytes(command, &place), answer.trim(), &place),
                _ => panic!("{place}\nis no line of a conversation"),
            }
        }
    }

    fn head(&mut self, length: usize, name: &str, place: &str) {
        self.read(0, length, name, place);
    }

    /// As every client reads: full blocks, then exactly what is left.
    fn blocks(&mut self, name: &str, start: usize, size: usize, place: &str) {
        let end = certificate(name).len();
        for offset in (start..end).step_by(size) {
            self.read(offset, size.min(end - offset), name, place);
        }
    }

    fn read(&mut self, offset: usize, length: usize, name: &str, place: &str) {
        let [high, low] = u16::try_from(offset).unwrap().to_be_bytes();
        let le = u8::try_from(length % 256).unwrap();
        let mut expected = certificate(name)[offset..offset + length].to_vec();
        expected.extend([0x90, 0x00]);
        for answer in self.send(&[0x00, 0xB0, high, low, le]) {
            assert_eq!(hex(&answer), hex(&expected), "{place}\nat offset {offset}");
        }
    }

    /// `expected`: one answer for every sending, or one for each, divided by commas.
    fn exchange(&mut self, command: &[u8], expected: &str, place: &str) {
        let answers = self.send(command);
        let expected: Vec<&str> = expected.split(',').map(str::trim).collect();
        assert!(expected.len() == 1 || expected.len() == answers.len(), "{place}\nhas too many answers");
        for (answer, expected) in answers.iter().zip(expected.iter().cycle()) {
            let taken = expected.split(" or ").any(|pattern| matches(pattern.trim(), command, answer, place));
            assert!(taken, "{place}\nwas answered {}", hex(answer));
        }
    }

    fn send(&mut self, command: &[u8]) -> Vec<Vec<u8>> {
        (0..if self.sends == Sends::Twice { 2 } else { 1 }).map(|_| self.card.process(command)).collect()
    }
}

/// Is this the answer that the pattern stands for?
fn matches(pattern: &str, command: &[u8], answer: &[u8], place: &str) -> bool {
    let (data, status) = answer.split_at(answer.len() - 2);
    if let Some(name) = pattern.strip_prefix("signed by ") {
        // CLA, INS, P1, P2, Lc, data, Le.
        return status == [0x90, 0x00] && is_signed(name, &command[5..command.len() - 1], data);
    }
    match pattern.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((length, end)) => data.len() == length.parse::<usize>().expect(place) && status == bytes(end, place),
        None => answer == bytes(pattern, place),
    }
}

fn is_signed(name: &str, data: &[u8], signature: &[u8]) -> bool {
    let der = certificate(name);
    let (_, certificate) = x509_parser::parse_x509_certificate(&der).unwrap();
    let key = RsaPublicKey::from_public_key_der(certificate.public_key().raw).unwrap();
    key.verify(Pkcs1v15Sign::new_unprefixed(), data, signature).is_ok()
}

/// One card for all conversations: its keys take a while to make.
fn image() -> Arc<CardImage> {
    static IMAGE: OnceLock<Arc<CardImage>> = OnceLock::new();
    let make = || {
        let people = madoguchi::people::built_in(date(2026, 11, 21)).unwrap();
        Arc::new(personalise(people.get("taro").unwrap(), &Authority::default()))
    };
    Arc::clone(IMAGE.get_or_init(make))
}

/// What the card's certificates are, as our own client reads them.
fn certificate(name: &str) -> Vec<u8> {
    static READ: OnceLock<HashMap<&str, Vec<u8>>> = OnceLock::new();
    let read = READ.get_or_init(|| {
        let slot = Slot::new("twin");
        slot.insert(SoftCard::new(image(), Seed(1)));
        let mut channel = slot.reader().connect().unwrap();
        transact(&mut *channel, |card| {
            let mut jpki = Jpki::select(card).unwrap();
            jpki.verify(PinName::Signature, &Pin::new(SIGN_PASSWORD), LastTry::Keep).unwrap();
            let mut of = |file| jpki.certificate(file).unwrap();
            HashMap::from([
                ("authentication", of(CertificateFile::Authentication)),
                ("authentication-ca", of(CertificateFile::AuthenticationCa)),
                ("signature", of(CertificateFile::Signature)),
                ("signature-ca", of(CertificateFile::SignatureCa)),
            ])
        })
        .unwrap()
    });
    read.get(name).unwrap_or_else(|| panic!("no certificate called {name}")).clone()
}

fn bytes(text: &str, place: &str) -> Vec<u8> {
    let digits: Vec<char> = text.split_whitespace().flat_map(str::chars).collect();
    assert!(digits.len() % 2 == 0, "{place}\nhas an odd number of digits");
    let pair = |pair: &[char]| u8::from_str_radix(&pair.iter().collect::<String>(), 16).expect(place);
    digits.chunks(2).map(pair).collect()
}
