//! READ BINARY, READ RECORD, GET DATA, GET CHALLENGE (spec/jpki-card.md §2.3–§2.8).

use super::*;

const ROWS: &[Row] = &[
    (
        "§2.3 0001 after the signature password only",
        "to jpki
         00B08100 04 -> 6982
         00200098 04 '1234' -> 9000
         00B08100 04 -> 6982
         0020009B 06 'ABC123' -> 9000
         00B08100 04 -> 308206DA9000",
    ),
    (
        "§2.3 0002, 0006, 0008, 000A, 000B are free",
        "to jpki
         00B08200 04 -> 308205229000
         00B08600 00 -> [160]9000
         00B08800 00 -> 8F8F009000
         00B08A00 04 -> 308206329000
         00B08B00 04 -> 308205229000",
    ),
    (
        "§2.3 no known right opens 0009",
        "to jpki
         00200098 04 '1234' -> 9000
         0020009B 06 'ABC123' -> 9000
         00A4020C 02 0009 -> 9000
         00B00000 04 -> 6982
         00B08900 04 -> 6982",
    ),
    (
        "§2.3 0016, 0017, 0018, 001A, 001B are internal: READ BINARY 6981",
        "to jpki
         00200098 04 '1234' -> 9000
         0020009B 06 'ABC123' -> 9000
         00B09600 04 -> 6981
         00B09700 04 -> 6981
         00B09800 04 -> 6981
         00B09A00 04 -> 6981
         00B09B00 04 -> 6981",
    ),
    (
        "§2.5 0001 of the text AP: PIN or 照合番号A",
        "to text
         00B08100 11 -> 6982
         00200095 0E '60010120351111' -> 9000
         00B08100 11 -> 6982
         00200094 0C '123456789012' -> 9000
         00B08100 11 -> FF100C313233343536373839303132FFFF9000
         to visual
         to text
         00200091 04 '2345' -> 9000
         00B08100 11 -> FF100C313233343536373839303132FFFF9000",
    ),
    (
        "§2.5 0002 of the text AP: PIN or 照合番号B, not A",
        "to text
         00B08200 04 -> 6982
         00200094 0C '123456789012' -> 9000
         00B08200 04 -> 6982
         00200095 0E '60010120351111' -> 9000
         00B08200 04 -> 545830329000
         to visual
         to text
         00200091 04 '2345' -> 9000
         00B08200 04 -> 545830329000",
    ),
    (
        "§2.5 0003, 0006, 0007 of the text AP: PIN, A or B",
        "to text
         00B08300 04 -> 6982
         00B08600 04 -> 6982
         00B08700 04 -> 6982
         00200095 0E '60010120351111' -> 9000
         00B08300 04 -> 545830339000
         to visual
         to text
         00200094 0C '123456789012' -> 9000
         00B08600 04 -> 545830369000
         to visual
         to text
         00200091 04 '2345' -> 9000
         00B08700 04 -> 545830379000",
    ),
    (
        "§2.5 0004 and 0005 of the text AP are free",
        "to text
         00B08400 04 -> 545830349000
         00B08500 04 -> 545830359000",
    ),
    (
        "§2.5 0011 to 0015 of the text AP are internal",
        "to text
         00200091 04 '2345' -> 9000
         00B09100 04 -> 6981
         00B09200 04 -> 6981
         00B09300 04 -> 6981
         00B09400 04 -> 6981
         00B09500 04 -> 6981",
    ),
    (
        "§2.6 0001 of the visual AP: 生年月日 and nothing else",
        "to visual
         00B08100 04 -> 6982
         00200093 0C '210987654321' -> 9000
         00200092 0E '60010120352222' -> 9000
         00B08100 04 -> 6982
         00200091 06 '600101' -> 9000
         00B08100 04 -> 565830319000",
    ),
    (
        "§2.6 0002 and 0006 of the visual AP: 照合番号A or B",
        "to visual
         00B08200 04 -> 6982
         00B08600 04 -> 6982
         00200091 06 '600101' -> 9000
         00B08200 04 -> 6982
         00200092 0E '60010120352222' -> 9000
         00B08200 04 -> 565830329000
         00B08600 04 -> 565830369000
         to text
         to visual
         00200093 0C '210987654321' -> 9000
         00B08200 04 -> 565830329000",
    ),
    (
        "§2.6 0003 and 0004 of the visual AP are free",
        "to visual
         00B08300 04 -> 565830339000
         00B08400 04 -> 565830349000",
    ),
    (
        "§2.6 0005 of the visual AP: 照合番号A only",
        "to visual
         00200092 0E '60010120352222' -> 9000
         00B08500 04 -> 6982
         00200093 0C '210987654321' -> 9000
         00B08500 04 -> 565830359000",
    ),
    (
        "§2.7 a record by P2=04 of the current file, or by short identifier",
        "to common
         00A4020C 02 0001 -> 9000
         00B20104 00 -> [30]9000
         00B2010C 00 -> 011C34…9000
         00B20114 00 -> [16]9000
         to resident
         00B20114 00 -> [16]9000",
    ),
    (
        "§2.7 READ BINARY of a record file: 6981",
        "to common
         00A4020C 02 0001 -> 9000
         00B00000 00 -> 6981
         00B08100 00 -> 6981",
    ),
    (
        "§2.7 READ RECORD of a transparent or internal file: 6981",
        "to jpki
         00B2010C 00 -> 6981
         00B2011C 00 -> 6A82
         00B20154 00 -> 6981
         00B201C4 00 -> 6981",
    ),
    (
        "§2.14 a record that is not there: 6A83",
        "to common
         00B2020C 00 -> 6A83
         00B2000C 00 -> 6A83
         00B2FF0C 00 -> 6A83",
    ),
    (
        "§2.14 several records at once: 6A81; other forms 6A86",
        "to common
         00B2010D 00 -> 6A81
         00B20108 00 -> 6A86
         00B2010E 00 -> 6A86",
    ),
    (
        "§2.7 READ RECORD: a short Le, no more than asked",
        "to common
         00B2010C 02 -> 011C9000
         00B2010C -> 6700
         00B2010C 000000 -> 6700
         to common
         00B20104 00 -> 6986",
    ),
    (
        "§2.7 GET DATA after power-up and in the issuer security domain",
        "00CA0045 00 -> [15]9000
         to domain
         00CA0045 00 -> [15]9000
         00CA0042 00 -> [16]9000
         00CA0066 00 -> …9000
         00CA00F0 00 -> 39393930319000
         00CA00F2 00 -> 32303335303130319000
         00CA00F7 00 -> [16]9000",
    ),
    (
        "§2.7 GET DATA with an application current: 6A88, except the contact ATR",
        "to jpki
         00CA0045 00 -> 6A88
         00CA7F21 000000 -> 6A88
         00CA5F51 00 -> E000FF8131FE45149000
         to domain
         00CA5F51 00 -> E000FF8131FE45149000",
    ),
    (
        "§2.7 large objects: 6700 for a short Le, all of it for an extended one",
        "00CA00F8 00 -> 6700
         00CA00F8 000000 -> [575]9000
         00CA7F21 00 -> 6700
         00CA7F21 000240 -> [575]9000
         00CA7F21 00023E -> 6700",
    ),
    (
        "§2.7 GET DATA of an object that is not there: 6A88; without Le 6700",
        "00CADF30 05 -> 6A88
         00CA9F7F 00 -> 6A88
         00CA0045 -> 6700
         00CA0045 01 00 00 -> 6700",
    ),
    (
        "§2.8 256 bytes at most, what is left at the end, 6B00 behind it",
        "to jpki
         00B08A00 00 -> [256]9000
         00B00700 00 -> [256]9000
         00B007FF 00 -> FF9000
         00B00800 00 -> 6B00
         00B07FFF 01 -> 6B00",
    ),
    (
        "§2.8 no current EF 6986; structure 6981; right 6982",
        "to jpki
         00B00000 04 -> 6986
         00A4020C 02 0017 -> 9000
         00B00000 04 -> 6981
         00A4020C 02 0001 -> 9000
         00B00000 04 -> 6982",
    ),
    (
        "§2.8 extended Le is not taken, nor data, nor no Le",
        "to jpki
         00A4020C 02 000A -> 9000
         00B00000 000400 -> 6700
         00B00000 01 00 00 -> 6700
         00B00000 -> 6700",
    ),
    (
        "§2.8 P1 with bits that mean nothing: 6A86",
        "to jpki
         00B0A000 04 -> 6A86
         00B0C100 04 -> 6A86
         00B0E000 04 -> 6A86",
    ),
    (
        "§2.7 GET CHALLENGE: 1 to 256 bytes, in every state",
        "00840000 01 -> [1]9000
         00840000 00 -> [256]9000
         to text
         00840000 08 -> [8]9000
         to domain
         00840000 FF -> [255]9000",
    ),
    (
        "§2.7 GET CHALLENGE with extended Le 6985, without Le 6700",
        "00840000 000008 -> 6985
         00840000 000100 -> 6985
         00840000 -> 6700
         00840001 08 -> 6A86",
    ),
    (
        "§12 a conversation of reads in the JPKI AP",
        "to jpki
         00B00000 04 -> 6986
         00B0 8A00 04 -> 308206329000
         00B0 0004 04 -> 3082062E9000
         00A4020C 02 0008 -> 9000
         00B00000 00 -> 8F8F009000
         00B00003 00 -> 6B00
         00B07FFF 00 -> 6B00
         00B00000 -> 6700
         00B00000 000400 -> 6700
         00B0 E000 00 -> 6A86
         00B0 9100 00 -> 6A82
         00A4020C 02 0018 -> 9000
         00B00000 00 -> 6981
         00A4020C 02 0017 -> 9000
         00B00000 00 -> 6981
         00A4020C 02 0001 -> 9000
         00B00000 04 -> 6982
         0020009B 06 414243313233 -> 9000
         00B08100 04 -> 308206DA9000",
    ),
];

#[test]
fn reading_holds_by_its_rows() {
    hold(ROWS);
}

#[test]
fn filler_of_ff_follows_the_certificate() {
    let mut card = selected();
    assert_eq!(say(&mut card, "00B08A00 00").len(), 2 * 258);
    assert_eq!(say(&mut card, "00B00636 04"), "FFFFFFFF9000");
    assert_eq!(say(&mut card, "00B00800 00"), "6B00");
}

#[test]
fn a_challenge_is_as_long_as_asked_and_never_the_same() {
    let mut card = selected();
    let first = say(&mut card, "00840000 08");
    assert_eq!(first.len(), 2 * 10);
    assert_ne!(first, say(&mut card, "00840000 08"));
    assert_eq!(say(&mut card, "00840000 00").len(), 2 * 258);
    converse(&mut card, "00840000 000100 -> 6985\n 00840001 08 -> 6A86\n 00840000 -> 6700");
    let mut again = selected();
    assert_eq!(first, say(&mut again, "00840000 08"), "the seed repeats it");
}

#[test]
fn the_token_says_what_kind_of_card_it_is() {
    for kind in [TokenKind::MyNumberCard, TokenKind::Android, TokenKind::Iphone] {
        let mut card = card_of(Some(JpkiImage { kind, ..jpki_image() }));
        say(&mut card, SELECT_JPKI);
        let info = card.process(&bytes("00B08600 00"));
        assert_eq!(info.len(), 160 + 2);
        assert_eq!(TokenKind::from_label(&info[..32]), kind);
        // §2.4: manufacturer, model, serial; flags and sessions; longest and shortest PIN; memory; versions and time.
        assert!(info[32..64].iter().all(u8::is_ascii_digit) && info[32..64].ends_with(b"01"));
        assert!(info[64..96].iter().all(|byte| matches!(byte, b' '..=b'~')));
        assert_eq!(hex(&info[96..116]), "0000040D00000001000000000000000100000000");
        assert_eq!(hex(&info[116..140]), "0000001000000006FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF");
        assert_eq!(info[140..160], *b"03019999999999999999");
    }
}

#[test]
fn an_android_token_gives_its_certificate_after_the_pin_only() {
    let mut card = card_of(Some(JpkiImage { certificate_needs_pin: true, ..jpki_image() }));
    converse(
        &mut card,
        &format!(
            "{SELECT_JPKI} -> 9000\n 00B08A00 04 -> 6982\n 00200098 04 31323334 -> 9000\n 00B08A00 04 -> 308206329000"
        ),
    );
}
