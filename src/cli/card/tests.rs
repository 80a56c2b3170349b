//! `madoguchi card` without a reader: options, masking, exit codes.

use clap::Parser;

use super::*;

#[derive(Parser)]
struct CommandLine {
    #[command(flatten)]
    card: CardArgs,
}

fn run_line(line: &[&str]) -> Outcome {
    let words = ["card"].iter().chain(line);
    let clock = Clock::parse("20261121090000,freeze").unwrap();
    run(&CommandLine::try_parse_from(words).unwrap_or_else(|error| panic!("{error}")).card, &clock)
}

fn exit(outcome: Outcome) -> Exit {
    outcome.unwrap_or_else(|failure| failure.report())
}

#[test]
fn the_software_card_of_a_person_is_read_without_a_reader() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("taro.der");
    let line = ["read", "--person", "taro", "--json", "--output", file.to_str().unwrap()];
    assert_eq!(exit(run_line(&line)), Exit::Done);
    let certificate = crate::card::certificate::Certificate::parse(&std::fs::read(file).unwrap()).unwrap();
    assert!(crate::authority::Authority::is_named_in(&certificate.issuer));
}

#[test]
fn a_signature_is_written_only_after_it_was_verified_and_a_wrong_pin_writes_none() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("m");
    std::fs::write(&file, b"message").unwrap();
    let signature = folder.path().join("m.sig");
    let path = file.to_str().unwrap();
    assert_eq!(exit(run_line(&["sign", path, "--person", "taro", "--pin", "9999"])), Exit::DidNotHold);
    assert!(!signature.exists());
    assert_eq!(exit(run_line(&["sign", path, "--person", "taro", "--pin", "1234"])), Exit::Done);
    assert_eq!(std::fs::read(signature).unwrap().len(), 256);
}

#[test]
fn exit_codes_tell_wrong_pins_from_wrong_usage() {
    assert_eq!(exit(run_line(&["verify-pin", "--person", "taro", "--pin", "1234"])), Exit::Done);
    assert_eq!(exit(run_line(&["verify-pin", "--person", "taro", "--pin", "0000"])), Exit::DidNotHold);
    assert_eq!(exit(run_line(&["pin-status", "--person", "nobody-of-this-name"])), Exit::Usage);
    assert_eq!(exit(run_line(&["sign", "-", "--person", "taro", "--pin", "1234"])), Exit::Usage);
    assert_eq!(exit(run_line(&["serve", "taro", "--vpcd", "nowhere"])), Exit::Usage);
    assert_eq!(exit(run_line(&["read", "--person", "taro", "--roots", "/no/such/file.pem"])), Exit::Usage);
}

#[test]
fn a_phone_gives_its_certificate_after_the_pin() {
    assert_eq!(exit(run_line(&["read", "--person", "android"])), Exit::DidNotHold);
    assert_eq!(exit(run_line(&["read", "--person", "android", "--pin", "1234"])), Exit::Done);
}

#[test]
fn the_serial_alone_is_read_with_three_apdus() {
    assert_eq!(exit(run_line(&["read", "--person", "taro", "--serial-only"])), Exit::Done);
}
