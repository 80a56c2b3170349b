//! What the card refuses, and with which word (spec/jpki-card.md §2.11, §2.12, §2.14).

use super::*;

const ROWS: &[Row] = &[
    (
        "§2.11 80 AE: 6982 in JPKI and 住基, with and without PIN",
        "to jpki
         80AE0000 -> 6982
         00200098 04 '1234' -> 9000
         0020009B 06 'ABC123' -> 9000
         80AE0000 000100 {00*256} -> 6982
         to resident
         80AE0000 -> 6982
         0020009C 04 '3456' -> 9000
         80AE0000 -> 6982",
    ),
    (
        "§2.11 80 AE: 66F1 in 共通 and 券面事項確認",
        "to common
         80AE0000 -> 66F1
         0020009C 04 '4567' -> 9000
         80AE0000 -> 66F1
         to visual
         80AE0000 -> 66F1
         00200093 0C '210987654321' -> 9000
         80AE0000 -> 66F1",
    ),
    (
        "§2.11 80 AE in the text AP: 6982 before the PIN, 照合番号A is not enough",
        "to text
         80AE0000 -> 6982
         00200094 0C '123456789012' -> 9000
         80AE0000 -> 6982",
    ),
    (
        "§2.11 80 AE in the text AP: 6A80 for a wrong key",
        "to text
         00200091 04 '2345' -> 9000
         80AE0000 000100 {00*256} -> 6A80",
    ),
    (
        "§2.3 CLA 08 in the JPKI AP: 69FC",
        "to jpki
         08B00000 00 -> 69FC
         08B08A00 00 -> 69FC",
    ),
    (
        "§2.11 CLA 08 without a session: 69FC; CLA 0C: 6987",
        "to text
         08B08500 00 -> 69FC
         0CB08500 00 -> 6987",
    ),
    (
        "§2.12 80 A2: 6A86 for P1P2 0000, 00AE, 8000, 00B6",
        "to jpki
         80A20000 -> 6A86
         80A200AE -> 6A86
         80A28000 -> 6A86
         80A200B6 -> 6A86",
    ),
    (
        "§2.12 80 A2 00C1: garbage 6700, and no body is taken",
        "to jpki
         80A200C1 -> 6700
         80A200C1 04 01020304 -> 6700
         80A200C1 000133 5F4E820129 {00*302} -> 6A88",
    ),
    (
        "§2.12 80 A2 grants nothing",
        "to jpki
         80A200C1 000133 5F4E820129 {00*302} -> 6A88
         802A0097 33 {INFO} 00 -> 6982
         00B08100 04 -> 6982",
    ),
    (
        "§2.12 EXTERNAL AUTHENTICATE is not imitated: 6D00",
        "to jpki
         00840000 08 -> [8]9000
         00820000 08 0000000000000000 -> 6D00",
    ),
    (
        "§4 80 FC: 6700 on a card",
        "80FC0000 -> 6700
         to jpki
         80FC0000 -> 6700",
    ),
    (
        "§2.7 INTERNAL AUTHENTICATE elsewhere: 6982 without the PIN, 6985 with it",
        "to jpki
         00880097 01 42 00 -> 6982
         0088009A 01 42 00 -> 6982
         00200098 04 '1234' -> 9000
         00880097 01 42 00 -> 6985",
    ),
    (
        "§2.7 INTERNAL AUTHENTICATE with the signing keys of the 券面 APs: 6985",
        "to text
         00880093 01 42 00 -> 6985
         to visual
         00880094 01 42 00 -> 6985",
    ),
    (
        "§2.7 INTERNAL AUTHENTICATE with what is no key: 6981",
        "to common
         0088009C 01 42 00 -> 6981
         00880081 01 42 00 -> 6981
         0088009E 01 42 00 -> 6A82",
    ),
    (
        "§2.2 CLA with a channel: 6881, in every state and class",
        "01A4040C 0A D392F000260100000001 -> 6881
         to text
         01B08500 04 -> 6881
         02B08500 04 -> 6881
         03B08500 04 -> 6881
         83AE0000 -> 6881
         41B08500 04 -> 6881",
    ),
    (
        "§2.14 other INS 6D00, other CLA 6E00",
        "00100000 -> 6D00
         80100000 -> 6D00
         80A4040C 00 -> 6D00
         00C00000 00 -> 6D00
         00D60000 01 00 -> 6D00
         90A40000 -> 6E00
         FFCA0000 00 -> 6E00
         to text
         00DC0104 01 00 -> 6D00
         00A20000 -> 6D00",
    ),
    (
        "§2.14 what is no APDU: 6700",
        "00 -> 6700
         00A404 -> 6700
         00A4020C0200 -> 6700
         00A4020C02001700FF -> 6700",
    ),
    (
        "§2.14 by class, channel, instruction and form, in the JPKI AP",
        "to jpki
         00100000 -> 6D00
         80100000 -> 6D00
         802A008A 01 00 00 -> 6981
         90A40000 -> 6E00
         FFCA0000 00 -> 6E00
         01A4040C 0A D392F000260100000001 -> 6881
         83100000 -> 6881
         45A40000 -> 6881
         08B00000 00 -> 69FC
         80AE0000 -> 6982
         80FC0000 -> 6700
         00A402 -> 6700
         00A4020C0200 -> 6700",
    ),
];

#[test]
fn refusals_hold_by_their_rows() {
    hold(ROWS);
}
