//! What lasts how long: rights, application, counters (spec/jpki-card.md §2.9).

use super::*;

const ROWS: &[Row] = &[
    (
        "§2.9 rights last while the AP stays selected",
        "to text
         00200091 04 '2345' -> 9000
         00B08100 11 -> [17]9000
         00A4020C 02 0005 -> 9000
         00B08100 11 -> [17]9000",
    ),
    (
        "§2.9 the same AP again keeps them",
        "to text
         00200091 04 '2345' -> 9000
         to text
         00B08100 11 -> [17]9000",
    ),
    (
        "§2.9 the same AP again has no current EF",
        "to text
         00A4020C 02 0005 -> 9000
         to text
         00B00000 04 -> 6986",
    ),
    (
        "§2.9 warm reset keeps them",
        "to text
         00200091 04 '2345' -> 9000
         warm reset
         00B08100 11 -> [17]9000",
    ),
    (
        "§2.9 another AP clears them",
        "to text
         00200091 04 '2345' -> 9000
         to visual
         to text
         00B08100 11 -> 6982",
    ),
    (
        "§2.9 the issuer security domain clears them",
        "to jpki
         00200098 04 '1234' -> 9000
         to domain
         to jpki
         802A0097 33 {INFO} 00 -> 6982",
    ),
    (
        "§2.9 an AP that is not there clears nothing",
        "to text
         00200091 04 '2345' -> 9000
         00A4040C 06 D27600012401 -> 6A82
         00B08100 11 -> [17]9000",
    ),
    (
        "§2.9 00A40000 clears nothing",
        "to text
         00200091 04 '2345' -> 9000
         00A40000 -> 9000
         00B08100 11 -> [17]9000",
    ),
    (
        "§2.9 power off clears rights and application",
        "to text
         00200091 04 '2345' -> 9000
         power off
         00A4020C 02 0005 -> 6A82
         to text
         00B08100 11 -> 6982",
    ),
    (
        "§2.9 a miss takes its own right away and no other",
        "to text
         00200094 0C '123456789012' -> 9000
         00200095 0E '60010120351111' -> 9000
         00200094 0C '999999999999' -> 63C9
         00B08100 11 -> 6982
         00B08200 04 -> 545830329000",
    ),
    (
        "§2.9 the question takes no right away",
        "to text
         00200091 04 '2345' -> 9000
         00200091 -> 63C3
         00B08100 11 -> [17]9000",
    ),
    (
        "§2.9 counters outlast AP, reset and power",
        "to text
         00200094 0C '999999999999' -> 63C9
         to visual
         to text
         00200094 -> 63C9
         warm reset
         00200094 -> 63C9
         power off
         to text
         00200094 -> 63C9",
    ),
    (
        "§2.9 rights of one AP open nothing in another",
        "to visual
         00200093 0C '210987654321' -> 9000
         to text
         00B08100 11 -> 6982
         to common
         0020009C 04 '4567' -> 9000
         to resident
         00B20114 00 -> [16]9000
         to jpki
         00B08100 04 -> 6982",
    ),
    (
        "§2.9 a changed PIN outlasts the power",
        "to resident
         0020009C 04 '3456' -> 9000
         8032009C 04 '9876' -> 9000
         power off
         to resident
         0020009C 04 '9876' -> 9000",
    ),
];

#[test]
fn what_lasts_holds_by_its_rows() {
    hold(ROWS);
}

#[test]
fn what_use_changed_survives_in_the_state_and_goes_through_json() {
    let mut card = selected();
    converse(&mut card, "00200098 04 31323334 -> 9000\n 00240198 04 35363738 -> 9000\n 00200098 04 39393939 -> 63C2");
    let json = serde_json::to_string(card.state()).unwrap();
    let mut later = super::tests::card().with_state(serde_json::from_str(&json).unwrap());
    converse(&mut later, &format!("{SELECT_JPKI} -> 9000\n 00200098 -> 63C2\n 00200098 04 35363738 -> 9000"));
    assert!(!format!("{:?}", card.state()).contains("5678"));
}

#[test]
fn a_warm_reset_clears_rights_when_the_quirk_says_so() {
    let mut card = whole_card().with_quirks(Quirks { warm_reset_clears: true, ..Quirks::default() });
    let script =
        "to text\n 00200091 04 '2345' -> 9000\n 00B08100 11 -> [17]9000\n warm reset\n to text\n 00B08100 11 -> 6982";
    converse(&mut card, script);
}

#[test]
fn the_first_command_after_power_up_fails_once_when_the_quirk_says_so() {
    let mut card = card().with_quirks(Quirks { first_command_fails: true, ..Quirks::default() });
    converse(&mut card, &format!("{SELECT_JPKI} -> 6F00\n {SELECT_JPKI} -> 9000"));
    card.power_cycle();
    converse(&mut card, &format!("{SELECT_JPKI} -> 6F00"));
}
