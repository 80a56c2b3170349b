//! What is registered outlives the hub, however it ends.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use crate::desk::{FROZEN, Place, Process, madoguchi, until};

const STORE: [&str; 2] = ["--store", "sqlite:hub.db"];
const FULL: &str = "/pmh/v0.0.1/medicalSubsidiesTargetPersons";

/// A hub of this file, and where municipalities register.
fn hub(place: &Path) -> (Process, String) {
    let listen = ["hub", "--listen", "127.0.0.1:0", "--registration", "127.0.0.1:0"];
    let (process, ready) =
        Process::start(madoguchi(place, &[&listen[..], &STORE].concat()), "madoguchi hub ready url=");
    (process, ready.split_once(" registration=http://").unwrap().1.to_owned())
}

fn generate(place: &Path, people: &str, seed: &str, file: &str) -> String {
    let made = ["municipality", "generate", "--people", people, "--generation", "v0.0.1", "--clock", "20261121093000"];
    let said = madoguchi(place, &[&made[..], &["--seed", seed, "--out", file]].concat()).output().unwrap();
    assert!(said.status.success());
    fs::read_to_string(place.join(file)).unwrap()
}

/// A registration as far as `part` of its body; the line stays open.
fn begin(address: &str, body: &str, part: usize) -> TcpStream {
    let mut line = TcpStream::connect(address).unwrap();
    let head = format!(
        "POST {FULL} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer demo\r\ncontent-type: application/json\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    line.write_all(head.as_bytes()).unwrap();
    line.write_all(&body.as_bytes()[..part]).unwrap();
    line
}

fn answered(mut line: TcpStream) -> Value {
    let mut answer = String::new();
    line.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
}

/// Registers, and gives how many certificates were new, known and ended.
fn register(address: &str, body: &str) -> [u64; 3] {
    let serial = answered(begin(address, body, body.len()))["serialNumber"].as_str().unwrap().to_owned();
    let url = format!("http://{address}/pmh/registrations/{serial}");
    let receipt: Value =
        ureq::get(url).header("authorization", "Bearer demo").call().unwrap().body_mut().read_json().unwrap();
    ["added", "kept", "ended"].map(|word| receipt["changes"][word].as_u64().unwrap())
}

#[test]
fn a_hub_that_is_killed_at_any_moment_of_a_registration_has_all_of_it_or_nothing() {
    let place = Place::new();
    let small = generate(place.path(), "100", "1", "small.json");
    let large = generate(place.path(), "9000", "2", "large.json");
    let count = |body: &str| serde_json::from_str::<Vec<Value>>(body).unwrap().len() as u64;
    let (few, many) = (count(&small), count(&large));
    let (first, address) = hub(place.path());
    assert_eq!(register(&address, &small), [few, 0, 0]);
    first.kill();
    let mut registered = 0;
    for (percent, later_ms) in [(1, 0), (40, 20), (90, 0), (100, 0), (100, 30), (100, 150), (100, 400), (100, 900)] {
        let (victim, address) = hub(place.path());
        let line = begin(&address, &large, large.len() * percent / 100);
        // Nothing is waited for: the moment itself is what differs.
        std::thread::sleep(Duration::from_millis(later_ms));
        victim.kill();
        drop(line);
        let (after, address) = hub(place.path());
        // What is there now is seen in what the small set changes.
        match register(&address, &small) {
            [0, kept, 0] => assert_eq!(kept, few, "as before it, {percent} %"),
            changed => {
                registered += 1;
                assert_eq!((changed, percent), ([few, 0, many], 100), "all of it, or nothing");
            }
        }
        after.kill();
    }
    println!("{registered} of 8 were registered before they were killed");
    let (_whole, address) = hub(place.path());
    assert_eq!(register(&address, &large), [many, 0, few], "and it goes on");
}

#[test]
fn a_station_that_starts_again_knows_who_was_registered_and_a_copy_knows_it_too() {
    let place = Place::new();
    let settings = |file: &str| {
        format!("[[terminal]]\nfolder = \"oqs\"\n[hub]\nstore = \"sqlite:{file}\"\nregistration = \"127.0.0.1:0\"\n")
    };
    place.write("madoguchi.toml", settings("hub.db"));
    let made = ["municipality", "generate", "--people", "50", "--seed", "1", "--clock", "20261121093000"];
    let said = madoguchi(place.path(), &[&made[..], &["--known", "--out", "rows.json"]].concat()).output().unwrap();
    assert!(said.status.success());
    let station = place.open(&["--clock", FROZEN]);
    let url = {
        let said = station.process.stderr.lock().unwrap().clone();
        said.lines().find_map(|line| line.strip_prefix("madoguchi registration=")).unwrap().to_owned()
    };
    let sync = ["municipality", "sync", "rows.json", "--hub", &url];
    assert!(madoguchi(place.path(), &sync).output().unwrap().status.success());
    let backup = ["hub", "backup", "copy.db", "--store", "sqlite:hub.db"];
    let copied = madoguchi(place.path(), &backup).output().unwrap();
    assert!(copied.status.success(), "{}", String::from_utf8_lossy(&copied.stderr));
    let second = madoguchi(place.path(), &["hub", "--listen", "127.0.0.1:0", STORE[0], STORE[1]]).output().unwrap();
    let told = String::from_utf8_lossy(&second.stderr).into_owned();
    assert!(second.status.code() == Some(3) && told.contains("(run, pid "), "one process has it: {told}");
    station.kill();

    for file in ["hub.db", "copy.db"] {
        place.write("madoguchi.toml", settings(file));
        let station = place.open(&["--clock", FROZEN]);
        let before = station.names("res").len();
        // Somebody of the counter whom only the municipality registered.
        let people = madoguchi::people::built_in(jiff::civil::date(2026, 11, 21)).unwrap();
        let person = somebody(&people, &place.path().join("rows.json"));
        station.visit(&person);
        let name = until("the subsidy", || {
            let names = station.names("res");
            (names.len() > before).then(|| names.into_iter().find(|name| name.starts_with("PMHsimsm01res")))?
        });
        assert!(!station.file(&format!("res/{name}")).is_empty(), "{file}");
        station.kill();
        fs::remove_dir_all(place.path().join("oqs")).unwrap();
    }
}

/// Somebody who has a certificate that holds by the file, and none by their profile.
fn somebody(people: &madoguchi::people::People, file: &Path) -> String {
    let rows: Vec<Value> = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
    let holds = |number: &str| {
        rows.iter().any(|row| {
            row["myNumber"] == number
                && row["isNotDisclosed"] == false
                && row["validFrom"].as_str().unwrap() <= "2026-11-21"
                && row["validTo"].as_str().unwrap() >= "2026-11-21"
        })
    };
    let wanted = ["taro", "hanako", "ichiro", "kodomo", "karei"];
    let mut candidates =
        people.iter().filter(|person| wanted.contains(&person.id.as_str()) && person.subsidies.is_empty());
    let found = candidates.find(|person| person.my_number.as_ref().is_some_and(|number| holds(number.reveal())));
    found.expect("nobody of the counter has a certificate that holds: another seed").id.clone()
}

#[test]
fn a_store_that_cannot_be_used_is_told_with_its_remedy_before_anything_is_served() {
    let place = Place::new();
    place.write("letter.txt", "a letter, long enough to be looked at as if it were the page of a store, and none");
    let said = |store: &str| {
        let said = madoguchi(place.path(), &["hub", "--listen", "127.0.0.1:0", "--store", store]).output().unwrap();
        (said.status.code().unwrap(), String::from_utf8(said.stderr).unwrap())
    };
    let wrong = [
        ("sqlite:letter.txt", 2, "choose another file"),
        ("sqlite:none/hub.db", 3, "look at the path"),
        ("postgres://x", 2, "sqlite:FILE"),
    ];
    for (store, code, remedy) in wrong {
        let (seen, told) = said(store);
        assert!(seen == code && told.contains(remedy), "{store}: {seen} {told}");
    }
    place.write("madoguchi.toml", "[hub]\nstore = \"sqlite:letter.txt\"\n");
    let refused = place.refused(&[]);
    assert!(refused.code == 2 && refused.err.contains("letter.txt"), "{}", refused.err);
    place.write("madoguchi.toml", "[hub]\nstore = \"redis:x\"\n");
    let refused = place.refused(&[]);
    assert!(
        refused.code == 2 && refused.err.contains("madoguchi.toml:2") && refused.err.contains("sqlite:"),
        "{}",
        refused.err
    );
}
