//! Determinism (decisions §7): frozen clock, seed, two readers, 20 visits, 50 requests. Two runs give the same bytes; another seed does not.

use std::collections::BTreeMap;
use std::fs;

use serde_json::json;

use crate::desk::{FROZEN, Place, Station, names, until};
use crate::rececon::{Request, answer_name, drop_in, request_name};

const VISITORS: [&str; 10] =
    ["taro", "hanako", "nanbyo", "kodomo", "ichiro", "kyohi", "ketsuyu", "fujo", "android", "soushitsu"];

type Folders = BTreeMap<String, Vec<u8>>;

/// One day at the desk: the readers and the レセコン work at the same time.
fn a_day(seed: &str, element_order: &str) -> Folders {
    let place = Place::new();
    let settings = "[[terminal]]\nfolder = \"oqs\"\nelement_order = \"ORDER\"\n[[reader]]\n[[reader]]\n";
    place.write("madoguchi.toml", settings.replace("ORDER", element_order));
    let station = place.open_at_pace("brisk", &["--clock", FROZEN, "--seed", seed]);
    std::thread::scope(|scope| {
        for reader in [1, 2] {
            let station = &station;
            scope.spawn(move || {
                for person in VISITORS {
                    station.visit_as(&json!({ "person": person, "reader": reader }));
                }
            });
        }
        for i in 0..50 {
            ask(&station, i);
        }
    });
    until("fifty answers", || (0..50).all(|i| is_answered(&station, i)).then_some(()));
    read_all(&station)
}

fn free(i: usize) -> String {
    format!("2026112109{i:02}")
}

fn ask(station: &Station, i: usize) {
    let mut request = Request { identifier: free(i), ..Request::taro() };
    match i % 5 {
        1 => request.number = "999999".into(),
        2 => request.birthdate = "19851350".into(),
        3 => request.branch = None,
        _ => {}
    }
    let bytes = if i.is_multiple_of(2) { request.xml().into_bytes() } else { request.shift_jis() };
    drop_in(station, &request_name(&free(i)), &bytes);
}

/// Answered, or sent back whole.
fn is_answered(station: &Station, i: usize) -> bool {
    let res = station.at("res");
    res.join(answer_name(&free(i))).exists() || res.join(request_name(&free(i))).exists()
}

fn read_all(station: &Station) -> Folders {
    ["req", "res", "face"]
        .iter()
        .flat_map(|folder| {
            let path = station.at(folder);
            names(&path).into_iter().map(move |name| (format!("{folder}/{name}"), fs::read(path.join(&name)).unwrap()))
        })
        .collect()
}

#[test]
fn a_day_repeats_byte_by_byte_with_its_seed_and_not_with_another() {
    let first = a_day("11", "hash");
    // 20 face files, 2 × 4 subsidy documents, 40 answers, 10 requests sent back with their .err.
    let faces = first.keys().filter(|name| name.starts_with("face/")).count();
    let subsidies = first.keys().filter(|name| name.starts_with("res/PMH")).count();
    assert_eq!((faces, subsidies, first.len()), (20, 8, 20 + 8 + 40 + 20));
    assert_same(&first, &a_day("11", "hash"));
    let other = a_day("12", "hash");
    assert_eq!(first.len(), other.len());
    assert_ne!(first.keys().collect::<Vec<_>>(), other.keys().collect::<Vec<_>>(), "names are drawn by the seed");
}

#[test]
fn a_shuffled_order_of_elements_repeats_with_its_seed_too() {
    let first = a_day("11", "shuffled");
    assert_same(&first, &a_day("11", "shuffled"));
    let answer = format!("res/{}", answer_name(&free(0)));
    assert_ne!(first[&answer], a_day("12", "shuffled")[&answer], "the order is drawn by the seed");
}

fn assert_same(first: &Folders, second: &Folders) {
    assert_eq!(first.keys().collect::<Vec<_>>(), second.keys().collect::<Vec<_>>());
    for (name, bytes) in first {
        assert!(*bytes == second[name], "{name} differs");
    }
}
