//! The command line of the real binary where no station is needed: help, exit codes, cards of people, completions, the manual.

#[path = "cli/card.rs"]
mod card;
#[cfg(windows)]
#[path = "cli/console.rs"]
mod console;
#[path = "cli/doctor.rs"]
mod doctor;
#[cfg(target_os = "linux")]
#[path = "cli/foreign.rs"]
mod foreign;
#[path = "cli/scenario.rs"]
mod scenario;
#[path = "world/start.rs"]
mod start;
#[path = "cli/words.rs"]
mod words;
#[cfg(target_os = "linux")]
mod world;

use std::path::Path;
use std::process::{Command, Output};

use rsa::pkcs1::DecodeRsaPublicKey;
use sha2::{Digest, Sha256};
use start::started;

/// The binary without this machine's settings and locale.
fn command_in(place: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_madoguchi"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("MADOGUCHI_") || name.starts_with("LC_")) {
        command.env_remove(name);
    }
    command.env_remove("LANG").env("COLUMNS", "100").args(args).current_dir(place);
    command
}

/// What a command said, and its exit code.
struct Said {
    code: i32,
    out: String,
    err: String,
}

/// Runs the binary away from this machine's settings, in a terminal of 100 columns.
fn madoguchi(args: &[&str]) -> Said {
    madoguchi_in(Path::new(env!("CARGO_TARGET_TMPDIR")), args, &[])
}

fn madoguchi_in(place: &Path, args: &[&str], variables: &[(&str, &str)]) -> Said {
    let mut command = command_in(place, args);
    let Output { status, stdout, stderr } = started(|| command.envs(variables.iter().copied()).output());
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Said { code: status.code().unwrap_or(-1), out: text(stdout), err: text(stderr) }
}

const COMMANDS: &[&str] = &[
    "run",
    "attach",
    "tap",
    "send",
    "exchanges",
    "explain",
    "interfaces",
    "codes",
    "faults",
    "check",
    "layout",
    "compare",
    "card",
    "people",
    "hub",
    "municipality",
    "doctor",
    "scenario",
    "clinic",
];

#[test]
fn help_is_as_people_have_read_it() {
    let said = madoguchi(&["--help"]);
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    insta::assert_snapshot!("help", plain(&said.out));
    for command in COMMANDS {
        let said = madoguchi(&[command, "--help"]);
        assert_eq!((said.code, said.err.as_str()), (0, ""), "{command}");
        insta::assert_snapshot!(format!("help_{command}"), plain(&said.out));
    }
}

/// Blanks at the ends of lines are the library's, and nobody's contract; on Windows the program's file has an ending.
fn plain(text: &str) -> String {
    text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n").replace("madoguchi.exe", "madoguchi")
}

#[test]
fn every_sentence_of_the_help_is_japanese_first_with_english_beside_it() {
    for command in COMMANDS.iter().map(Some).chain([None]) {
        let args: Vec<&str> = command.copied().into_iter().chain(["--help"]).collect();
        let help = madoguchi(&args).out;
        let about = help.lines().next().unwrap();
        let japanese = |text: &str| text.chars().any(|c| ('ぁ'..='龠').contains(&c));
        assert!(japanese(about) && help.split("Usage:").next().unwrap().contains(" / "), "{command:?}: {about}");
    }
}

#[test]
fn help_and_version_go_to_stdout_and_mistakes_to_stderr_with_exit_2() {
    let version = madoguchi(&["--version"]);
    assert_eq!((version.code, version.out.as_str()), (0, concat!("madoguchi ", env!("CARGO_PKG_VERSION"), "\n")));
    for args in
        [&["tapp"][..], &["tap", "--pin"], &["run", "--pace", "fast"], &["send"], &["--lang", "fr"], &["card", "reed"]]
    {
        let said = madoguchi(args);
        assert_eq!((said.code, said.out.as_str()), (2, ""), "{args:?}");
        assert!(!said.err.is_empty(), "{args:?}");
    }
    assert!(madoguchi(&["tapp"]).err.contains("'tap'"), "the nearest command is named");
}

#[test]
fn completions_know_the_commands_for_every_shell() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let said = madoguchi(&["completions", shell]);
        assert_eq!((said.code, said.err.as_str()), (0, ""), "{shell}");
        for command in COMMANDS {
            assert!(said.out.contains(command), "{shell} does not know {command}");
        }
        assert!(said.out.contains("prescription"), "{shell} does not know the options of tap");
    }
    assert_eq!(madoguchi(&["completions", "tcsh"]).code, 2);
}

#[test]
fn the_manual_page_is_one() {
    let said = madoguchi(&["man"]);
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    for words in [".TH madoguchi", ".SH NAME", ".SH SYNOPSIS", "窓口", "run", "tap"] {
        assert!(said.out.contains(words), "{words}");
    }
}

#[test]
fn the_card_of_a_person_is_read_without_any_reader() {
    let said = madoguchi(&["card", "read", "--person", "taro", "--json"]);
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    let card: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    let hex = card["serial"]["hex"].as_str().unwrap();
    let decimal = u128::from_str_radix(hex, 16).unwrap().to_string();
    assert_eq!(card["serial"]["decimal"], decimal, "one number, two notations");
    for key in ["issuer", "subject", "validity", "chain", "apdus", "milliseconds"] {
        assert!(!card[key].is_null(), "{key}: {card:#}");
    }
    assert_eq!((&card["chain"]["verified"], &card["chain"]["test_authority"]), (&true.into(), &true.into()));
    let again: serde_json::Value =
        serde_json::from_str(&madoguchi(&["card", "read", "--person", "taro", "--json"]).out).unwrap();
    assert_eq!(
        (&again["serial"], &again["subject"]),
        (&card["serial"], &card["subject"]),
        "the card is the same every time"
    );
    let other: serde_json::Value =
        serde_json::from_str(&madoguchi(&["card", "read", "--person", "hanako", "--json"]).out).unwrap();
    assert_ne!(other["serial"], card["serial"]);
    let plain = madoguchi(&["card", "read", "--person", "taro"]);
    assert!(
        plain.out.contains(hex) && plain.out.contains("利用者証明") | plain.out.contains("発行者"),
        "{}",
        plain.out
    );
}

#[test]
fn pin_commands_tell_what_is_left_and_no_pin() {
    let status = madoguchi(&["card", "pin-status", "--person", "lock", "--json"]);
    assert_eq!(status.code, 0, "{}", status.err);
    let open = madoguchi(&["card", "pin-status", "--person", "taro", "--json"]);
    assert_ne!(status.out, open.out, "a locked card and an open one look the same");
    let right = madoguchi(&["card", "verify-pin", "--person", "taro", "--pin", "1234"]);
    assert_eq!(right.code, 0, "{}", right.err);
    let wrong = madoguchi(&["card", "verify-pin", "--person", "taro", "--pin", "9517", "--verbose"]);
    assert_eq!(wrong.code, 1, "{}", wrong.err);
    assert!(!format!("{}{}", wrong.out, wrong.err).contains("9517"), "the PIN was told");
    assert!(!wrong.err.replace(' ', "").contains("39353137"), "the PIN was told in hexadecimal: {}", wrong.err);
}

#[test]
fn a_serial_number_alone_takes_three_apdus() {
    let said = madoguchi(&["card", "read", "--person", "taro", "--serial-only", "--json"]);
    let card: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(card["apdus"], 3, "{card:#}");
}

#[test]
fn a_signature_verifies_against_the_certificate_of_its_card_and_for_its_file_only() {
    let place = tempfile::tempdir().unwrap();
    let run = |args: &[&str]| madoguchi_in(place.path(), args, &[]);
    std::fs::write(place.path().join("text"), "窓口").unwrap();
    let said = run(&["card", "sign", "--person", "taro", "--pin", "1234", "--output", "signature", "text"]);
    assert_eq!(said.code, 0, "{}", said.err);
    assert_eq!(run(&["card", "read", "--person", "taro", "--output", "certificate"]).code, 0);
    let der = std::fs::read(place.path().join("certificate")).unwrap();
    let (_, certificate) = x509_parser::parse_x509_certificate(&der).unwrap();
    let key = rsa::RsaPublicKey::from_pkcs1_der(&certificate.public_key().subject_public_key.data).unwrap();
    let signature = std::fs::read(place.path().join("signature")).unwrap();
    let holds_for =
        |text: &str| key.verify(rsa::Pkcs1v15Sign::new::<Sha256>(), &Sha256::digest(text), &signature).is_ok();
    assert!(holds_for("窓口") && !holds_for("窓口 "));
}

#[test]
fn a_locked_card_signs_nothing_and_leaves_no_file() {
    let place = tempfile::tempdir().unwrap();
    std::fs::write(place.path().join("text"), "窓口").unwrap();
    let args = ["card", "sign", "--person", "lock", "--pin", "1234", "--output", "signature", "text"];
    let said = madoguchi_in(place.path(), &args, &[]);
    assert_eq!(said.code, 1, "{}", said.err);
    assert!(!place.path().join("signature").exists());
}

#[test]
fn an_unknown_person_of_a_card_is_refused_with_who_comes_near() {
    let said = madoguchi(&["card", "read", "--person", "tarro"]);
    assert_eq!(said.code, 2, "{}", said.err);
    assert!(said.err.contains("taro"), "{}", said.err);
}

#[test]
fn a_command_without_its_station_says_how_to_start_one() {
    for args in [&["tap", "taro"][..], &["send", "OQSsiquc01req_1.xml"]] {
        let place = tempfile::tempdir().unwrap();
        let said = madoguchi_in(place.path(), args, &[("MADOGUCHI_STATION", "127.0.0.1:1")]);
        assert_eq!((said.code, said.out.as_str()), (3, ""), "{args:?}");
        assert!(said.err.contains("madoguchi run"), "{}", said.err);
    }
}

#[test]
fn the_language_is_japanese_unless_the_locale_or_the_option_says_english() {
    let place = tempfile::tempdir().unwrap();
    std::fs::write(place.path().join("OQSsiquc01req_1.xml"), "<XmlMsg><MessageHeader/><MessageBody/></XmlMsg>")
        .unwrap();
    let explain = |more: &[&str], variables: &[(&str, &str)]| {
        madoguchi_in(place.path(), &[&["explain", "OQSsiquc01req_1.xml"], more].concat(), variables).out
    };
    let japanese = explain(&[], &[]);
    assert!(japanese.contains("電文"), "{japanese}");
    let english = explain(&["--lang", "en"], &[]);
    assert!(english.contains("message") && english != japanese, "{english}");
    assert_eq!(explain(&[], &[("LANG", "en_GB.UTF-8")]), english);
    assert_eq!(explain(&[], &[("LANG", "ja_JP.UTF-8")]), japanese);
    assert_eq!(explain(&["--lang", "ja"], &[("LANG", "en_GB.UTF-8")]), japanese);
    assert_eq!(explain(&[], &[("MADOGUCHI_LANG", "en")]), english);
}

#[test]
fn a_hub_that_cannot_listen_says_so() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let said = madoguchi(&["hub", "--listen", &address]);
    assert_eq!((said.code, said.out.as_str()), (3, ""));
    assert!(said.err.contains(&address) && said.err.contains("--listen"), "{}", said.err);
}

#[test]
fn whoever_reads_only_the_first_line_of_a_long_answer_hears_no_complaint() {
    use std::io::{BufRead, BufReader, Read};
    let mut command = Command::new(env!("CARGO_BIN_EXE_madoguchi"));
    let command =
        command.args(["explain", "--list"]).stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    let mut child = started(|| command.spawn());
    let mut first = String::new();
    BufReader::with_capacity(16, child.stdout.take().unwrap()).read_line(&mut first).unwrap();
    let mut complaint = String::new();
    child.stderr.take().unwrap().read_to_string(&mut complaint).unwrap();
    assert_eq!((child.wait().unwrap().code(), complaint.as_str()), (Some(0), ""), "{first}");
}
