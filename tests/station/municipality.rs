//! A municipality registers with its commands, and whoever it registered comes to the counter.

use std::fs;
use std::path::Path;

use madoguchi::wire::registration::document::document;
use madoguchi::wire::registration::{Generation, Json};
use serde_json::Value;

use crate::desk::{FROZEN, Place, Process, Said, Station, madoguchi, until};

const CLOCK: &str = "20261121093000";

fn command(place: &Path, args: &[&str]) -> Said {
    madoguchi(place, &[&["municipality"], args].concat()).output().unwrap().into()
}

#[track_caller]
fn done(said: Said) -> String {
    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
    said.out
}

/// A file of `people` in a generation.
fn generate(place: &Place, people: &str, generation: &str, file: &str) {
    let made = ["generate", "--people", people, "--seed", "1", "--generation", generation, "--clock", CLOCK];
    done(command(place.path(), &[&made[..], &["--known", "--out", file]].concat()));
}

fn rows(place: &Place, file: &str) -> Vec<Value> {
    serde_json::from_slice(&fs::read(place.path().join(file)).unwrap()).unwrap()
}

/// A hub alone, with its registration.
fn hub(place: &Place, args: &[&str]) -> (Process, String) {
    let listen = ["hub", "--listen", "127.0.0.1:0", "--registration", "127.0.0.1:0"];
    let (process, ready) =
        Process::start(madoguchi(place.path(), &[&listen[..], args].concat()), "madoguchi hub ready url=");
    let url = ready.split_once(" registration=").unwrap().1.to_owned();
    (process, url)
}

fn registration_of(station: &Station) -> String {
    let said = station.process.stderr.lock().unwrap().clone();
    said.lines().find_map(|line| line.strip_prefix("madoguchi registration=")).unwrap().to_owned()
}

/// Somebody of the counter without a certificate of their own, and one that holds today in the file.
fn somebody(place: &Place, file: &str) -> (String, String) {
    let people = madoguchi::people::built_in(jiff::civil::date(2026, 11, 21)).unwrap();
    let rows = rows(place, file);
    for id in ["taro", "hanako", "ichiro", "kodomo", "karei"] {
        let Some(person) = people.iter().find(|person| person.id == id && person.subsidies.is_empty()) else {
            continue;
        };
        let Some(number) = &person.my_number else { continue };
        let holds = |row: &&Value| {
            row["myNumber"] == number.reveal()
                && row["isNotDisclosed"] == false
                && row["validFrom"].as_str().unwrap() <= "2026-11-21"
                && row["validTo"].as_str().unwrap() >= "2026-11-21"
        };
        if let Some(row) = rows.iter().find(holds) {
            return (id.to_owned(), row["certificationName"].as_str().unwrap().to_owned());
        }
    }
    panic!("nobody of the counter has a certificate that holds: another seed");
}

#[test]
fn a_person_registered_by_the_municipality_comes_to_the_counter_and_the_terminal_delivers_the_subsidy() {
    let place = Place::new();
    generate(&place, "200", "r6", "rows.json");
    let (person, certificate) = somebody(&place, "rows.json");
    place.write("madoguchi.toml", "[[terminal]]\nfolder = \"oqs\"\n[hub]\nregistration = \"127.0.0.1:0\"\n");
    let station = place.open(&["--clock", FROZEN]);
    station.visit(&person);
    assert!(station.names("res").iter().all(|name| !name.starts_with("PMHsimsm01res")), "not registered yet");

    let url = registration_of(&station);
    let said = done(command(place.path(), &["sync", "rows.json", "--hub", &url]));
    assert!(said.contains("件を登録しました"), "{said}");
    station.visit(&person);
    let name = until("the subsidy", || station.names("res").into_iter().find(|name| name.starts_with("PMHsimsm01res")));
    let document = String::from_utf8(station.file(&format!("res/{name}"))).unwrap();
    assert!(document.contains(&certificate), "{certificate} is not in\n{document}");
    let face = station
        .names("face")
        .into_iter()
        .map(|name| String::from_utf8_lossy(&station.file(&format!("face/{name}"))).into_owned());
    let everything: String = face.chain([document]).collect();
    for row in rows(&place, "rows.json") {
        assert!(!everything.contains(row["myNumber"].as_str().unwrap()), "a 個人番号 reached the clinic");
    }
}

#[test]
fn over_tls_the_job_and_its_history_go_as_over_a_plain_line_and_whoever_is_not_trusted_is_told_why() {
    let place = Place::new();
    generate(&place, "20", "r6", "rows.json");
    let (_hub, url) = hub(&place, &["--tls=keys", "--audit", "audit.jsonl"]);
    assert!(url.starts_with("https://127.0.0.1:"), "{url}");
    let run = |args: &[&str]| command(place.path(), args);
    let ca = ["--ca", "keys/ca.pem"];
    let said = done(run(&[&["sync", "rows.json", "--hub", &url], &ca[..]].concat()));
    assert!(said.contains("件を登録しました"), "{said}");
    assert!(done(run(&[&["history", "rows.json"], &ca[..]].concat())).contains(" r6 "));
    let text = fs::read_to_string(place.path().join("audit.jsonl")).unwrap();
    assert!(text.contains("\"municipality\":\"demo\"") && text.contains("\"outcome\":\"registered\""), "{text}");

    // At once, without the tries that a line deserves which may come back.
    let again = ["sync", "rows.json", "--again", "--hub"];
    let not_trusted = |args: &[&str], words: [&str; 2]| {
        let said = run(args);
        assert_eq!(said.code, 3, "{}", said.err);
        assert!(words.iter().all(|word| said.err.contains(word)), "{}", said.err);
        assert!(!said.err.contains("もう一度送ります"), "{}", said.err);
    };
    not_trusted(&[&again[..], &[&url]].concat(), ["認証局", "--ca"]);
    done(
        madoguchi(place.path(), &["hub", "enrol", "x", "--many", "--tls", "another", "--out", "x"])
            .output()
            .unwrap()
            .into(),
    );
    not_trusted(&[&again[..], &[&url, "--ca", "another/ca.pem"]].concat(), ["認証局", "ca.pem"]);
    not_trusted(&["history", "rows.json"], ["認証局", "--ca"]);
    not_trusted(&[&again[..], &[&url.replace("https", "http")]].concat(), ["TLS を使っています", "https://"]);
    let (_plain, plain) = hub(&place, &[]);
    let secure = plain.replace("http", "https");
    not_trusted(&[&again[..], &[&secure], &ca[..]].concat(), ["TLS を使っていません", "http://"]);

    for (args, word) in
        [([&plain[..], "--ca", "keys/ca.pem"], "https://"), ([&url, "--ca", "nowhere.pem"], "nowhere.pem")]
    {
        let said = run(&[&again[..], &args[..]].concat());
        assert!(said.code == 2 && said.err.contains("--ca") && said.err.contains(word), "{} {}", said.code, said.err);
    }
}

#[test]
fn a_station_writes_down_which_municipality_registered_and_whose_token_was_wrong() {
    let place = Place::new();
    generate(&place, "20", "r6", "rows.json");
    let settings = "[[terminal]]\nfolder = \"oqs\"\n[hub]\nregistration = \"127.0.0.1:0\"\naudit = \"audit.jsonl\"\n";
    place.write("madoguchi.toml", settings);
    let station = place.open(&["--clock", FROZEN]);
    let url = registration_of(&station);
    assert_ne!(command(place.path(), &["sync", "rows.json", "--hub", &url, "--token", "guessed-token"]).code, 0);
    done(command(place.path(), &["sync", "rows.json", "--hub", &url]));
    done(command(place.path(), &["history", "rows.json"]));
    station.visit("taro");
    let read = |more: &[&str]| {
        done(madoguchi(place.path(), &[&["hub", "audit", "audit.jsonl"], more].concat()).output().unwrap().into())
    };
    // An answer may be there before its entry.
    let text = until("all entries", || {
        Some(read(&[])).filter(|text| text.contains(" consents ") && text.contains(" history "))
    });
    let rows = rows(&place, "rows.json");
    let registered = read(&["--face", "municipalities", "--by", "demo", "--asked", "/pmh/r6/registration-tasks"]);
    assert!(
        registered.contains(&format!("rows:{}", rows.len())) && registered.trim_end().ends_with("registered 200"),
        "{registered}"
    );
    let wrong = text.lines().find(|line| line.ends_with(" 401")).unwrap_or_default();
    assert!(wrong.contains("municipalities") && !wrong.contains("demo"), "{text}");
    assert!(text.lines().any(|line| line.contains("embedded") && line.contains("visit")), "{text}");
    let kept = fs::read_to_string(place.path().join("audit.jsonl")).unwrap();
    for row in &rows {
        assert!(!kept.contains(row["myNumber"].as_str().unwrap()), "a 個人番号 in the audit");
    }
}

#[test]
fn a_job_that_was_interrupted_goes_on_and_one_that_is_done_is_not_done_twice() {
    let place = Place::new();
    generate(&place, "60", "r6", "rows.json");
    let count = rows(&place, "rows.json").len();
    let (first, url) = hub(&place, &[]);
    let sync = |url: &str, more: &[&str]| {
        command(place.path(), &[&["sync", "rows.json", "--hub", url, "--batch", "20"], more].concat())
    };
    done(sync(&url, &[]));
    let journal = place.path().join("rows.json.sync.json");
    let mut kept: Value = serde_json::from_slice(&fs::read(&journal).unwrap()).unwrap();
    assert_eq!(kept["registered"].as_array().unwrap().len(), count.div_ceil(20));
    assert!(done(sync(&url, &[])).contains("登録済み"));

    // As a job leaves it that was killed after its first batch.
    kept["done"] = false.into();
    kept["registered"].as_array_mut().unwrap().truncate(1);
    fs::write(&journal, kept.to_string()).unwrap();
    let said = sync(&url, &[]);
    assert!(said.err.contains("前回までに登録した 20 件"), "{}", said.err);
    let history = done(command(place.path(), &["history", "rows.json"]));
    assert_eq!(history.lines().filter(|line| line.contains(" r6 ")).count(), count.div_ceil(20), "{history}");
    assert!(history.contains("継続 20"), "the second time the rows are known: {history}");

    first.kill();
    let gone = sync(&url, &["--again", "--tries", "1"]);
    assert_eq!(gone.code, 3, "{}", gone.err);
}

#[test]
fn only_what_changed_since_yesterday_is_sent() {
    let place = Place::new();
    generate(&place, "30", "r6", "yesterday.json");
    let text = fs::read_to_string(place.path().join("yesterday.json")).unwrap();
    let mut today: Vec<Json> = serde_json::from_str(&text).unwrap();
    let count = today.len();
    today.pop();
    let Json::Object(entries) = &mut today[0] else { panic!("no object") };
    let (_, value) = entries.iter_mut().find(|(name, _)| name == "certificationSubKey").unwrap();
    *value = Json::text("変更");
    place.write("today.json", serde_json::to_vec(&today).unwrap());
    let (_hub, url) = hub(&place, &[]);
    done(command(place.path(), &["sync", "yesterday.json", "--hub", &url]));
    let said =
        done(command(place.path(), &["sync", "today.json", "--since", "yesterday.json", "--hub", &url, "--json"]));
    assert!(serde_json::from_str::<Value>(&said).unwrap()["rows"] == 2, "one changed, one gone of {count}: {said}");
    let history = done(command(place.path(), &["history", "today.json"]));
    assert!(history.contains("追加 0、継続 1、終了 1"), "{history}");
}

#[test]
fn under_maintenance_the_job_waits_and_comes_again() {
    let place = Place::new();
    generate(&place, "5", "v0.0.1", "rows.json");
    let (_hub, url) = hub(&place, &["--fault", "pmh-maintenance"]);
    let said = command(place.path(), &["sync", "rows.json", "--hub", &url, "--tries", "2"]);
    assert_eq!(said.code, 3, "{}", said.err);
    assert!(said.err.contains("もう一度送ります") && said.err.contains("503"), "{}", said.err);
}

#[test]
fn the_requirements_of_the_specification_are_reported_by_their_function() {
    let place = Place::new();
    generate(&place, "400", "v0.0.1", "rows.json");
    let said = done(command(place.path(), &["check", "rows.json", "--requirements"]));
    for id in ["0221278", "0221287", "0221295"] {
        assert!(said.contains(id), "{said}");
    }
    let text = fs::read_to_string(place.path().join("rows.json")).unwrap();
    place.write("wrong.json", text.replacen("\"gender\":\"0\"", "\"gender\":\"7\"", 1));
    let said = command(place.path(), &["check", "wrong.json"]);
    assert!(said.code == 1 && said.out.contains("gender") && said.out.contains("MDG-P0008E"), "{}", said.out);
}

#[test]
fn the_documents_that_are_checked_in_are_those_that_are_served() {
    let place = Place::new();
    let (_hub, url) = hub(&place, &[]);
    for generation in Generation::ALL {
        let served =
            ureq::get(format!("{url}{}", generation.document_path())).call().unwrap().body_mut().read_to_string();
        let served: Value = serde_json::from_str(&served.unwrap()).unwrap();
        assert_eq!(served, document(generation));
        let text = serde_json::to_string_pretty(&served).unwrap() + "\n";
        let path = format!("{}/docs/pmh/{}.json", env!("CARGO_MANIFEST_DIR"), generation.word());
        if std::env::var_os("INSTA_UPDATE").is_some_and(|value| value == "always") {
            fs::write(&path, &text).unwrap();
        }
        let kept = fs::read_to_string(&path).unwrap_or_default();
        assert!(kept == text, "{path} is of yesterday: INSTA_UPDATE=always cargo test --test station documents");
    }
}

/// Peak memory while a large set comes in: its rows are kept, its bytes are not.
#[cfg(target_os = "linux")]
#[test]
fn a_large_set_is_registered_in_memory_that_its_bytes_do_not_count_in() {
    let people = std::env::var("MADOGUCHI_ROWS").unwrap_or_else(|_| "5000".to_owned());
    let place = Place::new();
    generate(&place, &people, "v0.0.1", "rows.json");
    let count = rows(&place, "rows.json").len() as u64;
    let megabytes = fs::metadata(place.path().join("rows.json")).unwrap().len() >> 20;
    // In memory the rows themselves, packed; in a file a word or two for each, and what the writer holds.
    for (store, bound_mb) in [("memory", 20 + count / 500), ("sqlite:hub.db", 110 + count / 10_000)] {
        let (hub, url) = hub(&place, &["--store", store]);
        let before = hub.peak_mb();
        done(command(place.path(), &["sync", "rows.json", "--hub", &url, "--again"]));
        let after = hub.peak_mb();
        println!("{count} rows, {megabytes} MB, {store}: {before} MB before, {after} MB after");
        assert!(after < before + bound_mb, "{after} MB for {count} rows in {store}");
    }
}

/// schemathesis of scripts/setup.sh: what its document says of the API holds, for data that keep to it and for data that do not.
#[cfg(target_os = "linux")]
#[test]
fn schemathesis_finds_nothing_against_the_documents() {
    let cache = std::env::var_os("XDG_CACHE_HOME").map(std::path::PathBuf::from);
    let cache = cache.unwrap_or_else(|| Path::new(&std::env::var_os("HOME").unwrap()).join(".cache"));
    let st = cache.join("madoguchi/schemathesis/bin/st");
    assert!(st.exists(), "no {}: run scripts/setup.sh test", st.display());
    let place = Place::new();
    let (_hub, url) = hub(&place, &[]);
    // Each takes most of a minute, which it spends in thinking of data: side by side.
    let runs = Generation::ALL.map(|generation| {
        let mut command = std::process::Command::new(&st);
        command
            .args(["run", &format!("{url}{}", generation.document_path()), "--url", &url])
            .args(["-H", "Authorization: Bearer demo", "--seed", "1", "--max-examples", "20"])
            .args(["--phases", "examples,coverage,fuzzing", "--suppress-health-check", "all"])
            .args(["--generation-database", "none"])
            .current_dir(place.path());
        (generation, std::thread::spawn(move || command.output().unwrap()))
    });
    for (generation, run) in runs {
        let said: Said = run.join().unwrap().into();
        assert_eq!(said.code, 0, "{generation:?}\n{}\n{}", said.out, said.err);
        assert!(said.out.contains("No issues found"), "{generation:?}\n{}", said.out);
    }
}

#[test]
fn who_is_added_while_it_runs_is_linked_at_the_hour_as_whom_a_municipality_registers_and_the_people_of_the_start_are() {
    let place = Place::new();
    place.write("madoguchi.toml", "[hub]\nlink_at = \"01:00\"\n");
    let station = place.open(&["--clock", FROZEN]);
    let has_subsidy = |person: &str| station.visit(person)["files"]["pmh"].is_string();
    assert!(has_subsidy("hanako"), "a state that is there");
    let mut profile = station.get("/control/v1/people/hanako").ok();
    profile["name"] = "追加　花子".into();
    profile["my_number"] = Value::Null;
    profile["card"]["serial"] = Value::Null;
    station.post("/control/v1/people", &serde_json::json!({ "id": "tsuika", "profile": profile })).ok();
    assert!(!has_subsidy("tsuika"), "linked tonight");
    // Edited or not, whoever is linked stays so, and whoever waits is not put off.
    let hanako = station.get("/control/v1/people/hanako").ok();
    station.put("/control/v1/people/hanako", &hanako).ok();
    assert!(has_subsidy("hanako"));
    station.put("/control/v1/clock", &serde_json::json!({ "freeze": "20261122003000" })).ok();
    station.put("/control/v1/people/tsuika", &profile).ok();
    assert!(!has_subsidy("tsuika"), "not yet");
    station.put("/control/v1/clock", &serde_json::json!({ "freeze": "20261122010000" })).ok();
    assert!(has_subsidy("tsuika"), "the hour has come");
    station.put("/control/v1/people/tsuika", &profile).ok();
    assert!(has_subsidy("tsuika"));

    let at_once = Place::new();
    let station = at_once.open(&["--clock", FROZEN]);
    station.post("/control/v1/people", &serde_json::json!({ "id": "tsuika", "profile": profile })).ok();
    assert!(station.visit("tsuika")["files"]["pmh"].is_string(), "where nothing is said, at once");
}
