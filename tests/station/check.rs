//! What a station writes is what the checks call well-formed: for every person, in every encoding, order and form.

use serde_json::{Value, json};

use crate::desk::{FROZEN, INSTITUTION, Place, Said, Station, madoguchi, until};
use crate::rececon::{drop_in, in_shift_jis};
use crate::xml;

/// How a terminal writes, and the release of the subsidy document.
struct Form {
    encoding: &'static str,
    order: &'static str,
    records: &'static str,
    spec_year: &'static str,
}

const FORMS: [Form; 3] = [
    Form { encoding: "utf-8", order: "hash", records: "one-list", spec_year: "R6" },
    Form { encoding: "shift_jis", order: "spec", records: "repeated-list", spec_year: "R5" },
    Form { encoding: "request", order: "shuffled", records: "one-list", spec_year: "R8" },
];

fn open(place: &Place, form: &Form) -> Station {
    let Form { encoding, order, records, spec_year } = form;
    place.write(
        "madoguchi.toml",
        format!(
            "[station.uses]\nemr_sharing = true\n[hub]\nbulk_ready_after = 0\nspec_year = \"{spec_year}\"\n[[terminal]]\nfolder = \"oqs\"\n\
             output_encoding = \"{encoding}\"\nelement_order = \"{order}\"\nrecords = \"{records}\"\n"
        ),
    );
    place.open(&["--clock", FROZEN, "--seed", "3"])
}

fn check(station: &Station, place: &Place, args: &[&str]) -> Said {
    let folder = station.at("").display().to_string();
    madoguchi(place.path(), &[&["check", &folder, "--lang", "en"], args].concat()).output().unwrap().into()
}

/// Asks for one person in every way; requests are in Shift_JIS now and then.
fn ask_all(station: &Station, index: usize, person: &Value) -> Option<()> {
    let field = |key: &str, name: &str| {
        person[key].as_str().map_or_else(String::new, |value| format!("<{name}>{value}</{name}>"))
    };
    person["number"].as_str()?;
    let insurance = field("insurer_number", "InsurerNumber")
        + &field("symbol", "InsuredCardSymbol")
        + &field("number", "InsuredIdentificationNumber")
        + &field("branch", "InsuredBranchNumber");
    let flag = "<LimitApplicationCertificateRelatedConsFlg>1</LimitApplicationCertificateRelatedConsFlg>";
    let search = format!(
        "<QualificationConfirmSearchInfo>{insurance}{}{flag}</QualificationConfirmSearchInfo>",
        field("birthdate", "Birthdate")
    );
    let registration = format!(
        "<ReferenceNumberRegistrationInfo><ReferenceNumber>K-{index}</ReferenceNumber>{insurance}</ReferenceNumberRegistrationInfo>"
    );
    let day = "<QualificationConfirmationDate>20261121</QualificationConfirmationDate>";
    let free = format!("20261121{index:04}");
    let ask = |interface: &str, header: &str, body: &str| {
        let text = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><XmlMsg><MessageHeader>{header}<MedicalInstitutionCode>{INSTITUTION}\
             </MedicalInstitutionCode><ArbitraryFileIdentifier>{interface}-{free}</ArbitraryFileIdentifier></MessageHeader>\
             <MessageBody>{body}</MessageBody></XmlMsg>"
        );
        let bytes = if index.is_multiple_of(2) { text.into_bytes() } else { in_shift_jis(&text) };
        drop_in(station, &format!("{interface}req_{free}.xml"), &bytes);
        station.file(&format!("res/{interface}res_{free}.xml"))
    };
    ask("OQSsiquc01", day, &search);
    ask("OQSsiimm01", "", &registration);
    for (interface, header, row) in [("OQSmuquc", day, &search), ("OQSmuimm", "", &registration)] {
        let received = ask(&format!("{interface}01"), header, row);
        let number = xml::parse(&received).value("ReceptionNumber").unwrap().to_owned();
        ask(&format!("{interface}02"), "", &format!("<ReceptionNumber>{number}</ReceptionNumber>"));
    }
    Some(())
}

#[test]
fn everything_that_a_station_writes_for_every_person_checks_clean_in_every_form() {
    for form in &FORMS {
        let place = Place::new();
        let station = open(&place, form);
        let people = station.get("/control/v1/people").ok();
        let mut asked = 0;
        for (index, person) in people.as_array().unwrap().iter().enumerate() {
            station.visit_as(&json!({ "person": person["id"] }));
            asked += usize::from(ask_all(&station, index, person).is_some());
        }
        // One person has the numbers of the official API document's examples, which fail their check digits.
        // A visit has no documents of PMH where its person has none; those that were announced have come.
        until("the subsidy documents", || {
            let said = check(&station, &place, &["--strict", "--allow", "number.check-digit"]);
            (!said.out.contains("link.pmh-missing")).then_some(())
        });
        let said = check(&station, &place, &["--strict", "--allow", "number.check-digit"]);
        assert_eq!((said.code, said.err.as_str()), (0, ""), "{} {}: {}", form.encoding, form.order, said.out);
        let files = station.names("res").len() + station.names("face").len();
        assert!(
            asked > 40 && files > 250 && said.out.contains(&format!("files {files}: errors 0, warnings 0")),
            "{}",
            said.out
        );
    }
}

#[test]
fn a_refused_request_comes_back_checked_with_the_element_that_is_missing() {
    let place = Place::new();
    let station = place.open(&["--clock", FROZEN]);
    let text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><XmlMsg><MessageHeader/><MessageBody><ReceptionNumber>1</ReceptionNumber></MessageBody></XmlMsg>";
    drop_in(&station, "OQSmuquc02req_202611210001.xml", text.as_bytes());
    station.file("res/OQSmuquc02req_202611210001.xml");
    let said = check(&station, &place, &[]);
    assert_eq!(said.code, 1, "{}", said.out);
    assert!(said.out.contains("error[header.missing]") && said.out.contains("errors 1, warnings 0"), "{}", said.out);
}
