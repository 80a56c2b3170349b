//! What the machine refuses, and how it says so.

use serde_json::json;

use super::desk::{Place, Said, madoguchi, started};
use super::machine::{PATTERN_2, beside_the_existing_terminal};

fn said(place: &Place, args: &[&str]) -> Said {
    let all = [&["clinic", "reception", "--listen", "127.0.0.1:0"], args].concat();
    started(|| madoguchi(place.path(), &all).output()).into()
}

#[test]
fn a_touch_for_which_there_is_no_button_is_refused_with_the_screen() {
    let (_place, _station, machine) = beside_the_existing_terminal(&[]);
    for event in [json!({ "event": "cancel" }), json!({ "event": "inserted", "number": "0000123" })] {
        let refused = machine.send(&event);
        assert_eq!((refused.status, refused.body["title"].as_str()), (409, Some("not-possible-now")));
        assert!(refused.body["detail"].as_str().unwrap().contains("welcome"));
    }
    let unknown = machine.send(&json!({ "event": "dance" }));
    assert_eq!((unknown.status, unknown.body["title"].as_str()), (422, Some("bad-value")));
    assert!(unknown.body["remedy"].as_str().unwrap().contains("docs/reception.md"), "not where a station's shapes are");
    for nothing in
        ["/reception/v1/slips/1.png", "/reception/v1/slips/1.txt", "/reception/v1/slips/..%2f1.png", "/other"]
    {
        assert_eq!(machine.get(nothing).status, 404, "{nothing}");
    }
}

#[test]
fn a_list_with_a_mistake_or_folders_that_are_one_are_wrong_usage() {
    let place = Place::new();
    place.write("list.toml", "[[appointments]]\npatient = \"1\"\nname = \"甲\"\nbirthday = \"19720125\"\n");
    let wrong = said(&place, &[&PATTERN_2[..], &["--appointments", "list.toml"]].concat());
    assert_eq!(wrong.code, 2, "{}", wrong.err);
    assert!(wrong.err.contains("list.toml:4") && wrong.err.contains("birthdate"), "{}", wrong.err);
    let one = said(&place, &["--pattern", "2", "--from", "oqs/face", "--to", "oqs"]);
    assert_eq!(one.code, 2, "{}", one.err);
    let missing = said(&place, &[&PATTERN_2[..], &["--appointments", "nowhere.csv"]].concat());
    assert_eq!(missing.code, 3, "{}", missing.err);
    assert_eq!(said(&place, &["--pattern", "3", "--from", "a", "--to", "b"]).code, 2);
}

#[test]
fn away_from_loopback_a_token_is_demanded() {
    let place = Place::new();
    let all = [&["clinic", "reception", "--listen", "0.0.0.0:0"][..], &PATTERN_2].concat();
    let open: Said = started(|| madoguchi(place.path(), &all).output()).into();
    assert_eq!(open.code, 2, "{}", open.err);
    assert!(open.err.contains("--token"), "{}", open.err);
    let (_place, _station, machine) = beside_the_existing_terminal(&["--token", "geheim"]);
    assert_eq!(machine.get("/reception/v1/screen").status, 401);
    assert_eq!(machine.get("/healthz").status, 200);
}
