//! The text screen of a station that runs elsewhere: in a pseudo-terminal, over the control API, and nothing else.
#![cfg(target_os = "linux")]

#[allow(dead_code, reason = "shared with the tests of the station")]
#[path = "station/desk.rs"]
mod desk;
#[path = "tui_pty/pty.rs"]
mod pty;

use std::fs;

use desk::{Place, Station, madoguchi, until};
use pty::Tty;

/// A screen on `station`, from a folder that has nothing of it.
struct Screen {
    _elsewhere: tempfile::TempDir,
    tty: Tty,
}

impl Screen {
    fn on(station: &Station, more: &[&str]) -> Self {
        let elsewhere = tempfile::tempdir().unwrap();
        let arguments = [&["attach", "--station", &station.url], more].concat();
        let tty = Tty::start(env!("CARGO_BIN_EXE_madoguchi"), &arguments, elsewhere.path()).unwrap();
        let mut screen = Self { _elsewhere: elsewhere, tty };
        screen.tty.sees("窓口　太郎");
        screen
    }
}

#[test]
fn a_key_on_an_attached_screen_makes_a_visit_whose_file_can_be_looked_into_and_the_station_outlives_the_screen() {
    let place = Place::new();
    let station = place.open(&[]);
    let mut screen = Screen::on(&station, &[]);
    screen.tty.type_keys(b"1").unwrap();
    screen.tty.sees("OQSsiquc01res_face_");
    assert_eq!(station.names("face").len(), 1);
    // The panel of files, its newest file, and what its elements are called.
    screen.tty.type_keys(b"\t\t\r").unwrap();
    screen.tty.sees("照会区分: マイナンバーカード");
    screen.tty.type_keys(b"qq").unwrap();
    until("the end of the screen", || screen.tty.child.try_wait().unwrap());
    assert_eq!(station.get("/healthz").status, 200);
}

#[test]
fn two_screens_of_one_station_show_what_either_does() {
    let place = Place::new();
    let station = place.open(&[]);
    let (mut first, mut second) = (Screen::on(&station, &[]), Screen::on(&station, &[]));
    first.tty.type_keys(b"2").unwrap();
    first.tty.sees("試験　花子");
    second.tty.sees("PMHsimsm01res_");
}

#[test]
fn a_file_of_ones_own_is_chosen_from_the_attached_screen() {
    let place = Place::new();
    place.write("madoguchi.toml", "[[terminal]]\nfolder = \"oqs\"\nanswers = \"own\"\n");
    fs::create_dir(place.path().join("own")).unwrap();
    let mine = "<XmlMsg><MessageHeader><SegmentOfResult>1</SegmentOfResult></MessageHeader><MessageBody><ResultList>\
                <Name>持参　花子</Name></ResultList></MessageBody></XmlMsg>";
    fs::write(place.path().join("own/mine.xml"), mine).unwrap();
    let station = place.open(&[]);
    let mut screen = Screen::on(&station, &[]);
    screen.tty.type_keys(b"x").unwrap();
    screen.tty.sees("持参　花子");
    screen.tty.type_keys(b"\r").unwrap();
    screen.tty.sees("手持ちXML mine.xml");
}

#[test]
fn a_station_that_goes_away_is_told_and_shown_again_when_it_is_back() {
    let place = Place::new();
    let station = place.open(&[]);
    let address = station.url.trim_start_matches("http://").to_owned();
    let mut screen = Screen::on(&station, &[]);
    station.kill();
    screen.tty.sees("接続できません");
    let back = place.open(&["--control", &address]);
    screen.tty.sees_no_more("接続できません");
    screen.tty.type_keys(b"1").unwrap();
    until("the file of the visit", || (back.names("face").len() == 1).then_some(()));
}

#[test]
fn a_token_is_needed_where_the_station_demands_one_and_a_screen_needs_a_terminal() {
    let place = Place::new();
    let station = place.open(&["--token", "open sesame"]);
    let run = |args: &[&str]| desk::Said::from(madoguchi(place.path(), args).output().unwrap());
    let without = run(&["attach", "--station", &station.url]);
    assert_eq!(without.code, 2, "{}", without.err);
    assert!(without.err.contains("--token"), "{}", without.err);
    let piped = run(&["attach", "--station", &station.url, "--token", "open sesame"]);
    assert_eq!(piped.code, 2, "{}", piped.err);
    assert!(piped.err.contains("端末"), "{}", piped.err);
    Screen::on(&station, &["--token", "open sesame"]);
    let nobody = run(&["attach", "--station", "127.0.0.1:9"]);
    assert_eq!(nobody.code, 3, "{}", nobody.err);
}

#[test]
fn only_files_that_went_through_the_folders_are_given_to_an_attached_screen() {
    let place = Place::new();
    let station = place.open(&[]);
    place.write("secret.txt", "x");
    for path in [place.path().join("secret.txt"), "/etc/hostname".into(), station.at("req/../../secret.txt")] {
        let reply = station.get(&format!("/control/v1/files/content?path={}", path.display()));
        assert_eq!(reply.status, 404, "{}", path.display());
    }
}
