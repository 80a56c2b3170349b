//! Each rule is broken once, alone; what is right breaks none; nothing panics.

mod cases;

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::message::order::ElementOrder;
use crate::message::subsidy::{Edition, Repeat};
use crate::message::{Style, samples, sealed};
use crate::random::Seed;
use crate::text::{self, Encoding};
use cases::{CASES, FACE, GOOD, Sample, TOGETHER};

fn tables() -> Tables<'static> {
    Tables { elements: ElementTable::embedded(), layout: Layout::embedded(Edition::LATEST), password: None }
}

fn check(name: &str, folder: Option<FolderKind>, bytes: &[u8]) -> Checked {
    file(&File { name, folder, listed: folder.is_some(), bytes }, &tables())
}

fn rules(checked: &Checked) -> Vec<Rule> {
    checked.violations.iter().map(|violation| violation.rule).collect()
}

#[test]
fn good_files_of_every_kind_break_no_rule() {
    for Sample { name, text } in GOOD {
        let checked = check(name, None, text.as_bytes());
        assert_eq!(checked.violations, [], "{name}");
    }
}

#[test]
fn each_case_breaks_its_rule_and_no_other() {
    let other = CASES.iter().filter_map(|case| {
        let found = rules(&check(case.name, case.folder, &case.bytes()));
        (found != [case.rule]).then(|| format!("{:?} {} {:?}: {found:?}", case.rule, case.name, case.change))
    });
    assert_eq!(other.collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn each_folder_breaks_its_rule_and_no_other() {
    let mut other = Vec::new();
    for (rule, files) in TOGETHER {
        let bytes: Vec<_> = files.iter().map(|file| (file.name, file.folder, file.bytes())).collect();
        let checked: Vec<_> = bytes.iter().map(|(name, folder, bytes)| check(name, *folder, bytes)).collect();
        for file in &checked {
            assert_eq!(file.violations, [], "{} by itself", file.name);
        }
        let found: Vec<Rule> = together(&checked, true).into_iter().map(|(_, violation)| violation.rule).collect();
        if found != rule.as_slice() {
            let names: Vec<&str> = files.iter().map(|file| file.name).collect();
            other.push(format!("{rule:?} {names:?}: {found:?}"));
        }
    }
    assert_eq!(other, [""; 0]);
}

#[test]
fn a_pdf_for_an_even_file_category_is_told_of_and_a_failure_in_xml_for_an_odd_one_is_not() {
    let medicines = GOOD.iter().find(|sample| sample.name.starts_with("YZKsiquc01req")).unwrap();
    let of_category = |category: &str| medicines.text.replace("<FileCategory>2", &format!("<FileCategory>{category}"));
    let failed = GOOD.iter().find(|sample| sample.name.starts_with("YZKsiquc01res")).unwrap().text.as_bytes();
    let pdf: &[u8] = b"%PDF-1.7\n%%EOF\n";
    for (category, extension, bytes, wrong) in
        [("2", "pdf", pdf, true), ("1", "pdf", pdf, false), ("3", "xml", failed, false), ("4", "xml", failed, false)]
    {
        let request = check(medicines.name, Some(FolderKind::Req), of_category(category).as_bytes());
        let answer = check(&format!("YZKsiquc01res_202611210007.{extension}"), Some(FolderKind::Res), bytes);
        let found: Vec<Rule> =
            together(&[request, answer], true).into_iter().map(|(_, violation)| violation.rule).collect();
        assert_eq!(found, if wrong { vec![Rule::PairFormat] } else { vec![] }, "{category} {extension}");
    }
}

#[test]
fn a_consent_from_home_holds_as_long_as_it_was_given_for_and_one_at_the_reader_for_24_hours() {
    let record = FACE.text.split("<ResultList>").nth(1).unwrap().split("</ResultList>").next().unwrap();
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><XmlMsg><MessageHeader><ProcessExecutionTime>20261121093000\
         </ProcessExecutionTime><MedicalInstitutionCode>1319919997</MedicalInstitutionCode><SegmentOfResult>1\
         </SegmentOfResult><CharacterCodeIdentifier>0</CharacterCodeIdentifier></MessageHeader><MessageBody>\
         <BulkConfirmUnit><ProcessingResultStatus>1</ProcessingResultStatus><QualificationValidity>1\
         </QualificationValidity>{}</BulkConfirmUnit></MessageBody></XmlMsg>",
        record.replace(">20261122093000<", ">20270220235959<")
    );
    assert_eq!(check("OQSmuhvq02res_202611210001.xml", None, text.as_bytes()).violations, []);
    let at_the_reader = FACE.text.replace(">20261122093000<", ">20270220235959<");
    assert_eq!(rules(&check(FACE.name, None, at_the_reader.as_bytes())), [Rule::ConsentAvailable]);
}

#[test]
fn the_document_in_a_zip_is_checked_where_the_password_opens_it_or_none_is_needed() {
    let word = |word: &str| ZipPassword::new(word);
    let good = GOOD.iter().find(|sample| sample.name.starts_with("OQSmuquc02req")).unwrap();
    let (bad, name) =
        (good.text.replace("<MedicalInstitutionCode>13", "<MedicalInstitutionCode>1"), sealed::sealed_name(good.name));
    let time = jiff::civil::date(2026, 11, 21).at(9, 30, 0, 0);
    let sealed = |text: &str| sealed::seal(good.name, text.as_bytes(), &word("himitsu-1"), Seed(1), time).unwrap();
    let found = |name: &str, bytes: &[u8], password: Option<&ZipPassword>| {
        let checked = file(&File { name, folder: None, listed: false, bytes }, &Tables { password, ..tables() });
        checked.violations.iter().map(|violation| (violation.rule, violation.place.is_some())).collect::<Vec<_>>()
    };
    let right = word("himitsu-1");
    assert_eq!(found(&name, &sealed(good.text), Some(&right)), []);
    assert_eq!(found(&name, &sealed(&bad), Some(&right)), [(Rule::NumberInstitution, true)]);
    assert_eq!(found(&name, &sealed(&bad), Some(&word("himitsu-2"))), [(Rule::FilePassword, false)]);
    assert_eq!(found(&name, &sealed(&bad), None), [(Rule::FileUnread, false)]);
    assert_eq!(found(&name, &plain_zip(&[(good.name, &bad)]), None), [(Rule::NumberInstitution, true)]);
    let two = plain_zip(&[(good.name, good.text), ("b.xml", "<b/>")]);
    assert_eq!(found(&name, &two, None), [(Rule::FileZip, false)], "a terminal sends it back");
    assert_eq!(found("OQSmutic02res_202611210001.zip", &two, None), [(Rule::FileUnread, false)]);
}

fn plain_zip(files: &[(&str, &str)]) -> Vec<u8> {
    use std::io::Write as _;
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in files {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[test]
fn every_rule_has_a_case() {
    let broken: BTreeSet<Rule> =
        CASES.iter().map(|case| case.rule).chain(TOGETHER.iter().filter_map(|(rule, _)| *rule)).collect();
    // Too big to stand in a table, and not a text.
    let elsewhere = [
        Rule::FileSize,
        Rule::EncodingUnknown,
        Rule::EncodingDeclaration,
        Rule::EncodingBom,
        Rule::XmlDepth,
        Rule::PairFormat,
        Rule::FilePassword,
    ];
    let missing: Vec<&str> = Rule::ALL
        .iter()
        .filter(|rule| !broken.contains(rule) && !elsewhere.contains(rule))
        .map(|rule| rule.id())
        .collect();
    assert_eq!(missing, [""; 0]);
}

#[test]
fn encodings_are_compared_with_the_bytes() {
    let text = FACE.text;
    let (sjis, utf8) =
        (|text: &str| text::encode(text, Encoding::ShiftJis).bytes, |text: &str| text.as_bytes().to_vec());
    let declared = |label: &str| text.replace("\"UTF-8\"", &format!("\"{label}\""));
    let in_sjis = declared("Shift_JIS").replace("<CharacterCodeIdentifier>0", "<CharacterCodeIdentifier>1");
    let bom = |bytes: Vec<u8>| [b"\xEF\xBB\xBF".to_vec(), bytes].concat();
    let cases: [(Vec<u8>, &[Rule]); 8] = [
        (sjis(&in_sjis), &[]),
        (sjis(&declared("Shift_JIS")), &[Rule::EncodingIdentifier]),
        // As CP932 the names are nonsense: nothing else is said of it.
        (utf8(&in_sjis), &[Rule::EncodingDeclaration]),
        (sjis(text), &[Rule::EncodingDeclaration]),
        (utf8(&declared("EUC-JP")), &[Rule::EncodingUnknown]),
        ([0xFF, 0xFE, 0x3C, 0].to_vec(), &[Rule::EncodingUnknown]),
        (bom(utf8(text)), &[Rule::EncodingBom]),
        (utf8(&text.replace(" encoding=\"UTF-8\"", "")), &[Rule::EncodingUndeclared]),
    ];
    for (number, (bytes, expected)) in cases.iter().enumerate() {
        assert_eq!(rules(&check(FACE.name, None, bytes)), *expected, "{number}");
    }
}

#[test]
fn a_file_that_is_too_big_or_too_deep_is_said_to_be() {
    let big = vec![b' '; crate::message::xml::SINGLE_LIMIT + 1];
    assert_eq!(rules(&check("OQSsiquc01req_202611210001.xml", None, &big)), [Rule::FileSize]);
    let bulk = vec![b' '; crate::message::xml::BULK_LIMIT + 1];
    assert_eq!(rules(&check("OQSmuquc01req_202611210001.xml", None, &bulk)), [Rule::FileSize]);
    assert!(
        !rules(&check("OQSmuquc02res_202611210001.xml", None, &bulk)).contains(&Rule::FileSize),
        "our own has 200 MB"
    );
    let deep = "<XmlMsg>".repeat(40);
    let text = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>{deep}");
    assert_eq!(rules(&check("OQSsiquc01req_202611210001.xml", None, text.as_bytes())), [Rule::XmlDepth]);
}

#[test]
fn a_violation_tells_place_path_what_was_seen_and_what_belongs_there() {
    let text = GOOD[0].text.replace("<Birthdate>19850412", "<Birthdate>19850231");
    let checked = check(GOOD[0].name, None, text.as_bytes());
    insta::assert_debug_snapshot!(checked.violations, @r#"
    [
        Violation {
            rule: FormDate,
            place: Some(
                (
                    13,
                    7,
                ),
            ),
            path: Some(
                "XmlMsg/MessageBody/QualificationConfirmSearchInfo/Birthdate",
            ),
            seen: Some(
                "19850231",
            ),
            expected: None,
            source: "sanox smart-test myclinic",
            confidence: A,
        },
    ]
    "#);
}

#[test]
fn what_this_program_writes_breaks_no_rule_in_any_encoding_order_and_form() {
    let mut face = samples::face();
    face.records[0].specific_diseases_certificate_related_cons_flg = Some("0".into());
    let mut subsidies = samples::subsidies();
    subsidies.certificates.iter_mut().for_each(|certificate| certificate.insurer_number = Some("16139990".into()));
    for encoding in [Encoding::Utf8, Encoding::ShiftJis] {
        for order in [ElementOrder::Hash, ElementOrder::Spec, ElementOrder::Shuffled(Seed(7), "file".into())] {
            for repeat in [Repeat::MedicalSubsidies, Repeat::CertificationDetail] {
                let style = Style { encoding, repeat, order: order.clone(), ..Style::default() };
                let face = style.qualification_result(&face).bytes;
                assert_eq!(check(FACE.name, None, &face).violations, [], "{style:?}");
                let request = style.qualification_request(&samples::request()).bytes;
                assert_eq!(check(GOOD[0].name, None, &request).violations, [], "{style:?}");
                let name = "PMHsimsm01res_1234567890ABCDEF2026112109300000_face.xml";
                let found = rules(&check(name, None, &style.subsidies(&subsidies, tables().layout).bytes));
                assert_eq!(
                    found.iter().filter(|rule| rule.severity() > Severity::Note).count(),
                    0,
                    "{style:?} {found:?}"
                );
            }
        }
    }
}

/// Every answer of the repository that a person has read (`tests/golden/INTERFACE/PERSON.xml`), under the name of its interface.
#[test]
fn every_golden_file_breaks_no_rule() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let entries = |path: &std::path::Path| {
        std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).collect::<Vec<_>>()
    };
    let (mut checked, mut told) = (0, BTreeSet::new());
    for path in entries(&root).iter().flat_map(|family| entries(family)) {
        let family = path.parent().unwrap().file_name().unwrap().to_string_lossy().into_owned();
        let extension = path.extension().unwrap().to_string_lossy().into_owned();
        let name = match family.as_str() {
            "OQSsiquc01res_face" => FACE.name.to_owned(),
            _ if family.starts_with("PMHsimsm01res") => {
                "PMHsimsm01res_1234567890ABCDEF2026112109300000_face.xml".to_owned()
            }
            _ => format!("{family}_202611210001.{extension}"),
        };
        let found = check(&name, None, &std::fs::read(&path).unwrap());
        let person = path.file_stem().unwrap().to_string_lossy().into_owned();
        let bad =
            found.violations.iter().map(|violation| violation.rule).filter(|rule| rule.severity() > Severity::Note);
        told.extend(bad.map(|rule| (person.clone(), rule.id())));
        checked += 1;
    }
    assert!(checked > 300, "{checked}");
    let told: Vec<(&str, &str)> = told.iter().map(|(person, rule)| (person.as_str(), *rule)).collect();
    // The numbers of the official API document's own examples, which this person has for that reason.
    assert_eq!(told, [("ikusei", "number.check-digit")]);
}

#[test]
fn a_broken_bulk_file_of_many_rows_is_told_of_up_to_a_limit() {
    let row = "<ReferenceNumberRegistrationInfo><Nobody>1</Nobody></ReferenceNumberRegistrationInfo>";
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><XmlMsg><MessageHeader><MedicalInstitutionCode>1319919997\
         </MedicalInstitutionCode></MessageHeader><MessageBody>{}</MessageBody></XmlMsg>",
        row.repeat(2_000)
    );
    let checked = check("OQSmuimm01req_202611210001.xml", None, text.as_bytes());
    assert_eq!(checked.violations.len(), MOST_OF_A_FILE);
    assert!(checked.more > 2_000, "{}", checked.more);
}

#[test]
fn a_my_number_is_told_of_without_its_digits() {
    let text = GOOD[0].text.replace(">101<", ">123456789018<");
    let checked = check(GOOD[0].name, None, text.as_bytes());
    assert_eq!(rules(&checked), [Rule::NumberMyNumber]);
    assert!(!format!("{:?}", checked.violations).contains("123456789018"));
}

proptest! {
    #[test]
    fn no_bytes_under_any_name_make_it_panic(
        sample in 0..GOOD.len(), at in any::<prop::sample::Index>(), bytes in proptest::collection::vec(any::<u8>(), 0..12),
        cut in any::<prop::sample::Index>(), name in 0..GOOD.len(),
    ) {
        let mut text = GOOD[sample].text.as_bytes().to_vec();
        let at = at.index(text.len());
        let end = (at + cut.index(40) + 1).min(text.len());
        text.splice(at..end, bytes);
        let name = GOOD[name].name;
        let checked = check(name, None, &text);
        let others = [checked, check(name, Some(FolderKind::Res), &text)];
        for (index, _) in together(&others, true) {
            prop_assert!(index < others.len());
        }
    }

    #[test]
    fn no_name_makes_it_panic(name in "(OQS|PMH|YZK)?[a-z0-9]{0,10}(req|res)?_?(face_)?\\PC{0,12}(\\.xml|\\.err|\\.PDF|\\.zip)?") {
        for folder in [None, Some(FolderKind::Req), Some(FolderKind::Res), Some(FolderKind::Face)] {
            let _ = check(&name, folder, b"<XmlMsg/>");
        }
    }

    #[test]
    fn values_of_any_kind_are_looked_at_without_falling(value in "[^<>&\\p{C}]{0,40}", element in 0usize..30) {
        let tags: Vec<&str> = FACE.text.split('<').filter(|tag| !tag.starts_with('/')).collect();
        let tag = tags[element % tags.len()].split('>').next().unwrap();
        let start = format!("<{tag}>");
        let Some(at) = FACE.text.find(&start) else { return Ok(()) };
        let from = at + start.len();
        let to = from + FACE.text[from..].find('<').unwrap_or(0);
        let text = format!("{}{value}{}", &FACE.text[..from], &FACE.text[to..]);
        let _ = check(FACE.name, None, text.as_bytes());
    }
}
