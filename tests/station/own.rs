//! Files of somebody else as answers: for requests, for interfaces whose bodies are not public, and for visits.

use std::fs;

use serde_json::json;

use crate::desk::{FROZEN, INSTITUTION, Place, Station, until};
use crate::rececon::{Request, answer_name, drop_in, in_shift_jis, request_name};
use crate::xml;

const LINK: &str = "PMHsimsm01req_0123456789ABCDEF2023020110000000_face.xml";

/// A face result as an official set might have it: on lines of its own, with a comment, blanks in tags and CDATA.
fn face(link: Option<&str>) -> String {
    let pmh = link.map_or_else(String::new, |link| {
        format!("<PmhInfo><RequestPmhFileName >{link}</RequestPmhFileName></PmhInfo>\r\n")
    });
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?>\r\n<!-- case 1 -->\r\n<XmlMsg>\r\n<MessageHeader>\
         <ProcessExecutionTime>20230201100000</ProcessExecutionTime><QualificationConfirmationDate>20230201</QualificationConfirmationDate>\
         <MedicalInstitutionCode>9999999999</MedicalInstitutionCode><ReferenceClassification>1</ReferenceClassification>\
         <SegmentOfResult>1</SegmentOfResult><CharacterCodeIdentifier>0</CharacterCodeIdentifier></MessageHeader>\r\n<MessageBody>\
         <ProcessingResultStatus>1</ProcessingResultStatus><QualificationValidity>1</QualificationValidity><ResultList>\
         <ResultOfQualificationConfirmation><Name><![CDATA[試験　患者]]></Name><NameKana>ｼｹﾝ ｶﾝｼﾞｬ</NameKana>\
         <Vendor only=\"yes\">ソ表</Vendor></ResultOfQualificationConfirmation></ResultList>{pmh}</MessageBody>\r\n</XmlMsg>\r\n"
    )
}

const PMH: &str = "<?xml version='1.0' encoding='UTF-8'?>\n<XmlMsg><MessageHeader><ProcessExecutionTime>20230201100001</ProcessExecutionTime>\
                   </MessageHeader><MessageBody><MedicalSubsidies><Odd>値</Odd></MedicalSubsidies></MessageBody></XmlMsg>";

fn desk(index: &str, files: &[(&str, Vec<u8>)]) -> (Place, Station) {
    let place = Place::new();
    place.write("madoguchi.toml", "[[terminal]]\nfolder = \"oqs\"\nanswers = \"own\"\n");
    place.write("own/answers.toml", index);
    for (name, bytes) in files {
        place.write(&format!("own/{name}"), bytes);
    }
    let station = place.open(&["--clock", FROZEN]);
    (place, station)
}

fn told(station: &Station) -> String {
    let files = station.get("/control/v1/files").ok();
    format!("{files:#}")
}

#[test]
fn an_interface_whose_body_is_not_public_comes_back_and_its_err_says_how_to_answer_it() {
    let place = Place::new();
    let station = place.open(&[]);
    for (name, bytes) in [
        ("OQSsihvq01req_202611210001.xml", b"<XmlMsg/>".to_vec()),
        ("EPSsiabc01req_1.xml", in_shift_jis("<?xml version='1.0' encoding='UTF-8'?><X>ソ</X>")),
    ] {
        drop_in(&station, name, &bytes);
        assert_eq!(station.file(&format!("res/{name}")), bytes);
        let err = fs::read(station.at("res").join(name.replace(".xml", ".err"))).unwrap();
        let (text, _, _) =
            if name.starts_with("EPS") { encoding_rs::SHIFT_JIS } else { encoding_rs::UTF_8 }.decode(&err);
        for word in ["MDG-N010", "公開されていない", "provisional", "answers", &name[..10]] {
            assert!(text.contains(word), "{word}: {text}");
        }
    }
}

#[test]
fn a_file_of_the_folder_answers_an_interface_whose_body_is_not_public_with_its_own_extension() {
    let page = b"%PDF-1.7 \x00\xff not looked into".to_vec();
    let answer = in_shift_jis("<?xml version='1.0' encoding='UTF-8'?><XmlMsg><Any  >ソ</Any></XmlMsg>");
    let index = "[[answer]]\nfile = \"page.pdf\"\ninterface = \"OQSsiurl\"\n\n[[answer]]\nfile = \"hvq.xml\"\ninterface = \"OQSsihvq01\"\nnext = 1\n";
    let (place, station) = desk(index, &[("page.pdf", page.clone()), ("hvq.xml", answer.clone())]);
    drop_in(&station, "OQSsiurl01req_1.xml", b"<XmlMsg/>");
    assert_eq!(station.file("res/OQSsiurl01res_1.pdf"), page);
    drop_in(&station, "OQSsihvq01req_1.xml", b"<XmlMsg/>");
    assert_eq!(station.file("res/OQSsihvq01res_1.xml"), answer);
    drop_in(&station, "OQSsihvq01req_2.xml", b"<XmlMsg/>");
    station.file("res/OQSsihvq01req_2.err");
    // What is in the folder counts when it is used.
    place.write("own/answers.toml", "[[answer]]\nfile = \"no.err\"\ninterface = \"OQSsihvq\"\n");
    place.write("own/no.err", "X-1\r\nnot today\r\n");
    drop_in(&station, "OQSsihvq01req_3.xml", b"<XmlMsg/>");
    assert_eq!(station.file("res/OQSsihvq01req_3.xml"), b"<XmlMsg/>");
    assert_eq!(station.file("res/OQSsihvq01req_3.err"), b"X-1\r\nnot today\r\n");
    assert!(told(&station).contains("own XML: page.pdf"), "{}", told(&station));
}

#[test]
fn a_query_is_answered_with_the_vendors_bytes_and_only_what_was_told_is_rewritten() {
    let query =
        face(None).replace("<ReferenceClassification>1", "<ArbitraryFileIdentifier/><ReferenceClassification>2");
    let sjis = in_shift_jis(&query);
    let index = "[[answer]]\nfile = \"plain.xml\"\ninsurer = \"01139997\"\n\n[[answer]]\nfile = \"sjis.xml\"\nperson = \"taro\"\nnext = 1\n\
                 rewrite = [\"times\", \"identifiers\"]\n";
    let (_place, station) = desk(index, &[("plain.xml", query.clone().into_bytes()), ("sjis.xml", sjis)]);
    drop_in(&station, &request_name("1"), Request::taro().xml().as_bytes());
    let rewritten = query
        .replace("20230201100000", "20261121093000")
        .replace(">20230201<", ">20261121<")
        .replace("9999999999", INSTITUTION)
        .replace(
            "<ArbitraryFileIdentifier/>",
            "<ArbitraryFileIdentifier>20261121093000-taro</ArbitraryFileIdentifier>",
        );
    assert_eq!(station.file(&format!("res/{}", answer_name("1"))), in_shift_jis(&rewritten));
    drop_in(&station, &request_name("2"), Request::taro().xml().as_bytes());
    assert_eq!(station.file(&format!("res/{}", answer_name("2"))), query.as_bytes());
    // Somebody else is answered by the centre.
    let other = Request { insurer: "06139992".into(), ..Request::taro() };
    drop_in(&station, &request_name("3"), other.xml().as_bytes());
    assert_eq!(xml::parse(&station.file(&format!("res/{}", answer_name("3")))).value("Vendor"), None);
    // What the terminal itself sends back is sent back.
    drop_in(&station, &request_name("4"), b"<XmlMsg/>");
    station.file("res/OQSsiquc01req_4.err");
}

#[test]
fn a_put_answer_serves_as_it_is_until_it_is_taken_back() {
    let place = Place::new();
    let station = place.open(&["--clock", FROZEN]);
    let answer = face(None);
    let agent = ureq::agent();
    let path = "/control/v1/answers/OQSsiquc01,number=101";
    agent.put(format!("{}{path}", station.url)).content_type("application/xml").send(answer.as_bytes()).unwrap();
    drop_in(&station, &request_name("1"), Request::taro().xml().as_bytes());
    assert_eq!(station.file(&format!("res/{}", answer_name("1"))), answer.as_bytes());
    let list = station.get("/control/v1/answers").ok();
    assert_eq!(
        (&list["answers"][0]["match"], &list["answers"][0]["used"]),
        (&json!("interface=OQSsiquc01,number=101"), &json!(1))
    );
    assert_eq!(station.delete(path).status, 204);
    assert_eq!(station.delete(path).status, 404);
    drop_in(&station, &request_name("2"), Request::taro().xml().as_bytes());
    assert_eq!(xml::parse(&station.file(&format!("res/{}", answer_name("2")))).value("Vendor"), None);
}

#[test]
fn a_put_answer_for_a_person_becomes_the_face_file_of_their_visits() {
    let place = Place::new();
    let station = place.open(&["--clock", FROZEN]);
    station.put("/control/v1/answers/taro", &json!({ "xml": face(None), "rewrite": ["times"] })).ok();
    let visit = station.visit("taro");
    let text = fs::read_to_string(station.path(&visit["files"]["face"])).unwrap();
    assert_eq!(text, face(None).replace("20230201100000", "20261121093000").replace(">20230201<", ">20261121<"));
    let other = station.visit("hanako");
    assert!(!fs::read_to_string(station.path(&other["files"]["face"])).unwrap().contains("Vendor"));
    for (path, body) in [
        ("interface=OQSsiquc1", json!({ "xml": "<X/>" })),
        ("taro", json!({ "xml": "<X/>" })),
        ("face,taro", json!({})),
        ("face,taro", json!({ "xml": "<X/>", "rewrite": ["everything"] })),
    ] {
        assert_eq!(station.put(&format!("/control/v1/answers/{path}"), &body).status, 422, "{path} {body}");
    }
    for (path, body) in [("face,taro", json!({ "file": "no.xml" })), ("face,taroo", json!({ "xml": face(None) }))] {
        assert_eq!(station.put(&format!("/control/v1/answers/{path}"), &body).status, 404, "{path} {body}");
    }
    let unknown = station.put("/control/v1/answers/face,taroo", &json!({ "xml": face(None) }));
    let said = unknown.body["detail"].as_str().unwrap().to_owned();
    assert_eq!(said.matches("there is no person").count(), 1, "said once: {said}");
    station.post("/control/v1/reset", &json!({})).ok();
    assert_eq!(station.get("/control/v1/answers").ok()["answers"], json!([]));
}

#[test]
fn an_official_face_file_travels_with_its_pmh_partner_under_fresh_names_and_a_fresh_link() {
    let (_place, station) =
        desk("", &[("set/case01_face.xml", face(Some(LINK)).into()), ("set/case01_pmh.xml", PMH.into())]);
    let said = station.command(&["tap", "hanako", "--own", "set/case01_face.xml", "--json"]);
    assert_eq!(said.code, 0, "{} {}", said.out, said.err);
    let visit: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    let (face_path, pmh_path) = (station.path(&visit["files"]["face"]), station.path(&visit["files"]["pmh"]));
    let link = pmh_path.file_name().unwrap().to_str().unwrap().replace("res_", "req_");
    assert_ne!(link, LINK);
    assert_eq!(fs::read_to_string(&face_path).unwrap(), face(Some(&link)));
    assert_eq!(fs::read_to_string(&pmh_path).unwrap(), PMH);
    assert!(face_path.file_name().unwrap().to_str().unwrap().contains(INSTITUTION), "{face_path:?}");
    assert!(
        told(&station).contains("own XML: set/case01_face.xml")
            && told(&station).contains("own XML: set/case01_pmh.xml")
    );
    // The next visit is the centre's again, and each of two has names of its own.
    let again = station.visit_as(&json!({ "person": "hanako", "answer": "set/case01_face.xml" }));
    assert_ne!((&again["files"]["face"], &again["files"]["pmh"]), (&visit["files"]["face"], &visit["files"]["pmh"]));
    let ours = station.visit("hanako");
    assert!(!fs::read_to_string(station.path(&ours["files"]["face"])).unwrap().contains("Vendor"));
}

#[test]
fn an_official_face_file_takes_the_pmh_request_of_the_centre_and_one_without_link_promises_none() {
    let (_place, station) = desk("", &[("a.xml", face(Some(LINK)).into()), ("b.xml", face(None).into())]);
    let subsidies = |answer: &str| station.visit_as(&json!({ "person": "kodomo", "subsidy": "use", "answer": answer }));
    let visit = subsidies("a.xml");
    let pmh = station.path(&visit["files"]["pmh"]);
    let link = pmh.file_name().unwrap().to_str().unwrap().replace("res_", "req_");
    assert!(fs::read_to_string(station.path(&visit["files"]["face"])).unwrap().contains(&format!(">{link}<")));
    assert!(!fs::read_to_string(&pmh).unwrap().contains("Odd"), "PMH's own answer");
    assert_eq!(subsidies("b.xml")["files"]["pmh"], json!(null));
}

#[test]
fn a_file_chosen_by_hand_comes_whatever_the_centre_says_and_a_rule_gives_one_only_in_place_of_ours() {
    let (_place, station) = desk("[[answer]]\nfile = \"a.xml\"\n", &[("a.xml", face(None).into())]);
    let nobody = |order: serde_json::Value| station.visit_as(&order)["files"]["face"].clone();
    assert_eq!(nobody(json!({ "person": "nashi" })), json!(null));
    assert!(nobody(json!({ "person": "nashi", "answer": "a.xml" })).is_string());
    assert_eq!(
        nobody(json!({ "person": "taro", "face": "mismatch", "answer": "a.xml" })),
        json!(null),
        "no end was reached"
    );
    let somebody = nobody(json!({ "person": "taro" }));
    assert!(fs::read_to_string(station.path(&somebody)).unwrap().contains("Vendor"), "by the rule");
}

#[test]
fn an_err_beside_an_official_face_file_goes_out_under_the_name_of_the_visit() {
    let err = "PMH-1\r\nno\r\n";
    let (_place, station) = desk("", &[("a.xml", face(Some(LINK)).into()), (&format!("{LINK}.err"), err.into())]);
    let visit = station.visit_as(&json!({ "person": "taro", "answer": "a.xml" }));
    let path = station.path(&visit["files"]["pmh_err"][0]);
    assert_eq!(fs::read_to_string(&path).unwrap(), err);
    let link = path.file_name().unwrap().to_str().unwrap().strip_suffix(".err").unwrap().to_owned();
    assert!(fs::read_to_string(station.path(&visit["files"]["face"])).unwrap().contains(&format!(">{link}<")));
}

#[test]
fn what_is_wrong_in_the_folder_is_told_at_the_start_and_in_the_list_and_harms_nobody() {
    let index = "[[answer]]\nfile = \"gone.xml\"\ninterface = \"face\"\n\n[[answer]]\nfile = \"../madoguchi.toml\"\ninterface = \"pmh\"\n\n\
                 [[answer]]\nfile = \"x.xml\"\ninterface = \"OQSsihvx\"\n";
    let (place, station) = desk(index, &[("torn.xml", face(None).as_bytes()[..300].to_vec()), ("x.bin", vec![0, 255])]);
    let journal = until("the notices of the start", || {
        let said = station.get("/control/v1/answers").ok();
        Some(said).filter(|said| said["folders"][0]["files"].as_array().is_some_and(|files| files.len() == 2))
    });
    let troubles = format!("{}", journal["folders"][0]["troubles"]);
    for word in ["gone.xml", "../madoguchi.toml", "answers.toml:11: interface", "OQSsihvd", "torn.xml"] {
        assert!(troubles.contains(word), "{word}: {troubles}");
    }
    assert_eq!(station.visit("taro")["outcome"], json!("valid"));
    for (answer, status) in [("torn.xml", 404), ("../madoguchi.toml", 404), ("x.bin", 404), ("tron.xml", 404)] {
        let reply = station.post("/control/v1/visits", &json!({ "person": "taro", "answer": answer }));
        assert_eq!(reply.status, status, "{answer}: {:#}", reply.body);
    }
    // No folder at all is told too.
    fs::remove_dir_all(place.path().join("own")).unwrap();
    assert_eq!(station.visit("taro")["outcome"], json!("valid"));
}

#[test]
fn the_pmh_file_that_an_official_face_file_promises_comes_after_a_kill_too() {
    let place = Place::new();
    place.write("madoguchi.toml", "[[terminal]]\nfolder = \"oqs\"\nanswers = \"own\"\npmh_delay = 600000\n");
    place.write("own/answers.toml", "rewrite = [\"link\"]\n\n[[answer]]\nfile = \"a_face.xml\"\n");
    place.write("own/a_face.xml", face(Some(LINK)));
    place.write("own/a_pmh.xml", PMH);
    let station = place.open(&[]);
    station
        .post("/control/v1/readers/1/events", &json!({ "event": "card-placed", "person": "taro", "auto_pilot": true }))
        .ok();
    let name = until("the face file", || station.names("face").into_iter().next());
    let link = xml_link(&fs::read_to_string(station.at("face").join(name)).unwrap());
    station.kill();
    let station = place.open(&[]);
    assert_eq!(station.file(&format!("res/{}", link.replace("req_", "res_"))), PMH.as_bytes());
}

fn xml_link(text: &str) -> String {
    let (_, rest) = text.split_once("<RequestPmhFileName >").unwrap();
    rest.split('<').next().unwrap().to_owned()
}

#[test]
fn an_answer_for_a_person_is_not_given_to_the_twin_with_the_same_numbers() {
    let place = Place::new();
    let station = place.open(&["--clock", FROZEN]);
    station.put("/control/v1/answers/OQSsiquc01,futago-ni", &json!({ "xml": face(None) })).ok();
    let people = station.get("/control/v1/people").ok();
    for (id, is_own) in [("futago-ichi", false), ("futago-ni", true)] {
        let person = people.as_array().unwrap().iter().find(|person| person["id"] == json!(id)).unwrap();
        drop_in(&station, &request_name(id), Request::of(person).xml().as_bytes());
        let answer = station.file(&format!("res/{}", answer_name(id)));
        assert_eq!(answer == face(None).as_bytes(), is_own, "{id}");
    }
}

#[test]
fn send_waits_for_an_answer_whatever_its_extension_is() {
    let index = "[[answer]]\nfile = \"page.pdf\"\ninterface = \"OQSsiurl\"\n\n[[answer]]\nfile = \"code.png\"\ninterface = \"OQSsihvq01\"\n";
    let (place, station) = desk(index, &[("page.pdf", b"%PDF-1.7".to_vec()), ("code.png", b"\x89PNG".to_vec())]);
    for (request, answer) in
        [("OQSsiurl01req_1.xml", "OQSsiurl01res_1.pdf"), ("OQSsihvq01req_1.xml", "OQSsihvq01res_1.png")]
    {
        let file = place.write(request, "<XmlMsg/>");
        let said = station.command(&["send", "--timeout", "20", file.to_str().unwrap()]);
        assert_eq!((said.code, said.out.trim()), (0, station.at("res").join(answer).to_str().unwrap()), "{}", said.err);
        let again = station.command(&["send", file.to_str().unwrap()]);
        assert!(again.code == 2 && again.err.contains(answer), "{}", again.err);
    }
}
