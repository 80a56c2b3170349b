//! A card of another authority: judged by the root that the operator adds, and masked, as a real one is.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::madoguchi_in;

const CONFIGURATION: &str = "
[ca]
default_ca = test
[test]
database = index.txt
serial = serial
crlnumber = crlnumber
new_certs_dir = .
certificate = ca.pem
private_key = ca.key
default_md = sha256
policy = any
default_days = 365
default_crl_days = 30
[any]
countryName = supplied
commonName = supplied
[req]
distinguished_name = name
[name]
[root]
keyUsage = critical, keyCertSign, cRLSign
basicConstraints = critical, CA:TRUE
subjectKeyIdentifier = hash
[user]
keyUsage = critical, digitalSignature
extendedKeyUsage = clientAuth
authorityKeyIdentifier = keyid
";

fn openssl(place: &Path, arguments: &str) {
    let output = Command::new("openssl")
        .args(arguments.split(' '))
        .current_dir(place)
        .output()
        .unwrap_or_else(|error| panic!("openssl: {error}; apt-get install -y openssl (scripts/setup.sh test)"));
    assert!(output.status.success(), "openssl {arguments}\n{}", String::from_utf8_lossy(&output.stderr));
}

/// An authority that nobody knows, and a certificate by it.
fn issue(place: &Path) -> Vec<u8> {
    std::fs::write(place.join("ca.cnf"), CONFIGURATION).unwrap();
    std::fs::write(place.join("index.txt"), "").unwrap();
    std::fs::write(place.join("serial"), "227B13").unwrap();
    std::fs::write(place.join("crlnumber"), "01").unwrap();
    let root = "req -x509 -config ca.cnf -extensions root -newkey rsa:2048 -nodes -keyout ca.key -days 3650 -sha256";
    openssl(place, &format!("{root} -subj /C=JP/O=EXAMPLE -out ca.pem"));
    openssl(place, &format!("{root} -subj /C=JP/O=OTHER -out other.pem").replace("ca.key", "other.key"));
    openssl(
        place,
        "req -new -config ca.cnf -newkey rsa:2048 -nodes -keyout user.key -subj /C=JP/CN=0123456789A -out user.csr",
    );
    openssl(place, "ca -config ca.cnf -batch -notext -extensions user -in user.csr -out user.pem");
    openssl(place, "ca -config ca.cnf -gencrl -out before.pem");
    openssl(place, "ca -config ca.cnf -revoke user.pem -crl_reason keyCompromise");
    openssl(place, "ca -config ca.cnf -gencrl -out after.pem");
    openssl(place, "x509 -in user.pem -outform DER -out user.der");
    std::fs::read(place.join("user.der")).unwrap()
}

/// The recording of a card with this certificate on it.
fn recording(certificate: &[u8]) -> String {
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02X}")).collect::<String>();
    let line = |command: &str, answer: &str| {
        format!("{{\"command\":\"{command}\",\"answer\":\"{answer}9000\",\"milliseconds\":1.0}}\n")
    };
    let mut text =
        "{\"format\":\"madoguchi-apdu-log\",\"version\":1,\"reader\":\"made\",\"atr\":\"3B80800101\"}\n".to_owned();
    text += &line("00A4040C0AD392F000260100000001", "");
    text += &line("00A4020C02000A", "");
    for (block, bytes) in certificate.chunks(256).enumerate() {
        // Le 256 is written 00.
        text += &line(&format!("00B0{block:02X}00{:02X}", bytes.len() % 256), &hex(bytes));
    }
    text += &line("00B0000080", &hex(&certificate[..128]));
    text += &line("00A4020C020006", "");
    text + &line("00B0000060", &hex(b"JPKIAPICCTOKEN2                 "))
}

#[test]
fn a_card_of_another_authority_is_judged_by_the_root_that_the_operator_adds_and_masked() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path();
    let der = issue(place);
    std::fs::write(place.join("card.jsonl"), recording(&der)).unwrap();
    let read = |arguments: &[&str]| -> Value {
        let said =
            madoguchi_in(place, &[&["card", "read", "--json", "--card", "replay:card.jsonl"], arguments].concat(), &[]);
        assert!(said.code < 2, "{}", said.err);
        serde_json::from_str(&said.out).unwrap()
    };
    let told =
        |card: &Value| (card["chain"]["verified"].as_bool().unwrap(), card["outcome"].as_str().unwrap().to_owned());
    let unknown = (false, "unknown".to_owned());

    let alone = read(&[]);
    assert_eq!((told(&alone), &alone["serial"]["masked"]), (unknown.clone(), &Value::Bool(true)));
    assert!(!alone.to_string().contains("227B13") && !alone.to_string().contains("0123456789A"), "{alone:#}");
    assert_eq!(read(&["--serial-only"])["serial"]["hex"], Value::Null);
    assert_eq!(read(&["--serial-only", "--reveal"])["serial"]["hex"], "227B13");
    assert_eq!(told(&read(&["--roots", "other.pem"])), unknown);

    let rooted = read(&["--roots", "ca.pem"]);
    assert_eq!(told(&rooted), (true, "unknown".to_owned()), "nobody was asked: {rooted:#}");
    assert_eq!((&rooted["chain"]["authority"], &rooted["deviations"]), (&Value::Null, &Value::Array(Vec::new())));
    assert!(rooted["chain"]["fingerprint"].as_str().is_some_and(|fingerprint| fingerprint.len() == 64));
    assert_eq!(told(&read(&["--roots", "ca.pem", "--crl", "before.pem"])), (true, "good".to_owned()));
    assert_eq!(told(&read(&["--roots", "ca.pem", "--crl", "after.pem"])), (true, "revoked".to_owned()));
    assert_eq!(told(&read(&["--roots", "ca.pem", "--crl", "nothing.pem"])), (true, "unreachable".to_owned()));
    assert_eq!(told(&read(&["--roots", "ca.pem", "--crl", "ca.pem"])), (true, "unknown".to_owned()));

    std::fs::write(place.join("madoguchi.toml"), "[card]\nroots = [\"ca.pem\"]\n").unwrap();
    assert!(told(&read(&[])).0, "the settings name the root");
    std::fs::write(place.join("madoguchi.toml"), "[card]\nroots = [\"user.pem\"]\n").unwrap();
    let said = madoguchi_in(place, &["card", "read", "--card", "replay:card.jsonl"], &[]);
    assert!(said.code == 2 && said.err.contains("user.pem"), "no authority's: {}", said.err);
}
