//! Masked copies and reports: no value of a person remains, and what compares still compares.

use super::*;

#[test]
fn no_original_value_remains_in_a_masked_copy_or_report_and_the_copy_still_compares() {
    for encoding in [Encoding::Utf8, Encoding::ShiftJis] {
        let all = our_own(&hand(ElementOrder::Hash, encoding)).files;
        // Every second file: enough to mix everybody with everybody.
        let capture = Capture::of(all.into_iter().step_by(2).collect());
        let layouts = Layouts::built_in();
        let mask = copy::masks(&[&capture], &layouts.elements, [9; 32]);
        let copies: Vec<Captured> = capture
            .files
            .iter()
            .map(|file| {
                let (path, bytes) = copy::copy(file, &mask).unwrap_or_else(|why| panic!("{}: {why:?}", file.path));
                captured(&path, bytes)
            })
            .collect();
        let report = compare(&capture, None, &layouts).masked(&mask);
        let all =
            copies.iter().map(|file| format!("{}\n{}", file.path, decode(&file.bytes, Some(encoding)).unwrap().text));
        let all =
            all.chain([super::text::of(&report, crate::event::Lang::Ja), serde_json::to_string(&report).unwrap()]);
        let all: String = all.collect();
        for (name, value) in originals(&capture) {
            assert!(!all.contains(&format!(">{value}<")), "{name} {value} in a copy");
            assert!(value.chars().count() < 7 || !all.contains(&value), "{name} {value}");
        }
        // Shapes stay: same lengths, and what compares still compares.
        for (file, copy) in capture.files.iter().zip(&copies) {
            let (left, right) = (
                xml::read_up_to(&file.bytes, xml::LOOK_LIMIT).unwrap(),
                xml::read_up_to(&copy.bytes, xml::LOOK_LIMIT).unwrap(),
            );
            assert_eq!(
                leaves(&left.root).iter().map(|(n, v)| (n.clone(), v.chars().count())).collect::<Vec<_>>(),
                leaves(&right.root).iter().map(|(n, v)| (n.clone(), v.chars().count())).collect::<Vec<_>>()
            );
        }
        let again = compare(&Capture::of(copies), None, &layouts);
        assert_eq!(again.not_compared, 0);
        let differ: Vec<_> = again.files.iter().filter(|file| file.differs()).collect();
        assert!(differ.is_empty(), "{} {:#?}", differ.len(), differ[0]);
    }
}

#[test]
fn a_masked_report_shows_no_line_of_a_file_with_its_values() {
    let (path, text) = face_of("taro");
    let text = text.replacen("<Name>", "<Name >", 1).replacen("<MessageBody>", "<MessageBody>伊藤", 1);
    for text in [text.clone(), text.replacen("伊藤", "", 1)] {
        let capture = Capture::of(vec![captured(&path, text.into_bytes())]);
        let layouts = Layouts::built_in();
        let mask = copy::masks(&[&capture], &layouts.elements, [9; 32]);
        let report = compare(&capture, None, &layouts);
        assert_eq!(report.files[0].whole.len(), 1);
        let report = report.masked(&mask);
        let shown = super::text::of(&report, crate::event::Lang::Ja) + &serde_json::to_string(&report).unwrap();
        assert!(!shown.contains("太郎") && !shown.contains("伊藤"), "{shown}");
        assert!(shown.contains("<Name >…</Name>") || shown.contains("「」"), "{shown}");
    }
}

#[test]
fn what_was_assumed_is_told_in_our_words_also_where_somebody_is_called_so() {
    // 期限　間近: her family name stands in the remark on her certificate.
    let (path, text) = face_of("koushin");
    let capture = Capture::of(vec![captured(&path, text.into_bytes())]);
    let layouts = Layouts::built_in();
    let mask = copy::masks(&[&capture], &layouts.elements, [9; 32]);
    let report = compare(&capture, None, &layouts).masked(&mask);
    assert_eq!(report.files[0].assumed[0].ja, "証明書の有効期限が3か月以内");
}

fn leaves(root: &Element) -> Vec<(String, String)> {
    let mut found = Vec::new();
    crate::message::tree::walk(root, &mut |_, element| {
        if element.children().is_empty() {
            found.push((element.name.to_string(), element.value().to_owned()));
        }
    });
    found
}

/// What tells a person: names, kana, addresses, numbers, birth dates.
fn originals(capture: &Capture) -> Vec<(String, String)> {
    const PERSONAL: [&str; 9] = [
        "Name",
        "NameKana",
        "NameOfOther",
        "InsuredName",
        "Address",
        "Birthdate",
        "InsuredIdentificationNumber",
        "ReferenceNumber",
        "QualificationConfirmationKey",
    ];
    let all =
        capture.files.iter().flat_map(|file| leaves(&xml::read_up_to(&file.bytes, xml::LOOK_LIMIT).unwrap().root));
    let personal = all.filter(|(name, value)| PERSONAL.contains(&name.as_str()) && value.chars().count() >= 5);
    let mut all: Vec<_> = personal.collect();
    all.sort();
    all.dedup();
    assert!(all.len() > 100);
    all
}
