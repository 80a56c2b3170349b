//! The machine dies, a folder is away: the next start, or the folder's return, finishes what was begun.

use std::fs;

use serde_json::json;

use super::desk::{Place, names};
use super::machine::{EXISTING_TERMINAL, Machine, PATTERN_2, beside_the_existing_terminal};

#[test]
fn what_came_while_the_machine_was_down_goes_on_at_its_next_start_and_receives_nobody() {
    let (place, station, machine) = beside_the_existing_terminal(&[]);
    machine.touch("my-number-card");
    machine.process.kill();
    station.visit_as(&json!({ "person": "ichiro", "reader": 2 }));
    let machine = Machine::start(place.path(), &PATTERN_2);
    machine.moved("saikai/face", "oqs/face", 1);
    assert_eq!(machine.screen()["screen"], "welcome");
    assert_eq!(machine.get("/reception/v1/receptions").ok(), json!([]));
}

#[test]
fn a_folder_of_the_rececon_that_is_away_takes_the_machine_out_of_service_and_nothing_is_lost_by_a_kill() {
    let place = Place::new();
    place.write("madoguchi.toml", EXISTING_TERMINAL);
    let station = place.open(&[]);
    // A share: no terminal of ours makes it again.
    fs::create_dir_all(place.path().join("share/face")).unwrap();
    let args = ["--pattern", "2", "--from", "saikai/face", "--to", "share"];
    let machine = Machine::start(place.path(), &args);
    machine.touch("my-number-card");
    station.visit_as(&json!({ "person": "ichiro", "reader": 2 }));
    machine.shows("received");
    machine.moved("saikai/face", "share/face", 1);
    machine.touch("finish");
    fs::rename(place.path().join("share"), place.path().join("away")).unwrap();
    machine.shows("out-of-service");
    machine.tells("に届きません");
    assert_eq!(machine.send(&json!({ "event": "my-number-card" })).status, 409);
    station.visit_as(&json!({ "person": "bango", "reader": 2 }));
    machine.process.kill();
    let machine = Machine::start(place.path(), &args);
    machine.shows("out-of-service");
    let waiting = names(&place.path().join("saikai/face"));
    assert_eq!(waiting.iter().filter(|name| !name.starts_with('.')).count(), 1, "it waits: {waiting:?}");
    fs::rename(place.path().join("away"), place.path().join("share")).unwrap();
    machine.shows("welcome");
    machine.moved("saikai/face", "share/face", 2);
}

#[test]
fn a_copy_that_a_killed_machine_left_half_is_made_anew_and_one_that_was_placed_is_not_brought_again() {
    let (place, station, machine) = beside_the_existing_terminal(&[]);
    station.visit_as(&json!({ "person": "ichiro", "reader": 2 }));
    let first = machine.moved("saikai/face", "oqs/face", 1).remove(0);
    machine.process.kill();
    let beside = place.path().join("oqs/.madoguchi-reception/face");
    let number = fs::read_to_string(beside.join("mark")).unwrap();
    // Placed and fetched, and then the machine died: its record is there still.
    fs::remove_file(place.path().join("oqs/face").join(&first)).unwrap();
    let record = place.path().join("saikai/face/.madoguchi-reception").join(format!("moved.{number}.{first}"));
    fs::write(&record, "the result").unwrap();
    // And this one it was copying.
    station.visit_as(&json!({ "person": "bango", "reader": 2 }));
    let waiting = names(&place.path().join("saikai/face")).into_iter().find(|name| !name.starts_with('.')).unwrap();
    let whole = fs::read(place.path().join("saikai/face").join(&waiting)).unwrap();
    fs::write(beside.join(format!(".{waiting}.part")), &whole[..whole.len() / 2]).unwrap();
    let machine = Machine::start(place.path(), &PATTERN_2);
    assert_eq!(machine.moved("saikai/face", "oqs/face", 1), std::slice::from_ref(&waiting));
    assert_eq!(fs::read(place.path().join("oqs/face").join(&waiting)).unwrap(), whole);
    super::desk::until("the record to be forgotten", || (!record.exists()).then_some(()));
}
