//! How many commands a task takes: ours, and OpenSC's for the same card, counted on the line.

use madoguchi::card::jpki::{CertificateFile, Jpki, JpkiError, LastTry};
use madoguchi::card::reader::CardChannel;
use madoguchi::card::soft::PinName;
use madoguchi::secret::Pin;

use crate::desk::{PIN, at_an_overheard_desk, tool, with_jpki};
use crate::line::{Exchange, Line};

/// SELECT of the 公的個人認証AP: what OpenSC sends before it is spent on other kinds of card.
const SELECT_JPKI: [u8; 15] = [0, 0xA4, 4, 0x0C, 10, 0xD3, 0x92, 0xF0, 0, 0x26, 1, 0, 0, 0, 1];

/// All commands, and those from the moment when the card was recognised.
fn counts(heard: &[Exchange]) -> (usize, usize) {
    let recognised = heard.iter().position(|(command, _)| *command == SELECT_JPKI).unwrap();
    (heard.len(), heard.len() - recognised)
}

/// How many commands our client takes for `act`, the SELECT of the application included.
fn ours(line: &Line, card: &mut dyn CardChannel, act: impl FnOnce(&mut Jpki<'_>) -> Result<(), JpkiError>) -> usize {
    line.heard();
    with_jpki(card, act).unwrap();
    line.heard().len()
}

/// How many a program of OpenSC takes after it has recognised the card.
fn theirs(line: &Line, program: &str, args: &[&str]) -> usize {
    line.heard();
    tool(program, args);
    let (all, recognised) = counts(&line.heard());
    println!("{program}: {all} commands, {recognised} of them after the card was recognised");
    recognised
}

#[test]
fn our_client_takes_fewer_commands_than_opensc_for_certificate_and_signature() {
    at_an_overheard_desk(|desk, line| {
        let mut card = desk.connect();
        let serial = ours(line, &mut *card, |jpki| jpki.serial().map(drop));
        let certificate = ours(line, &mut *card, |jpki| jpki.certificate(CertificateFile::Authentication).map(drop));
        let signature = ours(line, &mut *card, |jpki| {
            jpki.verify(PinName::Authentication, &Pin::new(PIN), LastTry::Keep)?;
            jpki.sign(PinName::Authentication, b"message").map(drop)
        });
        drop(card);
        println!(
            "ours: {serial} for the serial number, {certificate} for the certificate, {signature} for a signature"
        );

        let (hash, output) = (desk.file_of("hash", &[0x5A; 32]), desk.file("signature"));
        let reading = theirs(line, "pkcs15-tool", &["--read-certificate", "1"]);
        let crypt = ["--sign", "--key", "01", "--sha-256", "--pkcs1", "--pin", PIN];
        let signing = theirs(line, "pkcs15-crypt", &[&crypt[..], &["--input", &hash, "--output", &output]].concat());
        let login = ["--login", "--pin", PIN, "--sign", "--mechanism", "SHA256-RSA-PKCS", "--id", "01"];
        let files = ["--input-file", &hash, "--output-file", &output];
        let token = theirs(line, "pkcs11-tool", &[&login[..], &files].concat());

        let length = desk.certificate(CertificateFile::Authentication).len();
        assert_eq!((serial, certificate), (3, 2 + length.div_ceil(256)));
        assert!(certificate < reading, "{certificate} and {reading}");
        assert!(signature < signing && signing < token, "{signature}, {signing} and {token}");
    });
}
