//! The tables of the field in the terminal: `interfaces`, `codes`, `faults`, `explain --list`.

use serde_json::Value;

use super::{Said, madoguchi, madoguchi_in};

fn names(said: &Said) -> Vec<String> {
    let found: Value = serde_json::from_str(&said.out).unwrap_or_else(|error| panic!("{error}: {}", said.out));
    found["words"].as_array().unwrap().iter().map(|word| word["name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_code_table_is_shown_in_both_languages_with_its_sources() {
    let said = madoguchi(&["codes", "OQSCD006"]);
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    for words in ["資格有効性 / qualification validity", "該当資格なし", "no such qualification", "出典", "js-codes:"]
    {
        assert!(said.out.contains(words), "{words}: {}", said.out);
    }
    let english = madoguchi(&["codes", "OQSCD006", "--lang", "en"]).out;
    assert!(english.contains("sources (A") && english.contains("該当資格なし"), "{english}");
}

#[test]
fn every_table_stands_below_explain_too_and_says_the_same() {
    for table in ["interfaces", "codes", "faults"] {
        let said = madoguchi(&[table]);
        assert_eq!(said.code, 0, "{}", said.err);
        assert_eq!(madoguchi(&["explain", table]).out, said.out, "{table}");
    }
    assert!(madoguchi(&["interfaces"]).out.contains("OQSsiquc01req"));
    assert!(madoguchi(&["faults"]).out.contains("face-mismatch"));
}

#[test]
fn the_list_has_every_table_and_a_word_narrows_it_down() {
    let all = madoguchi(&["explain", "--list", "--json"]);
    let names_of_all = names(&all);
    for name in
        ["OQSsiquc01res", "MessageHeader/SegmentOfResult", "OQSCD006/4", "face-mismatch", "code.value", "MDG-N010"]
    {
        assert!(names_of_all.iter().any(|known| known == name), "{name}");
    }
    assert_eq!(names(&madoguchi(&["explain", "--list", "--json", "該当資格なし", "4"])), ["OQSCD006/4"]);
    let found: Value = serde_json::from_str(&madoguchi(&["codes", "OQSCD006", "4", "--json"]).out).unwrap();
    let word = &found["words"][0];
    assert_eq!((&word["confidence"], &word["provisional"]), (&Value::from("A"), &Value::from(false)));
    for key in word["source"].as_str().unwrap().split(' ') {
        assert!(found["sources"][key].is_string(), "{key}: {found}");
    }
}

#[test]
fn what_nothing_has_is_told_with_the_nearest_name_and_exit_code_1() {
    let said = madoguchi(&["faults", "face-mismach"]);
    assert_eq!((said.code, said.out.as_str()), (1, ""));
    assert!(said.err.contains("face-mismatch"), "{}", said.err);
    let said = madoguchi(&["explain", "--list", "SegmentOfReslt", "--lang", "en"]);
    assert_eq!(said.code, 1);
    assert!(said.err.contains("did you mean \"SegmentOfResult\""), "{}", said.err);
}

#[test]
fn rows_of_the_stations_own_layouts_stand_in_place_of_ours_and_are_marked() {
    let place = tempfile::tempdir().unwrap();
    let run = |args: &[&str]| madoguchi_in(place.path(), args, &[]);
    assert_eq!(run(&["layout", "export", "mine"]).code, 0);
    let change = |file: &str, ours: &str, theirs: &str| {
        let path = place.path().join("mine").join(file);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(ours), "{file} has no {ours}");
        std::fs::write(path, text.replacen(ours, theirs, 1)).unwrap();
    };
    change("codes.toml", "該当資格なし", "該当する資格なし");
    change("errors.toml", "MDG-S0001E", "X9999");
    std::fs::write(place.path().join("madoguchi.toml"), "[station]\nlayouts = \"mine\"\n").unwrap();
    let said = run(&["codes", "OQSCD006"]).out;
    let marked: Vec<&str> = said.lines().filter(|line| line.contains("(差し替え)")).collect();
    assert!(matches!(marked.as_slice(), [line] if line.contains("該当する資格なし")), "{said}");
    assert!(said.contains("yours:"), "{said}");
    assert_eq!(names(&run(&["explain", "--list", "--json", "X9999"])), ["X9999"]);
    let elsewhere = madoguchi_in(place.path(), &["codes", "該当する資格なし", "--layouts", "nowhere"], &[]);
    assert_eq!(elsewhere.code, 3, "{}", elsewhere.err);
}
