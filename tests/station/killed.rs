//! `kill -9` in the middle of the work, and the next start in the same folder.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};

use crate::desk::{Place, Station, madoguchi, names, until, within};
use crate::rececon::{Request, answer_name, request_name};
use crate::xml;

const BURST: usize = 50;

/// What a client does: takes the answers away and reads them whole. They are moved before they are read: on Windows a file that is removed
/// while anybody still holds it is listed until that lets go, and would be counted twice.
fn collect(res: &Path) -> BTreeSet<String> {
    let fetched = tempfile::tempdir_in(res.parent().unwrap()).unwrap();
    let taken = |name: &String| fs::rename(res.join(name), fetched.path().join(name)).is_ok();
    let answers = names(res).into_iter().filter(|name| name.starts_with("OQSsiquc01res_")).filter(taken);
    answers
        .inspect(|name| {
            let answer = xml::read(&fetched.path().join(name));
            assert_eq!(answer_name(answer.value("ArbitraryFileIdentifier").unwrap()), *name);
        })
        .collect()
}

/// Files that the station still keeps for itself.
fn in_work(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    // What is kept is done with.
    for name in names(folder).iter().filter(|name| !name.starts_with("lock") && *name != "kept") {
        let path = folder.join(name);
        if path.is_dir() { found.extend(in_work(&path)) } else { found.push(path) }
    }
    found
}

/// A レセコン that goes on dropping requests in, whether the station lives or not.
fn burst(req: &Path) {
    for i in 0..BURST {
        let free = format!("2026112100{i:02}");
        let request = Request { identifier: free.clone(), ..Request::taro() };
        let beside = req.join(format!("{free}.tmp"));
        fs::write(&beside, request.xml()).unwrap();
        fs::rename(beside, req.join(request_name(&free))).unwrap();
    }
}

#[test]
fn every_request_of_a_burst_is_answered_exactly_once_whenever_the_station_is_killed() {
    for answers in [1, 8, 25, 45] {
        let place = Place::new();
        let station = place.open(&[]);
        let (req, res, work) = (station.at("req"), station.at("res"), station.at(".madoguchi"));
        let before = std::thread::scope(|scope| {
            scope.spawn(|| burst(&req));
            until("the first answers", || (names(&res).len() >= answers).then_some(()));
            let before = collect(&res);
            station.kill();
            before
        });
        let _station = place.open(&[]);
        let mut after = BTreeSet::new();
        until("the rest of the answers", || {
            for name in collect(&res) {
                assert!(!before.contains(&name), "{name} was answered before the kill and again after it");
                assert!(after.insert(name.clone()), "{name} was answered twice");
            }
            (before.len() + after.len() >= BURST).then_some(())
        });
        until("an empty work folder", || in_work(&work).is_empty().then_some(()));
        assert!(names(&req).is_empty() && names(&res).is_empty(), "something was answered once more");
    }
}

/// The face files, each read whole, with the subsidy document that each announces.
fn announced(face: &Path) -> Vec<String> {
    let documents = names(face).into_iter().map(|name| xml::read(&face.join(name)));
    documents.filter_map(|document| document.value("RequestPmhFileName").map(str::to_owned)).collect()
}

/// Is what `request` announced there, as document or as `.err`?
fn is_kept(res: &Path, request: &str) -> bool {
    let document = res.join(request.replacen("PMHsimsm01req_", "PMHsimsm01res_", 1));
    if document.exists() {
        assert!(!xml::read(&document).all("CertificationName").is_empty());
    }
    document.exists() || res.join(format!("{request}.err")).exists()
}

/// A station with two readers whose subsidy documents come so many milliseconds after their face files.
fn desk(place: &Place, pmh_delay: u32) -> Station {
    place.write(
        "madoguchi.toml",
        format!("[[terminal]]\nfolder = \"oqs\"\npmh_delay = {pmh_delay}\n[[reader]]\n[[reader]]\n"),
    );
    place.open(&[])
}

#[test]
fn a_promised_subsidy_document_comes_although_the_station_was_killed_between_the_two_files() {
    let place = Place::new();
    let station = desk(&place, 600_000);
    let (face, res) = (station.at("face"), station.at("res"));
    place_in_the_background(&station, "hanako");
    let request = until("the face file", || announced(&face).pop());
    assert!(!is_kept(&res, &request), "it was to come ten minutes later");
    station.kill();
    let _station = desk(&place, 0);
    within(Duration::from_secs(10), "the subsidy document that the face file announces", || {
        is_kept(&res, &request).then_some(())
    });
    assert_eq!(names(&face).len(), 1, "the face file came once");
}

/// Lays the card down without waiting for the end of the visit.
fn place_in_the_background(station: &Station, person: &str) {
    let event = json!({ "event": "card-placed", "person": person, "auto_pilot": true });
    station.post("/control/v1/readers/1/events", &event).ok();
}

#[test]
fn visits_that_were_killed_leave_whole_files_and_no_broken_promise() {
    for files in [1, 5, 9] {
        let place = Place::new();
        let station = desk(&place, 30);
        let (face, res) = (station.at("face"), station.at("res"));
        let mut taps: Vec<_> = ["1", "2"]
            .iter()
            .flat_map(|reader| (0..6).map(move |_| *reader))
            .map(|reader| {
                let mut tap = madoguchi(place.path(), &["tap", "nanbyo", "--reader", reader]);
                tap.env("MADOGUCHI_STATION", &station.url);
                tap
            })
            .collect();
        std::thread::scope(|scope| {
            for taps in taps.chunks_mut(6) {
                // A tap in vain is the point of the exercise.
                scope.spawn(|| taps.iter_mut().for_each(|tap| drop(tap.output().unwrap())));
            }
            until("some face files", || (names(&face).len() >= files).then_some(()));
            station.kill();
        });
        let station = desk(&place, 0);
        let requests = announced(&face);
        assert!(requests.len() >= files);
        until("every announced subsidy document", || requests.iter().all(|r| is_kept(&res, r)).then_some(()));
        let report: Value = station.visit("hanako");
        assert_eq!(report["outcome"], "valid", "and the day goes on");
    }
}

#[cfg(unix)]
#[test]
fn a_station_that_is_told_to_end_finishes_what_it_began_and_keeps_its_state() {
    let place = Place::new();
    let station = place.open(&["--state", "state"]);
    assert_eq!(station.visit_as(&json!({ "person": "taro", "pin": "0000" }))["outcome"], "pin-failed");
    assert_eq!(station.process.terminate(), 0);
    assert!(place.path().join("state").join("cards.json").exists());
    let station = place.open(&["--state", "state"]);
    for outcome in ["pin-failed", "pin-locked"] {
        assert_eq!(station.visit_as(&json!({ "person": "taro", "pin": "0000" }))["outcome"], outcome);
    }
    drop(station);
    let forgetful = place.open(&[]);
    assert_eq!(forgetful.visit_as(&json!({ "person": "taro", "pin": "1234" }))["outcome"], "valid");
}
