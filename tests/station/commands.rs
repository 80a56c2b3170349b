//! The commands that act on a running station or on its files: `tap`, `send`, `explain`.

use std::fs;
use std::io::Write;
use std::process::Stdio;

use serde_json::Value;

use crate::desk::{FROZEN, Place, Said, Station, madoguchi, started};
use crate::rececon::{Request, answer_name, request_name};
use crate::xml::{self, Element};

fn desk() -> (Place, Station) {
    let place = Place::new();
    let station = place.open(&["--clock", FROZEN]);
    (place, station)
}

/// `tap … --json` and the face file of that visit.
#[track_caller]
fn tap(station: &Station, args: &[&str]) -> (Value, Option<Element>) {
    let said = station.command(&[&["tap", "--json"], args].concat());
    let report: Value = serde_json::from_str(&said.out).unwrap_or_else(|_| panic!("{}", said.err));
    let face = report["files"]["face"].is_string().then(|| xml::read(&station.path(&report["files"]["face"])));
    assert_eq!(said.code, i32::from(face.is_none()), "1 if and only if there is no face file");
    (report, face)
}

#[test]
fn tap_prints_who_how_it_ended_and_the_paths_of_the_files_in_the_language_asked_for() {
    let (_place, station) = desk();
    let said = station.command(&["tap", "hanako"]);
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    let lines: Vec<&str> = said.out.lines().collect();
    assert!(lines[0].starts_with("hanako  資格は有効です  ") && lines[0].ends_with(" ms"), "{}", said.out);
    assert_eq!(lines[1], format!("  face  {}", station.at("face").join(&station.names("face")[0]).display()));
    assert_eq!(lines[2], format!("  pmh   {}", station.at("res").join(&station.names("res")[0]).display()));
    let english = station.command(&["tap", "hanako", "--lang", "en"]);
    assert!(english.out.starts_with("hanako  qualification valid"), "{}", english.out);
}

#[test]
fn tap_chooses_the_way_of_identification() {
    let (_place, station) = desk();
    let passed = |args: &[&str], state: &str| {
        let (report, _) = tap(&station, args);
        assert!(report["steps"].to_string().contains(state), "{args:?}: {report:#}");
        report["outcome"].as_str().unwrap().to_owned()
    };
    assert_eq!(passed(&["taro", "--face", "match"], "face-capture"), "valid");
    assert_eq!(passed(&["taro", "--face", "mismatch"], "face-retry"), "face-failed");
    assert_eq!(passed(&["taro", "--face", "unreadable"], "face-retry"), "face-failed");
    assert_eq!(passed(&["taro", "--pin", "1234"], "checking-pin"), "valid");
    assert_eq!(passed(&["taro", "--pin", "4321"], "checking-pin"), "pin-failed");
    assert_eq!(passed(&["taro", "--visual"], "staff-visual"), "valid");
    let both = station.command(&["tap", "taro", "--visual", "--pin", "1234"]);
    assert_eq!(both.code, 2, "{}", both.err);
}

#[test]
fn tap_reads_a_pin_from_a_file_descriptor_and_keeps_real_ones_off_the_command_line() {
    let (place, station) = desk();
    let mut command = madoguchi(place.path(), &["tap", "taro", "--json", "--pin-fd", "0", "--station", &station.url]);
    let mut child = started(|| command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn());
    child.stdin.take().unwrap().write_all(b"1234\n").unwrap();
    let said: Said = child.wait_with_output().unwrap().into();
    let report: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!((&report["proof"], said.code), (&Value::from("pin-signature"), 0));
    let refused = station.command(&["tap", "--card", "pcsc", "--pin", "1234"]);
    assert_eq!(refused.code, 2);
    assert!(refused.err.contains("--pin-fd"), "{}", refused.err);
}

#[test]
fn tap_answers_consents_subsidy_and_prescription() {
    let (_place, station) = desk();
    let flags = |args: &[&str]| {
        let (_, face) = tap(&station, args);
        let face = face.unwrap();
        let flags = ["Diagnosis", "Operation", "SpecificHealthCheckups"]
            .map(|kind| face.value(&format!("{kind}InfoConsFlg")).unwrap().to_owned())
            .concat();
        (flags, face.value("RequestPmhFileName").is_some(), face.value("PrescriptionIssueSelect").unwrap().to_owned())
    };
    assert_eq!(flags(&["hanako"]), ("111".into(), true, "1".into()));
    assert_eq!(flags(&["hanako", "--consent", "none"]), ("000".into(), true, "1".into()));
    assert_eq!(flags(&["hanako", "--consent", "operation"]), ("010".into(), true, "1".into()));
    let list = "diagnosis-and-pharmacists, health-checkup";
    assert_eq!(flags(&["hanako", "--consent", list, "--subsidy", "decline"]), ("101".into(), false, "1".into()));
    assert_eq!(flags(&["kyohi", "--consent", "all", "--subsidy", "use"]), ("111".into(), true, "2".into()));
    assert_eq!(flags(&["hanako", "--prescription", "paper"]), ("111".into(), true, "2".into()));
    let (report, face) = tap(&station, &["shinki", "--no-register"]);
    assert_eq!((&report["outcome"], face), (&Value::from("not-registered"), None));
    let wrong = station.command(&["tap", "hanako", "--consent", "everything"]);
    assert!(wrong.code == 2 && wrong.err.contains("health-checkup"), "the right names are told: {}", wrong.err);
}

#[test]
fn a_pin_that_no_pad_takes_is_refused_at_once() {
    let (_place, station) = desk();
    for pin in ["12", "12345", "abcd", "１２３４"] {
        let said = station.command(&["tap", "taro", "--pin", pin]);
        assert_eq!(said.code, 2, "{pin}: {}{}", said.out, said.err);
        assert!(said.err.contains("数字4桁") && !said.err.contains(pin), "{}", said.err);
    }
}

#[test]
fn tap_of_nobody_names_who_comes_near_and_a_name_or_its_beginning_is_enough() {
    let (_place, station) = desk();
    let said = station.command(&["tap", "tarro"]);
    assert_eq!(said.code, 2);
    assert!(said.err.contains("taro"), "{}", said.err);
    for who in ["窓口　太郎", "窓口太郎", "hanak"] {
        assert_eq!(station.command(&["tap", who]).code, 0, "{who}");
    }
    let ambiguous = station.command(&["tap", "futago"]);
    assert_eq!(ambiguous.code, 2);
    assert!(ambiguous.err.contains("futago-ichi") && ambiguous.err.contains("futago-ni"), "{}", ambiguous.err);
}

#[test]
fn a_command_finds_its_station_by_option_and_by_both_variables() {
    let (place, station) = desk();
    let bare = station.url.strip_prefix("http://").unwrap();
    let tap = |args: &[&str], variable: Option<(&str, &str)>| {
        let mut command = madoguchi(place.path(), &[&["tap", "taro"], args].concat());
        let said: Said = command.envs(variable).output().unwrap().into();
        (said.code, said.err)
    };
    assert_eq!(tap(&["--station", bare], None).0, 0);
    assert_eq!(tap(&["--station", &station.url], Some(("MADOGUCHI_STATION", "127.0.0.1:1"))).0, 0);
    assert_eq!(tap(&[], Some(("MADOGUCHI_STATION", bare))).0, 0);
    assert_eq!(tap(&[], Some(("MADOGUCHI_CONTROL", &station.url))).0, 0);
    let (code, err) = tap(&[], Some(("MADOGUCHI_STATION", "127.0.0.1:1")));
    assert_eq!(code, 3);
    assert!(err.contains("127.0.0.1:1") && err.contains("madoguchi run"), "{err}");
}

#[test]
fn tap_with_wait_waits_for_a_station_that_is_still_to_come() {
    let place = Place::new();
    let address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let early = madoguchi(place.path(), &["tap", "taro", "--wait", "--json", "--station", &address])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let station = place.open(&["--control", &address]);
    let said: Said = early.wait_with_output().unwrap().into();
    assert_eq!(said.code, 0);
    assert_eq!(station.names("face").len(), 1);
}

#[test]
fn send_puts_files_in_and_prints_the_paths_of_their_answers() {
    let (place, station) = desk();
    let first = place.write(&request_name("1"), Request::taro().xml());
    let second = place.write(&request_name("2"), Request::taro().shift_jis());
    let files = [first.to_str().unwrap(), second.to_str().unwrap()];
    let said = station.command(&["send", files[0], files[1]]);
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    let expected: Vec<String> =
        ["1", "2"].iter().map(|free| station.at("res").join(answer_name(free)).display().to_string()).collect();
    assert_eq!(said.out.lines().collect::<Vec<_>>(), expected);
    assert!(first.exists(), "the original stays where it was");
    let again = station.command(&["send", files[0]]);
    assert_eq!(again.code, 2, "an old answer would be taken for the new one");
    assert!(again.err.contains("--again"), "{}", again.err);
    let json = station.command(&["send", "--again", "--json", files[0], files[1]]);
    let results: Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!((json.code, &results[0]["refused"]), (0, &Value::from(false)), "{results:#}");
    assert!(results[1]["answer"].as_str().unwrap().ends_with(&answer_name("2")));
    // Without a station at all: by the folder.
    let third = place.write(&request_name("3"), Request::taro().xml());
    let by_folder = madoguchi(place.path(), &["send", "--folder", "oqs", third.to_str().unwrap()]).output().unwrap();
    assert!(by_folder.status.success());
}

#[test]
fn send_exits_1_when_a_request_comes_back_and_prints_its_err() {
    let (place, station) = desk();
    let broken = place.write(&request_name("1"), Request { date: "20261399".into(), ..Request::taro() }.xml());
    let good = place.write(&request_name("2"), Request::taro().xml());
    let said = station.command(&["send", broken.to_str().unwrap(), good.to_str().unwrap()]);
    assert_eq!(said.code, 1);
    let expected =
        ["OQSsiquc01req_1.err", "OQSsiquc01res_2.xml"].map(|name| station.at("res").join(name).display().to_string());
    assert_eq!(said.out.lines().collect::<Vec<_>>(), expected);
}

#[test]
fn send_refuses_a_name_that_is_no_request_and_times_out_where_nobody_answers() {
    let (place, station) = desk();
    let file = place.write("OQSsiquc01rec_1.xml", Request::taro().xml());
    let said = station.command(&["send", file.to_str().unwrap()]);
    assert_eq!(said.code, 2);
    assert!(said.err.contains("OQSsiquc01req"), "{}", said.err);
    assert!(station.names("req").is_empty());
    for folder in ["dead/req", "dead/res"] {
        fs::create_dir_all(place.path().join(folder)).unwrap();
    }
    let file = place.write(&request_name("1"), Request::taro().xml());
    let args = ["send", "--folder", "dead", "--timeout", "0", file.to_str().unwrap()];
    let said: Said = started(|| madoguchi(place.path(), &args).output()).into();
    assert_eq!((said.code, said.out.as_str()), (1, ""), "{}", said.err);
    assert_eq!(crate::desk::names(&place.path().join("dead").join("req")), [request_name("1")]);
}

#[test]
fn explain_says_what_each_element_of_the_stations_files_is_and_where_that_is_from() {
    let (place, station) = desk();
    let report = station.visit("nanbyo");
    let request = place.write(&request_name("1"), Request::taro().xml());
    station.command(&["send", request.to_str().unwrap()]);
    let broken = place.write(&request_name("2"), "<XmlMsg>");
    station.command(&["send", broken.to_str().unwrap()]);
    let path = |told: &Value| station.path(told).display().to_string();
    let face = station.command(&["explain", &path(&report["files"]["face"])]);
    assert_eq!(face.code, 0, "{}", face.err);
    for words in [
        "QualificationValidity",
        "資格有効性",
        "= 有効",
        "RequestPmhFileName",
        "結果は res の PMHsimsm01res_",
        "出典",
        "[A",
    ] {
        assert!(face.out.contains(words), "{words}: {}", face.out);
    }
    let english = station.command(&["explain", "--lang", "en", &path(&report["files"]["face"])]);
    assert!(english.out.contains("valid") && english.out != face.out);
    let pmh = station.command(&["explain", &path(&report["files"]["pmh"])]);
    assert!(pmh.code == 0 && pmh.out.contains("特定医療費（指定難病）受給者証"), "{}", pmh.out);
    let answer = station.at("res").join(answer_name("1")).display().to_string();
    let err = station.at("res").join("OQSsiquc01req_2.err").display().to_string();
    let several = station.command(&["explain", "--json", &answer, &err, request.to_str().unwrap()]);
    assert_eq!(several.code, 0, "{}", several.err);
    let lines: Vec<Value> = several.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 3);
    assert!(lines.iter().all(|line| line["error"].is_null()), "{lines:#?}");
    let torn = place.write(&answer_name("9"), "<XmlMsg><MessageHeader>");
    let torn = torn.to_str().unwrap();
    assert_eq!(station.command(&["explain", torn]).code, 1, "not well-formed does not hold");
    assert_eq!(station.command(&["explain", "/nowhere/at/all.xml"]).code, 3);
}
