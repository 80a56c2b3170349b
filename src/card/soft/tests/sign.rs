//! COMPUTE DIGITAL SIGNATURE and INTERNAL AUTHENTICATE (spec/jpki-card.md §2.7, §2.10).

use rsa::traits::PublicKeyParts;
use rsa::{BigUint, Pkcs1v15Sign, Pss};
use sha2::{Digest, Sha256};

use super::*;
use crate::card::soft::key::Draw;

const ROWS: &[Row] = &[
    (
        "§2.10 P2=80: the current EF; 97 and 9A: by short identifier",
        "to jpki
         00200098 04 '1234' -> 9000
         00A4020C 02 0017 -> 9000
         802A0080 33 {INFO} 00 -> [256]9000
         802A0097 33 {INFO} 00 -> [256]9000
         0020009B 06 'ABC123' -> 9000
         802A009A 33 {INFO} 00 -> [256]9000
         802A0080 33 {INFO} 00 -> [256]9000",
    ),
    (
        "§2.10 P2=00: the default key of the text and the visual AP, without a PIN",
        "to text
         802A0000 33 {INFO} 00 -> [256]9000
         to visual
         802A0000 33 {INFO} 00 -> [256]9000",
    ),
    (
        "§2.10 P2=00 leaves the current EF current",
        "to text
         00A4020C 02 0005 -> 9000
         802A0000 33 {INFO} 00 -> [256]9000
         00B00000 04 -> 545830359000",
    ),
    (
        "§2.10 P2=00 where there is no default key: 6A86",
        "802A0000 33 {INFO} 00 -> 6A86
         to jpki
         00200098 04 '1234' -> 9000
         802A0000 33 {INFO} 00 -> 6A86
         to common
         802A0000 33 {INFO} 00 -> 6A86",
    ),
    (
        "§2.10 P1 00 to 05 with the default key",
        "to text
         802A0000 01 42 00 -> [256]9000
         802A0100 01 42 00 -> [256]9000
         802A0200 20 {5A*32} 00 -> [256]9000
         802A0300 01 42 00 -> [256]9000
         802A0400 20 {5A*32} 00 -> [256]9000
         802A0500 01 42 00 -> [256]9000",
    ),
    (
        "§2.10 other P1: 6A86",
        "to jpki
         00200098 04 '1234' -> 9000
         802A0697 33 {INFO} 00 -> 6A86
         802AFF97 33 {INFO} 00 -> 6A86
         to text
         802A0600 33 {INFO} 00 -> 6A86",
    ),
    (
        "§2.10 P1 00: 1 to 245 bytes; 02 and 04: 32",
        "to text
         802A0000 F5 {11*245} 00 -> [256]9000
         802A0000 F6 {11*246} 00 -> 6985
         802A0200 1F {5A*31} 00 -> 6985
         802A0400 21 {5A*33} 00 -> 6985",
    ),
    (
        "§2.10 without PIN 6982, and each key by its own",
        "to jpki
         802A0097 33 {INFO} 00 -> 6982
         0020009B 06 'ABC123' -> 9000
         802A0097 33 {INFO} 00 -> 6982
         00200098 04 '1234' -> 9000
         802A0097 33 {INFO} 00 -> [256]9000",
    ),
    (
        "§2.10 no Le, or one too short for the signature: 6700",
        "to jpki
         00200098 04 '1234' -> 9000
         802A0097 33 {INFO} -> 6700
         802A0097 33 {INFO} FF -> 6700
         to text
         802A0000 33 {INFO} 10 -> 6700",
    ),
    (
        "§2.10 what is no key: 6981; nothing current 6986; unknown 6A82",
        "to jpki
         802A0080 33 {INFO} 00 -> 6986
         802A0098 33 {INFO} 00 -> 6981
         802A008A 33 {INFO} 00 -> 6981
         802A0096 33 {INFO} 00 -> 6981
         802A0091 33 {INFO} 00 -> 6A82",
    ),
    (
        "§2.7 0019 of the 共通AP answers INTERNAL AUTHENTICATE without credential",
        "to common
         00880099 01 42 00 -> [256]9000
         00880099 FF {42*255} 00 -> [256]9000
         00A4020C 02 0019 -> 9000
         00880080 10 {42*16} 00 -> [256]9000",
    ),
    (
        "§2.7 a challenge of 1 to 255 bytes",
        "to common
         00880099 00 -> 6985
         00880099 000100 {42*256} 0000 -> 6700
         00880099 01 42 -> 6700
         00880199 01 42 00 -> 6A86",
    ),
    (
        "§2.7 0019 does not compute digital signatures",
        "to common
         802A0099 33 {INFO} 00 -> 6985",
    ),
];

#[test]
fn signing_holds_by_its_rows() {
    hold(ROWS);
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

/// A key of another algorithm: 96 bytes, and a hash of 48.
struct Longer;

impl SigningKey for Longer {
    fn signature_length(&self) -> usize {
        96
    }

    fn accepts(&self, scheme: Scheme, length: usize) -> bool {
        scheme == Scheme::Hash && length == 48
    }

    fn sign(&self, _: Scheme, data: &[u8], draw: Draw<'_>) -> Option<Vec<u8>> {
        use rand_core::RngCore;
        let mut signature = data.repeat(2);
        signature[0] = draw().next_u32() as u8;
        Some(signature)
    }
}

#[test]
fn lengths_are_those_of_the_key_and_not_of_rsa() {
    let right = Right::AnyOf(&[PinName::Authentication]);
    let key = KeyImage { key: Some(LazyKey::new(|| Arc::new(Longer))), right, command: KeyCommand::ComputeSignature };
    let mut image = whole::whole_image();
    let jpki = image.applications.iter_mut().find(|application| application.kind == ApplicationKind::Jpki).unwrap();
    jpki.files.insert(0x17, FileImage::Key(key));
    let mut card = SoftCard::new(Arc::new(image), Seed(1));
    converse(
        &mut card,
        &format!(
            "{SELECT_JPKI} -> 9000
             802A0297 30 {{5A*48}} 60 -> 6982
             00200098 04 '1234' -> 9000
             802A0297 30 {{5A*48}} 60 -> [96]9000
             802A0297 30 {{5A*48}} 5F -> 6700
             802A0297 20 {{5A*32}} 00 -> 6985"
        ),
    );
}

#[test]
fn a_proof_of_the_card_is_a_signature_over_the_challenge() {
    let mut card = whole_card();
    say(&mut card, "00A4040C 0A D3921000310001010100");
    let answer = card.process(&bytes("00880099 09 6368616C6C656E6765 00"));
    let digest = Sha256::digest(b"challenge");
    key().to_public_key().verify(Pkcs1v15Sign::new::<Sha256>(), &digest, &answer[..256]).unwrap();
}
