//! `docs/settings.md` and the settings structs say the same.

use std::collections::{BTreeMap, BTreeSet};

use madoguchi::station::settings::Settings;

use super::console::{blocks, read};

const PAGE: &str = "docs/settings.md";
/// What no table has.
const NO_KEY: &str = "no-such-key-9";

/// How each table is written, so that a key can be put into it: its heading in the document, and what stands before the key.
const TABLES: [(&str, &str); 10] = [
    ("[station]", "[station]\n"),
    ("[station.uses]", "[station.uses]\n"),
    ("[[terminal]]", "[[terminal]]\n"),
    ("[[reader]]", "[[reader]]\n"),
    ("[reader.timers]", "[[reader]]\n[reader.timers]\n"),
    ("[hub]", "[hub]\n"),
    ("[card]", "[card]\n"),
    ("[control]", "[control]\n"),
    ("[faults]", "[faults]\n"),
    ("[faults.NAME]", "[faults.face-mismatch]\n"),
];

/// A row of a table of the document.
struct Row {
    table: String,
    key: String,
    default: String,
    example: String,
    variable: String,
}

/// `| key | type | default | meaning | example | environment |`, below a heading that names the table.
fn rows() -> Vec<Row> {
    let (mut table, mut rows) = (String::new(), Vec::new());
    for line in read(PAGE).lines() {
        if let Some(heading) = line.strip_prefix("## ") {
            table = heading.split('`').nth(1).unwrap_or_default().to_owned();
        }
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        if let [key, _, default, _, example, variable] = cells.as_slice() {
            let plain = |cell: &str| cell.trim_matches('`').to_owned();
            let row = Row {
                table: table.clone(),
                key: plain(key),
                default: plain(default),
                example: plain(example),
                variable: plain(variable),
            };
            rows.extend(Some(row).filter(|_| key.starts_with('`')));
        }
    }
    rows
}

/// The keys that the program knows, from its own complaint about one that it does not know.
fn known_keys(prefix: &str) -> BTreeSet<String> {
    let complaint = toml::from_str::<Settings>(&format!("{prefix}{NO_KEY} = 1")).unwrap_err();
    let names = complaint.message().split('`').skip(1).step_by(2).map(str::to_owned);
    names.filter(|name| name != NO_KEY).collect()
}

/// Untagged: its complaint names no keys, so they are asked for one by one.
const FAULT_KEYS: [&str; 3] = ["count", "probability", "target"];

fn settings(text: &str) -> Result<Settings, String> {
    let settings: Settings = toml::from_str(text).map_err(|error| error.to_string())?;
    settings.complete().map_err(|error| error.to_string())
}

#[test]
fn every_key_of_the_settings_is_documented_and_every_documented_key_is_one() {
    let mut documented: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in rows() {
        documented.entry(row.table).or_default().insert(row.key);
    }
    for (heading, prefix) in TABLES {
        let keys = documented.remove(heading).unwrap_or_default();
        let known = match heading {
            "[faults]" => BTreeSet::from(["magic".to_owned()]),
            "[faults.NAME]" => FAULT_KEYS.map(str::to_owned).into(),
            _ => known_keys(prefix),
        };
        assert!(!known.is_empty(), "{heading}");
        assert_eq!(keys, known, "{PAGE}: {heading}");
    }
    assert!(documented.is_empty(), "{PAGE}: no such table: {documented:?}");
    let tables: BTreeSet<String> =
        TABLES.iter().map(|(heading, _)| heading.trim_matches(['[', ']']).to_owned()).collect();
    assert!(known_keys("").is_subset(&tables), "a table without a chapter: {:?}", known_keys(""));
}

#[test]
fn a_documented_default_is_what_the_program_does_without_it() {
    let none = format!("{:?}", settings("").unwrap());
    for row in rows().iter().filter(|row| row.default != "–" && row.table != "[faults.NAME]") {
        let (_, prefix) = TABLES.iter().find(|(heading, _)| *heading == row.table).unwrap();
        let told = settings(&format!("{prefix}{} = {}", row.key, row.default)).unwrap();
        assert_eq!(format!("{told:?}"), none, "{PAGE}: {} {} = {}", row.table, row.key, row.default);
    }
}

#[test]
fn a_documented_example_is_accepted_from_the_file_and_from_the_environment() {
    for row in rows() {
        let (_, prefix) = TABLES.iter().find(|(heading, _)| *heading == row.table).unwrap();
        let place = format!("{PAGE}: {} {}", row.table, row.key);
        settings(&format!("{prefix}{}", row.example)).unwrap_or_else(|error| panic!("{place}: {error}"));
        let (key, value) = row.example.split_once(" = ").unwrap();
        assert_eq!(key, row.key, "{place}");
        if row.variable == "–" {
            // Keys of a table within a table come with that table's variable.
            assert!(["[station.uses]", "[reader.timers]", "[faults.NAME]"].contains(&row.table.as_str()), "{place}");
            continue;
        }
        let name = format!("MADOGUCHI_{}_{}", row.table.trim_matches(['[', ']']), row.key).to_uppercase();
        assert_eq!(row.variable, name, "{place}");
        // As a shell hands it over: without the quotes of TOML.
        let value = value.trim_matches('"').to_owned();
        Settings::read(None, [(name, value)]).unwrap_or_else(|error| panic!("{place}: {error}"));
    }
}

#[test]
fn every_settings_file_that_a_document_shows_is_accepted() {
    let mut seen = 0;
    for document in super::console::documents() {
        // People are another format, with a test of its own.
        for (at, lines) in
            blocks(&read(&document), &["toml"]).into_iter().filter(|_| document != "docs/card-profiles.md")
        {
            let text = lines.join("\n");
            if text.contains("# madoguchi.toml") {
                settings(&text).unwrap_or_else(|error| panic!("{document}:{at}: {error}"));
                seen += 1;
            }
        }
    }
    assert!(seen >= 3, "{seen}");
}
