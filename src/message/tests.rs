//! Documents to bytes and back, through the doors that other rooms use.

mod round_trips;

use proptest::prelude::*;

use super::finding::{Finding, FindingKind};
use super::order::ElementOrder;
use super::qualification::*;
use super::refusal::Rule;
use super::samples::styles;
use super::subsidy::{Edition, FaceItem, Layout, Repeat, SubsidyCertificate, SubsidyDocument};
use super::tree::Element;
use super::xml::{self, Indent, Newline};
use super::{Read, Style, samples};
use crate::random::Seed;
use crate::text::{self, Encoding};

fn utf8(bytes: &[u8]) -> String {
    text::decode(bytes, xml::declared_encoding(bytes).and_then(|l| Encoding::from_label(&l))).unwrap().text.into_owned()
}

#[test]
fn golden_face_file_in_hash_order_and_utf8() {
    let written = Style::default().qualification_result(&samples::face());
    assert!(written.replaced.is_empty());
    insta::assert_snapshot!(utf8(&written.bytes));
}

#[test]
fn golden_face_file_in_specification_order_and_shift_jis() {
    let style = Style {
        encoding: Encoding::ShiftJis,
        order: ElementOrder::Spec,
        newline: Newline::CrLf,
        indent: Indent::Spaces(2),
        ..Style::default()
    };
    let written = style.qualification_result(&samples::face());
    assert_eq!(written.replaced, ['𠮷'], "folded: − and 〜; lost: 𠮷");
    assert!(utf8(&written.bytes).lines().count() > 40 && written.bytes.windows(2).any(|w| w == b"\r\n"));
    insta::assert_snapshot!(utf8(&written.bytes));
}

fn one_certificate_in(edition: Edition) -> String {
    let mut document = samples::subsidies();
    document.certificates.truncate(1);
    let style = Style { order: ElementOrder::Spec, ..Style::default() };
    utf8(&style.subsidies(&document, Layout::embedded(edition)).bytes)
}

#[test]
fn golden_subsidies_of_r6() {
    insta::assert_snapshot!(one_certificate_in(Edition::R6));
}

#[test]
fn golden_subsidies_of_r8() {
    insta::assert_snapshot!(one_certificate_in(Edition::R8));
}

/// Every order and encoding in both list forms.
fn in_both_list_forms() -> impl Iterator<Item = Style> {
    styles().flat_map(|style| {
        [
            (Records::OneList, Repeat::MedicalSubsidies, Indent::default()),
            (Records::RepeatedList, Repeat::CertificationDetail, Indent::OneLine),
        ]
        .map(|(records, repeat, indent)| Style { records, repeat, indent, ..style.clone() })
    })
}

/// What CP932 makes of the text of a document.
fn as_cp932(text: &str) -> String {
    utf8(&[b"<?xml encoding='cp932'?>".to_vec(), text::encode(text, Encoding::ShiftJis).bytes].concat())
        .replace("<?xml encoding='cp932'?>", "")
}

#[test]
fn a_result_with_every_part_comes_back_in_every_order_and_encoding() {
    let sent = samples::full_result();
    for style in in_both_list_forms() {
        let written = style.qualification_result(&sent);
        let document = xml::read(&written.bytes).unwrap();
        assert_eq!((document.encoding, document.findings.len()), (style.encoding, 0));
        let read = QualificationResult::from_tree(&document.root).unwrap();
        assert_eq!(read.findings, [], "{style:?}");
        let mut expected = sent.clone();
        expected.header.character_code_identifier = style.encoding.code().into();
        if style.encoding == Encoding::ShiftJis {
            let search = expected.search.as_mut().unwrap();
            search.insured_card_symbol = search.insured_card_symbol.as_deref().map(as_cp932);
            expected.records.iter_mut().for_each(|r| r.address = r.address.as_deref().map(as_cp932));
        }
        assert_eq!(read.document, expected, "{style:?}");
    }
}

#[test]
fn a_request_comes_back_and_its_identifier_is_the_literal_text_that_was_sent() {
    for style in in_both_list_forms() {
        let written = style.qualification_request(&samples::request());
        let read = QualificationRequest::from_tree(&xml::read(&written.bytes).unwrap().root).unwrap();
        assert_eq!(read.document.arbitrary_file_identifier, samples::request().arbitrary_file_identifier);
        let literal = "<ArbitraryFileIdentifier>20261121093000-a&amp;b&lt;c&gt;</ArbitraryFileIdentifier>";
        assert!(utf8(&written.bytes).contains(literal));
    }
}

const EDITIONS: [Edition; 3] = [Edition::R5, Edition::R6, Edition::R8];

/// The sample as an edition can say it, by what the editions brought (spec/pmh.md §1.4).
fn subsidies_of(edition: Edition) -> SubsidyDocument {
    let mut document = samples::subsidies();
    for certificate in &mut document.certificates {
        if edition < Edition::R8 {
            certificate.management.clear();
        }
        if edition < Edition::R6 {
            certificate.limits.retain(|limit| limit.kind.as_str() < "4");
            *certificate = SubsidyCertificate {
                income_segment: None,
                additional_conditions: None,
                always_reimbursement: false,
                joint_in_out: None,
                joint_kinds: Vec::new(),
                first_visit: None,
                meal_ratio: None,
                meal_limit: None,
                method: None,
                meal_subsidy: None,
                hash: None,
                ..certificate.clone()
            };
        }
    }
    document
}

#[test]
fn subsidies_come_back_in_every_edition_order_encoding_and_repeat_unit() {
    for edition in EDITIONS {
        let layout = Layout::embedded(edition);
        for style in in_both_list_forms() {
            for repeat in [Repeat::MedicalSubsidies, Repeat::CertificationDetail] {
                let style = Style { repeat, ..style.clone() };
                let written = style.subsidies(&samples::subsidies(), layout);
                let read = layout.from_tree(&xml::read(&written.bytes).unwrap().root).unwrap();
                assert_eq!(read.findings, [], "{edition:?} {style:?}");
                assert_eq!(read.document, subsidies_of(edition), "{edition:?} {style:?}");
            }
        }
    }
}

#[test]
fn an_older_reader_reports_what_newer_editions_add_and_understands_the_rest() {
    for (reader, writer) in [(Edition::R5, Edition::R8), (Edition::R5, Edition::R6), (Edition::R6, Edition::R8)] {
        for repeat in [Repeat::MedicalSubsidies, Repeat::CertificationDetail] {
            let tree = Layout::embedded(writer).to_tree(&samples::subsidies(), repeat);
            let mut read = Layout::embedded(reader).from_tree(&tree).unwrap();
            assert!(!read.findings.is_empty(), "{reader:?} reads {writer:?}");
            let unknown = |finding: &Finding| finding.kind == FindingKind::UnknownElement;
            assert!(read.findings.iter().all(unknown), "{:?}", read.findings);
            // A kind of limit is a value, not an element: it is kept as it came.
            for (read, own) in read.document.certificates.iter_mut().zip(subsidies_of(reader).certificates) {
                read.limits.retain(|limit| own.limits.contains(limit));
            }
            assert_eq!(read.document, subsidies_of(reader), "{reader:?} reads {writer:?}");
        }
    }
}

#[test]
fn face_items_have_three_levels_and_a_fourth_is_reported_not_kept() {
    let layout = Layout::embedded(Edition::R8);
    let item = |name: &str, items| FaceItem { name: name.into(), value: None, items };
    let deep = item("1", vec![item("2", vec![item("3", vec![])])]);
    let certificate = SubsidyCertificate { face_items: vec![deep], ..SubsidyCertificate::default() };
    let document = SubsidyDocument { certificates: vec![certificate], ..SubsidyDocument::default() };
    let tree = layout.to_tree(&document, Repeat::MedicalSubsidies);
    let read = layout.from_tree(&tree).unwrap();
    assert_eq!((read.document, read.findings), (document, vec![]));

    let text = utf8(&xml::write(&tree, &xml::WriteOptions::default()).bytes);
    let deeper = text.replace("<ItemName>3</ItemName>", "<ItemName>3</ItemName><Item><ItemName>4</ItemName></Item>");
    assert_ne!(text, deeper);
    let read = layout.from_tree(&xml::read(deeper.as_bytes()).unwrap().root).unwrap();
    assert_eq!(read.findings.len(), 1, "{:?}", read.findings);
    assert_eq!(read.findings[0].kind, FindingKind::UnknownElement);
    assert!(read.document.certificates[0].face_items[0].items[0].items[0].items.is_empty());
}

#[test]
fn r5_has_no_item_and_no_kind_of_r6() {
    let tree = Layout::embedded(Edition::R5).to_tree(&samples::subsidies(), Repeat::MedicalSubsidies);
    let text = utf8(&xml::write(&tree, &xml::WriteOptions::default()).bytes);
    for tag in [
        "IncomeSegment",
        "AdditionalConditions",
        "IsAlwaysReimbursement",
        "Joint",
        "FirstVisit",
        "Meal",
        "SubsidyMethod",
        "MaxCopaymentAmountManagement",
        "HashValue",
        "<Kind>4",
    ] {
        assert!(!text.contains(tag), "{tag}");
    }
    for tag in ["<Kind>0", "ValidFrom", "CertificationDetail", "MedicalSubsidyInsurerNumber"] {
        assert!(text.contains(tag), "{tag}");
    }
}

#[test]
fn a_vendors_layout_gives_the_tags_and_a_wrong_one_is_refused_by_name() {
    let text = Layout::embedded_text().replace("tag = \"ValidFrom\"", "tag = \"Yuko\"");
    let layout = Layout::from_toml("pmh.toml", &text, Edition::R8).unwrap();
    let tree = layout.to_tree(&samples::subsidies(), Repeat::MedicalSubsidies);
    assert!(tree.at(&["MessageBody", "MedicalSubsidies", "Yuko"]).is_some());
    assert_eq!(layout.from_tree(&tree).unwrap().document, samples::subsidies());

    let renamed = Layout::embedded_text().replace("tag = \"CharacterCodeIdentifier\"", "tag = \"Moji\"");
    let layout = Layout::from_toml("pmh.toml", &renamed, Edition::R6).unwrap();
    let style = Style { encoding: Encoding::ShiftJis, ..Style::default() };
    assert!(utf8(&style.subsidies(&samples::subsidies(), &layout).bytes).contains("<Moji>1</Moji>"));

    let twice = Layout::embedded_text().replace("tag = \"ValidFrom\"", "tag = \"ValidTo\"");
    let error = Layout::from_toml("pmh.toml", &twice, Edition::R6).unwrap_err().to_string();
    assert!(error.contains("ValidTo") && error.contains("certificate"), "{error}");
    let unknown = Layout::embedded_text().replace("item = \"valid-from\"", "item = \"valid-form\"");
    let error = Layout::from_toml("pmh.toml", &unknown, Edition::R6).unwrap_err().to_string();
    assert!(error.contains("valid-form") && error.contains("valid-from"), "{error}");
}

#[test]
fn several_records_stand_in_one_list_or_in_lists_of_their_own() {
    let lists = |records| {
        let tree = samples::full_result().to_tree(records);
        let body = tree.child("MessageBody").unwrap().clone();
        body.children().iter().filter(|c| c.name == "ResultList").map(|c| c.children().len()).collect::<Vec<_>>()
    };
    assert_eq!(lists(Records::OneList), [2]);
    assert_eq!(lists(Records::RepeatedList), [1, 1]);
    let none = QualificationResult { records: vec![], ..samples::face() }.to_tree(Records::OneList);
    assert_eq!(none.at(&["MessageBody", "ResultList"]), None);
}

#[test]
fn a_record_of_a_real_terminal_with_elements_nobody_knows_is_read_and_they_are_reported() {
    let mut tree = samples::face().to_tree(Records::OneList);
    let record = tree.at_mut(&["MessageBody", "ResultList", "ResultOfQualificationConfirmation"]).unwrap();
    if let super::tree::Content::Children(children) = &mut record.content {
        children.push(Element::text("BrandNew", "1"));
    }
    let read = QualificationResult::from_tree(&tree).unwrap();
    assert_eq!(read.document, samples::face());
    assert!(read.findings[0].path.ends_with("ResultOfQualificationConfirmation/BrandNew"), "{:?}", read.findings);
}

/// A request as a clinic's blog shows it: single quotes, blanks inside start tags, an empty element.
const FIELD: &str = "<?xml version='1.0' encoding='UTF-8' standalone='no'?>
<XmlMsg ><MessageHeader >
 <QualificationConfirmationDate>20261121</QualificationConfirmationDate><!-- today -->
 <MedicalInstitutionCode>1319999996</MedicalInstitutionCode>
 <ArbitraryFileIdentifier >ABC</ArbitraryFileIdentifier >
</MessageHeader><MessageBody><QualificationConfirmSearchInfo>
 <InsurerNumber>00138057</InsurerNumber><InsuredCardSymbol/>
 <InsuredIdentificationNumber><![CDATA[12]]>3&#52;</InsuredIdentificationNumber>
 <InsuredBranchNumber></InsuredBranchNumber>
 <Birthdate>
   19500321
 </Birthdate>
 <LimitApplicationCertificateRelatedConsFlg>0</LimitApplicationCertificateRelatedConsFlg>
</QualificationConfirmSearchInfo></MessageBody></XmlMsg>
";

fn read_request(text: &str) -> Result<Read<QualificationRequest>, super::refusal::Refusal> {
    QualificationRequest::read(text.as_bytes()).map(|(read, _)| read)
}

#[test]
fn a_request_as_the_field_writes_it_is_accepted() {
    let read = read_request(FIELD).unwrap();
    assert_eq!(read.document.search.insured_identification_number, "1234");
    assert_eq!(read.document.search.birthdate, "19500321");
    assert_eq!((read.document.search.insured_branch_number, read.document.search.insured_card_symbol), (None, None));
    let with_bom = [b"\xEF\xBB\xBF", FIELD.as_bytes()].concat();
    assert!(xml::read(&with_bom).unwrap().bom);
    let cp932 = text::encode(FIELD.replace("UTF-8", "Windows-31J").replace("ABC", "窓口"), Encoding::ShiftJis).bytes;
    let document = xml::read(&cp932).unwrap();
    assert_eq!(document.encoding, Encoding::ShiftJis);
    let read = QualificationRequest::from_tree(&document.root).unwrap();
    assert_eq!(read.document.arbitrary_file_identifier.as_deref(), Some("窓口"));
}

#[test]
fn what_is_unusual_in_a_request_is_kept_and_reported() {
    use super::finding::FindingKind::*;
    let text = FIELD
        .replace("1319999996", "1319999990")
        .replace("00138057", "138050")
        .replace("<InsuredCardSymbol/>", "<InsuredCardSymbol>123456789012345678901</InsuredCardSymbol><Extra/>")
        .replace("ConsFlg>0<", "ConsFlg>7<")
        .replace("<XmlMsg >", "<XmlMsg xmlns='urn:x'>");
    let document = xml::read(text.as_bytes()).unwrap();
    assert_eq!(document.findings.iter().map(|f| f.kind).collect::<Vec<_>>(), [Attribute]);
    let read = QualificationRequest::from_tree(&document.root).unwrap();
    let kinds: Vec<_> = read.findings.iter().map(|f| f.kind).collect();
    assert_eq!(kinds, [UnknownElement, CheckDigit, CheckDigit, TooLong, UnknownCode]);
}

#[test]
fn a_request_that_breaks_a_rule_is_refused_with_rule_and_place() {
    let cases: [(&str, &str, Rule, &str); 14] = [
        ("<XmlMsg >", "<Message >", Rule::NotWellFormed, "14:48"),
        ("</XmlMsg>", "", Rule::NotWellFormed, "15:1"),
        ("<XmlMsg >", "<!DOCTYPE XmlMsg><XmlMsg >", Rule::DocumentType, "2:1"),
        ("UTF-8", "EUC-JP", Rule::UnknownEncoding, "1:1"),
        ("ABC", "&nbsp;", Rule::NotWellFormed, "5:28"),
        ("ABC", "\u{1}", Rule::NotWellFormed, "5:28"),
        ("MessageHeader", "Header", Rule::WrongRoot, "2:1 XmlMsg/MessageHeader"),
        ("20261121<", "20260230<", Rule::NotADate, "3:2 XmlMsg/MessageHeader/QualificationConfirmationDate"),
        ("   19500321", "S250321", Rule::NotADate, "10:2 XmlMsg/MessageBody/QualificationConfirmSearchInfo/Birthdate"),
        (">1319999996<", "> <", Rule::Missing, "4:2 XmlMsg/MessageHeader/MedicalInstitutionCode"),
        (
            "<InsurerNumber>00138057</InsurerNumber>",
            "",
            Rule::Missing,
            "6:30 XmlMsg/MessageBody/QualificationConfirmSearchInfo/InsurerNumber",
        ),
        (
            "<InsuredCardSymbol/>",
            "<InsurerNumber>1</InsurerNumber>",
            Rule::Repeated,
            "7:41 XmlMsg/MessageBody/QualificationConfirmSearchInfo/InsurerNumber",
        ),
        (
            "QualificationConfirmSearchInfo",
            "Search",
            Rule::Missing,
            "6:17 XmlMsg/MessageBody/QualificationConfirmSearchInfo",
        ),
        ("</MessageBody>", "</MessageBody><MessageBody/>", Rule::Repeated, "14:48 XmlMsg/MessageBody"),
    ];
    for (from, to, rule, place) in cases {
        let refusal = read_request(&FIELD.replace(from, to)).map(|_| ()).unwrap_err();
        assert_eq!((refusal.rule, refusal.place.to_string().as_str()), (rule, place), "{to}: {refusal}");
    }
}

#[test]
fn utf_16_is_refused_by_its_name_with_and_without_its_mark() {
    let plain = FIELD.replace("UTF-8", "UTF-16");
    let marked = format!("\u{feff}{plain}");
    for text in [&plain, &marked] {
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        for bytes in [little, big] {
            let refusal = xml::read(&bytes).unwrap_err();
            assert_eq!((refusal.rule, refusal.seen.as_deref()), (Rule::UnknownEncoding, Some("UTF-16")));
        }
    }
}

#[test]
fn size_depth_and_bytes_have_limits() {
    let big = FIELD.replace("ABC", &"A".repeat(xml::SINGLE_LIMIT));
    assert_eq!(xml::read(big.as_bytes()).unwrap_err().rule, Rule::TooBig);
    let deep = "<a>".repeat(xml::DEPTH_LIMIT + 1);
    assert_eq!(xml::read(deep.as_bytes()).unwrap_err().rule, Rule::TooDeep);
    let mixed = [FIELD.as_bytes(), b"<!-- \xFF -->"].concat();
    let refusal = xml::read(&mixed).unwrap_err();
    assert_eq!((refusal.rule, refusal.place.position), (Rule::NotText, Some((15, 6))));
}

proptest! {
    #[test]
    fn no_bytes_make_reading_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = xml::read(&bytes).map(|document| QualificationResult::from_tree(&document.root));
        let _ = xml::is_whole(&bytes);
    }

    #[test]
    fn no_damage_to_a_file_makes_reading_panic(at in 0..FIELD.len(), byte in any::<u8>(), cut in any::<bool>()) {
        let mut bytes = FIELD.as_bytes().to_vec();
        bytes[at] = byte;
        if cut { bytes.truncate(at); }
        let _ = xml::read(&bytes).map(|document| QualificationRequest::from_tree(&document.root));
        let _ = xml::is_whole(&bytes);
    }

    #[test]
    fn any_text_survives_in_utf8_and_what_is_lost_is_counted(name in ".*", kana in ".*", shuffle in any::<u64>()) {
        let mut sent = samples::face();
        let lost = name.chars().chain(kana.chars()).filter(|c| !is_xml(*c)).count();
        sent.records[0].name_kana = Some(kana).filter(|kana| !kana.is_empty());
        sent.records[0].name_of_other = Some(name).filter(|name| !name.is_empty());
        let style = Style { order: ElementOrder::Shuffled(Seed(shuffle), "p".into()), ..Style::default() };
        let written = style.qualification_result(&sent);
        prop_assert_eq!(written.replaced.len(), lost);
        let read = QualificationResult::from_tree(&xml::read(&written.bytes).unwrap().root).unwrap().document;
        let expect = |text: &Option<String>| text.as_ref().map(|t| t.chars().map(|c| if is_xml(c) { c } else { '●' }).collect::<String>());
        prop_assert_eq!(&read.records[0].name_kana, &expect(&sent.records[0].name_kana));
        prop_assert_eq!(&read.records[0].name_of_other, &expect(&sent.records[0].name_of_other));
    }

    #[test]
    fn any_text_in_shift_jis_comes_back_as_cp932_has_it(name in "[^\\p{Cc}]+") {
        let mut sent = samples::face();
        let name: String = name.chars().filter(|c| is_xml(*c)).chain(['x']).collect();
        sent.records[0].name.clone_from(&name);
        let style = Style { encoding: Encoding::ShiftJis, ..Style::default() };
        let written = style.qualification_result(&sent);
        let read = QualificationResult::from_tree(&xml::read(&written.bytes).unwrap().root).unwrap().document;
        prop_assert_eq!(&read.records[0].name, &as_cp932(&name));
    }
}

fn is_xml(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}
