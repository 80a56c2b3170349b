//! K7: opensc-tool, and which cards OpenSC takes for what they are.

use madoguchi::card::apdu::hex;
use madoguchi::card::atr::SEEN;
use madoguchi::card::pcsc::list_readers;
use madoguchi::card::soft::quirk::Quirks;

use crate::desk::{assert_shows, at_a_desk, attempt, card_of, card_with_atr, refused, tool, with_jpki};
use crate::world::READER;

/// The command in which OpenSC is inside the certificate: it asks for other kinds of card first (`economy`).
const IN_THE_CERTIFICATE: u32 = 40;

#[test]
fn opensc_tool_sees_the_readers_the_card_and_its_atr() {
    at_a_desk(|desk| {
        let readers = tool("opensc-tool", &["--list-readers"]);
        for (number, name) in list_readers().unwrap().iter().enumerate() {
            let line = readers.lines().find(|line| line.starts_with(&number.to_string())).unwrap();
            assert!(line.ends_with(name), "{line}");
            assert_eq!(line.contains("Yes"), name == READER, "{line}");
        }
        let atr = desk.slot.with_card(|card| card.atr().to_vec()).unwrap();
        let atr: Vec<String> = atr.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_shows(&tool("opensc-tool", &["--atr", "--name"]), &[&atr.join(":"), "\njpki\n"]);
        assert_shows(&refused("opensc-tool", &["--reader", "1", "--name"]), &["Card not present"]);
    });
}

#[test]
fn opensc_tool_sends_any_command_and_resets_the_card_warm_and_cold() {
    at_a_desk(|_| {
        let sent = |apdus: &[&str]| {
            let args: Vec<&str> = apdus.iter().flat_map(|apdu| ["--send-apdu", apdu]).collect();
            tool("opensc-tool", &args)
        };
        let select = "00A4040C0AD392F000260100000001";
        let told = sent(&[select, "00A4020C020006", "00B0000020", "00EE0000"]);
        assert_shows(&told, &["JPKIAPICCTOKEN2", "SW1=0x90, SW2=0x00", "SW1=0x6D, SW2=0x00"]);
        // For the reader, which has the number of a card without contacts: four bytes.
        for length in ["00", "04"] {
            assert_shows(&sent(&[&format!("FFCA0000{length}")]), &["SW1=0x90, SW2=0x00"]);
        }
        assert_shows(&sent(&["FFCA010000"]), &["SW1=0x6A, SW2=0x81"]);
        assert_shows(&sent(&["FF82000006FFFFFFFFFFFF"]), &["SW1=0x6D, SW2=0x00"]);
        for reset in ["--reset=warm", "--reset=cold"] {
            tool("opensc-tool", &[reset]);
            assert_shows(&sent(&[select, "00840000FF"]), &["SW1=0x90, SW2=0x00"]);
        }
    });
}

#[test]
fn opensc_takes_every_kind_of_token_for_what_it_is_and_no_other_card_for_one() {
    at_a_desk(|desk| {
        for token in ["kao", "android", "iphone", "sedai2"] {
            desk.put(card_of(token));
            assert_shows(&tool("opensc-tool", &["--name"]), &["jpki"]);
            tool("pkcs15-tool", &["--dump"]);
        }
        // A driving licence: type B as well, no such application.
        desk.put(card_of("teiki"));
        assert_shows(&attempt("opensc-tool", &["--name"]).1, &["Unsupported card"]);
        assert_shows(&refused("pkcs15-tool", &["--dump"]), &["Card is invalid or cannot be handled"]);
        assert_shows(&tool("pkcs11-tool", &["--list-slots"]), &["(token not recognized)"]);
    });
}

#[test]
fn a_card_is_known_by_its_application_whatever_atr_its_reader_makes() {
    at_a_desk(|desk| {
        for seen in SEEN.iter().filter(|seen| seen.is_my_number_card) {
            let atr = hex(seen.atr);
            desk.put(card_with_atr("taro", seen.atr.to_vec()));
            assert_shows(&tool("opensc-tool", &["--name"]), &["jpki"]);
            let shown = tool("opensc-tool", &["--atr"]).replace(':', "").to_uppercase();
            assert_shows(&shown, &[&atr]);
            let mut channel = desk.connect();
            assert!(with_jpki(&mut *channel, |jpki| jpki.serial()).is_ok(), "{atr}");
        }
    });
}

#[test]
fn opensc_survives_a_card_that_fails_at_first_and_one_that_leaves_in_the_middle_of_a_command() {
    at_a_desk(|desk| {
        // Some cards answer the first command after power-up with 6F00: one probe for another kind of card is lost.
        desk.put(card_of("taro").with_quirks(Quirks { first_command_fails: true, ..Quirks::default() }));
        assert_shows(&tool("pkcs15-tool", &["--read-certificate", "1"]), &["BEGIN CERTIFICATE"]);
        desk.put(card_of("taro").with_quirks(Quirks { leave_after: Some(IN_THE_CERTIFICATE), ..Quirks::default() }));
        refused("pkcs15-tool", &["--read-certificate", "1"]);
        desk.put(card_of("taro"));
        assert_shows(&tool("pkcs15-tool", &["--read-certificate", "1"]), &["BEGIN CERTIFICATE"]);
    });
}
