//! K7: pkcs11-tool with OpenSC's module. Each PIN of the card is a token of its own there: slot 0 authentication, slot 1 signature.

use madoguchi::card::jpki::CertificateFile;

use crate::desk::{Desk, PASSWORD, PIN, assert_shows, at_a_desk, refused, tool};

const AUTHENTICATION: [&str; 5] = ["--slot-index", "0", "--login", "--pin", PIN];
const SIGNATURE: [&str; 5] = ["--slot-index", "1", "--login", "--pin", PASSWORD];

fn logged_in(login: [&str; 5], args: &[&str]) -> String {
    tool("pkcs11-tool", &[login.as_slice(), args].concat())
}

fn read(args: &[&str], desk: &Desk) -> Vec<u8> {
    let output = desk.file("object");
    tool("pkcs11-tool", &[args, &["--output-file", &output]].concat());
    std::fs::read(output).unwrap()
}

#[test]
fn pkcs11_tool_shows_two_tokens_with_their_objects() {
    at_a_desk(|_| {
        let slots = tool("pkcs11-tool", &["--list-slots"]);
        assert_shows(&slots, &["JPKI (User Authentication PIN)", "JPKI (Digital Signature PIN)", "pin min/max"]);
        let public = tool("pkcs11-tool", &["--list-objects"]);
        assert_shows(&public, &["User Authentication Certificate CA", "Digital Signature Certificate CA", "CN="]);
        assert!(!public.contains("Private Key Object"), "{public}");
        let authentication = logged_in(AUTHENTICATION, &["--list-objects"]);
        assert_shows(&authentication, &["Private Key Object", "User Authentication Key"]);
        let signature = logged_in(SIGNATURE, &["--list-objects"]);
        assert_shows(&signature, &["Digital Signature Key", "always authenticate", "non-repudiation"]);
    });
}

#[test]
fn pkcs11_tool_reads_certificates_and_public_keys_as_they_are() {
    at_a_desk(|desk| {
        let files = [
            ("01", CertificateFile::Authentication),
            ("03", CertificateFile::AuthenticationCa),
            ("04", CertificateFile::SignatureCa),
        ];
        for (id, file) in files {
            assert_eq!(read(&["--read-object", "--type", "cert", "--id", id], desk), desk.certificate(file), "{id}");
        }
        let closed = ["--read-object", "--type", "cert", "--id", "02"];
        assert_shows(&refused("pkcs11-tool", &closed), &["object not found"]);
        let opened = read(&[SIGNATURE.as_slice(), &closed].concat(), desk);
        assert_eq!(opened, desk.certificate(CertificateFile::Signature));

        let key = read(&["--read-object", "--type", "pubkey", "--id", "01"], desk);
        let certificate = desk.certificate(CertificateFile::Authentication);
        let (_, certificate) = x509_parser::parse_x509_certificate(&certificate).unwrap();
        assert_eq!(key, certificate.public_key().raw);
    });
}

#[test]
fn openssl_verifies_what_each_mechanism_that_is_offered_signs() {
    at_a_desk(|desk| {
        let offered = tool("pkcs11-tool", &["--list-mechanisms"]);
        let hashes: Vec<&str> = offered
            .lines()
            .filter(|line| line.contains("sign"))
            .filter_map(|line| line.split(',').next()?.trim().strip_suffix("-RSA-PKCS"))
            .collect();
        assert!(hashes.contains(&"SHA256") && offered.contains("\n  RSA-PKCS,"), "{offered}");
        let (message, signature) = (desk.file_of("message", b"message"), desk.file("signature"));
        for hash in hashes {
            for (login, id, file) in
                [(AUTHENTICATION, "01", CertificateFile::Authentication), (SIGNATURE, "02", CertificateFile::Signature)]
            {
                let mechanism = format!("{hash}-RSA-PKCS");
                sign(login, id, &mechanism, &message, &signature);
                let (digest, key) = (format!("-{}", hash.to_lowercase()), desk.public_key(file));
                let verified = tool("openssl", &["dgst", &digest, "-verify", &key, "-signature", &signature, &message]);
                assert_shows(&verified, &["Verified OK"]);
            }
        }
    });
}

fn sign(login: [&str; 5], id: &str, mechanism: &str, input: &str, output: &str) {
    let how = ["--sign", "--mechanism", mechanism, "--id", id];
    logged_in(login, &[how.as_slice(), &["--input-file", input, "--output-file", output]].concat());
}

#[test]
fn the_mechanism_rsa_pkcs_signs_what_it_is_given() {
    at_a_desk(|desk| {
        let raw = b"twenty-six bytes of a kind".as_slice();
        let (input, signature, inside) = (desk.file_of("raw", raw), desk.file("signature"), desk.file("inside"));
        sign(AUTHENTICATION, "01", "RSA-PKCS", &input, &signature);
        let key = desk.public_key(CertificateFile::Authentication);
        tool("openssl", &["pkeyutl", "-verifyrecover", "-pubin", "-inkey", &key, "-in", &signature, "-out", &inside]);
        assert_eq!(std::fs::read(inside).unwrap(), raw);
    });
}

#[test]
fn the_self_test_of_pkcs11_tool_passes_with_both_tokens() {
    at_a_desk(|_| {
        for login in [AUTHENTICATION, SIGNATURE] {
            let told = logged_in(login, &["--test"]);
            assert_shows(&told, &["SHA256-RSA-PKCS: OK", "No errors"]);
        }
    });
}

#[test]
fn a_token_tells_how_its_pin_stands_and_the_other_token_stays_open() {
    at_a_desk(|_| {
        let flags = || {
            let slots = tool("pkcs11-tool", &["--list-slots"]);
            let flags = slots.lines().filter_map(|line| line.trim().strip_prefix("token flags        : "));
            flags.map(str::to_owned).collect::<Vec<_>>()
        };
        let wrong = ["--slot-index", "0", "--login", "--pin", "9999", "--list-objects"];
        for state in ["user PIN count low", "final user PIN try", "user PIN locked"] {
            assert_shows(&refused("pkcs11-tool", &wrong), &["CKR_PIN_INCORRECT"]);
            let flags = flags();
            assert_shows(&flags[0], &[state]);
            assert!(!flags[1].contains(state), "{flags:?}");
        }
        refused("pkcs11-tool", &[AUTHENTICATION.as_slice(), &["--list-objects"]].concat());
        assert_shows(&logged_in(SIGNATURE, &["--list-objects"]), &["Digital Signature Key"]);
    });
}
