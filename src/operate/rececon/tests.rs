//! The page's side of the desk over HTTP: what it shows, what it refuses, the slip.

use std::io::{BufRead, BufReader};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;
use ureq::Agent;
use ureq::http::Response;

use super::dressed;
use crate::clinic::rececon::running::start_with_faces;
use crate::clinic::rececon::{Running, Settings};
use crate::folder::{Paths, hand_in};
use crate::message::Style;
use crate::message::page::tests::back;
use crate::message::qualification::{QualificationRecord, QualificationResult, Records, ResultHeader};
use crate::secret::Secret;

const PATIENCE: Duration = Duration::from_secs(30);

/// A desk at empty folders, and somebody who calls it.
struct Clinic {
    folder: TempDir,
    running: Running,
    agent: Agent,
    token: Option<&'static str>,
}

impl Clinic {
    fn open(token: Option<&'static str>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["req", "res", "face"] {
            std::fs::create_dir(folder.path().join(name)).unwrap();
        }
        let secret = token.map(Secret::new);
        let faces = move |api, seat| dressed(api, seat, secret);
        let running =
            start_with_faces(Paths::below(folder.path()), Settings::default(), Box::new(|_| {}), faces).unwrap();
        let agent = Agent::new_with_config(Agent::config_builder().http_status_as_error(false).build());
        Self { folder, running, agent, token }
    }

    fn get(&self, path: &str) -> Response<ureq::Body> {
        let mut request = self.agent.get(format!("{}{path}", self.running.url()));
        if let Some(token) = self.token {
            request = request.header("Authorization", format!("Bearer {token}"));
        }
        request.call().unwrap()
    }

    fn json(&self, path: &str) -> Value {
        self.get(path).body_mut().read_json().unwrap()
    }

    fn order(&self, order: &Value) -> u16 {
        let request = self.agent.post(format!("{}/desk", self.running.url()));
        request.send_json(order).unwrap().status().as_u16()
    }

    /// Somebody uses the reader, and the desk has seen it.
    fn visit(&self, name: &str) {
        let before = self.json("/desk/view")["visits"].as_array().unwrap().len();
        let record = QualificationRecord {
            insured_card_classification: "01".into(),
            insurer_number: Some("01139997".into()),
            insured_identification_number: Some("101".into()),
            name: name.into(),
            name_kana: Some("ﾏﾄﾞｸﾞﾁ ﾀﾛｳ".into()),
            sex1: "1".into(),
            birthdate: "19850412".into(),
            reference_number: Some("01234".into()),
            ..QualificationRecord::default()
        };
        let header = ResultHeader {
            process_execution_time: "20261121093000".into(),
            qualification_confirmation_date: "20261121".into(),
            medical_institution_code: "1319919997".into(),
            segment_of_result: "1".into(),
            ..ResultHeader::default()
        };
        let result = QualificationResult {
            header,
            processing_result_status: "1".into(),
            qualification_validity: Some("1".into()),
            records: vec![record],
            ..QualificationResult::default()
        };
        let bytes = Style::default().tree(result.to_tree(Records::OneList)).bytes;
        let face = self.folder.path().join("face");
        let file = format!("OQSsiquc01res_face_2026112109300{before}.xml");
        hand_in(&face, &file, |beside| std::fs::write(beside, &bytes)).unwrap();
        let start = Instant::now();
        while self.json("/desk/view")["visits"].as_array().unwrap().len() == before {
            assert!(start.elapsed() < PATIENCE, "the visit is never listed");
            std::thread::yield_now();
        }
    }
}

#[test]
fn who_used_the_reader_is_listed_with_what_may_be_done_until_the_staff_has_done_it() {
    let clinic = Clinic::open(None);
    clinic.visit("窓口　太郎");
    let visit = &clinic.json("/desk/view")["visits"][0];
    assert_eq!(visit["person"]["name"], "窓口　太郎");
    assert_eq!(visit["person"]["birthdate"], "1985-04-12");
    assert_eq!(visit["found"]["name"], "nobody");
    assert_eq!(visit["validity"]["ja"], "有効");
    assert_eq!(visit["subsidy"]["name"], "none");
    assert_eq!(visit["may"], json!(["register", "link"]));
    assert_eq!(clinic.order(&json!({ "order": "register" })), 200);
    assert_eq!(clinic.order(&json!({ "order": "accept", "visit": 1 })), 200);
    let visit = &clinic.json("/desk/view")["visits"][0];
    assert_eq!(visit["patient"]["number"], "01234");
    assert_eq!(visit["by"]["ja"], "職員が選択");
    assert_eq!((&visit["accepted"], &visit["may"]), (&json!(true), &json!([])));
}

#[test]
fn the_book_is_searched_by_number_name_reading_and_birth_date_and_opened() {
    let clinic = Clinic::open(None);
    for (number, name, kana, birthdate) in
        [("1", "窓口　太郎", "ﾏﾄﾞｸﾞﾁ ﾀﾛｳ", "19850412"), ("22", "試験　花子", "ｼｹﾝ ﾊﾅｺ", "19900903")]
    {
        let values = json!({ "name": name, "name-kana": kana, "birthdate": birthdate });
        assert_eq!(clinic.order(&json!({ "order": "patient", "number": number, "values": values })), 200);
    }
    for (wanted, found) in
        [("", 2), ("22", 1), ("窓口太郎", 1), ("シケン", 1), ("1990-09-03", 1), ("19900903", 1), ("誰か", 0)]
    {
        let answer = clinic.json(&format!("/desk/patients?find={}", encoded(wanted)));
        assert_eq!(answer["all"], found, "{wanted}: {answer}");
    }
    let sheet = clinic.json("/desk/patients/22");
    assert_eq!(sheet["name"], "試験　花子");
    assert_eq!(sheet["items"][0]["ja"], "氏名");
    assert_eq!(clinic.get("/desk/patients/23").status(), 404);
}

#[test]
fn a_difference_is_shown_side_by_side_and_a_word_per_field_decides() {
    let clinic = Clinic::open(None);
    let values = json!({ "name": "窓口　次郎", "birthdate": "19850412", "reference-number": "01234", "sex": "2",
        "insurer-number": "01139997", "insured-number": "101", "name-kana": "ﾏﾄﾞｸﾞﾁ ﾀﾛｳ" });
    assert_eq!(clinic.order(&json!({ "order": "patient", "number": "01234", "values": values })), 200);
    clinic.visit("窓口　太郎");
    let dialogue = &clinic.json("/desk/view")["dialogues"][0];
    assert_eq!(dialogue["kind"]["name"], "person");
    let side_by_side =
        json!({ "field": "name", "ja": "氏名", "en": "name", "stored": "窓口　次郎", "incoming": "窓口　太郎" });
    assert_eq!(dialogue["fields"][0], side_by_side);
    assert_eq!(dialogue["fields"][1]["incoming"], "1 男");
    let fields = json!({ "name": "accept", "sex": "keep" });
    assert_eq!(clinic.order(&json!({ "order": "answer", "dialogue": dialogue["number"], "fields": fields })), 200);
    let sheet = clinic.json("/desk/patients/01234");
    assert_eq!(sheet["name"], "窓口　太郎");
    let sex = sheet["items"].as_array().unwrap().iter().find(|item| item["field"] == "sex").unwrap();
    assert_eq!(sex["value"], "2 女");
}

#[test]
fn the_slip_is_a_pdf_of_the_patient_and_nobody_has_none() {
    let clinic = Clinic::open(None);
    let values = json!({ "name": "窓口　太郎", "name-kana": "ﾏﾄﾞｸﾞﾁ ﾀﾛｳ" });
    assert_eq!(clinic.order(&json!({ "order": "patient", "number": "K-1", "values": values })), 200);
    let mut answer = clinic.get("/desk/slips/K-1.pdf");
    assert_eq!(answer.headers()["content-type"], "application/pdf");
    let text = back::pages(&answer.body_mut().read_to_vec().unwrap()).concat().concat();
    for said in ["K-1", "窓口　太郎", "まどぐち たろう"] {
        assert!(text.contains(said), "{said} in {text}");
    }
    assert_eq!(clinic.get("/desk/slips/K-2.pdf").status(), 404);
}

#[test]
fn a_change_is_told_to_whoever_listens() {
    let clinic = Clinic::open(None);
    let mut stream = BufReader::new(clinic.get("/desk/changes").into_body().into_reader()).lines();
    let mut number =
        || stream.by_ref().map(Result::unwrap).find_map(|line| Some(line.strip_prefix("data: ")?.to_owned()));
    let first = number().unwrap();
    assert_eq!(clinic.order(&json!({ "order": "patient", "number": "1" })), 200);
    assert_ne!(number().unwrap(), first);
}

#[test]
fn the_page_is_for_everybody_and_tells_nothing_and_makes_no_markup_of_text() {
    let clinic = Clinic::open(None);
    clinic.visit("窓口　太郎");
    let mut answer = clinic.get("/");
    assert!(answer.headers()["content-security-policy"].to_str().unwrap().contains("frame-ancestors 'none'"));
    let page = answer.body_mut().read_to_string().unwrap();
    assert!(!page.contains("太郎"));
    for way in ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "src=\"http", "href=\"http"]
    {
        assert!(!page.contains(way), "{way}");
    }
}

#[test]
fn without_a_token_a_foreign_host_reads_nothing_and_a_form_of_a_page_from_elsewhere_orders_nothing() {
    let clinic = Clinic::open(None);
    clinic.visit("窓口　太郎");
    for path in ["/desk/view", "/desk/patients", "/facts", "/desk/slips/01234.pdf", "/desk/changes"] {
        let request =
            clinic.agent.get(format!("{}{path}", clinic.running.url())).header("Host", "desk.example.invalid");
        assert_eq!(request.call().unwrap().status(), 403, "{path}");
    }
    for announced in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"] {
        let request = clinic.agent.post(format!("{}/desk", clinic.running.url())).header("Content-Type", announced);
        let status = request.send(r#"{"order":"register"}"#).unwrap().status();
        assert!(status.is_client_error(), "{announced}: {status}");
    }
    assert_eq!(clinic.json("/desk/view")["patients"], 0);
}

#[test]
fn with_a_token_everything_but_the_page_and_health_asks_for_it() {
    let clinic = Clinic::open(Some("geheim"));
    let bare =
        |path: &str| clinic.agent.get(format!("{}{path}", clinic.running.url())).call().unwrap().status().as_u16();
    for path in ["/desk/view", "/desk/patients", "/desk/patients/1", "/facts", "/desk/slips/1.pdf", "/desk/changes"] {
        assert_eq!(bare(path), 401, "{path}");
    }
    assert_eq!(clinic.order(&json!({ "order": "patient", "number": "1" })), 401);
    assert_eq!((bare("/"), bare("/healthz")), (200, 200));
    assert_eq!(clinic.get("/desk/view").status(), 200);
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}
