//! Every document that is served, in one list: whatever stands in it comes back, in both encodings and in every order. A document of the
//! catalogue that is missing from the list fails here.

use std::collections::BTreeSet;

use proptest::prelude::*;

use crate::message::bulk::*;
use crate::message::checkup::{CheckupRequest, CheckupResult};
use crate::message::element::{ElementTable, Format};
use crate::message::explain::family;
use crate::message::medication::{MedicationRequest, MedicationResult};
use crate::message::name::catalogue;
use crate::message::qualification::{QualificationRequest, QualificationResult, Records};
use crate::message::refusal::Refusal;
use crate::message::registration::{RegistrationRequest, RegistrationResult};
use crate::message::samples::styles;
use crate::message::subsidy::{Edition, Layout, Repeat};
use crate::message::tree::{Content, Element};
use crate::message::{samples, xml};

/// One document: how it is read into its type and written out of it again.
struct Document {
    /// `OQSsiquc01req`
    file: String,
    /// With everything that it may have.
    full: Element,
    again: fn(&Element) -> Result<Element, Refusal>,
}

fn document(file: &str, full: Element, again: fn(&Element) -> Result<Element, Refusal>) -> Document {
    Document { file: file.to_owned(), full, again }
}

fn bulk_registrations() -> [Element; 2] {
    let row = samples::registration().registration;
    let header = BulkRequestHeader { medical_institution_code: "1319999996".into(), ..BulkRequestHeader::default() };
    let download = BulkDownload { reception_number: "1".into(), ..BulkDownload::default() };
    let unit = BulkRegistrationUnit {
        registration: Some(row.clone()),
        processing_result_status: "2".into(),
        processing_result_code: Some("MDG-R0001E".into()),
        processing_result_message: Some("該当なし".into()),
    };
    let header_of_result = BulkHeader::new(&download, "20261121093000".into(), "1").counting(1, 1);
    let result = BulkRegistrationResult { header: header_of_result, units: vec![unit] };
    [BulkRegistrationRequest { header, rows: vec![row].into() }.to_tree(), result.to_tree()]
}

fn period(search: CareSearch) -> Element {
    let header = BulkRequestHeader {
        medical_institution_code: "1319999996".into(),
        arbitrary_file_identifier: Some("a".into()),
        qualification_confirmation_date: None,
    };
    CareRequest { header, rows: vec![search].into() }.to_tree()
}

fn days(flag: &str) -> CareSearch {
    CareSearch {
        consent_date_from: Some("20261101".into()),
        consent_date_to: Some("20261130".into()),
        medical_treatment_flag: Some(flag.into()),
        ..CareSearch::default()
    }
}

/// All of them.
fn documents() -> Vec<Document> {
    let numbered = RegistrationResult::failed(&samples::registration(), "20261121093000".into(), "MDG-R0001E", "なし");
    let layout = Layout::embedded(Edition::LATEST);
    let subsidies = layout.to_tree(&samples::subsidies(), Repeat::MedicalSubsidies);
    let mut all = vec![
        document("OQSsiquc01req", samples::request().to_tree(), |tree| {
            Ok(QualificationRequest::from_tree(tree)?.document.to_tree())
        }),
        document("OQSsiquc01res", samples::full_result().to_tree(Records::OneList), |tree| {
            Ok(QualificationResult::from_tree(tree)?.document.to_tree(Records::OneList))
        }),
        document("OQSsiimm01req", samples::registration().to_tree(), |tree| {
            Ok(RegistrationRequest::from_tree(tree)?.document.to_tree())
        }),
        document("OQSsiimm01res", numbered.to_tree(), |tree| {
            Ok(RegistrationResult::from_tree(tree)?.document.to_tree())
        }),
        document("YZKsiquc01req", samples::medication_request().to_tree(), |tree| {
            Ok(MedicationRequest::from_tree(tree)?.document.to_tree())
        }),
        document("YZKsiquc01res", samples::medication().to_tree(), |tree| {
            Ok(MedicationResult::from_tree(tree)?.document.to_tree())
        }),
        document("TKKsiquc01req", samples::checkup_request().to_tree(), |tree| {
            Ok(CheckupRequest::from_tree(tree)?.document.to_tree())
        }),
        document("TKKsiquc01res", samples::checkup().to_tree(), |tree| {
            Ok(CheckupResult::from_tree(tree)?.document.to_tree())
        }),
        document("PMHsimsm01res", subsidies, |tree| {
            let layout = Layout::embedded(Edition::LATEST);
            Ok(layout.to_tree(&layout.from_tree(tree)?.document, Repeat::MedicalSubsidies))
        }),
    ];
    all.extend(bulks());
    all
}

/// Those of several people.
fn bulks() -> Vec<Document> {
    let [bulk_request, reception, download, bulk_result] = samples::bulk();
    let [numbers_request, numbers_result] = bulk_registrations();
    let month = CareSearch { medical_treatment_month: Some("202611".into()), ..CareSearch::default() };
    let mut all = vec![
        document("OQSmuquc01req", bulk_request, |tree| {
            Ok(BulkQualificationRequest::from_tree(tree)?.document.to_tree())
        }),
        document("OQSmuimm01req", numbers_request, |tree| {
            Ok(BulkRegistrationRequest::from_tree(tree)?.document.to_tree())
        }),
        document("OQSmuimm02res", numbers_result, |tree| {
            Ok(BulkRegistrationResult::from_tree(tree)?.document.to_tree())
        }),
        document("OQSmutic01req", period(month), |tree| {
            Ok(CareRequest::from_tree(Care::MedicalAssistance, tree)?.document.to_tree())
        }),
        document("OQSmuhvq01req", period(days("2")), |tree| {
            Ok(CareRequest::from_tree(Care::HomeVisit, tree)?.document.to_tree())
        }),
        document("OQSmuonq01req", period(days("3")), |tree| {
            Ok(CareRequest::from_tree(Care::Online, tree)?.document.to_tree())
        }),
    ];
    for interface in ["OQSmuquc", "OQSmuimm", "OQSmutic", "OQSmuhvq", "OQSmuonq"] {
        all.push(document(&format!("{interface}01res"), reception.clone(), |tree| {
            Ok(BulkReception::from_tree(tree)?.document.to_tree())
        }));
        all.push(document(&format!("{interface}02req"), download.clone(), |tree| {
            Ok(BulkDownload::from_tree(tree)?.document.to_tree())
        }));
        if interface != "OQSmuimm" {
            all.push(document(&format!("{interface}02res"), bulk_result.clone(), |tree| {
                Ok(BulkQualificationResult::from_tree(tree)?.document.to_tree())
            }));
        }
    }
    all
}

#[test]
fn every_served_document_of_the_catalogue_is_in_the_list_once() {
    let listed = documents();
    let names: BTreeSet<&str> = listed.iter().map(|document| document.file.as_str()).collect();
    assert_eq!(names.len(), listed.len());
    let served: BTreeSet<&str> = catalogue().iter().filter(|row| row.served).map(|row| row.file.as_str()).collect();
    assert_eq!(names, served);
}

/// Characters that both encodings have, markup among them.
const LETTERS: [char; 12] = ['あ', 'ア', 'ｱ', '亜', 'A', 'z', '1', '９', '&', '<', '>', '"'];

/// Lists that stand once however often they are read: their items are what repeats.
const GATHERED: [&str; 1] = ["ResultList"];

/// A document with other texts, with some of what may be left out left out, and with some of what may repeat repeated.
struct Changing<'a> {
    choices: std::iter::Cycle<std::slice::Iter<'a, u8>>,
    table: &'a ElementTable,
    family: crate::message::element::Family,
    leaves_out: bool,
    repeats: bool,
}

impl Changing<'_> {
    fn choose(&mut self, of: usize) -> usize {
        self.choices.next().map_or(0, |choice| usize::from(*choice)) % of
    }

    fn element(&mut self, parent: &str, element: &Element) -> Element {
        let row = self.table.row(self.family, parent, &element.name);
        let length = row.and_then(|row| row.length).unwrap_or(20).clamp(1, 20);
        let is_text = row.is_some_and(|row| row.format == Format::Text);
        let content = match &element.content {
            Content::Text(_) if is_text => {
                let count = 1 + self.choose(length);
                Content::Text((0..count).map(|_| LETTERS[self.choose(LETTERS.len())]).collect())
            }
            Content::Text(value) => Content::Text(value.clone()),
            Content::Children(children) => Content::Children(self.children(&element.name, children)),
        };
        Element { name: element.name.clone(), content }
    }

    fn children(&mut self, parent: &str, children: &[Element]) -> Vec<Element> {
        let mut changed = Vec::new();
        for child in children {
            let occurs = self.table.row(self.family, parent, &child.name).map_or("1", |row| row.occurs.as_str());
            let may_go =
                self.leaves_out && occurs.starts_with('0') && child.children().is_empty() && !changed.is_empty();
            if may_go && self.choose(4) == 0 {
                continue;
            }
            let repeats = self.repeats && occurs.ends_with('n') && !GATHERED.contains(&child.name.as_ref());
            let times = if repeats { 1 + self.choose(3) } else { 1 };
            changed.extend((0..times).map(|_| self.element(parent, child)));
        }
        changed
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn whatever_stands_in_a_document_comes_back(choices in prop::collection::vec(any::<u8>(), 1..400)) {
        for Document { file, full, again } in documents() {
            let table = ElementTable::embedded();
            let family = family(&format!("{file}_1.xml"), &full, table);
            let changed = |(leaves_out, repeats)| {
                let mut changing = Changing { choices: choices.iter().cycle(), table, family, leaves_out, repeats };
                again(&changing.element("", &full)).ok()
            };
            // What a request lacks or has twice may be a reason to refuse it: then it is changed less.
            let sent = [(true, true), (false, true), (true, false), (false, false)].into_iter().find_map(changed).unwrap();
            for style in styles() {
                let written = style.tree(sent.clone());
                prop_assert!(written.replaced.is_empty(), "{}: {:?}", file, written.replaced);
                let read = xml::read(&written.bytes).unwrap();
                prop_assert_eq!(read.encoding, style.encoding);
                let mut back = again(&read.root).unwrap();
                let mut expected = sent.clone();
                for tree in [&mut back, &mut expected] {
                    // It is the file's, and some types do not keep it.
                    if let Some(code) = tree.at_mut(&["MessageHeader", "CharacterCodeIdentifier"]) {
                        let told = read.root.at(&["MessageHeader", "CharacterCodeIdentifier"]).map(Element::value);
                        prop_assert_eq!(told, Some(style.encoding.code()));
                        code.content = Content::Text(String::new());
                    }
                }
                prop_assert_eq!(back, expected, "{} {:?}", file, style.order);
            }
        }
    }
}
