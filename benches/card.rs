//! How many commands a card is sent for one task: by our client and by OpenSC, for the same card in the same reader.
//!
//! `cargo bench --bench card`. A contactless command takes ten milliseconds and more in the air whoever computes how fast, so the number
//! of commands is what a patient waits for. Counted on the line between vpcd and the card, in a world of its own (tests/world).

#[cfg(target_os = "linux")]
#[path = "../tests/pcsc/desk.rs"]
#[allow(dead_code, reason = "the tests use the rest")]
mod desk;
#[cfg(target_os = "linux")]
#[path = "station/figure.rs"]
#[allow(dead_code, reason = "the other benches use the rest")]
mod figure;
#[cfg(target_os = "linux")]
#[path = "../tests/pcsc/line.rs"]
mod line;
#[cfg(target_os = "linux")]
#[path = "../tests/world/mod.rs"]
#[allow(dead_code, reason = "the tests use the rest")]
mod world;

#[cfg(not(target_os = "linux"))]
fn main() {
    println!("counted with pcscd and vpcd, which need Linux");
}

#[cfg(target_os = "linux")]
fn main() -> std::process::ExitCode {
    if world::own::is_inside() {
        return counting::run();
    }
    let itself = std::env::current_exe().expect("a running program has a path");
    match world::own::own_world(&itself, &[]).status() {
        Ok(status) if status.success() => std::process::ExitCode::SUCCESS,
        Ok(_) => std::process::ExitCode::FAILURE,
        Err(cause) => {
            eprintln!("cannot be counted: unshare: {cause}; {}", world::own::PACKAGES);
            std::process::ExitCode::FAILURE
        }
    }
}

#[cfg(target_os = "linux")]
mod counting {
    use std::process::ExitCode;

    use madoguchi::card::jpki::{CertificateFile, Jpki, LastTry};
    use madoguchi::card::soft::PinName;
    use madoguchi::secret::Pin;

    use crate::desk::{Desk, PIN, at_an_overheard_desk, tool, with_jpki};
    use crate::figure::Figures;
    use crate::line::{Exchange, Line};

    /// SELECT of the 公的個人認証AP: what OpenSC sends before it is spent on other kinds of card.
    const SELECT_JPKI: [u8; 15] = [0, 0xA4, 4, 0x0C, 10, 0xD3, 0x92, 0xF0, 0, 0x26, 1, 0, 0, 0, 1];
    /// SELECT of application and file, one read.
    const SERIAL: f64 = 3.0;

    pub fn run() -> ExitCode {
        let mut figures = Figures::default();
        at_an_overheard_desk(|desk, line| count(&mut figures, desk, line));
        figures.verdict()
    }

    fn count(figures: &mut Figures, desk: &Desk, line: &Line) {
        let ours = |act: &mut dyn FnMut(&mut Jpki<'_>)| {
            let mut channel = desk.connect();
            line.heard();
            let all = |jpki: &mut Jpki<'_>| {
                act(jpki);
                Ok(())
            };
            with_jpki(&mut *channel, all).expect("the card is there");
            line.heard().len() as f64
        };
        let theirs = |program: &str, arguments: &[&str]| {
            line.heard();
            tool(program, arguments);
            recognised(&line.heard())
        };
        let blocks = desk.certificate(CertificateFile::Authentication).len().div_ceil(256);
        let hash = desk.file_of("hash", &[0x5A; 32]);
        let output = desk.file("signature");

        figures.about("Commands for one task; of OpenSC those after it knew the card");
        let serial = ours(&mut |jpki| drop(jpki.serial().expect("a serial number")));
        figures.judge("serial number", serial, "", SERIAL);
        let certificate = ours(&mut |jpki| {
            jpki.certificate(CertificateFile::Authentication).expect("a certificate");
        });
        figures.judge("authentication certificate", certificate, "", (2 + blocks) as f64);
        let (all, known) = theirs("pkcs15-tool", &["--read-certificate", "1"]);
        figures.beside("OpenSC, pkcs15-tool --read-certificate 1", known, "");
        figures.beside("  with its search for the kind of card", all, "");
        let signature = ours(&mut |jpki| {
            jpki.verify(PinName::Authentication, &Pin::new(PIN), LastTry::Keep).expect("the PIN is right");
            jpki.sign(PinName::Authentication, b"message").expect("a signature");
            jpki.shut().expect("another application");
        });
        let crypt =
            ["--sign", "--key", "01", "--sha-256", "--pkcs1", "--pin", PIN, "--input", &hash, "--output", &output];
        let (all, known) = theirs("pkcs15-crypt", &crypt);
        figures.judge("signature with PIN status, VERIFY, and shut again", signature, "", known);
        figures.beside("OpenSC, pkcs15-crypt --sign", known, "");
        figures.beside("  with its search for the kind of card", all, "");
    }

    /// All commands, and those from the moment when the card was recognised.
    fn recognised(heard: &[Exchange]) -> (f64, f64) {
        let before = heard.iter().position(|(command, _)| *command == SELECT_JPKI).unwrap_or_default();
        (heard.len() as f64, (heard.len() - before) as f64)
    }
}
