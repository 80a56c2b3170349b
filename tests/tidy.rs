//! The rules of the house that no compiler holds: who may import whom, how rooms introduce themselves, which licences come in.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The table of floors of ARCHITECTURE.md, lowest first. A room may use the rooms of the floors below its own.
const FLOORS: &[&[&str]] = &[
    &["number", "text", "code", "clock", "random", "secret", "event", "knob", "handwritten", "enclosed"],
    &["card", "message", "folder"],
    &["visit", "authority"],
    &["people", "wire"],
    &["face_reader", "terminal", "hub", "municipality", "clinic"],
    &["station"],
    &["operate"],
    &["cli"],
    &["lib", "main"],
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn rust_files(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(rust_files(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// `src/card/soft/mod.rs` and `src/card.rs` are both in the room `card`.
fn room_of(path: &Path) -> String {
    let below = path.strip_prefix(root().join("src")).unwrap();
    let first = below.components().next().unwrap().as_os_str().to_str().unwrap();
    first.trim_end_matches(".rs").to_owned()
}

fn floor_of(room: &str) -> Option<usize> {
    FLOORS.iter().position(|rooms| rooms.contains(&room))
}

/// Rooms named after `crate::` in the code of a file; comments do not count.
fn rooms_used(source: &str) -> BTreeSet<String> {
    let code: String = source.lines().map(|l| l.split("//").next().unwrap_or("")).collect::<Vec<_>>().join("\n");
    let mut used = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        if let Some(group) = rest.strip_prefix('{') {
            used.extend(heads_of_group(group));
        } else {
            used.insert(identifier(rest));
        }
    }
    // Macros of our own and items of the crate root are no rooms.
    used.retain(|name| !name.is_empty() && floor_of(name).is_some());
    used
}

fn identifier(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

/// The first names in `a::b, c::{d, e}}`.
fn heads_of_group(group: &str) -> Vec<String> {
    let (mut depth, mut heads, mut fresh) = (0, Vec::new(), true);
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => fresh = true,
            c if fresh && (c.is_alphabetic() || c == '_') => {
                heads.push(identifier(&group[at..]));
                fresh = false;
            }
            _ => {}
        }
    }
    heads
}

#[test]
fn every_room_stands_on_a_floor() {
    for path in rust_files(&root().join("src")) {
        let room = room_of(&path);
        assert!(floor_of(&room).is_some(), "{} is in no row of the table of floors", path.display());
    }
}

#[test]
fn imports_go_down_never_up_never_sideways() {
    let mut wrong = Vec::new();
    for path in rust_files(&root().join("src")) {
        let room = room_of(&path);
        let floor = floor_of(&room).unwrap_or(usize::MAX);
        for used in rooms_used(&fs::read_to_string(&path).unwrap()) {
            let below = floor_of(&used).is_some_and(|f| f < floor);
            // The ground floor holds the small things everybody needs, each other included.
            let on_the_ground = floor == 0 && floor_of(&used) == Some(0);
            if used != room && !below && !on_the_ground {
                wrong.push(format!("{} ({room}) uses {used}", path.strip_prefix(root()).unwrap().display()));
            }
        }
    }
    assert!(wrong.is_empty(), "these imports do not go down:\n{}", wrong.join("\n"));
}

#[test]
fn the_import_rule_can_fail() {
    let used =
        rooms_used("use crate::{message::{name, xml}, hub::Hub};\nlet x = crate::terminal::Terminal; // crate::cli");
    assert_eq!(used.into_iter().collect::<Vec<_>>(), ["hub", "message", "terminal"]);
}

#[test]
fn every_room_opens_with_a_map_of_itself() {
    for path in rust_files(&root().join("src")) {
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.starts_with("//!"), "{} does not say what it is for", path.display());
        assert!(!text.contains("(being built)"), "{} is an empty room", path.display());
    }
}

#[test]
fn files_stay_readable() {
    // Long tables belong in data files; a file of code past this is two ideas (CONTRIBUTING.md).
    const LINES: usize = 520;
    let long: Vec<String> = rust_files(&root().join("src"))
        .iter()
        .filter_map(|path| {
            let lines = fs::read_to_string(path).unwrap().lines().count();
            (lines > LINES).then(|| format!("{} {lines}", path.display()))
        })
        .collect();
    assert!(long.is_empty(), "over {LINES} lines:\n{}", long.join("\n"));
}

/// Packages of the lock file, for every target, with their licence.
fn licences() -> BTreeMap<String, String> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked"])
        .current_dir(root())
        .output()
        .expect("cargo metadata runs");
    if !output.status.success() {
        panic!(
            "cargo metadata: {}\nremedy: run `cargo fetch --locked` once where there is a network",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let name = |p: &serde_json::Value| format!("{} {}", p["name"].as_str().unwrap(), p["version"].as_str().unwrap());
    packages.iter().map(|p| (name(p), p["license"].as_str().unwrap_or("none").to_owned())).collect()
}

fn allowed_licences() -> Vec<spdx::Licensee> {
    let deny: toml::Value = toml::from_str(&fs::read_to_string(root().join("deny.toml")).unwrap()).unwrap();
    let list = deny["licenses"]["allow"].as_array().unwrap();
    list.iter().map(|l| spdx::Licensee::parse(l.as_str().unwrap()).unwrap()).collect()
}

fn is_allowed(expression: &str, allowed: &[spdx::Licensee]) -> bool {
    spdx::Expression::parse_mode(expression, spdx::ParseMode::LAX)
        .is_ok_and(|e| e.evaluate(|req| allowed.iter().any(|a| a.satisfies(req))))
}

#[test]
fn every_dependency_comes_under_an_allowed_licence() {
    let allowed = allowed_licences();
    let wrong: Vec<String> = licences()
        .into_iter()
        .filter(|(_, licence)| !is_allowed(licence, &allowed))
        .map(|(name, licence)| format!("{name}: {licence}"))
        .collect();
    assert!(wrong.is_empty(), "not in deny.toml:\n{}", wrong.join("\n"));
}

#[test]
fn the_licence_rule_can_fail() {
    let allowed = allowed_licences();
    assert!(is_allowed("MIT OR GPL-3.0-only", &allowed));
    assert!(!is_allowed("GPL-3.0-only", &allowed));
    assert!(!is_allowed("MIT AND GPL-3.0-only", &allowed));
}
