//! What was measured on real cards by the author of myna-card 3.3.4 and is public there, row by row ([B]). Two rows are elsewhere: the
//! first command after power-up that fails once is a quirk (`session`), and a counter of secure messaging that goes wrong is tried with the
//! client that measured it (`tests/card_oracle`).

use super::*;

const ROWS: &[Row] = &[
    (
        "AIDs of all six",
        "00A4040C 0A D392F000260100000001 -> 9000
         00A4040C 0A D3921000310001010408 -> 9000
         00A4040C 0A D3921000310001010402 -> 9000
         00A4040C 0A D3921000310001010401 -> 9000
         00A4040C 0A D3921000310001010100 -> 9000
         00A4040C 07 A0000001510000 -> 9000",
    ),
    (
        "SELECT by AID and by EF identifier: 9000, no FCI",
        "00A4040C 0A D392F000260100000001 -> 9000
         00A4020C 02 000A -> 9000",
    ),
    (
        "00A40000 after cold reset and with a DF current: 6A86, 9000 without moving",
        "00A40000 -> 6A86
         to text
         00A40000 -> 9000
         00B08500 04 -> 545830359000
         power off
         00A40000 -> 6A86",
    ),
    (
        "SELECT 3F00: 6A82",
        "00A4000C 02 3F00 -> 6A82
         to visual
         00A4000C 02 3F00 -> 6A82",
    ),
    (
        "READ BINARY past the end: 6B00",
        "to jpki
         00B08800 04 -> 8F8F009000
         00B00003 01 -> 6B00
         00B00004 01 -> 6B00",
    ),
    (
        "READ BINARY by short identifier, offset of eight bits",
        "to jpki
         00B08AFF 04 -> 555555559000
         00B08A00 04 -> 308206329000",
    ),
    (
        "empty VERIFY: 63Cx without using a try, 63C0 blocked",
        "to text
         00200091 -> 63C3
         00200091 -> 63C3
         00200092 -> 63C0",
    ),
    (
        "wrong VERIFY: 63Cx, the last one 63C0, afterwards 6984",
        "to jpki
         0020009B 06 '999999' -> 63C4
         0020009B 06 '999999' -> 63C3
         0020009B 06 '999999' -> 63C2
         0020009B 06 '999999' -> 63C1
         0020009B 06 '999999' -> 63C0
         0020009B 06 '999999' -> 6984
         0020009B 06 'ABC123' -> 6984",
    ),
    (
        "VERIFY stays valid over warm reset, not over another AP or power",
        "to jpki
         00200098 04 '1234' -> 9000
         warm reset
         802A0097 33 {INFO} 00 -> [256]9000
         to visual
         to jpki
         802A0097 33 {INFO} 00 -> 6982
         00200098 04 '1234' -> 9000
         power off
         to jpki
         802A0097 33 {INFO} 00 -> 6982",
    ),
    (
        "the same AP again is no clean state",
        "to jpki
         00200098 04 '1234' -> 9000
         to jpki
         802A0097 33 {INFO} 00 -> [256]9000",
    ),
    (
        "channel other than 0: 6881",
        "to jpki
         01B08A00 04 -> 6881",
    ),
    (
        "80 2A: P1 00 to 05, other 6A86, bad input 6985 or 6700",
        "to jpki
         00200098 04 '1234' -> 9000
         802A0097 33 {INFO} 00 -> [256]9000
         802A0197 01 42 00 -> [256]9000
         802A0297 20 {5A*32} 00 -> [256]9000
         802A0397 01 42 00 -> [256]9000
         802A0497 20 {5A*32} 00 -> [256]9000
         802A0597 01 42 00 -> [256]9000
         802A0697 01 42 00 -> 6A86
         802A0297 01 42 00 -> 6985
         802A0097 01 42 -> 6700",
    ),
    (
        "GET CHALLENGE: 1 to 256 bytes exactly, extended 6985",
        "00840000 01 -> [1]9000
         00840000 80 -> [128]9000
         00840000 00 -> [256]9000
         00840000 000100 -> 6985",
    ),
    (
        "GET DATA of a large object with short Le: 6700, again with extended Le",
        "00CA7F21 00 -> 6700
         00CA7F21 000000 -> [575]9000",
    ),
    (
        "INTERNAL AUTHENTICATE: 0019 of the 共通AP without PIN; others 6982, 6985",
        "to common
         00880099 10 {42*16} 00 -> [256]9000
         to jpki
         00880097 10 {42*16} 00 -> 6982
         to text
         00880093 10 {42*16} 00 -> 6985",
    ),
    (
        "SET SESSION KEY: 6982, 66F1, 6A80 by application (9000 for a right one: tests/card_oracle)",
        "to jpki
         80AE0000 -> 6982
         to resident
         80AE0000 -> 6982
         to common
         80AE0000 -> 66F1
         to visual
         80AE0000 -> 66F1
         to text
         80AE0000 -> 6982
         00200091 04 '2345' -> 9000
         80AE0000 -> 6A80",
    ),
    (
        "no secure messaging session: 69FC",
        "to text
         00200091 04 '2345' -> 9000
         08B08100 00 -> 69FC",
    ),
    (
        "EF 0012 of the text AP blocked as issued: 63C0, 6984",
        "to text
         00200092 -> 63C0
         00200092 04 '1234' -> 6984",
    ),
    (
        "JPKI EF 0006: 160 bytes, label first",
        "to jpki
         00B08600 00 -> [160]9000
         00B00000 20 -> 4A504B494150494343544F4B454E3220202020202020202020202020202020209000",
    ),
    (
        "JPKI EF 0008: 8F 8F 00",
        "to jpki
         00B08800 00 -> 8F8F009000",
    ),
    (
        "JPKI EFs: 0001 behind the password, 000A free",
        "to jpki
         00B08A00 04 -> 308206329000
         00B08B00 04 -> …9000
         00B08200 04 -> …9000
         00B08100 04 -> 6982
         0020009B 06 'ABC123' -> 9000
         00B08100 04 -> 308206DA9000",
    ),
    (
        "CHANGE: 00 24 01 in JPKI and text, 80 32 00 in 共通 and 住基",
        "to jpki
         00200098 04 '1234' -> 9000
         00240198 04 '5678' -> 9000
         to text
         00200091 04 '2345' -> 9000
         00240191 04 '5678' -> 9000
         to common
         0020009C 04 '4567' -> 9000
         8032009C 04 '5678' -> 9000
         to resident
         0020009C 04 '3456' -> 9000
         8032009C 04 '5678' -> 9000",
    ),
    (
        "80 FC 00 00: 6700",
        "to jpki
         80FC0000 -> 6700",
    ),
];

#[test]
fn every_measured_row_holds() {
    hold(ROWS);
}
