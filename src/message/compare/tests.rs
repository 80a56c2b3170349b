//! Masks keep shapes and nothing else; orders name the place and the table that fits; a rewritten file keeps every byte that is nobody's.

use proptest::prelude::*;
use unicode_normalization::UnicodeNormalization;

use super::mask::{Mask, Originals};
use super::masked_file::{NoCopy, masked};
use super::order::{Seen, of as order_of};
use super::shape::Shape;
use crate::clock::parse_date;
use crate::message::element::{ElementTable, Family};
use crate::message::tree::Element;
use crate::message::xml;
use crate::number::{InstitutionCode, InsurerNumber};
use crate::text::{Encoding, encode};

fn mask_of(documents: &[&Element], key: u8) -> Mask {
    let mut originals = Originals::default();
    for root in documents {
        originals.learn(root, ElementTable::embedded(), Family::Common);
    }
    Mask::of(&originals, [key; 32])
}

fn record(values: &[(&'static str, &str)]) -> Element {
    let values = values.iter().map(|(name, value)| Element::text(*name, *value)).collect();
    Element::parent("ResultOfQualificationConfirmation", values)
}

#[test]
fn a_shape_is_length_and_the_narrowest_kind_of_characters() {
    let shapes = [
        ("0123", "4 × 0-9"),
        ("4da5", "4 × 0-9a-f"),
        ("4DA5", "4 × 0-9A-F"),
        ("ArnHCeDfNjMCFzg=", "16 × A-Za-z0-9-_="),
        ("a b", "3 × ASCII"),
        ("あ", "1 × text"),
    ];
    for (value, shape) in shapes {
        assert_eq!(Shape::of(value).to_string(), shape);
    }
}

#[test]
fn a_group_out_of_order_is_told_with_the_table_that_it_fits() {
    let known = |_: &str, _: &str| true;
    // Thirteen names in the order of 32 buckets, where ours would use 64.
    let names = [
        "Address",
        "DiagnosisInfoConsFlg",
        "QualificationDate",
        "PersonalFamilyClassification",
        "Sex2",
        "Sex1",
        "ReasonOfLoss",
        "Name",
        "InsurerNumber",
        "InsuredCardSymbol",
        "NameKana",
        "InsuredCardValidDate",
        "ReferenceNumber",
    ];
    let tree = |mut names: Vec<&'static str>, size: u32| {
        names.sort_by_key(|name| {
            let hash = name.bytes().fold(0_u32, |hash, b| hash.wrapping_mul(31).wrapping_add(u32::from(b)));
            (hash ^ (hash >> 16)) & (size - 1)
        });
        Element::parent("R", names.into_iter().map(|name| Element::text(name, "")).collect())
    };
    assert_eq!(order_of(&tree(names.to_vec(), 64), None, &known), Seen::Hash);
    let Seen::Neither(place) = order_of(&tree(names.to_vec(), 32), None, &known) else { panic!("not told") };
    assert_eq!((place.parent.as_str(), place.table), ("R", Some(32)));
    assert_ne!(place.found, place.expected);
}

#[test]
fn the_same_person_has_the_same_mask_in_every_element_and_spelling() {
    let asked = record(&[
        ("InsuredIdentificationNumber", "00１２３４５６"),
        ("InsurerNumber", "138057"),
        ("Birthdate", "19800501"),
    ]);
    let answered = record(&[
        ("InsuredIdentificationNumber", "123456"),
        ("InsurerNumber", "  138057"),
        ("Name", "試験　太郎"),
        ("InsuredName", "試験　花子"),
        ("QualificationDate", "19800501"),
        ("Birthdate", "19800501"),
        ("Sex1", "1"),
        ("InsuredBranchNumber", "1"),
    ]);
    let mask = mask_of(&[&asked, &answered], 1);
    let number = mask.value("InsuredIdentificationNumber", "123456");
    let wide: String = number.chars().map(|c| char::from_u32(u32::from(c) + 0xFEE0).unwrap()).collect();
    assert_eq!(mask.value("InsuredIdentificationNumber", "00１２３４５６"), format!("00{wide}"));
    assert_eq!(mask.value("InsurerNumber", "  138057").trim(), mask.value("InsurerNumber", "138057"));
    let family = |value: &str| value.split('　').next().unwrap().to_owned();
    assert_eq!(family(&mask.value("Name", "試験　太郎")), family(&mask.value("InsuredName", "試験　花子")));
    assert_eq!(mask.value("QualificationDate", "19800501"), mask.value("Birthdate", "19800501"), "wherever it stands");
    assert_eq!(mask.value("Sex1", "1"), "1", "a code tells nothing");
    assert_ne!(mask_of(&[&answered], 2).value("Name", "試験　太郎"), mask.value("Name", "試験　太郎"), "another key");
}

#[test]
fn numbers_keep_what_they_say_of_the_insurer_and_their_check_digit() {
    for (element, number) in
        [("InsurerNumber", "06130488"), ("InsurerNumber", "  138057"), ("MedicalInstitutionCode", "1319919997")]
    {
        let root = Element::parent("MessageHeader", vec![Element::text(element, number)]);
        let masked = mask_of(&[&root], 3).value(element, number);
        assert_ne!(masked, number);
        let valid = |number: &str| match element {
            "InsurerNumber" => InsurerNumber::new(number).check().is_valid(),
            _ => InstitutionCode::new(number).check().is_valid(),
        };
        assert_eq!(valid(&masked), valid(number), "{masked}");
        assert_eq!(masked.get(..3), number.get(..3));
    }
}

#[test]
fn names_of_files_keep_their_form_and_their_time() {
    let mut originals = Originals::default();
    let names = [
        "OQSsiquc01res_face_13199199974da5260a16de5a3d3ad7_20260929160112.xml",
        "YZKsiquc01req_0226112109301234567.xml",
        "OQSsiquc01res_face_20260929160112.xml",
        "PMHsimsm01res_1234567890ABCDEF2023010113010000_face.xml",
    ];
    names.iter().for_each(|name| originals.learn_name(name));
    let mask = Mask::of(&originals, [4; 32]);
    let [face, drug, short, pmh] = names.map(|name| mask.file_name(name));
    let token =
        face.strip_prefix("OQSsiquc01res_face_131").and_then(|rest| rest.strip_suffix("_20260929160112.xml")).unwrap();
    assert!(
        token.len() == 27 && !face.contains("9919997") && Shape::of(&token[7..]) == Shape::of("4da5260a16de5a3d3ad7"),
        "{face}"
    );
    assert!(drug.starts_with("YZKsiquc01req_0") && drug.len() == names[1].len() && !drug.contains("1234567"), "{drug}");
    assert_eq!(short, names[2]);
    assert!(pmh.ends_with("2023010113010000_face.xml") && !pmh.contains("1234567890ABCDEF"), "{pmh}");
}

const FILE: &str = "<?xml version='1.0' encoding='UTF-8'?>\r\n<!-- 試験 -->\r\n<XmlMsg>\r\n\t<MessageBody >\r\n<ResultOfQualificationConfirmation>\
    <Name>試験&amp;太郎</Name><Address><![CDATA[番地99999]]></Address><Sex1>1</Sex1><InsuredBranchNumber/>\
    </ResultOfQualificationConfirmation></MessageBody>\r\n</XmlMsg>";

#[test]
fn a_masked_file_keeps_every_byte_that_is_nobodys_and_drops_comments() {
    let document = xml::read(FILE.as_bytes()).unwrap();
    let mask = mask_of(&[&document.root], 5);
    let copy = String::from_utf8(masked(FILE.as_bytes(), &document, &mask).unwrap()).unwrap();
    for hidden in ["試験", "太郎", "番地", "99999", "CDATA"] {
        assert!(!copy.contains(hidden), "{hidden} in {copy}");
    }
    let (before, after) = copy.split_once("<Name>").unwrap();
    assert_eq!(before, FILE.split_once("<Name>").unwrap().0.replace("<!-- 試験 -->", ""));
    assert!(after.contains("&amp;") && after.ends_with(FILE.split_once("</Address>").unwrap().1), "{copy}");
}

#[test]
fn text_outside_of_values_and_attributes_do_not_get_into_a_copy() {
    let text = FILE
        .replace("<Sex1>", "<Sex1 who='鈴木' xmlns='urn:x'>")
        .replace("<MessageBody >", "<MessageBody >佐藤 &amp; <![CDATA[田中]]>")
        .replace("</MessageBody>", "高橋</MessageBody>");
    let document = xml::read(text.as_bytes()).unwrap();
    let mask = mask_of(&[&document.root], 5);
    let copy = String::from_utf8(masked(text.as_bytes(), &document, &mask).unwrap()).unwrap();
    for hidden in ["鈴木", "佐藤", "田中", "高橋"] {
        assert!(!copy.contains(hidden), "{hidden} in {copy}");
    }
    assert!(copy.contains("xmlns=\"urn:x\""), "{copy}");
}

#[test]
fn what_is_hidden_in_one_file_is_hidden_in_another_and_what_cannot_be_read_gives_no_copy() {
    let other = Element::parent("X", vec![Element::text("Name", "見本")]);
    let document = xml::read(FILE.as_bytes()).unwrap();
    // The document was not learnt: what is hidden in another file stands here, inside a longer word.
    let text = FILE.replace("番地99999", "見本市 見本");
    let read = xml::read(text.as_bytes()).unwrap();
    let mask = mask_of(&[&other], 5);
    let copy = String::from_utf8(masked(text.as_bytes(), &read, &mask).unwrap()).unwrap();
    assert!(!copy.contains("見本"), "{copy}");
    assert_eq!(masked(b"\xff\xff", &document, &mask), Err(NoCopy::Unreadable));
}

proptest! {
    #[test]
    fn a_mask_has_the_shape_of_its_original_in_both_encodings(value in "[あ-んア-ヴ一-龠ｱ-ﾝA-Za-z0-9０-９ 　ー-]{1,30}") {
        // A word that reads as hexadecimal gets another one, digits and letters as they fall.
        let hexadecimal = |word: &str| word.chars().count() >= 8 && word.nfkc().all(|c| c.is_ascii_hexdigit());
        prop_assume!(!value.split(|c: char| !c.is_alphanumeric()).any(hexadecimal));
        let root = record(&[("Address", &value)]);
        let masked = mask_of(&[&root], 6).value("Address", &value);
        prop_assert_eq!(masked.chars().count(), value.chars().count());
        prop_assert_eq!(masked.len(), value.len());
        prop_assert_eq!(encode(&masked, Encoding::ShiftJis).bytes.len(), encode(&value, Encoding::ShiftJis).bytes.len());
        prop_assert!(encode(&masked, Encoding::ShiftJis).replaced.is_empty());
        for (was, is) in value.chars().zip(masked.chars()) {
            prop_assert_eq!(was.is_ascii_digit(), is.is_ascii_digit());
            prop_assert_eq!(was.is_ascii_uppercase(), is.is_ascii_uppercase());
            prop_assert_eq!(was.is_whitespace(), is.is_whitespace());
        }
    }

    #[test]
    fn a_masked_birth_date_is_another_day_of_the_same_school_year(days in 0_i32..40_000, key: u8) {
        let day = jiff::civil::date(1910, 1, 1).saturating_add(jiff::Span::new().days(days));
        let value = crate::clock::date8(day);
        let masked = mask_of(&[&record(&[("Birthdate", &value)])], key).value("Birthdate", &value);
        let other = parse_date(&masked).unwrap();
        let year = |day: jiff::civil::Date| if (day.month(), day.day()) >= (4, 2) { day.year() } else { day.year() - 1 };
        prop_assert_ne!(other, day);
        prop_assert_eq!(year(other), year(day));
    }

    #[test]
    fn no_word_that_tells_somebody_apart_remains(words in prop::collection::vec("[0-9]{5,9}|[一-龠]{2,4}|[ｱ-ﾝ]{3,6}", 1..20)) {
        let records: Vec<Element> = words.iter().map(|word| record(&[("Name", word), ("ErrorMessage", word)])).collect();
        let all: Vec<&Element> = records.iter().collect();
        let mask = mask_of(&all, 7);
        for word in &words {
            let shown = format!("{} {}", mask.value("Name", word), mask.value("ErrorMessage", word));
            prop_assert!(!words.iter().any(|word| shown.split(' ').any(|part| part == word)), "{} {}", word, shown);
        }
    }
}
