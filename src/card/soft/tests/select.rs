//! SELECT and short identifiers (spec/jpki-card.md §2.1, §2.2, §7).

use super::*;

const ROWS: &[Row] = &[
    (
        "§2.1 every application is selected by its identifier",
        "00A4040C 07 A0000001510000 -> 9000
         00A4040C 0A D392F000260100000001 -> 9000
         00A4040C 0A D3921000310001010408 -> 9000
         00A4040C 0A D3921000310001010402 -> 9000
         00A4040C 0A D3921000310001010401 -> 9000
         00A4040C 0A D3921000310001010100 -> 9000",
    ),
    ("§2.2 SELECT DF, P2=0C: nothing but 9000", "00A4040C 0A D392F000260100000001 -> 9000"),
    (
        "§2.2 SELECT DF, P2=00 with Le: FCI 6F 10",
        "00A40400 0A D392F000260100000001 00 -> 6F10840AD392F000260100000001820238009000
         00A40400 0A D3921000310001010408 00 -> 6F10840AD3921000310001010408820238009000
         00A40400 07 A0000001510000 00 -> 6F0D8407A0000001510000820238009000",
    ),
    (
        "§2.2 SELECT DF with FCI: no more than asked, all of it in the long form too",
        "00A40400 0A D392F000260100000001 02 -> 6F109000
         00A40400 0A D392F000260100000001 12 -> [18]9000
         00A40400 00000A D392F000260100000001 0000 -> [18]9000
         00A4040C 0A D392F000260100000001 00 -> 9000",
    ),
    ("§2.2 SELECT DF, P2=00 without Le: nothing but 9000", "00A40400 0A D3921000310001010402 -> 9000"),
    (
        "§2.2 unknown AID 6A82, also one byte longer than a known one",
        "00A4040C 06 D27600012401 -> 6A82
         00A4040C 0B D392F00026010000000100 -> 6A82
         00A4040C 0A D3921000310001010409 -> 6A82",
    ),
    (
        "§2.2 the beginning of an identifier selects the first that matches",
        "00A4040C 06 D392F0002601 -> 9000
         00B08A00 04 -> …9000
         00A4040C 08 D392100031000101 -> 9000
         00B08500 04 -> 545830359000",
    ),
    (
        "§2.2 fewer bytes than the registered part are no beginning",
        "00A4040C 04 D3921000 -> 6A82
         00A4040C 00 -> 6A82
         00A4040C -> 6A82",
    ),
    (
        "§2.2 SELECT EF 9000, 6A82 for one that the current DF has not",
        "00A4020C 02 000A -> 6A82
         to jpki
         00A4020C 02 000A -> 9000
         00A4020C 02 0011 -> 6A82
         to text
         00A4020C 02 0011 -> 9000
         00A4020C 02 000A -> 6A82",
    ),
    (
        "§2.2 SELECT EF asks for no FCI and gets none",
        "to text
         00A40200 02 0005 00 -> 9000",
    ),
    (
        "§2.2 an EF that is not there leaves the current one current",
        "to text
         00A4020C 02 0005 -> 9000
         00A4020C 02 7777 -> 6A82
         00B00000 04 -> 545830359000",
    ),
    (
        "§2.2 an AID that is not there leaves the current DF current",
        "to text
         00A4040C 06 D27600012401 -> 6A82
         00A4020C 02 0005 -> 9000",
    ),
    (
        "§2.2 00A40000: 6A86 after reset, 9000 without effect with a DF current",
        "00A40000 -> 6A86
         to text
         00A4020C 02 0005 -> 9000
         00A40000 -> 9000
         00B00000 04 -> 545830359000
         power off
         00A40000 -> 6A86",
    ),
    (
        "§2.2 SELECT MF 3F00: 6A82 in every state",
        "00A4000C 02 3F00 -> 6A82
         00A40000 02 3F00 -> 6A82
         to jpki
         00A4000C 02 3F00 -> 6A82",
    ),
    (
        "§2.2 other P1 and P2 of SELECT: 6A86",
        "to jpki
         00A4030C 02 0001 -> 6A86
         00A4040D 0A D392F000260100000001 -> 6A86
         00A40204 02 0001 -> 6A86
         00A4090C 02 0001 -> 6A86",
    ),
    (
        "§2.2 SELECT EF with another length than two: 6700",
        "to jpki
         00A4020C 01 0A -> 6700
         00A4020C 03 00000A -> 6700
         00A4020C -> 6700",
    ),
    (
        "§2.2 short identifiers in READ BINARY, VERIFY, 80 2A, READ RECORD",
        "to jpki
         00B08800 03 -> 8F8F009000
         00200098 -> 63C3
         00200098 04 '1234' -> 9000
         802A0097 33 {INFO} 00 -> [256]9000
         to common
         00B2010C 00 -> …9000",
    ),
    (
        "§2.2 a short identifier makes its file current",
        "to text
         00200091 -> 63C3
         00200080 -> 63C3
         00B08500 04 -> 545830359000
         00B00004 04 -> 545830359000",
    ),
    (
        "§2.2 short identifiers end at 1E, and 00 and 1F are none",
        "to jpki
         00B09F00 04 -> 6A82
         00B08000 04 -> 6A82
         0020009F -> 6A82
         00200080 -> 6986",
    ),
    (
        "§7 the same AP again, at any time",
        "to jpki
         to jpki
         00200098 04 '1234' -> 9000
         to jpki
         00A4020C 02 0018 -> 9000",
    ),
];

#[test]
fn selecting_holds_by_its_rows() {
    hold(ROWS);
}

#[test]
fn the_probes_of_opensc_are_refused_until_jpki_is_selected() {
    let mut card = card();
    converse(
        &mut card,
        "00A4040007627601FF000000 -> 6A82
         00A4040006A00000000101 -> 6A82
         00A404000BE82B0601040181C31F020100 -> 6A82
         00A4040C0FD23300000045737445494420763335 -> 6A82
         00CADF3005 -> 6A88
         00CB3FFF035C017E08 -> 6D00
         00A4040009A0000003080000100000 -> 6A82
         00A4040C07A000000116DB0000 -> 6A82
         00A4040C07A000000079010F00 -> 6A82
         00A404000CF276A288BCFBA69D34F31001 -> 6A82
         00A4040006D2760001240100 -> 6A82
         00A4040C0AD392F000260100000001 -> 9000",
    );
}

#[test]
fn a_foreign_card_has_no_application_at_all() {
    let mut card = card_of(None);
    converse(&mut card, &format!("{SELECT_JPKI} -> 6A82\n 00A4040C 07 A0000001510000 -> 6A82\n 00B00000 00 -> 6986"));
}
