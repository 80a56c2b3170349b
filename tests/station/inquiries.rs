//! 薬剤・診療情報 and 特定健診情報: a visit, then a request as a clinic's program writes it, then its answer as that program reads it, and
//! as somebody reads it on paper.

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::json;

use crate::desk::{FROZEN, INSTITUTION, Place, Process, Station, madoguchi, until};
use crate::rececon::{drop_in, in_shift_jis};
use crate::xml::{self, Element};

/// Insurer, symbol, number, branch.
pub type Insurance = [&'static str; 4];
pub const TOUSEKI: Insurance = ["31139991", "架空", "700123", "00"];
pub const ICHIRO: Insurance = ["139998", "見本", "0012345", "01"];
const NASHI: Insurance = ["06139992", "1", "404", "00"];

const IDENTIFIER: &str = "20261121-架空&amp;1";

/// A request as a public program writes it (spec/known-clients.md K2): Shift_JIS, its header's tags, its order.
pub fn request(insurance: Insurance, category: u8, months: Option<(&str, &str)>) -> Vec<u8> {
    let [insurer, symbol, number, branch] = insurance;
    let months = months.map_or_else(String::new, |(start, end)| {
        format!("    <StartDate>{start}</StartDate>\n    <EndDate>{end}</EndDate>\n")
    });
    in_shift_jis(&format!(
        r#"<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<XmlMsg>
  <MessageHeader>
    <MedicalInstitutionCode>{INSTITUTION}</MedicalInstitutionCode>
    <InsurerNumber>{insurer:0>8}</InsurerNumber>
    <InsuranceCardSymbol>{symbol}</InsuranceCardSymbol>
    <InsuredPersonIdentificationNumber>{number}</InsuredPersonIdentificationNumber>
    <BranchNumber>{branch}</BranchNumber>
    <ArbitraryFileIdentifier>{IDENTIFIER}</ArbitraryFileIdentifier>
  </MessageHeader>
  <MessageBody>
{months}    <FileCategory>{category}</FileCategory>
    <PrDiInfClassification>1</PrDiInfClassification>
    <MedicalTreatmentFlag>1</MedicalTreatmentFlag>
  </MessageBody>
</XmlMsg>
"#
    ))
}

/// Names of request and answer as that program makes them: eighteen digits and more, the category first.
fn names(kind: &str, category: u8, patient: &str, extension: &str) -> (String, String) {
    let free = format!("{category:02}2611210930{patient}");
    (format!("{kind}siquc01req_{free}.xml"), format!("{kind}siquc01res_{free}.{extension}"))
}

/// Drops a request in and gives the bytes of its answer; nothing else may come with it.
fn ask(station: &Station, kind: &str, patient: &str, insurance: Insurance, category: u8, extension: &str) -> Vec<u8> {
    let months = (kind == "YZK").then_some(("202512", "202611"));
    let (sent, answer) = names(kind, category, patient, extension);
    drop_in(station, &sent, &request(insurance, category, months));
    let bytes = station.file(&format!("res/{answer}"));
    until("the request's end", || (!station.at("req").join(&sent).exists()).then_some(()));
    let stem = answer.rsplit_once('.').unwrap().0;
    let same: Vec<_> = station.names("res").into_iter().filter(|name| name.starts_with(stem)).collect();
    assert_eq!(same, [answer.as_str()], "one answer, in one form");
    bytes
}

/// What stands at the end of an absolute path.
fn at<'a>(root: &'a Element, path: &str) -> Vec<&'a Element> {
    let mut names = path.strip_prefix('/').unwrap().split('/');
    assert_eq!(names.next(), Some(root.name.as_str()));
    names.fold(vec![root], |found, name| {
        let children = found.into_iter().flat_map(|element| &element.children);
        children.filter(|child| child.name == name).collect()
    })
}

fn text(element: &Element, name: &str) -> String {
    element.children.iter().find(|child| child.name == name).map(|child| child.text.clone()).unwrap_or_default()
}

/// What that program does first: `//ResultCode` must be 1, else it stores `//MessageContents`.
fn outcome(root: &Element) -> Result<(), String> {
    match root.value("ResultCode") {
        Some("1") => Ok(()),
        _ => Err(root.value("MessageContents").unwrap_or_default().to_owned()),
    }
}

/// What that program reads of one of the three groups of a body.
struct Group {
    /// Absolute path of the months.
    months: &'static str,
    /// Codes and names of both institutions.
    institutions: [&'static str; 4],
    days: &'static str,
    dates: [&'static str; 2],
    drugs: &'static str,
    drug: &'static str,
}

const GROUPS: [Group; 3] = [
    Group {
        months: "/XmlMsg/MessageBody/MeTrMonthInf",
        institutions: ["MeTrDiHCd", "MeTrDiHNm", "PrlsHCd", "PrlsHNm"],
        days: "DiDateInfs/DiDateInf",
        dates: ["DiDate", "PrDate"],
        drugs: "DrugInfs/DrugInf",
        drug: "DrugN",
    },
    Group {
        months: "/XmlMsg/MessageBody/ShPrInf/ShPrMonthInf",
        institutions: ["ShMeTrDiHCd", "ShMeTrDiHNm", "ShPrHCd", "ShPrHNm"],
        days: "ShPrDateInfs/ShPrDateInf",
        dates: ["ShPrDate", "ShPrDate"],
        drugs: "ShDrugInfs/ShDrugInf",
        drug: "ShDrugN",
    },
    Group {
        months: "/XmlMsg/MessageBody/CzDiInf/CzDiMonthInf",
        institutions: ["CzMeTrDiHCd", "CzMeTrDiHNm", "CzPrlsHCd", "CzPrlsHNm"],
        days: "CzDiDateInfs/CzDiDateInf",
        dates: ["CzDiDate", "CzPrDate"],
        drugs: "CzDrugInfs/CzDrugInf",
        drug: "CzDrugN",
    },
];

/// What that program finds in an answer: by group how many drugs, and everything a reader of the paper must find too.
#[derive(Debug, Default)]
struct Found {
    drugs: [usize; 3],
    institutions: BTreeSet<String>,
    dates: BTreeSet<String>,
    names: BTreeSet<String>,
}

fn read(root: &Element) -> Found {
    let person = at(root, "/XmlMsg/MessageHeader/QuaInf");
    assert_eq!(person.len(), 1, "without it that program gives up");
    for element in ["Name", "KanaName", "Birth", "AdmGendCode"] {
        assert!(!text(person[0], element).is_empty(), "{element}");
    }
    let mut found = Found::default();
    for (counted, group) in found.drugs.iter_mut().zip(GROUPS) {
        for month in at(root, group.months) {
            found.institutions.extend(group.institutions.map(|tag| text(month, tag)));
            for day in at(month, &format!("/{}/{}", month.name, group.days)) {
                found.dates.extend(group.dates.map(|tag| text(day, tag)));
                for drug in at(day, &format!("/{}/{}", day.name, group.drugs)) {
                    *counted += 1;
                    found.names.insert(text(drug, group.drug));
                }
                let done = at(day, &format!("/{}/MeTrInfs/MeTrInf", day.name));
                found.names.extend(done.into_iter().map(|done| text(done, "SinInfN")));
            }
        }
    }
    for set in [&mut found.institutions, &mut found.dates, &mut found.names] {
        set.remove("");
    }
    found
}

/// The text of a PDF without its blanks: a word that wraps is one word again.
fn on_paper(station: &Station, name: &str) -> String {
    let path = station.at("res").join(name);
    let told = Command::new("pdftotext").args(["-raw".as_ref(), path.as_os_str(), "-".as_ref()]).output();
    let told = told.expect("pdftotext is missing: scripts/setup.sh test");
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    String::from_utf8(told.stdout).unwrap().split_whitespace().collect()
}

fn squeezed(text: &str) -> String {
    text.split_whitespace().collect()
}

fn day(date8: &str) -> String {
    format!("{}/{}/{}", &date8[..4], &date8[4..6], &date8[6..])
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "pdftotext, which reads the paper, is a program of Linux")]
fn after_a_visit_a_programs_request_finds_all_three_groups_and_the_paper_holds_the_same() {
    let place = Place::new();
    let station = place.open(&["--clock", FROZEN]);
    station.visit("touseki");
    for (document, pages, treatments) in [(2, 1, false), (4, 3, true)] {
        let answer = ask(&station, "YZK", "77", TOUSEKI, document, "xml");
        assert_eq!(xml::declaration(&answer), r#"<?xml version="1.0" encoding="Shift_JIS" standalone="no"?>"#);
        let root = xml::parse(&answer);
        assert_eq!(outcome(&root), Ok(()));
        let found = read(&root);
        assert_eq!(found.drugs, [10, 6, 6]);
        assert_eq!(found.names.contains("内シャント設置術"), treatments);
        assert_eq!(found.institutions.len(), 4, "{:?}", found.institutions);
        assert!(found.dates.len() > 4, "{:?}", found.dates);

        assert!(ask(&station, "YZK", "77", TOUSEKI, pages, "pdf").starts_with(b"%PDF-"));
        let paper = on_paper(&station, &names("YZK", pages, "77", "pdf").1);
        for told in found.institutions.iter().chain(&found.names) {
            assert!(paper.contains(&squeezed(told)), "{told} is not on the paper:\n{paper}");
        }
        for date in &found.dates {
            assert!(paper.contains(&day(date)), "{date} is not on the paper:\n{paper}");
        }
        assert_eq!(paper.contains("内シャント設置術"), treatments);
    }
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "pdftotext, which reads the paper, is a program of Linux")]
fn check_ups_are_found_by_their_tags_and_printed_with_every_result() {
    let place = Place::new();
    let station = place.open(&["--clock", FROZEN]);
    station.visit("ichiro");
    let root = xml::parse(&ask(&station, "TKK", "3", ICHIRO, 2, "xml"));
    assert_eq!(outcome(&root), Ok(()));
    let person = at(&root, "/XmlMsg/MessageHeader/QualificationsInfo");
    let told = ["Name", "KanasName", "Birthday", "AdministrativeGenderCode"].map(|name| text(person[0], name));
    assert_eq!(told, ["見本　一郎", "ﾐﾎﾝ ｲﾁﾛｳ", "19720125", "1"]);
    ask(&station, "TKK", "3", ICHIRO, 1, "pdf");
    let paper = on_paper(&station, &names("TKK", 1, "3", "pdf").1);
    let checkups = root.all("SpecificHealthCheckupInfo");
    assert_eq!(checkups.len(), 2);
    let mut questions = 0;
    for checkup in checkups {
        assert!(paper.contains(&day(&text(checkup, "EffectiveTime"))));
        let path = "HealthCheckupResultAndQuestionInfos/HealthCheckupResultAndQuestionInfo";
        for item in at(checkup, &format!("/{}/{path}", checkup.name)) {
            for name in ["ItemCode", "ItemName", "DataValue", "Unit", "DataValueName"] {
                let value = text(item, name);
                assert!(paper.contains(&squeezed(&value)), "{value} is not on the paper:\n{paper}");
            }
            questions += usize::from(!text(item, "Oid").is_empty() && text(item, "DataType") == "CD");
        }
    }
    assert!(questions >= 5, "{questions}");
}

#[test]
fn an_answer_carries_the_identifier_as_literal_text_whatever_became_of_the_question() {
    let place = Place::new();
    let station = place.open(&["--clock", FROZEN]);
    station.visit("touseki");
    let literal = format!("<ArbitraryFileIdentifier>{IDENTIFIER}</ArbitraryFileIdentifier>");
    for (patient, insurance) in [("1", TOUSEKI), ("2", ICHIRO), ("3", NASHI)] {
        for kind in ["YZK", "TKK"] {
            let answer = ask(&station, kind, patient, insurance, 2, "xml");
            assert!(xml::text(&answer).contains(&literal), "{kind} {patient}");
        }
    }
}

#[test]
fn what_stands_in_the_way_is_told_in_a_document_even_where_pages_were_asked_for() {
    let place = Place::new();
    let station = place.open(&["--clock", FROZEN]);
    let refused = |kind: &str, patient: &str, insurance, category| {
        outcome(&xml::parse(&ask(&station, kind, patient, insurance, category, "xml"))).unwrap_err()
    };
    assert!(refused("YZK", "1", TOUSEKI, 1).starts_with("MDG-Y0003E 薬剤情報"), "nobody was at the reader");
    assert!(refused("TKK", "1", TOUSEKI, 1).starts_with("MDG-Y0003E 特定健診情報"));
    assert!(refused("YZK", "2", NASHI, 3).starts_with("MDG-Y0001E"));
    assert!(refused("TKK", "2", NASHI, 9).starts_with("MDG-Y0005E"));
    let mut family = TOUSEKI;
    family[3] = "";
    station.visit("touseki");
    ask(&station, "YZK", "3", family, 1, "pdf");
    station.put("/control/v1/clock", &json!({ "advance_s": 86_400 })).ok();
    ask(&station, "YZK", "4", TOUSEKI, 1, "pdf");
    station.put("/control/v1/clock", &json!({ "advance_s": 1 })).ok();
    assert!(refused("YZK", "5", TOUSEKI, 1).starts_with("MDG-Y0004E 薬剤情報"));
}

#[test]
fn what_was_not_agreed_to_stays_away_and_the_rest_is_told() {
    let place = Place::new();
    let station = place.open(&["--clock", FROZEN]);
    let bubun: Insurance = ["03139995", "日99", "1001", ""];
    station.visit("bubun");
    let root = xml::parse(&ask(&station, "YZK", "9", bubun, 4, "xml"));
    let names: Vec<_> = root.all("SinInfN").into_iter().map(|name| name.text.clone()).collect();
    assert_eq!(names, ["創傷処置（１００ｃｍ２未満）"], "the operation needs its own consent");
    let why = outcome(&xml::parse(&ask(&station, "TKK", "9", bubun, 2, "xml"))).unwrap_err();
    assert!(why.starts_with("MDG-Y0003E"), "{why}");
}

#[test]
fn a_month_that_is_none_comes_back_with_its_err_and_a_failing_centre_is_told_in_the_answer() {
    let place = Place::new();
    let station = place.open(&["--clock", FROZEN]);
    station.visit("touseki");
    let (name, _) = names("YZK", 2, "8", "xml");
    drop_in(&station, &name, &request(TOUSEKI, 2, Some(("202513", "202611"))));
    let err = station.file(&format!("res/{}", name.replace(".xml", ".err")));
    let (err, _, _) = encoding_rs::SHIFT_JIS.decode(&err);
    assert!(err.contains("MDG-D004") && err.contains("StartDate") && err.contains("202513"), "{err}");
    station.file(&format!("res/{name}"));

    station.put("/control/v1/faults/segment-9", &json!({ "count": 1 })).ok();
    let why = outcome(&xml::parse(&ask(&station, "YZK", "10", TOUSEKI, 1, "xml"))).unwrap_err();
    assert!(why.starts_with("MDG-S0001E"), "{why}");
    ask(&station, "YZK", "11", TOUSEKI, 1, "pdf");
}

#[test]
fn a_hub_elsewhere_gives_the_same_documents_and_pages_and_one_that_is_away_a_reason() {
    let (embedded, remote, elsewhere) = (Place::new(), Place::new(), Place::new());
    let command = madoguchi(elsewhere.path(), &["hub", "--listen", "127.0.0.1:0", "--seed", "7"]);
    let (hub, ready) = Process::start(command, "madoguchi hub ready url=");
    let url = ready.strip_prefix("madoguchi hub ready url=").unwrap().to_owned();
    let args = ["--clock", FROZEN, "--seed", "7"];
    let stations = [embedded.open(&args), remote.open(&[&args[..], &["--hub", &url]].concat())];
    stations.iter().for_each(|station| drop(station.visit("touseki")));
    for (kind, category, extension) in [("YZK", 3, "pdf"), ("YZK", 4, "xml"), ("TKK", 1, "pdf"), ("TKK", 2, "xml")] {
        let [here, there] = stations.each_ref().map(|station| ask(station, kind, "1", TOUSEKI, category, extension));
        assert!(here == there, "{kind} {category} differs");
    }
    hub.kill();
    let why = outcome(&xml::parse(&ask(&stations[1], "YZK", "2", TOUSEKI, 3, "xml"))).unwrap_err();
    assert!(why.starts_with("MDG-H001"), "{why}");
}
