//! Encodings, kana and keys as the field needs them.

use proptest::prelude::*;

use super::*;

#[test]
fn a_bom_says_utf8_whatever_was_declared() {
    let decoded = decode(b"\xEF\xBB\xBF\xE6\xB0\x8F", Some(Encoding::ShiftJis)).unwrap();
    assert_eq!((decoded.text.as_ref(), decoded.encoding, decoded.bom), ("氏", Encoding::Utf8, true));
}

#[test]
fn undeclared_bytes_that_are_not_utf8_are_tried_as_cp932() {
    let bytes = encode("診療　太郎①髙", Encoding::ShiftJis).bytes;
    let decoded = decode(&bytes, None).unwrap();
    assert_eq!((decoded.text.as_ref(), decoded.encoding), ("診療　太郎①髙", Encoding::ShiftJis));
}

#[test]
fn an_error_says_at_which_byte_the_text_ends() {
    let error = decode(b"abc\x81\x20def", Some(Encoding::ShiftJis)).unwrap_err();
    assert_eq!((error.encoding, error.offset), (Encoding::ShiftJis, 3));
    let error = decode(b"\xEF\xBB\xBFab\xFF", None).unwrap_err();
    assert_eq!((error.encoding, error.offset), (Encoding::Utf8, 5));
}

#[test]
fn look_alikes_are_folded_before_a_character_is_given_up() {
    let encoded = encode("1〜2‖3—4−5 葛\u{E0100}", Encoding::ShiftJis);
    assert!(encoded.replaced.is_empty());
    assert_eq!(decode(&encoded.bytes, Some(Encoding::ShiftJis)).unwrap().text, "1～2∥3―4－5 葛");
}

#[test]
fn what_cp932_lacks_becomes_a_black_circle_and_is_counted() {
    let encoded = encode("𠮷野 一郎 德 €", Encoding::ShiftJis);
    assert_eq!(encoded.replaced, ['𠮷', '€']);
    assert_eq!(decode(&encoded.bytes, Some(Encoding::ShiftJis)).unwrap().text, "●野 一郎 德 ●");
}

#[test]
fn every_fold_is_the_character_it_claims_to_be() {
    for (from, to) in
        [('〜', '～'), ('‖', '∥'), ('—', '―'), ('–', '－'), ('¢', '￠'), ('£', '￡'), ('¬', '￢'), ('¦', '￤')]
    {
        let bytes = encode(from.to_string(), Encoding::ShiftJis).bytes;
        assert_eq!(decode(&bytes, Some(Encoding::ShiftJis)).unwrap().text, to.to_string(), "{from}");
    }
}

#[test]
fn the_names_of_cp932_are_known_in_any_case() {
    for label in ["Shift_JIS", "SHIFT_JIS", "windows-31j", "Windows-31J", "cp932", "SJIS", "x-sjis", "shift-jis"] {
        assert_eq!(Encoding::from_label(label), Some(Encoding::ShiftJis), "{label}");
    }
    assert_eq!(Encoding::from_label("utf-8"), Some(Encoding::Utf8));
    assert_eq!(Encoding::from_label("euc-jp"), None);
}

proptest! {
    #[test]
    fn utf8_keeps_everything(text in "\\PC*") {
        let bytes = encode(&text, Encoding::Utf8).bytes;
        prop_assert_eq!(decode(&bytes, Some(Encoding::Utf8)).unwrap().text, text);
    }

    #[test]
    fn cp932_keeps_what_it_can_and_a_second_pass_changes_nothing(text in "\\PC*") {
        let once = encode(&text, Encoding::ShiftJis);
        let read = decode(&once.bytes, Some(Encoding::ShiftJis)).unwrap().text.into_owned();
        let twice = encode(&read, Encoding::ShiftJis);
        prop_assert_eq!(&twice.bytes, &once.bytes);
        prop_assert!(twice.replaced.is_empty());
    }

    #[test]
    fn no_bytes_make_decoding_panic(bytes in proptest::collection::vec(any::<u8>(), 0..64), declared in 0..3) {
        let declared = [None, Some(Encoding::Utf8), Some(Encoding::ShiftJis)][declared as usize];
        if let Err(error) = decode(&bytes, declared) {
            prop_assert!(error.offset <= bytes.len());
        }
    }
}
