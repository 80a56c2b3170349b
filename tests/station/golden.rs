//! One file per interface and shipped person (per interface, where a period is asked for), as the real binary writes it:
//! `tests/golden/INTERFACE/PERSON.xml`, read by a person
//! whenever it changes. `MADOGUCHI_WRITE=1 cargo test --test station golden` writes them anew.
//!
//! They are in the specification's order, because people read them; that the real order differs is held elsewhere.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::desk::{FROZEN, INSTITUTION, Place, Station, names};
use crate::rececon::drop_in;
use crate::xml;

/// `INTERFACE/PERSON.xml` and what is in it.
type Gallery = BTreeMap<String, String>;

const SETTINGS: &str = "[hub]\nbulk_ready_after = 0\n[[terminal]]\nfolder = \"oqs\"\nelement_order = \"spec\"\n";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

fn open(place: &Place, spec_year: &str) -> Station {
    place.write("madoguchi.toml", SETTINGS.replace("[hub]", &format!("[hub]\nspec_year = \"{spec_year}\"")));
    place.open(&["--clock", FROZEN, "--seed", "1"])
}

/// One request of a レセコン for one person.
struct Asked<'a> {
    station: &'a Station,
    person: &'a Value,
    /// Free part of the names, another for each person.
    free: String,
}

impl Asked<'_> {
    /// An absent field is an absent element.
    fn element(&self, key: &str, name: &str) -> String {
        self.person[key].as_str().map_or_else(String::new, |value| format!("<{name}>{value}</{name}>"))
    }

    fn insurance(&self) -> String {
        self.element("insurer_number", "InsurerNumber")
            + &self.element("symbol", "InsuredCardSymbol")
            + &self.element("number", "InsuredIdentificationNumber")
            + &self.element("branch", "InsuredBranchNumber")
    }

    /// The same under the names of YZK and TKK.
    fn whose(&self) -> String {
        self.element("insurer_number", "InsurerNumber")
            + &self.element("symbol", "InsuranceCardSymbol")
            + &self.element("number", "InsuredPersonIdentificationNumber")
            + &self.element("branch", "BranchNumber")
    }

    fn search(&self) -> String {
        let birthdate = self.element("birthdate", "Birthdate");
        let flag = "<LimitApplicationCertificateRelatedConsFlg>1</LimitApplicationCertificateRelatedConsFlg>";
        format!(
            "<QualificationConfirmSearchInfo>{}{birthdate}{flag}</QualificationConfirmSearchInfo>",
            self.insurance()
        )
    }

    fn registration(&self) -> String {
        format!(
            "<ReferenceNumberRegistrationInfo><ReferenceNumber>K-{}</ReferenceNumber>{}</ReferenceNumberRegistrationInfo>",
            self.free,
            self.insurance()
        )
    }

    /// Drops a request in and gives the text of its answer.
    fn ask(&self, interface: &str, header: &str, body: &str) -> String {
        let text = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?>\n<XmlMsg><MessageHeader>{header}\
             <MedicalInstitutionCode>{INSTITUTION}</MedicalInstitutionCode>\
             <ArbitraryFileIdentifier>{}</ArbitraryFileIdentifier></MessageHeader>\
             <MessageBody>{body}</MessageBody></XmlMsg>\n",
            self.free
        );
        drop_in(self.station, &format!("{interface}req_{}.xml", self.free), text.as_bytes());
        String::from_utf8(self.station.file(&format!("res/{interface}res_{}.xml", self.free))).unwrap()
    }

    /// Receives a 受付番号 and fetches what it stands for.
    fn ask_in_bulk(&self, interface: &str, header: &str, rows: &str) -> [String; 2] {
        let received = self.ask(&format!("{interface}01"), header, rows);
        let number = xml::parse(received.as_bytes()).value("ReceptionNumber").unwrap().to_owned();
        let fetched = self.ask(&format!("{interface}02"), "", &format!("<ReceptionNumber>{number}</ReceptionNumber>"));
        [received, fetched]
    }
}

/// What a month and two periods ask for: interface, name of the picture, search.
const PERIODS: [(&str, &str, &str); 3] = [
    ("OQSmutic", "month", "<MedicalTreatmentMonth>202611</MedicalTreatmentMonth>"),
    (
        "OQSmuhvq",
        "consented",
        "<ConsentDateFrom>20261001</ConsentDateFrom><ConsentDateTo>20261121</ConsentDateTo>\
         <MedicalTreatmentFlag>2</MedicalTreatmentFlag>",
    ),
    (
        "OQSmuonq",
        "examined",
        "<ExaminationDateFrom>20261101</ExaminationDateFrom><ExaminationDateTo>20261121</ExaminationDateTo>\
         <MedicalTreatmentFlag>3</MedicalTreatmentFlag>",
    ),
];

const DAY: &str = "<QualificationConfirmationDate>20261121</QualificationConfirmationDate>";

/// Every request for every person that has something to ask with; registrations last, since they change what is known.
fn requests(station: &Station, gallery: &mut Gallery) {
    let people = station.get("/control/v1/people").ok();
    let people = people.as_array().unwrap();
    let asked = |(index, person)| Asked { station, person, free: format!("20261121{index:04}") };
    let with_insurance = || people.iter().enumerate().map(asked).filter(|asked| asked.person["number"].is_string());
    let mut hang = |interface: &str, asked: &Asked<'_>, text: String| {
        gallery.insert(format!("{interface}/{}.xml", asked.person["id"].as_str().unwrap()), text);
    };
    for asked in with_insurance() {
        hang("OQSsiquc01res", &asked, asked.ask("OQSsiquc01", DAY, &asked.search()));
        let [received, fetched] = asked.ask_in_bulk("OQSmuquc", DAY, &asked.search());
        hang("OQSmuquc01res", &asked, received);
        hang("OQSmuquc02res", &asked, fetched);
    }
    let nobody = Value::Null;
    for (interface, picture, search) in PERIODS {
        let asked = Asked { station, person: &nobody, free: "202611210001".to_owned() };
        let search = format!("<QualificationConfirmSearchInfo>{search}</QualificationConfirmSearchInfo>");
        let [received, fetched] = asked.ask_in_bulk(interface, "", &search);
        gallery.insert(format!("{interface}01res/{picture}.xml"), received);
        gallery.insert(format!("{interface}02res/{picture}.xml"), fetched);
    }
    let mut hang = |interface: &str, asked: &Asked<'_>, text: String| {
        gallery.insert(format!("{interface}/{}.xml", asked.person["id"].as_str().unwrap()), text);
    };
    for asked in with_insurance() {
        hang("OQSsiimm01res", &asked, asked.ask("OQSsiimm01", "", &asked.registration()));
        let [received, fetched] = asked.ask_in_bulk("OQSmuimm", "", &asked.registration());
        hang("OQSmuimm01res", &asked, received);
        hang("OQSmuimm02res", &asked, fetched);
    }
}

/// Every person at the reader: face file and subsidy document, of those whose visit leaves them.
fn visits(station: &Station, spec_year: &str, gallery: &mut Gallery) {
    for row in station.get("/control/v1/people").ok().as_array().unwrap() {
        let person = row["id"].as_str().unwrap();
        let told = station.visit_as(&json!({ "person": person }));
        for (kind, family) in [("face", "OQSsiquc01res_face".to_owned()), ("pmh", format!("PMHsimsm01res_{spec_year}"))]
        {
            if told["files"][kind].is_string() && (kind == "pmh" || spec_year == "R6") {
                let text = fs::read_to_string(station.path(&told["files"][kind])).unwrap();
                gallery.insert(format!("{family}/{person}.xml"), text);
            }
        }
    }
}

/// Medicines with treatments, and check-ups, of everybody who was at the reader just now.
fn inquiries(station: &Station, gallery: &mut Gallery) {
    let people = station.get("/control/v1/people").ok();
    for (index, person) in people.as_array().unwrap().iter().enumerate() {
        let asked = Asked { station, person, free: format!("20261121{index:04}") };
        if !person["number"].is_string() {
            continue;
        }
        for (interface, category) in [("YZKsiquc01", 4), ("TKKsiquc01", 2)] {
            let body = format!("<FileCategory>{category}</FileCategory>");
            let text = asked.ask(interface, &asked.whose(), &body);
            gallery.insert(format!("{interface}res/{}.xml", person["id"].as_str().unwrap()), text);
        }
    }
}

fn hung() -> Gallery {
    let mut gallery = Gallery::new();
    for family in names(&folder()) {
        for name in names(&folder().join(&family)) {
            let text = fs::read_to_string(folder().join(&family).join(&name)).unwrap();
            gallery.insert(format!("{family}/{name}"), text);
        }
    }
    gallery
}

#[test]
fn each_interface_answers_each_person_with_the_file_that_was_read() {
    let mut gallery = Gallery::new();
    for spec_year in ["R5", "R6", "R8"] {
        let place = Place::new();
        let station = open(&place, spec_year);
        visits(&station, spec_year, &mut gallery);
        if spec_year == "R6" {
            inquiries(&station, &mut gallery);
        }
    }
    let place = Place::new();
    requests(&open(&place, "R6"), &mut gallery);
    if std::env::var_os("MADOGUCHI_WRITE").is_some() {
        // What is not there yet need not go.
        let _ = fs::remove_dir_all(folder());
        for (name, text) in &gallery {
            let path = folder().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
    }
    let hung = hung();
    assert_eq!(gallery.keys().collect::<Vec<_>>(), hung.keys().collect::<Vec<_>>(), "files that come or went");
    for (name, text) in &gallery {
        assert_eq!(text, &hung[name], "tests/golden/{name} differs; read it, then write it anew");
    }
    assert!(gallery.len() > 300, "{}", gallery.len());
}
