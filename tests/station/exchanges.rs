//! It was there a moment ago: what went through the folders is looked at after it was collected, and repeated.

use std::fs;

use serde_json::{Value, json};

use crate::desk::{FROZEN, Place, Station, until};
use crate::rececon::{Request, answer_name, drop_in, in_shift_jis, request_name};
use crate::xml;

const FREE: &str = "202611210001";

/// The id under which the station knows a file, once it is kept: an answer stands in `res` a moment before its request is put by.
fn exchange_of(station: &Station, folder: &str, name: &str) -> String {
    let is_it = |file: &Value| file["folder"] == folder && file["name"] == name;
    let holds = |exchange: &Value| {
        let whole = folder != "res" || exchange["request"].is_object();
        whole && (is_it(&exchange["request"]) || exchange["answers"].as_array().unwrap().iter().any(is_it))
    };
    until(name, || {
        let kept = station.get("/control/v1/exchanges").ok();
        let exchange = kept.as_array().unwrap().iter().rev().find(|exchange| holds(exchange))?.clone();
        exchange["id"].as_str().map(str::to_owned)
    })
}

fn bytes(station: &Station, id: &str, folder: &str, name: &str) -> Vec<u8> {
    station.get_bytes(&format!("/control/v1/exchanges/{id}/content?folder={folder}&name={name}"))
}

fn repeat(station: &Station, id: &str, how: &str) -> Value {
    station.post(&format!("/control/v1/exchanges/{id}/repeat"), &json!({ "how": how })).ok()
}

/// As the レセコン does: reads the answer and deletes it.
fn collect(station: &Station, below: &str) -> Vec<u8> {
    let bytes = station.file(below);
    fs::remove_file(station.at(below)).unwrap();
    bytes
}

fn name_of(path: &Value) -> String {
    path.as_str().unwrap().rsplit(['/', '\\']).next().unwrap().to_owned()
}

fn value_at<'v>(document: &'v Value, element: &str) -> &'v Value {
    let lines = document["explained"]["lines"].as_array().unwrap();
    lines.iter().find(|line| line["element"] == element).unwrap_or_else(|| panic!("{element}: {document:#}"))
}

#[test]
fn a_collected_answer_and_its_request_are_still_there_side_by_side_and_after_a_kill() {
    let place = Place::new();
    let station = place.open(&["--clock", FROZEN]);
    let request = in_shift_jis(&Request::taro().xml());
    drop_in(&station, &request_name(FREE), &request);
    let answer = collect(&station, &format!("res/{}", answer_name(FREE)));
    let id = exchange_of(&station, "res", &answer_name(FREE));
    assert_eq!(exchange_of(&station, "req", &request_name(FREE)), id, "one exchange");

    let look = |station: &Station| {
        let both = station.get(&format!("/control/v1/exchanges/{id}?lang=en")).ok();
        assert_eq!(value_at(&both["request"], "InsurerNumber")["raw"], "01139997");
        let validity = value_at(&both["answers"][0], "QualificationValidity");
        assert!(validity["label"].is_string() && validity["meaning"].is_string() && validity["source"].is_string());
        assert!(both["request"]["text"].as_str().unwrap().contains("<XmlMsg>"), "Shift_JIS is text, too");
        assert_eq!(bytes(station, &id, "req", &request_name(FREE)), request);
        assert_eq!(bytes(station, &id, "res", &answer_name(FREE)), answer);
    };
    look(&station);
    let path = station.at("res").join(answer_name(FREE));
    let by_path = until("the bytes by their old path", || {
        let files = station.get("/control/v1/files").ok();
        let seen = files.as_array().unwrap().iter().find(|file| file["name"] == answer_name(FREE).as_str())?;
        let path = seen["path"].as_str()?.to_owned();
        Some(station.get_bytes(&format!("/control/v1/files/content?path={}", path.replace('\\', "%5C"))))
    });
    assert!(by_path == answer && !path.exists());

    station.kill();
    let station = place.open(&["--clock", FROZEN]);
    look(&station);
    drop_in(&station, &request_name("202611210002"), &request);
    station.file(&format!("res/{}", answer_name("202611210002")));
    assert_ne!(exchange_of(&station, "req", &request_name("202611210002")), id, "numbers go on");
}

#[test]
fn of_a_refused_request_the_err_and_what_came_back_are_kept() {
    let place = Place::new();
    let station = place.open(&[]);
    drop_in(&station, &request_name(FREE), b"<XmlMsg>");
    let returned = collect(&station, &format!("res/{}", request_name(FREE)));
    let err = collect(&station, &format!("res/OQSsiquc01req_{FREE}.err"));
    let id = exchange_of(&station, "res", &request_name(FREE));
    let both = station.get(&format!("/control/v1/exchanges/{id}")).ok();
    let names: Vec<_> = both["answers"].as_array().unwrap().iter().map(|a| a["name"].as_str().unwrap()).collect();
    assert_eq!(names, [format!("OQSsiquc01req_{FREE}.err"), request_name(FREE)]);
    assert_eq!(bytes(&station, &id, "res", &request_name(FREE)), returned);
    assert_eq!(bytes(&station, &id, "res", &format!("OQSsiquc01req_{FREE}.err")), err);
    assert_eq!(bytes(&station, &id, "req", &request_name(FREE)), b"<XmlMsg>");
    assert!(both["request"]["problem"].as_str().unwrap().contains("XmlMsg"), "{both:#}");
}

#[test]
fn a_request_is_repeated_the_same_or_again_under_a_name_of_now() {
    let place = Place::new();
    let station = place.open(&["--clock", FROZEN]);
    let request = Request::taro().xml();
    drop_in(&station, &request_name(FREE), request.as_bytes());
    let first = collect(&station, &format!("res/{}", answer_name(FREE)));
    let id = exchange_of(&station, "res", &answer_name(FREE));

    assert_eq!(name_of(&repeat(&station, &id, "same")["files"][0]), request_name(FREE));
    assert_eq!(collect(&station, &format!("res/{}", answer_name(FREE))), first, "the clock stands: the same answer");

    let mut names = Vec::new();
    for _ in 0..2 {
        let name = name_of(&repeat(&station, &id, "again")["files"][0]);
        let answer = xml::parse(&station.file(&format!("res/{}", name.replace("req_", "res_"))));
        let kept = exchange_of(&station, "req", &name);
        let sent = String::from_utf8(bytes(&station, &kept, "req", &name)).unwrap();
        let identifier = answer.value("ArbitraryFileIdentifier").unwrap();
        assert_ne!(identifier, Request::taro().identifier);
        assert_eq!(sent, request.replace(&Request::taro().identifier, identifier), "all else byte for byte");
        assert!(is_of_today(&name), "{name}");
        names.push((name, identifier.to_owned()));
    }
    assert!(names[0].0 != names[1].0 && names[0].1 != names[1].1, "{names:?}");
    let refused = station.post(&format!("/control/v1/exchanges/{id}/repeat"), &json!({ "how": "reader:2" }));
    assert_eq!(refused.status, 422, "{:#}", refused.body);
}

/// Date and serial, as the vendors' manuals show: strict terminals take it.
fn is_of_today(name: &str) -> bool {
    let free = name.strip_prefix("OQSsiquc01req_").and_then(|rest| rest.strip_suffix(".xml"));
    free.is_some_and(|free| {
        free.len() == 12 && free.starts_with("20261121") && free.bytes().all(|b| b.is_ascii_digit())
    })
}

#[test]
fn a_visit_is_repeated_the_same_again_or_at_another_reader() {
    let place = Place::new();
    place.write("madoguchi.toml", "[[terminal]]\nfolder = \"oqs\"\n[[reader]]\n[[reader]]\n");
    let station = place.open(&["--clock", FROZEN]);
    let report = station.visit_as(&json!({ "person": "kodomo", "reader": 1, "pin": "1234", "consent": "none" }));
    let (face, pmh) = (name_of(&report["files"]["face"]), name_of(&report["files"]["pmh"]));
    let (face_bytes, pmh_bytes) =
        (collect(&station, &format!("face/{face}")), collect(&station, &format!("res/{pmh}")));
    let id = exchange_of(&station, "face", &face);
    assert_eq!(bytes(&station, &id, "face", &face), face_bytes);

    let same = repeat(&station, &id, "same");
    assert_eq!([name_of(&same["files"][0]), name_of(&same["files"][1])], [face.clone(), pmh.clone()]);
    assert_eq!(fs::read(station.at("face").join(&face)).unwrap(), face_bytes);
    assert_eq!(fs::read(station.at("res").join(&pmh)).unwrap(), pmh_bytes);

    let again = repeat(&station, &id, "again");
    assert_eq!((&again["visit"]["reader"], &again["visit"]["proof"]), (&json!(1), &json!("pin-signature")));
    let there = repeat(&station, &id, "reader:2");
    assert_eq!((&there["visit"]["reader"], &there["visit"]["person"]), (&json!(2), &json!("kodomo")));
    let new = name_of(&there["files"][0]);
    assert_ne!(new, face, "a visit of its own");
    let consents = |bytes: &[u8]| xml::parse(bytes).value("DiagnosisInfoConsFlg").map(str::to_owned);
    assert_eq!(consents(&fs::read(station.at("face").join(new)).unwrap()), consents(&face_bytes), "the same answers");
}

#[test]
fn a_screen_elsewhere_repeats_too_and_hears_why_not() {
    let place = Place::new();
    let station = place.open(&["--clock", FROZEN]);
    drop_in(&station, &request_name(FREE), Request::taro().xml().as_bytes());
    collect(&station, &format!("res/{}", answer_name(FREE)));
    let id = exchange_of(&station, "res", &answer_name(FREE));
    let press = |exchange: &str| {
        let order = json!({ "do": "repeat", "exchange": exchange, "how": "same" });
        assert_eq!(station.post("/control/v1/screen", &order).status, 204);
    };
    press(&id);
    collect(&station, &format!("res/{}", answer_name(FREE)));
    press("1-99999");
    until("the reason in the journal", || {
        let look = station.get("/control/v1/screen").ok();
        look["view"]["journal"].to_string().contains("1-99999").then_some(())
    });
}

#[test]
fn a_reset_keeps_the_bytes_and_forgets_who_came() {
    let place = Place::new();
    let station = place.open(&["--clock", FROZEN]);
    let face = name_of(&station.visit("taro")["files"]["face"]);
    let bytes_of_face = collect(&station, &format!("face/{face}"));
    let id = exchange_of(&station, "face", &face);
    station.post("/control/v1/reset", &json!({})).ok();
    assert_eq!(bytes(&station, &id, "face", &face), bytes_of_face);
    let again = station.post(&format!("/control/v1/exchanges/{id}/repeat"), &json!({ "how": "again" }));
    assert!(again.status == 422 && again.body["detail"].as_str().unwrap().contains("same"), "{:#}", again.body);
    repeat(&station, &id, "same");
    assert_eq!(fs::read(station.at("face").join(&face)).unwrap(), bytes_of_face);
}

#[test]
fn nothing_of_a_pin_is_written_down_with_a_visit() {
    let place = Place::new();
    let station = place.open(&["--clock", FROZEN]);
    station.visit_as(&json!({ "person": "taro", "pin": "1234" }));
    let work = place.path().join("oqs/.madoguchi/req/kept");
    for entry in fs::read_dir(work).unwrap() {
        let text = String::from_utf8_lossy(&fs::read(entry.unwrap().path()).unwrap()).into_owned();
        assert!(!text.contains(">1234<") && !text.contains("\"1234\""), "{text}");
    }
}

#[test]
fn over_the_megabytes_the_oldest_go_and_zero_days_keep_nothing() {
    let place = Place::new();
    place.write("madoguchi.toml", "[[terminal]]\nfolder = \"oqs\"\nkeep_megabytes = 1\n");
    let station = place.open(&[]);
    // Refused, and sent back: each brings its own length twice, 600 kB and more together.
    let large = format!("<XmlMsg>{}", "x".repeat(300_000));
    let mut ids = Vec::new();
    for free in ["202611210001", "202611210002", "202611210003"] {
        drop_in(&station, &request_name(free), large.as_bytes());
        collect(&station, &format!("res/{}", request_name(free)));
        ids.push(exchange_of(&station, "res", &request_name(free)));
    }
    let gone = station.get(&format!("/control/v1/exchanges/{}", ids[0]));
    assert!(gone.status == 404 && gone.body["remedy"].as_str().unwrap().contains("keep_megabytes"), "{:#}", gone.body);
    station.get(&format!("/control/v1/exchanges/{}", ids[2])).ok();
    let kept = place.path().join("oqs/.madoguchi/req/kept");
    let sizes = fs::read_dir(&kept).unwrap().map(|entry| entry.unwrap().metadata().unwrap().len());
    assert!(sizes.sum::<u64>() <= 1 << 20);
    drop(station);

    place.write("madoguchi.toml", "[[terminal]]\nfolder = \"oqs\"\nkeep_days = 0\n");
    let station = place.open(&[]);
    drop_in(&station, &request_name("202611210004"), Request::taro().xml().as_bytes());
    station.file(&format!("res/{}", answer_name("202611210004")));
    assert_eq!(station.get("/control/v1/exchanges").ok(), json!([]));
    assert_eq!(fs::read_dir(&kept).unwrap().count(), 0, "what was kept before goes with the setting");
}

#[test]
#[cfg(target_os = "linux")]
fn answers_on_other_file_systems_and_in_a_readers_own_folder_are_kept_with_their_requests() {
    let (place, elsewhere) = (Place::new(), tempfile::tempdir_in("/dev/shm").unwrap());
    let shm = elsewhere.path().display();
    place.write(
        "madoguchi.toml",
        format!("[[terminal]]\nfolder = \"oqs\"\nres = \"{shm}/res\"\n[[reader]]\nface_folder = \"{shm}/desk/face\"\n"),
    );
    let station = place.open(&[]);
    drop_in(&station, &request_name(FREE), Request::taro().xml().as_bytes());
    let res = elsewhere.path().join("res").join(answer_name(FREE));
    let answer = until("the answer", || fs::read(&res).ok());
    let face = station.visit("taro")["files"]["face"].clone();
    let face_bytes = fs::read(station.path(&face)).unwrap();
    for path in [&res, &station.path(&face)] {
        fs::remove_file(path).unwrap();
    }
    let by_request = exchange_of(&station, "req", &request_name(FREE));
    assert_eq!(bytes(&station, &by_request, "res", &answer_name(FREE)), answer);
    let by_visit = exchange_of(&station, "face", &name_of(&face));
    assert_ne!(by_visit, by_request);
    assert_eq!(bytes(&station, &by_visit, "face", &name_of(&face)), face_bytes);
    repeat(&station, &by_visit, "same");
    assert_eq!(fs::read(station.path(&face)).unwrap(), face_bytes, "where it was");
}

#[test]
fn the_command_lists_shows_saves_and_repeats() {
    let place = Place::new();
    let station = place.open(&["--clock", FROZEN]);
    drop_in(&station, &request_name(FREE), Request::taro().xml().as_bytes());
    let answer = collect(&station, &format!("res/{}", answer_name(FREE)));
    let id = exchange_of(&station, "res", &answer_name(FREE));
    let list = station.command(&["exchanges"]);
    assert!(list.out.contains(&id) && list.out.contains(&answer_name(FREE)), "{} {}", list.out, list.err);
    let shown = station.command(&["exchanges", &id, "--lang", "en"]);
    let (request, answered) = (shown.out.find("── request").unwrap(), shown.out.find("── answer").unwrap());
    assert!(request < answered && shown.out[answered..].contains("QualificationValidity"), "{}", shown.out);
    assert_eq!(station.command(&["exchanges", &id, "--save", "saved"]).code, 0);
    assert_eq!(fs::read(place.path().join("saved/res").join(answer_name(FREE))).unwrap(), answer);
    let again = station.command(&["exchanges", &id, "--repeat", "again"]);
    assert!(again.code == 0 && again.out.contains("OQSsiquc01req_20261121"), "{} {}", again.out, again.err);
    let unknown = station.command(&["exchanges", "1-99999"]);
    assert!(unknown.code == 2 && unknown.err.contains("exchanges"), "{}", unknown.err);
}
