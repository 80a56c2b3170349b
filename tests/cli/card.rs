//! `card read`: what the authority says, traces and recorded cards, roots by file.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use crate::{Said, madoguchi_in};

/// A hub on a free port; it ends with this value.
struct Hub {
    child: Child,
    url: String,
}

impl Hub {
    fn start(arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_madoguchi"))
            .args(["hub", "--listen", "127.0.0.1:0"])
            .args(arguments)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let url = loop {
            let line = lines.next().unwrap().unwrap();
            if let Some((_, url)) = line.split_once("url=") {
                break url.to_owned();
            }
        };
        // Whatever it says further must not block it.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, url }
    }

    fn ocsp(&self) -> String {
        format!("{}/jpki/ocsp", self.url)
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn read(place: &Path, arguments: &[&str]) -> (Said, Value) {
    let said = madoguchi_in(place, &[&["card", "read", "--json"], arguments].concat(), &[]);
    let card = serde_json::from_str(&said.out).unwrap_or(Value::Null);
    (said, card)
}

/// `outcome`, `revocation.outcome` and where the deciding answer came from.
fn told(card: &Value) -> [&str; 3] {
    ["/outcome", "/revocation/outcome", "/revocation/from"]
        .map(|path| card.pointer(path).and_then(Value::as_str).unwrap_or("-"))
}

#[test]
fn the_authority_is_asked_by_ocsp_and_what_it_says_is_shown() {
    let place = tempfile::tempdir().unwrap();
    let hub = Hub::start(&[]);
    let place_of_answer = format!("OCSP {}", hub.ocsp());
    for (person, outcome) in [("taro", "good"), ("shikkou", "revoked")] {
        let (said, card) = read(place.path(), &["--person", person, "--ocsp", &hub.ocsp()]);
        assert_eq!((said.code, told(&card)), (0, [outcome, outcome, &place_of_answer]), "{}", said.err);
    }
    let (_, card) = read(place.path(), &["--person", "shikkou", "--ocsp", &hub.ocsp()]);
    assert_eq!(card["revocation"]["reason"], "certificate-hold");
    let plain = madoguchi_in(place.path(), &["card", "read", "--person", "shikkou", "--ocsp", &hub.ocsp()], &[]);
    assert!(plain.out.contains("失効 / revoked") && plain.out.contains("certificate-hold"), "{}", plain.out);
    // The same address, and nobody there any more.
    let gone = hub.ocsp();
    drop(hub);
    let (said, card) = read(place.path(), &["--person", "taro", "--ocsp", &gone]);
    assert_eq!((said.code, told(&card)), (0, ["unreachable", "unreachable", "-"]), "{}", said.err);
    let (_, card) = read(place.path(), &["--person", "taro", "--offline"]);
    assert_eq!(told(&card), ["unknown", "unknown", "-"], "who is not asked does not say good");
}

#[test]
fn where_ocsp_says_nothing_reliable_the_list_is_read() {
    let place = tempfile::tempdir().unwrap();
    for fault in ["ocsp-try-later", "ocsp-wrong-signer"] {
        let hub = Hub::start(&["--fault", fault]);
        let from = format!("CRL {}/jpki/crl/authentication-3.crl", hub.url);
        for (person, outcome) in [("taro", "good"), ("shikkou", "revoked")] {
            let (said, card) = read(place.path(), &["--person", person, "--ocsp", &hub.ocsp()]);
            assert_eq!(told(&card), [outcome, outcome, &from], "{fault}: {}", said.err);
        }
    }
    // A list that is stale too is no better.
    let hub = Hub::start(&["--fault", "ocsp-stale"]);
    let (_, card) = read(place.path(), &["--person", "taro", "--ocsp", &hub.ocsp()]);
    assert_eq!(told(&card), ["unknown", "unknown", "-"], "{card:#}");
}

#[test]
fn a_recorded_card_is_read_like_the_card_and_holds_no_pin() {
    let place = tempfile::tempdir().unwrap();
    let (said, card) = read(place.path(), &["--person", "android", "--pin", "1234", "--offline", "--trace", "t.jsonl"]);
    assert_eq!(said.code, 0, "{}", said.err);
    let text = std::fs::read_to_string(place.path().join("t.jsonl")).unwrap();
    assert!(!text.contains("31323334") && text.contains("00200080••••"), "{text}");
    let exchanges = card["exchanges"].as_array().unwrap();
    assert_eq!(exchanges.len() + 1, text.lines().count(), "a heading, then one line for each");
    assert!(exchanges.iter().all(|exchange| exchange["milliseconds"].is_number() && exchange["status"].is_string()));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(place.path().join("t.jsonl")).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "for its owner only: {mode:o}");
    }
    let replayed = ["--card", "replay:t.jsonl", "--pin", "9999", "--offline"];
    let (said, again) = read(place.path(), &replayed);
    assert_eq!(said.code, 0, "{}", said.err);
    for key in ["serial", "subject", "validity", "chain", "kind", "label", "atr", "apdus", "outcome"] {
        assert_eq!(again[key], card[key], "{key}");
    }
    let asked =
        madoguchi_in(place.path(), &["card", "sign", "--card", "replay:t.jsonl", "--pin", "1234", "t.jsonl"], &[]);
    assert!(asked.code == 3 && asked.err.contains("00A4020C020017"), "what was never asked: {}", asked.err);
    std::fs::write(place.path().join("t.jsonl"), text.replace("9000", "9")).unwrap();
    let (said, _) = read(place.path(), &replayed);
    assert!(said.code == 2 && said.err.contains("t.jsonl"), "{}", said.err);
}

#[test]
fn a_card_that_is_no_my_number_card_is_told_what_it_is_and_what_to_do() {
    let place = tempfile::tempdir().unwrap();
    let commands: [&[&str]; 3] = [&["read", "--offline"], &["read", "--serial-only"], &["pin-status"]];
    for (person, what) in [("juki", "住民基本台帳カード"), ("teiki", "公的個人認証APがありません")]
    {
        for command in commands {
            let said = madoguchi_in(place.path(), &[&["card"], command, &["--person", person]].concat(), &[]);
            assert_eq!(said.code, 1, "{}", said.err);
            for part in [what, "マイナンバーカードを置いてください", "put a My Number card on the reader"]
            {
                assert!(said.err.contains(part), "{person} {command:?}: {}", said.err);
            }
        }
    }
}

#[test]
fn a_pin_that_cannot_be_one_is_refused_before_it_costs_a_try() {
    let place = tempfile::tempdir().unwrap();
    for (key, pin) in [("authentication", "12345"), ("authentication", "12a4"), ("signature", "abc123")] {
        let arguments = ["card", "verify-pin", "--person", "taro", "--key", key, "--pin", pin, "--verbose"];
        let said = madoguchi_in(place.path(), &arguments, &[]);
        assert_eq!(said.code, 1, "{}", said.err);
        assert!(!said.err.contains("00200080") && !said.err.contains(pin), "{}", said.err);
    }
}

#[test]
fn a_certificate_whose_signature_does_not_hold_is_not_genuine_and_one_of_a_stranger_unknown() {
    let place = tempfile::tempdir().unwrap();
    for (fault, code, outcome, meaning) in [
        ("certificate-forged", 1, "not-genuine", "the issuer's signature does not hold"),
        ("certificate-wrong-authority", 0, "unknown", "chain not verified: unknown issuer"),
    ] {
        let profile = format!(
            "name = \"試験　花子\"\nsex = \"2\"\nbirthdate = \"1985-04-12\"\naddress = \"架空県見本市窓口町一丁目２番３号\"\n\
             [card]\nfaults = {{ {fault} = true }}\n"
        );
        std::fs::write(place.path().join("hanako.toml"), profile).unwrap();
        let (said, card) = read(place.path(), &["--person", "hanako", "--people", ".", "--offline"]);
        assert_eq!((said.code, told(&card)[0]), (code, outcome), "{fault}: {}", said.err);
        assert_eq!(
            (&card["chain"]["meaning"], &card["chain"]["verified"]),
            (&meaning.into(), &false.into()),
            "{fault}"
        );
        assert_eq!(card["chain"]["test_authority"], false, "{fault}: nobody's word for its being a test card");
    }
}

#[test]
fn a_wrong_pin_is_a_result_too() {
    let place = tempfile::tempdir().unwrap();
    for (person, pin, code, told) in [
        ("taro", "1234", 0, json!({ "verified": true, "tried": true, "tries": null })),
        ("taro", "9999", 1, json!({ "verified": false, "tried": true, "tries": 2 })),
        ("lock", "1234", 1, json!({ "verified": false, "tried": false, "tries": 0 })),
    ] {
        let arguments = ["card", "verify-pin", "--person", person, "--pin", pin, "--json"];
        let said = madoguchi_in(place.path(), &arguments, &[]);
        assert_eq!((said.code, serde_json::from_str(&said.out).ok()), (code, Some(told)), "{person}: {}", said.err);
        assert_eq!(said.err.is_empty(), code == 0, "for people too: {}", said.err);
    }
}
