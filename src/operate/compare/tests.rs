//! Captures: our own files, which nothing may be said against; the published examples of the field; and planted changes.

mod inquired;
mod masks;

use std::fs;
use std::path::Path;

use super::capture::{Capture, Captured};
use super::report::{FileReport, Report, Source};
use super::*;
use crate::message::compare::tree::Kind as Found;
use crate::message::order::ElementOrder;
use crate::message::xml::{Indent, Newline, WriteOptions};
use crate::random::Seed;
use crate::text::{Encoding, encode};

/// How a terminal writes.
struct Hand {
    order: ElementOrder,
    options: WriteOptions,
}

fn hand(order: ElementOrder, encoding: Encoding) -> Hand {
    Hand { order, options: WriteOptions { encoding, ..WriteOptions::default() } }
}

fn golden(folder: &str) -> Vec<(String, Element)> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(folder);
    let mut files: Vec<_> = fs::read_dir(&dir).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let read = |path: &std::path::PathBuf| {
        let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
        (stem, xml::read_up_to(&fs::read(path).unwrap(), xml::LOOK_LIMIT).unwrap().root)
    };
    files.iter().map(read).collect()
}

/// One document as a file of a terminal that writes so.
fn written(path: &str, mut root: Element, hand: &Hand) -> Captured {
    if let Some(code) = root.at_mut(&["MessageHeader", "CharacterCodeIdentifier"]) {
        code.content = Content::Text(hand.options.encoding.code().to_owned());
    }
    hand.order.arrange(&mut root);
    captured(path, xml::write(&root, &hand.options).bytes)
}

fn captured(path: &str, bytes: Vec<u8>) -> Captured {
    Captured { path: path.to_owned(), name: path.rsplit('/').next().unwrap().to_owned(), bytes }
}

/// Every document of ours, about every person, as a station writes it.
fn our_own(hand: &Hand) -> Capture {
    let mut files = Vec::new();
    for folder in [
        "OQSsiquc01res",
        "OQSsiimm01res",
        "OQSmuquc01res",
        "OQSmuquc02res",
        "OQSmuimm01res",
        "OQSmuimm02res",
        "OQSmutic01res",
        "OQSmutic02res",
        "OQSmuhvq01res",
        "OQSmuhvq02res",
        "OQSmuonq01res",
        "OQSmuonq02res",
    ] {
        files.extend(
            golden(folder).into_iter().map(|(stem, root)| written(&format!("res/{folder}_{stem}.xml"), root, hand)),
        );
    }
    for folder in ["PMHsimsm01res_R5", "PMHsimsm01res_R6", "PMHsimsm01res_R8"] {
        files.extend(
            golden(folder).into_iter().map(|(stem, root)| written(&format!("res/{folder}{stem}.xml"), root, hand)),
        );
    }
    for (stem, root) in golden("OQSsiquc01res_face") {
        let token = Seed(1).hex(&[&stem], 20);
        files.push(written(&format!("face/OQSsiquc01res_face_1319919997{token}_20261121093000.xml"), root, hand));
    }
    Capture::of(files)
}

fn compared(files: Vec<Captured>) -> Report {
    compare(&Capture::of(files), None, &Layouts::built_in())
}

/// What is said against a file: the whole, then the elements.
fn said(file: &FileReport) -> Vec<String> {
    let whole = file.whole.iter().map(|whole| whole.what.to_owned());
    let findings = file.findings.iter().filter(|finding| finding.kind.counts());
    whole.chain(findings.map(|finding| format!("{:?} {}", finding.kind, finding.path))).collect()
}

/// Of one person, in hash order and UTF-8.
fn face_of(stem: &str) -> (String, String) {
    let (_, root) = golden("OQSsiquc01res_face").into_iter().find(|(found, _)| found == stem).unwrap();
    let path = "OQSsiquc01res_face_1319919997000102030405060708ab_20261121093000.xml";
    let file = written(path, root, &hand(ElementOrder::Hash, Encoding::Utf8));
    (path.to_owned(), String::from_utf8(file.bytes).unwrap())
}

#[test]
fn nothing_is_said_against_our_own_files_of_everybody_in_every_order_and_encoding() {
    for (order, encoding) in [
        (ElementOrder::Hash, Encoding::Utf8),
        (ElementOrder::Hash, Encoding::ShiftJis),
        (ElementOrder::Spec, Encoding::Utf8),
    ] {
        let report = compare(&our_own(&hand(order.clone(), encoding)), None, &Layouts::built_in());
        let against: Vec<_> = report.files.iter().filter(|file| file.differs() || file.problem.is_some()).collect();
        assert!(
            against.is_empty(),
            "{order:?} {encoding:?}: {} of {}: {:#?}",
            against.len(),
            report.files.len(),
            against[0]
        );
        assert!(report.compared > 300 && report.is_same());
        let is_set = |key: &str| report.settings.iter().any(|set| set.key == key);
        assert_eq!(is_set("element_order"), order == ElementOrder::Spec);
        assert_eq!(is_set("output_encoding"), encoding == Encoding::ShiftJis);
        assert!(is_set("spec_year"), "the files of R5");
    }
}

#[test]
fn a_shuffled_file_is_told_by_the_first_place_that_differs_and_nothing_else() {
    let (path, text) = face_of("taro");
    let mut root = xml::read(text.as_bytes()).unwrap().root;
    ElementOrder::Shuffled(Seed(7), "x".to_owned()).arrange(&mut root);
    let file = captured(&path, xml::write(&root, &WriteOptions::default()).bytes);
    let report = compared(vec![file]);
    assert_eq!(said(&report.files[0]), ["order"]);
    assert!(report.files[0].whole[0].theirs.contains(": "), "{:?}", report.files[0].whole);
}

#[test]
fn each_planted_change_is_told_once_and_exactly() {
    let (path, text) = face_of("taro");
    let against = |from: &str, to: &str| {
        assert!(text.contains(from), "{from} in {text}");
        said(&compared(vec![captured(&path, text.replacen(from, to, 1).into_bytes())]).files[0])
    };
    let record = "XmlMsg/MessageBody/ResultList/ResultOfQualificationConfirmation";
    assert_eq!(said(&compared(vec![captured(&path, text.clone().into_bytes())]).files[0]), [""; 0]);
    assert_eq!(
        against("<Sex1>", "<NewThing>7</NewThing>\n                <Sex1>"),
        [format!("NeverSeen {record}/NewThing")]
    );
    assert_eq!(
        against("<ProcessingResultStatus>1<", "<ProcessingResultStatus>2<"),
        ["Value XmlMsg/MessageBody/ProcessingResultStatus"]
    );
    assert_eq!(
        against("<CharacterCodeIdentifier>0<", "<CharacterCodeIdentifier>1<"),
        ["Value XmlMsg/MessageHeader/CharacterCodeIdentifier"]
    );
    assert_eq!(
        against("\n        <ReferenceClassification>1</ReferenceClassification>", ""),
        ["OnlyOurs XmlMsg/MessageHeader/ReferenceClassification"]
    );
    assert_eq!(
        against("<ArbitraryFileIdentifier>", "<ArbitraryFileIdentifier>0123456789abcdef"),
        ["Shape XmlMsg/MessageHeader/ArbitraryFileIdentifier"]
    );
    let (start, end) = (text.find("            <ResultOf").unwrap(), text.find("        </ResultList>").unwrap());
    let twice = format!("{}{}{}", &text[..end], text[start..end].replace("<Name>", "<Name>別"), &text[end..]);
    let said = said(&compared(vec![captured(&path, twice.into_bytes())]).files[0]);
    assert_eq!(said, [format!("OnlyTheirs {record}[2]")]);
}

#[test]
fn the_form_of_a_file_is_a_setting_or_a_difference_told_once() {
    let (path, text) = face_of("taro");
    let of = |text: String| {
        let report = compared(vec![captured(&path, text.into_bytes())]);
        let set = report.files[0].settings.iter().map(|set| format!("{}={}", set.key, set.value)).collect::<Vec<_>>();
        (said(&report.files[0]), set)
    };
    let none: [&str; 0] = [];
    let is = |found: (Vec<String>, Vec<String>), whole: &[&str], set: &[&str]| {
        assert_eq!(
            found,
            (whole.iter().map(|s| (*s).to_owned()).collect(), set.iter().map(|s| (*s).to_owned()).collect())
        )
    };
    is(of(text.replace("    ", "  ")), &none, &["indent=2"]);
    is(of(text.replace('\n', "\r\n")), &none, &["newline=\"crlf\""]);
    let root = xml::read(text.as_bytes()).unwrap().root;
    let line = WriteOptions { indent: Indent::OneLine, newline: Newline::Lf, encoding: Encoding::Utf8 };
    is(of(String::from_utf8(xml::write(&root, &line).bytes).unwrap()), &none, &["indent=0"]);
    is(of(text.replace("    ", "\t")), &["indent"], &none);
    is(of(format!("\u{feff}{text}")), &["bom"], &none);
    is(of(text.replacen("standalone=\"no\"", "standalone=\"yes\"", 1)), &["declaration"], &none);
    is(of(text.replace('"', "'")), &["declaration"], &none);
    is(of(text.trim_end().to_owned()), &["end"], &none);
    is(of(text.replacen("<Sex1>", "<Sex1 >", 1)), &["line"], &none);
    is(of(text.replacen("<XmlMsg>", "<XmlMsg xmlns=\"urn:x\">", 1)), &["attribute"], &none);
    is(of(text.replacen("</Sex1>\n", "</Sex1>\r\n", 1)), &["newline"], &none);
}

/// spec/oqs-interface.md §1.3 and known-clients.md §6.3: the name of 2026, the order and the gaps of the published file.
fn published() -> Captured {
    let header = "<ProcessExecutionTime>20230221174835</ProcessExecutionTime><CharacterCodeIdentifier>0</CharacterCodeIdentifier>\
        <SegmentOfResult>1</SegmentOfResult><QualificationConfirmationDate>20230221</QualificationConfirmationDate>\
        <ReferenceClassification>1</ReferenceClassification><ArbitraryFileIdentifier>ArnHCeDfNjMCFzg=</ArbitraryFileIdentifier>\
        <MedicalInstitutionCode>1319919997</MedicalInstitutionCode>";
    let record = [
        ("Address", "東京都試験区一丁目"),
        ("SpecificHealthCheckupsInfoConsTime", "20230221174835"),
        ("DiagnosisInfoConsFlg", "0"),
        ("SpecificHealthCheckupsInfoAvailableTime", "20230222174835"),
        ("PersonalFamilyClassification", "1"),
        ("Sex1", "1"),
        ("SpecificDiseasesCertificateRelatedConsFlg", "0"),
        ("Name", "診療　太郎"),
        ("InsurerNumber", "  138057"),
        ("InsuredCardSymbol", "１２"),
        ("NameKana", "ｼﾝﾘｮｳ ﾀﾛｳ"),
        ("InsuredCardValidDate", "20200401"),
        ("LimitApplicationCertificateRelatedConsFlg", "0"),
        ("InsuredCardClassification", "01"),
        ("InsuredBranchNumber", "01"),
        ("Birthdate", "19570101"),
        ("InsuredCertificateIssuanceDate", "20200401"),
        ("InsuredIdentificationNumber", "3456789"),
        ("PharmacistsInfoAvailableTime", "20230222174835"),
        ("SpecificHealthCheckupsInfoConsFlg", "1"),
        ("PharmacistsInfoConsTime", "20230221174835"),
        ("PharmacistsInfoConsFlg", "1"),
        ("InsurerName", "試験国保"),
        ("PostNumber", "999-1234"),
    ];
    let record: String = record.iter().map(|(name, value)| format!("<{name}>{value}</{name}>")).collect();
    let text = format!(
        "<XmlMsg><MessageHeader>{header}</MessageHeader><MessageBody><ResultList><ResultOfQualificationConfirmation>{record}\
         </ResultOfQualificationConfirmation></ResultList><ProcessingResultStatus>1</ProcessingResultStatus>\
         <QualificationValidity>1</QualificationValidity></MessageBody></XmlMsg>"
    );
    let root = xml::read(text.as_bytes()).unwrap().root;
    let name = "face/OQSsiquc01res_face_13199199974da5260a16de5a3d3ad7_20230221174835.xml";
    captured(name, xml::write(&root, &WriteOptions::default()).bytes)
}

#[test]
fn the_published_face_file_stands_in_our_hash_order_and_differs_where_our_rules_do() {
    let report = compared(vec![published()]);
    let file = &report.files[0];
    assert_eq!(file.source, Source::Visit);
    assert_eq!(file.whole, [], "order, name and form are ours");
    // One screen asks for 診療 and 薬剤 in ours; this terminal asked for them apart. And no 手術 group was there in 2023.
    let record = "XmlMsg/MessageBody/ResultList/ResultOfQualificationConfirmation";
    assert_eq!(
        said(file),
        [
            format!("Value {record}/DiagnosisInfoConsFlg"),
            format!("OnlyOurs {record}/DiagnosisInfoConsTime"),
            format!("OnlyOurs {record}/DiagnosisInfoAvailableTime"),
            format!("OnlyOurs {record}/OperationInfoConsFlg"),
        ]
    );
}

#[test]
fn hostile_files_are_told_and_stop_nothing() {
    let (path, text) = face_of("taro");
    let deep = format!("{}{}", "<a>".repeat(1000), "</a>".repeat(1000));
    let mut files = vec![captured(&path, text.clone().into_bytes())];
    for (number, bytes) in [
        Vec::new(),
        b"<XmlMsg>".to_vec(),
        b"\xff\xfe<\0".to_vec(),
        b"<!DOCTYPE x [<!ENTITY a \"b\">]><XmlMsg>&a;</XmlMsg>".to_vec(),
        deep.into_bytes(),
        b"<XmlMsg><MessageHeader/><MessageBody/></XmlMsg>".to_vec(),
        text.replace("20261121093000</ProcessExecutionTime>", "never</ProcessExecutionTime>").into_bytes(),
        text.replace("<Birthdate>", "<Birthdate>x").into_bytes(),
    ]
    .into_iter()
    .enumerate()
    {
        files.push(captured(&format!("res/OQSsiquc01res_{number}.xml"), bytes));
    }
    files.push(captured("res/notes.pdf", b"%PDF".to_vec()));
    files.push(captured(
        "OQSsihvq01res_1.xml",
        b"<XmlMsg><MessageHeader><Odd>1</Odd></MessageHeader></XmlMsg>".to_vec(),
    ));
    let report = compared(files);
    assert_eq!((report.compared, report.not_compared), (1, 9));
    assert_eq!(report.others, 1);
    assert!(report.files.iter().all(|file| file.problem.is_some() || !file.differs()));
    assert_eq!(report.never_seen.iter().map(|seen| seen.element.as_str()).collect::<Vec<_>>(), ["Odd"]);
}

#[test]
fn a_captured_request_is_asked_again_and_an_echo_stands_in_for_one_that_is_missing() {
    let (stem, root) = golden("OQSsiquc01res").into_iter().find(|(stem, _)| stem == "taro").unwrap();
    let hand = hand(ElementOrder::Hash, Encoding::ShiftJis);
    let answer = written(&format!("OQSsiquc01res_{stem}.xml"), root.clone(), &hand);
    let result = crate::message::qualification::QualificationResult::from_tree(&root).unwrap().document;
    let request = crate::message::qualification::QualificationRequest {
        qualification_confirmation_date: result.header.qualification_confirmation_date,
        medical_institution_code: result.header.medical_institution_code,
        arbitrary_file_identifier: result.header.arbitrary_file_identifier,
        search: result.search.unwrap(),
    };
    let request = written(&format!("OQSsiquc01REQ_{stem}.xml"), request.to_tree(), &hand);
    let alone = compared(vec![answer.clone()]);
    assert_eq!(alone.files[0].source, Source::Echo);
    let both = compared(vec![answer, request]);
    let file = both.files.iter().find(|file| file.source != Source::Request).unwrap();
    assert_eq!(file.source, Source::Asked("OQSsiquc01REQ_taro.xml".to_owned()));
    assert!(file.settings.is_empty(), "the encoding is the request's");
    assert!(both.is_same());
}

#[test]
fn an_err_stands_beside_ours_for_the_same_request() {
    let request = captured("res/OQSsiquc01req_1.xml", b"<XmlMsg>".to_vec());
    let ours = |name: &str| captured(name, encode("E0001\r\nだめ\r\n", Encoding::Utf8).bytes);
    let report = compared(vec![request, ours("res/OQSsiquc01req_1.err"), ours("res/OQSsiquc01req_2.err")]);
    let of = |name: &str| report.files.iter().find(|file| file.file.ends_with(name)).unwrap();
    assert_eq!(of("req_1.err").findings[0].kind, Found::OwnCode);
    assert!(of("req_1.err").findings[0].ours.as_deref().unwrap().starts_with("MDG-"));
    assert!(of("req_2.err").problem.is_some());
}

#[test]
fn two_folders_are_paired_by_name_else_by_kind_and_person() {
    let hand = hand(ElementOrder::Hash, Encoding::Utf8);
    let files = |prefix: &str| {
        let face = golden("OQSsiquc01res_face").into_iter().take(5).enumerate();
        let name = |number: usize| {
            format!("OQSsiquc01res_face_1319919997{}_2026112109300{number}.xml", Seed(3).hex(&[prefix], 20))
        };
        face.map(|(number, (_, root))| written(&name(number), root, &hand)).collect::<Vec<_>>()
    };
    let (theirs, ours) = (Capture::of(files("a")), Capture::of(files("b")));
    let report = compare(&theirs, Some(&ours), &Layouts::built_in());
    assert_eq!((report.compared, report.is_same()), (5, true), "{:#?}", report.files);
    assert!(report.files.iter().all(|file| matches!(&file.source, Source::Pair(_))));
    let none = compare(&theirs, Some(&Capture::of(Vec::new())), &Layouts::built_in());
    assert_eq!(none.not_compared, 5);
}

#[test]
fn never_seen_elements_become_rows_that_a_layout_folder_takes_and_then_are_known() {
    let (path, text) = face_of("taro");
    let text = text.replacen("<Sex1>", "<NewGroup><When>20260401</When></NewGroup>\n                <Sex1>", 1);
    let files = || vec![captured(&path, text.clone().into_bytes())];
    let report = compared(files());
    let elements: Vec<_> = report.never_seen.iter().map(|seen| seen.element.as_str()).collect();
    assert_eq!(elements, ["When", "NewGroup"]);
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("elements.toml"), rows::text(&report).unwrap()).unwrap();
    let layouts = Layouts::read(Some(folder.path())).unwrap();
    let again = compare(&Capture::of(files()), None, &layouts);
    assert_eq!(again.never_seen, []);
    assert!(rows::text(&again).is_none());
    assert!(again.files[0].findings.iter().any(|finding| finding.kind == Found::OnlyTheirs));
}
