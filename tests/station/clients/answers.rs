//! What clients send into `req` and read in `res`.

use std::fs;

use crate::bulk::{IDENTIFIER, download, identified, message, queries, query};
use crate::desk::{FROZEN, INSTITUTION, Place, Station, until};
use crate::rececon::{Request, answer_name, drop_in, in_shift_jis, request_name};
use crate::xml::{self, Element};

/// A station whose bulk results are ready at once.
fn desk() -> (Place, Station) {
    let place = Place::new();
    place.write("madoguchi.toml", "[[terminal]]\nfolder = \"oqs\"\n[[reader]]\n[hub]\nbulk_ready_after = 0\n");
    let station = place.open(&["--clock", FROZEN]);
    (place, station)
}

/// Sends a request and reads its answer as bytes.
#[track_caller]
fn send(station: &Station, interface: &str, free: &str, bytes: &[u8]) -> Vec<u8> {
    drop_in(station, &format!("{interface}req_{free}.xml"), bytes);
    station.file(&format!("res/{interface}res_{free}.xml"))
}

/// As K5 writes and renames: a hidden temporary name, Shift_JIS declared in small letters.
#[track_caller]
fn send_as_k5(station: &Station, interface: &str, free: &str, text: &str) -> Element {
    let declared = text.replacen("encoding=\"UTF-8\"", "encoding=\"shift_jis\"", 1);
    let (bytes, _, lost) = encoding_rs::SHIFT_JIS.encode(&declared);
    assert!(!lost && declared != text);
    let temporary = station.at("req").join(".receptionagent-0123456789abcdef0123456789abcdef.tmp");
    fs::write(&temporary, bytes).unwrap();
    fs::rename(temporary, station.at("req").join(format!("{interface}req_{free}.xml"))).unwrap();
    let answer = station.file(&format!("res/{interface}res_{free}.xml"));
    assert!(xml::declaration(&answer).to_ascii_lowercase().contains("encoding=\"shift_jis\""));
    xml::parse(&answer)
}

/// One `ReferenceNumberRegistrationInfo`.
fn registration(number: &str, insurer: &str, symbol: &str, insured: &str, branch: &str) -> String {
    format!(
        "<ReferenceNumberRegistrationInfo><ReferenceNumber>{number}</ReferenceNumber>\
         <InsurerNumber>{insurer}</InsurerNumber><InsuredCardSymbol>{symbol}</InsuredCardSymbol>\
         <InsuredIdentificationNumber>{insured}</InsuredIdentificationNumber>\
         <InsuredBranchNumber>{branch}</InsuredBranchNumber></ReferenceNumberRegistrationInfo>"
    )
}

fn names(element: &Element) -> Vec<&str> {
    element.children.iter().map(|child| child.name.as_str()).collect()
}

/// Text of the direct child `name`.
fn child<'a>(element: &'a Element, name: &str) -> Option<&'a str> {
    element.children.iter().find(|child| child.name == name).map(|child| child.text.as_str())
}

#[test]
fn k2_reads_bulk_answers_as_shift_jis_without_looking_at_their_declaration() {
    let (_place, station) = desk();
    let request = in_shift_jis(&queries(&[query("101", "v_1"), query("999999", "v_2")]));
    let received = send(&station, "OQSmuquc01", "1", &request);
    let number = xml::parse(&received).value("ReceptionNumber").unwrap().to_owned();
    let done = send(&station, "OQSmuquc02", "1", &in_shift_jis(&download(&number)));
    for bytes in [&received, &done] {
        assert!(!bytes.starts_with(b"\xef\xbb\xbf"), "a byte order mark would be honoured");
        assert!(!encoding_rs::SHIFT_JIS.decode(bytes).2);
    }
    assert!(encoding_rs::SHIFT_JIS.decode(&done).0.contains("窓口　太郎"));
}

#[test]
fn k2_sends_a_02req_without_an_identifier_and_finds_header_and_units_where_it_looks() {
    let (_place, station) = desk();
    let received = send(&station, "OQSmuquc01", "1", queries(&[query("101", "v_1")]).as_bytes());
    let number = xml::parse(&received).value("ReceptionNumber").unwrap().to_owned();
    assert!(!download(&number).contains("ArbitraryFileIdentifier"));
    let done = xml::parse(&send(&station, "OQSmuquc02", "1", download(&number).as_bytes()));
    let [header, body] = done.children.as_slice() else { panic!("header and body: {done:?}") };
    assert_eq!(child(header, "ProcessExecutionTime"), Some("20261121093000"));
    assert_eq!(child(header, "MedicalInstitutionCode"), Some(INSTITUTION));
    // T5: what the 01req had called itself.
    assert_eq!(child(header, "ArbitraryFileIdentifier"), Some(IDENTIFIER));
    assert_eq!(child(header, "CharacterCodeIdentifier"), Some("0"));
    let units: Vec<_> = body.children.iter().filter(|child| child.name == "BulkConfirmUnit").collect();
    assert_eq!(units.len(), 1, "units are children of the body: {body:?}");
    for name in ["QualificationValidity", "ProcessingResultStatus"] {
        assert!(child(units[0], name).is_some(), "{name} in {:?}", names(units[0]));
    }
    let record = units[0].records()[0];
    assert!(record.all("QualificationConfirmSearchInfo").is_empty(), "what was asked would be read as what was found");
    assert_eq!(record.value("InsuredIdentificationNumber"), Some("101"));
}

#[test]
fn k3_finds_its_identifier_letter_by_letter_in_the_answer_to_a_request_of_one_line() {
    let (_place, station) = desk();
    let identifiers = [
        "20261121093000-1",
        "A&amp;B",
        "&lt;1&gt;",
        "窓口-1",
        "it's \"1\"",
        "a]]&gt;b",
        "ｶﾅ",
        "0123456789012345678901234567890123456789",
    ];
    for (i, identifier) in identifiers.into_iter().enumerate() {
        let text: String =
            Request { identifier: identifier.into(), ..Request::taro() }.xml().lines().map(str::trim).collect();
        let answer = send(&station, "OQSsiquc01", &i.to_string(), text.as_bytes());
        let answer = String::from_utf8(answer).unwrap();
        let literal = format!("<ArbitraryFileIdentifier>{identifier}</ArbitraryFileIdentifier>");
        assert!(answer.contains(&literal), "{literal} is not in {answer}");
    }
}

#[test]
fn k3_finds_its_reception_number_letter_by_letter() {
    let (_place, station) = desk();
    let received = send(&station, "OQSmuquc01", "1", queries(&[query("101", "v_1")]).as_bytes());
    let number = xml::parse(&received).value("ReceptionNumber").unwrap().to_owned();
    for number in [number.as_str(), "0815"] {
        let done = send(&station, "OQSmuquc02", number, download(number).as_bytes());
        let literal = format!("<ReceptionNumber>{number}</ReceptionNumber>");
        assert!(String::from_utf8(done).unwrap().contains(&literal), "{literal}");
    }
}

/// The elements that its classes know; what came with the layout of 2023 it calls unknown, and goes on.
#[test]
fn k4_knows_the_children_of_a_unit_and_joins_rows_by_their_identifier() {
    let (_place, station) = desk();
    let rows = ["x_1", "clinic_2026_778899", "100"];
    let text = queries(&rows.map(|identifier| query("101", identifier)));
    let received = xml::parse(&send(&station, "OQSmuquc01", "1", text.as_bytes()));
    let time = received.value("ReceptionDateTime").unwrap();
    assert!(time.len() == 14 && time.bytes().all(|b| b.is_ascii_digit()), "{time}");
    let number = received.value("ReceptionNumber").unwrap();
    let done = xml::parse(&send(&station, "OQSmuquc02", "1", download(number).as_bytes()));
    for (name, value) in [
        ("ReceptionNumber", number),
        ("SegmentOfResult", "1"),
        ("NumberOfProcessingResult", "3"),
        ("NumberOfNormalProcessing", "3"),
        ("NumberOfError", "0"),
    ] {
        assert_eq!(child(&done.children[0], name), Some(value), "{name}");
    }
    let known = [
        "QualificationConfirmSearchInfo",
        "ProcessingResultStatus",
        "ProcessingResultCode",
        "ProcessingResultMessage",
        "QualificationValidity",
        "ResultOfQualificationConfirmation",
        "ReferenceNumber",
    ];
    let units = done.all("BulkConfirmUnit");
    for unit in &units {
        assert!(names(unit).iter().all(|name| known.contains(name)), "{:?}", names(unit));
    }
    let joined: Vec<_> = units.iter().map(|unit| unit.value("ArbitraryIdentifier").unwrap()).collect();
    assert_eq!(joined, rows);
}

#[test]
fn k5_echoes_are_exact_and_elements_single_in_a_registration() {
    let (_place, station) = desk();
    let people = station.get("/control/v1/people").ok();
    let ichiro = people.as_array().unwrap().iter().find(|row| row["id"] == "ichiro").unwrap().clone();
    let of = |key: &str| ichiro[key].as_str().unwrap_or_default().to_owned();
    let padded = format!("{:>8}", of("insurer_number").trim());
    assert!(padded.starts_with("  "), "no 国保: {padded}");
    let body = registration("12345", &padded, &of("symbol"), &of("number"), &of("branch"));
    let answer = send_as_k5(&station, "OQSsiimm01", "202611210001", &message(&identified(""), &body));
    // `value` fails where an element comes twice.
    for (name, value) in [
        ("MedicalInstitutionCode", Some(INSTITUTION)),
        ("ArbitraryFileIdentifier", Some(IDENTIFIER)),
        ("SegmentOfResult", Some("1")),
        ("ReferenceNumber", Some("12345")),
        ("ProcessingResultStatus", Some("1")),
        ("ErrorCode", None),
        ("ErrorMessage", None),
    ] {
        assert_eq!(answer.value(name), value, "{name}");
    }
    for name in ["ProcessingResultCode", "ProcessingResultMessage"] {
        assert!(answer.all(name).len() <= 1, "{name}");
    }
}

#[test]
fn k5_echoes_are_exact_in_a_bulk_registration_of_one() {
    let (_place, station) = desk();
    let body = registration("12345", "01139997", "99010001", "101", "00");
    let received = send_as_k5(&station, "OQSmuimm01", "202611210001", &message(&identified(""), &body));
    assert_eq!(received.value("MedicalInstitutionCode"), Some(INSTITUTION));
    assert_eq!(received.value("ArbitraryFileIdentifier"), Some(IDENTIFIER));
    assert!(
        matches!(received.value("ProcessingResultStatus"), None | Some("1")) && received.value("ErrorCode").is_none()
    );
    let number = received.value("ReceptionNumber").unwrap();
    assert!((1..=100).contains(&number.chars().count()));

    let done = send_as_k5(&station, "OQSmuimm02", "202611210001", &download(number));
    assert_eq!(child(&done.children[0], "ArbitraryFileIdentifier"), Some(IDENTIFIER), "of the 01req");
    assert_eq!((done.value("ReceptionNumber"), done.value("SegmentOfResult")), (Some(number), Some("1")));
    assert_eq!(done.all("BulkRegistrationUnit").len(), 1);
    let info = done.all("ReferenceNumberRegistrationInfo")[0];
    for (name, value) in [
        ("ReferenceNumber", "12345"),
        ("InsuredCardSymbol", "99010001"),
        ("InsuredIdentificationNumber", "101"),
        ("InsuredBranchNumber", "00"),
    ] {
        assert_eq!(child(info, name), Some(value), "{name}");
    }
    assert_eq!(child(info, "InsurerNumber").map(str::trim), Some("01139997"));
    for name in ["ProcessingResultStatus", "ProcessingResultCode", "ProcessingResultMessage"] {
        assert!(done.all(name).len() <= 1, "{name}");
    }
    assert_eq!(done.all("BulkRegistrationUnit")[0].value("ProcessingResultStatus"), Some("1"));
}

/// It does not send while the answer's name stands in `res`. So an old answer is its own business, a deleted one must not come back by
/// itself, and the sequence is free again after that.
#[test]
fn k5_uses_a_sequence_again_after_its_answer_was_deleted_and_nothing_else_brings_the_name_back() {
    let (place, station) = desk();
    let answer = station.at("res").join(answer_name("202611210001"));
    let ask = |station: &Station, identifier: &str| {
        assert!(!answer.exists(), "it would not send");
        let request = Request { identifier: identifier.into(), ..Request::taro() };
        drop_in(station, &request_name("202611210001"), request.xml().as_bytes());
        let told = until("the answer", || answer.exists().then(|| xml::read(&answer)));
        assert_eq!(told.value("ArbitraryFileIdentifier"), Some(identifier));
    };
    ask(&station, "first");
    fs::remove_file(&answer).unwrap();
    ask(&station, "second");
    fs::remove_file(&answer).unwrap();
    station.kill();

    let station = place.open(&["--clock", FROZEN]);
    drop_in(&station, &request_name("202611210002"), Request::taro().xml().as_bytes());
    station.file(&format!("res/{}", answer_name("202611210002")));
    assert_eq!(station.names("res"), [answer_name("202611210002")], "answered by itself");
    ask(&station, "third");
}

#[test]
fn k5_asks_under_a_new_sequence_while_the_answer_of_an_old_one_stays() {
    let (_place, station) = desk();
    for free in ["202611210001", "202611210002", "202611210003"] {
        let request = Request { identifier: free.into(), ..Request::taro() };
        drop_in(&station, &request_name(free), request.xml().as_bytes());
        let answer = xml::parse(&station.file(&format!("res/{}", answer_name(free))));
        assert_eq!(answer.value("ArbitraryFileIdentifier"), Some(free));
    }
    assert_eq!(station.names("res").len(), 3);
}

/// A client that deletes before the journal says *delivered*, one that deletes the folder's whole content, one that never does.
#[test]
fn t4_nothing_depends_on_answers_staying_or_going() {
    let (_place, station) = desk();
    drop_in(&station, &request_name("stays"), Request::taro().xml().as_bytes());
    let stays = station.file(&format!("res/{}", answer_name("stays")));
    for i in 0..20 {
        let free = i.to_string();
        drop_in(&station, &request_name(&free), Request::taro().xml().as_bytes());
        let answer = station.at("res").join(answer_name(&free));
        until("the answer, deleted at once", || fs::remove_file(&answer).ok());
        until("its collection", || {
            let files = station.get("/control/v1/files").ok();
            let told = files.as_array().unwrap().iter().find(|file| file["name"] == answer_name(&free))?.clone();
            told["life"].to_string().contains("collected").then_some(())
        });
    }
    assert_eq!(station.names("res"), [answer_name("stays")]);
    assert!(station.file(&format!("res/{}", answer_name("stays"))) == stays);
}
