//! どなたのカードですか: a card that no hub knows, whose it is, and that nothing of it stands anywhere.

use std::path::Path;
use std::sync::Arc;

use jiff::civil::date;
use madoguchi::card::certificate::Certificate;
use madoguchi::card::jpki::CertificateFile;
use madoguchi::card::soft::SoftCard;
use madoguchi::people::personalise::personalise;
use madoguchi::random::Seed;
use serde_json::{Value, json};

use crate::counter::{Place, Process, Station, madoguchi};
use crate::desk::{Desk, at_a_desk, certificate_of};
use crate::world::{READER, wait_for};

/// Somebody's card that the hub has never heard of, by an authority that it does not know, or by the test authority.
fn strange_card(by_stranger: bool) -> SoftCard {
    let people = madoguchi::people::built_in(date(2026, 11, 21)).unwrap();
    let mut somebody = people.get("hanako").unwrap().clone();
    somebody.id = "nobody-of-ours".to_owned();
    somebody.card.making.by_stranger = by_stranger;
    somebody.card.serial = vec![0x66, 0x5A, 0xA7, 0x31];
    SoftCard::new(Arc::new(personalise(&somebody)), Seed(1))
}

/// Everything by which the card could be found again.
fn traces(card: &SoftCard) -> Vec<Vec<u8>> {
    let der = certificate_of(card.image(), CertificateFile::Authentication);
    let certificate = Certificate::parse(&der).unwrap();
    let hex = certificate.serial.hex();
    let key = &der[der.len() / 2..][..24];
    let as_hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let name = certificate.subject.clone();
    let common_name = name.split("CN=").nth(1).unwrap().split(',').next().unwrap().to_owned();
    assert!(common_name.len() > 8, "a name that is worth looking for: {name}");
    let texts = [
        hex.to_lowercase(),
        hex.to_uppercase(),
        certificate.serial.decimal(),
        common_name,
        as_hex(key),
        as_hex(key).to_uppercase(),
    ];
    texts.into_iter().map(String::into_bytes).chain([key.to_vec(), certificate.serial.raw().to_vec()]).collect()
}

/// Every file below, hidden ones too.
fn assert_no_trace(below: &Path, traces: &[Vec<u8>]) -> usize {
    let mut seen = 0;
    for entry in std::fs::read_dir(below).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() {
            seen += assert_no_trace(&path, traces);
        } else {
            seen += 1;
            assert_none_in(&path.display().to_string(), &std::fs::read(&path).unwrap(), traces);
        }
    }
    seen
}

fn assert_none_in(what: &str, bytes: &[u8], traces: &[Vec<u8>]) {
    for trace in traces {
        let found = bytes.windows(trace.len()).any(|window| window == trace);
        assert!(!found, "{} in {what}", String::from_utf8_lossy(trace));
    }
}

fn open(place: &Place, state: &str) -> Station {
    place.open(&["--state", state])
}

/// Puts the card of the PC/SC reader on the counter; the reader as it waits then.
fn put(station: &Station) -> Value {
    step(station, &json!({ "event": "card-placed", "person": format!("pcsc:{READER}") }))
}

#[track_caller]
fn step(station: &Station, event: &Value) -> Value {
    station.post("/control/v1/readers/1/events", event).ok()
}

fn take_off(station: &Station) {
    assert_eq!(step(station, &json!({ "event": "card-removed" }))["state"], "idle");
}

/// Lays the card down, looks whose it is taken for, and takes it off.
fn taken_for(station: &Station) -> Value {
    let view = put(station);
    take_off(station);
    json!([view["state"], view["person"]])
}

fn who() -> Value {
    json!(["who-is-this", null])
}

fn knows(person: &str) -> Value {
    json!(["method-select", person])
}

/// The face, all consents, to the end.
fn finish(station: &Station) -> Value {
    step(station, &json!({ "event": "choose-face" }));
    step(station, &json!({ "event": "face", "result": "match" }));
    for _ in 0..6 {
        let view = station.get("/control/v1/readers/1").ok();
        let next = match view["state"].as_str().unwrap() {
            "consent-overview" => json!({ "event": "consent-all", "agree": true }),
            "prescription" => json!({ "event": "prescription", "form": "paper" }),
            "result" | "idle" => return view,
            _ => json!({ "event": "consent", "agree": true }),
        };
        step(station, &next);
    }
    panic!("no end: {}", station.get("/control/v1/readers/1").ok());
}

fn journal(station: &Station) -> String {
    station.get("/control/v1/screen").ok()["view"]["journal"].to_string()
}

fn with_a_strange_card(by_stranger: bool, body: impl FnOnce(&Desk, &Place, &[Vec<u8>])) -> impl FnOnce(&Desk) {
    let card = strange_card(by_stranger);
    move |desk| {
        let traces = traces(&card);
        desk.put(card);
        body(desk, &Place::new(), &traces);
    }
}

#[test]
fn an_unknown_card_asks_the_staff_and_is_known_from_then_on_until_reset() {
    at_a_desk(|desk| {
        let act = |_: &Desk, place: &Place, traces: &[Vec<u8>]| {
            let station = open(place, "state");
            let asking = put(&station);
            assert_eq!((&asking["state"], &asking["person"]), (&json!("who-is-this"), &Value::Null));
            assert_eq!(asking["possible"], json!(["card-removed", "bind", "decline", "staff"]), "{asking}");
            let buttons = asking["screen"]["buttons"].as_array().unwrap();
            assert!(buttons.iter().all(|button| button["staff"] == true), "the patient is asked nothing: {buttons:?}");
            assert_eq!(asking["screen"]["title"]["ja"], "しばらくお待ちください");
            assert!(journal(&station).contains("どなたのカードですか"));
            assert_eq!(
                station.post("/control/v1/readers/1/events", &json!({ "event": "bind", "person": "nobody" })).status,
                404
            );

            let bound = step(&station, &json!({ "event": "bind", "person": "taro" }));
            assert_eq!((&bound["state"], &bound["person"]), (&json!("method-select"), &json!("taro")));
            finish(&station);
            take_off(&station);
            wait_for("the face file", || (!station.names("face").is_empty()).then_some(()));
            let face = station.file(&format!("face/{}", station.names("face")[0]));
            assert!(String::from_utf8_lossy(&face).contains("窓口　太郎"));
            assert!(journal(&station).contains("chain not verified"), "{}", journal(&station));
            assert_eq!(taken_for(&station), knows("taro"));

            let rows = station.get("/control/v1/bindings").ok();
            assert_eq!((rows[0]["person"].as_str(), rows.as_array().unwrap().len()), (Some("taro"), 1));
            // Nothing of the card: what the API tells, what was said, what was kept, what stands in the folders.
            for path in ["/control/v1/bindings", "/control/v1/screen", "/control/v1/readers", "/control/v1/files"] {
                assert_none_in(path, station.get(path).ok().to_string().as_bytes(), traces);
            }
            wait_for("the state", || place.path().join("state/card-bindings.json").exists().then_some(()));
            assert_none_in("stderr", station.process.stderr.lock().unwrap().as_bytes(), traces);
            assert_eq!(station.process.terminate(), 0);
            assert!(assert_no_trace(place.path(), traces) > 5);
            let kept = std::fs::read_to_string(place.path().join("state/card-bindings.json")).unwrap();
            assert!(kept.contains("taro"), "{kept}");

            // After a restart the card is known; at another installation, or with another key, it is not.
            let again = open(place, "state");
            assert_eq!(taken_for(&again), knows("taro"));
            again.process.terminate();
            let elsewhere = open(place, "another");
            assert_eq!(taken_for(&elsewhere), who());
            elsewhere.process.terminate();
            let mut other: Value = serde_json::from_str(&kept).unwrap();
            other["key"] = json!("5".repeat(64));
            place.write("salted/card-bindings.json", other.to_string());
            let salted = open(place, "salted");
            assert_eq!(taken_for(&salted), who());
            salted.process.terminate();

            let last = open(place, "state");
            last.post("/control/v1/reset", &json!({})).ok();
            assert_eq!(last.get("/control/v1/bindings").ok(), json!([]));
            assert_eq!(taken_for(&last), who());
        };
        with_a_strange_card(true, act)(desk);
    });
}

#[test]
fn a_card_is_bound_listed_and_unbound_by_command_and_a_named_tap_leaves_nothing() {
    at_a_desk(|desk| {
        let act = |_: &Desk, place: &Place, traces: &[Vec<u8>]| {
            // By our own authority, which never issued it: another desk's people.
            let station = open(place, "state");
            let run = |args: &[&str]| {
                let said = station.command(args);
                assert_none_in(args[0], said.out.as_bytes(), traces);
                assert_none_in(args[0], said.err.as_bytes(), traces);
                said
            };
            // For one visit only.
            let once = run(&["tap", "taro", "--card", "pcsc", "--json"]);
            assert_eq!(once.code, 0, "{}", once.err);
            assert!(once.out.contains("chain-not-verified") && once.out.contains("\"valid\""), "{}", once.out);
            assert_eq!(station.get("/control/v1/bindings").ok(), json!([]));
            assert_eq!(taken_for(&station), who());

            // Answered by the command while a reader asks, and a visit that was ordered waits for it.
            let tap = ["tap", "--card", "pcsc", "--station", &station.url];
            let (_tap, _) = Process::start(madoguchi(place.path(), &tap), "madoguchi: どなたのカードですか");
            let bound = run(&["card", "bind", "hanako", "--json"]);
            assert_eq!(bound.code, 0, "{}", bound.err);
            let label = serde_json::from_str::<Value>(&bound.out).unwrap()["label"].as_str().unwrap().to_owned();
            wait_for("the end of the visit", || {
                journal(&station).contains("hanako 受付終了: 資格は有効です").then_some(())
            });

            let listed = run(&["card", "bindings"]);
            assert!(listed.out.contains(&label) && listed.out.contains("hanako"), "{}", listed.out);
            let tapped = run(&["tap", "--card", "pcsc", "--json"]);
            assert!(tapped.code == 0 && tapped.out.contains("\"hanako\""), "{}{}", tapped.out, tapped.err);
            // Read where it lies, for another person.
            assert_eq!(run(&["card", "bind", "taro", "--card", &format!("pcsc:{READER}")]).code, 0);
            assert_eq!(taken_for(&station), knows("taro"));
            assert_eq!(run(&["card", "unbind", "00000000"]).code, 2);
            assert_eq!(run(&["card", "unbind", &label]).code, 0);
            assert_eq!(taken_for(&station), who());
            assert_eq!(run(&["card", "unbind", "--all"]).code, 0);

            // Left unknown, the centre says what it knows: it never issued this card.
            put(&station);
            let declined = step(&station, &json!({ "event": "decline" }));
            assert_eq!((&declined["state"], &declined["person"]), (&json!("method-select"), &Value::Null));
            step(&station, &json!({ "event": "choose-face" }));
            let end = step(&station, &json!({ "event": "face", "result": "match" }));
            assert_eq!(end["state"], "error-certificate-unusable");
            assert_eq!(run(&["card", "bind", "taro", "--card", "soft"]).code, 2);
            station.process.terminate();
            assert!(assert_no_trace(place.path(), traces) > 5);
        };
        with_a_strange_card(false, act)(desk);
    });
}

#[test]
fn a_card_of_ours_is_nobodys_question_and_cannot_be_bound_to_another() {
    at_a_desk(|_| {
        let place = Place::new();
        let station = place.open(&[]);
        assert_eq!(taken_for(&station), knows("taro"));
        let refused = station.post("/control/v1/bindings", &json!({ "person": "hanako", "card": "pcsc" }));
        assert_eq!(refused.status, 422, "{refused:?}");
        assert_eq!(taken_for(&station), knows("taro"));
    });
}

#[test]
fn a_strange_card_laid_on_a_pcsc_reader_waits_for_the_staff_and_the_next_time_for_nobody() {
    at_a_desk(|desk| {
        desk.put(strange_card(true));
        let place = Place::new();
        place.write(
            "madoguchi.toml",
            format!("[[terminal]]\nfolder = \"oqs\"\n[[reader]]\nsource = \"pcsc:{READER}\"\n"),
        );
        let station = place.open(&[]);
        let stands = |state: &str, person: Value| {
            wait_for(state, || {
                let view = station.get("/control/v1/readers/1").ok();
                (view["state"] == state && view["person"] == person).then_some(())
            });
        };
        stands("who-is-this", Value::Null);
        // Bound while it lies there and is asked about: the visit goes on by itself.
        let said = station.command(&["card", "bind", "taro", "--card", &format!("pcsc:{READER}")]);
        assert_eq!(said.code, 0, "{}", said.err);
        stands("method-select", json!("taro"));
        desk.slot.remove();
        stands("idle", Value::Null);
        desk.slot.insert(strange_card(true));
        stands("method-select", json!("taro"));
    });
}
