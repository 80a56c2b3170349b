//! Pages in a real browser: what a visitor of a demo station touches, and what the station makes of it; the desk of the sample レセコン.

#![cfg(target_os = "linux")]

#[path = "touch/browser.rs"]
mod browser;
#[allow(dead_code, reason = "shared with the tests of the station")]
#[path = "station/desk.rs"]
mod desk;
#[path = "touch/rececon.rs"]
mod rececon;

use std::fs;

use browser::Browser;
use desk::{Place, Station, until};
use serde_json::json;

/// The page of reader 1 in Japanese, once it shows the station's screen.
fn page(station: &Station, after: &str) -> Browser {
    let mut browser = Browser::open();
    browser.go(&format!("{}/touch{after}", station.url));
    browser.wait("the first screen", "document.getElementById('title').textContent !== ''");
    browser
}

fn shows(browser: &mut Browser, title: &str) {
    browser.wait(title, &format!("document.getElementById('title').textContent === '{title}'"));
}

fn put_down(browser: &mut Browser, name: &str) {
    browser.touch("#put");
    browser.press("#people", name);
}

#[test]
fn a_visit_by_touch_from_card_to_card_writes_the_files_of_the_visit() {
    let place = Place::new();
    let station = place.open(&[]);
    let mut browser = page(&station, "");
    shows(&mut browser, "マイナンバーカードを置いてください");
    put_down(&mut browser, "試験　花子");
    browser.press("#buttons", "暗証番号");
    for digit in ["1", "2", "3", "4", "確定"] {
        browser.press("#pad", digit);
    }
    browser.press("#buttons", "全て同意する");
    browser.press("#buttons", "利用する");
    browser.press("#buttons", "紙の処方箋");
    browser.press("#buttons", "確認");
    shows(&mut browser, "カードをお取りください");
    browser.touch("#take");
    shows(&mut browser, "マイナンバーカードを置いてください");
    let names = |folder: &str| fs::read_dir(station.at(folder)).unwrap().count();
    until("face file and subsidy file", || (names("face") == 1 && names("res") == 1).then_some(()));
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

#[test]
fn the_page_follows_the_dialogue_whoever_drives_it_and_speaks_the_other_language_at_a_touch() {
    let place = Place::new();
    let station = place.open(&[]);
    let mut browser = page(&station, "/1");
    let event = json!({ "event": "card-placed", "person": "taro", "auto_pilot": false });
    station.post("/control/v1/readers/1/events", &event).ok();
    shows(&mut browser, "本人確認の方法を選んでください");
    browser.touch("#lang");
    shows(&mut browser, "How shall we confirm that it is you?");
    browser.touch("#lang");
    browser.press("#buttons", "顔認証");
    shows(&mut browser, "カメラを見てください");
    browser.touch("#face");
    browser.wait("the consents", "document.querySelectorAll('#buttons button').length === 3");
}

#[test]
fn a_wrong_pin_is_told_by_the_reader_and_the_digits_never_stand_on_the_page() {
    let place = Place::new();
    let station = place.open(&[]);
    let mut browser = page(&station, "");
    put_down(&mut browser, "窓口　太郎");
    browser.press("#buttons", "暗証番号");
    for digit in ["9", "8", "7"] {
        browser.press("#pad", digit);
    }
    assert_eq!(browser.run("document.querySelector('#pad output').textContent"), json!("●●●○"));
    for digit in ["6", "確定"] {
        browser.press("#pad", digit);
    }
    browser.wait("the tries left", "document.getElementById('lines').textContent.includes('2')");
    assert_eq!(browser.run("document.querySelector('#pad output').textContent"), json!("○○○○"));
}

#[test]
fn with_a_token_the_page_asks_for_it_and_works_with_it_behind_the_number_sign() {
    let place = Place::new();
    let station = place.open(&["--token", "geheim"]);
    let mut browser = Browser::open();
    browser.go(&format!("{}/touch/1", station.url));
    browser.wait("the question for the token", "document.getElementById('say').textContent.includes('#token=')");
    let mut browser = page(&station, "#token=geheim");
    put_down(&mut browser, "窓口　太郎");
    shows(&mut browser, "本人確認の方法を選んでください");
}

#[test]
fn a_reader_that_does_not_exist_and_a_station_that_ended_are_told() {
    let place = Place::new();
    let station = place.open(&[]);
    let mut browser = Browser::open();
    browser.go(&format!("{}/touch/7", station.url));
    browser.wait("that there is no reader 7", "document.getElementById('say').textContent.includes('7')");
    let mut browser = page(&station, "");
    station.kill();
    browser.wait("that the station is gone", "document.getElementById('say').textContent.includes('つながりません')");
}
