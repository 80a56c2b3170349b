//! Requests in `req` and their answers in `res`: every way of writing them that programs in the field have.

use std::fs;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::desk::{FROZEN, Place, Station, until};
use crate::rececon::{Request, answer_name, drop_in, in_shift_jis, request_name, write_in_place};
use crate::xml::{self, Element};

fn desk() -> (Place, Station) {
    let place = Place::new();
    let station = place.open(&["--clock", FROZEN]);
    (place, station)
}

/// Drops a request in and reads its answer; the request has left `req` by then.
#[track_caller]
fn ask(station: &Station, free: &str, bytes: &[u8]) -> Element {
    drop_in(station, &request_name(free), bytes);
    let answer = station.file(&format!("res/{}", answer_name(free)));
    assert!(!station.at("req").join(request_name(free)).exists(), "the request stayed in req");
    xml::parse(&answer)
}

#[track_caller]
fn assert_is_taro(answer: &Element) {
    assert_eq!(answer.value("QualificationValidity"), Some("1"), "{answer:?}");
    assert_eq!(answer.value("Name"), Some("窓口　太郎"));
    assert_eq!(answer.value("ReferenceClassification"), Some("2"), "by insurance data");
}

#[test]
fn an_answer_echoes_identifier_and_search_and_is_dated_by_the_clock() {
    let (_place, station) = desk();
    let request = Request { identifier: "a &amp; &lt;b&gt;".into(), ..Request::taro() };
    let answer = ask(&station, "202611210001", request.xml().as_bytes());
    assert_is_taro(&answer);
    assert_eq!(answer.value("ArbitraryFileIdentifier"), Some("a & <b>"));
    assert_eq!(answer.value("ProcessExecutionTime"), Some("20261121093000"));
    let search = answer.all("QualificationConfirmSearchInfo");
    assert_eq!(search[0].value("InsuredCardSymbol"), Some("99010001"));
    let text = String::from_utf8(station.file(&format!("res/{}", answer_name("202611210001")))).unwrap();
    assert!(
        text.contains("<ArbitraryFileIdentifier>a &amp; &lt;b&gt;</ArbitraryFileIdentifier>"),
        "clients find their answer by these very characters: {text}"
    );
}

#[test]
fn an_answer_is_in_the_encoding_of_its_request_and_says_so() {
    let (_place, station) = desk();
    assert_is_taro(&ask(&station, "1", Request::taro().xml().as_bytes()));
    assert_is_taro(&ask(&station, "2", &Request::taro().shift_jis()));
    let declared = |free: &str| xml::declaration(&station.file(&format!("res/{}", answer_name(free))));
    assert_eq!(declared("1"), r#"<?xml version="1.0" encoding="UTF-8" standalone="no"?>"#);
    assert_eq!(declared("2"), r#"<?xml version="1.0" encoding="Shift_JIS" standalone="no"?>"#);
    let code = |free: &str| xml::parse(&station.file(&format!("res/{}", answer_name(free))));
    assert_eq!(code("1").value("CharacterCodeIdentifier"), Some("0"));
    assert_eq!(code("2").value("CharacterCodeIdentifier"), Some("1"));
}

#[test]
fn what_shift_jis_lacks_is_a_black_circle_and_stays_itself_in_utf8() {
    let (_place, station) = desk();
    let people = station.get("/control/v1/people").ok();
    let gaiji = people.as_array().unwrap().iter().find(|row| row["id"] == "gaiji").unwrap().clone();
    let request = Request::of(&gaiji);
    let name = gaiji["name"].as_str().unwrap();
    assert!(name.contains('𠮷'), "{name}");
    assert_eq!(ask(&station, "1", request.xml().as_bytes()).value("Name"), Some(name));
    assert_eq!(ask(&station, "2", &request.shift_jis()).value("Name"), Some(name.replace('𠮷', "●").as_str()));
}

/// As the clinic's own programs write: one variation each.
#[test]
fn every_lawful_way_of_writing_xml_is_read() {
    let (_place, station) = desk();
    let plain = Request::taro().xml();
    let variations = [
        (
            "single-quotes",
            plain.replacen(
                r#"<?xml version="1.0" encoding="UTF-8" standalone="no"?>"#,
                "<?xml version='1.0' encoding='UTF-8' standalone='no'?>",
                1,
            ),
        ),
        ("blanks-in-start-tags", plain.replace("Number>0", "Number >0").replace("<Birthdate>", "<Birthdate \t>")),
        ("one-line", plain.lines().map(str::trim).collect::<String>()),
        ("crlf", plain.replace('\n', "\r\n")),
        ("no-standalone", plain.replacen(r#" standalone="no""#, "", 1)),
        ("byte-order-mark", format!("\u{feff}{plain}")),
        ("comment", plain.replacen("<MessageBody>", "<!-- 受付 --><MessageBody>", 1)),
        ("cdata", plain.replacen("99010001", "<![CDATA[99010001]]>", 1)),
        ("character-reference", plain.replacen("99010001", "9901000&#x31;", 1)),
        ("blank-lines-at-the-end", format!("{plain}\n\n \n")),
        ("padded-insurer", plain.replacen(">01139997<", "> 1139997<", 1)),
        ("full-width-symbol", plain.replacen("99010001", "９９０１０００１", 1)),
        ("without-branch", Request { branch: None, ..Request::taro() }.xml()),
        ("empty-branch", Request { branch: Some(String::new()), ..Request::taro() }.xml()),
        (
            "short-empty-branch",
            plain.replacen("<InsuredBranchNumber>00</InsuredBranchNumber>", "<InsuredBranchNumber/>", 1),
        ),
        ("foreign-institution", Request { institution: "1312345675".into(), ..Request::taro() }.xml()),
    ];
    for (name, text) in variations {
        assert!(name == "without-branch" || text != plain, "{name} varies nothing");
        assert_is_taro(&ask(&station, name, text.as_bytes()));
    }
    let mut shift_jis = in_shift_jis(&plain.replacen("99010001", "９９０１０００１", 1));
    let at = shift_jis.windows(9).position(|w| w == b"Shift_JIS").unwrap();
    shift_jis[at..at + 9].copy_from_slice(b"shift_jis");
    assert_is_taro(&ask(&station, "lower-case-shift-jis", &shift_jis));
}

#[test]
fn any_free_part_of_the_name_comes_back_in_the_answers_name() {
    let (_place, station) = desk();
    for free in ["2021081611906", "202611210001", "123456789012345678", "A", "abc-DEF_9", "a.b", "受付1", "1 2"] {
        assert_is_taro(&ask(&station, free, Request::taro().xml().as_bytes()));
    }
}

#[test]
fn a_limit_consent_of_the_request_decides_whether_the_limit_is_told() {
    let (_place, station) = desk();
    let haemophiliac = |limit: &str| Request {
        insurer: "06139984".into(),
        symbol: "5".into(),
        number: "90210".into(),
        birthdate: "19751111".into(),
        limit: limit.into(),
        ..Request::taro()
    };
    let with = ask(&station, "1", haemophiliac("1").xml().as_bytes());
    let without = ask(&station, "2", haemophiliac("0").xml().as_bytes());
    let flag = |answer: &Element| {
        answer.records()[0].value("LimitApplicationCertificateRelatedConsFlg").map(str::to_owned).unwrap()
    };
    assert_eq!((flag(&with), flag(&without)), ("1".into(), "0".into()));
    assert_eq!(with.value("LimitApplicationCertificateClassificationFlag"), Some("A01"));
    assert!(without.all("LimitApplicationCertificateRelatedInfo").is_empty());
}

#[test]
fn nobody_is_validity_4_twins_are_5_and_a_branch_number_makes_one_of_them() {
    let (_place, station) = desk();
    let nobody = ask(&station, "1", Request { number: "987654".into(), ..Request::taro() }.xml().as_bytes());
    assert_eq!((nobody.value("QualificationValidity"), nobody.records().len()), (Some("4"), 0));
    assert_eq!(nobody.value("SegmentOfResult"), Some("1"), "answered, not refused");
    let people = station.get("/control/v1/people").ok();
    let twin = people.as_array().unwrap().iter().find(|row| row["id"] == "futago-ichi").unwrap().clone();
    let both = Request {
        insurer: "06139976".into(),
        symbol: "88".into(),
        number: "8808".into(),
        branch: None,
        birthdate: twin["birthdate"].as_str().unwrap().into(),
        ..Request::taro()
    };
    let several = ask(&station, "2", both.xml().as_bytes());
    assert_eq!((several.value("QualificationValidity"), several.records().len()), (Some("5"), 0));
    let one = ask(&station, "3", Request { branch: Some("03".into()), ..both }.xml().as_bytes());
    assert_eq!((one.value("QualificationValidity"), one.value("Name")), (Some("1"), twin["name"].as_str()));
}

#[test]
fn the_confirmation_date_of_the_request_decides_which_state_holds() {
    let (_place, station) = desk();
    let old_insurance = |date: &str| Request {
        date: date.into(),
        insurer: "06139992".into(),
        symbol: "2040".into(),
        number: "556".into(),
        branch: Some("00".into()),
        birthdate: "19940228".into(),
        ..Request::taro()
    };
    let before = ask(&station, "1", old_insurance("20260801").xml().as_bytes());
    let after = ask(&station, "2", old_insurance("20261121").xml().as_bytes());
    assert_eq!(before.value("QualificationValidity"), Some("1"));
    assert_eq!(after.value("QualificationValidity"), Some("3"), "lost, and a newer one exists");
    assert_eq!(after.value("ReasonOfLoss"), Some("03"));
}

#[test]
fn a_file_that_still_grows_is_not_read_before_it_is_whole() {
    let (_place, station) = desk();
    let path = station.at("req").join(request_name("slow"));
    write_in_place(&path, Request::taro().xml().as_bytes(), 8, || {
        // Each piece is seen by the station before the next one comes.
        let life = until("the file to be seen", || {
            let files = station.get("/control/v1/files").ok();
            files.as_array().unwrap().iter().find(|file| file["name"] == request_name("slow")).cloned()
        });
        let steps = life["life"].as_array().unwrap();
        assert!(steps.iter().all(|step| step["life"] == "arrived"), "taken half-written: {life:#}");
    });
    assert_is_taro(&xml::parse(&station.file(&format!("res/{}", answer_name("slow")))));
    assert!(!station.at("res").join("OQSsiquc01req_slow.err").exists());
}

#[test]
fn fifty_careless_writers_at_once_are_each_answered_once_and_whole() {
    let (_place, station) = desk();
    std::thread::scope(|scope| {
        for writer in 0..5 {
            let station = &station;
            scope.spawn(move || {
                for i in 0..10 {
                    let free = format!("{writer}{i}");
                    let request = Request { identifier: free.clone(), ..Request::taro() };
                    let path = station.at("req").join(request_name(&free));
                    write_in_place(&path, request.xml().as_bytes(), 3, std::thread::yield_now);
                }
            });
        }
    });
    until("fifty answers", || (station.names("res").len() >= 50).then_some(()));
    let answers = station.names("res");
    assert_eq!(answers.len(), 50, "{answers:?}");
    for name in answers {
        let answer = xml::read(&station.at("res").join(&name));
        assert_is_taro(&answer);
        assert_eq!(answer_name(answer.value("ArbitraryFileIdentifier").unwrap()), name);
    }
    assert!(station.names("req").is_empty());
}

#[test]
fn temporary_dot_and_foreign_files_are_left_alone_byte_by_byte() {
    let (_place, station) = desk();
    let request = Request::taro().xml();
    let names = [
        "OQSsiquc01req_1.xml.tmp",
        "OQSsiquc01req_2.tmp",
        ".OQSsiquc01req_3.xml",
        ".receptionagent-0123456789abcdef.tmp",
        "OQSsiquc01res_4.xml",
        "memo.txt",
        "OQSsiquc01req_5.pdf",
        "request.xml",
        "Thumbs.db",
        "OQSsiquc01req_6.xml.bak",
    ];
    for name in names {
        fs::write(station.at("req").join(name), &request).unwrap();
    }
    fs::create_dir(station.at("req").join("OQSsiquc01req_7.xml")).unwrap();
    // The one after them is answered: by then the others were looked at.
    assert_is_taro(&ask(&station, "last", request.as_bytes()));
    for name in names {
        assert_eq!(fs::read_to_string(station.at("req").join(name)).unwrap(), request, "{name}");
    }
    assert!(station.at("req").join("OQSsiquc01req_7.xml").is_dir());
    assert_eq!(station.names("res"), [answer_name("last")]);
    let left = until("the remark on a name that is nearly right", || {
        let files = station.get("/control/v1/files").ok();
        files.as_array().unwrap().iter().find(|file| file["name"] == "OQSsiquc01req_5.pdf").cloned()
    });
    assert!(left["life"].to_string().contains("left-alone"), "{left}");
    assert!(left["note"].is_string(), "{left}");
}

#[test]
fn a_name_asked_again_replaces_its_old_answer() {
    let (_place, station) = desk();
    assert_is_taro(&ask(&station, "again", Request::taro().xml().as_bytes()));
    let nobody = Request { number: "987654".into(), ..Request::taro() };
    drop_in(&station, &request_name("again"), nobody.xml().as_bytes());
    let path = station.at("res").join(answer_name("again"));
    until("the new answer", || (xml::read(&path).value("QualificationValidity") == Some("4")).then_some(()));
    let files = station.get("/control/v1/files").ok();
    let lives: Vec<String> = files.as_array().unwrap().iter().map(|file| file["life"].to_string()).collect();
    assert!(lives.iter().any(|life| life.contains("replaced")), "{lives:?}");
}

#[test]
fn an_answer_that_was_fetched_is_told_as_collected() {
    let (_place, station) = desk();
    ask(&station, "1", Request::taro().xml().as_bytes());
    fs::remove_file(station.at("res").join(answer_name("1"))).unwrap();
    until("collected", || {
        let files = station.get("/control/v1/files").ok();
        let answer = files.as_array().unwrap().iter().find(|file| file["name"] == answer_name("1"))?.clone();
        answer["life"].to_string().contains("collected").then_some(())
    });
}

/// From the request's rename to the moment its answer can be seen.
fn time_to_answer(station: &Station, free: &str) -> Duration {
    drop_in(station, &request_name(free), Request::taro().xml().as_bytes());
    let start = Instant::now();
    let path = station.at("res").join(answer_name(free));
    until("the answer", || path.exists().then(|| start.elapsed()))
}

#[test]
fn at_pace_instant_an_answer_takes_milliseconds() {
    let (_place, station) = desk();
    time_to_answer(&station, "warm");
    let best = (0..10).map(|i| time_to_answer(&station, &i.to_string())).min().unwrap();
    assert!(best < Duration::from_millis(100), "{best:?} in a debug build");
}

#[test]
fn at_pace_brisk_an_answer_appears_one_second_after_its_request() {
    let place = Place::new();
    let station = place.open_at_pace("brisk", &[]);
    let took = time_to_answer(&station, "1");
    assert!((950..2_000).contains(&took.as_millis()), "{took:?}");
    let first = Instant::now();
    for i in 0..20 {
        drop_in(&station, &request_name(&format!("b{i}")), Request::taro().xml().as_bytes());
    }
    until("twenty more", || (station.names("res").len() == 21).then_some(()));
    assert!(first.elapsed() < Duration::from_secs(4), "answers waited for each other: {:?}", first.elapsed());
}

#[test]
fn without_a_pace_the_station_is_brisk() {
    let place = Place::new();
    place.write("madoguchi.toml", "[[terminal]]\nfolder = \"oqs\"\n");
    let mut command = crate::desk::madoguchi(place.path(), &["run", "--headless", "--control", "127.0.0.1:0"]);
    command.env("MADOGUCHI_STATION_SEED", "4");
    let station = Station::start(place.path(), command);
    let summary = station.get("/control/v1/station").ok();
    assert_eq!((&summary["pace"], &summary["seed"]), (&json!("brisk"), &json!(4)));
}
