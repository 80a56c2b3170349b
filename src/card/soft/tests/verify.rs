//! VERIFY and CHANGE (spec/jpki-card.md §2.5, §2.6, §2.9, §2.13).

use super::*;

const ROWS: &[Row] = &[
    (
        "§2.3 tries of the JPKI AP: 3 and 5",
        "to jpki
         00200098 -> 63C3
         0020009B -> 63C5",
    ),
    (
        "§2.5 tries of the text AP: 3, blocked, 10, 10",
        "to text
         00200091 -> 63C3
         00200092 -> 63C0
         00200094 -> 63CA
         00200095 -> 63CA",
    ),
    (
        "§2.6 tries of the visual AP: 10 of each 照合番号",
        "to visual
         00200092 -> 63CA
         00200093 -> 63CA",
    ),
    (
        "§2.7 tries of the 共通 and the 住基AP: 3, counted apart",
        "to common
         0020009C 04 '9999' -> 63C2
         to resident
         0020009C -> 63C3
         0020009C 04 '3456' -> 9000",
    ),
    (
        "§2.9 the question spends no try and is answered 63Cx always",
        "to jpki
         00200098 -> 63C3
         00200098 -> 63C3
         00200098 04 '1234' -> 9000
         00200098 -> 63C3
         00200098 04 '9999' -> 63C2
         00200098 -> 63C2
         00200098 04 '9999' -> 63C1
         00200098 04 '9999' -> 63C0
         00200098 -> 63C0",
    ),
    (
        "§2.9 63C0 on the miss that exhausts, 6984 on every later try, also the right one",
        "to text
         00200091 04 '9999' -> 63C2
         00200091 04 '9999' -> 63C1
         00200091 04 '9999' -> 63C0
         00200091 04 '9999' -> 6984
         00200091 04 '2345' -> 6984
         00200091 -> 63C0
         power off
         to text
         00200091 04 '2345' -> 6984",
    ),
    (
        "§2.9 照合番号A and B: 10 misses each",
        "to visual
         00200093 0C '999999999999' -> 63C9
         00200093 0C '999999999999' -> 63C8
         00200093 0C '999999999999' -> 63C7
         00200093 0C '999999999999' -> 63C6
         00200093 0C '999999999999' -> 63C5
         00200093 0C '999999999999' -> 63C4
         00200093 0C '999999999999' -> 63C3
         00200093 0C '999999999999' -> 63C2
         00200093 0C '999999999999' -> 63C1
         00200093 0C '999999999999' -> 63C0
         00200093 0C '210987654321' -> 6984
         00200092 -> 63CA
         00200092 0E '60010120352222' -> 9000",
    ),
    (
        "§2.9 a correct VERIFY resets the counter",
        "to text
         00200094 0C '999999999999' -> 63C9
         00200094 0C '999999999999' -> 63C8
         00200094 0C '123456789012' -> 9000
         00200094 -> 63CA",
    ),
    (
        "§2.9 a length that no value has spends no try",
        "to visual
         00200093 0B '99999999999' -> 6700
         00200092 0C '999999999999' -> 6700
         00200091 08 '99999999' -> 6700
         00200093 -> 63CA
         to jpki
         00200098 05 '12345' -> 6700
         0020009B 05 '12345' -> 6700
         0020009B 11 '12345678901234567' -> 6700
         00200098 -> 63C3
         0020009B -> 63C5",
    ),
    (
        "§2.9 VERIFY of what is no reference: 6981; no file 6986; unknown 6A82; P1 6A86",
        "to jpki
         00200080 -> 6986
         0020008A -> 6981
         00200097 -> 6981
         00200093 -> 6A82
         00200198 -> 6A86
         00200018 -> 6A86",
    ),
    (
        "§2.5 0012 is blocked as issued: 63C0 and 6984, and stays so",
        "to text
         00200092 -> 63C0
         00200092 04 '0000' -> 6984
         00200092 -> 63C0
         00240192 04 '1234' -> 6984",
    ),
    (
        "§2.9 change in the JPKI AP: VERIFY old, 00 24 01 new",
        "to jpki
         00240198 04 '5678' -> 6982
         00200098 04 '1234' -> 9000
         00240198 04 '5678' -> 9000
         00200098 04 '1234' -> 63C2
         00200098 04 '5678' -> 9000
         0020009B 06 'ABC123' -> 9000
         0024019B 07 'XYZ7890' -> 9000
         0020009B 07 'XYZ7890' -> 9000",
    ),
    (
        "§2.9 change in the text AP: VERIFY old, 00 24 01 new",
        "to text
         00240191 04 '5678' -> 6982
         00200091 04 '2345' -> 9000
         00240191 04 '5678' -> 9000
         to visual
         to text
         00200091 04 '2345' -> 63C2
         00200091 04 '5678' -> 9000",
    ),
    (
        "§2.9 change in the 共通AP: VERIFY old, 80 32 00 new",
        "to common
         8032009C 04 '5678' -> 6982
         0020009C 04 '4567' -> 9000
         00A4020C 02 001C -> 9000
         80320080 04 '5678' -> 9000
         0020009C 04 '4567' -> 63C2
         0020009C 04 '5678' -> 9000
         to resident
         0020009C 04 '3456' -> 9000",
    ),
    (
        "§2.9 change in the 住基AP: VERIFY old, 80 32 00 new",
        "to resident
         0020009C 04 '3456' -> 9000
         8032009C 04 'ABCD' -> 6A80
         8032009C 05 '56789' -> 6700
         8032009C 04 '5678' -> 9000
         0020009C 04 '5678' -> 9000",
    ),
    (
        "§2.9 each form of change is known where it belongs only",
        "to jpki
         00200098 04 '1234' -> 9000
         80320098 04 '5678' -> 6D00
         to text
         00200091 04 '2345' -> 9000
         80320091 04 '5678' -> 6D00
         to common
         0020009C 04 '4567' -> 9000
         0024019C 04 '5678' -> 6D00
         to visual
         00200093 0C '210987654321' -> 9000
         00240193 0C '000000000000' -> 6D00
         80320093 0C '000000000000' -> 6D00",
    ),
    (
        "§2.9 other P1 of a change: 6A86",
        "to jpki
         00200098 04 '1234' -> 9000
         00240098 04 '5678' -> 6A86
         to common
         0020009C 04 '4567' -> 9000
         8032019C 04 '5678' -> 6A86",
    ),
    (
        "§2.5 照合番号 follow from the card and are not changed",
        "to text
         00200094 0C '123456789012' -> 9000
         00200095 0E '60010120351111' -> 9000
         00240194 0C '000000000000' -> 6982
         00240195 0E '00000000000000' -> 6982",
    ),
    (
        "§2.9 a blocked reference is not changed",
        "to jpki
         00200098 04 '1234' -> 9000
         00200098 04 '9999' -> 63C2
         00200098 04 '9999' -> 63C1
         00200098 04 '9999' -> 63C0
         00240198 04 '5678' -> 6984",
    ),
    (
        "§7 the life of a PIN: the question is answered with a counter, whatever happened",
        "to jpki
         00A4020C 02 0018 -> 9000
         00200080 -> 63C3
         00200080 04 '9999' -> 63C2
         00200080 -> 63C2
         00200080 04 '1234' -> 9000
         00200080 -> 63C3
         00200080 04 '9999' -> 63C2
         00200080 04 '9999' -> 63C1
         00200080 04 '9999' -> 63C0
         00200080 -> 63C0
         00200080 04 '1234' -> 6984
         00200080 00 -> 63C0
         0020009B -> 63C5
         00200098 -> 63C0
         00200080 05 '12345' -> 6984
         00210080 -> 6D00
         00200180 -> 6A86
         00200000 -> 6A86
         0020008A -> 6981
         00200093 -> 6A82",
    ),
    (
        "§2.9 only to what it may be: letters 6A80, length 6700",
        "to jpki
         00A4020C 02 0018 -> 9000
         00240180 04 '5678' -> 6982
         00200080 04 '1234' -> 9000
         00240180 04 'ABCD' -> 6A80
         00240180 05 '56789' -> 6700
         00240080 04 '5678' -> 6A86
         00240180 04 '5678' -> 9000
         00200080 04 '1234' -> 63C2
         00200080 04 '5678' -> 9000
         0020009B 06 'ABC123' -> 9000
         0024019B 06 'abc123' -> 6A80
         0024019B 08 'ABC12345' -> 9000
         0020009B 08 'ABC12345' -> 9000",
    ),
];

#[test]
fn verifying_holds_by_its_rows() {
    hold(ROWS);
}

#[test]
fn a_face_only_card_has_its_pin_locked_and_no_signature_certificate() {
    let mut card = card_of(Some(JpkiImage { signature: None, authentication_pin_locked: true, ..jpki_image() }));
    converse(
        &mut card,
        &format!(
            "{SELECT_JPKI} -> 9000
             00200098 -> 63C0
             00200098 04 31323334 -> 6984
             0020009B -> 63C0
             00B08800 00 -> 008F009000
             00B08A00 04 -> 308206329000
             00B08100 04 -> 6982"
        ),
    );
}

#[test]
fn a_reference_without_a_limit_says_6300_and_is_never_blocked() {
    let mut image = whole::whole_image();
    for file in image.applications.iter_mut().flat_map(|application| application.files.values_mut()) {
        match file {
            FileImage::Reference(reference) if reference.rules.name == PinName::VisualBirthdate => {
                reference.rules.tries = None;
            }
            _ => {}
        }
    }
    let mut card = SoftCard::new(Arc::new(image), Seed(1));
    converse(&mut card, "00A4040C 0A D3921000310001010402 -> 9000\n 00200091 -> 6300");
    for _ in 0..20 {
        converse(&mut card, "00200091 06 '999999' -> 6300");
    }
    converse(&mut card, "00B08100 04 -> 6982\n 00200091 06 '600101' -> 9000\n 00B08100 04 -> 565830319000");
    assert_eq!((card.tries(PinName::VisualBirthdate), card.state()), (None, &CardState::default()));
}
