//! Model files: what a vendor writes, and what is said when a name in it is wrong.

use super::*;
use crate::face_reader::event::{CardSighting, Event, Reply};
use crate::face_reader::settings::ReaderSettings;

const HEAD: &str = "title = { ja = \"窓口\", en = \"desk\" }\nbase = \"standard\"\n";

fn refused(text: &str) -> String {
    Model::parse("mine.toml", &format!("{HEAD}{text}")).unwrap_err().to_string()
}

#[test]
fn every_shipped_model_loads_and_an_unknown_one_is_refused_with_the_names() {
    for name in SHIPPED {
        assert_eq!(Model::shipped(name).unwrap().name, name);
    }
    let error = Model::shipped("standart").unwrap_err().to_string();
    assert!(error.contains("standart") && error.contains("reception"), "{error}");
}

#[test]
fn a_model_states_only_what_differs_from_its_base() {
    let text = format!(
        "{HEAD}face_attempts = 1\n[screens.subsidy]\ntitle = {{ ja = \"使う？\", en = \"use?\" }}\n[screens.subsidy.buttons]\nagree = {{ ja = \"はい\", en = \"yes\" }}\nrefuse = {{ ja = \"いいえ\", en = \"no\" }}\n"
    );
    let model = Model::parse("mine.toml", &text).unwrap();
    let standard = Model::shipped("standard").unwrap();
    assert_eq!(model.face_attempts, 1);
    assert_eq!(model.screens["subsidy"].title.ja, "使う？");
    assert_eq!(model.screens["prescription"], standard.screens["prescription"]);
}

#[test]
fn a_slip_in_a_model_file_is_named_with_file_place_and_nearest_right_name() {
    let screen = refused("[screens.subsidi]\ntitle = { ja = \"a\", en = \"b\" }\n");
    assert!(screen.contains("mine.toml") && screen.contains("subsidi") && screen.contains("mean subsidy?"), "{screen}");
    let notice = refused("[notices]\nalram = []\n");
    assert!(notice.contains("mean alarm?"), "{notice}");
    let place = refused("[notices]\nalarm = [{ ja = \"{tries}\", en = \"b\" }]\n");
    assert!(place.contains("notices.alarm") && place.contains("tries"), "{place}");
    let button = refused("[screens.result]\ntitle = { ja = \"a\", en = \"b\" }\n");
    assert!(button.contains("screens.result.buttons.next"), "{button}");
    let zero = refused("face_attempts = 0\n");
    assert!(zero.contains("face_attempts"), "{zero}");
    let key = refused("colour = \"red\"\n");
    assert!(key.contains("mine.toml") && key.contains("mine.toml:3: colour"), "{key}");
    let base = Model::parse("mine.toml", "title = { ja = \"a\", en = \"b\" }").unwrap_err().to_string();
    assert!(base.contains("face_attempts"), "{base}");
}

#[test]
fn a_screen_travels_as_json_with_buttons_that_can_be_sent_back() {
    let mut reader = Dialogue::new(ReaderSettings::default(), Model::shipped("standard").unwrap());
    reader.step(Event::CardPlaced);
    reader.step(Event::Reply(reader.ticket(), Reply::CardRead(CardSighting::new(Medium::Card))));
    let screen = serde_json::to_value(reader.screen()).unwrap();
    assert_eq!(screen["name"], "method-select");
    assert_eq!(screen["buttons"][0]["touch"], "choose-face");
    let touch: Touch = serde_json::from_str(r#"{"touch":"answer","question":"operation","agree":true}"#).unwrap();
    assert_eq!(touch, Touch::Answer { question: Question::Operation, agree: true });
}

#[test]
fn a_date_that_is_none_is_shown_as_it_is() {
    assert_eq!(date("20270131", ["年", "月", "日"]), "2027年01月31日");
    assert_eq!(date("無期限", ["-", "-", ""]), "無期限");
}
