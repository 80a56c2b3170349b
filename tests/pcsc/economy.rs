//! How many commands a task takes: ours, and OpenSC's for the same card, counted on the line.

use madoguchi::card::jpki::{CertificateFile, LastTry};
use madoguchi::card::soft::PinName;
use madoguchi::secret::Pin;

use crate::desk::{PIN, at_an_overheard_desk, tool, with_jpki};
use crate::line::Exchange;

/// SELECT of the 公的個人認証AP: what OpenSC sends before it is spent on other kinds of card.
const SELECT_JPKI: [u8; 15] = [0, 0xA4, 4, 0x0C, 10, 0xD3, 0x92, 0xF0, 0, 0x26, 1, 0, 0, 0, 1];

/// All commands, and those from the moment when the card was recognised.
fn counts(heard: &[Exchange]) -> (usize, usize) {
    let recognised = heard.iter().position(|(command, _)| *command == SELECT_JPKI).unwrap();
    (heard.len(), heard.len() - recognised)
}

#[test]
fn our_client_takes_fewer_commands_than_opensc_for_certificate_and_signature() {
    at_an_overheard_desk(|desk, line| {
        let mut channel = desk.connect();
        let mut counted = |what: &str, act: &mut dyn FnMut(&mut madoguchi::card::jpki::Jpki<'_>)| {
            line.heard();
            with_jpki(&mut *channel, |jpki| Ok(act(jpki))).unwrap();
            let count = line.heard().len();
            println!("{what}: {count} commands");
            count
        };
        let serial = counted("serial number", &mut |jpki| drop(jpki.serial().unwrap()));
        let certificate = counted("authentication certificate", &mut |jpki| {
            jpki.certificate(CertificateFile::Authentication).unwrap();
        });
        let signature = counted("signature", &mut |jpki| {
            jpki.verify(PinName::Authentication, &Pin::new(PIN), LastTry::Keep).unwrap();
            jpki.sign(PinName::Authentication, b"message").unwrap();
        });
        drop(channel);

        let hash = desk.file_of("hash", &[0x5A; 32]);
        let output = desk.file("signature");
        let crypt =
            ["--sign", "--key", "01", "--sha-256", "--pkcs1", "--pin", PIN, "--input", &hash, "--output", &output];
        let login = ["--login", "--pin", PIN, "--sign", "--mechanism", "SHA256-RSA-PKCS", "--id", "01"];
        let pkcs11 = [login.as_slice(), &["--input-file", &hash, "--output-file", &output]].concat();
        let of = |program: &str, args: &[&str]| {
            line.heard();
            tool(program, args);
            let (all, recognised) = counts(&line.heard());
            println!("{program}: {all} commands, {recognised} of them after the card was recognised");
            recognised
        };
        let reading = of("pkcs15-tool", &["--read-certificate", "1"]);
        let signing = of("pkcs15-crypt", &crypt);
        let token = of("pkcs11-tool", &pkcs11);

        let length = desk.certificate(CertificateFile::Authentication).len();
        assert_eq!((serial, certificate), (3, 2 + length.div_ceil(256)));
        assert!(certificate < reading, "{certificate} and {reading}");
        assert!(signature < signing && signing < token, "{signature}, {signing} and {token}");
    });
}
