//! The machine's page in a real browser, as a patient touches it.

use serde_json::json;

use super::browser::Browser;
use super::machine::{Machine, beside_the_existing_terminal};

fn page(machine: &Machine) -> Browser {
    let mut browser = Browser::open();
    browser.go(&machine.url);
    browser.wait("the first screen", "document.getElementById('title').textContent !== ''");
    browser
}

fn shows(browser: &mut Browser, title: &str) {
    browser.wait(title, &format!("document.getElementById('title').textContent === '{title}'"));
}

#[test]
fn a_patient_checks_in_by_touch_and_the_slip_comes_out() {
    let (_place, station, machine) = beside_the_existing_terminal(&[]);
    let mut browser = page(&machine);
    shows(&mut browser, "どちらのカードをお持ちですか？");
    browser.press("#buttons", "マイナンバーカード");
    shows(&mut browser, "顔認証付きカードリーダーにマイナンバーカードをかざしてください");
    station.visit_as(&json!({ "person": "ichiro", "reader": 2 }));
    shows(&mut browser, "予約を確認しました");
    browser.wait("where to go", "document.getElementById('appointments').textContent.includes('A棟1階2番窓口')");
    browser.wait("the slip", "document.getElementById('slip').naturalWidth > 600");
    browser.press("#buttons", "終わる");
    shows(&mut browser, "どちらのカードをお持ちですか？");
    browser.wait("no slip of somebody else", "document.getElementById('slip').hidden");
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

#[test]
fn the_page_speaks_the_other_language_and_takes_a_patient_card() {
    let (_place, _station, machine) = beside_the_existing_terminal(&[]);
    let mut browser = page(&machine);
    browser.touch("#lang");
    shows(&mut browser, "Which card do you have?");
    browser.press("#buttons", "Patient card");
    shows(&mut browser, "Insert your patient card");
    browser.run("document.getElementById('number').value = '0000777'");
    browser.touch("#insert");
    shows(&mut browser, "Your appointment is confirmed");
}
