//! The card's rules, command by command. Helpers that make a card are shared with the client's tests.

use rsa::traits::PublicKeyParts;
use rsa::{BigUint, Pkcs1v15Sign, Pss, RsaPrivateKey};
use sha2::{Digest, Sha256};

use super::*;
use crate::card::apdu::hex;
use crate::card::layout::{ApplicationKind, TokenKind};
use crate::secret::Pin;
use std::sync::OnceLock;

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
    let image =
        CardImage { name: "test".to_owned(), atr: image::ATR_CONTACT.to_vec(), applications, objects: Vec::new() };
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

/// Runs a conversation: `command -> answer`, one per line; an answer ending in `…9000` compares its end only.
fn converse(card: &mut SoftCard, script: &str) {
    for line in script.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (command, expected) = line.split_once("->").unwrap();
        let answer = say(card, command);
        match expected.trim().strip_prefix('…') {
            Some(end) => assert!(answer.ends_with(end) && answer.len() > end.len(), "{line}: {answer}"),
            None => assert_eq!(answer, expected.trim(), "{line}"),
        }
    }
}

#[test]
fn the_probes_of_opensc_are_refused_until_jpki_is_selected() {
    let mut card = card();
    converse(
        &mut card,
        "00A4040007627601FF000000 -> 6A82
         00A4040006A00000000101 -> 6A82
         00A404000BE82B0601040181C31F020100 -> 6A82
         00A4040C0FD23300000045737445494420763335 -> 6A82
         00CADF3005 -> 6A88
         00CB3FFF035C017E08 -> 6D00
         00A4040009A0000003080000100000 -> 6A82
         00A4040C07A000000116DB0000 -> 6A82
         00A4040C07A000000079010F00 -> 6A82
         00A404000CF276A288BCFBA69D34F31001 -> 6A82
         00A4040006D2760001240100 -> 6A82
         00A4040C0AD392F000260100000001 -> 9000",
    );
}

#[test]
fn selecting_follows_the_card() {
    let mut card = card();
    converse(
        &mut card,
        "00A40000 -> 6A86
         00A4020C 02 000A -> 6A82
         00A4040C 07 A0000001510000 -> 9000
         00A40000 -> 9000
         00A4040C 06 D392F0002601 -> 9000
         00A40400 0A D392F000260100000001 -> 9000
         00A40400 0A D392F000260100000001 00 -> 6F10840AD392F000260100000001820238009000",
    );
    converse(
        &mut card,
        "00A4000C 02 3F00 -> 6A82
         00A4020C 02 0001 -> 9000
         00A4020C 02 0002 -> 9000
         00A4020C 02 0006 -> 9000
         00A4020C 02 0008 -> 9000
         00A4020C 02 000A -> 9000
         00A4020C 02 000B -> 9000
         00A4020C 02 0016 -> 9000
         00A4020C 02 0017 -> 9000
         00A4020C 02 0018 -> 9000
         00A4020C 02 001A -> 9000
         00A4020C 02 001B -> 9000
         00A4020C 02 0011 -> 6A82
         00A4020C 01 00 -> 6700
         00A4030C 02 0001 -> 6A86",
    );
}

#[test]
fn reading_follows_the_card() {
    let mut card = selected();
    converse(
        &mut card,
        "00B00000 04 -> 6986
         00B0 8A00 04 -> 308206329000
         00B0 0004 04 -> 3082062E9000
         00A4020C 02 0008 -> 9000
         00B00000 00 -> 8F8F009000
         00B00003 00 -> 6B00
         00B07FFF 00 -> 6B00
         00B00000 -> 6700
         00B00000 000400 -> 6700
         00B0 E000 00 -> 6A86
         00B0 9100 00 -> 6A82
         00A4020C 02 0018 -> 9000
         00B00000 00 -> 6981
         00A4020C 02 0017 -> 9000
         00B00000 00 -> 6981
         00A4020C 02 0001 -> 9000
         00B00000 04 -> 6982
         0020009B 06 414243313233 -> 9000
         00B08100 04 -> 308206DA9000",
    );
}

#[test]
fn filler_of_ff_follows_the_certificate() {
    let mut card = selected();
    assert_eq!(say(&mut card, "00B08A00 00").len(), 2 * 258);
    assert_eq!(say(&mut card, "00B00636 04"), "FFFFFFFF9000");
    assert_eq!(say(&mut card, "00B00800 00"), "6B00");
}

#[test]
fn the_question_for_tries_is_always_answered_with_a_counter() {
    let mut card = selected();
    converse(
        &mut card,
        "00A4020C 02 0018 -> 9000
         00200080 -> 63C3
         00200080 04 39393939 -> 63C2
         00200080 -> 63C2
         00200080 04 31323334 -> 9000
         00200080 -> 63C3
         00200080 04 39393939 -> 63C2
         00200080 04 39393939 -> 63C1
         00200080 04 39393939 -> 63C0
         00200080 -> 63C0
         00200080 04 31323334 -> 6984
         00200080 00 -> 63C0
         0020009B -> 63C5
         00200098 -> 63C0
         00200080 05 3132333435 -> 6984
         00210080 -> 6D00
         00200180 -> 6A86
         00200000 -> 6A86
         0020008A -> 6981
         00200093 -> 6A82",
    );
}

#[test]
fn a_pin_of_impossible_length_spends_no_try() {
    let mut card = selected();
    converse(
        &mut card,
        "00200098 05 3132333435 -> 6700\n 00200098 -> 63C3\n 0020009B 05 3132333435 -> 6700\n 0020009B -> 63C5",
    );
}

#[test]
fn a_miss_takes_the_right_away_again() {
    let mut card = selected();
    let sign = format!("802A0097 33 {} 00", "00".repeat(51));
    converse(
        &mut card,
        &format!("00200098 04 31323334 -> 9000\n {sign} -> …9000\n 00200098 04 39393939 -> 63C2\n {sign} -> 6982"),
    );
}

#[test]
fn a_pin_is_changed_after_it_was_verified_and_only_to_what_it_may_be() {
    let mut card = selected();
    converse(
        &mut card,
        "00A4020C 02 0018 -> 9000
         00240180 04 35363738 -> 6982
         00200080 04 31323334 -> 9000
         00240180 04 41424344 -> 6A80
         00240180 05 3536373839 -> 6700
         00240080 04 35363738 -> 6A86
         00240180 04 35363738 -> 9000
         00200080 04 31323334 -> 63C2
         00200080 04 35363738 -> 9000
         0020009B 06 414243313233 -> 9000
         0024019B 06 616263313233 -> 6A80
         0024019B 08 4142433132333435 -> 9000
         0020009B 08 4142433132333435 -> 9000",
    );
    assert_eq!(card.state().changed(PinName::Authentication).unwrap().reveal(), "5678");
}

#[test]
fn what_use_changed_survives_in_the_state_and_goes_through_json() {
    let mut card = selected();
    converse(&mut card, "00200098 04 31323334 -> 9000\n 00240198 04 35363738 -> 9000\n 00200098 04 39393939 -> 63C2");
    let json = serde_json::to_string(card.state()).unwrap();
    let mut later = super::tests::card().with_state(serde_json::from_str(&json).unwrap());
    converse(&mut later, &format!("{SELECT_JPKI} -> 9000\n 00200098 -> 63C2\n 00200098 04 35363738 -> 9000"));
    assert!(!format!("{:?}", card.state()).contains("5678"));
}

#[test]
fn rights_last_while_the_application_stays_and_go_with_the_power() {
    let sign = format!("802A0097 33 {} 00", "00".repeat(51));
    let rights = |act: fn(&mut SoftCard), quirks: Quirks| {
        let mut card = card().with_quirks(quirks);
        converse(&mut card, &format!("{SELECT_JPKI} -> 9000\n 00200098 04 31323334 -> 9000\n {sign} -> …9000"));
        act(&mut card);
        say(&mut card, SELECT_JPKI);
        let answer = say(&mut card, &sign);
        answer[answer.len() - 4..].to_owned()
    };
    assert_eq!(rights(|_| {}, Quirks::default()), "9000", "the same application again");
    assert_eq!(rights(SoftCard::warm_reset, Quirks::default()), "9000", "warm reset keeps them");
    assert_eq!(rights(SoftCard::power_cycle, Quirks::default()), "6982", "power off clears them");
    let clears = Quirks { warm_reset_clears: true, ..Quirks::default() };
    assert_eq!(rights(SoftCard::warm_reset, clears), "6982", "the quirk clears them at warm reset");
    let other = |card: &mut SoftCard| assert_eq!(say(card, "00A4040C 07 A0000001510000"), "9000");
    assert_eq!(rights(other, Quirks::default()), "6982", "another application clears them");
    let unknown = |card: &mut SoftCard| assert_eq!(say(card, "00A4040C 06 D27600012401"), "6A82");
    assert_eq!(rights(unknown, Quirks::default()), "9000", "one that is not there does not");
}

/// The signature's content after the public operation: what was padded.
fn recovered(signature: &[u8]) -> Vec<u8> {
    let block = BigUint::from_bytes_be(signature).modpow(key().e(), key().n()).to_bytes_be();
    assert_eq!(block[0], 0x01, "PKCS#1 type 1");
    let end = block.iter().position(|b| *b == 0).unwrap();
    assert!(block[1..end].iter().all(|b| *b == 0xFF));
    block[end + 1..].to_vec()
}

fn sign(card: &mut SoftCard, p1: u8, p2: u8, data: &[u8]) -> Vec<u8> {
    let command = CommandApdu::new(0x80, 0x2A, p1, p2).with_data(data).expecting(256);
    card.process(&command.to_bytes())
}

#[test]
fn p1_00_signs_whatever_it_is_given() {
    let mut card = selected();
    say(&mut card, VERIFY_AUTHENTICATION);
    converse(&mut card, "00A4020C 02 0018 -> 9000\n 00200080 04 31323334 -> 9000\n 00A4020C 02 0017 -> 9000");
    // The DigestInfo of a client that leaves the NULL out, a lone byte, and the longest there is.
    let odd = [bytes("302F300B0609608648016503040201 0420"), vec![7; 32]].concat();
    for data in [odd, vec![0x42], vec![0x11; 245]] {
        let answer = sign(&mut card, 0, 0x80, &data);
        let (signature, status) = answer.split_at(answer.len() - 2);
        assert_eq!((signature.len(), status), (256, [0x90, 0x00].as_slice()));
        assert_eq!(recovered(signature), data);
    }
    assert_eq!(hex(&sign(&mut card, 0, 0x80, &[0x11; 246])), "6985");
}

#[test]
fn each_scheme_signs_what_it_says() {
    let mut card = selected();
    converse(&mut card, "00200098 04 31323334 -> 9000");
    let message = b"challenge".as_slice();
    let digest = Sha256::digest(message).to_vec();
    let public = key().to_public_key();
    let mut signature = |p1, data: &[u8]| {
        let answer = sign(&mut card, p1, 0x97, data);
        assert_eq!(answer[answer.len() - 2..], [0x90, 0x00], "P1 {p1}");
        answer[..answer.len() - 2].to_vec()
    };
    assert_eq!(recovered(&signature(1, message)), digest);
    public.verify(Pkcs1v15Sign::new::<Sha256>(), &digest, &signature(2, &digest)).unwrap();
    public.verify(Pkcs1v15Sign::new::<Sha256>(), &digest, &signature(3, message)).unwrap();
    public.verify(Pss::new::<Sha256>(), &digest, &signature(4, &digest)).unwrap();
    public.verify(Pss::new::<Sha256>(), &digest, &signature(5, message)).unwrap();
    assert_ne!(signature(4, &digest), signature(4, &digest), "each PSS salt is drawn anew");
    assert_eq!(hex(&sign(&mut card, 6, 0x97, &digest)), "6A86");
    assert_eq!(hex(&sign(&mut card, 2, 0x97, &digest[1..])), "6985");
    assert_eq!(hex(&sign(&mut card, 0, 0x9A, &digest)), "6982", "the other key has its own password");
    assert_eq!(hex(&sign(&mut card, 0, 0x98, &digest)), "6981");
    assert_eq!(hex(&sign(&mut card, 0, 0x00, &digest)), "6A86");
}

#[test]
fn a_challenge_is_as_long_as_asked_and_never_the_same() {
    let mut card = selected();
    let first = say(&mut card, "00840000 08");
    assert_eq!(first.len(), 2 * 10);
    assert_ne!(first, say(&mut card, "00840000 08"));
    assert_eq!(say(&mut card, "00840000 00").len(), 2 * 258);
    converse(&mut card, "00840000 000100 -> 6985\n 00840001 08 -> 6A86\n 00840000 -> 6700");
    let mut again = selected();
    assert_eq!(first, say(&mut again, "00840000 08"), "the seed repeats it");
}

#[test]
fn what_the_card_does_not_know_it_refuses_by_class_channel_and_instruction() {
    let mut card = selected();
    converse(
        &mut card,
        "00100000 -> 6D00
         80100000 -> 6D00
         802A008A 01 00 00 -> 6981
         90A40000 -> 6E00
         FFCA0000 00 -> 6E00
         01A4040C 0A D392F000260100000001 -> 6881
         83100000 -> 6881
         45A40000 -> 6881
         08B00000 00 -> 69FC
         80AE0000 -> 6982
         80FC0000 -> 6700
         00A402 -> 6700
         00A4020C0200 -> 6700",
    );
}

#[test]
fn the_token_says_what_kind_of_card_it_is() {
    for kind in [TokenKind::MyNumberCard, TokenKind::Android, TokenKind::Iphone] {
        let mut card = card_of(Some(JpkiImage { kind, ..jpki_image() }));
        say(&mut card, SELECT_JPKI);
        let info = card.process(&bytes("00B08600 00"));
        assert_eq!(info.len(), 160 + 2);
        assert_eq!(TokenKind::from_label(&info[..32]), kind);
        assert_eq!(hex(&info[96..116]), "0000040D00000001000000000000000100000000");
        assert_eq!(info[140..160], *b"03019999999999999999");
    }
}

#[test]
fn a_face_only_card_has_its_pin_locked_and_no_signature_certificate() {
    let mut card = card_of(Some(JpkiImage { signature: None, authentication_pin_locked: true, ..jpki_image() }));
    converse(
        &mut card,
        &format!(
            "{SELECT_JPKI} -> 9000
             00200098 -> 63C0
             00200098 04 31323334 -> 6984
             0020009B -> 63C0
             00B08800 00 -> 008F009000
             00B08A00 04 -> 308206329000
             00B08100 04 -> 6982"
        ),
    );
}

#[test]
fn an_android_token_gives_its_certificate_after_the_pin_only() {
    let mut card = card_of(Some(JpkiImage { certificate_needs_pin: true, ..jpki_image() }));
    converse(
        &mut card,
        &format!(
            "{SELECT_JPKI} -> 9000\n 00B08A00 04 -> 6982\n 00200098 04 31323334 -> 9000\n 00B08A00 04 -> 308206329000"
        ),
    );
}

#[test]
fn a_foreign_card_has_no_application_at_all() {
    let mut card = card_of(None);
    converse(&mut card, &format!("{SELECT_JPKI} -> 6A82\n 00A4040C 07 A0000001510000 -> 6A82\n 00B00000 00 -> 6986"));
}

#[test]
fn the_first_command_after_power_up_fails_once_when_the_quirk_says_so() {
    let mut card = card().with_quirks(Quirks { first_command_fails: true, ..Quirks::default() });
    converse(&mut card, &format!("{SELECT_JPKI} -> 6F00\n {SELECT_JPKI} -> 9000"));
    card.power_cycle();
    converse(&mut card, &format!("{SELECT_JPKI} -> 6F00"));
}

mod any_bytes {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_bytes_get_an_answer_with_a_status_word(commands in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..80), 1..8)) {
            let mut card = selected();
            for command in commands {
                prop_assert!(card.process(&command).len() >= 2);
            }
        }
    }
}
