//! What the authority publishes, as a client sees it that knows nothing of madoguchi: openssl against the running hub.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use jiff::ToSpan;
use jiff::civil::DateTime;
use madoguchi::authority::{Authority, Generation, Purpose, Reason, Revocation};
use madoguchi::card::layout::{AUTHENTICATION_CERTIFICATE, ApplicationKind, SIGNATURE_CERTIFICATE};
use madoguchi::card::tlv::Header;
use madoguchi::clock::Clock;
use madoguchi::event::Sink;
use madoguchi::hub::jpki_authority::knobs::{STALE, TRY_LATER, WRONG_SIGNER};
use madoguchi::hub::{Hub, Roots, Settings};
use madoguchi::knob::{Knob, Knobs, Setting};
use madoguchi::people::personalise::personalise;
use madoguchi::people::{FormerCard, Person};
use madoguchi::random::Seed;

use crate::world::{Server, person};

/// A hub at the machine's own hour, since openssl looks at its clock, and a folder with what it publishes.
struct Desk {
    folder: tempfile::TempDir,
    server: Server,
    knobs: Knobs,
}

impl Desk {
    fn new() -> Self {
        let clock = Clock::real();
        let people = people(clock.now());
        let knobs = Knobs::new(Seed(1), Sink::silent());
        let hub = Hub::with_knobs(&people, Roots::none(), Seed(1), Settings::default(), knobs.clone()).unwrap();
        let desk = Self { folder: tempfile::tempdir().unwrap(), server: Server::start(Arc::new(hub), clock), knobs };
        for purpose in Purpose::ALL.map(Purpose::word) {
            desk.fetch(&format!("ca/{purpose}.pem"), &format!("{purpose}-ca.pem"));
            for generation in Generation::ALL {
                desk.fetch(&format!("ca/{purpose}-{generation}.pem"), &format!("{purpose}-{generation}-ca.pem"));
            }
        }
        for person in people.iter().chain([&stranger()]) {
            desk.write_card(person);
        }
        desk
    }

    /// Both certificates of a person, as files that openssl reads.
    fn write_card(&self, person: &Person) {
        let card = personalise(person);
        for (file, name) in [(AUTHENTICATION_CERTIFICATE, "auth"), (SIGNATURE_CERTIFICATE, "sign")] {
            let content = card.content(ApplicationKind::Jpki, file).unwrap();
            let length = Header::read(content).unwrap().total_length();
            let der = self.path(&format!("{}-{name}.der", person.id));
            std::fs::write(&der, &content[..length]).unwrap();
            let pem = self.path(&format!("{}-{name}.pem", person.id));
            self.openssl(&["x509", "-inform", "DER", "-in", text(&der), "-out", text(&pem)]);
        }
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}/jpki/{path}", self.server.address)
    }

    fn fetch(&self, path: &str, to: &str) -> Vec<u8> {
        let bytes = ureq::get(&self.url(path)).call().unwrap().body_mut().read_to_vec().unwrap();
        std::fs::write(self.path(to), &bytes).unwrap();
        bytes
    }

    /// Everything openssl said, and whether it was content.
    fn openssl(&self, args: &[&str]) -> (bool, String) {
        let output = Command::new("openssl").args(args).current_dir(self.folder.path()).output().expect(
            "openssl does not start: install it (scripts/setup.sh test), these tests are about what it accepts",
        );
        let said = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8_lossy(&said).into_owned())
    }

    /// `openssl ocsp` about a certificate, answers judged by the root of its own authority.
    fn ocsp(&self, ca: &str, question: &[&str]) -> String {
        let (ca, url) = (format!("{ca}-ca.pem"), self.url("ocsp"));
        let args = [&["ocsp", "-issuer", &ca, "-CAfile", &ca, "-url", &url], question].concat();
        self.openssl(&args).1
    }

    /// `openssl verify -crl_check` of a certificate, with the list as it is published now.
    fn verify(&self, ca: &str, certificate: &[&str]) -> (bool, String) {
        let list = format!("{ca}-list.pem");
        self.fetch(&format!("crl/{ca}.pem"), &list);
        let ca = format!("{ca}-ca.pem");
        self.openssl(&[&["verify", "-crl_check", "-CAfile", &ca, "-CRLfile", &list], certificate].concat())
    }

    fn once(&self, knob: &'static Knob) {
        self.knobs.arm(knob, Setting { count: Some(1), ..Setting::default() });
    }
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// `good`, `lost` (revoked yesterday), `renewed` (its earlier card superseded), `topbit`, and of each generation one that is good and
/// one that was lost: `good-1`, `lost-1` … All valid from last year.
fn people(now: DateTime) -> Vec<Person> {
    let today = now.date();
    let yesterday = today.yesterday().unwrap().at(0, 0, 0, 0);
    let with = |id: &str, serial: &[u8]| {
        let mut person = person(id, 1);
        person.card.serial = serial.to_vec();
        (person.card.valid_from, person.card.valid_until) =
            (today.saturating_sub(1.year()), today.saturating_add(4.years()));
        person
    };
    let mut lost = with("lost", &[0x22, 0x7B, 0x02]);
    lost.card.revocation = Some(Revocation { at: yesterday, reason: Reason::CertificateHold });
    let mut renewed = with("renewed", &[0x22, 0x7B, 0x03]);
    let revocation = Revocation { at: yesterday, reason: Reason::Superseded };
    let generation = Generation::PRESENT;
    renewed.card.former = vec![FormerCard { serial: vec![0x22, 0x7B, 0x04], generation, revocation }];
    let mut people = vec![with("good", &[0x22, 0x7B, 0x01]), lost, renewed, with("topbit", &[0x00, 0xF1, 0x00, 0x02])];
    for generation in Generation::ALL {
        let mut good = with(&format!("good-{generation}"), &[0x31, generation.number(), 0x01]);
        let mut lost = with(&format!("lost-{generation}"), &[0x31, generation.number(), 0x02]);
        (good.card.generation, lost.card.generation) = (generation, generation);
        lost.card.revocation = Some(Revocation { at: yesterday, reason: Reason::CertificateHold });
        people.extend([good, lost]);
    }
    people
}

/// Whose card nobody put on the register.
fn stranger() -> Person {
    let mut stranger = person("stranger", 9);
    stranger.card.serial = vec![0x55, 0x55];
    stranger
}

#[test]
fn openssl_ocsp_hears_good_revoked_with_its_reason_and_unknown() {
    let desk = Desk::new();
    for (ca, card, status) in [
        ("authentication", "good-auth.pem", "good"),
        ("signature", "good-sign.pem", "good"),
        ("authentication", "topbit-auth.pem", "good"),
        ("authentication", "renewed-auth.pem", "good"),
        ("authentication", "lost-auth.pem", "revoked"),
        ("signature", "lost-sign.pem", "revoked"),
        ("authentication", "stranger-auth.pem", "unknown"),
    ] {
        for hash in ["-sha1", "-sha256"] {
            let said = desk.ocsp(ca, &[hash, "-cert", card]);
            assert!(said.contains("Response verify OK"), "{said}");
            assert!(said.contains(&format!("{card}: {status}")), "{said}");
            assert!(!said.contains("WARNING"), "nonce and times hold: {said}");
        }
    }
    assert!(desk.ocsp("authentication", &["-cert", "lost-auth.pem"]).contains("Reason: certificateHold"));
    // The serial number of the one authority, asked of the other.
    assert!(desk.ocsp("signature", &["-serial", "0x227B01"]).contains("0x227B01: unknown"));
    let former = desk.ocsp("authentication", &["-serial", "0x227B04"]);
    assert!(former.contains("0x227B04: revoked") && former.contains("Reason: superseded"), "{former}");
    let both = desk.ocsp("authentication", &["-cert", "good-auth.pem", "-cert", "lost-auth.pem", "-no_nonce"]);
    assert!(both.contains("good-auth.pem: good") && both.contains("lost-auth.pem: revoked"), "{both}");
}

#[test]
fn openssl_ocsp_refuses_what_is_stale_late_or_signed_by_somebody_else() {
    let desk = Desk::new();
    let ask = || desk.ocsp("authentication", &["-cert", "good-auth.pem"]);
    desk.once(&TRY_LATER);
    assert!(ask().contains("trylater (3)"));
    desk.once(&STALE);
    let stale = ask();
    assert!(stale.contains("Status times invalid") && stale.contains("expired"), "{stale}");
    desk.once(&WRONG_SIGNER);
    let forged = ask();
    assert!(forged.contains("Response Verify Failure") && !forged.contains("verify OK"), "{forged}");
    assert!(ask().contains("good-auth.pem: good"), "each knob came up once");
    // Another authority's certificate is not ours to speak about.
    let made = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "k.pem", "-out", "other-ca.pem"];
    assert!(desk.openssl(&[&made[..], &["-subj", "/CN=other"]].concat()).0);
    assert!(desk.ocsp("other", &["-serial", "1"]).contains("unauthorized (6)"));
}

#[test]
fn openssl_verify_crl_check_accepts_the_good_and_refuses_the_revoked() {
    let desk = Desk::new();
    for (ca, card) in [("authentication", "good-auth.pem"), ("signature", "renewed-sign.pem")] {
        let (accepted, said) = desk.verify(ca, &[card]);
        assert!(accepted && said.contains("OK"), "{said}");
    }
    for (ca, card) in [("authentication", "lost-auth.pem"), ("signature", "lost-sign.pem")] {
        let (accepted, said) = desk.verify(ca, &[card]);
        assert!(!accepted && said.contains("certificate revoked"), "{said}");
    }
    desk.once(&STALE);
    let (accepted, said) = desk.verify("authentication", &["good-auth.pem"]);
    assert!(!accepted && said.contains("CRL has expired"), "{said}");
    // Another authority's list says nothing about this certificate.
    desk.fetch("crl/authentication-2.pem", "other-list.pem");
    let args = ["-crl_check", "-CAfile", "authentication-ca.pem", "-CRLfile", "other-list.pem", "good-auth.pem"];
    assert!(!desk.openssl(&[&["verify"], &args[..]].concat()).0);
}

#[test]
fn openssl_accepts_and_refuses_the_cards_of_each_generation_by_its_own_root_list_and_answers() {
    let desk = Desk::new();
    let today = Clock::real().now().date();
    for generation in Generation::ALL {
        let has_ended = generation.life().1 < today;
        for (purpose, file) in [("authentication", "auth"), ("signature", "sign")] {
            let ca = format!("{purpose}-{generation}");
            let [good, lost] = ["good", "lost"].map(|who| format!("{who}-{generation}-{file}.pem"));
            if has_ended {
                let (accepted, said) = desk.verify(&ca, &[&good]);
                assert!(!accepted && said.contains("certificate has expired"), "{said}");
                let answer = desk.ocsp(&ca, &["-cert", &good]);
                assert!(answer.contains("Response Verify Failure") && answer.contains("expired"), "{answer}");
            }
            // A root that has ended is judged as of its own time: everything but the dates must hold.
            let as_of_then: &[&str] = if has_ended { &["-no_check_time"] } else { &[] };
            let (accepted, said) = desk.verify(&ca, &[as_of_then, &[&good]].concat());
            assert!(accepted && said.contains("OK"), "{said}");
            let (accepted, said) = desk.verify(&ca, &[as_of_then, &[&lost]].concat());
            assert!(!accepted && said.contains("certificate revoked"), "{said}");
            let answer = desk.ocsp(&ca, &[as_of_then, &["-cert", &good, "-cert", &lost]].concat());
            assert!(answer.contains("Response verify OK"), "{answer}");
            assert!(
                answer.contains(&format!("{good}: good")) && answer.contains(&format!("{lost}: revoked")),
                "{answer}"
            );
        }
        for other in Generation::ALL.into_iter().filter(|other| *other != generation) {
            let (good, ca) = (format!("good-{generation}-auth.pem"), format!("authentication-{other}"));
            let (accepted, said) = desk.verify(&ca, &["-no_check_time", &good]);
            assert!(!accepted, "the same name, another key: {said}");
            let serial = format!("0x31{:02X}01", generation.number());
            let answer = desk.ocsp(&ca, &["-no_check_time", "-serial", &serial]);
            assert!(answer.contains(&format!("{serial}: unknown")), "{answer}");
        }
    }
}

#[test]
fn the_list_is_published_as_der_and_pem_with_its_number_and_its_reasons() {
    let desk = Desk::new();
    desk.fetch("crl/authentication.crl", "list.der");
    let (read, said) = desk.openssl(&["crl", "-inform", "DER", "-in", "list.der", "-noout", "-text"]);
    assert!(read, "{said}");
    for part in ["Version 2", "X509v3 CRL Number", "Serial Number: 227B02", "Certificate Hold", "227B04", "Superseded"]
    {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(!said.contains("227B01") && !said.contains("227B03"), "{said}");
    let (_, earlier) = {
        desk.fetch("crl/authentication-1.crl", "earlier.der");
        desk.openssl(&["crl", "-inform", "DER", "-in", "earlier.der", "-noout", "-text"])
    };
    assert!(earlier.contains("Serial Number: 310102"), "{earlier}");
    assert!(!earlier.contains("227B") && !said.contains("3101"), "each generation has a list of its own: {earlier}");
    let der = desk.fetch("ca/signature.cer", "root.der");
    assert_eq!(der, Authority::default().root(Purpose::Signature));
}

#[test]
fn a_question_in_the_path_is_answered_and_what_is_none_is_told_so() {
    let desk = Desk::new();
    let issuer = ["-issuer", "authentication-ca.pem", "-cert", "good-auth.pem", "-no_nonce"];
    desk.openssl(&[&["ocsp"], &issuer[..], &["-reqout", "request.der"]].concat());
    let (_, base64) = desk.openssl(&["base64", "-A", "-in", "request.der"]);
    let path = base64.trim().replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
    desk.fetch(&format!("ocsp/{path}"), "response.der");
    let judge = ["-CAfile", "authentication-ca.pem", "-respin", "response.der"];
    let (_, said) = desk.openssl(&[&["ocsp"], &issuer[..], &judge[..]].concat());
    assert!(said.contains("Response verify OK") && said.contains("good-auth.pem: good"), "{said}");

    const MALFORMED: [u8; 5] = [0x30, 0x03, 0x0A, 0x01, 0x01];
    assert_eq!(desk.fetch("ocsp/no-question", "nothing"), MALFORMED);
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let post = |media_type: &str, body: &[u8]| {
        let mut reply = agent.post(desk.url("ocsp")).content_type(media_type).send(body).unwrap();
        (reply.status().as_u16(), reply.body_mut().read_to_vec().unwrap())
    };
    assert_eq!(post("application/ocsp-request", b"?"), (200, MALFORMED.to_vec()));
    assert_eq!(post("text/plain", b"?").0, 415);
    assert_eq!(post("application/ocsp-request", &[0; 70_000]).0, 413);
    for nothing in ["crl/nobody.crl", "crl/authentication.cer", "ca/signature-9.pem", "ca/signature", "other"] {
        assert_eq!(agent.get(desk.url(nothing)).call().unwrap().status().as_u16(), 404, "{nothing}");
    }
    let wrong = agent.post(desk.url("crl/authentication.crl")).send_empty().unwrap();
    assert_eq!(wrong.status().as_u16(), 405);
}
