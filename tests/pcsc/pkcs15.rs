//! K7: pkcs15-tool and pkcs15-crypt.

use madoguchi::card::jpki::CertificateFile;

use crate::desk::{Desk, PASSWORD, PIN, assert_shows, at_a_desk, card_of, refused, tool};

/// The certificates by their number in OpenSC's list; the second is closed until the password is verified.
const CERTIFICATES: [(&str, CertificateFile); 4] = [
    ("1", CertificateFile::Authentication),
    ("2", CertificateFile::Signature),
    ("3", CertificateFile::AuthenticationCa),
    ("4", CertificateFile::SignatureCa),
];

fn der(pem: &str) -> Vec<u8> {
    x509_parser::pem::parse_x509_pem(pem.as_bytes()).unwrap().1.contents
}

fn verify<'a>(pin: &'a str, value: &'a str) -> [&'a str; 5] {
    ["--verify-pin", "--auth-id", pin, "--pin", value]
}

/// Runs `pkcs15-tool --verify-pin` and returns its complaint.
fn wrong(pin: &str, value: &str) -> String {
    refused("pkcs15-tool", &verify(pin, value))
}

fn right(pin: &str, value: &str) {
    tool("pkcs15-tool", &verify(pin, value));
}

/// Tries left of both PINs, as `pkcs15-tool --list-pins` tells them.
fn tries() -> Vec<u32> {
    let told = tool("pkcs15-tool", &["--list-pins"]);
    told.lines().filter_map(|line| line.trim().strip_prefix("Tries left     : ")?.parse().ok()).collect()
}

#[test]
fn pkcs15_tool_lists_pins_keys_and_certificates_of_the_card() {
    at_a_desk(|_| {
        let dump = tool("pkcs15-tool", &["--dump"]);
        for part in ["PKCS#15 Card [JPKI]", "User Authentication PIN", "Digital Signature PIN"] {
            assert_shows(&dump, &[part]);
        }
        assert_shows(&dump, &["Tries left     : 3", "Tries left     : 5", "ModLength      : 2048"]);
        let listed = |what: &str| tool("pkcs15-tool", &[what]);
        assert_shows(&listed("--list-pins"), &["min_len:4, max_len:4", "min_len:6, max_len:16"]);
        assert_shows(&listed("--list-keys"), &["User Authentication Key", "Digital Signature Key", "nonRepudiation"]);
        assert_shows(&listed("--list-public-keys"), &["User Authentication Public Key"]);
        let certificates = listed("--list-certificates");
        for path in ["000a", "0001", "000b", "0002"] {
            assert_shows(&certificates, &[&format!("Path           : {path}")]);
        }
    });
}

#[test]
fn pkcs15_tool_reads_every_certificate_and_the_closed_one_after_the_password_only() {
    at_a_desk(|desk| {
        refused("pkcs15-tool", &["--read-certificate", "2"]);
        for (number, file) in CERTIFICATES.into_iter().filter(|(number, _)| *number != "2") {
            assert_eq!(der(&tool("pkcs15-tool", &["--read-certificate", number])), desk.certificate(file), "{number}");
        }
        let opened = [&verify("02", PASSWORD)[..], &["--read-certificate", "2"]];
        assert_eq!(der(&tool("pkcs15-tool", &opened.concat())), desk.certificate(CertificateFile::Signature));
        assert_eq!(tries(), [3, 5]);
    });
}

#[test]
fn a_pin_that_pkcs15_tool_gets_wrong_costs_a_try_and_a_right_one_gives_them_back() {
    at_a_desk(|_| {
        assert_shows(&wrong("01", "9999"), &["PIN code or key incorrect"]);
        assert_shows(&wrong("02", "WRONG1"), &["PIN code or key incorrect"]);
        assert_eq!(tries(), [2, 4]);
        assert_shows(&wrong("01", "99999"), &["Invalid PIN length"]);
        assert_eq!(tries(), [2, 4], "what OpenSC does not send costs nothing");
        right("01", PIN);
        right("02", PASSWORD);
        assert_eq!(tries(), [3, 5]);
    });
}

#[test]
fn a_pin_that_is_blocked_stays_so_for_pkcs15_tool_and_blocks_nothing_else() {
    at_a_desk(|_| {
        for left in [2, 1, 0] {
            assert_shows(&wrong("01", "9999"), &["PIN code or key incorrect"]);
            assert_eq!(tries(), [left, 5]);
        }
        assert_shows(&wrong("01", PIN), &["Reference data not usable"]);
        assert_eq!(tries(), [0, 5]);
        right("02", PASSWORD);
        tool("pkcs15-tool", &["--dump"]);
    });
}

#[test]
fn what_opensc_cannot_do_with_the_card_changes_nothing_on_it() {
    at_a_desk(|desk| {
        let before = desk.slot.with_card(|card| card.state().clone());
        let change = ["--change-pin", "--auth-id", "01", "--pin", PIN, "--new-pin", "5678"];
        let unblock = ["--unblock-pin", "--auth-id", "01", "--puk", PIN, "--new-pin", "5678"];
        for args in [change, unblock] {
            assert_shows(&refused("pkcs15-tool", &args), &["Not supported"]);
        }
        refused("pkcs15-init", &["--erase-card"]);
        assert_eq!(desk.slot.with_card(|card| card.state().clone()), before);
        right("01", PIN);
    });
}

/// One signature of pkcs15-crypt: the key, what it is told of the hash, openssl's name of that hash.
const SIGNATURES: [(&str, &str, &str, CertificateFile, &str); 6] = [
    ("01", PIN, "--sha-1", CertificateFile::Authentication, "-sha1"),
    ("01", PIN, "--sha-256", CertificateFile::Authentication, "-sha256"),
    ("01", PIN, "--sha-512", CertificateFile::Authentication, "-sha512"),
    ("02", PASSWORD, "--sha-1", CertificateFile::Signature, "-sha1"),
    ("02", PASSWORD, "--sha-256", CertificateFile::Signature, "-sha256"),
    ("02", PASSWORD, "--sha-384", CertificateFile::Signature, "-sha384"),
];

#[test]
fn openssl_verifies_what_pkcs15_crypt_signs_with_either_key_and_any_hash() {
    at_a_desk(|desk| {
        let message = desk.file_of("message", b"message");
        let (hash, signature) = (desk.file("hash"), desk.file("signature"));
        for (key, pin, told, certificate, digest) in SIGNATURES {
            tool("openssl", &["dgst", digest, "-binary", "-out", &hash, &message]);
            crypt(key, pin, &["--pkcs1", told], &hash, &signature);
            let verified =
                ["dgst", digest, "-verify", &desk.public_key(certificate), "-signature", &signature, &message];
            assert_shows(&tool("openssl", &verified), &["Verified OK"]);
        }
    });
}

#[test]
fn pkcs15_crypt_signs_raw_bytes_without_any_digest_info() {
    at_a_desk(|desk| {
        let raw = b"neither a hash nor a DigestInfo".as_slice();
        let (input, signature) = (desk.file_of("raw", raw), desk.file("signature"));
        crypt("01", PIN, &["--pkcs1"], &input, &signature);
        assert_eq!(recovered(desk, &signature), raw);
    });
}

fn crypt(key: &str, pin: &str, how: &[&str], input: &str, output: &str) {
    let common =
        ["--sign", "--key", key, "--pin", pin, "--signature-format", "rs", "--input", input, "--output", output];
    tool("pkcs15-crypt", &[common.as_slice(), how].concat());
}

/// What openssl finds inside a signature of the authentication key.
fn recovered(desk: &Desk, signature: &str) -> Vec<u8> {
    let (key, inside) = (desk.public_key(CertificateFile::Authentication), desk.file("inside"));
    tool("openssl", &["pkeyutl", "-verifyrecover", "-pubin", "-inkey", &key, "-in", signature, "-out", &inside]);
    std::fs::read(inside).unwrap()
}

#[test]
fn a_card_for_faces_only_and_a_phone_are_to_opensc_what_they_are() {
    at_a_desk(|desk| {
        // 顔認証マイナンバーカード: both PINs locked, the certificate readable.
        desk.put(card_of("kao"));
        assert_eq!(tries(), [0, 0]);
        tool("pkcs15-tool", &["--read-certificate", "1"]);
        assert_shows(&wrong("01", PIN), &["Reference data not usable"]);
        // An Android phone gives its certificate after the PIN only.
        desk.put(card_of("android"));
        refused("pkcs15-tool", &["--read-certificate", "1"]);
        let opened = [&verify("01", PIN)[..], &["--read-certificate", "1"]];
        assert_shows(&tool("pkcs15-tool", &opened.concat()), &["BEGIN CERTIFICATE"]);
    });
}
