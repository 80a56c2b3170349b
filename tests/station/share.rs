//! The folders over the network, as in a clinic: the terminal shares its root, the レセコン comes over SMB. Each rule holds where events
//! wake the terminal, and where it looks at intervals because its folder is a network drive itself and sends none.

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::desk::{Place, Station, names, until};
use crate::rececon::{Request, answer_name, request_name};
use crate::smb::{Put, Share};
use crate::xml;

/// Woken by events, and polling.
const WAYS: [&str; 2] = ["", "poll = 30\n"];

/// Runs a rule in both ways.
fn both(rule: impl Fn(&Station, &Share)) {
    for way in WAYS {
        let place = Place::new();
        place.write("madoguchi.toml", format!("[[terminal]]\nfolder = \"oqs\"\n{way}"));
        let station = place.open(&[]);
        let share = Share::of(&station.at(""));
        rule(&station, &share);
    }
}

fn numbered(identifier: &str) -> Request {
    Request { identifier: identifier.into(), ..Request::taro() }
}

/// Waits for an answer as the client sees it.
#[track_caller]
fn fetch(share: &Share, name: &str) -> xml::Element {
    xml::parse(&until(name, || share.get(&format!("res\\{name}"))))
}

fn identifier(answer: &xml::Element) -> &str {
    answer.value("ArbitraryFileIdentifier").unwrap()
}

#[test]
fn a_request_that_is_put_in_place_or_renamed_is_answered_and_its_answer_fetched_and_deleted() {
    both(|station, share| {
        for (free, manner) in [("1", Put::InPlace), ("2", Put::Renamed)] {
            share.put(&request_name(free), numbered(free).xml().as_bytes(), manner);
            let answer = fetch(share, &answer_name(free));
            assert_eq!((identifier(&answer), answer.value("Name")), (free, Some("窓口　太郎")));
            share.does(&format!("del res\\{}", answer_name(free)));
            assert!(share.names("res").is_empty() && share.names("req").is_empty(), "{manner:?}");
            until("the collection to be told", || {
                let files = station.get("/control/v1/files").ok();
                let answer = files.as_array().unwrap().iter().find(|file| file["name"] == answer_name(free))?.clone();
                answer["life"].to_string().contains("collected").then_some(())
            });
        }
    });
}

#[test]
fn a_request_of_megabytes_is_not_taken_before_the_network_has_brought_all_of_it() {
    both(|station, share| {
        let long =
            Request::taro().xml().replace("<MessageBody>", &format!("<!--{}--><MessageBody>", "長".repeat(1 << 20)));
        share.put(&request_name("long"), long.as_bytes(), Put::InPlace);
        fetch(share, &answer_name("long"));
        assert_eq!(station.names("res"), [answer_name("long")], "and no .err");
    });
}

#[test]
fn an_answer_that_a_client_has_open_is_replaced_and_the_client_reads_the_old_one_to_its_end() {
    both(|station, share| {
        share.put(&request_name("1"), numbered("old").xml().as_bytes(), Put::Renamed);
        fetch(share, &answer_name("1"));
        let old = fs::read(station.at("res").join(answer_name("1"))).unwrap();
        let held = share.hold(&format!("res\\{}", answer_name("1")));
        share.put(&request_name("1"), numbered("new").xml().as_bytes(), Put::Renamed);
        until("the new answer", || (identifier(&fetch(share, &answer_name("1"))) == "new").then_some(()));
        assert!(held.read() == old, "what was open changed under its reader");
    });
}

#[test]
fn an_answer_that_one_client_reads_is_deleted_by_another_afterwards_and_comes_anew_when_it_is_asked_again() {
    both(|_, share| {
        let name = answer_name("1");
        share.put(&request_name("1"), numbered("old").xml().as_bytes(), Put::Renamed);
        fetch(share, &name);
        let held = share.hold(&format!("res\\{name}"));
        let refused = share.says(&format!("del res\\{name}"));
        assert!(refused.contains("NT_STATUS_SHARING_VIOLATION"), "{refused}");
        assert_eq!(identifier(&xml::parse(&held.read())), "old");
        share.does(&format!("del res\\{name}"));
        assert!(share.names("res").is_empty());
        share.put(&request_name("1"), numbered("new").xml().as_bytes(), Put::InPlace);
        assert_eq!(identifier(&fetch(share, &name)), "new");
    });
}

#[test]
fn no_client_on_the_network_sees_part_of_an_answer_however_often_it_looks() {
    both(|station, share| {
        let done = AtomicBool::new(false);
        let seen = std::thread::scope(|scope| {
            let client = scope.spawn(|| {
                let mut seen = Vec::new();
                while !done.load(Ordering::Relaxed) {
                    seen.extend(share.get_all("res"));
                }
                seen
            });
            // Forty names, each asked three times: new answers, and answers in the place of old ones.
            for round in 0..3 {
                for i in 0..40 {
                    let bytes = numbered(&format!("{round}-{i}")).xml();
                    fs::write(station.at("req").join("next.tmp"), bytes).unwrap();
                    fs::rename(
                        station.at("req").join("next.tmp"),
                        station.at("req").join(request_name(&i.to_string())),
                    )
                    .unwrap();
                }
                until("forty answers of this round", || {
                    let res = station.at("res");
                    let of_this_round = |name: &String| {
                        let text = fs::read_to_string(res.join(name)).unwrap_or_default();
                        text.contains(&format!("<ArbitraryFileIdentifier>{round}-"))
                    };
                    (names(&res).iter().filter(|name| of_this_round(name)).count() == 40).then_some(())
                });
            }
            done.store(true, Ordering::Relaxed);
            client.join().unwrap()
        });
        assert!(seen.len() >= 40, "{} answers seen", seen.len());
        for bytes in seen {
            assert_eq!(xml::parse(&bytes).value("QualificationValidity"), Some("1"));
        }
    });
}

#[test]
fn a_request_in_other_letters_is_answered_under_the_spelling_of_the_catalogue() {
    both(|station, share| {
        // The folder is called `req`, and a client may call it otherwise.
        share.does("cd REQ; ls");
        share.put("oqssiquc01REQ_202611210001.XML", numbered("1").xml().as_bytes(), Put::Renamed);
        assert_eq!(identifier(&fetch(share, "OQSsiquc01res_202611210001.XML")), "1");
        assert_eq!(identifier(&xml::parse(&share.get("RES\\oqssiquc01RES_202611210001.xml").unwrap())), "1");
        assert_eq!(station.names("res"), ["OQSsiquc01res_202611210001.XML"]);
    });
}

#[test]
fn requests_that_differ_in_letter_case_only_are_all_answered() {
    both(|station, share| {
        // Their writer on the network has one file at a time: the next one is written when the last one was taken.
        for name in ["OQSsiquc01req_ab.xml", "OQSsiquc01REQ_AB.xml", "oqssiquc01req_ab.xml"] {
            share.put(name, numbered(name).xml().as_bytes(), Put::Renamed);
            until("the request to be taken", || share.names("req").is_empty().then_some(()));
        }
        until("the last answer", || {
            (identifier(&fetch(share, &answer_name("ab"))) == "oqssiquc01req_ab.xml").then_some(())
        });
        assert_eq!(identifier(&fetch(share, &answer_name("AB"))), "OQSsiquc01REQ_AB.xml");
        let files = station.get("/control/v1/files").ok();
        let answered = files.as_array().unwrap().iter().filter(|file| file["life"].to_string().contains("answered"));
        assert_eq!(answered.count(), 3, "{files:#}");
    });
}

#[test]
fn a_refused_request_comes_back_over_the_network_with_its_err() {
    both(|_, share| {
        share.put(&request_name("1"), b"<XmlMsg></XmlMsg>", Put::InPlace);
        let err = until("the .err", || share.get("res\\OQSsiquc01req_1.err"));
        assert!(err.starts_with(b"MDG-"), "{}", String::from_utf8_lossy(&err));
        assert_eq!(until("the request", || share.get("res\\OQSsiquc01req_1.xml")), b"<XmlMsg></XmlMsg>");
    });
}

#[test]
fn the_files_of_a_visit_are_fetched_and_deleted_over_the_network() {
    both(|station, share| {
        let report = station.visit("hanako");
        for (key, folder) in [("face", "face"), ("pmh", "res")] {
            let path = station.path(&report["files"][key]);
            let below = format!("{folder}\\{}", path.file_name().unwrap().to_str().unwrap());
            assert_eq!(share.get(&below).unwrap(), fs::read(&path).unwrap());
            share.does(&format!("del {below}"));
            assert!(!path.exists());
        }
    });
}
