//! The card's rules. Helpers that make a card are shared with the client's tests.
//!
//! - `select`, `read`, `verify`, `sign`, `session`, `refuse`: command by command; a table of rows by spec/jpki-card.md §2, and
//!   what takes more than a conversation
//! - `checklist`: the rows of spec/jpki-card.md §12
//! - `measured`: what was measured on real cards, row by row
//! - `any_commands`: what holds whatever is sent
//! - `whole`: a card with every application, made by hand

mod any_commands;
mod checklist;
mod measured;
mod read;
mod refuse;
mod select;
mod session;
mod sign;
mod verify;
mod whole;

use std::sync::OnceLock;

use rsa::RsaPrivateKey;

use super::*;
use crate::card::apdu::hex;
use crate::card::layout::{ApplicationKind, TokenKind};
use crate::secret::Pin;
use whole::whole_card;
pub(in crate::card) use whole::whole_image;

/// One key for all tests: the card does not care whose it is. `card` may not ask the authority for one.
pub(in crate::card) fn key() -> Arc<RsaPrivateKey> {
    static KEY: OnceLock<Arc<RsaPrivateKey>> = OnceLock::new();
    Arc::clone(KEY.get_or_init(|| Arc::new(RsaPrivateKey::new(&mut Seed(1).rng(&["test key"]), 2048).unwrap())))
}

/// A DER object of `length` bytes in all, with a serial where certificates have it.
pub(in crate::card) fn der_like(length: usize, serial: &[u8]) -> Vec<u8> {
    let mut inner = vec![0xA0, 0x03, 0x02, 0x01, 0x02];
    inner.extend(crate::card::tlv::write(0x02, serial));
    inner.resize(length - 8, 0x55);
    crate::card::tlv::write(0x30, &crate::card::tlv::write(0x30, &inner))
}

fn credential(length: usize) -> LazyCredential {
    LazyCredential::new(move || Credential {
        certificate: der_like(length, &[0x22, 0x7B, 0x13]),
        issuer: der_like(1318, &[1]),
        key: key(),
    })
}

pub(in crate::card) fn jpki_image() -> JpkiImage {
    JpkiImage {
        kind: TokenKind::MyNumberCard,
        authentication: credential(1590),
        signature: Some(credential(1758)),
        authentication_pin: Pin::new("1234"),
        signature_password: Pin::new("ABC123"),
        authentication_pin_locked: false,
        certificate_needs_pin: false,
    }
}

pub(in crate::card) fn card_of(jpki: Option<JpkiImage>) -> SoftCard {
    let power_up = ApplicationImage::new(ApplicationKind::IssuerSecurityDomain, []);
    let applications = jpki.map(|jpki| vec![power_up, jpki.into()]).unwrap_or_default();
    let image = CardImage {
        name: "test".to_owned(),
        atr: crate::card::atr::CONTACT.to_vec(),
        applications,
        objects: Vec::new(),
    };
    SoftCard::new(Arc::new(image), Seed(1))
}

pub(in crate::card) fn card() -> SoftCard {
    card_of(Some(jpki_image()))
}

fn bytes(text: &str) -> Vec<u8> {
    let digits: String = text.split_whitespace().collect();
    (0..digits.len()).step_by(2).map(|i| u8::from_str_radix(&digits[i..i + 2], 16).unwrap()).collect()
}

/// One command in hexadecimal; the answer the same way, status word last.
fn say(card: &mut SoftCard, command: &str) -> String {
    hex(&card.process(&bytes(command)))
}

const SELECT_JPKI: &str = "00A4040C 0A D392F000260100000001";
const VERIFY_AUTHENTICATION: &str = "00200080 04 31323334";

fn selected() -> SoftCard {
    let mut card = card();
    assert_eq!(say(&mut card, SELECT_JPKI), "9000");
    card
}

/// Runs a conversation: `command -> answer`, one per line. An answer may leave something open: `[256]9000` has so many bytes
/// before the status word, `FF10…9000` begins and ends so. Lines of their own are `to text`, which selects an application, `power off` and `warm reset`.
fn converse(card: &mut SoftCard, script: &str) {
    if let Err(difference) = try_to_converse(card, script) {
        panic!("{difference}");
    }
}

fn try_to_converse(card: &mut SoftCard, script: &str) -> Result<(), String> {
    for line in script.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (command, expected) = match (line, line.strip_prefix("to ")) {
            ("power off", _) => {
                card.power_cycle();
                continue;
            }
            ("warm reset", _) => {
                card.warm_reset();
                continue;
            }
            (_, Some(application)) => (select(application), "9000"),
            _ => line.split_once("->").map(|(command, expected)| (in_hexadecimal(command), expected.trim())).unwrap(),
        };
        let answer = say(card, &command);
        if !is_answer(&answer, expected) {
            return Err(format!("{line} (it says {answer})"));
        }
    }
    Ok(())
}

/// SELECT of an application by its name in the rows.
fn select(application: &str) -> String {
    let kind = match application {
        "domain" => ApplicationKind::IssuerSecurityDomain,
        "jpki" => ApplicationKind::Jpki,
        "text" => ApplicationKind::Text,
        "visual" => ApplicationKind::Visual,
        "resident" => ApplicationKind::Resident,
        "common" => ApplicationKind::Common,
        other => panic!("no application is called {other:?}"),
    };
    format!("00A4040C {:02X} {}", kind.aid().len(), hex(kind.aid()))
}

fn is_answer(answer: &str, expected: &str) -> bool {
    if let Some((length, status)) = expected.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        return answer.len() == 2 * length.parse::<usize>().unwrap() + 4 && answer.ends_with(status);
    }
    match expected.split_once('…') {
        Some((begin, end)) => answer.starts_with(begin) && answer.ends_with(end) && answer.len() > end.len(),
        None => answer == expected,
    }
}

/// A command as rows write it: hexadecimal, `'1234'` for text, `{5A*32}` for a byte repeated, `{INFO}` for a DigestInfo.
fn in_hexadecimal(command: &str) -> String {
    const SHA256_INFO: &str = "3031300D060960864801650304020105000420";
    let word = |word: &str| match word.trim_matches(['{', '}', '\'']) {
        "INFO" => format!("{SHA256_INFO}{}", "5A".repeat(32)),
        text if word.starts_with('\'') => hex(text.as_bytes()),
        repeated if word.starts_with('{') => {
            let (byte, times) = repeated.split_once('*').unwrap();
            byte.repeat(times.parse().unwrap())
        }
        digits => digits.to_owned(),
    };
    command.split_whitespace().map(word).collect()
}

/// What the card does, and a conversation that shows it.
type Row = (&'static str, &'static str);

/// Runs every row on a fresh card with all applications, and tells all that differ.
fn hold(rows: &[Row]) {
    let differing: Vec<String> = rows
        .iter()
        .filter_map(|(name, script)| {
            try_to_converse(&mut whole_card(), script).err().map(|difference| format!("{name}: {difference}"))
        })
        .collect();
    assert!(differing.is_empty(), "{} of {} rows differ:\n{}", differing.len(), rows.len(), differing.join("\n"));
}

#[test]
fn a_row_that_differs_is_told() {
    let told = std::panic::catch_unwind(|| hold(&[("a card that takes any PIN", "00A40000 -> 9000")]));
    let message = told.unwrap_err().downcast::<String>().unwrap();
    assert!(message.contains("a card that takes any PIN: 00A40000 -> 9000 (it says 6A86)"), "{message}");
}
