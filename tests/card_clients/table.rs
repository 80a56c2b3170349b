//! Reads the tables and plays them.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use jiff::civil::date;
use madoguchi::card::apdu::hex;
use madoguchi::card::in_process::Slot;
use madoguchi::card::jpki::{CertificateFile, Jpki, LastTry};
use madoguchi::card::layout::PinName;
use madoguchi::card::reader::{CardReader, transact};
use madoguchi::card::soft::{CardImage, SoftCard};
use madoguchi::card::tlv::{self, Header};
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
            let words: Vec<&str> = line.split_ascii_whitespace().collect();
            match (words.as_slice(), line.split_once("->")) {
                (["power"], _) => self.card.power_cycle(),
                (["head", length, "of", name], _) => self.head(length.parse().expect(&place), name, &place),
                (["blocks", "of", name], _) => self.blocks(name, 0, 256, &place),
                (["blocks", "of", name, "by", size], _) => self.blocks(name, 0, size.parse().expect(&place), &place),
                (["blocks", "of", name, "from", start], _) => {
                    self.blocks(name, start.parse().expect(&place), 256, &place);
                }
                (["object", "from", start, tags @ ..], _) => {
                    self.object(start.trim_end_matches(':').parse().expect(&place), tags, &place)
                }
                (_, Some((command, answer))) => {
                    self.exchange(&bytes(&with_numbers(command), &place), answer.trim(), &place);
                }
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
        let part = self.part(offset, length, place);
        assert_eq!(hex(&part), hex(&certificate(name)[offset..offset + length]), "{place}\nat offset {offset}");
    }

    /// As the clients read what is no certificate: seven bytes, which hold tag and length, then the rest by blocks.
    fn object(&mut self, start: usize, tags: &[&str], place: &str) {
        let mut file = self.part(0, 7, place);
        let end = Header::read(&file).expect(place).total_length();
        file.truncate(start);
        for offset in (start..end).step_by(256) {
            let part = self.part(offset, 256.min(end - offset), place);
            file.extend(part);
        }
        let (outer, inner) = tags.split_first().expect(place);
        let (tag, value, rest) = tlv::take(&file).expect(place);
        assert!(format!("{tag:04X}") == *outer && rest.is_empty(), "{place}");
        let (mut rest, mut found) = (value, Vec::new());
        while !rest.is_empty() {
            let (tag, value, next) = tlv::take(rest).expect(place);
            found.push((tag, value));
            rest = next;
        }
        let holds =
            found.len() == inner.len() && found.iter().zip(inner).all(|(found, tag)| is_object(*found, tag, place));
        assert!(holds, "{place}\nholds {found:02X?}");
    }

    /// As many bytes as were asked for, each time.
    fn part(&mut self, offset: usize, length: usize, place: &str) -> Vec<u8> {
        let mut answers = self.send(&read_binary(offset, length));
        let mut part = answers.pop().unwrap();
        assert!(answers.iter().all(|answer| *answer == part), "{place}\nat offset {offset}");
        assert_eq!(part.split_off(part.len() - 2), [0x90, 0x00], "{place}\nat offset {offset}");
        assert_eq!(part.len(), length, "{place}\nat offset {offset}");
        part
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

fn read_binary(offset: usize, length: usize) -> [u8; 5] {
    let [high, low] = u16::try_from(offset).unwrap().to_be_bytes();
    [0x00, 0xB0, high, low, u8::try_from(length % 256).unwrap()]
}

/// `DF24` stands for any value of that tag, `DF24="19850412"` for one, `DF24=8950` for those that begin so.
fn is_object((tag, value): (u16, &[u8]), expected: &str, place: &str) -> bool {
    let (name, wanted) = expected.split_once('=').unwrap_or((expected, ""));
    let is_right = match wanted.strip_prefix('"') {
        Some(text) => value == text.trim_end_matches('"').as_bytes(),
        None => value.starts_with(&bytes(wanted, place)),
    };
    format!("{tag:04X}") == name && is_right
}

/// What is printed on this person's card, in the place of its name.
fn with_numbers(command: &str) -> String {
    [("{a}", PinName::VisualNumberA), ("{b}", PinName::VisualNumberB), ("{birthdate}", PinName::VisualBirthdate)]
        .into_iter()
        .fold(command.to_owned(), |command, (name, pin)| {
            let image = image();
            command.replace(name, &hex(image.reference(pin).unwrap().value.reveal().as_bytes()))
        })
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
        let taro = people.get("taro").unwrap();
        Arc::new(personalise(taro))
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
    assert!(digits.len().is_multiple_of(2), "{place}\nhas an odd number of digits");
    let pair = |pair: &[char]| u8::from_str_radix(&pair.iter().collect::<String>(), 16).expect(place);
    digits.chunks(2).map(pair).collect()
}
