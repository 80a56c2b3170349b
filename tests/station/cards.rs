//! Cards with something wrong about them, each through a whole visit: what the counter shows, and what becomes of the visit.

use serde_json::{Value, json};

use crate::desk::{FROZEN, Place, Station, until};
use crate::xml;

/// A fault of a card, and what comes of it.
struct Case {
    /// As `tap --fault` takes it.
    fault: &'static str,
    /// The PIN that is typed, where it comes to that.
    pin: Option<&'static str>,
    outcome: &'static str,
    /// What the centre found about the certificate; none when it was not asked.
    certificate: Option<&'static str>,
    /// The last screen before the card is taken back.
    screen: &'static str,
    /// The message in the face file; `None`: there is no face file.
    message: Option<&'static str>,
}

impl Case {
    /// Ends without a file.
    fn refused(
        fault: &'static str,
        outcome: &'static str,
        certificate: Option<&'static str>,
        screen: &'static str,
    ) -> Self {
        Self { fault, pin: None, outcome, certificate, screen, message: None }
    }

    /// Ends with a qualification, and this about the certificate in its face file.
    fn goes_on(fault: &'static str, certificate: &'static str, message: &'static str) -> Self {
        Self { outcome: "valid", message: Some(message), ..Self::refused(fault, "", Some(certificate), "result") }
    }

    fn typing(self, pin: &'static str) -> Self {
        Self { pin: Some(pin), ..self }
    }
}

fn cases() -> Vec<Case> {
    const UNREAD: &str = "card-not-recognised";
    const REFUSED: &str = "certificate-refused";
    let unread = |fault| Case::refused(fault, UNREAD, None, "error-card-not-recognised");
    vec![
        Case::goes_on("card-slow=20", "good", ""),
        Case::goes_on("card-first-command", "good", ""),
        Case::goes_on("card-reset-clears", "good", ""),
        unread("card-torn-away"),
        unread("card-torn-away=1"),
        unread("certificate-truncated"),
        unread("certificate-truncated=1"),
        Case::refused("card-pin-tries=0", "pin-locked", None, "blocked-pin"),
        Case::refused("card-pin-tries", "pin-locked", None, "blocked-pin").typing("9999"),
        Case::goes_on("card-pin-tries", "good", "").typing("1234"),
        Case::goes_on("certificate-expiring=10", "renewal-due", "MDG-C0001W"),
        Case::goes_on("certificate-expiring=100", "good", ""),
        Case::goes_on("certificate-expired=90", "grace", "MDG-C0002W"),
        Case::refused("certificate-expired", REFUSED, Some("expired"), "error-certificate-refused"),
        Case::refused("certificate-not-yet-valid", REFUSED, Some("not-yet-valid"), "error-certificate-unusable"),
        Case::goes_on("certificate-wrong-authority", "chain-not-verified", ""),
        Case::refused("certificate-forged", REFUSED, Some("proof-failed"), "error-certificate-unusable"),
        Case::refused("certificate-revoked", REFUSED, Some("revoked"), "error-certificate-refused"),
        Case::refused("serial-too-long", REFUSED, Some("unknown"), "error-certificate-unusable"),
        Case::refused("serial-too-long=100", REFUSED, Some("unknown"), "error-certificate-unusable"),
        Case::refused("serial-top-bit", REFUSED, Some("unknown"), "error-certificate-unusable"),
    ]
}

/// The last screen that is not that of the card's way back.
fn last_screen(report: &Value) -> &str {
    let mut steps = report["steps"].as_array().unwrap().iter().map(|step| step["state"].as_str().unwrap());
    steps.rfind(|state| !["remove-card", "idle"].contains(state)).unwrap()
}

#[track_caller]
fn check(station: &Station, case: &Case, report: &Value) {
    let seen = (report["outcome"].as_str(), report["certificate"].as_str(), last_screen(report));
    assert_eq!(seen, (Some(case.outcome), case.certificate, case.screen), "{}: {report:#}", case.fault);
    match case.message {
        None => assert!(report["files"]["face"].is_null(), "{}: {report:#}", case.fault),
        Some(code) => {
            let document = xml::read(&station.path(&report["files"]["face"]));
            let said = document.value("ProcessingResultCode").unwrap_or_default();
            assert_eq!(said, code, "{}", case.fault);
        }
    }
}

#[test]
fn whatever_is_wrong_with_a_card_ends_as_the_counter_says_and_leaves_the_next_patient_alone() {
    let place = Place::new();
    let station = place.open(&["--clock", FROZEN]);
    for case in cases() {
        let mut order = json!({ "person": "taro", "faults": [case.fault] });
        if let Some(pin) = case.pin {
            order["pin"] = json!(pin);
        }
        check(&station, &case, &station.visit_as(&order));
        // Neither the flaw nor the tries that the card pretended to have stay with it.
        let after = station.visit_as(&json!({ "person": "taro", "pin": "1234" }));
        assert_eq!(
            (&after["outcome"], &after["certificate"]),
            (&json!("valid"), &json!("good")),
            "after {}",
            case.fault
        );
    }
}

#[test]
fn a_fault_in_a_persons_file_is_there_at_every_visit_and_the_authority_knows_the_serial_number() {
    let place = Place::new();
    let station = place.open(&["--clock", FROZEN]);
    let mut profile = station.get("/control/v1/people/taro").ok();
    let mut visits = |faults: Value| {
        profile["card"]["faults"] = faults;
        station.put("/control/v1/people/taro", &profile).ok();
        let visit = || {
            let report = station.visit_as(&json!({ "person": "taro", "pin": "1234" }));
            format!("{} {}", report["outcome"].as_str().unwrap(), report["certificate"].as_str().unwrap_or("-"))
        };
        assert_eq!(visit(), visit());
        visit()
    };
    assert_eq!(visits(json!({ "serial-top-bit": true })), "valid good");
    assert_eq!(visits(json!({ "serial-too-long": 40, "card-first-command": true })), "valid good");
    assert_eq!(visits(json!({ "certificate-expiring": 5 })), "valid renewal-due");
    assert_eq!(visits(json!({ "certificate-expired": 1000 })), "certificate-refused expired");
    assert_eq!(visits(json!({ "certificate-wrong-authority": true })), "valid chain-not-verified");
    assert_eq!(visits(json!({ "certificate-forged": true })), "certificate-refused proof-failed");
    assert_eq!(visits(json!({ "card-pin-tries": 0 })), "pin-locked -");
    assert_eq!(visits(json!({ "card-torn-away": 6 })), "card-not-recognised -");
    assert_eq!(visits(json!({ "certificate-forged": false })), "valid good");
    for wrong in [json!({ "card-slwo": 5 }), json!({ "card-slow": 0 }), json!({ "certificate-forged": 3 })] {
        profile["card"]["faults"] = wrong.clone();
        let refused = station.put("/control/v1/people/taro", &profile);
        assert_eq!(refused.status, 422, "{wrong}: {refused:?}");
    }
}

#[test]
fn a_number_is_armed_with_the_fault_and_one_that_it_does_not_take_is_refused() {
    let place = Place::new();
    place.write("madoguchi.toml", "[[terminal]]\nfolder = \"oqs\"\n[faults]\ncertificate-expiring = { amount = 3 }\n");
    let station = place.open(&["--clock", FROZEN]);
    assert_eq!(station.visit("taro")["certificate"], "renewal-due");
    let armed = station.put("/control/v1/faults/certificate-expiring", &json!({ "amount": 100, "count": 1 })).ok();
    assert_eq!((&armed["armed"][0]["amount"], &armed["amount"]["unit"]), (&json!(100), &json!("days")));
    assert_eq!(station.visit("taro")["certificate"], "good");
    for (fault, amount) in [("certificate-expired", 0), ("certificate-forged", 1)] {
        let refused = station.put(&format!("/control/v1/faults/{fault}"), &json!({ "amount": amount }));
        assert_eq!(refused.status, 422, "{refused:?}");
    }
    for (fault, part) in [("card-slow=", "1–60000 ms"), ("no-card=1", "no-card"), ("card-slwo=5", "card-slow")] {
        let said = station.command(&["tap", "taro", "--fault", fault]);
        assert_eq!(said.code, 2, "{fault}: {}", said.err);
        assert!(said.err.contains(part), "{fault}: {}", said.err);
    }
}

/// Three wrong PINs.
fn lock_pin(station: &Station, person: &str) {
    for _ in 0..3 {
        station.visit_as(&json!({ "person": person, "pin": "9999" }));
    }
    assert_eq!(with_pin(station, person), "pin-locked");
}

fn with_pin(station: &Station, person: &str) -> String {
    station.visit_as(&json!({ "person": person, "pin": "1234" }))["outcome"].as_str().unwrap().to_owned()
}

#[test]
fn a_locked_card_stays_locked_over_a_killed_station_until_it_is_reset() {
    let place = Place::new();
    let kept = || std::fs::read_to_string(place.path().join("state/cards.json")).unwrap_or_default();
    let station = place.open(&["--state", "state"]);
    lock_pin(&station, "taro");
    lock_pin(&station, "hanako");
    until("the state to be written", || (kept().contains("taro") && kept().contains("hanako")).then_some(()));
    drop(station);

    let reset = |args: &[&str]| crate::desk::madoguchi(place.path(), args).output().unwrap();
    let said = reset(&["card", "reset", "hanako", "--state", "state"]);
    assert!(said.status.success() && !kept().contains("hanako"), "{said:?}");

    let station = place.open(&["--state", "state"]);
    assert_eq!(with_pin(&station, "taro"), "pin-locked");
    assert_eq!(with_pin(&station, "hanako"), "valid");
    let said = station.command(&["card", "reset", "taro"]);
    assert!(said.code == 0 && said.out.contains("発行時の状態に戻しました"), "{} {}", said.out, said.err);
    assert_eq!(with_pin(&station, "taro"), "valid");
    until("the state to be written", || (!kept().contains("\"tries\": 0")).then_some(()));
    let again = station.command(&["card", "reset", "hanako"]);
    assert!(again.code == 0, "{}", again.err);
    assert_eq!(station.command(&["card", "reset", "nobody-of-this-name"]).code, 2);
}

#[test]
fn two_processes_never_have_one_state_folder() {
    let place = Place::new();
    let station = place.open(&["--state", "state"]);
    let names = |code: Option<i32>, err: &str| {
        assert!(code == Some(3) && err.contains("(run, pid ") && err.contains("--state"), "{code:?} {err}");
    };
    for args in [["card", "reset", "taro", "--state", "state"], ["card", "serve", "taro", "--state", "state"]] {
        let said = crate::desk::madoguchi(place.path(), &args).output().unwrap();
        names(said.status.code(), &String::from_utf8_lossy(&said.stderr));
    }
    let said = place.refused(&["--state", "state", "--folder", "other"]);
    names(Some(said.code), &said.err);
    // However it ends, the next one has the folder.
    station.kill();
    let said = crate::desk::madoguchi(place.path(), &["card", "reset", "taro", "--state", "state"]).output().unwrap();
    assert!(said.status.success(), "{said:?}");
}

#[test]
fn a_card_that_lies_on_a_reader_is_not_reset() {
    let place = Place::new();
    let station = place.open(&["--clock", FROZEN]);
    let placed = json!({ "event": "card-placed", "person": "taro", "auto_pilot": false });
    station.post("/control/v1/readers/1/events", &placed).ok();
    let refused = station.post("/control/v1/people/taro/card/reset", &json!({}));
    assert_eq!(refused.status, 409, "{refused:?}");
    assert_eq!(station.post("/control/v1/people/hanako/card/reset", &json!({})).ok()["changed"], false);
}
