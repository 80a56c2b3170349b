//! The words of all tables, looked up as people do.

use super::gather::{self, InEffect};
use super::*;
use crate::code::provenance::citation;
use crate::event::Lang;
use crate::station::knobs_of_all_rooms;

fn every_word() -> Vec<Word> {
    gather::all(&InEffect::built_in(), &knobs_of_all_rooms())
}

fn names(wanted: &[&str]) -> Vec<String> {
    let wanted: Vec<String> = wanted.iter().map(|word| (*word).to_owned()).collect();
    search(every_word(), &wanted).into_iter().map(|word| word.name).collect()
}

#[test]
fn every_word_has_a_meaning_in_both_languages_and_names_where_it_comes_from() {
    let words = every_word();
    for word in &words {
        assert!(!word.name.is_empty() && !word.meaning.ja.is_empty() && !word.meaning.en.is_empty(), "{word:?}");
        assert!(word.source.is_some() || word.table == Table::Errors, "{word:?}");
        assert_eq!(word.provisional, word.confidence == Some(Confidence::C) && word.table != Table::Faults, "{word:?}");
    }
    let cited = words.iter().filter(|word| word.table != Table::Faults).filter_map(|word| word.source.as_deref());
    for key in cited.flat_map(str::split_whitespace) {
        assert!(citation(key).is_some(), "{key}");
    }
}

#[test]
fn a_word_is_found_in_either_language_in_any_letter_case_and_width() {
    assert_eq!(names(&["oqscd006", "４"]), ["OQSCD006/4"]);
    // The fault names the table as its source.
    assert_eq!(names(&["該当資格なし", "OQSCD006"]), ["OQSCD006/4", "validity-4"]);
    assert_eq!(names(&["No Such Qualification"]), ["OQSCD006/4"]);
    assert_eq!(names(&["FACE-MISMATCH"]), ["face-mismatch"]);
    assert!(names(&["SegmentOfResult"]).contains(&"MessageHeader/SegmentOfResult".to_owned()));
    assert_eq!(names(&["MDG-N010"]), ["MDG-N010"]);
    assert!(names(&["no-such-word"]).is_empty());
}

#[test]
fn a_number_is_a_value_or_a_table_and_no_part_of_another() {
    let of_table = names(&["oqscd", "006"]);
    assert!(of_table.iter().all(|name| name.starts_with("OQSCD006/")) && of_table.len() > 3, "{of_table:?}");
    assert_eq!(names(&["OQSCD002", "2"]), ["OQSCD002/2"]);
}

#[test]
fn a_slip_gets_the_nearest_name() {
    let words = every_word();
    assert_eq!(nearest_name(&words, "SegmentOfReslt").as_deref(), Some("SegmentOfResult"));
    assert_eq!(nearest_name(&words, "face-mismach").as_deref(), Some("face-mismatch"));
    assert_eq!(nearest_name(&words, "segmentofreslt").as_deref(), Some("SegmentOfResult"));
    assert_eq!(nearest_name(&words, "zzzz"), None);
}

#[test]
fn a_vendors_code_is_marked_as_theirs_and_the_rest_stays_as_it_is() {
    let mut tables = InEffect::built_in();
    let theirs = crate::code::embedded_text().replacen("該当資格なし", "該当なし", 1);
    tables.codes = crate::code::from_toml("codes.toml", &theirs).unwrap();
    let words = gather::codes(&tables);
    let yours: Vec<&Word> = words.iter().filter(|word| word.is_yours()).collect();
    assert!(matches!(yours.as_slice(), [word] if word.meaning.ja == "該当なし"), "{yours:?}");
}

#[test]
fn columns_stand_below_each_other_where_characters_are_wide() {
    let wanted = ["OQSCD006".to_owned()];
    let text = show::text(&search(gather::codes(&InEffect::built_in()), &wanted), Lang::Ja);
    insta::assert_snapshot!(text);
}
