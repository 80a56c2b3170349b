//! 医療扶助 by month, 訪問診療等 and オンライン診療等 by period: asked, not ready, fetched as XML or zip, and read as the one program of the
//! field reads them that is known to.

use std::io::{Cursor, Read};

use serde_json::json;

use crate::desk::{FROZEN, INSTITUTION, Place, Station};
use crate::rececon::{drop_in, in_shift_jis};

const IDENTIFIER: &str = "20261121093000123PC1";

fn message(header: &str, body: &str) -> Vec<u8> {
    in_shift_jis(&format!(
        r#"<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<XmlMsg>
  <MessageHeader>
    <MedicalInstitutionCode>{INSTITUTION}</MedicalInstitutionCode>{header}
  </MessageHeader>
  <MessageBody>{body}</MessageBody>
</XmlMsg>
"#
    ))
}

fn search(elements: &[(&str, &str)]) -> Vec<u8> {
    let elements: String = elements.iter().map(|(name, value)| format!("<{name}>{value}</{name}>")).collect();
    let identifier = format!("<ArbitraryFileIdentifier>{IDENTIFIER}</ArbitraryFileIdentifier>");
    message(&identifier, &format!("<QualificationConfirmSearchInfo>{elements}</QualificationConfirmSearchInfo>"))
}

/// Without an identifier of its own.
fn download(number: &str) -> Vec<u8> {
    message("", &format!("<ReceptionNumber>{number}</ReceptionNumber>"))
}

/// An element as a program reads it that takes every file for Shift_JIS, whatever its declaration says.
struct Node {
    name: String,
    text: String,
    children: Vec<Node>,
}

impl Node {
    fn read(bytes: &[u8]) -> Self {
        let (text, _, wrong) = encoding_rs::SHIFT_JIS.decode(bytes);
        assert!(!wrong, "not Shift_JIS");
        let mut open = vec![Self { name: String::new(), text: String::new(), children: Vec::new() }];
        for tag in text.split('<').skip(1) {
            let (name, text) = tag.split_once('>').unwrap();
            if let Some(name) = name.strip_prefix('/') {
                let done = open.pop().unwrap();
                assert_eq!(done.name, name);
                open.last_mut().unwrap().children.push(done);
            } else if !name.starts_with('?') {
                open.push(Self { name: name.to_owned(), text: text.trim().to_owned(), children: Vec::new() });
            }
        }
        open.pop().unwrap()
    }

    fn descendants(&self) -> Vec<&Self> {
        self.children.iter().flat_map(|child| [vec![child], child.descendants()].concat()).collect()
    }

    fn all(&self, name: &str) -> Vec<&Self> {
        self.descendants().into_iter().filter(|node| node.name.eq_ignore_ascii_case(name)).collect()
    }

    /// The first descendant of this name wins.
    fn first(&self, name: &str) -> &str {
        self.all(name).first().map_or("", |node| &node.text)
    }

    fn own(&self, name: &str) -> Vec<&Self> {
        self.children.iter().filter(|child| child.name.eq_ignore_ascii_case(name)).collect()
    }
}

/// One line of what such a program imports: 照会番号, 資格有効性, 氏名, 医療扶助, 交付番号, 薬剤の同意.
type Line = (String, String, String, bool, String, String);

fn imported(file: &Node) -> Vec<Line> {
    let mut lines = Vec::new();
    for unit in file.all("MessageBody")[0].own("BulkConfirmUnit") {
        let numbers = unit.own("ReferenceNumber");
        for (n, record) in unit.all("ResultOfQualificationConfirmation").into_iter().enumerate() {
            let assistance =
                record.first("InsuredCardClassification") == "A1" || record.first("InsurerNumber").starts_with("12");
            lines.push((
                numbers.get(n).map_or("", |number| &number.text).to_owned(),
                unit.own("QualificationValidity")[0].text.clone(),
                record.first("Name").to_owned(),
                assistance,
                record.first("IssueNumber").to_owned(),
                record.first("PharmacistsInfoConsFlg").to_owned(),
            ));
        }
    }
    lines
}

fn line(validity: &str, name: &str, assistance: bool, ticket: &str, consent: &str) -> Line {
    (String::new(), validity.into(), name.into(), assistance, ticket.into(), consent.into())
}

/// Sends a 01req and gives the 受付番号, wherever it stands.
fn received(station: &Station, interface: &str, search: &[u8]) -> String {
    drop_in(station, &format!("{interface}01req_202611210001.xml"), search);
    let answer = Node::read(&station.file(&format!("res/{interface}01res_202611210001.xml")));
    assert_eq!(answer.first("SegmentOfResult"), "1");
    answer.first("ReceptionNumber").to_owned()
}

/// Sends a 02req with a serial of its own and reads the XML that comes.
fn fetched(station: &Station, interface: &str, number: &str, serial: u32) -> Node {
    let free = format!("20261121{serial:04}");
    drop_in(station, &format!("{interface}02req_{free}.xml"), &download(number));
    Node::read(&station.file(&format!("res/{interface}02res_{free}.xml")))
}

const MONTH: [(&str, &str); 1] = [("MedicalTreatmentMonth", "202611")];

#[test]
fn the_tickets_of_a_month_are_received_worked_on_and_fetched() {
    let place = Place::new();
    let station = place.open(&["--clock", FROZEN]);
    let number = received(&station, "OQSmutic", &search(&MONTH));
    let early = fetched(&station, "OQSmutic", &number, 2);
    assert_eq!((early.first("SegmentOfResult"), early.all("BulkConfirmUnit").len()), ("2", 0));
    station.put("/control/v1/clock", &json!({ "advance_s": 5 })).ok();
    let done = fetched(&station, "OQSmutic", &number, 3);
    for (element, value) in [
        ("SegmentOfResult", "1"),
        ("ReceptionNumber", number.as_str()),
        ("ArbitraryFileIdentifier", IDENTIFIER),
        ("CharacterCodeIdentifier", "1"),
        ("ProcessExecutionTime", "20261121093005"),
        ("NumberOfProcessingResult", "3"),
    ] {
        assert_eq!(done.first(element), value, "{element}");
    }
    let people = [
        line("1", "架空　ふみ", true, "202600001", ""),
        line("6", "仮名　次郎", false, "", ""),
        line("6", "仮名　次郎", true, "202600003", ""),
        line("6", "例文　守", true, "202600004", ""),
    ];
    let mut lines = imported(&done);
    lines.sort_by_key(|line| line.1.clone());
    assert_eq!(lines, people);
    assert!(done.all("QualificationConfirmSearchInfo").is_empty(), "its tags would be found before those of a record");
}

#[test]
fn a_result_may_come_as_a_zip_with_the_xml_of_its_name() {
    let settings = "[[terminal]]\nfolder = \"oqs\"\nbulk_result = \"zip\"\n[hub]\nbulk_ready_after = 0\n";
    let open = |place: &Place| {
        place.write("madoguchi.toml", settings);
        place.open(&["--clock", FROZEN])
    };
    let zipped = |place: &Place| {
        let station = open(place);
        let number = received(&station, "OQSmutic", &search(&MONTH));
        drop_in(&station, "OQSmutic02req_202611210002.xml", &download(&number));
        let bytes = station.file("res/OQSmutic02res_202611210002.zip");
        assert!(!station.names("res").iter().any(|name| name == "OQSmutic02res_202611210002.xml"), "one or the other");
        bytes
    };
    let bytes = zipped(&Place::new());
    let mut zip = zip::ZipArchive::new(Cursor::new(&bytes)).unwrap();
    let names: Vec<_> = zip.file_names().map(|name| name.unwrap().into_owned()).collect();
    assert_eq!(names, ["OQSmutic02res_202611210002.xml"]);
    let mut xml = Vec::new();
    zip.by_index(0).unwrap().read_to_end(&mut xml).unwrap();
    assert_eq!(imported(&Node::read(&xml)).len(), 4);
    assert!(bytes == zipped(&Place::new()), "the same bytes from the same seed and clock");
    // What is no result by period stays as it is.
    let place = Place::new();
    let station = open(&place);
    let unknown = "OQSmuquc02req_1.xml";
    drop_in(&station, unknown, &download("0815"));
    assert_eq!(Node::read(&station.file("res/OQSmuquc02res_1.xml")).first("SegmentOfResult"), "9");
}

#[test]
fn who_agreed_at_home_within_a_period_is_told_with_the_state_of_the_consent() {
    let place = Place::new();
    place.write("madoguchi.toml", "[[terminal]]\nfolder = \"oqs\"\n[hub]\nbulk_ready_after = 0\n");
    let station = place.open(&["--clock", FROZEN]);
    let period = |names: [&'static str; 2], days: [&'static str; 2], flag: &'static str| {
        search(&[(names[0], days[0]), (names[1], days[1]), ("MedicalTreatmentFlag", flag)])
    };
    let consent = ["ConsentDateFrom", "ConsentDateTo"];
    let asked = period(consent, ["20261025", "20261121"], "2");
    let mut visits = imported(&fetched(&station, "OQSmuhvq", &received(&station, "OQSmuhvq", &asked), 2));
    visits.sort();
    let mut expected = [
        line("1", "見本　ウメ", false, "", "1"),
        line("1", "富田　栄", false, "", "2"),
        line("1", "仮名　次郎", false, "", "1"),
        line("1", "仮名　次郎", true, "202600003", "1"),
    ];
    expected.sort();
    assert_eq!(visits, expected);

    let examined = period(["ExaminationDateFrom", "ExaminationDateTo"], ["20261121", "20261121"], "3");
    let online = imported(&fetched(&station, "OQSmuonq", &received(&station, "OQSmuonq", &examined), 2));
    assert_eq!(online, [line("1", "中田　庸", false, "", "1")]);
}

#[test]
fn a_request_without_its_period_is_sent_back_and_says_why() {
    let place = Place::new();
    let station = place.open(&["--clock", FROZEN]);
    let days = [("ConsentDateFrom", "20261101"), ("ConsentDateTo", "20261131")];
    for (name, body, code, element) in [
        ("OQSmutic01req_1.xml", search(&[]), "MDG-D001", "MedicalTreatmentMonth"),
        ("OQSmutic01req_2.xml", search(&[("MedicalTreatmentMonth", "202613")]), "MDG-D004", "MedicalTreatmentMonth"),
        ("OQSmuhvq01req_3.xml", search(&days), "MDG-D003", "ConsentDateTo"),
        ("OQSmuhvq01req_4.xml", search(&days[..1]), "MDG-D001", "ConsentDateTo"),
        ("OQSmuonq01req_5.xml", search(&[("ExaminationDateTo", "20261101")]), "MDG-D001", "ExaminationDateFrom"),
        ("OQSmuonq02req_6.xml", message("", ""), "MDG-D001", "ReceptionNumber"),
    ] {
        drop_in(&station, name, &body);
        let err = station.file(&format!("res/{}", name.replace(".xml", ".err")));
        let (err, _, _) = encoding_rs::SHIFT_JIS.decode(&err);
        assert!(err.contains(code) && err.contains(element), "{name}: {err}");
    }
}
